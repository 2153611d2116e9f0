/*
 * bench_features.c: rows under random features, one thread: all of it, and dgemm of the same shape
 * alone, in processor time, so that other work counts less. Built and run by hand, arguments are
 * columns and features:
 *
 * gcc -std=gnu11 -O2 -ftree-vectorize -fopenmp-simd -ffp-contract=fast -fno-math-errno -Isrc test/bench/bench_features.c src/core/mmd/features{,_draw}.c src/core/mmd/kernel.c src/core/base/{ctx,directions,rng,hash,wire}.c -lopenblas -lgsl -lm -o /tmp/bench_features && OPENBLAS_NUM_THREADS=1 /tmp/bench_features 8 512
 */

#include <cblas.h>

#include "core/mmd/features.h"
#include "bench.h"

#define ROWS 256
#define TILE 128
#define RUNS 9

/* Arrays begin at cache lines. */
static void *
aligned(ms_ctx *ctx, size_t size)
{
	(void) ctx;
	return aligned_alloc(64, (size + 63) / 64 * 64);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x > y) - (x < y);
}

static double
median(double *x)
{
	qsort(x, RUNS, sizeof(*x), compare);
	return x[RUNS / 2];
}

int
main(int argc, char **argv)
{
	size_t d = argc > 1 ? (size_t) atoi(argv[1]) : 8;
	size_t count = argc > 2 ? (size_t) atoi(argv[2]) : 512;
	ms_spectrum s = {.seed = 1,
					 .bandwidth = 1,
					 .kernel = MS_KERNEL_GAUSSIAN,
					 .d = (uint32_t) d,
					 .count = (uint32_t) count};
	ms_features *f = calloc(1, ms_features_size(d));
	double *x = malloc(ROWS * d * sizeof(*x));
	double *sums = calloc(2 * count, sizeof(*sums));
	double *phases = malloc(ROWS * TILE * sizeof(*phases));
	double all[RUNS], products[RUNS], draws[RUNS];
	size_t blocks = 1 + 400000000 / (ROWS * count * (d + 8));
	double rows = (double) (ROWS * blocks);
	ms_projection *p;
	ms_arena arena;

	host.alloc = aligned;
	for (size_t i = 0; i < ROWS * d; i++)
		x[i] = (double) rand() / RAND_MAX;
	ms_features_make(&host, &s, NULL, f);
	for (int r = 0; r < RUNS; r++)
	{
		double t = now();

		ms_arena_init(&arena, &host);
		ms_projection_new(&host, &arena, &f->spectrum, ms_features_scale(f), &p);
		draws[r] = now() - t;
		t = now();
		for (size_t b = 0; b < blocks; b++)
			ms_projection_add(&host, p, x, ROWS, sums, sums + count);
		all[r] = now() - t;
		t = now();
		for (size_t b = 0; b < blocks; b++)
		{
			for (size_t l = 0; l + TILE <= count; l += TILE)
				cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, ROWS, TILE, (int) d, 1, x,
							(int) d, ms_projection_frequencies(p) + l * d, (int) d, 0, phases,
							TILE);
		}
		products[r] = now() - t;
		ms_arena_free(&arena);
	}
	printf("d = %zu, %zu features: %.2f million rows/s, %.3f ns a row and feature (dgemm alone "
		   "%.3f), %.1f GFLOP/s of products (dgemm %.1f), drawn in %.2f ms; medians of %d\n",
		   d, count, rows / median(all) / 1e6, 1e9 * median(all) / rows / (double) count,
		   1e9 * median(products) / rows / (double) (count / TILE * TILE),
		   2e-9 * rows * (double) (count * d) / median(all),
		   2e-9 * rows * (double) (count / TILE * TILE * d) / median(products), 1e3 * median(draws),
		   RUNS);
	return sums[0] == 0;
}
