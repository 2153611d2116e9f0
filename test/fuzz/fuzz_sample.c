/*
 * fuzz_sample.c: any bytes as a sample and as a mixed row. What the validator accepts must behave
 * (sample_exercise.h); what it refuses must only be refused.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sample_exercise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_type(const void *bytes, size_t size, ms_type type)
{
	const char *wrong;
	host h;

	host_init(&h);
	if (ms_sample_check(&h.ctx, bytes, size, type) != MS_OK)
		return;
	wrong = sample_exercise(bytes, size);
	if (wrong)
	{
		fprintf(stderr, "accepted, but wrong in: %s\n", wrong);
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* a copy of its own: aligned, and with its end where the sanitizer watches */
	void *bytes = malloc(size);

	if (size > 0)
		memcpy(bytes, data, size);
	try_type(bytes, size, MS_TYPE_SAMPLE);
	try_type(bytes, size, MS_TYPE_MIXED);
	free(bytes);
	return 0;
}
