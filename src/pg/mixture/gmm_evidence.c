/*
 * gmm_evidence.c: rows of a sample as evidence about a model: its log-likelihood on them.
 */
#include "pg/mixture/gmm_fit.h"

#include "core/mixture/score.h"
#include "pg/base/host.h"
#include "pg/base/report.h"

PG_FUNCTION_INFO_V1(gmm_log_likelihood);
Datum
gmm_log_likelihood(PG_FUNCTION_ARGS)
{
	const ms_gmm *m = gmm_arg(fcinfo, 0);
	SampleArg sample = sample_arg_ordered(fcinfo, 1);
	ms_rows rows;
	ms_evidence evidence;
	ms_ctx ctx;
	ms_arena arena;

	if (sample.s->d != m->d)
		report_model_columns(sample.s->d, m->d, gmm_names(m));
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, fit_rows(&ctx, &arena, sample, MISSING_USE, 1, &rows));
	CORE(&ctx, ms_score_rows(&ctx, m, &rows, &evidence));
	PG_RETURN_FLOAT8(evidence.log_likelihood);
}
