/*
 * pairs.h: the pairs of a dissimilarity by the places of their ids: of the value's own ids, or of
 * those of another value, whose weights or marks they are.
 */
#ifndef MS_PAIRS_H
#define MS_PAIRS_H

#include "core/base/dissimilarity.h"

/* The ids of a canonical value, ascending; they have places from 0. */
typedef struct ms_places
{
	const ms_dissimilarity *s;
	size_t size;
	const uint64_t *ids;
	size_t n;
} ms_places;

extern ms_status ms_places_new(ms_ctx *ctx, ms_arena *arena, const ms_dissimilarity *s, size_t size,
							   ms_places *out);

/* Place of the pair of places i and j, which differ, in a triangle without its diagonal. */
static inline size_t
ms_pair_at(size_t i, size_t j)
{
	return i > j ? i * (i - 1) / 2 + j : j * (j - 1) / 2 + i;
}

/*
 * Every pair of d once, with the places of its ids, i > j, in the order of d; of two distances of a
 * pair the smaller. MS_MISMATCH: "ids", when the ids are of another kind (index 0) or one of them
 * has no place (index = number of the id in a complete d, of the record in another, from 1; got = 1
 * for the smaller id of a record).
 */
typedef ms_status (*ms_pair_visit)(void *state, size_t i, size_t j, double distance);

extern ms_status ms_pairs_visit(ms_ctx *ctx, const ms_places *places, const ms_dissimilarity *d,
								size_t size, ms_pair_visit visit, void *state);

#endif
