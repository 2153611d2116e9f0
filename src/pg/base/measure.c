/*
 * measure.c: metrics and scales by their words.
 */
#include "pg/base/measure.h"

#include "pg/base/out.h"
#include "pg/base/report.h"

const char *const metric_words[] = {"euclidean", "sqeuclidean", "manhattan", "chebyshev", "cosine",
									"hamming",   "jaccard",     "gower",     NULL};
const char *const scaling_words[] = {"none", "sd", "mad", "range", NULL};

void
metric_args(FunctionCallInfo fcinfo, int metric, int scale, ms_metric *m, ms_scaling *s)
{
	int word = arg_choice(fcinfo, metric, "metric", metric_words);

	*m = (ms_metric) (MS_METRIC_EUCLIDEAN + word);
	*s = (ms_scaling) arg_choice(fcinfo, scale, "scale", scaling_words);
	if (*s != MS_SCALING_NONE && *m >= MS_METRIC_HAMMING)
		report_metric_scale(metric_words[word]);
}
