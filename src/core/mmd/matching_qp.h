/*
 * matching_qp.h: convex quadratic programmes min x'Kx/2 - c'x over sets onto which projecting is
 * easy, by FISTA with restarts (Beck & Teboulle 2009; O'Donoghue & Candes 2015), which finds the
 * face, and conjugate gradients within it (More & Toraldo 1991): the spectrum of a kernel matrix
 * falls so fast that these end where FISTA crawls. Each answer carries a bound on how far above
 * the minimum it is: K is nearly singular, solvers agree in the objective and hardly in x.
 */
#ifndef MS_MATCHING_QP_H
#define MS_MATCHING_QP_H

#include "core/base/ctx.h"

/* 0 <= x <= upper, sum_lower <= sum x <= sum_upper. The sets meet: sum_lower <= sum of upper. */
typedef struct ms_qp_simplex
{
	const double *upper; /* n, at least 0 */
	double sum_lower, sum_upper;
} ms_qp_simplex;

/*
 * x = (b, a), n and m long (Segovia-Martin et al. 2023, eq. 6, and a = 1 where radius is 0):
 * 0 <= b <= upper, 0 <= a <= top, |sum b / total_b - sum a / total_a| <= band,
 * sum (a - top)^2 / top <= radius^2. top are the weights of the rows of a, above 0.
 */
typedef struct ms_qp_double
{
	size_t n, m;
	const double *upper; /* n */
	const double *top;   /* m */
	double total_b, total_a;
	double band;
	double radius;
} ms_qp_double;

/*
 * One set of the programme. project gives the nearest point x to v and the multipliers of the
 * constraints there; bound gives from multipliers a lower bound of min g's over the set.
 */
typedef struct ms_qp_set
{
	const void *set;
	const ms_qp_simplex *box; /* the set where it is one, whose faces are flat; else NULL */
	ms_status (*project)(ms_ctx *ctx, const void *set, size_t n, const double *v, double *x,
						 double *multipliers);
	double (*bound)(const void *set, size_t n, const double *g, const double *multipliers);
} ms_qp_set;

extern ms_qp_set ms_qp_simplex_set(const ms_qp_simplex *s);
extern ms_qp_set ms_qp_double_set(const ms_qp_double *s);

typedef struct ms_qp
{
	size_t n;
	const double
		*k; /* n x n, symmetric, positive semidefinite (of sums that stay: of vectors of sum 0) */
	const double *c; /* n */
	ms_qp_set over;
	double floor; /* no objective is below; -INFINITY where nothing is known */
	double tol;   /* stops when the objective is proved to be within tol of the minimum */
	size_t max_iter;
} ms_qp;

typedef struct ms_qp_found
{
	double objective; /* x'Kx/2 - c'x */
	double gap;       /* the objective is at most this above the minimum */
	size_t iterations;
	bool converged; /* gap <= tol */
} ms_qp_found;

/* The minimiser from x[n] on, in place. O(n^2) an iteration, O(n) memory. */
extern ms_status ms_qp_solve(ms_ctx *ctx, ms_arena *arena, const ms_qp *q, double *x,
							 ms_qp_found *found);

/* Bytes that ms_qp_solve takes from the arena. */
extern size_t ms_qp_bytes(size_t n);

#endif
