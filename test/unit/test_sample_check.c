/*
 * test_sample_check.c: the validator of samples, and the values that releases have written.
 *
 *     test_sample_check --write GOLDEN CORPUS
 *
 * writes test/golden/NAME.hex and the seeds of the fuzzer; once a release, for new names.
 */
#include "core/base/sample.h"

#include "check_exercise.h"
#include "sample_build.h"
#include "sample_exercise.h"
#include "sample_golden.h"

static ms_status
check_bytes(const void *bytes, size_t size, ms_type type, const char **what)
{
	/* exactly so many bytes, so that the sanitizer sees a step outside */
	void *copy = malloc(size);
	ms_status status;
	host h;

	memcpy(copy, bytes, size);
	host_init(&h);
	status = ms_sample_check(&h.ctx, copy, size, type);
	CHECK_INT(h.live, 0);
	if (what)
		*what = h.ctx.facts.what;
	free(copy);
	return status;
}

static ms_type
type_of(const value *v)
{
	return (ms_type) v->s->head.type;
}

TEST(good_values)
{
	for (size_t i = 0; i < GOLDEN_VALUES; i++)
	{
		value v = golden_build(golden_values + i);
		const char *wrong = sample_exercise(v.s, v.size);

		CHECK_INT(check_bytes(v.s, v.size, type_of(&v), NULL), MS_OK);
		CHECK_STR(wrong, NULL);
		/* the host's word is its own */
		v.s->head.host = 0xdeadbeef;
		CHECK_INT(check_bytes(v.s, v.size, type_of(&v), NULL), MS_OK);
		free(v.s);
	}
}

TEST(broken_values)
{
	for (size_t i = 0; i < BROKEN_VALUES; i++)
	{
		const broken *b = broken_values + i;
		value v = broken_build(b);
		ms_type type = strncmp(b->of, "mixed", 5) == 0 ? MS_TYPE_MIXED : MS_TYPE_SAMPLE;
		const char *what = NULL;

		if (!CHECK_INT(check_bytes(v.s, v.size, type, &what), MS_CORRUPT) ||
			!CHECK_STR(what, b->what))
			printf("    in %s\n", b->name);
		free(v.s);
	}
}

TEST(every_truncation_is_refused)
{
	for (size_t i = 0; i < GOLDEN_VALUES; i++)
	{
		value v = golden_build(golden_values + i);
		char *longer = calloc(1, v.size + 8);

		for (size_t size = 0; size < v.size; size++)
			CHECK_INT(check_bytes(v.s, size, type_of(&v), NULL), MS_CORRUPT);
		memcpy(longer, v.s, v.size);
		for (size_t more = 1; more <= 8; more++)
			CHECK_INT(check_bytes(longer, v.size + more, type_of(&v), NULL), MS_CORRUPT);
		free(longer);
		free(v.s);
	}
}

/* A changed byte is refused, or the value is another good one. */
TEST(every_corruption_is_refused_or_good)
{
	size_t accepted = 0;

	for (size_t i = 0; i < GOLDEN_VALUES; i++)
	{
		value v = golden_build(golden_values + i);
		unsigned char *bytes = (unsigned char *) v.s;

		for (size_t at = offsetof(ms_head, type); at < v.size; at++)
			for (int flip = 1; flip < 256; flip += flip < 8 ? 1 : 31)
			{
				ms_type type = golden_values[i].type ? golden_values[i].type : MS_TYPE_SAMPLE;

				bytes[at] ^= (unsigned char) flip;
				if (check_bytes(v.s, v.size, type, NULL) == MS_OK)
				{
					accepted++;
					CHECK_STR(sample_exercise(v.s, v.size), NULL);
				}
				bytes[at] ^= (unsigned char) flip;
			}
		free(v.s);
	}
	/* digits of numbers, ids and letters may change */
	CHECK(accepted > 1000);
}

TEST(columns_at_the_limit)
{
	sample_shape shape = {0, MS_MAX_DIM, {0}, 0};
	size_t size = ms_sample_base(MS_MAX_DIM, MS_SAMPLE_MIXED) + (MS_MAX_DIM + 2) * 8;
	uint16_t flags = MS_SAMPLE_MIXED | MS_SAMPLE_WEIGHTED | MS_SAMPLE_ID_INT;
	ms_sample *s = malloc(size);

	ms_sample_begin(s, size, MS_TYPE_SAMPLE, shape.d, flags);
	for (size_t j = 0; j < shape.d + 2; j++)
		ms_sample_record(s, 0)[j] = 0;
	memset(ms_sample_kinds(s), MS_KIND_NUMBER, shape.d);
	ms_sample_commit(s, false);
	s->head.flags |= MS_SAMPLE_CANONICAL;
	CHECK_INT(check_bytes(s, size, MS_TYPE_SAMPLE, NULL), MS_OK);
	CHECK_STR(sample_exercise(s, size), NULL);
	free(s);
}

/* --- golden values -------------------------------------------------------------------------- */

TEST(what_releases_wrote_is_read)
{
	for (size_t i = 0; i < GOLDEN_VALUES; i++)
	{
		_Alignas(8) unsigned char bytes[GOLDEN_MOST];
		value v = golden_build(golden_values + i);
		size_t size = golden_read(golden_values[i].name, bytes);

		if (!CHECK_INT(size, v.size))
			printf("    in %s\n", golden_values[i].name);
		else
		{
			CHECK_INT(check_bytes(bytes, size, type_of(&v), NULL), MS_OK);
			CHECK_STR(sample_exercise(bytes, size), NULL);
			/* and is what the same rows give today */
			CHECK(memcmp(bytes, v.s, size) == 0);
		}
		free(v.s);
	}
}

static int
write_all(const char *golden_folder, const char *corpus)
{
	bool ok = true;

	for (size_t i = 0; i < GOLDEN_VALUES; i++)
	{
		value v = golden_build(golden_values + i);

		ok = golden_write(golden_folder, corpus, golden_values[i].name, v.s, v.size) && ok;
		free(v.s);
	}
	for (size_t i = 0; i < BROKEN_VALUES; i++)
	{
		value v = broken_build(broken_values + i);

		ok = write_seed(corpus, broken_values[i].name, v.s, v.size) && ok;
		free(v.s);
	}
	return !ok;
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--write") == 0)
		return write_all(argv[2], argv[3]);
	RUN(good_values);
	RUN(broken_values);
	RUN(every_truncation_is_refused);
	RUN(every_corruption_is_refused_or_good);
	RUN(columns_at_the_limit);
	RUN(what_releases_wrote_is_read);
	return unit_done();
}
