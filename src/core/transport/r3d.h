/*
 * r3d.h: regression discontinuity where the outcome of a unit is a distribution, told by its
 * quantiles at q_1 .. q_K (Van Dijcke 2025): how far the average quantile function jumps at the
 * cutoff. Units count alike, however many rows they rest on; it is not the jump of quantiles of
 * pooled rows.
 *
 * Units lie in ascending order of x, the running variable minus the cutoff; x >= 0 is treated.
 */
#ifndef MS_R3D_H
#define MS_R3D_H

#include "core/transport/local_polynomial.h"

typedef enum ms_r3d_shape
{
	MS_R3D_FRECHET, /* the nearest quantile functions in W2 (Petersen & Muller 2019) */
	MS_R3D_SORTED   /* rearranged */
} ms_r3d_shape;

typedef enum ms_r3d_band
{
	MS_R3D_AUTO,  /* of equal width below MS_R3D_MANY units */
	MS_R3D_EQUAL, /* of one width for all q */
	MS_R3D_STUDENTISED
} ms_r3d_band;

#define MS_R3D_MANY 500

typedef struct ms_r3d_options
{
	int order; /* of the polynomials, 1 .. 3 */
	ms_window_kernel kernel;
	double bandwidth; /* NaN: chosen */
	bool coverage;    /* a chosen one is shrunk for the best coverage of the bands */
	ms_r3d_shape shape;
	ms_r3d_band band;
	bool raw;   /* residuals as they are, not divided by 1 - leverage (HC3) */
	bool fuzzy; /* the last outcome is the treated share of a unit: effects are over its jump */
	double level;
	double test_from; /* range of q that the tests look at */
	double test_to;
	int64_t replicates;
	uint64_t seed;
} ms_r3d_options;

typedef struct ms_r3d
{
	double bandwidth;
	size_t n_below; /* units in the window */
	size_t n_above;
	size_t ties;   /* units at the cutoff */
	double *below; /* K each: average quantiles at the cutoff from either side */
	double *above;
	double *effect; /* above - below; fuzzy: over the first stage */
	double *std_error;
	double *lower; /* a band for all q at once */
	double *upper;
	double first_stage; /* jump of the treated share; NaN unless fuzzy */
	double first_stage_error;
	bool studentised;
	double critical; /* half its width, or that in standard errors */
	/* Tests have the statistic of the band: at p = 1 - level it leaves out what is tested. */
	double p_effect; /* no effect at any tested q; NaN where none is tested */
	double p_equal;  /* one effect at all tested q; NaN where fewer than two are */
} ms_r3d;

/*
 * q ascending in (0, 1). With m units in the window O(n K + m K replicates) time and 8 m (K + 64)
 * bytes. With `fuzzy` units have K + 1 outcomes; MS_NOT_DEFINITE "treatment" (got = jump, wanted =
 * its error) when the share jumps by less than two errors. MS_BAD_ARGUMENT "order", "bandwidth",
 * "level", "replicates" (too few for the level); MS_TOO_FEW "units", MS_NOT_DEFINITE "order" as in
 * local_polynomial.h.
 */
extern ms_status ms_r3d_fit(ms_ctx *ctx, ms_arena *arena, const ms_units *units, const double *q,
							const ms_r3d_options *options, ms_r3d *out);

/* How a bandwidth was chosen. */
typedef struct ms_r3d_bandwidth
{
	double density;  /* of x at the cutoff */
	double bias;     /* squared, mean over q, of the pilot */
	double variance; /* mean over q, of the pilot */
	double pilot;    /* by polynomials over all units of a side */
	double bandwidth;
} ms_r3d_bandwidth;

/*
 * The bandwidth of least integrated squared error for polynomials of order s >= 0
 * (distribution_regression.md, 3.6), n > 0. Fits of order s + 1 are then biased by less.
 */
extern ms_status ms_r3d_choose_bandwidth(ms_ctx *ctx, ms_arena *arena, const ms_units *units,
										 ms_window_kernel kernel, int s, ms_r3d_bandwidth *out);

/* Bias and variance of a one-sided kernel of order s at its end point, B_s and V_s. */
extern void ms_r3d_constants(ms_window_kernel kernel, int s, double *bias, double *variance);

/*
 * In place: the ascending values nearest to m in squares weighted by w (NULL: alike), by pooling
 * adjacent violators (Ayer et al. 1955). O(K); scratch: 2 K doubles, K counts.
 */
extern ms_status ms_r3d_isotonic(ms_arena *arena, double *m, const double *w, size_t K);

#endif
