/*
 * kmedoids.c: a set of medoids as a value: bytes and back.
 *
 * Layout (doc/format.md, "measure_kmedoids"): head, hash, fixed fields, then factors, gower
 * weights, medoids, clusters, kinds, asymmetric columns, names, each part padded to 8 bytes, and
 * the heap.
 */
#include "core/medoids/kmedoids.h"

#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/order.h"

#define HASH_AT 8
#define FIELDS_AT 16 /* 14 u32, 5 u64, 4 doubles */
#define PAYLOAD_AT (FIELDS_AT + 56 + 40 + 32)

#define HAS_KINDS 1u
#define HAS_ASYMMETRIC 2u
#define HAS_WEIGHTS 4u

#define PROBLEMS 0x0fu

static size_t
padded(size_t bytes)
{
	return (bytes + 7) & ~(size_t) 7;
}

static uint32_t
parts_of(const ms_kmedoids *m)
{
	return (m->measure.kinds ? HAS_KINDS : 0) | (m->measure.asymmetric ? HAS_ASYMMETRIC : 0) |
		   (m->measure.weights ? HAS_WEIGHTS : 0);
}

/* False on overflow. */
static bool
packed_size(uint64_t k, uint64_t d, uint32_t parts, uint64_t names, uint64_t heap, size_t *size)
{
	size_t bytes_of_columns = ((parts & HAS_KINDS) != 0) + ((parts & HAS_ASYMMETRIC) != 0);
	size_t doubles = d + (parts & HAS_WEIGHTS ? d : 0) + k * d;

	return ms_size_mul(doubles, sizeof(double), size) &&
		   ms_size_add(*size, PAYLOAD_AT + k * sizeof(ms_cluster), size) &&
		   ms_size_add(*size, bytes_of_columns * padded(d) + padded(names), size) &&
		   ms_size_add(*size, heap, size);
}

size_t
ms_kmedoids_packed_size(const ms_kmedoids *m)
{
	size_t size;

	packed_size(m->k, m->d, parts_of(m), m->names_size, m->heap_size, &size);
	return size;
}

static uint64_t
content_hash(const void *bytes, size_t size)
{
	return ms_hash_bytes((const char *) bytes + FIELDS_AT, size - FIELDS_AT,
						 ((const ms_head *) bytes)->flags);
}

uint64_t
ms_kmedoids_hash(const void *bytes)
{
	uint64_t hash;

	memcpy(&hash, (const char *) bytes + HASH_AT, sizeof(hash));
	return hash;
}

/* --- writing -------------------------------------------------------------------------------- */

/* Of equal numbers one form is stored: no -0.0, and of all NaNs the gap. */
static double
stored(double x)
{
	return isnan(x) ? ms_gap() : x + 0.0;
}

static void
write_padding(ms_writer *w)
{
	static const char zeros[8];

	ms_write_bytes(w, padded(w->at) - w->at, zeros);
}

static void
write_fields(ms_writer *w, const ms_kmedoids *m)
{
	ms_write_u32(w, m->k);
	ms_write_u32(w, m->d);
	ms_write_u32(w, m->ids);
	ms_write_u32(w, m->d ? m->measure.metric : 0);
	ms_write_u32(w, m->d ? m->measure.scaling : 0);
	ms_write_u32(w, parts_of(m));
	ms_write_u32(w, m->method);
	ms_write_u32(w, m->init);
	ms_write_u32(w, m->locally_optimal);
	ms_write_u32(w, m->converged);
	ms_write_u32(w, m->starts);
	ms_write_u32(w, m->passes);
	ms_write_u32(w, m->problems);
	ms_write_u32(w, (uint32_t) m->names_size);
	ms_write_u64(w, m->swaps);
	ms_write_u64(w, m->n);
	ms_write_u64(w, m->omitted);
	ms_write_u64(w, (uint64_t) m->seed);
	ms_write_u64(w, m->heap_size);
	ms_write_double(w, stored(m->weight));
	ms_write_double(w, stored(m->total_deviation));
	ms_write_double(w, stored(m->mean_silhouette));
	ms_write_double(w, stored(m->medoid_silhouette));
}

static void
write_cluster(ms_writer *w, const ms_cluster *c)
{
	ms_write_u64(w, c->id);
	ms_write_u64(w, c->size);
	ms_write_double(w, stored(c->weight));
	ms_write_double(w, stored(c->total));
	ms_write_double(w, stored(c->farthest));
	ms_write_double(w, stored(c->silhouette));
}

/* Medoids go in bit by bit: they are slots of a sample, and have one form already. */
static void
write_payload(ms_writer *w, const ms_kmedoids *m)
{
	const ms_measure *measure = &m->measure;

	for (size_t j = 0; j < m->d; j++)
		ms_write_double(w, stored(measure->factors[j]));
	for (size_t j = 0; measure->weights && j < m->d; j++)
		ms_write_double(w, stored(measure->weights[j]));
	ms_write_doubles(w, (size_t) m->k * m->d, m->medoids);
	for (size_t i = 0; i < m->k; i++)
		write_cluster(w, &m->clusters[i]);
	if (measure->kinds)
		ms_write_bytes(w, m->d, measure->kinds);
	write_padding(w);
	if (measure->asymmetric)
		ms_write_bytes(w, m->d, measure->asymmetric);
	write_padding(w);
	ms_write_bytes(w, m->names_size, m->names);
	write_padding(w);
	ms_write_bytes(w, m->heap_size, m->heap);
}

void
ms_kmedoids_pack(const ms_kmedoids *m, void *out)
{
	ms_head *head = out;
	ms_writer w;
	uint64_t hash;

	*head = (ms_head){head->host, MS_TYPE_KMEDOIDS, MS_KMEDOIDS_VERSION, 0};
	ms_writer_init(&w, out, FIELDS_AT);
	write_fields(&w, m);
	write_payload(&w, m);
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

/* A number in its stored form, at least 0. */
static bool
is_size(double x)
{
	return isfinite(x) && !signbit(x);
}

static bool
is_gap(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits == MS_GAP_BITS;
}

/* Of -1 .. 1, but for the rounding of means. */
static bool
is_share(double x)
{
	return is_gap(x) || (fabs(x) <= 1 + 1e-9 && !(x == 0 && signbit(x)));
}

static uint64_t
bits_of(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

/* Sizes, and that they fit the bytes exactly: nothing is allocated before. */
static ms_status
read_shape(ms_ctx *ctx, ms_reader *r, ms_kmedoids *m, uint32_t *parts)
{
	ms_reader ahead;
	size_t size;

	*m = (ms_kmedoids){.k = ms_read_u32(r), .d = ms_read_u32(r)};
	m->ids = (uint16_t) ms_read_u32(r);
	m->measure.metric = (ms_metric) ms_read_u32(r);
	m->measure.scaling = (ms_scaling) ms_read_u32(r);
	m->measure.d = m->d;
	*parts = ms_read_u32(r);
	ahead = *r;
	ahead.at = FIELDS_AT + 52;
	m->names_size = ms_read_u32(&ahead);
	ahead.at += 32;
	m->heap_size = ms_read_u64(&ahead);
	if (m->k < 1 || m->k > MS_KMEDOIDS_MAX_K || m->d > MS_MAX_DIM)
		return corrupt(ctx, "size", r);
	if (m->heap_size > r->size || m->names_size > r->size || *parts > 7 ||
		!packed_size(m->k, m->d, *parts, m->names_size, m->heap_size, &size) || size != r->size)
		return corrupt(ctx, "length", r);
	return MS_OK;
}

static ms_status
check_shape(ms_ctx *ctx, const ms_reader *r, const ms_kmedoids *m, uint32_t parts, uint32_t ids)
{
	uint32_t metric = m->measure.metric;
	uint32_t scaling = m->measure.scaling;

	if (ids != 0 && ids != MS_SAMPLE_ID_INT && ids != MS_SAMPLE_ID_TEXT)
		return corrupt(ctx, "ids", r);
	if (m->d == 0 && (metric || scaling || parts || m->names_size || !ids))
		return corrupt(ctx, "metric", r);
	if (m->d > 0 && (metric < MS_METRIC_EUCLIDEAN || metric > MS_METRIC_GOWER ||
					 scaling > MS_SCALING_RANGE || (scaling && metric >= MS_METRIC_HAMMING)))
		return corrupt(ctx, "metric", r);
	if (parts & (HAS_ASYMMETRIC | HAS_WEIGHTS) && metric != MS_METRIC_GOWER)
		return corrupt(ctx, "flags", r);
	return MS_OK;
}

static ms_status
read_evidence(ms_ctx *ctx, ms_reader *r, ms_kmedoids *m)
{
	uint32_t method = ms_read_u32(r);
	uint32_t init = ms_read_u32(r);
	uint32_t optimal = ms_read_u32(r);
	uint32_t converged = ms_read_u32(r);

	m->starts = ms_read_u32(r);
	m->passes = ms_read_u32(r);
	m->problems = ms_read_u32(r);
	(void) ms_read_u32(r);
	if (method < MS_KMEDOIDS_FASTERPAM || method > MS_KMEDOIDS_FAIR ||
		init < MS_KMEDOIDS_INIT_BUILD || init > MS_KMEDOIDS_INIT_START ||
		optimal > MS_KMEDOIDS_OPTIMUM_NO || converged > 1 || m->problems & ~PROBLEMS)
		return corrupt(ctx, "flags", r);
	m->method = (ms_kmedoids_method) method;
	m->init = (ms_kmedoids_init) init;
	m->locally_optimal = (ms_kmedoids_optimum) optimal;
	m->converged = converged;
	m->swaps = ms_read_u64(r);
	m->n = ms_read_u64(r);
	m->omitted = ms_read_u64(r);
	m->seed = (int64_t) ms_read_u64(r);
	(void) ms_read_u64(r);
	if (m->starts > INT32_MAX || m->passes > INT32_MAX || m->swaps > INT64_MAX ||
		m->n > INT64_MAX || m->omitted > INT64_MAX || m->n < m->k)
		return corrupt(ctx, "count", r);
	m->weight = ms_read_double(r);
	m->total_deviation = ms_read_double(r);
	m->mean_silhouette = ms_read_double(r);
	m->medoid_silhouette = ms_read_double(r);
	if (!is_size(m->weight) || !is_size(m->total_deviation) || !is_share(m->mean_silhouette) ||
		!is_share(m->medoid_silhouette))
		return corrupt(ctx, "evidence", r);
	return MS_OK;
}

static ms_status
read_sizes(ms_ctx *ctx, ms_arena *arena, ms_reader *r, size_t n, double **out)
{
	MS_TRY(MS_ALLOC(arena, n, out));
	ms_read_doubles(r, n, *out);
	for (size_t j = 0; j < n; j++)
	{
		if (!is_size((*out)[j]))
			return corrupt(ctx, "measure", r);
	}
	return MS_OK;
}

static ms_status
read_clusters(ms_ctx *ctx, ms_arena *arena, ms_reader *r, ms_kmedoids *m)
{
	uint64_t rows = 0;

	MS_TRY(MS_ALLOC(arena, m->k, &m->clusters));
	for (size_t i = 0; i < m->k; i++)
	{
		ms_cluster *c = &m->clusters[i];

		c->id = ms_read_u64(r);
		c->size = ms_read_u64(r);
		c->weight = ms_read_double(r);
		c->total = ms_read_double(r);
		c->farthest = ms_read_double(r);
		c->silhouette = ms_read_double(r);
		if (c->size < 1 || c->size > m->n - rows || !is_size(c->weight) || !is_size(c->total) ||
			!is_size(c->farthest) || !is_share(c->silhouette))
			return corrupt(ctx, "cluster", r);
		rows += c->size;
	}
	return rows == m->n ? MS_OK : corrupt(ctx, "cluster", r);
}

/* d bytes of at most `most`, and their padding. */
static ms_status
read_columns(ms_ctx *ctx, ms_arena *arena, ms_reader *r, size_t d, unsigned char most,
			 const unsigned char **out)
{
	const unsigned char *bytes = (const unsigned char *) ms_read_bytes(r, padded(d));
	unsigned char *copy;

	MS_TRY(MS_ALLOC(arena, d, &copy));
	for (size_t j = 0; bytes && j < padded(d); j++)
	{
		if (bytes[j] > (j < d ? most : 0))
			return corrupt(ctx, "kinds", r);
	}
	memcpy(copy, bytes, d);
	*out = copy;
	return MS_OK;
}

/* Exactly d strings, each with its zero. */
static ms_status
read_names(ms_ctx *ctx, ms_arena *arena, ms_reader *r, ms_kmedoids *m)
{
	const char *bytes = ms_read_bytes(r, padded(m->names_size));
	size_t strings = 0;
	char *names;

	if (m->names_size == 0)
		return MS_OK;
	for (size_t i = 0; i < m->names_size; i++)
		strings += bytes[i] == 0;
	for (size_t i = m->names_size; i < padded(m->names_size); i++)
	{
		if (bytes[i] != 0)
			return corrupt(ctx, "padding", r);
	}
	if (strings != m->d || bytes[m->names_size - 1] != 0)
		return corrupt(ctx, "names", r);
	MS_TRY(MS_ALLOC(arena, m->names_size, &names));
	memcpy(names, bytes, m->names_size);
	m->names = names;
	return MS_OK;
}

static ms_status
read_heap(ms_arena *arena, ms_reader *r, ms_kmedoids *m)
{
	char *heap;

	MS_TRY(MS_ALLOC(arena, m->heap_size, &heap));
	if (m->heap_size > 0)
		memcpy(heap, ms_read_bytes(r, m->heap_size), m->heap_size);
	m->heap = heap;
	return MS_OK;
}

/* --- what was read -------------------------------------------------------------------------- */

static bool
is_handle(const ms_kmedoids *m, uint64_t bits)
{
	uint64_t offset = bits >> 24;
	uint64_t length = bits & MS_STRING_MAX;

	return bits == 0 || (length > 0 && length <= offset && offset <= m->heap_size);
}

static bool
is_value(const ms_kmedoids *m, size_t j, double x)
{
	switch (m->measure.kinds ? (ms_kind) m->measure.kinds[j] : MS_KIND_NUMBER)
	{
		case MS_KIND_NUMBER:
			return isfinite(x) && !(x == 0 && signbit(x));
		case MS_KIND_NOMINAL:
			return is_handle(m, bits_of(x));
		case MS_KIND_BOOLEAN:
			return x == 1 || bits_of(x) == 0;
		default:
			return false;
	}
}

static ms_status
check_medoids(ms_ctx *ctx, const ms_kmedoids *m, const ms_reader *r)
{
	bool gaps = m->d > 0 && ms_metric_takes_gaps(m->measure.metric);

	for (size_t i = 0; i < m->k; i++)
	{
		for (size_t j = 0; j < m->d; j++)
		{
			double x = m->medoids[i * m->d + j];

			if (!(gaps && is_gap(x)) && !is_value(m, j, x))
				return corrupt(ctx, "medoids", r);
		}
		MS_TRY(ms_tick(ctx, m->d + 1));
	}
	return MS_OK;
}

/* Clusters ascend by id; row numbers are distinct, other ids may repeat. */
static ms_status
check_ids(ms_ctx *ctx, const ms_kmedoids *m, const ms_reader *r)
{
	uint64_t sign = m->ids == MS_SAMPLE_ID_INT ? UINT64_C(1) << 63 : 0;

	for (size_t i = 0; i < m->k; i++)
	{
		uint64_t id = m->clusters[i].id;
		uint64_t before = i > 0 ? m->clusters[i - 1].id : id;

		if ((before ^ sign) > (id ^ sign) || (m->ids == MS_SAMPLE_ID_TEXT && !is_handle(m, id)))
			return corrupt(ctx, "ids", r);
		if (m->ids == 0 && (id < 1 || id > m->n + m->omitted || (i > 0 && id == before)))
			return corrupt(ctx, "ids", r);
	}
	return MS_OK;
}

/* A column's kind, and what only some metrics and columns have. */
static ms_status
check_columns(ms_ctx *ctx, const ms_kmedoids *m, const ms_reader *r)
{
	const ms_measure *measure = &m->measure;
	double total = 0;

	for (size_t j = 0; j < m->d; j++)
	{
		ms_kind kind = measure->kinds ? (ms_kind) measure->kinds[j] : MS_KIND_NUMBER;

		if (kind == MS_KIND_NOMINAL && measure->metric < MS_METRIC_HAMMING)
			return corrupt(ctx, "kinds", r);
		if (kind == MS_KIND_NOMINAL && measure->metric == MS_METRIC_JACCARD)
			return corrupt(ctx, "kinds", r);
		if (measure->asymmetric && measure->asymmetric[j] && kind != MS_KIND_BOOLEAN &&
			kind != MS_KIND_UNKNOWN)
			return corrupt(ctx, "kinds", r);
		total += measure->weights ? measure->weights[j] : 1;
	}
	return m->d == 0 || total > 0 ? MS_OK : corrupt(ctx, "measure", r);
}

/* Handles in ascending order tile the heap: each is a string once, and greater than the last. */
static ms_status
check_heap(ms_ctx *ctx, ms_arena *arena, const ms_kmedoids *m, const ms_reader *r)
{
	static const unsigned char kind[] = {MS_SLOT_UINT64};
	uint64_t *handles;
	size_t n = 0;
	uint64_t end = 0;
	ms_string last = {NULL, 0};

	MS_TRY(ms_arena_alloc(arena, m->k, ((size_t) m->d + 1) * sizeof(*handles),
						  (void **) &handles));
	for (size_t i = 0; i < m->k; i++)
	{
		for (size_t j = 0; m->measure.kinds && j < m->d; j++)
		{
			uint64_t slot = bits_of(m->medoids[i * m->d + j]);

			if (m->measure.kinds[j] == MS_KIND_NOMINAL && slot != MS_GAP_BITS)
				handles[n++] = slot;
		}
		if (m->ids == MS_SAMPLE_ID_TEXT)
			handles[n++] = m->clusters[i].id;
	}
	MS_TRY(ms_order_sort(ctx, handles, n, 1, kind));
	for (size_t i = 0; i < n; i++)
	{
		ms_string string = ms_kmedoids_string(m, handles[i]);
		size_t least = string.length < last.length ? string.length : last.length;
		int order;

		if (handles[i] == 0 || (i > 0 && handles[i] == handles[i - 1]))
			continue;
		end += string.length;
		if (handles[i] >> 24 != end)
			return corrupt(ctx, "strings", r);
		order = least > 0 ? memcmp(last.bytes, string.bytes, least) : 0;
		if (order > 0 || (order == 0 && last.length >= string.length))
			return corrupt(ctx, "strings", r);
		last = string;
		MS_TRY(ms_tick(ctx, 10 + string.length / 8));
	}
	return end == m->heap_size ? MS_OK : corrupt(ctx, "strings", r);
}

static ms_status
read_payload(ms_ctx *ctx, ms_arena *arena, ms_reader *r, uint32_t parts, ms_kmedoids *m)
{
	ms_measure *measure = &m->measure;
	double *weights;

	MS_TRY(read_sizes(ctx, arena, r, m->d, &measure->factors));
	if (parts & HAS_WEIGHTS)
	{
		MS_TRY(read_sizes(ctx, arena, r, m->d, &weights));
		measure->weights = weights;
	}
	MS_TRY(MS_ALLOC(arena, (size_t) m->k * m->d, &m->medoids));
	ms_read_doubles(r, (size_t) m->k * m->d, m->medoids);
	MS_TRY(read_clusters(ctx, arena, r, m));
	if (parts & HAS_KINDS)
		MS_TRY(read_columns(ctx, arena, r, m->d, MS_KIND_BOOLEAN, &measure->kinds));
	if (parts & HAS_ASYMMETRIC)
		MS_TRY(read_columns(ctx, arena, r, m->d, 1, &measure->asymmetric));
	MS_TRY(read_names(ctx, arena, r, m));
	return read_heap(arena, r, m);
}

ms_status
ms_kmedoids_unpack(ms_ctx *ctx, ms_arena *arena, const void *bytes, size_t size, ms_kmedoids *out)
{
	ms_reader r;
	uint32_t parts;
	uint32_t ids;

	MS_TRY(ms_wire_head(ctx, bytes, size, MS_TYPE_KMEDOIDS, MS_KMEDOIDS_VERSION, 0, PAYLOAD_AT));
	MS_TRY(ms_tick(ctx, size / 8));
	memcpy(&ids, (const char *) bytes + FIELDS_AT + 8, sizeof(ids));
	ms_reader_init(&r, bytes, size, FIELDS_AT);
	MS_TRY(read_shape(ctx, &r, out, &parts));
	if (ms_kmedoids_hash(bytes) != content_hash(bytes, size))
		return corrupt(ctx, "hash", &r);
	MS_TRY(check_shape(ctx, &r, out, parts, ids));
	MS_TRY(read_evidence(ctx, &r, out));
	MS_TRY(read_payload(ctx, arena, &r, parts, out));
	MS_TRY(check_columns(ctx, out, &r));
	MS_TRY(check_medoids(ctx, out, &r));
	MS_TRY(check_ids(ctx, out, &r));
	return check_heap(ctx, arena, out, &r);
}
