/*
 * compat.h: what differs between the PostgreSQL versions that we build against. The only file
 * that asks PG_VERSION_NUM. Every file of src/pg includes it first, in place of postgres.h.
 */
#ifndef PGMEASURE_COMPAT_H
#define PGMEASURE_COMPAT_H

#include "postgres.h"

#include "common/jsonapi.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/expandeddatum.h"
#include "utils/jsonfuncs.h"
#include "utils/memutils.h"

#if PG_VERSION_NUM < 150000
#error "pgmeasure needs PostgreSQL 15 or later"
#endif

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* Since 18 the word stands before the declaration. */
#ifndef pg_noreturn
#define pg_noreturn __attribute__((noreturn))
#endif

/* Callbacks of the JSON parser return a status since 16. */
#if PG_VERSION_NUM >= 160000
typedef JsonParseErrorType JsonActionResult;
#define JSON_ACTION_RETURN return JSON_SUCCESS
#else
typedef void JsonActionResult;
#define JSON_ACTION_RETURN return
#endif

static inline JsonLexContext *
compat_json_lexer(char *form, size_t length)
{
#if PG_VERSION_NUM >= 170000
	return makeJsonLexContextCstringLen(NULL, form, length, GetDatabaseEncoding(), true);
#else
	return makeJsonLexContextCstringLen(form, (int) length, GetDatabaseEncoding(), true);
#endif
}

#endif
