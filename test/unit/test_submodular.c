/*
 * test_submodular.c: greedy choices against selection.md, section 2, and plain greedy.
 */
#include "core/selection/submodular.h"

#include "medoids_data.h"

/* 1 / (1 + d), or exp(-d^2 / 800), of D100. */
static ms_status
similar(ms_ctx *ctx, const ms_similarity *s, size_t c, double *out)
{
	bool gaussian = *(const bool *) s->source;
	double a[2];

	(void) ctx;
	d100_row(c, a);
	for (size_t i = 0; i < s->n; i++)
	{
		double b[2];
		double d;

		d100_row(i, b);
		d = hypot(a[0] - b[0], a[1] - b[1]);
		out[i] = gaussian ? exp(-d * d / 800) : 1 / (1 + d);
	}
	return MS_OK;
}

static const bool no = false;
static const bool yes = true;

static size_t
greedy(ms_submodular function, const bool *source, double parameter, size_t budget, size_t *rows,
	   double *gains, uint64_t *evaluations)
{
	ms_similarity s = {.n = 100, .row = similar, .source = source};
	size_t found = 0;
	host h;

	host_init(&h);
	CHECK_INT(ms_submodular_greedy(&h.ctx, &s, function, parameter, budget, -INFINITY, rows, gains,
								   &found, evaluations),
			  MS_OK);
	CHECK_INT(h.live, 0);
	return found;
}

static void
check_rows(const size_t *rows, const double *gains, const size_t *wanted,
		   const double *wanted_gains)
{
	for (size_t i = 0; i < 6; i++)
	{
		CHECK_INT(rows[i], wanted[i]);
		if (wanted_gains)
			CHECK_NEAR(gains[i], wanted_gains[i], 1e-9);
	}
}

TEST(published)
{
	static const size_t facility[] = {72, 16, 9, 51, 26, 33};
	static const double facility_gains[] = {4.452274338, 2.143982477, 1.863436189,
											1.713702565, 1.555560344, 1.482850523};
	static const size_t cut[] = {72, 94, 9, 86, 1, 42};
	static const double cut_gains[] = {4.052274338, 3.984316120, 3.857262116,
									   3.732563740, 3.671603404, 3.613754334};
	static const size_t det[] = {0, 5, 38, 71, 53, 49};
	size_t rows[20];
	double gains[20];
	double sum = 0;
	uint64_t evaluations;

	greedy(MS_SUBMODULAR_FACILITY, &no, 0, 6, rows, gains, &evaluations);
	check_rows(rows, gains, facility, facility_gains);
	greedy(MS_SUBMODULAR_GRAPH_CUT, &no, 0.4, 6, rows, gains, &evaluations);
	check_rows(rows, gains, cut, cut_gains);
	greedy(MS_SUBMODULAR_LOG_DET, &yes, 0, 6, rows, gains, &evaluations);
	check_rows(rows, gains, det, NULL);
	for (size_t i = 0; i < 6; i++)
		sum += gains[i];
	CHECK_NEAR(sum, -0.017586885, 1e-9);
	greedy(MS_SUBMODULAR_LOG_DET, &yes, 1, 6, rows, gains, &evaluations);
	sum = 0;
	for (size_t i = 0; i < 6; i++)
		sum += gains[i];
	CHECK_NEAR(sum, 4.154507262, 1e-9);
}

/* The lazy choice is the plain one, at a fraction of the gains. */
TEST(lazy)
{
	ms_similarity s = {.n = 100, .row = similar, .source = &no};
	size_t rows[100];
	double gains[100];
	double best[100] = {0};
	double row[100];
	uint64_t evaluations;
	host h;

	host_init(&h);
	CHECK_INT(greedy(MS_SUBMODULAR_FACILITY, &no, 0, 100, rows, gains, &evaluations), 100);
	for (size_t t = 0; t < 100; t++)
	{
		double most = -1;
		size_t choice = 0;

		for (size_t c = 0; c < 100; c++)
		{
			double gain = 0;
			bool taken = false;

			for (size_t i = 0; i < t; i++)
				taken |= rows[i] == c;
			if (taken)
				continue;
			similar(&h.ctx, &s, c, row);
			for (size_t i = 0; i < 100; i++)
				gain += fmax(0, row[i] - best[i]);
			if (gain > most)
			{
				most = gain;
				choice = c;
			}
		}
		CHECK_INT(rows[t], choice);
		CHECK_BITS(gains[t], most);
		CHECK(t == 0 || gains[t] <= gains[t - 1]);
		similar(&h.ctx, &s, choice, row);
		for (size_t i = 0; i < 100; i++)
			best[i] = fmax(best[i], row[i]);
	}
	greedy(MS_SUBMODULAR_FACILITY, &no, 0, 20, rows, gains, &evaluations);
	CHECK(evaluations < 500);
}

TEST(refused_and_ended)
{
	ms_similarity s = {.n = 100, .row = similar, .source = &no};
	size_t rows[100];
	double gains[100];
	size_t found;
	uint64_t evaluations;
	host h;

	host_init(&h);
	CHECK_INT(ms_submodular_greedy(&h.ctx, &s, 4, 0, 5, 0, rows, gains, &found, &evaluations),
			  MS_BAD_ARGUMENT);
	CHECK_INT(ms_submodular_greedy(&h.ctx, &s, 1, 0, 0, 0, rows, gains, &found, &evaluations),
			  MS_BAD_ARGUMENT);
	CHECK_INT(ms_submodular_greedy(&h.ctx, &s, 1, 0, 101, 0, rows, gains, &found, &evaluations),
			  MS_BAD_ARGUMENT);
	CHECK_INT(ms_submodular_greedy(&h.ctx, &s, 2, NAN, 5, 0, rows, gains, &found, &evaluations),
			  MS_BAD_ARGUMENT);
	CHECK_INT(ms_submodular_greedy(&h.ctx, &s, 1, 0, 50, 1.6, rows, gains, &found, &evaluations),
			  MS_OK);
	CHECK_INT(found, 4);
}

static ms_status
exercise(host *h, ms_submodular function)
{
	ms_similarity s = {.n = 100, .row = similar, .source = &yes};
	size_t rows[60];
	double gains[60];
	size_t found;
	uint64_t evaluations;

	h->ctx.work = MS_POLL_STEPS - 20000;
	return ms_submodular_greedy(&h->ctx, &s, function, 0.4, 60, -INFINITY, rows, gains, &found,
								&evaluations);
}

TEST(stops)
{
	host h;
	ms_status status;

	for (int f = MS_SUBMODULAR_FACILITY; f <= MS_SUBMODULAR_LOG_DET; f++)
		HOST_EVERY(h, status, exercise(&h, (ms_submodular) f));
}

int
main(void)
{
	RUN(published);
	RUN(lazy);
	RUN(refused_and_ended);
	RUN(stops);
	return unit_done();
}
