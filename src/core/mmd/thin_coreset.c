/*
 * thin_coreset.c: a coreset of a sample beside all its rows: its weights, what it misses.
 */
#include "core/mmd/thin.h"

#include <math.h>

#include "core/mmd/thin_points.h"

typedef struct sides
{
	ms_complete rows;    /* of the coreset */
	ms_complete support; /* its distinct points */
	size_t *group;
	ms_complete all;
	ms_kernel kernel;
	ms_cloud points, cloud;
	double *p; /* weights of all, sum 1 */
} sides;

size_t
ms_thin_coreset_bytes(size_t m, size_t n, size_t d)
{
	size_t bytes, more;

	if (ms_size_add(ms_complete_bytes(n, d), ms_complete_bytes(m, d), &bytes) &&
		ms_size_add(ms_coreset_bytes(m, d), bytes, &bytes) && ms_size_mul(m, 3 * d + 8, &more) &&
		ms_size_mul(more, sizeof(double), &more) && ms_size_add(bytes, more, &bytes))
		return bytes;
	return SIZE_MAX;
}

static ms_status
take_sides(ms_ctx *ctx, ms_arena *arena, const ms_sample *coreset, const ms_sample *s,
		   const ms_coreset_options *o, sides *out)
{
	if (coreset->d != s->d)
		return ms_fail(ctx, MS_DIMENSION, "columns", 0, coreset->d, s->d);
	MS_TRY(ms_complete_rows(ctx, arena, coreset, o->omit, &out->rows));
	return ms_complete_rows(ctx, arena, s, o->omit, &out->all);
}

static ms_status
prepare(ms_ctx *ctx, ms_arena *arena, const ms_coreset_options *o, sides *s)
{
	ms_rows view;

	MS_TRY(ms_complete_merge(ctx, arena, &s->rows, &s->support, &s->group));
	s->kernel = o->kernel;
	MS_TRY(ms_complete_scale_also(ctx, arena, &s->all, NULL, &s->support, o->scaling));
	if (o->median)
		MS_TRY(ms_thin_median(ctx, &s->all, NULL, &s->kernel.bandwidth[0]));
	MS_TRY(ms_kernel_check(ctx, &s->kernel));
	view = ms_complete_view(&s->support);
	MS_TRY(ms_cloud_new(ctx, arena, &view, NULL, view.n, &s->points));
	view = ms_complete_view(&s->all);
	MS_TRY(ms_cloud_new(ctx, arena, &view, NULL, view.n, &s->cloud));
	MS_TRY(MS_ALLOC(arena, view.n, &s->p));
	for (size_t i = 0; i < view.n; i++)
		s->p[i] = ms_complete_weight(&s->all, i) / s->all.weight;
	return MS_OK;
}

/* Mean kernel values of all pairs, and of each row with itself. */
static ms_status
constants(ms_ctx *ctx, ms_arena *arena, const sides *s, ms_coreset_fit *out)
{
	double *sums;

	out->constant = out->diagonal = 0;
	MS_TRY(MS_ALLOC(arena, s->all.n, &sums));
	MS_TRY(ms_cloud_diagonal(ctx, &s->cloud, &s->kernel, sums));
	for (size_t i = 0; i < s->all.n; i++)
		out->diagonal += s->p[i] * sums[i];
	MS_TRY(ms_thin_sums(ctx, &s->cloud, &s->cloud, s->p, &s->kernel, sums));
	for (size_t i = 0; i < s->all.n; i++)
		out->constant += s->p[i] * sums[i];
	return MS_OK;
}

ms_status
ms_thin_coreset(ms_ctx *ctx, ms_arena *arena, const ms_sample *coreset, const ms_sample *s,
				const ms_coreset_options *o, bool constant, ms_coreset_fit *out)
{
	sides d;
	double *w;

	*out = (ms_coreset_fit){.constant = NAN, .diagonal = NAN, .bandwidth = NAN};
	MS_TRY(take_sides(ctx, arena, coreset, s, o, &d));
	if (d.rows.n == 0 || d.all.n == 0)
		return MS_OK;
	MS_TRY(prepare(ctx, arena, o, &d));
	MS_TRY(MS_ALLOC(arena, d.support.n, &w));
	for (size_t i = 0; i < d.support.n; i++)
		w[i] = ms_complete_weight(&d.support, i) / d.support.weight;
	MS_TRY(ms_coreset_weights(ctx, arena, &d.points, &d.cloud, d.p, &d.kernel, o->method, w,
							  &out->found));
	if (constant)
		MS_TRY(constants(ctx, arena, &d, out));
	MS_TRY(MS_ALLOC(arena, d.rows.n, &out->weights));
	for (size_t i = 0; i < d.rows.n; i++)
		out->weights[i] = w[d.group[i]] * d.all.weight * ms_complete_weight(&d.rows, i) /
						  ms_complete_weight(&d.support, d.group[i]);
	out->bandwidth = d.kernel.bandwidths ? d.kernel.bandwidth[0] : NAN;
	out->rows = d.rows.source;
	out->size = d.rows.n;
	out->distinct = d.support.n;
	out->n = d.all.n;
	return MS_OK;
}
