/*
 * transport_data.h: small samples of the specifications, and columns and rows of plain arrays.
 */
#ifndef TRANSPORT_DATA_H
#define TRANSPORT_DATA_H

#include <stdlib.h>

#include "core/base/describe.h"
#include "core/base/order.h"
#include "core/base/rng.h"
#include "host.h"

/* A column of n ascending values; w = NULL for none. upto[n] is filled. */
static inline ms_column
column_of(const double *x, size_t n, const double *w, double *upto)
{
	ms_column c = {n, 0, x, w ? upto : NULL, (double) n, false};
	double sum = 0;

	for (size_t i = 0; w && i < n; i++)
		upto[i] = sum += w[i];
	if (w)
		c.weight = sum;
	return c;
}

#define COLUMN(x) column_of((x), sizeof(x) / sizeof(*(x)), NULL, NULL)
#define ROWS(x, d) ((ms_rows){(x)[0], NULL, sizeof(x) / sizeof(*(x)), (d), (d)})

static inline void
sort_values(double *x, size_t n)
{
	host h;

	host_init(&h);
	CHECK_INT(ms_order_sort_doubles(&h.ctx, x, n), MS_OK);
}

/* n normal numbers, ascending. */
static inline void
normal_values(double *x, size_t n, uint64_t seed, double mean, double sd)
{
	ms_rng rng;

	ms_rng_init(&rng, seed, 1);
	for (size_t i = 0; i < n; i++)
		x[i] = mean + sd * ms_rng_normal(&rng);
	sort_values(x, n);
}

static inline void
normal_points(double *x, size_t n, size_t d, uint64_t seed, double shift, double sd)
{
	ms_rng rng;

	ms_rng_init(&rng, seed, 2);
	for (size_t i = 0; i < n * d; i++)
		x[i] = shift + sd * ms_rng_normal(&rng);
}

/* spec one_dim.md, 14 */
static const double D1_X[] = {0, 1, 3};
static const double D1_Y[] = {.5, 2, 4, 7};

/* entropic.md, 12 */
static const double PLANE_X[][2] = {{0, 0}, {1, 0}, {0, 2}};
static const double PLANE_Y[][2] = {{1, 1}, {2, 1}, {0, 0}, {3, 1}};

/* mmd.md, 13: 50 and 40 points of the plane */
static inline double
fraction(double x)
{
	return x - floor(x);
}

static inline void
d2_points(double x[50][2], double y[40][2])
{
	for (int i = 1; i <= 50; i++)
	{
		x[i - 1][0] = fraction(0.7548776662466927 * i);
		x[i - 1][1] = fraction(0.5698402909980532 * i);
	}
	for (int j = 1; j <= 40; j++)
	{
		y[j - 1][0] = 0.15 + 0.9 * fraction(0.6180339887498949 * j);
		y[j - 1][1] = 0.15 + 0.9 * fraction(0.41421356237309515 * j);
	}
}

#endif
