/*
 * draw.h: random points of a mixture. Point number i under a seed is a function of the two: it
 * depends on neither the number of points nor their order. O(d^2) a point.
 */
#ifndef MS_DRAW_H
#define MS_DRAW_H

#include "core/mixture/gmm.h"

typedef struct ms_drawer ms_drawer;

/* MS_NOT_DEFINITE when a covariance cannot be factored. `m` must outlive the drawer. */
extern ms_status ms_drawer_new(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, ms_drawer **out);

/* Point i into x[d]; returns its component from 0, or SIZE_MAX (label 0) for the noise. */
extern size_t ms_draw_at(const ms_drawer *drawer, int64_t seed, uint64_t i, double *x);

/* The same with the noise left out. */
extern size_t ms_draw_component_at(const ms_drawer *drawer, int64_t seed, uint64_t i, double *x);

#endif
