/*
 * noise.h: a uniform background for rows that belong to no component (gmm.md, section 10).
 */
#ifndef MS_NOISE_H
#define MS_NOISE_H

#include "core/mixture/kernel.h"

/*
 * log V, V the volume of the box with these sides or, where that is less, of the box along the
 * principal components of the complete rows, as mclust's hypvol has it. In raw units. O(n d^2).
 */
extern ms_status ms_noise_log_volume(ms_ctx *ctx, const ms_rows *rows, const double *low,
									 const double *high, double *log_volume);

/*
 * Marks the share of the rows without gaps of the view that lie loneliest: by the distance to the
 * tenth nearest of a sample of 500. A rough start for EM. O(500 n d).
 */
extern ms_status ms_noise_mark(ms_ctx *ctx, const ms_view *view, double share, uint64_t seed,
							   bool *lonely);

#endif
