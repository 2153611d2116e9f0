/*
 * sample_strings.h: the strings of a sample in order. Private to sample*.c.
 */
#ifndef MS_SAMPLE_STRINGS_H
#define MS_SAMPLE_STRINGS_H

#include "core/base/sample.h"

/* Slots that hold a string which takes bytes, and a copy of them, record by record. */
extern ms_status ms_strings_count(ms_ctx *ctx, const ms_sample *s, size_t *count);
extern ms_status ms_strings_gather(ms_ctx *ctx, const ms_sample *s, uint64_t *handles);

/*
 * Rewrites the heap so that it holds each used string once, in canonical order, and all handles
 * with it. O(bytes of the strings + sort); scratch of 24 bytes a string and the heap once more.
 */
extern ms_status ms_strings_canonical(ms_ctx *ctx, ms_sample *s, size_t size);

#endif
