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

/* One loop a kind: the first two are vectors. */
static void
to_similarities(ms_similar kind, double rate, size_t n, double *x)
{
	switch (kind)
	{
		case MS_SIMILAR_INVERSE:
			for (size_t i = 0; i < n; i++)
				x[i] = 1 / (1 + x[i]);
			break;
		case MS_SIMILAR_COMPLEMENT:
			for (size_t i = 0; i < n; i++)
				x[i] = x[i] < 1 ? 1 - x[i] : 0;
			break;
		case MS_SIMILAR_GAUSSIAN:
			for (size_t i = 0; i < n; i++)
				x[i] = exp(-rate * x[i] * x[i]);
			break;
	}
}

ms_status
ms_similar_row(ms_ctx *ctx, const ms_similarity *s, size_t c, double *out)
{
	const ms_similar_source *source = s->source;

	MS_TRY(ms_distances_row(ctx, &source->distances, c, out));
	to_similarities(source->kind, 0.5 / (source->bandwidth * source->bandwidth), s->n, out);
	return ms_tick(ctx, source->kind == MS_SIMILAR_GAUSSIAN ? 6 * s->n : s->n);
}
