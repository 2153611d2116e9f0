/*
 * kmedoids_select.c: models for several k, best first: each k by itself, or all by one run of
 * DynMSC (Lenssen & Schubert 2022).
 */
#include "core/medoids/kmedoids.h"

#include <math.h>
#include <string.h>

#include "core/medoids/data.h"

static ms_status
bad(ms_ctx *ctx, const char *what, double got, double wanted)
{
	return ms_fail(ctx, MS_BAD_ARGUMENT, what, 0, got, wanted);
}

static double
merit(const ms_kmedoids *m, ms_kmedoids_criterion criterion)
{
	switch (criterion)
	{
		case MS_KMEDOIDS_BY_SILHOUETTE:
			return m->mean_silhouette;
		case MS_KMEDOIDS_BY_MEDOID_SILHOUETTE:
			return m->medoid_silhouette;
		default:
			return -m->total_deviation;
	}
}

/* Best first; ties to the smaller k. NaN comes last. */
static void
rank_models(ms_kmedoids *models, size_t n, ms_kmedoids_criterion criterion)
{
	for (size_t i = 1; i < n; i++)
	{
		ms_kmedoids model = models[i];
		double value = merit(&model, criterion);
		size_t at = i;

		for (; at > 0; at--)
		{
			double other = merit(&models[at - 1], criterion);

			if (!(value > other || (isnan(other) && !isnan(value)) ||
				  (value == other && model.k < models[at - 1].k)))
				break;
			models[at] = models[at - 1];
		}
		models[at] = model;
	}
}

/* One run of DynMSC from one start, and a model of each of its steps. */
static ms_status
select_dynamic(ms_ctx *ctx, ms_arena *arena, ms_arena *scratch, const ms_data *data,
			   const ms_kmedoids_options *o, size_t k_min, size_t k_max, ms_kmedoids *out)
{
	ms_kmedoids_options at_most = *o;
	ms_msc_step *steps;
	ms_search s;
	ms_table t;
	size_t *medoids;

	at_most.k = k_max;
	at_most.method = MS_KMEDOIDS_FASTERMSC;
	MS_TRY(ms_fit_search(ctx, scratch, data, &at_most, &s));
	MS_TRY(MS_ALLOC(scratch, k_max - k_min + 1, &steps));
	MS_TRY(MS_ALLOC(scratch, k_max, &medoids));
	MS_TRY(ms_data_table(ctx, scratch, data, &t));
	if (s.init == MS_KMEDOIDS_INIT_START)
		memcpy(medoids, s.start, k_max * sizeof(*medoids));
	else
		MS_TRY(ms_start(ctx, &t, k_max, s.init, s.seed, 0, medoids));
	MS_TRY(ms_dynmsc(ctx, scratch, &t, medoids, k_max, k_min, o->max_iter, steps));
	for (size_t i = 0; i <= k_max - k_min; i++)
	{
		ms_found found = {.medoids = steps[i].medoids,
						  .swaps = steps[i].swaps,
						  .passes = steps[i].passes,
						  .starts = 1,
						  .converged = steps[i].converged,
						  .optimal = steps[i].converged};

		s.k = steps[i].k;
		MS_TRY(ms_model_finish(ctx, arena, scratch, data, o, &s, &found, &out[i]));
	}
	return MS_OK;
}

static ms_status
select_data(ms_ctx *ctx, ms_arena *arena, ms_arena *scratch, const ms_data *data,
			const ms_kmedoids_options *o, size_t k_min, size_t k_max,
			ms_kmedoids_criterion criterion, ms_kmedoids *out)
{
	ms_kmedoids_options one = *o;

	if (k_min < 2 || k_min > k_max)
		return bad(ctx, "k_min", (double) k_min, k_min < 2 ? 2 : (double) k_max);
	if (k_max > data->n)
		return bad(ctx, "k_max", (double) k_max, (double) data->n);
	if (criterion < MS_KMEDOIDS_BY_SILHOUETTE || criterion > MS_KMEDOIDS_BY_DEVIATION)
		return bad(ctx, "criterion", criterion, MS_KMEDOIDS_BY_SILHOUETTE);
	one.silhouette = true;
	if (criterion == MS_KMEDOIDS_BY_MEDOID_SILHOUETTE)
		MS_TRY(select_dynamic(ctx, arena, scratch, data, &one, k_min, k_max, out));
	else
	{
		for (size_t k = k_min; k <= k_max; k++)
		{
			one.k = k;
			MS_TRY(ms_fit_data(ctx, arena, scratch, data, &one, &out[k - k_min]));
		}
	}
	rank_models(out, k_max - k_min + 1, criterion);
	return MS_OK;
}

ms_status
ms_kmedoids_select(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t size,
				   const ms_kmedoids_options *o, size_t k_min, size_t k_max,
				   ms_kmedoids_criterion criterion, ms_kmedoids *out)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_data data;
	ms_status status = ms_data_sample(ctx, &scratch, s, size, o, &data);

	if (status == MS_OK)
		status = select_data(ctx, arena, &scratch, &data, o, k_min, k_max, criterion, out);
	ms_arena_free(&scratch);
	return status;
}

ms_status
ms_kmedoids_select_matrix(ms_ctx *ctx, ms_arena *arena, const ms_dissimilarity *s, size_t size,
						  const ms_kmedoids_options *o, size_t k_min, size_t k_max,
						  ms_kmedoids_criterion criterion, ms_kmedoids *out)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_data data;
	ms_status status = ms_data_matrix(ctx, &scratch, s, size, &data);

	if (status == MS_OK)
		status = select_data(ctx, arena, &scratch, &data, o, k_min, k_max, criterion, out);
	ms_arena_free(&scratch);
	return status;
}
