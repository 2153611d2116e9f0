/*
 * kernel_mean.h: measure_kernel_mean values, for the functions of this folder.
 */
#ifndef PGMEASURE_KERNEL_MEAN_H
#define PGMEASURE_KERNEL_MEAN_H

#include "pg/mmd/features.h"

#include "core/mmd/kernel_mean.h"

#define KERNEL_MEAN_TYPE_NAME "measure_kernel_mean"

/* A value as ms_kernel_mean, checked against its own size. */
extern ms_kernel_mean *kernel_mean_of(struct varlena *value);

/*
 * A value that holds no rows any more: itself, or a copy of a partial state. Its frequencies are
 * kept in this slot of the call site.
 */
extern const ms_kernel_mean *kernel_mean_finished(FunctionCallInfo fcinfo, int slot,
												  const ms_kernel_mean *m);

/* Argument argno, not NULL, finished. */
extern const ms_kernel_mean *kernel_mean_arg(FunctionCallInfo fcinfo, int argno);

/* An error that says what differs unless both are of the same features. */
extern void kernel_mean_meet(const ms_kernel_mean *a, const ms_kernel_mean *b);

#endif
