/*
 * matching_shift.c: whether a linear fit needs weights (shift_regression), and weights for outcomes that
 * have shifted (target_shift).
 */
#include "pg/base/compat.h"

#include <math.h>

#include "core/mmd/matching_regression.h"
#include "core/mmd/matching_shift.h"
#include "pg/base/host.h"
#include "pg/base/json.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/sample.h"
#include "utils/fmgrprotos.h"

static const char *const missing_words[] = {"error", "omit", NULL};

static size_t
response_arg(FunctionCallInfo fcinfo, int argno, size_t d)
{
	int32 response = arg_int32(fcinfo, argno, "response");

	if (d < 2)
		report_range_hint("columns", (double) d, "at least 2", "Build the sample of the outcome and its covariates.");
	if (response < 1 || (size_t) response > d)
		report_range("response", response, psprintf("a column from 1 to %zu", d));
	return (size_t) response - 1;
}

/* False where there are too few rows. */
static bool
regress(FunctionCallInfo fcinfo, const char *function, int target, int response, int options, ms_regression *r)
{
	static const char *const keys[] = {"missing", NULL};
	SampleArg s = sample_arg_ordered(fcinfo, 0);
	SampleArg other = {NULL, 0};
	size_t column = response_arg(fcinfo, response, s.s->d);
	bool omit;
	ms_ctx ctx;
	ms_arena arena;

	arg_options(fcinfo, options, keys);
	omit = arg_option_choice(fcinfo, options, "missing", missing_words, 0) == 1;
	if (target >= 0 && !PG_ARGISNULL(target))
		other = sample_arg_ordered(fcinfo, target);
	host_require(function, ms_regression_bytes(s.s->n, s.s->d));
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_regression_fit(&ctx, &arena, s.s, other.s, column, omit, r));
	return r->n > r->k;
}

PG_FUNCTION_INFO_V1(shift_regression);
Datum
shift_regression(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	ms_regression r;

	if (PG_ARGISNULL(0) || !regress(fcinfo, "shift_regression", -1, 1, 2, &r))
		return (Datum) 0;
	for (size_t j = 0; j < r.k; j++)
	{
		Datum values[] = {Int32GetDatum((int32) j), Float8GetDatum(r.plain[j]), Float8GetDatum(r.plain_error[j]),
						  Float8GetDatum(r.weighted[j]), Float8GetDatum(r.weighted_error[j])};
		bool nulls[lengthof(values)] = {0};

		out_add(set, values, nulls);
	}
	return (Datum) 0;
}

static Datum
regression_details(const ms_regression *r)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "{\"df1\": %zu, \"df2\": %zu, \"effective\": ", r->df1, r->df2);
	json_double(&out, r->effective);
	appendStringInfoString(&out, ", \"target_complexity\": ");
	json_double(&out, r->complexity);
	appendStringInfo(&out, ", \"recommended\": \"%s\"}", r->p_value > 0.05 ? "plain" : "weighted");
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data));
}

PG_FUNCTION_INFO_V1(shift_regression_test);
Datum
shift_regression_test(PG_FUNCTION_ARGS)
{
	ms_regression r;
	Datum values[11];
	bool nulls[11] = {false};

	if (PG_ARGISNULL(0) || !regress(fcinfo, "shift_regression_test", 1, 2, 3, &r) || isnan(r.f))
		PG_RETURN_NULL();
	values[0] = Float8GetDatum(r.f);
	values[1] = Float8GetDatum(r.p_value);
	values[2] = Float8GetDatum(0);
	nulls[3] = nulls[4] = nulls[6] = nulls[8] = nulls[9] = true;
	if (r.df2 > 2)
	{
		nulls[3] = false;
		values[3] = Float8GetDatum((double) r.df2 / (double) (r.df2 - 2));
	}
	values[5] = Int64GetDatum((int64) r.n);
	values[7] = out_text("F");
	values[10] = regression_details(&r);
	return out_row(fcinfo, values, nulls);
}

/* --- outcomes that have shifted ------------------------------------------------------------- */

/* target_shift(source, target, alpha, options) */
static ms_shift_options
shift_options(FunctionCallInfo fcinfo)
{
	static const char *const keys[] = {"x_bandwidth", "y_bandwidth", "target_bandwidth", "missing", NULL};
	ms_shift_options o;
	double *const bandwidths[] = {&o.x_bandwidth, &o.y_bandwidth, &o.target_bandwidth};

	o.alpha = arg_float8(fcinfo, 2, "alpha");
	if (!(o.alpha > 0 && o.alpha < INFINITY))
		report_range("alpha", o.alpha, "above 0 and finite");
	arg_options(fcinfo, 3, keys);
	for (int i = 0; i < 3; i++)
	{
		*bandwidths[i] = arg_option_number(fcinfo, 3, keys[i], NAN);
		if (!isnan(*bandwidths[i]) && !(*bandwidths[i] > 0))
			report_option_value(keys[i], "a number above 0");
	}
	o.omit = arg_option_choice(fcinfo, 3, "missing", missing_words, 0) == 1;
	return o;
}

PG_FUNCTION_INFO_V1(target_shift);
Datum
target_shift(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	SampleArg source, target;
	ms_shift_options o;
	ms_shift f;
	ms_ctx ctx;
	ms_arena arena;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	source = sample_arg_ordered(fcinfo, 0);
	target = sample_arg_ordered(fcinfo, 1);
	o = shift_options(fcinfo);
	if (source.s->d != 2 || target.s->d != 1)
		report_shift_columns(source.s->d, target.s->d);
	host_require("target_shift", ms_shift_bytes(source.s->n, target.s->n));
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_shift_fit(&ctx, &arena, source.s, target.s, &o, &f));
	if (f.n == 0)
		return (Datum) 0;
	if (f.floored > 0.05)
		report_floored("target_shift", f.floored);
	sample_add_points(set, source, f.rows, f.weights, f.n);
	return (Datum) 0;
}
