/*
 * did.c: shares of those seen either way, trimmed means of changes, bootstrap of units.
 */
#include "core/transport/did.h"

#include <math.h>
#include <string.h>

#include "core/base/order.h"
#include "core/base/rng.h"

#define STREAM UINT64_C(0x6469640000000000)
#define TICK_UNITS 65536

/* An arm as it is, or as it was drawn. */
typedef struct arm
{
	const ms_did_unit *units;
	size_t n;
	size_t both; /* the first ones, of which a change is seen */
	double *change;
	double *upto;
	uint32_t *draws; /* how often each unit was drawn */
	double before;   /* shares seen */
	double after;
} arm;

static ms_status
arm_new(ms_ctx *ctx, ms_arena *arena, ms_did_unit *units, size_t n, int side, arm *a)
{
	static const unsigned char kinds[] = {MS_SLOT_DOUBLE, MS_SLOT_UINT64};

	*a = (arm){.units = units, .n = n};
	if (n > UINT32_MAX)
		return ms_fail(ctx, MS_TOO_LARGE, "units", 0, (double) n, UINT32_MAX);
	MS_TRY(ms_order_sort(ctx, (uint64_t *) units, n, 2, kinds));
	while (a->both < n && !isnan(units[a->both].change))
		a->both++;
	if (a->both == 0)
		return ms_fail(ctx, MS_TOO_FEW, "changes", side, 0, 1);
	MS_TRY(MS_ALLOC(arena, a->both, &a->change));
	MS_TRY(MS_ALLOC(arena, a->both, &a->upto));
	MS_TRY(MS_ALLOC(arena, n, &a->draws));
	for (size_t i = 0; i < a->both; i++)
		a->change[i] = units[i].change;
	for (size_t i = 0; i < n; i++)
		a->draws[i] = 1;
	return ms_tick(ctx, 4 * n);
}

/* As many units as there are, with replacement. */
static ms_status
redraw(ms_ctx *ctx, arm *a, ms_rng *rng)
{
	memset(a->draws, 0, a->n * sizeof(*a->draws));
	for (size_t i = 0; i < a->n; i++)
	{
		a->draws[ms_rng_below(rng, a->n)]++;
		if (i % TICK_UNITS == 0)
			MS_TRY(ms_tick(ctx, 10 * TICK_UNITS));
	}
	return ms_tick(ctx, 10 * (a->n % TICK_UNITS));
}

/* Shares seen, and the changes with their draws as weights. */
static ms_status
count(ms_ctx *ctx, arm *a, ms_column *changes)
{
	double before = 0;
	double after = 0;
	double sum = 0;

	for (size_t i = 0; i < a->n; i++)
	{
		before += a->units[i].seen & MS_DID_BEFORE ? a->draws[i] : 0;
		after += a->units[i].seen & MS_DID_AFTER ? a->draws[i] : 0;
		if (i < a->both)
			a->upto[i] = sum += a->draws[i];
	}
	a->before = before / (double) a->n;
	a->after = after / (double) a->n;
	*changes = (ms_column){a->both, 0, a->change, a->upto, sum, false};
	return ms_tick(ctx, 4 * a->n);
}

/* --- shares --------------------------------------------------------------------------------- */

static double
clip(double share, bool *clipped)
{
	*clipped |= share < 0 || share > 1;
	return fmin(fmax(share, 0), 1);
}

/*
 * Of the treated p1 are seen and p0 would be, of the controls q0 and q1. Where the treatment only
 * adds (p1 >= p0), all controls who are seen are seen either way, and p0 / p1 of the treated; where
 * it only takes away, all treated and q1 / q0 of the controls. Without that, no fewer than
 * p1 + p0 - 1 of all treated.
 */
static void
shares(const arm *arms, const ms_did_options *o, ms_did *out)
{
	for (int side = 0; side < 2; side++)
	{
		const arm *own = arms + side;
		const arm *other = arms + !side;
		bool parallel = o->selection == MS_DID_PARALLEL;

		out->seen[side] = own->after;
		out->otherwise[side] =
			clip(other->after + (parallel ? own->before - other->before : 0), &out->clipped);
	}
	for (int side = 0; side < 2; side++)
	{
		double seen = out->seen[side];
		double otherwise = out->otherwise[side];
		double always = o->monotone ? fmin(seen, otherwise) : fmax(seen + otherwise - 1, 0);

		out->keep[side] = always / seen;
	}
}

/* --- bounds --------------------------------------------------------------------------------- */

/* The least and the greatest that the mean change of those seen either way can be. */
static ms_status
means(ms_ctx *ctx, const ms_column *changes, double keep, ms_did_dominance dominance, double *low,
	  double *high)
{
	ms_trim all, end;

	*low = *high = NAN;
	if (!(keep > 0) || changes->weight <= 0)
		return MS_OK;
	MS_TRY(ms_trim_mean(ctx, changes, 1, false, &all));
	MS_TRY(ms_trim_mean(ctx, changes, keep, false, &end));
	*low = dominance == MS_DID_GREATER ? all.mean : end.mean;
	MS_TRY(ms_trim_mean(ctx, changes, keep, true, &end));
	*high = dominance == MS_DID_LESSER ? all.mean : end.mean;
	return MS_OK;
}

static ms_status
evaluate(ms_ctx *ctx, arm *arms, const ms_did_options *o, ms_did *out)
{
	ms_column changes[2];
	double low[2], high[2];

	for (int side = 0; side < 2; side++)
		MS_TRY(count(ctx, arms + side, changes + side));
	shares(arms, o, out);
	for (int side = 0; side < 2; side++)
		MS_TRY(means(ctx, changes + side, out->keep[side], o->dominance, low + side, high + side));
	out->bounds.lower = low[1] - high[0];
	out->bounds.upper = high[1] - low[0];
	return MS_OK;
}

/* Spread of what was drawn (Welford 1962). */
typedef struct spread
{
	double n, mean, square;
} spread;

static void
spread_add(spread *s, double x)
{
	double off = x - s->mean;

	s->n++;
	s->mean += off / s->n;
	s->square += off * (x - s->mean);
}

static ms_status
bootstrap(ms_ctx *ctx, arm *arms, const ms_did_options *o, ms_did *out)
{
	spread lower = {0}, upper = {0};
	ms_rng rng;

	ms_rng_init(&rng, o->seed, STREAM);
	for (int64_t i = 0; i < o->replicates; i++)
	{
		ms_did drawn = {.clipped = false};

		MS_TRY(redraw(ctx, arms, &rng));
		MS_TRY(redraw(ctx, arms + 1, &rng));
		MS_TRY(evaluate(ctx, arms, o, &drawn));
		if (isnan(drawn.bounds.lower))
			continue;
		spread_add(&lower, drawn.bounds.lower);
		spread_add(&upper, drawn.bounds.upper);
	}
	out->replicates = (int64_t) lower.n;
	out->bounds.lower_error = lower.n > 1 ? sqrt(lower.square / (lower.n - 1)) : NAN;
	out->bounds.upper_error = upper.n > 1 ? sqrt(upper.square / (upper.n - 1)) : NAN;
	return MS_OK;
}

ms_status
ms_did_bounds(ms_ctx *ctx, ms_arena *arena, ms_did_unit *const units[2], const size_t n[2],
			  const ms_did_options *o, ms_did *out)
{
	arm arms[2];

	*out = (ms_did){.clipped = false};
	if (!(o->level > 0 && o->level < 1))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "level", 0, o->level, 0.95);
	if (o->replicates < 2)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "replicates", 0, (double) o->replicates, 2);
	for (int side = 0; side < 2; side++)
		MS_TRY(arm_new(ctx, arena, units[side], n[side], side, arms + side));
	MS_TRY(evaluate(ctx, arms, o, out));
	MS_TRY(bootstrap(ctx, arms, o, out));
	ms_bounds_interval(&out->bounds, o->level);
	return MS_OK;
}
