/*
 * test_distance.c: every metric against its plain definition, gower by the values of R's daisy
 * (kmedoids.md, 9.4), scaling, floats against doubles, what is refused.
 */
#include <float.h>
#include <stdlib.h>

#include "core/base/distance.h"
#include "core/base/rng.h"
#include "host.h"

#define N 70
#define MOST 40

static double
plain(const ms_measure *m, const double *x, const double *y)
{
	double sum = 0;
	double most = 0;
	double xx = 0;
	double yy = 0;
	double xy = 0;
	double differ = 0;
	double both = 0;
	double either = 0;

	for (size_t j = 0; j < m->d; j++)
	{
		double a = x[j] * m->factors[j];
		double b = y[j] * m->factors[j];

		sum += m->metric == MS_METRIC_MANHATTAN ? fabs(a - b) : (a - b) * (a - b);
		most = fmax(most, fabs(a - b));
		xx += a * a;
		yy += b * b;
		xy += a * b;
		differ += x[j] != y[j];
		both += x[j] != 0 && y[j] != 0;
		either += x[j] != 0 || y[j] != 0;
	}
	switch (m->metric)
	{
		case MS_METRIC_EUCLIDEAN:
			return sqrt(sum);
		case MS_METRIC_CHEBYSHEV:
			return most;
		case MS_METRIC_COSINE:
			return xx == 0 || yy == 0 ? (xx != yy) : 1 - xy / sqrt(xx * yy);
		case MS_METRIC_HAMMING:
			return differ / (double) m->d;
		case MS_METRIC_JACCARD:
			return either == 0 ? 0 : 1 - both / either;
		default:
			return sum;
	}
}

static void
fill(double *x, size_t d, bool small)
{
	ms_rng rng;

	ms_rng_init(&rng, 5, d);
	for (size_t i = 0; i < N * d; i++)
		x[i] = small ? (double) ms_rng_below(&rng, 3) : 10 * ms_rng_normal(&rng);
	/* a row of zeros, a duplicate */
	memset(x, 0, d * sizeof(*x));
	memcpy(x + 2 * d, x + d, d * sizeof(*x));
}

static void
check_metric(ms_metric metric, ms_scaling scaling, size_t d, size_t n)
{
	static double x[N * MOST];
	ms_measure m = {.metric = metric, .scaling = scaling};
	ms_rows rows = {.x = x, .n = n, .d = d, .stride = d};
	double scaled[MOST + 1];
	double out[N];
	float floats[N];
	float *matrix = malloc(n * n * sizeof(*matrix));
	ms_points *points;
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	fill(x, d, metric >= MS_METRIC_HAMMING);
	CHECK_INT(ms_measure_learn(&h.ctx, &arena, &rows, &m), MS_OK);
	CHECK_INT(ms_points_new(&h.ctx, &arena, &m, &rows, NULL, n, &points), MS_OK);
	CHECK_INT(ms_points_matrix(&h.ctx, points, matrix), MS_OK);
	for (size_t i = 0; i < n; i++)
	{
		double again[MOST + 1];

		ms_points_get(points, i, scaled);
		ms_points_scale(points, x + i * d, again);
		CHECK(memcmp(scaled, again, ms_points_width(points) * sizeof(double)) == 0);
		CHECK_INT(ms_points_from(&h.ctx, points, scaled, out), MS_OK);
		CHECK_INT(ms_points_from_float(&h.ctx, points, scaled, floats), MS_OK);
		for (size_t j = 0; j < n; j++)
		{
			CHECK_NEAR(out[j], plain(&m, x + i * d, x + j * d), 1e-12);
			CHECK(floats[j] == (float) out[j] && matrix[i * n + j] == floats[j]);
			CHECK(matrix[i * n + j] == matrix[j * n + i] && floats[j] >= 0);
		}
		CHECK(out[i] == 0 && (n < 3 || i != 1 || out[2] == 0));
	}
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	free(matrix);
}

TEST(metrics)
{
	static const size_t sizes[] = {1, 2, 3, 8, 33};

	for (int metric = MS_METRIC_EUCLIDEAN; metric <= MS_METRIC_JACCARD; metric++)
	{
		for (size_t i = 0; i < 5; i++)
			check_metric((ms_metric) metric, MS_SCALING_NONE, sizes[i], i == 1 ? 1 : N);
	}
	for (int metric = MS_METRIC_EUCLIDEAN; metric <= MS_METRIC_COSINE; metric++)
	{
		for (int scaling = MS_SCALING_SD; scaling <= MS_SCALING_RANGE; scaling++)
			check_metric((ms_metric) metric, (ms_scaling) scaling, 4, N);
	}
}

TEST(scaling)
{
	/* 1 2 3 4 9, a constant, and one whose mad is 0 */
	static const double x[] = {1, 7, 5, 2, 7, 5, 3, 7, 5, 4, 7, 5, 9, 7, 6};
	ms_rows rows = {.x = x, .n = 5, .d = 3, .stride = 3};
	ms_measure m = {.metric = MS_METRIC_EUCLIDEAN, .scaling = MS_SCALING_SD};
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_measure_learn(&h.ctx, &arena, &rows, &m), MS_OK);
	CHECK_NEAR(1 / m.factors[0], 3.1144823004794873, 1e-14);
	CHECK_NEAR(m.factors[1], 0, 0);
	m.scaling = MS_SCALING_RANGE;
	CHECK_INT(ms_measure_learn(&h.ctx, &arena, &rows, &m), MS_OK);
	CHECK_NEAR(m.factors[0], 0.125, 0);
	CHECK_NEAR(m.factors[2], 1, 0);
	m.scaling = MS_SCALING_MAD;
	CHECK_INT(ms_measure_learn(&h.ctx, &arena, &rows, &m), MS_CONSTANT);
	CHECK_STR(h.ctx.facts.what, "mad");
	CHECK_INT(h.ctx.facts.index, 3);
	rows.d = 2;
	CHECK_INT(ms_measure_learn(&h.ctx, &arena, &rows, &m), MS_OK);
	CHECK_NEAR(1 / m.factors[0], 1.4826022185056018, 1e-14);
	ms_arena_free(&arena);
}

/* A weight of 2 is a repeated row. */
TEST(weighted_scaling)
{
	static const double twice[] = {1, 1, 4, 4, 5, 9, 9, 9};
	static const double weighted[] = {1, 2, 4, 2, 5, 1, 9, 3, 77, 0};
	ms_rows a = {.x = twice, .n = 8, .d = 1, .stride = 1};
	ms_rows b = {.x = weighted, .w = weighted + 1, .n = 4, .d = 1, .stride = 2};
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	for (int scaling = MS_SCALING_SD; scaling <= MS_SCALING_RANGE; scaling++)
	{
		ms_measure m = {.metric = MS_METRIC_MANHATTAN, .scaling = (ms_scaling) scaling};
		ms_measure n = m;

		CHECK_INT(ms_measure_learn(&h.ctx, &arena, &a, &m), MS_OK);
		CHECK_INT(ms_measure_learn(&h.ctx, &arena, &b, &n), MS_OK);
		CHECK_NEAR(m.factors[0], n.factors[0], 1e-15);
	}
	ms_arena_free(&arena);
}

/* kmedoids.md, 9.4: R's daisy. */
TEST(gower)
{
	static const unsigned char kinds[] = {MS_KIND_NUMBER, MS_KIND_NOMINAL, MS_KIND_NUMBER,
										  MS_KIND_BOOLEAN};
	static const unsigned char asymmetric[] = {0, 0, 0, 1};
	static const double weights[] = {2, 1, 1, 1};
	double x[] = {1, 5e-324, 1, 1, 2, 1e-323, 2, 0, 4, 5e-324, 3, 1, 8, 1e-323, 2, 1};
	static const double wanted[][6] = {
		{.660714285714, .357142857143, .625, .696428571429, .464285714286, .517857142857},
		{.833333333333, .357142857143, .625, NAN, .333333333333, .517857142857},
		{.557142857143, NAN, NAN, NAN, NAN, .528571428571}};
	ms_rows rows = {.x = x, .n = 4, .d = 4, .stride = 4};
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	for (int c = 0; c < 3; c++)
	{
		ms_measure m = {.metric = MS_METRIC_GOWER,
						.kinds = kinds,
						.asymmetric = asymmetric,
						.weights = c == 2 ? weights : NULL};
		ms_points *points;
		double scaled[4];
		double out[4];
		int pair = 0;

		x[4] = c == 1 ? ms_gap() : 2;
		CHECK_INT(ms_measure_learn(&h.ctx, &arena, &rows, &m), MS_OK);
		CHECK_INT(ms_points_new(&h.ctx, &arena, &m, &rows, NULL, 4, &points), MS_OK);
		for (size_t i = 0; i < 4; i++)
		{
			ms_points_get(points, i, scaled);
			CHECK_INT(ms_points_from(&h.ctx, points, scaled, out), MS_OK);
			for (size_t j = i + 1; j < 4; j++, pair++)
			{
				if (!isnan(wanted[c][pair]))
					CHECK_NEAR(out[j], wanted[c][pair], 1e-12);
			}
		}
	}
	ms_arena_free(&arena);
}

TEST(gower_alone)
{
	double x[] = {1, ms_gap(), ms_gap(), 2};
	ms_rows rows = {.x = x, .n = 2, .d = 2, .stride = 2};
	ms_measure m = {.metric = MS_METRIC_GOWER};
	ms_points *points;
	double out[2];
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_measure_learn(&h.ctx, &arena, &rows, &m), MS_OK);
	CHECK_INT(ms_points_new(&h.ctx, &arena, &m, &rows, NULL, 2, &points), MS_OK);
	CHECK_INT(ms_points_from(&h.ctx, points, x, out), MS_INCOMPLETE);
	CHECK_STR(h.ctx.facts.what, "gower");
	CHECK_INT(h.ctx.facts.index, 2);
	ms_arena_free(&arena);
}

static ms_status
learn(ms_measure m, double a, double b)
{
	double x[] = {a, b};
	ms_rows rows = {.x = x, .n = 2, .d = 1, .stride = 1};
	ms_arena arena;
	ms_status status;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	status = ms_measure_learn(&h.ctx, &arena, &rows, &m);
	ms_arena_free(&arena);
	return status;
}

TEST(refused)
{
	static const unsigned char nominal[] = {MS_KIND_NOMINAL};
	static const unsigned char one[] = {1};
	static const double bad[] = {-1};
	static const double none[] = {0};

	CHECK_INT(learn((ms_measure){.metric = 0}, 0, 1), MS_BAD_ARGUMENT);
	CHECK_INT(learn((ms_measure){.metric = 9}, 0, 1), MS_BAD_ARGUMENT);
	CHECK_INT(learn((ms_measure){.metric = 7, .scaling = 1}, 0, 1), MS_BAD_ARGUMENT);
	CHECK_INT(learn((ms_measure){.metric = 1, .kinds = nominal}, 0, 1), MS_NOT_NUMERIC);
	CHECK_INT(learn((ms_measure){.metric = 6, .kinds = nominal}, 0, 1), MS_OK);
	CHECK_INT(learn((ms_measure){.metric = 1, .asymmetric = one}, 0, 1), MS_BAD_ARGUMENT);
	CHECK_INT(learn((ms_measure){.metric = 8, .asymmetric = one}, 0, 1), MS_BAD_ARGUMENT);
	CHECK_INT(learn((ms_measure){.metric = 8, .weights = bad}, 0, 1), MS_BAD_ARGUMENT);
	CHECK_INT(learn((ms_measure){.metric = 8, .weights = none}, 0, 1), MS_BAD_ARGUMENT);
	CHECK_INT(learn((ms_measure){.metric = 1}, 0, ms_gap()), MS_INCOMPLETE);
	CHECK_INT(learn((ms_measure){.metric = 8}, 0, ms_gap()), MS_OK);
	CHECK_INT(learn((ms_measure){.metric = 1, .scaling = 3}, -1.7e308, 1.7e308), MS_TOO_LARGE);
}

TEST(too_far)
{
	double x[] = {0, 1e30, 1e200};
	ms_rows rows = {.x = x, .n = 3, .d = 1, .stride = 1};
	ms_measure m = {.metric = MS_METRIC_SQEUCLIDEAN};
	ms_points *points;
	double out[3];
	float floats[3];
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_measure_learn(&h.ctx, &arena, &rows, &m), MS_OK);
	CHECK_INT(ms_points_new(&h.ctx, &arena, &m, &rows, NULL, 3, &points), MS_OK);
	CHECK_INT(ms_points_from(&h.ctx, points, x, out), MS_TOO_LARGE);
	CHECK_INT(h.ctx.facts.index, 3);
	CHECK_INT(ms_points_from_float(&h.ctx, points, x, floats), MS_TOO_LARGE);
	CHECK_INT(h.ctx.facts.index, 2);
	CHECK(ms_points_bytes(SIZE_MAX / 2, 8) == SIZE_MAX);
	CHECK_INT(ms_points_new(&h.ctx, &arena, &m, &rows, NULL, SIZE_MAX / 4, &points), MS_TOO_LARGE);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

/* 0 and 1 beside a float and a double of near duplicates: no digit is lost. */
TEST(near_duplicates)
{
	double x[] = {1e9, 1e9 + 1e-6};
	ms_rows rows = {.x = x, .n = 2, .d = 1, .stride = 1};
	ms_measure m = {.metric = MS_METRIC_EUCLIDEAN};
	ms_points *points;
	double out[2];
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_measure_learn(&h.ctx, &arena, &rows, &m), MS_OK);
	CHECK_INT(ms_points_new(&h.ctx, &arena, &m, &rows, NULL, 2, &points), MS_OK);
	CHECK_INT(ms_points_from(&h.ctx, points, x, out), MS_OK);
	CHECK_NEAR(out[1], x[1] - x[0], 1e-15);
	ms_arena_free(&arena);
}

int
main(void)
{
	RUN(metrics);
	RUN(scaling);
	RUN(weighted_scaling);
	RUN(gower);
	RUN(gower_alone);
	RUN(refused);
	RUN(too_far);
	RUN(near_duplicates);
	return unit_done();
}
