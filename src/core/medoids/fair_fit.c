/*
 * fair_fit.c: fair medoids from several starts; what the bounds cost.
 */
#include "core/medoids/fair.h"

#include <math.h>
#include <string.h>

#include "core/medoids/fair_parts.h"

#define AUTO_BUILD 2000
#define RANDOM_STARTS 3

/* k-center begins with the matching, the others with BUILD where that is cheap. */
static ms_status
begin(ms_fair *f, ms_arena *arena, int64_t seed, uint64_t number)
{
	double radius;

	ms_fair_clear(f);
	f->swaps = f->pairs = 0;
	f->passes = 0;
	if (number == 0 && f->widest)
		MS_TRY(ms_fair_match(f, &radius));
	else if (number > 0 || f->n > AUTO_BUILD)
		MS_TRY(ms_fair_random(f, arena, seed, number));
	MS_TRY(ms_fair_build(f));
	return ms_fair_assign(f);
}

static ms_status
run_start(ms_fair *f, ms_arena *arena, const ms_kmedoids_options *o, const ms_fair_options *fair,
		  uint64_t number)
{
	bool again = true;

	MS_TRY(begin(f, arena, o->seed, number));
	while (again)
	{
		MS_TRY(ms_fair_descend(f, o->max_iter, fair->steepest));
		again = false;
		if (f->converged && fair->pairs && !f->widest && f->k > 1 && f->k <= MS_FAIR_PAIRS_K)
			MS_TRY(ms_fair_swap_pair(f, &again));
	}
	return MS_OK;
}

/* --- all starts ----------------------------------------------------------------------------- */

/* By cost, ties to the lower rows. */
static void
keep_better(ms_fair *f, ms_found *best, uint64_t *pairs)
{
	ms_sort_few(f->medoids, f->k);
	if (!ms_found_better(f->cost, f->medoids, best, f->k))
		return;
	memcpy(best->medoids, f->medoids, f->k * sizeof(*f->medoids));
	best->deviation = f->cost;
	best->swaps = f->swaps;
	best->passes = f->passes;
	best->converged = best->optimal = f->converged;
	*pairs = f->pairs;
}

static ms_status
search(ms_fair *f, ms_arena *arena, const ms_kmedoids_options *o, const ms_fair_options *fair,
	   ms_found *best, uint64_t *pairs)
{
	int starts = fair->n_init > 0 ? fair->n_init : f->n <= AUTO_BUILD ? 1 : RANDOM_STARTS;

	MS_TRY(MS_ALLOC(arena, f->k, &best->medoids));
	best->starts = (uint32_t) starts;
	best->deviation = INFINITY;
	for (int i = 0; i < starts; i++)
	{
		ms_arena inner = {f->ctx, NULL, arena->used};
		ms_status status = run_start(f, &inner, o, fair, (uint64_t) i);

		ms_arena_free(&inner);
		MS_TRY(status);
		keep_better(f, best, pairs);
	}
	return MS_OK;
}

/* The same search of one group that may have all medoids. */
static ms_status
search_free(ms_fair *f, ms_arena *arena, const ms_kmedoids_options *o, const ms_fair_options *fair,
			double *cost)
{
	static const uint32_t none = 0;
	ms_fair free = *f;
	ms_found best = {0};
	uint64_t pairs;
	uint32_t all = (uint32_t) f->n;
	uint32_t count;
	uint32_t *of;

	MS_TRY(MS_ZEROED(arena, f->n, &of));
	free.groups = 1;
	free.of = of;
	free.least = &none;
	free.most = &all;
	free.counts = &count;
	MS_TRY(search(&free, arena, o, fair, &best, &pairs));
	*cost = fmin(*cost, best.deviation);
	return MS_OK;
}

static ms_status
fit(ms_ctx *ctx, ms_arena *arena, ms_arena *scratch, const ms_data *data,
	const ms_kmedoids_options *o, const ms_fair_options *fair, const ms_fair_groups *groups,
	ms_kmedoids *out, ms_fair_result *result)
{
	ms_search s;
	ms_found best = {0};
	ms_fair f;

	if (!(fair->p >= 1))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "p", 0, fair->p, 1);
	MS_TRY(ms_fit_search(ctx, scratch, data, o, &s));
	s.method = MS_KMEDOIDS_FAIR;
	MS_TRY(ms_fair_new(ctx, scratch, data, o->k, fair->p, groups, &f));
	MS_TRY(MS_ZEROED(arena, groups->n, &result->counts));
	MS_TRY(MS_ALLOC(arena, groups->n, &result->rows));
	for (size_t h = 0; h < groups->n; h++)
		result->rows[h] = f.counts[h];
	MS_TRY(search(&f, scratch, o, fair, &best, &result->pairs));
	for (size_t i = 0; i < f.k; i++)
		result->counts[f.of[best.medoids[i]]]++;
	result->cost = best.deviation;
	result->swaps = best.swaps;
	result->free_cost = fair->price ? best.deviation : NAN;
	if (fair->price)
		MS_TRY(search_free(&f, scratch, o, fair, &result->free_cost));
	return ms_model_finish(ctx, arena, scratch, data, o, &s, &best, out);
}

ms_status
ms_kmedoids_fair(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t size,
				 const ms_kmedoids_options *o, const ms_fair_options *fair,
				 const ms_fair_groups *groups, ms_kmedoids *out, ms_fair_result *result)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_data data;
	ms_status status = ms_data_sample(ctx, &scratch, s, size, o, &data);

	if (status == MS_OK)
		status = fit(ctx, arena, &scratch, &data, o, fair, groups, out, result);
	ms_arena_free(&scratch);
	return status;
}

ms_status
ms_kmedoids_fair_matrix(ms_ctx *ctx, ms_arena *arena, const ms_dissimilarity *s, size_t size,
						const ms_kmedoids_options *o, const ms_fair_options *fair,
						const ms_fair_groups *groups, ms_kmedoids *out, ms_fair_result *result)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_data data;
	ms_status status = ms_data_matrix(ctx, &scratch, s, size, &data);

	if (status == MS_OK)
		status = fit(ctx, arena, &scratch, &data, o, fair, groups, out, result);
	ms_arena_free(&scratch);
	return status;
}
