/*
 * bench_minhash.c: elements a second into sketches of 256 registers, and comparisons a second of
 * pairs of them beside the machine's memory bandwidth, one thread. Built and run by hand:
 *
 * gcc -std=gnu11 -O2 -ftree-vectorize -fopenmp-simd -fno-math-errno -Isrc test/bench/bench_minhash.c src/core/sketch/{element,jaccard,lsh,minhash*}.c src/core/base/{ctx,hash,order,wire}.c -lgsl -lopenblas -lm -o /tmp/bench_minhash && OPENBLAS_NUM_THREADS=1 /tmp/bench_minhash
 */
#include <string.h>

#include "core/sketch/element.h"
#include "core/sketch/jaccard.h"
#include "core/sketch/lsh.h"
#include "bench.h"

#define T 256

static uint64_t keys[MS_MINHASH_MAX_KEYS];

/* n integers that repeat after `distinct`, `groups` sketches in turn, each with memory of full size. */
static void
bench_add(const char *name, ms_minhash_kind kind, uint64_t n, uint64_t distinct, uint64_t groups)
{
	size_t full = (ms_minhash_full_size(T, kind) + 63) / 64 * 64;
	char *states = malloc(full * groups);
	double begin;
	double took;

	for (uint64_t g = 0; g < groups; g++)
		ms_minhash_begin(states + g * full, T, kind, 0);
	begin = wall();
	for (uint64_t i = 0; i < n; i++)
	{
		ms_minhash *m = (ms_minhash *) (states + i % groups * full);
		uint64_t element = ms_element_int64(MS_ELEMENT_INTEGER, (int64_t) (i % distinct));

		if (kind >= MS_MINHASH_WEIGHTED)
			ms_minhash_add_weighted(m, full, keys, element, 1);
		else
			ms_minhash_add(m, full, keys, element);
	}
	took = wall() - begin;
	printf("%-52s %9.1f ns an element  %7.2f million/s\n", name, 1e9 * took / (double) n,
		   (double) n / took / 1e6);
	free(states);
}

static void
bench_hash(void)
{
	char text[64] = "a shingle of text, as long as they are";
	uint64_t sum = 0;
	double begin = wall();
	int n = 20000000;

	for (int i = 0; i < n; i++)
		sum += ms_element_int64(MS_ELEMENT_INTEGER, i);
	printf("%-52s %9.1f ns\n", "hash of an integer", 1e9 * (wall() - begin) / n);
	begin = wall();
	for (int i = 0; i < n; i++)
	{
		text[0] = (char) i;
		sum += ms_element_bytes(MS_ELEMENT_TEXT, text, 5);
	}
	printf("%-52s %9.1f ns\n", "hash of 5 bytes", 1e9 * (wall() - begin) / n);
	begin = wall();
	for (int i = 0; i < n; i++)
	{
		text[0] = (char) i;
		sum += ms_element_bytes(MS_ELEMENT_TEXT, text, 38);
	}
	printf("%-52s %9.1f ns  (%d)\n", "hash of 38 bytes", 1e9 * (wall() - begin) / n,
		   (int) (sum & 1));
}

/* The sum of all words: what memory gives to one thread. */
#if defined(__x86_64__)
__attribute__((target_clones("default", "avx2", "avx512f")))
#endif
static uint64_t
read_all(const uint64_t *x, size_t n)
{
	uint64_t sum = 0;

#pragma omp simd reduction(+ : sum)
	for (size_t i = 0; i < n; i++)
		sum += x[i];
	return sum;
}

/* One sketch against `count` others, which fill memory or the cache. */
static void
bench_pairs(const char *name, size_t count, int rounds, int bits)
{
	size_t full = (ms_minhash_full_size(T, MS_MINHASH_FSS) + 63) / 64 * 64;
	char *values = malloc(full * count);
	ms_minhash *one = malloc(full);
	size_t step = full;
	double sum = 0;
	double j;
	double begin;
	double took;
	double bandwidth;

	ms_minhash_begin(one, T, MS_MINHASH_FSS, 0);
	for (int64_t i = 0; i < 1000; i++)
		ms_minhash_add(one, full, keys, ms_element_int64(MS_ELEMENT_INTEGER, i));
	if (bits > 0)
		step = ms_minhash_pack_size(one, bits);
	for (size_t i = 0; i < count; i++)
	{
		if (bits > 0)
			ms_minhash_pack(&host, one, keys, bits, values + i * step);
		else
			memcpy(values + i * step, one, full);
	}
	begin = wall();
	for (int r = 0; r < rounds; r++)
		sum += (double) read_all((uint64_t *) values, count * step / 8);
	bandwidth = (double) (count * step) * rounds / (wall() - begin);
	if (bits > 0)
	{
		ms_minhash *packed = malloc(step);

		memcpy(packed, values, step);
		free(one);
		one = packed;
	}
	begin = wall();
	for (int r = 0; r < rounds; r++)
		for (size_t i = 0; i < count; i++)
		{
			ms_jaccard(&host, one, (ms_minhash *) (values + i * step), keys, &j);
			sum += j;
		}
	took = wall() - begin;
	printf("%-52s %9.1f ns a pair  %7.2f million/s  %5.1f GB/s of %5.1f (%.0f%%)%s\n", name,
		   1e9 * took / ((double) count * rounds), (double) count * rounds / took / 1e6,
		   (double) (count * step) * rounds / took / 1e9, bandwidth / 1e9,
		   100 * (double) (count * step) * rounds / took / bandwidth, sum == 0 ? "!" : "");
	free(values);
	free(one);
}

static void
bench_exact_pairs(int elements, int rounds)
{
	size_t full = ms_minhash_full_size(T, MS_MINHASH_FSS);
	ms_minhash *a = malloc(full);
	ms_minhash *b = malloc(full);
	uint64_t bands[T];
	uint32_t n;
	double begin;
	double sum = 0;
	double j;
	char name[100];

	ms_minhash_begin(a, T, MS_MINHASH_FSS, 0);
	ms_minhash_begin(b, T, MS_MINHASH_FSS, 0);
	for (int64_t i = 0; i < elements; i++)
	{
		ms_minhash_add(a, full, keys, ms_element_int64(MS_ELEMENT_INTEGER, i));
		ms_minhash_add(b, full, keys, ms_element_int64(MS_ELEMENT_INTEGER, i + elements / 3));
	}
	begin = wall();
	for (int r = 0; r < rounds; r++)
	{
		ms_jaccard(&host, a, b, keys, &j);
		sum += j;
	}
	snprintf(name, sizeof name, "jaccard of two exact sets of %d", elements);
	printf("%-52s %9.1f ns a pair%s\n", name, 1e9 * (wall() - begin) / rounds, sum == 0 ? "!" : "");
	begin = wall();
	for (int r = 0; r < rounds / 100; r++)
		ms_lsh_keys(&host, a, keys, (ms_lsh_plan){85, 3}, bands, &n);
	snprintf(name, sizeof name, "85 bands of an exact set of %d", elements);
	printf("%-52s %9.1f ns\n", name, 1e9 * (wall() - begin) / (rounds / 100));
	free(a);
	free(b);
}

int
main(void)
{
	ms_minhash_keys(keys, T, 0);
	bench_hash();
	bench_add("fss, 10 million distinct", MS_MINHASH_FSS, 10000000, 10000000, 1);
	bench_add("fss, 1 million x 10 distinct elements", MS_MINHASH_FSS, 10000000, 10, 1);
	bench_add("fss, 10 million of 200 distinct (exact)", MS_MINHASH_FSS, 10000000, 200, 1);
	bench_add("fss, 100 groups of 100,000", MS_MINHASH_FSS, 10000000, 10000000, 100);
	bench_add("fss, 10,000 groups of 1000", MS_MINHASH_FSS, 10000000, 10000000, 10000);
	bench_add("fss, 30,000 groups of 300", MS_MINHASH_FSS, 9000000, 9000000, 30000);
	bench_add("fss, 100,000 groups of 100 (exact)", MS_MINHASH_FSS, 10000000, 10000000, 100000);
	bench_add("khash, 1 million distinct", MS_MINHASH_KHASH, 1000000, 1000000, 1);
	bench_add("weighted, 10 million distinct", MS_MINHASH_WEIGHTED, 10000000, 10000000, 1);
	bench_add("weighted, 1000 groups of 1000", MS_MINHASH_WEIGHTED, 1000000, 1000000, 1000);
	bench_add("probability, 10 million distinct", MS_MINHASH_PROBABILITY, 10000000, 10000000, 1);
	bench_add("probability, 1000 groups of 1000", MS_MINHASH_PROBABILITY, 1000000, 1000000, 1000);
	bench_pairs("jaccard, 100,000 sketches in memory (211 MB)", 100000, 20, 0);
	bench_pairs("jaccard, 200 sketches in the cache", 200, 20000, 0);
	bench_pairs("jaccard, 1 bit, 500,000 sketches (40 MB)", 500000, 20, 1);
	bench_pairs("jaccard, 8 bits, 100,000 sketches (30 MB)", 100000, 20, 8);
	bench_exact_pairs(100, 200000);
	bench_exact_pairs(250, 100000);
	return 0;
}
