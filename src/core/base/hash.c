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

/* The four lanes of long inputs. */
typedef struct lanes
{
	uint64_t a, b, c, d;
} lanes;

static inline void
lanes_begin(lanes *l, uint64_t seed)
{
	*l = (lanes){seed + PRIME1 + PRIME2, seed + PRIME2, seed, seed - PRIME1};
}

/* `steps` of 32 bytes; returns what comes after them. */
static inline const unsigned char *
lanes_add(lanes *l, const unsigned char *p, size_t steps)
{
	for (; steps > 0; steps--, p += 32)
	{
		l->a = lane(l->a, read64(p));
		l->b = lane(l->b, read64(p + 8));
		l->c = lane(l->c, read64(p + 16));
		l->d = lane(l->d, read64(p + 24));
	}
	return p;
}

static inline uint64_t
lanes_end(const lanes *l)
{
	uint64_t hash = rotate(l->a, 1) + rotate(l->b, 7) + rotate(l->c, 12) + rotate(l->d, 18);

	return merge(merge(merge(merge(hash, l->a), l->b), l->c), l->d);
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

static inline uint64_t
finish(uint64_t hash)
{
	hash = (hash ^ hash >> 33) * PRIME2;
	hash = (hash ^ hash >> 29) * PRIME3;
	return hash ^ hash >> 32;
}

uint64_t
ms_hash_bytes(const void *bytes, size_t n, uint64_t seed)
{
	const unsigned char *p = bytes;
	uint64_t hash = seed + PRIME5;
	lanes l;

	if (n >= 32)
	{
		lanes_begin(&l, seed);
		p = lanes_add(&l, p, n / 32);
		hash = lanes_end(&l);
	}
	return finish(hash_rest(hash + n, p, n % 32));
}

uint64_t
ms_hash_tagged(unsigned char tag, const void *bytes, size_t n, uint64_t seed)
{
	unsigned char first[32] = {tag};
	const unsigned char *p = bytes;
	lanes l;

	/* the tag goes into the first step; from there on the bytes lie as they are */
	if (n < 31)
	{
		if (n > 0)
			memcpy(first + 1, p, n);
		return ms_hash_bytes(first, n + 1, seed);
	}
	memcpy(first + 1, p, 31);
	lanes_begin(&l, seed);
	lanes_add(&l, first, 1);
	p = lanes_add(&l, p + 31, (n - 31) / 32);
	return finish(hash_rest(lanes_end(&l) + n + 1, p, (n - 31) % 32));
}
