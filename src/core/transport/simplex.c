/*
 * simplex.c: network simplex on the complete bipartite graph with an artificial root.
 *
 * A node hangs on its parent by one arc, whose flow and cost are kept with the node. Arcs lead
 * from sources to sinks, so an arc leads up when the node is a source and down when it is a sink;
 * the root takes from sources and gives to sinks at a price, half each, above the dearest cell:
 * while the root is in use some cell is cheaper, so in the end it is not.
 */
#include "core/transport/simplex.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/sums.h"
#include "core/transport/ground.h"

#define NONE UINT32_MAX
#define MOST_NODES (UINT32_MAX - 1)
#define UNITS ((int64_t) 1 << 60)
#define LEAST_POWER 1e-290
#define GAP 1e-11       /* of the cost */
#define TOLERANCE 1e-12 /* of the dearest cell; potentials are sums along paths */

typedef struct node
{
	uint32_t parent;
	uint32_t child; /* the first */
	uint32_t next;  /* sibling */
	uint32_t previous;
	uint32_t depth;
	int64_t flow;
	double cost;
} node;

typedef struct simplex
{
	ms_ctx *ctx;
	size_t n;            /* sources are nodes 0 .. n - 1 */
	size_t m;            /* sinks n .. n + m - 1, the root n + m */
	const double *costs; /* n x m, or NULL: */
	const ms_ground *ground;
	double *row; /* costs of one row, where none are stored */
	node *nodes;
	double *potential;
	int64_t *units;   /* masses */
	double most;      /* the greatest |cost| */
	double tolerance; /* of reduced costs */
	uint64_t pivots;
	size_t next_row; /* to be priced */
} simplex;

/* The masses of n points as integers with the sum `total`; the largest takes what rounding left. */
static ms_status
to_units(ms_ctx *ctx, size_t n, const double *w, size_t stride, int64_t total, int64_t *units)
{
	ms_sum sum = {0, 0};
	int64_t left = total;
	size_t largest = 0;
	double greatest = 0;

	for (size_t i = 0; i < n; i++)
	{
		double x = w ? w[i * stride] : 1;

		if (!(x >= 0) || isinf(x))
			return ms_fail(ctx, MS_BAD_WEIGHT, "weight", (int64_t) i + 1, x, 0);
		greatest = fmax(greatest, x);
	}
	for (size_t i = 0; i < n && greatest > 0; i++)
		ms_sum_add(&sum, (w ? w[i * stride] : 1) / greatest);
	if (n == 0 || !(greatest > 0))
		return ms_fail(ctx, MS_TOO_FEW, "points", 0, 0, 1);
	for (size_t i = 0; i < n; i++)
	{
		double share = (w ? w[i * stride] : 1) / greatest / ms_sum_get(&sum);

		units[i] = llrint(share * (double) total);
		left -= units[i];
		largest = units[i] > units[largest] ? i : largest;
	}
	units[largest] += left;
	return ms_tick(ctx, 4 * n);
}

/* Row i of the costs, from column `from` on. */
static inline const double *
cost_row(const simplex *s, size_t i, size_t from, size_t count)
{
	if (s->costs)
		return s->costs + i * s->m + from;
	ms_ground_row(s->ground, i, from, count, s->row);
	return s->row;
}

/* min over j of cost_j - g_j, in lanes. */
__attribute__((target_clones("default", "avx2", "avx512f"))) static double
least_reduced(const double *cost, const double *g, size_t m)
{
	double least = INFINITY;

#pragma omp simd reduction(min : least)
	for (size_t j = 0; j < m; j++)
	{
		double reduced = cost[j] - g[j];

		least = reduced < least ? reduced : least;
	}
	return least;
}

/* A stretch of a row is looked at together: a row, but for very wide ones. */
#define STRETCH 4096

typedef struct entering
{
	uint32_t source;
	uint32_t sink;
	double cost;
	double reduced;
} entering;

/* The cell of least reduced cost of row i, if it beats what is there. */
static void
price_row(const simplex *s, size_t i, entering *best)
{
	const double *g = s->potential + s->n;

	for (size_t from = 0; from < s->m; from += STRETCH)
	{
		size_t count = s->m - from < STRETCH ? s->m - from : STRETCH;
		const double *cost = cost_row(s, i, from, count);
		double least = least_reduced(cost, g + from, count);
		size_t j = 0;

		if (!(least - s->potential[i] < best->reduced))
			continue;
		while (j < count - 1 && cost[j] - g[from + j] != least)
			j++;
		*best = (entering){(uint32_t) i, (uint32_t) (s->n + from + j), cost[j],
						   least - s->potential[i]};
	}
}

/* Whether node i is unused: a point of no mass hangs nowhere. */
static inline bool
absent(const simplex *s, size_t i)
{
	return s->units[i] == 0;
}

/* Cells looked at before the best of them enters: about sqrt(n m), in whole rows. */
static size_t
block_rows(const simplex *s)
{
	size_t rows = (size_t) (sqrt((double) s->n / (double) s->m));

	return rows < 1 ? 1 : rows;
}

/* The next cell to enter; false when no cell of any row is below the tolerance. */
static ms_status
price(simplex *s, entering *best, bool *found)
{
	size_t block = block_rows(s);
	double least = -s->tolerance;

	*best = (entering){NONE, NONE, 0, least};
	*found = false;
	for (size_t looked = 0; looked < s->n; looked++)
	{
		MS_TRY(ms_tick(s->ctx, s->m));
		if (!absent(s, s->next_row))
			price_row(s, s->next_row, best);
		s->next_row = s->next_row + 1 < s->n ? s->next_row + 1 : 0;
		if ((looked + 1) % block == 0 && best->source != NONE)
			break;
	}
	*found = best->source != NONE;
	return MS_OK;
}

static void
hang(simplex *s, uint32_t v, uint32_t parent)
{
	node *at = s->nodes;

	at[v].parent = parent;
	at[v].previous = NONE;
	at[v].next = at[parent].child;
	if (at[v].next != NONE)
		at[at[v].next].previous = v;
	at[parent].child = v;
}

static void
unhang(simplex *s, uint32_t v)
{
	node *at = s->nodes;

	if (at[v].previous != NONE)
		at[at[v].previous].next = at[v].next;
	else
		at[at[v].parent].child = at[v].next;
	if (at[v].next != NONE)
		at[at[v].next].previous = at[v].previous;
}

static uint32_t
join_of(const simplex *s, uint32_t u, uint32_t v)
{
	const node *at = s->nodes;

	while (u != v)
	{
		if (at[u].depth >= at[v].depth)
			u = at[u].parent;
		else
			v = at[v].parent;
	}
	return u;
}

/*
 * The node whose arc leaves: of the arcs that block, the last as the flow runs from the join down
 * to the source, over the new arc and up again. On the source's side flow shrinks in arcs of
 * sources, on the sink's side in arcs of sinks.
 */
static uint32_t
leaving(const simplex *s, const entering *e, uint32_t join, int64_t *delta)
{
	const node *at = s->nodes;
	uint32_t out = NONE;

	*delta = INT64_MAX;
	for (uint32_t v = e->source; v != join; v = at[v].parent)
	{
		if (v < s->n && at[v].flow < *delta)
		{
			*delta = at[v].flow;
			out = v;
		}
	}
	for (uint32_t v = e->sink; v != join; v = at[v].parent)
	{
		if (v >= s->n && at[v].flow <= *delta)
		{
			*delta = at[v].flow;
			out = v;
		}
	}
	return out;
}

/* Pushes delta around; true when `out` lies on the source's side. */
static bool
push(simplex *s, const entering *e, uint32_t join, uint32_t out, int64_t delta)
{
	node *at = s->nodes;
	bool source_side = false;

	for (uint32_t v = e->source; v != join; v = at[v].parent)
	{
		at[v].flow += v < s->n ? -delta : delta;
		source_side = source_side || v == out;
	}
	for (uint32_t v = e->sink; v != join; v = at[v].parent)
		at[v].flow += v < s->n ? delta : -delta;
	return source_side;
}

/* Depths and potentials of all that hangs on v, from its parent's. */
static size_t
refresh(simplex *s, uint32_t top)
{
	const node *at = s->nodes;
	uint32_t v = top;
	size_t steps = 0;

	for (;;)
	{
		uint32_t parent = at[v].parent;

		s->nodes[v].depth = at[parent].depth + 1;
		s->potential[v] = at[v].cost - s->potential[parent];
		steps++;
		if (at[v].child != NONE)
		{
			v = at[v].child;
			continue;
		}
		while (v != top && at[v].next == NONE)
			v = at[v].parent;
		if (v == top)
			return steps;
		v = at[v].next;
	}
}

/* Cuts the arc of `out` and turns its tree so that it hangs by the new arc, u under v. */
static size_t
turn(simplex *s, uint32_t u, uint32_t v, uint32_t out, int64_t flow, double cost)
{
	node *at = s->nodes;
	uint32_t top = u;

	for (;;)
	{
		uint32_t parent = at[u].parent;
		int64_t old_flow = at[u].flow;
		double old_cost = at[u].cost;

		unhang(s, u);
		hang(s, u, v);
		at[u].flow = flow;
		at[u].cost = cost;
		if (u == out)
			return refresh(s, top);
		flow = old_flow;
		cost = old_cost;
		v = u;
		u = parent;
	}
}

static ms_status
pivot(simplex *s, const entering *e)
{
	uint32_t join = join_of(s, e->source, e->sink);
	int64_t delta;
	uint32_t out = leaving(s, e, join, &delta);
	bool source_side = push(s, e, join, out, delta);
	size_t steps = source_side ? turn(s, e->source, e->sink, out, delta, e->cost)
							   : turn(s, e->sink, e->source, out, delta, e->cost);

	s->pivots++;
	return ms_tick(s->ctx, 4 * steps + 32);
}

/* Every point hangs on the root. */
static ms_status
plant(simplex *s)
{
	size_t root = s->n + s->m;
	double half = s->most > 0 ? s->most * 0.75 : 1;

	s->nodes[root] = (node){NONE, NONE, NONE, NONE, 0, 0, 0};
	s->potential[root] = 0;
	for (size_t i = 0; i < root; i++)
	{
		s->potential[i] = 0;
		if (absent(s, i))
			continue;
		s->nodes[i] = (node){NONE, NONE, NONE, NONE, 1, s->units[i], half};
		hang(s, (uint32_t) i, (uint32_t) root);
		s->potential[i] = half;
	}
	/* a sink without mass never is the cheapest */
	for (size_t j = s->n; j < root; j++)
		if (absent(s, j))
			s->potential[j] = -INFINITY;
	return ms_tick(s->ctx, 4 * root);
}

/* The greatest cost; costs must be finite. */
static ms_status
greatest_cost(simplex *s)
{
	s->most = 0;
	for (size_t i = 0; i < s->n; i++)
	{
		for (size_t from = 0; from < s->m; from += STRETCH)
		{
			size_t count = s->m - from < STRETCH ? s->m - from : STRETCH;
			const double *cost = cost_row(s, i, from, count);

			for (size_t j = 0; j < count; j++)
			{
				if (!isfinite(cost[j]))
					return ms_fail(s->ctx, MS_NOT_FINITE, "cost",
								   (int64_t) (i * s->m + from + j + 1), cost[j], 0);
				s->most = fmax(s->most, fabs(cost[j]));
			}
		}
		MS_TRY(ms_tick(s->ctx, 2 * s->m));
	}
	return MS_OK;
}

/*
 * Potentials that are feasible exactly: f is what g leaves, f_i = min_j cost - g_j. A sink without
 * mass first gets the greatest g that no source minds.
 */
static ms_status
certify(simplex *s, double unit, ms_transport_result *out)
{
	ms_sum dual = {0, 0};

	for (size_t j = 0; j < s->m; j++)
		out->g[j] = absent(s, s->n + j) ? INFINITY : s->potential[s->n + j];
	for (size_t i = 0; i < s->n; i++)
	{
		out->f[i] = absent(s, i) ? -INFINITY : s->potential[i];
		for (size_t from = 0; from < s->m && !absent(s, i); from += STRETCH)
		{
			size_t count = s->m - from < STRETCH ? s->m - from : STRETCH;
			const double *cost = cost_row(s, i, from, count);

			for (size_t j = 0; j < count; j++)
			{
				double least = cost[j] - out->f[i];

				if (least < out->g[from + j])
					out->g[from + j] = least;
			}
		}
		MS_TRY(ms_tick(s->ctx, 2 * s->m));
	}
	for (size_t i = 0; i < s->n; i++)
	{
		double least = INFINITY;

		for (size_t from = 0; from < s->m; from += STRETCH)
		{
			size_t count = s->m - from < STRETCH ? s->m - from : STRETCH;

			least = fmin(least, least_reduced(cost_row(s, i, from, count), out->g + from, count));
		}
		out->f[i] = least;
		ms_sum_add(&dual, (double) s->units[i] * unit * least);
		MS_TRY(ms_tick(s->ctx, s->m));
	}
	for (size_t j = 0; j < s->m; j++)
		ms_sum_add(&dual, (double) s->units[s->n + j] * unit * out->g[j]);
	out->dual = ms_sum_get(&dual);
	return MS_OK;
}

/* The flows of the tree, by source: a source's own arc, and those of the sinks that hang on it. */
static void
list_moves(const simplex *s, double unit, ms_transport_result *out)
{
	const node *at = s->nodes;
	size_t root = s->n + s->m;
	ms_sum cost = {0, 0};

	out->n_moves = 0;
	for (size_t i = 0; i < s->n; i++)
	{
		if (absent(s, i))
			continue;
		if (at[i].parent != root && at[i].flow > 0)
		{
			out->moves[out->n_moves++] =
				(ms_transport_move){i, at[i].parent - s->n, (double) at[i].flow * unit};
			ms_sum_add(&cost, (double) at[i].flow * unit * at[i].cost);
		}
		for (uint32_t v = at[i].child; v != NONE; v = at[v].next)
		{
			if (at[v].flow == 0)
				continue;
			out->moves[out->n_moves++] =
				(ms_transport_move){i, v - s->n, (double) at[v].flow * unit};
			ms_sum_add(&cost, (double) at[v].flow * unit * at[v].cost);
		}
	}
	out->cost = ms_sum_get(&cost);
}

/* Total of the masses in units: n m where all are alike, so that they are whole numbers. */
static int64_t
total_units(size_t n, bool weighted_a, size_t m, bool weighted_b)
{
	int64_t cells;

	if (!weighted_a && !weighted_b && !__builtin_mul_overflow(n, m, &cells) && cells < UNITS)
		return cells;
	return UNITS;
}

/* Pivots until no cell is worth one, or as many as given. */
static ms_status
improve(simplex *s, uint64_t most_pivots)
{
	while (most_pivots-- > 0)
	{
		entering e;
		bool found;

		MS_TRY(price(s, &e, &found));
		if (!found)
			break;
		MS_TRY(pivot(s, &e));
	}
	return MS_OK;
}

/* The answer as it stands, with its certificate. */
static ms_status
report(simplex *s, double unit, ms_transport_result *out)
{
	list_moves(s, unit, out);
	MS_TRY(certify(s, unit, out));
	out->gap = out->cost - out->dual;
	out->pivots = s->pivots;
	return MS_OK;
}

static ms_status
solve(ms_arena *arena, simplex *s, double unit, ms_transport_result *out)
{
	MS_TRY(MS_ALLOC(arena, s->n + s->m + 1, &s->nodes));
	MS_TRY(MS_ALLOC(arena, s->n + s->m + 1, &s->potential));
	MS_TRY(MS_ALLOC(arena, STRETCH, &s->row));
	MS_TRY(MS_ALLOC(arena, s->n, &out->f));
	MS_TRY(MS_ALLOC(arena, s->m, &out->g));
	MS_TRY(MS_ALLOC(arena, s->n + s->m, &out->moves));
	MS_TRY(greatest_cost(s));
	MS_TRY(plant(s));
	s->tolerance = TOLERANCE * s->most;
	MS_TRY(improve(s, UINT64_MAX));
	MS_TRY(report(s, unit, out));
	/* a high power: the cost is far below the dearest cell. Rounding might cycle: not for ever */
	for (int k = 0; k < 3 && out->gap > GAP * fabs(out->cost); k++)
	{
		s->tolerance /= 100;
		MS_TRY(improve(s, 4 * (s->n + s->m)));
		MS_TRY(report(s, unit, out));
	}
	return MS_OK;
}

static ms_status
check_nodes(ms_ctx *ctx, size_t n, size_t m)
{
	size_t nodes;

	if (!ms_size_add(n, m, &nodes) || nodes > MOST_NODES)
		return ms_fail(ctx, MS_TOO_LARGE, "points", 0, (double) nodes, MOST_NODES);
	return MS_OK;
}

/* Masses of both sides, `units` after each other. */
static ms_status
masses(ms_ctx *ctx, ms_arena *arena, const ms_rows *a, const ms_rows *b, simplex *s, double *unit)
{
	int64_t total = total_units(a->n, a->w, b->n, b->w);

	MS_TRY(MS_ALLOC(arena, a->n + b->n, &s->units));
	MS_TRY(to_units(ctx, a->n, a->w, a->stride, total, s->units));
	MS_TRY(to_units(ctx, b->n, b->w, b->stride, total, s->units + a->n));
	*unit = 1 / (double) total;
	return MS_OK;
}

ms_status
ms_transport_matrix(ms_ctx *ctx, ms_arena *arena, size_t n, const double *a, size_t m,
					const double *b, const double *costs, ms_transport_result *out)
{
	ms_rows rows_a = {NULL, a, n, 1, 1};
	ms_rows rows_b = {NULL, b, m, 1, 1};
	simplex s = {.ctx = ctx, .n = n, .m = m, .costs = costs};
	double unit;

	MS_TRY(check_nodes(ctx, n, m));
	MS_TRY(masses(ctx, arena, &rows_a, &rows_b, &s, &unit));
	return solve(arena, &s, unit, out);
}

/* Whether the costs of n x m cells are kept. */
static bool
stored(size_t n, size_t m)
{
	size_t cells;

	return ms_size_mul(n, m, &cells) && cells <= MS_TRANSPORT_STORED;
}

size_t
ms_transport_bytes(size_t n, size_t m, size_t d)
{
	size_t nodes;
	size_t bytes;
	size_t more;
	bool fits =
		ms_size_add(n, m, &nodes) && ms_size_mul(d, sizeof(double), &bytes) &&
		ms_size_add(bytes, sizeof(node) + sizeof(ms_transport_move) + 4 * sizeof(double), &bytes) &&
		ms_size_mul(nodes, bytes, &bytes);

	more = stored(n, m) ? n * m * sizeof(double) : 0;
	return fits && ms_size_add(bytes, more + (STRETCH + 64) * sizeof(double) + 4096, &bytes)
			   ? bytes
			   : SIZE_MAX;
}

static ms_status
store_costs(ms_ctx *ctx, ms_arena *arena, const ms_ground *ground, simplex *s)
{
	double *costs;

	MS_TRY(MS_ALLOC(arena, s->n * s->m, &costs));
	for (size_t i = 0; i < s->n; i++)
	{
		ms_ground_row(ground, i, 0, s->m, costs + i * s->m);
		MS_TRY(ms_tick(ctx, s->m * (1 + ground->d)));
	}
	s->costs = costs;
	return MS_OK;
}

/* From costs of the scaled points to those of the points as they were. */
static void
unscale(ms_transport_result *r, size_t n, size_t m, double factor)
{
	r->cost *= factor;
	r->dual *= factor;
	r->gap *= factor;
	for (size_t i = 0; i < n; i++)
		r->f[i] *= factor;
	for (size_t j = 0; j < m; j++)
		r->g[j] *= factor;
}

/*
 * Powers that are no numbers any more would make samples that differ equal; differences that are
 * none beside the diameter may be.
 */
static ms_status
check_powers(ms_ctx *ctx, const ms_ground *g, const ms_transport_result *r)
{
	double greatest = 0;

	if (r->cost >= LEAST_POWER)
		return MS_OK;
	for (size_t k = 0; k < r->n_moves; k++)
	{
		for (size_t c = 0; c < g->d; c++)
			greatest = fmax(greatest, fabs(g->x[r->moves[k].i * g->d + c] -
										   g->y[c * g->m + r->moves[k].j]));
	}
	if (greatest < DBL_EPSILON)
		return MS_OK;
	return ms_fail(ctx, MS_TOO_LARGE, "p", 0, g->p, floor(log(LEAST_POWER) / log(greatest)));
}

ms_status
ms_transport_points(ms_ctx *ctx, ms_arena *arena, const ms_rows *a, const ms_rows *b, double p,
					double *distance, ms_transport_result *out)
{
	simplex s = {.ctx = ctx, .n = a->n, .m = b->n};
	ms_ground ground;
	double unit;

	if (!(p >= 1) || isinf(p))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "p", 0, p, p >= 1 ? 2 : 1);
	MS_TRY(check_nodes(ctx, a->n, b->n));
	MS_TRY(masses(ctx, arena, a, b, &s, &unit));
	MS_TRY(ms_ground_new(ctx, arena, a, b, p, true, &ground));
	s.ground = &ground;
	if (stored(a->n, b->n))
		MS_TRY(store_costs(ctx, arena, &ground, &s));
	MS_TRY(solve(arena, &s, unit, out));
	MS_TRY(check_powers(ctx, &ground, out));
	*distance = ground.scale * pow(fmax(0, out->cost), 1 / p);
	unscale(out, a->n, b->n, pow(ground.scale, p));
	return MS_OK;
}
