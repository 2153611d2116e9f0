/*
 * columns.c: two passes over the rows. The first finds ranges, the second sums of values scaled
 * into [-1, 1], so that no square overflows, whatever the size of the numbers.
 */
#include "core/mixture/columns.h"

#include <float.h>
#include <math.h>

#include "core/base/sums.h"

/* standard deviations beyond these bounds have no square that is a number */
#define LEAST_SPREAD 1e-150
#define MOST_SPREAD 1e150

static ms_status
new_columns(ms_arena *arena, size_t d, ms_columns *out)
{
	double *block;

	*out = (ms_columns){.rows = 0};
	MS_TRY(MS_ZEROED(arena, 6 * d, &block));
	out->low = block;
	out->high = block + d;
	out->weights = block + 2 * d;
	out->centre = block + 3 * d;
	out->scale = block + 4 * d;
	out->variances = block + 5 * d;
	for (size_t c = 0; c < d; c++)
	{
		out->low[c] = INFINITY;
		out->high[c] = -INFINITY;
	}
	return MS_OK;
}

/* *there: how many elements are no gaps. */
static ms_status
check_row(ms_ctx *ctx, const ms_rows *rows, size_t i, bool gaps, size_t *there)
{
	const double *x = rows->x + i * rows->stride;
	double w = ms_rows_weight(rows, i);

	if (!(w >= 0) || isinf(w))
		return ms_fail(ctx, MS_BAD_WEIGHT, "weight", (int64_t) i + 1, w, 0);
	*there = 0;
	for (size_t c = 0; c < rows->d; c++)
	{
		if (isinf(x[c]) || (isnan(x[c]) && !gaps))
			return ms_fail(ctx, MS_NOT_FINITE, "element", (int64_t) c + 1, x[c], 0);
		*there += !isnan(x[c]);
	}
	return ms_tick(ctx, 2 + rows->d);
}

static void
widen(ms_columns *out, const double *x, double w, size_t d)
{
	for (size_t c = 0; c < d; c++)
	{
		if (isnan(x[c]))
			continue;
		out->weights[c] += w;
		out->low[c] = x[c] < out->low[c] ? x[c] : out->low[c];
		out->high[c] = x[c] > out->high[c] ? x[c] : out->high[c];
	}
}

static ms_status
find_ranges(ms_ctx *ctx, const ms_rows *rows, bool gaps, ms_columns *out)
{
	ms_sum weight = {0, 0};

	for (size_t i = 0; i < rows->n; i++)
	{
		double w = ms_rows_weight(rows, i);
		size_t there = 0;

		MS_TRY(check_row(ctx, rows, i, gaps, &there));
		if (w == 0)
			continue;
		if (there == 0)
		{
			out->empty++;
			continue;
		}
		out->rows++;
		ms_sum_add(&weight, w);
		out->squares += w * w;
		widen(out, rows->x + i * rows->stride, w, rows->d);
	}
	out->weight = ms_sum_get(&weight);
	if (!isfinite(out->weight) || !isfinite(out->squares))
		return ms_fail(ctx, MS_TOO_LARGE, "weight", 0, out->weight, DBL_MAX);
	return MS_OK;
}

/* Middle and half range, through which the second pass looks. */
static ms_status
check_ranges(ms_ctx *ctx, ms_columns *out, size_t d)
{
	for (size_t c = 0; c < d; c++)
	{
		double half = out->high[c] / 2 - out->low[c] / 2;

		if (!(out->high[c] > out->low[c]))
			return ms_fail(ctx, MS_CONSTANT, "column", (int64_t) c + 1,
						   isinf(out->low[c]) ? 0 : out->low[c], 0);
		if (!(half > LEAST_SPREAD) || half > MOST_SPREAD)
			return ms_fail(ctx, MS_TOO_LARGE, "range", (int64_t) c + 1, half * 2, MOST_SPREAD);
		out->centre[c] = out->low[c] / 2 + out->high[c] / 2;
		out->scale[c] = half;
	}
	return MS_OK;
}

/* Means and standard deviations into centre and scale. */
static ms_status
find_spreads(ms_ctx *ctx, const ms_rows *rows, double *s1, double *s2, ms_columns *out)
{
	size_t d = rows->d;

	MS_TRY(check_ranges(ctx, out, d));
	for (size_t i = 0; i < rows->n; i++)
	{
		const double *x = rows->x + i * rows->stride;

		MS_TRY(ms_tick(ctx, 2 + d));
		for (size_t c = 0; c < d; c++)
		{
			double t = isnan(x[c]) ? 0 : (x[c] - out->centre[c]) / out->scale[c];
			double w = ms_rows_weight(rows, i) / out->weights[c];

			s1[c] += w * t;
			s2[c] += w * t * t;
		}
	}
	for (size_t c = 0; c < d; c++)
	{
		out->centre[c] += out->scale[c] * s1[c];
		out->scale[c] *= sqrt(fmax(s2[c] - s1[c] * s1[c], 0));
		if (!(out->scale[c] > LEAST_SPREAD))
			return ms_fail(ctx, MS_CONSTANT, "column", (int64_t) c + 1, out->low[c], 0);
	}
	return MS_OK;
}

static void
set_scale(ms_columns *out, bool own, size_t d)
{
	double mean = 0;

	for (size_t c = 0; c < d; c++)
		mean += out->scale[c] * out->scale[c] / (double) d;
	for (size_t c = 0; c < d; c++)
	{
		double sd = out->scale[c];

		out->scale[c] = 1 / (own ? sd : sqrt(mean));
		out->variances[c] = own ? 1 : sd * sd / mean;
	}
}

ms_status
ms_columns_new(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, bool gaps, bool own, size_t k,
			   ms_columns *out)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	double *sums;
	ms_status status;

	MS_TRY(new_columns(arena, rows->d, out));
	MS_TRY(find_ranges(ctx, rows, gaps, out));
	if (out->rows == 0)
		return ms_fail(ctx, MS_TOO_FEW, "rows", 0, 0, (double) k);
	status = MS_ZEROED(&scratch, 2 * rows->d, &sums);
	if (status == MS_OK)
		status = find_spreads(ctx, rows, sums, sums + rows->d, out);
	ms_arena_free(&scratch);
	if (status == MS_OK)
		set_scale(out, own, rows->d);
	return status;
}

ms_status
ms_columns_shift(ms_ctx *ctx, const ms_columns *c, const ms_rows *rows, bool gaps, double *shift)
{
	double whole = 0;
	ms_sum sum = {0, 0};

	for (size_t i = 0; i < rows->d; i++)
		whole += log(c->scale[i]);
	for (size_t i = 0; i < rows->n; i++)
	{
		const double *x = rows->x + i * rows->stride;
		double of_row = whole;

		MS_TRY(ms_tick(ctx, 2 + (gaps ? rows->d : 0)));
		for (size_t a = 0; gaps && a < rows->d; a++)
			of_row -= isnan(x[a]) ? log(c->scale[a]) : 0;
		ms_sum_add(&sum, ms_rows_weight(rows, i) * of_row);
	}
	*shift = ms_sum_get(&sum);
	return MS_OK;
}
