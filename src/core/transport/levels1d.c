/*
 * levels1d.c: the walk of wasserstein1d.h, of which stretches of levels are looked at.
 */
#include "core/transport/levels1d.h"

#include <float.h>
#include <math.h>

#include "core/base/sums.h"

#define TICK_PIECES 65536

/* The level of 1 at which the last piece of the walk ended. */
static inline double
reached(const ms_walk *w)
{
	return w->counts ? (double) w->count / ((double) w->a->n * (double) w->b->n)
					 : w->level / w->units.whole;
}

/* Pieces that lie in part between two levels: the mass that does, and the distance. */
typedef struct window
{
	ms_walk walk;
	double from;
	double to;
	size_t steps;
} window;

static inline bool
next_inside(ms_ctx *ctx, window *v, double *mass, double *distance, ms_status *status)
{
	ms_piece piece;

	while (*status == MS_OK && ms_walk_next(&v->walk, &piece))
	{
		double end = reached(&v->walk);

		if (++v->steps % TICK_PIECES == 0)
			*status = ms_tick(ctx, 12 * TICK_PIECES);
		*mass = fmin(end, v->to) - fmax(end - piece.mass, v->from);
		if (*mass <= MS_LEVEL_SLACK)
			continue;
		*distance = fabs(v->walk.a->x[piece.i] - v->walk.b->x[piece.j]);
		return true;
	}
	return false;
}

static void
window_begin(window *v, const ms_column *a, const ms_column *b, double trim)
{
	ms_walk_begin(&v->walk, a, b);
	v->from = trim;
	v->to = 1 - trim;
	v->steps = 0;
}

static ms_status
greatest_inside(ms_ctx *ctx, const ms_column *a, const ms_column *b, double trim, double *out)
{
	ms_status status = MS_OK;
	double mass;
	double d;
	window v;

	*out = 0;
	window_begin(&v, a, b, trim);
	while (next_inside(ctx, &v, &mass, &d, &status))
		*out = fmax(*out, d);
	MS_TRY(status);
	return isfinite(*out) ? ms_tick(ctx, a->n + b->n)
						  : ms_fail(ctx, MS_TOO_LARGE, "distance", 0, *out, DBL_MAX);
}

ms_status
ms_levels1d_trimmed(ms_ctx *ctx, const ms_column *a, const ms_column *b, double p, double trim,
					double *out)
{
	ms_status status = MS_OK;
	ms_sum sum = {0, 0};
	ms_sum masses = {0, 0};
	double mass;
	double d;
	window v;

	MS_TRY(ms_wasserstein1d_p(ctx, p));
	if (!(trim >= 0 && trim < 0.5))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "trim", 0, trim, trim < 0 ? 0 : 0.5);
	MS_TRY(greatest_inside(ctx, a, b, trim, out));
	if (isinf(p) || *out == 0)
		return MS_OK;
	/* in units of the greatest distance powers neither overflow nor vanish */
	window_begin(&v, a, b, trim);
	while (next_inside(ctx, &v, &mass, &d, &status))
	{
		ms_sum_add(&sum, mass * (p == 1 ? d / *out : pow(d / *out, p)));
		ms_sum_add(&masses, mass);
	}
	MS_TRY(status);
	*out *= pow(ms_sum_get(&sum) / ms_sum_get(&masses), 1 / p);
	return ms_tick(ctx, a->n + b->n);
}

ms_status
ms_levels1d_means(ms_ctx *ctx, const ms_column *c, size_t bins, double *out)
{
	/* the walk reads levels alone, so that the values of the other side may be missing */
	ms_column blocks = {bins, 0, NULL, NULL, (double) bins, false};
	ms_sum sum = {0, 0};
	ms_sum masses = {0, 0};
	size_t at = 0;
	ms_piece piece;
	ms_walk walk;

	ms_walk_begin(&walk, c, &blocks);
	for (size_t steps = 1; ms_walk_next(&walk, &piece); steps++)
	{
		if (piece.j != at)
			sum = masses = (ms_sum){0, 0};
		at = piece.j;
		ms_sum_add(&sum, piece.mass * (double) bins * c->x[piece.i]);
		ms_sum_add(&masses, piece.mass * (double) bins);
		out[at] = ms_sum_get(&sum) / ms_sum_get(&masses);
		if (steps % TICK_PIECES == 0)
			MS_TRY(ms_tick(ctx, 12 * TICK_PIECES));
	}
	return ms_tick(ctx, 12 * ((c->n + bins) % TICK_PIECES));
}
