/*
 * report.h: every message that a user can see. Message texts stand in report.c and, by
 * family, in report_*.c beside it and nowhere else, so that they are read, worded and tested in
 * one place.
 *
 * Messages name what was got and what was wanted; hints say what to do. SQLSTATEs: 22023 bad
 * argument, 22000 and 22004 bad data, 22P02/22P03 bad text or bytes, 54000 limits, 53200 memory.
 */
#ifndef PGMEASURE_REPORT_H
#define PGMEASURE_REPORT_H

#include "pg/base/compat.h"

#include "core/base/ctx.h"

/* Raises the error of a core status; returns on MS_OK. */
extern void report_core(const ms_ctx *ctx, ms_status status);

/* One MS_TRY for glue code. */
#define CORE(ctx, expr) report_core((ctx), (expr))

/* arguments */
pg_noreturn extern void report_null(const char *argument);
pg_noreturn extern void report_choice(const char *argument, const char *got, const char *const *choices);
pg_noreturn extern void report_option(const char *got, const char *const *keys);
pg_noreturn extern void report_options_shape(void);
pg_noreturn extern void report_option_value(const char *key, const char *wanted);
pg_noreturn extern void report_range(const char *argument, double got, const char *wanted);
pg_noreturn extern void report_range_hint(const char *argument, double got, const char *wanted, const char *hint);
pg_noreturn extern void report_null_hint(const char *argument, const char *hint);
pg_noreturn extern void report_names(size_t got, size_t wanted);
pg_noreturn extern void report_not_yet(const char *what);
pg_noreturn extern void report_empty_array(const char *argument);
pg_noreturn extern void report_length(const char *argument, size_t got, size_t wanted);
pg_noreturn extern void report_array_argument(const char *argument, int dimensions);
pg_noreturn extern void report_changed(const char *argument, const char *aggregate);
pg_noreturn extern void report_not_aggregate(void);
pg_noreturn extern void report_state(void);

/* A query that a driver was given: src/pg/base/query.h. */
typedef enum QueryFault
{
	QUERY_NONE,
	QUERY_SEVERAL,
	QUERY_NO_SELECT,
	QUERY_WRITES,
	QUERY_LOCKS,
	QUERY_VOLATILE,
	QUERY_SAMPLES
} QueryFault;

pg_noreturn extern void report_query(QueryFault fault);
pg_noreturn extern void report_spi(int code);

/* rows at the door */
pg_noreturn extern void report_columns(size_t got, size_t wanted);
pg_noreturn extern void report_many_columns(size_t got, size_t limit);
pg_noreturn extern void report_element(int column, double value);
pg_noreturn extern void report_weight(double value);
pg_noreturn extern void report_array_shape(int dimensions);
pg_noreturn extern void report_array_type(Oid element);
pg_noreturn extern void report_mixed_type(int position, Oid type);
pg_noreturn extern void report_mixed_kind(int column);
pg_noreturn extern void report_string_length(size_t got);

/* values */
pg_noreturn extern void report_flat_limit(const char *type, size_t bytes);
pg_noreturn extern void report_memory(const char *what, size_t need, size_t limit);
pg_noreturn extern void report_wrong_type(const char *wanted);
pg_noreturn extern void report_text_form(const char *type, const char *problem);
pg_noreturn extern void report_several_columns(const char *function, size_t d);
pg_noreturn extern void report_overflow(const char *function);

/* Fitted models. A row of another width than the model; names is NULL when the model has none. */
pg_noreturn extern void report_model_columns(size_t got, size_t wanted, char **names);

/* Two models that do not fit together: start of a fit, values that are compared. */
pg_noreturn extern void report_start(const char *what, size_t got, size_t wanted);
pg_noreturn extern void report_models(size_t a, size_t b);
pg_noreturn extern void report_noise(const char *function);
pg_noreturn extern void report_nothing_unknown(void);
pg_noreturn extern void report_stats_model(void);
pg_noreturn extern void report_model_one_column(const char *function, size_t d);

/* Arrays that do not describe a mixture. */
pg_noreturn extern void report_parameters(const char *problem);

/* A query of a driver: a column that is no number, none left, passes that differ. */
pg_noreturn extern void report_query_column(const char *name, Oid type, const char *wanted);
pg_noreturn extern void report_query_columns(void);
pg_noreturn extern void report_query_weights(uint64 rows);
pg_noreturn extern void report_query_id(void);
pg_noreturn extern void report_query_moved(uint64 before, uint64 now);

/* Dissimilarities: a pair's distance that cannot be, two of one pair, ids that do not meet, what is missing. */
pg_noreturn extern void report_pair(const char *i, const char *j, double distance);
pg_noreturn extern void report_pair_differs(const char *i, const char *j, double a, double b);
pg_noreturn extern void report_pair_ids(void);
pg_noreturn extern void report_pairs_missing(uint64 missing, const char *i, const char *j);
pg_noreturn extern void report_no_id(const char *id);
pg_noreturn extern void report_unknown_id(const char *argument, const char *id);
pg_noreturn extern void report_pair_weight(const char *i, const char *j);
pg_noreturn extern void report_fixed(const char *i, const char *j, double distance, double detour);
pg_noreturn extern void report_repair_decrease(void);

/* Clusters: arguments that do not go together; a model of other data; need and the law of the matrix. */
pg_noreturn extern void report_metric_scale(const char *metric);
pg_noreturn extern void report_metric_missing(const char *metric);
pg_noreturn extern void report_method_matrix(const char *method);
pg_noreturn extern void report_silhouette_rows(size_t n, size_t limit, const char *other);
pg_noreturn extern void report_start_clusters(const char *what, size_t got, size_t wanted);
pg_noreturn extern void report_model_data(const char *fitted, const char *got);
pg_noreturn extern void report_mixed_model(void);
pg_noreturn extern void report_memory_growing_pairs(size_t pairs, size_t need, size_t limit);
pg_noreturn extern void report_memory_pairs(const char *what, size_t n, size_t need, size_t limit);

/* Comparisons of two samples. */
pg_noreturn extern void report_compared_columns(size_t a, size_t b);
pg_noreturn extern void report_memory_transport(size_t n, size_t m, size_t need, size_t limit);
pg_noreturn extern void report_asymptotic(void);
pg_noreturn extern void report_gaps(uint64 rows);
pg_noreturn extern void report_aggregated(void);
pg_noreturn extern void report_method_exchange(const char *method);
pg_noreturn extern void report_no_bandwidth(const char *kernel);

/* Random features: none of this kernel; a row of another width, or with an element too far out; two that differ. */
pg_noreturn extern void report_no_features(const char *kernel);
pg_noreturn extern void report_features_columns(size_t got, size_t wanted);
pg_noreturn extern void report_far(size_t column, double value, double limit);
pg_noreturn extern void report_features(const char *what, const char *a, const char *b);
pg_noreturn extern void report_memory_features(size_t features, size_t d, size_t need, size_t limit);
pg_noreturn extern void report_unconverged(const char *function, double error, int64 iterations, const char *interval);

/* Groups of rows: an argument that is none, an id without one, bounds that are none, or that nothing meets. */
pg_noreturn extern void report_no_ids(const char *function);
pg_noreturn extern void report_groups(const char *argument);
pg_noreturn extern void report_no_group(const char *id);
pg_noreturn extern void report_bounds(const char *group);
pg_noreturn extern void report_fair(const char *fault, const char *group, double got, double wanted);

/* Choice of rows: what is wrong with a unit, columns that a function wants, and the rest of its arguments. */
pg_noreturn extern void report_unit(const char *what, const char *id, double got);
pg_noreturn extern void report_columns_of(const char *function, size_t got, const char *wanted);
pg_noreturn extern void report_draw_probability(double got);
pg_noreturn extern void report_group_size(double got);
pg_noreturn extern void report_no_weights(const char *function);
extern void report_normalised(size_t rows);

/* on_failure => 'null': the reason of a status as a WARNING. */
extern void report_null_result(const char *function, const ms_ctx *ctx, ms_status status);

/*
 * Problems of a result, by their code and the two numbers that each speaks of: a sentence for
 * people, and what to do (NULL when there is nothing). Both go into WARNINGs and summaries.
 */
extern char *report_problem_fact(const char *code, double a, double b);
extern const char *report_problem_remedy(const char *code);
extern void report_doubtful(const char *function, const char *fact, const char *remedy);
pg_noreturn extern void report_lost_component(void);
extern void report_doubtful_candidates(const char *function, int doubtful, int all, bool best);

/* pgmeasure.progress: NOTICE when it is on, else DEBUG1 */
extern void report_progress(bool visible, const ms_progress *p, double seconds);

/* Sketches: two that differ in `what`, each as a word; `recipe` is an aggregate with the template that would do. */
pg_noreturn extern void report_sketches(const char *what, const char *got, const char *wanted, const char *recipe);
pg_noreturn extern void report_sketch_packed(void);
pg_noreturn extern void report_sketch_kind(const char *kind, const char *wanted, const char *hint);
pg_noreturn extern void report_array_as_element(void);

/* Exact sets, multisets and vectors. */
pg_noreturn extern void report_no_order(Oid type);
pg_noreturn extern void report_map(const char *argument, const char *key);
pg_noreturn extern void report_negative(const char *argument, const char *where, double value);

/* near_duplicates: columns of the query, its ids, crowded bands. */
pg_noreturn extern void report_no_query_column(const char *name, const char *wanted);
pg_noreturn extern void report_repeated_id(const char *id, const char *merge);
extern void report_crowded_bands(uint64 bands, uint64 limit, uint64 largest, uint64 comparisons);

/* A query whose columns have documented names (frame.h), and what stands in its rows. */
pg_noreturn extern void report_frame_missing(const char *name, const char *columns);
pg_noreturn extern void report_frame_unknown(const char *name, const char *columns);
pg_noreturn extern void report_frame_twice(const char *name);
pg_noreturn extern void report_frame_type(const char *name, Oid type, const char *wanted, const char *hint);
pg_noreturn extern void report_frame_value(const char *name, double value);
pg_noreturn extern void report_unit_running(const char *unit, double a, double b);
pg_noreturn extern void report_cell(const char *cell);
pg_noreturn extern void report_fewer_rows(const char *argument, double got, double wanted);

/* Weights under kernels: a programme that was not solved to its tolerance. */
extern void report_gap(const char *function, double gap);
extern void report_no_overlap(const char *function);
extern void report_at_bound(const char *function, double share);
pg_noreturn extern void report_shift_columns(size_t source, size_t target);
extern void report_floored(const char *function, double share);
pg_noreturn extern void report_no_embedding(const char *kernel, const char *law);
pg_noreturn extern void report_simulated_columns(size_t simulated, size_t inputs, size_t observed);

/* pgmeasure_version() */
extern void report_version_differs(const char *library, const char *script);

#endif
