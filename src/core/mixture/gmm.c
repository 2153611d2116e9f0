/*
 * gmm.c: the Gaussian mixture as a value: parameter counts, criteria, canonical order, bytes.
 *
 * Layout (doc/format.md, "measure_gmm"): head, hash, the fixed fields below, then weights, means,
 * covariances, the problems of each component and the names, each part padded to 8 bytes.
 */
#include "core/mixture/gmm.h"

#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/linalg.h"

#define HASH_AT 8
#define FIELDS_AT 16 /* 10 u32, 3 u64, 4 doubles */
#define PAYLOAD_AT (FIELDS_AT + 40 + 24 + 32)

#define PROBLEMS_OF_MODEL 0x7fu
#define PROBLEMS_OF_COMPONENT                                                                      \
	(MS_GMM_PROBLEM_SPURIOUS | MS_GMM_PROBLEM_REGULARISED | MS_GMM_PROBLEM_SMALL_COMPONENT)

static size_t
padded(size_t bytes)
{
	return (bytes + 7) & ~(size_t) 7;
}

/* Doubles of one covariance; the tied family keeps a single one. */
static size_t
covariance_size(ms_gmm_family family, size_t d)
{
	switch (family)
	{
		case MS_GMM_DIAG:
			return d;
		case MS_GMM_SPHERICAL:
			return 1;
		default:
			return ms_packed_size(d);
	}
}

size_t
ms_gmm_covariances(ms_gmm_family family, size_t k, size_t d)
{
	return covariance_size(family, d) * (family == MS_GMM_TIED ? 1 : k);
}

/* --- criteria ------------------------------------------------------------------------------- */

double
ms_gmm_parameters(const ms_gmm *m)
{
	double k = m->k;

	return k - 1 + k * m->d + (double) ms_gmm_covariances(m->family, m->k, m->d);
}

double
ms_gmm_bic(const ms_gmm *m)
{
	return -2 * m->info.log_likelihood + ms_gmm_parameters(m) * log(m->info.weight);
}

double
ms_gmm_aic(const ms_gmm *m)
{
	return -2 * m->info.log_likelihood + 2 * ms_gmm_parameters(m);
}

/* --- model ---------------------------------------------------------------------------------- */

ms_status
ms_gmm_new(ms_ctx *ctx, ms_arena *arena, ms_gmm_family family, size_t k, size_t d, ms_gmm *out)
{
	*out = (ms_gmm){.k = (uint32_t) k, .d = (uint32_t) d, .family = family};
	if (k < 1 || k > MS_GMM_MAX_K)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "k", 0, (double) k, k < 1 ? 1 : MS_GMM_MAX_K);
	if (d < 1 || d > MS_MAX_DIM)
		return ms_fail(ctx, MS_DIMENSION, "columns", 0, (double) d, d < 1 ? 1 : MS_MAX_DIM);
	MS_TRY(MS_ALLOC(arena, k, &out->weights));
	MS_TRY(MS_ALLOC(arena, k * d, &out->means));
	MS_TRY(MS_ALLOC(arena, ms_gmm_covariances(family, k, d), &out->covariances));
	return MS_ZEROED(arena, k, &out->problems);
}

void
ms_gmm_covariance(const ms_gmm *m, size_t j, double *packed)
{
	size_t d = m->d;
	size_t size = covariance_size(m->family, d);
	const double *s = m->covariances + (m->family == MS_GMM_TIED ? 0 : j * size);

	if (size == ms_packed_size(d))
	{
		memcpy(packed, s, size * sizeof(double));
		return;
	}
	memset(packed, 0, ms_packed_size(d) * sizeof(double));
	for (size_t c = 0; c < d; c++)
		packed[ms_packed_at(c, c)] = m->family == MS_GMM_DIAG ? s[c] : s[0];
}

static bool
comes_before(const ms_gmm *m, size_t a, size_t b)
{
	const double *x = m->means + a * m->d;
	const double *y = m->means + b * m->d;

	if (m->weights[a] != m->weights[b])
		return m->weights[a] > m->weights[b];
	for (size_t c = 0; c < m->d; c++)
	{
		if (x[c] != y[c])
			return x[c] < y[c];
	}
	return a < b;
}

/* Moves records of `bytes` so that record j is what order[j] was. */
static void
permute(void *records, const size_t *order, size_t k, size_t bytes, char *scratch)
{
	for (size_t j = 0; j < k; j++)
		memcpy(scratch + j * bytes, (char *) records + order[j] * bytes, bytes);
	memcpy(records, scratch, k * bytes);
}

static ms_status
sort_with(ms_ctx *ctx, ms_arena *arena, ms_gmm *m)
{
	size_t *order;
	char *scratch;
	size_t size = m->family == MS_GMM_TIED ? 0 : covariance_size(m->family, m->d);
	size_t widest = size > m->d ? size : m->d;

	MS_TRY(MS_ALLOC(arena, m->k, &order));
	MS_TRY(ms_arena_alloc(arena, m->k * widest, sizeof(double), (void **) &scratch));
	for (size_t j = 0; j < m->k; j++)
	{
		size_t at = j;

		MS_TRY(ms_tick(ctx, j));
		for (; at > 0 && comes_before(m, j, order[at - 1]); at--)
			order[at] = order[at - 1];
		order[at] = j;
	}
	permute(m->weights, order, m->k, sizeof(double), scratch);
	permute(m->means, order, m->k, m->d * sizeof(double), scratch);
	permute(m->covariances, order, m->k, size * sizeof(double), scratch);
	permute(m->problems, order, m->k, sizeof(uint32_t), scratch);
	return MS_OK;
}

ms_status
ms_gmm_sort(ms_ctx *ctx, ms_gmm *m)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = sort_with(ctx, &arena, m);
	ms_arena_free(&arena);
	return status;
}

/* --- bytes ---------------------------------------------------------------------------------- */

/* False on overflow. */
static bool
packed_size(size_t k, size_t d, ms_gmm_family family, size_t names, size_t *size)
{
	size_t doubles = k + k * d + ms_gmm_covariances(family, k, d);

	return ms_size_mul(doubles, sizeof(double), size) &&
		   ms_size_add(*size, PAYLOAD_AT + padded(k * sizeof(uint32_t)) + padded(names), size);
}

size_t
ms_gmm_packed_size(const ms_gmm *m)
{
	size_t size;

	packed_size(m->k, m->d, m->family, m->names_size, &size);
	return size;
}

static uint64_t
content_hash(const void *bytes, size_t size)
{
	return ms_hash_bytes((const char *) bytes + FIELDS_AT, size - FIELDS_AT,
						 ((const ms_head *) bytes)->flags);
}

/* Of equal numbers one form is stored: no -0.0, and of all NaNs the gap. */
static double
stored(double x)
{
	return isnan(x) ? ms_gap() : x + 0.0;
}

static void
write_numbers(ms_writer *w, size_t n, const double *x)
{
	for (size_t i = 0; i < n; i++)
		ms_write_double(w, stored(x[i]));
}

static void
write_padding(ms_writer *w)
{
	static const char zeros[8];

	ms_write_bytes(w, padded(w->at) - w->at, zeros);
}

static void
write_fields(ms_writer *w, const ms_gmm *m)
{
	const ms_gmm_info *info = &m->info;

	ms_write_u32(w, m->k);
	ms_write_u32(w, m->d);
	ms_write_u32(w, m->family);
	ms_write_u32(w, (uint32_t) m->names_size);
	ms_write_u32(w, info->problems);
	ms_write_u32(w, info->stop);
	ms_write_u32(w, info->iterations);
	ms_write_u32(w, info->starts);
	ms_write_u32(w, info->starts_at_best);
	ms_write_u32(w, 0);
	ms_write_u64(w, info->n);
	ms_write_u64(w, info->omitted);
	ms_write_u64(w, (uint64_t) info->seed);
	ms_write_double(w, stored(info->weight));
	ms_write_double(w, stored(info->log_likelihood));
	ms_write_double(w, stored(info->icl));
	ms_write_double(w, stored(info->objective));
}

void
ms_gmm_pack(const ms_gmm *m, void *out)
{
	ms_head *head = out;
	ms_writer w;
	uint64_t hash;

	*head = (ms_head){head->host, MS_TYPE_GMM, MS_GMM_VERSION, 0};
	ms_writer_init(&w, out, FIELDS_AT);
	write_fields(&w, m);
	write_numbers(&w, m->k, m->weights);
	write_numbers(&w, (size_t) m->k * m->d, m->means);
	write_numbers(&w, ms_gmm_covariances(m->family, m->k, m->d), m->covariances);
	for (size_t j = 0; j < m->k; j++)
		ms_write_u32(&w, m->problems[j]);
	write_padding(&w);
	ms_write_bytes(&w, m->names_size, m->names);
	write_padding(&w);
	hash = content_hash(out, w.at);
	ms_writer_init(&w, out, HASH_AT);
	ms_write_u64(&w, hash);
}

uint64_t
ms_gmm_hash(const void *bytes)
{
	uint64_t hash;

	memcpy(&hash, (const char *) bytes + HASH_AT, sizeof(hash));
	return hash;
}

/* --- reading -------------------------------------------------------------------------------- */

static ms_status
corrupt(ms_ctx *ctx, const char *what, const ms_reader *r)
{
	return ms_fail(ctx, MS_CORRUPT, what, (int64_t) r->at, 0, 0);
}

static bool
family_known(uint32_t family)
{
	return family >= MS_GMM_FULL && family <= MS_GMM_SPHERICAL;
}

/* A number in its stored form. */
static bool
is_number(double x)
{
	return isfinite(x) && !(x == 0 && signbit(x));
}

static bool
is_number_or_gap(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return is_number(x) || bits == MS_GAP_BITS;
}

/* Sizes, and that they fit the bytes exactly: nothing is allocated before. */
static ms_status
read_shape(ms_ctx *ctx, ms_reader *r, ms_gmm *m)
{
	uint32_t k = ms_read_u32(r);
	uint32_t d = ms_read_u32(r);
	uint32_t family = ms_read_u32(r);
	uint32_t names = ms_read_u32(r);
	size_t size;

	if (k < 1 || k > MS_GMM_MAX_K || d < 1 || d > MS_MAX_DIM)
		return corrupt(ctx, "size", r);
	if (!family_known(family))
		return corrupt(ctx, "family", r);
	if (!packed_size(k, d, (ms_gmm_family) family, names, &size) || size != r->size)
		return corrupt(ctx, "length", r);
	*m = (ms_gmm){.k = k, .d = d, .family = (ms_gmm_family) family, .names_size = names};
	return MS_OK;
}

static ms_status
read_info(ms_ctx *ctx, ms_reader *r, ms_gmm_info *info)
{
	uint32_t stop;

	info->problems = ms_read_u32(r);
	stop = ms_read_u32(r);
	info->iterations = ms_read_u32(r);
	info->starts = ms_read_u32(r);
	info->starts_at_best = ms_read_u32(r);
	if (ms_read_u32(r) != 0 || info->problems & ~PROBLEMS_OF_MODEL || stop > MS_GMM_STOP_MAX_ITER)
		return corrupt(ctx, "flags", r);
	info->stop = (ms_gmm_stop) stop;
	info->n = ms_read_u64(r);
	info->omitted = ms_read_u64(r);
	info->seed = (int64_t) ms_read_u64(r);
	info->weight = ms_read_double(r);
	info->log_likelihood = ms_read_double(r);
	info->icl = ms_read_double(r);
	info->objective = ms_read_double(r);
	if (info->iterations > INT32_MAX || info->starts > INT32_MAX ||
		info->starts_at_best > info->starts || info->n > INT64_MAX || info->omitted > INT64_MAX)
		return corrupt(ctx, "count", r);
	if (!is_number(info->weight) || info->weight < 0 || !is_number_or_gap(info->log_likelihood) ||
		!is_number_or_gap(info->icl) || !is_number_or_gap(info->objective))
		return corrupt(ctx, "evidence", r);
	return MS_OK;
}

static ms_status
check_numbers(ms_ctx *ctx, const double *x, size_t n, const ms_reader *r)
{
	MS_TRY(ms_tick(ctx, n));
	for (size_t i = 0; i < n; i++)
	{
		if (!is_number(x[i]))
			return corrupt(ctx, "finite", r);
	}
	return MS_OK;
}

static ms_status
check_weights(ms_ctx *ctx, const ms_gmm *m, const ms_reader *r)
{
	double sum = 0;

	for (size_t j = 0; j < m->k; j++)
	{
		if (!(m->weights[j] > 0))
			return corrupt(ctx, "weights", r);
		sum += m->weights[j];
	}
	return fabs(sum - 1) <= 1e-9 ? MS_OK : corrupt(ctx, "weights", r);
}

static ms_status
check_variances(ms_ctx *ctx, const double *variance, size_t n, const ms_reader *r)
{
	for (size_t i = 0; i < n; i++)
	{
		if (!(variance[i] > 0))
			return corrupt(ctx, "definite", r);
	}
	return MS_OK;
}

static ms_status
check_covariances(ms_ctx *ctx, const ms_gmm *m, const ms_reader *r)
{
	size_t d = m->d;
	size_t size = covariance_size(m->family, d);
	size_t matrices = m->family == MS_GMM_TIED ? 1 : m->k;
	ms_arena arena;
	double *full;
	ms_status status;

	if (m->family == MS_GMM_DIAG || m->family == MS_GMM_SPHERICAL)
		return check_variances(ctx, m->covariances, matrices * size, r);
	ms_arena_init(&arena, ctx);
	status = MS_ALLOC(&arena, d * d, &full);
	for (size_t j = 0; j < matrices && status == MS_OK; j++)
	{
		ms_linalg_unpack(m->covariances + j * size, d, full);
		if (!ms_linalg_cholesky(full, d))
			status = corrupt(ctx, "definite", r);
		else
			status = ms_tick(ctx, d * d * d / 16 + d * d);
	}
	ms_arena_free(&arena);
	return status;
}

static ms_status
check_zeros(ms_ctx *ctx, ms_reader *r)
{
	size_t n = padded(r->at) - r->at;
	const char *zeros = ms_read_bytes(r, n);

	for (size_t i = 0; zeros && i < n; i++)
	{
		if (zeros[i] != 0)
			return corrupt(ctx, "padding", r);
	}
	return MS_OK;
}

static ms_status
read_problems(ms_ctx *ctx, ms_reader *r, ms_gmm *m)
{
	for (size_t j = 0; j < m->k; j++)
	{
		m->problems[j] = ms_read_u32(r);
		if (m->problems[j] & ~PROBLEMS_OF_COMPONENT)
			return corrupt(ctx, "flags", r);
	}
	return check_zeros(ctx, r);
}

/* Exactly d strings, each with its zero. */
static ms_status
read_names(ms_ctx *ctx, ms_arena *arena, ms_reader *r, ms_gmm *m)
{
	const char *bytes = ms_read_bytes(r, m->names_size);
	size_t strings = 0;
	char *names;

	if (m->names_size == 0)
		return MS_OK;
	for (size_t i = 0; bytes && i < m->names_size; i++)
		strings += bytes[i] == 0;
	if (!bytes || strings != m->d || bytes[m->names_size - 1] != 0)
		return corrupt(ctx, "names", r);
	MS_TRY(MS_ALLOC(arena, m->names_size, &names));
	memcpy(names, bytes, m->names_size);
	m->names = names;
	return check_zeros(ctx, r);
}

static ms_status
read_parameters(ms_ctx *ctx, ms_arena *arena, ms_reader *r, ms_gmm *out)
{
	size_t means = (size_t) out->k * out->d;
	size_t covariances = ms_gmm_covariances(out->family, out->k, out->d);
	ms_gmm m;

	MS_TRY(ms_gmm_new(ctx, arena, out->family, out->k, out->d, &m));
	ms_read_doubles(r, m.k, m.weights);
	ms_read_doubles(r, means, m.means);
	ms_read_doubles(r, covariances, m.covariances);
	MS_TRY(check_numbers(ctx, m.weights, m.k, r));
	MS_TRY(check_numbers(ctx, m.means, means, r));
	MS_TRY(check_numbers(ctx, m.covariances, covariances, r));
	m.names_size = out->names_size;
	m.info = out->info;
	*out = m;
	return MS_OK;
}

ms_status
ms_gmm_unpack(ms_ctx *ctx, ms_arena *arena, const void *bytes, size_t size, ms_gmm *out)
{
	ms_reader r;

	MS_TRY(ms_wire_head(ctx, bytes, size, MS_TYPE_GMM, MS_GMM_VERSION, 0, PAYLOAD_AT));
	ms_reader_init(&r, bytes, size, FIELDS_AT);
	MS_TRY(ms_tick(ctx, size / 8));
	MS_TRY(read_shape(ctx, &r, out));
	if (ms_gmm_hash(bytes) != content_hash(bytes, size))
		return corrupt(ctx, "hash", &r);
	MS_TRY(read_info(ctx, &r, &out->info));
	MS_TRY(read_parameters(ctx, arena, &r, out));
	MS_TRY(check_weights(ctx, out, &r));
	MS_TRY(check_covariances(ctx, out, &r));
	MS_TRY(read_problems(ctx, &r, out));
	return read_names(ctx, arena, &r, out);
}
