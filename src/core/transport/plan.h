/*
 * plan.h: the optimal plan between two samples, row by row: by the walk of wasserstein1d.h in one
 * column, by the network simplex method beyond.
 */
#ifndef MS_PLAN_H
#define MS_PLAN_H

#include "core/base/sample.h"

typedef struct ms_flow
{
	size_t i; /* record of a, from 0 */
	size_t j;
	double mass; /* of 1 */
	double cost; /* mass |x - y|^p, which sum to W_p^p; infinite where they are no doubles */
} ms_flow;

/*
 * Canonical samples. *flows: at most n + m - 1, ascending in i; none when a side has no
 * weight, or in one column no values. Gaps are left out in one column and MS_INCOMPLETE (got =
 * rows) beyond; MS_NOT_NUMERIC. MS_BAD_ARGUMENT "p" unless finite and >= 1; MS_MISMATCH "columns".
 * Beyond one column ms_transport_bytes(n, m, d) of the arena and its time, else O(n + m).
 */
extern ms_status ms_plan_make(ms_ctx *ctx, ms_arena *arena, const ms_sample *a, const ms_sample *b,
							  double p, ms_flow **flows, size_t *n_flows);

#endif
