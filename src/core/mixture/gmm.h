/*
 * gmm.h: a Gaussian mixture as a value: its parameters, its evidence, its bytes.
 *
 * Covariances are kept as the family has them, without factors: a factor follows from them, and
 * would differ in its last bits between machines.
 *     full: k packed lower triangles (linalg.h)    tied: one    diag: k x d    spherical: k
 */
#ifndef MS_GMM_H
#define MS_GMM_H

#include "core/base/wire.h"

#define MS_GMM_VERSION 1
#define MS_GMM_MAX_K 10000

/* Families: the ids are stored. 1-4 are scikit-learn's four names; others follow mclust's. */
typedef enum ms_gmm_family
{
	MS_GMM_FULL = 1,	 /* VVV */
	MS_GMM_TIED = 2,	 /* EEE */
	MS_GMM_DIAG = 3,	 /* VVI */
	MS_GMM_SPHERICAL = 4 /* VII */
} ms_gmm_family;

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
	double icl; /* hard form, lower is better; NaN when not fitted */
	double objective; /* log-likelihood, plus the log prior where there is one */
	uint32_t iterations;
	ms_gmm_stop stop;
	uint32_t starts;
	uint32_t starts_at_best;
	uint64_t omitted;
	int64_t seed;
	uint32_t problems;
} ms_gmm_info;

typedef struct ms_gmm
{
	uint32_t k;
	uint32_t d;
	ms_gmm_family family;
	double *weights;	 /* k, sum 1 */
	double *means;		 /* k x d */
	double *covariances; /* ms_gmm_covariances(family, k, d) doubles */
	uint32_t *problems;	 /* k: SPURIOUS, REGULARISED, SMALL_COMPONENT of each component */
	const char *names;	 /* d zero-terminated column names one after another, or NULL */
	size_t names_size;	 /* bytes of names with their zeros */
	ms_gmm_info info;
} ms_gmm;

extern size_t ms_gmm_covariances(ms_gmm_family family, size_t k, size_t d);

/* Free parameters: (k - 1) + k d + those of the covariances (gmm.md, section 5.2). */
extern double ms_gmm_parameters(const ms_gmm *m);
extern double ms_gmm_bic(const ms_gmm *m); /* -2 l + p ln W: lower is better */
extern double ms_gmm_aic(const ms_gmm *m);

/* An uninitialised model of these sizes. */
extern ms_status ms_gmm_new(ms_ctx *ctx, ms_arena *arena, ms_gmm_family family, size_t k, size_t d,
							ms_gmm *out);

/* Covariance of component j as a packed lower triangle, whatever the family. */
extern void ms_gmm_covariance(const ms_gmm *m, size_t j, double *packed);

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
 * sum to 1 within 1e-9, covariances positive definite, hash right, nothing left over). The model
 * points into the arena. Whether names are text in some encoding is for the host to check.
 */
extern ms_status ms_gmm_unpack(ms_ctx *ctx, ms_arena *arena, const void *bytes, size_t size,
							   ms_gmm *out);

/* The content hash, read without unpacking. */
extern uint64_t ms_gmm_hash(const void *bytes);

#endif
