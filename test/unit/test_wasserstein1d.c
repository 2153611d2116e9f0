/*
 * test_wasserstein1d.c: reference values of one_dim.md and entropic.md, closed forms, laws.
 */
#include "core/transport/wasserstein1d.h"

#include "transport_data.h"

static double
w(const ms_column *a, const ms_column *b, double p)
{
	double out = NAN;
	host h;

	host_init(&h);
	CHECK_INT(ms_wasserstein1d(&h.ctx, a, b, p, &out), MS_OK);
	return out;
}

TEST(reference_values)
{
	ms_column a = COLUMN(D1_X);
	ms_column b = COLUMN(D1_Y);

	CHECK_NEAR(w(&a, &b, 1), 2.041666666667, 1e-12);
	CHECK_NEAR(pow(w(&a, &b, 2), 2), 6.145833333333, 1e-12);
	CHECK_NEAR(w(&a, &b, 2), 2.479079130107, 1e-12);
	CHECK_NEAR(pow(w(&a, &b, 3), 3), 21.447916666667, 1e-12);
	CHECK_NEAR(w(&a, &b, INFINITY), 4, 1e-15);
	CHECK_NEAR(w(&b, &a, 3), w(&a, &b, 3), 1e-15);
}

TEST(reference_weights)
{
	const double wx[] = {2, 1, 1};
	const double y[] = {.5, 2, 7}; /* the value of weight 0 is left out of a column */
	const double wy[] = {1, 3, 1};
	double ux[3], uy[3];
	ms_column a = column_of(D1_X, 3, wx, ux);
	ms_column b = column_of(y, 3, wy, uy);

	CHECK_NEAR(w(&a, &b, 1), 1.8, 1e-14);
	CHECK_NEAR(pow(w(&a, &b, 2), 2), 4.75, 1e-14);
	CHECK_NEAR(w(&a, &b, INFINITY), 4, 1e-15);
}

TEST(reference_plan)
{
	const double wanted[][3] = {{0, .5, 1. / 4}, {0, 2, 1. / 12}, {1, 2, 1. / 6},
								{1, 4, 1. / 6},	 {3, 4, 1. / 12}, {3, 7, 1. / 4}};
	ms_column a = COLUMN(D1_X);
	ms_column b = COLUMN(D1_Y);
	ms_walk walk;
	ms_piece piece;
	size_t n = 0;

	for (ms_walk_begin(&walk, &a, &b); ms_walk_next(&walk, &piece) && n < 6; n++)
	{
		CHECK_NEAR(a.x[piece.i], wanted[n][0], 0);
		CHECK_NEAR(b.x[piece.j], wanted[n][1], 0);
		CHECK_NEAR(piece.mass, wanted[n][2], 1e-15);
	}
	CHECK_INT(n, 6);
	CHECK(!ms_walk_next(&walk, &piece));
}

TEST(reference_errors)
{
	ms_column a = COLUMN(D1_X);
	ms_column b = COLUMN(D1_Y);
	ms_arena arena;
	double se;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_wasserstein1d_error(&h.ctx, &arena, &a, &b, 2, 3, 4, &se), MS_OK);
	CHECK_NEAR(se, 7.714140080, 1e-9);
	CHECK_INT(ms_wasserstein1d_error(&h.ctx, &arena, &a, &b, 1, 3, 4, &se), MS_OK);
	CHECK_NEAR(se, 1.658835770, 1e-9);
	CHECK_INT(ms_wasserstein1d_error(&h.ctx, &arena, &a, &b, INFINITY, 3, 4, &se), MS_BAD_ARGUMENT);
	ms_arena_free(&arena);
}

TEST(reference_groups)
{
	const double x[] = {1, 2, 3, 4};
	const double y[] = {2, 2, 5};
	const double z[] = {0, 10};
	const double far[] = {1e39};
	ms_column c[] = {COLUMN(x), COLUMN(y), COLUMN(z), COLUMN(far)};
	float d[6]; /* (1, 0), (2, 0), (2, 1) ... */
	host h;

	CHECK_NEAR(w(c, c + 1, 1), .833333333333, 1e-12);
	CHECK_NEAR(w(c, c + 2, 1), 4, 1e-14);
	CHECK_NEAR(w(c + 1, c + 2, 1), 4, 1e-14);
	CHECK_NEAR(w(c, c + 1, 2), 1, 1e-14);
	CHECK_NEAR(w(c, c + 2, 2), 4.74341649, 1e-8);
	CHECK_NEAR(w(c + 1, c + 2, 2), 4.58257569, 1e-8);
	host_init(&h);
	CHECK_INT(ms_wasserstein1d_matrix(&h.ctx, c, 3, 2, d), MS_OK);
	CHECK_NEAR(d[0], (float) w(c, c + 1, 2), 0);
	CHECK_NEAR(d[1], (float) w(c, c + 2, 2), 0);
	CHECK_NEAR(d[2], (float) w(c + 1, c + 2, 2), 0);
	CHECK_INT(ms_wasserstein1d_matrix(&h.ctx, c, 4, 2, d), MS_TOO_LARGE);
}

TEST(reference_circle_and_orlicz)
{
	const double x[] = {.05, .1, .95};
	const double y[] = {.5, .9};
	ms_column a = COLUMN(x);
	ms_column b = COLUMN(y);
	ms_column c = COLUMN(D1_X);
	ms_column d = COLUMN(D1_Y);
	ms_arena arena;
	double out;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_wasserstein1d_circle(&h.ctx, &arena, &a, &b, 1, &out), MS_OK);
	CHECK_NEAR(out, .25, 1e-15);
	CHECK_NEAR(w(&a, &b, 1), .366667, 1e-6);
	CHECK_INT(ms_wasserstein1d_circle(&h.ctx, &arena, &a, &b, .9, &out), MS_BAD_ARGUMENT);
	CHECK_INT(ms_wasserstein1d_orlicz(&h.ctx, &arena, &c, &d, 1, &out), MS_OK);
	CHECK_NEAR(out, 3.375190914, 1e-9);
	CHECK_INT(ms_wasserstein1d_orlicz(&h.ctx, &arena, &c, &d, 2, &out), MS_OK);
	CHECK_NEAR(out, 3.406588058, 1e-9);
	CHECK_INT(ms_wasserstein1d_orlicz(&h.ctx, &arena, &c, &c, 2, &out), MS_OK);
	CHECK_NEAR(out, 0, 0);
	CHECK_INT(ms_wasserstein1d_orlicz(&h.ctx, &arena, &c, &d, 3, &out), MS_BAD_ARGUMENT);
	ms_arena_free(&arena);
}

/* What the quantile functions of two laws are at the middles of 1e5 equal levels. */
TEST(closed_forms)
{
	enum { N = 100000 };
	static double x[N], y[N];
	ms_column a = column_of(x, N, NULL, NULL);
	ms_column b = column_of(y, N, NULL, NULL);

	for (size_t i = 0; i < N; i++)
	{
		double u = ((double) i + .5) / N;

		x[i] = -log1p(-u);
		y[i] = -2 * log1p(-u);
	}
	CHECK_NEAR(w(&a, &b, 1), 1, 1e-4);
	CHECK_NEAR(w(&a, &b, 2), sqrt(2), 1e-3);
	for (size_t i = 0; i < N; i++)
	{
		x[i] = ((double) i + .5) / N;
		y[i] = 2 * x[i];
	}
	CHECK_NEAR(w(&a, &b, 1), .5, 1e-9);
	CHECK_NEAR(w(&a, &b, 2), .577350269, 1e-8);
}

TEST(masses_equal_up_to_rounding)
{
	/* 0.1 three times against 0.3: the sums differ in the last bit */
	const double x[] = {0, 1, 2, 100};
	const double wx[] = {.1, .1, .1, .7};
	const double y[] = {1, 100};
	const double wy[] = {.3, .7};
	double ux[4], uy[2];
	ms_column a = column_of(x, 4, wx, ux);
	ms_column b = column_of(y, 2, wy, uy);

	CHECK(ux[2] != uy[0]);
	CHECK_NEAR(w(&a, &b, INFINITY), 1, 0);
	CHECK_NEAR(w(&a, &b, 1), .2, 1e-14);
	/* a sliver of 1e-17 at a distance of 99 would be 1e-17 99^200 */
	CHECK_NEAR(w(&a, &b, 200), pow(.2, 1. / 200), 1e-12);
}

TEST(weights_are_repeated_rows)
{
	const double x[] = {-1, .5, 4};
	const double wx[] = {2, 1, 3};
	const double many[] = {-1, -1, .5, 4, 4, 4};
	double ux[3];
	ms_column a = column_of(x, 3, wx, ux);
	ms_column b = COLUMN(many);
	ms_column c = COLUMN(D1_Y);

	for (double p = 1; p < 4; p += .5)
	{
		CHECK_NEAR(w(&a, &b, p), 0, 0);
		CHECK_NEAR(w(&a, &c, p), w(&b, &c, p), 1e-14);
	}
}

TEST(single_points_and_ties)
{
	const double one[] = {3};
	const double other[] = {-4};
	const double ties[] = {2, 2, 2, 2, 2};
	ms_column a = COLUMN(one);
	ms_column b = COLUMN(other);
	ms_column c = COLUMN(ties);

	CHECK_NEAR(w(&a, &b, 1), 7, 0);
	CHECK_NEAR(w(&a, &b, 7.5), 7, 1e-14);
	CHECK_NEAR(w(&a, &c, 3), 1, 1e-15);
	CHECK_NEAR(w(&c, &c, 2), 0, 0);
	CHECK_NEAR(w(&a, &a, INFINITY), 0, 0);
}

TEST(large_p_and_large_numbers)
{
	const double x[] = {1e200, 2e200};
	const double y[] = {-1e200, 1e200};
	const double tiny[] = {1e-200, 3e-200};
	const double zero[] = {0, 0};
	const double far[] = {1.7e308};
	const double away[] = {-1.7e308};
	ms_column a = COLUMN(x);
	ms_column b = COLUMN(y);
	ms_column c = COLUMN(tiny);
	ms_column d = COLUMN(zero);
	ms_column e = COLUMN(far);
	ms_column f = COLUMN(away);
	double out;
	host h;

	CHECK_NEAR(w(&a, &b, 2) / 1e200, sqrt(2.5), 1e-14);
	CHECK_NEAR(w(&a, &b, 1000) / 1e200, 2 * pow(.5, 1e-3), 1e-13);
	CHECK_NEAR(w(&c, &d, 2) / 1e-200, sqrt(5), 1e-14);
	CHECK_NEAR(w(&c, &d, 1) / 1e-200, 2, 1e-14);
	host_init(&h);
	CHECK_INT(ms_wasserstein1d(&h.ctx, &e, &f, 2, &out), MS_TOO_LARGE);
	CHECK_STR(h.ctx.facts.what, "distance");
	CHECK_INT(ms_wasserstein1d(&h.ctx, &a, &b, .5, &out), MS_BAD_ARGUMENT);
	CHECK_INT(ms_wasserstein1d(&h.ctx, &a, &b, NAN, &out), MS_BAD_ARGUMENT);
}

TEST(laws)
{
	enum { N = 37, M = 23, K = 50 };
	double x[N] = {0}, y[M] = {0}, z[K] = {0}, sx[N] = {0}, sy[M] = {0};
	ms_column a = column_of(x, N, NULL, NULL);
	ms_column b = column_of(y, M, NULL, NULL);
	ms_column c = column_of(z, K, NULL, NULL);
	ms_column sa = column_of(sx, N, NULL, NULL);
	ms_column sb = column_of(sy, M, NULL, NULL);

	for (uint64_t seed = 1; seed <= 20; seed++)
	{
		normal_values(x, N, seed, 0, 1);
		normal_values(y, M, seed + 100, .3, 2);
		normal_values(z, K, seed + 200, -1, .5);
		for (size_t i = 0; i < N; i++)
			sx[i] = 3 * x[i] + 5;
		for (size_t i = 0; i < M; i++)
			sy[i] = 3 * y[i] + 5;
		for (double p = 1; p <= 5; p += 1.3)
		{
			CHECK(w(&a, &b, p) <= w(&a, &c, p) + w(&c, &b, p) + 1e-12);
			CHECK(w(&a, &b, p) <= w(&a, &b, p + .5) + 1e-12);
			CHECK(w(&a, &b, p) <= w(&a, &b, INFINITY) + 1e-12);
			CHECK_NEAR(w(&sa, &sb, p), 3 * w(&a, &b, p), 1e-12);
		}
		for (size_t i = 0; i < N; i++)
			sx[i] = x[i] + 2.5;
		CHECK_NEAR(w(&a, &sa, 1.7), 2.5, 1e-13);
	}
}

TEST(parts_add_up)
{
	double x[40] = {0}, y[31] = {0};
	ms_column a = column_of(x, 40, NULL, NULL);
	ms_column b = column_of(y, 31, NULL, NULL);
	ms_w2_parts parts;
	host h;

	normal_values(x, 40, 1, 0, 1);
	normal_values(y, 31, 2, 1, 3);
	host_init(&h);
	CHECK_INT(ms_wasserstein1d_parts(&h.ctx, &a, &b, &parts), MS_OK);
	CHECK_NEAR(parts.location + parts.size + parts.shape, pow(w(&a, &b, 2), 2), 1e-12);
	CHECK(parts.shape > 0 && parts.size > 0 && parts.location > 0);
	y[30] = 1e200; /* whose square is no double */
	CHECK_INT(ms_wasserstein1d_parts(&h.ctx, &a, &b, &parts), MS_TOO_LARGE);
	CHECK_INT(ms_wasserstein1d_parts(&h.ctx, &b, &b, &parts), MS_TOO_LARGE);
	y[0] = -1.7e308, y[30] = 1.7e308;
	CHECK_INT(ms_wasserstein1d_parts(&h.ctx, &b, &b, &parts), MS_TOO_LARGE);
}

TEST(what_moved)
{
	const double p[] = {0, .5, 1};
	ms_column a = COLUMN(D1_X);
	ms_column b = COLUMN(D1_Y);
	double qa[3], qb[3], shift[3];

	ms_wasserstein1d_quantiles(&a, &b, p, 3, qa, qb, shift);
	CHECK_NEAR(qa[1], 1, 0);
	CHECK_NEAR(qb[1], 2, 0);
	CHECK_NEAR(shift[0], .5, 0);
	CHECK_NEAR(shift[2], 4, 0);
}

static ms_status
all_of_it(ms_ctx *ctx, const ms_column *a, const ms_column *b)
{
	ms_arena arena;
	ms_status status;
	double out;

	ms_arena_init(&arena, ctx);
	status = ms_wasserstein1d(ctx, a, b, 3, &out);
	if (status == MS_OK)
		status = ms_wasserstein1d(ctx, a, b, INFINITY, &out);
	if (status == MS_OK)
		status = ms_wasserstein1d_error(ctx, &arena, a, b, 2, 10, 10, &out);
	if (status == MS_OK)
		status = ms_wasserstein1d_circle(ctx, &arena, a, b, 1e9, &out);
	if (status == MS_OK)
		status = ms_wasserstein1d_orlicz(ctx, &arena, a, b, 2, &out);
	ms_arena_free(&arena);
	return status;
}

TEST(stops_and_refusals)
{
	enum { N = 150000, M = 100000 };
	double *x = malloc(N * sizeof(double));
	double *y = malloc(M * sizeof(double));
	ms_column a = column_of(x, N, NULL, NULL);
	ms_column b = column_of(y, M, NULL, NULL);
	ms_status status;
	host h;

	for (size_t i = 0; i < N; i++)
		x[i] = (double) i;
	for (size_t i = 0; i < M; i++)
		y[i] = (double) i * 1.25;
	HOST_EVERY(h, status, all_of_it(&h.ctx, &a, &b));
	CHECK(h.polls > 0);
	free(x);
	free(y);
}

int
main(void)
{
	RUN(reference_values);
	RUN(reference_weights);
	RUN(reference_plan);
	RUN(reference_errors);
	RUN(reference_groups);
	RUN(reference_circle_and_orlicz);
	RUN(closed_forms);
	RUN(masses_equal_up_to_rounding);
	RUN(weights_are_repeated_rows);
	RUN(single_points_and_ties);
	RUN(large_p_and_large_numbers);
	RUN(laws);
	RUN(parts_add_up);
	RUN(what_moved);
	RUN(stops_and_refusals);
	return unit_done();
}
