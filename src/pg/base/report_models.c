/*
 * report_models.c: fitted models: arrays that are none, models that do not fit together, problems
 * of a fit.
 */
#include "pg/base/report.h"

#include "lib/stringinfo.h"

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

/* --- problems of a fit ---------------------------------------------------------------------- */

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
