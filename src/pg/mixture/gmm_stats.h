/*
 * gmm_stats.h: measure_gmm_stats values, for the functions of this folder.
 */
#ifndef PGMEASURE_GMM_STATS_H
#define PGMEASURE_GMM_STATS_H

#include "pg/mixture/gmm.h"

#include "core/mixture/stats.h"

#define GMM_STATS_TYPE_NAME "measure_gmm_stats"

/* A value as ms_gmm_stats, checked against its own size. */
extern ms_gmm_stats *gmm_stats_of(struct varlena *value);

#endif
