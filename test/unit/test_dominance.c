/*
 * test_dominance.c: the reference of one_dim.md, 10 and 14, and the verdicts.
 */
#include "core/transport/dominance.h"

#include "transport_data.h"

static ms_dominance
compare(const ms_column *a, const ms_column *b)
{
	ms_dominance d;
	host h;

	host_init(&h);
	CHECK_INT(ms_dominance_compare(&h.ctx, a, b, &d), MS_OK);
	return d;
}

TEST(reference)
{
	const double x[] = {1, 3, 5};
	const double y[] = {0, 3, 6};
	ms_column a = COLUMN(x);
	ms_column b = COLUMN(y);
	ms_dominance d = compare(&a, &b);

	CHECK_INT(d.second, 1);
	CHECK_INT(d.first, 0);
	CHECK(d.spread);
	CHECK_NEAR(d.most_a, 0, 0);
	CHECK_NEAR(d.most_b, 1. / 3, 1e-14); /* I_b - I_a at t = 1, 3 and 5 */
	CHECK_NEAR(d.at_b, 1, 0);
	CHECK_NEAR(d.almost, 0, 1e-15);
	d = compare(&b, &a);
	CHECK_INT(d.second, -1);
	CHECK_NEAR(d.almost, 1, 1e-15);
}

TEST(verdicts)
{
	const double x[] = {1, 2, 3};
	const double y[] = {2, 3, 4};
	const double z[] = {0, 9, 9};
	ms_column a = COLUMN(x);
	ms_column b = COLUMN(y);
	ms_column c = COLUMN(z);

	CHECK_INT(compare(&a, &b).first, -1);
	CHECK_INT(compare(&a, &b).second, -1);
	CHECK(!compare(&a, &b).spread);
	CHECK_INT(compare(&a, &a).first, 2);
	CHECK_INT(compare(&a, &a).second, 2);
	CHECK(isnan(compare(&a, &a).almost));
	CHECK_INT(compare(&b, &c).first, 0);
	CHECK_INT(compare(&b, &c).second, 0);
	CHECK(compare(&b, &c).almost > 0 && compare(&b, &c).almost < 1);
}

/* The verdict does not depend on the unit; a range that is no number is refused. */
TEST(great_numbers)
{
	static const double units[] = {1e-300, 1, 1e160, 1e307};

	for (int i = 0; i < 4; i++)
	{
		const double x[] = {1 * units[i], 3 * units[i], 5 * units[i]};
		const double y[] = {0, 3 * units[i], 6.5 * units[i]};
		ms_column a = COLUMN(x);
		ms_column b = COLUMN(y);
		ms_dominance d = compare(&a, &b);

		CHECK_INT(d.first, 0);
		CHECK_INT(d.second, 0);
		CHECK_NEAR(d.most_a / units[i], 1. / 6, 1e-12);
		CHECK_NEAR(d.most_b / units[i], 1. / 3, 1e-12);
		/* against a on t > 6: 1/2 by 1/6 with t from 6 to 6.5 */
		CHECK(d.almost > 0 && d.almost < .05);
	}
	{
		const double ends[] = {-1e308, 1e308};
		ms_column a = column_of(ends, 1, NULL, NULL);
		ms_column b = column_of(ends + 1, 1, NULL, NULL);
		ms_dominance d;
		host h;

		host_init(&h);
		CHECK_INT(ms_dominance_compare(&h.ctx, &a, &b, &d), MS_TOO_LARGE);
	}
}

static ms_status
test_of(host *h, const ms_column *a, const ms_column *b, int64_t replicates, uint64_t seed,
		ms_dominance_p *out)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_dominance_test(&h->ctx, &arena, a, b, (double) a->n, (double) b->n, replicates,
							   seed, out);
	ms_arena_free(&arena);
	return status;
}

/* At the least favourable null, equal laws, a level of 0.1 is kept; what is clear is seen. */
TEST(bootstrap)
{
	enum
	{
		N = 60,
		RUNS = 200
	};
	double x[N] = {0}, y[N] = {0};
	ms_column a = column_of(x, N, NULL, NULL);
	ms_column b = column_of(y, N, NULL, NULL);
	ms_column c = COLUMN(D1_X);
	ms_dominance_p p, again;
	int rejected = 0;
	host h;

	host_init(&h);
	for (uint64_t run = 0; run < RUNS; run++)
	{
		normal_values(x, N, 2 * run, 0, 1);
		normal_values(y, N, 2 * run + 1, 0, 1);
		CHECK_INT(test_of(&h, &a, &b, 79, run, &p), MS_OK);
		rejected += p.p_value <= .1;
	}
	CHECK(rejected >= RUNS * .03 && rejected <= RUNS * .19);
	normal_values(y, N, 7, 2, 1);
	CHECK_INT(test_of(&h, &a, &b, 199, 1, &p), MS_OK);
	CHECK_NEAR(p.p_value, 1. / 200, 1e-15);
	CHECK_INT(test_of(&h, &b, &a, 199, 1, &p), MS_OK);
	CHECK_NEAR(p.statistic, 0, 0);
	CHECK_NEAR(p.p_value, 1, 0);
	CHECK(p.null_mean > 0.05 && p.null_mean < 5 && p.null_sd > 0.05 && p.null_sd < 5);
	CHECK_INT(test_of(&h, &b, &a, 1, 1, &p), MS_OK);
	CHECK(p.null_mean >= 0 && isnan(p.null_sd));
	CHECK_INT(test_of(&h, &a, &c, 99, 1, &p), MS_OK);
	CHECK_INT(test_of(&h, &a, &c, 99, 1, &again), MS_OK);
	CHECK_BITS(p.p_value, again.p_value);
	CHECK_INT(test_of(&h, &a, &b, 0, 1, &p), MS_BAD_ARGUMENT);
	CHECK_INT(h.live, 0);
}

static ms_status
status_of(host *h, const ms_column *a, const ms_column *b)
{
	ms_dominance d;
	ms_dominance_p p;
	ms_status status = ms_dominance_compare(&h->ctx, a, b, &d);

	return status == MS_OK ? test_of(h, a, b, 2, 1, &p) : status;
}

TEST(stops)
{
	enum
	{
		N = 200000
	};
	double *x = malloc(N * sizeof(double));
	ms_column a = column_of(x, N, NULL, NULL);
	ms_status status;
	host h;

	for (size_t i = 0; i < N; i++)
		x[i] = (double) i;
	HOST_EVERY(h, status, status_of(&h, &a, &a));
	CHECK(h.polls > 0);
	free(x);
}

int
main(void)
{
	RUN(reference);
	RUN(verdicts);
	RUN(great_numbers);
	RUN(bootstrap);
	RUN(stops);
	return unit_done();
}
