/*
 * gmm_parts.c: a mixture made by hand, of some columns of another, of some given the others.
 */
#include "pg/mixture/gmm.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/mixture/marginal.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "utils/array.h"

/* A context and an arena whose memory goes with the current memory context. */
static void
open_core(ms_ctx *ctx, ms_arena *arena)
{
	host_init(ctx);
	ms_arena_init(arena, ctx);
}

/* --- a model fitted elsewhere --------------------------------------------------------------- */

/* Numbers of an array of those dimensions (-1: any), without NULL. */
static const double *
parameters(FunctionCallInfo fcinfo, int argno, const char *name, int ndim, const int *dims)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(argno);

	if (ARR_NDIM(array) != ndim)
		report_parameters(psprintf("%s has %d dimensions", name, ARR_NDIM(array)));
	for (int i = 0; i < ndim; i++)
		if (dims[i] >= 0 && ARR_DIMS(array)[i] != dims[i])
			report_parameters(psprintf("%s has %d entries where %d are wanted", name,
									   ARR_DIMS(array)[i], dims[i]));
	if (array_contains_nulls(array))
		report_null(psprintf("an element of %s", name));
	return (const double *) ARR_DATA_PTR(array);
}

/* What the core found wrong with parameters, in the words of the arguments. */
static void
report_import(const ms_ctx *ctx, ms_status status)
{
	const ms_facts *f = &ctx->facts;

	if (status == MS_BAD_WEIGHT && f->index == 0)
		report_parameters(psprintf("weights sum to %.15g, wanted 1", f->got));
	if (status == MS_BAD_WEIGHT)
		report_parameters(
			psprintf("weight %d is %g, wanted is a number above 0", (int) f->index, f->got));
	if (status == MS_NOT_FINITE)
		report_parameters(psprintf("element %d of %s is %g", (int) f->index, f->what, f->got));
	if (status == MS_BAD_ARGUMENT)
		report_parameters(psprintf("covariance %d is not symmetric", (int) f->index));
	report_core(ctx, status);
}

PG_FUNCTION_INFO_V1(gmm_import);
Datum
gmm_import(PG_FUNCTION_ARGS)
{
	int dims[3] = {-1, -1, -1};
	const double *weights;
	const double *means;
	const double *covariances;
	char **names;
	ms_ctx ctx;
	ms_arena arena;
	ms_gmm m;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	weights = parameters(fcinfo, 0, "weights", 1, dims);
	dims[0] = ARR_DIMS(PG_GETARG_ARRAYTYPE_P(0))[0];
	means = parameters(fcinfo, 1, "means", 2, dims);
	dims[1] = dims[2] = ARR_DIMS(PG_GETARG_ARRAYTYPE_P(1))[1];
	covariances = parameters(fcinfo, 2, "covariances", 3, dims);
	names = arg_names(fcinfo, 3, (size_t) dims[1]);
	open_core(&ctx, &arena);
	report_import(&ctx, ms_gmm_import(&ctx, &arena, (size_t) dims[0], (size_t) dims[1], weights,
									  means, covariances, &m));
	if (names)
		gmm_set_names(&m, names);
	return gmm_datum(&m);
}

/* --- some columns, given others ------------------------------------------------------------- */

PG_FUNCTION_INFO_V1(gmm_marginal);
Datum
gmm_marginal(PG_FUNCTION_ARGS)
{
	const ms_gmm *m = gmm_arg(fcinfo, 0);
	size_t nd;
	uint32 *dims = arg_dims(fcinfo, 1, m->d, &nd);
	ms_ctx ctx;
	ms_arena arena;
	ms_gmm out;

	open_core(&ctx, &arena);
	CORE(&ctx, ms_gmm_marginal(&ctx, &arena, m, dims, nd, &out));
	return gmm_datum(&out);
}

/* A row of the model's columns, NaN for NULL; *gaps gets their number. */
static double *
partial_row(FunctionCallInfo fcinfo, int argno, const ms_gmm *m, size_t *gaps)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(argno);
	Datum *items;
	bool *nulls;
	int n;
	double *x;

	if (ARR_NDIM(array) > 1)
		report_array_argument("x", ARR_NDIM(array));
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &items,
					  &nulls, &n);
	if ((uint32) n != m->d)
		report_model_columns((size_t) n, m->d, gmm_names(m));
	x = palloc(sizeof(double) * m->d);
	*gaps = 0;
	for (int c = 0; c < n; c++)
	{
		x[c] = nulls[c] ? NAN : DatumGetFloat8(items[c]) + 0.0;
		*gaps += nulls[c];
		if (!nulls[c] && !isfinite(x[c]))
			report_element(c + 1, x[c]);
	}
	return x;
}

PG_FUNCTION_INFO_V1(gmm_condition);
Datum
gmm_condition(PG_FUNCTION_ARGS)
{
	const ms_gmm *m = gmm_arg(fcinfo, 0);
	size_t gaps;
	double *x = partial_row(fcinfo, 1, m, &gaps);
	ms_ctx ctx;
	ms_arena arena;
	ms_gmm out;

	if (gaps == 0)
		report_nothing_unknown();
	open_core(&ctx, &arena);
	CORE(&ctx, ms_gmm_condition(&ctx, &arena, m, x, &out));
	return gmm_datum(&out);
}

PG_FUNCTION_INFO_V1(gmm_impute);
Datum
gmm_impute(PG_FUNCTION_ARGS)
{
	const ms_gmm *m = gmm_arg(fcinfo, 0);
	size_t gaps;
	double *x = partial_row(fcinfo, 1, m, &gaps);
	ms_ctx ctx;

	host_init(&ctx);
	CORE(&ctx, ms_gmm_impute(&ctx, m, x));
	return out_float8_array(x, m->d);
}
