/*
 * prior.c: the default prior and its density. For every family that has one the prior on a
 * covariance is |S|^(-a/2) exp(-tr(S^-1 Lambda) / 2), with a as the divisors of section 6 of
 * gmm.md say; so one formula serves all.
 */
#include "core/mixture/prior.h"

#include <math.h>
#include <string.h>

#include "core/base/linalg.h"

bool
ms_prior_exists(ms_gmm_family family)
{
	return family <= MS_GMM_EEI;
}

static ms_status
new_prior(ms_arena *arena, ms_gmm_family family, size_t d, ms_prior *out)
{
	*out = (ms_prior){.family = family, .freedom = (double) d + 2};
	MS_TRY(MS_ZEROED(arena, d, &out->mean));
	return MS_ZEROED(arena, ms_gmm_prior_size(family, d), &out->scale);
}

/* Adds w z z' of a row in the view's units, gaps as 0, the mean. */
static void
add_row(const ms_view *view, size_t i, double *z, double *packed)
{
	const ms_rows *rows = &view->rows;
	const double *x = rows->x + i * rows->stride;
	double w = ms_rows_weight(rows, i);
	size_t at = 0;

	for (size_t a = 0; a < rows->d; a++)
	{
		z[a] = isnan(x[a]) ? 0 : (x[a] - view->centre[a]) * view->scale[a];
		for (size_t b = 0; b <= a; b++)
			packed[at++] += w * z[a] * z[b];
	}
}

/*
 * The covariance. Gaps shrink what is off the diagonal, so that the whole stays definite: the
 * variances are at least those of rows filled by the mean.
 */
static ms_status
full_scale(ms_ctx *ctx, ms_arena *arena, const ms_view *view, const double *variances,
		   double factor, double *packed)
{
	size_t d = view->rows.d;
	double total = 0;
	double *z;

	MS_TRY(MS_ALLOC(arena, d, &z));
	for (size_t i = 0; i < view->rows.n; i++)
	{
		MS_TRY(ms_tick(ctx, 2 + d * d / 2));
		total += ms_rows_weight(&view->rows, i);
		add_row(view, i, z, packed);
	}
	for (size_t a = 0; a < d; a++)
	{
		for (size_t b = 0; b < a; b++)
			packed[ms_packed_at(a, b)] *= factor / total;
		packed[ms_packed_at(a, a)] = factor * variances[a];
	}
	return MS_OK;
}

static void
diagonal_scale(const ms_view *view, const double *variances, double factor, bool sphere,
			   double *scale)
{
	size_t d = view->rows.d;
	double mean = 0;

	for (size_t c = 0; c < d; c++)
		mean += variances[c] / view->scale[c] / view->scale[c] / (double) d;
	for (size_t c = 0; c < d; c++)
		scale[c] = factor * mean * view->scale[c] * view->scale[c] / (sphere ? (double) d : 1);
}

ms_status
ms_prior_new(ms_ctx *ctx, ms_arena *arena, const ms_view *view, double weight,
			 const double *variances, ms_gmm_family family, size_t k, ms_prior *out)
{
	size_t d = view->rows.d;
	double factor = (weight > 1 ? weight / (weight - 1) : 1) * pow((double) k, -2 / (double) d);

	if (!ms_prior_exists(family))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "prior", 0, family, 0);
	MS_TRY(new_prior(arena, family, d, out));
	if (!ms_gmm_is_diagonal(family))
		return full_scale(ctx, arena, view, variances, factor, out->scale);
	diagonal_scale(view, variances, factor, ms_gmm_matrix_size(family, d) == 1, out->scale);
	return MS_OK;
}

/* --- models --------------------------------------------------------------------------------- */

/* to = from scaled by both coordinates' factors, or its diagonal. */
static void
rescale(const double *from, const double *scale, bool inverse, bool diagonal, size_t d, double *to)
{
	for (size_t a = 0; a < d; a++)
	{
		for (size_t b = diagonal ? a : 0; b <= a; b++)
		{
			size_t at = diagonal ? a : ms_packed_at(a, b);

			to[at] = inverse ? from[at] / scale[a] / scale[b] : from[at] * scale[a] * scale[b];
		}
	}
}

ms_status
ms_prior_from_model(ms_arena *arena, const ms_gmm *m, const ms_view *view, ms_prior *out)
{
	size_t d = m->d;

	MS_TRY(new_prior(arena, m->family, d, out));
	for (size_t c = 0; c < d; c++)
		out->mean[c] = (m->prior_mean[c] - view->centre[c]) * view->scale[c];
	rescale(m->prior_scale, view->scale, false, ms_gmm_is_diagonal(m->family), d, out->scale);
	return MS_OK;
}

void
ms_prior_to_model(const ms_prior *p, const ms_view *view, ms_gmm *m)
{
	size_t d = m->d;

	for (size_t c = 0; c < d; c++)
		m->prior_mean[c] = p->mean[c] / view->scale[c] + view->centre[c];
	rescale(p->scale, view->scale, true, ms_gmm_is_diagonal(m->family), d, m->prior_scale);
}

/* --- density -------------------------------------------------------------------------------- */

double
ms_prior_divisor(const ms_prior *p, size_t k, size_t d)
{
	double nu = p->freedom;
	double dd = (double) d;
	double shared = ms_gmm_is_tied(p->family) ? (double) k : 1; /* means that share S */

	if (!ms_gmm_is_diagonal(p->family))
		return nu + dd + 1 + shared;
	if (ms_gmm_matrix_size(p->family, d) == 1 && d > 1)
		return (nu + 2) / dd + shared;
	return nu + 2 + shared;
}

/* tr(S^-1 Lambda) with S^-1 = V' V, V the inverse factor. */
static double
trace(const ms_prior *p, const double *inverse, bool diagonal, size_t d)
{
	double sum = 0;

	for (size_t t = 0; t < d; t++)
	{
		if (diagonal)
			sum += inverse[t] * inverse[t] * p->scale[t];
		for (size_t a = 0; !diagonal && a <= t; a++)
		{
			for (size_t b = 0; b <= t; b++)
				sum += inverse[t * d + a] * inverse[t * d + b] *
					   p->scale[a > b ? ms_packed_at(a, b) : ms_packed_at(b, a)];
		}
	}
	return sum;
}

/* |V (m - mu)|^2 */
static double
distance(const ms_prior *p, const double *inverse, const double *mean, bool diagonal, size_t d)
{
	double sum = 0;

	for (size_t a = 0; a < d; a++)
	{
		double y = 0;

		for (size_t b = diagonal ? a : 0; b <= a; b++)
			y += inverse[diagonal ? a : a * d + b] * (mean[b] - p->mean[b]);
		sum += y * y;
	}
	return sum;
}

double
ms_prior_log(const ms_prior *p, const ms_mix *mix)
{
	size_t d = mix->d;
	size_t size = ms_mix_factor_size(mix->shape, d);
	bool diagonal = mix->shape == MS_MIX_DIAGONAL;
	bool tied = ms_gmm_is_tied(p->family);
	double a = ms_prior_divisor(p, mix->k, d);
	double sum = 0;

	for (size_t j = 0; j < mix->k; j++)
	{
		const double *inverse = mix->inverses + (mix->shape == MS_MIX_TIED ? 0 : j * size);
		double logdet =
			2 * (log(mix->weights[j]) - mix->constants[j]) - (double) d * log(2 * M_PI);

		if (j == 0 || !tied)
			sum -= a / 2 * logdet + trace(p, inverse, diagonal, d) / 2;
		sum -= MS_PRIOR_SHRINKAGE / 2 * distance(p, inverse, mix->means + j * d, diagonal, d);
	}
	return sum;
}
