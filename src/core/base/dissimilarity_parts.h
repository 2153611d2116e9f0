/*
 * dissimilarity_parts.h: what the files dissimilarity*.c share among themselves.
 */
#ifndef MS_DISSIMILARITY_PARTS_H
#define MS_DISSIMILARITY_PARTS_H

#include <string.h>

#include "core/base/dissimilarity.h"

static inline bool
ms_id_equal(ms_string a, ms_string b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

/* Rewrites the heap so that it holds each string once, in canonical order, and all handles. */
extern ms_status ms_dissimilarity_strings(ms_ctx *ctx, ms_arena *arena, ms_dissimilarity *s,
										  size_t size);

#endif
