/*
 * test_select.c: candidates over k and families: reference values of gmm.md, section 14; order;
 * failures.
 */
#include "core/mixture/select.h"

#include "mixture_fit.h"

typedef struct selected
{
	host h;
	ms_arena arena;
	ms_status status;
	ms_gmm_candidate c[64];
} selected;

static void
choose(selected *s, const ms_rows *rows, const ms_em_options *o, size_t k_min, size_t k_max,
	   const ms_gmm_family *families, size_t n)
{
	host_init(&s->h);
	ms_arena_init(&s->arena, &s->h.ctx);
	s->h.ctx.budget = ms_gmm_select_memory(rows->n, rows->d, o, k_max, families, n);
	s->status = ms_gmm_select(&s->h.ctx, &s->arena, rows, o, k_min, k_max, families, n, s->c);
}

static void
finish(selected *s)
{
	ms_arena_free(&s->arena);
	CHECK_INT(s->h.live, 0);
}

/*
 * E in full; V up to 3: the best of V, 4 takes more starts (test_em.c). The likelihood grows with k.
 */
TEST(galaxies_by_splits)
{
	static const ms_gmm_family families[] = {MS_GMM_TIED, MS_GMM_FULL};
	static const double tied[] = {-240.337891, -230.352387, -212.351855,
								  -207.722330, -204.605410, -197.010822};
	static const double full[] = {-240.337891, -220.057973, -203.179228};
	static selected s;
	ms_rows rows = rows_of(galaxies, 82, 1);
	ms_em_options o = options(MS_GMM_FULL, 1, 1e-12);

	choose(&s, &rows, &o, 1, 6, families, 2);
	CHECK_INT(s.status, MS_OK);
	for (size_t k = 0; k < 6; k++)
	{
		CHECK(s.c[k].k == k + 1 && s.c[k].family == MS_GMM_TIED);
		CHECK_NEAR(s.c[k].model.info.log_likelihood, tied[k], 1e-8);
		CHECK_INT(s.c[k].model.info.starts, k > 0 ? 11 : 10);
	}
	for (size_t k = 0; k < 3; k++)
		CHECK_NEAR(s.c[6 + k].model.info.log_likelihood, full[k], 1e-8);
	for (size_t k = 1; k < 6; k++)
		CHECK(s.c[6 + k].model.info.log_likelihood > s.c[5 + k].model.info.log_likelihood);
	ms_gmm_rank(s.c, 12, MS_GMM_BIC);
	for (size_t i = 1; i < 12; i++)
		CHECK(ms_gmm_criterion_of(&s.c[i], MS_GMM_BIC) >=
			  ms_gmm_criterion_of(&s.c[i - 1], MS_GMM_BIC));
	finish(&s);
}

/* Mclust(faithful) picks EEE, 3; Mclust(iris) VEV, 2. */
TEST(choices)
{
	static selected s;
	static const ms_gmm_family families[] = {MS_GMM_EII, MS_GMM_SPHERICAL, MS_GMM_EEI, MS_GMM_DIAG,
											 MS_GMM_TIED, MS_GMM_FULL,	   MS_GMM_VEV, MS_GMM_EEV};
	ms_rows rows = rows_of(faithful, 272, 2);
	ms_em_options o = options(MS_GMM_FULL, 1, 1e-9);

	choose(&s, &rows, &o, 1, 4, families, 8);
	CHECK_INT(s.status, MS_OK);
	ms_gmm_rank(s.c, 32, MS_GMM_BIC);
	CHECK(s.c[0].k == 3 && s.c[0].family == MS_GMM_TIED);
	CHECK_NEAR(s.c[0].model.info.log_likelihood, -1126.315928, 1e-8);
	finish(&s);
	rows = rows_of(iris, 150, 4);
	choose(&s, &rows, &o, 1, 4, families, 8);
	CHECK_INT(s.status, MS_OK);
	ms_gmm_rank(s.c, 32, MS_GMM_BIC);
	CHECK(s.c[0].k == 2 && s.c[0].family == MS_GMM_VEV);
	CHECK_NEAR(ms_gmm_bic(&s.c[0].model), 561.728462, 1e-7);
	finish(&s);
}

/* More components than rows: failures at the end, the rest as it would be. */
TEST(failures)
{
	static selected s;
	static const ms_gmm_family families[] = {MS_GMM_DIAG, MS_GMM_FULL};
	static const double x[] = {1, 2, 3, 4, 5, 5, 4, 9};
	ms_rows rows = rows_of(x, 8, 1);
	ms_em_options o = options(MS_GMM_FULL, 1, 1e-9);

	choose(&s, &rows, &o, 1, 8, families, 2);
	CHECK_INT(s.status, MS_OK);
	CHECK_INT(s.c[6].failure, MS_TOO_FEW);
	CHECK_NEAR(s.c[6].facts.got, 6, 0);
	CHECK(isnan(ms_gmm_criterion_of(&s.c[6], MS_GMM_AIC)));
	ms_gmm_rank(s.c, 16, MS_GMM_AIC);
	CHECK(s.c[0].failure == MS_OK && s.c[15].failure != MS_OK);
	finish(&s);
	o.prior = true;
	choose(&s, &rows, &o, 2, 1, families, 2);
	CHECK_INT(s.status, MS_BAD_ARGUMENT);
	CHECK_STR(s.h.ctx.facts.what, "k_max");
	finish(&s);
	choose(&s, &rows, &o, 0, 1, families, 2);
	CHECK_STR(s.h.ctx.facts.what, "k_min");
	finish(&s);
	choose(&s, &rows, &o, 1, 2, (const ms_gmm_family[]){MS_GMM_EVV}, 1);
	CHECK_STR(s.h.ctx.facts.what, "prior");
	finish(&s);
}

static ms_status
small(ms_ctx *ctx)
{
	static const ms_gmm_family families[] = {MS_GMM_VEE, MS_GMM_FULL};
	ms_rows rows = rows_of(faithful, 272, 2);
	ms_em_options o = options(MS_GMM_FULL, 1, 1e-4);
	ms_gmm_candidate c[4];
	ms_arena arena;
	ms_status status;

	o.n_init = 2;
	ms_arena_init(&arena, ctx);
	status = ms_gmm_select(ctx, &arena, &rows, &o, 1, 2, families, 2, c);
	ms_arena_free(&arena);
	return status;
}

TEST(refuse_and_stop_everywhere)
{
	host h;
	ms_status status;

	HOST_EVERY(h, status, small(&h.ctx));
}

int
main(void)
{
	load_all();
	RUN(galaxies_by_splits);
	RUN(choices);
	RUN(failures);
	RUN(refuse_and_stop_everywhere);
	return unit_done();
}
