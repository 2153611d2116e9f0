/*
 * levels1d.h: what is read off parts of the levels of quantile functions: distances without the
 * tails, and means of blocks. Columns as in wasserstein1d.h, n > 0. No memory.
 */
#ifndef MS_LEVELS1D_H
#define MS_LEVELS1D_H

#include "core/transport/wasserstein1d.h"

/*
 * Trimmed W_p (Munk & Czado 1998): the root of the mean of |Q_a - Q_b|^p over the levels from
 * `trim` to 1 - trim. Of p = infinity the greatest |Q_a - Q_b| there. trim = 0 is W_p.
 * MS_BAD_ARGUMENT "p"; "trim" unless 0 <= trim < 1/2. MS_TOO_LARGE "distance".
 */
extern ms_status ms_levels1d_trimmed(ms_ctx *ctx, const ms_column *a, const ms_column *b, double p,
									 double trim, double *out);

/*
 * out[bins]: means of the quantile function over bins of equal mass, ascending: the `bins` points
 * of equal mass that are nearest to the column in W2 (one_dim.md, 9.3). For two columns
 * |out_a - out_b| / sqrt(bins) is at most W2, and comes to it as bins grow; it is W2 for columns
 * without weights whose n divides bins. O(n + bins).
 */
extern ms_status ms_levels1d_means(ms_ctx *ctx, const ms_column *c, size_t bins, double *out);

#endif
