/*
 * match.h: which component of a mixture is which of another: distances between Gaussians and the
 * cheapest assignment (mixture_reduction_and_distances.md, section 1).
 */
#ifndef MS_MATCH_H
#define MS_MATCH_H

#include "core/mixture/gmm.h"

typedef enum ms_gauss_distance
{
	MS_GAUSS_BURES, /* 2-Wasserstein distance, rooted */
	MS_GAUSS_KL		/* symmetric Kullback-Leibler divergence, KL(a|b) + KL(b|a) */
} ms_gauss_distance;

/*
 * distances[a->k * b->k], component i of a to component j of b in row i. MS_MISMATCH what =
 * "columns"; MS_NOT_DEFINITE. O(ka kb d^3).
 */
extern ms_status ms_gmm_distances(ms_ctx *ctx, const ms_gmm *a, const ms_gmm *b,
								  ms_gauss_distance kind, double *distances);

/*
 * The assignment of least total cost of n rows to m columns (n x m, finite): column[i] for row i,
 * SIZE_MAX for the rows that are left over when n > m. Shortest augmenting paths (Jonker &
 * Volgenant 1987), O(min^2 max).
 */
extern ms_status ms_assign(ms_ctx *ctx, const double *cost, size_t n, size_t m, size_t *column);

/*
 * to[j] = component of the reference that component j of m is, or SIZE_MAX; distance[j] to it
 * (NaN). Either may have more components.
 */
extern ms_status ms_gmm_match(ms_ctx *ctx, const ms_gmm *m, const ms_gmm *reference,
							  ms_gauss_distance kind, size_t *to, double *distance);

/* Puts the components of m in the order of the reference; those without a partner come last. */
extern ms_status ms_gmm_relabel(ms_ctx *ctx, ms_gmm *m, const ms_gmm *reference,
								ms_gauss_distance kind);

/*
 * MW2 (Delon & Desolneux 2020): the least mean squared Bures distance over couplings of the
 * weights, rooted. The noise of either is left out.
 */
extern ms_status ms_gmm_wasserstein(ms_ctx *ctx, const ms_gmm *a, const ms_gmm *b, double *out);

#endif
