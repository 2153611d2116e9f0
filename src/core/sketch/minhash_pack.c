/*
 * minhash_pack.c: b-bit minwise hashing (Li & Koenig, WWW 2010): of each register the lowest b
 * bits of a hash. Two that are equal have equal bits, others with probability 2^-b.
 */
#include "core/sketch/minhash_parts.h"

#include <string.h>

static size_t
packed_size(const ms_minhash *m, int bits)
{
	return sizeof(*m) + ((size_t) m->t * (size_t) bits + 63) / 64 * 8;
}

/* Whether the elements themselves take no more than their bits would. */
static bool
stays_exact(const ms_minhash *m, int bits)
{
	return ms_minhash_is_exact(m) && ms_minhash_used(m) <= packed_size(m, bits);
}

size_t
ms_minhash_pack_size(const ms_minhash *m, int bits)
{
	return stays_exact(m, bits) ? ms_minhash_used(m) : packed_size(m, bits);
}

void
ms_pack_registers(const ms_minhash *m, const uint64_t *keys, int bits, uint64_t *out)
{
	uint64_t scratch[MS_MINHASH_MAX_WORDS];
	const uint64_t *registers = ms_minhash_registers(m, keys, scratch);
	size_t words = ms_minhash_register_words(m) / m->t;
	uint64_t mask = (UINT64_C(1) << bits) - 1;

	memset(out, 0, packed_size(m, bits) - sizeof(*m));
	for (size_t i = 0; i < m->t; i++)
	{
		/* of a weighted register the id, which stands last */
		uint64_t low = ms_sketch_mix(registers[i * words + words - 1]) & mask;
		size_t at = i * (size_t) bits;

		out[at / 64] |= low << at % 64;
	}
}

ms_status
ms_minhash_pack(ms_ctx *ctx, const ms_minhash *m, const uint64_t *keys, int bits, void *out)
{
	ms_minhash *packed = out;

	if (bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "bits", 0, bits, bits < 1 ? 1 : bits > 8 ? 16 : 8);
	if (m->bits > 0)
		return ms_fail(ctx, MS_MISMATCH, "bits", 0, m->bits, 0);
	if (stays_exact(m, bits))
	{
		memcpy(out, m, ms_minhash_used(m));
		return MS_OK;
	}
	*packed = *m;
	packed->head.flags &= (uint16_t) ~MS_MINHASH_EXACT;
	packed->bits = (uint8_t) bits;
	packed->count = 0;
	packed->limit = 0;
	ms_pack_registers(m, keys, bits, ms_minhash_words(packed));
	return MS_OK;
}

/* Static, as in minhash_sets.c. */
#if defined(__x86_64__)
__attribute__((target_clones("default", "popcnt")))
#endif
static uint32_t
count_unequal(const uint64_t *a, const uint64_t *b, size_t words, int bits, uint64_t ones)
{
	uint32_t unequal = 0;

	for (size_t i = 0; i < words; i++)
	{
		uint64_t differ = a[i] ^ b[i];

		for (int width = bits / 2; width > 0; width /= 2)
			differ |= differ >> width;
		unequal += (uint32_t) __builtin_popcountll(differ & ones);
	}
	return unequal;
}

uint32_t
ms_packed_equal(const uint64_t *a, const uint64_t *b, uint32_t t, int bits)
{
	/* the lowest bit of each field */
	uint64_t ones = UINT64_MAX / ((UINT64_C(1) << bits) - 1);

	return t - count_unequal(a, b, ((size_t) t * (size_t) bits + 63) / 64, bits, ones);
}
