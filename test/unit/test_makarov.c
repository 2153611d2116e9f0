/*
 * test_makarov.c: bounds of the difference of two outcomes: the reference, brute force over y, all
 * couplings, inverses, Wasserstein balls.
 */
#include "core/transport/makarov.h"

#include "transport_data.h"

static const double TREATED[] = {1, 2, 4, 7};
static const double CONTROL[] = {0, 1, 1.5, 3};

static ms_makarov
bounds(const ms_column *a, const ms_column *b, double z, bool strict)
{
	ms_makarov out;
	host h;

	host_init(&h);
	CHECK_INT(ms_makarov_bounds(&h.ctx, a, b, z, strict, &out), MS_OK);
	return out;
}

static ms_makarov
robust(const ms_column *a, const ms_column *b, double z, double radius)
{
	ms_makarov out;
	host h;

	host_init(&h);
	CHECK_INT(ms_makarov_robust(&h.ctx, a, b, z, radius, &out), MS_OK);
	CHECK_INT(h.live, 0);
	return out;
}

/* distribution_regression.md, 9 */
TEST(reference)
{
	const double wanted[][3] = {{-1, 0, .25}, {0, 0, .5}, {1, .25, .75}, {2, .5, .75}, {3, .5, .75}, {5, .75, 1}};
	ms_column a = COLUMN(TREATED);
	ms_column b = COLUMN(CONTROL);

	for (int k = 0; k < 6; k++)
	{
		ms_makarov m = bounds(&a, &b, wanted[k][0], false);

		CHECK_NEAR(m.lower, wanted[k][1], 1e-15);
		CHECK_NEAR(m.upper, wanted[k][2], 1e-15);
	}
	CHECK_NEAR(bounds(&a, &b, -INFINITY, false).upper, 0, 0);
	CHECK_NEAR(bounds(&a, &b, INFINITY, false).lower, 1, 0);
}

TEST(reference_robust)
{
	ms_column a = COLUMN(TREATED);
	ms_column b = COLUMN(CONTROL);

	CHECK_NEAR(robust(&a, &b, 0, .1).upper, .566666667, 1e-9);
	CHECK_NEAR(robust(&a, &b, 0, .3).upper, .7, 1e-9);
	CHECK_NEAR(robust(&a, &b, 1, .1).upper, .772222222, 1e-9);
}

/* Numbers from 0 to 5 with weights; often tied. */
static size_t
draw(ms_rng *rng, double *x, double *w, double *upto)
{
	size_t n = 1 + ms_rng_below(rng, 5);
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		x[i] = (double) ms_rng_below(rng, 6) / 10;
	sort_values(x, n);
	for (size_t i = 0; i < n; i++)
		upto[i] = sum += w[i] = 1 + (double) ms_rng_below(rng, 3);
	return n;
}

/*
 * The extreme of P(D <= z) over all couplings, by optimal matching of unit masses: weights are
 * whole numbers, each sample is repeated to a common number of units; Kuhn's augmenting paths.
 */
enum { UNITS = 250 };

static size_t
units_of(const double *x, const double *w, size_t n, size_t times, double *out)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < (size_t) w[i] * times; k++)
			out[count++] = x[i];
	return count;
}

static bool
augment(size_t i, size_t n, const bool *edge, bool *seen, size_t *partner)
{
	for (size_t j = 0; j < n; j++)
	{
		if (!edge[i * n + j] || seen[j])
			continue;
		seen[j] = true;
		if (partner[j] == n || augment(partner[j], n, edge, seen, partner))
		{
			partner[j] = i;
			return true;
		}
	}
	return false;
}

/* Greatest share of pairs in a perfect matching with y1 - y0 <= z (sign 1) or > z (sign -1). */
static double
best_share(const double *y1, const double *y0, size_t n, double z, bool strict, int sign)
{
	static bool edge[UNITS * UNITS];
	static bool seen[UNITS];
	static size_t partner[UNITS];
	size_t matched = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
		{
			double off = rint(10 * (y1[i] - y0[j] - z)); /* in tenths, exact */

			edge[i * n + j] = (strict ? off < 0 : off <= 0) == (sign > 0);
		}
	for (size_t j = 0; j < n; j++)
		partner[j] = n;
	for (size_t i = 0; i < n; i++)
	{
		memset(seen, 0, sizeof seen);
		matched += augment(i, n, edge, seen, partner);
	}
	return (double) matched / (double) n;
}

/* Sharp: no coupling goes beyond, and one reaches it. Ties of tenths, which are no binary numbers. */
TEST(all_couplings)
{
	for (uint64_t run = 0; run < 200; run++)
	{
		double x1[5], w1[5], u1[5], x0[5], w0[5], u0[5];
		static double y1[UNITS], y0[UNITS];
		ms_column a, b;
		ms_rng rng;
		size_t n;

		ms_rng_init(&rng, run, 92);
		a = column_of(x1, draw(&rng, x1, w1, u1), NULL, NULL);
		a.upto = u1, a.weight = u1[a.n - 1];
		b = column_of(x0, draw(&rng, x0, w0, u0), NULL, NULL);
		b.upto = u0, b.weight = u0[b.n - 1];
		n = units_of(x1, w1, a.n, (size_t) b.weight, y1);
		CHECK_INT(units_of(x0, w0, b.n, (size_t) a.weight, y0), n);
		for (int k = -6; k <= 6; k++)
		{
			ms_makarov m = bounds(&a, &b, k / 10., run % 2);

			CHECK_NEAR(m.upper, best_share(y1, y0, n, k / 10., run % 2, 1), 1e-12);
			CHECK_NEAR(m.lower, 1 - best_share(y1, y0, n, k / 10., run % 2, -1), 1e-12);
		}
	}
}

/* The quantile's bounds are where the bounds of P reach p, found on the grid of all differences. */
TEST(quantiles)
{
	for (uint64_t run = 0; run < 200; run++)
	{
		double x1[5], w1[5], u1[5], x0[5], w0[5], u0[5];
		ms_column a, b;
		ms_rng rng;
		host h;

		ms_rng_init(&rng, run, 93);
		a = column_of(x1, draw(&rng, x1, w1, u1), NULL, NULL);
		b = column_of(x0, draw(&rng, x0, w0, u0), NULL, NULL);
		if (run % 2)
			b.upto = u0, b.weight = u0[b.n - 1];
		host_init(&h);
		for (int k = 1; k <= 20; k++)
		{
			double p = k / 20.;
			double low = INFINITY, high = INFINITY;
			ms_makarov q;

			for (int t = 5; t >= -5; t--)
			{
				ms_makarov m = bounds(&a, &b, t / 10., false);

				low = m.upper >= p - 1e-12 ? t / 10. : low;
				high = m.lower >= p - 1e-12 ? t / 10. : high;
			}
			CHECK_INT(ms_makarov_quantile(&h.ctx, &a, &b, p, &q), MS_OK);
			CHECK_NEAR(q.lower, low, 1e-12);
			CHECK_NEAR(q.upper, high, 1e-12);
		}
		CHECK_INT(ms_makarov_quantile(&h.ctx, &a, &b, 0, &(ms_makarov){0}), MS_BAD_ARGUMENT);
		CHECK_INT(ms_makarov_quantile(&h.ctx, &a, &b, NAN, &(ms_makarov){0}), MS_BAD_ARGUMENT);
	}
}

/* Rising in z, lower <= upper, and arms that change places mirror: P(-D <= -z) = 1 - P(D < z). */
TEST(order_and_mirror)
{
	double x[40] = {0}, y[30] = {0};
	ms_column a = column_of(x, 40, NULL, NULL);
	ms_column b = column_of(y, 30, NULL, NULL);
	ms_makarov before = {0, 0};

	normal_values(x, 40, 1, .5, 1);
	normal_values(y, 30, 2, 0, 2);
	for (double z = -6; z < 6; z += .05)
	{
		ms_makarov m = bounds(&a, &b, z, false);
		ms_makarov mirror = bounds(&b, &a, -z, true);

		CHECK(m.lower <= m.upper && m.lower >= before.lower && m.upper >= before.upper);
		CHECK_NEAR(mirror.lower, 1 - m.upper, 1e-14);
		CHECK_NEAR(mirror.upper, 1 - m.lower, 1e-14);
		before = m;
	}
	CHECK_NEAR(bounds(&a, &b, 20, false).lower, 1, 0);
}

TEST(degenerate)
{
	const double one[] = {3}, other[] = {1};
	ms_column a = COLUMN(one);
	ms_column b = COLUMN(other);

	CHECK_NEAR(bounds(&a, &b, 2, false).lower, 1, 0);
	CHECK_NEAR(bounds(&a, &b, 2, true).upper, 0, 0);
	CHECK_NEAR(bounds(&a, &b, 1.999, false).upper, 0, 0);
	/* a unit mass 2 apart moves to z = 1 within 1, or as much of it as the radius pays for */
	CHECK_NEAR(robust(&a, &b, 1, .25).upper, .25, 1e-9);
	CHECK_NEAR(robust(&a, &b, 1, 1).upper, 1, 1e-9);
	CHECK_NEAR(robust(&a, &b, 2, .25).lower, 0, 1e-9);
	CHECK_NEAR(robust(&a, &b, 3, .25).lower, .75, 1e-9);
}

TEST(robust_is_wider)
{
	double x[12] = {0}, y[9] = {0};
	ms_column a = column_of(x, 12, NULL, NULL);
	ms_column b = column_of(y, 9, NULL, NULL);
	ms_makarov zero, plain;
	host h;

	normal_values(x, 12, 3, .5, 1);
	normal_values(y, 9, 4, 0, 1);
	for (double z = -2; z < 2; z += .25)
	{
		ms_makarov before = plain = bounds(&a, &b, z, false);

		zero = robust(&a, &b, z, 0);
		CHECK_BITS(zero.upper, plain.upper);
		CHECK_NEAR(robust(&a, &b, z, 1e-9).upper, plain.upper, 1e-6);
		for (double radius = .05; radius < 1; radius *= 2)
		{
			ms_makarov m = robust(&a, &b, z, radius);
			ms_makarov mirror = robust(&b, &a, -z, radius);

			CHECK(m.upper >= before.upper - 1e-9 && m.lower <= before.lower + 1e-9);
			CHECK(m.upper <= 1 && m.lower >= 0);
			CHECK_NEAR(mirror.lower, 1 - m.upper, 1e-9);
			before = m;
		}
	}
	host_init(&h);
	CHECK_INT(ms_makarov_robust(&h.ctx, &a, &b, 0, -1, &zero), MS_BAD_ARGUMENT);
	CHECK_INT(ms_makarov_robust(&h.ctx, &a, &b, 0, NAN, &zero), MS_BAD_ARGUMENT);
}

/* The margin covers the bounds of the law at all z at once: N(0, 1) and N(0, 1), known exactly. */
TEST(margin_covers)
{
	enum { RUNS = 200, N = 60 };
	int covered = 0;

	CHECK_NEAR(ms_makarov_margin(100, 400, .95), 1.5 * sqrt(log(80) / 200), 1e-15);
	for (uint64_t run = 0; run < RUNS; run++)
	{
		double x[N] = {0}, y[N] = {0};
		ms_column a = column_of(x, N, NULL, NULL);
		ms_column b = column_of(y, N, NULL, NULL);
		double margin = ms_makarov_margin(N, N, .95);
		bool inside = true;

		normal_values(x, N, 2 * run, 0, 1);
		normal_values(y, N, 2 * run + 1, 0, 1);
		for (double z = -3; z <= 3; z += .25)
		{
			/* sup of Phi(y) - Phi(y - z) is at y = z / 2 */
			double swing = erf(fabs(z) / 2 / sqrt(2));
			ms_makarov m = bounds(&a, &b, z, false);

			inside = inside && m.lower - margin <= (z > 0 ? swing : 0);
			inside = inside && m.upper + margin >= (z < 0 ? 1 - swing : 1);
		}
		covered += inside;
	}
	CHECK(covered >= RUNS * .95);
}

static ms_status
all_of(host *h, const ms_column *a, const ms_column *b)
{
	ms_makarov m;
	ms_status status = ms_makarov_bounds(&h->ctx, a, b, .3, false, &m);

	return status == MS_OK ? ms_makarov_quantile(&h->ctx, a, b, .4, &m) : status;
}

static ms_status
robust_of(host *h, const ms_column *a, const ms_column *b)
{
	ms_makarov m;

	return ms_makarov_robust(&h->ctx, a, b, .3, .1, &m);
}

TEST(stops_and_refusals)
{
	enum { N = 400000, SMALL = 60 };
	double *x = malloc(2 * N * sizeof *x);
	ms_column a, b;
	ms_status status;
	host h;

	normal_values(x, N, 1, 0, 1);
	normal_values(x + N, N, 2, 0, 1);
	a = column_of(x, N, NULL, NULL);
	b = column_of(x + N, N, NULL, NULL);
	HOST_EVERY(h, status, all_of(&h, &a, &b));
	CHECK(h.polls > 0);
	normal_values(x, SMALL, 1, 0, 1);
	normal_values(x + SMALL, SMALL, 2, 0, 1);
	a = column_of(x, SMALL, NULL, NULL);
	b = column_of(x + SMALL, SMALL, NULL, NULL);
	HOST_EVERY(h, status, robust_of(&h, &a, &b));
	CHECK(ms_makarov_robust_bytes(SMALL, SMALL) > SMALL * SMALL * sizeof(double));
	CHECK(ms_makarov_robust_bytes(SIZE_MAX / 2, 4) == SIZE_MAX);
	free(x);
}

int
main(void)
{
	RUN(reference);
	RUN(reference_robust);
	RUN(all_couplings);
	RUN(quantiles);
	RUN(order_and_mirror);
	RUN(degenerate);
	RUN(robust_is_wider);
	RUN(margin_covers);
	RUN(stops_and_refusals);
	return unit_done();
}
