/*
 * element.h: the base hash of an SQL value: XXH64 of canonical bytes, which are a tag and a payload.
 * Part of the stored formats: what is hashed, and to what, never changes. Values that SQL calls
 * equal within a tag have equal payloads: the door sees to the conversions named here.
 */
#ifndef MS_ELEMENT_H
#define MS_ELEMENT_H

#include <stddef.h>
#include <stdint.h>

typedef enum ms_element_tag
{
	MS_ELEMENT_INTEGER = 0x01,     /* int64; also numeric that is integral and fits */
	MS_ELEMENT_DECIMAL = 0x02,     /* text of any other numeric: ms_element_decimal */
	MS_ELEMENT_FLOAT = 0x03,       /* double; real widened */
	MS_ELEMENT_TEXT = 0x04,        /* UTF-8; char(n) without trailing blanks */
	MS_ELEMENT_BYTES = 0x05,       /* bytea */
	MS_ELEMENT_BOOLEAN = 0x06,     /* one byte, 0 or 1 */
	MS_ELEMENT_UUID = 0x07,        /* 16 bytes */
	MS_ELEMENT_DATE = 0x08,        /* int64: days since 2000-01-01 */
	MS_ELEMENT_TIMESTAMP = 0x09,   /* int64: microseconds since 2000-01-01 */
	MS_ELEMENT_TIMESTAMPTZ = 0x0a, /* the same, UTC */
	MS_ELEMENT_TIME = 0x0b,        /* int64: microseconds since midnight */
	MS_ELEMENT_INTERVAL = 0x0c,    /* int128: microseconds, months of 30 days, days of 24 hours */
	MS_ELEMENT_INET = 0x0d,        /* family, bits, address bytes */
	MS_ELEMENT_ENUM = 0x10,        /* label, UTF-8 */
	MS_ELEMENT_COMPOSITE = 0x11,   /* int32 fields; each int32 length or -1, canonical bytes */
	MS_ELEMENT_OTHER = 0x7f        /* type name, a zero byte, the type's binary form */
} ms_element_tag;

/* A payload of bytes. 3 ns, and 0.1 ns a byte. */
extern uint64_t ms_element_bytes(ms_element_tag tag, const void *payload, size_t n);

/* A payload of one int64: integers, dates, times. */
extern uint64_t ms_element_int64(ms_element_tag tag, int64_t value);

/* MS_ELEMENT_FLOAT: -0.0 is 0.0, and all NaNs are one. */
extern uint64_t ms_element_double(double value);

extern uint64_t ms_element_boolean(int value);

/* MS_ELEMENT_INTERVAL; a payload of 16 bytes. */
extern uint64_t ms_element_interval(int32_t months, int32_t days, int64_t microseconds);

/*
 * A numeric from its text, as numeric_out writes it (digits, no exponent, or NaN, Infinity,
 * -Infinity): an int64 where it is one, else the text without trailing zeros of the fraction. So
 * 5, 5.00 and 5::bigint are one element.
 */
extern uint64_t ms_element_decimal(const char *text, size_t n);

#endif
