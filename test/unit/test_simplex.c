/*
 * test_simplex.c: exact transport against entropic.md, 12, against the line, and its certificate.
 */
#include "core/transport/simplex.h"

#include "core/transport/wasserstein1d.h"
#include "transport_data.h"

static ms_status
points(host *h, const ms_rows *a, const ms_rows *b, double p, double *distance,
	   ms_transport_result *out)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_transport_points(&h->ctx, &arena, a, b, p, distance, out);
	ms_arena_free(&arena);
	return status;
}

static double
w(const ms_rows *a, const ms_rows *b, double p)
{
	ms_transport_result r;
	double out = NAN;
	host h;

	host_init(&h);
	CHECK_INT(points(&h, a, b, p, &out, &r), MS_OK);
	CHECK(fabs(r.gap) <= 1e-9 * fmax(1, r.cost));
	CHECK_INT(h.live, 0);
	return out;
}

TEST(reference)
{
	double x[50][2], y[40][2];
	ms_rows a = ROWS(PLANE_X, 2);
	ms_rows b = ROWS(PLANE_Y, 2);
	ms_rows c;
	ms_rows d;

	d2_points(x, y);
	c = (ms_rows){x[0], NULL, 50, 2, 2};
	d = (ms_rows){y[0], NULL, 40, 2, 2};
	CHECK_NEAR(pow(w(&a, &b, 2), 2), 2.75, 1e-12);
	CHECK_NEAR(w(&a, &b, 1), 1.403099511416, 1e-12);
	CHECK_NEAR(w(&c, &d, 1), .131348296540, 1e-12);
	CHECK_NEAR(pow(w(&c, &d, 2), 2), .021291636844, 1e-12);
}

/* Marginals, feasible potentials, and that costs are what the moves cost. */
static void
check_plan(const double *wa, size_t n, const double *wb, size_t m, const double *costs)
{
	double *rows = calloc(n, sizeof(double));
	double *columns = calloc(m, sizeof(double));
	double sum_a = 0, sum_b = 0, cost = 0;
	ms_transport_result r;
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_transport_matrix(&h.ctx, &arena, n, wa, m, wb, costs, &r), MS_OK);
	for (size_t i = 0; i < n; i++)
		sum_a += wa ? wa[i] : 1;
	for (size_t j = 0; j < m; j++)
		sum_b += wb ? wb[j] : 1;
	CHECK(r.n_moves <= n + m - 1);
	for (size_t k = 0; k < r.n_moves; k++)
	{
		CHECK(r.moves[k].mass > 0);
		rows[r.moves[k].i] += r.moves[k].mass;
		columns[r.moves[k].j] += r.moves[k].mass;
		cost += r.moves[k].mass * costs[r.moves[k].i * m + r.moves[k].j];
	}
	for (size_t i = 0; i < n; i++)
		CHECK_NEAR(rows[i], (wa ? wa[i] : 1) / sum_a, 1e-14);
	for (size_t j = 0; j < m; j++)
		CHECK_NEAR(columns[j], (wb ? wb[j] : 1) / sum_b, 1e-14);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < m; j++)
			CHECK(r.f[i] + r.g[j] <= costs[i * m + j] + 1e-12);
	CHECK_NEAR(r.cost, cost, 1e-13);
	CHECK(r.gap > -1e-12 && r.gap < 1e-10);
	ms_arena_free(&arena);
	free(rows);
	free(columns);
}

TEST(certified_at_random)
{
	double costs[12 * 15], wa[12], wb[15];
	ms_rng rng;

	ms_rng_init(&rng, 9, 9);
	for (int round = 0; round < 200; round++)
	{
		size_t n = 1 + ms_rng_below(&rng, 12);
		size_t m = 1 + ms_rng_below(&rng, 15);

		for (size_t k = 0; k < n * m; k++)
			costs[k] = round % 2 ? ms_rng_uniform(&rng) : (double) ms_rng_below(&rng, 3) - 1;
		for (size_t i = 0; i < n; i++)
			wa[i] = ms_rng_below(&rng, 4) > 0 || i == 0 ? ms_rng_uniform(&rng) : 0;
		for (size_t j = 0; j < m; j++)
			wb[j] = ms_rng_below(&rng, 4) > 0 || j == 0 ? ms_rng_uniform(&rng) : 0;
		check_plan(round % 3 ? wa : NULL, n, round % 5 ? wb : NULL, m, costs);
	}
}

TEST(agrees_with_the_line)
{
	enum { N = 60, M = 45 };
	double x[N] = {0}, y[M] = {0}, wx[N], ux[N], uy[M], records[N][2];
	ms_rows a = {records[0], records[0] + 1, N, 1, 2};
	ms_rows b = {y, NULL, M, 1, 1};
	ms_column ca, cb;
	double line;
	host h;

	host_init(&h);
	for (uint64_t seed = 1; seed <= 5; seed++)
	{
		normal_values(x, N, seed, 0, 1);
		normal_values(y, M, seed + 50, 1, 2);
		for (size_t i = 0; i < N; i++)
		{
			wx[i] = 1 + (double) (i * seed % 7) * .37;
			records[i][0] = x[i];
			records[i][1] = wx[i];
		}
		ca = column_of(x, N, wx, ux);
		cb = column_of(y, M, NULL, uy);
		for (double p = 1; p < 4; p += .75)
		{
			CHECK_INT(ms_wasserstein1d(&h.ctx, &ca, &cb, p, &line), MS_OK);
			CHECK_NEAR(w(&a, &b, p), line, 1e-10);
		}
		/* a cost far below the dearest cell */
		CHECK_INT(ms_wasserstein1d(&h.ctx, &ca, &cb, 12, &line), MS_OK);
		CHECK_NEAR(w(&a, &b, 12), line, 1e-9);
	}
}

TEST(laws)
{
	enum { N = 20, M = 30, K = 25, D = 3 };
	double x[N][D], y[M][D], z[K][D], moved[N][D];
	ms_rows a = ROWS(x, D), b = ROWS(y, D), c = ROWS(z, D), m = ROWS(moved, D);

	normal_points(x[0], N, D, 1, 0, 1);
	normal_points(y[0], M, D, 2, 1, 2);
	normal_points(z[0], K, D, 3, -1, 1);
	for (int i = 0; i < N * D; i++)
		*(moved[0] + i) = *(x[0] + i) + 2;
	CHECK_NEAR(w(&a, &m, 2), sqrt(4 * D), 1e-12);
	for (double p = 1; p <= 3; p++)
	{
		CHECK_NEAR(w(&a, &a, p), 0, 1e-7);
		CHECK_NEAR(w(&a, &b, p), w(&b, &a, p), 1e-11);
		CHECK(w(&a, &b, p) <= w(&a, &c, p) + w(&c, &b, p) + 1e-12);
		CHECK(w(&a, &b, p) <= w(&a, &b, p + 1) + 1e-12);
	}
	for (int i = 0; i < N * D; i++)
		*(x[0] + i) *= 1e150;
	for (int i = 0; i < M * D; i++)
		*(y[0] + i) *= 1e150;
	CHECK(isfinite(w(&a, &b, 1)));
}

TEST(bad_input)
{
	double x[3][2] = {{0, 0}, {1, 1}, {2, 2}};
	double weights[3][3] = {{0, 0, 1}, {1, 1, -1}, {2, 2, 1}};
	double zero[2][3] = {{0, 0, 0}, {1, 1, 0}};
	ms_rows a = ROWS(x, 2);
	ms_rows b = {weights[0], weights[0] + 2, 3, 2, 3};
	ms_rows c = {zero[0], zero[0] + 2, 2, 2, 3};
	ms_rows d = {x[0], NULL, 3, 1, 2};
	ms_rows e = {x[0], NULL, 0, 2, 2};
	ms_transport_result r;
	double out;
	host h;

	host_init(&h);
	CHECK_INT(points(&h, &a, &b, 2, &out, &r), MS_BAD_WEIGHT);
	CHECK_INT(h.ctx.facts.index, 2);
	CHECK_INT(points(&h, &a, &c, 2, &out, &r), MS_TOO_FEW);
	CHECK_INT(points(&h, &a, &e, 2, &out, &r), MS_TOO_FEW);
	CHECK_INT(points(&h, &a, &d, 2, &out, &r), MS_MISMATCH);
	CHECK_INT(points(&h, &a, &a, .5, &out, &r), MS_BAD_ARGUMENT);
	CHECK_INT(points(&h, &a, &a, INFINITY, &out, &r), MS_BAD_ARGUMENT);
	x[1][1] = NAN;
	CHECK_INT(points(&h, &a, &a, 2, &out, &r), MS_NOT_FINITE);
	x[1][1] = 1.7e308;
	x[2][1] = -1.7e308;
	CHECK_INT(points(&h, &a, &a, 2, &out, &r), MS_TOO_LARGE);
	x[1][1] = 1;
	e.n = (size_t) 1 << 40;
	CHECK_INT(points(&h, &a, &e, 2, &out, &r), MS_TOO_LARGE);
	CHECK(ms_transport_bytes(SIZE_MAX, 2, 2) == SIZE_MAX);
	CHECK(ms_transport_bytes(1000, 1000, 2) > 8000000);
	h.ctx.budget = 10000;
	x[2][1] = 2;
	CHECK_INT(points(&h, &a, &a, 2, &out, &r), MS_OVER_BUDGET);
	CHECK_INT(h.live, 0);
}

/* The powers of a shift that is small beside the diameter vanish: no zero for samples that differ. */
TEST(powers_that_vanish)
{
	double x[5][2], y[5][2];
	ms_rows a = ROWS(x, 2);
	ms_rows b = ROWS(y, 2);
	ms_transport_result r;
	double out;
	host h;

	host_init(&h);
	for (int i = 0; i < 5; i++)
	{
		x[i][0] = x[i][1] = y[i][1] = i;
		y[i][0] = i + 1e-3;
	}
	CHECK_INT(points(&h, &a, &b, 50, &out, &r), MS_OK);
	CHECK_NEAR(out, 1e-3, 1e-12);
	CHECK_INT(points(&h, &a, &b, 100, &out, &r), MS_TOO_LARGE);
	CHECK(h.ctx.facts.wanted > 50 && h.ctx.facts.wanted < 100);
	CHECK_INT(points(&h, &a, &b, h.ctx.facts.wanted, &out, &r), MS_OK);
	CHECK_NEAR(out, 1e-3, 1e-12);
	CHECK_INT(points(&h, &a, &a, 1e9, &out, &r), MS_OK);
	CHECK(out == 0);
	CHECK_INT(h.live, 0);
}

TEST(stops_and_refusals)
{
	enum { N = 300, M = 250 };
	static double x[N][2], y[M][2];
	ms_rows a = ROWS(x, 2);
	ms_rows b = ROWS(y, 2);
	ms_transport_result r;
	ms_status status;
	double out;
	host h;

	normal_points(x[0], N, 2, 1, 0, 1);
	normal_points(y[0], M, 2, 2, 1, 2);
	HOST_EVERY(h, status, points(&h, &a, &b, 2, &out, &r));
	CHECK(h.polls > 0);
}

int
main(void)
{
	RUN(reference);
	RUN(certified_at_random);
	RUN(agrees_with_the_line);
	RUN(laws);
	RUN(bad_input);
	RUN(powers_that_vanish);
	RUN(stops_and_refusals);
	return unit_done();
}
