/*
 * thin.c: kernel_thin, and what a coreset is worth: kernel_thin_weights, kernel_thin_info.
 */
#include "pg/base/compat.h"

#include <math.h>

#include "core/mmd/thin.h"
#include "pg/base/host.h"
#include "pg/base/measure.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/sample.h"
#include "pg/mmd/kernel.h"

/* --- arguments ------------------------------------------------------------------------------ */

static bool
omit_option(FunctionCallInfo fcinfo, int options)
{
	static const char *const missings[] = {"error", "omit", NULL};

	return arg_option_choice(fcinfo, options, "missing", missings, 0) == 1;
}

/* What splits; the core would tell less of it. */
static void
split_options(FunctionCallInfo fcinfo, int options, ms_thin_options *o)
{
	static const char *const splits[] = {"target", "power", "plus", NULL};
	const ms_kernel *k = &o->kernel;

	o->split = (ms_thin_split) arg_option_choice(fcinfo, options, "split", splits, MS_THIN_TARGET);
	o->alpha = arg_option_number(fcinfo, options, "alpha", NAN);
	if (!isnan(o->alpha) && (o->split == MS_THIN_TARGET || k->kind != MS_KERNEL_GAUSSIAN))
		report_option_value("alpha", "left out: only a power of a gaussian kernel has one");
	if (!isnan(o->alpha) && !(o->alpha >= 0.5 && o->alpha <= 1))
		report_option_value("alpha", "a number from 0.5 to 1");
	if (o->split != MS_THIN_TARGET &&
		(k->bandwidths != 1 || (k->kind != MS_KERNEL_GAUSSIAN && k->kind != MS_KERNEL_MATERN32 &&
								k->kind != MS_KERNEL_MATERN52)))
		report_option_value("split", "target, but for a gaussian, matern32 or matern52 kernel with one bandwidth");
}

static ms_thin_options
thin_options(FunctionCallInfo fcinfo)
{
	static const char *const keys[] = {"method",	   "split",	  "alpha", "weights",	   "unique", "delta",
									   "oversampling", "missing", KERNEL_OPTIONS, NULL};
	static const char *const methods[] = {"auto", "plain", "compress", NULL};
	static const char *const weights[] = {"equal", "simplex", NULL};
	int options = 6;
	int32 size = arg_int32(fcinfo, 1, "size");
	ms_thin_options o;

	ms_thin_defaults(&o);
	if (size < 1)
		report_range("size", size, "at least 1");
	o.size = (size_t) size;
	arg_options(fcinfo, options, keys);
	o.median = !kernel_arg(fcinfo, 2, 3, options, &o.kernel);
	o.scaling = (ms_scaling) arg_choice(fcinfo, 4, "scale", scaling_words);
	o.seed = (uint64) arg_int64(fcinfo, 5, "seed");
	split_options(fcinfo, options, &o);
	o.method = (ms_thin_method) arg_option_choice(fcinfo, options, "method", methods, MS_THIN_AUTO);
	o.weights = (ms_thin_weights) arg_option_choice(fcinfo, options, "weights", weights, MS_THIN_EQUAL);
	o.unique = arg_option_bool(fcinfo, options, "unique", false);
	o.delta = arg_option_number(fcinfo, options, "delta", o.delta);
	if (!(o.delta > 0 && o.delta < 1))
		report_option_value("delta", "a number between 0 and 1");
	o.g = arg_option_count(fcinfo, options, "oversampling", 0);
	if (o.g > 16)
		report_option_value("oversampling", "a whole number from 1 to 16");
	o.omit = omit_option(fcinfo, options);
	return o;
}

/* --- kernel_thin ---------------------------------------------------------------------------- */

static Datum
thinned_datum(ms_ctx *ctx, SampleArg sample, const ms_thinned *t)
{
	Growing g;
	size_t used;

	growing_new(&g, &sample_family, ms_thin_value_size(sample.s, t));
	CORE(ctx, ms_thin_value(ctx, sample.s, sample.size, t, g.value, &used));
	if (!g.object)
	{
		SET_VARSIZE(g.value, used);
		return PointerGetDatum(g.value);
	}
	ms_sample_stretch(g.value, used, g.size);
	return growing_finished(&g);
}

PG_FUNCTION_INFO_V1(kernel_thin);
Datum
kernel_thin(PG_FUNCTION_ARGS)
{
	SampleArg sample;
	ms_thin_options o;
	ms_thinned t;
	ms_ctx ctx;
	ms_arena arena;
	Datum result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	sample = sample_arg_ordered(fcinfo, 0);
	o = thin_options(fcinfo);
	host_require("kernel_thin", ms_thin_bytes(&o, sample.s->n, sample.s->d, (sample.s->head.flags & MS_SAMPLE_WEIGHTED) != 0));
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_thin_sample(&ctx, &arena, sample.s, &o, &t));
	if (t.size == 0)
		PG_RETURN_NULL();
	result = thinned_datum(&ctx, sample, &t);
	ms_arena_free(&arena);
	return result;
}

/* --- a coreset beside all rows -------------------------------------------------------------- */

/* kernel_thin_*(coreset, s, kernel, bandwidth, scale, options) */
static ms_coreset_options
coreset_options(FunctionCallInfo fcinfo, bool with_method)
{
	static const char *const of_weights[] = {"method", "missing", KERNEL_OPTIONS, NULL};
	static const char *const of_info[] = {"missing", KERNEL_OPTIONS, NULL};
	static const char *const methods[] = {"simplex", "optimal", NULL};
	ms_coreset_options o = {.method = MS_CORESET_EQUAL};

	arg_options(fcinfo, 5, with_method ? of_weights : of_info);
	o.median = !kernel_arg(fcinfo, 2, 3, 5, &o.kernel);
	o.scaling = (ms_scaling) arg_choice(fcinfo, 4, "scale", scaling_words);
	o.omit = omit_option(fcinfo, 5);
	if (with_method)
		o.method = arg_option_choice(fcinfo, 5, "method", methods, 0) == 0 ? MS_CORESET_SIMPLEX : MS_CORESET_OPTIMAL;
	if (o.method == MS_CORESET_OPTIMAL && !ms_kernel_scaled(o.kernel.kind))
		report_option_value("method", "simplex for the energy and polynomial kernels");
	return o;
}

static void
fit_coreset(FunctionCallInfo fcinfo, const char *function, SampleArg *coreset, const ms_coreset_options *o,
			bool constant, ms_coreset_fit *fit)
{
	SampleArg all = sample_arg_ordered(fcinfo, 1);
	ms_ctx ctx;
	ms_arena arena;

	*coreset = sample_arg_ordered(fcinfo, 0);
	host_require(function, ms_thin_coreset_bytes(coreset->s->n, all.s->n, all.s->d));
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_thin_coreset(&ctx, &arena, coreset->s, all.s, o, constant, fit));
}

PG_FUNCTION_INFO_V1(kernel_thin_weights);
Datum
kernel_thin_weights(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	ms_coreset_options o;
	SampleArg coreset;
	ms_coreset_fit fit;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	o = coreset_options(fcinfo, true);
	fit_coreset(fcinfo, "kernel_thin_weights", &coreset, &o, false, &fit);
	if (!fit.found.converged)
		report_gap("kernel_thin_weights", fit.found.gap);
	sample_add_points(set, coreset, fit.rows, fit.weights, fit.size);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(kernel_thin_info);
Datum
kernel_thin_info(PG_FUNCTION_ARGS)
{
	ms_coreset_options o;
	SampleArg coreset;
	ms_coreset_fit fit;
	Datum values[6];
	bool nulls[6] = {false};
	double size;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	o = coreset_options(fcinfo, false);
	fit_coreset(fcinfo, "kernel_thin_info", &coreset, &o, true, &fit);
	if (fit.size == 0)
		PG_RETURN_NULL();
	size = (double) fit.size;
	values[0] = Int64GetDatum((int64) fit.n);
	values[1] = Int64GetDatum((int64) fit.size);
	values[2] = Int64GetDatum((int64) fit.distinct);
	out_float8(values, nulls, 3, fit.bandwidth);
	values[4] = Float8GetDatum(sqrt(fmax(0, fit.found.mmd2 + fit.constant)));
	values[5] = Float8GetDatum(sqrt(fmax(0, fit.diagonal - fit.constant) / size));
	return out_row(fcinfo, values, nulls);
}
