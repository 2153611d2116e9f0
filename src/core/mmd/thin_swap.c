/*
 * thin_swap.c: KT-SWAP: what a list misses of all points, and the greedy pass that mends it
 * (Dwivedi & Mackey 2024, algorithm 1b).
 */
#include "core/mmd/thin_parts.h"

#include <math.h>

ms_status
ms_thin_score(ms_ctx *ctx, ms_arena *arena, const ms_swap *s, const uint32_t *list, size_t size,
			  double *mmd2)
{
	ms_arena scratch;
	ms_cloud chosen;
	double *sums;
	double within = 0;
	double across = 0;
	ms_status status;

	ms_arena_init(&scratch, arena->ctx);
	status = ms_thin_room(&scratch, s->points, size, &chosen);
	if (status == MS_OK)
		status = MS_ALLOC(&scratch, size, &sums);
	if (status == MS_OK)
	{
		ms_thin_gather(s->points, list, size, &chosen);
		status = ms_thin_sums(ctx, &chosen, &chosen, NULL, s->kernel, sums);
	}
	for (size_t i = 0; status == MS_OK && i < size; i++)
	{
		within += sums[i];
		across += s->means[list[i]];
	}
	*mmd2 = within / ((double) size * (double) size) - 2 * across / (double) size;
	ms_arena_free(&scratch);
	return status;
}

/* st[i] += factor column[i], where the column is k(x_i, x_point) for all points. */
static ms_status
add_column(ms_ctx *ctx, const ms_swap *s, size_t point, double factor, double *column, double *st)
{
	MS_TRY(ms_cloud_row(ctx, s->points, point, s->points, s->kernel, column));
#pragma omp simd
	for (size_t i = 0; i < s->points->n; i++)
		st[i] += factor * column[i];
	return MS_OK;
}

/* The first of the least; of unique rows none that is taken. */
static uint32_t
least(const double *st, size_t n, const unsigned char *taken)
{
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < n; i++)
	{
		if ((best == SIZE_MAX || st[i] < st[best]) && !(taken && taken[i]))
			best = i;
	}
	return (uint32_t) best;
}

/* k(x, x) / size - 2 mean embedding, and 2 / size times the columns of the chosen. */
static ms_status
begin(ms_ctx *ctx, const ms_swap *s, const uint32_t *chosen, size_t size, double *column,
	  double *st, unsigned char *taken)
{
	size_t n = s->points->n;

	MS_TRY(ms_cloud_diagonal(ctx, s->points, s->kernel, st));
	for (size_t i = 0; i < n; i++)
		st[i] = st[i] / (double) size - 2 * s->means[i];
	for (size_t t = 0; t < size; t++)
	{
		MS_TRY(add_column(ctx, s, chosen[t], 2 / (double) size, column, st));
		if (taken)
			taken[chosen[t]] = 1;
	}
	return MS_OK;
}

ms_status
ms_thin_refine(ms_ctx *ctx, ms_arena *arena, const ms_swap *s, uint32_t *chosen, size_t size)
{
	size_t n = s->points->n;
	double step = 2 / (double) size;
	unsigned char *taken = NULL;
	double *st, *column;

	MS_TRY(MS_ALLOC(arena, n, &st));
	MS_TRY(MS_ALLOC(arena, n, &column));
	if (s->unique)
		MS_TRY(MS_ZEROED(arena, n, &taken));
	MS_TRY(begin(ctx, s, chosen, size, column, st, taken));
	for (size_t t = 0; t < size; t++)
	{
		MS_TRY(add_column(ctx, s, chosen[t], -step, column, st));
		if (taken)
			taken[chosen[t]] = 0;
		chosen[t] = least(st, n, taken);
		if (taken)
			taken[chosen[t]] = 1;
		MS_TRY(ms_tick(ctx, n));
		MS_TRY(add_column(ctx, s, chosen[t], step, column, st));
	}
	return MS_OK;
}
