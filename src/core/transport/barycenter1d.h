/*
 * barycenter1d.h: the mean distribution of several samples on a line (Agueh & Carlier 2011): its
 * quantile function is the mean (W2) or the weighted median (W1) of theirs, exactly, on all levels
 * at which one of them steps. It averages along the axis: between N(0, 1) and N(10, 1) lies
 * N(5, 1).
 */
#ifndef MS_BARYCENTER1D_H
#define MS_BARYCENTER1D_H

#include "core/base/describe.h"

typedef struct ms_barycenter1d
{
	size_t n;
	double *x;    /* ascending */
	double *mass; /* of 1 */
	double frechet; /* sum of weights times W2^2 (W1) to it; not finite where squares are not */
} ms_barycenter1d;

/*
 * g columns, none empty, with weights (NULL: alike; scaled to sum 1). p is 1 or 2. O(N log g) for
 * p = 2, O(N g) for p = 1, N all values; results in the arena, at most N atoms. MS_BAD_ARGUMENT
 * "p"; MS_BAD_WEIGHT; MS_TOO_FEW where no column has weight.
 */
extern ms_status ms_barycenter1d_make(ms_ctx *ctx, ms_arena *arena, const ms_column *columns,
									  size_t g, const double *weights, int p, ms_barycenter1d *out);

#endif
