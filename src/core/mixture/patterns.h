/*
 * patterns.h: the E step of rows with gaps, missing at random (gmm.md, section 9): rows are grouped
 * by which columns they have, and each group goes through the kernel in its own columns.
 *
 * In whitened coordinates the expected statistics are simple: with the rows of L that are observed
 * as L_o Q, L_o lower triangular and Q of orthonormal rows, an observed part whitened by L_o as z
 * stands for the whole row Q' z, with the conditional covariance I - Q' Q. So the M step and all
 * families are those of complete rows.
 */
#ifndef MS_PATTERNS_H
#define MS_PATTERNS_H

#include "core/mixture/kernel.h"

typedef struct ms_pattern
{
	size_t nd;
	const uint32_t *dims; /* nd columns that are there, ascending */
	ms_rows rows;		  /* of these columns alone */
} ms_pattern;

typedef struct ms_patterns
{
	size_t n;
	ms_pattern *patterns;
	uint64_t empty; /* rows of gaps alone, of positive weight, in no pattern */
	ms_mix part;	/* scratch: the mixture of a pattern's columns and its statistics */
	ms_mix_stats stats;
	double *q;		/* L_o and Q of each factor, d x d each */
	double *centre; /* d, as are the next */
	double *scale;
} ms_patterns;

/* Copies the rows, group by group: n (d + 1) doubles, and as much again while they are sorted. */
extern ms_status ms_patterns_new(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows,
								 const ms_mix *mix, ms_patterns *out);
extern size_t ms_patterns_bytes(size_t n, size_t k, size_t d);

/*
 * ms_mix_kernel_pass over all groups, the columns centred and scaled as those of the view. A group
 * costs k d^3 beside its rows.
 */
extern ms_status ms_patterns_pass(ms_ctx *ctx, ms_patterns *p, ms_mix_kernel *kernel, const ms_mix *mix,
								  const ms_view *view, ms_mix_stats *stats);

/* The mixture of the columns dims, of the same shape; part->q as in ms_patterns. For tests. */
extern ms_status ms_patterns_marginal(ms_ctx *ctx, ms_patterns *p, const ms_mix *mix,
									  const ms_pattern *pattern);

#endif
