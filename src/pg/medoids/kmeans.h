/*
 * kmeans.h: measure_kmeans values, as the functions of this folder see them.
 */
#ifndef PGMEASURE_KMEANS_H
#define PGMEASURE_KMEANS_H

#include "pg/base/compat.h"

#include "core/medoids/kmeans.h"
#include "pg/medoids/model.h"

/* Unpacks a value into memory of the current context; the same of an argument that is not NULL. */
extern ms_kmeans *kmeans_unpack(const void *value, size_t size);
extern ms_kmeans *kmeans_arg(FunctionCallInfo fcinfo, int argno);

extern Datum kmeans_datum(const ms_kmeans *m);
extern ModelState kmeans_state(const ms_kmeans *m);

/* All options of kmeans_fit or kmeans_fit_query but the names, for data of d columns. */
extern ms_kmeans_options kmeans_options(FunctionCallInfo fcinfo, size_t d, bool query);

/* Labels of a sample and their silhouettes (NaN above SILHOUETTE_ROWS rows); returns the mean. */
extern double kmeans_label_sample(const ms_kmeans *m, const ms_sample *s, ms_kmeans_label *labels,
								  double *silhouettes);

#endif
