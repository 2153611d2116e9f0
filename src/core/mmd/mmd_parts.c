/*
 * mmd_parts.c: estimators that look at a part of the pairs: disjoint pairs of rows, and blocks.
 */
#include "core/mmd/mmd.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "core/base/rng.h"
#include "core/base/sums.h"

#define STREAM_SHUFFLE UINT64_C(0x6d6d645300000000)
#define BATCH 256 /* pairs whose kernels are computed together */

/* --- copies --------------------------------------------------------------------------------- */

static ms_status
count_copies(ms_ctx *ctx, const ms_mmd *mmd, ms_mmd_copies *out)
{
	for (size_t i = 0; i < mmd->cloud.n; i++)
	{
		double w = mmd->cloud.w[i];

		if (w != floor(w))
			return ms_fail(ctx, MS_BAD_WEIGHT, "frequency", (int64_t) i + 1, w, round(w));
	}
	for (int s = 0; s < 2; s++)
	{
		if (mmd->weight[s] > UINT32_MAX)
			return ms_fail(ctx, MS_TOO_LARGE, "rows", 0, mmd->weight[s], UINT32_MAX);
		out->n[s] = (size_t) mmd->weight[s];
	}
	return ms_tick(ctx, 2 * mmd->cloud.n);
}

ms_status
ms_mmd_copies_of(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd, ms_mmd_copies *out)
{
	size_t at[2] = {0, 0};

	MS_TRY(count_copies(ctx, mmd, out));
	for (int s = 0; s < 2; s++)
		MS_TRY(MS_ALLOC(arena, out->n[s], &out->row[s]));
	for (size_t i = 0; i < mmd->cloud.n; i++)
	{
		int s = i >= mmd->m;
		size_t copies = (size_t) mmd->cloud.w[i];

		for (size_t c = 0; c < copies; c++)
			out->row[s][at[s]++] = (uint32_t) i;
		MS_TRY(ms_tick(ctx, 2 + copies));
	}
	return MS_OK;
}

void
ms_mmd_shuffle(ms_mmd_copies *copies, uint64_t seed)
{
	ms_rng rng;

	ms_rng_init(&rng, seed, STREAM_SHUFFLE);
	for (int s = 0; s < 2; s++)
	{
		for (size_t i = copies->n[s]; i > 1; i--)
		{
			size_t j = ms_rng_below(&rng, i);
			uint32_t held = copies->row[s][j];

			copies->row[s][j] = copies->row[s][i - 1];
			copies->row[s][i - 1] = held;
		}
	}
}

/* --- means of parts ------------------------------------------------------------------------- */

/* Mean and squares of what comes one by one (Welford 1962). */
typedef struct running
{
	double n, mean, squares;
} running;

static void
running_add(running *t, double x)
{
	double off = x - t->mean;

	t->n++;
	t->mean += off / t->n;
	t->squares += off * (x - t->mean);
}

/* Infinite where all parts are equal and not 0. */
static double
standardised(const ms_mmd_parts *p)
{
	return p->mean == 0 ? 0 : p->mean / p->std_error;
}

static void
finish_parts(const running *t, size_t block, ms_mmd_parts *out)
{
	*out = (ms_mmd_parts){NAN, NAN, NAN, (size_t) t->n, block};
	if (t->n < 2)
		return;
	out->mean = t->mean;
	out->std_error = sqrt(t->squares / (t->n - 1) / t->n);
}

/* --- disjoint pairs ------------------------------------------------------------------------- */

static double
argument(const ms_mmd *mmd, const double *a, const double *b)
{
	bool inner = !ms_kernel_translation(mmd->kernel.kind);
	double sum = 0;

	for (size_t j = 0; j < mmd->rows.d; j++)
		sum += inner ? a[j] * b[j] : (a[j] - b[j]) * (a[j] - b[j]);
	return sum;
}

/* The four arguments of pairs from .. from + m - 1, in four stretches of BATCH. */
static void
pair_arguments(const ms_mmd *mmd, const ms_mmd_copies *copies, size_t from, size_t m, double *out)
{
	for (size_t i = 0; i < m; i++)
	{
		const double *row[2][2]; /* of X, Y; first, second */

		for (int s = 0; s < 2; s++)
		{
			for (size_t k = 0; k < 2; k++)
				row[s][k] = mmd->rows.x + copies->row[s][2 * (from + i) + k] * mmd->rows.stride;
		}
		out[i] = argument(mmd, row[0][0], row[0][1]);
		out[BATCH + i] = argument(mmd, row[1][0], row[1][1]);
		out[2 * BATCH + i] = argument(mmd, row[0][0], row[1][1]);
		out[3 * BATCH + i] = argument(mmd, row[0][1], row[1][0]);
	}
}

ms_status
ms_mmd_linear(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd, const ms_mmd_copies *copies,
			  ms_mmd_parts *out)
{
	size_t pairs = (copies->n[0] < copies->n[1] ? copies->n[0] : copies->n[1]) / 2;
	running t = {0, 0, 0};
	double *k;

	MS_TRY(MS_ZEROED(arena, 4 * BATCH, &k));
	for (size_t from = 0; from < pairs; from += BATCH)
	{
		size_t m = pairs - from < BATCH ? pairs - from : BATCH;

		pair_arguments(mmd, copies, from, m, k);
		ms_kernel_apply(&mmd->kernel, 4 * BATCH, k);
		for (size_t i = 0; i < m; i++)
			running_add(&t, k[i] + k[BATCH + i] - k[2 * BATCH + i] - k[3 * BATCH + i]);
		MS_TRY(ms_tick(ctx, 4 * BATCH * (4 + mmd->rows.d)));
	}
	finish_parts(&t, 2, out);
	if (t.n >= 2)
		out->p_value = gsl_cdf_ugaussian_Q(standardised(out));
	return MS_OK;
}

/* --- blocks --------------------------------------------------------------------------------- */

/* Blocks, and the rows of each sample in one. */
static ms_status
block_sizes(ms_ctx *ctx, const ms_mmd_copies *copies, size_t wanted, size_t *blocks, size_t size[2])
{
	size_t least = copies->n[0] < copies->n[1] ? copies->n[0] : copies->n[1];

	if (wanted == 1)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "block", 0, 1, 2);
	if (wanted == 0)
		wanted = (size_t) fmax(2, sqrt((double) least));
	*blocks = least / wanted;
	for (int s = 0; s < 2; s++)
		size[s] = *blocks > 0 ? copies->n[s] / *blocks : 0;
	return MS_OK;
}

/* A block as a small sample of its own: what is allocated once. */
typedef struct block
{
	ms_cloud cloud;
	size_t size[2];
	uint32_t *which;
	double *sums[2];
	double *self;
} block;

static ms_status
block_new(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd, block *b)
{
	size_t n = b->size[0] + b->size[1];

	MS_TRY(ms_cloud_room(ctx, arena, n, mmd->rows.d, &b->cloud));
	MS_TRY(MS_ALLOC(arena, n, &b->which));
	MS_TRY(MS_ALLOC(arena, n, &b->self));
	for (int s = 0; s < 2; s++)
		MS_TRY(MS_ALLOC(arena, ms_cloud_padded(&b->cloud), &b->sums[s]));
	return MS_OK;
}

/* U of block number t. */
static ms_status
block_estimate(ms_ctx *ctx, const ms_mmd *mmd, const ms_mmd_copies *copies, block *b, size_t t,
			   double *out)
{
	double m = (double) b->size[0];
	double n = (double) b->size[1];
	double within[2] = {0, 0};
	double between = 0;

	for (int s = 0; s < 2; s++)
		memcpy(b->which + (s ? b->size[0] : 0), copies->row[s] + t * b->size[s],
			   b->size[s] * sizeof(uint32_t));
	ms_cloud_gather(&mmd->cloud, b->which, &b->cloud);
	MS_TRY(ms_gram_sums(ctx, &b->cloud, &mmd->kernel, b->size[0], b->sums));
	MS_TRY(ms_cloud_diagonal(ctx, &b->cloud, &mmd->kernel, b->self));
	for (size_t i = 0; i < b->cloud.n; i++)
	{
		int s = i >= b->size[0];

		within[s] += b->sums[s][i] - b->self[i];
		between += s ? 0 : b->sums[1][i];
	}
	*out = within[0] / (m * (m - 1)) + within[1] / (n * (n - 1)) - 2 * between / (m * n);
	return MS_OK;
}

ms_status
ms_mmd_block(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd, const ms_mmd_copies *copies,
			 size_t size, ms_mmd_parts *out)
{
	running t = {0, 0, 0};
	size_t blocks = 0;
	block b;

	MS_TRY(block_sizes(ctx, copies, size, &blocks, b.size));
	if (blocks > 0)
		MS_TRY(block_new(ctx, arena, mmd, &b));
	for (size_t i = 0; i < blocks; i++)
	{
		double u;

		MS_TRY(block_estimate(ctx, mmd, copies, &b, i, &u));
		running_add(&t, u);
	}
	finish_parts(&t, b.size[0], out);
	if (t.n >= 2)
	{
		double z = standardised(out);

		out->p_value = isinf(z) ? z < 0 : gsl_cdf_tdist_Q(z, t.n - 1);
	}
	return MS_OK;
}
