/*
 * selection.h: what functions that choose rows share: rows by their ids, and rows out.
 */
#ifndef PGMEASURE_SELECTION_H
#define PGMEASURE_SELECTION_H

#include "pg/base/compat.h"

#include "core/selection/units.h"
#include "funcapi.h"
#include "pg/base/sample.h"

typedef struct Selection
{
	ms_ctx ctx;
	ms_arena arena;
	SampleArg sample;
	ms_units units;
	ReturnSetInfo *set;
} Selection;

/*
 * Argument 0, a sample, and the set that is returned; false when it is NULL, and the set is empty.
 * With `numbers` its columns must be numbers without gaps.
 */
extern bool selection_open(Selection *s, FunctionCallInfo fcinfo, bool numbers);

/* The same without a set; argument 0 is not NULL. */
extern void selection_read(Selection *s, FunctionCallInfo fcinfo, bool numbers);
extern void selection_close(Selection *s);

/* An error when two rows have one id: their coins would fall alike. */
extern void selection_distinct(const Selection *s);

extern Datum selection_id(const Selection *s, size_t unit);

/* An error unless there are so many columns; `columns` says which. */
extern void selection_columns(const Selection *s, const char *function, size_t d,
							  const char *columns);

/* A number of rows, at least 1. */
extern size_t size_arg(FunctionCallInfo fcinfo, int argno, const char *name);

/* A status of the core; what concerns a unit is told with its id. */
extern void selection_check(const Selection *s, ms_status status);

#endif
