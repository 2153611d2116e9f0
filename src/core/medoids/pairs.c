/*
 * pairs.c: pairs by places: a binary search for each id that changes.
 */
#include "core/medoids/pairs.h"

#include <string.h>

#include "core/base/order.h"

#define ID_FLAGS (MS_DISSIMILARITY_ID_INT | MS_DISSIMILARITY_ID_TEXT)

ms_status
ms_places_new(ms_ctx *ctx, ms_arena *arena, const ms_dissimilarity *s, size_t size, ms_places *out)
{
	uint64_t *ids;

	*out = (ms_places){.s = s, .size = size};
	if (ms_dissimilarity_complete(s))
	{
		out->ids = ms_dissimilarity_ids(s);
		out->n = s->n;
		return MS_OK;
	}
	MS_TRY(ms_dissimilarity_gather(ctx, arena, s, &ids, &out->n));
	out->ids = ids;
	return MS_OK;
}

/* Strings by their bytes, then the shorter first: the order of handles in a canonical value. */
static int
compare_strings(ms_string a, ms_string b)
{
	size_t common = a.length < b.length ? a.length : b.length;
	int order = common > 0 ? memcmp(a.bytes, b.bytes, common) : 0;

	return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

/* An id of value d against the one at a place. */
static int
compare_id(const ms_places *p, const ms_dissimilarity *d, size_t size, uint64_t id, size_t place)
{
	if (d->head.flags & MS_DISSIMILARITY_ID_TEXT)
		return compare_strings(ms_dissimilarity_string(d, size, id),
							   ms_dissimilarity_string(p->s, p->size, p->ids[place]));
	return ((int64_t) id > (int64_t) p->ids[place]) - ((int64_t) id < (int64_t) p->ids[place]);
}

/* The place of an id of d; p->n when it has none. */
static size_t
find_place(const ms_places *p, const ms_dissimilarity *d, size_t size, uint64_t id)
{
	size_t low = 0;
	size_t high = p->n;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;
		int order = compare_id(p, d, size, id, middle);

		if (order == 0)
			return middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return p->n;
}

static ms_status
no_place(ms_ctx *ctx, size_t number, bool smaller)
{
	return ms_fail(ctx, MS_MISMATCH, "ids", (int64_t) number, smaller, 0);
}

static ms_status
visit_triangle(ms_ctx *ctx, ms_arena *arena, const ms_places *p, const ms_dissimilarity *d,
			   size_t size, ms_pair_visit visit, void *state)
{
	const float *distance = ms_dissimilarity_triangle(d);
	size_t *place;

	MS_TRY(MS_ALLOC(arena, d->n, &place));
	for (size_t i = 0; i < d->n; i++)
	{
		place[i] = find_place(p, d, size, ms_dissimilarity_ids(d)[i]);
		if (place[i] == p->n)
			return no_place(ctx, i + 1, false);
		for (size_t j = 0; j < i; j++)
			MS_TRY(visit(state, place[i], place[j], *distance++));
		MS_TRY(ms_tick(ctx, 20 + 4 * i));
	}
	return MS_OK;
}

/* Records ascend by their greater id: it is looked for when it changes. */
static ms_status
visit_records(ms_ctx *ctx, const ms_places *p, const ms_dissimilarity *d, size_t size,
			  ms_pair_visit visit, void *state)
{
	const ms_pair *last = NULL;
	size_t i = p->n;

	for (size_t r = 0; r < d->pairs; r++)
	{
		const ms_pair *pair = ms_dissimilarity_pair(d, r);
		bool repeats = last && last->i == pair->i && last->j == pair->j;
		size_t j;

		if (!last || last->i != pair->i)
			i = find_place(p, d, size, pair->i);
		j = find_place(p, d, size, pair->j);
		last = pair;
		if (i == p->n || j == p->n)
			return no_place(ctx, r + 1, i != p->n);
		if (i != j && !repeats)
			MS_TRY(visit(state, i, j, pair->distance));
		MS_TRY(ms_tick(ctx, 100));
	}
	return MS_OK;
}

ms_status
ms_pairs_visit(ms_ctx *ctx, const ms_places *places, const ms_dissimilarity *d, size_t size,
			   ms_pair_visit visit, void *state)
{
	ms_arena arena;
	ms_status status;

	if ((d->head.flags & ID_FLAGS) != (places->s->head.flags & ID_FLAGS))
		return no_place(ctx, 0, false);
	if (!ms_dissimilarity_complete(d))
		return visit_records(ctx, places, d, size, visit, state);
	ms_arena_init(&arena, ctx);
	status = visit_triangle(ctx, &arena, places, d, size, visit, state);
	ms_arena_free(&arena);
	return status;
}
