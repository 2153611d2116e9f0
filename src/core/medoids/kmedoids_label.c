/*
 * kmedoids_label.c: a model meets rows: scores of new ones, labels of a whole sample.
 */
#include "core/medoids/kmedoids.h"

#include <math.h>
#include <string.h>

#include "core/medoids/data.h"

struct ms_kmedoids_scorer
{
	const ms_kmedoids *model;
	ms_points *medoids;
	double *x;         /* a row as packed */
	double *distances; /* k */
};

/* --- scores --------------------------------------------------------------------------------- */

ms_status
ms_kmedoids_scorer_new(ms_ctx *ctx, ms_arena *arena, const ms_kmedoids *m, ms_kmedoids_scorer **out)
{
	ms_rows rows = {.x = m->medoids, .n = m->k, .d = m->d, .stride = m->d};
	ms_kmedoids_scorer *s;

	if (m->d == 0)
		return ms_fail(ctx, MS_MISMATCH, "model", 0, 0, 1);
	MS_TRY(MS_ALLOC(arena, 1, &s));
	s->model = m;
	MS_TRY(ms_points_new(ctx, arena, &m->measure, &rows, NULL, m->k, &s->medoids));
	MS_TRY(MS_ALLOC(arena, ms_points_width(s->medoids), &s->x));
	MS_TRY(MS_ALLOC(arena, m->k, &s->distances));
	*out = s;
	return MS_OK;
}

static void
no_label(ms_kmedoids_label *label)
{
	*label = (ms_kmedoids_label){UINT32_MAX, UINT32_MAX, NAN, NAN, NAN};
}

/* The two least of k distances; ties to the lower. */
static void
nearest_two(const double *distances, size_t k, ms_kmedoids_label *label)
{
	no_label(label);
	label->distance = label->second_distance = INFINITY;
	for (size_t i = 0; i < k; i++)
	{
		if (distances[i] < label->distance)
		{
			label->second = label->cluster;
			label->second_distance = label->distance;
			label->cluster = (uint32_t) i;
			label->distance = distances[i];
		}
		else if (distances[i] < label->second_distance)
		{
			label->second = (uint32_t) i;
			label->second_distance = distances[i];
		}
	}
	if (k == 1)
		label->second_distance = NAN;
}

static bool
has_gap(const double *row, size_t d)
{
	for (size_t j = 0; j < d; j++)
	{
		if (isnan(row[j]))
			return true;
	}
	return false;
}

ms_status
ms_kmedoids_score(ms_ctx *ctx, const ms_kmedoids_scorer *scorer, const double *row,
				  ms_kmedoids_label *label)
{
	const ms_kmedoids *m = scorer->model;
	ms_status status;

	no_label(label);
	if (!ms_metric_takes_gaps(m->measure.metric) && has_gap(row, m->d))
		return MS_OK;
	ms_points_scale(scorer->medoids, row, scorer->x);
	status = ms_points_from(ctx, scorer->medoids, scorer->x, scorer->distances);
	if (status == MS_INCOMPLETE)
		return MS_OK;
	if (status == MS_OK)
		nearest_two(scorer->distances, m->k, label);
	return status;
}

/* --- rows of a sample ----------------------------------------------------------------------- */

/* A nominal value that no medoid has: no handle is like it. */
#define UNKNOWN_VALUE (-1.0)

static ms_kind
model_kind(const ms_kmedoids *m, size_t j)
{
	return m->measure.kinds ? (ms_kind) m->measure.kinds[j] : MS_KIND_NUMBER;
}

static ms_status
check_kinds(ms_ctx *ctx, const ms_kmedoids *m, const ms_sample *s)
{
	const unsigned char *kinds = ms_sample_kinds(s);

	if (s->d != m->d)
		return ms_fail(ctx, MS_MISMATCH, "columns", 0, s->d, m->d);
	for (size_t j = 0; j < m->d; j++)
	{
		ms_kind wanted = model_kind(m, j);
		ms_kind got = kinds ? (ms_kind) kinds[j] : MS_KIND_NUMBER;

		if (got != wanted && got != MS_KIND_UNKNOWN && wanted != MS_KIND_UNKNOWN)
			return ms_fail(ctx, MS_MISMATCH, "kinds", (int64_t) j + 1, got, wanted);
	}
	return MS_OK;
}

static bool
string_equal(ms_string a, ms_string b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

/* The value of the medoid that has this string in column j. */
static double
find_value(const ms_kmedoids *m, size_t j, ms_string string)
{
	for (size_t i = 0; i < m->k; i++)
	{
		double value = m->medoids[i * m->d + j];
		uint64_t handle;

		memcpy(&handle, &value, sizeof(handle));
		if (handle != MS_GAP_BITS && string_equal(ms_kmedoids_string(m, handle), string))
			return value;
	}
	return UNKNOWN_VALUE;
}

ms_status
ms_kmedoids_encode(ms_ctx *ctx, const ms_kmedoids *m, const ms_sample *s, size_t size, size_t i,
				   double *x)
{
	const unsigned char *kinds = ms_sample_kinds(s);
	const uint64_t *record = ms_sample_record(s, i);

	MS_TRY(check_kinds(ctx, m, s));
	memcpy(x, record, m->d * sizeof(*x));
	for (size_t j = 0; kinds && j < m->d; j++)
	{
		if (kinds[j] != MS_KIND_NOMINAL || record[j] == MS_GAP_BITS)
			continue;
		/* a column that the model has only gaps in cannot differ */
		x[j] = model_kind(m, j) == MS_KIND_NOMINAL
				   ? find_value(m, j, ms_sample_string(s, size, record[j]))
				   : ms_gap();
		MS_TRY(ms_tick(ctx, 4 * m->k));
	}
	return MS_OK;
}

/* --- labels --------------------------------------------------------------------------------- */

static ms_string
id_string(const void *bytes, size_t size, uint64_t handle)
{
	return (ms_string){(const char *) bytes + size - (handle >> 24),
					   (size_t) (handle & MS_STRING_MAX)};
}

static bool
is_medoid_id(const ms_kmedoids *m, size_t i, const void *bytes, size_t size, uint64_t id)
{
	uint64_t own = m->clusters[i].id;

	if (m->ids != MS_SAMPLE_ID_TEXT)
		return own == id;
	return string_equal(ms_kmedoids_string(m, own), id_string(bytes, size, id));
}

/* A medoid's own row is in its cluster though a duplicate may come first. */
static void
own_row(const ms_kmedoids *m, const void *bytes, size_t size, uint64_t id, ms_kmedoids_label *label)
{
	uint32_t first = label->cluster;

	if (label->second_distance > 0 || label->distance > 0 || first == UINT32_MAX)
		return;
	for (size_t i = 0; i < m->k; i++)
	{
		if (!is_medoid_id(m, i, bytes, size, id) || i == first)
			continue;
		label->cluster = (uint32_t) i;
		label->second = first;
		return;
	}
}

static uint64_t
row_id(const ms_sample *s, size_t i)
{
	if (s->head.flags & MS_SAMPLE_ID)
		return ms_sample_record(s, i)[ms_sample_id_slot(s)];
	return i + 1;
}

static ms_status
label_rows(ms_ctx *ctx, ms_arena *scratch, const ms_kmedoids *m, const ms_sample *s, size_t size,
		   ms_kmedoids_label *labels)
{
	ms_kmedoids_scorer *scorer;
	double *x;

	MS_TRY(check_kinds(ctx, m, s));
	MS_TRY(ms_kmedoids_scorer_new(ctx, scratch, m, &scorer));
	MS_TRY(MS_ALLOC(scratch, m->d, &x));
	for (size_t i = 0; i < s->n; i++)
	{
		MS_TRY(ms_kmedoids_encode(ctx, m, s, size, i, x));
		MS_TRY(ms_kmedoids_score(ctx, scorer, x, &labels[i]));
		if ((s->head.flags & MS_SAMPLE_ID) == m->ids)
			own_row(m, s, size, row_id(s, i), &labels[i]);
		MS_TRY(ms_tick(ctx, m->d + 2 * m->k));
	}
	return MS_OK;
}

/* The rows that have a label, measured as the model measures. */
static ms_status
labelled_data(ms_ctx *ctx, ms_arena *scratch, const ms_kmedoids *m, const ms_sample *s,
			  const ms_kmedoids_label *labels, ms_measure *measure, ms_data *out, size_t **which)
{
	ms_rows rows = ms_sample_rows(s);
	double *w = NULL;
	size_t n = 0;

	MS_TRY(MS_ALLOC(scratch, s->n, which));
	for (size_t i = 0; i < s->n; i++)
	{
		if (labels[i].cluster != UINT32_MAX)
			(*which)[n++] = i;
	}
	*measure = m->measure;
	measure->kinds = ms_sample_kinds(s);
	*out = (ms_data){.n = n, .d = m->d};
	if (rows.w)
		MS_TRY(MS_ALLOC(scratch, n, &w));
	for (size_t i = 0; w && i < n; i++)
		w[i] = ms_rows_weight(&rows, (*which)[i]);
	out->w = w;
	MS_TRY(ms_tick(ctx, 4 * s->n));
	return ms_points_new(ctx, scratch, measure, &rows, *which, n, &out->points);
}

static ms_status
add_silhouettes(ms_ctx *ctx, ms_arena *scratch, const ms_data *data, const size_t *which, size_t k,
				ms_kmedoids_label *labels)
{
	uint32_t *clusters;
	double *silhouettes;

	MS_TRY(MS_ALLOC(scratch, data->n, &clusters));
	MS_TRY(MS_ALLOC(scratch, data->n, &silhouettes));
	for (size_t i = 0; i < data->n; i++)
		clusters[i] = labels[which ? which[i] : i].cluster;
	MS_TRY(ms_data_silhouettes(ctx, data, clusters, k, silhouettes));
	for (size_t i = 0; i < data->n; i++)
		labels[which ? which[i] : i].silhouette = silhouettes[i];
	return MS_OK;
}

static ms_status
labels_of_sample(ms_ctx *ctx, ms_arena *scratch, const ms_kmedoids *m, const ms_sample *s,
				 size_t size, bool silhouettes, ms_kmedoids_label *labels)
{
	ms_measure measure;
	ms_data data;
	size_t *which;

	MS_TRY(label_rows(ctx, scratch, m, s, size, labels));
	if (!silhouettes || m->k == 1)
		return MS_OK;
	MS_TRY(labelled_data(ctx, scratch, m, s, labels, &measure, &data, &which));
	return add_silhouettes(ctx, scratch, &data, which, m->k, labels);
}

ms_status
ms_kmedoids_labels(ms_ctx *ctx, ms_arena *arena, const ms_kmedoids *m, const ms_sample *s,
				   size_t size, bool silhouettes, ms_kmedoids_label *labels)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_status status = labels_of_sample(ctx, &scratch, m, s, size, silhouettes, labels);

	ms_arena_free(&scratch);
	return status;
}

/* --- labels of a dissimilarity -------------------------------------------------------------- */

/* Where the medoids stand among the ids. */
static ms_status
find_medoids(ms_ctx *ctx, const ms_kmedoids *m, const ms_data *data, size_t *medoids)
{
	for (size_t i = 0; i < m->k; i++)
	{
		size_t at = 0;

		while (at < data->n && !is_medoid_id(m, i, data->bytes, data->size, data->ids[at]))
			at++;
		if (at == data->n)
			return ms_fail(ctx, MS_MISMATCH, "ids", (int64_t) i + 1, 0, 0);
		medoids[i] = at;
		MS_TRY(ms_tick(ctx, 4 * at));
	}
	return MS_OK;
}

static ms_status
labels_of_matrix(ms_ctx *ctx, ms_arena *scratch, const ms_kmedoids *m, const ms_dissimilarity *s,
				 size_t size, bool silhouettes, ms_kmedoids_label *labels)
{
	ms_data data;
	ms_assigned a;
	size_t *medoids;

	MS_TRY(ms_data_matrix(ctx, scratch, s, size, &data));
	if (m->d > 0)
		return ms_fail(ctx, MS_MISMATCH, "model", 0, 0, m->d);
	if (data.id_kind != m->ids)
		return ms_fail(ctx, MS_MISMATCH, "ids", 0, data.id_kind, m->ids);
	MS_TRY(MS_ALLOC(scratch, m->k, &medoids));
	MS_TRY(find_medoids(ctx, m, &data, medoids));
	MS_TRY(ms_data_assign(ctx, scratch, &data, medoids, m->k, &a));
	for (size_t i = 0; i < data.n; i++)
		labels[i] = (ms_kmedoids_label){.cluster = a.first[i],
										.second = a.second[i],
										.distance = a.d1[i],
										.second_distance = m->k > 1 ? a.d2[i] : NAN,
										.silhouette = NAN};
	if (!silhouettes)
		return MS_OK;
	return add_silhouettes(ctx, scratch, &data, NULL, m->k, labels);
}

ms_status
ms_kmedoids_labels_matrix(ms_ctx *ctx, ms_arena *arena, const ms_kmedoids *m,
						  const ms_dissimilarity *s, size_t size, bool silhouettes,
						  ms_kmedoids_label *labels)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_status status = labels_of_matrix(ctx, &scratch, m, s, size, silhouettes, labels);

	ms_arena_free(&scratch);
	return status;
}
