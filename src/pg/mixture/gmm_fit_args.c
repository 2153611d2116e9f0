/*
 * gmm_fit_args.c: the arguments that fits share, and what they say of failures and doubts.
 *
 * What a call site has already warned about is kept in fn_extra, so that a job over many groups
 * says it once.
 */
#include "pg/mixture/gmm_fit.h"

#include <math.h>

#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "utils/array.h"

/* --- arguments ------------------------------------------------------------------------------ */

int
fit_count(FunctionCallInfo fcinfo, int argno, const char *name, const char *hint)
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

ms_gmm_family
fit_family(const char *word)
{
	static const char *const words[] = {"full", "tied", "diag", "spherical", "EII", "VII",
										"EEI",  "VEI",  "EVI",  "VVI",       "EEE", "VEE",
										"EEV",  "VEV",  "EVV",  "VVV",       NULL};
	ms_gmm_family family = ms_gmm_family_of(word);

	if (!family)
		report_choice("covariance", word, words);
	return family;
}

Missing
fit_missing(FunctionCallInfo fcinfo, int argno)
{
	static const char *const words[] = {"error", "omit", "use", NULL};

	return (Missing) arg_choice(fcinfo, argno, "missing", words);
}

double
fit_noise(FunctionCallInfo fcinfo, int argno)
{
	double noise = arg_float8(fcinfo, argno, "noise");

	if (!(noise >= 0 && noise < 1))
		report_range_hint(
			"noise", noise, "at least 0 and below 1",
			"noise is the share of the rows that start as noise: 0.05 is a good one.");
	return noise;
}

char **
fit_names(FunctionCallInfo fcinfo, int argno, size_t d)
{
	ArrayType *names = PG_ARGISNULL(argno) ? NULL : PG_GETARG_ARRAYTYPE_P(argno);
	size_t n = names ? (size_t) ArrayGetNItems(ARR_NDIM(names), ARR_DIMS(names)) : 0;

	if (names && n != d)
		report_names(n, d);
	return arg_names(fcinfo, argno, d);
}

void
fit_more_options(FunctionCallInfo fcinfo, int argno, const ms_sample *s, ms_em_options *o)
{
	static const char *const keys[] = {"weights", "icl", NULL};
	static const char *const weights[] = {"frequency", "importance", NULL};
	static const char *const icls[] = {"hard", "entropy", NULL};

	int usual = s->head.flags & MS_SAMPLE_DRAWN ? 1 : 0;

	arg_options(fcinfo, argno, keys);
	o->importance = arg_option_choice(fcinfo, argno, "weights", weights, usual) == 1;
	o->icl_entropy = arg_option_choice(fcinfo, argno, "icl", icls, 0) == 1;
}

FitOptions
fit_options(FunctionCallInfo fcinfo, const char *function)
{
	static const char *const scales[] = {"auto", "none", NULL};
	static const char *const failures[] = {"error", "null", NULL};
	FitOptions o = {.function = function};

	ms_em_defaults(&o.em);
	o.em.k = k_arg(fcinfo);
	o.em.family = fit_family(arg_text(fcinfo, ARG_COVARIANCE, "covariance"));
	o.em.prior = arg_bool(fcinfo, ARG_PRIOR, "prior");
	o.em.noise = fit_noise(fcinfo, ARG_NOISE);
	o.em.scale = (ms_gmm_scale) arg_choice(fcinfo, ARG_SCALE, "scale", scales);
	o.missing = fit_missing(fcinfo, ARG_MISSING);
	o.em.missing = o.missing == MISSING_USE;
	o.em.n_init = fit_count(fcinfo, ARG_N_INIT, "n_init", "Leave it out to get 10 starts.");
	o.em.max_iter =
		fit_count(fcinfo, ARG_MAX_ITER, "max_iter", "Leave it out to get 500 iterations.");
	o.em.tol = tol_arg(fcinfo);
	o.null_on_failure = arg_choice(fcinfo, ARG_ON_FAILURE, "on_failure", failures) == 1;
	o.em.seed = arg_int64(fcinfo, ARG_SEED, "seed");
	o.em.start = PG_ARGISNULL(ARG_START) ? NULL : gmm_arg(fcinfo, ARG_START);
	return o;
}

void
fit_check_start(const FitOptions *o, size_t d)
{
	const ms_gmm *start = o->em.start;

	if (start && start->k != o->em.k)
		report_start("components", start->k, o->em.k);
	if (start && start->d != d)
		report_start("columns", start->d, d);
}

/* --- rows of a sample ----------------------------------------------------------------------- */

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

/* A k beyond the rows is told as such, before the memory that it would take. */
static ms_status
check_k(ms_ctx *ctx, const ms_sample *s, Missing missing, size_t k)
{
	uint64 n =
		s->incomplete > 0 && missing != MISSING_USE ? s->n - s->incomplete : ms_sample_distinct(s);

	if (k > s->n)
		return ms_fail(ctx, MS_TOO_FEW, "rows", 0, (double) n, (double) k);
	return MS_OK;
}

ms_status
fit_rows(ms_ctx *ctx, ms_arena *arena, SampleArg sample, Missing missing, size_t k, ms_rows *rows)
{
	const ms_sample *s = sample.s;

	MS_TRY(ms_sample_canonical(ctx, sample.s, sample.size));
	MS_TRY(check_k(ctx, s, missing, k));
	MS_TRY(check_numeric(ctx, s));
	*rows = ms_sample_rows(s);
	if (s->incomplete == 0 || missing == MISSING_USE)
		return MS_OK;
	if (missing == MISSING_ERROR)
		return ms_fail(ctx, MS_INCOMPLETE, "rows", 0, (double) s->incomplete, 0);
	return complete_rows(ctx, arena, rows, s->n - s->incomplete);
}

bool
fit_is_nothing(const ms_sample *s, Missing missing)
{
	return (missing == MISSING_OMIT && s->incomplete == s->n) || ms_sample_weight(s) == 0;
}

void
fit_omitted(ms_gmm *m, uint64 omitted)
{
	m->info.omitted += omitted;
	if (m->info.omitted > 0)
		m->info.problems |= MS_GMM_PROBLEM_OMITTED_ROWS;
}

void
fit_set_names(ms_gmm *m, char **names, const ms_gmm *start)
{
	if (!names && start)
		names = gmm_names(start);
	if (names)
		gmm_set_names(m, names);
}

/* --- failures and doubts -------------------------------------------------------------------- */

/* What a call site has said. */
typedef struct FitSite
{
	bool failed;
	bool doubtful;
} FitSite;

static FitSite *
fit_site(FunctionCallInfo fcinfo)
{
	if (!fcinfo->flinfo->fn_extra)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(FitSite));
	return fcinfo->flinfo->fn_extra;
}

bool
fit_is_data_failure(const ms_ctx *ctx, ms_status status)
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

void
fit_failed(FunctionCallInfo fcinfo, const ms_ctx *ctx, ms_status status, const FitOptions *o)
{
	FitSite *site = fit_site(fcinfo);

	if (status == MS_TOO_FEW && ctx->facts.got == 0)
		return;
	if (!o->null_on_failure || !fit_is_data_failure(ctx, status))
		report_core(ctx, status);
	if (!site->failed)
		report_null_result(o->function, ctx, status);
	site->failed = true;
}

/* Rows that were left out because the user said so are no bad news. */
bool
fit_is_doubtful(const ms_gmm *m)
{
	return (m->info.problems & ~(uint32) MS_GMM_PROBLEM_OMITTED_ROWS) != 0;
}

void
fit_warn_candidates(FunctionCallInfo fcinfo, const char *function, int doubtful, int all, bool best)
{
	FitSite *site = fit_site(fcinfo);

	if (doubtful > 0 && !site->doubtful)
		report_doubtful_candidates(function, doubtful, all, best);
	site->doubtful |= doubtful > 0;
}

void
fit_warn(FunctionCallInfo fcinfo, const char *function, const ms_gmm *m)
{
	GmmProblem problems[GMM_PROBLEMS];
	size_t n = gmm_problems(m, problems);
	FitSite *site = fit_site(fcinfo);

	if (n == 0 || !fit_is_doubtful(m) || site->doubtful)
		return;
	report_doubtful(function, problems[0].fact, problems[0].remedy);
	site->doubtful = true;
}
