/*
 * mixture_models.h: models by hand for the tests of what a mixture answers.
 */
#ifndef MS_MIXTURE_MODELS_H
#define MS_MIXTURE_MODELS_H

#include "core/base/linalg.h"
#include "core/mixture/gmm.h"
#include "host.h"

/* A model of k components of a family in d columns, everything different from everything. */
static inline ms_status
make_model(ms_ctx *ctx, ms_arena *arena, ms_gmm_family family, size_t k, size_t d, ms_gmm *m)
{
	size_t size = ms_gmm_matrix_size(family, d);

	MS_TRY(ms_gmm_new(ctx, arena, family, k, d, m));
	for (size_t j = 0; j < k; j++)
		m->weights[j] = 2.0 * (double) (k - j) / (double) (k * (k + 1));
	for (size_t i = 0; i < k * d; i++)
		m->means[i] = (double) (i % d) + 2.5 * (double) (i / d);
	for (size_t f = 0; f < ms_gmm_matrices(family, k); f++)
	{
		double *s = m->covariances + f * size;

		for (size_t a = 0; a < size; a++)
			s[a] = 1 + 0.5 * (double) ((a + f) % 3);
		for (size_t a = 0; !ms_gmm_is_diagonal(family) && a < d; a++)
		{
			for (size_t b = 0; b <= a; b++)
				s[ms_packed_at(a, b)] =
					a == b ? 1 + 0.5 * (double) ((a + f) % 3) : 0.3 / (1 + (double) (a - b + f));
		}
	}
	return MS_OK;
}

/* With a background over a box around the means. */
static inline ms_status
make_noisy_model(ms_ctx *ctx, ms_arena *arena, ms_gmm_family family, size_t k, size_t d, ms_gmm *m)
{
	MS_TRY(make_model(ctx, arena, family, k, d, m));
	MS_TRY(ms_gmm_new_parts(arena, m, MS_GMM_NOISE));
	m->noise = 0.1;
	m->log_volume = -0.1; /* less than the box */
	for (size_t j = 0; j < k; j++)
		m->weights[j] *= 0.9;
	for (size_t c = 0; c < d; c++)
	{
		m->box[c] = -5 - (double) c;
		m->box[d + c] = 20 + (double) c;
		m->log_volume += log(m->box[d + c] - m->box[c]);
	}
	return MS_OK;
}

/* A one-dimensional mixture from weights, means, standard deviations. */
static inline ms_status
make_line(ms_ctx *ctx, ms_arena *arena, size_t k, const double *weights, const double *means,
		  const double *sds, ms_gmm *m)
{
	MS_TRY(ms_gmm_new(ctx, arena, MS_GMM_FULL, k, 1, m));
	for (size_t j = 0; j < k; j++)
	{
		m->weights[j] = weights[j];
		m->means[j] = means[j];
		m->covariances[j] = sds[j] * sds[j];
	}
	return MS_OK;
}

#endif
