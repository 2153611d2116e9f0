/*
 * test_matching_shift.c: do I need weights at all (regressions with and without), and target shift.
 */
#include "core/mmd/matching_regression.h"
#include "core/mmd/matching_shift.h"

#include "mmd_samples.h"

/* --- regression ----------------------------------------------------------------------------- */

/* kernel_mean_matching.md, section 12. */
TEST(regression_reference)
{
	static const double yx[] = {1.2, 0, 2.7, 1, 5.4, 2, 6.8, 3, 9.3, 4, 10.6, 5};
	static const double w[] = {.2, .4, .8, 1.2, 1.6, 1.8}, t[] = {4, 5, 6, 7};
	sample_value s = sample_of(yx, w, 6, 2), target = sample_of(t, NULL, 4, 1);
	ms_regression r;
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_regression_fit(&h.ctx, &arena, s.s, target.s, 0, false, &r), MS_OK);
	CHECK_INT(r.k, 2);
	CHECK_NEAR(r.plain[0], 1.12857143, 1e-8);
	CHECK_NEAR(r.plain[1], 1.94857143, 1e-8);
	CHECK_NEAR(r.weighted[0], 1.27652174, 1e-8);
	CHECK_NEAR(r.weighted[1], 1.90956522, 1e-8);
	CHECK_NEAR(r.weighted_error[0], .27540612, 1e-8);
	CHECK_NEAR(r.weighted_error[1], .08015041, 1e-8);
	CHECK_NEAR(r.f, .85105572, 1e-8);
	CHECK_INT(r.df1, 2);
	CHECK_INT(r.df2, 2);
	CHECK_NEAR(r.p_value, .54023, 5e-6);
	CHECK_NEAR(r.complexity, 4.514285714, 1e-9);
	CHECK_NEAR(r.effective, 36 / (.04 + .16 + .64 + 1.44 + 2.56 + 3.24), 1e-12);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	sample_free(s);
	sample_free(target);
}

/* The test holds its level where the line is true, and finds a bend; the response may stand anywhere. */
TEST(regression_level)
{
	int rejected[2] = {0};

	for (int run = 0; run < 300; run++)
	{
		double rows[2][300], w[100];
		ms_rng rng;

		ms_rng_init(&rng, 8, (uint64_t) run);
		for (int i = 0; i < 100; i++)
		{
			double x = ms_rng_normal(&rng), noise = ms_rng_normal(&rng);

			w[i] = exp(x - .5);
			for (int bent = 0; bent < 2; bent++)
			{
				rows[bent][3 * i] = x;
				rows[bent][3 * i + 1] = 1 + 2 * x + noise + bent * x * x;
				rows[bent][3 * i + 2] = ms_rng_normal(&rng);
			}
		}
		for (int bent = 0; bent < 2; bent++)
		{
			sample_value s = sample_of(rows[bent], w, 100, 3);
			ms_regression r;
			ms_arena arena;
			host h;

			host_init(&h);
			ms_arena_init(&arena, &h.ctx);
			CHECK_INT(ms_regression_fit(&h.ctx, &arena, s.s, NULL, 1, false, &r), MS_OK);
			CHECK_INT(r.df1, 3);
			CHECK(isnan(r.complexity));
			rejected[bent] += r.p_value < .05;
			ms_arena_free(&arena);
			sample_free(s);
		}
	}
	CHECK(rejected[0] >= 4 && rejected[0] <= 30);
	CHECK(rejected[1] > 270);
}

TEST(regression_degenerate)
{
	static const double line[] = {1, 1, 2, 2, 3, 3, 4, 4, 6, 5}, flat[] = {1, .1, 2, .1, 3, .1, 5, .1};
	static const double twice[] = {1, 1, 2, 2, 2, 4, 3, 3, 6, 5, 4, 8, 2, 9, 18},
						zero[] = {0, 0, 0, 0, 0};
	sample_value same = sample_of(line, NULL, 5, 2), constant = sample_of(flat, NULL, 4, 2);
	sample_value dependent = sample_of(twice, NULL, 5, 3), few = sample_of(line, NULL, 2, 2);
	sample_value nothing = sample_of(line, zero, 5, 2);
	ms_regression r;
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	/* weights that do not vary leave nothing to test */
	CHECK_INT(ms_regression_fit(&h.ctx, &arena, same.s, NULL, 0, false, &r), MS_OK);
	CHECK(isnan(r.f) && r.df1 == 0);
	CHECK_NEAR(r.plain[1], r.weighted[1], 1e-12);
	CHECK_NEAR(r.effective, 5, 1e-12);
	CHECK_INT(ms_regression_fit(&h.ctx, &arena, constant.s, NULL, 0, false, &r), MS_CONSTANT);
	CHECK_INT(h.ctx.facts.index, 2);
	CHECK_INT(ms_regression_fit(&h.ctx, &arena, dependent.s, NULL, 0, false, &r), MS_NOT_DEFINITE);
	CHECK_INT(ms_regression_fit(&h.ctx, &arena, few.s, NULL, 0, false, &r), MS_OK);
	CHECK(r.n <= r.k);
	CHECK_INT(ms_regression_fit(&h.ctx, &arena, nothing.s, NULL, 0, false, &r), MS_BAD_WEIGHT);
	CHECK_INT(ms_regression_fit(&h.ctx, &arena, same.s, NULL, 2, false, &r), MS_BAD_ARGUMENT);
	CHECK_INT(ms_regression_fit(&h.ctx, &arena, same.s, same.s, 0, false, &r), MS_DIMENSION);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	sample_free(same);
	sample_free(constant);
	sample_free(dependent);
	sample_free(few);
	sample_free(nothing);
}

/* --- target shift --------------------------------------------------------------------------- */

TEST(shift_reference)
{
	static const double yx[] = {-1, -.8, -.3, -.5, .2, .4, .9, 1.1, 1.5, 1.2},
						t[] = {.3, .7, 1.4, .9};
	static const double eta[] = {-.93184718, -.78286951, .67594576, .46185352, .41644619};
	static const double rho[] = {-1.26976845, -.33827488, .69815120, .59489343, .16355653};
	sample_value s = sample_of(yx, NULL, 5, 2), target = sample_of(t, NULL, 4, 1);
	ms_shift_options o = {
		.x_bandwidth = .5, .y_bandwidth = .5, .target_bandwidth = .5, .alpha = .1};
	double mean = 0;
	ms_shift f;
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_shift_fit(&h.ctx, &arena, s.s, target.s, &o, &f), MS_OK);
	for (int i = 0; i < 5; i++)
	{
		CHECK_NEAR(f.eta[i], eta[i], 1e-8);
		CHECK_NEAR(f.rho[i], rho[i], 1e-7);
		mean += fmax(0, 1 + rho[i]) / 5;
	}
	CHECK_NEAR(f.weights[0], 0, 0);
	CHECK_NEAR(f.weights[2], 1.69815120 / mean, 1e-7);
	ms_arena_free(&arena);
	o.alpha = 0;
	CHECK_INT(ms_shift_fit(&h.ctx, &arena, s.s, target.s, &o, &f), MS_BAD_ARGUMENT);
	CHECK_INT(ms_shift_fit(&h.ctx, &arena, target.s, target.s, &o, &f), MS_DIMENSION);
	o.alpha = 1;
	{
		static const double still[] = {1, .1, 2, .1, 4, .1};
		sample_value c = sample_of(still, NULL, 3, 2);

		o.x_bandwidth = NAN;
		CHECK_INT(ms_shift_fit(&h.ctx, &arena, c.s, target.s, &o, &f), MS_CONSTANT);
		CHECK_INT(h.ctx.facts.index, 2);
		sample_free(c);
	}
	o.y_bandwidth = -1;
	CHECK_INT(ms_shift_fit(&h.ctx, &arena, s.s, target.s, &o, &f), MS_BAD_ARGUMENT);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	sample_free(s);
	sample_free(target);
}

/* y ~ N(0, 1) -> N(0.5, 0.64), x = y + N(0, 0.25): the mean of y moves most of the way. */
TEST(shift_recovers)
{
	double off = 0, error = 0, flat = 0;
	int runs = 5;

	for (int run = 0; run < runs; run++)
	{
		double rows[1000], t[500], mean = 0;
		sample_value s, target;
		ms_shift_options o = {
			.x_bandwidth = NAN, .y_bandwidth = NAN, .target_bandwidth = NAN, .alpha = .05};
		ms_rng rng;
		ms_shift f;
		ms_arena arena;
		host h;

		ms_rng_init(&rng, 21, (uint64_t) run);
		for (int i = 0; i < 500; i++)
		{
			rows[2 * i] = ms_rng_normal(&rng);
			rows[2 * i + 1] = rows[2 * i] + .5 * ms_rng_normal(&rng);
			t[i] = .5 + .8 * ms_rng_normal(&rng) + .5 * ms_rng_normal(&rng);
		}
		s = sample_of(rows, NULL, 500, 2);
		target = sample_of(t, NULL, 500, 1);
		host_init(&h);
		ms_arena_init(&arena, &h.ctx);
		CHECK_INT(ms_shift_fit(&h.ctx, &arena, s.s, target.s, &o, &f), MS_OK);
		for (size_t i = 0; i < 500; i++)
		{
			double y = *(const double *) ms_sample_record(s.s, f.rows[i]);
			double ratio = exp(y * y / 2 - (y - .5) * (y - .5) / 1.28) / .8;

			mean += f.weights[i] * y / 500;
			error += (f.weights[i] - ratio) * (f.weights[i] - ratio) / 500 / runs;
			flat += (1 - ratio) * (1 - ratio) / 500 / runs;
		}
		off += (mean - .5) / runs;
		ms_arena_free(&arena);
		CHECK_INT(h.live, 0);
		sample_free(s);
		sample_free(target);
	}
	CHECK(fabs(off) < .08);
	CHECK(error < flat / 4);
}

static ms_status
regression_call(host *h, sample_value s, sample_value t)
{
	ms_regression r;
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_regression_fit(&h->ctx, &arena, s.s, t.s, 0, false, &r);
	if (status == MS_OK)
		CHECK(arena.used <= ms_regression_bytes(s.s->n, s.s->d) + 64 * 40);
	ms_arena_free(&arena);
	return status;
}

static ms_status
shift_call(host *h, sample_value s, sample_value t)
{
	ms_shift_options o = {
		.x_bandwidth = NAN, .y_bandwidth = NAN, .target_bandwidth = NAN, .alpha = .1};
	ms_shift f;
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_shift_fit(&h->ctx, &arena, s.s, t.s, &o, &f);
	if (status == MS_OK)
		CHECK(arena.used <= ms_shift_bytes(s.s->n, t.s->n) + 64 * 40);
	ms_arena_free(&arena);
	return status;
}

TEST(every_failure)
{
	sample_value s = normal_sample(3000, 5, 1, 0, 1), t = normal_sample(3000, 4, 2, 0, 1);
	sample_value a = normal_sample(300, 2, 3, 0, 1), b = normal_sample(200, 1, 4, 0, 1);
	ms_status status;
	host h;

	HOST_EVERY(h, status, regression_call(&h, s, t));
	HOST_EVERY(h, status, shift_call(&h, a, b));
	sample_free(s);
	sample_free(t);
	sample_free(a);
	sample_free(b);
}

int
main(void)
{
	RUN(regression_reference);
	RUN(regression_level);
	RUN(regression_degenerate);
	RUN(shift_reference);
	RUN(shift_recovers);
	RUN(every_failure);
	return unit_done();
}
