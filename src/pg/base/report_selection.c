/*
 * report_selection.c: groups of rows, and the choice of rows.
 */
#include "pg/base/report.h"

#include "pg/base/report_text.h"

void
report_no_ids(const char *function)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s needs rows with ids", function),
					errhint("Build the sample with sample_keyed(id, ...).")));
}

void
report_groups(const char *argument)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must be a JSON object of group by id", argument),
					errhint("Pass jsonb_object_agg(id, group_column).")));
}

void
report_no_group(const char *id)
{
	ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("id \"%s\" has no group", id),
					errhint("Pass jsonb_object_agg(id, coalesce(group_column, '(none)')) of the same rows.")));
}

void
report_bounds(const char *group)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("bounds of %s must be a list of two whole numbers", group),
					errhint("Pass '[least, most]' for every group, or '{\"north\":[2,4],\"south\":[1,null]}'; a group without bounds has [0, k].")));
}

void
report_fair(const char *fault, const char *group, double got, double wanted)
{
	const char *hint = "No choice of k rows meets the bounds: change them, or k.";

	if (strcmp(fault, "group") == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("group \"%s\" needs %.0f medoids, but has only %.0f rows", group, got, wanted), errhint("%s", hint)));
	if (strcmp(fault, "bounds") == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("group \"%s\" needs at least %.0f medoids and may have at most %.0f", group, got, wanted), errhint("%s", hint)));
	if (strcmp(fault, "minimums") == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the minimums add up to %.0f, but k is %.0f", got, wanted), errhint("%s", hint)));
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("the maximums add up to %.0f, but k is %.0f", got, wanted),
					errdetail("A group has at most as many medoids as rows."), errhint("%s", hint)));
}

void
report_unit(const char *what, const char *id, double got)
{
	if (strcmp(what, "probabilities") == 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("the probabilities of id \"%s\" add up to %s, not to 1", id, number_text(got)),
						errhint("Give one column, the probability of class 1, or one for every class.")));
	if (strcmp(what, "probability") == 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("a probability of id \"%s\" must be from 0 to 1, got %s", id, number_text(got)),
						errhint("Pass logits through 1 / (1 + exp(-x)), or to select_disagreements with options => '{\"logits\":true}'.")));
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("the %s of id \"%s\" must be finite and at least 0, got %s", what, id, number_text(got))));
}

void
report_columns_of(const char *function, size_t got, const char *wanted)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg_plural("%s does not take a sample of %zu column", "%s does not take a sample of %zu columns", got, function, got),
					errhint("Its columns are %s.", wanted)));
}

void
report_draw_probability(double got)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("a probability must be above 0 and at most 1, got %s", number_text(got)),
					errhint("The columns are the value and the probability, as the function that drew the rows gave it; the number of draws is the weight.")));
}

void
report_group_size(double got)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("the weight of a group must be its number of rows, got %s", number_text(got)),
					errhint("Build the sample with sample_keyed_weighted(grp, count, ...).")));
}

void
report_no_weights(const char *function)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s does not take weights", function),
					errhint("Build the sample with sample_keyed(id, ...).")));
}

void
report_normalised(size_t rows)
{
	ereport(NOTICE, (errmsg_plural("%zu row had probabilities that do not add up to 1; they were divided by their sum",
								   "%zu rows had probabilities that do not add up to 1; they were divided by their sum", rows, rows)));
}
