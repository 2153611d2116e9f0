/*
 * test_rng.c: Philox against the known answers of Random123, the laws of what is drawn, and that
 * the stateless numbers are those of the stream.
 */
#include "unit.h"

#include <gsl/gsl_cdf.h>

#include "core/base/rng.h"

/* of a chi-square statistic; seeds are fixed, so this never fails by chance */
static double
p_value(const long *seen, size_t cells, const double *wanted, double n)
{
	double sum = 0;

	for (size_t i = 0; i < cells; i++)
	{
		double expected = wanted ? wanted[i] * n : n / (double) cells;

		sum += ((double) seen[i] - expected) * ((double) seen[i] - expected) / expected;
	}
	return gsl_cdf_chisq_Q(sum, (double) cells - 1);
}

static void
check_block(ms_rng rng, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	CHECK_INT(ms_rng_u64(&rng), (uint64_t) b << 32 | a);
	CHECK_INT(ms_rng_u64(&rng), (uint64_t) d << 32 | c);
}

TEST(known_answers)
{
	ms_rng rng;

	ms_rng_init(&rng, 0, 0);
	check_block(rng, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
	ms_rng_init(&rng, UINT64_MAX, UINT64_MAX);
	rng.counter = UINT64_MAX;
	check_block(rng, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
	ms_rng_init(&rng, UINT64_C(0x299f31d0a4093822), UINT64_C(0x0370734413198a2e));
	rng.counter = UINT64_C(0x85a308d3243f6a88);
	check_block(rng, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
}

TEST(stateless_is_the_stream)
{
	ms_rng rng;
	double at[1000];
	double filled[1000];

	ms_rng_init(&rng, 42, 7);
	for (size_t i = 0; i < 1000; i++)
	{
		at[i] = ms_rng_at(42, 7, i);
		CHECK_BITS(ms_rng_uniform(&rng), at[i]);
	}
	for (size_t from = 0; from < 5; from++)
	{
		for (size_t n = 0; n < 70; n++)
		{
			memset(filled, 0, sizeof filled);
			ms_rng_fill(42, 7, from, n, filled);
			CHECK(memcmp(filled, at + from, n * sizeof(double)) == 0 && filled[n] == 0);
		}
	}
	/* a counter whose block number needs more than 32 bits */
	ms_rng_fill(42, 7, UINT64_C(0x1fffffffa), 20, filled);
	for (uint64_t i = 0; i < 20; i++)
		CHECK_BITS(filled[i], ms_rng_at(42, 7, UINT64_C(0x1fffffffa) + i));
}

TEST(streams_and_seeds_differ)
{
	CHECK(ms_rng_at(1, 2, 3) != ms_rng_at(1, 3, 3));
	CHECK(ms_rng_at(1, 2, 3) != ms_rng_at(2, 2, 3));
	CHECK(ms_rng_at(1, 2, 3) != ms_rng_at(1, 2, 4));
	CHECK(ms_rng_at(UINT64_C(1) << 40, 2, 3) != ms_rng_at(0, 2, 3));
	CHECK(ms_rng_at(0, UINT64_C(1) << 40, 3) != ms_rng_at(0, 0, 3));
}

TEST(uniform_law)
{
	long cells[256] = {0};
	long low[256] = {0};
	long pairs[256] = {0};
	double previous = 0.5;
	ms_rng rng;

	ms_rng_init(&rng, 1, 1);
	for (int i = 0; i < 1000000; i++)
	{
		double u = ms_rng_uniform(&rng);

		cells[(int) (u * 256)]++;
		low[(uint64_t) (u * 0x1p52) % 256]++;
		pairs[(int) (u * 16) * 16 + (int) (previous * 16)]++;
		previous = u;
	}
	CHECK(p_value(cells, 256, NULL, 1e6) > 1e-3);
	CHECK(p_value(low, 256, NULL, 1e6) > 1e-3);
	CHECK(p_value(pairs, 256, NULL, 1e6) > 1e-3);
}

TEST(uniform_is_open)
{
	ms_rng rng = {.left = 4};

	CHECK_BITS(ms_rng_uniform(&rng), 0x1p-53);
	rng = (ms_rng){.block = {UINT32_MAX, UINT32_MAX}, .left = 4};
	CHECK_BITS(ms_rng_uniform(&rng), 1 - 0x1p-53);
}

TEST(below_law)
{
	static const double thirds[] = {1 / 3.0, 2 / 3.0};
	long six[6] = {0};
	long halves[2] = {0};
	ms_rng rng;

	ms_rng_init(&rng, 2, 1);
	for (int i = 0; i < 600000; i++)
		six[ms_rng_below(&rng, 6)]++;
	CHECK(p_value(six, 6, NULL, 6e5) > 1e-3);
	/* 3/4 of 2^64: without rejection the numbers divisible by 3 would come twice as often */
	for (int i = 0; i < 100000; i++)
		halves[ms_rng_below(&rng, UINT64_C(3) << 62) % 3 != 0]++;
	CHECK(p_value(halves, 2, thirds, 1e5) > 1e-3);
	for (int i = 0; i < 100; i++)
		CHECK_INT(ms_rng_below(&rng, 1), 0);
}

TEST(normal_law)
{
	double wanted[14];
	long seen[14] = {0};
	ms_rng rng;

	for (int i = 0; i < 14; i++)
		wanted[i] = (i == 13 ? 1 : gsl_cdf_ugaussian_P((i - 6) * 0.5)) -
					(i == 0 ? 0 : gsl_cdf_ugaussian_P((i - 7) * 0.5));
	ms_rng_init(&rng, 3, 1);
	for (int i = 0; i < 1000000; i++)
	{
		int cell = (int) floor(ms_rng_normal(&rng) * 2) + 7;

		seen[cell < 0 ? 0 : cell > 13 ? 13 : cell]++;
	}
	CHECK(p_value(seen, 14, wanted, 1e6) > 1e-3);
}

TEST(as_gsl_sees_it)
{
	ms_rng rng, again;
	gsl_rng gsl;

	ms_rng_init(&rng, 0, 0);
	ms_rng_gsl(&gsl, &rng);
	CHECK_STR(gsl_rng_name(&gsl), "ms_philox");
	CHECK_INT(gsl_rng_size(&gsl), sizeof rng);
	CHECK_INT(gsl_rng_max(&gsl), 0xffffffff);
	CHECK_INT(gsl_rng_get(&gsl), 0x6627e8d5);
	CHECK_INT(gsl_rng_get(&gsl), 0xe169c58d);
	CHECK_INT(gsl_rng_get(&gsl), 0xbc57ac4c);
	gsl_rng_set(&gsl, 99);
	ms_rng_init(&again, 99, 0);
	CHECK_BITS(gsl_rng_uniform(&gsl), ms_rng_uniform(&again));
}

TEST(permutation)
{
	long seen[24] = {0};
	size_t p[1000];
	bool there[1000] = {false};
	ms_rng rng;

	ms_rng_init(&rng, 4, 1);
	for (int i = 0; i < 240000; i++)
	{
		size_t rank = 0;

		ms_rng_permutation(&rng, 4, p);
		for (int a = 0; a < 4; a++)
		{
			size_t smaller = 0;

			for (int b = a + 1; b < 4; b++)
				smaller += p[b] < p[a];
			rank = rank * (size_t) (4 - a) + smaller;
		}
		seen[rank]++;
	}
	CHECK(p_value(seen, 24, NULL, 240000) > 1e-3);
	ms_rng_permutation(&rng, 1000, p);
	for (int i = 0; i < 1000; i++)
		there[p[i]] = true;
	for (int i = 0; i < 1000; i++)
		CHECK(there[i]);
	ms_rng_permutation(&rng, 0, NULL);
}

int
main(void)
{
	RUN(known_answers);
	RUN(stateless_is_the_stream);
	RUN(streams_and_seeds_differ);
	RUN(uniform_law);
	RUN(uniform_is_open);
	RUN(below_law);
	RUN(normal_law);
	RUN(as_gsl_sees_it);
	RUN(permutation);
	return unit_done();
}
