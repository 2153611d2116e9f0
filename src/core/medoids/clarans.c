/*
 * clarans.c: FasterCLARANS (Ng & Han 2002; Schubert & Rousseeuw 2021): random candidates, each
 * tried in place of all medoids at once, until so many in a row have failed.
 */
#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/rng.h"
#include "core/medoids/pam.h"

#define STREAM_CLARANS UINT64_C(0x636c6172616e73)
#define LEAST_TRIALS 250
#define SHARE_OF_TRIALS 0.025
#define DEFAULT_STARTS 2

/* Candidates that may fail since the last swap; all n - k of them prove a local optimum. */
static size_t
trials(size_t n, size_t k)
{
	size_t most = (size_t) ceil(SHARE_OF_TRIALS * (double) (n - k));

	most = most > LEAST_TRIALS ? most : LEAST_TRIALS;
	return most < n - k ? most : n - k;
}

/* Since the last swap no candidate is drawn twice: a shuffle that begins anew at each. */
static ms_status
wander(ms_pam *p, ms_rng *rng, size_t *order, uint64_t limit)
{
	size_t n = p->table->n;
	size_t most = trials(n, p->k);
	size_t failed = 0;
	size_t drawn = 0;

	for (uint64_t step = 0; failed < most; step++)
	{
		size_t other = drawn + ms_rng_below(rng, n - drawn);
		size_t c = order[other];
		size_t slot;
		double change;

		if (step >= limit)
			return MS_OK;
		order[other] = order[drawn];
		order[drawn++] = c;
		if (p->taken[c])
			continue;
		MS_TRY(ms_pam_try(p, c, &slot, &change));
		failed++;
		if (change < -MS_PAM_EPSILON * p->deviation)
		{
			MS_TRY(ms_pam_swap(p, slot, c));
			failed = drawn = 0;
		}
	}
	p->converged = true;
	return MS_OK;
}

static ms_status
run(ms_ctx *ctx, ms_arena *arena, const ms_table *t, const ms_search *s, ms_found *out)
{
	int starts = s->n_init > 0 ? s->n_init : DEFAULT_STARTS;
	size_t *order;
	size_t *medoids;
	ms_pam p;

	MS_TRY(MS_ALLOC(arena, t->n, &order));
	MS_TRY(MS_ALLOC(arena, s->k, &medoids));
	MS_TRY(ms_pam_new(ctx, arena, t, s->k, &p));
	for (size_t i = 0; i < t->n; i++)
		order[i] = i;
	for (int i = 0; i < starts; i++)
	{
		ms_rng rng;

		ms_rng_init(&rng, (uint64_t) s->seed, ms_hash_u64((uint64_t) i, STREAM_CLARANS));
		if (s->init == MS_KMEDOIDS_INIT_START)
			memcpy(medoids, s->start, s->k * sizeof(*medoids));
		else
			MS_TRY(ms_start(ctx, t, s->k, s->init, s->seed, (uint64_t) i, medoids));
		MS_TRY(ms_pam_set(&p, medoids));
		p.swaps = 0;
		p.passes = 1;
		p.converged = false;
		MS_TRY(wander(&p, &rng, order, (uint64_t) s->max_iter * t->n));
		ms_sort_few(p.medoids, s->k);
		if (!ms_found_better(p.deviation, p.medoids, out, s->k))
			continue;
		memcpy(out->medoids, p.medoids, s->k * sizeof(*medoids));
		out->deviation = p.deviation;
		out->swaps = p.swaps;
		out->passes = p.passes;
		out->converged = p.converged;
		out->optimal = p.converged && trials(t->n, s->k) == t->n - s->k;
	}
	out->starts = (uint32_t) starts;
	return MS_OK;
}

ms_status
ms_search_clarans(ms_ctx *ctx, const ms_table *t, const ms_search *s, ms_found *out)
{
	ms_arena arena;
	ms_status status;

	if (s->k == 1 || s->k == t->n)
		return ms_search_pam(ctx, t, s, out);
	out->deviation = INFINITY;
	ms_arena_init(&arena, ctx);
	status = run(ctx, &arena, t, s, out);
	ms_arena_free(&arena);
	return status;
}
