/*
 * resample1d.h: is the difference of two samples on a line more than chance (permutation of
 * labels), and how well is W_p known (bootstrap)? The pooled rows are sorted once; each replicate
 * is a sweep: O(B N).
 */
#ifndef MS_RESAMPLE1D_H
#define MS_RESAMPLE1D_H

#include "core/transport/wasserstein1d.h"

typedef enum ms_exchange
{
	MS_EXCHANGE_ROWS,	 /* labels of rows */
	MS_EXCHANGE_PAIRS,	 /* labels swap within a unit */
	MS_EXCHANGE_CLUSTERS /* units change their label as wholes */
} ms_exchange;

/* Both samples together. */
typedef struct ms_pool
{
	size_t n;
	const double *x;			/* n, ascending, finite */
	const double *w;			/* n, > 0; NULL: 1 */
	const unsigned char *label; /* n, 0 (a) or 1 (b); both occur */
	const uint32_t *unit;		/* n, below units; NULL with rows */
	size_t units;
} ms_pool;

typedef struct ms_permutation
{
	double statistic;
	double p_value; /* (1 + count) / (B + 1), or of all labellings, of which the observed is one */
	double p_min;	/* the least that could have come out */
	double null_mean;
	double null_sd;
	int64_t replicates;
	bool exact; /* every labelling was looked at, because there are no more than replicates */
} ms_permutation;

/*
 * T = W_p. Scratch: 5 n doubles. MS_BAD_ARGUMENT "p", "replicates"; MS_MISMATCH "clusters" when a
 * unit has rows of both labels, "pairs" when one lacks a label (index = row).
 */
extern ms_status ms_resample1d_test(ms_ctx *ctx, ms_arena *arena, const ms_pool *pool, double p,
									ms_exchange exchange, int64_t replicates, uint64_t seed,
									ms_permutation *out);

typedef struct ms_bootstrap
{
	double estimate;
	double std_error;
	double lower; /* percentiles */
	double upper;
	int64_t replicates;
} ms_bootstrap;

/*
 * Rows, pairs or clusters are drawn with replacement, rows and clusters within each sample. Good
 * for samples that clearly differ; W_p is biased upward and never below 0 (one_dim.md, 5.1).
 * Scratch: 5 n + replicates doubles. MS_BAD_ARGUMENT "level", too.
 */
extern ms_status ms_resample1d_interval(ms_ctx *ctx, ms_arena *arena, const ms_pool *pool, double p,
										ms_exchange exchange, double level, int64_t replicates,
										uint64_t seed, ms_bootstrap *out);

#endif
