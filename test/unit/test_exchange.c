/*
 * test_exchange.c: labellings of every kind, all of them or at random; draws with replacement.
 */
#include "core/base/exchange.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "host.h"
#include "unit.h"

/* Difference of means, b - a; and what was seen of the labellings. */
typedef struct probe
{
	const double *x;
	const ms_labels *labels;
	size_t calls;
	size_t seen[64]; /* by the labels of the first six rows */
	bool broken;	 /* a labelling that the exchange does not allow */
} probe;

static size_t
ones_of(const ms_labels *l, const unsigned char *labels, uint32_t unit)
{
	size_t ones = 0;

	for (size_t i = 0; i < l->n; i++)
		ones += labels[i] && (!l->unit || l->unit[i] == unit);
	return ones;
}

static bool
is_allowed(const ms_labels *l, const unsigned char *labels)
{
	for (uint32_t u = 0; u < l->units; u++)
	{
		size_t now = ones_of(l, labels, u);
		size_t was = ones_of(l, l->label, u);
		size_t rows = 0;

		for (size_t i = 0; i < l->n; i++)
			rows += l->unit[i] == u;
		if (l->exchange == MS_EXCHANGE_STRATA && now != was)
			return false;
		if (l->exchange == MS_EXCHANGE_CLUSTERS && now != 0 && now != rows)
			return false;
		if (l->exchange == MS_EXCHANGE_PAIRS && now != was && now != rows - was)
			return false;
	}
	return l->exchange != MS_EXCHANGE_ROWS || ones_of(l, labels, 0) == ones_of(l, l->label, 0);
}

static double
difference(const probe *p, const unsigned char *labels)
{
	double sum[2] = {0, 0};
	double n[2] = {0, 0};

	for (size_t i = 0; i < p->labels->n; i++)
	{
		sum[labels[i]] += p->x[i];
		n[labels[i]]++;
	}
	return n[0] > 0 && n[1] > 0 ? sum[1] / n[1] - sum[0] / n[0] : NAN;
}

static ms_status
labelled(ms_ctx *ctx, void *of, const unsigned char *labels, size_t count, double *out)
{
	probe *p = of;

	for (size_t b = 0; b < count; b++, labels += p->labels->n)
	{
		size_t key = 0;

		for (size_t i = 0; i < 6 && i < p->labels->n; i++)
			key |= (size_t) labels[i] << i;
		p->seen[key] += p->calls++ > 0; /* the first is what was observed */
		p->broken |= !is_allowed(p->labels, labels);
		out[b] = difference(p, labels);
	}
	return ms_tick(ctx, count * p->labels->n);
}

static ms_status
test_of(host *h, probe *p, int64_t replicates, uint64_t seed, size_t batch, double slack,
		ms_permutation *out)
{
	ms_exchange_options o = {replicates, seed, batch, slack};
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_exchange_test(&h->ctx, &arena, p->labels, labelled, p, &o, out);
	ms_arena_free(&arena);
	return status;
}

/* Of six rows in two strata: {0, 2, 4} with one b, {1, 3, 5} with two. */
static const double X6[] = {1, 10, 2, 20, 3, 30};
static const unsigned char LABEL6[] = {0, 0, 0, 1, 1, 1};
static const uint32_t STRATA6[] = {0, 1, 0, 1, 0, 1};

TEST(all_strata)
{
	ms_labels labels = {6, LABEL6, STRATA6, 2, MS_EXCHANGE_STRATA};
	probe p = {.x = X6, .labels = &labels};
	ms_permutation t;
	size_t different = 0;
	host h;

	host_init(&h);
	CHECK_INT(test_of(&h, &p, 9, 0, 4, 0, &t), MS_OK);
	CHECK(t.exact);
	CHECK_INT(t.replicates, 9);
	for (size_t k = 0; k < 64; k++)
	{
		CHECK(p.seen[k] <= 1);
		different += p.seen[k];
	}
	CHECK_INT(different, 9);
	CHECK(!p.broken);
	/* b has the greatest of both strata */
	CHECK_NEAR(t.statistic, (3 + 20 + 30) / 3. - (1 + 2 + 10) / 3., 1e-12);
	CHECK_NEAR(t.p_value, 1. / 9, 1e-15);
	CHECK_NEAR(t.p_min, 1. / 9, 1e-15);
	/* one less than all: at random */
	CHECK_INT(test_of(&h, &p, 8, 0, 4, 0, &t), MS_OK);
	CHECK(!t.exact);
}

TEST(every_kind_at_random)
{
	/* rows of a unit have one label for clusters, both for the others */
	static const unsigned char both[] = {0, 1, 0, 1, 1, 0};
	static const unsigned char one[] = {0, 1, 0, 1, 0, 1};
	static const uint32_t thirds[] = {0, 0, 1, 1, 2, 2};
	static const uint32_t sixths[] = {0, 1, 2, 3, 0, 1};
	const ms_labels kinds[] = {{6, both, NULL, 0, MS_EXCHANGE_ROWS},
							   {6, both, thirds, 3, MS_EXCHANGE_PAIRS},
							   {6, one, sixths, 4, MS_EXCHANGE_CLUSTERS},
							   {6, both, thirds, 3, MS_EXCHANGE_STRATA}};
	static const double all[] = {20, 8, 6, 8};

	for (size_t e = 0; e < 4; e++)
	{
		probe p = {.x = X6, .labels = &kinds[e]};
		double fit = 0;
		size_t different = 0;
		ms_permutation t, exact;
		host h;

		host_init(&h);
		CHECK_INT(test_of(&h, &p, 20, 0, 3, 0, &exact), MS_OK);
		CHECK(exact.exact);
		CHECK_INT(exact.replicates, (int64_t) all[e]);
		p = (probe){.x = X6, .labels = &kinds[e]};
		{
			ms_exchange_options o = {19999, 1, 5, 0};
			ms_labels many = kinds[e];
			ms_arena arena;

			/* more labellings than replicates: the same six rows four times over */
			unsigned char label[24];
			uint32_t unit[24];
			double x[24];

			for (size_t i = 0; i < 24; i++)
			{
				label[i] = many.label[i % 6];
				unit[i] = many.unit ? many.unit[i % 6] + (uint32_t) (many.units * (i / 6)) : 0;
				x[i] = X6[i % 6];
			}
			many = (ms_labels){24, label, many.unit ? unit : NULL, 4 * many.units, many.exchange};
			p = (probe){.x = x, .labels = &many};
			ms_arena_init(&arena, &h.ctx);
			if (many.exchange == MS_EXCHANGE_PAIRS || many.exchange == MS_EXCHANGE_STRATA)
				o.replicates = 4000;
			CHECK_INT(ms_exchange_test(&h.ctx, &arena, &many, labelled, &p, &o, &t), MS_OK);
			ms_arena_free(&arena);
			CHECK_INT(t.exact, many.exchange == MS_EXCHANGE_CLUSTERS);
			CHECK(!p.broken);
		}
		/* swapping pairs and shuffling strata of two rows: the first six rows take all 8 forms alike */
		for (size_t k = 0; k < 64; k++)
		{
			different += p.seen[k] > 0;
			fit += p.seen[k] > 0 ? ((double) p.seen[k] - 500) * ((double) p.seen[k] - 500) / 500 : 0;
		}
		if (e == 1 || e == 3)
		{
			CHECK_INT(different, 8);
			CHECK(fit < 24.3); /* chi-squared, 7 degrees, 0.999 */
		}
	}
}

TEST(batches_and_seeds)
{
	double x[40];
	unsigned char label[40];
	ms_labels labels = {40, label, NULL, 0, MS_EXCHANGE_ROWS};
	probe p = {.x = x, .labels = &labels};
	ms_permutation one, seven, other;
	host h;

	for (size_t i = 0; i < 40; i++)
	{
		x[i] = sin((double) i);
		label[i] = i % 3 == 0;
	}
	host_init(&h);
	CHECK_INT(test_of(&h, &p, 99, 4, 1, 0, &one), MS_OK);
	CHECK_INT(test_of(&h, &p, 99, 4, 7, 0, &seven), MS_OK);
	CHECK_INT(test_of(&h, &p, 99, 5, 7, 0, &other), MS_OK);
	CHECK_BITS(one.null_mean, seven.null_mean);
	CHECK_BITS(one.p_value, seven.p_value);
	CHECK(other.null_mean != one.null_mean);
	CHECK_NEAR(one.p_min, .01, 1e-15);
	/* terms so large that all differences are rounding: everything ties */
	CHECK_INT(test_of(&h, &p, 99, 4, 7, 1e15, &other), MS_OK);
	CHECK_NEAR(other.p_value, 1, 1e-15);
}

/* --- the bootstrap -------------------------------------------------------------------------- */

static ms_status
counted(ms_ctx *ctx, void *of, const uint32_t *counts, double *out)
{
	probe *p = of;
	double sum[2] = {0, 0};
	double n[2] = {0, 0};
	size_t drawn[8][2] = {{0}};
	size_t there[8][2] = {{0}};

	for (size_t i = 0; i < p->labels->n; i++)
	{
		unsigned char l = p->labels->label[i];
		size_t u = p->labels->unit ? p->labels->unit[i] : 0;

		sum[l] += p->x[i] * counts[i];
		n[l] += counts[i];
		drawn[u][l] += counts[i];
		there[u][l]++;
	}
	for (size_t u = 0; u < 8 && p->labels->exchange == MS_EXCHANGE_STRATA; u++)
		p->broken |= drawn[u][0] != there[u][0] || drawn[u][1] != there[u][1];
	p->calls++;
	*out = n[0] > 0 && n[1] > 0 ? sum[1] / n[1] - sum[0] / n[0] : NAN;
	return ms_tick(ctx, p->labels->n);
}

static ms_status
interval_of(host *h, probe *p, double level, int64_t replicates, ms_bootstrap *out)
{
	ms_exchange_options o = {replicates, 3, 1, 0};
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_exchange_interval(&h->ctx, &arena, p->labels, counted, p, level, &o, out);
	ms_arena_free(&arena);
	return status;
}

/* The standard error of a difference of means of a normal sample is known. */
TEST(standard_error)
{
	enum { N = 400 };
	double x[N];
	unsigned char label[N];
	uint32_t unit[N];
	ms_labels labels = {N, label, unit, 8, MS_EXCHANGE_ROWS};
	probe p = {.x = x, .labels = &labels};
	ms_bootstrap b;
	ms_rng rng;
	host h;

	ms_rng_init(&rng, 9, 9);
	for (uint32_t i = 0; i < N; i++)
	{
		label[i] = i % 2;
		unit[i] = i / 2 % 8;
		x[i] = ms_rng_normal(&rng) + 2 * label[i] + 50 * unit[i];
	}
	host_init(&h);
	/* the units' means are known to the strata: only the noise of sd 1 is left */
	labels.exchange = MS_EXCHANGE_STRATA;
	CHECK_INT(interval_of(&h, &p, .95, 999, &b), MS_OK);
	CHECK(!p.broken);
	CHECK_NEAR(b.std_error, sqrt(2. / 200), .015);
	CHECK(b.lower < 2 && b.upper > 2);
	/* so they are to pairs drawn as wholes when both labels have them alike */
	labels.exchange = MS_EXCHANGE_ROWS;
	CHECK_INT(interval_of(&h, &p, .95, 999, &b), MS_OK);
	CHECK(b.std_error > 5);
	CHECK_INT(interval_of(&h, &p, 1, 999, &b), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "level");
	CHECK_INT(interval_of(&h, &p, .95, 0, &b), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "replicates");
	CHECK_INT(h.live, 0);
}

static ms_status
both(host *h, probe *p)
{
	ms_permutation t;
	ms_bootstrap b;
	ms_status status = test_of(h, p, 20, 1, 3, 0, &t);

	return status == MS_OK ? interval_of(h, p, .9, 20, &b) : status;
}

TEST(stops_and_refusals)
{
	enum { N = 100000 };
	double *x = calloc(N, sizeof(double));
	unsigned char *label = malloc(N);
	uint32_t *unit = malloc(N * sizeof(uint32_t));
	ms_labels labels = {N, label, unit, 5, MS_EXCHANGE_ROWS};
	probe p = {.x = x, .labels = &labels};
	ms_status status;
	host h;

	for (uint32_t i = 0; i < N; i++)
	{
		label[i] = i % 2;
		unit[i] = i % 5;
	}
	labels.unit = NULL;
	labels.units = 0;
	HOST_EVERY(h, status, both(&h, &p));
	CHECK(h.polls > 0);
	free(x);
	free(label);
	free(unit);
}

int
main(void)
{
	RUN(all_strata);
	RUN(every_kind_at_random);
	RUN(batches_and_seeds);
	RUN(standard_error);
	RUN(stops_and_refusals);
	return unit_done();
}
