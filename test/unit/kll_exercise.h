/*
 * kll_exercise.h: what every accepted measure_kll must stand, for the unit tests and the fuzzer.
 * Each function returns NULL, or a word for what went wrong.
 */
#ifndef KLL_EXERCISE_H
#define KLL_EXERCISE_H

#include "core/transport/kll.h"
#include "host.h"

/* An empty sketch in memory of full size, which the sanitizer watches. */
static inline ms_kll *
kll_make(size_t k, bool weighted, int64_t seed)
{
	ms_kll *q = calloc(1, ms_kll_full_size(k)); /* the host word is 0 */

	ms_kll_begin(q, k, weighted, seed);
	return q;
}

static inline ms_kll *
kll_twin(const ms_kll *q)
{
	ms_kll *twin = malloc(ms_kll_full_size(q->k));

	memcpy(twin, q, ms_kll_used(q));
	return twin;
}

static inline bool
kll_good(const ms_kll *q)
{
	host h;

	host_init(&h);
	return ms_kll_check(&h.ctx, q, ms_kll_used(q)) == MS_OK;
}

static inline bool
kll_put(ms_kll *q, double x, double w)
{
	host h;

	host_init(&h);
	return ms_kll_append(&h.ctx, q, x, w) == MS_OK;
}

/* Quantiles ascend, lie in the range and go with the distribution function. */
static inline const char *
kll_answers(const ms_kll *q)
{
	const char *wrong = NULL;
	ms_arena arena;
	ms_column c;
	double before = -INFINITY;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	if (ms_kll_column(&h.ctx, &arena, q, &c) != MS_OK)
		wrong = "column";
	for (int i = 0; i <= 10 && !wrong && q->n > 0; i++)
	{
		double x = ms_kll_quantile(q, &c, i / 10.);

		if (!(x >= before && x >= q->min && x <= q->max))
			wrong = "quantile";
		if (!(ms_kll_cdf(q, &c, x) >= i / 10. - 1e-9))
			wrong = "cdf";
		before = x;
	}
	if (q->n == 0 && !isnan(ms_kll_quantile(q, &c, .5)))
		wrong = "empty";
	ms_arena_free(&arena);
	return wrong;
}

static inline const char *
kll_exercise(const ms_kll *q)
{
	ms_kll *twin = kll_twin(q);
	const char *wrong = kll_answers(q);
	bool weighted = q->head.flags & MS_KLL_WEIGHTED;
	host h;

	host_init(&h);
	for (int i = 0; i < 40 && !wrong; i++)
	{
		if (ms_kll_append(&h.ctx, twin, i * 1.5 - 20, weighted ? 1 + i * .3 : 1) != MS_OK)
			break; /* full of rows or weight */
		wrong = kll_good(twin) ? NULL : "append";
	}
	if (!wrong && ms_kll_meet(&h.ctx, twin, q) == MS_OK)
	{
		wrong = ms_kll_merge(&h.ctx, twin, q) == MS_OK && kll_good(twin) ? kll_answers(twin) : "merge";
		if (!wrong && ms_kll_used(twin) > ms_kll_full_size(q->k))
			wrong = "size";
	}
	free(twin);
	return wrong;
}

#endif
