/*
 * leverage.h: rows of a design matrix A (n x m) for a regression: leverage scores, and volume
 * sampling (Derezinski, Warmuth & Hsu 2018; Nouy & Michel, arXiv 2312.14057): m rows by the
 * determinantal process with P(S) = det(A_S)^2 / det(A'A), and further ones one by one with the
 * probability l_i / m. Least squares of the rows drawn, weighted by 1 / l_i, is without bias.
 */
#ifndef MS_LEVERAGE_H
#define MS_LEVERAGE_H

#include "core/selection/units.h"

typedef struct ms_design
{
	size_t n;
	size_t m;
	const double *q;        /* m x n: columns of an orthonormal basis of A's columns */
	const double *leverage; /* n: squared lengths of its rows; their sum is m */
} ms_design;

/*
 * Columns of the units as A, rows times the root of their weight: O(n m^2). MS_BAD_ARGUMENT "rank"
 * (got, wanted = m).
 */
extern ms_status ms_design_new(ms_ctx *ctx, ms_arena *arena, const ms_units *units, ms_design *out);

/* How often each row is drawn, counts[n], `size` >= m in all: MS_BAD_ARGUMENT "size" (wanted = m). */
extern ms_status ms_volume_sample(ms_ctx *ctx, const ms_design *design, const uint64_t *keys,
								  size_t size, int64_t seed, uint32_t *counts);

#endif
