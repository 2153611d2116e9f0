/*
 * gaussian.c: Bures-Wasserstein by symmetric roots; products by dgemm.
 */
#include "core/transport/gaussian.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#include "core/transport/simplex.h"

typedef struct bures
{
	size_t d;
	double *values;  /* d */
	double *vectors; /* d x d, rows */
	double *work;
	double *a; /* d x d each */
	double *b;
} bures;

static ms_status
bures_new(ms_arena *arena, size_t d, bures *out)
{
	size_t squares;

	if (!ms_size_mul(d, d, &squares))
		return ms_fail(arena->ctx, MS_TOO_LARGE, "memory", 0, (double) d, (double) SIZE_MAX);
	out->d = d;
	MS_TRY(MS_ALLOC(arena, d, &out->values));
	MS_TRY(MS_ALLOC(arena, squares, &out->vectors));
	MS_TRY(MS_ALLOC(arena, ms_linalg_eigen_work(d), &out->work));
	MS_TRY(MS_ALLOC(arena, squares, &out->a));
	return MS_ALLOC(arena, squares, &out->b);
}

static void
multiply(size_t d, const double *a, const double *b, double *out)
{
	int n = (int) d;

	cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, b, n, 0, out, n);
}

static ms_status
eigen(ms_ctx *ctx, bures *s, const double *matrix, int64_t index)
{
	memcpy(s->a, matrix, s->d * s->d * sizeof(double));
	MS_TRY(ms_tick(ctx, s->d * s->d * (s->d + 1)));
	if (!ms_linalg_eigen(s->a, s->d, s->values, s->vectors, s->work))
		return ms_fail(ctx, MS_NOT_DEFINITE, "covariance", index, 0, 0);
	return MS_OK;
}

/* out = V' diag(values^power) V of the last eigen; what is not above 0 stays 0. */
static void
rebuild(bures *s, double power, double *out)
{
	size_t d = s->d;
	int n = (int) d;

	for (size_t i = 0; i < d; i++)
	{
		double scale = s->values[i] > 0 ? pow(s->values[i], power) : 0;

		for (size_t j = 0; j < d; j++)
			s->a[i * d + j] = scale * s->vectors[i * d + j];
	}
	cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, n, n, n, 1, s->vectors, n, s->a, n, 0, out,
				n);
}

/* Eigenvalues of root * cov * root. */
static ms_status
between(ms_ctx *ctx, bures *s, const double *root, const double *cov, double *out)
{
	size_t d = s->d;

	multiply(d, root, cov, s->b);
	multiply(d, s->b, root, out);
	for (size_t i = 0; i < d; i++)
		for (size_t j = 0; j < i; j++)
			out[i * d + j] = out[j * d + i] = (out[i * d + j] + out[j * d + i]) / 2;
	return eigen(ctx, s, out, 2);
}

static ms_status
distance(ms_ctx *ctx, bures *s, double *root, double *product, const double *mean1,
		 const double *cov1, const double *mean2, const double *cov2, ms_gaussian_parts *out)
{
	size_t d = s->d;
	double trace = 0;

	MS_TRY(eigen(ctx, s, cov1, 1));
	rebuild(s, 0.5, root);
	MS_TRY(between(ctx, s, root, cov2, product));
	*out = (ms_gaussian_parts){0, 0};
	for (size_t i = 0; i < d; i++)
	{
		out->location += (mean1[i] - mean2[i]) * (mean1[i] - mean2[i]);
		trace += cov1[i * d + i] + cov2[i * d + i] - 2 * sqrt(fmax(0, s->values[i]));
	}
	out->bures = fmax(0, trace);
	return MS_OK;
}

/* In one column nothing is lost to a root of a square. */
static void
distance_1(const double *mean1, const double *cov1, const double *mean2, const double *cov2,
		   ms_gaussian_parts *out)
{
	double sds = sqrt(fmax(0, *cov1)) - sqrt(fmax(0, *cov2));

	*out = (ms_gaussian_parts){(*mean1 - *mean2) * (*mean1 - *mean2), sds * sds};
}

ms_status
ms_gaussian_parts_of(ms_ctx *ctx, ms_arena *arena, size_t d, const double *mean1,
					 const double *cov1, const double *mean2, const double *cov2,
					 ms_gaussian_parts *out)
{
	double *root;
	double *product;
	bures s;

	if (d == 1 && isfinite(*cov1) && isfinite(*cov2))
	{
		distance_1(mean1, cov1, mean2, cov2, out);
		return MS_OK;
	}
	MS_TRY(bures_new(arena, d, &s));
	MS_TRY(MS_ALLOC(arena, d * d, &root));
	MS_TRY(MS_ALLOC(arena, d * d, &product));
	return distance(ctx, &s, root, product, mean1, cov1, mean2, cov2, out);
}

/* The covariance with divisor W. */
static ms_status
covariance_of(ms_ctx *ctx, ms_arena *arena, const ms_moments *m, double **cov)
{
	if (!(m->weight > 0))
		return ms_fail(ctx, MS_TOO_FEW, "rows", 0, (double) m->n, 1);
	MS_TRY(MS_ALLOC(arena, (size_t) m->d * m->d, cov));
	ms_linalg_unpack(ms_moments_scatter(m), m->d, *cov);
	for (size_t i = 0; i < (size_t) m->d * m->d; i++)
		(*cov)[i] /= m->weight;
	return MS_OK;
}

ms_status
ms_gaussian_moments(ms_ctx *ctx, ms_arena *arena, const ms_moments *a, const ms_moments *b,
					double *out)
{
	ms_gaussian_parts parts;
	double *cov1;
	double *cov2;
	double *means;
	double *origin;

	if (a->d != b->d)
		return ms_fail(ctx, MS_MISMATCH, "columns", 0, b->d, a->d);
	MS_TRY(covariance_of(ctx, arena, a, &cov1));
	MS_TRY(covariance_of(ctx, arena, b, &cov2));
	MS_TRY(MS_ALLOC(arena, a->d, &means));
	MS_TRY(MS_ZEROED(arena, a->d, &origin));
	/* far from 0 the rests of the means hold what their doubles do not */
	for (size_t j = 0; j < a->d; j++)
		means[j] = (ms_moments_mean(a)[j] - ms_moments_mean(b)[j]) +
				   (ms_moments_mean_rest(a)[j] - ms_moments_mean_rest(b)[j]);
	MS_TRY(ms_gaussian_parts_of(ctx, arena, a->d, means, cov1, origin, cov2, &parts));
	*out = sqrt(parts.location + parts.bures);
	return MS_OK;
}

ms_status
ms_gaussian_map(ms_ctx *ctx, ms_arena *arena, size_t d, const double *cov1, const double *cov2,
				double *map)
{
	double *root;
	double *inverse;
	bures s;

	MS_TRY(bures_new(arena, d, &s));
	MS_TRY(MS_ALLOC(arena, d * d, &root));
	MS_TRY(MS_ALLOC(arena, d * d, &inverse));
	MS_TRY(eigen(ctx, &s, cov1, 1));
	if (!(s.values[d - 1] > 1e-14 * s.values[0]))
		return ms_fail(ctx, MS_NOT_DEFINITE, "covariance", 1, s.values[d - 1], 0);
	rebuild(&s, 0.5, root);
	rebuild(&s, -0.5, inverse);
	MS_TRY(between(ctx, &s, root, cov2, map));
	rebuild(&s, 0.5, root);
	multiply(d, inverse, root, s.b);
	multiply(d, s.b, inverse, map);
	return MS_OK;
}

/* One step: S <- S^-1/2 (sum w (S^1/2 S_g S^1/2)^1/2)^2 S^-1/2; *change relative to S. */
static ms_status
barycenter_step(ms_ctx *ctx, bures *s, size_t g, const double *covs, const double *weights,
				double *const scratch[4], double *cov, double *change)
{
	size_t squares = s->d * s->d;
	double *root = scratch[0];
	double *inverse = scratch[1];
	double *sum = scratch[2];
	double *product = scratch[3];
	double size = 0;

	MS_TRY(eigen(ctx, s, cov, 1));
	rebuild(s, 0.5, root);
	rebuild(s, -0.5, inverse);
	memset(sum, 0, squares * sizeof(double));
	for (size_t i = 0; i < g; i++)
	{
		MS_TRY(between(ctx, s, root, covs + i * squares, product));
		rebuild(s, 0.5, product);
		cblas_daxpy((int) squares, weights[i], product, 1, sum, 1);
	}
	multiply(s->d, inverse, sum, product);
	multiply(s->d, sum, inverse, root);
	multiply(s->d, product, root, sum);
	*change = 0;
	for (size_t i = 0; i < squares; i++)
	{
		*change = fmax(*change, fabs(sum[i] - cov[i]));
		size = fmax(size, fabs(cov[i]));
		cov[i] = sum[i];
	}
	*change = size > 0 ? *change / size : 0;
	return MS_OK;
}

ms_status
ms_gaussian_barycenter(ms_ctx *ctx, ms_arena *arena, size_t d, size_t g, const double *covs,
					   const double *weights, double *out, bool *converged)
{
	double *scratch[4];
	double change = 1;
	bures s;

	MS_TRY(bures_new(arena, d, &s));
	for (int i = 0; i < 4; i++)
		MS_TRY(MS_ALLOC(arena, d * d, &scratch[i]));
	memset(out, 0, d * d * sizeof(double));
	for (size_t i = 0; i < g; i++)
		cblas_daxpy((int) (d * d), weights[i], covs + i * d * d, 1, out, 1);
	for (int i = 0; i < 500 && change > 1e-13; i++)
		MS_TRY(barycenter_step(ctx, &s, g, covs, weights, scratch, out, &change));
	*converged = change <= 1e-12;
	return MS_OK;
}

ms_status
ms_gaussian_mixtures(ms_ctx *ctx, ms_arena *arena, size_t d, const ms_gaussians *a,
					 const ms_gaussians *b, double *out)
{
	ms_transport_result result;
	ms_gaussian_parts parts;
	size_t squares = d * d;
	double *costs;
	double *root;
	double *product;
	size_t pairs;
	bures s;

	if (!ms_size_mul(a->k, b->k, &pairs))
		return ms_fail(ctx, MS_TOO_LARGE, "memory", 0, (double) a->k, (double) SIZE_MAX);
	MS_TRY(MS_ALLOC(arena, pairs, &costs));
	MS_TRY(bures_new(arena, d, &s));
	MS_TRY(MS_ALLOC(arena, squares, &root));
	MS_TRY(MS_ALLOC(arena, squares, &product));
	for (size_t i = 0; i < a->k; i++)
	{
		for (size_t j = 0; j < b->k; j++)
		{
			MS_TRY(distance(ctx, &s, root, product, a->means + i * d, a->covs + i * squares,
							b->means + j * d, b->covs + j * squares, &parts));
			costs[i * b->k + j] = parts.location + parts.bures;
		}
	}
	MS_TRY(ms_transport_matrix(ctx, arena, a->k, a->weights, b->k, b->weights, costs, &result));
	*out = sqrt(fmax(0, result.cost));
	return MS_OK;
}
