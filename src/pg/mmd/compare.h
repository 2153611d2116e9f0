/*
 * compare.h: a comparison of two samples by a kernel.
 */
#ifndef PGMEASURE_MMD_COMPARE_H
#define PGMEASURE_MMD_COMPARE_H

#include "pg/base/compat.h"

#include "core/mmd/mmd.h"
#include "pg/base/compare.h"
#include "pg/mmd/kernel.h"

/* Numbers of the arguments; kernel and bandwidth 0: the energy kernel; options 0: there are none. */
typedef struct KernelAt
{
	int kernel;
	int bandwidth;
	int options;
	ComparisonAt compare;
} KernelAt;

typedef struct KernelComparison
{
	Comparison c;
	ms_mmd mmd;
} KernelComparison;

/* False when the answer is NULL. A bandwidth that is not given is the median distance of all rows. */
extern bool kernel_comparison_open(KernelComparison *k, FunctionCallInfo fcinfo,
								   const KernelAt *at);

/* Kernel and bandwidths. */
extern void kernel_details(const KernelComparison *k, StringInfo details);

#endif
