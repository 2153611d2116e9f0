/*
 * draw.h: rows drawn with probability in proportion to a score, and totals that they estimate
 * without bias (Hansen & Hurwitz 1943; Horvitz & Thompson 1952). Coins are functions of the seed
 * and of the key of a unit, or of the number of a draw: never of the order of rows.
 */
#ifndef MS_DRAW_H
#define MS_DRAW_H

#include "core/base/ctx.h"

/* Scores must be finite and at least 0: MS_BAD_ARGUMENT "score" (index = unit from 1, got). */

/*
 * `size` independent draws, unit i with p[i] = score / sum at each; counts[n]. All scores 0 count
 * as equal. size >= 1.
 */
extern ms_status ms_draw_replacement(ms_ctx *ctx, const double *scores, size_t n, size_t size,
									 int64_t seed, double *p, uint32_t *counts);

/*
 * Inclusion probabilities pi[i] = min(1, c score[i]) of sum `size`; all that have a score when they
 * are no more than that. All scores 0 count as equal.
 */
extern ms_status ms_draw_inclusion(ms_ctx *ctx, const double *scores, size_t n, size_t size,
								   double *pi);

/* Each unit by a coin of its own (Poisson sampling); counts[n] of 0 and 1. */
extern ms_status ms_draw_poisson(ms_ctx *ctx, const uint64_t *keys, const double *pi, size_t n,
								 int64_t seed, uint32_t *counts);

/* The `size` greatest scores, ties to the lower unit: no draw. */
extern ms_status ms_draw_top(ms_ctx *ctx, const double *scores, size_t n, size_t size,
							 uint32_t *counts);

/*
 * The total of values y over all units, by n of them. With replacement: y[i] was drawn w[i] times
 * with p[i] at each; std_error is NaN for one draw. Poisson: w[i] units of value y[i] were drawn that
 * had the probability p[i]. w may be NULL for 1.
 */
typedef struct ms_total
{
	double estimate;
	double std_error;
} ms_total;

extern ms_total ms_total_replacement(const double *y, const double *p, const double *w, size_t n);
extern ms_total ms_total_poisson(const double *y, const double *p, const double *w, size_t n);

/* The normal interval of a total. */
extern void ms_total_interval(const ms_total *total, double level, double *lower, double *upper);

#endif
