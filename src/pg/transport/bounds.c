/*
 * bounds.c: arguments and answers that bounds of effects share.
 */
#include "pg/transport/bounds.h"

#include <math.h>

#include "pg/base/compare.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"

ms_column
outcomes_arg(FunctionCallInfo fcinfo, int argno, const char *function, ms_arena *arena)
{
	ms_column column = {0};
	SampleArg arg;

	if (PG_ARGISNULL(argno))
		return column;
	arg = sample_arg_ordered(fcinfo, argno);
	if (arg.s->d != 1)
		report_several_columns(function, arg.s->d);
	CORE(arena->ctx, ms_describe_column(arena->ctx, arena, arg.s, 0, &column));
	return column;
}

double
level_arg(FunctionCallInfo fcinfo, int argno)
{
	double level = arg_float8(fcinfo, argno, "level");

	if (!(level > 0 && level < 1))
		report_range("level", level, "above 0 and below 1");
	return level;
}

Datum
bounds_row(FunctionCallInfo fcinfo, const BoundsRow *row)
{
	static const char *const arms[] = {"control", "none", "treated", "both"};
	const ms_bounds *b = row->bounds;
	const double numbers[] = {b->lower,
							  b->upper,
							  b->lower_error,
							  b->upper_error,
							  b->interval_lower,
							  b->interval_upper,
							  row->level,
							  b->critical,
							  row->share,
							  row->observed_treated,
							  row->observed_control};
	Datum values[17] = {0};
	bool nulls[17] = {0};

	for (int i = 0; i < lengthof(numbers); i++)
		out_float8(values, nulls, i, numbers[i]);
	values[11] = out_text(arms[row->trimmed + 1]);
	values[12] = Int64GetDatum((int64) row->n_treated);
	values[13] = Int64GetDatum((int64) row->n_control);
	values[14] = out_text(row->method);
	values[15] = Int64GetDatum(row->seed);
	values[16] = details_value(row->details);
	return out_row(fcinfo, values, nulls);
}
