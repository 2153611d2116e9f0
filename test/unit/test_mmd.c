/*
 * test_mmd.c: V, U and standard errors against mmd.md, 13, closed forms and plain sums; laws of
 * section 14; bandwidths; linear and block estimators.
 */
#include "core/mmd/mmd.h"

#include "core/mmd/bandwidth.h"
#include "mmd_data.h"

#define MOST 1200

static double x[MOST * 5];
static double y[MOST * 5];

static ms_status
estimate_of(host *h, const ms_rows *r, size_t m, const ms_kernel *k, bool importance,
			const uint32_t *order, ms_mmd_estimate *out)
{
	ms_status status;
	ms_arena arena;
	ms_mmd mmd;

	ms_arena_init(&arena, &h->ctx);
	status = ms_mmd_new(&h->ctx, &arena, r, m, k, importance, order, &mmd);
	if (status == MS_OK)
		status = ms_mmd_estimate_of(&h->ctx, &arena, &mmd, out);
	ms_arena_free(&arena);
	return status;
}

static ms_mmd_estimate
estimate(const ms_rows *r, size_t m, const ms_kernel *k, const uint32_t *order)
{
	ms_mmd_estimate out = {0};
	host h;

	host_init(&h);
	CHECK_INT(estimate_of(&h, r, m, k, false, order, &out), MS_OK);
	CHECK_INT(h.live, 0);
	return out;
}

/* --- references ----------------------------------------------------------------------------- */

static void
reference(ms_rows r, size_t m, ms_kernel k, double v, double u)
{
	ms_mmd_estimate e = estimate(&r, m, &k, NULL);

	CHECK_NEAR(e.v / v, 1, 1e-11);
	CHECK_NEAR(e.u / u, 1, 1e-11);
	CHECK_NEAR(e.mmd, sqrt(v), 1e-11);
}

TEST(d1)
{
	ms_kernel k = ms_kernel_of(MS_KERNEL_POLYNOMIAL, 0);

	reference(d1_rows(), 3, ms_kernel_of(MS_KERNEL_GAUSSIAN, 1), 0.180549103658, -0.299400015611);
	reference(d1_rows(), 3, ms_kernel_of(MS_KERNEL_LAPLACE, 1), 0.324737546607, -0.178539006361);
	reference(d1_rows(), 3, ms_kernel_of(MS_KERNEL_IMQ, 1), 0.180101583944, -0.158961011101);
	reference(d1_rows(), 3, ms_kernel_of(MS_KERNEL_MATERN32, 1), 0.240262409231, -0.250856058520);
	reference(d1_rows(), 3, ms_kernel_of(MS_KERNEL_MATERN52, 1), 0.216359485086, -0.271014739429);
	reference(d1_rows(), 3, ms_kernel_of(MS_KERNEL_ENERGY, 0), 1.395833333333, -0.166666666667);
	reference(d1_rows(), 3, k, 9519.165473090277, 2479.354166666667);
	k.degree = 2;
	reference(d1_rows(), 3, k, 203.753906250000, 67.291666666667);
}

TEST(d2)
{
	ms_rows r = d2_rows();
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 0.5);
	ms_mmd_estimate e = estimate(&r, 50, &k, NULL);

	reference(r, 50, k, 2.088283616878e-02, 3.448232010773e-03);
	CHECK_NEAR(e.std_error, .022526642310, 1e-12);
	CHECK_NEAR(e.mmd, 0.144508948404, 1e-12); /* kernlab's kmmd */
	reference(r, 50, ms_kernel_of(MS_KERNEL_LAPLACE, 0.5), 2.096782902147e-02, -5.532696773336e-03);
	reference(r, 50, ms_kernel_of(MS_KERNEL_IMQ, 0.5), 1.308333089947e-02, 6.668977644373e-04);
	reference(r, 50, ms_kernel_of(MS_KERNEL_MATERN32, 0.5), 2.031572630784e-02,
			  -1.166874227316e-03);
	reference(r, 50, ms_kernel_of(MS_KERNEL_MATERN52, 0.5), 2.061323970984e-02, 5.880237891565e-04);
	reference(r, 50, ms_kernel_of(MS_KERNEL_ENERGY, 0), 2.344189955415e-02, 1.232254440226e-03);
	k = ms_kernel_of(MS_KERNEL_ENERGY, 0);
	CHECK_NEAR(2000.0 / 90 * estimate(&r, 50, &k, NULL).v, 0.520931101203,
			   1e-12); /* eqdist.etest */
}

static double
median(const ms_rows *r, uint64_t seed)
{
	double out = NAN;
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_bandwidth_median(&h.ctx, &arena, r, seed, &out), MS_OK);
	ms_arena_free(&arena);
	return out;
}

TEST(median_bandwidth)
{
	ms_rows r = d2_rows();
	double s = median(&r, 0);

	CHECK_NEAR(s, 0.495098307160615, 1e-14);
	reference(r, 50, ms_kernel_of(MS_KERNEL_GAUSSIAN, s), 2.102961526705e-02, 3.373490910502e-03);
}

/* --- plain sums ----------------------------------------------------------------------------- */

/* V, U and the standard error of U as mmd.md, 4 and 5.1, have them, in long double. */
static ms_mmd_estimate
plain(const ms_rows *r, size_t m, const ms_kernel *k, bool importance)
{
	long double s[2][2] = {{0}}, d[2] = {0}, w[2] = {0}, w2[2] = {0}, d2[2] = {0}, pairs[2];
	ms_mmd_estimate e = {0};

	for (size_t i = 0; i < r->n; i++)
	{
		double wi = ms_rows_weight(r, i);
		double self = plain_kernel(k, r, i, i);

		w[i >= m] += wi;
		w2[i >= m] += wi * wi;
		d[i >= m] += wi * self;
		d2[i >= m] += wi * wi * self;
		for (size_t j = 0; j < r->n; j++)
			s[i >= m][j >= m] += (long double) wi * ms_rows_weight(r, j) * plain_kernel(k, r, i, j);
	}
	for (int side = 0; side < 2; side++)
		pairs[side] = importance ? w[side] * w[side] - w2[side] : w[side] * (w[side] - 1);
	e.v =
		(double) (s[0][0] / (w[0] * w[0]) + s[1][1] / (w[1] * w[1]) - 2 * s[0][1] / (w[0] * w[1]));
	e.u = (double) ((s[0][0] - (importance ? d2 : d)[0]) / pairs[0] +
					(s[1][1] - (importance ? d2 : d)[1]) / pairs[1] - 2 * s[0][1] / (w[0] * w[1]));
	e.block[0] = (double) s[0][0];
	e.block[1] = (double) s[0][1];
	e.block[2] = (double) s[1][1];
	return e;
}

TEST(any_kernel)
{
	for (int kind = MS_KERNEL_GAUSSIAN; kind <= MS_KERNEL_POLYNOMIAL; kind++)
	{
		for (int t = 0; t < 4; t++)
		{
			ms_rows r = normal_rows(x, 500, 3, 220, 0.4, (uint64_t) kind, t & 1);
			ms_kernel k = ms_kernel_of((ms_kernel_kind) kind, 1.3);
			ms_mmd_estimate wanted = plain(&r, 220, &k, t & 2);
			ms_mmd_estimate e;
			host h;

			host_init(&h);
			CHECK_INT(estimate_of(&h, &r, 220, &k, t & 2, NULL, &e), MS_OK);
			CHECK_NEAR(e.v / wanted.v, 1, 1e-12);
			CHECK_NEAR(e.u / wanted.u, 1, 1e-11);
			for (int b = 0; b < 3; b++)
				CHECK_NEAR(e.block[b] / wanted.block[b], 1, 1e-13);
		}
	}
}

/* The rows with each repeated as often as it weighs. */
static ms_rows
repeated(const ms_rows *r, double *out, size_t m, size_t *new_m)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
	{
		if (i == m)
			*new_m = n;
		for (int c = 0; c < (int) ms_rows_weight(r, i); c++)
			memcpy(out + r->d * n++, r->x + i * r->stride, r->d * sizeof(double));
	}
	return (ms_rows){out, NULL, n, r->d, r->d};
}

TEST(weights_are_repeated_rows)
{
	ms_rows r = normal_rows(x, 300, 2, 130, 0.4, 5, true);
	size_t m;
	ms_rows copies = repeated(&r, y, 130, &m);

	for (int kind = MS_KERNEL_GAUSSIAN; kind <= MS_KERNEL_POLYNOMIAL; kind++)
	{
		ms_kernel k = ms_kernel_of((ms_kernel_kind) kind, 1);
		ms_mmd_estimate a = estimate(&r, 130, &k, NULL);
		ms_mmd_estimate b = estimate(&copies, m, &k, NULL);

		CHECK_NEAR(a.v / b.v, 1, 1e-12);
		CHECK_NEAR(a.u / b.u, 1, 1e-12);
		CHECK_NEAR(a.std_error / b.std_error, 1, 1e-12);
	}
	CHECK_BITS(median(&r, 0), median(&copies, 0));
}

/* Weights that are all equal are none, whatever they are, where they are importance. */
TEST(importance_has_no_unit)
{
	ms_rows r = normal_rows(x, 200, 2, 90, 0.4, 5, true);
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1);
	ms_rows bare = r;
	ms_mmd_estimate weighted, plain_rows;
	host h;

	bare.w = NULL;
	for (size_t i = 0; i < r.n; i++)
		x[i * r.stride + 2] = 0.37;
	host_init(&h);
	CHECK_INT(estimate_of(&h, &r, 90, &k, true, NULL, &weighted), MS_OK);
	plain_rows = estimate(&bare, 90, &k, NULL);
	CHECK_NEAR(weighted.v, plain_rows.v, 1e-14);
	CHECK_NEAR(weighted.u, plain_rows.u, 1e-14);
	CHECK_NEAR(weighted.std_error, plain_rows.std_error, 1e-14);
}

/* --- laws ----------------------------------------------------------------------------------- */

static void
scale_and_shift(const ms_rows *r, double factor, double shift)
{
	for (size_t i = 0; i < r->n * r->stride; i++)
		x[i] = x[i] * factor + shift;
}

/* U, and se, of the two samples in the other order; V of a sample against itself. */
TEST(symmetry)
{
	for (int kind = MS_KERNEL_GAUSSIAN; kind <= MS_KERNEL_POLYNOMIAL; kind++)
	{
		ms_rows r = normal_rows(x, 300, 2, 130, 0.4, 5, false);
		ms_kernel k = ms_kernel_of((ms_kernel_kind) kind, 1);
		ms_mmd_estimate a = estimate(&r, 130, &k, NULL);
		ms_mmd_estimate b;

		memcpy(y, x + 260, 340 * sizeof(double));
		memcpy(y + 340, x, 260 * sizeof(double));
		r.x = y;
		b = estimate(&r, 170, &k, NULL);
		CHECK_NEAR(a.v / b.v, 1, 1e-12);
		CHECK_NEAR(a.u / b.u, 1, 1e-11);
		CHECK_NEAR(a.std_error, b.std_error, 1e-13);
		CHECK(a.v >= 0);
		memcpy(y, y + 340, 260 * sizeof(double));
		memcpy(y + 260, y, 260 * sizeof(double));
		r.n = 260;
		CHECK_NEAR(estimate(&r, 130, &k, NULL).v / a.scale, 0, 1e-15);
	}
}

TEST(invariance)
{
	for (int kind = MS_KERNEL_GAUSSIAN; kind <= MS_KERNEL_ENERGY; kind++)
	{
		ms_rows r = normal_rows(x, 300, 2, 130, 0.4, 5, false);
		ms_kernel k = ms_kernel_of((ms_kernel_kind) kind, 1);
		ms_mmd_estimate a = estimate(&r, 130, &k, NULL);

		scale_and_shift(&r, 1, 1e6);
		/* the rows themselves have lost 1e-10 */
		CHECK_NEAR(estimate(&r, 130, &k, NULL).v / a.v, 1, 1e-8);
		r = normal_rows(x, 300, 2, 130, 0.4, 5, false);
		for (size_t i = 0; i < 300; i++)
		{
			double u = x[2 * i];

			x[2 * i] = 0.6 * u - 0.8 * x[2 * i + 1];
			x[2 * i + 1] = 0.8 * u + 0.6 * x[2 * i + 1];
		}
		CHECK_NEAR(estimate(&r, 130, &k, NULL).v / a.v, 1, 1e-11);
	}
}

TEST(energy_scales)
{
	ms_rows r = normal_rows(x, 300, 2, 130, 0.4, 5, false);
	ms_kernel k = ms_kernel_of(MS_KERNEL_ENERGY, 0);
	double v = estimate(&r, 130, &k, NULL).v;

	scale_and_shift(&r, -3, 0);
	CHECK_NEAR(estimate(&r, 130, &k, NULL).v / v, 3, 1e-12);
	r = normal_rows(x, 300, 2, 130, 0.4, 5, false);
	k.exponent = 1.5;
	v = estimate(&r, 130, &k, NULL).v;
	scale_and_shift(&r, 4, 0);
	CHECK_NEAR(estimate(&r, 130, &k, NULL).v / v, 8, 1e-12);
}

TEST(doubled_rows)
{
	ms_rows r = normal_rows(x, 200, 2, 90, 0.4, 5, false);
	ms_kernel k = ms_kernel_of(MS_KERNEL_LAPLACE, 1);
	ms_mmd_estimate a = estimate(&r, 90, &k, NULL);
	ms_mmd_estimate b;

	for (size_t i = 0; i < 400; i++)
		memcpy(y + 2 * i, x + 2 * (i / 2), 2 * sizeof(double));
	r.x = y;
	r.n = 400;
	b = estimate(&r, 180, &k, NULL);
	CHECK_NEAR(a.v / b.v, 1, 1e-12);
	CHECK(fabs(a.u - b.u) > 1e-3);
}

TEST(mixtures_add_up)
{
	ms_rows r = normal_rows(x, 200, 3, 90, 0.4, 5, false);
	ms_kernel k = ms_kernel_of(MS_KERNEL_MATERN52, 0.5);
	ms_kernel one = ms_kernel_of(MS_KERNEL_MATERN52, 2);
	double v = estimate(&r, 90, &k, NULL).v + estimate(&r, 90, &one, NULL).v;

	k.bandwidths = 2;
	k.bandwidth[1] = 2;
	CHECK_NEAR(estimate(&r, 90, &k, NULL).v / v, 1, 1e-12);
}

/* Two clusters a million apart, differences within them: no digit is lost. */
TEST(far_clusters)
{
	ms_rows r = normal_rows(x, 200, 20, 100, 0.5, 5, false);
	ms_kernel k = ms_kernel_of(MS_KERNEL_LAPLACE, 2);
	ms_mmd_estimate wanted;

	static double far[200 * 20];

	memcpy(far, x, sizeof(far));
	for (size_t i = 0; i < 200; i += 2)
		far[i * 20] += i % 4 ? 0x1p20 : -0x1p20;
	r.x = far;
	wanted = plain(&r, 100, &k, false);
	CHECK_NEAR(estimate(&r, 100, &k, NULL).v / wanted.v, 1, 1e-12);
}

TEST(degenerate)
{
	double same[] = {5, 5, 5, 5};
	ms_rows r = {same, NULL, 4, 1, 1};
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1);
	ms_mmd_estimate e = estimate(&r, 2, &k, NULL);
	host h;

	CHECK_BITS(e.v, 0);
	CHECK_BITS(e.u, 0);
	CHECK_BITS(e.std_error, 0);
	CHECK_BITS(median(&r, 0), 0);
	e = estimate(&r, 1, &k, NULL);
	CHECK_BITS(e.v, 0);
	CHECK(isnan(e.u) && isnan(e.std_error));
	host_init(&h);
	CHECK_INT(estimate_of(&h, &r, 0, &k, false, NULL, &e), MS_TOO_FEW);
	CHECK_INT(estimate_of(&h, &r, 4, &k, false, NULL, &e), MS_TOO_FEW);
	CHECK_STR(h.ctx.facts.what, "rows");
}

/* --- closed forms of populations ------------------------------------------------------------ */

/* U within 4 standard errors of the truth. */
static void
near_truth(size_t d, double shift, double spread, ms_kernel k, double truth)
{
	ms_rows r = normal_rows(x, MOST, d, MOST / 2, shift, 11, false);
	ms_mmd_estimate e;

	for (size_t i = 0; i < MOST / 2 * d; i++)
		x[i] *= spread;
	e = estimate(&r, MOST / 2, &k, NULL);
	CHECK_NEAR((e.u - truth) / e.std_error, 0, 3);
	CHECK(e.std_error < 0.5 * truth + 0.02);
}

TEST(populations)
{
	near_truth(1, 1, 1, ms_kernel_of(MS_KERNEL_GAUSSIAN, 1), 0.177267634920);
	near_truth(1, 0.5, 1, ms_kernel_of(MS_KERNEL_GAUSSIAN, 1), 0.047123955848);
	near_truth(1, 0, 2, ms_kernel_of(MS_KERNEL_GAUSSIAN, 1), 0.094187021595);
	near_truth(5, 0.5, 1, ms_kernel_of(MS_KERNEL_GAUSSIAN, 1), 0.005235995094);
	near_truth(5, 0.5, 1, ms_kernel_of(MS_KERNEL_GAUSSIAN, sqrt(5)), 0.015263355532);
	near_truth(1, 1, 1, ms_kernel_of(MS_KERNEL_ENERGY, 0), 0.541806579306);
	near_truth(1, 1, 1, ms_kernel_of(MS_KERNEL_LAPLACE, 1), 0.125216055966);
}

/* The interval u +- 1.96 se covers the truth as often as mmd.md, 5.1, found. */
TEST(coverage)
{
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1);
	int covered = 0;

	for (uint64_t seed = 0; seed < 400; seed++)
	{
		ms_rows r = normal_rows(x, 100, 1, 50, 1, 1000 + seed, false);
		ms_mmd_estimate e = estimate(&r, 50, &k, NULL);

		covered += fabs(e.u - 0.177267634920) < 1.959964 * e.std_error;
	}
	/* 0.919 of 400, and 3 standard deviations */
	CHECK(covered > 351 && covered < 384);
}

/* --- a line --------------------------------------------------------------------------------- */

static uint32_t order[MOST];

static int
by_value(const void *a, const void *b)
{
	double u = x[*(const uint32_t *) a * 2];
	double v = x[*(const uint32_t *) b * 2];

	return (u > v) - (u < v);
}

/* Weighted numbers with ties, in steps of 1/8, and their order. */
static ms_rows
line_rows(size_t n, bool ties)
{
	ms_rows r = normal_rows(x, n, 1, n / 2, 0.3, 9, true);

	for (size_t i = 0; i < n; i++)
	{
		x[2 * i] = ties ? round(8 * x[2 * i]) / 8 : x[2 * i];
		order[i] = (uint32_t) i;
	}
	qsort(order, n, sizeof(order[0]), by_value);
	return r;
}

TEST(sweeps)
{
	const ms_kernel_kind kinds[] = {MS_KERNEL_LAPLACE, MS_KERNEL_MATERN32, MS_KERNEL_MATERN52,
									MS_KERNEL_ENERGY};

	for (int t = 0; t < 16; t++)
	{
		ms_rows r = line_rows(t & 4 ? 37 : 700, t & 8);
		size_t m = r.n / 3;
		ms_kernel k = ms_kernel_of(kinds[t % 4], 0.3);
		ms_mmd_estimate a, b;

		if (k.kind != MS_KERNEL_ENERGY)
		{
			k.bandwidths = 2;
			k.bandwidth[1] = 1e-4;
		}
		a = estimate(&r, m, &k, order);
		b = estimate(&r, m, &k, NULL);
		CHECK_NEAR(a.v / b.v, 1, 1e-12);
		CHECK_NEAR(a.u / b.u, 1, 1e-11);
		CHECK_NEAR(a.std_error / b.std_error, 1, 1e-12);
	}
}

/* Kernels that have no sweep go the other way. */
TEST(no_sweep)
{
	ms_rows r = line_rows(100, false);
	ms_kernel k = ms_kernel_of(MS_KERNEL_ENERGY, 0);
	ms_mmd_estimate a, b;

	k.exponent = 0.5;
	a = estimate(&r, 40, &k, order);
	b = estimate(&r, 40, &k, NULL);
	CHECK_BITS(a.v, b.v);
}

/* --- bandwidths ----------------------------------------------------------------------------- */

TEST(medians)
{
	double few[] = {0, 0, 0, 0, 1, 3};
	ms_rows r = {few, NULL, 6, 1, 1};
	double exact, sampled;

	/* 0 (6 times), 1 and 3 (4 times each), 2: of 15 the eighth */
	CHECK_NEAR(median(&r, 0), 1, 0);
	r.n = 5;
	/* 6 of 10 are 0, so those that are not decide */
	CHECK_NEAR(median(&r, 0), 1, 0);
	few[0] = 1;
	few[1] = 7;
	r.n = 1;
	CHECK_NEAR(median(&r, 0), 0, 0);
	r.n = 3;
	CHECK_NEAR(median(&r, 0), 6, 0); /* 1, 6, 7 */
	r = normal_rows(x, MOST, 2, MOST, 0, 3, false);
	exact = median(&r, 0);
	r = normal_rows(x, MOST, 2, MOST, 0, 3, true);
	for (size_t i = 0; i < MOST; i++)
		x[3 * i + 2] = 2;
	sampled = median(&r, 1);
	CHECK_NEAR(sampled / exact, 1, 0.02);
	CHECK(sampled != median(&r, 2));
	for (size_t i = 0; i < MOST; i++)
		x[3 * i + 2] = 0.5;
	CHECK_NEAR(median(&r, 1) / exact, 1, 0.02);
}

TEST(collections)
{
	ms_rows r = normal_rows(x, 300, 2, 300, 0, 3, false);
	double out[10];
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_bandwidth_collection(&h.ctx, &arena, &r, 0, 10, out), MS_OK);
	for (int l = 1; l < 9; l++)
		CHECK_NEAR(out[l] * out[l], out[l - 1] * out[l + 1], 1e-12);
	/* the quantile of the distance of two standard normals: |x - y|^2 / 2 is chi2 with 2 */
	CHECK_NEAR(out[0], sqrt(-4 * log(0.95)) / 2, 0.02);
	CHECK(out[9] > 8 && out[9] < 20);
	r.n = 1;
	CHECK_INT(ms_bandwidth_collection(&h.ctx, &arena, &r, 0, 10, out), MS_OK);
	CHECK_BITS(out[9], 0);
	ms_arena_free(&arena);
}

/* --- linear and block ----------------------------------------------------------------------- */

typedef enum how
{
	LINEAR,
	BLOCK
} how;

static ms_status
parts_of(host *h, const ms_rows *r, size_t m, const ms_kernel *k, how which, size_t block,
		 bool shuffle, uint64_t seed, ms_mmd_parts *out)
{
	ms_mmd_copies copies;
	ms_status status;
	ms_arena arena;
	ms_mmd mmd;

	ms_arena_init(&arena, &h->ctx);
	status = ms_mmd_new(&h->ctx, &arena, r, m, k, false, NULL, &mmd);
	if (status == MS_OK)
		status = ms_mmd_copies_of(&h->ctx, &arena, &mmd, &copies);
	if (status == MS_OK && shuffle)
		ms_mmd_shuffle(&copies, seed);
	if (status == MS_OK)
		status = which == LINEAR ? ms_mmd_linear(&h->ctx, &arena, &mmd, &copies, out)
								 : ms_mmd_block(&h->ctx, &arena, &mmd, &copies, block, out);
	ms_arena_free(&arena);
	return status;
}

static ms_mmd_parts
parts(const ms_rows *r, size_t m, const ms_kernel *k, how which, size_t block, bool shuffle,
	  uint64_t seed)
{
	ms_mmd_parts out = {0};
	host h;

	host_init(&h);
	CHECK_INT(parts_of(&h, r, m, k, which, block, shuffle, seed, &out), MS_OK);
	CHECK_INT(h.live, 0);
	return out;
}

/* D2's first 40 rows of X against the 40 of Y, in their order. */
TEST(parts_reference)
{
	ms_rows r = d2_rows();
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 0.5);
	ms_mmd_parts p;

	memmove(D2 + 80, D2 + 100, 80 * sizeof(double));
	r.n = 80;
	p = parts(&r, 40, &k, LINEAR, 0, false, 0);
	CHECK_NEAR(p.mean, -0.0876446197, 1e-10);
	/* where mmd.md has .0659817346, numpy, too, has this */
	CHECK_NEAR(p.std_error, .06598173331828988, 1e-14);
	CHECK_INT(p.parts, 20);
	p = parts(&r, 40, &k, BLOCK, 8, false, 0);
	CHECK_NEAR(p.mean, -0.0477663397, 1e-10);
	CHECK_INT(p.parts, 5);
}

TEST(parts_degenerate)
{
	double same[] = {5, 5, 5, 5, 5, 5, 5, 5};
	ms_rows r = {same, NULL, 8, 1, 1};
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1);
	ms_mmd_parts p = parts(&r, 4, &k, LINEAR, 0, false, 0);
	host h;

	CHECK_BITS(p.mean, 0);
	CHECK_NEAR(p.p_value, 0.5, 0);
	CHECK_NEAR(parts(&r, 4, &k, BLOCK, 2, false, 0).p_value, 0.5, 0);
	CHECK_INT(parts(&r, 4, &k, BLOCK, 3, false, 0).parts, 1);
	CHECK(isnan(parts(&r, 4, &k, BLOCK, 3, false, 0).mean));
	CHECK(isnan(parts(&r, 3, &k, LINEAR, 0, false, 0).p_value));
	CHECK_INT(parts(&r, 1, &k, BLOCK, 0, false, 0).parts, 0);
	host_init(&h);
	CHECK_INT(parts_of(&h, &r, 4, &k, BLOCK, 1, false, 0, &p), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "block");
}

/* Rows of weight w are w rows, bit for bit; and weights that are none are refused. */
TEST(parts_weighted)
{
	ms_rows r = normal_rows(x, 300, 2, 130, 0.4, 5, true);
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1);
	size_t m;
	ms_rows copies = repeated(&r, y, 130, &m);
	ms_mmd_parts p;
	host h;

	for (how which = LINEAR; which <= BLOCK; which++)
	{
		ms_mmd_parts a = parts(&r, 130, &k, which, 0, true, 4);
		ms_mmd_parts b = parts(&copies, m, &k, which, 0, true, 4);

		CHECK_BITS(a.mean, b.mean);
		CHECK_BITS(a.p_value, b.p_value);
	}
	x[2] = 1.5;
	host_init(&h);
	CHECK_INT(parts_of(&h, &r, 130, &k, LINEAR, 0, true, 4, &p), MS_BAD_WEIGHT);
	CHECK_STR(h.ctx.facts.what, "frequency");
	CHECK_INT(h.ctx.facts.index, 1);
}

/* Two equal samples that come sorted: in order both reject every time, shuffled they do not. */
TEST(sorted_rows)
{
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1);
	int rejected[2][2] = {{0}};

	for (uint64_t seed = 0; seed < 100; seed++)
	{
		ms_rows r = normal_rows(x, 400, 1, 200, 0, 100 + seed, false);

		for (int side = 0; side < 2; side++)
		{
			for (size_t i = 0; i < 200; i++)
			{
				for (size_t j = i; j > 0 && x[200 * side + j - 1] > x[200 * side + j]; j--)
				{
					double held = x[200 * side + j];

					x[200 * side + j] = x[200 * side + j - 1];
					x[200 * side + j - 1] = held;
				}
			}
		}
		for (int shuffle = 0; shuffle < 2; shuffle++)
		{
			rejected[LINEAR][shuffle] +=
				parts(&r, 200, &k, LINEAR, 0, shuffle, seed).p_value <= 0.05;
			rejected[BLOCK][shuffle] += parts(&r, 200, &k, BLOCK, 0, shuffle, seed).p_value <= 0.05;
		}
	}
	CHECK(rejected[LINEAR][0] > 90 && rejected[BLOCK][0] > 70);
	CHECK(rejected[LINEAR][1] <= 12);
	CHECK(rejected[BLOCK][1] <= 12);
}

/* --- many samples --------------------------------------------------------------------------- */

TEST(matrix)
{
	ms_rows r = normal_rows(x, 300, 3, 130, 0.7, 5, true);
	ms_kernel k = ms_kernel_of(MS_KERNEL_ENERGY, 0);
	size_t begin[] = {0, 60, 130, 300};
	double out[9];
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_mmd_matrix(&h.ctx, &arena, &r, &k, begin, 3, out), MS_OK);
	for (size_t g = 0; g < 3; g++)
	{
		for (size_t e = 0; e < g; e++)
		{
			size_t m = begin[e + 1] - begin[e];
			size_t n = begin[g + 1] - begin[g];
			ms_rows two = r;

			memcpy(y, x + 4 * begin[e], 4 * m * sizeof(double));
			memcpy(y + 4 * m, x + 4 * begin[g], 4 * n * sizeof(double));
			two = (ms_rows){y, y + 3, m + n, 3, 4};
			CHECK_NEAR(out[3 * g + e] / estimate(&two, m, &k, NULL).v, 1, 1e-12);
			CHECK_BITS(out[3 * g + e], out[3 * e + g]);
		}
		CHECK_BITS(out[4 * g], 0);
	}
	begin[1] = 0;
	CHECK_INT(ms_mmd_matrix(&h.ctx, &arena, &r, &k, begin, 3, out), MS_TOO_FEW);
	CHECK_INT(h.ctx.facts.index, 1);
	ms_arena_free(&arena);
}

/* --- stop and refuse ------------------------------------------------------------------------ */

static ms_status
all_of_it(host *h, const ms_rows *r, const ms_kernel *k, const uint32_t *at)
{
	ms_mmd_copies copies;
	ms_mmd_estimate e;
	ms_mmd_parts p;
	ms_status status;
	ms_arena arena;
	ms_mmd mmd;
	double s[4];

	ms_arena_init(&arena, &h->ctx);
	status = ms_mmd_new(&h->ctx, &arena, r, r->n / 2, k, false, at, &mmd);
	if (status == MS_OK)
		status = ms_mmd_estimate_of(&h->ctx, &arena, &mmd, &e);
	if (status == MS_OK)
		status = ms_mmd_copies_of(&h->ctx, &arena, &mmd, &copies);
	if (status == MS_OK)
		status = ms_mmd_linear(&h->ctx, &arena, &mmd, &copies, &p);
	if (status == MS_OK)
		status = ms_mmd_block(&h->ctx, &arena, &mmd, &copies, 0, &p);
	if (status == MS_OK)
		status = ms_mmd_matrix(&h->ctx, &arena, r, k, (size_t[]){0, 20, r->n}, 2, s);
	if (status == MS_OK)
		status = ms_bandwidth_median(&h->ctx, &arena, r, 0, s);
	if (status == MS_OK)
		status = ms_bandwidth_collection(&h->ctx, &arena, r, 0, 4, s);
	ms_arena_free(&arena);
	return status;
}

TEST(stop_and_refuse)
{
	ms_kernel k = ms_kernel_of(MS_KERNEL_LAPLACE, 1);
	ms_rows r = normal_rows(x, 800, 4, 400, 0, 3, false);
	ms_status status;
	host h;

	HOST_EVERY(h, status, all_of_it(&h, &r, &k, NULL));
	CHECK(h.polls > 2);
	r = line_rows(600, true);
	HOST_EVERY(h, status, all_of_it(&h, &r, &k, order));
}

int
main(void)
{
	RUN(d1);
	RUN(d2);
	RUN(median_bandwidth);
	RUN(any_kernel);
	RUN(weights_are_repeated_rows);
	RUN(importance_has_no_unit);
	RUN(symmetry);
	RUN(invariance);
	RUN(energy_scales);
	RUN(doubled_rows);
	RUN(mixtures_add_up);
	RUN(far_clusters);
	RUN(degenerate);
	RUN(populations);
	RUN(coverage);
	RUN(sweeps);
	RUN(no_sweep);
	RUN(medians);
	RUN(collections);
	RUN(parts_reference);
	RUN(parts_degenerate);
	RUN(parts_weighted);
	RUN(sorted_rows);
	RUN(matrix);
	RUN(stop_and_refuse);
	return unit_done();
}
