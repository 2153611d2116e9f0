/*
 * test_selection.c: draws, leverage, uncertainty, shares and Frechet medoids against selection.md.
 */
#include <stdlib.h>

#include "core/base/hash.h"
#include "core/base/rng.h"
#include "core/selection/draw.h"
#include "core/selection/frechet.h"
#include "core/selection/leverage.h"
#include "core/selection/mixture.h"
#include "core/selection/uncertainty.h"
#include "host.h"

#define MOST 64

/* --- samples -------------------------------------------------------------------------------- */

/* n rows of d columns, ids as given, weights or NULL; canonical. */
static ms_sample *
sample_of(const double *x, const int64_t *ids, const double *w, size_t n, size_t d, size_t *size)
{
	uint16_t flags = (ids ? MS_SAMPLE_ID_INT : 0) | (w ? MS_SAMPLE_WEIGHTED : 0);
	size_t stride = d + (w != NULL) + (ids != NULL);
	ms_sample *s;
	host h;

	*size = sizeof(*s) + n * stride * sizeof(uint64_t);
	s = malloc(*size);
	ms_sample_begin(s, *size, MS_TYPE_SAMPLE, d, flags);
	for (size_t i = 0; i < n; i++)
	{
		uint64_t *record = ms_sample_record(s, i);

		memcpy(record, x + i * d, d * sizeof(*x));
		if (w)
			memcpy(record + d, &w[i], sizeof(*w));
		if (ids)
			memcpy(record + stride - 1, &ids[i], sizeof(*ids));
		ms_sample_commit(s, false);
	}
	host_init(&h);
	CHECK_INT(ms_sample_canonical(&h.ctx, s, *size), MS_OK);
	return s;
}

typedef struct opened
{
	host h;
	ms_arena arena;
	ms_sample *s;
	ms_units units;
} opened;

static void
open_units(opened *o, const double *x, const int64_t *ids, const double *w, size_t n, size_t d)
{
	size_t size;

	host_init(&o->h);
	ms_arena_init(&o->arena, &o->h.ctx);
	o->s = sample_of(x, ids, w, n, d, &size);
	CHECK_INT(ms_units_new(&o->h.ctx, &o->arena, o->s, size, true, &o->units), MS_OK);
}

static void
close_units(opened *o)
{
	ms_arena_free(&o->arena);
	CHECK_INT(o->h.live, 0);
	free(o->s);
}

TEST(units)
{
	static const double x[] = {5, 1, 3, 2, 4};
	static const int64_t ids[] = {-7, 30, 2, 2, 11};
	static const double wanted[] = {5, 2, 3, 4, 1};
	opened o;

	open_units(&o, x, ids, NULL, 5, 1);
	for (size_t i = 0; i < 5; i++)
		CHECK_NEAR(o.units.x[i], wanted[i], 0);
	CHECK_INT(o.units.repeated, 2);
	CHECK(o.units.key[1] == o.units.key[2] && o.units.key[0] != o.units.key[1]);
	close_units(&o);
	open_units(&o, x, NULL, x, 5, 1);
	CHECK_INT(o.units.repeated, 5);
	CHECK_NEAR(o.units.w[4], 5, 0);
	close_units(&o);
}

/* --- draws ---------------------------------------------------------------------------------- */

/* Section 1. */
TEST(sensitivity)
{
	static const double scores[2][7] = {{2.1, 2.0, 2.1, 1.1, 1.0, 1.4, 4.0}, {3, 2, 3, 2, 1, 5, 4}};
	static const double p[2][7] = {{.153285, .145985, .153285, .080292, .072993, .102190, .291971},
								   {.15, .1, .15, .1, .05, .25, .2}};
	static const double weights[] = {2.174603, 2.283333, 2.174603, 4.151515,
									 4.566667, 3.261905, 1.141667};

	for (size_t t = 0; t < 2; t++)
	{
		double got[7];
		uint32_t counts[7];
		uint32_t sum = 0;
		host h;

		host_init(&h);
		CHECK_INT(ms_draw_replacement(&h.ctx, scores[t], 7, 3, 1, got, counts), MS_OK);
		for (size_t i = 0; i < 7; i++)
		{
			CHECK_NEAR(got[i], p[t][i], 1e-6);
			sum += counts[i];
			if (t == 0)
				CHECK_NEAR(1 / (3 * got[i]), weights[i], 1e-6);
		}
		CHECK_INT(sum, 3);
	}
}

/* Section 6: the probabilities of inclusion. */
static void
check_inclusion(const double *p, double exponent, size_t size, const double *wanted)
{
	opened o;
	double u[5];
	double pi[5];
	double sum = 0;

	open_units(&o, p, (int64_t[]){1, 2, 3, 4, 5}, NULL, 5, 1);
	CHECK_INT(ms_uncertainty(&o.h.ctx, &o.units, exponent, false, u), MS_OK);
	CHECK_INT(ms_draw_inclusion(&o.h.ctx, u, 5, size, pi), MS_OK);
	for (size_t i = 0; i < 5; i++)
	{
		CHECK_NEAR(pi[i], wanted[i], 1e-8);
		sum += pi[i];
	}
	CHECK_NEAR(sum, (double) size, 1e-14);
	close_units(&o);
}

TEST(inclusion)
{
	static const double p[] = {.5, .7, .9, .99, .2};
	static const double one_2[] = {.694540908, .583414363, .250034727, .027503820, .444506181};
	static const double one_3[] = {1, .893807193, .383060226, .042136625, .680995957};
	static const double easy_2[] = {.199690236, .217879915, .332817063, 1, .249612795};
	static const double equal[] = {.4, .4, .4, .4, .4};
	double half[5];

	for (size_t i = 0; i < 5; i++)
		half[i] = fmin(1, 1.706721220377 * sqrt(p[i] * (1 - p[i])));
	check_inclusion(p, 1, 2, one_2);
	check_inclusion(p, 1, 3, one_3);
	check_inclusion(p, .5, 3, half);
	check_inclusion(p, -.5, 2, easy_2);
	check_inclusion(p, 0, 2, equal);
}

/* c is the one that the definition asks for, whatever the scores. */
TEST(inclusion_by_definition)
{
	ms_rng rng;

	ms_rng_init(&rng, 3, 3);
	for (size_t t = 0; t < 300; t++)
	{
		size_t n = 1 + ms_rng_below(&rng, 12);
		size_t size = 1 + ms_rng_below(&rng, 14);
		double scores[12];
		double pi[12];
		double sum = 0;
		double c = 0;
		size_t positive = 0;
		host h;

		for (size_t i = 0; i < n; i++)
		{
			scores[i] = ms_rng_below(&rng, 4) ? exp(3 * ms_rng_normal(&rng)) : 0;
			positive += scores[i] > 0;
		}
		host_init(&h);
		CHECK_INT(ms_draw_inclusion(&h.ctx, scores, n, size, pi), MS_OK);
		for (size_t i = 0; i < n; i++)
		{
			sum += pi[i];
			if (pi[i] > 0 && pi[i] < 1 && positive > 0)
				c = pi[i] / scores[i];
		}
		if (positive == 0)
			CHECK_NEAR(sum, fmin((double) n, (double) size), 1e-12);
		else
			CHECK_NEAR(sum, fmin((double) positive, (double) size), 1e-12);
		for (size_t i = 0; i < n && c > 0; i++)
			CHECK_NEAR(pi[i], fmin(1, c * scores[i]), 1e-12);
		CHECK_INT(h.live, 0);
	}
}

/* Totals are unbiased over seeds, their error is the one that is told, and intervals cover. */
TEST(unbiased)
{
	enum
	{
		N = 40,
		SEEDS = 4000
	};
	double scores[N], y[N], p[N], pi[N], drawn_y[N], drawn_p[N], draws[N];
	uint64_t keys[N];
	uint32_t counts[N];
	double all = 0;
	double sums[2] = {0}, squares[2] = {0}, variances[2] = {0};
	int covered[2] = {0};
	host h;

	host_init(&h);
	for (size_t i = 0; i < N; i++)
	{
		keys[i] = ms_hash_u64(i, 5);
		scores[i] = 1 + (double) (i * 7 % 11);
		y[i] = scores[i] * (1 + 0.1 * (double) (i * 5 % 7));
		all += y[i];
	}
	CHECK_INT(ms_draw_inclusion(&h.ctx, scores, N, 12, pi), MS_OK);
	for (int seed = 0; seed < SEEDS; seed++)
	{
		for (int method = 0; method < 2; method++)
		{
			size_t n = 0;
			ms_total t;
			double lower, upper;

			if (method == 0)
				CHECK_INT(ms_draw_replacement(&h.ctx, scores, N, 12, seed, p, counts), MS_OK);
			else
				CHECK_INT(ms_draw_poisson(&h.ctx, keys, pi, N, seed, counts), MS_OK);
			for (size_t i = 0; i < N; i++)
			{
				if (counts[i] == 0)
					continue;
				draws[n] = counts[i];
				drawn_p[n] = method ? pi[i] : p[i];
				drawn_y[n++] = y[i];
			}
			t = method ? ms_total_poisson(drawn_y, drawn_p, NULL, n)
					   : ms_total_replacement(drawn_y, drawn_p, draws, n);
			ms_total_interval(&t, 0.95, &lower, &upper);
			covered[method] += lower <= all && all <= upper;
			sums[method] += t.estimate / SEEDS;
			squares[method] += t.estimate * t.estimate / SEEDS;
			variances[method] += t.std_error * t.std_error / SEEDS;
		}
	}
	for (int method = 0; method < 2; method++)
	{
		double variance = squares[method] - sums[method] * sums[method];

		CHECK(fabs(sums[method] - all) < 4 * sqrt(variance / SEEDS));
		CHECK_NEAR(variances[method] / variance, 1, 0.1);
		CHECK(covered[method] > 0.9 * SEEDS && covered[method] < 0.98 * SEEDS);
	}
}

/* How often each unit is drawn, over seeds. */
TEST(frequencies)
{
	enum
	{
		SEEDS = 100000
	};
	static const double scores[] = {0, 3, 1, 0, 2, 0};
	double p[6], pi[6];
	double often[2][6] = {{0}};
	uint64_t keys[6];
	uint32_t counts[6];
	host h;

	host_init(&h);
	for (size_t i = 0; i < 6; i++)
		keys[i] = ms_hash_u64(i, 9);
	CHECK_INT(ms_draw_inclusion(&h.ctx, scores, 6, 2, pi), MS_OK);
	CHECK_NEAR(pi[1], 1, 0);
	for (int seed = 0; seed < SEEDS; seed++)
	{
		CHECK_INT(ms_draw_replacement(&h.ctx, scores, 6, 2, seed, p, counts), MS_OK);
		for (size_t i = 0; i < 6; i++)
			often[0][i] += counts[i] / 2.0 / SEEDS;
		CHECK_INT(ms_draw_poisson(&h.ctx, keys, pi, 6, seed, counts), MS_OK);
		for (size_t i = 0; i < 6; i++)
			often[1][i] += counts[i] / (double) SEEDS;
	}
	for (size_t i = 0; i < 6; i++)
	{
		CHECK(fabs(often[0][i] - p[i]) <= 4 * sqrt(p[i] * (1 - p[i]) / 2 / SEEDS));
		CHECK(fabs(often[1][i] - pi[i]) <= 4 * sqrt(pi[i] * (1 - pi[i]) / SEEDS) + 1e-9);
	}
}

TEST(draws_at_the_edge)
{
	static const double none[] = {0, 0, 0};
	static const double bad[] = {1, -1, 2};
	static const double vast[] = {1e308, 1e308, 1e308};
	static const double ties[] = {2, 3, 2, 3};
	double p[4];
	uint32_t counts[4];
	double one = 0.5;
	double y = 3;
	ms_total t;
	host h;

	host_init(&h);
	CHECK_INT(ms_draw_replacement(&h.ctx, none, 3, 5, 1, p, counts), MS_OK);
	CHECK_NEAR(p[2], 1.0 / 3, 1e-15);
	CHECK_INT(counts[0] + counts[1] + counts[2], 5);
	CHECK_INT(ms_draw_inclusion(&h.ctx, none, 3, 2, p), MS_OK);
	CHECK_NEAR(p[0], 2.0 / 3, 1e-15);
	CHECK_INT(ms_draw_inclusion(&h.ctx, none, 3, 4, p), MS_OK);
	CHECK_NEAR(p[0], 1, 0);
	CHECK_INT(ms_draw_replacement(&h.ctx, bad, 3, 5, 1, p, counts), MS_BAD_ARGUMENT);
	CHECK_INT(h.ctx.facts.index, 2);
	CHECK_INT(ms_draw_inclusion(&h.ctx, vast, 3, 2, p), MS_TOO_LARGE);
	CHECK_INT(ms_draw_top(&h.ctx, ties, 4, 3, counts), MS_OK);
	CHECK(counts[0] == 1 && counts[1] == 1 && counts[2] == 0 && counts[3] == 1);
	CHECK_INT(ms_draw_top(&h.ctx, ties, 4, 9, counts), MS_OK);
	CHECK_INT(counts[2], 1);
	t = ms_total_replacement(&y, &one, NULL, 1);
	CHECK_NEAR(t.estimate, 6, 0);
	CHECK(isnan(t.std_error));
	one = 1;
	t = ms_total_poisson(&y, &one, NULL, 1);
	CHECK_NEAR(t.estimate, 3, 0);
	CHECK_NEAR(t.std_error, 0, 0);
}

/* A weight is so many repeated rows. */
TEST(totals_of_repeated_rows)
{
	static const double y[] = {3, 5, 5, 5, 2}, p[] = {.2, .5, .5, .5, .1};
	static const double few_y[] = {3, 5, 2}, few_p[] = {.2, .5, .1}, w[] = {1, 3, 1};
	ms_total a = ms_total_replacement(y, p, NULL, 5);
	ms_total b = ms_total_replacement(few_y, few_p, w, 3);

	CHECK_NEAR(a.estimate, b.estimate, 1e-15);
	CHECK_NEAR(a.std_error, b.std_error, 1e-15);
	a = ms_total_poisson(y, p, NULL, 5);
	b = ms_total_poisson(few_y, few_p, w, 3);
	CHECK_NEAR(a.estimate, b.estimate, 1e-15);
	CHECK_NEAR(a.std_error, b.std_error, 1e-15);
}

/* --- leverage ------------------------------------------------------------------------------- */

static const double design_x[] = {1, 0, 1, 1, 1, 2, 1, 4, 1, 8};
static const double design_y[] = {1, 3, 2, 5, 4};
static const int64_t design_ids[] = {0, 1, 2, 3, 4};

/* Least squares of two columns by weights. */
static void
solve(const double *w, double *beta)
{
	double a = 0, b = 0, c = 0, u = 0, v = 0, det;

	for (size_t i = 0; i < 5; i++)
	{
		const double *x = design_x + 2 * i;

		a += w[i] * x[0] * x[0];
		b += w[i] * x[0] * x[1];
		c += w[i] * x[1] * x[1];
		u += w[i] * x[0] * design_y[i];
		v += w[i] * x[1] * design_y[i];
	}
	det = a * c - b * b;
	beta[0] = (c * u - b * v) / det;
	beta[1] = (a * v - b * u) / det;
}

static double
loss(const double *beta)
{
	double sum = 0;

	for (size_t i = 0; i < 5; i++)
	{
		double e = design_y[i] - beta[0] * design_x[2 * i] - beta[1] * design_x[2 * i + 1];

		sum += e * e;
	}
	return sum;
}

/* Section 3: leverages; the law of pairs and what follows from it, over 10^5 seeds. */
TEST(volume)
{
	enum
	{
		SEEDS = 100000
	};
	static const double leverage[] = {.425, .3, .225, .225, .825};
	static const double pairs[5][5] = {{0, .005, .02, .08, .32},
									   {0, 0, .005, .045, .245},
									   {0, 0, 0, .02, .18},
									   {0, 0, 0, 0, .08},
									   {0, 0, 0, 0, 0}};
	static const double losses[] = {15.3, 11.232042081, 9.224829951};
	static const double all[5] = {1, 1, 1, 1, 1};
	double often[5][5] = {{0}};
	double beta[2];
	double chi = 0;
	ms_design design;
	opened o;

	open_units(&o, design_x, design_ids, NULL, 5, 2);
	CHECK_INT(ms_design_new(&o.h.ctx, &o.arena, &o.units, &design), MS_OK);
	for (size_t i = 0; i < 5; i++)
		CHECK_NEAR(design.leverage[i], leverage[i], 1e-14);
	solve(all, beta);
	CHECK_NEAR(beta[0], 1.95, 1e-14);
	CHECK_NEAR(beta[1], 0.35, 1e-14);
	CHECK_NEAR(loss(beta), 5.1, 1e-14);
	for (size_t size = 2; size <= 4; size++)
	{
		double mean[2] = {0}, spread[2] = {0}, expected = 0, expected2 = 0;

		for (int seed = 0; seed < SEEDS; seed++)
		{
			uint32_t counts[5];
			double w[5];

			CHECK_INT(ms_volume_sample(&o.h.ctx, &design, o.units.key, size, seed, counts), MS_OK);
			for (size_t i = 0; i < 5; i++)
				w[i] = counts[i] / design.leverage[i];
			for (size_t i = 0; i < 5 && size == 2; i++)
				for (size_t j = i + 1; j < 5; j++)
					often[i][j] += counts[i] && counts[j];
			solve(w, beta);
			expected += loss(beta) / SEEDS;
			expected2 += loss(beta) * loss(beta) / SEEDS;
			for (int c = 0; c < 2; c++)
			{
				mean[c] += beta[c] / SEEDS;
				spread[c] += beta[c] * beta[c] / SEEDS;
			}
		}
		for (int c = 0; c < 2; c++)
			CHECK(fabs(mean[c] - (c ? 0.35 : 1.95)) <
				  4 * sqrt((spread[c] - mean[c] * mean[c]) / SEEDS));
		CHECK(fabs(expected - losses[size - 2]) <
			  4 * sqrt((expected2 - expected * expected) / SEEDS));
	}
	for (size_t i = 0; i < 5; i++)
		for (size_t j = i + 1; j < 5; j++)
			chi += (often[i][j] - SEEDS * pairs[i][j]) * (often[i][j] - SEEDS * pairs[i][j]) /
				   (SEEDS * pairs[i][j]);
	CHECK(chi < 27.9); /* nine degrees of freedom, 0.001 */
	close_units(&o);
}

/* Dependent columns, too few rows, ill conditioned ones, weights, and sizes. */
TEST(design)
{
	static const double dependent[] = {1, 2, 3, 1, 4, 5, 1, 6, 7, 1, 8, 9};
	static const double zero[] = {0, 1, 0, 2, 0, 3, 0, 4};
	double close[8];
	double w[] = {1, 0, 2, 1};
	double sum = 0;
	uint32_t counts[4];
	ms_design design;
	opened o;

	open_units(&o, dependent, design_ids, NULL, 4, 3);
	CHECK_INT(ms_design_new(&o.h.ctx, &o.arena, &o.units, &design), MS_BAD_ARGUMENT);
	CHECK(strcmp(o.h.ctx.facts.what, "rank") == 0);
	CHECK_NEAR(o.h.ctx.facts.got, 2, 0);
	close_units(&o);
	open_units(&o, dependent, design_ids, NULL, 2, 3);
	CHECK_INT(ms_design_new(&o.h.ctx, &o.arena, &o.units, &design), MS_BAD_ARGUMENT);
	close_units(&o);
	open_units(&o, zero, design_ids, NULL, 4, 2);
	CHECK_INT(ms_design_new(&o.h.ctx, &o.arena, &o.units, &design), MS_BAD_ARGUMENT);
	CHECK_NEAR(o.h.ctx.facts.got, 1, 0);
	close_units(&o);

	/* a column near to a constant: A'A has the condition 1e20 */
	for (size_t i = 0; i < 4; i++)
	{
		close[2 * i] = 1;
		close[2 * i + 1] = 1 + 1e-10 * (double) (i * i);
	}
	open_units(&o, close, design_ids, w, 4, 2);
	CHECK_INT(ms_design_new(&o.h.ctx, &o.arena, &o.units, &design), MS_OK);
	for (size_t i = 0; i < 4; i++)
		sum += design.leverage[i];
	CHECK_NEAR(sum, 2, 1e-12);
	CHECK_NEAR(design.leverage[1], 0, 0);
	CHECK_INT(ms_volume_sample(&o.h.ctx, &design, o.units.key, 1, 0, counts), MS_BAD_ARGUMENT);
	for (int seed = 0; seed < 100; seed++)
	{
		CHECK_INT(ms_volume_sample(&o.h.ctx, &design, o.units.key, 2, seed, counts), MS_OK);
		CHECK_INT(counts[0] + counts[2] + counts[3], 2);
	}
	close_units(&o);
}

/* --- uncertainty ---------------------------------------------------------------------------- */

/* Section 4. */
TEST(disagreement)
{
	static const double x[] = {.7, .2, .1, .1, .8,  .1,  .5, .5, 0,
							   .5, .5, 0,  .9, .05, .05, .8, .1, .1};
	static const int64_t ids[] = {1, 1, 2, 2, 3, 3};
	static const double logits[] = {1, 2, 1001, 1002, 0, 5};
	static const int64_t logit_ids[] = {1, 1, 2};
	static const double scaled[] = {7, 2, 1, .1, .8, .1};
	static const double empty[] = {0, 0, 0};
	ms_disagreement items[6];
	size_t found, normalised;
	opened o;

	open_units(&o, x, ids, NULL, 6, 3);
	CHECK_INT(ms_disagreements(&o.h.ctx, o.s, &o.units, false, items, &found, &normalised), MS_OK);
	CHECK_INT(found, 3);
	CHECK_INT(normalised, 0);
	CHECK_NEAR(items[0].pds, 1.6, 1e-15);
	CHECK_NEAR(items[0].jsd, 0.222923190, 1e-8);
	CHECK_NEAR(items[1].pds, 1.1, 1e-15);
	CHECK_NEAR(items[1].jsd, 0.009966390, 1e-8);
	CHECK_NEAR(items[2].pds, 1, 0);
	CHECK_NEAR(items[2].jsd, 0, 0);
	CHECK_INT(items[2].unit, 2);
	CHECK_INT(items[2].models, 2);
	close_units(&o);

	open_units(&o, logits, logit_ids, NULL, 3, 2);
	CHECK_INT(ms_disagreements(&o.h.ctx, o.s, &o.units, true, items, &found, &normalised), MS_OK);
	CHECK_INT(found, 2);
	CHECK_INT(normalised, 0);
	CHECK_NEAR(items[0].pds, 1, 1e-15);
	CHECK_NEAR(items[0].jsd, 0, 1e-15);
	CHECK_INT(items[1].models, 1);
	close_units(&o);

	open_units(&o, scaled, ids, NULL, 2, 3);
	CHECK_INT(ms_disagreements(&o.h.ctx, o.s, &o.units, false, items, &found, &normalised), MS_OK);
	CHECK_INT(normalised, 1);
	CHECK_NEAR(items[0].jsd, 0.222923190, 1e-8);
	close_units(&o);
	open_units(&o, empty, ids, NULL, 1, 3);
	CHECK_INT(ms_disagreements(&o.h.ctx, o.s, &o.units, false, items, &found, &normalised),
			  MS_BAD_ARGUMENT);
	close_units(&o);
}

/* PDS and JSD stay in their ranges and are the same for any order of models and classes. */
TEST(disagreement_ranges)
{
	ms_rng rng;

	ms_rng_init(&rng, 21, 1);
	for (size_t t = 0; t < 200; t++)
	{
		size_t models = 1 + ms_rng_below(&rng, 4);
		size_t d = 2 + ms_rng_below(&rng, 3);
		double x[16], turned[16];
		ms_disagreement item[4], other[4];
		size_t found, normalised;
		opened o;

		for (size_t m = 0; m < models; m++)
		{
			double sum = 0;

			for (size_t j = 0; j < d; j++)
				sum += x[m * d + j] = ms_rng_below(&rng, 3) ? ms_rng_uniform(&rng) : 0;
			for (size_t j = 0; j < d; j++)
				x[m * d + j] = sum > 0 ? x[m * d + j] / sum : 1 / (double) d;
			for (size_t j = 0; j < d; j++)
				turned[(models - 1 - m) * d + (d - 1 - j)] = x[m * d + j];
		}
		open_units(&o, x, (int64_t[]){1, 1, 1, 1}, NULL, models, d);
		CHECK_INT(ms_disagreements(&o.h.ctx, o.s, &o.units, false, item, &found, &normalised),
				  MS_OK);
		close_units(&o);
		open_units(&o, turned, (int64_t[]){1, 1, 1, 1}, NULL, models, d);
		CHECK_INT(ms_disagreements(&o.h.ctx, o.s, &o.units, false, other, &found, &normalised),
				  MS_OK);
		close_units(&o);
		CHECK_NEAR(item[0].pds, other[0].pds, 1e-14);
		CHECK_NEAR(item[0].jsd, other[0].jsd, 1e-14);
		CHECK(item[0].pds > 1 - 1e-12 && item[0].pds <= (double) (models < d ? models : d) + 1e-12);
		CHECK(item[0].jsd >= 0 && item[0].jsd <= log((double) models) + 1e-12);
	}
}

TEST(uncertainties)
{
	static const double p[] = {0, 1, .5};
	static const double classes[] = {.5, .25, .25, 1, 0, 0};
	static const double wrong[] = {.5, .25, .2, 1.5, 0, -.5};
	double out[3];
	opened o;

	open_units(&o, p, design_ids, NULL, 3, 1);
	CHECK_INT(ms_uncertainty(&o.h.ctx, &o.units, 1, false, out), MS_OK);
	CHECK_NEAR(out[0], 1e-6 * (1 - 1e-6), 1e-18);
	CHECK_NEAR(out[1], 1e-6 * (1 - 1e-6), 1e-18);
	CHECK_NEAR(out[2], .25, 0);
	CHECK_INT(ms_uncertainty(&o.h.ctx, &o.units, 2, true, out), MS_OK);
	CHECK_NEAR(out[2], log(2) * log(2), 1e-15);
	CHECK_INT(ms_uncertainty(&o.h.ctx, &o.units, NAN, false, out), MS_BAD_ARGUMENT);
	close_units(&o);
	open_units(&o, classes, design_ids, NULL, 2, 3);
	CHECK_INT(ms_uncertainty(&o.h.ctx, &o.units, 1, false, out), MS_OK);
	CHECK_NEAR(out[0], .625, 1e-15);
	CHECK_INT(ms_uncertainty(&o.h.ctx, &o.units, 1, true, out), MS_OK);
	CHECK_NEAR(out[0], 1.5 * log(2), 1e-15);
	close_units(&o);
	open_units(&o, wrong, design_ids, NULL, 1, 3);
	CHECK_INT(ms_uncertainty(&o.h.ctx, &o.units, 1, false, out), MS_BAD_ARGUMENT);
	CHECK_NEAR(o.h.ctx.facts.got, .95, 1e-15);
	close_units(&o);
	open_units(&o, wrong + 3, design_ids, NULL, 1, 3);
	CHECK_INT(ms_uncertainty(&o.h.ctx, &o.units, 1, false, out), MS_BAD_ARGUMENT);
	CHECK_NEAR(o.h.ctx.facts.got, 1.5, 0);
	close_units(&o);
}

/* --- shares --------------------------------------------------------------------------------- */

TEST(shares)
{
	static const double gains[] = {3, 1, .5, 0};
	static const double wanted[] = {.62385321, .18348624, .11926606, .07339450};
	static const uint64_t large[] = {1000, 1000, 1000, 1000};
	static const uint64_t rows[] = {63, 19, 11, 7};
	static const uint64_t small[] = {10, 30, 100, 5};
	static const uint64_t capped[] = {10, 30, 55, 5};
	static const uint64_t tiny[] = {1, 1, 1, 1};
	double share[4];
	uint64_t got[4];
	host h;

	host_init(&h);
	CHECK_INT(ms_mixture_split(&h.ctx, gains, large, 4, 100, share, got), MS_OK);
	for (size_t i = 0; i < 4; i++)
	{
		CHECK_NEAR(share[i], wanted[i], 1e-8);
		CHECK_INT(got[i], rows[i]);
	}
	CHECK_INT(ms_mixture_split(&h.ctx, gains, small, 4, 100, share, got), MS_OK);
	for (size_t i = 0; i < 4; i++)
		CHECK_INT(got[i], capped[i]);
	CHECK_INT(ms_mixture_split(&h.ctx, gains, small, 4, 145, share, got), MS_OK);
	CHECK_INT(got[2], 100);
	CHECK_INT(ms_mixture_split(&h.ctx, gains, small, 4, 146, share, got), MS_BAD_ARGUMENT);
	CHECK_INT(ms_mixture_split(&h.ctx, gains, tiny, 4, 3, share, got), MS_OK);
	CHECK_INT(got[0] + got[1] + got[2] + got[3], 3);
}

/* Every budget is spent to the row, within the sizes. */
TEST(shares_of_any)
{
	ms_rng rng;

	ms_rng_init(&rng, 5, 1);
	for (size_t t = 0; t < 500; t++)
	{
		size_t n = 1 + ms_rng_below(&rng, 6);
		double gains[6], share[6];
		uint64_t sizes[6], rows[6];
		uint64_t all = 0, given = 0, budget;
		host h;

		for (size_t i = 0; i < n; i++)
		{
			gains[i] = 4 * ms_rng_normal(&rng);
			all += sizes[i] = ms_rng_below(&rng, 30);
		}
		budget = ms_rng_below(&rng, all + 1);
		host_init(&h);
		CHECK_INT(ms_mixture_split(&h.ctx, gains, sizes, n, budget, share, rows), MS_OK);
		for (size_t i = 0; i < n; i++)
		{
			CHECK(rows[i] <= sizes[i]);
			given += rows[i];
		}
		CHECK_INT(given, budget);
	}
}

/* --- Frechet medoids ------------------------------------------------------------------------ */

static ms_dissimilarity *
line_of(const double *x, size_t n)
{
	size_t room = sizeof(ms_dissimilarity) + (n * n + 1) * sizeof(ms_pair);
	ms_dissimilarity *d = malloc(room);
	host h;

	host_init(&h);
	ms_dissimilarity_begin(d, room, MS_DISSIMILARITY_ID_INT);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j <= i; j++)
			CHECK_INT(ms_dissimilarity_append(&h.ctx, d, (int64_t) i, (int64_t) j,
											  x ? fabs(x[i] - x[j]) : i != j),
					  MS_OK);
	CHECK_INT(ms_dissimilarity_canonical(&h.ctx, d, room), MS_OK);
	return d;
}

/* Section 5. */
TEST(frechet)
{
	static const double x[] = {0, 1, 2, 4, 7};
	static const size_t points[] = {0, 2, 4, 0};
	static const double p[] = {.5, .2, .3, 0};
	static const double parts[] = {.25, .2, .3, .25};
	static const double votes[] = {.2, .1, .4};
	ms_dissimilarity *d = line_of(x, 5);
	ms_dissimilarity *discrete = line_of(NULL, 5);
	ms_dissimilarity *one = line_of(x, 1);
	ms_distances line = {.n = 5, .matrix = d};
	ms_frechet f;
	host h;

	host_init(&h);
	CHECK_INT(ms_frechet_medoid(&h.ctx, &line, points, p, 3, 2, &f), MS_OK);
	CHECK_INT(f.best, 2);
	CHECK_NEAR(f.value, 9.5, 1e-14);
	CHECK_INT(f.ties, 1);
	CHECK_NEAR(f.second_value, 11.5, 1e-14);
	CHECK_INT(ms_frechet_medoid(&h.ctx, &line, points, p, 4, 1, &f), MS_OK);
	CHECK_INT(f.best, 0);
	CHECK_INT(f.ties, 3);
	CHECK_NEAR(f.value, 2.5, 1e-14);
	CHECK_NEAR(f.second_value, 2.5, 1e-14);
	CHECK_INT(ms_frechet_medoid(&h.ctx, &line, points, parts, 4, 2, &f), MS_OK);
	CHECK_NEAR(f.value, 9.5, 1e-14);
	CHECK_INT(ms_frechet_medoid(&h.ctx, &line, points, p, 3, 3, &f), MS_OK);
	CHECK_NEAR(f.value, .5 * 8 + .3 * 125, 1e-13);
	CHECK_INT(f.best, 2);
	line.matrix = discrete;
	CHECK_INT(ms_frechet_medoid(&h.ctx, &line, points, votes, 3, 2, &f), MS_OK);
	CHECK_INT(f.best, 4);
	line = (ms_distances){.n = 1, .matrix = one};
	CHECK_INT(ms_frechet_medoid(&h.ctx, &line, points, p, 1, 2, &f), MS_OK);
	CHECK_INT(f.best, 0);
	CHECK(f.second == SIZE_MAX && isnan(f.second_value));
	free(d);
	free(discrete);
	free(one);
	CHECK_INT(h.live, 0);
}

/* --- similarities ----------------------------------------------------------------------------- */

/* Of points and of a matrix: what the formula says of the distance. */
TEST(similarities)
{
	static const double x[] = {0, 1, 2, 4, 7};
	ms_dissimilarity *d = line_of(x, 5);
	ms_measure measure = {.metric = MS_METRIC_EUCLIDEAN, .d = 1};
	ms_rows rows = {.x = x, .n = 5, .d = 1, .stride = 1};
	ms_similar_source source = {.bandwidth = 2};
	ms_similarity s = {.n = 5, .row = ms_similar_row, .source = &source};
	double row[5];
	double scratch[1];
	ms_points *points;
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_measure_learn(&h.ctx, &arena, &rows, &measure), MS_OK);
	CHECK_INT(ms_points_new(&h.ctx, &arena, &measure, &rows, NULL, 5, &points), MS_OK);
	CHECK_INT(ms_points_width(points), 1);
	for (int t = 0; t < 6; t++)
	{
		source.kind = (ms_similar) (1 + t / 2);
		source.distances = t % 2 ? (ms_distances){.n = 5, .matrix = d}
								 : (ms_distances){.n = 5, .points = points, .x = scratch};
		CHECK_INT(ms_similar_row(&h.ctx, &s, 1, row), MS_OK);
		for (size_t i = 0; i < 5; i++)
		{
			double r = fabs(x[i] - x[1]);

			CHECK_NEAR(row[i],
					   t < 2   ? 1 / (1 + r)
					   : t < 4 ? fmax(0, 1 - r)
							   : exp(-r * r / 8),
					   1e-15);
		}
	}
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	free(d);
}

/* --- stops ---------------------------------------------------------------------------------- */

static double many[3 * MOST];
static int64_t many_ids[MOST];

static ms_status
exercise(host *h, int what, const ms_sample *s, size_t size, const ms_dissimilarity *line)
{
	ms_distances d = {.n = MOST, .matrix = line};
	static const size_t points[] = {0, 2, 4};
	static const double p[] = {.5, .2, .3};
	double out[MOST];
	double share[MOST];
	uint32_t counts[MOST];
	ms_disagreement items[MOST];
	size_t found, normalised;
	ms_frechet f;
	ms_design design;
	ms_units u;
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	h->ctx.work = MS_POLL_STEPS - 200;
	status = ms_units_new(&h->ctx, &arena, s, size, true, &u);
	h->ctx.work = MS_POLL_STEPS - 200;
	if (status == MS_OK && what == 0)
		status = ms_draw_replacement(&h->ctx, u.x, MOST, 9, 1, out, counts);
	if (status == MS_OK && what == 1)
		status = ms_draw_inclusion(&h->ctx, u.x, MOST, 9, out);
	if (status == MS_OK && what == 1)
		status = ms_draw_poisson(&h->ctx, u.key, out, MOST, 1, counts);
	if (status == MS_OK && what == 2)
		status = ms_draw_top(&h->ctx, u.x, MOST, 9, counts);
	if (status == MS_OK && what == 3)
		status = ms_design_new(&h->ctx, &arena, &u, &design);
	if (status == MS_OK && what == 3)
		status = ms_volume_sample(&h->ctx, &design, u.key, 7, 1, counts);
	if (status == MS_OK && what == 4)
		status = ms_disagreements(&h->ctx, s, &u, false, items, &found, &normalised);
	if (status == MS_OK && what == 5)
		status = ms_uncertainty(&h->ctx, &u, 1, true, share);
	if (status == MS_OK && what == 6)
		status = ms_frechet_medoid(&h->ctx, &d, points, p, 3, 2, &f);
	ms_arena_free(&arena);
	return status;
}

TEST(stops)
{
	ms_dissimilarity *line;
	ms_sample *s;
	size_t size;
	host h;
	ms_status status;

	for (size_t i = 0; i < MOST; i++)
	{
		many_ids[i] = (int64_t) (i * 37 % MOST);
		many[3 * i] = 0.2 + 0.01 * (double) (i % 7);
		many[3 * i + 1] = 0.3 + 0.01 * (double) (i % 5);
		many[3 * i + 2] = 1 - many[3 * i] - many[3 * i + 1];
	}
	line = line_of(many, MOST);
	s = sample_of(many, many_ids, NULL, MOST, 3, &size);
	for (int what = 0; what < 7; what++)
		HOST_EVERY(h, status, exercise(&h, what, s, size, line));
	free(s);
	free(line);
}

int
main(void)
{
	RUN(units);
	RUN(sensitivity);
	RUN(inclusion);
	RUN(inclusion_by_definition);
	RUN(unbiased);
	RUN(frequencies);
	RUN(draws_at_the_edge);
	RUN(totals_of_repeated_rows);
	RUN(volume);
	RUN(design);
	RUN(disagreement);
	RUN(disagreement_ranges);
	RUN(uncertainties);
	RUN(shares);
	RUN(shares_of_any);
	RUN(frechet);
	RUN(similarities);
	RUN(stops);
	return unit_done();
}
