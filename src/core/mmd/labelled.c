/*
 * labelled.c: quadratic forms of tiles of the Gram matrix in many labellings.
 */
#include "core/mmd/labelled.h"

#include <math.h>
#include <string.h>

#include <cblas.h>

#define TILE MS_CLOUD_TILE
#define SOME 64 /* labellings of one dgemm: operands and result stay in the L2 cache */
#define CLONES __attribute__((target_clones("default", "avx2", "avx512f")))

struct ms_mmd_labelling
{
	const ms_cloud *c;
	size_t n_kernels;
	const ms_kernel *kernels;
	ms_line **lines; /* of each kernel; NULL: by tiles */
	bool tiled;      /* some kernel is */
	size_t batch;
	double *weight[2]; /* batch: of the sides */
	double *factor[2]; /* batch: 1 / weight, -1 / weight */
	double *v;         /* batch x TILE: of the columns of a tile */
	double *product;   /* SOME x TILE */
	double *arguments; /* TILE x TILE */
	double *tile;      /* TILE x TILE */
};

size_t
ms_mmd_batch(size_t n)
{
	size_t most = ((size_t) 64 << 20) / (n > 0 ? n : 1);

	return most > 1024 ? 1024 : most < 32 ? 32 : most;
}

static ms_status
lines_new(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd, ms_mmd_labelling *t)
{
	for (size_t l = 0; l < t->n_kernels; l++)
	{
		const ms_kernel *k = &t->kernels[l];

		t->lines[l] = NULL;
		MS_TRY(ms_kernel_check(ctx, k));
		if (mmd->order && ms_line_takes(k))
		{
			MS_TRY(MS_ALLOC(arena, 1, &t->lines[l]));
			MS_TRY(ms_line_new(ctx, arena, t->c, k, mmd->order, t->lines[l]));
		}
		t->tiled |= t->lines[l] == NULL;
	}
	return MS_OK;
}

ms_status
ms_mmd_labelling_new(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd, const ms_kernel *kernels,
					 size_t n_kernels, size_t batch, ms_mmd_labelling **out)
{
	ms_mmd_labelling *t;

	MS_TRY(MS_ALLOC(arena, 1, &t));
	*t = (ms_mmd_labelling){
		.c = &mmd->cloud, .n_kernels = n_kernels, .kernels = kernels, .batch = batch};
	MS_TRY(MS_ALLOC(arena, n_kernels, &t->lines));
	MS_TRY(lines_new(ctx, arena, mmd, t));
	for (int s = 0; s < 2; s++)
	{
		MS_TRY(MS_ALLOC(arena, batch, &t->weight[s]));
		MS_TRY(MS_ALLOC(arena, batch, &t->factor[s]));
	}
	MS_TRY(ms_arena_alloc(arena, batch, TILE * sizeof(double), (void **) &t->v));
	MS_TRY(MS_ALLOC(arena, SOME * TILE, &t->product));
	MS_TRY(MS_ALLOC(arena, TILE * TILE, &t->arguments));
	MS_TRY(MS_ALLOC(arena, TILE * TILE, &t->tile));
	*out = t;
	return MS_OK;
}

/* --- labels --------------------------------------------------------------------------------- */

CLONES static double
weight_of_ones(const unsigned char *label, const double *w, size_t n)
{
	double sum = 0;

#pragma omp simd reduction(+ : sum)
	for (size_t i = 0; i < n; i++)
		sum += w[i] * label[i];
	return sum;
}

CLONES static double
weight_of_zeros(const unsigned char *label, const double *w, size_t n)
{
	double sum = 0;

#pragma omp simd reduction(+ : sum)
	for (size_t i = 0; i < n; i++)
		sum += w[i] * (1 - label[i]);
	return sum;
}

static ms_status
weigh(ms_ctx *ctx, ms_mmd_labelling *t, const unsigned char *labels, size_t count)
{
	size_t n = t->c->n;

	for (size_t b = 0; b < count; b++)
	{
		t->weight[0][b] = weight_of_zeros(labels + b * n, t->c->w, n);
		t->weight[1][b] = weight_of_ones(labels + b * n, t->c->w, n);
		t->factor[0][b] = 1 / t->weight[0][b];
		t->factor[1][b] = -1 / t->weight[1][b];
		MS_TRY(ms_tick(ctx, n));
	}
	return MS_OK;
}

/* v of n rows. */
CLONES static void
expand(const unsigned char *label, const double *w, double x, double y, size_t n, double *v)
{
#pragma omp simd
	for (size_t i = 0; i < n; i++)
		v[i] = w[i] * ((1 - label[i]) * x + label[i] * y);
}

/* The inner product of n rows of v with p. */
CLONES static double
contract(const unsigned char *label, const double *w, double x, double y, size_t n, const double *p)
{
	double sum = 0;

#pragma omp simd reduction(+ : sum)
	for (size_t i = 0; i < n; i++)
		sum += p[i] * (w[i] * ((1 - label[i]) * x + label[i] * y));
	return sum;
}

/* --- tiles ---------------------------------------------------------------------------------- */

static ms_status
expand_tile(ms_ctx *ctx, ms_mmd_labelling *t, const unsigned char *labels, size_t count,
			size_t tile)
{
	size_t m = ms_cloud_in_tile(t->c, tile);
	size_t at = tile * TILE;

	for (size_t b = 0; b < count; b++)
	{
		expand(labels + b * t->c->n + at, t->c->w + at, t->factor[0][b], t->factor[1][b], m,
			   t->v + b * TILE);
		MS_TRY(ms_tick(ctx, TILE / 4));
	}
	return MS_OK;
}

/* What the kernels take, of the points of tile i against those of tile j. */
static ms_status
arguments_of(ms_ctx *ctx, ms_mmd_labelling *t, size_t i, size_t j, bool inner)
{
	size_t end = ms_cloud_in_tile(t->c, i);

	for (size_t r = 0, rows; r < end; r += rows)
	{
		rows = end - r < MS_CLOUD_STRIPE ? end - r : MS_CLOUD_STRIPE;
		ms_cloud_stripe(t->c, i * TILE + r, rows, t->c, j, inner, t->arguments + r * TILE);
	}
	return ms_tick(ctx, ms_cloud_steps(t->c, end * TILE));
}

/* Adds factor v_i' K_ij v_j of all labellings. */
static ms_status
add_forms(ms_ctx *ctx, ms_mmd_labelling *t, const unsigned char *labels, size_t count, size_t i,
		  size_t j, double *out)
{
	size_t rows = ms_cloud_in_tile(t->c, i);
	size_t columns = ms_cloud_in_tile(t->c, j);

	for (size_t from = 0; from < count; from += SOME)
	{
		size_t m = count - from < SOME ? count - from : SOME;

		cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int) m, (int) rows, (int) columns, 1,
					t->v + from * TILE, TILE, t->tile, TILE, 0, t->product, TILE);
		for (size_t b = from; b < from + m; b++)
			out[b] += (i == j ? 1 : 2) *
					  contract(labels + b * t->c->n + i * TILE, t->c->w + i * TILE, t->factor[0][b],
							   t->factor[1][b], rows, t->product + (b - from) * TILE);
		MS_TRY(ms_tick(ctx, m * rows * (columns / 16 + 1)));
	}
	return MS_OK;
}

/* The kernels that run by tiles, of one pair of tiles; arguments are made anew where they change. */
static ms_status
add_kernels(ms_ctx *ctx, ms_mmd_labelling *t, const unsigned char *labels, size_t count, size_t i,
			size_t j, double *out)
{
	size_t values = ms_cloud_in_tile(t->c, i) * TILE;
	int made = -1;

	for (size_t l = 0; l < t->n_kernels; l++)
	{
		bool inner = !ms_kernel_translation(t->kernels[l].kind);

		if (t->lines[l])
			continue;
		if (made != inner)
			MS_TRY(arguments_of(ctx, t, i, j, inner));
		made = inner;
		memcpy(t->tile, t->arguments, values * sizeof(double));
		ms_kernel_apply(&t->kernels[l], values, t->tile);
		MS_TRY(add_forms(ctx, t, labels, count, i, j, out + l * count));
	}
	return MS_OK;
}

static ms_status
check_forms(ms_ctx *ctx, const ms_mmd_labelling *t, size_t count, double *out)
{
	for (size_t l = 0; l < t->n_kernels; l++)
	{
		for (size_t b = 0; b < count; b++)
		{
			double *v = &out[l * count + b];

			if (!(t->weight[0][b] > 0 && t->weight[1][b] > 0))
				*v = NAN;
			else if (!isfinite(*v))
				return ms_fail(ctx, MS_TOO_LARGE, "kernel", 0, *v, 0);
		}
	}
	return MS_OK;
}

ms_status
ms_mmd_labelled(ms_ctx *ctx, void *of, const unsigned char *labels, size_t count, double *out)
{
	ms_mmd_labelling *t = of;

	memset(out, 0, t->n_kernels * count * sizeof(double));
	MS_TRY(weigh(ctx, t, labels, count));
	for (size_t l = 0; l < t->n_kernels; l++)
	{
		if (t->lines[l])
			MS_TRY(ms_line_labelled(ctx, t->lines[l], labels, count, out + l * count));
	}
	for (size_t j = 0; j < t->c->tiles && t->tiled; j++)
	{
		MS_TRY(expand_tile(ctx, t, labels, count, j));
		for (size_t i = 0; i <= j; i++)
			MS_TRY(add_kernels(ctx, t, labels, count, i, j, out));
	}
	return check_forms(ctx, t, count, out);
}
