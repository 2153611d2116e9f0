/*
 * gmm_fit.c: gmm_fit: from a sample to a mixture.
 */
#include "pg/mixture/gmm_fit.h"

#include "pg/base/host.h"
#include "pg/base/report.h"

/* The need is told before the work, as one figure, the copied rows included. */
static void
require_memory(const ms_sample *s, const FitOptions *o)
{
	bool all = o->missing == MISSING_USE || s->incomplete == 0;
	size_t n = all ? s->n : s->n - s->incomplete;
	size_t copy = all ? 0 : n * (s->d + 1) * sizeof(double);
	size_t need;

	ms_size_add(ms_em_memory(n, s->d, &o->em), copy, &need);
	host_require("gmm_fit", need);
}

static ms_status
fit(ms_ctx *ctx, ms_arena *arena, SampleArg sample, const FitOptions *o, ms_gmm *m)
{
	ms_rows rows;

	MS_TRY(fit_rows(ctx, arena, sample, o->missing, o->em.k, &rows));
	require_memory(sample.s, o);
	MS_TRY(ms_em_fit(ctx, arena, &rows, &o->em, m));
	fit_omitted(m, o->missing == MISSING_OMIT ? sample.s->incomplete : 0);
	return MS_OK;
}

PG_FUNCTION_INFO_V1(gmm_fit);
Datum
gmm_fit(PG_FUNCTION_ARGS)
{
	FitOptions o;
	SampleArg sample;
	char **names;
	ms_ctx ctx;
	ms_arena arena;
	ms_gmm m;
	ms_status status;
	Datum result;

	if (PG_ARGISNULL(ARG_ROWS))
		PG_RETURN_NULL();
	o = fit_options(fcinfo, "gmm_fit");
	sample = sample_arg(fcinfo, ARG_ROWS);
	fit_more_options(fcinfo, ARG_OPTIONS, sample.s, &o.em);
	names = fit_names(fcinfo, ARG_NAMES, sample.s->d);
	fit_check_start(&o, sample.s->d);
	if (fit_is_nothing(sample.s, o.missing))
		PG_RETURN_NULL();

	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	status = fit(&ctx, &arena, sample, &o, &m);
	if (status != MS_OK)
	{
		fit_failed(fcinfo, &ctx, status, &o);
		PG_RETURN_NULL();
	}
	fit_set_names(&m, names, o.em.start);
	fit_warn(fcinfo, "gmm_fit", &m);
	result = gmm_datum(&m);
	ms_arena_free(&arena);
	return result;
}
