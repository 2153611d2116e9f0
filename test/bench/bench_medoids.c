/*
 * bench_medoids.c: seconds of a swap pass against those of reading the matrix once; FastPAM1
 * against original PAM; k-means. One core.
 *
 *   gcc -std=gnu11 -O2 -ftree-vectorize -fopenmp-simd -fno-math-errno -D_GNU_SOURCE -Isrc \
 *       -o /tmp/bench_medoids test/bench/bench_medoids.c src/core/medoids/[a-z]*.c \
 *       src/core/base/[a-z]*.c -lopenblas -lgsl -lm
 *   OPENBLAS_NUM_THREADS=1 /tmp/bench_medoids swap n k [file]   # file: for bench_medoids.py
 *   OPENBLAS_NUM_THREADS=1 /tmp/bench_medoids pam n             # k = 2, 10, 100
 *   OPENBLAS_NUM_THREADS=1 /tmp/bench_medoids onebatch n k [m]
 *   OPENBLAS_NUM_THREADS=1 /tmp/bench_medoids kmeans n k [file [tol]] # file: for bench_kmeans.py
 *
 * Rows: normal around 3 k centers in 8 dimensions. The file holds n and k as int64, k rows to
 * start from, and n x n floats; bench_medoids.py runs the authors' wheel on it, bench_medoids.R R's
 * package cluster.
 */
#include <string.h>
#include <sys/resource.h>

#include "core/base/rng.h"
#include "core/medoids/data.h"
#include "core/medoids/kmeans.h"
#include "bench.h"

#define D 8

static ms_sample *
rows_of(size_t n, size_t k, size_t *size)
{
	ms_sample *s;
	ms_rng rng;
	double *centers = malloc(3 * k * D * sizeof(double));

	*size = sizeof(*s) + n * D * 8;
	s = malloc(*size);
	ms_rng_init(&rng, 1, 1);
	for (size_t i = 0; i < 3 * k * D; i++)
		centers[i] = 20 * ms_rng_uniform(&rng);
	ms_sample_begin(s, *size, MS_TYPE_SAMPLE, D, 0);
	for (size_t i = 0; i < n; i++)
	{
		double *row = (double *) ms_sample_record(s, i);
		size_t c = ms_rng_below(&rng, 3 * k);

		for (size_t j = 0; j < D; j++)
			row[j] = centers[c * D + j] + ms_rng_normal(&rng);
		ms_sample_commit(s, false);
	}
	free(centers);
	return s;
}

/* The square of distances of n rows. */
static float *
square_of(ms_arena *arena, size_t n, size_t k)
{
	size_t size;
	ms_sample *s = rows_of(n, k, &size);
	ms_rows rows = ms_sample_rows(s);
	ms_measure *m;
	ms_points *points;
	float *out;
	double t;

	must(MS_ZEROED(arena, 1, &m));
	m->metric = MS_METRIC_EUCLIDEAN;
	must(ms_measure_learn(&host, arena, &rows, m));
	must(ms_points_new(&host, arena, m, &rows, NULL, n, &points));
	must(MS_ALLOC(arena, n * n, &out));
	memset(out, 1, n * n * sizeof(*out));
	t = now();
	must(ms_points_matrix(&host, points, out));
	printf("matrix of %zu rows, %d columns: %.3f s\n", n, D, now() - t);
	free(s);
	return out;
}

/* Reads all of it once, as fast as it comes: four sums of vectors. */
__attribute__((target_clones("default", "avx2", "avx512f"))) static float
read_all(const float *x, size_t n)
{
	float sum[64] = {0};

	for (size_t i = 0; i + 64 <= n; i += 64)
	{
#pragma omp simd
		for (int l = 0; l < 64; l++)
			sum[l] += x[i + l];
	}
	return sum[0] + sum[63];
}

static double
read_seconds(const float *x, size_t n)
{
	double best = 1e9;
	volatile float sink;

	for (int i = 0; i < 3; i++)
	{
		double t = now();

		sink = read_all(x, n);
		t = now() - t;
		best = t < best ? t : best;
	}
	(void) sink;
	return best;
}

static void
write_file(const char *path, const float *rows, size_t n, size_t k, const size_t *start)
{
	int64_t head[] = {(int64_t) n, (int64_t) k};
	FILE *f = fopen(path, "wb");

	fwrite(head, 8, 2, f);
	fwrite(start, 8, k, f);
	fwrite(rows, 4, n * n, f);
	fclose(f);
}

static void
bench_swap(size_t n, size_t k, const char *path)
{
	ms_arena arena;
	ms_table t = {.n = n, .m = n, .square = true};
	size_t *start = malloc(k * sizeof(*start));
	double reading;
	double seconds;
	bool optimal;
	ms_pam p;

	ms_arena_init(&arena, &host);
	t.rows = square_of(&arena, n, k);
	must(ms_start(&host, &t, k, MS_KMEDOIDS_INIT_RANDOM, 1, 0, start));
	if (path)
		write_file(path, t.rows, n, k, start);
	reading = read_seconds(t.rows, n * n);
	must(ms_pam_new(&host, &arena, &t, k, &p));
	must(ms_pam_set(&p, start));
	seconds = now();
	must(ms_pam_fasterpam(&p, 100, MS_PAM_EPSILON));
	seconds = now() - seconds;
	printf("read once %.4f s (%.1f GB/s)\n", reading, 4e-9 * (double) (n * n) / reading);
	printf("fasterpam n %zu k %zu: %.4f s, %d swaps, %u passes, total %.3f\n", n, k, seconds,
		   (int) p.swaps, p.passes, p.deviation);
	seconds = 1e9;
	for (int i = 0; i < 3; i++)
	{
		double s = now();

		must(ms_pam_certify(&p, MS_PAM_EPSILON, &optimal));
		s = now() - s;
		seconds = s < seconds ? s : seconds;
	}
	printf("a swap pass at the end %.4f s = %.2f readings\n", seconds, seconds / reading);
	ms_arena_free(&arena);
	free(start);
}

/* One iteration of PAM as Kaufman & Rousseeuw wrote it, over `some` candidates; seconds for all. */
static double
original_pam(const ms_pam *p, size_t some)
{
	size_t n = p->table->n;
	double best = 0;
	double seconds = now();
	size_t seen = 0;

	for (size_t c = 0; c < n && seen < some; c++)
	{
		const float *d = p->table->rows + c * n;

		if (p->taken[c])
			continue;
		seen++;
		for (uint32_t i = 0; i < p->k; i++)
		{
			double sum = 0;

			for (size_t o = 0; o < n; o++)
			{
				if (p->first[o] == i)
					sum += (d[o] < p->d2[o] ? d[o] : p->d2[o]) - p->d1[o];
				else if (d[o] < p->d1[o])
					sum += d[o] - p->d1[o];
			}
			best = sum < best ? sum : best;
		}
	}
	seconds = now() - seconds;
	fprintf(stderr, "%g\r", best);
	return seconds * (double) (n - p->k) / (double) seen;
}

static void
bench_pam(size_t n)
{
	static const size_t ks[] = {2, 10, 100};
	ms_arena arena;
	ms_table t = {.n = n, .m = n, .square = true};

	ms_arena_init(&arena, &host);
	t.rows = square_of(&arena, n, 30);
	for (int i = 0; i < 3; i++)
	{
		size_t start[100];
		double fast;
		double slow;
		bool optimal;
		ms_pam p;

		must(ms_start(&host, &t, ks[i], MS_KMEDOIDS_INIT_RANDOM, 1, 0, start));
		must(ms_pam_new(&host, &arena, &t, ks[i], &p));
		must(ms_pam_set(&p, start));
		fast = now();
		must(ms_pam_certify(&p, MS_PAM_EPSILON, &optimal));
		fast = now() - fast;
		slow = original_pam(&p, 200);
		printf("n %zu k %zu: an iteration of PAM %.3f s, of FastPAM1 %.4f s: %.1f times\n", n,
			   ks[i], slow, fast, slow / fast);
	}
	ms_arena_free(&arena);
}

/* Of all rows to their nearest medoid. */
static double
mean_distance(ms_arena *arena, const ms_kmedoids *model, const ms_sample *s, size_t size)
{
	ms_kmedoids_label *labels;
	double sum = 0;

	must(MS_ALLOC(arena, s->n, &labels));
	must(ms_kmedoids_labels(&host, arena, model, s, size, false, labels));
	for (size_t i = 0; i < s->n; i++)
		sum += labels[i].distance;
	return sum / (double) s->n;
}

static void
bench_onebatch(size_t n, size_t k, size_t m)
{
	size_t size;
	ms_sample *s = rows_of(n, k, &size);
	ms_kmedoids_options o;
	struct rusage usage;
	ms_arena arena;
	ms_kmedoids model;
	double seconds;

	ms_arena_init(&arena, &host);
	ms_kmedoids_defaults(&o);
	o.k = k;
	o.method = MS_KMEDOIDS_ONEBATCH;
	o.sample_size = m;
	seconds = now();
	must(ms_kmedoids_fit(&host, &arena, s, size, &o, &model));
	seconds = now() - seconds;
	getrusage(RUSAGE_SELF, &usage);
	printf("onebatch n %zu k %zu: %.2f s, %d starts, total %.1f, mean %.5f, peak %.0f MB\n", n, k,
		   seconds, (int) model.starts, model.total_deviation, model.total_deviation / (double) n,
		   (double) usage.ru_maxrss / 1024);
	o.method = MS_KMEDOIDS_FASTERPAM;
	o.silhouette = false;
	seconds = now();
	s->n = n < 20000 ? n : 20000;
	must(ms_kmedoids_fit(&host, &arena, s, size, &o, &model));
	seconds = now() - seconds;
	s->n = n;
	printf("fasterpam of the first %zu rows: %.2f s, mean over all rows %.5f\n",
		   n < 20000 ? n : 20000, seconds, mean_distance(&arena, &model, s, size));
	ms_arena_free(&arena);
	free(s);
}

/* n and k as int64, n rows and k centers to start from as doubles: for bench_kmeans.py. */
static void
write_kmeans(const char *path, const ms_sample *s, const ms_kmeans *start)
{
	int64_t head[] = {(int64_t) s->n, start->k};
	FILE *f = fopen(path, "wb");

	fwrite(head, 8, 2, f);
	fwrite(ms_sample_record(s, 0), 8, s->n * D, f);
	fwrite(start->centers, 8, start->k * D, f);
	fclose(f);
}

static void
bench_kmeans(size_t n, size_t k, const char *path, double tol)
{
	size_t size;
	ms_sample *s = rows_of(n, k, &size);
	ms_kmeans_options o;
	ms_arena arena;
	ms_kmeans start;
	ms_kmeans m;
	double seconds;

	ms_arena_init(&arena, &host);
	ms_kmeans_defaults(&o);
	o.k = k;
	o.n_init = 1;
	o.max_iter = 1;
	must(ms_kmeans_fit(&host, &arena, s, size, &o, &start));
	if (path)
		write_kmeans(path, s, &start);
	o.start = &start;
	o.max_iter = 300;
	o.tol = tol;
	for (int i = 0; i < 3; i++)
	{
		seconds = now();
		must(ms_kmeans_fit(&host, &arena, s, size, &o, &m));
		seconds = now() - seconds;
		printf("kmeans n %zu k %zu: %.3f s, %u rounds, inertia %.1f\n", n, k, seconds, m.iterations,
			   m.inertia);
	}
	ms_arena_free(&arena);
	free(s);
}

int
main(int argc, char **argv)
{
	size_t n = argc > 2 ? strtoul(argv[2], NULL, 10) : 5000;
	size_t k = argc > 3 ? strtoul(argv[3], NULL, 10) : 10;

	if (argc > 1 && strcmp(argv[1], "pam") == 0)
		bench_pam(n);
	else if (argc > 1 && strcmp(argv[1], "onebatch") == 0)
		bench_onebatch(n, k, argc > 4 ? strtoul(argv[4], NULL, 10) : 0);
	else if (argc > 1 && strcmp(argv[1], "kmeans") == 0)
		bench_kmeans(n, k, argc > 4 ? argv[4] : NULL, argc > 5 ? atof(argv[5]) : 1e-4);
	else
		bench_swap(n, k, argc > 4 ? argv[4] : NULL);
	return 0;
}
