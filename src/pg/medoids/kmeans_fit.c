/*
 * kmeans_fit.c: kmeans_fit and kmeans_select, of a sample of numbers.
 */
#include "pg/medoids/kmeans.h"

#include <math.h>

#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/sample.h"

/* --- arguments ------------------------------------------------------------------------------ */

static void
scale_args(FunctionCallInfo fcinfo, int scale, int missing, ms_kmeans_options *o)
{
	static const char *const missings[] = {"error", "omit", NULL};

	o->scaling = (ms_scaling) arg_choice(fcinfo, scale, "scale", scaling_words);
	o->omit = arg_choice(fcinfo, missing, "missing", missings) == 1;
}

/* What the frozen signature has no argument for. */
static void
seeding_options(FunctionCallInfo fcinfo, int seed, int options, bool query, ms_kmeans_options *o)
{
	static const char *const of_fit[] = {"init", "tol", NULL};
	static const char *const of_query[] = {"sample", "init", NULL};
	static const char *const inits[] = {"auto", "exact", "rejection", NULL};

	o->seed = arg_int64(fcinfo, seed, "seed");
	arg_options(fcinfo, options, query ? of_query : of_fit);
	o->seeding =
		(ms_seeding_method) arg_option_choice(fcinfo, options, "init", inits, MS_SEEDING_AUTO);
	o->tol = arg_option_number(fcinfo, options, "tol", 0);
	if (o->tol < 0)
		report_option_value("tol", "a number of at least 0");
}

/* A model to start from must be of the same shape. */
static void
start_arg(FunctionCallInfo fcinfo, int argno, size_t d, ms_kmeans_options *o)
{
	const ms_kmeans *start;

	if (PG_ARGISNULL(argno))
		return;
	start = kmeans_arg(fcinfo, argno);
	if (start->d != d)
		report_start_clusters("columns", start->d, d);
	if (start->k != o->k)
		report_start_clusters("clusters", start->k, o->k);
	o->start = start;
}

static void
search_args(FunctionCallInfo fcinfo, size_t d, ms_kmeans_options *o)
{
	static const char *const methods[] = {"auto", "hamerly", NULL};

	o->k = k_arg(fcinfo, 1, "k", MS_KMEANS_MAX_K);
	arg_choice(fcinfo, 3, "method", methods);
	start_arg(fcinfo, 5, d, o);
	o->n_init = o->start ? 1 : count_arg(fcinfo, 6, "n_init", 1);
	o->max_iter = count_arg(fcinfo, 7, "max_iter", 1);
}

ms_kmeans_options
kmeans_options(FunctionCallInfo fcinfo, size_t d, bool query)
{
	ms_kmeans_options o;

	ms_kmeans_defaults(&o);
	scale_args(fcinfo, 2, 4, &o);
	search_args(fcinfo, d, &o);
	seeding_options(fcinfo, 10, 11, query, &o);
	return o;
}

/* --- the fit -------------------------------------------------------------------------------- */

static ms_status
fit(ms_ctx *ctx, ms_arena *arena, const char *function, SampleArg sample,
	const ms_kmeans_options *o, ms_kmeans *m)
{
	size_t n = sample.s->n - (o->omit ? sample.s->incomplete : 0);

	if (o->k > n)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "k", 0, (double) o->k, (double) n);
	host_require(function, ms_kmeans_bytes(o, n, sample.s->d));
	return ms_kmeans_fit(ctx, arena, sample.s, sample.size, o, m);
}

static bool
is_nothing(const ms_sample *s, const ms_kmeans_options *o)
{
	return o->omit && s->incomplete == s->n;
}

PG_FUNCTION_INFO_V1(kmeans_fit);
Datum
kmeans_fit(PG_FUNCTION_ARGS)
{
	ms_kmeans_options o;
	SampleArg sample;
	char **names;
	bool null_on_failure;
	ms_ctx ctx;
	ms_arena arena;
	ms_kmeans m;
	ms_status status;
	ModelState state;
	Datum result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	sample = sample_arg_ordered(fcinfo, 0);
	o = kmeans_options(fcinfo, sample.s->d, false);
	names = arg_names(fcinfo, 8, sample.s->d);
	null_on_failure = on_failure_arg(fcinfo, 9);
	if (is_nothing(sample.s, &o))
		PG_RETURN_NULL();

	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	status = fit(&ctx, &arena, "kmeans_fit", sample, &o, &m);
	if (status != MS_OK)
	{
		forgive(fcinfo, "kmeans_fit", &ctx, status, null_on_failure);
		PG_RETURN_NULL();
	}
	if (names)
		m.names = names_joined(names, m.d, &m.names_size);
	state = kmeans_state(&m);
	warn_doubtful(fcinfo, "kmeans_fit", &state);
	result = kmeans_datum(&m);
	ms_arena_free(&arena);
	return result;
}

/* --- choosing k ----------------------------------------------------------------------------- */

typedef struct Candidate
{
	ms_kmeans model;
	double silhouette;
	double merit; /* the greater, the better */
} Candidate;

static int
compare_candidates(const void *a, const void *b)
{
	const Candidate *x = a;
	const Candidate *y = b;

	if (x->merit != y->merit)
		return x->merit > y->merit ? -1 : 1;
	return (x->model.k > y->model.k) - (x->model.k < y->model.k);
}

static void
add_candidate(ReturnSetInfo *set, size_t rank, const Candidate *c)
{
	Datum values[7];
	bool nulls[7] = {false};

	values[0] = Int32GetDatum((int32) rank);
	values[1] = Int32GetDatum((int32) c->model.k);
	values[2] = Float8GetDatum(c->model.inertia);
	out_float8(values, nulls, 3, c->silhouette);
	values[4] = BoolGetDatum(c->model.converged);
	values[5] = problems_datum(c->model.problems);
	values[6] = kmeans_datum(&c->model);
	out_add(set, values, nulls);
}

/* A model of each k; those of more clusters than distinct rows are left out. Returns their number. */
static size_t
fit_candidates(SampleArg sample, ms_kmeans_options *o, size_t k_min, size_t k_max,
			   bool by_silhouette, Candidate *out)
{
	ms_kmeans_label *labels = palloc_extended(sizeof(*labels) * sample.s->n, MCXT_ALLOC_HUGE);
	double *silhouettes = palloc_extended(sizeof(*silhouettes) * sample.s->n, MCXT_ALLOC_HUGE);
	size_t found = 0;
	ms_ctx ctx;
	ms_arena arena;

	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	for (o->k = k_min; o->k <= k_max; o->k++)
	{
		Candidate *c = &out[found];
		ms_status status = fit(&ctx, &arena, "kmeans_select", sample, o, &c->model);

		if (status == MS_TOO_FEW)
			break;
		CORE(&ctx, status);
		c->silhouette = kmeans_label_sample(&c->model, sample.s, labels, silhouettes);
		c->merit = by_silhouette ? c->silhouette : -c->model.inertia;
		found++;
	}
	return found;
}

PG_FUNCTION_INFO_V1(kmeans_select);
Datum
kmeans_select(PG_FUNCTION_ARGS)
{
	static const char *const criteria[] = {"silhouette", "inertia", NULL};
	ReturnSetInfo *set = out_set(fcinfo);
	ms_kmeans_options o;
	SampleArg sample;
	Candidate *candidates;
	size_t k_min, k_max, n;
	bool by_silhouette;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	sample = sample_arg_ordered(fcinfo, 0);
	ms_kmeans_defaults(&o);
	k_range_args(fcinfo, &k_min, &k_max);
	scale_args(fcinfo, 3, 5, &o);
	by_silhouette = arg_choice(fcinfo, 4, "criterion", criteria) == 0;
	seeding_options(fcinfo, 6, 7, false, &o);
	o.n_init = 10;
	n = sample.s->n - (o.omit ? sample.s->incomplete : 0);
	if (by_silhouette && n > SILHOUETTE_ROWS)
		report_silhouette_rows(n, SILHOUETTE_ROWS, "inertia");
	k_max = Min(Min(k_max, n), MS_KMEANS_MAX_K);
	if (k_max < k_min)
		return (Datum) 0;
	candidates = palloc0(sizeof(Candidate) * (k_max - k_min + 1));
	n = fit_candidates(sample, &o, k_min, k_max, by_silhouette, candidates);
	qsort(candidates, n, sizeof(Candidate), compare_candidates);
	for (size_t i = 0; i < n; i++)
		add_candidate(set, i + 1, &candidates[i]);
	return (Datum) 0;
}
