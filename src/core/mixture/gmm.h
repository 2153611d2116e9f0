/*
 * gmm.h: a Gaussian mixture as a value: its parameters, its evidence, its bytes.
 *
 * Covariances are kept as the family has them, without factors: a factor follows from them, and
 * would differ in its last bits between machines.
 *     full, VEE, EEV, VEV, EVV: k packed lower triangles (linalg.h)    tied: one
 *     diag, VEI, EVI: k x d variances    EEI: d    spherical: k    EII: 1
 */
#ifndef MS_GMM_H
#define MS_GMM_H

#include "core/base/wire.h"

#define MS_GMM_VERSION 1
#define MS_GMM_MAX_K 10000

/*
 * Families: the ids are stored. 1-4 are scikit-learn's four names, the others mclust's (Celeux &
 * Govaert 1995): volume, shape and orientation of the components equal, varying, or identity.
 */
typedef enum ms_gmm_family
{
	MS_GMM_FULL = 1,	  /* VVV */
	MS_GMM_TIED = 2,	  /* EEE */
	MS_GMM_DIAG = 3,	  /* VVI */
	MS_GMM_SPHERICAL = 4, /* VII */
	MS_GMM_EII = 5,
	MS_GMM_EEI = 6,
	MS_GMM_VEI = 7,
	MS_GMM_EVI = 8,
	MS_GMM_VEE = 9,
	MS_GMM_EEV = 10,
	MS_GMM_VEV = 11,
	MS_GMM_EVV = 12
} ms_gmm_family;

#define MS_GMM_LAST_FAMILY MS_GMM_EVV

/* What a model has beside its parameters, as bits of the head's flags. Stored. */
#define MS_GMM_NOISE 0x0001		  /* a uniform background: noise, log_volume, box */
#define MS_GMM_PRIOR 0x0002		  /* fitted with a prior: prior_mean, prior_scale */
#define MS_GMM_MISSING 0x0004	  /* fitted to rows with gaps: they score by their marginal */
#define MS_GMM_IMPORTANCE 0x0008  /* weights sum to (sum w)^2 / sum w^2, not to a number of rows */
#define MS_GMM_ICL_ENTROPY 0x0010 /* icl is BIC - 2 sum r log r; else - 2 sum log max r */
#define MS_GMM_FLAGS 0x001f

/* Why a fit stopped. Stored. */
typedef enum ms_gmm_stop
{
	MS_GMM_STOP_NONE = 0, /* not fitted: imported */
	MS_GMM_STOP_TOL = 1,
	MS_GMM_STOP_MAX_ITER = 2
} ms_gmm_stop;

/* What a user should know about a fit, as bits. Stored; the codes of interface.md, section 3. */
#define MS_GMM_PROBLEM_MAX_ITER 0x01
#define MS_GMM_PROBLEM_REGULARISED 0x02
#define MS_GMM_PROBLEM_SPURIOUS 0x04
#define MS_GMM_PROBLEM_FEW_STARTS_AGREE 0x08
#define MS_GMM_PROBLEM_SMALL_COMPONENT 0x10
#define MS_GMM_PROBLEM_MANY_PARAMETERS 0x20
#define MS_GMM_PROBLEM_OMITTED_ROWS 0x40

/* The evidence of a fit. */
typedef struct ms_gmm_info
{
	uint64_t n;		/* rows used */
	double weight;	/* sum of their weights */
	double log_likelihood;
	double icl; /* lower is better; NaN when not fitted */
	double objective; /* log-likelihood, plus the log prior where there is one */
	uint32_t iterations;
	ms_gmm_stop stop;
	uint32_t starts;
	uint32_t starts_at_best; /* that ended there, or were given up on the way to it */
	uint64_t omitted;
	int64_t seed;
	uint32_t problems;
} ms_gmm_info;

typedef struct ms_gmm
{
	uint32_t k;
	uint32_t d;
	ms_gmm_family family;
	uint16_t flags;
	double *weights;	 /* k; their sum and the weight of the noise are 1 */
	double *means;		 /* k x d */
	double *covariances; /* ms_gmm_covariances(family, k, d) doubles */
	uint32_t *problems;	 /* k: SPURIOUS, REGULARISED, SMALL_COMPONENT of each component */
	double noise;		 /* NOISE: weight of the background, 0 <= noise < 1; else 0 */
	double log_volume;	 /* NOISE: of the background, so that its density is noise / V; else 0 */
	double *box;		 /* NOISE: d least, then d greatest coordinates; else NULL */
	double *prior_mean;	 /* PRIOR: d (prior.h); else NULL */
	double *prior_scale; /* PRIOR: ms_gmm_prior_size doubles; else NULL */
	const char *names;	 /* d zero-terminated column names one after another, or NULL */
	size_t names_size;	 /* bytes of names with their zeros */
	ms_gmm_info info;
} ms_gmm;

/* "full", "tied", "diag", "spherical", or mclust's letters; NULL for no family. */
extern const char *ms_gmm_family_name(ms_gmm_family family);

/* The family of such a name, or of "VVV", "EEE", "VVI", "VII"; 0 for another word. Exact case. */
extern ms_gmm_family ms_gmm_family_of(const char *name);

/* How many covariance matrices a family keeps, and the doubles of each. */
extern size_t ms_gmm_matrices(ms_gmm_family family, size_t k);
extern size_t ms_gmm_matrix_size(ms_gmm_family family, size_t d);
extern size_t ms_gmm_covariances(ms_gmm_family family, size_t k, size_t d); /* their product */

/* Whether all covariances are diagonal, whether one serves all components. */
extern bool ms_gmm_is_diagonal(ms_gmm_family family);
extern bool ms_gmm_is_tied(ms_gmm_family family);

/* Doubles of the scale matrix of a prior: a packed triangle, or d where covariances are diagonal. */
extern size_t ms_gmm_prior_size(ms_gmm_family family, size_t d);

/* Free parameters: (k - 1) + k d + those of the covariances (gmm.md, 5.2), + 2 with noise. */
extern double ms_gmm_parameters(const ms_gmm *m);
extern double ms_gmm_bic(const ms_gmm *m); /* -2 l + p ln W: lower is better */
extern double ms_gmm_aic(const ms_gmm *m);

/* An uninitialised model of these sizes, without flags; and the parts that NOISE and PRIOR ask for. */
extern ms_status ms_gmm_new(ms_ctx *ctx, ms_arena *arena, ms_gmm_family family, size_t k, size_t d,
							ms_gmm *out);
extern ms_status ms_gmm_new_parts(ms_arena *arena, ms_gmm *m, uint16_t flags);

/*
 * A model fitted elsewhere: weights[k] > 0 that sum to 1 within 1e-6 (and are divided by their
 * sum), means[k * d], covariances[k * d * d] symmetric within 1e-9 of their diagonal and positive
 * definite. The family is full, the order is kept. MS_BAD_WEIGHT (index = component; 0 for their
 * sum, got), MS_NOT_FINITE (what, index = element from 1), MS_BAD_ARGUMENT what = "symmetry"
 * (index = component), MS_NOT_DEFINITE (index = component).
 */
extern ms_status ms_gmm_import(ms_ctx *ctx, ms_arena *arena, size_t k, size_t d,
							   const double *weights, const double *means,
							   const double *covariances, ms_gmm *out);

/* A copy whose arrays, names too, are the arena's. */
extern ms_status ms_gmm_copy(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, ms_gmm *out);

/* Covariance of component j as a packed lower triangle, whatever the family. */
extern void ms_gmm_covariance(const ms_gmm *m, size_t j, double *packed);

/* Component j becomes what order[j] was. */
extern ms_status ms_gmm_permute(ms_ctx *ctx, ms_gmm *m, const size_t *order);

/* Canonical order of the components: descending weight, ties by mean, coordinate by coordinate. */
extern ms_status ms_gmm_sort(ms_ctx *ctx, ms_gmm *m);

/*
 * Bytes: ms_head, then u64 content hash of all that follows it, then the fields (doc/format.md).
 * The same model gives the same bytes.
 */
extern size_t ms_gmm_packed_size(const ms_gmm *m);
extern void ms_gmm_pack(const ms_gmm *m, void *out);

/*
 * The one validator and reader: MS_CORRUPT unless the bytes are a model (finite, weights > 0 that
 * sum to 1 within 1e-9 with the noise, a box and a prior that are sound, covariances positive definite, hash right, nothing left over). The model
 * points into the arena. Whether names are text in some encoding is for the host to check.
 */
extern ms_status ms_gmm_unpack(ms_ctx *ctx, ms_arena *arena, const void *bytes, size_t size,
							   ms_gmm *out);

/* The content hash, read without unpacking. */
extern uint64_t ms_gmm_hash(const void *bytes);

#endif
