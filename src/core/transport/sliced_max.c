/*
 * sliced_max.c: the direction along which two samples differ most, by ascent.
 */
#include <math.h>
#include <string.h>

#include "core/base/order.h"
#include "core/base/rng.h"
#include "core/transport/sliced.h"
#include "core/transport/wasserstein1d.h"

#define STARTS 5
#define STEPS 100
#define CHANGE 1e-8

/* One sample along a direction: projections in order, and whose they are. */
typedef struct sight
{
	const ms_rows *rows;
	uint64_t *records; /* projection, row */
	double *x;
	double *upto;
	ms_column column;
} sight;

static ms_status
sight_new(ms_arena *arena, const ms_rows *rows, sight *s)
{
	*s = (sight){.rows = rows};
	MS_TRY(ms_arena_alloc(arena, rows->n, 2 * sizeof(double), (void **) &s->records));
	MS_TRY(MS_ALLOC(arena, rows->n, &s->x));
	return rows->w ? MS_ALLOC(arena, rows->n, &s->upto) : MS_OK;
}

static double
project(const double *x, const double *direction, size_t d)
{
	double sum = 0;

	for (size_t j = 0; j < d; j++)
		sum += x[j] * direction[j];
	return sum;
}

static ms_status
look(ms_ctx *ctx, sight *s, const double *direction)
{
	static const unsigned char kinds[] = {MS_SLOT_DOUBLE, MS_SLOT_UINT64};
	const ms_rows *r = s->rows;
	double upto = 0;
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
	{
		double x = project(r->x + i * r->stride, direction, r->d) + 0.0;

		if (!(ms_rows_weight(r, i) > 0))
			continue;
		memcpy(s->records + 2 * n, &x, sizeof(x));
		s->records[2 * n++ + 1] = i;
	}
	MS_TRY(ms_tick(ctx, r->n * (r->d + 2)));
	MS_TRY(ms_order_sort(ctx, s->records, n, 2, kinds));
	for (size_t i = 0; i < n; i++)
	{
		memcpy(s->x + i, s->records + 2 * i, sizeof(double));
		upto += ms_rows_weight(r, s->records[2 * i + 1]);
		if (s->upto)
			s->upto[i] = upto;
	}
	s->column = (ms_column){n, 0, s->x, s->upto, upto, false};
	return ms_tick(ctx, 4 * n);
}

/*
 * W_p along a direction and the gradient of the plan's cost there, sum t |z|^(p-1) sign(z) (x - y):
 * convex in the direction, so that the cost at the normalised gradient is no less for this plan.
 */
static ms_status
ascend(ms_ctx *ctx, sight *a, sight *b, double p, const double *direction, double *value,
	   double *gradient)
{
	size_t d = a->rows->d;
	ms_walk walk;
	ms_piece piece;

	MS_TRY(look(ctx, a, direction));
	MS_TRY(look(ctx, b, direction));
	MS_TRY(ms_wasserstein1d(ctx, &a->column, &b->column, p, value));
	memset(gradient, 0, d * sizeof(double));
	ms_walk_begin(&walk, &a->column, &b->column);
	while (ms_walk_next(&walk, &piece))
	{
		const double *x = a->rows->x + a->records[2 * piece.i + 1] * a->rows->stride;
		const double *y = b->rows->x + b->records[2 * piece.j + 1] * b->rows->stride;
		double z = a->x[piece.i] - b->x[piece.j];
		double scale = z == 0 ? 0 : piece.mass * copysign(pow(fabs(z) / *value, p - 1), z);

		for (size_t j = 0; j < d; j++)
			gradient[j] += scale * (x[j] - y[j]);
		MS_TRY(ms_tick(ctx, d + 32));
	}
	return MS_OK;
}

static bool
normalise(double *x, size_t d)
{
	double greatest = 0;
	double sum = 0;

	for (size_t j = 0; j < d; j++)
		greatest = fmax(greatest, fabs(x[j]));
	if (!(greatest > 0) || isinf(greatest))
		return false;
	for (size_t j = 0; j < d; j++)
		sum += (x[j] / greatest) * (x[j] / greatest);
	for (size_t j = 0; j < d; j++)
		x[j] = x[j] / greatest / sqrt(sum);
	return true;
}

/* Climbs from `direction`; keeps the best in `best`. */
static ms_status
climb(ms_ctx *ctx, sight *a, sight *b, double p, double *direction, double *gradient, double *out,
	  double *best)
{
	size_t d = a->rows->d;
	double before = -1;

	for (int step = 0; step < STEPS; step++)
	{
		double value;

		MS_TRY(ascend(ctx, a, b, p, direction, &value, gradient));
		if (value > *out)
		{
			*out = value;
			memcpy(best, direction, d * sizeof(double));
		}
		if (fabs(value - before) <= CHANGE * value || !normalise(gradient, d))
			break;
		before = value;
		memcpy(direction, gradient, d * sizeof(double));
	}
	return MS_OK;
}

/* The difference of means, the first start. */
static void
mean_difference(const ms_rows *a, const ms_rows *b, double *out)
{
	const ms_rows *rows[] = {a, b};

	memset(out, 0, a->d * sizeof(double));
	for (int side = 0; side < 2; side++)
	{
		const ms_rows *r = rows[side];
		double weight = 0;

		for (size_t i = 0; i < r->n; i++)
			weight += ms_rows_weight(r, i);
		for (size_t i = 0; i < r->n; i++)
			for (size_t j = 0; j < r->d; j++)
				out[j] +=
					(side == 0 ? 1 : -1) * ms_rows_weight(r, i) / weight * r->x[i * r->stride + j];
	}
}

ms_status
ms_sliced_max(ms_ctx *ctx, ms_arena *arena, const ms_rows *a, const ms_rows *b,
			  const ms_sliced_options *options, double *out, double *direction)
{
	size_t d = a->d;
	size_t l = options->directions;
	double *directions;
	double *gradient;
	size_t block;
	size_t cells;
	ms_slices s;
	sight sa;
	sight sb;

	if (!ms_size_mul(l, d, &cells))
		return ms_fail(ctx, MS_TOO_LARGE, "memory", 0, (double) l, (double) SIZE_MAX);
	MS_TRY(MS_ALLOC(arena, cells, &directions));
	MS_TRY(MS_ALLOC(arena, d, &gradient));
	MS_TRY(
		ms_sliced_directions(ctx, arena, options->scheme, d, l, options->seed, directions, &block));
	/* checks the samples, too */
	MS_TRY(ms_sliced_values(ctx, arena, a, b, options->p, directions, l, false, &s));
	MS_TRY(sight_new(arena, a, &sa));
	MS_TRY(sight_new(arena, b, &sb));
	*out = -1;
	memcpy(direction, directions, d * sizeof(double));
	for (int start = 0; start < STARTS && start < (int) fmin((double) l, STARTS); start++)
	{
		size_t top = 0;

		for (size_t i = 1; i < l; i++)
			top = s.w[i] > s.w[top] ? i : top;
		s.w[top] = -1;
		MS_TRY(climb(ctx, &sa, &sb, options->p, directions + top * d, gradient, out, direction));
	}
	mean_difference(a, b, directions);
	MS_TRY(ms_tick(ctx, 2 * d * (a->n + b->n)));
	return normalise(directions, d)
			   ? climb(ctx, &sa, &sb, options->p, directions, gradient, out, direction)
			   : MS_OK;
}
