/*
 * value.c: text and binary form, comparison and hash of every stored type.
 *
 * Values compare by their bytes, from the head's type on, as bytea does. All types share the
 * comparison functions: SQL declares them once a type.
 */
#include "pg/base/value.h"

#include "access/tupmacs.h"
#include "core/base/hash.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "pg/base/host.h"
#include "pg/base/report.h"

struct varlena *
value_new(const char *name, size_t size)
{
	struct varlena *value;

	if (size > VALUE_FLAT_LIMIT)
		report_flat_limit(name, size);
	value = palloc0(size);
	SET_VARSIZE(value, size);
	return value;
}

struct varlena *
value_arg(FunctionCallInfo fcinfo, int argno, const char *name, ms_type type)
{
	struct varlena *value = PG_GETARG_VARLENA_P(argno);

	if (VARSIZE(value) < sizeof(ms_head) || ((ms_head *) value)->type != type || ((ms_head *) value)->version != 1)
		report_wrong_type(name);
	return value;
}

Datum
value_in(FunctionCallInfo fcinfo, const ValueType *type)
{
	struct varlena *value = type->read(PG_GETARG_CSTRING(0));
	ms_status status;
	ms_ctx ctx;

	host_init(&ctx);
	status = type->check(&ctx, value, VARSIZE(value));
	if (status == MS_CORRUPT)
		report_text_form(type->name, psprintf("Check \"%s\" failed.", ctx.facts.what));
	CORE(&ctx, status);
	PG_RETURN_POINTER(value);
}

ms_status
value_check_names(ms_ctx *ctx, const char *names, size_t d)
{
	for (size_t i = 0; names && i < d; i++)
	{
		int length = (int) strlen(names);

		if (!pg_verifymbstr(names, length, true))
			return ms_fail(ctx, MS_CORRUPT, "names", 0, 0, 0);
		names += length + 1;
	}
	return MS_OK;
}

/* A partial state may come here too (Citus moves states in their text form). */
static struct varlena *
finished_arg(FunctionCallInfo fcinfo, const ValueType *type)
{
	return type->finished ? type->finished(fcinfo) : PG_GETARG_VARLENA_P(0);
}

Datum
value_out(FunctionCallInfo fcinfo, const ValueType *type)
{
	struct varlena *value = finished_arg(fcinfo, type);
	StringInfoData out;

	initStringInfo(&out);
	type->write(&out, value, VARSIZE(value));
	PG_RETURN_CSTRING(out.data);
}

Datum
value_recv(FunctionCallInfo fcinfo, const ValueType *type)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	size_t size = (size_t) (message->len - message->cursor);
	struct varlena *value = value_new(type->name, size + VARHDRSZ);
	ms_ctx ctx;

	pq_copymsgbytes(message, VARDATA(value), (int) size);
	host_init(&ctx);
	CORE(&ctx, type->check(&ctx, value, VARSIZE(value)));
	PG_RETURN_POINTER(value);
}

Datum
value_send(FunctionCallInfo fcinfo, const ValueType *type)
{
	struct varlena *value = finished_arg(fcinfo, type);
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendbytes(&out, VARDATA(value), (int) (VARSIZE(value) - VARHDRSZ));
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/* --- keys and payload ----------------------------------------------------------------------- */

struct varlena *
value_read_data(JsonObject *o, const char *type, const char *key, char *form)
{
	char *value;
	size_t n;

	json_parse(o, type, form);
	if (json_read_uint64(o, key) != 1)
		report_text_form(type, psprintf("Key \"%s\", the version of the form, must be 1.", key));
	value = json_read_base64(o, "data", VARHDRSZ, &n);
	if (n + VARHDRSZ > VALUE_FLAT_LIMIT)
		report_flat_limit(type, n);
	SET_VARSIZE(value, n + VARHDRSZ);
	return (struct varlena *) value;
}

struct varlena *
value_read_payload(const ValuePayload *payload, char *form)
{
	JsonObject o;
	struct varlena *value = value_read_data(&o, payload->type, payload->key, form);

	if (VARSIZE(value) < payload->least)
		return value;
	if (!payload->agrees(&o, value, VARSIZE(value)))
		report_text_form(payload->type, "The keys before \"data\" and the data do not agree.");
	json_finish(&o);
	return value;
}

/* --- comparison and hash -------------------------------------------------------------------- */

static int
value_compare(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_GETARG_VARLENA_PP(0);
	struct varlena *b = PG_GETARG_VARLENA_PP(1);
	size_t na = VARSIZE_ANY_EXHDR(a);
	size_t nb = VARSIZE_ANY_EXHDR(b);
	int order = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(na, nb));

	if (order == 0)
		order = (na > nb) - (na < nb);
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

#define COMPARISON(name, test)                                                                     \
	PG_FUNCTION_INFO_V1(measure_value_##name);                                                     \
	Datum measure_value_##name(PG_FUNCTION_ARGS)                                                   \
	{                                                                                              \
		int order = value_compare(fcinfo);                                                         \
                                                                                                   \
		PG_RETURN_BOOL(order test 0);                                                              \
	}                                                                                              \
	extern int no_such_variable

COMPARISON(eq, ==);
COMPARISON(ne, !=);
COMPARISON(lt, <);
COMPARISON(le, <=);
COMPARISON(gt, >);
COMPARISON(ge, >=);

PG_FUNCTION_INFO_V1(measure_value_cmp);
Datum
measure_value_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(value_compare(fcinfo));
}

static uint64
value_hash(FunctionCallInfo fcinfo, uint64 seed)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	uint64 hash = ms_hash_bytes(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), seed);

	PG_FREE_IF_COPY(value, 0);
	return hash;
}

PG_FUNCTION_INFO_V1(measure_value_hash);
Datum
measure_value_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT32((uint32) value_hash(fcinfo, 0));
}

/* The low 32 bits must equal measure_value_hash when the seed is 0, which they do. */
PG_FUNCTION_INFO_V1(measure_value_hash_extended);
Datum
measure_value_hash_extended(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT64(value_hash(fcinfo, (uint64) PG_GETARG_INT64(1)));
}
