/*
 * mixture.h: a budget of rows shared out among groups (SMART, Renduchintala et al., arXiv
 * 2403.08370): by how much each adds to those chosen before it.
 */
#ifndef MS_SELECTION_MIXTURE_H
#define MS_SELECTION_MIXTURE_H

#include "core/base/ctx.h"

/*
 * shares[n] in proportion to 1 + g + g^2 / 2, and rows[n] of sum `budget`: the floors, one more to
 * the first groups, and what exceeds a group's size, sizes[n], in turn to groups that have room.
 * MS_BAD_ARGUMENT "budget" (wanted = all rows) when there are too few.
 */
extern ms_status ms_mixture_split(ms_ctx *ctx, const double *gains, const uint64_t *sizes, size_t n,
								  uint64_t budget, double *shares, uint64_t *rows);

#endif
