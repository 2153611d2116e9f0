/*
 * test_minhash.c: elements and sketches: reference hashes and registers bit for bit, and what may
 * not matter (order, repetition, partition) does not. Their bytes have test_minhash_check.c.
 */
#include "core/sketch/minhash.h"

#include "core/base/hash.h"
#include "core/base/rng.h"
#include "minhash_exercise.h"

static uint64_t
integer(int64_t i)
{
	return ms_element_int64(MS_ELEMENT_INTEGER, i);
}

static uint64_t
decimal(const char *text)
{
	return ms_element_decimal(text, strlen(text));
}

/* --- elements ------------------------------------------------------------------------------- */

TEST(base_hashes_are_as_specified)
{
	static const uint64_t known[] = {UINT64_C(0x7b2075f90a671183), UINT64_C(0xc4cd6463498527ae),
									 UINT64_C(0x8bfbda1bc49de8be), UINT64_C(0x2577c3ae8692e3ff),
									 UINT64_C(0xfae8845e926c4672)};
	unsigned char bytes[40];
	int64_t number = 123456789;

	for (int i = 0; i < 5; i++)
		CHECK_INT(integer(i + 1), known[i]);
	for (int i = 0; i < 40; i++)
		bytes[i] = (unsigned char) i;
	CHECK_INT(ms_hash_bytes(bytes, 40, 0), UINT64_C(0xf5da40f1b11741e9));
	CHECK_INT(ms_hash_bytes("abc", 3, 42), UINT64_C(0x13c1d910702770e6));
	CHECK_INT(ms_hash_bytes(&number, 8, 0), UINT64_C(0xcb7c2941b198004d));
}

TEST(a_tag_stands_before_its_bytes)
{
	unsigned char bytes[201];

	for (int i = 0; i < 201; i++)
		bytes[i] = (unsigned char) (37 * i + 4);
	for (size_t n = 0; n <= 200; n++)
	{
		CHECK_INT(ms_hash_tagged(4, bytes + 1, n, n), ms_hash_bytes(bytes, n + 1, n));
		CHECK_INT(ms_element_bytes(MS_ELEMENT_TEXT, bytes + 1, n), ms_hash_bytes(bytes, n + 1, 0));
	}
}

TEST(equal_numbers_are_one_element)
{
	CHECK_INT(decimal("5"), integer(5));
	CHECK_INT(decimal("5.000"), integer(5));
	CHECK_INT(decimal("-0.00"), integer(0));
	CHECK_INT(decimal("-17.0"), integer(-17));
	CHECK_INT(decimal("9223372036854775807.0"), integer(INT64_MAX));
	CHECK_INT(decimal("-9223372036854775808"), integer(INT64_MIN));
	CHECK_INT(decimal("100"), integer(100));
	CHECK_INT(decimal("0.10"), ms_element_bytes(MS_ELEMENT_DECIMAL, "0.1", 3));
	CHECK_INT(decimal("9223372036854775808.000"),
			  ms_element_bytes(MS_ELEMENT_DECIMAL, "9223372036854775808", 19));
	CHECK_INT(decimal("-9223372036854775809"),
			  ms_element_bytes(MS_ELEMENT_DECIMAL, "-9223372036854775809", 20));
	CHECK_INT(decimal("NaN"), ms_element_bytes(MS_ELEMENT_DECIMAL, "NaN", 3));
	CHECK_INT(decimal("-Infinity"), ms_element_bytes(MS_ELEMENT_DECIMAL, "-Infinity", 9));
	CHECK_INT(decimal(""), ms_element_bytes(MS_ELEMENT_DECIMAL, "", 0));
	CHECK_INT(decimal("-"), ms_element_bytes(MS_ELEMENT_DECIMAL, "-", 1));
	CHECK_INT(ms_element_double(-0.0), ms_element_double(0.0));
	CHECK_INT(ms_element_double(-NAN), ms_element_double(NAN));
	CHECK(ms_element_double(5) != integer(5));
	CHECK(ms_element_double(1) != ms_element_double(-1));
	CHECK_INT(ms_element_double(1), ms_element_bytes(MS_ELEMENT_FLOAT, "\0\0\0\0\0\0\xf0\x3f", 8));
	CHECK_INT(ms_element_boolean(7), ms_element_bytes(MS_ELEMENT_BOOLEAN, "\1", 1));
	CHECK_INT(ms_element_interval(1, 0, 0), ms_element_interval(0, 30, 0));
	CHECK_INT(ms_element_interval(0, 1, 0), ms_element_interval(0, 0, INT64_C(86400000000)));
	CHECK_INT(ms_element_interval(0, -1, INT64_C(86400000000)), ms_element_interval(0, 0, 0));
	CHECK(ms_element_interval(INT32_MAX, INT32_MAX, INT64_MAX) !=
		  ms_element_interval(INT32_MAX, INT32_MAX, 0));
	CHECK(ms_element_int64(MS_ELEMENT_DATE, 5) != integer(5));
}

/* --- registers ------------------------------------------------------------------------------ */

static state *
integers(size_t t, ms_minhash_kind kind, int64_t seed, int64_t from, int64_t to)
{
	state *s = state_make(t, kind, seed);

	for (int64_t i = from; i <= to; i++)
		state_put(s, integer(i), 1);
	return s;
}

#define REGISTERS(kind, from, to, a, b, c, d)                                                      \
	do                                                                                             \
	{                                                                                              \
		static const uint64_t known[] = {UINT64_C(a), UINT64_C(b), UINT64_C(c), UINT64_C(d)};      \
		uint64_t scratch[8];                                                                       \
		state *s = integers(4, kind, 0, from, to);                                                 \
                                                                                                   \
		CHECK_INT(memcmp(ms_minhash_registers(s->m, s->keys, scratch), known, sizeof known), 0);   \
		state_free(s);                                                                             \
	} while (0)

TEST(registers_are_as_specified)
{
	uint64_t keys[8];

	ms_minhash_keys(keys, 4, 0);
	CHECK_INT(keys[0], UINT64_C(0xa706dd2f4d197e6f));
	CHECK_INT(keys[1], UINT64_C(0x5e41ab087439611e));
	CHECK_INT(keys[2], UINT64_C(0x64684c4f0fd784b4));
	REGISTERS(MS_MINHASH_FSS, 1, 3, 0x0003596b7197307c, 0x00315fb473010e94, 0x0016db256d2692f3,
			  0x00027a3de2465b7e);
	REGISTERS(MS_MINHASH_FSS, 2, 5, 0x0003596b7197307c, 0x002b45e128d44334, 0x0004f15cc367bac9,
			  0x0002942bdaeae1c2);
	REGISTERS(MS_MINHASH_FSS, 1, 5, 0x0003596b7197307c, 0x002b45e128d44334, 0x0004f15cc367bac9,
			  0x00027a3de2465b7e);
	REGISTERS(MS_MINHASH_KHASH, 1, 3, 0x02b6042ce15d573e, 0x0e20ec4131537c1c, 0x23761a1e449f64de,
			  0x50263f05f847bed2);
	REGISTERS(MS_MINHASH_KHASH, 2, 5, 0x02b6042ce15d573e, 0x0ec2cfe5374170e0, 0x23761a1e449f64de,
			  0x50263f05f847bed2);
	REGISTERS(MS_MINHASH_KHASH, 1, 5, 0x02b6042ce15d573e, 0x0e20ec4131537c1c, 0x23761a1e449f64de,
			  0x50263f05f847bed2);
}

TEST(rounds_are_as_specified)
{
	state *s = integers(4, MS_MINHASH_FSS, 0, 1, 5);

	/* rounds run are 3 here, and 2 */
	CHECK_INT(s->m->limit, 2);
	CHECK_INT(s->m->count, 1);
	state_free(s);
	s = integers(256, MS_MINHASH_FSS, 0, 1, 1000);
	CHECK_INT(s->m->limit, 1);
	state_free(s);
}

/* --- what may not matter -------------------------------------------------------------------- */

static ms_rng rng;

/* A weight that is a function of the element. */
static double
weight_of(uint64_t element)
{
	return 0.25 + (double) (element % 1000) / 100;
}

static void
put_element(state *s, uint64_t element)
{
	state_put(s, element, weight_of(element));
}

/* n elements in a random order, some twice, in random parts merged in a random order. */
static state *
in_parts(size_t t, ms_minhash_kind kind, int64_t seed, size_t n)
{
	enum
	{
		PARTS = 5
	};
	state *parts[PARTS];
	size_t *order = malloc(n * sizeof *order);

	for (int p = 0; p < PARTS; p++)
		parts[p] = state_make(t, kind, seed);
	ms_rng_permutation(&rng, n, order);
	for (size_t i = 0; i < n; i++)
	{
		put_element(parts[ms_rng_below(&rng, PARTS)], integer((int64_t) order[i]));
		if (ms_rng_below(&rng, 4) == 0)
			put_element(parts[ms_rng_below(&rng, PARTS)], integer((int64_t) order[i]));
	}
	free(order);
	for (int p = PARTS - 1; p > 0; p--)
	{
		state *into = parts[ms_rng_below(&rng, (uint64_t) p)];

		CHECK(minhash_good(parts[p]->m));
		state_merge(into, parts[p]->m);
		state_free(parts[p]);
	}
	return parts[0];
}

TEST(parts_order_and_repetition_do_not_matter)
{
	static const size_t sizes[] = {0, 1, 2, 7, 15, 16, 17, 18, 40, 100, 500, 3000};
	static const size_t ts[] = {2, 3, 16, 100};

	ms_rng_init(&rng, 4, 1);
	for (ms_minhash_kind kind = MS_MINHASH_FSS; kind <= MS_MINHASH_PROBABILITY; kind++)
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
			for (size_t j = 0; j < 4; j++)
			{
				state *whole = state_make(ts[j], kind, -3);
				state *parts = in_parts(ts[j], kind, -3, sizes[i]);
				const char *wrong;

				for (size_t k = 0; k < sizes[i]; k++)
					put_element(whole, integer((int64_t) k));
				CHECK_INT(whole->m->n, sizes[i]);
				CHECK(minhash_same(whole->m, parts->m));
				CHECK(minhash_good(whole->m) && minhash_good(parts->m));
				CHECK_INT(ms_minhash_is_exact(whole->m), sizes[i] <= ts[j]);
				wrong = minhash_exercise(whole->m);
				CHECK_STR(wrong, NULL);
				state_free(whole);
				state_free(parts);
			}
}

/* What a state gives one by one is what the registers of all elements at once are. */
TEST(streams_and_batches_agree)
{
	for (ms_minhash_kind kind = MS_MINHASH_FSS; kind <= MS_MINHASH_PROBABILITY; kind++)
		for (size_t n = 33; n <= 2048; n = n * 3 / 2)
		{
			/* an exact value of many elements, read as one of 32 registers */
			state *batch = state_make(2048, kind, 9);
			state *stream = state_make(32, kind, 9);
			uint64_t scratch[64];

			for (size_t i = 0; i < n; i++)
			{
				put_element(batch, integer((int64_t) (i * i)));
				put_element(stream, integer((int64_t) (i * i)));
			}
			batch->m->t = 32;
			ms_minhash_registers(batch->m, stream->keys, scratch);
			CHECK_INT(memcmp(scratch, ms_minhash_words(stream->m),
							 ms_minhash_register_words(stream->m) * 8),
					  0);
			state_free(batch);
			state_free(stream);
		}
}

TEST(merging_is_commutative_associative_and_idempotent)
{
	for (ms_minhash_kind kind = MS_MINHASH_FSS; kind <= MS_MINHASH_PROBABILITY; kind++)
		for (int64_t n = 1; n < 400; n += 1 + n / 2)
		{
			state *a = integers(20, kind, 1, 1, n);
			state *b = integers(20, kind, 1, n / 2, 2 * n);
			state *c = integers(20, kind, 1, 0, 3);
			state *ab = state_of(a->m);
			state *ba = state_of(b->m);
			state *bc = state_of(b->m);

			state_merge(ab, b->m);
			state_merge(ba, a->m);
			CHECK(minhash_same(ab->m, ba->m));
			CHECK_INT(ab->m->n, a->m->n + b->m->n);
			state_merge(ab, c->m);
			state_merge(bc, c->m);
			state_merge(a, bc->m);
			CHECK(minhash_same(ab->m, a->m));
			state_merge(a, a->m);
			CHECK(minhash_same(ab->m, a->m));
			state_free(a);
			state_free(b);
			state_free(c);
			state_free(ab);
			state_free(ba);
			state_free(bc);
		}
}

TEST(unlike_sketches_do_not_meet)
{
	state *a = integers(16, MS_MINHASH_FSS, 1, 1, 3);
	state *b[] = {integers(17, MS_MINHASH_FSS, 1, 1, 3), integers(16, MS_MINHASH_KHASH, 1, 1, 3),
				  integers(16, MS_MINHASH_FSS, 2, 1, 3)};
	static const char *const what[] = {"t", "kind", "seed"};
	host h;

	host_init(&h);
	CHECK_INT(ms_minhash_meet(&h.ctx, a->m, a->m), MS_OK);
	for (int i = 0; i < 3; i++)
	{
		CHECK_INT(ms_minhash_meet(&h.ctx, a->m, b[i]->m), MS_MISMATCH);
		CHECK_STR(h.ctx.facts.what, what[i]);
		state_free(b[i]);
	}
	CHECK_NEAR(h.ctx.facts.got, 2, 0);
	CHECK_NEAR(h.ctx.facts.wanted, 1, 0);
	state_free(a);
}

TEST(parameters_have_limits)
{
	host h;

	host_init(&h);
	CHECK_INT(ms_minhash_parameters(&h.ctx, 256, MS_MINHASH_FSS), MS_OK);
	CHECK_INT(ms_minhash_parameters(&h.ctx, 1, MS_MINHASH_FSS), MS_BAD_ARGUMENT);
	CHECK_NEAR(h.ctx.facts.wanted, 2, 0);
	CHECK_INT(ms_minhash_parameters(&h.ctx, 2049, MS_MINHASH_FSS), MS_BAD_ARGUMENT);
	CHECK_NEAR(h.ctx.facts.wanted, 2048, 0);
	CHECK_INT(ms_minhash_parameters(&h.ctx, 2, 0), MS_BAD_ARGUMENT);
	CHECK_INT(ms_minhash_parameters(&h.ctx, 2, 5), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "kind");
	CHECK_INT(ms_minhash_weight(&h.ctx, 0), MS_OK);
	CHECK_INT(ms_minhash_weight(&h.ctx, 1e150), MS_OK);
	CHECK_INT(ms_minhash_weight(&h.ctx, -1), MS_BAD_WEIGHT);
	CHECK_INT(ms_minhash_weight(&h.ctx, NAN), MS_BAD_WEIGHT);
	CHECK_INT(ms_minhash_weight(&h.ctx, INFINITY), MS_BAD_WEIGHT);
	CHECK_INT(ms_minhash_weight(&h.ctx, 1e-160), MS_BAD_WEIGHT);
	CHECK_STR(ms_minhash_kind_name(MS_MINHASH_KHASH), "khash");
	CHECK_STR(ms_minhash_kind_name(0), NULL);
}

/* A state asks for room, changes nothing, and goes on where it was. */
TEST(states_grow_to_the_full_size_and_no_further)
{
	for (ms_minhash_kind kind = MS_MINHASH_FSS; kind <= MS_MINHASH_PROBABILITY; kind++)
	{
		size_t full = ms_minhash_full_size(256, kind);
		state *s = state_make(256, kind, 0);
		int asked = 0;

		for (int64_t i = 0; i < 1000; i++)
		{
			bool weighted = ms_minhash_is_weighted(s->m);
			ms_minhash before = *s->m;

			if (weighted ? ms_minhash_add_weighted(s->m, s->size, s->keys, integer(i), 1)
						 : ms_minhash_add(s->m, s->size, s->keys, integer(i)))
				continue;
			CHECK_INT(memcmp(&before, s->m, sizeof before), 0);
			CHECK(ms_minhash_room(s->m) > s->size && ms_minhash_room(s->m) <= full);
			state_room(s, ms_minhash_room(s->m));
			asked++;
			i--;
		}
		CHECK_INT(s->m->n, 1000);
		CHECK_INT(s->size, full);
		CHECK_INT(ms_minhash_used(s->m), full);
		CHECK_INT(asked, 6); /* 8, 16, 32, 64, 128, 256 entries */
		state_free(s);
	}
}

TEST(rows_stop_at_the_greatest_number)
{
	state *s = integers(4, MS_MINHASH_FSS, 0, 1, 3);

	s->m->n = INT64_MAX - 1;
	state_put(s, integer(1), 1);
	CHECK_INT(s->m->n, INT64_MAX);
	state_put(s, integer(1), 1);
	state_merge(s, s->m);
	CHECK_INT(s->m->n, INT64_MAX);
	CHECK(minhash_good(s->m));
	state_free(s);
}

/* Hashes that no random data has. */
TEST(hostile_hashes_are_elements_too)
{
	for (ms_minhash_kind kind = MS_MINHASH_FSS; kind <= MS_MINHASH_PROBABILITY; kind++)
	{
		state *s = state_make(8, kind, 0);

		for (uint64_t i = 0; i < 20; i++)
		{
			state_put(s, i, 1);
			state_put(s, UINT64_MAX - i, 1);
			CHECK(minhash_good(s->m));
		}
		state_free(s);
	}
}

/* Weights of all sizes, least and greatest first: neither waits for the other. */
TEST(weights_of_any_size_take_bounded_time)
{
	static const double weights[] = {1e-150, 1e150, 1, 1e-10, 1e80, 1e-150};

	for (ms_minhash_kind kind = MS_MINHASH_WEIGHTED; kind <= MS_MINHASH_PROBABILITY; kind++)
		for (int first = 0; first < 6; first++)
		{
			state *s = state_make(2, kind, first);
			state *back = state_make(2, kind, first);

			for (int i = 0; i < 6; i++)
			{
				state_put(s, integer(i), weights[(first + i) % 6]);
				state_put(back, integer(5 - i), weights[(first + 5 - i) % 6]);
				CHECK(minhash_good(s->m));
			}
			CHECK(minhash_same(s->m, back->m));
			state_free(s);
			state_free(back);
		}
}

TEST(a_row_of_no_weight_is_no_element)
{
	state *s = state_make(4, MS_MINHASH_WEIGHTED, 0);

	state_put(s, integer(1), 0);
	CHECK(ms_minhash_is_empty(s->m));
	CHECK_INT(s->m->n, 1);
	CHECK(minhash_good(s->m));
	state_put(s, integer(1), 2);
	state_put(s, integer(1), 1);
	CHECK_INT(s->m->count, 1);
	CHECK_NEAR(((ms_weighted_entry *) ms_minhash_words(s->m))->weight, 2, 0);
	state_free(s);
}

int
main(void)
{
	RUN(base_hashes_are_as_specified);
	RUN(a_tag_stands_before_its_bytes);
	RUN(equal_numbers_are_one_element);
	RUN(registers_are_as_specified);
	RUN(rounds_are_as_specified);
	RUN(parts_order_and_repetition_do_not_matter);
	RUN(streams_and_batches_agree);
	RUN(merging_is_commutative_associative_and_idempotent);
	RUN(unlike_sketches_do_not_meet);
	RUN(parameters_have_limits);
	RUN(states_grow_to_the_full_size_and_no_further);
	RUN(rows_stop_at_the_greatest_number);
	RUN(hostile_hashes_are_elements_too);
	RUN(weights_of_any_size_take_bounded_time);
	RUN(a_row_of_no_weight_is_no_element);
	return unit_done();
}
