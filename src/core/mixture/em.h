/*
 * em.h: maximum likelihood of a Gaussian mixture by EM (Dempster, Laird & Rubin 1977; covariance
 * families of Celeux & Govaert 1995): k-means++ starts, several of them, the best kept. From where
 * a start has come to, a component is moved to a random row, five times, and the move is kept where a
 * few iterations lead higher (Zhao, Hautamaki, Karkkainen & Franti 2012).
 *
 * Where n k (d^2 + 8) <= 2e6 (diag, spherical: n k (d + 8)) all starts run to their end. Else they
 * run 20 iterations each, and the best five on different ways go on to their end. Where there are more than
 * max(100000, 50 k d) rows the starts run on so many of them, drawn by the seed, and the best
 * five reach their end there before they go on to all rows.
 *
 * Cost of an iteration: n k d (d + 3) multiply-adds, 0.04 s for n = 1e6, d = k = 8. Memory:
 * ms_em_memory; the rows are not copied, but for the drawn part.
 */
#ifndef MS_EM_H
#define MS_EM_H

#include "core/mixture/gmm.h"

typedef enum ms_gmm_scale
{
	MS_GMM_SCALE_AUTO, /* columns by their sd where EM is equivariant under it, else one factor */
	MS_GMM_SCALE_NONE  /* one factor for all columns */
} ms_gmm_scale;

typedef struct ms_em_options
{
	size_t k;
	ms_gmm_family family;
	ms_gmm_scale scale;
	int n_init;
	int max_iter;
	double tol; /* stop when the gain < tol (|log-likelihood| + 1); 0: when there is none */
	int64_t seed;
	bool prior;		  /* maximum a posteriori (prior.h), instead of maximum likelihood */
	double noise;	  /* share of the rows that start as uniform noise, < 1; 0 for no noise */
	bool missing;	  /* rows may have gaps (NaN): maximum of the likelihood of what is there */
	bool importance;  /* weights are divided so that they sum to (sum w)^2 / sum w^2 */
	bool icl_entropy; /* icl by entropy, for one more pass; else by the best component */
	const ms_gmm *start; /* the only start, of k components, whose order is kept; or NULL */
	const ms_gmm *hint;	 /* a start beside the n_init others (ms_gmm_split); or NULL */
} ms_em_options;

extern void ms_em_defaults(ms_em_options *o); /* k 1, full, auto, 10, 500, 1e-8, 0; rest none */

/* Bytes that a fit of n rows needs beyond the rows themselves. */
extern size_t ms_em_memory(size_t n, size_t d, const ms_em_options *o);

/*
 * Fits rows, in canonical order; rows of weight 0 count for nothing, nor do rows of gaps alone,
 * which with o->missing are counted in info.omitted. The model is in canonical order of components
 * (that of `start` where there is one) and in the units of the rows; memory from the arena.
 *
 * What is no error is a problem of the model (gmm.h): a component without spread in some direction
 * got a ridge (REGULARISED), one whose |S|^(1/d) is below 1/1000 of the others' geometric mean is
 * SPURIOUS, one of fewer than d + 2 rows is SMALL, the best end was reached by one start only
 * (FEW_STARTS_AGREE), there are more parameters than rows (MANY_PARAMETERS), MAX_ITER. A start
 * without a spurious component wins over one with, and that over a regularised one, whatever their
 * likelihoods.
 *
 * With a prior, log_likelihood is the plain one and info.objective what has been maximised.
 *
 * Errors: MS_BAD_ARGUMENT (what = "prior": the family has none); MS_MISMATCH (what = "components",
 * "columns": of start or hint, got and wanted); MS_TOO_FEW (got distinct rows, wanted k); MS_CONSTANT (index = column);
 * MS_NO_FIT (every start lost a component or ended as a ridge around fewer than d + 2 rows);
 * MS_NOT_FINITE (index = column), MS_BAD_WEIGHT (index = row); MS_TOO_LARGE (a column whose
 * variance no double holds, index).
 */
extern ms_status ms_em_fit(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows,
						   const ms_em_options *o, ms_gmm *out);

/*
 * A model of k + 1 components for the hint of the next fit: the component of greatest weight is
 * split along its first principal axis u, at its mean -+ sqrt(lambda_1) u / 2 (gmm.md, section 8).
 */
extern ms_status ms_em_split(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, ms_gmm *out);

#endif
