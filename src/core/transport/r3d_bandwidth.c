/*
 * r3d_bandwidth.c: one bandwidth for all quantiles: bias and variance from polynomials over whole
 * sides, then from local ones.
 *
 * The window of these shrinks as n^(-1 / (2 s + 5)), the rate that is best for the coefficient in
 * the bias. Within the pilot itself, n^(-1 / (2 s + 3)), its error would never vanish beside it:
 * the squared bias comes out several times too large, and the bandwidth some 0.7 of the best one
 * for every n (test_r3d.c, bandwidth_rate).
 */
#include "core/transport/r3d.h"

#include <math.h>

#include "core/base/linalg.h"

#define PILOT_UNITS 10
#define NEGLIGIBLE 1e-14

/* Integral of k(u)^power u^j over [0, 1]. */
static double
kernel_moment(ms_window_kernel kernel, int power, int j)
{
	double a = 1. / (j + 1), b = 1. / (j + 2), c = 1. / (j + 3), e = 1. / (j + 5);

	switch (kernel)
	{
		case MS_WINDOW_TRIANGULAR:
			return power == 1 ? a - b : a - 2 * b + c;
		case MS_WINDOW_EPANECHNIKOV:
			return power == 1 ? 0.75 * (a - c) : 0.5625 * (a - 2 * c + e);
		case MS_WINDOW_UNIFORM:
			break;
	}
	return (power == 1 ? 0.5 : 0.25) * a;
}

void
ms_r3d_constants(ms_window_kernel kernel, int s, double *bias, double *variance)
{
	int d = s + 1;
	double gamma[(MS_LOCAL_ORDER_MAX + 1) * (MS_LOCAL_ORDER_MAX + 1)] = {0};
	double root[(MS_LOCAL_ORDER_MAX + 1) * (MS_LOCAL_ORDER_MAX + 1)];
	double first[MS_LOCAL_ORDER_MAX + 1]; /* first row of the inverse */

	for (int a = 0; a < d; a++)
		for (int b = 0; b < d; b++)
			gamma[a * d + b] = kernel_moment(kernel, 1, a + b);
	(void) ms_linalg_cholesky(gamma, (size_t) d);
	ms_linalg_invert_lower(gamma, (size_t) d, root);
	for (int a = 0; a < d; a++)
	{
		first[a] = 0;
		for (int c = a; c < d; c++)
			first[a] += root[c * d + a] * root[c * d];
	}
	*bias = *variance = 0;
	for (int a = 0; a < d; a++)
	{
		*bias += first[a] * kernel_moment(kernel, 1, s + 1 + a);
		for (int b = 0; b < d; b++)
			*variance += first[a] * first[b] * kernel_moment(kernel, 2, a + b);
	}
}

/* What does not change between the two steps. */
typedef struct choice
{
	ms_ctx *ctx;
	ms_arena *arena;
	const ms_units *units;
	ms_window_kernel kernel;
	int s;
	double bias_constant;
	double variance_constant;
	double rule;  /* 1.06 sd n^(-1/5) */
	double range; /* of x */
	double density;
	double spread; /* variance of outcomes, mean over q: the yardstick of what is nothing */
	double *b[2];  /* K coefficients of x^(s + 1), below and above */
	double *v[2];  /* K residual variances */
} choice;

/* sd of x, its range, its density at 0. */
static ms_status
describe_x(choice *c)
{
	const ms_units *units = c->units;
	double n = (double) units->n;
	double mean = 0;
	double square = 0;

	for (size_t i = 0; i < units->n; i++)
		mean += ms_units_x(units, i) / n;
	for (size_t i = 0; i < units->n; i++)
	{
		double off = ms_units_x(units, i) - mean;

		square += off * off;
	}
	c->range = ms_units_x(units, units->n - 1) - ms_units_x(units, 0);
	c->rule = 1.06 * sqrt(square / (n - 1)) * pow(n, -0.2);
	for (size_t i = 0; i < units->n; i++)
		c->density +=
			ms_window_kernel_at(c->kernel, ms_units_x(units, i) / c->rule) / (n * c->rule);
	return ms_tick(c->ctx, 8 * units->n);
}

static ms_status
describe_y(choice *c)
{
	const ms_units *units = c->units;
	double n = (double) units->n;
	double *mean;

	MS_TRY(MS_ZEROED(c->arena, units->K, &mean));
	for (size_t i = 0; i < units->n; i++)
	{
		for (size_t q = 0; q < units->K; q++)
			mean[q] += ms_units_y(units, i)[q] / n;
		MS_TRY(ms_tick(c->ctx, units->K));
	}
	for (size_t i = 0; i < units->n; i++)
	{
		for (size_t q = 0; q < units->K; q++)
		{
			double off = ms_units_y(units, i)[q] - mean[q];

			c->spread += off * off / (n * (double) units->K);
		}
		MS_TRY(ms_tick(c->ctx, units->K));
	}
	return MS_OK;
}

/* b and v of one side within h. */
static ms_status
fit_side(choice *c, bool right, ms_window_kernel kernel, double h)
{
	ms_local_fit fit;

	MS_TRY(ms_local_fit_side(c->ctx, c->arena, c->units, right, kernel, h, c->s + 1, &fit));
	for (size_t q = 0; q < c->units->K; q++)
		c->b[right][q] = fit.coefficients[(size_t) (c->s + 1) * c->units->K + q] / pow(h, c->s + 1);
	return ms_local_variance(c->ctx, c->arena, &fit, c->units, c->v[right]);
}

/* Bias and variance, mean over q. */
static void
errors(const choice *c, double *bias, double *variance)
{
	double sign = c->s % 2 == 0 ? -1 : 1; /* (-1)^(s + 1) */
	size_t K = c->units->K;

	*bias = *variance = 0;
	for (size_t q = 0; q < K; q++)
	{
		double off = c->bias_constant * (c->b[1][q] - sign * c->b[0][q]);

		*bias += off * off / (double) K;
		*variance += c->variance_constant * (c->v[1][q] + c->v[0][q]) / c->density / (double) K;
	}
}

static double
best(const choice *c, double bias, double variance)
{
	double nothing = NEGLIGIBLE * c->spread;

	if (bias * pow(c->range, 2 * (c->s + 1)) <= nothing || variance * c->density <= nothing)
		return fmin(c->rule, c->range);
	return fmin(pow(variance / (2 * (c->s + 1) * bias * (double) c->units->n), 1. / (2 * c->s + 3)),
				c->range);
}

/*
 * The window of a side that has PILOT_UNITS units and enough distances for a fit of order s + 1,
 * or all that there are: up to the next distance, since a kernel may be 0 at its edge.
 */
static double
reach(const choice *c, bool right, size_t from)
{
	const ms_units *units = c->units;
	size_t n = right ? units->n - from : from;
	size_t distances = 0;
	double last = -1;

	for (size_t k = 0; k < n; k++)
	{
		double x = fabs(ms_units_x(units, right ? from + k : from - 1 - k));

		if (x > last && k >= PILOT_UNITS && distances >= (size_t) c->s + 3)
			return x;
		distances += x > last;
		last = x;
	}
	return last * 1.01;
}

static size_t
count_below(const ms_units *units)
{
	size_t below = 0;

	while (below < units->n && ms_units_x(units, below) < 0)
		below++;
	return below;
}

/* Over all units of a side: the kernel that weighs all alike, wide enough for the farthest. */
static ms_status
fit_whole_sides(choice *c)
{
	const ms_units *units = c->units;
	double first = ms_units_x(units, 0);
	double last = ms_units_x(units, units->n - 1);

	MS_TRY(fit_side(c, false, MS_WINDOW_UNIFORM, first < 0 ? -first : 1));
	return fit_side(c, true, MS_WINDOW_UNIFORM, last > 0 ? last : 1);
}

ms_status
ms_r3d_choose_bandwidth(ms_ctx *ctx, ms_arena *arena, const ms_units *units,
						ms_window_kernel kernel, int s, ms_r3d_bandwidth *out)
{
	choice c = {.ctx = ctx, .arena = arena, .units = units, .kernel = kernel, .s = s};
	size_t below = count_below(units);
	double bias, variance;
	double window, least;

	for (int side = 0; side < 2; side++)
	{
		MS_TRY(MS_ALLOC(arena, units->K, &c.b[side]));
		MS_TRY(MS_ALLOC(arena, units->K, &c.v[side]));
	}
	ms_r3d_constants(kernel, s, &c.bias_constant, &c.variance_constant);
	MS_TRY(fit_whole_sides(&c));
	MS_TRY(describe_x(&c));
	MS_TRY(describe_y(&c));
	errors(&c, &out->bias, &out->variance);
	out->density = c.density;
	out->pilot = best(&c, out->bias, out->variance);
	window = fmin(out->pilot * pow((double) units->n, 2. / ((2 * s + 3) * (2 * s + 5))), c.range);
	for (int side = 0; side < 2; side++)
		MS_TRY(fit_side(&c, side, kernel, fmax(window, reach(&c, side, below))));
	errors(&c, &bias, &variance);
	least = fmax(reach(&c, false, below), reach(&c, true, below));
	out->bandwidth = fmax(best(&c, bias, variance), least);
	return MS_OK;
}
