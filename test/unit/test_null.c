/*
 * test_null.c: labellings against estimates of relabelled rows; p-values against mmd.md, 13, all
 * 35 splits of D1, and each other; level and power (mmd.md, 5.3).
 */
#include "core/mmd/null.h"

#include "core/mmd/bandwidth.h"
#include "mmd_data.h"

#define MOST 700

static double x[MOST * 12];
static double y[MOST * 12];
static unsigned char label[MOST];
static uint32_t order[MOST];

/* A comparison ready for tests; label holds the observed labels. */
typedef struct fixture
{
	host h;
	ms_arena arena;
	ms_rows rows;
	ms_mmd mmd;
	ms_labels labels;
} fixture;

static void
fixture_new(fixture *f, ms_rows r, size_t m, ms_kernel k, const uint32_t *at)
{
	host_init(&f->h);
	ms_arena_init(&f->arena, &f->h.ctx);
	f->rows = r;
	for (size_t i = 0; i < r.n; i++)
		label[i] = i >= m;
	f->labels = (ms_labels){.n = r.n, .label = label, .exchange = MS_EXCHANGE_ROWS};
	CHECK_INT(ms_mmd_new(&f->h.ctx, &f->arena, &r, m, &k, false, at, &f->mmd), MS_OK);
}

static void
fixture_free(fixture *f)
{
	ms_arena_free(&f->arena);
	CHECK_INT(f->h.live, 0);
}

static ms_mmd_estimate
estimate(fixture *f)
{
	ms_mmd_estimate e = {0};

	CHECK_INT(ms_mmd_estimate_of(&f->h.ctx, &f->arena, &f->mmd, &e), MS_OK);
	return e;
}

/* --- labellings ----------------------------------------------------------------------------- */

/* V of rows sorted by a labelling. */
static double
relabelled(const ms_rows *r, const unsigned char *labels, const ms_kernel *k)
{
	ms_mmd_estimate e;
	size_t n = 0, m = 0;
	ms_rows sorted = *r;
	fixture f;

	for (int side = 0; side < 2; side++)
	{
		for (size_t i = 0; i < r->n; i++)
		{
			if (labels[i] == side)
				memcpy(y + r->stride * n++, r->x + i * r->stride, r->stride * sizeof(double));
		}
		m = side == 0 ? n : m;
	}
	sorted.x = y;
	sorted.w = r->w ? y + r->d : NULL;
	fixture_new(&f, sorted, m, *k, NULL);
	e = estimate(&f);
	fixture_free(&f);
	return e.v;
}

static void
random_labels(unsigned char *labels, size_t n, size_t count, uint64_t seed)
{
	ms_rng rng;

	ms_rng_init(&rng, seed, 5);
	for (size_t i = 0; i < n * count; i++)
		labels[i] = ms_rng_below(&rng, 3) > 0;
}

static int
by_value(const void *a, const void *b)
{
	double u = x[*(const uint32_t *) a * 2];
	double v = x[*(const uint32_t *) b * 2];

	return (u > v) - (u < v);
}

/* Several kernels at once, with weights, over one tile and over several, more than one dgemm. */
TEST(labellings)
{
	static unsigned char labels[70 * 500];
	static double out[3 * 70];

	for (int t = 0; t < 4; t++)
	{
		ms_rows r = normal_rows(x, t & 1 ? 500 : 31, t & 2 ? 1 : 3, 200, 0.4, 8, true);
		ms_kernel k[] = {ms_kernel_of(MS_KERNEL_GAUSSIAN, 1), ms_kernel_of(MS_KERNEL_POLYNOMIAL, 0),
						 ms_kernel_of(MS_KERNEL_MATERN52, 0.6)};
		ms_mmd_labelling *of;
		fixture f;

		for (size_t i = 0; i < r.n; i++)
			order[i] = (uint32_t) i;
		if (r.d == 1)
			qsort(order, r.n, sizeof(order[0]), by_value);
		fixture_new(&f, r, 20, k[0], order);
		CHECK_INT(ms_mmd_labelling_new(&f.h.ctx, &f.arena, &f.mmd, k, 3, 70, &of), MS_OK);
		random_labels(labels, r.n, 70, (uint64_t) t);
		memset(labels + 2 * r.n, 1, r.n);
		memset(labels + 3 * r.n, 0, r.n);
		CHECK_INT(ms_mmd_labelled(&f.h.ctx, of, labels, 70, out), MS_OK);
		for (size_t l = 0; l < 3; l++)
		{
			CHECK(isnan(out[70 * l + 2]) && isnan(out[70 * l + 3]));
			for (size_t b = 4; b < 70; b += 13)
			{
				double v = relabelled(&r, labels + b * r.n, &k[l]);

				CHECK_NEAR(out[70 * l + b] / v, 1, 1e-11);
			}
		}
		fixture_free(&f);
	}
	CHECK_INT(ms_mmd_batch(1), 1024);
	CHECK_INT(ms_mmd_batch(1 << 17), 512);
	CHECK_INT(ms_mmd_batch((size_t) 1 << 40), 32);
}

/* --- permutation and its moments ------------------------------------------------------------ */

static ms_permutation
permute(fixture *f, int64_t replicates, uint64_t seed)
{
	ms_exchange_options o = {replicates, seed, ms_mmd_batch(f->rows.n), estimate(f).scale};
	ms_mmd_labelling *of;
	ms_permutation p = {0};

	CHECK_INT(ms_mmd_labelling_new(&f->h.ctx, &f->arena, &f->mmd, &f->mmd.kernel, 1, o.batch, &of),
			  MS_OK);
	CHECK_INT(ms_exchange_test(&f->h.ctx, &f->arena, &f->labels, ms_mmd_labelled, of, &o, &p),
			  MS_OK);
	return p;
}

static ms_gamma_test
gamma_test(fixture *f)
{
	ms_mmd_estimate e = estimate(f);
	ms_gamma_test g = {0};

	CHECK_INT(ms_mmd_gamma(&f->h.ctx, &f->arena, &f->mmd, &e, &g), MS_OK);
	return g;
}

static ms_mmd_aggregate
aggregate(fixture *f, const ms_kernel *k, size_t n_kernels, int64_t replicates, uint64_t seed)
{
	ms_exchange_options o = {replicates, seed, 1, 0};
	ms_mmd_aggregate a = {0};

	CHECK_INT(
		ms_mmd_aggregate_of(&f->h.ctx, &f->arena, &f->mmd, k, n_kernels, NULL, &f->labels, &o, &a),
		MS_OK);
	return a;
}

/* The moments are those of all 35 splits, which the permutation test enumerates. */
TEST(all_splits)
{
	for (int kind = MS_KERNEL_GAUSSIAN; kind <= MS_KERNEL_POLYNOMIAL; kind++)
	{
		ms_gamma_test g;
		ms_permutation p;
		fixture f;

		fixture_new(&f, d1_rows(), 3, ms_kernel_of((ms_kernel_kind) kind, 1), NULL);
		g = gamma_test(&f);
		p = permute(&f, 35, 0);
		CHECK(p.exact);
		CHECK_INT(p.replicates, 35);
		CHECK_NEAR(g.null_mean / p.null_mean, 1, 1e-12);
		/* the moments are of the population of 35, the other with divisor 34 */
		CHECK_NEAR(g.null_sd / (p.null_sd * sqrt(34.0 / 35)), 1, 1e-12);
		CHECK_NEAR(g.statistic, p.statistic, 1e-12 * fabs(g.statistic));
		fixture_free(&f);
	}
}

TEST(d2_reference)
{
	ms_gamma_test g;
	ms_permutation p;
	fixture f;

	fixture_new(&f, d2_rows(), 50, ms_kernel_of(MS_KERNEL_GAUSSIAN, 0.5), NULL);
	g = gamma_test(&f);
	CHECK_NEAR(g.null_mean, 0.0177460401318930, 1e-15);
	CHECK_NEAR(g.null_sd * g.null_sd / 1.808669565950845e-4, 1, 1e-12);
	CHECK_NEAR(g.p_value, 0.31825, 5e-6);
	p = permute(&f, 19999, 1);
	CHECK_NEAR(p.p_value, 0.3011, 0.013); /* 4 standard errors */
	CHECK_NEAR(p.null_mean, g.null_mean, 4 * g.null_sd / sqrt(19999));
	CHECK_NEAR(p.null_sd / g.null_sd, 1, 0.05);
	fixture_free(&f);
}

/* R's eqdist.etest: p about 0.37. */
TEST(energy_permutation)
{
	fixture f;

	fixture_new(&f, d2_rows(), 50, ms_kernel_of(MS_KERNEL_ENERGY, 0), NULL);
	CHECK_NEAR(permute(&f, 9999, 1).p_value, 0.37, 0.025);
	fixture_free(&f);
}

TEST(gamma_of_weights)
{
	ms_rows r = normal_rows(x, 200, 2, 90, 0.4, 5, true);
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1);
	size_t n = 0, m = 0;
	ms_gamma_test a, b;
	fixture f;

	for (size_t i = 0; i < r.n; i++)
	{
		m = i == 90 ? n : m;
		for (int c = 0; c < (int) x[3 * i + 2]; c++)
			memcpy(y + 2 * n++, x + 3 * i, 2 * sizeof(double));
	}
	fixture_new(&f, r, 90, k, NULL);
	a = gamma_test(&f);
	fixture_free(&f);
	fixture_new(&f, (ms_rows){y, NULL, n, 2, 2}, m, k, NULL);
	b = gamma_test(&f);
	fixture_free(&f);
	CHECK_NEAR(a.null_mean / b.null_mean, 1, 1e-12);
	CHECK_NEAR(a.null_sd / b.null_sd, 1, 1e-12);
	CHECK_NEAR(a.p_value / b.p_value, 1, 1e-11);
}

/* Importance has no unit: what all weights are multiplied with changes nothing. */
TEST(gamma_of_importance)
{
	ms_rows r = normal_rows(x, 200, 2, 90, 0.4, 5, true);
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1);
	ms_gamma_test g[2];
	fixture f;

	for (int t = 0; t < 2; t++)
	{
		ms_mmd_estimate e;

		host_init(&f.h);
		ms_arena_init(&f.arena, &f.h.ctx);
		CHECK_INT(ms_mmd_new(&f.h.ctx, &f.arena, &r, 90, &k, true, NULL, &f.mmd), MS_OK);
		e = estimate(&f);
		CHECK_INT(ms_mmd_gamma(&f.h.ctx, &f.arena, &f.mmd, &e, &g[t]), MS_OK);
		fixture_free(&f);
		for (size_t i = 0; i < r.n; i++)
			x[3 * i + 2] *= 100;
	}
	CHECK_NEAR(g[0].p_value, g[1].p_value, 1e-12);
}

TEST(gamma_degenerate)
{
	double same[] = {5, 5, 5, 5, 5, 5};
	fixture f;

	fixture_new(&f, (ms_rows){same, NULL, 6, 1, 1}, 3, ms_kernel_of(MS_KERNEL_GAUSSIAN, 1), NULL);
	CHECK_NEAR(gamma_test(&f).p_value, 1, 0);
	CHECK_NEAR(permute(&f, 99, 0).p_value, 1, 0);
	CHECK_NEAR(aggregate(&f, &f.mmd.kernel, 1, 99, 0).p_value, 1, 0);
	fixture_free(&f);
	fixture_new(&f, (ms_rows){same, NULL, 3, 1, 1}, 2, ms_kernel_of(MS_KERNEL_GAUSSIAN, 1), NULL);
	CHECK(isnan(gamma_test(&f).p_value));
	fixture_free(&f);
}

/* --- split ---------------------------------------------------------------------------------- */

static ms_mmd_cross
cross(fixture *f, bool shuffle, uint64_t seed)
{
	ms_mmd_copies copies;
	ms_mmd_cross c = {0};

	CHECK_INT(ms_mmd_copies_of(&f->h.ctx, &f->arena, &f->mmd, &copies), MS_OK);
	if (shuffle)
		ms_mmd_shuffle(&copies, seed);
	CHECK_INT(ms_mmd_cross_of(&f->h.ctx, &f->arena, &f->mmd, &copies, &c), MS_OK);
	return c;
}

TEST(cross_reference)
{
	ms_mmd_cross c;
	fixture f;

	fixture_new(&f, d2_rows(), 50, ms_kernel_of(MS_KERNEL_GAUSSIAN, 0.5), NULL);
	c = cross(&f, false, 0);
	CHECK_NEAR(c.estimate, 0.0154498516696, 1e-13);
	CHECK_NEAR(c.z, 1.4337803, 5e-8);
	CHECK_NEAR(c.p_value, 0.0758175, 5e-8);
	CHECK_NEAR(c.z, c.estimate / c.std_error, 1e-14);
	c = cross(&f, true, 1);
	CHECK(fabs(c.z - cross(&f, true, 2).z) > 1e-6);
	CHECK_BITS(c.z, cross(&f, true, 1).z);
	fixture_free(&f);
}

TEST(cross_degenerate)
{
	double same[] = {5, 5, 5, 5, 5, 5, 5, 5};
	fixture f;

	fixture_new(&f, (ms_rows){same, NULL, 8, 1, 1}, 4, ms_kernel_of(MS_KERNEL_GAUSSIAN, 1), NULL);
	CHECK_NEAR(cross(&f, false, 0).estimate, 0, 0);
	CHECK(isnan(cross(&f, false, 0).p_value));
	fixture_free(&f);
	fixture_new(&f, (ms_rows){same, NULL, 8, 1, 1}, 5, ms_kernel_of(MS_KERNEL_GAUSSIAN, 1), NULL);
	CHECK(isnan(cross(&f, false, 0).estimate));
	fixture_free(&f);
}

/* --- several kernels ------------------------------------------------------------------------ */

/* Of one kernel it is the permutation test; of several the least adjusted p is the p-value. */
TEST(aggregates)
{
	ms_kernel k[] = {ms_kernel_of(MS_KERNEL_GAUSSIAN, 0.5), ms_kernel_of(MS_KERNEL_GAUSSIAN, 5),
					 ms_kernel_of(MS_KERNEL_LAPLACE, 0.1), ms_kernel_of(MS_KERNEL_ENERGY, 0)};
	ms_mmd_aggregate a;
	fixture f;

	fixture_new(&f, d2_rows(), 50, k[0], NULL);
	a = aggregate(&f, k, 1, 9999, 3);
	CHECK_NEAR(a.p_value, 0.3011, 0.03);
	CHECK_BITS(a.p_values[0], a.p_value);
	CHECK_NEAR(a.v[0], 2.088283616878e-02, 1e-13);
	a = aggregate(&f, k, 4, 999, 3);
	for (size_t l = 0; l < 4; l++)
	{
		CHECK(a.p_values[l] >= a.p_value);
		CHECK(a.p_values[l] <= 1);
	}
	CHECK_BITS(a.p_values[a.best], a.p_value);
	CHECK_NEAR(a.v[3], 2.344189955415e-02, 1e-13);
	CHECK_INT(a.replicates, 999);
	CHECK_NEAR(a.p_min, 1e-3, 0);
	fixture_free(&f);
}

/* All splits of D1: the p-value of one kernel is that of the permutation test. */
TEST(aggregate_exact)
{
	ms_kernel k = ms_kernel_of(MS_KERNEL_LAPLACE, 1);
	ms_mmd_aggregate a;
	fixture f;

	fixture_new(&f, d1_rows(), 3, k, NULL);
	a = aggregate(&f, &k, 1, 99, 3);
	CHECK(a.exact);
	CHECK_INT(a.replicates, 35);
	CHECK_NEAR(a.p_value, permute(&f, 99, 0).p_value, 1e-15);
	fixture_free(&f);
}

/* A fine difference that a wide kernel misses is found among kernels that miss it. */
TEST(aggregate_power)
{
	ms_kernel k[] = {ms_kernel_of(MS_KERNEL_GAUSSIAN, 100), ms_kernel_of(MS_KERNEL_GAUSSIAN, 10),
					 ms_kernel_of(MS_KERNEL_GAUSSIAN, 0.05)};
	ms_mmd_aggregate a;
	fixture f;

	/* X on a comb of pitch 1 / 2, Y uniform */
	for (int i = 0; i < 200; i++)
		x[i] = i < 100 ? (double) (i % 10) / 2 + 0.01 * fraction(0.618 * i)
					   : fraction(0.7548776662466927 * i) * 4.6;
	fixture_new(&f, (ms_rows){x, NULL, 200, 1, 1}, 100, k[0], NULL);
	CHECK(permute(&f, 499, 0).p_value > 0.05);
	a = aggregate(&f, k, 3, 499, 0);
	CHECK_NEAR(a.p_value, a.p_min, 0.005);
	CHECK_INT(a.best, 2);
	fixture_free(&f);
}

TEST(aggregate_refusals)
{
	ms_kernel k = ms_kernel_of(MS_KERNEL_LAPLACE, 1);
	ms_exchange_options o = {0, 0, 1, 0};
	double weight = 0;
	ms_mmd_aggregate a;
	fixture f;

	fixture_new(&f, d1_rows(), 3, k, NULL);
	CHECK_INT(ms_mmd_aggregate_of(&f.h.ctx, &f.arena, &f.mmd, &k, 1, NULL, &f.labels, &o, &a),
			  MS_BAD_ARGUMENT);
	o.replicates = 9;
	CHECK_INT(ms_mmd_aggregate_of(&f.h.ctx, &f.arena, &f.mmd, &k, 1, &weight, &f.labels, &o, &a),
			  MS_BAD_WEIGHT);
	CHECK_INT(ms_mmd_aggregate_of(&f.h.ctx, &f.arena, &f.mmd, &k, 0, NULL, &f.labels, &o, &a),
			  MS_TOO_FEW);
	k.bandwidth[0] = -1;
	CHECK_INT(ms_mmd_aggregate_of(&f.h.ctx, &f.arena, &f.mmd, &k, 1, NULL, &f.labels, &o, &a),
			  MS_BAD_ARGUMENT);
	fixture_free(&f);
}

/* --- level and power ------------------------------------------------------------------------ */

#define RUNS 300

/* Under the null p-values of 300 samples of 20 and 15 numbers are uniform: Kolmogorov's bound. */
TEST(uniform)
{
	int below[3][10] = {{0}};

	for (uint64_t seed = 0; seed < RUNS; seed++)
	{
		ms_kernel k[] = {ms_kernel_of(MS_KERNEL_GAUSSIAN, 1), ms_kernel_of(MS_KERNEL_LAPLACE, 0.2)};
		double p[3];
		fixture f;

		fixture_new(&f, normal_rows(x, 35, 1, 20, 0, 50 + seed, false), 20, k[0], NULL);
		p[0] = permute(&f, 99, seed).p_value;
		p[1] = aggregate(&f, k, 2, 99, seed).p_value;
		p[2] = gamma_test(&f).p_value;
		fixture_free(&f);
		for (int t = 0; t < 3; t++)
		{
			for (int q = 0; q < 10; q++)
				below[t][q] += p[t] <= (q + 1) / 10.0 + 1e-12;
		}
	}
	for (int t = 0; t < 3; t++)
	{
		/* 1.63 / sqrt(300): the 1% bound; the aggregate is discrete and may be conservative */
		for (int q = 0; q < 9; q++)
			CHECK_NEAR(below[t][q] / (double) RUNS, (q + 1) / 10.0, 0.094);
	}
}

/* Rejections at 5% of n = m = 100, in the order of the table of mmd.md, 5.3, within 4 errors. */
static void
rejections(size_t d, double shift, const double *wanted)
{
	int found[5] = {0};

	for (uint64_t seed = 0; seed < 100; seed++)
	{
		ms_rows r = normal_rows(x, 200, d, 100, shift, 7000 + 100 * d + seed, false);
		ms_mmd_copies copies;
		ms_mmd_parts parts;
		double s;
		fixture f;

		fixture_new(&f, r, 100, ms_kernel_of(MS_KERNEL_GAUSSIAN, 1), NULL);
		CHECK_INT(ms_bandwidth_median(&f.h.ctx, &f.arena, &r, seed, &s), MS_OK);
		f.mmd.kernel.bandwidth[0] = s;
		found[0] += permute(&f, 199, seed).p_value <= 0.05 + 1e-12;
		found[1] += gamma_test(&f).p_value <= 0.05;
		found[2] += cross(&f, true, seed).p_value <= 0.05;
		CHECK_INT(ms_mmd_copies_of(&f.h.ctx, &f.arena, &f.mmd, &copies), MS_OK);
		ms_mmd_shuffle(&copies, seed);
		CHECK_INT(ms_mmd_block(&f.h.ctx, &f.arena, &f.mmd, &copies, 0, &parts), MS_OK);
		found[3] += parts.p_value <= 0.05;
		CHECK_INT(ms_mmd_linear(&f.h.ctx, &f.arena, &f.mmd, &copies, &parts), MS_OK);
		found[4] += parts.p_value <= 0.05;
		fixture_free(&f);
	}
	for (int t = 0; t < 5; t++)
		CHECK_NEAR(found[t] / 100.0, wanted[t], 4 * sqrt(wanted[t] * (1 - wanted[t]) / 100));
}

TEST(level_and_power)
{
	rejections(1, 0, (double[]){.060, .059, .049, .021, .052});
	rejections(10, 0, (double[]){.049, .053, .053, .036, .062});
	rejections(1, 0.5, (double[]){.848, .857, .671, .295, .155});
	rejections(10, 0.5, (double[]){.629, .638, .465, .169, .091});
}

/* --- stop and refuse ------------------------------------------------------------------------ */

static ms_status
all_tests(host *h, const ms_rows *r, const uint32_t *at)
{
	ms_kernel k[] = {ms_kernel_of(MS_KERNEL_LAPLACE, 1), ms_kernel_of(MS_KERNEL_GAUSSIAN, 1)};
	ms_labels labels = {.n = r->n, .label = label, .exchange = MS_EXCHANGE_ROWS};
	ms_exchange_options o = {40, 0, 16, 0};
	ms_mmd_labelling *of;
	ms_mmd_copies copies;
	ms_mmd_aggregate a;
	ms_permutation p;
	ms_gamma_test g;
	ms_mmd_cross c;
	ms_mmd_estimate e;
	ms_status status;
	ms_arena arena;
	ms_mmd mmd;

	ms_arena_init(&arena, &h->ctx);
	status = ms_mmd_new(&h->ctx, &arena, r, r->n / 2, k, false, at, &mmd);
	if (status == MS_OK)
		status = ms_mmd_estimate_of(&h->ctx, &arena, &mmd, &e);
	if (status == MS_OK)
		status = ms_mmd_gamma(&h->ctx, &arena, &mmd, &e, &g);
	if (status == MS_OK)
		status = ms_mmd_copies_of(&h->ctx, &arena, &mmd, &copies);
	if (status == MS_OK)
		status = ms_mmd_cross_of(&h->ctx, &arena, &mmd, &copies, &c);
	if (status == MS_OK)
		status = ms_mmd_labelling_new(&h->ctx, &arena, &mmd, k, 1, o.batch, &of);
	if (status == MS_OK)
		status = ms_exchange_test(&h->ctx, &arena, &labels, ms_mmd_labelled, of, &o, &p);
	if (status == MS_OK)
		status = ms_mmd_aggregate_of(&h->ctx, &arena, &mmd, k, 2, NULL, &labels, &o, &a);
	ms_arena_free(&arena);
	return status;
}

TEST(stop_and_refuse)
{
	ms_rows r = normal_rows(x, 300, 4, 150, 0, 3, false);
	ms_status status;
	host h;

	for (size_t i = 0; i < 300; i++)
		label[i] = i >= 150;
	HOST_EVERY(h, status, all_tests(&h, &r, NULL));
	CHECK(h.polls > 2);
	r = normal_rows(x, 300, 1, 150, 0, 3, true);
	for (size_t i = 0; i < 300; i++)
		order[i] = (uint32_t) i;
	qsort(order, 300, sizeof(order[0]), by_value);
	HOST_EVERY(h, status, all_tests(&h, &r, order));
}

int
main(void)
{
	RUN(labellings);
	RUN(all_splits);
	RUN(d2_reference);
	RUN(energy_permutation);
	RUN(gamma_of_weights);
	RUN(gamma_of_importance);
	RUN(gamma_degenerate);
	RUN(cross_reference);
	RUN(cross_degenerate);
	RUN(aggregates);
	RUN(aggregate_exact);
	RUN(aggregate_power);
	RUN(aggregate_refusals);
	RUN(uniform);
	RUN(level_and_power);
	RUN(stop_and_refuse);
	return unit_done();
}
