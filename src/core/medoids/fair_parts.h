/*
 * fair_parts.h: the state of a fair search, shared by its parts.
 */
#ifndef MS_FAIR_PARTS_H
#define MS_FAIR_PARTS_H

#include "core/medoids/data.h"
#include "core/medoids/fair.h"

/* A gain below this share of the cost is none. */
#define MS_FAIR_EPSILON 1e-9

/* Swaps of two are tried up to so many medoids: they take O(k^2) memory. */
#define MS_FAIR_PAIRS_K 256

typedef struct ms_fair
{
	ms_ctx *ctx;
	const ms_data *data;
	size_t n;
	size_t k;
	double p;
	bool widest; /* p is infinite: the cost is a maximum */
	double *w;   /* n; widest: 1, or 0 for a row without weight */

	/* groups */
	size_t groups;
	const uint32_t *of;    /* n: group of a row */
	const uint32_t *least; /* groups */
	uint32_t *most;        /* groups: and at most its rows */
	uint32_t *counts;      /* groups: medoids now */

	/* medoids */
	size_t *medoids;      /* k */
	size_t found;         /* of them, while they are being chosen */
	unsigned char *taken; /* n */
	uint32_t *first;      /* n: slots of the two nearest medoids */
	uint32_t *second;
	double *d1, *d2; /* n: d^p to them; d2 is infinite for k = 1 */
	double cost;
	uint64_t swaps;
	uint64_t pairs;
	uint32_t passes;
	bool converged;

	/* rows of d^p */
	double *square; /* n x n, or NULL: computed when needed */
	double *row;    /* n: the candidate in hand */
	float *floats;  /* n */
	double *x;
	double *loss;    /* k: what the cost rises by when a slot is emptied; not widest */
	size_t farthest; /* widest: a row that the cost is that of */
	double *near;    /* k: what a candidate changes in a slot's rows that keep their medoid */
	double *far;     /* k: and that lose it */
} ms_fair;

/* Distances are no NaN: these are one instruction. */
static inline double
ms_fair_lesser(double a, double b)
{
	return a < b ? a : b;
}

static inline double
ms_fair_greater(double a, double b)
{
	return a > b ? a : b;
}

/* d^p of row c to all rows, into buffer[n] or from memory. */
extern ms_status ms_fair_row(ms_fair *f, size_t c, double *buffer, const double **row);

/* Whether one more medoid of `group` leaves a choice that can be completed. */
extern bool ms_fair_admissible(const ms_fair *f, uint32_t group);

/* Whether slot i may be given to a row of `group`. */
extern bool ms_fair_exchangeable(const ms_fair *f, size_t i, uint32_t group);

/* No medoids; one more; all nearest medoids and the cost anew, O(k n). */
extern void ms_fair_clear(ms_fair *f);
extern void ms_fair_take(ms_fair *f, size_t c);
extern ms_status ms_fair_assign(ms_fair *f);

/* Rows in a random order, each taken while the choice can be completed. `number`: of the start. */
extern ms_status ms_fair_random(ms_fair *f, ms_arena *arena, int64_t seed, uint64_t number);

/* Swaps of one medoid, every one that gains or the best of each round, while any does. */
extern ms_status ms_fair_descend(ms_fair *f, int max_iter, bool steepest);

/* The best swap of two medoids of different groups, done when it gains (fair_pairs.c). */
extern ms_status ms_fair_swap_pair(ms_fair *f, bool *done);

/* Up to k medoids within 3 times the least radius for a metric (fair_center.c); *radius: accepted. */
extern ms_status ms_fair_match(ms_fair *f, double *radius);

/* Completes a choice: each time the row that lowers the cost most, ties to the lower. */
extern ms_status ms_fair_build(ms_fair *f);

/* Memory, and the groups checked: f->counts are then the rows of each. */
extern ms_status ms_fair_new(ms_ctx *ctx, ms_arena *arena, const ms_data *data, size_t k, double p,
							 const ms_fair_groups *groups, ms_fair *f);

#endif
