/*
 * optimal.c: a sample beside a known law (mmd_law), and simulated rows beside observed ones with weights by
 * their random inputs (mmd_optimal).
 */
#include "pg/base/compat.h"

#include <math.h>

#include "core/base/order.h"
#include "core/mmd/optimal.h"
#include "pg/base/host.h"
#include "pg/base/json.h"
#include "pg/base/measure.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/sample.h"
#include "pg/mmd/kernel.h"
#include "utils/fmgrprotos.h"

static const char *const law_words[] = {"normal", "uniform", NULL};
static const char *const missing_words[] = {"error", "omit", NULL};

/* Words as JSON; a NaN is null. */
static void
detail(StringInfo out, const char *key, double x)
{
	appendStringInfo(out, "%s\"%s\": ", out->len > 1 ? ", " : "{", key);
	json_double(out, x);
}

static Datum
details_datum(StringInfo out)
{
	appendStringInfoChar(out, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(out->data));
}

/* --- a law ---------------------------------------------------------------------------------- */

/* mmd_law(s, law, parameters, kernel, bandwidth, missing ...) */
static ms_law_options
law_options(FunctionCallInfo fcinfo, size_t d)
{
	ms_law_options o = {.bandwidth = NAN};
	ms_kernel k;
	size_t n;

	o.law = (ms_law) (arg_choice(fcinfo, 1, "law", law_words) + 1);
	if (!PG_ARGISNULL(2))
	{
		double *given = arg_float8_array(fcinfo, 2, "parameters", &n);
		double *all = palloc(2 * d * sizeof(double));

		if (n != 2 && n != 2 * d)
			report_length("parameters", n, 2 * d);
		for (size_t j = 0; j < 2 * d; j++)
			all[j] = given[n == 2 ? j % 2 : j];
		for (size_t j = 0; j < d; j++)
			if (!(o.law == MS_LAW_NORMAL ? all[2 * j + 1] > 0 : all[2 * j + 1] > all[2 * j]) ||
				!isfinite(all[2 * j]) || !isfinite(all[2 * j + 1]))
				report_range("parameters", all[2 * j + 1],
							 o.law == MS_LAW_NORMAL ? "a mean and a standard deviation above 0, for all columns or for each"
													: "two ends in ascending order, for all columns or for each");
		o.parameters = all;
	}
	if (kernel_arg(fcinfo, 3, 4, -1, &k) && ms_kernel_scaled(k.kind))
		o.bandwidth = k.bandwidth[0];
	o.kind = k.kind;
	if (!ms_embedding_exists(o.law, o.kind, d))
		report_no_embedding(kernel_words[o.kind - 1], law_words[o.law - 1]);
	o.omit = arg_choice(fcinfo, 5, "missing", missing_words) == 1;
	return o;
}

/* False where there is nothing to measure. */
static bool
measure_law(FunctionCallInfo fcinfo, const char *function, ms_law_options *o, ms_law_fit *fit)
{
	SampleArg sample = sample_arg_ordered(fcinfo, 0);
	ms_ctx ctx;
	ms_arena arena;
	double rows = Min(ms_sample_weight(sample.s), 1e15);

	host_require(function, ms_law_bytes(sample.s->n + (o->replicates ? (size_t) rows : 0), sample.s->d));
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	/* too little to estimate from is no error */
	if (o->law == MS_LAW_NORMAL && !o->parameters && sample.s->n - sample.s->incomplete < 2)
		return false;
	CORE(&ctx, ms_law_test(&ctx, &arena, sample.s, o, fit));
	ms_arena_free(&arena);
	return fit->n > 0;
}

PG_FUNCTION_INFO_V1(mmd_law);
Datum
mmd_law(PG_FUNCTION_ARGS)
{
	ms_law_options o;
	ms_law_fit fit;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	o = law_options(fcinfo, sample_arg_ordered(fcinfo, 0).s->d);
	if (!measure_law(fcinfo, "mmd_law", &o, &fit))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(sqrt(fmax(0, fit.mmd2)));
}

static Datum
law_test_row(FunctionCallInfo fcinfo, const ms_law_options *o, const ms_law_fit *fit)
{
	Datum values[11];
	bool nulls[11] = {false};
	double draws = (double) fit->draws;
	StringInfoData details;

	initStringInfo(&details);
	detail(&details, "bandwidth", fit->bandwidth);
	detail(&details, "unbiased_square", fit->unbiased);
	values[0] = Float8GetDatum(sqrt(fmax(0, fit->mmd2)));
	values[1] = Float8GetDatum((1 + (double) fit->as_great) / (draws + 1));
	values[2] = Float8GetDatum(1 / (draws + 1));
	out_float8(values, nulls, 3, fit->null_mean);
	out_float8(values, nulls, 4, fit->null_sd);
	values[5] = Int64GetDatum((int64) fit->n);
	nulls[6] = true;
	values[7] = out_text(o->parameters || o->law == MS_LAW_UNIFORM ? "bootstrap" : "bootstrap, estimated parameters");
	values[8] = Int32GetDatum((int32) fit->draws);
	values[9] = Int64GetDatum((int64) o->seed);
	values[10] = details_datum(&details);
	return out_row(fcinfo, values, nulls);
}

PG_FUNCTION_INFO_V1(mmd_law_test);
Datum
mmd_law_test(PG_FUNCTION_ARGS)
{
	static const char *const keys[] = {NULL};
	ms_law_options o;
	ms_law_fit fit;
	int32 replicates;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	o = law_options(fcinfo, sample_arg_ordered(fcinfo, 0).s->d);
	replicates = arg_int32(fcinfo, 6, "replicates");
	if (replicates < 1)
		report_range("replicates", replicates, "at least 1");
	o.replicates = (size_t) replicates;
	o.seed = (uint64) arg_int64(fcinfo, 7, "seed");
	arg_options(fcinfo, 8, keys);
	if (!measure_law(fcinfo, "mmd_law_test", &o, &fit))
		PG_RETURN_NULL();
	return law_test_row(fcinfo, &o, &fit);
}

/* --- optimal weights ------------------------------------------------------------------------ */

static void
inputs_options(FunctionCallInfo fcinfo, int inputs, int law, int options, size_t d, ms_simulation *o)
{
	static const char *const kernels[] = {"gaussian", "laplace", "matern32", "matern52", NULL};
	static const ms_kernel_kind kinds[] = {MS_KERNEL_GAUSSIAN, MS_KERNEL_LAPLACE, MS_KERNEL_MATERN32, MS_KERNEL_MATERN52};
	int32 n = arg_int32(fcinfo, inputs, "inputs");
	int kind;

	if (n < 1 || (size_t) n > d || n > MS_OPTIMAL_INPUTS)
		report_range("inputs", n, psprintf("from 1 to %d columns of the simulated sample", MS_OPTIMAL_INPUTS));
	o->inputs = (size_t) n;
	o->weights.law = (ms_law) (arg_choice(fcinfo, law, "law", law_words) + 1);
	kind = arg_option_choice(fcinfo, options, "input_kernel", kernels, o->weights.law == MS_LAW_UNIFORM ? 3 : 0);
	o->weights.kind = kinds[kind];
	if (!ms_embedding_exists(o->weights.law, o->weights.kind, o->inputs))
		report_no_embedding(kernels[kind], law_words[o->weights.law - 1]);
	o->weights.bandwidth = arg_option_number(fcinfo, options, "input_bandwidth", NAN);
	if (!isnan(o->weights.bandwidth) && !(o->weights.bandwidth > 0))
		report_option_value("input_bandwidth", "a number above 0");
}

/* The core counts columns, and tells of an input outside of its law. */
static void
check_inputs(FunctionCallInfo fcinfo, SampleArg sample, const ms_simulation *o)
{
	ms_rows view = ms_sample_rows(sample.s);

	for (size_t i = 0; o->weights.law == MS_LAW_UNIFORM && i < view.n; i++)
		for (size_t j = 0; j < o->inputs; j++)
		{
			double x = view.x[i * view.stride + j];

			if (x < 0 || x > 1)
				report_range("every input", x, "between 0 and 1, as law => 'uniform' says");
		}
}

/* mmd_optimal(simulated, observed, inputs, law, kernel, bandwidth, scale ...) */
static ms_simulation
simulation_options(FunctionCallInfo fcinfo, int options, const char *const *keys, size_t d)
{
	ms_simulation o = {.replicates = 0};

	arg_options(fcinfo, options, keys);
	inputs_options(fcinfo, 2, 3, options, d, &o);
	o.median = !kernel_arg(fcinfo, 4, 5, options, &o.kernel);
	o.scaling = (ms_scaling) arg_choice(fcinfo, 6, "scale", scaling_words);
	o.omit = arg_option_choice(fcinfo, options, "missing", missing_words, 0) == 1;
	return o;
}

#define OPTIMAL_KEYS "input_kernel", "input_bandwidth", "missing"

static bool
measure_simulation(FunctionCallInfo fcinfo, const char *function, const ms_simulation *o, ms_optimal_mmd *fit)
{
	SampleArg simulated = sample_arg_ordered(fcinfo, 0);
	SampleArg observed = sample_arg_ordered(fcinfo, 1);
	ms_ctx ctx;
	ms_arena arena;

	check_inputs(fcinfo, simulated, o);
	if (simulated.s->d != observed.s->d + o->inputs)
		report_simulated_columns(simulated.s->d, o->inputs, observed.s->d);
	host_require(function, ms_optimal_bytes(simulated.s->n, observed.s->n, simulated.s->d, o->replicates > 0));
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_optimal_fit(&ctx, &arena, simulated.s, observed.s, o, fit));
	return fit->n > 0;
}

PG_FUNCTION_INFO_V1(mmd_optimal);
Datum
mmd_optimal(PG_FUNCTION_ARGS)
{
	static const char *const keys[] = {OPTIMAL_KEYS, KERNEL_OPTIONS, NULL};
	ms_simulation o;
	ms_optimal_mmd fit;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	o = simulation_options(fcinfo, 7, keys, sample_arg_ordered(fcinfo, 0).s->d);
	if (!measure_simulation(fcinfo, "mmd_optimal", &o, &fit))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(sqrt(fit.mmd2));
}

static Datum
optimal_details(const ms_optimal_mmd *fit)
{
	StringInfoData details;

	initStringInfo(&details);
	detail(&details, "plain", sqrt(fit->plain2));
	detail(&details, "bandwidth", fit->bandwidth);
	detail(&details, "input_bandwidth", fit->weights.bandwidth);
	detail(&details, "weights_sum", fit->weights.sum);
	detail(&details, "weights_absolute", fit->weights.absolute);
	detail(&details, "weights_least", fit->weights.least);
	detail(&details, "error", sqrt(fmax(0, fit->weights.e2)));
	detail(&details, "error_plain", sqrt(fmax(0, fit->weights.e2_equal)));
	detail(&details, "nugget", fit->weights.nugget);
	appendStringInfo(&details, ", \"fallback\": %s", fit->weights.fallback ? "true" : "false");
	return details_datum(&details);
}

/* Sorted replicates: percentiles and their spread. */
static Datum
optimal_row(FunctionCallInfo fcinfo, const ms_simulation *o, const ms_optimal_mmd *fit, double level)
{
	Datum values[11];
	bool nulls[11] = {false};
	size_t b = o->replicates;
	size_t low = (size_t) floor((1 - level) / 2 * (double) (b - 1));
	double mean = 0;
	double squares = 0;
	ms_ctx ctx;

	host_init(&ctx);
	CORE(&ctx, ms_order_sort_doubles(&ctx, fit->replicates, b));
	for (size_t i = 0; i < b; i++)
		mean += fit->replicates[i] / (double) b;
	for (size_t i = 0; i < b; i++)
		squares += (fit->replicates[i] - mean) * (fit->replicates[i] - mean);
	values[0] = Float8GetDatum(sqrt(fit->mmd2));
	out_float8(values, nulls, 1, b > 1 ? sqrt(squares / (double) (b - 1)) : NAN);
	values[2] = Float8GetDatum(fit->replicates[low]);
	values[3] = Float8GetDatum(fit->replicates[b - 1 - low]);
	values[4] = Float8GetDatum(level);
	values[5] = Int64GetDatum((int64) fit->n);
	values[6] = Int64GetDatum((int64) fit->m);
	values[7] = out_text("bootstrap of observed rows");
	values[8] = BoolGetDatum(true);
	values[9] = Int64GetDatum((int64) o->seed);
	values[10] = optimal_details(fit);
	return out_row(fcinfo, values, nulls);
}

PG_FUNCTION_INFO_V1(mmd_optimal_interval);
Datum
mmd_optimal_interval(PG_FUNCTION_ARGS)
{
	static const char *const keys[] = {OPTIMAL_KEYS, KERNEL_OPTIONS, NULL};
	ms_simulation o;
	ms_optimal_mmd fit;
	double level;
	int32 replicates;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	o = simulation_options(fcinfo, 10, keys, sample_arg_ordered(fcinfo, 0).s->d);
	level = arg_float8(fcinfo, 7, "level");
	if (!(level > 0 && level < 1))
		report_range("level", level, "between 0 and 1");
	replicates = arg_int32(fcinfo, 8, "replicates");
	if (replicates < 1)
		report_range("replicates", replicates, "at least 1");
	o.replicates = (size_t) replicates;
	o.seed = (uint64) arg_int64(fcinfo, 9, "seed");
	if (!measure_simulation(fcinfo, "mmd_optimal_interval", &o, &fit))
		PG_RETURN_NULL();
	return optimal_row(fcinfo, &o, &fit, level);
}

PG_FUNCTION_INFO_V1(mmd_optimal_weights);
Datum
mmd_optimal_weights(PG_FUNCTION_ARGS)
{
	static const char *const keys[] = {OPTIMAL_KEYS, NULL};
	ReturnSetInfo *set = out_set(fcinfo);
	SampleArg simulated;
	ms_simulation o = {.replicates = 0};
	ms_optimal_mmd fit;
	ms_ctx ctx;
	ms_arena arena;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	simulated = sample_arg_ordered(fcinfo, 0);
	arg_options(fcinfo, 3, keys);
	inputs_options(fcinfo, 1, 2, 3, simulated.s->d, &o);
	o.omit = arg_option_choice(fcinfo, 3, "missing", missing_words, 0) == 1;
	check_inputs(fcinfo, simulated, &o);
	host_require("mmd_optimal_weights", ms_optimal_bytes(simulated.s->n, 0, simulated.s->d, false));
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_optimal_rows(&ctx, &arena, simulated.s, &o, &fit));
	if (fit.n == 0)
		return (Datum) 0;
	sample_add_points(set, simulated, fit.rows, fit.weights.w, fit.n);
	return (Datum) 0;
}
