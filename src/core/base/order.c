/*
 * order.c: an in-place radix sort of records, most significant bits first: the American flag
 * sort of McIlroy, Bostic & McIlroy (1993), whose digit here starts at the first bit in which a
 * run's records differ, so that common prefixes and constant slots cost one pass together.
 *
 * Runs of a few records go to insertion sort. A run that has been split too often for its length
 * goes to heap sort, so that no input costs more than O(n log n) comparisons. Every step swaps
 * whole records: whenever the host leaves, by poll or by a jump out of it, the array holds the
 * same records in some order.
 */
#include "core/base/order.h"

#include <string.h>

#define DIGIT_BITS 8
#define BUCKETS (1 << DIGIT_BITS)
#define SHORT_RUN 24
#define TICK_RECORDS 4096
#define TOP_BIT (UINT64_C(1) << 63)

typedef struct order
{
	ms_ctx *ctx;
	size_t stride;
	const unsigned char *kinds;
} order;

/* Where a run is split: by DIGIT_BITS bits of a slot's key; no slot before it differs. */
typedef struct digit
{
	size_t slot;
	int shift;
	uint64_t top; /* the two constants by which a slot's bits become its key */
	uint64_t negative;
} digit;

/* ms_order_key without branches. */
static inline uint64_t
digit_key(const digit *at, uint64_t bits)
{
	return bits ^ (((uint64_t) ((int64_t) bits >> 63) & at->negative) | at->top);
}

static inline size_t
digit_of(const digit *at, const uint64_t *record)
{
	return digit_key(at, record[at->slot]) >> at->shift & (BUCKETS - 1);
}

static inline void
digit_set(digit *at, size_t slot, unsigned char kind)
{
	at->slot = slot;
	at->top = kind == MS_SLOT_UINT64 ? 0 : TOP_BIT;
	at->negative = kind == MS_SLOT_DOUBLE ? ~TOP_BIT : 0;
}

static inline void
swap_records(uint64_t *a, uint64_t *b, size_t stride)
{
	for (; stride >= 4; stride -= 4, a += 4, b += 4)
	{
		uint64_t held[4];

		memcpy(held, a, sizeof(held));
		memmove(a, b, sizeof(held));
		memcpy(b, held, sizeof(held));
	}
	for (; stride > 0; stride--, a++, b++)
	{
		uint64_t held = *a;

		*a = *b;
		*b = held;
	}
}

int
ms_order_compare(const uint64_t *a, const uint64_t *b, size_t stride, const unsigned char *kinds)
{
	for (size_t j = 0; j < stride; j++)
	{
		if (a[j] != b[j])
			return ms_order_key(a[j], kinds[j]) < ms_order_key(b[j], kinds[j]) ? -1 : 1;
	}
	return 0;
}

/* Compares what lies from a slot on, where all before it is equal. */
static inline int
compare_from(const order *o, const uint64_t *a, const uint64_t *b, size_t slot)
{
	return ms_order_compare(a + slot, b + slot, o->stride - slot, o->kinds + slot);
}

static void
insertion_sort(const order *o, uint64_t *run, size_t n, size_t slot)
{
	size_t stride = o->stride;

	for (size_t i = 1; i < n; i++)
	{
		for (uint64_t *r = run + i * stride; r > run && compare_from(o, r, r - stride, slot) < 0;
			 r -= stride)
			swap_records(r, r - stride, stride);
	}
}

/* The same for records of one slot, where the one that sinks stays in a register. */
static void
insertion_sort_slots(const order *o, uint64_t *run, size_t n)
{
	digit at;

	digit_set(&at, 0, o->kinds[0]);
	for (size_t i = 1; i < n; i++)
	{
		uint64_t held = run[i];
		size_t j = i;

		for (; j > 0 && digit_key(&at, run[j - 1]) > digit_key(&at, held); j--)
			run[j] = run[j - 1];
		run[j] = held;
	}
}

static void
sift_down(const order *o, uint64_t *run, size_t n, size_t slot, size_t i)
{
	size_t stride = o->stride;

	for (size_t child = 2 * i + 1; child < n; i = child, child = 2 * i + 1)
	{
		uint64_t *r = run + child * stride;

		if (child + 1 < n && compare_from(o, r, r + stride, slot) < 0)
		{
			child++;
			r += stride;
		}
		if (compare_from(o, run + i * stride, r, slot) >= 0)
			return;
		swap_records(run + i * stride, r, stride);
	}
}

static ms_status
heap_sort(const order *o, uint64_t *run, size_t n, size_t slot)
{
	uint64_t steps = 64 + o->stride;

	for (size_t i = n / 2; i-- > 0;)
	{
		MS_TRY(ms_tick(o->ctx, steps));
		sift_down(o, run, n, slot, i);
	}
	for (size_t i = n; i-- > 1;)
	{
		MS_TRY(ms_tick(o->ctx, steps * 8));
		swap_records(run, run + i * o->stride, o->stride);
		sift_down(o, run, i, slot, 0);
	}
	return MS_OK;
}

/* Polls now and then in a pass over records; ticks a whole stretch ahead. */
static inline ms_status
tick_at(const order *o, size_t i)
{
	return i % TICK_RECORDS == 0 ? ms_tick(o->ctx, TICK_RECORDS * (8 + o->stride)) : MS_OK;
}

/*
 * Finds the first slot from at->slot on in which the run's records differ, and the first of its
 * bits that do; at->slot = stride when all are equal. One pass: what has been seen to differ is
 * a bound on what is looked at.
 */
static inline ms_status
find_digit(const order *o, const uint64_t *run, size_t n, size_t stride, digit *at)
{
	size_t from = at->slot;
	uint64_t differ = 0;

	at->slot = stride;
	for (size_t i = 1; i < n; i++)
	{
		const uint64_t *r = run + i * stride;

		for (size_t j = from; j < at->slot; j++)
		{
			if (r[j] != run[j])
			{
				digit_set(at, j, o->kinds[j]);
				differ = 0;
			}
		}
		if (at->slot < stride)
			differ |= digit_key(at, r[at->slot]) ^ digit_key(at, run[at->slot]);
		MS_TRY(tick_at(o, i));
	}
	at->shift = differ >> DIGIT_BITS ? 64 - DIGIT_BITS - __builtin_clzll(differ) : 0;
	return MS_OK;
}

/*
 * Moves every record to the bucket of its digit; bucket b is then end[b - 1] .. end[b] - 1. A
 * round visits what each bucket has unplaced and swaps it home; at least half of all that is
 * unplaced finds its place in a round. The swaps do not wait for each other, as they would along
 * a cycle.
 */
static inline ms_status
split(const order *o, uint64_t *run, size_t n, size_t stride, const digit *at, size_t *end)
{
	size_t head[BUCKETS];
	size_t unplaced = n;

	memset(end, 0, BUCKETS * sizeof(*end));
	for (size_t i = 0; i < n; i++)
	{
		end[digit_of(at, run + i * stride)]++;
		MS_TRY(tick_at(o, i));
	}
	for (size_t b = 0, sum = 0; b < BUCKETS; b++)
	{
		head[b] = sum;
		sum += end[b];
		end[b] = sum;
	}
	while (unplaced > 0)
	{
		for (size_t b = 0; b < BUCKETS; b++)
		{
			size_t i = head[b];

			unplaced -= end[b] - i;
			for (; i < end[b]; i++)
			{
				uint64_t *r = run + i * stride;

				swap_records(r, run + head[digit_of(at, r)]++ * stride, stride);
				MS_TRY(tick_at(o, i));
			}
		}
	}
	return MS_OK;
}

static inline ms_status
find_and_split(const order *o, uint64_t *run, size_t n, size_t stride, digit *at, size_t *end)
{
	MS_TRY(find_digit(o, run, n, stride, at));
	return at->slot < stride ? split(o, run, n, stride, at, end) : MS_OK;
}

static size_t
largest_bucket(const size_t *end)
{
	size_t best = 0;

	for (size_t b = 1, size = end[0]; b < BUCKETS; b++)
	{
		if (end[b] - end[b - 1] > size)
		{
			size = end[b] - end[b - 1];
			best = b;
		}
	}
	return best;
}

/*
 * Sorts a run whose records are equal before `slot`. The largest bucket is left to the loop, so
 * that each call on the stack has at most half the records of its caller.
 */
static ms_status
sort_run(const order *o, uint64_t *run, size_t n, size_t slot, int levels)
{
	size_t end[BUCKETS];

	while (n > SHORT_RUN)
	{
		digit at = {.slot = slot};
		size_t largest;

		if (levels-- == 0)
			return heap_sort(o, run, n, slot);
		MS_TRY(ms_tick(o->ctx, n));
		/* the copy for one slot is twice as fast */
		MS_TRY(o->stride == 1 ? find_and_split(o, run, n, 1, &at, end)
							  : find_and_split(o, run, n, o->stride, &at, end));
		if (at.slot == o->stride)
			return MS_OK;
		slot = at.slot;
		largest = largest_bucket(end);
		for (size_t b = 0, start = 0; b < BUCKETS; start = end[b++])
		{
			if (b != largest && end[b] - start > 1)
				MS_TRY(sort_run(o, run + start * o->stride, end[b] - start, slot, levels));
		}
		n = largest > 0 ? end[largest] - end[largest - 1] : end[0];
		run += (end[largest] - n) * o->stride;
	}
	if (o->stride == 1)
		insertion_sort_slots(o, run, n);
	else
		insertion_sort(o, run, n, slot);
	return ms_tick(o->ctx, n * 16);
}

static ms_status
is_sorted(const order *o, const uint64_t *records, size_t n, bool *sorted)
{
	*sorted = false;
	for (size_t i = 1; i < n; i++)
	{
		const uint64_t *r = records + i * o->stride;

		if (compare_from(o, r - o->stride, r, 0) > 0)
			return MS_OK;
		MS_TRY(tick_at(o, i));
	}
	*sorted = true;
	return MS_OK;
}

/* As many levels of radix sort as cost what heap sort would: 2 log2(n) far jumps a record. */
static int
most_levels(size_t n)
{
	return 8 * (64 - __builtin_clzll(n | 1));
}

ms_status
ms_order_sort(ms_ctx *ctx, uint64_t *records, size_t n, size_t stride, const unsigned char *kinds)
{
	order o = {ctx, stride, kinds};
	bool sorted;

	MS_TRY(is_sorted(&o, records, n, &sorted));
	return sorted ? MS_OK : sort_run(&o, records, n, 0, most_levels(n));
}

ms_status
ms_order_sort_doubles(ms_ctx *ctx, double *x, size_t n)
{
	static const unsigned char kind = MS_SLOT_DOUBLE;

	return ms_order_sort(ctx, (uint64_t *) x, n, 1, &kind);
}
