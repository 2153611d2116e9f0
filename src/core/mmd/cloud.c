/*
 * cloud.c: packed points, and stripes of what a kernel takes of them.
 */
#include "core/mmd/cloud.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define TILE MS_CLOUD_TILE

/* One tile against some points of another: out[rows * TILE]. x: column c of point r at c TILE + r. */
typedef void (*cloud_loop)(const double *x, size_t rows, const double *tile, size_t d, double *out);

struct ms_cloud_loops
{
	cloud_loop squares;
	cloud_loop products;
};

#define SIMD(name) name##_any
#define SIMD_TARGET
#define SIMD_LANES 2
#include "core/mmd/cloud_simd.h"

#if defined(__x86_64__)
#define SIMD(name) name##_avx2
#define SIMD_TARGET __attribute__((target("avx2,fma")))
#define SIMD_LANES 4
#include "core/mmd/cloud_simd.h"

#define SIMD(name) name##_avx512
#define SIMD_TARGET __attribute__((target("avx2,fma,avx512f")))
#define SIMD_LANES 8
#include "core/mmd/cloud_simd.h"
#endif

/* --- instruction sets ----------------------------------------------------------------------- */

int
ms_cloud_levels(void)
{
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
		return 1;
	return __builtin_cpu_supports("avx512f") ? 3 : 2;
#else
	return 1;
#endif
}

void
ms_cloud_set_level(ms_cloud *c, int level)
{
	static const ms_cloud_loops *const loops[] = {
		&loops_any,
#if defined(__x86_64__)
		&loops_avx2,
		&loops_avx512,
#endif
	};

	c->loops = loops[level];
}

/* --- packing -------------------------------------------------------------------------------- */

/* Where column 0 of point i lies. */
static inline double *
point_at(const ms_cloud *c, size_t i)
{
	return c->x + i / TILE * TILE * c->d + i % TILE;
}

static ms_status
pack_row(ms_ctx *ctx, ms_cloud *c, const ms_rows *rows, size_t row, size_t i)
{
	const double *from = rows->x + row * rows->stride;
	double *to = point_at(c, i);

	for (size_t j = 0; j < c->d; j++)
	{
		to[j * TILE] = from[j];
		if (!isfinite(from[j]))
			return ms_fail(ctx, MS_NOT_FINITE, "row", (int64_t) row + 1, from[j], 0);
	}
	c->w[i] = ms_rows_weight(rows, row);
	if (!(c->w[i] >= 0) || isinf(c->w[i]))
		return ms_fail(ctx, MS_BAD_WEIGHT, "weight", (int64_t) row + 1, c->w[i], 0);
	return ms_tick(ctx, 2 * c->d);
}

/* The corner of the box of all points that is farthest from 0, and its diameter, are numbers. */
static ms_status
check_range(ms_ctx *ctx, const ms_cloud *c)
{
	double corner = 0;

	for (size_t j = 0; j < c->d; j++)
	{
		double most = 0;

		for (size_t i = 0; i < c->n; i++)
			most = fmax(most, fabs(point_at(c, i)[j * TILE]));
		corner = hypot(corner, most);
		MS_TRY(ms_tick(ctx, c->n));
	}
	/* a distance is at most twice as far */
	if (!(corner < sqrt(DBL_MAX) / 4))
		return ms_fail(ctx, MS_TOO_LARGE, "distance", 0, corner, sqrt(DBL_MAX) / 4);
	return MS_OK;
}

ms_status
ms_cloud_room(ms_ctx *ctx, ms_arena *arena, size_t n, size_t d, ms_cloud *out)
{
	*out = (ms_cloud){.n = n, .d = d, .tiles = n / TILE + (n % TILE > 0)};
	ms_cloud_set_level(out, ms_cloud_levels() - 1);
	MS_TRY(ms_arena_zeroed(arena, ms_cloud_padded(out), d * sizeof(double), (void **) &out->x));
	MS_TRY(MS_ZEROED(arena, ms_cloud_padded(out), &out->w));
	for (size_t i = 0; i < n; i++)
		out->w[i] = 1;
	return ms_tick(ctx, n);
}

ms_status
ms_cloud_new(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, const size_t *which, size_t n,
			 ms_cloud *out)
{
	if (n == 0)
		return ms_fail(ctx, MS_TOO_FEW, "rows", 0, 0, 1);
	MS_TRY(ms_cloud_room(ctx, arena, n, rows->d, out));
	for (size_t i = 0; i < n; i++)
		MS_TRY(pack_row(ctx, out, rows, which ? which[i] : i, i));
	return check_range(ctx, out);
}

void
ms_cloud_gather(const ms_cloud *from, const uint32_t *which, ms_cloud *to)
{
	for (size_t i = 0; i < to->n; i++)
	{
		const double *x = point_at(from, which[i]);
		double *y = point_at(to, i);

		for (size_t j = 0; j < to->d; j++)
			y[j * TILE] = x[j * TILE];
	}
}

void
ms_cloud_point(const ms_cloud *c, size_t i, double *x)
{
	const double *at = point_at(c, i);

	for (size_t j = 0; j < c->d; j++)
		x[j] = at[j * TILE];
}

/* --- values --------------------------------------------------------------------------------- */

void
ms_cloud_stripe(const ms_cloud *a, size_t i, size_t rows, const ms_cloud *b, size_t tile,
				bool inner, double *out)
{
	cloud_loop loop = inner ? b->loops->products : b->loops->squares;

	loop(point_at(a, i), rows, b->x + tile * TILE * b->d, b->d, out);
}

void
ms_cloud_kernel(const ms_cloud *a, size_t i, size_t rows, const ms_cloud *b, size_t tile,
				const ms_kernel *k, double *out)
{
	ms_cloud_stripe(a, i, rows, b, tile, !ms_kernel_translation(k->kind), out);
	ms_kernel_apply(k, rows * TILE, out);
}

ms_status
ms_cloud_row(ms_ctx *ctx, const ms_cloud *a, size_t i, const ms_cloud *b, const ms_kernel *k,
			 double *out)
{
	_Alignas(64) double values[TILE];

	for (size_t t = 0; t < b->tiles; t++)
	{
		ms_cloud_kernel(a, i, 1, b, t, k, values);
		memcpy(out + t * TILE, values, ms_cloud_in_tile(b, t) * sizeof(double));
		MS_TRY(ms_tick(ctx, ms_cloud_steps(b, TILE)));
	}
	return MS_OK;
}

ms_status
ms_cloud_diagonal(ms_ctx *ctx, const ms_cloud *c, const ms_kernel *k, double *out)
{
	for (size_t i = 0; i < c->n; i++)
	{
		const double *x = point_at(c, i);

		out[i] = 0;
		for (size_t j = 0; j < c->d; j++)
			out[i] += x[j * TILE] * x[j * TILE];
		out[i] = ms_kernel_diagonal(k, out[i]);
		MS_TRY(ms_tick(ctx, 8 + c->d));
	}
	return MS_OK;
}
