/*
 * test_submodular.c: greedy choices against selection.md, section 2, and plain greedy.
 */
#include "core/selection/submodular.h"

#include "core/base/rng.h"
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
	CHECK(evaluations - 100 < 330); /* beside those of all rows at first; plain greedy: 1710 */
}

/* --- any function, by its definition --------------------------------------------------------- */

#define FEW 9

/* Symmetric similarities of up to FEW things, ones on the diagonal; weights. */
typedef struct small
{
	size_t n;
	double s[FEW][FEW];
	double w[FEW];
} small;

static ms_status
small_row(ms_ctx *ctx, const ms_similarity *s, size_t c, double *out)
{
	const small *m = s->source;

	(void) ctx;
	memcpy(out, m->s[c], m->n * sizeof(*out));
	return MS_OK;
}

/* log det of S_A + eps I by elimination; -infinity when singular. */
static double
log_det_of(const small *m, unsigned set, double eps)
{
	double a[FEW][FEW];
	size_t at[FEW];
	size_t k = 0;
	double sum = 0;

	for (size_t i = 0; i < m->n; i++)
	{
		if (set >> i & 1)
			at[k++] = i;
	}
	for (size_t i = 0; i < k; i++)
		for (size_t j = 0; j < k; j++)
			a[i][j] = m->s[at[i]][at[j]] + (i == j ? eps : 0);
	for (size_t i = 0; i < k; i++)
	{
		if (!(a[i][i] > 1e-11))
			return -INFINITY;
		sum += log(a[i][i]);
		for (size_t r = i + 1; r < k; r++)
			for (size_t c = k; c-- > i;)
				a[r][c] -= a[r][i] / a[i][i] * a[i][c];
	}
	return sum;
}

static double
value_of(const small *m, ms_submodular function, double parameter, unsigned set)
{
	double sum = 0;

	if (function == MS_SUBMODULAR_LOG_DET)
		return log_det_of(m, set, parameter);
	for (size_t i = 0; i < m->n; i++)
	{
		double best = 0;

		for (size_t a = 0; a < m->n; a++)
		{
			if (!(set >> a & 1))
				continue;
			best = fmax(best, m->s[i][a]);
			if (function == MS_SUBMODULAR_GRAPH_CUT)
				sum += m->w[i] * m->s[i][a] - (set >> i & 1 ? parameter * m->s[i][a] : 0);
		}
		sum += function == MS_SUBMODULAR_FACILITY ? m->w[i] * best : 0;
	}
	return sum;
}

static double
least_weight(const small *m)
{
	double least = INFINITY;

	for (size_t i = 0; i < m->n; i++)
		least = fmin(least, m->w[i]);
	return least;
}

static small
draw_small(ms_rng *rng)
{
	small m = {.n = 2 + ms_rng_below(rng, FEW - 1)};
	double x[FEW][2];

	for (size_t i = 0; i < m.n; i++)
	{
		x[i][0] = (double) ms_rng_below(rng, 12);
		x[i][1] = ms_rng_uniform(rng);
		m.w[i] = (double) (i % 2 + ms_rng_below(rng, 3));
		for (size_t j = 0; j <= i; j++)
			m.s[i][j] = m.s[j][i] = exp(-hypot(x[i][0] - x[j][0], x[i][1] - x[j][1]) / 4);
	}
	return m;
}

/*
 * Each choice is the one of largest gain by the definition, gains never grow and add up to the
 * value, and the value is at least 1 - 1/e of the best.
 */
static void
check_small(const small *m, ms_submodular function, double parameter)
{
	ms_similarity s = {.n = m->n, .w = m->w, .row = small_row, .source = m};
	size_t rows[FEW];
	double gains[FEW];
	size_t found;
	uint64_t evaluations;
	unsigned set = 0;
	double most = -INFINITY;
	host h;

	host_init(&h);
	CHECK_INT(ms_submodular_greedy(&h.ctx, &s, function, parameter, m->n, -INFINITY, rows, gains,
								   &found, &evaluations),
			  MS_OK);
	CHECK_INT(found, m->n);
	for (size_t t = 0; t < found; t++)
	{
		double before = value_of(m, function, parameter, set);
		double gain = value_of(m, function, parameter, set | 1u << rows[t]) - before;

		for (size_t c = 0; c < m->n; c++)
		{
			if (!(set >> c & 1))
				CHECK(value_of(m, function, parameter, set | 1u << c) - before <= gain + 1e-9);
		}
		CHECK_NEAR(gains[t], gain, 1e-9);
		CHECK(t == 0 || gains[t] <= gains[t - 1] + 1e-12);
		set |= 1u << rows[t];
		/* below 1 a weight may make gains of graph cut negative */
		if (t != m->n / 2 || function == MS_SUBMODULAR_LOG_DET ||
			(function == MS_SUBMODULAR_GRAPH_CUT && least_weight(m) < 1))
			continue;
		for (unsigned other = 0; other < 1u << m->n; other++)
		{
			if ((size_t) __builtin_popcount(other) == t + 1)
				most = fmax(most, value_of(m, function, parameter, other));
		}
		CHECK(value_of(m, function, parameter, set) >= (1 - exp(-1)) * most - 1e-12);
	}
}

TEST(by_definition)
{
	ms_rng rng;

	ms_rng_init(&rng, 2, 2);
	for (size_t t = 0; t < 150; t++)
	{
		small m = draw_small(&rng);

		check_small(&m, MS_SUBMODULAR_FACILITY, 0);
		check_small(&m, MS_SUBMODULAR_GRAPH_CUT, 0.4);
		check_small(&m, MS_SUBMODULAR_LOG_DET, 0.5);
		for (size_t i = 0; i < m.n; i++)
			m.w[i]++;
		check_small(&m, MS_SUBMODULAR_GRAPH_CUT, 0.5);
	}
}

/* A duplicate of what was chosen adds nothing, and to a log-det without eps no direction. */
TEST(duplicates)
{
	small m = {.n = 4, .w = {1, 1, 1, 1}};
	ms_similarity s = {.n = 4, .w = m.w, .row = small_row, .source = &m};
	size_t rows[4];
	double gains[4];
	size_t found;
	uint64_t evaluations;
	host h;

	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < 4; j++)
			m.s[i][j] = i / 2 == j / 2 ? 1 : 0.25;
	host_init(&h);
	CHECK_INT(ms_submodular_greedy(&h.ctx, &s, MS_SUBMODULAR_FACILITY, 0, 4, 0, rows, gains, &found,
								   &evaluations),
			  MS_OK);
	CHECK_INT(found, 4);
	CHECK_INT(rows[0] * 1000 + rows[1] * 100 + rows[2] * 10 + rows[3], 213); /* 0, 2, 1, 3 */
	CHECK_NEAR(gains[2], 0, 0);
	CHECK_INT(ms_submodular_greedy(&h.ctx, &s, MS_SUBMODULAR_LOG_DET, 0, 4, -INFINITY, rows, gains,
								   &found, &evaluations),
			  MS_OK);
	CHECK_INT(found, 2);
	CHECK_NEAR(gains[1], log(1 - 0.0625), 1e-15);
	/* beyond lambda = 1/2 gains fall below 0: it ends there */
	CHECK_INT(ms_submodular_greedy(&h.ctx, &s, MS_SUBMODULAR_GRAPH_CUT, 1, 4, 0, rows, gains,
								   &found, &evaluations),
			  MS_OK);
	CHECK(found < 4);
	CHECK(gains[found - 1] >= 0);
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
	RUN(by_definition);
	RUN(duplicates);
	RUN(refused_and_ended);
	RUN(stops);
	return unit_done();
}
