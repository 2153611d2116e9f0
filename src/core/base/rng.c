/*
 * rng.c: Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011): ten rounds of a keyed bijection of
 * a 128-bit counter. The key is the seed; the counter is (number of the block, stream), so that
 * two streams can never meet.
 */
#include "core/base/rng.h"

#include <string.h>

#include <gsl/gsl_randist.h>

#define ROUNDS 10

static inline void
philox(uint64_t seed, uint64_t stream, uint64_t counter, uint32_t out[4])
{
	uint32_t key0 = (uint32_t) seed;
	uint32_t key1 = (uint32_t) (seed >> 32);
	uint32_t a = (uint32_t) counter;
	uint32_t b = (uint32_t) (counter >> 32);
	uint32_t c = (uint32_t) stream;
	uint32_t d = (uint32_t) (stream >> 32);

	for (int i = 0; i < ROUNDS; i++)
	{
		uint64_t left = UINT64_C(0xd2511f53) * a;
		uint64_t right = UINT64_C(0xcd9e8d57) * c;

		a = (uint32_t) (right >> 32) ^ b ^ key0;
		b = (uint32_t) right;
		c = (uint32_t) (left >> 32) ^ d ^ key1;
		d = (uint32_t) left;
		key0 += UINT32_C(0x9e3779b9);
		key1 += UINT32_C(0xbb67ae85);
	}
	out[0] = a;
	out[1] = b;
	out[2] = c;
	out[3] = d;
}

/*
 * The middle of one of 2^52 equal cells of (0, 1): the bits as a number in [1, 2), less what
 * leads to the middle, without rounding. (53 bits and a half would need 54: the last cell's
 * middle rounds to 1.)
 */
static inline double
to_uniform(uint32_t low, uint32_t high)
{
	uint64_t bits = UINT64_C(0x3ff) << 52 | (uint64_t) high << 20 | low >> 12;
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x - (1.0 - 0x1p-53);
}

void
ms_rng_init(ms_rng *rng, uint64_t seed, uint64_t stream)
{
	*rng = (ms_rng){.seed = seed, .stream = stream};
}

/* The next `words` words of the stream: a block that has fewer left is dropped. */
static inline const uint32_t *
take(ms_rng *rng, int words)
{
	if (rng->left < words)
	{
		philox(rng->seed, rng->stream, rng->counter++, rng->block);
		rng->left = 4;
	}
	rng->left -= words;
	return rng->block + 4 - words - rng->left;
}

uint64_t
ms_rng_u64(ms_rng *rng)
{
	const uint32_t *word = take(rng, 2);

	return (uint64_t) word[1] << 32 | word[0];
}

double
ms_rng_uniform(ms_rng *rng)
{
	const uint32_t *word = take(rng, 2);

	return to_uniform(word[0], word[1]);
}

/* Lemire 2019, "Fast random integer generation in an interval": a division once in 2^64 / n. */
uint64_t
ms_rng_below(ms_rng *rng, uint64_t n)
{
	unsigned __int128 product = (unsigned __int128) ms_rng_u64(rng) * n;

	if ((uint64_t) product < n)
	{
		uint64_t excess = -n % n;

		while ((uint64_t) product < excess)
			product = (unsigned __int128) ms_rng_u64(rng) * n;
	}
	return (uint64_t) (product >> 64);
}

double
ms_rng_normal(ms_rng *rng)
{
	gsl_rng gsl;

	ms_rng_gsl(&gsl, rng);
	return gsl_ran_gaussian_ziggurat(&gsl, 1.0);
}

double
ms_rng_at(uint64_t seed, uint64_t stream, uint64_t counter)
{
	uint32_t block[4];
	int half = counter % 2 * 2;

	philox(seed, stream, counter / 2, block);
	return to_uniform(block[half], block[half + 1]);
}

/* Both numbers of each block, in a loop without branches that the compiler runs in lanes. */
__attribute__((target_clones("default", "avx2", "avx512f"))) static void
fill_blocks(uint64_t seed, uint64_t stream, uint64_t block, size_t n, double *out)
{
#pragma omp simd
	for (size_t i = 0; i < n; i++)
	{
		uint32_t word[4];

		philox(seed, stream, block + i, word);
		out[2 * i] = to_uniform(word[0], word[1]);
		out[2 * i + 1] = to_uniform(word[2], word[3]);
	}
}

void
ms_rng_fill(uint64_t seed, uint64_t stream, uint64_t from, size_t n, double *out)
{
	if (n > 0 && from % 2 == 1)
	{
		*out++ = ms_rng_at(seed, stream, from++);
		n--;
	}
	fill_blocks(seed, stream, from / 2, n / 2, out);
	if (n % 2 == 1)
		out[n - 1] = ms_rng_at(seed, stream, from + n - 1);
}

/* What GSL calls: the state is the ms_rng itself. */
static void
gsl_set(void *state, unsigned long seed)
{
	ms_rng_init(state, seed, 0);
}

static unsigned long
gsl_get(void *state)
{
	return *take(state, 1);
}

static double
gsl_get_double(void *state)
{
	return ms_rng_uniform(state);
}

const gsl_rng_type *
ms_rng_gsl_type(void)
{
	static const gsl_rng_type type = {
		.name = "ms_philox",
		.min = 0,
		.max = 0xffffffff,
		.size = sizeof(ms_rng),
		.set = gsl_set,
		.get = gsl_get,
		.get_double = gsl_get_double,
	};

	return &type;
}

void
ms_rng_gsl(gsl_rng *gsl, ms_rng *rng)
{
	gsl->type = ms_rng_gsl_type();
	gsl->state = rng;
}

void
ms_rng_permutation(ms_rng *rng, size_t n, size_t *out)
{
	for (size_t i = 0; i < n; i++)
	{
		size_t j = ms_rng_below(rng, i + 1);

		out[i] = out[j];
		out[j] = i;
	}
}
