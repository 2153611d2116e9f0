/*
 * gaussian.h: the Wasserstein distance of normal laws, which means and covariances give in closed
 * form (Bures metric), and of mixtures of them under plans that move components as wholes, MW2
 * (Delon & Desolneux 2020). Matrices are row-major, full. O(d^3) a pair.
 */
#ifndef MS_GAUSSIAN_H
#define MS_GAUSSIAN_H

#include "core/base/moments.h"

typedef struct ms_gaussian_parts
{
	double location; /* |m1 - m2|^2 */
	double bures;    /* tr(S1 + S2 - 2 (S1^1/2 S2 S1^1/2)^1/2), >= 0 */
} ms_gaussian_parts;

/*
 * Both parts of W2^2. Eigenvalues below 0 count as 0. Scratch from the arena: about 7 d^2 doubles.
 * MS_NOT_DEFINITE when an entry is not finite or LAPACK does not converge.
 */
extern ms_status ms_gaussian_parts_of(ms_ctx *ctx, ms_arena *arena, size_t d, const double *mean1,
									  const double *cov1, const double *mean2, const double *cov2,
									  ms_gaussian_parts *out);

/*
 * W2 of the normal laws of two values: a lower bound for any two laws with these moments (Gelbrich
 * 1990). Covariances with divisor W, as those of mixtures, so that one row is a point.
 * MS_MISMATCH "columns"; MS_TOO_FEW where nothing has weight.
 */
extern ms_status ms_gaussian_moments(ms_ctx *ctx, ms_arena *arena, const ms_moments *a,
									 const ms_moments *b, double *out);

/* map[d * d]: x -> m2 + map (x - m1) carries the first to the second; S1 positive definite. */
extern ms_status ms_gaussian_map(ms_ctx *ctx, ms_arena *arena, size_t d, const double *cov1,
								 const double *cov2, double *map);

/*
 * Covariance of the barycenter of g normal laws with weights that sum to 1, by the fixed point of
 * Alvarez-Esteban et al. 2016; covs: g matrices. *converged false after 500 steps.
 */
extern ms_status ms_gaussian_barycenter(ms_ctx *ctx, ms_arena *arena, size_t d, size_t g,
										const double *covs, const double *weights, double *out,
										bool *converged);

/* A mixture in plain arrays: k weights, k means, k covariances. */
typedef struct ms_gaussians
{
	size_t k;
	const double *weights;
	const double *means;
	const double *covs;
} ms_gaussians;

/* MW2: exact transport between components at W2^2 of each pair. Scratch: 16 k_a k_b + 7 d^2. */
extern ms_status ms_gaussian_mixtures(ms_ctx *ctx, ms_arena *arena, size_t d, const ms_gaussians *a,
									  const ms_gaussians *b, double *out);

#endif
