/*
 * kll_answers.c: what quantile sketches say: quantiles, distribution function, distances.
 */
#include "pg/transport/kll.h"

#include <math.h>

#include "core/transport/wasserstein1d.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"

/* The sketch in argument 0 as a column; memory stays in the current context. */
static ms_column
column_arg(FunctionCallInfo fcinfo)
{
	ms_column column;
	ms_arena arena;
	ms_ctx ctx;

	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_kll_column(&ctx, &arena, kll_arg(fcinfo, 0), &column));
	return column;
}

static void
check_share(double p)
{
	if (!(p >= 0 && p <= 1))
		report_range("p", p, "between 0 and 1");
}

PG_FUNCTION_INFO_V1(kll_quantile);
Datum
kll_quantile(PG_FUNCTION_ARGS)
{
	ms_column column = column_arg(fcinfo);
	double p = PG_GETARG_FLOAT8(1);

	check_share(p);
	if (column.n == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(ms_kll_quantile(kll_arg(fcinfo, 0), &column, p));
}

PG_FUNCTION_INFO_V1(kll_quantiles);
Datum
kll_quantiles(PG_FUNCTION_ARGS)
{
	const ms_kll *q = kll_arg(fcinfo, 0);
	ms_column column = column_arg(fcinfo);
	size_t n;
	const double *p = arg_float8_array(fcinfo, 1, "p", &n);
	double *x = palloc(sizeof(double) * (n + 1));

	for (size_t i = 0; i < n; i++)
		check_share(p[i]);
	if (column.n == 0)
		PG_RETURN_NULL();
	for (size_t i = 0; i < n; i++)
		x[i] = ms_kll_quantile(q, &column, p[i]);
	return out_float8_array(x, n);
}

PG_FUNCTION_INFO_V1(kll_cdf);
Datum
kll_cdf(PG_FUNCTION_ARGS)
{
	ms_column column = column_arg(fcinfo);
	double x = PG_GETARG_FLOAT8(1);

	if (isnan(x))
		report_range("x", x, "a number");
	if (column.n == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(ms_kll_cdf(kll_arg(fcinfo, 0), &column, x));
}

/* W_p of two sketches, or how far it may be from that of the rows; NULL where one has none. */
static Datum
distance(FunctionCallInfo fcinfo, bool error)
{
	const ms_kll *a = kll_arg(fcinfo, 0);
	const ms_kll *b = kll_arg(fcinfo, 1);
	double p = PG_GETARG_FLOAT8(2);
	double out[2];
	ms_arena arena;
	ms_ctx ctx;

	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_wasserstein1d_p(&ctx, p));
	if (a->n == 0 || b->n == 0)
		PG_RETURN_NULL();
	CORE(&ctx, ms_kll_wasserstein(&ctx, &arena, a, b, p, out, out + 1));
	PG_RETURN_FLOAT8(out[error]);
}

PG_FUNCTION_INFO_V1(kll_wasserstein);
Datum
kll_wasserstein(PG_FUNCTION_ARGS)
{
	return distance(fcinfo, false);
}

PG_FUNCTION_INFO_V1(kll_wasserstein_error);
Datum
kll_wasserstein_error(PG_FUNCTION_ARGS)
{
	return distance(fcinfo, true);
}

/* --- for people ----------------------------------------------------------------------------- */

PG_FUNCTION_INFO_V1(kll_info);
Datum
kll_info(PG_FUNCTION_ARGS)
{
	const ms_kll *q = kll_arg(fcinfo, 0);
	bool empty = q->n == 0;
	Datum values[] = {Int64GetDatum((int64) q->n),
					  Float8GetDatum(q->weight),
					  Int32GetDatum((int32) q->k),
					  Float8GetDatum(ms_kll_error(q)),
					  BoolGetDatum(q->compactions == 0),
					  Float8GetDatum(q->min),
					  Float8GetDatum(q->max),
					  Int32GetDatum((int32) q->count),
					  Int32GetDatum((int32) ms_kll_used(q)),
					  Int64GetDatum(q->seed)};
	bool nulls[lengthof(values)] = {[5] = empty, [6] = empty};

	return out_row(fcinfo, values, nulls);
}

PG_FUNCTION_INFO_V1(kll_summary);
Datum
kll_summary(PG_FUNCTION_ARGS)
{
	static const double shares[] = {0, 0.05, 0.25, 0.5, 0.75, 0.95, 1};
	static const char *const names[] = {"min", "5%", "25%", "median", "75%", "95%", "max"};
	const ms_kll *q = kll_arg(fcinfo, 0);
	ms_column column = column_arg(fcinfo);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "Quantile sketch of " UINT64_FORMAT " row%s", q->n,
					 q->n == 1 ? "" : "s");
	if (q->head.flags & MS_KLL_WEIGHTED)
		appendStringInfo(&out, ", weight %.10g", q->weight);
	if (q->compactions == 0)
		appendStringInfoString(&out, ": exact");
	else
		appendStringInfo(&out, ": ranks within %.2g %% (99 of 100 sketches)",
						 100 * ms_kll_error(q));
	appendStringInfo(&out, "\naccuracy %u, seed " INT64_FORMAT ", %u numbers, %zu bytes", q->k,
					 q->seed, q->count, ms_kll_used(q));
	if (column.n == 0)
		return out_text(out.data);
	appendStringInfoChar(&out, '\n');
	for (size_t i = 0; i < lengthof(names); i++)
		appendStringInfo(&out, "%10s", names[i]);
	appendStringInfoChar(&out, '\n');
	for (size_t i = 0; i < lengthof(shares); i++)
		appendStringInfo(&out, "%10.5g", ms_kll_quantile(q, &column, shares[i]));
	return out_text(out.data);
}
