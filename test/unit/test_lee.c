/*
 * test_lee.c: Lee bounds: the reference, the formula by hand, weights, cells, coverage.
 */
#include "core/transport/lee.h"

#include "transport_data.h"

static ms_status
lee_of(host *h, const ms_lee_cell *cells, size_t n, ms_lee *out)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_lee_bounds(&h->ctx, &arena, cells, n, .95, out);
	ms_arena_free(&arena);
	return status;
}

static ms_lee
lee(const ms_lee_cell *cells, size_t n)
{
	ms_lee out;
	host h;

	host_init(&h);
	CHECK_INT(lee_of(&h, cells, n, &out), MS_OK);
	CHECK_INT(h.live, 0);
	return out;
}

static const double EIGHT[] = {1, 2, 3, 4, 5, 6, 7, 8};
static const double SIX[] = {1, 2, 3, 4, 5, 6};

/* distribution_regression.md, 9 */
TEST(reference)
{
	ms_lee_cell cell = {COLUMN(EIGHT), COLUMN(SIX), 10, 10};
	ms_lee_cell swapped = {COLUMN(SIX), COLUMN(EIGHT), 10, 10};
	ms_lee b = lee(&cell, 1);

	CHECK_NEAR(b.share, .25, 1e-15);
	CHECK_NEAR(b.bounds.lower, 0, 1e-14);
	CHECK_NEAR(b.bounds.upper, 2, 1e-14);
	CHECK_NEAR(b.bounds.lower_error, 1.343709625, 1e-9);
	CHECK_NEAR(b.bounds.upper_error, 1.343709625, 1e-9);
	CHECK_INT(b.trimmed, 1);
	CHECK_NEAR(b.observed_treated, .8, 1e-15);
	CHECK_NEAR(b.observed_control, .6, 1e-15);
	/* arms that change places: bounds change sign and place */
	b = lee(&swapped, 1);
	CHECK_NEAR(b.bounds.lower, -2, 1e-14);
	CHECK_NEAR(b.bounds.upper, 0, 1e-14);
	CHECK_NEAR(b.bounds.lower_error, 1.343709625, 1e-9);
	CHECK_INT(b.trimmed, -1);
}

static double
critical(double width, double error, double level)
{
	ms_bounds b = {.lower = 1, .upper = 1 + width, .lower_error = error, .upper_error = error / 2};

	ms_bounds_interval(&b, level);
	CHECK_NEAR(b.interval_lower, 1 - b.critical * error, 1e-14);
	CHECK_NEAR(b.interval_upper, 1 + width + b.critical * error / 2, 1e-14);
	return b.critical;
}

TEST(imbens_manski)
{
	CHECK_NEAR(critical(2, .5, .95), 1.644854, 1e-6);
	CHECK_NEAR(critical(.2, .5, .95), 1.798549, 1e-6);
	CHECK_NEAR(critical(0, .5, .95), 1.959964, 1e-6);
	CHECK_NEAR(critical(0, .5, .9), 1.644854, 1e-6);
	/* no error: the interval is the bounds */
	critical(2, 0, .95);
	critical(0, 0, .95);
}

/* pi = 1/2.8 of 7 leaves 4.5 outcomes: the fifth counts half */
TEST(fractional_edge)
{
	const double y[] = {0, 1, 2, 3, 10, 20, 30};
	ms_column c = COLUMN(y);
	ms_trim low, high;
	host h;

	host_init(&h);
	CHECK_INT(ms_trim_mean(&h.ctx, &c, 4.5 / 7, false, &low), MS_OK);
	CHECK_NEAR(low.mean, (0 + 1 + 2 + 3 + 5) / 4.5, 1e-14);
	CHECK_NEAR(low.edge, 10, 0);
	CHECK_NEAR(low.variance, (1 + 4 + 9 + 50) / 4.5 - 121 / 20.25, 1e-13);
	CHECK_INT(ms_trim_mean(&h.ctx, &c, 4.5 / 7, true, &high), MS_OK);
	CHECK_NEAR(high.mean, (30 + 20 + 10 + 3 + 1) / 4.5, 1e-14);
	CHECK_NEAR(high.edge, 2, 0);
	/* next to nothing is the outermost value */
	CHECK_INT(ms_trim_mean(&h.ctx, &c, 1e-14, true, &high), MS_OK);
	CHECK_NEAR(high.mean, 30, 0);
	CHECK_NEAR(high.edge, 30, 0);
	/* a share that is whole but for rounding does not reach for the next value */
	CHECK_INT(ms_trim_mean(&h.ctx, &c, (4 + 1e-14) / 7, false, &low), MS_OK);
	CHECK_NEAR(low.edge, 3, 0);
}

TEST(far_off_and_too_far)
{
	const double far[] = {1e15, 1e15 + 2, 1e15 + 4};
	const double wide[] = {-1e308, 0, 1e308};
	ms_column c = COLUMN(far);
	ms_column w = COLUMN(wide);
	ms_trim t;
	host h;

	host_init(&h);
	CHECK_INT(ms_trim_mean(&h.ctx, &c, 1, true, &t), MS_OK);
	CHECK_NEAR(t.mean, 1e15 + 2, 0);
	CHECK_NEAR(t.variance, 8. / 3, 1e-14);
	CHECK_INT(ms_trim_mean(&h.ctx, &w, 1, true, &t), MS_TOO_LARGE);
}

/* A weight of 3 is three rows. */
TEST(weights_are_rows)
{
	const double x[] = {1, 2, 5, 9};
	const double w[] = {2, 3, 1, 2};
	const double rows[] = {1, 1, 2, 2, 2, 5, 9, 9};
	double upto[4];
	ms_lee_cell weighted = {column_of(x, 4, w, upto), COLUMN(SIX), 11, 12};
	ms_lee_cell repeated = {COLUMN(rows), COLUMN(SIX), 11, 12};
	ms_lee a = lee(&weighted, 1);
	ms_lee b = lee(&repeated, 1);

	CHECK_NEAR(a.bounds.lower, b.bounds.lower, 1e-14);
	CHECK_NEAR(a.bounds.upper, b.bounds.upper, 1e-14);
	CHECK_NEAR(a.bounds.lower_error, b.bounds.lower_error, 1e-14);
	CHECK_NEAR(a.bounds.upper_error, b.bounds.upper_error, 1e-14);
	CHECK(a.share > 0);
}

/* All outcomes seen: the difference in means and its error. Equal shares: a point, too. */
TEST(no_selection)
{
	ms_lee_cell all = {COLUMN(EIGHT), COLUMN(SIX), 8, 6};
	ms_lee_cell same = {COLUMN(EIGHT), COLUMN(SIX), 16, 12};
	ms_lee b = lee(&all, 1);

	CHECK_NEAR(b.bounds.lower, 1, 1e-14);
	CHECK_NEAR(b.bounds.upper, 1, 1e-14);
	CHECK_NEAR(b.bounds.lower_error, sqrt(63. / 12 / 8 + 35. / 12 / 6), 1e-14);
	CHECK_NEAR(b.bounds.critical, 1.959964, 1e-6);
	CHECK_INT(b.trimmed, 0);
	CHECK_NEAR(b.share, 0, 0);
	b = lee(&same, 1);
	CHECK_NEAR(b.bounds.lower, 1, 1e-14);
	CHECK_NEAR(b.bounds.upper, 1, 1e-14);
	CHECK_INT(b.trimmed, 0);
}

/* Ties are cut in parts: 0 and 1 with shares .5 in the treated, of which .8 stay. */
TEST(binary_outcomes)
{
	double y[40], z[32];
	ms_lee_cell cell;
	ms_lee b;

	for (int i = 0; i < 40; i++)
		y[i] = i >= 20;
	for (int i = 0; i < 32; i++)
		z[i] = i >= 24;
	cell = (ms_lee_cell){COLUMN(y), COLUMN(z), 50, 50};
	b = lee(&cell, 1);
	CHECK_NEAR(b.bounds.lower, .3 / .8 - .25, 1e-14);
	CHECK_NEAR(b.bounds.upper, .5 / .8 - .25, 1e-14);
}

/* Two cells: by hand, the average with weights rows * least share; alike cells change nothing. */
TEST(cells)
{
	const double high[] = {11, 12, 13, 14, 15, 16};
	const double higher[] = {11, 12, 13, 14, 15, 16, 17, 18};
	ms_lee_cell alike[] = {{COLUMN(EIGHT), COLUMN(SIX), 10, 10}, {COLUMN(EIGHT), COLUMN(SIX), 10, 10}};
	ms_lee_cell apart[] = {{COLUMN(EIGHT), COLUMN(SIX), 10, 10}, {COLUMN(higher), COLUMN(high), 8, 8}};
	double pooled_high[16], pooled_low[12];
	ms_lee_cell pooled;
	ms_lee b = lee(alike, 2);
	ms_lee one;

	CHECK_NEAR(b.bounds.lower, 0, 1e-14);
	CHECK_NEAR(b.bounds.upper, 2, 1e-14);
	CHECK_NEAR(b.bounds.lower_error, 1.343709625 / sqrt(2), 1e-9);
	b = lee(apart, 2);
	CHECK_NEAR(b.bounds.lower, 0, 1e-14);
	CHECK_NEAR(b.bounds.upper, 2, 1e-14);
	CHECK_NEAR(b.share, .25, 1e-14);
	CHECK_INT(b.opposite, 0);
	for (int i = 0; i < 8; i++)
		pooled_high[i] = EIGHT[i], pooled_high[8 + i] = higher[i];
	for (int i = 0; i < 6; i++)
		pooled_low[i] = SIX[i], pooled_low[6 + i] = high[i];
	pooled = (ms_lee_cell){COLUMN(pooled_high), COLUMN(pooled_low), 18, 18};
	one = lee(&pooled, 1);
	CHECK(one.bounds.lower < b.bounds.lower && one.bounds.upper > b.bounds.upper);
	/* a cell that is trimmed in the other arm is told */
	apart[1] = (ms_lee_cell){COLUMN(high), COLUMN(higher), 10, 10};
	apart[1].treated_rows = 20;
	b = lee(apart, 2);
	CHECK_INT(b.trimmed, -1);
	CHECK_INT(b.opposite, 1);
}

TEST(bad)
{
	ms_lee_cell cells[] = {{COLUMN(EIGHT), COLUMN(SIX), 10, 10}, {COLUMN(EIGHT), COLUMN(SIX), 10, 10}};
	ms_arena arena;
	ms_lee out;
	host h;

	cells[1].control.n = 0;
	host_init(&h);
	CHECK_INT(lee_of(&h, cells, 2, &out), MS_TOO_FEW);
	CHECK_INT(h.ctx.facts.index, 2);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_lee_bounds(&h.ctx, &arena, cells, 1, 1, &out), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "level");
	ms_arena_free(&arena);
}

/*
 * One experiment with k cells: of .6 of the rows the outcome is seen either way, of .15 in the
 * treated arm alone. Outcomes are normal, effects are 1 on average and differ by cells.
 */
enum { CELLS = 3, ROWS_A_CELL = 400 };

static double simulated[CELLS][2][CELLS * ROWS_A_CELL];

static void
simulate(uint64_t run, int k, ms_lee_cell *cells)
{
	size_t n[CELLS][2] = {{0}};
	double rows[CELLS][2] = {{0}};
	ms_rng rng;

	ms_rng_init(&rng, run, 91);
	for (int i = 0; i < k * ROWS_A_CELL; i++)
	{
		int c = (int) ms_rng_below(&rng, (uint64_t) k);
		int treated = ms_rng_uniform(&rng) < .5;
		double type = ms_rng_uniform(&rng);
		double y = ms_rng_normal(&rng) + 2 * c + treated * (1 + c - (k - 1) / 2.);

		rows[c][treated]++;
		if (type < .6 || (treated && type < .75))
			simulated[c][treated][n[c][treated]++] = y;
	}
	for (int c = 0; c < k; c++)
	{
		sort_values(simulated[c][0], n[c][0]);
		sort_values(simulated[c][1], n[c][1]);
		cells[c] = (ms_lee_cell){column_of(simulated[c][1], n[c][1], NULL, NULL),
								 column_of(simulated[c][0], n[c][0], NULL, NULL), rows[c][1], rows[c][0]};
	}
}

/*
 * The treated that are seen are normal, and 4 in 5 of them would be seen either way: the bounds of
 * the law are the effect -+ phi(z.8) / .8 = .349952, in every cell. The mean of the errors must be
 * what the bounds scatter, and the interval must cover the effect 1 at its level or above.
 */
static void
check_errors(int k)
{
	enum { RUNS = 600 };
	double sum = 0, squares = 0, errors = 0;
	int covered = 0, edge_covered = 0;

	for (uint64_t run = 0; run < RUNS; run++)
	{
		ms_lee_cell cells[CELLS];
		ms_lee b;

		simulate(run, k, cells);
		b = lee(cells, (size_t) k);
		sum += b.bounds.lower;
		squares += b.bounds.lower * b.bounds.lower;
		errors += b.bounds.lower_error;
		covered += b.bounds.interval_lower <= 1 && b.bounds.interval_upper >= 1;
		edge_covered += b.bounds.interval_lower <= 1 - .349952;
	}
	sum /= RUNS;
	CHECK_NEAR(sum, 1 - .349952, 4 * .14 / sqrt(RUNS * k));
	/* the sd of 600 draws is known to 3 percent */
	CHECK_NEAR(errors / RUNS / sqrt(squares / RUNS - sum * sum), 1, .1);
	CHECK(covered >= RUNS * .97);
	/* at the end of the bounds the interval has its level, .95 -+ 4 * .0089 */
	CHECK(edge_covered >= RUNS * .914 && edge_covered <= RUNS * .986);
}

TEST(errors_and_coverage)
{
	check_errors(1);
	check_errors(CELLS);
}

TEST(stops_and_refusals)
{
	enum { N = 300000 };
	double *y = malloc(N * sizeof *y);
	ms_lee_cell cell;
	ms_status status;
	ms_lee out;
	host h;

	normal_values(y, N, 3, 0, 1);
	cell = (ms_lee_cell){column_of(y, N, NULL, NULL), COLUMN(SIX), 2. * N, 10};
	HOST_EVERY(h, status, lee_of(&h, &cell, 1, &out));
	CHECK(h.polls > 0);
	free(y);
}

int
main(void)
{
	RUN(reference);
	RUN(imbens_manski);
	RUN(fractional_edge);
	RUN(far_off_and_too_far);
	RUN(weights_are_rows);
	RUN(no_selection);
	RUN(binary_outcomes);
	RUN(cells);
	RUN(bad);
	RUN(errors_and_coverage);
	RUN(stops_and_refusals);
	return unit_done();
}
