/*
 * wasserstein1d.h: exact Wasserstein distances of samples on a line (one_dim.md). Two columns in
 * ascending order are walked once along their levels; the walk is the optimal plan for every
 * convex cost (Villani 2003), at most n + m - 1 pieces. O(n + m) time, no memory.
 *
 * Columns are those of describe.h, n > 0, weights scaled to 1 within. Levels of two columns that
 * differ by less than 4e-15 of the whole are one level: sums of 0.1 and of 0.3 meet though they
 * differ in the last bits. Without weights levels are integers and the walk is exact.
 */
#ifndef MS_WASSERSTEIN1D_H
#define MS_WASSERSTEIN1D_H

#include "core/base/describe.h"
#include "core/transport/sweep1d.h"

/* MS_BAD_ARGUMENT "p" unless p >= 1; infinity is allowed. */
extern ms_status ms_wasserstein1d_p(ms_ctx *ctx, double p);

/*
 * W_p, the root already taken. Scaled by the greatest distance, so that d^p neither overflows nor
 * vanishes. MS_TOO_LARGE "distance" when |x - y| itself is no double.
 */
extern ms_status ms_wasserstein1d(ms_ctx *ctx, const ms_column *a, const ms_column *b, double p,
								  double *out);

/* A piece of the plan: `mass` of the whole moves from a's value i to b's value j (from 0). */
typedef struct ms_piece
{
	size_t i;
	size_t j;
	double mass;
} ms_piece;

typedef struct ms_walk
{
	const ms_column *a;
	const ms_column *b;
	size_t i;
	size_t j;
	bool counts;    /* levels are integers */
	uint64_t count; /* level that is reached, of n m */
	double level;   /* of units.whole */
	ms_level_units units;
} ms_walk;

/* The plan, piece by piece, mass > 0, in ascending order; false at the end. */
extern void ms_walk_begin(ms_walk *w, const ms_column *a, const ms_column *b);
extern bool ms_walk_next(ms_walk *w, ms_piece *piece);

/*
 * W2^2 = location + size + shape: of the means, of the standard deviations (divisor W), and of
 * what is left (one_dim.md, 3.3). All >= 0. MS_TOO_LARGE "distance" when its square is no double.
 */
typedef struct ms_w2_parts
{
	double location, size, shape;
} ms_w2_parts;

extern ms_status ms_wasserstein1d_parts(ms_ctx *ctx, const ms_column *a, const ms_column *b,
										ms_w2_parts *out);

/*
 * Standard error of W_p^p, p finite, by the Kantorovich potentials (one_dim.md, 5.1; del Barrio,
 * Gordaliza & Loubes 2019). Not valid where the two laws are the same. n_a, n_b: rows that the
 * weights stand for (ms_describe_effective). Scratch: 2 (n + m) doubles from the arena.
 */
extern ms_status ms_wasserstein1d_error(ms_ctx *ctx, ms_arena *arena, const ms_column *a,
										const ms_column *b, double p, double n_a, double n_b,
										double *out);

/* What moved: quantiles of both at p[k], in [0, 1]; shift[i] = b[i] - a[i]. */
extern void ms_wasserstein1d_quantiles(const ms_column *a, const ms_column *b, const double *p,
									   size_t k, double *qa, double *qb, double *shift);

/*
 * All pairs of g columns, (i, j) with j < i in turn: out[g (g - 1) / 2]. O(g times all values).
 * MS_TOO_LARGE "distance" when one is no float.
 */
extern ms_status ms_wasserstein1d_matrix(ms_ctx *ctx, const ms_column *columns, size_t g, double p,
										 float *out);

/*
 * W1 on a circle of a given circumference, values in [0, circumference) (Delon, Salomon &
 * Sobolevski 2010): the level of F - G is free, and its weighted median is best. Scratch: 3 (n + m)
 * doubles and a sort. MS_BAD_ARGUMENT "circumference".
 */
extern ms_status ms_wasserstein1d_circle(ms_ctx *ctx, ms_arena *arena, const ms_column *a,
										 const ms_column *b, double circumference, double *out);

/*
 * Orlicz-Wasserstein (Guha, Ho & Nguyen 2023): the least s with sum mass (exp((d/s)^power) - 1)
 * <= 1, power 1 or 2. Scratch: 2 (n + m) doubles.
 */
extern ms_status ms_wasserstein1d_orlicz(ms_ctx *ctx, ms_arena *arena, const ms_column *a,
										 const ms_column *b, int power, double *out);

#endif
