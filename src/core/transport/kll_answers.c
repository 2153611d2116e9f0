/*
 * kll_answers.c: what a quantile sketch says of its rows.
 */
#include <math.h>

#include "core/base/order.h"
#include "core/transport/kll.h"
#include "core/transport/wasserstein1d.h"

/*
 * 2.446 / k^0.9433 is the figure of Apache DataSketches' KLL for the greatest error over all ranks
 * at 99 of 100. Here, measured over 300 sketches of 20,000 to 50,000 shuffled rows: 0.0115 at k = 200
 * (the formula: 0.0165), 0.080 at k = 20 (0.145), 0.0034 at k = 800 (0.0045); merged from 20 parts
 * and weighted less. test/unit/test_kll.c holds it to that.
 */
double
ms_kll_error(const ms_kll *q)
{
	return q->compactions == 0 ? 0 : 2.446 / pow(q->k, 0.9433);
}

ms_status
ms_kll_column(ms_ctx *ctx, ms_arena *arena, const ms_kll *q, ms_column *out)
{
	static const unsigned char kinds[] = {MS_SLOT_DOUBLE, MS_SLOT_DOUBLE};
	double *records;
	double *x;
	double *upto;
	double sum = 0;
	size_t n = 0;

	*out = (ms_column){0, 0, NULL, NULL, 0, false};
	if (q->count == 0)
		return MS_OK;
	MS_TRY(MS_ALLOC(arena, 2 * (size_t) q->count, &records));
	MS_TRY(MS_ALLOC(arena, q->count, &x));
	MS_TRY(MS_ALLOC(arena, q->count, &upto));
	for (uint32_t h = q->levels; h-- > 0;)
	{
		const double *from = ms_kll_level(q, h);

		for (uint32_t i = 0; i < ms_kll_sizes(q)[h]; i++, n++)
		{
			records[2 * n] = from[i];
			records[2 * n + 1] = ldexp(1, q->base + (int) h);
		}
	}
	MS_TRY(ms_order_sort(ctx, (uint64_t *) records, n, 2, kinds));
	for (size_t i = 0; i < n; i++)
	{
		x[i] = records[2 * i];
		upto[i] = sum += records[2 * i + 1];
	}
	*out = (ms_column){n, 0, x, upto, sum, false};
	return ms_tick(ctx, 4 * n);
}

double
ms_kll_quantile(const ms_kll *q, const ms_column *c, double p)
{
	if (c->n == 0)
		return NAN;
	if (p <= 0 || p >= 1)
		return p <= 0 ? q->min : q->max;
	return ms_describe_quantile(c, p);
}

double
ms_kll_cdf(const ms_kll *q, const ms_column *c, double x)
{
	if (c->n == 0 || isnan(x))
		return NAN;
	if (x < q->min || x >= q->max)
		return x < q->min ? 0 : 1;
	return ms_describe_cdf(c, x);
}

/* What the error of a sketch's ranks adds to a distance at most. */
static double
rank_part(const ms_kll *q, double p, double range)
{
	double error = ms_kll_error(q);

	return error > 0 ? pow(error, 1 / p) * range : 0;
}

ms_status
ms_kll_wasserstein(ms_ctx *ctx, ms_arena *arena, const ms_kll *a, const ms_kll *b, double p,
				   double *out, double *error)
{
	double range = fmax(a->max, b->max) - fmin(a->min, b->min);
	ms_column ca;
	ms_column cb;

	if (a->n == 0 || b->n == 0)
		return ms_fail(ctx, MS_TOO_FEW, "rows", 0, 0, 1);
	MS_TRY(ms_kll_column(ctx, arena, a, &ca));
	MS_TRY(ms_kll_column(ctx, arena, b, &cb));
	MS_TRY(ms_wasserstein1d(ctx, &ca, &cb, p, out));
	*error = rank_part(a, p, range) + rank_part(b, p, range);
	return MS_OK;
}
