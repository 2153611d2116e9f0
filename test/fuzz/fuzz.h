/*
 * fuzz.h: what every fuzzer does: take any bytes, and abort with a word where they were accepted
 * and something is wrong then.
 */
#ifndef MS_FUZZ_H
#define MS_FUZZ_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void
expect(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "accepted, but wrong in: %s\n", what);
	abort();
}

/* of an exercise, which names what is wrong or returns NULL */
static inline void
expect_none(const char *wrong)
{
	expect(!wrong, wrong);
}

/* A copy of its own: aligned, and with its end where the sanitizer watches. */
static inline void *
copy_of(const uint8_t *data, size_t size)
{
	void *bytes = malloc(size);

	if (size > 0)
		memcpy(bytes, data, size);
	return bytes;
}

/* The content hash of a value that has one, put right. */
static inline void
put_hash_right(void *bytes, size_t size)
{
	char *content = (char *) bytes + 16;

	((uint64_t *) bytes)[1] = ms_hash_bytes(content, size - 16, ((ms_head *) bytes)->flags);
}

#endif
