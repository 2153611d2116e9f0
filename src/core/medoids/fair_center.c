/*
 * fair_center.c: a start for k-center (Jones, Nguyen & Nguyen 2020, with minimums): the least
 * radius r for which heads that are more than 2 r apart, each row within 2 r of one, can each be
 * given a row within r of a group that may have one more. Every row is then within 3 r of a
 * medoid, and r is at most the best radius, where distances obey the triangle inequality.
 */
#include "core/medoids/fair_parts.h"

#include <math.h>
#include <string.h>

#include "core/base/order.h"

#define NOWHERE SIZE_MAX

typedef struct matching
{
	ms_fair *f;
	size_t heads;
	size_t *head;      /* k: rows */
	size_t *row;       /* k x groups: the row of a group nearest to a head, NOWHERE beyond r */
	double *distance;  /* k x groups: of it */
	uint32_t *group;   /* k: of a matched head, UINT32_MAX */
	uint32_t *matched; /* groups: heads that have it */
	uint32_t *from;    /* groups: the head by which a search came; UINT32_MAX: not yet */
	uint32_t *queue;   /* groups */
} matching;

/* --- heads ---------------------------------------------------------------------------------- */

static void
add_head(matching *m, size_t c, const double *d, double r)
{
	ms_fair *f = m->f;
	size_t *row = m->row + m->heads * f->groups;
	double *distance = m->distance + m->heads * f->groups;

	m->head[m->heads++] = c;
	for (size_t h = 0; h < f->groups; h++)
	{
		row[h] = NOWHERE;
		distance[h] = INFINITY;
	}
	for (size_t o = 0; o < f->n; o++)
	{
		uint32_t h = f->of[o];

		f->d1[o] = fmin(f->d1[o], d[o]);
		if (d[o] <= r && d[o] < distance[h])
		{
			distance[h] = d[o];
			row[h] = o;
		}
	}
}

/* Rows in their order, each that is farther than 2 r from all heads before; false above k. */
static ms_status
find_heads(matching *m, double r, bool *enough)
{
	ms_fair *f = m->f;

	m->heads = 0;
	for (size_t o = 0; o < f->n; o++)
		f->d1[o] = INFINITY;
	for (size_t o = 0; o < f->n; o++)
	{
		const double *d;

		if (f->w[o] == 0 || !(f->d1[o] > 2 * r))
			continue;
		*enough = m->heads < f->k;
		if (!*enough)
			return MS_OK;
		MS_TRY(ms_fair_row(f, o, f->row, &d));
		add_head(m, o, d, r);
		MS_TRY(ms_tick(f->ctx, 3 * f->n + f->groups));
	}
	*enough = true;
	return ms_tick(f->ctx, 2 * f->n);
}

/* --- the flow ------------------------------------------------------------------------------- */

/* Heads along the path by which the search came change their groups; the last one gets `to`. */
static void
augment(matching *m, uint32_t to)
{
	m->matched[to]++;
	for (uint32_t h = to;;)
	{
		uint32_t head = m->from[h];
		uint32_t old = m->group[head];

		m->group[head] = h;
		if (old == UINT32_MAX)
			return;
		h = old;
	}
}

/* Groups that a head reaches and no one came to before. */
static size_t
reach(matching *m, uint32_t head, size_t queued)
{
	for (uint32_t h = 0; h < m->f->groups; h++)
	{
		if (m->row[head * m->f->groups + h] != NOWHERE && m->from[h] == UINT32_MAX)
		{
			m->from[h] = head;
			m->queue[queued++] = h;
		}
	}
	return queued;
}

/* One more matched head, by breadth first; what others have they keep or exchange. */
static ms_status
match_head(matching *m, uint32_t head, const uint32_t *capacity)
{
	ms_fair *f = m->f;
	size_t queued;

	memset(m->from, 0xff, f->groups * sizeof(*m->from));
	queued = reach(m, head, 0);
	for (size_t i = 0; i < queued; i++)
	{
		uint32_t h = m->queue[i];

		if (m->matched[h] < capacity[h])
		{
			augment(m, h);
			return MS_OK;
		}
		for (uint32_t other = 0; other < m->heads; other++)
		{
			if (m->group[other] == h)
				queued = reach(m, other, queued);
		}
		MS_TRY(ms_tick(f->ctx, m->heads * (1 + f->groups / 4)));
	}
	return MS_OK;
}

/*
 * Minimums first: heads that can serve one keep serving it when the rest is matched, as an
 * augmentation takes no group from what it has. So the fewest medoids come on top.
 */
static ms_status
match(matching *m, bool *fits)
{
	ms_fair *f = m->f;
	size_t extra = 0;
	size_t matched = 0;

	memset(m->group, 0xff, f->k * sizeof(*m->group));
	memset(m->matched, 0, f->groups * sizeof(*m->matched));
	for (uint32_t i = 0; i < m->heads; i++)
		MS_TRY(match_head(m, i, f->least));
	for (uint32_t i = 0; i < m->heads; i++)
	{
		if (m->group[i] == UINT32_MAX)
			MS_TRY(match_head(m, i, f->most));
		matched += m->group[i] != UINT32_MAX;
	}
	for (size_t h = 0; h < f->groups; h++)
		extra += m->matched[h] > f->least[h] ? m->matched[h] : f->least[h];
	*fits = matched == m->heads && extra <= f->k;
	return ms_tick(f->ctx, f->groups);
}

static ms_status
accepts(matching *m, double r, bool *out)
{
	MS_TRY(find_heads(m, r, out));
	return *out ? match(m, out) : MS_OK;
}

/* --- the radius ----------------------------------------------------------------------------- */

/* All distances between rows, ascending, the 0 of a row to itself first. */
static ms_status
sort_distances(ms_fair *f, ms_arena *arena, double **out, size_t *n)
{
	size_t pairs = f->n * (f->n - 1) / 2 + 1;

	MS_TRY(MS_ALLOC(arena, pairs, out));
	(*out)[0] = 0;
	*n = 1;
	for (size_t c = 1; c < f->n; c++)
	{
		const double *d;

		MS_TRY(ms_fair_row(f, c, f->row, &d));
		memcpy(*out + *n, d, c * sizeof(*d));
		*n += c;
		MS_TRY(ms_tick(f->ctx, c));
	}
	return ms_order_sort_doubles(f->ctx, *out, *n);
}

static ms_status
least_radius(matching *m, ms_arena *arena, double *radius)
{
	double *d;
	size_t low = 0;
	size_t high;
	bool fits;

	MS_TRY(sort_distances(m->f, arena, &d, &high));
	high--; /* at the greatest distance one head reaches all rows */
	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		MS_TRY(accepts(m, d[middle], &fits));
		if (fits)
			high = middle;
		else
			low = middle + 1;
	}
	*radius = d[high];
	return accepts(m, *radius, &fits);
}

static ms_status
run(matching *m, ms_arena *arena, double *radius)
{
	ms_fair *f = m->f;
	size_t edges;

	ms_size_mul(f->k, f->groups, &edges);
	MS_TRY(MS_ALLOC(arena, f->k, &m->head));
	MS_TRY(MS_ALLOC(arena, edges, &m->row));
	MS_TRY(MS_ALLOC(arena, edges, &m->distance));
	MS_TRY(MS_ALLOC(arena, f->k, &m->group));
	MS_TRY(MS_ALLOC(arena, f->groups, &m->matched));
	MS_TRY(MS_ALLOC(arena, f->groups, &m->from));
	MS_TRY(MS_ALLOC(arena, f->groups, &m->queue));
	MS_TRY(least_radius(m, arena, radius));
	for (size_t i = 0; i < m->heads; i++)
		ms_fair_take(f, m->row[i * f->groups + m->group[i]]);
	return MS_OK;
}

ms_status
ms_fair_match(ms_fair *f, double *radius)
{
	matching m = {.f = f};
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, f->ctx);
	status = run(&m, &arena, radius);
	ms_arena_free(&arena);
	return status;
}
