/*
 * thin_parts.h: the steps of thinning, for the files of thinning. Points are given in the order in
 * which they are paired: a seeded shuffle of the rows.
 */
#ifndef MS_THIN_PARTS_H
#define MS_THIN_PARTS_H

#include "core/mmd/thin.h"
#include "core/mmd/thin_points.h"

/* What splits: the sum of one or two kernels, each times a factor; swaps take `target`. */
typedef struct ms_splitter
{
	ms_kernel target;
	ms_kernel part[2];
	size_t parts;
	bool by_target; /* the only part is the target */
	uint64_t seed;
} ms_splitter;

/* MS_BAD_ARGUMENT, what = "split" (kernel without such a power), "alpha". */
extern ms_status ms_splitter_new(ms_ctx *ctx, const ms_thin_options *o, const ms_kernel *target,
								 ms_splitter *out);

/*
 * KT-SPLIT (Dwivedi & Mackey 2024, algorithm 1a): lists[2^rounds * length] gets 2^rounds disjoint
 * lists of length = floor(.. floor(n / 2) .. / 2) indices of points. sums[n], where not NULL and
 * the target splits, gets sum_j k(x_i, x_j). Scratch from the arena. About n^2 kernel values.
 */
extern ms_status ms_thin_split_rounds(ms_ctx *ctx, ms_arena *arena, const ms_splitter *s,
									  const ms_cloud *points, size_t rounds, double delta,
									  uint64_t stream, uint32_t *lists, double *sums,
									  uint64_t *failures);

/* The coin of one pair (eq. 8 and 9): sig2 before and after it, and the probability that S gets q. */
extern double ms_thin_coin(double b2, double al, double lam, double *sig2, bool *fails);

/*
 * KT-SWAP (algorithm 1b) of the candidates lists[candidates * step], the first `size` of each, to
 * the points whose mean embedding at point i is means[i]: the best, then each of its rows in turn
 * swapped for the best of all points, into chosen[size]. *mmd2 is less the constant of the points.
 * (candidates + 3) n size kernel values at most.
 */
typedef struct ms_swap
{
	const ms_cloud *points;
	const ms_kernel *kernel;
	const double *means; /* n */
	bool unique;
} ms_swap;

extern ms_status ms_thin_score(ms_ctx *ctx, ms_arena *arena, const ms_swap *s, const uint32_t *list,
							   size_t size, double *mmd2);
extern ms_status ms_thin_refine(ms_ctx *ctx, ms_arena *arena, const ms_swap *s, uint32_t *chosen,
								size_t size);

/* Compress (Shetty et al. 2022, algorithm 1): out[leaf 2^depth] of the leaf 4^depth first points. */
extern ms_status ms_thin_compress(ms_ctx *ctx, ms_arena *arena, const ms_splitter *s,
								  const ms_cloud *points, size_t depth, size_t leaf, double delta,
								  uint32_t *out);

#endif
