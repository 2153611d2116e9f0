/*
 * stats.c: E-step statistics as a value, and the model that they ask for.
 */
#include "core/mixture/stats.h"

#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/linalg.h"
#include "core/mixture/kernel.h"
#include "core/mixture/marginal.h"
#include "core/mixture/mix.h"
#include "core/mixture/mstep.h"
#include "core/mixture/patterns.h"
#include "core/mixture/prior.h"

#define KNOWN_FLAGS (MS_GMM_STATS_WEIGHTED | MS_GMM_STATS_FLUSHED | MS_GMM_STATS_GAPS)
#define SUMS 4 /* weight, log-likelihood, log best, noise */
#define FIRST_ROWS 4

struct ms_gmm_basis
{
	uint64_t hash;
	ms_gmm m;
	ms_mix mix;
	ms_view view; /* raw units */
	ms_mix_kernel *kernel;
	ms_prior prior;
	double *variances; /* d */
};

/* --- where things lie ----------------------------------------------------------------------- */

static ms_mix
shape_of(const ms_gmm_stats *s)
{
	return (ms_mix){.shape = (ms_mix_shape) s->shape, .k = s->k, .d = s->d};
}

/* Doubles of the statistics. */
static size_t
block_size(const ms_mix *mix)
{
	return 2 * (SUMS + mix->k) + mix->k * mix->d + ms_mix_squares(mix);
}

static size_t
row_size(const ms_gmm_stats *s)
{
	return s->d + ((s->head.flags & MS_GMM_STATS_WEIGHTED) != 0);
}

static bool
is_flushed(const ms_gmm_stats *s)
{
	return (s->head.flags & MS_GMM_STATS_FLUSHED) != 0;
}

static double *
block_of(const ms_gmm_stats *s)
{
	return (double *) (s + 1);
}

static double *
rows_at(const ms_gmm_stats *s, bool flushed)
{
	ms_mix mix = shape_of(s);

	return block_of(s) + (flushed ? block_size(&mix) : 0);
}

static size_t
size_with(const ms_gmm_stats *s, bool flushed, size_t rows)
{
	ms_mix mix = shape_of(s);

	return sizeof(*s) + ((flushed ? block_size(&mix) : 0) + rows * row_size(s)) * sizeof(double);
}

size_t
ms_gmm_stats_size(const ms_gmm_stats *s)
{
	return size_with(s, is_flushed(s), s->buffered);
}

size_t
ms_gmm_stats_append_size(const ms_gmm_stats *s)
{
	return size_with(s, is_flushed(s), (size_t) s->buffered + 1);
}

size_t
ms_gmm_stats_roomy_size(const ms_gmm_stats *s)
{
	size_t room = FIRST_ROWS;

	while (room <= s->buffered && room < MS_GMM_STATS_ROWS)
		room *= 2;
	return size_with(s, is_flushed(s), room > s->buffered ? room : (size_t) s->buffered + 1);
}

size_t
ms_gmm_stats_flush_size(const ms_gmm_stats *s)
{
	return size_with(s, true, s->buffered);
}

size_t
ms_gmm_stats_merge_size(const ms_gmm_stats *into, const ms_gmm_stats *from)
{
	return size_with(into, is_flushed(into) || is_flushed(from),
					 (size_t) into->buffered + from->buffered);
}

static ms_rows
buffer_of(const ms_gmm_stats *s)
{
	const double *x = rows_at(s, is_flushed(s));
	bool weighted = s->head.flags & MS_GMM_STATS_WEIGHTED;

	return (ms_rows){x, weighted ? x + s->d : NULL, s->buffered, s->d, row_size(s)};
}

/* The statistics in place, but for the scalars, which are copied. */
static ms_mix_stats
load(const ms_gmm_stats *s)
{
	ms_sum *sums = (ms_sum *) block_of(s);
	ms_mix_stats stats = {.weight = sums[0],
						  .log_likelihood = sums[1],
						  .log_best = sums[2],
						  .noise = sums[3],
						  .n = sums + SUMS};

	stats.s1 = (double *) (stats.n + s->k);
	stats.s2 = stats.s1 + (size_t) s->k * s->d;
	return stats;
}

/* The scalars back; and of two zeros one form. */
static void
store(const ms_mix_stats *stats, ms_gmm_stats *s)
{
	ms_mix mix = shape_of(s);
	double *block = block_of(s);
	ms_sum *sums = (ms_sum *) block;

	sums[0] = stats->weight;
	sums[1] = stats->log_likelihood;
	sums[2] = stats->log_best;
	sums[3] = stats->noise;
	s->used += stats->rows;
	for (size_t i = 0; i < block_size(&mix); i++)
		block[i] += 0.0;
}

/* Makes room for the statistics, which are zero, before the buffered rows. */
static void
insert_block(ms_gmm_stats *s)
{
	ms_mix mix = shape_of(s);

	if (is_flushed(s))
		return;
	memmove(rows_at(s, true), rows_at(s, false), s->buffered * row_size(s) * sizeof(double));
	memset(block_of(s), 0, block_size(&mix) * sizeof(double));
	s->head.flags |= MS_GMM_STATS_FLUSHED;
}

/* --- the basis ------------------------------------------------------------------------------ */

static ms_status
raw_view(ms_arena *arena, size_t d, ms_view *out)
{
	double *centre;
	double *scale;

	MS_TRY(MS_ZEROED(arena, d, &centre));
	MS_TRY(MS_ALLOC(arena, d, &scale));
	for (size_t c = 0; c < d; c++)
		scale[c] = 1;
	*out = (ms_view){{NULL, NULL, 0, d, d}, centre, scale};
	return MS_OK;
}

static ms_status
total_variances(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, double *variances)
{
	double *packed;

	MS_TRY(MS_ALLOC(arena, ms_packed_size(m->d), &packed));
	MS_TRY(ms_tick(ctx, m->k * ms_packed_size(m->d)));
	ms_gmm_total_covariance(m, packed);
	for (size_t c = 0; c < m->d; c++)
		variances[c] = packed[ms_packed_at(c, c)];
	return MS_OK;
}

ms_status
ms_gmm_basis_new(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, uint64_t hash, ms_gmm_basis **out)
{
	ms_gmm_basis *b;

	MS_TRY(MS_ZEROED(arena, 1, &b));
	b->hash = hash;
	MS_TRY(ms_gmm_copy(ctx, arena, m, &b->m));
	MS_TRY(raw_view(arena, m->d, &b->view));
	MS_TRY(ms_mix_from_model(ctx, arena, &b->m, m->family, &b->view, &b->mix));
	MS_TRY(ms_mix_kernel_new(ctx, arena, b->mix.shape, m->k, m->d, &b->kernel));
	MS_TRY(MS_ALLOC(arena, m->d, &b->variances));
	MS_TRY(total_variances(ctx, arena, m, b->variances));
	if (m->flags & MS_GMM_PRIOR)
		MS_TRY(ms_prior_from_model(arena, &b->m, &b->view, &b->prior));
	*out = b;
	return MS_OK;
}

/* --- rows ----------------------------------------------------------------------------------- */

size_t
ms_gmm_stats_begin_size(const ms_gmm_basis *b, bool weighted, size_t rows)
{
	return sizeof(ms_gmm_stats) + rows * (b->m.d + weighted) * sizeof(double);
}

void
ms_gmm_stats_begin(void *bytes, const ms_gmm_basis *b, bool weighted)
{
	ms_gmm_stats *s = bytes;
	uint32_t host = s->head.host;

	*s = (ms_gmm_stats){.model = b->hash, .k = b->m.k, .d = b->m.d, .shape = b->mix.shape};
	s->head = (ms_head){host, MS_TYPE_GMM_STATS, MS_GMM_STATS_VERSION, 0};
	if (weighted)
		s->head.flags |= MS_GMM_STATS_WEIGHTED;
	if (b->m.flags & MS_GMM_MISSING)
		s->head.flags |= MS_GMM_STATS_GAPS;
}

void
ms_gmm_stats_append(ms_gmm_stats *s, const double *x, double w)
{
	double *to = rows_at(s, is_flushed(s)) + s->buffered * row_size(s);

	memcpy(to, x, s->d * sizeof(double));
	if (s->head.flags & MS_GMM_STATS_WEIGHTED)
		to[s->d] = w;
	s->checksum += ms_hash_bytes(to, row_size(s) * sizeof(double), 0);
	s->buffered++;
	s->rows++;
}

static bool
has_gaps(const ms_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
	{
		for (size_t c = 0; c < rows->d; c++)
		{
			if (isnan(rows->x[i * rows->stride + c]))
				return true;
		}
	}
	return false;
}

/* Adds rows to statistics, by the patterns of their gaps where there are any. */
static ms_status
add_rows(ms_ctx *ctx, ms_gmm_basis *b, const ms_rows *rows, ms_mix_stats *stats)
{
	ms_arena arena;
	ms_patterns groups;
	ms_view view = {*rows, b->view.centre, b->view.scale};
	ms_status status;

	if (!has_gaps(rows))
		return ms_mix_kernel_pass(ctx, b->kernel, &b->mix, &view, stats);
	ms_arena_init(&arena, ctx);
	status = ms_patterns_new(ctx, &arena, rows, &b->mix, &groups);
	if (status == MS_OK)
		status = ms_patterns_pass(ctx, &groups, b->kernel, &b->mix, &view, stats);
	ms_arena_free(&arena);
	return status;
}

static ms_status
check_basis(ms_ctx *ctx, const ms_gmm_basis *b, const ms_gmm_stats *s)
{
	if (s->model != b->hash || s->k != b->m.k || s->d != b->m.d || s->shape != b->mix.shape)
		return ms_fail(ctx, MS_MISMATCH, "model", 0, 0, 0);
	return MS_OK;
}

ms_status
ms_gmm_stats_flush(ms_ctx *ctx, ms_gmm_basis *b, ms_gmm_stats *s)
{
	ms_rows rows;
	ms_mix_stats stats;

	MS_TRY(check_basis(ctx, b, s));
	insert_block(s);
	rows = buffer_of(s);
	stats = load(s);
	MS_TRY(add_rows(ctx, b, &rows, &stats));
	store(&stats, s);
	s->buffered = 0;
	return MS_OK;
}

ms_status
ms_gmm_stats_merge(ms_ctx *ctx, ms_gmm_stats *into, const ms_gmm_stats *from)
{
	ms_mix mix = shape_of(into);
	ms_rows rows = buffer_of(from);

	if (into->model != from->model || into->k != from->k || into->d != from->d ||
		into->shape != from->shape)
		return ms_fail(ctx, MS_MISMATCH, "model", 0, 0, 0);
	if ((into->head.flags ^ from->head.flags) & MS_GMM_STATS_WEIGHTED)
		return ms_fail(ctx, MS_MISMATCH, "weights", 0, 0, 0);
	if (is_flushed(from))
	{
		ms_mix_stats theirs = load(from);
		ms_mix_stats stats;

		insert_block(into);
		stats = load(into);
		theirs.rows = from->used;
		ms_mix_stats_add(&stats, &theirs, &mix);
		store(&stats, into);
	}
	memcpy(rows_at(into, is_flushed(into)) + into->buffered * row_size(into), rows.x,
		   rows.n * row_size(from) * sizeof(double));
	into->buffered += from->buffered;
	into->rows += from->rows;
	into->omitted += from->omitted;
	into->checksum += from->checksum;
	return MS_OK;
}

/* --- the validator -------------------------------------------------------------------------- */

static ms_status
corrupt(ms_ctx *ctx, const char *what, size_t at)
{
	return ms_fail(ctx, MS_CORRUPT, what, (int64_t) at, 0, 0);
}

static bool
is_number(double x)
{
	return isfinite(x) && !(x == 0 && signbit(x));
}

static bool
is_gap(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits == MS_GAP_BITS;
}

/* No size overflows: k, d and a 32-bit number of rows are bounded before it is made. */
static ms_status
check_head(ms_ctx *ctx, const ms_gmm_stats *s, size_t size)
{
	if (s->k < 1 || s->k > MS_GMM_MAX_K || s->d < 1 || s->d > MS_MAX_DIM ||
		s->shape > MS_MIX_DIAGONAL)
		return corrupt(ctx, "size", offsetof(ms_gmm_stats, k));
	if (size != ms_gmm_stats_size(s))
		return corrupt(ctx, "length", size);
	if (s->rows > INT64_MAX || s->omitted > INT64_MAX || s->buffered > s->rows ||
		s->used > s->rows - s->buffered)
		return corrupt(ctx, "count", offsetof(ms_gmm_stats, rows));
	if (!is_flushed(s) && s->rows != s->buffered)
		return corrupt(ctx, "count", offsetof(ms_gmm_stats, buffered));
	return MS_OK;
}

static ms_status
check_block(ms_ctx *ctx, const ms_gmm_stats *s)
{
	ms_mix mix = shape_of(s);
	const double *block = block_of(s);
	ms_mix_stats stats = load(s);
	double n = ms_sum_get(&stats.noise);

	for (size_t i = 0; i < block_size(&mix); i++)
	{
		if (!is_number(block[i]))
			return corrupt(ctx, "finite", sizeof(*s) + i * sizeof(double));
	}
	for (size_t j = 0; j < s->k; j++)
	{
		if (!(ms_sum_get(&stats.n[j]) >= 0))
			return corrupt(ctx, "weights", sizeof(*s) + 2 * (SUMS + j) * sizeof(double));
		n += ms_sum_get(&stats.n[j]);
	}
	if (!(ms_sum_get(&stats.noise) >= 0) || !isfinite(n) ||
		!(fabs(n - ms_sum_get(&stats.weight)) <= 1e-9 * ms_sum_get(&stats.weight)))
		return corrupt(ctx, "weights", sizeof(*s));
	return ms_tick(ctx, block_size(&mix));
}

static ms_status
check_buffer(ms_ctx *ctx, const ms_gmm_stats *s)
{
	ms_rows rows = buffer_of(s);
	bool gaps = s->head.flags & MS_GMM_STATS_GAPS;
	uint64_t checksum = 0;

	for (size_t i = 0; i < rows.n; i++)
	{
		const double *x = rows.x + i * rows.stride;
		size_t at = (size_t) ((const char *) x - (const char *) s);
		double w = ms_rows_weight(&rows, i);

		MS_TRY(ms_tick(ctx, 2 + rows.d));
		for (size_t c = 0; c < rows.d; c++)
		{
			if (!is_number(x[c]) && !(gaps && is_gap(x[c])))
				return corrupt(ctx, "finite", at + c * sizeof(double));
		}
		if (!is_number(w) || w < 0)
			return corrupt(ctx, "weights", at + rows.d * sizeof(double));
		checksum += ms_hash_bytes(x, row_size(s) * sizeof(double), 0);
	}
	/* of rows that are in the statistics nobody can tell any more */
	if (!is_flushed(s) && checksum != s->checksum)
		return corrupt(ctx, "checksum", offsetof(ms_gmm_stats, checksum));
	return MS_OK;
}

ms_status
ms_gmm_stats_check(ms_ctx *ctx, const void *bytes, size_t size)
{
	const ms_gmm_stats *s = bytes;

	MS_TRY(ms_wire_head(ctx, bytes, size, MS_TYPE_GMM_STATS, MS_GMM_STATS_VERSION, KNOWN_FLAGS,
						sizeof(*s)));
	MS_TRY(check_head(ctx, s, size));
	if (is_flushed(s))
		MS_TRY(check_block(ctx, s));
	return check_buffer(ctx, s);
}

/* --- answers -------------------------------------------------------------------------------- */

/* Statistics of all rows of s, in memory of their own. */
static ms_status
all_statistics(ms_ctx *ctx, ms_arena *arena, ms_gmm_basis *b, const ms_gmm_stats *s,
			   ms_mix_stats *out)
{
	ms_rows rows = buffer_of(s);

	MS_TRY(check_basis(ctx, b, s));
	MS_TRY(ms_mix_stats_new(arena, &b->mix, out));
	if (is_flushed(s))
	{
		ms_mix_stats flushed = load(s);

		flushed.rows = s->used;
		ms_mix_stats_add(out, &flushed, &b->mix);
	}
	return add_rows(ctx, b, &rows, out);
}

static void
write_evidence(const ms_gmm_basis *b, const ms_gmm_stats *s, const ms_mix_stats *stats,
			   ms_gmm_info *out)
{
	ms_gmm m = b->m;

	m.info.n = stats->rows;
	m.info.weight = ms_sum_get(&stats->weight);
	m.info.omitted = s->omitted;
	m.info.log_likelihood = m.info.objective = ms_sum_get(&stats->log_likelihood);
	if (m.flags & MS_GMM_PRIOR)
		m.info.objective += ms_prior_log(&b->prior, &b->mix);
	m.info.icl = m.flags & MS_GMM_ICL_ENTROPY
					 ? NAN
					 : ms_gmm_bic(&m) - 2 * ms_sum_get(&stats->log_best);
	*out = m.info;
}

ms_status
ms_gmm_stats_evidence(ms_ctx *ctx, ms_gmm_basis *b, const ms_gmm_stats *s, ms_gmm_info *out)
{
	ms_arena arena;
	ms_mix_stats stats;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = all_statistics(ctx, &arena, b, s, &stats);
	if (status == MS_OK)
		write_evidence(b, s, &stats, out);
	ms_arena_free(&arena);
	return status;
}

static void
write_info(const ms_mstep *step, const ms_gmm_stats *s, const ms_mix_stats *stats, ms_gmm *out)
{
	double weight = ms_sum_get(&stats->weight);

	out->info.n = stats->rows;
	out->info.weight = weight;
	out->info.omitted = s->omitted;
	out->info.log_likelihood = out->info.icl = out->info.objective = NAN;
	out->info.iterations += out->info.iterations < INT32_MAX;
	out->info.stop = MS_GMM_STOP_NONE;
	out->info.problems = 0;
	for (size_t j = 0; j < out->k; j++)
	{
		bool few = out->weights[j] * weight < (double) out->d + 2;

		out->problems[j] = (step->regularised[j] ? MS_GMM_PROBLEM_REGULARISED : 0) |
						   (few ? MS_GMM_PROBLEM_SMALL_COMPONENT : 0);
		out->info.problems |= out->problems[j];
	}
}

static ms_status
update_with(ms_ctx *ctx, ms_arena *scratch, ms_gmm_basis *b, const ms_gmm_stats *s, double rate,
			ms_gmm *out)
{
	ms_mstep step;
	ms_mix_stats stats;
	ms_mix mix;

	MS_TRY(all_statistics(ctx, scratch, b, s, &stats));
	if (!(ms_sum_get(&stats.weight) > 0))
		return ms_fail(ctx, MS_TOO_FEW, "rows", 0, 0, 1);
	if (rate < 1)
		ms_mix_stats_add_own(&stats, &b->mix, (1 / rate - 1) * ms_sum_get(&stats.weight));
	MS_TRY(ms_mix_new(scratch, b->mix.shape, b->m.k, b->m.d, &mix));
	ms_mix_copy(&mix, &b->mix);
	mix.log_sides = b->mix.log_sides;
	MS_TRY(ms_mstep_new(scratch, b->m.family, b->m.k, b->m.d, b->variances,
						b->m.flags & MS_GMM_PRIOR ? &b->prior : NULL, &step));
	MS_TRY(ms_mstep_run(ctx, &step, &mix, &stats));
	if (step.failed)
		return ms_fail(ctx, MS_NO_FIT, "degenerate", 0, 1, 0);
	MS_TRY(ms_mix_to_model(ctx, &mix, &b->view, out));
	write_info(&step, s, &stats, out);
	return MS_OK;
}

ms_status
ms_gmm_stats_update(ms_ctx *ctx, ms_arena *arena, ms_gmm_basis *b, const ms_gmm_stats *s,
					double rate, ms_gmm *out)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_status status;

	MS_TRY(ms_gmm_copy(ctx, arena, &b->m, out));
	status = update_with(ctx, &scratch, b, s, rate, out);
	ms_arena_free(&scratch);
	return status;
}
