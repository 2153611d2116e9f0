/*
 * source.c: the query of a driver, and its first pass: a bounded sample by id.
 */
#include "pg/medoids/source.h"

#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "pg/base/report.h"

/* A function has at most 100 arguments: more columns than this go in as one array. */
#define MOST_ARGUMENTS 64

/* --- columns -------------------------------------------------------------------------------- */

static Form_pg_attribute
column(const Source *s, int number)
{
	return TupleDescAttr(s->query.columns, number - 1);
}

static bool
is_castable(Oid type, Oid to)
{
	return can_coerce_type(1, &type, &to, COERCION_ASSIGNMENT);
}

/* A row that is NULL as a whole is skipped, as the aggregates do. */
static void
skip_nulls(Source *s, int number)
{
	s->from = psprintf("(SELECT * FROM %s WHERE c%d IS NOT NULL) q", s->from, number);
}

static void
describe_array(Source *s, const char *data)
{
	s->array = true;
	s->data = data;
	s->has_gap = psprintf("pg_catalog.array_position(%s, NULL) IS NOT NULL", data);
}

/* An array alone is the row; else every column is an element. */
static void
describe_data(Source *s, List *data, bool mixed)
{
	int first = linitial_int(data);
	Oid type = column(s, first)->atttypid;
	StringInfoData arguments;
	ListCell *cell;

	if (list_length(data) == 1 && !is_castable(type, FLOAT8OID) &&
		is_castable(type, FLOAT8ARRAYOID))
	{
		describe_array(s, psprintf("c%d::pg_catalog.float8[]", first));
		skip_nulls(s, first);
		return;
	}
	foreach (cell, data)
		s->mixed |= !is_castable(column(s, lfirst_int(cell))->atttypid, FLOAT8OID);
	initStringInfo(&arguments);
	s->names = palloc(sizeof(char *) * (size_t) list_length(data));
	foreach (cell, data)
	{
		Form_pg_attribute a = column(s, lfirst_int(cell));

		if (s->mixed && !mixed && !is_castable(a->atttypid, FLOAT8OID))
			report_query_column(NameStr(a->attname), a->atttypid, "a number");
		s->names[s->d++] = pstrdup(NameStr(a->attname));
		appendStringInfo(&arguments, "%sc%d%s", arguments.len > 0 ? ", " : "", lfirst_int(cell),
						 s->mixed ? "" : "::pg_catalog.float8");
	}
	if (s->d > MOST_ARGUMENTS && !s->mixed)
	{
		describe_array(s, psprintf("ARRAY[%s]", arguments.data));
		return;
	}
	s->has_gap = psprintf("pg_catalog.num_nulls(%s) > 0", arguments.data);
	if (s->d == 1 && !s->mixed)
		skip_nulls(s, first);
	s->data = s->mixed ? psprintf("%smixed(%s)", s->schema, arguments.data) : arguments.data;
}

static List *
data_columns(const Source *s, int id, int weight)
{
	List *data = NIL;

	for (int i = 1; i <= s->query.columns->natts; i++)
		if (i != id && i != weight)
			data = lappend_int(data, i);
	if (!data)
		report_query_columns();
	return data;
}

void
source_open(Source *s, FunctionCallInfo fcinfo, const char *query, bool mixed)
{
	int id, weight;

	memset(s, 0, sizeof(Source));
	query_check(&s->query, query);
	s->schema = query_schema(fcinfo);
	s->from = query_from(&s->query);
	id = query_column(&s->query, "id");
	weight = query_column(&s->query, "weight");
	if (!id)
		report_query_id();
	if (weight && !is_castable(column(s, weight)->atttypid, FLOAT8OID))
		report_query_column("weight", column(s, weight)->atttypid, "a number");
	s->id_number = is_castable(column(s, id)->atttypid, INT8OID);
	s->id = psprintf("c%d::pg_catalog.%s", id, s->id_number ? "int8" : "text");
	s->weighted = weight > 0;
	s->weight = weight ? psprintf("c%d::pg_catalog.float8", weight) : "1";
	describe_data(s, data_columns(s, id, weight), mixed);
	if (s->mixed && s->weighted)
		report_not_yet("a column weight beside columns that are no numbers");
}

/* --- the first pass ------------------------------------------------------------------------- */

/*
 * A weight travels as one more column of the sample and is taken out of it afterwards: the weight
 * of a drawn row is its own times that of the draw.
 */
static char *
draw_sql(const Source *s, size_t size)
{
	const char *id = s->id_number ? "id::pg_catalog.int8" : "id";

	if (!s->weighted)
		return psprintf("SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE %s), "
						"%ssubsample(%s, %zu, %s) FROM %s",
						s->has_gap, s->schema, s->id, size, s->data, s->from);
	return psprintf(
		"SELECT d.n, d.gaps, (SELECT %1$ssample_keyed_weighted(%2$s, p.weight * "
		"p.x[pg_catalog.array_upper(p.x, 1)],"
		" p.x[1:pg_catalog.array_upper(p.x, 1) - 1]) FROM %1$ssample_rows(d.s) p)"
		" FROM (SELECT pg_catalog.count(*) AS n, pg_catalog.count(*) FILTER (WHERE %3$s) AS gaps,"
		" %1$ssubsample(%4$s, %5$zu, %6$s) AS s FROM %7$s) d",
		s->schema, id, s->has_gap, s->id, size,
		psprintf(s->array ? "pg_catalog.array_append(%s, %s)" : "%s, %s", s->data, s->weight),
		s->from);
}

Part
source_draw(const Source *s, size_t size)
{
	Part part = {.whole = false};
	LOCAL_FCINFO(call, 1);
	HeapTuple row;
	Datum value;
	bool is_null;

	query_run(query_prepare(draw_sql(s, size), 0, NULL), NULL, NULL);
	row = SPI_tuptable->vals[0];
	part.rows = (uint64) DatumGetInt64(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &is_null));
	part.incomplete =
		(uint64) DatumGetInt64(SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &is_null));
	value = SPI_getbinval(row, SPI_tuptable->tupdesc, 3, &is_null);
	if (!is_null)
	{
		InitFunctionCallInfoData(*call, NULL, 1, InvalidOid, NULL, NULL);
		call->args[0].value = PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
		call->args[0].isnull = false;
		part.sample = sample_arg_ordered(call, 0);
		part.whole = part.rows <= size;
	}
	SPI_freetuptable(SPI_tuptable);
	return part;
}
