/*
 * draw.c: draws in proportion to scores.
 */
#include "core/selection/draw.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "core/base/order.h"
#include "core/base/rng.h"
#include "core/base/sums.h"

#define STREAM_REPLACEMENT UINT64_C(0x647261777265)
#define STREAM_POISSON UINT64_C(0x64726177706f)

static ms_status
sum_scores(ms_ctx *ctx, const double *scores, size_t n, double *out)
{
	ms_sum sum = {0, 0};

	for (size_t i = 0; i < n; i++)
	{
		if (!(scores[i] >= 0 && isfinite(scores[i])))
			return ms_fail(ctx, MS_BAD_ARGUMENT, "score", (int64_t) i + 1, scores[i], 0);
		ms_sum_add(&sum, scores[i]);
	}
	*out = ms_sum_get(&sum);
	if (!isfinite(*out))
		return ms_fail(ctx, MS_TOO_LARGE, "the sum of scores", 0, INFINITY, DBL_MAX);
	return ms_tick(ctx, 2 * n);
}

/* --- with replacement ----------------------------------------------------------------------- */

/* The last unit whose share begins at or before `at`, and which has a share. */
static size_t
find_unit(const double *begins, const double *p, size_t n, double at)
{
	size_t low = 0;

	for (size_t span = n; span > 1;)
	{
		size_t half = span / 2;

		low += begins[low + half] <= at ? half : 0;
		span -= half;
	}
	while (low > 0 && p[low] == 0)
		low--;
	while (p[low] == 0)
		low++;
	return low;
}

static ms_status
toss(ms_ctx *ctx, ms_arena *arena, const double *p, size_t n, size_t size, int64_t seed,
	 uint32_t *counts)
{
	ms_sum sum = {0, 0};
	double *begins;

	MS_TRY(MS_ALLOC(arena, n, &begins));
	for (size_t i = 0; i < n; i++)
	{
		begins[i] = ms_sum_get(&sum);
		ms_sum_add(&sum, p[i]);
		counts[i] = 0;
	}
	MS_TRY(ms_tick(ctx, 4 * n));
	for (size_t t = 0; t < size; t++)
	{
		double u = ms_rng_at((uint64_t) seed, STREAM_REPLACEMENT, t);

		counts[find_unit(begins, p, n, u * ms_sum_get(&sum))]++;
		MS_TRY(ms_tick(ctx, 60));
	}
	return MS_OK;
}

ms_status
ms_draw_replacement(ms_ctx *ctx, const double *scores, size_t n, size_t size, int64_t seed,
					double *p, uint32_t *counts)
{
	double sum;
	ms_arena arena;
	ms_status status;

	MS_TRY(sum_scores(ctx, scores, n, &sum));
	for (size_t i = 0; i < n; i++)
		p[i] = sum > 0 ? scores[i] / sum : 1 / (double) n;
	ms_arena_init(&arena, ctx);
	status = toss(ctx, &arena, p, n, size, seed, counts);
	ms_arena_free(&arena);
	return status;
}

/* --- each by itself ------------------------------------------------------------------------- */

/*
 * The factor c by the sorted scores: the r greatest have pi = 1, and c shares out what is left of
 * `size`, for the first r where no further one would exceed 1.
 */
static ms_status
find_factor(ms_ctx *ctx, ms_arena *arena, const double *scores, size_t n, size_t size, double *c)
{
	double *sorted;
	double *upto; /* sum of the i least */
	ms_sum sum = {0, 0};
	size_t r = 0;

	MS_TRY(MS_ALLOC(arena, n, &sorted));
	MS_TRY(MS_ALLOC(arena, n + 1, &upto));
	for (size_t i = 0; i < n; i++)
		sorted[i] = scores[i];
	MS_TRY(ms_order_sort_doubles(ctx, sorted, n));
	upto[0] = 0;
	for (size_t i = 0; i < n; i++)
	{
		ms_sum_add(&sum, sorted[i]);
		upto[i + 1] = ms_sum_get(&sum);
	}
	while ((double) (size - r) * sorted[n - 1 - r] > upto[n - r])
		r++;
	*c = (double) (size - r) / upto[n - r];
	return ms_tick(ctx, 4 * n);
}

ms_status
ms_draw_inclusion(ms_ctx *ctx, const double *scores, size_t n, size_t size, double *pi)
{
	size_t positive = 0;
	double sum;
	double c = 0;
	ms_arena arena;
	ms_status status = MS_OK;

	MS_TRY(sum_scores(ctx, scores, n, &sum));
	for (size_t i = 0; i < n; i++)
		positive += scores[i] > 0;
	ms_arena_init(&arena, ctx);
	if (positive > size)
		status = find_factor(ctx, &arena, scores, n, size, &c);
	ms_arena_free(&arena);
	MS_TRY(status);
	for (size_t i = 0; i < n; i++)
	{
		if (sum == 0)
			pi[i] = fmin(1, (double) size / (double) n);
		else
			pi[i] = positive > size ? fmin(1, c * scores[i]) : scores[i] > 0;
	}
	return ms_tick(ctx, 3 * n);
}

ms_status
ms_draw_poisson(ms_ctx *ctx, const uint64_t *keys, const double *pi, size_t n, int64_t seed,
				uint32_t *counts)
{
	for (size_t i = 0; i < n; i++)
	{
		counts[i] = ms_rng_at((uint64_t) seed, STREAM_POISSON, keys[i]) < pi[i];
		MS_TRY(ms_tick(ctx, 12));
	}
	return MS_OK;
}

/* --- the greatest --------------------------------------------------------------------------- */

static ms_status
sort_falling(ms_ctx *ctx, ms_arena *arena, const double *scores, size_t n, uint64_t **out)
{
	static const unsigned char kinds[] = {MS_SLOT_DOUBLE, MS_SLOT_UINT64};
	uint64_t *records;

	MS_TRY(ms_arena_alloc(arena, n, 2 * sizeof(*records), (void **) &records));
	for (size_t i = 0; i < n; i++)
	{
		double key = -scores[i];

		memcpy(&records[2 * i], &key, sizeof(key));
		records[2 * i + 1] = i;
	}
	*out = records;
	return ms_order_sort(ctx, records, n, 2, kinds);
}

ms_status
ms_draw_top(ms_ctx *ctx, const double *scores, size_t n, size_t size, uint32_t *counts)
{
	uint64_t *records;
	double sum;
	ms_arena arena;
	ms_status status;

	MS_TRY(sum_scores(ctx, scores, n, &sum));
	memset(counts, 0, n * sizeof(*counts));
	ms_arena_init(&arena, ctx);
	status = sort_falling(ctx, &arena, scores, n, &records);
	for (size_t i = 0; i < n && i < size && status == MS_OK; i++)
		counts[records[2 * i + 1]] = 1;
	ms_arena_free(&arena);
	return status;
}

/* --- totals --------------------------------------------------------------------------------- */

ms_total
ms_total_replacement(const double *y, const double *p, const double *w, size_t n)
{
	ms_sum sum = {0, 0};
	ms_sum squares = {0, 0};
	double size = 0;
	double mean;

	for (size_t i = 0; i < n; i++)
	{
		size += w ? w[i] : 1;
		ms_sum_add(&sum, (w ? w[i] : 1) * y[i] / p[i]);
	}
	mean = ms_sum_get(&sum) / size;
	for (size_t i = 0; i < n; i++)
		ms_sum_add(&squares, (w ? w[i] : 1) * (y[i] / p[i] - mean) * (y[i] / p[i] - mean));
	return (ms_total){mean, size > 1 ? sqrt(ms_sum_get(&squares) / (size - 1) / size) : NAN};
}

ms_total
ms_total_poisson(const double *y, const double *p, const double *w, size_t n)
{
	ms_sum sum = {0, 0};
	ms_sum squares = {0, 0};

	for (size_t i = 0; i < n; i++)
	{
		ms_sum_add(&sum, (w ? w[i] : 1) * y[i] / p[i]);
		ms_sum_add(&squares, (w ? w[i] : 1) * (1 - p[i]) * (y[i] / p[i]) * (y[i] / p[i]));
	}
	return (ms_total){ms_sum_get(&sum), sqrt(ms_sum_get(&squares))};
}

void
ms_total_interval(const ms_total *total, double level, double *lower, double *upper)
{
	double half = gsl_cdf_ugaussian_Qinv((1 - level) / 2) * total->std_error;

	*lower = total->estimate - half;
	*upper = total->estimate + half;
}
