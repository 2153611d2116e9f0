/*
 * sample_check.c: the validator of samples. Nothing is believed before it is compared with the
 * bytes that are there. O(n d), and a sort of the handles where there are strings.
 */
#include "core/base/sample.h"

#include <string.h>

#include "core/base/order.h"
#include "core/base/sample_parts.h"

#define SIGN_BIT (UINT64_C(1) << 63)
#define EXPONENT_BITS UINT64_C(0x7ff0000000000000)
#define ONE_BITS UINT64_C(0x3ff0000000000000)

static ms_status
corrupt(ms_ctx *ctx, const char *what, size_t offset, double got, double wanted)
{
	return ms_fail(ctx, MS_CORRUPT, what, (int64_t) offset, got, wanted);
}

static size_t
offset_of(const ms_sample *s, const void *p)
{
	return (size_t) ((const char *) p - (const char *) s);
}

/* --- head ----------------------------------------------------------------------------------- */

static bool
flags_agree(uint16_t flags, ms_type type)
{
	int id = flags & MS_SAMPLE_ID;

	if (!(flags & MS_SAMPLE_CANONICAL) || id == MS_SAMPLE_ID)
		return false;
	if (type == MS_TYPE_MIXED && !(flags & MS_SAMPLE_MIXED))
		return false;
	if (flags & MS_SAMPLE_DRAWING && flags & MS_SAMPLE_DRAWN)
		return false;
	return !(flags & (MS_SAMPLE_DRAWING | MS_SAMPLE_DRAWN)) || (id && flags & MS_SAMPLE_WEIGHTED);
}

static ms_status
check_head(ms_ctx *ctx, const ms_sample *s, size_t size, ms_type type)
{
	uint16_t known =
		type == MS_TYPE_MIXED ? MS_SAMPLE_MIXED | MS_SAMPLE_CANONICAL : MS_SAMPLE_FLAGS;

	MS_TRY(ms_wire_head(ctx, s, size, type, MS_SAMPLE_VERSION, known, sizeof(*s)));
	if (!flags_agree(s->head.flags, type))
		return corrupt(ctx, "flags", offsetof(ms_head, flags), s->head.flags, known);
	if (s->d < 1 || s->d > MS_MAX_DIM)
		return corrupt(ctx, "columns", offsetof(ms_sample, d), s->d, MS_MAX_DIM);
	if (s->n < 1 || (type == MS_TYPE_MIXED && s->n > 1))
		return corrupt(ctx, "rows", offsetof(ms_sample, n), (double) s->n, 1);
	if (s->reserved != 0)
		return corrupt(ctx, "reserved", offsetof(ms_sample, reserved), s->reserved, 0);
	if (s->heap > MS_SAMPLE_HEAP_MAX)
		return corrupt(ctx, "strings", offsetof(ms_sample, heap), (double) s->heap,
					   (double) MS_SAMPLE_HEAP_MAX);
	return MS_OK;
}

static ms_status
check_size(ms_ctx *ctx, const ms_sample *s, size_t size)
{
	size_t records;
	size_t total = SIZE_MAX;

	if (!ms_size_mul(s->n, ms_sample_stride(s) * sizeof(uint64_t), &records) ||
		!ms_size_add(ms_sample_base(s->d, s->head.flags), records, &total) ||
		!ms_size_add(total, s->heap, &total) || total != size)
		return corrupt(ctx, "size", size, (double) size, (double) total);
	return MS_OK;
}

static ms_status
check_kinds(ms_ctx *ctx, const ms_sample *s)
{
	const unsigned char *kinds = ms_sample_kinds(s);
	size_t padded = ((size_t) s->d + 7) & ~(size_t) 7;

	if (!kinds)
		return MS_OK;
	for (size_t j = 0; j < s->d; j++)
		if (kinds[j] > MS_KIND_BOOLEAN)
			return corrupt(ctx, "kinds", offset_of(s, kinds + j), kinds[j], MS_KIND_BOOLEAN);
	for (size_t j = s->d; j < padded; j++)
		if (kinds[j] != 0)
			return corrupt(ctx, "padding", offset_of(s, kinds + j), kinds[j], 0);
	return MS_OK;
}

/* Rows that were thrown away leave `size` rows, whose greatest hash is the threshold. */
static ms_status
check_draw(ms_ctx *ctx, const ms_sample *s)
{
	const ms_sample_draw *draw = ms_sample_drawing(s);
	uint64_t kept;

	if (!draw)
		return MS_OK;
	kept = draw->seen < draw->size ? draw->seen : draw->size;
	if (draw->size < 1 || s->n != kept)
		return corrupt(ctx, "drawing", offset_of(s, draw), (double) s->n, (double) kept);
	if (s->n == draw->seen && draw->threshold != UINT64_MAX)
		return corrupt(ctx, "threshold", offset_of(s, &draw->threshold), 0, 0);
	return MS_OK;
}

/* --- records -------------------------------------------------------------------------------- */

static bool
is_number(uint64_t bits)
{
	return (bits & EXPONENT_BITS) != EXPONENT_BITS && bits != SIGN_BIT;
}

/* Inside the heap, and no other form of the empty string. */
static bool
is_handle(const ms_sample *s, uint64_t bits)
{
	uint64_t offset = bits >> 24;
	uint64_t length = bits & MS_STRING_MAX;

	return bits == 0 || (length > 0 && length <= offset && offset <= s->heap);
}

static bool
is_value(const ms_sample *s, ms_kind kind, uint64_t bits)
{
	switch (kind)
	{
		case MS_KIND_NUMBER:
			return is_number(bits);
		case MS_KIND_NOMINAL:
			return is_handle(s, bits);
		case MS_KIND_BOOLEAN:
			return bits == 0 || bits == ONE_BITS;
		default:
			return false;
	}
}

static ms_status
check_point(ms_ctx *ctx, const ms_sample *s, const uint64_t *record, bool *incomplete)
{
	const unsigned char *kinds = ms_sample_kinds(s);

	*incomplete = false;
	for (size_t j = 0; j < s->d; j++)
	{
		ms_kind kind = kinds ? (ms_kind) kinds[j] : MS_KIND_NUMBER;

		if (record[j] == MS_GAP_BITS)
			*incomplete = true;
		else if (!is_value(s, kind, record[j]))
			return corrupt(ctx, "value", offset_of(s, record + j), kind, 0);
	}
	return MS_OK;
}

/* Weight and id. */
static ms_status
check_tail(ms_ctx *ctx, const ms_sample *s, const uint64_t *record)
{
	uint16_t flags = s->head.flags;
	const uint64_t *weight = record + ms_sample_weight_slot(s);
	const uint64_t *id = record + ms_sample_id_slot(s);

	if (flags & MS_SAMPLE_WEIGHTED && (!is_number(*weight) || *weight & SIGN_BIT ||
									   *(const double *) weight > MS_SAMPLE_MAX_WEIGHT))
		return corrupt(ctx, "weight", offset_of(s, weight), 0, 0);
	if (flags & MS_SAMPLE_ID_TEXT && !is_handle(s, *id))
		return corrupt(ctx, "id", offset_of(s, id), 0, 0);
	if (flags & MS_SAMPLE_DRAWING && *weight != ONE_BITS)
		return corrupt(ctx, "weight", offset_of(s, weight), 0, 1);
	return MS_OK;
}

/* The threshold is the greatest hash of an id, once rows have been thrown away. */
static ms_status
check_threshold(ms_ctx *ctx, const ms_sample *s, size_t size)
{
	const ms_sample_draw *draw = ms_sample_drawing(s);
	uint64_t greatest = 0;

	if (!draw || draw->seen == s->n)
		return MS_OK;
	for (size_t i = 0; i < s->n; i++)
	{
		uint64_t id = ms_sample_record(s, i)[ms_sample_id_slot(s)];
		uint64_t hash = ms_sample_id_hash(s, size, id);

		greatest = hash > greatest ? hash : greatest;
		MS_TRY(ms_tick(ctx, 20));
	}
	if (greatest != draw->threshold)
		return corrupt(ctx, "threshold", offset_of(s, &draw->threshold), 0, 0);
	return MS_OK;
}

static ms_status
check_records(ms_ctx *ctx, const ms_sample *s)
{
	unsigned char kinds[MS_SAMPLE_MAX_STRIDE];
	size_t stride = ms_sample_stride(s);
	uint64_t gaps = 0;

	ms_sample_slot_kinds(s, kinds);
	for (size_t i = 0; i < s->n; i++)
	{
		const uint64_t *record = ms_sample_record(s, i);
		bool incomplete;

		MS_TRY(check_point(ctx, s, record, &incomplete));
		MS_TRY(check_tail(ctx, s, record));
		if (i > 0 && ms_order_compare(record - stride, record, stride, kinds) > 0)
			return corrupt(ctx, "order", offset_of(s, record), 0, 0);
		gaps += incomplete;
		MS_TRY(ms_tick(ctx, 2 * stride));
	}
	if (gaps != s->incomplete)
		return corrupt(ctx, "incomplete", offsetof(ms_sample, incomplete), (double) s->incomplete,
					   (double) gaps);
	return MS_OK;
}

/* A kind that no row bears would make equal rows unequal bytes. */
static ms_status
check_kinds_used(ms_ctx *ctx, const ms_sample *s)
{
	const unsigned char *kinds = ms_sample_kinds(s);

	for (size_t j = 0; kinds && j < s->d; j++)
	{
		if (kinds[j] == MS_KIND_UNKNOWN || !ms_sample_column_empty(s, j))
			continue;
		return corrupt(ctx, "kinds", offset_of(s, kinds + j), kinds[j], MS_KIND_UNKNOWN);
	}
	return MS_OK;
}

/* --- strings -------------------------------------------------------------------------------- */

static int
string_compare(ms_string a, ms_string b)
{
	size_t least = a.length < b.length ? a.length : b.length;
	int order = least > 0 ? memcmp(a.bytes, b.bytes, least) : 0;

	return order ? order : (a.length > b.length) - (a.length < b.length);
}

/* Each next handle begins where the last ended, and its string is greater. */
static ms_status
check_tiles(ms_ctx *ctx, const ms_sample *s, size_t size, const uint64_t *handles, size_t m)
{
	ms_string last = {NULL, 0};
	uint64_t end = 0;

	for (size_t i = 0; i < m; i++)
	{
		ms_string string = ms_sample_string(s, size, handles[i]);

		if (i > 0 && handles[i] == handles[i - 1])
			continue;
		end += string.length;
		if (handles[i] >> 24 != end || string_compare(last, string) >= 0)
			return corrupt(ctx, "strings", size - (handles[i] >> 24), (double) (handles[i] >> 24),
						   (double) end);
		last = string;
		MS_TRY(ms_tick(ctx, 10 + string.length / 8));
	}
	if (end != s->heap)
		return corrupt(ctx, "strings", size - s->heap, (double) s->heap, (double) end);
	return MS_OK;
}

static ms_status
check_strings(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t size)
{
	static const unsigned char kind[] = {MS_SLOT_UINT64};
	uint64_t *handles;
	size_t m;

	MS_TRY(ms_strings_count(ctx, s, &m));
	MS_TRY(MS_ALLOC(arena, m, &handles));
	MS_TRY(ms_strings_gather(ctx, s, handles));
	MS_TRY(ms_order_sort(ctx, handles, m, 1, kind));
	return check_tiles(ctx, s, size, handles, m);
}

ms_status
ms_sample_check(ms_ctx *ctx, const void *bytes, size_t size, ms_type type)
{
	const ms_sample *s = bytes;
	ms_arena arena;
	ms_status status;

	MS_TRY(check_head(ctx, s, size, type));
	MS_TRY(check_size(ctx, s, size));
	MS_TRY(check_kinds(ctx, s));
	MS_TRY(check_draw(ctx, s));
	MS_TRY(check_records(ctx, s));
	MS_TRY(check_kinds_used(ctx, s));
	MS_TRY(check_threshold(ctx, s, size));
	if (s->heap == 0)
		return MS_OK;
	ms_arena_init(&arena, ctx);
	status = check_strings(ctx, &arena, s, size);
	ms_arena_free(&arena);
	return status;
}
