/*
 * resample1d.c: one sorted pool, dealt to two sides again and again.
 */
#include "core/transport/resample1d.h"

#include <math.h>

#define TICK_ROWS 4096

ms_status
ms_line1d_of(ms_ctx *ctx, ms_arena *arena, const ms_pair *pair, ms_line1d *out)
{
	const ms_rows *rows = &pair->pool;
	double *x;

	MS_TRY(MS_ALLOC(arena, rows->n, &x));
	for (size_t k = 0; k < rows->n; k++)
		x[k] = rows->x[pair->at[k] * rows->stride];
	*out = (ms_line1d){rows->n, x, pair->at, rows->w, rows->stride};
	return ms_tick(ctx, 4 * rows->n);
}

ms_status
ms_deal_new(ms_ctx *ctx, ms_arena *arena, size_t n, double p, ms_deal *out)
{
	*out = (ms_deal){.p = p};
	MS_TRY(ms_wasserstein1d_p(ctx, p));
	for (int k = 0; k < 2; k++)
	{
		MS_TRY(MS_ALLOC(arena, n, &out->x[k]));
		MS_TRY(MS_ALLOC(arena, n, &out->upto[k]));
	}
	return MS_OK;
}

static inline void
deal_row(ms_deal *d, int to, double x, double w)
{
	d->x[to][d->n[to]] = x;
	d->total[to] += w;
	d->upto[to][d->n[to]] = d->total[to];
	d->n[to] += w > 0;
}

ms_status
ms_deal_distance(ms_ctx *ctx, ms_deal *d, const ms_line1d *line, const unsigned char *labels,
				 const uint32_t *counts, double *out)
{
	bool weighted = line->w || counts;
	ms_column column[2];

	d->n[0] = d->n[1] = 0;
	d->total[0] = d->total[1] = 0;
	for (size_t k = 0; k < line->n; k++)
	{
		size_t i = line->at ? line->at[k] : k;

		deal_row(d, labels[i], line->x[k],
				 (line->w ? line->w[i * line->stride] : 1) * (counts ? counts[i] : 1));
		if (k % TICK_ROWS == 0)
			MS_TRY(ms_tick(ctx, 6 * TICK_ROWS));
	}
	for (int k = 0; k < 2; k++)
		column[k] = (ms_column){d->n[k], 0, d->x[k], weighted ? d->upto[k] : NULL, d->total[k], false};
	*out = NAN;
	return d->n[0] > 0 && d->n[1] > 0 ? ms_wasserstein1d(ctx, column, column + 1, d->p, out)
									  : MS_OK;
}

/* --- replicates ----------------------------------------------------------------------------- */

typedef struct replicates
{
	const ms_line1d *line;
	const ms_labels *labels;
	ms_deal deal;
} replicates;

static ms_status
labelled(ms_ctx *ctx, void *of, const unsigned char *labels, size_t count, double *out)
{
	replicates *r = of;

	for (size_t b = 0; b < count; b++)
		MS_TRY(ms_deal_distance(ctx, &r->deal, r->line, labels + b * r->line->n, NULL, out + b));
	return MS_OK;
}

static ms_status
counted(ms_ctx *ctx, void *of, const uint32_t *counts, double *out)
{
	replicates *r = of;

	return ms_deal_distance(ctx, &r->deal, r->line, r->labels->label, counts, out);
}

ms_status
ms_resample1d_test(ms_ctx *ctx, ms_arena *arena, const ms_line1d *line, const ms_labels *labels,
				   double p, const ms_exchange_options *o, ms_permutation *out)
{
	replicates r = {.line = line, .labels = labels};

	MS_TRY(ms_deal_new(ctx, arena, line->n, p, &r.deal));
	return ms_exchange_test(ctx, arena, labels, labelled, &r, o, out);
}

ms_status
ms_resample1d_interval(ms_ctx *ctx, ms_arena *arena, const ms_line1d *line, const ms_labels *labels,
					   double p, double level, const ms_exchange_options *o, ms_bootstrap *out)
{
	replicates r = {.line = line, .labels = labels};

	MS_TRY(ms_deal_new(ctx, arena, line->n, p, &r.deal));
	return ms_exchange_interval(ctx, arena, labels, counted, &r, level, o, out);
}
