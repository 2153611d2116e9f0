/*
 * hash.h: the project's one 64-bit hash of bytes and of integers. The values are part of the
 * stored formats (content hashes, subsample): they never change.
 */
#ifndef MS_HASH_H
#define MS_HASH_H

#include <stddef.h>
#include <stdint.h>

/* splitmix64's finaliser (Steele, Lea & Flood 2014): a bijection of 64 bits. */
static inline uint64_t
ms_hash_mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* A hash of an integer under a seed. */
static inline uint64_t
ms_hash_u64(uint64_t value, uint64_t seed)
{
	return ms_hash_mix(ms_hash_mix(value + UINT64_C(0x9e3779b97f4a7c15)) ^ seed);
}

/* XXH64 (Y. Collet) of n bytes under a seed; the same on every machine. */
extern uint64_t ms_hash_bytes(const void *bytes, size_t n, uint64_t seed);

/* The same of one byte `tag` and the n bytes after it, which need not lie together. */
extern uint64_t ms_hash_tagged(unsigned char tag, const void *bytes, size_t n, uint64_t seed);

#endif
