/*
 * sample.h: a measure_sample argument, for the functions of every family.
 */
#ifndef PGMEASURE_SAMPLE_H
#define PGMEASURE_SAMPLE_H

#include "pg/base/compat.h"

#include "core/base/sample.h"
#include "pg/base/state.h"

extern const GrowingFamily sample_family;

/* The value, looked at where it lies. `size` is what core/base/sample.h wants beside it. */
typedef struct SampleArg
{
	ms_sample *s;
	size_t size;
} SampleArg;

/* Argument argno, not NULL, in any order of rows. */
extern SampleArg sample_arg(FunctionCallInfo fcinfo, int argno);

/* The same in canonical order (made in place when the value is not flat: the multiset stays). */
extern SampleArg sample_arg_ordered(FunctionCallInfo fcinfo, int argno);

/* The id of row i; its number in canonical order, from 1, where there are no ids. */
extern char *sample_id_text(SampleArg sample, size_t i);

/* Names of ms_kind, NULL-terminated. */
extern const char *const sample_kind_words[];

/*
 * Adds rows of the sample, rows[n] or where NULL the first n, to a set of measure_point; weights[n],
 * or where NULL their own.
 */
struct ReturnSetInfo;
extern void sample_add_points(struct ReturnSetInfo *set, SampleArg arg, const size_t *rows, const double *weights,
							  size_t n);

/* The validator of measure_sample and measure_mixed: the core's, and text in the server's encoding. */
extern ms_status sample_check_bytes(ms_ctx *ctx, const void *bytes, size_t size, ms_type type);

/* The data of a record of a mixed sample as a measure_mixed. */
extern struct varlena *mixed_of_record(const ms_sample *s, size_t size, const uint64 *record);

#endif
