/*
 * mstep.c: from whitened statistics to parameters.
 *
 * With A = S2 / N - d d', d = S1 / N: the mean moves by L d and the covariance becomes L A L', so
 * the new factor is L times the factor of A. A is near the unit matrix when EM nears its end: the
 * condition of the covariance itself never enters.
 */
#include "core/mixture/mstep.h"

#include <math.h>
#include <string.h>

#include "core/base/linalg.h"

ms_mix_shape
ms_mstep_shape(ms_gmm_family family)
{
	switch (family)
	{
		case MS_GMM_TIED:
			return MS_MIX_TIED;
		case MS_GMM_DIAG:
		case MS_GMM_SPHERICAL:
			return MS_MIX_DIAGONAL;
		default:
			return MS_MIX_FULL;
	}
}

ms_status
ms_mstep_new(ms_arena *arena, ms_gmm_family family, size_t k, size_t d, const double *variances,
			 ms_mstep *out)
{
	double mean = 0;

	for (size_t c = 0; c < d; c++)
		mean += variances[c] / (double) d;
	*out = (ms_mstep){.family = family, .variances = variances, .ridge = MS_MSTEP_RIDGE * mean};
	MS_TRY(MS_ZEROED(arena, k, &out->regularised));
	if (ms_mstep_shape(family) == MS_MIX_DIAGONAL)
		return MS_OK;
	MS_TRY(MS_ALLOC(arena, d * d, &out->scatter));
	return MS_ALLOC(arena, d * d, &out->spare);
}

static void
set_regularised(ms_mstep *step, size_t j)
{
	step->regularised[j] = true;
	step->any_regularised = true;
}

/* --- triangles ------------------------------------------------------------------------------ */

static void
add_scaled(double *restrict to, double a, const double *restrict from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] += a * from[i];
}

/* out = L B, or where B is lower triangular just that; L is d x d, lower. out is neither. */
static ms_status
multiply(ms_ctx *ctx, const double *lower, const double *b, bool triangular, size_t d, double *out)
{
	memset(out, 0, d * d * sizeof(double));
	for (size_t i = 0; i < d; i++)
	{
		MS_TRY(ms_tick(ctx, i * d / 8));
		for (size_t t = 0; t <= i; t++)
			add_scaled(out + i * d, lower[i * d + t], b + t * d, triangular ? t + 1 : d);
	}
	return MS_OK;
}

/* out = B L'. */
static ms_status
multiply_transposed(ms_ctx *ctx, const double *b, const double *lower, size_t d, double *out)
{
	for (size_t i = 0; i < d; i++)
	{
		MS_TRY(ms_tick(ctx, d * d));
		for (size_t c = 0; c < d; c++)
		{
			double sum = 0;

			for (size_t t = 0; t <= c; t++)
				sum += b[i * d + t] * lower[c * d + t];
			out[i * d + c] = sum;
		}
	}
	return MS_OK;
}

/* Whether L is the factor of a covariance that the data can have: section 7's floor. */
static bool
above_floor(const ms_mstep *step, const double *lower, size_t d)
{
	for (size_t c = 0; c < d; c++)
	{
		double l = lower[c * d + c];

		if (!(l * l >= MS_MSTEP_FLOOR * step->variances[c]) || !isfinite(l))
			return false;
	}
	return true;
}

/* --- covariances with factors --------------------------------------------------------------- */

/* A of one component, or its share of the tied one: adds (S2 - N d d') / total to the scatter. */
static void
add_scatter(ms_mstep *step, const double *s1, const double *s2, double n, double total, size_t d)
{
	for (size_t i = 0; i < d; i++)
	{
		for (size_t c = 0; c <= i; c++)
		{
			double a = ((s2 ? s2[ms_packed_at(i, c)] : 0) - s1[i] * s1[c] / n) / total;

			step->scatter[i * d + c] += a;
			step->scatter[c * d + i] = step->scatter[i * d + c];
		}
	}
}

/* spare = L A L' + ridge, factored; false when even that has no factor. */
static ms_status
regularise(ms_ctx *ctx, ms_mstep *step, double *lower, size_t d, bool *ok)
{
	MS_TRY(multiply(ctx, lower, step->scatter, false, d, step->spare));
	MS_TRY(multiply_transposed(ctx, step->spare, lower, d, step->scatter));
	for (size_t c = 0; c < d; c++)
		step->scatter[c * d + c] += step->ridge;
	*ok = ms_linalg_cholesky(step->scatter, d);
	memcpy(lower, step->scatter, d * d * sizeof(double));
	return ms_tick(ctx, d * d * d / 16);
}

/* L becomes the factor of L A L', A in step->scatter; *sound is false when that is degenerate. */
static ms_status
refactor(ms_ctx *ctx, ms_mstep *step, double *lower, size_t d, bool *sound)
{
	memcpy(step->spare, step->scatter, d * d * sizeof(double));
	*sound = ms_linalg_cholesky(step->spare, d);
	MS_TRY(ms_tick(ctx, d * d * d / 16 + d * d));
	if (!*sound)
		return MS_OK;
	MS_TRY(multiply(ctx, lower, step->spare, true, d, step->scatter));
	*sound = above_floor(step, step->scatter, d);
	if (*sound)
		memcpy(lower, step->scatter, d * d * sizeof(double));
	return MS_OK;
}

/* Moves the mean of component j by L d. */
static void
move_mean(const double *lower, const double *s1, double n, double *mean, size_t d)
{
	for (size_t i = 0; i < d; i++)
	{
		double sum = 0;

		for (size_t c = 0; c <= i; c++)
			sum += lower[i * d + c] * s1[c];
		mean[i] += sum / n;
	}
}

/* The scatter A of factor f: one component's own, or everybody's. */
static void
make_scatter(ms_mstep *step, const ms_mix *mix, const ms_mix_stats *stats, size_t f)
{
	size_t d = mix->d;
	double weight = ms_sum_get(&stats->weight);

	memset(step->scatter, 0, d * d * sizeof(double));
	if (mix->shape == MS_MIX_FULL)
	{
		double n = ms_sum_get(&stats->n[f]);

		add_scatter(step, stats->s1 + f * d, stats->s2 + f * ms_packed_size(d), n, n, d);
		return;
	}
	for (size_t j = 0; j < mix->k; j++)
		add_scatter(step, stats->s1 + j * d, j == 0 ? stats->s2 : NULL,
					ms_sum_get(&stats->n[j]), weight, d);
}

/* The half log-determinant and the inverse of factor f go into the mixture. */
static ms_status
finish_factor(ms_ctx *ctx, ms_mix *mix, size_t f)
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

static ms_status
update_factor(ms_ctx *ctx, ms_mstep *step, ms_mix *mix, const ms_mix_stats *stats, size_t f)
{
	size_t d = mix->d;
	double *lower = mix->factors + f * d * d;
	bool sound;

	for (size_t j = 0; j < mix->k; j++)
	{
		if (mix->shape == MS_MIX_TIED || j == f)
			move_mean(lower, stats->s1 + j * d, ms_sum_get(&stats->n[j]), mix->means + j * d, d);
	}
	make_scatter(step, mix, stats, f);
	MS_TRY(refactor(ctx, step, lower, d, &sound));
	if (!sound)
	{
		make_scatter(step, mix, stats, f);
		MS_TRY(regularise(ctx, step, lower, d, &sound));
		step->failed |= !sound;
		for (size_t j = 0; j < mix->k; j++)
		{
			if (mix->shape == MS_MIX_TIED || j == f)
				set_regularised(step, j);
		}
	}
	return finish_factor(ctx, mix, f);
}

/* --- diagonal covariances ------------------------------------------------------------------- */

/* Variances of component j over those it had: S2 / N - d^2, or their mean for spheres. */
static void
update_diagonal(ms_mstep *step, ms_mix *mix, const ms_mix_stats *stats, size_t j)
{
	size_t d = mix->d;
	double n = ms_sum_get(&stats->n[j]);
	double *sd = mix->factors + j * d;
	double logdet = 0;
	double shared = 0;

	for (size_t c = 0; c < d; c++)
	{
		double shift = stats->s1[j * d + c] / n;
		double ratio = fmax(stats->s2[j * d + c] / n - shift * shift, 0);

		mix->means[j * d + c] += sd[c] * shift;
		shared += sd[c] * sd[c] * ratio / (double) d;
		sd[c] *= sqrt(ratio);
	}
	for (size_t c = 0; c < d; c++)
	{
		double variance = step->family == MS_GMM_SPHERICAL ? shared : sd[c] * sd[c];

		if (!(variance >= MS_MSTEP_FLOOR * step->variances[c]))
		{
			variance += step->ridge;
			set_regularised(step, j);
		}
		sd[c] = sqrt(variance);
		mix->inverses[j * d + c] = 1 / sd[c];
		logdet += log(sd[c]);
		step->failed |= !isfinite(variance);
	}
	mix->constants[j] = -logdet;
}

/* --- the step ------------------------------------------------------------------------------- */

static void
update_weights(ms_mstep *step, ms_mix *mix, const ms_mix_stats *stats)
{
	double total = 0;

	for (size_t j = 0; j < mix->k; j++)
		total += ms_sum_get(&stats->n[j]);
	for (size_t j = 0; j < mix->k; j++)
	{
		mix->weights[j] = ms_sum_get(&stats->n[j]) / total;
		step->failed |= !(mix->weights[j] >= MS_MSTEP_LEAST_SHARE);
	}
}

static void
begin(ms_mstep *step, size_t k)
{
	step->failed = false;
	step->any_regularised = false;
	memset(step->regularised, 0, k * sizeof(bool));
}

/* constants hold -log det L so far. */
static void
finish_constants(ms_mix *mix)
{
	for (size_t j = 0; j < mix->k; j++)
		mix->constants[j] += log(mix->weights[j]) - (double) mix->d * 0.5 * log(2 * M_PI);
}

ms_status
ms_mstep_run(ms_ctx *ctx, ms_mstep *step, ms_mix *mix, const ms_mix_stats *stats)
{
	size_t steps = mix->shape == MS_MIX_DIAGONAL ? mix->k : ms_mix_factors(mix->shape, mix->k);

	begin(step, mix->k);
	update_weights(step, mix, stats);
	for (size_t f = 0; f < steps && !step->failed; f++)
	{
		if (mix->shape == MS_MIX_DIAGONAL)
			update_diagonal(step, mix, stats, f);
		else
			MS_TRY(update_factor(ctx, step, mix, stats, f));
		MS_TRY(ms_tick(ctx, 10 * mix->d));
	}
	finish_constants(mix);
	return MS_OK;
}

/* --- the first step ------------------------------------------------------------------------- */

static void
pool_scatter(ms_mstep *step, const ms_mix *mix, const ms_mix_stats *stats)
{
	size_t d = mix->d;

	memset(step->scatter, 0, d * d * sizeof(double));
	for (size_t j = 0; j < mix->k; j++)
		add_scatter(step, stats->s1 + j * d, stats->s2 + j * ms_packed_size(d),
					ms_sum_get(&stats->n[j]), ms_sum_get(&stats->weight), d);
}

/* Component f gets the covariance of all. */
static ms_status
take_pooled(ms_ctx *ctx, ms_mstep *step, ms_mix *mix, const ms_mix_stats *stats, size_t f)
{
	size_t d = mix->d;
	double *lower = mix->factors + f * d * d;
	bool ok;

	pool_scatter(step, mix, stats);
	ok = ms_linalg_cholesky(step->scatter, d) && above_floor(step, step->scatter, d);
	if (!ok)
	{
		pool_scatter(step, mix, stats);
		for (size_t c = 0; c < d; c++)
			step->scatter[c * d + c] += step->ridge;
		step->failed |= !ms_linalg_cholesky(step->scatter, d);
	}
	memcpy(lower, step->scatter, d * d * sizeof(double));
	step->regularised[f] = !ok;
	MS_TRY(finish_factor(ctx, mix, f));
	return ms_tick(ctx, mix->k * d * d);
}

static void
take_pooled_diagonal(ms_mstep *step, ms_mix *mix, const ms_mix_stats *stats, size_t j)
{
	size_t d = mix->d;
	double weight = ms_sum_get(&stats->weight);
	double shared = 0;
	double logdet = 0;

	for (size_t c = 0; c < d; c++)
	{
		double variance = step->ridge;

		for (size_t f = 0; f < mix->k; f++)
		{
			double s1 = stats->s1[f * d + c];

			variance += (stats->s2[f * d + c] - s1 * s1 / ms_sum_get(&stats->n[f])) / weight;
		}
		mix->factors[j * d + c] = sqrt(variance);
		shared += variance / (double) d;
	}
	for (size_t c = 0; c < d; c++)
	{
		if (step->family == MS_GMM_SPHERICAL)
			mix->factors[j * d + c] = sqrt(shared);
		mix->inverses[j * d + c] = 1 / mix->factors[j * d + c];
		logdet += log(mix->factors[j * d + c]);
	}
	mix->constants[j] = log(mix->weights[j]) - (double) d * 0.5 * log(2 * M_PI) - logdet;
}

/* Rows that a component needs for a covariance of its own. */
static double
least_rows(ms_gmm_family family, size_t d)
{
	return family == MS_GMM_FULL ? (double) d + 1 : 2;
}

ms_status
ms_mstep_start(ms_ctx *ctx, ms_mstep *step, ms_mix *mix, const ms_mix_stats *stats)
{
	MS_TRY(ms_mstep_run(ctx, step, mix, stats));
	if (mix->shape == MS_MIX_TIED)
		return MS_OK;
	for (size_t j = 0; j < mix->k && !step->failed; j++)
	{
		if (!step->regularised[j] && ms_sum_get(&stats->n[j]) >= least_rows(step->family, mix->d))
			continue;
		if (mix->shape == MS_MIX_DIAGONAL)
			take_pooled_diagonal(step, mix, stats, j);
		else
		{
			MS_TRY(take_pooled(ctx, step, mix, stats, j));
			mix->constants[j] += log(mix->weights[j]) - (double) mix->d * 0.5 * log(2 * M_PI);
		}
		MS_TRY(ms_tick(ctx, mix->k * mix->d));
	}
	return MS_OK;
}
