/*
 * marginal.h: what a mixture says of some of its columns, alone or given the others. Both are
 * mixtures again (gmm.md, section 8). Memory from the arena.
 */
#ifndef MS_MARGINAL_H
#define MS_MARGINAL_H

#include "core/mixture/gmm.h"

/*
 * The mixture of columns dims[nd] (from 0, distinct, in any order). Names, noise, evidence n,
 * weight and seed go with it; likelihoods do not (NaN), nor does the prior. The family stays where
 * the marginal is of it; EVI becomes diag, and EEV, VEV, EVV full.
 * MS_BAD_ARGUMENT what = "dims": got = the column from 1, wanted = d; what = "columns" for none,
 * too many or one twice.
 */
extern ms_status ms_gmm_marginal(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m,
								 const uint32_t *dims, size_t nd, ms_gmm *out);

/*
 * The mixture of the columns that are gaps in x[d] given the others, in their order. Component j
 * stays number j; its weight may be next to nothing (at least 1e-300). The family is that of the
 * marginal. Without a gap MS_BAD_ARGUMENT what = "columns"; with gaps alone it is m.
 * The noise stays with its share of the density, over the box of the unknown columns.
 */
extern ms_status ms_gmm_condition(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, const double *x,
								  ms_gmm *out);

/* The mean of the mixture, d doubles; the noise counts by the middle of its box. */
extern void ms_gmm_mean(const ms_gmm *m, double *mean);

/* Its covariance as a packed triangle, noise (a box) included. */
extern void ms_gmm_total_covariance(const ms_gmm *m, double *packed);

/* Fills the gaps of x[d] by their conditional means (regression on what is there). */
extern ms_status ms_gmm_impute(ms_ctx *ctx, const ms_gmm *m, double *x);

#endif
