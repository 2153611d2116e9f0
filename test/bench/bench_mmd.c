/*
 * bench_mmd.c: MMD and HSIC in the core, one thread, on data that bench_mmd_peers.py makes for
 * scikit-learn and hyppo, too, which it runs by turns with this. Built and run by hand:
 *
 * gcc -std=gnu11 -O2 -ftree-vectorize -fopenmp-simd -ffp-contract=fast -fno-math-errno -Isrc test/bench/bench_mmd.c src/core/{base,mmd}/[a-z]*.c -lopenblas -lgsl -lm -o /tmp/bench_mmd && OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 python3 test/bench/bench_mmd_peers.py /tmp/bench_mmd
 *
 * bench_mmd table prints level and power of the tests (mmd.md, 5.3) over 1000 runs.
 */
#include <math.h>
#include <string.h>

#include <cblas.h>

#include "core/base/rng.h"
#include "core/mmd/bandwidth.h"
#include "core/mmd/hsic.h"
#include "bench.h"

/* --- level and power ------------------------------------------------------------------------ */

#define RUNS 1000
#define SIDE 100

/* Whether each of permutation V, moments, cross, block, linear, aggregate rejects at 5%. */
static void
reject(const ms_rows *r, uint64_t seed, int *found)
{
	unsigned char label[2 * SIDE];
	ms_labels labels = {.n = 2 * SIDE, .label = label, .exchange = MS_EXCHANGE_ROWS};
	ms_exchange_options o = {999, seed, 1024, 0};
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1);
	ms_kernel many[20];
	double bandwidths[10];
	ms_mmd_labelling *of;
	ms_mmd_estimate e;
	ms_mmd_copies copies;
	ms_mmd_parts block, linear;
	ms_mmd_aggregate aggregate;
	ms_permutation p;
	ms_gamma_test g;
	ms_mmd_cross c;
	ms_arena arena;
	ms_mmd mmd;

	for (int i = 0; i < 2 * SIDE; i++)
		label[i] = i >= SIDE;
	ms_arena_init(&arena, &host);
	must(ms_bandwidth_median(&host, &arena, r, seed, &k.bandwidth[0]));
	must(ms_mmd_new(&host, &arena, r, SIDE, &k, false, NULL, &mmd));
	must(ms_mmd_estimate_of(&host, &arena, &mmd, &e));
	must(ms_mmd_labelling_new(&host, &arena, &mmd, &k, 1, o.batch, &of));
	must(ms_exchange_test(&host, &arena, &labels, ms_mmd_labelled, of, &o, &p));
	must(ms_mmd_gamma(&host, &arena, &mmd, &e, &g));
	must(ms_mmd_copies_of(&host, &arena, &mmd, &copies));
	ms_mmd_shuffle(&copies, seed);
	must(ms_mmd_cross_of(&host, &arena, &mmd, &copies, &c));
	must(ms_mmd_block(&host, &arena, &mmd, &copies, 0, &block));
	must(ms_mmd_linear(&host, &arena, &mmd, &copies, &linear));
	must(ms_bandwidth_collection(&host, &arena, r, seed, 10, bandwidths));
	for (int l = 0; l < 20; l++)
		many[l] = ms_kernel_of(l < 10 ? MS_KERNEL_GAUSSIAN : MS_KERNEL_LAPLACE, bandwidths[l % 10]);
	must(ms_mmd_aggregate_of(&host, &arena, &mmd, many, 20, NULL, &labels, &o, &aggregate));
	found[0] += p.p_value <= 0.05 + 1e-12;
	found[1] += g.p_value <= 0.05;
	found[2] += c.p_value <= 0.05;
	found[3] += block.p_value <= 0.05;
	found[4] += linear.p_value <= 0.05;
	found[5] += aggregate.p_value <= 0.05 + 1e-12;
	ms_arena_free(&arena);
}

static void
table(void)
{
	static double x[2 * SIDE * 10];

	printf("| case | permutation | gamma | cross | block | linear | aggregated "
		   "|\n|---|---|---|---|---|---|---|\n");
	for (int row = 0; row < 4; row++)
	{
		size_t d = row % 2 ? 10 : 1;
		int found[6] = {0};

		for (uint64_t seed = 0; seed < RUNS; seed++)
		{
			ms_rows r = {x, NULL, 2 * SIDE, d, d};
			ms_rng rng;

			ms_rng_init(&rng, seed, (uint64_t) row);
			for (size_t i = 0; i < r.n * d; i++)
				x[i] = ms_rng_normal(&rng) + (row > 1 && i < SIDE * d && i % d == 0 ? 0.5 : 0);
			reject(&r, seed, found);
		}
		printf("| d = %zu, %s |", d, row > 1 ? "shift 0.5" : "null");
		for (int t = 0; t < 6; t++)
			printf(" %.3f |", found[t] / (double) RUNS);
		printf("\n");
		fflush(stdout);
	}
}

/* --- limits --------------------------------------------------------------------------------- */

/* The best of some runs: nanoseconds of an exp, GFLOP/s of dgemm on tiles. */
static void
limits(void)
{
	enum
	{
		N = MS_CLOUD_TILE
	};
	static double a[N * N], b[N * N], c[N * N];
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1);
	double least[2] = {1, 1};

	for (int i = 0; i < N * N; i++)
		b[i] = (double) (i % 97) / 10;
	for (int run = 0; run < 200; run++)
	{
		double begin;

		memcpy(a, b, sizeof(a));
		begin = now();
		for (int i = 0; i < N * N; i += 8 * N)
			ms_kernel_apply(&k, 8 * N, a + i);
		least[0] = fmin(least[0], now() - begin);
		begin = now();
		cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, N, N, N, 1, a, N, b, N, 0, c, N);
		least[1] = fmin(least[1], now() - begin);
	}
	printf("%.3f %.1f\n", least[0] / (N * N) * 1e9, 2e-9 * N * N * N / least[1]);
}

/* --- questions ------------------------------------------------------------------------------ */

/* A file of doubles. */
static double *
read_doubles(const char *path, size_t *n)
{
	FILE *file = fopen(path, "rb");
	double *x;

	fseek(file, 0, SEEK_END);
	*n = (size_t) ftell(file) / sizeof(double);
	rewind(file);
	x = malloc(*n * sizeof(double));
	if (fread(x, sizeof(double), *n, file) != *n)
		exit(1);
	fclose(file);
	return x;
}

static void
exact(ms_arena *arena, const ms_rows *r, size_t m, const ms_kernel *k)
{
	double begin = now();
	ms_mmd_estimate e;
	ms_mmd mmd;

	must(ms_mmd_new(&host, arena, r, m, k, false, NULL, &mmd));
	must(ms_mmd_estimate_of(&host, arena, &mmd, &e));
	printf("%.6f %.15g\n", now() - begin, e.v);
}

static void
permute(ms_arena *arena, const ms_rows *r, size_t m, const ms_kernel *k, int64_t replicates)
{
	ms_exchange_options o = {replicates, 0, ms_mmd_batch(r->n), 0};
	unsigned char *label = calloc(r->n, 1);
	ms_labels labels = {.n = r->n, .label = label, .exchange = MS_EXCHANGE_ROWS};
	double begin = now();
	ms_mmd_labelling *of;
	ms_permutation p;
	ms_mmd mmd;

	memset(label + m, 1, r->n - m);
	must(ms_mmd_new(&host, arena, r, m, k, false, NULL, &mmd));
	must(ms_mmd_labelling_new(&host, arena, &mmd, k, 1, o.batch, &of));
	must(ms_exchange_test(&host, arena, &labels, ms_mmd_labelled, of, &o, &p));
	printf("%.6f %.15g p %.4f\n", now() - begin, p.statistic, p.p_value);
}

static void
independence(ms_arena *arena, const ms_rows *r, size_t first, const ms_kernel *k,
			 int64_t replicates)
{
	double begin = now();
	ms_permutation p;
	ms_hsic h;

	must(ms_hsic_new(&host, arena, r, first, k, k, &h));
	must(ms_hsic_permute(&host, arena, &h, replicates, 0, &p));
	printf("%.6f %.15g p %.4f\n", now() - begin, p.statistic, p.p_value);
}

/* Sorted once, as a sample is: 999 labellings of n numbers are swept. */
static void
line(ms_arena *arena, size_t n)
{
	ms_kernel k = ms_kernel_of(MS_KERNEL_ENERGY, 0);
	unsigned char *label = calloc(n, 1);
	ms_labels labels = {.n = n, .label = label, .exchange = MS_EXCHANGE_ROWS};
	ms_exchange_options o = {999, 0, ms_mmd_batch(n), 0};
	uint32_t *order = malloc(n * sizeof(*order));
	double *x = malloc(n * sizeof(*x));
	ms_rows r = {x, NULL, n, 1, 1};
	double begin;
	ms_mmd_labelling *of;
	ms_mmd_estimate e;
	ms_permutation p;
	ms_mmd mmd;

	for (size_t i = 0; i < n; i++)
	{
		x[i] = (double) i / (double) n;
		order[i] = (uint32_t) i;
	}
	memset(label + n / 2, 1, n - n / 2);
	begin = now();
	must(ms_mmd_new(&host, arena, &r, n / 2, &k, false, order, &mmd));
	must(ms_mmd_estimate_of(&host, arena, &mmd, &e));
	printf("%.6f s an estimate, ", now() - begin);
	begin = now();
	must(ms_mmd_labelling_new(&host, arena, &mmd, &k, 1, o.batch, &of));
	must(ms_exchange_test(&host, arena, &labels, ms_mmd_labelled, of, &o, &p));
	printf("%.3f s 999 labellings\n", now() - begin);
}

/* bench_mmd table | limits | line n | exact, permute or hsic FILE rows_x d bandwidth replicates */
int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	ms_arena arena;

	ms_arena_init(&arena, &host);
	if (strcmp(what, "table") == 0)
		table();
	else if (strcmp(what, "limits") == 0)
		limits();
	else if (strcmp(what, "line") == 0)
		line(&arena, (size_t) atol(argv[2]));
	else if (argc == 7)
	{
		size_t n;
		double *x = read_doubles(argv[2], &n);
		size_t m = (size_t) atol(argv[3]);
		size_t d = (size_t) atol(argv[4]);
		ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, atof(argv[5]));
		ms_rows r = {x, NULL, n / d, d, d};

		if (strcmp(what, "exact") == 0)
			exact(&arena, &r, m, &k);
		else if (strcmp(what, "permute") == 0)
			permute(&arena, &r, m, &k, atol(argv[6]));
		else
			independence(&arena, &r, m, &k, atol(argv[6]));
	}
	ms_arena_free(&arena);
	return 0;
}
