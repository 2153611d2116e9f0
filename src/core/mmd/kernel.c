/*
 * kernel.c: kernels in lanes.
 */
#include "core/mmd/kernel.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/lanes.h"

/* values that one turn of a loop makes: they stay in the first cache while bandwidths add up */
#define BLOCK 256

#define CLONES __attribute__((target_clones("default", "avx2", "avx512f")))

/* q = r^2 / s^2 at most: log takes no infinity */
#define MOST_RATIO 1e300

ms_kernel
ms_kernel_of(ms_kernel_kind kind, double bandwidth)
{
	ms_kernel k = {.kind = kind, .degree = 3, .offset = 1, .exponent = -0.5};

	if (kind == MS_KERNEL_ENERGY)
		k.exponent = 1;
	k.bandwidths = ms_kernel_scaled(kind);
	k.bandwidth[0] = bandwidth;
	return k;
}

static ms_status
check_bandwidths(ms_ctx *ctx, const ms_kernel *k)
{
	size_t n = k->bandwidths;
	size_t most = ms_kernel_scaled(k->kind) ? MS_KERNEL_MAX_BANDWIDTHS : 0;

	if (n > most || (n == 0 && most > 0))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "bandwidths", 0, (double) n,
					   n > most ? (double) most : 1);
	for (size_t l = 0; l < n; l++)
	{
		double s = k->bandwidth[l];

		if (!(s >= MS_KERNEL_LEAST_BANDWIDTH))
			return ms_fail(ctx, MS_BAD_ARGUMENT, "bandwidth", (int64_t) l + 1, s,
						   MS_KERNEL_LEAST_BANDWIDTH);
		if (s > MS_KERNEL_MOST_BANDWIDTH)
			return ms_fail(ctx, MS_BAD_ARGUMENT, "bandwidth", (int64_t) l + 1, s,
						   MS_KERNEL_MOST_BANDWIDTH);
	}
	return MS_OK;
}

ms_status
ms_kernel_check(ms_ctx *ctx, const ms_kernel *k)
{
	if (k->kind < MS_KERNEL_GAUSSIAN || k->kind > MS_KERNEL_POLYNOMIAL)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "kernel", 0, (double) k->kind, MS_KERNEL_GAUSSIAN);
	if (k->kind == MS_KERNEL_IMQ && !(k->exponent < 0 && isfinite(k->exponent)))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "exponent", 0, k->exponent, -0.5);
	if (k->kind == MS_KERNEL_ENERGY && !(k->exponent > 0 && k->exponent < 2))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "exponent", 0, k->exponent, 1);
	if (k->kind == MS_KERNEL_POLYNOMIAL && (k->degree < 1 || k->degree > MS_KERNEL_MAX_DEGREE))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "degree", 0, k->degree,
					   k->degree < 1 ? 1 : MS_KERNEL_MAX_DEGREE);
	if (k->kind == MS_KERNEL_POLYNOMIAL && !(k->offset >= 0 && isfinite(k->offset)))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "offset", 0, k->offset, 0);
	return check_bandwidths(ctx, k);
}

/* --- loops ---------------------------------------------------------------------------------- */

/*
 * x becomes the sum over the scales c of `value`, which reads x[i] as r2. One scale needs no
 * place for the sum: by that an exp is a third faster.
 */
#define SUM_LOOP(name, value)                                                                      \
	CLONES static void name(const double *scales, size_t n_scales, double e, size_t n, double *x)  \
	{                                                                                              \
		(void) e;                                                                                  \
		if (n_scales == 1)                                                                         \
		{                                                                                          \
			double c = scales[0];                                                                  \
                                                                                                   \
			_Pragma("omp simd") for (size_t i = 0; i < n; i++)                                     \
			{                                                                                      \
				double r2 = x[i];                                                                  \
                                                                                                   \
				x[i] = value;                                                                      \
			}                                                                                      \
			return;                                                                                \
		}                                                                                          \
		for (size_t from = 0; from < n; from += BLOCK, x += BLOCK)                                 \
		{                                                                                          \
			size_t m = n - from < BLOCK ? n - from : BLOCK;                                        \
			double sum[BLOCK] = {0};                                                               \
                                                                                                   \
			for (size_t l = 0; l < n_scales; l++)                                                  \
			{                                                                                      \
				double c = scales[l];                                                              \
                                                                                                   \
				_Pragma("omp simd") for (size_t i = 0; i < m; i++)                                 \
				{                                                                                  \
					double r2 = x[i];                                                              \
                                                                                                   \
					sum[i] += value;                                                               \
				}                                                                                  \
			}                                                                                      \
			memcpy(x, sum, m * sizeof(double));                                                    \
		}                                                                                          \
	}

/* beyond 600 the exponential stands still, and what it is multiplied by must stay a number */
static inline double
matern32_lane(double a)
{
	a = ms_lane_min(a, 600);
	return (1 + a) * ms_lane_exp(-a);
}

static inline double
matern52_lane(double a)
{
	a = ms_lane_min(a, 600);
	return (1 + a + a * a * (1.0 / 3)) * ms_lane_exp(-a);
}

/* (1 + q)^e, e < 0 */
static inline double
imq_lane(double q, double e)
{
	return ms_lane_exp(e * ms_lane_log(1 + ms_lane_min(q, MOST_RATIO)));
}

/* -r^e by t = exp(-|y|), y = e log r: t or 1 / t by the sign of y, and 0 at 0. */
static inline double
power_lane(double r2, double e)
{
	int64_t bits = ms_lane_bits(r2);
	int64_t least = ms_lane_bits(DBL_MIN);
	double y = e / 2 * ms_lane_log(ms_lane_double(bits > least ? bits : least));
	double t = ms_lane_exp(y);
	int64_t below = ms_lane_bits(y) >> 63;
	int64_t zero = (bits - 1) >> 63;
	int64_t power = (ms_lane_bits(t) & below) | (ms_lane_bits(1 / t) & ~below);

	return -ms_lane_double(power & ~zero);
}

SUM_LOOP(gaussian, ms_lane_exp(r2 *c))
SUM_LOOP(laplace, ms_lane_exp(sqrt(r2) * c))
SUM_LOOP(imq_root, 1 / sqrt(1 + ms_lane_min(r2 * c, MOST_RATIO)))
SUM_LOOP(imq, imq_lane(r2 *c, e))
SUM_LOOP(matern32, matern32_lane(sqrt(r2) * c))
SUM_LOOP(matern52, matern52_lane(sqrt(r2) * c))
SUM_LOOP(distance, -sqrt(r2) * c)
SUM_LOOP(power, power_lane(r2, e) * c)

CLONES static void
polynomial(double offset, int degree, size_t n, double *x)
{
	for (size_t from = 0; from < n; from += BLOCK, x += BLOCK)
	{
		size_t m = n - from < BLOCK ? n - from : BLOCK;
		double base[BLOCK];

		for (size_t i = 0; i < m; i++)
			x[i] = base[i] = x[i] + offset;
		for (int t = 1; t < degree; t++)
		{
#pragma omp simd
			for (size_t i = 0; i < m; i++)
				x[i] *= base[i];
		}
	}
}

/* What r^2, or r, is multiplied by. */
static double
scale_of(ms_kernel_kind kind, double s)
{
	switch (kind)
	{
		case MS_KERNEL_GAUSSIAN:
			return -1 / (2 * s * s);
		case MS_KERNEL_LAPLACE:
			return -1 / s;
		case MS_KERNEL_IMQ:
			return 1 / (s * s);
		case MS_KERNEL_MATERN32:
			return sqrt(3) / s;
		case MS_KERNEL_MATERN52:
			return sqrt(5) / s;
		default:
			return 1;
	}
}

typedef void (*kernel_loop)(const double *scales, size_t n_scales, double e, size_t n, double *x);

static kernel_loop
loop_of(const ms_kernel *k)
{
	switch (k->kind)
	{
		case MS_KERNEL_GAUSSIAN:
			return gaussian;
		case MS_KERNEL_LAPLACE:
			return laplace;
		case MS_KERNEL_IMQ:
			return k->exponent == -0.5 ? imq_root : imq;
		case MS_KERNEL_MATERN32:
			return matern32;
		case MS_KERNEL_MATERN52:
			return matern52;
		default:
			return k->exponent == 1 ? distance : power;
	}
}

void
ms_kernel_apply(const ms_kernel *k, size_t n, double *x)
{
	double scales[MS_KERNEL_MAX_BANDWIDTHS] = {1};
	size_t n_scales = ms_kernel_scaled(k->kind) ? k->bandwidths : 1;

	if (k->kind == MS_KERNEL_POLYNOMIAL)
	{
		polynomial(k->offset, k->degree, n, x);
		return;
	}
	for (size_t l = 0; l < k->bandwidths; l++)
		scales[l] = scale_of(k->kind, k->bandwidth[l]);
	loop_of(k)(scales, n_scales, k->exponent, n, x);
}

double
ms_kernel_at(const ms_kernel *k, double x)
{
	ms_kernel_apply(k, 1, &x);
	return x;
}

double
ms_kernel_diagonal(const ms_kernel *k, double square)
{
	return ms_kernel_at(k, ms_kernel_translation(k->kind) ? 0 : square);
}
