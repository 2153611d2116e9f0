/*
 * test_linalg.c: factorisations against their definitions, and what must be refused.
 */
#include "host.h"

#include "core/base/linalg.h"
#include "core/base/rng.h"

#define D 40

static double a[D * D], l[D * D], b[D * D], v[D * D], w[D];

/* With exactly the work space that it asks for. */
static bool
eigen(double *matrix, size_t d)
{
	double *work = malloc(ms_linalg_eigen_work(d) * sizeof(double));
	bool ok = ms_linalg_eigen(matrix, d, w, v, work);

	free(work);
	return ok;
}

/* A B' for row-major d x d matrices. */
static double
row_product(const double *x, const double *y, size_t d, size_t i, size_t j)
{
	double sum = 0;

	for (size_t t = 0; t < d; t++)
		sum += x[i * d + t] * y[j * d + t];
	return sum;
}

/* A random positive definite matrix into a. */
static void
random_definite(size_t d, uint64_t seed)
{
	ms_rng rng;

	ms_rng_init(&rng, seed, d);
	for (size_t i = 0; i < d * d; i++)
		b[i] = ms_rng_normal(&rng);
	for (size_t i = 0; i < d * d; i++)
		a[i] = row_product(b, b, d, i / d, i % d) + (i / d == i % d ? 0.1 : 0);
}

TEST(cholesky_by_hand)
{
	double m[] = {4, -1e300, 2, 5}; /* the upper triangle is not read */

	CHECK(ms_linalg_cholesky(m, 2));
	CHECK_NEAR(m[0], 2, 1e-15);
	CHECK_BITS(m[1], 0);
	CHECK_NEAR(m[2], 1, 1e-15);
	CHECK_NEAR(m[3], 2, 1e-15);
	CHECK_NEAR(ms_linalg_logdet(m, 2), log(16), 1e-15);
	CHECK(ms_linalg_cholesky(m, 0));
}

TEST(cholesky)
{
	for (size_t d = 1; d <= D; d++)
	{
		bool same = true;
		bool zero = true;

		random_definite(d, 1);
		memcpy(l, a, sizeof l);
		CHECK(ms_linalg_cholesky(l, d));
		for (size_t i = 0; i < d * d; i++)
		{
			same =
				same && fabs(row_product(l, l, d, i / d, i % d) - a[i]) < 1e-12 * (1 + fabs(a[0]));
			zero = zero && (i / d >= i % d || l[i] == 0);
		}
		CHECK(same && zero);
	}
}

TEST(cholesky_refuses)
{
	double indefinite[] = {1, 2, 2, 1};
	double singular[] = {1, 1, 1, 1};
	double gap[] = {NAN};
	double gaps[] = {1, 0, 0, 0, NAN, 0, 0, 0, 1};
	double endless[] = {1, 0, 0, INFINITY};

	CHECK(!ms_linalg_cholesky(indefinite, 2));
	CHECK(!ms_linalg_cholesky(singular, 2));
	CHECK(!ms_linalg_cholesky(gap, 1));
	CHECK(!ms_linalg_cholesky(gaps, 3));
	CHECK(!ms_linalg_cholesky(endless, 2));
}

TEST(inverse_and_solution)
{
	for (size_t d = 1; d <= D; d++)
	{
		double x[D], y[D];
		bool one = true;
		bool zero = true;

		random_definite(d, 2);
		ms_linalg_cholesky(a, d);
		ms_linalg_invert_lower(a, d, v);
		for (size_t i = 0; i < d; i++)
		{
			x[i] = (double) i - 3;
			for (size_t j = 0; j < d; j++)
			{
				double sum = 0;

				for (size_t t = 0; t < d; t++)
					sum += a[i * d + t] * v[t * d + j];
				one = one && fabs(sum - (i == j)) < 1e-11;
				zero = zero && (i >= j || v[i * d + j] == 0);
			}
		}
		CHECK(one && zero);
		memcpy(y, x, sizeof y);
		ms_linalg_solve_lower(a, d, y);
		for (size_t i = 0; i < d; i++)
		{
			double sum = 0;

			for (size_t t = 0; t <= i; t++)
				sum += a[i * d + t] * y[t];
			one = one && fabs(sum - x[i]) < 1e-11;
		}
		CHECK(one);
	}
}

TEST(eigen_by_hand)
{
	double m[] = {2, 1, 1, 2};

	CHECK(eigen(m, 2));
	CHECK_NEAR(w[0], 3, 1e-15);
	CHECK_NEAR(w[1], 1, 1e-15);
	CHECK_NEAR(v[0], sqrt(0.5), 1e-15);
	CHECK_NEAR(v[1], sqrt(0.5), 1e-15);
	/* two entries of one size: the first is positive, whatever the last bit */
	CHECK_NEAR(v[2], sqrt(0.5), 1e-15);
	CHECK_NEAR(v[3], -sqrt(0.5), 1e-15);
}

static void
check_eigen(size_t d)
{
	bool ordered = true;
	bool unit = true;
	bool solves = true;
	bool positive = true;

	memcpy(l, a, sizeof l);
	CHECK(eigen(l, d));
	for (size_t i = 0; i < d; i++)
	{
		double largest = 0;

		ordered = ordered && (i == 0 || w[i - 1] >= w[i]);
		for (size_t j = 0; j < d; j++)
		{
			unit = unit && fabs(row_product(v, v, d, i, j) - (i == j)) < 1e-12;
			solves = solves &&
					 fabs(row_product(a, v, d, j, i) - w[i] * v[i * d + j]) < 1e-11 * (1 + w[0]);
			largest = fabs(v[i * d + j]) > fabs(largest) * (1 + 1e-9) ? v[i * d + j] : largest;
		}
		positive = positive && largest > 0;
	}
	CHECK(ordered && unit && solves && positive);
}

TEST(eigen)
{
	for (size_t d = 1; d <= D; d++)
	{
		random_definite(d, 3);
		check_eigen(d);
		memset(a, 0, sizeof a);
		for (size_t i = 0; i < d; i++)
			a[i * d + i] = (double) (i / 2);
		check_eigen(d);
		/* a path: its vectors are the same from both ends, so that two entries are the largest */
		for (size_t i = 0; i < d * d; i++)
			a[i] = i / d == i % d ? 2 : i / d + 1 == i % d || i % d + 1 == i / d ? -1 : 0;
		check_eigen(d);
	}
	CHECK(eigen(a, 0));
}

TEST(eigen_refuses)
{
	double gap[] = {1, NAN, NAN, 1};
	double endless[] = {INFINITY};
	double large[] = {1.5e308, 1.5e308, 1.5e308, 1.5e308};

	CHECK(!eigen(large, 2));
	CHECK(!eigen(gap, 2));
	CHECK(!eigen(endless, 1));
}

TEST(packing)
{
	const double packed[] = {1, 2, 3, 4, 5, 6};
	const double full[] = {1, 2, 4, 2, 3, 5, 4, 5, 6};
	double unpacked[9], again[6];

	CHECK_INT(ms_packed_size(3), 6);
	CHECK_INT(ms_packed_at(2, 1), 4);
	ms_linalg_unpack(packed, 3, unpacked);
	CHECK(memcmp(unpacked, full, sizeof full) == 0);
	ms_linalg_pack(full, 3, again);
	CHECK(memcmp(again, packed, sizeof packed) == 0);
}

int
main(void)
{
	RUN(cholesky_by_hand);
	RUN(cholesky);
	RUN(cholesky_refuses);
	RUN(inverse_and_solution);
	RUN(eigen_by_hand);
	RUN(eigen);
	RUN(eigen_refuses);
	RUN(packing);
	return unit_done();
}
