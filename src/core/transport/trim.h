/*
 * trim.h: means of one end of a column, and intervals of a quantity that is known to lie between
 * two bounds (distribution_regression.md, 6).
 */
#ifndef MS_TRIM_H
#define MS_TRIM_H

#include "core/base/describe.h"

typedef struct ms_trim
{
	double mean;
	double variance; /* divisor: the weight that is kept */
	double edge;     /* the innermost value that is kept */
} ms_trim;

/*
 * The lowest, or highest, `keep` of the weight of a column, n > 0, 0 < keep <= 1. The last value
 * counts for the fraction that is left of it: nothing is rounded. O(n). MS_TOO_LARGE "range" when
 * the square of what is kept is no double.
 */
extern ms_status ms_trim_mean(ms_ctx *ctx, const ms_column *c, double keep, bool high,
							  ms_trim *out);

typedef struct ms_bounds
{
	double lower;
	double upper;
	double lower_error;
	double upper_error;
	double critical; /* standard errors that the interval reaches out */
	double interval_lower;
	double interval_upper;
} ms_bounds;

/*
 * The interval that covers the quantity, not all of [lower, upper], with probability `level`
 * (Imbens & Manski 2004): at 0.95 the critical value goes from 1.645 for wide bounds to 1.960 for
 * a point. Reads the first four fields.
 */
extern void ms_bounds_interval(ms_bounds *b, double level);

#endif
