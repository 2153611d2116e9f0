/*
 * matching.h: weights that make one sample like another: kernel mean matching (Huang et al. 2006;
 * Gretton et al. 2009), double weighting (Segovia-Martin, Mazuelas & Liu 2023) and density ratios
 * by least squares, uLSIF (Kanamori, Hido & Sugiyama 2009).
 *
 * Matching holds the n x n kernel matrix of distinct source rows (double weighting that of both
 * sides); an iteration is one product with it. uLSIF takes n q d for q <= 100 centres.
 */
#ifndef MS_MATCHING_H
#define MS_MATCHING_H

#include "core/base/distance.h"
#include "core/base/sample.h"
#include "core/mmd/kernel.h"

typedef struct ms_matching_options
{
	ms_kernel kernel; /* positive definite */
	bool median;      /* its bandwidth becomes the median distance of the pooled rows */
	ms_scaling scaling;
	bool omit;
	double upper;  /* B: the most that a weight may be; one row's share is B / n */
	double band;   /* how far the mean weight may be from 1; NaN: 1 - 1 / sqrt(n) */
	double spread; /* D of double weighting, at least 1; 1 leaves all target rows their weight */
	double tol;    /* on the squared MMD; NaN: 0.01 (1/n + 1/m), a hundredth of its noise */
	size_t max_iter;
} ms_matching_options;

extern void ms_matching_defaults(ms_matching_options *o);

/* One side: its complete rows and their weights, in units of the weights that they came with. */
typedef struct ms_matched
{
	size_t n;
	size_t *rows;
	double *weights;
} ms_matched;

typedef struct ms_matching
{
	ms_matched source, target; /* of plain matching the target keeps its weights */
	double bandwidth;
	double effective; /* (sum w)^2 / sum w^2 of the source rows */
	double most;      /* greatest weight, as a multiple of the row's own */
	double at_bound;  /* share of the source weight whose rows stand at the bound */
	double mmd2_before, mmd2_after;
	double gap;     /* mmd2_after is at most this above the least */
	double overlap; /* greatest mean kernel value of a source row with the target */
	size_t iterations;
	bool converged;
	uint64_t omitted;
} ms_matching;

/*
 * Two canonical samples of the same columns; memory from the arena. out->source.n = 0 when a side
 * has no complete row. Whole weights are repeated rows; equal rows share what their point gets.
 * MS_BAD_ARGUMENT: "upper" (above 0, and no less than the band asks for), "band", "spread".
 */
extern ms_status ms_matching_fit(ms_ctx *ctx, ms_arena *arena, const ms_sample *source,
								 const ms_sample *target, const ms_matching_options *o,
								 ms_matching *out);

/* The most bytes that it holds for n and m rows; SIZE_MAX on overflow. */
extern size_t ms_matching_bytes(size_t n, size_t m, size_t d, bool both);

/* --- matrices ------------------------------------------------------------------------------- */

/*
 * The programme itself, of given kernel values: k[n * n] of source points with weights p (sum
 * total), kappa[i] = total times the mean kernel value of source point i with the target; u[n] gets
 * the weights times p. *objective = u'Ku/2 - kappa'u, at most *gap above the least.
 */
typedef struct ms_matching_problem
{
	size_t n;
	const double *k;
	const double *kappa;
	const double *p;
	double total;
	double upper;
	double band;
	double floor; /* no objective is below; -INFINITY where nothing is known */
	double tol;   /* on the objective */
	size_t max_iter;
} ms_matching_problem;

typedef struct ms_matching_solved
{
	double objective;
	double gap;
	size_t iterations;
	bool converged;
} ms_matching_solved;

extern ms_status ms_matching_solve(ms_ctx *ctx, ms_arena *arena, const ms_matching_problem *p,
								   double *u, ms_matching_solved *out);

#endif
