/*
 * rows.c: the doors through which rows enter.
 *
 * Stored arrays are read where they lie, packed, without a copy (71 against 122 ns for float8[8]).
 */
#include "pg/base/rows.h"

#include <math.h>

#include "access/tupmacs.h"
#include "catalog/pg_type.h"
#include "pg/base/report.h"
#include "pg/base/value.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

/*
 * An array with a short header lies at odd addresses: its fields are copied out, and what follows
 * the header is found from where a full header would begin.
 */
typedef struct PackedArray
{
	int dimensions;
	int n;
	Oid element;
	const bits8 *nulls; /* NULL when there are none */
	const char *data;
} PackedArray;

static void
array_look(struct varlena *array, PackedArray *out)
{
	const char *base = VARDATA_ANY(array) - VARHDRSZ;
	ArrayType head;

	memcpy((char *) &head + VARHDRSZ, base + VARHDRSZ, sizeof(head) - VARHDRSZ);
	out->dimensions = head.ndim;
	out->n = 0;
	out->element = head.elemtype;
	if (head.ndim == 1)
		memcpy(&out->n, base + sizeof(ArrayType), sizeof(int));
	out->nulls = head.dataoffset ? (const bits8 *) base + sizeof(ArrayType) + 2 * sizeof(int) * head.ndim : NULL;
	out->data = base + (head.dataoffset ? (size_t) head.dataoffset : ARR_OVERHEAD_NONULLS(head.ndim));
}

bool
row_open(RowArg *row, FunctionCallInfo fcinfo, int first, Door door)
{
	int nargs = PG_NARGS() - first;
	PackedArray look;

	*row = (RowArg){.fcinfo = fcinfo, .first = first, .door = door};
	if (door == DOOR_COLUMNS)
	{
		row->d = (size_t) nargs;
		return nargs > 1 || !PG_ARGISNULL(first);
	}
	if (door == DOOR_VARIADIC)
	{
		row->d = 1;
		if (PG_ARGISNULL(first + 1))
			return !PG_ARGISNULL(first);
		row->array = PG_GETARG_VARLENA_PP(first + 1);
		array_look(row->array, &look);
		if (look.dimensions > 1)
			report_array_shape(look.dimensions);
		row->d += (size_t) look.n;
		return true;
	}
	if (PG_ARGISNULL(first))
		return false;
	if (door == DOOR_MIXED)
	{
		row->array = value_arg(fcinfo, first, "measure_mixed", MS_TYPE_MIXED);
		row->d = ((ms_sample *) row->array)->d;
		return true;
	}
	row->array = PG_GETARG_VARLENA_PP(first);
	array_look(row->array, &look);
	if (look.dimensions != 1)
		report_array_shape(look.dimensions);
	row->d = (size_t) look.n;
	return true;
}

/* A number at the door; adding 0.0 turns -0.0 into 0.0. */
static inline double
element_check(double x, size_t column)
{
	if (unlikely(!isfinite(x)))
		report_element((int) column + 1, x);
	return x + 0.0;
}

static double
numeric_element(const char **at)
{
	const char *p = (const char *) att_align_pointer(*at, TYPALIGN_INT, -1, *at);
	double x = DatumGetFloat8(DirectFunctionCall1(numeric_float8, PointerGetDatum(p)));

	*at = p + VARSIZE_ANY(p);
	return x;
}

/* The next element of the array, moving *at past it. */
static inline double
element_next(Oid type, const char **at)
{
#define ELEMENT(ctype)                                                                             \
	do                                                                                             \
	{                                                                                              \
		ctype v;                                                                                   \
                                                                                                   \
		memcpy(&v, *at, sizeof(v));                                                                \
		*at += sizeof(v);                                                                          \
		return (double) v;                                                                         \
	} while (0)

	switch (type)
	{
		case FLOAT8OID:
			ELEMENT(float8);
		case FLOAT4OID:
			ELEMENT(float4);
		case INT8OID:
			ELEMENT(int64);
		case INT4OID:
			ELEMENT(int32);
		case INT2OID:
			ELEMENT(int16);
		case NUMERICOID:
			return numeric_element(at);
		default:
			report_array_type(type);
	}
	return 0;
#undef ELEMENT
}

static size_t
array_read(struct varlena *array, double *x, size_t column)
{
	PackedArray a;
	const char *at;
	size_t gaps = 0;

	array_look(array, &a);
	at = a.data;
	for (int i = 0; i < a.n; i++)
	{
		if (a.nulls && !(a.nulls[i / 8] & (1 << (i % 8))))
		{
			x[i] = ms_gap();
			gaps++;
		}
		else
			x[i] = element_check(element_next(a.element, &at), column + (size_t) i);
	}
	return gaps;
}

size_t
row_read(const RowArg *row, double *x)
{
	FunctionCallInfo fcinfo = row->fcinfo;
	int columns = row->door == DOOR_COLUMNS ? (int) row->d : row->door == DOOR_VARIADIC ? 1 : 0;
	size_t gaps = 0;

	for (int j = 0; j < columns; j++)
	{
		if (PG_ARGISNULL(row->first + j))
		{
			x[j] = ms_gap();
			gaps++;
		}
		else
			x[j] = element_check(PG_GETARG_FLOAT8(row->first + j), (size_t) j);
	}
	if (row->array)
		gaps += array_read(row->array, x + columns, (size_t) columns);
	return gaps;
}

void
row_close(RowArg *row)
{
	int argno = row->first + (row->door == DOOR_VARIADIC);

	if (row->array && (Pointer) row->array != DatumGetPointer(row->fcinfo->args[argno].value))
		pfree(row->array);
}

double
row_weight(FunctionCallInfo fcinfo, int argno)
{
	double w;

	if (PG_ARGISNULL(argno))
		report_null("weight");
	w = PG_GETARG_FLOAT8(argno);
	if (!isfinite(w) || w < 0)
		report_weight(w);
	return w + 0.0;
}
