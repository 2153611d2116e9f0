/*
 * matching_shift.h: continuous target shift, ReTaSA (Kim, Zhang, Zhao & Tian 2024): the outcomes y
 * of the target have another law, x given y has not. From source rows (y, x) and target rows x the
 * ratio of the densities of y, by a Tikhonov-regularised inverse of x -> E[. | x].
 */
#ifndef MS_MATCHING_SHIFT_H
#define MS_MATCHING_SHIFT_H

#include "core/base/sample.h"

#define MS_SHIFT_ROWS 5000

typedef struct ms_shift_options
{
	double x_bandwidth, y_bandwidth, target_bandwidth; /* NaN: 1.06 sd n^(-1/5) */
	double alpha;                                      /* above 0 */
	bool omit;
} ms_shift_options;

typedef struct ms_shift
{
	size_t n; /* source rows; 0: a side has no complete row */
	size_t *rows;
	double *weights;   /* at least 0, mean 1; times the row's own */
	double *eta, *rho; /* n */
	double effective;
	double floored; /* share of source rows whose density stood at its floor */
} ms_shift;

/*
 * Columns of the source: y, x; of the target: x. O(n^3 + n m), 4 n^2 doubles. MS_BAD_ARGUMENT
 * "alpha", "bandwidth"; MS_CONSTANT (index); MS_DIMENSION; MS_TOO_LARGE "source rows"; MS_TOO_FEW
 * "weights" when all come out as 0.
 */
extern ms_status ms_shift_fit(ms_ctx *ctx, ms_arena *arena, const ms_sample *source,
							  const ms_sample *target, const ms_shift_options *o, ms_shift *out);

extern size_t ms_shift_bytes(size_t n, size_t m);

#endif
