/*
 * fuzz_kll.c: any bytes as a measure_kll, and any bytes as rows with weights: whole and in parts
 * that are merged.
 */
#include "fuzz.h"
#include "kll_exercise.h"

static void
try_bytes(const uint8_t *data, size_t size)
{
	void *bytes = copy_of(data, size);
	host h;

	host_init(&h);
	if (ms_kll_check(&h.ctx, bytes, size) == MS_OK)
		expect_none(kll_exercise(bytes));
	free(bytes);
}

/* Three bytes a row: a number, and a weight from 2^-120 to 2^120. */
static void
try_rows(const uint8_t *data, size_t size, bool weighted, size_t k)
{
	ms_kll *q = kll_make(k, weighted, 1);
	ms_kll *parts[2] = {kll_make(k, weighted, 1), kll_make(k, weighted, 1)};
	host h;

	host_init(&h);
	for (size_t i = 0; i + 3 <= size; i += 3)
	{
		double w = weighted ? (1 + data[i + 1] / 256.0) * exp2(data[i + 2] % 241 - 120.0) : 1;

		expect(kll_put(q, data[i], w) && kll_put(parts[i % 2], data[i], w), "append");
	}
	expect(kll_good(q) && kll_good(parts[0]) && kll_good(parts[1]), "the value of rows");
	expect_none(kll_exercise(q));
	expect(ms_kll_merge(&h.ctx, parts[0], parts[1]) == MS_OK && kll_good(parts[0]), "merge");
	expect(parts[0]->n == q->n, "rows");
	free(q);
	free(parts[0]);
	free(parts[1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_bytes(data, size);
	if (size > 0)
		try_rows(data + 1, size - 1, data[0] & 1, 8 + data[0] / 2);
	return 0;
}
