/*
 * test_information.c: standard errors: closed forms for one component, finite differences for
 * more, coverage of the intervals.
 */
#include "core/mixture/information.h"

#include "core/mixture/draw.h"
#include "mixture_fit.h"
#include "mixture_models.h"

/* One normal column: sd / sqrt(n) for the mean; with normal kurtosis S sqrt(2 / n). */
TEST(one_component)
{
	static double x[20000];
	ms_rows rows = rows_of(x, 20000, 1);
	ms_gmm_parameter out[3];
	fitted f;
	ms_rng rng;

	ms_rng_init(&rng, 1, 1);
	for (size_t i = 0; i < 20000; i++)
		x[i] = 5 + 2 * ms_rng_normal(&rng);
	fit(&f, x, 20000, 1, MS_GMM_FULL, 1, 1e-10);
	CHECK_INT(ms_gmm_information_size(&f.m), 3);
	CHECK_INT(ms_gmm_information(&f.h.ctx, &f.m, &rows, out), MS_OK);
	CHECK_INT(out[0].kind, MS_GMM_WEIGHT);
	CHECK_NEAR(out[0].std_error, 0, 0);
	CHECK_INT(out[1].kind, MS_GMM_MEAN);
	CHECK_NEAR(out[1].estimate, f.m.means[0], 0);
	CHECK_NEAR(out[1].std_error, 2 / sqrt(20000), 2e-3);
	CHECK_INT(out[2].kind, MS_GMM_COVARIANCE);
	CHECK_NEAR(out[2].std_error / (4 * sqrt(2 / 20000.0)), 1, 0.05);
	done(&f);
}

/* Places and families; the weights' errors sum right: of two the errors are equal. */
TEST(places)
{
	static const ms_gmm_family families[] = {MS_GMM_FULL,	   MS_GMM_TIED, MS_GMM_DIAG,
											 MS_GMM_SPHERICAL, MS_GMM_EII,	MS_GMM_EEI};
	ms_rows rows = rows_of(faithful, 272, 2);

	for (size_t i = 0; i < 6; i++)
	{
		ms_gmm_parameter out[12];
		size_t n;
		fitted f;

		fit(&f, faithful, 272, 2, families[i], 2, 1e-12);
		n = ms_gmm_information_size(&f.m);
		CHECK_INT(n, 6 + ms_gmm_covariances(families[i], 2, 2));
		CHECK_INT(ms_gmm_information(&f.h.ctx, &f.m, &rows, out), MS_OK);
		CHECK_NEAR(out[0].std_error, out[1].std_error, 1e-12);
		/* well separated: near sqrt(w (1 - w) / n) and sd / sqrt(n_j) */
		CHECK_NEAR(out[0].std_error, sqrt(out[0].estimate * out[1].estimate / 272), 3e-3);
		for (size_t p = 0; p < n; p++)
			CHECK(out[p].std_error > 0 && isfinite(out[p].std_error));
		if (families[i] == MS_GMM_FULL)
		{
			CHECK(out[10].kind == MS_GMM_COVARIANCE && out[10].component == 1 && out[10].i == 1 &&
				  out[10].j == 0);
			CHECK_NEAR(out[3].std_error, sqrt(f.m.covariances[2] / 175), 0.05);
		}
		if (families[i] == MS_GMM_TIED)
			CHECK(out[7].component == UINT32_MAX && out[7].i == 1 && out[7].j == 0);
		done(&f);
	}
}

/* 95 % intervals of the first mean cover it as often as they say. */
TEST(coverage)
{
	host h;
	ms_arena arena;
	ms_drawer *drawer;
	ms_gmm m;
	int inside = 0;
	int rounds = 300;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(make_line(&h.ctx, &arena, 2, (double[]){.6, .4}, (double[]){0, 3},
						(double[]){1, .7}, &m),
			  MS_OK);
	CHECK_INT(ms_drawer_new(&h.ctx, &arena, &m, &drawer), MS_OK);
	for (int r = 0; r < rounds; r++)
	{
		double x[400];
		ms_rows rows = rows_of(x, 400, 1);
		ms_em_options o = options(MS_GMM_FULL, 2, 1e-8);
		ms_gmm_parameter out[6];
		fitted f;

		for (uint64_t i = 0; i < 400; i++)
			ms_draw_at(drawer, r, i, x + i);
		host_init(&f.h);
		ms_arena_init(&f.arena, &f.h.ctx);
		o.start = &m;
		CHECK_INT(ms_em_fit(&f.h.ctx, &f.arena, &rows, &o, &f.m), MS_OK);
		CHECK_INT(ms_gmm_information(&f.h.ctx, &f.m, &rows, out), MS_OK);
		inside += fabs(out[2].estimate) <= 1.96 * out[2].std_error;
		done(&f);
	}
	/* four standard deviations of the count around 95 % */
	CHECK(inside >= 0.9 * rounds && inside <= 0.99 * rounds);
	ms_arena_free(&arena);
}

TEST(refusals)
{
	ms_rows rows = rows_of(faithful, 272, 2);
	ms_rows few = rows_of(faithful, 5, 2);
	ms_gmm_parameter out[20];
	double gap[] = {1, NAN};
	ms_rows gaps = rows_of(gap, 1, 2);
	fitted f;

	fit(&f, faithful, 272, 2, MS_GMM_FULL, 2, 1e-8);
	CHECK_INT(ms_gmm_information(&f.h.ctx, &f.m, &few, out), MS_NOT_DEFINITE);
	CHECK_INT(ms_gmm_information(&f.h.ctx, &f.m, &gaps, out), MS_INCOMPLETE);
	f.m.family = MS_GMM_VEV;
	CHECK_INT(ms_gmm_information(&f.h.ctx, &f.m, &rows, out), MS_BAD_ARGUMENT);
	CHECK_STR(f.h.ctx.facts.what, "covariance");
	f.m.family = MS_GMM_FULL;
	f.m.flags = MS_GMM_NOISE;
	CHECK_INT(ms_gmm_information(&f.h.ctx, &f.m, &rows, out), MS_BAD_ARGUMENT);
	f.m.flags = 0;
	rows.d = 1;
	CHECK_INT(ms_gmm_information(&f.h.ctx, &f.m, &rows, out), MS_DIMENSION);
	done(&f);
}

static ms_status
one_call(ms_ctx *ctx, const ms_gmm *m, const ms_rows *rows)
{
	ms_gmm_parameter out[20];

	return ms_gmm_information(ctx, m, rows, out);
}

TEST(refuse_and_stop_everywhere)
{
	static double x[20000 * 2];
	ms_rows rows = rows_of(x, 20000, 2);
	ms_status status;
	fitted f;
	host h;

	make_clusters(20000, 2, 2, 4, 3, x);
	fit(&f, x, 20000, 2, MS_GMM_FULL, 2, 1e-6);
	HOST_EVERY(h, status, one_call(&h.ctx, &f.m, &rows));
	CHECK(h.polls > 0);
	done(&f);
}

int
main(void)
{
	load_all();
	RUN(one_component);
	RUN(places);
	RUN(coverage);
	RUN(refusals);
	RUN(refuse_and_stop_everywhere);
	return unit_done();
}
