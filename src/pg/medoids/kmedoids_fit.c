/*
 * kmedoids_fit.c: kmedoids_fit and kmedoids_select, of a sample or of a dissimilarity.
 */
#include "pg/medoids/kmedoids_fit.h"

#include <math.h>

#include "pg/base/dissimilarity.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/sample.h"

#define NONE ARGUMENT_NONE

static const char *const sample_keys[] = {
	"init", "samples", "sample_size", "silhouette", "asymmetric", "column_weights", NULL};
static const char *const query_keys[] = {"sample",     "init",           "samples", "sample_size",
										 "asymmetric", "column_weights", NULL};
static const char *const matrix_keys[] = {"init", "samples", "sample_size", "silhouette", NULL};

const Places kmedoids_of_sample = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, sample_keys};
const Places kmedoids_of_query = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, query_keys};
static const Places fit_matrix = {1, NONE, NONE, 2, NONE, 3, 4, 5, NONE, 6, 7, 8, matrix_keys};
static const Places select_sample = {NONE, 3,    4,    NONE, 6, NONE,       NONE,
									 NONE, NONE, NONE, 7,    8, sample_keys};
static const Places select_matrix = {NONE, NONE, NONE, NONE, NONE, NONE,       NONE,
									 NONE, NONE, NONE, 4,    5,    matrix_keys};

/* What is fitted: one of the two. */
typedef struct Data
{
	SampleArg sample;
	DissimilarityArg matrix;
	size_t n; /* rows that a fit uses */
	size_t d; /* 0 of a dissimilarity */
} Data;

/* --- arguments ------------------------------------------------------------------------------ */

static void
measure_args(FunctionCallInfo fcinfo, const Places *at, ms_kmedoids_options *o)
{
	static const char *const missings[] = {"error", "omit", "use", NULL};

	if (at->metric == NONE)
		return;
	metric_args(fcinfo, at->metric, at->scale, &o->metric, &o->scaling);
	o->missing = (ms_missing) arg_choice(fcinfo, at->missing, "missing", missings);
	if (o->missing == MS_MISSING_USE && !ms_metric_takes_gaps(o->metric))
		report_metric_missing(metric_words[o->metric - MS_METRIC_EUCLIDEAN]);
}

/* Gower's columns: numbers of the boolean ones that count when true alone, and a weight of each. */
static void
column_options(FunctionCallInfo fcinfo, const Places *at, size_t d, ms_kmedoids_options *o)
{
	size_t n;
	const double *columns = arg_option_numbers(fcinfo, at->options, "asymmetric", &n);
	unsigned char *asymmetric = columns ? palloc0(d) : NULL;

	for (size_t i = 0; columns && i < n; i++)
	{
		if (!(columns[i] >= 1 && columns[i] <= (double) d && columns[i] == floor(columns[i])))
			report_option_value("asymmetric", psprintf("a list of columns from 1 to %zu", d));
		asymmetric[(size_t) columns[i] - 1] = 1;
	}
	o->asymmetric = asymmetric;
	o->weights = arg_option_numbers(fcinfo, at->options, "column_weights", &n);
	if (o->weights && n != d)
		report_option_value("column_weights", psprintf("a list of %zu numbers", d));
	if ((o->weights || asymmetric) && o->metric != MS_METRIC_GOWER)
		report_option_value(asymmetric ? "asymmetric" : "column_weights",
							"left out unless metric is 'gower'");
}

static void
search_options(FunctionCallInfo fcinfo, const Places *at, size_t d, ms_kmedoids_options *o)
{
	static const char *const inits[] = {"auto", "build", "random", "kmeanspp", "lab", NULL};

	arg_options(fcinfo, at->options, at->keys);
	o->init = (ms_kmedoids_init) arg_option_choice(fcinfo, at->options, "init", inits,
												   MS_KMEDOIDS_INIT_AUTO);
	o->samples = arg_option_count(fcinfo, at->options, "samples", 0);
	o->sample_size = arg_option_count(fcinfo, at->options, "sample_size", 0);
	o->silhouette = arg_option_bool(fcinfo, at->options, "silhouette", true);
	if (d)
		column_options(fcinfo, at, d, o);
}

/* A model to start from must be of the same shape. */
static void
start_arg(FunctionCallInfo fcinfo, const Places *at, size_t d, ms_kmedoids_options *o)
{
	const ms_kmedoids *start;

	if (at->start == NONE || PG_ARGISNULL(at->start))
		return;
	start = kmedoids_arg(fcinfo, at->start);
	if ((start->d == 0) != (d == 0))
		report_model_data(d ? "a dissimilarity" : "a sample", d ? "a sample" : "a dissimilarity");
	if (start->d != d)
		report_start_clusters("columns", start->d, d);
	if (start->k != o->k)
		report_start_clusters("clusters", start->k, o->k);
	o->start = start;
}

static void
search_args(FunctionCallInfo fcinfo, const Places *at, size_t d, ms_kmedoids_options *o)
{
	if (at->k != NONE)
		o->k = k_arg(fcinfo, at->k, "k", MS_KMEDOIDS_MAX_K);
	if (at->method != NONE)
		o->method = (ms_kmedoids_method) arg_choice(fcinfo, at->method, "method", kmedoids_methods);
	if (o->method == MS_KMEDOIDS_ONEBATCH && d == 0)
		report_method_matrix("onebatch");
	if (at->n_init != NONE && !PG_ARGISNULL(at->n_init))
		o->n_init = count_arg(fcinfo, at->n_init, "n_init", 1);
	if (at->max_iter != NONE)
		o->max_iter = count_arg(fcinfo, at->max_iter, "max_iter", 1);
	o->seed = arg_int64(fcinfo, at->seed, "seed");
	start_arg(fcinfo, at, d, o);
}

/* All options of a call but the names. */
ms_kmedoids_options
kmedoids_options(FunctionCallInfo fcinfo, const Places *at, size_t d)
{
	ms_kmedoids_options o;

	ms_kmedoids_defaults(&o);
	measure_args(fcinfo, at, &o);
	search_args(fcinfo, at, d, &o);
	search_options(fcinfo, at, d, &o);
	return o;
}

/* --- data ----------------------------------------------------------------------------------- */

static Data
sample_data(FunctionCallInfo fcinfo)
{
	SampleArg sample = sample_arg_ordered(fcinfo, 0);

	return (Data){.sample = sample, .n = sample.s->n, .d = sample.s->d};
}

static Data
matrix_data(FunctionCallInfo fcinfo)
{
	DissimilarityArg matrix = dissimilarity_arg_complete(fcinfo, 0);

	return (Data){.matrix = matrix, .n = matrix.s->n};
}

/* Rows that are left. */
static void
leave_out(Data *data, const ms_kmedoids_options *o)
{
	if (data->d > 0 && o->missing == MS_MISSING_OMIT)
		data->n -= data->sample.s->incomplete;
}

/* k clusters of n rows: told before the memory that they would take. */
static ms_status
check_k(ms_ctx *ctx, const Data *data, size_t k)
{
	if (k > data->n)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "k", 0, (double) k, (double) data->n);
	return MS_OK;
}

static void
require_memory(const char *function, const Data *data, const ms_kmedoids_options *o)
{
	size_t need = ms_kmedoids_bytes(o, data->n, data->d);

	if (need > host_budget())
		report_memory_pairs(function, data->n, need, host_budget());
}

/* --- the fit -------------------------------------------------------------------------------- */

static ms_status
fit(ms_ctx *ctx, ms_arena *arena, const Data *data, const ms_kmedoids_options *o, ms_kmedoids *m)
{
	MS_TRY(check_k(ctx, data, o->k));
	require_memory("kmedoids_fit", data, o);
	if (data->d > 0)
		return ms_kmedoids_fit(ctx, arena, data->sample.s, data->sample.size, o, m);
	return ms_kmedoids_fit_matrix(ctx, arena, data->matrix.s, data->matrix.size, o, m);
}

static Datum
fit_data(FunctionCallInfo fcinfo, const Places *at, Data data)
{
	ms_kmedoids_options o = kmedoids_options(fcinfo, at, data.d);
	char **names = at->names == NONE ? NULL : arg_names(fcinfo, at->names, data.d);
	bool null_on_failure = on_failure_arg(fcinfo, at->on_failure);
	ms_ctx ctx;
	ms_arena arena;
	ms_kmedoids m;
	ms_status status;
	ModelState state;
	Datum result;

	leave_out(&data, &o);
	if (data.n == 0)
		PG_RETURN_NULL();
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	status = fit(&ctx, &arena, &data, &o, &m);
	if (status != MS_OK)
	{
		forgive(fcinfo, "kmedoids_fit", &ctx, status, null_on_failure);
		PG_RETURN_NULL();
	}
	if (names)
		m.names = names_joined(names, data.d, &m.names_size);
	state = kmedoids_state(&m);
	warn_doubtful(fcinfo, "kmedoids_fit", &state);
	result = kmedoids_datum(&m);
	ms_arena_free(&arena);
	return result;
}

PG_FUNCTION_INFO_V1(kmedoids_fit_sample);
Datum
kmedoids_fit_sample(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return fit_data(fcinfo, &kmedoids_of_sample, sample_data(fcinfo));
}

PG_FUNCTION_INFO_V1(kmedoids_fit_dissimilarity);
Datum
kmedoids_fit_dissimilarity(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return fit_data(fcinfo, &fit_matrix, matrix_data(fcinfo));
}

/* --- choosing k ----------------------------------------------------------------------------- */

static void
add_candidate(ReturnSetInfo *set, size_t rank, const ms_kmedoids *m)
{
	Datum values[8];
	bool nulls[8] = {false};

	values[0] = Int32GetDatum((int32) rank);
	values[1] = Int32GetDatum((int32) m->k);
	out_float8(values, nulls, 2, m->total_deviation);
	out_float8(values, nulls, 3, m->mean_silhouette);
	out_float8(values, nulls, 4, m->medoid_silhouette);
	values[5] = BoolGetDatum(m->converged);
	values[6] = problems_datum(m->problems);
	values[7] = kmedoids_datum(m);
	out_add(set, values, nulls);
}

static Datum
select_data(FunctionCallInfo fcinfo, const Places *at, int criterion_arg, Data data)
{
	static const char *const criteria[] = {"silhouette", "medoid_silhouette", "total_deviation",
										   NULL};
	ms_kmedoids_options o = kmedoids_options(fcinfo, at, data.d);
	ms_kmedoids_criterion criterion =
		(ms_kmedoids_criterion) (MS_KMEDOIDS_BY_SILHOUETTE +
								 arg_choice(fcinfo, criterion_arg, "criterion", criteria));
	ReturnSetInfo *set = out_set(fcinfo);
	ms_kmedoids *models;
	size_t k_min, k_max;
	ms_ctx ctx;
	ms_arena arena;

	k_range_args(fcinfo, &k_min, &k_max);
	leave_out(&data, &o);
	if (criterion == MS_KMEDOIDS_BY_SILHOUETTE && data.n > SILHOUETTE_ROWS)
		report_silhouette_rows(data.n, SILHOUETTE_ROWS, "medoid_silhouette");
	k_max = Min(Min(k_max, data.n), MS_KMEDOIDS_MAX_K);
	if (k_max < k_min)
		return (Datum) 0;
	o.k = k_max;
	require_memory("kmedoids_select", &data, &o);
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	models = palloc0(sizeof(ms_kmedoids) * (k_max - k_min + 1));
	if (data.d > 0)
		CORE(&ctx, ms_kmedoids_select(&ctx, &arena, data.sample.s, data.sample.size, &o, k_min,
									  k_max, criterion, models));
	else
		CORE(&ctx, ms_kmedoids_select_matrix(&ctx, &arena, data.matrix.s, data.matrix.size, &o,
											 k_min, k_max, criterion, models));
	for (size_t i = 0; i <= k_max - k_min; i++)
		add_candidate(set, i + 1, &models[i]);
	ms_arena_free(&arena);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(kmedoids_select_sample);
Datum
kmedoids_select_sample(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
	{
		out_set(fcinfo);
		return (Datum) 0;
	}
	return select_data(fcinfo, &select_sample, 5, sample_data(fcinfo));
}

PG_FUNCTION_INFO_V1(kmedoids_select_dissimilarity);
Datum
kmedoids_select_dissimilarity(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
	{
		out_set(fcinfo);
		return (Datum) 0;
	}
	return select_data(fcinfo, &select_matrix, 3, matrix_data(fcinfo));
}
