/*
 * report_clusters.c: dissimilarities, and clusters under them.
 */
#include "pg/base/report.h"

#include <math.h>

#include "pg/base/report_text.h"

void
report_pair(const char *i, const char *j, double distance)
{
	if (distance > 0 && strcmp(i, j) == 0 && !isinf(distance))
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("the distance of \"%s\" to itself must be 0, got %s", i, number_text(distance)),
						errhint("Leave such rows out with FILTER (WHERE i <> j).")));
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg("the distance of (%s, %s) must be finite and at least 0, got %s", i, j, number_text(distance)),
					distance > 0 && !isinf(distance) ? errdetail("A distance is stored as a real: at most 3.4e38.") : 0));
}

void
report_pair_differs(const char *i, const char *j, double a, double b)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg("the pair (%s, %s) has two distances, %.9g and %.9g", i, j, a, b),
					errhint("Give each pair once, or the same distance in both directions: GROUP BY least(i, j), greatest(i, j).")));
}

void
report_pair_ids(void)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("dissimilarities with ids of bigint and of text cannot be merged"),
					errhint("Build both with the same type of id.")));
}

void
report_pairs_missing(uint64 missing, const char *i, const char *j)
{
	ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					errmsg_plural("%llu pair has no distance, (%s, %s)", "%llu pairs have no distance, the first is (%s, %s)",
								  missing, (unsigned long long) missing, i, j),
					errhint("Give one row for every pair of ids; the order within a pair does not matter.")));
}

void
report_no_id(const char *id)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("there is no id \"%s\"", id)));
}

void
report_unknown_id(const char *argument, const char *id)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("%s has id \"%s\", which the dissimilarity has not", argument, id),
					errhint("Its pairs must be among those of the dissimilarity.")));
}

void
report_pair_weight(const char *i, const char *j)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("the weight of (%s, %s) must be above 0", i, j),
					errhint("Leave the pair out of weights, which gives it the weight 1; a pair that must not move belongs to fixed.")));
}

void
report_fixed(const char *i, const char *j, double distance, double detour)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg("fixed distances break the triangle inequality: (%s, %s) has %.9g, and a detour by fixed pairs %.9g", i, j, distance, detour),
					errhint("Take that pair, or one of its detour, out of fixed.")));
}

void
report_repair_decrease(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("method 'decrease' takes neither weights nor fixed"),
					errdetail("Shortest paths are the greatest metric below the distances, whatever their weights.")));
}

void
report_metric_scale(const char *metric)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("metric '%s' does not take a scale", metric),
					errhint("Leave scale out: the metric does not depend on units.")));
}

void
report_metric_missing(const char *metric)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("metric '%s' does not take missing => 'use'", metric),
					errhint("Pass missing => 'omit', or metric => 'gower', which skips what is not known.")));
}

void
report_method_matrix(const char *method)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("method '%s' works on samples alone", method),
					errhint("Take 'fasterpam': the distances of a dissimilarity are there already.")));
}

void
report_silhouette_rows(size_t n, size_t limit, const char *other)
{
	ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("criterion 'silhouette' takes at most %zu rows, got %zu", limit, n),
					errdetail("Silhouettes need all distances of all rows."),
					errhint("Take criterion => '%s', or a subsample(id, size, ...).", other)));
}

void
report_start_clusters(const char *what, size_t got, size_t wanted)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("start has %zu %s, the fit has %zu", got, what, wanted),
					errhint("Start from a model of the same columns and the same k.")));
}

void
report_model_data(const char *fitted, const char *got)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a model of %s does not go with %s", fitted, got),
					errhint("Pass data of the kind that the model was fitted on.")));
}

void
report_mixed_model(void)
{
	ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("the model has columns that are no numbers"),
					errhint("Pass the row as mixed(...), as it was fitted.")));
}

void
report_memory_growing_pairs(size_t pairs, size_t need, size_t limit)
{
	ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
					errmsg("a dissimilarity of %zu pairs needs %s of memory, pgmeasure.max_memory allows %s", pairs,
						   bytes_text((double) need), bytes_text((double) limit)),
					errdetail("A pair takes 24 bytes while they are gathered; n ids take 4 n (n - 1) / 2 bytes once all are there."),
					errhint("Raise pgmeasure.max_memory, or work on fewer ids; kmedoids_fit of a sample needs no matrix.")));
}

void
report_memory_pairs(const char *what, size_t n, size_t need, size_t limit)
{
	double pairs = n < 2 ? 0 : (double) n * (double) (n - 1) / 2;

	ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
					errmsg("%s needs %s of memory, pgmeasure.max_memory allows %s", what, bytes_text((double) need),
						   bytes_text((double) limit)),
					errdetail("All distances of %zu rows take 4 n (n - 1) / 2 bytes, %s; without them they are computed again and again.", n,
							  bytes_text(4 * pairs)),
					errhint("Raise pgmeasure.max_memory, take method => 'onebatch', or work on fewer rows: subsample(id, size, ...).")));
}
