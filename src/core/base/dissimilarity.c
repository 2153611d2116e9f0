/*
 * dissimilarity.c: pairs that grow, meet, and become a triangle: O(pairs) and a radix sort.
 */
#include "core/base/dissimilarity.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/dissimilarity_parts.h"
#include "core/base/order.h"

size_t
ms_dissimilarity_bytes(size_t n)
{
	size_t pairs;
	size_t size;

	if (n == 0 || !ms_size_mul(n, n - 1, &pairs))
		return n == 0 ? sizeof(ms_dissimilarity) : SIZE_MAX;
	if (ms_size_mul((pairs / 2 + 1) / 2 + n, sizeof(uint64_t), &size))
		ms_size_add(size, sizeof(ms_dissimilarity), &size);
	return size;
}

static size_t
front_size(const ms_dissimilarity *s)
{
	if (ms_dissimilarity_complete(s))
		return ms_dissimilarity_bytes(s->n);
	return sizeof(*s) + s->pairs * sizeof(ms_pair);
}

static char *
heap_start(const ms_dissimilarity *s, size_t size)
{
	return (char *) s + size - s->heap;
}

size_t
ms_dissimilarity_used(const ms_dissimilarity *s)
{
	return front_size(s) + s->heap;
}

/* --- growing -------------------------------------------------------------------------------- */

void
ms_dissimilarity_begin(void *bytes, size_t size, uint16_t id)
{
	ms_dissimilarity *s = bytes;

	(void) size;
	memset(s, 0, sizeof(*s));
	s->head.type = MS_TYPE_DISSIMILARITY;
	s->head.version = MS_DISSIMILARITY_VERSION;
	s->head.flags = id;
}

void
ms_dissimilarity_move(void *to, size_t to_size, const ms_dissimilarity *from, size_t from_size)
{
	memcpy(to, from, front_size(from));
	memcpy((char *) to + to_size - from->heap, heap_start(from, from_size), from->heap);
}

void
ms_dissimilarity_stretch(ms_dissimilarity *s, size_t old_size, size_t size)
{
	memmove(heap_start(s, size), heap_start(s, old_size), s->heap);
}

static void
add_pair(ms_dissimilarity *s, uint64_t i, uint64_t j, double distance)
{
	/* + 0.0 turns -0.0 into 0.0 */
	*ms_dissimilarity_pair(s, s->pairs++) = (ms_pair){i, j, (double) (float) distance + 0.0};
	s->head.flags &= (uint16_t) ~MS_DISSIMILARITY_CANONICAL;
}

static ms_status
check_distance(ms_ctx *ctx, double distance, bool self)
{
	if (!isfinite(distance))
		return ms_fail(ctx, MS_NOT_FINITE, "distance", 0, distance, 0);
	if (distance < 0)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "distance", 0, distance, 0);
	if (isinf((float) fmin(distance, 2.0 * FLT_MAX)))
		return ms_fail(ctx, MS_TOO_LARGE, "distance", 0, distance, FLT_MAX);
	if (self && distance > 0)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "self", 0, distance, 0);
	return MS_OK;
}

ms_status
ms_dissimilarity_append(ms_ctx *ctx, ms_dissimilarity *s, int64_t i, int64_t j, double distance)
{
	MS_TRY(check_distance(ctx, distance, i == j));
	add_pair(s, (uint64_t) i, (uint64_t) j, distance);
	return MS_OK;
}

/* The handle of a string, stored unless the row before has it: pairs often come row by row. */
static uint64_t
keep_string(ms_dissimilarity *s, size_t size, ms_string string)
{
	const ms_pair *last = ms_dissimilarity_pair(s, s->pairs) - 1;

	if (string.length == 0)
		return 0;
	if (s->pairs > 0 && ms_id_equal(ms_dissimilarity_string(s, size, last->i), string))
		return last->i;
	if (s->pairs > 0 && ms_id_equal(ms_dissimilarity_string(s, size, last->j), string))
		return last->j;
	s->heap += string.length;
	memcpy(heap_start(s, size), string.bytes, string.length);
	return s->heap << 24 | string.length;
}

ms_status
ms_dissimilarity_append_text(ms_ctx *ctx, ms_dissimilarity *s, size_t size, ms_string i,
							 ms_string j, double distance)
{
	size_t longest = i.length > j.length ? i.length : j.length;
	uint64_t first;

	MS_TRY(check_distance(ctx, distance, ms_id_equal(i, j)));
	if (longest > MS_STRING_MAX)
		return ms_fail(ctx, MS_TOO_LARGE, "id", 0, (double) longest, MS_STRING_MAX);
	if (s->heap + i.length + j.length > MS_SAMPLE_HEAP_MAX)
		return ms_fail(ctx, MS_TOO_LARGE, "strings", 0, (double) s->heap,
					   (double) MS_SAMPLE_HEAP_MAX);
	first = keep_string(s, size, i);
	if (ms_id_equal(i, j))
		add_pair(s, first, first, distance);
	else
		add_pair(s, first, keep_string(s, size, j), distance);
	return MS_OK;
}

/* --- meeting -------------------------------------------------------------------------------- */

static size_t
records_of(const ms_dissimilarity *s)
{
	return s->n == 1 ? 1 : s->pairs;
}

/* Records that are copied between two polls. */
#define RUN 65536

static ms_status
copy_pairs(ms_ctx *ctx, ms_pair *to, const ms_pair *from, size_t m)
{
	for (size_t r = 0; r < m; r += RUN)
	{
		size_t run = m - r < RUN ? m - r : RUN;

		memcpy(to + r, from + r, run * sizeof(*to));
		MS_TRY(ms_tick(ctx, 8 * run)); /* memory that nobody has touched yet */
	}
	return MS_OK;
}

static ms_status
copy_triangle(ms_ctx *ctx, ms_pair *to, const ms_dissimilarity *from)
{
	const uint64_t *ids = ms_dissimilarity_ids(from);
	const float *distance = ms_dissimilarity_triangle(from);

	if (from->n == 1)
		*to = (ms_pair){ids[0], ids[0], 0};
	for (size_t i = 1; i < from->n; i++)
	{
		for (size_t j = 0; j < i; j++)
			*to++ = (ms_pair){ids[i], ids[j], *distance++};
		MS_TRY(ms_tick(ctx, 8 * i));
	}
	return MS_OK;
}

/* The records of either form, text ids moved up by `shift` bytes of heap. */
static ms_status
copy_records(ms_ctx *ctx, ms_pair *to, const ms_dissimilarity *from, uint64_t shift)
{
	bool text = from->head.flags & MS_DISSIMILARITY_ID_TEXT;
	size_t m = records_of(from);

	if (ms_dissimilarity_complete(from))
		MS_TRY(copy_triangle(ctx, to, from));
	else
		MS_TRY(copy_pairs(ctx, to, ms_dissimilarity_pair(from, 0), m));
	for (size_t r = 0; text && r < m; r++)
	{
		to[r].i += to[r].i ? shift << 24 : 0;
		to[r].j += to[r].j ? shift << 24 : 0;
		MS_TRY(ms_tick(ctx, 2));
	}
	return MS_OK;
}

size_t
ms_dissimilarity_merge_size(const ms_dissimilarity *from)
{
	return records_of(from) * sizeof(ms_pair) + from->heap;
}

size_t
ms_dissimilarity_spread_size(const ms_dissimilarity *s)
{
	return sizeof(*s) + ms_dissimilarity_merge_size(s);
}

ms_status
ms_dissimilarity_spread(ms_ctx *ctx, void *to, size_t to_size, const ms_dissimilarity *from,
						size_t from_size)
{
	ms_dissimilarity *s = to;
	uint16_t id = from->head.flags & (MS_DISSIMILARITY_ID_INT | MS_DISSIMILARITY_ID_TEXT);

	ms_dissimilarity_begin(to, to_size, id);
	s->head.host = from->head.host;
	return ms_dissimilarity_merge(ctx, s, to_size, from, from_size);
}

ms_status
ms_dissimilarity_meet(ms_ctx *ctx, const ms_dissimilarity *into, const ms_dissimilarity *from)
{
	int ids = MS_DISSIMILARITY_ID_INT | MS_DISSIMILARITY_ID_TEXT;
	int a = into->head.flags & ids;
	int b = from->head.flags & ids;

	if (a != b)
		return ms_fail(ctx, MS_MISMATCH, "ids", 0, b, a);
	if (into->heap > MS_SAMPLE_HEAP_MAX - from->heap)
		return ms_fail(ctx, MS_TOO_LARGE, "strings", 0, (double) into->heap + (double) from->heap,
					   (double) MS_SAMPLE_HEAP_MAX);
	return MS_OK;
}

ms_status
ms_dissimilarity_merge(ms_ctx *ctx, ms_dissimilarity *into, size_t into_size,
					   const ms_dissimilarity *from, size_t from_size)
{
	/* `from` may be `into`: what changes below is read first */
	uint64_t heap = from->heap;
	size_t m = records_of(from);

	memcpy(heap_start(into, into_size) - heap, heap_start(from, from_size), heap);
	MS_TRY(copy_records(ctx, ms_dissimilarity_pair(into, into->pairs), from, into->heap));
	into->pairs += m;
	into->heap += heap;
	into->head.flags &= (uint16_t) ~MS_DISSIMILARITY_CANONICAL;
	return MS_OK;
}

/* --- canonical form ------------------------------------------------------------------------- */

static bool
same_ids(const ms_pair *a, const ms_pair *b)
{
	return a->i == b->i && a->j == b->j;
}

/* The greater id first, then all records in order. */
static ms_status
sort_pairs(ms_ctx *ctx, ms_dissimilarity *s)
{
	bool text = s->head.flags & MS_DISSIMILARITY_ID_TEXT;
	ms_slot_kind kind = text ? MS_SLOT_UINT64 : MS_SLOT_INT64;
	unsigned char kinds[] = {(unsigned char) kind, (unsigned char) kind, MS_SLOT_DOUBLE};
	ms_pair *pair = ms_dissimilarity_pair(s, 0);

	for (size_t r = 0; r < s->pairs; r++, pair++)
	{
		if (ms_order_key(pair->i, kind) < ms_order_key(pair->j, kind))
			*pair = (ms_pair){pair->j, pair->i, pair->distance};
		MS_TRY(ms_tick(ctx, 2));
	}
	return ms_order_sort(ctx, (uint64_t *) ms_dissimilarity_pair(s, 0), s->pairs, 3, kinds);
}

/* Of each pair the least and the greatest distance must be neighbours among floats. */
static ms_status
check_agreement(ms_ctx *ctx, const ms_dissimilarity *s)
{
	const ms_pair *pairs = ms_dissimilarity_pair(s, 0);
	size_t first = 0;

	for (size_t r = 1; r < s->pairs; r++)
	{
		MS_TRY(ms_tick(ctx, 2));
		if (!same_ids(&pairs[r], &pairs[first]))
			first = r;
		else if (pairs[r].distance > nextafterf((float) pairs[first].distance, INFINITY))
			return ms_fail(ctx, MS_MISMATCH, "distance", (int64_t) first, pairs[first].distance,
						   pairs[r].distance);
	}
	return MS_OK;
}

/* Leaves the first record of each pair, and the last where it differs. */
static ms_status
drop_repeats(ms_ctx *ctx, ms_dissimilarity *s)
{
	ms_pair *pairs = ms_dissimilarity_pair(s, 0);
	size_t kept = 0;

	for (size_t r = 0; r < s->pairs; r++)
	{
		bool begins = r == 0 || !same_ids(&pairs[r], &pairs[r - 1]);
		bool ends = r + 1 == s->pairs || !same_ids(&pairs[r], &pairs[r + 1]);

		if (begins || (ends && pairs[r].distance > pairs[kept - 1].distance))
			pairs[kept++] = pairs[r];
		MS_TRY(ms_tick(ctx, 2));
	}
	s->pairs = kept;
	return MS_OK;
}

/* The end of the records of one pair. */
static size_t
pair_end(const ms_dissimilarity *s, size_t r)
{
	const ms_pair *pairs = ms_dissimilarity_pair(s, 0);

	return r + 1 < s->pairs && same_ids(&pairs[r], &pairs[r + 1]) ? r + 2 : r + 1;
}

/*
 * Whether no pair is missing: id number n must have records with all the n ids before it, then
 * perhaps one with itself. ids[most] gets the ids.
 */
static ms_status
find_ids(ms_ctx *ctx, const ms_dissimilarity *s, uint64_t *ids, size_t most, size_t *n,
		 bool *complete)
{
	const ms_pair *pairs = ms_dissimilarity_pair(s, 0);
	size_t r = 0;

	*complete = false;
	ids[0] = pairs[0].j;
	*n = 1;
	if (pairs[0].i == pairs[0].j)
		r++;
	while (r < s->pairs)
	{
		uint64_t id = pairs[r].i;

		for (size_t t = 0; t < *n; t++, r = pair_end(s, r))
		{
			if (r == s->pairs || pairs[r].i != id || pairs[r].j != ids[t])
				return MS_OK;
		}
		if (r < s->pairs && pairs[r].i == id && pairs[r].j == id)
			r++;
		if (*n == most)
			return MS_OK;
		ids[(*n)++] = id;
		MS_TRY(ms_tick(ctx, 3 * *n));
	}
	*complete = true;
	return MS_OK;
}

/*
 * Records in order are the triangle in order: the floats move down, the ids come after them. No
 * poll: half of it would be no value.
 */
static void
become_triangle(ms_dissimilarity *s, const uint64_t *ids, size_t n)
{
	const ms_pair *pairs = ms_dissimilarity_pair(s, 0);
	char *floats = (char *) (s + 1);
	size_t count = 0;

	for (size_t r = 0, end; r < s->pairs; r = end)
	{
		float distance = (float) pairs[r].distance;
		bool self = pairs[r].i == pairs[r].j;

		/* the write may cover this record, never the next */
		end = pair_end(s, r);
		if (!self)
			memcpy(floats + count++ * sizeof(float), &distance, sizeof(float));
	}
	if (count % 2 == 1)
		memset(floats + count * sizeof(float), 0, sizeof(float));
	s->n = n;
	s->pairs = count;
	s->head.flags |= MS_DISSIMILARITY_TRIANGLE;
	memcpy(floats + (count + 1) / 2 * sizeof(uint64_t), ids, n * sizeof(*ids));
}

static ms_status
canonical(ms_ctx *ctx, ms_arena *arena, ms_dissimilarity *s, size_t size)
{
	uint64_t *ids;
	size_t most = (size_t) sqrt(2.0 * (double) s->pairs) + 3;
	size_t n;
	bool complete;

	if (s->head.flags & MS_DISSIMILARITY_ID_TEXT)
		MS_TRY(ms_dissimilarity_strings(ctx, arena, s, size));
	MS_TRY(sort_pairs(ctx, s));
	MS_TRY(check_agreement(ctx, s));
	MS_TRY(MS_ALLOC(arena, most, &ids));
	MS_TRY(drop_repeats(ctx, s));
	MS_TRY(find_ids(ctx, s, ids, most, &n, &complete));
	MS_TRY(ms_tick(ctx, 2 * s->pairs));
	if (complete)
		become_triangle(s, ids, n);
	s->head.flags |= MS_DISSIMILARITY_CANONICAL;
	return MS_OK;
}

ms_status
ms_dissimilarity_canonical(ms_ctx *ctx, ms_dissimilarity *s, size_t size)
{
	ms_arena arena;
	ms_status status;

	if (s->head.flags & MS_DISSIMILARITY_CANONICAL || s->pairs == 0)
		return MS_OK;
	ms_arena_init(&arena, ctx);
	status = canonical(ctx, &arena, s, size);
	ms_arena_free(&arena);
	return status;
}

void
ms_dissimilarity_flatten(void *to, const ms_dissimilarity *s, size_t size)
{
	ms_dissimilarity_move(to, ms_dissimilarity_used(s), s, size);
}

/* --- what is missing ------------------------------------------------------------------------ */

ms_status
ms_dissimilarity_gather(ms_ctx *ctx, ms_arena *arena, const ms_dissimilarity *s, uint64_t **ids,
						size_t *n)
{
	bool text = s->head.flags & MS_DISSIMILARITY_ID_TEXT;
	unsigned char kind = text ? MS_SLOT_UINT64 : MS_SLOT_INT64;
	const ms_pair *pairs = ms_dissimilarity_pair(s, 0);

	MS_TRY(ms_arena_alloc(arena, s->pairs, 2 * sizeof(**ids), (void **) ids));
	for (size_t r = 0; r < s->pairs; r++)
	{
		(*ids)[2 * r] = pairs[r].i;
		(*ids)[2 * r + 1] = pairs[r].j;
	}
	MS_TRY(ms_tick(ctx, 2 * s->pairs));
	MS_TRY(ms_order_sort(ctx, *ids, 2 * s->pairs, 1, &kind));
	*n = 0;
	for (size_t i = 0; i < 2 * s->pairs; i++)
	{
		if (i == 0 || (*ids)[i] != (*ids)[*n - 1])
			(*ids)[(*n)++] = (*ids)[i];
	}
	return MS_OK;
}

static ms_status
missing(ms_ctx *ctx, ms_arena *arena, const ms_dissimilarity *s, ms_pair *pair, uint64_t *count,
		uint64_t *absent)
{
	const ms_pair *pairs = ms_dissimilarity_pair(s, 0);
	uint64_t *ids;
	size_t n;
	size_t i = 1;
	size_t j = 0;
	uint64_t distinct = 0;
	bool found = false;

	MS_TRY(ms_dissimilarity_gather(ctx, arena, s, &ids, &n));
	for (size_t r = 0; r < s->pairs; r = pair_end(s, r))
	{
		if (pairs[r].i == pairs[r].j)
			continue;
		distinct++;
		found |= i == n || pairs[r].i != ids[i] || pairs[r].j != ids[j];
		if (!found && ++j == i)
		{
			i++;
			j = 0;
		}
	}
	*count = n;
	*absent = (uint64_t) ((__uint128_t) n * (n - 1) / 2 - distinct);
	*pair = i < n ? (ms_pair){ids[j], ids[i], 0} : (ms_pair){0, 0, 0};
	return ms_tick(ctx, 4 * s->pairs);
}

ms_status
ms_dissimilarity_missing(ms_ctx *ctx, const ms_dissimilarity *s, ms_pair *pair, uint64_t *ids,
						 uint64_t *absent)
{
	ms_arena arena;
	ms_status status;

	*pair = (ms_pair){0, 0, 0};
	*ids = s->n;
	*absent = 0;
	if (ms_dissimilarity_complete(s) || s->pairs == 0)
		return MS_OK;
	ms_arena_init(&arena, ctx);
	status = missing(ctx, &arena, s, pair, ids, absent);
	ms_arena_free(&arena);
	return status;
}
