/*
 * data.h: what a fit sees of a sample or of a dissimilarity, and what is measured of given medoids:
 * labels, silhouettes (Rousseeuw 1987). Distances here are doubles.
 */
#ifndef MS_MEDOIDS_DATA_H
#define MS_MEDOIDS_DATA_H

#include "core/medoids/pam.h"

/* Rows up to which a square of distances is worth its memory, and a silhouette its time. */
#define MS_DATA_SQUARE 20000

typedef struct ms_data
{
	size_t n;
	size_t d;             /* 0: a dissimilarity */
	const double *w;      /* n, or NULL for 1 */
	const uint64_t *ids;  /* n slots, or NULL */
	uint16_t id_kind;     /* MS_SAMPLE_ID_INT, _TEXT or 0 */
	const size_t *which;  /* rows of the sample, or NULL for all */
	const void *bytes;    /* the sample or the dissimilarity: its strings */
	size_t size;
	uint64_t omitted;
	ms_rows rows;         /* complete rows, in raw units */
	ms_measure measure;
	ms_points *points;    /* or */
	const float *triangle;
} ms_data;

/*
 * Checked and prepared (arena); ms_data_rows does all but pack the points. Of the options those of
 * samples and of rows that miss something are read.
 */
extern ms_status ms_data_rows(ms_ctx *ctx, ms_arena *arena, const ms_sample *s,
							  const ms_kmedoids_options *o, ms_data *out);
extern ms_status ms_data_sample(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t size,
								const ms_kmedoids_options *o, ms_data *out);
extern ms_status ms_data_matrix(ms_ctx *ctx, ms_arena *arena, const ms_dissimilarity *s,
								size_t size, ms_data *out);

/*
 * The table of a search whose rows are computed as they are needed; and one with all distances in
 * memory where n and the budget allow it.
 */
extern ms_status ms_data_computed(ms_arena *arena, const ms_data *data, ms_table *out);
extern ms_status ms_data_table(ms_ctx *ctx, ms_arena *arena, const ms_data *data, ms_table *out);

/* Distances of row c; buffer[n] is scratch. */
extern ms_status ms_data_row(ms_ctx *ctx, const ms_data *data, size_t c, double *x, float *buffer,
							 double *out);

/* The string of an id or a nominal value. */
static inline ms_string
ms_data_string(const ms_data *data, uint64_t handle)
{
	return (ms_string){(const char *) data->bytes + data->size - (handle >> 24),
					   (size_t) (handle & MS_STRING_MAX)};
}

/* The two nearest medoids of each row; ties to the lower; a medoid is its own. */
typedef struct ms_assigned
{
	uint32_t *first;
	uint32_t *second; /* UINT32_MAX for k = 1 */
	double *d1;
	double *d2; /* infinite for k = 1 */
} ms_assigned;

extern ms_status ms_data_assign(ms_ctx *ctx, ms_arena *arena, const ms_data *data,
								const size_t *medoids, size_t k, ms_assigned *out);

/*
 * Silhouettes of all rows, O(n^2): (b - a) / max(a, b), 0 in a cluster of one row and where both
 * are 0, NaN for k = 1. Integer weights count as repeated rows; of others the row itself is left
 * out of its cluster's mean.
 */
extern ms_status ms_data_silhouettes(ms_ctx *ctx, const ms_data *data, const uint32_t *labels,
									 size_t k, double *out);

/* Mean of 1 - d1 / d2 (1 where d1 = 0); NaN for k = 1. */
extern double ms_data_medoid_silhouette(const ms_data *data, const ms_assigned *a, size_t k);

/* --- medoid silhouette as an objective (msc.c) ---------------------------------------------- */

/*
 * DynMSC (Lenssen & Schubert 2022): FasterMSC from medoids[k_max], then the medoid that is missed
 * least goes, down to k_min >= 2. steps[k_max - k_min + 1], from k_max down; memory from the arena.
 */
typedef struct ms_msc_step
{
	size_t k;
	size_t *medoids; /* k, ascending */
	double silhouette;
	uint64_t swaps;
	uint32_t passes;
	bool converged;
} ms_msc_step;

extern ms_status ms_dynmsc(ms_ctx *ctx, ms_arena *arena, const ms_table *t, const size_t *medoids,
						   size_t k_max, size_t k_min, int max_iter, ms_msc_step *steps);

/* --- models (kmedoids_model.c, kmedoids_fit.c) ---------------------------------------------- */

/*
 * The model of found->medoids, which are put in the order of their ids: everything that is said of
 * them. Memory of *out from the arena; s->k of them were looked for by s->method.
 */
extern ms_status ms_model_finish(ms_ctx *ctx, ms_arena *arena, const ms_arena *scratch,
								 const ms_data *data, const ms_kmedoids_options *o,
								 const ms_search *s, ms_found *found, ms_kmedoids *out);

/* Checked options as a search; a model to start from becomes rows. */
extern ms_status ms_fit_search(ms_ctx *ctx, ms_arena *arena, const ms_data *data,
							   const ms_kmedoids_options *o, ms_search *out);
extern ms_status ms_fit_data(ms_ctx *ctx, ms_arena *arena, ms_arena *scratch, const ms_data *data,
							 const ms_kmedoids_options *o, ms_kmedoids *out);

#endif
