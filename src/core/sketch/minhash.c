/*
 * minhash.c: sketches that take elements and meet each other. A small set is a sorted array of
 * hashes, in which a repeated element costs a binary search; element t + 1 turns it into
 * registers, which the files minhash_sets.c and minhash_weights.c know.
 */
#include "core/sketch/minhash_parts.h"

#include <string.h>

/* Entries that a state has room for before it first grows. */
#define FIRST_ENTRIES 8

static inline ms_minhash_kind
kind_of(const ms_minhash *m)
{
	return (ms_minhash_kind) m->kind;
}

static inline size_t
entry_size(const ms_minhash *m)
{
	return ms_minhash_entry_size(kind_of(m));
}

static inline ms_weighted_entry *
weighted_entries(const ms_minhash *m)
{
	return (ms_weighted_entry *) ms_minhash_words(m);
}

static inline ms_weighted_register *
weighted_registers(const ms_minhash *m)
{
	return (ms_weighted_register *) ms_minhash_words(m);
}

static inline void
count_rows(ms_minhash *m, uint64_t rows)
{
	m->n = rows > INT64_MAX - m->n ? INT64_MAX : m->n + rows;
}

const char *
ms_minhash_kind_name(int kind)
{
	static const char *const names[] = {NULL, "fss", "khash", "weighted", "probability"};

	return kind >= MS_MINHASH_FSS && kind <= MS_MINHASH_PROBABILITY ? names[kind] : NULL;
}

ms_status
ms_minhash_parameters(ms_ctx *ctx, int64_t t, int kind)
{
	int64_t nearest = t < MS_MINHASH_MIN_T ? MS_MINHASH_MIN_T : MS_MINHASH_MAX_T;

	if (t < MS_MINHASH_MIN_T || t > MS_MINHASH_MAX_T)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "t", 0, (double) t, (double) nearest);
	if (!ms_minhash_kind_name(kind))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "kind", 0, kind, MS_MINHASH_FSS);
	return MS_OK;
}

void
ms_minhash_begin(void *bytes, size_t t, ms_minhash_kind kind, int64_t seed)
{
	ms_minhash *m = bytes;
	uint32_t host = m->head.host;

	*m = (ms_minhash){.head = {.host = host,
							   .type = MS_TYPE_MINHASH,
							   .version = MS_MINHASH_VERSION,
							   .flags = MS_MINHASH_EXACT},
					  .seed = seed,
					  .t = (uint32_t) t,
					  .kind = (uint8_t) kind,
					  .hash = MS_MINHASH_XXH64};
}

void
ms_minhash_keys(uint64_t *keys, size_t t, int64_t seed)
{
	for (size_t i = 0; i < 2 * t; i++)
		keys[i] = ms_sketch_mix((uint64_t) seed ^ ms_sketch_mix(i));
}

size_t
ms_minhash_used(const ms_minhash *m)
{
	if (ms_minhash_is_exact(m))
		return sizeof(*m) + m->count * entry_size(m);
	if (m->bits > 0)
		return sizeof(*m) + ((size_t) m->t * m->bits + 63) / 64 * 8;
	return ms_minhash_full_size(m->t, kind_of(m));
}

size_t
ms_minhash_room(const ms_minhash *m)
{
	size_t full = ms_minhash_full_size(m->t, kind_of(m));
	size_t more = m->count < FIRST_ENTRIES / 2 ? FIRST_ENTRIES : 2 * (size_t) m->count;
	size_t size = sizeof(*m) + more * entry_size(m);

	return ms_minhash_is_exact(m) && size < full ? size : full;
}

/* --- exact values --------------------------------------------------------------------------- */

/* The first of n entries of `words` words each whose element is not below `element`. */
static inline size_t
lower_bound(const uint64_t *entries, size_t n, size_t words, uint64_t element)
{
	size_t from = 0;

	/* hashes are random: a product where a branch would be mispredicted every other time */
	while (n > 1)
	{
		size_t half = n / 2;

		from += half * (entries[(from + half - 1) * words] < element);
		n -= half;
	}
	return from + (n == 1 && entries[from * words] < element);
}

/* From entries to registers, in place: the room for them is there. */
static void
become_registers(ms_minhash *m, const uint64_t *keys)
{
	uint64_t made[MS_MINHASH_MAX_WORDS];

	ms_minhash_registers(m, keys, made);
	memcpy(ms_minhash_words(m), made, m->t * entry_size(m));
	m->head.flags &= (uint16_t) ~MS_MINHASH_EXACT;
	m->count = 0;
	if (m->kind == MS_MINHASH_FSS)
		ms_fss_limit(m);
	if (ms_minhash_is_weighted(m))
		m->limit = ms_weighted_limit(weighted_registers(m), m->t);
}

/* One element more in an exact value, at its place. */
static inline void
insert(ms_minhash *m, size_t at, const void *entry)
{
	size_t size = entry_size(m);
	char *p = (char *) ms_minhash_words(m) + at * size;

	memmove(p + size, p, (m->count - at) * size);
	memcpy(p, entry, size);
	m->count++;
}

static void
add_to_registers(ms_minhash *m, const uint64_t *keys, uint64_t element, double weight)
{
	switch (kind_of(m))
	{
		case MS_MINHASH_FSS:
			ms_fss_add(m, keys, element);
			break;
		case MS_MINHASH_KHASH:
			ms_khash_add(ms_minhash_words(m), m->t, keys, element);
			break;
		default:
			ms_weighted_add(m, keys, element, weight);
	}
}

/* An element without the row: false when there is no room. */
static bool
put(ms_minhash *m, size_t size, const uint64_t *keys, uint64_t element, double weight)
{
	ms_weighted_entry entry = {element, weight};
	size_t words = entry_size(m) / 8;
	size_t at;

	if (!ms_minhash_is_exact(m))
	{
		add_to_registers(m, keys, element, weight);
		return true;
	}
	at = lower_bound(ms_minhash_words(m), m->count, words, element);
	if (at < m->count && ms_minhash_words(m)[at * words] == element)
	{
		if (words == 2 && weight > weighted_entries(m)[at].weight)
			weighted_entries(m)[at].weight = weight;
		return true;
	}
	if (m->count < m->t)
	{
		if (size < ms_minhash_used(m) + entry_size(m))
			return false;
		insert(m, at, &entry);
		return true;
	}
	if (size < ms_minhash_full_size(m->t, kind_of(m)))
		return false;
	become_registers(m, keys);
	add_to_registers(m, keys, element, weight);
	return true;
}

bool
ms_minhash_add(ms_minhash *m, size_t size, const uint64_t *keys, uint64_t element)
{
	bool done = true;

	/* what nearly every row of a large set is */
	if (m->kind == MS_MINHASH_FSS && !ms_minhash_is_exact(m))
		ms_fss_add(m, keys, element);
	else
		done = put(m, size, keys, element, 0);
	if (done)
		count_rows(m, 1);
	return done;
}

bool
ms_minhash_add_weighted(ms_minhash *m, size_t size, const uint64_t *keys, uint64_t element,
						double weight)
{
	bool done = weight == 0 || put(m, size, keys, element, weight);

	if (done)
		count_rows(m, 1);
	return done;
}

ms_status
ms_minhash_weight(ms_ctx *ctx, double weight)
{
	double nearest = weight > 1 ? MS_MINHASH_MAX_WEIGHT : weight > 0 ? MS_MINHASH_MIN_WEIGHT : 0;

	if (weight == 0 || (weight >= MS_MINHASH_MIN_WEIGHT && weight <= MS_MINHASH_MAX_WEIGHT))
		return MS_OK;
	return ms_fail(ctx, MS_BAD_WEIGHT, "weight", 0, weight, nearest);
}

const uint64_t *
ms_minhash_registers(const ms_minhash *m, const uint64_t *keys, uint64_t *scratch)
{
	if (m->bits > 0 || ms_minhash_is_empty(m))
		return NULL;
	if (!ms_minhash_is_exact(m))
		return ms_minhash_words(m);
	if (m->kind == MS_MINHASH_FSS)
		ms_fss_sketch(scratch, m->t, keys, ms_minhash_words(m), m->count);
	else if (m->kind == MS_MINHASH_KHASH)
		ms_khash_sketch(scratch, m->t, keys, ms_minhash_words(m), m->count);
	else
		ms_weighted_sketch((ms_weighted_register *) scratch, m->t, kind_of(m), keys,
						   weighted_entries(m), m->count);
	return scratch;
}

/* --- meeting -------------------------------------------------------------------------------- */

static ms_status
same(ms_ctx *ctx, const char *what, int64_t from, int64_t into)
{
	return from == into ? MS_OK : ms_fail(ctx, MS_MISMATCH, what, 0, (double) from, (double) into);
}

ms_status
ms_minhash_comparable(ms_ctx *ctx, const ms_minhash *into, const ms_minhash *from)
{
	MS_TRY(same(ctx, "kind", from->kind, into->kind));
	MS_TRY(same(ctx, "t", from->t, into->t));
	MS_TRY(same(ctx, "seed", from->seed, into->seed));
	return same(ctx, "hash", from->hash, into->hash);
}

ms_status
ms_minhash_meet(ms_ctx *ctx, const ms_minhash *into, const ms_minhash *from)
{
	MS_TRY(ms_minhash_comparable(ctx, into, from));
	if (into->bits > 0 || from->bits > 0)
		return ms_fail(ctx, MS_MISMATCH, "bits", 0, from->bits, into->bits);
	return MS_OK;
}

/* Elements of both exact values together. */
static size_t
union_count(const ms_minhash *a, const ms_minhash *b)
{
	size_t words = entry_size(a) / 8;
	const uint64_t *x = ms_minhash_words(a);
	const uint64_t *y = ms_minhash_words(b);
	size_t i = 0;
	size_t j = 0;
	size_t n = 0;

	for (; i < a->count && j < b->count; n++)
	{
		uint64_t u = x[i * words];
		uint64_t v = y[j * words];

		i += u <= v;
		j += v <= u;
	}
	return n + (a->count - i) + (b->count - j);
}

size_t
ms_minhash_merge_size(const ms_minhash *into, const ms_minhash *from)
{
	size_t n = into->t;

	if (ms_minhash_is_exact(into) && ms_minhash_is_exact(from))
		n = union_count(into, from);
	return sizeof(*into) + (n < into->t ? n : into->t) * entry_size(into);
}

/* Element by element: into an exact value while it is one. */
static void
add_entries(ms_minhash *m, size_t size, const uint64_t *keys, const void *entries, size_t n)
{
	size_t step = entry_size(m);
	ms_weighted_entry entry = {0, 0};

	for (size_t i = 0; i < n; i++)
	{
		memcpy(&entry, (const char *) entries + i * step, step);
		put(m, size, keys, entry.element, entry.weight);
	}
}

/* Registers of both; an empty register cannot be, so `least` is all. */
static void
merge_registers(ms_minhash *into, const ms_minhash *from)
{
	if (ms_minhash_is_weighted(into))
	{
		ms_weighted_least(weighted_registers(into), weighted_registers(from), into->t);
		into->limit = ms_weighted_limit(weighted_registers(into), into->t);
		return;
	}
	ms_registers_least(ms_minhash_words(into), ms_minhash_words(from), into->t);
	if (into->kind == MS_MINHASH_FSS)
		ms_fss_limit(into);
}

/* The registers of `from`, then the elements of `into`: cheaper than to sketch these alone. */
static void
take_registers(ms_minhash *into, size_t size, const uint64_t *keys, const ms_minhash *from)
{
	uint64_t entries[MS_MINHASH_MAX_WORDS];
	size_t count = into->count;

	memcpy(entries, ms_minhash_words(into), count * entry_size(into));
	memcpy(ms_minhash_words(into), ms_minhash_words(from), from->t * entry_size(from));
	into->head.flags = from->head.flags;
	into->count = from->count;
	into->limit = from->limit;
	add_entries(into, size, keys, entries, count);
}

void
ms_minhash_merge(ms_minhash *into, size_t size, const uint64_t *keys, const ms_minhash *from)
{
	uint64_t rows = from->n;

	if (from == into)
		; /* only the rows are new */
	else if (ms_minhash_is_exact(from))
		add_entries(into, size, keys, ms_minhash_words(from), from->count);
	else if (ms_minhash_is_exact(into))
		take_registers(into, size, keys, from);
	else
		merge_registers(into, from);
	count_rows(into, rows);
}
