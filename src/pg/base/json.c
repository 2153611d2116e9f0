/*
 * json.c: the text form of values.
 */
#include "pg/base/json.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>

#include "common/base64.h"
#include "common/shortest_dec.h"
#include "miscadmin.h"
#include "pg/base/host.h"
#include "pg/base/report.h"
#include "utils/json.h"

/* --- writing -------------------------------------------------------------------------------- */

void
json_double(StringInfo out, double x)
{
	char form[DOUBLE_SHORTEST_DECIMAL_LEN];

	if (isnan(x))
	{
		appendStringInfoString(out, "null");
		return;
	}
	double_to_shortest_decimal_buf(x, form);
	appendStringInfoString(out, form);
}

void
json_doubles(StringInfo out, const double *x, size_t n)
{
	appendStringInfoChar(out, '[');
	for (size_t i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoChar(out, ',');
		json_double(out, x[i]);
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	appendStringInfoChar(out, ']');
}

void
json_string(StringInfo out, const char *form, size_t length)
{
	escape_json(out, pnstrdup(form, length));
}

/* base64 goes in pieces of so many characters, so that a cancel is answered between them. */
#define PIECE_CHARS (1024 * 1024)
#define PIECE_BYTES (PIECE_CHARS / 4 * 3)

void
json_base64(StringInfo out, const void *bytes, size_t n)
{
	enlargeStringInfo(out, pg_b64_enc_len((int) n) + 3);
	appendStringInfoChar(out, '"');
	for (size_t at = 0; at < n; at += PIECE_BYTES)
	{
		int piece = (int) Min(n - at, PIECE_BYTES);

		CHECK_FOR_INTERRUPTS();
		out->len += pg_b64_encode((const char *) bytes + at, piece, out->data + out->len, pg_b64_enc_len(piece));
	}
	appendStringInfoChar(out, '"');
}

/* --- reading -------------------------------------------------------------------------------- */

/* No form has so many keys; a hostile text could have millions. */
#define MOST_FIELDS 64

/* From here on a payload is not left to the parser, which takes no interrupts. */
#define LONG_PAYLOAD 65536

typedef struct JsonReader
{
	JsonObject *object;
	int objects; /* depth */
	int arrays;
} JsonReader;

static void
json_refuse(const JsonObject *o, const char *format, const char *key)
{
	report_text_form(o->type, psprintf(format, key));
}

static JsonActionResult
json_on_object(void *state)
{
	JsonReader *r = state;

	if (r->objects++ > 0 || r->arrays > 0)
		json_refuse(r->object, "An object within the object is not part of the form.%s", "");
	JSON_ACTION_RETURN;
}

static JsonActionResult
json_on_array_end(void *state)
{
	((JsonReader *) state)->arrays--;
	JSON_ACTION_RETURN;
}

static JsonActionResult
json_on_field(void *state, char *name, bool isnull)
{
	JsonObject *o = ((JsonReader *) state)->object;

	(void) isnull;
	if (o->n == MOST_FIELDS)
		json_refuse(o, "There are too many keys.%s", "");
	for (int i = 0; i < o->n; i++)
		if (strcmp(o->fields[i].key, name) == 0)
			json_refuse(o, "Key \"%s\" stands twice.", name);
	if (o->n == o->capacity)
	{
		o->capacity = o->capacity ? 2 * o->capacity : 16;
		o->fields = o->fields ? repalloc(o->fields, o->capacity * sizeof(JsonField))
							  : palloc(o->capacity * sizeof(JsonField));
	}
	o->fields[o->n++] = (JsonField){.key = name, .kind = JSON_NULL_VALUE};
	JSON_ACTION_RETURN;
}

static JsonActionResult
json_on_array_start(void *state)
{
	JsonReader *r = state;

	if (r->objects == 0 && r->arrays == 0)
		json_on_field(state, pstrdup(""), false);
	r->object->fields[r->object->n - 1].kind = JSON_LIST;
	r->object->fields[r->object->n - 1].nested |= r->arrays++ > 0;
	JSON_ACTION_RETURN;
}

static JsonScalar
json_scalar(JsonObject *o, char *token, JsonTokenType type)
{
	JsonScalar s = {JSON_STRING_VALUE, token, NAN};
	char *end;

	switch (type)
	{
		case JSON_TOKEN_NUMBER:
			s.kind = JSON_NUMBER_VALUE;
			errno = 0;
			s.number = strtod(token, &end);
			if (*end != '\0' || !isfinite(s.number))
				json_refuse(o, "Number %s is out of range.", token);
			break;
		case JSON_TOKEN_TRUE:
		case JSON_TOKEN_FALSE:
			s.kind = JSON_BOOL_VALUE;
			s.number = type == JSON_TOKEN_TRUE;
			break;
		case JSON_TOKEN_NULL:
			s.kind = JSON_NULL_VALUE;
			break;
		default:
			break;
	}
	return s;
}

static void
field_grow(JsonObject *o, JsonField *f)
{
	size_t capacity = f->capacity ? 2 * f->capacity : 1;

	o->bytes += (capacity - f->capacity) * sizeof(JsonScalar);
	host_require(o->type, o->bytes);
	f->items = f->items ? repalloc_huge(f->items, capacity * sizeof(JsonScalar)) : palloc(capacity * sizeof(JsonScalar));
	f->capacity = capacity;
}

static JsonActionResult
json_on_scalar(void *state, char *token, JsonTokenType type)
{
	JsonReader *r = state;
	JsonField *f;

	if (r->objects == 0 && r->arrays == 0)
		json_refuse(r->object, "The text must be a JSON object or array.%s", "");
	f = &r->object->fields[r->object->n - 1];
	if (f->n % 4096 == 0)
		CHECK_FOR_INTERRUPTS();
	if (f->n == f->capacity)
		field_grow(r->object, f);
	f->items[f->n] = json_scalar(r->object, token, type);
	if (r->arrays == 0)
		f->kind = f->items[f->n].kind;
	else if (type == JSON_TOKEN_NUMBER)
	{
		f->items[f->n].text = NULL;
		pfree(token);
	}
	f->n++;
	JSON_ACTION_RETURN;
}

/* The last character that is not white space before `end`, and its place; 0 at the start of the text. */
static char
char_before(const char *form, size_t *end)
{
	while (*end > 0 && strchr(" \t\r\n", form[*end - 1]))
		(*end)--;
	return *end > 0 ? form[--*end] : '\0';
}

/*
 * Where the text ends with :"long base64"} the string is kept for json_read_base64, and the
 * parser gets a text that has "" there.
 */
static char *
set_payload_aside(JsonObject *o, char *form)
{
	size_t length = strlen(form);
	size_t end = length;
	size_t start;
	size_t before;
	char *rest;

	if (char_before(form, &end) != '}' || char_before(form, &end) != '"')
		return form;
	for (start = end; start > 0 && (isalnum((unsigned char) form[start - 1]) || strchr("+/=", form[start - 1])); start--)
		if (start % PIECE_CHARS == 0)
			CHECK_FOR_INTERRUPTS();
	before = start;
	if (end - start < LONG_PAYLOAD || char_before(form, &before) != '"' || char_before(form, &before) != ':')
		return form;
	o->payload = form + start;
	o->payload_length = end - start;
	rest = palloc(length - o->payload_length + 1);
	memcpy(rest, form, start);
	memcpy(rest + start, form + end, length - end + 1);
	return rest;
}

void
json_parse(JsonObject *o, const char *type, char *form)
{
	JsonReader reader = {.object = o};
	JsonSemAction actions = {.semstate = &reader,
							 .object_start = json_on_object,
							 .array_start = json_on_array_start,
							 .array_end = json_on_array_end,
							 .object_field_start = json_on_field,
							 .scalar = json_on_scalar};

	*o = (JsonObject){.type = type};
	form = set_payload_aside(o, form);
	pg_parse_json_or_ereport(compat_json_lexer(form, strlen(form)), &actions);
}

JsonField *
json_field(JsonObject *o, const char *key)
{
	static JsonField missing;

	for (int i = 0; i < o->n; i++)
		if (strcmp(o->fields[i].key, key) == 0)
		{
			o->fields[i].used = true;
			return &o->fields[i];
		}
	missing = (JsonField){.kind = JSON_MISSING};
	return &missing;
}

static JsonScalar *
json_read(JsonObject *o, const char *key, JsonKind kind, const char *wanted)
{
	JsonField *f = json_field(o, key);

	if (f->kind == JSON_MISSING)
		json_refuse(o, "Key \"%s\" is missing.", key);
	if (f->kind != kind)
		report_text_form(o->type, psprintf("Key \"%s\" must be %s.", key, wanted));
	return f->items;
}

double
json_read_double(JsonObject *o, const char *key)
{
	if (json_field(o, key)->kind == JSON_NULL_VALUE)
		return NAN;
	return json_read(o, key, JSON_NUMBER_VALUE, "a number")->number;
}

uint64
json_read_uint64(JsonObject *o, const char *key)
{
	const char *form = json_read(o, key, JSON_NUMBER_VALUE, "a whole number")->text;
	char *end;
	uint64 value;

	errno = 0;
	value = strtoull(form, &end, 10);
	if (errno || *end || form[0] == '-')
		json_refuse(o, "Key \"%s\" must be a whole number of at least 0.", key);
	return value;
}

int64
json_read_int64(JsonObject *o, const char *key)
{
	const char *form = json_read(o, key, JSON_NUMBER_VALUE, "a whole number")->text;
	char *end;
	int64 value;

	errno = 0;
	value = strtoll(form, &end, 10);
	if (errno || *end)
		json_refuse(o, "Key \"%s\" must be a whole number.", key);
	return value;
}

bool
json_read_bool(JsonObject *o, const char *key)
{
	return json_read(o, key, JSON_BOOL_VALUE, "true or false")->number != 0;
}

char *
json_read_string(JsonObject *o, const char *key)
{
	return json_read(o, key, JSON_STRING_VALUE, "a string")->text;
}

void
json_read_doubles(JsonObject *o, const char *key, size_t n, double *out)
{
	JsonScalar *items = json_read(o, key, JSON_LIST, "an array of numbers");

	if (json_field(o, key)->n != n)
		report_text_form(o->type, psprintf("Key \"%s\" has %zu numbers, wanted %zu.", key, json_field(o, key)->n, n));
	for (size_t i = 0; i < n; i++)
	{
		if (items[i].kind != JSON_NUMBER_VALUE)
			json_refuse(o, "Key \"%s\" must be an array of numbers.", key);
		out[i] = items[i].number;
	}
}

char *
json_read_base64(JsonObject *o, const char *key, size_t lead, size_t *n)
{
	const char *form = json_read_string(o, key);
	size_t length = strlen(form);
	char *bytes;

	if (o->payload && json_field(o, key) == &o->fields[o->n - 1])
	{
		form = o->payload;
		length = o->payload_length;
	}
	bytes = palloc(lead + (size_t) pg_b64_dec_len((int) length) + 1);
	*n = 0;
	for (size_t at = 0; at < length; at += PIECE_CHARS)
	{
		int piece = (int) Min(length - at, PIECE_CHARS);
		int got = pg_b64_decode(form + at, piece, bytes + lead + *n, pg_b64_dec_len(piece));

		CHECK_FOR_INTERRUPTS();
		if (got < 0 || (at + PIECE_CHARS < length && got != PIECE_BYTES))
			json_refuse(o, "Key \"%s\" is not base64.", key);
		*n += (size_t) got;
	}
	return bytes;
}

void
json_finish(JsonObject *o)
{
	for (int i = 0; i < o->n; i++)
		if (!o->fields[i].used)
			json_refuse(o, "Key \"%s\" is not known.", o->fields[i].key);
}
