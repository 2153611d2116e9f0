/*
 * thin_weights.h: the weights of given support points that come nearest to a distribution in MMD:
 * free, w = G^-1 h (kernel quadrature), or at least 0 with sum 1.
 */
#ifndef MS_THIN_WEIGHTS_H
#define MS_THIN_WEIGHTS_H

#include "core/mmd/thin_points.h"

typedef enum ms_coreset_method
{
	MS_CORESET_EQUAL, /* the weights that are there */
	MS_CORESET_SIMPLEX,
	MS_CORESET_OPTIMAL
} ms_coreset_method;

typedef struct ms_coreset
{
	double mmd2; /* less the constant of the distribution: w'Gw - 2 h'w */
	double nugget;
	double gap; /* of the simplex: mmd2 is at most this above the least */
	bool converged;
} ms_coreset;

/*
 * w[m] of the m distinct support points, for the distribution of `all` with weights p[n] of sum 1.
 * O(m n + m^2) kernel values, m^3 / 3 for OPTIMAL. EQUAL reads w and leaves it.
 * MS_NOT_DEFINITE where even a nugget of 1e-4 does not make G definite.
 */
extern ms_status ms_coreset_weights(ms_ctx *ctx, ms_arena *arena, const ms_cloud *support,
									const ms_cloud *all, const double *p, const ms_kernel *k,
									ms_coreset_method method, double *w, ms_coreset *found);

extern size_t ms_coreset_bytes(size_t m, size_t d);

/* As ms_linalg_cholesky, in blocks with polls between: a cancel does not wait for m^3 / 3 steps. */
extern ms_status ms_coreset_cholesky(ms_ctx *ctx, double *a, size_t m, bool *definite);

/* Cholesky factor of a + nugget trace / m I in place, nugget from `least` by tens to 1e-4. */
extern ms_status ms_coreset_factor(ms_ctx *ctx, ms_arena *arena, double *a, size_t m, double least,
								   double *nugget);

/* x := (L L')^-1 x. */
extern void ms_coreset_solve(const double *chol, size_t m, double *x);

#endif
