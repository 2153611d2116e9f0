/*
 * sample_grow.c: samples that take rows, move to other memory and meet each other. All of it is
 * O(bytes moved); no function allocates.
 */
#include "core/base/sample.h"

#include <string.h>

#include "core/base/order.h"

#define SLOT sizeof(uint64_t)

static size_t
front_size(const ms_sample *s)
{
	return ms_sample_base(s->d, s->head.flags) + s->n * ms_sample_stride(s) * SLOT;
}

static char *
heap_start(const ms_sample *s, size_t size)
{
	return (char *) s + size - s->heap;
}

static uint64_t
double_bits(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

ms_rows
ms_sample_rows(const ms_sample *s)
{
	const double *x = (const double *) ms_sample_record(s, 0);
	bool weighted = s->head.flags & MS_SAMPLE_WEIGHTED;

	return (ms_rows){.x = x,
					 .w = weighted ? x + ms_sample_weight_slot(s) : NULL,
					 .n = s->n,
					 .d = s->d,
					 .stride = ms_sample_stride(s)};
}

void
ms_sample_slot_kinds(const ms_sample *s, unsigned char *kinds)
{
	const unsigned char *columns = ms_sample_kinds(s);

	memset(kinds, MS_SLOT_DOUBLE, ms_sample_stride(s));
	for (size_t j = 0; columns && j < s->d; j++)
		if (columns[j] == MS_KIND_NOMINAL)
			kinds[j] = MS_SLOT_UINT64;
	if (s->head.flags & MS_SAMPLE_ID_INT)
		kinds[ms_sample_id_slot(s)] = MS_SLOT_INT64;
	if (s->head.flags & MS_SAMPLE_ID_TEXT)
		kinds[ms_sample_id_slot(s)] = MS_SLOT_UINT64;
}

void
ms_sample_begin(void *bytes, size_t size, ms_type type, size_t d, uint16_t flags)
{
	ms_sample *s = bytes;

	(void) size;
	memset(bytes, 0, ms_sample_base(d, flags));
	s->head.type = (uint8_t) type;
	s->head.version = MS_SAMPLE_VERSION;
	s->head.flags = flags & (uint16_t) ~MS_SAMPLE_CANONICAL;
	s->d = (uint32_t) d;
	if (flags & MS_SAMPLE_DRAWING)
		ms_sample_drawing(s)->threshold = UINT64_MAX;
}

void
ms_sample_move(void *to, size_t to_size, const ms_sample *from, size_t from_size)
{
	memcpy(to, from, front_size(from));
	memcpy((char *) to + to_size - from->heap, heap_start(from, from_size), from->heap);
}

void
ms_sample_stretch(ms_sample *s, size_t old_size, size_t size)
{
	memmove(heap_start(s, size), heap_start(s, old_size), s->heap);
}

uint64_t
ms_sample_add_string(ms_sample *s, size_t size, ms_string string)
{
	if (string.length == 0)
		return 0;
	s->heap += string.length;
	s->head.flags &= (uint16_t) ~MS_SAMPLE_CANONICAL;
	memcpy(heap_start(s, size), string.bytes, string.length);
	return s->heap << 24 | string.length;
}

/* --- meeting -------------------------------------------------------------------------------- */

static ms_status
mismatch(ms_ctx *ctx, const char *what, int64_t index, double got, double wanted)
{
	return ms_fail(ctx, MS_MISMATCH, what, index, got, wanted);
}

static ms_status
kinds_meet(ms_ctx *ctx, const ms_sample *into, const ms_sample *from)
{
	const unsigned char *a = ms_sample_kinds(into);
	const unsigned char *b = ms_sample_kinds(from);

	if (!a != !b)
		return mismatch(ctx, "kinds", 0, b != NULL, a != NULL);
	for (size_t j = 0; a && j < into->d; j++)
		if (a[j] != b[j] && a[j] != MS_KIND_UNKNOWN && b[j] != MS_KIND_UNKNOWN)
			return mismatch(ctx, "kinds", (int64_t) j + 1, b[j], a[j]);
	return MS_OK;
}

ms_status
ms_sample_meet(ms_ctx *ctx, const ms_sample *into, const ms_sample *from, uint16_t *flags)
{
	const ms_sample_draw *a = ms_sample_drawing(into);
	const ms_sample_draw *b = ms_sample_drawing(from);
	uint64_t sizes[] = {a ? a->size : 0, b ? b->size : 0};
	int into_id = into->head.flags & MS_SAMPLE_ID;
	int from_id = from->head.flags & MS_SAMPLE_ID;

	if (from->d != into->d)
		return mismatch(ctx, "columns", 0, from->d, into->d);
	if (from_id != into_id)
		return mismatch(ctx, "ids", 0, from_id, into_id);
	if (sizes[0] != sizes[1])
		return mismatch(ctx, "drawing", 0, (double) sizes[1], (double) sizes[0]);
	MS_TRY(kinds_meet(ctx, into, from));
	if (into->heap > MS_SAMPLE_HEAP_MAX - from->heap)
		return ms_fail(ctx, MS_TOO_LARGE, "strings", 0, (double) into->heap + (double) from->heap,
					   (double) MS_SAMPLE_HEAP_MAX);
	*flags = into->head.flags | (from->head.flags & (MS_SAMPLE_WEIGHTED | MS_SAMPLE_DRAWN));
	return MS_OK;
}

/* Whether records become others under flags: weights may come, nothing else changes. */
static bool
gains_weight(const ms_sample *s, uint16_t flags)
{
	return flags & ~s->head.flags & MS_SAMPLE_WEIGHTED;
}

/* Copies n records, with a weight of 1 put in where `to` has one and `from` has none. */
static void
copy_records(uint64_t *to, const ms_sample *from, size_t n, bool weigh)
{
	const uint64_t *record = ms_sample_record(from, 0);
	size_t stride = ms_sample_stride(from);
	size_t d = from->d;

	if (!weigh)
	{
		memcpy(to, record, n * stride * SLOT);
		return;
	}
	for (size_t i = 0; i < n; i++, record += stride, to += stride + 1)
	{
		memcpy(to, record, d * SLOT);
		to[d] = double_bits(1.0);
		if (stride > d)
			to[d + 1] = record[d];
	}
}

size_t
ms_sample_convert_size(const ms_sample *s, uint16_t flags)
{
	return ms_sample_used(s) + (gains_weight(s, flags) ? s->n * SLOT : 0);
}

void
ms_sample_convert(void *to, size_t to_size, const ms_sample *from, size_t from_size, uint16_t flags)
{
	ms_sample *s = to;
	bool weigh = gains_weight(from, flags);

	memcpy(to, from, ms_sample_base(from->d, from->head.flags));
	s->head.flags |= flags & (MS_SAMPLE_WEIGHTED | MS_SAMPLE_DRAWN);
	copy_records(ms_sample_record(s, 0), from, from->n, weigh);
	memcpy(heap_start(s, to_size), heap_start(from, from_size), from->heap);
}

size_t
ms_sample_merge_size(const ms_sample *into, const ms_sample *from)
{
	return ms_sample_convert_size(from, into->head.flags) -
		   ms_sample_base(from->d, from->head.flags);
}

/* The new records' handles reach over the strings that were there before. */
static void
shift_handles(ms_sample *s, size_t first, size_t end, uint64_t by)
{
	unsigned char kinds[MS_SAMPLE_MAX_STRIDE];
	size_t stride = ms_sample_stride(s);

	if (by == 0)
		return;
	ms_sample_slot_kinds(s, kinds);
	for (size_t j = 0; j < stride; j++)
	{
		if (kinds[j] != MS_SLOT_UINT64)
			continue;
		for (size_t i = first; i < end; i++)
		{
			uint64_t *slot = ms_sample_record(s, i) + j;

			if (ms_sample_is_string(*slot))
				*slot += by << 24;
		}
	}
}

static void
merge_kinds(ms_sample *into, const ms_sample *from)
{
	unsigned char *a = ms_sample_kinds(into);
	const unsigned char *b = ms_sample_kinds(from);

	for (size_t j = 0; a && j < into->d; j++)
		if (a[j] == MS_KIND_UNKNOWN)
			a[j] = b[j];
}

static void
merge_draws(ms_sample *into, const ms_sample *from)
{
	ms_sample_draw *a = ms_sample_drawing(into);
	const ms_sample_draw *b = ms_sample_drawing(from);

	if (!a)
		return;
	if (__builtin_add_overflow(a->seen, b->seen, &a->seen))
		a->seen = UINT64_MAX;
	if (b->threshold < a->threshold)
		a->threshold = b->threshold;
}

void
ms_sample_merge(ms_sample *into, size_t into_size, const ms_sample *from, size_t from_size)
{
	/* `from` may be `into`: what changes below is read first */
	uint64_t old_heap = into->heap;
	uint64_t heap = from->heap;
	size_t first = into->n;
	size_t n = from->n;
	uint64_t incomplete = from->incomplete;

	merge_kinds(into, from);
	merge_draws(into, from);
	memcpy(heap_start(into, into_size) - heap, heap_start(from, from_size), heap);
	copy_records(ms_sample_record(into, first), from, n, gains_weight(from, into->head.flags));
	into->heap += heap;
	into->n += n;
	into->incomplete += incomplete;
	into->head.flags &= (uint16_t) ~MS_SAMPLE_CANONICAL;
	shift_handles(into, first, first + n, old_heap);
}
