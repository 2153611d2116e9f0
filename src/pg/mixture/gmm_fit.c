/*
 * gmm_fit.c: gmm_fit: from a sample to a mixture.
 *
 * The rows are seen where they lie in the sample; only missing => 'omit' copies those that are
 * complete. What a call site has already warned about is kept in fn_extra, so that a job over
 * many groups says it once.
 */
#include "pg/mixture/gmm.h"

#include <math.h>

#include "core/mixture/em.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/sample.h"
#include "utils/array.h"

enum
{
	ARG_SAMPLE,
	ARG_K,
	ARG_COVARIANCE,
	ARG_PRIOR,
	ARG_NOISE,
	ARG_SCALE,
	ARG_MISSING,
	ARG_START,
	ARG_N_INIT,
	ARG_MAX_ITER,
	ARG_TOL,
	ARG_NAMES,
	ARG_ON_FAILURE,
	ARG_SEED,
	ARG_OPTIONS
};

typedef enum Missing
{
	MISSING_ERROR,
	MISSING_OMIT,
	MISSING_USE
} Missing;

typedef struct FitOptions
{
	ms_em_options em;
	Missing missing;
	bool null_on_failure;
} FitOptions;

/* What this call site has said. */
typedef struct FitSite
{
	bool failed;
	bool doubtful;
} FitSite;

/* --- arguments ------------------------------------------------------------------------------ */

static int
count_arg(FunctionCallInfo fcinfo, int argno, const char *name, const char *hint)
{
	int32 n = arg_int32(fcinfo, argno, name);

	if (n < 1)
		report_range_hint(name, n, "at least 1", hint);
	return n;
}

static size_t
k_arg(FunctionCallInfo fcinfo)
{
	const char *hint = "k is the number of components to fit.";
	int k;

	if (PG_ARGISNULL(ARG_K))
		report_null_hint("k", hint);
	k = PG_GETARG_INT32(ARG_K);
	if (k < 1 || k > MS_GMM_MAX_K)
		report_range_hint("k", k, psprintf("from 1 to %d", MS_GMM_MAX_K), hint);
	return (size_t) k;
}

static double
tol_arg(FunctionCallInfo fcinfo)
{
	double tol = arg_float8(fcinfo, ARG_TOL, "tol");

	if (!(tol >= 0) || isinf(tol))
		report_range_hint("tol", tol, "at least 0 and finite",
						  "Leave it out to get 1e-8, relative to the log-likelihood.");
	return tol;
}

static char **
names_arg(FunctionCallInfo fcinfo, size_t d)
{
	ArrayType *names = PG_ARGISNULL(ARG_NAMES) ? NULL : PG_GETARG_ARRAYTYPE_P(ARG_NAMES);
	size_t n = names ? (size_t) ArrayGetNItems(ARR_NDIM(names), ARR_DIMS(names)) : 0;

	if (names && n != d)
		report_names(n, d);
	return arg_names(fcinfo, ARG_NAMES, d);
}

/* Arguments of the frozen signature whose work is still to come. */
static void
refuse_what_is_to_come(FunctionCallInfo fcinfo, const FitOptions *o)
{
	if (arg_bool(fcinfo, ARG_PRIOR, "prior"))
		report_not_yet("prior => true");
	if (arg_float8(fcinfo, ARG_NOISE, "noise") != 0)
		report_not_yet("noise other than 0");
	if (!PG_ARGISNULL(ARG_START))
		report_not_yet("start");
	if (o->missing == MISSING_USE)
		report_not_yet("missing => 'use'");
}

static FitOptions
fit_options(FunctionCallInfo fcinfo)
{
	static const char *const missings[] = {"error", "omit", "use", NULL};
	static const char *const scales[] = {"auto", "none", NULL};
	static const char *const failures[] = {"error", "null", NULL};
	static const char *const keys[] = {NULL};
	FitOptions o;

	ms_em_defaults(&o.em);
	o.em.k = k_arg(fcinfo);
	o.em.family = (ms_gmm_family) (MS_GMM_FULL +
								   arg_choice(fcinfo, ARG_COVARIANCE, "covariance", gmm_families));
	o.em.scale = (ms_gmm_scale) arg_choice(fcinfo, ARG_SCALE, "scale", scales);
	o.missing = (Missing) arg_choice(fcinfo, ARG_MISSING, "missing", missings);
	o.em.n_init = count_arg(fcinfo, ARG_N_INIT, "n_init", "Leave it out to get 10 starts.");
	o.em.max_iter =
		count_arg(fcinfo, ARG_MAX_ITER, "max_iter", "Leave it out to get 500 iterations.");
	o.em.tol = tol_arg(fcinfo);
	o.null_on_failure = arg_choice(fcinfo, ARG_ON_FAILURE, "on_failure", failures) == 1;
	o.em.seed = arg_int64(fcinfo, ARG_SEED, "seed");
	arg_options(fcinfo, ARG_OPTIONS, keys);
	refuse_what_is_to_come(fcinfo, &o);
	return o;
}

/* --- rows ----------------------------------------------------------------------------------- */

static ms_status
check_numeric(ms_ctx *ctx, const ms_sample *s)
{
	const unsigned char *kinds = ms_sample_kinds(s);

	for (uint32 c = 0; kinds && c < s->d; c++)
		if (kinds[c] != MS_KIND_NUMBER && kinds[c] != MS_KIND_UNKNOWN)
			return ms_fail(ctx, MS_NOT_NUMERIC, "column", c + 1, 0, 0);
	return MS_OK;
}

static bool
is_complete(const double *x, size_t d)
{
	for (size_t c = 0; c < d; c++)
		if (isnan(x[c]))
			return false;
	return true;
}

/* A copy of the rows without a gap, each with its weight behind it. */
static ms_status
complete_rows(ms_ctx *ctx, ms_arena *arena, ms_rows *rows, size_t n)
{
	size_t stride = rows->d + (rows->w != NULL);
	double *to;
	ms_rows all = *rows;

	MS_TRY(ms_arena_alloc(arena, n * stride, sizeof(double), (void **) &to));
	*rows =
		(ms_rows){.x = to, .w = all.w ? to + all.d : NULL, .n = n, .d = all.d, .stride = stride};
	for (size_t i = 0; i < all.n; i++)
	{
		const double *x = all.x + i * all.stride;

		MS_TRY(ms_tick(ctx, all.d));
		if (!is_complete(x, all.d))
			continue;
		memcpy(to, x, all.d * sizeof(double));
		if (all.w)
			to[all.d] = all.w[i * all.stride];
		to += stride;
	}
	return MS_OK;
}

static ms_status
fit_rows(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, Missing missing, ms_rows *rows)
{
	MS_TRY(check_numeric(ctx, s));
	*rows = ms_sample_rows(s);
	if (s->incomplete == 0)
		return MS_OK;
	if (missing == MISSING_ERROR)
		return ms_fail(ctx, MS_INCOMPLETE, "rows", 0, (double) s->incomplete, 0);
	return complete_rows(ctx, arena, rows, s->n - s->incomplete);
}

/* Whether the sample says nothing: no row that is complete and weighs something. */
static bool
is_nothing(const ms_sample *s, Missing missing)
{
	return (missing == MISSING_OMIT && s->incomplete == s->n) || ms_sample_weight(s) == 0;
}

/* A k beyond the rows is told as such, before the memory that it would take. */
static ms_status
check_k(ms_ctx *ctx, const ms_sample *s, const FitOptions *o)
{
	uint64 n = s->incomplete > 0 ? s->n - s->incomplete : ms_sample_distinct(s);

	if (o->em.k > s->n)
		return ms_fail(ctx, MS_TOO_FEW, "rows", 0, (double) n, (double) o->em.k);
	return MS_OK;
}

/* The need is told before the work, as one figure. */
static void
require_memory(const ms_sample *s, const FitOptions *o)
{
	size_t n = s->n - s->incomplete;
	size_t copy = s->incomplete ? n * (s->d + 1) * sizeof(double) : 0;
	size_t need;

	ms_size_add(ms_em_memory(n, s->d, &o->em), copy, &need);
	host_require("gmm_fit", need);
}

/* --- the fit -------------------------------------------------------------------------------- */

static FitSite *
fit_site(FunctionCallInfo fcinfo)
{
	if (!fcinfo->flinfo->fn_extra)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(FitSite));
	return fcinfo->flinfo->fn_extra;
}

/* Whether a failure is the data's, which on_failure => 'null' forgives. */
static bool
is_data_failure(const ms_ctx *ctx, ms_status status)
{
	switch (status)
	{
		case MS_TOO_FEW:
		case MS_CONSTANT:
		case MS_NO_FIT:
		case MS_INCOMPLETE:
		case MS_NOT_NUMERIC:
		case MS_NOT_DEFINITE:
			return true;
		case MS_TOO_LARGE: /* sums beyond a double; not sizes beyond memory */
			return strcmp(ctx->facts.what, "memory") != 0;
		default:
			return false;
	}
}

/* Raises the failure, or lets it pass with one warning a call site. */
static void
forgive(FunctionCallInfo fcinfo, const ms_ctx *ctx, ms_status status, const FitOptions *o)
{
	FitSite *site = fit_site(fcinfo);

	if (!o->null_on_failure || !is_data_failure(ctx, status))
		report_core(ctx, status);
	if (!site->failed)
		report_null_result("gmm_fit", ctx, status);
	site->failed = true;
}

/* Rows that were left out because the user said so are no bad news. */
static void
warn_once(FunctionCallInfo fcinfo, const ms_gmm *m)
{
	GmmProblem problems[GMM_PROBLEMS];
	size_t n = gmm_problems(m, problems);
	FitSite *site = fit_site(fcinfo);

	if (n == 0 || problems[0].problem == MS_GMM_PROBLEM_OMITTED_ROWS || site->doubtful)
		return;
	report_doubtful("gmm_fit", problems[0].fact, problems[0].remedy);
	site->doubtful = true;
}

static ms_status
fit(ms_ctx *ctx, ms_arena *arena, SampleArg sample, const FitOptions *o, ms_gmm *m)
{
	ms_rows rows;

	MS_TRY(ms_sample_canonical(ctx, sample.s, sample.size));
	MS_TRY(check_k(ctx, sample.s, o));
	require_memory(sample.s, o);
	MS_TRY(fit_rows(ctx, arena, sample.s, o->missing, &rows));
	MS_TRY(ms_em_fit(ctx, arena, &rows, &o->em, m));
	m->info.omitted = sample.s->incomplete;
	if (m->info.omitted > 0)
		m->info.problems |= MS_GMM_PROBLEM_OMITTED_ROWS;
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

	if (PG_ARGISNULL(ARG_SAMPLE))
		PG_RETURN_NULL();
	o = fit_options(fcinfo);
	sample = sample_arg(fcinfo, ARG_SAMPLE);
	names = names_arg(fcinfo, sample.s->d);
	if (is_nothing(sample.s, o.missing))
		PG_RETURN_NULL();

	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	status = fit(&ctx, &arena, sample, &o, &m);
	if (status != MS_OK)
	{
		forgive(fcinfo, &ctx, status, &o);
		PG_RETURN_NULL();
	}
	if (names)
		gmm_set_names(&m, names);
	warn_once(fcinfo, &m);
	result = gmm_datum(&m);
	ms_arena_free(&arena);
	return result;
}
