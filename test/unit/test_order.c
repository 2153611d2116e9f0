/*
 * test_order.c: the canonical order against qsort with a comparison of its own, on random and on
 * hostile records.
 */
#include "host.h"

#include "core/base/hash.h"
#include "core/base/order.h"
#include "core/base/rng.h"

#define GAP UINT64_C(0x7ff8000000000000)
#define MAX_STRIDE 80

/* what the oracle's comparison sees */
static size_t width;
static unsigned char kinds[MAX_STRIDE];

static uint64_t
bits(double x)
{
	uint64_t b;

	memcpy(&b, &x, sizeof b);
	return b;
}

static int
compare_slot(uint64_t a, uint64_t b, unsigned char kind)
{
	double x, y;

	if (kind == MS_SLOT_UINT64)
		return (a > b) - (a < b);
	if (kind == MS_SLOT_INT64)
		return ((int64_t) a > (int64_t) b) - ((int64_t) a < (int64_t) b);
	memcpy(&x, &a, sizeof x);
	memcpy(&y, &b, sizeof y);
	if (isnan(x) || isnan(y))
		return isnan(x) - isnan(y);
	return (x > y) - (x < y);
}

static int
compare_records(const void *a, const void *b)
{
	const uint64_t *x = a;
	const uint64_t *y = b;
	int c = 0;

	for (size_t j = 0; j < width && c == 0; j++)
		c = compare_slot(x[j], y[j], kinds[j]);
	return c;
}

/* Sorts a copy both ways. */
static void
check_order(const uint64_t *records, size_t n, size_t stride)
{
	size_t bytes = n * stride * sizeof(uint64_t);
	uint64_t *ours = malloc(bytes + 1);
	uint64_t *theirs = malloc(bytes + 1);
	host h;

	host_init(&h);
	memcpy(ours, records, bytes);
	memcpy(theirs, records, bytes);
	width = stride;
	qsort(theirs, n, stride * sizeof(uint64_t), compare_records);
	CHECK_INT(ms_order_sort(&h.ctx, ours, n, stride, kinds), MS_OK);
	CHECK(memcmp(ours, theirs, bytes) == 0);
	CHECK_INT(h.allocs, 0);
	free(ours);
	free(theirs);
}

/* A slot of its kind; `variety` 0 means all bits, else so many values around 0. */
static uint64_t
random_slot(ms_rng *rng, unsigned char kind, uint64_t variety)
{
	uint64_t r = variety ? ms_rng_below(rng, variety) : ms_rng_u64(rng);

	if (kind != MS_SLOT_DOUBLE)
		return variety ? r - variety / 2 : r;
	if (ms_rng_below(rng, 20) == 0)
		return GAP;
	return bits(variety ? (double) r - (double) (variety / 2) : ms_rng_normal(rng) * 1e3);
}

static uint64_t *
random_records(size_t n, size_t stride, uint64_t variety, uint64_t seed)
{
	uint64_t *records = malloc(n * stride * sizeof(uint64_t) + 1);
	ms_rng rng;

	ms_rng_init(&rng, seed, n);
	for (size_t i = 0; i < n * stride; i++)
		records[i] = random_slot(&rng, kinds[i % stride], variety);
	return records;
}

TEST(random_records_of_all_kinds)
{
	static const size_t sizes[] = {0, 1, 2, 3, 24, 25, 26, 100, 700, 5000};
	static const uint64_t varieties[] = {0, 1, 2, 3, 300};

	for (size_t stride = 1; stride <= 9; stride++)
	{
		for (size_t run = 0; run < 150; run++)
		{
			size_t n = sizes[run % 10];
			uint64_t *records;

			for (size_t j = 0; j < stride; j++)
				kinds[j] = (unsigned char) (ms_hash_u64(run, j) % 3);
			records = random_records(n, stride, varieties[run / 10 % 5], run);
			check_order(records, n, stride);
			free(records);
		}
	}
}

TEST(special_doubles)
{
	const uint64_t x[] = {
		GAP,     bits(1),           bits(-1),          bits(INFINITY), bits(-INFINITY),
		bits(0), bits(5e-324),      bits(-5e-324),     bits(1e308),    bits(-1e308),
		GAP,     bits(1 + 0x1p-52), bits(-1 - 0x1p-52)};
	uint64_t many[13 * 40];

	memset(kinds, MS_SLOT_DOUBLE, sizeof kinds);
	check_order(x, 13, 1);
	for (int i = 0; i < 13 * 40; i++)
		many[i] = x[i * 7 % 13];
	check_order(many, 13 * 40, 1);
	check_order(many, 13 * 20, 2);
	CHECK(ms_order_compare(&x[0], &x[3], 1, kinds) > 0);
	CHECK(ms_order_compare(&x[4], &x[9], 1, kinds) < 0);
	CHECK(ms_order_compare(&x[0], &x[10], 1, kinds) == 0);
	CHECK(ms_order_compare(x + 1, x + 1, 2, kinds) == 0);
}

TEST(keys_keep_the_order)
{
	CHECK(ms_order_key(bits(-2), MS_SLOT_DOUBLE) < ms_order_key(bits(-1), MS_SLOT_DOUBLE));
	CHECK(ms_order_key(bits(-1), MS_SLOT_DOUBLE) < ms_order_key(bits(0), MS_SLOT_DOUBLE));
	CHECK(ms_order_key(bits(0), MS_SLOT_DOUBLE) < ms_order_key(bits(1), MS_SLOT_DOUBLE));
	CHECK(ms_order_key(bits(INFINITY), MS_SLOT_DOUBLE) < ms_order_key(GAP, MS_SLOT_DOUBLE));
	CHECK(ms_order_key((uint64_t) -1, MS_SLOT_INT64) < ms_order_key(0, MS_SLOT_INT64));
	CHECK(ms_order_key((uint64_t) -1, MS_SLOT_UINT64) > ms_order_key(0, MS_SLOT_UINT64));
}

/* sorted, reversed, all equal, equal but for the last slot, a sawtooth */
TEST(patterns)
{
	static uint64_t x[3000 * 9];
	uint64_t n = 3000;

	memset(kinds, MS_SLOT_UINT64, sizeof kinds);
	for (size_t stride = 1; stride <= 9; stride++)
	{
		for (int pattern = 0; pattern < 5; pattern++)
		{
			for (size_t i = 0; i < n * stride; i++)
			{
				uint64_t row = i / stride;

				uint64_t last = i % stride == stride - 1 ? ms_hash_mix(i) : 7;
				uint64_t values[] = {row, n - row, 7, last, row % 16};

				x[i] = values[pattern];
			}
			check_order(x, n, stride);
		}
	}
}

/*
 * Every digit parts one record from the rest: record i has one bit, in its own eight bits of the
 * key. With 79 slots that is 632 levels, past what a run of so many may be split; the last slot
 * gives what is left an order to be found.
 */
static void
hostile_records(uint64_t *x, size_t n)
{
	ms_rng rng;

	memset(kinds, MS_SLOT_UINT64, sizeof kinds);
	ms_rng_init(&rng, n, 1);
	for (size_t i = 0; i < (MAX_STRIDE - 1) * 8; i++)
		x[i * MAX_STRIDE + i / 8] = UINT64_C(1) << (63 - i % 8 * 8);
	for (size_t i = 0; i < n; i++)
		x[i * MAX_STRIDE + MAX_STRIDE - 1] = ms_rng_u64(&rng);
}

TEST(hostile_depth)
{
	for (size_t n = MAX_STRIDE * 8; n < MAX_STRIDE * 8 + 20; n++)
	{
		uint64_t *x = calloc(n * MAX_STRIDE, sizeof(uint64_t));

		hostile_records(x, n);
		check_order(x, n, MAX_STRIDE);
		check_order(x, n * MAX_STRIDE, 1);
		free(x);
	}
}

/* Sparse columns, mostly 0, as one-hot data has them. */
TEST(sparse_columns)
{
	size_t n = 5000;
	uint64_t *x = calloc(n * MAX_STRIDE, sizeof(uint64_t));
	ms_rng rng;

	memset(kinds, MS_SLOT_DOUBLE, sizeof kinds);
	ms_rng_init(&rng, 1, 2);
	for (size_t i = 0; i < n * MAX_STRIDE; i++)
		x[i] = ms_rng_below(&rng, 50) == 0 ? bits(1) : 0;
	check_order(x, n, MAX_STRIDE);
	free(x);
}

TEST(doubles)
{
	static double x[100000];
	int n = 100000;
	bool sorted = true;
	ms_rng rng;
	host h;

	host_init(&h);
	ms_rng_init(&rng, 5, 5);
	for (int i = 0; i < n; i++)
		x[i] = ms_rng_normal(&rng);
	CHECK_INT(ms_order_sort_doubles(&h.ctx, x, n), MS_OK);
	for (int i = 1; i < n; i++)
		sorted = sorted && x[i - 1] <= x[i];
	CHECK(sorted && x[0] < -3 && x[n - 1] > 3);
}

/* The sum of the hashes of records does not depend on their order. */
static uint64_t
checksum(const uint64_t *records, size_t n, size_t stride)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += ms_hash_bytes(records + i * stride, stride * sizeof(uint64_t), 0);
	return sum;
}

/* Sorts a copy, which must keep all records however the call ends. */
static ms_status
sort_copy(ms_ctx *ctx, const uint64_t *records, size_t n, size_t stride)
{
	uint64_t *copy = malloc(n * stride * sizeof(uint64_t));
	ms_status status;

	memcpy(copy, records, n * stride * sizeof(uint64_t));
	status = ms_order_sort(ctx, copy, n, stride, kinds);
	CHECK(checksum(copy, n, stride) == checksum(records, n, stride));
	free(copy);
	return status;
}

TEST(stopped_anywhere)
{
	ms_status status;
	host h;

	memset(kinds, MS_SLOT_DOUBLE, sizeof kinds);
	for (size_t stride = 1; stride <= 3; stride++)
	{
		uint64_t *records = random_records(30000, stride, 0, 1);

		HOST_EVERY(h, status, sort_copy(&h.ctx, records, 30000, stride));
		host_init(&h);
		sort_copy(&h.ctx, records, 30000, stride);
		CHECK(h.polls >= 3);
		free(records);
	}
}

TEST(stopped_on_hostile_depth)
{
	size_t n = MAX_STRIDE * 8 + 200;
	uint64_t *x = calloc(n * MAX_STRIDE, sizeof(uint64_t));
	ms_status status;
	host h;

	hostile_records(x, n);
	HOST_EVERY(h, status, sort_copy(&h.ctx, x, n, MAX_STRIDE));
	free(x);
}

int
main(void)
{
	RUN(random_records_of_all_kinds);
	RUN(special_doubles);
	RUN(keys_keep_the_order);
	RUN(patterns);
	RUN(hostile_depth);
	RUN(sparse_columns);
	RUN(doubles);
	RUN(stopped_anywhere);
	RUN(stopped_on_hostile_depth);
	return unit_done();
}
