/*
 * matching_regression.c: normal equations of centred and scaled covariates, solved by Cholesky.
 */
#include "core/mmd/matching_regression.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "core/base/linalg.h"

/* of a column's own square: what is left of it beside others is nothing */
#define DEPENDENT 1e-10

typedef struct model
{
	ms_ctx *ctx;
	size_t n, k;
	double *z;         /* n x k: 1, then covariates less mean over sd */
	double *y, *w, *e; /* n; e are residuals of the plain fit */
	double *mean, *sd; /* k; of the intercept 0 and 1 */
} model;

/* --- rows ----------------------------------------------------------------------------------- */

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

static ms_status
check_sample(ms_ctx *ctx, const ms_sample *s, bool omit)
{
	const unsigned char *kinds = ms_sample_kinds(s);

	for (size_t j = 0; kinds && j < s->d; j++)
	{
		if (kinds[j] == MS_KIND_NOMINAL)
			return ms_fail(ctx, MS_NOT_NUMERIC, "column", (int64_t) j + 1, 0, 0);
	}
	if (s->incomplete > 0 && !omit)
		return ms_fail(ctx, MS_INCOMPLETE, "option", 0, (double) s->incomplete, 0);
	return MS_OK;
}

static ms_status
read_rows(model *m, ms_arena *arena, const ms_sample *s, size_t response)
{
	ms_rows rows = ms_sample_rows(s);

	m->k = rows.d;
	MS_TRY(ms_arena_alloc(arena, rows.n, m->k * sizeof(double), (void **) &m->z));
	MS_TRY(MS_ALLOC(arena, rows.n, &m->y));
	MS_TRY(MS_ALLOC(arena, rows.n, &m->w));
	MS_TRY(MS_ALLOC(arena, rows.n, &m->e));
	for (size_t i = 0; i < rows.n; i++)
	{
		const double *x = rows.x + i * rows.stride;
		double *z = m->z + m->n * m->k;

		MS_TRY(ms_tick(m->ctx, 2 * rows.d));
		if (has_gap(x, rows.d))
			continue;
		*z++ = 1;
		for (size_t j = 0; j < rows.d; j++)
		{
			if (j != response)
				*z++ = x[j];
		}
		m->y[m->n] = x[response];
		m->w[m->n++] = ms_rows_weight(&rows, i);
	}
	return MS_OK;
}

/* Covariates become (x - mean) / sd: the equations are as good as the data. */
static ms_status
standardise(model *m, ms_arena *arena, size_t response)
{
	MS_TRY(MS_ALLOC(arena, m->k, &m->mean));
	MS_TRY(MS_ALLOC(arena, m->k, &m->sd));
	m->mean[0] = 0;
	m->sd[0] = 1;
	for (size_t j = 1; j < m->k; j++)
	{
		double sum = 0;
		double squares = 0;
		bool varies = false;

		/* of equal values the variance may be above 0 by rounding */
		for (size_t i = 1; i < m->n; i++)
			varies |= m->z[i * m->k + j] != m->z[j];
		for (size_t i = 0; i < m->n; i++)
			sum += m->z[i * m->k + j] / (double) m->n;
		for (size_t i = 0; i < m->n; i++)
			squares += (m->z[i * m->k + j] - sum) * (m->z[i * m->k + j] - sum);
		m->mean[j] = sum;
		m->sd[j] = sqrt(squares / (double) m->n);
		if (!varies || !(m->sd[j] > 0 && m->sd[j] < INFINITY))
			return ms_fail(m->ctx, MS_CONSTANT, "column", (int64_t) (j + (j > response)), 0, 0);
		for (size_t i = 0; i < m->n; i++)
			m->z[i * m->k + j] = (m->z[i * m->k + j] - sum) / m->sd[j];
		MS_TRY(ms_tick(m->ctx, 4 * m->n));
	}
	return MS_OK;
}

/* --- fits ----------------------------------------------------------------------------------- */

/* inverse = (Z'VZ)^-1, V of v (1 where NULL), and g = inverse Z'V y. */
static ms_status
solve(model *m, ms_arena *arena, const double *v, double *inverse, double *g)
{
	size_t k = m->k;
	double *a, *lower;

	MS_TRY(ms_arena_zeroed(arena, k, k * sizeof(double), (void **) &a));
	MS_TRY(ms_arena_alloc(arena, k, k * sizeof(double), (void **) &lower));
	memset(g, 0, k * sizeof(double));
	for (size_t i = 0; i < m->n; i++)
	{
		const double *z = m->z + i * k;
		double weight = v ? v[i] : 1;

		cblas_dsyr(CblasRowMajor, CblasLower, (int) k, weight, z, 1, a, (int) k);
		cblas_daxpy((int) k, weight * m->y[i], z, 1, g, 1);
		MS_TRY(ms_tick(m->ctx, k * k / 2 + 10));
	}
	if (!ms_linalg_cholesky(a, k))
		return ms_fail(m->ctx, MS_NOT_DEFINITE, "covariance", 0, 0, 0);
	for (size_t j = 0; j < k; j++)
	{
		double own = 0;

		for (size_t i = 0; i <= j; i++)
			own += a[j * k + i] * a[j * k + i];
		if (a[j * k + j] * a[j * k + j] < DEPENDENT * own)
			return ms_fail(m->ctx, MS_NOT_DEFINITE, "covariance", 0, 0, 0);
	}
	ms_linalg_invert_lower(a, k, lower);
	cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int) k, (int) k, (int) k, 1, lower,
				(int) k, lower, (int) k, 0, inverse, (int) k);
	memcpy(lower, g, k * sizeof(double));
	cblas_dsymv(CblasRowMajor, CblasLower, (int) k, 1, inverse, (int) k, lower, 1, 0, g, 1);
	return MS_OK;
}

/* Coefficients and their errors in the units of the data. */
static void
to_units(const model *m, const double *g, const double *covariance, double *coefficient,
		 double *error)
{
	size_t k = m->k;
	double variance = 0;

	coefficient[0] = g[0];
	for (size_t j = 1; j < k; j++)
	{
		coefficient[j] = g[j] / m->sd[j];
		error[j] = sqrt(fmax(0, covariance[j * k + j])) / m->sd[j];
		coefficient[0] -= coefficient[j] * m->mean[j];
	}
	for (size_t i = 0; i < k; i++)
	{
		double ti = i == 0 ? 1 : -m->mean[i] / m->sd[i];

		for (size_t j = 0; j < k; j++)
			variance += ti * covariance[i * k + j] * (j == 0 ? 1 : -m->mean[j] / m->sd[j]);
	}
	error[0] = sqrt(fmax(0, variance));
}

static double
residual(const model *m, size_t i, const double *g)
{
	return m->y[i] - cblas_ddot((int) m->k, m->z + i * m->k, 1, g, 1);
}

static ms_status
fit_plain(model *m, ms_arena *arena, double *inverse, ms_regression *out)
{
	double *g;
	double squares = 0;

	MS_TRY(MS_ALLOC(arena, m->k, &g));
	MS_TRY(solve(m, arena, NULL, inverse, g));
	for (size_t i = 0; i < m->n; i++)
	{
		m->e[i] = residual(m, i, g);
		squares += m->e[i] * m->e[i];
	}
	cblas_dscal((int) (m->k * m->k), squares / (double) (m->n - m->k), inverse, 1);
	to_units(m, g, inverse, out->plain, out->plain_error);
	return ms_tick(m->ctx, m->n * m->k);
}

/* inverse (sum w^2 e^2 z z') inverse. */
static ms_status
fit_weighted(model *m, ms_arena *arena, ms_regression *out)
{
	size_t k = m->k;
	int size = (int) k;
	double *inverse, *meat, *half, *g;

	MS_TRY(ms_arena_alloc(arena, k, k * sizeof(double), (void **) &inverse));
	MS_TRY(ms_arena_zeroed(arena, k, k * sizeof(double), (void **) &meat));
	MS_TRY(ms_arena_alloc(arena, k, k * sizeof(double), (void **) &half));
	MS_TRY(MS_ALLOC(arena, k, &g));
	MS_TRY(solve(m, arena, m->w, inverse, g));
	for (size_t i = 0; i < m->n; i++)
	{
		double we = m->w[i] * residual(m, i, g);

		cblas_dsyr(CblasRowMajor, CblasLower, size, we * we, m->z + i * k, 1, meat, size);
		MS_TRY(ms_tick(m->ctx, k * k / 2 + 10));
	}
	cblas_dsymm(CblasRowMajor, CblasLeft, CblasLower, size, size, 1, meat, size, inverse, size, 0,
				half, size);
	cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, inverse, size, half,
				size, 0, meat, size);
	to_units(m, g, meat, out->weighted, out->weighted_error);
	return MS_OK;
}

/* --- the test ------------------------------------------------------------------------------- */

/*
 * Cholesky of the normal equations of [Z, WZ] beside the plain residuals, column by column; one
 * that depends on those before it is left out. *rank, and the squares that the columns explain.
 */
static double
explained(double *a, double *c, size_t k, size_t *rank)
{
	double sum = 0;

	*rank = 0;
	for (size_t j = 0; j < k; j++)
	{
		double own = a[j * k + j];
		double pivot = own - cblas_ddot((int) j, a + j * k, 1, a + j * k, 1);
		bool kept = pivot > DEPENDENT * own;

		c[j] = kept ? (c[j] - cblas_ddot((int) j, a + j * k, 1, c, 1)) / sqrt(pivot) : 0;
		for (size_t i = j + 1; i < k; i++)
			a[i * k + j] = kept ? (a[i * k + j] - cblas_ddot((int) j, a + i * k, 1, a + j * k, 1)) /
									  sqrt(pivot)
								: 0;
		a[j * k + j] = kept ? sqrt(pivot) : 0;
		sum += c[j] * c[j];
		*rank += kept;
	}
	return sum;
}

static ms_status
test_weights(model *m, ms_arena *arena, ms_regression *out)
{
	size_t k = 2 * m->k;
	double *a, *c, *row;
	double squares = 0;
	double gain;
	size_t rank;

	MS_TRY(ms_arena_zeroed(arena, k, k * sizeof(double), (void **) &a));
	MS_TRY(MS_ZEROED(arena, k, &c));
	MS_TRY(MS_ALLOC(arena, k, &row));
	for (size_t i = 0; i < m->n; i++)
	{
		memcpy(row, m->z + i * m->k, m->k * sizeof(double));
		for (size_t j = 0; j < m->k; j++)
			row[m->k + j] = m->w[i] * row[j];
		cblas_dsyr(CblasRowMajor, CblasLower, (int) k, 1, row, 1, a, (int) k);
		cblas_daxpy((int) k, m->e[i], row, 1, c, 1);
		squares += m->e[i] * m->e[i];
		MS_TRY(ms_tick(m->ctx, k * k / 2 + 10));
	}
	gain = explained(a, c, k, &rank);
	MS_TRY(ms_tick(m->ctx, k * k * k / 3));
	out->df1 = rank - m->k;
	out->df2 = m->n - rank;
	if (rank <= m->k || m->n <= rank || !(squares > gain))
		return MS_OK;
	out->f = gain / (double) out->df1 / ((squares - gain) / (double) out->df2);
	out->p_value = gsl_cdf_fdist_Q(out->f, (double) out->df1, (double) out->df2);
	return MS_OK;
}

/* tr(S_T S_S^-1): the mean of z'(Z'Z / n)^-1 z over the target's rows. */
static ms_status
compare_target(model *m, ms_arena *arena, const ms_sample *target, const double *inverse,
			   ms_regression *out)
{
	ms_rows rows = ms_sample_rows(target);
	double sum = 0;
	double weight = 0;
	double *z, *product;

	MS_TRY(MS_ALLOC(arena, m->k, &z));
	MS_TRY(MS_ALLOC(arena, m->k, &product));
	z[0] = 1;
	for (size_t i = 0; i < rows.n; i++)
	{
		const double *x = rows.x + i * rows.stride;
		double w = ms_rows_weight(&rows, i);

		if (has_gap(x, rows.d))
			continue;
		for (size_t j = 1; j < m->k; j++)
			z[j] = (x[j - 1] - m->mean[j]) / m->sd[j];
		cblas_dsymv(CblasRowMajor, CblasLower, (int) m->k, (double) m->n, inverse, (int) m->k, z, 1,
					0, product, 1);
		sum += w * cblas_ddot((int) m->k, z, 1, product, 1);
		weight += w;
		MS_TRY(ms_tick(m->ctx, m->k * m->k));
	}
	out->complexity = weight > 0 ? sum / weight : NAN;
	return MS_OK;
}

/* --- all of it ------------------------------------------------------------------------------ */

static ms_status
weigh(model *m, ms_regression *out)
{
	double sum = 0;
	double squares = 0;

	for (size_t i = 0; i < m->n; i++)
		sum += m->w[i];
	if (!(sum > 0))
		return ms_fail(m->ctx, MS_BAD_WEIGHT, "weights", 0, 0, 1);
	for (size_t i = 0; i < m->n; i++)
	{
		m->w[i] *= (double) m->n / sum;
		squares += m->w[i] * m->w[i];
	}
	out->effective = (double) m->n * (double) m->n / squares;
	return MS_OK;
}

static ms_status
allocate(ms_arena *arena, ms_regression *out)
{
	MS_TRY(MS_ALLOC(arena, out->k, &out->plain));
	MS_TRY(MS_ALLOC(arena, out->k, &out->plain_error));
	MS_TRY(MS_ALLOC(arena, out->k, &out->weighted));
	return MS_ALLOC(arena, out->k, &out->weighted_error);
}

ms_status
ms_regression_fit(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, const ms_sample *target,
				  size_t response, bool omit, ms_regression *out)
{
	model m = {.ctx = ctx};
	double *inverse, *of_target;

	*out = (ms_regression){.f = NAN, .p_value = NAN, .complexity = NAN, .effective = NAN};
	if (response >= s->d)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "response", 0, (double) response + 1, 1);
	if (target && target->d + 1 != s->d)
		return ms_fail(ctx, MS_DIMENSION, "columns", 0, target->d, (double) s->d - 1);
	MS_TRY(check_sample(ctx, s, omit));
	if (target)
		MS_TRY(check_sample(ctx, target, omit));
	MS_TRY(read_rows(&m, arena, s, response));
	out->n = m.n;
	out->k = m.k;
	if (m.n <= m.k)
		return MS_OK;
	MS_TRY(weigh(&m, out));
	MS_TRY(standardise(&m, arena, response));
	MS_TRY(allocate(arena, out));
	MS_TRY(ms_arena_alloc(arena, m.k, m.k * sizeof(double), (void **) &inverse));
	MS_TRY(MS_ALLOC(arena, m.k, &of_target));
	if (target)
	{
		MS_TRY(solve(&m, arena, NULL, inverse, of_target));
		MS_TRY(compare_target(&m, arena, target, inverse, out));
	}
	MS_TRY(fit_plain(&m, arena, inverse, out));
	MS_TRY(fit_weighted(&m, arena, out));
	return test_weights(&m, arena, out);
}

size_t
ms_regression_bytes(size_t n, size_t d)
{
	size_t rows, squares, bytes;

	if (ms_size_mul(n, d + 3, &rows) && ms_size_mul(d + 4, 16 * (d + 4), &squares) &&
		ms_size_add(rows, squares, &bytes) && ms_size_mul(bytes, sizeof(double), &bytes))
		return bytes;
	return SIZE_MAX;
}
