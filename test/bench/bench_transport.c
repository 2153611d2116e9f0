/*
 * bench_transport.c: the transport core, one thread, on data that bench_transport_peers.py makes for
 * scipy and POT, too, which it runs beside. Built and run by hand:
 *
 * gcc -std=gnu11 -O2 -ftree-vectorize -fopenmp-simd -ffp-contract=fast -fno-math-errno -Isrc test/bench/bench_transport.c src/core/transport/[a-z]*.c src/core/base/[a-z]*.c -lopenblas -lgsl -lm -o /tmp/bench_transport && OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python3 test/bench/bench_transport_peers.py /tmp/bench_transport
 */
#include <math.h>
#include <string.h>

#include "core/base/order.h"
#include "core/transport/kll.h"
#include "core/transport/simplex.h"
#include "core/transport/sinkhorn.h"
#include "core/transport/sliced.h"
#include "core/transport/wasserstein1d.h"
#include "bench.h"

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

static double
line(double *x, size_t n, double *y, size_t m, double p)
{
	ms_column a = {n, 0, x, NULL, (double) n, false};
	ms_column b = {m, 0, y, NULL, (double) m, false};
	double begin = wall();
	double sorted;
	double out;

	ms_order_sort_doubles(&host, x, n);
	ms_order_sort_doubles(&host, y, m);
	sorted = wall();
	ms_wasserstein1d(&host, &a, &b, p, &out);
	printf("%.6f %.12g sort %.6f\n", wall() - begin, out, sorted - begin);
	return out;
}

static void
quantile_sketch(const double *x, size_t n)
{
	ms_kll *q = malloc(ms_kll_full_size(200));
	double begin = wall();

	ms_kll_begin(q, 200, false, 0);
	for (size_t i = 0; i < n; i++)
		ms_kll_append(&host, q, x[i], 1);
	printf("%.6f %zu\n", wall() - begin, ms_kll_used(q));
	free(q);
}

/* bench_transport WHAT FILE_X FILE_Y d [p or eps or directions [tol]]: "seconds value ..." */
int
main(int argc, char **argv)
{
	size_t n, m;
	double *x = read_doubles(argv[2], &n);
	double *y = read_doubles(argv[3], &m);
	size_t d = (size_t) atoi(argv[4]);
	double option = argc > 5 ? atof(argv[5]) : 1;
	ms_rows a = {x, NULL, n / d, d, d};
	ms_rows b = {y, NULL, m / d, d, d};
	double begin = wall();
	ms_arena arena;

	ms_arena_init(&arena, &host);
	if (strcmp(argv[1], "line") == 0)
		line(x, n, y, m, option);
	else if (strcmp(argv[1], "kll") == 0)
		quantile_sketch(x, n);
	else if (strcmp(argv[1], "exact") == 0)
	{
		ms_transport_result r;
		double w;

		ms_transport_points(&host, &arena, &a, &b, option, &w, &r);
		printf("%.6f %.12g pivots %llu gap %.3g\n", wall() - begin, r.cost, (unsigned long long) r.pivots, r.gap);
	}
	else if (strcmp(argv[1], "sinkhorn") == 0)
	{
		ms_sinkhorn_options o = {2, option, atof(argv[6]), 100000};
		ms_sinkhorn_result r;

		ms_sinkhorn(&host, &arena, &a, &b, &o, &r);
		printf("%.6f %.12g iterations %lld error %.3g\n", wall() - begin, r.cost, (long long) r.iterations, r.error);
	}
	else if (strcmp(argv[1], "sliced") == 0)
	{
		ms_sliced_options o = {2, (size_t) option, MS_SLICED_AUTO, 1, NULL};
		ms_sliced_result r;

		ms_sliced(&host, &arena, &a, &b, &o, &r);
		printf("%.6f %.12g error %.3g\n", wall() - begin, r.distance, r.distance_error);
	}
	ms_arena_free(&arena);
	free(x);
	free(y);
	return 0;
}
