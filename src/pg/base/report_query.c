/*
 * report_query.c: queries that a function was given, their columns and rows.
 */
#include "pg/base/report.h"

#include <math.h>

#include "core/base/sample.h"
#include "executor/spi.h"
#include "pg/base/report_text.h"
#include "utils/builtins.h"

/* --- queries of users ----------------------------------------------------------------------- */

static const struct
{
	const char *message;
	const char *hint;
} query_faults[] = {
	[QUERY_NONE] = {"the query is empty", "Pass one SELECT as text."},
	[QUERY_SEVERAL] = {"the query has more than one statement", "Pass one SELECT; a semicolon is not needed."},
	[QUERY_NO_SELECT] = {"the query is not a SELECT", "Pass one SELECT as text, without INTO."},
	[QUERY_WRITES] = {"the query changes data in a WITH clause", "It runs once a pass: change the data first, in a statement of its own."},
	[QUERY_LOCKS] = {"the query locks rows", "Leave out FOR UPDATE and FOR SHARE: all passes see one snapshot without locks."},
	[QUERY_VOLATILE] = {"the query calls a volatile function", "Each pass must see the same rows: write them into a table first, or, if the function always gives the same, declare it STABLE."},
	[QUERY_SAMPLES] = {"the query has TABLESAMPLE without REPEATABLE", "Each pass must see the same rows: add REPEATABLE (seed)."},
};

void
report_query(QueryFault fault)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s", query_faults[fault].message),
					errhint("%s", query_faults[fault].hint)));
}

void
report_spi(int code)
{
	elog(ERROR, "a pass over the query failed: %s", SPI_result_code_string(code));
}

/* --- columns and passes --------------------------------------------------------------------- */

void
report_query_column(const char *name, Oid type, const char *wanted)
{
	ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
					errmsg("column \"%s\" of the query is %s, wanted %s", name, format_type_be(type), wanted),
					errhint("Data are columns of numbers or one array of numbers; the columns id and weight are taken as such.")));
}

void
report_query_columns(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the query has no column of data"),
					errhint("Its columns id and weight are taken as such; all others are data.")));
}

void
report_query_weights(uint64 rows)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg("weights must be at least 0 and at most %s; those of " UINT64_FORMAT " rows are not", number_text(MS_SAMPLE_MAX_WEIGHT), rows),
					errhint("Leave such rows out, as in WHERE weight >= 0.")));
}

void
report_query_id(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the query has no column id"),
					errhint("A medoid is told by its id: add a column of that name, of an integer type or text.")));
}

void
report_query_moved(uint64 before, uint64 now)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("the query gave other rows in a later pass"),
					before != now ? errdetail("%llu rows at first, then %llu.", (unsigned long long) before, (unsigned long long) now)
								  : errdetail("%llu rows each time, but not the same ones.", (unsigned long long) now),
					errhint("A function or a foreign table in it changes: write the rows into a table first.")));
}

void
report_no_query_column(const char *name, const char *wanted)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the query has no column \"%s\" of type %s", name, wanted),
					errhint("Select id and sketch, as in SELECT id, minhash_of(words) AS sketch FROM t.")));
}

/* --- queries with named columns ------------------------------------------------------------- */

void
report_frame_missing(const char *name, const char *columns)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the query has no column \"%s\"", name),
					errhint("Its columns are: %s.", columns)));
}

void
report_frame_unknown(const char *name, const char *columns)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the query has a column \"%s\", which has no meaning here", name),
					errhint("Its columns are: %s.", columns)));
}

void
report_frame_twice(const char *name)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the query has column \"%s\" more than once", name),
					errhint("Select each column once, under its own name.")));
}

void
report_frame_type(const char *name, Oid type, const char *wanted, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
					errmsg("column \"%s\" of the query is %s, wanted %s", name, format_type_be(type), wanted),
					errhint("%s", hint)));
}

void
report_frame_value(const char *name, double value)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg("column \"%s\" of the query holds %s", name, isnan(value) ? "NaN" : value > 0 ? "infinity" : "-infinity"),
					errhint("Turn it into NULL with NULLIF, or leave the row out with WHERE.")));
}

void
report_unit_running(const char *unit, double a, double b)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg("unit \"%s\" has more than one value of running: %s and %s", unit, number_text(a), number_text(b)),
					errhint("The running variable is of the unit: give every row of a unit the same.")));
}

void
report_cell(const char *cell)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("cell \"%s\" has no outcome in one of the arms", cell),
					errhint("Merge small cells: each needs outcomes of treated and of control rows.")));
}

void
report_fewer_rows(const char *argument, double got, double wanted)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("%s is %s, but the sample alone has %s", argument, number_text(got), number_text(wanted)),
					errhint("It counts all rows of the arm, also those without an outcome: count(*) FILTER (WHERE ...), or the sum of their weights.")));
}
