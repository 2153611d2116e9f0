/*
 * tail.c: how much of a mixture is less dense than a point. Of one component that is a chi-square
 * tail of the squared distance; of more, a share of draws.
 */
#include <math.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "core/base/order.h"
#include "core/mixture/draw.h"
#include "core/mixture/score.h"

#define SEED 20260101

struct ms_tail
{
	size_t k;
	size_t d;
	ms_scorer *scorer; /* of the components alone */
	double *log_joint; /* k: scratch */
	double *sorted;	   /* MS_TAIL_DRAWS log densities; NULL for one component */
};

/* The components as a mixture of their own. */
static ms_status
without_noise(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, ms_gmm *out)
{
	MS_TRY(ms_gmm_copy(ctx, arena, m, out));
	for (size_t j = 0; j < m->k; j++)
		out->weights[j] /= 1 - m->noise;
	out->noise = 0;
	out->flags &= (uint16_t) ~MS_GMM_NOISE;
	return MS_OK;
}

static ms_status
draw_densities(ms_ctx *ctx, ms_arena *scratch, const ms_gmm *m, ms_tail *t)
{
	ms_drawer *drawer;
	double *x;
	size_t best;

	MS_TRY(ms_drawer_new(ctx, scratch, m, &drawer));
	MS_TRY(MS_ALLOC(scratch, m->d, &x));
	for (uint64_t i = 0; i < MS_TAIL_DRAWS; i++)
	{
		MS_TRY(ms_tick(ctx, 100 + m->d * (20 + m->d) + m->k * (10 + (size_t) m->d * m->d / 8)));
		ms_draw_component_at(drawer, SEED, i, x);
		t->sorted[i] = ms_score_row(t->scorer, x, t->log_joint, &best);
	}
	return ms_order_sort_doubles(ctx, t->sorted, MS_TAIL_DRAWS);
}

ms_status
ms_tail_new(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, ms_tail **out)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_tail *t;
	ms_gmm parts;
	ms_status status;

	MS_TRY(MS_ZEROED(arena, 1, &t));
	t->k = m->k;
	t->d = m->d;
	MS_TRY(MS_ALLOC(arena, m->k, &t->log_joint));
	if (m->k > 1)
		MS_TRY(MS_ALLOC(arena, MS_TAIL_DRAWS, &t->sorted));
	status = without_noise(ctx, &scratch, m, &parts);
	if (status == MS_OK)
		status = ms_scorer_new(ctx, arena, &parts, &t->scorer);
	if (status == MS_OK && m->k > 1)
		status = draw_densities(ctx, &scratch, &parts, t);
	ms_arena_free(&scratch);
	*out = t;
	return status;
}

/* How many of the draws have a lower density. */
static size_t
count_lower(const ms_tail *t, double log_density)
{
	size_t low = 0;
	size_t high = MS_TAIL_DRAWS;

	while (low < high)
	{
		size_t middle = (low + high) / 2;

		if (t->sorted[middle] < log_density)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

double
ms_tail_probability(const ms_tail *t, const double *x)
{
	size_t best;

	if (t->k == 1)
	{
		double distance = ms_score_distance(t->scorer, x, 0);

		return gsl_cdf_chisq_Q(distance * distance, (double) t->d);
	}
	return (1 + (double) count_lower(t, ms_score_row(t->scorer, x, t->log_joint, &best))) /
		   (1 + (double) MS_TAIL_DRAWS);
}
