/*
 * line.c: what two samples on a line, or one, answer beside their distance.
 */
#include "pg/transport/line.h"

#include <math.h>

#include "core/transport/levels1d.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/sample.h"

ms_column
line_column(FunctionCallInfo fcinfo, int argno, const char *function, ms_ctx *ctx, ms_arena *arena)
{
	SampleArg arg = sample_arg_ordered(fcinfo, argno);
	ms_column column;

	if (arg.s->d != 1)
		report_several_columns(function, arg.s->d);
	CORE(ctx, ms_describe_column(ctx, arena, arg.s, 0, &column));
	if (!(column.weight > 0))
		column.n = 0;
	return column;
}

bool
line_open(Line *line, FunctionCallInfo fcinfo, const char *function)
{
	host_init(&line->ctx);
	ms_arena_init(&line->arena, &line->ctx);
	line->a = line_column(fcinfo, 0, function, &line->ctx, &line->arena);
	line->b = line_column(fcinfo, 1, function, &line->ctx, &line->arena);
	return line->a.n > 0 && line->b.n > 0;
}

static double
exponent(FunctionCallInfo fcinfo, int argno)
{
	double p = PG_GETARG_FLOAT8(argno);

	if (!(p >= 1))
		report_range("p", p, "at least 1");
	return p;
}

/* --- what moved ----------------------------------------------------------------------------- */

PG_FUNCTION_INFO_V1(wasserstein_quantiles);
Datum
wasserstein_quantiles(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	size_t n;
	const double *p = arg_float8_array(fcinfo, 2, "p", &n);
	double *numbers = palloc(sizeof(double) * (3 * n + 1));
	Line line;

	for (size_t i = 0; i < n; i++)
		if (!(p[i] >= 0 && p[i] <= 1))
			report_range("p", p[i], "between 0 and 1");
	if (!line_open(&line, fcinfo, "wasserstein_quantiles"))
		return (Datum) 0;
	ms_wasserstein1d_quantiles(&line.a, &line.b, p, n, numbers, numbers + n, numbers + 2 * n);
	for (size_t i = 0; i < n; i++)
	{
		Datum values[] = {Float8GetDatum(p[i]), Float8GetDatum(numbers[i]),
						  Float8GetDatum(numbers[n + i]), Float8GetDatum(numbers[2 * n + i])};
		bool nulls[lengthof(values)] = {0};

		out_add(set, values, nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(wasserstein_parts);
Datum
wasserstein_parts(PG_FUNCTION_ARGS)
{
	Datum values[7];
	bool nulls[7] = {0};
	ms_w2_parts w;
	double whole;
	Line line;

	if (!line_open(&line, fcinfo, "wasserstein_parts"))
		PG_RETURN_NULL();
	CORE(&line.ctx, ms_wasserstein1d_parts(&line.ctx, &line.a, &line.b, &w));
	whole = w.location + w.size + w.shape;
	out_float8(values, nulls, 0, sqrt(whole));
	out_float8(values, nulls, 1, w.location);
	out_float8(values, nulls, 2, w.size);
	out_float8(values, nulls, 3, w.shape);
	/* shares of nothing are not known */
	out_float8(values, nulls, 4, w.location / whole);
	out_float8(values, nulls, 5, w.size / whole);
	out_float8(values, nulls, 6, w.shape / whole);
	return out_row(fcinfo, values, nulls);
}

/* --- other distances ------------------------------------------------------------------------ */

PG_FUNCTION_INFO_V1(wasserstein_trimmed);
Datum
wasserstein_trimmed(PG_FUNCTION_ARGS)
{
	double p = exponent(fcinfo, 2);
	double cut = PG_GETARG_FLOAT8(3);
	double out;
	Line line;

	if (!(cut >= 0 && cut < 0.5))
		report_range("cut", cut, "at least 0 and below 0.5");
	if (!line_open(&line, fcinfo, "wasserstein_trimmed"))
		PG_RETURN_NULL();
	CORE(&line.ctx, ms_levels1d_trimmed(&line.ctx, &line.a, &line.b, p, cut, &out));
	PG_RETURN_FLOAT8(out);
}

PG_FUNCTION_INFO_V1(wasserstein_circular);
Datum
wasserstein_circular(PG_FUNCTION_ARGS)
{
	double circumference = PG_GETARG_FLOAT8(2);
	double least, greatest, out;
	Line line;

	if (!(circumference > 0) || isinf(circumference))
		report_range("circumference", circumference, "above 0 and finite");
	if (!line_open(&line, fcinfo, "wasserstein_circular"))
		PG_RETURN_NULL();
	least = fmin(line.a.x[0], line.b.x[0]);
	greatest = fmax(line.a.x[line.a.n - 1], line.b.x[line.b.n - 1]);
	if (least < 0 || greatest >= circumference)
		report_range_hint("values", least < 0 ? least : greatest,
						  psprintf("at least 0 and below the circumference, %g", circumference),
						  "Bring them there: x - circumference * floor(x / circumference).");
	CORE(&line.ctx,
		 ms_wasserstein1d_circle(&line.ctx, &line.arena, &line.a, &line.b, circumference, &out));
	PG_RETURN_FLOAT8(out);
}

PG_FUNCTION_INFO_V1(orlicz_wasserstein);
Datum
orlicz_wasserstein(PG_FUNCTION_ARGS)
{
	int power = PG_GETARG_INT32(2);
	double out;
	Line line;

	if (power != 1 && power != 2)
		report_range("power", power, "1 or 2");
	if (!line_open(&line, fcinfo, "orlicz_wasserstein"))
		PG_RETURN_NULL();
	CORE(&line.ctx, ms_wasserstein1d_orlicz(&line.ctx, &line.arena, &line.a, &line.b, power, &out));
	PG_RETURN_FLOAT8(out);
}

/* --- one sample ----------------------------------------------------------------------------- */

#define MOST_BINS 1000000

PG_FUNCTION_INFO_V1(wasserstein_vector);
Datum
wasserstein_vector(PG_FUNCTION_ARGS)
{
	int bins = PG_GETARG_INT32(1);
	ms_column column;
	ms_arena arena;
	double *means;
	ms_ctx ctx;

	if (bins < 1 || bins > MOST_BINS)
		report_range("bins", bins, psprintf("between 1 and %d", MOST_BINS));
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	column = line_column(fcinfo, 0, "wasserstein_vector", &ctx, &arena);
	if (column.n == 0)
		PG_RETURN_NULL();
	CORE(&ctx, MS_ALLOC(&arena, (size_t) bins, &means));
	CORE(&ctx, ms_levels1d_means(&ctx, &column, (size_t) bins, means));
	return out_float8_array(means, (size_t) bins);
}
