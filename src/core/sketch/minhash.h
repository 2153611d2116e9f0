/*
 * minhash.h: similarity sketches of sets, in bytes that are state and value at once. Up to t
 * distinct elements a value holds the elements' hashes themselves and is exact; beyond that it
 * holds t registers, of which two sets share a Jaccard-sized part.
 *
 *     ms_minhash    48 bytes
 *     entries       EXACT: count times, ascending by hash
 *                   else: t registers, or t numbers of `bits` bits (bits > 0), padded to 8 bytes
 *
 * Entries and registers take 8 bytes (a hash; a register) in kinds of sets, 16 (a hash and a
 * weight; a rank and an id) in kinds of weighted sets. All bytes but n depend on the set alone,
 * never on order, repetition or plan, at every moment: used bytes of a state are its value, and
 * nothing has to be finished.
 *
 * A state lies in memory of `size` bytes, aligned to 8, of which ms_minhash_used are taken.
 */
#ifndef MS_MINHASH_H
#define MS_MINHASH_H

#include "core/base/wire.h"

#define MS_MINHASH_VERSION 1

#define MS_MINHASH_EXACT 0x0001
#define MS_MINHASH_FLAGS 0x0001

#define MS_MINHASH_MIN_T 2
#define MS_MINHASH_MAX_T 2048

/* The hash of elements: element.h. Stored, so that another one can come. */
#define MS_MINHASH_XXH64 1

typedef enum ms_minhash_kind
{
	MS_MINHASH_FSS = 1,        /* sets: Fast Similarity Sketching (Dahlgaard et al. 2017) */
	MS_MINHASH_KHASH = 2,      /* sets: t hash functions (Broder 1997); t mixes an element */
	MS_MINHASH_WEIGHTED = 3,   /* weights: sum min / sum max, DartMinHash (Christiani 2020) */
	MS_MINHASH_PROBABILITY = 4 /* weights: probability Jaccard, ProbMinHash (Ertl 2020) */
} ms_minhash_kind;

typedef struct ms_minhash
{
	ms_head head;
	int64_t seed;
	uint64_t n;       /* elements offered, repeated ones too; below 2^63 */
	uint32_t t;       /* registers */
	uint8_t kind;     /* ms_minhash_kind */
	uint8_t hash;     /* MS_MINHASH_XXH64 */
	uint8_t bits;     /* 0, or bits of a packed register: 1, 2, 4, 8, 16 */
	uint8_t reserved; /* 0 */
	uint32_t count;   /* EXACT: entries. fss: registers whose round is `limit`. Else 0 */
	uint32_t unused;  /* 0 */
	uint64_t limit; /* the greatest round (fss) or rank (bits of a double) of a register, else 0 */
} ms_minhash;

/* An element and its weight, in an exact value of a weighted kind. */
typedef struct ms_weighted_entry
{
	uint64_t element;
	double weight;
} ms_weighted_entry;

/* A register of a weighted kind: the least rank, and whose it is. */
typedef struct ms_weighted_register
{
	double rank;
	uint64_t id;
} ms_weighted_register;

/* Weights besides 0, which is absence. */
#define MS_MINHASH_MIN_WEIGHT 1e-150
#define MS_MINHASH_MAX_WEIGHT 1e150

/* --- shape ---------------------------------------------------------------------------------- */

static inline bool
ms_minhash_is_weighted(const ms_minhash *m)
{
	return m->kind >= MS_MINHASH_WEIGHTED;
}

static inline bool
ms_minhash_is_exact(const ms_minhash *m)
{
	return m->head.flags & MS_MINHASH_EXACT;
}

static inline bool
ms_minhash_is_empty(const ms_minhash *m)
{
	return ms_minhash_is_exact(m) && m->count == 0;
}

/* Entries of an exact value and registers: uint64_t, or the two structs above. */
static inline uint64_t *
ms_minhash_words(const ms_minhash *m)
{
	return (uint64_t *) (m + 1);
}

/* Bytes of one entry or register. */
static inline size_t
ms_minhash_entry_size(ms_minhash_kind kind)
{
	return kind >= MS_MINHASH_WEIGHTED ? 16 : 8;
}

/* Bytes that a state has at most: those of all registers. */
static inline size_t
ms_minhash_full_size(size_t t, ms_minhash_kind kind)
{
	return sizeof(ms_minhash) + t * ms_minhash_entry_size(kind);
}

/* Bytes that are taken; the first so many bytes of a state are its value. */
extern size_t ms_minhash_used(const ms_minhash *m);

/* The nearest name for messages and text: "fss", "khash", "weighted", "probability"; else NULL. */
extern const char *ms_minhash_kind_name(int kind);

/* --- growing -------------------------------------------------------------------------------- */

/* MS_BAD_ARGUMENT "t" (got, wanted = nearest allowed) or "kind". */
extern ms_status ms_minhash_parameters(ms_ctx *ctx, int64_t t, int kind);

/* An empty set, in sizeof(ms_minhash) bytes at least; a stored empty value is a template. */
extern void ms_minhash_begin(void *bytes, size_t t, ms_minhash_kind kind, int64_t seed);

/*
 * Round keys, 2 t of them: a function of (t, seed) that adding and comparing need and that is not
 * stored. Computed once a call site (1.5 us at t = 256) and passed in everywhere as `keys`.
 */
#define MS_MINHASH_MAX_KEYS (2 * MS_MINHASH_MAX_T)
extern void ms_minhash_keys(uint64_t *keys, size_t t, int64_t seed);

/*
 * One element, as its base hash (element.h). False when there must be more room first: then
 * nothing has changed, and memory of ms_minhash_room(m) bytes (at most the full size) will do.
 * An element that is new and small sets cost a binary search and a memmove; in the registers of a
 * large fss sketch two mixes. Not for packed values. m->n stops at 2^63 - 1.
 */
extern bool ms_minhash_add(ms_minhash *m, size_t size, const uint64_t *keys, uint64_t element);
extern size_t ms_minhash_room(const ms_minhash *m);

/*
 * The same for weighted kinds. Of an element that comes again the greater weight counts, as in a
 * merge: weights that come in parts are to be summed before. Weight 0 is a row without an element.
 */
extern bool ms_minhash_add_weighted(ms_minhash *m, size_t size, const uint64_t *keys,
									uint64_t element, double weight);

/* MS_BAD_WEIGHT (got) for a weight that is negative, not finite, or beyond the limits above. */
extern ms_status ms_minhash_weight(ms_ctx *ctx, double weight);

/*
 * The union: `into` becomes the sketch of all elements of both (of element-wise maxima of weights).
 * First ms_minhash_meet: MS_MISMATCH with what = "t", "kind", "seed", "hash" (got of from, wanted
 * of into), or "bits" when one of them is packed (packed values compare, but do not merge). Then
 * `size` must be at least ms_minhash_merge_size. A value may be merged with itself: merging is
 * idempotent, commutative and associative but for n, which adds up.
 */
extern ms_status ms_minhash_meet(ms_ctx *ctx, const ms_minhash *into, const ms_minhash *from);
extern size_t ms_minhash_merge_size(const ms_minhash *into, const ms_minhash *from);
extern void ms_minhash_merge(ms_minhash *into, size_t size, const uint64_t *keys,
							 const ms_minhash *from);

/* --- finished ------------------------------------------------------------------------------- */

/* The one validator of untrusted bytes, aligned to 8, without free space: MS_CORRUPT. */
extern ms_status ms_minhash_check(ms_ctx *ctx, const void *bytes, size_t size);

/*
 * The registers: those of the value, or, of an exact one, made in scratch, which holds t registers.
 * An empty set and packed values have none: NULL. 10 us for 256 registers of a small fss set.
 */
extern const uint64_t *ms_minhash_registers(const ms_minhash *m, const uint64_t *keys,
											uint64_t *scratch);

/* Words of scratch: for any value, and for t registers of a kind. */
#define MS_MINHASH_MAX_WORDS (2 * MS_MINHASH_MAX_T)
static inline size_t
ms_minhash_register_words(const ms_minhash *m)
{
	return m->t * ms_minhash_entry_size((ms_minhash_kind) m->kind) / 8;
}

/*
 * Packed (b-bit minwise hashing, Li & Koenig 2010): of each register the lowest `bits` bits of its
 * hash, 1, 2, 4, 8 or 16. 64 times smaller at 1 bit, and J's standard error grows by the root of
 * (1 + J (2^bits - 1)) / (J (2^bits - 1)). Packed values compare with packed and full ones and do
 * nothing else. MS_BAD_ARGUMENT "bits"; MS_MISMATCH "bits" for a value that is packed already;
 * an exact value with no more bytes than the packed one stays as it is.
 */
extern size_t ms_minhash_pack_size(const ms_minhash *m, int bits);
extern ms_status ms_minhash_pack(ms_ctx *ctx, const ms_minhash *m, const uint64_t *keys, int bits,
								 void *out);

#endif
