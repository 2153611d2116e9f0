/*
 * sliced.c: the mean of Wasserstein distances along directions, and the greatest of them.
 */
#include "pg/base/compare.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "core/transport/sliced.h"
#include "pg/base/out.h"
#include "pg/base/report.h"

static const char *const scheme_words[] = {"auto", "iid", "orthogonal", "quasi", NULL};
static const char *const scheme_keys[] = {"scheme", NULL};
static const char *const interval_keys[] = {"scheme", "control", NULL};

/* Arguments 2 and 3, and the seed. */
static ms_sliced_options
sliced_options(FunctionCallInfo fcinfo, const Comparison *c)
{
	double p = arg_float8(fcinfo, 2, "p");
	int32 directions = arg_int32(fcinfo, 3, "directions");

	if (!(p >= 1) || isinf(p))
		report_range("p", p, "at least 1 and finite");
	if (directions < 1)
		report_range("directions", directions, "at least 1");
	return (ms_sliced_options){p, (size_t) directions, MS_SLICED_AUTO, c->seed, NULL};
}

PG_FUNCTION_INFO_V1(sliced_wasserstein);
Datum
sliced_wasserstein(PG_FUNCTION_ARGS)
{
	static const ComparisonAt at = {.scale = 4, .missing = 5, .seed = 6};
	ms_sliced_options o;
	ms_sliced_result r;
	Comparison c;

	if (!comparison_open(&c, fcinfo, &at))
		PG_RETURN_NULL();
	o = sliced_options(fcinfo, &c);
	CORE(&c.ctx, ms_sliced(&c.ctx, &c.arena, c.pair.rows, c.pair.rows + 1, &o, &r));
	PG_RETURN_FLOAT8(r.distance);
}

PG_FUNCTION_INFO_V1(max_sliced_wasserstein);
Datum
max_sliced_wasserstein(PG_FUNCTION_ARGS)
{
	static const ComparisonAt at = {.scale = 4, .missing = 5, .seed = 6};
	ms_sliced_options o;
	double *direction;
	Comparison c;
	double out;

	if (!comparison_open(&c, fcinfo, &at))
		PG_RETURN_NULL();
	o = sliced_options(fcinfo, &c);
	direction = palloc(sizeof(double) * c.pair.d);
	CORE(&c.ctx,
		 ms_sliced_max(&c.ctx, &c.arena, c.pair.rows, c.pair.rows + 1, &o, &out, direction));
	PG_RETURN_FLOAT8(out);
}

/* Control variates have their error where directions are independent. */
static void
read_control(FunctionCallInfo fcinfo, int options, ms_sliced_options *o)
{
	static const char *const words[] = {"auto", "none", "lower", "upper", "three", NULL};
	static const ms_sliced_control controls[] = {MS_SLICED_PLAIN, MS_SLICED_LOWER_OLS,
												 MS_SLICED_UPPER_OLS, MS_SLICED_THREE};
	int control = arg_option_choice(fcinfo, options, "control", words, 0);

	if (control == 0)
		return;
	if (o->scheme != MS_SLICED_AUTO && o->scheme != MS_SLICED_IID)
		report_option_value("control", "for independent directions, scheme \"iid\"");
	if (control == 4 && o->directions < 12)
		report_range("directions", (double) o->directions, "at least 12 for three controls");
	o->scheme = MS_SLICED_IID;
	o->control = &controls[control - 1];
}

/* Of the sampling of directions alone: the rows are taken as they are. */
PG_FUNCTION_INFO_V1(sliced_wasserstein_interval);
Datum
sliced_wasserstein_interval(PG_FUNCTION_ARGS)
{
	static const ComparisonAt at = {.scale = 4, .missing = 5, .level = 6, .seed = 7};
	StringInfoData details;
	ms_sliced_options o;
	ms_sliced_result r;
	Comparison c;
	Estimate e;
	double z;

	arg_options(fcinfo, 8, interval_keys);
	if (!comparison_open(&c, fcinfo, &at))
		PG_RETURN_NULL();
	o = sliced_options(fcinfo, &c);
	o.scheme =
		(ms_sliced_scheme) arg_option_choice(fcinfo, 8, "scheme", scheme_words, MS_SLICED_AUTO);
	read_control(fcinfo, 8, &o);
	CORE(&c.ctx, ms_sliced(&c.ctx, &c.arena, c.pair.rows, c.pair.rows + 1, &o, &r));
	/* replicates of point sets are few, independent directions many */
	z = r.blocks > 1 ? gsl_cdf_tdist_Pinv((1 + c.level) / 2, (double) r.blocks - 1) : 0;
	e = (Estimate){r.distance, r.distance_error, NAN, NAN, c.level, "directions", false};
	if (!isnan(r.power_error))
	{
		e.lower = pow(fmax(0, r.power - z * r.power_error), 1 / o.p);
		e.upper = pow(r.power + z * r.power_error, 1 / o.p);
	}
	details_begin(&details);
	details_text(&details, "scheme", scheme_words[r.scheme]);
	details_number(&details, "power", r.power);
	details_number(&details, "power_error", r.power_error);
	details_number(&details, "variance_ratio", r.variance_ratio);
	if (o.p == 2)
		details_number(&details, "location", r.mean_part);
	details_number(&details, "top", r.top);
	details_numbers(&details, "top_direction", r.top_direction, c.pair.d);
	return comparison_estimate(fcinfo, &c, &e, &details);
}

PG_FUNCTION_INFO_V1(sliced_wasserstein_test);
Datum
sliced_wasserstein_test(PG_FUNCTION_ARGS)
{
	static const ComparisonAt at = {
		.scale = 4, .missing = 5, .exchange = 6, .replicates = 7, .seed = 8};
	StringInfoData details;
	ms_sliced_options o;
	ms_permutation t;
	Comparison c;

	arg_options(fcinfo, 9, scheme_keys);
	if (!comparison_open(&c, fcinfo, &at))
		PG_RETURN_NULL();
	comparison_batch(&c);
	o = sliced_options(fcinfo, &c);
	o.scheme =
		(ms_sliced_scheme) arg_option_choice(fcinfo, 9, "scheme", scheme_words, MS_SLICED_AUTO);
	CORE(&c.ctx, ms_sliced_test(&c.ctx, &c.arena, &c.pair, &o, &c.exchange, &t));
	details_begin(&details);
	return comparison_test(fcinfo, &c, &t, "permutation", &details);
}
