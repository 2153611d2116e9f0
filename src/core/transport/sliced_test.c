/*
 * sliced_test.c: the sliced distance of labelled rows, from projections that are sorted once.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/order.h"
#include "core/transport/resample1d.h"
#include "core/transport/sliced.h"

typedef struct slicer
{
	const ms_pair *pair;
	const double *directions;
	size_t l;
	double p;
	double *x;     /* l lines of n: projections, ascending */
	uint32_t *at;  /* and the rows that they are of */
	double *means; /* 2 d */
	ms_deal deal;
} slicer;

static ms_status
sort_line(ms_ctx *ctx, slicer *s, size_t l, uint64_t *records)
{
	static const unsigned char kinds[] = {MS_SLOT_DOUBLE, MS_SLOT_UINT64};
	const ms_rows *pool = &s->pair->pool;
	size_t n = pool->n;

	for (size_t i = 0; i < n; i++)
	{
		double sum = 0;

		for (size_t j = 0; j < pool->d; j++)
			sum += pool->x[i * pool->stride + j] * s->directions[l * pool->d + j];
		memcpy(records + 2 * i, &sum, sizeof(sum));
		records[2 * i + 1] = i;
	}
	MS_TRY(ms_order_sort(ctx, records, n, 2, kinds));
	for (size_t k = 0; k < n; k++)
	{
		memcpy(s->x + l * n + k, records + 2 * k, sizeof(double));
		s->at[l * n + k] = (uint32_t) records[2 * k + 1];
	}
	return ms_tick(ctx, n * (pool->d + 4));
}

static ms_status
sort_lines(ms_ctx *ctx, ms_arena *arena, slicer *s)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_status status = MS_OK;
	uint64_t *records;

	MS_TRY(ms_arena_alloc(&scratch, s->pair->pool.n, 2 * sizeof(*records), (void **) &records));
	for (size_t l = 0; l < s->l && status == MS_OK; l++)
		status = sort_line(ctx, s, l, records);
	ms_arena_free(&scratch);
	return status;
}

static ms_status
slicer_new(ms_ctx *ctx, ms_arena *arena, const ms_pair *pair, const ms_sliced_options *o, slicer *s)
{
	size_t d = pair->d;
	double *directions;
	size_t block, cells;

	*s = (slicer){.pair = pair, .l = d == 1 ? 1 : o->directions, .p = o->p};
	if (!ms_size_mul(s->l, d, &cells) || !ms_size_mul(s->l, pair->pool.n, &block))
		return ms_fail(ctx, MS_TOO_LARGE, "memory", 0, (double) s->l, (double) SIZE_MAX);
	if (!(o->p >= 1) || isinf(o->p))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "p", 0, o->p, o->p >= 1 ? 2 : 1);
	MS_TRY(MS_ALLOC(arena, cells, &directions));
	MS_TRY(ms_arena_alloc(arena, block, sizeof(double), (void **) &s->x));
	MS_TRY(ms_arena_alloc(arena, block, sizeof(uint32_t), (void **) &s->at));
	MS_TRY(ms_arena_alloc(arena, d, 2 * sizeof(double), (void **) &s->means));
	MS_TRY(ms_deal_new(ctx, arena, pair->pool.n, o->p, &s->deal));
	directions[0] = 1;
	if (d > 1)
		MS_TRY(ms_sliced_directions(ctx, arena, o->scheme, d, s->l, o->seed, directions, &block));
	s->directions = directions;
	return sort_lines(ctx, arena, s);
}

/* Difference of the means of the two sides into means[0 .. d - 1]. */
static void
mean_difference(const slicer *s, const unsigned char *labels)
{
	const ms_rows *pool = &s->pair->pool;
	double weight[2] = {0, 0};

	memset(s->means, 0, 2 * pool->d * sizeof(double));
	for (size_t i = 0; i < pool->n; i++)
	{
		double w = ms_rows_weight(pool, i);

		weight[labels[i]] += w;
		for (size_t j = 0; j < pool->d; j++)
			s->means[labels[i] * pool->d + j] += w * pool->x[i * pool->stride + j];
	}
	for (size_t j = 0; j < pool->d; j++)
		s->means[j] = s->means[j] / weight[0] - s->means[pool->d + j] / weight[1];
}

/* What the means add to W_2^2 along a direction, which is known exactly in the mean. */
static double
mean_part(const slicer *s, const double *direction)
{
	double sum = 0;

	for (size_t j = 0; j < s->pair->d; j++)
		sum += s->means[j] * (direction ? direction[j] : s->means[j]);
	return direction ? sum * sum : sum / (double) s->pair->d;
}

static ms_status
distance(ms_ctx *ctx, slicer *s, const unsigned char *labels, double *out)
{
	const ms_rows *pool = &s->pair->pool;
	bool exact_means = s->p == 2;
	double sum = 0;

	if (exact_means)
		mean_difference(s, labels);
	for (size_t l = 0; l < s->l; l++)
	{
		ms_line1d line = {pool->n, s->x + l * pool->n, s->at + l * pool->n, pool->w, pool->stride};
		double w, power;

		MS_TRY(ms_deal_distance(ctx, &s->deal, &line, labels, NULL, &w));
		power = pow(w, s->p);
		sum += power - (exact_means ? mean_part(s, s->directions + l * pool->d) : 0);
		if (isinf(power))
			return ms_fail(ctx, MS_TOO_LARGE, "distance", 0, w, pow(DBL_MAX, 1 / s->p));
	}
	sum = sum / (double) s->l + (exact_means ? mean_part(s, NULL) : 0);
	*out = isnan(sum) ? NAN : pow(fmax(0, sum), 1 / s->p);
	return ms_tick(ctx, pool->n * pool->d);
}

static ms_status
labelled(ms_ctx *ctx, void *of, const unsigned char *labels, size_t count, double *out)
{
	slicer *s = of;

	for (size_t b = 0; b < count; b++)
		MS_TRY(distance(ctx, s, labels + b * s->pair->pool.n, out + b));
	return MS_OK;
}

ms_status
ms_sliced_test(ms_ctx *ctx, ms_arena *arena, const ms_pair *pair, const ms_sliced_options *options,
			   const ms_exchange_options *o, ms_permutation *out)
{
	slicer s;

	MS_TRY(slicer_new(ctx, arena, pair, options, &s));
	return ms_exchange_test(ctx, arena, &pair->labels, labelled, &s, o, out);
}
