/*
 * information.h: standard errors of the parameters of a fitted mixture, by the inverse of the
 * empirical observed information, the sum of s_i s_i' over the scores of the rows at the maximum
 * (McLachlan & Peel 2000, section 2.16).
 */
#ifndef MS_INFORMATION_H
#define MS_INFORMATION_H

#include "core/mixture/gmm.h"

/* One parameter of a mixture. */
typedef enum ms_gmm_parameter_kind
{
	MS_GMM_WEIGHT,
	MS_GMM_MEAN,
	MS_GMM_COVARIANCE
} ms_gmm_parameter_kind;

typedef struct ms_gmm_parameter
{
	ms_gmm_parameter_kind kind;
	uint32_t component; /* from 0; UINT32_MAX for what all share */
	uint32_t i, j;		/* coordinates from 0, i >= j; 0 where there are none */
	double estimate;
	double std_error; /* NaN where the information does not tell */
} ms_gmm_parameter;

/* Parameters that ms_gmm_information reports: k weights, k d means, and covariances as stored. */
extern size_t ms_gmm_information_size(const ms_gmm *m);

/*
 * Fills out[ms_gmm_information_size]. Families full, tied, diag, spherical, EII, EEI without noise
 * (else MS_BAD_ARGUMENT what = "covariance" or "noise"); rows complete and of the model's columns
 * (MS_DIMENSION, MS_INCOMPLETE). MS_NOT_DEFINITE when the information is singular: too few rows
 * for so many parameters. Weights are frequencies. O(n p^2), memory p^2, p parameters.
 */
extern ms_status ms_gmm_information(ms_ctx *ctx, const ms_gmm *m, const ms_rows *rows,
									ms_gmm_parameter *out);

#endif
