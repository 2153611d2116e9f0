/*
 * sliced.c: projections, their W_p^p, and the mean over directions.
 */
#include "core/transport/sliced.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/order.h"
#include "core/base/sums.h"
#include "core/transport/wasserstein1d.h"

#define BATCH 8   /* directions of one dgemm */
#define THREE_DIRECTIONS 12 /* that a regression on three controls wants */
#define ROWS 4096 /* rows of one dgemm, so that a poll comes between */

/* One sample: its mean, scatter along the axes, and the projections of a batch. */
typedef struct side
{
	const ms_rows *rows;
	double weight;
	double *mean;
	double trace;        /* of the covariance, divisor W */
	double *projections; /* BATCH x n */
	double *sorted;      /* n, with weights: records of 2 n */
	double *upto;        /* n, with weights */
	ms_column column;    /* of one direction */
	double along_mean;
	double along_variance;
} side;

/* Now and then in a pass over rows; ticks a whole stretch ahead. */
static inline ms_status
tick_at(ms_ctx *ctx, size_t i, uint64_t steps)
{
	return i % ROWS == 0 ? ms_tick(ctx, steps * ROWS) : MS_OK;
}

static ms_status
side_means(ms_ctx *ctx, side *s)
{
	const ms_rows *r = s->rows;
	ms_sum weight = {0, 0};
	ms_sum trace = {0, 0};

	for (size_t i = 0; i < r->n; i++)
	{
		double w = ms_rows_weight(r, i);

		if (!(w >= 0) || isinf(w))
			return ms_fail(ctx, MS_BAD_WEIGHT, "weight", (int64_t) i + 1, w, 0);
		ms_sum_add(&weight, w);
	}
	s->weight = ms_sum_get(&weight);
	if (!(s->weight > 0) || isinf(s->weight))
		return ms_fail(ctx, MS_TOO_FEW, "points", 0, s->weight, 1);
	for (size_t j = 0; j < r->d; j++)
	{
		ms_sum sum = {0, 0};

		for (size_t i = 0; i < r->n; i++)
		{
			if (!isfinite(r->x[i * r->stride + j]))
				return ms_fail(ctx, MS_NOT_FINITE, "row", (int64_t) i + 1, r->x[i * r->stride + j],
							   0);
			ms_sum_add(&sum, ms_rows_weight(r, i) / s->weight * r->x[i * r->stride + j]);
			MS_TRY(tick_at(ctx, i, 6));
		}
		s->mean[j] = ms_sum_get(&sum);
		for (size_t i = 0; i < r->n; i++)
		{
			double z = r->x[i * r->stride + j] - s->mean[j];

			ms_sum_add(&trace, ms_rows_weight(r, i) / s->weight * z * z);
			MS_TRY(tick_at(ctx, i, 6));
		}
	}
	s->trace = ms_sum_get(&trace);
	return MS_OK;
}

static ms_status
side_new(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, side *s)
{
	*s = (side){.rows = rows};
	if (rows->n == 0)
		return ms_fail(ctx, MS_TOO_FEW, "points", 0, 0, 1);
	MS_TRY(MS_ALLOC(arena, rows->d, &s->mean));
	MS_TRY(ms_arena_alloc(arena, rows->n, BATCH * sizeof(double), (void **) &s->projections));
	MS_TRY(
		ms_arena_alloc(arena, rows->n, (rows->w ? 2 : 1) * sizeof(double), (void **) &s->sorted));
	if (rows->w)
		MS_TRY(MS_ALLOC(arena, rows->n, &s->upto));
	return side_means(ctx, s);
}

/* Projections on `batch` directions, a row of n for each. */
static ms_status
project(ms_ctx *ctx, side *s, const double *directions, size_t batch)
{
	const ms_rows *r = s->rows;

	for (size_t i = 0; i < r->n; i += ROWS)
	{
		size_t m = r->n - i < ROWS ? r->n - i : ROWS;

		cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int) batch, (int) m, (int) r->d, 1,
					directions, (int) r->d, r->x + i * r->stride, (int) r->stride, 0,
					s->projections + i, (int) r->n);
		MS_TRY(ms_tick(ctx, batch * m * (r->d + 8) / 8));
	}
	return MS_OK;
}

/* Mean and variance along a direction, from its projections. */
static ms_status
along(ms_ctx *ctx, side *s, const double *x, const double *direction)
{
	const ms_rows *r = s->rows;
	ms_sum sum = {0, 0};

	s->along_mean = cblas_ddot((int) r->d, s->mean, 1, direction, 1);
	for (size_t i = 0; i < r->n; i++)
	{
		double z = x[i] - s->along_mean;

		ms_sum_add(&sum, ms_rows_weight(r, i) * z * z);
		MS_TRY(tick_at(ctx, i, 4));
	}
	s->along_variance = ms_sum_get(&sum) / s->weight;
	return MS_OK;
}

/* Projections of a direction as a column, ascending, less `shift`. */
static ms_status
make_column(ms_ctx *ctx, side *s, const double *x, double shift)
{
	static const unsigned char kinds[] = {MS_SLOT_DOUBLE, MS_SLOT_DOUBLE};
	const ms_rows *r = s->rows;
	size_t n = 0;
	ms_sum upto = {0, 0};

	if (!r->w)
	{
		for (size_t i = 0; i < r->n; i++)
			s->sorted[i] = x[i] - shift;
		MS_TRY(ms_order_sort_doubles(ctx, s->sorted, r->n));
		s->column = (ms_column){r->n, 0, s->sorted, NULL, (double) r->n, false};
		return ms_tick(ctx, r->n);
	}
	for (size_t i = 0; i < r->n; i++)
	{
		s->sorted[2 * n] = x[i] - shift;
		s->sorted[2 * n + 1] = ms_rows_weight(r, i);
		n += ms_rows_weight(r, i) > 0;
	}
	MS_TRY(ms_order_sort(ctx, (uint64_t *) s->sorted, n, 2, kinds));
	for (size_t i = 0; i < n; i++)
	{
		ms_sum_add(&upto, s->sorted[2 * i + 1]);
		s->upto[i] = ms_sum_get(&upto);
		s->sorted[i] = s->sorted[2 * i];
	}
	s->column = (ms_column){n, 0, s->sorted, s->upto, s->upto[n - 1], false};
	return ms_tick(ctx, 4 * r->n);
}

static ms_status
slice(ms_ctx *ctx, side *a, side *b, double p, size_t in_batch, const double *direction,
	  bool centred, ms_slices *out, size_t l)
{
	const double *x = a->projections + in_batch * a->rows->n;
	const double *y = b->projections + in_batch * b->rows->n;
	double w;

	MS_TRY(along(ctx, a, x, direction));
	MS_TRY(along(ctx, b, y, direction));
	MS_TRY(make_column(ctx, a, x, centred ? a->along_mean : 0));
	MS_TRY(make_column(ctx, b, y, centred ? b->along_mean : 0));
	MS_TRY(ms_wasserstein1d(ctx, &a->column, &b->column, p, &w));
	out->w[l] = pow(w, p);
	if (!isfinite(out->w[l]))
		return ms_fail(ctx, MS_TOO_LARGE, "distance", 0, w, pow(DBL_MAX, 1 / p));
	out->c1[l] = (a->along_mean - b->along_mean) * (a->along_mean - b->along_mean);
	out->v1[l] = a->along_variance;
	out->v2[l] = b->along_variance;
	return MS_OK;
}

ms_status
ms_sliced_values(ms_ctx *ctx, ms_arena *arena, const ms_rows *a, const ms_rows *b, double p,
				 const double *directions, size_t l, bool centred, ms_slices *out)
{
	side sa;
	side sb;

	if (a->d != b->d)
		return ms_fail(ctx, MS_MISMATCH, "columns", 0, (double) b->d, (double) a->d);
	if (a->n > INT32_MAX || b->n > INT32_MAX || a->stride > INT32_MAX || b->stride > INT32_MAX)
		return ms_fail(ctx, MS_TOO_LARGE, "points", 0, fmax((double) a->n, (double) b->n),
					   INT32_MAX);
	if (!(p >= 1) || isinf(p))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "p", 0, p, p >= 1 ? 2 : 1);
	*out = (ms_slices){.l = l};
	MS_TRY(MS_ALLOC(arena, l, &out->w));
	MS_TRY(MS_ALLOC(arena, l, &out->c1));
	MS_TRY(MS_ALLOC(arena, l, &out->v1));
	MS_TRY(MS_ALLOC(arena, l, &out->v2));
	MS_TRY(side_new(ctx, arena, a, &sa));
	MS_TRY(side_new(ctx, arena, b, &sb));
	for (size_t j = 0; j < a->d; j++)
		out->mean_c1 += (sa.mean[j] - sb.mean[j]) * (sa.mean[j] - sb.mean[j]) / (double) a->d;
	out->mean_v1 = sa.trace / (double) a->d;
	out->mean_v2 = sb.trace / (double) a->d;
	for (size_t from = 0; from < l; from += BATCH)
	{
		size_t batch = l - from < BATCH ? l - from : BATCH;

		MS_TRY(project(ctx, &sa, directions + from * a->d, batch));
		MS_TRY(project(ctx, &sb, directions + from * a->d, batch));
		for (size_t i = 0; i < batch; i++)
			MS_TRY(
				slice(ctx, &sa, &sb, p, i, directions + (from + i) * a->d, centred, out, from + i));
	}
	return MS_OK;
}

/* The mean of w and its error from the means of whole blocks. */
static void
block_mean(const ms_slices *s, size_t block, double *mean, double *error)
{
	size_t blocks = s->l / block;
	ms_sum whole = {0, 0};
	double sum = 0;
	double squares = 0;

	for (size_t i = 0; i < s->l; i++)
		ms_sum_add(&whole, s->w[i]);
	*mean = ms_sum_get(&whole) / (double) s->l;
	*error = NAN;
	if (blocks < 2)
		return;
	for (int pass = 0; pass < 2; pass++)
	{
		for (size_t k = 0; k < blocks; k++)
		{
			double of_block = 0;

			for (size_t i = 0; i < block; i++)
				of_block += s->w[k * block + i] / (double) block;
			if (pass == 0)
				sum += of_block / (double) blocks;
			else
				squares += (of_block - sum) * (of_block - sum);
		}
	}
	*error = sqrt(squares / (double) (blocks - 1) / (double) blocks);
}

/* sd(w) / sqrt(L) of plain Monte Carlo, which the variance ratio compares with */
static double
plain_error(const ms_slices *s)
{
	return ms_sliced_control_mean(s, MS_SLICED_PLAIN).error;
}

static void
note_top(const ms_slices *s, const double *directions, size_t d, double p, ms_sliced_result *out)
{
	size_t top = 0;

	for (size_t i = 1; i < s->l; i++)
		top = s->w[i] > s->w[top] ? i : top;
	out->top = pow(s->w[top], 1 / p);
	memcpy(out->top_direction, directions + top * d, d * sizeof(double));
}

/* From the power to the distance, and its error by the delta method. */
static void
finish(ms_sliced_result *out, double p)
{
	out->power += out->mean_part;
	out->negative = out->power < 0;
	out->power = fmax(0, out->power);
	out->distance = pow(out->power, 1 / p);
	out->distance_error =
		out->power > 0 ? out->power_error / (p * pow(out->power, 1 - 1 / p)) : NAN;
}

/* In one column there is one direction. */
static ms_status
sliced_line(ms_ctx *ctx, ms_arena *arena, const ms_rows *a, const ms_rows *b, double p,
			ms_sliced_result *out)
{
	static const double one = 1;
	ms_slices s;

	MS_TRY(ms_sliced_values(ctx, arena, a, b, p, &one, 1, false, &s));
	out->power = s.w[0];
	note_top(&s, &one, 1, p, out);
	finish(out, p);
	if (p == 2)
		out->mean_part = s.mean_c1;
	out->distance_error = 0;
	return MS_OK;
}

static const ms_sliced_control three = MS_SLICED_THREE;

ms_status
ms_sliced(ms_ctx *ctx, ms_arena *arena, const ms_rows *a, const ms_rows *b,
		  const ms_sliced_options *options, ms_sliced_result *out)
{
	const ms_sliced_control *control = options->control;
	double p = options->p;
	bool centred = p == 2 && !control;
	double *directions;
	size_t block;
	size_t cells;
	ms_slices s;

	if (centred && options->scheme == MS_SLICED_IID && options->directions >= THREE_DIRECTIONS)
		control = &three;
	*out = (ms_sliced_result){.scheme = ms_sliced_scheme_of(options->scheme, a->d),
							  .variance_ratio = 1,
							  .blocks = 1};
	if (!ms_size_mul(options->directions, a->d, &cells))
		return ms_fail(ctx, MS_TOO_LARGE, "memory", 0, (double) options->directions,
					   (double) SIZE_MAX);
	MS_TRY(MS_ALLOC(arena, a->d, &out->top_direction));
	if (a->d == 1)
		return sliced_line(ctx, arena, a, b, p, out);
	MS_TRY(MS_ALLOC(arena, cells, &directions));
	MS_TRY(ms_sliced_directions(ctx, arena, options->scheme, a->d, options->directions,
								options->seed, directions, &block));
	MS_TRY(ms_sliced_values(ctx, arena, a, b, p, directions, options->directions, centred, &s));
	out->blocks = s.l / block;
	block_mean(&s, block, &out->power, &out->power_error);
	if (control)
	{
		ms_sliced_mean m = ms_sliced_control_mean(&s, *control);

		out->power = m.mean;
		out->power_error = m.error;
	}
	if (plain_error(&s) > 0)
		out->variance_ratio = pow(out->power_error / plain_error(&s), 2);
	/* the direction of most change, of the samples as they are */
	if (centred)
	{
		out->mean_part = s.mean_c1;
		for (size_t i = 0; i < s.l; i++)
			s.w[i] += s.c1[i];
	}
	note_top(&s, directions, a->d, p, out);
	finish(out, p);
	return MS_OK;
}
