/*
 * dominance.c: one sweep over the merged values, at which alone F steps and I bends.
 */
#include "core/transport/dominance.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/rng.h"

#define STREAM UINT64_C(0x646f6d0000000000)
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

/* The range of both together, which must be a number. */
static ms_status
range_of(ms_ctx *ctx, const ms_column *a, const ms_column *b, double *range)
{
	*range = fmax(a->x[a->n - 1], b->x[b->n - 1]) - fmin(a->x[0], b->x[0]);
	return isfinite(*range) ? MS_OK : ms_fail(ctx, MS_TOO_LARGE, "distance", 0, *range, DBL_MAX);
}

ms_status
ms_dominance_compare(ms_ctx *ctx, const ms_column *a, const ms_column *b, ms_dominance *out)
{
	double range;
	double slack;
	double difference = 0; /* I_a - I_b */
	double above = 0;      /* areas, in units of the range squared */
	double below = 0;
	double t = fmin(a->x[0], b->x[0]);
	bool first_a = false;
	bool first_b = false;
	size_t i = 0;
	size_t j = 0;

	*out = (ms_dominance){.at_a = NAN, .at_b = NAN};
	MS_TRY(range_of(ctx, a, b, &range));
	slack = SLACK * range;
	for (size_t steps = 1; i < a->n || j < b->n; steps++)
	{
		double next = fmin(i < a->n ? a->x[i] : INFINITY, j < b->n ? b->x[j] : INFINITY);
		double height = level(a, i) - level(b, j);
		double after = difference + height * (next - t);

		first_a = first_a || (next > t && height > SLACK);
		first_b = first_b || (next > t && height < -SLACK);
		if (next > t)
			add_areas(difference / range, after / range, (next - t) / range, &above, &below);
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

/* Both samples merged: value i belongs to a (0) or b (1). */
typedef struct pool
{
	size_t n[2];
	double total[2];
	double *x;
	double *mass; /* of its sample */
	unsigned char *side;
	uint32_t *which; /* number within its sample */
	uint32_t *draws; /* of a, then of b: how often each value was drawn */
} pool;

static ms_status
pool_new(ms_ctx *ctx, ms_arena *arena, const ms_column *a, const ms_column *b, pool *p)
{
	size_t all;
	size_t i = 0;
	size_t j = 0;

	if (!ms_size_add(a->n, b->n, &all) || all > UINT32_MAX)
		return ms_fail(ctx, MS_TOO_LARGE, "points", 0, (double) all, UINT32_MAX);
	*p = (pool){.n = {a->n, b->n}};
	MS_TRY(MS_ALLOC(arena, all, &p->x));
	MS_TRY(MS_ALLOC(arena, all, &p->mass));
	MS_TRY(MS_ALLOC(arena, all, &p->side));
	MS_TRY(MS_ALLOC(arena, all, &p->which));
	MS_TRY(MS_ALLOC(arena, all, &p->draws));
	for (size_t k = 0; k < all; k++)
	{
		bool from_a = j == b->n || (i < a->n && a->x[i] <= b->x[j]);
		const ms_column *c = from_a ? a : b;
		size_t at = from_a ? i++ : j++;

		p->x[k] = c->x[at];
		p->side[k] = !from_a;
		p->which[k] = (uint32_t) at;
		p->mass[k] = level(c, at + 1) - level(c, at);
		if (k % TICK_VALUES == 0)
			MS_TRY(ms_tick(ctx, 8 * TICK_VALUES));
	}
	return MS_OK;
}

/*
 * max over values of (I_a* - I_b*) - (I_a - I_b), the stars being those of what was drawn; without
 * draws of I_a - I_b itself.
 */
static ms_status
greatest(ms_ctx *ctx, const pool *p, bool drawn, double *out)
{
	double height = 0;
	double difference = 0;

	*out = 0;
	for (size_t k = 0; k < p->n[0] + p->n[1]; k++)
	{
		double scale = 1;

		if (k > 0)
			difference += height * (p->x[k] - p->x[k - 1]);
		*out = difference > *out ? difference : *out;
		if (drawn)
			scale = p->draws[p->side[k] * p->n[0] + p->which[k]] / p->total[p->side[k]] - 1;
		height += (p->side[k] ? -1 : 1) * p->mass[k] * scale;
		if (k % TICK_VALUES == 0)
			MS_TRY(ms_tick(ctx, 6 * TICK_VALUES));
	}
	return MS_OK;
}

/* Values drawn with replacement, and the mass that they have together. */
static ms_status
draw(ms_ctx *ctx, pool *p, ms_rng *rng)
{
	size_t from = 0;

	memset(p->draws, 0, (p->n[0] + p->n[1]) * sizeof(*p->draws));
	for (int side = 0; side < 2; side++)
	{
		for (size_t k = 0; k < p->n[side]; k++)
		{
			p->draws[from + ms_rng_below(rng, p->n[side])]++;
			if (k % TICK_VALUES == 0)
				MS_TRY(ms_tick(ctx, 12 * TICK_VALUES));
		}
		from += p->n[side];
	}
	p->total[0] = p->total[1] = 0;
	for (size_t k = 0; k < p->n[0] + p->n[1]; k++)
	{
		p->total[p->side[k]] += p->mass[k] * p->draws[p->side[k] * p->n[0] + p->which[k]];
		if (k % TICK_VALUES == 0)
			MS_TRY(ms_tick(ctx, 4 * TICK_VALUES));
	}
	return MS_OK;
}

ms_status
ms_dominance_test(ms_ctx *ctx, ms_arena *arena, const ms_column *a, const ms_column *b, double n_a,
				  double n_b, int64_t replicates, uint64_t seed, ms_dominance_p *out)
{
	double scale = sqrt(n_a) * sqrt(n_b / (n_a + n_b)); /* sums of rows may be large numbers */
	double range;
	double observed;
	double value;
	double mean = 0;
	double square = 0; /* sum of squares about the mean (Welford 1962) */
	int64_t as_great = 0;
	ms_rng rng;
	pool p;

	if (replicates < 1)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "replicates", 0, (double) replicates, 1);
	MS_TRY(range_of(ctx, a, b, &range));
	MS_TRY(pool_new(ctx, arena, a, b, &p));
	MS_TRY(greatest(ctx, &p, false, &observed));
	ms_rng_init(&rng, seed, STREAM);
	for (int64_t i = 0; i < replicates; i++)
	{
		MS_TRY(draw(ctx, &p, &rng));
		MS_TRY(greatest(ctx, &p, true, &value));
		as_great += value >= observed * (1 - SLACK);
		square += (value - mean) * (value - mean) * ((double) i / (double) (i + 1));
		mean += (value - mean) / (double) (i + 1);
	}
	out->statistic = scale * observed;
	out->null_mean = scale * mean;
	out->null_sd = replicates > 1 ? scale * sqrt(square / ((double) replicates - 1)) : NAN;
	out->p_value = (1 + (double) as_great) / ((double) replicates + 1);
	return MS_OK;
}
