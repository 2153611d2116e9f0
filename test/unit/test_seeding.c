/*
 * test_seeding.c: k-means++ seeds against the figures of specs/clustering/kmeanspp_seeding.md,
 * section 9, and Lloyd's iterations against cases by hand and a known optimum.
 */
#include "host.h"

#include <gsl/gsl_cdf.h>

#include "core/base/rng.h"
#include "core/base/seeding.h"

#define MANY 100000

static const ms_seeding_method methods[] = {MS_SEEDING_EXACT, MS_SEEDING_REJECTION};

/* of section 9.1 */
static const double four[] = {0, 1, 3, 7};

/* The seeds of one call in plain memory, so that a test holds no arena. */
typedef struct found
{
	size_t k;
	size_t rows[400];
	double centers[800];
	double potential;
	uint64_t trials, fallbacks;
} found;

static ms_view
plain_view(const double *x, size_t n, size_t d)
{
	return (ms_view){.rows = {x, NULL, n, d, d}};
}

static ms_status
seed_with(ms_ctx *ctx, const ms_view *view, size_t k, ms_seeding_method method, uint64_t seed,
		  found *f)
{
	ms_arena arena;
	ms_seeds seeds;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = ms_seeding_kmeanspp(ctx, &arena, view, k, method, seed, &seeds);
	if (status == MS_OK)
	{
		*f = (found){.k = seeds.k,
					 .potential = seeds.potential,
					 .trials = seeds.trials,
					 .fallbacks = seeds.fallbacks};
		memcpy(f->rows, seeds.rows, seeds.k * sizeof(size_t));
		memcpy(f->centers, seeds.centers, seeds.k * view->rows.d * sizeof(double));
	}
	ms_arena_free(&arena);
	return status;
}

static found
seeds_of(const ms_view *view, size_t k, ms_seeding_method method, uint64_t seed)
{
	found f = {.k = 0};
	host h;

	host_init(&h);
	/* one check for the many calls of a test of a law */
	if (seed_with(&h.ctx, view, k, method, seed, &f) != MS_OK || h.live != 0)
		CHECK(!"seeds");
	return f;
}

static double
squared(const double *a, const double *b, size_t d)
{
	double sum = 0;

	for (size_t j = 0; j < d; j++)
		sum += (a[j] - b[j]) * (a[j] - b[j]);
	return sum;
}

/* The potential of the first k seeds of a plain view, by brute force. */
static double
potential_of(const ms_view *view, const found *f)
{
	double sum = 0;

	for (size_t i = 0; i < view->rows.n; i++)
	{
		double least = INFINITY;

		for (size_t c = 0; c < f->k; c++)
			least = fmin(least, squared(view->rows.x + i * view->rows.stride,
										f->centers + c * view->rows.d, view->rows.d));
		sum += ms_rows_weight(&view->rows, i) * least;
	}
	return sum;
}

static double
chi_square(const long *seen, const double *law, size_t cells, double n)
{
	double sum = 0;

	for (size_t i = 0; i < cells; i++)
	{
		if (law[i] > 0)
			sum += (seen[i] - n * law[i]) * (seen[i] - n * law[i]) / (n * law[i]);
		else if (seen[i] > 0)
			sum = INFINITY;
	}
	return sum;
}

/* The law of two seeds of four weighted points against w_i w_j D_ij / sum. */
static void
check_law_of_two(const double *w, ms_seeding_method method)
{
	double records[8], law[16], total = 0;
	ms_view view = {.rows = {records, w ? records + 1 : NULL, 4, 1, 2}};
	long seen[16] = {0};

	for (int i = 0; i < 4; i++)
	{
		records[2 * i] = four[i];
		records[2 * i + 1] = w ? w[i] : 1;
		total += records[2 * i + 1];
	}
	for (int i = 0; i < 4; i++)
	{
		double sum = 0;

		for (int j = 0; j < 4; j++)
			sum += records[2 * j + 1] * squared(&four[i], &four[j], 1);
		for (int j = 0; j < 4; j++)
			law[4 * i + j] = records[2 * i + 1] / total * records[2 * j + 1] *
							 squared(&four[i], &four[j], 1) / sum;
	}
	for (uint64_t seed = 0; seed < MANY; seed++)
	{
		found f = seeds_of(&view, 2, method, seed);

		seen[4 * f.rows[0] + f.rows[1]]++;
	}
	CHECK(gsl_cdf_chisq_Q(chi_square(seen, law, 16, MANY), w && w[3] == 0 ? 5 : 11) > 1e-3);
}

TEST(law_of_two)
{
	static const double weights[] = {1, 2, 0.5, 3};
	static const double gone[] = {2, 1, 1, 0};

	for (int m = 0; m < 2; m++)
	{
		check_law_of_two(NULL, methods[m]);
		check_law_of_two(weights, methods[m]);
		check_law_of_two(gone, methods[m]);
	}
}

TEST(published_potentials)
{
	static const double given[] = {11.576271186440678, 7.024390243902440, 14.793103448275863,
								   8.693069306930692};
	ms_view view = plain_view(four, 4, 1);

	for (int m = 0; m < 2; m++)
	{
		double by_first[4] = {0}, all = 0, three = 0;
		long n[4] = {0};

		for (uint64_t seed = 0; seed < MANY; seed++)
		{
			found two = seeds_of(&view, 2, methods[m], seed);
			found more = seeds_of(&view, 3, methods[m], seed);

			by_first[two.rows[0]] += potential_of(&view, &two);
			n[two.rows[0]]++;
			all += potential_of(&view, &two) / MANY;
			three += potential_of(&view, &more) / MANY;
		}
		for (int i = 0; i < 4; i++)
			CHECK_NEAR(by_first[i] / (double) n[i], given[i], 0.02);
		CHECK_NEAR(all, 10.52170854638742, 0.01);
		CHECK_NEAR(three, 1.4813075417055048, 0.01);
	}
}

/* Section 9.2: from one seed exactly half of all proposals are accepted, whatever the data. */
TEST(acceptance_is_one_half)
{
	static const double weights[] = {1, 2, 0.5, 3};
	double records[8];
	ms_view views[2] = {plain_view(four, 4, 1), {.rows = {records, records + 1, 4, 1, 2}}};

	for (int i = 0; i < 4; i++)
	{
		records[2 * i] = four[i] + 100;
		records[2 * i + 1] = weights[i];
	}
	for (int v = 0; v < 2; v++)
	{
		double trials = 0, accepted = 0;

		for (uint64_t seed = 0; seed < MANY; seed++)
		{
			found f = seeds_of(&views[v], 2, MS_SEEDING_REJECTION, seed);

			trials += (double) f.trials;
			accepted += f.fallbacks == 0;
		}
		/* five standard errors */
		CHECK_NEAR(accepted / trials, 0.5, 5 * 0.5 / sqrt(trials));
	}
}

static double d100[200];

/* Section 9.3 */
TEST(d100)
{
	static const double wanted[] = {61790, 62340};
	ms_view view = plain_view(d100, 100, 2);
	double trials = 0;

	for (int m = 0; m < 2; m++)
	{
		double sum = 0;

		for (uint64_t seed = 0; seed < 2000; seed++)
		{
			found f = seeds_of(&view, 5, methods[m], seed);
			double potential = potential_of(&view, &f);

			sum += potential;
			trials += (double) f.trials;
			if (m == 0)
				CHECK_NEAR(f.potential, potential, 1e-12);
			else if (f.fallbacks == 0)
				CHECK(isnan(f.potential));
		}
		CHECK_NEAR(sum / 2000, wanted[m], 0.02);
	}
	CHECK_NEAR(trials / 2000, 16.0, 0.05);
}

/*
 * Where trials cannot succeed the draw is exact and not uniform: far pairs, so that the third seed
 * has a chance of 1e-12 a trial, and lies at 3 nine times as often as at 1.
 */
TEST(fallback_keeps_the_law)
{
	static const double pairs[] = {0, 1, 1e6, 1e6 + 3};
	static const double law[] = {0.1, 0.9};
	ms_view view = plain_view(pairs, 4, 1);
	long seen[2] = {0};
	bool fell_back = true;

	for (uint64_t seed = 0; seed < MANY; seed++)
	{
		found f = seeds_of(&view, 3, MS_SEEDING_REJECTION, seed);

		fell_back =
			fell_back && f.k == 3 && f.fallbacks >= 1 && f.potential == potential_of(&view, &f);
		seen[f.rows[2] >= 2]++;
	}
	CHECK(fell_back);
	CHECK(gsl_cdf_chisq_Q(chi_square(seen, law, 2, MANY), 1) > 1e-3);
}

static bool
all_distinct(const found *f)
{
	for (size_t a = 0; a < f->k; a++)
	{
		for (size_t b = 0; b < a; b++)
		{
			if (f->rows[a] == f->rows[b])
				return false;
		}
	}
	return true;
}

TEST(fewer_distinct_rows_than_seeds)
{
	double x[300];
	ms_view view = plain_view(x, 300, 1);
	static const double same[] = {5, 5, 5};
	ms_view one = plain_view(same, 3, 1);

	for (int i = 0; i < 300; i++)
		x[i] = i % 7 * 0.1;
	for (int m = 0; m < 2; m++)
	{
		for (uint64_t seed = 0; seed < 50; seed++)
		{
			found f = seeds_of(&view, 20, methods[m], seed);

			CHECK(f.k == 7 && f.potential == 0 && all_distinct(&f));
			f = seeds_of(&one, 2, methods[m], seed);
			CHECK(f.k == 1 && f.potential == 0);
		}
	}
}

TEST(all_rows_are_seeds)
{
	ms_view view = plain_view(d100, 100, 2);

	for (int m = 0; m < 2; m++)
	{
		found f = seeds_of(&view, 100, methods[m], 3);

		CHECK(f.k == 100 && all_distinct(&f));
		/* the distances of the last steps are exact zeros: each row is its own seed */
		CHECK(m == 1 || f.potential == 0);
		f = seeds_of(&view, 1000, methods[m], 3);
		CHECK(f.k == 100);
	}
}

TEST(weightless_rows)
{
	double records[300];
	ms_view view = {.rows = {records, records + 2, 100, 2, 3}};

	for (int i = 0; i < 100; i++)
	{
		memcpy(records + 3 * i, d100 + 2 * i, 2 * sizeof(double));
		records[3 * i + 2] = i % 2;
	}
	for (int m = 0; m < 2; m++)
	{
		found f = seeds_of(&view, 80, methods[m], 1);
		bool odd = true;

		for (size_t c = 0; c < f.k; c++)
			odd = odd && f.rows[c] % 2 == 1;
		CHECK(odd && f.k == 50);
	}
	for (int i = 0; i < 100; i++)
		records[3 * i + 2] = 0;
	for (int m = 0; m < 2; m++)
		CHECK_INT(seeds_of(&view, 3, methods[m], 1).k, 0);
}

/* A view of scaled and shifted rows is the rows, and moving or scaling the rows keeps the seeds. */
TEST(views)
{
	static const double centre[] = {3, -5};
	static const double scale[] = {0.25, 4};
	double moved[200];
	ms_view view = {.rows = {d100, NULL, 100, 2, 2}, .centre = centre, .scale = scale};
	ms_view plain = plain_view(moved, 100, 2);

	for (int i = 0; i < 200; i++)
		moved[i] = (d100[i] - centre[i % 2]) * scale[i % 2];
	for (int m = 0; m < 2; m++)
	{
		for (uint64_t seed = 0; seed < 20; seed++)
		{
			found a = seeds_of(&view, 6, methods[m], seed);
			found b = seeds_of(&plain, 6, methods[m], seed);

			CHECK(memcmp(a.rows, b.rows, 6 * sizeof(size_t)) == 0);
			CHECK(memcmp(a.centers, b.centers, 12 * sizeof(double)) == 0);
			CHECK(m == 1 || a.potential == b.potential);
			for (int j = 0; j < 12; j++)
				CHECK_BITS(b.centers[j], moved[2 * b.rows[j / 2] + (size_t) j % 2]);
		}
	}
	view = plain_view(d100, 100, 2);
	for (int i = 0; i < 200; i++)
		moved[i] = d100[i] * 1024 + 4096;
	for (uint64_t seed = 0; seed < 20; seed++)
	{
		found a = seeds_of(&view, 6, MS_SEEDING_EXACT, seed);
		found b = seeds_of(&plain, 6, MS_SEEDING_EXACT, seed);

		CHECK(memcmp(a.rows, b.rows, 6 * sizeof(size_t)) == 0);
	}
}

TEST(same_seed_same_seeds)
{
	ms_view view = plain_view(d100, 100, 2);
	int differ = 0;

	for (int m = 0; m < 2; m++)
	{
		found a = seeds_of(&view, 8, methods[m], 5);
		found b = seeds_of(&view, 8, methods[m], 5);
		found fewer = seeds_of(&view, 4, methods[m], 5);

		CHECK(memcmp(&a, &b, sizeof a) == 0);
		/* the first seeds do not depend on how many are wanted */
		CHECK(memcmp(a.rows, fewer.rows, 4 * sizeof(size_t)) == 0);
		b = seeds_of(&view, 8, methods[m], 6);
		differ += memcmp(a.rows, b.rows, sizeof a.rows) != 0;
	}
	CHECK_INT(differ, 2);
}

/* n rows around `clusters` points on a line far apart, with weights. */
static double *
clustered(size_t n, size_t clusters)
{
	double *records = malloc(n * 3 * sizeof(double));
	ms_rng rng;

	ms_rng_init(&rng, 9, n);
	for (size_t i = 0; i < n; i++)
	{
		records[3 * i] = 100.0 * (double) (i % clusters) + ms_rng_normal(&rng);
		records[3 * i + 1] = ms_rng_normal(&rng);
		records[3 * i + 2] = 0.5 + ms_rng_uniform(&rng);
	}
	return records;
}

/* The potential never rises with k, and its sums are those of brute force with weights. */
TEST(potential_falls)
{
	double *records = clustered(500, 10);
	ms_view view = {.rows = {records, records + 2, 500, 2, 3}};
	double previous = INFINITY;

	for (size_t k = 1; k <= 30; k++)
	{
		found f = seeds_of(&view, k, MS_SEEDING_EXACT, 1);

		CHECK(f.potential <= previous);
		CHECK_NEAR(f.potential, potential_of(&view, &f), 1e-12);
		previous = f.potential;
	}
	free(records);
}

TEST(automatic_method)
{
	double *records = clustered(60000, 10);
	ms_view view = {.rows = {records, records + 2, 60000, 2, 3}};
	found large = seeds_of(&view, 40, MS_SEEDING_AUTO, 1);
	found chosen = seeds_of(&view, 40, MS_SEEDING_REJECTION, 1);
	found small, exact;

	CHECK(memcmp(&large, &chosen, sizeof large) == 0);
	CHECK(large.trials > 0);
	view.rows.n = 1000;
	small = seeds_of(&view, 40, MS_SEEDING_AUTO, 1);
	exact = seeds_of(&view, 40, MS_SEEDING_EXACT, 1);
	CHECK(memcmp(&small, &exact, sizeof small) == 0);
	CHECK(small.trials == 0);
	free(records);
}

TEST(refused_arguments)
{
	static const double far[] = {-1e200, 1e200, 0};
	ms_view view = plain_view(far, 3, 1);
	ms_view endless = plain_view(far, SIZE_MAX / 4, 1);
	ms_view wide = plain_view(far, 1, SIZE_MAX / 2);
	ms_view none = plain_view(NULL, 0, 3);
	found f;
	host h;

	host_init(&h);
	CHECK_INT(seed_with(&h.ctx, &view, 0, MS_SEEDING_AUTO, 1, &f), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "k");
	for (int m = 0; m < 2; m++)
	{
		CHECK_INT(seed_with(&h.ctx, &view, 2, methods[m], 1, &f), MS_TOO_LARGE);
		CHECK_STR(h.ctx.facts.what, "distance");
		CHECK_INT(seed_with(&h.ctx, &endless, 2, methods[m], 1, &f), MS_TOO_LARGE);
		CHECK_STR(h.ctx.facts.what, "memory");
		CHECK_INT(seed_with(&h.ctx, &wide, 2, methods[m], 1, &f), MS_TOO_LARGE);
		CHECK_INT(seed_with(&h.ctx, &none, 2, methods[m], 1, &f), MS_OK);
		CHECK(f.k == 0 && f.potential == 0);
	}
	CHECK_INT(h.live, 0);
	CHECK(ms_seeding_bytes(SIZE_MAX / 8, 2, 10) == SIZE_MAX);
	CHECK(ms_seeding_bytes(1000, SIZE_MAX / 2, 10) == SIZE_MAX);
}

TEST(seeding_stopped_or_refused_anywhere)
{
	double *records = clustered(60000, 40);
	ms_view view = {.rows = {records, records + 2, 60000, 2, 3}};
	ms_status status;
	found f;
	host h;

	for (int m = 0; m < 2; m++)
	{
		/* 60 seeds of 40 clusters: rejection ends in exact draws */
		HOST_EVERY(h, status, seed_with(&h.ctx, &view, 60, methods[m], 1, &f));
		host_init(&h);
		CHECK_INT(seed_with(&h.ctx, &view, 60, methods[m], 1, &f), MS_OK);
		CHECK(h.polls > 10 && h.allocs > 2);
	}
	free(records);
}

/* One call of Lloyd on a copy of the centers. */
static ms_status
lloyd_with(ms_ctx *ctx, const ms_view *view, size_t k, const double *from, int rounds,
		   double *centers, uint32_t *labels, double *potential)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, ctx);
	memcpy(centers, from, k * view->rows.d * sizeof(double));
	status = ms_seeding_lloyd(ctx, &arena, view, k, centers, rounds, labels, potential);
	ms_arena_free(&arena);
	return status;
}

static double
lloyd(const ms_view *view, size_t k, const double *from, int rounds, double *centers,
	  uint32_t *labels)
{
	double potential = NAN;
	host h;

	host_init(&h);
	CHECK_INT(lloyd_with(&h.ctx, view, k, from, rounds, centers, labels, &potential), MS_OK);
	CHECK_INT(h.live, 0);
	return potential;
}

TEST(lloyd_by_hand)
{
	static const double x[] = {0, 1, 3, 7, 8};
	static const double from[] = {0, 1};
	ms_view view = plain_view(x, 5, 1);
	double centers[2], potential;
	uint32_t labels[5];
	host h;

	CHECK_NEAR(lloyd(&view, 2, from, 0, centers, labels), 0 + 0 + 4 + 36 + 49, 0);
	CHECK(centers[0] == 0 && centers[1] == 1);
	CHECK(labels[0] == 0 && labels[1] == 1 && labels[2] == 1 && labels[3] == 1 && labels[4] == 1);
	/* 0 | 1 3 7 8 -> 0, 19/4: 0 1 | 3 7 8 -> 1/2, 6: 0 1 3 | 7 8 -> 4/3, 15/2 */
	CHECK_NEAR(lloyd(&view, 2, from, 1, centers, labels),
			   1 + 1.75 * 1.75 + 2.25 * 2.25 + 3.25 * 3.25, 1e-15);
	CHECK_NEAR(lloyd(&view, 2, from, 100, centers, labels), 14 / 3.0 + 0.5, 1e-15);
	CHECK_NEAR(centers[0], 4 / 3.0, 1e-15);
	CHECK_NEAR(centers[1], 7.5, 1e-15);
	CHECK(labels[2] == 0 && labels[3] == 1);
	/* it tells of each round, and stops after the first that changes no label */
	host_init(&h);
	CHECK_INT(lloyd_with(&h.ctx, &view, 2, from, 100, centers, labels, &potential), MS_OK);
	CHECK_INT(h.progress, 4);
}

TEST(lloyd_ties)
{
	static const double x[] = {1, 1, 0};
	static const double from[] = {2, 0, 2};
	ms_view view = plain_view(x, 3, 1);
	double centers[3];
	uint32_t labels[3];

	lloyd(&view, 3, from, 0, centers, labels);
	CHECK(labels[0] == 0 && labels[1] == 0 && labels[2] == 1);
}

TEST(lloyd_empty_clusters)
{
	static const double x[] = {0, 1, 2, 10, 11, 30};
	static const double from[] = {5, 1000, 2000};
	static const double same[] = {4, 4, 4};
	static const double stay[] = {4, 1000, 2000};
	ms_view view = plain_view(x, 6, 1);
	double centers[4];
	uint32_t labels[6];

	/* one round: the mean, then the rows farthest from 5, each once: 30 and 11 */
	lloyd(&view, 3, from, 1, centers, labels);
	CHECK_NEAR(centers[0], 9, 1e-15);
	CHECK(centers[1] == 30 && centers[2] == 11);
	CHECK_NEAR(lloyd(&view, 3, from, 50, centers, labels), 2 + 0.5, 1e-15);
	/* with nothing left to take they stay where they are */
	view = plain_view(same, 3, 1);
	CHECK_NEAR(lloyd(&view, 3, stay, 50, centers, labels), 0, 0);
	CHECK(centers[0] == 4 && centers[1] == 1000 && centers[2] == 2000);
}

TEST(lloyd_weights)
{
	static const double records[] = {0, 3, 4, 1, 90, 0};
	static const double from[] = {7};
	ms_view view = {.rows = {records, records + 1, 3, 1, 2}};
	static const double two[] = {1, 100};
	double centers[2];
	uint32_t labels[3];

	CHECK_NEAR(lloyd(&view, 1, from, 9, centers, labels), 3 + 9, 1e-15);
	CHECK_NEAR(centers[0], 1, 1e-15);
	/* a cluster of weightless rows is empty: it takes the farthest row that has weight */
	CHECK_NEAR(lloyd(&view, 2, two, 9, centers, labels), 0, 1e-15);
	CHECK(labels[0] == 0 && labels[1] == 1 && labels[2] == 1);
}

/* Brute force on random data of every shape, with a view. */
TEST(lloyd_labels_the_nearest)
{
	ms_rng rng;

	ms_rng_init(&rng, 11, 0);
	for (size_t k = 1; k <= 20; k++)
	{
		size_t d = 1 + k % 5;
		double x[100 * 5], centre[5], scale[5], from[20 * 5], centers[20 * 5];
		uint32_t labels[100];
		ms_view view = {.rows = {x, NULL, 100, d, d}, .centre = centre, .scale = scale};
		double sum = 0;
		double potential;
		bool nearest = true;

		for (size_t i = 0; i < 100 * d; i++)
			x[i] = ms_rng_normal(&rng) + 10;
		for (size_t i = 0; i < k * d; i++)
			from[i] = ms_rng_normal(&rng);
		for (size_t j = 0; j < d; j++)
		{
			centre[j] = 10 - (double) j;
			scale[j] = 1 + (double) j;
		}
		potential = lloyd(&view, k, from, 3, centers, labels);
		for (size_t i = 0; i < 100; i++)
		{
			double row[5];
			size_t best = 0;

			for (size_t j = 0; j < d; j++)
				row[j] = (x[i * d + j] - centre[j]) * scale[j];
			for (size_t c = 1; c < k; c++)
			{
				if (squared(row, centers + c * d, d) < squared(row, centers + best * d, d))
					best = c;
			}
			nearest = nearest && labels[i] == best;
			sum += squared(row, centers + best * d, d);
		}
		CHECK(nearest);
		CHECK_NEAR(potential, sum, 1e-12);
	}
}

TEST(lloyd_never_rises)
{
	double *records = clustered(2000, 7);
	ms_view view = {.rows = {records, records + 2, 2000, 2, 3}};
	double centers[20], previous = INFINITY;
	uint32_t *labels = malloc(2000 * sizeof(uint32_t));
	found f = seeds_of(&view, 10, MS_SEEDING_EXACT, 2);

	for (int rounds = 0; rounds < 30; rounds++)
	{
		double potential = lloyd(&view, 10, f.centers, rounds, centers, labels);

		CHECK(potential <= previous * (1 + 1e-12));
		previous = potential;
	}
	free(labels);
	free(records);
}

/* Means far from 0 keep their digits. */
TEST(lloyd_offset)
{
	double x[1000], from[] = {1e9, 1e9 + 3}, centers[2];
	uint32_t labels[1000];
	ms_view view = plain_view(x, 1000, 1);

	for (int i = 0; i < 1000; i++)
		x[i] = 1e9 + (i % 2 ? 3 : 0) + (i % 4 < 2 ? 0.25 : -0.25);
	CHECK_NEAR(lloyd(&view, 2, from, 10, centers, labels), 62.5, 0);
	CHECK(centers[0] == 1e9 && centers[1] == 1e9 + 3);
}

/* k-means of the iris data, k = 3, has its optimum at 78.851441. */
TEST(iris)
{
	double x[150 * 4], centers[12], best = INFINITY;
	uint32_t labels[150];
	ms_view view = plain_view(x, 150, 4);
	FILE *f = fopen(UNIT_DATA "/iris.csv", "r");
	char line[200];
	size_t n = 0;

	if (!CHECK(f != NULL))
		return;
	while (n < 150 && fgets(line, sizeof line, f))
		n += sscanf(line, "%lf,%lf,%lf,%lf", x + 4 * n, x + 4 * n + 1, x + 4 * n + 2,
					x + 4 * n + 3) == 4;
	fclose(f);
	CHECK_INT(n, 150);
	for (uint64_t seed = 0; seed < 20; seed++)
	{
		found s = seeds_of(&view, 3, methods[seed % 2], seed);

		best = fmin(best, lloyd(&view, 3, s.centers, 100, centers, labels));
	}
	CHECK_NEAR(best, 78.851441426146, 1e-12);
}

TEST(lloyd_refuses)
{
	static const double far[] = {-1e200, 1e200, 0};
	ms_view view = plain_view(far, 3, 1);
	ms_view endless = plain_view(far, SIZE_MAX / 4, 1);
	double centers[2], potential;
	uint32_t labels[3];
	host h;

	host_init(&h);
	CHECK_INT(lloyd_with(&h.ctx, &view, 0, far, 1, centers, labels, &potential), MS_BAD_ARGUMENT);
	CHECK_INT(lloyd_with(&h.ctx, &view, 1, far, 1, centers, labels, &potential), MS_TOO_LARGE);
	CHECK_STR(h.ctx.facts.what, "distance");
	CHECK_INT(lloyd_with(&h.ctx, &endless, 1, far, 1, centers, labels, &potential), MS_TOO_LARGE);
	CHECK_STR(h.ctx.facts.what, "memory");
	CHECK_INT(h.live, 0);
}

TEST(lloyd_stopped_or_refused_anywhere)
{
	double *records = clustered(30000, 40);
	ms_view view = {.rows = {records, records + 2, 30000, 2, 3}};
	uint32_t *labels = malloc(30000 * sizeof(uint32_t));
	double from[100], centers[100], potential;
	ms_status status;
	host h;

	for (int j = 0; j < 100; j++)
		from[j] = j < 50 ? records[3 * (j / 2) + j % 2] : 1e6;
	HOST_EVERY(h, status, lloyd_with(&h.ctx, &view, 50, from, 3, centers, labels, &potential));
	host_init(&h);
	CHECK_INT(lloyd_with(&h.ctx, &view, 50, from, 3, centers, labels, &potential), MS_OK);
	CHECK(h.polls > 3 && h.allocs > 3);
	free(labels);
	free(records);
}

/* What ms_seeding_bytes promises is enough, for seeds and Lloyd after them in one arena. */
TEST(memory_is_as_promised)
{
	double *records = clustered(5000, 40);
	ms_view view = {.rows = {records, records + 2, 5000, 2, 3}};
	uint32_t *labels = malloc(5000 * sizeof(uint32_t));
	double potential;
	ms_arena arena;
	ms_seeds seeds;
	host h;

	for (int m = 0; m < 2; m++)
	{
		host_init(&h);
		h.ctx.budget = ms_seeding_bytes(5000, 2, 60);
		ms_arena_init(&arena, &h.ctx);
		CHECK_INT(ms_seeding_kmeanspp(&h.ctx, &arena, &view, 60, methods[m], 1, &seeds), MS_OK);
		CHECK_INT(ms_seeding_lloyd(&h.ctx, &arena, &view, 60, seeds.centers, 3, labels, &potential),
				  MS_OK);
		/* scratch is given back at once: the result stays */
		CHECK_INT(h.live, 2);
		ms_arena_free(&arena);
		/* enough for the result and enough for the scratch, but not for both */
		h.ctx.budget = 5000 * (m == 0 ? 1 : 2) * sizeof(double) + 1000;
		CHECK_INT(ms_seeding_kmeanspp(&h.ctx, &arena, &view, 60, methods[m], 1, &seeds),
				  MS_OVER_BUDGET);
		ms_arena_free(&arena);
		CHECK_INT(h.live, 0);
	}
	free(labels);
	free(records);
}

int
main(void)
{
	for (int i = 0; i < 100; i++)
	{
		d100[2 * i] = 37 * i % 101;
		d100[2 * i + 1] = 53 * i * i % 103;
	}
	RUN(law_of_two);
	RUN(published_potentials);
	RUN(acceptance_is_one_half);
	RUN(d100);
	RUN(fallback_keeps_the_law);
	RUN(fewer_distinct_rows_than_seeds);
	RUN(all_rows_are_seeds);
	RUN(weightless_rows);
	RUN(views);
	RUN(same_seed_same_seeds);
	RUN(potential_falls);
	RUN(automatic_method);
	RUN(refused_arguments);
	RUN(seeding_stopped_or_refused_anywhere);
	RUN(lloyd_by_hand);
	RUN(lloyd_ties);
	RUN(lloyd_empty_clusters);
	RUN(lloyd_weights);
	RUN(lloyd_labels_the_nearest);
	RUN(lloyd_never_rises);
	RUN(lloyd_offset);
	RUN(iris);
	RUN(lloyd_refuses);
	RUN(lloyd_stopped_or_refused_anywhere);
	RUN(memory_is_as_promised);
	return unit_done();
}
