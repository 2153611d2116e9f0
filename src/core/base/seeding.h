/*
 * seeding.h: k-means++ seeds of weighted rows, exactly (Arthur & Vassilvitskii 2007) or by
 * rejection (Shah, Agrawal & Jaiswal 2025), and Lloyd's iterations on top.
 *
 * Rows are seen through (x - centre) * scale, so that raw records need no copy. An exact draw is
 * by exponential keys, -ln(u_i) / (w_i D_i) least first, u_i from the counter-based generator at
 * the row's index: rows in canonical order give the same seeds under any plan. Both methods draw
 * from exactly the same law, by different numbers.
 *
 * Squared distances must lie inside the range of a double: MS_TOO_LARGE, what = "distance".
 */
#ifndef MS_SEEDING_H
#define MS_SEEDING_H

#include "core/base/ctx.h"

typedef struct ms_view
{
	ms_rows rows;
	const double *centre; /* d, or NULL for 0 */
	const double *scale;  /* d, or NULL for 1 */
} ms_view;

typedef enum ms_seeding_method
{
	MS_SEEDING_AUTO,     /* exact while n k d is small, else rejection */
	MS_SEEDING_EXACT,    /* O(n k d) */
	MS_SEEDING_REJECTION /* O(n d) once, then O(trials k d); exact from where the trials explode */
} ms_seeding_method;

typedef struct ms_seeds
{
	size_t k;           /* seeds found: less than asked when there are fewer distinct rows */
	size_t *rows;       /* k indices, distinct */
	double *centers;    /* k x d, in the view's units */
	double potential;   /* sum of w_i D_i; NaN where rejection did it all, and never looked */
	uint64_t trials;    /* of the rejection sampler */
	uint64_t fallbacks; /* seeds that its trials did not find and an exact draw did */
} ms_seeds;

/*
 * k seeds into *out (memory from the arena). MS_OK with out->k < k when the rows of positive
 * weight have fewer distinct points; MS_BAD_ARGUMENT for k = 0.
 */
extern ms_status ms_seeding_kmeanspp(ms_ctx *ctx, ms_arena *arena, const ms_view *view, size_t k,
									 ms_seeding_method method, uint64_t seed, ms_seeds *out);

/* The most bytes that seeds, or Lloyd's iterations after them, hold; SIZE_MAX on overflow. */
extern size_t ms_seeding_bytes(size_t n, size_t d, size_t k);

/*
 * Lloyd's algorithm from centers[k * d] (changed in place): labels[n] from 0, at most max_iter
 * rounds or until no label changes; 0 rounds only label the rows. Ties go to the lower number; an
 * empty cluster takes the row that lies farthest from its centre. *potential is the final sum of
 * w_i D_i. Scratch comes from the arena: n + O(k d) doubles.
 */
extern ms_status ms_seeding_lloyd(ms_ctx *ctx, ms_arena *arena, const ms_view *view, size_t k,
								  double *centers, int max_iter, uint32_t *labels,
								  double *potential);

#endif
