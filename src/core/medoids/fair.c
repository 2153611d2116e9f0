/*
 * fair.c: the state of a search for fair medoids: groups, rows of d^p, nearest medoids.
 */
#include "core/medoids/fair_parts.h"

#include <math.h>
#include <string.h>

/* --- groups --------------------------------------------------------------------------------- */

/* What is still to be chosen must be able to meet all minimums and no maximum. */
bool
ms_fair_admissible(const ms_fair *f, uint32_t group)
{
	size_t left = f->k - f->found - 1;
	size_t need = 0;
	size_t room = 0;

	if (f->counts[group] >= f->most[group])
		return false;
	for (uint32_t h = 0; h < f->groups; h++)
	{
		uint32_t count = f->counts[h] + (h == group);

		need += f->least[h] > count ? f->least[h] - count : 0;
		room += f->most[h] - count;
	}
	return need <= left && left <= room;
}

bool
ms_fair_exchangeable(const ms_fair *f, size_t i, uint32_t group)
{
	uint32_t own = f->of[f->medoids[i]];

	if (own == group)
		return true;
	return f->counts[own] > f->least[own] && f->counts[group] < f->most[group];
}

/* Maximums become at most the rows of their group; whether there is a choice at all. */
static ms_status
check_groups(ms_fair *f)
{
	double least = 0;
	double most = 0;

	for (size_t h = 0; h < f->groups; h++)
	{
		if (f->least[h] > f->most[h])
			return ms_fail(f->ctx, MS_BAD_ARGUMENT, "bounds", (int64_t) h + 1, f->least[h],
						   f->most[h]);
		if (f->least[h] > f->counts[h])
			return ms_fail(f->ctx, MS_BAD_ARGUMENT, "group", (int64_t) h + 1, f->least[h],
						   f->counts[h]);
		if (f->most[h] > f->counts[h])
			f->most[h] = f->counts[h];
		least += f->least[h];
		most += f->most[h];
	}
	if (least > (double) f->k)
		return ms_fail(f->ctx, MS_BAD_ARGUMENT, "minimums", 0, least, (double) f->k);
	if (most < (double) f->k)
		return ms_fail(f->ctx, MS_BAD_ARGUMENT, "maximums", 0, most, (double) f->k);
	return ms_tick(f->ctx, f->groups);
}

/* Groups of the rows that are used. */
static ms_status
gather_groups(ms_fair *f, ms_arena *arena, const ms_fair_groups *groups)
{
	uint32_t *of;

	f->groups = groups->n;
	f->least = groups->least;
	MS_TRY(MS_ALLOC(arena, f->n, &of));
	MS_TRY(MS_ALLOC(arena, f->groups, &f->most));
	MS_TRY(MS_ZEROED(arena, f->groups, &f->counts));
	memcpy(f->most, groups->most, f->groups * sizeof(*f->most));
	for (size_t i = 0; i < f->n; i++)
	{
		of[i] = groups->of[f->data->which ? f->data->which[i] : i];
		f->counts[of[i]]++;
	}
	f->of = of;
	MS_TRY(ms_tick(f->ctx, 2 * f->n));
	return check_groups(f);
}

/* --- rows ----------------------------------------------------------------------------------- */

static void
raise(double *d, size_t n, double p)
{
	for (size_t o = 0; o < n && p == 2; o++)
		d[o] *= d[o];
	for (size_t o = 0; o < n && p != 1 && p != 2; o++)
		d[o] = pow(d[o], p);
}

static ms_status
compute_row(ms_fair *f, size_t c, double *out)
{
	MS_TRY(ms_data_row(f->ctx, f->data, c, f->x, f->floats, out));
	if (f->widest || f->p == 1)
		return MS_OK;
	raise(out, f->n, f->p);
	return ms_tick(f->ctx, f->p == 2 ? f->n : 20 * f->n);
}

ms_status
ms_fair_row(ms_fair *f, size_t c, double *buffer, const double **row)
{
	*row = f->square ? f->square + c * f->n : buffer;
	return f->square ? MS_OK : compute_row(f, c, buffer);
}

/* All rows in memory where half of what the budget leaves holds them. */
static ms_status
fill_square(ms_fair *f, ms_arena *arena)
{
	size_t budget = f->ctx->budget;
	double *square;

	if (f->n > MS_DATA_SQUARE ||
		(budget > 0 &&
		 (budget <= arena->used || f->n * f->n > (budget - arena->used) / 2 / sizeof(*square))))
		return MS_OK;
	MS_TRY(ms_arena_alloc(arena, f->n * f->n, sizeof(*square), (void **) &square));
	for (size_t c = 0; c < f->n; c++)
	{
		MS_TRY(compute_row(f, c, square + c * f->n));
		MS_TRY(ms_tick(f->ctx, f->n));
	}
	f->square = square;
	return MS_OK;
}

ms_status
ms_fair_new(ms_ctx *ctx, ms_arena *arena, const ms_data *data, size_t k, double p,
			const ms_fair_groups *groups, ms_fair *f)
{
	size_t n = data->n;

	*f = (ms_fair){.ctx = ctx, .data = data, .n = n, .k = k, .p = p, .widest = isinf(p)};
	MS_TRY(gather_groups(f, arena, groups));
	MS_TRY(MS_ALLOC(arena, n, &f->w));
	MS_TRY(MS_ALLOC(arena, k, &f->medoids));
	MS_TRY(MS_ZEROED(arena, n, &f->taken));
	MS_TRY(MS_ALLOC(arena, n, &f->first));
	MS_TRY(MS_ALLOC(arena, n, &f->second));
	MS_TRY(MS_ALLOC(arena, n, &f->d1));
	MS_TRY(MS_ALLOC(arena, n, &f->d2));
	MS_TRY(MS_ALLOC(arena, n, &f->row));
	MS_TRY(MS_ALLOC(arena, n, &f->floats));
	MS_TRY(MS_ALLOC(arena, data->points ? ms_points_width(data->points) : 1, &f->x));
	MS_TRY(MS_ALLOC(arena, k, &f->loss));
	MS_TRY(MS_ALLOC(arena, k, &f->near));
	MS_TRY(MS_ALLOC(arena, k, &f->far));
	for (size_t o = 0; o < n; o++)
	{
		f->w[o] = data->w ? data->w[o] : 1;
		if (f->widest)
			f->w[o] = f->w[o] > 0;
	}
	return fill_square(f, arena);
}

/* --- medoids -------------------------------------------------------------------------------- */

void
ms_fair_clear(ms_fair *f)
{
	memset(f->taken, 0, f->n);
	memset(f->counts, 0, f->groups * sizeof(*f->counts));
	f->found = 0;
}

void
ms_fair_take(ms_fair *f, size_t c)
{
	f->taken[c] = 1;
	f->counts[f->of[c]]++;
	f->medoids[f->found++] = c;
}

static void
offer(ms_fair *f, size_t o, uint32_t slot, double d)
{
	if (d < f->d1[o])
	{
		f->second[o] = f->first[o];
		f->d2[o] = f->d1[o];
		f->first[o] = slot;
		f->d1[o] = d;
	}
	else if (d < f->d2[o])
	{
		f->second[o] = slot;
		f->d2[o] = d;
	}
}

static void
sum_up(ms_fair *f)
{
	f->cost = 0;
	memset(f->loss, 0, f->k * sizeof(*f->loss));
	for (size_t o = 0; o < f->n; o++)
	{
		double part = f->w[o] * f->d1[o];

		if (f->widest && part > f->cost)
			f->farthest = o;
		f->cost = f->widest ? ms_fair_greater(f->cost, part) : f->cost + part;
		if (f->found > 1)
			f->loss[f->first[o]] += f->w[o] * (f->d2[o] - f->d1[o]);
	}
}

ms_status
ms_fair_assign(ms_fair *f)
{
	const double *d;

	for (size_t o = 0; o < f->n; o++)
	{
		f->first[o] = f->second[o] = 0;
		f->d1[o] = f->d2[o] = INFINITY;
	}
	for (size_t i = 0; i < f->found; i++)
	{
		MS_TRY(ms_fair_row(f, f->medoids[i], f->row, &d));
		for (size_t o = 0; o < f->n; o++)
			offer(f, o, (uint32_t) i, d[o]);
		MS_TRY(ms_tick(f->ctx, 2 * f->n));
	}
	if (f->found > 0)
		sum_up(f);
	return ms_tick(f->ctx, 2 * f->n);
}
