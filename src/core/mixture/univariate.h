/*
 * univariate.h: distribution function, quantiles and risk of a mixture in one dimension. All need
 * m->d = 1 (the caller's to check); the noise counts as uniform over its box. O(k) a value, a
 * quantile about 10 values.
 */
#ifndef MS_UNIVARIATE_H
#define MS_UNIVARIATE_H

#include "core/mixture/gmm.h"

/* P(X <= x) and P(X > x), each to full relative precision in its tail. */
extern double ms_gmm_cdf(const ms_gmm *m, double x);
extern double ms_gmm_survival(const ms_gmm *m, double x);

extern double ms_gmm_pdf(const ms_gmm *m, double x);

/*
 * The x with P(X <= x) = p, p in (0, 1), to about 1e-14 of the spread: Newton's steps on the
 * smaller tail inside a bracket that always shrinks. p = 0 and 1 give -inf and inf, others NaN.
 */
extern double ms_gmm_quantile(const ms_gmm *m, double p);

/* Value at risk: the loss that is exceeded with probability alpha, -quantile(alpha). */
extern double ms_gmm_value_at_risk(const ms_gmm *m, double alpha);

/* Expected shortfall: -E(X | X <= quantile(alpha)), alpha in (0, 1), in closed form. */
extern double ms_gmm_expected_shortfall(const ms_gmm *m, double alpha);

#endif
