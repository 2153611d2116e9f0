/*
 * kll.h: a measure_kll argument.
 */
#ifndef PGMEASURE_KLL_H
#define PGMEASURE_KLL_H

#include "pg/base/compat.h"

#include "core/transport/kll.h"

#define KLL_TYPE "measure_kll"

/* Bytes whose type and size are what their fields say: an error otherwise. */
extern ms_kll *kll_of(struct varlena *value);

/* Argument argno, not NULL, detoasted; not to be changed. */
extern const ms_kll *kll_arg(FunctionCallInfo fcinfo, int argno);

#endif
