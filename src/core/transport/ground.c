/*
 * ground.c: costs of transport between points.
 */
#include "core/transport/ground.h"

#include <math.h>

/* The box of all points, and its middle and diameter. */
static ms_status
box_column(ms_ctx *ctx, const ms_rows *r, size_t j, double *low, double *high)
{
	for (size_t i = 0; i < r->n; i++)
	{
		double x = r->x[i * r->stride + j];

		if (!isfinite(x))
			return ms_fail(ctx, MS_NOT_FINITE, "row", (int64_t) i + 1, x, 0);
		*low = fmin(*low, x);
		*high = fmax(*high, x);
	}
	return ms_tick(ctx, 2 * r->n);
}

static ms_status
copy_column(ms_ctx *ctx, const ms_rows *r, size_t j, double middle, double scale, double *out,
			size_t step)
{
	for (size_t i = 0; i < r->n; i++)
		out[i * step] = (r->x[i * r->stride + j] - middle) / scale;
	return ms_tick(ctx, 2 * r->n);
}

ms_status
ms_ground_new(ms_ctx *ctx, ms_arena *arena, const ms_rows *a, const ms_rows *b, double p,
			  bool scaled, ms_ground *out)
{
	double diameter = 0;
	double *middle;

	if (a->d != b->d)
		return ms_fail(ctx, MS_MISMATCH, "columns", 0, (double) b->d, (double) a->d);
	if (a->n == 0 || b->n == 0)
		return ms_fail(ctx, MS_TOO_FEW, "points", 0, 0, 1);
	*out = (ms_ground){.n = a->n, .m = b->n, .d = a->d, .p = p, .scale = 1};
	MS_TRY(ms_arena_alloc(arena, a->n, a->d * sizeof(double), (void **) &out->x));
	MS_TRY(ms_arena_alloc(arena, b->n, b->d * sizeof(double), (void **) &out->y));
	MS_TRY(MS_ALLOC(arena, a->d, &middle));
	for (size_t j = 0; j < a->d; j++)
	{
		double low = INFINITY;
		double high = -INFINITY;

		MS_TRY(box_column(ctx, a, j, &low, &high));
		MS_TRY(box_column(ctx, b, j, &low, &high));
		diameter = hypot(diameter, high - low);
		middle[j] = low / 2 + high / 2;
	}
	if (!isfinite(diameter))
		return ms_fail(ctx, MS_TOO_LARGE, "distance", 0, diameter, 0);
	/* a power of two: the scaled points have the same digits */
	if (scaled && diameter > 0)
		out->scale = fmax(exp2(ceil(log2(diameter))), 0x1p-1000);
	if (!isfinite(out->scale))
		out->scale = 0x1p1023;
	for (size_t j = 0; j < a->d; j++)
	{
		MS_TRY(copy_column(ctx, a, j, middle[j], out->scale, out->x + j, a->d));
		MS_TRY(copy_column(ctx, b, j, middle[j], out->scale, out->y + j * b->n, 1));
	}
	return MS_OK;
}

__attribute__((target_clones("default", "avx2", "avx512f"))) static void
squares(const double *x, const double *y, size_t d, size_t m, size_t count, double *out)
{
	for (size_t j = 0; j < count; j++)
		out[j] = (x[0] - y[j]) * (x[0] - y[j]);
	for (size_t k = 1; k < d; k++)
	{
		const double *column = y + k * m;

		for (size_t j = 0; j < count; j++)
			out[j] += (x[k] - column[j]) * (x[k] - column[j]);
	}
}

__attribute__((target_clones("default", "avx2", "avx512f"))) static void
roots(size_t count, double *out)
{
	for (size_t j = 0; j < count; j++)
		out[j] = sqrt(out[j]);
}

void
ms_ground_row(const ms_ground *g, size_t i, size_t from, size_t count, double *out)
{
	squares(g->x + i * g->d, g->y + from, g->d, g->m, count, out);
	if (g->p == 1)
		roots(count, out);
	else if (g->p != 2)
	{
		for (size_t j = 0; j < count; j++)
			out[j] = pow(out[j], g->p / 2);
	}
}
