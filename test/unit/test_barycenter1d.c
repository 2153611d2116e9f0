/*
 * test_barycenter1d.c: barycenters and their Frechet variance against one_dim.md, and laws.
 */
#include "core/transport/barycenter1d.h"

#include "core/transport/wasserstein1d.h"
#include "transport_data.h"

static ms_status
make(host *h, const ms_column *c, size_t g, const double *w, int p, double *x, double *mass,
	 ms_barycenter1d *out)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_barycenter1d_make(&h->ctx, &arena, c, g, w, p, out);
	if (status == MS_OK && x)
	{
		memcpy(x, out->x, out->n * sizeof(double));
		memcpy(mass, out->mass, out->n * sizeof(double));
	}
	ms_arena_free(&arena);
	return status;
}

static const double A[] = {1, 2, 3, 4};
static const double B[] = {2, 2, 5};
static const double C[] = {0, 10};

TEST(reference)
{
	const double mass[] = {1. / 4, 1. / 12, 1. / 6, 1. / 6, 1. / 12, 1. / 4};
	const double w2[] = {1, 4. / 3, 4. / 3, 5, 6, 19. / 3};
	const double w1[] = {1, 2, 2, 3, 5, 5};
	ms_column c[] = {COLUMN(A), COLUMN(B), COLUMN(C)};
	ms_barycenter1d out;
	double x[9], m[9], mean = 0;
	host h;

	host_init(&h);
	CHECK_INT(make(&h, c, 3, NULL, 2, x, m, &out), MS_OK);
	CHECK_INT(out.n, 6);
	for (size_t i = 0; i < 6; i++)
	{
		CHECK_NEAR(x[i], w2[i], 1e-14);
		CHECK_NEAR(m[i], mass[i], 1e-14);
		mean += x[i] * m[i];
	}
	CHECK_NEAR(mean, 3.5, 1e-14);
	CHECK_NEAR(out.frechet, 4.944444444444, 1e-12);
	CHECK_INT(make(&h, c, 3, NULL, 1, x, m, &out), MS_OK);
	CHECK_INT(out.n, 6);
	for (size_t i = 0; i < 6; i++)
		CHECK_NEAR(x[i], w1[i], 1e-14);
}

TEST(laws)
{
	ms_column same[] = {COLUMN(A), COLUMN(A), COLUMN(A)};
	ms_column two[] = {COLUMN(B), COLUMN(C)};
	const double w[] = {1, 0};
	const double bad[] = {1, -1};
	const double none[] = {0, 0};
	ms_barycenter1d out;
	double x[12], m[12];
	host h;

	host_init(&h);
	for (int p = 1; p <= 2; p++)
	{
		CHECK_INT(make(&h, same, 3, NULL, p, x, m, &out), MS_OK);
		CHECK_INT(out.n, 4);
		CHECK_NEAR(x[2], 3, 1e-15);
		CHECK_NEAR(out.frechet, 0, 1e-15);
	}
	CHECK_INT(make(&h, two, 2, w, 2, x, m, &out), MS_OK);
	CHECK_NEAR(x[0], 2, 1e-15);
	CHECK_NEAR(x[out.n - 1], 5, 1e-15);
	CHECK_INT(make(&h, two, 2, NULL, 1, x, m, &out), MS_OK);
	CHECK_NEAR(x[0], 1, 1e-15); /* the middle of [0, 2] */
	CHECK_INT(make(&h, two, 2, bad, 2, x, m, &out), MS_BAD_WEIGHT);
	CHECK_INT(make(&h, two, 2, none, 2, x, m, &out), MS_TOO_FEW);
	CHECK_INT(make(&h, two, 0, NULL, 2, x, m, &out), MS_TOO_FEW);
	CHECK_INT(make(&h, two, 2, NULL, 3, x, m, &out), MS_BAD_ARGUMENT);
}

/* Every level by all quantile functions, the variance by all distances; outliers at one end must leave no trace. */
TEST(by_brute_force)
{
	enum
	{
		G = 40,
		MOST = 30,
		ALL = G * MOST
	};
	double x[G][MOST], weights[G], atoms[ALL], mass[ALL], cumulated[ALL];
	ms_column c[G], centre;
	ms_barycenter1d out;
	double total = 0, level = 0, variance = 0;
	ms_rng rng;
	host h;

	ms_rng_init(&rng, 9, 1);
	for (size_t g = 0; g < G; g++)
	{
		size_t n = 1 + ms_rng_below(&rng, MOST);

		normal_values(x[g], n, g, (double) g / 10, 1 + (double) (g % 3));
		if (g % 7 == 0)
			x[g][0] = -1e9;
		c[g] = column_of(x[g], n, NULL, NULL);
		total += weights[g] = 1 + (double) ms_rng_below(&rng, 4);
	}
	host_init(&h);
	CHECK_INT(make(&h, c, G, weights, 2, atoms, mass, &out), MS_OK);
	for (size_t i = 0; i < out.n; i++)
	{
		double sum = 0;

		for (size_t g = 0; g < G; g++)
			sum += weights[g] / total * ms_describe_quantile(c + g, level + mass[i] / 2);
		CHECK_NEAR(atoms[i], sum, 1e-13);
		CHECK(i == 0 || atoms[i] >= atoms[i - 1]);
		level += mass[i];
	}
	CHECK_NEAR(level, 1, 1e-13);
	centre = column_of(atoms, out.n, mass, cumulated);
	for (size_t g = 0; g < G; g++)
	{
		double distance;

		CHECK_INT(ms_wasserstein1d(&h.ctx, c + g, &centre, 2, &distance), MS_OK);
		variance += weights[g] / total * distance * distance;
	}
	CHECK_NEAR(out.frechet / variance, 1, 1e-12);
}

/* Differences that are no numbers. */
TEST(great_numbers)
{
	const double x[] = {-1.7e308, 1.7e308};
	const double y[] = {-1.7e308, 0, 1.7e308};
	const double weights[] = {.9, .1};
	ms_column c[] = {COLUMN(x), COLUMN(y)};
	ms_barycenter1d out;
	double atoms[5], mass[5];
	host h;

	host_init(&h);
	CHECK_INT(make(&h, c, 2, weights, 2, atoms, mass, &out), MS_OK);
	CHECK_INT(out.n, 4);
	CHECK_NEAR(atoms[0] / 1e308, -1.7, 1e-15);
	CHECK_NEAR(atoms[1] / 1e308, -1.53, 1e-14);
	CHECK_NEAR(atoms[2] / 1e308, 1.53, 1e-14);
	CHECK_NEAR(atoms[3] / 1e308, 1.7, 1e-15);
	CHECK(!isfinite(out.frechet));
}

TEST(stops_and_refusals)
{
	enum
	{
		N = 50000
	};
	double *x = calloc(N, sizeof(double));
	ms_column c[2] = {column_of(x, N, NULL, NULL), column_of(x, N - 1, NULL, NULL)};
	ms_barycenter1d out;
	ms_status status;
	host h;

	for (size_t i = 0; i < N; i++)
		x[i] = (double) i;
	HOST_EVERY(h, status, make(&h, c, 2, NULL, 1, NULL, NULL, &out));
	HOST_EVERY(h, status, make(&h, c, 2, NULL, 2, NULL, NULL, &out));
	CHECK(h.polls > 0);
	free(x);
}

int
main(void)
{
	RUN(reference);
	RUN(laws);
	RUN(by_brute_force);
	RUN(great_numbers);
	RUN(stops_and_refusals);
	return unit_done();
}
