/*
 * moments.c: count, weight, mean and scatter of rows (Welford 1962; Chan, Golub & LeVeque 1979).
 * A row costs d^2 / 2 multiply-adds and touches the whole value; d^2 / 2 + 2 d doubles of memory.
 */
#include "core/base/moments.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Of a column's variance, what the columns before it must leave unexplained. */
#define INDEPENDENT 1e-12

void
ms_moments_begin(void *bytes, size_t d)
{
	ms_moments *m = bytes;
	uint32_t host = m->head.host;

	memset(bytes, 0, ms_moments_size(d));
	m->head = (ms_head){.host = host, .type = MS_TYPE_MOMENTS, .version = MS_MOMENTS_VERSION};
	m->d = (uint32_t) d;
}

/* sum + error = a + b exactly, the sum being the nearest double (Knuth). */
static inline double
exact_sum(double a, double b, double *error)
{
	double s = a + b;
	double part = s - a;

	*error = (a - (s - part)) + (b - part);
	return s;
}

/* sum + rest += x; the rest stays what the sum cannot hold. */
static inline void
add_twofold(double *sum, double *rest, double x)
{
	double error;
	double s = exact_sum(*sum, x, &error);

	*sum = exact_sum(s, error + *rest, rest);
}

/*
 * scatter += grow * x x'; false when an entry is not finite any more. The clones have no fused
 * multiply-add, so that they round alike: the same bits on any machine.
 */
__attribute__((target_clones("default", "avx2"))) static bool
scatter_add(double *restrict scatter, const double *restrict x, size_t d, double grow)
{
	bool finite = true;

	for (size_t i = 0; i < d; i++)
	{
		double factor = grow * x[i];

		for (size_t j = 0; j <= i; j++)
			scatter[j] += factor * x[j];
		finite &= scatter[i] <= DBL_MAX;
		scatter += i + 1;
	}
	return finite;
}

bool
ms_moments_add(ms_moments *m, const void *x, double w, double *work)
{
	double *restrict mean = ms_moments_mean(m);
	double *restrict rest = ms_moments_mean_rest(m);
	double *restrict deviation = work;
	double before = m->weight;
	double share;
	size_t d = m->d;

	if (m->n == INT64_MAX) /* no table has so many rows, hostile bytes may */
		return false;
	m->n++;
	if (w == 0)
		return true;
	add_twofold(&m->weight, &m->weight_rest, w);
	share = w / m->weight;
	for (size_t j = 0; j < d; j++)
	{
		double element;

		memcpy(&element, (const char *) x + j * sizeof(element), sizeof(element));
		deviation[j] = (element - mean[j]) - rest[j];
		add_twofold(&mean[j], &rest[j], share * deviation[j]);
	}
	return scatter_add(ms_moments_scatter(m), deviation, d, before * share) && m->weight <= DBL_MAX;
}

/* The deviation of b's mean of column j from a's. */
static inline double
mean_apart(const ms_moments *a, const ms_moments *b, size_t j)
{
	return (ms_moments_mean(b)[j] - ms_moments_mean(a)[j]) +
		   (ms_moments_mean_rest(b)[j] - ms_moments_mean_rest(a)[j]);
}

/* into's scatter += from's + grow * apart apart'; before the means change. */
static ms_status
scatter_merge(ms_ctx *ctx, ms_moments *into, const ms_moments *from, double grow)
{
	double *to = ms_moments_scatter(into);
	const double *more = ms_moments_scatter(from);
	bool finite = true;

	for (size_t i = 0; i < into->d; i++)
	{
		double factor = grow * mean_apart(into, from, i);

		for (size_t j = 0; j <= i; j++)
			to[j] += more[j] + factor * mean_apart(into, from, j);
		finite &= to[i] <= DBL_MAX;
		to += i + 1;
		more += i + 1;
		MS_TRY(ms_tick(ctx, i + 1));
	}
	return finite ? MS_OK : ms_fail(ctx, MS_TOO_LARGE, "the sum of squares", 0, INFINITY, DBL_MAX);
}

/* weight, means and scatter of a value that has none yet. */
static void
take_over(ms_moments *into, const ms_moments *from)
{
	into->weight = from->weight;
	into->weight_rest = from->weight_rest;
	memcpy(into + 1, from + 1, ms_moments_size(from->d) - sizeof(ms_moments));
}

ms_status
ms_moments_merge(ms_ctx *ctx, ms_moments *into, const ms_moments *from)
{
	double a = into->weight;
	double b = from->weight;
	double share;

	if (into->d != from->d)
		return ms_fail(ctx, MS_MISMATCH, "columns", 0, from->d, into->d);
	into->n += from->n;
	into->incomplete += from->incomplete;
	if (into->n > INT64_MAX || into->incomplete > INT64_MAX)
		return ms_fail(ctx, MS_TOO_LARGE, "the number of rows", 0, (double) into->n,
					   (double) INT64_MAX);
	if (b == 0)
		return MS_OK;
	if (a == 0)
	{
		take_over(into, from);
		return MS_OK;
	}
	add_twofold(&into->weight, &into->weight_rest, b);
	add_twofold(&into->weight, &into->weight_rest, from->weight_rest);
	if (!(into->weight <= DBL_MAX))
		return ms_fail(ctx, MS_TOO_LARGE, "the sum of weights", 0, INFINITY, DBL_MAX);
	share = b / into->weight;
	MS_TRY(scatter_merge(ctx, into, from, fmax(a, b) * (fmin(a, b) / into->weight)));
	for (size_t j = 0; j < into->d; j++)
		add_twofold(ms_moments_mean(into) + j, ms_moments_mean_rest(into) + j,
					share * mean_apart(into, from, j));
	return MS_OK;
}

/* --- validation ----------------------------------------------------------------------------- */

static ms_status
corrupt(ms_ctx *ctx, const ms_moments *m, const char *what, const void *at)
{
	return ms_fail(ctx, MS_CORRUPT, what, (const char *) at - (const char *) m, 0, 0);
}

/* A finite number that is not -0.0: equal values have equal bytes. */
static inline bool
plain(double x)
{
	return isfinite(x) && (x != 0 || !signbit(x));
}

/* A rest is what the sum cannot hold: added to it, it changes nothing. */
static inline bool
twofold(double sum, double rest)
{
	return plain(sum) && plain(rest) && sum + rest == sum;
}

static bool
all_zero(const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		if (x[i] != 0)
			return false;
	}
	return true;
}

static ms_status
check_fields(ms_ctx *ctx, const ms_moments *m, size_t size)
{
	if (m->d < 1 || m->d > MS_MOMENTS_MAX_DIM)
		return corrupt(ctx, m, "columns", &m->d);
	if (m->reserved != 0)
		return corrupt(ctx, m, "reserved", &m->reserved);
	if (size != ms_moments_size(m->d))
		return corrupt(ctx, m, "size", (const char *) m + size);
	if (m->n > INT64_MAX || m->incomplete > INT64_MAX || m->n + m->incomplete == 0)
		return corrupt(ctx, m, "rows", &m->n);
	if (!twofold(m->weight, m->weight_rest) || m->weight < 0 || (m->weight > 0 && m->n == 0))
		return corrupt(ctx, m, "weight", &m->weight);
	return MS_OK;
}

/*
 * |s[i][j]| <= sqrt(s[i][i] s[j][j]), with room for the rounding of any number of rows; `tiny`
 * is what squares may have lost below the least double.
 */
static ms_status
check_scatter(ms_ctx *ctx, const ms_moments *m)
{
	const double *s = ms_moments_scatter(m);
	double tiny = DBL_MIN * (double) m->n;

	for (size_t i = 0; i < m->d; i++)
	{
		const double *row = s + ms_packed_at(i, 0);
		double size_i = 1.01 * sqrt(row[i] + tiny);

		for (size_t j = 0; j <= i; j++)
		{
			if (!plain(row[j]) || !(fabs(row[j]) <= size_i * sqrt(s[ms_packed_at(j, j)] + tiny)))
				return corrupt(ctx, m, "scatter", &row[j]);
		}
		MS_TRY(ms_tick(ctx, 10 * (i + 1)));
	}
	return MS_OK;
}

ms_status
ms_moments_check(ms_ctx *ctx, const void *bytes, size_t size)
{
	const ms_moments *m = bytes;

	MS_TRY(
		ms_wire_head(ctx, bytes, size, MS_TYPE_MOMENTS, MS_MOMENTS_VERSION, 0, sizeof(ms_moments)));
	MS_TRY(check_fields(ctx, m, size));
	for (size_t j = 0; j < m->d; j++)
	{
		if (!twofold(ms_moments_mean(m)[j], ms_moments_mean_rest(m)[j]))
			return corrupt(ctx, m, "mean", ms_moments_mean(m) + j);
	}
	if (m->weight == 0 && !all_zero(ms_moments_mean(m), 2 * (size_t) m->d + ms_packed_size(m->d)))
		return corrupt(ctx, m, "empty", m + 1);
	return check_scatter(ctx, m);
}

/* --- answers -------------------------------------------------------------------------------- */

double
ms_moments_divisor(const ms_moments *m)
{
	return (m->weight - 1) + m->weight_rest;
}

bool
ms_moments_enough(const ms_moments *m)
{
	return ms_moments_divisor(m) > (double) m->d - 1;
}

/* The divisor, or NaN where there are no variances. */
static double
divisor_or_nan(const ms_moments *m)
{
	double divisor = ms_moments_divisor(m);

	return divisor > 0 ? divisor : NAN;
}

void
ms_moments_sd(const ms_moments *m, double *sd)
{
	double divisor = divisor_or_nan(m);

	for (size_t j = 0; j < m->d; j++)
		sd[j] = sqrt(ms_moments_scatter(m)[ms_packed_at(j, j)] / divisor);
}

void
ms_moments_covariance(const ms_moments *m, double *full)
{
	double divisor = divisor_or_nan(m);

	ms_linalg_unpack(ms_moments_scatter(m), m->d, full);
	for (size_t i = 0; i < (size_t) m->d * m->d; i++)
		full[i] /= divisor;
}

/* Rounding may leave [-1, 1], and the diagonal is 1; NaN where a side is constant. */
static double
correlation(double s, double sii, double sjj)
{
	return fmin(fmax(s / sqrt(sii) / sqrt(sjj), -1), 1);
}

void
ms_moments_correlation(const ms_moments *m, double *full)
{
	const double *s = ms_moments_scatter(m);
	size_t d = m->d;
	bool known = ms_moments_divisor(m) > 0;

	for (size_t i = 0; i < d; i++)
	{
		double sii = s[ms_packed_at(i, i)];

		for (size_t j = 0; j <= i; j++)
		{
			double sjj = s[ms_packed_at(j, j)];
			double r = i == j ? 1 : correlation(s[ms_packed_at(i, j)], sii, sjj);

			full[i * d + j] = full[j * d + i] = known && sii > 0 && sjj > 0 ? r : NAN;
		}
	}
}

/* L of the correlation matrix L L'. */
static ms_status
correlation_factor(ms_ctx *ctx, const ms_moments *m, double *factor)
{
	size_t d = m->d;
	bool definite;

	ms_moments_correlation(m, factor);
	definite = ms_linalg_cholesky(factor, d);
	for (size_t i = 0; i < d; i++)
		definite = definite && factor[i * d + i] * factor[i * d + i] >= INDEPENDENT;
	return definite ? MS_OK : ms_fail(ctx, MS_NOT_DEFINITE, "correlation", 0, 0, 0);
}

/* L^-1, row by row. */
static ms_status
inverse_factor(ms_ctx *ctx, const ms_moments *m, double *inverse)
{
	size_t d = m->d;
	ms_arena arena;
	double *factor;
	ms_status status;

	ms_arena_init(&arena, ctx);
	MS_TRY(MS_ALLOC(&arena, d * d, &factor));
	status = correlation_factor(ctx, m, factor);
	if (status == MS_OK)
		ms_linalg_invert_lower(factor, d, inverse);
	ms_arena_free(&arena);
	return status;
}

ms_status
ms_moments_whitener(ms_ctx *ctx, const ms_moments *m, double *whitener)
{
	size_t d = m->d;

	MS_TRY(inverse_factor(ctx, m, whitener));
	for (size_t i = 0; i < d; i++)
	{
		for (size_t j = 0; j < i; j++)
		{
			whitener[j * d + i] = whitener[i * d + j];
			whitener[i * d + j] = 0;
		}
	}
	return MS_OK;
}

/* By columns, so that the inner loop has no sum to carry. */
double
ms_moments_distance(const double *whitener, size_t d, const double *z, double *work)
{
	double sum = 0;

	memset(work, 0, d * sizeof(double));
	for (size_t j = 0; j < d; j++)
	{
		for (size_t i = j; i < d; i++)
			work[i] += whitener[j * d + i] * z[j];
	}
	for (size_t i = 0; i < d; i++)
		sum += work[i] * work[i];
	return sqrt(sum);
}

/* full = inverse' inverse, row by row of a lower triangle: L'^-1 L^-1. */
static ms_status
gram_of_lower(ms_ctx *ctx, const double *inverse, size_t d, double *full)
{
	memset(full, 0, d * d * sizeof(double));
	for (size_t k = 0; k < d; k++)
	{
		const double *row = inverse + k * d;

		for (size_t i = 0; i <= k; i++)
		{
			for (size_t j = 0; j <= k; j++)
				full[i * d + j] += row[i] * row[j];
		}
		MS_TRY(ms_tick(ctx, (k + 1) * (k + 1)));
	}
	return MS_OK;
}

/* The precision matrix P to -P[i][j] / sqrt(P[i][i] P[j][j]), with ones on the diagonal. */
static void
precision_to_partial(double *full, size_t d)
{
	for (size_t i = 0; i < d; i++)
	{
		for (size_t j = 0; j < i; j++)
			full[i * d + j] = full[j * d + i] =
				correlation(-full[i * d + j], full[i * d + i], full[j * d + j]);
	}
	for (size_t i = 0; i < d; i++)
		full[i * d + i] = 1;
}

ms_status
ms_moments_partial(ms_ctx *ctx, const ms_moments *m, double *full)
{
	size_t d = m->d;
	ms_arena arena;
	double *inverse;
	ms_status status;

	ms_arena_init(&arena, ctx);
	MS_TRY(MS_ALLOC(&arena, d * d, &inverse));
	status = inverse_factor(ctx, m, inverse);
	if (status == MS_OK)
		status = gram_of_lower(ctx, inverse, d, full);
	if (status == MS_OK)
		precision_to_partial(full, d);
	ms_arena_free(&arena);
	return status;
}

static ms_status
require_varying(ms_ctx *ctx, const ms_moments *m)
{
	for (size_t j = 0; j < m->d; j++)
	{
		if (!(ms_moments_scatter(m)[ms_packed_at(j, j)] > 0))
			return ms_fail(ctx, MS_CONSTANT, "column", (int64_t) j + 1, 0, 0);
	}
	return MS_OK;
}

ms_status
ms_moments_axes(ms_ctx *ctx, const ms_moments *m, bool by_sd, double *variances, double *axes)
{
	size_t d = m->d;
	ms_arena arena;
	double *matrix;
	bool converged;

	if (by_sd)
		MS_TRY(require_varying(ctx, m));
	ms_arena_init(&arena, ctx);
	MS_TRY(MS_ALLOC(&arena, d * d + ms_linalg_eigen_work(d), &matrix));
	if (by_sd)
		ms_moments_correlation(m, matrix);
	else
		ms_moments_covariance(m, matrix);
	converged = ms_linalg_eigen(matrix, d, variances, axes, matrix + d * d);
	ms_arena_free(&arena);
	if (!converged)
		return ms_fail(ctx, MS_NO_FIT, "the eigenvalues did not converge", 0, 0, 0);
	for (size_t j = 0; j < d; j++)
		variances[j] = fmax(variances[j], 0);
	return MS_OK;
}
