/*
 * simplex.h: exact optimal transport between n and m weighted points by the network simplex
 * method with block pricing (Bonneel et al. 2011; entropic.md, 3.3), certified by its dual.
 *
 * Masses become integers: n m units in all without weights, 2^60 else, so that pivots are exact,
 * strongly feasible trees (Cunningham 1976) never cycle, and masses that are equal only up to
 * rounding meet. The cost is about O(n m) a round of pricing and some rounds; memory is O(n + m)
 * and 8 n m bytes of costs, where these are at most MS_TRANSPORT_STORED; else costs are computed
 * whenever they are looked at.
 */
#ifndef MS_SIMPLEX_H
#define MS_SIMPLEX_H

#include "core/base/ctx.h"

/* Cells whose costs are kept: 128 MB. */
#define MS_TRANSPORT_STORED ((size_t) 1 << 24)

typedef struct ms_transport_move
{
	size_t i; /* from 0, as given */
	size_t j;
	double mass; /* of 1 */
} ms_transport_move;

typedef struct ms_transport_result
{
	double cost;			  /* sum mass cost, in the units of the costs */
	double dual;			  /* a lower bound: a'f + b'g of feasible potentials */
	double gap; /* cost - dual, >= 0 but for rounding, 1e-16 of the dearest cell a step */
	double *f;				  /* n potentials: f_i + g_j <= cost(i, j); of points of weight 0, too */
	double *g;				  /* m */
	ms_transport_move *moves; /* at most n + m - 1, ascending in i */
	size_t n_moves;
	uint64_t pivots;
} ms_transport_result;

/*
 * Given costs, n x m row-major, finite. Weights finite and >= 0 with a sum above 0 that is scaled
 * to 1; NULL: all alike. Results lie in the arena. MS_NOT_FINITE "cost", MS_BAD_WEIGHT,
 * MS_TOO_FEW (nothing has weight), MS_TOO_LARGE.
 */
extern ms_status ms_transport_matrix(ms_ctx *ctx, ms_arena *arena, size_t n, const double *a,
									 size_t m, const double *b, const double *costs,
									 ms_transport_result *out);

/*
 * Points: the cost is |x - y|^p, Euclidean, p >= 1 and finite. *distance = W_p. MS_MISMATCH
 * "columns". MS_TOO_LARGE "distance" where points are too far apart for a double, "p" where the
 * powers of their distances are too small for one; cost, dual and potentials may be infinite where
 * d^p is, the distance then is not.
 */
extern ms_status ms_transport_points(ms_ctx *ctx, ms_arena *arena, const ms_rows *a,
									 const ms_rows *b, double p, double *distance,
									 ms_transport_result *out);

/* Bytes that ms_transport_points takes; SIZE_MAX when there is no such number. */
extern size_t ms_transport_bytes(size_t n, size_t m, size_t d);

#endif
