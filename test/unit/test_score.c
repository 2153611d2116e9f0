/*
 * test_score.c: densities and posteriors of single rows: gmm.md, section 14, and brute force.
 */
#include "core/mixture/score.h"

#include "core/base/linalg.h"
#include "core/base/rng.h"
#include "core/mixture/kernel.h"
#include "core/mixture/marginal.h"
#include "host.h"
#include "mixture_models.h"

/* The converged two-component model of Old Faithful (gmm.md, section 14). */
static void
faithful(ms_ctx *ctx, ms_arena *arena, ms_gmm *m)
{
	static const double weights[] = {0.3558728703, 0.6441271297};
	static const double means[] = {2.0363884868, 54.4785167010, 4.2896620016, 79.9681155186};
	static const double covariances[] = {.0691676981, .4351678913, 33.6972838918,
										 .1699683996, .9406088590, 36.0462061352};

	CHECK_INT(ms_gmm_new(ctx, arena, MS_GMM_FULL, 2, 2, m), MS_OK);
	memcpy(m->weights, weights, sizeof(weights));
	memcpy(m->means, means, sizeof(means));
	memcpy(m->covariances, covariances, sizeof(covariances));
}

TEST(reference_values)
{
	host h;
	ms_arena arena;
	ms_gmm m;
	ms_scorer *s;
	double joint[2];
	double density;
	size_t best;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	faithful(&h.ctx, &arena, &m);
	CHECK_INT(ms_scorer_new(&h.ctx, &arena, &m, &s), MS_OK);
	/* by numpy for these parameters; gmm.md's -8.0918559468 belongs to more digits of them */
	density = ms_score_row(s, (double[]){3, 70}, joint, &best);
	CHECK_NEAR(density, -8.091857065931228, 1e-14);
	CHECK_NEAR(density, -8.0918559468, 2e-7);
	CHECK_NEAR(exp(joint[0] - density), 0.0362541741, 2e-7);
	CHECK_INT(best, 1);
	/* no underflow far away */
	density = ms_score_row(s, (double[]){10, 0}, joint, &best);
	CHECK_NEAR(density, -300.8350044777081, 1e-14);
	CHECK_NEAR(exp(joint[0] - density) / 2.66338678e-147, 1, 1e-8);
	CHECK_NEAR(ms_score_distance(s, m.means, 0), 0, 0);
	CHECK_NEAR(ms_score_distance(s, (double[]){2.0363884868 + sqrt(.0691676981), 54.4785167010}, 0),
			   1 / sqrt(1 - .4351678913 * .4351678913 / (.0691676981 * 33.6972838918)), 1e-9);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

/* The joint log density of one component by a plain triangular solve. */
static double
plain_joint(const ms_gmm *m, size_t j, const double *x)
{
	double packed[10];
	double full[16];
	double y[4];
	double q = 0;

	ms_gmm_covariance(m, j, packed);
	ms_linalg_unpack(packed, m->d, full);
	CHECK(ms_linalg_cholesky(full, m->d));
	for (size_t c = 0; c < m->d; c++)
		y[c] = x[c] - m->means[j * m->d + c];
	ms_linalg_solve_lower(full, m->d, y);
	for (size_t c = 0; c < m->d; c++)
		q += y[c] * y[c];
	return log(m->weights[j]) - (double) m->d / 2 * log(2 * M_PI) -
		   (ms_linalg_logdet(full, m->d) + q) / 2;
}

static void
check_against_plain(ms_gmm_family family, size_t k, size_t d)
{
	host h;
	ms_arena arena;
	ms_gmm m;
	ms_scorer *s;
	double joint[20];
	double x[4];
	size_t best;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_gmm_new(&h.ctx, &arena, family, k, d, &m), MS_OK);
	for (size_t j = 0; j < k; j++)
		m.weights[j] = 1.0 / (double) k;
	for (size_t i = 0; i < k * d; i++)
		m.means[i] = sin((double) (3 * i));
	for (size_t i = 0; i < ms_gmm_covariances(family, k, d); i++)
		m.covariances[i] = 0.5 + 0.01 * (double) i;
	for (size_t i = 0; family == MS_GMM_FULL && i < k * d; i++)
		m.covariances[i / d * ms_packed_size(d) + ms_packed_at(i % d, i % d)] += 2;
	for (size_t i = 0; family == MS_GMM_TIED && i < d; i++)
		m.covariances[ms_packed_at(i, i)] += 2;
	CHECK_INT(ms_scorer_new(&h.ctx, &arena, &m, &s), MS_OK);
	for (int row = 0; row < 20; row++)
	{
		double density;
		double sum = 0;

		for (size_t c = 0; c < d; c++)
			x[c] = 3 * cos(row + (double) c);
		density = ms_score_row(s, x, joint, &best);
		for (size_t j = 0; j < k; j++)
		{
			CHECK_NEAR(joint[j], plain_joint(&m, j, x), 1e-13);
			CHECK(joint[j] <= joint[best]);
			sum += exp(joint[j] - density);
		}
		CHECK_NEAR(sum, 1, 1e-14);
	}
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

TEST(equals_plain)
{
	for (size_t k = 1; k <= 17; k += 4)
	{
		for (size_t d = 1; d <= 4; d++)
		{
			check_against_plain(MS_GMM_FULL, k, d);
			check_against_plain(MS_GMM_TIED, k, d);
			check_against_plain(MS_GMM_DIAG, k, d);
			check_against_plain(MS_GMM_SPHERICAL, k, d);
		}
	}
}

/* The density of a mixture on the line integrates to 1 (trapezoids are exact enough here). */
TEST(integrates_to_one)
{
	host h;
	ms_arena arena;
	ms_gmm m;
	ms_scorer *s;
	double joint[2];
	double sum = 0;
	size_t best;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_gmm_new(&h.ctx, &arena, MS_GMM_FULL, 2, 1, &m), MS_OK);
	memcpy(m.weights, (double[]){0.25, 0.75}, 2 * sizeof(double));
	memcpy(m.means, (double[]){-1, 2}, 2 * sizeof(double));
	memcpy(m.covariances, (double[]){0.25, 4}, 2 * sizeof(double));
	CHECK_INT(ms_scorer_new(&h.ctx, &arena, &m, &s), MS_OK);
	for (int i = -3000; i <= 3000; i++)
		sum += 0.01 * exp(ms_score_row(s, (double[]){0.01 * i}, joint, &best));
	CHECK_NEAR(sum, 1, 1e-13);
	ms_arena_free(&arena);
}

/* Ties go to the smaller number; a distance that overflows is far, not NaN. */
TEST(ties_and_overflow)
{
	host h;
	ms_arena arena;
	ms_gmm m;
	ms_scorer *s;
	double joint[3];
	size_t best;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_gmm_new(&h.ctx, &arena, MS_GMM_SPHERICAL, 3, 1, &m), MS_OK);
	for (size_t j = 0; j < 3; j++)
	{
		m.weights[j] = 1.0 / 3;
		m.means[j] = (double) (j / 2);
		m.covariances[j] = 1;
	}
	CHECK_INT(ms_scorer_new(&h.ctx, &arena, &m, &s), MS_OK);
	ms_score_row(s, (double[]){0}, joint, &best);
	CHECK_INT(best, 0);
	CHECK(ms_score_row(s, (double[]){1e300}, joint, &best) == -INFINITY);
	CHECK_INT(best, 0);
	ms_score_posterior(joint, 3, joint);
	CHECK_NEAR(joint[2], 1.0 / 3, 1e-15);
	/* a difference in the log density that its own size swallows */
	CHECK_NEAR(ms_score_row(s, (double[]){-1e6}, joint, &best), -5e11, 1e-10);
	ms_score_posterior(joint, 3, joint);
	CHECK_NEAR(joint[0] + joint[1] + joint[2], 1, 1e-15);
	CHECK_NEAR(joint[0], 0.5, 1e-15);
	ms_arena_free(&arena);
}

TEST(not_definite)
{
	host h;
	ms_arena arena;
	ms_gmm m;
	ms_scorer *s;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	faithful(&h.ctx, &arena, &m);
	m.covariances[4] = 100;
	CHECK_INT(ms_scorer_new(&h.ctx, &arena, &m, &s), MS_NOT_DEFINITE);
	CHECK_INT(h.ctx.facts.index, 2);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

/* A background: densities, posteriors and labels; best alone is the same best. */
TEST(noise)
{
	for (int f = MS_GMM_FULL; f <= MS_GMM_LAST_FAMILY; f++)
	{
		host h;
		ms_arena arena;
		ms_gmm m;
		ms_scorer *s;
		ms_rng rng;

		host_init(&h);
		ms_arena_init(&arena, &h.ctx);
		ms_rng_init(&rng, 1, (uint64_t) f);
		CHECK_INT((f % 3 ? make_noisy_model : make_model)(&h.ctx, &arena, (ms_gmm_family) f, 11, 3,
														  &m),
				  MS_OK);
		CHECK_INT(ms_scorer_new(&h.ctx, &arena, &m, &s), MS_OK);
		for (int i = 0; i < 500; i++)
		{
			double x[3], joint[11], posterior[11];
			double sum = m.noise > 0 ? m.noise / exp(m.log_volume) : 0;
			double share;
			double density;
			size_t best;

			for (size_t c = 0; c < 3; c++)
				x[c] = 40 * ms_rng_uniform(&rng) - 5;
			density = ms_score_row(s, x, joint, &best);
			for (size_t j = 0; j < 11; j++)
				sum += exp(joint[j]);
			CHECK_NEAR(density, log(sum), 1e-12);
			CHECK_INT(ms_score_best(s, x), best);
			for (int level = 0; level < ms_mix_kernel_levels(); level++)
			{
				size_t other;

				ms_scorer_set_level(s, level);
				CHECK_NEAR(ms_score_row(s, x, joint, &other), density, 1e-13);
				CHECK_INT(other, best);
			}
			share = ms_score_posterior_noise(joint, 11, ms_scorer_log_noise(s), posterior);
			CHECK_NEAR(share, m.noise > 0 ? m.noise / exp(m.log_volume) / sum : 0, 1e-12);
			for (size_t j = 0; j < 11; j++)
			{
				CHECK(best == MS_SCORE_NOISE ? posterior[j] <= share
											 : posterior[j] <= posterior[best]);
				share += posterior[j];
			}
			CHECK_NEAR(share, 1, 1e-14);
		}
		ms_arena_free(&arena);
		CHECK_INT(h.live, 0);
	}
}

/* Rows with gaps score as under the marginal, however many patterns come along. */
TEST(gaps)
{
	host h;
	ms_arena arena;
	ms_gmm m;
	ms_gap_scorer *s;
	double joint[3];
	double log_noise;
	double density;
	size_t best;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(make_noisy_model(&h.ctx, &arena, MS_GMM_FULL, 3, 10, &m), MS_OK);
	CHECK_INT(ms_gap_scorer_new(&h.ctx, &arena, &m, &s), MS_OK);
	for (unsigned set = 0; set < 1024; set++)
	{
		double x[10], there[10], wanted[3];
		uint32_t dims[10];
		size_t nd = 0;
		size_t wanted_best;
		ms_gmm part;
		ms_scorer *of_part;

		for (uint32_t c = 0; c < 10; c++)
		{
			x[c] = set >> c & 1 ? (double) c / 2 : NAN;
			if (set >> c & 1)
			{
				dims[nd] = c;
				there[nd++] = x[c];
			}
		}
		CHECK_INT(ms_gap_score_row(&h.ctx, s, x, joint, &log_noise, &best, &density), MS_OK);
		if (nd == 0)
		{
			CHECK_NEAR(density, 0, 0);
			CHECK_NEAR(exp(joint[0]) + exp(joint[1]) + exp(joint[2]) + exp(log_noise), 1, 1e-15);
			CHECK_INT(best, 0);
			continue;
		}
		CHECK_INT(ms_gmm_marginal(&h.ctx, &arena, &m, dims, nd, &part), MS_OK);
		CHECK_INT(ms_scorer_new(&h.ctx, &arena, &part, &of_part), MS_OK);
		CHECK_NEAR(density, ms_score_row(of_part, there, wanted, &wanted_best), 0);
		CHECK_INT(best, wanted_best);
		CHECK_NEAR(log_noise, ms_scorer_log_noise(of_part), 0);
	}
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

static ms_status
score_gaps(ms_ctx *ctx)
{
	ms_arena arena;
	ms_gmm m;
	ms_evidence evidence;
	static double x[90000];
	ms_rows rows = {x, NULL, 30000, 3, 3};
	ms_status status;

	for (size_t i = 0; i < 90000; i++)
		x[i] = i % 7 ? (double) (i % 11) : NAN;
	ms_arena_init(&arena, ctx);
	status = make_noisy_model(ctx, &arena, MS_GMM_FULL, 3, 3, &m);
	if (status == MS_OK)
		status = ms_score_rows(ctx, &m, &rows, &evidence);
	ms_arena_free(&arena);
	return status;
}

static ms_status
factor_all(ms_ctx *ctx)
{
	ms_arena arena;
	ms_gmm m;
	ms_scorer *s;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = ms_gmm_new(ctx, &arena, MS_GMM_FULL, 60, 60, &m);
	for (size_t i = 0; status == MS_OK && i < 60 * ms_packed_size(60); i++)
		m.covariances[i] = 0;
	for (size_t i = 0; status == MS_OK && i < 60 * 60; i++)
	{
		m.weights[i % 60] = 1.0 / 60;
		m.means[i] = 0;
		m.covariances[i / 60 * ms_packed_size(60) + ms_packed_at(i % 60, i % 60)] = 1;
	}
	if (status == MS_OK)
		status = ms_scorer_new(ctx, &arena, &m, &s);
	ms_arena_free(&arena);
	return status;
}

TEST(refuse_and_stop_everywhere)
{
	host h;
	ms_status status;

	HOST_EVERY(h, status, factor_all(&h.ctx));
	HOST_EVERY(h, status, score_gaps(&h.ctx));
	CHECK(h.polls > 0);
}

int
main(void)
{
	RUN(reference_values);
	RUN(equals_plain);
	RUN(integrates_to_one);
	RUN(ties_and_overflow);
	RUN(not_definite);
	RUN(noise);
	RUN(gaps);
	RUN(refuse_and_stop_everywhere);
	return unit_done();
}
