/*
 * sample_draw.c: a subsample by the least hashes of ids, a "bottom-k" sketch (Cohen & Kaplan
 * 2007) that keeps whole rows. Up to 2 * size rows are held; a prune costs a sort of them, two rows
 * for each that was appended.
 */
#include "core/base/sample.h"

#include <string.h>

#include "core/base/hash.h"
#include "core/base/order.h"
#include "core/base/sample_parts.h"

/* Part of the format: which rows a subsample holds depends on it. ASCII "subsampl". */
#define DRAW_SEED UINT64_C(0x73756273616d706c)

uint64_t
ms_sample_int_id_hash(int64_t id)
{
	return ms_hash_u64((uint64_t) id, DRAW_SEED);
}

uint64_t
ms_sample_text_id_hash(ms_string id)
{
	return ms_hash_bytes(id.bytes, id.length, DRAW_SEED);
}

uint64_t
ms_sample_id_hash(const ms_sample *s, size_t size, uint64_t id_slot)
{
	if (s->head.flags & MS_SAMPLE_ID_TEXT)
		return ms_sample_text_id_hash(ms_sample_string(s, size, id_slot));
	return ms_sample_int_id_hash((int64_t) id_slot);
}

bool
ms_sample_offer(ms_sample *s, uint64_t id_hash)
{
	ms_sample_draw *draw = ms_sample_drawing(s);

	if (draw->seen < UINT64_MAX)
		draw->seen++;
	return id_hash <= draw->threshold;
}

/* (hash, place in canonical order) of every row, ascending. */
static ms_status
rank_rows(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t size, uint64_t **ranks)
{
	static const unsigned char kinds[] = {MS_SLOT_UINT64, MS_SLOT_UINT64};
	size_t id = ms_sample_id_slot(s);

	MS_TRY(ms_arena_alloc(arena, s->n, 2 * sizeof(**ranks), (void **) ranks));
	for (size_t i = 0; i < s->n; i++)
	{
		(*ranks)[2 * i] = ms_sample_id_hash(s, size, ms_sample_record(s, i)[id]);
		(*ranks)[2 * i + 1] = i;
		MS_TRY(ms_tick(ctx, 20));
	}
	return ms_order_sort(ctx, *ranks, s->n, 2, kinds);
}

static bool
has_gap(const uint64_t *record, size_t d)
{
	for (size_t j = 0; j < d; j++)
		if (record[j] == MS_GAP_BITS)
			return true;
	return false;
}

/* Leaves the rows that are marked. Does not stop half way. */
static void
keep_rows(ms_sample *s, const unsigned char *keep)
{
	size_t stride = ms_sample_stride(s);
	size_t n = s->n;

	s->n = 0;
	s->incomplete = 0;
	for (size_t i = 0; i < n; i++)
	{
		uint64_t *to = ms_sample_record(s, s->n);

		if (!keep[i])
			continue;
		memmove(to, ms_sample_record(s, i), stride * sizeof(*to));
		ms_sample_commit(s, has_gap(to, s->d));
	}
}

static ms_status
prune(ms_ctx *ctx, ms_arena *arena, ms_sample *s, size_t size)
{
	ms_sample_draw *draw = ms_sample_drawing(s);
	unsigned char *keep;
	uint64_t *ranks;

	MS_TRY(ms_sample_sort(ctx, s, size));
	MS_TRY(rank_rows(ctx, arena, s, size, &ranks));
	MS_TRY(MS_ZEROED(arena, s->n, &keep));
	for (size_t i = 0; i < draw->size; i++)
		keep[ranks[2 * i + 1]] = 1;
	keep_rows(s, keep);
	draw->threshold = ranks[2 * (draw->size - 1)];
	return MS_OK;
}

ms_status
ms_sample_prune(ms_ctx *ctx, ms_sample *s, size_t size)
{
	ms_arena arena;
	ms_status status;

	size_t wanted = ms_sample_drawing(s)->size;

	if (s->n <= wanted || wanted == 0)
		return MS_OK;
	ms_arena_init(&arena, ctx);
	status = prune(ctx, &arena, s, size);
	ms_arena_free(&arena);
	return status;
}

ms_status
ms_sample_drawn(ms_ctx *ctx, ms_sample *s, size_t size)
{
	const char *records;
	double weight;

	MS_TRY(ms_sample_prune(ctx, s, size));
	weight = s->n > 0 ? (double) ms_sample_drawing(s)->seen / (double) s->n : 1;
	for (size_t i = 0; i < s->n; i++)
		memcpy(ms_sample_record(s, i) + ms_sample_weight_slot(s), &weight, sizeof(weight));
	records = (const char *) ms_sample_record(s, 0);
	s->head.flags &= (uint16_t) ~MS_SAMPLE_DRAWING;
	s->head.flags |= MS_SAMPLE_DRAWN;
	memmove(ms_sample_record(s, 0), records, s->n * ms_sample_stride(s) * sizeof(uint64_t));
	return MS_OK;
}
