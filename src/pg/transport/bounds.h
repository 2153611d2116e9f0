/*
 * bounds.h: two arms of outcomes as columns, and the row of bounds of an effect.
 */
#ifndef PGMEASURE_TRANSPORT_BOUNDS_H
#define PGMEASURE_TRANSPORT_BOUNDS_H

#include "pg/base/compat.h"

#include "core/transport/trim.h"
#include "lib/stringinfo.h"

/* The one column of a sample; without outcomes where the argument is NULL. Memory from the arena. */
extern ms_column outcomes_arg(FunctionCallInfo fcinfo, int argno, const char *function,
							  ms_arena *arena);

/* level, above 0 and below 1. */
extern double level_arg(FunctionCallInfo fcinfo, int argno);

typedef struct BoundsRow
{
	const ms_bounds *bounds;
	double level;
	int trimmed;  /* 1: treated, -1: control, 0: none, 2: both */
	double share; /* NaN: not one number */
	double observed_treated;
	double observed_control;
	double n_treated; /* outcomes that are seen */
	double n_control;
	const char *method;
	int64 seed;
	StringInfo details;
} BoundsRow;

/* measure_bounds; ends the details. */
extern Datum bounds_row(FunctionCallInfo fcinfo, const BoundsRow *row);

#endif
