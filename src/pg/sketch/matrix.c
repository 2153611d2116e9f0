/*
 * matrix.c: jaccard_matrix: distances 1 - J of all pairs of sketches that have ids.
 *
 * The state is a bytea: a header, and rows of an id, its sketch and, of text ids, the text, each
 * padded to 8 bytes; free space behind them. The final function compares all pairs and writes the
 * triangle of a measure_dissimilarity (core/base/dissimilarity.h) as it is stored: 4 bytes a pair.
 */
#include "pg/sketch/sketch.h"

#include "miscadmin.h"
#include "pg/base/dissimilarity.h"
#include "pg/base/host.h"
#include "pg/base/report.h"
#include "pg/base/value.h"
#include "port/pg_bitutils.h"

#define NAME "jaccard_matrix"

typedef struct MatrixState
{
	int32 length; /* the varlena's: the capacity */
	uint32 kind;  /* MS_DISSIMILARITY_ID_INT or _TEXT */
	uint64 used;  /* bytes with this header */
} MatrixState;

typedef struct MatrixRow
{
	int64 number; /* the id, or the length of its text */
	ms_minhash sketch;
} MatrixRow;

#define ROW_HEAD offsetof(MatrixRow, sketch)

/* A row in the final function. */
typedef struct Keyed
{
	PairId id;
	const ms_minhash *m;
	const ms_minhash *registers; /* m, or an exact m by registers where one is wanted */
} Keyed;

static uint64
text_room(uint32 kind, uint64 length)
{
	return kind == MS_DISSIMILARITY_ID_TEXT ? TYPEALIGN(8, length) : 0;
}

/* --- the state, never trusted ---------------------------------------------------------------- */

/* Used in place only when it has a full header and lies as palloc lays; else copied. */
static MatrixState *
state_of(Datum datum)
{
	Pointer raw = DatumGetPointer(datum);
	MatrixState *s = (MatrixState *) raw;

	if (!VARATT_IS_4B_U(raw) || raw != (Pointer) MAXALIGN(raw))
		s = (MatrixState *) PG_DETOAST_DATUM_COPY(datum);
	if (VARSIZE(s) < sizeof(*s) || s->used < sizeof(*s) || s->used > VARSIZE(s) || s->used % 8 != 0 ||
		(s->kind != MS_DISSIMILARITY_ID_INT && s->kind != MS_DISSIMILARITY_ID_TEXT))
		report_state();
	return s;
}

/* The row at an offset; *next gets that of the row behind it. */
static const MatrixRow *
row_at(const MatrixState *s, uint64 offset, uint64 *next)
{
	const MatrixRow *row = (const MatrixRow *) ((const char *) s + offset);
	uint64 room = s->used - offset;
	uint64 size;

	if (room < sizeof(*row) || VARSIZE(&row->sketch) > room - ROW_HEAD)
		report_state();
	size = ROW_HEAD + ms_minhash_used(sketch_of((struct varlena *) &row->sketch));
	if (s->kind == MS_DISSIMILARITY_ID_TEXT && (row->number < 0 || row->number > MS_STRING_MAX))
		report_state();
	size += text_room(s->kind, (uint64) row->number);
	if (size % 8 != 0 || size > room)
		report_state();
	*next = offset + size;
	return row;
}

static MatrixState *
state_arg(FunctionCallInfo fcinfo)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		report_not_aggregate();
	return PG_ARGISNULL(0) ? NULL : state_of(PG_GETARG_DATUM(0));
}

/* The state with room for `bytes` more; a new one where there is none. */
static MatrixState *
reserve(MatrixState *s, uint32 kind, uint64 bytes)
{
	uint64 used = s ? s->used : sizeof(*s);
	MatrixState *larger;
	Size size;

	if (s && used + bytes <= VARSIZE(s))
		return s;
	host_require(NAME, used + bytes);
	if (used + bytes > VALUE_FLAT_LIMIT)
		report_flat_limit(NAME, used + bytes);
	size = pg_nextpower2_size_t(Max(used + bytes, 4096));
	larger = palloc(size);
	if (s)
		memcpy(larger, s, used);
	else
		*larger = (MatrixState){.kind = kind, .used = used};
	SET_VARSIZE(larger, size);
	return larger;
}

/* A sketch that could not be compared with the first one is an error at once. */
static void
meet_first(const MatrixState *s, const ms_minhash *m)
{
	uint64 next;

	if (s->used > sizeof(*s))
		sketch_meet(&row_at(s, sizeof(*s), &next)->sketch, m, true);
}

/* --- rows in --------------------------------------------------------------------------------- */

static MatrixState *
append(MatrixState *s, uint32 kind, PairId id, const ms_minhash *m)
{
	size_t sketch = ms_minhash_used(m);
	uint64 text = text_room(kind, id.text.length);
	char *row;

	s = reserve(s, kind, ROW_HEAD + sketch + text);
	if (s->kind != kind)
		report_state();
	meet_first(s, m);
	row = (char *) s + s->used;
	((MatrixRow *) row)->number = kind == MS_DISSIMILARITY_ID_INT ? id.number : (int64) id.text.length;
	memcpy(row + ROW_HEAD, m, sketch);
	SET_VARSIZE(row + ROW_HEAD, sketch);
	if (text > 0)
	{
		memset(row + ROW_HEAD + sketch, 0, text);
		memcpy(row + ROW_HEAD + sketch, id.text.bytes, id.text.length);
	}
	s->used += ROW_HEAD + sketch + text;
	return s;
}

/* Rows without a sketch, or with an empty one, which is at no distance from another such, are left out. */
static Datum
step(FunctionCallInfo fcinfo, uint32 kind)
{
	MatrixState *s = state_arg(fcinfo);
	PairId id = pair_id(fcinfo, 1, "id", (uint16) kind);
	const ms_minhash *m = PG_ARGISNULL(2) ? NULL : sketch_arg(fcinfo, 2);

	if (m && !ms_minhash_is_empty(m))
		s = append(s, kind, id, m);
	fcinfo->isnull = s == NULL;
	return PointerGetDatum(s);
}

PG_FUNCTION_INFO_V1(jaccard_matrix_append_bigint);
Datum
jaccard_matrix_append_bigint(PG_FUNCTION_ARGS)
{
	return step(fcinfo, MS_DISSIMILARITY_ID_INT);
}

PG_FUNCTION_INFO_V1(jaccard_matrix_append_text);
Datum
jaccard_matrix_append_text(PG_FUNCTION_ARGS)
{
	return step(fcinfo, MS_DISSIMILARITY_ID_TEXT);
}

/* Combine function. */
PG_FUNCTION_INFO_V1(jaccard_matrix_merge);
Datum
jaccard_matrix_merge(PG_FUNCTION_ARGS)
{
	MatrixState *s = state_arg(fcinfo);
	const MatrixState *from = PG_ARGISNULL(1) ? NULL : state_of(PG_GETARG_DATUM(1));
	uint64 next;

	if (from && from->used > sizeof(*from))
	{
		s = reserve(s, from->kind, from->used - sizeof(*from));
		if (s->kind != from->kind)
			report_state();
		meet_first(s, &row_at(from, sizeof(*from), &next)->sketch);
		memcpy((char *) s + s->used, from + 1, from->used - sizeof(*from));
		s->used += from->used - sizeof(*from);
	}
	fcinfo->isnull = s == NULL;
	return PointerGetDatum(s);
}

/* --- all pairs ------------------------------------------------------------------------------- */

static int
compare_numbers(const void *a, const void *b)
{
	int64 x = ((const Keyed *) a)->id.number;
	int64 y = ((const Keyed *) b)->id.number;

	return (x > y) - (x < y);
}

static int
compare_texts(const void *a, const void *b)
{
	ms_string x = ((const Keyed *) a)->id.text;
	ms_string y = ((const Keyed *) b)->id.text;
	int order = memcmp(x.bytes, y.bytes, Min(x.length, y.length));

	return order ? order : (x.length > y.length) - (x.length < y.length);
}

static size_t
count_rows(const MatrixState *s)
{
	size_t n = 0;

	for (uint64 offset = sizeof(*s), next; offset < s->used; offset = next)
	{
		row_at(s, offset, &next);
		n++;
	}
	return n;
}

/* The rows in the order of their ids, which must differ. */
static Keyed *
read_rows(const MatrixState *s, size_t n)
{
	bool numbers = s->kind == MS_DISSIMILARITY_ID_INT;
	Keyed *rows = MemoryContextAllocHuge(CurrentMemoryContext, n * sizeof(Keyed));
	uint64 next = sizeof(*s);
	ms_ctx ctx;

	host_init(&ctx);
	for (size_t i = 0; i < n; i++)
	{
		const MatrixRow *row = row_at(s, next, &next);
		const char *end = (const char *) &row->sketch + ms_minhash_used(&row->sketch);

		CORE(&ctx, ms_minhash_check(&ctx, &row->sketch, ms_minhash_used(&row->sketch)));
		rows[i] = (Keyed){.m = &row->sketch, .registers = &row->sketch};
		if (numbers)
			rows[i].id.number = row->number;
		else
			rows[i].id.text = (ms_string){end, (size_t) row->number};
	}
	qsort(rows, n, sizeof(Keyed), numbers ? compare_numbers : compare_texts);
	for (size_t i = 1; i < n; i++)
		if ((numbers ? compare_numbers : compare_texts)(rows + i - 1, rows + i) == 0)
			report_repeated_id(numbers ? psprintf(INT64_FORMAT, rows[i].id.number)
									   : pnstrdup(rows[i].id.text.bytes, rows[i].id.text.length));
	return rows;
}

/* Exact sketches that will meet registers are turned into registers once, not at every pair. */
static void
make_registers(FunctionCallInfo fcinfo, Keyed *rows, size_t n, size_t memory)
{
	size_t exact = 0;

	for (size_t i = 0; i < n; i++)
		exact += ms_minhash_is_exact(rows[i].m);
	if (exact == 0 || exact == n)
		return;
	host_require(NAME, memory + exact * ms_minhash_full_size(rows[0].m->t, rows[0].m->kind));
	for (size_t i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (ms_minhash_is_exact(rows[i].m))
			rows[i].registers = sketch_by_registers(fcinfo, rows[i].m, NULL);
	}
}

static double
similarity(ms_ctx *ctx, const uint64 *keys, const Keyed *a, const Keyed *b)
{
	double j;

	if (ms_minhash_is_exact(a->m) && ms_minhash_is_exact(b->m))
	{
		CORE(ctx, ms_jaccard(ctx, a->m, b->m, NULL, &j));
		CORE(ctx, ms_tick(ctx, 2 * ((uint64) a->m->count + b->m->count)));
		return j;
	}
	CORE(ctx, ms_jaccard_registers(ctx, a->registers, b->registers, keys, &j));
	CORE(ctx, ms_tick(ctx, 20 + a->m->t));
	return j;
}

static void
compare_all(FunctionCallInfo fcinfo, const Keyed *rows, size_t n, float *distances)
{
	const uint64 *keys = sketch_keys(fcinfo, rows[0].m);
	ms_ctx ctx;

	host_init(&ctx);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
		{
			sketch_meet(rows[k].m, rows[i].m, true);
			*distances++ = (float) (1 - similarity(&ctx, keys, rows + i, rows + k));
		}
}

/* Ids and, of text, the heap: strings from its end backwards, in the order of the ids. */
static void
write_ids(ms_dissimilarity *s, size_t size, const Keyed *rows)
{
	uint64 *ids = (uint64 *) ms_dissimilarity_ids(s);
	uint64 offset = 0;

	for (size_t i = 0; i < s->n; i++)
	{
		ms_string text = rows[i].id.text;

		if (s->head.flags & MS_DISSIMILARITY_ID_INT)
		{
			ids[i] = (uint64) rows[i].id.number;
			continue;
		}
		offset += text.length;
		memcpy((char *) s + size - offset, text.bytes, text.length);
		ids[i] = text.length > 0 ? offset << 24 | text.length : 0;
	}
}

PG_FUNCTION_INFO_V1(jaccard_matrix_final);
Datum
jaccard_matrix_final(PG_FUNCTION_ARGS)
{
	const MatrixState *s = state_arg(fcinfo);
	size_t n = s ? count_rows(s) : 0;
	size_t heap = 0;
	size_t memory;
	size_t size;
	Keyed *rows;
	ms_dissimilarity *d;

	if (n == 0)
		PG_RETURN_NULL();
	memory = VARSIZE(s) + n * sizeof(Keyed) + ms_dissimilarity_bytes(n);
	host_require(NAME, memory);
	rows = read_rows(s, n);
	for (size_t i = 0; i < n; i++)
		heap += rows[i].id.text.length;
	size = ms_dissimilarity_bytes(n) + heap;
	d = (ms_dissimilarity *) value_new("measure_dissimilarity", size);
	ms_dissimilarity_begin(d, size, (uint16) s->kind);
	d->head.flags |= MS_DISSIMILARITY_TRIANGLE | MS_DISSIMILARITY_CANONICAL;
	d->n = n;
	d->pairs = n * (n - 1) / 2;
	d->heap = heap;
	SET_VARSIZE(d, size);
	make_registers(fcinfo, rows, n, memory + heap);
	compare_all(fcinfo, rows, n, (float *) ms_dissimilarity_triangle(d));
	write_ids(d, size, rows);
	PG_RETURN_POINTER(d);
}
