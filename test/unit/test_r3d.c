/*
 * test_r3d.c: jumps of average quantile functions: the reference, exactness for polynomials,
 * bandwidths, projections, bands and their coverage.
 */
#include "core/transport/r3d.h"

#include <gsl/gsl_cdf.h>

#include "transport_data.h"

enum { N = 40, K = 5 };

static const double Q[K] = {.1, .25, .5, .75, .9};

/* Quantile of type 7 of n ascending values. */
static double
quantile7(const double *y, size_t n, double p)
{
	double at = p * (double) (n - 1);
	size_t i = (size_t) at;

	return i + 1 < n ? y[i] + (at - (double) i) * (y[i + 1] - y[i]) : y[n - 1];
}

/* distribution_regression.md, 9: 40 units of 9 outcomes, e_i = noise sin(7 i) */
static void
reference_data(double noise, double *records)
{
	for (int i = 1; i <= N; i++)
	{
		double x = -1 + 2 * (i - .5) / N;
		double *record = records + (i - 1) * (K + 1);
		double y[9];

		for (int j = 1; j <= 9; j++)
		{
			double z = gsl_cdf_ugaussian_Pinv((j - .5) / 9);

			y[j - 1] = 1 + .5 * x + .3 * x * x + (x >= 0 ? .5 + .2 * z : 0) + z * (1 + .2 * x) +
					   noise * sin(7. * i);
		}
		record[0] = x;
		for (int k = 0; k < K; k++)
			record[k + 1] = quantile7(y, 9, Q[k]);
	}
}

static ms_r3d_options
options(int order, double h)
{
	return (ms_r3d_options){.order = order, .bandwidth = h, .level = .95, .test_from = .05, .test_to = .95, .replicates = 99};
}

/* The answer lies in the arena, which the caller frees. */
static ms_status
fit_in(host *h, ms_arena *arena, const ms_units *units, const double *q, const ms_r3d_options *o, ms_r3d *out)
{
	ms_arena_init(arena, &h->ctx);
	return ms_r3d_fit(&h->ctx, arena, units, q, o, out);
}

static double records[N * (K + 1)];
static const ms_units UNITS = {records, N, K, K + 1};

static void
check_all(const double *got, const double *wanted, double tolerance)
{
	for (int k = 0; k < K; k++)
		CHECK_NEAR(got[k], wanted[k], tolerance);
}

TEST(exact_polynomial)
{
	const double tau[] = {.28148380, .38210884, .5, .61789116, .71851620};
	ms_r3d_options o = options(2, .6);
	ms_arena arena;
	ms_r3d r;
	host h;

	reference_data(0, records);
	host_init(&h);
	for (int kernel = 0; kernel < 3; kernel++)
	{
		o.kernel = (ms_window_kernel) kernel;
		CHECK_INT(fit_in(&h, &arena, &UNITS, Q, &o, &r), MS_OK);
		check_all(r.effect, tau, 5e-9);
		for (int k = 0; k < K; k++)
			CHECK(r.std_error[k] < 1e-13);
		/* no error, an effect that differs: the least p that there is */
		CHECK_NEAR(r.p_effect, .01, 1e-15);
		CHECK_NEAR(r.p_equal, .01, 1e-15);
		ms_arena_free(&arena);
	}
}

TEST(reference)
{
	const double above1[] = {.10482293, .70857319, 1.41592015, 2.12326711, 2.72701737};
	const double tau1[] = {.05534449, .15596953, .27386069, .39175185, .49237689};
	ms_r3d_options o = options(1, .6);
	ms_arena arena;
	ms_r3d r;
	host h;

	reference_data(.3, records);
	host_init(&h);
	o.raw = true;
	CHECK_INT(fit_in(&h, &arena, &UNITS, Q, &o, &r), MS_OK);
	check_all(r.above, above1, 5e-9);
	check_all(r.effect, tau1, 5e-9);
	for (int k = 0; k < K; k++)
		CHECK_NEAR(r.std_error[k], .16543949, 5e-9);
	CHECK_INT(r.n_below, 12);
	CHECK_INT(r.n_above, 12);
	CHECK_INT(r.ties, 0);
	ms_arena_free(&arena);

	o.order = 2;
	CHECK_INT(fit_in(&h, &arena, &UNITS, Q, &o, &r), MS_OK);
	CHECK_NEAR(r.effect[2], .13582213, 5e-9);
	CHECK_NEAR(r.std_error[2], .13441320, 5e-9);
	ms_arena_free(&arena);

	o.bandwidth = .9;
	o.replicates = 20000;
	CHECK_INT(fit_in(&h, &arena, &UNITS, Q, &o, &r), MS_OK);
	CHECK_NEAR(r.above[2], 1.47329348, 5e-9);
	CHECK_NEAR(r.below[2], 1.22040099, 5e-9);
	CHECK_NEAR(r.effect[2], .25289249, 5e-9);
	CHECK_NEAR(r.std_error[2], .16639883, 5e-9);
	/* draws: .3265, 1.962 and .0040 within their error */
	CHECK(!r.studentised);
	CHECK_NEAR(r.critical, 1.959964 * .16639883, .01);
	CHECK_NEAR(r.lower[4], r.effect[4] - r.critical, 1e-15);
	/* every unit adds the same at every q, so that the greatest of |effect| / se decides: .47140869 / se */
	CHECK_NEAR(r.p_effect, 2 * gsl_cdf_ugaussian_Q(.47140869 / .16639883), .0015);
	ms_arena_free(&arena);
	o.band = MS_R3D_STUDENTISED;
	CHECK_INT(fit_in(&h, &arena, &UNITS, Q, &o, &r), MS_OK);
	CHECK_NEAR(r.critical, 1.962, .03);
	CHECK_NEAR(r.upper[0], r.effect[0] + r.critical * r.std_error[0], 1e-15);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

/* Leverages by hand: residuals of a mean of three units are 3/2 of what they were. */
TEST(leverage)
{
	double four[] = {-.4, 0, -.3, 1, -.2, 2, -.1, 3, .1, 5, .2, 5, .3, 6, .4, 9};
	ms_units units = {four, 8, 1, 2};
	ms_r3d_options o = options(1, 1);
	double q = .5;
	double sum[2] = {0, 0};
	ms_arena arena;
	ms_r3d raw, hc3;
	host h;

	o.kernel = MS_WINDOW_UNIFORM;
	host_init(&h);
	CHECK_INT(fit_in(&h, &arena, &units, &q, &o, &hc3), MS_OK);
	/* ordinary least squares on x = .1 .. .4: mean .25, sum of squares .05 */
	for (int i = 0; i < 4; i++)
	{
		double x = four[8 + 2 * i], y = four[9 + 2 * i];
		double l = .25 + (x - .25) * (x - .25) / .05;
		double w = .25 - .25 * (x - .25) / .05;
		double slope = (-.15 * 5 - .05 * 5 + .05 * 6 + .15 * 9) / .05;
		double e = y - (6.25 + slope * (x - .25));

		sum[0] += w * w * e * e;
		sum[1] += w * w * e * e / (1 - l) / (1 - l);
	}
	/* the left side is a line: no residuals */
	CHECK_NEAR(hc3.std_error[0], sqrt(sum[1]), 1e-12);
	CHECK_NEAR(hc3.below[0], 4, 1e-12);
	ms_arena_free(&arena);
	o.raw = true;
	CHECK_INT(fit_in(&h, &arena, &units, &q, &o, &raw), MS_OK);
	CHECK_NEAR(raw.std_error[0], sqrt(sum[0]), 1e-12);
	CHECK(isnan(raw.p_equal));
	ms_arena_free(&arena);
}

TEST(constants)
{
	const double wanted[][3][2] = {{{-.1, 4.8}, {-.115789474, 4.497981797}, {-1. / 6, 4}},
								   {{1. / 35, 72. / 7}, {.033482143, 9.816468254}, {.05, 9}}};

	for (int s = 1; s <= 2; s++)
		for (int kernel = 0; kernel < 3; kernel++)
		{
			double bias, variance;

			ms_r3d_constants((ms_window_kernel) kernel, s, &bias, &variance);
			CHECK_NEAR(bias, wanted[s - 1][kernel][0], 1e-9);
			CHECK_NEAR(variance, wanted[s - 1][kernel][1], 1e-9);
		}
}

static ms_status
choose(host *h, const ms_units *units, int s, ms_r3d_bandwidth *out)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_r3d_choose_bandwidth(&h->ctx, &arena, units, MS_WINDOW_TRIANGULAR, s, out);
	ms_arena_free(&arena);
	return status;
}

TEST(bandwidth_reference)
{
	ms_r3d_bandwidth b;
	host h;

	reference_data(.3, records);
	host_init(&h);
	CHECK_INT(choose(&h, &UNITS, 1, &b), MS_OK);
	CHECK_NEAR(b.density, .499920967, 1e-9);
	CHECK_NEAR(b.bias, .0109623524, 1e-10);
	CHECK_NEAR(b.variance, .8872832725, 1e-10);
	CHECK_NEAR(b.pilot, .8725849, 1e-7);
	CHECK(b.bandwidth > 0 && b.bandwidth <= 1.95);
	/* nothing bends and nothing scatters: the rule of thumb */
	reference_data(0, records);
	CHECK_INT(choose(&h, &UNITS, 1, &b), MS_OK);
	CHECK_NEAR(b.pilot, 1.06 * .05 * sqrt(1599. / 12 * 40 / 39) * pow(40, -.2), 1e-12);
	/* but wide enough for ten units a side: the tenth is at .475 */
	CHECK_NEAR(b.bandwidth, .525, 1e-12);
}

/* In other units of x and y the bandwidth is the same one. */
TEST(bandwidth_units)
{
	static double other[N * (K + 1)];
	ms_units units = {other, N, K, K + 1};
	ms_r3d_bandwidth a, b;
	host h;

	host_init(&h);
	reference_data(.3, records);
	for (int i = 0; i < N; i++)
	{
		other[i * (K + 1)] = 1e6 * records[i * (K + 1)];
		for (int k = 1; k <= K; k++)
			other[i * (K + 1) + k] = 1e-3 * records[i * (K + 1) + k] - 4;
	}
	for (int s = 0; s <= 2; s++)
	{
		CHECK_INT(choose(&h, &UNITS, s, &a), MS_OK);
		CHECK_INT(choose(&h, &units, s, &b), MS_OK);
		CHECK_NEAR(b.bandwidth / 1e6, a.bandwidth, 1e-6);
	}
}

/*
 * Which coefficients of both sides make a bias: their sum where the order is even, for then the
 * left side's enters with the other sign, and their difference where it is odd.
 */
TEST(bandwidth_signs)
{
	enum { MANY = 2000 };
	double *data = malloc(2 * MANY * sizeof *data);
	ms_units units = {data, MANY, 1, 2};
	ms_rng rng;
	host h;

	host_init(&h);
	for (int s = 0; s <= 2; s++)
		for (int same = 0; same < 2; same++)
		{
			double constant, variance, wanted;
			ms_r3d_bandwidth b;

			ms_r3d_constants(MS_WINDOW_TRIANGULAR, s, &constant, &variance);
			ms_rng_init(&rng, 6, 94);
			for (int i = 0; i < MANY; i++)
			{
				double x = -1 + 2 * (i + .5) / MANY;
				double bend = 4 * pow(x, s + 1);

				data[2 * i] = x;
				data[2 * i + 1] = (x < 0 && !same ? -bend : bend) + .5 * ms_rng_normal(&rng);
			}
			CHECK_INT(choose(&h, &units, s, &b), MS_OK);
			/* coefficients 4 and 4, or 4 and -4; v = .25, f = .5 */
			wanted = pow(variance * .5 / .5 / (2 * (s + 1) * 64 * constant * constant * MANY), 1. / (2 * s + 3));
			if (same == (s % 2 == 0))
				CHECK_NEAR(b.pilot / wanted, 1, .1);
			else
				CHECK(b.pilot > 1.4 * wanted);
		}
	free(data);
}

/*
 * More units of the same law: h shrinks as n^(-1/5), and is the best one: b = 4 and -4, v = .25,
 * f = .5. A second step within the pilot itself gives .72 of it for every n.
 */
TEST(bandwidth_rate)
{
	enum { MANY = 16000 };
	double *data = malloc(2 * MANY * sizeof *data);
	double h_of[2];
	host h;

	host_init(&h);
	for (int round = 0; round < 2; round++)
	{
		size_t n = round ? MANY : 500;
		ms_units units = {data, n, 1, 2};
		ms_r3d_bandwidth b;
		ms_rng rng;

		ms_rng_init(&rng, 5, 94);
		for (size_t i = 0; i < n; i++)
		{
			double x = -1 + 2 * ((double) i + .5) / (double) n;

			data[2 * i] = x;
			data[2 * i + 1] = (x < 0 ? -4 : 4) * x * x + .5 * ms_rng_normal(&rng);
		}
		CHECK_INT(choose(&h, &units, 1, &b), MS_OK);
		h_of[round] = b.bandwidth;
		CHECK_NEAR(b.pilot / pow(4.8 * .5 / .5 / (4 * .64 * (double) n), .2), 1, .1);
		CHECK_NEAR(b.bandwidth / pow(4.8 * .5 / .5 / (4 * .64 * (double) n), .2), 1, .12);
	}
	CHECK_NEAR(h_of[1] / h_of[0], pow(32, -.2), .05);
	free(data);
}

TEST(isotonic)
{
	double m[] = {1, 3, 2, 2.5, 4};
	double v[] = {1, 3, 2, 2.5, 4};
	const double w[] = {1, 1, 3, 1, 1};
	const double plain[] = {1, 2.5, 2.5, 2.5, 4};
	const double weighted[] = {1, 2.25, 2.25, 2.5, 4};
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_r3d_isotonic(&arena, m, NULL, 5), MS_OK);
	check_all(m, plain, 1e-15);
	CHECK_INT(ms_r3d_isotonic(&arena, v, w, 5), MS_OK);
	check_all(v, weighted, 1e-15);
	/* the nearest: no ascending curve of a random few is nearer */
	for (uint64_t run = 0; run < 50; run++)
	{
		double x[5], fit[5], other[5];
		double near = 0;
		ms_rng rng;

		ms_rng_init(&rng, run, 95);
		for (int k = 0; k < 5; k++)
			fit[k] = x[k] = ms_rng_normal(&rng);
		CHECK_INT(ms_r3d_isotonic(&arena, fit, w, 5), MS_OK);
		for (int k = 0; k < 5; k++)
		{
			near += w[k] * (fit[k] - x[k]) * (fit[k] - x[k]);
			CHECK(k == 0 || fit[k] >= fit[k - 1]);
		}
		for (int attempt = 0; attempt < 200; attempt++)
		{
			double off = 0;

			for (int k = 0; k < 5; k++)
				other[k] = fit[k] + .2 * ms_rng_normal(&rng);
			sort_values(other, 5);
			for (int k = 0; k < 5; k++)
				off += w[k] * (other[k] - x[k]) * (other[k] - x[k]);
			CHECK(off >= near - 1e-12);
		}
	}
	ms_arena_free(&arena);
}

/* Curves that cross: both shapes rise, and they agree where the fit rises already. */
TEST(shapes)
{
	ms_r3d_options o = options(2, .6);
	ms_arena arena, other;
	ms_r3d a, b;
	host h;

	reference_data(.3, records);
	host_init(&h);
	CHECK_INT(fit_in(&h, &arena, &UNITS, Q, &o, &a), MS_OK);
	o.shape = MS_R3D_SORTED;
	CHECK_INT(fit_in(&h, &other, &UNITS, Q, &o, &b), MS_OK);
	check_all(a.effect, b.effect, 0);
	ms_arena_free(&arena);
	ms_arena_free(&other);
	for (int i = 0; i < N; i++)
		records[i * (K + 1) + 3] += i >= N / 2 ? 10 * records[i * (K + 1)] - 2 : 0;
	CHECK_INT(fit_in(&h, &arena, &UNITS, Q, &o, &b), MS_OK);
	o.shape = MS_R3D_FRECHET;
	CHECK_INT(fit_in(&h, &other, &UNITS, Q, &o, &a), MS_OK);
	for (int k = 1; k < K; k++)
		CHECK(a.above[k] >= a.above[k - 1] && b.above[k] >= b.above[k - 1]);
	CHECK(a.above[2] == a.above[1]);
	CHECK(b.above[2] > b.above[1]);
	ms_arena_free(&arena);
	ms_arena_free(&other);
}

/* A shift of all outcomes moves both sides, one of the treated the effect, by as much. */
TEST(equivariance)
{
	static double moved[N * (K + 1)];
	ms_units units = {moved, N, K, K + 1};
	ms_r3d_options o = options(2, NAN);
	ms_arena arena, other;
	ms_r3d a, b;
	host h;

	reference_data(.3, records);
	for (int i = 0; i < N; i++)
		for (int k = 0; k <= K; k++)
			moved[i * (K + 1) + k] = records[i * (K + 1) + k] + (k > 0 ? 7 + (i >= N / 2) : 0);
	host_init(&h);
	CHECK_INT(fit_in(&h, &arena, &UNITS, Q, &o, &a), MS_OK);
	CHECK_INT(fit_in(&h, &other, &units, Q, &o, &b), MS_OK);
	for (int k = 0; k < K; k++)
	{
		CHECK_NEAR(b.below[k], a.below[k] + 7, 1e-9);
		CHECK_NEAR(b.effect[k], a.effect[k] + 1, 1e-9);
		CHECK_NEAR(b.std_error[k], a.std_error[k], 1e-9);
	}
	CHECK_NEAR(b.bandwidth, a.bandwidth, 1e-9);
	/* the same seed, the same band; another one, another */
	CHECK_NEAR(b.critical, a.critical, 1e-9);
	ms_arena_free(&other);
	o.seed = 1;
	CHECK_INT(fit_in(&h, &other, &UNITS, Q, &o, &b), MS_OK);
	CHECK(b.critical != a.critical);
	ms_arena_free(&arena);
	ms_arena_free(&other);
	/* a smaller window for coverage: n^(-1/20) at order 2 */
	o.coverage = true;
	CHECK_INT(fit_in(&h, &arena, &UNITS, Q, &o, &b), MS_OK);
	CHECK_NEAR(b.bandwidth, a.bandwidth * pow(40, -.05), 1e-9);
	ms_arena_free(&arena);
}

/*
 * The last outcome is the treated share. Where it jumps from 0 to 1 all is as in a sharp design;
 * from .2 to .6 without scatter effects and errors are 2.5 times as large.
 */
TEST(fuzzy)
{
	static double shared[N * (K + 2)];
	ms_units units = {shared, N, K + 1, K + 2};
	ms_r3d_options o = options(2, NAN);
	ms_arena arena, other;
	ms_r3d sharp, r;
	host h;

	reference_data(.3, records);
	host_init(&h);
	CHECK_INT(fit_in(&h, &arena, &UNITS, Q, &o, &sharp), MS_OK);
	CHECK(isnan(sharp.first_stage));
	o.fuzzy = true;
	for (int round = 0; round < 2; round++)
	{
		double times = round ? 2.5 : 1;

		for (int i = 0; i < N; i++)
		{
			memcpy(shared + i * (K + 2), records + i * (K + 1), (K + 1) * sizeof(double));
			shared[i * (K + 2) + K + 1] = round ? (i < N / 2 ? .2 : .6) : i >= N / 2;
		}
		CHECK_INT(fit_in(&h, &other, &units, Q, &o, &r), MS_OK);
		CHECK_NEAR(r.first_stage, 1 / times, 1e-12);
		CHECK_NEAR(r.first_stage_error, 0, 1e-12);
		CHECK_NEAR(r.bandwidth, sharp.bandwidth, 1e-12);
		CHECK_NEAR(r.critical, times * sharp.critical, 1e-9);
		CHECK_NEAR(r.p_effect, sharp.p_effect, 1e-12);
		for (int k = 0; k < K; k++)
		{
			CHECK_NEAR(r.effect[k], times * sharp.effect[k], 1e-10);
			CHECK_NEAR(r.std_error[k], times * sharp.std_error[k], 1e-10);
			CHECK_NEAR(r.above[k], sharp.above[k], 1e-12);
		}
		ms_arena_free(&other);
	}
	/* a share that does not jump, and one that hardly does */
	for (int weak = 0; weak < 2; weak++)
	{
		for (int i = 0; i < N; i++)
			shared[i * (K + 2) + K + 1] = weak ? i % 3 == 0 : .5;
		CHECK_INT(fit_in(&h, &other, &units, Q, &o, &r), MS_NOT_DEFINITE);
		CHECK_STR(h.ctx.facts.what, "treatment");
		ms_arena_free(&other);
	}
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

/*
 * Units choose: .05 of them are treated below the cutoff and .95 above it, those with a great mean
 * sooner. The effect of treatment is 1 at every q; the interval at one q must cover it.
 */
TEST(fuzzy_covers)
{
	enum { RUNS = 300, UNITS_A_RUN = 300 };
	double data[UNITS_A_RUN * 3];
	ms_units units = {data, UNITS_A_RUN, 2, 3};
	ms_r3d_options o = options(2, .6);
	double q = .5;
	int covered = 0;

	o.fuzzy = true;
	for (uint64_t run = 0; run < RUNS; run++)
	{
		ms_arena arena;
		ms_rng rng;
		ms_r3d r;
		host h;

		ms_rng_init(&rng, run, 99);
		for (int i = 0; i < UNITS_A_RUN; i++)
		{
			double x = -1 + 2 * (i + .5) / UNITS_A_RUN;
			double u = ms_rng_normal(&rng);
			bool treated = x >= 0 ? u > -1.645 : u > 1.645;

			data[3 * i] = x;
			data[3 * i + 1] = .5 * x + .5 * u + .3 * ms_rng_normal(&rng) + treated;
			data[3 * i + 2] = treated;
		}
		host_init(&h);
		o.seed = run;
		CHECK_INT(fit_in(&h, &arena, &units, &q, &o, &r), MS_OK);
		covered += r.lower[0] <= 1 && r.upper[0] >= 1;
		ms_arena_free(&arena);
	}
	CHECK(covered >= RUNS * .90 && covered <= RUNS * .99);
}

TEST(refusals)
{
	double few[] = {-1, 0, -.5, 0, -.4, 1, -.3, 1, .2, 1, .3, 2, .4, 3};
	double heap[] = {-1, 0, -1, 1, -1, 2, -1, 3, -1, 1, 0, 1, 0, 2, 0, 3, 0, 3, 0, 1};
	ms_units short_side = {few, 7, 1, 2};
	ms_units heaped = {heap, 10, 1, 2};
	ms_units none = {few, 0, 1, 2};
	ms_units above = {few + 8, 3, 1, 2};
	double q = .5;
	ms_r3d_options o = options(2, 2);
	ms_arena arena;
	ms_r3d r;
	host h;

	host_init(&h);
#define REFUSED(units, status)                                                                     \
	(CHECK_INT(fit_in(&h, &arena, units, &q, &o, &r), status), ms_arena_free(&arena))
	REFUSED(&short_side, MS_TOO_FEW);
	CHECK_INT(h.ctx.facts.index, 1);
	CHECK_NEAR(h.ctx.facts.got, 3, 0);
	CHECK_NEAR(h.ctx.facts.wanted, 4, 0);
	REFUSED(&above, MS_TOO_FEW);
	CHECK_INT(h.ctx.facts.index, 0);
	REFUSED(&heaped, MS_NOT_DEFINITE);
	REFUSED(&none, MS_TOO_FEW);
	o.bandwidth = NAN;
	REFUSED(&none, MS_TOO_FEW);
	REFUSED(&above, MS_TOO_FEW);
	REFUSED(&short_side, MS_TOO_FEW);
	REFUSED(&heaped, MS_NOT_DEFINITE);
	o.bandwidth = 0;
	REFUSED(&short_side, MS_BAD_ARGUMENT);
	o.bandwidth = 1;
	o.order = 4;
	REFUSED(&short_side, MS_BAD_ARGUMENT);
	o.order = 1;
	o.replicates = 18;
	REFUSED(&short_side, MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "replicates");
	CHECK_NEAR(h.ctx.facts.wanted, 19, 0);
	o.replicates = 19;
	REFUSED(&short_side, MS_OK);
	o.level = 1;
	REFUSED(&short_side, MS_BAD_ARGUMENT);
	CHECK_INT(h.live, 0);
}

/*
 * Units have normal distributions with random means and spreads, x uniform on [-1, 1], the fit is
 * of the right order: how often does the band hold the effect at all q, and how often is none
 * rejected at 5 percent when there is none?
 */
static void
coverage(size_t n, ms_r3d_band band, double *covers, double *rejects)
{
	enum { RUNS = 300, GRID = 9 };
	double *data = malloc(n * (GRID + 1) * sizeof *data);
	double *x = malloc(n * sizeof *x);
	ms_units units = {data, n, GRID, GRID + 1};
	ms_r3d_options o = options(2, .6);
	double q[GRID];

	o.band = band;
	o.replicates = 199;
	*covers = *rejects = 0;
	for (int k = 0; k < GRID; k++)
		q[k] = (k + 1) / 10.;
	for (uint64_t run = 0; run < RUNS; run++)
	{
		bool inside = true;
		ms_arena arena;
		ms_rng rng;
		ms_r3d r;
		host h;

		ms_rng_init(&rng, run, 96);
		for (size_t i = 0; i < n; i++)
			x[i] = 2 * ms_rng_uniform(&rng) - 1;
		sort_values(x, n);
		for (size_t i = 0; i < n; i++)
		{
			double mean = .5 * x[i] + .3 * x[i] * x[i] + .5 * ms_rng_normal(&rng);
			double sd = exp(.3 * ms_rng_normal(&rng));

			data[i * (GRID + 1)] = x[i];
			for (int k = 0; k < GRID; k++)
				data[i * (GRID + 1) + (size_t) k + 1] = mean + sd * gsl_cdf_ugaussian_Pinv(q[k]);
		}
		host_init(&h);
		o.seed = run;
		CHECK_INT(fit_in(&h, &arena, &units, q, &o, &r), MS_OK);
		for (int k = 0; k < GRID; k++)
			inside = inside && r.lower[k] <= 0 && r.upper[k] >= 0;
		*covers += inside / (double) RUNS;
		*rejects += (r.p_effect <= .05) / (double) RUNS;
		/* all q are tested, so that test and band say the same */
		CHECK_INT(r.p_effect <= .05, !inside);
		ms_arena_free(&arena);
	}
	free(data);
	free(x);
}

/* .95 within about four binomial errors of 300 runs (.0126) and what HC3 misses in small samples. */
TEST(bands_cover)
{
	double covers, rejects;

	coverage(200, MS_R3D_AUTO, &covers, &rejects);
	CHECK(covers >= .90 && covers <= .99);
	CHECK(rejects >= .01 && rejects <= .10);
	coverage(600, MS_R3D_AUTO, &covers, &rejects);
	CHECK(covers >= .90 && covers <= .99);
	CHECK(rejects >= .01 && rejects <= .10);
}

static ms_status
fit_once(host *h, const ms_units *units, const double *q)
{
	ms_r3d_options o = options(2, NAN);
	ms_arena arena;
	ms_status status;
	ms_r3d r;

	status = fit_in(h, &arena, units, q, &o, &r);
	ms_arena_free(&arena);
	return status;
}

TEST(stops_and_refusals)
{
	enum { MANY = 3000, GRID = 20 };
	double *data = malloc(MANY * (GRID + 1) * sizeof *data);
	ms_units units = {data, MANY, GRID, GRID + 1};
	double q[GRID];
	ms_status status;
	ms_rng rng;
	host h;

	ms_rng_init(&rng, 1, 97);
	for (int k = 0; k < GRID; k++)
		q[k] = (k + .5) / GRID;
	for (int i = 0; i < MANY; i++)
		for (int k = 0; k <= GRID; k++)
			data[i * (GRID + 1) + k] = k == 0 ? i - MANY / 2 + .5 : k + ms_rng_normal(&rng);
	HOST_EVERY(h, status, fit_once(&h, &units, q));
	CHECK(h.polls > 0);
	free(data);
}

int
main(void)
{
	RUN(exact_polynomial);
	RUN(reference);
	RUN(leverage);
	RUN(constants);
	RUN(bandwidth_reference);
	RUN(bandwidth_units);
	RUN(bandwidth_signs);
	RUN(bandwidth_rate);
	RUN(isotonic);
	RUN(shapes);
	RUN(equivariance);
	RUN(fuzzy);
	RUN(fuzzy_covers);
	RUN(refusals);
	RUN(bands_cover);
	RUN(stops_and_refusals);
	return unit_done();
}
