/*
 * fuzz_minhash.c: any bytes as a measure_minhash, and any bytes as elements of sets, in one state and
 * in two parts that are merged: both must give the same, good value.
 */
#include <gsl/gsl_errno.h>

#include "fuzz.h"
#include "minhash_exercise.h"

static void
try_bytes(const uint8_t *data, size_t size)
{
	void *bytes = copy_of(data, size);
	host h;

	host_init(&h);
	if (ms_minhash_check(&h.ctx, bytes, size) == MS_OK)
		expect_none(minhash_exercise(bytes));
	free(bytes);
}

/* Weights of all sizes. */
static double
weight_of(uint8_t byte)
{
	return ldexp(1 + byte % 3, (byte - 128) * 3);
}

/* Two bytes an element: so that they repeat, and parts have elements in common. */
static void
try_elements(const uint8_t *data, size_t size, size_t t, ms_minhash_kind kind)
{
	state *whole = state_make(t, kind, 1);
	state *parts[2] = {state_make(t, kind, 1), state_make(t, kind, 1)};
	host h;

	for (size_t i = 0; i + 2 <= size && i < 4000; i += 2)
	{
		uint64_t element = ms_element_bytes(MS_ELEMENT_BYTES, data + i, 2);

		state_put(whole, element, weight_of(data[i]));
		state_put(parts[i / 2 % 2], element, weight_of(data[i]));
	}
	host_init(&h);
	expect_none(exercise_pair(&h, parts[0]->m, parts[1]->m, whole->keys));
	state_merge(parts[0], parts[1]->m);
	expect(minhash_good(whole->m) && minhash_same(whole->m, parts[0]->m), "parts");
	expect(whole->m->n == parts[0]->m->n, "rows");
	expect_none(minhash_exercise(whole->m));
	state_free(whole);
	state_free(parts[0]);
	state_free(parts[1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	gsl_set_error_handler_off();
	try_bytes(data, size);
	if (size > 1)
		try_elements(data + 2, size - 2, 2 + data[0] % 20, (ms_minhash_kind) (1 + data[1] % 4));
	/* a numeric's text */
	(void) ms_element_decimal((const char *) data, size);
	return 0;
}
