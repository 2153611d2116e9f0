/*
 * minhash_parts.h: what the files minhash*.c and jaccard.c share among themselves: the rules of
 * registers, kind by kind.
 */
#ifndef MS_MINHASH_PARTS_H
#define MS_MINHASH_PARTS_H

#include <math.h>

#include "core/base/hash.h"
#include "core/sketch/minhash.h"

/* What a register of sets holds before its first element; never in a value. */
#define MS_MINHASH_EMPTY UINT64_MAX

/* The mix of the sketches: splitmix64's step, one number of its sequence. */
static inline uint64_t
ms_sketch_mix(uint64_t z)
{
	return ms_hash_mix(z + UINT64_C(0x9e3779b97f4a7c15));
}

/* Uniform on 0 .. t - 1 from the upper half of a hash (multiply and shift; t < 2^32). */
static inline uint32_t
ms_sketch_bin(uint64_t hash, uint32_t t)
{
	return (uint32_t) (((hash >> 32) * t) >> 32);
}

/* The rank that `limit` stands for in the weighted kinds, and back. */
static inline double
ms_limit_rank(uint64_t limit)
{
	union
	{
		uint64_t bits;
		double value;
	} u = {limit};

	return u.value;
}

static inline uint64_t
ms_rank_limit(double rank)
{
	union
	{
		double value;
		uint64_t bits;
	} u = {rank};

	return u.bits;
}

/* ms_minhash_meet without the packing. */
extern ms_status ms_minhash_comparable(ms_ctx *ctx, const ms_minhash *into, const ms_minhash *from);

/* --- sets: minhash_sets.c ------------------------------------------------------------------- */

/* Registers of n >= 1 elements, all at once. */
extern void ms_fss_sketch(uint64_t *registers, uint32_t t, const uint64_t *keys,
						  const uint64_t *elements, size_t n);
extern void ms_khash_sketch(uint64_t *registers, uint32_t t, const uint64_t *keys,
							const uint64_t *elements, size_t n);

/* One element into full registers. */
extern void ms_fss_add(ms_minhash *m, const uint64_t *keys, uint64_t element);
extern void ms_khash_add(uint64_t *registers, uint32_t t, const uint64_t *keys, uint64_t element);

/* registers = min(registers, from). */
extern void ms_registers_least(uint64_t *registers, const uint64_t *from, size_t t);

/* `limit` and `count` of a value from its registers. */
extern void ms_fss_limit(ms_minhash *m);

/* Round of a register. */
static inline uint32_t
ms_fss_round(uint64_t value)
{
	return (uint32_t) (value >> 52);
}

/* --- packed: minhash_pack.c ----------------------------------------------------------------- */

/* The packed registers of a value that is neither packed nor empty. */
extern void ms_pack_registers(const ms_minhash *m, const uint64_t *keys, int bits, uint64_t *out);

/* Words that packed registers take at most. */
#define MS_PACKED_MAX_WORDS (MS_MINHASH_MAX_T * 16 / 64)

extern uint32_t ms_packed_equal(const uint64_t *a, const uint64_t *b, uint32_t t, int bits);

/* --- weighted sets: minhash_weights.c ------------------------------------------------------- */

extern void ms_weighted_sketch(ms_weighted_register *registers, uint32_t t, ms_minhash_kind kind,
							   const uint64_t *keys, const ms_weighted_entry *entries, size_t n);
extern void ms_weighted_add(ms_minhash *m, const uint64_t *keys, uint64_t element, double weight);
extern void ms_weighted_least(ms_weighted_register *registers, const ms_weighted_register *from,
							  size_t t);

/* The greatest rank, as `limit`. */
extern uint64_t ms_weighted_limit(const ms_weighted_register *registers, size_t t);

/* The bin of a dart. */
extern uint32_t ms_dart_bin(uint64_t id, uint32_t t);

/* Darts that a weight of 1 has at ranks below 1: a power of two, so that scaling by it is exact. */
static inline double
ms_dart_intensity(uint32_t t)
{
	return (double) (UINT64_C(16) << (31 - __builtin_clz(t)));
}

/* Whether the first register comes before the second: rank, then id. */
static inline bool
ms_weighted_before(double rank, uint64_t id, const ms_weighted_register *r)
{
	return rank < r->rank || (rank == r->rank && id < r->id);
}

#endif
