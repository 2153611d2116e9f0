/*
 * kmedoids_fit.c: from data and options to medoids: checks, starts, the choice of a search.
 */
#include "core/medoids/kmedoids.h"

#include <math.h>
#include <string.h>

#include "core/medoids/data.h"

#define AUTO_FASTERPAM 20000
#define AUTO_BUILD 2000
#define RANDOM_STARTS 3
#define MAX_ITER 100

void
ms_kmedoids_defaults(ms_kmedoids_options *o)
{
	*o = (ms_kmedoids_options){
		.k = 1, .metric = MS_METRIC_EUCLIDEAN, .max_iter = MAX_ITER, .silhouette = true};
}

ms_kmedoids_method
ms_kmedoids_choose(const ms_kmedoids_options *o, size_t n, bool dissimilarity)
{
	if (o->method != MS_KMEDOIDS_AUTO)
		return o->method;
	return dissimilarity || n <= AUTO_FASTERPAM ? MS_KMEDOIDS_FASTERPAM : MS_KMEDOIDS_ONEBATCH;
}

size_t
ms_kmedoids_bytes(const ms_kmedoids_options *o, size_t n, size_t d)
{
	ms_search s = {.k = o->k, .sample_size = o->sample_size};
	ms_kmedoids_method method = ms_kmedoids_choose(o, n, d == 0);
	size_t m = method == MS_KMEDOIDS_ONEBATCH ? ms_onebatch_size(&s, n) : n;
	size_t size = ms_pam_bytes(n, m, o->k, true);

	/* labels, weights and ids of all rows beside the packed rows */
	if (!ms_size_add(size, d ? ms_points_bytes(n, d) : 0, &size) ||
		!ms_size_add(size, 64 * n, &size))
		return SIZE_MAX;
	return size;
}

/* --- options -------------------------------------------------------------------------------- */

static ms_status
bad(ms_ctx *ctx, const char *what, double got, double wanted)
{
	return ms_fail(ctx, MS_BAD_ARGUMENT, what, 0, got, wanted);
}

static ms_status
check_options(ms_ctx *ctx, const ms_data *data, const ms_kmedoids_options *o)
{
	double most = fmin((double) data->n, MS_KMEDOIDS_MAX_K);

	if (o->k < 1 || (double) o->k > most)
		return bad(ctx, "k", (double) o->k, o->k < 1 ? 1 : most);
	if (data->n >= UINT32_MAX)
		return ms_fail(ctx, MS_TOO_LARGE, "rows", 0, (double) data->n, UINT32_MAX);
	if ((unsigned) o->method > MS_KMEDOIDS_FASTERMSC)
		return bad(ctx, "method", o->method, MS_KMEDOIDS_AUTO);
	if (o->method == MS_KMEDOIDS_ONEBATCH && !data->points)
		return bad(ctx, "method", o->method, MS_KMEDOIDS_FASTERPAM);
	if ((unsigned) o->init > MS_KMEDOIDS_INIT_LAB)
		return bad(ctx, "init", o->init, MS_KMEDOIDS_INIT_AUTO);
	if (o->max_iter < 1)
		return bad(ctx, "max_iter", o->max_iter, 1);
	if (o->n_init < 0)
		return bad(ctx, "n_init", o->n_init, 1);
	if (o->start && (o->start->k != o->k || o->start->d != data->d))
		return bad(ctx, "start", o->start->k != o->k ? o->start->k : o->start->d,
				   o->start->k != o->k ? (double) o->k : (double) data->d);
	return MS_OK;
}

/* --- a model to start from ------------------------------------------------------------------ */

static bool
same_id(const ms_data *data, size_t i, const ms_kmedoids *m, uint64_t id)
{
	ms_string a;
	ms_string b;

	if (data->id_kind != m->ids)
		return false;
	if (!data->ids)
		return false;
	if (data->id_kind == MS_SAMPLE_ID_INT)
		return data->ids[i] == id;
	a = ms_data_string(data, data->ids[i]);
	b = ms_kmedoids_string(m, id);
	return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

/* The row that a medoid of the model is here, else the nearest that is not taken. */
static ms_status
find_start_row(ms_ctx *ctx, const ms_data *data, const ms_kmedoids *m, size_t slot,
			   const ms_points *points, const unsigned char *taken, double *space, size_t *row)
{
	double best = INFINITY;
	double *x = space + data->n;

	for (size_t i = 0; i < data->n; i++)
	{
		MS_TRY(ms_tick(ctx, 4));
		*row = i;
		if (!taken[i] && same_id(data, i, m, m->clusters[slot].id))
			return MS_OK;
	}
	if (!points)
		return ms_fail(ctx, MS_MISMATCH, "ids", (int64_t) slot + 1, 0, 0);
	ms_points_get(points, slot, x);
	MS_TRY(ms_points_from(ctx, data->points, x, space));
	for (size_t i = 0; i < data->n; i++)
	{
		if (!taken[i] && space[i] < best)
		{
			best = space[i];
			*row = i;
		}
	}
	return MS_OK;
}

/*
 * Nearest by the numbers: a model with nominal columns starts by its ids alone, as its handles
 * mean nothing in this sample.
 */
static ms_status
find_start(ms_ctx *ctx, ms_arena *arena, const ms_data *data, const ms_kmedoids *m, size_t *start)
{
	ms_rows rows = {.x = m->medoids, .n = m->k, .d = m->d, .stride = m->d};
	bool numbers = m->d > 0;
	ms_points *points = NULL;
	unsigned char *taken;
	double *space;

	for (size_t j = 0; data->measure.kinds && j < m->d; j++)
		numbers &= data->measure.kinds[j] != MS_KIND_NOMINAL;
	if (numbers)
		MS_TRY(ms_points_new(ctx, arena, &data->measure, &rows, NULL, m->k, &points));
	MS_TRY(MS_ZEROED(arena, data->n, &taken));
	MS_TRY(MS_ALLOC(arena, data->n + data->d + 1, &space));
	for (size_t i = 0; i < m->k; i++)
	{
		MS_TRY(find_start_row(ctx, data, m, i, points, taken, space, &start[i]));
		taken[start[i]] = 1;
	}
	return MS_OK;
}

/* --- search --------------------------------------------------------------------------------- */

ms_status
ms_fit_search(ms_ctx *ctx, ms_arena *arena, const ms_data *data, const ms_kmedoids_options *o,
			  ms_search *s)
{
	bool build = o->init == MS_KMEDOIDS_INIT_BUILD;
	size_t *start;

	MS_TRY(check_options(ctx, data, o));
	*s = (ms_search){.k = o->k,
					 .method = ms_kmedoids_choose(o, data->n, data->points == NULL),
					 .init = o->init,
					 .n_init = o->n_init,
					 .max_iter = o->max_iter,
					 .seed = o->seed,
					 .samples = o->samples,
					 .sample_size = o->sample_size};
	if (o->init == MS_KMEDOIDS_INIT_AUTO)
	{
		bool random = s->method == MS_KMEDOIDS_CLARANS || s->method == MS_KMEDOIDS_ONEBATCH;

		build = data->n <= AUTO_BUILD && !random;
		s->init = build ? MS_KMEDOIDS_INIT_BUILD : MS_KMEDOIDS_INIT_RANDOM;
	}
	if (s->method == MS_KMEDOIDS_ONEBATCH && ms_onebatch_size(s, data->n) == data->n)
		s->method = MS_KMEDOIDS_FASTERPAM;
	if (s->method == MS_KMEDOIDS_ONEBATCH)
		s->init = MS_KMEDOIDS_INIT_RANDOM;
	if (s->n_init == 0 && s->method != MS_KMEDOIDS_CLARANS)
		s->n_init = build ? 1 : RANDOM_STARTS;
	if (!o->start)
		return MS_OK;
	MS_TRY(MS_ALLOC(arena, o->k, &start));
	MS_TRY(find_start(ctx, arena, data, o->start, start));
	s->start = start;
	s->init = MS_KMEDOIDS_INIT_START;
	/* samples of clara do not hold a given row: it starts as it would without */
	if (s->method == MS_KMEDOIDS_CLARA)
		s->init = data->n <= AUTO_BUILD ? MS_KMEDOIDS_INIT_BUILD : MS_KMEDOIDS_INIT_RANDOM;
	return MS_OK;
}

/* The greatest medoid silhouette from each start. */
static ms_status
search_msc(ms_ctx *ctx, ms_arena *arena, const ms_table *t, const ms_search *s, ms_found *out)
{
	int starts = s->init == MS_KMEDOIDS_INIT_START ? 1 : s->n_init;
	double best = -INFINITY;
	size_t *medoids;

	if (s->k == 1)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "k", 0, 1, 2);
	MS_TRY(MS_ALLOC(arena, s->k, &medoids));
	for (int i = 0; i < starts; i++)
	{
		ms_msc_step step;

		if (s->init == MS_KMEDOIDS_INIT_START)
			memcpy(medoids, s->start, s->k * sizeof(*medoids));
		else
			MS_TRY(ms_start(ctx, t, s->k, s->init, s->seed, (uint64_t) i, medoids));
		MS_TRY(ms_dynmsc(ctx, arena, t, medoids, s->k, s->k, s->max_iter, &step));
		if (!(step.silhouette > best))
			continue;
		best = step.silhouette;
		memcpy(out->medoids, step.medoids, s->k * sizeof(*medoids));
		out->swaps = step.swaps;
		out->passes = step.passes;
		out->converged = out->optimal = step.converged;
	}
	out->starts = (uint32_t) starts;
	return MS_OK;
}

static ms_status
run_search(ms_ctx *ctx, ms_arena *arena, const ms_data *data, const ms_search *s, ms_found *out)
{
	ms_table t;

	if (s->method == MS_KMEDOIDS_ONEBATCH)
		return ms_search_onebatch(ctx, data->points, data->w, s, out);
	if (s->method == MS_KMEDOIDS_CLARA && !(data->n <= AUTO_BUILD))
	{
		/* the samples have squares of their own */
		MS_TRY(ms_data_computed(arena, data, &t));
		return ms_search_clara(ctx, &t, s, out);
	}
	MS_TRY(ms_data_table(ctx, arena, data, &t));
	switch (s->method)
	{
		case MS_KMEDOIDS_CLARA:
			return ms_search_clara(ctx, &t, s, out);
		case MS_KMEDOIDS_CLARANS:
			return ms_search_clarans(ctx, &t, s, out);
		case MS_KMEDOIDS_FASTERMSC:
			return search_msc(ctx, arena, &t, s, out);
		default:
			return ms_search_pam(ctx, &t, s, out);
	}
}

ms_status
ms_fit_data(ms_ctx *ctx, ms_arena *arena, ms_arena *scratch, const ms_data *data,
			const ms_kmedoids_options *o, ms_kmedoids *out)
{
	ms_arena inner = {ctx, NULL, scratch->used};
	ms_found found = {0};
	ms_search s;
	ms_status status;

	MS_TRY(ms_fit_search(ctx, scratch, data, o, &s));
	MS_TRY(MS_ALLOC(scratch, o->k, &found.medoids));
	status = run_search(ctx, &inner, data, &s, &found);
	ms_arena_free(&inner);
	MS_TRY(status);
	return ms_model_finish(ctx, arena, scratch, data, o, &s, &found, out);
}

ms_status
ms_kmedoids_fit(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t size,
				const ms_kmedoids_options *o, ms_kmedoids *out)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_data data;
	ms_status status = ms_data_sample(ctx, &scratch, s, size, o, &data);

	if (status == MS_OK)
		status = ms_fit_data(ctx, arena, &scratch, &data, o, out);
	ms_arena_free(&scratch);
	return status;
}

ms_status
ms_kmedoids_fit_matrix(ms_ctx *ctx, ms_arena *arena, const ms_dissimilarity *s, size_t size,
					   const ms_kmedoids_options *o, ms_kmedoids *out)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_data data;
	ms_status status = ms_data_matrix(ctx, &scratch, s, size, &data);

	if (status == MS_OK)
		status = ms_fit_data(ctx, arena, &scratch, &data, o, out);
	ms_arena_free(&scratch);
	return status;
}
