/*
 * families.h: the M step of mclust's other families, and of all with a prior (gmm.md, 5.2 and 6):
 * from the scatters W_j of all components together, which are kept: k d^2 doubles. Also the pieces
 * of mstep.c that it shares.
 */
#ifndef MS_FAMILIES_H
#define MS_FAMILIES_H

#include "core/mixture/mstep.h"

/* The step but for weights and the logs of them (ms_mix_finish_constants). */
extern ms_status ms_families_run(ms_ctx *ctx, ms_mstep *step, ms_mix *mix,
								 const ms_mix_stats *stats);

/* --- of mstep.c ----------------------------------------------------------------------------- */

/* step->scatter = A, the covariance that the statistics of factor f ask for, whitened. */
extern void ms_mstep_make_scatter(ms_mstep *step, const ms_mix *mix, const ms_mix_stats *stats,
								  size_t f);

/* step->scatter = L A L'. */
extern ms_status ms_mstep_colour(ms_ctx *ctx, ms_mstep *step, const double *lower, size_t d);

/* Moves a mean by L s1 / n. */
extern void ms_mstep_move_mean(const double *lower, const double *s1, double n, double *mean,
							   size_t d);

/* Whether L is the factor of a covariance that the data can have: section 7's floor. */
extern bool ms_mstep_above_floor(const ms_mstep *step, const double *lower, size_t d);

extern void ms_mstep_note_ridge(ms_mstep *step, size_t j);

#endif
