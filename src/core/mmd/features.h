/*
 * features.h: random Fourier features (Rahimi & Recht 2007): k(x, y) = E cos(w.(x - y)) over
 * frequencies w drawn from the kernel's spectral measure, of which `count` are drawn once. A
 * measure_kernel_features tells them by what they are drawn from.
 *
 *     ms_features   48 bytes
 *     scale         d doubles: what the columns are divided by
 *
 * The frequencies themselves are a pure function of these bytes, but for rounding: columns scaled,
 * blocks of d orthogonal ones (Yu et al. 2016), each of the length that the kernel wants. The
 * first ones are the same for every count.
 */
#ifndef MS_FEATURES_H
#define MS_FEATURES_H

#include "core/base/distance.h"
#include "core/mmd/kernel.h"

#define MS_FEATURES_VERSION 1

#define MS_FEATURES_MAX 65536

/* Bandwidth and scale lie between the inverse of this and itself. */
#define MS_FEATURES_UNIT 1e100

/* What the frequencies are drawn from, beside the scale. */
typedef struct ms_spectrum
{
	uint64_t hash; /* of all that follows, then of the scale */
	uint64_t seed;
	double bandwidth; /* in scaled units */
	uint32_t kernel;  /* ms_kernel_kind with a bandwidth; of imq the exponent is -1/2 */
	uint32_t d;
	uint32_t count;
	uint32_t reserved; /* 0 */
} ms_spectrum;

typedef struct ms_features
{
	ms_head head; /* no flags */
	ms_spectrum spectrum;
} ms_features;

static inline const double *
ms_features_scale(const ms_features *f)
{
	return (const double *) (f + 1);
}

/* Bytes for d columns, at most MS_MAX_DIM. */
static inline size_t
ms_features_size(size_t d)
{
	return sizeof(ms_features) + d * sizeof(double);
}

/*
 * Fills ms_features_size(d) bytes, aligned to 8; the hash of *of is made. scale: d, NULL for 1.
 * MS_BAD_ARGUMENT: "kernel", "features", "d", "bandwidth", "scale" (index from 1).
 */
extern ms_status ms_features_make(ms_ctx *ctx, const ms_spectrum *of, const double *scale,
								  void *bytes);

/*
 * What rows say of the units of features: scale[d], the spread of each column (1 where it has
 * none), and *bandwidth, the median distance of scaled rows (ms_bandwidth_median; 0 when all are
 * equal), unless it is there already (not NaN). Rows with a gap or of weight 0 are left out;
 * MS_TOO_FEW "rows" when none is left. MS_CONSTANT "mad". Scratch: n (d + 1) doubles.
 */
extern ms_status ms_features_learn(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows,
								   ms_scaling scaling, uint64_t seed, double *scale,
								   double *bandwidth);

/* The one validator of untrusted bytes, aligned to 8: MS_CORRUPT. */
extern ms_status ms_features_check(ms_ctx *ctx, const void *bytes, size_t size);

/* The same of a spectrum and its scale within a value: bytes from where offsets are told. */
extern ms_status ms_spectrum_check(ms_ctx *ctx, const ms_spectrum *s, const double *scale,
								   const void *bytes);

/* Where two differ; `same` when they have the same frequencies. */
typedef enum ms_features_part
{
	MS_FEATURES_SAME,
	MS_FEATURES_COLUMNS,
	MS_FEATURES_KERNEL,
	MS_FEATURES_BANDWIDTH,
	MS_FEATURES_COUNT,
	MS_FEATURES_SCALE,
	MS_FEATURES_SEED
} ms_features_part;

extern ms_features_part ms_features_differ(const ms_spectrum *a, const double *scale_a,
										   const ms_spectrum *b, const double *scale_b);

/* --- rows and frequencies ------------------------------------------------------------------- */

/*
 * An element this many bandwidths from 0 has no phase worth the name (it is known to 1e-6 of a
 * turn): rows beyond are refused. The first such element of a row, from 1, or 0.
 */
#define MS_FEATURES_FAR 0x1p32
extern size_t ms_features_far(const ms_spectrum *s, const double *scale, const double *x);

/* The frequencies: count x d doubles, in quarter turns a unit of a raw column, and work space. */
typedef struct ms_projection ms_projection;
extern size_t ms_projection_bytes(size_t d, size_t count);
extern ms_status ms_projection_new(ms_ctx *ctx, ms_arena *arena, const ms_spectrum *s,
								   const double *scale, ms_projection **out);
extern const double *ms_projection_frequencies(const ms_projection *p);

/* Adds cos(w.x) and sin(w.x) of n rows x, d doubles each, to cosines[count] and sines[count]. */
extern ms_status ms_projection_add(ms_ctx *ctx, ms_projection *p, const double *x, size_t n,
								   double *cosines, double *sines);

#endif
