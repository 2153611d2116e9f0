/*
 * shingles.c: the overlapping pieces of a text, of q characters or of q words: what a text is as a
 * set. The array is written once, piece by piece: no object a piece.
 */
#include "pg/base/compat.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "utils/array.h"

#define MAX_Q 1000

/* Where units (characters, words) begin and end. */
typedef struct Units
{
	const char *text;
	size_t n;
	int32 *begin;
	int32 *end;
} Units;

static inline bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void
units_begin(Units *u, text *body, size_t most)
{
	u->text = VARDATA_ANY(body);
	u->n = 0;
	u->begin = palloc_extended(sizeof(int32) * (most + 1), MCXT_ALLOC_HUGE);
	u->end = palloc_extended(sizeof(int32) * (most + 1), MCXT_ALLOC_HUGE);
}

static void
units_add(Units *u, int32 begin, int32 end)
{
	u->begin[u->n] = begin;
	u->end[u->n++] = end;
}

static void
find_characters(Units *u, int32 length)
{
	for (int32 at = 0, next; at < length; at = next)
	{
		next = Min(at + pg_mblen(u->text + at), length);
		units_add(u, at, next);
	}
}

static void
find_words(Units *u, int32 length)
{
	int32 begin;

	for (int32 at = 0; at < length;)
	{
		while (at < length && is_space(u->text[at]))
			at++;
		begin = at;
		/* in every server encoding a byte of white space is white space */
		while (at < length && !is_space(u->text[at]))
			at++;
		if (at > begin)
			units_add(u, begin, at);
	}
}

/* Writes the piece of units i .. i + q - 1: words with one space between. Returns its bytes. */
static size_t
write_piece(const Units *u, size_t i, size_t q, bool words, char *out)
{
	char *p = out;

	if (!words)
	{
		size_t n = (size_t) (u->end[i + q - 1] - u->begin[i]);

		memcpy(out, u->text + u->begin[i], n);
		return n;
	}
	for (size_t k = i; k < i + q; k++)
	{
		size_t n = (size_t) (u->end[k] - u->begin[k]);

		if (k > i)
			*p++ = ' ';
		memcpy(p, u->text + u->begin[k], n);
		p += n;
	}
	return (size_t) (p - out);
}

/* Bytes that all pieces take at most: as they lie in the text, aligned, with their headers. */
static size_t
pieces_size(const Units *u, size_t pieces, size_t q)
{
	size_t size = 0;

	for (size_t i = 0; i < pieces; i++)
		size += INTALIGN(VARHDRSZ + (size_t) (u->end[i + q - 1] - u->begin[i]));
	return size;
}

static ArrayType *
make_pieces(const Units *u, size_t q, bool words)
{
	size_t pieces = u->n - q + 1;
	size_t size = ARR_OVERHEAD_NONULLS(1) + pieces_size(u, pieces, q);
	ArrayType *array;
	char *p;

	if (!AllocSizeIsValid(size))
		report_flat_limit("text[]", size);
	array = palloc0(size);
	array->ndim = 1;
	array->elemtype = TEXTOID;
	ARR_DIMS(array)[0] = (int) pieces;
	ARR_LBOUND(array)[0] = 1;
	p = ARR_DATA_PTR(array);
	for (size_t i = 0; i < pieces; i++)
	{
		size_t n = write_piece(u, i, q, words, p + VARHDRSZ);

		SET_VARSIZE(p, VARHDRSZ + n);
		p += INTALIGN(VARHDRSZ + n);
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	SET_VARSIZE(array, p - (char *) array);
	return array;
}

PG_FUNCTION_INFO_V1(shingles);
Datum
shingles(PG_FUNCTION_ARGS)
{
	static const char *const units[] = {"char", "word", NULL};
	text *body = PG_GETARG_TEXT_PP(0);
	int q = PG_GETARG_INT32(1);
	bool words = arg_choice(fcinfo, 2, "unit", units) == 1;
	int32 length = (int32) VARSIZE_ANY_EXHDR(body);
	Units u;

	if (q < 1 || q > MAX_Q)
		report_range("q", q, psprintf("between 1 and %d", MAX_Q));
	units_begin(&u, body, (size_t) length);
	if (words)
		find_words(&u, length);
	else
		find_characters(&u, length);
	if (u.n == 0)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(TEXTOID));
	/* a text of fewer units is one piece: a short text is no empty set */
	PG_RETURN_ARRAYTYPE_P(make_pieces(&u, Min((size_t) q, u.n), words));
}
