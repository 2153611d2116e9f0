/*
 * directions.c: unit vectors at random.
 */
#include "core/base/directions.h"

#include <math.h>

/* In four sums of a fixed order, which do not wait for each other: the same bits on every machine. */
static double
dot(const double *x, const double *y, size_t d)
{
	double sum[4] = {0};
	size_t j = 0;

	for (; j + 4 <= d; j += 4)
	{
		sum[0] += x[j] * y[j];
		sum[1] += x[j + 1] * y[j + 1];
		sum[2] += x[j + 2] * y[j + 2];
		sum[3] += x[j + 3] * y[j + 3];
	}
	for (; j < d; j++)
		sum[j % 4] += x[j] * y[j];
	return sum[0] + sum[1] + (sum[2] + sum[3]);
}

bool
ms_direction_normalise(double *x, size_t d)
{
	double length = sqrt(dot(x, x, d));

	if (!(length > 1e-100))
		return false;
	for (size_t j = 0; j < d; j++)
		x[j] /= length;
	return true;
}

void
ms_direction_draw(ms_rng *rng, size_t d, double *x)
{
	do
	{
		for (size_t j = 0; j < d; j++)
			x[j] = ms_rng_normal(rng);
	} while (!ms_direction_normalise(x, d));
}

ms_status
ms_direction_basis(ms_ctx *ctx, ms_rng *rng, size_t k, size_t d, double *out)
{
	for (size_t i = 0; i < k; i++)
	{
		double *x = out + i * d;

		do
		{
			ms_direction_draw(rng, d, x);
			for (size_t j = 0; j < 2 * i; j++)
			{
				const double *y = out + j % i * d;
				double along = dot(x, y, d);

				for (size_t c = 0; c < d; c++)
					x[c] -= along * y[c];
			}
		} while (!ms_direction_normalise(x, d));
		MS_TRY(ms_tick(ctx, 4 * d * (i + 1)));
	}
	return MS_OK;
}
