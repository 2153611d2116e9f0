/*
 * hsic.h: are two blocks of columns independent? The Hilbert-Schmidt independence criterion
 * (Gretton et al. 2005), whose case of energy kernels is distance covariance (Szekely, Rizzo &
 * Bakirov 2007; Sejdinovic et al. 2013). With K and L the Gram matrices of the blocks, centred:
 *
 *     biased    (1 / n^2) sum_ij Kc_ij Lc_ij           energy: dCov^2
 *     unbiased  Song et al. 2012; n >= 4               energy: dCovU
 *
 * Weights are frequencies: n is their sum.
 */
#ifndef MS_HSIC_H
#define MS_HSIC_H

#include "core/mmd/null.h"

typedef struct ms_hsic
{
	ms_rows rows;
	ms_cloud x; /* the first columns */
	ms_cloud y; /* the others */
	ms_kernel k;
	ms_kernel l;
} ms_hsic;

/*
 * The first `first` columns under k against the others under l, 0 < first < d. Memory:
 * (n + 239) (d + 2) doubles. MS_BAD_ARGUMENT "first" and of ms_kernel_check; MS_TOO_FEW "rows";
 * what ms_cloud_new refuses.
 */
extern ms_status ms_hsic_new(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, size_t first,
							 const ms_kernel *k, const ms_kernel *l, ms_hsic *out);

typedef struct ms_hsic_estimate
{
	double biased;
	double unbiased; /* NaN where n < 4; may be negative */
	/* over the geometric mean of those of (x, x) and (y, y); NaN where one of these is not above 0 */
	double correlation;          /* its root, of energy kernels, is dCor */
	double unbiased_correlation; /* of energy kernels: the bias-corrected dCor^2 */
	ms_gamma_test gamma;         /* of n^2 times biased, over n^2: p by the exact moments */
} ms_hsic_estimate;

/* 2 n^2 kernel values. MS_TOO_LARGE "kernel". Scratch: 6 n doubles. */
extern ms_status ms_hsic_estimate_of(ms_ctx *ctx, ms_arena *arena, const ms_hsic *h,
									 ms_hsic_estimate *out);

/*
 * The biased statistic against permutations of the rows of y; all n! of them where there are no
 * more than `replicates`. n^2 / 2 values of l each: nothing of the size n^2 is stored. Weights
 * are repeated rows; MS_BAD_WEIGHT "frequency" (index) where they are no integers; MS_TOO_LARGE
 * "rows" beyond 2^32. MS_BAD_ARGUMENT "replicates". Scratch: 20 n (d + 2) doubles.
 */
extern ms_status ms_hsic_permute(ms_ctx *ctx, ms_arena *arena, const ms_hsic *h, int64_t replicates,
								 uint64_t seed, ms_permutation *out);

#endif
