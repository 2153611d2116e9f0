/*
 * mmd.h: maximum mean discrepancy of two samples under a kernel (Gretton et al. 2012), and energy
 * distance, which is the V-statistic of the energy kernel (Szekely & Rizzo 2013).
 *
 *     V = Sxx / m^2 + Syy / n^2 - 2 Sxy / (m n)
 *     U = (Sxx - Dx) / (m (m - 1)) + (Syy - Dy) / (n (n - 1)) - 2 Sxy / (m n)
 *
 * with sums S of the kernel over blocks and D over diagonals. V >= 0 for all kernels but rounding;
 * U is unbiased and may be negative.
 *
 * A weight is a frequency: a row of weight 3 is three rows. Where `importance` is set, weights are
 * those of a sampling scheme: U leaves the pairs of a row with itself out, w_i^2 of them, and rows
 * are what is counted in its error.
 */
#ifndef MS_MMD_H
#define MS_MMD_H

#include "core/mmd/gram.h"
#include "core/mmd/line.h"

/* Two samples ready to be compared. */
typedef struct ms_mmd
{
	ms_rows rows;   /* as given: those of X, then those of Y */
	ms_cloud cloud; /* the same, packed */
	size_t m;       /* rows of X */
	ms_kernel kernel;
	bool importance;
	const uint32_t *order; /* of numbers on a line; else NULL */
	const ms_line *line;   /* where sweeps do what passes over the Gram matrix do; else NULL */
	double weight[2];
	double squares[2]; /* sums of squared weights */
} ms_mmd;

/*
 * pool: m rows of X, then the rows of Y. order: the rows ascending, where there is one column
 * (ms_pair.at), or NULL; it makes laplace, matern and energy O(n). Memory: (n + 239) (d + 3)
 * doubles. MS_BAD_ARGUMENT of ms_kernel_check; MS_TOO_FEW "rows" for a sample without rows or
 * weight; MS_NOT_FINITE, MS_BAD_WEIGHT (index = row of the pool), MS_TOO_LARGE "distance".
 */
extern ms_status ms_mmd_new(ms_ctx *ctx, ms_arena *arena, const ms_rows *pool, size_t m,
							const ms_kernel *kernel, bool importance, const uint32_t *order,
							ms_mmd *out);

/* The same samples under another kernel; the points are shared. `out` may be `mmd`. */
extern ms_status ms_mmd_with(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd,
							 const ms_kernel *kernel, ms_mmd *out);

typedef struct ms_mmd_estimate
{
	double v;         /* biased: its root is the distance */
	double mmd;       /* sqrt(max(v, 0)) */
	double u;         /* unbiased; NaN where a sample has a weight of 1 or less */
	double std_error; /* of u, where the distributions differ (normal limit; NOT valid under the
						 null: no test); NaN where u is, too */
	double scale;    /* of the three terms that v is the difference of: ms_exchange_options.slack */
	double block[3]; /* Sxx, Sxy, Syy */
	double *sums;    /* n: of w_j k(x_i, x_j) over the pool; in the arena */
	double *witness; /* n, of the pool's rows: mean k(., X) - mean k(., Y) there; in the arena */
} ms_mmd_estimate;

/* n^2 / 2 kernel values, O(n) on a line. MS_TOO_LARGE "kernel". Scratch: 3 n doubles. */
extern ms_status ms_mmd_estimate_of(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd,
									ms_mmd_estimate *out);

/*
 * ms_counted (exchange.h) of an ms_mmd: V where row i of the pool is there counts[i] times, NaN where
 * a sample is left without rows. n^2 / 2 kernel values.
 */
extern ms_status ms_mmd_counted(ms_ctx *ctx, void *mmd, const uint32_t *counts, double *out);

/* --- estimators of O(n) and O(n b) kernel values ------------------------------------------- */

/*
 * The rows of both samples as the numbers of pool rows, a row of weight w w times: what is split,
 * paired or cut into blocks. In the pool's order until they are shuffled: rows that come sorted
 * MUST be shuffled first, else linear, block and cross reject a true null.
 * MS_BAD_WEIGHT "frequency" where a weight is no integer (index = row); MS_TOO_LARGE "rows" beyond 2^32.
 */
typedef struct ms_mmd_copies
{
	size_t n[2];
	uint32_t *row[2];
} ms_mmd_copies;

extern ms_status ms_mmd_copies_of(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd,
								  ms_mmd_copies *out);
extern void ms_mmd_shuffle(ms_mmd_copies *copies, uint64_t seed);

typedef struct ms_mmd_parts
{
	double mean; /* of the parts: estimates MMD^2 without bias */
	double std_error;
	double p_value; /* one-sided: normal (linear), t with parts - 1 degrees of freedom (block) */
	size_t parts;
	size_t block; /* rows of X in a block; 2 for linear */
} ms_mmd_parts;

/*
 * linear: pairs of rows, k(x, x') + k(y, y') - k(x, y') - k(x', y) (Gretton et al. 2012, 6). block: U
 * within blocks of `block` rows of the smaller sample (0: the root of their number), and as many
 * of the other as the number of blocks leaves (Zaremba, Gretton & Blaschko 2013). All NaN and
 * parts = 0 or 1 where there are fewer than two parts. MS_BAD_ARGUMENT "block": 1.
 */
extern ms_status ms_mmd_linear(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd,
							   const ms_mmd_copies *copies, ms_mmd_parts *out);
extern ms_status ms_mmd_block(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd,
							  const ms_mmd_copies *copies, size_t block, ms_mmd_parts *out);

/* --- all pairs of many samples -------------------------------------------------------------- */

/*
 * Rows of `groups` samples one after the other, group g from begin[g] on: out[groups * groups],
 * V of each pair, 0 on the diagonal. Its root is mmd, as it is the energy distance. MS_TOO_FEW
 * "rows" (index = group from 1) for one without weight.
 */
extern ms_status ms_mmd_matrix(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows,
							   const ms_kernel *kernel, const size_t *begin, size_t groups,
							   double *out);

#endif
