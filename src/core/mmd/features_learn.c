/*
 * features_learn.c: scale and bandwidth of random features from rows.
 */
#include <math.h>

#include "core/mmd/bandwidth.h"
#include "core/mmd/features.h"

static bool
has_gap(const double *x, size_t d)
{
	for (size_t j = 0; j < d; j++)
	{
		if (isnan(x[j]))
			return true;
	}
	return false;
}

/* Complete rows that weigh something, each with its weight. */
static ms_status
take_rows(ms_ctx *ctx, ms_arena *arena, const ms_rows *from, ms_rows *to)
{
	size_t stride = from->d + 1;
	size_t n = 0;
	double *x;

	MS_TRY(ms_arena_alloc(arena, from->n, stride * sizeof(*x), (void **) &x));
	for (size_t i = 0; i < from->n; i++)
	{
		const double *row = from->x + i * from->stride;
		double w = ms_rows_weight(from, i);

		MS_TRY(ms_tick(ctx, stride));
		if (has_gap(row, from->d) || !(w > 0))
			continue;
		for (size_t j = 0; j < from->d; j++)
			x[n * stride + j] = row[j];
		x[n++ * stride + from->d] = w;
	}
	*to = (ms_rows){x, from->w ? x + from->d : NULL, n, from->d, stride};
	return n > 0 ? MS_OK : ms_fail(ctx, MS_TOO_FEW, "rows", 0, 0, 1);
}

ms_status
ms_features_learn(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, ms_scaling scaling,
				  uint64_t seed, double *scale, double *bandwidth)
{
	ms_measure m = {.metric = MS_METRIC_EUCLIDEAN, .scaling = scaling};
	ms_rows taken;
	double *x;

	MS_TRY(take_rows(ctx, arena, rows, &taken));
	MS_TRY(ms_measure_learn(ctx, arena, &taken, &m));
	for (size_t j = 0; j < rows->d; j++)
		scale[j] = m.factors[j] > 0 ? 1 / m.factors[j] : 1;
	if (!isnan(*bandwidth))
		return MS_OK;
	x = (double *) taken.x;
	for (size_t i = 0; i < taken.n; i++)
	{
		for (size_t j = 0; j < rows->d; j++)
			x[i * taken.stride + j] /= scale[j];
		MS_TRY(ms_tick(ctx, 4 * rows->d));
	}
	return ms_bandwidth_median(ctx, arena, &taken, seed, bandwidth);
}
