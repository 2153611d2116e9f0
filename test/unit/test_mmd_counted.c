/*
 * test_mmd_counted.c: V of drawn rows is V of rows that are repeated.
 */
#include "core/mmd/mmd.h"
#include "mmd_data.h"

#define N 30
#define M 12
#define D 2

static double x[N * D];

static void
fill(void)
{
	for (size_t i = 0; i < N * D; i++)
		x[i] = sin((double) (3 * i + 1)) + (i < M * D ? 0.3 : 0);
}

static ms_status
counted(host *h, const ms_rows *rows, const uint32_t *counts, double *out)
{
	ms_kernel k = ms_kernel_of(MS_KERNEL_LAPLACE, 0.7);
	ms_status status;
	ms_arena arena;
	ms_mmd mmd;

	ms_arena_init(&arena, &h->ctx);
	status = ms_mmd_new(&h->ctx, &arena, rows, M, &k, false, NULL, &mmd);
	if (status == MS_OK)
		status = ms_mmd_counted(&h->ctx, &mmd, counts, out);
	ms_arena_free(&arena);
	return status;
}

TEST(repeated_rows)
{
	double repeated[3 * N * D];
	uint32_t counts[N], once[3 * N];
	ms_rows rows = {x, NULL, N, D, D};
	ms_rows all = {repeated, NULL, 0, D, D};
	ms_kernel k = ms_kernel_of(MS_KERNEL_LAPLACE, 0.7);
	ms_mmd_estimate e;
	ms_arena arena;
	size_t m = 0;
	double v;
	ms_mmd mmd;
	host h;

	fill();
	for (size_t i = 0; i < N; i++)
	{
		counts[i] = (uint32_t) (i * 7 % 4);
		m += i < M ? counts[i] : 0;
		for (uint32_t c = 0; c < counts[i]; c++)
			memcpy(repeated + all.n++ * D, x + i * D, D * sizeof(double));
	}
	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_mmd_new(&h.ctx, &arena, &all, m, &k, false, NULL, &mmd), MS_OK);
	CHECK_INT(ms_mmd_estimate_of(&h.ctx, &arena, &mmd, &e), MS_OK);
	ms_arena_free(&arena);
	CHECK_INT(counted(&h, &rows, counts, &v), MS_OK);
	CHECK_NEAR(v, e.v, 1e-13);
	/* each row once */
	for (size_t i = 0; i < N; i++)
		once[i] = 1;
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_mmd_new(&h.ctx, &arena, &rows, M, &k, false, NULL, &mmd), MS_OK);
	CHECK_INT(ms_mmd_estimate_of(&h.ctx, &arena, &mmd, &e), MS_OK);
	ms_arena_free(&arena);
	CHECK_INT(counted(&h, &rows, once, &v), MS_OK);
	CHECK_NEAR(v, e.v, 1e-14);
	/* nothing of the first sample */
	memset(once, 0, M * sizeof(*once));
	CHECK_INT(counted(&h, &rows, once, &v), MS_OK);
	CHECK(isnan(v));
	CHECK_INT(h.live, 0);
}

static ms_status
draw_all(host *h, const uint32_t *counts)
{
	ms_rows rows = {x, NULL, N, D, D};
	double v;

	return counted(h, &rows, counts, &v);
}

TEST(stops_and_refusals)
{
	uint32_t counts[N];
	ms_status status;
	host h;

	fill();
	for (size_t i = 0; i < N; i++)
		counts[i] = (uint32_t) (i % 3);
	HOST_EVERY(h, status, draw_all(&h, counts));
}

int
main(void)
{
	RUN(repeated_rows);
	RUN(stops_and_refusals);
	return unit_done();
}
