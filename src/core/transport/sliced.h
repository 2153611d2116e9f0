/*
 * sliced.h: the sliced Wasserstein distance, the mean of W_p^p over directions (Rabin et al. 2012;
 * sliced.md), with the error that comes from taking finitely many, and its maximum over directions.
 * Projections of a batch of directions by one dgemm, a sort each: O(L N (d + log N)) time and
 * 16 N doubles.
 */
#ifndef MS_SLICED_H
#define MS_SLICED_H

#include "core/base/pair.h"

typedef enum ms_sliced_scheme
{
	MS_SLICED_AUTO,		  /* quasi in 2 and 3 columns, else orthogonal */
	MS_SLICED_IID,
	MS_SLICED_ORTHOGONAL, /* blocks of d, each a random orthonormal basis */
	MS_SLICED_QUASI		  /* 8 randomly turned (d <= 3) or shifted (Sobol, d <= 40) point sets */
} ms_sliced_scheme;

#define MS_SLICED_REPLICATES 8
#define MS_SLICED_MAX_SOBOL 40

/* What auto is in d columns. */
extern ms_sliced_scheme ms_sliced_scheme_of(ms_sliced_scheme scheme, size_t d);

/*
 * L unit vectors, out[L * d]. Directions come in blocks of *block, which are independent of each
 * other: errors come from means of blocks. Scratch from the arena: d^2. MS_BAD_ARGUMENT
 * "directions", "scheme".
 */
extern ms_status ms_sliced_directions(ms_ctx *ctx, ms_arena *arena, ms_sliced_scheme scheme,
									  size_t d, size_t l, uint64_t seed, double *out, size_t *block);

/* What is known of each direction: W_p^p and, for control variates, moments of the projections. */
typedef struct ms_slices
{
	size_t l;
	double *w;	/* W_p^p */
	double *c1; /* (difference of means)^2 */
	double *v1; /* variance of a's projection, divisor n */
	double *v2;
	double mean_c1; /* expectations over the sphere */
	double mean_v1;
	double mean_v2;
} ms_slices;

/*
 * Arrays in the arena, as scratch is. `centred`: each sample less its mean. MS_MISMATCH "columns",
 * MS_TOO_FEW, MS_BAD_WEIGHT, MS_NOT_FINITE, MS_TOO_LARGE "distance".
 */
extern ms_status ms_sliced_values(ms_ctx *ctx, ms_arena *arena, const ms_rows *a, const ms_rows *b,
								  double p, const double *directions, size_t l, bool centred,
								  ms_slices *out);

/*
 * Means of w with control variates of known mean (Nguyen & Ho 2024; sliced.md, 5).
 * LOWER: (theta . difference of means)^2. UPPER: it and both variances in one sum. The paper's
 * estimator of the factor, or ordinary least squares; THREE: regression on all three.
 */
typedef enum ms_sliced_control
{
	MS_SLICED_PLAIN,
	MS_SLICED_LOWER,
	MS_SLICED_LOWER_OLS,
	MS_SLICED_UPPER,
	MS_SLICED_UPPER_OLS,
	MS_SLICED_THREE /* needs 12 directions */
} ms_sliced_control;

typedef struct ms_sliced_mean
{
	double mean;
	double error;  /* standard error for independent directions; NaN for the paper's estimators */
	double factor; /* of the one control; NaN for three */
} ms_sliced_mean;

extern ms_sliced_mean ms_sliced_control_mean(const ms_slices *s, ms_sliced_control control);

typedef struct ms_sliced_options
{
	double p; /* >= 1, finite */
	size_t directions;
	ms_sliced_scheme scheme;
	uint64_t seed;
	const ms_sliced_control *control; /* NULL: the best; else of independent directions */
} ms_sliced_options;

typedef struct ms_sliced_result
{
	double distance;	   /* SW_p */
	double distance_error; /* standard error over directions, by the delta method; NaN at 0 */
	double power;		   /* SW_p^p */
	double power_error;	   /* NaN when there is one block of directions */
	double mean_part;	   /* of SW_2^2, exact: |m1 - m2|^2 / d; 0 for other p */
	double variance_ratio; /* of power to plain Monte Carlo with as many directions, estimated */
	bool negative;		   /* the estimate was below 0 and is 0 */
	ms_sliced_scheme scheme; /* that was taken */
	size_t blocks;		   /* of directions that are independent of each other */
	double top;			   /* greatest W_p of a direction, and it */
	double *top_direction;
} ms_sliced_result;

/*
 * For p = 2 the means' part is exact and only centred samples are sliced; independent directions
 * are regressed on three controls when there are 12. In one column W_p itself, error 0.
 */
extern ms_status ms_sliced(ms_ctx *ctx, ms_arena *arena, const ms_rows *a, const ms_rows *b,
						   const ms_sliced_options *options, ms_sliced_result *out);

/*
 * Is the difference more than chance? The distance of ms_sliced but for the controls of independent
 * directions, along the same directions for all labellings. Every direction is sorted once:
 * 12 N L bytes, and L sweeps a labelling.
 */
extern ms_status ms_sliced_test(ms_ctx *ctx, ms_arena *arena, const ms_pair *pair,
								const ms_sliced_options *options, const ms_exchange_options *o,
								ms_permutation *out);

/*
 * Max-sliced (Deshpande et al. 2019): W_p along the best direction found, a lower bound of the
 * maximum. From the 5 best of the directions and the difference of means, by steps along the
 * gradient of the plan, which for a fixed plan never lose (p = 2: a power step). direction[d] out.
 */
extern ms_status ms_sliced_max(ms_ctx *ctx, ms_arena *arena, const ms_rows *a, const ms_rows *b,
							   const ms_sliced_options *options, double *out, double *direction);

#endif
