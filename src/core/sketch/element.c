/*
 * element.c: canonical bytes of SQL values, and their hash: XXH64 with seed 0 of a tag and a
 * payload. The seed of a sketch comes later (minhash.h), so one base hash serves all sketches.
 */
#include "core/sketch/element.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/hash.h"

#define MICROSECONDS_PER_DAY INT64_C(86400000000)
#define DAYS_PER_MONTH 30
#define NAN_BITS UINT64_C(0x7ff8000000000000)

uint64_t
ms_element_bytes(ms_element_tag tag, const void *payload, size_t n)
{
	return ms_hash_tagged((unsigned char) tag, payload, n, 0);
}

uint64_t
ms_element_int64(ms_element_tag tag, int64_t value)
{
	unsigned char bytes[1 + sizeof(value)] = {(unsigned char) tag};

	memcpy(bytes + 1, &value, sizeof(value));
	return ms_hash_bytes(bytes, sizeof(bytes), 0);
}

uint64_t
ms_element_double(double value)
{
	uint64_t bits = NAN_BITS;

	value += 0.0; /* -0.0 + 0.0 is 0.0 */
	if (value == value)
		memcpy(&bits, &value, sizeof(bits));
	return ms_element_int64(MS_ELEMENT_FLOAT, (int64_t) bits);
}

uint64_t
ms_element_boolean(int value)
{
	unsigned char byte = value != 0;

	return ms_element_bytes(MS_ELEMENT_BOOLEAN, &byte, 1);
}

uint64_t
ms_element_interval(int32_t months, int32_t days, int64_t microseconds)
{
	int64_t all_days = (int64_t) months * DAYS_PER_MONTH + days;
	__int128 total = (__int128) all_days * MICROSECONDS_PER_DAY + microseconds;

	return ms_element_bytes(MS_ELEMENT_INTERVAL, &total, sizeof(total));
}

/* The number of bytes without the trailing zeros of a fraction and a point that ends them. */
static size_t
without_zeros(const char *text, size_t n)
{
	if (n == 0 || !memchr(text, '.', n))
		return n;
	while (text[n - 1] == '0')
		n--;
	return text[n - 1] == '.' ? n - 1 : n;
}

/* Digits, signed, that fit into an int64. */
static bool
read_int64(const char *text, size_t n, int64_t *value)
{
	bool negative = n > 0 && text[0] == '-';

	*value = 0;
	if (n == negative)
		return false;
	for (size_t i = negative; i < n; i++)
	{
		int digit = text[i] - '0';

		if (digit < 0 || digit > 9)
			return false;
		/* towards the least, which has no positive counterpart */
		if (__builtin_mul_overflow(*value, 10, value) ||
			__builtin_sub_overflow(*value, digit, value))
			return false;
	}
	return negative || !__builtin_sub_overflow(0, *value, value);
}

uint64_t
ms_element_decimal(const char *text, size_t n)
{
	int64_t value;

	n = without_zeros(text, n);
	if (read_int64(text, n, &value))
		return ms_element_int64(MS_ELEMENT_INTEGER, value);
	return ms_element_bytes(MS_ELEMENT_DECIMAL, text, n);
}
