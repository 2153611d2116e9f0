/*
 * sample_exercise.h: what must hold of any bytes that ms_sample_check accepts, be they built,
 * corrupted or invented by the fuzzer.
 */
#ifndef SAMPLE_EXERCISE_H
#define SAMPLE_EXERCISE_H

#include <stdlib.h>

#include "core/base/describe.h"
#include "core/base/sample.h"
#include "host.h"

/* Copies into memory of exactly `size` bytes, which every step frees again. */
typedef struct exercise
{
	host h;
	const ms_sample *s;
	size_t size;
} exercise;

static inline ms_sample *
exercise_copy(const exercise *e)
{
	ms_sample *s = malloc(e->size);

	memcpy(s, e->s, e->size);
	return s;
}

/* Canonical order of what is canonical already gives the same bytes. */
static inline bool
exercise_canonical(exercise *e)
{
	ms_sample *s = exercise_copy(e);
	ms_sample *flat = malloc(e->size);
	bool ok;

	s->head.flags &= (uint16_t) ~MS_SAMPLE_CANONICAL;
	ok = ms_sample_canonical(&e->h.ctx, s, e->size) == MS_OK && ms_sample_used(s) == e->size;
	if (ok)
		ms_sample_flatten(flat, s, e->size);
	ok = ok && memcmp(flat, e->s, e->size) == 0;
	free(s);
	free(flat);
	return ok;
}

/* Reads every slot and every string, so that the sanitizer sees where they lie. */
static inline bool
exercise_read(exercise *e)
{
	const ms_sample *s = e->s;
	unsigned char *kinds = malloc(MS_SAMPLE_MAX_STRIDE);
	size_t stride = ms_sample_stride(s);
	uint64_t distinct = ms_sample_distinct(s);
	unsigned sum = 0;

	ms_sample_slot_kinds(s, kinds);
	for (size_t i = 0; i < s->n; i++)
		for (size_t j = 0; j < stride; j++)
		{
			uint64_t slot = ms_sample_record(s, i)[j];
			ms_string string = {NULL, 0};

			if (kinds[j] == 2 && ms_sample_is_string(slot))
				string = ms_sample_string(s, e->size, slot);
			for (size_t k = 0; k < string.length; k++)
				sum += (unsigned char) string.bytes[k];
		}
	free(kinds);
	return distinct >= 1 && distinct <= s->n && ms_sample_weight(s) >= 0 && sum < UINT32_MAX;
}

/* The bytes at s, canonical and without free space, must be a valid value; frees s. */
static inline bool
exercise_valid(exercise *e, ms_sample *s, size_t size)
{
	ms_sample *flat = NULL;
	size_t used = 0;
	bool ok = ms_sample_canonical(&e->h.ctx, s, size) == MS_OK;

	if (ok)
	{
		used = ms_sample_used(s);
		flat = malloc(used);
		ms_sample_flatten(flat, s, size);
		ok = ms_sample_check(&e->h.ctx, flat, used, (ms_type) s->head.type) == MS_OK;
	}
	free(flat);
	free(s);
	return ok;
}

/* With weights, and together with itself without. */
static inline bool
exercise_merge(exercise *e)
{
	uint16_t flags = e->s->head.flags | MS_SAMPLE_WEIGHTED;
	size_t size = ms_sample_convert_size(e->s, flags);
	ms_sample *s = malloc(size);
	ms_sample *both;
	uint16_t met;

	if (e->s->head.type == MS_TYPE_MIXED)
	{
		free(s);
		return true;
	}
	ms_sample_convert(s, size, e->s, e->size, flags);
	if (ms_sample_meet(&e->h.ctx, s, e->s, &met) != MS_OK || met != s->head.flags)
		return false;
	size += ms_sample_merge_size(s, e->s);
	both = malloc(size);
	ms_sample_move(both, size, s, ms_sample_convert_size(e->s, flags));
	free(s);
	ms_sample_merge(both, size, e->s, e->size);
	return both->n == 2 * e->s->n && exercise_valid(e, both, size);
}

/* Columns in reverse, the first twice. */
static inline bool
exercise_marginal(exercise *e)
{
	size_t nd = e->s->d < MS_MAX_DIM ? (size_t) e->s->d + 1 : e->s->d;
	uint32_t *dims = calloc(nd, sizeof *dims);
	size_t size = ms_sample_marginal_size(e->s, nd);
	void *out = malloc(size);
	size_t used;
	bool ok;

	for (size_t j = 0; j < e->s->d; j++)
		dims[j] = (uint32_t) (e->s->d - 1 - j);
	ok = ms_sample_marginal(&e->h.ctx, e->s, e->size, dims, nd, out, &used) == MS_OK &&
		 used <= size && ms_sample_check(&e->h.ctx, out, used, (ms_type) e->s->head.type) == MS_OK;
	free(out);
	free(dims);
	return ok;
}

static inline bool
exercise_drawn(exercise *e)
{
	ms_sample *s;

	if (!ms_sample_drawing(e->s))
		return true;
	s = exercise_copy(e);
	return ms_sample_drawn(&e->h.ctx, s, e->size) == MS_OK && exercise_valid(e, s, e->size);
}

static inline bool
column_agrees(ms_ctx *ctx, const ms_column *c)
{
	ms_summary summary;
	double middle = ms_describe_quantile(c, 0.5);

	if (ms_describe_summary(ctx, c, &summary) != MS_OK)
		return false;
	return summary.min <= middle && middle <= summary.max && ms_describe_cdf(c, summary.max) == 1 &&
		   ms_describe_cdf(c, middle) >= 0.4999999;
}

static inline bool
exercise_columns(exercise *e)
{
	ms_arena arena;
	bool ok = true;

	ms_arena_init(&arena, &e->h.ctx);
	for (size_t j = 0; ok && j < e->s->d && j < 20; j++)
	{
		ms_column c;
		ms_status status = ms_describe_column(&e->h.ctx, &arena, e->s, j, &c);

		ok = status == MS_NOT_NUMERIC ||
			 (status == MS_OK && (c.n == 0 || !isfinite(c.weight) || column_agrees(&e->h.ctx, &c)));
	}
	ms_arena_free(&arena);
	return ok;
}

/* What does not hold, or NULL. */
static inline const char *
sample_exercise(const void *bytes, size_t size)
{
	static const struct
	{
		const char *name;
		bool (*holds)(exercise *e);
	} steps[] = {{"canonical", exercise_canonical}, {"read", exercise_read},
				 {"merge", exercise_merge},         {"marginal", exercise_marginal},
				 {"drawn", exercise_drawn},         {"columns", exercise_columns}};
	exercise e = {.s = bytes, .size = size};

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
	{
		host_init(&e.h);
		if (!steps[i].holds(&e) || e.h.live != 0)
			return steps[i].name;
	}
	return NULL;
}

#endif
