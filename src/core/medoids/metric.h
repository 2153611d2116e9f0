/*
 * metric.h: distances that should obey d(i, k) <= d(i, j) + d(j, k): which do not, and the nearest
 * ones that do. Distances of n things are a triangle of n (n - 1) / 2 doubles, pair (i, j), i > j,
 * at ms_pair_at.
 */
#ifndef MS_METRIC_H
#define MS_METRIC_H

#include "core/medoids/pairs.h"

/* --- shortest paths (shortest.c) ------------------------------------------------------------ */

/*
 * Lengths of the shortest paths of all pairs and the thing in the middle of each, by Floyd and
 * Warshall: O(n^3), 12 n (n - 1) / 2 bytes. They are the greatest metric that nowhere exceeds what
 * was given. Ties go to the path found first.
 */
typedef struct ms_step
{
	uint32_t from, to, below;
} ms_step;

typedef struct ms_paths
{
	size_t n;
	double *length;   /* n (n - 1) / 2 */
	uint32_t *middle; /* UINT32_MAX: the pair itself is the path */

	/* inside */
	double *row;    /* n */
	ms_step *steps; /* n + 2 */
} ms_paths;

extern ms_status ms_paths_new(ms_arena *arena, size_t n, ms_paths *out);

/* Of distances x; negative ones count as 0, infinite ones as no way. */
extern ms_status ms_paths_find(ms_ctx *ctx, ms_paths *p, const double *x);

/* What comes after i on the path from i to j, j at the end: at most n nodes; their number. */
extern size_t ms_paths_walk(const ms_paths *p, size_t i, size_t j, uint32_t *nodes);

/* --- repair --------------------------------------------------------------------------------- */

typedef struct ms_repair_options
{
	bool decrease;         /* shortest paths, else the least squares */
	const double *inverse; /* 1 / weight of each pair, 0 for one that must not move; NULL: all 1 */
	double tol;            /* of violations and of the last step, as a share of the greatest */
	int max_iter;
	int sweeps; /* over the constraints between two searches for violated ones */
} ms_repair_options;

typedef struct ms_repair
{
	double objective;    /* sum of w (x - d)^2 / 2 over pairs that may move */
	double gap;          /* at most this above the least one, up to tol; NaN for `decrease` */
	double worst;        /* greatest excess over the shortest path, before and */
	double left;         /* in what came out */
	uint64_t violations; /* pairs whose excess is above MS_METRIC_NOISE of the greatest distance */
	uint64_t changed;    /* pairs that have another float */
	uint64_t active;     /* constraints that hold the answer up */
	uint32_t iterations;
	bool converged;
} ms_repair;

/* Distances are kept as floats: a smaller share of the greatest one is rounding. */
#define MS_METRIC_NOISE 1e-6

/*
 * The metric x with the least sum of w (x - d)^2 ("metric nearness", Brickell, Dhillon, Sra & Tropp
 * 2008) by Project and Forget (Sonthalia & Gilbert 2022): the shortest paths tell which cycle
 * inequalities are violated, those are projected on as Hildreth (1957) does, and forgotten when
 * their multiplier is 0 again. d and x: triangles. MS_BAD_ARGUMENT: "tol", "max_iter", "sweeps";
 * MS_MISMATCH: "fixed", index = place of the pair, got = its distance, wanted = that of its
 * detour, when distances that must not move break the inequality themselves.
 */
extern ms_status ms_metric_nearest(ms_ctx *ctx, const double *d, size_t n,
								   const ms_repair_options *o, double *x, ms_repair *info);

/*
 * x as floats that obey every triangle inequality exactly, up to `left`, the greatest excess: 0
 * where no pair is fixed. Fixed pairs keep their floats, which x has.
 */
extern ms_status ms_metric_round(ms_ctx *ctx, const double *x, size_t n, const double *inverse,
								 float *out, double *left);

/* Both: distances d[n (n - 1) / 2] of a value into out. */
extern ms_status ms_metric_repair(ms_ctx *ctx, const float *d, size_t n, const ms_repair_options *o,
								  float *out, ms_repair *info);

/* Bytes that ms_metric_repair takes at least; it may take more where many cycles are violated. */
extern size_t ms_metric_bytes(size_t n);

#endif
