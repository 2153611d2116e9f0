/*
 * mixed.c: measure_mixed, one row of mixed kinds: numbers, text, booleans, NULL. Its bytes are
 * those of a sample of one row; its text form is a JSON array.
 */
#include "pg/base/compat.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "pg/base/host.h"
#include "pg/base/json.h"
#include "pg/base/report.h"
#include "pg/base/sample.h"
#include "pg/base/value.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

/* An element before it has a place. */
typedef struct Element
{
	ms_kind kind; /* UNKNOWN for a gap */
	double number;
	ms_string string;
} Element;

/* --- making one ----------------------------------------------------------------------------- */

static struct varlena *
mixed_build(const Element *elements, size_t d)
{
	size_t strings = 0;
	size_t size;
	struct varlena *value;
	ms_sample *s;
	uint64 *record;
	bool gap = false;
	ms_ctx ctx;

	if (d < 1)
		report_array_shape(0);
	if (d > MS_MAX_DIM)
		report_many_columns(d, MS_MAX_DIM);
	for (size_t j = 0; j < d; j++)
		strings += elements[j].string.length;
	size = ms_sample_base(d, MS_SAMPLE_MIXED) + d * sizeof(uint64) + strings;
	value = value_new("measure_mixed", size);
	s = (ms_sample *) value;
	ms_sample_begin(s, size, MS_TYPE_MIXED, d, MS_SAMPLE_MIXED);
	record = ms_sample_record(s, 0);
	for (size_t j = 0; j < d; j++)
	{
		const Element *e = &elements[j];

		ms_sample_kinds(s)[j] = (unsigned char) e->kind;
		gap |= e->kind == MS_KIND_UNKNOWN;
		if (e->kind == MS_KIND_UNKNOWN)
			record[j] = MS_GAP_BITS;
		else if (e->kind == MS_KIND_NOMINAL)
			record[j] = ms_sample_add_string(s, size, e->string);
		else
			memcpy(&record[j], &e->number, sizeof(double));
	}
	ms_sample_commit(s, gap);
	host_init(&ctx);
	CORE(&ctx, ms_sample_canonical(&ctx, s, size));
	if (ms_sample_used(s) < size)
	{
		size_t used = ms_sample_used(s);
		struct varlena *tight = value_new("measure_mixed", used);

		ms_sample_flatten(tight, s, size);
		SET_VARSIZE(tight, used);
		value = tight;
	}
	SET_VARSIZE(value, ms_sample_used((ms_sample *) value));
	return value;
}

static Element
element_number(double x, int position)
{
	if (!isfinite(x))
		report_element(position, x);
	return (Element){.kind = MS_KIND_NUMBER, .number = x + 0.0};
}

static Element
element_text(const char *bytes, size_t length)
{
	if (length > MS_STRING_MAX)
		report_string_length(length);
	return (Element){.kind = MS_KIND_NOMINAL, .string = {bytes, length}};
}

static Element
element_cstring(char *bytes)
{
	return element_text(bytes, strlen(bytes));
}

static Element
element_of(Datum value, Oid type, int position)
{
	Oid base = getBaseType(type);

	switch (base)
	{
		case INT2OID:
			return element_number(DatumGetInt16(value), position);
		case INT4OID:
			return element_number(DatumGetInt32(value), position);
		case INT8OID:
			return element_number((double) DatumGetInt64(value), position);
		case FLOAT4OID:
			return element_number(DatumGetFloat4(value), position);
		case FLOAT8OID:
			return element_number(DatumGetFloat8(value), position);
		case NUMERICOID:
			return element_number(DatumGetFloat8(DirectFunctionCall1(numeric_float8, value)), position);
		case BOOLOID:
			return (Element){.kind = MS_KIND_BOOLEAN, .number = DatumGetBool(value)};
		case TEXTOID:
		case VARCHAROID:
		{
			text *t = DatumGetTextPP(value);

			return element_text(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
		}
		case BPCHAROID:
			return element_cstring(TextDatumGetCString(DirectFunctionCall1(rtrim1, value)));
		default:
			break;
	}
	if (type_is_enum(base) || base == NAMEOID || base == CHAROID || base == UNKNOWNOID)
	{
		Oid output;
		bool varlena;

		getTypeOutputInfo(base, &output, &varlena);
		return element_cstring(OidOutputFunctionCall(output, value));
	}
	report_mixed_type(position, type);
}

PG_FUNCTION_INFO_V1(measure_mixed_make);
Datum
measure_mixed_make(PG_FUNCTION_ARGS)
{
	Datum *values;
	bool *nulls;
	Oid *types;
	int n = extract_variadic_args(fcinfo, 0, true, &values, &types, &nulls);
	Element *elements;

	if (n < 0)
		PG_RETURN_NULL();
	elements = palloc0(sizeof(Element) * (size_t) (n + 1));
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			elements[i] = element_of(values[i], types[i], i + 1);
	PG_RETURN_POINTER(mixed_build(elements, (size_t) n));
}

/* --- text and binary form ------------------------------------------------------------------- */

/* Element j of a record. */
static Element
element_of_slot(const ms_sample *s, size_t size, size_t j, uint64 slot)
{
	Element e = {.kind = (ms_kind) ms_sample_kinds(s)[j]};

	if (slot == MS_GAP_BITS)
		e.kind = MS_KIND_UNKNOWN;
	else if (e.kind == MS_KIND_NOMINAL)
		e.string = ms_sample_string(s, size, slot);
	else
		memcpy(&e.number, &slot, sizeof(e.number));
	return e;
}

struct varlena *
mixed_of_record(const ms_sample *s, size_t size, const uint64 *record)
{
	Element *elements = palloc(sizeof(Element) * s->d);

	for (size_t j = 0; j < s->d; j++)
		elements[j] = element_of_slot(s, size, j, record[j]);
	return mixed_build(elements, s->d);
}

static void
element_write(StringInfo out, const Element *e)
{
	if (e->kind == MS_KIND_UNKNOWN)
		appendStringInfoString(out, "null");
	else if (e->kind == MS_KIND_NOMINAL)
		json_string(out, e->string.bytes, e->string.length);
	else if (e->kind == MS_KIND_BOOLEAN)
		appendStringInfoString(out, e->number != 0 ? "true" : "false");
	else
		json_double(out, e->number);
}

static ms_status
mixed_check(ms_ctx *ctx, const void *bytes, size_t size)
{
	return sample_check_bytes(ctx, bytes, size, MS_TYPE_MIXED);
}

static void
mixed_write(StringInfo out, const void *value, size_t size)
{
	const ms_sample *s = value;

	for (size_t j = 0; j < s->d; j++)
	{
		Element e = element_of_slot(s, size, j, ms_sample_record(s, 0)[j]);

		appendStringInfoChar(out, j ? ',' : '[');
		element_write(out, &e);
	}
	appendStringInfoChar(out, ']');
}

static struct varlena *
mixed_read(char *form)
{
	JsonObject o;
	JsonField *list;
	Element *elements;

	json_parse(&o, "measure_mixed", form);
	list = json_field(&o, "");
	if (list->kind != JSON_LIST || list->nested || list->n == 0 || o.n != 1)
		report_text_form(o.type, "The text must be a JSON array of numbers, strings, true, false and null.");
	elements = palloc0(sizeof(Element) * (list->n + 1));
	for (size_t i = 0; i < list->n; i++)
	{
		const JsonScalar *item = &list->items[i];

		if (item->kind == JSON_NUMBER_VALUE)
			elements[i] = element_number(item->number, (int) i + 1);
		else if (item->kind == JSON_STRING_VALUE)
			elements[i] = element_cstring(item->text);
		else if (item->kind == JSON_BOOL_VALUE)
			elements[i] = (Element){.kind = MS_KIND_BOOLEAN, .number = item->number};
	}
	return mixed_build(elements, list->n);
}

static const ValueType mixed_type = {"measure_mixed", mixed_check, NULL, mixed_write, mixed_read};

VALUE_FUNCTIONS(mixed);
