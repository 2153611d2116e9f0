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

static ms_status
status_of(host *h, const ms_column *a, const ms_column *b)
{
	ms_dominance d;

	return ms_dominance_compare(&h->ctx, a, b, &d);
}

TEST(stops)
{
	enum { N = 200000 };
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
	RUN(stops);
	return unit_done();
}
