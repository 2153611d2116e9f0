/*
 * test_fair.c: fair medoids against fair_range.md, section 6, and brute force.
 */
#include "core/medoids/fair.h"

#include "core/base/rng.h"
#include "core/medoids/fair_parts.h"
#include "medoids_data.h"

static uint32_t d100_groups[100];

static void
set_groups(void)
{
	for (size_t i = 0; i < 100; i++)
		d100_groups[i] = i < 60 ? 0 : i < 90 ? 1 : 2;
}

typedef struct run
{
	ms_kmedoids m;
	ms_fair_result r;
	ms_arena arena;
	ms_status status;
	ms_facts facts;
	size_t rows[16]; /* medoids, as ids */
} run;

static const ms_fair_options by_default = {.p = 1, .pairs = true, .price = true};

static run
fit_sample(host *h, ms_metric metric, size_t k, const ms_sample *s, size_t size,
		   const ms_fair_groups *g, const ms_fair_options *fair)
{
	ms_kmedoids_options o;
	run x = {0};

	ms_kmedoids_defaults(&o);
	o.k = k;
	o.metric = metric;
	o.silhouette = false;
	ms_arena_init(&x.arena, &h->ctx);
	x.status = ms_kmedoids_fair(&h->ctx, &x.arena, s, size, &o, fair, g, &x.m, &x.r);
	x.facts = h->ctx.facts;
	for (size_t i = 0; x.status == MS_OK && i < k && i < 16; i++)
		x.rows[i] = x.m.clusters[i].id;
	return x;
}

static run
fit_d100(host *h, ms_metric metric, size_t k, const uint32_t *least, const uint32_t *most,
		 const ms_fair_options *fair)
{
	ms_fair_groups g = {3, d100_groups, least, most};
	size_t size;
	ms_sample *s = make_sample(d100_row, 100, NULL, false, &size);
	run x = fit_sample(h, metric, k, s, size, &g, fair);

	free(s);
	return x;
}

typedef struct published
{
	size_t k;
	uint32_t least[3];
	uint32_t most[3];
	double build;
	double optimum;
	uint64_t swaps, pairs;
	size_t set[5];
} published;

static const published table[] = {
	{3, {0, 0, 0}, {3, 3, 3}, 3333, 2948, 2, 0, {5, 40, 47}},
	{3, {1, 1, 1}, {1, 1, 1}, 3347, 2950, 3, 1, {26, 66, 92}},
	{3, {0, 2, 0}, {1, 3, 1}, 3353, 2983, 6, 0, {66, 89, 92}}, /* {66, 67, 92} ties */
	{3, {0, 0, 2}, {3, 3, 3}, 3352, 2980, 2, 0, {47, 92, 95}},
	{3, {0, 0, 0}, {0, 3, 3}, 3353, 2983, 3, 0, {66, 89, 92}},
	{5, {1, 1, 1}, {2, 2, 2}, 2357, 2145, 5, 1, {5, 35, 64, 77, 96}}, /* the reference: 4 */
	{5, {0, 0, 0}, {5, 5, 5}, 0, 2145, 0, 0, {0}},
	{5, {0, 0, 3}, {5, 5, 5}, 0, 2156, 0, 0, {5, 14, 92, 94, 96}},
};

#define ROWS (sizeof(table) / sizeof(*table))

static void
check_counts(const run *x, size_t k, const uint32_t *least, const uint32_t *most, size_t groups)
{
	uint32_t sum = 0;

	for (size_t g = 0; g < groups; g++)
	{
		CHECK(x->r.counts[g] >= least[g] && x->r.counts[g] <= most[g]);
		sum += x->r.counts[g];
	}
	CHECK_INT(sum, k);
}

/* Section 6.1, by the best swap of each round. */
TEST(published)
{
	ms_fair_options fair = by_default;

	fair.steepest = true;
	for (size_t t = 0; t < ROWS; t++)
	{
		const published *w = &table[t];
		host h;
		run x;

		host_init(&h);
		x = fit_d100(&h, MS_METRIC_MANHATTAN, w->k, w->least, w->most, &fair);
		CHECK_INT(x.status, MS_OK);
		CHECK_NEAR(x.r.cost, w->optimum, 0);
		CHECK_NEAR(x.m.total_deviation, w->optimum, 0);
		CHECK_NEAR(x.r.free_cost, w->k == 3 ? 2948 : 2145, 0);
		CHECK_INT(x.m.method, MS_KMEDOIDS_FAIR);
		CHECK_INT(x.m.locally_optimal, MS_KMEDOIDS_OPTIMUM_YES);
		for (size_t i = 0; w->set[0] && i < w->k; i++)
			CHECK_INT(x.rows[i], w->set[i]);
		if (w->build > 0)
		{
			CHECK_INT(x.r.swaps, w->swaps);
			CHECK_INT(x.r.pairs, w->pairs);
		}
		check_counts(&x, w->k, w->least, w->most, 3);
		CHECK_INT(x.r.rows[0] + 1000 * x.r.rows[1] + 1000000 * x.r.rows[2], 10030060);
		ms_arena_free(&x.arena);
		CHECK_INT(h.live, 0);
	}
}

/* Section 6.2: without swaps of two the search gets stuck. */
TEST(single_swaps_alone)
{
	static const size_t sets[2][5] = {{6, 89, 92}, {5, 17, 86, 92, 96}};
	ms_fair_options fair = {.p = 1, .steepest = true};

	for (size_t t = 0; t < 2; t++)
	{
		const published *w = &table[t ? 5 : 1];
		host h;
		run x;

		host_init(&h);
		x = fit_d100(&h, MS_METRIC_MANHATTAN, w->k, w->least, w->most, &fair);
		CHECK_NEAR(x.r.cost, t ? 2173 : 2951, 0);
		for (size_t i = 0; i < w->k; i++)
			CHECK_INT(x.rows[i], sets[t][i]);
		CHECK(isnan(x.r.free_cost));
		ms_arena_free(&x.arena);
	}
}

/* --- inside --------------------------------------------------------------------------------- */

typedef struct inside
{
	host h;
	ms_arena arena;
	ms_sample *s;
	ms_data data;
	ms_fair f;
} inside;

static void
open_inside(inside *x, ms_metric metric, double p, const published *w)
{
	ms_fair_groups g = {3, d100_groups, w->least, w->most};
	ms_kmedoids_options o;
	size_t size;

	ms_kmedoids_defaults(&o);
	o.metric = metric;
	host_init(&x->h);
	ms_arena_init(&x->arena, &x->h.ctx);
	x->s = make_sample(d100_row, 100, NULL, false, &size);
	CHECK_INT(ms_data_sample(&x->h.ctx, &x->arena, x->s, size, &o, &x->data), MS_OK);
	CHECK_INT(ms_fair_new(&x->h.ctx, &x->arena, &x->data, w->k, p, &g, &x->f), MS_OK);
	ms_fair_clear(&x->f);
}

static void
close_inside(inside *x)
{
	ms_arena_free(&x->arena);
	CHECK_INT(x->h.live, 0);
	free(x->s);
}

TEST(build)
{
	for (size_t t = 0; t < 6; t++)
	{
		inside x;

		open_inside(&x, MS_METRIC_MANHATTAN, 1, &table[t]);
		CHECK_INT(ms_fair_build(&x.f), MS_OK);
		CHECK_INT(ms_fair_assign(&x.f), MS_OK);
		CHECK_NEAR(x.f.cost, table[t].build, 0);
		close_inside(&x);
	}
}

/* Section 6.2c: k-center. */
TEST(matching)
{
	static const published bounds[] = {
		{3, {0, 0, 0}, {3, 3, 3}, 83.150466, 49.091750834534, 0, 0, {0}},
		{3, {1, 1, 1}, {1, 1, 1}, 79.404030, 49.091750834534, 0, 0, {0}},
		{3, {0, 2, 0}, {1, 3, 1}, 70.256673, 49.091750834534, 0, 0, {0}},
		{3, {0, 0, 2}, {3, 3, 3}, 80.411442, 52.201532544553, 0, 0, {0}}};
	ms_fair_options fair = {.p = INFINITY, .price = true};

	for (size_t t = 0; t < 4; t++)
	{
		const published *w = &bounds[t];
		double radius;
		inside x;
		host h;
		run fit;

		open_inside(&x, MS_METRIC_EUCLIDEAN, INFINITY, w);
		CHECK_INT(ms_fair_match(&x.f, &radius), MS_OK);
		CHECK_NEAR(radius, 41.593268686171, 1e-13);
		CHECK_INT(ms_fair_build(&x.f), MS_OK);
		CHECK_INT(ms_fair_assign(&x.f), MS_OK);
		CHECK_NEAR(x.f.cost, w->build, 1e-7);
		CHECK(x.f.cost <= 3 * w->optimum);
		close_inside(&x);

		host_init(&h);
		fit = fit_d100(&h, MS_METRIC_EUCLIDEAN, 3, w->least, w->most, &fair);
		CHECK(fit.r.cost >= w->optimum - 1e-12);
		CHECK(fit.r.cost <= fit.r.free_cost * 3);
		check_counts(&fit, 3, w->least, w->most, 3);
		ms_arena_free(&fit.arena);
	}
}

/* --- small inputs and brute force ------------------------------------------------------------ */

#define SMALL 11

static double points[2 * SMALL * 4];
static double small_weights[SMALL];

static void
small_row(size_t i, double *x)
{
	x[0] = points[2 * i];
	x[1] = points[2 * i + 1];
}

static double
small_weight(size_t i)
{
	return small_weights[i];
}

typedef struct problem
{
	size_t n, k, groups;
	uint32_t of[SMALL];
	uint32_t least[4], most[4];
	double p;
} problem;

static double
cost_of(const problem *q, unsigned set)
{
	double cost = 0;

	for (size_t o = 0; o < q->n; o++)
	{
		double near = INFINITY;
		double part;

		for (size_t c = 0; c < q->n; c++)
		{
			if (set >> c & 1)
				near = fmin(near, hypot(points[2 * o] - points[2 * c],
										points[2 * o + 1] - points[2 * c + 1]));
		}
		part = isinf(q->p) ? (small_weights[o] > 0) * near : small_weights[o] * pow(near, q->p);
		cost = isinf(q->p) ? fmax(cost, part) : cost + part;
	}
	return cost;
}

static bool
is_fair(const problem *q, unsigned set)
{
	uint32_t counts[4] = {0};
	bool fair = (size_t) __builtin_popcount(set) == q->k;

	for (size_t c = 0; c < q->n; c++)
		counts[q->of[c]] += set >> c & 1;
	for (size_t g = 0; g < q->groups; g++)
		fair &= counts[g] >= q->least[g] && counts[g] <= q->most[g];
	return fair;
}

static double
optimum(const problem *q, unsigned *best)
{
	double least = INFINITY;

	for (unsigned set = 0; set < 1u << q->n; set++)
	{
		double cost = is_fair(q, set) ? cost_of(q, set) : INFINITY;

		if (cost < least)
		{
			least = cost;
			*best = set;
		}
	}
	return least;
}

/* Whether no fair set that differs in one or two rows is better. */
static bool
is_local_optimum(const problem *q, unsigned set, int changes)
{
	double cost = cost_of(q, set);

	for (unsigned other = 0; other < 1u << q->n; other++)
	{
		if (__builtin_popcount(other & ~set) <= changes && is_fair(q, other) &&
			cost_of(q, other) < cost * (1 - 1e-8))
			return false;
	}
	return true;
}

static problem
draw_problem(ms_rng *rng, double p)
{
	problem q = {.n = 4 + ms_rng_below(rng, SMALL - 3), .groups = 1 + ms_rng_below(rng, 3), .p = p};

	q.k = 1 + ms_rng_below(rng, q.n < 5 ? q.n - 1 : 4);
	for (size_t i = 0; i < q.n; i++)
	{
		/* few distinct coordinates and weights: ties and duplicates */
		points[2 * i] = (double) ms_rng_below(rng, 7);
		points[2 * i + 1] = (double) ms_rng_below(rng, 7);
		small_weights[i] = (double) ms_rng_below(rng, 4);
		q.of[i] = (uint32_t) ms_rng_below(rng, q.groups);
	}
	small_weights[0] = 1;
	for (size_t g = 0; g < q.groups; g++)
	{
		q.least[g] = (uint32_t) ms_rng_below(rng, 3);
		q.most[g] = q.least[g] + (uint32_t) ms_rng_below(rng, 3);
	}
	return q;
}

static run
fit_small(host *h, const problem *q, const ms_fair_options *fair)
{
	ms_fair_groups g = {q->groups, q->of, q->least, q->most};
	size_t size;
	ms_sample *s = make_sample(small_row, q->n, small_weight, false, &size);
	run x = fit_sample(h, MS_METRIC_EUCLIDEAN, q->k, s, size, &g, fair);

	free(s);
	return x;
}

/* It succeeds where there is a choice, is never better than the best, and no step improves it. */
TEST(brute_force)
{
	static const double powers[] = {1, 2, 1.5, INFINITY};
	size_t best = 0;
	size_t fits = 0;
	ms_rng rng;

	ms_rng_init(&rng, 7, 1);
	for (size_t t = 0; t < 400; t++)
	{
		problem q = draw_problem(&rng, powers[t % 4]);
		ms_fair_options fair = {.p = q.p, .pairs = true, .steepest = t / 4 % 2, .price = true};
		unsigned wanted = 0;
		unsigned set = 0;
		double least = optimum(&q, &wanted);
		host h;
		run x;

		host_init(&h);
		x = fit_small(&h, &q, &fair);
		CHECK_INT(x.status, isinf(least) ? MS_BAD_ARGUMENT : MS_OK);
		if (x.status == MS_OK)
		{
			for (size_t i = 0; i < q.k; i++)
				set |= 1u << x.rows[i];
			fits++;
			best += x.r.cost <= least * (1 + 1e-9);
			CHECK(is_fair(&q, set));
			CHECK_NEAR(x.r.cost, cost_of(&q, set), 1e-12);
			CHECK(x.r.cost >= least - 1e-9);
			CHECK(x.r.free_cost <= x.r.cost);
			CHECK(is_local_optimum(&q, set, 1));
		}
		ms_arena_free(&x.arena);
		CHECK_INT(h.live, 0);
	}
	CHECK(fits > 100);
	CHECK(best > fits * 3 / 4);
}

/* One medoid of each group: no swap of one or two is left that gains. */
TEST(pairs_are_complete)
{
	size_t moved = 0;
	ms_rng rng;

	ms_rng_init(&rng, 11, 1);
	for (size_t t = 0; t < 200; t++)
	{
		problem q = draw_problem(&rng, 1 + (double) (t % 2));
		ms_fair_options fair = {.p = q.p, .pairs = true};
		unsigned set = 0;
		host h;
		run x;

		q.k = q.groups = 2 + t % 2;
		for (size_t i = 0; i < q.n; i++)
			q.of[i] = i % q.groups;
		for (size_t g = 0; g < q.groups; g++)
			q.least[g] = q.most[g] = 1;
		host_init(&h);
		x = fit_small(&h, &q, &fair);
		CHECK_INT(x.status, MS_OK);
		for (size_t i = 0; i < q.k; i++)
			set |= 1u << x.rows[i];
		CHECK(is_local_optimum(&q, set, 2));
		moved += x.r.pairs > 0;
		ms_arena_free(&x.arena);
	}
	CHECK(moved > 3);
}

/* --- section 6.2b and degenerate cases ------------------------------------------------------- */

TEST(six_points)
{
	static const double x[] = {0, 1, 2, 10, 11, 12};
	problem q = {6, 2, 2, {0, 0, 1, 0, 0, 1}, {1, 1}, {1, 1}, 1};
	host h;
	run r;

	for (size_t i = 0; i < 6; i++)
	{
		points[2 * i] = x[i];
		points[2 * i + 1] = 0;
		small_weights[i] = 1;
	}
	host_init(&h);
	r = fit_small(&h, &q, &by_default);
	CHECK_NEAR(r.r.cost, 5, 0);
	CHECK_NEAR(r.r.free_cost, 4, 0);
	CHECK_INT(r.rows[0], 2);
	CHECK_INT(r.rows[1], 4);
	ms_arena_free(&r.arena);

	/* all rows, and one medoid of a given group */
	q.k = 6;
	q.most[0] = q.most[1] = 6;
	r = fit_small(&h, &q, &by_default);
	CHECK_NEAR(r.r.cost, 0, 0);
	CHECK_INT(r.r.counts[0], 4);
	ms_arena_free(&r.arena);
	q = (problem){6, 1, 2, {0, 0, 1, 0, 0, 1}, {0, 1}, {1, 1}, 1};
	r = fit_small(&h, &q, &by_default);
	CHECK_INT(r.rows[0], 2);
	CHECK_NEAR(r.r.cost, 30, 0);
	ms_arena_free(&r.arena);
	CHECK_INT(h.live, 0);
}

static void
check_refused(uint32_t a, uint32_t b, uint32_t c, uint32_t x, uint32_t y, uint32_t z,
			  const char *what, int index, double got, double wanted)
{
	uint32_t least[] = {a, b, c};
	uint32_t most[] = {x, y, z};
	host h;
	run r;

	host_init(&h);
	r = fit_d100(&h, MS_METRIC_MANHATTAN, 3, least, most, &by_default);
	CHECK_INT(r.status, MS_BAD_ARGUMENT);
	CHECK(strcmp(r.facts.what, what) == 0);
	CHECK_INT(r.facts.index, index);
	CHECK_NEAR(r.facts.got, got, 0);
	CHECK_NEAR(r.facts.wanted, wanted, 0);
	ms_arena_free(&r.arena);
	CHECK_INT(h.live, 0);
}

/* Section 6.3. */
TEST(infeasible)
{
	static const uint32_t none[3] = {0, 0, 0};
	static const uint32_t all[3] = {3, 3, 3};
	ms_fair_options fair = by_default;
	host h;
	run r;

	check_refused(2, 2, 0, 3, 3, 3, "minimums", 0, 4, 3);
	check_refused(0, 0, 0, 1, 1, 0, "maximums", 0, 2, 3);
	check_refused(0, 0, 11, 3, 3, 11, "group", 3, 11, 10);
	check_refused(0, 2, 0, 3, 1, 3, "bounds", 2, 2, 1);
	fair.p = 0.5;
	host_init(&h);
	r = fit_d100(&h, MS_METRIC_MANHATTAN, 3, none, all, &fair);
	CHECK_INT(r.status, MS_BAD_ARGUMENT);
	fair.p = NAN;
	r = fit_d100(&h, MS_METRIC_MANHATTAN, 3, none, all, &fair);
	CHECK_INT(r.status, MS_BAD_ARGUMENT);
}

/* --- properties ------------------------------------------------------------------------------ */

/* Groups renamed; one group of all medoids is no bound; starts at random; a matrix. */
TEST(properties)
{
	static const uint32_t least[3] = {1, 0, 2};
	static const uint32_t most[3] = {2, 3, 3};
	static const uint32_t renamed_least[3] = {2, 1, 0};
	static const uint32_t renamed_most[3] = {3, 2, 3};
	uint32_t renamed[100];
	ms_fair_groups g = {3, renamed, renamed_least, renamed_most};
	ms_fair_groups given = {3, d100_groups, least, most};
	uint32_t one[100] = {0};
	uint32_t five = 5;
	ms_fair_groups single = {1, one, &five, &five};
	ms_fair_options fair = by_default;
	size_t size;
	size_t matrix_size;
	ms_sample *s = make_sample(d100_row, 100, NULL, false, &size);
	ms_dissimilarity *d = make_dissimilarity(s, MS_METRIC_MANHATTAN, &matrix_size);
	ms_kmedoids_options o;
	host h;
	run a;
	run b;

	for (size_t i = 0; i < 100; i++)
		renamed[i] = (d100_groups[i] + 1) % 3;
	host_init(&h);
	a = fit_d100(&h, MS_METRIC_MANHATTAN, 5, least, most, &fair);
	b = fit_sample(&h, MS_METRIC_MANHATTAN, 5, s, size, &g, &fair);
	CHECK_BITS(b.r.cost, a.r.cost);
	CHECK(memcmp(a.rows, b.rows, sizeof(a.rows)) == 0);
	ms_arena_free(&b.arena);

	b = fit_sample(&h, MS_METRIC_MANHATTAN, 5, s, size, &single, &fair);
	CHECK_BITS(b.r.cost, b.r.free_cost);
	CHECK_NEAR(b.r.cost, 2145, 0);
	ms_arena_free(&b.arena);

	fair.n_init = 8;
	b = fit_d100(&h, MS_METRIC_MANHATTAN, 5, least, most, &fair);
	CHECK(b.r.cost <= a.r.cost);
	CHECK_INT(b.m.starts, 8);
	check_counts(&b, 5, least, most, 3);
	ms_arena_free(&b.arena);

	ms_kmedoids_defaults(&o);
	o.k = 5;
	ms_arena_init(&b.arena, &h.ctx);
	CHECK_INT(ms_kmedoids_fair_matrix(&h.ctx, &b.arena, d, matrix_size, &o, &by_default, &given,
									  &b.m, &b.r),
			  MS_OK);
	CHECK_BITS(b.r.cost, a.r.cost);
	ms_arena_free(&b.arena);
	ms_arena_free(&a.arena);
	free(s);
	free(d);
	CHECK_INT(h.live, 0);
}

/* A square that does not fit is computed row by row: the same bits. */
TEST(memory)
{
	static const uint32_t least[3] = {1, 1, 1};
	static const uint32_t most[3] = {2, 2, 2};
	host h;
	run a;
	run b;

	host_init(&h);
	a = fit_d100(&h, MS_METRIC_EUCLIDEAN, 5, least, most, &by_default);
	ms_arena_free(&a.arena);
	h.ctx.budget = 190000;
	b = fit_d100(&h, MS_METRIC_EUCLIDEAN, 5, least, most, &by_default);
	CHECK_INT(b.status, MS_OK);
	CHECK_BITS(a.r.cost, b.r.cost);
	CHECK(memcmp(a.rows, b.rows, sizeof(a.rows)) == 0);
	ms_arena_free(&b.arena);
}

static ms_status
exercise(host *h, double p)
{
	static const uint32_t least[3] = {1, 1, 1};
	static const uint32_t most[3] = {2, 2, 2};
	ms_fair_options fair = {.p = p, .pairs = true, .n_init = 2};
	run x;

	h->ctx.work = MS_POLL_STEPS - 20000;
	x = fit_d100(h, MS_METRIC_EUCLIDEAN, 5, least, most, &fair);
	ms_arena_free(&x.arena);
	return x.status;
}

TEST(stops)
{
	host h;
	ms_status status;

	HOST_EVERY(h, status, exercise(&h, 1));
	HOST_EVERY(h, status, exercise(&h, 3));
	HOST_EVERY(h, status, exercise(&h, INFINITY));
}

int
main(void)
{
	set_groups();
	RUN(published);
	RUN(single_swaps_alone);
	RUN(build);
	RUN(matching);
	RUN(brute_force);
	RUN(pairs_are_complete);
	RUN(six_points);
	RUN(infeasible);
	RUN(properties);
	RUN(memory);
	RUN(stops);
	return unit_done();
}
