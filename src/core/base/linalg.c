/*
 * linalg.c: factorisations by LAPACK. What is the lower triangle in rows is the upper triangle
 * in LAPACK's columns, so L L' here is U' U there and nothing is transposed.
 *
 * LAPACK polls nobody: a factorisation of a 2000 x 2000 matrix takes 0.05 s, an eigensystem 1 s.
 */
#include "core/base/linalg.h"

#include <math.h>
#include <string.h>

/* Fortran hides the lengths of strings behind the last argument. */
extern void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t);
extern void dtrtri_(const char *uplo, const char *diag, const int *n, double *a, const int *lda,
					int *info, size_t, size_t);
extern void dtrsv_(const char *uplo, const char *trans, const char *diag, const int *n,
				   const double *a, const int *lda, double *x, const int *incx, size_t, size_t,
				   size_t);
extern void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda,
					double *w, double *work, const int *lwork, int *iwork, const int *liwork,
					int *info, size_t, size_t);

void
ms_linalg_unpack(const double *packed, size_t d, double *full)
{
	for (size_t i = 0; i < d; i++)
	{
		for (size_t j = 0; j <= i; j++)
			full[i * d + j] = full[j * d + i] = packed[ms_packed_at(i, j)];
	}
}

void
ms_linalg_pack(const double *full, size_t d, double *packed)
{
	for (size_t i = 0; i < d; i++)
		memcpy(packed + ms_packed_at(i, 0), full + i * d, (i + 1) * sizeof(double));
}

/* OpenBLAS's dpotrf lets a NaN pass as a pivot, hence the second look at the diagonal. */
bool
ms_linalg_cholesky(double *a, size_t d)
{
	int n = (int) d;
	int info = 0;

	if (d == 0)
		return true;
	dpotrf_("U", &n, a, &n, &info, 1);
	for (size_t i = 0; i < d; i++)
	{
		if (info != 0 || !(a[i * d + i] > 0) || isinf(a[i * d + i]))
			return false;
		memset(a + i * d + i + 1, 0, (d - i - 1) * sizeof(double));
	}
	return true;
}

double
ms_linalg_logdet(const double *chol, size_t d)
{
	double sum = 0;

	for (size_t i = 0; i < d; i++)
		sum += log(chol[i * d + i]);
	return 2 * sum;
}

void
ms_linalg_invert_lower(const double *chol, size_t d, double *inverse)
{
	int n = (int) d;
	int info;

	if (d == 0)
		return;
	memcpy(inverse, chol, d * d * sizeof(double));
	dtrtri_("U", "N", &n, inverse, &n, &info, 1, 1);
}

void
ms_linalg_solve_lower(const double *chol, size_t d, double *x)
{
	int n = (int) d;
	int one = 1;

	if (d > 0)
		dtrsv_("U", "T", "N", &n, chol, &n, x, &one, 1, 1, 1);
}

static size_t
eigen_doubles(size_t d)
{
	return 1 + 6 * d + 2 * d * d;
}

static size_t
eigen_ints(size_t d)
{
	return 3 + 5 * d;
}

size_t
ms_linalg_eigen_work(size_t d)
{
	return eigen_doubles(d) + (eigen_ints(d) * sizeof(int) + sizeof(double) - 1) / sizeof(double);
}

static bool
all_finite(const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		if (!isfinite(x[i]))
			return false;
	}
	return true;
}

/*
 * Copies a vector so that its largest entry is positive. Entries that are equal but for rounding
 * count as equal, and the first of them decides: else the sign would hang on the last bit.
 */
static void
copy_signed(const double *from, size_t d, double *to)
{
	double largest = 0;
	size_t at = 0;

	for (size_t j = 0; j < d; j++)
	{
		if (fabs(from[j]) > largest * (1 + 1e-9))
		{
			largest = fabs(from[j]);
			at = j;
		}
	}
	for (size_t j = 0; j < d; j++)
		to[j] = from[at] < 0 ? -from[j] : from[j];
}

bool
ms_linalg_eigen(double *a, size_t d, double *values, double *vectors, double *work)
{
	int n = (int) d;
	int doubles = (int) eigen_doubles(d);
	int ints = (int) eigen_ints(d);
	int info = 0;

	if (d == 0)
		return true;
	if (!all_finite(a, d * d))
		return false;
	dsyevd_("V", "U", &n, a, &n, values, work, &doubles, (int *) (work + doubles), &ints, &info, 1,
			1);
	if (info != 0 || !all_finite(values, d))
		return false;
	for (size_t i = 0; i < d; i++)
		copy_signed(a + (d - 1 - i) * d, d, vectors + i * d);
	for (size_t i = 0; i < d / 2; i++)
	{
		double held = values[i];

		values[i] = values[d - 1 - i];
		values[d - 1 - i] = held;
	}
	return true;
}
