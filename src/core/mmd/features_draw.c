/*
 * features_draw.c: the frequencies of random features, and rows under them.
 */
#include <math.h>

#include <cblas.h>

#include "core/base/directions.h"
#include "core/base/lanes.h"
#include "core/mmd/features.h"

/* Streams by block: directions and lengths apart, so that neither moves with the count. */
#define STREAM_DIRECTIONS UINT64_C(0x7266660000000000)
#define STREAM_LENGTHS UINT64_C(0x7266660100000000)

/* Phases of a tile lie in the L2 cache: 256 kB. */
#define TILE_ROWS 256
#define TILE_FEATURES 128

struct ms_projection
{
	size_t d;
	size_t count;
	double *frequencies; /* count x d */
	double *phases;      /* TILE_ROWS x TILE_FEATURES */
};

/* --- frequencies ---------------------------------------------------------------------------- */

/* Never 0, which a normal of GSL's 24 bits may be. */
static double
chi_square(ms_rng *rng, size_t df)
{
	double sum = 0;

	while (!(sum > 0))
	{
		for (size_t i = 0; i < df; i++)
		{
			double z = ms_rng_normal(rng);

			sum += z * z;
		}
	}
	return sum;
}

/*
 * |w| for bandwidth 1. A Gaussian vector is of length chi_d; mixing it over scales gives the
 * others: t distributions of 1, 3 and 5 degrees of freedom, and for imq with exponent -1/2 a
 * gamma of shape 1/2, which is half a chi square.
 */
static double
draw_length(ms_rng *rng, ms_kernel_kind kernel, size_t d)
{
	double length = sqrt(chi_square(rng, d));

	switch (kernel)
	{
		case MS_KERNEL_LAPLACE:
			return length / sqrt(chi_square(rng, 1));
		case MS_KERNEL_MATERN32:
			return length * sqrt(3 / chi_square(rng, 3));
		case MS_KERNEL_MATERN52:
			return length * sqrt(5 / chi_square(rng, 5));
		case MS_KERNEL_IMQ:
			return length * sqrt(chi_square(rng, 1));
		default:
			return length;
	}
}

/* Rows from..from + n - 1, a block of orthogonal ones, n <= d. */
static ms_status
draw_block(ms_ctx *ctx, const ms_spectrum *s, const double *scale, size_t from, size_t n,
		   double *out)
{
	ms_rng rng;

	ms_rng_init(&rng, s->seed, STREAM_DIRECTIONS + from / s->d);
	MS_TRY(ms_direction_basis(ctx, &rng, n, s->d, out));
	ms_rng_init(&rng, s->seed, STREAM_LENGTHS + from / s->d);
	for (size_t i = 0; i < n; i++)
	{
		double length = draw_length(&rng, (ms_kernel_kind) s->kernel, s->d) / s->bandwidth * M_2_PI;

		for (size_t j = 0; j < s->d; j++)
			out[i * s->d + j] *= length / scale[j];
		MS_TRY(ms_tick(ctx, 30 * s->d));
	}
	return MS_OK;
}

size_t
ms_projection_bytes(size_t d, size_t count)
{
	return sizeof(ms_projection) + (count * d + TILE_ROWS * TILE_FEATURES) * sizeof(double);
}

ms_status
ms_projection_new(ms_ctx *ctx, ms_arena *arena, const ms_spectrum *s, const double *scale,
				  ms_projection **out)
{
	size_t size = (size_t) s->count * s->d;
	ms_projection *p;

	MS_TRY(MS_ALLOC(arena, 1, &p));
	p->d = s->d;
	p->count = s->count;
	MS_TRY(MS_ALLOC(arena, size, &p->frequencies));
	MS_TRY(MS_ALLOC(arena, TILE_ROWS * TILE_FEATURES, &p->phases));
	for (size_t from = 0; from < p->count; from += p->d)
	{
		size_t n = p->count - from < p->d ? p->count - from : p->d;

		MS_TRY(draw_block(ctx, s, scale, from, n, p->frequencies + from * p->d));
	}
	*out = p;
	return MS_OK;
}

const double *
ms_projection_frequencies(const ms_projection *p)
{
	return p->frequencies;
}

/* --- rows ----------------------------------------------------------------------------------- */

/* Summed by themselves first: a block of rows is one rounding of the sum of all. */
__attribute__((target_clones("default", "avx2", "avx512f"))) static void
add_tile(const double *phases, size_t rows, size_t features, double *cosines, double *sines)
{
	double c[TILE_FEATURES] = {0};
	double s[TILE_FEATURES] = {0};

	for (size_t i = 0; i < rows; i++)
	{
#pragma omp simd
		for (size_t l = 0; l < features; l++)
		{
			double cosine;
			double sine;

			ms_lane_turns(phases[i * features + l], &cosine, &sine);
			c[l] += cosine;
			s[l] += sine;
		}
	}
	for (size_t l = 0; l < features; l++)
	{
		cosines[l] += c[l];
		sines[l] += s[l];
	}
}

static ms_status
add_block(ms_ctx *ctx, ms_projection *p, const double *x, size_t n, double *cosines, double *sines)
{
	int d = (int) p->d;

	for (size_t from = 0; from < p->count; from += TILE_FEATURES)
	{
		size_t tile = p->count - from < TILE_FEATURES ? p->count - from : TILE_FEATURES;

		MS_TRY(ms_tick(ctx, n * tile * (2 + p->d / 16)));
		cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int) n, (int) tile, d, 1, x, d,
					p->frequencies + from * p->d, d, 0, p->phases, (int) tile);
		add_tile(p->phases, n, tile, cosines + from, sines + from);
	}
	return MS_OK;
}

ms_status
ms_projection_add(ms_ctx *ctx, ms_projection *p, const double *x, size_t n, double *cosines,
				  double *sines)
{
	for (size_t from = 0; from < n; from += TILE_ROWS)
	{
		size_t rows = n - from < TILE_ROWS ? n - from : TILE_ROWS;

		MS_TRY(add_block(ctx, p, x + from * p->d, rows, cosines, sines));
	}
	return MS_OK;
}
