/*
 * pam.h: swaps of medoids over a table of distances: starts, FasterPAM and FastPAM1 (Schubert &
 * Rousseeuw 2019, 2021), the proof that no swap improves. O(n m) a pass whatever k.
 *
 * A table has n candidates and m objects whose distances are summed; where it is `square` they
 * are the same. Distances are floats, sums doubles. Memory: 16 m + 9 n + 4 k m bytes where rows
 * are computed, without the last where they lie in memory.
 */
#ifndef MS_PAM_H
#define MS_PAM_H

#include "core/base/distance.h"
#include "core/medoids/kmedoids.h"

typedef struct ms_table
{
	size_t n;
	size_t m;
	bool square;
	const double *w; /* m weights, or NULL for 1 */

	/* where the distances of a candidate come from: one of */
	const float *rows;           /* n x m */
	const float *triangle;       /* of a dissimilarity */
	const ms_points *candidates; /* and */
	const ms_points *objects;
	double *x; /* ms_points_width: scratch */

	/* a batch (onebatch.c): the object that a candidate is, and the distance it then has to it */
	const uint32_t *own; /* n, UINT32_MAX for none; or NULL */
	float own_distance;
} ms_table;

/* Distances of candidate c: in memory, or computed into buffer[m]. */
extern ms_status ms_table_row(ms_ctx *ctx, const ms_table *t, size_t c, float *buffer,
							  const float **row);

/* Sum of the weights. */
extern double ms_table_weight(const ms_table *t);

typedef struct ms_pam
{
	ms_ctx *ctx;
	const ms_table *table;
	size_t k;
	size_t *medoids;         /* k distinct candidates, by slot */
	unsigned char *taken;    /* n: is a medoid */
	uint32_t *first, *second; /* m: slots of the two nearest medoids */
	float *d1, *d2;          /* m: their distances; d2 is infinite for k = 1 */
	double *loss;            /* k: what the total rises by when a slot is emptied */
	double deviation;        /* sum of w d1 */
	uint64_t swaps;
	uint32_t passes;
	bool converged;          /* a whole round brought nothing */

	/* inside */
	const float **rows; /* k: the medoids' distances */
	float *own_rows;    /* k x m, where they are computed */
	float *row;         /* m: of the candidate */
	uint32_t *hits;     /* m + 16 */
	double *gains;      /* k x 4 */
} ms_pam;

/* A gain below this share of the total is none: rounding must not swap for ever. */
#define MS_PAM_EPSILON 1e-12
#define MS_PAM_EPSILON_BATCH 1e-6

extern ms_status ms_pam_new(ms_ctx *ctx, ms_arena *arena, const ms_table *t, size_t k, ms_pam *out);
extern size_t ms_pam_bytes(size_t n, size_t m, size_t k, bool computed);

/* Objects o with d[o] < limit[o], ascending; their number. hits has room for m + 16. */
extern size_t ms_pam_hits(const float *d, const float *limit, size_t m, uint32_t *hits);

/* The same by the loop of an instruction set, from 0; and how many of them run here. For tests. */
extern int ms_pam_levels(void);
extern size_t ms_pam_hits_at(int level, const float *d, const float *limit, size_t m,
							 uint32_t *hits);

/* Takes medoids[k] and fills the caches: O(k m). */
extern ms_status ms_pam_set(ms_pam *p, const size_t *medoids);

/*
 * What the total changes by when candidate c replaces the best slot, for all k slots at once in
 * O(m): the change with slot i alone is *change of the best. c is no medoid, k > 1.
 */
extern ms_status ms_pam_try(ms_pam *p, size_t c, size_t *slot, double *change);

/* Replaces. */
extern ms_status ms_pam_swap(ms_pam *p, size_t slot, size_t c);

/* Eager swaps in the order of the candidates; the best swap of each whole round. k > 1. */
extern ms_status ms_pam_fasterpam(ms_pam *p, int max_iter, double epsilon);
extern ms_status ms_pam_fastpam1(ms_pam *p, int max_iter, double epsilon);

/* k = 1: the candidate of the least total. */
extern ms_status ms_pam_single(ms_pam *p);

/* Whether no swap gains more than epsilon of the total: one round. */
extern ms_status ms_pam_certify(ms_pam *p, double epsilon, bool *optimal);

/* --- starts (start.c) ----------------------------------------------------------------------- */

/* Medoids into medoids[k], k <= n. `number` tells the starts of one seed apart. Square tables. */
extern ms_status ms_start(ms_ctx *ctx, const ms_table *t, size_t k, ms_kmedoids_init init,
						  int64_t seed, uint64_t number, size_t *medoids);

/* --- whole searches ------------------------------------------------------------------------- */

typedef struct ms_search
{
	size_t k;
	ms_kmedoids_method method;
	ms_kmedoids_init init; /* not AUTO; START reads start */
	const size_t *start;   /* k candidates */
	int n_init;
	int max_iter;
	int64_t seed;
	size_t samples;
	size_t sample_size;
} ms_search;

typedef struct ms_found
{
	size_t *medoids; /* k, ascending; the caller's memory */
	double deviation;
	uint64_t swaps; /* of the best start */
	uint32_t passes;
	uint32_t starts;
	bool converged;
	bool optimal; /* proved by the search itself */
} ms_found;

/* FasterPAM or FastPAM1 from n_init starts; the best, ties to the lower medoids. */
extern ms_status ms_search_pam(ms_ctx *ctx, const ms_table *t, const ms_search *s, ms_found *out);

/* CLARA (clara.c) and CLARANS (clarans.c) of a square table. */
extern ms_status ms_search_clara(ms_ctx *ctx, const ms_table *t, const ms_search *s,
								 ms_found *out);
extern ms_status ms_search_clarans(ms_ctx *ctx, const ms_table *t, const ms_search *s,
								   ms_found *out);

/*
 * OneBatchPAM (onebatch.c) of packed rows, weights w[n] or NULL; starts are random, or START. The
 * batch is less than n: a batch of all rows is FasterPAM. out->deviation is the true total.
 */
extern ms_status ms_search_onebatch(ms_ctx *ctx, const ms_points *points, const double *w,
									const ms_search *s, ms_found *out);
extern size_t ms_onebatch_size(const ms_search *s, size_t n);

/* The total over a square table for given medoids: O(k n). */
extern ms_status ms_table_deviation(ms_ctx *ctx, const ms_table *t, const size_t *medoids,
									size_t k, double *deviation);

/* What the searches share: sort of a few numbers, and whether a is before b where totals tie. */
extern void ms_sort_few(size_t *x, size_t k);
extern bool ms_found_better(double deviation, const size_t *medoids, const ms_found *than,
							size_t k);

#endif
