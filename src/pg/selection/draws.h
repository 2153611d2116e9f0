/*
 * draws.h: rows of measure_selected.
 */
#ifndef PGMEASURE_SELECTION_DRAWS_H
#define PGMEASURE_SELECTION_DRAWS_H

#include "pg/selection/selection.h"

/* How the rows of a selection were drawn. */
typedef struct Drawn
{
	const double *scores;
	const double *probability; /* at each draw, or of being drawn at all; NULL: there was none */
	const uint32_t *counts;
	double draws; /* a row gets counts / (draws probability) times its own weight */
} Drawn;

extern void add_drawn(Selection *s, const Drawn *d);

#endif
