/*
 * moments.h: count, weight, mean and scatter of rows, in bytes that are state and value at once:
 * flat, of fixed size for d, updated in place (Welford 1962; merged by Chan, Golub & LeVeque
 * 1979). O(d^2) a row. A row with a gap is counted and left out.
 *
 *     ms_moments    40 bytes
 *     mean          d doubles
 *     scatter       packed lower triangle (linalg.h) of sum w (x - mean)(x - mean)'
 */
#ifndef MS_MOMENTS_H
#define MS_MOMENTS_H

#include "core/base/wire.h"

#define MS_MOMENTS_VERSION 1

typedef struct ms_moments
{
	ms_head head; /* no flags */
	uint64_t n;	  /* complete rows */
	uint64_t incomplete;
	double weight;
	uint32_t d;
	uint32_t reserved; /* 0 */
} ms_moments;

static inline double *
ms_moments_mean(const ms_moments *m)
{
	return (double *) (m + 1);
}

static inline double *
ms_moments_scatter(const ms_moments *m)
{
	return ms_moments_mean(m) + m->d;
}

/* Bytes for d columns. */
extern size_t ms_moments_size(size_t d);

/* An empty value in ms_moments_size(d) bytes. */
extern void ms_moments_begin(void *bytes, size_t d);

/* One row x[d], finite or gaps, of weight w >= 0. work: d doubles of scratch. MS_TOO_LARGE when a result overflows, the value then being as it was. */
extern void ms_moments_add(ms_moments *m, const double *x, double w, double *work);

/* MS_MISMATCH "columns" when the dimensions differ. Exact in the weights; either side may be empty. */
extern ms_status ms_moments_merge(ms_ctx *ctx, ms_moments *into, const ms_moments *from);

/* The one validator of untrusted bytes. */
extern ms_status ms_moments_check(ms_ctx *ctx, const void *bytes, size_t size);

/* Unbiased covariance, divisor W - 1, full d x d; false when W <= 1. */
extern bool ms_moments_covariance(const ms_moments *m, double *full);

/* Correlations; NaN in the rows of a constant column. */
extern bool ms_moments_correlation(const ms_moments *m, double *full);

/* Partial correlations from the inverse of the correlation matrix; MS_NOT_DEFINITE when it is singular. */
extern ms_status ms_moments_partial(ms_ctx *ctx, const ms_moments *m, double *full);

/* Principal axes of the correlation ("sd") or covariance ("none") matrix: variances[d] descending, loadings as rows. */
extern ms_status ms_moments_pca(ms_ctx *ctx, ms_arena *arena, const ms_moments *m, bool by_sd, double *variances,
								double *loadings);

#endif
