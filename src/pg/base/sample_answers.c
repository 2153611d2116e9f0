/*
 * sample_answers.c: what a measure_sample answers: rows, columns, quantiles, charts, summary.
 */
#include "pg/base/sample.h"

#include <inttypes.h>
#include <math.h>

#include "catalog/pg_type.h"
#include "core/base/describe.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/value.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"

PG_FUNCTION_INFO_V1(sample_n);
Datum
sample_n(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) sample_arg(fcinfo, 0).s->n);
}

static Datum
kinds_array(const ms_sample *s)
{
	const unsigned char *kinds = ms_sample_kinds(s);
	const char **words = palloc(sizeof(char *) * s->d);

	for (size_t j = 0; j < s->d; j++)
		words[j] = sample_kind_words[kinds ? kinds[j] : MS_KIND_NUMBER];
	return out_text_array(words, s->d);
}

PG_FUNCTION_INFO_V1(sample_info);
Datum
sample_info(PG_FUNCTION_ARGS)
{
	const ms_sample *s = sample_arg_ordered(fcinfo, 0).s;
	Datum values[] = {Int64GetDatum((int64) s->n),
					  Float8GetDatum(ms_sample_weight(s)),
					  Int32GetDatum((int32) s->d),
					  Int64GetDatum((int64) ms_sample_distinct(s)),
					  Int64GetDatum((int64) s->incomplete),
					  BoolGetDatum((s->head.flags & MS_SAMPLE_ID) != 0),
					  kinds_array(s),
					  Int64GetDatum((int64) ms_sample_used(s))};
	bool nulls[lengthof(values)] = {0};

	return out_row(fcinfo, values, nulls);
}

/* --- rows ----------------------------------------------------------------------------------- */

static Datum
row_id_text(const SampleArg *arg, const uint64 *record)
{
	uint64 slot = record[ms_sample_id_slot(arg->s)];
	ms_string string;

	if (arg->s->head.flags & MS_SAMPLE_ID_INT)
		return out_text(psprintf(INT64_FORMAT, (int64) slot));
	string = ms_sample_string(arg->s, arg->size, slot);
	return PointerGetDatum(cstring_to_text_with_len(string.bytes, (int) string.length));
}

/* Numbers and booleans as float8[]; gaps, and text, are NULL elements. */
static Datum
row_numbers(const ms_sample *s, const uint64 *record)
{
	const unsigned char *kinds = ms_sample_kinds(s);
	Datum *items = palloc(sizeof(Datum) * s->d);
	bool *nulls = palloc(sizeof(bool) * s->d);
	int dims = (int) s->d;
	int lower = 1;

	for (size_t j = 0; j < s->d; j++)
	{
		nulls[j] = record[j] == MS_GAP_BITS || (kinds && kinds[j] == MS_KIND_NOMINAL);
		items[j] = Float8GetDatum(((const double *) record)[j]);
	}
	return PointerGetDatum(
		construct_md_array(items, nulls, 1, &dims, &lower, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static void
add_point(ReturnSetInfo *set, const SampleArg *arg, size_t row, double weight)
{
	const uint64_t *record = ms_sample_record(arg->s, row);
	uint16 flags = arg->s->head.flags;
	Datum values[4];
	bool nulls[4] = {!(flags & MS_SAMPLE_ID), false, false, !(flags & MS_SAMPLE_MIXED)};

	values[0] = nulls[0] ? (Datum) 0 : row_id_text(arg, record);
	values[1] = row_numbers(arg->s, record);
	values[2] = Float8GetDatum(weight);
	values[3] = nulls[3] ? (Datum) 0 : PointerGetDatum(mixed_of_record(arg->s, arg->size, record));
	out_add(set, values, nulls);
}

void
sample_add_points(ReturnSetInfo *set, SampleArg arg, const size_t *rows, const double *weights, size_t n)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "sample_add_points", ALLOCSET_DEFAULT_SIZES);
	ms_rows view = ms_sample_rows(arg.s);

	for (size_t i = 0; i < n; i++)
	{
		MemoryContext outer = MemoryContextSwitchTo(context);
		size_t row = rows ? rows[i] : i;

		add_point(set, &arg, row, weights ? weights[i] : ms_rows_weight(&view, row));
		MemoryContextSwitchTo(outer);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
}

PG_FUNCTION_INFO_V1(sample_rows);
Datum
sample_rows(PG_FUNCTION_ARGS)
{
	SampleArg arg = sample_arg_ordered(fcinfo, 0);

	sample_add_points(out_set(fcinfo), arg, NULL, NULL, arg.s->n);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(sample_marginal);
Datum
sample_marginal(PG_FUNCTION_ARGS)
{
	SampleArg arg = sample_arg_ordered(fcinfo, 0);
	size_t nd;
	uint32_t *dims = arg_dims(fcinfo, 1, arg.s->d, &nd);
	Growing g;
	size_t used;
	ms_ctx ctx;

	growing_new(&g, &sample_family, ms_sample_marginal_size(arg.s, nd));
	host_init(&ctx);
	CORE(&ctx, ms_sample_marginal(&ctx, arg.s, arg.size, dims, nd, g.value, &used));
	if (!g.object)
	{
		SET_VARSIZE(g.value, used);
		PG_RETURN_POINTER(g.value);
	}
	ms_sample_stretch(g.value, used, g.size);
	return growing_finished(&g);
}

/* --- one column ----------------------------------------------------------------------------- */

/* The only column of a sample of one column, in order; memory stays in the current context. */
static ms_column
only_column(FunctionCallInfo fcinfo, const char *function, ms_ctx *ctx)
{
	SampleArg arg = sample_arg_ordered(fcinfo, 0);
	ms_column column;
	ms_arena arena;

	if (arg.s->d != 1)
		report_several_columns(function, arg.s->d);
	host_init(ctx);
	ms_arena_init(&arena, ctx);
	CORE(ctx, ms_describe_column(ctx, &arena, arg.s, 0, &column));
	return column;
}

static bool
column_empty(const ms_column *column)
{
	return column->n == 0 || !(column->weight > 0);
}

static void
check_share(const char *name, double p)
{
	if (!(p >= 0 && p <= 1))
		report_range(name, p, "between 0 and 1");
}

PG_FUNCTION_INFO_V1(sample_quantile);
Datum
sample_quantile(PG_FUNCTION_ARGS)
{
	ms_ctx ctx;
	ms_column column = only_column(fcinfo, "sample_quantile", &ctx);
	double p = PG_GETARG_FLOAT8(1);

	check_share("p", p);
	if (column_empty(&column))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(ms_describe_quantile(&column, p));
}

PG_FUNCTION_INFO_V1(sample_quantiles);
Datum
sample_quantiles(PG_FUNCTION_ARGS)
{
	ms_ctx ctx;
	ms_column column = only_column(fcinfo, "sample_quantile", &ctx);
	size_t n;
	double *p = arg_float8_array(fcinfo, 1, "p", &n);
	double *x = palloc(sizeof(double) * (n + 1));

	for (size_t i = 0; i < n; i++)
		check_share("p", p[i]);
	if (column_empty(&column))
		PG_RETURN_NULL();
	for (size_t i = 0; i < n; i++)
		x[i] = ms_describe_quantile(&column, p[i]);
	return out_float8_array(x, n);
}

PG_FUNCTION_INFO_V1(sample_quantile_interval);
Datum
sample_quantile_interval(PG_FUNCTION_ARGS)
{
	ms_ctx ctx;
	ms_column column = only_column(fcinfo, "sample_quantile_interval", &ctx);
	double p = PG_GETARG_FLOAT8(1);
	double level = PG_GETARG_FLOAT8(2);
	double n, lower, upper, coverage;
	Datum values[11];
	bool nulls[11] = {0};

	check_share("p", p);
	if (!(level > 0 && level < 1))
		report_range("level", level, "above 0 and below 1");
	if (column_empty(&column))
		PG_RETURN_NULL();
	n = floor(ms_describe_effective(&column));
	ms_describe_quantile_interval(&column, p, level, &lower, &upper, &coverage);
	values[0] = Float8GetDatum(ms_describe_quantile(&column, p));
	nulls[1] = true;
	out_float8(values, nulls, 2, lower);
	out_float8(values, nulls, 3, upper);
	values[4] = Float8GetDatum(level);
	values[5] = Int64GetDatum(n < 9e18 ? (int64) n : PG_INT64_MAX);
	nulls[6] = true;
	values[7] = out_text("order statistics");
	values[8] = BoolGetDatum(true);
	nulls[9] = true;
	nulls[10] = isnan(coverage);
	if (!nulls[10])
		values[10] = DirectFunctionCall1(jsonb_in, CStringGetDatum(psprintf("{\"coverage\": %.6g}", coverage)));
	return out_row(fcinfo, values, nulls);
}

PG_FUNCTION_INFO_V1(sample_cdf);
Datum
sample_cdf(PG_FUNCTION_ARGS)
{
	ms_ctx ctx;
	ms_column column = only_column(fcinfo, "sample_cdf", &ctx);
	double x = PG_GETARG_FLOAT8(1);

	if (isnan(x))
		report_range("x", x, "a number");
	if (column_empty(&column))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(ms_describe_cdf(&column, x));
}

PG_FUNCTION_INFO_V1(sample_histogram);
Datum
sample_histogram(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	ms_ctx ctx;
	ms_column column;
	double lo, hi, width;
	double *counts;
	int bins;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	column = only_column(fcinfo, "sample_histogram", &ctx);
	if (column_empty(&column))
		return (Datum) 0;
	lo = PG_ARGISNULL(2) ? column.x[0] : PG_GETARG_FLOAT8(2);
	hi = PG_ARGISNULL(3) ? column.x[column.n - 1] : PG_GETARG_FLOAT8(3);
	if (!isfinite(lo))
		report_range("lo", lo, "finite");
	if (!isfinite(hi) || !isfinite(hi - lo) || hi < lo || (hi == lo && !(PG_ARGISNULL(2) && PG_ARGISNULL(3))))
		report_range("hi", hi, "finite and above lo");
	if (hi == lo) /* a constant column: a bin around it */
	{
		double half = 0.5 * fmax(1, fabs(lo) * 1e-9);

		lo -= half;
		hi += half;
	}
	bins = PG_ARGISNULL(1) ? ms_describe_bins(&column, lo, hi) : PG_GETARG_INT32(1);
	if (bins < 1 || bins > 1000000)
		report_range("bins", bins, "between 1 and 1000000");
	counts = palloc0(sizeof(double) * (size_t) bins);
	ms_describe_histogram(&column, lo, hi, bins, counts);
	width = (hi - lo) / bins;
	for (int i = 0; i < bins; i++)
	{
		Datum values[] = {Int32GetDatum(i + 1), Float8GetDatum(ms_describe_edge(lo, hi, bins, i)),
						  Float8GetDatum(ms_describe_edge(lo, hi, bins, i + 1)), Float8GetDatum(counts[i]),
						  Float8GetDatum(counts[i] / (column.weight * width))};
		bool nulls[lengthof(values)] = {0};

		out_add(set, values, nulls);
	}
	return (Datum) 0;
}

/* --- all columns ---------------------------------------------------------------------------- */

enum CurveKind
{
	CURVE_CDF,
	CURVE_QUANTILE,
	CURVE_DENSITY
};

/* Points at even steps over the range of x (of p for quantiles); a density begins 3 bandwidths outside. */
static void
curve_points(ms_ctx *ctx, const ms_column *column, enum CurveKind kind, int points, double *x, double *y)
{
	double bandwidth = 0;
	double lo;
	double hi;

	if (kind == CURVE_DENSITY)
		CORE(ctx, ms_describe_bandwidth(ctx, column, &bandwidth));
	lo = column->x[0] - 3 * bandwidth;
	hi = column->x[column->n - 1] + 3 * bandwidth;
	for (int i = 0; i < points; i++)
	{
		double share = points > 1 ? (double) i / (points - 1) : 0.5;

		x[i] = kind == CURVE_QUANTILE ? share : lo + share * (hi - lo);
		if (kind == CURVE_CDF)
			y[i] = ms_describe_cdf(column, x[i]);
		if (kind == CURVE_QUANTILE)
			y[i] = ms_describe_quantile(column, share);
	}
	if (kind == CURVE_DENSITY)
		CORE(ctx, ms_describe_density(ctx, column, bandwidth, x, (size_t) points, y));
}

PG_FUNCTION_INFO_V1(sample_curve);
Datum
sample_curve(PG_FUNCTION_ARGS)
{
	static const char *const kinds[] = {"cdf", "quantile", "density", NULL};
	ReturnSetInfo *set = out_set(fcinfo);
	SampleArg arg;
	int kind, points;
	double *x, *y;
	ms_ctx ctx;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	arg = sample_arg_ordered(fcinfo, 0);
	kind = arg_choice(fcinfo, 1, "kind", kinds);
	points = arg_int32(fcinfo, 2, "points");
	if (points < 1 || points > 1000000)
		report_range("points", points, "between 1 and 1000000");
	x = palloc(sizeof(double) * (size_t) points);
	y = palloc(sizeof(double) * (size_t) points);
	host_init(&ctx);
	for (size_t j = 0; j < arg.s->d; j++)
	{
		ms_column column;
		ms_arena arena;

		ms_arena_init(&arena, &ctx);
		CORE(&ctx, ms_describe_column(&ctx, &arena, arg.s, j, &column));
		if (!column_empty(&column))
		{
			Datum series = out_text(column_name(NULL, j));

			curve_points(&ctx, &column, (enum CurveKind) kind, points, x, y);
			for (int i = 0; i < points; i++)
			{
				Datum values[] = {series, Float8GetDatum(x[i]), Float8GetDatum(y[i])};
				bool nulls[lengthof(values)] = {0};

				out_add(set, values, nulls);
			}
		}
		ms_arena_free(&arena);
	}
	return (Datum) 0;
}

/* Summary of column j; a nominal one has only n and missing. */
static ms_summary
summarise(const ms_sample *s, size_t j)
{
	const unsigned char *kinds = ms_sample_kinds(s);
	ms_summary summary = {.mean = NAN, .sd = NAN, .min = NAN, .q1 = NAN, .median = NAN, .q3 = NAN, .max = NAN};
	ms_column column;
	ms_arena arena;
	ms_ctx ctx;

	if (kinds && kinds[j] == MS_KIND_NOMINAL)
	{
		ms_rows rows = ms_sample_rows(s);

		for (size_t i = 0; i < s->n; i++)
		{
			if (ms_sample_record(s, i)[j] == MS_GAP_BITS)
				summary.missing++;
			else
				summary.n += ms_rows_weight(&rows, i);
		}
		return summary;
	}
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_describe_column(&ctx, &arena, s, j, &column));
	summary.missing = column.missing;
	if (!column_empty(&column))
		CORE(&ctx, ms_describe_summary(&ctx, &column, &summary));
	ms_arena_free(&arena);
	return summary;
}

PG_FUNCTION_INFO_V1(sample_columns);
Datum
sample_columns(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	SampleArg arg;
	char **names;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	arg = sample_arg_ordered(fcinfo, 0);
	names = arg_names(fcinfo, 1, arg.s->d);
	for (size_t j = 0; j < arg.s->d; j++)
	{
		ms_summary c = summarise(arg.s, j);
		double numbers[] = {c.mean, c.sd, c.min, c.q1, c.median, c.q3, c.max};
		Datum values[11] = {Int32GetDatum((int32) j + 1), out_text(column_name(names, j)), Float8GetDatum(c.n),
							Int64GetDatum((int64) c.missing)};
		bool nulls[11] = {0};

		for (int i = 0; i < 7; i++)
			out_float8(values, nulls, 4 + i, numbers[i]);
		out_add(set, values, nulls);
	}
	return (Datum) 0;
}

/* Five digits, and large numbers whole as long as they fit their column. */
static const char *
summary_number(double x)
{
	if (isnan(x))
		return "";
	return psprintf(fabs(x) >= 1e4 && fabs(x) < 1e9 ? "%.0f" : "%.5g", x);
}

/* A summary is for people. */
#define SUMMARY_COLUMNS 50

PG_FUNCTION_INFO_V1(sample_summary);
Datum
sample_summary(PG_FUNCTION_ARGS)
{
	const ms_sample *s = sample_arg_ordered(fcinfo, 0).s;
	const unsigned char *kinds = ms_sample_kinds(s);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "Sample: " UINT64_FORMAT " row%s, %u column%s", s->n, s->n == 1 ? "" : "s", s->d, s->d == 1 ? "" : "s");
	if (s->head.flags & MS_SAMPLE_WEIGHTED)
		appendStringInfo(&out, ", weight %.10g", ms_sample_weight(s));
	if (s->head.flags & MS_SAMPLE_ID)
		appendStringInfoString(&out, ", keyed");
	appendStringInfo(&out, "\n%7s %8s %10s %8s %10s %10s %10s %10s %10s %10s %10s", "column", "kind", "n", "missing",
					 "mean", "sd", "min", "q1", "median", "q3", "max");
	for (size_t j = 0; j < s->d && j < SUMMARY_COLUMNS; j++)
	{
		ms_summary c = summarise(s, j);
		double numbers[] = {c.mean, c.sd, c.min, c.q1, c.median, c.q3, c.max};

		appendStringInfo(&out, "\n%7zu %8s %10.10g %8" PRIu64, j + 1, sample_kind_words[kinds ? kinds[j] : MS_KIND_NUMBER],
						 c.n, c.missing);
		for (size_t i = 0; i < lengthof(numbers); i++)
			appendStringInfo(&out, " %10s", summary_number(numbers[i]));
	}
	if (s->d > SUMMARY_COLUMNS)
		appendStringInfo(&out, "\n%u columns more: sample_columns(s) has them all", s->d - SUMMARY_COLUMNS);
	return out_text(out.data);
}
