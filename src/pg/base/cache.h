/*
 * cache.h: a model that a scoring function gets with every row, unpacked once a call site.
 *
 * The model of the last row is kept in fn_extra. A row's argument is compared with it as it
 * comes, before any detoasting: a toast pointer names one stored value, so 18 bytes decide; of a
 * value that begins with a hash of its content 12 bytes decide; any other is compared whole.
 */
#ifndef PGMEASURE_CACHE_H
#define PGMEASURE_CACHE_H

#include "pg/base/compat.h"

#include "core/base/wire.h"

typedef struct CacheFamily
{
	const char *name; /* SQL type name */
	ms_type type;
	bool hashed; /* the 8 bytes after ms_head are a hash of all that follows */
	/* The model of a detoasted value, in the current memory context; may raise an error. */
	void *(*unpack)(const struct varlena *value);
} CacheFamily;

/*
 * The unpacked model of argument `argno`, which is not NULL. It lives until the same call site
 * asks for another value or family in this argument; nobody else frees or changes it. The
 * function must leave fn_extra alone (so it is not a set-returning one).
 */
extern void *cache_get(FunctionCallInfo fcinfo, int argno, const CacheFamily *family);

/*
 * The same of a model that is made of a value in hand, detoasted, of a hashed family: `slot` is a
 * number of the call site's own that cache_get does not use.
 */
extern void *cache_get_of(FunctionCallInfo fcinfo, int slot, const CacheFamily *family,
						  const struct varlena *value);

#endif
