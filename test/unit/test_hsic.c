/*
 * test_hsic.c: HSIC and distance covariance against mmd.md, 13, against the matrices themselves,
 * and against all orders of a few rows.
 */
#include "core/mmd/hsic.h"

#include "mmd_data.h"

#define MOST 600

static double x[MOST * 12];
static double y[MOST * 12];

static ms_status
estimate_of(host *h, const ms_rows *r, size_t first, ms_kernel k, ms_kernel l,
			ms_hsic_estimate *out)
{
	ms_status status;
	ms_arena arena;
	ms_hsic hsic;

	ms_arena_init(&arena, &h->ctx);
	status = ms_hsic_new(&h->ctx, &arena, r, first, &k, &l, &hsic);
	if (status == MS_OK)
		status = ms_hsic_estimate_of(&h->ctx, &arena, &hsic, out);
	ms_arena_free(&arena);
	return status;
}

static ms_hsic_estimate
estimate(ms_rows r, size_t first, ms_kernel k, ms_kernel l)
{
	ms_hsic_estimate e = {0};
	host h;

	host_init(&h);
	CHECK_INT(estimate_of(&h, &r, first, k, l, &e), MS_OK);
	CHECK_INT(h.live, 0);
	return e;
}

static ms_status
permute_of(host *h, const ms_rows *r, size_t first, ms_kernel k, ms_kernel l, int64_t replicates,
		   uint64_t seed, ms_permutation *out)
{
	ms_status status;
	ms_arena arena;
	ms_hsic hsic;

	ms_arena_init(&arena, &h->ctx);
	status = ms_hsic_new(&h->ctx, &arena, r, first, &k, &l, &hsic);
	if (status == MS_OK)
		status = ms_hsic_permute(&h->ctx, &arena, &hsic, replicates, seed, out);
	ms_arena_free(&arena);
	return status;
}

static ms_permutation
permute(ms_rows r, size_t first, ms_kernel k, ms_kernel l, int64_t replicates, uint64_t seed)
{
	ms_permutation p = {0};
	host h;

	host_init(&h);
	CHECK_INT(permute_of(&h, &r, first, k, l, replicates, seed, &p), MS_OK);
	CHECK_INT(h.live, 0);
	return p;
}

/* The 40 pairs (X_i, Y_i) of D2 as rows of four columns. */
static ms_rows
d2_pairs(void)
{
	d2_rows();
	for (int i = 0; i < 40; i++)
	{
		memcpy(x + 4 * i, D2 + 2 * i, 2 * sizeof(double));
		memcpy(x + 4 * i + 2, D2 + 100 + 2 * i, 2 * sizeof(double));
	}
	return (ms_rows){x, NULL, 40, 4, 4};
}

TEST(reference)
{
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 0.5);
	ms_hsic_estimate e = estimate(d2_pairs(), 2, k, k);
	ms_permutation p;

	CHECK_NEAR(e.biased, 0.004971629925652, 1e-15);
	CHECK_NEAR(e.unbiased, 0.001509596552009, 1e-15);
	CHECK_NEAR(e.gamma.statistic, e.biased, 1e-16);
	CHECK_NEAR(e.gamma.null_mean, .003674196446784, 1e-15);
	CHECK_NEAR(e.gamma.null_sd * e.gamma.null_sd / 2.184915749e-6, 1, 1e-9);
	CHECK_NEAR(e.gamma.p_value, .178095, 5e-7);
	p = permute(d2_pairs(), 2, k, k, 4999, 1);
	CHECK_NEAR(p.statistic, e.biased, 1e-16);
	CHECK_NEAR(p.p_value, .1736, 0.022); /* 4 standard errors */
	CHECK_NEAR(p.null_mean, e.gamma.null_mean, 4 * e.gamma.null_sd / sqrt(4999));
	CHECK_NEAR(p.null_sd / e.gamma.null_sd, 1, 0.07);
}

TEST(distance_covariance)
{
	ms_kernel k = ms_kernel_of(MS_KERNEL_ENERGY, 0);
	ms_hsic_estimate e = estimate(d2_pairs(), 2, k, k);

	CHECK_NEAR(e.biased, 0.006819218053119, 1e-15);
	CHECK_NEAR(sqrt(e.correlation), 0.399706805690, 1e-12);
	CHECK_NEAR(e.unbiased, 0.001019896773990, 1e-15);
	CHECK_NEAR(e.unbiased_correlation, 0.0261478364151, 1e-13);
}

/* By the matrices, as mmd.md, 10, has them. */
TEST(by_matrices)
{
	static double k_of[300][300], l_of[300][300];
	ms_rows r = normal_rows(x, 300, 5, 150, 2, 4, false);
	ms_rows a = {x, NULL, 300, 3, 5};
	ms_rows b = {x + 3, NULL, 300, 2, 5};

	for (int kind = MS_KERNEL_GAUSSIAN; kind <= MS_KERNEL_POLYNOMIAL; kind++)
	{
		ms_kernel k = ms_kernel_of((ms_kernel_kind) kind, 1.5);
		ms_kernel l = ms_kernel_of(MS_KERNEL_LAPLACE, 0.7);
		ms_hsic_estimate e = estimate(r, 3, k, l);
		long double trace = 0, sum_k = 0, sum_l = 0, cross = 0, whole = 0;
		const double n = 300;
		double size = 0;

		for (size_t i = 0; i < 300; i++)
		{
			long double row_k = 0, row_l = 0;

			for (size_t j = 0; j < 300; j++)
			{
				k_of[i][j] = i == j ? 0 : plain_kernel(&k, &a, i, j);
				l_of[i][j] = i == j ? 0 : plain_kernel(&l, &b, i, j);
				trace += (long double) k_of[i][j] * l_of[i][j];
				row_k += k_of[i][j];
				row_l += l_of[i][j];
				size = fmax(size, fabs(k_of[i][j]));
			}
			sum_k += row_k;
			sum_l += row_l;
			cross += row_k * row_l;
		}
		whole = (trace + sum_k * sum_l / ((n - 1) * (n - 2)) - 2 / (n - 2) * cross) / (n * (n - 3));
		CHECK_NEAR(e.unbiased / size, (double) whole / size, 1e-15);
	}
}

TEST(weights_are_repeated_rows)
{
	ms_rows r = normal_rows(x, 150, 3, 50, 1, 4, true);
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1.5);
	ms_kernel l = ms_kernel_of(MS_KERNEL_ENERGY, 1);
	ms_hsic_estimate a, b;
	ms_permutation p, q;
	size_t n = 0;
	host h;

	for (size_t i = 0; i < r.n; i++)
	{
		for (int c = 0; c < (int) x[4 * i + 3]; c++)
			memcpy(y + 3 * n++, x + 4 * i, 3 * sizeof(double));
	}
	a = estimate(r, 2, k, l);
	b = estimate((ms_rows){y, NULL, n, 3, 3}, 2, k, l);
	CHECK_NEAR(a.biased / b.biased, 1, 1e-12);
	CHECK_NEAR(a.unbiased / b.unbiased, 1, 1e-11);
	CHECK_NEAR(a.unbiased_correlation / b.unbiased_correlation, 1, 1e-11);
	CHECK_NEAR(a.gamma.p_value / b.gamma.p_value, 1, 1e-11);
	p = permute(r, 2, k, l, 50, 3);
	q = permute((ms_rows){y, NULL, n, 3, 3}, 2, k, l, 50, 3);
	CHECK_BITS(p.p_value, q.p_value);
	CHECK_BITS(p.null_mean, q.null_mean);
	x[3] = 0.5;
	host_init(&h);
	CHECK_INT(permute_of(&h, &r, 2, k, l, 50, 3, &p), MS_BAD_WEIGHT);
	CHECK_STR(h.ctx.facts.what, "frequency");
}

/* All 120 orders of 5 rows: their mean and variance are the exact moments. */
TEST(all_orders)
{
	for (int kind = MS_KERNEL_GAUSSIAN; kind <= MS_KERNEL_POLYNOMIAL; kind++)
	{
		ms_rows r = normal_rows(x, 5, 3, 2, 1, 4, false);
		ms_kernel k = ms_kernel_of((ms_kernel_kind) kind, 1);
		ms_kernel l = ms_kernel_of(MS_KERNEL_IMQ, 1);
		ms_permutation p = permute(r, 1, k, l, 120, 0);
		ms_hsic_estimate e = estimate(r, 1, k, l);

		CHECK(p.exact);
		CHECK_INT(p.replicates, 120);
		CHECK_NEAR(p.null_mean / e.gamma.null_mean, 1, 1e-12);
		CHECK_NEAR(p.null_sd * sqrt(119.0 / 120) / e.gamma.null_sd, 1, 1e-12);
		CHECK_NEAR(p.p_min, 1.0 / 120, 0);
		CHECK(!permute(r, 1, k, l, 119, 0).exact);
	}
}

TEST(degenerate)
{
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1);
	ms_rows r = normal_rows(x, 100, 2, 2, 1, 4, false);
	ms_hsic_estimate e;
	host h;

	for (size_t c = 0; c < 2; c++)
	{
		for (size_t i = 0; i < 100; i++)
			y[2 * i + c] = 1e6, y[2 * i + !c] = x[2 * i];
		r.x = y;
		e = estimate(r, 1, k, k);
		CHECK_NEAR(e.biased, 0, 1e-16);
		CHECK(isnan(e.correlation) || c == 1);
		CHECK_NEAR(e.gamma.p_value, 1, 0);
		CHECK_NEAR(permute(r, 1, k, k, 99, 0).p_value, 1, 0);
	}
	r.n = 1;
	CHECK_NEAR(permute(r, 1, k, k, 99, 0).p_value, 1, 0);
	CHECK(isnan(estimate(r, 1, k, k).unbiased));
	host_init(&h);
	CHECK_INT(estimate_of(&h, &r, 0, k, k, &e), MS_BAD_ARGUMENT);
	CHECK_INT(estimate_of(&h, &r, 2, k, k, &e), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "first");
	CHECK_NEAR(h.ctx.facts.wanted, 1, 0);
	r.n = 0;
	CHECK_INT(estimate_of(&h, &r, 1, k, k, &e), MS_TOO_FEW);
	r.n = 1;
	CHECK_INT(permute_of(&h, &r, 1, k, k, 0, 0, &(ms_permutation){0}), MS_BAD_ARGUMENT);
}

/* Level of 300 independent samples, and a dependence without correlation. */
TEST(level_and_power)
{
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1);
	int found[2][2] = {{0}};

	for (uint64_t seed = 0; seed < 300; seed++)
	{
		ms_rows r = normal_rows(x, 40, 2, 0, 0, 900 + seed, false);

		for (int dependent = 0; dependent < 2; dependent++)
		{
			for (size_t i = 0; i < 40 && dependent; i++)
				x[2 * i + 1] = x[2 * i] * x[2 * i] + 0.5 * x[2 * i + 1];
			found[dependent][0] += estimate(r, 1, k, k).gamma.p_value <= 0.05;
			if (seed < 100)
				found[dependent][1] += permute(r, 1, k, k, 99, seed).p_value <= 0.05 + 1e-12;
		}
	}
	/* binomial: 4 standard deviations about 0.05 */
	CHECK(found[0][0] >= 1 && found[0][0] <= 30);
	CHECK(found[0][1] <= 13);
	CHECK(found[1][0] > 270);
	CHECK(found[1][1] > 90);
}

static ms_status
both(host *h, const ms_rows *r, ms_kernel k)
{
	ms_hsic_estimate e;
	ms_permutation p;
	ms_status status = estimate_of(h, r, 2, k, k, &e);

	return status == MS_OK ? permute_of(h, r, 2, k, k, 20, 0, &p) : status;
}

TEST(stop_and_refuse)
{
	ms_rows r = normal_rows(x, 400, 4, 0, 0, 3, false);
	ms_kernel k = ms_kernel_of(MS_KERNEL_LAPLACE, 1);
	ms_status status;
	host h;

	HOST_EVERY(h, status, both(&h, &r, k));
	CHECK(h.polls > 0);
}

int
main(void)
{
	RUN(reference);
	RUN(distance_covariance);
	RUN(by_matrices);
	RUN(weights_are_repeated_rows);
	RUN(all_orders);
	RUN(degenerate);
	RUN(level_and_power);
	RUN(stop_and_refuse);
	return unit_done();
}
