/*
 * search.c: FasterPAM or FastPAM1 from several starts; what all searches share.
 */
#include "core/medoids/pam.h"

#include <math.h>
#include <string.h>

void
ms_sort_few(size_t *x, size_t k)
{
	/* Shell's sort: k is a number of medoids */
	for (size_t gap = k / 2; gap > 0; gap /= 2)
	{
		for (size_t i = gap; i < k; i++)
		{
			size_t value = x[i];
			size_t at = i;

			for (; at >= gap && x[at - gap] > value; at -= gap)
				x[at] = x[at - gap];
			x[at] = value;
		}
	}
}

bool
ms_found_better(double deviation, const size_t *medoids, const ms_found *than, size_t k)
{
	if (deviation != than->deviation)
		return deviation < than->deviation;
	for (size_t i = 0; i < k; i++)
	{
		if (medoids[i] != than->medoids[i])
			return medoids[i] < than->medoids[i];
	}
	return false;
}

static void
keep_better(ms_pam *p, ms_found *out)
{
	ms_sort_few(p->medoids, p->k);
	if (!ms_found_better(p->deviation, p->medoids, out, p->k))
		return;
	memcpy(out->medoids, p->medoids, p->k * sizeof(*p->medoids));
	out->deviation = p->deviation;
	out->swaps = p->swaps;
	out->passes = p->passes;
	out->converged = out->optimal = p->converged;
}

static ms_status
run_start(ms_pam *p, const ms_search *s, uint64_t number, size_t *medoids)
{
	p->swaps = 0;
	p->passes = 0;
	if (s->k == 1)
		return ms_pam_single(p);
	if (s->init == MS_KMEDOIDS_INIT_START)
		memcpy(medoids, s->start, s->k * sizeof(*medoids));
	else
		MS_TRY(ms_start(p->ctx, p->table, s->k, s->init, s->seed, number, medoids));
	MS_TRY(ms_pam_set(p, medoids));
	if (s->method == MS_KMEDOIDS_FASTPAM1)
		return ms_pam_fastpam1(p, s->max_iter, MS_PAM_EPSILON);
	return ms_pam_fasterpam(p, s->max_iter, MS_PAM_EPSILON);
}

/* k = n: every row is its own medoid. */
static ms_status
all_rows(const ms_table *t, ms_found *out)
{
	for (size_t i = 0; i < t->n; i++)
		out->medoids[i] = i;
	out->deviation = 0;
	out->swaps = 0;
	out->passes = 0;
	out->converged = out->optimal = true;
	return MS_OK;
}

static ms_status
search(ms_ctx *ctx, ms_arena *arena, const ms_table *t, const ms_search *s, ms_found *out)
{
	/* another run of these would be the same */
	bool fixed = s->k == 1 || s->k == t->n || s->init == MS_KMEDOIDS_INIT_BUILD ||
				 s->init == MS_KMEDOIDS_INIT_START;
	int starts = fixed ? 1 : s->n_init;
	size_t *medoids;
	ms_pam p;

	out->starts = (uint32_t) starts;
	if (s->k == t->n)
		return all_rows(t, out);
	MS_TRY(MS_ALLOC(arena, s->k, &medoids));
	MS_TRY(ms_pam_new(ctx, arena, t, s->k, &p));
	out->deviation = INFINITY;
	for (int i = 0; i < starts; i++)
	{
		MS_TRY(run_start(&p, s, (uint64_t) i, medoids));
		keep_better(&p, out);
	}
	return MS_OK;
}

ms_status
ms_search_pam(ms_ctx *ctx, const ms_table *t, const ms_search *s, ms_found *out)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = search(ctx, &arena, t, s, out);
	ms_arena_free(&arena);
	return status;
}
