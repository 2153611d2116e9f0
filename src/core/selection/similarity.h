/*
 * similarity.h: rows of distances, and of similarities made of them, for choices among the units of
 * a sample or the ids of a dissimilarity. A thing is as similar to itself as can be, 1.
 */
#ifndef MS_SIMILARITY_H
#define MS_SIMILARITY_H

#include "core/base/dissimilarity.h"
#include "core/base/distance.h"
#include "core/selection/submodular.h"

typedef struct ms_distances
{
	size_t n;
	const ms_points *points; /* one of the two */
	const ms_dissimilarity *matrix;
	double *x; /* of points: ms_points_width */
} ms_distances;

/* Distances of c to all n, into out[n]. Errors of ms_points_from. */
extern ms_status ms_distances_row(ms_ctx *ctx, const ms_distances *d, size_t c, double *out);

typedef enum ms_similar
{
	MS_SIMILAR_INVERSE = 1,    /* 1 / (1 + d) */
	MS_SIMILAR_COMPLEMENT = 2, /* 1 - d, at least 0: of cosine the cosine itself */
	MS_SIMILAR_GAUSSIAN = 3    /* exp(-d^2 / (2 s^2)) */
} ms_similar;

/* The source of an ms_similarity whose row is ms_similar_row. */
typedef struct ms_similar_source
{
	ms_distances distances;
	ms_similar kind;
	double bandwidth; /* s */
} ms_similar_source;

extern ms_status ms_similar_row(ms_ctx *ctx, const ms_similarity *s, size_t c, double *out);

#endif
