/*
 * test_sliced.c: slices and controls against sliced.md, 11, closed forms, bias and variance.
 */
#include "core/transport/sliced.h"

#include "core/transport/simplex.h"
#include "transport_data.h"

static const double TINY_X[][2] = {{0, 0}, {1, 0}, {0, 2}};
static const double TINY_Y[][2] = {{1, 1}, {2, 1}, {0, 0}};

static ms_sliced_result
sliced(const ms_rows *a, const ms_rows *b, double p, size_t l, ms_sliced_scheme scheme,
	   uint64_t seed)
{
	ms_sliced_options o = {p, l, scheme, seed, NULL};
	ms_sliced_result r = {0};
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_sliced(&h.ctx, &arena, a, b, &o, &r), MS_OK);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	return r;
}

static double
largest(const ms_rows *a, const ms_rows *b, double p, double *direction)
{
	ms_sliced_options o = {p, 32, MS_SLICED_AUTO, 1, NULL};
	ms_arena arena;
	double out = NAN;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_sliced_max(&h.ctx, &arena, a, b, &o, &out, direction), MS_OK);
	ms_arena_free(&arena);
	return out;
}

TEST(reference_controls)
{
	const double angle[] = {.1, .5, 1.3, 2.0};
	const double w[] = {.66666667, .61912011, .37070283, .64530342};
	const double c1[] = {.44001480, .34228940, .03180250, .07696808};
	const double up[] = {1.35319288, 1.37575259, 1.18429029, 1.06550599};
	ms_rows a = ROWS(TINY_X, 2);
	ms_rows b = ROWS(TINY_Y, 2);
	double directions[8];
	ms_sliced_mean m;
	ms_slices s;
	ms_arena arena;
	host h;

	for (int i = 0; i < 4; i++)
	{
		directions[2 * i] = cos(angle[i]);
		directions[2 * i + 1] = sin(angle[i]);
	}
	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_sliced_values(&h.ctx, &arena, &a, &b, 2, directions, 4, false, &s), MS_OK);
	for (int i = 0; i < 4; i++)
	{
		CHECK_NEAR(s.w[i], w[i], 1e-8);
		CHECK_NEAR(s.c1[i], c1[i], 1e-8);
		CHECK_NEAR(s.c1[i] + s.v1[i] + s.v2[i], up[i], 1e-8);
	}
	CHECK_NEAR(s.mean_c1, .222222222222, 1e-12);
	CHECK_NEAR(s.mean_c1 + s.mean_v1 + s.mean_v2, 1.222222222222, 1e-12);
	m = ms_sliced_control_mean(&s, MS_SLICED_PLAIN);
	CHECK_NEAR(m.mean, .575448258517, 1e-12);
	CHECK_NEAR(m.error, .068937448235, 1e-12);
	m = ms_sliced_control_mean(&s, MS_SLICED_LOWER);
	CHECK_NEAR(m.factor, .452578582641, 1e-11);
	CHECK_NEAR(m.mean, .575200936655, 1e-12);
	m = ms_sliced_control_mean(&s, MS_SLICED_LOWER_OLS);
	CHECK_NEAR(m.factor, .452583117767, 1e-11);
	CHECK_NEAR(m.mean, .575200934177, 1e-12);
	CHECK_NEAR(m.error, .063846933596, 1e-11);
	m = ms_sliced_control_mean(&s, MS_SLICED_UPPER);
	CHECK_NEAR(m.factor, .231864280827, 1e-11);
	CHECK_NEAR(m.mean, .570239841573, 1e-12);
	m = ms_sliced_control_mean(&s, MS_SLICED_UPPER_OLS);
	CHECK_NEAR(m.factor, .239096934880, 1e-11);
	CHECK_NEAR(m.mean, .570077372918, 1e-12);
	CHECK_NEAR(m.error, .082910313717, 1e-11);
	ms_arena_free(&arena);
}

TEST(reference_exact)
{
	double x[50][2], y[40][2], direction[2];
	ms_rows a = ROWS(TINY_X, 2);
	ms_rows b = ROWS(TINY_Y, 2);
	ms_rows c = {x[0], NULL, 40, 2, 2};
	ms_rows d = {y[0], NULL, 40, 2, 2};
	ms_sliced_result r = sliced(&a, &b, 2, 8000, MS_SLICED_AUTO, 1);

	d2_points(x, y);
	CHECK_NEAR(r.power, .518678060905, 1e-6);
	CHECK_NEAR(r.mean_part, .2222222222, 1e-9);
	CHECK_NEAR(sliced(&a, &b, 1, 8000, MS_SLICED_AUTO, 1).power, .562407210158, 1e-6);
	CHECK_NEAR(largest(&a, &b, 2, direction), .816496581, 1e-9);
	CHECK_NEAR(sliced(&c, &d, 2, 8000, MS_SLICED_AUTO, 1).power, .010884358717, 1e-7);
	CHECK(largest(&c, &d, 2, direction) <= .140982069 + 1e-8);
	CHECK_NEAR(largest(&c, &d, 2, direction), .140982069, 1e-4);
}

TEST(reference_d2_directions)
{
	const double w[] = {.01527383, .01965870, .01799509, .01176536, .00510388, .00225917, .00415116, .00888023};
	double x[50][2], y[40][2], directions[16];
	ms_rows a = {x[0], NULL, 40, 2, 2};
	ms_rows b = {y[0], NULL, 40, 2, 2};
	ms_slices s;
	ms_arena arena;
	host h;

	d2_points(x, y);
	for (int i = 0; i < 8; i++)
	{
		directions[2 * i] = cos(i * M_PI / 8);
		directions[2 * i + 1] = sin(i * M_PI / 8);
	}
	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_sliced_values(&h.ctx, &arena, &a, &b, 2, directions, 8, false, &s), MS_OK);
	for (int i = 0; i < 8; i++)
		CHECK_NEAR(s.w[i], w[i], 1e-8);
	CHECK_NEAR(ms_sliced_control_mean(&s, MS_SLICED_PLAIN).mean, .010635928516, 1e-12);
	/* the directions balance: no control corrects anything */
	CHECK_NEAR(ms_sliced_control_mean(&s, MS_SLICED_LOWER).mean, .010635928516, 1e-12);
	CHECK_NEAR(ms_sliced_control_mean(&s, MS_SLICED_UPPER_OLS).mean, .010635928516, 1e-12);
	ms_arena_free(&arena);
}

TEST(closed_forms)
{
	enum { N = 50, D = 5 };
	double x[N][D], y[N][D];
	const double p1[][3] = {{0, 0, 0}};
	const double p2[][3] = {{2, 0, 0}};
	const double line1[] = {0, 1, 3};
	ms_rows a = ROWS(x, D);
	ms_rows b = ROWS(y, D);
	ms_rows c = ROWS(p1, 3);
	ms_rows d = ROWS(p2, 3);
	ms_rows e = {line1, NULL, 3, 1, 1};
	ms_rows f = {D1_Y, NULL, 4, 1, 1};

	normal_points(x[0], N, D, 1, 0, 1);
	for (int i = 0; i < N * D; i++)
		*(y[0] + i) = *(x[0] + i) + 3;
	/* a shift of length 3 sqrt D, and the same times what is turned away on average */
	CHECK_NEAR(sliced(&a, &b, 2, 5, MS_SLICED_ORTHOGONAL, 1).distance, 3, 1e-12);
	CHECK_NEAR(sliced(&a, &b, 2, 100, MS_SLICED_IID, 1).distance, 3, 1e-12);
	CHECK_NEAR(sliced(&c, &d, 2, 64, MS_SLICED_AUTO, 1).distance, 2 / sqrt(3), 1e-12);
	CHECK_NEAR(sliced(&e, &f, 2, 10, MS_SLICED_AUTO, 1).distance, 2.479079130107, 1e-12);
	CHECK_NEAR(sliced(&e, &f, 2, 10, MS_SLICED_AUTO, 1).distance_error, 0, 0);
	CHECK_NEAR(sliced(&a, &a, 2, 10, MS_SLICED_AUTO, 1).distance, 0, 1e-12);
}

TEST(below_exact_transport)
{
	enum { N = 30, D = 4 };
	double x[N][D], y[N][D], exact;
	ms_rows a = ROWS(x, D);
	ms_rows b = ROWS(y, D);
	ms_transport_result t;
	double direction[D];
	ms_arena arena;
	host h;

	host_init(&h);
	for (uint64_t seed = 0; seed < 5; seed++)
	{
		normal_points(x[0], N, D, 2 * seed, 0, 1);
		normal_points(y[0], N, D, 2 * seed + 1, .5, 2);
		ms_arena_init(&arena, &h.ctx);
		CHECK_INT(ms_transport_points(&h.ctx, &arena, &a, &b, 2, &exact, &t), MS_OK);
		ms_arena_free(&arena);
		CHECK(sliced(&a, &b, 2, 200, MS_SLICED_AUTO, seed).distance < exact);
		CHECK(largest(&a, &b, 2, direction) <= exact + 1e-12);
		CHECK(largest(&a, &b, 2, direction) >= sliced(&a, &b, 2, 200, MS_SLICED_AUTO, seed).distance);
	}
}

/* Repeated rows, weights, and unequal numbers. */
TEST(weights)
{
	double heavy[3][3] = {{0, 0, 2}, {1, 0, 4}, {0, 2, 2}};
	double rows[4][2] = {{0, 0}, {1, 0}, {1, 0}, {0, 2}};
	ms_rows a = {heavy[0], heavy[0] + 2, 3, 2, 3};
	ms_rows b = ROWS(rows, 2);
	ms_rows c = ROWS(TINY_Y, 2);

	CHECK_NEAR(sliced(&a, &c, 2, 64, MS_SLICED_AUTO, 3).power,
			   sliced(&b, &c, 2, 64, MS_SLICED_AUTO, 3).power, 1e-12);
	CHECK_NEAR(sliced(&a, &c, 1.5, 64, MS_SLICED_IID, 3).power,
			   sliced(&b, &c, 1.5, 64, MS_SLICED_IID, 3).power, 1e-12);
}

/*
 * Mean square error of each estimator over seeds, relative to plain Monte Carlo with as many
 * directions: Gaussians with far means in 3 columns (the first rows of the table of sliced.md, 4).
 */
TEST(controls_are_unbiased_and_save_variance)
{
	enum { N = 150, D = 3, L = 20, RUNS = 200 };
	static double x[N][D], y[N][D];
	ms_rows a = ROWS(x, D);
	ms_rows b = ROWS(y, D);
	double exact, mse[7] = {0}, bias[7] = {0};
	double directions[L * D];
	double covered = 0;

	normal_points(x[0], N, D, 1, 0, 1);
	normal_points(y[0], N, D, 2, 1, 1.3);
	exact = sliced(&a, &b, 2, 4096, MS_SLICED_QUASI, 9).power;
	for (uint64_t run = 0; run < RUNS; run++)
	{
		double estimates[7];
		ms_sliced_mean three;
		ms_arena arena;
		ms_slices s;
		size_t block;
		host h;

		host_init(&h);
		ms_arena_init(&arena, &h.ctx);
		CHECK_INT(ms_sliced_directions(&h.ctx, &arena, MS_SLICED_IID, D, L, run, directions, &block), MS_OK);
		CHECK_INT(ms_sliced_values(&h.ctx, &arena, &a, &b, 2, directions, L, false, &s), MS_OK);
		for (int k = MS_SLICED_PLAIN; k <= MS_SLICED_THREE; k++)
			estimates[k] = ms_sliced_control_mean(&s, k).mean;
		three = ms_sliced_control_mean(&s, MS_SLICED_THREE);
		covered += fabs(three.mean - exact) <= 3 * three.error;
		estimates[6] = sliced(&a, &b, 2, L, MS_SLICED_ORTHOGONAL, run).power;
		for (int k = 0; k < 7; k++)
		{
			bias[k] += (estimates[k] - exact) / RUNS;
			mse[k] += pow(estimates[k] - exact, 2) / RUNS;
		}
		ms_arena_free(&arena);
	}
	for (int k = 0; k < 7; k++)
		CHECK(fabs(bias[k]) <= 4 * sqrt(mse[k] / RUNS) + .01 * exact);
	/* the table has .16 to .05, .78, and .075 to .036 for L = 10 to 100 */
	CHECK(mse[MS_SLICED_LOWER] < .2 * mse[0]);
	CHECK(mse[MS_SLICED_LOWER_OLS] < .2 * mse[0]);
	CHECK(mse[MS_SLICED_UPPER] < .95 * mse[0]);
	CHECK(mse[MS_SLICED_THREE] < .1 * mse[0]);
	CHECK(mse[6] < .2 * mse[0]);
	CHECK(covered >= .95 * RUNS);
	if (getenv("UNIT_VERBOSE"))
		for (int k = 0; k < 7; k++)
			printf("%d: mse %.4f of plain, bias %.5f of %.5f\n", k, mse[k] / mse[0], bias[k], exact);
}

TEST(errors_cover)
{
	enum { N = 60 };
	double x[N][2], y[N][2], exact;
	ms_rows a = ROWS(x, 2);
	ms_rows b = ROWS(y, 2);
	int covered[2] = {0, 0};

	normal_points(x[0], N, 2, 1, 0, 1);
	normal_points(y[0], N, 2, 2, .5, 2);
	exact = sliced(&a, &b, 2, 8192, MS_SLICED_QUASI, 1).power;
	for (uint64_t seed = 0; seed < 100; seed++)
	{
		ms_sliced_result iid = sliced(&a, &b, 2, 40, MS_SLICED_IID, seed);
		ms_sliced_result quasi = sliced(&a, &b, 2, 64, MS_SLICED_QUASI, seed);

		covered[0] += fabs(iid.power - exact) <= 3 * iid.power_error;
		covered[1] += fabs(quasi.power - exact) <= 4 * quasi.power_error;
	}
	CHECK(covered[0] >= 94);
	CHECK(covered[1] >= 94);
}

TEST(directions)
{
	enum { D = 7, L = 20 };
	double out[L * 50];
	ms_arena arena;
	size_t block;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	for (int scheme = MS_SLICED_AUTO; scheme <= MS_SLICED_QUASI; scheme++)
	{
		for (size_t d = 1; d <= D; d++)
		{
			CHECK_INT(ms_sliced_directions(&h.ctx, &arena, scheme, d, L, 4, out, &block), MS_OK);
			for (int i = 0; i < L; i++)
			{
				double square = 0;

				for (size_t j = 0; j < d; j++)
					square += out[i * d + j] * out[i * d + j];
				CHECK_NEAR(square, 1, 1e-14);
			}
		}
	}
	CHECK_INT(ms_sliced_directions(&h.ctx, &arena, MS_SLICED_ORTHOGONAL, D, L, 4, out, &block), MS_OK);
	CHECK_INT(block, D);
	for (int i = 0; i < D; i++)
	{
		for (int k = 0; k < i; k++)
		{
			double cross = 0;

			for (int j = 0; j < D; j++)
				cross += out[i * D + j] * out[k * D + j];
			CHECK_NEAR(cross, 0, 1e-14);
		}
	}
	CHECK_INT(ms_sliced_directions(&h.ctx, &arena, MS_SLICED_QUASI, 41, L, 4, out, &block), MS_BAD_ARGUMENT);
	CHECK_INT(ms_sliced_directions(&h.ctx, &arena, MS_SLICED_IID, 4, 0, 4, out, &block), MS_BAD_ARGUMENT);
	ms_arena_free(&arena);
}

static ms_status
everything(host *h, const ms_rows *a, const ms_rows *b, double p, size_t l)
{
	ms_sliced_options o = {p, l, MS_SLICED_QUASI, 1, NULL};
	double direction[4];
	ms_sliced_result r;
	ms_status status;
	ms_arena arena;
	double out;

	ms_arena_init(&arena, &h->ctx);
	status = ms_sliced(&h->ctx, &arena, a, b, &o, &r);
	if (status == MS_OK)
		status = ms_sliced_max(&h->ctx, &arena, a, b, &o, &out, direction);
	ms_arena_free(&arena);
	return status;
}

TEST(bad_input)
{
	double x[3][4] = {{0, 0, 0, 1}, {1, 1, 1, 1}, {2, 2, 0, -1}};
	ms_rows a = {x[0], NULL, 3, 3, 4};
	ms_rows b = {x[0], NULL, 3, 2, 4};
	ms_rows c = {x[0], x[0] + 3, 3, 3, 4};
	ms_rows none = {x[0], NULL, 0, 3, 4};
	host h;

	host_init(&h);
	CHECK_INT(everything(&h, &a, &b, 2, 20), MS_MISMATCH);
	CHECK_INT(everything(&h, &a, &c, 2, 20), MS_BAD_WEIGHT);
	CHECK_INT(everything(&h, &a, &none, 2, 20), MS_TOO_FEW);
	CHECK_INT(everything(&h, &a, &a, .5, 20), MS_BAD_ARGUMENT);
	CHECK_INT(everything(&h, &a, &a, 2, 0), MS_BAD_ARGUMENT);
	CHECK_INT(everything(&h, &a, &a, 2, SIZE_MAX / 2), MS_TOO_LARGE);
	x[1][1] = INFINITY;
	CHECK_INT(everything(&h, &a, &a, 2, 20), MS_NOT_FINITE);
	CHECK_INT(h.live, 0);
}

TEST(stops_and_refusals)
{
	enum { N = 2000, M = 1500 };
	static double x[N][4], y[M][5];
	ms_rows a = ROWS(x, 4);
	ms_rows b = {y[0], y[0] + 4, M, 4, 5};
	ms_status status;
	host h;

	normal_points(x[0], N, 4, 1, 0, 1);
	normal_points(y[0], M, 5, 2, 1, 2);
	for (int i = 0; i < M; i++)
		y[i][4] = 1 + i % 3;
	HOST_EVERY(h, status, everything(&h, &a, &b, 2, 20));
	CHECK(h.polls > 0);
}

int
main(void)
{
	RUN(reference_controls);
	RUN(reference_exact);
	RUN(reference_d2_directions);
	RUN(closed_forms);
	RUN(below_exact_transport);
	RUN(weights);
	RUN(controls_are_unbiased_and_save_variance);
	RUN(errors_cover);
	RUN(directions);
	RUN(bad_input);
	RUN(stops_and_refusals);
	return unit_done();
}
