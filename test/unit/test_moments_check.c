/*
 * test_moments_check.c: moments in bytes. test_moments_check --write GOLDEN CORPUS writes
 * test/golden/moments_*.hex and seeds of the fuzzer; once a release, for new names.
 */
#include "core/base/moments.h"

#include "check_exercise.h"
#include "moments_exercise.h"

#define WIDE 3

/*
 * Values by name. Their numbers are such that every step is exact: the bytes are the same on any
 * machine. The rows never change: a new form gets a new name.
 */
typedef struct golden
{
	const char *name;
	size_t d;
	size_t n;
	double rows[4][WIDE];
	double weights[4]; /* 0: 1 */
	uint64_t incomplete;
} golden;

static const golden golden_values[] = {
	{"moments_one_row", 1, 1, {{2.5}}, {0}, 0},
	{"moments_two_columns", 2, 4, {{1, 10}, {5, 2}, {3, 6}, {-1, 7}}, {0}, 1},
	{"moments_weighted", 3, 2, {{1, 0.25, -8}, {5, 0.75, 8}}, {0.5, 1.5}, 0},
	{"moments_offset", 1, 2, {{0x1p60}, {0x1p60 + 768}}, {0}, 0},
	{"moments_incomplete", 2, 0, {{0}}, {0}, 7},
};

#define GOLDEN_VALUES (sizeof golden_values / sizeof *golden_values)

static ms_moments *
golden_build(const golden *g)
{
	ms_moments *m = moments_make(g->d);

	for (size_t i = 0; i < g->n; i++)
		CHECK(moments_put(m, g->rows[i], g->weights[i] > 0 ? g->weights[i] : 1));
	m->incomplete = g->incomplete;
	return m;
}

TEST(what_releases_wrote_is_read)
{
	for (size_t i = 0; i < GOLDEN_VALUES; i++)
	{
		_Alignas(8) unsigned char bytes[GOLDEN_MOST];
		ms_moments *m = golden_build(golden_values + i);
		size_t size = golden_read(golden_values[i].name, bytes);

		if (CHECK_INT(size, ms_moments_size(m->d)))
		{
			CHECK(moments_good((ms_moments *) bytes));
			/* and is what the same rows give today */
			CHECK_INT(memcmp(bytes, m, size), 0);
		}
		else
			printf("    in %s\n", golden_values[i].name);
		free(m);
	}
}

/* A good value of two columns to break, one field at a time. */
typedef struct broken
{
	ms_moments head;
	double mean[2];
	double rest[2];
	double scatter[3];
} broken;

static broken
whole(void)
{
	broken b;
	ms_moments *m = golden_build(golden_values + 1);

	CHECK_INT(sizeof b, ms_moments_size(2));
	memcpy(&b, m, sizeof b);
	free(m);
	return b;
}

static const char *
verdict(const broken *b, size_t size)
{
	host h;

	host_init(&h);
	if (ms_moments_check(&h.ctx, b, size) == MS_OK)
		return "good";
	return h.ctx.facts.what;
}

#define REFUSED(change, check)                                                                     \
	do                                                                                             \
	{                                                                                              \
		broken b = whole();                                                                        \
                                                                                                   \
		change;                                                                                    \
		CHECK_STR(verdict(&b, sizeof b), check);                                                   \
	} while (0)

TEST(broken_bytes_are_refused)
{
	REFUSED(b.head.head.host = 77, "good");
	REFUSED(b.head.head.type = MS_TYPE_SAMPLE, "type");
	REFUSED(b.head.head.version = 2, "version");
	REFUSED(b.head.head.flags = 0x8000, "flags");
	REFUSED(b.head.d = 0, "columns");
	REFUSED(b.head.d = MS_MOMENTS_MAX_DIM + 1, "columns");
	REFUSED(b.head.d = 1, "size");
	REFUSED(b.head.d = 3, "size");
	REFUSED(b.head.reserved = 1, "reserved");
	REFUSED(b.head.n = UINT64_MAX, "rows");
	REFUSED(b.head.incomplete = UINT64_MAX - 3, "rows");
	REFUSED((b.head.n = 0, b.head.incomplete = 0), "rows");
	REFUSED(b.head.n = 0, "weight");
	REFUSED(b.head.weight = -1, "weight");
	REFUSED(b.head.weight = NAN, "weight");
	REFUSED(b.head.weight = INFINITY, "weight");
	REFUSED(b.head.weight_rest = 1, "weight");
	REFUSED(b.head.weight_rest = -0.0, "weight");
	REFUSED(b.head.weight = 0, "empty");
	REFUSED(b.mean[1] = NAN, "mean");
	REFUSED(b.mean[1] = -INFINITY, "mean");
	REFUSED(b.mean[0] = -0.0, "mean");
	REFUSED(b.rest[0] = 1e-3, "mean");
	REFUSED(b.rest[0] = 1e-300, "good");
	REFUSED(b.scatter[0] = -1, "scatter");
	REFUSED(b.scatter[0] = NAN, "scatter");
	REFUSED(b.scatter[0] = INFINITY, "scatter");
	REFUSED(b.scatter[1] = 1e3, "scatter");
	REFUSED(b.scatter[1] = -0.0, "scatter");
	REFUSED(b.scatter[2] = 0, "scatter");
}

TEST(every_truncation_is_refused)
{
	broken b = whole();

	check_cuts(ms_moments_check, &b, sizeof b);
}

static int
write_all(const char *golden_folder, const char *corpus)
{
	bool ok = true;

	for (size_t i = 0; i < GOLDEN_VALUES; i++)
	{
		ms_moments *m = golden_build(golden_values + i);

		ok = golden_write(golden_folder, corpus, golden_values[i].name, m,
						  ms_moments_size(m->d)) && ok;
		free(m);
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
	RUN(every_truncation_is_refused);
	return unit_done();
}
