/*
 * test_univariate.c: distribution function, quantiles, risk, against quadrature and each other.
 */
#include "core/mixture/univariate.h"

#include "mixture_models.h"

typedef struct line
{
	host h;
	ms_arena arena;
	ms_gmm m;
} line;

static void
line_init(line *t, size_t k, const double *weights, const double *means, const double *sds)
{
	host_init(&t->h);
	ms_arena_init(&t->arena, &t->h.ctx);
	CHECK_INT(make_line(&t->h.ctx, &t->arena, k, weights, means, sds, &t->m), MS_OK);
}

static void
add_noise(line *t)
{
	CHECK_INT(ms_gmm_new_parts(&t->arena, &t->m, MS_GMM_NOISE), MS_OK);
	t->m.noise = 0.2;
	for (size_t j = 0; j < t->m.k; j++)
		t->m.weights[j] *= 0.8;
	t->m.box[0] = -4;
	t->m.box[1] = 9;
	t->m.log_volume = log(13);
}

/* The integral of x^power times the density up to `to`, by Simpson's rule. */
static double
integral(const ms_gmm *m, int power, double from, double to)
{
	int n = 200000;
	double step = (to - from) / n;
	double sum = 0;

	for (int i = 0; i <= n; i++)
	{
		double x = from + i * step;

		sum += (i == 0 || i == n ? 1 : i % 2 ? 4 : 2) * pow(x, power) * ms_gmm_pdf(m, x);
	}
	return sum * step / 3;
}

TEST(against_quadrature)
{
	for (int noisy = 0; noisy < 2; noisy++)
	{
		line t;

		line_init(&t, 3, (double[]){.5, .3, .2}, (double[]){0, 3, -2}, (double[]){1, .5, .25});
		if (noisy)
			add_noise(&t);
		CHECK_NEAR(integral(&t.m, 0, -20, -4) + integral(&t.m, 0, -4, 9) +
					   integral(&t.m, 0, 9, 20),
				   1, 1e-4 * noisy + 1e-10);
		for (double x = -3.9; x < 5; x += 0.7)
			CHECK_NEAR(ms_gmm_cdf(&t.m, x), integral(&t.m, 0, -4, x) + ms_gmm_cdf(&t.m, -4), 1e-9);
		for (double alpha = 0.02; alpha < 1; alpha += 0.13)
		{
			double q = ms_gmm_quantile(&t.m, alpha);
			double below = integral(&t.m, 1, -20, -4) + integral(&t.m, 1, -4, q);

			CHECK_NEAR(ms_gmm_expected_shortfall(&t.m, alpha), -below / alpha, 3e-4);
			CHECK(ms_gmm_expected_shortfall(&t.m, alpha) > ms_gmm_value_at_risk(&t.m, alpha));
		}
		ms_arena_free(&t.arena);
	}
}

/* A single normal distribution: known numbers, deep tails. */
TEST(normal)
{
	line t;

	line_init(&t, 1, (double[]){1}, (double[]){0}, (double[]){1});
	CHECK_NEAR(ms_gmm_quantile(&t.m, 0.975), 1.9599639845400545, 1e-15);
	CHECK_NEAR(ms_gmm_cdf(&t.m, -10) / 7.619853024160527e-24, 1, 1e-13);
	CHECK_NEAR(ms_gmm_survival(&t.m, 10) / 7.619853024160527e-24, 1, 1e-13);
	CHECK_NEAR(ms_gmm_quantile(&t.m, 1e-300), -37.0470964, 1e-8);
	/* E(-X | X <= q) = phi(q) / alpha */
	CHECK_NEAR(ms_gmm_expected_shortfall(&t.m, 0.01), 2.665214220345808, 1e-13);
	CHECK_NEAR(ms_gmm_value_at_risk(&t.m, 0.01), 2.3263478740408408, 1e-14);
	CHECK(isinf(ms_gmm_quantile(&t.m, 0)) && isinf(ms_gmm_quantile(&t.m, 1)));
	CHECK(isnan(ms_gmm_quantile(&t.m, -0.1)) && isnan(ms_gmm_quantile(&t.m, NAN)));
	ms_arena_free(&t.arena);
}

/* cdf(quantile(p)) = p, in tails and gaps and at any scale. */
TEST(round_trip)
{
	static const double scales[] = {1, 1e-8, 1e8, 1e100};
	static const double ps[] = {1e-300, 1e-100, 1e-12, 1e-3, 0.1, 0.2999, 0.3, 0.3001,
								0.5,	0.7,	0.9,   1 - 1e-3, 1 - 1e-12};

	for (size_t s = 0; s < 4; s++)
	{
		for (int noisy = 0; noisy < 2; noisy++)
		{
			double means[] = {0, 1000 * scales[s], 1e6 * scales[s]};
			double sds[] = {scales[s], 0.01 * scales[s], 100 * scales[s]};
			line t;

			line_init(&t, 3, (double[]){.3, .4, .3}, means, sds);
			if (noisy && s == 0)
				add_noise(&t);
			for (size_t i = 0; i < sizeof(ps) / sizeof(*ps); i++)
			{
				double x = ms_gmm_quantile(&t.m, ps[i]);
				double p = ps[i] <= 0.5 ? ms_gmm_cdf(&t.m, x) : 1 - ms_gmm_survival(&t.m, x);
				/* what one unit in the last place of x makes of p; where the density underflows 3e-13 */
				double unit = ms_gmm_pdf(&t.m, x) * fabs(x) * 4e-16;

				if (!CHECK(fabs(p - ps[i]) <= 1e-12 * ps[i] + 4 * unit))
					printf("    scale %g, noise %d, p %.17g, got %.17g at %.17g\n", scales[s], noisy, ps[i],
						   p, x);
			}
			ms_arena_free(&t.arena);
		}
	}
}

TEST(far_from_zero)
{
	line t;

	line_init(&t, 2, (double[]){.5, .5}, (double[]){1e9, 1e9 + 4}, (double[]){1, 1});
	CHECK_NEAR(ms_gmm_quantile(&t.m, 0.5) - 1e9, 2, 1e-6);
	CHECK_NEAR(ms_gmm_expected_shortfall(&t.m, 0.5) + 1e9, -0.0277, 0.1);
	ms_arena_free(&t.arena);
}

int
main(void)
{
	RUN(against_quadrature);
	RUN(normal);
	RUN(round_trip);
	RUN(far_from_zero);
	return unit_done();
}
