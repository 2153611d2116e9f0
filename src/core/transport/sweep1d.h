/*
 * sweep1d.h: sums of |x - y| and (x - y)^2 along the walk of two columns, for when there is nothing
 * else to know: without branches on which side ends first, 2 to 4 ns a piece, where the walk takes
 * 9 to 18.
 */
#ifndef MS_SWEEP1D_H
#define MS_SWEEP1D_H

#include "core/base/describe.h"

/* Levels that are nearer than this, of 1, are one. */
#define MS_LEVEL_SLACK 4e-15

/*
 * Units in which the levels of both sides are compared: those of a times the weight of b, those of b times that of a, so
 * that integer weights are exact below 2^53; both times a power of two that keeps them far from overflow.
 */
typedef struct ms_level_units
{
	double a; /* a's cumulated weights are multiplied by this */
	double b;
	double whole; /* all of the weight */
	double slack;
} ms_level_units;

extern ms_level_units ms_level_units_of(double weight_a, double weight_b);

/*
 * sum mass |x - y| scale, or mass (x - y)^2 scale^2, over the pieces of ms_walk, mass being of 1.
 * Not finite where a term is no double.
 */
extern ms_status ms_sweep1d_sum(ms_ctx *ctx, const ms_column *a, const ms_column *b, bool square,
								double scale, double *out);

#endif
