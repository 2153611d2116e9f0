/*
 * sample.h: an empirical measure, n rows of d columns, in bytes; finished or growing.
 *
 *     ms_sample                          40 bytes
 *     kinds       MIXED only             d bytes, padded to 8 with zeros
 *     draw        DRAWING only           ms_sample_draw, 24 bytes
 *     records     n times                d slots, then the weight (WEIGHTED), then the id (ID_*)
 *     free space  while growing
 *     heap        head.heap bytes        strings, at the very end
 *
 * A slot is 8 bytes: a finite double, or a gap; in a nominal column, and for a text id, a handle
 * of a string: (offset << 24 | length), offset counted back from the end of the value, so that
 * the string begins at end - offset. So a growing value gets more room by moving its heap, and
 * no handle changes. The empty string is handle 0 and takes no bytes; a handle is always less
 * than a gap. Booleans are the doubles 0 and 1; there is no -0.0. Weights and ids have no gaps.
 *
 * A value is always given as (s, size), aligned to 8 bytes: size is what its memory holds, free
 * space included.
 *
 * CANONICAL: records ascend (order.h: slot by slot, doubles by value, handles and ids as
 * integers), the heap holds each string that a record uses once and nothing else, ascending
 * strings (memcmp, then the shorter first) have ascending handles, the least at the very end,
 * and a mixed column of gaps alone is UNKNOWN. A finished value is canonical, has at least one
 * row and no free space: so the bytes depend on the multiset of rows alone.
 */
#ifndef MS_SAMPLE_H
#define MS_SAMPLE_H

#include "core/base/wire.h"

#define MS_SAMPLE_VERSION 1

/* Of a row: as many rows as memory addresses have a sum. */
#define MS_SAMPLE_MAX_WEIGHT 1e290

#define MS_SAMPLE_WEIGHTED 0x0001
#define MS_SAMPLE_ID_INT 0x0002
#define MS_SAMPLE_ID_TEXT 0x0004
#define MS_SAMPLE_MIXED 0x0008
#define MS_SAMPLE_CANONICAL 0x0010
#define MS_SAMPLE_DRAWING 0x0020 /* a subsample that is still being drawn; weighted and keyed */
#define MS_SAMPLE_DRAWN 0x0040	 /* rows of a subsample are among these; weighted and keyed */
#define MS_SAMPLE_FLAGS 0x007f

/* The flags of a record's shape, which two values must share to meet. */
#define MS_SAMPLE_ID (MS_SAMPLE_ID_INT | MS_SAMPLE_ID_TEXT)

/* What a mixed column holds. UNKNOWN: only gaps so far. */
typedef enum ms_kind
{
	MS_KIND_UNKNOWN = 0,
	MS_KIND_NUMBER = 1,
	MS_KIND_NOMINAL = 2,
	MS_KIND_BOOLEAN = 3
} ms_kind;

typedef struct ms_sample
{
	ms_head head;
	uint64_t n;
	uint32_t d;
	uint32_t reserved;   /* 0 */
	uint64_t incomplete; /* rows with a gap */
	uint64_t heap;       /* bytes of strings */
} ms_sample;

typedef struct ms_sample_draw
{
	uint64_t size;      /* rows wanted, at least 1 */
	uint64_t seen;      /* rows offered */
	uint64_t threshold; /* a row whose id's hash is greater is not among the least `size` */
} ms_sample_draw;

#define MS_STRING_MAX 0xffffff /* bytes of one string */

/* Bytes of all strings of a value: every handle stays less than a gap. */
#define MS_SAMPLE_HEAP_MAX ((MS_GAP_BITS >> 24) - 1)

/* Slots of a record at most. */
#define MS_SAMPLE_MAX_STRIDE (MS_MAX_DIM + 2)

typedef struct ms_string
{
	const char *bytes;
	size_t length;
} ms_string;

/* --- shape ---------------------------------------------------------------------------------- */

/* Slots of a record. */
static inline size_t
ms_sample_stride(const ms_sample *s)
{
	return (size_t) s->d + ((s->head.flags & MS_SAMPLE_WEIGHTED) != 0) +
		   ((s->head.flags & MS_SAMPLE_ID) != 0);
}

/* Bytes before the first record for d columns under flags. */
static inline size_t
ms_sample_base(size_t d, uint16_t flags)
{
	return sizeof(ms_sample) + (flags & MS_SAMPLE_MIXED ? (d + 7) & ~(size_t) 7 : 0) +
		   (flags & MS_SAMPLE_DRAWING ? sizeof(ms_sample_draw) : 0);
}

static inline uint64_t *
ms_sample_record(const ms_sample *s, size_t i)
{
	return (uint64_t *) ((char *) s + ms_sample_base(s->d, s->head.flags)) +
		   i * ms_sample_stride(s);
}

/* Kind of each column, d bytes; NULL when all are numbers. */
static inline unsigned char *
ms_sample_kinds(const ms_sample *s)
{
	return s->head.flags & MS_SAMPLE_MIXED ? (unsigned char *) (s + 1) : NULL;
}

static inline ms_sample_draw *
ms_sample_drawing(const ms_sample *s)
{
	return s->head.flags & MS_SAMPLE_DRAWING
			   ? (ms_sample_draw *) ((char *) s + ms_sample_base(s->d, s->head.flags) -
									 sizeof(ms_sample_draw))
			   : NULL;
}

/* Slot of the weight and of the id in a record; only where the flag is set. */
static inline size_t
ms_sample_weight_slot(const ms_sample *s)
{
	return s->d;
}

static inline size_t
ms_sample_id_slot(const ms_sample *s)
{
	return (size_t) s->d + ((s->head.flags & MS_SAMPLE_WEIGHTED) != 0);
}

/* The rows as the numerical code sees them. Nominal columns hold handles there, gaps are NaN. */
extern ms_rows ms_sample_rows(const ms_sample *s);

/* Whether a slot of handles holds a string that takes bytes: neither a gap nor the empty string. */
static inline bool
ms_sample_is_string(uint64_t slot)
{
	return slot != 0 && slot != MS_GAP_BITS;
}

/* The string of a handle. */
static inline ms_string
ms_sample_string(const ms_sample *s, size_t size, uint64_t handle)
{
	return (ms_string){(const char *) s + size - (handle >> 24), (size_t) (handle & MS_STRING_MAX)};
}

/* How each slot of a record compares: kinds[stride] of ms_slot_kind. MS_SLOT_UINT64 is a handle. */
extern void ms_sample_slot_kinds(const ms_sample *s, unsigned char *kinds);

/* Whether column j is gaps alone; looks at the first row alone in most columns. */
extern bool ms_sample_column_empty(const ms_sample *s, size_t j);

/* Bytes that are taken; the rest of `size` is free. */
static inline size_t
ms_sample_used(const ms_sample *s)
{
	return (size_t) ((char *) ms_sample_record(s, s->n) - (char *) s) + s->heap;
}

/* --- growing -------------------------------------------------------------------------------- */

/*
 * An empty value of `type` (MS_TYPE_SAMPLE or MS_TYPE_MIXED) in `size` bytes, which hold at least
 * ms_sample_base. Of a DRAWING value the caller then sets ms_sample_drawing(s)->size.
 */
extern void ms_sample_begin(void *bytes, size_t size, ms_type type, size_t d, uint16_t flags);

/* The same value in other room: to_size >= ms_sample_used(from) bytes that do not overlap. */
extern void ms_sample_move(void *to, size_t to_size, const ms_sample *from, size_t from_size);

/* After memory grew in place from old_size to size: puts the heap back at the end. */
extern void ms_sample_stretch(ms_sample *s, size_t old_size, size_t size);

/*
 * Appending a row: with room for one record and its strings, write the slots at
 * ms_sample_record(s, s->n), strings by ms_sample_add_string, then commit. An error before the
 * commit leaves the value as it was (but for dead bytes in the heap and kinds that became known,
 * which ms_sample_canonical puts right). The caller sees to it that doubles are finite and not
 * -0.0, a string has at most MS_STRING_MAX bytes and the heap at most MS_SAMPLE_HEAP_MAX.
 */
extern uint64_t ms_sample_add_string(ms_sample *s, size_t size, ms_string string);
static inline void
ms_sample_commit(ms_sample *s, bool incomplete)
{
	s->n++;
	s->incomplete += incomplete;
	s->head.flags &= (uint16_t) ~MS_SAMPLE_CANONICAL;
}

/*
 * Rows of `from` into `into`. First ms_sample_meet: *flags gets the flags that `into` must have
 * (a weighted and an unweighted sample meet as weighted, and the new weights are 1; with rows that
 * were drawn all count as DRAWN; the CANONICAL bit is that of `into`), or MS_MISMATCH with what = "columns" (got, wanted), "ids" (got, wanted =
 * the id flags), "kinds" (index = column from 1, or 0 when only one of them is mixed), "drawing"
 * (got, wanted = size, 0 when not drawing). A column of UNKNOWN kind meets any other and takes
 * its kind. MS_TOO_LARGE, what = "strings", when the heaps together exceed MS_SAMPLE_HEAP_MAX.
 *
 * Where *flags differs from into's own, ms_sample_convert comes next (it adds weights and the DRAWN
 * bit, and keeps CANONICAL). Then ms_sample_merge_size bytes must be free in `into`. A value may
 * be merged with itself. Two DRAWING values add what they have seen and keep the smaller
 * threshold; the caller then prunes as after an append (rows above the threshold may lie there
 * until then: they go with the next prune).
 */
extern ms_status ms_sample_meet(ms_ctx *ctx, const ms_sample *into, const ms_sample *from,
								uint16_t *flags);
extern void ms_sample_convert(void *to, size_t to_size, const ms_sample *from, size_t from_size,
							  uint16_t flags);
extern size_t ms_sample_convert_size(const ms_sample *s, uint16_t flags);
extern size_t ms_sample_merge_size(const ms_sample *into, const ms_sample *from);
extern void ms_sample_merge(ms_sample *into, size_t into_size, const ms_sample *from,
							size_t from_size);

/*
 * Drawing a subsample: the `size` rows that come first by (hash of the id, then the row itself in
 * canonical order, strings by their bytes). That is a total order but for equal rows, so the rows
 * kept, and the bytes of the finished value, depend neither on the order in which rows or parts
 * arrive nor on when they are pruned. Rows of equal ids tie by the row.
 *
 * A row is offered (counted in `seen`) and, when ms_sample_offer says so, appended with weight 1;
 * when n then has reached twice `size`, ms_sample_prune throws away what is beyond `size` and
 * lowers the threshold; at fewer rows it may wait. About 2 size (1 + ln(seen / size)) rows are
 * ever sorted. ms_sample_canonical prunes, too: so the bytes of an unfinished drawing that
 * travels depend on the multiset of rows offered alone.
 */
/* The hash of the id in an id slot, and of an id that has no slot yet: the same for the same id. */
extern uint64_t ms_sample_id_hash(const ms_sample *s, size_t size, uint64_t id_slot);
extern uint64_t ms_sample_int_id_hash(int64_t id);
extern uint64_t ms_sample_text_id_hash(ms_string id);
extern bool ms_sample_offer(ms_sample *s, uint64_t id_hash);
extern ms_status ms_sample_prune(ms_ctx *ctx, ms_sample *s, size_t size);

/*
 * Ends the drawing in place: prunes to `size` rows, each of weight seen / rows kept, and takes
 * the DRAWING part away; the rows are DRAWN: their weights, whole or not, are no repeated rows. What is left is as a growing value: ms_sample_canonical comes next.
 */
extern ms_status ms_sample_drawn(ms_ctx *ctx, ms_sample *s, size_t size);

/* --- finished ------------------------------------------------------------------------------- */

/*
 * Canonical order, in place; a DRAWING value is pruned. Nothing to do where the flag says so.
 * Scratch: 24 bytes a string and the heap once more. MS_STOPPED and a refused allocation leave
 * the same rows.
 */
extern ms_status ms_sample_canonical(ms_ctx *ctx, ms_sample *s, size_t size);

/* Copies a canonical value into ms_sample_used(s) bytes without its free space. */
extern void ms_sample_flatten(void *to, const ms_sample *s, size_t size);

/*
 * The one validator: MS_CORRUPT (what = the check, index = byte offset) unless the bytes, aligned
 * to 8, are a finished value of `type`. The host's word is not read; whether strings are good
 * text is the host's matter. A mixed value is a sample of one row, MIXED, without weight and id.
 * A DRAWING value, pruned, is finished too: a state that travels. Scratch: 8 bytes a string.
 */
extern ms_status ms_sample_check(ms_ctx *ctx, const void *bytes, size_t size, ms_type type);

/* Distinct points (x alone, without weight and id) of a canonical value; weight 0 counts. */
extern uint64_t ms_sample_distinct(const ms_sample *s);

/* Sum of the weights (n when there are none), compensated. */
extern double ms_sample_weight(const ms_sample *s);

/*
 * The marginal over dims[nd] (from 0; they may repeat) as a finished value in `out`, which holds
 * ms_sample_marginal_size bytes; *used gets the bytes that are taken, from the front. Ids,
 * weights and flags stay. MS_BAD_ARGUMENT, what = "dims", for a column that is not there, with
 * got = its number from 1 and wanted = d; for nd = 0 or too many, what = "columns".
 */
extern size_t ms_sample_marginal_size(const ms_sample *s, size_t nd);
extern ms_status ms_sample_marginal(ms_ctx *ctx, const ms_sample *s, size_t size,
									const uint32_t *dims, size_t nd, void *out, size_t *used);

#endif
