/*
 * matching.c: weights that make one sample like another: kernel_mean_matching and its evidence, double
 * weighting, density_ratio.
 */
#include "pg/base/compat.h"

#include <math.h>

#include "core/mmd/matching.h"
#include "core/mmd/matching_ratio.h"
#include "core/mmd/thin_points.h"
#include "pg/base/host.h"
#include "pg/base/measure.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/sample.h"
#include "pg/mmd/kernel.h"

#define OPTIONS 6 /* of kernel_mean_matching(source, target, kernel, bandwidth, upper, scale, options) */

/* The kernel must be positive definite: the first five words. */
static void
check_definite(const ms_kernel *k)
{
	static const char *const words[] = {"gaussian", "laplace", "imq", "matern32", "matern52", NULL};

	if (!ms_kernel_scaled(k->kind))
		report_choice("kernel", kernel_words[k->kind - 1], words);
}

static ms_matching_options
matching_options(FunctionCallInfo fcinfo, bool both)
{
	static const char *const of_one[] = {"band", "tol", "max_iter", "missing", KERNEL_OPTIONS, NULL};
	static const char *const of_both[] = {"spread", "band", "tol", "max_iter", "missing", KERNEL_OPTIONS, NULL};
	static const char *const missings[] = {"error", "omit", NULL};
	ms_matching_options o;

	ms_matching_defaults(&o);
	arg_options(fcinfo, OPTIONS, both ? of_both : of_one);
	o.median = !kernel_arg(fcinfo, 2, 3, OPTIONS, &o.kernel);
	check_definite(&o.kernel);
	o.upper = arg_float8(fcinfo, 4, "upper");
	if (!(o.upper >= 1 && o.upper < INFINITY))
		report_range("upper", o.upper, "at least 1 and finite");
	o.scaling = (ms_scaling) arg_choice(fcinfo, 5, "scale", scaling_words);
	o.spread = both ? arg_option_number(fcinfo, OPTIONS, "spread", 4) : 1;
	if (!(o.spread >= 1 && o.upper / sqrt(o.spread) >= 1))
		report_option_value("spread", "a number from 1 to the square of upper");
	o.band = arg_option_number(fcinfo, OPTIONS, "band", NAN);
	if (!isnan(o.band) && !(o.band >= 0 && o.band <= 1))
		report_option_value("band", "a number from 0 to 1");
	o.tol = arg_option_number(fcinfo, OPTIONS, "tol", NAN);
	if (!isnan(o.tol) && !(o.tol >= 0))
		report_option_value("tol", "a number of at least 0");
	o.max_iter = arg_option_count(fcinfo, OPTIONS, "max_iter", o.max_iter);
	o.omit = arg_option_choice(fcinfo, OPTIONS, "missing", missings, 0) == 1;
	return o;
}

/* False when a side is NULL or has no complete row. */
static bool
match(FunctionCallInfo fcinfo, const char *function, bool both, SampleArg *source, SampleArg *target, ms_matching *m)
{
	ms_matching_options o;
	ms_ctx ctx;
	ms_arena arena;
	size_t need;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return false;
	*source = sample_arg_ordered(fcinfo, 0);
	*target = sample_arg_ordered(fcinfo, 1);
	o = matching_options(fcinfo, both);
	need = ms_matching_bytes(ms_sample_distinct(source->s), ms_sample_distinct(target->s), source->s->d, o.spread > 1);
	if (!ms_size_add(need, ms_complete_bytes(source->s->n + target->s->n, source->s->d), &need))
		need = SIZE_MAX;
	host_require(function, need);
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_matching_fit(&ctx, &arena, source->s, target->s, &o, m));
	return m->source.n > 0;
}

static void
warn_matching(const char *function, const ms_matching *m)
{
	if (!m->converged)
		report_gap(function, m->gap);
	if (m->overlap < 1e-12)
		report_no_overlap(function);
	if (m->at_bound > 0.05)
		report_at_bound(function, m->at_bound);
}

PG_FUNCTION_INFO_V1(kernel_mean_matching);
Datum
kernel_mean_matching(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	SampleArg source, target;
	ms_matching m;

	if (!match(fcinfo, "kernel_mean_matching", false, &source, &target, &m))
		return (Datum) 0;
	warn_matching("kernel_mean_matching", &m);
	sample_add_points(set, source, m.source.rows, m.source.weights, m.source.n);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(kernel_mean_matching_info);
Datum
kernel_mean_matching_info(PG_FUNCTION_ARGS)
{
	SampleArg source, target;
	ms_matching m;
	Datum values[11];
	bool nulls[11] = {false};

	if (!match(fcinfo, "kernel_mean_matching_info", false, &source, &target, &m))
		PG_RETURN_NULL();
	values[0] = Int64GetDatum((int64) m.source.n);
	values[1] = Int64GetDatum((int64) m.target.n);
	values[2] = Float8GetDatum(m.effective);
	values[3] = Float8GetDatum(m.most);
	values[4] = Float8GetDatum(m.at_bound);
	values[5] = Float8GetDatum(sqrt(m.mmd2_before));
	values[6] = Float8GetDatum(sqrt(m.mmd2_after));
	values[7] = Float8GetDatum(m.gap);
	out_float8(values, nulls, 8, m.bandwidth);
	values[9] = Int32GetDatum((int32) m.iterations);
	values[10] = BoolGetDatum(m.converged);
	return out_row(fcinfo, values, nulls);
}

/* --- both sides ----------------------------------------------------------------------------- */

static void
add_side(ReturnSetInfo *set, const char *side, SampleArg sample, const ms_matched *m)
{
	ms_rows view = ms_sample_rows(sample.s);

	for (size_t i = 0; i < m->n; i++)
	{
		const double *x = view.x + m->rows[i] * view.stride;
		Datum values[4];
		bool nulls[4] = {false};

		values[0] = out_text(side);
		nulls[1] = !(sample.s->head.flags & MS_SAMPLE_ID);
		values[1] = nulls[1] ? (Datum) 0 : out_text(sample_id_text(sample, m->rows[i]));
		values[2] = out_float8_array(x, view.d);
		values[3] = Float8GetDatum(m->weights[i]);
		out_add(set, values, nulls);
	}
}

PG_FUNCTION_INFO_V1(kernel_mean_matching_double);
Datum
kernel_mean_matching_double(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	SampleArg source, target;
	ms_matching m;

	if (!match(fcinfo, "kernel_mean_matching_double", true, &source, &target, &m))
		return (Datum) 0;
	warn_matching("kernel_mean_matching_double", &m);
	add_side(set, "source", source, &m.source);
	add_side(set, "target", target, &m.target);
	return (Datum) 0;
}

/* --- density ratios ------------------------------------------------------------------------- */

/* density_ratio(source, target, at, bandwidth, lambda, scale, seed, options) */
static ms_ratio_options
ratio_options(FunctionCallInfo fcinfo)
{
	static const char *const keys[] = {"centers", "missing", NULL};
	static const char *const missings[] = {"error", "omit", NULL};
	ms_ratio_options o;

	ms_ratio_defaults(&o);
	if (!PG_ARGISNULL(3))
		o.bandwidth = PG_GETARG_FLOAT8(3);
	if (!PG_ARGISNULL(3) && !(o.bandwidth >= MS_KERNEL_LEAST_BANDWIDTH && o.bandwidth <= MS_KERNEL_MOST_BANDWIDTH))
		report_range("bandwidth", o.bandwidth, "above 0 and finite");
	if (!PG_ARGISNULL(4))
		o.lambda = PG_GETARG_FLOAT8(4);
	if (!PG_ARGISNULL(4) && !(o.lambda > 0 && o.lambda < INFINITY))
		report_range("lambda", o.lambda, "above 0 and finite");
	o.scaling = (ms_scaling) arg_choice(fcinfo, 5, "scale", scaling_words);
	o.seed = (uint64) arg_int64(fcinfo, 6, "seed");
	arg_options(fcinfo, 7, keys);
	o.centers = arg_option_count(fcinfo, 7, "centers", o.centers);
	o.omit = arg_option_choice(fcinfo, 7, "missing", missings, 0) == 1;
	return o;
}

PG_FUNCTION_INFO_V1(density_ratio);
Datum
density_ratio(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	bool other = !PG_ARGISNULL(2);
	SampleArg source, target, at;
	ms_ratio_options o;
	ms_ratio r;
	ms_ctx ctx;
	ms_arena arena;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	source = sample_arg_ordered(fcinfo, 0);
	target = sample_arg_ordered(fcinfo, 1);
	at = other ? sample_arg_ordered(fcinfo, 2) : source;
	o = ratio_options(fcinfo);
	host_require("density_ratio", ms_ratio_bytes(&o, source.s->n, target.s->n, at.s->n, source.s->d));
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_ratio_fit(&ctx, &arena, source.s, target.s, other ? at.s : NULL, &o, &r));
	sample_add_points(set, at, r.rows, r.weights, r.n);
	return (Datum) 0;
}
