/*
 * frechet.c: the least weighted sum of distances to a power.
 */
#include "core/selection/frechet.h"

#include <math.h>

#define TIE 1e-12

static ms_status
sum_up(ms_ctx *ctx, const ms_distances *d, const size_t *points, const double *p, size_t m,
	   double exponent, double *row, double *values)
{
	for (size_t i = 0; i < m; i++)
	{
		if (p[i] == 0)
			continue;
		MS_TRY(ms_distances_row(ctx, d, points[i], row));
		for (size_t y = 0; y < d->n; y++)
			values[y] += p[i] * (exponent == 2   ? row[y] * row[y]
								 : exponent == 1 ? row[y]
												 : pow(row[y], exponent));
		MS_TRY(ms_tick(ctx, exponent == 1 || exponent == 2 ? 2 * d->n : 20 * d->n));
	}
	return MS_OK;
}

static void
choose(const double *values, size_t n, ms_frechet *out)
{
	double least = INFINITY;

	*out = (ms_frechet){.best = SIZE_MAX, .second = SIZE_MAX, .second_value = NAN};
	for (size_t y = 0; y < n; y++)
		least = fmin(least, values[y]);
	for (size_t y = 0; y < n; y++)
	{
		if (values[y] - least > TIE * least)
			continue;
		out->best = out->best == SIZE_MAX ? y : out->best;
		out->ties++;
	}
	out->value = values[out->best];
	for (size_t y = 0; y < n; y++)
	{
		if (y != out->best && (out->second == SIZE_MAX || values[y] < out->second_value))
		{
			out->second = y;
			out->second_value = values[y];
		}
	}
}

static ms_status
medoid(ms_ctx *ctx, ms_arena *arena, const ms_distances *d, const size_t *points, const double *p,
	   size_t m, double exponent, ms_frechet *out)
{
	double *row;
	double *values;

	MS_TRY(MS_ALLOC(arena, d->n, &row));
	MS_TRY(MS_ZEROED(arena, d->n, &values));
	MS_TRY(sum_up(ctx, d, points, p, m, exponent, row, values));
	choose(values, d->n, out);
	return ms_tick(ctx, 3 * d->n);
}

ms_status
ms_frechet_medoid(ms_ctx *ctx, const ms_distances *d, const size_t *points, const double *p,
				  size_t m, double exponent, ms_frechet *out)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = medoid(ctx, &arena, d, points, p, m, exponent, out);
	ms_arena_free(&arena);
	return status;
}
