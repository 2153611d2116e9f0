/*
 * test_kll.c: ranks within the bound, exact small sketches, merging, weights, determinism.
 */
#include "core/transport/kll.h"

#include "core/transport/wasserstein1d.h"
#include "kll_exercise.h"
#include "transport_data.h"

/* Greatest error of a rank over the values i / n, which were put in some order. */
static double
worst_rank(const ms_kll *q, size_t n)
{
	double worst = 0;
	ms_arena arena;
	ms_column c;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_kll_column(&h.ctx, &arena, q, &c), MS_OK);
	for (size_t i = 0; i < 1000; i++)
	{
		size_t at = i * n / 1000;

		worst =
			fmax(worst, fabs(ms_describe_cdf(&c, (double) at) - (double) (at + 1) / (double) n));
	}
	ms_arena_free(&arena);
	return worst;
}

static void
put_permutation(ms_kll *q, size_t n, uint64_t seed)
{
	size_t *order = malloc(n * sizeof *order);
	bool ok = true;
	ms_rng rng;

	ms_rng_init(&rng, seed, 5);
	ms_rng_permutation(&rng, n, order);
	for (size_t i = 0; i < n; i++)
		ok = ok && kll_put(q, (double) order[i], 1);
	CHECK(ok);
	free(order);
}

TEST(exact_while_small)
{
	ms_kll *q = kll_make(200, false, 0);
	ms_arena arena;
	ms_column c;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK(kll_good(q));
	CHECK(kll_answers(q) == NULL);
	for (int i = 200; i > 0; i--)
		CHECK(kll_put(q, i, 1));
	CHECK_NEAR(ms_kll_error(q), 0, 0);
	CHECK_INT(ms_kll_column(&h.ctx, &arena, q, &c), MS_OK);
	CHECK_NEAR(ms_kll_quantile(q, &c, .5), 100, 0);
	CHECK_NEAR(ms_kll_quantile(q, &c, 0), 1, 0);
	CHECK_NEAR(ms_kll_quantile(q, &c, 1), 200, 0);
	CHECK_NEAR(ms_kll_cdf(q, &c, 50.5), .25, 1e-15);
	CHECK_NEAR(ms_kll_cdf(q, &c, 0), 0, 0);
	CHECK_NEAR(ms_kll_cdf(q, &c, 200), 1, 0);
	CHECK(kll_put(q, 7, 1));
	CHECK(ms_kll_error(q) > 0);
	ms_arena_free(&arena);
	free(q);
}

/* The greatest error over all ranks, of sketches of shuffled and of sorted rows. */
TEST(within_the_bound)
{
	enum
	{
		N = 20000,
		RUNS = 60
	};

	for (int k = 50; k <= 200; k *= 4)
	{
		int out = 0;

		for (int run = 0; run < RUNS; run++)
		{
			ms_kll *q = kll_make((size_t) k, false, run);

			if (run % 2 == 0)
				put_permutation(q, N, (uint64_t) run);
			else
				for (int i = 0; i < N; i++)
					CHECK(kll_put(q, i, 1));
			CHECK_INT(q->n, N);
			out += worst_rank(q, N) > ms_kll_error(q);
			if (run < 4)
			{
				CHECK(kll_good(q));
				CHECK(kll_exercise(q) == NULL);
				CHECK(ms_kll_used(q) <= ms_kll_full_size((size_t) k));
			}
			free(q);
		}
		/* 1 of 100; binomial */
		CHECK(out <= 3);
	}
}

/* The way without a call gives the same bytes, and leaves to the other what it cannot do. */
TEST(pushes)
{
	ms_kll *q = kll_make(50, false, 3);
	ms_kll *twin = kll_make(50, false, 3);
	ms_kll *weighted = kll_make(50, true, 0);
	int pushed = 0;

	CHECK(!ms_kll_push(q, 1));
	for (int i = 0; i < 5000; i++)
	{
		double x = (i * 7919) % 5003 - 2500;

		CHECK(kll_put(twin, x, 1));
		if (ms_kll_push(q, x))
			pushed++;
		else
			CHECK(kll_put(q, x, 1));
		CHECK(memcmp(q, twin, ms_kll_used(twin)) == 0);
	}
	CHECK(pushed > 3000);
	CHECK(kll_put(weighted, 1, 1));
	CHECK(!ms_kll_push(weighted, 1));
	q->n = MS_KLL_MOST_ROWS;
	q->count = 0;
	CHECK(!ms_kll_push(q, 1));
	free(q);
	free(twin);
	free(weighted);
}

TEST(ranks_are_unbiased)
{
	enum
	{
		N = 3000,
		RUNS = 200
	};
	double sum = 0;
	double square = 0;

	for (int run = 0; run < RUNS; run++)
	{
		ms_kll *q = kll_make(20, false, run);
		ms_arena arena;
		ms_column c;
		double off;
		host h;

		put_permutation(q, N, (uint64_t) run + 1000);
		host_init(&h);
		ms_arena_init(&arena, &h.ctx);
		CHECK_INT(ms_kll_column(&h.ctx, &arena, q, &c), MS_OK);
		off = ms_describe_cdf(&c, N / 3 - 1) - 1. / 3;
		sum += off / RUNS;
		square += off * off / RUNS;
		ms_arena_free(&arena);
		free(q);
	}
	CHECK(fabs(sum) < 4 * sqrt(square / RUNS));
}

TEST(merges)
{
	enum
	{
		N = 30000,
		PARTS = 16,
		RUNS = 12
	};
	int out = 0;

	for (int run = 0; run < RUNS; run++)
	{
		ms_kll *whole = kll_make(100, false, 0);
		host h;

		host_init(&h);
		for (int part = 0; part < PARTS; part++)
		{
			/* every part has the same seed, as days of a table have */
			ms_kll *q = kll_make(100, false, run);

			for (int i = part; i < N; i += PARTS)
				CHECK(kll_put(q, i, 1));
			CHECK_INT(ms_kll_merge(&h.ctx, whole, q), MS_OK);
			free(q);
		}
		CHECK(kll_good(whole));
		CHECK_INT(whole->n, N);
		CHECK_NEAR(whole->weight, N, 0);
		out += worst_rank(whole, N) > ms_kll_error(whole);
		free(whole);
	}
	CHECK(out <= 1);
}

TEST(small_memory_is_enough)
{
	size_t size = sizeof(ms_kll);
	ms_kll *q = malloc(size);

	ms_kll_begin(q, 64, true, 3);
	for (int i = 0; i < 3000; i++)
	{
		size_t room = ms_kll_room(q);

		if (room > size)
		{
			/* a block of just that size: the sanitizer sees what is beyond */
			ms_kll *more = malloc(room);

			memcpy(more, q, size);
			free(q);
			q = more;
			size = room;
		}
		CHECK(kll_put(q, i % 777, exp2(i % 90 - 45) * 1.37));
	}
	CHECK(kll_good(q));
	CHECK(size <= ms_kll_full_size(64));
	free(q);
}

TEST(deterministic)
{
	ms_kll *a = kll_make(30, false, 1);
	ms_kll *b = kll_make(30, false, 1);
	ms_kll *c = kll_make(30, false, 2);

	put_permutation(a, 5000, 1);
	put_permutation(b, 5000, 1);
	put_permutation(c, 5000, 1);
	CHECK_INT(ms_kll_used(a), ms_kll_used(b));
	a->head.host = b->head.host = 0;
	CHECK_INT(memcmp(a, b, ms_kll_used(a)), 0);
	CHECK(ms_kll_used(a) != ms_kll_used(c) ||
		  memcmp(ms_kll_numbers(a), ms_kll_numbers(c), 8 * a->count) != 0);
	free(a);
	free(b);
	free(c);
}

/* Whole weights of few rows are exact; others are right to the bound. */
TEST(weights)
{
	enum
	{
		N = 4000
	};
	ms_kll *q = kll_make(200, true, 0);
	ms_kll *r = kll_make(200, true, 5);
	double sum = 0;
	double upto = 0;
	double worst = 0;
	ms_arena arena;
	ms_column c;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK(kll_put(q, 1, 3));
	CHECK(kll_put(q, 2, 100000));
	CHECK(kll_put(q, 3, 0));
	CHECK(kll_put(q, 4, 65535));
	CHECK_INT(q->n, 3);
	CHECK_INT(ms_kll_column(&h.ctx, &arena, q, &c), MS_OK);
	CHECK_NEAR(c.weight, 165538, 0);
	CHECK_NEAR(ms_kll_cdf(q, &c, 2), 100003. / 165538, 1e-15);
	for (int i = 0; i < N; i++)
		sum += 1. / (1 + i % 50);
	for (int i = 0; i < N; i++)
		CHECK(kll_put(r, (i * 1237) % N, 1. / (1 + (i * 1237) % N % 50)));
	CHECK(kll_good(r));
	CHECK_NEAR(r->weight, sum, 1e-10);
	CHECK_INT(ms_kll_column(&h.ctx, &arena, r, &c), MS_OK);
	for (int i = 0; i < N; i++)
	{
		upto += 1. / (1 + i % 50);
		worst = fmax(worst, fabs(ms_describe_cdf(&c, i) - upto / sum));
	}
	CHECK(worst < ms_kll_error(r));
	CHECK(kll_exercise(r) == NULL);
	ms_arena_free(&arena);
	free(q);
	free(r);
}

/* Light rows, then heavy ones, and the other way round. */
TEST(weights_far_apart)
{
	for (int way = 0; way < 2; way++)
	{
		ms_kll *q = kll_make(16, true, 1);

		for (int i = 0; i < 600; i++)
		{
			int exponent = way == 0 ? i - 300 : 300 - i;

			CHECK(kll_put(q, i, ldexp(1.5, exponent)));
			CHECK(kll_good(q));
		}
		CHECK(kll_exercise(q) == NULL);
		free(q);
	}
}

TEST(distances)
{
	enum
	{
		N = 20000
	};
	ms_kll *a = kll_make(200, false, 1);
	ms_kll *b = kll_make(200, false, 2);
	ms_kll *none = kll_make(200, false, 2);
	ms_arena arena;
	double w, error;
	host h;

	put_permutation(a, N, 1);
	for (int i = 0; i < N; i++)
		CHECK(kll_put(b, i + 5000, 1));
	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_kll_wasserstein(&h.ctx, &arena, a, b, 1, &w, &error), MS_OK);
	CHECK(error > 0 && error < .04 * 25000);
	CHECK(fabs(w - 5000) <= error);
	CHECK_INT(ms_kll_wasserstein(&h.ctx, &arena, a, b, 2, &w, &error), MS_OK);
	CHECK(fabs(w - 5000) <= error);
	CHECK_INT(ms_kll_wasserstein(&h.ctx, &arena, a, none, 2, &w, &error), MS_TOO_FEW);
	CHECK_INT(ms_kll_wasserstein(&h.ctx, &arena, a, b, .5, &w, &error), MS_BAD_ARGUMENT);
	ms_arena_free(&arena);
	free(a);
	free(b);
	free(none);
}

TEST(bad_input)
{
	ms_kll *q = kll_make(200, false, 0);
	ms_kll *w = kll_make(200, true, 0);
	ms_kll *k = kll_make(100, false, 0);
	host h;

	host_init(&h);
	CHECK_INT(ms_kll_parameters(&h.ctx, 7), MS_BAD_ARGUMENT);
	CHECK_NEAR(h.ctx.facts.wanted, 8, 0);
	CHECK_INT(ms_kll_parameters(&h.ctx, 4097), MS_BAD_ARGUMENT);
	CHECK_INT(ms_kll_parameters(&h.ctx, 200), MS_OK);
	CHECK_INT(ms_kll_append(&h.ctx, q, NAN, 1), MS_NOT_FINITE);
	CHECK_INT(ms_kll_append(&h.ctx, q, INFINITY, 1), MS_NOT_FINITE);
	CHECK_INT(ms_kll_append(&h.ctx, q, 1, 2), MS_BAD_WEIGHT);
	CHECK_INT(ms_kll_append(&h.ctx, w, 1, -1), MS_BAD_WEIGHT);
	CHECK_INT(ms_kll_append(&h.ctx, w, 1, NAN), MS_BAD_WEIGHT);
	CHECK_INT(ms_kll_append(&h.ctx, w, 1, 1e200), MS_BAD_WEIGHT);
	CHECK_INT(ms_kll_append(&h.ctx, w, 1, 1e150), MS_OK);
	CHECK_INT(ms_kll_append(&h.ctx, w, 1, 1e150), MS_TOO_LARGE);
	CHECK_INT(ms_kll_meet(&h.ctx, q, w), MS_MISMATCH);
	CHECK_STR(h.ctx.facts.what, "weights");
	CHECK_INT(ms_kll_merge(&h.ctx, q, k), MS_MISMATCH);
	CHECK_STR(h.ctx.facts.what, "k");
	CHECK(kll_put(q, -0.0, 1));
	CHECK_BITS(ms_kll_numbers(q)[0], 0.0);
	CHECK(kll_good(q));
	free(q);
	free(w);
	free(k);
}

static ms_status
build(host *h, size_t n)
{
	ms_kll *q = kll_make(64, false, 1);
	ms_kll *r = kll_make(64, false, 2);
	ms_status status = MS_OK;
	ms_arena arena;
	double w, error;

	ms_arena_init(&arena, &h->ctx);
	for (size_t i = 0; i < n && status == MS_OK; i++)
		status = ms_kll_append(&h->ctx, i % 2 ? q : r, (double) i, 1);
	if (status == MS_OK)
		status = ms_kll_wasserstein(&h->ctx, &arena, q, r, 1, &w, &error);
	if (status == MS_OK)
		status = ms_kll_merge(&h->ctx, q, r);
	ms_arena_free(&arena);
	free(q);
	free(r);
	return status;
}

TEST(stops_and_refusals)
{
	ms_status status;
	host h;

	HOST_EVERY(h, status, build(&h, 200000));
	CHECK(h.polls > 0);
}

int
main(void)
{
	RUN(exact_while_small);
	RUN(within_the_bound);
	RUN(pushes);
	RUN(ranks_are_unbiased);
	RUN(merges);
	RUN(small_memory_is_enough);
	RUN(deterministic);
	RUN(weights);
	RUN(weights_far_apart);
	RUN(distances);
	RUN(bad_input);
	RUN(stops_and_refusals);
	return unit_done();
}
