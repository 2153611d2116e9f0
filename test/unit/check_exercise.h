/*
 * check_exercise.h: what the tests of all validators share: the values that releases wrote, as
 * hexadecimal digits in test/golden and as seeds of the fuzzers, and bytes that are damaged.
 */
#ifndef MS_CHECK_EXERCISE_H
#define MS_CHECK_EXERCISE_H

#include "core/base/hash.h"
#include "core/base/wire.h"
#include "host.h"

/* A validator: MS_OK or MS_CORRUPT. It leaves nothing behind. */
typedef ms_status (*check_function)(ms_ctx *ctx, const void *bytes, size_t size);

#define GOLDEN_MOST 4096

/* Reads hexadecimal digits; blanks and lines do not matter. Returns the bytes read. */
static inline size_t
golden_read(const char *name, void *bytes)
{
	char path[1000];
	unsigned byte;
	size_t n = 0;
	FILE *file;

	snprintf(path, sizeof path, "%s/../golden/%s.hex", UNIT_DATA, name);
	file = fopen(path, "r");
	while (file && n < GOLDEN_MOST && fscanf(file, "%2x", &byte) == 1)
		((unsigned char *) bytes)[n++] = (unsigned char) byte;
	if (file)
		fclose(file);
	return n;
}

/* FOLDER/NAME */
static inline bool
write_seed(const char *folder, const char *name, const void *bytes, size_t size)
{
	char path[1000];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "wb");
	if (!file)
		return false;
	fwrite(bytes, 1, size, file);
	return fclose(file) == 0;
}

/* GOLDEN/NAME.hex and the seed CORPUS/NAME */
static inline bool
golden_write(const char *golden, const char *corpus, const char *name, const void *bytes,
			 size_t size)
{
	char path[1000];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s.hex", golden, name);
	file = fopen(path, "w");
	if (!file)
		return false;
	for (size_t i = 0; i < size; i++)
		fprintf(file, "%02x%c", ((const unsigned char *) bytes)[i],
				i % 16 == 15 || i + 1 == size ? '\n' : ' ');
	return fclose(file) == 0 && write_seed(corpus, name, bytes, size);
}

static inline void
flip(void *bytes, size_t bit)
{
	((unsigned char *) bytes)[bit / 8] ^= (unsigned char) (1 << bit % 8);
}

/* Every cut is refused. */
static inline void
check_cuts(check_function check, const void *bytes, size_t size)
{
	host h;

	host_init(&h);
	for (size_t n = 0; n < size; n++)
	{
		void *copy = malloc(n); /* its end is where the sanitizer watches */

		memcpy(copy, bytes, n);
		CHECK_INT(check(&h.ctx, copy, n), MS_CORRUPT);
		free(copy);
	}
	CHECK_INT(h.live, 0);
}

/* Every bit that is turned is found, but for the host's word. */
static inline void
check_bits(check_function check, void *bytes, size_t size)
{
	host h;

	host_init(&h);
	for (size_t bit = 32; bit < size * 8; bit++)
	{
		flip(bytes, bit);
		CHECK_INT(check(&h.ctx, bytes, size), MS_CORRUPT);
		flip(bytes, bit);
	}
	CHECK_INT(check(&h.ctx, bytes, size), MS_OK);
	CHECK_INT(h.live, 0);
}

/* With the hash, the word behind the head, put right after a turned bit nothing breaks. */
static inline void
check_bits_rehashed(check_function check, void *bytes, size_t size)
{
	char *content = (char *) bytes + 16;
	uint64_t *place = (uint64_t *) bytes + 1;
	uint64_t held = *place;
	host h;

	host_init(&h);
	for (size_t bit = 128; bit < size * 8; bit++)
	{
		flip(bytes, bit);
		*place = ms_hash_bytes(content, size - 16, ((const ms_head *) bytes)->flags);
		(void) check(&h.ctx, bytes, size);
		flip(bytes, bit);
	}
	*place = held;
	CHECK_INT(h.live, 0);
}

#endif
