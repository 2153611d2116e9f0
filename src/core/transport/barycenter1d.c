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
	ms_sum mean;    /* p = 2: of the present values, and their variance */
	ms_sum variance;
	double largest; /* term of the variance since both were summed afresh */
	size_t changes; /* since then */
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

static double
deviation(const walk *w, double centre)
{
	double sum = 0;

	for (size_t c = 0; c < w->g; c++)
		sum += w->weight[c] * fabs(value(w, c) - centre);
	return sum;
}

/* Mean and variance of the present values, afresh. */
static void
summarise(walk *w)
{
	double centre;

	w->mean = w->variance = (ms_sum){0, 0};
	w->changes = 0;
	for (size_t c = 0; c < w->g; c++)
		ms_sum_add(&w->mean, w->weight[c] * value(w, c));
	centre = ms_sum_get(&w->mean);
	for (size_t c = 0; c < w->g; c++)
		ms_sum_add(&w->variance, w->weight[c] * (value(w, c) - centre) * (value(w, c) - centre));
	w->largest = ms_sum_get(&w->variance);
}

#define KEPT 1e-3 /* of the largest term: three digits may go */

/*
 * A column's value was `old`: mean and variance follow. Every g changes, and when a variance is left
 * that is rounding in part, or a difference that is no number, both are summed afresh: nothing
 * drifts, and a change costs O(1).
 */
static void
follow(walk *w, uint32_t c, double old)
{
	double weight = w->weight[c];
	double now = value(w, c);
	double before = ms_sum_get(&w->mean);
	double term;

	ms_sum_add(&w->mean, weight * now);
	ms_sum_add(&w->mean, -(weight * old));
	term = weight * (now - old) * ((now - ms_sum_get(&w->mean)) + (old - before));
	ms_sum_add(&w->variance, term);
	w->largest = fmax(w->largest, fabs(term));
	if (++w->changes >= w->g || !(ms_sum_get(&w->variance) >= KEPT * w->largest))
		summarise(w);
}

/* Every column whose value ends at the level goes on to its next; returns how many. */
static size_t
advance(walk *w, int p, double level)
{
	size_t n = 0;

	for (; w->level[w->heap[0]] <= level + SLACK; n++)
	{
		uint32_t c = w->heap[0];
		double old = value(w, c);

		w->at[c]++;
		if (p == 2)
			follow(w, c, old);
		w->level[c] = level_of(w->columns + c, w->at[c]);
		sift(w, 0);
	}
	return n;
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
	summarise(&w);
	for (;;)
	{
		double to = w.level[w.heap[0]];
		double centre;
		double spread;

		if (p == 1)
			MS_TRY(median(ctx, &w, &centre));
		else
			centre = ms_sum_get(&w.mean);
		/* rounding must not turn the order */
		if (out->n > 0 && centre < out->x[out->n - 1])
			centre = out->x[out->n - 1];
		spread = p == 1 ? deviation(&w, centre) : ms_sum_get(&w.variance);
		spread = spread < 0 ? 0 : spread; /* what is no number stays so */
		out->x[out->n] = centre;
		out->mass[out->n] = to - reached;
		ms_sum_add(&frechet, out->mass[out->n++] * spread);
		reached = to;
		if (to >= 1 - SLACK)
			break;
		MS_TRY(ms_tick(ctx, 64 * advance(&w, p, to) + (p == 1 ? 8 * g : 0)));
	}
	out->frechet = ms_sum_get(&frechet);
	return MS_OK;
}
