/*
 * mmd.c: maximum mean discrepancy of two samples, and energy distance, which is its square under the
 * energy kernel.
 */
#include "pg/mmd/compare.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "pg/base/out.h"
#include "pg/base/report.h"

static ms_mmd_estimate
estimate_of(KernelComparison *k)
{
	ms_mmd_estimate e;

	CORE(&k->c.ctx, ms_mmd_estimate_of(&k->c.ctx, &k->c.arena, &k->mmd, &e));
	return e;
}

/* --- the distance --------------------------------------------------------------------------- */

PG_FUNCTION_INFO_V1(mmd_samples);
Datum
mmd_samples(PG_FUNCTION_ARGS)
{
	static const KernelAt at = {.kernel = 2, .bandwidth = 3, .compare = {.scale = 4, .missing = 5}};
	KernelComparison k;

	if (!kernel_comparison_open(&k, fcinfo, &at))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(estimate_of(&k).mmd);
}

PG_FUNCTION_INFO_V1(energy_distance);
Datum
energy_distance(PG_FUNCTION_ARGS)
{
	static const KernelAt at = {.compare = {.scale = 2, .missing = 3}};
	KernelComparison k;

	if (!kernel_comparison_open(&k, fcinfo, &at))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(fmax(0, estimate_of(&k).v));
}

/* Linear and block take rows in an order that the seed gives: sorted ones would mislead them. */
static double
parts_mean(KernelComparison *k, bool block)
{
	ms_ctx *ctx = &k->c.ctx;
	ms_mmd_copies copies;
	ms_mmd_parts parts;

	CORE(ctx, ms_mmd_copies_of(ctx, &k->c.arena, &k->mmd, &copies));
	ms_mmd_shuffle(&copies, k->c.exchange.seed);
	if (block)
		CORE(ctx, ms_mmd_block(ctx, &k->c.arena, &k->mmd, &copies, 0, &parts));
	else
		CORE(ctx, ms_mmd_linear(ctx, &k->c.arena, &k->mmd, &copies, &parts));
	return parts.mean;
}

PG_FUNCTION_INFO_V1(mmd_squared);
Datum
mmd_squared(PG_FUNCTION_ARGS)
{
	static const char *const estimators[] = {"unbiased", "biased", "linear", "block", NULL};
	static const KernelAt at = {
		.kernel = 2, .bandwidth = 3, .compare = {.scale = 5, .missing = 6, .seed = 7}};
	int estimator = arg_choice(fcinfo, 4, "estimator", estimators);
	KernelComparison k;
	double out;

	if (!kernel_comparison_open(&k, fcinfo, &at))
		PG_RETURN_NULL();
	if (estimator >= 2)
		out = parts_mean(&k, estimator == 3);
	else
		out = estimator == 0 ? estimate_of(&k).u : estimate_of(&k).v;
	if (isnan(out))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(out);
}

/* --- how well it is known ------------------------------------------------------------------- */

/* The square of the distance, or the distance: what the ends of an interval go through. */
static double
rooted(bool root, double square)
{
	return root ? sqrt(fmax(0, square)) : fmax(0, square);
}

static void
bootstrap(KernelComparison *k, bool root, Estimate *e, StringInfo details)
{
	ms_bootstrap b;

	CORE(&k->c.ctx, ms_exchange_interval(&k->c.ctx, &k->c.arena, &k->c.pair.labels, ms_mmd_counted,
										 &k->mmd, k->c.level, &k->c.exchange, &b));
	/* the delta method has nothing to say of a root at 0 */
	e->std_error = !root            ? b.std_error
				   : b.estimate > 0 ? b.std_error / (2 * sqrt(b.estimate))
									: NAN;
	e->lower = rooted(root, b.lower);
	e->upper = rooted(root, b.upper);
	e->method = "bootstrap";
	details_number(details, "replicates", (double) b.replicates);
}

/* The normal law of the unbiased square (mmd.md, 5.1). */
static void
asymptotic(const KernelComparison *k, const ms_mmd_estimate *m, bool root, Estimate *e)
{
	double z = gsl_cdf_ugaussian_Pinv((1 + k->c.level) / 2);

	e->std_error = !root ? m->std_error : m->mmd > 0 ? m->std_error / (2 * m->mmd) : NAN;
	e->lower = isnan(m->u) ? NAN : rooted(root, m->u - z * m->std_error);
	e->upper = isnan(m->u) ? NAN : rooted(root, m->u + z * m->std_error);
	e->method = "asymptotic";
}

static Datum
interval(FunctionCallInfo fcinfo, const KernelAt *at, int method_at, bool root)
{
	static const char *const methods[] = {"auto", "asymptotic", "bootstrap", NULL};
	int method = arg_choice(fcinfo, method_at, "method", methods);
	ms_mmd_estimate m;
	StringInfoData details;
	KernelComparison k;
	Estimate e = {0};
	bool rows;

	if (!kernel_comparison_open(&k, fcinfo, at))
		PG_RETURN_NULL();
	rows = k.c.pair.labels.exchange == MS_EXCHANGE_ROWS;
	if (method == 1 && !rows)
		report_method_exchange("asymptotic");
	m = estimate_of(&k);
	e.estimate = root ? m.mmd : fmax(0, m.v);
	e.level = k.c.level;
	details_begin(&details);
	kernel_details(&k, &details);
	details_number(&details, "unbiased", m.u);
	details_number(&details, "unbiased_error", m.std_error);
	/* the normal law has nothing to say of equal samples */
	if (method == 2 || !rows || (method == 0 && !(m.v > 0)))
		bootstrap(&k, root, &e, &details);
	else
		asymptotic(&k, &m, root, &e);
	return comparison_estimate(fcinfo, &k.c, &e, &details);
}

PG_FUNCTION_INFO_V1(mmd_samples_interval);
Datum
mmd_samples_interval(PG_FUNCTION_ARGS)
{
	static const KernelAt at = {
		.kernel = 2,
		.bandwidth = 3,
		.options = 11,
		.compare = {
			.scale = 4, .missing = 5, .level = 6, .exchange = 8, .replicates = 9, .seed = 10}};

	return interval(fcinfo, &at, 7, true);
}

PG_FUNCTION_INFO_V1(energy_distance_interval);
Datum
energy_distance_interval(PG_FUNCTION_ARGS)
{
	static const KernelAt at = {
		.options = 9,
		.compare = {
			.scale = 2, .missing = 3, .level = 4, .exchange = 6, .replicates = 7, .seed = 8}};

	return interval(fcinfo, &at, 5, false);
}
