/*
 * test_draw.c: draws follow the model and the counter alone; tail probabilities.
 */
#include "core/mixture/draw.h"

#include "core/mixture/marginal.h"
#include "core/mixture/score.h"
#include "mixture_fit.h"
#include "mixture_models.h"

#define DRAWS 40000

/* Mean and covariance of the draws, of every family, with a background. */
TEST(moments)
{
	for (int f = MS_GMM_FULL; f <= MS_GMM_LAST_FAMILY; f++)
	{
		host h;
		ms_arena arena;
		ms_drawer *drawer;
		ms_gmm m;
		double mean[3], wanted[3], s[6], total[6], x[3];
		size_t counts[4] = {0};

		host_init(&h);
		ms_arena_init(&arena, &h.ctx);
		CHECK_INT((f % 2 ? make_model : make_noisy_model)(&h.ctx, &arena, (ms_gmm_family) f, 3, 3,
														  &m),
				  MS_OK);
		CHECK_INT(ms_drawer_new(&h.ctx, &arena, &m, &drawer), MS_OK);
		ms_gmm_mean(&m, wanted);
		ms_gmm_total_covariance(&m, total);
		memset(mean, 0, sizeof(mean));
		memset(s, 0, sizeof(s));
		for (uint64_t i = 0; i < DRAWS; i++)
		{
			size_t j = ms_draw_at(drawer, 5, i, x);

			counts[j == SIZE_MAX ? 3 : j]++;
			for (size_t a = 0; a < 3; a++)
			{
				mean[a] += x[a] / DRAWS;
				for (size_t b = 0; b <= a; b++)
					s[ms_packed_at(a, b)] += (x[a] - wanted[a]) * (x[b] - wanted[b]) / DRAWS;
			}
		}
		for (size_t a = 0; a < 3; a++)
			CHECK(fabs(mean[a] - wanted[a]) <
				  5 * sqrt(total[ms_packed_at(a, a)] / DRAWS));
		for (size_t e = 0; e < 6; e++)
			CHECK(fabs(s[e] - total[e]) < 0.05 * (total[0] + total[5]));
		for (size_t j = 0; j < 4; j++)
			CHECK_NEAR((double) counts[j] / DRAWS, j < 3 ? m.weights[j] : m.noise, 0.012);
		ms_arena_free(&arena);
		CHECK_INT(h.live, 0);
	}
}

/* A point is a function of seed and number. */
TEST(counter)
{
	host h;
	ms_arena arena;
	ms_drawer *drawer;
	ms_gmm m;
	double x[2], y[2];

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(make_model(&h.ctx, &arena, MS_GMM_FULL, 3, 2, &m), MS_OK);
	CHECK_INT(ms_drawer_new(&h.ctx, &arena, &m, &drawer), MS_OK);
	for (uint64_t i = 100; i-- > 0;)
	{
		size_t j = ms_draw_at(drawer, -3, i, x);

		CHECK_INT(ms_draw_at(drawer, -3, i, y), j);
		CHECK(x[0] == y[0] && x[1] == y[1]);
		ms_draw_at(drawer, -4, i, y);
		CHECK(x[0] != y[0] && x[1] != y[1]);
		ms_draw_at(drawer, -3, i + 1, y);
		CHECK(x[0] != y[0]);
	}
	ms_arena_free(&arena);
}

/* Draws refitted from the truth give it back within 5 standard errors (section 15, 9). */
TEST(refit)
{
	static double x[100000 * 2];
	host h;
	ms_arena arena;
	ms_drawer *drawer;
	ms_gmm m;
	ms_gmm out;
	ms_rows rows = rows_of(x, 100000, 2);
	ms_em_options o = options(MS_GMM_FULL, 2, 1e-9);

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(make_model(&h.ctx, &arena, MS_GMM_FULL, 2, 2, &m), MS_OK);
	m.means[2] += 4;
	CHECK_INT(ms_drawer_new(&h.ctx, &arena, &m, &drawer), MS_OK);
	for (uint64_t i = 0; i < rows.n; i++)
		ms_draw_at(drawer, 1, i, x + 2 * i);
	o.start = &m;
	CHECK_INT(ms_em_fit(&h.ctx, &arena, &rows, &o, &out), MS_OK);
	for (size_t j = 0; j < 2; j++)
	{
		double n = m.weights[j] * (double) rows.n;

		CHECK(fabs(out.weights[j] - m.weights[j]) < 5 * sqrt(0.25 / (double) rows.n) * 1.2);
		for (size_t a = 0; a < 2; a++)
			CHECK(fabs(out.means[2 * j + a] - m.means[2 * j + a]) <
				  5 * 1.2 * sqrt(m.covariances[3 * j + ms_packed_at(a, a)] / n));
	}
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

TEST(tail_of_one)
{
	host h;
	ms_arena arena;
	ms_tail *tail;
	ms_gmm m;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_gmm_import(&h.ctx, &arena, 1, 2, (double[]){1}, (double[]){0, 0},
							(double[]){4, 0, 0, 9}, &m),
			  MS_OK);
	CHECK_INT(ms_tail_new(&h.ctx, &arena, &m, &tail), MS_OK);
	/* two degrees of freedom: exp(-q / 2) */
	CHECK_NEAR(ms_tail_probability(tail, (double[]){2, 3}), exp(-1), 1e-14);
	CHECK_NEAR(ms_tail_probability(tail, (double[]){0, 0}), 1, 0);
	CHECK_NEAR(log(ms_tail_probability(tail, (double[]){40, 0})), -200, 1e-12);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

/* Under the model tail_p is uniform: a share p of draws has tail_p <= p. */
TEST(tail_of_more)
{
	host h;
	ms_arena arena;
	ms_tail *tail;
	ms_drawer *drawer;
	ms_gmm m;
	double x[3];
	size_t below[3] = {0};

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(make_noisy_model(&h.ctx, &arena, MS_GMM_VEE, 3, 3, &m), MS_OK);
	CHECK_INT(ms_tail_new(&h.ctx, &arena, &m, &tail), MS_OK);
	CHECK_INT(ms_drawer_new(&h.ctx, &arena, &m, &drawer), MS_OK);
	for (uint64_t i = 0; i < 20000; i++)
	{
		double p;

		ms_draw_component_at(drawer, 77, i, x);
		p = ms_tail_probability(tail, x);
		below[0] += p <= 0.01;
		below[1] += p <= 0.1;
		below[2] += p <= 0.5;
	}
	CHECK_NEAR((double) below[0] / 20000, 0.01, 0.005);
	CHECK_NEAR((double) below[1] / 20000, 0.1, 0.015);
	CHECK_NEAR((double) below[2] / 20000, 0.5, 0.025);
	CHECK_NEAR(ms_tail_probability(tail, (double[]){1e9, 0, 0}), 1.0 / (MS_TAIL_DRAWS + 1), 0);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

static ms_status
tail_and_drawer(ms_ctx *ctx)
{
	ms_arena arena;
	ms_gmm m;
	ms_tail *tail;
	ms_drawer *drawer;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = make_noisy_model(ctx, &arena, MS_GMM_FULL, 3, 3, &m);
	if (status == MS_OK)
		status = ms_tail_new(ctx, &arena, &m, &tail);
	if (status == MS_OK)
		status = ms_drawer_new(ctx, &arena, &m, &drawer);
	ms_arena_free(&arena);
	return status;
}

TEST(refuse_and_stop_everywhere)
{
	host h;
	ms_status status;

	HOST_EVERY(h, status, tail_and_drawer(&h.ctx));
	CHECK(h.polls > 0);
}

int
main(void)
{
	RUN(moments);
	RUN(counter);
	RUN(refit);
	RUN(tail_of_one);
	RUN(tail_of_more);
	RUN(refuse_and_stop_everywhere);
	return unit_done();
}
