/*
 * resample.h: exact W_p beyond one dimension under permutation and bootstrap: one transport problem
 * a replicate, some ms for 100 rows. The sliced distance's own test is in sliced.h.
 */
#ifndef MS_RESAMPLE_H
#define MS_RESAMPLE_H

#include "core/base/pair.h"

/* T = W_p, p finite. Scratch: the pool once more, and ms_transport_bytes. */
extern ms_status ms_resample_test(ms_ctx *ctx, ms_arena *arena, const ms_pair *pair, double p,
								  const ms_exchange_options *o, ms_permutation *out);

extern ms_status ms_resample_interval(ms_ctx *ctx, ms_arena *arena, const ms_pair *pair, double p,
									  double level, const ms_exchange_options *o,
									  ms_bootstrap *out);

#endif
