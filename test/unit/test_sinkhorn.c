/*
 * test_sinkhorn.c: entropic transport against entropic.md, 12, against exact transport as eps goes
 * to 0, and the laws of the divergence.
 */
#include "core/transport/sinkhorn.h"

#include "core/transport/simplex.h"
#include "transport_data.h"

static double potentials[200]; /* g of the last call, of up to 200 points */

static ms_status
solve(host *h, const ms_rows *a, const ms_rows *b, const ms_sinkhorn_options *o,
	  ms_sinkhorn_result *out)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_sinkhorn(&h->ctx, &arena, a, b, o, out);
	if (status == MS_OK && b->n <= 200)
		memcpy(potentials, out->g, b->n * sizeof(double));
	ms_arena_free(&arena);
	return status;
}

static ms_sinkhorn_result
result(const ms_rows *a, const ms_rows *b, double p, double eps, double tol)
{
	ms_sinkhorn_options o = {p, eps, tol, 100000};
	ms_sinkhorn_result r = {0};
	host h;

	host_init(&h);
	CHECK_INT(solve(&h, a, b, &o, &r), MS_OK);
	CHECK(r.converged);
	CHECK(r.error <= tol);
	CHECK_INT(h.live, 0);
	return r;
}

static ms_status
divergence_of(host *h, const ms_rows *a, const ms_rows *b, const ms_sinkhorn_options *o,
			  double *out, bool *converged)
{
	ms_sinkhorn_result worst = {0};
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_sinkhorn_divergence(&h->ctx, &arena, a, b, o, out, &worst);
	*converged = worst.converged;
	if (status == MS_OK)
		CHECK(worst.converged == (worst.error <= o->tol) && worst.iterations <= 3 * o->max_iter);
	ms_arena_free(&arena);
	return status;
}

static double
divergence(const ms_rows *a, const ms_rows *b, double p, double eps)
{
	ms_sinkhorn_options o = {p, eps, 1e-10, 100000};
	double out = NAN;
	bool converged = false;
	host h;

	host_init(&h);
	CHECK_INT(divergence_of(&h, a, b, &o, &out, &converged), MS_OK);
	CHECK(converged);
	return out;
}

TEST(reference)
{
	ms_rows a = ROWS(PLANE_X, 2);
	ms_rows b = ROWS(PLANE_Y, 2);
	ms_sinkhorn_result r = result(&a, &b, 2, 1, 1e-13);

	CHECK_NEAR(r.ot_eps, 3.383367717168, 1e-12);
	CHECK_NEAR(r.cost, 2.969876272026, 1e-12);
	CHECK_NEAR(divergence(&a, &b, 2, 1), 2.430665113573, 1e-10);
	r = result(&a, &b, 2, .1, 1e-13);
	CHECK_NEAR(r.ot_eps, 2.823098273550, 1e-12);
	CHECK_NEAR(r.cost, 2.750000002576, 1e-12);
	CHECK(r.rounded >= 2.75 - 1e-12 && r.lower <= 2.75 + 1e-12);
	CHECK_NEAR(divergence(&a, &b, 2, .1), 2.698856724328, 1e-10);
}

TEST(reference_d2)
{
	double x[50][2], y[40][2];
	ms_rows a = {x[0], NULL, 50, 2, 2};
	ms_rows b = {y[0], NULL, 40, 2, 2};

	d2_points(x, y);
	CHECK_NEAR(result(&a, &b, 2, 1, 1e-12).ot_eps, .282249076701, 1e-11);
	CHECK_NEAR(result(&a, &b, 2, .1, 1e-12).ot_eps, .162474149904, 1e-11);
	CHECK_NEAR(result(&a, &b, 2, .01, 1e-11).ot_eps, .049490059166, 1e-11);
	CHECK_NEAR(result(&a, &b, 2, .1, 1e-12).cost, .089364235, 1e-9);
	CHECK_NEAR(result(&a, &b, 2, .01, 1e-11).cost, .025652401, 1e-9);
	CHECK_NEAR(result(&a, &b, 2, .001, 1e-9).cost, .021318245, 1e-9);
	CHECK_NEAR(divergence(&a, &b, 2, 1), .011672396673, 1e-10);
	CHECK_NEAR(divergence(&a, &b, 2, .1), .013795182292, 1e-10);
	CHECK_NEAR(divergence(&a, &b, 2, .01), .017245703760, 1e-10);
}

TEST(goes_to_exact_transport)
{
	enum { N = 30, M = 25 };
	double x[N][2], y[M][2], exact;
	ms_rows a = ROWS(x, 2);
	ms_rows b = ROWS(y, 2);
	ms_transport_result t;
	ms_arena arena;
	host h;

	normal_points(x[0], N, 2, 1, 0, 1);
	normal_points(y[0], M, 2, 2, 1, 1.5);
	host_init(&h);
	for (double p = 1; p <= 3; p++)
	{
		double cost, before = INFINITY;

		ms_arena_init(&arena, &h.ctx);
		CHECK_INT(ms_transport_points(&h.ctx, &arena, &a, &b, p, &exact, &t), MS_OK);
		cost = t.cost;
		ms_arena_free(&arena);
		for (double eps = .4; eps > .03; eps /= 4)
		{
			ms_sinkhorn_result r = result(&a, &b, p, eps, 1e-7);

			CHECK(r.cost >= cost - 1e-6);
			CHECK(r.rounded >= cost - 1e-12);
			CHECK(r.lower <= cost + 1e-12);
			CHECK(r.ot_eps >= cost - 1e-6);
			CHECK(r.ot_eps < before);
			before = r.ot_eps;
			if (eps < .1)
				CHECK_NEAR(r.rounded, cost, .03);
		}
	}
}

/* weights are repeated rows, rows of weight 0 count for nothing, totals need not agree */
TEST(weights)
{
	double heavy[4][3] = {{0, 0, 2}, {1, 0, 4}, {0, 2, 2}, {99, 99, 0}};
	double rows[4][2] = {{0, 0}, {1, 0}, {1, 0}, {0, 2}};
	ms_rows a = {heavy[0], heavy[0] + 2, 4, 2, 3};
	ms_rows b = ROWS(rows, 2);
	ms_rows c = ROWS(PLANE_Y, 2);

	CHECK_NEAR(result(&a, &c, 2, .5, 1e-12).ot_eps, result(&b, &c, 2, .5, 1e-12).ot_eps, 1e-10);
	CHECK_NEAR(result(&c, &a, 2, .5, 1e-12).cost, result(&c, &b, 2, .5, 1e-12).cost, 1e-9);
}

TEST(laws)
{
	enum { N = 40 };
	double x[N][3], y[N][3];
	ms_rows a = ROWS(x, 3);
	ms_rows b = ROWS(y, 3);

	normal_points(x[0], N, 3, 1, 0, 1);
	normal_points(y[0], N, 3, 2, .1, 1);
	CHECK_NEAR(divergence(&a, &a, 2, .5), 0, 1e-9);
	CHECK(divergence(&a, &b, 2, .5) > 0);
	CHECK(divergence(&a, &b, 1, .5) > 0);
	CHECK_NEAR(divergence(&a, &b, 2, .5), divergence(&b, &a, 2, .5), 1e-9);
	/* moving both changes nothing, far away, too */
	{
		ms_sinkhorn_result r = result(&a, &b, 2, .5, 1e-10);

		for (int i = 0; i < N * 3; i++)
		{
			*(x[0] + i) += 1000;
			*(y[0] + i) += 1000;
		}
		CHECK_NEAR(result(&a, &b, 2, .5, 1e-10).ot_eps, r.ot_eps, 1e-9);
	}
}

/* The map of a row is the plan's mean of where it goes. */
TEST(map)
{
	ms_rows a = ROWS(PLANE_X, 2);
	ms_rows b = ROWS(PLANE_Y, 2);
	const double first[] = {.05735914, .03811755, .22689930, .01095735};
	double wanted[2] = {0, 0}, got[2];
	const double split[2][2] = {{-1, 0}, {1, 0}};
	const double right[] = {.9, .3};
	const double g[] = {0, 0};
	ms_rows halves = ROWS(split, 2);

	result(&a, &b, 2, 1, 1e-13);
	for (int j = 0; j < 4; j++)
	{
		wanted[0] += 3 * first[j] * PLANE_Y[j][0];
		wanted[1] += 3 * first[j] * PLANE_Y[j][1];
	}
	ms_sinkhorn_map(&b, potentials, 1, PLANE_X[0], got);
	CHECK_NEAR(got[0], wanted[0], 1e-7);
	CHECK_NEAR(got[1], wanted[1], 1e-7);
	ms_sinkhorn_map(&halves, g, 1e-3, right, got);
	CHECK_NEAR(got[0], 1, 1e-12);
}

TEST(says_when_it_did_not_converge)
{
	ms_rows a = ROWS(PLANE_X, 2);
	ms_rows b = ROWS(PLANE_Y, 2);
	ms_sinkhorn_options o = {2, .05, 1e-12, 3};
	ms_sinkhorn_result r;
	host h;

	host_init(&h);
	CHECK_INT(solve(&h, &a, &b, &o, &r), MS_OK);
	CHECK(!r.converged);
	CHECK_INT(r.iterations, 3);
	/* both bounds hold all the same */
	CHECK(r.lower <= 2.75 + 1e-12 && r.rounded >= 2.75 - 1e-12);
	o.epsilon = 0;
	CHECK_INT(solve(&h, &a, &b, &o, &r), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "epsilon");
	o = (ms_sinkhorn_options){.5, 1, 1e-6, 10};
	CHECK_INT(solve(&h, &a, &b, &o, &r), MS_BAD_ARGUMENT);
	o = (ms_sinkhorn_options){1, 1, 1e-6, 0};
	CHECK_INT(solve(&h, &a, &b, &o, &r), MS_BAD_ARGUMENT);
	o = (ms_sinkhorn_options){1, 1, 0, 10};
	CHECK_INT(solve(&h, &a, &b, &o, &r), MS_BAD_ARGUMENT);
}

static ms_status
everything(host *h, const ms_rows *a, const ms_rows *b)
{
	ms_sinkhorn_options o = {2, .5, 1e-6, 1000};
	double out;
	bool converged;

	return divergence_of(h, a, b, &o, &out, &converged);
}

TEST(stops_and_refusals)
{
	enum { N = 100 };
	static double x[N][2], y[N][2];
	ms_rows a = ROWS(x, 2);
	ms_rows b = ROWS(y, 2);
	ms_status status;
	host h;

	normal_points(x[0], N, 2, 1, 0, 1);
	normal_points(y[0], N, 2, 2, 1, 2);
	HOST_EVERY(h, status, everything(&h, &a, &b));
	CHECK(h.polls > 0);
}

int
main(void)
{
	RUN(reference);
	RUN(reference_d2);
	RUN(goes_to_exact_transport);
	RUN(weights);
	RUN(laws);
	RUN(map);
	RUN(says_when_it_did_not_converge);
	RUN(stops_and_refusals);
	return unit_done();
}
