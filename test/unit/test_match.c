/*
 * test_match.c: distances between components, assignment, relabelling, MW2, reduction, union:
 * reference values of mixture_reduction_and_distances.md, section 11, and brute force.
 */
#include "core/mixture/match.h"

#include "core/base/rng.h"
#include "core/mixture/marginal.h"
#include "core/mixture/reduce.h"
#include "mixture_models.h"

typedef struct models
{
	host h;
	ms_arena arena;
} models;

static void
begin(models *t)
{
	host_init(&t->h);
	ms_arena_init(&t->arena, &t->h.ctx);
}

static void
finish(models *t)
{
	ms_arena_free(&t->arena);
	CHECK_INT(t->h.live, 0);
}

/* .5 N(0, I), .3 N((1,0), 2I), .2 N((5,5), [[1,.5],[.5,2]]) */
static void
three(models *t, ms_gmm *m)
{
	CHECK_INT(ms_gmm_import(&t->h.ctx, &t->arena, 3, 2, (double[]){.5, .3, .2},
							(double[]){0, 0, 1, 0, 5, 5},
							(double[]){1, 0, 0, 1, 2, 0, 0, 2, 1, .5, .5, 2}, m),
			  MS_OK);
}

TEST(reference_distances)
{
	models t;
	ms_gmm m;
	double d[9];

	begin(&t);
	three(&t, &m);
	CHECK_INT(ms_gmm_distances(&t.h.ctx, &m, &m, MS_GAUSS_BURES, d), MS_OK);
	CHECK_NEAR(d[1] * d[1], 1.3431457505076, 1e-13);
	CHECK_NEAR(d[2] * d[2], 50.247842043423, 1e-13);
	CHECK_NEAR(d[5] * d[5], 41.2794337673, 1e-11);
	CHECK(d[0] == 0 && d[4] == 0 && d[8] == 0);
	CHECK_NEAR(d[3], d[1], 1e-14);
	CHECK_INT(ms_gmm_distances(&t.h.ctx, &m, &m, MS_GAUSS_KL, d), MS_OK);
	CHECK_NEAR(d[1], .4431471805599 + .8068528194401, 1e-12);
	CHECK_NEAR(d[0], 0, 1e-14);
	finish(&t);
}

/* MW2 against known values, symmetric, zero of itself, |shift| of a shift. */
TEST(mixture_wasserstein)
{
	models t;
	ms_gmm m;
	ms_gmm g;
	double d;
	double e;

	begin(&t);
	three(&t, &m);
	CHECK_INT(ms_gmm_import(&t.h.ctx, &t.arena, 2, 2, (double[]){.6, .4}, (double[]){.5, 0, 4, 5},
							(double[]){1.5, 0, 0, 1.5, 1, 0, 0, 1}, &g),
			  MS_OK);
	CHECK_INT(ms_gmm_wasserstein(&t.h.ctx, &m, &g, &d), MS_OK);
	CHECK_NEAR(d, 2.7066376730134, 1e-13);
	CHECK_INT(ms_gmm_wasserstein(&t.h.ctx, &g, &m, &e), MS_OK);
	CHECK_NEAR(d, e, 1e-14);
	CHECK_INT(ms_gmm_wasserstein(&t.h.ctx, &m, &m, &d), MS_OK);
	CHECK_NEAR(d, 0, 1e-7);
	CHECK_INT(ms_gmm_copy(&t.h.ctx, &t.arena, &m, &g), MS_OK);
	for (size_t i = 0; i < 6; i++)
		g.means[i] += i % 2 ? 4 : 3;
	CHECK_INT(ms_gmm_wasserstein(&t.h.ctx, &m, &g, &d), MS_OK);
	CHECK_NEAR(d, 5, 1e-13);
	CHECK_INT(make_line(&t.h.ctx, &t.arena, 2, (double[]){.4, .6}, (double[]){0, 3},
						(double[]){1, .8}, &m),
			  MS_OK);
	CHECK_INT(make_line(&t.h.ctx, &t.arena, 2, (double[]){.5, .5}, (double[]){.5, 2.8},
						(double[]){1.2, 1}, &g),
			  MS_OK);
	CHECK_INT(ms_gmm_wasserstein(&t.h.ctx, &m, &g, &d), MS_OK);
	CHECK_NEAR(d * d, .797, 1e-13);
	finish(&t);
}

/* Points of no spread but in one dimension: MW2 is W2 of sorted points, with any weights. */
TEST(wasserstein_of_points)
{
	models t;
	ms_rng rng;

	begin(&t);
	ms_rng_init(&rng, 4, 4);
	for (int round = 0; round < 20; round++)
	{
		double w[12], v[9], x[12], y[9], sd[12];
		double sum_w = 0, sum_v = 0, want = 0, got;
		size_t i = 0, j = 0;
		ms_gmm a;
		ms_gmm b;

		for (size_t c = 0; c < 12; c++)
		{
			sum_w += w[c] = ms_rng_uniform(&rng);
			x[c] = (double) c + ms_rng_uniform(&rng);
			sd[c] = 1e-3;
		}
		for (size_t c = 0; c < 9; c++)
		{
			sum_v += v[c] = ms_rng_uniform(&rng);
			y[c] = 1.3 * (double) c + ms_rng_uniform(&rng);
		}
		for (size_t c = 0; c < 12; c++)
			w[c] /= sum_w;
		for (size_t c = 0; c < 9; c++)
			v[c] /= sum_v;
		CHECK_INT(make_line(&t.h.ctx, &t.arena, 12, w, x, sd, &a), MS_OK);
		CHECK_INT(make_line(&t.h.ctx, &t.arena, 9, v, y, sd, &b), MS_OK);
		while (i < 12 && j < 9)
		{
			double mass = fmin(w[i], v[j]);

			want += mass * (x[i] - y[j]) * (x[i] - y[j]);
			w[i] -= mass;
			v[j] -= mass;
			if (w[i] <= v[j])
				i++;
			else
				j++;
		}
		CHECK_INT(ms_gmm_wasserstein(&t.h.ctx, &a, &b, &got), MS_OK);
		CHECK_NEAR(got * got, want, 1e-10);
	}
	finish(&t);
}

/* --- assignment ----------------------------------------------------------------------------- */

static double
cheapest(const double *cost, size_t n, size_t m, size_t i, unsigned taken)
{
	double best = INFINITY;

	if (i == n)
		return 0;
	for (size_t j = 0; j < m; j++)
	{
		if (!(taken >> j & 1))
			best = fmin(best, cost[i * m + j] + cheapest(cost, n, m, i + 1, taken | 1u << j));
	}
	return best;
}

TEST(assignment_by_brute_force)
{
	ms_rng rng;
	host h;

	host_init(&h);
	ms_rng_init(&rng, 3, 3);
	for (int round = 0; round < 300; round++)
	{
		size_t n = 1 + (size_t) ms_rng_below(&rng, 5);
		size_t m = 1 + (size_t) ms_rng_below(&rng, 5);
		double cost[25], turned[25], sum = 0, want;
		size_t column[5], used = 0, seen = 0;

		for (size_t i = 0; i < n * m; i++)
		{
			cost[i] = round % 3 ? ms_rng_normal(&rng) : (double) ms_rng_below(&rng, 4);
			turned[i % m * n + i / m] = cost[i];
		}
		CHECK_INT(ms_assign(&h.ctx, cost, n, m, column), MS_OK);
		for (size_t i = 0; i < n; i++)
		{
			if (column[i] == SIZE_MAX)
				continue;
			CHECK(column[i] < m && !(seen >> column[i] & 1));
			seen |= (size_t) 1 << column[i];
			sum += cost[i * m + column[i]];
			used++;
		}
		CHECK_INT(used, n < m ? n : m);
		want = n <= m ? cheapest(cost, n, m, 0, 0) : cheapest(turned, m, n, 0, 0);
		CHECK_NEAR(sum, want, 1e-13);
	}
	CHECK_INT(ms_assign(&h.ctx, (double[]){NAN}, 1, 1, (size_t[1]){0}), MS_NOT_FINITE);
	CHECK_INT(h.live, 0);
}

TEST(relabel)
{
	models t;
	ms_gmm m;
	ms_gmm r;
	size_t to[3];
	double distance[3];

	begin(&t);
	three(&t, &r);
	CHECK_INT(ms_gmm_copy(&t.h.ctx, &t.arena, &r, &m), MS_OK);
	CHECK_INT(ms_gmm_permute(&t.h.ctx, &m, (size_t[]){2, 0, 1}), MS_OK);
	CHECK(m.weights[0] == .2 && m.means[0] == 5 && m.covariances[2] == 2);
	CHECK_INT(ms_gmm_match(&t.h.ctx, &m, &r, MS_GAUSS_KL, to, distance), MS_OK);
	CHECK(to[0] == 2 && to[1] == 0 && to[2] == 1);
	CHECK_NEAR(distance[0], 0, 1e-14);
	m.means[0] += 0.5;
	CHECK_INT(ms_gmm_relabel(&t.h.ctx, &m, &r, MS_GAUSS_BURES), MS_OK);
	CHECK(m.weights[0] == .5 && m.weights[1] == .3 && m.means[4] == 5.5);
	/* fewer in the reference: what is left comes last */
	r.k = 1;
	r.means[0] = 5;
	r.means[1] = 5;
	CHECK_INT(ms_gmm_match(&t.h.ctx, &m, &r, MS_GAUSS_BURES, to, distance), MS_OK);
	CHECK(to[0] == SIZE_MAX && to[1] == SIZE_MAX && to[2] == 0 && isnan(distance[0]));
	CHECK_INT(ms_gmm_relabel(&t.h.ctx, &m, &r, MS_GAUSS_BURES), MS_OK);
	CHECK(m.weights[0] == .2 && m.weights[1] == .5 && m.weights[2] == .3);
	r.d = 1;
	CHECK_INT(ms_gmm_match(&t.h.ctx, &m, &r, MS_GAUSS_KL, to, distance), MS_MISMATCH);
	finish(&t);
}

/* --- reduction and union -------------------------------------------------------------------- */

TEST(reduce)
{
	models t;
	ms_gmm m;
	ms_gmm r;
	double cost, before[2], after[2], s[3], v[3];

	begin(&t);
	three(&t, &m);
	m.info.weight = 100;
	CHECK_INT(ms_gmm_reduce(&t.h.ctx, &t.arena, &m, 2, &r, &cost), MS_OK);
	CHECK_NEAR(cost, .1097757002274, 1e-12);
	CHECK_NEAR(r.weights[0], .8, 1e-15);
	CHECK_NEAR(r.means[0], .375, 1e-15);
	CHECK_NEAR(r.covariances[0], 1.609375, 1e-15);
	CHECK_NEAR(r.covariances[1], 0, 1e-15);
	CHECK_NEAR(r.covariances[2], 1.375, 1e-15);
	CHECK_NEAR(r.info.weight, 100, 0);
	/* mean and covariance stay, whatever k; to as many as there are nothing changes */
	ms_gmm_mean(&m, before);
	ms_gmm_total_covariance(&m, s);
	for (size_t k = 1; k <= 3; k++)
	{
		CHECK_INT(ms_gmm_reduce(&t.h.ctx, &t.arena, &m, k, &r, &cost), MS_OK);
		ms_gmm_mean(&r, after);
		ms_gmm_total_covariance(&r, v);
		CHECK_NEAR(after[0], before[0], 1e-14);
		CHECK_NEAR(after[1], before[1], 1e-14);
		for (size_t i = 0; i < 3; i++)
			CHECK_NEAR(v[i], s[i], 1e-13);
	}
	CHECK(cost == 0 && memcmp(r.covariances, m.covariances, 9 * sizeof(double)) == 0);
	CHECK_INT(ms_gmm_reduce(&t.h.ctx, &t.arena, &m, 4, &r, &cost), MS_BAD_ARGUMENT);
	CHECK_NEAR(t.h.ctx.facts.wanted, 3, 0);
	CHECK_INT(ms_gmm_reduce(&t.h.ctx, &t.arena, &m, 0, &r, &cost), MS_BAD_ARGUMENT);
	finish(&t);
}

TEST(union_of_models)
{
	models t;
	ms_gmm a;
	ms_gmm b;
	ms_gmm u;
	const ms_gmm *both[] = {&a, &b};
	double mean_a[2], mean_b[2], mean[2];

	begin(&t);
	three(&t, &a);
	CHECK_INT(make_model(&t.h.ctx, &t.arena, MS_GMM_DIAG, 2, 2, &b), MS_OK);
	a.info.weight = 30;
	a.info.n = 30;
	b.info.weight = 10;
	b.info.n = 11;
	CHECK_INT(ms_gmm_union(&t.h.ctx, &t.arena, both, 2, &u), MS_OK);
	CHECK(u.k == 5 && u.family == MS_GMM_FULL && u.info.n == 41 && u.info.weight == 40);
	ms_gmm_mean(&a, mean_a);
	ms_gmm_mean(&b, mean_b);
	ms_gmm_mean(&u, mean);
	CHECK_NEAR(mean[0], .75 * mean_a[0] + .25 * mean_b[0], 1e-14);
	CHECK(u.weights[0] >= u.weights[1] && u.weights[3] >= u.weights[4]);
	both[0] = &b;
	CHECK_INT(ms_gmm_union(&t.h.ctx, &t.arena, both, 2, &u), MS_OK);
	CHECK_INT(u.family, MS_GMM_DIAG);
	b.d = 1;
	both[0] = &a;
	CHECK_INT(ms_gmm_union(&t.h.ctx, &t.arena, both, 2, &u), MS_MISMATCH);
	CHECK_INT(ms_gmm_union(&t.h.ctx, &t.arena, both, 0, &u), MS_TOO_FEW);
	finish(&t);
}

static ms_status
all_of_it(ms_ctx *ctx)
{
	ms_arena arena;
	ms_gmm m;
	ms_gmm g;
	ms_gmm u;
	ms_gmm r;
	const ms_gmm *both[] = {&m, &g};
	double d;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = make_model(ctx, &arena, MS_GMM_FULL, 30, 4, &m);
	if (status == MS_OK)
		status = make_model(ctx, &arena, MS_GMM_VEE, 25, 4, &g);
	if (status == MS_OK)
		status = ms_gmm_union(ctx, &arena, both, 2, &u);
	if (status == MS_OK)
		status = ms_gmm_reduce(ctx, &arena, &u, 3, &r, &d);
	if (status == MS_OK)
		status = ms_gmm_relabel(ctx, &m, &g, MS_GAUSS_BURES);
	if (status == MS_OK)
		status = ms_gmm_wasserstein(ctx, &m, &g, &d);
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
	RUN(reference_distances);
	RUN(mixture_wasserstein);
	RUN(wasserstein_of_points);
	RUN(assignment_by_brute_force);
	RUN(relabel);
	RUN(reduce);
	RUN(union_of_models);
	RUN(refuse_and_stop_everywhere);
	return unit_done();
}
