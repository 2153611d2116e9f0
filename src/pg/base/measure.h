/*
 * measure.h: how distances are taken, as arguments of SQL.
 */
#ifndef PGMEASURE_MEASURE_H
#define PGMEASURE_MEASURE_H

#include "pg/base/compat.h"

#include "core/base/distance.h"

/* Words of SQL; NULL-terminated. A metric is its index + 1. */
extern const char *const metric_words[];
extern const char *const scaling_words[];

/* Arguments metric and scale; an error where the metric knows no units. */
extern void metric_args(FunctionCallInfo fcinfo, int metric, int scale, ms_metric *m,
						ms_scaling *s);

#endif
