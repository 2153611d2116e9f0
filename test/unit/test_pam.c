/*
 * test_pam.c: swaps, searches and silhouettes against kmedoids.md, section 9, and brute force.
 */
#include "core/base/rng.h"
#include "core/medoids/data.h"
#include "medoids_data.h"

/* Five points, lower triangle 1 | 2 3 | 4 5 6 | 7 8 9 1, and one of four. */
static const float five[] = {0, 1, 2, 4, 7, 1, 0, 3, 5, 8, 2, 3, 0,
							 6, 9, 4, 5, 6, 0, 1, 7, 8, 9, 1, 0};
static const float four[] = {0, 1, 2, 3, 1, 0, 4, 5, 2, 4, 0, 6, 3, 5, 6, 0};

static ms_table
square_table(const float *rows, size_t n, const double *w)
{
	return (ms_table){.n = n, .m = n, .square = true, .w = w, .rows = rows};
}

/* Distances among rows of a source, as floats. */
static float *
distances(row_source source, size_t n, ms_metric metric)
{
	float *rows = malloc(n * n * sizeof(*rows));

	for (size_t i = 0; i < n; i++)
	{
		for (size_t j = 0; j < n; j++)
		{
			double a[2];
			double b[2];

			source(i, a);
			source(j, b);
			rows[i * n + j] = (float) (metric == MS_METRIC_MANHATTAN
										   ? fabs(a[0] - b[0]) + fabs(a[1] - b[1])
										   : hypot(a[0] - b[0], a[1] - b[1]));
		}
	}
	return rows;
}

/* Few distinct points: duplicates and ties. */
static void
lumpy_row(size_t i, double *x)
{
	x[0] = (double) (i * i % 7);
	x[1] = (double) (i % 3);
}

static double
total(const ms_table *t, const size_t *medoids, size_t k)
{
	double sum = 0;

	for (size_t o = 0; o < t->m; o++)
	{
		double near = INFINITY;

		for (size_t i = 0; i < k; i++)
			near = fmin(near, t->rows[medoids[i] * t->m + o]);
		sum += (t->w ? t->w[o] : 1) * near;
	}
	return sum;
}

TEST(five_points)
{
	ms_table t = square_table(five, 5, NULL);
	size_t medoids[] = {0, 1};
	size_t slot;
	double change;
	ms_arena arena;
	ms_pam p;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_pam_new(&h.ctx, &arena, &t, 2, &p), MS_OK);
	CHECK_INT(ms_pam_set(&p, medoids), MS_OK);
	CHECK(p.deviation == 13 && p.loss[0] == 4 && p.loss[1] == 1);
	CHECK_INT(ms_pam_try(&p, 2, &slot, &change), MS_OK);
	CHECK(slot == 1 && change == -1);
	CHECK_INT(ms_pam_fasterpam(&p, 100, MS_PAM_EPSILON), MS_OK);
	CHECK(p.deviation == 4 && p.medoids[0] == 0 && p.medoids[1] == 3);
	CHECK(p.swaps == 2 && p.passes == 2 && p.converged);
	CHECK_INT(ms_pam_set(&p, medoids), MS_OK);
	p.swaps = 0;
	CHECK_INT(ms_pam_fastpam1(&p, 100, MS_PAM_EPSILON), MS_OK);
	CHECK(p.deviation == 4 && p.swaps == 1 && p.medoids[1] == 3);
	CHECK_INT(ms_start(&h.ctx, &t, 2, MS_KMEDOIDS_INIT_BUILD, 0, 0, medoids), MS_OK);
	CHECK(medoids[0] == 0 && medoids[1] == 3);
	CHECK_INT(ms_pam_new(&h.ctx, &arena, &t, 1, &p), MS_OK);
	CHECK_INT(ms_pam_single(&p), MS_OK);
	CHECK(p.medoids[0] == 0 && p.deviation == 14);
	ms_arena_free(&arena);
}

TEST(medoid_silhouettes)
{
	ms_table t = square_table(five, 5, NULL);
	ms_table u = square_table(four, 4, NULL);
	static const size_t three[] = {0, 1, 2};
	ms_msc_step steps[2];
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_dynmsc(&h.ctx, &arena, &t, three, 3, 3, 100, steps), MS_OK);
	CHECK_NEAR(steps[0].silhouette, 0.9047619047619048, 1e-15);
	CHECK(steps[0].medoids[0] == 0 && steps[0].medoids[1] == 2 && steps[0].medoids[2] == 3);
	CHECK_INT(ms_dynmsc(&h.ctx, &arena, &t, three, 2, 2, 100, steps), MS_OK);
	CHECK_NEAR(steps[0].silhouette, 0.8805555555555555, 1e-7);
	CHECK(steps[0].medoids[0] == 0 && steps[0].medoids[1] == 4);
	CHECK_INT(ms_dynmsc(&h.ctx, &arena, &u, three, 3, 2, 100, steps), MS_OK);
	CHECK_NEAR(steps[0].silhouette, 0.9375, 1e-7);
	CHECK_NEAR(steps[1].silhouette, 0.8666666666666667, 1e-7);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

/* 9.2: from the first k rows in the order of the rows. */
TEST(d100_swaps)
{
	static const struct
	{
		ms_metric metric;
		size_t k;
		double start, eager, best;
		int eager_swaps, best_swaps;
	} wanted[] = {{MS_METRIC_EUCLIDEAN, 5, 2738.610356, 1723.111271503, 1676.335877156, 12, 9},
				  {MS_METRIC_EUCLIDEAN, 10, 1628.252221, 1089.845870049, 1098.074115013, 18, 9},
				  {MS_METRIC_MANHATTAN, 5, 3568, 2172, 2145, 15, 7},
				  {MS_METRIC_MANHATTAN, 10, 2048, 1386, 1386, 14, 8}};
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	for (size_t i = 0; i < 4; i++)
	{
		float *rows = distances(d100_row, 100, wanted[i].metric);
		ms_table t = square_table(rows, 100, NULL);
		size_t first[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
		ms_pam p;

		CHECK_INT(ms_pam_new(&h.ctx, &arena, &t, wanted[i].k, &p), MS_OK);
		CHECK_INT(ms_pam_set(&p, first), MS_OK);
		CHECK_NEAR(p.deviation, wanted[i].start, 1e-7);
		CHECK_INT(ms_pam_fasterpam(&p, 100, MS_PAM_EPSILON), MS_OK);
		CHECK_NEAR(p.deviation, wanted[i].eager, 1e-7);
		CHECK_INT(p.swaps, wanted[i].eager_swaps);
		CHECK_INT(ms_pam_set(&p, first), MS_OK);
		p.swaps = 0;
		CHECK_INT(ms_pam_fastpam1(&p, 100, MS_PAM_EPSILON), MS_OK);
		CHECK_NEAR(p.deviation, wanted[i].best, 1e-7);
		CHECK_INT(p.swaps, wanted[i].best_swaps);
		free(rows);
	}
	ms_arena_free(&arena);
}

TEST(build_totals)
{
	static const double euclidean[] = {3171.121255591, 2606.801424280, 1750.376146722,
									   1143.496929282};
	static const double manhattan[] = {4112, 3333, 2343, 1497};
	static const double ruspini[] = {3040.662004, 1926.171440, 1292.173830, 907.398232,
									 739.635565};
	static const size_t ks[] = {2, 3, 5, 10};
	float *e = distances(d100_row, 100, MS_METRIC_EUCLIDEAN);
	float *m = distances(d100_row, 100, MS_METRIC_MANHATTAN);
	float *r = distances(ruspini_row, RUSPINI, MS_METRIC_EUCLIDEAN);
	ms_table te = square_table(e, 100, NULL);
	ms_table tm = square_table(m, 100, NULL);
	ms_table tr = square_table(r, RUSPINI, NULL);
	size_t medoids[10];
	host h;

	host_init(&h);
	for (size_t i = 0; i < 4; i++)
	{
		CHECK_INT(ms_start(&h.ctx, &te, ks[i], MS_KMEDOIDS_INIT_BUILD, 0, 0, medoids), MS_OK);
		CHECK_NEAR(total(&te, medoids, ks[i]), euclidean[i], 1e-7);
		CHECK_INT(ms_start(&h.ctx, &tm, ks[i], MS_KMEDOIDS_INIT_BUILD, 0, 0, medoids), MS_OK);
		CHECK_NEAR(total(&tm, medoids, ks[i]), manhattan[i], 0);
	}
	for (size_t k = 2; k <= 6; k++)
	{
		CHECK_INT(ms_start(&h.ctx, &tr, k, MS_KMEDOIDS_INIT_BUILD, 0, 0, medoids), MS_OK);
		CHECK_NEAR(total(&tr, medoids, k), ruspini[k - 2], 1e-7);
	}
	CHECK_INT(h.live, 0);
	free(e);
	free(m);
	free(r);
}

/* Ruspini, FasterPAM k = 4 from the first rows: 40 swaps, 3 passes; from BUILD 9 swaps. */
TEST(ruspini_swaps)
{
	float *r = distances(ruspini_row, RUSPINI, MS_METRIC_EUCLIDEAN);
	ms_table t = square_table(r, RUSPINI, NULL);
	size_t medoids[] = {0, 1, 2, 3};
	ms_arena arena;
	ms_pam p;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_pam_new(&h.ctx, &arena, &t, 4, &p), MS_OK);
	CHECK_INT(ms_pam_set(&p, medoids), MS_OK);
	CHECK_INT(ms_pam_fasterpam(&p, 100, MS_PAM_EPSILON), MS_OK);
	CHECK_NEAR(p.deviation, 861.478111093, 1e-7);
	CHECK(p.swaps == 40 && p.passes == 3);
	CHECK_INT(ms_start(&h.ctx, &t, 4, MS_KMEDOIDS_INIT_BUILD, 0, 0, medoids), MS_OK);
	CHECK_INT(ms_pam_set(&p, medoids), MS_OK);
	p.swaps = 0;
	CHECK_INT(ms_pam_fasterpam(&p, 100, MS_PAM_EPSILON), MS_OK);
	CHECK_INT(p.swaps, 9);
	ms_arena_free(&arena);
	free(r);
}

/* The caches after every swap are those of a fresh start; the change foretold is the change. */
static void
check_swaps(row_source source, size_t n, size_t k, const double *w)
{
	float *rows = distances(source, n, MS_METRIC_MANHATTAN);
	ms_table t = square_table(rows, n, w);
	size_t medoids[10];
	ms_arena arena;
	ms_pam p;
	ms_pam fresh;
	ms_rng rng;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	ms_rng_init(&rng, k, n);
	CHECK_INT(ms_start(&h.ctx, &t, k, MS_KMEDOIDS_INIT_RANDOM, 1, 0, medoids), MS_OK);
	CHECK_INT(ms_pam_new(&h.ctx, &arena, &t, k, &p), MS_OK);
	CHECK_INT(ms_pam_new(&h.ctx, &arena, &t, k, &fresh), MS_OK);
	CHECK_INT(ms_pam_set(&p, medoids), MS_OK);
	for (int round = 0; round < 60; round++)
	{
		size_t c = ms_rng_below(&rng, n);
		double before = p.deviation;
		double least = INFINITY;
		size_t slot;
		double change;

		if (p.taken[c])
			continue;
		CHECK_INT(ms_pam_try(&p, c, &slot, &change), MS_OK);
		for (size_t i = 0; i < k; i++)
		{
			memcpy(medoids, p.medoids, k * sizeof(*medoids));
			medoids[i] = c;
			least = fmin(least, total(&t, medoids, k) - before);
		}
		CHECK_NEAR(change, least, 1e-9);
		CHECK_INT(ms_pam_swap(&p, slot, c), MS_OK);
		CHECK_NEAR(p.deviation, before + change, 1e-9);
		CHECK_INT(ms_pam_set(&fresh, p.medoids), MS_OK);
		for (size_t o = 0; o < n; o++)
		{
			CHECK(p.d1[o] == fresh.d1[o] && p.d2[o] == fresh.d2[o]);
			CHECK(rows[p.medoids[p.first[o]] * n + o] == p.d1[o]);
			CHECK(rows[p.medoids[p.second[o]] * n + o] == p.d2[o]);
			CHECK(p.first[o] != p.second[o]);
		}
		for (size_t i = 0; i < k; i++)
			CHECK_INT(p.first[p.medoids[i]], i);
	}
	ms_arena_free(&arena);
	free(rows);
}

TEST(caches)
{
	double w[60];

	for (size_t i = 0; i < 60; i++)
		w[i] = (double) (i % 4) / 2;
	for (size_t k = 2; k < 8; k++)
	{
		check_swaps(d100_row, 60, k, NULL);
		check_swaps(d100_row, 60, k, w);
		check_swaps(lumpy_row, 45, k, NULL);
	}
}

/* Brute force: after convergence no swap improves. */
TEST(local_optima)
{
	double w[50];

	for (size_t i = 0; i < 50; i++)
		w[i] = 1 + (double) (i % 3);
	for (size_t k = 2; k < 9; k++)
	{
		float *rows = distances(k % 2 ? d100_row : lumpy_row, 50, MS_METRIC_EUCLIDEAN);
		ms_table t = square_table(rows, 50, k % 3 ? w : NULL);

		for (int init = MS_KMEDOIDS_INIT_BUILD; init <= MS_KMEDOIDS_INIT_LAB; init++)
		{
			size_t medoids[10];
			size_t trial[10];
			ms_found found = {.medoids = medoids};
			ms_search s = {.k = k,
						   .method = MS_KMEDOIDS_FASTERPAM,
						   .init = (ms_kmedoids_init) init,
						   .n_init = 2,
						   .max_iter = 100,
						   .seed = init};
			host h;

			host_init(&h);
			CHECK_INT(ms_search_pam(&h.ctx, &t, &s, &found), MS_OK);
			CHECK_NEAR(found.deviation, total(&t, medoids, k), 1e-12);
			CHECK(found.converged && found.optimal);
			for (size_t i = 1; i < k; i++)
				CHECK(medoids[i - 1] < medoids[i]);
			for (size_t i = 0; i < k; i++)
			{
				for (size_t c = 0; c < 50; c++)
				{
					memcpy(trial, medoids, sizeof(trial));
					trial[i] = c;
					CHECK(total(&t, trial, k) >= found.deviation - 1e-9);
				}
			}
			CHECK_INT(h.live, 0);
		}
		free(rows);
	}
}

/* The least total of all sets of k rows that begin with the m in `set`. */
static double
least_total(const ms_table *t, size_t k, size_t m, size_t *set, size_t *best)
{
	double least = INFINITY;

	if (m == k)
	{
		memcpy(best, set, k * sizeof(*set));
		return total(t, set, k);
	}
	for (size_t c = m ? set[m - 1] + 1 : 0; c < t->n; c++)
	{
		size_t found[10];
		double sum;

		set[m] = c;
		sum = least_total(t, k, m + 1, set, found);
		if (sum < least)
			memcpy(best, found, k * sizeof(*found));
		least = fmin(least, sum);
	}
	return least;
}

/* 9.2: PAM ends at the optimum, but for euclidean 2; one medoid more never costs. */
TEST(optima)
{
	static const struct
	{
		ms_metric metric;
		double least[3];
	} wanted[] = {{MS_METRIC_EUCLIDEAN, {INFINITY, 2963.795681315, 2307.052084524}},
				  {MS_METRIC_MANHATTAN, {INFINITY, 3740, 2948}}};

	for (size_t i = 0; i < 2; i++)
	{
		float *rows = distances(d100_row, 100, wanted[i].metric);
		ms_table t = square_table(rows, 100, NULL);
		double last = INFINITY;

		for (size_t k = 1; k <= 3; k++)
		{
			size_t set[3];
			size_t best[3];
			double least = least_total(&t, k, 0, set, best);

			CHECK(least <= last);
			last = least;
			if (k > 1)
				CHECK_NEAR(least, wanted[i].least[k - 1], 1e-7);
			if (k == 2 && i == 0)
				CHECK(best[0] == 40 && best[1] == 42);
		}
		free(rows);
	}
}

/* Ruspini, manhattan, k = 6: where R's pam ends, by a tie, is a local optimum as well. */
TEST(ruspini_tie)
{
	float *r = distances(ruspini_row, RUSPINI, MS_METRIC_MANHATTAN);
	ms_table t = square_table(r, RUSPINI, NULL);
	size_t medoids[] = {7, 13, 31, 46, 49, 69};
	ms_arena arena;
	bool optimal;
	ms_pam p;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_pam_new(&h.ctx, &arena, &t, 6, &p), MS_OK);
	CHECK_INT(ms_pam_set(&p, medoids), MS_OK);
	CHECK_NEAR(p.deviation, 917, 0);
	CHECK_INT(ms_pam_certify(&p, MS_PAM_EPSILON, &optimal), MS_OK);
	CHECK(optimal);
	ms_arena_free(&arena);
	free(r);
}

/* FasterMSC: no swap raises the medoid silhouette; DynMSC's steps are what they say. */
TEST(msc_optima)
{
	for (size_t k = 2; k < 7; k++)
	{
		float *rows = distances(d100_row, 40, MS_METRIC_EUCLIDEAN);
		ms_table t = square_table(rows, 40, NULL);
		static const size_t first[] = {0, 1, 2, 3, 4, 5, 6};
		ms_msc_step steps[8];
		ms_arena arena;
		host h;

		host_init(&h);
		ms_arena_init(&arena, &h.ctx);
		CHECK_INT(ms_dynmsc(&h.ctx, &arena, &t, first, k, 2, 100, steps), MS_OK);
		for (size_t s = 0; s <= k - 2; s++)
		{
			for (size_t i = 0; i <= steps[s].k * 40; i++)
			{
				size_t trial[8];
				double sum = 0;

				memcpy(trial, steps[s].medoids, steps[s].k * sizeof(*trial));
				if (i < steps[s].k * 40)
					trial[i / 40] = i % 40;
				for (size_t o = 0; o < 40; o++)
				{
					double d1 = INFINITY;
					double d2 = INFINITY;

					for (size_t j = 0; j < steps[s].k; j++)
					{
						double d = rows[trial[j] * 40 + o];

						d2 = fmin(d2, fmax(d1, d));
						d1 = fmin(d1, d);
					}
					sum += d1 > 0 ? 1 - d1 / d2 : 1;
				}
				if (i < steps[s].k * 40)
					CHECK(sum / 40 <= steps[s].silhouette + 1e-9);
				else
					CHECK_NEAR(sum / 40, steps[s].silhouette, 1e-12);
			}
		}
		ms_arena_free(&arena);
		CHECK_INT(h.live, 0);
		free(rows);
	}
}

/* Every instruction set finds the same hits, whatever m is. */
TEST(hits)
{
	float d[100];
	float limit[100];
	ms_rng rng;

	ms_rng_init(&rng, 1, 2);
	for (size_t m = 0; m <= 100; m++)
	{
		uint32_t *wanted = malloc((m + 16) * sizeof(*wanted));
		uint32_t *got = malloc((m + 16) * sizeof(*got));
		size_t n = 0;

		for (size_t o = 0; o < m; o++)
		{
			d[o] = (float) ms_rng_below(&rng, 4);
			limit[o] = m % 3 ? (float) ms_rng_below(&rng, 4) : INFINITY;
			wanted[n] = (uint32_t) o;
			n += d[o] < limit[o];
		}
		for (int level = 0; level < ms_pam_levels(); level++)
		{
			CHECK_INT(ms_pam_hits_at(level, d, limit, m, got), n);
			CHECK(n == 0 || memcmp(got, wanted, n * sizeof(*got)) == 0);
		}
		free(wanted);
		free(got);
	}
}

/* Distances times 4 give the same medoids at 4 times the total; a duplicate row adds its d1. */
TEST(scaled_and_repeated)
{
	float *rows = distances(d100_row, 60, MS_METRIC_EUCLIDEAN);
	float *scaled = malloc(60 * 60 * sizeof(*scaled));
	float *more = malloc(61 * 61 * sizeof(*more));
	size_t a[5];
	size_t b[5];
	ms_found x = {.medoids = a};
	ms_found y = {.medoids = b};
	ms_table t = square_table(rows, 60, NULL);
	ms_table u = square_table(scaled, 60, NULL);
	ms_table v = square_table(more, 61, NULL);
	ms_search s = {.k = 5, .method = MS_KMEDOIDS_FASTERPAM, .init = MS_KMEDOIDS_INIT_BUILD};
	double near = INFINITY;
	double deviation;
	host h;

	host_init(&h);
	s.max_iter = 100;
	for (size_t i = 0; i < 60 * 60; i++)
		scaled[i] = 4 * rows[i];
	for (size_t i = 0; i < 61; i++)
	{
		for (size_t j = 0; j < 61; j++)
			more[i * 61 + j] = rows[(i < 60 ? i : 7) * 60 + (j < 60 ? j : 7)];
	}
	CHECK_INT(ms_search_pam(&h.ctx, &t, &s, &x), MS_OK);
	CHECK_INT(ms_search_pam(&h.ctx, &u, &s, &y), MS_OK);
	CHECK_BITS(y.deviation, 4 * x.deviation);
	CHECK(memcmp(a, b, sizeof(a)) == 0);
	for (size_t i = 0; i < 5; i++)
		near = fmin(near, rows[a[i] * 60 + 7]);
	CHECK_INT(ms_table_deviation(&h.ctx, &v, a, 5, &deviation), MS_OK);
	CHECK_NEAR(deviation, x.deviation + near, 1e-12);
	CHECK_INT(h.live, 0);
	free(rows);
	free(scaled);
	free(more);
}

/* Computed rows, a square and a triangle are one table. */
TEST(tables_agree)
{
	size_t size;
	size_t triangle_size;
	ms_sample *s = make_sample(d100_row, 100, NULL, false, &size);
	ms_dissimilarity *d = make_dissimilarity(s, MS_METRIC_EUCLIDEAN, &triangle_size);
	ms_kmedoids_options o;
	ms_kmedoids m[3];
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	ms_kmedoids_defaults(&o);
	o.k = 7;
	for (int method = MS_KMEDOIDS_FASTERPAM; method <= MS_KMEDOIDS_CLARANS; method++)
	{
		o.method = (ms_kmedoids_method) method;
		o.init = MS_KMEDOIDS_INIT_RANDOM;
		h.ctx.budget = 0;
		CHECK_INT(ms_kmedoids_fit(&h.ctx, &arena, s, size, &o, &m[0]), MS_OK);
		h.ctx.budget = arena.used + 70000;
		CHECK_INT(ms_kmedoids_fit(&h.ctx, &arena, s, size, &o, &m[1]), MS_OK);
		h.ctx.budget = 0;
		CHECK_INT(ms_kmedoids_fit_matrix(&h.ctx, &arena, d, triangle_size, &o, &m[2]), MS_OK);
		for (int i = 1; i < 3; i++)
		{
			CHECK(m[i].swaps == m[0].swaps && m[i].passes == m[0].passes);
			CHECK_NEAR(m[i].total_deviation, m[0].total_deviation, i == 1 ? 0 : 1e-7);
			for (size_t c = 0; c < o.k; c++)
				CHECK_INT(m[i].clusters[c].id, m[0].clusters[c].id);
		}
	}
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	free(s);
	free(d);
}

int
main(void)
{
	RUN(five_points);
	RUN(medoid_silhouettes);
	RUN(d100_swaps);
	RUN(build_totals);
	RUN(ruspini_swaps);
	RUN(caches);
	RUN(local_optima);
	RUN(optima);
	RUN(ruspini_tie);
	RUN(msc_optima);
	RUN(hits);
	RUN(scaled_and_repeated);
	RUN(tables_agree);
	return unit_done();
}
