/*
 * score.h: densities and posteriors of rows under a mixture, row by row and by blocks.
 *
 * A scorer is a model with its covariances factored: for component j, inverse[j] = L_j^-1 (or the
 * inverse standard deviations) and constant[j] = log w_j - d/2 log 2 pi - log det L_j, so that
 * log w_j N(x; m_j, S_j) = constant[j] - |inverse[j] (x - m_j)|^2 / 2.
 */
#ifndef MS_SCORE_H
#define MS_SCORE_H

#include "core/mixture/gmm.h"

typedef struct ms_scorer ms_scorer;

/* MS_NOT_DEFINITE when a covariance cannot be factored. Memory from the arena. */
extern ms_status ms_scorer_new(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, ms_scorer **out);

/* For tests: one of the instruction sets of kernel.h, 0 .. ms_mix_kernel_levels() - 1. */
extern void ms_scorer_set_level(ms_scorer *s, int level);

/*
 * One row x[d], finite. Fills log_joint[k] (log w_j N(x; j)) and returns the log density
 * (log-sum-exp); *best gets the index of the greatest, ties to the least. log_joint is scratch of
 * the caller. The scorer has scratch of its own: one row at a time.
 */
extern double ms_score_row(const ms_scorer *s, const double *x, double *log_joint, size_t *best);

/*
 * The posterior of a row from its log_joint: sums to 1 to the last bits, however far the row lies
 * (exp(log_joint - density) does not). A row beyond the range of all distances (density -inf)
 * belongs to every component alike.
 */
extern void ms_score_posterior(const double *log_joint, size_t k, double *posterior);

/*
 * With noise the posterior of component j is below the above, and that of the noise is returned.
 * log_noise = log(noise / V), -inf without noise: then it is the same as ms_score_posterior.
 */
extern double ms_score_posterior_noise(const double *log_joint, size_t k, double log_noise,
									   double *posterior);
extern double ms_scorer_log_noise(const ms_scorer *s);

/* What *best is where the noise is likelier than every component: as a label, from 1, that is 0. */
#define MS_SCORE_NOISE SIZE_MAX

/* The *best of ms_score_row alone, without an exponential. */
extern size_t ms_score_best(const ms_scorer *s, const double *x);

/* Mahalanobis distance of x to component j, not squared. */
extern double ms_score_distance(const ms_scorer *s, const double *x, size_t j);

/*
 * Rows with gaps (NaN) by the marginal of what is there, under any model: scorers of the patterns
 * of gaps that have come along are kept, the first 256 of them. A row of gaps alone has density 1 and the
 * weights for its posterior. log_joint as above; *log_noise that of the marginal. MS_DIMENSION is
 * the caller's to check.
 */
typedef struct ms_gap_scorer ms_gap_scorer;
extern ms_status ms_gap_scorer_new(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m,
								   ms_gap_scorer **out);
extern ms_status ms_gap_score_row(ms_ctx *ctx, ms_gap_scorer *s, const double *x,
								  double *log_joint, double *log_noise, size_t *best,
								  double *log_density);

/*
 * tail_p: the share of the model, its noise left out, that has a lower density than a point.
 * Exact (chi-square) for one component; else from MS_TAIL_DRAWS draws by a fixed seed, with a
 * standard error of at most 0.004, and never 0. Making one costs about 5 ms; a look-up 14 steps.
 */
#define MS_TAIL_DRAWS 16384
typedef struct ms_tail ms_tail;
extern ms_status ms_tail_new(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, ms_tail **out);
extern double ms_tail_probability(const ms_tail *t, const double *x);

/*
 * Evidence of rows under a model, as of its fit: log_best = sum w log of
 * the greatest posterior, entropy = sum w r log r (both <= 0): BIC - 2 of either is an icl.
 * Rows with gaps count by their marginals; rows of gaps alone do not count. Weights are
 * frequencies.
 */
typedef struct ms_evidence
{
	uint64_t n;
	double weight;
	double log_likelihood;
	double log_best;
	double entropy;
} ms_evidence;
extern ms_status ms_score_rows(ms_ctx *ctx, const ms_gmm *m, const ms_rows *rows, ms_evidence *out);

#endif
