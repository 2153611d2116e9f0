/*
 * correlation.c: pivots, moves of single ids, mergers of clusters.
 */
#include "core/medoids/correlation.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/rng.h"

#define NONE UINT32_MAX

/* --- who pulls ------------------------------------------------------------------------------ */

size_t
ms_pull_bytes(size_t n, size_t pairs)
{
	size_t size;
	size_t more;

	if (!ms_size_mul(pairs, 2 * (sizeof(uint32_t) + sizeof(float)), &size) ||
		!ms_size_mul(n, 64, &more) || !ms_size_add(size, more, &size))
		return SIZE_MAX;
	return size;
}

typedef struct filling
{
	ms_ctx *ctx;
	ms_pull *p;
	size_t *next; /* where the next neighbour of an id goes */
	double threshold;
} filling;

static ms_status
count_pair(void *state, size_t i, size_t j, double distance)
{
	filling *f = state;

	(void) distance;
	f->p->start[i + 1]++;
	f->p->start[j + 1]++;
	return MS_OK;
}

static ms_status
add_pair(void *state, size_t i, size_t j, double distance)
{
	filling *f = state;
	float w = (float) (f->threshold - distance);

	if (isinf(w))
		return ms_fail(f->ctx, MS_TOO_LARGE, "threshold - distance", 0, f->threshold - distance,
					   FLT_MAX);
	f->p->other[f->next[i]] = (uint32_t) j;
	f->p->w[f->next[i]++] = w;
	f->p->other[f->next[j]] = (uint32_t) i;
	f->p->w[f->next[j]++] = w;
	return MS_OK;
}

/* Where i has neighbour j; SIZE_MAX when it has not. */
static size_t
find_neighbour(const ms_pull *p, size_t i, size_t j)
{
	size_t low = p->start[i];
	size_t high = p->start[i + 1];

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (p->other[middle] == j)
			return middle;
		if (p->other[middle] > j)
			high = middle;
		else
			low = middle + 1;
	}
	return SIZE_MAX;
}

/* The weight of a pair without a distance says nothing either. */
static ms_status
weigh_pair(void *state, size_t i, size_t j, double weight)
{
	filling *f = state;
	size_t at = find_neighbour(f->p, i, j);

	if (at == SIZE_MAX)
		return MS_OK;
	f->p->w[at] = (float) (f->p->w[at] * weight);
	f->p->w[find_neighbour(f->p, j, i)] = f->p->w[at];
	if (isinf(f->p->w[at]))
		return ms_fail(f->ctx, MS_TOO_LARGE, "(threshold - distance) times a weight", 0,
					   f->p->w[at], FLT_MAX);
	return MS_OK;
}

static ms_status
begin(filling *f, ms_arena *arena, const ms_places *places)
{
	ms_pull *p = f->p;

	p->n = places->n;
	MS_TRY(MS_ZEROED(arena, p->n + 1, &p->start));
	MS_TRY(MS_ALLOC(arena, p->n, &f->next));
	MS_TRY(ms_pairs_visit(f->ctx, places, places->s, places->size, count_pair, f));
	for (size_t i = 0; i < p->n; i++)
	{
		p->start[i + 1] += p->start[i];
		f->next[i] = p->start[i];
	}
	MS_TRY(MS_ALLOC(arena, p->start[p->n], &p->other));
	MS_TRY(MS_ALLOC(arena, p->start[p->n], &p->w));
	return ms_pairs_visit(f->ctx, places, places->s, places->size, add_pair, f);
}

ms_status
ms_pull_new(ms_ctx *ctx, ms_arena *arena, const ms_places *places, double threshold,
			const ms_dissimilarity *weights, size_t weights_size, ms_pull *out)
{
	filling f = {.ctx = ctx, .p = out, .threshold = threshold};

	MS_TRY(begin(&f, arena, places));
	if (weights)
		MS_TRY(ms_pairs_visit(ctx, places, weights, weights_size, weigh_pair, &f));
	out->noise = 0;
	for (size_t e = 0; e < out->start[out->n]; e++)
		out->noise = fmax(out->noise, 1e-12 * fabs(out->w[e]));
	return ms_tick(ctx, out->start[out->n]);
}

/* --- cost ----------------------------------------------------------------------------------- */

double
ms_correlation_cost(const ms_pull *p, const uint32_t *labels, size_t i)
{
	double cost = 0;

	for (size_t e = p->start[i]; e < p->start[i + 1]; e++)
	{
		bool together = labels[i] == labels[p->other[e]];

		if (together ? p->w[e] < 0 : p->w[e] > 0)
			cost += fabs(p->w[e]);
	}
	return cost;
}

static ms_status
cost_of(ms_ctx *ctx, const ms_pull *p, const uint32_t *labels, double *cost)
{
	*cost = 0;
	for (size_t i = 0; i < p->n; i++)
	{
		*cost += ms_correlation_cost(p, labels, i) / 2;
		MS_TRY(ms_tick(ctx, 2 * (p->start[i + 1] - p->start[i])));
	}
	return MS_OK;
}

/* --- one start ------------------------------------------------------------------------------ */

typedef struct climb
{
	ms_ctx *ctx;
	const ms_pull *p;
	size_t *order;    /* n: random */
	uint32_t *labels; /* n */
	uint32_t *size;   /* n: of each cluster */
	uint32_t *empty;  /* n: clusters without ids, the last is next */
	size_t empties;
	double *sum;   /* n, 0 between uses: of pulls to each cluster */
	bool *touched; /* n, false between uses */
	uint32_t *met; /* n: the clusters that were touched */
	size_t mets;
	size_t *member; /* n: ids by cluster */
	size_t *first;  /* n + 1 */
} climb;

static ms_status
climb_new(climb *c, ms_arena *arena)
{
	size_t n = c->p->n;

	MS_TRY(MS_ALLOC(arena, n, &c->order));
	MS_TRY(MS_ALLOC(arena, n, &c->labels));
	MS_TRY(MS_ALLOC(arena, n, &c->size));
	MS_TRY(MS_ALLOC(arena, n, &c->empty));
	MS_TRY(MS_ZEROED(arena, n, &c->sum));
	MS_TRY(MS_ZEROED(arena, n, &c->touched));
	MS_TRY(MS_ALLOC(arena, n, &c->met));
	MS_TRY(MS_ALLOC(arena, n, &c->member));
	return MS_ALLOC(arena, n + 1, &c->first);
}

static void
put(climb *c, size_t i, uint32_t cluster)
{
	if (c->size[cluster]++ == 0)
		c->empties--;
	c->labels[i] = cluster;
}

static void
take(climb *c, size_t i)
{
	uint32_t cluster = c->labels[i];

	if (--c->size[cluster] == 0)
		c->empty[c->empties++] = cluster;
}

/* The next id without a cluster, in random order, and those without one that pull to it. */
static ms_status
pivots(climb *c, uint64_t seed, uint64_t number)
{
	const ms_pull *p = c->p;
	ms_rng rng;

	ms_rng_init(&rng, seed, number);
	ms_rng_permutation(&rng, p->n, c->order);
	for (size_t i = 0; i < p->n; i++)
	{
		c->labels[i] = NONE;
		c->size[i] = 0;
		c->empty[i] = (uint32_t) (p->n - 1 - i);
	}
	c->empties = p->n;
	for (size_t r = 0; r < p->n; r++)
	{
		size_t i = c->order[r];
		uint32_t cluster = c->empties > 0 ? c->empty[c->empties - 1] : NONE;

		if (c->labels[i] != NONE)
			continue;
		put(c, i, cluster);
		for (size_t e = p->start[i]; e < p->start[i + 1]; e++)
		{
			if (p->w[e] > 0 && c->labels[p->other[e]] == NONE)
				put(c, p->other[e], cluster);
		}
		MS_TRY(ms_tick(c->ctx, 10 + 2 * (p->start[i + 1] - p->start[i])));
	}
	return MS_OK;
}

/* Adds the pulls of id i to the clusters that it touches. */
static ms_status
gather(climb *c, size_t i)
{
	const ms_pull *p = c->p;

	for (size_t e = p->start[i]; e < p->start[i + 1]; e++)
	{
		uint32_t cluster = c->labels[p->other[e]];

		if (!c->touched[cluster])
			c->met[c->mets++] = cluster;
		c->touched[cluster] = true;
		c->sum[cluster] += p->w[e];
	}
	return ms_tick(c->ctx, 10 + 3 * (p->start[i + 1] - p->start[i]));
}

static void
forget(climb *c)
{
	for (size_t m = 0; m < c->mets; m++)
	{
		c->sum[c->met[m]] = 0;
		c->touched[c->met[m]] = false;
	}
	c->mets = 0;
}

/* Id i to the cluster that pulls most, or away from all: section 4.4. Ties to the lower. */
static ms_status
move(climb *c, size_t i, bool *moved)
{
	uint32_t own = c->labels[i];
	uint32_t best = NONE;
	double pull = 0;

	MS_TRY(gather(c, i));
	for (size_t m = 0; m < c->mets; m++)
	{
		uint32_t cluster = c->met[m];

		if (c->sum[cluster] > pull || (c->sum[cluster] == pull && cluster < best))
		{
			best = cluster;
			pull = c->sum[cluster];
		}
	}
	if (pull - c->sum[own] > c->p->noise)
	{
		take(c, i);
		put(c, i, best == NONE ? c->empty[c->empties - 1] : best);
		*moved = true;
	}
	forget(c);
	return MS_OK;
}

/* Ids by cluster: those of cluster a are member[first[a]] .. member[first[a + 1]]. */
static void
list_members(climb *c)
{
	size_t n = c->p->n;

	c->first[0] = 0;
	for (size_t a = 0; a < n; a++)
		c->first[a + 1] = c->first[a] + c->size[a];
	for (size_t i = 0; i < n; i++)
		c->member[c->first[c->labels[i]]++] = i;
	for (size_t a = n; a > 0; a--)
		c->first[a] = c->first[a - 1];
	c->first[0] = 0;
}

/* The two clusters that pull to each other most become one. */
static ms_status
merge(climb *c, bool *merged)
{
	size_t n = c->p->n;
	double best = c->p->noise;
	uint32_t into = NONE;
	uint32_t from = NONE;

	list_members(c);
	for (uint32_t a = 0; a < n; a++)
	{
		for (size_t m = c->first[a]; m < c->first[a + 1]; m++)
			MS_TRY(gather(c, c->member[m]));
		for (size_t m = 0; m < c->mets; m++)
		{
			uint32_t b = c->met[m];

			if (b > a && (c->sum[b] > best || (c->sum[b] == best && into == a && b < from)))
			{
				best = c->sum[b];
				into = a;
				from = b;
			}
		}
		forget(c);
	}
	*merged = into != NONE;
	for (size_t m = 0; *merged && m < n; m++)
	{
		if (c->labels[m] != from)
			continue;
		take(c, m);
		put(c, m, into);
	}
	return MS_OK;
}

static ms_status
improve(climb *c)
{
	bool better = true;

	while (better) /* each round costs less than the one before */
	{
		better = false;
		for (size_t i = 0; i < c->p->n; i++)
			MS_TRY(move(c, i, &better));
		if (!better)
			MS_TRY(merge(c, &better));
	}
	return MS_OK;
}

/* Clusters by their first id; uses c->empty as a map. */
static uint32_t
renumber(climb *c)
{
	uint32_t k = 0;

	for (size_t i = 0; i < c->p->n; i++)
		c->empty[i] = NONE;
	for (size_t i = 0; i < c->p->n; i++)
	{
		uint32_t *label = &c->empty[c->labels[i]];

		if (*label == NONE)
			*label = k++;
		c->labels[i] = *label;
	}
	return k;
}

/* --- the best of all starts ----------------------------------------------------------------- */

static bool
comes_first(const uint32_t *a, const uint32_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return a[i] < b[i];
	return false;
}

static ms_status
keep_best(climb *c, ms_correlation *out)
{
	size_t n = c->p->n;
	uint32_t k = renumber(c);
	double cost;
	bool equal;

	MS_TRY(cost_of(c->ctx, c->p, c->labels, &cost));
	equal = fabs(cost - out->cost) <= c->p->noise * (double) n;
	if (!equal && cost < out->cost)
		out->starts_at_best = 0;
	if (!equal && cost > out->cost)
		return MS_OK;
	out->starts_at_best++;
	if (equal && !comes_first(c->labels, out->labels, n))
		return MS_OK;
	memcpy(out->labels, c->labels, n * sizeof(*c->labels));
	out->k = k;
	out->cost = cost;
	return MS_OK;
}

static ms_status
fit(climb *c, ms_arena *arena, const ms_correlation_options *o, ms_correlation *out)
{
	MS_TRY(climb_new(c, arena));
	for (int i = 0; i < o->n_init; i++)
	{
		ms_progress progress = {"correlation_clusters, start", i + 1, NAN, out->cost};

		MS_TRY(pivots(c, (uint64_t) o->seed, (uint64_t) i));
		if (o->moves)
			MS_TRY(improve(c));
		MS_TRY(keep_best(c, out));
		if (c->ctx->progress)
			c->ctx->progress(c->ctx, &progress);
	}
	return MS_OK;
}

ms_status
ms_correlation_fit(ms_ctx *ctx, ms_arena *arena, const ms_pull *p, const ms_correlation_options *o,
				   ms_correlation *out)
{
	climb c = {.ctx = ctx, .p = p};
	ms_arena scratch;
	ms_status status;

	if (o->n_init < 1)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "n_init", 0, o->n_init, 1);
	*out = (ms_correlation){.cost = INFINITY};
	MS_TRY(MS_ALLOC(arena, p->n, &out->labels));
	ms_arena_init(&scratch, ctx);
	status = fit(&c, &scratch, o, out);
	ms_arena_free(&scratch);
	return status;
}
