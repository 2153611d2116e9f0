/*
 * kmeans.c: k means as a value: bytes and back, scores, labels.
 *
 * Layout (doc/format.md, "measure_kmeans"): head, hash, fixed fields, then factors, centers,
 * clusters and names, padded to 8 bytes.
 */
#include "core/medoids/kmeans.h"

#include <math.h>
#include <string.h>

#include "core/base/hash.h"

#define HASH_AT 8
#define FIELDS_AT 16 /* 10 u32, 3 u64, 2 doubles */
#define PAYLOAD_AT (FIELDS_AT + 40 + 24 + 16)

#define PROBLEMS                                                                                   \
	(MS_KMEANS_PROBLEM_MAX_ITER | MS_KMEANS_PROBLEM_OMITTED_ROWS |                                 \
	 MS_KMEANS_PROBLEM_SMALL_CLUSTER | MS_KMEANS_PROBLEM_FEW_STARTS_AGREE)

static size_t
padded(size_t bytes)
{
	return (bytes + 7) & ~(size_t) 7;
}

/* False on overflow. */
static bool
packed_size(uint64_t k, uint64_t d, uint64_t names, size_t *size)
{
	return ms_size_mul(d + k * d, sizeof(double), size) &&
		   ms_size_add(*size, PAYLOAD_AT + k * sizeof(ms_kmeans_cluster) + padded(names), size);
}

size_t
ms_kmeans_packed_size(const ms_kmeans *m)
{
	size_t size;

	packed_size(m->k, m->d, m->names_size, &size);
	return size;
}

static uint64_t
content_hash(const void *bytes, size_t size)
{
	return ms_hash_bytes((const char *) bytes + FIELDS_AT, size - FIELDS_AT,
						 ((const ms_head *) bytes)->flags);
}

uint64_t
ms_kmeans_hash(const void *bytes)
{
	uint64_t hash;

	memcpy(&hash, (const char *) bytes + HASH_AT, sizeof(hash));
	return hash;
}

/* --- writing -------------------------------------------------------------------------------- */

/* There is no -0.0. */
static void
write_number(ms_writer *w, double x)
{
	ms_write_double(w, x + 0.0);
}

static void
write_fields(ms_writer *w, const ms_kmeans *m)
{
	ms_write_u32(w, m->k);
	ms_write_u32(w, m->d);
	ms_write_u32(w, m->scaling);
	ms_write_u32(w, (uint32_t) m->names_size);
	ms_write_u32(w, m->converged);
	ms_write_u32(w, m->iterations);
	ms_write_u32(w, m->starts);
	ms_write_u32(w, m->starts_at_best);
	ms_write_u32(w, m->problems);
	ms_write_u32(w, 0);
	ms_write_u64(w, m->n);
	ms_write_u64(w, m->omitted);
	ms_write_u64(w, (uint64_t) m->seed);
	write_number(w, m->weight);
	write_number(w, m->inertia);
}

void
ms_kmeans_pack(const ms_kmeans *m, void *out)
{
	static const char zeros[8];
	ms_head *head = out;
	ms_writer w;
	uint64_t hash;

	*head = (ms_head){head->host, MS_TYPE_KMEANS, MS_KMEANS_VERSION, 0};
	ms_writer_init(&w, out, FIELDS_AT);
	write_fields(&w, m);
	for (size_t j = 0; j < m->d; j++)
		write_number(&w, m->factors[j]);
	for (size_t i = 0; i < (size_t) m->k * m->d; i++)
		write_number(&w, m->centers[i]);
	for (size_t i = 0; i < m->k; i++)
	{
		ms_write_u64(&w, m->clusters[i].size);
		write_number(&w, m->clusters[i].weight);
		write_number(&w, m->clusters[i].inertia);
		write_number(&w, m->clusters[i].farthest);
	}
	ms_write_bytes(&w, m->names_size, m->names);
	ms_write_bytes(&w, padded(w.at) - w.at, zeros);
	hash = content_hash(out, w.at);
	ms_writer_init(&w, out, HASH_AT);
	ms_write_u64(&w, hash);
}

/* --- reading -------------------------------------------------------------------------------- */

static ms_status
corrupt(ms_ctx *ctx, const char *what, const ms_reader *r)
{
	return ms_fail(ctx, MS_CORRUPT, what, (int64_t) r->at, 0, 0);
}

static bool
is_number(double x)
{
	return isfinite(x) && !(x == 0 && signbit(x));
}

static bool
is_size(double x)
{
	return isfinite(x) && !signbit(x);
}

/* Sizes, and that they fit the bytes exactly: nothing is allocated before. */
static ms_status
read_shape(ms_ctx *ctx, ms_reader *r, ms_kmeans *m)
{
	uint32_t k = ms_read_u32(r);
	uint32_t d = ms_read_u32(r);
	uint32_t scaling = ms_read_u32(r);
	uint32_t names = ms_read_u32(r);
	size_t size;

	if (k < 1 || k > MS_KMEANS_MAX_K || d < 1 || d > MS_MAX_DIM)
		return corrupt(ctx, "size", r);
	if (scaling > MS_SCALING_RANGE)
		return corrupt(ctx, "scale", r);
	if (!packed_size(k, d, names, &size) || size != r->size)
		return corrupt(ctx, "length", r);
	*m = (ms_kmeans){.k = k, .d = d, .scaling = (ms_scaling) scaling, .names_size = names};
	return MS_OK;
}

static ms_status
read_evidence(ms_ctx *ctx, ms_reader *r, ms_kmeans *m)
{
	uint32_t converged = ms_read_u32(r);

	m->converged = converged;
	m->iterations = ms_read_u32(r);
	m->starts = ms_read_u32(r);
	m->starts_at_best = ms_read_u32(r);
	m->problems = ms_read_u32(r);
	if (ms_read_u32(r) != 0 || converged > 1 || m->problems & ~(uint32_t) PROBLEMS)
		return corrupt(ctx, "flags", r);
	m->n = ms_read_u64(r);
	m->omitted = ms_read_u64(r);
	m->seed = (int64_t) ms_read_u64(r);
	m->weight = ms_read_double(r);
	m->inertia = ms_read_double(r);
	if (m->iterations > INT32_MAX || m->starts > INT32_MAX || m->starts_at_best > m->starts ||
		m->n > INT64_MAX || m->omitted > INT64_MAX || m->n < m->k)
		return corrupt(ctx, "count", r);
	if (!is_size(m->weight) || !is_size(m->inertia))
		return corrupt(ctx, "evidence", r);
	return MS_OK;
}

static ms_status
read_numbers(ms_ctx *ctx, ms_arena *arena, ms_reader *r, ms_kmeans *m)
{
	size_t n = (size_t) m->k * m->d;

	MS_TRY(MS_ALLOC(arena, m->d, &m->factors));
	MS_TRY(MS_ALLOC(arena, n, &m->centers));
	ms_read_doubles(r, m->d, m->factors);
	ms_read_doubles(r, n, m->centers);
	for (size_t j = 0; j < m->d; j++)
	{
		if (!is_size(m->factors[j]))
			return corrupt(ctx, "factors", r);
	}
	for (size_t i = 0; i < n; i++)
	{
		if (!is_number(m->centers[i]))
			return corrupt(ctx, "centers", r);
	}
	return ms_tick(ctx, 2 * n);
}

static ms_status
read_clusters(ms_ctx *ctx, ms_arena *arena, ms_reader *r, ms_kmeans *m)
{
	uint64_t rows = 0;

	MS_TRY(MS_ALLOC(arena, m->k, &m->clusters));
	for (size_t i = 0; i < m->k; i++)
	{
		ms_kmeans_cluster *c = &m->clusters[i];

		c->size = ms_read_u64(r);
		c->weight = ms_read_double(r);
		c->inertia = ms_read_double(r);
		c->farthest = ms_read_double(r);
		if (c->size > m->n - rows || !is_size(c->weight) || !is_size(c->inertia) ||
			!is_size(c->farthest))
			return corrupt(ctx, "cluster", r);
		rows += c->size;
	}
	return rows == m->n ? MS_OK : corrupt(ctx, "cluster", r);
}

/* Exactly d strings, each with its zero, and zeros after them. */
static ms_status
read_names(ms_ctx *ctx, ms_arena *arena, ms_reader *r, ms_kmeans *m)
{
	const char *bytes = ms_read_bytes(r, padded(m->names_size));
	size_t strings = 0;
	char *names;

	if (m->names_size == 0)
		return MS_OK;
	for (size_t i = 0; i < padded(m->names_size); i++)
	{
		if (i >= m->names_size && bytes[i] != 0)
			return corrupt(ctx, "padding", r);
		strings += i < m->names_size && bytes[i] == 0;
	}
	if (strings != m->d || bytes[m->names_size - 1] != 0)
		return corrupt(ctx, "names", r);
	MS_TRY(MS_ALLOC(arena, m->names_size, &names));
	memcpy(names, bytes, m->names_size);
	m->names = names;
	return MS_OK;
}

ms_status
ms_kmeans_unpack(ms_ctx *ctx, ms_arena *arena, const void *bytes, size_t size, ms_kmeans *out)
{
	ms_reader r;

	MS_TRY(ms_wire_head(ctx, bytes, size, MS_TYPE_KMEANS, MS_KMEANS_VERSION, 0, PAYLOAD_AT));
	ms_reader_init(&r, bytes, size, FIELDS_AT);
	MS_TRY(ms_tick(ctx, size / 8));
	MS_TRY(read_shape(ctx, &r, out));
	if (ms_kmeans_hash(bytes) != content_hash(bytes, size))
		return corrupt(ctx, "hash", &r);
	MS_TRY(read_evidence(ctx, &r, out));
	MS_TRY(read_numbers(ctx, arena, &r, out));
	MS_TRY(read_clusters(ctx, arena, &r, out));
	return read_names(ctx, arena, &r, out);
}

/* --- scores --------------------------------------------------------------------------------- */

struct ms_kmeans_scorer
{
	const ms_kmeans *model;
	ms_measure measure;
	ms_points *centers;
	double *x;       /* d: a row, scaled */
	double *squares; /* k */
};

ms_status
ms_kmeans_scorer_new(ms_ctx *ctx, ms_arena *arena, const ms_kmeans *m, ms_kmeans_scorer **out)
{
	ms_rows rows = {.x = m->centers, .n = m->k, .d = m->d, .stride = m->d};
	ms_kmeans_scorer *s;

	MS_TRY(MS_ALLOC(arena, 1, &s));
	s->model = m;
	s->measure = (ms_measure){.metric = MS_METRIC_SQEUCLIDEAN,
							  .scaling = m->scaling,
							  .d = m->d,
							  .factors = m->factors};
	MS_TRY(ms_points_new(ctx, arena, &s->measure, &rows, NULL, m->k, &s->centers));
	MS_TRY(MS_ALLOC(arena, m->d, &s->x));
	MS_TRY(MS_ALLOC(arena, m->k, &s->squares));
	*out = s;
	return MS_OK;
}

static void
nearest_two(const double *squares, size_t k, ms_kmeans_label *label)
{
	double first = INFINITY;
	double second = INFINITY;

	for (size_t i = 0; i < k; i++)
	{
		if (squares[i] < first)
		{
			label->second = label->cluster;
			second = first;
			label->cluster = (uint32_t) i;
			first = squares[i];
		}
		else if (squares[i] < second)
		{
			label->second = (uint32_t) i;
			second = squares[i];
		}
	}
	label->distance = sqrt(first);
	label->second_distance = k > 1 ? sqrt(second) : NAN;
}

ms_status
ms_kmeans_score(ms_ctx *ctx, const ms_kmeans_scorer *scorer, const double *row,
				ms_kmeans_label *label)
{
	*label = (ms_kmeans_label){UINT32_MAX, UINT32_MAX, NAN, NAN};
	for (size_t j = 0; j < scorer->model->d; j++)
	{
		if (isnan(row[j]))
			return MS_OK;
	}
	ms_points_scale(scorer->centers, row, scorer->x);
	MS_TRY(ms_points_from(ctx, scorer->centers, scorer->x, scorer->squares));
	nearest_two(scorer->squares, scorer->model->k, label);
	return MS_OK;
}

static ms_status
label_rows(ms_ctx *ctx, ms_arena *scratch, const ms_kmeans *m, const ms_rows *rows,
		   ms_kmeans_label *labels)
{
	ms_kmeans_scorer *scorer;

	MS_TRY(ms_kmeans_scorer_new(ctx, scratch, m, &scorer));
	for (size_t i = 0; i < rows->n; i++)
		MS_TRY(ms_kmeans_score(ctx, scorer, rows->x + i * rows->stride, &labels[i]));
	return MS_OK;
}

ms_status
ms_kmeans_labels(ms_ctx *ctx, ms_arena *arena, const ms_kmeans *m, const ms_sample *s,
				 ms_kmeans_label *labels)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_rows rows = ms_sample_rows(s);
	const unsigned char *kinds = ms_sample_kinds(s);
	ms_status status;

	if (s->d != m->d)
		return ms_fail(ctx, MS_MISMATCH, "columns", 0, s->d, m->d);
	for (size_t j = 0; kinds && j < s->d; j++)
	{
		if (kinds[j] == MS_KIND_NOMINAL)
			return ms_fail(ctx, MS_NOT_NUMERIC, "columns", (int64_t) j + 1, 0, 0);
	}
	status = label_rows(ctx, &scratch, m, &rows, labels);
	ms_arena_free(&scratch);
	return status;
}
