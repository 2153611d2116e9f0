/*
 * test_moments.c: moments of rows against exact values, R 4.2.2 and sums in long double. Their
 * bytes have test_moments_check.c.
 */
#include "core/base/moments.h"

#include "core/base/rng.h"
#include "moments_exercise.h"

#define WIDE 4

/* --- data ----------------------------------------------------------------------------------- */

static ms_rng rng;

static double
uniform(void)
{
	return ms_rng_uniform(&rng);
}

/* The first `d` columns of a file of numbers with a header line; returns the rows. */
static size_t
read_csv(const char *name, size_t d, double x[][WIDE], size_t most)
{
	char path[1000];
	char line[1000];
	size_t n = 0;
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", UNIT_DATA, name);
	file = fopen(path, "r");
	if (!CHECK(file && fgets(line, sizeof line, file)))
		return 0;
	while (n < most && fgets(line, sizeof line, file))
	{
		char *at = line;

		for (size_t j = 0; j < d; j++, at++)
			x[n][j] = strtod(at, &at);
		n++;
	}
	fclose(file);
	return n;
}

static ms_moments *
iris(void)
{
	static double x[150][WIDE];
	ms_moments *m = moments_make(4);

	CHECK_INT(read_csv("iris.csv", 4, x, 150), 150);
	for (size_t i = 0; i < 150; i++)
		moments_put(m, x[i], 1);
	return m;
}

/* Rows of one column. */
static ms_moments *
of_numbers(const double *x, size_t n)
{
	ms_moments *m = moments_make(1);

	for (size_t i = 0; i < n; i++)
		moments_put(m, x + i, 1);
	return m;
}

static ms_status
merge(ms_moments *into, const ms_moments *from)
{
	host h;

	host_init(&h);
	return ms_moments_merge(&h.ctx, into, from);
}

/* --- values --------------------------------------------------------------------------------- */

TEST(exact_values)
{
	ms_moments *m = of_numbers((double[]){1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}, 4);
	double sd;

	CHECK_BITS(*ms_moments_mean(m), 1e9 + 10);
	CHECK_BITS(*ms_moments_scatter(m), 90);
	CHECK_BITS(ms_moments_divisor(m), 3);
	ms_moments_sd(m, &sd);
	CHECK_BITS(sd, sqrt(30));
	free(m);
}

TEST(one_row)
{
	ms_moments *m = moments_make(2);
	double full[4];

	CHECK(moments_put(m, (double[]){1e300, -1e-300}, 1));
	CHECK(moments_good(m));
	CHECK_BITS(ms_moments_mean(m)[0], 1e300);
	CHECK_BITS(ms_moments_mean(m)[1], -1e-300);
	CHECK(!ms_moments_enough(m));
	ms_moments_covariance(m, full);
	CHECK(isnan(full[0]) && isnan(full[1]));
	ms_moments_correlation(m, full);
	CHECK(isnan(full[0]) && isnan(full[1]));
	ms_moments_sd(m, full);
	CHECK(isnan(full[0]) && isnan(full[1]));
	free(m);
}

/* Means and scatter of n rows of d <= WIDE columns in long double, two passes. */
static void
brute_force(const double *x, const double *w, size_t n, size_t d, long double *mean,
			long double *scatter)
{
	long double weight = 0;

	memset(mean, 0, d * sizeof(*mean));
	memset(scatter, 0, d * d * sizeof(*scatter));
	for (size_t i = 0; i < n; i++)
	{
		weight += w[i];
		for (size_t j = 0; j < d; j++)
			mean[j] += w[i] * ((long double) x[i * d + j] - x[j]);
	}
	for (size_t j = 0; j < d; j++)
		mean[j] = x[j] + mean[j] / weight;
	for (size_t i = 0; i < n; i++)
		for (size_t a = 0; a < d; a++)
			for (size_t b = 0; b < d; b++)
				scatter[a * d + b] += w[i] * (x[i * d + a] - mean[a]) * (x[i * d + b] - mean[b]);
}

static void
check_brute_force(const ms_moments *m, const double *x, const double *w, size_t n, double tolerance)
{
	size_t d = m->d;
	long double mean[WIDE];
	long double scatter[WIDE * WIDE];

	brute_force(x, w, n, d, mean, scatter);
	for (size_t i = 0; i < d; i++)
	{
		CHECK_NEAR(ms_moments_mean(m)[i], (double) mean[i], 1e-15);
		for (size_t j = 0; j <= i; j++)
		{
			double size = (double) sqrtl(scatter[i * d + i] * scatter[j * d + j]);

			CHECK_NEAR(ms_moments_scatter(m)[ms_packed_at(i, j)] / size,
					   (double) scatter[i * d + j] / size, tolerance);
		}
	}
	CHECK(moments_good(m));
}

/* A far offset, an outlier in front or at the end, discrete and weighted numbers: 1e-12. */
TEST(accuracy)
{
	enum
	{
		N = 200000,
		D = 3
	};
	double *x = malloc(sizeof(double) * N * D);
	double *w = malloc(sizeof(double) * N);

	for (int way = 0; way < 6; way++)
	{
		ms_moments *m = moments_make(D);
		ms_moments *parts[7];
		ms_moments *sum = moments_make(D);

		for (size_t i = 0; i < N; i++)
		{
			w[i] = way == 4 ? 0.1 : way == 5 ? uniform() * 7 : 1;
			x[i * D] = 1e9 + uniform();
			x[i * D + 1] = way == 3 ? (double) (i % 2) : x[i * D] * 1e-3 + uniform();
			x[i * D + 2] = -1e-9 * (1 + 1e-6 * uniform());
		}
		if (way == 1)
			x[0] = x[1] = x[2] = 0;
		if (way == 2)
			x[(N - 1) * D] = -1e12;
		for (size_t k = 0; k < 7; k++)
			parts[k] = moments_make(D);
		for (size_t i = 0; i < N; i++)
		{
			moments_put(m, x + i * D, w[i]);
			moments_put(parts[i * i % 7], x + i * D, w[i]);
		}
		check_brute_force(m, x, w, N, 1e-12);
		for (size_t k = 7; k-- > 0;)
		{
			CHECK_INT(merge(sum, parts[k]), MS_OK);
			free(parts[k]);
		}
		check_brute_force(sum, x, w, N, 1e-12);
		CHECK(moments_apart(m, sum) < 1e-12);
		free(sum);
		free(m);
	}
	free(x);
	free(w);
}

TEST(merge_goes_both_ways)
{
	for (int round = 0; round < 200; round++)
	{
		double offset = round % 3 == 0 ? 0 : 1e9;
		ms_moments *a = moments_make(3);
		ms_moments *b = moments_make(3);
		ms_moments *ab;

		for (int i = round % 5 == 0 ? 0 : -round; i < round; i++)
			moments_put(i < 0 ? a : b, (double[]){offset + uniform(), uniform() * i, -uniform()},
						1 + uniform());
		ab = moments_twin(a);
		CHECK_INT(merge(ab, b), MS_OK);
		CHECK_INT(merge(b, a), MS_OK);
		CHECK(moments_apart(ab, b) < 1e-12);
		CHECK_INT(ab->n, b->n);
		CHECK(ab->n == 0 || (moments_good(ab) && moments_good(b)));
		free(a);
		free(b);
		free(ab);
	}
}

TEST(weights_are_repeated_rows)
{
	ms_moments *weighted = moments_make(2);
	ms_moments *repeated = moments_make(2);

	for (int i = 0; i < 500; i++)
	{
		double x[2] = {1e6 + uniform(), i % 7};
		int w = i % 4;

		moments_put(weighted, x, w);
		for (int k = 0; k < w; k++)
			moments_put(repeated, x, 1);
	}
	CHECK(moments_apart(weighted, repeated) < 1e-13);
	CHECK_BITS(weighted->weight, repeated->weight);
	CHECK_INT(weighted->n, 500);
	free(weighted);
	free(repeated);
}

/* 0.1 a million times: a plain sum of the weights would be off by 1e-11. */
TEST(weights_add_up)
{
	ms_moments *m = moments_make(1);

	for (int i = 0; i < 1000000; i++)
		moments_put(m, (double[]){i}, 0.1);
	CHECK_NEAR(m->weight / 1e5, 1, 1e-15);
	CHECK_NEAR(*ms_moments_mean(m), 499999.5, 1e-15);
	free(m);
}

TEST(a_constant_has_no_scatter)
{
	ms_moments *m = moments_make(1);
	ms_moments *other = moments_make(1);

	for (int i = 0; i < 1000; i++)
	{
		moments_put(m, (double[]){0.1}, uniform());
		moments_put(other, (double[]){0.1}, 1);
	}
	CHECK_INT(merge(m, other), MS_OK);
	CHECK_BITS(*ms_moments_scatter(m), 0);
	CHECK_BITS(*ms_moments_mean(m), 0.1);
	free(m);
	free(other);
}

TEST(nothing_and_weight_zero)
{
	ms_moments *m = moments_make(2);
	ms_moments *empty = moments_make(2);
	ms_moments *copy;

	empty->incomplete = 3;
	CHECK(moments_good(empty));
	moments_put(m, (double[]){1, 2}, 0);
	CHECK(moments_good(m));
	CHECK_INT(m->n, 1);
	CHECK_BITS(ms_moments_mean(m)[0], 0);
	moments_put(m, (double[]){5, 6}, 2);
	copy = moments_twin(m);
	CHECK_INT(merge(m, empty), MS_OK);
	CHECK_INT(merge(empty, copy), MS_OK);
	CHECK_INT(m->incomplete, 3);
	CHECK_INT(memcmp(m, empty, ms_moments_size(2)), 0);
	free(m);
	free(empty);
	free(copy);
}

TEST(mismatch)
{
	ms_moments *a = moments_make(2);
	ms_moments *b = moments_make(3);
	host h;

	host_init(&h);
	CHECK_INT(ms_moments_merge(&h.ctx, a, b), MS_MISMATCH);
	CHECK_STR(h.ctx.facts.what, "columns");
	CHECK_INT(h.ctx.facts.got, 3);
	CHECK_INT(h.ctx.facts.wanted, 2);
	free(a);
	free(b);
}

TEST(overflow_of_squares)
{
	ms_moments *m = of_numbers((double[]){1e308}, 1);
	ms_moments *far = of_numbers((double[]){-1e308}, 1);
	ms_moments *near = of_numbers((double[]){1}, 1);

	CHECK_INT(merge(m, far), MS_TOO_LARGE);
	CHECK(!moments_put(far, (double[]){1e308}, 1));
	CHECK(!moments_put(near, (double[]){1e160}, 1));
	free(m);
	free(far);
	free(near);
}

TEST(overflow_of_weights_and_rows)
{
	ms_moments *m = moments_make(1);
	ms_moments *twin;

	CHECK(moments_put(m, (double[]){1}, 1e308));
	twin = moments_twin(m);
	CHECK(!moments_put(twin, (double[]){1}, 1e308));
	memcpy(twin, m, ms_moments_size(1));
	CHECK_INT(merge(twin, m), MS_TOO_LARGE);
	memcpy(twin, m, ms_moments_size(1));
	twin->n = INT64_MAX;
	CHECK_INT(merge(twin, m), MS_TOO_LARGE);
	free(m);
	free(twin);
}

/* Numbers of any size, as long as nothing overflows, make a value that passes its own check. */
TEST(wild_numbers)
{
	for (int round = 0; round < 3000; round++)
	{
		ms_moments *m = moments_make(2);
		bool ok = true;

		for (int i = 0; ok && i < 8; i++)
		{
			double x[2] = {ldexp(uniform() - 0.5, (int) (uniform() * 1500) - 1060),
						   ldexp(uniform() - 0.5, (int) (uniform() * 900) - 500)};

			ok = moments_put(m, x, round % 2 ? 1 : ldexp(uniform(), (int) (uniform() * 100) - 50));
		}
		CHECK(!ok || moments_good(m));
		CHECK_STR(ok ? moments_exercise(m) : NULL, NULL);
		free(m);
	}
}

/* --- answers -------------------------------------------------------------------------------- */

TEST(iris_as_R)
{
	static const double covariance[] = {0.6856935123042506, -0.0424340044742729, 0.1899794183445190,
										1.274315436241611,  -0.329656375838926,  3.116277852348993,
										0.516270693512304,  -0.121639373601790,  1.295609395973154,
										0.581006263982103};
	static const double correlation[] = {1,
										 -0.117569784133002,
										 1,
										 0.871753775886583,
										 -0.428440104330540,
										 1,
										 0.817941126271576,
										 -0.366125932536439,
										 0.962865431402796,
										 1};
	static const double partial[] = {1,
									 0.628570694046225,
									 1,
									 0.719065626283069,
									 -0.615291899490683,
									 1,
									 -0.339617396619939,
									 0.352625989838932,
									 0.870769773836144,
									 1};
	ms_moments *m = iris();
	double a[16];
	double b[16];
	double c[16];
	host h;

	ms_moments_covariance(m, a);
	ms_moments_correlation(m, b);
	host_init(&h);
	CHECK_INT(ms_moments_partial(&h.ctx, m, c), MS_OK);
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < 4; j++)
		{
			size_t at = i >= j ? ms_packed_at(i, j) : ms_packed_at(j, i);

			CHECK_NEAR(a[i * 4 + j], covariance[at], 2e-15);
			CHECK_NEAR(b[i * 4 + j], correlation[at], 1e-15);
			CHECK_NEAR(c[i * 4 + j], partial[at], 1e-14);
		}
	free(m);
}

TEST(iris_axes_as_R)
{
	static const double by_sd[] = {2.9184978165319970, 0.9140304714680703, 0.1467568755713150,
								   0.0207148364286192};
	static const double as_is[] = {4.2282417060348640, 0.2426707479286335, 0.0782095000429193,
								   0.0238350929734494};
	static const double first[] = {0.521065914670120, -0.269347442505943, 0.5804130957962945,
								   0.5648565357793612};
	/* R has the opposite sign: here the largest entry is positive */
	static const double second[] = {0.377417615564567, 0.923295659540715, 0.0244916090855862,
									0.0669419869680585};
	ms_moments *m = iris();
	double variances[4];
	double axes[16];
	host h;
	ms_status status;

	HOST_EVERY(h, status, ms_moments_axes(&h.ctx, m, true, variances, axes));
	host_init(&h);
	CHECK_INT(ms_moments_axes(&h.ctx, m, true, variances, axes), MS_OK);
	for (size_t j = 0; j < 4; j++)
	{
		CHECK_NEAR(variances[j], by_sd[j], 1e-14);
		CHECK_NEAR(axes[j], first[j], 1e-14);
		CHECK_NEAR(axes[4 + j], second[j], 1e-14);
	}
	CHECK_INT(ms_moments_axes(&h.ctx, m, false, variances, axes), MS_OK);
	for (size_t j = 0; j < 4; j++)
		CHECK_NEAR(variances[j], as_is[j], 1e-14);
	free(m);
}

TEST(mahalanobis_as_R)
{
	static const double x[3][4] = {{5.1, 3.5, 1.4, 0.2}, {7, 3.2, 4.7, 1.4}, {5.9, 3, 5.1, 1.8}};
	static const double distance[] = {1.46098183538497, 2.11017323238005, 1.86514579348210};
	ms_moments *m = iris();
	double whitener[16];
	double work[4];
	double sd[4];
	host h;

	host_init(&h);
	CHECK_INT(ms_moments_whitener(&h.ctx, m, whitener), MS_OK);
	ms_moments_sd(m, sd);
	for (size_t i = 0; i < 3; i++)
	{
		double z[4];

		for (size_t j = 0; j < 4; j++)
			z[j] = (x[i][j] - ms_moments_mean(m)[j]) / sd[j];
		CHECK_NEAR(ms_moments_distance(whitener, 4, z, work), distance[i], 2e-14);
	}
	free(m);
}

/* Columns that depend on each other are told, at any scale; nearly dependent ones are answered. */
TEST(dependent_columns)
{
	static const double scale[] = {1, 1e-150, 1e150};
	double full[9];

	for (int k = 0; k < 3; k++)
		for (int way = 0; way < 3; way++)
		{
			ms_moments *m = moments_make(3);
			ms_status status;
			host h;

			for (int i = 0; i < 1000; i++)
			{
				double a = uniform();
				double b = uniform();
				double c = way == 0   ? 0.3 * a + 0.7 * b
						   : way == 1 ? 4
									  : 0.3 * a + 0.7 * b + 1e-4 * uniform();

				moments_put(m, (double[]){a * scale[k], b, c / scale[k]}, 1);
			}
			host_init(&h);
			status = ms_moments_partial(&h.ctx, m, full);
			CHECK_INT(status, way < 2 ? MS_NOT_DEFINITE : MS_OK);
			CHECK_INT(h.live, 0);
			if (way == 2)
				CHECK(full[1] < -0.99 && full[2] > 0.99 && full[0] == 1);
			status = ms_moments_axes(&h.ctx, m, true, full, (double[9]){0});
			CHECK_INT(status, way == 1 ? MS_CONSTANT : MS_OK);
			if (way == 1)
				CHECK_INT(h.ctx.facts.index, 3);
			free(m);
		}
}

TEST(stop_and_refuse)
{
	enum
	{
		D = 200
	};
	ms_moments *m = moments_make(D);
	double *full = malloc(sizeof(double) * D * D);
	double variances[D];
	ms_status status;
	host h;

	for (int i = 0; i < 3 * D; i++)
	{
		double x[D];

		for (size_t j = 0; j < D; j++)
			x[j] = uniform();
		moments_put(m, x, 1);
	}
	HOST_EVERY(h, status, ms_moments_partial(&h.ctx, m, full));
	CHECK(h.polls > 0);
	HOST_EVERY(h, status, ms_moments_axes(&h.ctx, m, false, variances, full));
	HOST_EVERY(h, status, ms_moments_whitener(&h.ctx, m, full));
	free(full);
	free(m);
}

int
main(void)
{
	ms_rng_init(&rng, 1, 0);
	RUN(exact_values);
	RUN(one_row);
	RUN(accuracy);
	RUN(merge_goes_both_ways);
	RUN(weights_are_repeated_rows);
	RUN(weights_add_up);
	RUN(a_constant_has_no_scatter);
	RUN(nothing_and_weight_zero);
	RUN(mismatch);
	RUN(overflow_of_squares);
	RUN(overflow_of_weights_and_rows);
	RUN(wild_numbers);
	RUN(iris_as_R);
	RUN(iris_axes_as_R);
	RUN(mahalanobis_as_R);
	RUN(dependent_columns);
	RUN(stop_and_refuse);
	return unit_done();
}
