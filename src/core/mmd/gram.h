/*
 * gram.h: what is summed over the Gram matrix of a cloud, which is made a stripe at a time and
 * never stored: n^2 / 2 values of a kernel, O(n) memory. Sums run within tiles, then over tiles,
 * always in the same order.
 */
#ifndef MS_GRAM_H
#define MS_GRAM_H

#include "core/mmd/cloud.h"

/* k[r * MS_CLOUD_TILE + j]: point i + r against point j of tile number `tile`. */
typedef struct ms_stripe
{
	size_t i;
	size_t rows;
	size_t tile;
	bool diagonal; /* the rows lie in this tile: (i, j) and (j, i) both come */
	const double *k;
} ms_stripe;

typedef void (*ms_gram_visit)(void *of, const ms_stripe *stripe);

/* All pairs of points: those of two tiles come once, with the tile of the rows first. */
extern ms_status ms_gram_pass(ms_ctx *ctx, const ms_cloud *c, const ms_kernel *k,
							  ms_gram_visit visit, void *of);

/* All points of a against all of b. */
extern ms_status ms_gram_between(ms_ctx *ctx, const ms_cloud *a, const ms_cloud *b,
								 const ms_kernel *k, ms_gram_visit visit, void *of);

/*
 * Weighted sums of rows, over the first m points and over the others: sums[s][i] = sum of
 * w_j k(x_i, x_j), j < m (s = 0) or j >= m (s = 1); ms_cloud_padded doubles each. The second form
 * has the points of b summed for each of a. MS_TOO_LARGE "kernel" where a sum is no number
 * (polynomial).
 */
extern ms_status ms_gram_sums(ms_ctx *ctx, const ms_cloud *c, const ms_kernel *k, size_t m,
							  double *sums[2]);
extern ms_status ms_gram_sums_between(ms_ctx *ctx, const ms_cloud *a, const ms_cloud *b,
									  const ms_kernel *k, size_t m, double *sums[2]);

/*
 * Points in groups, group g from begin[g] to begin[g + 1] - 1: out[groups * groups], symmetric, the sums of
 * w_i w_j k(x_i, x_j), i in g, j in h. Scratch: 16 groups^2 bytes.
 */
extern ms_status ms_gram_blocks(ms_ctx *ctx, ms_arena *arena, const ms_cloud *c, const ms_kernel *k,
								const size_t *begin, size_t groups, double *out);

/*
 * Of the matrix centred in rows and columns, Kc, where a point of weight w counts as w points: what
 * the moments of a permutation statistic are made of (mmd.md, 9.2).
 */
typedef struct ms_gram_moments
{
	double weight;   /* N = sum w */
	double trace;    /* sum w_i Kc_ii */
	double squares;  /* sum w_i w_j Kc_ij^2 */
	double diagonal; /* sum w_i Kc_ii^2 */
} ms_gram_moments;

/*
 * Weighted means of rows less half the grand mean, so that Kc_ij = k_ij - means_i - means_j; sums: of
 * all rows, as ms_gram_sums makes them for m = n. *weight: N. means[n].
 */
extern ms_status ms_gram_means(ms_ctx *ctx, const ms_cloud *c, const double *sums, double *means,
							   double *weight);

/* From the same sums. */
extern ms_status ms_gram_centred(ms_ctx *ctx, ms_arena *arena, const ms_cloud *c,
								 const ms_kernel *k, const double *sums, ms_gram_moments *out);

#endif
