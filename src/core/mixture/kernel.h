/*
 * kernel.h: the E and M steps of a block of rows, the one inner loop of every fit, update and
 * score of a mixture.
 *
 * Statistics are those of y = L_j^-1 (x - m_j), the row whitened by the component it is weighed
 * for (gmm.md, 4.2, with the old mean as the shift): nothing cancels, whatever the mean or the
 * condition of the covariance, the new one is L_j (S2 / N - d d') L_j', and statistics of parts of
 * the rows merge by plain addition.
 *
 * Cost of a row: k d (d + 3) multiply-adds with factors, 4 k d with diagonals, k exponentials.
 * Memory: about 512 kB of scratch, so that a block never leaves the L2 cache.
 */
#ifndef MS_MIX_KERNEL_H
#define MS_MIX_KERNEL_H

#include "core/base/seeding.h"
#include "core/base/sums.h"

/*
 * A mixture as the kernel takes it. DIAGONAL: factors and inverses are k x d standard deviations
 * and their reciprocals. Else they are row-major d x d lower triangles with zeros above, k of
 * them, or one that all components share (TIED).
 */
typedef enum ms_mix_shape
{
	MS_MIX_FULL,
	MS_MIX_TIED,
	MS_MIX_DIAGONAL
} ms_mix_shape;

typedef struct ms_mix
{
	ms_mix_shape shape;
	size_t k;
	size_t d;
	double *weights;   /* k */
	double *means;	   /* k x d */
	double *factors;   /* L */
	double *inverses;  /* L^-1 */
	double *constants; /* k: log w_j - d/2 log 2 pi - log det L_j */
	double noise;	   /* weight of a uniform background; 0 for none */
	double *log_sides; /* d, their sum is its log volume; NULL for none */
	double log_noise;  /* log(noise / volume), -inf for none */
} ms_mix;

/* What EM needs of rows under a mixture. */
typedef struct ms_mix_stats
{
	uint64_t rows;		   /* of positive weight */
	ms_sum weight;		   /* of all rows */
	ms_sum log_likelihood; /* sum w_i log p(x_i) */
	ms_sum log_best;	   /* sum w_i log max_j r_ij, for ICL */
	ms_sum noise;		   /* sum w_i times the posterior of the background */
	ms_sum *n;			   /* k: sum w_i r_ij */
	double *s1;			   /* k x d: sum w_i r_ij y */
	double *s2;			   /* sum w_i r_ij y y': packed triangles, k or one; or k x d squares */
} ms_mix_stats;

/* Factors in a mixture of this shape, and doubles in one of them. */
static inline size_t
ms_mix_factors(ms_mix_shape shape, size_t k)
{
	return shape == MS_MIX_TIED ? 1 : k;
}

static inline size_t
ms_mix_factor_size(ms_mix_shape shape, size_t d)
{
	return shape == MS_MIX_DIAGONAL ? d : d * d;
}

extern ms_status ms_mix_new(ms_arena *arena, ms_mix_shape shape, size_t k, size_t d, ms_mix *out);
extern void ms_mix_copy(ms_mix *to, const ms_mix *from); /* of one shape and size */

extern ms_status ms_mix_stats_new(ms_arena *arena, const ms_mix *mix, ms_mix_stats *out);
/* Doubles in s2. */
extern size_t ms_mix_squares(const ms_mix *mix);
extern void ms_mix_stats_clear(ms_mix_stats *s, const ms_mix *mix);
extern void ms_mix_stats_add(ms_mix_stats *to, const ms_mix_stats *from, const ms_mix *mix);

/* As if every weight were `factor` times what it is. */
extern void ms_mix_stats_scale(ms_mix_stats *s, const ms_mix *mix, double factor);

/* Adds what rows of that weight would give that are distributed exactly as the mixture. */
extern void ms_mix_stats_add_own(ms_mix_stats *s, const ms_mix *mix, double weight);

typedef struct ms_mix_kernel ms_mix_kernel;

/* Scratch for mixtures of this shape and size. Bytes: ms_mix_kernel_bytes. */
extern ms_status ms_mix_kernel_new(ms_ctx *ctx, ms_arena *arena, ms_mix_shape shape, size_t k, size_t d,
							   ms_mix_kernel **out);
extern size_t ms_mix_kernel_bytes(ms_mix_shape shape, size_t k, size_t d);

/* Makes the kernel one of mixtures in d columns, at most those that it was made for. */
extern void ms_mix_kernel_narrow(ms_mix_kernel *kernel, size_t d);

/* Rows that one block holds. */
extern size_t ms_mix_kernel_rows(const ms_mix_kernel *kernel);

/* Adds rows from .. from + m - 1 of the view, m <= ms_mix_kernel_rows, to stats. */
extern ms_status ms_mix_kernel_block(ms_ctx *ctx, ms_mix_kernel *kernel, const ms_mix *mix,
								 const ms_view *view, size_t from, size_t m, ms_mix_stats *stats);

/* Adds all rows of the view. */
extern ms_status ms_mix_kernel_pass(ms_ctx *ctx, ms_mix_kernel *kernel, const ms_mix *mix,
								const ms_view *view, ms_mix_stats *stats);

/*
 * The same loops are compiled for several instruction sets, the widest that the processor has is
 * taken: tests and benchmarks may choose another, 0 (any processor) .. ms_mix_kernel_levels() - 1.
 */
extern int ms_mix_kernel_levels(void);
extern const char *ms_mix_kernel_level_name(int level);
extern void ms_mix_kernel_set_level(ms_mix_kernel *kernel, int level);

#endif
