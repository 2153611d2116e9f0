/*
 * test_gram.c: sums over the Gram matrix against the same sums in long double.
 */
#include "core/mmd/gram.h"

#include "mmd_data.h"

#define MOST 520

static double x[MOST * 5];
static double k_of[MOST][MOST];
static double wide[2][MOST + MS_CLOUD_TILE];

typedef struct fixture
{
	host h;
	ms_arena arena;
	ms_rows rows;
	ms_cloud c;
	ms_kernel k;
} fixture;

static void
fixture_new(fixture *f, ms_kernel_kind kind, size_t n, size_t d, bool weighted)
{
	host_init(&f->h);
	ms_arena_init(&f->arena, &f->h.ctx);
	f->k = ms_kernel_of(kind, 0.8);
	f->rows = normal_rows(x, n, d, n / 2, 1, 3, weighted);
	CHECK_INT(ms_cloud_new(&f->h.ctx, &f->arena, &f->rows, NULL, n, &f->c), MS_OK);
	for (size_t i = 0; i < n; i++)
	{
		for (size_t j = 0; j < n; j++)
			k_of[i][j] = plain_kernel(&f->k, &f->rows, i, j);
	}
}

static void
fixture_free(fixture *f)
{
	ms_arena_free(&f->arena);
	CHECK_INT(f->h.live, 0);
}

static double
plain_sum(const ms_rows *r, size_t i, size_t from, size_t to)
{
	long double sum = 0;

	for (size_t j = from; j < to; j++)
		sum += (long double) ms_rows_weight(r, j) * k_of[i][j];
	return (double) sum;
}

TEST(sums_of_rows)
{
	const size_t sizes[] = {1, 3, 239, 240, 241, 519};
	double *sums[2] = {wide[0], wide[1]};

	for (int t = 0; t < 24; t++)
	{
		size_t n = sizes[t % 6];
		size_t m = t / 6 == 0 ? n : t / 6 == 1 ? n / 2 : t / 6 == 2 ? n * 9 / 10 : n > 1;
		fixture f;

		fixture_new(&f, t % 2 ? MS_KERNEL_GAUSSIAN : MS_KERNEL_POLYNOMIAL, n, 3, t % 3 == 0);
		CHECK_INT(ms_gram_sums(&f.h.ctx, &f.c, &f.k, m, sums), MS_OK);
		for (size_t i = 0; i < n; i++)
		{
			CHECK_NEAR(sums[0][i], plain_sum(&f.rows, i, 0, m), 1e-13);
			CHECK_NEAR(sums[1][i], plain_sum(&f.rows, i, m, n), 1e-13);
		}
		fixture_free(&f);
	}
}

TEST(sums_between)
{
	double *sums[2] = {wide[0], wide[1]};
	size_t which[MOST];
	ms_cloud a, b;
	fixture f;

	fixture_new(&f, MS_KERNEL_MATERN32, 519, 2, true);
	for (size_t i = 0; i < 519; i++)
		which[i] = i;
	CHECK_INT(ms_cloud_new(&f.h.ctx, &f.arena, &f.rows, which, 250, &a), MS_OK);
	CHECK_INT(ms_cloud_new(&f.h.ctx, &f.arena, &f.rows, which + 250, 269, &b), MS_OK);
	CHECK_INT(ms_gram_sums_between(&f.h.ctx, &a, &b, &f.k, 100, sums), MS_OK);
	for (size_t i = 0; i < 250; i++)
	{
		CHECK_NEAR(sums[0][i], plain_sum(&f.rows, i, 250, 350), 1e-13);
		CHECK_NEAR(sums[1][i], plain_sum(&f.rows, i, 350, 519), 1e-13);
	}
	fixture_free(&f);
}

TEST(blocks)
{
	const size_t begin[] = {0, 0, 17, 17, 18, 300, 519, 519};
	double out[49];
	fixture f;

	fixture_new(&f, MS_KERNEL_ENERGY, 519, 2, true);
	CHECK_INT(ms_gram_blocks(&f.h.ctx, &f.arena, &f.c, &f.k, begin, 7, out), MS_OK);
	for (size_t g = 0; g < 7; g++)
	{
		for (size_t h = 0; h < 7; h++)
		{
			long double sum = 0;

			for (size_t i = begin[g]; i < begin[g + 1]; i++)
				sum += (long double) ms_rows_weight(&f.rows, i) *
					   plain_sum(&f.rows, i, begin[h], begin[h + 1]);
			CHECK_NEAR(out[g * 7 + h], (double) sum, 1e-14);
			CHECK_NEAR(out[g * 7 + h], out[h * 7 + g], 1e-14);
		}
	}
	fixture_free(&f);
}

/* Against the matrix centred in place. */
TEST(centred)
{
	double *sums[2] = {wide[0], wide[1]};
	ms_gram_moments got;
	long double grand = 0, trace = 0, squares = 0, diagonal = 0, total = 0;
	double means[MOST];
	fixture f;

	fixture_new(&f, MS_KERNEL_LAPLACE, 500, 2, true);
	CHECK_INT(ms_gram_sums(&f.h.ctx, &f.c, &f.k, 500, sums), MS_OK);
	CHECK_INT(ms_gram_centred(&f.h.ctx, &f.arena, &f.c, &f.k, sums[0], &got), MS_OK);
	for (size_t i = 0; i < 500; i++)
		total += ms_rows_weight(&f.rows, i);
	for (size_t i = 0; i < 500; i++)
	{
		means[i] = (double) (plain_sum(&f.rows, i, 0, 500) / total);
		grand += ms_rows_weight(&f.rows, i) * means[i] / total;
	}
	for (size_t i = 0; i < 500; i++)
	{
		long double w = ms_rows_weight(&f.rows, i);

		for (size_t j = 0; j < 500; j++)
		{
			long double y = k_of[i][j] - means[i] - means[j] + grand;

			squares += w * ms_rows_weight(&f.rows, j) * y * y;
			trace += i == j ? w * y : 0;
			diagonal += i == j ? w * y * y : 0;
		}
	}
	CHECK_NEAR(got.weight, (double) total, 0);
	CHECK_NEAR(got.trace, (double) trace, 1e-13);
	CHECK_NEAR(got.squares, (double) squares, 1e-13);
	CHECK_NEAR(got.diagonal, (double) diagonal, 1e-13);
	fixture_free(&f);
}

TEST(too_large)
{
	double far[] = {1e10, -1e10};
	ms_rows r = {far, NULL, 2, 1, 1};
	ms_kernel k = ms_kernel_of(MS_KERNEL_POLYNOMIAL, 0);
	double *sums[2] = {wide[0], wide[1]};
	size_t begin[] = {0, 1, 2};
	double out[4];
	ms_arena arena;
	ms_cloud c;
	host h;

	k.degree = 20;
	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_cloud_new(&h.ctx, &arena, &r, NULL, 2, &c), MS_OK);
	CHECK_INT(ms_gram_sums(&h.ctx, &c, &k, 1, sums), MS_TOO_LARGE);
	CHECK_STR(h.ctx.facts.what, "kernel");
	CHECK_INT(ms_gram_blocks(&h.ctx, &arena, &c, &k, begin, 2, out), MS_TOO_LARGE);
	ms_arena_free(&arena);
}

static ms_status
everything(host *h, const ms_rows *r, const ms_kernel *k)
{
	double *sums[2] = {wide[0], wide[1]};
	size_t begin[] = {0, 100, r->n};
	ms_gram_moments moments;
	ms_status status;
	ms_arena arena;
	double out[4];
	ms_cloud c;

	ms_arena_init(&arena, &h->ctx);
	status = ms_cloud_new(&h->ctx, &arena, r, NULL, r->n, &c);
	if (status == MS_OK)
		status = ms_gram_sums(&h->ctx, &c, k, r->n, sums);
	if (status == MS_OK)
		status = ms_gram_sums_between(&h->ctx, &c, &c, k, r->n, sums);
	if (status == MS_OK)
		status = ms_gram_blocks(&h->ctx, &arena, &c, k, begin, 2, out);
	if (status == MS_OK)
		status = ms_gram_centred(&h->ctx, &arena, &c, k, sums[0], &moments);
	ms_arena_free(&arena);
	return status;
}

TEST(stop_and_refuse)
{
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1);
	static double many[519 * 200];
	ms_rows r = {many, NULL, 519, 200, 200};
	ms_status status;
	host h;

	HOST_EVERY(h, status, everything(&h, &r, &k));
	CHECK(h.polls > 0);
}

int
main(void)
{
	RUN(sums_of_rows);
	RUN(sums_between);
	RUN(blocks);
	RUN(centred);
	RUN(too_large);
	RUN(stop_and_refuse);
	return unit_done();
}
