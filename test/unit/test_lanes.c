/*
 * test_lanes.c: exp and log in lanes against the C library's in long double.
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

int
main(void)
{
	RUN(exponential);
	RUN(logarithm);
	RUN(least);
	return unit_done();
}
