/*
 * pair.h: two samples made ready for a comparison: complete rows of weight above 0, columns
 * divided by the spread of all rows of both, and what may be exchanged between them.
 */
#ifndef MS_PAIR_H
#define MS_PAIR_H

#include "core/base/distance.h"
#include "core/base/exchange.h"
#include "core/base/sample.h"

typedef struct ms_pair_options
{
	ms_scaling scaling;
	bool omit;            /* leave out rows with a gap; else they are an error */
	ms_exchange exchange; /* other than rows: by the ids, which both samples must have */
} ms_pair_options;

typedef struct ms_pair
{
	size_t d;
	ms_rows pool;        /* a's rows, then b's, side by side in memory */
	ms_rows rows[2];     /* the parts of the pool */
	double *factors;     /* d: what the columns were multiplied with */
	double effective[2]; /* rows that the weights stand for (ms_describe_effective) */
	uint64_t omitted;
	ms_labels labels;
	const uint32_t *at; /* pool's rows in ascending order, where d = 1; else NULL */
} ms_pair;

/*
 * Two canonical samples; memory from the arena: n (d + 4) doubles at most. MS_DIMENSION for
 * unequal d; MS_NOT_NUMERIC (index); MS_INCOMPLETE; MS_CONSTANT "mad"; MS_TOO_FEW "rows" (got = 0)
 * when a side has no row left; MS_MISMATCH "exchange" when ids are wanted and a sample has none or
 * the two have different kinds. With one column, `at` tells the order of all rows.
 */
extern ms_status ms_pair_make(ms_ctx *ctx, ms_arena *arena, const ms_sample *a, size_t a_size,
							  const ms_sample *b, size_t b_size, const ms_pair_options *o,
							  ms_pair *out);

/*
 * How many rows the weights stand for. Those of drawn rows, in memory of ours, are scaled to sum to
 * that: a subsample of equal weights is as its rows are. Scratch: n doubles.
 */
extern ms_status ms_rows_count(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, bool drawn,
							   double *out);

/*
 * A hash of rows in canonical order: equal neighbours are one row of their weights together, so that a
 * weight is as good as repeated rows. For seeds: rows come sorted, and one seed would pick the same
 * ranks of every sample, so that what it says of a split or of labellings would be off alike each
 * time; where the rows have a say, it is right on average over samples, too.
 */
extern ms_status ms_rows_hash(ms_ctx *ctx, const ms_rows *rows, uint64_t seed, uint64_t *out);

#endif
