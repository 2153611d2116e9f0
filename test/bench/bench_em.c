/*
 * bench_em.c: seconds of an EM iteration, its GFLOP/s, and those of dgemm on the same shapes.
 *
 *   gcc -std=gnu11 -O2 -ftree-vectorize -fopenmp-simd -fno-math-errno -Isrc -o /tmp/bench_em \
 *       test/bench/bench_em.c src/core/mixture/{kernel,mstep,families,prior,mix,gmm}.c \
 *       src/core/base/{ctx,linalg,wire,hash}.c -lopenblas -lm
 *   OPENBLAS_NUM_THREADS=1 /tmp/bench_em n d k full|tied|diag|spherical iterations [level] [file]
 *
 * With a file the rows and the start are written there for bench_em_sklearn.py, which runs the
 * same iterations on them: n, d, k as int64, then the rows, then k means. Weights start equal,
 * covariances at the unit matrix. Rows are normal around k means drawn from a cube.
 */
#include <math.h>
#include <string.h>

#include <cblas.h>

#include "core/mixture/kernel.h"
#include "core/mixture/mstep.h"
#include "bench.h"

static uint64_t state = 88172645463325252u;

static double
uniform(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return ((double) (state >> 12) + 0.5) * 0x1p-52;
}

static double
normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

static double *
make_rows(size_t n, size_t d, size_t k, double *means)
{
	double *x = malloc(n * d * sizeof(double));

	for (size_t i = 0; i < k * d; i++)
		means[i] = 4 * uniform();
	for (size_t i = 0; i < n; i++)
	{
		size_t j = (size_t) (uniform() * (double) k);

		for (size_t c = 0; c < d; c++)
			x[i * d + c] = means[j * d + c] + normal();
	}
	for (size_t i = 0; i < k * d; i++)
		means[i] += 0.5 * normal();
	return x;
}

static void
write_file(const char *path, size_t n, size_t d, size_t k, const double *x, const double *means)
{
	FILE *f = fopen(path, "wb");
	int64_t sizes[] = {(int64_t) n, (int64_t) d, (int64_t) k};

	if (!f || fwrite(sizes, sizeof(sizes), 1, f) != 1 ||
		fwrite(x, sizeof(double), n * d, f) != n * d ||
		fwrite(means, sizeof(double), k * d, f) != k * d || fclose(f) != 0)
		perror(path);
}

static void
start(ms_mix *mix, const double *means)
{
	size_t size = ms_mix_factor_size(mix->shape, mix->d);
	size_t step = mix->shape == MS_MIX_DIAGONAL ? 1 : mix->d + 1;

	memcpy(mix->means, means, mix->k * mix->d * sizeof(double));
	for (size_t j = 0; j < mix->k; j++)
	{
		mix->weights[j] = 1 / (double) mix->k;
		mix->constants[j] = log(mix->weights[j]) - (double) mix->d / 2 * log(2 * M_PI);
	}
	for (size_t f = 0; f < ms_mix_factors(mix->shape, mix->k); f++)
	{
		for (size_t c = 0; c < mix->d; c++)
			mix->factors[f * size + c * step] = mix->inverses[f * size + c * step] = 1;
	}
}

/* The multiply-adds that an iteration cannot do without, times 2. */
static double
flops(ms_mix_shape shape, double n, double d, double k)
{
	double row = shape == MS_MIX_DIAGONAL ? 4 * d : d * (d + 1) / 2 + d + d + d * (d + 1) / 2;

	return 2 * n * k * row;
}

/* dgemm of d x d on d x rows, then of d x rows on rows x d, in turn. */
static double
dgemm_rate(size_t d, size_t rows)
{
	double *a = calloc(d * d, sizeof(double));
	double *b = calloc(d * rows, sizeof(double));
	double *c = calloc(d * rows, sizeof(double));
	size_t rounds = 1 + (size_t) (2e9 / (double) (4 * d * d * rows));
	double from = now();
	double seconds;

	for (size_t i = 0; i < rounds; i++)
	{
		cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) d, (int) rows, (int) d, 1, a,
					(int) d, b, (int) rows, 0, c, (int) rows);
		cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int) d, (int) d, (int) rows, 1, c,
					(int) rows, b, (int) rows, 0, a, (int) d);
	}
	seconds = now() - from;
	free(a);
	free(b);
	free(c);
	return 4.0 * (double) (d * d * rows * rounds) / seconds * 1e-9;
}

static ms_gmm_family
family_of(const char *name)
{
	static const char *const names[] = {"full", "tied", "diag", "spherical"};

	for (int f = 0; f < 4; f++)
	{
		if (strcmp(name, names[f]) == 0)
			return (ms_gmm_family) (f + 1);
	}
	fprintf(stderr, "unknown family %s\n", name);
	exit(1);
}

int
main(int argc, char **argv)
{
	ms_arena arena;
	ms_mix mix;
	ms_mix_stats stats;
	ms_mstep step;
	ms_mix_kernel *kernel;
	double best = INFINITY;

	if (argc < 6)
	{
		fprintf(stderr, "usage: %s n d k family iterations [level] [file]\n", argv[0]);
		return 1;
	}
	size_t n = strtoul(argv[1], NULL, 10);
	size_t d = strtoul(argv[2], NULL, 10);
	size_t k = strtoul(argv[3], NULL, 10);
	ms_gmm_family family = family_of(argv[4]);
	int iterations = atoi(argv[5]);
	int level = argc > 6 ? atoi(argv[6]) : -1;
	double *means = malloc(k * d * sizeof(double));
	double *x = make_rows(n, d, k, means);
	double *zeros = calloc(d, sizeof(double));
	double *ones = malloc(d * sizeof(double));
	ms_view view = {{x, NULL, n, d, d}, zeros, ones};

	if (argc > 7)
		write_file(argv[7], n, d, k, x, means);
	for (size_t c = 0; c < d; c++)
		ones[c] = 1;
	ms_arena_init(&arena, &host);
	must(ms_mix_new(&arena, ms_mstep_shape(family), k, d, &mix));
	must(ms_mix_stats_new(&arena, &mix, &stats));
	must(ms_mstep_new(&arena, family, k, d, ones, NULL, &step));
	must(ms_mix_kernel_new(&host, &arena, mix.shape, k, d, &kernel));
	if (level >= 0)
		ms_mix_kernel_set_level(kernel, level);
	else
		level = ms_mix_kernel_levels() - 1;
	start(&mix, means);
	for (int i = 0; i < iterations; i++)
	{
		double from = now();
		double seconds;

		ms_mix_stats_clear(&stats, &mix);
		must(ms_mix_kernel_pass(&host, kernel, &mix, &view, &stats));
		must(ms_mstep_run(&host, &step, &mix, &stats));
		seconds = now() - from;
		best = seconds < best ? seconds : best;
	}
	printf("%s n=%zu d=%zu k=%zu %s rows=%zu: %.4f s an iteration, %.1f GFLOP/s (dgemm %.1f), "
		   "log-likelihood %.9f\n",
		   argv[4], n, d, k, ms_mix_kernel_level_name(level), ms_mix_kernel_rows(kernel), best,
		   flops(mix.shape, (double) n, (double) d, (double) k) / best * 1e-9,
		   dgemm_rate(d, ms_mix_kernel_rows(kernel)), ms_sum_get(&stats.log_likelihood) / (double) n);
	ms_arena_free(&arena);
	return 0;
}
