/*
 * test_gaussian.c: Bures-Wasserstein against entropic.md, 12, closed forms, mixtures.
 */
#include "core/transport/gaussian.h"

#include "transport_data.h"

static const double M1[] = {0, 0};
static const double M2[] = {1, 2};
static const double S1[] = {2, .5, .5, 1};
static const double S2[] = {1, -.3, -.3, 3};

TEST(reference)
{
	const double map[] = {.75428621, -.31125272, -.31125272, 1.83802437};
	const double centre[] = {1.42647303, .14059928, .14059928, 1.84119900};
	const double half[] = {.5, .5};
	double both[8], out[4];
	ms_gaussian_parts parts;
	ms_arena arena;
	bool converged;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_gaussian_parts_of(&h.ctx, &arena, 2, M1, S1, M2, S2, &parts), MS_OK);
	CHECK_NEAR(parts.bures, .929311854968, 1e-12);
	CHECK_NEAR(parts.bures + parts.location, 5.929311854968, 1e-12);
	CHECK_INT(ms_gaussian_map(&h.ctx, &arena, 2, S1, S2, out), MS_OK);
	for (int i = 0; i < 4; i++)
		CHECK_NEAR(out[i], map[i], 1e-8);
	memcpy(both, S1, sizeof S1);
	memcpy(both + 4, S2, sizeof S2);
	CHECK_INT(ms_gaussian_barycenter(&h.ctx, &arena, 2, 2, both, half, out, &converged), MS_OK);
	CHECK(converged);
	for (int i = 0; i < 4; i++)
		CHECK_NEAR(out[i], centre[i], 1e-8);
	ms_arena_free(&arena);
}

TEST(closed_forms)
{
	const double zero[] = {0};
	const double one[] = {1};
	const double four[] = {4};
	const double flat[] = {1, 0, 0, 0};
	const double other[] = {0, 0, 0, 4};
	const double nan[] = {NAN, 0, 0, 1};
	ms_gaussian_parts parts;
	ms_arena arena;
	double map[4];
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_gaussian_parts_of(&h.ctx, &arena, 1, zero, one, one, four, &parts), MS_OK);
	CHECK_NEAR(parts.location + parts.bures, 2, 1e-15);
	/* singular: the planes' laws cannot help each other */
	CHECK_INT(ms_gaussian_parts_of(&h.ctx, &arena, 2, M1, flat, M1, other, &parts), MS_OK);
	CHECK_NEAR(parts.bures, 5, 1e-14);
	CHECK_INT(ms_gaussian_parts_of(&h.ctx, &arena, 2, M1, S1, M1, S1, &parts), MS_OK);
	CHECK_NEAR(parts.bures, 0, 1e-14);
	CHECK_INT(ms_gaussian_map(&h.ctx, &arena, 2, flat, S1, map), MS_NOT_DEFINITE);
	CHECK_INT(ms_gaussian_parts_of(&h.ctx, &arena, 2, M1, nan, M1, S1, &parts), MS_NOT_DEFINITE);
	ms_arena_free(&arena);
}

TEST(of_moments)
{
	double x[60], y[90], work[3], out, w2;
	ms_moments *a = malloc(ms_moments_size(3));
	ms_moments *b = malloc(ms_moments_size(3));
	double cov_a[9], cov_b[9];
	ms_gaussian_parts parts;
	ms_arena arena;
	host h;

	normal_points(x, 20, 3, 1, 0, 1);
	normal_points(y, 30, 3, 2, 1, 2);
	ms_moments_begin(a, 3);
	ms_moments_begin(b, 3);
	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_gaussian_moments(&h.ctx, &arena, a, b, &out), MS_TOO_FEW);
	for (int i = 0; i < 20; i++)
		CHECK(ms_moments_add(a, x + 3 * i, 1, work));
	for (int i = 0; i < 30; i++)
		CHECK(ms_moments_add(b, y + 3 * i, 1, work));
	CHECK_INT(ms_gaussian_moments(&h.ctx, &arena, a, b, &out), MS_OK);
	ms_moments_covariance(a, cov_a);
	ms_moments_covariance(b, cov_b);
	for (int i = 0; i < 9; i++) /* of divisor n - 1 that of divisor n */
		cov_a[i] *= 19. / 20, cov_b[i] *= 29. / 30;
	CHECK_INT(ms_gaussian_parts_of(&h.ctx, &arena, 3, ms_moments_mean(b), cov_b, ms_moments_mean(a), cov_a, &parts), MS_OK);
	w2 = sqrt(parts.location + parts.bures);
	CHECK_NEAR(out, w2, 1e-13);
	/* points, 1e9 away: the difference of means is known to more than their doubles tell */
	ms_moments_begin(a, 3);
	ms_moments_begin(b, 3);
	for (int i = 0; i < 3; i++)
		x[i] = 1e9 + 0.1 * i, y[i] = x[i] + (i == 1 ? 0.25 : 0);
	CHECK(ms_moments_add(a, x, 1, work));
	CHECK(ms_moments_add(b, y, 2, work));
	CHECK_INT(ms_gaussian_moments(&h.ctx, &arena, a, b, &out), MS_OK);
	CHECK_NEAR(out, y[1] - x[1], 0);
	ms_moments_begin(b, 2);
	CHECK_INT(ms_gaussian_moments(&h.ctx, &arena, a, b, &out), MS_MISMATCH);
	ms_arena_free(&arena);
	free(a);
	free(b);
}

static ms_status
mixtures(host *h, const ms_gaussians *a, const ms_gaussians *b, double *out)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_gaussian_mixtures(&h->ctx, &arena, 2, a, b, out);
	ms_arena_free(&arena);
	return status;
}

TEST(of_mixtures)
{
	const double wa[] = {.4, .6};
	const double wb[] = {.5, .5};
	const double means_a[] = {0, 0, 10, 0};
	const double means_b[] = {0, 1, 10, 0};
	const double covs[] = {2, .5, .5, 1, 1, -.3, -.3, 3};
	ms_gaussians a = {2, wa, means_a, covs};
	ms_gaussians b = {2, wb, means_b, covs};
	ms_status status;
	double out;
	host h;

	/* .4 of the first stay (1 each), .5 of the second (0), .1 go back: 100 + 1 + Bures */
	host_init(&h);
	CHECK_INT(mixtures(&h, &a, &b, &out), MS_OK);
	CHECK_NEAR(out * out, .4 + .1 * (101 + .929311854968), 1e-10);
	CHECK_INT(mixtures(&h, &a, &a, &out), MS_OK);
	CHECK_NEAR(out, 0, 1e-6);
	HOST_EVERY(h, status, mixtures(&h, &a, &b, &out));
}

int
main(void)
{
	RUN(reference);
	RUN(closed_forms);
	RUN(of_moments);
	RUN(of_mixtures);
	return unit_done();
}
