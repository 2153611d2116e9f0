/*
 * test_describe.c: order statistics, moments, histogram and density of a column, against R 4.2,
 * the definitions by brute force, and the law that an integer weight is a repeated row.
 */
#include "core/base/describe.h"

#include <float.h>
#include <gsl/gsl_cdf.h>

#include "sample_build.h"

/* A column of its own: describe(&d, ...) ... done(&d). */
typedef struct described
{
	host h;
	ms_arena arena;
	value v;
	ms_column c;
} described;

static ms_status
describe(described *d, const sample_shape *shape, const sample_row *rows, size_t n, size_t dim)
{
	d->v = value_finish(value_build(shape, rows, n, false));
	host_init(&d->h);
	ms_arena_init(&d->arena, &d->h.ctx);
	return ms_describe_column(&d->h.ctx, &d->arena, d->v.s, dim, &d->c);
}

static double
bandwidth(described *d)
{
	double out;

	CHECK_INT(ms_describe_bandwidth(&d->h.ctx, &d->c, &out), MS_OK);
	return out;
}

static void
done(described *d)
{
	ms_arena_free(&d->arena);
	CHECK_INT(d->h.live, 0);
	free(d->v.s);
}

static const sample_shape plain = {0, 1, {0}, 0};
static const sample_shape weighted = {MS_SAMPLE_WEIGHTED, 1, {0}, 0};

/* Numbers as a plain column. */
static void
describe_numbers(described *d, const double *x, size_t n)
{
	sample_row *rows = calloc(n, sizeof *rows);

	for (size_t i = 0; i < n; i++)
		rows[i].x[0] = x[i];
	CHECK_INT(describe(d, &plain, rows, n, 0), MS_OK);
	free(rows);
}

/* Waiting for Old Faithful: column 1 or 2 of 272 rows. */
static size_t
read_faithful(double *x, int column)
{
	FILE *file = fopen(UNIT_DATA "/faithful.csv", "r");
	double row[2];
	size_t n = 0;

	CHECK(file != NULL);
	if (!file)
		return 0;
	CHECK_INT(fscanf(file, "%*[^\n]"), 0);
	while (n < 272 && fscanf(file, "%lf,%lf", row, row + 1) == 2)
		x[n++] = row[column];
	fclose(file);
	return n;
}

/* --- the column ----------------------------------------------------------------------------- */

TEST(a_plain_column_is_not_copied)
{
	double x[] = {3, NAN, 1, 2, NAN};
	described d;

	describe_numbers(&d, x, 5);
	CHECK_INT(d.h.allocs, 0);
	CHECK(d.c.x == (const double *) ms_sample_record(d.v.s, 0));
	CHECK(d.c.upto == NULL);
	CHECK_INT(d.c.n, 3);
	CHECK_INT(d.c.missing, 2);
	CHECK_BITS(d.c.weight, 3.0);
	done(&d);
}

TEST(any_column_is_in_order)
{
	sample_shape shapes[MOST_SHAPES];
	size_t m = build_shapes(shapes);
	sample_row rows[60];

	for (size_t k = 0; k < m; k++)
		for (size_t dim = 0; dim < shapes[k].d; dim++)
		{
			described d;
			ms_status status;
			double weight = 0;
			size_t n = 0;
			size_t missing = 0;

			if (shapes[k].flags & MS_SAMPLE_DRAWING)
				continue;
			build_rows(shapes + k, rows, 60);
			status = describe(&d, shapes + k, rows, 60, dim);
			if (shapes[k].flags & MS_SAMPLE_MIXED && shapes[k].kinds[dim] == MS_KIND_NOMINAL)
			{
				CHECK_INT(status, MS_NOT_NUMERIC);
				CHECK_INT(d.h.ctx.facts.index, dim + 1);
				done(&d);
				continue;
			}
			CHECK_INT(status, MS_OK);
			for (size_t i = 0; i < 60; i++)
			{
				double w = shapes[k].flags & MS_SAMPLE_WEIGHTED ? rows[i].weight : 1;

				missing += isnan(rows[i].x[dim]);
				if (isnan(rows[i].x[dim]) || w == 0)
					continue;
				n++;
				weight += w;
			}
			CHECK_INT(d.c.n, n);
			CHECK_INT(d.c.missing, missing);
			CHECK_BITS(d.c.weight, weight);
			for (size_t i = 1; i < n; i++)
				CHECK(d.c.x[i - 1] <= d.c.x[i] && (!d.c.upto || d.c.upto[i - 1] < d.c.upto[i]));
			done(&d);
		}
}

TEST(columns_that_are_not)
{
	sample_row r = {.x = {1}};
	described d;

	CHECK_INT(describe(&d, &plain, &r, 1, 1), MS_BAD_ARGUMENT);
	CHECK_STR(d.h.ctx.facts.what, "dim");
	CHECK_BITS(d.h.ctx.facts.got, 2.0);
	CHECK_BITS(d.h.ctx.facts.wanted, 1.0);
	done(&d);
}

TEST(nothing_to_describe)
{
	sample_row rows[] = {{.x = {1}, .weight = 0}, {.x = {NAN}, .weight = 1}};
	described d;
	ms_summary s;

	CHECK_INT(describe(&d, &weighted, rows, 2, 0), MS_OK);
	CHECK_INT(d.c.n, 0);
	CHECK_INT(d.c.missing, 1);
	CHECK_BITS(d.c.weight, 0.0);
	CHECK_INT(ms_describe_summary(&d.h.ctx, &d.c, &s), MS_OK);
	CHECK_BITS(s.n, 0.0);
	CHECK(isnan(s.mean) && isnan(s.sd) && isnan(s.min) && isnan(s.median) && isnan(s.max));
	done(&d);
}

/* --- against R ------------------------------------------------------------------------------ */

TEST(old_faithful_as_in_r)
{
	double x[272];
	described d;
	ms_summary s;

	CHECK_INT(read_faithful(x, 0), 272);
	describe_numbers(&d, x, 272);
	CHECK_INT(ms_describe_summary(&d.h.ctx, &d.c, &s), MS_OK);
	CHECK_NEAR(s.mean, 3.487783088235294, 1e-15);
	CHECK_NEAR(s.sd, 1.1413712511052083, 1e-14);
	CHECK_BITS(s.min, 1.6);
	CHECK_BITS(s.q1, 2.15);
	CHECK_BITS(s.median, 4.0);
	CHECK_BITS(s.q3, 4.45);
	CHECK_BITS(s.max, 5.1);
	/* quantile(type = 1) */
	CHECK_BITS(ms_describe_quantile(&d.c, 0.1), 1.85);
	CHECK_BITS(ms_describe_quantile(&d.c, 0.9), 4.7);
	done(&d);
}

TEST(density_as_in_r)
{
	/* mean(dnorm(t, x, h)), h = 0.9 min(sd, iqr / 1.34) n^-0.2 with the iqr of type 1 */
	static const double at[] = {1.5, 2, 3, 4.4, 6};
	static const double wanted[] = {0.15927797481247863, 0.34154021834610793, 0.064248856588526471,
									0.48336961892432695, 0.00061172432166774475};
	double x[272];
	double density[5];
	double h;
	described d;

	describe_numbers(&d, x, read_faithful(x, 0));
	h = bandwidth(&d);
	CHECK_NEAR(h, 0.33477703446394325, 1e-14);
	CHECK_INT(ms_describe_density(&d.h.ctx, &d.c, h, at, 5, density), MS_OK);
	for (int i = 0; i < 5; i++)
		CHECK_NEAR(density[i] / wanted[i], 1, 1e-13);
	done(&d);
}

/* --- quantiles by definition ---------------------------------------------------------------- */

static double
least_with(const ms_column *c, double rank)
{
	for (size_t i = 0; i < c->n; i++)
		if ((c->upto ? c->upto[i] : (double) i + 1) >= rank)
			return c->x[i];
	return NAN;
}

/* Every multiple of 1 / n names a row, though k / n * n is often not k in doubles. */
TEST(quantiles_of_whole_ranks)
{
	double x[300];
	described d;

	for (size_t n = 1; n <= 300; n += 1 + n / 7)
	{
		for (size_t i = 0; i < n; i++)
			x[i] = (double) i;
		describe_numbers(&d, x, n);
		CHECK_BITS(ms_describe_quantile(&d.c, 0), 0.0);
		for (size_t k = 1; k <= n; k++)
		{
			double p = (double) k / (double) n;

			CHECK_BITS(ms_describe_quantile(&d.c, p), (double) k - 1);
			CHECK_NEAR(ms_describe_cdf(&d.c, (double) k - 1), p, 1e-15);
			CHECK_BITS(ms_describe_quantile(&d.c, ms_describe_cdf(&d.c, (double) k - 1)),
					   (double) k - 1);
			CHECK_NEAR(ms_describe_cdf(&d.c, (double) k - 1.5), ((double) k - 1) / (double) n,
					   1e-15);
			/* between two ranks the upper */
			CHECK_BITS(ms_describe_quantile(&d.c, p - 0.5 / (double) n), (double) k - 1);
		}
		CHECK(isnan(ms_describe_cdf(&d.c, NAN)));
		done(&d);
	}
	for (size_t i = 0; i < 100; i++)
		x[i] = (double) i + 1;
	describe_numbers(&d, x, 100);
	CHECK_BITS(ms_describe_quantile(&d.c, 0.55), 55.0);
	CHECK_BITS(ms_describe_quantile(&d.c, 0.07), 7.0);
	CHECK_BITS(ms_describe_quantile(&d.c, 0.29), 29.0);
	CHECK_BITS(ms_describe_quantile(&d.c, 0.1 + 0.2), 30.0);
	done(&d);
}

TEST(weighted_quantiles_by_definition)
{
	sample_row rows[50];
	described d;

	for (int round = 0; round < 40; round++)
	{
		for (size_t i = 0; i < 50; i++)
			rows[i] = (sample_row){.x = {(double) build_random(20)},
								   .weight = (double) build_random(1000) / 997};
		CHECK_INT(describe(&d, &weighted, rows, 50, 0), MS_OK);
		for (double p = 0.013; p < 1; p += 0.031)
			CHECK_BITS(ms_describe_quantile(&d.c, p), least_with(&d.c, p * d.c.weight));
		for (double x = -1; x < 21; x += 0.5)
		{
			double w = 0;

			for (size_t i = 0; i < 50; i++)
				w += rows[i].x[0] <= x ? rows[i].weight : 0;
			CHECK_NEAR(ms_describe_cdf(&d.c, x), w / d.c.weight, 1e-14);
		}
		done(&d);
	}
}

/* --- an integer weight is a repeated row ---------------------------------------------------- */

static size_t
repeat(const sample_row *rows, size_t n, sample_row *out)
{
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < rows[i].weight; k++)
			out[m++] = rows[i];
	return m;
}

static void
check_same(described *a, described *b)
{
	double at[] = {-2, 0.3, 7, 11.5, 40};
	double counts[2][12];
	double density[2][5];
	double interval[2][3];
	ms_summary s[2];
	host h;

	CHECK_INT(ms_describe_summary(&a->h.ctx, &a->c, s), MS_OK);
	CHECK_INT(ms_describe_summary(&b->h.ctx, &b->c, s + 1), MS_OK);
	CHECK_BITS(s[0].n, s[1].n);
	CHECK_NEAR(s[0].mean, s[1].mean, 1e-15);
	CHECK_NEAR(s[0].sd, s[1].sd, 1e-14);
	CHECK(memcmp(&s[0].min, &s[1].min, 5 * sizeof(double)) == 0);
	CHECK_BITS(ms_describe_effective(&a->c), ms_describe_effective(&b->c));
	for (double p = 0; p <= 1; p += 1.0 / 64)
		CHECK_BITS(ms_describe_quantile(&a->c, p), ms_describe_quantile(&b->c, p));
	for (int i = 0; i < 5; i++)
		CHECK_BITS(ms_describe_cdf(&a->c, at[i]), ms_describe_cdf(&b->c, at[i]));
	CHECK_INT(ms_describe_bins(&a->c, 0, 20), ms_describe_bins(&b->c, 0, 20));
	ms_describe_histogram(&a->c, 1, 19, 12, counts[0]);
	ms_describe_histogram(&b->c, 1, 19, 12, counts[1]);
	CHECK(memcmp(counts[0], counts[1], sizeof counts[0]) == 0);
	CHECK_NEAR(bandwidth(a), bandwidth(b), 1e-14);
	host_init(&h);
	CHECK_INT(ms_describe_density(&h.ctx, &a->c, 1.7, at, 5, density[0]), MS_OK);
	CHECK_INT(ms_describe_density(&h.ctx, &b->c, 1.7, at, 5, density[1]), MS_OK);
	for (int i = 0; i < 5; i++)
		CHECK_NEAR(density[0][i], density[1][i], 1e-15);
	for (int i = 0; i < 2; i++)
		ms_describe_quantile_interval(i ? &b->c : &a->c, 0.4, 0.9, interval[i], interval[i] + 1,
									  interval[i] + 2);
	for (int i = 0; i < 3; i++)
		CHECK_BITS(interval[0][i], interval[1][i]);
}

TEST(integer_weights_are_repeated_rows)
{
	sample_row rows[40];
	sample_row repeated[400];

	for (int round = 0; round < 30; round++)
	{
		described a;
		described b;
		size_t m;

		for (size_t i = 0; i < 40; i++)
			rows[i] =
				(sample_row){.x = {(double) build_random(20)}, .weight = (double) build_random(6)};
		rows[0].weight = 1;
		m = repeat(rows, 40, repeated);
		CHECK_INT(describe(&a, &weighted, rows, 40, 0), MS_OK);
		CHECK_INT(describe(&b, &plain, repeated, m, 0), MS_OK);
		check_same(&a, &b);
		done(&a);
		done(&b);
	}
}

TEST(effective_rows)
{
	sample_row rows[4] = {{.x = {1}, .weight = 0.5},
						  {.x = {2}, .weight = 0.5},
						  {.x = {3}, .weight = 0.5},
						  {.x = {4}, .weight = 0.5}};
	described d;

	CHECK_INT(describe(&d, &weighted, rows, 4, 0), MS_OK);
	CHECK_NEAR(ms_describe_effective(&d.c), 4, 1e-15);
	done(&d);
	rows[0].weight = 1.5;
	CHECK_INT(describe(&d, &weighted, rows, 4, 0), MS_OK);
	CHECK_NEAR(ms_describe_effective(&d.c), 9.0 / 3.0, 1e-15);
	done(&d);
}

/* A subsample of 300 rows from 30,000 and one: 100.0033 does not add up to 300 without rounding. */
TEST(equal_weights_are_whole_rows)
{
	sample_row rows[300];
	described d;

	for (int n = 2; n <= 300; n += 7)
	{
		for (int i = 0; i < n; i++)
			rows[i] = (sample_row){.x = {i}, .weight = 30001.0 / 300};
		CHECK_INT(describe(&d, &weighted, rows, (size_t) n, 0), MS_OK);
		CHECK_BITS(ms_describe_effective(&d.c), n);
		done(&d);
	}
}

/* --- moments at the edges ------------------------------------------------------------------- */

static ms_summary
summary_of(const double *x, size_t n)
{
	described d;
	ms_summary s;

	describe_numbers(&d, x, n);
	CHECK_INT(ms_describe_summary(&d.h.ctx, &d.c, &s), MS_OK);
	done(&d);
	return s;
}

TEST(moments_keep_their_digits)
{
	double constant[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
	double far[] = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
	double huge[] = {1.7e308, -1.7e308, 1.7e308, -1.7e308};
	double greatest[] = {DBL_MAX, DBL_MAX};
	double tiny[] = {5e-324, 15e-324};
	double outlier[] = {0, 0, 0, 0, 0, 0, 0, 1e10};
	ms_summary s = summary_of(constant, 7);

	CHECK_BITS(s.mean, 0.1);
	CHECK_BITS(s.sd, 0.0);
	s = summary_of(far, 4);
	CHECK_BITS(s.mean, 1e9 + 10);
	CHECK_NEAR(s.sd, sqrt(30), 1e-15);
	s = summary_of(huge, 4);
	CHECK_BITS(s.mean, 0.0);
	/* the square root of 4/3, times 1.7e308, is beyond the doubles: as it should */
	CHECK(isinf(s.sd));
	s = summary_of(greatest, 2);
	CHECK_BITS(s.mean, DBL_MAX);
	CHECK_BITS(s.sd, 0.0);
	s = summary_of(tiny, 2);
	CHECK_BITS(s.mean, 1e-323);
	CHECK(s.sd > 0);
	s = summary_of(outlier, 8);
	CHECK_NEAR(s.mean, 1.25e9, 1e-15);
	CHECK_NEAR(s.sd, sqrt((7 * 1.25e9 * 1.25e9 + 8.75e9 * 8.75e9) / 7), 1e-14);
	s = summary_of(far, 1);
	CHECK(isnan(s.sd));
	CHECK_BITS(s.q1, 1e9 + 4);
}

/* --- intervals ------------------------------------------------------------------------------ */

typedef struct interval
{
	int n;
	double p;
	int lower, upper;
	double coverage;
} interval;

/* By trying all pairs of ranks in R with pbinom. */
static const interval intervals[] = {{10, 0.5, 2, 9, 0.978515625},
									 {10, 0.1, 0, 0, NAN},
									 {10, 0.9, 0, 0, NAN},
									 {10, 0.37, 1, 7, 0.95452547105030294},
									 {20, 0.5, 6, 15, 0.95861053466796875},
									 {20, 0.1, 0, 0, NAN},
									 {20, 0.37, 3, 12, 0.96158461648562965},
									 {100, 0.5, 40, 60, 0.95395593307065718},
									 {100, 0.1, 5, 17, 0.95569010719122305},
									 {100, 0.9, 84, 96, 0.95569010719122305},
									 {100, 0.37, 28, 47, 0.9515247255998236},
									 {1000, 0.1, 82, 120, 0.95490718111482575},
									 {1000, 0.9, 881, 919, 0.95490718111482586},
									 {1000, 0.37, 341, 401, 0.95053802860145675}};

/* Values are their own ranks. */
static void
describe_ranks(described *d, int n)
{
	double *x = malloc(n * sizeof *x);

	for (int i = 0; i < n; i++)
		x[i] = i + 1;
	describe_numbers(d, x, n);
	free(x);
}

TEST(intervals_as_by_brute_force)
{
	for (size_t i = 0; i < sizeof intervals / sizeof *intervals; i++)
	{
		const interval *wanted = intervals + i;
		double lower;
		double upper;
		double coverage;
		described d;

		describe_ranks(&d, wanted->n);
		ms_describe_quantile_interval(&d.c, wanted->p, 0.95, &lower, &upper, &coverage);
		CHECK_NEAR(coverage, wanted->coverage, 1e-13);
		CHECK_NEAR(lower, wanted->lower > 0 ? wanted->lower : NAN, 0);
		CHECK_NEAR(upper, wanted->upper > 0 ? wanted->upper : NAN, 0);
		done(&d);
	}
}

/* The coverage is what GSL's binomial says of the ranks, at any level and p. */
TEST(coverage_as_in_gsl)
{
	for (int n = 2; n < 600; n += 1 + n / 3)
	{
		described d;

		describe_ranks(&d, n);
		for (double p = 0.02; p < 1; p += 0.07)
			for (double level = 0.5; level < 1; level += 0.09)
			{
				double low;
				double high;
				double coverage;

				ms_describe_quantile_interval(&d.c, p, level, &low, &high, &coverage);
				if (isnan(coverage))
				{
					/* even the widest interval is too short */
					CHECK(1 - pow(p, n) - pow(1 - p, n) < level);
					continue;
				}
				CHECK(coverage >= level * (1 - 1e-12) && low < high);
				CHECK_NEAR(
					coverage,
					gsl_cdf_binomial_P((unsigned) high - 1, p, n) -
						(low > 1 ? gsl_cdf_binomial_P((unsigned) low - 1, p, n) : pow(1 - p, n)),
					1e-12);
			}
		done(&d);
	}
}

TEST(intervals_of_very_many_rows)
{
	/* a thousand values of a million each; at this size the normal distribution is exact enough */
	sample_row *rows = calloc(1000, sizeof *rows);
	double lower;
	double upper;
	double coverage;
	described d;

	for (int i = 0; i < 1000; i++)
		rows[i] = (sample_row){.x = {i}, .weight = 1e6};
	CHECK_INT(describe(&d, &weighted, rows, 1000, 0), MS_OK);
	ms_describe_quantile_interval(&d.c, 0.3001, 0.95, &lower, &upper, &coverage);
	CHECK_NEAR(coverage, 0.95, 1e-4);
	CHECK_BITS(lower, 300.0);
	CHECK_BITS(upper, 300.0);
	done(&d);
	for (int i = 0; i < 1000; i++)
		rows[i].weight = 1e300;
	CHECK_INT(describe(&d, &weighted, rows, 1000, 0), MS_OK);
	ms_describe_quantile_interval(&d.c, 0.5, 0.95, &lower, &upper, &coverage);
	CHECK_NEAR(coverage, 0.95, 1e-4);
	done(&d);
	free(rows);
}

TEST(intervals_that_are_not)
{
	static const double wrong[][2] = {{0, 0.95}, {1, 0.95}, {0.5, 0}, {0.5, 1}, {NAN, 0.9}};
	double lower;
	double upper;
	double coverage;
	described d;

	describe_ranks(&d, 100);
	for (int i = 0; i < 5; i++)
	{
		ms_describe_quantile_interval(&d.c, wrong[i][0], wrong[i][1], &lower, &upper, &coverage);
		CHECK(isnan(lower) && isnan(upper) && isnan(coverage));
	}
	done(&d);
	describe_ranks(&d, 1);
	ms_describe_quantile_interval(&d.c, 0.5, 0.1, &lower, &upper, &coverage);
	CHECK(isnan(lower) && isnan(upper) && isnan(coverage));
	done(&d);
}

/* --- histogram ------------------------------------------------------------------------------ */

TEST(bins)
{
	double x[] = {1, 1, 1, 1, 1, 1, 1, 9};
	double y[272];
	described d;

	/* no iqr: Sturges, ceil(log2(8) + 1) */
	describe_numbers(&d, x, 8);
	CHECK_INT(ms_describe_bins(&d.c, 1, 9), 4);
	CHECK_INT(ms_describe_bins(&d.c, 1, 1), 1);
	done(&d);
	/* (5.1 - 1.6) / (2 (4.45 - 2.15) 272^(-1/3)) = 4.93 */
	describe_numbers(&d, y, read_faithful(y, 0));
	CHECK_INT(ms_describe_bins(&d.c, 1.6, 5.1), 5);
	CHECK_INT(ms_describe_bins(&d.c, -1e308, 1e308), 1000);
	CHECK_INT(ms_describe_bins(&d.c, 3, 3.0001), 1);
	done(&d);
}

TEST(edges)
{
	CHECK_BITS(ms_describe_edge(0, 1, 10, 3), 0.3);
	CHECK_BITS(ms_describe_edge(0, 100, 100, 29), 29.0);
	CHECK_BITS(ms_describe_edge(-1, 0.7, 7, 0), -1.0);
	CHECK_BITS(ms_describe_edge(-1, 0.7, 7, 7), 0.7);
	CHECK_BITS(ms_describe_edge(-1.5e308, 1.5e308, 4, 2), 0.0);
	CHECK_NEAR(ms_describe_edge(-1.5e308, 1.5e308, 4, 3), 0.75e308, 1e-15);
}

/* Every bin by its edges; in and out of range; an edge belongs to the right. */
TEST(histograms_by_definition)
{
	double counts[37];

	for (int bins = 1; bins <= 37; bins += 4)
	{
		sample_row rows[100];
		double total = 0;
		described d;

		for (size_t i = 0; i < 100; i++)
			rows[i] = (sample_row){.x = {ms_describe_edge(0.1, 2.9, 20, (int) build_random(21))},
								   .weight = (double) build_random(4)};
		CHECK_INT(describe(&d, &weighted, rows, 100, 0), MS_OK);
		ms_describe_histogram(&d.c, 0.1, 2.9, bins, counts);
		for (int b = 0; b < bins; b++)
		{
			double wanted = 0;

			for (size_t i = 0; i < 100; i++)
				if (rows[i].x[0] >= ms_describe_edge(0.1, 2.9, bins, b) &&
					(rows[i].x[0] < ms_describe_edge(0.1, 2.9, bins, b + 1) ||
					 (b == bins - 1 && rows[i].x[0] == 2.9)))
					wanted += rows[i].weight;
			CHECK_BITS(counts[b], wanted);
			total += counts[b];
		}
		CHECK_BITS(total, d.c.weight);
		ms_describe_histogram(&d.c, 5, 6, 3, counts);
		CHECK_BITS(counts[0] + counts[1] + counts[2], 0.0);
		ms_describe_histogram(&d.c, 0.1, 0.1, 2, counts);
		CHECK_NEAR(counts[0] + counts[1], ms_describe_cdf(&d.c, 0.1) * d.c.weight, 1e-15);
		done(&d);
	}
}

/* --- density -------------------------------------------------------------------------------- */

TEST(density_by_brute_force)
{
	enum
	{
		N = 20000,
		M = 50
	};
	sample_row *rows = calloc(N, sizeof *rows);
	double at[M];
	double density[M];
	described d;
	double h = 0.11;

	for (size_t i = 0; i < N; i++)
		rows[i] = (sample_row){
			.x = {(double) build_random(1000) / 100 + (double) build_random(1000) / 170},
			.weight = (double) build_random(100) / 30};
	for (size_t k = 0; k < M; k++)
		at[k] = (double) build_random(18000) / 1000 - 1;
	CHECK_INT(describe(&d, &weighted, rows, N, 0), MS_OK);
	CHECK_INT(ms_describe_density(&d.h.ctx, &d.c, h, at, M, density), MS_OK);
	for (size_t k = 0; k < M; k++)
	{
		long double sum = 0;

		for (size_t i = 0; i < N; i++)
		{
			double z = (at[k] - rows[i].x[0]) / h;

			sum += rows[i].weight * expl(-0.5L * z * z);
		}
		CHECK_NEAR(density[k], (double) (sum / d.c.weight / h / sqrtl(2 * M_PIl)), 1e-14);
	}
	done(&d);
	free(rows);
}

TEST(density_integrates_to_one)
{
	enum
	{
		M = 2001
	};
	double x[272];
	double at[M];
	double density[M];
	double sum = 0;
	described d;

	describe_numbers(&d, x, read_faithful(x, 1));
	for (int k = 0; k < M; k++)
		at[k] = 0.07 * k;
	CHECK_INT(ms_describe_density(&d.h.ctx, &d.c, bandwidth(&d), at, M, density),
			  MS_OK);
	for (int k = 0; k < M; k++)
		sum += density[k] * 0.07;
	/* the trapezoidal rule is exact for what is this smooth */
	CHECK_NEAR(sum, 1, 1e-12);
	done(&d);
}

TEST(bandwidth_is_never_zero)
{
	double mostly[] = {1, 1, 1, 1, 1, 1, 1, 9};
	double constant[] = {-3, -3, -3};
	double zero[] = {0, 0};
	described d;

	describe_numbers(&d, mostly, 8);
	CHECK_NEAR(bandwidth(&d), 0.9 * sqrt(8) * pow(8, -0.2), 1e-14);
	done(&d);
	describe_numbers(&d, constant, 3);
	CHECK_NEAR(bandwidth(&d), 2.7 * pow(3, -0.2), 1e-15);
	done(&d);
	describe_numbers(&d, zero, 2);
	CHECK_NEAR(bandwidth(&d), 0.9 * pow(2, -0.2), 1e-15);
	done(&d);
}

/* --- a host that refuses and stops ---------------------------------------------------------- */

static ms_status
column_and_density(host *h, const value *v, size_t dim)
{
	static const double at[] = {0.5, 1, 1.5};
	double density[3];
	ms_arena arena;
	ms_column c;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_describe_column(&h->ctx, &arena, v->s, dim, &c);
	if (status == MS_OK)
		status = ms_describe_density(&h->ctx, &c, 1, at, 3, density);
	ms_arena_free(&arena);
	return status;
}

TEST(refused_and_stopped_anywhere)
{
	enum
	{
		N = 200000
	};
	sample_shape shape = {MS_SAMPLE_WEIGHTED, 2, {0}, 0};
	value v = value_begin(&shape, (N + 8) * 24, false);
	ms_status status;
	host h;

	for (size_t i = 0; i < N; i++)
	{
		sample_row r = {.x = {(double) build_random(100) / 50, (double) build_random(100)},
						.weight = 1 + (double) build_random(3)};

		value_append(&v, &shape, &r);
	}
	v = value_finish(v);
	HOST_EVERY(h, status, column_and_density(&h, &v, 0));
	HOST_EVERY(h, status, column_and_density(&h, &v, 1));
	CHECK(h.polls > 0);
	free(v.s);
}

int
main(void)
{
	RUN(a_plain_column_is_not_copied);
	RUN(any_column_is_in_order);
	RUN(columns_that_are_not);
	RUN(nothing_to_describe);
	RUN(old_faithful_as_in_r);
	RUN(density_as_in_r);
	RUN(quantiles_of_whole_ranks);
	RUN(weighted_quantiles_by_definition);
	RUN(integer_weights_are_repeated_rows);
	RUN(effective_rows);
	RUN(equal_weights_are_whole_rows);
	RUN(moments_keep_their_digits);
	RUN(intervals_as_by_brute_force);
	RUN(coverage_as_in_gsl);
	RUN(intervals_of_very_many_rows);
	RUN(intervals_that_are_not);
	RUN(bins);
	RUN(edges);
	RUN(histograms_by_definition);
	RUN(density_by_brute_force);
	RUN(density_integrates_to_one);
	RUN(bandwidth_is_never_zero);
	RUN(refused_and_stopped_anywhere);
	return unit_done();
}
