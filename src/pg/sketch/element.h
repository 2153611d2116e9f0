/*
 * element.h: SQL values as elements of sets: a tag and a payload of canonical bytes, in which values
 * that SQL calls equal are the same (core/sketch/element.h). What is no exact type of its own has
 * the server's binary form, which may change with the server's version.
 */
#ifndef PGMEASURE_ELEMENT_H
#define PGMEASURE_ELEMENT_H

#include "pg/base/compat.h"

#include "core/sketch/element.h"

typedef enum ElementForm
{
	FORM_INT2,
	FORM_INT4,
	FORM_INT8,
	FORM_NUMERIC,
	FORM_FLOAT4,
	FORM_FLOAT8,
	FORM_TEXT,
	FORM_BPCHAR,
	FORM_NAME,
	FORM_UUID,
	FORM_DATE,
	FORM_TIME,
	FORM_TIMESTAMP,
	FORM_TIMESTAMPTZ,
	FORM_INTERVAL,
	FORM_BYTEA,
	FORM_BOOLEAN,
	FORM_INET,
	FORM_ENUM,
	FORM_COMPOSITE,
	FORM_ARRAY, /* within a composite */
	FORM_JSONB,
	FORM_OTHER
} ElementForm;

/* A type, looked up once a call site. */
typedef struct ElementType
{
	Oid type; /* of the value; InvalidOid: not yet looked up */
	ElementForm form;
	int16 len;
	bool byval;
	char align;
	char *name; /* FORM_OTHER */
	FmgrInfo send;
} ElementType;

/* Looks the type up unless that is done; domains count as what they are over. */
extern void element_type(ElementType *type, Oid oid, MemoryContext context);

typedef struct Element
{
	ms_element_tag tag;
	const void *payload;
	size_t n;
	union
	{
		int64 integer;
		__int128 wide;
		unsigned char bytes[24];
	} own; /* where a short payload lies */
} Element;

/* A value of a form with a constant form (the switch then folds), or of any looked-up type. */
extern void element_read_other(Element *e, const ElementType *type, Datum value);
extern void element_read_numeric(Element *e, Datum value);
extern void element_read_text(Element *e, const char *text, size_t n);
extern void element_read_bpchar(Element *e, Datum value);
extern void element_read_inet(Element *e, Datum value);
extern void element_read_interval(Element *e, Datum value);
extern void element_read_float8(Element *e, double x);

static inline void
element_fixed(Element *e, ms_element_tag tag, int64 value)
{
	e->tag = tag;
	e->own.integer = value;
	e->payload = &e->own;
	e->n = sizeof(int64);
}

static pg_attribute_always_inline void
element_read(Element *e, ElementForm form, const ElementType *type, Datum value)
{
	struct varlena *packed;

	switch (form)
	{
		case FORM_INT2:
			element_fixed(e, MS_ELEMENT_INTEGER, DatumGetInt16(value));
			break;
		case FORM_INT4:
			element_fixed(e, MS_ELEMENT_INTEGER, DatumGetInt32(value));
			break;
		case FORM_INT8:
			element_fixed(e, MS_ELEMENT_INTEGER, DatumGetInt64(value));
			break;
		case FORM_FLOAT4:
			element_read_float8(e, DatumGetFloat4(value));
			break;
		case FORM_FLOAT8:
			element_read_float8(e, DatumGetFloat8(value));
			break;
		case FORM_DATE:
			element_fixed(e, MS_ELEMENT_DATE, DatumGetInt32(value));
			break;
		case FORM_TIME:
			element_fixed(e, MS_ELEMENT_TIME, DatumGetInt64(value));
			break;
		case FORM_TIMESTAMP:
			element_fixed(e, MS_ELEMENT_TIMESTAMP, DatumGetInt64(value));
			break;
		case FORM_TIMESTAMPTZ:
			element_fixed(e, MS_ELEMENT_TIMESTAMPTZ, DatumGetInt64(value));
			break;
		case FORM_BOOLEAN:
			element_fixed(e, MS_ELEMENT_BOOLEAN, DatumGetBool(value));
			e->n = 1;
			break;
		case FORM_UUID:
			*e = (Element){.tag = MS_ELEMENT_UUID, .payload = DatumGetPointer(value), .n = 16};
			break;
		case FORM_BYTEA:
			packed = PG_DETOAST_DATUM_PACKED(value);
			*e = (Element){.tag = MS_ELEMENT_BYTES, .payload = VARDATA_ANY(packed), .n = VARSIZE_ANY_EXHDR(packed)};
			break;
		case FORM_TEXT:
			packed = PG_DETOAST_DATUM_PACKED(value);
			element_read_text(e, VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed));
			break;
		case FORM_BPCHAR:
			element_read_bpchar(e, value);
			break;
		case FORM_NAME:
			element_read_text(e, NameStr(*DatumGetName(value)), strlen(NameStr(*DatumGetName(value))));
			break;
		case FORM_NUMERIC:
			element_read_numeric(e, value);
			break;
		case FORM_INTERVAL:
			element_read_interval(e, value);
			break;
		case FORM_INET:
			element_read_inet(e, value);
			break;
		default:
			element_read_other(e, type, value);
	}
}

static inline uint64
element_hash(const Element *e)
{
	return ms_element_bytes(e->tag, e->payload, e->n);
}

#endif
