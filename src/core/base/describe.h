/*
 * describe.h: what a canonical sample says of a column: quantiles, distribution function,
 * histogram, curves. The weighted quantile is the inverted distribution function (type 1 of
 * Hyndman & Fan 1996), the least x with F(x) >= p. Gaps, and rows of weight 0, are left out.
 */
#ifndef MS_DESCRIBE_H
#define MS_DESCRIBE_H

#include "core/base/sample.h"

/* One numeric column in ascending order with the weight up to and including each value. */
typedef struct ms_column
{
	size_t n;           /* values that are not gaps and have a weight above 0 */
	uint64_t missing;   /* rows with a gap here, each counted once whatever it weighs */
	const double *x;    /* n, ascending */
	const double *upto; /* n, cumulated weight; NULL when every weight is 1 */
	double weight;      /* in all */
	bool drawn;         /* weights are those of a subsample: whole ones are no repeated rows */
} ms_column;

/*
 * Column `dim` (from 0) of a canonical sample; memory from the arena. No copy when the column is
 * all of a record; no sort when dim = 0; else O(n) space and a sort. MS_NOT_NUMERIC for a nominal
 * column, MS_BAD_ARGUMENT, what = "dim", for none. out->n may be 0.
 */
extern ms_status ms_describe_column(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t dim,
									ms_column *out);

/* What follows needs n > 0, but for the summary. p in [0, 1]; O(log n). */

/*
 * The least x with F(x) >= p, where p has a slack of a few units in the last place: 0.1 + 0.2 of
 * ten rows is row 3, though the sum is above 0.3 in doubles.
 */
extern double ms_describe_quantile(const ms_column *c, double p);

/* P(X <= x); NaN for NaN. */
extern double ms_describe_cdf(const ms_column *c, double x);

typedef struct ms_summary
{
	double n; /* weight */
	uint64_t missing;
	double mean, sd, min, q1, median, q3, max; /* sd has divisor W - 1, NaN when W <= 1 */
} ms_summary;

/* All numbers but n and missing are NaN when c->n = 0. O(n). */
extern ms_status ms_describe_summary(ms_ctx *ctx, const ms_column *c, ms_summary *out);

/*
 * Rows that the weights stand for in errors and bandwidths: their sum when all are integers, for
 * these are frequencies; else, and where the rows were drawn, (sum w)^2 / sum w^2. O(n).
 */
extern double ms_describe_effective(const ms_column *c);

/*
 * Distribution-free interval of the p-quantile from order statistics (binomial; Hahn & Meeker
 * 1991): the closest ranks l < u with coverage >= level, and of those the best covering. Bounds
 * and coverage are NaN when n is too small, and for p or level outside (0, 1). n is
 * ms_describe_effective, rounded down, 1e12 at most. O(n_rows + sqrt(n)).
 */
extern void ms_describe_quantile_interval(const ms_column *c, double p, double level, double *lower,
										  double *upper, double *coverage);

/* Bins by Freedman & Diaconis (1981), at least 1, at most 1000; Sturges where the iqr is 0. */
extern int ms_describe_bins(const ms_column *c, double lo, double hi);

/* Where bin b (from 0) begins and bin b - 1 ends: edge 0 is lo, edge `bins` is hi. */
extern double ms_describe_edge(double lo, double hi, int bins, int b);

/*
 * counts[bins] of weight in [edge b, edge b + 1); the last bin holds hi too. What lies outside
 * [lo, hi] is not counted. O(bins log n).
 */
extern void ms_describe_histogram(const ms_column *c, double lo, double hi, int bins,
								  double *counts);

/*
 * Silverman's bandwidth (1986, eq. 3.31), 0.9 min(sd, iqr / 1.34) n^(-1/5), always above 0: where
 * the iqr is 0 the sd serves, and for a constant column |x| or 1, as in R's bw.nrd0. O(n).
 */
extern ms_status ms_describe_bandwidth(ms_ctx *ctx, const ms_column *c, double *out);

/*
 * Gaussian kernel density at x[m], in any order, density[m] out. Rows farther than 8.5 bandwidths
 * add less than 1e-16 and are not looked at.
 */
extern ms_status ms_describe_density(ms_ctx *ctx, const ms_column *c, double bandwidth,
									 const double *x, size_t m, double *density);

#endif
