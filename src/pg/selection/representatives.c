/*
 * representatives.c: rows that represent the others, or differ from each other, one after another;
 * and a budget of rows shared out among groups.
 */
#include "pg/base/compat.h"

#include "core/selection/similarity.h"

#include <math.h>

#include "core/selection/mixture.h"
#include "pg/base/dissimilarity.h"
#include "pg/base/measure.h"
#include "pg/base/out.h"
#include "pg/base/host.h"
#include "pg/base/report.h"
#include "pg/selection/selection.h"

/* Defaults of SMART and of log det (S + I), whose gains are never negative. */
#define LAMBDA 0.4
#define EPSILON 1

typedef struct Greedy
{
	ms_submodular function;
	double parameter;
	double min_gain;
	size_t size;
	ms_similar_source source;
	size_t *rows;
	double *gains;
	size_t found;
} Greedy;

/* --- arguments ------------------------------------------------------------------------------ */

/* What is near in units of their own counts by 1 / (1 + d), what is at most 1 apart by 1 - d. */
static ms_similar
usual_similarity(ms_metric metric)
{
	return metric >= MS_METRIC_COSINE ? MS_SIMILAR_COMPLEMENT : MS_SIMILAR_INVERSE;
}

static void
greedy_args(FunctionCallInfo fcinfo, int method, int options, ms_similar usual, Greedy *g)
{
	static const char *const keys[] = {"similarity", "bandwidth", "lambda",
									   "epsilon",    "min_gain",  NULL};
	static const char *const methods[] = {"facility_location", "graph_cut", "log_det", NULL};
	static const char *const similarities[] = {"inverse", "complement", "gaussian", NULL};
	double lambda, epsilon;

	arg_options(fcinfo, options, keys);
	g->function =
		(ms_submodular) (MS_SUBMODULAR_FACILITY + arg_choice(fcinfo, method, "method", methods));
	g->source.kind = (ms_similar) (MS_SIMILAR_INVERSE +
								   arg_option_choice(fcinfo, options, "similarity", similarities,
													 (int) usual - MS_SIMILAR_INVERSE));
	g->source.bandwidth = arg_option_number(fcinfo, options, "bandwidth", NAN);
	if (g->source.kind == MS_SIMILAR_GAUSSIAN && !(g->source.bandwidth > 0))
		report_option_value("bandwidth", "a number above 0 with \"similarity\":\"gaussian\"");
	lambda = arg_option_number(fcinfo, options, "lambda", LAMBDA);
	epsilon = arg_option_number(fcinfo, options, "epsilon", EPSILON);
	if (lambda < 0)
		report_option_value("lambda", "at least 0");
	if (epsilon < 0)
		report_option_value("epsilon", "at least 0");
	g->parameter = g->function == MS_SUBMODULAR_LOG_DET ? epsilon : lambda;
	g->min_gain = arg_option_number(fcinfo, options, "min_gain",
									g->function == MS_SUBMODULAR_LOG_DET ? -INFINITY : 0);
	g->size = size_arg(fcinfo, 1, "size");
}

/* --- the choice ----------------------------------------------------------------------------- */

static void
run(ms_ctx *ctx, ms_arena *arena, Greedy *g, const double *w)
{
	size_t n = g->source.distances.n;
	ms_similarity s = {.n = n, .w = w, .row = ms_similar_row, .source = &g->source};
	uint64_t evaluations;

	g->size = Min(g->size, n);
	CORE(ctx, MS_ALLOC(arena, g->size, &g->rows));
	CORE(ctx, MS_ALLOC(arena, g->size, &g->gains));
	CORE(ctx, ms_submodular_greedy(ctx, &s, g->function, g->parameter, g->size, g->min_gain,
								   g->rows, g->gains, &g->found, &evaluations));
}

static void
add_choice(ReturnSetInfo *set, const Greedy *g, size_t i, Datum id, double *total)
{
	Datum values[4];
	bool nulls[4] = {false};

	*total += g->gains[i];
	values[0] = Int32GetDatum((int32) i + 1);
	values[1] = id;
	values[2] = Float8GetDatum(g->gains[i]);
	values[3] = Float8GetDatum(*total);
	out_add(set, values, nulls);
}

/* Points of the units, packed in their order. */
static void
pack(Selection *s, ms_measure *measure, ms_distances *out)
{
	ms_rows rows = ms_sample_rows(s->sample.s);
	ms_points *points;

	if (s->sample.s->incomplete > 0 && !ms_metric_takes_gaps(measure->metric))
		CORE(&s->ctx,
			 ms_fail(&s->ctx, MS_INCOMPLETE, "filter", 0, (double) s->sample.s->incomplete, 0));
	CORE(&s->ctx, ms_measure_learn(&s->ctx, &s->arena, &rows, measure));
	CORE(&s->ctx,
		 ms_points_new(&s->ctx, &s->arena, measure, &rows, s->units.row, s->units.n, &points));
	*out = (ms_distances){.n = s->units.n, .points = points};
	CORE(&s->ctx, MS_ALLOC(&s->arena, ms_points_width(points), &out->x));
}

PG_FUNCTION_INFO_V1(select_representatives_sample);
Datum
select_representatives_sample(PG_FUNCTION_ARGS)
{
	Greedy g = {0};
	double total = 0;
	ms_measure measure = {0};
	Selection s;

	if (!selection_open(&s, fcinfo, false))
		return (Datum) 0;
	metric_args(fcinfo, 3, 4, &measure.metric, &measure.scaling);
	greedy_args(fcinfo, 2, 5, usual_similarity(measure.metric), &g);
	measure.d = s.units.d;
	measure.kinds = ms_sample_kinds(s.sample.s);
	pack(&s, &measure, &g.source.distances);
	run(&s.ctx, &s.arena, &g, s.units.w);
	for (size_t i = 0; i < g.found; i++)
		add_choice(s.set, &g, i, selection_id(&s, g.rows[i]), &total);
	selection_close(&s);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(select_representatives_dissimilarity);
Datum
select_representatives_dissimilarity(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	Greedy g = {0};
	double total = 0;
	DissimilarityArg d;
	ms_arena arena;
	ms_ctx ctx;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	d = dissimilarity_arg_complete(fcinfo, 0);
	greedy_args(fcinfo, 2, 3, MS_SIMILAR_INVERSE, &g);
	g.source.distances = (ms_distances){.n = d.s->n, .matrix = d.s};
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	run(&ctx, &arena, &g, NULL);
	for (size_t i = 0; i < g.found; i++)
		add_choice(
			set, &g, i,
			out_text(dissimilarity_id_text(d.s, d.size, ms_dissimilarity_ids(d.s)[g.rows[i]])),
			&total);
	ms_arena_free(&arena);
	return (Datum) 0;
}

/* --- a budget of groups ---------------------------------------------------------------------- */

/* Weights of the chosen groups as numbers of rows. */
static void
group_sizes(Selection *s, const Greedy *g, uint64 *sizes)
{
	for (size_t i = 0; i < g->found; i++)
	{
		double w = s->units.w ? s->units.w[g->rows[i]] : 1;

		if (w != floor(w) || w > PG_INT32_MAX)
			report_group_size(w);
		sizes[i] = (uint64) w;
	}
}

static void
add_share(Selection *s, const Greedy *g, size_t i, double share, uint64 rows)
{
	Datum values[] = {Int32GetDatum((int32) i + 1), selection_id(s, g->rows[i]),
					  Float8GetDatum(g->gains[i]), Float8GetDatum(share),
					  Int64GetDatum((int64) rows)};
	bool nulls[5] = {false};

	out_add(s->set, values, nulls);
}

PG_FUNCTION_INFO_V1(select_shares);
Datum
select_shares(PG_FUNCTION_ARGS)
{
	static const char *const keys[] = {"lambda", NULL};
	Greedy g = {.function = MS_SUBMODULAR_GRAPH_CUT};
	ms_measure measure = {.metric = MS_METRIC_COSINE};
	uint64_t *sizes, *rows;
	double *shares;
	int64 budget;
	Selection s;

	if (!selection_open(&s, fcinfo, true))
		return (Datum) 0;
	budget = arg_int64(fcinfo, 1, "budget");
	if (budget < 1)
		report_range("budget", (double) budget, "at least 1");
	arg_options(fcinfo, 3, keys);
	g.parameter = arg_option_number(fcinfo, 3, "lambda", LAMBDA);
	if (g.parameter < 0)
		report_option_value("lambda", "at least 0");
	g.size = PG_ARGISNULL(2) ? s.units.n : size_arg(fcinfo, 2, "groups");
	selection_distinct(&s);
	g.source.kind = MS_SIMILAR_COMPLEMENT;
	measure.d = s.units.d;
	pack(&s, &measure, &g.source.distances);
	run(&s.ctx, &s.arena, &g, NULL);
	CORE(&s.ctx, MS_ALLOC(&s.arena, g.found, &sizes));
	CORE(&s.ctx, MS_ALLOC(&s.arena, g.found, &rows));
	CORE(&s.ctx, MS_ALLOC(&s.arena, g.found, &shares));
	group_sizes(&s, &g, sizes);
	CORE(&s.ctx, ms_mixture_split(&s.ctx, g.gains, sizes, g.found, (uint64) budget, shares, rows));
	for (size_t i = 0; i < g.found; i++)
		add_share(&s, &g, i, shares[i], rows[i]);
	selection_close(&s);
	return (Datum) 0;
}
