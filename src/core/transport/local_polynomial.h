/*
 * local_polynomial.h: one side of a cutoff: many outcomes at once are fitted by the same weighted
 * polynomial in the distance to the cutoff, so that a fit of all is one set of weights.
 */
#ifndef MS_LOCAL_POLYNOMIAL_H
#define MS_LOCAL_POLYNOMIAL_H

#include "core/base/ctx.h"

#define MS_LOCAL_ORDER_MAX 4

typedef enum ms_window_kernel
{
	MS_WINDOW_TRIANGULAR,
	MS_WINDOW_EPANECHNIKOV,
	MS_WINDOW_UNIFORM
} ms_window_kernel;

/* k(u), 0 outside |u| <= 1; integrates to 1 over both sides. */
extern double ms_window_kernel_at(ms_window_kernel kernel, double u);

/*
 * n units in records of `stride` doubles: the distance x to the cutoff, then K outcomes. A side
 * has the units with x >= 0 (right) or with x < 0.
 */
typedef struct ms_units
{
	const double *records;
	size_t n;
	size_t K;
	size_t stride;
} ms_units;

static inline double
ms_units_x(const ms_units *units, size_t i)
{
	return units->records[i * units->stride];
}

static inline const double *
ms_units_y(const ms_units *units, size_t i)
{
	return units->records + i * units->stride + 1;
}

/* A fit in r(u) = (1, u, .. u^order), u = x / h. */
typedef struct ms_local_fit
{
	bool right;
	ms_window_kernel kernel;
	double h;
	int order;
	size_t used; /* units with a weight above 0 */
	double inverse[(MS_LOCAL_ORDER_MAX + 1) * (MS_LOCAL_ORDER_MAX + 1)]; /* of sum k r r' */
	double *coefficients; /* (order + 1) x K, of powers of u */
} ms_local_fit;

/*
 * h > 0, order from 0 to MS_LOCAL_ORDER_MAX. O(n K order); coefficients in the arena. MS_TOO_FEW
 * "units" (index 1 right, 0 left; got, wanted = order + 2) where too few units weigh anything,
 * MS_NOT_DEFINITE "order" where they lie at too few distances.
 */
extern ms_status ms_local_fit_side(ms_ctx *ctx, ms_arena *arena, const ms_units *units, bool right,
								   ms_window_kernel kernel, double h, int order, ms_local_fit *out);

/* Kernel weight of unit i in the fit; 0 on the other side. */
extern double ms_local_kernel(const ms_local_fit *fit, double x);

/* The part of an outcome at x that the intercept takes, and the leverage of a unit there. */
extern void ms_local_weights(const ms_local_fit *fit, double x, double *intercept,
							 double *leverage);

/* K residuals of unit i. */
extern void ms_local_residuals(const ms_local_fit *fit, const ms_units *units, size_t i,
							   double *out);

/*
 * The mean squared residuals of K outcomes, by kernel weight, corrected for what the fit took
 * (divisor sum k (1 - leverage)). O(n K); scratch: K doubles.
 */
extern ms_status ms_local_variance(ms_ctx *ctx, ms_arena *arena, const ms_local_fit *fit,
								   const ms_units *units, double *out);

#endif
