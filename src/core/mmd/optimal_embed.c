/*
 * optimal_embed.c: closed forms of kernel mean embeddings (Briol et al. 2019, and by hand).
 */
#include "core/mmd/optimal_embed.h"

#include <float.h>
#include <math.h>

#include <gsl/gsl_sf_erf.h>

#define SQRT3 1.7320508075688772
#define SQRT5 2.2360679774997897

bool
ms_embedding_exists(ms_law law, ms_kernel_kind kind, size_t d)
{
	switch (kind)
	{
		case MS_KERNEL_GAUSSIAN:
		case MS_KERNEL_LAPLACE:
			return true;
		case MS_KERNEL_MATERN32:
		case MS_KERNEL_MATERN52:
			return law == MS_LAW_UNIFORM;
		case MS_KERNEL_ENERGY:
			return d == 1;
		default:
			return false;
	}
}

static double
normal_cdf(double x)
{
	return erfc(-x * M_SQRT1_2) / 2;
}

/* exp(a) P(N > x): both alone over- and underflow. */
static double
exp_tail(double a, double x)
{
	return 0.5 * exp(a + gsl_sf_log_erfc(x * M_SQRT1_2));
}

/* --- one column, kernels of r / l ----------------------------------------------------------- */

/* Of N(0, s^2) under exp(-r / l): two tails. */
static double
laplace_normal(double x, double s, double l)
{
	double half = s * s / (2 * l * l);

	return exp_tail(half - x / l, -(x / s - s / l)) + exp_tail(half + x / l, x / s + s / l);
}

/* Integrals of the kernel over [0, t], in units of the bandwidth: an odd function. */
static double
integral(ms_kernel_kind kind, double t)
{
	double r = fabs(t);
	double sum;

	if (kind == MS_KERNEL_LAPLACE)
		sum = -expm1(-r);
	else if (kind == MS_KERNEL_MATERN32)
		sum = 2 / SQRT3 - exp(-SQRT3 * r) * (r + 2 / SQRT3);
	else
		sum = 8 / (3 * SQRT5) - exp(-SQRT5 * r) * (8 / (3 * SQRT5) + 5 * r / 3 + SQRT5 * r * r / 3);
	return copysign(sum, t);
}

/* x from the lower end of a unit interval of bandwidths l. */
static double
mean_uniform(ms_kernel_kind kind, double x, double l)
{
	if (kind == MS_KERNEL_ENERGY)
		return x >= 0 && x <= 1 ? -(x * x - x + 0.5) : -fabs(x - 0.5);
	if (kind == MS_KERNEL_GAUSSIAN)
		return sqrt(2 * M_PI) * l * (normal_cdf((1 - x) / l) - normal_cdf(-x / l));
	return l * (integral(kind, x / l) + integral(kind, (1 - x) / l));
}

static double
mean_normal(ms_kernel_kind kind, double x, double l)
{
	double v = l * l + 1;

	if (kind == MS_KERNEL_ENERGY)
		return -(x * erf(x * M_SQRT1_2) + 2 * exp(-x * x / 2) / sqrt(2 * M_PI));
	if (kind == MS_KERNEL_GAUSSIAN)
		return l / sqrt(v) * exp(-x * x / (2 * v));
	return laplace_normal(x, 1, l);
}

/*
 * The power series of a kernel in a = c / l times E r^k = 2 / ((k + 1) (k + 2)) of the distance r
 * of two uniform numbers: the closed forms cancel where a is small.
 */
static double
constant_series(ms_kernel_kind kind, double a)
{
	double power = 1; /* (-a)^k / k! */
	double sum = 0;

	for (int k = 0; k < 24; k++)
	{
		double factor = kind == MS_KERNEL_MATERN32   ? 1 - k
						: kind == MS_KERNEL_MATERN52 ? 1 - k + k * (k - 1) / 3.0
													 : 1;

		sum += power * factor * 2 / ((k + 1.0) * (k + 2));
		power *= -a / (k + 1);
	}
	return sum;
}

/* Of the triangular density 2 (1 - r) of the distance. */
static double
constant_uniform(ms_kernel_kind kind, double l)
{
	double a = (kind == MS_KERNEL_MATERN32 ? SQRT3 : kind == MS_KERNEL_MATERN52 ? SQRT5 : 1) / l;

	if (kind == MS_KERNEL_ENERGY)
		return -1.0 / 3;
	if (kind == MS_KERNEL_GAUSSIAN)
		return sqrt(2 * M_PI) * l * erf(M_SQRT1_2 / l) + 2 * l * l * expm1(-1 / (2 * l * l));
	if (a < 1)
		return constant_series(kind, a);
	if (kind == MS_KERNEL_LAPLACE)
		return 2 / a + 2 * expm1(-a) / (a * a);
	if (kind == MS_KERNEL_MATERN32)
		return 4 / a - 6 / (a * a) + exp(-a) * (2 / a + 6 / (a * a));
	return 16 / (3 * a) - 10 / (a * a) + exp(-a) * (2.0 / 3 + 14 / (3 * a) + 10 / (a * a));
}

static double
constant_normal(ms_kernel_kind kind, double l)
{
	if (kind == MS_KERNEL_ENERGY)
		return -2 / sqrt(M_PI);
	if (kind == MS_KERNEL_GAUSSIAN)
		return l / sqrt(l * l + 2);
	return laplace_normal(0, M_SQRT2, l);
}

/* --- products over the columns -------------------------------------------------------------- */

double
ms_embedding_mean(const ms_embedding *e, const double *x)
{
	double product = 1;

	for (size_t j = 0; j < e->d; j++)
		product *= e->law == MS_LAW_NORMAL ? mean_normal(e->kind, x[j], e->bandwidth)
										   : mean_uniform(e->kind, x[j], e->bandwidth);
	return product;
}

double
ms_embedding_constant(const ms_embedding *e)
{
	double one = e->law == MS_LAW_NORMAL ? constant_normal(e->kind, e->bandwidth)
										 : constant_uniform(e->kind, e->bandwidth);

	return pow(one, (double) e->d);
}

/* Points of one pass of the kernel. */
#define BLOCK 256

static void
kernel_block(const ms_embedding *e, const ms_kernel *k, const double *x, const double *y,
			 size_t stride, size_t n, double *out)
{
	bool whole = e->kind == MS_KERNEL_GAUSSIAN;
	double factor[BLOCK];

	for (size_t i = 0; i < n; i++)
		out[i] = whole ? 0 : 1;
	for (size_t j = 0; j < e->d; j++)
	{
		for (size_t i = 0; i < n; i++)
		{
			double r = y[i * stride + j] - x[j];

			factor[i] = r * r;
		}
		if (!whole)
			ms_kernel_apply(k, n, factor);
		for (size_t i = 0; i < n; i++)
			out[i] = whole ? out[i] + factor[i] : out[i] * factor[i];
	}
	if (whole)
		ms_kernel_apply(k, n, out);
}

void
ms_embedding_kernel(const ms_embedding *e, const double *x, const double *y, size_t stride,
					size_t n, double *out)
{
	ms_kernel k = ms_kernel_of(e->kind, e->bandwidth);

	for (size_t from = 0; from < n; from += BLOCK)
		kernel_block(e, &k, x, y + from * stride, stride, n - from < BLOCK ? n - from : BLOCK,
					 out + from);
}
