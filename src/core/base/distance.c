/*
 * distance.c: packed rows and the vector loops over them.
 */
#include "core/base/distance.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* rows of a strip, in two vectors */
#define LANES 8
#define STRIP (2 * LANES)
/* strips that one call of a loop does: distances of a block stay in the first cache */
#define BLOCK 32

#define CLONES __attribute__((target_clones("default", "avx2", "avx512f")))

typedef double vec __attribute__((vector_size(8 * LANES), may_alias));
typedef int64_t bits __attribute__((vector_size(8 * LANES), may_alias));

/* How a gower column is compared. */
typedef enum gower_kind
{
	GOWER_NUMBER,
	GOWER_MATCH,
	GOWER_PRESENCE /* asymmetric */
} gower_kind;

typedef struct gower_column
{
	gower_kind kind;
	double weight;
} gower_column;

/* Distances from x to `strips` strips of packed rows. */
typedef void (*distance_loop)(const ms_points *p, const double *x, const double *rows,
							  size_t strips, double *out);

struct ms_points
{
	const ms_measure *measure;
	size_t n;
	size_t width; /* columns as packed: cosine has one more */
	size_t strips;
	double *rows; /* strips x width x STRIP */
	gower_column *gower;
	distance_loop loop;
};

/* --- loops ---------------------------------------------------------------------------------- */

/* Macros, as a function of vectors would have a different interface in each clone. */
#define ABSOLUTE(x) ((vec) ((bits) (x) & INT64_MAX))
#define WHERE(mask, a, b) ((vec) (((bits) (a) & (mask)) | ((bits) (b) & ~(mask))))

CLONES static void
squares(const ms_points *p, const double *x, const double *rows, size_t strips, double *out)
{
	for (size_t s = 0; s < strips; s++, rows += p->width * STRIP, out += STRIP)
	{
		vec a = {0};
		vec b = {0};

		for (size_t j = 0; j < p->width; j++)
		{
			vec y = *(const vec *) (rows + j * STRIP) - x[j];
			vec z = *(const vec *) (rows + j * STRIP + LANES) - x[j];

			a += y * y;
			b += z * z;
		}
		*(vec *) out = a;
		*(vec *) (out + LANES) = b;
	}
}

CLONES static void
euclidean(const ms_points *p, const double *x, const double *rows, size_t strips, double *out)
{
	squares(p, x, rows, strips, out);
	for (size_t i = 0; i < strips * STRIP; i++)
		out[i] = sqrt(out[i]);
}

/* Of unit rows u, v: 1 - u.v = |u - v|^2 / 2. */
CLONES static void
cosine(const ms_points *p, const double *x, const double *rows, size_t strips, double *out)
{
	squares(p, x, rows, strips, out);
	for (size_t i = 0; i < strips * STRIP; i++)
		out[i] = out[i] < 4 ? out[i] / 2 : 2;
}

CLONES static void
manhattan(const ms_points *p, const double *x, const double *rows, size_t strips, double *out)
{
	for (size_t s = 0; s < strips; s++, rows += p->width * STRIP, out += STRIP)
	{
		vec a = {0};
		vec b = {0};

		for (size_t j = 0; j < p->width; j++)
		{
			a += ABSOLUTE(*(const vec *) (rows + j * STRIP) - x[j]);
			b += ABSOLUTE(*(const vec *) (rows + j * STRIP + LANES) - x[j]);
		}
		*(vec *) out = a;
		*(vec *) (out + LANES) = b;
	}
}

CLONES static void
chebyshev(const ms_points *p, const double *x, const double *rows, size_t strips, double *out)
{
	for (size_t s = 0; s < 2 * strips; s++, out += LANES)
	{
		const double *half = rows + s / 2 * p->width * STRIP + s % 2 * LANES;
		vec most = {0};

		for (size_t j = 0; j < p->width; j++)
		{
			vec y = ABSOLUTE(*(const vec *) (half + j * STRIP) - x[j]);

			most = WHERE(y > most, y, most);
		}
		*(vec *) out = most;
	}
}

/* Comparisons give -1 for true: they are counted downwards. */
CLONES static void
hamming(const ms_points *p, const double *x, const double *rows, size_t strips, double *out)
{
	for (size_t s = 0; s < 2 * strips; s++, out += LANES)
	{
		const double *half = rows + s / 2 * p->width * STRIP + s % 2 * LANES;
		bits differ = {0};

		for (size_t j = 0; j < p->width; j++)
			differ -= *(const vec *) (half + j * STRIP) != x[j];
		for (int l = 0; l < LANES; l++)
			out[l] = (double) differ[l] / (double) p->width;
	}
}

CLONES static void
jaccard(const ms_points *p, const double *x, const double *rows, size_t strips, double *out)
{
	for (size_t s = 0; s < 2 * strips; s++, out += LANES)
	{
		const double *half = rows + s / 2 * p->width * STRIP + s % 2 * LANES;
		const bits none = {0};
		const bits all = none - 1;
		bits both = {0};
		bits either = {0};

		for (size_t j = 0; j < p->width; j++)
		{
			bits there = *(const vec *) (half + j * STRIP) != 0;

			both -= x[j] != 0 ? there : none;
			either -= x[j] != 0 ? all : there;
		}
		for (int l = 0; l < LANES; l++)
			out[l] = either[l] > 0 ? (double) (either[l] - both[l]) / (double) either[l] : 0;
	}
}

/* NaN where no column is known of both. */
CLONES static void
gower(const ms_points *p, const double *x, const double *rows, size_t strips, double *out)
{
	const vec one = (vec){0} + 1;

	for (size_t s = 0; s < 2 * strips; s++, out += LANES)
	{
		const double *half = rows + s / 2 * p->width * STRIP + s % 2 * LANES;
		vec sum = {0};
		vec share = {0};

		for (size_t j = 0; j < p->width; j++)
		{
			const gower_column *column = &p->gower[j];
			vec xs = (vec){0} + x[j];
			vec y = *(const vec *) (half + j * STRIP);
			vec apart = ABSOLUTE(y - xs);
			bits counts = (xs == xs) & (y == y); /* a gap differs from itself */

			if (column->kind == GOWER_NUMBER)
				apart = WHERE(apart < one, apart, one);
			else
				apart = WHERE(xs != y, one, (vec){0});
			if (column->kind == GOWER_PRESENCE)
				counts &= (xs != 0) | (y != 0);
			sum += WHERE(counts, apart * column->weight, (vec){0});
			share += WHERE(counts, (vec){0} + column->weight, (vec){0});
		}
		*(vec *) out = sum / share;
	}
}

static distance_loop
loop_of(ms_metric metric)
{
	switch (metric)
	{
		case MS_METRIC_EUCLIDEAN:
			return euclidean;
		case MS_METRIC_SQEUCLIDEAN:
			return squares;
		case MS_METRIC_MANHATTAN:
			return manhattan;
		case MS_METRIC_CHEBYSHEV:
			return chebyshev;
		case MS_METRIC_COSINE:
			return cosine;
		case MS_METRIC_HAMMING:
			return hamming;
		case MS_METRIC_JACCARD:
			return jaccard;
		default:
			return gower;
	}
}

static ms_kind
kind_of(const ms_measure *m, size_t j)
{
	return m->kinds ? (ms_kind) m->kinds[j] : MS_KIND_NUMBER;
}

/* --- packing -------------------------------------------------------------------------------- */

size_t
ms_points_count(const ms_points *p)
{
	return p->n;
}

size_t
ms_points_width(const ms_points *p)
{
	return p->width;
}

size_t
ms_points_bytes(size_t n, size_t d)
{
	size_t size;

	if (ms_size_add(n, STRIP - 1, &n) && ms_size_mul(n / STRIP * STRIP, d + 1, &size) &&
		ms_size_mul(size, sizeof(double), &size))
		return size;
	return SIZE_MAX;
}

/* x becomes a unit row; a row of zeros has its only 1 in the column that others leave at 0. */
static void
make_unit(double *x, size_t d)
{
	double most = 0;
	double sum = 0;

	for (size_t j = 0; j < d; j++)
		most = fmax(most, fabs(x[j]));
	x[d] = most > 0 ? 0 : 1;
	for (size_t j = 0; most > 0 && j < d; j++)
	{
		/* divided twice: no square overflows or vanishes */
		x[j] /= most;
		sum += x[j] * x[j];
	}
	for (size_t j = 0; most > 0 && j < d; j++)
		x[j] /= sqrt(sum);
}

void
ms_points_scale(const ms_points *p, const double *row, double *x)
{
	const ms_measure *m = p->measure;
	bool handles = m->kinds != NULL;

	for (size_t j = 0; j < m->d; j++)
	{
		/* a handle is no number to multiply */
		if (handles && kind_of(m, j) == MS_KIND_NOMINAL)
			x[j] = row[j];
		else
			x[j] = row[j] * m->factors[j];
	}
	if (m->metric == MS_METRIC_COSINE)
		make_unit(x, m->d);
}

void
ms_points_get(const ms_points *p, size_t i, double *x)
{
	const double *strip = p->rows + i / STRIP * p->width * STRIP + i % STRIP;

	for (size_t j = 0; j < p->width; j++)
		x[j] = strip[j * STRIP];
}

static void
put(ms_points *p, size_t i, const double *x)
{
	double *strip = p->rows + i / STRIP * p->width * STRIP + i % STRIP;

	for (size_t j = 0; j < p->width; j++)
		strip[j * STRIP] = x[j];
}

static ms_status
pack(ms_ctx *ctx, ms_points *p, const ms_rows *rows, const size_t *which, double *x)
{
	for (size_t i = 0; i < p->n; i++)
	{
		size_t row = which ? which[i] : i;

		ms_points_scale(p, rows->x + row * rows->stride, x);
		put(p, i, x);
		MS_TRY(ms_tick(ctx, 2 * p->width));
	}
	return MS_OK;
}

static gower_kind
gower_kind_of(const ms_measure *m, size_t j)
{
	if (kind_of(m, j) == MS_KIND_NUMBER)
		return GOWER_NUMBER;
	return m->asymmetric && m->asymmetric[j] ? GOWER_PRESENCE : GOWER_MATCH;
}

static ms_status
new_points(ms_arena *arena, const ms_measure *m, size_t n, ms_points **out)
{
	size_t width = m->d + (m->metric == MS_METRIC_COSINE);
	ms_points *p;
	size_t size;

	MS_TRY(MS_ALLOC(arena, 1, &p));
	*p = (ms_points){.measure = m, .n = n, .width = width, .strips = n / STRIP + (n % STRIP > 0)};
	p->loop = loop_of(m->metric);
	ms_size_mul(p->strips * STRIP, width, &size);
	MS_TRY(MS_ZEROED(arena, size, &p->rows));
	MS_TRY(MS_ALLOC(arena, width, &p->gower));
	for (size_t j = 0; j < m->d; j++)
		p->gower[j] = (gower_column){gower_kind_of(m, j), m->weights ? m->weights[j] : 1};
	*out = p;
	return MS_OK;
}

ms_status
ms_points_new(ms_ctx *ctx, ms_arena *arena, const ms_measure *m, const ms_rows *rows,
			  const size_t *which, size_t n, ms_points **out)
{
	double *x;

	MS_TRY(new_points(arena, m, n, out));
	MS_TRY(MS_ALLOC(arena, (*out)->width, &x));
	return pack(ctx, *out, rows, which, x);
}

ms_status
ms_points_subset(ms_ctx *ctx, ms_arena *arena, const ms_points *from, const size_t *which,
				 size_t n, ms_points **out)
{
	double *x;

	MS_TRY(new_points(arena, from->measure, n, out));
	MS_TRY(MS_ALLOC(arena, from->width, &x));
	for (size_t i = 0; i < n; i++)
	{
		ms_points_get(from, which[i], x);
		put(*out, i, x);
		MS_TRY(ms_tick(ctx, 2 * from->width));
	}
	return MS_OK;
}

/* --- distances ------------------------------------------------------------------------------ */

/* Points of the block that begins at strip `from`, and where its distances are computed. */
static size_t
block_distances(const ms_points *p, const double *x, size_t from, double *block)
{
	size_t strips = p->strips - from < BLOCK ? p->strips - from : BLOCK;
	size_t points = p->n - from * STRIP;

	p->loop(p, x, p->rows + from * p->width * STRIP, strips, block);
	return points < strips * STRIP ? points : strips * STRIP;
}

static ms_status
out_of_range(ms_ctx *ctx, const double *block, size_t m, size_t from, double limit)
{
	for (size_t i = 0; i < m; i++)
	{
		if (isnan(block[i]))
			return ms_fail(ctx, MS_INCOMPLETE, "gower", (int64_t) (from + i) + 1, 0, 0);
		if (block[i] > limit)
			return ms_fail(ctx, MS_TOO_LARGE, "distance", (int64_t) (from + i) + 1, block[i],
						   limit);
	}
	return MS_OK;
}

ms_status
ms_points_from(ms_ctx *ctx, const ms_points *p, const double *x, double *out)
{
	_Alignas(64) double block[BLOCK * STRIP];

	for (size_t from = 0; from < p->strips; from += BLOCK)
	{
		size_t m = block_distances(p, x, from, block);
		bool good = true;

		for (size_t i = 0; i < m; i++)
		{
			out[from * STRIP + i] = block[i];
			good &= block[i] <= DBL_MAX;
		}
		if (!good)
			return out_of_range(ctx, block, m, from * STRIP, DBL_MAX);
		MS_TRY(ms_tick(ctx, 1 + m * (p->width + 2) / 8));
	}
	return MS_OK;
}

ms_status
ms_points_from_float(ms_ctx *ctx, const ms_points *p, const double *x, float *out)
{
	_Alignas(64) double block[BLOCK * STRIP];

	for (size_t from = 0; from < p->strips; from += BLOCK)
	{
		size_t m = block_distances(p, x, from, block);
		bool good = true;

		for (size_t i = 0; i < m; i++)
		{
			good &= block[i] <= FLT_MAX;
			out[from * STRIP + i] = (float) (block[i] <= FLT_MAX ? block[i] : FLT_MAX);
		}
		if (!good)
			return out_of_range(ctx, block, m, from * STRIP, FLT_MAX);
		MS_TRY(ms_tick(ctx, 1 + m * (p->width + 2) / 8));
	}
	return MS_OK;
}

ms_status
ms_points_matrix(ms_ctx *ctx, const ms_points *p, float *out)
{
	ms_arena scratch;
	double *x;
	ms_status status;

	ms_arena_init(&scratch, ctx);
	status = MS_ALLOC(&scratch, p->width, &x);
	for (size_t i = 0; i < p->n && status == MS_OK; i++)
	{
		ms_points_get(p, i, x);
		status = ms_points_from_float(ctx, p, x, out + i * p->n);
	}
	ms_arena_free(&scratch);
	return status;
}
