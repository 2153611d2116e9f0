/*
 * pairs.h: a dissimilarity whose numbers belong to the pairs of another one.
 */
#ifndef PGMEASURE_MEDOIDS_PAIRS_H
#define PGMEASURE_MEDOIDS_PAIRS_H

#include "pg/base/dissimilarity.h"

/* Raises what a visit of the pairs of argument `name` ended with: an id that has no place. */
extern void pairs_check(const ms_ctx *ctx, ms_status status, const char *name,
						DissimilarityArg other);

#endif
