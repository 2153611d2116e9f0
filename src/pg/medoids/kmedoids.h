/*
 * kmedoids.h: measure_kmedoids values, as the functions of this folder see them.
 */
#ifndef PGMEASURE_KMEDOIDS_H
#define PGMEASURE_KMEDOIDS_H

#include "pg/base/compat.h"

#include "core/medoids/kmedoids.h"
#include "pg/medoids/model.h"

/* Words of SQL, by ms_kmedoids_method: those that a fit takes, and that of any model. */
extern const char *const kmedoids_methods[];
extern const char *kmedoids_method(const ms_kmedoids *m);

/* Unpacks a value into memory of the current context; the same of an argument that is not NULL. */
extern ms_kmedoids *kmedoids_unpack(const void *value, size_t size);
extern ms_kmedoids *kmedoids_arg(FunctionCallInfo fcinfo, int argno);

extern Datum kmedoids_datum(const ms_kmedoids *m);

/* The id of a cluster's medoid. */
extern char *kmedoids_id_text(const ms_kmedoids *m, size_t cluster);

extern bool kmedoids_is_nominal(const ms_kmedoids *m, size_t column);

/* "euclidean" ..., or "dissimilarity". */
extern const char *kmedoids_metric(const ms_kmedoids *m);

extern ModelState kmedoids_state(const ms_kmedoids *m);

#endif
