/*
 * test_levels1d.c: trimmed distances and means of blocks against sums by hand, brute force, laws.
 */
#include "core/transport/levels1d.h"

#include "transport_data.h"

static double
trimmed(const ms_column *a, const ms_column *b, double p, double trim)
{
	double out = NAN;
	host h;

	host_init(&h);
	CHECK_INT(ms_levels1d_trimmed(&h.ctx, a, b, p, trim, &out), MS_OK);
	return out;
}

static double
w(const ms_column *a, const ms_column *b, double p)
{
	double out = NAN;
	host h;

	host_init(&h);
	CHECK_INT(ms_wasserstein1d(&h.ctx, a, b, p, &out), MS_OK);
	return out;
}

/* |Q_a - Q_b| over levels .25 to .75 is 2, 1, 3 and 1 for 1/12, 1/6, 1/6 and 1/12. */
TEST(trimmed_by_hand)
{
	ms_column a = COLUMN(D1_X);
	ms_column b = COLUMN(D1_Y);

	CHECK_NEAR(trimmed(&a, &b, 1, .25), 11. / 6, 1e-14);
	CHECK_NEAR(trimmed(&a, &b, 2, .25), sqrt(2 * (4. / 12 + 1. / 6 + 9. / 6 + 1. / 12)), 1e-14);
	CHECK_NEAR(trimmed(&a, &b, INFINITY, .25), 3, 0);
	CHECK_NEAR(trimmed(&b, &a, 1, .25), 11. / 6, 1e-14);
	/* within a piece: .45 to .55 are 1 and 3 for .05 each */
	CHECK_NEAR(trimmed(&a, &b, 1, .45), 2, 1e-13);
	for (double p = 1; p <= 4; p++)
		CHECK_NEAR(trimmed(&a, &b, p, 0), w(&a, &b, p), 1e-14);
	CHECK_NEAR(trimmed(&a, &b, INFINITY, 0), 4, 0);
	CHECK_NEAR(trimmed(&a, &a, 2, .1), 0, 0);
}

/* By a fine grid of levels, with weights. */
TEST(trimmed_by_brute_force)
{
	enum
	{
		N = 7,
		M = 11,
		GRID = 200000
	};
	double x[N], y[M], wx[N], wy[M], ux[N], uy[M];
	ms_rng rng;

	ms_rng_init(&rng, 3, 1);
	for (int run = 0; run < 5; run++)
	{
		ms_column a, b;
		double sum = 0;

		normal_values(x, N, (uint64_t) run, 0, 1);
		normal_values(y, M, (uint64_t) run + 50, .5, 2);
		for (int i = 0; i < N; i++)
			wx[i] = 1 + (double) ms_rng_below(&rng, 5);
		for (int i = 0; i < M; i++)
			wy[i] = 1 + (double) ms_rng_below(&rng, 5);
		a = column_of(x, N, wx, ux);
		b = column_of(y, M, wy, uy);
		for (int i = 0; i < GRID; i++)
		{
			double u = .1 + .8 * (i + .5) / GRID;
			double d = fabs(ms_describe_quantile(&a, u) - ms_describe_quantile(&b, u));

			sum += d * d * d / GRID;
		}
		CHECK_NEAR(trimmed(&a, &b, 3, .1), cbrt(sum), 1e-4);
	}
}

/* What lies beyond the levels does not count, however far. */
TEST(outliers)
{
	const double ends[] = {-1.7e308, 1.7e308};
	double x[100] = {0}, y[100] = {0};
	ms_column a = COLUMN(x);
	ms_column b = COLUMN(y);
	ms_column low = column_of(ends, 1, NULL, NULL);
	ms_column high = column_of(ends + 1, 1, NULL, NULL);
	double before;
	host h;

	host_init(&h);
	normal_values(x, 100, 1, 0, 1);
	normal_values(y, 100, 2, 3, 1);
	before = trimmed(&a, &b, 2, .05);
	for (int i = 95; i < 100; i++)
		x[i] = 1e308;
	CHECK_BITS(trimmed(&a, &b, 2, .05), before);
	CHECK(trimmed(&a, &b, 2, .04) > 1e300);
	CHECK_INT(ms_levels1d_trimmed(&h.ctx, &low, &high, 1, 0, &before), MS_TOO_LARGE);
}

static void
means(const ms_column *c, size_t bins, double *out)
{
	host h;

	host_init(&h);
	CHECK_INT(ms_levels1d_means(&h.ctx, c, bins, out), MS_OK);
}

static double
euclidean(const double *x, const double *y, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (x[i] - y[i]) * (x[i] - y[i]) / (double) n;
	return sqrt(sum);
}

TEST(means_by_hand)
{
	const double weights[] = {2, 1, 1};
	double upto[3], out[12], other[12];
	ms_column a = COLUMN(D1_X);
	ms_column b = COLUMN(D1_Y);
	ms_column weighted = column_of(D1_X, 3, weights, upto);

	means(&a, 1, out);
	CHECK_NEAR(out[0], 4. / 3, 1e-15);
	means(&a, 3, out);
	for (int i = 0; i < 3; i++)
		CHECK_NEAR(out[i], D1_X[i], 0);
	means(&a, 2, out); /* 0 for 2/3 and 1 for 1/3; 1 for 1/3 and 3 for 2/3 */
	CHECK_NEAR(out[0], 1. / 3, 1e-15);
	CHECK_NEAR(out[1], 7. / 3, 1e-15);
	means(&weighted, 4, out);
	CHECK_NEAR(out[0], 0, 0);
	CHECK_NEAR(out[1], 0, 0);
	CHECK_NEAR(out[2], 1, 0);
	CHECK_NEAR(out[3], 3, 0);
	/* both divide 12: exact */
	means(&a, 12, out);
	means(&b, 12, other);
	CHECK_NEAR(euclidean(out, other, 12), 2.479079130107, 1e-12);
}

/* Never above W2, and near it from below; the mean stays; ascending. */
TEST(means_come_to_the_distance)
{
	double x[301] = {0}, y[167] = {0}, mx[512], my[512];
	ms_column a = COLUMN(x);
	ms_column b = COLUMN(y);
	double exact;

	normal_values(x, 301, 1, 0, 1);
	normal_values(y, 167, 2, 1, 3);
	exact = w(&a, &b, 2);
	for (size_t bins = 1; bins <= 512; bins *= 2)
	{
		double sum = 0;

		means(&a, bins, mx);
		means(&b, bins, my);
		CHECK(euclidean(mx, my, bins) <= exact * (1 + 1e-14));
		for (size_t i = 0; i < bins; i++)
		{
			sum += mx[i] / (double) bins;
			CHECK(i == 0 || mx[i] >= mx[i - 1]);
		}
		for (int i = 0; i < 301; i++)
			sum -= x[i] / 301;
		CHECK_NEAR(sum, 0, 1e-13);
	}
	CHECK(euclidean(mx, my, 512) > exact * .999);
}

static ms_status
both(host *h, const ms_column *a, const ms_column *b)
{
	double out[3];
	ms_status status = ms_levels1d_trimmed(&h->ctx, a, b, 2, .1, out);

	return status == MS_OK ? ms_levels1d_means(&h->ctx, a, 3, out) : status;
}

TEST(stops_and_arguments)
{
	enum
	{
		N = 200000
	};
	double *x = malloc(N * sizeof *x);
	double *upto = malloc(N * sizeof *upto);
	double *weights = malloc(N * sizeof *weights);
	ms_column a, b;
	ms_status status;
	double out;
	host h;

	for (int i = 0; i < N; i++)
		x[i] = i, weights[i] = 1 + i % 3;
	a = column_of(x, N, NULL, NULL);
	b = column_of(x, N, weights, upto);
	HOST_EVERY(h, status, both(&h, &a, &b));
	host_init(&h);
	CHECK_INT(ms_levels1d_trimmed(&h.ctx, &a, &b, .5, .1, &out), MS_BAD_ARGUMENT);
	CHECK_INT(ms_levels1d_trimmed(&h.ctx, &a, &b, 1, .5, &out), MS_BAD_ARGUMENT);
	CHECK_INT(ms_levels1d_trimmed(&h.ctx, &a, &b, 1, -.1, &out), MS_BAD_ARGUMENT);
	CHECK_INT(ms_levels1d_trimmed(&h.ctx, &a, &b, 1, NAN, &out), MS_BAD_ARGUMENT);
	free(x);
	free(upto);
	free(weights);
}

int
main(void)
{
	RUN(trimmed_by_hand);
	RUN(trimmed_by_brute_force);
	RUN(outliers);
	RUN(means_by_hand);
	RUN(means_come_to_the_distance);
	RUN(stops_and_arguments);
	return unit_done();
}
