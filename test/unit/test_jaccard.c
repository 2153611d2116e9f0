/*
 * test_jaccard.c: estimates against reference values, exact answers, and their means, variances
 * and coverage over many seeds.
 */
#include "core/sketch/jaccard.h"

#include <gsl/gsl_errno.h>

#include "core/base/rng.h"
#include "minhash_exercise.h"

static uint64_t
integer(int64_t i)
{
	return ms_element_int64(MS_ELEMENT_INTEGER, i);
}

/* from .. to, each `times` times. */
static state *
integers(size_t t, ms_minhash_kind kind, int64_t seed, int64_t from, int64_t to, int times)
{
	state *s = state_make(t, kind, seed);

	for (int64_t i = from; i <= to; i++)
		for (int k = 0; k < times; k++)
			state_put(s, integer(i), 1);
	return s;
}

static ms_overlap
overlap(const state *a, const state *b)
{
	ms_overlap o;
	host h;

	host_init(&h);
	CHECK_INT(ms_overlap_of(&h.ctx, a->m, b->m, a->keys, &o), MS_OK);
	return o;
}

static double
jaccard(const state *a, const state *b)
{
	double j;
	host h;

	host_init(&h);
	CHECK_INT(ms_jaccard(&h.ctx, a->m, b->m, a->keys, &j), MS_OK);
	return j;
}

static double
joint(const ms_overlap *o, double size_a, double size_b)
{
	double j;
	host h;

	host_init(&h);
	CHECK_INT(ms_jaccard_joint(&h.ctx, o, size_a, size_b, &j), MS_OK);
	return j;
}

static ms_estimate
cardinality(const state *s)
{
	ms_estimate e;
	host h;

	host_init(&h);
	CHECK_INT(ms_cardinality(&h.ctx, s->m, 0.95, &e), MS_OK);
	return e;
}

typedef ms_status (*interval_of)(ms_ctx *, const ms_overlap *, double, ms_estimate *);

static ms_estimate
interval(interval_of f, const ms_overlap *o)
{
	ms_estimate e;
	host h;

	host_init(&h);
	CHECK_INT(f(&h.ctx, o, 0.95, &e), MS_OK);
	return e;
}

/* --- reference values ----------------------------------------------------------------------- */

TEST(thousand_and_thousand)
{
	static const struct
	{
		ms_minhash_kind kind;
		uint32_t equal, less, greater;
		double a, b, either;
	} known[] = {{MS_MINHASH_FSS, 87, 0, 0, 1017.0530, 1025.9891, 1530.1559},
				 {MS_MINHASH_KHASH, 90, 97, 69, 1059.8143, 922.1107, 1494.2048}};

	for (int i = 0; i < 2; i++)
	{
		/* each twice, so that the number of rows bounds no estimate */
		state *a = integers(256, known[i].kind, 0, 1, 1000, 2);
		state *b = integers(256, known[i].kind, 0, 501, 1500, 2);
		ms_overlap o = overlap(a, b);

		CHECK_INT(o.equal, known[i].equal);
		if (i == 1)
		{
			CHECK_INT(o.less, known[i].less);
			CHECK_INT(o.greater, known[i].greater);
			CHECK_NEAR(joint(&o, 1000, 1000), .3515625, 1e-12);
		}
		CHECK_NEAR(jaccard(a, b), known[i].equal / 256.0, 0);
		CHECK_NEAR(o.size_a, known[i].a, 1e-7);
		CHECK_NEAR(o.size_b, known[i].b, 1e-7);
		CHECK_NEAR(o.size_union, known[i].either, 1e-7);
		state_free(a);
		state_free(b);
	}
}

TEST(shares_have_clopper_and_pearsons_interval)
{
	static const double known[][3] = {{64, .410376, .589624},
									  {10, .038099, .138982},
									  {0, 0, .028408},
									  {128, .971592, 1},
									  {90, .615994, .780598}};
	double lower;
	double upper;

	for (int i = 0; i < 5; i++)
	{
		ms_share_interval(known[i][0], 128, 0.95, &lower, &upper);
		CHECK_NEAR(lower, known[i][1], 6e-7);
		CHECK_NEAR(upper, known[i][2], 6e-7);
	}
	ms_share_interval(0, 0, 0.95, &lower, &upper);
	CHECK(lower == 0 && upper == 1);
	/* every count and extreme levels: monotone, and around the share */
	for (int t = 2; t <= 2048; t = t * 5 / 2)
		for (double level = 1e-6; level < 1; level = 1 - (1 - level) / 30)
		{
			double last = -1;

			if (1 - level < 1e-12)
				break;
			for (int x = 0; x <= t; x += 1 + t / 50)
			{
				ms_share_interval(x, t, level, &lower, &upper);
				CHECK(lower <= (double) x / t && (double) x / t <= upper && lower >= last);
				last = lower;
			}
		}
}

TEST(rows_bound_the_number_of_elements)
{
	state *s = integers(256, MS_MINHASH_FSS, 0, 1, 1000, 1);
	ms_estimate e = cardinality(s);

	CHECK_NEAR(e.value, 1000, 0); /* 1017 without the bound */
	CHECK(e.lower < 950 && e.upper == 1000);
	state_free(s);
	s = integers(256, MS_MINHASH_FSS, 0, 1, 257, 5);
	CHECK(cardinality(s).lower >= 257);
	state_free(s);
}

/* --- exact values --------------------------------------------------------------------------- */

TEST(small_sets_are_exact)
{
	state *a = integers(16, MS_MINHASH_FSS, 0, 1, 6, 1);
	state *b = integers(16, MS_MINHASH_FSS, 0, 4, 7, 3);
	state *none = state_make(16, MS_MINHASH_FSS, 0);
	state *large = integers(16, MS_MINHASH_FSS, 0, 1, 50, 2);
	ms_overlap o = overlap(a, b);
	ms_estimate e;

	CHECK(o.exact);
	CHECK_BITS(jaccard(a, b), 3.0 / 7);
	e = interval(ms_jaccard_interval, &o);
	CHECK(e.value == 3.0 / 7 && e.lower == e.value && e.upper == e.value && e.std_error == 0);
	e = interval(ms_containment_interval, &o);
	CHECK_NEAR(e.value, .5, 0);
	e = interval(ms_intersection_interval, &o);
	CHECK_NEAR(e.value, 3, 0);
	CHECK_NEAR(joint(&o, 6, 4), 3.0 / 7, 0);
	CHECK_NEAR(cardinality(a).value, 6, 0);
	CHECK_NEAR(o.size_union, 7, 0);

	CHECK(isnan(jaccard(none, none)));
	CHECK_NEAR(jaccard(a, none), 0, 0);
	CHECK_NEAR(jaccard(none, large), 0, 0);
	o = overlap(none, large);
	CHECK(isnan(interval(ms_containment_interval, &o).value));
	CHECK_NEAR(interval(ms_intersection_interval, &o).value, 0, 0);
	o = overlap(large, none);
	CHECK_NEAR(interval(ms_containment_interval, &o).value, 0, 0);
	o = overlap(none, none);
	CHECK(isnan(interval(ms_jaccard_interval, &o).value));

	/* an exact side against registers: its size is known */
	o = overlap(a, large);
	CHECK(!o.exact && o.exact_a && !o.exact_b);
	CHECK_NEAR(interval(ms_containment_interval, &o).value, 1, 0);
	CHECK_NEAR(interval(ms_intersection_interval, &o).value, 6, 0);
	CHECK_NEAR(interval(ms_intersection_interval, &o).upper, 6, 0);
	state_free(a);
	state_free(b);
	state_free(none);
	state_free(large);
}

static state *
weights(ms_minhash_kind kind, size_t t, int64_t seed, const double *w, int n)
{
	state *s = state_make(t, kind, seed);

	for (int i = 0; i < n; i++)
		state_put(s, integer(i), w[i]);
	return s;
}

static const double example_x[] = {1, 2, 3, 0};
static const double example_y[] = {2, 2, 0, 1};

TEST(small_weighted_sets_are_exact)
{
	state *x = weights(MS_MINHASH_WEIGHTED, 16, 0, example_x, 4);
	state *y = weights(MS_MINHASH_WEIGHTED, 16, 0, example_y, 4);
	ms_overlap o = overlap(x, y);

	CHECK_NEAR(jaccard(x, y), .375, 1e-15);
	CHECK_NEAR(interval(ms_intersection_interval, &o).value, 3, 1e-15);
	CHECK_NEAR(cardinality(x).value, 6, 1e-15);
	CHECK_NEAR(interval(ms_containment_interval, &o).value, .5, 1e-15);
	state_free(x);
	state_free(y);
	x = weights(MS_MINHASH_PROBABILITY, 16, 0, example_x, 4);
	y = weights(MS_MINHASH_PROBABILITY, 16, 0, example_y, 4);
	CHECK_NEAR(jaccard(x, y), .403846153846, 1e-12);
	CHECK_NEAR(jaccard(x, x), 1, 1e-15);
	state_free(x);
	state_free(y);
}

/* --- over many seeds ------------------------------------------------------------------------ */

/* Mean and variance of what comes in. */
typedef struct moments2
{
	double n, sum, squares;
} moments2;

static void
take(moments2 *s, double x)
{
	s->n++;
	s->sum += x;
	s->squares += x * x;
}

static double
mean_of(const moments2 *s)
{
	return s->sum / s->n;
}

static double
variance_of(const moments2 *s)
{
	return (s->squares - s->sum * s->sum / s->n) / (s->n - 1);
}

/* Registers of an exact set of any size up to 2048, as those of t. */
static void
registers_of(ms_minhash_kind kind, size_t t, int64_t seed, const uint64_t *elements, size_t n,
			 uint64_t *out)
{
	state *s = state_make(2048, kind, seed);
	uint64_t scratch[MS_MINHASH_MAX_WORDS];

	for (size_t i = 0; i < n; i++)
		state_put(s, elements[i], 1);
	s->m->t = (uint32_t) t;
	memcpy(out, ms_minhash_registers(s->m, s->keys, scratch), ms_minhash_register_words(s->m) * 8);
	state_free(s);
}

/* Spec 11.3: the share of equal registers has mean J and at most the binomial's variance. */
TEST(shares_are_unbiased_and_narrow)
{
	enum
	{
		T = 64,
		SEEDS = 600
	};
	static const size_t unions[] = {8, 16, 64, 256, 1024};
	static const double js[] = {.25, .5, .875};
	/* of fss, measured by others at J = 1/2: variance over the binomial's */
	static const double narrow[] = {.50, .52, .54, .75, .93};

	for (ms_minhash_kind kind = MS_MINHASH_FSS; kind <= MS_MINHASH_KHASH; kind++)
		for (int u = 0; u < 5; u++)
			for (int k = 0; k < 3; k++)
			{
				static uint64_t elements[1024], a[T], b[T];
				size_t n = unions[u];
				size_t common = (size_t) (js[k] * (double) n);
				size_t alone = (n - common) / 2;
				double j = js[k];
				double binomial = j * (1 - j) / T;
				moments2 shares = {0, 0, 0};

				for (int seed = 0; seed < SEEDS; seed++)
				{
					double equal = 0;

					for (size_t i = 0; i < n; i++)
						elements[i] = integer((int64_t) (i + (size_t) seed * 10000));
					/* the first `alone` are b's missing ones, the last a's */
					registers_of(kind, T, seed, elements, n - (n - common - alone), a);
					registers_of(kind, T, seed, elements + alone, n - alone, b);
					for (int i = 0; i < T; i++)
						equal += a[i] == b[i];
					take(&shares, equal / T);
				}
				CHECK_NEAR(mean_of(&shares), j, 4 * sqrt(variance_of(&shares) / SEEDS));
				CHECK(variance_of(&shares) < binomial * (1.05 + 4 * sqrt(2.0 / SEEDS)));
				if (kind == MS_MINHASH_FSS && js[k] == .5)
					CHECK_NEAR(variance_of(&shares) / binomial, narrow[u],
							   4.5 * narrow[u] * sqrt(2.0 / SEEDS));
			}
}

TEST(sizes_are_unbiased)
{
	static const ms_minhash_kind kinds[] = {MS_MINHASH_FSS, MS_MINHASH_KHASH, MS_MINHASH_WEIGHTED,
											MS_MINHASH_PROBABILITY};

	for (int k = 0; k < 4; k++)
	{
		int n = 1000;
		int seeds = 400;
		int covered = 0;
		moments2 sizes = {0, 0, 0};

		for (int seed = 0; seed < seeds; seed++)
		{
			state *s = integers(64, kinds[k], seed, 1, n, 1);
			ms_estimate e;

			s->m->n = INT64_MAX; /* no bound */
			e = cardinality(s);
			take(&sizes, e.value / n);
			covered += e.lower <= n && n <= e.upper;
			state_free(s);
		}
		CHECK_NEAR(mean_of(&sizes), 1, 4 * sqrt(variance_of(&sizes) / seeds));
		CHECK(sqrt(variance_of(&sizes)) < (1 / sqrt(62)) * (1 + 4 / sqrt(2.0 * seeds)));
		CHECK(covered > 0.95 * seeds - 4 * sqrt(0.95 * 0.05 * seeds));
	}
}

/* Registers of weighted sets agree with probability J_W and J_P, one by one. */
TEST(weighted_registers_agree_as_often_as_they_should)
{
	static const double wanted[] = {.375, .403846153846};

	for (int k = 0; k < 2; k++)
	{
		ms_minhash_kind kind = k ? MS_MINHASH_PROBABILITY : MS_MINHASH_WEIGHTED;
		double j = wanted[k];
		int seeds = 1500;
		int t = 16;
		moments2 shares = {0, 0, 0};

		for (int seed = 0; seed < seeds; seed++)
		{
			state *x = weights(kind, (size_t) t, seed, example_x, 4);
			state *y = weights(kind, (size_t) t, seed, example_y, 4);
			double share;
			host h;

			host_init(&h);
			CHECK_INT(ms_jaccard_registers(&h.ctx, x->m, y->m, x->keys, &share), MS_OK);
			take(&shares, share);
			state_free(x);
			state_free(y);
		}
		CHECK_NEAR(mean_of(&shares), j, 4 * sqrt(j * (1 - j) / t / seeds));
		CHECK_NEAR(variance_of(&shares) / (j * (1 - j) / t), 1, 4 * sqrt(2.0 / seeds));
	}
}

/* The sketch of element-wise maxima is the merge, and equal registers estimate their J_W. */
TEST(large_weighted_sets)
{
	for (ms_minhash_kind kind = MS_MINHASH_WEIGHTED; kind <= MS_MINHASH_PROBABILITY; kind++)
	{
		state *x = state_make(256, kind, 5);
		state *y = state_make(256, kind, 5);
		state *both = state_make(256, kind, 5);
		double least = 0;
		double greatest = 0;
		ms_overlap o;

		for (int i = 0; i < 2000; i++)
		{
			double u = 1 + i % 7;
			double v = 1 + i % 5;

			state_put(x, integer(i), u);
			state_put(y, integer(i), v);
			state_put(both, integer(i), fmax(u, v));
			least += fmin(u, v);
			greatest += fmax(u, v);
		}
		o = overlap(x, y);
		if (kind == MS_MINHASH_WEIGHTED)
		{
			ms_estimate e = interval(ms_intersection_interval, &o);

			CHECK_NEAR(jaccard(x, y), least / greatest, 4 * sqrt(.25 / 256));
			CHECK(e.lower <= least && least <= e.upper);
			CHECK_NEAR(o.size_union / greatest, 1, 4 / sqrt(254));
		}
		state_merge(x, y->m);
		CHECK(minhash_same(x->m, both->m));
		state_free(x);
		state_free(y);
		state_free(both);
	}
}

/* What says "95%" holds at least so often, for all of the quantities. */
TEST(intervals_cover)
{
	enum
	{
		SEEDS = 300
	};
	static const int sizes[][3] = {{1000, 1000, 500}, {3000, 200, 150}, {100, 2000, 60}};

	for (int k = 0; k < 3; k++)
	{
		int na = sizes[k][0];
		int nb = sizes[k][1];
		int common = sizes[k][2];
		double j = (double) common / (na + nb - common);
		int covered[3] = {0, 0, 0};
		moments2 plain = {0, 0, 0};
		moments2 joint_sizes = {0, 0, 0};
		double floor = .95 * SEEDS - 4 * sqrt(.95 * .05 * SEEDS);

		for (int seed = 0; seed < SEEDS; seed++)
		{
			state *a = integers(128, MS_MINHASH_FSS, seed, 1, na, 1);
			state *b = integers(128, MS_MINHASH_FSS, seed, na - common + 1, na - common + nb, 1);
			ms_overlap o = overlap(a, b);
			ms_estimate e = interval(ms_jaccard_interval, &o);

			covered[0] += e.lower <= j && j <= e.upper;
			take(&plain, e.value);
			take(&joint_sizes, joint(&o, na, nb));
			e = interval(ms_containment_interval, &o);
			covered[1] += e.lower <= (double) common / na && (double) common / na <= e.upper;
			e = interval(ms_intersection_interval, &o);
			covered[2] += e.lower <= common && common <= e.upper;
			state_free(a);
			state_free(b);
		}
		for (int i = 0; i < 3; i++)
			CHECK(covered[i] >= floor);
		CHECK_NEAR(mean_of(&joint_sizes), j, 4 * sqrt(variance_of(&joint_sizes) / SEEDS) + .003);
		/* sizes that differ say much of J */
		if (k == 1)
			CHECK(variance_of(&joint_sizes) < .7 * variance_of(&plain));
	}
}

TEST(nested_sets_are_exact_for_the_joint_estimate)
{
	state *whole = integers(128, MS_MINHASH_FSS, 3, 1, 1000, 1);
	state *part = integers(128, MS_MINHASH_FSS, 3, 1, 300, 1);
	ms_overlap o = overlap(whole, part);

	CHECK_NEAR(joint(&o, 1000, 300), .3, 1e-12);
	o = overlap(part, whole);
	CHECK_NEAR(joint(&o, 300, 1000), .3, 1e-12);
	CHECK_NEAR(interval(ms_containment_interval, &o).value, 1, 0);
	CHECK_NEAR(joint(&o, 0, 1000), 0, 0);
	state_free(whole);
	state_free(part);
}

/* --- packed --------------------------------------------------------------------------------- */

static state *
packed(const state *s, int bits)
{
	state *p = state_make(s->m->t, (ms_minhash_kind) s->m->kind, s->m->seed);
	host h;

	host_init(&h);
	state_room(p, ms_minhash_pack_size(s->m, bits));
	CHECK_INT(ms_minhash_pack(&h.ctx, s->m, s->keys, bits, p->m), MS_OK);
	CHECK(minhash_good(p->m));
	return p;
}

TEST(packed_registers_estimate)
{
	static const double wider[] = {3, 5.0 / 3, 17.0 / 15,
								   257.0 / 255}; /* than full ones, at J = 1/2 */

	for (int k = 0; k < 4; k++)
	{
		int bits = 1 << k;
		int seeds = 400;
		moments2 shares = {0, 0, 0};

		for (int seed = 0; seed < seeds; seed++)
		{
			state *a = integers(128, MS_MINHASH_KHASH, seed, 1, 300, 1);
			state *b = integers(128, MS_MINHASH_KHASH, seed, 101, 400, 1);
			state *pa = packed(a, bits);
			state *pb = packed(b, bits);

			CHECK_BITS(jaccard(pa, pb), jaccard(pa, b));
			take(&shares, jaccard(pa, pb));
			state_free(a);
			state_free(b);
			state_free(pa);
			state_free(pb);
		}
		CHECK_NEAR(mean_of(&shares), .5, 4 * sqrt(wider[k] * .25 / 128 / seeds));
		CHECK_NEAR(variance_of(&shares) * 128 / .25, wider[k], 4.5 * wider[k] * sqrt(2.0 / seeds));
	}
}

TEST(packed_values_have_limits)
{
	state *a = integers(100, MS_MINHASH_FSS, 0, 1, 300, 1);
	state *small = integers(100, MS_MINHASH_FSS, 0, 1, 2, 1);
	state *one = packed(a, 1);
	state *two = packed(a, 2);
	state *few = packed(small, 1);
	ms_overlap o;
	ms_estimate e;
	double j;
	host h;

	host_init(&h);
	CHECK_INT(ms_minhash_used(one->m), 48 + 16);
	CHECK_INT(ms_minhash_pack_size(small->m, 1), 48 + 16);
	CHECK(minhash_same(few->m, small->m));
	CHECK_INT(ms_minhash_pack(&h.ctx, a->m, a->keys, 3, a->m), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "bits");
	CHECK_INT(ms_minhash_pack(&h.ctx, one->m, a->keys, 1, two->m), MS_MISMATCH);
	CHECK_INT(ms_jaccard(&h.ctx, one->m, two->m, a->keys, &j), MS_MISMATCH);
	CHECK_STR(h.ctx.facts.what, "bits");
	CHECK_INT(ms_minhash_meet(&h.ctx, a->m, one->m), MS_MISMATCH);
	CHECK_INT(ms_cardinality(&h.ctx, one->m, .95, &e), MS_MISMATCH);
	CHECK_INT(ms_overlap_of(&h.ctx, one->m, a->m, a->keys, &o), MS_OK);
	CHECK_INT(ms_jaccard_interval(&h.ctx, &o, .95, &e), MS_OK);
	CHECK_NEAR(e.value, 1, 0);
	CHECK_INT(ms_containment_interval(&h.ctx, &o, .95, &e), MS_MISMATCH);
	CHECK_INT(ms_intersection_interval(&h.ctx, &o, .95, &e), MS_MISMATCH);
	CHECK_INT(ms_jaccard_joint(&h.ctx, &o, 1, 1, &j), MS_MISMATCH);
	CHECK_INT(ms_jaccard_interval(&h.ctx, &o, 1, &e), MS_BAD_ARGUMENT);
	CHECK_INT(ms_jaccard_interval(&h.ctx, &o, NAN, &e), MS_BAD_ARGUMENT);
	state_free(a);
	state_free(small);
	state_free(one);
	state_free(two);
	state_free(few);
}

/* --- many ----------------------------------------------------------------------------------- */

static ms_status
all(host *h, state **sets, size_t count, ms_estimate *e)
{
	const ms_minhash *values[4];

	for (size_t i = 0; i < count; i++)
		values[i] = sets[i]->m;
	return ms_jaccard_all(&h->ctx, values, count, count > 0 ? sets[0]->keys : NULL, .95, e);
}

TEST(many_sets_have_one_overlap)
{
	/* 1-60, 21-80, 41-100: 20 of 100 */
	state *exact[] = {integers(64, MS_MINHASH_FSS, 0, 1, 60, 1),
					  integers(64, MS_MINHASH_FSS, 0, 21, 80, 1),
					  integers(64, MS_MINHASH_FSS, 0, 41, 100, 1)};
	state *large[] = {integers(1024, MS_MINHASH_FSS, 0, 1, 6000, 1),
					  integers(1024, MS_MINHASH_FSS, 0, 2001, 8000, 1),
					  integers(1024, MS_MINHASH_FSS, 0, 4001, 10000, 1)};
	state *mixed[] = {integers(64, MS_MINHASH_FSS, 0, 1, 60, 1),
					  integers(64, MS_MINHASH_FSS, 0, 1, 100, 1)};
	state *none = state_make(64, MS_MINHASH_FSS, 0);
	state *with_none[] = {exact[0], none};
	state *nothing[] = {none, none};
	ms_estimate e;
	ms_status status;
	host h;

	HOST_EVERY(h, status, all(&h, exact, 3, &e));
	CHECK_INT(all(&h, exact, 3, &e), MS_OK);
	CHECK_NEAR(e.value, .2, 1e-15);
	CHECK_INT(all(&h, large, 3, &e), MS_OK);
	CHECK(e.lower < .2 && .2 < e.upper && e.value != .2);
	CHECK_INT(all(&h, mixed, 2, &e), MS_OK);
	CHECK_BITS(e.value, jaccard(mixed[0], mixed[1]));
	CHECK_INT(all(&h, with_none, 2, &e), MS_OK);
	CHECK_NEAR(e.value, 0, 0);
	CHECK_INT(all(&h, nothing, 2, &e), MS_OK);
	CHECK(isnan(e.value));
	CHECK_INT(all(&h, exact, 1, &e), MS_OK);
	CHECK_NEAR(e.value, 1, 0);
	for (int i = 0; i < 3; i++)
	{
		state_free(exact[i]);
		state_free(large[i]);
	}
	state_free(mixed[0]);
	state_free(mixed[1]);
	state_free(none);
}

TEST(weighted_many)
{
	static const double w[3][3] = {
		{1, 2, 3}, {3, 1, 2}, {2, 2, 2}}; /* least 1 1 2, greatest 3 2 3 */
	state *sets[3];
	ms_estimate e;
	host h;

	host_init(&h);
	for (int i = 0; i < 3; i++)
		sets[i] = weights(MS_MINHASH_WEIGHTED, 8, 0, w[i], 3);
	CHECK_INT(all(&h, sets, 3, &e), MS_OK);
	CHECK_NEAR(e.value, .5, 1e-15);
	for (int i = 0; i < 3; i++)
		state_free(sets[i]);
}

TEST(a_long_exact_comparison_can_be_stopped)
{
	state *x = state_make(2048, MS_MINHASH_PROBABILITY, 0);
	state *y = state_make(2048, MS_MINHASH_PROBABILITY, 0);
	double j;
	ms_status status;
	host h;

	for (int i = 0; i < 1000; i++)
	{
		state_put(x, integer(i), 1 + i % 3);
		state_put(y, integer(i + 200), 1 + i % 4);
	}
	HOST_EVERY(h, status, ms_jaccard(&h.ctx, x->m, y->m, x->keys, &j));
	CHECK(h.polls > 0);
	state_free(x);
	state_free(y);
}

int
main(void)
{
	gsl_set_error_handler_off();
	RUN(thousand_and_thousand);
	RUN(shares_have_clopper_and_pearsons_interval);
	RUN(rows_bound_the_number_of_elements);
	RUN(small_sets_are_exact);
	RUN(small_weighted_sets_are_exact);
	RUN(shares_are_unbiased_and_narrow);
	RUN(sizes_are_unbiased);
	RUN(weighted_registers_agree_as_often_as_they_should);
	RUN(large_weighted_sets);
	RUN(intervals_cover);
	RUN(nested_sets_are_exact_for_the_joint_estimate);
	RUN(packed_registers_estimate);
	RUN(packed_values_have_limits);
	RUN(many_sets_have_one_overlap);
	RUN(weighted_many);
	RUN(a_long_exact_comparison_can_be_stopped);
	return unit_done();
}
