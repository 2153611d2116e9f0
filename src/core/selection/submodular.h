/*
 * submodular.h: rows that represent the others, or differ from each other, by greedy choice
 * (Nemhauser, Wolsey & Fisher 1978; SMART, Renduchintala et al. 2024, arXiv 2403.08370).
 *
 *     facility  sum_i w_i max_{a in A} s_ia: each row is as well off as its best representative
 *     graph cut sum_{i, a} w_i s_ia - lambda sum_{a, b in A} s_ab: representative and apart
 *     log-det   log det(S_A + eps I): diverse
 *
 * For the first, and for graph cut with lambda <= 1/2 and weights of at least 1, the choice is at
 * least 1 - 1/e of the best.
 * Similarities are at least 0 and symmetric. Ties go to the lower row.
 */
#ifndef MS_SUBMODULAR_H
#define MS_SUBMODULAR_H

#include "core/base/ctx.h"

typedef enum ms_submodular
{
	MS_SUBMODULAR_FACILITY = 1,  /* lazy: O(n) memory, O(n) a gain that must be looked at anew */
	MS_SUBMODULAR_GRAPH_CUT = 2, /* O(n^2) once for the sums, then O(n) a step */
	MS_SUBMODULAR_LOG_DET = 3    /* O(n b) a step and of memory */
} ms_submodular;

/* Where similarities come from: row c, s(c, 0 .. n - 1), into out[n]. */
typedef struct ms_similarity
{
	size_t n;
	const double *w; /* n weights, or NULL for 1; log-det has none */
	ms_status (*row)(ms_ctx *ctx, const struct ms_similarity *s, size_t c, double *out);
	const void *source;
} ms_similarity;

/*
 * Up to `budget` rows and their gains, in the order of choice; *found of them: it ends before
 * where the next gain is below min_gain, or (log-det) the rank is exhausted. parameter: lambda of
 * graph cut, eps of log-det. *evaluations: gains that were computed. MS_BAD_ARGUMENT: "budget"
 * (wanted = 1 or n), "function", "parameter".
 */
extern ms_status ms_submodular_greedy(ms_ctx *ctx, const ms_similarity *s, ms_submodular function,
									  double parameter, size_t budget, double min_gain,
									  size_t *rows, double *gains, size_t *found,
									  uint64_t *evaluations);

#endif
