/*
 * matching_ratio.h: the density ratio p_target / p_source as a sum of Gaussian bumps at target
 * rows, by least squares, uLSIF (Kanamori, Hido & Sugiyama 2009): closed form, O(n q^2 + q^3) for
 * q centres, and a function of x, so that new rows have weights too.
 */
#ifndef MS_MATCHING_RATIO_H
#define MS_MATCHING_RATIO_H

#include "core/base/distance.h"
#include "core/base/sample.h"

#define MS_RATIO_CENTERS 100

typedef struct ms_ratio_options
{
	double bandwidth; /* NaN: chosen by 5-fold cross-validation, as lambda is */
	double lambda;
	size_t centers;
	ms_scaling scaling; /* pooled */
	bool omit;
	uint64_t seed; /* which target rows are centres; folds */
} ms_ratio_options;

extern void ms_ratio_defaults(ms_ratio_options *o);

typedef struct ms_ratio
{
	size_t n; /* rows of `at` that are complete; 0 when the source or the target has none */
	size_t *rows;
	double *weights; /* max(0, ratio), the mean over the source near 1 */
	size_t centers;
	double *theta; /* of the centres, in the order drawn */
	double bandwidth, lambda;
	double score; /* theta'H theta / 2 - h'theta: lower is better; of held-out rows where chosen */
} ms_ratio;

/* The ratio at the rows of a third sample, or at the source's own where it is NULL. */
extern ms_status ms_ratio_fit(ms_ctx *ctx, ms_arena *arena, const ms_sample *source,
							  const ms_sample *target, const ms_sample *at,
							  const ms_ratio_options *o, ms_ratio *out);

extern size_t ms_ratio_bytes(const ms_ratio_options *o, size_t n, size_t m, size_t at, size_t d);

#endif
