/*
 * wasserstein.c: exact Wasserstein distances of two samples: by their order in one column, by the
 * network simplex method beyond.
 */
#include "pg/base/compare.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "core/base/describe.h"
#include "core/transport/resample.h"
#include "core/transport/resample1d.h"
#include "core/transport/simplex.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "utils/fmgrprotos.h"

static double
exponent(FunctionCallInfo fcinfo, int argno)
{
	double p = arg_float8(fcinfo, argno, "p");

	if (!(p >= 1))
		report_range("p", p, "at least 1");
	return p;
}

/* What the exact distance beyond one column needs, before it is begun. */
static void
check_exact(const Comparison *c, double p)
{
	size_t n = c->pair.rows[0].n;
	size_t m = c->pair.rows[1].n;
	size_t need = c->arena.used;

	if (isinf(p))
		report_range_hint("p", p, "finite in several columns",
						  "p => 'infinity' is for one column.");
	(void) ms_size_add(need, ms_transport_bytes(n, m, c->pair.d), &need);
	if (need > host_budget())
		report_memory_transport(n, m, need, host_budget());
}

/* The columns of a pair of one column, ascending. */
static void
line_columns(Comparison *c, ms_column column[2])
{
	for (int k = 0; k < 2; k++)
	{
		const ms_rows *rows = &c->pair.rows[k];
		double *x = NULL, *upto = NULL;
		double total = 0;

		column[k] = (ms_column){rows->n, 0, rows->x, NULL, (double) rows->n, false};
		if (!rows->w)
			continue;
		CORE(&c->ctx, MS_ALLOC(&c->arena, rows->n, &x));
		CORE(&c->ctx, MS_ALLOC(&c->arena, rows->n, &upto));
		for (size_t i = 0; i < rows->n; i++)
		{
			x[i] = rows->x[i * rows->stride];
			upto[i] = total += ms_rows_weight(rows, i);
		}
		column[k] = (ms_column){rows->n, 0, x, upto, total, false};
	}
}

/* --- the distance --------------------------------------------------------------------------- */

/* With nothing to scale or to leave out, columns are read where they lie. */
static bool
plain_columns(FunctionCallInfo fcinfo, ms_ctx *ctx, ms_arena *arena, ms_column column[2])
{
	SampleArg a, b;

	if (strcmp(arg_text(fcinfo, 3, "scale"), "none") != 0 ||
		strcmp(arg_text(fcinfo, 4, "missing"), "error") != 0)
		return false;
	a = sample_arg_ordered(fcinfo, 0);
	b = sample_arg_ordered(fcinfo, 1);
	if (a.s->d != 1 || b.s->d != 1 || a.s->incomplete > 0 || b.s->incomplete > 0)
		return false;
	host_init(ctx);
	ms_arena_init(arena, ctx);
	CORE(ctx, ms_describe_column(ctx, arena, a.s, 0, &column[0]));
	CORE(ctx, ms_describe_column(ctx, arena, b.s, 0, &column[1]));
	return true;
}

static double
pair_distance(Comparison *c, double p)
{
	ms_transport_result r;
	ms_column column[2];
	double out;

	if (c->pair.d > 1)
	{
		check_exact(c, p);
		CORE(&c->ctx,
			 ms_transport_points(&c->ctx, &c->arena, c->pair.rows, c->pair.rows + 1, p, &out, &r));
		return out;
	}
	line_columns(c, column);
	CORE(&c->ctx, ms_wasserstein1d(&c->ctx, column, column + 1, p, &out));
	return out;
}

PG_FUNCTION_INFO_V1(wasserstein_samples);
Datum
wasserstein_samples(PG_FUNCTION_ARGS)
{
	static const ComparisonAt at = {.scale = 3, .missing = 4};
	double p = exponent(fcinfo, 2);
	ms_column column[2];
	Comparison c;
	double out;

	if (plain_columns(fcinfo, &c.ctx, &c.arena, column))
	{
		if (column[0].n == 0 || column[1].n == 0)
			PG_RETURN_NULL();
		CORE(&c.ctx, ms_wasserstein1d(&c.ctx, column, column + 1, p, &out));
		PG_RETURN_FLOAT8(out);
	}
	if (!comparison_open(&c, fcinfo, &at))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(pair_distance(&c, p));
}

/* --- how well it is known ------------------------------------------------------------------- */

static void
bootstrap(Comparison *c, double p, Estimate *e, StringInfo details)
{
	ms_bootstrap b;
	ms_line1d line;

	if (c->pair.d == 1)
	{
		CORE(&c->ctx, ms_line1d_of(&c->ctx, &c->arena, &c->pair, &line));
		CORE(&c->ctx, ms_resample1d_interval(&c->ctx, &c->arena, &line, &c->pair.labels, p,
											 c->level, &c->exchange, &b));
	}
	else
	{
		check_exact(c, p);
		CORE(&c->ctx,
			 ms_resample_interval(&c->ctx, &c->arena, &c->pair, p, c->level, &c->exchange, &b));
	}
	*e = (Estimate){b.estimate, b.std_error, b.lower, b.upper, c->level, "bootstrap", false};
	details_number(details, "replicates", (double) b.replicates);
}

/* W_2^2 is what the means add, what the spreads add, and what the shapes do. */
static void
add_parts(Comparison *c, const ms_column *column, StringInfo details)
{
	ms_w2_parts parts;

	CORE(&c->ctx, ms_wasserstein1d_parts(&c->ctx, column, column + 1, &parts));
	details_number(details, "location", parts.location);
	details_number(details, "size", parts.size);
	details_number(details, "shape", parts.shape);
}

/* An interval of W_p^p by the normal law (one_dim.md, 5.1), its ends then rooted. */
static void
asymptotic(Comparison *c, double p, const ms_column *column, Estimate *e, StringInfo details)
{
	double error, power, z;

	CORE(&c->ctx, ms_wasserstein1d(&c->ctx, column, column + 1, p, &e->estimate));
	CORE(&c->ctx, ms_wasserstein1d_error(&c->ctx, &c->arena, column, column + 1, p,
										 c->pair.effective[0], c->pair.effective[1], &error));
	power = pow(e->estimate, p);
	z = gsl_cdf_ugaussian_Pinv((1 + c->level) / 2);
	e->std_error = error / (p * pow(e->estimate, p - 1));
	e->lower = isnan(error) ? NAN : pow(fmax(0, power - z * error), 1 / p);
	e->upper = pow(power + z * error, 1 / p);
	e->level = c->level;
	e->method = "asymptotic";
	details_number(details, "power", power);
	details_number(details, "power_error", error);
}

PG_FUNCTION_INFO_V1(wasserstein_samples_interval);
Datum
wasserstein_samples_interval(PG_FUNCTION_ARGS)
{
	static const ComparisonAt at = {
		.scale = 3, .missing = 4, .level = 5, .exchange = 7, .replicates = 8, .seed = 9};
	static const char *const methods[] = {"auto", "asymptotic", "bootstrap", NULL};
	static const char *const no_options[] = {NULL};
	double p = exponent(fcinfo, 2);
	int method = arg_choice(fcinfo, 6, "method", methods);
	ms_column column[2];
	StringInfoData details;
	Estimate e = {0};
	Comparison c;
	bool can;

	arg_options(fcinfo, 10, no_options);
	if (!comparison_open(&c, fcinfo, &at))
		PG_RETURN_NULL();
	can = c.pair.d == 1 && !isinf(p) && c.pair.labels.exchange == MS_EXCHANGE_ROWS;
	if (method == 1 && !can)
		report_asymptotic();
	details_begin(&details);
	if (c.pair.d == 1)
		line_columns(&c, column);
	if (can && method != 2)
		asymptotic(&c, p, column, &e, &details);
	/* the normal law has nothing to say of equal samples */
	if (!can || method == 2 || (method == 0 && e.estimate == 0))
	{
		details_begin(&details);
		bootstrap(&c, p, &e, &details);
	}
	if (c.pair.d == 1 && p == 2)
		add_parts(&c, column, &details);
	return comparison_estimate(fcinfo, &c, &e, &details);
}

/* --- is it more than chance ----------------------------------------------------------------- */

PG_FUNCTION_INFO_V1(wasserstein_samples_test);
Datum
wasserstein_samples_test(PG_FUNCTION_ARGS)
{
	static const ComparisonAt at = {
		.scale = 3, .missing = 4, .exchange = 6, .replicates = 7, .seed = 8};
	static const char *const methods[] = {"permutation", NULL};
	static const char *const no_options[] = {NULL};
	double p = exponent(fcinfo, 2);
	ms_permutation t;
	StringInfoData details;
	Comparison c;
	ms_line1d line;

	(void) arg_choice(fcinfo, 5, "method", methods);
	arg_options(fcinfo, 9, no_options);
	if (!comparison_open(&c, fcinfo, &at))
		PG_RETURN_NULL();
	comparison_batch(&c);
	if (c.pair.d == 1)
	{
		CORE(&c.ctx, ms_line1d_of(&c.ctx, &c.arena, &c.pair, &line));
		CORE(&c.ctx,
			 ms_resample1d_test(&c.ctx, &c.arena, &line, &c.pair.labels, p, &c.exchange, &t));
	}
	else
	{
		check_exact(&c, p);
		CORE(&c.ctx, ms_resample_test(&c.ctx, &c.arena, &c.pair, p, &c.exchange, &t));
	}
	details_begin(&details);
	return comparison_test(fcinfo, &c, &t, "permutation", &details);
}
