/*
 * shortest.c: the shortest paths of all pairs (Floyd 1962, Warshall 1962) over a triangle, and
 * distances rounded to floats that obey the triangle inequality to the last bit.
 */
#include <math.h>
#include <string.h>

#include "core/medoids/metric.h"

#define NONE UINT32_MAX

/* a detour that is shorter by rounding alone is none */
#define SHORTER (1 - 1e-15)

#define CLONES __attribute__((target_clones("default", "avx2", "avx512f")))

ms_status
ms_paths_new(ms_arena *arena, size_t n, ms_paths *out)
{
	size_t pairs = n * (n - 1) / 2;

	out->n = n;
	MS_TRY(MS_ALLOC(arena, pairs, &out->length));
	MS_TRY(MS_ALLOC(arena, pairs, &out->middle));
	MS_TRY(MS_ALLOC(arena, n, &out->row));
	return MS_ALLOC(arena, n + 2, &out->steps);
}

/* Row i of the triangle by way of k: to_k from i to k, row[j] from k to j. */
CLONES static void
relax(double *length, uint32_t *middle, const double *row, size_t m, double to_k, uint32_t k)
{
	for (size_t j = 0; j < m; j++)
	{
		double detour = to_k + row[j];
		bool shorter = detour < length[j] * SHORTER;

		length[j] = shorter ? detour : length[j];
		middle[j] = shorter ? k : middle[j];
	}
}

/* The distances of k to all, itself at 0, which shortens nothing. */
static void
gather_row(const double *length, size_t n, size_t k, double *row)
{
	if (k > 0)
		memcpy(row, length + ms_pair_at(k, 0), k * sizeof(*row));
	row[k] = 0;
	for (size_t i = k + 1; i < n; i++)
		row[i] = length[ms_pair_at(i, k)];
}

ms_status
ms_paths_find(ms_ctx *ctx, ms_paths *p, const double *x)
{
	size_t n = p->n;

	for (size_t i = 0; i < n * (n - 1) / 2; i++)
	{
		p->length[i] = x[i] > 0 ? x[i] : 0;
		p->middle[i] = NONE;
	}
	for (size_t k = 0; k < n; k++)
	{
		gather_row(p->length, n, k, p->row);
		for (size_t i = 1; i < n; i++)
		{
			size_t at = ms_pair_at(i, 0);

			relax(p->length + at, p->middle + at, p->row, i, p->row[i], (uint32_t) k);
			MS_TRY(ms_tick(ctx, i));
		}
	}
	return MS_OK;
}

/*
 * A pair's last middle k was found at stage k, when the paths on both sides of it were as short as
 * they get: so middles descend, and a walk ends.
 */
size_t
ms_paths_walk(const ms_paths *p, size_t i, size_t j, uint32_t *nodes)
{
	size_t found = 0;
	size_t open = 0;

	p->steps[open++] = (ms_step){(uint32_t) i, (uint32_t) j, NONE};
	while (open > 0)
	{
		ms_step s = p->steps[--open];
		uint32_t k = p->middle[ms_pair_at(s.from, s.to)];

		if (k >= s.below || found + open + 2 > p->n)
			nodes[found++] = s.to;
		else
		{
			p->steps[open++] = (ms_step){k, s.to, k};
			p->steps[open++] = (ms_step){s.from, k, k};
		}
	}
	return found;
}

/* --- floats --------------------------------------------------------------------------------- */

/* By how much row i is above the detours by k at most: mostly by nothing. */
CLONES static double
row_excess(const float *row, const double *from_k, size_t m, double to_k)
{
	double excess = 0;

#pragma omp simd reduction(max : excess)
	for (size_t j = 0; j < m; j++)
	{
		double above = row[j] - (to_k + from_k[j]);

		excess = above > excess ? above : excess;
	}
	return excess;
}

/* Lowers row i of floats to the detours by k, rounded down; whether any was above. */
static bool
lower_row(float *row, const double *from_k, size_t m, double to_k, const double *inverse,
		  double *left)
{
	bool lowered = false;

	if (row_excess(row, from_k, m, to_k) <= 0)
		return false;
	for (size_t j = 0; j < m; j++)
	{
		double detour = to_k + from_k[j];

		if ((double) row[j] <= detour)
			continue;
		if (inverse && inverse[j] == 0)
		{
			*left = fmax(*left, row[j] - detour);
			continue;
		}
		row[j] = (float) detour;
		if (row[j] > detour)
			row[j] = nextafterf(row[j], 0);
		lowered = true;
	}
	return lowered;
}

/* One round over all detours. */
static ms_status
lower_all(ms_ctx *ctx, float *x, size_t n, const double *inverse, double *row, bool *lowered,
		  double *left)
{
	*lowered = false;
	*left = 0;
	for (size_t k = 0; k < n; k++)
	{
		for (size_t i = 0; i < n; i++)
			row[i] = i == k ? 0 : x[ms_pair_at(i, k)];
		for (size_t i = 1; i < n; i++)
		{
			size_t at = ms_pair_at(i, 0);

			*lowered |= lower_row(x + at, row, i, i == k ? INFINITY : row[i],
								  inverse ? inverse + at : NULL, left);
			MS_TRY(ms_tick(ctx, 2 * i));
		}
	}
	return MS_OK;
}

static ms_status
round_down(ms_ctx *ctx, ms_arena *arena, size_t n, const double *inverse, float *out, double *left)
{
	bool lowered = true;
	double *row;

	MS_TRY(MS_ALLOC(arena, n, &row));
	while (lowered) /* floats only fall, and not below 0 */
		MS_TRY(lower_all(ctx, out, n, inverse, row, &lowered, left));
	return MS_OK;
}

ms_status
ms_metric_round(ms_ctx *ctx, const double *x, size_t n, const double *inverse, float *out,
				double *left)
{
	ms_arena arena;
	ms_status status;

	for (size_t i = 0; i < n * (n - 1) / 2; i++)
		out[i] = (float) fmax(x[i], 0);
	ms_arena_init(&arena, ctx);
	status = round_down(ctx, &arena, n, inverse, out, left);
	ms_arena_free(&arena);
	return status;
}
