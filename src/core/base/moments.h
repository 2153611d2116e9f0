/*
 * moments.h: count, weight, mean and scatter of rows, in bytes that are state and value at once:
 * flat, of fixed size for d, updated in place (Welford 1962; merged by Chan, Golub & LeVeque
 * 1979). O(d^2) a row.
 *
 *     ms_moments    48 bytes
 *     mean          d doubles
 *     mean_rest     d doubles, what of the mean its double does not hold
 *     scatter       packed lower triangle (linalg.h) of sum w (x - mean)(x - mean)'
 *
 * Weight and mean are unevaluated sums of two doubles. With one double a mean of 1e9 is known to
 * 1e-7, and the variance of noise of size 1 around it to 1e-8; with two both are good to 1e-12.
 */
#ifndef MS_MOMENTS_H
#define MS_MOMENTS_H

#include "core/base/linalg.h"
#include "core/base/wire.h"

#define MS_MOMENTS_VERSION 1

/* Columns: the text form of a larger value would exceed what a server sends in one piece. */
#define MS_MOMENTS_MAX_DIM 8192

typedef struct ms_moments
{
	ms_head head;        /* no flags */
	uint64_t n;          /* complete rows */
	uint64_t incomplete; /* rows with a gap: counted and left out */
	double weight;
	double weight_rest;
	uint32_t d;
	uint32_t reserved; /* 0 */
} ms_moments;

static inline double *
ms_moments_mean(const ms_moments *m)
{
	return (double *) (m + 1);
}

static inline double *
ms_moments_mean_rest(const ms_moments *m)
{
	return ms_moments_mean(m) + m->d;
}

static inline double *
ms_moments_scatter(const ms_moments *m)
{
	return ms_moments_mean(m) + 2 * (size_t) m->d;
}

/* Bytes for d columns, at most MS_MOMENTS_MAX_DIM. */
static inline size_t
ms_moments_size(size_t d)
{
	return sizeof(ms_moments) + (2 * d + ms_packed_size(d)) * sizeof(double);
}

/* An empty value in ms_moments_size(d) bytes, aligned to 8. */
extern void ms_moments_begin(void *bytes, size_t d);

/*
 * One row of weight w >= 0, finite: d doubles at x, at any address. work: d doubles. False when
 * an element is not finite or a sum overflows; the value is then spoilt. (A row of weight 0 is
 * not looked at.)
 */
extern bool ms_moments_add(ms_moments *m, const void *x, double w, double *work);

/*
 * The rows of `from`, too; either may be empty. merge(a, b) and merge(b, a) agree to 1e-12, as do
 * a row at a time and part by part. MS_MISMATCH, "columns", when the dimensions differ;
 * MS_TOO_LARGE when a sum overflows, and `into` is then spoilt. They must not be the same memory.
 */
extern ms_status ms_moments_merge(ms_ctx *ctx, ms_moments *into, const ms_moments *from);

/* The one validator of untrusted bytes, aligned to 8: MS_CORRUPT. */
extern ms_status ms_moments_check(ms_ctx *ctx, const void *bytes, size_t size);

/* --- answers -------------------------------------------------------------------------------- */

/* The divisor of variances, W - 1. Where it is not above 0 there are no variances. */
extern double ms_moments_divisor(const ms_moments *m);

/* Standard deviations sd[d]; NaN without variances. */
extern void ms_moments_sd(const ms_moments *m, double *sd);

/* Covariances, full d x d; NaN without variances. */
extern void ms_moments_covariance(const ms_moments *m, double *full);

/* Correlations, full d x d; NaN in the row and column of a constant column, or without variances. */
extern void ms_moments_correlation(const ms_moments *m, double *full);

/* Whether there are rows enough for d columns to be independent: W > d. Fewer always are dependent. */
extern bool ms_moments_enough(const ms_moments *m);

/*
 * W that makes standardised rows z uncorrelated, W = L^-1 of the correlation matrix L L', full
 * d x d, by columns: W[i][j] is whitener[j * d + i]. Scratch: d^2 doubles. MS_NOT_DEFINITE when a
 * column is constant or its share that the columns before it do not explain is below 1e-12, which
 * is what the scatter is good for.
 */
extern ms_status ms_moments_whitener(ms_ctx *ctx, const ms_moments *m, double *whitener);

/* |W z|, the Mahalanobis distance. work: d doubles. */
extern double ms_moments_distance(const double *whitener, size_t d, const double *z, double *work);

/*
 * Correlation of each pair with the effect of all other columns taken out, full d x d, from the
 * inverse of the correlation matrix: O(d^3). Scratch: d^2 doubles. MS_NOT_DEFINITE as above.
 */
extern ms_status ms_moments_partial(ms_ctx *ctx, const ms_moments *m, double *full);

/*
 * Principal axes of the correlation matrix (by_sd) or of the covariance matrix: variances[d]
 * descending, axes as rows of axes[d * d], each of length 1 with its largest entry positive.
 * Needs variances. MS_CONSTANT (index from 1) for a constant column by_sd. Scratch: 3 d^2 doubles.
 */
extern ms_status ms_moments_axes(ms_ctx *ctx, const ms_moments *m, bool by_sd, double *variances,
								 double *axes);

#endif
