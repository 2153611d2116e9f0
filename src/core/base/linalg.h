/*
 * linalg.h: the few factorisations that the families share, over LAPACK. Square matrices are
 * d x d doubles; L is lower triangular, row-major, its upper triangle zero.
 */
#ifndef MS_LINALG_H
#define MS_LINALG_H

#include "core/base/ctx.h"

/* Where entry (i, j), i >= j, of a symmetric matrix lies in its packed lower triangle, row by row. */
static inline size_t
ms_packed_at(size_t i, size_t j)
{
	return i * (i + 1) / 2 + j;
}

static inline size_t
ms_packed_size(size_t d)
{
	return d * (d + 1) / 2;
}

/* Packed lower triangle to a full symmetric matrix, and back. */
extern void ms_linalg_unpack(const double *packed, size_t d, double *full);
extern void ms_linalg_pack(const double *full, size_t d, double *packed);

/*
 * a = L L' in place (the lower triangle is read, the upper is set to 0) by dpotrf; false when a is
 * not positive definite to working precision.
 */
extern bool ms_linalg_cholesky(double *a, size_t d);

/* log det(L L') from L. */
extern double ms_linalg_logdet(const double *chol, size_t d);

/* inverse = L^-1 (lower triangular, row-major) by dtrtri. */
extern void ms_linalg_invert_lower(const double *chol, size_t d, double *inverse);

/* x := L^-1 x. */
extern void ms_linalg_solve_lower(const double *chol, size_t d, double *x);

/*
 * Eigenvalues of a symmetric matrix (destroyed) in descending order, and its unit eigenvectors as
 * ROWS of vectors[d * d], each with its largest entry positive (dsyevd). work:
 * ms_linalg_eigen_work(d) doubles. False when an entry is not finite or LAPACK did not converge.
 * LAPACK polls nobody: 1 s at d = 2000.
 */
extern size_t ms_linalg_eigen_work(size_t d);
extern bool ms_linalg_eigen(double *a, size_t d, double *values, double *vectors, double *work);

#endif
