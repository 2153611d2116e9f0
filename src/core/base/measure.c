/*
 * measure.c: what the columns of a measure are divided by, and which columns a metric takes.
 */
#include "core/base/distance.h"

#include <float.h>
#include <math.h>

#include "core/base/order.h"
#include "core/base/sums.h"

#define MAD_FACTOR 1.4826022185056018

/* --- spreads -------------------------------------------------------------------------------- */

/* The numbers of one column and their weights, gaps left out, as records for ms_order_sort. */
typedef struct column
{
	double *x; /* 2 n: value, weight */
	size_t n;
	double weight;
} column;

static ms_status
gather_column(ms_ctx *ctx, const ms_rows *rows, size_t j, column *c)
{
	ms_sum weight = {0, 0};

	c->n = 0;
	for (size_t i = 0; i < rows->n; i++)
	{
		double x = rows->x[i * rows->stride + j];
		double w = ms_rows_weight(rows, i);

		MS_TRY(ms_tick(ctx, 2));
		if (isnan(x))
			continue;
		c->x[2 * c->n] = x;
		c->x[2 * c->n++ + 1] = w;
		ms_sum_add(&weight, w);
	}
	c->weight = ms_sum_get(&weight);
	return MS_OK;
}

static double
range_of(const column *c)
{
	double least = INFINITY;
	double most = -INFINITY;

	for (size_t i = 0; i < c->n; i++)
	{
		least = fmin(least, c->x[2 * i]);
		most = fmax(most, c->x[2 * i]);
	}
	return c->n > 0 ? most - least : 0;
}

static double
sd_of(const column *c)
{
	ms_sum sum = {0, 0};
	ms_sum squares_sum = {0, 0};
	double mean;

	if (!(c->weight > 1))
		return 0;
	for (size_t i = 0; i < c->n; i++)
		ms_sum_add(&sum, c->x[2 * i + 1] * (c->x[2 * i] - c->x[0]));
	mean = c->x[0] + ms_sum_get(&sum) / c->weight;
	for (size_t i = 0; i < c->n; i++)
		ms_sum_add(&squares_sum, c->x[2 * i + 1] * (c->x[2 * i] - mean) * (c->x[2 * i] - mean));
	return sqrt(ms_sum_get(&squares_sum) / (c->weight - 1));
}

/* The least value up to which half of the weight lies. */
static ms_status
median_of(ms_ctx *ctx, column *c, double *median)
{
	static const unsigned char kinds[] = {MS_SLOT_DOUBLE, MS_SLOT_DOUBLE};
	ms_sum upto = {0, 0};

	MS_TRY(ms_order_sort(ctx, (uint64_t *) c->x, c->n, 2, kinds));
	*median = 0;
	for (size_t i = 0; i < c->n; i++)
	{
		ms_sum_add(&upto, c->x[2 * i + 1]);
		*median = c->x[2 * i];
		if (2 * ms_sum_get(&upto) >= c->weight)
			break;
	}
	return MS_OK;
}

static ms_status
mad_of(ms_ctx *ctx, column *c, size_t j, double *mad)
{
	double range = range_of(c);
	double median;

	MS_TRY(median_of(ctx, c, &median));
	for (size_t i = 0; i < c->n; i++)
		c->x[2 * i] = fabs(c->x[2 * i] - median);
	MS_TRY(median_of(ctx, c, mad));
	*mad *= MAD_FACTOR;
	if (*mad == 0 && range > 0)
		return ms_fail(ctx, MS_CONSTANT, "mad", (int64_t) j + 1, 0, 0);
	return MS_OK;
}

static ms_status
spread_of(ms_ctx *ctx, ms_scaling scaling, column *c, size_t j, double *spread)
{
	if (scaling == MS_SCALING_MAD)
		return mad_of(ctx, c, j, spread);
	*spread = scaling == MS_SCALING_SD ? sd_of(c) : range_of(c);
	return ms_tick(ctx, 8 * c->n);
}

/* --- measures ------------------------------------------------------------------------------- */

static ms_kind
kind_of(const ms_measure *m, size_t j)
{
	return m->kinds ? (ms_kind) m->kinds[j] : MS_KIND_NUMBER;
}

static ms_status
check_measure(ms_ctx *ctx, const ms_measure *m)
{
	bool is_gower = m->metric == MS_METRIC_GOWER;
	double total = 0;

	if (m->metric < MS_METRIC_EUCLIDEAN || m->metric > MS_METRIC_GOWER)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "metric", 0, m->metric, 0);
	if ((unsigned) m->scaling > MS_SCALING_RANGE ||
		(m->scaling != MS_SCALING_NONE && m->metric >= MS_METRIC_HAMMING))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "scale", 0, m->scaling, 0);
	if (m->weights && !is_gower)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "weights", 0, 0, 0);
	if (m->asymmetric && !is_gower)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "asymmetric", 0, 0, 0);
	for (size_t j = 0; j < m->d; j++)
	{
		double u = m->weights ? m->weights[j] : 1;

		if (kind_of(m, j) == MS_KIND_NOMINAL && !is_gower && m->metric != MS_METRIC_HAMMING)
			return ms_fail(ctx, MS_NOT_NUMERIC, "columns", (int64_t) j + 1, 0, 0);
		if (!(u >= 0 && isfinite(u)))
			return ms_fail(ctx, MS_BAD_ARGUMENT, "weights", (int64_t) j + 1, u, 0);
		if (m->asymmetric && m->asymmetric[j] && kind_of(m, j) != MS_KIND_BOOLEAN &&
			kind_of(m, j) != MS_KIND_UNKNOWN)
			return ms_fail(ctx, MS_BAD_ARGUMENT, "asymmetric", (int64_t) j + 1, 1, 0);
		total += u;
	}
	return total > 0 ? MS_OK : ms_fail(ctx, MS_BAD_ARGUMENT, "weights", 0, total, 1);
}

static ms_status
check_gaps(ms_ctx *ctx, const ms_rows *rows)
{
	size_t gaps = 0;

	for (size_t i = 0; i < rows->n; i++)
	{
		bool gap = false;

		for (size_t j = 0; j < rows->d; j++)
			gap |= isnan(rows->x[i * rows->stride + j]);
		gaps += gap;
		MS_TRY(ms_tick(ctx, rows->d));
	}
	return gaps ? ms_fail(ctx, MS_INCOMPLETE, "rows", 0, (double) gaps, 0) : MS_OK;
}

static ms_status
learn_factors(ms_ctx *ctx, ms_arena *scratch, const ms_rows *rows, ms_measure *m)
{
	bool is_gower = m->metric == MS_METRIC_GOWER;
	ms_scaling scaling = is_gower ? MS_SCALING_RANGE : m->scaling;
	column c = {NULL, 0, 0};

	for (size_t j = 0; j < m->d; j++)
		m->factors[j] = 1;
	if (scaling == MS_SCALING_NONE)
		return MS_OK;
	MS_TRY(ms_arena_alloc(scratch, rows->n, 2 * sizeof(double), (void **) &c.x));
	for (size_t j = 0; j < m->d; j++)
	{
		double spread;

		if (is_gower && kind_of(m, j) != MS_KIND_NUMBER)
			continue;
		MS_TRY(gather_column(ctx, rows, j, &c));
		MS_TRY(spread_of(ctx, scaling, &c, j, &spread));
		if (!isfinite(spread))
			return ms_fail(ctx, MS_TOO_LARGE, "spread", (int64_t) j + 1, spread, DBL_MAX);
		/* what the inverse of a denormal number would be is no number */
		m->factors[j] = spread >= DBL_MIN ? 1 / spread : 0;
	}
	return MS_OK;
}

ms_status
ms_measure_learn(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, ms_measure *m)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_status status;

	m->d = rows->d;
	MS_TRY(check_measure(ctx, m));
	if (!ms_metric_takes_gaps(m->metric))
		MS_TRY(check_gaps(ctx, rows));
	MS_TRY(MS_ALLOC(arena, m->d, &m->factors));
	status = learn_factors(ctx, &scratch, rows, m);
	ms_arena_free(&scratch);
	return status;
}

ms_status
ms_measure_rows(ms_ctx *ctx, ms_arena *arena, const ms_measure *m, const ms_rows *rows,
				ms_rows *out)
{
	size_t width = rows->d + (rows->w != NULL);
	double *x;

	MS_TRY(ms_arena_alloc(arena, rows->n, width * sizeof(*x), (void **) &x));
	for (size_t i = 0; i < rows->n; i++)
	{
		for (size_t j = 0; j < rows->d; j++)
			x[i * width + j] = rows->x[i * rows->stride + j] * m->factors[j];
		if (rows->w)
			x[i * width + rows->d] = ms_rows_weight(rows, i);
		MS_TRY(ms_tick(ctx, width));
	}
	*out = (ms_rows){x, rows->w ? x + rows->d : NULL, rows->n, rows->d, width};
	return MS_OK;
}
