/*
 * report.c: what every message may need: the errors of the core, arguments, rows, values, notices.
 */
#include "pg/base/report.h"

#include <math.h>

#include "core/base/sample.h"
#include "lib/stringinfo.h"
#include "pg/base/report_text.h"
#include "utils/builtins.h"

#define HINT_MEMORY                                                                                \
	errhint("Raise pgmeasure.max_memory, or work on fewer rows: subsample(id, size, ...) or a WHERE clause.")

/* --- a core status -------------------------------------------------------------------------- */

/* What a test may exchange: ids that are not there, or do not lie as it needs them. */
static void
report_exchange(const ms_facts *f)
{
	if (strcmp(f->what, "exchange") == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("exchange => 'pairs', 'clusters' or 'strata' needs samples with ids of one type"),
						errhint("Build both with sample_keyed(id, ...), or take exchange => 'rows'.")));
	if (strcmp(f->what, "clusters") == 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("an id has rows in both samples, so that it cannot be exchanged as a cluster"),
						errhint("Take exchange => 'pairs' where every id is in both samples, 'strata' to exchange rows within an id, or leave out ids that are in both.")));
	if (strcmp(f->what, "pairs") == 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("an id has rows in one sample alone, so that it has no pair"),
						errhint("Leave out ids that are not in both samples, or take exchange => 'rows'.")));
}

static void
report_mismatch(const ms_facts *f)
{
	if (strcmp(f->what, "columns") == 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("values of %.0f and of %.0f columns cannot be merged", f->wanted, f->got),
						errhint("Build both from the same columns, in the same order.")));
	if (strcmp(f->what, "drawing") == 0 && f->got > 0 && f->wanted > 0)
		report_changed("size", "subsample");
	if (strcmp(f->what, "ids") == 0 && f->index > 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("the medoid of cluster %d is not among these ids", (int) f->index),
						errhint("Pass the data that the model was fitted on, or data with all its medoids.")));
	if (strcmp(f->what, "ids") == 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("samples with different kinds of ids cannot be merged"),
						errhint("Build both with sample_keyed and the same type of id, or both with sample.")));
	if (strcmp(f->what, "kinds") == 0 && f->index == 0)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("a sample of mixed rows and a sample of numbers cannot be merged"),
						errhint("Build both with mixed(...), or both without.")));
	if (strcmp(f->what, "kinds") == 0)
		report_mixed_kind((int) f->index);
	report_exchange(f);
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("values that differ in their %s cannot be merged", f->what)));
}

static void
report_too_large(const ms_facts *f)
{
	if (strcmp(f->what, "memory") == 0)
		report_memory("this call", SIZE_MAX, 0);
	if (strcmp(f->what, "range") == 0)
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("column %d spans %.3g, its square is no number", (int) f->index, f->got),
						errhint("Divide the column by a constant.")));
	if (!(f->wanted > 0))
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("a %s is no number: the values are too large", f->what),
						errhint("Divide the columns by a constant.")));
	ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					errmsg("%s is too large: got %.17g, the limit is %.17g", f->what, f->got, f->wanted)));
}

/* A covariance family for which something has no formula. */
pg_noreturn static void
report_family(const char *what)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					strcmp(what, "prior") == 0	   ? errmsg("this covariance has no prior")
					: strcmp(what, "missing") == 0 ? errmsg("this covariance cannot be fitted to rows with gaps")
												   : errmsg("this covariance is not supported here"),
					errhint("Supported are full, tied, diag, spherical, EII and EEI.")));
}

void
report_core(const ms_ctx *ctx, ms_status status)
{
	const ms_facts *f = &ctx->facts;

	switch (status)
	{
		case MS_OK:
			return;
		case MS_STOPPED:
			ereport(ERROR, (errcode(ERRCODE_QUERY_CANCELED), errmsg("canceling statement due to user request")));
			break;
		case MS_REFUSED:
			ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"),
							errdetail("The operating system refused %s.", bytes_text(f->wanted))));
		case MS_OVER_BUDGET:
			report_memory("this call", (size_t) f->wanted, (size_t) f->got);
		case MS_TOO_LARGE:
			report_too_large(f);
			break;
		case MS_NOT_FINITE:
			report_element((int) f->index, f->got);
		case MS_BAD_WEIGHT:
			if (strcmp(f->what, "weights") == 0)
				ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("all weights are 0"),
								errhint("At least one row must weigh something.")));
			if (strcmp(f->what, "frequency") == 0)
				ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a weight of %s is no number of rows", number_text(f->got)),
								errhint("What pairs rows or cuts them into blocks needs whole weights; the unbiased and the biased estimate take any.")));
			report_weight(f->got);
		case MS_DIMENSION:
			report_columns((size_t) f->got, (size_t) f->wanted);
		case MS_INCOMPLETE:
			if (strcmp(f->what, "gower") == 0)
				ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("two rows have no known column in common"),
								f->index > 0 ? errdetail("One of them is row %lld in canonical order.", (long long) f->index) : 0,
								errhint("Leave out rows of NULLs, or pass missing => 'omit'.")));
			if (strcmp(f->what, "option") == 0)
				ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%.0f rows have a NULL element", f->got),
								errhint("Pass options => '{\"missing\": \"omit\"}' to leave these rows out.")));
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%.0f rows have a NULL element", f->got),
							strcmp(f->what, "filter") == 0
								? errhint("Leave them out, as in sample_keyed(id, x) FILTER (WHERE x IS NOT NULL).")
								: errhint("Pass missing => 'omit' to leave these rows out.")));
		case MS_NOT_NUMERIC:
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("column %d is not numeric", (int) f->index),
							errhint("Take the numeric columns with sample_marginal(s, dims).")));
		case MS_CONSTANT:
			if (strcmp(f->what, "mad") == 0)
				ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
								errmsg("column %d has the same value in more than half of the rows, its mad is 0", (int) f->index),
								errhint("Take scale => 'sd' or 'range'.")));
			ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
							errmsg("column %d has the same value in every row", (int) f->index),
							errhint("Leave the column out: a constant has no spread.")));
		case MS_TOO_FEW:
			if (strcmp(f->what, "units") == 0)
				ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
								errmsg("%.0f units %s lie in the window, the fit needs %.0f", f->got,
									   f->index ? "at the cutoff or above it" : "below the cutoff", f->wanted),
								errhint("Raise bandwidth, lower option \"order\", or check the cutoff.")));
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("k is %.0f, but there are only %.0f distinct rows", f->wanted, f->got),
							errhint("Lower k to at most the number of distinct rows.")));
		case MS_MISMATCH:
			report_mismatch(f);
			break;
		case MS_NOT_DEFINITE:
			if (strcmp(f->what, "treatment") == 0)
				ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
								errmsg("treatment jumps by %.3g at the cutoff, with a standard error of %.3g", f->got, f->wanted),
								errhint("An effect of treatment needs a jump of two standard errors: leave the column out for the effect of the cutoff.")));
			if (strcmp(f->what, "order") == 0)
				ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
								errmsg("the units of one side lie at too few distances from the cutoff for order %.0f", f->got),
								errhint("Lower option \"order\", or raise bandwidth.")));
			if (strcmp(f->what, "kernel") == 0)
				ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("the kernel matrix is not positive definite"),
								errhint("Take a shorter bandwidth, a rougher kernel ('matern32', 'laplace'), or fewer rows.")));
			if (f->index > 0)
				ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
								errmsg("the covariance of component %d is not positive definite", (int) f->index)));
			ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("the covariance matrix is not positive definite"),
							errhint("A column may be constant or a combination of others; leave it out.")));
		case MS_NO_FIT:
			ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("no start of the fit reached a solution: %s", f->what),
							errhint("Lower k, choose a simpler covariance ('diag', 'spherical', 'tied'), or give more rows.")));
		case MS_BAD_ARGUMENT:
			if (strcmp(f->what, "k") == 0 && f->got > f->wanted)
				ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
								errmsg("k is %.0f, but there are only %.0f rows", f->got, f->wanted),
								errhint("Lower k to at most the number of rows.")));
			if (strcmp(f->what, "rank") == 0)
				ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
								errmsg("the design has rank %.0f, wanted %.0f, its number of columns", f->got, f->wanted),
								errhint("Leave out columns that others determine, or give more rows.")));
			if (strcmp(f->what, "budget") == 0)
				ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
								errmsg("budget is %.0f, but the groups have only %.0f rows", f->got, f->wanted),
								errhint("Lower budget, or take more groups.")));
			if (strcmp(f->what, "asymmetric") == 0)
				ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("column %d is not boolean", (int) f->index),
								errhint("Option \"asymmetric\" lists boolean columns of mixed rows, from 1.")));
			if (strcmp(f->what, "weights") == 0)
				report_option_value("column_weights", "finite numbers of at least 0, not all of them 0");
			if (strcmp(f->what, "prior") == 0 || strcmp(f->what, "missing") == 0 || strcmp(f->what, "covariance") == 0)
				report_family(f->what);
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("%s must be at least %s, got %s", f->what, number_text(f->wanted), number_text(f->got))));
		case MS_CORRUPT:
			ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION), errmsg("invalid bytes of a measure value"),
							errdetail("Check \"%s\" failed at byte %lld.", f->what, (long long) f->index)));
	}
	elog(ERROR, "unexpected status %d of the core", (int) status);
}

/* --- arguments ------------------------------------------------------------------------------ */

void
report_null(const char *argument)
{
	ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", argument),
					errhint("Give a value, or leave the argument out where it has a default.")));
}

void
report_choice(const char *argument, const char *got, const char *const *choices)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s is not known: \"%s\"", argument, got),
					errhint("Known are: %s.", list_text(choices))));
}

void
report_option(const char *got, const char *const *keys)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("options have an unknown key: \"%s\"", got),
					*keys ? errhint("Known keys are: %s.", list_text(keys))
						  : errhint("This function knows no options yet.")));
}

void
report_options_shape(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("options must be a JSON object"),
					errhint("Pass keys and values, as in '{\"key\": \"value\"}'.")));
}

void
report_option_value(const char *key, const char *wanted)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("option \"%s\" must be %s", key, wanted)));
}

void
report_range(const char *argument, double got, const char *wanted)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must be %s, got %s", argument, wanted, number_text(got))));
}

void
report_range_hint(const char *argument, double got, const char *wanted, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must be %s, got %s", argument, wanted, number_text(got)),
					errhint("%s", hint)));
}

void
report_null_hint(const char *argument, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", argument), errhint("%s", hint)));
}

void
report_names(size_t got, size_t wanted)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg_plural("names has %zu element, wanted %zu", "names has %zu elements, wanted %zu", got, got, wanted),
					errhint("Give one name a column, or leave names out.")));
}

void
report_not_yet(const char *what)
{
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("%s is not supported yet", what),
					errhint("Leave the argument out to get its default.")));
}

void
report_length(const char *argument, size_t got, size_t wanted)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("%s has %zu elements, wanted %zu", argument, got, wanted)));
}

void
report_empty_array(const char *argument)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s is an empty array", argument),
					errhint("Name at least one.")));
}

void
report_array_argument(const char *argument, int dimensions)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("%s must be an array of one dimension, got %d", argument, dimensions)));
}

void
report_changed(const char *argument, const char *aggregate)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("%s must be the same in every row of %s", argument, aggregate),
					errhint("Pass a constant, or add the column to GROUP BY.")));
}

void
report_not_aggregate(void)
{
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("this function is a part of an aggregate and cannot be called by itself"),
					errhint("Call the aggregate, as in SELECT sample(x) FROM t.")));
}

void
report_state(void)
{
	ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("the state is that of another aggregate"),
					errhint("An aggregate of your own has the INITCOND and the functions of one of ours.")));
}

/* --- rows at the door ----------------------------------------------------------------------- */

void
report_columns(size_t got, size_t wanted)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg_plural("a row has %zu column, wanted %zu", "a row has %zu columns, wanted %zu", got, got, wanted),
					errhint("All rows of one value have the same number of columns.")));
}

void
report_many_columns(size_t got, size_t limit)
{
	ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("a row has %zu columns, the limit is %zu", got, limit)));
}

void
report_element(int column, double value)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg("element %d is %s", column, isnan(value) ? "NaN" : value > 0 ? "infinity" : "-infinity"),
					errhint("Turn it into NULL with NULLIF, or leave the row out with FILTER (WHERE ...).")));
}

void
report_weight(double value)
{
	if (isfinite(value) && value > 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("a weight must be at most %s, got %s", number_text(MS_SAMPLE_MAX_WEIGHT), number_text(value)),
						errhint("Divide all weights by a constant.")));
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("a weight must be finite and at least 0, got %s", number_text(value)),
					errhint("Leave such rows out with FILTER (WHERE ...).")));
}

void
report_array_shape(int dimensions)
{
	if (dimensions == 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("a row is an empty array"),
						errhint("Turn it into NULL with NULLIF(v, '{}'): a NULL row is skipped, or scores NULL.")));
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("a row must be an array of one dimension, got %d", dimensions)));
}

void
report_array_type(Oid element)
{
	ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("arrays of %s are not rows of numbers", format_type_be(element)),
					errhint("Cast the array to float8[].")));
}

void
report_mixed_type(int position, Oid type)
{
	ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
					errmsg("argument %d of mixed() has type %s", position, format_type_be(type)),
					errhint("mixed() takes numbers, text, enums and booleans; cast other types to text or to a number.")));
}

void
report_mixed_kind(int column)
{
	ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
					errmsg("column %d holds different kinds of values", column),
					errhint("A column of a sample is of one kind: numbers, text or booleans.")));
}

void
report_string_length(size_t got)
{
	ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					errmsg("a text of %zu bytes is too long for a sample, the limit is %d", got, MS_STRING_MAX)));
}

/* --- values --------------------------------------------------------------------------------- */

void
report_flat_limit(const char *type, size_t bytes)
{
	ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					errmsg("a %s of %s is too large to be stored, the limit is 512 MB", type, bytes_text((double) bytes)),
					errhint("Use it within the query that builds it, store a subsample(id, size, ...), or fit with gmm_fit_query.")));
}

void
report_memory(const char *what, size_t need, size_t limit)
{
	ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
					errmsg("%s needs %s of memory, pgmeasure.max_memory allows %s", what, bytes_text((double) need),
						   bytes_text((double) limit)),
					HINT_MEMORY));
}

void
report_wrong_type(const char *wanted)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("these bytes are not a %s of a known version", wanted),
					errhint("The value may come from a newer pgmeasure: compare SELECT pgmeasure_version().")));
}

void
report_text_form(const char *type, const char *problem)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION), errmsg("invalid input syntax for type %s", type),
					errdetail("%s", problem)));
}

void
report_several_columns(const char *function, size_t d)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("%s needs a value of one column, got %zu", function, d),
					errhint("Take one column with a marginal, as in sample_marginal(s, '{1}').")));
}

void
report_overflow(const char *function)
{
	ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("the result of %s is no number: squares overflow", function),
					errhint("Divide the column by a constant.")));
}

/* --- notices -------------------------------------------------------------------------------- */

void
report_progress(bool visible, const ms_progress *p, double seconds)
{
	StringInfoData line;

	initStringInfo(&line);
	appendStringInfo(&line, "%s: iteration %lld", p->task, (long long) p->iteration);
	if (!isnan(p->objective))
		appendStringInfo(&line, ", objective %.10g", p->objective);
	if (!isnan(p->share))
		appendStringInfo(&line, ", %.0f %% done", 100 * p->share);
	ereport(visible ? NOTICE : DEBUG1, (errmsg("%s, %.1f s", line.data, seconds)));
	pfree(line.data);
}

void
report_version_differs(const char *library, const char *script)
{
	ereport(WARNING, (errmsg("the pgmeasure library is version %s, the extension's script is version %s", library, script),
					  errhint("Run ALTER EXTENSION pgmeasure UPDATE, or restart the server's sessions after an installation.")));
}
