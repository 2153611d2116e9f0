/*
 * fuzz_sample.c: any bytes as a sample and as a mixed row. What the validator accepts must behave
 * (sample_exercise.h); what it refuses must only be refused.
 */
#include "fuzz.h"
#include "sample_exercise.h"

static void
try_type(const void *bytes, size_t size, ms_type type)
{
	host h;

	host_init(&h);
	if (ms_sample_check(&h.ctx, bytes, size, type) != MS_OK)
		return;
	expect_none(sample_exercise(bytes, size));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *bytes = copy_of(data, size);

	try_type(bytes, size, MS_TYPE_SAMPLE);
	try_type(bytes, size, MS_TYPE_MIXED);
	free(bytes);
	return 0;
}
