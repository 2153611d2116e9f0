/*
 * thin_weights.c: weights of a coreset.
 */
#include "core/mmd/thin_weights.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#include "core/base/linalg.h"
#include "core/mmd/matching_qp.h"

#define CHOLESKY_BLOCK 256
#define MOST_NUGGET 1e-4
#define TOLERANCE 1e-12
#define MAX_ITER 5000

size_t
ms_coreset_bytes(size_t m, size_t d)
{
	size_t bytes;

	if (ms_size_mul(m, 2 * m + 8 * (d + 4), &bytes) && ms_size_mul(bytes, sizeof(double), &bytes))
		return bytes;
	return SIZE_MAX;
}

/* Fortran hides the lengths of strings behind the last argument. */
extern void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t);

/* What the block column at `from` takes off the rows below it, some rows at a time. */
static ms_status
update_rows(ms_ctx *ctx, double *a, size_t m, size_t from, size_t width)
{
	size_t next = from + width;

	for (size_t i = next; i < m; i += CHOLESKY_BLOCK)
	{
		size_t rows = m - i < CHOLESKY_BLOCK ? m - i : CHOLESKY_BLOCK;
		size_t columns = i + rows - next;

		cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int) rows, (int) columns, (int) width,
					-1, a + i * m + from, (int) m, a + next * m + from, (int) m, 1,
					a + i * m + next, (int) m);
		MS_TRY(ms_tick(ctx, (uint64_t) rows * columns * width / 16));
	}
	return MS_OK;
}

ms_status
ms_coreset_cholesky(ms_ctx *ctx, double *a, size_t m, bool *definite)
{
	*definite = false;
	for (size_t from = 0; from < m; from += CHOLESKY_BLOCK)
	{
		size_t width = m - from < CHOLESKY_BLOCK ? m - from : CHOLESKY_BLOCK;
		double *corner = a + from * m + from;
		int order = (int) m;
		int n = (int) width;
		int info;

		dpotrf_("U", &n, corner, &order, &info, 1);
		for (size_t i = 0; i < width; i++)
		{
			if (info != 0 || !(corner[i * m + i] > 0) || isinf(corner[i * m + i]))
				return MS_OK;
		}
		if (from + width < m)
			cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit,
						(int) (m - from - width), n, 1, corner, order, corner + width * m, order);
		MS_TRY(ms_tick(ctx, (uint64_t) (m - from) * width * width / 16));
		MS_TRY(update_rows(ctx, a, m, from, width));
	}
	for (size_t i = 0; i < m; i++)
		memset(a + i * m + i + 1, 0, (m - i - 1) * sizeof(*a));
	*definite = true;
	return MS_OK;
}

ms_status
ms_coreset_factor(ms_ctx *ctx, ms_arena *arena, double *a, size_t m, double least, double *nugget)
{
	double trace = 0;
	bool definite;
	double *kept;

	MS_TRY(ms_arena_alloc(arena, m, m * sizeof(*kept), (void **) &kept));
	memcpy(kept, a, m * m * sizeof(*kept));
	for (size_t i = 0; i < m; i++)
		trace += a[i * m + i] / (double) m;
	for (*nugget = least; *nugget <= MOST_NUGGET * (1 + 1e-9);
		 *nugget = *nugget > 0 ? 10 * *nugget : 1e-14)
	{
		memcpy(a, kept, m * m * sizeof(*kept));
		for (size_t i = 0; i < m; i++)
			a[i * m + i] += *nugget * trace;
		MS_TRY(ms_coreset_cholesky(ctx, a, m, &definite));
		if (definite)
			return MS_OK;
	}
	return ms_fail(ctx, MS_NOT_DEFINITE, "kernel", 0, *nugget, MOST_NUGGET);
}

void
ms_coreset_solve(const double *chol, size_t m, double *x)
{
	ms_linalg_solve_lower(chol, m, x);
	cblas_dtrsv(CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, (int) m, chol, (int) m, x, 1);
}

static ms_status
simplex(ms_ctx *ctx, ms_arena *arena, const double *g, const double *h, size_t m, double *w,
		ms_coreset *found)
{
	double *upper;
	ms_qp_simplex set = {.sum_lower = 1, .sum_upper = 1};
	ms_qp q = {.n = m, .k = g, .c = h, .floor = -INFINITY, .tol = TOLERANCE, .max_iter = MAX_ITER};
	ms_qp_found solved;

	MS_TRY(MS_ALLOC(arena, m, &upper));
	for (size_t i = 0; i < m; i++)
	{
		upper[i] = 1;
		w[i] = 1 / (double) m;
	}
	set.upper = upper;
	q.over = ms_qp_simplex_set(&set);
	MS_TRY(ms_qp_solve(ctx, arena, &q, w, &solved));
	found->gap = 2 * solved.gap;
	found->converged = solved.converged;
	return MS_OK;
}

static ms_status
optimal(ms_ctx *ctx, ms_arena *arena, const double *g, const double *h, size_t m, double *w,
		ms_coreset *found)
{
	double *chol;

	MS_TRY(ms_arena_alloc(arena, m, m * sizeof(*chol), (void **) &chol));
	memcpy(chol, g, m * m * sizeof(*chol));
	memcpy(w, h, m * sizeof(*w));
	MS_TRY(ms_coreset_factor(ctx, arena, chol, m, 1e-10, &found->nugget));
	ms_coreset_solve(chol, m, w);
	return MS_OK;
}

ms_status
ms_coreset_weights(ms_ctx *ctx, ms_arena *arena, const ms_cloud *support, const ms_cloud *all,
				   const double *p, const ms_kernel *k, ms_coreset_method method, double *w,
				   ms_coreset *found)
{
	size_t m = support->n;
	double *g, *h, *gw;

	*found = (ms_coreset){.converged = true};
	MS_TRY(ms_arena_alloc(arena, m, m * sizeof(*g), (void **) &g));
	MS_TRY(MS_ALLOC(arena, m, &h));
	MS_TRY(MS_ALLOC(arena, m, &gw));
	MS_TRY(ms_thin_matrix(ctx, support, support, k, g));
	MS_TRY(ms_thin_sums(ctx, support, all, p, k, h));
	if (method == MS_CORESET_SIMPLEX)
		MS_TRY(simplex(ctx, arena, g, h, m, w, found));
	else if (method == MS_CORESET_OPTIMAL)
		MS_TRY(optimal(ctx, arena, g, h, m, w, found));
	cblas_dsymv(CblasRowMajor, CblasLower, (int) m, 1, g, (int) m, w, 1, 0, gw, 1);
	found->mmd2 = cblas_ddot((int) m, w, 1, gw, 1) - 2 * cblas_ddot((int) m, h, 1, w, 1);
	return MS_OK;
}
