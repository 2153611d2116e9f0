/*
 * kmeans.h: k means (Lloyd 1982) with k-means++ seeds (seeding.h) and Hamerly's bounds (2010): the
 * fit, the value measure_kmeans in bytes, labels and scores.
 *
 * A row whose upper bound to its own center is below the lower bound to all others needs no
 * distance: late rounds cost n steps instead of n k d. The result is Lloyd's, round by round; ties
 * go to the lower center.
 */
#ifndef MS_KMEANS_H
#define MS_KMEANS_H

#include "core/base/distance.h"
#include "core/base/seeding.h"

#define MS_KMEANS_VERSION 1
#define MS_KMEANS_MAX_K 65536

#define MS_KMEANS_PROBLEM_MAX_ITER 0x01
#define MS_KMEANS_PROBLEM_OMITTED_ROWS 0x04
#define MS_KMEANS_PROBLEM_SMALL_CLUSTER 0x08 /* a cluster of one row, though n > k */
#define MS_KMEANS_PROBLEM_FEW_STARTS_AGREE 0x10

typedef struct ms_kmeans_cluster
{
	uint64_t size;
	double weight;
	double inertia;  /* sum of w times the squared distance */
	double farthest; /* greatest distance */
} ms_kmeans_cluster;

typedef struct ms_kmeans
{
	uint32_t k;
	uint32_t d;
	ms_scaling scaling;
	double *factors;             /* d: one over the spread */
	double *centers;             /* k x d, raw units, ascending by coordinates */
	ms_kmeans_cluster *clusters; /* k */
	const char *names;           /* d zero-terminated column names one after another, or NULL */
	size_t names_size;

	/* evidence */
	bool converged;
	uint32_t iterations; /* of the best start */
	uint32_t starts;
	uint32_t starts_at_best;
	uint64_t n;
	uint64_t omitted;
	double weight;
	double inertia;      /* in scaled units */
	int64_t seed;
	uint32_t problems;
} ms_kmeans;

typedef struct ms_kmeans_options
{
	size_t k;
	ms_scaling scaling;
	bool omit;                /* rows with gaps are left out, else refused */
	ms_seeding_method seeding;
	const ms_kmeans *start;   /* centers to start from, or NULL */
	int n_init;               /* 0: one from a start, else three */
	int max_iter;             /* 300 */
	double tol;               /* 0: until no label changes; see below */
	int64_t seed;
} ms_kmeans_options;

/*
 * tol stops where all centers together moved, squared, by at most tol times the mean variance of
 * the columns, as scikit-learn does.
 */

extern void ms_kmeans_defaults(ms_kmeans_options *o);

/* Bytes that a fit holds beside the rows. */
extern size_t ms_kmeans_bytes(const ms_kmeans_options *o, size_t n, size_t d);

/*
 * Fits a finished sample of numbers. MS_BAD_ARGUMENT: "k" (wanted = 1 or n), "max_iter", "n_init",
 * "tol", "start"; MS_TOO_FEW (got distinct rows, wanted k); MS_BAD_WEIGHT (all 0); MS_INCOMPLETE
 * (got = rows with gaps); MS_NOT_NUMERIC (index); those of ms_measure_learn; MS_TOO_LARGE.
 */
extern ms_status ms_kmeans_fit(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t size,
							   const ms_kmeans_options *o, ms_kmeans *out);

/* cluster from 0; distances are euclidean, in scaled units; second: UINT32_MAX, NaN for k = 1. */
typedef struct ms_kmeans_label
{
	uint32_t cluster; /* UINT32_MAX for a row with a gap */
	uint32_t second;
	double distance;
	double second_distance;
} ms_kmeans_label;

/* A model made ready for scoring; it points into the model. */
typedef struct ms_kmeans_scorer ms_kmeans_scorer;

extern ms_status ms_kmeans_scorer_new(ms_ctx *ctx, ms_arena *arena, const ms_kmeans *m,
									  ms_kmeans_scorer **out);
extern ms_status ms_kmeans_score(ms_ctx *ctx, const ms_kmeans_scorer *scorer, const double *row,
								 ms_kmeans_label *label);

/* Labels of all rows; MS_MISMATCH: "columns". */
extern ms_status ms_kmeans_labels(ms_ctx *ctx, ms_arena *arena, const ms_kmeans *m,
								  const ms_sample *s, ms_kmeans_label *labels);

/*
 * Silhouettes of labelled rows into out[n], NaN for a row with a gap and for k = 1, and their
 * weighted mean: O(n^2 d). MS_BAD_WEIGHT: all weights are 0.
 */
extern ms_status ms_kmeans_silhouettes(ms_ctx *ctx, ms_arena *arena, const ms_kmeans *m,
									   const ms_sample *s, const ms_kmeans_label *labels,
									   double *out, double *mean);

/* Bytes, as ms_kmedoids_pack. */
extern size_t ms_kmeans_packed_size(const ms_kmeans *m);
extern void ms_kmeans_pack(const ms_kmeans *m, void *out);
extern ms_status ms_kmeans_unpack(ms_ctx *ctx, ms_arena *arena, const void *bytes, size_t size,
								  ms_kmeans *out);
extern uint64_t ms_kmeans_hash(const void *bytes);

#endif
