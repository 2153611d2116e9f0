/*
 * columns.h: what a fit must know of the columns before it begins: ranges, means, spreads, and the
 * view through which EM sees the rows. Gaps (NaN) are left out of every column's figures. O(n d).
 */
#ifndef MS_COLUMNS_H
#define MS_COLUMNS_H

#include "core/base/seeding.h"

typedef struct ms_columns
{
	uint64_t rows;	  /* that weigh something and are not gaps alone */
	uint64_t empty;	  /* that weigh something and are gaps alone */
	double weight;	  /* of the rows */
	double squares;	  /* sum of squared weights */
	double *low;	  /* d, as are the next: the range */
	double *high;
	double *weights;  /* of the values that are there */
	double *centre;	  /* means */
	double *scale;	  /* 1 / standard deviation, divisor W; or one factor for all columns */
	double *variances; /* in the view's units */
} ms_columns;

/*
 * With `own` every column has its own scale, else all share the root of the mean variance.
 * MS_NOT_FINITE (index = column; a gap, too, unless `gaps`), MS_BAD_WEIGHT (index = row),
 * MS_TOO_FEW (no rows; wanted = k), MS_CONSTANT and MS_TOO_LARGE (index = column).
 */
extern ms_status ms_columns_new(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, bool gaps,
								bool own, size_t k, ms_columns *out);

/*
 * What the view takes from a log-likelihood: the weighted sum of log scale over the values of the
 * rows that are there.
 */
extern ms_status ms_columns_shift(ms_ctx *ctx, const ms_columns *c, const ms_rows *rows,
								  bool gaps, double *shift);

#endif
