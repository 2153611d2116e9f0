/*
 * null.c: p-values by exact moments, and by a split.
 */
#include "core/mmd/null.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

/* --- moments -------------------------------------------------------------------------------- */

void
ms_gamma_of(const ms_gram_moments *a, const ms_gram_moments *b, double q, ms_gamma_test *out)
{
	double n = a->weight;
	double t = a->trace, s = b->trace;
	double squares = ((n - 1) * a->squares - t * t) * ((n - 1) * b->squares - s * s);
	double diagonals = (n * (n + 1) * a->diagonal - (n - 1) * (t * t + 2 * a->squares)) *
					   (n * (n + 1) * b->diagonal - (n - 1) * (s * s + 2 * b->squares));
	double variance = 2 * squares / ((n - 1) * (n - 1) * (n + 1) * (n - 2)) +
					  diagonals / ((n + 1) * n * (n - 1) * (n - 2) * (n - 3));

	*out = (ms_gamma_test){q, NAN, NAN, NAN};
	if (!(n >= 4))
		return;
	out->null_mean = t * s / (n - 1);
	out->null_sd = sqrt(fmax(variance, 0));
	out->p_value = 1;
	if (out->null_sd > 1e-12 * out->null_mean)
		out->p_value = gsl_cdf_gamma_Q(fmax(q, 0), out->null_mean * out->null_mean / variance,
									   variance / out->null_mean);
}

/*
 * Importance weights count as as many rows as they are effective: Kish's number, by a factor that
 * all of them get.
 */
static double
rows_in_weight(const ms_mmd *mmd)
{
	return mmd->importance ? (mmd->weight[0] + mmd->weight[1]) / (mmd->squares[0] + mmd->squares[1])
						   : 1;
}

ms_status
ms_mmd_gamma(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd, const ms_mmd_estimate *e,
			 ms_gamma_test *out)
{
	double scale = rows_in_weight(mmd);
	double m = scale * mmd->weight[0];
	double n = scale * mmd->weight[1];
	ms_gram_moments a;
	ms_gram_moments b = {m + n, 1 / m + 1 / n, 0, 1 / (m * m * m) + 1 / (n * n * n)};

	b.squares = b.trace * b.trace;
	MS_TRY(ms_gram_centred(ctx, arena, &mmd->cloud, &mmd->kernel, e->sums, &a));
	a.weight *= scale;
	a.trace *= scale;
	a.squares *= scale * scale;
	a.diagonal *= scale;
	ms_gamma_of(&a, &b, e->v, out);
	return MS_OK;
}

/* --- a split -------------------------------------------------------------------------------- */

typedef struct split
{
	ms_cloud first;
	ms_cloud second;
	size_t size[2][2]; /* half, sample */
	double *sums[2];
} split;

/* Half number h of both samples as a cloud. */
static ms_status
take_half(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd, const ms_mmd_copies *copies, split *s,
		  int h, ms_cloud *out)
{
	size_t m = s->size[h][0];
	size_t n = s->size[h][1];
	uint32_t *which;

	MS_TRY(MS_ALLOC(arena, m + n, &which));
	memcpy(which, copies->row[0] + (h ? s->size[0][0] : 0), m * sizeof(*which));
	memcpy(which + m, copies->row[1] + (h ? s->size[0][1] : 0), n * sizeof(*which));
	MS_TRY(ms_cloud_room(ctx, arena, m + n, mmd->rows.d, out));
	ms_cloud_gather(&mmd->cloud, which, out);
	return ms_tick(ctx, (m + n) * mmd->rows.d);
}

/* Mean of the witness over the first half of a sample, and the variance of that. */
static void
mean_witness(const split *s, int side, double *mean, double *variance)
{
	size_t from = side ? s->size[0][0] : 0;
	double n = (double) s->size[0][side];
	double squares = 0;

	*mean = 0;
	for (size_t i = 0; i < s->size[0][side]; i++)
	{
		double f = s->sums[0][from + i] / (double) s->size[1][0] -
				   s->sums[1][from + i] / (double) s->size[1][1];
		double off = f - *mean;

		*mean += off / (double) (i + 1);
		squares += off * (f - *mean);
	}
	*variance = squares / (n - 1) / n;
}

ms_status
ms_mmd_cross_of(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd, const ms_mmd_copies *copies,
				ms_mmd_cross *out)
{
	double mean[2], variance[2];
	split s;

	*out = (ms_mmd_cross){NAN, NAN, NAN, NAN};
	for (int side = 0; side < 2; side++)
	{
		s.size[0][side] = copies->n[side] / 2;
		s.size[1][side] = copies->n[side] - copies->n[side] / 2;
	}
	if (s.size[0][0] < 2 || s.size[0][1] < 2)
		return MS_OK;
	MS_TRY(take_half(ctx, arena, mmd, copies, &s, 0, &s.first));
	MS_TRY(take_half(ctx, arena, mmd, copies, &s, 1, &s.second));
	for (int side = 0; side < 2; side++)
		MS_TRY(MS_ALLOC(arena, ms_cloud_padded(&s.first), &s.sums[side]));
	MS_TRY(ms_gram_sums_between(ctx, &s.first, &s.second, &mmd->kernel, s.size[1][0], s.sums));
	for (int side = 0; side < 2; side++)
		mean_witness(&s, side, &mean[side], &variance[side]);
	out->estimate = mean[0] - mean[1];
	out->std_error = sqrt(variance[0] + variance[1]);
	if (out->std_error > 0)
	{
		out->z = out->estimate / out->std_error;
		out->p_value = gsl_cdf_ugaussian_Q(out->z);
	}
	return ms_tick(ctx, 8 * mmd->cloud.n);
}
