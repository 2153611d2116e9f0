/*
 * moments.c: measure_moments: the aggregates that build it, its merge, its text form.
 *
 * State and value are the same flat bytes of a fixed size, so there is no final function: what
 * the last row leaves is the answer.
 */
#include "pg/base/moments.h"

#include <float.h>
#include <math.h>

#include "catalog/pg_type.h"
#include "pg/base/host.h"
#include "pg/base/json.h"
#include "pg/base/report.h"
#include "pg/base/rows.h"
#include "pg/base/value.h"

#define TYPE_NAME "measure_moments"

/* Rows up to this many columns are read onto the stack. */
#define STACK_DIM 64

/* Bytes whose type and size are what their fields say. */
static inline ms_moments *
moments_of(struct varlena *value)
{
	ms_moments *m = (ms_moments *) value;

	if (VARSIZE(value) < sizeof(ms_moments) || m->head.type != MS_TYPE_MOMENTS ||
		m->head.version != MS_MOMENTS_VERSION || m->d > MS_MOMENTS_MAX_DIM ||
		VARSIZE(value) != ms_moments_size(m->d))
		report_wrong_type(TYPE_NAME);
	return m;
}

const ms_moments *
moments_arg(FunctionCallInfo fcinfo, int argno)
{
	return moments_of(PG_GETARG_VARLENA_P(argno));
}

static ms_moments *
moments_new(size_t d)
{
	ms_moments *m;
	ms_ctx ctx;

	host_init(&ctx);
	if (d > MS_MOMENTS_MAX_DIM)
		CORE(&ctx, ms_fail(&ctx, MS_TOO_LARGE, "the number of columns", 0, (double) d,
						   MS_MOMENTS_MAX_DIM));
	host_require(TYPE_NAME, ms_moments_size(d));
	m = (ms_moments *) value_new(TYPE_NAME, ms_moments_size(d));
	ms_moments_begin(m, d);
	return m;
}

static ms_moments *
moments_copy(const ms_moments *m)
{
	ms_moments *copy = palloc(VARSIZE(m));

	memcpy(copy, m, VARSIZE(m));
	return copy;
}

/* --- aggregates ----------------------------------------------------------------------------- */

/*
 * The state, NULL at first. It is changed in place only when it has a full header, as what these
 * functions return has; anything else (a partial state from a worker comes packed) is copied.
 */
static inline ms_moments *
moments_state(FunctionCallInfo fcinfo)
{
	Pointer raw = PG_GETARG_POINTER(0);

	if (!AggCheckCallContext(fcinfo, NULL))
		report_not_aggregate();
	if (PG_ARGISNULL(0))
		return NULL;
	return moments_of(VARATT_IS_4B_U(raw) ? (struct varlena *) raw
										  : PG_DETOAST_DATUM_COPY(PointerGetDatum(raw)));
}

static inline Datum
moments_datum(FunctionCallInfo fcinfo, ms_moments *m)
{
	fcinfo->isnull = m == NULL;
	return PointerGetDatum(m);
}

static void
overflow(const ms_moments *m)
{
	ms_ctx ctx;

	host_init(&ctx);
	CORE(&ctx, ms_fail(&ctx, MS_TOO_LARGE,
					   m->weight <= DBL_MAX ? "the sum of squares" : "the sum of weights", 0,
					   INFINITY, DBL_MAX));
}

/*
 * Adds the open row; work holds 2 d doubles. A plain float8[] is taken where it lies: the core
 * tells when something is wrong with it, and reading it at the door then says what.
 */
static pg_attribute_always_inline void
add_row(ms_moments *m, const RowArg *row, double w, bool weighted, double *work)
{
	double *x = work + row->d;

	if (row->door == DOOR_ARRAY && !weighted && row->array.element == FLOAT8OID &&
		!row->array.nulls)
	{
		if (likely(ms_moments_add(m, row->array.data, w, work)))
			return;
		row_read(row, x);
		overflow(m);
	}
	if (row_read(row, x) > 0)
		m->incomplete++;
	else if (unlikely(!ms_moments_add(m, x, w, work)))
		overflow(m);
}

static pg_attribute_always_inline Datum
moments_step(FunctionCallInfo fcinfo, bool weighted, Door door)
{
	ms_moments *m = moments_state(fcinfo);
	double on_stack[2 * STACK_DIM];
	double *work = on_stack;
	double w = 1;
	RowArg row;

	if (!row_open(&row, fcinfo, weighted ? 2 : 1, door))
		return moments_datum(fcinfo, m);
	if (weighted)
		w = row_weight(fcinfo, 1);
	if (!m)
		m = moments_new(row.d);
	if (row.d != m->d)
		report_columns(row.d, m->d);
	if (row.d > STACK_DIM)
		work = palloc(2 * row.d * sizeof(double));
	add_row(m, &row, w, weighted, work);
	row_close(&row);
	if (work != on_stack)
		pfree(work);
	return PointerGetDatum(m);
}

static Datum
moments_append(FunctionCallInfo fcinfo, Door door)
{
	switch (door)
	{
		case DOOR_COLUMNS:
			return moments_step(fcinfo, false, DOOR_COLUMNS);
		case DOOR_ARRAY:
			return moments_step(fcinfo, false, DOOR_ARRAY);
		default:
			return moments_step(fcinfo, false, DOOR_VARIADIC);
	}
}

static Datum
moments_append_weighted(FunctionCallInfo fcinfo, Door door)
{
	return moments_step(fcinfo, true, door);
}

ROWS_DOORS(moments_append, moments_append);
ROWS_DOORS(moments_append_weighted, moments_append_weighted);

static void
merge_into(ms_moments *into, const ms_moments *from)
{
	ms_ctx ctx;

	host_init(&ctx);
	CORE(&ctx, ms_moments_merge(&ctx, into, from));
}

/* Combine function and transition function of moments_union: the second value into the first. */
PG_FUNCTION_INFO_V1(moments_merge);
Datum
moments_merge(PG_FUNCTION_ARGS)
{
	ms_moments *m = moments_state(fcinfo);
	const ms_moments *more;

	if (PG_ARGISNULL(1))
		return moments_datum(fcinfo, m);
	more = moments_arg(fcinfo, 1);
	if (!m)
		PG_RETURN_POINTER(moments_copy(more));
	merge_into(m, more);
	PG_RETURN_POINTER(m);
}

/* a || b */
PG_FUNCTION_INFO_V1(moments_concat);
Datum
moments_concat(PG_FUNCTION_ARGS)
{
	ms_moments *m = moments_copy(moments_arg(fcinfo, 0));

	merge_into(m, moments_arg(fcinfo, 1));
	PG_RETURN_POINTER(m);
}

/* --- text and binary form ------------------------------------------------------------------- */

static void
moments_write(StringInfo out, const void *value, size_t size)
{
	const ms_moments *m = value;

	appendStringInfo(out, "{\"moments\":%d,\"d\":%u,\"n\":" UINT64_FORMAT ",\"weight\":",
					 MS_MOMENTS_VERSION, m->d, m->n);
	json_double(out, m->weight);
	appendStringInfo(out, ",\"incomplete\":" UINT64_FORMAT ",\"mean\":", m->incomplete);
	json_doubles(out, ms_moments_mean(m), m->d);
	appendStringInfoString(out, ",\"scatter\":");
	json_doubles(out, ms_moments_scatter(m), ms_packed_size(m->d));
	appendStringInfoString(out, ",\"weight_rest\":");
	json_double(out, m->weight_rest);
	appendStringInfoString(out, ",\"mean_rest\":");
	json_doubles(out, ms_moments_mean_rest(m), m->d);
	appendStringInfoChar(out, '}');
}

/* An empty value of the size that the text's arrays have: they are what bounds it. */
static ms_moments *
read_shape(JsonObject *o)
{
	size_t d = json_field(o, "mean")->n;

	if (json_read_uint64(o, "moments") != MS_MOMENTS_VERSION)
		report_text_form(TYPE_NAME, "The version is not known.");
	if (d < 1 || d > MS_MOMENTS_MAX_DIM || json_read_uint64(o, "d") != d)
		report_text_form(TYPE_NAME, psprintf("Key \"mean\" must have d numbers, d from 1 to %d.",
											 MS_MOMENTS_MAX_DIM));
	if (json_field(o, "scatter")->n != ms_packed_size(d))
		report_text_form(TYPE_NAME,
						 psprintf("Key \"scatter\" must have %zu numbers, a lower triangle.",
								  ms_packed_size(d)));
	return moments_new(d);
}

static struct varlena *
moments_read(char *form)
{
	JsonObject o;
	ms_moments *m;

	json_parse(&o, TYPE_NAME, form);
	m = read_shape(&o);
	m->n = json_read_uint64(&o, "n");
	m->incomplete = json_read_uint64(&o, "incomplete");
	m->weight = json_read_double(&o, "weight");
	json_read_doubles(&o, "mean", m->d, ms_moments_mean(m));
	json_read_doubles(&o, "scatter", ms_packed_size(m->d), ms_moments_scatter(m));
	/* the second halves may be left out of a value written by hand */
	if (json_field(&o, "weight_rest")->kind != JSON_MISSING)
		m->weight_rest = json_read_double(&o, "weight_rest");
	if (json_field(&o, "mean_rest")->kind != JSON_MISSING)
		json_read_doubles(&o, "mean_rest", m->d, ms_moments_mean_rest(m));
	json_finish(&o);
	return (struct varlena *) m;
}

static const ValueType moments_type = {TYPE_NAME, ms_moments_check, NULL, moments_write,
									   moments_read};

VALUE_FUNCTIONS(moments);
