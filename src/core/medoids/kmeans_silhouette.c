/*
 * kmeans_silhouette.c: silhouettes (Rousseeuw 1987) of the rows that a k-means model labels, by
 * euclidean distances in scaled units: O(n^2 d) steps, n (d + 5) doubles.
 */
#include "core/medoids/kmeans.h"

#include <math.h>

#include "core/base/sums.h"
#include "core/medoids/data.h"

/* The rows that have a label, measured as the model measures. */
static ms_status
labelled_data(ms_ctx *ctx, ms_arena *scratch, const ms_kmeans *m, const ms_sample *s, ms_data *data)
{
	ms_kmedoids_options o;

	ms_kmedoids_defaults(&o);
	o.missing = MS_MISSING_OMIT;
	MS_TRY(ms_data_rows(ctx, scratch, s, &o, data));
	data->measure.scaling = m->scaling;
	data->measure.factors = m->factors;
	return ms_points_new(ctx, scratch, &data->measure, &data->rows, NULL, data->n, &data->points);
}

static ms_status
silhouettes(ms_ctx *ctx, ms_arena *scratch, const ms_kmeans *m, const ms_sample *s,
			const ms_kmeans_label *labels, double *out, double *mean)
{
	ms_data data;
	uint32_t *clusters;
	double *found;
	ms_sum sum = {0, 0};
	ms_sum mass = {0, 0};

	MS_TRY(labelled_data(ctx, scratch, m, s, &data));
	MS_TRY(MS_ALLOC(scratch, data.n, &clusters));
	MS_TRY(MS_ALLOC(scratch, data.n, &found));
	for (size_t i = 0; i < data.n; i++)
		clusters[i] = labels[data.which ? data.which[i] : i].cluster;
	MS_TRY(ms_data_silhouettes(ctx, &data, clusters, m->k, found));
	for (size_t i = 0; i < data.n; i++)
	{
		double w = data.w ? data.w[i] : 1;

		out[data.which ? data.which[i] : i] = found[i];
		ms_sum_add(&sum, w * found[i]);
		ms_sum_add(&mass, w);
	}
	*mean = ms_sum_get(&sum) / ms_sum_get(&mass);
	return MS_OK;
}

ms_status
ms_kmeans_silhouettes(ms_ctx *ctx, ms_arena *arena, const ms_kmeans *m, const ms_sample *s,
					  const ms_kmeans_label *labels, double *out, double *mean)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_status status = MS_OK;

	*mean = NAN;
	for (size_t i = 0; i < s->n; i++)
		out[i] = NAN;
	if (m->k > 1 && s->incomplete < s->n)
		status = silhouettes(ctx, &scratch, m, s, labels, out, mean);
	ms_arena_free(&scratch);
	return status;
}
