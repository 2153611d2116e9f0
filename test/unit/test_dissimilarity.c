/*
 * test_dissimilarity.c: pairs, triangles, meeting, missing pairs, bytes. test_dissimilarity --write
 * GOLDEN CORPUS writes test/golden/dissimilarity_*.hex and seeds of the fuzzer.
 */
#include <stdlib.h>

#include "core/base/dissimilarity.h"
#include "core/base/rng.h"
#include "check_exercise.h"

#define ROOM 4096

typedef struct value
{
	_Alignas(8) char bytes[ROOM];
} value;

static ms_dissimilarity *
begin(value *v, uint16_t id)
{
	memset(v->bytes, 0xa5, ROOM);
	ms_dissimilarity_begin(v->bytes, ROOM, id);
	return (ms_dissimilarity *) v->bytes;
}

static ms_status
put(ms_dissimilarity *s, int64_t i, int64_t j, double d)
{
	host h;

	host_init(&h);
	return ms_dissimilarity_append(&h.ctx, s, i, j, d);
}

static ms_status
put_text(ms_dissimilarity *s, const char *i, const char *j, double d)
{
	host h;

	host_init(&h);
	return ms_dissimilarity_append_text(&h.ctx, s, ROOM, (ms_string){i, strlen(i)},
										(ms_string){j, strlen(j)}, d);
}

/* Canonical, and what the validator says of a flat copy in memory of its exact size. */
static ms_status
finish(ms_dissimilarity *s)
{
	host h;
	size_t used;
	void *flat;
	ms_status status;

	host_init(&h);
	status = ms_dissimilarity_canonical(&h.ctx, s, ROOM);
	CHECK_INT(h.live, 0);
	if (status != MS_OK)
		return status;
	used = ms_dissimilarity_used(s);
	flat = malloc(used);
	ms_dissimilarity_flatten(flat, s, ROOM);
	status = ms_dissimilarity_check(&h.ctx, flat, used);
	CHECK_STR(status == MS_OK ? "" : h.ctx.facts.what, "");
	free(flat);
	CHECK_INT(h.live, 0);
	return status;
}

static bool
same_bytes(const ms_dissimilarity *a, const ms_dissimilarity *b)
{
	size_t used = ms_dissimilarity_used(a);
	char *x = malloc(used);
	char *y = malloc(used);
	bool same = used == ms_dissimilarity_used(b);

	if (same)
	{
		ms_dissimilarity_flatten(x, a, ROOM);
		ms_dissimilarity_flatten(y, b, ROOM);
		same = memcmp(x, y, used) == 0;
	}
	free(x);
	free(y);
	return same;
}

TEST(triangle)
{
	value v;
	ms_dissimilarity *s = begin(&v, MS_DISSIMILARITY_ID_INT);

	CHECK_INT(put(s, 5, -3, 2), MS_OK);
	CHECK_INT(put(s, -3, 5, 2), MS_OK);
	CHECK_INT(put(s, 7, 5, 3), MS_OK);
	CHECK_INT(put(s, 7, 7, 0), MS_OK);
	CHECK_INT(put(s, -3, 7, 1), MS_OK);
	CHECK_INT(finish(s), MS_OK);
	CHECK(ms_dissimilarity_complete(s));
	CHECK_INT(s->n, 3);
	CHECK_INT(s->pairs, 3);
	CHECK(ms_dissimilarity_ids(s)[0] == (uint64_t) -3 && ms_dissimilarity_ids(s)[2] == 7);
	CHECK(ms_dissimilarity_at(s, 0, 1) == 2 && ms_dissimilarity_at(s, 2, 0) == 1);
	CHECK(ms_dissimilarity_at(s, 1, 2) == 3 && ms_dissimilarity_at(s, 1, 1) == 0);
	CHECK_INT(ms_dissimilarity_used(s), 32 + 16 + 24);
}

TEST(one_id)
{
	value v;
	ms_dissimilarity *s = begin(&v, MS_DISSIMILARITY_ID_INT);

	CHECK_INT(put(s, 9, 9, 0), MS_OK);
	CHECK_INT(put(s, 9, 9, 0), MS_OK);
	CHECK_INT(finish(s), MS_OK);
	CHECK(ms_dissimilarity_complete(s) && s->n == 1 && s->pairs == 0);
	CHECK_INT(ms_dissimilarity_ids(s)[0], 9);
}

TEST(text_ids)
{
	value v;
	value other;
	ms_dissimilarity *s = begin(&v, MS_DISSIMILARITY_ID_TEXT);
	ms_dissimilarity *t = begin(&other, MS_DISSIMILARITY_ID_TEXT);
	ms_string string;

	CHECK_INT(put_text(s, "b", "abc", 1), MS_OK);
	CHECK_INT(put_text(s, "b", "", 2), MS_OK);
	CHECK_INT(put_text(s, "", "abc", 3), MS_OK);
	CHECK_INT(put_text(t, "abc", "", 3), MS_OK);
	CHECK_INT(put_text(t, "", "", 0), MS_OK);
	CHECK_INT(put_text(t, "", "b", 2), MS_OK);
	CHECK_INT(put_text(t, "abc", "b", 1), MS_OK);
	CHECK_INT(finish(s), MS_OK);
	CHECK_INT(finish(t), MS_OK);
	CHECK(same_bytes(s, t));
	CHECK(ms_dissimilarity_complete(s) && s->n == 3 && s->heap == 4);
	string = ms_dissimilarity_string(s, ROOM, ms_dissimilarity_ids(s)[1]);
	CHECK(string.length == 3 && memcmp(string.bytes, "abc", 3) == 0);
	CHECK(ms_dissimilarity_at(s, 0, 1) == 3 && ms_dissimilarity_at(s, 2, 0) == 2);
}

TEST(missing_pairs)
{
	value v;
	ms_dissimilarity *s = begin(&v, MS_DISSIMILARITY_ID_INT);
	ms_pair pair;
	uint64_t ids;
	uint64_t absent;
	host h;

	host_init(&h);
	CHECK_INT(put(s, 1, 2, 1), MS_OK);
	CHECK_INT(put(s, 4, 1, 1), MS_OK);
	CHECK_INT(put(s, 4, 3, 1), MS_OK);
	CHECK_INT(put(s, 2, 3, 1), MS_OK);
	CHECK_INT(finish(s), MS_OK);
	CHECK(!ms_dissimilarity_complete(s));
	CHECK_INT(ms_dissimilarity_missing(&h.ctx, s, &pair, &ids, &absent), MS_OK);
	CHECK_INT(ids, 4);
	CHECK_INT(absent, 2);
	CHECK(pair.i == 1 && pair.j == 3);
	CHECK_INT(put(s, 3, 1, 1), MS_OK);
	CHECK_INT(finish(s), MS_OK);
	CHECK_INT(ms_dissimilarity_missing(&h.ctx, s, &pair, &ids, &absent), MS_OK);
	CHECK(absent == 1 && pair.i == 2 && pair.j == 4);
	CHECK_INT(put(s, 2, 4, 1), MS_OK);
	CHECK_INT(finish(s), MS_OK);
	CHECK(ms_dissimilarity_complete(s));
}

TEST(refused_rows)
{
	value v;
	ms_dissimilarity *s = begin(&v, MS_DISSIMILARITY_ID_INT);

	CHECK_INT(put(s, 1, 2, NAN), MS_NOT_FINITE);
	CHECK_INT(put(s, 1, 2, INFINITY), MS_NOT_FINITE);
	CHECK_INT(put(s, 1, 2, -1), MS_BAD_ARGUMENT);
	CHECK_INT(put(s, 1, 2, 1e39), MS_TOO_LARGE);
	CHECK_INT(put(s, 1, 1, 0.5), MS_BAD_ARGUMENT);
	CHECK_INT(s->pairs, 0);
	CHECK_INT(put(s, 1, 2, -0.0), MS_OK);
	CHECK_BITS(ms_dissimilarity_pair(s, 0)->distance, 0.0);
}

/* Neighbouring floats agree, and the smaller is kept; what is farther apart does not. */
TEST(asymmetry)
{
	value v;
	host h;
	ms_dissimilarity *s = begin(&v, MS_DISSIMILARITY_ID_INT);

	CHECK_INT(put(s, 1, 2, 1 + 1e-7), MS_OK);
	CHECK_INT(put(s, 2, 1, 1), MS_OK);
	CHECK_INT(put(s, 3, 1, 2), MS_OK);
	CHECK_INT(finish(s), MS_OK);
	CHECK(s->pairs == 3 && ms_dissimilarity_pair(s, 0)->distance == 1);
	CHECK_INT(put(s, 2, 3, 5), MS_OK);
	CHECK_INT(finish(s), MS_OK);
	CHECK(ms_dissimilarity_complete(s) && ms_dissimilarity_at(s, 0, 1) == 1);
	s = begin(&v, MS_DISSIMILARITY_ID_INT);
	CHECK_INT(put(s, 9, 8, 1), MS_OK);
	CHECK_INT(put(s, 1, 2, 4), MS_OK);
	CHECK_INT(put(s, 2, 1, 3), MS_OK);
	host_init(&h);
	CHECK_INT(ms_dissimilarity_canonical(&h.ctx, s, ROOM), MS_MISMATCH);
	CHECK_STR(h.ctx.facts.what, "distance");
	CHECK_INT(h.ctx.facts.index, 0);
	CHECK(h.ctx.facts.got == 3 && h.ctx.facts.wanted == 4);
	CHECK_INT(ms_dissimilarity_pair(s, 0)->i, 2);
}

/* Any split into parts, merged in any order, has the bytes of the whole. */
TEST(merge)
{
	static const char *const names[] = {"x", "", "long name", "xy", "y"};

	for (int text = 0; text < 2; text++)
	{
		uint16_t id = text ? MS_DISSIMILARITY_ID_TEXT : MS_DISSIMILARITY_ID_INT;

		for (int parts = 1; parts < 8; parts++)
		{
			value all;
			value part[2];
			value moved;
			host h;
			ms_dissimilarity *whole = begin(&all, id);
			ms_dissimilarity *p[] = {begin(&part[0], id), begin(&part[1], id)};
			ms_dissimilarity *into = (ms_dissimilarity *) moved.bytes;
			int r = 0;

			for (int i = 0; i < 5; i++)
			{
				for (int j = 0; j < i; j++, r++)
				{
					ms_dissimilarity *s = p[r % parts == 0];

					if (text)
					{
						CHECK_INT(put_text(whole, names[i], names[j], r), MS_OK);
						CHECK_INT(put_text(s, names[j], names[i], r), MS_OK);
					}
					else
					{
						CHECK_INT(put(whole, i, j, r), MS_OK);
						CHECK_INT(put(s, j, i, r), MS_OK);
					}
				}
			}
			host_init(&h);
			CHECK_INT(finish(whole), MS_OK);
			/* `parts` = 1: everything in one part, and the other is empty */
			if (parts > 1 && parts % 2)
				CHECK_INT(finish(p[0]), MS_OK);
			if (p[1]->pairs > 1)
				CHECK_INT(finish(p[1]), MS_OK);
			CHECK_INT(ms_dissimilarity_meet(&h.ctx, p[1], p[0]), MS_OK);
			CHECK(ms_dissimilarity_spread_size(p[1]) <= ROOM);
			CHECK_INT(ms_dissimilarity_spread(&h.ctx, moved.bytes, ROOM, p[1], ROOM), MS_OK);
			CHECK_INT(ms_dissimilarity_merge(&h.ctx, into, ROOM, p[0], ROOM), MS_OK);
			CHECK_INT(ms_dissimilarity_merge(&h.ctx, into, ROOM, into, ROOM), MS_OK);
			CHECK_INT(finish(into), MS_OK);
			CHECK(same_bytes(into, whole));
		}
	}
}

TEST(growing_moves)
{
	value v;
	ms_dissimilarity *s = begin(&v, MS_DISSIMILARITY_ID_TEXT);
	size_t used;
	char *small;
	value back;

	CHECK_INT(put_text(s, "aa", "b", 1), MS_OK);
	CHECK_INT(put_text(s, "aa", "ccc", 2), MS_OK);
	used = ms_dissimilarity_used(s);
	CHECK_INT(used, 32 + 48 + 6);
	small = malloc(used);
	ms_dissimilarity_move(small, used, s, ROOM);
	memcpy(back.bytes, small, used);
	ms_dissimilarity_stretch((ms_dissimilarity *) back.bytes, used, ROOM);
	CHECK(same_bytes((ms_dissimilarity *) back.bytes, s));
	free(small);
}

TEST(sizes)
{
	host h;
	value v;

	CHECK_INT(ms_dissimilarity_bytes(1), 40);
	CHECK_INT(ms_dissimilarity_bytes(2), 56);
	CHECK_INT(ms_dissimilarity_bytes(70000), 32 + 8 * ((70000ull * 69999 / 2 + 1) / 2 + 70000));
	CHECK(ms_dissimilarity_bytes(SIZE_MAX / 2) == SIZE_MAX);
	host_init(&h);
	CHECK_INT(ms_dissimilarity_meet(&h.ctx, begin(&v, MS_DISSIMILARITY_ID_INT),
									begin(&(value){0}, MS_DISSIMILARITY_ID_TEXT)),
			  MS_MISMATCH);
	CHECK_STR(h.ctx.facts.what, "ids");
}

/* A larger value, so that polls come: 300 text ids. */
static ms_status
exercise(host *h)
{
	size_t n = 300;
	size_t room = 32 + n * (n - 1) / 2 * 40;
	char *bytes = malloc(room);
	ms_dissimilarity *s = (ms_dissimilarity *) bytes;
	ms_status status = MS_OK;

	ms_dissimilarity_begin(s, room, MS_DISSIMILARITY_ID_TEXT);
	for (size_t i = 0; i < n && status == MS_OK; i++)
	{
		for (size_t j = 0; j < i && status == MS_OK; j++)
		{
			char a[16];
			char b[16];

			snprintf(a, sizeof(a), "id %zu", i);
			snprintf(b, sizeof(b), "id %zu", j);
			status = ms_dissimilarity_append_text(&h->ctx, s, room, (ms_string){a, strlen(a)},
												  (ms_string){b, strlen(b)}, (double) (i + j));
		}
	}
	if (status == MS_OK)
		status = ms_dissimilarity_canonical(&h->ctx, s, room);
	if (status == MS_OK)
	{
		CHECK(ms_dissimilarity_complete(s) && s->n == n);
		ms_dissimilarity_flatten(bytes, s, room);
		status = ms_dissimilarity_check(&h->ctx, bytes, ms_dissimilarity_used(s));
	}
	free(bytes);
	return status;
}

TEST(stops)
{
	host h;
	ms_status status;

	HOST_EVERY(h, status, exercise(&h));
}

/* --- golden --------------------------------------------------------------------------------- */

static const char *const golden_names[] = {"dissimilarity_int", "dissimilarity_text",
										   "dissimilarity_pairs", "dissimilarity_one"};

static ms_dissimilarity *
golden(size_t g, value *v)
{
	ms_dissimilarity *s = begin(v, g == 1 ? MS_DISSIMILARITY_ID_TEXT : MS_DISSIMILARITY_ID_INT);

	s->head.host = 0;
	if (g == 0)
	{
		put(s, 1, 2, 0.5);
		put(s, 3, 1, 1.25);
		put(s, 2, 3, 7);
	}
	else if (g == 1)
	{
		put_text(s, "red", "blue", 0.1);
		put_text(s, "red", "r\xc3\xa9sum\xc3\xa9", 2);
		put_text(s, "blue", "r\xc3\xa9sum\xc3\xa9", 3);
	}
	else if (g == 2)
	{
		put(s, 10, -5, 1);
		put(s, -5, 10, 1 + 1e-7);
		put(s, 10, 11, 2);
		put(s, 11, 11, 0);
	}
	else
		put(s, 42, 42, 0);
	CHECK_INT(finish(s), MS_OK);
	return s;
}

TEST(golden_bytes)
{
	for (size_t g = 0; g < 4; g++)
	{
		value v;
		value stored;
		ms_dissimilarity *s = golden(g, &v);
		size_t used = ms_dissimilarity_used(s);
		char *flat = malloc(used);

		ms_dissimilarity_flatten(flat, s, ROOM);
		CHECK_INT(golden_read(golden_names[g], stored.bytes), used);
		CHECK(memcmp(flat, stored.bytes, used) == 0);
		free(flat);
	}
}

/* Every changed byte of a golden value is refused, or is another valid value. */
TEST(corrupted_bytes)
{
	for (size_t g = 0; g < 4; g++)
	{
		value v;
		ms_dissimilarity *s = golden(g, &v);
		size_t used = ms_dissimilarity_used(s);
		char *flat = malloc(used);
		host h;

		host_init(&h);
		ms_dissimilarity_flatten(flat, s, ROOM);
		for (size_t i = 4; i < used * 8; i++)
		{
			flip(flat, i);
			(void) ms_dissimilarity_check(&h.ctx, flat, used);
			flip(flat, i);
		}
		CHECK_INT(h.live, 0);
		check_cuts(ms_dissimilarity_check, flat, used);
		free(flat);
	}
}

static int
write_golden(const char *folder, const char *corpus)
{
	bool ok = true;

	for (size_t g = 0; g < 4; g++)
	{
		value v;
		ms_dissimilarity *s = golden(g, &v);
		size_t used = ms_dissimilarity_used(s);
		char *flat = malloc(used);

		ms_dissimilarity_flatten(flat, s, ROOM);
		ok = golden_write(folder, corpus, golden_names[g], flat, used) && ok;
		free(flat);
	}
	return !ok;
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--write") == 0)
		return write_golden(argv[2], argv[3]);
	RUN(triangle);
	RUN(one_id);
	RUN(text_ids);
	RUN(missing_pairs);
	RUN(refused_rows);
	RUN(asymmetry);
	RUN(merge);
	RUN(growing_moves);
	RUN(sizes);
	RUN(stops);
	RUN(golden_bytes);
	RUN(corrupted_bytes);
	return unit_done();
}
