/*
 * optimal_law.c: a sample beside a known law, and the test by parametric bootstrap.
 */
#include "core/mmd/optimal.h"

#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/linalg.h"
#include "core/base/rng.h"
#include "core/mmd/thin_points.h"

#define STREAM_DRAWS UINT64_C(0x6c61772064726177)

/* n rows of d numbers, weights of sum 1; what one statistic needs. */
typedef struct table
{
	ms_ctx *ctx;
	const ms_law_options *o;
	ms_embedding e;
	size_t n, d;
	double *x;
	double *p;   /* n */
	double *row; /* n */
	double *mean, *scatter;
} table;

static ms_status
make_table(ms_ctx *ctx, ms_arena *arena, const ms_law_options *o, size_t n, size_t d, table *t)
{
	*t = (table){.ctx = ctx, .o = o, .n = n, .d = d};
	t->e = (ms_embedding){.law = o->law, .kind = o->kind, .bandwidth = o->bandwidth, .d = d};
	MS_TRY(ms_arena_alloc(arena, n, d * sizeof(double), (void **) &t->x));
	MS_TRY(MS_ALLOC(arena, n, &t->p));
	MS_TRY(MS_ALLOC(arena, n, &t->row));
	MS_TRY(MS_ALLOC(arena, d, &t->mean));
	return ms_arena_alloc(arena, d, d * sizeof(double), (void **) &t->scatter);
}

/* --- to the standard law -------------------------------------------------------------------- */

static void
moments(table *t)
{
	size_t d = t->d;

	memset(t->mean, 0, d * sizeof(double));
	memset(t->scatter, 0, d * d * sizeof(double));
	for (size_t i = 0; i < t->n; i++)
	{
		for (size_t j = 0; j < d; j++)
			t->mean[j] += t->p[i] * t->x[i * d + j];
	}
	for (size_t i = 0; i < t->n; i++)
	{
		const double *x = t->x + i * d;

		for (size_t j = 0; j < d; j++)
		{
			for (size_t k = 0; k <= j; k++)
				t->scatter[j * d + k] += t->p[i] * (x[j] - t->mean[j]) * (x[k] - t->mean[k]);
		}
	}
}

/* By its values: a variance of equal ones may be above 0 by rounding. */
static bool
is_constant(const double *x, size_t n, size_t stride)
{
	for (size_t i = 1; i < n; i++)
	{
		if (x[i * stride] != x[0])
			return false;
	}
	return true;
}

/* x becomes L^-1 (x - mean), with the covariance L L' of divisor n. */
static ms_status
standardise(table *t)
{
	size_t d = t->d;

	for (size_t j = 0; j < d; j++)
	{
		if (is_constant(t->x + j, t->n, d))
			return ms_fail(t->ctx, MS_CONSTANT, "column", (int64_t) j + 1, 0, 0);
	}
	moments(t);
	MS_TRY(ms_tick(t->ctx, t->n * d * (d + 2) + d * d * d / 3));
	if (!ms_linalg_cholesky(t->scatter, d))
		return ms_fail(t->ctx, MS_NOT_DEFINITE, "covariance", 0, 0, 0);
	for (size_t i = 0; i < t->n; i++)
	{
		double *x = t->x + i * d;

		for (size_t j = 0; j < d; j++)
			x[j] -= t->mean[j];
		ms_linalg_solve_lower(t->scatter, d, x);
		MS_TRY(ms_tick(t->ctx, d * d / 4 + 20));
	}
	return MS_OK;
}

static ms_status
check_parameters(ms_ctx *ctx, const ms_law_options *o, size_t d)
{
	for (size_t j = 0; o->parameters && j < d; j++)
	{
		double a = o->parameters[2 * j];
		double b = o->parameters[2 * j + 1];
		double width = o->law == MS_LAW_NORMAL ? b : b - a;

		if (!(isfinite(a) && isfinite(b) && width > 0 && isfinite(width)))
			return ms_fail(ctx, MS_BAD_ARGUMENT, "parameters", (int64_t) j + 1, b, a);
	}
	return MS_OK;
}

static ms_status
to_standard(table *t)
{
	bool normal = t->o->law == MS_LAW_NORMAL;

	if (!t->o->parameters)
		return normal ? standardise(t) : MS_OK;
	for (size_t i = 0; i < t->n; i++)
	{
		for (size_t j = 0; j < t->d; j++)
		{
			double a = t->o->parameters[2 * j];
			double b = t->o->parameters[2 * j + 1];

			t->x[i * t->d + j] = (t->x[i * t->d + j] - a) / (normal ? b : b - a);
		}
	}
	return ms_tick(t->ctx, 2 * t->n * t->d);
}

/* --- the statistic -------------------------------------------------------------------------- */

/* V form; *unbiased leaves out each row with itself. */
static ms_status
statistic(table *t, double *v, double *unbiased)
{
	double pairs = 0;
	double across = 0;
	double self = 0;
	double squares = 0;
	double z = ms_embedding_constant(&t->e);

	for (size_t i = 0; i < t->n; i++)
	{
		const double *x = t->x + i * t->d;
		double own;

		ms_embedding_kernel(&t->e, x, t->x, t->d, i, t->row);
		for (size_t j = 0; j < i; j++)
			pairs += 2 * t->p[i] * t->p[j] * t->row[j];
		ms_embedding_kernel(&t->e, x, x, t->d, 1, &own);
		self += t->p[i] * t->p[i] * own;
		squares += t->p[i] * t->p[i];
		across += t->p[i] * ms_embedding_mean(&t->e, x);
		MS_TRY(ms_tick(t->ctx, 2 * t->d * i + 100 * t->d));
	}
	*v = pairs + self - 2 * across + z;
	*unbiased = squares < 1 ? pairs / (1 - squares) - 2 * across + z : NAN;
	return MS_OK;
}

/* --- the bootstrap -------------------------------------------------------------------------- */

static void
draw(table *t, uint64_t replicate)
{
	ms_rng rng;

	ms_rng_init(&rng, t->o->seed, ms_hash_u64(replicate, STREAM_DRAWS));
	for (size_t i = 0; i < t->n * t->d; i++)
		t->x[i] = t->o->law == MS_LAW_NORMAL ? ms_rng_normal(&rng) : ms_rng_uniform(&rng);
}

static ms_status
bootstrap(ms_ctx *ctx, ms_arena *arena, const ms_law_options *o, size_t n, size_t d,
		  double bandwidth, ms_law_fit *out)
{
	double mean = 0;
	double squares = 0;
	table t;

	MS_TRY(make_table(ctx, arena, o, n, d, &t));
	t.e.bandwidth = bandwidth;
	for (size_t i = 0; i < n; i++)
		t.p[i] = 1 / (double) n;
	for (size_t b = 0; b < o->replicates; b++)
	{
		double v, unbiased, root;

		draw(&t, b);
		MS_TRY(ms_tick(ctx, 20 * n * d));
		if (o->law == MS_LAW_NORMAL && !o->parameters)
			MS_TRY(standardise(&t));
		MS_TRY(statistic(&t, &v, &unbiased));
		root = sqrt(fmax(v, 0));
		out->as_great += v >= out->mmd2;
		mean += root;
		squares += root * root;
	}
	out->draws = o->replicates;
	out->null_mean = mean / (double) o->replicates;
	out->null_sd =
		sqrt(fmax(0, squares / (double) o->replicates - out->null_mean * out->null_mean));
	return MS_OK;
}

/* --- the test ------------------------------------------------------------------------------- */

/* 1 / beta of Henze & Zirkler (1990), of n rows of sd 1. */
static double
default_bandwidth(const ms_law_options *o, double n, size_t d)
{
	double beta = pow((2 * (double) d + 1) * n / 4, 1 / ((double) d + 4)) / M_SQRT2;

	return (o->law == MS_LAW_NORMAL ? 1 : 1 / sqrt(12)) / beta;
}

/* Whole weights are repeated rows; others stand for (sum w)^2 / sum w^2. */
static double
rows_of_weights(const table *t, const ms_complete *rows)
{
	double squares = 0;
	bool whole = true;

	for (size_t i = 0; i < rows->n; i++)
	{
		squares += t->p[i] * t->p[i];
		whole &= ms_complete_weight(rows, i) == floor(ms_complete_weight(rows, i));
	}
	return whole ? rows->weight : 1 / squares;
}

ms_status
ms_law_test(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, const ms_law_options *o,
			ms_law_fit *out)
{
	ms_complete rows;
	table t;
	double n;

	*out = (ms_law_fit){.null_mean = NAN, .null_sd = NAN, .bandwidth = NAN};
	if (!ms_embedding_exists(o->law, o->kind, s->d))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "kernel", 0, o->kind, 0);
	MS_TRY(check_parameters(ctx, o, s->d));
	MS_TRY(ms_complete_rows(ctx, arena, s, o->omit, &rows));
	if (rows.n == 0)
		return MS_OK;
	MS_TRY(make_table(ctx, arena, o, rows.n, rows.d, &t));
	for (size_t i = 0; i < rows.n; i++)
	{
		memcpy(t.x + i * t.d, rows.x + i * rows.stride, t.d * sizeof(double));
		t.p[i] = ms_complete_weight(&rows, i) / rows.weight;
	}
	MS_TRY(to_standard(&t));
	n = rows_of_weights(&t, &rows);
	if (isnan(t.e.bandwidth))
		t.e.bandwidth = default_bandwidth(o, n, t.d);
	out->n = rows.n;
	out->bandwidth = ms_kernel_scaled(o->kind) ? t.e.bandwidth : NAN;
	MS_TRY(statistic(&t, &out->mmd2, &out->unbiased));
	if (o->replicates == 0)
		return MS_OK;
	return bootstrap(ctx, arena, o, (size_t) fmax(1, round(n)), t.d, t.e.bandwidth, out);
}

size_t
ms_law_bytes(size_t n, size_t d)
{
	size_t bytes;

	if (ms_size_mul(n, 4 * d + 8, &bytes) && ms_size_add(bytes, 2 * d * (d + 2), &bytes) &&
		ms_size_mul(bytes, sizeof(double), &bytes))
		return bytes;
	return SIZE_MAX;
}
