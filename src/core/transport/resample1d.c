/*
 * resample1d.c: one sorted pool, dealt to two sides again and again.
 */
#include "core/transport/resample1d.h"

#include <math.h>

#define BATCH_ROWS 4096

ms_status
ms_resample1d_pool(ms_ctx *ctx, ms_arena *arena, const ms_pair *pair, ms_pool *out)
{
	const ms_rows *rows = &pair->pool;
	const ms_labels *labels = &pair->labels;
	unsigned char *label;
	uint32_t *unit = NULL;
	double *x, *w = NULL;

	MS_TRY(MS_ALLOC(arena, rows->n, &x));
	MS_TRY(MS_ALLOC(arena, rows->n, &label));
	if (rows->w)
		MS_TRY(MS_ALLOC(arena, rows->n, &w));
	if (labels->unit)
		MS_TRY(MS_ALLOC(arena, rows->n, &unit));
	for (size_t k = 0; k < rows->n; k++)
	{
		size_t i = pair->at[k];

		x[k] = rows->x[i * rows->stride];
		label[k] = labels->label[i];
		if (w)
			w[k] = ms_rows_weight(rows, i);
		if (unit)
			unit[k] = labels->unit[i];
	}
	*out = (ms_pool){x, w, *labels};
	out->labels.label = label;
	out->labels.unit = unit;
	return ms_tick(ctx, 8 * rows->n);
}

/* Two sides, filled anew for each replicate. */
typedef struct sides
{
	const ms_pool *pool;
	double p;
	double *x[2];
	double *upto[2];
	double total[2];
	size_t n[2];
} sides;

static ms_status
sides_new(ms_ctx *ctx, ms_arena *arena, const ms_pool *pool, double p, sides *s)
{
	*s = (sides){.pool = pool, .p = p};
	MS_TRY(ms_wasserstein1d_p(ctx, p));
	for (int k = 0; k < 2; k++)
	{
		MS_TRY(MS_ALLOC(arena, pool->labels.n, &s->x[k]));
		MS_TRY(MS_ALLOC(arena, pool->labels.n, &s->upto[k]));
	}
	return MS_OK;
}

static inline void
deal(sides *s, int to, double x, double w)
{
	s->x[to][s->n[to]] = x;
	s->total[to] += w;
	s->upto[to][s->n[to]] = s->total[to];
	s->n[to] += w > 0;
}

static ms_status
distance(ms_ctx *ctx, const sides *s, bool weighted, double *out)
{
	ms_column column[2];

	for (int k = 0; k < 2; k++)
		column[k] = (ms_column){s->n[k], 0, s->x[k], weighted ? s->upto[k] : NULL, s->total[k]};
	*out = NAN;
	return s->n[0] > 0 && s->n[1] > 0 ? ms_wasserstein1d(ctx, column, column + 1, s->p, out)
									  : MS_OK;
}

static void
clear(sides *s)
{
	s->n[0] = s->n[1] = 0;
	s->total[0] = s->total[1] = 0;
}

static ms_status
labelled(ms_ctx *ctx, void *of, const unsigned char *labels, size_t count, double *out)
{
	sides *s = of;
	const ms_pool *pool = s->pool;
	size_t n = pool->labels.n;

	for (size_t b = 0; b < count; b++, labels += n)
	{
		clear(s);
		for (size_t i = 0; i < n; i++)
		{
			deal(s, labels[i], pool->x[i], pool->w ? pool->w[i] : 1);
			if (i % BATCH_ROWS == 0)
				MS_TRY(ms_tick(ctx, 6 * BATCH_ROWS));
		}
		MS_TRY(distance(ctx, s, pool->w != NULL, out + b));
	}
	return MS_OK;
}

/* Rows that were drawn several times weigh as much. */
static ms_status
counted(ms_ctx *ctx, void *of, const uint32_t *counts, double *out)
{
	sides *s = of;
	const ms_pool *pool = s->pool;

	clear(s);
	for (size_t i = 0; i < pool->labels.n; i++)
	{
		deal(s, pool->labels.label[i], pool->x[i], (pool->w ? pool->w[i] : 1) * counts[i]);
		if (i % BATCH_ROWS == 0)
			MS_TRY(ms_tick(ctx, 6 * BATCH_ROWS));
	}
	return distance(ctx, s, true, out);
}

ms_status
ms_resample1d_test(ms_ctx *ctx, ms_arena *arena, const ms_pool *pool, double p,
				   const ms_exchange_options *o, ms_permutation *out)
{
	sides s;

	MS_TRY(sides_new(ctx, arena, pool, p, &s));
	return ms_exchange_test(ctx, arena, &pool->labels, labelled, &s, o, out);
}

ms_status
ms_resample1d_interval(ms_ctx *ctx, ms_arena *arena, const ms_pool *pool, double p, double level,
					   const ms_exchange_options *o, ms_bootstrap *out)
{
	sides s;

	MS_TRY(sides_new(ctx, arena, pool, p, &s));
	return ms_exchange_interval(ctx, arena, &pool->labels, counted, &s, level, o, out);
}
