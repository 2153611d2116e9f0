/*
 * gmm_bytes.c: a mixture in bytes, and the one validator of them.
 *
 * Layout (doc/format.md, "measure_gmm"): head, hash, the fixed fields below, then weights, means,
 * covariances, what the flags announce, the problems of each component and the names, each part
 * padded to 8 bytes.
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

/* --- bytes ---------------------------------------------------------------------------------- */

/* False on overflow. */
static bool
packed_size(size_t k, size_t d, ms_gmm_family family, uint16_t flags, size_t names, size_t *size)
{
	size_t doubles = k + k * d + ms_gmm_covariances(family, k, d);

	if (flags & MS_GMM_NOISE)
		doubles += 2 + 2 * d;
	if (flags & MS_GMM_PRIOR)
		doubles += d + ms_gmm_prior_size(family, d);
	return ms_size_mul(doubles, sizeof(double), size) &&
		   ms_size_add(*size, PAYLOAD_AT + padded(k * sizeof(uint32_t)) + padded(names), size);
}

size_t
ms_gmm_packed_size(const ms_gmm *m)
{
	size_t size;

	packed_size(m->k, m->d, m->family, m->flags, m->names_size, &size);
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

static void
write_parts(ms_writer *w, const ms_gmm *m)
{
	if (m->flags & MS_GMM_NOISE)
	{
		write_numbers(w, 1, &m->noise);
		write_numbers(w, 1, &m->log_volume);
		write_numbers(w, 2 * (size_t) m->d, m->box);
	}
	if (m->flags & MS_GMM_PRIOR)
	{
		write_numbers(w, m->d, m->prior_mean);
		write_numbers(w, ms_gmm_prior_size(m->family, m->d), m->prior_scale);
	}
}

void
ms_gmm_pack(const ms_gmm *m, void *out)
{
	ms_head *head = out;
	ms_writer w;
	uint64_t hash;

	*head = (ms_head){head->host, MS_TYPE_GMM, MS_GMM_VERSION, m->flags};
	ms_writer_init(&w, out, FIELDS_AT);
	write_fields(&w, m);
	write_numbers(&w, m->k, m->weights);
	write_numbers(&w, (size_t) m->k * m->d, m->means);
	write_numbers(&w, ms_gmm_covariances(m->family, m->k, m->d), m->covariances);
	write_parts(&w, m);
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
	return family >= MS_GMM_FULL && family <= MS_GMM_LAST_FAMILY;
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
read_shape(ms_ctx *ctx, ms_reader *r, uint16_t flags, ms_gmm *m)
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
	if (!packed_size(k, d, (ms_gmm_family) family, flags, names, &size) || size != r->size)
		return corrupt(ctx, "length", r);
	*m = (ms_gmm){.k = k,
				  .d = d,
				  .family = (ms_gmm_family) family,
				  .flags = flags,
				  .names_size = names};
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
	double sum = m->noise;

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
	size_t size = ms_gmm_matrix_size(m->family, d);
	size_t matrices = ms_gmm_matrices(m->family, m->k);
	ms_arena arena;
	double *full;
	ms_status status;

	if (ms_gmm_is_diagonal(m->family))
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
read_noise(ms_ctx *ctx, ms_reader *r, ms_gmm *m)
{
	m->noise = ms_read_double(r);
	m->log_volume = ms_read_double(r);
	ms_read_doubles(r, 2 * (size_t) m->d, m->box);
	MS_TRY(check_numbers(ctx, &m->noise, 1, r));
	MS_TRY(check_numbers(ctx, &m->log_volume, 1, r));
	MS_TRY(check_numbers(ctx, m->box, 2 * (size_t) m->d, r));
	if (!(m->noise >= 0 && m->noise < 1))
		return corrupt(ctx, "weights", r);
	for (size_t c = 0; c < m->d; c++)
	{
		if (!(m->box[c] < m->box[m->d + c]))
			return corrupt(ctx, "box", r);
	}
	return MS_OK;
}

static ms_status
read_prior(ms_ctx *ctx, ms_reader *r, ms_gmm *m)
{
	size_t size = ms_gmm_prior_size(m->family, m->d);

	ms_read_doubles(r, m->d, m->prior_mean);
	ms_read_doubles(r, size, m->prior_scale);
	MS_TRY(check_numbers(ctx, m->prior_mean, m->d, r));
	MS_TRY(check_numbers(ctx, m->prior_scale, size, r));
	for (size_t c = 0; c < m->d; c++)
	{
		if (!(m->prior_scale[size == m->d ? c : ms_packed_at(c, c)] > 0))
			return corrupt(ctx, "prior", r);
	}
	return MS_OK;
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
	MS_TRY(ms_gmm_new_parts(arena, &m, out->flags));
	ms_read_doubles(r, m.k, m.weights);
	ms_read_doubles(r, means, m.means);
	ms_read_doubles(r, covariances, m.covariances);
	MS_TRY(check_numbers(ctx, m.weights, m.k, r));
	MS_TRY(check_numbers(ctx, m.means, means, r));
	MS_TRY(check_numbers(ctx, m.covariances, covariances, r));
	if (m.flags & MS_GMM_NOISE)
		MS_TRY(read_noise(ctx, r, &m));
	if (m.flags & MS_GMM_PRIOR)
		MS_TRY(read_prior(ctx, r, &m));
	m.names_size = out->names_size;
	m.info = out->info;
	*out = m;
	return MS_OK;
}

ms_status
ms_gmm_unpack(ms_ctx *ctx, ms_arena *arena, const void *bytes, size_t size, ms_gmm *out)
{
	ms_reader r;

	MS_TRY(ms_wire_head(ctx, bytes, size, MS_TYPE_GMM, MS_GMM_VERSION, MS_GMM_FLAGS,
						PAYLOAD_AT));
	ms_reader_init(&r, bytes, size, FIELDS_AT);
	MS_TRY(ms_tick(ctx, size / 8));
	MS_TRY(read_shape(ctx, &r, ((const ms_head *) bytes)->flags, out));
	if (ms_gmm_hash(bytes) != content_hash(bytes, size))
		return corrupt(ctx, "hash", &r);
	MS_TRY(read_info(ctx, &r, &out->info));
	MS_TRY(read_parameters(ctx, arena, &r, out));
	MS_TRY(check_weights(ctx, out, &r));
	MS_TRY(check_covariances(ctx, out, &r));
	MS_TRY(read_problems(ctx, &r, out));
	return read_names(ctx, arena, &r, out);
}
