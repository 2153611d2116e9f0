/*
 * rng.h: counter-based random numbers: number i of stream s under a seed is a function of the
 * three, so that what is drawn depends on neither order nor workers (Salmon et al. 2011,
 * "Parallel random numbers: as easy as 1, 2, 3"; here with Philox4x32-10).
 */
#ifndef MS_RNG_H
#define MS_RNG_H

#include <stddef.h>
#include <stdint.h>

#include <gsl/gsl_rng.h>

typedef struct ms_rng
{
	uint64_t seed;
	uint64_t stream;
	uint64_t counter;  /* of the next block */
	uint32_t block[4]; /* the last `left` words are still to be used */
	int left;
} ms_rng;

/* Streams are told apart by a number: one a purpose, mixed with whatever tells calls apart. */
extern void ms_rng_init(ms_rng *rng, uint64_t seed, uint64_t stream);

extern uint64_t ms_rng_u64(ms_rng *rng);

/* Uniform on (0, 1): never 0, never 1; the middles of 2^52 equal cells. */
extern double ms_rng_uniform(ms_rng *rng);

/* Uniform on 0 .. n - 1 without bias (Lemire 2019); n > 0. */
extern uint64_t ms_rng_below(ms_rng *rng, uint64_t n);

/* Standard normal (GSL's ziggurat over this generator). */
extern double ms_rng_normal(ms_rng *rng);

/*
 * Without a state: number `counter` of (seed, stream), uniform on (0, 1). It is what call number
 * `counter` of ms_rng_uniform gives, from 0, on a fresh ms_rng that nothing else draws from.
 */
extern double ms_rng_at(uint64_t seed, uint64_t stream, uint64_t counter);

/* ms_rng_at for n counters from `from` on, at 5 ns a number against 10. */
extern void ms_rng_fill(uint64_t seed, uint64_t stream, uint64_t from, size_t n, double *out);

/*
 * The generator as GSL sees it: ms_rng_gsl(&g, &rng) fills a gsl_rng on the caller's stack, so
 * that gsl_ran_* and gsl_cdf_* serve without gsl_rng_alloc.
 */
extern const gsl_rng_type *ms_rng_gsl_type(void);
extern void ms_rng_gsl(gsl_rng *gsl, ms_rng *rng);

/* A permutation of 0 .. n - 1 (Fisher-Yates) into out. */
extern void ms_rng_permutation(ms_rng *rng, size_t n, size_t *out);

#endif
