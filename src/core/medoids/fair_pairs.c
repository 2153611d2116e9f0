/*
 * fair_pairs.c: swaps of two medoids of different groups at once, which leave the counts as they
 * are. Where the bounds forbid each swap alone, single swaps get stuck without them. A pair whose
 * counts change needs none of this: each of its halves is admissible by itself.
 *
 * Of each pair of slots and each of its two groups the rows are kept that lower the cost most when
 * they come back alone; pairs of these are then evaluated. A cost with both rows is at least what
 * the two gains allow together (they are submodular), so that most pairs need no look.
 */
#include "core/medoids/fair_parts.h"

#include <math.h>
#include <string.h>

/* Rows that are kept; all of them up to so many rows. */
#define KEPT 20
#define ALL_ROWS 200

typedef struct addition
{
	double cost;
	size_t row;
} addition;

typedef struct pairs
{
	ms_fair *f;
	size_t kept;
	double *third;   /* n: d^p to the third nearest medoid */
	double *row;     /* n */
	double *rest;    /* n: d^p to the nearest medoid but two */
	double *base;    /* k x k, i < j: the cost without both */
	double *near;    /* k: as in fair_swaps.c, by the nearest medoid */
	double *far;     /* k */
	double *tie;     /* k x k, i < j: of the rows whose two nearest medoids these are, what they
					  * save more when both go */
	addition *added; /* k x k x kept: (i, j): rows of the group of i, best first */
	size_t *filled;  /* k x k */
} pairs;

static inline size_t
both(const pairs *p, uint32_t i, uint32_t j)
{
	return i < j ? i * p->f->k + j : j * p->f->k + i;
}

static ms_status
find_third(pairs *p)
{
	ms_fair *f = p->f;
	const double *d;

	for (size_t o = 0; o < f->n; o++)
		p->third[o] = INFINITY;
	for (size_t i = 0; i < f->k; i++)
	{
		MS_TRY(ms_fair_row(f, f->medoids[i], p->row, &d));
		for (size_t o = 0; o < f->n; o++)
		{
			if (f->first[o] != i && f->second[o] != i)
				p->third[o] = ms_fair_lesser(p->third[o], d[o]);
		}
		MS_TRY(ms_tick(f->ctx, 2 * f->n));
	}
	return MS_OK;
}

/* The cost without two slots: infinite for k = 2. */
static ms_status
find_bases(pairs *p)
{
	ms_fair *f = p->f;

	for (uint32_t i = 0; i < f->k; i++)
	{
		for (uint32_t j = i + 1; j < f->k; j++)
			p->base[both(p, i, j)] = f->cost + f->loss[i] + f->loss[j];
	}
	for (size_t o = 0; o < f->n; o++)
	{
		if (f->w[o] > 0)
			p->base[both(p, f->first[o], f->second[o])] += f->w[o] * (p->third[o] - f->d2[o]);
	}
	return ms_tick(f->ctx, f->n + f->k * f->k);
}

/* --- rows to come back ---------------------------------------------------------------------- */

static void
keep(pairs *p, size_t at, double cost, size_t row)
{
	addition *list = p->added + at * p->kept;
	size_t i = p->filled[at];

	if (i == p->kept && !(cost < list[i - 1].cost))
		return;
	i = i < p->kept ? p->filled[at]++ : i - 1;
	for (; i > 0 && cost < list[i - 1].cost; i--)
		list[i] = list[i - 1];
	list[i] = (addition){cost, row};
}

/* What a candidate at distances d saves, for all pairs of slots at once; the sum of near. */
static double
look(pairs *p, const double *d)
{
	ms_fair *f = p->f;
	double sum = 0;

	memset(p->near, 0, f->k * sizeof(*p->near));
	memset(p->far, 0, f->k * sizeof(*p->far));
	memset(p->tie, 0, f->k * f->k * sizeof(*p->tie));
	for (size_t o = 0; o < f->n; o++)
	{
		double near, far;

		if (!(d[o] < p->third[o]))
			continue;
		near = f->w[o] * ms_fair_greater(f->d1[o] - d[o], 0);
		far = f->w[o] * ms_fair_greater(f->d2[o] - d[o], 0);
		sum += near;
		p->near[f->first[o]] += near;
		p->far[f->first[o]] += far;
		p->tie[both(p, f->first[o], f->second[o])] += f->w[o] * (p->third[o] - d[o]) - far;
	}
	return sum;
}

/* With k = 2 nothing is left but the candidate. */
static double
alone(const ms_fair *f, const double *d)
{
	double cost = 0;

	for (size_t o = 0; o < f->n; o++)
		cost += f->w[o] * d[o];
	return cost;
}

static ms_status
offer(pairs *p, size_t c)
{
	ms_fair *f = p->f;
	uint32_t group = f->of[c];
	const double *d;
	double sum;

	MS_TRY(ms_fair_row(f, c, p->row, &d));
	sum = f->k == 2 ? alone(f, d) : look(p, d);
	for (uint32_t i = 0; i < f->k; i++)
	{
		for (uint32_t j = 0; j < f->k && f->of[f->medoids[i]] == group; j++)
		{
			size_t at = both(p, i, j);

			if (f->of[f->medoids[j]] != group)
				keep(p, i * f->k + j,
					 f->k == 2 ? sum
							   : p->base[at] - (sum - p->near[i] - p->near[j] + p->far[i] +
												p->far[j] + p->tie[at]),
					 c);
		}
	}
	return ms_tick(f->ctx, 3 * f->n + (1 + p->kept / 4) * f->k * f->k);
}

/* --- pairs of them -------------------------------------------------------------------------- */

/* d^p to the nearest medoid but those of slots i and j. */
static ms_status
leave(pairs *p, uint32_t i, uint32_t j)
{
	ms_fair *f = p->f;

	for (size_t o = 0; o < f->n; o++)
	{
		uint32_t first = f->first[o];
		uint32_t second = f->second[o];

		p->rest[o] = first != i && first != j     ? f->d1[o]
					 : second != i && second != j ? f->d2[o]
												  : p->third[o];
	}
	return ms_tick(f->ctx, 2 * f->n);
}

typedef struct best_pair
{
	double cost;
	uint32_t i, j;
	size_t x, y;
} best_pair;

static ms_status
evaluate(pairs *p, size_t x, size_t y, double *cost)
{
	ms_fair *f = p->f;
	const double *dx;
	const double *dy;

	MS_TRY(ms_fair_row(f, x, p->row, &dx));
	MS_TRY(ms_fair_row(f, y, f->row, &dy));
	*cost = 0;
	for (size_t o = 0; o < f->n; o++)
		*cost += f->w[o] * ms_fair_lesser(p->rest[o], ms_fair_lesser(dx[o], dy[o]));
	return ms_tick(f->ctx, 2 * f->n);
}

static ms_status
try_slots(pairs *p, uint32_t i, uint32_t j, best_pair *best)
{
	size_t k = p->f->k;
	const addition *xs = p->added + (i * k + j) * p->kept;
	const addition *ys = p->added + (j * k + i) * p->kept;
	double without = p->base[both(p, i, j)];

	if (p->filled[i * k + j] == 0 || p->filled[j * k + i] == 0 ||
		!(xs[0].cost + ys[0].cost - without < best->cost))
		return MS_OK;
	MS_TRY(leave(p, i, j));
	for (size_t a = 0; a < p->filled[i * k + j]; a++)
	{
		for (size_t b = 0; b < p->filled[j * k + i]; b++)
		{
			double cost;

			if (!(xs[a].cost + ys[b].cost - without < best->cost))
				break;
			MS_TRY(evaluate(p, xs[a].row, ys[b].row, &cost));
			if (cost < best->cost)
				*best = (best_pair){cost, i, j, xs[a].row, ys[b].row};
		}
	}
	return MS_OK;
}

static ms_status
find(pairs *p, best_pair *best)
{
	ms_fair *f = p->f;

	MS_TRY(find_third(p));
	MS_TRY(find_bases(p));
	for (size_t c = 0; c < f->n; c++)
	{
		if (!f->taken[c])
			MS_TRY(offer(p, c));
	}
	*best = (best_pair){.cost = f->cost - MS_FAIR_EPSILON * f->cost, .x = SIZE_MAX};
	for (uint32_t i = 0; i < f->k; i++)
	{
		for (uint32_t j = i + 1; j < f->k; j++)
		{
			if (f->of[f->medoids[i]] != f->of[f->medoids[j]])
				MS_TRY(try_slots(p, i, j, best));
		}
	}
	return MS_OK;
}

static ms_status
allocate(pairs *p, ms_arena *arena)
{
	size_t n = p->f->n;
	size_t k = p->f->k;
	size_t kept;

	p->kept = n <= ALL_ROWS ? n : KEPT;
	ms_size_mul(k * k, p->kept, &kept);
	MS_TRY(MS_ALLOC(arena, n, &p->third));
	MS_TRY(MS_ALLOC(arena, n, &p->row));
	MS_TRY(MS_ALLOC(arena, n, &p->rest));
	MS_TRY(MS_ALLOC(arena, k * k, &p->base));
	MS_TRY(MS_ALLOC(arena, k * k, &p->tie));
	MS_TRY(MS_ALLOC(arena, k, &p->near));
	MS_TRY(MS_ALLOC(arena, k, &p->far));
	MS_TRY(MS_ALLOC(arena, kept, &p->added));
	return MS_ZEROED(arena, k * k, &p->filled);
}

static void
exchange(ms_fair *f, uint32_t slot, size_t c)
{
	f->taken[f->medoids[slot]] = 0;
	f->taken[c] = 1;
	f->medoids[slot] = c;
}

ms_status
ms_fair_swap_pair(ms_fair *f, bool *done)
{
	pairs p = {.f = f};
	best_pair best;
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, f->ctx);
	status = allocate(&p, &arena);
	if (status == MS_OK)
		status = find(&p, &best);
	ms_arena_free(&arena);
	MS_TRY(status);
	*done = best.x != SIZE_MAX;
	if (!*done)
		return MS_OK;
	exchange(f, best.i, best.x);
	exchange(f, best.j, best.y);
	f->pairs++;
	return ms_fair_assign(f);
}
