/*
 * test_padjust.c: adjusted p-values against R 4.2's p.adjust and against the definitions: holm
 * and hommel are closed tests, of Bonferroni's and of Simes' p-value over all subsets.
 */
#include "core/base/padjust.h"

#include "host.h"

#define COUNT 11

static const double raw[COUNT] = {.01, .02, .022, NAN, .03, .2, .5, .9, 1, .0004, .022};

/* p.adjust(c(.01, .02, .022, NA, .03, .2, .5, .9, 1, .0004, .022), method), in the enum's order */
static const double reference[][COUNT] = {
	{0.089999999999999997, 0.16, 0.16, NAN, 0.16, 0.80000000000000004, 1, 1, 1,
	 0.0040000000000000001, 0.16},
	{0.089999999999999997, 0.13200000000000001, 0.13200000000000001, NAN, 0.14999999999999999,
	 0.80000000000000004, 1, 1, 1, 0.0040000000000000001, 0.13200000000000001},
	{0.069999999999999993, 0.10000000000000001, 0.10999999999999999, NAN, 0.14999999999999999,
	 0.80000000000000004, 1, 1, 1, 0.0040000000000000001, 0.10999999999999999},
	{0.10000000000000001, 0.20000000000000001, 0.21999999999999997, NAN, 0.29999999999999999, 1, 1,
	 1, 1, 0.0040000000000000001, 0.21999999999999997},
	{0.043999999999999997, 0.043999999999999997, 0.043999999999999997, NAN, 0.050000000000000003,
	 0.28571428571428575, 0.625, 1, 1, 0.0040000000000000001, 0.043999999999999997},
	{0.12887460317460317, 0.12887460317460317, 0.12887460317460317, NAN, 0.14644841269841269,
	 0.83684807256235827, 1, 1, 1, 0.011715873015873016, 0.12887460317460317},
	{0.01, 0.02, 0.021999999999999999, NAN, 0.029999999999999999, 0.20000000000000001, 0.5,
	 0.90000000000000002, 1, 0.00040000000000000002, 0.021999999999999999},
};

TEST(agrees_with_r)
{
	host h;

	host_init(&h);
	for (int method = MS_P_HOLM; method <= MS_P_NONE; method++)
	{
		double out[COUNT];

		CHECK_INT(ms_p_adjust(&h.ctx, method, raw, COUNT, out), MS_OK);
		for (int i = 0; i < COUNT; i++)
			CHECK_NEAR(out[i], reference[method][i], 1e-15);
	}
	CHECK_STR(ms_p_method_names[MS_P_BH], "BH");
	CHECK_STR(ms_p_method_names[MS_P_NONE], "none");
	CHECK(ms_p_method_names[MS_P_NONE + 1] == NULL);
}

/* --- the definitions ------------------------------------------------------------------------ */

static uint32_t state = 12345;

static double
draw(void)
{
	state = state * 1664525u + 1013904223u;
	return (state >> 8) / 16777216.0;
}

static int
ascending(const void *a, const void *b)
{
	return (*(const double *) a > *(const double *) b) -
		   (*(const double *) a < *(const double *) b);
}

/* p-value of the intersection of the hypotheses in `set`. */
static double
intersection(const double *p, int n, unsigned set, bool simes)
{
	double chosen[16];
	double least = 1;
	int m = 0;

	for (int i = 0; i < n; i++)
		if (set >> i & 1)
			chosen[m++] = p[i];
	qsort(chosen, m, sizeof *chosen, ascending);
	for (int i = 0; i < m; i++)
		least = fmin(least, simes ? m * chosen[i] / (i + 1) : m * chosen[i]);
	return least;
}

static double
closed(const double *p, int n, int i, bool simes)
{
	double most = 0;

	for (unsigned set = 1; set < 1u << n; set++)
		if (set >> i & 1)
			most = fmax(most, intersection(p, n, set, simes));
	return most;
}

TEST(holm_and_hommel_are_closed_tests)
{
	host h;

	host_init(&h);
	for (int round = 0; round < 60; round++)
	{
		int n = 1 + round % 9;
		double p[9];
		double holm[9];
		double hommel[9];

		/* some rounds on a grid, for ties */
		for (int i = 0; i < n; i++)
			p[i] = round % 3 ? pow(draw(), 3) : floor(draw() * 8) / 8;
		CHECK_INT(ms_p_adjust(&h.ctx, MS_P_HOLM, p, n, holm), MS_OK);
		CHECK_INT(ms_p_adjust(&h.ctx, MS_P_HOMMEL, p, n, hommel), MS_OK);
		for (int i = 0; i < n; i++)
		{
			CHECK_NEAR(holm[i], closed(p, n, i, false), 1e-14);
			CHECK_NEAR(hommel[i], closed(p, n, i, true), 1e-14);
		}
	}
}

/* BH, BY and hochberg by their one-line definitions, O(n^2). */
static double
step_up(const double *p, int n, int i, ms_p_method method)
{
	double least = 1;

	for (int j = 0; j < n; j++)
	{
		int rank = 0;
		double sum = 0;

		for (int k = 0; k < n; k++)
			rank += p[k] <= p[j];
		for (int k = 1; k <= n; k++)
			sum += 1.0 / k;
		if (p[j] < p[i])
			continue;
		least = fmin(least, method == MS_P_HOCHBERG ? (n + 1 - rank) * p[j]
							: method == MS_P_BH     ? p[j] * n / rank
													: p[j] * n * sum / rank);
	}
	return least;
}

TEST(step_up_methods_by_definition)
{
	static const ms_p_method methods[] = {MS_P_HOCHBERG, MS_P_BH, MS_P_BY};
	host h;
	double p[40];
	double out[40];

	host_init(&h);
	for (int round = 0; round < 30; round++)
		for (int m = 0; m < 3; m++)
		{
			for (int i = 0; i < 40; i++)
				p[i] = round % 2 ? pow(draw(), 3) : floor(draw() * 20) / 20;
			CHECK_INT(ms_p_adjust(&h.ctx, methods[m], p, 40, out), MS_OK);
			for (int i = 0; i < 40; i++)
				CHECK_NEAR(out[i], step_up(p, 40, i, methods[m]), 1e-14);
		}
}

TEST(edges)
{
	host h;
	double one = 0.3;
	double gaps[] = {NAN, 0.25, NAN};
	double wrong[] = {0.5, 1.5};
	double out[3];

	host_init(&h);
	for (int method = MS_P_HOLM; method <= MS_P_NONE; method++)
	{
		CHECK_INT(ms_p_adjust(&h.ctx, method, NULL, 0, out), MS_OK);
		CHECK_INT(ms_p_adjust(&h.ctx, method, &one, 1, out), MS_OK);
		CHECK_BITS(out[0], 0.3);
		/* NULLs do not count */
		CHECK_INT(ms_p_adjust(&h.ctx, method, gaps, 3, out), MS_OK);
		CHECK(isnan(out[0]) && isnan(out[2]));
		CHECK_BITS(out[1], 0.25);
		CHECK_INT(ms_p_adjust(&h.ctx, method, wrong, 2, out), MS_BAD_ARGUMENT);
		CHECK_STR(h.ctx.facts.what, "p");
		CHECK_INT(h.ctx.facts.index, 2);
	}
	/* in place */
	CHECK_INT(ms_p_adjust(&h.ctx, MS_P_BONFERRONI, gaps, 3, gaps), MS_OK);
	CHECK_BITS(gaps[1], 0.25);
}

TEST(refused_and_stopped_anywhere)
{
	enum
	{
		N = 3000
	};
	static double p[N];
	static double out[N];
	host h;
	ms_status status;

	for (int i = 0; i < N; i++)
		p[i] = draw();
	HOST_EVERY(h, status, ms_p_adjust(&h.ctx, MS_P_HOMMEL, p, N, out));
	HOST_EVERY(h, status, ms_p_adjust(&h.ctx, MS_P_BH, p, N, out));
}

int
main(void)
{
	RUN(agrees_with_r);
	RUN(holm_and_hommel_are_closed_tests);
	RUN(step_up_methods_by_definition);
	RUN(edges);
	RUN(refused_and_stopped_anywhere);
	return unit_done();
}
