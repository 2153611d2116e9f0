/*
 * dissimilarity.h: a measure_dissimilarity argument, for the functions of every family, and the
 * growing state of the aggregates that build one.
 */
#ifndef PGMEASURE_DISSIMILARITY_H
#define PGMEASURE_DISSIMILARITY_H

#include "pg/base/compat.h"

#include "core/base/dissimilarity.h"
#include "pg/base/state.h"

extern const GrowingFamily dissimilarity_family;

/* The value, canonical. `size` is what core/base/dissimilarity.h wants beside it. */
typedef struct DissimilarityArg
{
	ms_dissimilarity *s;
	size_t size;
} DissimilarityArg;

/* Argument argno, not NULL. */
extern DissimilarityArg dissimilarity_arg(FunctionCallInfo fcinfo, int argno);

/* The same, which must have a distance for every pair: else an error names the first that has none. */
extern DissimilarityArg dissimilarity_arg_complete(FunctionCallInfo fcinfo, int argno);

/* An id at the door: a bigint, or a string that points into its argument. */
typedef struct PairId
{
	int64 number;
	ms_string text;
} PairId;

/* The id in argument argno; `kind` is MS_DISSIMILARITY_ID_INT or _TEXT. NULL is an error. */
extern PairId pair_id(FunctionCallInfo fcinfo, int argno, const char *name, uint16 kind);

/* A new state, or the one that is open, made ready for `bytes` more. */
extern void dissimilarity_open(Growing *g, FunctionCallInfo fcinfo, uint16 kind, size_t bytes);

/* One pair into an open state with room for 24 bytes and both strings. */
extern void dissimilarity_add(Growing *g, uint16 kind, PairId i, PairId j, double distance);

/* A float's own shortest decimal: 0.1 and not 0.10000000149011612, which has the same float. */
extern double dissimilarity_distance(double stored);

/* An id as people read it. */
extern char *dissimilarity_id_text(const ms_dissimilarity *s, size_t size, uint64 id);

#endif
