/*
 * select.c: candidates, one family after the other, each from the one before it.
 */
#include "core/mixture/select.h"

#include <math.h>

/* Whether it is the data that have no such model. */
static bool
is_failure(ms_status status)
{
	return status == MS_TOO_FEW || status == MS_NO_FIT;
}

/* Fits one candidate; before is the fit of one component less, or NULL. */
static ms_status
fit_candidate(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, const ms_em_options *o,
			  const ms_gmm *before, ms_gmm_candidate *c)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_em_options own = *o;
	ms_gmm hint;
	ms_status status = MS_OK;

	own.k = c->k;
	own.family = c->family;
	own.start = own.hint = NULL;
	if (before)
	{
		status = ms_em_split(ctx, &scratch, before, &hint);
		own.hint = &hint;
	}
	if (status == MS_OK)
		status = ms_em_fit(ctx, arena, rows, &own, &c->model);
	ms_arena_free(&scratch);
	c->failure = status;
	if (status != MS_OK)
		c->facts = ctx->facts;
	return is_failure(status) ? MS_OK : status;
}

ms_status
ms_gmm_select(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, const ms_em_options *o,
			  size_t k_min, size_t k_max, const ms_gmm_family *families, size_t n,
			  ms_gmm_candidate *out)
{
	if (k_min < 1)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "k_min", 0, (double) k_min, 1);
	if (k_max < k_min || k_max > MS_GMM_MAX_K)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "k_max", 0, (double) k_max,
					   k_max < k_min ? (double) k_min : MS_GMM_MAX_K);
	for (size_t f = 0; f < n; f++)
	{
		const ms_gmm *before = NULL;

		for (size_t k = k_min; k <= k_max; k++, out++)
		{
			*out = (ms_gmm_candidate){.k = k, .family = families[f]};
			MS_TRY(fit_candidate(ctx, arena, rows, o, before, out));
			before = out->failure == MS_OK ? &out->model : NULL;
		}
	}
	return MS_OK;
}

size_t
ms_gmm_select_memory(size_t n_rows, size_t d, const ms_em_options *o, size_t k_max,
					 const ms_gmm_family *families, size_t n)
{
	ms_em_options own = *o;
	size_t most = 0;
	size_t kept = 0;

	own.k = k_max;
	own.start = NULL;
	for (size_t f = 0; f < n; f++)
	{
		size_t bytes;
		size_t model;

		own.family = families[f];
		bytes = ms_em_memory(n_rows, d, &own);
		most = bytes > most ? bytes : most;
		/* every model stays: k doubles of each kind for k = 1 .. k_max, and a split of the last */
		ms_size_mul(ms_gmm_covariances(families[f], k_max, d) + k_max * (d + 3) +
						(o->prior ? ms_gmm_prior_size(families[f], d) + d : 0) + 3 * d,
					(k_max + 3) * sizeof(double), &model);
		ms_size_add(kept, model, &kept);
		ms_size_add(kept, 1024 * k_max, &kept);
	}
	ms_size_add(most, kept, &most);
	return most;
}

double
ms_gmm_criterion_of(const ms_gmm_candidate *c, ms_gmm_criterion criterion)
{
	if (c->failure != MS_OK)
		return NAN;
	switch (criterion)
	{
		case MS_GMM_AIC:
			return ms_gmm_aic(&c->model);
		case MS_GMM_ICL:
			return c->model.info.icl;
		default:
			return ms_gmm_bic(&c->model);
	}
}

static bool
comes_before(const ms_gmm_candidate *a, const ms_gmm_candidate *b, ms_gmm_criterion criterion)
{
	double x = ms_gmm_criterion_of(a, criterion);
	double y = ms_gmm_criterion_of(b, criterion);

	if (isnan(x) || isnan(y))
		return isnan(y) && !isnan(x);
	if (x != y)
		return x < y;
	return ms_gmm_parameters(&a->model) < ms_gmm_parameters(&b->model);
}

void
ms_gmm_rank(ms_gmm_candidate *candidates, size_t n, ms_gmm_criterion criterion)
{
	for (size_t i = 1; i < n; i++)
	{
		ms_gmm_candidate held = candidates[i];
		size_t at = i;

		for (; at > 0 && comes_before(&held, &candidates[at - 1], criterion); at--)
			candidates[at] = candidates[at - 1];
		candidates[at] = held;
	}
}
