/*
 * kmedoids_answers.c: what a model of k medoids says: evidence, clusters, labels, summary.
 */
#include "pg/medoids/kmedoids.h"

#include <limits.h>
#include <math.h>

#include "catalog/pg_type.h"
#include "pg/base/dissimilarity.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/sample.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"

static Datum
id_datum(const ms_kmedoids *m, size_t cluster)
{
	return out_text(kmedoids_id_text(m, cluster));
}

PG_FUNCTION_INFO_V1(kmedoids_info);
Datum
kmedoids_info(PG_FUNCTION_ARGS)
{
	ms_kmedoids *m = kmedoids_arg(fcinfo, 0);
	Datum values[15];
	bool nulls[15] = {false};

	values[0] = Int32GetDatum((int32) m->k);
	values[1] = Int64GetDatum((int64) m->n);
	values[2] = out_text(kmedoids_metric(m));
	values[3] = out_text(scaling_words[m->measure.scaling]);
	values[4] = out_text(kmedoids_method(m));
	values[5] = Float8GetDatum(m->total_deviation);
	out_float8(values, nulls, 6, m->mean_silhouette);
	out_float8(values, nulls, 7, m->medoid_silhouette);
	values[8] = Int32GetDatum((int32) Min(m->swaps, INT_MAX));
	values[9] = Int32GetDatum((int32) m->passes);
	values[10] = BoolGetDatum(m->converged);
	nulls[11] = m->locally_optimal == MS_KMEDOIDS_OPTIMUM_UNKNOWN;
	values[11] = BoolGetDatum(m->locally_optimal == MS_KMEDOIDS_OPTIMUM_YES);
	values[12] = Int64GetDatum((int64) m->omitted);
	values[13] = Int64GetDatum(m->seed);
	values[14] = problems_datum(m->problems);
	return out_row(fcinfo, values, nulls);
}

/* --- clusters ------------------------------------------------------------------------------- */

static uint64
slot_of(const ms_kmedoids *m, size_t i, size_t j)
{
	uint64 slot;

	memcpy(&slot, &m->medoids[i * m->d + j], sizeof(slot));
	return slot;
}

/* Numbers and booleans as float8[]; gaps, and text, are NULL elements. */
static Datum
medoid_numbers(const ms_kmedoids *m, size_t i)
{
	Datum *items = palloc(sizeof(Datum) * m->d);
	bool *nulls = palloc(sizeof(bool) * m->d);
	int dims = (int) m->d;
	int lower = 1;

	for (size_t j = 0; j < m->d; j++)
	{
		nulls[j] = slot_of(m, i, j) == MS_GAP_BITS || kmedoids_is_nominal(m, j);
		items[j] = Float8GetDatum(m->medoids[i * m->d + j]);
	}
	return PointerGetDatum(construct_md_array(items, nulls, 1, &dims, &lower, FLOAT8OID,
											  sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static void
append_element(StringInfo out, const ms_kmedoids *m, size_t i, size_t j)
{
	double x = m->medoids[i * m->d + j];
	ms_string string;

	if (slot_of(m, i, j) == MS_GAP_BITS)
		appendStringInfoString(out, "null");
	else if (kmedoids_is_nominal(m, j))
	{
		string = ms_kmedoids_string(m, slot_of(m, i, j));
		json_string(out, string.bytes, string.length);
	}
	else if (m->measure.kinds && m->measure.kinds[j] == MS_KIND_BOOLEAN)
		appendStringInfoString(out, x != 0 ? "true" : "false");
	else
		json_double(out, x);
}

/* {"age": 40, "city": "Oslo"}: the medoid by the names of its columns. */
static Datum
medoid_row(const ms_kmedoids *m, char **names, size_t i)
{
	StringInfoData out;

	initStringInfo(&out);
	for (size_t j = 0; j < m->d; j++)
	{
		const char *name = column_name(names, j);

		appendStringInfoChar(&out, j ? ',' : '{');
		json_string(&out, name, strlen(name));
		appendStringInfoChar(&out, ':');
		append_element(&out, m, i, j);
	}
	appendStringInfoChar(&out, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data));
}

PG_FUNCTION_INFO_V1(kmedoids_clusters);
Datum
kmedoids_clusters(PG_FUNCTION_ARGS)
{
	ms_kmedoids *m = kmedoids_arg(fcinfo, 0);
	ReturnSetInfo *set = out_set(fcinfo);
	char **names = names_of(m->names, m->d);
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "kmedoids_clusters", ALLOCSET_DEFAULT_SIZES);

	for (size_t i = 0; i < m->k; i++)
	{
		MemoryContext outer = MemoryContextSwitchTo(context);
		const ms_cluster *c = &m->clusters[i];
		Datum values[10];
		bool nulls[10] = {false};

		values[0] = Int32GetDatum((int32) i + 1);
		values[1] = id_datum(m, i);
		nulls[2] = nulls[3] = m->d == 0;
		values[2] = m->d ? medoid_numbers(m, i) : (Datum) 0;
		values[3] = m->d ? medoid_row(m, names, i) : (Datum) 0;
		values[4] = Int64GetDatum((int64) c->size);
		values[5] = Float8GetDatum(c->weight);
		values[6] = Float8GetDatum(c->total);
		out_float8(values, nulls, 7, c->total / c->weight);
		values[8] = Float8GetDatum(c->farthest);
		out_float8(values, nulls, 9, c->silhouette);
		MemoryContextSwitchTo(outer);
		out_add(set, values, nulls);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
	return (Datum) 0;
}

/* --- labels --------------------------------------------------------------------------------- */

/* What is labelled: a sample or a dissimilarity. */
typedef struct Labelled
{
	SampleArg sample;
	DissimilarityArg matrix;
	size_t n;
	ms_kmedoids_label *labels; /* n */
} Labelled;

static char *
row_id(const Labelled *l, size_t i)
{
	if (l->sample.s)
		return sample_id_text(l->sample, i);
	return dissimilarity_id_text(l->matrix.s, l->matrix.size, ms_dissimilarity_ids(l->matrix.s)[i]);
}

static void
add_label(ReturnSetInfo *set, const ms_kmedoids *m, char *id, const ms_kmedoids_label *label)
{
	Datum values[7];
	bool nulls[7] = {false};

	values[0] = out_text(id);
	nulls[1] = nulls[2] = label->cluster == UINT32_MAX;
	values[1] = Int32GetDatum((int32) label->cluster + 1);
	values[2] = nulls[2] ? (Datum) 0 : id_datum(m, label->cluster);
	out_float8(values, nulls, 3, label->distance);
	nulls[4] = label->second == UINT32_MAX;
	values[4] = Int32GetDatum((int32) label->second + 1);
	out_float8(values, nulls, 5, label->second_distance);
	out_float8(values, nulls, 6, label->silhouette);
	out_add(set, values, nulls);
}

static void
add_labels(ReturnSetInfo *set, const ms_kmedoids *m, const Labelled *l)
{
	MemoryContext scratch =
		AllocSetContextCreate(CurrentMemoryContext, "kmedoids_labels", ALLOCSET_DEFAULT_SIZES);

	for (size_t i = 0; i < l->n; i++)
	{
		MemoryContext outer = MemoryContextSwitchTo(scratch);

		add_label(set, m, row_id(l, i), &l->labels[i]);
		MemoryContextSwitchTo(outer);
		MemoryContextReset(scratch);
	}
	MemoryContextDelete(scratch);
}

static void
make_labels(const ms_kmedoids *m, Labelled *l)
{
	bool silhouettes = l->n <= SILHOUETTE_ROWS;
	ms_ctx ctx;
	ms_arena arena;

	l->labels = palloc_extended(sizeof(*l->labels) * l->n, MCXT_ALLOC_HUGE);
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	if (l->sample.s)
		CORE(&ctx, ms_kmedoids_labels(&ctx, &arena, m, l->sample.s, l->sample.size, silhouettes,
									  l->labels));
	else
		CORE(&ctx, ms_kmedoids_labels_matrix(&ctx, &arena, m, l->matrix.s, l->matrix.size,
											 silhouettes, l->labels));
	ms_arena_free(&arena);
}

PG_FUNCTION_INFO_V1(kmedoids_labels_sample);
Datum
kmedoids_labels_sample(PG_FUNCTION_ARGS)
{
	ms_kmedoids *m = kmedoids_arg(fcinfo, 0);
	SampleArg sample = sample_arg_ordered(fcinfo, 1);
	ReturnSetInfo *set = out_set(fcinfo);
	Labelled l = {.sample = sample, .n = sample.s->n};

	if (m->d == 0)
		report_model_data("a dissimilarity", "a sample");
	if (sample.s->d != m->d)
		report_model_columns(sample.s->d, m->d, names_of(m->names, m->d));
	make_labels(m, &l);
	add_labels(set, m, &l);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(kmedoids_labels_dissimilarity);
Datum
kmedoids_labels_dissimilarity(PG_FUNCTION_ARGS)
{
	ms_kmedoids *m = kmedoids_arg(fcinfo, 0);
	DissimilarityArg matrix = dissimilarity_arg_complete(fcinfo, 1);
	ReturnSetInfo *set = out_set(fcinfo);
	Labelled l = {.matrix = matrix, .n = matrix.s->n};

	if (m->d > 0)
		report_model_data("a sample", "a dissimilarity");
	if ((m->ids == MS_SAMPLE_ID_TEXT) != ((matrix.s->head.flags & MS_DISSIMILARITY_ID_TEXT) != 0))
		report_pair_ids();
	make_labels(m, &l);
	add_labels(set, m, &l);
	return (Datum) 0;
}

/* --- summary -------------------------------------------------------------------------------- */

#define MAX_TEXT 60

static void
append_counts(StringInfo out, const ms_kmedoids *m)
{
	appendStringInfo(out, "k-medoids: %u %s of " UINT64_FORMAT " %s", m->k,
					 m->k == 1 ? "cluster" : "clusters", m->n, m->d ? "rows" : "ids");
	if (m->d)
		appendStringInfo(out, ", %u %s, %s", m->d, m->d == 1 ? "column" : "columns",
						 kmedoids_metric(m));
	if (m->measure.scaling != MS_SCALING_NONE)
		appendStringInfo(out, ", scaled by %s", scaling_words[m->measure.scaling]);
	if (m->weight != (double) m->n)
		appendStringInfo(out, ", weight %.10g", m->weight);
	appendStringInfoChar(out, '\n');
}

static void
append_evidence(StringInfo out, const ms_kmedoids *m)
{
	appendStringInfo(out, "total deviation %.6g", m->total_deviation);
	if (!isnan(m->mean_silhouette))
		appendStringInfo(out, "   silhouette %.3f", m->mean_silhouette);
	if (!isnan(m->medoid_silhouette))
		appendStringInfo(out, "   medoid silhouette %.3f", m->medoid_silhouette);
	appendStringInfo(out, "   %s, %s (" UINT64_FORMAT " %s)\n", kmedoids_method(m),
					 m->converged ? "converged" : "not converged", m->swaps,
					 m->swaps == 1 ? "swap" : "swaps");
}

/* "id 17: age 40, city Oslo", cut where it is long. */
static char *
medoid_text(const ms_kmedoids *m, char **names, size_t i)
{
	StringInfoData out;
	int cut;

	initStringInfo(&out);
	appendStringInfoString(&out, kmedoids_id_text(m, i));
	for (size_t j = 0; j < m->d && out.len <= MAX_TEXT; j++)
	{
		appendStringInfo(&out, "%s%s ", j ? ", " : ": ", column_name(names, j));
		append_element(&out, m, i, j);
	}
	if (out.len <= MAX_TEXT)
		return out.data;
	cut = pg_mbcliplen(out.data, out.len, MAX_TEXT);
	return psprintf("%.*s...", cut, out.data);
}

static void
append_table(StringInfo out, const ms_kmedoids *m)
{
	char **names = names_of(m->names, m->d);

	appendStringInfo(out, "  #     size   mean distance   silhouette   medoid\n");
	for (size_t i = 0; i < m->k && i < SUMMARY_CLUSTERS; i++)
	{
		const ms_cluster *c = &m->clusters[i];

		appendStringInfo(out, "%3zu %8" INT64_MODIFIER "u %15.4g ", i + 1, c->size,
						 c->total / c->weight);
		if (isnan(c->silhouette))
			appendStringInfo(out, "%12s", "");
		else
			appendStringInfo(out, "%12.3f", c->silhouette);
		appendStringInfo(out, "   %s\n", medoid_text(m, names, i));
	}
	if (m->k > SUMMARY_CLUSTERS)
		appendStringInfo(out, "and %u more clusters: kmedoids_clusters(m)\n",
						 m->k - SUMMARY_CLUSTERS);
}

PG_FUNCTION_INFO_V1(kmedoids_summary);
Datum
kmedoids_summary(PG_FUNCTION_ARGS)
{
	ms_kmedoids *m = kmedoids_arg(fcinfo, 0);
	ModelState state = kmedoids_state(m);
	StringInfoData out;

	initStringInfo(&out);
	append_counts(&out, m);
	append_evidence(&out, m);
	append_table(&out, m);
	append_problems(&out, &state);
	return out_text(out.data);
}
