/*
 * plan.c: plans as rows of two samples.
 */
#include "core/transport/plan.h"

#include <math.h>

#include "core/transport/simplex.h"
#include "core/transport/wasserstein1d.h"

#define TICK_ROWS 65536

/* d^p, of which pow is sure only to a unit in the last place */
static double
power(double d, double p)
{
	return p == 1 ? d : p == 2 ? d * d : pow(d, p);
}

/* records[k]: the record of the k-th value of the only column. */
static ms_status
records_of(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, const ms_column *c, size_t **records)
{
	ms_rows rows = ms_sample_rows(s);
	size_t k = 0;

	MS_TRY(MS_ALLOC(arena, c->n, records));
	for (size_t i = 0; i < rows.n && k < c->n; i++)
	{
		if (!isnan(rows.x[i * rows.stride]) && ms_rows_weight(&rows, i) > 0)
			(*records)[k++] = i;
		if (i % TICK_ROWS == 0)
			MS_TRY(ms_tick(ctx, 2 * TICK_ROWS));
	}
	return MS_OK;
}

static ms_status
plan_line(ms_ctx *ctx, ms_arena *arena, const ms_sample *a, const ms_sample *b, double p,
		  ms_flow **flows, size_t *n_flows)
{
	ms_column ca, cb;
	size_t *ra, *rb;
	size_t n = 0;
	ms_piece piece;
	ms_walk w;

	MS_TRY(ms_describe_column(ctx, arena, a, 0, &ca));
	MS_TRY(ms_describe_column(ctx, arena, b, 0, &cb));
	if (ca.n == 0 || cb.n == 0)
		return MS_OK;
	MS_TRY(records_of(ctx, arena, a, &ca, &ra));
	MS_TRY(records_of(ctx, arena, b, &cb, &rb));
	MS_TRY(MS_ALLOC(arena, ca.n + cb.n, flows));
	for (ms_walk_begin(&w, &ca, &cb); ms_walk_next(&w, &piece); n++)
	{
		double d = fabs(ca.x[piece.i] - cb.x[piece.j]);

		(*flows)[n] = (ms_flow){ra[piece.i], rb[piece.j], piece.mass, piece.mass * power(d, p)};
		if (n % TICK_ROWS == 0)
			MS_TRY(ms_tick(ctx, 8 * TICK_ROWS));
	}
	*n_flows = n;
	return MS_OK;
}

static ms_status
check_points(ms_ctx *ctx, const ms_sample *s)
{
	const unsigned char *kinds = ms_sample_kinds(s);

	for (size_t j = 0; kinds && j < s->d; j++)
		if (kinds[j] == MS_KIND_NOMINAL)
			return ms_fail(ctx, MS_NOT_NUMERIC, "column", (int64_t) j + 1, 0, 0);
	if (s->incomplete > 0)
		return ms_fail(ctx, MS_INCOMPLETE, "rows", 0, (double) s->incomplete, 0);
	return MS_OK;
}

static double
distance(const ms_rows *a, size_t i, const ms_rows *b, size_t j)
{
	const double *x = a->x + i * a->stride;
	const double *y = b->x + j * b->stride;
	double length = 0;

	for (size_t k = 0; k < a->d; k++)
		length = hypot(length, x[k] - y[k]);
	return length;
}

static bool
weightless(const ms_sample *s)
{
	return !(ms_sample_weight(s) > 0);
}

static ms_status
plan_space(ms_ctx *ctx, ms_arena *arena, const ms_sample *a, const ms_sample *b, double p,
		   ms_flow **flows, size_t *n_flows)
{
	ms_rows x = ms_sample_rows(a);
	ms_rows y = ms_sample_rows(b);
	ms_transport_result r;
	double whole;

	MS_TRY(check_points(ctx, a));
	MS_TRY(check_points(ctx, b));
	if (weightless(a) || weightless(b))
		return MS_OK;
	MS_TRY(ms_transport_points(ctx, arena, &x, &y, p, &whole, &r));
	MS_TRY(MS_ALLOC(arena, r.n_moves, flows));
	for (size_t k = 0; k < r.n_moves; k++)
	{
		const ms_transport_move *m = r.moves + k;

		(*flows)[k] =
			(ms_flow){m->i, m->j, m->mass, m->mass * power(distance(&x, m->i, &y, m->j), p)};
		MS_TRY(ms_tick(ctx, 4 * x.d + 16));
	}
	*n_flows = r.n_moves;
	return MS_OK;
}

ms_status
ms_plan_make(ms_ctx *ctx, ms_arena *arena, const ms_sample *a, const ms_sample *b, double p,
			 ms_flow **flows, size_t *n_flows)
{
	*flows = NULL;
	*n_flows = 0;
	MS_TRY(ms_wasserstein1d_p(ctx, p));
	if (isinf(p))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "p", 0, p, 1);
	if (a->d != b->d)
		return ms_fail(ctx, MS_MISMATCH, "columns", 0, b->d, a->d);
	return a->d == 1 ? plan_line(ctx, arena, a, b, p, flows, n_flows)
					 : plan_space(ctx, arena, a, b, p, flows, n_flows);
}
