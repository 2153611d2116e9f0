/*
 * resample.c: rows dealt to two samples, and the transport between them solved anew.
 */
#include "core/transport/resample.h"

#include <math.h>
#include <string.h>

#include "core/transport/simplex.h"

typedef struct dealer
{
	const ms_pair *pair;
	double p;
	size_t used;  /* bytes that the caller's arena holds already */
	double *x[2]; /* n records of d numbers and a weight */
} dealer;

static ms_status
dealer_new(ms_arena *arena, const ms_pair *pair, double p, dealer *d)
{
	size_t width = (pair->d + 1) * sizeof(double);

	*d = (dealer){.pair = pair, .p = p};
	for (int k = 0; k < 2; k++)
		MS_TRY(ms_arena_alloc(arena, pair->pool.n, width, (void **) &d->x[k]));
	d->used = arena->used;
	return MS_OK;
}

static ms_status
solve(ms_ctx *ctx, const dealer *d, const ms_rows *a, const ms_rows *b, double *out)
{
	ms_arena scratch = {ctx, NULL, d->used};
	ms_transport_result r;
	ms_status status = ms_transport_points(ctx, &scratch, a, b, d->p, out, &r);

	ms_arena_free(&scratch);
	return status;
}

/* W_p where row i goes to side labels[i], counts[i] times (NULL: once). */
static ms_status
distance(ms_ctx *ctx, const dealer *d, const unsigned char *labels, const uint32_t *counts,
		 double *out)
{
	const ms_rows *pool = &d->pair->pool;
	size_t width = pool->d + 1;
	size_t n[2] = {0, 0};
	ms_rows rows[2];

	for (size_t i = 0; i < pool->n; i++)
	{
		double *to = d->x[labels[i]] + n[labels[i]] * width;

		memcpy(to, pool->x + i * pool->stride, pool->d * sizeof(double));
		to[pool->d] = ms_rows_weight(pool, i) * (counts ? counts[i] : 1);
		n[labels[i]] += to[pool->d] > 0;
	}
	for (int k = 0; k < 2; k++)
		rows[k] =
			(ms_rows){d->x[k], pool->w || counts ? d->x[k] + pool->d : NULL, n[k], pool->d, width};
	*out = NAN;
	MS_TRY(ms_tick(ctx, pool->n * width));
	return n[0] > 0 && n[1] > 0 ? solve(ctx, d, rows, rows + 1, out) : MS_OK;
}

static ms_status
labelled(ms_ctx *ctx, void *of, const unsigned char *labels, size_t count, double *out)
{
	const dealer *d = of;

	for (size_t b = 0; b < count; b++)
		MS_TRY(distance(ctx, d, labels + b * d->pair->pool.n, NULL, out + b));
	return MS_OK;
}

static ms_status
counted(ms_ctx *ctx, void *of, const uint32_t *counts, double *out)
{
	const dealer *d = of;

	return distance(ctx, d, d->pair->labels.label, counts, out);
}

ms_status
ms_resample_test(ms_ctx *ctx, ms_arena *arena, const ms_pair *pair, double p,
				 const ms_exchange_options *o, ms_permutation *out)
{
	dealer d;

	MS_TRY(dealer_new(arena, pair, p, &d));
	return ms_exchange_test(ctx, arena, &pair->labels, labelled, &d, o, out);
}

ms_status
ms_resample_interval(ms_ctx *ctx, ms_arena *arena, const ms_pair *pair, double p, double level,
					 const ms_exchange_options *o, ms_bootstrap *out)
{
	dealer d;

	MS_TRY(dealer_new(arena, pair, p, &d));
	return ms_exchange_interval(ctx, arena, &pair->labels, counted, &d, level, o, out);
}
