/*
 * test_marginal.c: marginals and conditionals against the density they come from, imputation,
 * moments.
 */
#include "core/mixture/marginal.h"

#include "core/mixture/score.h"
#include "mixture_models.h"

static const ms_gmm_family families[] = {
	MS_GMM_FULL, MS_GMM_TIED, MS_GMM_DIAG, MS_GMM_SPHERICAL, MS_GMM_EII, MS_GMM_EEI,
	MS_GMM_VEI,	 MS_GMM_EVI,  MS_GMM_VEE,  MS_GMM_EEV,		 MS_GMM_VEV, MS_GMM_EVV};

static double
log_density(host *h, ms_arena *arena, const ms_gmm *m, const double *x)
{
	double joint[8];
	ms_scorer *s;
	size_t best;

	CHECK_INT(ms_scorer_new(&h->ctx, arena, m, &s), MS_OK);
	return ms_score_row(s, x, joint, &best);
}

/* The model as bytes is a good one. */
static void
check_packs(host *h, ms_arena *arena, const ms_gmm *m)
{
	size_t size = ms_gmm_packed_size(m);
	char *bytes = calloc(1, size);
	ms_gmm back;

	ms_gmm_pack(m, bytes);
	if (!CHECK_INT(ms_gmm_unpack(&h->ctx, arena, bytes, size, &back), MS_OK))
		printf("    %s\n", h->ctx.facts.what);
	free(bytes);
}

/* p(x_o) p(x_u | x_o) = p(x), in every family, with a background, for every choice of o. */
TEST(chain_rule)
{
	static const double x[] = {1.5, 3.25, 0.5, 4};

	for (size_t f = 0; f < 24; f++)
	{
		host h;
		ms_arena arena;
		ms_gmm m;

		host_init(&h);
		ms_arena_init(&arena, &h.ctx);
		CHECK_INT((f < 12 ? make_model : make_noisy_model)(&h.ctx, &arena, families[f % 12], 3, 4,
														   &m),
				  MS_OK);
		for (unsigned set = 1; set < 15; set++)
		{
			uint32_t dims[4];
			double there[4];
			double gaps[4];
			double given[4];
			size_t no = 0;
			size_t nu = 0;
			ms_gmm marginal;
			ms_gmm conditional;

			for (uint32_t c = 0; c < 4; c++)
			{
				given[c] = set >> c & 1 ? x[c] : NAN;
				if (set >> c & 1)
				{
					dims[no] = c;
					there[no++] = x[c];
				}
				else
					gaps[nu++] = x[c];
			}
			CHECK_INT(ms_gmm_marginal(&h.ctx, &arena, &m, dims, no, &marginal), MS_OK);
			CHECK_INT(ms_gmm_condition(&h.ctx, &arena, &m, given, &conditional), MS_OK);
			CHECK_NEAR(log_density(&h, &arena, &marginal, there) +
						   log_density(&h, &arena, &conditional, gaps),
					   log_density(&h, &arena, &m, x), 1e-13);
			check_packs(&h, &arena, &marginal);
			check_packs(&h, &arena, &conditional);
		}
		ms_arena_free(&arena);
		CHECK_INT(h.live, 0);
	}
}

TEST(known_regression)
{
	static const double covariances[] = {4, 1, 1, 9};
	host h;
	ms_arena arena;
	ms_gmm m;
	ms_gmm c;
	double x[] = {3, NAN};

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_gmm_import(&h.ctx, &arena, 1, 2, (double[]){1}, (double[]){1, 10}, covariances,
							&m),
			  MS_OK);
	m.names = "a\0b";
	m.names_size = 4;
	CHECK_INT(ms_gmm_condition(&h.ctx, &arena, &m, x, &c), MS_OK);
	CHECK_NEAR(c.means[0], 10 + 0.25 * 2, 1e-15);
	CHECK_NEAR(c.covariances[0], 9 - 0.25, 1e-15);
	CHECK_STR(c.names, "b");
	CHECK_INT(c.names_size, 2);
	CHECK_INT(ms_gmm_impute(&h.ctx, &m, x), MS_OK);
	CHECK_NEAR(x[1], 10.5, 1e-15);
	CHECK_NEAR(x[0], 3, 0);
	x[0] = x[1] = NAN;
	CHECK_INT(ms_gmm_impute(&h.ctx, &m, x), MS_OK);
	CHECK(x[0] == 1 && x[1] == 10);
	CHECK_INT(ms_gmm_impute(&h.ctx, &m, x), MS_OK);
	CHECK_INT(ms_gmm_condition(&h.ctx, &arena, &m, x, &c), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "columns");
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

/* Given a value far from everything one component has all the weight, and the others are there. */
TEST(far_condition)
{
	host h;
	ms_arena arena;
	ms_gmm m;
	ms_gmm c;
	double x[] = {1e6, NAN, NAN};

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	for (int noisy = 0; noisy < 2; noisy++)
	{
		CHECK_INT((noisy ? make_noisy_model : make_model)(&h.ctx, &arena, MS_GMM_FULL, 3, 3, &m),
				  MS_OK);
		CHECK_INT(ms_gmm_condition(&h.ctx, &arena, &m, x, &c), MS_OK);
		check_packs(&h, &arena, &c);
		CHECK_NEAR(c.weights[0] + c.weights[1] + c.weights[2] + c.noise, 1, 1e-11);
	}
	ms_arena_free(&arena);
}

TEST(bad_dims)
{
	host h;
	ms_arena arena;
	ms_gmm m;
	ms_gmm c;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(make_model(&h.ctx, &arena, MS_GMM_FULL, 2, 3, &m), MS_OK);
	CHECK_INT(ms_gmm_marginal(&h.ctx, &arena, &m, (uint32_t[]){3}, 1, &c), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "dims");
	CHECK_NEAR(h.ctx.facts.got, 4, 0);
	CHECK_INT(ms_gmm_marginal(&h.ctx, &arena, &m, (uint32_t[]){1, 1}, 2, &c), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "columns");
	CHECK_INT(ms_gmm_marginal(&h.ctx, &arena, &m, NULL, 0, &c), MS_BAD_ARGUMENT);
	/* in another order */
	CHECK_INT(ms_gmm_marginal(&h.ctx, &arena, &m, (uint32_t[]){2, 0}, 2, &c), MS_OK);
	CHECK(c.means[0] == m.means[2] && c.means[1] == m.means[0]);
	CHECK(c.covariances[0] == m.covariances[5] && c.covariances[1] == m.covariances[3]);
	ms_arena_free(&arena);
}

TEST(moments)
{
	host h;
	ms_arena arena;
	ms_gmm m;
	double mean[2];
	double s[3];

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_gmm_import(&h.ctx, &arena, 2, 2, (double[]){.25, .75}, (double[]){0, 0, 4, 8},
							(double[]){1, 0, 0, 1, 2, .5, .5, 3}, &m),
			  MS_OK);
	ms_gmm_mean(&m, mean);
	CHECK(mean[0] == 3 && mean[1] == 6);
	ms_gmm_total_covariance(&m, s);
	CHECK_NEAR(s[0], 1.75 + .25 * 9 + .75 * 1, 1e-15);
	CHECK_NEAR(s[1], .375 + .25 * 18 + .75 * 2, 1e-15);
	CHECK_NEAR(s[2], 2.5 + .25 * 36 + .75 * 4, 1e-15);
	ms_arena_free(&arena);
}

static ms_status
all_of_it(ms_ctx *ctx)
{
	ms_arena arena;
	ms_gmm m;
	ms_gmm c;
	double x[] = {1, NAN, 2, NAN, 3, NAN, 1, 2, 3, 4, 5, 6};
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = make_noisy_model(ctx, &arena, MS_GMM_FULL, 500, 12, &m);
	if (status == MS_OK)
		status = ms_gmm_marginal(ctx, &arena, &m, (uint32_t[]){1, 3, 5, 7}, 4, &c);
	if (status == MS_OK)
		status = ms_gmm_condition(ctx, &arena, &m, x, &c);
	if (status == MS_OK)
		status = ms_gmm_impute(ctx, &m, x);
	ms_arena_free(&arena);
	return status;
}

TEST(refuse_and_stop_everywhere)
{
	host h;
	ms_status status;

	HOST_EVERY(h, status, all_of_it(&h.ctx));
	CHECK(h.polls > 0);
}

int
main(void)
{
	RUN(chain_rule);
	RUN(known_regression);
	RUN(far_condition);
	RUN(bad_dims);
	RUN(moments);
	RUN(refuse_and_stop_everywhere);
	return unit_done();
}
