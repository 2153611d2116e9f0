/*
 * bandwidth.h: bandwidths from the distances between rows, all of them pooled: what does not look
 * at the labels spoils no permutation test.
 *
 * All pairs where the rows stand for 2000 or less, else 20000 pairs at random, whose median is the
 * quantile of level 0.5 +- 0.007. Rows of integer weights count as so many rows (a pair of copies
 * is at 0); other weights draw pairs of different rows by their weight, always 20000.
 */
#ifndef MS_BANDWIDTH_H
#define MS_BANDWIDTH_H

#include "core/base/ctx.h"

/*
 * The median distance; where it is 0, that of the pairs that are apart; 0 where all rows are
 * equal: every statistic is then 0, whatever the bandwidth. Of an even number of pairs the mean of
 * the two in the middle. The rows are finite. MS_TOO_FEW "rows" without rows; MS_BAD_WEIGHT;
 * MS_TOO_LARGE "distance". Scratch: 16 MB at most, and n doubles.
 */
extern ms_status ms_bandwidth_median(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows,
									 uint64_t seed, double *out);

/*
 * A collection for tests that look at several at once (Schrab et al. 2023, without its floors,
 * which depend on units): geometric from half the 5% quantile to twice the greatest of the
 * distances that are not 0; out[count], count >= 2; all 0 where all rows are equal.
 */
extern ms_status ms_bandwidth_collection(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows,
										 uint64_t seed, size_t count, double *out);

#endif
