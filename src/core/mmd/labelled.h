/*
 * labelled.h: V of many labellings of the same rows at once, for permutation tests
 * (core/base/exchange.h). With v_i = w_i / W_x or -w_i / W_y under a labelling, V = v'Kv: a tile of K is
 * made once and multiplied with all labellings (dgemm), so that n^2 count flops are what it costs,
 * K is never stored, and nothing larger than V cancels.
 */
#ifndef MS_LABELLED_H
#define MS_LABELLED_H

#include "core/mmd/mmd.h"

typedef struct ms_mmd_labelling ms_mmd_labelling;

/* Labellings that are well evaluated together: n times as many bytes are at most 64 MB, but 32. */
extern size_t ms_mmd_batch(size_t n);

/*
 * For up to `batch` labellings under each of the kernels, checked here: mmd->kernel is not
 * looked at. On a line kernels that can be swept are. mmd and kernels outlive it. About
 * 250 (batch + 500) doubles.
 */
extern ms_status ms_mmd_labelling_new(ms_ctx *ctx, ms_arena *arena, const ms_mmd *mmd,
									  const ms_kernel *kernels, size_t n_kernels, size_t batch,
									  ms_mmd_labelling **out);

/*
 * An ms_labelled: `of` is the ms_mmd_labelling; label i of labelling b, of row i of the pool, is
 * labels[b * n + i], 0 for X. out[l * count + b] is V under kernel l, NaN where a side has no
 * weight.
 */
extern ms_status ms_mmd_labelled(ms_ctx *ctx, void *of, const unsigned char *labels, size_t count,
								 double *out);

#endif
