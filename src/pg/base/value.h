/*
 * value.h: what every stored type shares: text and binary form, comparison, hash. A type
 * describes itself by a ValueType; value.c does the rest.
 */
#ifndef PGMEASURE_VALUE_H
#define PGMEASURE_VALUE_H

#include "pg/base/compat.h"

#include "core/base/wire.h"
#include "lib/stringinfo.h"
#include "pg/base/json.h"

/* A flat value is at most this large, or it could be stored but no longer dumped. */
#define VALUE_FLAT_LIMIT ((size_t) 512 * 1024 * 1024)

typedef struct ValueType
{
	const char *name; /* "measure_sample" */
	/* The validator: every byte from outside passes it. */
	ms_status (*check)(ms_ctx *ctx, const void *bytes, size_t size);
	/* A finished flat value of argument 0, where the argument may be another representation; NULL: it never is. */
	struct varlena *(*finished)(FunctionCallInfo fcinfo);
	/* Appends the text form of a checked value. */
	void (*write)(StringInfo out, const void *value, size_t size);
	/* Reads the text form into a palloc'd value, its length word set; it is checked afterwards. */
	struct varlena *(*read)(char *text);
} ValueType;

/* Bodies of the four input and output functions. */
extern Datum value_in(FunctionCallInfo fcinfo, const ValueType *type);
extern Datum value_out(FunctionCallInfo fcinfo, const ValueType *type);
extern Datum value_recv(FunctionCallInfo fcinfo, const ValueType *type);
extern Datum value_send(FunctionCallInfo fcinfo, const ValueType *type);

#define VALUE_FUNCTIONS(type)                                                                      \
	PG_FUNCTION_INFO_V1(measure_##type##_in);                                                      \
	Datum measure_##type##_in(PG_FUNCTION_ARGS)                                                    \
	{                                                                                              \
		return value_in(fcinfo, &type##_type);                                                     \
	}                                                                                              \
	PG_FUNCTION_INFO_V1(measure_##type##_out);                                                     \
	Datum measure_##type##_out(PG_FUNCTION_ARGS)                                                   \
	{                                                                                              \
		return value_out(fcinfo, &type##_type);                                                    \
	}                                                                                              \
	PG_FUNCTION_INFO_V1(measure_##type##_recv);                                                    \
	Datum measure_##type##_recv(PG_FUNCTION_ARGS)                                                  \
	{                                                                                              \
		return value_recv(fcinfo, &type##_type);                                                   \
	}                                                                                              \
	PG_FUNCTION_INFO_V1(measure_##type##_send);                                                    \
	Datum measure_##type##_send(PG_FUNCTION_ARGS)                                                  \
	{                                                                                              \
		return value_send(fcinfo, &type##_type);                                                   \
	}                                                                                              \
	extern int no_such_variable

/* A value argument that has the bytes of `type`, detoasted, aligned and with a full header. */
extern struct varlena *value_arg(FunctionCallInfo fcinfo, int argno, const char *name, ms_type type);

/*
 * A text form of keys for people and the value's bytes:
 * {"kll":1, "n":4, ..., "data":"base64"}. The first key is the version of the form.
 */
typedef struct ValuePayload
{
	const char *type; /* "measure_kll" */
	const char *key;  /* "kll" */
	size_t least;	  /* with fewer bytes the keys are not read: the validator tells of it */
	/* Whether the keys before the data, which must not lie, say what is in bytes yet unchecked. */
	bool (*agrees)(JsonObject *o, const void *value, size_t size);
} ValuePayload;

/* Reads such a form: a palloc'd value, its length word set. */
extern struct varlena *value_read_payload(const ValuePayload *payload, char *form);

/* The same without a look at the keys: they are left in `o`. */
extern struct varlena *value_read_data(JsonObject *o, const char *type, const char *key, char *form);

/*
 * For validators: d names, each with its zero, or NULL. They come from outside, too: MS_CORRUPT,
 * "names", unless they are text of this database.
 */
extern ms_status value_check_names(ms_ctx *ctx, const char *names, size_t d);

/* A palloc'd value of `size` bytes, zeroed, its length word set; refuses above VALUE_FLAT_LIMIT. */
extern struct varlena *value_new(const char *name, size_t size);

#endif
