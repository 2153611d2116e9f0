/*
 * report.c: every message that a user can see.
 */
#include "pg/base/report.h"

#include <math.h>

#include "core/base/sample.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#define HINT_MEMORY                                                                                \
	errhint("Raise pgmeasure.max_memory, or work on fewer rows: subsample(id, size, ...) or a WHERE clause.")

static char *
bytes_text(double bytes)
{
	static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
	int unit = 0;

	while (bytes >= 1024 * 10 && unit < 4)
	{
		bytes /= 1024;
		unit++;
	}
	return psprintf("%.0f %s", ceil(bytes), units[unit]);
}

/* 0.1, not 0.10000000000000001: 17 digits where 15 do not tell the number. */
static char *
number_text(double x)
{
	char *text = psprintf("%.15g", x);

	return strtod(text, NULL) == x || isnan(x) ? text : psprintf("%.17g", x);
}

static char *
list_text(const char *const *words)
{
	StringInfoData list;

	initStringInfo(&list);
	for (; *words; words++)
		appendStringInfo(&list, "%s%s", list.len ? ", " : "", *words);
	return list.data;
}

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

/* --- queries of users ----------------------------------------------------------------------- */

static const struct
{
	const char *message;
	const char *hint;
} query_faults[] = {
	[QUERY_NONE] = {"the query is empty", "Pass one SELECT as text."},
	[QUERY_SEVERAL] = {"the query has more than one statement", "Pass one SELECT; a semicolon is not needed."},
	[QUERY_NO_SELECT] = {"the query is not a SELECT", "Pass one SELECT as text, without INTO."},
	[QUERY_WRITES] = {"the query changes data in a WITH clause", "It runs once a pass: change the data first, in a statement of its own."},
	[QUERY_LOCKS] = {"the query locks rows", "Leave out FOR UPDATE and FOR SHARE: all passes see one snapshot without locks."},
	[QUERY_VOLATILE] = {"the query calls a volatile function", "Each pass must see the same rows: write them into a table first, or, if the function always gives the same, declare it STABLE."},
	[QUERY_SAMPLES] = {"the query has TABLESAMPLE without REPEATABLE", "Each pass must see the same rows: add REPEATABLE (seed)."},
};

void
report_query(QueryFault fault)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s", query_faults[fault].message),
					errhint("%s", query_faults[fault].hint)));
}

void
report_spi(int code)
{
	elog(ERROR, "a pass over the query failed: %s", SPI_result_code_string(code));
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

/* --- fitted models -------------------------------------------------------------------------- */

void
report_model_columns(size_t got, size_t wanted, char **names)
{
	StringInfoData list;

	initStringInfo(&list);
	for (size_t c = 0; names && c < wanted; c++)
		appendStringInfo(&list, "%s%s", list.len ? ", " : "", names[c]);
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg_plural("a row has %zu column, the model has %zu", "a row has %zu columns, the model has %zu", got, got, wanted),
					list.len ? errdetail("The model's columns are: %s.", list.data) : 0,
					errhint("Pass the columns that the model was fitted on, in the same order.")));
}

void
report_start(const char *what, size_t got, size_t wanted)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("start has %zu %s, the fit has %zu", got, what, wanted),
					errhint("Start from a model of the same columns and the same k: gmm_reduce(m, k) gives one of fewer components.")));
}

void
report_models(size_t a, size_t b)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("models of %zu and of %zu columns do not go together", a, b),
					errhint("Fit both on the same columns, or take the common ones with gmm_marginal(m, dims).")));
}

void
report_noise(const char *function)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s takes models with a noise component or models without, not both", function),
					errhint("Fit all of them with noise => 0.")));
}

void
report_nothing_unknown(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("x has no NULL element: nothing is left to be known"),
					errhint("Pass NULL for the columns that the answer is about.")));
}

void
report_stats_model(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the statistics were gathered under another model"),
					errhint("Pass the model that gmm_stats(m, ...) had.")));
}

void
report_model_one_column(const char *function, size_t d)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("%s needs a model of one column, got %zu", function, d),
					errhint("Take one column with gmm_marginal(m, '{1}').")));
}

void
report_parameters(const char *problem)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s", problem),
					errhint("Wanted are weights[k], means[k][d] and covariances[k][d][d].")));
}

void
report_query_column(const char *name, Oid type, const char *wanted)
{
	ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
					errmsg("column \"%s\" of the query is %s, wanted %s", name, format_type_be(type), wanted),
					errhint("Data are columns of numbers or one array of numbers; the columns id and weight are taken as such.")));
}

void
report_query_columns(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the query has no column of data"),
					errhint("Its columns id and weight are taken as such; all others are data.")));
}

void
report_query_weights(uint64 rows)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg("weights must be at least 0 and at most %s; those of " UINT64_FORMAT " rows are not", number_text(MS_SAMPLE_MAX_WEIGHT), rows),
					errhint("Leave such rows out, as in WHERE weight >= 0.")));
}

void
report_query_id(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the query has no column id"),
					errhint("A medoid is told by its id: add a column of that name, of an integer type or text.")));
}

void
report_query_moved(uint64 before, uint64 now)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("the query gave other rows in a later pass"),
					before != now ? errdetail("%llu rows at first, then %llu.", (unsigned long long) before, (unsigned long long) now)
								  : errdetail("%llu rows each time, but not the same ones.", (unsigned long long) now),
					errhint("A function or a foreign table in it changes: write the rows into a table first.")));
}

/* --- dissimilarities and clusters ----------------------------------------------------------- */

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
report_compared_columns(size_t a, size_t b)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the first sample has %zu columns, the second %zu", a, b),
					errhint("Build both samples from the same columns, in the same order.")));
}

void
report_memory_transport(size_t n, size_t m, size_t need, size_t limit)
{
	ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
					errmsg("the exact distance of %zu and %zu points needs %s of memory, pgmeasure.max_memory allows %s", n, m,
						   bytes_text((double) need), bytes_text((double) limit)),
					errhint("Take sliced_wasserstein or sinkhorn, subsample(id, size, ...), or raise pgmeasure.max_memory.")));
}

void
report_asymptotic(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("method => 'asymptotic' is for one column, a finite p and exchange => 'rows'"),
					errhint("Take method => 'bootstrap'.")));
}

/* Of a function without the argument `missing`. */
void
report_gaps(uint64 rows)
{
	ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%llu rows have a NULL element", (unsigned long long) rows),
					errhint("Leave them out when the sample is built: sample(a, b) FILTER (WHERE num_nulls(a, b) = 0).")));
}

void
report_aggregated(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("method => 'aggregated' looks at several bandwidths of one kernel"),
					errhint("Leave bandwidth out, or list bandwidths: options => '{\"bandwidths\": [0.5, 1, 2]}'; the kernel must have one.")));
}

void
report_method_exchange(const char *method)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("method => '%s' is for exchange => 'rows'", method),
					errhint("Take method => 'bootstrap' of an interval, 'permutation' of a test.")));
}

void
report_no_bandwidth(const char *kernel)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the %s kernel has no bandwidth", kernel),
					errhint("Leave bandwidth out, or take a kernel that has one: gaussian, laplace, imq, matern32, matern52.")));
}

void
report_no_features(const char *kernel)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("kernel '%s' has no random features", kernel),
					errdetail("It is not the mean of cosines of x - y."),
					errhint("Take gaussian, laplace, imq, matern32 or matern52, or compare samples: mmd(a, b, kernel => '%s').", kernel)));
}

void
report_features_columns(size_t got, size_t wanted)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg_plural("a row has %zu column, the features have %zu", "a row has %zu columns, the features have %zu", got, got, wanted),
					errhint("Pass the columns that the features were made for, in the same order.")));
}

void
report_far(size_t column, double value, double limit)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("element %zu is %s, too far from 0 for these features", column, number_text(value)),
					errdetail("At most %.2g, 2^32 bandwidths: beyond that a double does not tell where in a wave it lies.", limit),
					errhint("Subtract a constant from the column, or make the features with a larger scale or bandwidth.")));
}

void
report_features(const char *what, const char *a, const char *b)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("kernel means of different features cannot meet"),
					b ? errdetail("They differ in %s: %s and %s.", what, a, b) : errdetail("They differ in %s.", what),
					errhint("Build both with one value of kernel_features(...), stored once.")));
}

void
report_memory_features(size_t features, size_t d, size_t need, size_t limit)
{
	ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
					errmsg("%zu frequencies of %zu columns need %s of memory, pgmeasure.max_memory allows %s", features, d,
						   bytes_text((double) need), bytes_text((double) limit)),
					errhint("Take fewer features, or raise pgmeasure.max_memory.")));
}

void
report_unconverged(const char *function, double error, int64 iterations, const char *interval)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg("%s has not converged: its marginals are off by %s after %lld iterations", function, number_text(error),
						   (long long) iterations),
					errhint("Raise max_iter, epsilon or tol; %s reports what was reached.", interval)));
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

/* The error that a status raises, caught as it is worded: nothing else has happened yet. */
static ErrorData *
core_error(const ms_ctx *ctx, ms_status status)
{
	MemoryContext context = CurrentMemoryContext;
	ErrorData *volatile error = NULL;

	PG_TRY();
	{
		report_core(ctx, status);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	return error;
}

void
report_null_result(const char *function, const ms_ctx *ctx, ms_status status)
{
	ErrorData *error = core_error(ctx, status);

	ereport(WARNING, (errcode(error->sqlerrcode), errmsg("%s gives NULL: %s", function, error->message),
					  errdetail("This is the first such failure of the statement; others are not shown."),
					  error->hint ? errhint("%s", error->hint) : 0));
}

static const struct
{
	const char *code;
	const char *fact;
	const char *remedy;
} problem_texts[] = {
	{"max_iter", "the fit stopped after %.0f iterations and had not converged", "raise max_iter or tol"},
	{"regularised", "the covariance of component %.0f had to be kept from collapsing", "lower k, or prior => true"},
	{"spurious", "component %.0f is a spike, a thousandth as wide as the others, on %.4g rows",
	 "lower k, or prior => true"},
	{"small_component", "component %.0f rests on %.4g rows", "lower k, or prior => true"},
	{"many_parameters", "there are %.0f parameters for %.0f rows", "lower k, or covariance => 'diag' or 'tied'"},
	{"few_starts_agree", "%.0f of %.0f starts reached the best solution", "raise n_init"},
	{"max_iter_passes", "the search stopped after %.0f passes and had not converged", "raise max_iter"},
	{"max_iter_rounds", "the fit stopped after %.0f rounds and had not converged", "raise max_iter"},
	{"duplicate_medoids", "some medoids are at distance 0 from one another: there are fewer different rows than clusters", "lower k"},
	{"small_cluster", "cluster %.0f is a single row", "look at that row, or lower k"},
	{"omitted_rows", "%.0f rows with a NULL element were left out", NULL},
	{"single_outcomes", "%.0f units have a single outcome, so that all their quantiles are one number", "leave them out where they are no distributions"},
	{"clipped_share", "parallel trends of selection give a share that would be seen outside 0 to 1, which was cut", "take selection => 'independent', or no bounds: the assumption does not fit"},
	{"extreme_quantiles", "%.0f units have too few outcomes for the outermost quantiles, which lie at their least and greatest", "take q further inside"},
};

char *
report_problem_fact(const char *code, double a, double b)
{
	for (int i = 0; i < lengthof(problem_texts); i++)
		if (strcmp(problem_texts[i].code, code) == 0)
			return psprintf(problem_texts[i].fact, a, b);
	return pstrdup(code);
}

const char *
report_problem_remedy(const char *code)
{
	for (int i = 0; i < lengthof(problem_texts); i++)
		if (strcmp(problem_texts[i].code, code) == 0)
			return problem_texts[i].remedy;
	return NULL;
}

void
report_doubtful(const char *function, const char *fact, const char *remedy)
{
	ereport(WARNING, (errmsg("%s: %s", function, fact),
					  remedy ? errhint("%c%s.", pg_toupper((unsigned char) remedy[0]), remedy + 1) : 0));
}

void
report_doubtful_candidates(const char *function, int doubtful, int all, bool best)
{
	ereport(WARNING, (errmsg("%s: %d of %d candidates %s problems, %s", function, doubtful, all, doubtful == 1 ? "has" : "have",
							 best ? "the best too" : "the best none"),
					  errhint("See the column problems; summary(model) says what to do about each.")));
}

void
report_lost_component(void)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("a component of the model has lost all rows"),
					errhint("Give more rows, lower k by gmm_reduce(m, k), or move part of the way by a rate below 1.")));
}

/* --- sketches ------------------------------------------------------------------------------- */

void
report_sketches(const char *what, const char *got, const char *wanted, const char *recipe)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg("sketches of %s %s and of %s %s cannot meet", what, wanted, what, got),
					errhint("Build both with one template, as in %s: a sketch cannot be converted.", recipe)));
}

void
report_sketch_packed(void)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("a packed sketch can be compared by jaccard, and nothing else"),
					errhint("Keep the full sketch where it is merged, sized or indexed: minhash_pack cannot be undone.")));
}

void
report_sketch_kind(const char *kind, const char *wanted, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("a sketch of kind \"%s\" %s", kind, wanted), errhint("%s", hint)));
}

void
report_array_as_element(void)
{
	ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("an array is not an element of a sketch"),
					errhint("Add the elements of arrays with minhash_elements(array), or sketch one array with minhash_of(array).")));
}

void
report_no_order(Oid type)
{
	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FUNCTION),
					errmsg("values of type %s have no order, by which sets are compared", format_type_be(type)),
					errhint("Cast the array to one of another type, as in a::text[].")));
}

void
report_map(const char *argument, const char *key)
{
	if (key)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("key \"%s\" of %s is not a number", key, argument),
						errhint("Weights of keys are JSON numbers, 0 or more.")));
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("%s is not a JSON object", argument),
					errhint("Pass weights by key, as in {\"a\": 2, \"b\": 1}.")));
}

void
report_negative(const char *argument, const char *where, double value)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("%s of %s must be at least 0, got %s", where, argument, number_text(value)),
					errhint("Numbers with signs are compared by jaccard_signed.")));
}

void
report_no_query_column(const char *name, const char *wanted)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the query has no column \"%s\" of type %s", name, wanted),
					errhint("Select id and sketch, as in SELECT id, minhash_of(words) AS sketch FROM t.")));
}

void
report_repeated_id(const char *id, const char *merge)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("id \"%s\" comes more than once", id),
					errhint("Merge its rows first, as in SELECT id, %s ... GROUP BY id.", merge)));
}

void
report_crowded_bands(uint64 bands, uint64 limit, uint64 largest, uint64 comparisons)
{
	ereport(NOTICE, (errmsg("bands with more than " UINT64_FORMAT " members: " UINT64_FORMAT ", the largest has " UINT64_FORMAT,
							limit, bands, largest),
					 errdetail("All pairs in them were looked at: " UINT64_FORMAT " comparisons.", comparisons),
					 errhint("Text that many rows share costs this much; take it out before sketching.")));
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

/* --- queries with named columns ------------------------------------------------------------- */

void
report_frame_missing(const char *name, const char *columns)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the query has no column \"%s\"", name),
					errhint("Its columns are: %s.", columns)));
}

void
report_frame_unknown(const char *name, const char *columns)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the query has a column \"%s\", which has no meaning here", name),
					errhint("Its columns are: %s.", columns)));
}

void
report_frame_twice(const char *name)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the query has column \"%s\" more than once", name),
					errhint("Select each column once, under its own name.")));
}

void
report_frame_type(const char *name, Oid type, const char *wanted, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
					errmsg("column \"%s\" of the query is %s, wanted %s", name, format_type_be(type), wanted),
					errhint("%s", hint)));
}

void
report_frame_value(const char *name, double value)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg("column \"%s\" of the query holds %s", name, isnan(value) ? "NaN" : value > 0 ? "infinity" : "-infinity"),
					errhint("Turn it into NULL with NULLIF, or leave the row out with WHERE.")));
}

void
report_unit_running(const char *unit, double a, double b)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg("unit \"%s\" has more than one value of running: %s and %s", unit, number_text(a), number_text(b)),
					errhint("The running variable is of the unit: give every row of a unit the same.")));
}

void
report_cell(const char *cell)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("cell \"%s\" has no outcome in one of the arms", cell),
					errhint("Merge small cells: each needs outcomes of treated and of control rows.")));
}

void
report_fewer_rows(const char *argument, double got, double wanted)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("%s is %s, but the sample alone has %s", argument, number_text(got), number_text(wanted)),
					errhint("It counts all rows of the arm, also those without an outcome: count(*) FILTER (WHERE ...), or the sum of their weights.")));
}

/* --- weights under kernels ------------------------------------------------------------------ */

void
report_gap(const char *function, double gap)
{
	ereport(WARNING, (errmsg("%s stopped before it converged: the squared MMD of its weights is at most %s above the least",
							 function, number_text(gap)),
					  errhint("Take fewer rows, a shorter bandwidth, or a greater option \"tol\".")));
}

void
report_no_overlap(const char *function)
{
	ereport(WARNING, (errmsg("no row of the source is near the target: no weights of %s can match them", function),
					  errhint("Compare sample_columns of both; a longer bandwidth would only hide it.")));
}

void
report_at_bound(const char *function, double share)
{
	ereport(WARNING, (errmsg("%.0f%% of the source stand at the upper bound of %s", 100 * share, function),
					  errhint("Raise upper, or take the weights for what they are: the source hardly covers the target.")));
}

void
report_no_embedding(const char *kernel, const char *law)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the %s kernel has no mean under the %s law in closed form here", kernel, law),
					errhint("Kernels of the normal law are gaussian and laplace, of the uniform one these, matern32 and matern52; of one column also energy, but not for inputs.")));
}

void
report_simulated_columns(size_t simulated, size_t inputs, size_t observed)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("simulated rows have %zu columns behind %zu inputs, observed ones have %zu", simulated - inputs, inputs, observed),
					errhint("Build the simulated sample of the inputs first and then of the outputs, which are the columns of the observed one.")));
}

void
report_shift_columns(size_t source, size_t target)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("source has %zu columns, target %zu, wanted 2 (y, x) and 1 (x)", source, target),
					errhint("Of several covariates take one prediction of y as x.")));
}

void
report_floored(const char *function, double share)
{
	ereport(WARNING, (errmsg("%.0f%% of the source lie where %s sees next to no density", 100 * share, function),
					  errhint("Raise option \"x_bandwidth\".")));
}
