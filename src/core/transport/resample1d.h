/*
 * resample1d.h: W_p of two samples on a line under permutation and bootstrap. The pooled rows are
 * sorted once; each replicate is a sweep: O(B N).
 */
#ifndef MS_RESAMPLE1D_H
#define MS_RESAMPLE1D_H

#include "core/base/pair.h"
#include "core/transport/wasserstein1d.h"

/* Rows of both samples on a line, ascending. */
typedef struct ms_line1d
{
	size_t n;
	const double *x;    /* n, ascending, finite */
	const uint32_t *at; /* the row that each is of; NULL: row k is at k */
	const double *w;    /* > 0, of row i at w[i * stride]; NULL: 1 */
	size_t stride;
} ms_line1d;

/* The line of a pair of one column. 8 n bytes of the arena. */
extern ms_status ms_line1d_of(ms_ctx *ctx, ms_arena *arena, const ms_pair *pair, ms_line1d *out);

/* Rows dealt to two sides, again and again. 32 n bytes of the arena. MS_BAD_ARGUMENT "p". */
typedef struct ms_deal
{
	double p;
	double *x[2];
	double *upto[2];
	double total[2];
	size_t n[2];
} ms_deal;

extern ms_status ms_deal_new(ms_ctx *ctx, ms_arena *arena, size_t n, double p, ms_deal *out);

/* W_p where row i goes to side labels[i], counts[i] times (NULL: once); NaN: a side is empty. */
extern ms_status ms_deal_distance(ms_ctx *ctx, ms_deal *d, const ms_line1d *line,
								  const unsigned char *labels, const uint32_t *counts, double *out);

/* T = W_p. Scratch: 32 n bytes beside those of exchange.h. MS_BAD_ARGUMENT "p". */
extern ms_status ms_resample1d_test(ms_ctx *ctx, ms_arena *arena, const ms_line1d *line,
									const ms_labels *labels, double p, const ms_exchange_options *o,
									ms_permutation *out);

/* Good for samples that clearly differ: W_p is biased upward and never below 0 (one_dim.md, 5.1). */
extern ms_status ms_resample1d_interval(ms_ctx *ctx, ms_arena *arena, const ms_line1d *line,
										const ms_labels *labels, double p, double level,
										const ms_exchange_options *o, ms_bootstrap *out);

#endif
