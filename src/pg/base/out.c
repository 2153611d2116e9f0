/*
 * out.c: answers: row types, sets, arrays, choices and options.
 */
#include "pg/base/out.h"

#include <limits.h>
#include <math.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "pg/base/report.h"
#include "utils/array.h"
#include "utils/jsonb.h"

Datum
out_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls)
{
	TupleDesc desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		report_wrong_type("composite type");
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

ReturnSetInfo *
out_set(FunctionCallInfo fcinfo)
{
	InitMaterializedSRF(fcinfo, 0);
	return (ReturnSetInfo *) fcinfo->resultinfo;
}

void
out_add(ReturnSetInfo *set, Datum *values, bool *nulls)
{
	CHECK_FOR_INTERRUPTS();
	tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
}

void
out_float8(Datum *values, bool *nulls, int column, double x)
{
	nulls[column] = isnan(x);
	values[column] = Float8GetDatum(x);
}

static Datum
float8_array(const double *x, int ndims, int *dims, size_t n)
{
	/* a matrix that is too large for an array is told as such by construct_md_array */
	Datum *items = palloc_extended(sizeof(Datum) * (n + 1), MCXT_ALLOC_HUGE);
	int lower[2] = {1, 1};

	for (size_t i = 0; i < n; i++)
		items[i] = Float8GetDatum(x[i]);
	return PointerGetDatum(construct_md_array(items, NULL, ndims, dims, lower, FLOAT8OID, sizeof(float8),
											  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

Datum
out_float8_array(const double *x, size_t n)
{
	int dims[1] = {(int) n};

	return float8_array(x, 1, dims, n);
}

Datum
out_float8_matrix(const double *x, size_t rows, size_t columns)
{
	int dims[2] = {(int) rows, (int) columns};

	return float8_array(x, 2, dims, rows * columns);
}

Datum
out_text_array(const char *const *words, size_t n)
{
	Datum *items = palloc(sizeof(Datum) * (n + 1));

	for (size_t i = 0; i < n; i++)
		items[i] = out_text(words[i]);
	return PointerGetDatum(construct_array(items, (int) n, TEXTOID, -1, false, TYPALIGN_INT));
}

Datum
out_text(const char *words)
{
	return CStringGetTextDatum(words);
}

/* --- arguments ------------------------------------------------------------------------------ */

static void
arg_required(FunctionCallInfo fcinfo, int argno, const char *name)
{
	if (PG_ARGISNULL(argno))
		report_null(name);
}

char *
arg_text(FunctionCallInfo fcinfo, int argno, const char *name)
{
	arg_required(fcinfo, argno, name);
	return text_to_cstring(PG_GETARG_TEXT_PP(argno));
}

int
arg_choice(FunctionCallInfo fcinfo, int argno, const char *name, const char *const *choices)
{
	char *got = arg_text(fcinfo, argno, name);

	for (int i = 0; choices[i]; i++)
		if (strcmp(got, choices[i]) == 0)
			return i;
	report_choice(name, got, choices);
}

int32
arg_int32(FunctionCallInfo fcinfo, int argno, const char *name)
{
	arg_required(fcinfo, argno, name);
	return PG_GETARG_INT32(argno);
}

int64
arg_int64(FunctionCallInfo fcinfo, int argno, const char *name)
{
	arg_required(fcinfo, argno, name);
	return PG_GETARG_INT64(argno);
}

double
arg_float8(FunctionCallInfo fcinfo, int argno, const char *name)
{
	arg_required(fcinfo, argno, name);
	return PG_GETARG_FLOAT8(argno);
}

bool
arg_bool(FunctionCallInfo fcinfo, int argno, const char *name)
{
	arg_required(fcinfo, argno, name);
	return PG_GETARG_BOOL(argno);
}

double *
arg_float8_array(FunctionCallInfo fcinfo, int argno, const char *name, size_t *n)
{
	ArrayType *array;

	arg_required(fcinfo, argno, name);
	array = PG_GETARG_ARRAYTYPE_P(argno);
	if (ARR_NDIM(array) > 1)
		report_array_argument(name, ARR_NDIM(array));
	if (array_contains_nulls(array))
		report_null(psprintf("an element of %s", name));
	*n = (size_t) ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	return (double *) ARR_DATA_PTR(array);
}

char **
arg_names(FunctionCallInfo fcinfo, int argno, size_t want)
{
	Datum *items;
	bool *nulls;
	int n;
	char **names;

	if (PG_ARGISNULL(argno))
		return NULL;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(argno), TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, &n);
	if ((size_t) n != want)
		report_names((size_t) n, want);
	names = palloc(sizeof(char *) * want);
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			report_null("an element of names");
		names[i] = TextDatumGetCString(items[i]);
	}
	return names;
}

uint32 *
arg_dims(FunctionCallInfo fcinfo, int argno, size_t d, size_t *nd)
{
	Datum *items;
	bool *nulls;
	int n;
	uint32 *dims;
	bool *taken = palloc0(sizeof(bool) * (d + 1));

	arg_required(fcinfo, argno, "dims");
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(argno), INT4OID, sizeof(int32), true, TYPALIGN_INT, &items, &nulls, &n);
	if (n < 1)
		report_empty_array("dims");
	dims = palloc(sizeof(uint32) * (size_t) n);
	for (int i = 0; i < n; i++)
	{
		int32 dim = DatumGetInt32(items[i]);

		if (nulls[i])
			report_null("an element of dims");
		if (dim < 1 || (size_t) dim > d || taken[dim])
			report_range("an element of dims", dim, psprintf("a column from 1 to %zu, each at most once", d));
		taken[dim] = true;
		dims[i] = (uint32) dim - 1;
	}
	*nd = (size_t) n;
	return dims;
}

void
arg_options(FunctionCallInfo fcinfo, int argno, const char *const *keys)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue v;
	Jsonb *options;

	if (PG_ARGISNULL(argno))
		return;
	options = PG_GETARG_JSONB_P(argno);
	if (!JB_ROOT_IS_OBJECT(options))
		report_options_shape();
	it = JsonbIteratorInit(&options->root);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
		if (token == WJB_KEY)
		{
			char *key = pnstrdup(v.val.string.val, v.val.string.len);
			int i = 0;

			while (keys[i] && strcmp(keys[i], key) != 0)
				i++;
			if (!keys[i])
				report_option(key, keys);
		}
}

/* The value of a key of the options; NULL when it is not there. */
static JsonbValue *
option(FunctionCallInfo fcinfo, int argno, const char *key)
{
	if (PG_ARGISNULL(argno))
		return NULL;
	return getKeyJsonValueFromContainer(&PG_GETARG_JSONB_P(argno)->root, key, (int) strlen(key), NULL);
}

double
arg_option_number(FunctionCallInfo fcinfo, int argno, const char *key, double otherwise)
{
	JsonbValue *v = option(fcinfo, argno, key);
	double number;

	if (!v)
		return otherwise;
	if (v->type != jbvNumeric)
		report_option_value(key, "a number");
	number = DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(v->val.numeric)));
	if (!isfinite(number))
		report_option_value(key, "a finite number");
	return number;
}

int
arg_option_choice(FunctionCallInfo fcinfo, int argno, const char *key, const char *const *choices, int otherwise)
{
	JsonbValue *v = option(fcinfo, argno, key);
	char *got;

	if (!v)
		return otherwise;
	if (v->type != jbvString)
		report_option_value(key, "a word");
	got = pnstrdup(v->val.string.val, v->val.string.len);
	for (int i = 0; choices[i]; i++)
		if (strcmp(got, choices[i]) == 0)
			return i;
	report_choice(psprintf("option \"%s\"", key), got, choices);
}

bool
arg_option_bool(FunctionCallInfo fcinfo, int argno, const char *key, bool otherwise)
{
	JsonbValue *v = option(fcinfo, argno, key);

	if (!v)
		return otherwise;
	if (v->type != jbvBool)
		report_option_value(key, "true or false");
	return v->val.boolean;
}

size_t
arg_option_count(FunctionCallInfo fcinfo, int argno, const char *key, size_t otherwise)
{
	double x;

	if (!option(fcinfo, argno, key))
		return otherwise;
	x = arg_option_number(fcinfo, argno, key, 0);
	if (!(x >= 1 && x <= INT_MAX && x == floor(x)))
		report_option_value(key, "a whole number, at least 1");
	return (size_t) x;
}

double *
arg_option_numbers(FunctionCallInfo fcinfo, int argno, const char *key, size_t *n)
{
	JsonbValue *v = option(fcinfo, argno, key);
	JsonbContainer *list;
	double *x;

	*n = 0;
	if (!v)
		return NULL;
	list = v->type == jbvBinary ? v->val.binary.data : NULL;
	if (!list || !JsonContainerIsArray(list))
		report_option_value(key, "a list of numbers");
	*n = JsonContainerSize(list);
	x = palloc(sizeof(double) * (*n + 1));
	for (size_t i = 0; i < *n; i++)
	{
		JsonbValue *item = getIthJsonbValueFromContainer(list, (uint32) i);

		if (item->type != jbvNumeric)
			report_option_value(key, "a list of numbers");
		x[i] = DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(item->val.numeric)));
	}
	return x;
}

const char *
column_name(char **names, size_t j)
{
	return names ? names[j] : psprintf("x%zu", j + 1);
}
