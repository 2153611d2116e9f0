/*
 * sample_strings.c: a canonical heap of strings.
 *
 * Strings are sorted as Ng & Kakehi (2007, "Cache efficient radix sort for string sorting") do:
 * by the next seven bytes, kept beside the reference, then each run of equals by the seven bytes
 * after the prefix that it shares. So every byte is read once or twice however many strings are
 * equal, and the radix sort below has no hostile input.
 */
#include "core/base/sample_parts.h"

#include <string.h>

#include "core/base/order.h"

#define KEY_BYTES 7

/* A string as it is sorted: laid out as a record of two slots for ms_order_sort. */
typedef struct string_ref
{
	uint64_t key;     /* KEY_BYTES bytes, most significant first, then how many more there are */
	uint64_t ordinal; /* which of the handles */
} string_ref;

typedef struct string_sort
{
	ms_ctx *ctx;
	const ms_sample *s;
	size_t size;
	const uint64_t *handles;
} string_sort;

static const unsigned char ref_kinds[] = {MS_SLOT_UINT64, MS_SLOT_UINT64};

static ms_string
string_at(const string_sort *sort, const string_ref *ref)
{
	return ms_sample_string(sort->s, sort->size, sort->handles[ref->ordinal]);
}

/* Orders as memcmp and then length would: what ends within the key has the smaller last byte. */
static uint64_t
key_at(ms_string string, size_t depth)
{
	size_t left = string.length - depth;
	uint64_t word = 0;

	if (left > KEY_BYTES)
	{
		memcpy(&word, string.bytes + depth, sizeof(word));
		return (__builtin_bswap64(word) & ~UINT64_C(0xff)) | (KEY_BYTES + 1);
	}
	memcpy(&word, string.bytes + depth, left);
	return __builtin_bswap64(word) | left;
}

static bool
key_goes_on(uint64_t key)
{
	return (key & 0xff) > KEY_BYTES;
}

/* Length of the common prefix of two strings that share `from` bytes, looked for up to `to`. */
static size_t
common_prefix(const char *a, const char *b, size_t from, size_t to)
{
	uint64_t x;
	uint64_t y;

	for (; from + sizeof(x) <= to; from += sizeof(x))
	{
		memcpy(&x, a + from, sizeof(x));
		memcpy(&y, b + from, sizeof(y));
		if (x != y)
			return from + (size_t) __builtin_ctzll(x ^ y) / 8;
	}
	while (from < to && a[from] == b[from])
		from++;
	return from;
}

/* The prefix that all n strings share; *equal when it is all of them. */
static ms_status
run_prefix(const string_sort *sort, const string_ref *refs, size_t n, size_t *depth, bool *equal)
{
	ms_string first = string_at(sort, refs);
	size_t prefix = first.length;
	size_t longest = first.length;

	for (size_t i = 1; i < n; i++)
	{
		ms_string string = string_at(sort, refs + i);
		size_t least = string.length < prefix ? string.length : prefix;

		longest = string.length > longest ? string.length : longest;
		prefix = common_prefix(first.bytes, string.bytes, *depth, least);
		MS_TRY(ms_tick(sort->ctx, 10 + (prefix - *depth) / 8));
	}
	*depth = prefix;
	*equal = prefix == longest;
	return MS_OK;
}

/* The end of the run of equal keys that begins at `start`. */
static size_t
run_end(const string_ref *refs, size_t start, size_t n)
{
	size_t end = start + 1;

	while (end < n && refs[end].key == refs[start].key)
		end++;
	return end;
}

static ms_status
sort_by_key(const string_sort *sort, string_ref *refs, size_t n, size_t depth)
{
	for (size_t i = 0; i < n; i++)
		refs[i].key = key_at(string_at(sort, refs + i), depth);
	return ms_order_sort(sort->ctx, (uint64_t *) refs, n, 2, ref_kinds);
}

/*
 * Sorts n strings that share `depth` bytes. A run of more than half of them, there is at most
 * one, is left to the loop: so the recursion is log2(n) deep, however long the strings are.
 */
static ms_status
sort_run(const string_sort *sort, string_ref *refs, size_t n, size_t depth)
{
	while (n > 1)
	{
		string_ref *most = refs;
		size_t most_n = 0;
		bool equal;

		MS_TRY(run_prefix(sort, refs, n, &depth, &equal));
		if (equal)
			return MS_OK;
		MS_TRY(sort_by_key(sort, refs, n, depth));
		depth += KEY_BYTES;
		for (size_t start = 0, end; start < n; start = end)
		{
			size_t run_n;

			end = run_end(refs, start, n);
			run_n = end - start;
			if (!key_goes_on(refs[start].key))
				continue;
			if (run_n > n / 2)
			{
				most = refs + start;
				most_n = run_n;
			}
			else
				MS_TRY(sort_run(sort, refs + start, run_n, depth));
		}
		refs = most;
		n = most_n;
	}
	return MS_OK;
}

/* --- the strings of a sample ---------------------------------------------------------------- */

/* Goes through all slots that hold a string: counts them, and reads or writes them in turn. */
typedef enum string_walk
{
	WALK_COUNT,
	WALK_READ,
	WALK_WRITE
} string_walk;

static ms_status
walk_strings(ms_ctx *ctx, const ms_sample *s, string_walk what, uint64_t *handles, size_t *count)
{
	unsigned char kinds[MS_SAMPLE_MAX_STRIDE];
	size_t stride = ms_sample_stride(s);
	uint64_t *record = ms_sample_record(s, 0);
	size_t m = 0;

	ms_sample_slot_kinds(s, kinds);
	for (size_t i = 0; i < s->n; i++, record += stride)
	{
		for (size_t j = 0; j < stride; j++)
		{
			if (kinds[j] != MS_SLOT_UINT64 || !ms_sample_is_string(record[j]))
				continue;
			if (what == WALK_READ)
				handles[m] = record[j];
			else if (what == WALK_WRITE)
				record[j] = handles[m];
			m++;
		}
		/* what is half written must not be left */
		if (what != WALK_WRITE)
			MS_TRY(ms_tick(ctx, stride));
	}
	*count = m;
	return MS_OK;
}

ms_status
ms_strings_count(ms_ctx *ctx, const ms_sample *s, size_t *count)
{
	return walk_strings(ctx, s, WALK_COUNT, NULL, count);
}

ms_status
ms_strings_gather(ms_ctx *ctx, const ms_sample *s, uint64_t *handles)
{
	size_t count;

	return walk_strings(ctx, s, WALK_READ, handles, &count);
}

static bool
string_equal(ms_string a, ms_string b)
{
	return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

/*
 * Lays the sorted strings, each once, into heap[s->heap] from its end, and puts the new handles
 * in the place of the old ones. *used gets the bytes laid.
 */
static ms_status
lay_strings(const string_sort *sort, const string_ref *refs, size_t m, uint64_t *handles,
			char *heap, uint64_t *used)
{
	ms_string last = {NULL, 0};
	uint64_t offset = 0;

	for (size_t i = 0; i < m; i++)
	{
		ms_string string = string_at(sort, refs + i);

		if (!string_equal(string, last))
		{
			offset += string.length;
			memcpy(heap + sort->s->heap - offset, string.bytes, string.length);
			last = string;
		}
		handles[refs[i].ordinal] = offset << 24 | string.length;
		MS_TRY(ms_tick(sort->ctx, 10 + string.length / 8));
	}
	*used = offset;
	return MS_OK;
}

static ms_status
strings_canonical(ms_ctx *ctx, ms_arena *arena, ms_sample *s, size_t size)
{
	string_sort sort = {ctx, s, size, NULL};
	string_ref *refs;
	uint64_t *handles;
	char *heap;
	size_t m;
	uint64_t used;

	MS_TRY(ms_strings_count(ctx, s, &m));
	MS_TRY(MS_ALLOC(arena, m, &handles));
	MS_TRY(MS_ALLOC(arena, m, &refs));
	MS_TRY(MS_ALLOC(arena, s->heap, &heap));
	MS_TRY(ms_strings_gather(ctx, s, handles));
	for (size_t i = 0; i < m; i++)
		refs[i].ordinal = i;
	sort.handles = handles;
	MS_TRY(sort_run(&sort, refs, m, 0));
	MS_TRY(lay_strings(&sort, refs, m, handles, heap, &used));

	/* from here on nothing stops: records and heap change together */
	(void) walk_strings(ctx, s, WALK_WRITE, handles, &m);
	memcpy((char *) s + size - used, heap + (s->heap - used), used);
	s->heap = used;
	return MS_OK;
}

ms_status
ms_strings_canonical(ms_ctx *ctx, ms_sample *s, size_t size)
{
	ms_arena arena;
	ms_status status;

	if (s->heap == 0)
		return MS_OK;
	ms_arena_init(&arena, ctx);
	status = strings_canonical(ctx, &arena, s, size);
	ms_arena_free(&arena);
	return status;
}
