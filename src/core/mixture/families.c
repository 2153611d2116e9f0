/*
 * families.c: covariances that share volume, shape or orientation (Celeux & Govaert 1995), and
 * maximum a posteriori ones (Fraley & Raftery 2007).
 *
 * S_j = volume_j * shape * orientation. Where volumes vary and something else is shared the two
 * are found in turn: each round gains, and stops at 1e-12.
 */
#include "core/mixture/families.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/linalg.h"
#include "core/mixture/mix.h"

#define ROUNDS 100
#define SETTLED 1e-12

static double
rows_of(const ms_mix_stats *stats, size_t j)
{
	return ms_sum_get(&stats->n[j]);
}

static double
all_rows(const ms_mix *mix, const ms_mix_stats *stats)
{
	double sum = 0;

	for (size_t j = 0; j < mix->k; j++)
		sum += rows_of(stats, j);
	return sum;
}

/* --- scatters ------------------------------------------------------------------------------- */

/* (n xbar + kappa mu) / (n + kappa); shift = xbar - mu before. */
static void
shrink_mean(const ms_prior *p, double n, size_t d, double *mean, double *shift)
{
	for (size_t c = 0; c < d; c++)
	{
		shift[c] = mean[c] - p->mean[c];
		mean[c] -= shift[c] * MS_PRIOR_SHRINKAGE / (n + MS_PRIOR_SHRINKAGE);
	}
}

/* W += kappa n / (kappa + n) shift shift' */
static void
add_shift(double n, size_t d, bool diagonal, const double *shift, double *scatter)
{
	double factor = MS_PRIOR_SHRINKAGE * n / (MS_PRIOR_SHRINKAGE + n);

	for (size_t a = 0; a < d; a++)
	{
		if (diagonal)
			scatter[a] += factor * shift[a] * shift[a];
		for (size_t b = 0; !diagonal && b < d; b++)
			scatter[a * d + b] += factor * shift[a] * shift[b];
	}
}

/* W of factor f, in the mixture's units, not divided by its rows. */
static ms_status
take_scatter(ms_ctx *ctx, ms_mstep *step, const ms_mix *mix, const ms_mix_stats *stats, size_t f,
			 double rows)
{
	size_t d = mix->d;
	double *to = step->scatters + f * d * d;

	ms_mstep_make_scatter(step, mix, stats, f);
	MS_TRY(ms_mstep_colour(ctx, step, mix->factors + f * d * d, d));
	for (size_t i = 0; i < d * d; i++)
		to[i] = rows * step->scatter[i];
	return MS_OK;
}

static void
take_squares(ms_mstep *step, const ms_mix *mix, const ms_mix_stats *stats, size_t j)
{
	size_t d = mix->d;
	double n = ms_sum_get(&stats->n[j]);

	for (size_t c = 0; c < d; c++)
	{
		double sd = mix->factors[j * d + c];
		double s1 = stats->s1[j * d + c];

		step->scatters[j * d + c] = sd * sd * fmax(stats->s2[j * d + c] - s1 * s1 / n, 0);
		mix->means[j * d + c] += sd * s1 / n;
	}
}

/* Scatters, with the prior's share of them, and means of all components. */
static ms_status
take_scatters(ms_ctx *ctx, ms_mstep *step, ms_mix *mix, const ms_mix_stats *stats)
{
	size_t d = mix->d;
	bool diagonal = mix->shape == MS_MIX_DIAGONAL;
	size_t size = diagonal ? d : d * d;

	if (mix->shape == MS_MIX_TIED)
		MS_TRY(take_scatter(ctx, step, mix, stats, 0, all_rows(mix, stats)));
	for (size_t j = 0; j < mix->k; j++)
	{
		size_t f = mix->shape == MS_MIX_TIED ? 0 : j;
		double n = ms_sum_get(&stats->n[j]);
		double *mean = mix->means + j * d;

		MS_TRY(ms_tick(ctx, size));
		if (diagonal)
			take_squares(step, mix, stats, j);
		else
		{
			if (mix->shape == MS_MIX_FULL)
				MS_TRY(take_scatter(ctx, step, mix, stats, j, n));
			ms_mstep_move_mean(mix->factors + f * d * d, stats->s1 + j * d, n, mean, d);
		}
		if (!step->prior)
			continue;
		shrink_mean(step->prior, n, d, mean, step->shape);
		add_shift(n, d, diagonal, step->shape, step->scatters + f * size);
	}
	return MS_OK;
}

/* --- volumes and one shape ------------------------------------------------------------------ */

/* x[d] over its geometric mean, which is returned. */
static double
normalise(double *x, size_t d)
{
	double mean = 0;

	for (size_t c = 0; c < d; c++)
		mean += log(x[c]) / (double) d;
	for (size_t c = 0; c < d; c++)
		x[c] /= exp(mean);
	return exp(mean);
}

/* Sums of values[k x d] over the components, above 0 (what is degenerate gets a ridge later). */
static void
pool_values(ms_mstep *step, const ms_mix *mix, const double *values)
{
	size_t d = mix->d;

	for (size_t c = 0; c < d; c++)
	{
		double sum = 0;

		for (size_t j = 0; j < mix->k; j++)
			sum += values[j * d + c];
		step->shape[c] = fmax(sum, DBL_MIN);
	}
}

/* VEI of variances, VEV of eigenvalues: volume_j = tr(W_j A^-1) / (d n_j), A ~ sum W_j / volume_j. */
static ms_status
equal_shape(ms_ctx *ctx, ms_mstep *step, const ms_mix *mix, const ms_mix_stats *stats,
			const double *values)
{
	size_t d = mix->d;

	pool_values(step, mix, values);
	normalise(step->shape, d);
	memset(step->volumes, 0, mix->k * sizeof(double));
	for (int round = 0; round < ROUNDS; round++)
	{
		double change = 0;

		MS_TRY(ms_tick(ctx, 4 * mix->k * d));
		for (size_t j = 0; j < mix->k; j++)
		{
			double volume = 0;

			for (size_t c = 0; c < d; c++)
				volume += values[j * d + c] / step->shape[c] / (double) d / rows_of(stats, j);
			volume = fmax(volume, DBL_MIN);
			change = fmax(change, fabs(volume - step->volumes[j]) / volume);
			step->volumes[j] = volume;
		}
		if (change < SETTLED)
			break;
		for (size_t c = 0; c < d; c++)
		{
			step->shape[c] = DBL_MIN;
			for (size_t j = 0; j < mix->k; j++)
				step->shape[c] += values[j * d + c] / step->volumes[j];
		}
		normalise(step->shape, d);
	}
	return MS_OK;
}

/* --- diagonals ------------------------------------------------------------------------------ */

/* EII, EEI, VII, VVI: scatters over rows, of all components together or each, with the prior. */
static void
divide_diagonals(ms_mstep *step, const ms_mix *mix, const ms_mix_stats *stats)
{
	size_t d = mix->d;
	const ms_prior *p = step->prior;
	bool tied = ms_gmm_is_tied(step->family);
	bool sphere = ms_gmm_matrix_size(step->family, d) == 1;
	double a = p ? ms_prior_divisor(p, mix->k, d) : 0;

	for (size_t j = 0; j < (tied ? 1 : mix->k); j++)
	{
		double *s = step->scatters + j * d;
		double rows = a + (tied ? all_rows(mix, stats) : rows_of(stats, j));
		double mean = 0;

		for (size_t c = 0; c < d; c++)
		{
			for (size_t i = 1; tied && i < mix->k; i++)
				s[c] += step->scatters[i * d + c];
			s[c] = (s[c] + (p ? p->scale[c] : 0)) / rows;
			mean += s[c] / (double) d;
		}
		for (size_t c = 0; sphere && c < d; c++)
			s[c] = mean;
	}
	for (size_t j = 1; tied && j < mix->k; j++)
		memcpy(step->scatters + j * d, step->scatters, d * sizeof(double));
}

/* EVI: shapes W_j / g(W_j), one volume. */
static void
equal_volume_diagonals(ms_mstep *step, const ms_mix *mix, const ms_mix_stats *stats)
{
	size_t d = mix->d;
	double volume = 0;

	for (size_t j = 0; j < mix->k; j++)
	{
		double *s = step->scatters + j * d;
		double n = rows_of(stats, j);

		for (size_t c = 0; c < d; c++)
		{
			if (s[c] >= n * MS_MSTEP_FLOOR * step->variances[c])
				continue;
			s[c] += n * step->ridge;
			ms_mstep_note_ridge(step, j);
		}
		volume += normalise(s, d);
	}
	volume /= all_rows(mix, stats);
	for (size_t i = 0; i < mix->k * d; i++)
		step->scatters[i] *= volume;
}

static ms_status
diagonal_covariances(ms_ctx *ctx, ms_mstep *step, ms_mix *mix, const ms_mix_stats *stats)
{
	if (step->family == MS_GMM_VEI)
	{
		MS_TRY(equal_shape(ctx, step, mix, stats, step->scatters));
		for (size_t i = 0; i < mix->k * mix->d; i++)
			step->scatters[i] = step->volumes[i / mix->d] * step->shape[i % mix->d];
	}
	else if (step->family == MS_GMM_EVI)
		equal_volume_diagonals(step, mix, stats);
	else
		divide_diagonals(step, mix, stats);
	return MS_OK;
}

static void
set_diagonal(ms_mstep *step, ms_mix *mix, size_t j)
{
	size_t d = mix->d;

	for (size_t c = 0; c < d; c++)
	{
		double variance = step->scatters[j * d + c];

		if (!(variance >= MS_MSTEP_FLOOR * step->variances[c]))
		{
			variance += step->ridge;
			ms_mstep_note_ridge(step, j);
		}
		mix->factors[j * d + c] = sqrt(variance);
		step->failed |= !isfinite(variance);
	}
	ms_mix_finish_diagonal(mix, j);
}

/* --- matrices ------------------------------------------------------------------------------- */

/* VVV and EEE with a prior. */
static void
divide_matrices(ms_mstep *step, const ms_mix *mix, const ms_mix_stats *stats)
{
	size_t d = mix->d;
	bool tied = mix->shape == MS_MIX_TIED;
	double a = ms_prior_divisor(step->prior, mix->k, d);

	for (size_t f = 0; f < ms_mix_factors(mix->shape, mix->k); f++)
	{
		double *s = step->scatters + f * d * d;
		double rows = a + (tied ? all_rows(mix, stats) : rows_of(stats, f));

		for (size_t i = 0; i < d; i++)
		{
			for (size_t c = 0; c < d; c++)
				s[i * d + c] = (s[i * d + c] + step->prior->scale[i > c ? ms_packed_at(i, c)
																		 : ms_packed_at(c, i)]) /
							   rows;
		}
	}
}

/* to = sum of W_j / divisor_j, divisors NULL for 1. */
static void
pool_matrices(const ms_mstep *step, const ms_mix *mix, const double *divisors, double *to)
{
	size_t d = mix->d;

	memset(to, 0, d * d * sizeof(double));
	for (size_t j = 0; j < mix->k; j++)
	{
		for (size_t i = 0; i < d * d; i++)
			to[i] += step->scatters[j * d * d + i] / (divisors ? divisors[j] : 1);
	}
}

/* spare = inverse factor of scatter / g(scatter); *g gets g. False when it has none. */
static bool
invert_normalised(ms_mstep *step, size_t d, double *g)
{
	bool ok = ms_linalg_cholesky(step->scatter, d);

	if (!ok)
		return false;
	*g = exp(ms_linalg_logdet(step->scatter, d) / (double) d);
	ms_linalg_invert_lower(step->scatter, d, step->spare);
	for (size_t i = 0; i < d * d; i++)
		step->spare[i] *= sqrt(*g);
	return isfinite(*g) && *g > 0;
}

/* tr(V W V') */
static double
whitened_trace(const double *inverse, const double *w, size_t d)
{
	double sum = 0;

	for (size_t t = 0; t < d; t++)
	{
		for (size_t a = 0; a <= t; a++)
		{
			double y = 0;

			for (size_t b = 0; b <= t; b++)
				y += inverse[t * d + b] * w[a * d + b];
			sum += inverse[t * d + a] * y;
		}
	}
	return sum;
}

/* VEE: volume_j = tr(W_j C^-1) / (d n_j), C = sum W_j / volume_j over its g. */
static ms_status
varying_volumes(ms_ctx *ctx, ms_mstep *step, const ms_mix *mix, const ms_mix_stats *stats)
{
	size_t d = mix->d;
	double g = 1;

	pool_matrices(step, mix, NULL, step->scatter);
	memset(step->volumes, 0, mix->k * sizeof(double));
	for (int round = 0; round < ROUNDS; round++)
	{
		double change = 0;

		MS_TRY(ms_tick(ctx, d * d * (d + mix->k * d)));
		if (!invert_normalised(step, d, &g))
		{
			pool_matrices(step, mix, round > 0 ? step->volumes : NULL, step->scatter);
			for (size_t c = 0; c < d; c++)
				step->scatter[c * d + c] += all_rows(mix, stats) * step->ridge;
			step->failed = !invert_normalised(step, d, &g);
			for (size_t j = 0; j < mix->k; j++)
				ms_mstep_note_ridge(step, j);
		}
		for (size_t j = 0; j < mix->k; j++)
		{
			double volume = whitened_trace(step->spare, step->scatters + j * d * d, d) /
							(double) d / rows_of(stats, j);

			volume = fmax(volume, DBL_MIN);
			change = fmax(change, fabs(volume - step->volumes[j]) / volume);
			step->volumes[j] = volume;
		}
		pool_matrices(step, mix, step->volumes, step->scatter);
		if (change < SETTLED || step->failed)
			break;
	}
	memcpy(step->spare, step->scatter, d * d * sizeof(double));
	step->failed |= !ms_linalg_cholesky(step->spare, d);
	g = exp(ms_linalg_logdet(step->spare, d) / (double) d);
	for (size_t i = 0; i < mix->k * d * d; i++)
		step->scatters[i] = step->volumes[i / (d * d)] * step->scatter[i % (d * d)] / g;
	return MS_OK;
}

/* EVV: W_j / g(W_j), one volume. */
static ms_status
equal_volumes(ms_ctx *ctx, ms_mstep *step, const ms_mix *mix, const ms_mix_stats *stats)
{
	size_t d = mix->d;
	double volume = 0;

	for (size_t j = 0; j < mix->k; j++)
	{
		double *w = step->scatters + j * d * d;
		double n = rows_of(stats, j);
		double g = 0;

		MS_TRY(ms_tick(ctx, d * d * d));
		for (size_t i = 0; i < d * d; i++)
			step->scatter[i] = w[i] / n;
		if (!ms_linalg_cholesky(step->scatter, d) || !ms_mstep_above_floor(step, step->scatter, d))
		{
			for (size_t c = 0; c < d; c++)
				w[c * d + c] += n * step->ridge;
			ms_mstep_note_ridge(step, j);
		}
		memcpy(step->scatter, w, d * d * sizeof(double));
		if (invert_normalised(step, d, &g))
			volume += g;
		for (size_t i = 0; i < d * d; i++)
			w[i] /= g;
	}
	volume /= all_rows(mix, stats);
	for (size_t i = 0; i < mix->k * d * d; i++)
		step->scatters[i] *= volume;
	return MS_OK;
}

/* W_j becomes its eigenvectors in rows, values[j] its eigenvalues, greatest first. */
static ms_status
decompose(ms_ctx *ctx, ms_mstep *step, const ms_mix *mix)
{
	size_t d = mix->d;

	for (size_t j = 0; j < mix->k; j++)
	{
		double *w = step->scatters + j * d * d;

		MS_TRY(ms_tick(ctx, 10 * d * d * d));
		memcpy(step->scatter, w, d * d * sizeof(double));
		if (!ms_linalg_eigen(step->scatter, d, step->values + j * d, w, step->work))
			step->failed = true;
		for (size_t c = 0; c < d; c++)
			step->values[j * d + c] = fmax(step->values[j * d + c], 0);
	}
	return MS_OK;
}

/* S_j = sum of volume_j shape_c v_c v_c' over the eigenvectors. */
static void
compose(ms_mstep *step, double *vectors, double volume, size_t d)
{
	memset(step->scatter, 0, d * d * sizeof(double));
	for (size_t c = 0; c < d; c++)
	{
		const double *v = vectors + c * d;

		for (size_t a = 0; a < d; a++)
		{
			for (size_t b = 0; b < d; b++)
				step->scatter[a * d + b] += volume * step->shape[c] * v[a] * v[b];
		}
	}
	memcpy(vectors, step->scatter, d * d * sizeof(double));
}

/* EEV, VEV: own orientations, one shape. */
static ms_status
equal_shapes(ms_ctx *ctx, ms_mstep *step, const ms_mix *mix, const ms_mix_stats *stats)
{
	size_t d = mix->d;
	double rows = all_rows(mix, stats);

	MS_TRY(decompose(ctx, step, mix));
	if (step->failed)
		return MS_OK;
	if (step->family == MS_GMM_VEV)
		MS_TRY(equal_shape(ctx, step, mix, stats, step->values));
	else
		pool_values(step, mix, step->values);
	for (size_t j = 0; j < mix->k; j++)
	{
		MS_TRY(ms_tick(ctx, d * d * d));
		compose(step, step->scatters + j * d * d,
				step->family == MS_GMM_VEV ? step->volumes[j] : 1 / rows, d);
	}
	return MS_OK;
}

static ms_status
matrix_covariances(ms_ctx *ctx, ms_mstep *step, ms_mix *mix, const ms_mix_stats *stats)
{
	switch (step->family)
	{
		case MS_GMM_VEE:
			return varying_volumes(ctx, step, mix, stats);
		case MS_GMM_EVV:
			return equal_volumes(ctx, step, mix, stats);
		case MS_GMM_EEV:
		case MS_GMM_VEV:
			return equal_shapes(ctx, step, mix, stats);
		default:
			divide_matrices(step, mix, stats);
			return MS_OK;
	}
}

/* The factor of a covariance; with a ridge where that is degenerate. */
static ms_status
set_factor(ms_ctx *ctx, ms_mstep *step, ms_mix *mix, size_t f)
{
	size_t d = mix->d;
	double *s = step->scatters + f * d * d;
	double *lower = mix->factors + f * d * d;

	memcpy(lower, s, d * d * sizeof(double));
	if (!ms_linalg_cholesky(lower, d) || !ms_mstep_above_floor(step, lower, d))
	{
		memcpy(lower, s, d * d * sizeof(double));
		for (size_t c = 0; c < d; c++)
			lower[c * d + c] += step->ridge;
		step->failed |= !ms_linalg_cholesky(lower, d);
		for (size_t j = 0; j < mix->k; j++)
		{
			if (mix->shape == MS_MIX_TIED || j == f)
				ms_mstep_note_ridge(step, j);
		}
	}
	MS_TRY(ms_tick(ctx, d * d * d / 16));
	return ms_mix_finish_factor(ctx, mix, f);
}

ms_status
ms_families_run(ms_ctx *ctx, ms_mstep *step, ms_mix *mix, const ms_mix_stats *stats)
{
	MS_TRY(take_scatters(ctx, step, mix, stats));
	if (mix->shape == MS_MIX_DIAGONAL)
		MS_TRY(diagonal_covariances(ctx, step, mix, stats));
	else
		MS_TRY(matrix_covariances(ctx, step, mix, stats));
	for (size_t f = 0; f < ms_mix_factors(mix->shape, mix->k) && !step->failed; f++)
	{
		if (mix->shape == MS_MIX_DIAGONAL)
			set_diagonal(step, mix, f);
		else
			MS_TRY(set_factor(ctx, step, mix, f));
	}
	return MS_OK;
}
