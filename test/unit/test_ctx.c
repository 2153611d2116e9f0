/*
 * test_ctx.c: the arena, its budget, the facts of a failure, and the counting of work.
 */
#include "host.h"

TEST(arena_aligns_and_gives_back)
{
	host h;
	ms_arena arena;
	char *p;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	for (size_t n = 0; n < 200; n++)
	{
		CHECK_INT(ms_arena_alloc(&arena, n, 3, (void **) &p), MS_OK);
		CHECK((uintptr_t) p % 64 == 0);
		memset(p, 0xff, n * 3);
	}
	CHECK_INT(h.live, 200);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	CHECK_INT(arena.used, 0);
	CHECK_INT(MS_ALLOC(&arena, 1, &p), MS_OK);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

TEST(zeroed_is_zero)
{
	host h;
	ms_arena arena;
	double *x;
	bool zero = true;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(MS_ZEROED(&arena, 1000, &x), MS_OK);
	for (int i = 0; i < 1000; i++)
		zero = zero && x[i] == 0;
	CHECK(zero);
	ms_arena_free(&arena);
}

TEST(sizes_that_overflow)
{
	host h;
	ms_arena arena;
	double *x = &(double){0};
	size_t size;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(MS_ALLOC(&arena, SIZE_MAX / 4, &x), MS_TOO_LARGE);
	CHECK(x == NULL);
	CHECK_STR(h.ctx.facts.what, "memory");
	CHECK_INT(ms_arena_alloc(&arena, SIZE_MAX - 10, 1, (void **) &x), MS_TOO_LARGE);
	CHECK_INT(ms_arena_alloc(&arena, SIZE_MAX, 1, (void **) &x), MS_TOO_LARGE);
	CHECK_INT(ms_arena_zeroed(&arena, SIZE_MAX, SIZE_MAX, (void **) &x), MS_TOO_LARGE);
	CHECK_INT(h.allocs, 0);
	CHECK(ms_size_mul(SIZE_MAX / 2, 2, &size) && size == SIZE_MAX - 1);
	CHECK(!ms_size_mul(SIZE_MAX / 2 + 1, 2, &size) && size == SIZE_MAX);
	CHECK(ms_size_add(SIZE_MAX - 1, 1, &size) && size == SIZE_MAX);
	CHECK(!ms_size_add(SIZE_MAX, 1, &size) && size == SIZE_MAX);
}

TEST(budget)
{
	host h;
	ms_arena arena;
	char *p;

	host_init(&h);
	h.ctx.budget = 10000;
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(MS_ALLOC(&arena, 5000, &p), MS_OK);
	CHECK_INT(MS_ALLOC(&arena, 5000, &p), MS_OVER_BUDGET);
	CHECK_NEAR(h.ctx.facts.got, 10000, 0);
	CHECK(h.ctx.facts.wanted > 10000);
	CHECK_INT(MS_ALLOC(&arena, 4000, &p), MS_OK);
	ms_arena_free(&arena);
	CHECK_INT(MS_ALLOC(&arena, 9000, &p), MS_OK);
	ms_arena_free(&arena);
}

TEST(refused)
{
	host h;
	ms_arena arena;
	char *p;

	host_init(&h);
	h.refuse_at = 2;
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(MS_ALLOC(&arena, 100, &p), MS_OK);
	CHECK_INT(MS_ZEROED(&arena, 100, &p), MS_REFUSED);
	CHECK(p == NULL);
	CHECK_INT(h.live, 1);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

TEST(tick_polls_once_a_million_steps)
{
	bool all_ok = true;
	host h;

	host_init(&h);
	for (int i = 0; i < 10000; i++)
		all_ok = all_ok && ms_tick(&h.ctx, 1000) == MS_OK;
	CHECK(all_ok);
	CHECK_INT(h.polls, 10);
	h.stop_at = 11;
	CHECK_INT(ms_tick(&h.ctx, MS_POLL_STEPS - 1), MS_OK);
	CHECK_INT(ms_tick(&h.ctx, 1), MS_STOPPED);
}

static ms_status
fails(ms_ctx *ctx)
{
	MS_TRY(ms_fail(ctx, MS_CORRUPT, "magic", 3, 1.5, 2.5));
	return MS_OK;
}

TEST(facts)
{
	host h;

	host_init(&h);
	CHECK_INT(fails(&h.ctx), MS_CORRUPT);
	CHECK_STR(h.ctx.facts.what, "magic");
	CHECK_INT(h.ctx.facts.index, 3);
	CHECK_NEAR(h.ctx.facts.got, 1.5, 0);
	CHECK_NEAR(h.ctx.facts.wanted, 2.5, 0);
}

TEST(weights_lie_in_the_records)
{
	const double records[] = {1, 2, 0.5, 3, 4, 0.25};
	ms_rows rows = {records, records + 2, 2, 2, 3};

	CHECK_NEAR(ms_rows_weight(&rows, 1), 0.25, 0);
	rows.w = NULL;
	CHECK_NEAR(ms_rows_weight(&rows, 1), 1, 0);
}

int
main(void)
{
	RUN(arena_aligns_and_gives_back);
	RUN(zeroed_is_zero);
	RUN(sizes_that_overflow);
	RUN(budget);
	RUN(refused);
	RUN(tick_polls_once_a_million_steps);
	RUN(facts);
	RUN(weights_lie_in_the_records);
	return unit_done();
}
