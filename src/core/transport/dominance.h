/*
 * dominance.h: stochastic dominance of two samples on a line (one_dim.md, 10). First order:
 * F_a <= F_b everywhere. Second order: I_a <= I_b everywhere, I(t) = mean max(t - x, 0): all who
 * are averse to risk prefer a; with equal means b is then a spread of a. O(n + m), no memory.
 */
#ifndef MS_DOMINANCE_H
#define MS_DOMINANCE_H

#include "core/base/describe.h"

typedef struct ms_dominance
{
	int first; /* 1: a dominates, -1: b, 0: neither, 2: equal */
	int second;
	bool spread;   /* second order with equal means */
	double most_a; /* greatest I_a - I_b: what speaks against a; 0 for none */
	double at_a;   /* where; NaN for none */
	double most_b; /* greatest I_b - I_a */
	double at_b;
	double almost; /* int (I_a - I_b)+ / int |I_a - I_b|, NaN where they are equal */
} ms_dominance;

/*
 * Two columns, n > 0. Differences below 1e-12 of the range count as none. MS_TOO_LARGE "distance"
 * when the range is no double; the same of the test.
 */
extern ms_status ms_dominance_compare(ms_ctx *ctx, const ms_column *a, const ms_column *b,
									  ms_dominance *out);

/*
 * Test of H0: a dominates b in second order (Barrett & Donald 2003), by T = max (I_a - I_b)+ times
 * sqrt(n_a n_b / (n_a + n_b)) and its law under the least favourable null, bootstrap of both
 * samples, recentred. A small p speaks against dominance. n_a, n_b: rows that the weights stand for. Scratch: 4 (n + m)
 * doubles; O(replicates (n + m)). MS_BAD_ARGUMENT "replicates"; MS_TOO_LARGE "points" from 2^32 on.
 */
typedef struct ms_dominance_p
{
	double statistic;
	double p_value;   /* (1 + count) / (replicates + 1) */
	double null_mean; /* of the statistic under the null */
	double null_sd;   /* NaN of one replicate */
} ms_dominance_p;

extern ms_status ms_dominance_test(ms_ctx *ctx, ms_arena *arena, const ms_column *a,
								   const ms_column *b, double n_a, double n_b, int64_t replicates,
								   uint64_t seed, ms_dominance_p *out);

#endif
