/*
 * em.h: maximum likelihood of a Gaussian mixture by EM (Dempster, Laird & Rubin 1977; covariance
 * families of Celeux & Govaert 1995): k-means++ starts, several of them, the best kept.
 */
#ifndef MS_EM_H
#define MS_EM_H

#include "core/mixture/gmm.h"

typedef enum ms_gmm_scale
{
	MS_GMM_SCALE_AUTO, /* columns by their sd where the family is equivariant under it, else one common factor */
	MS_GMM_SCALE_NONE
} ms_gmm_scale;

typedef struct ms_em_options
{
	size_t k;
	ms_gmm_family family;
	ms_gmm_scale scale;
	int n_init;
	int max_iter;
	double tol; /* stop when the gain < tol (|log-likelihood| + 1) */
	int64_t seed;
} ms_em_options;

extern void ms_em_defaults(ms_em_options *o); /* k 1, full, auto, 10, 500, 1e-8, 0 */

/* Bytes that a fit of n rows needs beyond the rows themselves. */
extern size_t ms_em_memory(size_t n, size_t d, const ms_em_options *o);

/*
 * Fits rows, which are finite, without gaps, in canonical order. The model is in canonical order of components, in
 * the units of the rows; memory from the arena. Errors: MS_BAD_ARGUMENT, MS_TOO_FEW (fewer
 * distinct rows than k), MS_CONSTANT (a constant column), MS_NO_FIT (every start degenerate).
 */
extern ms_status ms_em_fit(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, const ms_em_options *o, ms_gmm *out);

#endif
