/*
 * line.h: samples of one column, as the answers of transport on a line take them.
 */
#ifndef PGMEASURE_LINE_H
#define PGMEASURE_LINE_H

#include "pg/base/compat.h"

#include "core/base/describe.h"

typedef struct Line
{
	ms_ctx ctx;
	ms_arena arena;
	ms_column a;
	ms_column b;
} Line;

/*
 * The only column of the sample in argument argno, not NULL; memory from the arena. Gaps are left out, as
 * sample_quantile leaves them out. Another number of columns is an error that names the function.
 */
extern ms_column line_column(FunctionCallInfo fcinfo, int argno, const char *function, ms_ctx *ctx,
							 ms_arena *arena);

/* Those of the samples in arguments 0 and 1; false when one has no values: the answer is then NULL. */
extern bool line_open(Line *line, FunctionCallInfo fcinfo, const char *function);

#endif
