/*
 * mmd_data.h: points for the tests of MMD (mmd.md, 13), and a Gram matrix by its formula.
 */
#ifndef MMD_DATA_H
#define MMD_DATA_H

#include "core/base/rng.h"
#include "core/mmd/mmd.h"
#include "host.h"

/* D1, both samples one after the other: 3 and 4 numbers. */
static const double D1[] = {0, 1, 3, 0.5, 2, 4, 7};

/* D2: 50 and 40 points in two columns. */
static double D2[180];

static inline double
fraction(double x)
{
	return x - floor(x);
}

static inline ms_rows
d2_rows(void)
{
	for (int i = 1; i <= 50; i++)
	{
		D2[2 * i - 2] = fraction(0.7548776662466927 * i);
		D2[2 * i - 1] = fraction(0.5698402909980532 * i);
	}
	for (int j = 1; j <= 40; j++)
	{
		D2[98 + 2 * j] = 0.15 + 0.9 * fraction(0.6180339887498949 * j);
		D2[99 + 2 * j] = 0.15 + 0.9 * fraction(0.41421356237309515 * j);
	}
	return (ms_rows){D2, NULL, 90, 2, 2};
}

static inline ms_rows
d1_rows(void)
{
	return (ms_rows){D1, NULL, 7, 1, 1};
}

/* n normal points, the first m of them shifted by `shift` in column 0; weights where asked for. */
static inline ms_rows
normal_rows(double *x, size_t n, size_t d, size_t m, double shift, uint64_t seed, bool weighted)
{
	size_t stride = d + weighted;
	ms_rng rng;

	ms_rng_init(&rng, seed, 77);
	for (size_t i = 0; i < n; i++)
	{
		for (size_t j = 0; j < d; j++)
			x[i * stride + j] = ms_rng_normal(&rng) + (i < m && j == 0 ? shift : 0);
		if (weighted)
			x[i * stride + d] = (double) (1 + ms_rng_below(&rng, 4));
	}
	return (ms_rows){x, weighted ? x + d : NULL, n, d, stride};
}

static inline double
plain_kernel(const ms_kernel *k, const ms_rows *r, size_t i, size_t j)
{
	bool inner = !ms_kernel_translation(k->kind);
	double sum = 0;

	for (size_t c = 0; c < r->d; c++)
	{
		double a = r->x[i * r->stride + c];
		double b = r->x[j * r->stride + c];

		sum += inner ? a * b : (a - b) * (a - b);
	}
	return ms_kernel_at(k, sum);
}

#endif
