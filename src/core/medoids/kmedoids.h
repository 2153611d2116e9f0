/*
 * kmedoids.h: k rows of a sample, or ids of a dissimilarity, that stand for all (Kaufman &
 * Rousseeuw 1987): the fit, the value measure_kmedoids in bytes, labels and scores.
 *
 * fasterpam, the default, swaps eagerly (Schubert & Rousseeuw 2021), O(n^2) a pass whatever k;
 * fastpam1 (2019) takes PAM's own swaps. clara runs fasterpam on samples, clarans (Ng & Han 2002)
 * tries random candidates; onebatch (de Mathelin et al. 2025) sums over one batch of the rows.
 * auto is fasterpam up to 20,000 rows, onebatch above (always fasterpam for a dissimilarity): a
 * rule on n alone, so that the answer never depends on a setting.
 *
 * While they search, all methods compare distances as floats, in a matrix (4 n^2 bytes, up to
 * 20,000 rows and half of the budget) or row by row, whichever fits: the bits are the same. What is
 * reported is computed in doubles at the end.
 *
 * Everything is a function of the canonical rows and the seed. Ties go to the lower row.
 */
#ifndef MS_KMEDOIDS_H
#define MS_KMEDOIDS_H

#include "core/base/dissimilarity.h"
#include "core/base/distance.h"

#define MS_KMEDOIDS_VERSION 1
#define MS_KMEDOIDS_MAX_K 65536

/* Stored in values: never renumbered. */
typedef enum ms_kmedoids_method
{
	MS_KMEDOIDS_AUTO = 0,
	MS_KMEDOIDS_FASTERPAM = 1,
	MS_KMEDOIDS_FASTPAM1 = 2,
	MS_KMEDOIDS_CLARA = 3,
	MS_KMEDOIDS_CLARANS = 4,
	MS_KMEDOIDS_ONEBATCH = 5,
	MS_KMEDOIDS_FASTERMSC = 6, /* of DynMSC: the greatest medoid silhouette */
	MS_KMEDOIDS_FAIR = 7       /* fair.h; no method of ms_kmedoids_fit */
} ms_kmedoids_method;

typedef enum ms_kmedoids_init
{
	MS_KMEDOIDS_INIT_AUTO = 0, /* BUILD for n <= 2000, else RANDOM */
	MS_KMEDOIDS_INIT_BUILD = 1,
	MS_KMEDOIDS_INIT_RANDOM = 2,
	MS_KMEDOIDS_INIT_KMEANSPP = 3, /* D-sampling: by the distance itself */
	MS_KMEDOIDS_INIT_LAB = 4,
	MS_KMEDOIDS_INIT_START = 5 /* a model was given */
} ms_kmedoids_init;

/* Whether no single swap improves: proved by a full sweep, disproved, or not looked at. */
typedef enum ms_kmedoids_optimum
{
	MS_KMEDOIDS_OPTIMUM_UNKNOWN = 0,
	MS_KMEDOIDS_OPTIMUM_YES = 1,
	MS_KMEDOIDS_OPTIMUM_NO = 2
} ms_kmedoids_optimum;

/* Bits of problems; stable. */
#define MS_KMEDOIDS_PROBLEM_MAX_ITER 0x01
#define MS_KMEDOIDS_PROBLEM_DUPLICATE_MEDOIDS 0x02 /* fewer distinct rows than k */
#define MS_KMEDOIDS_PROBLEM_OMITTED_ROWS 0x04
#define MS_KMEDOIDS_PROBLEM_SMALL_CLUSTER 0x08 /* a cluster of one row, though n > k */

typedef enum ms_missing
{
	MS_MISSING_ERROR = 0,
	MS_MISSING_OMIT = 1,
	MS_MISSING_USE = 2 /* gower only */
} ms_missing;

/* What a cluster is. Silhouettes are NaN for k = 1 and where they were not asked for. */
typedef struct ms_cluster
{
	uint64_t id;     /* of the medoid; its row number, from 1, where rows have no ids */
	uint64_t size;   /* rows */
	double weight;   /* of them */
	double total;    /* sum of w d */
	double farthest; /* greatest d */
	double silhouette;
} ms_cluster;

typedef struct ms_kmedoids
{
	uint32_t k;
	uint32_t d;                /* columns; 0 when fitted to a dissimilarity */
	uint16_t ids;              /* MS_SAMPLE_ID_INT, _TEXT, or 0: row numbers */
	ms_measure measure;        /* d > 0 only */
	ms_cluster *clusters;      /* k, by ascending id */
	double *medoids;           /* k x d, raw units; nominal columns hold handles, gaps are gaps */
	const char *names;         /* d zero-terminated column names one after another, or NULL */
	size_t names_size;
	const char *heap;          /* strings of ids and nominal values: a handle counts from its end */
	size_t heap_size;

	/* evidence */
	ms_kmedoids_method method; /* what was taken */
	ms_kmedoids_init init;
	ms_kmedoids_optimum locally_optimal;
	bool converged;
	uint32_t starts;
	uint32_t passes;
	uint64_t swaps;
	uint64_t n;                /* rows used */
	uint64_t omitted;
	double weight;
	double total_deviation;
	double mean_silhouette;    /* NaN for k = 1, or when not computed (n > 20,000) */
	double medoid_silhouette;  /* NaN for k = 1 */
	int64_t seed;
	uint32_t problems;
} ms_kmedoids;

/*
 * onebatch starts at random whatever init says, clarans unless init says otherwise; clara, whose
 * samples need not hold a given row, does not read `start`.
 */
typedef struct ms_kmedoids_options
{
	size_t k;
	ms_metric metric;   /* the next five: of samples only */
	ms_scaling scaling;
	ms_missing missing;
	const unsigned char *asymmetric; /* gower: d, or NULL */
	const double *weights;           /* gower: d, or NULL */
	ms_kmedoids_method method;
	ms_kmedoids_init init;
	const ms_kmedoids *start; /* medoids to start from (by id, or by the nearest row), or NULL */
	int n_init;         /* 0: one start from BUILD or a model; else three, of clarans two */
	int max_iter;       /* passes; 100 */
	int64_t seed;
	size_t samples;     /* clara: 0 for 10 */
	size_t sample_size; /* clara: 0 for 80 + 4 k; onebatch: 0 for 100 ln(k n) */
	bool silhouette;    /* the mean silhouette, O(n^2): computed when n <= 20,000 */
} ms_kmedoids_options;

extern void ms_kmedoids_defaults(ms_kmedoids_options *o);

/* The method that auto takes. */
extern ms_kmedoids_method ms_kmedoids_choose(const ms_kmedoids_options *o, size_t n,
											 bool dissimilarity);

/* The least bytes that a fit holds beside its input: what the host compares with its limit. */
extern size_t ms_kmedoids_bytes(const ms_kmedoids_options *o, size_t n, size_t d);

/*
 * Fits a finished sample, or a complete dissimilarity. Memory of *out from the arena.
 *
 * MS_BAD_ARGUMENT: "k" (got, wanted = 1 or n), "method", "init", "max_iter", "n_init", "start"
 * (wanted = k, or columns that differ), "missing" ('use' with a metric that takes no gaps),
 * "sample_size"; MS_TOO_FEW, got 0: no rows; MS_BAD_WEIGHT: all weights are 0; MS_INCOMPLETE: gaps
 * (got = rows), or what = "pairs": the dissimilarity has missing pairs (ms_dissimilarity_missing
 * names one); and those of ms_measure_learn and ms_points_from.
 */
extern ms_status ms_kmedoids_fit(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t size,
								 const ms_kmedoids_options *o, ms_kmedoids *out);
extern ms_status ms_kmedoids_fit_matrix(ms_ctx *ctx, ms_arena *arena, const ms_dissimilarity *s,
										size_t size, const ms_kmedoids_options *o,
										ms_kmedoids *out);

/* --- choosing k ----------------------------------------------------------------------------- */

typedef enum ms_kmedoids_criterion
{
	MS_KMEDOIDS_BY_SILHOUETTE = 1,
	MS_KMEDOIDS_BY_MEDOID_SILHOUETTE = 2, /* DynMSC (Lenssen & Schubert 2022): one run for all k */
	MS_KMEDOIDS_BY_DEVIATION = 3          /* a chart: more clusters are always better */
} ms_kmedoids_criterion;

/*
 * Models for k_max down to k_min >= 2, best first, ties to the smaller k, into out[k_max - k_min
 * + 1]: .k, .total_deviation, .mean_silhouette and .medoid_silhouette are the curve. o->k is not
 * read. BY_SILHOUETTE and BY_DEVIATION fit each k by itself.
 */
extern ms_status ms_kmedoids_select(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t size,
									const ms_kmedoids_options *o, size_t k_min, size_t k_max,
									ms_kmedoids_criterion criterion, ms_kmedoids *out);
extern ms_status ms_kmedoids_select_matrix(ms_ctx *ctx, ms_arena *arena, const ms_dissimilarity *s,
										   size_t size, const ms_kmedoids_options *o, size_t k_min,
										   size_t k_max, ms_kmedoids_criterion criterion,
										   ms_kmedoids *out);

/* --- labels and scores ---------------------------------------------------------------------- */

typedef struct ms_kmedoids_label
{
	uint32_t cluster; /* from 0; UINT32_MAX: a row with a gap that the metric does not take */
	uint32_t second;  /* UINT32_MAX for k = 1 */
	double distance;
	double second_distance; /* NaN for k = 1 */
	double silhouette;      /* NaN for k = 1 and when not asked for; else against the rows given */
} ms_kmedoids_label;

/*
 * Labels of all rows of a sample or of all ids of a dissimilarity, labels[n] in their order, by
 * the nearest medoid; ties to the lower cluster, and a medoid's own row is in its own cluster.
 * MS_MISMATCH: "columns" (got, wanted), "kinds" (index), "ids" (index = cluster from 1: the medoid
 * is not there), "model" (a model of a sample meets a dissimilarity, or the other way round).
 * Silhouettes cost O(n^2).
 */
extern ms_status ms_kmedoids_labels(ms_ctx *ctx, ms_arena *arena, const ms_kmedoids *m,
									const ms_sample *s, size_t size, bool silhouettes,
									ms_kmedoids_label *labels);
extern ms_status ms_kmedoids_labels_matrix(ms_ctx *ctx, ms_arena *arena, const ms_kmedoids *m,
										   const ms_dissimilarity *s, size_t size,
										   bool silhouettes, ms_kmedoids_label *labels);

/* A model made ready for scoring rows (d > 0 only); it points into the model. */
typedef struct ms_kmedoids_scorer ms_kmedoids_scorer;

extern ms_status ms_kmedoids_scorer_new(ms_ctx *ctx, ms_arena *arena, const ms_kmedoids *m,
										ms_kmedoids_scorer **out);

/*
 * A row of numbers in raw units, gaps as ms_gap(). *label: cluster UINT32_MAX when the row has a
 * gap that the metric does not take, or (gower) shares no column with a medoid.
 */
extern ms_status ms_kmedoids_score(ms_ctx *ctx, const ms_kmedoids_scorer *scorer,
								   const double *row, ms_kmedoids_label *label);

/*
 * Row i of a sample, mixed or not, as x[d] for ms_kmedoids_score: nominal values become the
 * model's. MS_MISMATCH: "columns", "kinds".
 */
extern ms_status ms_kmedoids_encode(ms_ctx *ctx, const ms_kmedoids *m, const ms_sample *s,
									size_t size, size_t i, double *x);

/* The string of a handle of the model. */
static inline ms_string
ms_kmedoids_string(const ms_kmedoids *m, uint64_t handle)
{
	return (ms_string){m->heap + m->heap_size - (handle >> 24), (size_t) (handle & MS_STRING_MAX)};
}

/* --- bytes ---------------------------------------------------------------------------------- */

/*
 * ms_head, u64 content hash of all that follows it, the fields (doc/format.md). The same model
 * gives the same bytes. ms_kmedoids_unpack is the one validator and reader; the model points into
 * the arena.
 */
extern size_t ms_kmedoids_packed_size(const ms_kmedoids *m);
extern void ms_kmedoids_pack(const ms_kmedoids *m, void *out);
extern ms_status ms_kmedoids_unpack(ms_ctx *ctx, ms_arena *arena, const void *bytes, size_t size,
									ms_kmedoids *out);
extern uint64_t ms_kmedoids_hash(const void *bytes);

#endif
