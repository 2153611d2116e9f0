/*
 * trim.c: trimmed means by weight; the critical value of Imbens & Manski.
 */
#include "core/transport/trim.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

#include "core/base/sums.h"

#define SLACK 1e-12 /* of the whole weight: what rounding leaves of a last value is nothing */
#define TICK_VALUES 65536

static double
weight_at(const ms_column *c, size_t i)
{
	return c->upto ? c->upto[i] - (i > 0 ? c->upto[i - 1] : 0) : 1;
}

/* Sum of weight * (x - centre)^power over what is kept; its weight and its innermost value. */
static ms_status
sum_kept(ms_ctx *ctx, const ms_column *c, double keep, bool high, double centre, int power,
		 double *out, ms_trim *trim)
{
	double left = keep * c->weight;
	ms_sum sum = {0, 0};

	for (size_t k = 0; k < c->n && left > SLACK * c->weight; k++)
	{
		size_t i = high ? c->n - 1 - k : k;
		double take = fmin(weight_at(c, i), left);
		double off = c->x[i] - centre;

		ms_sum_add(&sum, take * (power == 2 ? off * off : off));
		left -= take;
		trim->edge = c->x[i];
		if (k % TICK_VALUES == 0)
			MS_TRY(ms_tick(ctx, 4 * TICK_VALUES));
	}
	*out = ms_sum_get(&sum) / (keep * c->weight);
	return MS_OK;
}

ms_status
ms_trim_mean(ms_ctx *ctx, const ms_column *c, double keep, bool high, ms_trim *out)
{
	double centre = c->x[high ? c->n - 1 : 0];
	double shift;

	out->edge = centre;
	MS_TRY(sum_kept(ctx, c, keep, high, centre, 1, &shift, out));
	out->mean = centre + shift;
	MS_TRY(sum_kept(ctx, c, keep, high, out->mean, 2, &out->variance, out));
	if (!isfinite(out->mean) || !isfinite(out->variance))
		return ms_fail(ctx, MS_TOO_LARGE, "range", 1, c->x[c->n - 1] - c->x[0], 0);
	return MS_OK;
}

/* c with Phi(c + width) - Phi(-c) = level, width in standard errors; the left side rises in c. */
static double
critical_value(double width, double level)
{
	double low = gsl_cdf_ugaussian_Pinv(level);
	double high = gsl_cdf_ugaussian_Pinv((1 + level) / 2);

	for (int i = 0; i < 60; i++)
	{
		double c = (low + high) / 2;

		if (gsl_cdf_ugaussian_P(c + width) - gsl_cdf_ugaussian_P(-c) < level)
			low = c;
		else
			high = c;
	}
	return high;
}

void
ms_bounds_interval(ms_bounds *b, double level)
{
	double error = fmax(b->lower_error, b->upper_error);
	double width = b->upper > b->lower ? (b->upper - b->lower) / error : 0;

	b->critical = critical_value(width, level);
	b->interval_lower = b->lower - b->critical * b->lower_error;
	b->interval_upper = b->upper + b->critical * b->upper_error;
}
