/*
 * fair.h: k medoids of which each group of rows has at least and at most so many (fair range
 * clustering, Hotegni, Mahabadi & Vakilian 2023, arXiv 2306.06778). Groups are disjoint; any row
 * may follow a medoid of any group: the bounds are on the medoids, not on the clusters.
 *
 * The cost is sum w d^p, p >= 1, or the greatest d for p infinite (k-center). It is lowered by
 * swaps of one medoid, and of two medoids of different groups where no single swap helps, to a
 * local optimum; no ratio to the best is promised. k-center starts from a matching that is
 * within 3 times the best where d is a metric (Jones, Nguyen & Nguyen 2020). Sums are of doubles.
 */
#ifndef MS_FAIR_H
#define MS_FAIR_H

#include "core/medoids/kmedoids.h"

typedef struct ms_fair_groups
{
	size_t n;              /* groups */
	const uint32_t *of;    /* group of each row, or id, that was given, also of those left out */
	const uint32_t *least; /* n: medoids at least */
	const uint32_t *most;  /* n: and at most */
} ms_fair_groups;

typedef struct ms_fair_options
{
	double p;      /* at least 1; INFINITY */
	int n_init;    /* 0: one start from BUILD for n <= 2000, else three random ones */
	bool steepest; /* the best swap of each round, not every swap that gains */
	bool pairs;    /* swaps of two medoids */
	bool price;    /* the cost without bounds, too */
} ms_fair_options;

typedef struct ms_fair_result
{
	double cost;      /* sum w d^p, or the greatest d */
	double free_cost; /* what the same search found without bounds, at most cost; NaN: not asked */
	uint64_t swaps;   /* of one medoid */
	uint64_t pairs;   /* of two */
	uint32_t *counts; /* medoids of each group */
	uint64_t *rows;   /* rows of each group that were used */
} ms_fair_result;

/*
 * A model whose method is MS_KMEDOIDS_FAIR: k, max_iter, seed and what concerns samples are those
 * of `o`. Memory of *out and *result from the arena. Errors are those of ms_kmedoids_fit, and
 * MS_BAD_ARGUMENT: "p"; "group" (index = group from 1, got = its least, wanted = its rows), "bounds"
 * (index, got = least, wanted = most), "minimums", "maximums" (got = their sum, wanted = k).
 */
extern ms_status ms_kmedoids_fair(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t size,
								  const ms_kmedoids_options *o, const ms_fair_options *fair,
								  const ms_fair_groups *groups, ms_kmedoids *out,
								  ms_fair_result *result);
extern ms_status ms_kmedoids_fair_matrix(ms_ctx *ctx, ms_arena *arena, const ms_dissimilarity *s,
										 size_t size, const ms_kmedoids_options *o,
										 const ms_fair_options *fair, const ms_fair_groups *groups,
										 ms_kmedoids *out, ms_fair_result *result);

#endif
