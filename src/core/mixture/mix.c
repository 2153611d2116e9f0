/*
 * mix.c: units and factors. With x' = (x - centre) * scale a covariance S becomes D S D, D the
 * diagonal matrix of the scales.
 */
#include "core/mixture/mix.h"

#include <math.h>
#include <string.h>

#include "core/base/linalg.h"
#include "core/mixture/mstep.h"

/* --- constants ------------------------------------------------------------------------------ */

ms_status
ms_mix_finish_factor(ms_ctx *ctx, ms_mix *mix, size_t f)
{
	size_t d = mix->d;
	double *lower = mix->factors + f * d * d;
	double logdet = ms_linalg_logdet(lower, d) / 2;

	ms_linalg_invert_lower(lower, d, mix->inverses + f * d * d);
	for (size_t j = 0; j < mix->k; j++)
	{
		if (mix->shape == MS_MIX_TIED || j == f)
			mix->constants[j] = -logdet;
	}
	return ms_tick(ctx, d * d * d / 16 + d * d);
}

void
ms_mix_finish_diagonal(ms_mix *mix, size_t j)
{
	size_t d = mix->d;
	double logdet = 0;

	for (size_t c = 0; c < d; c++)
	{
		mix->inverses[j * d + c] = 1 / mix->factors[j * d + c];
		logdet += log(mix->factors[j * d + c]);
	}
	mix->constants[j] = -logdet;
}

void
ms_mix_finish_constants(ms_mix *mix)
{
	double log_volume = 0;

	for (size_t j = 0; j < mix->k; j++)
		mix->constants[j] += log(mix->weights[j]) - (double) mix->d * 0.5 * log(2 * M_PI);
	for (size_t c = 0; mix->log_sides && c < mix->d; c++)
		log_volume += mix->log_sides[c];
	mix->log_noise = mix->log_sides && mix->noise > 0 ? log(mix->noise) - log_volume : -INFINITY;
}

/* --- from a model --------------------------------------------------------------------------- */

/* Adds share times the covariance of component j, in the view's units, to full[d * d]. */
static void
add_covariance(const ms_gmm *m, size_t j, double share, const double *scale, double *packed,
			   double *full)
{
	size_t d = m->d;

	ms_gmm_covariance(m, j, packed);
	for (size_t a = 0; a < d; a++)
	{
		for (size_t b = 0; b <= a; b++)
		{
			full[a * d + b] += share * scale[a] * packed[ms_packed_at(a, b)] * scale[b];
			full[b * d + a] = full[a * d + b];
		}
	}
}

static ms_status
take_factor(ms_ctx *ctx, ms_mix *mix, size_t f, const double *full)
{
	size_t d = mix->d;

	memcpy(mix->factors + f * d * d, full, d * d * sizeof(double));
	if (!ms_linalg_cholesky(mix->factors + f * d * d, d))
		return ms_fail(ctx, MS_NOT_DEFINITE, "covariance", (int64_t) f + 1, 0, 0);
	return ms_mix_finish_factor(ctx, mix, f);
}

static ms_status
take_diagonal(ms_ctx *ctx, ms_mix *mix, ms_gmm_family family, size_t j, const double *full)
{
	size_t d = mix->d;
	bool sphere = ms_gmm_matrix_size(family, d) == 1;
	double mean = 0;

	for (size_t c = 0; c < d; c++)
		mean += full[c * d + c] / (double) d;
	for (size_t c = 0; c < d; c++)
	{
		double sd = sqrt(sphere ? mean : full[c * d + c]);

		if (!(sd > 0) || isinf(sd))
			return ms_fail(ctx, MS_NOT_DEFINITE, "covariance", (int64_t) j + 1, 0, 0);
		mix->factors[j * d + c] = sd;
	}
	ms_mix_finish_diagonal(mix, j);
	return MS_OK;
}

static ms_status
take_covariances(ms_ctx *ctx, ms_arena *scratch, const ms_gmm *m, ms_gmm_family family,
				 const double *scale, ms_mix *mix)
{
	size_t d = m->d;
	bool tied = ms_gmm_is_tied(family);
	double total = 1 - m->noise;
	double *packed;
	double *full;

	MS_TRY(MS_ALLOC(scratch, ms_packed_size(d), &packed));
	MS_TRY(MS_ALLOC(scratch, d * d, &full));
	for (size_t j = 0; j < m->k; j++)
	{
		MS_TRY(ms_tick(ctx, d * d));
		if (j == 0 || !tied)
			memset(full, 0, d * d * sizeof(double));
		add_covariance(m, j, tied ? m->weights[j] / total : 1, scale, packed, full);
		if (!tied && mix->shape == MS_MIX_FULL)
			MS_TRY(take_factor(ctx, mix, j, full));
		else if (!tied)
			MS_TRY(take_diagonal(ctx, mix, family, j, full));
	}
	if (mix->shape == MS_MIX_TIED)
		return take_factor(ctx, mix, 0, full);
	for (size_t j = 0; tied && j < m->k; j++)
		MS_TRY(take_diagonal(ctx, mix, family, j, full));
	return MS_OK;
}

/*
 * Sides of the background's box in logs, in the view's units. Their sum is log V: where V is less
 * than the box the sides share the difference, so that every marginal has a volume, too.
 */
static ms_status
take_noise(ms_arena *arena, const ms_gmm *m, const double *scale, ms_mix *mix)
{
	size_t d = m->d;
	double rest = m->log_volume;

	if (!(m->flags & MS_GMM_NOISE))
		return MS_OK;
	mix->noise = m->noise;
	MS_TRY(MS_ALLOC(arena, d, &mix->log_sides));
	for (size_t c = 0; c < d; c++)
		rest -= log(m->box[d + c] - m->box[c]);
	for (size_t c = 0; c < d; c++)
		mix->log_sides[c] =
			log(m->box[d + c] - m->box[c]) + rest / (double) d + log(scale[c]);
	return MS_OK;
}

ms_status
ms_mix_from_model(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, ms_gmm_family family,
				  const ms_view *view, ms_mix *out)
{
	size_t d = m->d;
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_status status;

	MS_TRY(ms_mix_new(arena, ms_mstep_shape(family), m->k, d, out));
	memcpy(out->weights, m->weights, m->k * sizeof(double));
	for (size_t i = 0; i < m->k * d; i++)
		out->means[i] = (m->means[i] - view->centre[i % d]) * view->scale[i % d];
	MS_TRY(take_noise(arena, m, view->scale, out));
	status = take_covariances(ctx, &scratch, m, family, view->scale, out);
	ms_arena_free(&scratch);
	if (status == MS_OK)
		ms_mix_finish_constants(out);
	return status;
}

/* --- to a model ----------------------------------------------------------------------------- */

/* L L' in raw units. */
static ms_status
write_factor(ms_ctx *ctx, const double *lower, const double *scale, size_t d, double *packed)
{
	for (size_t i = 0; i < d; i++)
	{
		MS_TRY(ms_tick(ctx, d * d));
		for (size_t c = 0; c <= i; c++)
		{
			double sum = 0;

			for (size_t t = 0; t <= c; t++)
				sum += lower[i * d + t] * lower[c * d + t];
			packed[ms_packed_at(i, c)] = sum / scale[i] / scale[c];
		}
	}
	return MS_OK;
}

static ms_status
write_covariances(ms_ctx *ctx, const ms_mix *mix, const double *scale, ms_gmm *out)
{
	size_t d = mix->d;
	bool sphere = ms_gmm_matrix_size(out->family, d) == 1;

	if (mix->shape != MS_MIX_DIAGONAL)
	{
		for (size_t j = 0; j < ms_mix_factors(mix->shape, mix->k); j++)
			MS_TRY(write_factor(ctx, mix->factors + j * d * d, scale, d,
								out->covariances + j * ms_packed_size(d)));
		return MS_OK;
	}
	for (size_t i = 0; i < ms_gmm_covariances(out->family, mix->k, d); i++)
	{
		double sd = mix->factors[sphere ? i * d : i] / scale[sphere ? 0 : i % d];

		out->covariances[i] = sd * sd;
	}
	return MS_OK;
}

ms_status
ms_mix_to_model(ms_ctx *ctx, const ms_mix *mix, const ms_view *view, ms_gmm *out)
{
	size_t d = mix->d;

	memcpy(out->weights, mix->weights, mix->k * sizeof(double));
	out->noise = mix->noise;
	for (size_t i = 0; i < mix->k * d; i++)
		out->means[i] = mix->means[i] / view->scale[i % d] + view->centre[i % d];
	return write_covariances(ctx, mix, view->scale, out);
}
