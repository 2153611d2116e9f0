/*
 * test_metric.c: shortest paths and the nearest metric against metric_repair.md, section 6, and
 * against triangle fixing (Brickell et al. 2008), which visits every triangle in turn.
 */
#include "core/medoids/metric.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/rng.h"
#include "host.h"

/* Pairs in the order of the specification: (0, 1), (0, 2) ... (0, n - 1), (1, 2) ... */
static void
by_rows(const double *given, size_t n, double *d)
{
	size_t r = 0;

	for (size_t i = 0; i < n; i++)
	{
		for (size_t j = i + 1; j < n; j++)
			d[ms_pair_at(i, j)] = given[r++];
	}
}

static const ms_repair_options nearest = {.tol = 1e-13, .max_iter = 10000, .sweeps = 3};

static ms_repair
solve(const double *d, size_t n, const ms_repair_options *o, double *x)
{
	ms_repair info;
	host h;

	host_init(&h);
	CHECK_INT(ms_metric_nearest(&h.ctx, d, n, o, x, &info), MS_OK);
	CHECK(info.converged);
	CHECK_INT(h.live, 0);
	return info;
}

/* Integers from 0 to 20. */
static void
random_table(uint64_t number, size_t pairs, double *d)
{
	ms_rng rng;

	ms_rng_init(&rng, number, 1);
	for (size_t p = 0; p < pairs; p++)
		d[p] = (double) ms_rng_below(&rng, 21);
}

static double
greatest_excess(const double *x, size_t n)
{
	double excess = -INFINITY;

	for (size_t i = 0; i < n; i++)
	{
		for (size_t j = 0; j < i; j++)
		{
			for (size_t k = 0; k < n; k++)
			{
				if (k != i && k != j)
					excess = fmax(excess,
								  x[ms_pair_at(i, j)] - x[ms_pair_at(i, k)] - x[ms_pair_at(k, j)]);
			}
		}
	}
	return excess;
}

/* --- section 6 ------------------------------------------------------------------------------ */

TEST(triangle)
{
	static const double d[] = {1, 4, 1}; /* 01, 02, 12 */
	static const double fixed[] = {1, 0, 1};
	ms_repair_options o = nearest;
	double x[3];
	ms_repair info = solve(d, 3, &o, x);

	CHECK_NEAR(x[0], 5 / 3.0, 1e-12);
	CHECK_NEAR(x[1], 10 / 3.0, 1e-12);
	CHECK_NEAR(x[2], 5 / 3.0, 1e-12);
	CHECK_NEAR(info.worst, 2, 1e-15);
	CHECK_NEAR(info.objective, 2 / 3.0, 1e-12);
	CHECK(info.violations == 1 && info.active == 1 && fabs(info.gap) < 1e-11);
	o.inverse = fixed;
	solve(d, 3, &o, x);
	CHECK(fabs(x[0] - 2) < 1e-11 && x[1] == 4 && fabs(x[2] - 2) < 1e-11);
	o = nearest;
	o.decrease = true;
	info = solve(d, 3, &o, x);
	CHECK(x[0] == 1 && x[1] == 2 && x[2] == 1 && info.objective == 2);
}

TEST(five_points)
{
	static const double given[] = {1, 9, 2, 7, 2, 8, 3, 1, 1, 6};
	static const double wanted[] = {3.25,  6.875, 3.625, 6.625, 3.625,
									6.875, 3.375, 3.25,  1.875, 5.125};
	static const double heavy[] = {3.803324, 8.476454, 4.498615, 6.933518, 4.673130,
								   8.000000, 3.130194, 3.977839, 1.542936, 5.520776};
	static const double shortest[] = {1, 3, 2, 4, 2, 3, 3, 1, 1, 2};
	double d[10];
	double x[10];
	double w[10];
	double inverse[10];
	ms_repair_options o = nearest;
	ms_repair info;

	by_rows(given, 5, d);
	info = solve(d, 5, &o, x);
	by_rows(wanted, 5, w);
	for (size_t p = 0; p < 10; p++)
	{
		CHECK_NEAR(x[p], w[p], 1e-10);
		inverse[p] = p == ms_pair_at(0, 2) ? 0.1 : 1;
	}
	CHECK_NEAR(info.objective, 11.5, 1e-10);
	CHECK_INT(info.active, 6);
	CHECK(fabs(info.gap) < 1e-9 && greatest_excess(x, 5) < 1e-12);
	o.inverse = inverse;
	solve(d, 5, &o, x);
	by_rows(heavy, 5, w);
	for (size_t p = 0; p < 10; p++)
	{
		CHECK_NEAR(x[p], w[p], 2e-7);
		inverse[p] /= 2;
	}
	/* twice all weights, the same answer */
	solve(d, 5, &o, w);
	for (size_t p = 0; p < 10; p++)
		CHECK_NEAR(w[p], x[p], 1e-11);
	o = nearest;
	o.decrease = true;
	info = solve(d, 5, &o, x);
	by_rows(shortest, 5, w);
	for (size_t p = 0; p < 10; p++)
		CHECK(x[p] == w[p]);
	CHECK_NEAR(info.objective, 43, 0);
}

/* --- against triangle fixing ---------------------------------------------------------------- */

/* One projection on x_a <= x_b + x_c. */
static void
fix(double *x, const double *inverse, size_t a, size_t b, size_t c, double *z)
{
	double rate = inverse[a] + inverse[b] + inverse[c];
	double step = fmin(*z, (x[b] + x[c] - x[a]) / rate);

	x[a] += step * inverse[a];
	x[b] -= step * inverse[b];
	x[c] -= step * inverse[c];
	*z -= step;
}

static void
triangle_fixing(const double *d, const double *inverse, size_t n, double *x)
{
	double *z = calloc(n * n * n, sizeof(*z));

	memcpy(x, d, n * (n - 1) / 2 * sizeof(*x));
	for (int round = 0; round < 20000; round++)
	{
		for (size_t i = 0; i < n; i++)
		{
			for (size_t j = 0; j < i; j++)
			{
				for (size_t k = 0; k < n; k++)
				{
					if (k != i && k != j)
						fix(x, inverse, ms_pair_at(i, j), ms_pair_at(i, k), ms_pair_at(k, j),
							&z[(i * n + j) * n + k]);
				}
			}
		}
	}
	free(z);
}

TEST(random_tables)
{
	for (uint64_t number = 0; number < 8; number++)
	{
		double d[28];
		double x[28];
		double y[28];
		double inverse[28];
		ms_repair_options o = nearest;
		ms_repair info;

		random_table(number, 28, d);
		for (size_t p = 0; p < 28; p++)
			inverse[p] = number % 2 ? 1 / (1 + (double) (p % 4)) : 1;
		o.inverse = inverse;
		o.sweeps = 1 + (int) number % 5;
		info = solve(d, 8, &o, x);
		triangle_fixing(d, inverse, 8, y);
		for (size_t p = 0; p < 28; p++)
			CHECK_NEAR(x[p], y[p], 1e-9);
		CHECK(info.active > 0 && info.active < 60 && greatest_excess(x, 8) < 1e-11);
		/* a metric comes back as it is, in no round */
		info = solve(x, 8, &o, y);
		CHECK(info.iterations <= 1 && fabs(info.objective) < 1e-20);
		/* scaled */
		for (size_t p = 0; p < 28; p++)
			d[p] *= 8;
		solve(d, 8, &o, y);
		for (size_t p = 0; p < 28; p++)
			CHECK_NEAR(y[p], 8 * x[p], 1e-9);
	}
}

TEST(permuted)
{
	static const size_t order[] = {3, 0, 5, 1, 4, 2};
	double d[15];
	double e[15];
	double x[15];
	double y[15];

	random_table(99, 15, d);
	for (size_t i = 0; i < 6; i++)
	{
		for (size_t j = 0; j < i; j++)
			e[ms_pair_at(i, j)] = d[ms_pair_at(order[i], order[j])];
	}
	solve(d, 6, &nearest, x);
	solve(e, 6, &nearest, y);
	for (size_t i = 0; i < 6; i++)
	{
		for (size_t j = 0; j < i; j++)
			CHECK_NEAR(y[ms_pair_at(i, j)], x[ms_pair_at(order[i], order[j])], 1e-10);
	}
}

/* --- paths ---------------------------------------------------------------------------------- */

/* A walk is as long as it says; no detour is shorter; a chain is walked from end to end. */
TEST(walks)
{
	size_t n = 40;
	double d[40 * 39 / 2];
	uint32_t nodes[40];
	ms_arena arena;
	ms_paths p;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_paths_new(&arena, n, &p), MS_OK);
	for (uint64_t number = 0; number < 20; number++)
	{
		random_table(number, n * (n - 1) / 2, d);
		for (size_t i = 0; number == 0 && i < n; i++)
		{
			for (size_t j = 0; j < i; j++)
				d[ms_pair_at(i, j)] = i == j + 1 ? 1 : 1000;
		}
		CHECK_INT(ms_paths_find(&h.ctx, &p, d), MS_OK);
		CHECK(greatest_excess(p.length, n) <= 0);
		for (size_t i = 0; i < n; i++)
		{
			for (size_t j = 0; j < n; j++)
			{
				size_t m = i == j ? 0 : ms_paths_walk(&p, i, j, nodes);
				double sum = 0;
				size_t last = i;

				for (size_t s = 0; s < m; last = nodes[s++])
					sum += d[ms_pair_at(last, nodes[s])];
				if (m == 0)
					continue;
				CHECK(sum == p.length[ms_pair_at(i, j)] && nodes[m - 1] == j && m < n);
			}
		}
	}
	CHECK_INT(ms_paths_find(&h.ctx, &p, d), MS_OK);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

/* --- floats --------------------------------------------------------------------------------- */

/* Sums of two floats are exact in a double: the answer obeys every inequality to the last bit. */
TEST(exact_floats)
{
	for (uint64_t number = 0; number < 20; number++)
	{
		size_t n = 20;
		size_t pairs = n * (n - 1) / 2;
		float d[190];
		float x[190];
		double y[190];
		ms_repair_options o = {.tol = 1e-9, .max_iter = 1000, .sweeps = 5};
		ms_repair info;
		host h;

		o.decrease = number % 2;
		host_init(&h);
		for (size_t p = 0; p < pairs; p++)
			d[p] = (float) (ms_rng_at(number, 7, p) / 3);
		CHECK_INT(ms_metric_repair(&h.ctx, d, n, &o, x, &info), MS_OK);
		CHECK(info.converged && info.left == 0 && info.changed > 0 && info.violations > 0);
		for (size_t p = 0; p < pairs; p++)
			y[p] = x[p];
		CHECK(greatest_excess(y, n) <= 0);
		/* and then comes back bit by bit */
		CHECK_INT(ms_metric_repair(&h.ctx, x, n, &o, d, &info), MS_OK);
		CHECK(memcmp(d, x, sizeof(d)) == 0 && info.changed == 0 && info.violations == 0);
		CHECK_INT(h.live, 0);
	}
}

TEST(small)
{
	float d[] = {7};
	float x[1];
	ms_repair_options o = nearest;
	ms_repair info;
	host h;

	host_init(&h);
	CHECK_INT(ms_metric_repair(&h.ctx, d, 1, &o, x, &info), MS_OK);
	CHECK(info.converged && info.objective == 0);
	CHECK_INT(ms_metric_repair(&h.ctx, d, 2, &o, x, &info), MS_OK);
	CHECK(x[0] == 7 && info.converged && info.changed == 0);
	CHECK_INT(h.live, 0);
}

/* --- refusals ------------------------------------------------------------------------------- */

TEST(refused)
{
	static const double d[] = {1, 4, 1};
	static const double all_fixed[] = {0, 0, 0};
	ms_repair_options o = nearest;
	double x[3];
	ms_repair info;
	host h;

	host_init(&h);
	o.inverse = all_fixed;
	CHECK_INT(ms_metric_nearest(&h.ctx, d, 3, &o, x, &info), MS_MISMATCH);
	CHECK_STR(h.ctx.facts.what, "fixed");
	CHECK(h.ctx.facts.index == 1 && h.ctx.facts.got == 4 && h.ctx.facts.wanted == 2);
	o = nearest;
	o.tol = 0;
	CHECK_INT(ms_metric_nearest(&h.ctx, d, 3, &o, x, &info), MS_BAD_ARGUMENT);
	o = nearest;
	o.max_iter = 0;
	CHECK_INT(ms_metric_nearest(&h.ctx, d, 3, &o, x, &info), MS_BAD_ARGUMENT);
	o = nearest;
	o.sweeps = 0;
	CHECK_INT(ms_metric_nearest(&h.ctx, d, 3, &o, x, &info), MS_BAD_ARGUMENT);
	/* stopped early: it says so, and the answer is a metric */
	o = nearest;
	o.max_iter = 1;
	o.sweeps = 1;
	{
		double five[10];
		double y[10];

		random_table(3, 10, five);
		CHECK_INT(ms_metric_nearest(&h.ctx, five, 5, &o, y, &info), MS_OK);
		CHECK(!info.converged && greatest_excess(y, 5) <= 1e-12);
	}
	CHECK_INT(h.live, 0);
}

TEST(stops)
{
	size_t n = 60;
	float d[60 * 59 / 2];
	float x[60 * 59 / 2];
	ms_repair_options o = {.tol = 1e-6, .max_iter = 100, .sweeps = 2};
	ms_repair info;
	ms_status status;
	host h;

	for (size_t p = 0; p < n * (n - 1) / 2; p++)
		d[p] = (float) ms_rng_at(5, 7, p);
	HOST_EVERY(h, status, ms_metric_repair(&h.ctx, d, n, &o, x, &info));
}

/* --- pairs of another value ----------------------------------------------------------------- */

typedef struct seen
{
	size_t n;
	double at[15];
} seen;

static ms_status
see(void *state, size_t i, size_t j, double distance)
{
	seen *s = state;

	CHECK(i != j);
	s->at[ms_pair_at(i, j)] = distance;
	s->n++;
	return MS_OK;
}

static ms_dissimilarity *
make(const char *const *ids, size_t n, bool complete, size_t *size)
{
	size_t room = sizeof(ms_dissimilarity) + n * n * sizeof(ms_pair) + 1000;
	ms_dissimilarity *d = malloc(room);
	host h;

	host_init(&h);
	ms_dissimilarity_begin(d, room, MS_DISSIMILARITY_ID_TEXT);
	for (size_t i = 0; i < n; i++)
	{
		for (size_t j = 0; j < i; j++)
		{
			ms_string a = {ids[i], strlen(ids[i])};
			ms_string b = {ids[j], strlen(ids[j])};
			double distance = (double) (a.length * 10 + b.length);

			if (complete || (i + j) % 2)
				CHECK_INT(ms_dissimilarity_append_text(&h.ctx, d, room, a, b, distance), MS_OK);
		}
	}
	CHECK_INT(ms_dissimilarity_canonical(&h.ctx, d, room), MS_OK);
	CHECK_INT(ms_dissimilarity_complete(d), complete);
	*size = room;
	return d;
}

TEST(visits)
{
	static const char *const ids[] = {"a", "bb", "", "ccc", "dddd", "eeeee"};
	static const char *const few[] = {"ccc", "bb", "eeeee"};
	static const char *const others[] = {"ccc", "x"};

	for (int complete = 0; complete < 2; complete++)
	{
		size_t size;
		size_t few_size;
		size_t others_size;
		ms_dissimilarity *d = make(ids, 6, complete, &size);
		ms_dissimilarity *f = make(few, 3, complete, &few_size);
		ms_dissimilarity *o = make(others, 2, true, &others_size);
		ms_places places;
		seen s = {.n = 0};
		ms_arena arena;
		host h;

		host_init(&h);
		ms_arena_init(&arena, &h.ctx);
		CHECK_INT(ms_places_new(&h.ctx, &arena, d, size, &places), MS_OK);
		CHECK_INT(places.n, 6); /* "", a, bb, ccc, dddd, eeeee */
		CHECK_INT(ms_pairs_visit(&h.ctx, &places, d, size, see, &s), MS_OK);
		CHECK_INT(s.n, complete ? 15 : 9);
		CHECK(s.at[ms_pair_at(1, 2)] == 21);
		s = (seen){.n = 0};
		CHECK_INT(ms_pairs_visit(&h.ctx, &places, f, few_size, see, &s), MS_OK);
		CHECK(s.n == (complete ? 3 : 2) && s.at[ms_pair_at(2, 3)] == 23);
		CHECK(s.at[ms_pair_at(5, 2)] == 52);
		CHECK_INT(ms_pairs_visit(&h.ctx, &places, o, others_size, see, &s), MS_MISMATCH);
		ms_arena_free(&arena);
		CHECK_INT(h.live, 0);
		free(d);
		free(f);
		free(o);
	}
}

int
main(void)
{
	RUN(triangle);
	RUN(five_points);
	RUN(random_tables);
	RUN(permuted);
	RUN(walks);
	RUN(exact_floats);
	RUN(small);
	RUN(refused);
	RUN(stops);
	RUN(visits);
	return unit_done();
}
