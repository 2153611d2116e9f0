/*
 * null.h: is an MMD more than chance, beside permutation (core/base/exchange.h over labelled.h):
 * by the exact moments of the permutation statistic, by a split that needs no permutation, and over
 * several kernels at one level.
 */
#ifndef MS_NULL_H
#define MS_NULL_H

#include "core/base/exchange.h"
#include "core/mmd/labelled.h"

/*
 * Mean and variance of Q = sum_ij A_ij B_pi(i)pi(j) over all permutations pi, exact, A and B
 * symmetric and centred (Kazi-Aoual et al. 1995; mmd.md, 9.2), and P(Gamma >= q) for the gamma
 * distribution with these. a->weight = b->weight = N. p_value NaN below N = 4; 1 where Q is constant.
 * The gamma's tail is too light: below 0.001 the p-value is an approximation.
 */
typedef struct ms_gamma_test
{
	double statistic;
	double p_value;
	double null_mean;
	double null_sd;
} ms_gamma_test;

extern void ms_gamma_of(const ms_gram_moments *a, const ms_gram_moments *b, double q,
						ms_gamma_test *out);

/* V against all exchanges of rows, at n^2 / 2 kernel values beyond those of the estimate. */
extern ms_status ms_mmd_gamma(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd,
							  const ms_mmd_estimate *e, ms_gamma_test *out);

/*
 * Cross MMD (Shekhar, Kim & Ramdas 2022): halves of both samples, the witness of the second halves
 * at the rows of the first; n^2 / 4 kernel values. p one-sided, normal; NaN where a sample has
 * fewer than 4 rows, or all is equal. As powerful as a permutation test of half the rows.
 */
typedef struct ms_mmd_cross
{
	double estimate;  /* of MMD^2, without bias */
	double std_error; /* divisor n - 1 */
	double z;
	double p_value;
} ms_mmd_cross;

extern ms_status ms_mmd_cross_of(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd,
								 const ms_mmd_copies *copies, ms_mmd_cross *out);

/*
 * MMDAgg (Schrab et al. 2023) in min-p form: V of each kernel gets its own permutation p-value
 * from one set of labellings, T = min_l p_l / w_l, and T its p-value from a second set. Exact at
 * any n. o->replicates labellings in each; o->batch and o->slack are not read. The kernels may
 * differ in anything. Memory: (kernels + 1) replicates doubles beside what a permutation test needs.
 */
typedef struct ms_mmd_aggregate
{
	double p_value;
	double p_min; /* the least that could have come out */
	int64_t replicates;
	bool exact;
	size_t best;      /* the kernel with the least p_l / w_l, from 0 */
	double *v;        /* of each kernel, as observed */
	double *p_values; /* of each kernel, adjusted for all of them: the least is p_value */
} ms_mmd_aggregate;

/* weights: above 0, or NULL for equal ones. MS_BAD_WEIGHT (index = kernel). */
extern ms_status ms_mmd_aggregate_of(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd,
									 const ms_kernel *kernels, size_t n_kernels,
									 const double *weights, const ms_labels *labels,
									 const ms_exchange_options *o, ms_mmd_aggregate *out);

#endif
