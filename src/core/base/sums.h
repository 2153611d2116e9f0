/*
 * sums.h: compensated sums (Neumaier 1974), for what must not depend on the order of rows beyond
 * the last bits.
 */
#ifndef MS_SUMS_H
#define MS_SUMS_H

#include <math.h>

typedef struct ms_sum
{
	double sum;
	double rest;
} ms_sum;

static inline void
ms_sum_add(ms_sum *s, double x)
{
	double t = s->sum + x;

	s->rest += fabs(s->sum) >= fabs(x) ? (s->sum - t) + x : (x - t) + s->sum;
	s->sum = t;
}

static inline double
ms_sum_get(const ms_sum *s)
{
	return s->sum + s->rest;
}

#endif
