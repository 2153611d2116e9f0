/*
 * test_cloud.c: packed points against plain loops, at every size about a tile, on every
 * instruction set.
 */
#include "core/mmd/cloud.h"

#include "core/base/rng.h"
#include "host.h"

#define MOST 500

static double x[MOST * 9];

static ms_rows
random_rows(size_t n, size_t d, double offset)
{
	ms_rng rng;

	ms_rng_init(&rng, n, d);
	for (size_t i = 0; i < n * d; i++)
		x[i] = offset + ms_rng_normal(&rng);
	return (ms_rows){x, NULL, n, d, d};
}

static double
plain(const ms_rows *r, size_t i, size_t j, bool inner)
{
	double sum = 0;

	for (size_t c = 0; c < r->d; c++)
	{
		double a = r->x[i * r->stride + c];
		double b = r->x[j * r->stride + c];

		sum += inner ? a * b : (a - b) * (a - b);
	}
	return sum;
}

static void
check_stripes(const ms_cloud *c, const ms_rows *r, bool inner)
{
	static double room[MS_CLOUD_STRIPE * MS_CLOUD_TILE + 1];
	double *out = room + 1; /* of no alignment */

	for (size_t i = 0; i < c->n; i += MS_CLOUD_STRIPE)
	{
		size_t rows = c->n - i < MS_CLOUD_STRIPE ? c->n - i : MS_CLOUD_STRIPE;

		for (size_t t = 0; t < c->tiles; t++)
		{
			ms_cloud_stripe(c, i, rows, c, t, inner, out);
			for (size_t k = 0; k < rows * MS_CLOUD_TILE; k++)
			{
				size_t j = t * MS_CLOUD_TILE + k % MS_CLOUD_TILE;

				if (j < c->n)
					CHECK_NEAR(out[k], plain(r, i + k / MS_CLOUD_TILE, j, inner), 1e-14);
			}
		}
	}
}

TEST(stripes)
{
	const size_t sizes[] = {1, 2, 7, 8, 9, 239, 240, 241, 483};
	host h;

	host_init(&h);
	for (int s = 0; s < 9; s++)
	{
		for (size_t d = 1; d <= 9; d += 1 + d / 3)
		{
			ms_rows r = random_rows(sizes[s], d, 0);
			ms_arena arena;
			ms_cloud c;

			ms_arena_init(&arena, &h.ctx);
			CHECK_INT(ms_cloud_new(&h.ctx, &arena, &r, NULL, r.n, &c), MS_OK);
			for (int level = 0; level < ms_cloud_levels(); level++)
			{
				ms_cloud_set_level(&c, level);
				check_stripes(&c, &r, s % 2);
			}
			ms_arena_free(&arena);
		}
	}
}

/* Symmetric bit for bit, 0 on the diagonal and for equal rows, whatever the offset. */
TEST(exact)
{
	static double rows[MOST][MOST];
	ms_rows r = random_rows(MOST, 3, 1e6);
	ms_kernel k = ms_kernel_of(MS_KERNEL_LAPLACE, 1);
	ms_arena arena;
	ms_cloud c;
	host h;

	memcpy(x + 3 * 77, x + 3 * 401, 3 * sizeof(double));
	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_cloud_new(&h.ctx, &arena, &r, NULL, r.n, &c), MS_OK);
	for (size_t i = 0; i < MOST; i++)
		CHECK_INT(ms_cloud_row(&h.ctx, &c, i, &c, &k, rows[i]), MS_OK);
	for (size_t i = 0; i < MOST; i++)
	{
		CHECK_BITS(rows[i][i], 1);
		for (size_t j = 0; j < i; j++)
		{
			CHECK_BITS(rows[i][j], rows[j][i]);
			CHECK_NEAR(rows[i][j], exp(-sqrt(plain(&r, i, j, false))), 1e-14);
		}
	}
	CHECK_BITS(rows[77][401], 1);
	ms_arena_free(&arena);
}

TEST(subsets)
{
	ms_rows r = random_rows(300, 4, 0);
	size_t which[] = {299, 0, 5, 5, 240};
	uint32_t order[] = {4, 3, 2, 1, 0};
	double point[4];
	ms_arena arena;
	ms_cloud c, moved;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_cloud_new(&h.ctx, &arena, &r, which, 5, &c), MS_OK);
	CHECK_INT(ms_cloud_new(&h.ctx, &arena, &r, which, 5, &moved), MS_OK);
	ms_cloud_gather(&c, order, &moved);
	for (size_t i = 0; i < 5; i++)
	{
		ms_cloud_point(&c, i, point);
		CHECK_INT(memcmp(point, x + 4 * which[i], sizeof(point)), 0);
		ms_cloud_point(&moved, i, point);
		CHECK_INT(memcmp(point, x + 4 * which[4 - i], sizeof(point)), 0);
	}
	ms_arena_free(&arena);
}

TEST(diagonals)
{
	ms_kernel k = ms_kernel_of(MS_KERNEL_POLYNOMIAL, 0);
	ms_rows r = random_rows(250, 3, 0);
	double out[250];
	ms_arena arena;
	ms_cloud c;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_cloud_new(&h.ctx, &arena, &r, NULL, r.n, &c), MS_OK);
	CHECK_INT(ms_cloud_diagonal(&h.ctx, &c, &k, out), MS_OK);
	for (size_t i = 0; i < 250; i++)
		CHECK_NEAR(out[i], pow(plain(&r, i, i, true) + 1, 3), 1e-14);
	ms_arena_free(&arena);
}

static ms_status
pack(host *h, const ms_rows *r)
{
	ms_status status;
	ms_arena arena;
	ms_cloud c;

	ms_arena_init(&arena, &h->ctx);
	status = ms_cloud_new(&h->ctx, &arena, r, NULL, r->n, &c);
	ms_arena_free(&arena);
	return status;
}

TEST(refusals)
{
	double rows[] = {1, 1, 2, -1};
	ms_rows r = {rows, rows + 1, 2, 1, 2};
	host h;

	host_init(&h);
	CHECK_INT(pack(&h, &r), MS_BAD_WEIGHT);
	CHECK_INT(h.ctx.facts.index, 2);
	rows[3] = 1;
	rows[0] = NAN;
	CHECK_INT(pack(&h, &r), MS_NOT_FINITE);
	CHECK_INT(h.ctx.facts.index, 1);
	rows[0] = 1e160;
	CHECK_INT(pack(&h, &r), MS_TOO_LARGE);
	CHECK_STR(h.ctx.facts.what, "distance");
	r.n = 0;
	CHECK_INT(pack(&h, &r), MS_TOO_FEW);
}

TEST(stop_and_refuse)
{
	static double many[40000 * 8];
	ms_rows r = {many, NULL, 40000, 8, 8};
	ms_status status;
	host h;

	HOST_EVERY(h, status, pack(&h, &r));
}

int
main(void)
{
	RUN(stripes);
	RUN(exact);
	RUN(subsets);
	RUN(diagonals);
	RUN(refusals);
	RUN(stop_and_refuse);
	return unit_done();
}
