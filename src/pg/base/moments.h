/*
 * moments.h: a measure_moments argument, for the functions of every family.
 */
#ifndef PGMEASURE_MOMENTS_H
#define PGMEASURE_MOMENTS_H

#include "pg/base/compat.h"

#include "core/base/moments.h"

/* Argument argno, not NULL, detoasted; not to be changed. */
extern const ms_moments *moments_arg(FunctionCallInfo fcinfo, int argno);

#endif
