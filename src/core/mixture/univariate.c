/*
 * univariate.c: one dimension: tails by erfc, so that each is right where it is small.
 */
#include "core/mixture/univariate.h"

#include <float.h>
#include <math.h>

#include <gsl/gsl_cdf.h>

#define MOST_STEPS 300

static double
sd_of(const ms_gmm *m, size_t j)
{
	return sqrt(m->covariances[ms_gmm_is_tied(m->family) ? 0 : j]);
}

/* The weights are 1 within rounding: what is divided by gives a cdf that ends at 1. */
static double
total_weight(const ms_gmm *m)
{
	double sum = m->noise;

	for (size_t j = 0; j < m->k; j++)
		sum += m->weights[j];
	return sum;
}

/* Share of the background below x. */
static double
below(const ms_gmm *m, double x)
{
	double share = (x - m->box[0]) / (m->box[1] - m->box[0]);

	return share < 0 ? 0 : share > 1 ? 1 : share;
}

double
ms_gmm_cdf(const ms_gmm *m, double x)
{
	double sum = m->noise > 0 ? m->noise * below(m, x) : 0;

	for (size_t j = 0; j < m->k; j++)
		sum += m->weights[j] * 0.5 * erfc(-(x - m->means[j]) / sd_of(m, j) * M_SQRT1_2);
	return sum / total_weight(m);
}

double
ms_gmm_survival(const ms_gmm *m, double x)
{
	double sum = m->noise > 0 ? m->noise * (1 - below(m, x)) : 0;

	for (size_t j = 0; j < m->k; j++)
		sum += m->weights[j] * 0.5 * erfc((x - m->means[j]) / sd_of(m, j) * M_SQRT1_2);
	return sum / total_weight(m);
}

double
ms_gmm_pdf(const ms_gmm *m, double x)
{
	double sum = 0;

	if (m->noise > 0 && x >= m->box[0] && x <= m->box[1])
		sum = m->noise / (m->box[1] - m->box[0]);
	for (size_t j = 0; j < m->k; j++)
	{
		double sd = sd_of(m, j);
		double z = (x - m->means[j]) / sd;

		sum += m->weights[j] * exp(-0.5 * z * z) / (sd * sqrt(2 * M_PI));
	}
	return sum / total_weight(m);
}

/* --- quantile ------------------------------------------------------------------------------- */

/* The quantiles of the parts: that of the whole lies between the least and the greatest. */
static void
bracket(const ms_gmm *m, double z, double p, double *low, double *high)
{
	*low = INFINITY;
	*high = -INFINITY;
	for (size_t j = 0; j < m->k; j++)
	{
		double x = m->means[j] + z * sd_of(m, j);

		*low = fmin(*low, x);
		*high = fmax(*high, x);
	}
	if (m->noise > 0)
	{
		double x = m->box[0] + p * (m->box[1] - m->box[0]);

		*low = fmin(*low, x);
		*high = fmax(*high, x);
	}
}

double
ms_gmm_quantile(const ms_gmm *m, double p)
{
	bool lower = p <= 0.5;
	double tail = lower ? p : 1 - p;
	double low;
	double high;
	double x;

	if (!(p > 0 && p < 1))
		return p == 0 ? -INFINITY : p == 1 ? INFINITY : NAN;
	bracket(m, lower ? gsl_cdf_ugaussian_Pinv(tail) : gsl_cdf_ugaussian_Qinv(tail), p, &low,
			&high);
	x = low / 2 + high / 2;
	for (int step = 0; step < MOST_STEPS && low < high; step++)
	{
		double gap = lower ? ms_gmm_cdf(m, x) - tail : tail - ms_gmm_survival(m, x);
		double width = high - low;
		double next = x - gap / ms_gmm_pdf(m, x);

		if (gap == 0)
			break;
		low = gap < 0 ? x : low;
		high = gap > 0 ? x : high;
		/* every other step halves the bracket, should Newton's creep along a tail */
		if (!(next > low && next < high) || (step % 4 == 3 && high - low > width / 2))
			next = low / 2 + high / 2;
		if (next == x || fabs(next - x) <= DBL_EPSILON / 2 * fabs(x))
			break;
		x = next;
	}
	return x;
}

/* --- risk ----------------------------------------------------------------------------------- */

double
ms_gmm_value_at_risk(const ms_gmm *m, double alpha)
{
	return -ms_gmm_quantile(m, alpha);
}

/* E(X - q; X <= q), each term of one sign. */
double
ms_gmm_expected_shortfall(const ms_gmm *m, double alpha)
{
	double q = ms_gmm_quantile(m, alpha);
	double sum = 0;

	if (!isfinite(q))
		return NAN;
	if (m->noise > 0)
	{
		double share = below(m, q);

		sum += m->noise * share *
			   (m->box[0] + share / 2 * (m->box[1] - m->box[0]) - q);
	}
	for (size_t j = 0; j < m->k; j++)
	{
		double sd = sd_of(m, j);
		double z = (q - m->means[j]) / sd;

		sum -= m->weights[j] * sd *
			   (z * 0.5 * erfc(-z * M_SQRT1_2) + exp(-0.5 * z * z) / sqrt(2 * M_PI));
	}
	return -(q + sum / total_weight(m) / ms_gmm_cdf(m, q));
}
