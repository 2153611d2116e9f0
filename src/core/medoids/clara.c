/*
 * clara.c: CLARA (Kaufman & Rousseeuw 1990) with FasterPAM inside (Schubert & Rousseeuw 2021): the
 * best of several samples, each judged on all rows. O(S (s^2 + k n)) time, O(s^2 + n) memory.
 */
#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/rng.h"
#include "core/medoids/pam.h"

#define STREAM_SAMPLE UINT64_C(0x636c617261)
#define DEFAULT_SAMPLES 10

typedef struct clara
{
	ms_ctx *ctx;
	const ms_table *t;
	const ms_search *s;
	size_t size;    /* of a sample */
	size_t *order;  /* n */
	size_t *sample; /* size rows, ascending */
	float *row;     /* n */
} clara;

/* A sample without replacement; the best medoids so far are in it. */
static void
draw_sample(clara *c, size_t number, const size_t *kept, size_t k)
{
	size_t n = c->t->n;
	ms_rng rng;

	ms_rng_init(&rng, (uint64_t) c->s->seed, ms_hash_u64(number, STREAM_SAMPLE));
	for (size_t i = 0; i < n; i++)
		c->order[i] = i;
	/* kept ascends: what stands at kept[i] now is kept[i] itself, or an earlier one's exchange */
	for (size_t i = 0; kept && i < k; i++)
	{
		c->order[kept[i]] = c->order[i];
		c->order[i] = kept[i];
	}
	for (size_t i = kept ? k : 0; i < c->size; i++)
	{
		size_t other = i + ms_rng_below(&rng, n - i);
		size_t row = c->order[other];

		c->order[other] = c->order[i];
		c->order[i] = row;
	}
	memcpy(c->sample, c->order, c->size * sizeof(*c->sample));
	ms_sort_few(c->sample, c->size);
}

/* The square of distances inside the sample, and its weights. */
static ms_status
sample_table(clara *c, ms_arena *arena, ms_table *out)
{
	const ms_table *t = c->t;
	size_t size;
	float *rows;
	double *w = NULL;

	ms_size_mul(c->size, c->size, &size);
	MS_TRY(MS_ALLOC(arena, size, &rows));
	if (t->w)
		MS_TRY(MS_ALLOC(arena, c->size, &w));
	for (size_t i = 0; w && i < c->size; i++)
		w[i] = t->w[c->sample[i]];
	*out = (ms_table){.n = c->size, .m = c->size, .square = true, .w = w, .rows = rows};
	if (t->candidates)
	{
		ms_points *points;

		MS_TRY(ms_points_subset(c->ctx, arena, t->candidates, c->sample, c->size, &points));
		return ms_points_matrix(c->ctx, points, rows);
	}
	for (size_t i = 0; i < c->size; i++)
	{
		const float *d;

		MS_TRY(ms_table_row(c->ctx, t, c->sample[i], c->row, &d));
		for (size_t j = 0; j < c->size; j++)
			rows[i * c->size + j] = d[c->sample[j]];
		MS_TRY(ms_tick(c->ctx, 4 * c->size));
	}
	return MS_OK;
}

/* FasterPAM on one sample; the medoids are rows of the whole. */
static ms_status
run_sample(clara *c, ms_arena *arena, size_t number, ms_found *found)
{
	ms_search inner = *c->s;
	ms_table table;

	inner.method = MS_KMEDOIDS_FASTERPAM;
	inner.n_init = 1;
	/* starts by chance differ between samples */
	inner.seed = (int64_t) ms_hash_u64((uint64_t) c->s->seed, number);
	if (number == 0)
		inner.seed = c->s->seed;
	MS_TRY(sample_table(c, arena, &table));
	MS_TRY(ms_search_pam(c->ctx, &table, &inner, found));
	for (size_t i = 0; i < c->s->k; i++)
		found->medoids[i] = c->sample[found->medoids[i]];
	return ms_table_deviation(c->ctx, c->t, found->medoids, c->s->k, &found->deviation);
}

static ms_status
allocate(clara *c, ms_arena *arena, size_t **medoids)
{
	MS_TRY(MS_ALLOC(arena, c->t->n, &c->order));
	MS_TRY(MS_ALLOC(arena, c->size, &c->sample));
	MS_TRY(MS_ALLOC(arena, c->t->n, &c->row));
	return MS_ALLOC(arena, c->s->k, medoids);
}

static ms_status
run(clara *c, ms_arena *arena, ms_found *out)
{
	size_t samples = c->s->samples ? c->s->samples : DEFAULT_SAMPLES;
	size_t k = c->s->k;
	ms_found found = {.deviation = INFINITY};

	MS_TRY(allocate(c, arena, &found.medoids));
	out->deviation = INFINITY;
	for (size_t i = 0; i < samples; i++)
	{
		ms_arena inner = {c->ctx, NULL, arena->used};
		ms_status status;

		draw_sample(c, i, i > 0 ? out->medoids : NULL, k);
		status = run_sample(c, &inner, i, &found);
		ms_arena_free(&inner);
		MS_TRY(status);
		MS_TRY(ms_tick(c->ctx, 4 * c->t->n));
		if (!ms_found_better(found.deviation, found.medoids, out, k))
			continue;
		memcpy(out->medoids, found.medoids, k * sizeof(*found.medoids));
		out->deviation = found.deviation;
		out->swaps = found.swaps;
		out->passes = found.passes;
		out->converged = found.converged;
		out->optimal = found.converged && c->size == c->t->n;
	}
	out->starts = (uint32_t) samples;
	return MS_OK;
}

ms_status
ms_search_clara(ms_ctx *ctx, const ms_table *t, const ms_search *s, ms_found *out)
{
	clara c = {.ctx = ctx, .t = t, .s = s};
	ms_arena arena;
	ms_status status;

	c.size = s->sample_size ? s->sample_size : 80 + 4 * s->k;
	if (c.size < s->k)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "sample_size", 0, (double) c.size, (double) s->k);
	c.size = c.size < t->n ? c.size : t->n;
	ms_arena_init(&arena, ctx);
	status = run(&c, &arena, out);
	ms_arena_free(&arena);
	return status;
}
