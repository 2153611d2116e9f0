/*
 * makarov.c: one walk over the merged values of Y1 and Y0 + z, at which alone F1(y) - F0(y - z)
 * steps. Left limits matter: at a tie the lower bound takes F1 after and F0 before the step.
 */
#include "core/transport/makarov.h"

#include <float.h>
#include <math.h>

#define SLACK (4 * DBL_EPSILON)
#define TICK_VALUES 65536

/* Share of the weight of the first i values. */
static double
level(const ms_column *c, size_t i)
{
	return i == 0 ? 0 : (c->upto ? c->upto[i - 1] : (double) i) / c->weight;
}

/* Whether y1 <= y0 + z, up to rounding. */
static bool
at_most(double y1, double y0, double z)
{
	return y1 - y0 - z <= SLACK * (fabs(y1) + fabs(y0) + fabs(z));
}

static bool
at_least(double y1, double y0, double z)
{
	return at_most(-y1, -y0, -z);
}

ms_status
ms_makarov_bounds(ms_ctx *ctx, const ms_column *y1, const ms_column *y0, double z, bool strict,
				  ms_makarov *out)
{
	double most = 0;  /* of F1(y) - F0(y - z) */
	double least = 0; /* of the same, as far as it is below 0 */
	size_t i = 0;
	size_t j = 0;

	if (isinf(z))
	{
		*out = (ms_makarov){z > 0, z > 0};
		return MS_OK;
	}
	for (size_t steps = 1; i < y1->n || j < y0->n; steps++)
	{
		bool one = j == y0->n || (i < y1->n && at_most(y1->x[i], y0->x[j], z));
		bool zero = i == y1->n || (j < y0->n && at_least(y1->x[i], y0->x[j], z));
		double before1 = level(y1, i);
		double before0 = level(y0, j);

		for (size_t at = i; one && i < y1->n && y1->x[i] == y1->x[at];)
			i++;
		for (size_t at = j; zero && j < y0->n && y0->x[j] == y0->x[at];)
			j++;
		most = fmax(most, level(y1, i) - (strict ? level(y0, j) : before0));
		least = fmin(least, (strict ? before1 : level(y1, i)) - level(y0, j));
		if (steps % TICK_VALUES == 0)
			MS_TRY(ms_tick(ctx, 8 * TICK_VALUES));
	}
	/* levels that meet but for rounding bound nothing */
	*out = (ms_makarov){most > SLACK ? most : 0, 1 - (least < -SLACK ? -least : 0)};
	return MS_OK;
}

/*
 * lower(z) >= p where, for some y, F0((y - z)-) <= F1(y) - p: y is a value of Y1, and y - z at
 * most the first value of Y0 with F0 > F1(y) - p.
 */
static ms_status
invert_lower(ms_ctx *ctx, const ms_column *y1, const ms_column *y0, double p, double *out)
{
	size_t j = 0;

	*out = INFINITY;
	for (size_t i = 0; i < y1->n; i++)
	{
		double room = level(y1, i + 1) - p;

		if (i % TICK_VALUES == 0)
			MS_TRY(ms_tick(ctx, 8 * TICK_VALUES));
		if (room < -SLACK)
			continue;
		while (j + 1 < y0->n && level(y0, j + 1) <= room + SLACK)
			j++;
		*out = fmin(*out, y1->x[i] - y0->x[j]);
	}
	return MS_OK;
}

/*
 * upper(z) >= p where F1(x + z) >= F0(x) - (1 - p) at every value x of Y0: x + z is at least the
 * first value of Y1 that reaches this level.
 */
static ms_status
invert_upper(ms_ctx *ctx, const ms_column *y1, const ms_column *y0, double p, double *out)
{
	size_t i = 0;

	*out = -INFINITY;
	for (size_t j = 0; j < y0->n; j++)
	{
		double wanted = level(y0, j + 1) - (1 - p);

		if (j % TICK_VALUES == 0)
			MS_TRY(ms_tick(ctx, 8 * TICK_VALUES));
		if (wanted <= SLACK)
			continue;
		while (i + 1 < y1->n && level(y1, i + 1) < wanted - SLACK)
			i++;
		*out = fmax(*out, y1->x[i] - y0->x[j]);
	}
	return MS_OK;
}

ms_status
ms_makarov_quantile(ms_ctx *ctx, const ms_column *y1, const ms_column *y0, double p,
					ms_makarov *out)
{
	if (!(p > 0 && p <= 1))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "p", 0, p, 0.5);
	MS_TRY(invert_upper(ctx, y1, y0, p, &out->lower));
	return invert_lower(ctx, y1, y0, p, &out->upper);
}

double
ms_makarov_margin(double n1, double n0, double confidence)
{
	double log_share = log(4 / (1 - confidence)) / 2;

	return sqrt(log_share / n1) + sqrt(log_share / n0);
}
