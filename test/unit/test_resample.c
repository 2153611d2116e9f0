/*
 * test_resample.c: permutation and bootstrap of the exact and of the sliced distance.
 */
#include "core/transport/resample.h"

#include <math.h>

#include "core/transport/simplex.h"
#include "core/transport/sliced.h"
#include "transport_data.h"
#include "unit.h"

/* x[n][d], the first na rows are a's. */
static ms_pair
pair_of(const double *x, size_t n, size_t na, size_t d, unsigned char *label)
{
	ms_pair p = {.d = d, .pool = {x, NULL, n, d, d}};

	p.rows[0] = (ms_rows){x, NULL, na, d, d};
	p.rows[1] = (ms_rows){x + na * d, NULL, n - na, d, d};
	for (size_t i = 0; i < n; i++)
		label[i] = i >= na;
	p.labels = (ms_labels){n, label, NULL, 0, MS_EXCHANGE_ROWS};
	return p;
}

/* D1 of one_dim.md on a line in the plane. */
TEST(as_on_a_line)
{
	static const double x[] = {0, 0, 3, 4, 9, 12, 1.5, 2, 6, 8, 12, 16, 21, 28};
	ms_exchange_options o = {999, 0, 4, 0};
	ms_sliced_options so = {1, 64, MS_SLICED_AUTO, 0, NULL};
	unsigned char label[7];
	ms_pair p = pair_of(x, 7, 3, 2, label);
	ms_permutation t;
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_resample_test(&h.ctx, &arena, &p, 1, &o, &t), MS_OK);
	CHECK(t.exact);
	CHECK_INT(t.replicates, 35);
	CHECK_NEAR(t.statistic, 5 * 2.041666666667, 1e-11);
	CHECK_NEAR(t.p_value, 15. / 35, 1e-15);
	/* every direction sees the same line, shortened */
	CHECK_INT(ms_sliced_test(&h.ctx, &arena, &p, &so, &o, &t), MS_OK);
	CHECK_NEAR(t.p_value, 15. / 35, 1e-15);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

TEST(statistic_is_the_distance)
{
	enum { N = 70, NA = 30, D = 4 };
	double x[N * D] = {0};
	unsigned char label[N];
	ms_exchange_options o = {19, 0, 3, 0};
	ms_pair p = pair_of(x, N, NA, D, label);
	ms_transport_result r;
	ms_sliced_result s;
	ms_permutation t;
	ms_arena arena;
	double w;
	host h;

	normal_points(x, N, D, 5, 0, 1);
	x[0] = 9;
	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	for (int power = 1; power <= 3; power++)
	{
		ms_sliced_options so = {power, 40, MS_SLICED_AUTO, 7, NULL};

		CHECK_INT(ms_sliced(&h.ctx, &arena, p.rows, p.rows + 1, &so, &s), MS_OK);
		CHECK_INT(ms_sliced_test(&h.ctx, &arena, &p, &so, &o, &t), MS_OK);
		CHECK_NEAR(t.statistic, s.distance, 1e-12 * s.distance);
		CHECK_INT(ms_transport_points(&h.ctx, &arena, p.rows, p.rows + 1, power, &w, &r), MS_OK);
		CHECK_INT(ms_resample_test(&h.ctx, &arena, &p, power, &o, &t), MS_OK);
		CHECK_NEAR(t.statistic, w, 1e-12 * w);
	}
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

/* Level 0.1 under the null, and the shift is found. */
TEST(calibrated)
{
	enum { N = 20, D = 2, RUNS = 200 };
	ms_exchange_options o = {39, 0, 2, 0};
	ms_sliced_options so = {2, 16, MS_SLICED_AUTO, 0, NULL};
	int exact = 0, sliced = 0, found = 0;

	for (uint64_t run = 0; run < RUNS; run++)
	{
		double x[N * D] = {0};
		unsigned char label[N];
		ms_pair p = pair_of(x, N, N / 2, D, label);
		ms_permutation t;
		ms_arena arena;
		host h;

		normal_points(x, N, D, run, 0, 1);
		o.seed = run;
		host_init(&h);
		ms_arena_init(&arena, &h.ctx);
		CHECK_INT(ms_resample_test(&h.ctx, &arena, &p, 1, &o, &t), MS_OK);
		exact += t.p_value <= .1;
		CHECK_INT(ms_sliced_test(&h.ctx, &arena, &p, &so, &o, &t), MS_OK);
		sliced += t.p_value <= .1;
		for (size_t i = 0; i < N / 2 * D; i++)
			x[i] += 2;
		CHECK_INT(ms_sliced_test(&h.ctx, &arena, &p, &so, &o, &t), MS_OK);
		found += t.p_value <= .1;
		ms_arena_free(&arena);
	}
	/* binomial, four standard deviations: .1 +- .085 */
	CHECK(exact >= RUNS * .015 && exact <= RUNS * .185);
	CHECK(sliced >= RUNS * .015 && sliced <= RUNS * .185);
	CHECK(found > RUNS * .9);
}

TEST(weights_and_bootstrap)
{
	enum { N = 60, D = 2 };
	double x[N][D + 1] = {{0}};
	unsigned char label[N];
	ms_exchange_options o = {99, 2, 1, 0};
	ms_pair p = pair_of(x[0], N, N / 2, D, label);
	ms_bootstrap plain, weighted;
	ms_arena arena;
	host h;
	ms_rng rng;

	ms_rng_init(&rng, 4, 4);
	for (size_t i = 0; i < N; i++)
	{
		x[i][0] = ms_rng_normal(&rng) + (i < N / 2 ? 5 : 0);
		x[i][1] = ms_rng_normal(&rng);
		x[i][2] = 1;
	}
	p.pool.stride = D + 1;
	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_resample_interval(&h.ctx, &arena, &p, 1, .9, &o, &plain), MS_OK);
	CHECK(plain.lower < plain.estimate && plain.upper > plain.estimate);
	CHECK_NEAR(plain.estimate, 5, .6);
	CHECK_NEAR(plain.std_error, sqrt(2. / 30), .12);
	p.pool.w = x[0] + D;
	CHECK_INT(ms_resample_interval(&h.ctx, &arena, &p, 1, .9, &o, &weighted), MS_OK);
	CHECK_NEAR(weighted.upper, plain.upper, 1e-9);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

static ms_status
all_of(host *h, const ms_pair *p)
{
	ms_exchange_options o = {3, 0, 2, 0};
	ms_sliced_options so = {2, 8, MS_SLICED_AUTO, 0, NULL};
	ms_permutation t;
	ms_bootstrap b;
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_resample_test(&h->ctx, &arena, p, 2, &o, &t);
	if (status == MS_OK)
		status = ms_sliced_test(&h->ctx, &arena, p, &so, &o, &t);
	if (status == MS_OK)
		status = ms_resample_interval(&h->ctx, &arena, p, 2, .9, &o, &b);
	ms_arena_free(&arena);
	return status;
}

TEST(stops_and_refusals)
{
	enum { N = 200, D = 3 };
	double x[N * D] = {0};
	unsigned char label[N];
	ms_pair p = pair_of(x, N, N / 2, D, label);
	ms_status status;
	host h;

	normal_points(x, N, D, 3, 0, 1);
	HOST_EVERY(h, status, all_of(&h, &p));
	CHECK(h.polls > 0);
}

int
main(void)
{
	RUN(as_on_a_line);
	RUN(statistic_is_the_distance);
	RUN(calibrated);
	RUN(weights_and_bootstrap);
	RUN(stops_and_refusals);
	return unit_done();
}
