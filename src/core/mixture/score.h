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

/* Mahalanobis distance of x to component j, not squared. */
extern double ms_score_distance(const ms_scorer *s, const double *x, size_t j);

#endif
