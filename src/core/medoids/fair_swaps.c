/*
 * fair_swaps.c: starts of fair medoids, and swaps of one: BUILD (Kaufman & Rousseeuw 1987) and
 * FasterPAM (Schubert & Rousseeuw 2021) among the choices that meet the bounds.
 */
#include "core/medoids/fair_parts.h"

#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/rng.h"

#define STREAM_FAIR UINT64_C(0x66616972)

/* --- starts --------------------------------------------------------------------------------- */

static double
cost_with(const ms_fair *f, const double *d)
{
	double cost = 0;

	for (size_t o = 0; o < f->n; o++)
	{
		double part = f->w[o] * ms_fair_lesser(d[o], f->d1[o]);

		cost = f->widest ? ms_fair_greater(cost, part) : cost + part;
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
ms_status
ms_fair_random(ms_fair *f, ms_arena *arena, int64_t seed, uint64_t number)
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
 * Of a candidate at distances d: what rows nearer to it than to their medoid save (near), by slot,
 * and what they save when that medoid goes (far). So one pass over the rows tells the cost of all
 * k swaps, and most rows are nearer to two medoids than to the candidate.
 */
static void
look_sums(ms_fair *f, const double *d)
{
	for (size_t o = 0; o < f->n; o++)
	{
		uint32_t i = f->first[o];

		if (!(d[o] < f->d2[o]))
			continue;
		f->far[i] += f->w[o] * (f->d2[o] - d[o]);
		if (d[o] < f->d1[o])
			f->near[i] += f->w[o] * (f->d1[o] - d[o]);
	}
}

/* The greatest distance of a slot's rows that keep their medoid, or that lose it. */
static void
look_widest(ms_fair *f, const double *d)
{
	for (size_t o = 0; o < f->n; o++)
	{
		uint32_t i = f->first[o];
		double near = f->w[o] * ms_fair_lesser(d[o], f->d1[o]);
		double far = f->w[o] * ms_fair_lesser(d[o], f->d2[o]);

		f->near[i] = ms_fair_greater(f->near[i], near);
		f->far[i] = ms_fair_greater(f->far[i], far);
	}
}

/* What the other slots have when slot i changes: the sum, or the maximum, of f->near but for i. */
typedef struct others
{
	double sum;
	size_t widest;
	double next; /* the widest but one */
} others;

static others
gather(const ms_fair *f)
{
	others all = {0, 0, 0};

	for (size_t i = 0; i < f->k; i++)
	{
		all.sum += f->near[i];
		if (f->near[i] > f->near[all.widest])
			all.widest = i;
	}
	for (size_t i = 0; i < f->k; i++)
		all.next = i == all.widest ? all.next : ms_fair_greater(all.next, f->near[i]);
	return all;
}

static double
cost_of_swap(const ms_fair *f, const others *all, size_t i)
{
	if (f->widest)
		return ms_fair_greater(i == all->widest ? all->next : f->near[all->widest], f->far[i]);
	return f->cost + f->loss[i] - (all->sum - f->near[i]) - f->far[i];
}

/* The admissible slot whose swap costs least; k when there is none. */
static size_t
best_slot(ms_fair *f, const double *d, uint32_t group, double *cost)
{
	size_t best = f->k;
	others all;

	memset(f->near, 0, f->k * sizeof(*f->near));
	memset(f->far, 0, f->k * sizeof(*f->far));
	if (f->widest)
		look_widest(f, d);
	else
		look_sums(f, d);
	all = gather(f);
	*cost = INFINITY;
	for (size_t i = 0; i < f->k; i++)
	{
		double with = cost_of_swap(f, &all, i);

		if (ms_fair_exchangeable(f, i, group) && with < *cost)
		{
			best = i;
			*cost = with;
		}
	}
	return best;
}

/* k = 1: the candidate alone. */
static size_t
only_slot(ms_fair *f, const double *d, uint32_t group, double *cost)
{
	*cost = 0;
	for (size_t o = 0; o < f->n; o++)
		*cost = f->widest ? ms_fair_greater(*cost, f->w[o] * d[o]) : *cost + f->w[o] * d[o];
	return ms_fair_exchangeable(f, 0, group) ? 0 : f->k;
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
	*slot = f->k;
	/* the cost stays where the farthest row is no nearer */
	if (f->widest && !(d[f->farthest] < f->cost))
		return ms_tick(f->ctx, 10);
	*slot = (f->k == 1 ? only_slot : best_slot)(f, d, f->of[c], cost);
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

ms_status
ms_fair_descend(ms_fair *f, int max_iter, bool steepest)
{
	return steepest ? descend_steepest(f, max_iter) : descend(f, max_iter);
}
