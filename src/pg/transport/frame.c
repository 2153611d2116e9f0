/*
 * frame.c: columns of a query by their names.
 */
#include "pg/transport/frame.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "pg/base/report.h"
#include "utils/lsyscache.h"

static const char *
list_columns(const FrameColumn *columns, int n)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < n; i++)
		appendStringInfo(&list, "%s%s%s", i > 0 ? ", " : "", columns[i].name,
						 columns[i].optional ? " (may be left out)" : "");
	return list.data;
}

/* A column that is not among those that are known, or that comes twice. */
static void
check_names(const UserQuery *q, const FrameColumn *columns, int n)
{
	for (int i = 0; i < q->columns->natts; i++)
	{
		const char *name = NameStr(TupleDescAttr(q->columns, i)->attname);
		bool known = false;

		for (int c = 0; c < n; c++)
			known |= strcmp(name, columns[c].name) == 0;
		if (!known)
			report_frame_unknown(name, list_columns(columns, n));
		if (query_column(q, name) != i + 1)
			report_frame_twice(name);
	}
}

static void
check_type(const UserQuery *q, int number, const FrameColumn *column)
{
	Oid type = TupleDescAttr(q->columns, number - 1)->atttypid;
	Oid number_type = FLOAT8OID;

	if (column->kind == FRAME_NUMBER &&
		!can_coerce_type(1, &type, &number_type, COERCION_ASSIGNMENT))
		report_frame_type(column->name, type, "a number",
						  "Cast it, or select another column under this name.");
	if (column->kind == FRAME_BOOLEAN && getBaseType(type) != BOOLOID)
		report_frame_type(
			column->name, type, "boolean",
			psprintf("Turn it into true and false, as in (arm = 1) AS %s.", column->name));
}

void
frame_open(Frame *f, FunctionCallInfo fcinfo, const char *query, const FrameColumn *columns, int n)
{
	static const char *const casts[] = {[FRAME_ANY] = "",
										[FRAME_NUMBER] = "::pg_catalog.float8",
										[FRAME_BOOLEAN] = "::pg_catalog.bool"};
	StringInfoData rows;
	UserQuery q;

	memset(f, 0, sizeof(*f));
	query_check(&q, query);
	check_names(&q, columns, n);
	initStringInfo(&rows);
	appendStringInfoString(&rows, "(SELECT ");
	for (int i = 0; i < n; i++)
	{
		int number = query_column(&q, columns[i].name);

		f->has[i] = number > 0;
		if (!number && !columns[i].optional)
			report_frame_missing(columns[i].name, list_columns(columns, n));
		if (number)
			check_type(&q, number, columns + i);
		appendStringInfoString(&rows, i > 0 ? ", " : "");
		if (number)
			appendStringInfo(&rows, "c%d%s AS %s", number, casts[columns[i].kind], columns[i].name);
		else
			appendStringInfo(&rows, "NULL%s AS %s",
							 columns[i].kind == FRAME_ANY ? "::pg_catalog.text"
														  : casts[columns[i].kind],
							 columns[i].name);
	}
	appendStringInfo(&rows, " FROM %s) AS r", query_from(&q));
	f->rows = rows.data;
	f->schema = query_schema(fcinfo);
}

double
frame_number(HeapTuple row, TupleDesc desc, int column)
{
	bool is_null;
	Datum value = SPI_getbinval(row, desc, column, &is_null);

	return is_null ? NAN : DatumGetFloat8(value);
}
