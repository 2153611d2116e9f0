/*
 * model.h: what models of clusters share: words, names, problems, failures, the head of their text.
 */
#ifndef PGMEASURE_MEDOIDS_MODEL_H
#define PGMEASURE_MEDOIDS_MODEL_H

#include "pg/base/compat.h"

#include "core/base/distance.h"
#include "pg/base/json.h"
#include "pg/base/measure.h"
#include "pg/base/sample.h"
#include "pg/base/value.h"

/* Rows up to which silhouettes are computed, which cost O(n^2): as the core has it. */
#define SILHOUETTE_ROWS 20000

/* Beyond these a table is no longer read: _clusters has the rest. */
#define SUMMARY_CLUSTERS 50
#define SUMMARY_COLUMNS 8

/* d names one after another, each with its zero, as words and back; NULL when there are none. */
extern char **names_of(const char *names, size_t d);
extern const char *names_joined(char **names, size_t d, size_t *size);

/* --- problems: bits of core/medoids/kmedoids.h and kmeans.h, which agree ---------------------- */

#define MODEL_PROBLEMS 5

/* What a model says of itself, in the numbers that the sentences speak of. */
typedef struct ModelState
{
	uint32 problems;
	const char *stopped; /* code of the sentence for max_iter */
	double iterations;
	double starts_at_best;
	double starts;
	double omitted;
	double small; /* number of a cluster of one row */
} ModelState;

extern Datum problems_datum(uint32 problems);
extern void append_problems(StringInfo out, const ModelState *state);

/* --- fits ----------------------------------------------------------------------------------- */

/* One WARNING a call site when the model is doubtful. Uses fn_extra. */
extern void warn_doubtful(FunctionCallInfo fcinfo, const char *function, const ModelState *state);

/* Raises a failure, or lets one of the data pass with one WARNING a call site. Uses fn_extra. */
extern void forgive(FunctionCallInfo fcinfo, const char *function, const ms_ctx *ctx,
					ms_status status, bool null_on_failure);

extern bool on_failure_arg(FunctionCallInfo fcinfo, int argno);
extern int count_arg(FunctionCallInfo fcinfo, int argno, const char *name, int least);
extern size_t k_arg(FunctionCallInfo fcinfo, int argno, const char *name, int most);

/* k_min and k_max in arguments 1 and 2. */
extern void k_range_args(FunctionCallInfo fcinfo, size_t *k_min, size_t *k_max);

/* Rows that a driver fits first: the option "sample", at least k. */
extern size_t sample_option(FunctionCallInfo fcinfo, int argno, size_t k);

/* --- labels --------------------------------------------------------------------------------- */

/* 1 - distance / second: 1 on the center, 0 half-way between two, NaN when there is no second. */
extern double margin_of(double distance, double second);

/* --- text form ------------------------------------------------------------------------------ */

/*
 * A JSON object: keys for people, then the bytes in base64. What it says is compared with the head
 * that the bytes would write, so that it cannot lie.
 */
typedef struct ModelText
{
	const char *type;
	const char *key; /* of the version */
	ms_status (*check)(ms_ctx *ctx, const void *bytes, size_t size);
	void (*head)(StringInfo out, const void *value, size_t size); /* keys, without braces */
} ModelText;

extern void model_write(const ModelText *text, StringInfo out, const void *value, size_t size);
extern struct varlena *model_read(const ModelText *text, char *form);

#endif
