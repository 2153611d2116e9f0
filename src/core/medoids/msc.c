/*
 * msc.c: FasterMSC and DynMSC (Lenssen & Schubert, "Clustering by Direct Optimization of the Medoid
 * Silhouette", SISAP 2022; arXiv 2309.03751): eager swaps that lower L = sum w d1 / d2. Each object
 * keeps its three nearest medoids, so that a candidate costs O(n) for all k slots.
 */
#include <math.h>
#include <string.h>

#include "core/medoids/data.h"

#define NONE UINT32_MAX

typedef struct msc
{
	ms_ctx *ctx;
	const ms_table *t;
	size_t k;
	size_t *medoids;
	unsigned char *taken;
	uint32_t *slot[3]; /* of the nearest medoids; NONE where k = 2 has no third */
	float *d[3];       /* their distances, infinite where there is none */
	double *loss;      /* k */
	double *gains;     /* k */
	double total;      /* L */
	double mass;
	uint64_t swaps;
	uint32_t passes;
	bool converged;
	float *own_rows; /* k x m, where rows are computed */
	const float **rows;
	float *row;
	uint32_t *hits;
} msc;

static inline double
ratio(double x, double y)
{
	return x > 0 && y > 0 ? x / y : 0;
}

static inline double
weight(const msc *s, size_t o)
{
	return s->t->w ? s->t->w[o] : 1;
}

static ms_status
allocate(msc *s, ms_arena *arena)
{
	const ms_table *t = s->t;
	size_t own = 0;

	if (!t->rows)
		ms_size_mul(s->k, t->m, &own);
	MS_TRY(MS_ALLOC(arena, s->k, &s->medoids));
	MS_TRY(MS_ZEROED(arena, t->n, &s->taken));
	for (int r = 0; r < 3; r++)
	{
		MS_TRY(MS_ALLOC(arena, t->m, &s->slot[r]));
		MS_TRY(MS_ALLOC(arena, t->m, &s->d[r]));
	}
	MS_TRY(MS_ALLOC(arena, s->k, &s->loss));
	MS_TRY(MS_ALLOC(arena, s->k, &s->gains));
	MS_TRY(MS_ALLOC(arena, own, &s->own_rows));
	MS_TRY(MS_ALLOC(arena, s->k, &s->rows));
	MS_TRY(MS_ALLOC(arena, t->m, &s->row));
	return MS_ALLOC(arena, t->m + 16, &s->hits);
}

static ms_status
fetch_row(msc *s, size_t i)
{
	float *own = s->t->rows ? NULL : s->own_rows + i * s->t->m;

	return ms_table_row(s->ctx, s->t, s->medoids[i], own, &s->rows[i]);
}

static void
find_three(msc *s, size_t o)
{
	for (int r = 0; r < 3; r++)
	{
		s->slot[r][o] = NONE;
		s->d[r][o] = INFINITY;
	}
	for (uint32_t i = 0; i < s->k; i++)
	{
		float d = s->rows[i][o];
		int r = 3;

		for (; r > 0 && d < s->d[r - 1][o]; r--)
		{
			if (r == 3)
				continue;
			s->d[r][o] = s->d[r - 1][o];
			s->slot[r][o] = s->slot[r - 1][o];
		}
		if (r < 3)
		{
			s->d[r][o] = d;
			s->slot[r][o] = i;
		}
	}
}

/* L, and by how much it rises when a slot is emptied. */
static void
sum_up(msc *s)
{
	s->total = 0;
	memset(s->loss, 0, s->k * sizeof(*s->loss));
	for (size_t o = 0; o < s->t->m; o++)
	{
		double d1 = s->d[0][o];
		double d2 = s->d[1][o];
		double d3 = s->d[2][o];
		double w = weight(s, o);

		s->total += w * ratio(d1, d2);
		s->loss[s->slot[0][o]] += w * (ratio(d2, d3) - ratio(d1, d2));
		s->loss[s->slot[1][o]] += w * (ratio(d1, d3) - ratio(d1, d2));
	}
}

static ms_status
set(msc *s)
{
	memset(s->taken, 0, s->t->n);
	for (size_t i = 0; i < s->k; i++)
	{
		s->taken[s->medoids[i]] = 1;
		MS_TRY(fetch_row(s, i));
	}
	for (size_t o = 0; o < s->t->m; o++)
	{
		find_three(s, o);
		MS_TRY(ms_tick(s->ctx, 2 * s->k));
	}
	sum_up(s);
	return MS_OK;
}

/* --- swaps ---------------------------------------------------------------------------------- */

/* Object o when the candidate is at d < d3: the shared change of L; those of its slots add up. */
static double
gather(msc *s, size_t o, double d)
{
	double d1 = s->d[0][o];
	double d2 = s->d[1][o];
	double d3 = s->d[2][o];
	double now = ratio(d1, d2);
	double w = weight(s, o);
	double *first = &s->gains[s->slot[0][o]];
	double *second = &s->gains[s->slot[1][o]];

	if (d < d1)
	{
		*first += w * (ratio(d, d2) - ratio(d, d1) - ratio(d2, d3) + now);
		*second += w * (now - ratio(d1, d3));
		return w * (ratio(d, d1) - now);
	}
	if (d < d2)
	{
		*first += w * (ratio(d, d2) - ratio(d1, d) - ratio(d2, d3) + now);
		*second += w * (now - ratio(d1, d3));
		return w * (ratio(d1, d) - now);
	}
	*first += w * (ratio(d2, d) - ratio(d2, d3));
	*second += w * (ratio(d1, d) - ratio(d1, d3));
	return 0;
}

static ms_status
try_candidate(msc *s, size_t c, size_t *slot, double *change)
{
	const float *d;
	double shared = 0;
	size_t n;

	MS_TRY(ms_table_row(s->ctx, s->t, c, s->row, &d));
	n = ms_pam_hits(d, s->d[2], s->t->m, s->hits);
	memcpy(s->gains, s->loss, s->k * sizeof(*s->gains));
	for (size_t h = 0; h < n; h++)
		shared += gather(s, s->hits[h], d[s->hits[h]]);
	*slot = 0;
	for (size_t i = 1; i < s->k; i++)
	{
		if (s->gains[i] < s->gains[*slot])
			*slot = i;
	}
	*change = s->gains[*slot] + shared;
	return ms_tick(s->ctx, s->t->m + 10 * n + s->k);
}

static ms_status
swap(msc *s, uint32_t i, size_t c)
{
	s->taken[s->medoids[i]] = 0;
	s->taken[c] = 1;
	s->medoids[i] = c;
	MS_TRY(fetch_row(s, i));
	for (size_t o = 0; o < s->t->m; o++)
	{
		if (s->rows[i][o] < s->d[2][o] || s->slot[0][o] == i || s->slot[1][o] == i ||
			s->slot[2][o] == i)
			find_three(s, o);
	}
	sum_up(s);
	s->swaps++;
	return ms_tick(s->ctx, 8 * s->t->m);
}

static ms_status
fastermsc(msc *s, int max_iter)
{
	size_t n = s->t->n;
	size_t last = n;

	s->converged = s->k == n;
	for (int pass = 0; pass < max_iter && !s->converged; pass++)
	{
		uint64_t before = s->swaps;

		s->passes++;
		for (size_t c = 0; c < n && !s->converged; c++)
		{
			size_t slot;
			double change;

			s->converged = c == last;
			if (s->converged || s->taken[c])
				continue;
			MS_TRY(try_candidate(s, c, &slot, &change));
			if (change < -MS_PAM_EPSILON * s->mass)
			{
				MS_TRY(swap(s, (uint32_t) slot, c));
				last = c;
			}
		}
		s->converged |= s->swaps == before;
	}
	return MS_OK;
}

/* --- all k ---------------------------------------------------------------------------------- */

/* The medoid that is missed least goes. */
static ms_status
drop_one(msc *s)
{
	size_t least = 0;

	for (size_t i = 1; i < s->k; i++)
	{
		if (s->loss[i] < s->loss[least])
			least = i;
	}
	memmove(s->medoids + least, s->medoids + least + 1,
			(s->k - least - 1) * sizeof(*s->medoids));
	s->k--;
	return set(s);
}

static ms_status
record(msc *s, ms_arena *arena, ms_msc_step *step)
{
	step->k = s->k;
	step->silhouette = 1 - s->total / s->mass;
	step->swaps = s->swaps;
	step->passes = s->passes;
	step->converged = s->converged;
	MS_TRY(MS_ALLOC(arena, s->k, &step->medoids));
	memcpy(step->medoids, s->medoids, s->k * sizeof(*s->medoids));
	ms_sort_few(step->medoids, s->k);
	return MS_OK;
}

static ms_status
run(msc *s, ms_arena *arena, const size_t *medoids, size_t k_min, int max_iter, ms_msc_step *steps)
{
	memcpy(s->medoids, medoids, s->k * sizeof(*medoids));
	s->mass = ms_table_weight(s->t);
	MS_TRY(set(s));
	for (;;)
	{
		s->swaps = 0;
		s->passes = 0;
		MS_TRY(fastermsc(s, max_iter));
		MS_TRY(record(s, arena, steps++));
		if (s->k == k_min)
			return MS_OK;
		MS_TRY(drop_one(s));
	}
}

ms_status
ms_dynmsc(ms_ctx *ctx, ms_arena *arena, const ms_table *t, const size_t *medoids, size_t k_max,
		  size_t k_min, int max_iter, ms_msc_step *steps)
{
	msc s = {.ctx = ctx, .t = t, .k = k_max};
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_status status = allocate(&s, &scratch);

	if (status == MS_OK)
		status = run(&s, arena, medoids, k_min, max_iter, steps);
	ms_arena_free(&scratch);
	return status;
}
