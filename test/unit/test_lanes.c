/*
 * test_lanes.c: exp, log, cosine and sine in lanes against the C library's in long double.
 */
#include "core/base/lanes.h"

#include "core/base/rng.h"
#include "unit.h"

/* |got - wanted| in units of the last place of wanted */
static double
ulps(double got, long double wanted)
{
	double near = (double) wanted;

	return (double) (fabsl((long double) got - wanted) /
					 (nextafter(fabs(near), INFINITY) - fabs(near)));
}

TEST(exponential)
{
	double worst = 0;
	ms_rng rng;

	ms_rng_init(&rng, 1, 1);
	for (int i = 0; i < 200000; i++)
	{
		double x = -600 * pow(ms_rng_uniform(&rng), i % 8);

		worst = fmax(worst, ulps(ms_lane_exp(x), expl(x)));
	}
	CHECK_NEAR(worst, 0, 3);
	CHECK_BITS(ms_lane_exp(0), 1);
	CHECK_BITS(ms_lane_exp(-0.0), 1);
	CHECK_BITS(ms_lane_exp(-601), ms_lane_exp(-600));
	CHECK_BITS(ms_lane_exp(-1e300), ms_lane_exp(-600));
	CHECK_BITS(ms_lane_exp(-INFINITY), ms_lane_exp(-600));
	CHECK(ms_lane_exp(-600) > 0 && ms_lane_exp(-600) < 1e-260);
}

TEST(logarithm)
{
	double worst = 0;
	ms_rng rng;

	ms_rng_init(&rng, 2, 1);
	for (int i = 0; i < 200000; i++)
	{
		double x = i % 2 ? 1 + ms_rng_normal(&rng) * 0.1 : exp(1400 * (ms_rng_uniform(&rng) - 0.5));

		if (x > 0)
			worst = fmax(worst, ulps(ms_lane_log(x), logl(x)));
	}
	CHECK_NEAR(worst, 0, 2);
	CHECK_BITS(ms_lane_log(1), 0);
	CHECK_NEAR(ms_lane_log(0x1p-1022), -1022 * M_LN2, 1e-15);
	CHECK_NEAR(ms_lane_log(0x1.fffffffffffffp1023), 1024 * M_LN2, 1e-15);
}

TEST(least)
{
	CHECK_BITS(ms_lane_min(3, 4), 3);
	CHECK_BITS(ms_lane_min(5, 4), 4);
	CHECK_BITS(ms_lane_min(0, 4), 0);
	CHECK_BITS(ms_lane_min(INFINITY, 4), 4);
}

/* The greater error of both; the reduction is exact in long double. */
static double
turns_off(double t)
{
	long double angle = fmodl((long double) t, 4) * 1.570796326794896619231321691639751442L;
	double cosine;
	double sine;

	ms_lane_turns(t, &cosine, &sine);
	return (double) fmaxl(fabsl(cosl(angle) - cosine), fabsl(sinl(angle) - sine));
}

TEST(turns)
{
	double worst = 0;

	for (size_t i = 0; i < 200000; i++)
	{
		double u = 2 * ms_rng_at(3, 1, i) - 1;

		worst = fmax(worst, fmax(turns_off(2 * u), turns_off(1000 * u)));
		worst = fmax(worst, turns_off(ldexp(u, (int) (i % 50))));
	}
	for (int i = -4000; i <= 4000; i++)
		worst = fmax(worst, turns_off(i / 2000.0)); /* ends of the pieces, too */
	CHECK_NEAR(worst, 0, 3e-16);
	for (int i = -9; i <= 9; i++)
	{
		double cosine;
		double sine;

		ms_lane_turns(i, &cosine, &sine);
		CHECK(cosine == (i % 2 ? 0 : i % 4 ? -1 : 1));
		CHECK(sine == (i % 2 == 0 ? 0 : (i % 4 + 4) % 4 == 1 ? 1 : -1));
	}
}

TEST(turns_beyond)
{
	static const double far[] = {0x1p49, -0x1p50, 0x1p51, 1e300, -1e300, 1e-300, INFINITY};

	for (size_t i = 0; i < sizeof far / sizeof *far; i++)
	{
		double cosine;
		double sine;

		ms_lane_turns(far[i], &cosine, &sine);
		CHECK_NEAR(cosine * cosine + sine * sine, 1, 1e-15);
	}
}

int
main(void)
{
	RUN(exponential);
	RUN(logarithm);
	RUN(least);
	RUN(turns);
	RUN(turns_beyond);
	return unit_done();
}
