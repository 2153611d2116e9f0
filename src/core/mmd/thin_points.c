/*
 * thin_points.c: complete rows, their scales, kernel matrices and sums.
 */
#include "core/mmd/thin_points.h"

#include <math.h>
#include <string.h>

#include "core/base/order.h"
#include "core/base/sums.h"

/* rows that the median heuristic looks at */
#define MEDIAN_ROWS 1000

#define CLONES __attribute__((target_clones("default", "avx2", "avx512f")))

/* --- rows ----------------------------------------------------------------------------------- */

static ms_status
check_numeric(ms_ctx *ctx, const ms_sample *s)
{
	const unsigned char *kinds = ms_sample_kinds(s);

	for (size_t j = 0; kinds && j < s->d; j++)
	{
		if (kinds[j] == MS_KIND_NOMINAL)
			return ms_fail(ctx, MS_NOT_NUMERIC, "column", (int64_t) j + 1, 0, 0);
	}
	return MS_OK;
}

static bool
has_gap(const double *x, size_t d)
{
	for (size_t j = 0; j < d; j++)
	{
		if (isnan(x[j]))
			return true;
	}
	return false;
}

ms_status
ms_complete_rows(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, bool omit, ms_complete *out)
{
	ms_rows rows = ms_sample_rows(s);
	ms_sum weight = {0, 0};

	MS_TRY(check_numeric(ctx, s));
	if (s->incomplete > 0 && !omit)
		return ms_fail(ctx, MS_INCOMPLETE, "option", 0, (double) s->incomplete, 0);
	*out = (ms_complete){.d = rows.d, .stride = rows.d + 1, .omitted = s->incomplete};
	MS_TRY(ms_arena_alloc(arena, rows.n, out->stride * sizeof(double), (void **) &out->x));
	MS_TRY(MS_ALLOC(arena, rows.n, &out->source));
	for (size_t i = 0; i < rows.n; i++)
	{
		const double *x = rows.x + i * rows.stride;
		double *to = out->x + out->n * out->stride;
		double w = ms_rows_weight(&rows, i);

		MS_TRY(ms_tick(ctx, 2 * out->stride));
		if (!(w > 0) || has_gap(x, rows.d))
			continue;
		memcpy(to, x, rows.d * sizeof(double));
		to[rows.d] = w;
		ms_sum_add(&weight, w);
		out->source[out->n++] = i;
	}
	out->weight = ms_sum_get(&weight);
	if (out->n == 0 && s->incomplete < s->n)
		return ms_fail(ctx, MS_BAD_WEIGHT, "weights", 0, 0, 1);
	return MS_OK;
}

ms_status
ms_complete_merge(ms_ctx *ctx, ms_arena *arena, const ms_complete *rows, ms_complete *out,
				  size_t **group)
{
	*out = *rows;
	out->n = 0;
	MS_TRY(ms_arena_alloc(arena, rows->n, rows->stride * sizeof(double), (void **) &out->x));
	MS_TRY(MS_ALLOC(arena, rows->n, group));
	for (size_t i = 0; i < rows->n; i++)
	{
		const double *x = rows->x + i * rows->stride;
		double *next = out->x + out->n * out->stride;

		MS_TRY(ms_tick(ctx, 2 * rows->stride));
		if (out->n > 0 && memcmp(x, next - out->stride, rows->d * sizeof(double)) == 0)
			next[-1] += x[rows->d];
		else
		{
			memcpy(next, x, rows->stride * sizeof(double));
			out->n++;
		}
		(*group)[i] = out->n - 1;
	}
	return MS_OK;
}

static bool
whole_weights(const ms_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
	{
		if (ms_rows_weight(rows, i) != floor(ms_rows_weight(rows, i)))
			return false;
	}
	return true;
}

/*
 * Records of both, one after the other, in memory of their own. Weights that are no repeated rows
 * have a mean of 1: a spread has the divisor W - 1, whatever their unit.
 */
static ms_status
pool(ms_ctx *ctx, ms_arena *arena, const ms_complete *a, const ms_complete *b, ms_rows *out)
{
	size_t n = a->n + (b ? b->n : 0);
	double total = a->weight + (b ? b->weight : 0);
	double *x;

	MS_TRY(ms_arena_alloc(arena, n, a->stride * sizeof(double), (void **) &x));
	memcpy(x, a->x, a->n * a->stride * sizeof(double));
	if (b)
		memcpy(x + a->n * a->stride, b->x, b->n * b->stride * sizeof(double));
	*out = (ms_rows){x, x + a->d, n, a->d, a->stride};
	if (whole_weights(out))
		return ms_tick(ctx, 3 * n * a->stride);
	for (size_t i = 0; i < n; i++)
		x[i * a->stride + a->d] *= (double) n / total;
	return ms_tick(ctx, 4 * n * a->stride);
}

static void
scale_rows(ms_complete *rows, const double *factors)
{
	for (size_t i = 0; i < rows->n; i++)
	{
		for (size_t j = 0; j < rows->d; j++)
			rows->x[i * rows->stride + j] *= factors[j];
	}
}

ms_status
ms_complete_scale_also(ms_ctx *ctx, ms_arena *arena, ms_complete *a, ms_complete *b,
					   ms_complete *also, ms_scaling scaling)
{
	ms_measure m = {.metric = MS_METRIC_EUCLIDEAN, .scaling = scaling, .d = a->d};
	ms_rows rows;

	if (scaling == MS_SCALING_NONE)
		return MS_OK;
	MS_TRY(pool(ctx, arena, a, b, &rows));
	MS_TRY(ms_measure_learn(ctx, arena, &rows, &m));
	scale_rows(a, m.factors);
	if (b)
		scale_rows(b, m.factors);
	if (also)
		scale_rows(also, m.factors);
	return ms_tick(ctx, 2 * rows.n * rows.d);
}

ms_status
ms_complete_scale(ms_ctx *ctx, ms_arena *arena, ms_complete *a, ms_complete *b, ms_scaling scaling)
{
	return ms_complete_scale_also(ctx, arena, a, b, NULL, scaling);
}

size_t
ms_complete_bytes(size_t n, size_t d)
{
	size_t bytes;

	size_t median = n < MEDIAN_ROWS ? n : MEDIAN_ROWS;

	if (ms_size_add(n, MS_CLOUD_TILE, &bytes) && ms_size_mul(bytes, 3 * d + 6, &bytes) &&
		ms_size_add(bytes, median * (median + 2 * d) / 2, &bytes) &&
		ms_size_mul(bytes, sizeof(double), &bytes))
		return bytes;
	return SIZE_MAX;
}

ms_status
ms_thin_room(ms_arena *arena, const ms_cloud *like, size_t n, ms_cloud *out)
{
	size_t padded;

	*out = *like;
	out->n = n;
	out->tiles = n / MS_CLOUD_TILE + (n % MS_CLOUD_TILE > 0);
	padded = ms_cloud_padded(out);
	MS_TRY(ms_arena_zeroed(arena, padded, out->d * sizeof(double), (void **) &out->x));
	return MS_ZEROED(arena, padded, &out->w);
}

void
ms_thin_gather(const ms_cloud *from, const uint32_t *which, size_t n, ms_cloud *to)
{
	to->n = n;
	to->tiles = n / MS_CLOUD_TILE + (n % MS_CLOUD_TILE > 0);
	ms_cloud_gather(from, which, to);
}

/* --- matrices and sums ---------------------------------------------------------------------- */

#define TILE MS_CLOUD_TILE
#define STRIPE MS_CLOUD_STRIPE

/* Rows from i on that one stripe may have. */
static size_t
stripe_rows(const ms_cloud *a, size_t i)
{
	size_t rows = TILE - i % TILE;

	rows = rows < STRIPE ? rows : STRIPE;
	return rows < a->n - i ? rows : a->n - i;
}

ms_status
ms_thin_matrix(ms_ctx *ctx, const ms_cloud *a, const ms_cloud *b, const ms_kernel *k, double *out)
{
	_Alignas(64) double values[STRIPE * TILE];

	for (size_t i = 0, rows; i < a->n; i += rows)
	{
		rows = stripe_rows(a, i);
		for (size_t t = 0; t < b->tiles; t++)
		{
			ms_cloud_kernel(a, i, rows, b, t, k, values);
			for (size_t r = 0; r < rows; r++)
				memcpy(out + (i + r) * b->n + t * TILE, values + r * TILE,
					   ms_cloud_in_tile(b, t) * sizeof(double));
			MS_TRY(ms_tick(ctx, ms_cloud_steps(b, rows * TILE)));
		}
	}
	return MS_OK;
}

CLONES static double
weighted_sum(const double *k, const double *w, size_t m)
{
	double sum = 0;

#pragma omp simd reduction(+ : sum)
	for (size_t i = 0; i < m; i++)
		sum += w[i] * k[i];
	return sum;
}

ms_status
ms_thin_sums(ms_ctx *ctx, const ms_cloud *a, const ms_cloud *b, const double *w, const ms_kernel *k,
			 double *out)
{
	_Alignas(64) double values[STRIPE * TILE];
	double ones[TILE];

	for (size_t j = 0; j < TILE; j++)
		ones[j] = 1;
	for (size_t i = 0, rows; i < a->n; i += rows)
	{
		double sums[STRIPE] = {0};

		rows = stripe_rows(a, i);
		for (size_t t = 0; t < b->tiles; t++)
		{
			ms_cloud_kernel(a, i, rows, b, t, k, values);
			for (size_t r = 0; r < rows; r++)
				sums[r] += weighted_sum(values + r * TILE, w ? w + t * TILE : ones,
										ms_cloud_in_tile(b, t));
			MS_TRY(ms_tick(ctx, ms_cloud_steps(b, rows * TILE)));
		}
		memcpy(out + i, sums, rows * sizeof(double));
	}
	return MS_OK;
}

/* --- the median heuristic ------------------------------------------------------------------- */

/* Rows at even steps of the cumulated weight: each once where all weights are 1 and n is small. */
static void
even_rows(const ms_rows *rows, double total, size_t m, size_t *which)
{
	double upto = 0;
	size_t found = 0;

	for (size_t i = 0; i < rows->n; i++)
	{
		upto += ms_rows_weight(rows, i);
		while (found < m && ((double) found + 0.5) * total / (double) m < upto)
			which[found++] = i;
	}
	while (found < m)
		which[found++] = rows->n - 1;
}

/* Squared distances of pairs, each once, in order. */
static ms_status
pair_squares(ms_ctx *ctx, ms_arena *arena, const ms_cloud *c, double **out, size_t *pairs)
{
	_Alignas(64) double values[TILE];
	size_t at = 0;

	*pairs = c->n * (c->n - 1) / 2;
	MS_TRY(MS_ALLOC(arena, *pairs + 1, out));
	for (size_t i = 1; i < c->n; i++)
	{
		for (size_t from = 0; from < i; from += TILE)
		{
			size_t m = i - from < TILE ? i - from : TILE;

			ms_cloud_stripe(c, i, 1, c, from / TILE, false, values);
			memcpy(*out + at, values, m * sizeof(double));
			at += m;
			MS_TRY(ms_tick(ctx, ms_cloud_steps(c, TILE)));
		}
	}
	return ms_order_sort_doubles(ctx, *out, *pairs);
}

/* The median, else the mean, else 1. */
static double
typical(const double *squares, size_t pairs)
{
	double median = pairs ? (sqrt(squares[(pairs - 1) / 2]) + sqrt(squares[pairs / 2])) / 2 : 0;
	double mean = 0;

	if (median > 0)
		return median;
	for (size_t i = 0; i < pairs; i++)
		mean += sqrt(squares[i]) / (double) pairs;
	return mean > 0 ? mean : 1;
}

static ms_status
median_of(ms_ctx *ctx, ms_arena *scratch, const ms_complete *a, const ms_complete *b, double *out)
{
	double total = 0;
	size_t which[MEDIAN_ROWS];
	size_t pairs;
	double *squares;
	ms_rows rows;
	ms_cloud cloud;
	size_t m;

	MS_TRY(pool(ctx, scratch, a, b, &rows));
	for (size_t i = 0; i < rows.n; i++)
		total += ms_rows_weight(&rows, i);
	/* whole weights are repeated rows */
	m = total < MEDIAN_ROWS && whole_weights(&rows) ? (size_t) total
		: rows.n < MEDIAN_ROWS                      ? rows.n
													: MEDIAN_ROWS;
	even_rows(&rows, total, m, which);
	MS_TRY(ms_cloud_new(ctx, scratch, &rows, which, m, &cloud));
	MS_TRY(pair_squares(ctx, scratch, &cloud, &squares, &pairs));
	*out = typical(squares, pairs);
	return MS_OK;
}

ms_status
ms_thin_median(ms_ctx *ctx, const ms_complete *a, const ms_complete *b, double *out)
{
	ms_arena scratch;
	ms_status status;

	ms_arena_init(&scratch, ctx);
	status = median_of(ctx, &scratch, a, b, out);
	ms_arena_free(&scratch);
	return status;
}
