/*
 * metric.c: dissimilarity_violations and dissimilarity_repair: which distances are longer than a
 * detour, and the nearest ones of which none is.
 */
#include "pg/base/compat.h"

#include <math.h>

#include "core/base/order.h"
#include "core/medoids/kmedoids.h"
#include "core/medoids/metric.h"
#include "miscadmin.h"
#include "pg/base/dissimilarity.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/medoids/model.h"
#include "pg/medoids/pairs.h"
#include "utils/array.h"

/* --- violations ----------------------------------------------------------------------------- */

/* Sorts by the excess, the greatest first, then in the order of the pairs. */
typedef struct Violation
{
	double negative; /* minus the excess */
	uint64 pair;
} Violation;

/* The ids of a place in the triangle: i < j. */
static void
pair_places(uint64 pair, uint32 *i, uint32 *j)
{
	uint64 row = (uint64) sqrt(2.0 * (double) pair) + 1;

	while (row * (row - 1) / 2 > pair)
		row--;
	while ((row + 1) * row / 2 <= pair)
		row++;
	*j = (uint32) row;
	*i = (uint32) (pair - row * (row - 1) / 2);
}

/* Distances as doubles, and the greatest. */
static double *
doubles_of(DissimilarityArg d, double *greatest)
{
	double *x = palloc_extended(sizeof(double) * (d.s->pairs + 1), MCXT_ALLOC_HUGE);

	*greatest = 0;
	for (size_t p = 0; p < d.s->pairs; p++)
	{
		x[p] = ms_dissimilarity_triangle(d.s)[p];
		*greatest = Max(*greatest, x[p]);
	}
	return x;
}

static Violation *
find_violations(ms_ctx *ctx, const ms_paths *paths, const double *x, size_t pairs, double tol,
				size_t *n)
{
	static const unsigned char kinds[] = {MS_SLOT_DOUBLE, MS_SLOT_UINT64};
	Violation *found = palloc(sizeof(Violation) * 64);
	size_t room = 64;

	*n = 0;
	for (size_t p = 0; p < pairs; p++)
	{
		CORE(ctx, ms_tick(ctx, 2));
		if (!(x[p] - paths->length[p] > tol))
			continue;
		if (*n == room)
			found = repalloc_huge(found, sizeof(Violation) * (room *= 2));
		found[(*n)++] = (Violation){paths->length[p] - x[p], p};
	}
	CORE(ctx, ms_order_sort(ctx, (uint64_t *) found, *n, 2, kinds));
	return found;
}

static Datum
id_at(DissimilarityArg d, uint32 place)
{
	return out_text(dissimilarity_id_text(d.s, d.size, ms_dissimilarity_ids(d.s)[place]));
}

/* The ids of the detour, both ends included. */
static Datum
path_datum(DissimilarityArg d, const ms_paths *paths, uint32 from, uint32 to, uint32 *nodes)
{
	size_t n = ms_paths_walk(paths, from, to, nodes);
	Datum *ids = palloc(sizeof(Datum) * (n + 1));

	ids[0] = id_at(d, from);
	for (size_t i = 0; i < n; i++)
		ids[i + 1] = id_at(d, nodes[i]);
	return PointerGetDatum(construct_array(ids, (int) n + 1, TEXTOID, -1, false, TYPALIGN_INT));
}

static void
add_violation(ReturnSetInfo *set, DissimilarityArg d, const ms_paths *paths, const Violation *v,
			  uint32 *nodes)
{
	double distance = dissimilarity_distance(ms_dissimilarity_triangle(d.s)[v->pair]);
	double shortest = paths->length[v->pair];
	Datum values[7];
	bool nulls[7] = {false};
	uint32 i, j;

	pair_places(v->pair, &i, &j);
	values[0] = id_at(d, i);
	values[1] = id_at(d, j);
	values[2] = Float8GetDatum(distance);
	values[3] = Float8GetDatum(shortest);
	values[4] = Float8GetDatum(-v->negative);
	out_float8(values, nulls, 5, shortest > 0 ? distance / shortest : NAN);
	values[6] = path_datum(d, paths, i, j, nodes);
	out_add(set, values, nulls);
}

PG_FUNCTION_INFO_V1(dissimilarity_violations);
Datum
dissimilarity_violations(PG_FUNCTION_ARGS)
{
	DissimilarityArg d = dissimilarity_arg_complete(fcinfo, 0);
	int32 most = arg_int32(fcinfo, 1, "n");
	double tol = arg_float8(fcinfo, 2, "tol");
	ReturnSetInfo *set = out_set(fcinfo);
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "dissimilarity_violations",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext outer;
	Violation *found;
	uint32 *nodes = palloc(sizeof(uint32) * d.s->n);
	double *x;
	double greatest;
	size_t n;
	ms_paths paths;
	ms_arena arena;
	ms_ctx ctx;

	if (most < 1)
		report_range("n", most, "at least 1");
	if (!(tol >= 0 && tol < 1))
		report_range("tol", tol, "at least 0 and below 1");
	host_require("dissimilarity_violations", ms_metric_bytes(d.s->n));
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	x = doubles_of(d, &greatest);
	CORE(&ctx, ms_paths_new(&arena, d.s->n, &paths));
	CORE(&ctx, ms_paths_find(&ctx, &paths, x));
	found = find_violations(&ctx, &paths, x, d.s->pairs, tol * greatest, &n);
	outer = MemoryContextSwitchTo(scratch);
	for (size_t i = 0; i < n && i < (size_t) most; i++)
	{
		add_violation(set, d, &paths, &found[i], nodes);
		MemoryContextReset(scratch);
		CHECK_FOR_INTERRUPTS();
	}
	MemoryContextSwitchTo(outer);
	ms_arena_free(&arena);
	return (Datum) 0;
}

/* --- repair --------------------------------------------------------------------------------- */

/* 1 / weight of each pair, as a visit fills it in. */
typedef struct Inverse
{
	DissimilarityArg d;
	double *inverse;
	bool fixed;
} Inverse;

static ms_status
weigh_pair(void *state, size_t i, size_t j, double weight)
{
	Inverse *s = state;

	if (!s->fixed && !(weight > 0))
		report_pair_weight(
			dissimilarity_id_text(s->d.s, s->d.size, ms_dissimilarity_ids(s->d.s)[j]),
			dissimilarity_id_text(s->d.s, s->d.size, ms_dissimilarity_ids(s->d.s)[i]));
	s->inverse[ms_pair_at(i, j)] = s->fixed ? 0 : 1 / weight;
	return MS_OK;
}

static void
visit(ms_ctx *ctx, const ms_places *places, FunctionCallInfo fcinfo, int argno, const char *name,
	  Inverse *state)
{
	DissimilarityArg other;

	if (PG_ARGISNULL(argno))
		return;
	other = dissimilarity_arg(fcinfo, argno);
	pairs_check(ctx, ms_pairs_visit(ctx, places, other.s, other.size, weigh_pair, state), name,
				other);
}

/* NULL where neither weights nor fixed pairs are given. */
static double *
inverse_args(ms_ctx *ctx, ms_arena *arena, FunctionCallInfo fcinfo, DissimilarityArg d)
{
	Inverse state = {.d = d};
	ms_places places;

	if (PG_ARGISNULL(2) && PG_ARGISNULL(3))
		return NULL;
	state.inverse = palloc_extended(sizeof(double) * (d.s->pairs + 1), MCXT_ALLOC_HUGE);
	for (size_t p = 0; p < d.s->pairs; p++)
		state.inverse[p] = 1;
	CORE(ctx, ms_places_new(ctx, arena, d.s, d.size, &places));
	visit(ctx, &places, fcinfo, 2, "weights", &state);
	state.fixed = true;
	visit(ctx, &places, fcinfo, 3, "fixed", &state);
	return state.inverse;
}

static ms_repair_options
repair_options(FunctionCallInfo fcinfo)
{
	static const char *const methods[] = {"nearest", "decrease", NULL};
	static const char *const keys[] = {"sweeps", NULL};
	ms_repair_options o = {.decrease = arg_choice(fcinfo, 1, "method", methods) == 1};

	o.tol = arg_float8(fcinfo, 4, "tol");
	if (!(o.tol > 0 && o.tol < 1))
		report_range("tol", o.tol, "above 0 and below 1");
	o.max_iter = count_arg(fcinfo, 5, "max_iter", 1);
	arg_options(fcinfo, 6, keys);
	o.sweeps = (int) Min(arg_option_count(fcinfo, 6, "sweeps", 5), 1000);
	if (o.decrease && !(PG_ARGISNULL(2) && PG_ARGISNULL(3)))
		report_repair_decrease();
	return o;
}

/* The same ids with other distances. */
static ms_dissimilarity *
copy_of(DissimilarityArg d)
{
	size_t used = ms_dissimilarity_used(d.s);
	ms_dissimilarity *copy = (ms_dissimilarity *) value_new("measure_dissimilarity", used);

	ms_dissimilarity_flatten(copy, d.s, d.size);
	SET_VARSIZE(copy, used);
	return copy;
}

static void
repair(ms_ctx *ctx, DissimilarityArg d, const ms_repair_options *o, float *x, ms_repair *info)
{
	ms_status status = ms_metric_repair(ctx, ms_dissimilarity_triangle(d.s), d.s->n, o, x, info);

	if (status == MS_MISMATCH)
	{
		uint32 i, j;

		pair_places((uint64) ctx->facts.index, &i, &j);
		report_fixed(TextDatumGetCString(id_at(d, i)), TextDatumGetCString(id_at(d, j)),
					 ctx->facts.got, ctx->facts.wanted);
	}
	CORE(ctx, status);
}

PG_FUNCTION_INFO_V1(dissimilarity_repair);
Datum
dissimilarity_repair(PG_FUNCTION_ARGS)
{
	DissimilarityArg d;
	ms_repair_options o;
	ms_dissimilarity *repaired;
	ms_repair info;
	ModelState state = {.stopped = "max_iter"};
	Datum values[11];
	bool nulls[11] = {false};
	ms_arena arena;
	ms_ctx ctx;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	o = repair_options(fcinfo);
	d = dissimilarity_arg_complete(fcinfo, 0);
	host_require("dissimilarity_repair", ms_metric_bytes(d.s->n));
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	o.inverse = inverse_args(&ctx, &arena, fcinfo, d);
	repaired = copy_of(d);
	repair(&ctx, d, &o, (float *) ms_dissimilarity_triangle(repaired), &info);
	ms_arena_free(&arena);
	state.problems = info.converged ? 0 : MS_KMEDOIDS_PROBLEM_MAX_ITER;
	state.iterations = info.iterations;
	warn_doubtful(fcinfo, "dissimilarity_repair", &state);
	values[0] = PointerGetDatum(repaired);
	out_float8(values, nulls, 1, info.objective);
	out_float8(values, nulls, 2, info.gap);
	values[3] = Int64GetDatum((int64) info.violations);
	values[4] = Float8GetDatum(info.worst);
	values[5] = Float8GetDatum(info.left);
	values[6] = Int64GetDatum((int64) info.changed);
	values[7] = Int64GetDatum((int64) info.active);
	values[8] = Int32GetDatum((int32) info.iterations);
	values[9] = BoolGetDatum(info.converged);
	values[10] = problems_datum(state.problems);
	return out_row(fcinfo, values, nulls);
}
