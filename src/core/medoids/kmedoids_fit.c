/*
 * kmedoids_fit.c: from data and options to a model: checks, the search, and what is measured of
 * the medoids it found.
 */
#include "core/medoids/kmedoids.h"

#include <math.h>
#include <string.h>

#include "core/base/order.h"
#include "core/base/sums.h"
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

static ms_string
data_string(const ms_data *data, uint64_t handle)
{
	return (ms_string){(const char *) data->bytes + data->size - (handle >> 24),
					   (size_t) (handle & MS_STRING_MAX)};
}

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
	a = data_string(data, data->ids[i]);
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

static ms_status
make_search(ms_ctx *ctx, ms_arena *arena, const ms_data *data, const ms_kmedoids_options *o,
			ms_search *s)
{
	bool build = o->init == MS_KMEDOIDS_INIT_BUILD;
	size_t *start;

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
		t = (ms_table){.n = data->n,
					   .m = data->n,
					   .square = true,
					   .w = data->w,
					   .triangle = data->triangle,
					   .candidates = data->points,
					   .objects = data->points};
		if (data->points)
			MS_TRY(MS_ALLOC(arena, ms_points_width(data->points), &t.x));
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

/* Whether a search that proved nothing ended at a local optimum all the same. */
static ms_status
certify(ms_ctx *ctx, ms_arena *arena, const ms_data *data, const ms_found *found, size_t k,
		ms_kmedoids_optimum *out)
{
	ms_table t;
	ms_pam p;
	bool optimal = true;

	*out = MS_KMEDOIDS_OPTIMUM_UNKNOWN;
	if (data->n > MS_DATA_SQUARE)
		return MS_OK;
	if (k > 1 && k < data->n)
	{
		MS_TRY(ms_data_table(ctx, arena, data, &t));
		MS_TRY(ms_pam_new(ctx, arena, &t, k, &p));
		MS_TRY(ms_pam_set(&p, found->medoids));
		MS_TRY(ms_pam_certify(&p, MS_PAM_EPSILON, &optimal));
	}
	*out = optimal ? MS_KMEDOIDS_OPTIMUM_YES : MS_KMEDOIDS_OPTIMUM_NO;
	return MS_OK;
}

/* --- the model ------------------------------------------------------------------------------ */

/* Medoids by ascending id, ties by row: then the clusters have their numbers. */
static ms_status
sort_by_id(ms_ctx *ctx, ms_arena *arena, const ms_data *data, size_t *medoids, size_t k)
{
	bool number = data->id_kind == MS_SAMPLE_ID_INT;
	unsigned char kinds[] = {number ? MS_SLOT_INT64 : MS_SLOT_UINT64, MS_SLOT_UINT64};
	uint64_t *keys;

	MS_TRY(ms_arena_alloc(arena, k, 2 * sizeof(*keys), (void **) &keys));
	for (size_t i = 0; i < k; i++)
	{
		keys[2 * i] = data->ids ? data->ids[medoids[i]] : medoids[i];
		keys[2 * i + 1] = medoids[i];
	}
	MS_TRY(ms_order_sort(ctx, keys, k, 2, kinds));
	for (size_t i = 0; i < k; i++)
		medoids[i] = keys[2 * i + 1];
	return MS_OK;
}

static uint64_t
id_of(const ms_data *data, size_t row)
{
	if (data->ids)
		return data->ids[row];
	return (data->which ? data->which[row] : row) + 1;
}

static void
measure_clusters(const ms_data *data, const ms_assigned *a, const double *silhouettes,
				 ms_kmedoids *m)
{
	ms_sum total = {0, 0};
	ms_sum weight = {0, 0};
	ms_sum mean = {0, 0};

	for (size_t i = 0; i < m->k; i++)
		m->clusters[i].silhouette = 0;
	for (size_t o = 0; o < data->n; o++)
	{
		ms_cluster *c = &m->clusters[a->first[o]];
		double w = data->w ? data->w[o] : 1;

		c->size++;
		c->weight += w;
		c->total += w * a->d1[o];
		c->farthest = fmax(c->farthest, a->d1[o]);
		ms_sum_add(&total, w * a->d1[o]);
		ms_sum_add(&weight, w);
		if (silhouettes)
		{
			c->silhouette += w * silhouettes[o];
			ms_sum_add(&mean, w * silhouettes[o]);
		}
	}
	for (size_t i = 0; i < m->k; i++)
		m->clusters[i].silhouette =
			silhouettes ? m->clusters[i].silhouette / m->clusters[i].weight : NAN;
	m->weight = ms_sum_get(&weight);
	m->total_deviation = ms_sum_get(&total);
	m->mean_silhouette = silhouettes ? ms_sum_get(&mean) / m->weight : NAN;
}

static void
find_problems(const ms_data *data, const ms_assigned *a, const size_t *medoids, ms_kmedoids *m)
{
	if (!m->converged)
		m->problems |= MS_KMEDOIDS_PROBLEM_MAX_ITER;
	if (m->omitted > 0)
		m->problems |= MS_KMEDOIDS_PROBLEM_OMITTED_ROWS;
	for (size_t i = 0; i < m->k; i++)
	{
		/* the second medoid of a medoid lies on it */
		if (m->k > 1 && a->d2[medoids[i]] == 0)
			m->problems |= MS_KMEDOIDS_PROBLEM_DUPLICATE_MEDOIDS;
		if (m->clusters[i].size == 1 && data->n > m->k)
			m->problems |= MS_KMEDOIDS_PROBLEM_SMALL_CLUSTER;
	}
}

/* --- strings -------------------------------------------------------------------------------- */

/*
 * Handles of a canonical value compare as their strings do: sorted and laid from the end in this
 * order they are canonical again.
 */
typedef struct string_map
{
	uint64_t *old; /* distinct, ascending */
	uint64_t *new;
	size_t n;
} string_map;

static bool
is_nominal(const ms_kmedoids *m, size_t j)
{
	return m->measure.kinds && m->measure.kinds[j] == MS_KIND_NOMINAL;
}

/* All handles of the model, or with a map their replacement. */
static size_t
walk_handles(ms_kmedoids *m, uint64_t *out, const string_map *map)
{
	size_t n = 0;

	for (size_t i = 0; i < m->k; i++)
	{
		for (size_t j = 0; j <= m->d; j++)
		{
			bool id = j == m->d;
			void *at = id ? (void *) &m->clusters[i].id : (void *) &m->medoids[i * m->d + j];
			uint64_t handle;
			size_t low = 0;

			if (id ? m->ids != MS_SAMPLE_ID_TEXT : !is_nominal(m, j))
				continue;
			memcpy(&handle, at, sizeof(handle));
			if (!ms_sample_is_string(handle))
				continue;
			if (!map)
			{
				out[n++] = handle;
				continue;
			}
			for (size_t span = map->n; span > 1;)
			{
				size_t half = span / 2;

				low += map->old[low + half] <= handle ? half : 0;
				span -= half;
			}
			memcpy(at, &map->new[low], sizeof(handle));
		}
	}
	return n;
}

static ms_status
copy_strings(ms_ctx *ctx, ms_arena *arena, const ms_data *data, ms_kmedoids *m)
{
	static const unsigned char kind[] = {MS_SLOT_UINT64};
	string_map map = {.n = 0};
	char *heap;
	uint64_t offset = 0;
	size_t n;

	MS_TRY(ms_arena_alloc(arena, m->k, ((size_t) m->d + 1) * sizeof(*map.old),
						  (void **) &map.old));
	n = walk_handles(m, map.old, NULL);
	MS_TRY(MS_ALLOC(arena, n, &map.new));
	MS_TRY(ms_order_sort(ctx, map.old, n, 1, kind));
	for (size_t i = 0; i < n; i++)
	{
		if (map.n == 0 || map.old[i] != map.old[map.n - 1])
		{
			map.old[map.n] = map.old[i];
			m->heap_size += map.old[i] & MS_STRING_MAX;
			map.n++;
		}
	}
	MS_TRY(MS_ALLOC(arena, m->heap_size, &heap));
	for (size_t i = 0; i < map.n; i++)
	{
		ms_string string = data_string(data, map.old[i]);

		offset += string.length;
		memcpy(heap + m->heap_size - offset, string.bytes, string.length);
		map.new[i] = offset << 24 | string.length;
	}
	m->heap = heap;
	walk_handles(m, NULL, &map);
	return ms_tick(ctx, m->heap_size / 8 + 20 * n);
}

/* A copy, so that the model does not point into options or sample. */
static ms_status
copy_bytes(ms_arena *arena, const void *from, size_t n, size_t size, const void **out)
{
	void *copy;

	*out = NULL;
	if (!from)
		return MS_OK;
	MS_TRY(ms_arena_alloc(arena, n, size, &copy));
	memcpy(copy, from, n * size);
	*out = copy;
	return MS_OK;
}

static ms_status
copy_measure(ms_arena *arena, const ms_measure *from, ms_measure *to)
{
	const void *factors;

	*to = *from;
	MS_TRY(copy_bytes(arena, from->kinds, from->d, 1, (const void **) &to->kinds));
	MS_TRY(copy_bytes(arena, from->asymmetric, from->d, 1, (const void **) &to->asymmetric));
	MS_TRY(copy_bytes(arena, from->weights, from->d, sizeof(double),
					  (const void **) &to->weights));
	MS_TRY(copy_bytes(arena, from->factors, from->d, sizeof(double), &factors));
	to->factors = (double *) factors;
	return MS_OK;
}

static ms_status
copy_medoids(ms_ctx *ctx, ms_arena *arena, const ms_data *data, const size_t *medoids,
			 ms_kmedoids *m)
{
	MS_TRY(MS_ZEROED(arena, m->k, &m->clusters));
	MS_TRY(MS_ALLOC(arena, (size_t) m->k * m->d, &m->medoids));
	for (size_t i = 0; i < m->k; i++)
	{
		m->clusters[i].id = id_of(data, medoids[i]);
		if (m->d > 0)
			memcpy(m->medoids + i * m->d, data->rows.x + medoids[i] * data->rows.stride,
				   m->d * sizeof(double));
	}
	if (m->d > 0)
		MS_TRY(copy_measure(arena, &data->measure, &m->measure));
	return copy_strings(ctx, arena, data, m);
}

/* Everything that is said of the medoids; found->medoids are put in the order of their ids. */
static ms_status
finish(ms_ctx *ctx, ms_arena *arena, ms_arena *scratch, const ms_data *data,
	   const ms_kmedoids_options *o, const ms_search *s, ms_found *found, ms_kmedoids *out)
{
	bool wanted = o->silhouette && data->n <= MS_DATA_SQUARE && s->k > 1;
	double *silhouettes = NULL;
	ms_assigned a;

	*out = (ms_kmedoids){.k = (uint32_t) s->k,
						 .d = (uint32_t) data->d,
						 .ids = data->id_kind,
						 .method = s->method,
						 .init = s->init,
						 .converged = found->converged,
						 .starts = found->starts,
						 .passes = found->passes,
						 .swaps = found->swaps,
						 .n = data->n,
						 .omitted = data->omitted,
						 .seed = o->seed};
	MS_TRY(sort_by_id(ctx, scratch, data, found->medoids, s->k));
	MS_TRY(copy_medoids(ctx, arena, data, found->medoids, out));
	MS_TRY(ms_data_assign(ctx, scratch, data, found->medoids, s->k, &a));
	if (wanted)
	{
		MS_TRY(MS_ALLOC(scratch, data->n, &silhouettes));
		MS_TRY(ms_data_silhouettes(ctx, data, a.first, s->k, silhouettes));
	}
	measure_clusters(data, &a, silhouettes, out);
	out->medoid_silhouette = ms_data_medoid_silhouette(data, &a, s->k);
	find_problems(data, &a, found->medoids, out);
	out->locally_optimal = MS_KMEDOIDS_OPTIMUM_YES;
	if (!found->optimal)
		MS_TRY(certify(ctx, scratch, data, found, s->k, &out->locally_optimal));
	return ms_tick(ctx, 8 * data->n);
}

static ms_status
fit_data(ms_ctx *ctx, ms_arena *arena, ms_arena *scratch, const ms_data *data,
		 const ms_kmedoids_options *o, ms_kmedoids *out)
{
	ms_arena inner = {ctx, NULL, scratch->used};
	ms_found found = {0};
	ms_search s;
	ms_status status;

	MS_TRY(check_options(ctx, data, o));
	MS_TRY(MS_ALLOC(scratch, o->k, &found.medoids));
	MS_TRY(make_search(ctx, scratch, data, o, &s));
	status = run_search(ctx, &inner, data, &s, &found);
	ms_arena_free(&inner);
	MS_TRY(status);
	return finish(ctx, arena, scratch, data, o, &s, &found, out);
}

ms_status
ms_kmedoids_fit(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t size,
				const ms_kmedoids_options *o, ms_kmedoids *out)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_data data;
	ms_status status = ms_data_sample(ctx, &scratch, s, size, o, &data);

	if (status == MS_OK)
		status = fit_data(ctx, arena, &scratch, &data, o, out);
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
		status = fit_data(ctx, arena, &scratch, &data, o, out);
	ms_arena_free(&scratch);
	return status;
}

/* --- choosing k ----------------------------------------------------------------------------- */

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
	MS_TRY(check_options(ctx, data, &at_most));
	MS_TRY(make_search(ctx, scratch, data, &at_most, &s));
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
		MS_TRY(finish(ctx, arena, scratch, data, o, &s, &found, &out[i]));
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
			MS_TRY(fit_data(ctx, arena, scratch, data, &one, &out[k - k_min]));
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
