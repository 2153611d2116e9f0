/*
 * test_barycenter1d.c: barycenters and their Frechet variance against one_dim.md, and laws.
 */
#include "core/transport/barycenter1d.h"

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

TEST(stops_and_refusals)
{
	enum { N = 50000 };
	double *x = malloc(N * sizeof(double));
	ms_column c[2] = {column_of(x, N, NULL, NULL), column_of(x, N - 1, NULL, NULL)};
	ms_barycenter1d out;
	ms_status status;
	host h;

	for (size_t i = 0; i < N; i++)
		x[i] = (double) i;
	HOST_EVERY(h, status, make(&h, c, 2, NULL, 1, NULL, NULL, &out));
	CHECK(h.polls > 0);
	free(x);
}

int
main(void)
{
	RUN(reference);
	RUN(laws);
	RUN(stops_and_refusals);
	return unit_done();
}
