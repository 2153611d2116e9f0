/*
 * bench_core.c: what the shared core costs in processor time, one thread. Built and run by hand:
 *
 * gcc -std=gnu11 -O2 -fopenmp-simd -Isrc test/bench/bench_core.c src/core/base/{ctx,hash,rng,order,seeding,lloyd}.c -lopenblas -lgsl -lmvec -lm -o /tmp/bench_core && OPENBLAS_NUM_THREADS=1 /tmp/bench_core
 */
#include "core/base/hash.h"
#include "core/base/order.h"
#include "core/base/rng.h"
#include "core/base/seeding.h"
#include "bench.h"

#include <math.h>
#include <string.h>

static double last_poll;
static double longest;

static bool
watch(ms_ctx *ctx)
{
	double t = now();

	(void) ctx;
	if (t - last_poll > longest)
		longest = t - last_poll;
	last_poll = t;
	return false;
}

/* Time since `start` per unit, and the longest silence between polls. */
static void
report(const char *what, double start, double units, const char *unit)
{
	double seconds = now() - start;

	printf("%-64s %8.3f s %10.2f ns/%s, polls %.1f ms apart\n", what, seconds,
		   1e9 * seconds / units, unit, 1e3 * longest);
	longest = 0;
}

static double
begin(void)
{
	longest = 0;
	return last_poll = now();
}

static double
draw(ms_rng *rng, int law, size_t i)
{
	switch (law)
	{
		case 0:
			return ms_rng_uniform(rng);
		case 1:
			return ms_rng_normal(rng);
		case 2:
			return (double) i;
		case 3:
			return 1;
		default:
			return (double) ms_rng_below(rng, 10);
	}
}

/* 0 uniform, 1 normal, 2 sorted, 3 all equal, 4 ten values */
static void
fill(double *x, size_t n, int law)
{
	ms_rng rng;

	ms_rng_init(&rng, 1, 1);
	for (size_t i = 0; i < n; i++)
		x[i] = draw(&rng, law, i);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x > y) - (x < y);
}

static void
bench_order(ms_ctx *ctx, size_t n)
{
	static const char *const laws[] = {"uniform", "normal", "sorted", "equal", "ten values"};
	static const unsigned char kinds[9] = {0};
	static const size_t strides[] = {1, 2, 3, 8, 9};
	double *x = malloc(n * 9 * sizeof(double));
	char what[80];

	for (size_t s = 0; s < 5; s++)
	{
		for (int law = 0; law < 5; law++)
		{
			double start;

			fill(x, n * strides[s], law);
			snprintf(what, sizeof(what), "order, stride %zu, %s", strides[s], laws[law]);
			start = begin();
			ms_order_sort(ctx, (uint64_t *) x, n, strides[s], kinds);
			report(what, start, (double) n, "record");
		}
	}
	fill(x, n, 1);
	double start = begin();
	qsort(x, n, sizeof(double), by_value);
	report("qsort, stride 1, normal", start, (double) n, "record");
	free(x);
}

static void
bench_rng(size_t n)
{
	double *x = malloc(n * sizeof(double));
	size_t *p = malloc(n * sizeof(size_t));
	ms_rng rng;
	double start = begin();

	memset(x, 0, n * sizeof(double));
	memset(p, 0, n * sizeof(size_t));
	ms_rng_init(&rng, 1, 1);
	start = begin();
	for (size_t i = 0; i < n; i++)
		x[i] = ms_rng_uniform(&rng);
	report("rng, uniform", start, (double) n, "number");
	start = begin();
	for (size_t i = 0; i < n; i++)
		x[i] = ms_rng_at(1, 2, i);
	report("rng, at", start, (double) n, "number");
	start = begin();
	for (size_t i = 0; i < n; i += 256)
		ms_rng_fill(1, 2, i, n - i < 256 ? n - i : 256, x + i);
	report("rng, fill", start, (double) n, "number");
	start = begin();
	for (size_t i = 0; i < n; i++)
		x[i] = ms_rng_normal(&rng);
	report("rng, normal", start, (double) n, "number");
	start = begin();
	for (size_t i = 0; i < n; i++)
		p[i] = ms_rng_below(&rng, 1000);
	report("rng, below", start, (double) n, "number");
	start = begin();
	ms_rng_permutation(&rng, n, p);
	report("rng, permutation", start, (double) n, "number");
	start = begin();
	p[0] = ms_hash_bytes(x, n * sizeof(double), 0);
	report("hash, bytes", start, (double) n * 8, "byte");
	free(x);
	free(p);
}

/* Seeds of n normal rows around 20 centers, and one round of Lloyd. */
static void
bench_seeding(ms_ctx *ctx, size_t n, size_t d, size_t k)
{
	double *x = malloc(n * d * sizeof(double));
	uint32_t *labels = malloc(n * sizeof(uint32_t));
	ms_view view = {.rows = {x, NULL, n, d, d}};
	double potential;
	ms_arena arena;
	ms_seeds seeds;
	ms_rng rng;
	char what[80];
	double start;

	ms_rng_init(&rng, 1, 1);
	for (size_t i = 0; i < n * d; i++)
		x[i] = ms_rng_normal(&rng) + (double) (i / d * (i % d + 1) % 20);
	memset(labels, 0, n * sizeof(uint32_t));
	ms_arena_init(&arena, ctx);
	for (int method = MS_SEEDING_EXACT; method <= MS_SEEDING_REJECTION; method++)
	{
		start = begin();
		ms_seeding_kmeanspp(ctx, &arena, &view, k, (ms_seeding_method) method, 1, &seeds);
		snprintf(what, sizeof(what), "%s, n %zu, d %zu, k %zu, trials %llu, fell back %llu",
				 method == MS_SEEDING_EXACT ? "exact" : "rejection", n, d, k,
				 (unsigned long long) seeds.trials, (unsigned long long) seeds.fallbacks);
		report(what, start, (double) (n * k), "row and seed");
	}
	start = begin();
	ms_seeding_lloyd(ctx, &arena, &view, k, seeds.centers, 0, labels, &potential);
	snprintf(what, sizeof(what), "lloyd, one round, n %zu, d %zu, k %zu", n, d, k);
	report(what, start, (double) (n * k), "row and center");
	ms_arena_free(&arena);
	free(labels);
	free(x);
}

int
main(void)
{
	host.poll = watch;
	bench_order(&host, 10000000);
	bench_rng(10000000);
	bench_seeding(&host, 1000000, 2, 10);
	bench_seeding(&host, 1000000, 8, 50);
	bench_seeding(&host, 1000000, 20, 50);
	bench_seeding(&host, 5000000, 8, 200);
	return 0;
}
