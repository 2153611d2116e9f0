/*
 * test_sweep1d.c: the sweep against the walk, of which it is the fast form; weights of any size.
 */
#include "core/transport/sweep1d.h"

#include "core/transport/wasserstein1d.h"
#include "transport_data.h"

static double
by_walk(const ms_column *a, const ms_column *b, bool square)
{
	double sum = 0;
	ms_piece piece;
	ms_walk w;

	for (ms_walk_begin(&w, a, b); ms_walk_next(&w, &piece);)
	{
		double d = fabs(a->x[piece.i] - b->x[piece.j]);

		sum += piece.mass * (square ? d * d : d);
	}
	return sum;
}

static double
by_sweep(const ms_column *a, const ms_column *b, bool square, double scale)
{
	double out = NAN;
	host h;

	host_init(&h);
	CHECK_INT(ms_sweep1d_sum(&h.ctx, a, b, square, scale, &out), MS_OK);
	return out;
}

static void
agree(const ms_column *a, const ms_column *b)
{
	for (int square = 0; square < 2; square++)
	{
		CHECK_NEAR(by_sweep(a, b, square, 1), by_walk(a, b, square), 1e-14);
		CHECK_NEAR(by_sweep(b, a, square, 1), by_walk(a, b, square), 1e-14);
		CHECK_NEAR(by_sweep(a, b, square, .5), by_walk(a, b, square) * (square ? .25 : .5), 1e-14);
	}
}

/* All pairs of forms: no weights, whole ones, halves, tenths; sizes about those of a block. */
TEST(as_the_walk)
{
	enum
	{
		MOST = 3000
	};
	static const size_t sizes[] = {1, 2, 7, 1023, 1024, 1025, MOST};
	double *x = malloc(MOST * sizeof *x), *y = malloc(MOST * sizeof *y);
	double *w = malloc(MOST * sizeof *w), *u = malloc(MOST * sizeof *u),
		   *v = malloc(MOST * sizeof *v);

	for (size_t s = 0; s < 7; s++)
		for (size_t t = 0; t < 7; t++)
			for (int form = 0; form < 9; form++)
			{
				ms_column a, b;

				normal_values(x, sizes[s], s, 0, 1);
				normal_values(y, sizes[t], t + 20, .3, 2);
				for (size_t i = 0; i < MOST; i++)
					w[i] = (1 + (double) (i * 7 % 5)) / (form % 2 ? 10 : 1);
				a = column_of(x, sizes[s], form % 3 > 0 ? w : NULL, u);
				b = column_of(y, sizes[t], form / 3 > 0 ? w : NULL, v);
				agree(&a, &b);
			}
	free(x);
	free(y);
	free(w);
	free(u);
	free(v);
}

/* Only shares count, though products of weights may be no numbers. */
TEST(weights_of_any_size)
{
	static const double sizes[] = {1, 3e-320, 1e-300, 1e-160, 1e160, 1e290};
	const double shares[] = {2, 1, 1};
	ms_column b = COLUMN(D1_Y);

	for (int i = 0; i < 6; i++)
		for (int j = 0; j < 6; j++)
		{
			double wx[3], wy[3], ux[3], uy[3];
			ms_column a, c;

			for (int k = 0; k < 3; k++)
				wx[k] = shares[k] * sizes[i], wy[k] = shares[k] * sizes[j];
			a = column_of(D1_X, 3, wx, ux);
			c = column_of(D1_Y, 3, wy, uy);
			CHECK_NEAR(by_sweep(&a, &b, false, 1), 2.375, i == 1 ? 1e-3 : 1e-14);
			CHECK_NEAR(by_walk(&a, &b, false), 2.375, i == 1 ? 1e-3 : 1e-14);
			/* .5 for .5, 1 for .25 and .25 */
			CHECK_NEAR(by_sweep(&a, &c, true, 1), .625, i == 1 || j == 1 ? 1e-3 : 1e-14);
			CHECK_NEAR(by_walk(&a, &c, true), .625, i == 1 || j == 1 ? 1e-3 : 1e-14);
		}
}

/* Shares of 0.1 and of 0.3 meet though their sums differ in the last bits. */
TEST(meets_up_to_rounding)
{
	double x[10], w[10], ux[10], uy[10];
	const double y[] = {0, 3, 6, 9};
	const double wy[] = {.3, .3, .3, .1};
	ms_column a, b;

	for (int i = 0; i < 10; i++)
		x[i] = i / 3 * 3, w[i] = .1;
	a = column_of(x, 10, w, ux);
	b = column_of(y, 4, wy, uy);
	CHECK_NEAR(by_sweep(&a, &b, false, 1), 0, 0);
	CHECK_NEAR(by_sweep(&b, &a, true, 1), 0, 0);
}

TEST(stops)
{
	enum
	{
		N = 600000
	};
	double *x = malloc(N * sizeof *x), *w = malloc(N * sizeof *w), *u = malloc(N * sizeof *u);
	ms_column a, b, c;
	ms_status status;
	double out;
	host h;

	for (int i = 0; i < N; i++)
		x[i] = i, w[i] = 1 + i % 3;
	a = column_of(x, N, NULL, NULL);
	b = column_of(x, N - 1, NULL, NULL);
	c = column_of(x, N, w, u);
	HOST_EVERY(h, status, ms_sweep1d_sum(&h.ctx, &a, &b, false, 1, &out));
	HOST_EVERY(h, status, ms_sweep1d_sum(&h.ctx, &a, &c, true, 1, &out));
	free(x);
	free(w);
	free(u);
}

int
main(void)
{
	RUN(as_the_walk);
	RUN(weights_of_any_size);
	RUN(meets_up_to_rounding);
	RUN(stops);
	return unit_done();
}
