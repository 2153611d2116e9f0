/*
 * directions.h: unit vectors at random, alone or in orthonormal sets, from a stream of numbers
 * (rng.h).
 */
#ifndef MS_DIRECTIONS_H
#define MS_DIRECTIONS_H

#include <stdbool.h>

#include "core/base/ctx.h"
#include "core/base/rng.h"

/* x[d] divided by its length; false for what has no direction. */
extern bool ms_direction_normalise(double *x, size_t d);

/* Uniform on the sphere. */
extern void ms_direction_draw(ms_rng *rng, size_t d, double *x);

/*
 * k <= d rows of a random orthonormal basis (Haar): Gaussian vectors, made orthogonal twice
 * ("twice is enough", Giraud et al. 2005), which is QR with a positive diagonal. The first rows
 * are the same for every k.
 */
extern ms_status ms_direction_basis(ms_ctx *ctx, ms_rng *rng, size_t k, size_t d, double *out);

#endif
