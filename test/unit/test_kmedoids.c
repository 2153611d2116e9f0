/*
 * test_kmedoids.c: fits, labels, choosing k and bytes of measure_kmedoids against kmedoids.md.
 * test_kmedoids --write GOLDEN CORPUS writes test/golden/kmedoids_*.hex and seeds of the fuzzer.
 */
#include "core/medoids/kmedoids.h"

#include "core/base/rng.h"
#include "check_exercise.h"
#include "medoids_data.h"
#include "sample_build.h"

/* A fit in its own arena. */
typedef struct fitted
{
	host h;
	ms_arena arena;
	ms_kmedoids m;
	ms_status status;
} fitted;

static void
fit(fitted *f, const ms_sample *s, size_t size, const ms_kmedoids_options *o)
{
	host_init(&f->h);
	ms_arena_init(&f->arena, &f->h.ctx);
	f->status = ms_kmedoids_fit(&f->h.ctx, &f->arena, s, size, o, &f->m);
}

static void
done(fitted *f)
{
	ms_arena_free(&f->arena);
	CHECK_INT(f->h.live, 0);
}

static ms_kmedoids_options
options(size_t k, ms_kmedoids_method method, ms_kmedoids_init init)
{
	ms_kmedoids_options o;

	ms_kmedoids_defaults(&o);
	o.k = k;
	o.method = method;
	o.init = init;
	return o;
}

static void
check_ids(const ms_kmedoids *m, const int *ids)
{
	for (size_t i = 0; i < m->k; i++)
		CHECK_INT(m->clusters[i].id, ids[i]);
}

/* --- published values ----------------------------------------------------------------------- */

TEST(d100)
{
	static const struct
	{
		ms_metric metric;
		size_t k;
		double total, silhouette;
		int swaps;
		int ids[10];
	} wanted[] = {
		{MS_METRIC_EUCLIDEAN, 2, 2973.023152382, .333620432559, 2, {39, 43}},
		{MS_METRIC_EUCLIDEAN, 3, 2307.052084524, .393040304728, 3, {5, 39, 92}},
		{MS_METRIC_EUCLIDEAN, 5, 1676.335877156, .400410838547, 2, {5, 17, 86, 92, 96}},
		{MS_METRIC_EUCLIDEAN, 10, 1080.052980682, .409875722290, 7,
		 {5, 15, 23, 36, 47, 51, 63, 72, 76, 79}},
		{MS_METRIC_MANHATTAN, 2, 3740, .351683628468, 2, {43, 47}},
		{MS_METRIC_MANHATTAN, 3, 2948, .375974025594, 2, {5, 40, 47}},
		{MS_METRIC_MANHATTAN, 5, 2145, .414372059863, 6, {5, 35, 64, 77, 96}},
		{MS_METRIC_MANHATTAN, 10, 1370, .402240597389, 7,
		 {5, 23, 36, 47, 51, 63, 72, 76, 79, 86}}};
	size_t size;
	ms_sample *s = make_sample(d100_row, 100, NULL, false, &size);

	for (size_t i = 0; i < 8; i++)
	{
		ms_kmedoids_options o =
			options(wanted[i].k, MS_KMEDOIDS_FASTPAM1, MS_KMEDOIDS_INIT_BUILD);
		fitted f;

		o.metric = wanted[i].metric;
		fit(&f, s, size, &o);
		CHECK_INT(f.status, MS_OK);
		CHECK_NEAR(f.m.total_deviation, wanted[i].total, 1e-12);
		CHECK_NEAR(f.m.mean_silhouette, wanted[i].silhouette, 1e-12);
		CHECK_INT(f.m.swaps, wanted[i].swaps);
		CHECK_INT(f.m.locally_optimal, MS_KMEDOIDS_OPTIMUM_YES);
		check_ids(&f.m, wanted[i].ids);
		done(&f);
	}
	free(s);
}

static double
three_weights(size_t i)
{
	return 1 + (double) (i % 3);
}

TEST(weights)
{
	static const int ids[] = {5, 35, 56, 77, 99};
	size_t size;
	ms_sample *s = make_sample(d100_row, 100, three_weights, false, &size);
	ms_kmedoids_options o = options(5, MS_KMEDOIDS_FASTPAM1, MS_KMEDOIDS_INIT_BUILD);
	fitted f;

	o.metric = MS_METRIC_MANHATTAN;
	fit(&f, s, size, &o);
	CHECK_INT(f.status, MS_OK);
	CHECK_NEAR(f.m.total_deviation, 4121, 0);
	CHECK_INT(f.m.swaps, 2);
	CHECK_NEAR(f.m.weight, 199, 0);
	check_ids(&f.m, ids);
	done(&f);
	free(s);
}

/* Integer weights are repeated rows: the same total, and the same silhouette. */
static void
repeated_row(size_t i, double *x)
{
	size_t row = 0;

	for (; i >= 1 + row % 3; row++)
		i -= 1 + row % 3;
	d100_row(row, x);
}

TEST(weights_are_repeats)
{
	size_t size;
	size_t repeated_size;
	ms_sample *s = make_sample(d100_row, 100, three_weights, false, &size);
	ms_sample *r = make_sample(repeated_row, 199, NULL, false, &repeated_size);

	for (size_t k = 2; k < 6; k++)
	{
		ms_kmedoids_options o = options(k, MS_KMEDOIDS_FASTPAM1, MS_KMEDOIDS_INIT_BUILD);
		fitted a;
		fitted b;

		fit(&a, s, size, &o);
		fit(&b, r, repeated_size, &o);
		CHECK_NEAR(a.m.total_deviation, b.m.total_deviation, 1e-12);
		CHECK_NEAR(a.m.mean_silhouette, b.m.mean_silhouette, 1e-12);
		CHECK_NEAR(a.m.medoid_silhouette, b.m.medoid_silhouette, 1e-12);
		done(&a);
		done(&b);
	}
	free(s);
	free(r);
}

TEST(ruspini)
{
	static const double totals[] = {2395.804211213, 1619.469760388, 861.478111093, 779.684301964,
									714.651030511};
	static const double silhouettes[] = {.582726420815, .632704714035, .737656990881,
										 .713478829304, .599352850375};
	static const double ams[] = {.670089213870, .736527091019, .816050458383, .801464124772,
								 .720861847804};
	static const int ids[][6] = {{16, 41}, {16, 31, 51}, {9, 31, 51, 69}, {9, 31, 46, 51, 69},
								 {5, 15, 31, 46, 51, 69}};
	/* R ends at 917 for k = 6: there are ties on the way, and test_pam.c has its end, too */
	static const double manhattan[] = {3192, 2142, 1113, 1007, 903};
	size_t size;
	ms_sample *s = make_sample(ruspini_row, RUSPINI, NULL, false, &size);

	for (size_t k = 2; k <= 6; k++)
	{
		ms_kmedoids_options o = options(k, MS_KMEDOIDS_FASTPAM1, MS_KMEDOIDS_INIT_BUILD);
		ms_kmedoids_label labels[RUSPINI];
		fitted f;

		fit(&f, s, size, &o);
		CHECK_NEAR(f.m.total_deviation, totals[k - 2], 1e-12);
		CHECK_NEAR(f.m.mean_silhouette, silhouettes[k - 2], 1e-12);
		CHECK_NEAR(f.m.medoid_silhouette, ams[k - 2], 1e-12);
		check_ids(&f.m, ids[k - 2]);
		if (k == 4)
		{
			CHECK_INT(ms_kmedoids_labels(&f.h.ctx, &f.arena, &f.m, s, size, true, labels), MS_OK);
			CHECK_NEAR(labels[0].silhouette, 0.679838077686, 1e-12);
			CHECK_NEAR(labels[1].silhouette, 0.745615002219, 1e-12);
			CHECK_NEAR(labels[2].silhouette, 0.758796123035, 1e-12);
		}
		done(&f);
		o.metric = MS_METRIC_MANHATTAN;
		fit(&f, s, size, &o);
		CHECK_NEAR(f.m.total_deviation, manhattan[k - 2], 0);
		done(&f);
	}
	free(s);
}

/* DynMSC from 10 down: the curve, and 4 as the best. */
TEST(dynmsc)
{
	static const double curve[] = {.776090619, .768617692, .764512840, .763575241, .757307852,
								   .801464125, .818160201, .737907459, .678151247};
	static const int ids[] = {9, 31, 53, 69};
	size_t size;
	ms_sample *s = make_sample(ruspini_row, RUSPINI, NULL, false, &size);
	ms_kmedoids_options o = options(2, MS_KMEDOIDS_AUTO, MS_KMEDOIDS_INIT_BUILD);
	ms_kmedoids models[9];
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_kmedoids_select(&h.ctx, &arena, s, size, &o, 2, 10,
								 MS_KMEDOIDS_BY_MEDOID_SILHOUETTE, models),
			  MS_OK);
	CHECK_INT(models[0].k, 4);
	CHECK_NEAR(models[0].medoid_silhouette, .818160201265, 1e-12);
	check_ids(&models[0], ids);
	for (size_t i = 0; i < 9; i++)
	{
		CHECK_NEAR(models[i].medoid_silhouette, curve[10 - models[i].k], 1e-9);
		CHECK(i == 0 || models[i].medoid_silhouette <= models[i - 1].medoid_silhouette);
		CHECK_INT(models[i].method, MS_KMEDOIDS_FASTERMSC);
	}
	CHECK_INT(ms_kmedoids_select(&h.ctx, &arena, s, size, &o, 2, 6, MS_KMEDOIDS_BY_SILHOUETTE,
								 models),
			  MS_OK);
	CHECK_INT(models[0].k, 4);
	CHECK_INT(ms_kmedoids_select(&h.ctx, &arena, s, size, &o, 2, 6, MS_KMEDOIDS_BY_DEVIATION,
								 models),
			  MS_OK);
	CHECK(models[0].k == 6 && models[4].k == 2);
	CHECK_INT(ms_kmedoids_select(&h.ctx, &arena, s, size, &o, 1, 6, MS_KMEDOIDS_BY_DEVIATION,
								 models),
			  MS_BAD_ARGUMENT);
	CHECK_INT(ms_kmedoids_select(&h.ctx, &arena, s, size, &o, 2, 76, MS_KMEDOIDS_BY_DEVIATION,
								 models),
			  MS_BAD_ARGUMENT);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	free(s);
}

/* The five points of 9.1 as a dissimilarity: the published silhouette of {0,1,2}, {3,4}. */
TEST(five_points)
{
	static const double d[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 1};
	size_t room = 32 + 24 * 10;
	ms_dissimilarity *s = malloc(room);
	ms_kmedoids_options o = options(2, MS_KMEDOIDS_AUTO, MS_KMEDOIDS_INIT_AUTO);
	ms_kmedoids_label labels[5];
	ms_arena arena;
	ms_kmedoids m;
	host h;
	size_t r = 0;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	ms_dissimilarity_begin(s, room, MS_DISSIMILARITY_ID_INT);
	for (int i = 0; i < 5; i++)
	{
		for (int j = 0; j < i; j++)
			CHECK_INT(ms_dissimilarity_append(&h.ctx, s, i, j, d[r++]), MS_OK);
	}
	CHECK_INT(ms_dissimilarity_canonical(&h.ctx, s, room), MS_OK);
	CHECK_INT(ms_kmedoids_fit_matrix(&h.ctx, &arena, s, room, &o, &m), MS_OK);
	CHECK(m.total_deviation == 4 && m.clusters[0].id == 0 && m.clusters[1].id == 3);
	CHECK_NEAR(m.mean_silhouette, 0.7522494172494172, 1e-15);
	CHECK_INT(ms_kmedoids_labels_matrix(&h.ctx, &arena, &m, s, room, true, labels), MS_OK);
	CHECK(labels[0].cluster == 0 && labels[2].cluster == 0 && labels[4].cluster == 1);
	CHECK(labels[2].second == 1 && labels[2].second_distance == 6);
	o.k = 1;
	CHECK_INT(ms_kmedoids_fit_matrix(&h.ctx, &arena, s, room, &o, &m), MS_OK);
	CHECK(m.total_deviation == 14 && m.clusters[0].id == 0);
	CHECK(isnan(m.mean_silhouette) && isnan(m.medoid_silhouette));
	o.method = MS_KMEDOIDS_ONEBATCH;
	CHECK_INT(ms_kmedoids_fit_matrix(&h.ctx, &arena, s, room, &o, &m), MS_BAD_ARGUMENT);
	ms_arena_free(&arena);
	free(s);
}

static double iris_rows[150][4];

static void
read_iris(void)
{
	FILE *f = fopen(UNIT_DATA "/iris.csv", "r");
	char line[200];
	size_t n = 0;

	while (f && fgets(line, sizeof(line), f))
	{
		double *x = iris_rows[n % 150];

		n += sscanf(line, "%lf,%lf,%lf,%lf", x, x + 1, x + 2, x + 3) == 4;
	}
	if (f)
		fclose(f);
	CHECK_INT(n, 150);
}

TEST(iris)
{
	static const int ids[] = {7, 78, 112};
	static const int sizes[] = {50, 62, 38};
	size_t size = sizeof(ms_sample) + 150 * 5 * 8;
	ms_sample *s = malloc(size);
	ms_kmedoids_options o = options(3, MS_KMEDOIDS_FASTPAM1, MS_KMEDOIDS_INIT_BUILD);
	fitted f;

	read_iris();
	ms_sample_begin(s, size, MS_TYPE_SAMPLE, 4, MS_SAMPLE_ID_INT);
	for (size_t i = 0; i < 150; i++)
	{
		memcpy(ms_sample_record(s, i), iris_rows[i], 32);
		ms_sample_record(s, i)[4] = i;
		ms_sample_commit(s, false);
	}
	fit(&f, s, size, &o);
	CHECK_NEAR(f.m.total_deviation, 98.131154882, 1e-9);
	CHECK_NEAR(f.m.mean_silhouette, 0.552819012356, 1e-12);
	check_ids(&f.m, ids);
	for (size_t i = 0; i < 3; i++)
		CHECK_INT(f.m.clusters[i].size, sizes[i]);
	done(&f);
	o.k = 2;
	fit(&f, s, size, &o);
	CHECK_NEAR(f.m.total_deviation, 129.330388577, 1e-9);
	done(&f);
	free(s);
}

/* --- degenerate cases (section 2) ----------------------------------------------------------- */

static void
same_row(size_t i, double *x)
{
	x[0] = i < 6 ? 1 : 2;
	x[1] = 3;
}

static double
no_weight(size_t i)
{
	(void) i;
	return 0;
}

static ms_status
try_fit(const ms_sample *s, size_t size, ms_kmedoids_options o, ms_facts *facts)
{
	fitted f;

	fit(&f, s, size, &o);
	*facts = f.h.ctx.facts;
	done(&f);
	return f.status;
}

TEST(refused)
{
	size_t size;
	size_t empty_size;
	size_t weightless_size;
	ms_sample *s = make_sample(d100_row, 10, NULL, true, &size);
	ms_sample *empty = make_sample(d100_row, 0, NULL, false, &empty_size);
	ms_sample *weightless = make_sample(d100_row, 5, no_weight, false, &weightless_size);
	ms_kmedoids_options o = options(2, MS_KMEDOIDS_AUTO, MS_KMEDOIDS_INIT_AUTO);
	ms_facts facts;

	CHECK_INT(try_fit(empty, empty_size, o, &facts), MS_TOO_FEW);
	CHECK_INT(try_fit(weightless, weightless_size, o, &facts), MS_BAD_WEIGHT);
	o.k = 0;
	CHECK_INT(try_fit(s, size, o, &facts), MS_BAD_ARGUMENT);
	CHECK(facts.wanted == 1 && strcmp(facts.what, "k") == 0);
	o.k = 11;
	CHECK_INT(try_fit(s, size, o, &facts), MS_BAD_ARGUMENT);
	CHECK(facts.wanted == 10 && facts.got == 11);
	o.k = 2;
	o.max_iter = 0;
	CHECK_INT(try_fit(s, size, o, &facts), MS_BAD_ARGUMENT);
	o.max_iter = 1;
	o.n_init = -1;
	CHECK_INT(try_fit(s, size, o, &facts), MS_BAD_ARGUMENT);
	o.n_init = 0;
	o.missing = MS_MISSING_USE;
	CHECK_INT(try_fit(s, size, o, &facts), MS_BAD_ARGUMENT);
	CHECK_STR(facts.what, "missing");
	o.missing = MS_MISSING_ERROR;
	o.metric = 77;
	CHECK_INT(try_fit(s, size, o, &facts), MS_BAD_ARGUMENT);
	CHECK_STR(facts.what, "metric");
	o.metric = MS_METRIC_EUCLIDEAN;
	o.method = MS_KMEDOIDS_CLARA;
	o.sample_size = 1;
	CHECK_INT(try_fit(s, size, o, &facts), MS_BAD_ARGUMENT);
	CHECK_STR(facts.what, "sample_size");
	free(s);
	free(empty);
	free(weightless);
}

/* Every method gives k medoids, whatever k is and however few rows are distinct. */
TEST(any_k)
{
	size_t size;
	ms_sample *s = make_sample(same_row, 9, NULL, true, &size);

	for (int method = MS_KMEDOIDS_AUTO; method <= MS_KMEDOIDS_ONEBATCH; method++)
	{
		for (int init = MS_KMEDOIDS_INIT_AUTO; init <= MS_KMEDOIDS_INIT_LAB; init++)
		{
			for (size_t k = 1; k <= 9; k++)
			{
				ms_kmedoids_options o =
					options(k, (ms_kmedoids_method) method, (ms_kmedoids_init) init);
				fitted f;

				o.sample_size = k > 3 ? k : 0;
				fit(&f, s, size, &o);
				if (!CHECK_INT(f.status, MS_OK))
					continue;
				for (size_t i = 1; i < k; i++)
					CHECK(f.m.clusters[i].id > f.m.clusters[i - 1].id);
				for (size_t i = 0; i < k; i++)
					CHECK(f.m.clusters[i].size >= 1);
				if (k > 2)
					CHECK(f.m.problems & MS_KMEDOIDS_PROBLEM_DUPLICATE_MEDOIDS);
				if (k > 1 && method != MS_KMEDOIDS_ONEBATCH && method != MS_KMEDOIDS_CLARA)
					CHECK_NEAR(f.m.total_deviation, 0, 0);
				CHECK_NEAR(f.m.weight, 9, 0);
				done(&f);
			}
		}
	}
	free(s);
}

/* Four steps; and the corners of a square with its middle third. */
static void
four_steps(size_t i, double *x)
{
	x[0] = (double) i;
	x[1] = 0;
}

static void
square_row(size_t i, double *x)
{
	static const double rows[5][2] = {{0, 0}, {4, 0}, {2, 2}, {0, 4}, {4, 4}};

	memcpy(x, rows[i], sizeof(rows[i]));
}

static double
but_the_middle(size_t i)
{
	return i == 2 ? 0 : 1;
}

/* k = 1: the lowest id where totals tie, no second medoid; a row of weight 0 can be the medoid. */
TEST(one_medoid)
{
	size_t size;
	size_t weighted_size;
	ms_sample *s = make_sample(four_steps, 4, NULL, false, &size); /* 1 and 2 tie */
	ms_sample *w = make_sample(square_row, 5, but_the_middle, false, &weighted_size);
	ms_kmedoids_label labels[5];
	ms_kmedoids_options o = options(1, MS_KMEDOIDS_AUTO, MS_KMEDOIDS_INIT_AUTO);
	fitted f;

	fit(&f, s, size, &o);
	CHECK(f.m.clusters[0].id == 1 && f.m.total_deviation == 4 && f.m.swaps == 0);
	CHECK_INT(ms_kmedoids_labels(&f.h.ctx, &f.arena, &f.m, s, size, true, labels), MS_OK);
	for (size_t i = 0; i < 4; i++)
		CHECK(labels[i].second == UINT32_MAX && isnan(labels[i].second_distance) &&
			  isnan(labels[i].silhouette));
	done(&f);
	fit(&f, w, weighted_size, &o);
	CHECK(f.m.clusters[0].id == 2 && f.m.weight == 4);
	CHECK_NEAR(f.m.total_deviation, 4 * sqrt(8), 1e-7);
	done(&f);
	o.k = 5;
	fit(&f, w, weighted_size, &o);
	CHECK(f.m.total_deviation == 0 && f.m.swaps == 0 && f.m.clusters[2].weight == 0);
	CHECK_INT(f.m.locally_optimal, MS_KMEDOIDS_OPTIMUM_YES);
	done(&f);
	free(s);
	free(w);
}

/* --- properties ----------------------------------------------------------------------------- */

TEST(clara_of_all_rows)
{
	size_t size;
	ms_sample *s = make_sample(d100_row, 100, NULL, true, &size);

	for (int init = MS_KMEDOIDS_INIT_BUILD; init <= MS_KMEDOIDS_INIT_LAB; init++)
	{
		ms_kmedoids_options o = options(6, MS_KMEDOIDS_CLARA, (ms_kmedoids_init) init);
		fitted a;
		fitted b;

		o.samples = 1;
		o.n_init = 1;
		o.sample_size = 100;
		fit(&a, s, size, &o);
		o.method = MS_KMEDOIDS_FASTERPAM;
		fit(&b, s, size, &o);
		CHECK_BITS(a.m.total_deviation, b.m.total_deviation);
		CHECK_INT(a.m.swaps, b.m.swaps);
		done(&a);
		o.method = MS_KMEDOIDS_ONEBATCH;
		fit(&a, s, size, &o);
		CHECK_BITS(a.m.total_deviation, b.m.total_deviation);
		done(&a);
		done(&b);
	}
	free(s);
}

/* Rows of blobs around a few centers: enough for samples and batches. */
static void
blob_row(size_t i, double *x)
{
	x[0] = 100 * (double) (i % 5) + 10 * ms_rng_at(1, 1, i);
	x[1] = 50 * (double) (i % 3) + 10 * ms_rng_at(1, 2, i);
}

TEST(large_samples)
{
	size_t size;
	ms_sample *s = make_sample(blob_row, 3000, NULL, true, &size);
	double best = 0;

	for (int method = MS_KMEDOIDS_FASTERPAM; method <= MS_KMEDOIDS_ONEBATCH; method++)
	{
		ms_kmedoids_options o = options(15, (ms_kmedoids_method) method, MS_KMEDOIDS_INIT_AUTO);
		fitted f;

		if (method == MS_KMEDOIDS_FASTPAM1)
			continue;
		o.sample_size = method == MS_KMEDOIDS_ONEBATCH ? 300 : 0;
		o.silhouette = false;
		fit(&f, s, size, &o);
		CHECK_INT(f.status, MS_OK);
		if (method == MS_KMEDOIDS_FASTERPAM)
			best = f.m.total_deviation;
		CHECK(f.m.total_deviation >= best * (1 - 1e-9));
		CHECK(f.m.total_deviation < best * 1.1);
		CHECK(f.m.locally_optimal != MS_KMEDOIDS_OPTIMUM_UNKNOWN);
		done(&f);
	}
	free(s);
}

TEST(labels_and_predictions)
{
	size_t size;
	size_t triangle_size;
	ms_sample *s = make_sample(d100_row, 100, three_weights, true, &size);
	ms_dissimilarity *d = make_dissimilarity(s, MS_METRIC_MANHATTAN, &triangle_size);

	for (int metric = MS_METRIC_EUCLIDEAN; metric <= MS_METRIC_GOWER; metric++)
	{
		ms_kmedoids_options o = options(4, MS_KMEDOIDS_AUTO, MS_KMEDOIDS_INIT_AUTO);
		ms_kmedoids_label labels[100];
		ms_kmedoids_scorer *scorer;
		size_t sizes[4] = {0};
		double total = 0;
		double mean = 0;
		fitted f;

		o.metric = (ms_metric) metric;
		o.scaling = metric <= MS_METRIC_COSINE ? MS_SCALING_SD : MS_SCALING_NONE;
		fit(&f, s, size, &o);
		if (!CHECK_INT(f.status, MS_OK))
			continue;
		CHECK_INT(ms_kmedoids_labels(&f.h.ctx, &f.arena, &f.m, s, size, true, labels), MS_OK);
		CHECK_INT(ms_kmedoids_scorer_new(&f.h.ctx, &f.arena, &f.m, &scorer), MS_OK);
		for (size_t i = 0; i < 100; i++)
		{
			const double *row = (const double *) ms_sample_record(s, i);
			ms_kmedoids_label label;

			CHECK_INT(ms_kmedoids_score(&f.h.ctx, scorer, row, &label), MS_OK);
			CHECK(labels[i].distance == label.distance && labels[i].cluster < 4);
			if (label.second_distance > 0)
				CHECK_INT(labels[i].cluster, label.cluster);
			sizes[labels[i].cluster]++;
			total += row[2] * label.distance;
			mean += row[2] * labels[i].silhouette;
		}
		CHECK_NEAR(total, f.m.total_deviation, 1e-12);
		CHECK_NEAR(mean / f.m.weight, f.m.mean_silhouette, 1e-12);
		for (size_t i = 0; i < 4; i++)
			CHECK_INT(sizes[i], f.m.clusters[i].size);
		CHECK_INT(ms_kmedoids_labels_matrix(&f.h.ctx, &f.arena, &f.m, d, triangle_size, false,
											labels),
				  MS_MISMATCH);
		done(&f);
	}
	free(s);
	free(d);
}

/* Matrix input is metric input on integer distances; scaled distances scale the total. */
TEST(matrix_is_metric)
{
	size_t size;
	size_t triangle_size;
	ms_sample *s = make_sample(d100_row, 60, NULL, false, &size);
	ms_dissimilarity *d = make_dissimilarity(s, MS_METRIC_MANHATTAN, &triangle_size);
	ms_kmedoids_options o = options(5, MS_KMEDOIDS_AUTO, MS_KMEDOIDS_INIT_AUTO);
	ms_kmedoids_label a[60];
	ms_kmedoids_label b[60];
	ms_kmedoids m;
	fitted f;

	o.metric = MS_METRIC_MANHATTAN;
	fit(&f, s, size, &o);
	CHECK_INT(ms_kmedoids_fit_matrix(&f.h.ctx, &f.arena, d, triangle_size, &o, &m), MS_OK);
	CHECK_BITS(m.total_deviation, f.m.total_deviation);
	CHECK_BITS(m.mean_silhouette, f.m.mean_silhouette);
	CHECK_INT(ms_kmedoids_labels(&f.h.ctx, &f.arena, &f.m, s, size, true, a), MS_OK);
	CHECK_INT(ms_kmedoids_labels_matrix(&f.h.ctx, &f.arena, &m, d, triangle_size, true, b), MS_OK);
	CHECK(memcmp(a, b, sizeof(a)) == 0);
	/* a start with the end stays there */
	o.start = &m;
	CHECK_INT(ms_kmedoids_fit_matrix(&f.h.ctx, &f.arena, d, triangle_size, &o, &m), MS_OK);
	CHECK(m.swaps == 0 && m.init == MS_KMEDOIDS_INIT_START);
	o.start = &f.m;
	CHECK_INT(ms_kmedoids_fit_matrix(&f.h.ctx, &f.arena, d, triangle_size, &o, &m),
			  MS_BAD_ARGUMENT);
	done(&f);
	free(s);
	free(d);
}

/* Rows in another order before they became canonical: the same bytes of the model. */
static void
reversed_row(size_t i, double *x)
{
	d100_row(99 - i, x);
}

TEST(order_of_rows)
{
	size_t size;
	ms_sample *a = make_sample(d100_row, 100, NULL, false, &size);
	ms_sample *b = make_sample(reversed_row, 100, NULL, false, &size);
	host h;

	host_init(&h);
	for (size_t i = 0; i < 100; i++)
		ms_sample_record(b, i)[2] = 99 - i;
	CHECK_INT(ms_sample_canonical(&h.ctx, a, size), MS_OK);
	CHECK_INT(ms_sample_canonical(&h.ctx, b, size), MS_OK);
	CHECK(memcmp(a, b, size) == 0);
	free(a);
	free(b);
}

/* --- mixed rows ----------------------------------------------------------------------------- */

static const sample_shape mixed_shape = {MS_SAMPLE_MIXED | MS_SAMPLE_ID_TEXT,
										 3,
										 {MS_KIND_NUMBER, MS_KIND_NOMINAL, MS_KIND_BOOLEAN},
										 0};

static const sample_row mixed_rows[] = {
	{.x = {1, 0, 1}, .text = {0, "red"}, .id_text = "first"},
	{.x = {2, 0, 1}, .text = {0, "red"}, .id_text = "second"},
	{.x = {1.5, 0, NAN}, .text = {0, "red"}, .id_text = "a"},
	{.x = {9, 0, 0}, .text = {0, "blue"}, .id_text = "zz"},
	{.x = {8, 0, 0}, .text = {0, "blue"}, .id_text = ""},
	{.x = {8.5, 0, 0}, .text = {0, NULL}, .id_text = "green"}};

static value
mixed_sample(void)
{
	value v = value_begin(&mixed_shape, 0, true);
	host h;

	host_init(&h);
	for (size_t i = 0; i < 6; i++)
		value_append(&v, &mixed_shape, &mixed_rows[i]);
	CHECK_INT(ms_sample_canonical(&h.ctx, v.s, v.size), MS_OK);
	return v;
}

TEST(mixed)
{
	value v = mixed_sample();
	ms_kmedoids_options o = options(2, MS_KMEDOIDS_AUTO, MS_KMEDOIDS_INIT_AUTO);
	ms_kmedoids_label labels[6];
	fitted f;

	o.metric = MS_METRIC_GOWER;
	fit(&f, v.s, v.size, &o);
	CHECK_INT(f.status, MS_INCOMPLETE);
	CHECK_NEAR(f.h.ctx.facts.got, 2, 0);
	done(&f);
	o.missing = MS_MISSING_OMIT;
	fit(&f, v.s, v.size, &o);
	CHECK_INT(f.status, MS_OK);
	CHECK(f.m.n == 4 && f.m.omitted == 2 && f.m.problems & MS_KMEDOIDS_PROBLEM_OMITTED_ROWS);
	done(&f);
	o.missing = MS_MISSING_USE;
	fit(&f, v.s, v.size, &o);
	if (CHECK_INT(f.status, MS_OK))
	{
		ms_string id = ms_kmedoids_string(&f.m, f.m.clusters[1].id);
		size_t in_first = 0;

		CHECK(id.length > 0);
		CHECK_INT(ms_kmedoids_labels(&f.h.ctx, &f.arena, &f.m, v.s, v.size, true, labels), MS_OK);
		for (size_t i = 0; i < 6; i++)
			in_first += labels[i].cluster == 0;
		CHECK_INT(in_first, 3);
		CHECK(f.m.clusters[0].size == 3 && f.m.mean_silhouette > 0.5);
	}
	done(&f);
	o.metric = MS_METRIC_EUCLIDEAN;
	o.missing = MS_MISSING_OMIT;
	fit(&f, v.s, v.size, &o);
	CHECK_INT(f.status, MS_NOT_NUMERIC);
	CHECK_INT(f.h.ctx.facts.index, 2);
	done(&f);
	free(v.s);
}

/* Two rows of which no column is known of both. */
TEST(nothing_in_common)
{
	static const sample_shape shape = {MS_SAMPLE_MIXED, 2, {MS_KIND_NUMBER, MS_KIND_NUMBER}, 0};
	static const sample_row rows[] = {{.x = {1, NAN}}, {.x = {NAN, 2}}, {.x = {1, 2}}};
	value v = value_begin(&shape, 0, true);
	ms_kmedoids_options o = options(2, MS_KMEDOIDS_AUTO, MS_KMEDOIDS_INIT_AUTO);
	fitted f;

	host_init(&f.h);
	for (size_t i = 0; i < 3; i++)
		value_append(&v, &shape, &rows[i]);
	CHECK_INT(ms_sample_canonical(&f.h.ctx, v.s, v.size), MS_OK);
	o.metric = MS_METRIC_GOWER;
	o.missing = MS_MISSING_USE;
	fit(&f, v.s, v.size, &o);
	CHECK_INT(f.status, MS_INCOMPLETE);
	CHECK_STR(f.h.ctx.facts.what, "gower");
	done(&f);
	free(v.s);
}

/* Text ids of a dissimilarity, and new rows of unknown nominal values. */
TEST(text_ids)
{
	static const char *const names[] = {"b", "", "aa", "cc", "a"};
	size_t room = 32 + 10 * 24 + 100;
	ms_dissimilarity *s = malloc(room);
	ms_kmedoids_options o = options(2, MS_KMEDOIDS_AUTO, MS_KMEDOIDS_INIT_AUTO);
	ms_kmedoids_label labels[5];
	ms_arena arena;
	ms_kmedoids m;
	ms_kmedoids again;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	ms_dissimilarity_begin(s, room, MS_DISSIMILARITY_ID_TEXT);
	for (int i = 0; i < 5; i++)
	{
		for (int j = 0; j < i; j++)
			CHECK_INT(ms_dissimilarity_append_text(&h.ctx, s, room, string_of(names[i]),
												   string_of(names[j]),
												   (i < 3) == (j < 3) ? 1 + i : 20),
					  MS_OK);
	}
	CHECK_INT(ms_dissimilarity_canonical(&h.ctx, s, room), MS_OK);
	CHECK_INT(ms_kmedoids_fit_matrix(&h.ctx, &arena, s, room, &o, &m), MS_OK);
	CHECK_INT(ms_kmedoids_labels_matrix(&h.ctx, &arena, &m, s, room, true, labels), MS_OK);
	/* in the order of the ids: "", a, aa, b, cc */
	CHECK(labels[0].cluster == labels[2].cluster && labels[0].cluster == labels[3].cluster);
	CHECK(labels[1].cluster == labels[4].cluster && labels[0].cluster != labels[1].cluster);
	o.start = &m;
	CHECK_INT(ms_kmedoids_fit_matrix(&h.ctx, &arena, s, room, &o, &again), MS_OK);
	CHECK(again.swaps == 0 && again.total_deviation == m.total_deviation);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	free(s);
}

TEST(unknown_values)
{
	value v = mixed_sample();
	value other = value_begin(&mixed_shape, 0, true);
	sample_row row = {.x = {8.5, 0, 0}, .text = {0, "violet"}, .id_text = "new"};
	ms_kmedoids_options o = options(2, MS_KMEDOIDS_AUTO, MS_KMEDOIDS_INIT_AUTO);
	ms_kmedoids_label labels[6];
	ms_kmedoids_label label;
	fitted f;

	o.metric = MS_METRIC_GOWER;
	o.missing = MS_MISSING_USE;
	fit(&f, v.s, v.size, &o);
	value_append(&other, &mixed_shape, &row);
	CHECK_INT(ms_sample_canonical(&f.h.ctx, other.s, other.size), MS_OK);
	CHECK_INT(ms_kmedoids_labels(&f.h.ctx, &f.arena, &f.m, v.s, v.size, false, labels), MS_OK);
	CHECK_INT(ms_kmedoids_labels(&f.h.ctx, &f.arena, &f.m, other.s, other.size, true, &label),
			  MS_OK);
	/* the rows end with 8, 8.5 and 9; a value that nobody has differs, or meets a gap */
	CHECK_INT(label.cluster, labels[5].cluster);
	CHECK(label.distance < 0.5 && label.silhouette == 0);
	done(&f);
	free(v.s);
	free(other.s);
}

/* Rows without ids are numbered; a model starts another sample from the nearest rows. */
TEST(no_ids)
{
	size_t n = 60;
	size_t size = sizeof(ms_sample) + n * 16;
	ms_sample *s = malloc(size);
	size_t keyed_size;
	ms_sample *keyed = make_sample(ruspini_row, n, NULL, true, &keyed_size);
	ms_kmedoids_options o = options(3, MS_KMEDOIDS_AUTO, MS_KMEDOIDS_INIT_AUTO);
	fitted f;
	fitted g;

	ms_sample_begin(s, size, MS_TYPE_SAMPLE, 2, 0);
	for (size_t i = 0; i < n; i++)
	{
		ruspini_row(i, (double *) ms_sample_record(s, i));
		ms_sample_commit(s, false);
	}
	host_init(&f.h);
	CHECK_INT(ms_sample_canonical(&f.h.ctx, s, size), MS_OK);
	fit(&f, s, size, &o);
	fit(&g, keyed, keyed_size, &o);
	CHECK_INT(f.status, MS_OK);
	CHECK_BITS(f.m.total_deviation, g.m.total_deviation);
	CHECK_INT(f.m.ids, 0);
	for (size_t i = 0; i < 3; i++)
	{
		const double *row = (const double *) ms_sample_record(s, f.m.clusters[i].id - 1);

		CHECK(row[0] == f.m.medoids[2 * i] && row[1] == f.m.medoids[2 * i + 1]);
	}
	o.start = &f.m;
	{
		fitted again;

		fit(&again, keyed, keyed_size, &o);
		CHECK_INT(again.status, MS_OK);
		CHECK(again.m.swaps == 0 && again.m.total_deviation == f.m.total_deviation);
		done(&again);
	}
	done(&f);
	done(&g);
	free(s);
	free(keyed);
}

/* --- bytes ---------------------------------------------------------------------------------- */

static const char *const golden_names[] = {"kmedoids_numbers", "kmedoids_mixed",
										   "kmedoids_matrix", "kmedoids_one"};

/* Packed model number g, in memory of its exact size. */
static char *
golden(size_t g, size_t *size)
{
	ms_kmedoids_options o = options(g == 3 ? 1 : 2, MS_KMEDOIDS_AUTO, MS_KMEDOIDS_INIT_AUTO);
	size_t sample_size;
	size_t triangle_size;
	ms_sample *s = make_sample(ruspini_row, 20, three_weights, true, &sample_size);
	ms_dissimilarity *d = make_dissimilarity(s, MS_METRIC_MANHATTAN, &triangle_size);
	value v = mixed_sample();
	static const unsigned char asymmetric[] = {0, 0, 1};
	static const double weights[] = {1, 2, 1};
	static const char names[] = "x\0y";
	char *bytes;
	fitted f;

	o.metric = g == 1 ? MS_METRIC_GOWER : MS_METRIC_MANHATTAN;
	if (g == 1)
	{
		o.missing = MS_MISSING_USE;
		o.asymmetric = asymmetric;
		o.weights = weights;
		fit(&f, v.s, v.size, &o);
	}
	else
		fit(&f, s, sample_size, &o);
	if (g == 2)
		f.status = ms_kmedoids_fit_matrix(&f.h.ctx, &f.arena, d, triangle_size, &o, &f.m);
	CHECK_INT(f.status, MS_OK);
	if (g == 0)
	{
		f.m.names = names;
		f.m.names_size = sizeof(names);
	}
	*size = ms_kmedoids_packed_size(&f.m);
	bytes = calloc(1, *size);
	ms_kmedoids_pack(&f.m, bytes);
	done(&f);
	free(s);
	free(d);
	free(v.s);
	return bytes;
}

TEST(round_trip)
{
	for (size_t g = 0; g < 4; g++)
	{
		size_t size;
		char *bytes = golden(g, &size);
		char *again = calloc(1, size);
		ms_arena arena;
		ms_kmedoids m;
		host h;

		host_init(&h);
		ms_arena_init(&arena, &h.ctx);
		CHECK_INT(ms_kmedoids_unpack(&h.ctx, &arena, bytes, size, &m), MS_OK);
		CHECK_INT(ms_kmedoids_packed_size(&m), size);
		ms_kmedoids_pack(&m, again);
		CHECK(memcmp(bytes, again, size) == 0);
		ms_arena_free(&arena);
		CHECK_INT(h.live, 0);
		free(bytes);
		free(again);
	}
}

static ms_status
unpack(ms_ctx *ctx, const void *bytes, size_t size)
{
	ms_arena arena;
	ms_kmedoids m;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = ms_kmedoids_unpack(ctx, &arena, bytes, size, &m);
	ms_arena_free(&arena);
	return status;
}

/* A bit that changes is seen by the hash; with the hash put right nothing breaks. */
TEST(corrupted_bytes)
{
	for (size_t g = 0; g < 4; g++)
	{
		size_t size;
		char *bytes = golden(g, &size);

		check_bits(unpack, bytes, size);
		check_bits_rehashed(unpack, bytes, size);
		check_cuts(unpack, bytes, size);
		free(bytes);
	}
}

TEST(golden_bytes)
{
	for (size_t g = 0; g < 4; g++)
	{
		size_t size;
		char *bytes = golden(g, &size);
		_Alignas(8) char stored[GOLDEN_MOST];
		ms_arena arena;
		ms_kmedoids m;
		host h;

		host_init(&h);
		ms_arena_init(&arena, &h.ctx);
		CHECK_INT(golden_read(golden_names[g], stored), size);
		CHECK_INT(ms_kmedoids_unpack(&h.ctx, &arena, stored, size, &m), MS_OK);
		ms_kmedoids_pack(&m, bytes);
		CHECK(memcmp(bytes, stored, size) == 0);
		ms_arena_free(&arena);
		free(bytes);
	}
}

static int
write_golden(const char *folder, const char *corpus)
{
	bool ok = true;

	for (size_t g = 0; g < 4; g++)
	{
		size_t size;
		char *bytes = golden(g, &size);

		ok = golden_write(folder, corpus, golden_names[g], bytes, size) && ok;
		free(bytes);
	}
	return !ok;
}

/* --- stops ---------------------------------------------------------------------------------- */

static ms_status
exercise(host *h, const ms_sample *s, size_t size, const ms_kmedoids_options *o)
{
	ms_arena arena;
	ms_kmedoids m;
	ms_kmedoids back;
	ms_status status;
	ms_kmedoids_label *labels = malloc(s->n * sizeof(*labels));
	char *bytes = NULL;

	ms_arena_init(&arena, &h->ctx);
	status = ms_kmedoids_fit(&h->ctx, &arena, s, size, o, &m);
	if (status == MS_OK)
	{
		bytes = calloc(1, ms_kmedoids_packed_size(&m));
		ms_kmedoids_pack(&m, bytes);
		status = ms_kmedoids_unpack(&h->ctx, &arena, bytes, ms_kmedoids_packed_size(&m), &back);
	}
	if (status == MS_OK)
		status = ms_kmedoids_labels(&h->ctx, &arena, &back, s, size, true, labels);
	ms_arena_free(&arena);
	free(bytes);
	free(labels);
	return status;
}

TEST(stops)
{
	size_t size;
	ms_sample *s = make_sample(blob_row, 400, three_weights, true, &size);
	host h;
	ms_status status;

	for (int method = MS_KMEDOIDS_FASTERPAM; method <= MS_KMEDOIDS_FASTERMSC; method++)
	{
		ms_kmedoids_options o = options(5, (ms_kmedoids_method) method, MS_KMEDOIDS_INIT_LAB);

		o.sample_size = method == MS_KMEDOIDS_ONEBATCH || method == MS_KMEDOIDS_CLARA ? 50 : 0;
		o.samples = 2;
		o.n_init = 1;
		HOST_EVERY(h, status, exercise(&h, s, size, &o));
	}
	free(s);
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--write") == 0)
		return write_golden(argv[2], argv[3]);
	RUN(d100);
	RUN(weights);
	RUN(weights_are_repeats);
	RUN(ruspini);
	RUN(dynmsc);
	RUN(five_points);
	RUN(iris);
	RUN(refused);
	RUN(any_k);
	RUN(one_medoid);
	RUN(clara_of_all_rows);
	RUN(large_samples);
	RUN(labels_and_predictions);
	RUN(matrix_is_metric);
	RUN(order_of_rows);
	RUN(mixed);
	RUN(nothing_in_common);
	RUN(text_ids);
	RUN(unknown_values);
	RUN(no_ids);
	RUN(round_trip);
	RUN(corrupted_bytes);
	RUN(golden_bytes);
	RUN(stops);
	return unit_done();
}
