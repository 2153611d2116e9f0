/*
 * optimal.h: distances to known laws. ms_law_fit: the MMD of a sample to a normal or uniform law
 * in closed form and its test by parametric bootstrap (the Gaussian kernel and standardised rows
 * are the BHEP statistic of Baringhaus & Henze 1988, Henze & Zirkler 1990). ms_optimal_*: the MMD
 * of simulated rows to observed ones with weights by how the simulator's random inputs cover
 * their law (Bharti et al. 2023).
 */
#ifndef MS_OPTIMAL_H
#define MS_OPTIMAL_H

#include "core/base/distance.h"
#include "core/base/sample.h"
#include "core/mmd/optimal_embed.h"

/* --- a sample beside a law ------------------------------------------------------------------ */

typedef struct ms_law_options
{
	ms_law law;
	ms_kernel_kind kind;
	double bandwidth;         /* in units of the standard law; NaN: that of Henze & Zirkler */
	const double *parameters; /* d pairs: mean and sd, or ends; NULL: normal estimated, U(0, 1) */
	bool omit;
	size_t replicates; /* of the test; 0: none */
	uint64_t seed;
} ms_law_options;

typedef struct ms_law_fit
{
	size_t n;    /* complete rows; 0: nothing else is told */
	double mmd2; /* V statistic, >= 0 but for rounding */
	double unbiased;
	double bandwidth;
	size_t draws; /* bootstrap */
	size_t as_great;
	double null_mean, null_sd; /* of the MMD, the root */
} ms_law_fit;

/*
 * Rows are taken to the standard law first, by parameters or by their own mean and covariance,
 * as every bootstrap sample is again. O((1 + replicates) n^2 d). MS_BAD_ARGUMENT "kernel" (no
 * formula), "parameters" (index of the column); MS_NOT_DEFINITE "covariance": fewer rows than
 * columns + 1, or columns that depend on each other.
 */
extern ms_status ms_law_test(ms_ctx *ctx, ms_arena *arena, const ms_sample *s,
							 const ms_law_options *o, ms_law_fit *out);

extern size_t ms_law_bytes(size_t n, size_t d);

/* --- optimal weights ------------------------------------------------------------------------ */

#define MS_OPTIMAL_INPUTS 8
#define MS_OPTIMAL_ROWS 20000

typedef struct ms_optimal_options
{
	ms_law law;          /* of the inputs, standard */
	ms_kernel_kind kind; /* of the inputs */
	double bandwidth;    /* NaN: median distance of the inputs / sqrt 2 */
} ms_optimal_options;

typedef struct ms_optimal
{
	double *w; /* a row; they add up to about 1 */
	double sum, absolute, least;
	double e2, e2_equal; /* worst-case squared error of these weights and of equal ones */
	double nugget;       /* raised from 1e-8 until the sum of absolute weights is at most 5 */
	double bandwidth;
	bool fallback; /* equal weights: these would extrapolate */
} ms_optimal;

/*
 * w = C^-1 z for the inputs, n rows whose equal ones stand side by side and share. m^3 / 3 steps
 * for m distinct inputs, 2 m^2 doubles. MS_BAD_ARGUMENT "inputs" (index = row, got = value):
 * outside of [0, 1]; "kernel": no formula; MS_TOO_LARGE "inputs", "rows".
 */
extern ms_status ms_optimal_weights(ms_ctx *ctx, ms_arena *arena, const ms_rows *u,
									const ms_optimal_options *o, ms_optimal *out);

typedef struct ms_optimal_mmd
{
	size_t n, m;  /* simulated and observed rows */
	size_t *rows; /* of the simulated sample */
	ms_optimal weights;
	double mmd2, plain2; /* optimally and equally weighted */
	double bandwidth;    /* of the outputs */
	double *replicates;  /* MMD (root) of bootstrapped observed rows, as drawn */
} ms_optimal_mmd;

/*
 * A sample whose first `inputs` columns are the inputs and whose others are the outputs, beside
 * observed outputs. out->n = 0 when a side has no complete row.
 */
typedef struct ms_simulation
{
	size_t inputs;
	ms_optimal_options weights;
	ms_kernel kernel; /* of the outputs */
	bool median;
	ms_scaling scaling; /* of the outputs, pooled */
	bool omit;
	size_t replicates;
	uint64_t seed;
} ms_simulation;

extern ms_status ms_optimal_fit(ms_ctx *ctx, ms_arena *arena, const ms_sample *simulated,
								const ms_sample *observed, const ms_simulation *o,
								ms_optimal_mmd *out);

/* The weights alone. */
extern ms_status ms_optimal_rows(ms_ctx *ctx, ms_arena *arena, const ms_sample *simulated,
								 const ms_simulation *o, ms_optimal_mmd *out);

extern size_t ms_optimal_bytes(size_t n, size_t m, size_t d, bool replicates);

#endif
