/*
 * features.h: random features in SQL: what a call site keeps of them.
 */
#ifndef PGMEASURE_FEATURES_H
#define PGMEASURE_FEATURES_H

#include "pg/base/compat.h"

#include "core/mmd/features.h"

#define FEATURES_TYPE_NAME "measure_kernel_features"

/* Features of a call site. The frequencies are drawn when rows first meet them. */
typedef struct Features
{
	ms_ctx ctx;
	ms_arena arena;
	ms_spectrum spectrum;
	const double *scale; /* d */
	double *x;           /* d, the row in hand */
	ms_projection *projection;
	MemoryContext context; /* that all of it lies in */
} Features;

/* A copy in the current memory context. */
extern Features *features_new(const ms_spectrum *spectrum, const double *scale);

/* Argument argno, not NULL, by the cache of the call site. */
extern Features *features_arg(FunctionCallInfo fcinfo, int argno);

/* The frequencies; an error when they need more memory than there may be. */
extern ms_projection *features_projection(Features *f);

/* One row of measure_kernel_info; n and omitted are NULL when `counted` is false. */
extern Datum features_row(FunctionCallInfo fcinfo, const ms_spectrum *s, const double *scale,
						  bool counted, uint64 n, uint64 omitted);

#endif
