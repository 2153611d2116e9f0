/*
 * mixture_wasserstein.c: MW2 of two mixtures: a transport problem between their weights, solved by
 * shortest augmenting paths with potentials (Ahuja, Magnanti & Orlin 1993, 9.7), exact but for
 * rounding. O(k^2) a path, about 2 k paths.
 */
#include <math.h>
#include <string.h>

#include "core/mixture/match.h"

/* supply and demand below this share of the whole count as spent */
#define SPENT 1e-15

/* Nodes 0 .. n - 1 are sources, n .. n + m - 1 sinks. */
typedef struct network
{
	size_t n, m;
	const double *cost; /* n x m */
	double *flow;		/* n x m */
	double *left;		/* n + m: supply or demand not yet met */
	double *potential;	/* n + m, as are the next */
	double *distance;
	size_t *from;
	bool *done;
} network;

/* Shortens the distances of the neighbours of node `at`. */
static void
relax(network *g, size_t at)
{
	bool source = at < g->n;
	size_t others = source ? g->m : g->n;

	for (size_t t = 0; t < others; t++)
	{
		size_t to = source ? g->n + t : t;
		size_t edge = source ? at * g->m + t : t * g->m + at - g->n;
		double length = source ? g->cost[edge] : -g->cost[edge];
		double distance;

		if (g->done[to] || (!source && !(g->flow[edge] > 0)))
			continue;
		length += g->potential[at] - g->potential[to];
		distance = g->distance[at] + fmax(length, 0); /* below 0 is rounding */
		if (distance < g->distance[to])
		{
			g->distance[to] = distance;
			g->from[to] = at;
		}
	}
}

/* Dijkstra from all sources that have something left to the nearest sink that wants some. */
static size_t
shortest_path(network *g)
{
	size_t nodes = g->n + g->m;
	size_t sink = SIZE_MAX;

	for (size_t i = 0; i < nodes; i++)
	{
		g->distance[i] = i < g->n && g->left[i] > SPENT ? 0 : INFINITY;
		g->from[i] = SIZE_MAX;
		g->done[i] = false;
	}
	for (;;)
	{
		size_t at = SIZE_MAX;

		for (size_t i = 0; i < nodes; i++)
		{
			if (!g->done[i] && isfinite(g->distance[i]) &&
				(at == SIZE_MAX || g->distance[i] < g->distance[at]))
				at = i;
		}
		if (at == SIZE_MAX)
			break;
		g->done[at] = true;
		if (at >= g->n && g->left[at] > SPENT)
		{
			sink = at;
			break;
		}
		relax(g, at);
	}
	for (size_t i = 0; i < nodes && sink != SIZE_MAX; i++)
		g->potential[i] += fmin(g->distance[i], g->distance[sink]);
	return sink;
}

static double *
edge_of(network *g, size_t a, size_t b)
{
	return a < g->n ? &g->flow[a * g->m + b - g->n] : &g->flow[b * g->m + a - g->n];
}

/* As much as the path to the sink takes. */
static void
augment(network *g, size_t sink)
{
	double amount = g->left[sink];
	size_t at;

	for (at = sink; g->from[at] != SIZE_MAX; at = g->from[at])
	{
		if (at < g->n)
			amount = fmin(amount, *edge_of(g, at, g->from[at]));
	}
	amount = fmin(amount, g->left[at]);
	g->left[at] -= amount;
	g->left[sink] -= amount;
	for (at = sink; g->from[at] != SIZE_MAX; at = g->from[at])
		*edge_of(g, at, g->from[at]) += at < g->n ? -amount : amount;
}

static ms_status
solve(ms_ctx *ctx, ms_arena *arena, const ms_gmm *a, const ms_gmm *b, double *out)
{
	network g = {.n = a->k, .m = b->k};
	size_t nodes = g.n + g.m;
	double *cost;
	double total = 0;

	MS_TRY(MS_ALLOC(arena, g.n * g.m, &cost));
	MS_TRY(MS_ZEROED(arena, g.n * g.m, &g.flow));
	MS_TRY(MS_ALLOC(arena, nodes, &g.left));
	MS_TRY(MS_ZEROED(arena, nodes, &g.potential));
	MS_TRY(MS_ALLOC(arena, nodes, &g.distance));
	MS_TRY(MS_ALLOC(arena, nodes, &g.from));
	MS_TRY(MS_ALLOC(arena, nodes, &g.done));
	MS_TRY(ms_gmm_distances(ctx, a, b, MS_GAUSS_BURES, cost));
	for (size_t i = 0; i < g.n * g.m; i++)
		cost[i] *= cost[i];
	g.cost = cost;
	for (size_t i = 0; i < nodes; i++)
		g.left[i] = i < g.n ? a->weights[i] / (1 - a->noise)
							: b->weights[i - g.n] / (1 - b->noise);
	for (;;)
	{
		size_t sink = shortest_path(&g);

		MS_TRY(ms_tick(ctx, 3 * nodes * nodes));
		if (sink == SIZE_MAX)
			break;
		augment(&g, sink);
	}
	for (size_t i = 0; i < g.n * g.m; i++)
		total += g.flow[i] * cost[i];
	*out = sqrt(total);
	return MS_OK;
}

ms_status
ms_gmm_wasserstein(ms_ctx *ctx, const ms_gmm *a, const ms_gmm *b, double *out)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = solve(ctx, &arena, a, b, out);
	ms_arena_free(&arena);
	return status;
}
