/*
 * test_kll_check.c: quantile sketches in bytes. test_kll_check --write GOLDEN CORPUS writes
 * test/golden/kll_*.hex and seeds of the fuzzer; once a release, for new names.
 */
#include "core/transport/kll.h"

#include "check_exercise.h"
#include "kll_exercise.h"

/* Values by name; the rows never change: a new form gets a new name. Row i is i * 7 mod n, a half. */
typedef struct golden
{
	const char *name;
	size_t k;
	int n;
	bool weighted;
	int64_t seed;
} golden;

static const golden golden_values[] = {
	{"kll_empty", 200, 0, false, 7},
	{"kll_exact", 8, 5, false, 0},
	{"kll_compacted", 8, 100, false, 1},
	{"kll_weighted", 8, 3, true, 0},
	{"kll_weighted_compacted", 16, 150, true, -3},
};

#define GOLDEN_VALUES (sizeof golden_values / sizeof *golden_values)

static ms_kll *
golden_build(const golden *g)
{
	ms_kll *q = kll_make(g->k, g->weighted, g->seed);

	for (int i = 0; i < g->n; i++)
		CHECK(kll_put(q, i * 7 % g->n * .5, g->weighted ? 1 + i % 3 * .25 : 1));
	return q;
}

TEST(what_releases_wrote_is_read)
{
	for (size_t i = 0; i < GOLDEN_VALUES; i++)
	{
		_Alignas(8) unsigned char bytes[GOLDEN_MOST];
		ms_kll *q = golden_build(golden_values + i);
		size_t size = golden_read(golden_values[i].name, bytes);

		if (CHECK_INT(size, ms_kll_used(q)))
		{
			CHECK(kll_good((ms_kll *) bytes));
			/* and is what the same rows give today */
			CHECK_INT(memcmp(bytes, q, size), 0);
			CHECK(kll_exercise((ms_kll *) bytes) == NULL);
		}
		else
			printf("    in %s\n", golden_values[i].name);
		free(q);
	}
}

/* A good value to break, one field at a time. */
typedef struct broken
{
	ms_kll head;
	uint32_t sizes[8];
	double numbers[40];
} broken;

static broken
whole(void)
{
	ms_kll *q = golden_build(golden_values + 2);
	broken b = {0};

	CHECK(ms_kll_used(q) <= sizeof b);
	memcpy(&b, q, ms_kll_used(q));
	free(q);
	return b;
}

static const char *
verdict(const broken *b, size_t size)
{
	host h;

	host_init(&h);
	return ms_kll_check(&h.ctx, b, size) == MS_OK ? "good" : h.ctx.facts.what;
}

#define REFUSED(change, check)                                                                     \
	do                                                                                             \
	{                                                                                              \
		broken b = whole();                                                                        \
		size_t size = ms_kll_used(&b.head);                                                        \
                                                                                                   \
		change;                                                                                    \
		CHECK_STR(verdict(&b, size), check);                                                       \
	} while (0)

TEST(broken_bytes_are_refused)
{
	REFUSED(b.head.head.host = 77, "good");
	REFUSED(b.head.head.type = MS_TYPE_SAMPLE, "type");
	REFUSED(b.head.head.version = 2, "version");
	REFUSED(b.head.head.flags = 0x8000, "flags");
	REFUSED(b.head.k = 7, "k");
	REFUSED(b.head.k = 9, "capacity");
	REFUSED(b.head.levels = 61, "levels");
	REFUSED(b.head.levels++, "capacity");
	REFUSED(b.head.capacity++, "capacity");
	REFUSED(b.head.count++, "size");
	REFUSED(b.head.count = UINT32_MAX, "capacity");
	REFUSED(b.head.n = UINT64_MAX, "rows");
	REFUSED(b.head.n++, "weight");
	REFUSED((b.head.n++, b.head.weight++), "rows");
	REFUSED(b.head.weight = NAN, "weight");
	REFUSED(b.head.base = 1, "base");
	REFUSED(b.head.reserved = 1, "reserved");
	REFUSED(b.head.min = 40, "number");
	REFUSED(b.head.max = 1, "number");
	REFUSED(b.head.min = NAN, "range");
	REFUSED(b.head.max = -1, "range");
	REFUSED(b.head.compactions = 0, "rows");
	REFUSED(b.sizes[0]++, "sizes");
	REFUSED(b.sizes[0] = UINT32_MAX, "sizes");
	REFUSED((b.sizes[0]++, b.sizes[3]--), "rows");
	/* the numbers begin after the padded sizes */
	REFUSED(ms_kll_numbers(&b.head)[0] = NAN, "number");
	REFUSED(ms_kll_numbers(&b.head)[0] = -0.0, "number");
	REFUSED(ms_kll_numbers(&b.head)[1] = 1000, "number");
}

TEST(an_empty_value_is_empty)
{
	ms_kll q;

	ms_kll_begin(&q, 200, false, 0);
	q.head.host = 0;
	CHECK(kll_good(&q));
	q.max = 1;
	CHECK(!kll_good(&q));
	ms_kll_begin(&q, 200, true, 0);
	q.compactions = 1;
	CHECK(!kll_good(&q));
}

TEST(every_truncation_is_refused)
{
	ms_kll *q = golden_build(golden_values + 4);

	check_cuts(ms_kll_check, q, ms_kll_used(q));
	free(q);
}

static int
write_all(const char *golden_folder, const char *corpus)
{
	bool ok = true;

	for (size_t i = 0; i < GOLDEN_VALUES; i++)
	{
		ms_kll *q = golden_build(golden_values + i);

		ok = golden_write(golden_folder, corpus, golden_values[i].name, q, ms_kll_used(q)) && ok;
		free(q);
	}
	return !ok;
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--write") == 0)
		return write_all(argv[2], argv[3]);
	RUN(what_releases_wrote_is_read);
	RUN(broken_bytes_are_refused);
	RUN(an_empty_value_is_empty);
	RUN(every_truncation_is_refused);
	return unit_done();
}
