/*
 * source.c: the query of a driver, and its first pass: a bounded sample by id.
 */
#include "pg/medoids/source.h"

#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "pg/base/host.h"
#include "pg/base/report.h"
#include "pg/base/value.h"

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
	s->elements = arguments.data;
	s->data = s->mixed ? psprintf("%smixed(%s)", s->schema, s->elements) : s->elements;
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
	s->weight = weight
					? psprintf("c%d::pg_catalog.float8", weight)
					: "1::pg_catalog.float8"; /* operators of other types would be searched for */
	describe_data(s, data_columns(s, id, weight), mixed);
}

/* --- the first pass ------------------------------------------------------------------------- */

/* A weight travels as one more column of the sample and is taken out of it afterwards. */
static const char *
drawn_data(const Source *s)
{
	if (!s->weighted)
		return s->data;
	if (s->array)
		return psprintf("pg_catalog.array_append(%s, %s)", s->data, s->weight);
	return s->mixed ? psprintf("%smixed(%s, %s)", s->schema, s->elements, s->weight)
					: psprintf("%s, %s", s->data, s->weight);
}

/* Rows, those with a gap, those whose weight is none, and the part. */
static char *
draw_sql(const Source *s, size_t size)
{
	return psprintf("SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE %s),"
					" pg_catalog.count(*) FILTER (WHERE (%s BETWEEN 0::pg_catalog.float8 "
					"AND %g::pg_catalog.float8) IS NOT TRUE),"
					" %ssubsample(%s, %zu, %s) FROM %s",
					s->has_gap, s->weight, MS_SAMPLE_MAX_WEIGHT, s->schema, s->id, size,
					drawn_data(s), s->from);
}

/* The last column as weights: that of a row is its own times that of the draw. */
static SampleArg
take_weights(SampleArg drawn)
{
	ms_sample *s = drawn.s;
	uint32 *dims = palloc(sizeof(uint32) * s->d);
	SampleArg weighted;
	size_t used;
	ms_ctx ctx;

	if (s->d < 2)
		report_array_shape(0); /* of an empty array the weight alone is left */
	for (uint32 j = 0; j < s->d; j++)
		dims[j] = j;
	for (size_t i = 0; i < s->n; i++)
	{
		double *record = (double *) ms_sample_record(s, i);
		double w = record[s->d - 1] * record[ms_sample_weight_slot(s)];

		if (!(w <= MS_SAMPLE_MAX_WEIGHT))
			report_weight(w);
		record[ms_sample_weight_slot(s)] = w;
	}
	weighted.size = ms_sample_marginal_size(s, s->d - 1);
	weighted.s = (ms_sample *) value_new("measure_sample", weighted.size);
	host_init(&ctx);
	CORE(&ctx, ms_sample_marginal(&ctx, s, drawn.size, dims, s->d - 1, weighted.s, &used));
	weighted.size = used;
	return weighted;
}

static uint64
count_at(HeapTuple row, int column)
{
	bool is_null;

	return (uint64) DatumGetInt64(SPI_getbinval(row, SPI_tuptable->tupdesc, column, &is_null));
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
	part.rows = count_at(row, 1);
	part.incomplete = count_at(row, 2);
	if (count_at(row, 3) > 0)
		report_query_weights(count_at(row, 3));
	value = SPI_getbinval(row, SPI_tuptable->tupdesc, 4, &is_null);
	if (!is_null)
	{
		InitFunctionCallInfoData(*call, NULL, 1, InvalidOid, NULL, NULL);
		call->args[0].value = PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
		call->args[0].isnull = false;
		part.sample = sample_arg_ordered(call, 0);
		if (s->weighted)
			part.sample = take_weights(part.sample);
		part.whole = part.rows <= size;
	}
	SPI_freetuptable(SPI_tuptable);
	return part;
}
