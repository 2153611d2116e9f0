/*
 * correlation.h: correlation clustering (Bansal, Blum & Chawla 2004): pairs that pull together and
 * pairs that push apart, each with a weight, into as many clusters as cost least. The cost is the
 * weight of pulling pairs that are cut and of pushing pairs that are not. A pair that is not there
 * says nothing.
 */
#ifndef MS_CORRELATION_H
#define MS_CORRELATION_H

#include "core/medoids/pairs.h"

/* Both ways of every pair: neighbours of i at start[i] .. start[i + 1], ascending. */
typedef struct ms_pull
{
	size_t n;
	size_t *start;   /* n + 1 */
	uint32_t *other; /* neighbours */
	float *w;        /* above 0 pulls together, below 0 pushes apart */
	double noise;    /* a gain up to this is rounding */
} ms_pull;

/*
 * Of distances: a pair pulls by threshold - distance, times its weight in `weights` (a value of the
 * same ids, or NULL for 1). MS_MISMATCH: "ids" as ms_pairs_visit says of weights.
 */
extern ms_status ms_pull_new(ms_ctx *ctx, ms_arena *arena, const ms_places *places,
							 double threshold, const ms_dissimilarity *weights, size_t weights_size,
							 ms_pull *out);

/* Bytes of one of so many ids and pairs. */
extern size_t ms_pull_bytes(size_t n, size_t pairs);

typedef struct ms_correlation_options
{
	int n_init;
	int64_t seed;
	bool moves; /* else the pivots alone */
} ms_correlation_options;

typedef struct ms_correlation
{
	uint32_t *labels; /* n, from 0 by the first id of each cluster */
	uint32_t k;
	double cost;
	uint32_t starts_at_best;
} ms_correlation;

/*
 * Pivots in random order take what pulls to them (Ailon, Charikar & Newman 2008: expected cost at
 * most 3 times the least where all pairs are there with equal weights); then single ids move and
 * clusters merge as long as that lowers the cost. The best of n_init starts, ties to the labels
 * that come first. MS_BAD_ARGUMENT: "n_init".
 */
extern ms_status ms_correlation_fit(ms_ctx *ctx, ms_arena *arena, const ms_pull *p,
									const ms_correlation_options *o, ms_correlation *out);

/* What id i costs in these labels: each pair costs both of its ids, half the sum is the cost. */
extern double ms_correlation_cost(const ms_pull *p, const uint32_t *labels, size_t i);

#endif
