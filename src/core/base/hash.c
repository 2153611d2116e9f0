/*
 * hash.c: XXH64, after the public specification of the xxHash algorithm (Y. Collet).
 *
 * Four lanes take 32 bytes a step, then the rest goes in by 8, 4 and 1. Words are read little
 * end first on every machine. About 0.1 ns a byte; no memory.
 */
#include "core/base/hash.h"

#include <string.h>

#define PRIME1 UINT64_C(0x9e3779b185ebca87)
#define PRIME2 UINT64_C(0xc2b2ae3d27d4eb4f)
#define PRIME3 UINT64_C(0x165667b19e3779f9)
#define PRIME4 UINT64_C(0x85ebca77c2b2ae63)
#define PRIME5 UINT64_C(0x27d4eb2f165667c5)

static inline uint64_t
rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static inline uint64_t
read64(const unsigned char *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	x = __builtin_bswap64(x);
#endif
	return x;
}

static inline uint32_t
read32(const unsigned char *p)
{
	uint32_t x;

	memcpy(&x, p, sizeof(x));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	x = __builtin_bswap32(x);
#endif
	return x;
}

static inline uint64_t
lane(uint64_t state, uint64_t word)
{
	return rotate(state + word * PRIME2, 31) * PRIME1;
}

static inline uint64_t
merge(uint64_t hash, uint64_t state)
{
	return (hash ^ lane(0, state)) * PRIME1 + PRIME4;
}

/* All whole steps of 32 bytes; *p moves past them. */
static uint64_t
hash_steps(const unsigned char **p, size_t steps, uint64_t seed)
{
	uint64_t a = seed + PRIME1 + PRIME2;
	uint64_t b = seed + PRIME2;
	uint64_t c = seed;
	uint64_t d = seed - PRIME1;
	uint64_t hash;

	for (; steps > 0; steps--, *p += 32)
	{
		a = lane(a, read64(*p));
		b = lane(b, read64(*p + 8));
		c = lane(c, read64(*p + 16));
		d = lane(d, read64(*p + 24));
	}
	hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
	return merge(merge(merge(merge(hash, a), b), c), d);
}

/* The last bytes, fewer than 32. */
static uint64_t
hash_rest(uint64_t hash, const unsigned char *p, size_t n)
{
	for (; n >= 8; n -= 8, p += 8)
		hash = rotate(hash ^ lane(0, read64(p)), 27) * PRIME1 + PRIME4;
	if (n >= 4)
	{
		hash = rotate(hash ^ read32(p) * PRIME1, 23) * PRIME2 + PRIME3;
		n -= 4;
		p += 4;
	}
	for (; n > 0; n--, p++)
		hash = rotate(hash ^ *p * PRIME5, 11) * PRIME1;
	return hash;
}

uint64_t
ms_hash_bytes(const void *bytes, size_t n, uint64_t seed)
{
	const unsigned char *p = bytes;
	uint64_t hash = n >= 32 ? hash_steps(&p, n / 32, seed) : seed + PRIME5;

	hash = hash_rest(hash + n, p, n % 32);
	hash = (hash ^ hash >> 33) * PRIME2;
	hash = (hash ^ hash >> 29) * PRIME3;
	return hash ^ hash >> 32;
}
