/*
 * sinkhorn.h: entropic optimal transport and the Sinkhorn divergence (entropic.md, 4 and 5).
 *
 *     OT_eps = min <P, C> + eps KL(P | a b'),   C = |x - y|^p
 *
 * by Sinkhorn's iteration on potentials (log domain), with eps halved from max C / 2 down to the
 * target (Schmitzer 2019) and over-relaxation by the observed rate (Thibault et al. 2021). One
 * pass over the cells is one iteration: a row's soft minimum gives f, and the same exponentials,
 * added up by columns, the marginal from which g follows. Costs are computed where they are needed:
 * O((n + m) d) memory, never n x m; about nm (d + 3) ns / 4 an iteration with AVX2.
 */
#ifndef MS_SINKHORN_H
#define MS_SINKHORN_H

#include "core/base/ctx.h"

typedef struct ms_sinkhorn_options
{
	double p;		/* >= 1, finite */
	double epsilon; /* > 0, in units of the cost */
	double tol;		/* of the marginals: sum |b - P'1| */
	int64_t max_iter;
} ms_sinkhorn_options;

typedef struct ms_sinkhorn_result
{
	double ot_eps;	/* dual value, a lower bound of OT_eps that it meets on convergence */
	double cost;	/* <P, C> of the iteration's plan; its columns are off by `error` */
	double rounded; /* <P, C> of the plan rounded to exact marginals: an upper bound of OT */
	double lower;	/* a lower bound of OT: the dual value of f + g <= C made from g */
	double error;
	int64_t iterations;
	bool converged;
	double *f; /* n potentials, of OT_eps */
	double *g; /* m */
} ms_sinkhorn_result;

/*
 * Results in the arena, as (n + m) (d + 6) doubles are. MS_BAD_ARGUMENT "p", "epsilon", "tol",
 * "max_iter"; MS_BAD_WEIGHT; MS_TOO_FEW; MS_MISMATCH "columns"; MS_NOT_FINITE.
 */
extern ms_status ms_sinkhorn(ms_ctx *ctx, ms_arena *arena, const ms_rows *a, const ms_rows *b,
							 const ms_sinkhorn_options *options, ms_sinkhorn_result *out);

/*
 * S_eps = OT_eps(a, b) - OT_eps(a, a) / 2 - OT_eps(b, b) / 2 of dual values (Feydy et al. 2019): at
 * least 0, and 0 for a = b, as far as `tol` goes. *worst: of a and b, with the greatest error and the
 * most iterations of the three; converged when all are.
 */
extern ms_status ms_sinkhorn_divergence(ms_ctx *ctx, ms_arena *arena, const ms_rows *a,
										const ms_rows *b, const ms_sinkhorn_options *options,
										double *out, ms_sinkhorn_result *worst);

/*
 * The entropic map for p = 2 (Pooladian & Niles-Weed 2021): where potentials g of b's points send
 * any x: out[d] = sum b_j y_j exp((g_j - |x - y_j|^2) / eps) / the same without y_j. (With the cost
 * |x - y|^2 / 2 of the paper its eps and g are half of these.) O(m d); nothing can go wrong.
 */
extern void ms_sinkhorn_map(const ms_rows *b, const double *g, double epsilon, const double *x,
							double *out);

#endif
