/*
 * frame.h: the query of a driver whose columns have documented names: all of them, and no others.
 */
#ifndef PGMEASURE_TRANSPORT_FRAME_H
#define PGMEASURE_TRANSPORT_FRAME_H

#include "pg/base/compat.h"

#include "pg/base/query.h"

typedef enum FrameKind
{
	FRAME_ANY,
	FRAME_NUMBER,
	FRAME_BOOLEAN
} FrameKind;

typedef struct FrameColumn
{
	const char *name;
	FrameKind kind;
	bool optional;
} FrameColumn;

#define FRAME_MOST 8

typedef struct Frame
{
	const char *schema; /* of ours, with the dot */
	const char
		*rows; /* "(SELECT c1 AS unit, ... ) AS r": columns by their names, numbers as float8 */
	bool has[FRAME_MOST];
} Frame;

/* Checks the query and its columns, n of them at most FRAME_MOST. An optional one that is not there is NULL. */
extern void frame_open(Frame *f, FunctionCallInfo fcinfo, const char *query,
					   const FrameColumn *columns, int n);

/* Number of the current row of a pass; NaN for NULL. Column from 1. */
extern double frame_number(HeapTuple row, TupleDesc desc, int column);

#endif
