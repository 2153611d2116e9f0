/*
 * rows.h: the doors through which rows enter. One C body serves every arity and element type;
 * what stands in a function's last arguments is told by its C symbol (f_columns, f_array,
 * f_variadic, f_mixed), never by the call site, which Citus does not give on.
 *
 * At a door NULL elements become gaps, NaN and infinity are errors, -0.0 becomes 0.0.
 */
#ifndef PGMEASURE_ROWS_H
#define PGMEASURE_ROWS_H

#include "pg/base/compat.h"

#include "core/base/sample.h"

typedef enum Door
{
	DOOR_COLUMNS,  /* x1, x2, ... float8 */
	DOOR_ARRAY,	   /* one array of numbers */
	DOOR_VARIADIC, /* x1 float8, then an array of the others */
	DOOR_MIXED	   /* one measure_mixed */
} Door;

/* Declares the entry points of body(fcinfo, door) for rows of numbers. */
#define ROWS_DOOR(name, body, suffix, door)                                                        \
	PG_FUNCTION_INFO_V1(name##_##suffix);                                                          \
	Datum name##_##suffix(PG_FUNCTION_ARGS)                                                        \
	{                                                                                              \
		return body(fcinfo, door);                                                                 \
	}                                                                                              \
	extern int no_such_variable

#define ROWS_DOORS(name, body)                                                                     \
	ROWS_DOOR(name, body, columns, DOOR_COLUMNS);                                                  \
	ROWS_DOOR(name, body, array, DOOR_ARRAY);                                                      \
	ROWS_DOOR(name, body, variadic, DOOR_VARIADIC)

/* A row at a door, looked at and not yet read. */
typedef struct RowArg
{
	FunctionCallInfo fcinfo;
	int first; /* argument number of the row's first part */
	Door door;
	size_t d;
	struct varlena *array; /* ARRAY, VARIADIC: packed; MIXED: the value */
} RowArg;

/* Looks at the row that begins at argument `first`: false when it is NULL as a whole, a row to skip. */
extern bool row_open(RowArg *row, FunctionCallInfo fcinfo, int first, Door door);

/* Reads the d numbers into x (not for MIXED); returns the number of gaps. */
extern size_t row_read(const RowArg *row, double *x);

/* Gives back what row_open had to detoast. */
extern void row_close(RowArg *row);

/* A weight: not NULL, finite, at least 0. */
extern double row_weight(FunctionCallInfo fcinfo, int argno);

#endif
