/*
 * fair.c: fair medoids by BUILD and eager swaps of one medoid (fair_range.md, sections 2 to 4).
 */
#include "core/medoids/fair_parts.h"

#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/rng.h"

#define AUTO_BUILD 2000
#define RANDOM_STARTS 3
#define STREAM_FAIR UINT64_C(0x66616972)

/* --- groups --------------------------------------------------------------------------------- */

/* What is still to be chosen must be able to meet all minimums and no maximum. */
bool
ms_fair_admissible(const ms_fair *f, uint32_t group)
{
	size_t left = f->k - f->found - 1;
	size_t need = 0;
	size_t room = 0;

	if (f->counts[group] >= f->most[group])
		return false;
	for (uint32_t h = 0; h < f->groups; h++)
	{
		uint32_t count = f->counts[h] + (h == group);

		need += f->least[h] > count ? f->least[h] - count : 0;
		room += f->most[h] - count;
	}
	return need <= left && left <= room;
}

bool
ms_fair_exchangeable(const ms_fair *f, size_t i, uint32_t group)
{
	uint32_t own = f->of[f->medoids[i]];

	if (own == group)
		return true;
	return f->counts[own] > f->least[own] && f->counts[group] < f->most[group];
}

/* Maximums become at most the rows of their group; whether there is a choice at all. */
static ms_status
check_groups(ms_fair *f)
{
	double least = 0;
	double most = 0;

	for (size_t h = 0; h < f->groups; h++)
	{
		if (f->least[h] > f->most[h])
			return ms_fail(f->ctx, MS_BAD_ARGUMENT, "bounds", (int64_t) h + 1, f->least[h],
						   f->most[h]);
		if (f->least[h] > f->counts[h])
			return ms_fail(f->ctx, MS_BAD_ARGUMENT, "group", (int64_t) h + 1, f->least[h],
						   f->counts[h]);
		if (f->most[h] > f->counts[h])
			f->most[h] = f->counts[h];
		least += f->least[h];
		most += f->most[h];
	}
	if (least > (double) f->k)
		return ms_fail(f->ctx, MS_BAD_ARGUMENT, "minimums", 0, least, (double) f->k);
	if (most < (double) f->k)
		return ms_fail(f->ctx, MS_BAD_ARGUMENT, "maximums", 0, most, (double) f->k);
	return ms_tick(f->ctx, f->groups);
}

/* Groups of the rows that are used. */
static ms_status
gather_groups(ms_fair *f, ms_arena *arena, const ms_fair_groups *groups)
{
	uint32_t *of;

	f->groups = groups->n;
	f->least = groups->least;
	MS_TRY(MS_ALLOC(arena, f->n, &of));
	MS_TRY(MS_ALLOC(arena, f->groups, &f->most));
	MS_TRY(MS_ZEROED(arena, f->groups, &f->counts));
	memcpy(f->most, groups->most, f->groups * sizeof(*f->most));
	for (size_t i = 0; i < f->n; i++)
	{
		of[i] = groups->of[f->data->which ? f->data->which[i] : i];
		f->counts[of[i]]++;
	}
	f->of = of;
	MS_TRY(ms_tick(f->ctx, 2 * f->n));
	return check_groups(f);
}

/* --- rows ----------------------------------------------------------------------------------- */

static void
raise(double *d, size_t n, double p)
{
	for (size_t o = 0; o < n && p == 2; o++)
		d[o] *= d[o];
	for (size_t o = 0; o < n && p != 1 && p != 2; o++)
		d[o] = pow(d[o], p);
}

static ms_status
compute_row(ms_fair *f, size_t c, double *out)
{
	MS_TRY(ms_data_row(f->ctx, f->data, c, f->x, f->floats, out));
	if (f->widest || f->p == 1)
		return MS_OK;
	raise(out, f->n, f->p);
	return ms_tick(f->ctx, f->p == 2 ? f->n : 20 * f->n);
}

ms_status
ms_fair_row(ms_fair *f, size_t c, double *buffer, const double **row)
{
	*row = f->square ? f->square + c * f->n : buffer;
	return f->square ? MS_OK : compute_row(f, c, buffer);
}

/* All rows in memory where half of what the budget leaves holds them. */
static ms_status
fill_square(ms_fair *f, ms_arena *arena)
{
	size_t budget = f->ctx->budget;
	double *square;

	if (f->n > MS_DATA_SQUARE ||
		(budget > 0 &&
		 (budget <= arena->used || f->n * f->n > (budget - arena->used) / 2 / sizeof(*square))))
		return MS_OK;
	MS_TRY(ms_arena_alloc(arena, f->n * f->n, sizeof(*square), (void **) &square));
	for (size_t c = 0; c < f->n; c++)
	{
		MS_TRY(compute_row(f, c, square + c * f->n));
		MS_TRY(ms_tick(f->ctx, f->n));
	}
	f->square = square;
	return MS_OK;
}

ms_status
ms_fair_new(ms_ctx *ctx, ms_arena *arena, const ms_data *data, size_t k, double p,
			const ms_fair_groups *groups, ms_fair *f)
{
	size_t n = data->n;

	*f = (ms_fair){.ctx = ctx, .data = data, .n = n, .k = k, .p = p, .widest = isinf(p)};
	MS_TRY(gather_groups(f, arena, groups));
	MS_TRY(MS_ALLOC(arena, n, &f->w));
	MS_TRY(MS_ALLOC(arena, k, &f->medoids));
	MS_TRY(MS_ZEROED(arena, n, &f->taken));
	MS_TRY(MS_ALLOC(arena, n, &f->first));
	MS_TRY(MS_ALLOC(arena, n, &f->second));
	MS_TRY(MS_ALLOC(arena, n, &f->d1));
	MS_TRY(MS_ALLOC(arena, n, &f->d2));
	MS_TRY(MS_ALLOC(arena, n, &f->row));
	MS_TRY(MS_ALLOC(arena, n, &f->floats));
	MS_TRY(MS_ALLOC(arena, data->points ? ms_points_width(data->points) : 1, &f->x));
	MS_TRY(MS_ALLOC(arena, k, &f->near));
	MS_TRY(MS_ALLOC(arena, k, &f->far));
	for (size_t o = 0; o < n; o++)
	{
		f->w[o] = data->w ? data->w[o] : 1;
		if (f->widest)
			f->w[o] = f->w[o] > 0;
	}
	return fill_square(f, arena);
}

/* --- medoids -------------------------------------------------------------------------------- */

void
ms_fair_clear(ms_fair *f)
{
	memset(f->taken, 0, f->n);
	memset(f->counts, 0, f->groups * sizeof(*f->counts));
	f->found = 0;
}

void
ms_fair_take(ms_fair *f, size_t c)
{
	f->taken[c] = 1;
	f->counts[f->of[c]]++;
	f->medoids[f->found++] = c;
}

static void
offer(ms_fair *f, size_t o, uint32_t slot, double d)
{
	if (d < f->d1[o])
	{
		f->second[o] = f->first[o];
		f->d2[o] = f->d1[o];
		f->first[o] = slot;
		f->d1[o] = d;
	}
	else if (d < f->d2[o])
	{
		f->second[o] = slot;
		f->d2[o] = d;
	}
}

ms_status
ms_fair_assign(ms_fair *f)
{
	const double *d;

	for (size_t o = 0; o < f->n; o++)
	{
		f->first[o] = f->second[o] = 0;
		f->d1[o] = f->d2[o] = INFINITY;
	}
	for (size_t i = 0; i < f->found; i++)
	{
		MS_TRY(ms_fair_row(f, f->medoids[i], f->row, &d));
		for (size_t o = 0; o < f->n; o++)
			offer(f, o, (uint32_t) i, d[o]);
		MS_TRY(ms_tick(f->ctx, 2 * f->n));
	}
	f->cost = 0;
	for (size_t o = 0; o < f->n && f->found > 0; o++)
		f->cost = f->widest ? fmax(f->cost, f->w[o] * f->d1[o]) : f->cost + f->w[o] * f->d1[o];
	return ms_tick(f->ctx, 2 * f->n);
}

/* --- starts --------------------------------------------------------------------------------- */

static double
cost_with(const ms_fair *f, const double *d)
{
	double cost = 0;

	for (size_t o = 0; o < f->n; o++)
	{
		double part = f->w[o] * fmin(d[o], f->d1[o]);

		cost = f->widest ? fmax(cost, part) : cost + part;
	}
	return cost;
}

/* The row of an admissible group that lowers the cost most. */
static ms_status
best_addition(ms_fair *f, unsigned char *admissible, size_t *best)
{
	double least = INFINITY;

	for (uint32_t h = 0; h < f->groups; h++)
		admissible[h] = ms_fair_admissible(f, h);
	MS_TRY(ms_tick(f->ctx, f->groups * f->groups));
	*best = SIZE_MAX;
	for (size_t c = 0; c < f->n; c++)
	{
		const double *d;
		double cost;

		if (f->taken[c] || !admissible[f->of[c]])
			continue;
		MS_TRY(ms_fair_row(f, c, f->row, &d));
		cost = cost_with(f, d);
		MS_TRY(ms_tick(f->ctx, f->n));
		if (*best == SIZE_MAX || cost < least)
		{
			least = cost;
			*best = c;
		}
	}
	return MS_OK;
}

ms_status
ms_fair_build(ms_fair *f)
{
	ms_arena arena;
	unsigned char *admissible;
	ms_status status;

	ms_arena_init(&arena, f->ctx);
	status = MS_ALLOC(&arena, f->groups, &admissible);
	while (status == MS_OK && f->found < f->k)
	{
		size_t best;

		status = ms_fair_assign(f);
		if (status == MS_OK)
			status = best_addition(f, admissible, &best);
		if (status == MS_OK)
			ms_fair_take(f, best);
	}
	ms_arena_free(&arena);
	return status;
}

/* Rows in a random order, each taken while the choice can still be completed. */
static ms_status
random_start(ms_fair *f, ms_arena *arena, int64_t seed, uint64_t number)
{
	size_t *order;
	ms_rng rng;

	MS_TRY(MS_ALLOC(arena, f->n, &order));
	ms_rng_init(&rng, (uint64_t) seed, ms_hash_u64(number, STREAM_FAIR));
	ms_rng_permutation(&rng, f->n, order);
	MS_TRY(ms_tick(f->ctx, 20 * f->n));
	for (size_t i = 0; f->found < f->k; i++)
	{
		if (ms_fair_admissible(f, f->of[order[i]]))
			ms_fair_take(f, order[i]);
		MS_TRY(ms_tick(f->ctx, f->groups));
	}
	return MS_OK;
}

/* --- swaps of one --------------------------------------------------------------------------- */

/*
 * What the rows of each slot cost when a candidate at distances d joins: with the slot's medoid
 * (near) and without it (far). So one pass over the rows tells the cost of all k swaps.
 */
static void
look(ms_fair *f, const double *d)
{
	memset(f->near, 0, f->k * sizeof(*f->near));
	memset(f->far, 0, f->k * sizeof(*f->far));
	for (size_t o = 0; o < f->n; o++)
	{
		uint32_t i = f->first[o];
		double near = f->w[o] * fmin(d[o], f->d1[o]);
		double far = f->w[o] * fmin(d[o], f->d2[o]);

		f->near[i] = f->widest ? fmax(f->near[i], near) : f->near[i] + near;
		f->far[i] = f->widest ? fmax(f->far[i], far) : f->far[i] + far;
	}
}

/* The admissible slot whose swap costs least; k when there is none. */
static size_t
best_slot(ms_fair *f, uint32_t group, double *cost)
{
	size_t best = f->k;
	size_t widest = 0;
	double sum = 0;
	double next = 0; /* the widest but one */

	*cost = INFINITY;
	for (size_t i = 0; i < f->k; i++)
	{
		sum += f->near[i];
		if (f->near[i] > f->near[widest])
			widest = i;
	}
	for (size_t i = 0; i < f->k; i++)
		next = i == widest ? next : fmax(next, f->near[i]);
	for (size_t i = 0; i < f->k; i++)
	{
		double with = f->widest ? fmax(i == widest ? next : f->near[widest], f->far[i])
								: sum - f->near[i] + f->far[i];

		if (ms_fair_exchangeable(f, i, group) && with < *cost)
		{
			best = i;
			*cost = with;
		}
	}
	return best;
}

static ms_status
swap(ms_fair *f, size_t slot, size_t c)
{
	size_t old = f->medoids[slot];

	f->taken[old] = 0;
	f->counts[f->of[old]]--;
	f->taken[c] = 1;
	f->counts[f->of[c]]++;
	f->medoids[slot] = c;
	f->swaps++;
	return ms_fair_assign(f);
}

/* What candidate c costs in its best slot; k when none is admissible, or none gains. */
static ms_status
try_candidate(ms_fair *f, size_t c, size_t *slot, double *cost)
{
	const double *d;

	MS_TRY(ms_fair_row(f, c, f->row, &d));
	look(f, d);
	*slot = best_slot(f, f->of[c], cost);
	if (!(*cost < f->cost - MS_FAIR_EPSILON * f->cost))
		*slot = f->k;
	return ms_tick(f->ctx, 3 * f->n + 2 * f->k);
}

/* Eager swaps in the order of the rows, until a whole round brings none. */
static ms_status
descend(ms_fair *f, int max_iter)
{
	size_t quiet = 0; /* candidates since the last swap */

	for (; quiet < f->n && f->passes < (uint32_t) max_iter; f->passes++)
	{
		for (size_t c = 0; c < f->n && quiet < f->n; c++, quiet++)
		{
			double cost;
			size_t slot = f->k;

			if (!f->taken[c])
				MS_TRY(try_candidate(f, c, &slot, &cost));
			if (slot == f->k)
				continue;
			MS_TRY(swap(f, slot, c));
			quiet = 0;
		}
	}
	f->converged = quiet >= f->n;
	return MS_OK;
}

/* The best swap of each round. */
static ms_status
descend_steepest(ms_fair *f, int max_iter)
{
	f->converged = false;
	for (; !f->converged && f->passes < (uint32_t) max_iter; f->passes++)
	{
		double least = INFINITY;
		size_t best = f->n;
		size_t best_at = 0;

		for (size_t c = 0; c < f->n; c++)
		{
			double cost = INFINITY;
			size_t slot = f->k;

			if (!f->taken[c])
				MS_TRY(try_candidate(f, c, &slot, &cost));
			if (slot == f->k || !(cost < least))
				continue;
			least = cost;
			best = c;
			best_at = slot;
		}
		f->converged = best == f->n;
		if (!f->converged)
			MS_TRY(swap(f, best_at, best));
	}
	return MS_OK;
}

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
		MS_TRY(random_start(f, arena, seed, number));
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
		MS_TRY((fair->steepest ? descend_steepest : descend)(f, o->max_iter));
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
