/*
 * sample.c: finished samples: canonical order, the copy without free space, marginals, counts.
 */
#include "core/base/sample.h"

#include <string.h>

#include "core/base/order.h"
#include "core/base/sample_parts.h"
#include "core/base/sums.h"

/* --- canonical order ------------------------------------------------------------------------ */

bool
ms_sample_column_empty(const ms_sample *s, size_t j)
{
	const uint64_t *slot = ms_sample_record(s, 0) + j;
	size_t stride = ms_sample_stride(s);

	for (size_t i = 0; i < s->n; i++)
		if (slot[i * stride] != MS_GAP_BITS)
			return false;
	return true;
}

/*
 * A kind that no row bears is forgotten: rows may have gone since (a subsample prunes), and what
 * was seen before they went depends on the plan.
 */
static ms_status
forget_kinds(ms_ctx *ctx, ms_sample *s)
{
	unsigned char *kinds = ms_sample_kinds(s);

	for (size_t j = 0; kinds && j < s->d; j++)
	{
		if (kinds[j] == MS_KIND_UNKNOWN || !ms_sample_column_empty(s, j))
			continue;
		kinds[j] = MS_KIND_UNKNOWN;
		MS_TRY(ms_tick(ctx, s->n));
	}
	return MS_OK;
}

ms_status
ms_sample_sort(ms_ctx *ctx, ms_sample *s, size_t size)
{
	unsigned char kinds[MS_SAMPLE_MAX_STRIDE];

	if (s->head.flags & MS_SAMPLE_CANONICAL)
		return MS_OK;
	MS_TRY(ms_strings_canonical(ctx, s, size));
	MS_TRY(forget_kinds(ctx, s));
	ms_sample_slot_kinds(s, kinds);
	MS_TRY(ms_order_sort(ctx, ms_sample_record(s, 0), s->n, ms_sample_stride(s), kinds));
	s->head.flags |= MS_SAMPLE_CANONICAL;
	return MS_OK;
}

ms_status
ms_sample_canonical(ms_ctx *ctx, ms_sample *s, size_t size)
{
	if (s->head.flags & MS_SAMPLE_DRAWING)
		MS_TRY(ms_sample_prune(ctx, s, size));
	return ms_sample_sort(ctx, s, size);
}

void
ms_sample_flatten(void *to, const ms_sample *s, size_t size)
{
	ms_sample_move(to, ms_sample_used(s), s, size);
}

/* --- counts --------------------------------------------------------------------------------- */

uint64_t
ms_sample_distinct(const ms_sample *s)
{
	const uint64_t *record = ms_sample_record(s, 0);
	size_t stride = ms_sample_stride(s);
	uint64_t distinct = s->n > 0;

	/* equal values have equal bits: there is no -0.0 and one kind of gap */
	for (size_t i = 1; i < s->n; i++, record += stride)
		distinct += memcmp(record, record + stride, s->d * sizeof(*record)) != 0;
	return distinct;
}

double
ms_sample_weight(const ms_sample *s)
{
	ms_rows rows = ms_sample_rows(s);
	ms_sum sum = {0, 0};

	if (!rows.w)
		return (double) s->n;
	for (size_t i = 0; i < rows.n; i++)
		ms_sum_add(&sum, ms_rows_weight(&rows, i));
	return ms_sum_get(&sum);
}

/* --- marginals ------------------------------------------------------------------------------ */

size_t
ms_sample_marginal_size(const ms_sample *s, size_t nd)
{
	size_t tail = ms_sample_stride(s) - s->d;

	return ms_sample_base(nd, s->head.flags) + s->n * (nd + tail) * sizeof(uint64_t) + s->heap;
}

static ms_status
check_dims(ms_ctx *ctx, const ms_sample *s, const uint32_t *dims, size_t nd)
{
	if (nd < 1 || nd > MS_MAX_DIM)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "columns", 0, (double) nd, nd < 1 ? 1 : MS_MAX_DIM);
	for (size_t j = 0; j < nd; j++)
		if (dims[j] >= s->d)
			return ms_fail(ctx, MS_BAD_ARGUMENT, "dims", (int64_t) j + 1, (double) dims[j] + 1,
						   s->d);
	return MS_OK;
}

static void
marginal_head(ms_sample *to, const ms_sample *from, size_t size, const uint32_t *dims, size_t nd)
{
	ms_sample_begin(to, size, (ms_type) from->head.type, nd, from->head.flags);
	for (size_t j = 0; ms_sample_kinds(to) && j < nd; j++)
		ms_sample_kinds(to)[j] = ms_sample_kinds(from)[dims[j]];
	if (ms_sample_drawing(to))
		*ms_sample_drawing(to) = *ms_sample_drawing(from);
	to->n = from->n;
	to->heap = from->heap;
}

static ms_status
marginal_records(ms_ctx *ctx, ms_sample *to, const ms_sample *from, const uint32_t *dims)
{
	size_t nd = to->d;
	size_t tail = ms_sample_stride(from) - from->d;

	for (size_t i = 0; i < from->n; i++)
	{
		uint64_t *slots = ms_sample_record(to, i);
		const uint64_t *source = ms_sample_record(from, i);
		bool incomplete = false;

		for (size_t j = 0; j < nd; j++)
		{
			slots[j] = source[dims[j]];
			incomplete |= slots[j] == MS_GAP_BITS;
		}
		memcpy(slots + nd, source + from->d, tail * sizeof(*slots));
		to->incomplete += incomplete;
		MS_TRY(ms_tick(ctx, nd + tail));
	}
	return MS_OK;
}

/* Moves the heap down to the records: what the value then takes is at the front. */
static size_t
squeeze(ms_sample *s, size_t size)
{
	size_t used = ms_sample_used(s);

	memmove((char *) s + used - s->heap, (char *) s + size - s->heap, s->heap);
	return used;
}

ms_status
ms_sample_marginal(ms_ctx *ctx, const ms_sample *s, size_t size, const uint32_t *dims, size_t nd,
				   void *out, size_t *used)
{
	ms_sample *to = out;
	size_t room = ms_sample_marginal_size(s, nd);

	MS_TRY(check_dims(ctx, s, dims, nd));
	marginal_head(to, s, room, dims, nd);
	MS_TRY(marginal_records(ctx, to, s, dims));
	memcpy((char *) to + room - s->heap, (const char *) s + size - s->heap, s->heap);
	MS_TRY(ms_sample_canonical(ctx, to, room));
	*used = squeeze(to, room);
	return MS_OK;
}
