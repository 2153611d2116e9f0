/*
 * kmedoids_model.c: from medoids to a model: their order, rows and strings, and what is measured of
 * them. O(n k d), and O(n^2 d) for silhouettes.
 */
#include "core/medoids/kmedoids.h"

#include <math.h>
#include <string.h>

#include "core/base/order.h"
#include "core/base/sums.h"
#include "core/medoids/data.h"

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
		ms_string string = ms_data_string(data, map.old[i]);

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

/* --- all of it ------------------------------------------------------------------------------ */

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
		/* one round is not worth a square of distances */
		if (data->points)
			MS_TRY(ms_data_computed(arena, data, &t));
		else
			MS_TRY(ms_data_table(ctx, arena, data, &t));
		MS_TRY(ms_pam_new(ctx, arena, &t, k, &p));
		MS_TRY(ms_pam_set(&p, found->medoids));
		MS_TRY(ms_pam_certify(&p, MS_PAM_EPSILON, &optimal));
	}
	*out = optimal ? MS_KMEDOIDS_OPTIMUM_YES : MS_KMEDOIDS_OPTIMUM_NO;
	return MS_OK;
}

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

ms_status
ms_model_finish(ms_ctx *ctx, ms_arena *arena, const ms_arena *scratch, const ms_data *data,
				const ms_kmedoids_options *o, const ms_search *s, ms_found *found,
				ms_kmedoids *out)
{
	/* many models may be made of one set of rows: each gives back what it took */
	ms_arena inner = {ctx, NULL, scratch->used};
	ms_status status = finish(ctx, arena, &inner, data, o, s, found, out);

	ms_arena_free(&inner);
	return status;
}
