/*
 * test_setindex.c: the Jaccard family against the examples of its specification, by definition, and
 * by its laws on random sets and vectors.
 */
#include "core/sketch/setindex.h"

#include "core/base/rng.h"
#include "host.h"

#define EXACT 1e-15
#define DIGITS 6e-13 /* of the examples */

TEST(sets)
{
	ms_set_counts c = {3, 6, 4};
	ms_set_counts back = {3, 4, 6};

	CHECK_NEAR(ms_set_jaccard(c), .428571428571, DIGITS);
	CHECK_NEAR(ms_set_dice(c), .6, EXACT);
	CHECK_NEAR(ms_set_interiority(c), .75, EXACT);
	CHECK_NEAR(ms_set_containment(c), .5, EXACT);
	CHECK_NEAR(ms_set_containment(back), .75, EXACT);
	CHECK_NEAR(ms_set_ochiai(c), .612372435696, DIGITS);
	CHECK_NEAR(ms_set_kulczynski(c), .625, EXACT);
	CHECK_NEAR(ms_set_tversky(c, .8, .2), .535714285714, DIGITS);
	CHECK_NEAR(ms_set_tversky(c, 1, 1), ms_set_jaccard(c), EXACT);
	CHECK_NEAR(ms_set_tversky(c, .5, .5), ms_set_dice(c), EXACT);
	CHECK_NEAR(ms_set_tversky(c, 1, 0), ms_set_containment(c), EXACT);
	CHECK_NEAR(ms_set_f(c, 1), ms_set_dice(c), EXACT);
	CHECK_NEAR(ms_set_coincidence(c), .321428571429, DIGITS);
}

TEST(empty_sets)
{
	double (*const all[])(ms_set_counts) = {ms_set_jaccard,     ms_set_dice,   ms_set_interiority,
											ms_set_coincidence, ms_set_ochiai, ms_set_kulczynski};

	for (int i = 0; i < 6; i++)
	{
		CHECK(isnan(all[i]((ms_set_counts){0, 0, 0})));
		CHECK_NEAR(all[i]((ms_set_counts){0, 3, 0}), 0, 0);
		CHECK_NEAR(all[i]((ms_set_counts){0, 0, 3}), 0, 0);
	}
	CHECK(isnan(ms_set_containment((ms_set_counts){0, 0, 3})));
	CHECK_NEAR(ms_set_containment((ms_set_counts){0, 3, 0}), 0, 0);
	CHECK(isnan(ms_set_tversky((ms_set_counts){0, 0, 0}, 1, 1)));
	CHECK_NEAR(ms_set_tversky((ms_set_counts){0, 3, 0}, 1, 1), 0, 0);
	CHECK(isnan(ms_set_tversky((ms_set_counts){0, 3, 0}, 0, 0)));
}

static ms_rng rng;

static size_t
random_set(uint64_t *out, uint64_t universe)
{
	size_t n = 0;

	for (uint64_t i = 0; i < universe; i++)
		if (ms_rng_below(&rng, 2))
			out[n++] = i;
	return n;
}

static ms_set_counts
counts(const uint64_t *a, size_t na, const uint64_t *b, size_t nb)
{
	ms_set_counts c;
	host h;

	host_init(&h);
	CHECK_INT(ms_set_count(&h.ctx, a, na, b, nb, &c), MS_OK);
	return c;
}

TEST(laws_of_sets)
{
	ms_rng_init(&rng, 1, 1);
	for (int round = 0; round < 2000; round++)
	{
		uint64_t a[8], b[8], c[8];
		size_t na = random_set(a, 8);
		size_t nb = random_set(b, 8);
		size_t nc = random_set(c, 8);
		ms_set_counts ab = counts(a, na, b, nb);
		ms_set_counts ba = counts(b, nb, a, na);
		ms_set_counts bc = counts(b, nb, c, nc);
		ms_set_counts ac = counts(a, na, c, nc);
		ms_set_counts more = {ab.common + 1, ab.a + 1, ab.b + 1};
		ms_set_counts wider = {ab.common, ab.a + 1, ab.b};

		if (na == 0 || nb == 0 || nc == 0)
			continue;
		CHECK_BITS(ms_set_jaccard(ab), ms_set_jaccard(ba));
		CHECK_NEAR(ms_set_jaccard(counts(a, na, a, na)), 1, 0);
		CHECK(ms_set_jaccard(ab) <= ms_set_dice(ab) + EXACT &&
			  ms_set_dice(ab) <= ms_set_ochiai(ab) + EXACT);
		CHECK(ms_set_ochiai(ab) <= ms_set_kulczynski(ab) + EXACT);
		CHECK(ms_set_kulczynski(ab) <= ms_set_interiority(ab) + EXACT);
		CHECK_NEAR(ms_set_coincidence(ab), ms_set_jaccard(ab) * ms_set_interiority(ab), 0);
		CHECK_NEAR(ms_set_dice(ab), 2 * ms_set_jaccard(ab) / (1 + ms_set_jaccard(ab)), EXACT);
		CHECK(ms_set_jaccard(more) >= ms_set_jaccard(ab) &&
			  ms_set_jaccard(wider) <= ms_set_jaccard(ab));
		/* 1 - J is a metric */
		CHECK(1 - ms_set_jaccard(ac) <= 2 - ms_set_jaccard(ab) - ms_set_jaccard(bc) + EXACT);
	}
	/* 1 - C is none */
	CHECK((1 - ms_set_coincidence((ms_set_counts){2, 3, 3})) > .25 + .25);
}

static ms_set_venn
venn(const uint64_t *a, size_t na, const uint64_t *b, size_t nb, const uint64_t *c, size_t nc)
{
	const uint64_t *sets[3] = {a, b, c};
	size_t n[3] = {na, nb, nc};
	ms_set_venn v;
	host h;

	host_init(&h);
	CHECK_INT(ms_set_venn_count(&h.ctx, sets, n, &v), MS_OK);
	return v;
}

TEST(three_sets)
{
	static const uint64_t a[] = {1, 2, 3, 4}, b[] = {3, 4, 5, 6, 7}, c[] = {6, 7, 8},
						  nine[] = {9, UINT64_MAX};
	ms_set_venn v = venn(a, 4, b, 5, c, 3);

	CHECK_NEAR(v.cell[1], 2, 0);
	CHECK_NEAR(v.cell[3], 2, 0);
	CHECK_NEAR(v.cell[6], 2, 0);
	CHECK_NEAR(ms_set_chain(&v), .5, EXACT);
	CHECK_NEAR(ms_set_jaccard3(&v), 0, 0);
	v = venn(a, 2, a, 3, nine, 2);
	CHECK_NEAR(ms_set_chain(&v), 0, 0);
	CHECK_NEAR(v.cell[4], 2, 0);
	v = venn(a, 4, a, 4, a, 4);
	CHECK_NEAR(ms_set_jaccard3(&v), 1, 0);
	v = venn(a, 2, a, 4, a + 2, 2);
	CHECK_NEAR(ms_set_chain(&v), 1, 0);
	v = venn(a, 0, a, 0, a, 0);
	CHECK(isnan(ms_set_chain(&v)) && isnan(ms_set_jaccard3(&v)));
}

/* --- vectors -------------------------------------------------------------------------------- */

static ms_pair_sums
sums(const double *x, const double *y, size_t n)
{
	ms_pair_sums s;
	host h;

	host_init(&h);
	CHECK_INT(ms_pair_sum(&h.ctx, x, y, n, &s), MS_OK);
	return s;
}

TEST(multisets)
{
	static const double x[] = {3, 2, 0, 0}, y[] = {2, 1, 2, 1}, z[] = {1, 2, 3},
						ten[] = {10, 20, 30}, zero[3] = {0};
	ms_pair_sums s = sums(x, y, 4);
	host h;

	CHECK_NEAR(ms_pair_ruzicka(&s), .375, EXACT);
	CHECK_NEAR(ms_pair_jaccard(&s, .5), .375, EXACT);
	CHECK_NEAR(ms_pair_interiority(&s), .6, EXACT);
	CHECK_NEAR(ms_pair_coincidence(&s, .5), .225, EXACT);
	CHECK_NEAR(ms_pair_addition(&s), .545454545455, DIGITS);
	s = sums(z, ten, 3);
	CHECK_NEAR(ms_pair_ruzicka(&s), .1, EXACT);
	CHECK_NEAR(ms_pair_interiority(&s), 1, 0);
	CHECK_NEAR(ms_pair_coincidence(&s, .5), .1, EXACT);
	host_init(&h);
	CHECK_INT(ms_pair_sum_normalised(&h.ctx, z, ten, 3, &s), MS_OK);
	CHECK_NEAR(ms_pair_ruzicka(&s), 1, EXACT);
	s = sums(z, zero, 3);
	CHECK_NEAR(ms_pair_ruzicka(&s), 0, 0);
	CHECK_NEAR(ms_pair_coincidence(&s, .5), 0, 0);
	CHECK(isnan(ms_pair_interiority(&s)));
	s = sums(zero, zero, 3);
	CHECK(isnan(ms_pair_ruzicka(&s)) && isnan(ms_pair_coincidence(&s, .5)) &&
		  isnan(ms_pair_addition(&s)));
	CHECK_INT(ms_pair_sum_normalised(&h.ctx, zero, z, 3, &s), MS_OK);
	CHECK_NEAR(ms_pair_ruzicka(&s), 0, 0);
}

TEST(signed_vectors)
{
	static const double x[] = {3, -2, 1.5, 0, -1}, y[] = {2, -1, -.5, 1, 2},
						minus[] = {-3, 2, -1.5, 0, 1};
	ms_pair_sums s = sums(x, y, 5);

	CHECK_NEAR(ms_sum_get(&s.least), 3, 0);
	CHECK_NEAR(ms_sum_get(&s.opposed), 1.5, 0);
	CHECK_NEAR(ms_sum_get(&s.greatest), 9.5, 0);
	CHECK_NEAR(ms_pair_jaccard(&s, .5), .157894736842, DIGITS);
	CHECK_NEAR(ms_pair_jaccard(&s, .7), .347368421053, DIGITS);
	CHECK_NEAR(ms_pair_jaccard(&s, .3), -.031578947368, DIGITS);
	CHECK_NEAR(ms_pair_ruzicka(&s), .473684210526, DIGITS);
	CHECK_NEAR(ms_pair_interiority(&s), .692307692308, DIGITS);
	CHECK_NEAR(ms_pair_coincidence(&s, .5), .109311740891, DIGITS);
	s = sums(x, minus, 5);
	CHECK_NEAR(ms_pair_jaccard(&s, .5), -1, 0);
	CHECK_NEAR(ms_pair_coincidence(&s, .5), -1, 0);
}

TEST(laws_of_vectors)
{
	enum
	{
		N = 12
	};

	ms_rng_init(&rng, 2, 1);
	for (int round = 0; round < 500; round++)
	{
		double x[N], y[N], z[N], minus[N], cx[N], cy[N];
		ms_pair_sums xy, yz, xz, back, parts, rest;

		for (int i = 0; i < N; i++)
		{
			x[i] = ms_rng_normal(&rng);
			y[i] = ms_rng_normal(&rng);
			z[i] = ms_rng_normal(&rng);
			minus[i] = -y[i];
			cx[i] = 7.5 * x[i];
			cy[i] = 7.5 * y[i];
		}
		xy = sums(x, y, N);
		back = sums(y, x, N);
		CHECK_NEAR(ms_pair_jaccard(&xy, .5), ms_pair_jaccard(&back, .5), EXACT);
		CHECK(fabs(ms_pair_jaccard(&xy, .5)) <= ms_pair_ruzicka(&xy) + EXACT);
		/* greatest = |x| + |y| - least, signs apart */
		CHECK_NEAR(ms_sum_get(&xy.greatest),
				   ms_sum_get(&xy.x) + ms_sum_get(&xy.y) - ms_sum_get(&xy.least) -
					   ms_sum_get(&xy.opposed),
				   1e-14);
		back = sums(x, minus, N);
		CHECK_NEAR(ms_pair_jaccard(&back, .5), -ms_pair_jaccard(&xy, .5), EXACT);
		back = sums(cx, cy, N);
		CHECK_NEAR(ms_pair_ruzicka(&back), ms_pair_ruzicka(&xy), 1e-14);
		parts = sums(x, y, 5);
		rest = sums(x + 5, y + 5, N - 5);
		ms_pair_merge(&parts, &rest);
		CHECK_NEAR(ms_pair_jaccard(&parts, .3), ms_pair_jaccard(&xy, .3), 1e-14);
		for (int i = 0; i < N; i++)
		{
			x[i] = fabs(x[i]);
			y[i] = fabs(y[i]);
			z[i] = fabs(z[i]);
		}
		xy = sums(x, y, N);
		yz = sums(y, z, N);
		xz = sums(x, z, N);
		CHECK(1 - ms_pair_ruzicka(&xz) <= 2 - ms_pair_ruzicka(&xy) - ms_pair_ruzicka(&yz) + EXACT);
	}
}

TEST(columns)
{
	static const double x[] = {1, 2, 3, 4, 5}, y[] = {2, 1, 4, 3, 6}, affine[] = {10, 8, 6, 4, 2};
	static const double constant[] = {4, 4, 4, 4, 4}, bad[] = {1, 2, INFINITY, 4, 5};
	ms_pair_sums s;
	host h;

	host_init(&h);
	CHECK_INT(ms_pair_sum_standardised(&h.ctx, x, y, 5, &s), MS_OK);
	CHECK_NEAR(ms_pair_jaccard(&s, .5), .492045083034, DIGITS);
	CHECK_NEAR(ms_pair_interiority(&s), .701341321969, DIGITS);
	CHECK_NEAR(ms_pair_coincidence(&s, .5), .345091549004, DIGITS);
	CHECK_INT(ms_pair_sum_standardised(&h.ctx, x, affine, 5, &s), MS_OK);
	CHECK_NEAR(ms_pair_coincidence(&s, .5), -1, 1e-14);
	CHECK_INT(ms_pair_sum_standardised(&h.ctx, x, constant, 5, &s), MS_CONSTANT);
	CHECK_INT(h.ctx.facts.index, 2);
	CHECK_INT(ms_pair_sum_standardised(&h.ctx, constant, x, 5, &s), MS_CONSTANT);
	CHECK_INT(ms_pair_sum_standardised(&h.ctx, x, bad, 5, &s), MS_NOT_FINITE);
	CHECK_INT(ms_pair_sum(&h.ctx, x, bad, 5, &s), MS_NOT_FINITE);
	CHECK_INT(h.ctx.facts.index, 3);
	CHECK_INT(ms_pair_sum_standardised(&h.ctx, x, y, 0, &s), MS_CONSTANT);
}

TEST(tables)
{
	static const double apart[] = {.5, 0, 0, .5}, independent[] = {1, 2, 3, 6},
						negative[] = {1, -1, 0, 0};
	static const double zero[4] = {0};
	double *large = calloc(1000 * 700, sizeof *large);
	ms_status status;
	double d;
	host h;

	host_init(&h);
	CHECK_INT(ms_table_dependence(&h.ctx, apart, 2, 2, &d), MS_OK);
	CHECK_NEAR(d, 2.0 / 3, EXACT);
	CHECK_INT(ms_table_dependence(&h.ctx, independent, 2, 2, &d), MS_OK);
	CHECK_NEAR(d, 0, EXACT);
	CHECK_INT(ms_table_dependence(&h.ctx, negative, 2, 2, &d), MS_BAD_WEIGHT);
	CHECK_INT(h.ctx.facts.index, 2);
	CHECK_INT(ms_table_dependence(&h.ctx, zero, 2, 2, &d), MS_OK);
	CHECK(isnan(d));
	CHECK_INT(ms_table_dependence(&h.ctx, zero, SIZE_MAX, 2, &d), MS_TOO_LARGE);
	for (int i = 0; i < 700000; i++)
		large[i] = 1 + i % 3;
	HOST_EVERY(h, status, ms_table_dependence(&h.ctx, large, 1000, 700, &d));
	CHECK(h.polls > 0);
	free(large);
}

TEST(boxes)
{
	static const double lo_a[] = {0, 0}, hi_a[] = {2, 2}, lo_b[] = {1, 0}, hi_b[] = {3, 2};
	ms_set_counts c = ms_box_counts(lo_a, hi_a, lo_b, hi_b, 2);

	CHECK_NEAR(ms_set_jaccard(c), 1.0 / 3, EXACT);
	CHECK_NEAR(ms_set_interiority(c), .5, EXACT);
	CHECK_NEAR(ms_set_coincidence(c), 1.0 / 6, EXACT);
	CHECK(isnan(ms_set_jaccard(ms_box_counts(hi_a, lo_a, lo_b, hi_b, 2))));
	CHECK_NEAR(ms_set_jaccard(ms_box_counts(lo_a, hi_a, hi_b, hi_b, 2)), 0, 0);
}

TEST(long_sets_can_be_stopped)
{
	static uint64_t a[800000];
	const uint64_t *sets[3] = {a, a, a};
	size_t n[3] = {800000, 800000, 400000};
	ms_set_counts c;
	ms_set_venn v;
	ms_status status;
	host h;

	for (size_t i = 0; i < 800000; i++)
		a[i] = 3 * i;
	HOST_EVERY(h, status, ms_set_count(&h.ctx, a, 800000, a, 800000, &c));
	CHECK(h.polls > 0);
	HOST_EVERY(h, status, ms_set_venn_count(&h.ctx, sets, n, &v));
	CHECK(h.polls > 0);
}

int
main(void)
{
	RUN(sets);
	RUN(empty_sets);
	RUN(laws_of_sets);
	RUN(three_sets);
	RUN(multisets);
	RUN(signed_vectors);
	RUN(laws_of_vectors);
	RUN(columns);
	RUN(tables);
	RUN(boxes);
	RUN(long_sets_can_be_stopped);
	return unit_done();
}
