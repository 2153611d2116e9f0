/*
 * similarity.c: distances and similarities, a row at a time.
 */
#include "core/selection/similarity.h"

#include <math.h>

ms_status
ms_distances_row(ms_ctx *ctx, const ms_distances *d, size_t c, double *out)
{
	if (d->points)
	{
		ms_points_get(d->points, c, d->x);
		return ms_points_from(ctx, d->points, d->x, out);
	}
	for (size_t i = 0; i < d->n; i++)
		out[i] = ms_dissimilarity_at(d->matrix, c, i);
	return ms_tick(ctx, 2 * d->n);
}

ms_status
ms_similar_row(ms_ctx *ctx, const ms_similarity *s, size_t c, double *out)
{
	const ms_similar_source *source = s->source;
	double rate = 0.5 / (source->bandwidth * source->bandwidth);

	MS_TRY(ms_distances_row(ctx, &source->distances, c, out));
	for (size_t i = 0; i < s->n; i++)
	{
		double d = out[i];

		out[i] = source->kind == MS_SIMILAR_INVERSE      ? 1 / (1 + d)
				 : source->kind == MS_SIMILAR_COMPLEMENT ? fmax(0, 1 - d)
														 : exp(-rate * d * d);
	}
	return ms_tick(ctx, source->kind == MS_SIMILAR_GAUSSIAN ? 6 * s->n : 2 * s->n);
}
