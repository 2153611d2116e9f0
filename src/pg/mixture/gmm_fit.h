/*
 * gmm_fit.h: what gmm_fit, gmm_fit_query and gmm_select share: arguments, the rows of a sample,
 * and what a fit says of failures and doubts.
 */
#ifndef PGMEASURE_GMM_FIT_H
#define PGMEASURE_GMM_FIT_H

#include "pg/mixture/gmm.h"

#include "core/mixture/em.h"
#include "pg/base/sample.h"

/* Arguments of gmm_fit and gmm_fit_query, which differ in the first alone. */
enum
{
	ARG_ROWS,
	ARG_K,
	ARG_COVARIANCE,
	ARG_PRIOR,
	ARG_NOISE,
	ARG_SCALE,
	ARG_MISSING,
	ARG_START,
	ARG_N_INIT,
	ARG_MAX_ITER,
	ARG_TOL,
	ARG_NAMES,
	ARG_ON_FAILURE,
	ARG_SEED,
	ARG_OPTIONS
};

/* What to do with rows that have a gap. */
typedef enum Missing
{
	MISSING_ERROR,
	MISSING_OMIT,
	MISSING_USE
} Missing;

typedef struct FitOptions
{
	const char *function; /* for messages */
	ms_em_options em;
	Missing missing;
	bool null_on_failure;
} FitOptions;

/* All arguments but the rows, the names and the options. */
extern FitOptions fit_options(FunctionCallInfo fcinfo, const char *function);

/* Single arguments, for gmm_select. */
extern int fit_count(FunctionCallInfo fcinfo, int argno, const char *name, const char *hint);
extern ms_gmm_family fit_family(const char *word);
extern Missing fit_missing(FunctionCallInfo fcinfo, int argno);
extern double fit_noise(FunctionCallInfo fcinfo, int argno);
extern char **fit_names(FunctionCallInfo fcinfo, int argno, size_t d);

/* The keys of options of gmm_fit and gmm_select, into o. Weights of a subsample are no frequencies. */
extern void fit_more_options(FunctionCallInfo fcinfo, int argno, const ms_sample *s, ms_em_options *o);

/* start has the components and columns that the fit will have. */
extern void fit_check_start(const FitOptions *o, size_t d);

/*
 * The rows of a sample as a fit takes them, in canonical order: MS_INCOMPLETE, MS_NOT_NUMERIC,
 * MS_TOO_FEW when k is beyond them. Rows without gaps are copied only for MISSING_OMIT.
 */
extern ms_status fit_rows(ms_ctx *ctx, ms_arena *arena, SampleArg sample, Missing missing, size_t k,
						  ms_rows *rows);

/* Whether there is nothing to fit: no row that counts and weighs something. */
extern bool fit_is_nothing(const ms_sample *s, Missing missing);

/* The model says which rows were left out. */
extern void fit_omitted(ms_gmm *m, uint64 omitted);

/* The names that the user gave, else those of the start. */
extern void fit_set_names(ms_gmm *m, char **names, const ms_gmm *start);

/*
 * A failure: raised, or let pass with one warning a call site, where on_failure => 'null' and it
 * is the data's, and silently where there was no row to fit. The call site's memory is fn_extra.
 */
extern void fit_failed(FunctionCallInfo fcinfo, const ms_ctx *ctx, ms_status status,
					   const FitOptions *o);

/* Whether a failure is the data's, not the caller's. */
extern bool fit_is_data_failure(const ms_ctx *ctx, ms_status status);

/* Whether a model has problems that nobody asked for. */
extern bool fit_is_doubtful(const ms_gmm *m);

/* One warning a call site for candidates with problems, best first. */
extern void fit_warn_candidates(FunctionCallInfo fcinfo, const char *function, int doubtful, int all, bool best);

/* One warning a call site for a model with problems that nobody asked for. */
extern void fit_warn(FunctionCallInfo fcinfo, const char *function, const ms_gmm *m);

#endif
