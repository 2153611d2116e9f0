/*
 * fuzz_moments.c: any bytes as a measure_moments, and any bytes as rows: one by one and in two
 * parts they must give the same, good value.
 */
#include "fuzz.h"
#include "moments_exercise.h"

static void
try_bytes(const uint8_t *data, size_t size)
{
	void *bytes = copy_of(data, size);
	host h;

	host_init(&h);
	if (ms_moments_check(&h.ctx, bytes, size) == MS_OK)
		expect_none(moments_exercise(bytes));
	free(bytes);
}

/* The next row from the bytes, finite; false at the end. */
static bool
next_row(const uint8_t **data, size_t *size, double *x, size_t d)
{
	if (*size < d * sizeof(double))
		return false;
	memcpy(x, *data, d * sizeof(double));
	*data += d * sizeof(double);
	*size -= d * sizeof(double);
	for (size_t j = 0; j < d; j++)
		x[j] = isfinite(x[j]) ? x[j] + 0.0 : (double) j;
	return true;
}

static void
try_rows(const uint8_t *data, size_t size, size_t d)
{
	ms_moments *whole = moments_make(d);
	ms_moments *parts[2] = {moments_make(d), moments_make(d)};
	bool ok = true;
	double x[4];
	host h;

	for (size_t i = 0; next_row(&data, &size, x, d); i++)
		ok = ok && moments_put(whole, x, 1) && moments_put(parts[i % 2], x, 1);
	host_init(&h);
	if (ok && whole->n > 0 && ms_moments_merge(&h.ctx, parts[0], parts[1]) == MS_OK)
	{
		expect(moments_good(whole) && moments_good(parts[0]), "the value of rows");
		expect(moments_apart(whole, parts[0]) < 1e-12, "parts");
		expect_none(moments_exercise(whole));
	}
	free(whole);
	free(parts[0]);
	free(parts[1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_bytes(data, size);
	if (size > 0)
		try_rows(data + 1, size - 1, 1 + data[0] % 4);
	return 0;
}
