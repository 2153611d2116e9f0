/*
 * dissimilarity_strings.c: a canonical heap of text ids. Ids are few against pairs: a hash table
 * finds the distinct ones, and only those are sorted.
 */
#include "core/base/dissimilarity_parts.h"

#include "core/base/hash.h"

#define HASH_SEED UINT64_C(0x646973736d696c)
#define LEAST_TABLE 64

/* The distinct strings, found by a hash table with open addresses. */
typedef struct intern
{
	ms_ctx *ctx;
	ms_arena *arena;
	const ms_dissimilarity *s;
	size_t size;
	uint64_t *handles; /* one of each distinct string */
	uint32_t *table;   /* number in handles, from 1 */
	size_t n;
	size_t mask;
} intern;

static ms_string
string_of(const intern *t, uint64_t handle)
{
	return ms_dissimilarity_string(t->s, t->size, handle);
}

static uint64_t
string_hash(const intern *t, uint64_t handle)
{
	ms_string string = string_of(t, handle);

	return ms_hash_bytes(string.bytes, string.length, HASH_SEED);
}

static size_t
find_place(const intern *t, uint64_t handle)
{
	size_t place = string_hash(t, handle) & t->mask;

	while (t->table[place] && !ms_id_equal(string_of(t, t->handles[t->table[place] - 1]),
											string_of(t, handle)))
		place = (place + 1) & t->mask;
	return place;
}

/* Twice the room; tables are at most half full. */
static ms_status
grow_table(intern *t)
{
	size_t places = t->mask ? 2 * (t->mask + 1) : LEAST_TABLE;
	uint64_t *handles;

	if (places > UINT32_MAX)
		return ms_fail(t->ctx, MS_TOO_LARGE, "ids", 0, (double) t->n, UINT32_MAX);
	MS_TRY(MS_ALLOC(t->arena, places / 2, &handles));
	MS_TRY(MS_ZEROED(t->arena, places, &t->table));
	if (t->n > 0)
		memcpy(handles, t->handles, t->n * sizeof(*handles));
	t->handles = handles;
	t->mask = places - 1;
	for (size_t i = 0; i < t->n; i++)
	{
		t->table[find_place(t, handles[i])] = (uint32_t) i + 1;
		MS_TRY(ms_tick(t->ctx, 20));
	}
	return MS_OK;
}

/* The number of the string among the distinct ones. */
static ms_status
intern_string(intern *t, uint64_t handle, uint32_t *number)
{
	size_t place;

	if (2 * t->n > t->mask || t->mask == 0)
		MS_TRY(grow_table(t));
	place = find_place(t, handle);
	if (t->table[place] == 0)
	{
		t->handles[t->n++] = handle;
		t->table[place] = (uint32_t) t->n;
	}
	*number = t->table[place] - 1;
	return ms_tick(t->ctx, 20 + (handle & MS_STRING_MAX) / 4);
}

static int
string_order(const intern *t, uint64_t a, uint64_t b)
{
	ms_string x = string_of(t, a);
	ms_string y = string_of(t, b);
	size_t least = x.length < y.length ? x.length : y.length;
	int order = least > 0 ? memcmp(x.bytes, y.bytes, least) : 0;

	return order ? order : (x.length > y.length) - (x.length < y.length);
}

static void
sift(const intern *t, uint32_t *heap, size_t at, size_t n)
{
	uint32_t moved = heap[at];

	for (size_t child; (child = 2 * at + 1) < n; at = child)
	{
		if (child + 1 < n &&
			string_order(t, t->handles[heap[child]], t->handles[heap[child + 1]]) < 0)
			child++;
		if (string_order(t, t->handles[moved], t->handles[heap[child]]) >= 0)
			break;
		heap[at] = heap[child];
	}
	heap[at] = moved;
}

/* Numbers of the distinct strings in their order, by heap sort: they are few against the pairs. */
static ms_status
sort_strings(const intern *t, uint32_t *order)
{
	for (size_t i = 0; i < t->n; i++)
		order[i] = (uint32_t) i;
	for (size_t i = t->n / 2; i-- > 0;)
	{
		sift(t, order, i, t->n);
		MS_TRY(ms_tick(t->ctx, 100));
	}
	for (size_t n = t->n; n-- > 1;)
	{
		uint32_t last = order[n];

		order[n] = order[0];
		order[0] = last;
		sift(t, order, 0, n);
		MS_TRY(ms_tick(t->ctx, 500));
	}
	return MS_OK;
}

/* Lays the strings from the end of heap[s->heap] backwards; numbers become new handles. */
static uint64_t
lay_strings(const intern *t, const uint32_t *order, char *heap, uint64_t *handles)
{
	uint64_t offset = 0;

	for (size_t i = 0; i < t->n; i++)
	{
		ms_string string = string_of(t, t->handles[order[i]]);

		offset += string.length;
		if (string.length > 0)
			memcpy(heap + t->s->heap - offset, string.bytes, string.length);
		handles[order[i]] = string.length ? offset << 24 | string.length : 0;
	}
	return offset;
}

ms_status
ms_dissimilarity_strings(ms_ctx *ctx, ms_arena *arena, ms_dissimilarity *s, size_t size)
{
	intern t = {.ctx = ctx, .arena = arena, .s = s, .size = size};
	ms_pair *pairs = ms_dissimilarity_pair(s, 0);
	uint32_t *numbers;
	uint32_t *order;
	uint64_t *handles;
	char *heap;
	uint64_t used;

	MS_TRY(ms_arena_alloc(arena, s->pairs, 2 * sizeof(*numbers), (void **) &numbers));
	for (size_t r = 0; r < s->pairs; r++)
	{
		MS_TRY(intern_string(&t, pairs[r].i, &numbers[2 * r]));
		MS_TRY(intern_string(&t, pairs[r].j, &numbers[2 * r + 1]));
	}
	MS_TRY(MS_ALLOC(arena, t.n, &order));
	MS_TRY(MS_ALLOC(arena, t.n, &handles));
	MS_TRY(MS_ALLOC(arena, s->heap, &heap));
	MS_TRY(sort_strings(&t, order));
	used = lay_strings(&t, order, heap, handles);

	/* from here on nothing stops: records and heap change together */
	for (size_t r = 0; r < s->pairs; r++)
	{
		pairs[r].i = handles[numbers[2 * r]];
		pairs[r].j = handles[numbers[2 * r + 1]];
	}
	memcpy((char *) s + size - used, heap + (s->heap - used), used);
	s->heap = used;
	return MS_OK;
}
