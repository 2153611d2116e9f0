/*
 * test_plan.c: plans by rows: the reference of one_dim.md, 14, margins, costs, which records.
 */
#include "core/transport/plan.h"

#include "core/transport/simplex.h"
#include "core/transport/wasserstein1d.h"
#include "sample_build.h"
#include "transport_data.h"

static value
sample_of(const double *x, const double *weights, size_t n, size_t d)
{
	sample_shape shape = {weights ? MS_SAMPLE_WEIGHTED : 0, d, {0}, 0};
	value v = value_begin(&shape, 0, true);

	for (size_t i = 0; i < n; i++)
	{
		sample_row row = {.weight = weights ? weights[i] : 1};

		memcpy(row.x, x + i * d, d * sizeof(double));
		value_append(&v, &shape, &row);
	}
	return value_finish(v);
}

static ms_status
plan(host *h, ms_arena *arena, value a, value b, double p, ms_flow **flows, size_t *n)
{
	ms_arena_init(arena, &h->ctx);
	return ms_plan_make(&h->ctx, arena, a.s, b.s, p, flows, n);
}

TEST(reference)
{
	const size_t wanted[][2] = {{0, 0}, {0, 1}, {1, 1}, {1, 2}, {2, 2}, {2, 3}};
	const double twelfths[] = {3, 1, 2, 2, 1, 3};
	value a = sample_of(D1_X, NULL, 3, 1);
	value b = sample_of(D1_Y, NULL, 4, 1);
	double squares = 0;
	ms_arena arena;
	ms_flow *flows;
	size_t n;
	host h;

	host_init(&h);
	CHECK_INT(plan(&h, &arena, a, b, 2, &flows, &n), MS_OK);
	CHECK_INT(n, 6);
	for (size_t k = 0; k < n; k++)
	{
		CHECK_INT(flows[k].i, wanted[k][0]);
		CHECK_INT(flows[k].j, wanted[k][1]);
		CHECK_NEAR(flows[k].mass, twelfths[k] / 12, 1e-15);
		squares += flows[k].cost;
	}
	CHECK_NEAR(squares, 6.145833333333, 1e-12);
	ms_arena_free(&arena);
	free(a.s);
	free(b.s);
}

/* Rows of weight 0 and gaps take part in no flow; the others keep their numbers. */
TEST(records)
{
	const double x[] = {1, 2, 3, NAN, 5};
	const double wx[] = {1, 0, 2, 7, 1};
	const double y[] = {4};
	value a = sample_of(x, wx, 5, 1);
	value b = sample_of(y, NULL, 1, 1);
	size_t wanted[3] = {0};
	size_t found = 0;
	ms_rows rows = ms_sample_rows(a.s);
	ms_arena arena;
	ms_flow *flows;
	size_t n;
	host h;

	for (size_t i = 0; i < 5; i++)
		if (!isnan(rows.x[2 * i]) && rows.w[2 * i] > 0)
			wanted[found++] = i;
	host_init(&h);
	CHECK_INT(plan(&h, &arena, a, b, 1, &flows, &n), MS_OK);
	CHECK_INT(n, 3);
	for (size_t k = 0; k < n; k++)
	{
		CHECK_INT(flows[k].i, wanted[k]);
		CHECK_INT(flows[k].j, 0);
		CHECK_NEAR(flows[k].mass, rows.w[2 * wanted[k]] / 4, 1e-15);
		CHECK_NEAR(flows[k].cost, flows[k].mass * fabs(4 - rows.x[2 * wanted[k]]), 1e-15);
	}
	ms_arena_free(&arena);
	free(a.s);
	free(b.s);
}

TEST(plane)
{
	value a = sample_of(PLANE_X[0], NULL, 3, 2);
	value b = sample_of(PLANE_Y[0], NULL, 4, 2);
	ms_rows x = ms_sample_rows(a.s);
	ms_rows y = ms_sample_rows(b.s);

	for (double p = 1; p <= 3; p++)
	{
		double out_of[3] = {0}, into[4] = {0}, cost = 0, distance;
		ms_transport_result r;
		ms_arena arena;
		ms_flow *flows;
		size_t n;
		host h;

		host_init(&h);
		CHECK_INT(plan(&h, &arena, a, b, p, &flows, &n), MS_OK);
		CHECK(n <= 6);
		for (size_t k = 0; k < n; k++)
		{
			out_of[flows[k].i] += flows[k].mass;
			into[flows[k].j] += flows[k].mass;
			cost += flows[k].cost;
		}
		for (int i = 0; i < 3; i++)
			CHECK_NEAR(out_of[i], 1. / 3, 1e-15);
		for (int j = 0; j < 4; j++)
			CHECK_NEAR(into[j], 1. / 4, 1e-15);
		CHECK_INT(ms_transport_points(&h.ctx, &arena, &x, &y, p, &distance, &r), MS_OK);
		CHECK_NEAR(pow(cost, 1 / p), distance, 1e-14);
		ms_arena_free(&arena);
	}
	free(a.s);
	free(b.s);
}

TEST(refusals)
{
	const double gap[] = {1, NAN, 2, 3};
	const double none[] = {0, 0};
	value line = sample_of(D1_X, NULL, 3, 1);
	value gaps = sample_of(gap, NULL, 2, 2);
	value plane = sample_of(PLANE_X[0], NULL, 3, 2);
	value empty = sample_of(gap + 1, NULL, 1, 1);
	value weightless = sample_of(PLANE_X[0], none, 2, 2);
	sample_shape shape = {MS_SAMPLE_MIXED, 2, {MS_KIND_NUMBER, MS_KIND_NOMINAL}, 0};
	sample_row row = {.x = {1}, .text = {NULL, "a"}};
	value mixed = value_finish(value_build(&shape, &row, 1, true));
	ms_arena arena;
	ms_flow *flows;
	size_t n;
	host h;

	host_init(&h);
	CHECK_INT(plan(&h, &arena, line, plane, 1, &flows, &n), MS_MISMATCH);
	CHECK_INT(plan(&h, &arena, plane, gaps, 1, &flows, &n), MS_INCOMPLETE);
	CHECK_INT(plan(&h, &arena, plane, mixed, 1, &flows, &n), MS_NOT_NUMERIC);
	CHECK_INT(plan(&h, &arena, line, line, INFINITY, &flows, &n), MS_BAD_ARGUMENT);
	CHECK_INT(plan(&h, &arena, line, line, .5, &flows, &n), MS_BAD_ARGUMENT);
	CHECK_INT(plan(&h, &arena, line, empty, 1, &flows, &n), MS_OK);
	CHECK_INT(n, 0);
	ms_arena_free(&arena);
	CHECK_INT(plan(&h, &arena, plane, weightless, 1, &flows, &n), MS_OK);
	CHECK_INT(n, 0);
	ms_arena_free(&arena);
	free(line.s);
	free(gaps.s);
	free(plane.s);
	free(empty.s);
	free(weightless.s);
	free(mixed.s);
}

static ms_status
given_back(host *h, value a, value b)
{
	ms_arena arena;
	ms_flow *flows;
	size_t n;
	ms_status status = plan(h, &arena, a, b, 1, &flows, &n);

	ms_arena_free(&arena);
	return status;
}

TEST(stops)
{
	enum
	{
		N = 200000
	};
	double *x = malloc(N * sizeof *x);
	double *weights = malloc(N * sizeof *weights);
	value a, b, c, d;
	ms_status status;
	host h;

	for (int i = 0; i < N; i++)
		x[i] = i, weights[i] = 1 + i % 3;
	a = sample_of(x, NULL, N, 1);
	b = sample_of(x, weights, N, 1);
	HOST_EVERY(h, status, given_back(&h, a, b));
	c = sample_of(x, NULL, 50, 2);
	d = sample_of(x + 40, weights, 60, 2);
	HOST_EVERY(h, status, given_back(&h, c, d));
	free(a.s);
	free(b.s);
	free(c.s);
	free(d.s);
	free(x);
	free(weights);
}

int
main(void)
{
	RUN(reference);
	RUN(records);
	RUN(plane);
	RUN(refusals);
	RUN(stops);
	return unit_done();
}
