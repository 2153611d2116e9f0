/*
 * distance.h: distances between rows of a sample, one row against many at a time.
 *
 * Rows are packed once, scaled, in strips of 16 rows (column by column), so that the vector loops
 * run over rows and a distance is summed over the columns in their order: d(a, b) = d(b, a), and
 * a row of a matrix, a row computed alone and a score of a new row agree bit for bit. A row of
 * distances costs n d steps, of about 0.1 ns each for euclidean. Differences are direct, so that
 * equal rows are at 0 and near duplicates lose no digits; cosine is half the squared distance of
 * unit rows.
 *
 *     euclidean    sqrt(sum (x - y)^2)
 *     sqeuclidean  sum (x - y)^2
 *     manhattan    sum |x - y|
 *     chebyshev    max |x - y|
 *     cosine       1 - x.y / (|x| |y|); a row of zeros is at 1 from all but its like (0)
 *     hamming      share of columns that differ
 *     jaccard      1 - both / either, of columns that are not 0; two rows of zeros are at 0
 *     gower        sum u s t / sum u s (Gower 1971): t is |x - y| / range for numbers, at most 1; 0
 *                  or 1 for nominal and boolean columns; s is 0 where either is a gap, and in an
 *                  asymmetric boolean column where both are false; u is the column's weight
 */
#ifndef MS_DISTANCE_H
#define MS_DISTANCE_H

#include "core/base/sample.h"

/* Stored in values: never renumbered. */
typedef enum ms_metric
{
	MS_METRIC_EUCLIDEAN = 1,
	MS_METRIC_SQEUCLIDEAN = 2,
	MS_METRIC_MANHATTAN = 3,
	MS_METRIC_CHEBYSHEV = 4,
	MS_METRIC_COSINE = 5,
	MS_METRIC_HAMMING = 6,
	MS_METRIC_JACCARD = 7,
	MS_METRIC_GOWER = 8
} ms_metric;

/* What a column is divided by. A column without spread counts for nothing. */
typedef enum ms_scaling
{
	MS_SCALING_NONE = 0,
	MS_SCALING_SD = 1,  /* divisor W - 1 */
	MS_SCALING_MAD = 2, /* 1.4826 times the median absolute deviation from the median */
	MS_SCALING_RANGE = 3
} ms_scaling;

/* How distances are taken: what a model keeps, so that new rows are measured as the old ones. */
typedef struct ms_measure
{
	ms_metric metric;
	ms_scaling scaling;
	size_t d;
	const unsigned char *kinds;      /* d of ms_kind, or NULL: all numbers */
	const unsigned char *asymmetric; /* gower: d, 1 where a boolean column is; or NULL */
	const double *weights;           /* gower: d, at least 0; or NULL for 1 */
	double *factors;                 /* d: one over the spread (gower: over the range) */
} ms_measure;

/* Whether the metric takes rows with gaps. */
static inline bool
ms_metric_takes_gaps(ms_metric metric)
{
	return metric == MS_METRIC_GOWER;
}

/*
 * Fills m->factors (arena) from the rows; everything else of *m is given. Errors: MS_NOT_NUMERIC
 * (index), when a column is nominal and the metric neither hamming nor gower; MS_BAD_ARGUMENT:
 * "metric", "scale" (not with hamming, jaccard, gower), "weights", "asymmetric" (index = column);
 * MS_CONSTANT, what = "mad": the column has a spread, but its mad is 0; MS_INCOMPLETE.
 */
extern ms_status ms_measure_learn(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, ms_measure *m);

/* A copy of the rows, columns times m->factors, weights kept: n (d + 1) doubles at most. */
extern ms_status ms_measure_rows(ms_ctx *ctx, ms_arena *arena, const ms_measure *m,
								 const ms_rows *rows, ms_rows *out);

/* Packed rows. The measure must outlive them. */
typedef struct ms_points ms_points;

/* Rows number which[0 .. n - 1], or the first n when that is NULL; and the same of packed ones. */
extern ms_status ms_points_new(ms_ctx *ctx, ms_arena *arena, const ms_measure *m,
							   const ms_rows *rows, const size_t *which, size_t n,
							   ms_points **out);
extern ms_status ms_points_subset(ms_ctx *ctx, ms_arena *arena, const ms_points *from,
								  const size_t *which, size_t n, ms_points **out);
extern size_t ms_points_bytes(size_t n, size_t d);
extern size_t ms_points_count(const ms_points *p);

/* Packed row i into x; and a row in its own units, packed alike: ms_points_width(p) doubles. */
extern size_t ms_points_width(const ms_points *p);
extern void ms_points_get(const ms_points *p, size_t i, double *x);
extern void ms_points_scale(const ms_points *p, const double *row, double *x);

/*
 * Distances from x to all n points, as doubles and as floats; out[n].
 * MS_TOO_LARGE, what = "distance": beyond the range of the number. MS_INCOMPLETE, what = "gower":
 * no column is known of both rows; index = the point, from 1.
 */
extern ms_status ms_points_from(ms_ctx *ctx, const ms_points *p, const double *x, double *out);
extern ms_status ms_points_from_float(ms_ctx *ctx, const ms_points *p, const double *x, float *out);

/* The square matrix, n x n floats, symmetric, its diagonal 0. */
extern ms_status ms_points_matrix(ms_ctx *ctx, const ms_points *p, float *out);

#endif
