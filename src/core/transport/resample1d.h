/*
 * resample1d.h: W_p of two samples on a line under permutation and bootstrap. The pooled rows are
 * sorted once; each replicate is a sweep: O(B N).
 */
#ifndef MS_RESAMPLE1D_H
#define MS_RESAMPLE1D_H

#include "core/base/pair.h"
#include "core/transport/wasserstein1d.h"

/* Both samples together, ascending. */
typedef struct ms_pool
{
	const double *x; /* labels.n, finite */
	const double *w; /* > 0; NULL: 1 */
	ms_labels labels;
} ms_pool;

/* A pair of one column. 21 n bytes of the arena. */
extern ms_status ms_resample1d_pool(ms_ctx *ctx, ms_arena *arena, const ms_pair *pair,
									ms_pool *out);

/* T = W_p. Scratch: 32 n bytes beside those of exchange.h. MS_BAD_ARGUMENT "p". */
extern ms_status ms_resample1d_test(ms_ctx *ctx, ms_arena *arena, const ms_pool *pool, double p,
									const ms_exchange_options *o, ms_permutation *out);

/* Good for samples that clearly differ: W_p is biased upward and never below 0 (one_dim.md, 5.1). */
extern ms_status ms_resample1d_interval(ms_ctx *ctx, ms_arena *arena, const ms_pool *pool, double p,
										double level, const ms_exchange_options *o,
										ms_bootstrap *out);

#endif
