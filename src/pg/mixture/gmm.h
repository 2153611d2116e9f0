/*
 * gmm.h: measure_gmm values, as the functions of this folder see them.
 */
#ifndef PGMEASURE_GMM_H
#define PGMEASURE_GMM_H

#include "pg/base/compat.h"

#include "core/mixture/gmm.h"

#define GMM_TYPE_NAME "measure_gmm"

/* "tol", "max_iter", or NULL of a model that was not fitted. */
extern const char *const gmm_stop_reasons[];
extern const char *gmm_stop_reason(ms_gmm_stop stop);

/* Unpacks a value into memory of the current context. */
extern ms_gmm *gmm_unpack(const void *value, size_t size);

/* The same of an argument that is not NULL. */
extern ms_gmm *gmm_arg(FunctionCallInfo fcinfo, int argno);

/* The value of a model. */
extern Datum gmm_datum(const ms_gmm *m);

/* d column names, or NULL when the model has none. */
extern char **gmm_names(const ms_gmm *m);

/* Puts names[d] into the model. */
extern void gmm_set_names(ms_gmm *m, char **names);

/* Bits of problems and their codes, the gravest first. */
#define GMM_PROBLEMS 7
typedef struct GmmProblemCode
{
	uint32 problem; /* MS_GMM_PROBLEM_... */
	const char *code;
} GmmProblemCode;

extern const GmmProblemCode gmm_problem_list[GMM_PROBLEMS];

/* The codes of a set of problems; room for GMM_PROBLEMS words. Returns their number. */
extern size_t gmm_problem_codes(uint32 problems, const char **codes);

/*
 * What a user should know of a model, as sentences, the gravest first. A problem of components
 * is told of the first that has it. Room for GMM_PROBLEMS; returns their number.
 */
typedef struct GmmProblem
{
	uint32 problem;     /* MS_GMM_PROBLEM_... */
	char *fact;         /* "component 3 rests on 4 rows" */
	const char *remedy; /* "lower k, or prior => true"; NULL when there is nothing to do */
} GmmProblem;

extern size_t gmm_problems(const ms_gmm *m, GmmProblem *out);

/* Standard deviation of column c in component j. */
extern double gmm_sd(const ms_gmm *m, size_t j, size_t c);

#endif
