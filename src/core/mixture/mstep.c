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
#include "core/mixture/families.h"
#include "core/mixture/mix.h"

ms_mix_shape
ms_mstep_shape(ms_gmm_family family)
{
	return ms_gmm_is_diagonal(family) ? MS_MIX_DIAGONAL
		   : ms_gmm_is_tied(family)	  ? MS_MIX_TIED
									  : MS_MIX_FULL;
}

/* Whether the step goes by the scatters of all components (families.h). */
static bool
by_scatters(ms_gmm_family family, bool prior)
{
	return prior || family > MS_GMM_SPHERICAL;
}

size_t
ms_mstep_bytes(ms_gmm_family family, bool prior, size_t k, size_t d)
{
	size_t size = ms_gmm_is_diagonal(family) ? d : d * d;
	size_t bytes;

	if (!by_scatters(family, prior))
		return 0;
	ms_size_mul(ms_mstep_shape(family) == MS_MIX_TIED ? 1 : k, size, &bytes);
	ms_size_add(bytes, k * (d + 1) + d + ms_linalg_eigen_work(d), &bytes);
	ms_size_mul(bytes, sizeof(double), &bytes);
	ms_size_add(bytes, 1024, &bytes);
	return bytes;
}

static ms_status
new_scatters(ms_arena *arena, size_t k, size_t d, ms_mstep *out)
{
	size_t size = ms_gmm_is_diagonal(out->family) ? d : d * d;
	size_t matrices = ms_mstep_shape(out->family) == MS_MIX_TIED ? 1 : k;

	MS_TRY(MS_ALLOC(arena, matrices * size, &out->scatters));
	MS_TRY(MS_ALLOC(arena, k * d, &out->values));
	MS_TRY(MS_ALLOC(arena, k, &out->volumes));
	MS_TRY(MS_ALLOC(arena, d, &out->shape));
	return MS_ALLOC(arena, ms_linalg_eigen_work(d), &out->work);
}

ms_status
ms_mstep_new(ms_arena *arena, ms_gmm_family family, size_t k, size_t d, const double *variances,
			 const ms_prior *prior, ms_mstep *out)
{
	double mean = 0;

	for (size_t c = 0; c < d; c++)
		mean += variances[c] / (double) d;
	*out = (ms_mstep){.family = family,
					  .variances = variances,
					  .ridge = MS_MSTEP_RIDGE * mean,
					  .prior = prior};
	MS_TRY(MS_ZEROED(arena, k, &out->regularised));
	if (by_scatters(family, prior != NULL))
		MS_TRY(new_scatters(arena, k, d, out));
	if (ms_mstep_shape(family) == MS_MIX_DIAGONAL)
		return MS_OK;
	MS_TRY(MS_ALLOC(arena, d * d, &out->scatter));
	return MS_ALLOC(arena, d * d, &out->spare);
}

void
ms_mstep_note_ridge(ms_mstep *step, size_t j)
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

bool
ms_mstep_above_floor(const ms_mstep *step, const double *lower, size_t d)
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

ms_status
ms_mstep_colour(ms_ctx *ctx, ms_mstep *step, const double *lower, size_t d)
{
	MS_TRY(multiply(ctx, lower, step->scatter, false, d, step->spare));
	return multiply_transposed(ctx, step->spare, lower, d, step->scatter);
}

/* spare = L A L' + ridge, factored; false when even that has no factor. */
static ms_status
regularise(ms_ctx *ctx, ms_mstep *step, double *lower, size_t d, bool *ok)
{
	MS_TRY(ms_mstep_colour(ctx, step, lower, d));
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
	*sound = ms_mstep_above_floor(step, step->scatter, d);
	if (*sound)
		memcpy(lower, step->scatter, d * d * sizeof(double));
	return MS_OK;
}

void
ms_mstep_move_mean(const double *lower, const double *s1, double n, double *mean, size_t d)
{
	for (size_t i = 0; i < d; i++)
	{
		double sum = 0;

		for (size_t c = 0; c <= i; c++)
			sum += lower[i * d + c] * s1[c];
		mean[i] += sum / n;
	}
}

/* One component's own, or everybody's. */
void
ms_mstep_make_scatter(ms_mstep *step, const ms_mix *mix, const ms_mix_stats *stats, size_t f)
{
	size_t d = mix->d;
	double rows = 0;

	memset(step->scatter, 0, d * d * sizeof(double));
	if (mix->shape == MS_MIX_FULL)
	{
		double n = ms_sum_get(&stats->n[f]);

		add_scatter(step, stats->s1 + f * d, stats->s2 + f * ms_packed_size(d), n, n, d);
		return;
	}
	for (size_t j = 0; j < mix->k; j++)
		rows += ms_sum_get(&stats->n[j]);
	for (size_t j = 0; j < mix->k; j++)
		add_scatter(step, stats->s1 + j * d, j == 0 ? stats->s2 : NULL,
					ms_sum_get(&stats->n[j]), rows, d);
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
			ms_mstep_move_mean(lower, stats->s1 + j * d, ms_sum_get(&stats->n[j]), mix->means + j * d, d);
	}
	ms_mstep_make_scatter(step, mix, stats, f);
	MS_TRY(refactor(ctx, step, lower, d, &sound));
	if (!sound)
	{
		ms_mstep_make_scatter(step, mix, stats, f);
		MS_TRY(regularise(ctx, step, lower, d, &sound));
		step->failed |= !sound;
		for (size_t j = 0; j < mix->k; j++)
		{
			if (mix->shape == MS_MIX_TIED || j == f)
				ms_mstep_note_ridge(step, j);
		}
	}
	return ms_mix_finish_factor(ctx, mix, f);
}

/* --- diagonal covariances ------------------------------------------------------------------- */

/* Variances of component j over those it had: S2 / N - d^2, or their mean for spheres. */
static void
update_diagonal(ms_mstep *step, ms_mix *mix, const ms_mix_stats *stats, size_t j)
{
	size_t d = mix->d;
	double n = ms_sum_get(&stats->n[j]);
	double *sd = mix->factors + j * d;
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
			ms_mstep_note_ridge(step, j);
		}
		sd[c] = sqrt(variance);
		step->failed |= !isfinite(variance);
	}
	ms_mix_finish_diagonal(mix, j);
}

/* --- the step ------------------------------------------------------------------------------- */

static void
update_weights(ms_mstep *step, ms_mix *mix, const ms_mix_stats *stats)
{
	double total = ms_sum_get(&stats->noise);

	for (size_t j = 0; j < mix->k; j++)
		total += ms_sum_get(&stats->n[j]);
	mix->noise = ms_sum_get(&stats->noise) / total;
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

ms_status
ms_mstep_run(ms_ctx *ctx, ms_mstep *step, ms_mix *mix, const ms_mix_stats *stats)
{
	size_t steps = mix->shape == MS_MIX_DIAGONAL ? mix->k : ms_mix_factors(mix->shape, mix->k);

	begin(step, mix->k);
	update_weights(step, mix, stats);
	if (step->scatters && !step->failed)
		MS_TRY(ms_families_run(ctx, step, mix, stats));
	for (size_t f = 0; f < steps && !step->failed && !step->scatters; f++)
	{
		if (mix->shape == MS_MIX_DIAGONAL)
			update_diagonal(step, mix, stats, f);
		else
			MS_TRY(update_factor(ctx, step, mix, stats, f));
		MS_TRY(ms_tick(ctx, 10 * mix->d));
	}
	ms_mix_finish_constants(mix);
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
	ok = ms_linalg_cholesky(step->scatter, d) && ms_mstep_above_floor(step, step->scatter, d);
	if (!ok)
	{
		pool_scatter(step, mix, stats);
		for (size_t c = 0; c < d; c++)
			step->scatter[c * d + c] += step->ridge;
		step->failed |= !ms_linalg_cholesky(step->scatter, d);
	}
	memcpy(lower, step->scatter, d * d * sizeof(double));
	step->regularised[f] = !ok;
	MS_TRY(ms_mix_finish_factor(ctx, mix, f));
	return ms_tick(ctx, mix->k * d * d);
}

static void
take_pooled_diagonal(ms_mstep *step, ms_mix *mix, const ms_mix_stats *stats, size_t j)
{
	size_t d = mix->d;
	double weight = ms_sum_get(&stats->weight);
	double shared = 0;

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
	}
	ms_mix_finish_diagonal(mix, j);
	mix->constants[j] += log(mix->weights[j]) - (double) d * 0.5 * log(2 * M_PI);
}

/* Rows that a component needs for a covariance of its own. */
static double
least_rows(ms_gmm_family family, size_t d)
{
	return ms_gmm_is_diagonal(family) ? 2 : (double) d + 1;
}

ms_status
ms_mstep_start(ms_ctx *ctx, ms_mstep *step, ms_mix *mix, const ms_mix_stats *stats)
{
	MS_TRY(ms_mstep_run(ctx, step, mix, stats));
	if (ms_gmm_is_tied(step->family) || step->prior)
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
