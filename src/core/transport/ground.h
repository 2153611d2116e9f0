/*
 * ground.h: costs |x - y|^p between two sets of points, a stretch of a row at a time. The points
 * are centred and, where asked for, scaled to a box of diameter 1, and kept by columns, so that
 * the loop over y runs in lanes: about d + 1 operations a cell for p = 1 and 2, and a pow else.
 */
#ifndef MS_GROUND_H
#define MS_GROUND_H

#include "core/base/ctx.h"

typedef struct ms_ground
{
	size_t n, m, d;
	double *x;	  /* n x d, by rows */
	double *y;	  /* d x m, by columns */
	double p;
	double scale; /* the cost of the points as given is scale^p times what comes out */
} ms_ground;

/*
 * (n + m) d doubles from the arena. MS_MISMATCH "columns"; MS_TOO_FEW for no points; MS_NOT_FINITE
 * (index = row); MS_TOO_LARGE "distance" where the box of all points has no finite diameter.
 */
extern ms_status ms_ground_new(ms_ctx *ctx, ms_arena *arena, const ms_rows *a, const ms_rows *b,
							   double p, bool scaled, ms_ground *out);

/* out[count]: the costs from x_i to y_from .. */
extern void ms_ground_row(const ms_ground *g, size_t i, size_t from, size_t count, double *out);

#endif
