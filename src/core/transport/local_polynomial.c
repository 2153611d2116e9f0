/*
 * local_polynomial.c: normal equations of a few powers; K outcomes share the matrix.
 */
#include "core/transport/local_polynomial.h"

#include <math.h>
#include <string.h>

#include "core/base/linalg.h"

#define RCOND 1e-12

double
ms_window_kernel_at(ms_window_kernel kernel, double u)
{
	u = fabs(u);
	if (!(u <= 1))
		return 0;
	switch (kernel)
	{
		case MS_WINDOW_TRIANGULAR:
			return 1 - u;
		case MS_WINDOW_EPANECHNIKOV:
			return 0.75 * (1 - u * u);
		case MS_WINDOW_UNIFORM:
			break;
	}
	return 0.5;
}

double
ms_local_kernel(const ms_local_fit *fit, double x)
{
	return (x >= 0) == fit->right ? ms_window_kernel_at(fit->kernel, x / fit->h) : 0;
}

static void
powers(double u, int order, double *r)
{
	r[0] = 1;
	for (int j = 1; j <= order; j++)
		r[j] = r[j - 1] * u;
}

/* M = sum k r r', and sum k r y' into the coefficients. */
static ms_status
gather(ms_ctx *ctx, const ms_units *units, ms_local_fit *fit, double *M)
{
	int d = fit->order + 1;
	double r[MS_LOCAL_ORDER_MAX + 1];

	for (size_t i = 0; i < units->n; i++)
	{
		double x = ms_units_x(units, i);
		double k = ms_local_kernel(fit, x);
		const double *y = ms_units_y(units, i);

		MS_TRY(ms_tick(ctx, k > 0 ? (size_t) d * (units->K + 4) : 2));
		if (k <= 0)
			continue;
		powers(x / fit->h, fit->order, r);
		fit->used++;
		for (int a = 0; a < d; a++)
		{
			double *row = fit->coefficients + (size_t) a * units->K;

			for (int b = 0; b <= a; b++)
				M[a * d + b] += k * r[a] * r[b];
			for (size_t q = 0; q < units->K; q++)
				row[q] += k * r[a] * y[q];
		}
	}
	return MS_OK;
}

/* M^-1 by its Cholesky factor; false when the reciprocal condition number is below RCOND. */
static bool
invert(double *M, int d, double *inverse)
{
	double root[(MS_LOCAL_ORDER_MAX + 1) * (MS_LOCAL_ORDER_MAX + 1)];
	double norm = 0;
	double inverse_norm = 0;

	for (int a = 0; a < d; a++)
		for (int b = 0; b <= a; b++)
			norm += (a == b ? 1 : 2) * M[a * d + b] * M[a * d + b];
	if (!ms_linalg_cholesky(M, (size_t) d))
		return false;
	ms_linalg_invert_lower(M, (size_t) d, root);
	for (int a = 0; a < d; a++)
		for (int b = 0; b < d; b++)
		{
			inverse[a * d + b] = 0;
			for (int c = a > b ? a : b; c < d; c++)
				inverse[a * d + b] += root[c * d + a] * root[c * d + b];
			inverse_norm += inverse[a * d + b] * inverse[a * d + b];
		}
	return sqrt(norm) * sqrt(inverse_norm) * RCOND < 1;
}

static ms_status
solve(ms_ctx *ctx, const double *inverse, int d, size_t K, double *coefficients)
{
	for (size_t q = 0; q < K; q++)
	{
		double right[MS_LOCAL_ORDER_MAX + 1];

		for (int a = 0; a < d; a++)
			right[a] = coefficients[(size_t) a * K + q];
		for (int a = 0; a < d; a++)
		{
			double sum = 0;

			for (int b = 0; b < d; b++)
				sum += inverse[a * d + b] * right[b];
			coefficients[(size_t) a * K + q] = sum;
		}
	}
	return ms_tick(ctx, K * (size_t) (d * d));
}

ms_status
ms_local_fit_side(ms_ctx *ctx, ms_arena *arena, const ms_units *units, bool right,
				  ms_window_kernel kernel, double h, int order, ms_local_fit *out)
{
	int d = order + 1;
	double M[(MS_LOCAL_ORDER_MAX + 1) * (MS_LOCAL_ORDER_MAX + 1)] = {0};
	size_t size;

	*out = (ms_local_fit){.right = right, .kernel = kernel, .h = h, .order = order};
	(void) ms_size_mul(units->K, (size_t) d, &size);
	MS_TRY(MS_ZEROED(arena, size, &out->coefficients));
	MS_TRY(gather(ctx, units, out, M));
	if (out->used < (size_t) order + 2)
		return ms_fail(ctx, MS_TOO_FEW, "units", right, (double) out->used, order + 2);
	if (!invert(M, d, out->inverse))
		return ms_fail(ctx, MS_NOT_DEFINITE, "order", 0, order, 0);
	return solve(ctx, out->inverse, d, units->K, out->coefficients);
}

void
ms_local_weights(const ms_local_fit *fit, double x, double *intercept, double *leverage)
{
	int d = fit->order + 1;
	double k = ms_local_kernel(fit, x);
	double r[MS_LOCAL_ORDER_MAX + 1];

	powers(x / fit->h, fit->order, r);
	*intercept = *leverage = 0;
	for (int a = 0; a < d; a++)
	{
		double sum = 0;

		for (int b = 0; b < d; b++)
			sum += fit->inverse[a * d + b] * r[b];
		*leverage += k * r[a] * sum;
		if (a == 0)
			*intercept = k * sum;
	}
}

void
ms_local_residuals(const ms_local_fit *fit, const ms_units *units, size_t i, double *out)
{
	const double *y = ms_units_y(units, i);
	double r[MS_LOCAL_ORDER_MAX + 1];

	powers(ms_units_x(units, i) / fit->h, fit->order, r);
	for (size_t q = 0; q < units->K; q++)
	{
		out[q] = y[q];
		for (int a = 0; a <= fit->order; a++)
			out[q] -= r[a] * fit->coefficients[(size_t) a * units->K + q];
	}
}

ms_status
ms_local_variance(ms_ctx *ctx, ms_arena *arena, const ms_local_fit *fit, const ms_units *units,
				  double *out)
{
	double freedom = 0;
	double *residual;

	MS_TRY(MS_ALLOC(arena, units->K, &residual));
	memset(out, 0, units->K * sizeof(*out));
	for (size_t i = 0; i < units->n; i++)
	{
		double x = ms_units_x(units, i);
		double k = ms_local_kernel(fit, x);
		double intercept, leverage;

		MS_TRY(ms_tick(ctx, k > 0 ? units->K * (size_t) (fit->order + 3) : 2));
		if (k <= 0)
			continue;
		ms_local_weights(fit, x, &intercept, &leverage);
		ms_local_residuals(fit, units, i, residual);
		freedom += k * (1 - leverage);
		for (size_t q = 0; q < units->K; q++)
			out[q] += k * residual[q] * residual[q];
	}
	for (size_t q = 0; q < units->K; q++)
		out[q] /= freedom;
	return MS_OK;
}
