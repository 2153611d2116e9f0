/*
 * kernel.c: one block of rows through the E and M steps.
 *
 * Rows are gathered into columns of a block, centred and scaled on the way, so a fit needs no
 * copy of its data. All components are whitened first and kept, then the posteriors are made, then
 * the moments of each component that has a share in the block.
 */
#include "core/mixture/kernel.h"

#include <math.h>
#include <string.h>

#include "core/base/linalg.h"

/* what a block may fill of the L2 cache, and how many rows it has at least and at most */
#define BLOCK_BYTES (512 * 1024)
#define LEAST_ROWS 128
#define MOST_ROWS 512

/* columns are this far apart beyond their rows, else all of them would share a few cache sets */
#define GUARD 8

/* a component with a lesser share of a block than this adds nothing that a double would hold */
#define NO_SHARE 1e-24

/* A block of rows in columns; m is padded to whole strips with rows of weight 0. */
typedef struct ms_block
{
	size_t d;
	size_t m;
	size_t stride;
	double *x;		  /* d columns */
	double *w;		  /* weights */
	double *centred;  /* d strips of at most 16 rows: scratch of `whiten` */
	double *weighted; /* d columns: scratch of `moments` */
} ms_block;

/* The loops of kernel_simd.h for one instruction set. */
typedef struct simd_loops
{
	void (*whiten)(const ms_block *b, const double *mean, const double *inverse, double constant,
				   double *y, double *joint);
	void (*standardise)(const ms_block *b, const double *mean, const double *inverse,
						double constant, double *joint);
	void (*posterior)(const ms_block *b, size_t k, double log_noise, double *joint, double *sums);
	void (*moments)(const ms_block *b, const double *weight, const double *y, double *s1,
					double *s2);
	void (*squares)(const ms_block *b, const double *weight, const double *mean,
					const double *inverse, double *s1, double *s2);
	double (*total)(const ms_block *b, const double *x);
} simd_loops;

struct ms_mix_kernel
{
	ms_mix_shape shape;
	size_t k;
	size_t rows;
	size_t columns; /* of one component's y: d, padded to whole tiles with zeros */
	ms_block block;
	double *joint; /* k columns: log w_j N(x; j), then w_i r_ij */
	double *y;	   /* k times `columns` columns; NULL for diagonals */
	const simd_loops *loops;
};

#define SIMD(name) name##_any
#define SIMD_TARGET
#define SIMD_LANES 2
#define SIMD_COLUMNS 2
#include "core/mixture/kernel_simd.h"

#if defined(__x86_64__)
#define SIMD(name) name##_avx2
#define SIMD_TARGET __attribute__((target("avx2,fma")))
#define SIMD_LANES 4
#define SIMD_COLUMNS 2
#include "core/mixture/kernel_simd.h"

#define SIMD(name) name##_avx512
#define SIMD_TARGET __attribute__((target("avx2,fma,avx512f,avx512dq,avx512vl,avx512bw")))
#define SIMD_LANES 8
#define SIMD_COLUMNS 4
#include "core/mixture/kernel_simd.h"
#endif

/* --- instruction sets ----------------------------------------------------------------------- */

int
ms_mix_kernel_levels(void)
{
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
		return 1;
	if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq") ||
		!__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512bw"))
		return 2;
	return 3;
#else
	return 1;
#endif
}

const char *
ms_mix_kernel_level_name(int level)
{
	static const char *const names[] = {"any", "avx2", "avx512"};

	return names[level];
}

void
ms_mix_kernel_set_level(ms_mix_kernel *kernel, int level)
{
	static const simd_loops *const loops[] = {
		&loops_any,
#if defined(__x86_64__)
		&loops_avx2,
		&loops_avx512,
#endif
	};

	kernel->loops = loops[level];
}

/* --- mixtures and statistics ---------------------------------------------------------------- */

static size_t
factors_size(ms_mix_shape shape, size_t k, size_t d)
{
	return ms_mix_factors(shape, k) * ms_mix_factor_size(shape, d);
}

size_t
ms_mix_squares(const ms_mix *mix)
{
	return ms_mix_factors(mix->shape, mix->k) *
		   (mix->shape == MS_MIX_DIAGONAL ? mix->d : ms_packed_size(mix->d));
}

ms_status
ms_mix_new(ms_arena *arena, ms_mix_shape shape, size_t k, size_t d, ms_mix *out)
{
	*out = (ms_mix){.shape = shape, .k = k, .d = d, .log_noise = -INFINITY};
	MS_TRY(MS_ALLOC(arena, k, &out->weights));
	MS_TRY(MS_ALLOC(arena, k, &out->constants));
	MS_TRY(MS_ALLOC(arena, k * d, &out->means));
	MS_TRY(MS_ZEROED(arena, factors_size(shape, k, d), &out->factors));
	return MS_ZEROED(arena, factors_size(shape, k, d), &out->inverses);
}

void
ms_mix_copy(ms_mix *to, const ms_mix *from)
{
	size_t size = factors_size(from->shape, from->k, from->d);

	memcpy(to->weights, from->weights, from->k * sizeof(double));
	memcpy(to->constants, from->constants, from->k * sizeof(double));
	memcpy(to->means, from->means, from->k * from->d * sizeof(double));
	memcpy(to->factors, from->factors, size * sizeof(double));
	memcpy(to->inverses, from->inverses, size * sizeof(double));
	to->noise = from->noise;
	to->log_noise = from->log_noise;
}

ms_status
ms_mix_stats_new(ms_arena *arena, const ms_mix *mix, ms_mix_stats *out)
{
	*out = (ms_mix_stats){.rows = 0};
	MS_TRY(MS_ALLOC(arena, mix->k, &out->n));
	MS_TRY(MS_ALLOC(arena, mix->k * mix->d, &out->s1));
	MS_TRY(MS_ALLOC(arena, ms_mix_squares(mix), &out->s2));
	ms_mix_stats_clear(out, mix);
	return MS_OK;
}

void
ms_mix_stats_clear(ms_mix_stats *s, const ms_mix *mix)
{
	s->rows = 0;
	s->weight = s->log_likelihood = s->log_best = s->noise = (ms_sum){0, 0};
	memset(s->n, 0, mix->k * sizeof(*s->n));
	memset(s->s1, 0, mix->k * mix->d * sizeof(double));
	memset(s->s2, 0, ms_mix_squares(mix) * sizeof(double));
}

static void
add_sum(ms_sum *to, const ms_sum *from)
{
	ms_sum_add(to, from->sum);
	ms_sum_add(to, from->rest);
}

void
ms_mix_stats_add(ms_mix_stats *to, const ms_mix_stats *from, const ms_mix *mix)
{
	to->rows += from->rows;
	add_sum(&to->weight, &from->weight);
	add_sum(&to->log_likelihood, &from->log_likelihood);
	add_sum(&to->log_best, &from->log_best);
	add_sum(&to->noise, &from->noise);
	for (size_t j = 0; j < mix->k; j++)
		add_sum(&to->n[j], &from->n[j]);
	for (size_t i = 0; i < mix->k * mix->d; i++)
		to->s1[i] += from->s1[i];
	for (size_t i = 0; i < ms_mix_squares(mix); i++)
		to->s2[i] += from->s2[i];
}

static void
scale_sum(ms_sum *s, double factor)
{
	s->sum *= factor;
	s->rest *= factor;
}

void
ms_mix_stats_scale(ms_mix_stats *s, const ms_mix *mix, double factor)
{
	scale_sum(&s->weight, factor);
	scale_sum(&s->log_likelihood, factor);
	scale_sum(&s->log_best, factor);
	scale_sum(&s->noise, factor);
	for (size_t j = 0; j < mix->k; j++)
		scale_sum(&s->n[j], factor);
	for (size_t i = 0; i < mix->k * mix->d; i++)
		s->s1[i] *= factor;
	for (size_t i = 0; i < ms_mix_squares(mix); i++)
		s->s2[i] *= factor;
}

void
ms_mix_stats_add_own(ms_mix_stats *s, const ms_mix *mix, double weight)
{
	ms_sum_add(&s->weight, weight);
	ms_sum_add(&s->noise, weight * mix->noise);
	for (size_t j = 0; j < mix->k; j++)
	{
		double n = weight * mix->weights[j];
		double *s2 = s->s2;

		ms_sum_add(&s->n[j], n);
		if (mix->shape != MS_MIX_TIED)
			s2 += j * (ms_mix_squares(mix) / mix->k);
		for (size_t c = 0; c < mix->d; c++)
			s2[mix->shape == MS_MIX_DIAGONAL ? c : ms_packed_at(c, c)] += n;
	}
}

/* --- scratch -------------------------------------------------------------------------------- */

static size_t
tiled(size_t d)
{
	return (d + 3) & ~(size_t) 3;
}

/* Columns of a block in all: x, w, weighted, joint and y. */
static size_t
block_columns(ms_mix_shape shape, size_t k, size_t d)
{
	return shape == MS_MIX_DIAGONAL ? d + 1 + k : 2 * d + 1 + k + k * tiled(d);
}

static size_t
block_rows(ms_mix_shape shape, size_t k, size_t d)
{
	size_t rows = BLOCK_BYTES / sizeof(double) / block_columns(shape, k, d);

	rows -= rows % 64;
	return rows < LEAST_ROWS ? LEAST_ROWS : rows > MOST_ROWS ? MOST_ROWS : rows;
}

size_t
ms_mix_kernel_bytes(ms_mix_shape shape, size_t k, size_t d)
{
	size_t rows = block_rows(shape, k, d) + GUARD;

	return block_columns(shape, k, d) * rows * sizeof(double) + 16 * d * sizeof(double) + 4096;
}

ms_status
ms_mix_kernel_new(ms_ctx *ctx, ms_arena *arena, ms_mix_shape shape, size_t k, size_t d, ms_mix_kernel **out)
{
	ms_mix_kernel *kernel;
	size_t stride;

	(void) ctx;
	MS_TRY(MS_ZEROED(arena, 1, &kernel));
	kernel->shape = shape;
	kernel->k = k;
	kernel->rows = block_rows(shape, k, d);
	kernel->columns = tiled(d);
	stride = kernel->rows + GUARD;
	kernel->block.d = d;
	kernel->block.stride = stride;
	MS_TRY(MS_ALLOC(arena, d * stride, &kernel->block.x));
	MS_TRY(MS_ALLOC(arena, stride, &kernel->block.w));
	MS_TRY(MS_ALLOC(arena, k * stride, &kernel->joint));
	if (shape != MS_MIX_DIAGONAL)
	{
		MS_TRY(MS_ALLOC(arena, 16 * d, &kernel->block.centred));
		MS_TRY(MS_ALLOC(arena, d * stride, &kernel->block.weighted));
		MS_TRY(MS_ZEROED(arena, k * kernel->columns * stride, &kernel->y));
	}
	ms_mix_kernel_set_level(kernel, ms_mix_kernel_levels() - 1);
	*out = kernel;
	return MS_OK;
}

void
ms_mix_kernel_narrow(ms_mix_kernel *kernel, size_t d)
{
	kernel->columns = tiled(d);
	kernel->block.d = d;
}

size_t
ms_mix_kernel_rows(const ms_mix_kernel *kernel)
{
	return kernel->rows;
}

/* --- a block -------------------------------------------------------------------------------- */

static void
gather(ms_block *b, const ms_view *view, size_t from, size_t m)
{
	const ms_rows *rows = &view->rows;
	const double *centre = view->centre;
	const double *scale = view->scale;
	size_t stride = b->stride;
	size_t d = b->d;

	b->m = (m + 15) & ~(size_t) 15;
	for (size_t i = 0; i < m; i++)
	{
		const double *restrict row = rows->x + (from + i) * rows->stride;
		double *restrict x = b->x + i;

		b->w[i] = ms_rows_weight(rows, from + i);
		for (size_t c = 0; c < d; c++)
			x[c * stride] = (row[c] - centre[c]) * scale[c];
	}
	for (size_t i = m; i < b->m; i++)
	{
		b->w[i] = 0;
		for (size_t c = 0; c < d; c++)
			b->x[c * stride + i] = 0;
	}
}

/* Factor of component j in an array of them. */
static const double *
factor_of(const ms_mix *mix, const double *factors, size_t j)
{
	return mix->shape == MS_MIX_TIED ? factors
									 : factors + j * ms_mix_factor_size(mix->shape, mix->d);
}

static double *
y_of(const ms_mix_kernel *kernel, size_t j)
{
	return kernel->y + j * kernel->columns * kernel->block.stride;
}

/* Inner steps of one component in one of the two halves, in nanoseconds or so. */
static uint64_t
steps_of(const ms_mix_kernel *kernel)
{
	size_t d = kernel->block.d;

	return kernel->block.m * (1 + (kernel->shape == MS_MIX_DIAGONAL ? d / 8 : d * d / 32));
}

static ms_status
expect(ms_ctx *ctx, ms_mix_kernel *kernel, const ms_mix *mix, ms_mix_stats *stats)
{
	const ms_block *b = &kernel->block;
	double sums[3];

	for (size_t j = 0; j < mix->k; j++)
	{
		const double *mean = mix->means + j * mix->d;
		const double *inverse = factor_of(mix, mix->inverses, j);
		double *joint = kernel->joint + j * b->stride;

		MS_TRY(ms_tick(ctx, steps_of(kernel)));
		if (mix->shape == MS_MIX_DIAGONAL)
			kernel->loops->standardise(b, mean, inverse, mix->constants[j], joint);
		else
			kernel->loops->whiten(b, mean, inverse, mix->constants[j], y_of(kernel, j), joint);
	}
	kernel->loops->posterior(b, mix->k, mix->log_noise, kernel->joint, sums);
	ms_sum_add(&stats->log_likelihood, sums[0]);
	ms_sum_add(&stats->log_best, sums[1]);
	ms_sum_add(&stats->noise, sums[2]);
	return MS_OK;
}

static void
add_moments(ms_mix_kernel *kernel, const ms_mix *mix, size_t j, const double *weight,
			ms_mix_stats *stats)
{
	const ms_block *b = &kernel->block;
	size_t d = mix->d;
	double *s1 = stats->s1 + j * d;

	if (mix->shape == MS_MIX_DIAGONAL)
		kernel->loops->squares(b, weight, mix->means + j * d, mix->inverses + j * d, s1,
							   stats->s2 + j * d);
	else
		kernel->loops->moments(b, weight, y_of(kernel, j), s1,
							   stats->s2 +
								   (mix->shape == MS_MIX_TIED ? 0 : j * ms_packed_size(d)));
}

static ms_status
gather_moments(ms_ctx *ctx, ms_mix_kernel *kernel, const ms_mix *mix, ms_mix_stats *stats)
{
	const ms_block *b = &kernel->block;
	double weight = kernel->loops->total(b, b->w);

	for (size_t i = 0; i < b->m; i++)
		stats->rows += b->w[i] > 0;
	ms_sum_add(&stats->weight, weight);
	for (size_t j = 0; j < mix->k; j++)
	{
		const double *share = kernel->joint + j * b->stride;
		double n = kernel->loops->total(b, share);

		if (!(n > NO_SHARE * weight))
			continue;
		MS_TRY(ms_tick(ctx, steps_of(kernel)));
		ms_sum_add(&stats->n[j], n);
		add_moments(kernel, mix, j, share, stats);
	}
	return MS_OK;
}

ms_status
ms_mix_kernel_block(ms_ctx *ctx, ms_mix_kernel *kernel, const ms_mix *mix, const ms_view *view, size_t from,
				size_t m, ms_mix_stats *stats)
{
	gather(&kernel->block, view, from, m);
	MS_TRY(expect(ctx, kernel, mix, stats));
	return gather_moments(ctx, kernel, mix, stats);
}

ms_status
ms_mix_kernel_pass(ms_ctx *ctx, ms_mix_kernel *kernel, const ms_mix *mix, const ms_view *view,
			   ms_mix_stats *stats)
{
	for (size_t from = 0; from < view->rows.n; from += kernel->rows)
	{
		size_t left = view->rows.n - from;

		MS_TRY(ms_mix_kernel_block(ctx, kernel, mix, view, from,
							   left < kernel->rows ? left : kernel->rows, stats));
	}
	return MS_OK;
}
