/*
 * hamerly.h: Lloyd's iterations with Hamerly's bounds ("Making k-means even faster", SDM 2010).
 * Memory: 20 n + O(k d) bytes. A round costs n steps, and n k d only where bounds meet.
 */
#ifndef MS_HAMERLY_H
#define MS_HAMERLY_H

#include "core/medoids/data.h"

#define MS_HAMERLY_LANES 8

typedef struct ms_hamerly
{
	ms_ctx *ctx;
	const ms_data *data;
	size_t k;
	size_t d;
	size_t groups;
	double *origin;  /* d: sums are of differences from it, which large coordinates do not spoil */
	double *centers; /* k x d, scaled */
	double *lanes;   /* groups x d x LANES: the centers again, filled up by infinity */
	double *sums;    /* k x d: of w (x - origin) */
	double *mass;    /* k: of w */
	int64_t *count;  /* k: rows of a weight above 0: no rounding makes a cluster seem filled */
	double *half;    /* k: half the distance to the nearest other center */
	double *moved;   /* k */
	double *upper;   /* n */
	double *lower;   /* n */
	double *x;       /* d: a row, scaled */
	double *before;  /* d */
	uint32_t *labels;
	uint32_t rounds;
	bool converged;
	bool exact; /* the last round had no bounds, and changed nothing */
	double inertia;
} ms_hamerly;

/* Row i, scaled; in h->x until the next call. */
static inline const double *
ms_hamerly_row(const ms_hamerly *h, size_t i)
{
	const double *row = h->data->rows.x + i * h->data->rows.stride;
	const double *factors = h->data->measure.factors;

	for (size_t j = 0; j < h->d; j++)
		h->x[j] = row[j] * factors[j];
	return h->x;
}

static inline double
ms_hamerly_weight(const ms_hamerly *h, size_t i)
{
	return h->data->w ? h->data->w[i] : 1;
}

/* h->ctx, data, k and d are set. */
extern ms_status ms_hamerly_new(ms_hamerly *h, ms_arena *arena);

/*
 * From h->centers, until no label changes, or the centers moved by no more than `shift` (the sum
 * of squares), or max_iter rounds. Then h->centers, rounds, converged and inertia are the result.
 * MS_TOO_LARGE, what = "distance".
 */
extern ms_status ms_hamerly_run(ms_hamerly *h, int max_iter, double shift);

#endif
