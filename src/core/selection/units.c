/*
 * units.c: rows of a sample by their ids.
 */
#include "core/selection/units.h"

#include <string.h>

#include "core/base/order.h"

static ms_status
check_numbers(ms_ctx *ctx, const ms_sample *s)
{
	const unsigned char *kinds = ms_sample_kinds(s);

	for (size_t j = 0; kinds && j < s->d; j++)
	{
		if (kinds[j] == MS_KIND_NOMINAL)
			return ms_fail(ctx, MS_NOT_NUMERIC, "column", (int64_t) j + 1, 0, 0);
	}
	if (s->incomplete > 0)
		return ms_fail(ctx, MS_INCOMPLETE, "filter", 0, (double) s->incomplete, 0);
	return MS_OK;
}

/* (id, row) of every row, ascending: ids compare as numbers, strings as their handles do. */
static ms_status
sort_ids(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, uint64_t **out)
{
	bool number = s->head.flags & MS_SAMPLE_ID_INT;
	unsigned char kinds[] = {number ? MS_SLOT_INT64 : MS_SLOT_UINT64, MS_SLOT_UINT64};
	bool keyed = s->head.flags & MS_SAMPLE_ID;
	uint64_t *records;

	MS_TRY(ms_arena_alloc(arena, s->n, 2 * sizeof(*records), (void **) &records));
	for (size_t i = 0; i < s->n; i++)
	{
		records[2 * i] = keyed ? ms_sample_record(s, i)[ms_sample_id_slot(s)] : i;
		records[2 * i + 1] = i;
	}
	MS_TRY(ms_tick(ctx, 2 * s->n));
	*out = records;
	return ms_order_sort(ctx, records, s->n, 2, kinds);
}

static ms_status
fill(ms_ctx *ctx, const ms_sample *s, size_t size, const uint64_t *ids, double *x, double *w,
	 size_t *row, uint64_t *key)
{
	bool keyed = s->head.flags & MS_SAMPLE_ID;
	double weight = 0;

	for (size_t i = 0; i < s->n; i++)
	{
		const uint64_t *record = ms_sample_record(s, ids[2 * i + 1]);

		row[i] = ids[2 * i + 1];
		key[i] = keyed ? ms_sample_id_hash(s, size, ids[2 * i])
					   : ms_sample_int_id_hash((int64_t) row[i] + 1);
		memcpy(x + i * s->d, record, s->d * sizeof(*x));
		if (w)
			memcpy(&w[i], record + ms_sample_weight_slot(s), sizeof(*w));
		weight += w ? w[i] : 1;
		MS_TRY(ms_tick(ctx, 20 + s->d));
	}
	return weight > 0 ? MS_OK : ms_fail(ctx, MS_BAD_WEIGHT, "weights", 0, 0, 1);
}

ms_status
ms_units_new(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t size, bool numbers,
			 ms_units *out)
{
	uint64_t *ids;
	double *x;
	double *w = NULL;
	size_t *row;
	uint64_t *key;

	if (numbers)
		MS_TRY(check_numbers(ctx, s));
	MS_TRY(sort_ids(ctx, arena, s, &ids));
	MS_TRY(ms_arena_alloc(arena, s->n, s->d * sizeof(*x), (void **) &x));
	MS_TRY(MS_ALLOC(arena, s->n, &row));
	MS_TRY(MS_ALLOC(arena, s->n, &key));
	if (s->head.flags & MS_SAMPLE_WEIGHTED)
		MS_TRY(MS_ALLOC(arena, s->n, &w));
	MS_TRY(fill(ctx, s, size, ids, x, w, row, key));
	*out =
		(ms_units){.n = s->n, .d = s->d, .x = x, .w = w, .row = row, .key = key, .repeated = s->n};
	for (size_t i = s->n - 1; i > 0; i--)
	{
		if (ids[2 * i] == ids[2 * i - 2])
			out->repeated = i;
	}
	return ms_tick(ctx, 2 * s->n);
}
