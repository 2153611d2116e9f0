/*
 * mstep.h: the M step: the parameters that statistics ask for (gmm.md, section 5.1), and what is
 * done where they ask for a covariance that is none (section 7).
 */
#ifndef MS_MSTEP_H
#define MS_MSTEP_H

#include "core/mixture/gmm.h"
#include "core/mixture/kernel.h"
#include "core/mixture/prior.h"

/*
 * A component whose variance along a column, given the columns before it, falls below FLOOR times
 * the variance of that column is regularised: RIDGE times the mean variance of the columns is
 * added along each axis.
 */
#define MS_MSTEP_FLOOR 1e-10
#define MS_MSTEP_RIDGE 1e-6

/* A component of a lesser share of the weight has died. */
#define MS_MSTEP_LEAST_SHARE 1e-8

typedef struct ms_mstep
{
	ms_gmm_family family;
	const double *variances; /* d: of the columns, in the units of the mixture */
	double ridge;
	bool *regularised; /* k: what the last step had to regularise */
	bool any_regularised;
	bool failed; /* a component died, or nothing helped: the mixture is of no use any more */
	const ms_prior *prior; /* or NULL; in the units of the mixture */
	double *scatter;	   /* d x d, as is `spare`; NULL for diagonals */
	double *spare;
	double *scatters; /* of each component, where families.h does the step: k matrices or diagonals */
	double *values;	  /* k d, k and d: scratch of families.c, as is `work` */
	double *volumes;
	double *shape;
	double *work;
} ms_mstep;

extern ms_mix_shape ms_mstep_shape(ms_gmm_family family);

/* variances and the prior, which may be NULL, must outlive the step. */
extern ms_status ms_mstep_new(ms_arena *arena, ms_gmm_family family, size_t k, size_t d,
							  const double *variances, const ms_prior *prior, ms_mstep *out);

/* Bytes beyond those of two matrices. */
extern size_t ms_mstep_bytes(ms_gmm_family family, bool prior, size_t k, size_t d);

/*
 * Moves the mixture to the maximum of the expected log-likelihood, or with a prior of the expected
 * log posterior, given statistics under it.
 */
extern ms_status ms_mstep_run(ms_ctx *ctx, ms_mstep *step, ms_mix *mix, const ms_mix_stats *stats);

/*
 * The same for a mixture of unit covariances at its means and the statistics of hard labels: a
 * component whose own covariance is not definite starts with that of all together.
 */
extern ms_status ms_mstep_start(ms_ctx *ctx, ms_mstep *step, ms_mix *mix,
								const ms_mix_stats *stats);

#endif
