/*
 * kmeans_answers.c: what a model of k means says: evidence, clusters, labels, new rows, summary.
 */
#include "pg/medoids/kmeans.h"

#include <math.h>

#include "pg/base/cache.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/rows.h"
#include "pg/base/sample.h"
#include "utils/fmgrprotos.h"

PG_FUNCTION_INFO_V1(kmeans_info);
Datum
kmeans_info(PG_FUNCTION_ARGS)
{
	ms_kmeans *m = kmeans_arg(fcinfo, 0);
	Datum values[] = {Int32GetDatum((int32) m->k),
					  Int32GetDatum((int32) m->d),
					  Int64GetDatum((int64) m->n),
					  Float8GetDatum(m->weight),
					  out_text(scaling_words[m->scaling]),
					  out_text("hamerly"),
					  Float8GetDatum(m->inertia),
					  Int32GetDatum((int32) m->iterations),
					  Int32GetDatum((int32) m->starts),
					  Int32GetDatum((int32) m->starts_at_best),
					  BoolGetDatum(m->converged),
					  Int64GetDatum((int64) m->omitted),
					  Int64GetDatum(m->seed),
					  problems_datum(m->problems)};
	bool nulls[lengthof(values)] = {false};

	return out_row(fcinfo, values, nulls);
}

/* --- clusters ------------------------------------------------------------------------------- */

/* {"age": 40.5, "spend": 120}: the center by the names of its columns. */
static Datum
center_row(const ms_kmeans *m, char **names, size_t i)
{
	StringInfoData out;

	initStringInfo(&out);
	for (size_t j = 0; j < m->d; j++)
	{
		const char *name = column_name(names, j);

		appendStringInfoChar(&out, j ? ',' : '{');
		json_string(&out, name, strlen(name));
		appendStringInfoChar(&out, ':');
		json_double(&out, m->centers[i * m->d + j]);
	}
	appendStringInfoChar(&out, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data));
}

PG_FUNCTION_INFO_V1(kmeans_clusters);
Datum
kmeans_clusters(PG_FUNCTION_ARGS)
{
	ms_kmeans *m = kmeans_arg(fcinfo, 0);
	ReturnSetInfo *set = out_set(fcinfo);
	char **names = names_of(m->names, m->d);
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "kmeans_clusters", ALLOCSET_DEFAULT_SIZES);

	for (size_t i = 0; i < m->k; i++)
	{
		MemoryContext outer = MemoryContextSwitchTo(context);
		const ms_kmeans_cluster *c = &m->clusters[i];
		Datum values[8];
		bool nulls[8] = {false};

		values[0] = Int32GetDatum((int32) i + 1);
		values[1] = out_float8_array(m->centers + i * m->d, m->d);
		values[2] = center_row(m, names, i);
		values[3] = Int64GetDatum((int64) c->size);
		values[4] = Float8GetDatum(c->weight);
		values[5] = Float8GetDatum(c->inertia);
		out_float8(values, nulls, 6, sqrt(c->inertia / c->weight));
		values[7] = Float8GetDatum(c->farthest);
		MemoryContextSwitchTo(outer);
		out_add(set, values, nulls);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
	return (Datum) 0;
}

/* --- labels --------------------------------------------------------------------------------- */

double
kmeans_label_sample(const ms_kmeans *m, const ms_sample *s, ms_kmeans_label *labels,
					double *silhouettes)
{
	double mean = NAN;
	ms_ctx ctx;
	ms_arena arena;

	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_kmeans_labels(&ctx, &arena, m, s, labels));
	if (s->n <= SILHOUETTE_ROWS && ms_sample_weight(s) > 0)
		CORE(&ctx, ms_kmeans_silhouettes(&ctx, &arena, m, s, labels, silhouettes, &mean));
	else
		for (size_t i = 0; i < s->n; i++)
			silhouettes[i] = NAN;
	ms_arena_free(&arena);
	return mean;
}

static void
add_label(ReturnSetInfo *set, char *id, const ms_kmeans_label *label, double silhouette)
{
	Datum values[7];
	bool nulls[7] = {false};

	values[0] = out_text(id);
	nulls[1] = label->cluster == UINT32_MAX;
	values[1] = Int32GetDatum((int32) label->cluster + 1);
	nulls[2] = true; /* there is no medoid */
	values[2] = (Datum) 0;
	out_float8(values, nulls, 3, label->distance);
	nulls[4] = label->second == UINT32_MAX;
	values[4] = Int32GetDatum((int32) label->second + 1);
	out_float8(values, nulls, 5, label->second_distance);
	out_float8(values, nulls, 6, silhouette);
	out_add(set, values, nulls);
}

PG_FUNCTION_INFO_V1(kmeans_labels);
Datum
kmeans_labels(PG_FUNCTION_ARGS)
{
	ms_kmeans *m = kmeans_arg(fcinfo, 0);
	SampleArg sample = sample_arg_ordered(fcinfo, 1);
	ReturnSetInfo *set = out_set(fcinfo);
	size_t n = sample.s->n;
	ms_kmeans_label *labels = palloc_extended(sizeof(*labels) * n, MCXT_ALLOC_HUGE);
	double *silhouettes = palloc_extended(sizeof(*silhouettes) * n, MCXT_ALLOC_HUGE);
	MemoryContext scratch =
		AllocSetContextCreate(CurrentMemoryContext, "kmeans_labels", ALLOCSET_DEFAULT_SIZES);

	if (sample.s->d != m->d)
		report_model_columns(sample.s->d, m->d, names_of(m->names, m->d));
	kmeans_label_sample(m, sample.s, labels, silhouettes);
	for (size_t i = 0; i < n; i++)
	{
		MemoryContext outer = MemoryContextSwitchTo(scratch);

		add_label(set, sample_id_text(sample, i), &labels[i], silhouettes[i]);
		MemoryContextSwitchTo(outer);
		MemoryContextReset(scratch);
	}
	MemoryContextDelete(scratch);
	return (Datum) 0;
}

/* --- new rows ------------------------------------------------------------------------------- */

typedef struct Scoring
{
	ms_ctx ctx;
	ms_arena arena;
	ms_kmeans *model;
	ms_kmeans_scorer *scorer;
	double *x; /* d, the row in hand */
	ms_kmeans_label label;
} Scoring;

static void *
scoring_new(const struct varlena *value)
{
	Scoring *s = palloc0(sizeof(Scoring));

	host_init(&s->ctx);
	ms_arena_init(&s->arena, &s->ctx);
	s->model = kmeans_unpack(value, VARSIZE(value));
	CORE(&s->ctx, ms_kmeans_scorer_new(&s->ctx, &s->arena, s->model, &s->scorer));
	s->x = palloc(sizeof(double) * s->model->d);
	return s;
}

static const CacheFamily scoring_family = {"measure_kmeans", MS_TYPE_KMEANS, true, scoring_new};

/* The row behind the model, measured; NULL when it has a NULL element. */
static const Scoring *
score(FunctionCallInfo fcinfo, Door door)
{
	Scoring *s = cache_get(fcinfo, 0, &scoring_family);
	RowArg row;
	size_t gaps;

	if (!row_open(&row, fcinfo, 1, door))
		return NULL;
	if (row.d != s->model->d)
		report_model_columns(row.d, s->model->d, names_of(s->model->names, s->model->d));
	gaps = row_read(&row, s->x);
	row_close(&row);
	if (gaps > 0)
		return NULL;
	CORE(&s->ctx, ms_kmeans_score(&s->ctx, s->scorer, s->x, &s->label));
	return s;
}

static Datum
predict(FunctionCallInfo fcinfo, Door door)
{
	const Scoring *s = score(fcinfo, door);

	if (!s)
		PG_RETURN_NULL();
	PG_RETURN_INT32((int32) s->label.cluster + 1);
}

static Datum
score_row(FunctionCallInfo fcinfo, Door door)
{
	const Scoring *s = score(fcinfo, door);
	Datum values[6];
	bool nulls[6] = {false};

	if (!s)
		PG_RETURN_NULL();
	values[0] = Int32GetDatum((int32) s->label.cluster + 1);
	nulls[1] = true;
	values[1] = (Datum) 0;
	out_float8(values, nulls, 2, s->label.distance);
	nulls[3] = s->label.second == UINT32_MAX;
	values[3] = Int32GetDatum((int32) s->label.second + 1);
	out_float8(values, nulls, 4, s->label.second_distance);
	out_float8(values, nulls, 5, margin_of(s->label.distance, s->label.second_distance));
	return out_row(fcinfo, values, nulls);
}

ROWS_DOORS(kmeans_predict, predict);
ROWS_DOORS(kmeans_score, score_row);

/* --- summary -------------------------------------------------------------------------------- */

static void
append_head(StringInfo out, const ms_kmeans *m)
{
	appendStringInfo(out, "k-means: %u %s of " UINT64_FORMAT " rows, %u %s", m->k,
					 m->k == 1 ? "cluster" : "clusters", m->n, m->d,
					 m->d == 1 ? "column" : "columns");
	if (m->scaling != MS_SCALING_NONE)
		appendStringInfo(out, ", scaled by %s", scaling_words[m->scaling]);
	if (m->weight != (double) m->n)
		appendStringInfo(out, ", weight %.10g", m->weight);
	appendStringInfo(out, "\ninertia %.6g   %s in %u rounds (%u of %u %s)\n", m->inertia,
					 m->converged ? "converged" : "not converged", m->iterations, m->starts_at_best,
					 m->starts, m->starts == 1 ? "start" : "starts agree");
}

static void
append_center(StringInfo out, const ms_kmeans *m, char **names, size_t i)
{
	for (size_t j = 0; j < m->d && j < SUMMARY_COLUMNS; j++)
		appendStringInfo(out, "%s%s %.4g", j ? ", " : "", column_name(names, j),
						 m->centers[i * m->d + j]);
	if (m->d > SUMMARY_COLUMNS)
		appendStringInfoString(out, ", ...");
}

PG_FUNCTION_INFO_V1(kmeans_summary);
Datum
kmeans_summary(PG_FUNCTION_ARGS)
{
	ms_kmeans *m = kmeans_arg(fcinfo, 0);
	char **names = names_of(m->names, m->d);
	ModelState state = kmeans_state(m);
	StringInfoData out;

	initStringInfo(&out);
	append_head(&out, m);
	appendStringInfoString(&out, "  #     size    root mean square   center\n");
	for (size_t i = 0; i < m->k && i < SUMMARY_CLUSTERS; i++)
	{
		const ms_kmeans_cluster *c = &m->clusters[i];

		appendStringInfo(&out, "%3zu %8" INT64_MODIFIER "u %19.4g   ", i + 1, c->size,
						 sqrt(c->inertia / c->weight));
		append_center(&out, m, names, i);
		appendStringInfoChar(&out, '\n');
	}
	if (m->k > SUMMARY_CLUSTERS)
		appendStringInfo(&out, "and %u more clusters: kmeans_clusters(m)\n",
						 m->k - SUMMARY_CLUSTERS);
	append_problems(&out, &state);
	return out_text(out.data);
}
