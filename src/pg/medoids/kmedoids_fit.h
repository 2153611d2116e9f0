/*
 * kmedoids_fit.h: the arguments that kmedoids_fit, kmedoids_select and kmedoids_fit_query share.
 */
#ifndef PGMEASURE_KMEDOIDS_FIT_H
#define PGMEASURE_KMEDOIDS_FIT_H

#include "pg/medoids/kmedoids.h"

/* Where a function has its arguments. */
#define ARGUMENT_NONE (-1) /* it has none of these */

typedef struct Places
{
	int k, metric, scale, method, missing, start, n_init, max_iter, names, on_failure, seed,
		options;
	const char *const *keys; /* of the options */
} Places;

extern const Places kmedoids_of_sample;
extern const Places kmedoids_of_query;

/* All options of a call but the names, for data of d columns (0: a dissimilarity). */
extern ms_kmedoids_options kmedoids_options(FunctionCallInfo fcinfo, const Places *at, size_t d);

#endif
