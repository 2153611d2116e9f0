/*
 * draws.c: rows drawn by a score, each with the weight that makes totals unbiased: by any score, by
 * what clusters tell of a loss (Axiotis et al. 2024, arXiv 2402.17327), by uncertainty.
 */
#include "pg/selection/selection.h"

#include <math.h>

#include "core/selection/draw.h"
#include "core/selection/uncertainty.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/selection/draws.h"

typedef enum DrawMethod
{
	DRAW_REPLACEMENT,
	DRAW_POISSON,
	DRAW_TOP
} DrawMethod;

static const char *const draw_methods[] = {"replacement", "poisson", "top", NULL};
static const char *const no_keys[] = {NULL};

void
add_drawn(Selection *s, const Drawn *d)
{
	for (size_t i = 0; i < s->units.n; i++)
	{
		double p = d->probability ? d->probability[i] : NAN;
		double w = s->units.w ? s->units.w[i] : 1;
		Datum values[5];
		bool nulls[5] = {false};

		if (d->counts[i] == 0)
			continue;
		values[0] = selection_id(s, i);
		values[1] = Float8GetDatum(d->scores[i]);
		out_float8(values, nulls, 2, p);
		values[3] = Int32GetDatum((int32) d->counts[i]);
		out_float8(values, nulls, 4, w * d->counts[i] / (d->draws * p));
		out_add(s->set, values, nulls);
	}
}

/* Scores of the units as drawn rows; method, seed and size are those of the call. */
static void
draw(Selection *s, DrawMethod method, const double *scores, size_t size, int64 seed)
{
	size_t n = s->units.n;
	double *p;
	uint32_t *counts;
	Drawn d = {.scores = scores, .draws = 1};

	CORE(&s->ctx, MS_ALLOC(&s->arena, n, &p));
	CORE(&s->ctx, MS_ALLOC(&s->arena, n, &counts));
	d.counts = counts;
	d.probability = method == DRAW_TOP ? NULL : p;
	switch (method)
	{
		case DRAW_REPLACEMENT:
			selection_check(s, ms_draw_replacement(&s->ctx, scores, n, size, seed, p, counts));
			d.draws = (double) size;
			break;
		case DRAW_POISSON:
			selection_check(s, ms_draw_inclusion(&s->ctx, scores, n, size, p));
			CORE(&s->ctx, ms_draw_poisson(&s->ctx, s->units.key, p, n, seed, counts));
			break;
		case DRAW_TOP:
			selection_check(s, ms_draw_top(&s->ctx, scores, n, size, counts));
			break;
	}
	add_drawn(s, &d);
	selection_close(s);
}

static DrawMethod
method_arg(FunctionCallInfo fcinfo, int argno)
{
	return (DrawMethod) arg_choice(fcinfo, argno, "method", draw_methods);
}

/* --- by any score ---------------------------------------------------------------------------- */

PG_FUNCTION_INFO_V1(select_by_score);
Datum
select_by_score(PG_FUNCTION_ARGS)
{
	Selection s;

	if (!selection_open(&s, fcinfo, true))
		return (Datum) 0;
	arg_options(fcinfo, 4, no_keys);
	selection_columns(&s, "select_by_score", 1, "one: the score");
	selection_distinct(&s);
	draw(&s, method_arg(fcinfo, 2), s.units.x, size_arg(fcinfo, 1, "size"),
		 arg_int64(fcinfo, 3, "seed"));
	return (Datum) 0;
}

/* --- by clusters ----------------------------------------------------------------------------- */

/*
 * Where losses differ from that of the cluster's center by at most lambda times the distance to
 * some power, loss + lambda distance^exponent bounds the loss of a row.
 */
static double *
sensitivities(Selection *s, double lambda, double exponent)
{
	double *scores;

	CORE(&s->ctx, MS_ALLOC(&s->arena, s->units.n, &scores));
	for (size_t i = 0; i < s->units.n; i++)
	{
		double loss = s->units.x[2 * i];
		double distance = s->units.x[2 * i + 1];

		if (loss < 0 || distance < 0)
			selection_check(s, ms_fail(&s->ctx, MS_BAD_ARGUMENT, loss < 0 ? "loss" : "distance",
									   (int64_t) i + 1, Min(loss, distance), 0));
		scores[i] = loss + lambda * pow(distance, exponent);
	}
	return scores;
}

PG_FUNCTION_INFO_V1(select_sensitivity);
Datum
select_sensitivity(PG_FUNCTION_ARGS)
{
	double lambda;
	double exponent;
	size_t size;
	DrawMethod method;
	Selection s;

	if (!selection_open(&s, fcinfo, true))
		return (Datum) 0;
	size = size_arg(fcinfo, 1, "size");
	lambda = arg_float8(fcinfo, 2, "lambda");
	exponent = arg_float8(fcinfo, 3, "exponent");
	method = method_arg(fcinfo, 4);
	arg_options(fcinfo, 6, no_keys);
	if (!(lambda >= 0 && isfinite(lambda)))
		report_range("lambda", lambda, "at least 0 and finite");
	if (!(exponent > 0 && isfinite(exponent)))
		report_range("exponent", exponent, "above 0 and finite");
	selection_columns(&s, "select_sensitivity", 2,
					  "two: the loss of the cluster's center and the distance to it");
	selection_distinct(&s);
	draw(&s, method, sensitivities(&s, lambda, exponent), size, arg_int64(fcinfo, 5, "seed"));
	return (Datum) 0;
}

/* --- by uncertainty -------------------------------------------------------------------------- */

PG_FUNCTION_INFO_V1(select_uncertain);
Datum
select_uncertain(PG_FUNCTION_ARGS)
{
	static const char *const keys[] = {"uncertainty", NULL};
	static const char *const measures[] = {"gini", "entropy", NULL};
	double *scores;
	double exponent;
	size_t size;
	DrawMethod method;
	bool entropy;
	Selection s;

	if (!selection_open(&s, fcinfo, true))
		return (Datum) 0;
	size = size_arg(fcinfo, 1, "size");
	exponent = arg_float8(fcinfo, 2, "exponent");
	method = method_arg(fcinfo, 3);
	arg_options(fcinfo, 5, keys);
	entropy = arg_option_choice(fcinfo, 5, "uncertainty", measures, 0) == 1;
	if (!isfinite(exponent))
		report_range("exponent", exponent, "finite");
	selection_distinct(&s);
	CORE(&s.ctx, MS_ALLOC(&s.arena, s.units.n, &scores));
	selection_check(&s, ms_uncertainty(&s.ctx, &s.units, exponent, entropy, scores));
	draw(&s, method, scores, size, arg_int64(fcinfo, 4, "seed"));
	return (Datum) 0;
}

/* --- what draws tell of a total --------------------------------------------------------------- */

static void
check_draws(const Selection *s)
{
	for (size_t i = 0; i < s->units.n; i++)
	{
		double p = s->units.x[2 * i + 1];

		if (!(p > 0 && p <= 1))
			report_draw_probability(p);
	}
}

/* Values and probabilities apart. */
static ms_total
total(Selection *s, DrawMethod method)
{
	size_t n = s->units.n;
	double *y;
	double *p;

	CORE(&s->ctx, MS_ALLOC(&s->arena, n, &y));
	CORE(&s->ctx, MS_ALLOC(&s->arena, n, &p));
	for (size_t i = 0; i < n; i++)
	{
		y[i] = s->units.x[2 * i];
		p[i] = s->units.x[2 * i + 1];
	}
	return method == DRAW_POISSON ? ms_total_poisson(y, p, s->units.w, n)
								  : ms_total_replacement(y, p, s->units.w, n);
}

PG_FUNCTION_INFO_V1(select_total);
Datum
select_total(PG_FUNCTION_ARGS)
{
	static const char *const methods[] = {"replacement", "poisson", NULL};
	DrawMethod method = (DrawMethod) arg_choice(fcinfo, 1, "method", methods);
	double level = PG_GETARG_FLOAT8(2);
	double lower, upper;
	Selection s;
	ms_total t;
	Datum values[11] = {0};
	bool nulls[11] = {false};

	if (!(level > 0 && level < 1))
		report_range("level", level, "above 0 and below 1");
	selection_read(&s, fcinfo, true);
	selection_columns(&s, "select_total", 2, "two: the value and the probability");
	check_draws(&s);
	t = total(&s, method);
	ms_total_interval(&t, level, &lower, &upper);
	out_float8(values, nulls, 0, t.estimate);
	out_float8(values, nulls, 1, t.std_error);
	out_float8(values, nulls, 2, lower);
	out_float8(values, nulls, 3, upper);
	values[4] = Float8GetDatum(level);
	values[5] = Int64GetDatum((int64) s.units.n);
	values[7] = out_text(draw_methods[method]);
	values[8] = BoolGetDatum(true);
	nulls[6] = nulls[9] = nulls[10] = true;
	selection_close(&s);
	return out_row(fcinfo, values, nulls);
}
