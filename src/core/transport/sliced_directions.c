/*
 * sliced_directions.c: unit vectors at random, in orthonormal blocks, or evenly spread.
 */
#include <math.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_qrng.h>

#include "core/base/directions.h"
#include "core/transport/sliced.h"

#define STREAM UINT64_C(0x736c696365640000)

/* The sine as a cosine: a pair of both becomes sincos, which is not C's. */
static double
sine(double angle)
{
	return cos(angle - M_PI_2);
}

/* Equal angles on a half circle, from a random one on: W_p of theta and of -theta are the same. */
static void
half_circle(ms_rng *rng, size_t l, double *out)
{
	double u = ms_rng_uniform(rng);

	for (size_t i = 0; i < l; i++)
	{
		double angle = M_PI * ((double) i + u) / (double) l;

		out[2 * i] = cos(angle);
		out[2 * i + 1] = sine(angle);
	}
}

/* Fibonacci points, turned by a random basis. */
static ms_status
fibonacci(ms_ctx *ctx, ms_rng *rng, size_t l, double *out)
{
	double basis[9];

	MS_TRY(ms_direction_basis(ctx, rng, 3, 3, basis));
	for (size_t i = 0; i < l; i++)
	{
		double z = 1 - (2 * (double) i + 1) / (double) l;
		double r = sqrt(1 - z * z);
		double angle = fmod(((double) i + 0.5) * M_PI * (1 + sqrt(5)), 2 * M_PI);
		double point[3] = {r * cos(angle), r * sine(angle), z};

		for (size_t j = 0; j < 3; j++)
			out[3 * i + j] =
				point[0] * basis[j] + point[1] * basis[3 + j] + point[2] * basis[6 + j];
	}
	return ms_tick(ctx, 128 * l);
}

/* GSL's Sobol sequence in memory of ours, shifted at random modulo 1 (Cranley & Patterson 1976). */
static ms_status
sobol(ms_ctx *ctx, ms_arena *arena, ms_rng *rng, size_t d, size_t l, double *out)
{
	gsl_qrng q = {gsl_qrng_sobol, (unsigned) d, gsl_qrng_sobol->state_size((unsigned) d), NULL};
	double shift[MS_SLICED_MAX_SOBOL];

	MS_TRY(ms_arena_alloc(arena, 1, q.state_size, &q.state));
	gsl_qrng_sobol->init_state(q.state, (unsigned) d);
	for (size_t j = 0; j < d; j++)
		shift[j] = ms_rng_uniform(rng);
	for (size_t i = 0; i < l; i++)
	{
		double *x = out + i * d;

		gsl_qrng_get(&q, x);
		for (size_t j = 0; j < d; j++)
		{
			double u = x[j] + shift[j];

			u -= floor(u);
			x[j] = gsl_cdf_ugaussian_Pinv(fmin(fmax(u, 1e-12), 1 - 1e-12));
		}
		if (!ms_direction_normalise(x, d))
			ms_direction_draw(rng, d, x);
		MS_TRY(ms_tick(ctx, 64 * d));
	}
	return MS_OK;
}

/* Replicates of a point set, as even as l allows. */
static ms_status
quasi(ms_ctx *ctx, ms_arena *arena, ms_rng *rng, size_t d, size_t l, double *out, size_t *block)
{
	*block = l >= 2 * MS_SLICED_REPLICATES ? l / MS_SLICED_REPLICATES : l;
	for (size_t from = 0; from < l; from += *block)
	{
		size_t count = l - from < *block ? l - from : *block;
		double *to = out + from * d;

		if (d == 2)
			half_circle(rng, count, to);
		else if (d == 3)
			MS_TRY(fibonacci(ctx, rng, count, to));
		else
			MS_TRY(sobol(ctx, arena, rng, d, count, to));
	}
	return MS_OK;
}

ms_sliced_scheme
ms_sliced_scheme_of(ms_sliced_scheme scheme, size_t d)
{
	if (scheme != MS_SLICED_AUTO)
		return scheme;
	return d <= 3 ? MS_SLICED_QUASI : MS_SLICED_ORTHOGONAL;
}

ms_status
ms_sliced_directions(ms_ctx *ctx, ms_arena *arena, ms_sliced_scheme scheme, size_t d, size_t l,
					 uint64_t seed, double *out, size_t *block)
{
	ms_rng rng;

	if (l < 1)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "directions", 0, (double) l, 1);
	scheme = ms_sliced_scheme_of(scheme, d);
	if (scheme == MS_SLICED_QUASI && d > MS_SLICED_MAX_SOBOL)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "scheme", 0, (double) d, MS_SLICED_MAX_SOBOL);
	ms_rng_init(&rng, seed, STREAM);
	if (scheme == MS_SLICED_QUASI && d > 1)
		return quasi(ctx, arena, &rng, d, l, out, block);
	*block = scheme == MS_SLICED_ORTHOGONAL ? d : 1;
	for (size_t from = 0; from < l; from += *block)
	{
		size_t count = l - from < *block ? l - from : *block;

		MS_TRY(ms_direction_basis(ctx, &rng, count, d, out + from * d));
	}
	return MS_OK;
}
