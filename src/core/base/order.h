/*
 * order.h: the canonical order of rows, and shuffles of it by a seed.
 *
 * Records of `stride` 64-bit slots are sorted in place, lexicographically by slot, by an
 * American-flag radix sort (McIlroy, Bostic & McIlroy 1993) that falls back to insertion sort on
 * short runs and to heap sort on hostile depth: no scratch memory; at 10 million 0.03 us a number
 * and 0.07 us a record of eight (test/bench/bench_core.c). However it ends, by a status or by a
 * jump out of poll, all records are there in some order.
 */
#ifndef MS_ORDER_H
#define MS_ORDER_H

#include "core/base/ctx.h"

/* How the bits of a slot compare. A gap (MS_GAP, a NaN) comes after every number. */
typedef enum ms_slot_kind
{
	MS_SLOT_DOUBLE,
	MS_SLOT_INT64,
	MS_SLOT_UINT64
} ms_slot_kind;

/* Bits of `kind` as an unsigned integer in the same order. */
static inline uint64_t
ms_order_key(uint64_t bits, ms_slot_kind kind)
{
	if (kind == MS_SLOT_UINT64)
		return bits;
	if (kind == MS_SLOT_INT64)
		return bits ^ (UINT64_C(1) << 63);
	return bits & (UINT64_C(1) << 63) ? ~bits : bits | (UINT64_C(1) << 63);
}

/* Sorts n records of `stride` slots in place; kinds[stride] says how each slot compares. */
extern ms_status ms_order_sort(ms_ctx *ctx, uint64_t *records, size_t n, size_t stride,
							   const unsigned char *kinds);

/* Compares two records in the canonical order: < 0, 0, > 0. */
extern int ms_order_compare(const uint64_t *a, const uint64_t *b, size_t stride,
							const unsigned char *kinds);

/* Sorts n doubles (no NaN) in place. */
extern ms_status ms_order_sort_doubles(ms_ctx *ctx, double *x, size_t n);

#endif
