/*
 * sketch.h: what the functions of measure_minhash share: arguments, round keys, refusals.
 */
#ifndef PGMEASURE_SKETCH_H
#define PGMEASURE_SKETCH_H

#include "pg/base/compat.h"

#include "core/sketch/jaccard.h"
#include "core/sketch/minhash.h"
#include "pg/sketch/element.h"

#define SKETCH_TYPE "measure_minhash"
#define SKETCH_T 256

/*
 * What a call site remembers in fn_extra, a pure cache: a function that has lost it looks
 * everything up again.
 */
typedef struct SketchSite
{
	uint64 *keys; /* round keys of t registers under a seed; NULL: none yet */
	uint32 t;
	int64 seed;
	ElementType element;
	ms_minhash *exact;	   /* the last exact sketch that met registers; NULL: none yet */
	ms_minhash *registers; /* the same by registers */
	uint32 room;		   /* bytes of each */
} SketchSite;

extern SketchSite *sketch_site(FunctionCallInfo fcinfo);
extern const uint64 *sketch_make_keys(FunctionCallInfo fcinfo, uint32 t, int64 seed);

/* The round keys of m. */
static inline const uint64 *
sketch_keys(FunctionCallInfo fcinfo, const ms_minhash *m)
{
	SketchSite *site = fcinfo->flinfo->fn_extra;

	if (likely(site && site->keys && site->t == m->t && site->seed == m->seed))
		return site->keys;
	return sketch_make_keys(fcinfo, m->t, m->seed);
}

/* Bytes whose type and size are what their fields say: an error otherwise. */
extern ms_minhash *sketch_of(struct varlena *value);

/* Argument argno, not NULL, detoasted; not to be changed. */
extern const ms_minhash *sketch_arg(FunctionCallInfo fcinfo, int argno);

/* A copy without free space. */
extern ms_minhash *sketch_copy(const ms_minhash *m);

/* A new empty sketch in `size` bytes at least. */
extern ms_minhash *sketch_new(size_t size, uint32_t t, ms_minhash_kind kind, int64 seed);

/* t and kind of a user's, checked. */
extern uint32 sketch_t(int64 t);
extern ms_minhash_kind sketch_kind(FunctionCallInfo fcinfo, int argno);

/* Refuses two sketches that differ in t, kind, seed or hash, naming both; `packed`: packed ones, too. */
extern void sketch_meet(const ms_minhash *a, const ms_minhash *b, bool packed);
extern void sketch_full(const ms_minhash *m);

/* The aggregate that builds sketches of the same parameters, for a hint. */
extern const char *sketch_recipe(const ms_minhash *m);

/* Every pair of values in one comparison, checked. */
extern ms_overlap sketch_overlap(FunctionCallInfo fcinfo, const ms_minhash *a, const ms_minhash *b);

/* An exact, not empty sketch by registers, for ms_jaccard_registers alone; in `into`, of full size, or NULL: a new one. */
extern ms_minhash *sketch_by_registers(FunctionCallInfo fcinfo, const ms_minhash *m, ms_minhash *into);

/* Jaccard similarity of two sketches, checked; NaN for two empty ones. */
extern double sketch_jaccard(FunctionCallInfo fcinfo, const ms_minhash *a, const ms_minhash *b);

#endif
