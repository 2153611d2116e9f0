/*
 * aggregate.c: several kernels at one level, by the least of their p-values.
 */
#include <math.h>
#include <string.h>

#include "core/base/order.h"
#include "core/mmd/null.h"

/* the second set of labellings has another seed */
#define SECOND_SET UINT64_C(0x9e3779b97f4a7c15)
#define TIE 1e-12

typedef struct aggregate
{
	ms_mmd_labelling *labelling;
	size_t n_kernels;
	const double *weights; /* NULL: 1 */
	size_t capacity;       /* labellings of a set */
	double *first;         /* n_kernels x capacity: V of the first set, then ascending */
	size_t n_first;
	double *values;   /* n_kernels x batch: V of a batch */
	double *observed; /* n_kernels: V */
	double *slack;    /* n_kernels: values that differ by less are ties */
	double *least;    /* capacity: T of the second set */
	size_t n_least;
	bool seen; /* the observed labelling came by: it comes first */
} aggregate;

/* A value that is none, as a side is empty, is below all others and says nothing. */
static double
value_or_none(double v)
{
	return isnan(v) ? -INFINITY : v;
}

/* An ms_labelled that keeps V of every kernel, and has nothing to say itself. */
static ms_status
gather(ms_ctx *ctx, void *of, const unsigned char *labels, size_t count, double *out)
{
	aggregate *a = of;

	MS_TRY(ms_mmd_labelled(ctx, a->labelling, labels, count, a->values));
	for (size_t l = 0; l < a->n_kernels; l++)
	{
		for (size_t b = 0; b < count; b++)
		{
			double v = a->values[l * count + b];

			if (!a->seen)
				a->observed[l] = v;
			else
				a->first[l * a->capacity + a->n_first + b] = value_or_none(v);
		}
	}
	a->n_first += a->seen ? count : 0;
	a->seen = true;
	memset(out, 0, count * sizeof(double));
	return MS_OK;
}

/* p_l / w_l of a value of kernel l. */
static double
weighed_p(const aggregate *a, size_t l, double v)
{
	const double *first = a->first + l * a->capacity;
	double least = v - a->slack[l];
	size_t low = 0;
	size_t high = a->n_first;

	while (low < high)
	{
		size_t middle = (low + high) / 2;

		if (first[middle] >= least)
			high = middle;
		else
			low = middle + 1;
	}
	return (double) (1 + a->n_first - low) / (a->weights ? a->weights[l] : 1);
}

/* An ms_labelled: -T, which is great where some kernel sees a difference. */
static ms_status
least_p(ms_ctx *ctx, void *of, const unsigned char *labels, size_t count, double *out)
{
	aggregate *a = of;

	MS_TRY(ms_mmd_labelled(ctx, a->labelling, labels, count, a->values));
	for (size_t b = 0; b < count; b++)
	{
		double least = INFINITY;

		for (size_t l = 0; l < a->n_kernels; l++)
		{
			double v = a->values[l * count + b];

			least = isnan(v) ? least : fmin(least, weighed_p(a, l, v));
		}
		out[b] = isinf(least) ? NAN : -least;
		if (a->seen && !isnan(out[b]))
			a->least[a->n_least++] = least;
		a->seen = true;
		MS_TRY(ms_tick(ctx, 50 * a->n_kernels));
	}
	return MS_OK;
}

/* Each kernel's p-value among the least ones. */
static ms_status
adjust(ms_ctx *ctx, const aggregate *a, const ms_permutation *test, ms_mmd_aggregate *out)
{
	double best = INFINITY;

	for (size_t l = 0; l < a->n_kernels; l++)
	{
		double own = weighed_p(a, l, a->observed[l]);
		double as_small = 0;

		for (size_t b = 0; b < a->n_least; b++)
			as_small += a->least[b] <= own * (1 + TIE);
		out->v[l] = a->observed[l];
		out->p_values[l] = (as_small + !test->exact) / ((double) a->n_least + !test->exact);
		if (own < best)
		{
			best = own;
			out->best = l;
		}
		MS_TRY(ms_tick(ctx, a->n_least));
	}
	return MS_OK;
}

/* Of the terms that V is the difference of. */
static ms_status
measure_slack(ms_ctx *ctx, const ms_mmd *mmd, const ms_kernel *kernels, aggregate *a)
{
	ms_status status = MS_OK;

	for (size_t l = 0; l < a->n_kernels && status == MS_OK; l++)
	{
		ms_mmd_estimate e;
		ms_arena scratch;
		ms_mmd one;

		ms_arena_init(&scratch, ctx);
		status = ms_mmd_with(ctx, &scratch, mmd, &kernels[l], &one);
		if (status == MS_OK)
			status = ms_mmd_estimate_of(ctx, &scratch, &one, &e);
		if (status == MS_OK)
			a->slack[l] = TIE * e.scale;
		ms_arena_free(&scratch);
	}
	return status;
}

static ms_status
aggregate_new(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd, const ms_kernel *kernels,
			  size_t batch, aggregate *a)
{
	for (size_t l = 0; l < a->n_kernels && a->weights; l++)
	{
		if (!(a->weights[l] > 0) || isinf(a->weights[l]))
			return ms_fail(ctx, MS_BAD_WEIGHT, "kernel", (int64_t) l + 1, a->weights[l], 1);
	}
	MS_TRY(ms_mmd_labelling_new(ctx, arena, mmd, kernels, a->n_kernels, batch, &a->labelling));
	MS_TRY(ms_arena_alloc(arena, a->n_kernels, a->capacity * sizeof(double), (void **) &a->first));
	MS_TRY(ms_arena_alloc(arena, a->n_kernels, batch * sizeof(double), (void **) &a->values));
	MS_TRY(MS_ALLOC(arena, a->n_kernels, &a->observed));
	MS_TRY(MS_ALLOC(arena, a->n_kernels, &a->slack));
	MS_TRY(MS_ALLOC(arena, a->capacity, &a->least));
	return measure_slack(ctx, mmd, kernels, a);
}

static ms_status
sort_first(ms_ctx *ctx, aggregate *a)
{
	for (size_t l = 0; l < a->n_kernels; l++)
		MS_TRY(ms_order_sort_doubles(ctx, a->first + l * a->capacity, a->n_first));
	return MS_OK;
}

ms_status
ms_mmd_aggregate_of(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd, const ms_kernel *kernels,
					size_t n_kernels, const double *weights, const ms_labels *labels,
					const ms_exchange_options *o, ms_mmd_aggregate *out)
{
	ms_exchange_options first = {o->replicates, o->seed, ms_mmd_batch(mmd->cloud.n), 0};
	ms_exchange_options second = first;
	aggregate a = {.n_kernels = n_kernels, .weights = weights};
	ms_permutation test;

	if (o->replicates < 1)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "replicates", 0, (double) o->replicates, 1);
	if (n_kernels == 0)
		return ms_fail(ctx, MS_TOO_FEW, "kernels", 0, 0, 1);
	second.seed ^= SECOND_SET;
	a.capacity = (size_t) o->replicates;
	MS_TRY(aggregate_new(ctx, arena, mmd, kernels, first.batch, &a));
	MS_TRY(MS_ALLOC(arena, n_kernels, &out->v));
	MS_TRY(MS_ALLOC(arena, n_kernels, &out->p_values));
	MS_TRY(ms_exchange_test(ctx, arena, labels, gather, &a, &first, &test));
	MS_TRY(sort_first(ctx, &a));
	a.seen = false;
	MS_TRY(ms_exchange_test(ctx, arena, labels, least_p, &a, &second, &test));
	out->p_value = test.p_value;
	out->p_min = test.p_min;
	out->replicates = test.replicates;
	out->exact = test.exact;
	return adjust(ctx, &a, &test, out);
}
