/*
 * dissimilarity.h: distances between things that have ids, in bytes; growing pair by pair.
 *
 * Two forms. PAIRS grows, and is what an incomplete value stays:
 *
 *     ms_dissimilarity   32 bytes
 *     records            24 bytes each: id, id, distance (a double that a float holds)
 *     free space         while growing
 *     heap               strings of text ids, at the very end
 *
 * TRIANGLE is a finished value in which every pair of its n ids has a distance:
 *
 *     ms_dissimilarity   32 bytes
 *     distances          n (n - 1) / 2 floats, (i, j), i > j, at i (i - 1) / 2 + j; padded to 8
 *     ids                n slots of 8 bytes, ascending
 *     heap
 *
 * So the matrix takes 4 n (n - 1) / 2 bytes: 191 MiB for n = 10,000, and a distance has the
 * 24 bits of a float. It is rounded at the door, and everything that is computed from the value
 * reads what was rounded. While it grows a pair takes 24 bytes, and its text ids.
 *
 * Ids are signed 64-bit integers, or handles of strings as in sample.h. A pair may come in either
 * order or in both. What comes twice must agree to one unit in the last place of a float. Of two
 * such neighbours the smaller is kept. (i, i, 0) names an id and adds nothing else.
 *
 * CANONICAL: the greater id of a record comes first, records ascend, a pair has one record or two
 * (the least and the greatest distance that were given), strings as in a canonical sample; and a
 * value without a missing pair is a TRIANGLE. So the bytes depend on the multiset of rows alone.
 */
#ifndef MS_DISSIMILARITY_H
#define MS_DISSIMILARITY_H

#include "core/base/sample.h"

#define MS_DISSIMILARITY_VERSION 1

#define MS_DISSIMILARITY_ID_INT 0x0001
#define MS_DISSIMILARITY_ID_TEXT 0x0002
#define MS_DISSIMILARITY_TRIANGLE 0x0004
#define MS_DISSIMILARITY_CANONICAL 0x0008
#define MS_DISSIMILARITY_FLAGS 0x000f

typedef struct ms_dissimilarity
{
	ms_head head;
	uint64_t n;     /* ids of a TRIANGLE, at least 1; 0 while PAIRS */
	uint64_t pairs; /* records; n (n - 1) / 2 in a TRIANGLE */
	uint64_t heap;  /* bytes of strings */
} ms_dissimilarity;

typedef struct ms_pair
{
	uint64_t i; /* id: the integer's bits, or a handle */
	uint64_t j;
	double distance;
} ms_pair;

/* --- shape ---------------------------------------------------------------------------------- */

static inline bool
ms_dissimilarity_complete(const ms_dissimilarity *s)
{
	return s->head.flags & MS_DISSIMILARITY_TRIANGLE;
}

/* Record number r of PAIRS. */
static inline ms_pair *
ms_dissimilarity_pair(const ms_dissimilarity *s, size_t r)
{
	return (ms_pair *) (s + 1) + r;
}

/* The distances and the ids of a TRIANGLE. */
static inline const float *
ms_dissimilarity_triangle(const ms_dissimilarity *s)
{
	return (const float *) (s + 1);
}

static inline const uint64_t *
ms_dissimilarity_ids(const ms_dissimilarity *s)
{
	return (const uint64_t *) (s + 1) + (s->pairs + 1) / 2;
}

/* Distance of ids number i and j, from 0, of a TRIANGLE. */
static inline float
ms_dissimilarity_at(const ms_dissimilarity *s, size_t i, size_t j)
{
	if (i == j)
		return 0;
	return ms_dissimilarity_triangle(s)[i > j ? i * (i - 1) / 2 + j : j * (j - 1) / 2 + i];
}

/* The string of a text id. */
static inline ms_string
ms_dissimilarity_string(const ms_dissimilarity *s, size_t size, uint64_t handle)
{
	return (ms_string){(const char *) s + size - (handle >> 24), (size_t) (handle & MS_STRING_MAX)};
}

/* Bytes of a TRIANGLE without its strings; SIZE_MAX on overflow. */
extern size_t ms_dissimilarity_bytes(size_t n);

/* Bytes that are taken; the rest of a growing value is free. */
extern size_t ms_dissimilarity_used(const ms_dissimilarity *s);

/* --- growing -------------------------------------------------------------------------------- */

/* An empty PAIRS in `size` bytes, at least 32. id: MS_DISSIMILARITY_ID_INT or _TEXT. */
extern void ms_dissimilarity_begin(void *bytes, size_t size, uint16_t id);

/* As ms_sample_move and ms_sample_stretch. */
extern void ms_dissimilarity_move(void *to, size_t to_size, const ms_dissimilarity *from,
								  size_t from_size);
extern void ms_dissimilarity_stretch(ms_dissimilarity *s, size_t old_size, size_t size);

/*
 * One row into PAIRS with room for 24 bytes and the two strings (a string equal to the same id of
 * the row before is not stored again). MS_NOT_FINITE, got; MS_BAD_ARGUMENT, got: what = "distance"
 * for a negative one, "self" for (i, i) that is not 0; MS_TOO_LARGE, what = "distance" (above
 * FLT_MAX), "id" (string too long), "strings" (heap full). A failure changes nothing.
 */
extern ms_status ms_dissimilarity_append(ms_ctx *ctx, ms_dissimilarity *s, int64_t i, int64_t j,
										 double distance);
extern ms_status ms_dissimilarity_append_text(ms_ctx *ctx, ms_dissimilarity *s, size_t size,
											  ms_string i, ms_string j, double distance);

/*
 * A TRIANGLE that shall grow becomes PAIRS first, in other room of ms_dissimilarity_spread_size
 * bytes at least; of PAIRS it is a move.
 */
extern size_t ms_dissimilarity_spread_size(const ms_dissimilarity *s);
extern ms_status ms_dissimilarity_spread(ms_ctx *ctx, void *to, size_t to_size,
										 const ms_dissimilarity *from, size_t from_size);

/*
 * Rows of `from`, in either form, into PAIRS `into` with ms_dissimilarity_merge_size(from) free
 * bytes; stopped, `into` has the rows it had. First ms_dissimilarity_meet: MS_MISMATCH, what = "ids" (got, wanted = the id flags);
 * MS_TOO_LARGE, what = "strings". A value may be merged with itself.
 */
extern ms_status ms_dissimilarity_meet(ms_ctx *ctx, const ms_dissimilarity *into,
									   const ms_dissimilarity *from);
extern size_t ms_dissimilarity_merge_size(const ms_dissimilarity *from);
extern ms_status ms_dissimilarity_merge(ms_ctx *ctx, ms_dissimilarity *into, size_t into_size,
										const ms_dissimilarity *from, size_t from_size);

/* --- finished ------------------------------------------------------------------------------- */

/*
 * Canonical form, in place: what is taken gets less, never more. MS_MISMATCH, what = "distance",
 * when a pair has two: index = record number, from 0, of the smaller (got); wanted = the greater.
 * The rows are then all there, in order, and ms_dissimilarity_pair(s, index) names the ids.
 * O(pairs) and a radix sort; scratch: 16 bytes an id, and for text the heap and 24 bytes a
 * distinct string.
 */
extern ms_status ms_dissimilarity_canonical(ms_ctx *ctx, ms_dissimilarity *s, size_t size);

/* Copies a canonical value into ms_dissimilarity_used(s) bytes without its free space. */
extern void ms_dissimilarity_flatten(void *to, const ms_dissimilarity *s, size_t size);

/*
 * The first pair, by the greater id and then the smaller, that a canonical PAIRS lacks: pair->i is
 * the smaller. *ids gets the number of ids, *missing that of the missing pairs.
 */
extern ms_status ms_dissimilarity_missing(ms_ctx *ctx, const ms_dissimilarity *s, ms_pair *pair,
										  uint64_t *ids, uint64_t *missing);

/* The distinct ids of a canonical PAIRS, ascending, in memory of the arena. */
extern ms_status ms_dissimilarity_gather(ms_ctx *ctx, ms_arena *arena, const ms_dissimilarity *s,
										 uint64_t **ids, size_t *n);

/*
 * The one validator: MS_CORRUPT unless the bytes, aligned to 8, are a canonical value (of at least
 * one record or id). Whether strings are good text is the host's matter.
 */
extern ms_status ms_dissimilarity_check(ms_ctx *ctx, const void *bytes, size_t size);

#endif
