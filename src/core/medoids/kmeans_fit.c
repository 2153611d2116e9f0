/*
 * kmeans_fit.c: from a sample and options to k means: seeds, several starts, the model of the best.
 */
#include "core/medoids/kmeans.h"

#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/sums.h"
#include "core/medoids/hamerly.h"

#define STARTS 3
#define MAX_ITER 300
#define AGREEMENT 1e-6

void
ms_kmeans_defaults(ms_kmeans_options *o)
{
	*o = (ms_kmeans_options){.k = 1, .max_iter = MAX_ITER};
}

/* --- starts --------------------------------------------------------------------------------- */

/* Seeds, or the centers of a model that was given. */
static ms_status
find_centers(ms_hamerly *h, ms_arena *scratch, const ms_kmeans_options *o, uint64_t number)
{
	ms_view view = {.rows = h->data->rows, .scale = h->data->measure.factors};
	uint64_t seed = number ? ms_hash_u64((uint64_t) o->seed, number) : (uint64_t) o->seed;
	ms_seeds seeds;

	if (o->start)
	{
		for (size_t i = 0; i < h->k * h->d; i++)
			h->centers[i] = o->start->centers[i] * h->data->measure.factors[i % h->d];
		return MS_OK;
	}
	MS_TRY(ms_seeding_kmeanspp(h->ctx, scratch, &view, h->k, o->seeding, seed, &seeds));
	if (seeds.k < h->k)
		return ms_fail(h->ctx, MS_TOO_FEW, "rows", 0, (double) seeds.k, (double) h->k);
	memcpy(h->centers, seeds.centers, h->k * h->d * sizeof(double));
	return MS_OK;
}

static ms_status
run_start(ms_hamerly *h, size_t used, const ms_kmeans_options *o, uint64_t number, double shift)
{
	ms_arena scratch = {h->ctx, NULL, used};
	ms_status status = find_centers(h, &scratch, o, number);

	ms_arena_free(&scratch);
	MS_TRY(status);
	return ms_hamerly_run(h, o->max_iter, shift);
}

/* --- the model ------------------------------------------------------------------------------ */

static ms_status
bad(ms_ctx *ctx, const char *what, double got, double wanted)
{
	return ms_fail(ctx, MS_BAD_ARGUMENT, what, 0, got, wanted);
}

static ms_status
check_options(ms_ctx *ctx, const ms_data *data, const ms_kmeans_options *o)
{
	double most = fmin((double) data->n, MS_KMEANS_MAX_K);

	if (o->k < 1 || (double) o->k > most)
		return bad(ctx, "k", (double) o->k, o->k < 1 ? 1 : most);
	if (o->max_iter < 1)
		return bad(ctx, "max_iter", o->max_iter, 1);
	if (o->n_init < 0)
		return bad(ctx, "n_init", o->n_init, 1);
	if (!(o->tol >= 0 && isfinite(o->tol)))
		return bad(ctx, "tol", o->tol, 0);
	if (o->start && (o->start->k != o->k || o->start->d != data->d))
		return bad(ctx, "start", o->start->k != o->k ? o->start->k : o->start->d,
				   o->start->k != o->k ? (double) o->k : (double) data->d);
	return MS_OK;
}

/* tol times the mean variance of the scaled columns. */
static ms_status
least_shift(ms_hamerly *h, double tol, double *out)
{
	double squares = 0;
	double mass = 0;

	*out = 0;
	if (tol == 0)
		return MS_OK;
	memset(h->before, 0, h->d * sizeof(double));
	memcpy(h->origin, ms_hamerly_row(h, 0), h->d * sizeof(double));
	for (size_t i = 0; i < h->data->n; i++)
	{
		const double *x = ms_hamerly_row(h, i);
		double w = ms_hamerly_weight(h, i);

		mass += w;
		for (size_t j = 0; j < h->d; j++)
		{
			h->before[j] += w * (x[j] - h->origin[j]);
			squares += w * (x[j] - h->origin[j]) * (x[j] - h->origin[j]);
		}
		MS_TRY(ms_tick(h->ctx, 4 + 2 * h->d));
	}
	for (size_t j = 0; j < h->d; j++)
		squares -= h->before[j] * h->before[j] / mass;
	*out = tol * fmax(0, squares) / mass / (double) h->d;
	return MS_OK;
}

static bool
center_before(const double *a, const double *b, size_t d)
{
	for (size_t j = 0; j < d; j++)
	{
		if (a[j] != b[j])
			return a[j] < b[j];
	}
	return false;
}

/* Raw centers, ascending: an insertion of each among those before it. */
static ms_status
keep_centers(ms_hamerly *h, ms_kmeans *out)
{
	const double *factors = h->data->measure.factors;

	for (size_t c = 0; c < h->k; c++)
	{
		double *center = h->before;
		size_t at = c;

		for (size_t j = 0; j < h->d; j++)
			center[j] = factors[j] > 0 ? h->centers[c * h->d + j] / factors[j] + 0.0
									   : h->data->rows.x[j];
		while (at > 0 && center_before(center, out->centers + (at - 1) * h->d, h->d))
			at--;
		memmove(out->centers + (at + 1) * h->d, out->centers + at * h->d,
				(c - at) * h->d * sizeof(double));
		memcpy(out->centers + at * h->d, center, h->d * sizeof(double));
		MS_TRY(ms_tick(h->ctx, (c - at + 1) * h->d));
	}
	out->inertia = h->inertia;
	out->iterations = h->rounds;
	out->converged = h->converged;
	return MS_OK;
}

static ms_status
run_starts(ms_hamerly *h, size_t used, const ms_kmeans_options *o, ms_kmeans *out)
{
	int starts = o->start ? 1 : o->n_init > 0 ? o->n_init : STARTS;
	double best = INFINITY;
	double shift;

	MS_TRY(least_shift(h, o->tol, &shift));
	out->starts = (uint32_t) starts;
	for (int i = 0; i < starts; i++)
	{
		MS_TRY(run_start(h, used, o, (uint64_t) i, shift));
		if (h->inertia < best * (1 - AGREEMENT))
			out->starts_at_best = 0;
		out->starts_at_best += h->inertia <= best * (1 + AGREEMENT);
		if (h->inertia < best)
		{
			best = h->inertia;
			MS_TRY(keep_centers(h, out));
		}
	}
	return MS_OK;
}

/* Sizes and sums as a scorer sees them, so that labels of the rows agree with them. */
static ms_status
measure_clusters(ms_ctx *ctx, ms_arena *scratch, const ms_data *data, ms_kmeans *out)
{
	ms_kmeans_scorer *scorer;
	ms_sum inertia = {0, 0};
	ms_sum mass = {0, 0};

	MS_TRY(ms_kmeans_scorer_new(ctx, scratch, out, &scorer));
	for (size_t i = 0; i < data->n; i++)
	{
		double w = data->w ? data->w[i] : 1;
		ms_kmeans_label label;
		ms_kmeans_cluster *c;

		MS_TRY(ms_kmeans_score(ctx, scorer, data->rows.x + i * data->rows.stride, &label));
		c = &out->clusters[label.cluster];
		c->size++;
		c->weight += w;
		c->inertia += w * label.distance * label.distance;
		c->farthest = fmax(c->farthest, label.distance);
		ms_sum_add(&inertia, w * label.distance * label.distance);
		ms_sum_add(&mass, w);
	}
	out->inertia = ms_sum_get(&inertia);
	out->weight = ms_sum_get(&mass);
	return MS_OK;
}

static void
find_problems(const ms_data *data, ms_kmeans *out)
{
	if (!out->converged)
		out->problems |= MS_KMEANS_PROBLEM_MAX_ITER;
	if (out->omitted > 0)
		out->problems |= MS_KMEANS_PROBLEM_OMITTED_ROWS;
	if (out->starts > 1 && out->starts_at_best == 1)
		out->problems |= MS_KMEANS_PROBLEM_FEW_STARTS_AGREE;
	for (size_t i = 0; i < out->k; i++)
	{
		if (out->clusters[i].size <= 1 && data->n > out->k)
			out->problems |= MS_KMEANS_PROBLEM_SMALL_CLUSTER;
	}
}

static ms_status
fit(ms_ctx *ctx, ms_arena *arena, ms_arena *scratch, const ms_sample *s,
	const ms_kmeans_options *o, ms_kmeans *out)
{
	ms_kmedoids_options door = {.metric = MS_METRIC_SQEUCLIDEAN,
								.scaling = o->scaling,
								.missing = o->omit ? MS_MISSING_OMIT : MS_MISSING_ERROR};
	ms_data data;
	ms_hamerly h = {.ctx = ctx, .data = &data, .k = o->k, .d = s->d};

	MS_TRY(ms_data_rows(ctx, scratch, s, &door, &data));
	MS_TRY(check_options(ctx, &data, o));
	MS_TRY(ms_hamerly_new(&h, scratch));
	*out = (ms_kmeans){.k = (uint32_t) o->k,
					   .d = s->d,
					   .scaling = o->scaling,
					   .n = data.n,
					   .omitted = data.omitted,
					   .seed = o->seed};
	MS_TRY(MS_ALLOC(arena, o->k * s->d, &out->centers));
	MS_TRY(MS_ALLOC(arena, s->d, &out->factors));
	MS_TRY(MS_ZEROED(arena, o->k, &out->clusters));
	memcpy(out->factors, data.measure.factors, s->d * sizeof(double));
	MS_TRY(run_starts(&h, scratch->used, o, out));
	MS_TRY(measure_clusters(ctx, scratch, &data, out));
	find_problems(&data, out);
	return MS_OK;
}

ms_status
ms_kmeans_fit(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t size,
			  const ms_kmeans_options *o, ms_kmeans *out)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_status status = fit(ctx, arena, &scratch, s, o, out);

	(void) size;
	ms_arena_free(&scratch);
	return status;
}

size_t
ms_kmeans_bytes(const ms_kmeans_options *o, size_t n, size_t d)
{
	size_t size = ms_seeding_bytes(n, d, o->k);
	size_t centers;

	if (!ms_size_mul(o->k + MS_HAMERLY_LANES, 4 * d + 8, &centers) ||
		!ms_size_mul(centers, sizeof(double), &centers) || !ms_size_add(size, centers, &size) ||
		!ms_size_add(size, 28 * n, &size))
		return SIZE_MAX;
	return size;
}
