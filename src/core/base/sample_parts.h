/*
 * sample_parts.h: what the files sample*.c share among themselves.
 */
#ifndef MS_SAMPLE_PARTS_H
#define MS_SAMPLE_PARTS_H

#include "core/base/sample.h"

/* Canonical order of all rows there are: ms_sample_canonical without the prune. */
extern ms_status ms_sample_sort(ms_ctx *ctx, ms_sample *s, size_t size);

/* Slots that hold a string which takes bytes, and a copy of them, record by record. */
extern ms_status ms_strings_count(ms_ctx *ctx, const ms_sample *s, size_t *count);
extern ms_status ms_strings_gather(ms_ctx *ctx, const ms_sample *s, uint64_t *handles);

/*
 * Rewrites the heap so that it holds each used string once, in canonical order, and all handles
 * with it. O(bytes of the strings + sort); scratch of 24 bytes a string and the heap once more.
 */
extern ms_status ms_strings_canonical(ms_ctx *ctx, ms_sample *s, size_t size);

#endif
