/*
 * element.c: canonical bytes of SQL values.
 */
#include "pg/sketch/element.h"

#include <errno.h>
#include <math.h>
#include <sys/socket.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/inet.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

/* --- types ---------------------------------------------------------------------------------- */

static const struct
{
	Oid type;
	ElementForm form;
} forms[] = {
	{INT2OID, FORM_INT2},
	{INT4OID, FORM_INT4},
	{INT8OID, FORM_INT8},
	{NUMERICOID, FORM_NUMERIC},
	{FLOAT4OID, FORM_FLOAT4},
	{FLOAT8OID, FORM_FLOAT8},
	{TEXTOID, FORM_TEXT},
	{VARCHAROID, FORM_TEXT},
	{BPCHAROID, FORM_BPCHAR},
	{NAMEOID, FORM_NAME},
	{UUIDOID, FORM_UUID},
	{DATEOID, FORM_DATE},
	{TIMEOID, FORM_TIME},
	{TIMESTAMPOID, FORM_TIMESTAMP},
	{TIMESTAMPTZOID, FORM_TIMESTAMPTZ},
	{INTERVALOID, FORM_INTERVAL},
	{BYTEAOID, FORM_BYTEA},
	{BOOLOID, FORM_BOOLEAN},
	{INETOID, FORM_INET},
	{CIDROID, FORM_INET},
	{JSONBOID, FORM_JSONB},
};

static ElementForm
form_of(Oid oid)
{
	char kind = get_typtype(oid);
	char category;
	bool preferred;

	for (int i = 0; i < lengthof(forms); i++)
		if (forms[i].type == oid)
			return forms[i].form;
	if (kind == TYPTYPE_ENUM)
		return FORM_ENUM;
	if (kind == TYPTYPE_COMPOSITE || oid == RECORDOID)
		return FORM_COMPOSITE;
	if (OidIsValid(get_element_type(oid)))
		return FORM_ARRAY;
	/* citext and its like */
	get_type_category_preferred(oid, &category, &preferred);
	if (category == TYPCATEGORY_STRING && get_typlen(oid) == -1)
		return FORM_TEXT;
	return FORM_OTHER;
}

/* The name that a type was made with, and how it is sent. */
static void
look_up_other(ElementType *type, Oid oid, MemoryContext context)
{
	HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(oid));
	Oid send;
	bool is_varlena;

	type->name = MemoryContextStrdup(context, NameStr(((Form_pg_type) GETSTRUCT(tuple))->typname));
	ReleaseSysCache(tuple);
	getTypeBinaryOutputInfo(oid, &send, &is_varlena);
	fmgr_info_cxt(send, &type->send, context);
}

void
element_type(ElementType *type, Oid oid, MemoryContext context)
{
	Oid base;

	if (type->type == oid)
		return;
	base = getBaseType(oid);
	type->form = form_of(base);
	get_typlenbyvalalign(base, &type->len, &type->byval, &type->align);
	if (type->form == FORM_OTHER)
		look_up_other(type, base, context);
	type->type = oid;
}

/* --- scalars -------------------------------------------------------------------------------- */

void
element_read_text(Element *e, const char *text, size_t n)
{
	const char *utf8 = pg_server_to_any(text, (int) n, PG_UTF8);

	*e = (Element){.tag = MS_ELEMENT_TEXT, .payload = utf8, .n = utf8 == text ? n : strlen(utf8)};
}

void
element_read_bpchar(Element *e, Datum value)
{
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(value);

	element_read_text(e, VARDATA_ANY(packed),
					  (size_t) bpchartruelen(VARDATA_ANY(packed), (int) VARSIZE_ANY_EXHDR(packed)));
}

/* -0.0 is 0.0, and all NaNs are one. */
void
element_read_float8(Element *e, double x)
{
	union
	{
		double value;
		int64 bits;
	} u = {isnan(x) ? 0 : x + 0.0};

	element_fixed(e, MS_ELEMENT_FLOAT, isnan(x) ? INT64CONST(0x7ff8000000000000) : u.bits);
}

/* A numeric that is an int64 is one, whatever its scale. */
void
element_read_numeric(Element *e, Datum value)
{
	char *text = numeric_normalize(DatumGetNumeric(value));
	char *end;
	int64 integer;

	errno = 0;
	integer = strtoi64(text, &end, 10);
	if (*end == '\0' && errno == 0)
		element_fixed(e, MS_ELEMENT_INTEGER, integer);
	else
		*e = (Element){.tag = MS_ELEMENT_DECIMAL, .payload = text, .n = strlen(text)};
}

/* As equality counts them: months of 30 days, days of 24 hours. */
void
element_read_interval(Element *e, Datum value)
{
	const Interval *i = DatumGetIntervalP(value);

	e->tag = MS_ELEMENT_INTERVAL;
	e->own.wide = i->time + ((__int128) i->month * DAYS_PER_MONTH + i->day) * USECS_PER_DAY;
	e->payload = &e->own;
	e->n = sizeof(e->own.wide);
}

void
element_read_inet(Element *e, Datum value)
{
	inet *i = DatumGetInetPP(value);

	e->tag = MS_ELEMENT_INET;
	e->own.bytes[0] = ip_family(i);
	e->own.bytes[1] = ip_bits(i);
	memcpy(e->own.bytes + 2, ip_addr(i), (size_t) ip_addrsize(i));
	e->payload = &e->own;
	e->n = 2 + (size_t) ip_addrsize(i);
}

/* --- the rest ------------------------------------------------------------------------------- */

static void
read_enum(Element *e, Datum value)
{
	char *label = OidOutputFunctionCall(F_ENUM_OUT, value);

	element_read_text(e, label, strlen(label));
	e->tag = MS_ELEMENT_ENUM;
}

static void
append_int32(StringInfo out, int32 value)
{
	appendBinaryStringInfo(out, (char *) &value, sizeof(value));
}

/* One part of a composite: -1 for NULL, else the length of tag and payload, and these. */
static void
append_part(StringInfo out, Oid oid, Datum value, bool is_null)
{
	ElementType type = {.type = InvalidOid};
	Element e;

	if (is_null)
	{
		append_int32(out, -1);
		return;
	}
	element_type(&type, oid, CurrentMemoryContext);
	element_read(&e, type.form, &type, value);
	append_int32(out, (int32) e.n + 1);
	appendStringInfoChar(out, (char) e.tag);
	appendBinaryStringInfo(out, e.payload, (int) e.n);
}

static void
append_record(StringInfo out, Datum value)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(value);
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(header), .t_data = header};
	TupleDesc desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header));
	int parts = 0;

	append_int32(out, 0);
	for (int i = 1; i <= desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(desc, i - 1);
		bool is_null;
		Datum part;

		if (column->attisdropped)
			continue;
		part = heap_getattr(&tuple, i, desc, &is_null);
		append_part(out, column->atttypid, part, is_null);
		parts++;
	}
	memcpy(out->data, &parts, sizeof(int32));
	ReleaseTupleDesc(desc);
}

static void
append_array(StringInfo out, Datum value)
{
	ArrayType *array = DatumGetArrayTypeP(value);
	ElementType type = {.type = InvalidOid};
	Datum *items;
	bool *nulls;
	int n;

	element_type(&type, ARR_ELEMTYPE(array), CurrentMemoryContext);
	deconstruct_array(array, ARR_ELEMTYPE(array), type.len, type.byval, type.align, &items, &nulls, &n);
	append_int32(out, n);
	for (int i = 0; i < n; i++)
		append_part(out, ARR_ELEMTYPE(array), items[i], nulls[i]);
}

static void
append_other(StringInfo out, const ElementType *type, Datum value)
{
	bytea *sent;
	const char *name = type->form == FORM_JSONB ? "jsonb" : type->name;

	appendBinaryStringInfo(out, name, (int) strlen(name) + 1);
	if (type->form == FORM_JSONB)
	{
		char *text = OidOutputFunctionCall(F_JSONB_OUT, value);

		text = pg_server_to_any(text, (int) strlen(text), PG_UTF8);
		appendStringInfoString(out, text);
		return;
	}
	sent = SendFunctionCall((FmgrInfo *) &type->send, value);
	appendBinaryStringInfo(out, VARDATA(sent), (int) VARSIZE(sent) - VARHDRSZ);
}

void
element_read_other(Element *e, const ElementType *type, Datum value)
{
	StringInfoData out;

	if (type->form == FORM_ENUM)
	{
		read_enum(e, value);
		return;
	}
	initStringInfo(&out);
	if (type->form == FORM_COMPOSITE)
		append_record(&out, value);
	else if (type->form == FORM_ARRAY)
		append_array(&out, value);
	else
		append_other(&out, type, value);
	*e = (Element){.tag = type->form == FORM_COMPOSITE || type->form == FORM_ARRAY ? MS_ELEMENT_COMPOSITE
																				: MS_ELEMENT_OTHER,
				   .payload = out.data,
				   .n = (size_t) out.len};
}
