/*
 * matching_regression.h: does a linear fit need the weights? Least squares without and with
 * weights, and the test of DuMouchel & Duncan (1983) that both estimate the same line: if the model
 * holds, weights only add variance (Ge et al. 2024).
 */
#ifndef MS_MATCHING_REGRESSION_H
#define MS_MATCHING_REGRESSION_H

#include "core/base/sample.h"

typedef struct ms_regression
{
	size_t n; /* complete rows; with n <= k nothing else is told */
	size_t k; /* coefficients: the intercept and one for each covariate, in the order of columns */
	double *plain, *plain_error;       /* k; classical standard errors */
	double *weighted, *weighted_error; /* k; sandwich: the weights are taken as known */
	double f;                          /* NaN where the weights do not vary or rows are too few */
	size_t df1, df2;
	double p_value;
	double effective;  /* (sum w)^2 / sum w^2 */
	double complexity; /* tr(S_T S_S^-1), k without a shift; NaN without a target */
} ms_regression;

/*
 * Column `response` (from 0) of a sample on the others; the weights of its rows are importance
 * weights. `target` has the covariates alone, or is NULL. MS_DIMENSION; MS_CONSTANT (index);
 * MS_NOT_DEFINITE "covariance": columns that depend on each other; MS_BAD_WEIGHT: none above 0;
 * MS_BAD_ARGUMENT "response", and "columns" with a sample of the response alone. O(n k^2).
 */
extern ms_status ms_regression_fit(ms_ctx *ctx, ms_arena *arena, const ms_sample *s,
								   const ms_sample *target, size_t response, bool omit,
								   ms_regression *out);

extern size_t ms_regression_bytes(size_t n, size_t d);

#endif
