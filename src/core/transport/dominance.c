/*
 * dominance.c: one sweep over the merged values, at which alone F steps and I bends.
 */
#include "core/transport/dominance.h"

#include <math.h>

#define SLACK 1e-12
#define TICK_VALUES 65536

static double
level(const ms_column *c, size_t i)
{
	return i == 0 ? 0 : (c->upto ? c->upto[i - 1] : (double) i) / c->weight;
}

/* The integrals of the parts above and below 0 of a line from y0 to y1 over a length. */
static void
add_areas(double y0, double y1, double length, double *above, double *below)
{
	if (y0 >= 0 && y1 >= 0)
		*above += (y0 + y1) / 2 * length;
	else if (y0 <= 0 && y1 <= 0)
		*below -= (y0 + y1) / 2 * length;
	else
	{
		double share = y0 / (y0 - y1); /* where it crosses */

		*(y0 > 0 ? above : below) += fabs(y0) * share * length / 2;
		*(y1 > 0 ? above : below) += fabs(y1) * (1 - share) * length / 2;
	}
}

static int
verdict(bool against_a, bool against_b)
{
	return against_a ? (against_b ? 0 : -1) : (against_b ? 1 : 2);
}

ms_status
ms_dominance_compare(ms_ctx *ctx, const ms_column *a, const ms_column *b, ms_dominance *out)
{
	double low = fmin(a->x[0], b->x[0]);
	double high = fmax(a->x[a->n - 1], b->x[b->n - 1]);
	double slack = SLACK * (high - low);
	double difference = 0; /* I_a - I_b */
	double above = 0;
	double below = 0;
	double t = low;
	bool first_a = false;
	bool first_b = false;
	size_t i = 0;
	size_t j = 0;

	*out = (ms_dominance){.at_a = NAN, .at_b = NAN};
	for (size_t steps = 1; i < a->n || j < b->n; steps++)
	{
		double next = fmin(i < a->n ? a->x[i] : INFINITY, j < b->n ? b->x[j] : INFINITY);
		double height = level(a, i) - level(b, j);
		double after = difference + height * (next - t);

		first_a = first_a || (next > t && height > SLACK);
		first_b = first_b || (next > t && height < -SLACK);
		add_areas(difference, after, next - t, &above, &below);
		difference = after;
		t = next;
		if (difference > out->most_a + slack)
			out->most_a = difference, out->at_a = t;
		if (-difference > out->most_b + slack)
			out->most_b = -difference, out->at_b = t;
		i += i < a->n && a->x[i] == t;
		j += j < b->n && b->x[j] == t;
		if (steps % TICK_VALUES == 0)
			MS_TRY(ms_tick(ctx, 8 * TICK_VALUES));
	}
	out->first = verdict(first_a, first_b);
	out->second = verdict(out->most_a > 0, out->most_b > 0);
	out->spread = fabs(difference) <= slack && (out->second == 1 || out->second == -1);
	out->almost = above + below > 0 ? above / (above + below) : NAN;
	return MS_OK;
}
