/*
 * score_rows.c: rows with gaps, by scorers of the marginals they ask for; and the evidence of many
 * rows.
 */
#include <math.h>
#include <string.h>

#include "core/base/sums.h"
#include "core/mixture/marginal.h"
#include "core/mixture/score.h"

#define MOST_PATTERNS 256

typedef struct pattern
{
	unsigned char *gaps; /* d */
	size_t there;
	ms_scorer *scorer; /* of the columns that are there */
} pattern;

struct ms_gap_scorer
{
	const ms_gmm *m;
	ms_arena *arena;
	size_t n;
	pattern patterns[MOST_PATTERNS];
	unsigned char *gaps; /* d, of the row in hand */
	double *x;			 /* d, what is there of it */
};

ms_status
ms_gap_scorer_new(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, ms_gap_scorer **out)
{
	ms_gap_scorer *s;

	(void) ctx;
	MS_TRY(MS_ZEROED(arena, 1, &s));
	s->m = m;
	s->arena = arena;
	MS_TRY(MS_ALLOC(arena, m->d, &s->gaps));
	MS_TRY(MS_ALLOC(arena, m->d, &s->x));
	*out = s;
	return MS_OK;
}

/* --- patterns ------------------------------------------------------------------------------- */

static ms_status
new_pattern(ms_ctx *ctx, ms_arena *arena, const ms_gap_scorer *s, pattern *p)
{
	size_t d = s->m->d;
	uint32_t *dims;
	ms_gmm part;

	*p = (pattern){.there = 0};
	MS_TRY(MS_ALLOC(arena, d, &p->gaps));
	MS_TRY(MS_ALLOC(arena, d, &dims));
	memcpy(p->gaps, s->gaps, d);
	for (size_t c = 0; c < d; c++)
	{
		if (!s->gaps[c])
			dims[p->there++] = (uint32_t) c;
	}
	if (p->there == 0)
		return MS_OK;
	MS_TRY(ms_gmm_marginal(ctx, arena, s->m, dims, p->there, &part));
	return ms_scorer_new(ctx, arena, &part, &p->scorer);
}

/* What is there of x to the front of s->x; its pattern when it is known. */
static const pattern *
find_pattern(ms_gap_scorer *s, const double *x)
{
	size_t d = s->m->d;
	size_t there = 0;

	for (size_t c = 0; c < d; c++)
	{
		s->gaps[c] = isnan(x[c]);
		if (!s->gaps[c])
			s->x[there++] = x[c];
	}
	for (size_t i = 0; i < s->n; i++)
	{
		if (memcmp(s->patterns[i].gaps, s->gaps, d) == 0)
			return &s->patterns[i];
	}
	return NULL;
}

static void
score(const ms_gap_scorer *s, const pattern *p, double *log_joint, double *log_noise, size_t *best,
	  double *log_density)
{
	if (p->there > 0)
	{
		*log_density = ms_score_row(p->scorer, s->x, log_joint, best);
		*log_noise = ms_scorer_log_noise(p->scorer);
		return;
	}
	*best = 0;
	*log_density = 0;
	*log_noise = s->m->noise > 0 ? log(s->m->noise) : -INFINITY;
	for (size_t j = 0; j < s->m->k; j++)
	{
		log_joint[j] = log(s->m->weights[j]);
		*best = log_joint[j] > log_joint[*best] ? j : *best;
	}
	if (*log_noise > log_joint[*best])
		*best = MS_SCORE_NOISE;
}

ms_status
ms_gap_score_row(ms_ctx *ctx, ms_gap_scorer *s, const double *x, double *log_joint,
				 double *log_noise, size_t *best, double *log_density)
{
	const pattern *p = find_pattern(s, x);
	pattern once;
	ms_arena arena;
	ms_status status;

	if (!p && s->n < MOST_PATTERNS)
	{
		MS_TRY(new_pattern(ctx, s->arena, s, &s->patterns[s->n]));
		p = &s->patterns[s->n++];
	}
	if (p)
	{
		score(s, p, log_joint, log_noise, best, log_density);
		return MS_OK;
	}
	ms_arena_init(&arena, ctx);
	status = new_pattern(ctx, &arena, s, &once);
	if (status == MS_OK)
		score(s, &once, log_joint, log_noise, best, log_density);
	ms_arena_free(&arena);
	return status;
}

/* --- evidence ------------------------------------------------------------------------------- */

typedef struct sums
{
	ms_sum weight, log_likelihood, log_best, entropy;
} sums;

/* Adds a row from its log_joint. */
static void
add_row(const double *log_joint, size_t k, double log_noise, double log_density, double w, sums *s)
{
	double best = log_noise - log_density;
	double entropy = log_noise > -INFINITY ? exp(best) * best : 0;

	for (size_t j = 0; j < k; j++)
	{
		double log_r = log_joint[j] - log_density;

		best = fmax(best, log_r);
		entropy += log_r > -700 ? exp(log_r) * log_r : 0;
	}
	ms_sum_add(&s->weight, w);
	ms_sum_add(&s->log_likelihood, w * log_density);
	if (log_density == -INFINITY)
		return;
	ms_sum_add(&s->log_best, w * best);
	ms_sum_add(&s->entropy, w * entropy);
}

static bool
all_gaps(const double *x, size_t d)
{
	for (size_t c = 0; c < d; c++)
	{
		if (!isnan(x[c]))
			return false;
	}
	return true;
}

static ms_status
score_rows(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, const ms_rows *rows, ms_evidence *out)
{
	ms_gap_scorer *scorer;
	double *log_joint;
	sums s = {{0, 0}, {0, 0}, {0, 0}, {0, 0}};

	MS_TRY(ms_gap_scorer_new(ctx, arena, m, &scorer));
	MS_TRY(MS_ALLOC(arena, m->k, &log_joint));
	*out = (ms_evidence){.n = 0};
	for (size_t i = 0; i < rows->n; i++)
	{
		const double *x = rows->x + i * rows->stride;
		double w = ms_rows_weight(rows, i);
		double log_noise;
		double log_density;
		size_t best;

		MS_TRY(ms_tick(ctx, 20 + m->k * (10 + (size_t) m->d * m->d / 8)));
		if (w == 0 || all_gaps(x, m->d))
			continue;
		MS_TRY(ms_gap_score_row(ctx, scorer, x, log_joint, &log_noise, &best, &log_density));
		add_row(log_joint, m->k, log_noise, log_density, w, &s);
		out->n++;
	}
	out->weight = ms_sum_get(&s.weight);
	out->log_likelihood = ms_sum_get(&s.log_likelihood);
	out->log_best = ms_sum_get(&s.log_best);
	out->entropy = ms_sum_get(&s.entropy);
	return MS_OK;
}

ms_status
ms_score_rows(ms_ctx *ctx, const ms_gmm *m, const ms_rows *rows, ms_evidence *out)
{
	ms_arena arena;
	ms_status status;

	if (rows->d != m->d)
		return ms_fail(ctx, MS_DIMENSION, "columns", 0, (double) rows->d, m->d);
	ms_arena_init(&arena, ctx);
	status = score_rows(ctx, &arena, m, rows, out);
	ms_arena_free(&arena);
	return status;
}
