/*
 * dominance.h: stochastic dominance of two samples on a line (one_dim.md, 10). First order:
 * F_a <= F_b everywhere. Second order: I_a <= I_b everywhere, I(t) = mean max(t - x, 0): all who are
 * averse to risk prefer a; with equal means b is then a spread of a. O(n + m), no memory.
 */
#ifndef MS_DOMINANCE_H
#define MS_DOMINANCE_H

#include "core/base/describe.h"

typedef struct ms_dominance
{
	int first;			/* 1: a dominates, -1: b, 0: neither, 2: equal */
	int second;
	bool spread;		/* second order with equal means */
	double most_a;		/* greatest I_a - I_b: what speaks against a; 0 for none */
	double at_a;		/* where; NaN for none */
	double most_b;		/* greatest I_b - I_a */
	double at_b;
	double almost;		/* int (I_a - I_b)+ / int |I_a - I_b|, NaN where they are equal */
} ms_dominance;

/* Two columns, n > 0. Differences below 1e-12 of the range count as none. */
extern ms_status ms_dominance_compare(ms_ctx *ctx, const ms_column *a, const ms_column *b,
									  ms_dominance *out);

#endif
