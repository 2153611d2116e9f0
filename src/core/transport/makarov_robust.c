/*
 * makarov_robust.c: Makarov bounds over Wasserstein balls around the samples, by their dual
 *
 *   upper = min over l >= 0 of l radius + max over couplings of E (1 - l (D - z)+)+
 *
 * (Fan, Park & Xu 2023; distribution_regression.md, 5.2 with p = 1). The right side is convex and
 * piecewise linear in l and a coupling gives its slope, so that the lowest crossing of two of its
 * tangents is the next l (Kelley 1960), until tangents and function meet.
 */
#include "core/transport/makarov.h"

#include <math.h>

#include "core/transport/simplex.h"

#define ROUNDS 200
#define GAP 1e-10
#define TICK_CELLS 65536

typedef struct problem
{
	ms_ctx *ctx;
	const ms_column *y1;
	const ms_column *y0;
	const double *w1; /* NULL: all alike */
	const double *w0;
	double z;
	double sign; /* 1: P(D <= z), -1: P(D >= z) */
	double radius;
	double *costs;
} problem;

/* A tangent of the dual at l. */
typedef struct tangent
{
	double l;
	double value;
	double slope;
} tangent;

static double
excess(const problem *p, size_t i, size_t j)
{
	return fmax(p->sign * (p->y1->x[i] - p->y0->x[j] - p->z), 0);
}

static ms_status
fill_costs(const problem *p, double l)
{
	size_t m = p->y0->n;

	for (size_t i = 0; i < p->y1->n; i++)
		for (size_t from = 0; from < m; from += TICK_CELLS)
		{
			size_t end = m - from > TICK_CELLS ? from + TICK_CELLS : m;

			for (size_t j = from; j < end; j++)
				p->costs[i * m + j] = -fmax(1 - l * excess(p, i, j), 0);
			MS_TRY(ms_tick(p->ctx, 2 * (end - from)));
		}
	return MS_OK;
}

/* The best coupling at l, in an arena that lives as long as it. */
static ms_status
touch(const problem *p, double l, ms_arena *arena, tangent *out)
{
	ms_transport_result plan;

	*out = (tangent){l, l * p->radius, p->radius};
	MS_TRY(fill_costs(p, l));
	MS_TRY(ms_transport_matrix(p->ctx, arena, p->y1->n, p->w1, p->y0->n, p->w0, p->costs, &plan));
	for (size_t k = 0; k < plan.n_moves; k++)
	{
		const ms_transport_move *move = plan.moves + k;
		double e = excess(p, move->i, move->j);

		out->value += move->mass * fmax(1 - l * e, 0);
		out->slope -= l * e < 1 ? move->mass * e : 0;
	}
	return MS_OK;
}

static ms_status
touch_once(const problem *p, double l, tangent *out)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, p->ctx);
	status = touch(p, l, &arena, out);
	ms_arena_free(&arena);
	return status;
}

/* Where two tangents cross, between their points. */
static double
crossing(const tangent *a, const tangent *b, double *height)
{
	double l = (b->value - a->value + a->slope * a->l - b->slope * b->l) / (a->slope - b->slope);

	l = fmin(fmax(l, a->l), b->l);
	*height = a->value + a->slope * (l - a->l);
	return l;
}

/* Between l = 0, where the function is 1, and 1 / radius, where it is 1 or more. */
static ms_status
minimise(const problem *p, double *least)
{
	tangent left, right, middle;
	double height;

	*least = 1;
	MS_TRY(touch_once(p, 0, &left));
	if (left.slope >= 0)
		return MS_OK;
	MS_TRY(touch_once(p, 1 / p->radius, &right));
	*least = fmin(*least, right.value);
	for (int round = 0; round < ROUNDS && right.slope > 0; round++)
	{
		double l = crossing(&left, &right, &height);

		if (*least - height <= GAP)
			break;
		MS_TRY(touch_once(p, l, &middle));
		*least = fmin(*least, middle.value);
		if (middle.slope < 0)
			left = middle;
		else
			right = middle;
	}
	return MS_OK;
}

static ms_status
masses(ms_ctx *ctx, ms_arena *arena, const ms_column *c, const double **out)
{
	double *w;

	*out = NULL;
	if (!c->upto)
		return MS_OK;
	MS_TRY(MS_ALLOC(arena, c->n, &w));
	for (size_t i = 0; i < c->n; i++)
		w[i] = c->upto[i] - (i > 0 ? c->upto[i - 1] : 0);
	*out = w;
	return ms_tick(ctx, c->n);
}

static ms_status
robust(ms_ctx *ctx, ms_arena *arena, problem *p, ms_makarov *out)
{
	size_t cells;

	if (!ms_size_mul(p->y1->n, p->y0->n, &cells))
		return ms_fail(ctx, MS_TOO_LARGE, "memory", 0, 0, 0);
	MS_TRY(MS_ALLOC(arena, cells, &p->costs));
	MS_TRY(masses(ctx, arena, p->y1, &p->w1));
	MS_TRY(masses(ctx, arena, p->y0, &p->w0));
	p->sign = 1;
	MS_TRY(minimise(p, &out->upper));
	p->sign = -1;
	MS_TRY(minimise(p, &out->lower));
	out->lower = 1 - out->lower;
	return MS_OK;
}

ms_status
ms_makarov_robust(ms_ctx *ctx, const ms_column *y1, const ms_column *y0, double z, double radius,
				  ms_makarov *out)
{
	problem p = {.ctx = ctx, .y1 = y1, .y0 = y0, .z = z, .radius = radius};
	ms_arena arena;
	ms_status status;

	if (!(radius >= 0 && isfinite(radius)))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "radius", 0, radius, 0);
	if (radius == 0 || isinf(z))
		return ms_makarov_bounds(ctx, y1, y0, z, false, out);
	ms_arena_init(&arena, ctx);
	status = robust(ctx, &arena, &p, out);
	ms_arena_free(&arena);
	return status;
}

size_t
ms_makarov_robust_bytes(size_t n, size_t m)
{
	size_t nodes, bytes;

	/* costs, and what the problem takes beside them: that of one of n + m by 1 points */
	if (!ms_size_mul(n, m, &bytes) || !ms_size_mul(bytes, sizeof(double), &bytes) ||
		!ms_size_add(n, m, &nodes) || !ms_size_add(bytes, ms_transport_bytes(nodes, 1, 1), &bytes))
		return SIZE_MAX;
	return bytes;
}
