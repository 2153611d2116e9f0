/*
 * test_lsh.c: bands: plans and recall as specified, keys, and the promise of counting bands.
 */
#include "core/sketch/lsh.h"

#include "core/base/hash.h"
#include "core/base/rng.h"
#include "minhash_exercise.h"

static state *
integers(size_t t, int64_t seed, int64_t from, int64_t to)
{
	state *s = state_make(t, MS_MINHASH_FSS, seed);

	for (int64_t i = from; i <= to; i++)
		state_put(s, ms_element_int64(MS_ELEMENT_INTEGER, i), 1);
	return s;
}

TEST(recall_is_as_specified)
{
	static const double known[][2] = {
		{.5, .060702}, {.6, .237400}, {.7, .613268}, {.8, .947049}, {.9, .999877}};
	static const double other[][2] = {{.3, .047494}, {.5, .470051}, {.7, .974781}};

	for (int i = 0; i < 5; i++)
		CHECK_NEAR(ms_lsh_recall(known[i][0], (ms_lsh_plan){16, 8}), known[i][1], 6e-7);
	for (int i = 0; i < 3; i++)
		CHECK_NEAR(ms_lsh_recall(other[i][0], (ms_lsh_plan){20, 5}), other[i][1], 6e-7);
	CHECK_NEAR(ms_lsh_recall(0, (ms_lsh_plan){16, 8}), 0, 0);
	CHECK_NEAR(ms_lsh_recall(1, (ms_lsh_plan){16, 8}), 1, 0);
}

TEST(plans_are_as_specified)
{
	static const struct
	{
		uint32_t t;
		double threshold;
		ms_lsh_plan plan;
	} known[] = {{128, .3, {37, 3}}, {128, .5, {25, 5}}, {128, .6, {18, 7}},  {128, .7, {14, 9}},
				 {128, .8, {9, 13}}, {128, .9, {5, 25}}, {64, .5, {14, 4}},   {64, .7, {8, 8}},
				 {64, .8, {5, 11}},  {256, .5, {42, 6}}, {256, .7, {25, 10}}, {256, .8, {17, 15}},
				 {256, .9, {9, 28}}};
	ms_lsh_plan plan;
	host h;

	host_init(&h);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
	{
		CHECK_INT(ms_lsh_choose(&h.ctx, known[i].t, known[i].threshold, .5, .5, &plan), MS_OK);
		CHECK_INT(plan.b, known[i].plan.b);
		CHECK_INT(plan.r, known[i].plan.r);
	}
	CHECK_INT(ms_lsh_choose_recall(&h.ctx, 128, .8, .95, &plan), MS_OK);
	CHECK(ms_lsh_recall(.8, plan) >= .95);
	CHECK(ms_lsh_recall(.8, (ms_lsh_plan){128 / (plan.r + 1), plan.r + 1}) < .95);
	CHECK_INT(ms_lsh_choose_recall(&h.ctx, 4, .01, .99, &plan), MS_OK);
	CHECK_INT(plan.r, 1);
}

TEST(plans_have_limits)
{
	ms_lsh_plan plan;
	ms_status status;
	host h;

	host_init(&h);
	CHECK_INT(ms_lsh_check(&h.ctx, 256, 25, 10), MS_OK);
	CHECK_INT(ms_lsh_check(&h.ctx, 256, 26, 10), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "bands");
	CHECK_NEAR(h.ctx.facts.wanted, 25, 0);
	CHECK_INT(ms_lsh_check(&h.ctx, 256, 0, 10), MS_BAD_ARGUMENT);
	CHECK_INT(ms_lsh_check(&h.ctx, 256, 1, 257), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "rows");
	CHECK_INT(ms_lsh_check(&h.ctx, 256, INT64_MAX, INT64_MIN), MS_BAD_ARGUMENT);
	CHECK_INT(ms_lsh_choose(&h.ctx, 64, 0, 1, 1, &plan), MS_BAD_ARGUMENT);
	CHECK_INT(ms_lsh_choose(&h.ctx, 64, NAN, 1, 1, &plan), MS_BAD_ARGUMENT);
	CHECK_INT(ms_lsh_choose(&h.ctx, 64, .5, -1, 1, &plan), MS_BAD_ARGUMENT);
	CHECK_INT(ms_lsh_choose(&h.ctx, 64, .5, 0, 0, &plan), MS_BAD_ARGUMENT);
	CHECK_INT(ms_lsh_choose(&h.ctx, 64, .5, INFINITY, 0, &plan), MS_BAD_ARGUMENT);
	CHECK_INT(ms_lsh_choose_recall(&h.ctx, 64, .5, 1, &plan), MS_BAD_ARGUMENT);
	CHECK_INT(ms_lsh_choose_counting(&h.ctx, 64, 1.01, &plan), MS_BAD_ARGUMENT);
	HOST_EVERY(h, status, ms_lsh_choose(&h.ctx, 100, .5, 1, 1, &plan));
	CHECK(h.polls > 0);
}

TEST(keys_are_hashes_of_number_and_registers)
{
	state *a = integers(16, -7, 1, 100);
	state *none = integers(16, -7, 1, 0);
	uint64_t out[8];
	unsigned char band[4 + 16] = {3, 0, 0, 0};
	uint32_t n;
	host h;

	host_init(&h);
	CHECK_INT(ms_lsh_keys(&h.ctx, a->m, a->keys, (ms_lsh_plan){8, 2}, out, &n), MS_OK);
	CHECK_INT(n, 8);
	memcpy(band + 4, ms_minhash_words(a->m) + 6, 16);
	CHECK_INT(out[3], ms_hash_bytes(band, 20, (uint64_t) -7));
	CHECK_INT(ms_lsh_keys(&h.ctx, none->m, a->keys, (ms_lsh_plan){8, 2}, out, &n), MS_OK);
	CHECK_INT(n, 0);
	CHECK_INT(ms_lsh_keys(&h.ctx, a->m, a->keys, (ms_lsh_plan){9, 2}, out, &n), MS_BAD_ARGUMENT);
	state_free(a);
	state_free(none);
}

TEST(weighted_keys_are_hashes_of_ids)
{
	state *a = state_make(8, MS_MINHASH_PROBABILITY, 1);
	state *b = state_make(8, MS_MINHASH_PROBABILITY, 1);
	uint64_t x[4], y[4];
	uint32_t n;
	host h;

	/* the same but for the scale, which probability Jaccard does not see */
	for (int i = 0; i < 30; i++)
	{
		state_put(a, ms_element_int64(MS_ELEMENT_INTEGER, i), 1 + i);
		state_put(b, ms_element_int64(MS_ELEMENT_INTEGER, i), 4 + 4 * i);
	}
	host_init(&h);
	CHECK_INT(ms_lsh_keys(&h.ctx, a->m, a->keys, (ms_lsh_plan){4, 2}, x, &n), MS_OK);
	CHECK_INT(ms_lsh_keys(&h.ctx, b->m, b->keys, (ms_lsh_plan){4, 2}, y, &n), MS_OK);
	CHECK_INT(memcmp(x, y, sizeof x), 0);
	state_free(a);
	state_free(b);
}

/* --- counting ------------------------------------------------------------------------------- */

TEST(counting_is_as_agreed)
{
	static const struct
	{
		double threshold;
		ms_lsh_plan plan;
		int need;
	} known[] = {{.9, {28, 9}, 3},
				 {.8, {64, 4}, 13},
				 {.7, {85, 3}, 9},
				 {.5, {256, 1}, 128},
				 {1, {1, 256}, 1}};
	ms_lsh_plan plan;
	host h;

	host_init(&h);
	for (int i = 0; i < 5; i++)
	{
		CHECK_INT(ms_lsh_choose_counting(&h.ctx, 256, known[i].threshold, &plan), MS_OK);
		CHECK_INT(plan.b, known[i].plan.b);
		CHECK_INT(plan.r, known[i].plan.r);
		CHECK_INT(ms_lsh_need(256, plan, known[i].threshold), known[i].need);
	}
	/* asked for less than the index was made for: no promise */
	CHECK(ms_lsh_need(256, (ms_lsh_plan){28, 9}, .5) <= 0);
}

/* The count of equal registers decides as the quotient does, for every t and threshold. */
TEST(the_least_count_is_exact)
{
	ms_rng rng;

	ms_rng_init(&rng, 1, 1);
	for (uint32_t t = 2; t <= 2048; t += 1 + t / 8)
		for (int i = 0; i < 200; i++)
		{
			double threshold =
				i % 2 ? ms_rng_uniform(&rng) : (double) ms_rng_below(&rng, t + 1) / t;
			uint32_t least = ms_lsh_least_equal(t, threshold);

			CHECK((double) least / t >= threshold);
			CHECK(least == 0 || (double) (least - 1) / t < threshold);
		}
	CHECK_INT(ms_lsh_least_equal(256, 1), 256);
	CHECK_INT(ms_lsh_least_equal(256, 1.5), 257);
	CHECK_INT(ms_lsh_least_equal(256, NAN), 257);
	CHECK_INT(ms_lsh_least_equal(256, -1), 0);
}

/* Every pair at the threshold shares as many bands, whatever its registers. */
TEST(counting_finds_every_pair)
{
	ms_rng rng;
	host h;

	ms_rng_init(&rng, 2, 1);
	host_init(&h);
	for (int round = 0; round < 3000; round++)
	{
		uint32_t t = 2 + (uint32_t) ms_rng_below(&rng, 300);
		double threshold = .05 + .95 * ms_rng_uniform(&rng);
		bool apart[512] = {false};
		ms_lsh_plan plan;
		uint32_t agree = 0;

		CHECK_INT(ms_lsh_choose_counting(&h.ctx, t, threshold, &plan), MS_OK);
		/* as many registers apart as may be, where they do the most harm: in bands of their own */
		for (uint32_t i = 0; i < t - ms_lsh_least_equal(t, threshold); i++)
			apart[round % 2 ? i * plan.r % t : (uint32_t) ms_rng_below(&rng, t)] = true;
		for (uint32_t j = 0; j < plan.b; j++)
		{
			bool equal = true;

			for (uint32_t i = 0; i < plan.r; i++)
				equal &= !apart[j * plan.r + i];
			agree += equal;
		}
		CHECK(agree >= ms_lsh_need(t, plan, threshold));
	}
}

/* Exact sets share elements enough. */
TEST(counting_elements_finds_every_exact_pair)
{
	for (uint32_t na = 1; na < 40; na++)
		for (uint32_t nb = 1; nb < 40; nb++)
			for (uint32_t common = 1; common <= na && common <= nb; common++)
			{
				double j = (double) common / (na + nb - common);

				CHECK(common >= ms_lsh_need_elements(na, j) &&
					  common >= ms_lsh_need_elements(nb, j));
			}
	CHECK_INT(ms_lsh_need_elements(100, .7), 70);
	CHECK_INT(ms_lsh_need_elements(3, .01), 1);
}

int
main(void)
{
	RUN(recall_is_as_specified);
	RUN(plans_are_as_specified);
	RUN(plans_have_limits);
	RUN(keys_are_hashes_of_number_and_registers);
	RUN(weighted_keys_are_hashes_of_ids);
	RUN(counting_is_as_agreed);
	RUN(the_least_count_is_exact);
	RUN(counting_finds_every_pair);
	RUN(counting_elements_finds_every_exact_pair);
	return unit_done();
}
