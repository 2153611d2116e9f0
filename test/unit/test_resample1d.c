/*
 * test_resample1d.c: exact permutation against the reference, calibration, units, bootstrap.
 */
#include "core/transport/resample1d.h"

#include "transport_data.h"

/* A line and what may be exchanged on it. */
typedef struct line_pool
{
	const double *x;
	const double *w;
	ms_labels labels;
} line_pool;

static const double D1_POOL[] = {0, .5, 1, 2, 3, 4, 7};
static const unsigned char D1_LABEL[] = {0, 1, 0, 1, 0, 1, 1};

static ms_status
test_of(host *h, const line_pool *pool, double p, ms_exchange e, int64_t b, uint64_t seed,
		ms_permutation *out)
{
	ms_exchange_options o = {b, seed, 7, 0};
	ms_labels labels = pool->labels;
	ms_line1d line = {labels.n, pool->x, NULL, pool->w, 1};
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	labels.exchange = e;
	status = ms_resample1d_test(&h->ctx, &arena, &line, &labels, p, &o, out);
	ms_arena_free(&arena);
	return status;
}

static ms_status
interval_of(host *h, const line_pool *pool, ms_exchange e, int64_t b, uint64_t seed, ms_bootstrap *out)
{
	ms_exchange_options o = {b, seed, 1, 0};
	ms_labels labels = pool->labels;
	ms_line1d line = {labels.n, pool->x, NULL, pool->w, 1};
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	labels.exchange = e;
	status = ms_resample1d_interval(&h->ctx, &arena, &line, &labels, 1, .95, &o, out);
	ms_arena_free(&arena);
	return status;
}

TEST(reference_exact)
{
	line_pool pool = {D1_POOL, NULL, {7, D1_LABEL, NULL, 0, 0}};
	ms_permutation t;
	host h;

	host_init(&h);
	CHECK_INT(test_of(&h, &pool, 1, MS_EXCHANGE_ROWS, 999, 0, &t), MS_OK);
	CHECK(t.exact);
	CHECK_INT(t.replicates, 35);
	CHECK_NEAR(t.p_value, 15. / 35, 1e-15);
	CHECK_NEAR(t.p_min, 1. / 35, 1e-15);
	CHECK_NEAR(t.statistic, 2.041666666667, 1e-12);
	/* at random it is about the same, and the observed labelling is counted */
	CHECK_INT(test_of(&h, &pool, 1, MS_EXCHANGE_ROWS, 34, 0, &t), MS_OK);
	CHECK(!t.exact);
	CHECK_NEAR(t.p_min, 1. / 35, 1e-15);
	CHECK_INT(h.live, 0);
}

TEST(exact_pairs_and_clusters)
{
	/* a = 1, 2, 3; b = 11, 12, 13; pairs (1, 11) ... */
	const double x[] = {1, 2, 3, 11, 12, 13};
	const unsigned char label[] = {0, 0, 0, 1, 1, 1};
	const uint32_t pair[] = {0, 1, 2, 0, 1, 2};
	const uint32_t cluster[] = {0, 0, 1, 2, 2, 3};
	line_pool pool = {x, NULL, {6, label, pair, 3, 0}};
	ms_permutation t;
	host h;

	host_init(&h);
	CHECK_INT(test_of(&h, &pool, 1, MS_EXCHANGE_PAIRS, 999, 0, &t), MS_OK);
	CHECK_INT(t.replicates, 8);
	CHECK_NEAR(t.p_value, 2. / 8, 1e-15);
	CHECK_NEAR(t.p_min, 2. / 8, 1e-15);
	pool.labels.unit = cluster;
	pool.labels.units = 4;
	CHECK_INT(test_of(&h, &pool, 1, MS_EXCHANGE_CLUSTERS, 999, 0, &t), MS_OK);
	CHECK_INT(t.replicates, 6);
	CHECK_NEAR(t.p_value, 2. / 6, 1e-15);
	pool.labels.unit = pair;
	pool.labels.units = 3;
	CHECK_INT(test_of(&h, &pool, 1, MS_EXCHANGE_CLUSTERS, 999, 0, &t), MS_MISMATCH);
	CHECK_STR(h.ctx.facts.what, "clusters");
	pool.labels.unit = cluster;
	pool.labels.units = 4;
	CHECK_INT(test_of(&h, &pool, 1, MS_EXCHANGE_PAIRS, 999, 0, &t), MS_MISMATCH);
	CHECK_STR(h.ctx.facts.what, "pairs");
	CHECK_INT(test_of(&h, &pool, 1, MS_EXCHANGE_ROWS, 0, 0, &t), MS_BAD_ARGUMENT);
}

/* Under the null a test at level 0.1 rejects about 0.1 of the time, however rows hang together. */
static void
calibrate(ms_exchange exchange)
{
	enum { U = 16, R = 3, N = U * R, RUNS = 200 };
	int rejected = 0;

	for (uint64_t run = 0; run < RUNS; run++)
	{
		double record[N][3];
		double x[N];
		unsigned char label[N];
		uint32_t unit[N];
		line_pool pool = {x, NULL, {N, label, unit, U, 0}};
		ms_permutation t;
		size_t n = exchange == MS_EXCHANGE_PAIRS ? 2 * U : N;
		ms_rng rng;
		host h;

		ms_rng_init(&rng, run, 77);
		for (size_t i = 0; i < n; i++)
		{
			size_t u = exchange == MS_EXCHANGE_PAIRS ? i / 2 : i / R;

			/* what the rows of a unit share is large */
			record[i][0] = ms_rng_normal(&rng);
			record[i][1] = (double) (exchange == MS_EXCHANGE_PAIRS || exchange == MS_EXCHANGE_STRATA ? i % 2 : u % 2);
			record[i][2] = (double) u;
		}
		for (size_t u = 0; u < U && exchange != MS_EXCHANGE_ROWS; u++)
		{
			double shared = 3 * ms_rng_normal(&rng);

			for (size_t i = 0; i < n; i++)
				record[i][0] += record[i][2] == (double) u ? shared : 0;
		}
		host_init(&h);
		CHECK_INT(ms_order_sort(&h.ctx, (uint64_t *) record, n, 3, (const unsigned char[]){0, 0, 0}), MS_OK);
		for (size_t i = 0; i < n; i++)
		{
			x[i] = record[i][0];
			label[i] = (unsigned char) record[i][1];
			unit[i] = (uint32_t) record[i][2];
		}
		pool.labels.n = n;
		CHECK_INT(test_of(&h, &pool, 1, exchange, 79, run, &t), MS_OK);
		rejected += t.p_value <= .1;
	}
	/* binomial, four standard deviations: .1 +- .07 */
	CHECK(rejected >= RUNS * .03 && rejected <= RUNS * .17);
}

TEST(calibrated)
{
	calibrate(MS_EXCHANGE_ROWS);
	calibrate(MS_EXCHANGE_PAIRS);
	calibrate(MS_EXCHANGE_CLUSTERS);
	calibrate(MS_EXCHANGE_STRATA);
}

/* n rows of N(0, 1) and of N(1, 4), sorted together. */
static void
two_normals(size_t n, uint64_t seed, double *x, unsigned char *label)
{
	double *record = malloc(4 * n * sizeof(double));
	ms_rng rng;
	host h;

	ms_rng_init(&rng, seed, 78);
	for (size_t i = 0; i < 2 * n; i++)
	{
		record[2 * i] = i % 2 == 0 ? ms_rng_normal(&rng) : 1 + 2 * ms_rng_normal(&rng);
		record[2 * i + 1] = (double) (i % 2);
	}
	host_init(&h);
	CHECK_INT(ms_order_sort(&h.ctx, (uint64_t *) record, 2 * n, 2, (const unsigned char[]){0, 0}), MS_OK);
	for (size_t i = 0; i < 2 * n; i++)
	{
		x[i] = record[2 * i];
		label[i] = (unsigned char) record[2 * i + 1];
	}
	free(record);
}

TEST(power_and_seeds)
{
	double x[200];
	unsigned char label[200];
	line_pool pool = {x, NULL, {200, label, NULL, 0, 0}};
	ms_permutation t, again, other;
	host h;

	two_normals(100, 1, x, label);
	host_init(&h);
	CHECK_INT(test_of(&h, &pool, 2, MS_EXCHANGE_ROWS, 199, 5, &t), MS_OK);
	CHECK_INT(test_of(&h, &pool, 2, MS_EXCHANGE_ROWS, 199, 5, &again), MS_OK);
	CHECK_INT(test_of(&h, &pool, 2, MS_EXCHANGE_ROWS, 199, 6, &other), MS_OK);
	CHECK_NEAR(t.p_value, 1. / 200, 1e-15);
	CHECK_BITS(t.null_mean, again.null_mean);
	CHECK(t.null_mean != other.null_mean);
	CHECK(t.null_sd > 0);
}

TEST(bootstrap)
{
	enum { N = 300 };
	double x[2 * N];
	unsigned char label[2 * N];
	uint32_t unit[2 * N];
	line_pool pool = {x, NULL, {2 * N, label, unit, N, 0}};
	ms_bootstrap rows, weighted, again;
	double w[2 * N];
	host h;

	two_normals(N, 3, x, label);
	for (size_t i = 0; i < 2 * N; i++)
		w[i] = 1;
	host_init(&h);
	CHECK_INT(interval_of(&h, &pool, MS_EXCHANGE_ROWS, 400, 1, &rows), MS_OK);
	CHECK(rows.lower < rows.estimate && rows.estimate < rows.upper);
	CHECK(rows.std_error > .02 && rows.std_error < .3);
	CHECK_INT(rows.replicates, 400);
	CHECK_INT(interval_of(&h, &pool, MS_EXCHANGE_ROWS, 400, 1, &again), MS_OK);
	CHECK_BITS(again.upper, rows.upper);
	pool.w = w;
	CHECK_INT(interval_of(&h, &pool, MS_EXCHANGE_ROWS, 400, 1, &weighted), MS_OK);
	CHECK_NEAR(weighted.upper, rows.upper, 1e-12);
	/* pairs: the k-th of a with the k-th of b */
	pool.w = NULL;
	for (uint32_t i = 0, k[2] = {0, 0}; i < 2 * N; i++)
		unit[i] = k[label[i]]++;
	CHECK_INT(interval_of(&h, &pool, MS_EXCHANGE_PAIRS, 200, 1, &again), MS_OK);
	CHECK(again.lower < again.upper);
	CHECK_INT(h.live, 0);
}

static ms_status
both(host *h, const line_pool *pool)
{
	ms_permutation t;
	ms_bootstrap b;
	ms_status status = test_of(h, pool, 2, MS_EXCHANGE_ROWS, 20, 1, &t);

	return status == MS_OK ? interval_of(h, pool, MS_EXCHANGE_ROWS, 20, 1, &b) : status;
}

TEST(stops_and_refusals)
{
	enum { N = 20000 };
	double *x = malloc(2 * N * sizeof(double));
	unsigned char *label = malloc(2 * N);
	line_pool pool = {x, NULL, {2 * N, label, NULL, 0, 0}};
	ms_status status;
	host h;

	two_normals(N, 1, x, label);
	HOST_EVERY(h, status, both(&h, &pool));
	CHECK(h.polls > 0);
	free(x);
	free(label);
}

int
main(void)
{
	RUN(reference_exact);
	RUN(exact_pairs_and_clusters);
	RUN(calibrated);
	RUN(power_and_seeds);
	RUN(bootstrap);
	RUN(stops_and_refusals);
	return unit_done();
}
