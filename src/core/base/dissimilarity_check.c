/*
 * dissimilarity_check.c: the validator. Nothing is believed before it is compared with the bytes
 * that are there. O(bytes); a sort of the handles of text ids.
 */
#include "core/base/dissimilarity.h"

#include <math.h>
#include <string.h>

#include "core/base/order.h"

static ms_status
corrupt(ms_ctx *ctx, const char *what, const ms_dissimilarity *s, const void *at)
{
	return ms_fail(ctx, MS_CORRUPT, what, (const char *) at - (const char *) s, 0, 0);
}

/* --- head ----------------------------------------------------------------------------------- */

static ms_status
check_head(ms_ctx *ctx, const ms_dissimilarity *s, size_t size)
{
	int ids = MS_DISSIMILARITY_ID_INT | MS_DISSIMILARITY_ID_TEXT;
	int id = s->head.flags & ids;

	if (!(s->head.flags & MS_DISSIMILARITY_CANONICAL) || id == 0 || id == ids)
		return corrupt(ctx, "flags", s, &s->head.flags);
	if (s->heap > MS_SAMPLE_HEAP_MAX || s->heap > size)
		return corrupt(ctx, "strings", s, &s->heap);
	if (id == MS_DISSIMILARITY_ID_INT && s->heap > 0)
		return corrupt(ctx, "strings", s, &s->heap);
	return MS_OK;
}

static ms_status
check_size(ms_ctx *ctx, const ms_dissimilarity *s, size_t size)
{
	size_t front;

	if (ms_dissimilarity_complete(s))
	{
		if (s->n < 1 || s->n > UINT32_MAX || s->pairs != s->n * (s->n - 1) / 2)
			return corrupt(ctx, "pairs", s, &s->pairs);
		front = ms_dissimilarity_bytes(s->n);
	}
	else
	{
		if (s->n != 0 || s->pairs < 1)
			return corrupt(ctx, "pairs", s, &s->pairs);
		if (ms_size_mul(s->pairs, sizeof(ms_pair), &front))
			ms_size_add(front, sizeof(*s), &front);
	}
	if (front > size || size - front != s->heap)
		return corrupt(ctx, "size", s, (const char *) s + size);
	return MS_OK;
}

/* --- ids ------------------------------------------------------------------------------------ */

/* An integer; or inside the heap, and no other form of the empty string. */
static bool
is_id(const ms_dissimilarity *s, uint64_t id)
{
	uint64_t offset = id >> 24;
	uint64_t length = id & MS_STRING_MAX;

	if (s->head.flags & MS_DISSIMILARITY_ID_INT)
		return true;
	return id == 0 || (length > 0 && length <= offset && offset <= s->heap);
}

static uint64_t
id_key(const ms_dissimilarity *s, uint64_t id)
{
	bool text = s->head.flags & MS_DISSIMILARITY_ID_TEXT;

	return ms_order_key(id, text ? MS_SLOT_UINT64 : MS_SLOT_INT64);
}

static int
string_order(ms_string a, ms_string b)
{
	size_t least = a.length < b.length ? a.length : b.length;
	int order = least > 0 ? memcmp(a.bytes, b.bytes, least) : 0;

	return order ? order : (a.length > b.length) - (a.length < b.length);
}

/* Ascending handles, of which some may repeat: each begins where the last ended, and is greater. */
static ms_status
check_tiles(ms_ctx *ctx, const ms_dissimilarity *s, size_t size, const uint64_t *handles, size_t m)
{
	ms_string last = {NULL, 0};
	uint64_t end = 0;

	for (size_t i = 0; i < m; i++)
	{
		ms_string string = ms_dissimilarity_string(s, size, handles[i]);

		if (i > 0 && handles[i] == handles[i - 1])
			continue;
		end += string.length;
		if (handles[i] >> 24 != end || (i > 0 && string_order(last, string) >= 0))
			return corrupt(ctx, "strings", s, (const char *) s + size - (handles[i] >> 24));
		last = string;
		MS_TRY(ms_tick(ctx, 10 + string.length / 8));
	}
	if (end != s->heap)
		return corrupt(ctx, "strings", s, (const char *) s + size - s->heap);
	return MS_OK;
}

/* --- TRIANGLE ------------------------------------------------------------------------------- */

static ms_status
check_triangle(ms_ctx *ctx, const ms_dissimilarity *s, size_t size)
{
	const float *distances = ms_dissimilarity_triangle(s);
	const uint64_t *ids = ms_dissimilarity_ids(s);
	uint32_t padding = 0;

	for (size_t r = 0; r < s->pairs; r++)
	{
		MS_TRY(ms_tick(ctx, 1));
		if (!isfinite(distances[r]) || signbit(distances[r]))
			return corrupt(ctx, "distance", s, distances + r);
	}
	if (s->pairs % 2 == 1)
		memcpy(&padding, distances + s->pairs, sizeof(padding));
	if (padding != 0)
		return corrupt(ctx, "padding", s, distances + s->pairs);
	for (size_t i = 0; i < s->n; i++)
	{
		if (!is_id(s, ids[i]) || (i > 0 && id_key(s, ids[i - 1]) >= id_key(s, ids[i])))
			return corrupt(ctx, "ids", s, ids + i);
	}
	if (s->head.flags & MS_DISSIMILARITY_ID_TEXT)
		return check_tiles(ctx, s, size, ids, s->n);
	return MS_OK;
}

/* --- PAIRS ---------------------------------------------------------------------------------- */

static ms_status
check_pair(ms_ctx *ctx, const ms_dissimilarity *s, const ms_pair *pair)
{
	double d = pair->distance;

	if (!(d >= 0 && d <= 0x1.fffffep127) || signbit(d) || (double) (float) d != d)
		return corrupt(ctx, "distance", s, &pair->distance);
	if (!is_id(s, pair->i) || !is_id(s, pair->j) || id_key(s, pair->i) < id_key(s, pair->j))
		return corrupt(ctx, "ids", s, pair);
	if (pair->i == pair->j && d > 0)
		return corrupt(ctx, "distance", s, &pair->distance);
	return MS_OK;
}

/* Records ascend; a pair has at most two, of neighbouring distances. */
static ms_status
check_order(ms_ctx *ctx, const ms_dissimilarity *s, const ms_pair *pair, bool *second)
{
	const ms_pair *before = pair - 1;
	bool same = pair->i == before->i && pair->j == before->j;
	bool greater = id_key(s, pair->i) > id_key(s, before->i) ||
				   (pair->i == before->i && id_key(s, pair->j) > id_key(s, before->j));

	if (same ? *second || pair->distance != nextafterf((float) before->distance, INFINITY)
			 : !greater)
		return corrupt(ctx, "order", s, pair);
	*second = same;
	return MS_OK;
}

static ms_status
check_pair_strings(ms_ctx *ctx, ms_arena *arena, const ms_dissimilarity *s, size_t size)
{
	static const unsigned char kind[] = {MS_SLOT_UINT64};
	const ms_pair *pairs = ms_dissimilarity_pair(s, 0);
	uint64_t *handles;

	MS_TRY(ms_arena_alloc(arena, s->pairs, 2 * sizeof(*handles), (void **) &handles));
	for (size_t r = 0; r < s->pairs; r++)
	{
		handles[2 * r] = pairs[r].i;
		handles[2 * r + 1] = pairs[r].j;
	}
	MS_TRY(ms_order_sort(ctx, handles, 2 * s->pairs, 1, kind));
	return check_tiles(ctx, s, size, handles, 2 * s->pairs);
}

/* A complete value would be a TRIANGLE. */
static ms_status
check_incomplete(ms_ctx *ctx, const ms_dissimilarity *s)
{
	ms_pair pair;
	uint64_t ids;
	uint64_t absent;

	MS_TRY(ms_dissimilarity_missing(ctx, s, &pair, &ids, &absent));
	return absent > 0 ? MS_OK : corrupt(ctx, "form", s, &s->head.flags);
}

static ms_status
check_pairs(ms_ctx *ctx, const ms_dissimilarity *s, size_t size)
{
	const ms_pair *pairs = ms_dissimilarity_pair(s, 0);
	bool second = false;
	ms_arena arena;
	ms_status status;

	for (size_t r = 0; r < s->pairs; r++)
	{
		MS_TRY(ms_tick(ctx, 5));
		MS_TRY(check_pair(ctx, s, &pairs[r]));
		if (r > 0)
			MS_TRY(check_order(ctx, s, &pairs[r], &second));
	}
	MS_TRY(check_incomplete(ctx, s));
	if (s->head.flags & MS_DISSIMILARITY_ID_INT)
		return MS_OK;
	ms_arena_init(&arena, ctx);
	status = check_pair_strings(ctx, &arena, s, size);
	ms_arena_free(&arena);
	return status;
}

ms_status
ms_dissimilarity_check(ms_ctx *ctx, const void *bytes, size_t size)
{
	const ms_dissimilarity *s = bytes;

	MS_TRY(ms_wire_head(ctx, bytes, size, MS_TYPE_DISSIMILARITY, MS_DISSIMILARITY_VERSION,
						MS_DISSIMILARITY_FLAGS, sizeof(*s)));
	MS_TRY(check_head(ctx, s, size));
	MS_TRY(check_size(ctx, s, size));
	if (ms_dissimilarity_complete(s))
		return check_triangle(ctx, s, size);
	return check_pairs(ctx, s, size);
}
