/*
 * kll_check.c: the validator of quantile sketches. O(count).
 */
#include <math.h>

#include "core/transport/kll.h"

static ms_status
corrupt(ms_ctx *ctx, const ms_kll *q, const char *what, const void *at)
{
	return ms_fail(ctx, MS_CORRUPT, what, (const char *) at - (const char *) q, 0, 0);
}

static bool
plain(double x)
{
	return isfinite(x) && !(x == 0 && signbit(x));
}

static ms_status
check_fields(ms_ctx *ctx, const ms_kll *q)
{
	bool weighted = q->head.flags & MS_KLL_WEIGHTED;

	if (q->k < MS_KLL_MIN_K || q->k > MS_KLL_MAX_K)
		return corrupt(ctx, q, "k", &q->k);
	if (q->levels > MS_KLL_LEVELS)
		return corrupt(ctx, q, "levels", &q->levels);
	if (q->capacity != ms_kll_capacity(q->k, q->levels) || q->count > q->capacity)
		return corrupt(ctx, q, "capacity", &q->capacity);
	if (q->n > MS_KLL_MOST_ROWS)
		return corrupt(ctx, q, "rows", &q->n);
	if (!plain(q->weight) || q->weight < 0 || q->weight > MS_KLL_MAX_WEIGHT ||
		(!weighted && q->weight != (double) q->n) || (q->weight > 0) != (q->n > 0))
		return corrupt(ctx, q, "weight", &q->weight);
	if (weighted ? q->base < -600 || q->base > 600 : q->base != 0)
		return corrupt(ctx, q, "base", &q->base);
	if (!plain(q->min) || !plain(q->max) || q->min > q->max)
		return corrupt(ctx, q, "range", &q->min);
	if (q->reserved != 0)
		return corrupt(ctx, q, "reserved", &q->reserved);
	return MS_OK;
}

/* Rows of an empty value, and of one that has numbers. */
static ms_status
check_empty(ms_ctx *ctx, const ms_kll *q)
{
	if ((q->count == 0 || q->levels == 0) != (q->n == 0))
		return corrupt(ctx, q, "count", &q->count);
	if (q->n == 0 &&
		(q->levels != 0 || q->min != 0 || q->max != 0 || q->base != 0 || q->compactions != 0))
		return corrupt(ctx, q, "empty", &q->levels);
	return MS_OK;
}

/* Sizes add up, to the rows, too, where every row weighs 1. */
static ms_status
check_sizes(ms_ctx *ctx, const ms_kll *q)
{
	const uint32_t *sizes = ms_kll_sizes(q);
	uint64_t count = 0;
	uint64_t rows = 0;

	for (uint32_t h = 0; h < q->levels; h++)
	{
		count += sizes[h];
		if (sizes[h] > q->count || (!(q->head.flags & MS_KLL_WEIGHTED) && sizes[h] > q->n >> h))
			return corrupt(ctx, q, "sizes", sizes + h);
		rows += h < 54 ? (uint64_t) sizes[h] << h : 0;
	}
	if (count != q->count || (q->levels % 2 == 1 && sizes[q->levels] != 0))
		return corrupt(ctx, q, "sizes", sizes);
	if (!(q->head.flags & MS_KLL_WEIGHTED) &&
		(rows != q->n || (q->compactions == 0 && count != q->n)))
		return corrupt(ctx, q, "rows", &q->n);
	return MS_OK;
}

ms_status
ms_kll_check(ms_ctx *ctx, const void *bytes, size_t size)
{
	const ms_kll *q = bytes;
	const double *x;

	MS_TRY(ms_wire_head(ctx, bytes, size, MS_TYPE_KLL, MS_KLL_VERSION, MS_KLL_FLAGS, sizeof(*q)));
	MS_TRY(check_fields(ctx, q));
	if (size != ms_kll_used(q))
		return ms_fail(ctx, MS_CORRUPT, "size", (int64_t) size, (double) size,
					   (double) ms_kll_used(q));
	MS_TRY(check_empty(ctx, q));
	MS_TRY(check_sizes(ctx, q));
	x = ms_kll_numbers(q);
	for (uint32_t i = 0; i < q->count; i++)
	{
		if (!plain(x[i]) || x[i] < q->min || x[i] > q->max)
			return corrupt(ctx, q, "number", x + i);
	}
	return ms_tick(ctx, 2 * q->count);
}
