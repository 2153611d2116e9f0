/*
 * kernel.h: kernels of points, as functions of r^2 = |x - y|^2, or of the inner product x.y
 * (polynomial). The parameterisation (s a bandwidth, e the exponent):
 *
 *     gaussian    exp(-r^2 / (2 s^2))
 *     laplace     exp(-r / s)
 *     imq         (1 + r^2 / s^2)^e                  e < 0, default -1/2
 *     matern32    (1 + a) exp(-a)                    a = sqrt(3) r / s
 *     matern52    (1 + a + a^2 / 3) exp(-a)          a = sqrt(5) r / s
 *     energy      -r^e                               0 < e < 2, default 1; no bandwidth
 *     polynomial  (x.y + offset)^degree              default 3 and 1; no bandwidth
 *
 * Several bandwidths are the SUM of their kernels, each with weight 1: k(x, x) is their number.
 * All but energy and polynomial are positive definite and characteristic: MMD = 0 means equal
 * distributions. energy is so of centred measures; polynomial compares moments up to its degree.
 *
 * Values are within 1e-14 of the largest value of the kernel, about 0.4 ns each with AVX-512 (an
 * exp), 1.5 ns with AVX2; what lies below exp(-600) is exp(-600).
 */
#ifndef MS_KERNEL_H
#define MS_KERNEL_H

#include "core/base/ctx.h"

/* Stored in values: never renumbered. */
typedef enum ms_kernel_kind
{
	MS_KERNEL_GAUSSIAN = 1,
	MS_KERNEL_LAPLACE = 2,
	MS_KERNEL_IMQ = 3,
	MS_KERNEL_MATERN32 = 4,
	MS_KERNEL_MATERN52 = 5,
	MS_KERNEL_ENERGY = 6,
	MS_KERNEL_POLYNOMIAL = 7
} ms_kernel_kind;

#define MS_KERNEL_MAX_BANDWIDTHS 32
#define MS_KERNEL_LEAST_BANDWIDTH 1e-150
#define MS_KERNEL_MOST_BANDWIDTH 1e150
#define MS_KERNEL_MAX_DEGREE 64

/* A plain value: copied by assignment. */
typedef struct ms_kernel
{
	ms_kernel_kind kind;
	int degree;      /* polynomial */
	double exponent; /* imq, energy */
	double offset;   /* polynomial, >= 0 */
	size_t
		bandwidths; /* how many: 0 of energy and polynomial, else 1 .. MS_KERNEL_MAX_BANDWIDTHS */
	double bandwidth[MS_KERNEL_MAX_BANDWIDTHS];
} ms_kernel;

/* A kernel of this kind with default shape and, where the kind has one, this bandwidth. */
extern ms_kernel ms_kernel_of(ms_kernel_kind kind, double bandwidth);

/*
 * MS_BAD_ARGUMENT: "kernel" (no such kind), "bandwidths" (got = their number, wanted = the nearest
 * that may be), "bandwidth" (index from 1; within LEAST .. MOST), "exponent", "degree", "offset".
 */
extern ms_status ms_kernel_check(ms_ctx *ctx, const ms_kernel *k);

/* Whether it is a function of x - y: its argument is r^2, else x.y. */
static inline bool
ms_kernel_translation(ms_kernel_kind kind)
{
	return kind != MS_KERNEL_POLYNOMIAL;
}

/* Whether it has a bandwidth, and with it a spectral measure (and random features). */
static inline bool
ms_kernel_scaled(ms_kernel_kind kind)
{
	return kind != MS_KERNEL_POLYNOMIAL && kind != MS_KERNEL_ENERGY;
}

/* x[n] become kernel values: of squared distances >= 0, or of inner products (polynomial). */
extern void ms_kernel_apply(const ms_kernel *k, size_t n, double *x);

/* One value: the same bits as ms_kernel_apply. */
extern double ms_kernel_at(const ms_kernel *k, double x);

/* k(x, x), where square is |x|^2; no kernel of x - y reads it. */
extern double ms_kernel_diagonal(const ms_kernel *k, double square);

#endif
