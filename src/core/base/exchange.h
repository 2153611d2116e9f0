/*
 * exchange.h: is the difference of two samples more than chance (a permutation test), and how well
 * is it known (a bootstrap)? What may be exchanged under the null is told once; a family gives
 * its statistic of labelled rows.
 *
 *     rows      any row may have either label
 *     pairs     the labels within a unit swap, all of them together
 *     clusters  the rows of a unit have one label, and change it together
 *     strata    rows change labels within their unit
 *
 * A row counts once in an exchange whatever it weighs: its weight goes with it.
 */
#ifndef MS_EXCHANGE_H
#define MS_EXCHANGE_H

#include "core/base/ctx.h"

typedef enum ms_exchange
{
	MS_EXCHANGE_ROWS,
	MS_EXCHANGE_PAIRS,
	MS_EXCHANGE_CLUSTERS,
	MS_EXCHANGE_STRATA
} ms_exchange;

/* Rows of both samples. */
typedef struct ms_labels
{
	size_t n;                   /* at most 2^32 - 1 */
	const unsigned char *label; /* n: 0 (a) or 1 (b); both occur */
	const uint32_t *unit;       /* n, below `units`; NULL with rows */
	size_t units;
	ms_exchange exchange;
} ms_labels;

/*
 * The statistic under each of `count` labellings: label i of labelling b is labels[b * n + i];
 * out[count]. NaN where there is none, because a side is empty: such labellings are left out.
 */
typedef ms_status (*ms_labelled)(ms_ctx *ctx, void *of, const unsigned char *labels, size_t count,
								 double *out);

typedef struct ms_permutation
{
	double statistic; /* as observed, by the same function */
	double p_value; /* (1 + count) / (B + 1), or of all labellings, of which the observed is one */
	double p_min;   /* the least that could have come out */
	double null_mean;
	double null_sd;
	int64_t replicates;
	bool exact; /* every labelling was looked at, because there are no more than replicates */
} ms_permutation;

/*
 * Great statistics speak against the null; those that differ by 1e-12 of the observed one, or of
 * `slack`, are ties (slack: the size of the terms that a statistic near 0 is the difference of; 0
 * where there are none). `batch` labellings are evaluated together. Scratch: (batch + 9) n
 * bytes. MS_BAD_ARGUMENT "replicates"; MS_MISMATCH "clusters" when a unit has rows of both labels,
 * "pairs" when one lacks a label (index = row, unit from 1); MS_TOO_LARGE "points".
 */
typedef struct ms_exchange_options
{
	int64_t replicates; /* at least 1 */
	uint64_t seed;
	size_t batch; /* at least 1 */
	double slack;
} ms_exchange_options;

extern ms_status ms_exchange_test(ms_ctx *ctx, ms_arena *arena, const ms_labels *labels,
								  ms_labelled statistic, void *of, const ms_exchange_options *o,
								  ms_permutation *out);

/* The estimate where row i is there counts[i] times; NaN where a side is empty. */
typedef ms_status (*ms_counted)(ms_ctx *ctx, void *of, const uint32_t *counts, double *out);

typedef struct ms_bootstrap
{
	double estimate;
	double std_error;
	double lower; /* percentiles */
	double upper;
	int64_t replicates; /* that had an estimate */
} ms_bootstrap;

/*
 * Rows, pairs or clusters are drawn with replacement: rows and clusters within each sample, pairs
 * as wholes, rows of strata within unit and sample. Scratch: 13 n + 8 replicates bytes.
 * MS_BAD_ARGUMENT "level", too; MS_TOO_FEW when no replicate has an estimate.
 */
extern ms_status ms_exchange_interval(ms_ctx *ctx, ms_arena *arena, const ms_labels *labels,
									  ms_counted estimate, void *of, double level,
									  const ms_exchange_options *o, ms_bootstrap *out);

#endif
