/*
 * nearness.c: metric nearness by Project and Forget (Sonthalia & Gilbert, JMLR 23, 2022), section 3:
 * Hildreth's projections onto cycle inequalities that an oracle finds, each with a multiplier that
 * lets it give back what it moved.
 */
#include <math.h>
#include <string.h>

#include "core/medoids/metric.h"

/* x of pair `pair` is at most the sum of the path over `length` nodes from its smaller end on. */
typedef struct cycle
{
	size_t pair;
	size_t at; /* of its nodes */
	double z;  /* multiplier */
	uint32_t length;
	uint32_t start;
} cycle;

typedef struct cycles
{
	ms_arena arena;
	cycle *list; /* by pair */
	uint32_t *nodes;
	size_t n;
	size_t n_nodes;
} cycles;

typedef struct nearness
{
	ms_ctx *ctx;
	size_t n;
	size_t pairs;
	const double *d;
	double *x;
	double *inverse; /* 1 / weight */
	double *y;       /* multipliers of x >= 0 */
	uint32_t *walk;  /* n */
	ms_paths paths;
	cycles known;
	size_t held; /* bytes beside the cycles */
	double tol;  /* absolute */
	double move; /* greatest change of a slack in the last sweep */
} nearness;

size_t
ms_metric_bytes(size_t n)
{
	size_t pairs;
	size_t size;

	/* d, x, 1 / w, y, the lengths and the middles; the next cycles beside the ones before */
	if (!ms_size_mul(n, n, &pairs) || !ms_size_mul(pairs / 2 + n, 6 * sizeof(double), &size))
		return SIZE_MAX;
	return size;
}

/* --- the oracle ----------------------------------------------------------------------------- */

static ms_status
search(nearness *s, double *worst)
{
	*worst = 0;
	MS_TRY(ms_paths_find(s->ctx, &s->paths, s->x));
	for (size_t p = 0; p < s->pairs; p++)
		*worst = fmax(*worst, s->x[p] - s->paths.length[p]);
	return ms_tick(s->ctx, s->pairs);
}

static bool
is_violated(const nearness *s, size_t p)
{
	return s->x[p] - s->paths.length[p] > s->tol && s->paths.middle[p] != UINT32_MAX;
}

static ms_status
count_violated(nearness *s, size_t *cycles_found, size_t *nodes)
{
	size_t p = 0;

	*cycles_found = *nodes = 0;
	for (size_t i = 1; i < s->n; i++)
	{
		for (size_t j = 0; j < i; j++, p++)
		{
			if (!is_violated(s, p))
				continue;
			*nodes += ms_paths_walk(&s->paths, j, i, s->walk);
			(*cycles_found)++;
		}
		MS_TRY(ms_tick(s->ctx, 20 * i));
	}
	return MS_OK;
}

static void
append(cycles *to, cycle c, const uint32_t *nodes)
{
	c.at = to->n_nodes;
	memcpy(to->nodes + c.at, nodes, c.length * sizeof(*nodes));
	to->n_nodes += c.length;
	to->list[to->n++] = c;
}

/* Cycles of pair p, from *next on, move to `to` unless their multiplier is 0; is `walk` there? */
static bool
keep_pair(const cycles *from, size_t *next, size_t p, const uint32_t *walk, size_t length,
		  cycles *to)
{
	bool known = false;

	for (; *next < from->n && from->list[*next].pair == p; (*next)++)
	{
		cycle c = from->list[*next];
		const uint32_t *nodes = from->nodes + c.at;

		if (c.z == 0)
			continue;
		append(to, c, nodes);
		known |= c.length == length && memcmp(nodes, walk, length * sizeof(*walk)) == 0;
	}
	return known;
}

/* The cycles that still push, and those that are violated. */
static ms_status
merge(nearness *s, cycles *to)
{
	const cycles *from = &s->known;
	size_t next = 0;
	size_t p = 0;

	for (size_t i = 1; i < s->n; i++)
	{
		for (size_t j = 0; j < i; j++, p++)
		{
			bool violated = is_violated(s, p);
			size_t length = violated ? ms_paths_walk(&s->paths, j, i, s->walk) : 0;
			bool known = keep_pair(from, &next, p, s->walk, length, to);

			if (violated && !known)
				append(to, (cycle){p, 0, 0, (uint32_t) length, (uint32_t) j}, s->walk);
		}
		MS_TRY(ms_tick(s->ctx, 20 * i));
	}
	return MS_OK;
}

static ms_status
remember(nearness *s)
{
	cycles new = {.n = 0};
	size_t found;
	size_t nodes;
	ms_status status;

	MS_TRY(count_violated(s, &found, &nodes));
	new.arena = (ms_arena){s->ctx, NULL, s->known.arena.used};
	status = MS_ALLOC(&new.arena, s->known.n + found, &new.list);
	if (status == MS_OK)
		status = MS_ALLOC(&new.arena, s->known.n_nodes + nodes, &new.nodes);
	if (status == MS_OK)
		status = merge(s, &new);
	new.arena.used -= s->known.arena.used - s->held;
	ms_arena_free(&s->known.arena);
	s->known = new;
	return status;
}

/* --- projections ---------------------------------------------------------------------------- */

/* Slack of a cycle, and what a unit of its multiplier moves it by. */
static double
slack_of(const nearness *s, const cycle *c, double *rate)
{
	const uint32_t *nodes = s->known.nodes + c->at;
	double slack = -s->x[c->pair];
	uint32_t last = c->start;

	*rate = s->inverse[c->pair];
	for (uint32_t i = 0; i < c->length; last = nodes[i++])
	{
		size_t e = ms_pair_at(last, nodes[i]);

		slack += s->x[e];
		*rate += s->inverse[e];
	}
	return slack;
}

/*
 * Onto the boundary where it is violated; else back by what its multiplier has, so that
 * w (x - d) = sum of z times the cycles' normals stays true.
 */
static void
project(nearness *s, cycle *c)
{
	const uint32_t *nodes = s->known.nodes + c->at;
	uint32_t last = c->start;
	double rate;
	double slack = slack_of(s, c, &rate);
	double step;

	if (rate == 0)
		return;
	step = fmin(c->z, slack / rate);
	for (uint32_t i = 0; i < c->length; last = nodes[i++])
	{
		size_t e = ms_pair_at(last, nodes[i]);

		s->x[e] -= step * s->inverse[e];
	}
	s->x[c->pair] += step * s->inverse[c->pair];
	c->z -= step;
	s->move = fmax(s->move, fabs(step) * rate);
}

static ms_status
sweep(nearness *s)
{
	s->move = 0;
	for (size_t i = 0; i < s->known.n; i++)
	{
		project(s, &s->known.list[i]);
		MS_TRY(ms_tick(s->ctx, 10 * s->known.list[i].length));
	}
	for (size_t p = 0; p < s->pairs; p++)
	{
		double step;

		if (s->inverse[p] == 0 || (s->x[p] >= 0 && s->y[p] == 0))
			continue;
		step = fmin(s->y[p], s->x[p] / s->inverse[p]);
		s->x[p] -= step * s->inverse[p];
		s->y[p] -= step;
		s->move = fmax(s->move, fabs(step) * s->inverse[p]);
	}
	return ms_tick(s->ctx, s->pairs);
}

/* --- the whole ------------------------------------------------------------------------------ */

/* Fixed distances alone must have no detour that is shorter. */
static ms_status
check_fixed(nearness *s)
{
	bool any = false;

	for (size_t p = 0; p < s->pairs; p++)
	{
		any |= s->inverse[p] == 0;
		s->x[p] = s->inverse[p] == 0 ? s->d[p] : INFINITY;
	}
	if (any)
		MS_TRY(ms_paths_find(s->ctx, &s->paths, s->x));
	for (size_t p = 0; any && p < s->pairs; p++)
	{
		if (s->inverse[p] == 0 && s->d[p] - s->paths.length[p] > s->tol)
			return ms_fail(s->ctx, MS_MISMATCH, "fixed", (int64_t) p, s->d[p], s->paths.length[p]);
	}
	return ms_tick(s->ctx, s->pairs);
}

static void
tell(const nearness *s, int round, double worst)
{
	ms_progress progress = {"dissimilarity_repair, round", round, NAN, worst};

	if (s->ctx->progress)
		s->ctx->progress(s->ctx, &progress);
}

static ms_status
iterate(nearness *s, const ms_repair_options *o, ms_repair *info)
{
	double worst;

	for (int round = 1; round <= o->max_iter; round++)
	{
		MS_TRY(search(s, &worst));
		tell(s, round, worst);
		info->converged = worst <= s->tol && s->move <= s->tol;
		if (info->converged)
			return MS_OK;
		info->iterations = (uint32_t) round;
		MS_TRY(remember(s));
		for (int i = 0; i < o->sweeps; i++)
			MS_TRY(sweep(s));
	}
	MS_TRY(search(s, &worst));
	info->converged = worst <= s->tol && s->move <= s->tol;
	return MS_OK;
}

/* The answer is the shortest paths of x; x itself has the certificate. */
static void
conclude(nearness *s, double *x, ms_repair *info)
{
	info->objective = info->gap = 0;
	info->active = 0;
	for (size_t i = 0; i < s->known.n; i++)
	{
		double rate;
		double slack = slack_of(s, &s->known.list[i], &rate);

		info->gap += s->known.list[i].z * slack;
		info->active += s->known.list[i].z > 0;
	}
	for (size_t p = 0; p < s->pairs; p++)
	{
		double off = s->x[p] - s->d[p];

		if (s->inverse[p] > 0)
			info->objective += off * off / s->inverse[p] / 2;
		info->gap += s->y[p] * s->x[p];
		info->active += s->y[p] > 0;
		x[p] = s->inverse[p] > 0 ? s->paths.length[p] : s->d[p];
	}
}

static ms_status
check_options(ms_ctx *ctx, const ms_repair_options *o)
{
	if (!(o->tol > 0 && o->tol < 1))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "tol", 0, o->tol, 0);
	if (o->max_iter < 1)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "max_iter", 0, o->max_iter, 1);
	if (o->sweeps < 1)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "sweeps", 0, o->sweeps, 1);
	return MS_OK;
}

static ms_status
begin(nearness *s, ms_arena *arena, const ms_repair_options *o)
{
	MS_TRY(MS_ALLOC(arena, s->pairs, &s->x));
	MS_TRY(MS_ALLOC(arena, s->pairs, &s->inverse));
	MS_TRY(MS_ZEROED(arena, s->pairs, &s->y));
	MS_TRY(MS_ALLOC(arena, s->n, &s->walk));
	MS_TRY(ms_paths_new(arena, s->n, &s->paths));
	for (size_t p = 0; p < s->pairs; p++)
	{
		s->inverse[p] = o->inverse ? o->inverse[p] : 1;
		s->tol = fmax(s->tol, o->tol * s->d[p]);
	}
	MS_TRY(check_fixed(s));
	memcpy(s->x, s->d, s->pairs * sizeof(*s->x));
	return MS_OK;
}

/* The excess of what was given; and, where that is asked for, the answer. */
static ms_status
measure(nearness *s, const ms_repair_options *o, double *x, ms_repair *info)
{
	double noise = s->tol / o->tol * MS_METRIC_NOISE;

	MS_TRY(search(s, &info->worst));
	for (size_t p = 0; p < s->pairs; p++)
		info->violations += s->x[p] - s->paths.length[p] > noise;
	for (size_t p = 0; o->decrease && p < s->pairs; p++)
	{
		double off = s->paths.length[p] - s->d[p];

		x[p] = s->paths.length[p];
		info->objective += off * off / s->inverse[p] / 2;
	}
	return MS_OK;
}

static ms_status
nearest(ms_arena *arena, nearness *s, const ms_repair_options *o, double *x, ms_repair *info)
{
	ms_status status;

	MS_TRY(begin(s, arena, o));
	MS_TRY(measure(s, o, x, info));
	info->converged = o->decrease;
	info->gap = NAN;
	if (o->decrease)
		return MS_OK;
	s->held = arena->used;
	s->known.arena = (ms_arena){s->ctx, NULL, s->held};
	status = iterate(s, o, info);
	if (status == MS_OK)
		conclude(s, x, info);
	ms_arena_free(&s->known.arena);
	return status;
}

ms_status
ms_metric_nearest(ms_ctx *ctx, const double *d, size_t n, const ms_repair_options *o, double *x,
				  ms_repair *info)
{
	nearness s = {.ctx = ctx, .n = n, .pairs = n * (n - 1) / 2, .d = d};
	ms_arena arena;
	ms_status status;

	memset(info, 0, sizeof(*info));
	MS_TRY(check_options(ctx, o));
	ms_arena_init(&arena, ctx);
	status = nearest(&arena, &s, o, x, info);
	ms_arena_free(&arena);
	return status;
}

static ms_status
repair(ms_ctx *ctx, ms_arena *arena, const float *d, size_t n, const ms_repair_options *o,
	   float *out, ms_repair *info)
{
	size_t pairs = n * (n - 1) / 2;
	double *given;

	MS_TRY(MS_ALLOC(arena, pairs, &given));
	for (size_t p = 0; p < pairs; p++)
		given[p] = d[p];
	MS_TRY(ms_metric_nearest(ctx, given, n, o, given, info));
	MS_TRY(ms_metric_round(ctx, given, n, o->decrease ? NULL : o->inverse, out, &info->left));
	for (size_t p = 0; p < pairs; p++)
		info->changed += out[p] != d[p];
	return MS_OK;
}

ms_status
ms_metric_repair(ms_ctx *ctx, const float *d, size_t n, const ms_repair_options *o, float *out,
				 ms_repair *info)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = repair(ctx, &arena, d, n, o, out, info);
	ms_arena_free(&arena);
	return status;
}
