/*
 * describe.h: what a canonical sample says of a column: quantiles, distribution function,
 * histogram, curves. The weighted quantile is the inverted distribution function (type 1 of
 * Hyndman & Fan 1996), the least x with F(x) >= p. Gaps are left out.
 */
#ifndef MS_DESCRIBE_H
#define MS_DESCRIBE_H

#include "core/base/sample.h"

/* One numeric column in ascending order with the weight up to and including each value. */
typedef struct ms_column
{
	size_t n;			 /* values that are not gaps */
	uint64_t missing;
	const double *x;	 /* n, ascending */
	const double *upto;	 /* n, cumulated weight; NULL when every weight is 1 */
	double weight;		 /* in all */
} ms_column;

/* Column `dim` (from 0) of a canonical sample. No copy when d = 1 and unweighted. MS_NOT_NUMERIC for a nominal column. */
extern ms_status ms_describe_column(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t dim, ms_column *out);

/* Needs n > 0 and weight > 0. p in [0, 1]. */
extern double ms_describe_quantile(const ms_column *c, double p);

/* P(X <= x). */
extern double ms_describe_cdf(const ms_column *c, double x);

typedef struct ms_summary
{
	double n; /* weight */
	uint64_t missing;
	double mean, sd, min, q1, median, q3, max; /* sd has divisor W - 1, NaN when W <= 1 */
} ms_summary;

extern void ms_describe_summary(const ms_column *c, ms_summary *out);

/*
 * Distribution-free interval of the p-quantile from order statistics (binomial; Hahn & Meeker
 * 1991): the closest ranks l < u with coverage >= level. NaN bounds when n is too small. n is the effective
 * number (sum w)^2 / sum w^2 for weighted samples; integer weights are frequencies.
 */
extern void ms_describe_quantile_interval(const ms_column *c, double p, double level, double *lower, double *upper,
										  double *coverage);

/* Bins by Freedman & Diaconis (1981), at least 1, at most 1000; Sturges where the iqr is 0. */
extern int ms_describe_bins(const ms_column *c, double lo, double hi);

/* counts[bins] of weight in [lo, hi); the last bin holds hi too. What lies outside is not counted. */
extern void ms_describe_histogram(const ms_column *c, double lo, double hi, int bins, double *counts);

/* Gaussian kernel density at x, bandwidth by Silverman (1986, eq. 3.31); points[m] out. */
extern ms_status ms_describe_density(ms_ctx *ctx, const ms_column *c, const double *x, size_t m, double *density);

#endif
