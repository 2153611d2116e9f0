/*
 * bench_r3d_coverage.c: how often the bands of r3d_query hold no effect where there is none, at
 * nine quantiles and the chosen bandwidth, by the number of units. Units are normal distributions
 * with random means and spreads, the mean is quadratic in x. Built and run by hand:
 *
 * gcc -std=gnu11 -O2 -Isrc test/bench/bench_r3d_coverage.c src/core/transport/{r3d,r3d_bandwidth,local_polynomial}.c src/core/base/{ctx,rng,order,linalg}.c -lopenblas -lgsl -lm -o /tmp/bench_r3d && OPENBLAS_NUM_THREADS=1 /tmp/bench_r3d
 */
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "core/base/order.h"
#include "core/base/rng.h"
#include "core/transport/r3d.h"
#include "bench.h"

enum { RUNS = 2000, GRID = 9 };

static void
draw_units(size_t n, uint64_t run, const double *z, double *records)
{
	static const unsigned char kinds[GRID + 1] = {MS_SLOT_DOUBLE};
	ms_rng rng;

	ms_rng_init(&rng, run, 99);
	for (size_t i = 0; i < n; i++)
	{
		double x = 2 * ms_rng_uniform(&rng) - 1;
		double mean = .5 * x + .3 * x * x + .5 * ms_rng_normal(&rng);
		double sd = exp(.3 * ms_rng_normal(&rng));

		records[i * (GRID + 1)] = x;
		for (size_t k = 0; k < GRID; k++)
			records[i * (GRID + 1) + k + 1] = mean + sd * z[k];
	}
	(void) ms_order_sort(&host, (uint64_t *) records, n, GRID + 1, kinds);
}

static double
coverage(size_t n, ms_r3d_band band)
{
	double *records = malloc(n * (GRID + 1) * sizeof *records);
	ms_units units = {records, n, GRID, GRID + 1};
	double q[GRID], z[GRID];
	int held = 0;

	for (int k = 0; k < GRID; k++)
		z[k] = gsl_cdf_ugaussian_Pinv(q[k] = (k + 1) / 10.);
	for (uint64_t run = 0; run < RUNS; run++)
	{
		ms_r3d_options o = {.order = 2, .bandwidth = NAN, .band = band, .level = .95, .test_from = 0, .test_to = 1, .replicates = 499, .seed = run};
		ms_arena arena;
		ms_r3d r;

		draw_units(n, run, z, records);
		ms_arena_init(&arena, &host);
		if (ms_r3d_fit(&host, &arena, &units, q, &o, &r) == MS_OK)
			held += r.p_effect > .05; /* the band leaves nothing out */
		ms_arena_free(&arena);
	}
	free(records);
	return (double) held / RUNS;
}

int
main(void)
{
	static const size_t sizes[] = {50, 100, 200, 500, 1000};

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		printf("%4zu units: equal %.3f, studentised %.3f\n", sizes[i], coverage(sizes[i], MS_R3D_EQUAL), coverage(sizes[i], MS_R3D_STUDENTISED));
	return 0;
}
