/*
 * medoids_data.h: the data of kmedoids.md, section 9, and samples made of them.
 */
#ifndef MEDOIDS_DATA_H
#define MEDOIDS_DATA_H

#include <stdlib.h>

#include "core/medoids/kmedoids.h"
#include "host.h"

static const double ruspini_x[] = {
	4,  5,  10, 9,  13, 13, 12, 15, 18, 19,  22,  27,  28,  24,  27,  28,  30,  31, 32,
	36, 28, 32, 35, 33, 38, 41, 38, 38, 32,  34,  44,  44,  44,  46,  47,  49,  50, 53,
	52, 55, 54, 60, 63, 86, 85, 85, 78, 74,  97,  98,  98,  99,  99,  101, 108, 110, 108,
	111, 115, 117, 70, 77, 83, 61, 69, 78, 66, 58, 64, 69,  66,  61,  76,  72,  64};
static const double ruspini_y[] = {
	53,  63,  59,  77,  49,  69,  88,  75,  61,  65,  74,  72,  76,  58,  55,  60,  52,  60,  61,
	72,  147, 149, 153, 154, 151, 150, 145, 143, 143, 141, 156, 149, 143, 142, 149, 152, 142, 144,
	152, 155, 124, 136, 139, 132, 115, 96,  94,  96,  122, 116, 124, 119, 128, 115, 111, 111, 116,
	126, 117, 115, 4,   12,  21,  15,  15,  16,  18,  13,  20,  21,  23,  25,  27,  31,  30};

#define RUSPINI (sizeof(ruspini_x) / sizeof(*ruspini_x))

/* Rows of D100: item i. */
static inline void
d100_row(size_t i, double *x)
{
	x[0] = (double) (37 * i % 101);
	x[1] = (double) (53 * i * i % 103);
}

static inline void
ruspini_row(size_t i, double *x)
{
	x[0] = ruspini_x[i];
	x[1] = ruspini_y[i];
}

typedef void (*row_source)(size_t i, double *x);

/*
 * n rows of two columns with ids 0 .. n - 1, in this order: a fit reads rows in the order they
 * have. In canonical order (and then flagged so) when asked for. Weights w_i from a function.
 */
static inline ms_sample *
make_sample(row_source source, size_t n, double (*weight)(size_t), bool canonical, size_t *size)
{
	uint16_t flags = MS_SAMPLE_ID_INT | (weight ? MS_SAMPLE_WEIGHTED : 0);
	size_t stride = 3 + (weight != NULL);
	ms_sample *s;
	host h;

	*size = sizeof(*s) + n * stride * sizeof(uint64_t);
	s = malloc(*size);
	ms_sample_begin(s, *size, MS_TYPE_SAMPLE, 2, flags);
	for (size_t i = 0; i < n; i++)
	{
		double *row = (double *) ms_sample_record(s, i);
		uint64_t id = i;

		source(i, row);
		if (weight)
			row[2] = weight(i);
		memcpy(row + stride - 1, &id, sizeof(id));
		ms_sample_commit(s, false);
	}
	host_init(&h);
	if (canonical)
		CHECK_INT(ms_sample_canonical(&h.ctx, s, *size), MS_OK);
	return s;
}

/* All pairs of n rows under a measure as a dissimilarity, by the metric's own floats. */
static inline ms_dissimilarity *
make_dissimilarity(const ms_sample *s, ms_metric metric, size_t *size)
{
	size_t n = s->n;
	size_t room = sizeof(ms_dissimilarity) + (n * (n - 1) / 2 + 1) * sizeof(ms_pair);
	ms_dissimilarity *d = malloc(room);
	ms_measure measure = {.metric = metric};
	ms_rows rows = ms_sample_rows(s);
	float *row = malloc(n * sizeof(*row));
	double x[8];
	ms_points *points;
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	ms_dissimilarity_begin(d, room, MS_DISSIMILARITY_ID_INT);
	CHECK_INT(ms_measure_learn(&h.ctx, &arena, &rows, &measure), MS_OK);
	CHECK_INT(ms_points_new(&h.ctx, &arena, &measure, &rows, NULL, n, &points), MS_OK);
	if (n == 1)
		CHECK_INT(ms_dissimilarity_append(&h.ctx, d, 0, 0, 0), MS_OK);
	for (size_t i = 0; i < n; i++)
	{
		ms_points_get(points, i, x);
		CHECK_INT(ms_points_from_float(&h.ctx, points, x, row), MS_OK);
		for (size_t j = 0; j < i; j++)
			CHECK_INT(ms_dissimilarity_append(&h.ctx, d, (int64_t) i, (int64_t) j, row[j]), MS_OK);
	}
	CHECK_INT(ms_dissimilarity_canonical(&h.ctx, d, room), MS_OK);
	ms_arena_free(&arena);
	free(row);
	*size = ms_dissimilarity_used(d);
	return d;
}

#endif
