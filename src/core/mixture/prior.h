/*
 * prior.h: the conjugate prior of Fraley & Raftery (2007) that keeps components from collapsing:
 * m | S ~ N(mu, S / kappa), S ~ inverse Wishart(nu, Lambda), with mclust's defaults: kappa = 0.01,
 * nu = d + 2, mu the mean of the columns, Lambda = cov(x) / k^(2/d), divisor W - 1; for diagonal
 * families the mean variance of the columns in its place, each column getting a d-th of it where
 * covariances are spherical (gmm.md, section 6).
 */
#ifndef MS_PRIOR_H
#define MS_PRIOR_H

#include "core/mixture/gmm.h"
#include "core/mixture/kernel.h"

#define MS_PRIOR_SHRINKAGE 0.01 /* kappa */

/* In the units of a view. */
typedef struct ms_prior
{
	ms_gmm_family family;
	double freedom; /* nu */
	double *mean;	/* d */
	double *scale;	/* ms_gmm_prior_size: Lambda, or its diagonal */
} ms_prior;

/* Whether the family has one: full, tied, diag, spherical, EII, EEI. */
extern bool ms_prior_exists(ms_gmm_family family);

/*
 * The default prior of the view's rows, whose columns have mean 0 in it and the variances given
 * (divisor W). Gaps count by the mean, but for the variances. O(n d^2).
 */
extern ms_status ms_prior_new(ms_ctx *ctx, ms_arena *arena, const ms_view *view, double weight,
							  const double *variances, ms_gmm_family family, size_t k,
							  ms_prior *out);

/* The prior of a model, in the view's units, and back into a model that has the parts for it. */
extern ms_status ms_prior_from_model(ms_arena *arena, const ms_gmm *m, const ms_view *view,
									 ms_prior *out);
extern void ms_prior_to_model(const ms_prior *p, const ms_view *view, ms_gmm *m);

/*
 * a in the prior's |S|^(-a/2): it joins the rows in the divisor of the M step, those of a component
 * or, where one covariance serves all, of all.
 */
extern double ms_prior_divisor(const ms_prior *p, size_t k, size_t d);

/* The log density of the mixture's parameters, up to a constant that no step changes. */
extern double ms_prior_log(const ms_prior *p, const ms_mix *mix);

#endif
