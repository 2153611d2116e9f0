/*
 * matrix.c: states of ids and values, and the distances of all pairs.
 */
#include "pg/base/matrix.h"

#include "miscadmin.h"
#include "pg/base/host.h"
#include "pg/base/report.h"
#include "pg/base/value.h"
#include "port/pg_bitutils.h"

typedef struct State
{
	int32 length; /* the varlena's: the capacity */
	uint32 kind;
	uint64 used; /* bytes with this head */
} State;

typedef struct Row
{
	int64 number; /* the id, or the length of its text */
	uint64 size;  /* of the value, which follows */
} Row;

static uint64
padded(uint64 size)
{
	return TYPEALIGN(8, size);
}

static uint64
text_size(uint16 kind, uint64 length)
{
	return kind == MS_DISSIMILARITY_ID_TEXT ? padded(length) : 0;
}

/* --- the state, never trusted ---------------------------------------------------------------- */

/* Used in place only when it has a full header and lies as palloc lays; else copied. */
static State *
state_of(Datum datum)
{
	Pointer raw = DatumGetPointer(datum);
	State *s = (State *) raw;

	if (!VARATT_IS_4B_U(raw) || raw != (Pointer) MAXALIGN(raw))
		s = (State *) PG_DETOAST_DATUM_COPY(datum);
	if (VARSIZE(s) < sizeof(*s) || s->used < sizeof(*s) || s->used > VARSIZE(s) ||
		s->used % 8 != 0 || s->kind > MS_DISSIMILARITY_ID_TEXT)
		report_state();
	return s;
}

static State *
state_arg(FunctionCallInfo fcinfo)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		report_not_aggregate();
	return PG_ARGISNULL(0) ? NULL : state_of(PG_GETARG_DATUM(0));
}

static Datum
state_datum(FunctionCallInfo fcinfo, State *s)
{
	fcinfo->isnull = s == NULL;
	return PointerGetDatum(s);
}

/* The row at an offset; *next gets that of the row behind it. */
static const Row *
row_at(const State *s, uint64 offset, uint64 *next)
{
	const Row *row = (const Row *) ((const char *) s + offset);
	uint64 room = s->used - offset;
	uint64 text;

	if (room < sizeof(*row) || row->size > room - sizeof(*row) || row->size % 8 != 0 ||
		(s->kind == MS_DISSIMILARITY_ID_TEXT && (row->number < 0 || row->number > MS_STRING_MAX)))
		report_state();
	text = text_size((uint16) s->kind, (uint64) row->number);
	if (text > room - sizeof(*row) - row->size)
		report_state();
	*next = offset + sizeof(*row) + row->size + text;
	return row;
}

/* The state with room for `bytes` more; a new one where there is none. */
static State *
reserve(const MatrixFamily *family, State *s, uint32 kind, uint64 bytes)
{
	uint64 used = s ? s->used : sizeof(*s);
	State *larger;
	Size size;

	if (s && used + bytes <= VARSIZE(s))
		return s;
	host_require(family->name, used + bytes);
	if (used + bytes > VALUE_FLAT_LIMIT)
		report_flat_limit(family->name, used + bytes);
	size = pg_nextpower2_size_t(Max(used + bytes, 512));
	larger = palloc(size);
	if (s)
		memcpy(larger, s, used);
	else
		*larger = (State){.kind = kind, .used = used};
	SET_VARSIZE(larger, size);
	return larger;
}

/* A value that could not be compared with the first one is an error at once. */
static void
meet_first(const MatrixFamily *family, const State *s, const void *value)
{
	const Row *row;
	uint64 next;

	if (s->used == sizeof(*s))
		return;
	row = row_at(s, sizeof(*s), &next);
	family->meet(row + 1, row->size, value);
}

/* --- rows in --------------------------------------------------------------------------------- */

static char *
add_bytes(State *s, const void *bytes, size_t size)
{
	char *to = (char *) s + s->used;

	if (size % 8 != 0)
		memset(to + size / 8 * 8, 0, 8);
	memcpy(to, bytes, size);
	s->used += padded(size);
	return to;
}

Datum
matrix_append(FunctionCallInfo fcinfo, const MatrixFamily *family, uint16 kind, const void *value,
			  size_t size)
{
	State *s = state_arg(fcinfo);
	PairId id = {0};
	Row row;

	if (kind != MATRIX_WITHOUT_IDS)
		id = pair_id(fcinfo, 1, "id", kind);
	if (!value)
		return state_datum(fcinfo, s);
	s = reserve(family, s, kind, sizeof(row) + padded(size) + text_size(kind, id.text.length));
	if (s->kind != kind)
		report_state();
	meet_first(family, s, value);
	row.number = kind == MS_DISSIMILARITY_ID_TEXT ? (int64) id.text.length : id.number;
	row.size = padded(size);
	add_bytes(s, &row, sizeof(row));
	add_bytes(s, value, size);
	if (kind == MS_DISSIMILARITY_ID_TEXT)
		add_bytes(s, id.text.bytes, id.text.length);
	return state_datum(fcinfo, s);
}

Datum
matrix_merge(FunctionCallInfo fcinfo, const MatrixFamily *family)
{
	State *s = state_arg(fcinfo);
	const State *from = PG_ARGISNULL(1) ? NULL : state_of(PG_GETARG_DATUM(1));
	const Row *row;
	uint64 next;

	if (from && from->used > sizeof(*from))
	{
		s = reserve(family, s, from->kind, from->used - sizeof(*from));
		if (s->kind != from->kind)
			report_state();
		row = row_at(from, sizeof(*from), &next);
		family->check(row + 1, row->size);
		meet_first(family, s, row + 1);
		add_bytes(s, from + 1, from->used - sizeof(*from));
	}
	return state_datum(fcinfo, s);
}

/* --- rows out -------------------------------------------------------------------------------- */

static int
compare_numbers(const void *a, const void *b)
{
	int64 x = ((const MatrixRow *) a)->id.number;
	int64 y = ((const MatrixRow *) b)->id.number;

	return (x > y) - (x < y);
}

static int
compare_texts(const void *a, const void *b)
{
	ms_string x = ((const MatrixRow *) a)->id.text;
	ms_string y = ((const MatrixRow *) b)->id.text;
	int order = memcmp(x.bytes, y.bytes, Min(x.length, y.length));

	return order ? order : (x.length > y.length) - (x.length < y.length);
}

static char *
id_text(const Matrix *m, size_t i)
{
	PairId id = m->rows[i].id;

	return m->kind == MS_DISSIMILARITY_ID_TEXT ? pnstrdup(id.text.bytes, id.text.length)
											   : psprintf(INT64_FORMAT, id.number);
}

static void
sort_rows(const MatrixFamily *family, Matrix *m)
{
	int (*compare)(const void *, const void *) =
		m->kind == MS_DISSIMILARITY_ID_TEXT ? compare_texts : compare_numbers;

	qsort(m->rows, m->n, sizeof(MatrixRow), compare);
	for (size_t i = 1; i < m->n; i++)
		if (compare(m->rows + i - 1, m->rows + i) == 0)
			report_repeated_id(id_text(m, i), family->merge);
}

static size_t
count_rows(const State *s)
{
	size_t n = 0;

	for (uint64 offset = sizeof(*s), next; offset < s->used; offset = next)
	{
		row_at(s, offset, &next);
		n++;
	}
	return n;
}

static void
read_rows(const MatrixFamily *family, const State *s, Matrix *m)
{
	uint64 next = sizeof(*s);

	for (size_t i = 0; i < m->n; i++)
	{
		const Row *row = row_at(s, next, &next);

		CHECK_FOR_INTERRUPTS();
		family->check(row + 1, row->size);
		m->rows[i].value = row + 1;
		m->rows[i].id.number = row->number;
		if (m->kind == MS_DISSIMILARITY_ID_TEXT)
			m->rows[i].id.text =
				(ms_string){(const char *) (row + 1) + row->size, (size_t) row->number};
	}
}

bool
matrix_open(FunctionCallInfo fcinfo, const MatrixFamily *family, Matrix *m)
{
	const State *s = state_arg(fcinfo);

	*m = (Matrix){0};
	if (!s || s->used == sizeof(*s))
		return false;
	m->kind = (uint16) s->kind;
	m->n = count_rows(s);
	m->memory = VARSIZE(s) + m->n * sizeof(MatrixRow);
	if (m->kind != MATRIX_WITHOUT_IDS)
		m->memory += ms_dissimilarity_bytes(m->n);
	host_require(family->name, m->memory);
	m->rows = MemoryContextAllocHuge(CurrentMemoryContext, m->n * sizeof(MatrixRow));
	read_rows(family, s, m);
	if (m->kind != MATRIX_WITHOUT_IDS)
		sort_rows(family, m);
	return true;
}

/* --- the answer ------------------------------------------------------------------------------ */

/* Ids and, of text, the heap: strings from its end backwards, in the order of the ids. */
static void
write_ids(ms_dissimilarity *d, size_t size, const Matrix *m)
{
	uint64 *ids = (uint64 *) ms_dissimilarity_ids(d);
	uint64 offset = 0;

	for (size_t i = 0; i < m->n; i++)
	{
		ms_string text = m->rows[i].id.text;

		if (m->kind == MS_DISSIMILARITY_ID_INT)
		{
			ids[i] = (uint64) m->rows[i].id.number;
			continue;
		}
		offset += text.length;
		memcpy((char *) d + size - offset, text.bytes, text.length);
		ids[i] = text.length > 0 ? offset << 24 | text.length : 0;
	}
}

ms_dissimilarity *
matrix_answer(const Matrix *m, float **distances)
{
	ms_dissimilarity *d;
	size_t heap = 0;
	size_t size;

	if (m->kind == MS_DISSIMILARITY_ID_TEXT)
		for (size_t i = 0; i < m->n; i++)
			heap += m->rows[i].id.text.length;
	size = ms_dissimilarity_bytes(m->n) + heap;
	d = (ms_dissimilarity *) value_new("measure_dissimilarity", size);
	ms_dissimilarity_begin(d, size, m->kind);
	d->head.flags |= MS_DISSIMILARITY_TRIANGLE | MS_DISSIMILARITY_CANONICAL;
	d->n = m->n;
	d->pairs = m->n * (m->n - 1) / 2;
	d->heap = heap;
	SET_VARSIZE(d, size);
	write_ids(d, size, m);
	*distances = (float *) ms_dissimilarity_triangle(d);
	return d;
}
