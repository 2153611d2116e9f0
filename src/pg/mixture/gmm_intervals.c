/*
 * gmm_intervals.c: gmm_intervals: how well rows determine the parameters of a mixture.
 */
#include "pg/mixture/gmm_fit.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

#include "core/mixture/information.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"

static void
add_parameter(ReturnSetInfo *set, const ms_gmm_parameter *p, double z)
{
	static const char *const kinds[] = {"weight", "mean", "covariance"};
	Datum values[8] = {0};
	bool nulls[8] = {false};

	nulls[0] = p->component == UINT32_MAX;
	values[0] = Int32GetDatum((int32) p->component + 1);
	values[1] = out_text(kinds[p->kind - MS_GMM_WEIGHT]);
	nulls[2] = p->kind == MS_GMM_WEIGHT;
	values[2] = Int32GetDatum((int32) p->i + 1);
	nulls[3] = p->kind != MS_GMM_COVARIANCE;
	values[3] = Int32GetDatum((int32) p->j + 1);
	values[4] = Float8GetDatum(p->estimate);
	out_float8(values, nulls, 5, p->std_error);
	out_float8(values, nulls, 6, p->estimate - z * p->std_error);
	out_float8(values, nulls, 7, p->estimate + z * p->std_error);
	out_add(set, values, nulls);
}

/*
 * What errors must be multiplied by where weights are no repeated rows: the rows are as many as
 * (sum w)^2 / sum w^2, the information counts sum w.
 */
static double
error_factor(const ms_gmm *m, const ms_sample *s, const ms_rows *rows)
{
	double sum = 0;
	double squares = 0;

	if (!(m->flags & MS_GMM_IMPORTANCE || s->head.flags & MS_SAMPLE_DRAWN))
		return 1;
	for (size_t i = 0; i < rows->n; i++)
	{
		double w = ms_rows_weight(rows, i);

		sum += w;
		squares += w * w;
	}
	return sqrt(squares / sum);
}

PG_FUNCTION_INFO_V1(gmm_intervals);
Datum
gmm_intervals(PG_FUNCTION_ARGS)
{
	static const char *const methods[] = {"information", "bootstrap", NULL};
	ReturnSetInfo *set = out_set(fcinfo);
	const ms_gmm *m = gmm_arg(fcinfo, 0);
	SampleArg sample = sample_arg_ordered(fcinfo, 1);
	double level = PG_GETARG_FLOAT8(2);
	size_t n = ms_gmm_information_size(m);
	ms_gmm_parameter *parameters = palloc_extended(sizeof(ms_gmm_parameter) * n, MCXT_ALLOC_HUGE);
	double factor;
	ms_rows rows;
	ms_ctx ctx;
	ms_arena arena;

	if (!(level > 0 && level < 1))
		report_range("level", level, "between 0 and 1");
	if (arg_choice(fcinfo, 3, "method", methods) != 0)
		report_not_yet("method => 'bootstrap'");
	if (sample.s->d != m->d)
		report_model_columns(sample.s->d, m->d, gmm_names(m));
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, fit_rows(&ctx, &arena, sample, MISSING_ERROR, 1, &rows));
	CORE(&ctx, ms_gmm_information(&ctx, m, &rows, parameters));
	factor = error_factor(m, sample.s, &rows);
	for (size_t i = 0; i < n; i++)
	{
		parameters[i].std_error *= factor;
		add_parameter(set, &parameters[i], gsl_cdf_ugaussian_Pinv(0.5 + level / 2));
	}
	return (Datum) 0;
}
