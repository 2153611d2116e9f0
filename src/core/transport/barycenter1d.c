/*
 * barycenter1d.c: all quantile functions are walked together by a heap of their next levels.
 */
#include "core/transport/barycenter1d.h"

#include <math.h>

#include "core/base/order.h"
#include "core/base/sums.h"

#define SLACK 4e-15 /* levels that are nearer than this are one */

typedef struct walk
{
	const ms_column *columns;
	const double *weight; /* g, sum 1 */
	size_t g;
	size_t *at;     /* where each column is */
	uint32_t *heap; /* columns, that whose level ends first on top */
	double *level;  /* where the present value of each ends */
	double *pairs;  /* p = 1: 2 g */
} walk;

static double
level_of(const ms_column *c, size_t i)
{
	return i + 1 >= c->n ? 1 : (c->upto ? c->upto[i] : (double) (i + 1)) / c->weight;
}

static void
sift(walk *w, size_t i)
{
	uint32_t held = w->heap[i];

	for (size_t child = 2 * i + 1; child < w->g; child = 2 * i + 1)
	{
		if (child + 1 < w->g && w->level[w->heap[child + 1]] < w->level[w->heap[child]])
			child++;
		if (w->level[w->heap[child]] >= w->level[held])
			break;
		w->heap[i] = w->heap[child];
		i = child;
	}
	w->heap[i] = held;
}

static inline double
value(const walk *w, size_t c)
{
	return w->columns[c].x[w->at[c]];
}

/* The weighted median of the present values; the middle of the interval where there is one. */
static ms_status
median(ms_ctx *ctx, walk *w, double *out)
{
	static const unsigned char kinds[] = {MS_SLOT_DOUBLE, MS_SLOT_DOUBLE};
	double upto = 0;
	size_t i = 0;

	for (size_t c = 0; c < w->g; c++)
	{
		w->pairs[2 * c] = value(w, c);
		w->pairs[2 * c + 1] = w->weight[c];
	}
	MS_TRY(ms_order_sort(ctx, (uint64_t *) w->pairs, w->g, 2, kinds));
	for (; i + 1 < w->g; i++)
	{
		upto += w->pairs[2 * i + 1];
		if (upto >= 0.5 - SLACK)
			break;
	}
	*out = w->pairs[2 * i];
	if (fabs(upto - 0.5) <= SLACK && i + 1 < w->g)
		*out = w->pairs[2 * i] / 2 + w->pairs[2 * i + 2] / 2;
	return ms_tick(ctx, 4 * w->g);
}

/* The mean, afresh: no drift, and O(g) only where g is small against N. */
static double
mean(const walk *w)
{
	ms_sum sum = {0, 0};

	for (size_t c = 0; c < w->g; c++)
		ms_sum_add(&sum, w->weight[c] * value(w, c));
	return ms_sum_get(&sum);
}

static double
spread(const walk *w, int p, double centre)
{
	double sum = 0;

	for (size_t c = 0; c < w->g; c++)
	{
		double d = fabs(value(w, c) - centre);

		sum += w->weight[c] * (p == 1 ? d : d * d);
	}
	return sum;
}

/* Every column whose value ends at the level goes on to its next. */
static void
advance(walk *w, double level)
{
	while (w->level[w->heap[0]] <= level + SLACK)
	{
		uint32_t c = w->heap[0];

		w->at[c]++;
		w->level[c] = level_of(w->columns + c, w->at[c]);
		sift(w, 0);
	}
}

static ms_status
scale_weights(ms_ctx *ctx, size_t g, const double *weights, double *out)
{
	double sum = 0;

	for (size_t c = 0; c < g; c++)
	{
		double w = weights ? weights[c] : 1;

		if (!(w >= 0) || isinf(w))
			return ms_fail(ctx, MS_BAD_WEIGHT, "weight", (int64_t) c + 1, w, 0);
		sum += w;
	}
	if (!(sum > 0) || isinf(sum))
		return ms_fail(ctx, MS_TOO_FEW, "columns", 0, sum, 1);
	for (size_t c = 0; c < g; c++)
		out[c] = (weights ? weights[c] : 1) / sum;
	return MS_OK;
}

static ms_status
walk_new(ms_ctx *ctx, ms_arena *arena, const ms_column *columns, size_t g, const double *weights,
		 walk *w, size_t *most)
{
	double *scaled;

	*w = (walk){.columns = columns, .g = g};
	MS_TRY(MS_ALLOC(arena, g, &scaled));
	MS_TRY(MS_ZEROED(arena, g, &w->at));
	MS_TRY(MS_ALLOC(arena, g, &w->heap));
	MS_TRY(MS_ALLOC(arena, g, &w->level));
	MS_TRY(ms_arena_alloc(arena, g, 2 * sizeof(double), (void **) &w->pairs));
	MS_TRY(scale_weights(ctx, g, weights, scaled));
	w->weight = scaled;
	*most = 0;
	for (size_t c = 0; c < g; c++)
	{
		if (!ms_size_add(*most, columns[c].n, most))
			return ms_fail(ctx, MS_TOO_LARGE, "memory", 0, (double) *most, (double) SIZE_MAX);
		w->heap[c] = (uint32_t) c;
		w->level[c] = level_of(columns + c, 0);
	}
	for (size_t i = g / 2; i-- > 0;)
		sift(w, i);
	return MS_OK;
}

ms_status
ms_barycenter1d_make(ms_ctx *ctx, ms_arena *arena, const ms_column *columns, size_t g,
					 const double *weights, int p, ms_barycenter1d *out)
{
	ms_sum frechet = {0, 0};
	double reached = 0;
	size_t most;
	walk w;

	if (p != 1 && p != 2)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "p", 0, p, p < 1 ? 1 : 2);
	if (g == 0 || g > UINT32_MAX)
		return ms_fail(ctx, g == 0 ? MS_TOO_FEW : MS_TOO_LARGE, "columns", 0, (double) g,
					   g == 0 ? 1 : UINT32_MAX);
	MS_TRY(walk_new(ctx, arena, columns, g, weights, &w, &most));
	out->n = 0;
	MS_TRY(MS_ALLOC(arena, most, &out->x));
	MS_TRY(MS_ALLOC(arena, most, &out->mass));
	for (;;)
	{
		double to = w.level[w.heap[0]];
		double centre;

		if (p == 1)
			MS_TRY(median(ctx, &w, &centre));
		else
			centre = mean(&w);
		out->x[out->n] = centre;
		out->mass[out->n] = to - reached;
		ms_sum_add(&frechet, out->mass[out->n++] * spread(&w, p, centre));
		reached = to;
		if (to >= 1 - SLACK)
			break;
		advance(&w, to);
		MS_TRY(ms_tick(ctx, 8 * g + 64));
	}
	out->frechet = ms_sum_get(&frechet);
	return MS_OK;
}
