/*
 * test_minhash_check.c: sketches in bytes. test_minhash_check --write GOLDEN CORPUS writes
 * test/golden/minhash_*.hex and seeds of the fuzzer; once a release, for new names.
 */
#include "core/sketch/minhash.h"

#include "check_exercise.h"
#include "minhash_exercise.h"

/* Values by name: integers 1 .. n, of weight 1 + i % 4. They never change: a new form gets a new name. */
typedef struct golden
{
	const char *name;
	size_t t;
	ms_minhash_kind kind;
	int64_t seed;
	int64_t n;
	int bits;
} golden;

static const golden golden_values[] = {
	{"minhash_empty", 256, MS_MINHASH_FSS, 0, 0, 0},
	{"minhash_exact", 4, MS_MINHASH_FSS, 0, 3, 0},
	{"minhash_fss", 4, MS_MINHASH_FSS, 0, 5, 0},
	{"minhash_fss_large", 16, MS_MINHASH_FSS, -7, 1000, 0},
	{"minhash_khash", 4, MS_MINHASH_KHASH, 0, 5, 0},
	{"minhash_weighted_exact", 4, MS_MINHASH_WEIGHTED, 7, 3, 0},
	{"minhash_weighted", 4, MS_MINHASH_WEIGHTED, 7, 30, 0},
	{"minhash_probability_exact", 4, MS_MINHASH_PROBABILITY, 7, 3, 0},
	{"minhash_probability", 4, MS_MINHASH_PROBABILITY, 7, 30, 0},
	{"minhash_one_bit", 100, MS_MINHASH_FSS, 0, 500, 1},
	{"minhash_four_bits", 20, MS_MINHASH_PROBABILITY, 0, 50, 4},
};

#define GOLDEN_VALUES (sizeof golden_values / sizeof *golden_values)

static state *
golden_build(const golden *g)
{
	state *s = state_make(g->t, g->kind, g->seed);
	state *packed;
	host h;

	for (int64_t i = 1; i <= g->n; i++)
		state_put(s, ms_element_int64(MS_ELEMENT_INTEGER, i), 1 + (double) (i % 4));
	if (g->bits == 0)
		return s;
	host_init(&h);
	packed = state_make(g->t, g->kind, g->seed);
	state_room(packed, ms_minhash_pack_size(s->m, g->bits));
	CHECK_INT(ms_minhash_pack(&h.ctx, s->m, s->keys, g->bits, packed->m), MS_OK);
	state_free(s);
	return packed;
}

TEST(what_releases_wrote_is_read)
{
	for (size_t i = 0; i < GOLDEN_VALUES; i++)
	{
		_Alignas(8) unsigned char bytes[GOLDEN_MOST];
		state *s = golden_build(golden_values + i);
		size_t size = golden_read(golden_values[i].name, bytes);

		if (CHECK_INT(size, ms_minhash_used(s->m)))
		{
			CHECK(minhash_good((ms_minhash *) bytes));
			/* and is what the same elements give today */
			CHECK_INT(memcmp(bytes, s->m, size), 0);
			CHECK_STR(minhash_exercise((ms_minhash *) bytes), NULL);
		}
		else
			printf("    in %s\n", golden_values[i].name);
		state_free(s);
	}
}

static const char *
verdict(const state *s, size_t size)
{
	host h;

	host_init(&h);
	if (ms_minhash_check(&h.ctx, s->m, size) == MS_OK)
		return "good";
	return h.ctx.facts.what;
}

/* `change` of the golden value `which`, its words being w, doubles d; then the check that finds it. */
#define REFUSED(which, change, check)                                                              \
	do                                                                                             \
	{                                                                                              \
		state *s = golden_build(golden_values + (which));                                          \
		size_t size = ms_minhash_used(s->m);                                                       \
		ms_minhash *m = s->m;                                                                      \
		uint64_t *w = ms_minhash_words(m);                                                         \
		double *d = (double *) w;                                                                  \
                                                                                                   \
		(void) w, (void) d;                                                                        \
		change;                                                                                    \
		CHECK_STR(verdict(s, size), check);                                                        \
		state_free(s);                                                                             \
	} while (0)

enum
{
	EMPTY,
	EXACT,
	FSS,
	LARGE,
	KHASH,
	WEIGHTED_EXACT,
	WEIGHTED,
	PROBABILITY_EXACT,
	PROBABILITY,
	ONE_BIT,
	FOUR_BITS
};

TEST(broken_heads_are_refused)
{
	for (int i = EMPTY; i <= FOUR_BITS; i++)
	{
		REFUSED(i, m->head.host = 77, "good");
		REFUSED(i, m->head.type = MS_TYPE_SAMPLE, "type");
		REFUSED(i, m->head.version = 2, "version");
		REFUSED(i, m->head.flags |= 0x8000, "flags");
		REFUSED(i, m->t = 1, "t");
		REFUSED(i, m->t = 2049, "t");
		REFUSED(i, m->kind = 0, "kind");
		REFUSED(i, m->kind = 5, "kind");
		REFUSED(i, m->hash = 0, "hash");
		REFUSED(i, m->hash = 2, "hash");
		REFUSED(i, m->bits = 3, "bits");
		REFUSED(i, m->bits = 255, "bits");
		REFUSED(i, m->reserved = 1, "reserved");
		REFUSED(i, m->unused = 1, "reserved");
		REFUSED(i, m->n = UINT64_MAX, "rows");
		REFUSED(i, m->limit ^= 1, "limit");
		REFUSED(i, m->seed = 12345, "good");
	}
}

TEST(broken_entries_are_refused)
{
	REFUSED(EMPTY, m->count = 1, "size");
	REFUSED(EMPTY, m->count = UINT32_MAX, "count");
	REFUSED(EMPTY, m->n = 1, "rows");
	REFUSED(EMPTY, m->bits = 1, "bits");
	REFUSED(EXACT, m->count = 2, "size");
	REFUSED(EXACT, m->t = 2, "count");
	REFUSED(EXACT, m->n = 2, "rows");
	REFUSED(EXACT, m->n = 0, "rows");
	REFUSED(EXACT, m->head.flags = 0, "size");
	REFUSED(EXACT, w[1] = w[0], "order");
	REFUSED(EXACT, w[0] = UINT64_MAX, "order");
	REFUSED(WEIGHTED_EXACT, w[2] = w[0], "order");
	REFUSED(WEIGHTED_EXACT, d[1] = 0, "weight");
	REFUSED(WEIGHTED_EXACT, d[1] = -0.0, "weight");
	REFUSED(WEIGHTED_EXACT, d[3] = -1, "weight");
	REFUSED(WEIGHTED_EXACT, d[3] = NAN, "weight");
	REFUSED(WEIGHTED_EXACT, d[3] = INFINITY, "weight");
	REFUSED(WEIGHTED_EXACT, d[3] = 1e151, "weight");
	REFUSED(PROBABILITY_EXACT, d[5] = 1e-151, "weight");
}

TEST(broken_registers_are_refused)
{
	REFUSED(FSS, m->n = 4, "rows");
	REFUSED(FSS, m->count = 2, "count");
	REFUSED(FSS, m->count = 0, "count");
	REFUSED(FSS, w[0] = UINT64_MAX, "register");
	REFUSED(FSS, w[0] = (uint64_t) 8 << 52, "register");
	REFUSED(FSS, w[0] = (uint64_t) 5 << 52, "register"); /* the bin of w[1] */
	REFUSED(FSS, w[1] = (uint64_t) 5 << 52, "limit");
	REFUSED(LARGE, w[3] = (uint64_t) 40 << 52, "register");
	REFUSED(KHASH, m->count = 1, "count");
	REFUSED(KHASH, m->head.flags = MS_MINHASH_EXACT, "size");
	REFUSED(KHASH, m->kind = MS_MINHASH_FSS, "register");
	REFUSED(WEIGHTED, d[0] = NAN, "rank");
	REFUSED(WEIGHTED, d[0] = INFINITY, "rank");
	REFUSED(WEIGHTED, d[2] = -1e-3, "rank");
	REFUSED(WEIGHTED, d[2] = 1e161, "rank");
	REFUSED(WEIGHTED, (d[0] = d[2] = d[4] = d[6] = 0, m->limit = 0), "limit");
	REFUSED(WEIGHTED, d[2] = -0.0, "rank");
	REFUSED(WEIGHTED, d[2] = 1e9, "limit");
	REFUSED(WEIGHTED, m->count = 1, "count");
	REFUSED(WEIGHTED, (w[1] = w[3]), "register");
	REFUSED(PROBABILITY, d[6] = INFINITY, "rank");
	REFUSED(PROBABILITY, m->count = 1, "count");
	REFUSED(ONE_BIT, m->count = 1, "count");
	REFUSED(ONE_BIT, m->n = 0, "rows");
	REFUSED(ONE_BIT, w[1] |= UINT64_C(1) << 36, "padding");
	REFUSED(ONE_BIT, m->bits = 2, "size");
	REFUSED(ONE_BIT, m->bits = 0, "size");
	REFUSED(FOUR_BITS, w[1] |= UINT64_C(1) << 16, "padding");
	REFUSED(FOUR_BITS, m->head.flags = MS_MINHASH_EXACT, "bits");
}

TEST(every_truncation_is_refused)
{
	for (size_t i = 0; i < GOLDEN_VALUES; i++)
	{
		state *s = golden_build(golden_values + i);

		check_cuts(ms_minhash_check, s->m, ms_minhash_used(s->m));
		state_free(s);
	}
}

TEST(a_check_can_be_stopped)
{
	state *s = golden_build(golden_values + LARGE);
	host h;

	host_init(&h);
	h.ctx.work = MS_POLL_STEPS;
	h.stop_at = 1;
	CHECK_INT(ms_minhash_check(&h.ctx, s->m, ms_minhash_used(s->m)), MS_STOPPED);
	state_free(s);
}

static int
write_all(const char *golden_folder, const char *corpus)
{
	bool ok = true;

	for (size_t i = 0; i < GOLDEN_VALUES; i++)
	{
		state *s = golden_build(golden_values + i);

		ok = golden_write(golden_folder, corpus, golden_values[i].name, s->m,
						  ms_minhash_used(s->m)) && ok;
		state_free(s);
	}
	return !ok;
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--write") == 0)
		return write_all(argv[2], argv[3]);
	RUN(what_releases_wrote_is_read);
	RUN(broken_heads_are_refused);
	RUN(broken_entries_are_refused);
	RUN(broken_registers_are_refused);
	RUN(every_truncation_is_refused);
	RUN(a_check_can_be_stopped);
	return unit_done();
}
