/*
 * reduce.h: mixtures of parts of the rows made one, and a mixture of fewer components
 * (mixture_reduction_and_distances.md, section 2).
 */
#ifndef MS_REDUCE_H
#define MS_REDUCE_H

#include "core/mixture/gmm.h"

/*
 * All components of `n` models, weighted by the models' info.weight (all 1 when one of them has
 * none), in canonical order. Diagonal families give diag, else full. Evidence: n, weight and
 * omitted add up, likelihoods are NaN. MS_MISMATCH what = "columns" or "noise" (some have a
 * background); MS_TOO_LARGE beyond MS_GMM_MAX_K components. Names are those of the first model.
 */
extern ms_status ms_gmm_union(ms_ctx *ctx, ms_arena *arena, const ms_gmm *const *models, size_t n,
							  ms_gmm *out);

/*
 * k components that keep mean and covariance of the mixture: the pair whose merging costs least
 * by Runnalls' bound on the Kullback-Leibler divergence (2007) is merged, again and again.
 * *cost gets the sum of the bounds. MS_BAD_ARGUMENT what = "k" (wanted = m->k). The family is
 * full (diag stays diag: what a merge would put off the diagonal is left out). O(k^2 d^3).
 */
extern ms_status ms_gmm_reduce(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, size_t k,
							   ms_gmm *out, double *cost);

#endif
