/*
 * frechet.h: the point of a finite metric space that is nearest to weighted points of it: the
 * Frechet mean for squared distances, the weighted medoid for distances themselves (Loki, Roberts
 * et al. 2023, arXiv 2307.12226). It may be a point that has no weight.
 */
#ifndef MS_FRECHET_H
#define MS_FRECHET_H

#include "core/selection/similarity.h"

typedef struct ms_frechet
{
	size_t best; /* ties to the lowest: values within 1e-12 of the least */
	size_t ties; /* how many reach the least value, from 1 */
	double value;
	size_t second; /* SIZE_MAX in a space of one point */
	double second_value;
} ms_frechet;

/*
 * The least sum over m points of p d^exponent, exponent > 0, p >= 0 and not all 0; points[m] may
 * repeat. O(m n).
 */
extern ms_status ms_frechet_medoid(ms_ctx *ctx, const ms_distances *d, const size_t *points,
								   const double *p, size_t m, double exponent, ms_frechet *out);

#endif
