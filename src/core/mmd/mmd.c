/*
 * mmd.c: V, U and the standard error from weighted sums of rows.
 */
#include "core/mmd/mmd.h"

#include <math.h>

#include "core/base/sums.h"

static inline int
side_of(const ms_mmd *mmd, size_t i)
{
	return i >= mmd->m;
}

static ms_status
weigh(ms_ctx *ctx, ms_mmd *mmd)
{
	ms_sum weight[2] = {{0, 0}, {0, 0}};
	ms_sum squares[2] = {{0, 0}, {0, 0}};

	for (size_t i = 0; i < mmd->cloud.n; i++)
	{
		double w = mmd->cloud.w[i];

		ms_sum_add(&weight[side_of(mmd, i)], w);
		ms_sum_add(&squares[side_of(mmd, i)], w * w);
	}
	for (int s = 0; s < 2; s++)
	{
		mmd->weight[s] = ms_sum_get(&weight[s]);
		mmd->squares[s] = ms_sum_get(&squares[s]);
		if (!(mmd->weight[s] > 0))
			return ms_fail(ctx, MS_TOO_FEW, "rows", 0, 0, 1);
	}
	return ms_tick(ctx, 8 * mmd->cloud.n);
}

ms_status
ms_mmd_with(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd, const ms_kernel *kernel, ms_mmd *out)
{
	ms_line *line;

	MS_TRY(ms_kernel_check(ctx, kernel));
	*out = *mmd;
	out->kernel = *kernel;
	out->line = NULL;
	if (out->order && ms_line_takes(kernel))
	{
		MS_TRY(MS_ALLOC(arena, 1, &line));
		MS_TRY(ms_line_new(ctx, arena, &out->cloud, kernel, out->order, line));
		out->line = line;
	}
	return MS_OK;
}

ms_status
ms_mmd_new(ms_ctx *ctx, ms_arena *arena, const ms_rows *pool, size_t m, const ms_kernel *kernel,
		   bool importance, const uint32_t *order, ms_mmd *out)
{
	*out = (ms_mmd){.rows = *pool, .m = m, .importance = importance};
	out->order = pool->d == 1 ? order : NULL;
	MS_TRY(ms_cloud_new(ctx, arena, pool, NULL, pool->n, &out->cloud));
	MS_TRY(weigh(ctx, out));
	return ms_mmd_with(ctx, arena, out, kernel, out);
}

/* --- estimates ------------------------------------------------------------------------------ */

/* What U is made of: for each row its mean over the others of its sample less that over the other. */
typedef struct influence
{
	double mean[2];
	double variance[2]; /* of the mean */
} influence;

/* Weight of a row beside itself, and of all such pairs of a sample. */
static inline double
own_weight(const ms_mmd *mmd, size_t i)
{
	return mmd->importance ? mmd->cloud.w[i] : 1;
}

static double
pairs_of(const ms_mmd *mmd, int side)
{
	double w = mmd->weight[side];

	return mmd->importance ? w * w - mmd->squares[side] : w * (w - 1);
}

/* h_i of mmd.md, 5.1, into h. */
static void
influences(const ms_mmd *mmd, double *const sums[2], const double *self, double *h)
{
	for (size_t i = 0; i < mmd->cloud.n; i++)
	{
		int s = side_of(mmd, i);
		double own = own_weight(mmd, i);

		h[i] =
			(sums[s][i] - own * self[i]) / (mmd->weight[s] - own) - sums[!s][i] / mmd->weight[!s];
	}
}

/* Variance of the weighted mean of h over a side. */
static double
variance_of_mean(const ms_mmd *mmd, const double *h, int side)
{
	size_t from = side ? mmd->m : 0;
	size_t to = side ? mmd->cloud.n : mmd->m;
	const double *w = mmd->cloud.w;
	double total = mmd->weight[side];
	ms_sum mean = {0, 0};
	ms_sum squares = {0, 0};
	double rows = 0;

	for (size_t i = from; i < to; i++)
	{
		ms_sum_add(&mean, w[i] * h[i] / total);
		rows += w[i] > 0;
	}
	for (size_t i = from; i < to; i++)
	{
		double off = h[i] - ms_sum_get(&mean);

		ms_sum_add(&squares, (mmd->importance ? w[i] : 1) * w[i] * off * off);
	}
	if (mmd->importance)
		return ms_sum_get(&squares) / (total * total) * rows / (rows - 1);
	return ms_sum_get(&squares) / (total * (total - 1));
}

/* The unbiased estimate; NaN where a sample has no pair of rows. */
static ms_status
unbiased(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd, double *const sums[2],
		 ms_mmd_estimate *out)
{
	ms_sum within[2] = {{0, 0}, {0, 0}};
	double *self, *h;

	out->u = out->std_error = NAN;
	if (!(pairs_of(mmd, 0) > 0 && pairs_of(mmd, 1) > 0))
		return MS_OK;
	MS_TRY(MS_ALLOC(arena, mmd->cloud.n, &self));
	MS_TRY(MS_ALLOC(arena, mmd->cloud.n, &h));
	MS_TRY(ms_cloud_diagonal(ctx, &mmd->cloud, &mmd->kernel, self));
	for (size_t i = 0; i < mmd->cloud.n; i++)
		ms_sum_add(&within[side_of(mmd, i)],
				   mmd->cloud.w[i] * (sums[side_of(mmd, i)][i] - own_weight(mmd, i) * self[i]));
	out->u = ms_sum_get(&within[0]) / pairs_of(mmd, 0) + ms_sum_get(&within[1]) / pairs_of(mmd, 1) -
			 2 * out->block[1] / (mmd->weight[0] * mmd->weight[1]);
	influences(mmd, sums, self, h);
	out->std_error = 2 * sqrt(variance_of_mean(mmd, h, 0) + variance_of_mean(mmd, h, 1));
	return ms_tick(ctx, 30 * mmd->cloud.n);
}

/* V as the mean of the witness over X less that over Y: no sums of the size of n^2 cancel. */
static ms_status
biased(ms_ctx *ctx, const ms_mmd *mmd, double *const sums[2], ms_mmd_estimate *out)
{
	const double *w = mmd->cloud.w;
	ms_sum block[2][2] = {{{0, 0}, {0, 0}}, {{0, 0}, {0, 0}}};
	ms_sum v = {0, 0};

	for (size_t i = 0; i < mmd->cloud.n; i++)
	{
		int s = side_of(mmd, i);

		out->witness[i] = sums[0][i] / mmd->weight[0] - sums[1][i] / mmd->weight[1];
		ms_sum_add(&v, (s ? -w[i] : w[i]) / mmd->weight[s] * out->witness[i]);
		ms_sum_add(&block[s][0], w[i] * sums[0][i]);
		ms_sum_add(&block[s][1], w[i] * sums[1][i]);
	}
	out->v = ms_sum_get(&v);
	out->mmd = sqrt(fmax(out->v, 0));
	out->block[0] = ms_sum_get(&block[0][0]);
	out->block[1] = ms_sum_get(&block[0][1]);
	out->block[2] = ms_sum_get(&block[1][1]);
	out->scale = fabs(out->block[0]) / (mmd->weight[0] * mmd->weight[0]) +
				 fabs(out->block[2]) / (mmd->weight[1] * mmd->weight[1]) +
				 2 * fabs(out->block[1]) / (mmd->weight[0] * mmd->weight[1]);
	return ms_tick(ctx, 20 * mmd->cloud.n);
}

ms_status
ms_mmd_estimate_of(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd, ms_mmd_estimate *out)
{
	double *sums[2];

	for (int s = 0; s < 2; s++)
		MS_TRY(MS_ALLOC(arena, ms_cloud_padded(&mmd->cloud), &sums[s]));
	MS_TRY(MS_ALLOC(arena, mmd->cloud.n, &out->witness));
	MS_TRY(mmd->line ? ms_line_sums(ctx, mmd->line, mmd->m, sums)
					 : ms_gram_sums(ctx, &mmd->cloud, &mmd->kernel, mmd->m, sums));
	MS_TRY(biased(ctx, mmd, sums, out));
	MS_TRY(unbiased(ctx, arena, mmd, sums, out));
	for (size_t i = 0; i < mmd->cloud.n; i++)
		sums[0][i] += sums[1][i];
	out->sums = sums[0];
	return ms_tick(ctx, mmd->cloud.n);
}

/* --- many samples --------------------------------------------------------------------------- */

ms_status
ms_mmd_matrix(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, const ms_kernel *kernel,
			  const size_t *begin, size_t groups, double *out)
{
	double *weight;
	ms_cloud c;

	MS_TRY(ms_kernel_check(ctx, kernel));
	MS_TRY(MS_ZEROED(arena, groups, &weight));
	MS_TRY(ms_cloud_new(ctx, arena, rows, NULL, rows->n, &c));
	for (size_t g = 0; g < groups; g++)
	{
		for (size_t i = begin[g]; i < begin[g + 1]; i++)
			weight[g] += c.w[i];
		if (!(weight[g] > 0))
			return ms_fail(ctx, MS_TOO_FEW, "rows", (int64_t) g + 1, 0, 1);
	}
	MS_TRY(ms_gram_blocks(ctx, arena, &c, kernel, begin, groups, out));
	for (size_t g = 0; g < groups; g++)
	{
		for (size_t h = 0; h < groups; h++)
			out[g * groups + h] /= weight[g] * weight[h];
	}
	for (size_t g = 0; g < groups; g++)
	{
		for (size_t h = 0; h < g; h++)
			out[g * groups + h] = out[h * groups + g] =
				out[g * groups + g] + out[h * groups + h] - 2 * out[g * groups + h];
	}
	for (size_t g = 0; g < groups; g++)
		out[g * groups + g] = 0;
	return ms_tick(ctx, 4 * groups * groups);
}
