/*
 * matching_shift.c: conditional expectations as row-normalised kernels, and one linear system.
 */
#include "core/mmd/matching_shift.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#include "core/mmd/thin_points.h"

#define FLOOR 1e-3 /* of the greatest source density */

#define LU_BLOCK 64

extern void dgetrf_(const int *m, const int *n, double *a, const int *lda, int *ipiv, int *info);
extern void dgetrs_(const char *trans, const int *n, const int *nrhs, const double *a,
					const int *lda, const int *ipiv, double *b, const int *ldb, int *info, size_t);
extern void dlaswp_(const int *n, double *a, const int *lda, const int *k1, const int *k2,
					const int *ipiv, const int *incx);

typedef struct shift
{
	ms_ctx *ctx;
	size_t n, m;
	double *y, *x, *w; /* n: source, weights of sum 1 */
	double *t, *v;     /* m: target */
	double hx, hy, ht;
	double *cx, *cy, *a; /* n x n */
} shift;

static ms_status
read_column(ms_ctx *ctx, ms_arena *arena, const ms_complete *rows, size_t column, double **out)
{
	MS_TRY(MS_ALLOC(arena, rows->n + 1, out));
	for (size_t i = 0; i < rows->n; i++)
		(*out)[i] = column < rows->d ? rows->x[i * rows->stride + column]
									 : ms_complete_weight(rows, i) / rows->weight;
	return ms_tick(ctx, rows->n);
}

/* Silverman's rule, 1.06 sd n^(-1/5); n rows that the weights stand for. */
static ms_status
choose(ms_ctx *ctx, const double *x, const double *w, size_t n, int64_t column, double *h)
{
	double mean = 0;
	double variance = 0;
	double squares = 0;
	bool varies = false;

	if (!isnan(*h))
		return *h > 0 && *h < INFINITY ? MS_OK
									   : ms_fail(ctx, MS_BAD_ARGUMENT, "bandwidth", column, *h, 0);
	for (size_t i = 0; i < n; i++)
	{
		mean += w[i] * x[i];
		squares += w[i] * w[i];
	}
	for (size_t i = 0; i < n; i++)
		variance += w[i] * (x[i] - mean) * (x[i] - mean);
	*h = 1.06 * sqrt(variance / (1 - squares)) * pow(squares, 0.2);
	/* of equal values the variance may be above 0 by rounding */
	for (size_t i = 0; i < n; i++)
		varies |= x[i] != x[0];
	if (!varies || !(*h > 0 && *h < INFINITY))
		return ms_fail(ctx, MS_CONSTANT, "column", column, 0, 0);
	return MS_OK;
}

static double
bump(double x, double h)
{
	return exp(-(x / h) * (x / h) / 2);
}

/* c[i, j] = w_j K((x_i - x_j) / h), each row of sum 1. */
static ms_status
expectations(const shift *s, const double *x, double h, double *c)
{
	for (size_t i = 0; i < s->n; i++)
	{
		double *row = c + i * s->n;
		double sum = 0;

		for (size_t j = 0; j < s->n; j++)
		{
			row[j] = s->w[j] * bump(x[i] - x[j], h);
			sum += row[j];
		}
		for (size_t j = 0; j < s->n; j++)
			row[j] /= sum;
		MS_TRY(ms_tick(s->ctx, 5 * s->n));
	}
	return MS_OK;
}

/* eta = p_t / p_s - 1 at the source rows, the source density floored. */
static ms_status
density_ratios(const shift *s, double *eta, double *floored)
{
	double most = 0;
	double *source = s->a; /* scratch until the system is made */
	double *target = s->a + s->n;

	for (size_t i = 0; i < s->n; i++)
	{
		source[i] = target[i] = 0;
		for (size_t j = 0; j < s->n; j++)
			source[i] += s->w[j] * bump(s->x[i] - s->x[j], s->hx) / s->hx;
		for (size_t j = 0; j < s->m; j++)
			target[i] += s->v[j] * bump(s->x[i] - s->t[j], s->ht) / s->ht;
		most = fmax(most, source[i]);
		MS_TRY(ms_tick(s->ctx, 5 * (s->n + s->m)));
	}
	*floored = 0;
	for (size_t i = 0; i < s->n; i++)
	{
		*floored += source[i] < FLOOR * most ? s->w[i] : 0;
		eta[i] = target[i] / fmax(source[i], FLOOR * most) - 1;
	}
	return MS_OK;
}

/* Swaps rows k1 .. k2 (from 1) of `columns` columns as the pivots say. */
static void
swap_rows(double *a, int columns, int n, int k1, int k2, const int *pivots)
{
	int one = 1;

	if (columns > 0)
		dlaswp_(&columns, a, &n, &k1, &k2, pivots, &one);
}

/*
 * LU of a (column-major) with partial pivots, in blocks with polls between: a cancel does not wait
 * for n^3 steps. *info is 0 when it is regular.
 */
static ms_status
factor(ms_ctx *ctx, double *a, int n, int *pivots, int *info)
{
	for (int from = 0; from < n; from += LU_BLOCK)
	{
		int width = n - from < LU_BLOCK ? n - from : LU_BLOCK;
		int below = n - from;
		int next = from + width;
		double *corner = a + (size_t) from * n + from;

		dgetrf_(&below, &width, corner, &n, pivots + from, info);
		if (*info != 0)
			return MS_OK;
		for (int i = from; i < next; i++)
			pivots[i] += from;
		swap_rows(a, from, n, from + 1, next, pivots);
		swap_rows(a + (size_t) next * n, n - next, n, from + 1, next, pivots);
		MS_TRY(ms_tick(ctx, (uint64_t) below * width * width / 4 + (uint64_t) n * width));
		for (int j = next; j < n; j += 4 * LU_BLOCK)
		{
			int columns = n - j < 4 * LU_BLOCK ? n - j : 4 * LU_BLOCK;
			double *right = a + (size_t) j * n;

			cblas_dtrsm(CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasUnit, width,
						columns, 1, corner, n, right + from, n);
			cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n - next, columns, width, -1,
						corner + width, n, right + from, n, 1, right + next, n);
			MS_TRY(ms_tick(ctx, (uint64_t) below * (uint64_t) columns * width / 16));
		}
	}
	return MS_OK;
}

/* (alpha I + Cy Cx) rho = Cy eta. Row-major: LAPACK gets the transpose, so a is made transposed. */
static ms_status
invert(const shift *s, ms_arena *arena, double alpha, const double *eta, double *rho)
{
	int n = (int) s->n;
	int one = 1;
	int info;
	int *pivots;

	MS_TRY(MS_ALLOC(arena, s->n, &pivots));
	/* blocks of rows, so that a poll comes between */
	for (size_t from = 0; from < s->n; from += 64)
	{
		int rows = (int) (s->n - from < 64 ? s->n - from : 64);

		cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, n, n, 1, s->cy + from * s->n,
					n, s->cx, n, 0, s->a + from * s->n, n);
		MS_TRY(ms_tick(s->ctx, (uint64_t) rows * s->n * s->n / 16));
	}
	cblas_dgemv(CblasRowMajor, CblasNoTrans, n, n, 1, s->cy, n, eta, 1, 0, rho, 1);
	for (size_t i = 0; i < s->n; i++)
	{
		s->a[i * s->n + i] += alpha;
		for (size_t j = 0; j < i; j++)
		{
			double held = s->a[i * s->n + j];

			s->a[i * s->n + j] = s->a[j * s->n + i];
			s->a[j * s->n + i] = held;
		}
		MS_TRY(ms_tick(s->ctx, 2 * i));
	}
	MS_TRY(factor(s->ctx, s->a, n, pivots, &info));
	if (info != 0)
		return ms_fail(s->ctx, MS_NOT_DEFINITE, "kernel", 0, alpha, 0);
	dgetrs_("N", &n, &one, s->a, &n, pivots, rho, &n, &info, 1);
	return ms_tick(s->ctx, (uint64_t) s->n * s->n / 4);
}

static ms_status
take_sides(ms_ctx *ctx, ms_arena *arena, const ms_complete *source, const ms_complete *target,
		   const ms_shift_options *o, shift *s)
{
	*s = (shift){.ctx = ctx, .n = source->n, .m = target->n};
	s->hx = o->x_bandwidth;
	s->hy = o->y_bandwidth;
	s->ht = o->target_bandwidth;
	MS_TRY(read_column(ctx, arena, source, 0, &s->y));
	MS_TRY(read_column(ctx, arena, source, 1, &s->x));
	MS_TRY(read_column(ctx, arena, source, 2, &s->w));
	MS_TRY(read_column(ctx, arena, target, 0, &s->t));
	MS_TRY(read_column(ctx, arena, target, 1, &s->v));
	MS_TRY(choose(ctx, s->y, s->w, s->n, 1, &s->hy));
	MS_TRY(choose(ctx, s->x, s->w, s->n, 2, &s->hx));
	MS_TRY(choose(ctx, s->t, s->v, s->m, 1, &s->ht));
	MS_TRY(ms_arena_alloc(arena, s->n, s->n * sizeof(double), (void **) &s->cx));
	MS_TRY(ms_arena_alloc(arena, s->n, s->n * sizeof(double), (void **) &s->cy));
	return ms_arena_alloc(arena, s->n + 2, s->n * sizeof(double), (void **) &s->a);
}

/* max(0, 1 + rho) over its mean, times the rows' own weights. */
static ms_status
weigh(const shift *s, ms_arena *arena, const ms_complete *rows, ms_shift *out)
{
	double mean = 0;
	double squares = 0;

	MS_TRY(MS_ALLOC(arena, s->n, &out->weights));
	for (size_t i = 0; i < s->n; i++)
	{
		out->weights[i] = fmax(0, 1 + out->rho[i]);
		mean += s->w[i] * out->weights[i];
	}
	if (!(mean > 0))
		return ms_fail(s->ctx, MS_TOO_FEW, "weights", 0, 0, 1);
	for (size_t i = 0; i < s->n; i++)
	{
		out->weights[i] /= mean;
		squares += s->w[i] * out->weights[i] * out->weights[i];
		out->weights[i] *= ms_complete_weight(rows, i);
	}
	out->effective = rows->weight / squares;
	out->rows = rows->source;
	out->n = s->n;
	return MS_OK;
}

ms_status
ms_shift_fit(ms_ctx *ctx, ms_arena *arena, const ms_sample *source, const ms_sample *target,
			 const ms_shift_options *o, ms_shift *out)
{
	ms_complete rows, other;
	shift s;

	*out = (ms_shift){.effective = NAN};
	if (source->d != 2 || target->d != 1)
		return ms_fail(ctx, MS_DIMENSION, "columns", 0, source->d != 2 ? source->d : target->d,
					   source->d != 2 ? 2 : 1);
	if (!(o->alpha > 0 && o->alpha < INFINITY))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "alpha", 0, o->alpha, 0);
	MS_TRY(ms_complete_rows(ctx, arena, source, o->omit, &rows));
	MS_TRY(ms_complete_rows(ctx, arena, target, o->omit, &other));
	if (rows.n == 0 || other.n == 0)
		return MS_OK;
	if (rows.n > MS_SHIFT_ROWS)
		return ms_fail(ctx, MS_TOO_LARGE, "source rows", 0, (double) rows.n, MS_SHIFT_ROWS);
	MS_TRY(take_sides(ctx, arena, &rows, &other, o, &s));
	MS_TRY(MS_ALLOC(arena, s.n, &out->eta));
	MS_TRY(MS_ALLOC(arena, s.n, &out->rho));
	MS_TRY(density_ratios(&s, out->eta, &out->floored));
	MS_TRY(expectations(&s, s.x, s.hx, s.cx));
	MS_TRY(expectations(&s, s.y, s.hy, s.cy));
	MS_TRY(invert(&s, arena, o->alpha, out->eta, out->rho));
	return weigh(&s, arena, &rows, out);
}

size_t
ms_shift_bytes(size_t n, size_t m)
{
	size_t squares, rows, bytes;

	if (ms_size_mul(n, 3 * n + 20, &squares) && ms_size_mul(m, 8, &rows) &&
		ms_size_add(squares, rows, &bytes) && ms_size_mul(bytes, sizeof(double), &bytes))
		return bytes;
	return SIZE_MAX;
}
