/*
 * thin_points.h: rows of samples as points for kernels: complete, scaled, their kernel
 * matrices and sums. For thinning, matching and optimal weights.
 */
#ifndef MS_THIN_POINTS_H
#define MS_THIN_POINTS_H

#include "core/base/distance.h"
#include "core/base/sample.h"
#include "core/mmd/cloud.h"

/* Complete rows of positive weight, raw: record i is d columns and the weight. */
typedef struct ms_complete
{
	size_t n, d;
	size_t stride;  /* d + 1 */
	double *x;      /* n records */
	size_t *source; /* n: the row of the sample */
	double weight;  /* sum */
	uint64_t omitted;
} ms_complete;

/*
 * Of a sample of numbers. MS_NOT_NUMERIC; MS_INCOMPLETE, what = "option", where there are gaps and
 * !omit; MS_BAD_WEIGHT, what = "weights", when all weights are 0. n may be 0 after omitting.
 */
extern ms_status ms_complete_rows(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, bool omit,
								  ms_complete *out);

/* Equal points, which stand side by side in canonical order, as one; row i is in group[i]. */
extern ms_status ms_complete_merge(ms_ctx *ctx, ms_arena *arena, const ms_complete *rows,
								   ms_complete *out, size_t **group);

static inline double
ms_complete_weight(const ms_complete *rows, size_t i)
{
	return rows->x[i * rows->stride + rows->d];
}

/* Divides the columns by the spread of both together (b may be NULL); a constant one becomes 0. */
extern ms_status ms_complete_scale(ms_ctx *ctx, ms_arena *arena, ms_complete *a, ms_complete *b,
								   ms_scaling scaling);

/* The same, and divides those of `also` (may be NULL), from which nothing is learnt. */
extern ms_status ms_complete_scale_also(ms_ctx *ctx, ms_arena *arena, ms_complete *a,
										ms_complete *b, ms_complete *also, ms_scaling scaling);

static inline ms_rows
ms_complete_view(const ms_complete *rows)
{
	return (ms_rows){rows->x, rows->x + rows->d, rows->n, rows->d, rows->stride};
}

/* Bytes of complete rows, a cloud of them, and what scales and medians take meanwhile. */
extern size_t ms_complete_bytes(size_t n, size_t d);

/* An empty cloud with room for n points of `like`; and points which[0 .. n - 1] of another in it. */
extern ms_status ms_thin_room(ms_arena *arena, const ms_cloud *like, size_t n, ms_cloud *out);
extern void ms_thin_gather(const ms_cloud *from, const uint32_t *which, size_t n, ms_cloud *to);

/* The n x m matrix of kernel values of the points of a and b, row-major. */
extern ms_status ms_thin_matrix(ms_ctx *ctx, const ms_cloud *a, const ms_cloud *b,
								const ms_kernel *k, double *out);

/* out[i] = sum_j w_j k(a_i, b_j), w = 1 where NULL. */
extern ms_status ms_thin_sums(ms_ctx *ctx, const ms_cloud *a, const ms_cloud *b, const double *w,
							  const ms_kernel *k, double *out);

/*
 * The median heuristic: the median distance of pairs among at most 1000 of the scaled rows of a
 * and b (b may be NULL), taken at even steps of their weight; where that is 0 the mean one, and 1
 * where all points are equal.
 */
extern ms_status ms_thin_median(ms_ctx *ctx, const ms_complete *a, const ms_complete *b,
								double *out);

#endif
