/*
 * minhash_sets.c: registers of sets, by Fast Similarity Sketching (Dahlgaard, Langhede, Houen &
 * Thorup, FOCS 2017, arXiv 1704.04370) and by t hash functions (Broder 1997).
 *
 * fss throws every element into one bin in each of 2 t rounds: a random bin in the first t, bin
 * i - t in round i after that. A register keeps its least (round, hash). Once all bins are taken
 * in rounds 0 .. R, no later round can win, so rounds above R need not be run: large sets have
 * R = 0 and cost two mixes an element. khash costs t mixes.
 */
#include "core/sketch/minhash_parts.h"

#include <string.h>

/*
 * Vector loops, one copy an instruction set, chosen when the module is loaded. Static, because
 * clang gives them another name.
 */
#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define CLONES
#endif

/* 12 bits of round, 52 of hash; never EMPTY. */
static inline uint64_t
fss_value(uint32_t round, uint64_t hash)
{
	uint64_t value = (uint64_t) round << 52 | ms_sketch_mix(hash) >> 12;

	return value - (value == MS_MINHASH_EMPTY);
}

static inline uint32_t
fss_bin(uint32_t round, uint64_t hash, uint32_t t)
{
	return round < t ? ms_sketch_bin(hash, t) : round - t;
}

/* One round of all elements; returns the registers that were filled. */
static uint32_t
fss_round(uint64_t *registers, uint32_t t, uint32_t round, uint64_t key, const uint64_t *elements,
		  size_t n)
{
	uint32_t filled = 0;

	for (size_t i = 0; i < n; i++)
	{
		uint64_t hash = ms_sketch_mix(elements[i] ^ key);
		uint64_t *r = registers + fss_bin(round, hash, t);
		uint64_t value;

		if (ms_fss_round(*r) < round)
			continue;
		value = fss_value(round, hash);
		filled += *r == MS_MINHASH_EMPTY;
		*r = value < *r ? value : *r;
	}
	return filled;
}

void
ms_fss_sketch(uint64_t *registers, uint32_t t, const uint64_t *keys, const uint64_t *elements,
			  size_t n)
{
	uint32_t filled = 0;

	memset(registers, 0xff, t * sizeof(*registers));
	/* a round always ends: its last element may still be the least of its bin */
	for (uint32_t round = 0; filled < t; round++)
		filled += fss_round(registers, t, round, keys[round], elements, n);
}

void
ms_fss_limit(ms_minhash *m)
{
	const uint64_t *registers = ms_minhash_words(m);
	uint32_t limit = 0;
	uint32_t count = 0;

	for (uint32_t i = 0; i < m->t; i++)
	{
		uint32_t round = ms_fss_round(registers[i]);

		limit = round > limit ? round : limit;
	}
	for (uint32_t i = 0; i < m->t; i++)
		count += ms_fss_round(registers[i]) == limit;
	m->limit = limit;
	m->count = count;
}

/*
 * Rounds beyond the greatest of a register change nothing; where its last register falls to an
 * earlier round, the limit is found anew: at most 2 t times in the life of a sketch.
 */
void
ms_fss_add(ms_minhash *m, const uint64_t *keys, uint64_t element)
{
	uint64_t *registers = ms_minhash_words(m);

	for (uint32_t round = 0; round <= m->limit; round++)
	{
		uint64_t hash = ms_sketch_mix(element ^ keys[round]);
		uint64_t *r = registers + fss_bin(round, hash, m->t);
		uint32_t before = ms_fss_round(*r);
		uint64_t value;

		if (before < round)
			continue;
		value = fss_value(round, hash);
		if (value >= *r)
			continue;
		*r = value;
		if (before > round && before == m->limit && --m->count == 0)
			ms_fss_limit(m);
	}
}

CLONES static void
khash_least(uint64_t *registers, uint32_t t, const uint64_t *keys, uint64_t element)
{
#pragma omp simd
	for (uint32_t i = 0; i < t; i++)
	{
		uint64_t hash = ms_sketch_mix(element ^ keys[i]);

		registers[i] = hash < registers[i] ? hash : registers[i];
	}
}

void
ms_khash_add(uint64_t *registers, uint32_t t, const uint64_t *keys, uint64_t element)
{
	khash_least(registers, t, keys, element);
}

void
ms_khash_sketch(uint64_t *registers, uint32_t t, const uint64_t *keys, const uint64_t *elements,
				size_t n)
{
	memset(registers, 0xff, t * sizeof(*registers));
	for (size_t i = 0; i < n; i++)
		khash_least(registers, t, keys, elements[i]);
}

CLONES static void
least(uint64_t *registers, const uint64_t *from, size_t t)
{
#pragma omp simd
	for (size_t i = 0; i < t; i++)
		registers[i] = from[i] < registers[i] ? from[i] : registers[i];
}

void
ms_registers_least(uint64_t *registers, const uint64_t *from, size_t t)
{
	least(registers, from, t);
}
