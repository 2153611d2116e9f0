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

#include <math.h>

#include "core/base/sample.h"
#include "pg/base/report.h"

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

/* An array where it lies: one with a short header begins at an odd address. */
typedef struct PackedArray
{
	int dimensions;
	int n;
	Oid element;
	const bits8 *nulls; /* NULL when there are none */
	const char *data;
} PackedArray;

/* A row at a door, looked at and not yet read. */
typedef struct RowArg
{
	FunctionCallInfo fcinfo;
	int first; /* argument number of the row's first part */
	Door door;
	size_t d;
	struct varlena *value; /* of the array, or the measure_mixed; NULL when there is none */
	PackedArray array;
} RowArg;

extern bool row_open_array(RowArg *row);
extern size_t row_read_array(const RowArg *row, size_t column, double *x);
extern void row_close_array(RowArg *row);

/*
 * Looks at the row that begins at argument `first`: false when it is NULL as a whole, a row to
 * skip. Inline, like the next two, because a call a row is what a column costs.
 */
static inline bool
row_open(RowArg *row, FunctionCallInfo fcinfo, int first, Door door)
{
	row->fcinfo = fcinfo;
	row->first = first;
	row->door = door;
	row->value = NULL;
	if (door != DOOR_COLUMNS)
		return row_open_array(row);
	row->d = (size_t) (PG_NARGS() - first);
	return row->d > 1 || !PG_ARGISNULL(first);
}

/* A number at the door; adding 0.0 turns -0.0 into 0.0. */
static inline double
row_element(double x, size_t column)
{
	if (unlikely(!isfinite(x)))
		report_element((int) column + 1, x);
	return x + 0.0;
}

/* Reads the d numbers into x (not for MIXED); returns the number of gaps. */
static inline size_t
row_read(const RowArg *row, double *x)
{
	FunctionCallInfo fcinfo = row->fcinfo;
	size_t columns = row->door == DOOR_COLUMNS ? row->d : row->door == DOOR_VARIADIC ? 1 : 0;
	size_t gaps = 0;

	for (size_t j = 0; j < columns; j++)
	{
		if (unlikely(PG_ARGISNULL(row->first + j)))
		{
			x[j] = ms_gap();
			gaps++;
		}
		else
			x[j] = row_element(PG_GETARG_FLOAT8(row->first + j), j);
	}
	if (row->value)
		gaps += row_read_array(row, columns, x + columns);
	return gaps;
}

/* Gives back what row_open had to detoast. */
static inline void
row_close(RowArg *row)
{
	if (row->value)
		row_close_array(row);
}

/* A weight: not NULL, finite, at least 0. */
extern double row_weight(FunctionCallInfo fcinfo, int argno);

#endif
