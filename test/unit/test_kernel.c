/*
 * test_kernel.c: kernels against their formulas, and what is refused.
 */
#include "core/mmd/kernel.h"

#include "core/base/rng.h"
#include "host.h"

static double
formula(const ms_kernel *k, double s, double x)
{
	double r = sqrt(x);

	switch (k->kind)
	{
		case MS_KERNEL_GAUSSIAN:
			return exp(-x / (2 * s * s));
		case MS_KERNEL_LAPLACE:
			return exp(-r / s);
		case MS_KERNEL_IMQ:
			return pow(1 + x / (s * s), k->exponent);
		case MS_KERNEL_MATERN32:
			return (1 + sqrt(3) * r / s) * exp(-sqrt(3) * r / s);
		case MS_KERNEL_MATERN52:
			return (1 + sqrt(5) * r / s + 5 * x / (3 * s * s)) * exp(-sqrt(5) * r / s);
		case MS_KERNEL_ENERGY:
			return -pow(r, k->exponent);
		default:
			return pow(x + k->offset, k->degree);
	}
}

/* Every kind at its defaults, then other shapes. */
static ms_kernel
example(int i)
{
	ms_kernel k = ms_kernel_of((ms_kernel_kind) (i < 7 ? i + 1 : i == 7 ? 3 : i == 8 ? 6 : 7), 0.7);

	if (i == 7)
		k.exponent = -1.3;
	if (i == 8)
		k.exponent = 0.4;
	if (i == 9)
		k.degree = 1, k.offset = 0;
	return k;
}

#define EXAMPLES 10

TEST(formulas)
{
	host h;
	ms_rng rng;

	host_init(&h);
	ms_rng_init(&rng, 1, 1);
	for (int i = 0; i < EXAMPLES; i++)
	{
		ms_kernel k = example(i);
		double x[1000];
		double values[1000];

		CHECK_INT(ms_kernel_check(&h.ctx, &k), MS_OK);
		for (size_t j = 0; j < 1000; j++)
			x[j] = values[j] = exp(20 * (ms_rng_uniform(&rng) - 0.8));
		x[0] = values[0] = 0;
		ms_kernel_apply(&k, 1000, values);
		for (size_t j = 0; j < 1000; j++)
		{
			CHECK_NEAR(values[j], formula(&k, 0.7, x[j]), 1e-14);
			CHECK_BITS(ms_kernel_at(&k, x[j]), values[j]);
		}
	}
}

/* Sizes that are no multiple of a vector or a block, and nothing behind the end is touched. */
TEST(any_size)
{
	for (int i = 0; i < EXAMPLES; i++)
	{
		ms_kernel k = example(i);

		for (size_t n = 0; n < 600; n += 1 + n / 7)
		{
			double x[601];
			double one;

			for (size_t j = 0; j <= n; j++)
				x[j] = (double) j / 8;
			ms_kernel_apply(&k, n, x);
			CHECK_BITS(x[n], (double) n / 8);
			one = n > 0 ? ms_kernel_at(&k, (double) (n - 1) / 8) : 0;
			if (n > 0)
				CHECK_BITS(x[n - 1], one);
		}
	}
}

TEST(sums_of_bandwidths)
{
	for (int kind = MS_KERNEL_GAUSSIAN; kind <= MS_KERNEL_MATERN52; kind++)
	{
		ms_kernel k = ms_kernel_of((ms_kernel_kind) kind, 0.5);

		k.bandwidths = 3;
		k.bandwidth[1] = 1;
		k.bandwidth[2] = 4;
		CHECK_NEAR(ms_kernel_at(&k, 2.5),
				   formula(&k, 0.5, 2.5) + formula(&k, 1, 2.5) + formula(&k, 4, 2.5), 1e-14);
		CHECK_BITS(ms_kernel_diagonal(&k, 9), 3);
	}
}

TEST(diagonal)
{
	for (int i = 0; i < EXAMPLES; i++)
	{
		ms_kernel k = example(i);
		double wanted = k.kind == MS_KERNEL_ENERGY       ? 0
						: k.kind == MS_KERNEL_POLYNOMIAL ? pow(9 + k.offset, k.degree)
														 : 1;

		CHECK_NEAR(ms_kernel_diagonal(&k, 9), wanted, 0);
	}
}

/* Distances and bandwidths at the ends of their ranges give numbers. */
TEST(extremes)
{
	const double ends[] = {MS_KERNEL_LEAST_BANDWIDTH, 1, MS_KERNEL_MOST_BANDWIDTH};
	const double squares[] = {0, 1e-320, 1e-300, 1, 1e300, 1e308};

	for (int i = 0; i < EXAMPLES; i++)
	{
		ms_kernel k = example(i);

		if (k.kind == MS_KERNEL_POLYNOMIAL)
			continue;
		for (int s = 0; s < 3; s++)
		{
			for (int j = 0; j < 6; j++)
			{
				double value;

				k.bandwidth[0] = ends[s];
				value = ms_kernel_at(&k, squares[j]);
				CHECK(isfinite(value));
				if (k.kind != MS_KERNEL_ENERGY)
					CHECK(value >= 0 && value <= 1);
				else
					CHECK(value <= 0);
			}
		}
	}
}

static void
refused(ms_kernel k, const char *what, int64_t index, double wanted)
{
	host h;

	host_init(&h);
	CHECK_INT(ms_kernel_check(&h.ctx, &k), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, what);
	CHECK_INT(h.ctx.facts.index, index);
	CHECK_NEAR(h.ctx.facts.wanted, wanted, 0);
}

TEST(refusals)
{
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 0);

	refused(k, "bandwidth", 1, MS_KERNEL_LEAST_BANDWIDTH);
	k.bandwidth[0] = NAN;
	refused(k, "bandwidth", 1, MS_KERNEL_LEAST_BANDWIDTH);
	k.bandwidth[0] = INFINITY;
	refused(k, "bandwidth", 1, MS_KERNEL_MOST_BANDWIDTH);
	k.bandwidths = 0;
	refused(k, "bandwidths", 0, 1);
	k.bandwidths = MS_KERNEL_MAX_BANDWIDTHS + 1;
	refused(k, "bandwidths", 0, MS_KERNEL_MAX_BANDWIDTHS);
	k = ms_kernel_of(MS_KERNEL_ENERGY, 1);
	k.bandwidths = 1;
	refused(k, "bandwidths", 0, 0);
	k = ms_kernel_of(MS_KERNEL_ENERGY, 1);
	k.exponent = 2;
	refused(k, "exponent", 0, 1);
	k = ms_kernel_of(MS_KERNEL_IMQ, 1);
	k.exponent = 0.5;
	refused(k, "exponent", 0, -0.5);
	k = ms_kernel_of(MS_KERNEL_POLYNOMIAL, 0);
	k.degree = 0;
	refused(k, "degree", 0, 1);
	k.degree = MS_KERNEL_MAX_DEGREE + 1;
	refused(k, "degree", 0, MS_KERNEL_MAX_DEGREE);
	k.degree = 2;
	k.offset = -1;
	refused(k, "offset", 0, 0);
	k.kind = (ms_kernel_kind) 8;
	refused(k, "kernel", 0, 1);
}

int
main(void)
{
	RUN(formulas);
	RUN(any_size);
	RUN(sums_of_bandwidths);
	RUN(diagonal);
	RUN(extremes);
	RUN(refusals);
	return unit_done();
}
