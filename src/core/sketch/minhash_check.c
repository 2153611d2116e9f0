/*
 * minhash_check.c: the validator of sketches: one form a set, and no register that no element
 * could have made, as far as registers show it. O(t).
 */
#include "core/sketch/minhash_parts.h"

static ms_status
corrupt(ms_ctx *ctx, const ms_minhash *m, const char *what, const void *at)
{
	return ms_fail(ctx, MS_CORRUPT, what, (const char *) at - (const char *) m, 0, 0);
}

static bool
packs(int bits)
{
	return bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
}

static ms_status
check_fields(ms_ctx *ctx, const ms_minhash *m)
{
	if (m->t < MS_MINHASH_MIN_T || m->t > MS_MINHASH_MAX_T)
		return corrupt(ctx, m, "t", &m->t);
	if (!ms_minhash_kind_name(m->kind))
		return corrupt(ctx, m, "kind", &m->kind);
	if (m->hash != MS_MINHASH_XXH64)
		return corrupt(ctx, m, "hash", &m->hash);
	if (m->bits != 0 && (!packs(m->bits) || ms_minhash_is_exact(m)))
		return corrupt(ctx, m, "bits", &m->bits);
	if (m->reserved != 0 || m->unused != 0)
		return corrupt(ctx, m, "reserved",
					   m->reserved != 0 ? (const void *) &m->reserved : &m->unused);
	return MS_OK;
}

/* As many rows as the elements need. */
static ms_status
check_rows(ms_ctx *ctx, const ms_minhash *m)
{
	bool exact = ms_minhash_is_exact(m);
	uint64_t elements = exact ? m->count : (uint64_t) m->t + 1;

	if (m->bits > 0)
		elements = 1; /* sketched from an exact one, perhaps */
	if (m->n > INT64_MAX || m->n < elements)
		return corrupt(ctx, m, "rows", &m->n);
	if (exact && m->count == 0 && m->n > 0 && !ms_minhash_is_weighted(m))
		return corrupt(ctx, m, "rows", &m->n);
	return MS_OK;
}

/* Ascending, and weights that a door lets in. */
static ms_status
check_entries(ms_ctx *ctx, const ms_minhash *m)
{
	size_t words = ms_minhash_entry_size((ms_minhash_kind) m->kind) / 8;
	const uint64_t *entries = ms_minhash_words(m);
	const ms_weighted_entry *weighted = (const ms_weighted_entry *) entries;

	if (m->limit != 0)
		return corrupt(ctx, m, "limit", &m->limit);
	for (size_t i = 0; i < m->count; i++)
	{
		if (i > 0 && entries[i * words] <= entries[(i - 1) * words])
			return corrupt(ctx, m, "order", entries + i * words);
		if (words == 2 &&
			(!(weighted[i].weight > 0) || ms_minhash_weight(ctx, weighted[i].weight) != MS_OK))
			return corrupt(ctx, m, "weight", &weighted[i].weight);
	}
	return MS_OK;
}

/* Rounds that there are; the later ones have a bin of their own. */
static ms_status
check_fss(ms_ctx *ctx, const ms_minhash *m)
{
	const uint64_t *registers = ms_minhash_words(m);
	uint32_t limit = 0;
	uint32_t count = 0;

	for (uint32_t i = 0; i < m->t; i++)
	{
		uint32_t round = ms_fss_round(registers[i]);

		if (registers[i] == MS_MINHASH_EMPTY || round >= 2 * m->t ||
			(round >= m->t && round - m->t != i))
			return corrupt(ctx, m, "register", registers + i);
		count = round > limit ? 1 : count + (round == limit);
		limit = round > limit ? round : limit;
	}
	if (m->limit != limit)
		return corrupt(ctx, m, "limit", &m->limit);
	return m->count == count ? MS_OK : corrupt(ctx, m, "count", &m->count);
}

/* What the greatest rank of weights between the limits, up to 2^63 of them, is well within. */
#define LEAST_LIMIT 1e-200
#define MOST_LIMIT 1e160

static ms_status
check_weighted(ms_ctx *ctx, const ms_minhash *m)
{
	const ms_weighted_register *r = (const ms_weighted_register *) ms_minhash_words(m);
	bool darts = m->kind == MS_MINHASH_WEIGHTED;

	for (uint32_t i = 0; i < m->t; i++)
	{
		if (!(r[i].rank >= 0 && r[i].rank <= MOST_LIMIT) || signbit(r[i].rank))
			return corrupt(ctx, m, "rank", &r[i].rank);
		if (darts && ms_dart_bin(r[i].id, m->t) != i)
			return corrupt(ctx, m, "register", &r[i].id);
	}
	if (m->limit != ms_weighted_limit(r, m->t) || ms_limit_rank(m->limit) < LEAST_LIMIT)
		return corrupt(ctx, m, "limit", &m->limit);
	return m->count == 0 ? MS_OK : corrupt(ctx, m, "count", &m->count);
}

/* Nothing but registers, and zeros up to the last word's end. */
static ms_status
check_packed(ms_ctx *ctx, const ms_minhash *m)
{
	size_t bits = (size_t) m->t * m->bits;
	const uint64_t *last = ms_minhash_words(m) + (bits - 1) / 64;

	if (m->count != 0)
		return corrupt(ctx, m, "count", &m->count);
	if (m->limit != 0)
		return corrupt(ctx, m, "limit", &m->limit);
	if (bits % 64 != 0 && *last >> bits % 64 != 0)
		return corrupt(ctx, m, "padding", last);
	return MS_OK;
}

static ms_status
check_khash(ms_ctx *ctx, const ms_minhash *m)
{
	if (m->count != 0)
		return corrupt(ctx, m, "count", &m->count);
	return m->limit == 0 ? MS_OK : corrupt(ctx, m, "limit", &m->limit);
}

static ms_status
check_payload(ms_ctx *ctx, const ms_minhash *m)
{
	if (ms_minhash_is_exact(m))
		return check_entries(ctx, m);
	if (m->bits > 0)
		return check_packed(ctx, m);
	if (m->kind == MS_MINHASH_FSS)
		return check_fss(ctx, m);
	if (m->kind == MS_MINHASH_KHASH)
		return check_khash(ctx, m);
	return check_weighted(ctx, m);
}

ms_status
ms_minhash_check(ms_ctx *ctx, const void *bytes, size_t size)
{
	const ms_minhash *m = bytes;

	MS_TRY(ms_wire_head(ctx, bytes, size, MS_TYPE_MINHASH, MS_MINHASH_VERSION, MS_MINHASH_FLAGS,
						sizeof(*m)));
	MS_TRY(check_fields(ctx, m));
	if (ms_minhash_is_exact(m) && m->count > m->t)
		return corrupt(ctx, m, "count", &m->count);
	if (size != ms_minhash_used(m))
		return ms_fail(ctx, MS_CORRUPT, "size", (int64_t) size, (double) size,
					   (double) ms_minhash_used(m));
	MS_TRY(check_rows(ctx, m));
	MS_TRY(ms_tick(ctx, 2 * m->t));
	return check_payload(ctx, m);
}
