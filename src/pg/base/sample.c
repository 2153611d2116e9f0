/*
 * sample.c: measure_sample: the aggregates that build it, its merge, its text form.
 */
#include "pg/base/sample.h"

#include "pg/base/host.h"
#include "pg/base/json.h"
#include "pg/base/report.h"
#include "pg/base/rows.h"
#include "pg/base/state.h"
#include "pg/base/value.h"

/* --- the family's bytes, as state.c sees them ----------------------------------------------- */

static size_t
sample_used(const void *value)
{
	return ms_sample_used(value);
}

static void
sample_move(void *to, size_t to_size, const void *from, size_t from_size)
{
	ms_sample_move(to, to_size, from, from_size);
}

static void
sample_stretch(void *value, size_t old_size, size_t size)
{
	ms_sample_stretch(value, old_size, size);
}

static bool
sample_finished(const void *value)
{
	return (((const ms_sample *) value)->head.flags & (MS_SAMPLE_CANONICAL | MS_SAMPLE_DRAWING)) == MS_SAMPLE_CANONICAL;
}

static ms_status
sample_finish(ms_ctx *ctx, void *value, size_t size)
{
	return ms_sample_canonical(ctx, value, size);
}

static void
sample_flatten(void *to, const void *value, size_t size)
{
	ms_sample_flatten(to, value, size);
}

const GrowingFamily sample_family = {"measure_sample", sample_used,	sample_move,   sample_stretch,
									 sample_finished,  sample_finish, sample_flatten};

/* --- arguments ------------------------------------------------------------------------------ */

static void
sample_view(Growing *g, FunctionCallInfo fcinfo, int argno)
{
	const ms_sample *s;

	growing_view(g, fcinfo, argno, &sample_family);
	s = g->value;
	if (g->size < sizeof(ms_sample) || s->head.type != MS_TYPE_SAMPLE || s->head.version != MS_SAMPLE_VERSION)
		report_wrong_type("measure_sample");
}

/*
 * The same, to be put in order. A flat value that has none is a bare state, as an aggregate without
 * our final function gives: it may lie in a table's page, and is copied.
 */
static void
sample_view_ordered(Growing *g, FunctionCallInfo fcinfo, int argno)
{
	sample_view(g, fcinfo, argno);
	if (!g->object && !(((ms_sample *) g->value)->head.flags & MS_SAMPLE_CANONICAL))
		g->value = memcpy(palloc(g->size), g->value, g->size);
}

SampleArg
sample_arg(FunctionCallInfo fcinfo, int argno)
{
	Growing g;

	sample_view(&g, fcinfo, argno);
	return (SampleArg){g.value, g.size};
}

SampleArg
sample_arg_ordered(FunctionCallInfo fcinfo, int argno)
{
	Growing g;
	ms_ctx ctx;

	sample_view_ordered(&g, fcinfo, argno);
	host_init(&ctx);
	CORE(&ctx, ms_sample_canonical(&ctx, g.value, g.size));
	return (SampleArg){g.value, g.size};
}

/* --- rows in -------------------------------------------------------------------------------- */

/* What stands before the row: the arguments of one kind of aggregate. */
typedef struct Lead
{
	uint16 flags; /* of the record */
	bool weight;  /* an argument, as against the weights of a subsample */
	int id;		  /* argument numbers, 0 where there is none */
	int size;
	int row;
} Lead;

static inline Lead
lead_of(uint16 flags)
{
	bool keyed = (flags & MS_SAMPLE_ID) != 0;
	bool drawing = (flags & MS_SAMPLE_DRAWING) != 0;
	bool weight = (flags & MS_SAMPLE_WEIGHTED) != 0 && !drawing;

	return (Lead){flags, weight, keyed ? 1 : 0, drawing ? 2 : 0, 1 + keyed + drawing + weight};
}

/* An id at the door. Its string points into the argument. */
typedef struct RowId
{
	int64 number;
	ms_string text;
	uint64 hash; /* of a subsample */
} RowId;

static pg_attribute_always_inline RowId
row_id(FunctionCallInfo fcinfo, const Lead *lead)
{
	RowId id = {0};
	text *string;

	if (!lead->id)
		return id;
	if (PG_ARGISNULL(lead->id))
		report_null_hint("id", "Leave such rows out with FILTER (WHERE id IS NOT NULL).");
	if (lead->flags & MS_SAMPLE_ID_INT)
	{
		id.number = PG_GETARG_INT64(lead->id);
		if (lead->size)
			id.hash = ms_sample_int_id_hash(id.number);
		return id;
	}
	string = PG_GETARG_TEXT_PP(lead->id);
	id.text.bytes = VARDATA_ANY(string);
	id.text.length = VARSIZE_ANY_EXHDR(string);
	if (id.text.length > MS_STRING_MAX)
		report_string_length(id.text.length);
	if (lead->size)
		id.hash = ms_sample_text_id_hash(id.text);
	return id;
}

/* The wanted size of a subsample: a constant. */
static void
check_size(FunctionCallInfo fcinfo, const Lead *lead, ms_sample *s)
{
	int32 size;

	if (PG_ARGISNULL(lead->size))
		report_null_hint("size", "Pass the number of rows to keep.");
	size = PG_GETARG_INT32(lead->size);
	if (size < 1)
		report_range("size", size, "at least 1");
	if (ms_sample_drawing(s)->size == 0)
		ms_sample_drawing(s)->size = (uint64) size;
	if (ms_sample_drawing(s)->size != (uint64) size)
		report_changed("size", "subsample");
}

/* Slots of a mixed row; returns the number of gaps. */
static size_t
read_mixed(Growing *g, uint64 *record, const ms_sample *row, size_t row_size)
{
	ms_sample *s = g->value;
	unsigned char *kinds = ms_sample_kinds(s);
	const unsigned char *row_kinds = ms_sample_kinds(row);
	const uint64 *slots = ms_sample_record(row, 0);

	for (size_t j = 0; j < s->d; j++)
	{
		record[j] = slots[j];
		if (row_kinds[j] == MS_KIND_UNKNOWN)
			continue;
		if (kinds[j] == MS_KIND_UNKNOWN)
			kinds[j] = row_kinds[j];
		if (kinds[j] != row_kinds[j])
			report_mixed_kind((int) j + 1);
		if (kinds[j] == MS_KIND_NOMINAL)
			record[j] = ms_sample_add_string(s, g->size, ms_sample_string(row, row_size, slots[j]));
	}
	return row->incomplete;
}

/* A first state, with room for about four rows. */
static void
sample_begin(Growing *g, size_t d, uint16 flags)
{
	if (d > MS_MAX_DIM)
		report_many_columns(d, MS_MAX_DIM);
	growing_begin(g, ms_sample_base(d, flags) + 4 * (d + 2) * sizeof(uint64));
	ms_sample_begin(g->value, g->size, MS_TYPE_SAMPLE, d, flags);
}

static pg_attribute_always_inline Datum
sample_step(FunctionCallInfo fcinfo, uint16 variant, Door door)
{
	const uint16 flags = variant | (door == DOOR_MIXED ? MS_SAMPLE_MIXED : 0);
	const Lead lead = lead_of(flags);
	RowArg row;
	RowId id;
	Growing g;
	ms_sample *s;
	size_t stride, at; /* slots of a record; where the new one begins */
	uint64 *record;
	size_t gaps;

	if (!row_open(&row, fcinfo, lead.row, door))
		return growing_skip(fcinfo);
	id = row_id(fcinfo, &lead);
	if (!growing_open(&g, fcinfo, &sample_family))
		sample_begin(&g, row.d, flags);
	s = g.value;
	if (unlikely((s->head.flags & ~MS_SAMPLE_CANONICAL) != flags))
		report_state();
	if (s->d != row.d)
		report_columns(row.d, s->d);
	if (lead.size)
	{
		check_size(fcinfo, &lead, s);
		if (!ms_sample_offer(s, id.hash))
			return growing_datum(&g);
	}
	stride = row.d + ((flags & MS_SAMPLE_WEIGHTED) != 0) + ((flags & MS_SAMPLE_ID) != 0);
	at = ms_sample_base(row.d, flags) + s->n * stride * sizeof(uint64);
	growing_reserve(&g, at + stride * sizeof(uint64) + s->heap + id.text.length +
							(door == DOOR_MIXED ? ((ms_sample *) row.value)->heap : 0));
	s = g.value;
	record = (uint64 *) ((char *) s + at);
	gaps = door == DOOR_MIXED ? read_mixed(&g, record, (ms_sample *) row.value, VARSIZE(row.value))
							  : row_read(&row, (double *) record);
	if (flags & MS_SAMPLE_WEIGHTED)
		((double *) record)[row.d] = lead.weight ? row_weight(fcinfo, lead.row - 1) : 1.0;
	if (flags & MS_SAMPLE_ID_INT)
		record[stride - 1] = (uint64) id.number;
	if (flags & MS_SAMPLE_ID_TEXT)
		record[stride - 1] = ms_sample_add_string(s, g.size, id.text);
	ms_sample_commit(s, gaps > 0);
	row_close(&row);
	if (lead.size && s->n >= 2 * ms_sample_drawing(s)->size)
	{
		ms_ctx ctx;

		host_init(&ctx);
		CORE(&ctx, ms_sample_prune(&ctx, s, g.size));
	}
	return growing_datum(&g);
}

/* One entry point a door, each with its own copy of the step: what is constant there costs nothing. */
#define SAMPLE_STEP(name, flags)                                                                   \
	static pg_attribute_always_inline Datum name##_step(FunctionCallInfo fcinfo, Door door)        \
	{                                                                                              \
		return sample_step(fcinfo, flags, door);                                                   \
	}                                                                                              \
	ROWS_DOORS(name, name##_step);                                                                 \
	ROWS_DOOR(name, name##_step, mixed, DOOR_MIXED)

SAMPLE_STEP(sample_append, 0);
SAMPLE_STEP(sample_append_weighted, MS_SAMPLE_WEIGHTED);
SAMPLE_STEP(sample_append_keyed_bigint, MS_SAMPLE_ID_INT);
SAMPLE_STEP(sample_append_keyed_text, MS_SAMPLE_ID_TEXT);
SAMPLE_STEP(sample_append_keyed_weighted_bigint, MS_SAMPLE_ID_INT | MS_SAMPLE_WEIGHTED);
SAMPLE_STEP(sample_append_keyed_weighted_text, MS_SAMPLE_ID_TEXT | MS_SAMPLE_WEIGHTED);
SAMPLE_STEP(subsample_append_bigint, MS_SAMPLE_ID_INT | MS_SAMPLE_WEIGHTED | MS_SAMPLE_DRAWING);
SAMPLE_STEP(subsample_append_text, MS_SAMPLE_ID_TEXT | MS_SAMPLE_WEIGHTED | MS_SAMPLE_DRAWING);

/* --- merging -------------------------------------------------------------------------------- */

/* Rows of `from` into g, which holds a value; g may take other flags (weights) on the way. */
static void
sample_add(Growing *g, const SampleArg *from)
{
	ms_sample *into = g->value;
	uint16 flags;
	ms_ctx ctx;

	host_init(&ctx);
	CORE(&ctx, ms_sample_meet(&ctx, into, from->s, &flags));
	if (flags != into->head.flags)
	{
		Growing old = *g;

		growing_begin(g, ms_sample_convert_size(into, flags) + ms_sample_merge_size(into, from->s));
		ms_sample_convert(g->value, g->size, old.value, old.size, flags);
	}
	growing_reserve(g, ms_sample_used(g->value) + ms_sample_merge_size(g->value, from->s));
	ms_sample_merge(g->value, g->size, from->s, from->size);
	if (ms_sample_drawing(g->value) && ((ms_sample *) g->value)->n >= 2 * ms_sample_drawing(g->value)->size)
		CORE(&ctx, ms_sample_prune(&ctx, g->value, g->size));
}

/* The first value of a merge, copied: what is stored, short or shared is never a state. */
static void
sample_copy(Growing *g, const SampleArg *from)
{
	growing_begin(g, ms_sample_used(from->s));
	ms_sample_move(g->value, g->size, from->s, from->size);
}

/* Combine function and transition function of sample_union: the second value into the first. */
PG_FUNCTION_INFO_V1(sample_merge);
Datum
sample_merge(PG_FUNCTION_ARGS)
{
	Growing g;
	bool some = growing_open(&g, fcinfo, &sample_family);
	SampleArg from;

	if (PG_ARGISNULL(1))
	{
		fcinfo->isnull = !some;
		return some ? growing_datum(&g) : (Datum) 0;
	}
	from = sample_arg(fcinfo, 1);
	if (some)
		sample_add(&g, &from);
	else
		sample_copy(&g, &from);
	return growing_datum(&g);
}

/* a || b */
PG_FUNCTION_INFO_V1(sample_concat);
Datum
sample_concat(PG_FUNCTION_ARGS)
{
	SampleArg a = sample_arg(fcinfo, 0);
	SampleArg b = sample_arg(fcinfo, 1);
	Growing g;

	growing_new(&g, &sample_family, ms_sample_used(a.s) + ms_sample_merge_size(a.s, b.s));
	ms_sample_move(g.value, g.size, a.s, a.size);
	sample_add(&g, &b);
	return growing_finished(&g);
}

PG_FUNCTION_INFO_V1(sample_final);
Datum
sample_final(PG_FUNCTION_ARGS)
{
	return growing_final(fcinfo, &sample_family);
}

/* The rows drawn, as a weighted keyed sample. The state goes on drawing: so a copy ends. */
PG_FUNCTION_INFO_V1(subsample_final);
Datum
subsample_final(PG_FUNCTION_ARGS)
{
	Growing state;
	Growing g;
	ms_ctx ctx;

	if (!AggCheckCallContext(fcinfo, NULL))
		report_not_aggregate();
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	growing_view(&state, fcinfo, 0, &sample_family);
	growing_new(&g, &sample_family, ms_sample_used(state.value));
	ms_sample_move(g.value, g.size, state.value, state.size);
	host_init(&ctx);
	CORE(&ctx, ms_sample_drawn(&ctx, g.value, g.size));
	return growing_finished(&g);
}

/* --- text and binary form ------------------------------------------------------------------- */

/* Bytes from outside: the core's validator, and strings that are good text in this database. */
ms_status
sample_check_bytes(ms_ctx *ctx, const void *bytes, size_t size, ms_type type)
{
	const ms_sample *s = bytes;
	unsigned char *kinds;
	size_t stride;

	MS_TRY(ms_sample_check(ctx, bytes, size, type));
	kinds = ms_sample_kinds(s);
	stride = ms_sample_stride(s);
	for (size_t i = 0; s->heap > 0 && i < s->n; i++)
	{
		const uint64 *record = ms_sample_record(s, i);

		for (size_t j = 0; j < stride; j++)
		{
			bool nominal = j < s->d && kinds && kinds[j] == MS_KIND_NOMINAL && record[j] != MS_GAP_BITS;
			bool id = (s->head.flags & MS_SAMPLE_ID_TEXT) && j == ms_sample_id_slot(s);
			ms_string string;

			if (!nominal && !id)
				continue;
			string = ms_sample_string(s, size, record[j]);
			if (!pg_verifymbstr(string.bytes, (int) string.length, true))
				return ms_fail(ctx, MS_CORRUPT, "text in the server's encoding", (int64) i, 0, 0);
		}
		MS_TRY(ms_tick(ctx, stride));
	}
	return MS_OK;
}

static ms_status
sample_check(ms_ctx *ctx, const void *bytes, size_t size)
{
	return sample_check_bytes(ctx, bytes, size, MS_TYPE_SAMPLE);
}

static struct varlena *
sample_flat(FunctionCallInfo fcinfo)
{
	Growing g;

	sample_view_ordered(&g, fcinfo, 0);
	return (struct varlena *) PG_DETOAST_DATUM(growing_flat(&g));
}

char *
sample_id_text(SampleArg sample, size_t i)
{
	const ms_sample *s = sample.s;
	uint64 slot;
	ms_string string;

	if (!(s->head.flags & MS_SAMPLE_ID))
		return psprintf("%zu", i + 1);
	slot = ms_sample_record(s, i)[ms_sample_id_slot(s)];
	if (s->head.flags & MS_SAMPLE_ID_INT)
		return psprintf(INT64_FORMAT, (int64) slot);
	string = ms_sample_string(s, sample.size, slot);
	return pnstrdup(string.bytes, string.length);
}

static const char *
keyed_word(const ms_sample *s)
{
	return s->head.flags & MS_SAMPLE_ID_INT ? "\"bigint\"" : s->head.flags & MS_SAMPLE_ID_TEXT ? "\"text\"" : "false";
}

const char *const sample_kind_words[] = {"unknown", "number", "nominal", "boolean", NULL};

static void
sample_write(StringInfo out, const void *value, size_t size)
{
	const ms_sample *s = value;
	const unsigned char *kinds = ms_sample_kinds(s);

	appendStringInfo(out, "{\"sample\":1,\"n\":" UINT64_FORMAT ",\"d\":%u,\"weighted\":%s,\"keyed\":%s,\"incomplete\":" UINT64_FORMAT,
					 s->n, s->d, s->head.flags & MS_SAMPLE_WEIGHTED ? "true" : "false", keyed_word(s), s->incomplete);
	for (size_t j = 0; kinds && j < s->d; j++)
		appendStringInfo(out, "%s\"%s\"", j ? "," : ",\"kinds\":[", sample_kind_words[kinds[j]]);
	appendStringInfo(out, "%s,\"data\":", kinds ? "]" : "");
	json_base64(out, (const char *) value + VARHDRSZ, size - VARHDRSZ);
	appendStringInfoChar(out, '}');
}

static bool
keyed_agrees(JsonObject *o, const ms_sample *s)
{
	if (json_field(o, "keyed")->kind == JSON_STRING_VALUE)
		return strcmp(json_read_string(o, "keyed"), s->head.flags & MS_SAMPLE_ID_INT	? "bigint"
													: s->head.flags & MS_SAMPLE_ID_TEXT ? "text"
																						: "") == 0;
	return !json_read_bool(o, "keyed") && !(s->head.flags & MS_SAMPLE_ID);
}

/* The bytes are not checked yet: kinds may lie beyond their end, or be none. */
static bool
kinds_agree(JsonObject *o, const ms_sample *s, size_t size)
{
	const unsigned char *kinds = ms_sample_kinds(s);
	JsonField *list = json_field(o, "kinds");

	if (!kinds || size < ms_sample_base(s->d, s->head.flags))
		return list->kind == JSON_MISSING;
	if (list->kind != JSON_LIST || list->n != s->d)
		return false;
	for (size_t j = 0; j < s->d; j++)
		if (list->items[j].kind != JSON_STRING_VALUE || kinds[j] > MS_KIND_BOOLEAN ||
			strcmp(list->items[j].text, sample_kind_words[kinds[j]]) != 0)
			return false;
	return true;
}

static bool
keys_agree(JsonObject *o, const void *value, size_t size)
{
	const ms_sample *s = value;

	return json_read_uint64(o, "n") == s->n && json_read_uint64(o, "d") == s->d &&
		   json_read_uint64(o, "incomplete") == s->incomplete &&
		   json_read_bool(o, "weighted") == ((s->head.flags & MS_SAMPLE_WEIGHTED) != 0) && keyed_agrees(o, s) &&
		   kinds_agree(o, s, size);
}

static struct varlena *
sample_read(char *form)
{
	static const ValuePayload payload = {"measure_sample", "sample", sizeof(ms_sample), keys_agree};

	return value_read_payload(&payload, form);
}

static const ValueType sample_type = {"measure_sample", sample_check, sample_flat, sample_write, sample_read};

VALUE_FUNCTIONS(sample);
