/*
 * data.c: a sample or a dissimilarity made ready, and the measurements of given medoids.
 */
#include "core/medoids/data.h"

#include <math.h>
#include <string.h>

#include "core/base/sums.h"

/* --- samples -------------------------------------------------------------------------------- */

static bool
row_has_gap(const ms_sample *s, size_t i)
{
	const uint64_t *record = ms_sample_record(s, i);

	for (size_t j = 0; j < s->d; j++)
	{
		if (record[j] == MS_GAP_BITS)
			return true;
	}
	return false;
}

/* Rows without gaps, copied together. */
static ms_status
omit_rows(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, ms_data *out)
{
	size_t stride = ms_sample_stride(s);
	uint64_t *records;
	size_t *which;

	out->n = s->n - s->incomplete;
	out->omitted = s->incomplete;
	MS_TRY(ms_arena_alloc(arena, out->n, stride * sizeof(*records), (void **) &records));
	MS_TRY(MS_ALLOC(arena, out->n, &which));
	for (size_t i = 0, m = 0; i < s->n; i++)
	{
		MS_TRY(ms_tick(ctx, stride));
		if (row_has_gap(s, i))
			continue;
		memcpy(records + m * stride, ms_sample_record(s, i), stride * sizeof(*records));
		which[m++] = i;
	}
	out->rows.x = (const double *) records;
	out->rows.n = out->n;
	if (out->rows.w)
		out->rows.w = out->rows.x + ms_sample_weight_slot(s);
	out->which = which;
	return MS_OK;
}

static ms_status
choose_rows(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, const ms_kmedoids_options *o,
			ms_data *out)
{
	bool takes_gaps = ms_metric_takes_gaps(o->metric);

	if ((unsigned) o->missing > MS_MISSING_USE || (o->missing == MS_MISSING_USE && !takes_gaps))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "missing", 0, o->missing, MS_MISSING_OMIT);
	out->n = s->n;
	if (s->incomplete == 0 || o->missing == MS_MISSING_USE)
		return MS_OK;
	if (o->missing == MS_MISSING_ERROR)
		return ms_fail(ctx, MS_INCOMPLETE, "rows", 0, (double) s->incomplete, 0);
	return omit_rows(ctx, arena, s, out);
}

static ms_status
gather_weights(ms_ctx *ctx, ms_arena *arena, ms_data *data)
{
	ms_sum sum = {0, 0};
	double *w;

	if (!data->rows.w)
		return MS_OK;
	MS_TRY(MS_ALLOC(arena, data->n, &w));
	for (size_t i = 0; i < data->n; i++)
	{
		w[i] = ms_rows_weight(&data->rows, i);
		ms_sum_add(&sum, w[i]);
	}
	if (!(ms_sum_get(&sum) > 0))
		return ms_fail(ctx, MS_BAD_WEIGHT, "weights", 0, 0, 1);
	data->w = w;
	return ms_tick(ctx, 2 * data->n);
}

static ms_status
gather_ids(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, ms_data *data)
{
	size_t slot = ms_sample_id_slot(s);
	uint64_t *ids;

	data->id_kind = s->head.flags & MS_SAMPLE_ID;
	if (!data->id_kind)
		return MS_OK;
	MS_TRY(MS_ALLOC(arena, data->n, &ids));
	for (size_t i = 0; i < data->n; i++)
		ids[i] = ms_sample_record(s, data->which ? data->which[i] : i)[slot];
	data->ids = ids;
	return ms_tick(ctx, 2 * data->n);
}

ms_status
ms_data_rows(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, const ms_kmedoids_options *o,
			 ms_data *out)
{
	*out = (ms_data){.d = s->d, .rows = ms_sample_rows(s)};
	out->measure = (ms_measure){.metric = o->metric,
								.scaling = o->scaling,
								.d = s->d,
								.kinds = ms_sample_kinds(s),
								.asymmetric = o->asymmetric,
								.weights = o->weights};
	MS_TRY(choose_rows(ctx, arena, s, o, out));
	if (out->n == 0)
		return ms_fail(ctx, MS_TOO_FEW, "rows", 0, 0, 1);
	MS_TRY(gather_weights(ctx, arena, out));
	MS_TRY(gather_ids(ctx, arena, s, out));
	return ms_measure_learn(ctx, arena, &out->rows, &out->measure);
}

ms_status
ms_data_sample(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t size,
			   const ms_kmedoids_options *o, ms_data *out)
{
	MS_TRY(ms_data_rows(ctx, arena, s, o, out));
	out->bytes = s;
	out->size = size;
	return ms_points_new(ctx, arena, &out->measure, &out->rows, NULL, out->n, &out->points);
}

/* --- dissimilarities ------------------------------------------------------------------------ */

ms_status
ms_data_matrix(ms_ctx *ctx, ms_arena *arena, const ms_dissimilarity *s, size_t size, ms_data *out)
{
	bool text = s->head.flags & MS_DISSIMILARITY_ID_TEXT;

	(void) arena;
	if (!ms_dissimilarity_complete(s))
		return ms_fail(ctx, MS_INCOMPLETE, "pairs", 0, (double) s->pairs, 0);
	*out = (ms_data){.bytes = s,
					 .size = size,
					 .n = s->n,
					 .ids = ms_dissimilarity_ids(s),
					 .id_kind = text ? MS_SAMPLE_ID_TEXT : MS_SAMPLE_ID_INT,
					 .triangle = ms_dissimilarity_triangle(s)};
	return MS_OK;
}

/* --- tables --------------------------------------------------------------------------------- */

/* Half of what the budget leaves: the search needs the rest. */
static bool
square_fits(const ms_arena *arena, size_t n)
{
	size_t budget = arena->ctx->budget;

	if (n > MS_DATA_SQUARE)
		return false;
	return budget == 0 || (budget > arena->used && n * n * sizeof(float) <=
													   (budget - arena->used) / 2);
}

static ms_status
fill_square(ms_ctx *ctx, const ms_data *data, float *rows)
{
	size_t n = data->n;
	ms_table t = {.n = n, .m = n, .triangle = data->triangle};

	if (data->points)
		return ms_points_matrix(ctx, data->points, rows);
	for (size_t c = 0; c < n; c++)
	{
		const float *row;

		MS_TRY(ms_table_row(ctx, &t, c, rows + c * n, &row));
	}
	return MS_OK;
}

ms_status
ms_data_computed(ms_arena *arena, const ms_data *data, ms_table *out)
{
	size_t n = data->n;

	*out = (ms_table){.n = n,
					  .m = n,
					  .square = true,
					  .w = data->w,
					  .triangle = data->triangle,
					  .candidates = data->points,
					  .objects = data->points};
	return data->points ? MS_ALLOC(arena, ms_points_width(data->points), &out->x) : MS_OK;
}

ms_status
ms_data_table(ms_ctx *ctx, ms_arena *arena, const ms_data *data, ms_table *out)
{
	size_t n = data->n;
	float *rows;

	MS_TRY(ms_data_computed(arena, data, out));
	if (!square_fits(arena, n))
		return MS_OK;
	MS_TRY(ms_arena_alloc(arena, n * n, sizeof(*rows), (void **) &rows));
	MS_TRY(fill_square(ctx, data, rows));
	out->rows = rows;
	return MS_OK;
}

ms_status
ms_data_row(ms_ctx *ctx, const ms_data *data, size_t c, double *x, float *buffer, double *out)
{
	ms_table t = {.n = data->n, .m = data->n, .triangle = data->triangle};
	const float *row;

	if (data->points)
	{
		ms_points_get(data->points, c, x);
		return ms_points_from(ctx, data->points, x, out);
	}
	MS_TRY(ms_table_row(ctx, &t, c, buffer, &row));
	for (size_t o = 0; o < data->n; o++)
		out[o] = row[o];
	return MS_OK;
}

/* --- labels --------------------------------------------------------------------------------- */

/* Scratch for rows of distances. */
typedef struct row_space
{
	double *x;
	float *buffer;
	double *row;
} row_space;

static ms_status
new_space(ms_arena *arena, const ms_data *data, row_space *out)
{
	size_t width = data->points ? ms_points_width(data->points) : 1;

	MS_TRY(MS_ALLOC(arena, width, &out->x));
	MS_TRY(MS_ALLOC(arena, data->points ? 1 : data->n, &out->buffer));
	return MS_ALLOC(arena, data->n, &out->row);
}

static void
offer(ms_assigned *a, size_t o, uint32_t slot, double d)
{
	if (d < a->d1[o])
	{
		a->second[o] = a->first[o];
		a->d2[o] = a->d1[o];
		a->first[o] = slot;
		a->d1[o] = d;
	}
	else if (d < a->d2[o])
	{
		a->second[o] = slot;
		a->d2[o] = d;
	}
}

/* A medoid whose duplicate came first changes places with it. */
static void
own(ms_assigned *a, size_t o, uint32_t slot)
{
	if (a->first[o] == slot)
		return;
	a->second[o] = a->first[o];
	a->d2[o] = a->d1[o];
	a->first[o] = slot;
	a->d1[o] = 0;
}

static ms_status
assign(ms_ctx *ctx, const ms_data *data, const size_t *medoids, size_t k, const row_space *space,
	   ms_assigned *out)
{
	for (size_t o = 0; o < data->n; o++)
	{
		out->first[o] = out->second[o] = UINT32_MAX;
		out->d1[o] = out->d2[o] = INFINITY;
	}
	for (size_t i = 0; i < k; i++)
	{
		MS_TRY(ms_data_row(ctx, data, medoids[i], space->x, space->buffer, space->row));
		for (size_t o = 0; o < data->n; o++)
			offer(out, o, (uint32_t) i, space->row[o]);
		MS_TRY(ms_tick(ctx, 2 * data->n));
	}
	for (size_t i = 0; i < k; i++)
		own(out, medoids[i], (uint32_t) i);
	return MS_OK;
}

ms_status
ms_data_assign(ms_ctx *ctx, ms_arena *arena, const ms_data *data, const size_t *medoids, size_t k,
			   ms_assigned *out)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	row_space space;
	ms_status status;

	MS_TRY(MS_ALLOC(arena, data->n, &out->first));
	MS_TRY(MS_ALLOC(arena, data->n, &out->second));
	MS_TRY(MS_ALLOC(arena, data->n, &out->d1));
	MS_TRY(MS_ALLOC(arena, data->n, &out->d2));
	status = new_space(&scratch, data, &space);
	if (status == MS_OK)
		status = assign(ctx, data, medoids, k, &space, out);
	ms_arena_free(&scratch);
	return status;
}

/* --- silhouettes ---------------------------------------------------------------------------- */

static inline double
weight(const ms_data *data, size_t o)
{
	return data->w ? data->w[o] : 1;
}

/* Whether weights are numbers of repeated rows. */
static bool
are_counts(const ms_data *data)
{
	for (size_t o = 0; data->w && o < data->n; o++)
	{
		if (data->w[o] != floor(data->w[o]))
			return false;
	}
	return true;
}

/* From the sums of distances to each cluster; `self` is what the row itself weighs there. */
static double
silhouette(const double *sums, const double *mass, size_t k, size_t own_cluster, double self)
{
	double rest = mass[own_cluster] - self;
	double b = INFINITY;
	double a;

	if (!(rest > 0))
		return 0;
	a = sums[own_cluster] / rest;
	for (size_t i = 0; i < k; i++)
	{
		if (i != own_cluster && mass[i] > 0)
			b = fmin(b, sums[i] / mass[i]);
	}
	if (isinf(b))
		return 0;
	return a == b ? 0 : (b - a) / fmax(a, b);
}

static ms_status
silhouettes(ms_ctx *ctx, ms_arena *arena, const ms_data *data, const uint32_t *labels, size_t k,
			double *out)
{
	bool counts = are_counts(data);
	row_space space;
	double *sums;
	double *mass;

	MS_TRY(new_space(arena, data, &space));
	MS_TRY(MS_ALLOC(arena, k, &sums));
	MS_TRY(MS_ZEROED(arena, k, &mass));
	for (size_t o = 0; o < data->n; o++)
		mass[labels[o]] += weight(data, o);
	for (size_t o = 0; o < data->n; o++)
	{
		double self = counts ? fmin(1, weight(data, o)) : weight(data, o);

		MS_TRY(ms_data_row(ctx, data, o, space.x, space.buffer, space.row));
		memset(sums, 0, k * sizeof(*sums));
		for (size_t i = 0; i < data->n; i++)
			sums[labels[i]] += weight(data, i) * space.row[i];
		out[o] = silhouette(sums, mass, k, labels[o], self);
		MS_TRY(ms_tick(ctx, 2 * data->n + k));
	}
	return MS_OK;
}

ms_status
ms_data_silhouettes(ms_ctx *ctx, const ms_data *data, const uint32_t *labels, size_t k, double *out)
{
	ms_arena arena;
	ms_status status;

	if (k == 1)
	{
		for (size_t o = 0; o < data->n; o++)
			out[o] = NAN;
		return ms_tick(ctx, data->n);
	}
	ms_arena_init(&arena, ctx);
	status = silhouettes(ctx, &arena, data, labels, k, out);
	ms_arena_free(&arena);
	return status;
}

double
ms_data_medoid_silhouette(const ms_data *data, const ms_assigned *a, size_t k)
{
	ms_sum sum = {0, 0};
	ms_sum mass = {0, 0};

	if (k == 1)
		return NAN;
	for (size_t o = 0; o < data->n; o++)
	{
		double w = weight(data, o);

		ms_sum_add(&sum, a->d1[o] > 0 ? w * (1 - a->d1[o] / a->d2[o]) : w);
		ms_sum_add(&mass, w);
	}
	return ms_sum_get(&sum) / ms_sum_get(&mass);
}
