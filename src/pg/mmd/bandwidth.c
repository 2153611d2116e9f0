/*
 * bandwidth.c: the median distance of the rows of a sample, which is the bandwidth where none is given.
 */
#include "core/mmd/bandwidth.h"

#include "core/base/distance.h"
#include "pg/base/host.h"
#include "pg/base/measure.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/sample.h"

PG_FUNCTION_INFO_V1(median_distance);
Datum
median_distance(PG_FUNCTION_ARGS)
{
	static const char *const metrics[] = {"euclidean", NULL};
	SampleArg a = sample_arg_ordered(fcinfo, 0);
	ms_measure m = {.metric = MS_METRIC_EUCLIDEAN, .kinds = ms_sample_kinds(a.s)};
	ms_rows rows = ms_sample_rows(a.s);
	ms_arena arena;
	ms_ctx ctx;
	double out;

	(void) arg_choice(fcinfo, 1, "metric", metrics);
	m.scaling = (ms_scaling) arg_choice(fcinfo, 2, "scale", scaling_words);
	if (ms_sample_weight(a.s) <= 1)
		PG_RETURN_NULL();
	if (a.s->incomplete > 0)
		report_gaps(a.s->incomplete);
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_measure_learn(&ctx, &arena, &rows, &m));
	CORE(&ctx, ms_measure_rows(&ctx, &arena, &m, &rows, &rows));
	CORE(&ctx, ms_bandwidth_median(&ctx, &arena, &rows, (uint64) PG_GETARG_INT64(3), &out));
	PG_RETURN_FLOAT8(out);
}
