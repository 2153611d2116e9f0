/*
 * kmedoids_fair.c: kmedoids_fair: medoids of which each group has at least and at most so many.
 */
#include "pg/base/compat.h"

#include "core/medoids/fair.h"

#include <math.h>

#include "pg/base/dissimilarity.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/sample.h"
#include "pg/medoids/groups.h"
#include "pg/medoids/kmedoids_fit.h"
#include "utils/jsonb.h"

#define NONE ARGUMENT_NONE

/* Places of what other fits have, and of groups, bounds and p. */
typedef struct FairPlaces
{
	Places fit;
	int groups, bounds, p;
} FairPlaces;

static const char *const sample_keys[] = {"n_init",     "max_iter",       "swaps",
										  "pairs",      "price",          "silhouette",
										  "asymmetric", "column_weights", NULL};
static const char *const matrix_keys[] = {"n_init", "max_iter",   "swaps", "pairs",
										  "price",  "silhouette", NULL};

static const FairPlaces of_sample = {
	{1, 5, 6, NONE, 7, NONE, NONE, NONE, 8, 9, 10, 11, sample_keys}, 2, 3, 4};
static const FairPlaces of_matrix = {
	{1, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, 5, 6, 7, matrix_keys}, 2, 3, 4};

typedef struct Fair
{
	SampleArg sample; /* one of the two */
	DissimilarityArg matrix;
	size_t n;
	size_t d; /* 0 of a dissimilarity */
	ms_kmedoids_options options;
	ms_fair_options fair;
	Groups groups;
	ms_kmedoids model;
	ms_fair_result result;
} Fair;

/* --- arguments ------------------------------------------------------------------------------ */

static char **
ids_of(const Fair *f)
{
	char **ids = palloc_extended(sizeof(char *) * (f->n + 1), MCXT_ALLOC_HUGE);

	for (size_t i = 0; i < f->n; i++)
		ids[i] = f->d > 0 ? sample_id_text(f->sample, i)
						  : dissimilarity_id_text(f->matrix.s, f->matrix.size,
												  ms_dissimilarity_ids(f->matrix.s)[i]);
	return ids;
}

static void
fair_args(FunctionCallInfo fcinfo, const FairPlaces *at, Fair *f)
{
	static const char *const swaps[] = {"eager", "best", NULL};
	int options = at->fit.options;

	f->options = kmedoids_options(fcinfo, &at->fit, f->d);
	f->options.max_iter =
		(int) arg_option_count(fcinfo, options, "max_iter", (size_t) f->options.max_iter);
	f->fair.p = arg_float8(fcinfo, at->p, "p");
	if (!(f->fair.p >= 1))
		report_range_hint(
			"p", f->fair.p, "at least 1",
			"1 is k-medians, 2 k-means with centers that are rows, 'Infinity' k-center.");
	f->fair.n_init = (int) arg_option_count(fcinfo, options, "n_init", 0);
	f->fair.steepest = arg_option_choice(fcinfo, options, "swaps", swaps, 0) == 1;
	f->fair.pairs = arg_option_bool(fcinfo, options, "pairs", true);
	f->fair.price = arg_option_bool(fcinfo, options, "price", true);
	f->groups = groups_args(fcinfo, at->groups, at->bounds, ids_of(f), f->n, f->options.k);
}

/* --- the answer ----------------------------------------------------------------------------- */

/* {"north":3,"south":2}: medoids of each group. */
static Datum
counts_datum(const Fair *f)
{
	JsonbParseState *state = NULL;
	JsonbValue v;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (size_t h = 0; h < f->groups.core.n; h++)
	{
		v = (JsonbValue){.type = jbvString};
		v.val.string.val = f->groups.names[h];
		v.val.string.len = (int) strlen(f->groups.names[h]);
		pushJsonbValue(&state, WJB_KEY, &v);
		v = (JsonbValue){.type = jbvNumeric};
		v.val.numeric = int64_to_numeric(f->result.counts[h]);
		pushJsonbValue(&state, WJB_VALUE, &v);
	}
	return JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}

static Datum
fair_row(FunctionCallInfo fcinfo, const Fair *f)
{
	double cost = f->result.cost;
	Datum values[9];
	bool nulls[9] = {false};

	values[0] = kmedoids_datum(&f->model);
	out_float8(values, nulls, 1, cost);
	out_float8(values, nulls, 2, isinf(f->fair.p) ? cost : pow(cost, 1 / f->fair.p));
	values[3] = counts_datum(f);
	out_float8(values, nulls, 4, f->result.free_cost);
	out_float8(values, nulls, 5, cost == f->result.free_cost ? 0 : cost / f->result.free_cost - 1);
	values[6] = Int64GetDatum((int64) f->result.swaps);
	values[7] = Int64GetDatum((int64) f->result.pairs);
	values[8] = BoolGetDatum(f->model.converged);
	return out_row(fcinfo, values, nulls);
}

/* Bounds that no choice meets are told with the name of the group. */
static void
check_bounds(const Fair *f, const ms_ctx *ctx, ms_status status)
{
	const ms_facts *facts = &ctx->facts;

	if (status == MS_BAD_ARGUMENT &&
		(strcmp(facts->what, "group") == 0 || strcmp(facts->what, "bounds") == 0 ||
		 strcmp(facts->what, "minimums") == 0 || strcmp(facts->what, "maximums") == 0))
		report_fair(facts->what, facts->index > 0 ? f->groups.names[facts->index - 1] : NULL,
					facts->got, facts->wanted);
}

static size_t
rows_used(const Fair *f)
{
	if (f->d > 0 && f->options.missing == MS_MISSING_OMIT)
		return f->n - f->sample.s->incomplete;
	return f->n;
}

static ms_status
fit(ms_ctx *ctx, ms_arena *arena, Fair *f)
{
	if (f->options.k > rows_used(f))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "k", 0, (double) f->options.k, (double) rows_used(f));
	if (f->d > 0)
		return ms_kmedoids_fair(ctx, arena, f->sample.s, f->sample.size, &f->options, &f->fair,
								&f->groups.core, &f->model, &f->result);
	return ms_kmedoids_fair_matrix(ctx, arena, f->matrix.s, f->matrix.size, &f->options, &f->fair,
								   &f->groups.core, &f->model, &f->result);
}

static Datum
kmedoids_fair(FunctionCallInfo fcinfo, const FairPlaces *at, Fair *f)
{
	char **names = at->fit.names == NONE ? NULL : arg_names(fcinfo, at->fit.names, f->d);
	bool null_on_failure = on_failure_arg(fcinfo, at->fit.on_failure);
	ms_ctx ctx;
	ms_arena arena;
	ms_status status;
	ModelState state;
	Datum result;

	fair_args(fcinfo, at, f);
	if (rows_used(f) == 0)
		PG_RETURN_NULL();
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	status = fit(&ctx, &arena, f);
	check_bounds(f, &ctx, status);
	if (status != MS_OK)
	{
		forgive(fcinfo, "kmedoids_fair", &ctx, status, null_on_failure);
		PG_RETURN_NULL();
	}
	if (names)
		f->model.names = names_joined(names, f->d, &f->model.names_size);
	state = kmedoids_state(&f->model);
	warn_doubtful(fcinfo, "kmedoids_fair", &state);
	result = fair_row(fcinfo, f);
	ms_arena_free(&arena);
	return result;
}

PG_FUNCTION_INFO_V1(kmedoids_fair_sample);
Datum
kmedoids_fair_sample(PG_FUNCTION_ARGS)
{
	Fair f = {.n = 0};

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	f.sample = sample_arg_ordered(fcinfo, 0);
	f.n = f.sample.s->n;
	f.d = f.sample.s->d;
	if (!(f.sample.s->head.flags & MS_SAMPLE_ID))
		report_no_ids("kmedoids_fair");
	return kmedoids_fair(fcinfo, &of_sample, &f);
}

PG_FUNCTION_INFO_V1(kmedoids_fair_dissimilarity);
Datum
kmedoids_fair_dissimilarity(PG_FUNCTION_ARGS)
{
	Fair f = {.n = 0};

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	f.matrix = dissimilarity_arg_complete(fcinfo, 0);
	f.n = f.matrix.s->n;
	return kmedoids_fair(fcinfo, &of_matrix, &f);
}
