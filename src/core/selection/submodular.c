/*
 * submodular.c: greedy maximisation. Gains of facility location only fall, so that old ones are
 * bounds: only what stands first is looked at anew (Minoux 1978, "accelerated greedy"). Those of
 * graph cut and log-det are kept exact by one row a step.
 */
#include "core/selection/submodular.h"

#include <math.h>
#include <string.h>

/* Below this share of the largest diagonal a row adds no direction. */
#define RANK_TOLERANCE 1e-12

typedef struct greedy
{
	ms_ctx *ctx;
	const ms_similarity *s;
	ms_submodular function;
	double parameter;
	size_t budget;
	double min_gain;
	size_t *rows;
	double *gains;
	size_t found;
	uint64_t evaluations;
	unsigned char *taken; /* n */
	double *row;          /* n */
	double *best;         /* n: facility: similarity to the best so far; log-det: the pivots d */
	double *bound;        /* n: gains, or bounds of them */
	size_t *heap;         /* n: facility: rows by their bounds */
	double *factors;      /* budget x n: log-det: rows of the Cholesky factor */
} greedy;

static void
choose(greedy *g, size_t c, double gain)
{
	g->taken[c] = 1;
	g->rows[g->found] = c;
	g->gains[g->found++] = gain;
}

static inline double
weight(const greedy *g, size_t i)
{
	return g->s->w ? g->s->w[i] : 1;
}

static ms_status
fetch(greedy *g, size_t c)
{
	MS_TRY(g->s->row(g->ctx, g->s, c, g->row));
	return ms_tick(g->ctx, 2 * g->s->n);
}

/* --- facility location ---------------------------------------------------------------------- */

static bool
before(const greedy *g, size_t a, size_t b)
{
	return g->bound[a] != g->bound[b] ? g->bound[a] > g->bound[b] : a < b;
}

static void
sift(greedy *g, size_t at, size_t n)
{
	size_t moved = g->heap[at];

	for (size_t child; (child = 2 * at + 1) < n; at = child)
	{
		if (child + 1 < n && before(g, g->heap[child + 1], g->heap[child]))
			child++;
		if (before(g, moved, g->heap[child]))
			break;
		g->heap[at] = g->heap[child];
	}
	g->heap[at] = moved;
}

static ms_status
facility_gain(greedy *g, size_t c)
{
	double sum = 0;

	MS_TRY(fetch(g, c));
	for (size_t i = 0; i < g->s->n; i++)
	{
		double gain = g->row[i] - g->best[i];

		sum += gain > 0 ? weight(g, i) * gain : 0;
	}
	g->bound[c] = sum;
	g->evaluations++;
	return MS_OK;
}

static ms_status
facility(greedy *g)
{
	size_t n = g->s->n; /* rows in the heap */

	for (size_t c = 0; c < n; c++)
	{
		g->heap[c] = c;
		MS_TRY(facility_gain(g, c));
	}
	for (size_t i = n / 2; i-- > 0;)
		sift(g, i, n);
	while (g->found < g->budget)
	{
		size_t c = g->heap[0];

		/* looked at anew, and still first */
		MS_TRY(facility_gain(g, c));
		sift(g, 0, n);
		if (g->heap[0] != c)
			continue;
		if (g->bound[c] < g->min_gain)
			return MS_OK;
		choose(g, c, g->bound[c]);
		for (size_t i = 0; i < g->s->n; i++)
			g->best[i] = fmax(g->best[i], g->row[i]);
		g->heap[0] = g->heap[--n];
		if (n > 0)
			sift(g, 0, n);
	}
	return MS_OK;
}

/* --- exact gains ---------------------------------------------------------------------------- */

static size_t
largest(const greedy *g)
{
	size_t best = SIZE_MAX;

	for (size_t c = 0; c < g->s->n; c++)
	{
		if (!g->taken[c] && (best == SIZE_MAX || g->bound[c] > g->bound[best]))
			best = c;
	}
	return best;
}

static ms_status
graph_cut(greedy *g)
{
	size_t n = g->s->n;

	for (size_t c = 0; c < n; c++)
	{
		double sum = 0;

		MS_TRY(fetch(g, c));
		for (size_t i = 0; i < n; i++)
			sum += weight(g, i) * g->row[i];
		g->bound[c] = sum - g->parameter * g->row[c];
	}
	g->evaluations = n;
	while (g->found < g->budget)
	{
		size_t c = largest(g);

		if (g->bound[c] < g->min_gain)
			return MS_OK;
		choose(g, c, g->bound[c]);
		MS_TRY(fetch(g, c));
		for (size_t j = 0; j < n; j++)
			g->bound[j] -= 2 * g->parameter * g->row[j];
	}
	return MS_OK;
}

/* The next row of the Cholesky factor, and what is left of the pivots. */
static ms_status
eliminate(greedy *g, size_t c)
{
	size_t n = g->s->n;
	size_t t = g->found - 1;
	double *next = g->factors + t * n;
	double root = sqrt(g->best[c]);

	MS_TRY(fetch(g, c));
	memcpy(next, g->row, n * sizeof(*next));
	for (size_t s = 0; s < t; s++)
	{
		const double *factor = g->factors + s * n;

		for (size_t j = 0; j < n; j++)
			next[j] -= factor[c] * factor[j];
		MS_TRY(ms_tick(g->ctx, n));
	}
	for (size_t j = 0; j < n; j++)
	{
		next[j] /= root;
		g->best[j] -= g->taken[j] ? 0 : next[j] * next[j];
		g->bound[j] = log(fmax(g->best[j], 0));
	}
	return ms_tick(g->ctx, 10 * n);
}

static ms_status
log_det(greedy *g)
{
	double most = 0;

	for (size_t c = 0; c < g->s->n; c++)
	{
		MS_TRY(fetch(g, c));
		g->best[c] = g->row[c] + g->parameter;
		g->bound[c] = log(g->best[c]);
		most = fmax(most, g->best[c]);
	}
	g->evaluations = g->s->n;
	while (g->found < g->budget)
	{
		size_t c = largest(g);

		if (g->best[c] <= RANK_TOLERANCE * most || g->bound[c] < g->min_gain)
			return MS_OK;
		choose(g, c, g->bound[c]);
		MS_TRY(eliminate(g, c));
	}
	return MS_OK;
}

/* --- all ------------------------------------------------------------------------------------ */

static ms_status
run(greedy *g, ms_arena *arena)
{
	size_t n = g->s->n;
	size_t factors = 0;

	if (g->function == MS_SUBMODULAR_LOG_DET)
		ms_size_mul(n, g->budget, &factors);
	MS_TRY(MS_ZEROED(arena, n, &g->taken));
	MS_TRY(MS_ALLOC(arena, n, &g->row));
	MS_TRY(MS_ZEROED(arena, n, &g->best));
	MS_TRY(MS_ALLOC(arena, n, &g->bound));
	MS_TRY(MS_ALLOC(arena, n, &g->heap));
	MS_TRY(MS_ALLOC(arena, factors, &g->factors));
	switch (g->function)
	{
		case MS_SUBMODULAR_FACILITY:
			return facility(g);
		case MS_SUBMODULAR_GRAPH_CUT:
			return graph_cut(g);
		default:
			return log_det(g);
	}
}

ms_status
ms_submodular_greedy(ms_ctx *ctx, const ms_similarity *s, ms_submodular function, double parameter,
					 size_t budget, double min_gain, size_t *rows, double *gains, size_t *found,
					 uint64_t *evaluations)
{
	greedy g = {.ctx = ctx,
				.s = s,
				.function = function,
				.parameter = parameter,
				.budget = budget,
				.min_gain = min_gain,
				.rows = rows,
				.gains = gains};
	ms_arena arena;
	ms_status status;

	if (function < MS_SUBMODULAR_FACILITY || function > MS_SUBMODULAR_LOG_DET)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "function", 0, function, MS_SUBMODULAR_FACILITY);
	if (budget < 1 || budget > s->n)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "budget", 0, (double) budget,
					   budget < 1 ? 1 : (double) s->n);
	if (!(parameter >= 0 && isfinite(parameter)))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "parameter", 0, parameter, 0);
	ms_arena_init(&arena, ctx);
	status = run(&g, &arena);
	ms_arena_free(&arena);
	*found = g.found;
	*evaluations = g.evaluations;
	return status;
}
