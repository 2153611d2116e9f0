/*
 * padjust.c: p_adjust: p-values adjusted for many tests.
 */
#include "pg/base/compat.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/base/padjust.h"
#include "core/base/wire.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "utils/array.h"

/* The elements in the order of the array, a gap for NULL. */
static double *
p_values(ArrayType *array, int *n)
{
	Datum *items;
	bool *nulls;
	double *p;

	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &items,
					  &nulls, n);
	p = palloc(sizeof(double) * (size_t) *n);
	for (int i = 0; i < *n; i++)
	{
		p[i] = nulls[i] ? ms_gap() : DatumGetFloat8(items[i]);
		if (!nulls[i] && !(p[i] >= 0 && p[i] <= 1))
			report_range(psprintf("element %d of p", i + 1), p[i], "between 0 and 1");
	}
	return p;
}

/* An array of the shape of `like`, NaN as NULL. */
static Datum
array_like(ArrayType *like, const double *p, int n)
{
	Datum *items = palloc(sizeof(Datum) * (size_t) n);
	bool *nulls = palloc(sizeof(bool) * (size_t) n);

	for (int i = 0; i < n; i++)
		out_float8(items, nulls, i, p[i]);
	return PointerGetDatum(construct_md_array(items, nulls, ARR_NDIM(like), ARR_DIMS(like),
											  ARR_LBOUND(like), FLOAT8OID, sizeof(float8),
											  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

PG_FUNCTION_INFO_V1(p_adjust);
Datum
p_adjust(PG_FUNCTION_ARGS)
{
	ms_p_method method;
	ArrayType *array;
	double *p;
	ms_ctx ctx;
	int n;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	array = PG_GETARG_ARRAYTYPE_P(0);
	method = (ms_p_method) arg_choice(fcinfo, 1, "method", ms_p_method_names);
	p = p_values(array, &n);
	host_init(&ctx);
	CORE(&ctx, ms_p_adjust(&ctx, method, p, (size_t) n, p));
	return array_like(array, p, n);
}
