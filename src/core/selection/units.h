/*
 * units.h: rows to choose from, in the order of their ids, so that ties go to the lower id; and the
 * key of each, by which its coins are tossed: what is drawn depends on seed and id alone.
 */
#ifndef MS_UNITS_H
#define MS_UNITS_H

#include "core/base/sample.h"

typedef struct ms_units
{
	size_t n;
	size_t d;
	const double *x;     /* n x d; nominal columns hold handles */
	const double *w;     /* n, or NULL for 1 */
	const size_t *row;   /* n: number of the row in the sample */
	const uint64_t *key; /* n: hash of the id; of the row's number where there are no ids */
	size_t repeated;     /* the first unit that has the id of the one before; n for none */
} ms_units;

/*
 * A canonical sample; memory from the arena. With `numbers` MS_NOT_NUMERIC (index = column) and
 * MS_INCOMPLETE, what = "filter" (got = rows), else neither is looked at. MS_BAD_WEIGHT: all are 0.
 */
extern ms_status ms_units_new(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t size,
							  bool numbers, ms_units *out);

#endif
