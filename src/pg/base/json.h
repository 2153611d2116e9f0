/*
 * json.h: the text form of values: one JSON object of scalars and arrays of scalars, written so
 * that nothing is lost and read through PostgreSQL's JSON parser.
 */
#ifndef PGMEASURE_JSON_H
#define PGMEASURE_JSON_H

#include "pg/base/compat.h"

#include "core/base/sample.h"
#include "lib/stringinfo.h"

/* --- writing -------------------------------------------------------------------------------- */

/* The shortest decimal that reads back as the same double; null for a gap or any NaN. */
extern void json_double(StringInfo out, double x);
extern void json_doubles(StringInfo out, const double *x, size_t n); /* [..] */
extern void json_string(StringInfo out, const char *text, size_t length);
extern void json_base64(StringInfo out, const void *bytes, size_t n); /* "..." */

/* --- reading -------------------------------------------------------------------------------- */

typedef enum JsonKind
{
	JSON_MISSING,
	JSON_NULL_VALUE,
	JSON_NUMBER_VALUE,
	JSON_STRING_VALUE,
	JSON_BOOL_VALUE,
	JSON_LIST /* an array, nested ones laid flat */
} JsonKind;

/* One scalar. Text is zero-terminated and unescaped; a number within a list has none. */
typedef struct JsonScalar
{
	JsonKind kind;
	char *text;
	double number; /* NaN for null */
} JsonScalar;

typedef struct JsonField
{
	char *key;
	JsonKind kind;
	size_t n;		   /* items of a list, else 1 */
	size_t capacity;
	JsonScalar *items;
	bool nested;	   /* a list that holds lists */
	bool used;
} JsonField;

typedef struct JsonObject
{
	const char *type; /* SQL name of the type, for messages */
	JsonField *fields;
	int n;
	int capacity;
	size_t bytes;		 /* of all items */
	const char *payload; /* the string of the last field when it is long base64, as it stands in the text */
	size_t payload_length;
} JsonObject;

/*
 * Parses text; errors are 22P02. An object within the object or a repeated key is
 * refused. A text that is an array is the list of the field "".
 */
extern void json_parse(JsonObject *o, const char *type, char *text);

/* A field by its key, marked as used; kind JSON_MISSING when it is not there. Never NULL. */
extern JsonField *json_field(JsonObject *o, const char *key);

/* Typed reads; what is missing or of another kind is an error that names the key. */
extern double json_read_double(JsonObject *o, const char *key);			  /* null gives NaN */
extern uint64 json_read_uint64(JsonObject *o, const char *key);
extern int64 json_read_int64(JsonObject *o, const char *key);
extern bool json_read_bool(JsonObject *o, const char *key);
extern char *json_read_string(JsonObject *o, const char *key);
extern void json_read_doubles(JsonObject *o, const char *key, size_t n, double *out); /* exactly n */

/* base64 of a string field into palloc'd bytes, `lead` bytes left free in front. */
extern char *json_read_base64(JsonObject *o, const char *key, size_t lead, size_t *n);

/* Raises an error when a field has not been used. */
extern void json_finish(JsonObject *o);

#endif
