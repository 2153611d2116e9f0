/*
 * gmm_select.c: gmm_select: mixtures of several sizes and families, best first.
 *
 * Within a family the fit of k components lends the next one a start, its largest component split
 * in two (gmm.md, section 8). Data that some fit cannot take leave that candidate out; only when
 * none is left the first reason is an error.
 */
#include "pg/mixture/gmm_fit.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "utils/array.h"

enum
{
	SELECT_SAMPLE,
	SELECT_K_MIN,
	SELECT_K_MAX,
	SELECT_COVARIANCE,
	SELECT_CRITERION,
	SELECT_PRIOR,
	SELECT_NOISE,
	SELECT_MISSING,
	SELECT_N_INIT,
	SELECT_NAMES,
	SELECT_SEED,
	SELECT_OPTIONS
};

typedef struct Candidate
{
	ms_gmm model;
	double value; /* of the criterion; lower is better */
} Candidate;

typedef struct Search
{
	FitOptions o;
	int k_min;
	int k_max;
	ms_gmm_family *families;
	int n_families;
	double (*criterion)(const ms_gmm *);
	Candidate *candidates; /* room for all */
	int n;
	ms_status failure; /* the first, with its facts */
	ms_facts facts;
} Search;

static double
icl(const ms_gmm *m)
{
	return m->info.icl;
}

/* --- arguments ------------------------------------------------------------------------------ */

static void
read_sizes(FunctionCallInfo fcinfo, Search *search)
{
	search->k_min =
		fit_count(fcinfo, SELECT_K_MIN, "k_min", "k_min is the least number of components to try.");
	search->k_max = arg_int32(fcinfo, SELECT_K_MAX, "k_max");
	if (search->k_max < search->k_min || search->k_max > MS_GMM_MAX_K)
		report_range("k_max", search->k_max,
					 psprintf("from k_min, %d, to %d", search->k_min, MS_GMM_MAX_K));
}

static void
read_families(FunctionCallInfo fcinfo, Search *search)
{
	Datum *items;
	bool *nulls;
	int n;

	if (PG_ARGISNULL(SELECT_COVARIANCE))
		report_null("covariance");
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(SELECT_COVARIANCE), TEXTOID, -1, false, TYPALIGN_INT,
					  &items, &nulls, &n);
	if (n < 1)
		report_empty_array("covariance");
	search->families = palloc(sizeof(ms_gmm_family) * (size_t) n);
	search->n_families = n;
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			report_null("an element of covariance");
		search->families[i] = fit_family(TextDatumGetCString(items[i]));
	}
}

static void
read_arguments(FunctionCallInfo fcinfo, Search *search)
{
	static const char *const criteria[] = {"bic", "aic", "icl", NULL};
	static double (*const functions[])(const ms_gmm *) = {ms_gmm_bic, ms_gmm_aic, icl};
	ms_em_options *em = &search->o.em;

	memset(search, 0, sizeof(Search));
	search->o.function = "gmm_select";
	ms_em_defaults(em);
	read_sizes(fcinfo, search);
	read_families(fcinfo, search);
	search->criterion = functions[arg_choice(fcinfo, SELECT_CRITERION, "criterion", criteria)];
	em->prior = arg_bool(fcinfo, SELECT_PRIOR, "prior");
	em->noise = fit_noise(fcinfo, SELECT_NOISE);
	search->o.missing = fit_missing(fcinfo, SELECT_MISSING);
	em->missing = search->o.missing == MISSING_USE;
	em->n_init = fit_count(fcinfo, SELECT_N_INIT, "n_init", "Leave it out to get 10 starts.");
	em->seed = arg_int64(fcinfo, SELECT_SEED, "seed");
	search->candidates = palloc_extended(sizeof(Candidate) * (size_t) search->n_families *
											 (size_t) (search->k_max - search->k_min + 1),
										 MCXT_ALLOC_HUGE);
}

/* --- the search ----------------------------------------------------------------------------- */

/* Families that say the same of one column, or of one component, are tried and shown once. */
static bool
is_repeated(const Search *search, const ms_gmm *m)
{
	for (int i = 0; i < search->n; i++)
	{
		const ms_gmm *other = &search->candidates[i].model;

		if (other->k == m->k && ms_gmm_parameters(other) == ms_gmm_parameters(m) &&
			fabs(other->info.log_likelihood - m->info.log_likelihood) <
				1e-9 * fabs(m->info.log_likelihood))
			return true;
	}
	return false;
}

/* A failure of the data leaves the candidate out; any other is raised. */
static void
note_failure(Search *search, const ms_ctx *ctx, ms_status status)
{
	if (!fit_is_data_failure(ctx, status))
		report_core(ctx, status);
	if (search->failure == MS_OK)
	{
		search->failure = status;
		search->facts = ctx->facts;
	}
}

/* All sizes of one family. */
static ms_status
try_family(ms_ctx *ctx, ms_arena *arena, Search *search, ms_gmm_family family, const ms_rows *rows)
{
	ms_em_options em = search->o.em;
	ms_gmm hint;

	em.family = family;
	for (int k = search->k_min; k <= search->k_max; k++)
	{
		Candidate *c = &search->candidates[search->n];
		ms_status status;

		em.k = (size_t) k;
		host_require("gmm_select", ms_em_memory(rows->n, rows->d, &em));
		status = ms_em_fit(ctx, arena, rows, &em, &c->model);
		em.hint = NULL;
		if (status != MS_OK)
		{
			note_failure(search, ctx, status);
			continue;
		}
		if (k < search->k_max)
		{
			MS_TRY(ms_em_split(ctx, arena, &c->model, &hint));
			em.hint = &hint;
		}
		c->value = search->criterion(&c->model);
		search->n += !is_repeated(search, &c->model);
	}
	return MS_OK;
}

static ms_status
try_all(ms_ctx *ctx, ms_arena *arena, Search *search, SampleArg sample)
{
	ms_rows rows;

	MS_TRY(fit_rows(ctx, arena, sample, search->o.missing, (size_t) search->k_min, &rows));
	for (int i = 0; i < search->n_families; i++)
		MS_TRY(try_family(ctx, arena, search, search->families[i], &rows));
	if (search->n > 0)
		return MS_OK;
	ctx->facts = search->facts;
	return search->failure;
}

/* Best first; of equals the one with fewer parameters. */
static int
by_value(const void *a, const void *b)
{
	const Candidate *x = a;
	const Candidate *y = b;

	if (x->value != y->value)
		return x->value < y->value || isnan(y->value) ? -1 : 1;
	return (ms_gmm_parameters(&x->model) > ms_gmm_parameters(&y->model)) -
		   (ms_gmm_parameters(&x->model) < ms_gmm_parameters(&y->model));
}

static void
add_candidate(ReturnSetInfo *set, int rank, const ms_gmm *m)
{
	const char *codes[GMM_PROBLEMS];
	Datum values[11];
	bool nulls[11] = {false};

	values[0] = Int32GetDatum(rank);
	values[1] = Int32GetDatum((int32) m->k);
	values[2] = out_text(ms_gmm_family_name(m->family));
	out_float8(values, nulls, 3, m->info.log_likelihood);
	values[4] = Int32GetDatum((int32) ms_gmm_parameters(m));
	out_float8(values, nulls, 5, ms_gmm_bic(m));
	out_float8(values, nulls, 6, ms_gmm_aic(m));
	out_float8(values, nulls, 7, m->info.icl);
	values[8] = BoolGetDatum(m->info.stop == MS_GMM_STOP_TOL);
	values[9] = out_text_array(codes, gmm_problem_codes(m->info.problems, codes));
	values[10] = gmm_datum(m);
	out_add(set, values, nulls);
}

PG_FUNCTION_INFO_V1(gmm_select);
Datum
gmm_select(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	Search search;
	SampleArg sample;
	char **names;
	ms_ctx ctx;
	ms_arena arena;
	int doubtful = 0;

	if (PG_ARGISNULL(SELECT_SAMPLE))
		return (Datum) 0;
	read_arguments(fcinfo, &search);
	sample = sample_arg(fcinfo, SELECT_SAMPLE);
	fit_more_options(fcinfo, SELECT_OPTIONS, sample.s, &search.o.em);
	names = fit_names(fcinfo, SELECT_NAMES, sample.s->d);
	if (fit_is_nothing(sample.s, search.o.missing))
		return (Datum) 0;
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, try_all(&ctx, &arena, &search, sample));
	qsort(search.candidates, (size_t) search.n, sizeof(Candidate), by_value);
	for (int i = 0; i < search.n; i++)
	{
		ms_gmm *m = &search.candidates[i].model;

		fit_omitted(m, search.o.missing == MISSING_OMIT ? sample.s->incomplete : 0);
		if (names)
			gmm_set_names(m, names);
		doubtful += fit_is_doubtful(m);
		add_candidate(set, i + 1, m);
	}
	fit_warn_candidates(fcinfo, "gmm_select", doubtful, search.n, search.n > 0 && fit_is_doubtful(&search.candidates[0].model));
	return (Datum) 0;
}
