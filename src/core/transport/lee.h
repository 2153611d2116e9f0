/*
 * lee.h: bounds of a treatment's effect where the outcome is seen for some rows only, and the
 * treatment may change which (Lee 2009). They speak of those who are seen either way. The arm of
 * which more is seen is trimmed; selection is taken to be monotone: the treatment makes nobody of
 * a cell more, or nobody less, likely to be seen.
 */
#ifndef MS_LEE_H
#define MS_LEE_H

#include "core/transport/trim.h"

/* Rows of one value of the covariates. Weights are frequencies (ms_describe_effective). */
typedef struct ms_lee_cell
{
	ms_column treated; /* outcomes that are seen */
	ms_column control;
	double treated_rows; /* weight of all rows, seen or not */
	double control_rows;
} ms_lee_cell;

typedef struct ms_lee
{
	ms_bounds bounds;
	int trimmed;             /* 1: treated, -1: control, 0: none, as the shares of all rows say */
	double share;            /* of the seen outcomes of that arm, mean over cells */
	double observed_treated; /* shares that are seen, of all rows */
	double observed_control;
	size_t opposite; /* cells that are trimmed in the other arm */
} ms_lee;

/*
 * Bounds within cells, averaged by the share of those who are seen either way; more cells never
 * widen the bounds of the law. Standard errors are those of Lee's proposition 3, and with cells
 * also of their weights (delta method). Scratch: 13 doubles a cell. MS_BAD_ARGUMENT "level";
 * MS_TOO_FEW (index = cell, from 1) when an arm of a cell has no outcome; MS_TOO_LARGE "range".
 */
extern ms_status ms_lee_bounds(ms_ctx *ctx, ms_arena *arena, const ms_lee_cell *cells, size_t n,
							   double level, ms_lee *out);

#endif
