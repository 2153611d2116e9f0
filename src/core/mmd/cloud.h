/*
 * cloud.h: points packed so that a kernel runs over them in lanes: tiles of MS_CLOUD_TILE points,
 * each by columns. Squared distances are direct differences, so equal points are at 0, offsets and
 * clusters far apart lose no digits, and k(x, y) = k(y, x) bit for bit, whichever call makes it.
 * With four rows at a time in registers they cost d / 50 ns each with AVX-512, d / 25 with AVX2:
 * dgemm took 1.7 times as long, and 0.85 times.
 *
 * The Gram matrix is never stored: what reads it is given stripes of it.
 */
#ifndef MS_CLOUD_H
#define MS_CLOUD_H

#include "core/mmd/kernel.h"

#define MS_CLOUD_TILE 240 /* 240 x 240 doubles: 460 kB */
#define MS_CLOUD_STRIPE 8 /* rows of a stripe at most: 15 kB */

typedef struct ms_cloud_loops ms_cloud_loops;

typedef struct ms_cloud
{
	size_t n;
	size_t d;
	size_t tiles;
	double *x; /* tiles x d x MS_CLOUD_TILE; what fills the last tile is 0 */
	double *w; /* tiles x MS_CLOUD_TILE weights; 0 there */
	const ms_cloud_loops *loops;
} ms_cloud;

/* Doubles of an array with one for each point, whole tiles. */
static inline size_t
ms_cloud_padded(const ms_cloud *c)
{
	return c->tiles * MS_CLOUD_TILE;
}

/*
 * Packs the rows, or those that which[n] numbers (they may repeat). MS_NOT_FINITE (index = row);
 * MS_BAD_WEIGHT; MS_TOO_FEW "rows"; MS_TOO_LARGE "distance" where a squared distance or an inner
 * product may be no number. Memory: (n + 239) (d + 1) doubles.
 */
extern ms_status ms_cloud_new(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows,
							  const size_t *which, size_t n, ms_cloud *out);

/* n points at 0, each of weight 1: room for ms_cloud_gather. */
extern ms_status ms_cloud_room(ms_ctx *ctx, ms_arena *arena, size_t n, size_t d, ms_cloud *out);

/* Point i of `to` becomes point which[i] of `from`, for as many as `to` has; weights stay. */
extern void ms_cloud_gather(const ms_cloud *from, const uint32_t *which, ms_cloud *to);

/* Point i: x[d]. */
extern void ms_cloud_point(const ms_cloud *c, size_t i, double *x);

/*
 * What a kernel takes (squared distances, or inner products where `inner`), and its values:
 * out[rows * MS_CLOUD_TILE], for points i .. i + rows - 1 of one tile of a, rows <=
 * MS_CLOUD_STRIPE, and all of tile number `tile` of b (also what fills the last tile).
 */
extern void ms_cloud_stripe(const ms_cloud *a, size_t i, size_t rows, const ms_cloud *b,
							size_t tile, bool inner, double *out);
extern void ms_cloud_kernel(const ms_cloud *a, size_t i, size_t rows, const ms_cloud *b,
							size_t tile, const ms_kernel *k, double *out);

/* k(a_i, b_j) for all points of b: out[b->n]. Polls. */
extern ms_status ms_cloud_row(ms_ctx *ctx, const ms_cloud *a, size_t i, const ms_cloud *b,
							  const ms_kernel *k, double *out);

/* Steps (ms_tick) of a value. */
static inline size_t
ms_cloud_steps(const ms_cloud *c, size_t values)
{
	return values + values / 16 * c->d;
}

/* Points in tile number t. */
static inline size_t
ms_cloud_in_tile(const ms_cloud *c, size_t t)
{
	size_t left = c->n - t * MS_CLOUD_TILE;

	return left < MS_CLOUD_TILE ? left : MS_CLOUD_TILE;
}

/* k(x_i, x_i) for all i: out[n]. */
extern ms_status ms_cloud_diagonal(ms_ctx *ctx, const ms_cloud *c, const ms_kernel *k, double *out);

/* For tests: the instruction sets, 0 (any processor) .. ms_cloud_levels() - 1 (taken). */
extern int ms_cloud_levels(void);
extern void ms_cloud_set_level(ms_cloud *c, int level);

#endif
