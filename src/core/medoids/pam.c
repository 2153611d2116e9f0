/*
 * pam.c: FasterPAM (Schubert & Rousseeuw 2021, "Fast and Eager k-Medoids Clustering") and FastPAM1
 * (2019): each object keeps its nearest and second nearest medoid, and one pass over the distances
 * of a candidate tells what it would bring in place of any of the k medoids.
 */
#include "core/medoids/pam.h"

#include <math.h>
#include <string.h>

/* partial sums of a slot: hits of one slot in a row need not wait for each other */
#define PARTS 4
/* hits that are looked at together */
#define CHUNK 512

#define CLONES __attribute__((target_clones("default", "avx2", "avx512f")))

static inline double
weight(const ms_table *t, size_t o)
{
	return t->w ? t->w[o] : 1;
}

/* --- caches --------------------------------------------------------------------------------- */

size_t
ms_pam_bytes(size_t n, size_t m, size_t k, bool computed)
{
	size_t rows = 0;
	size_t size;

	if (computed && !ms_size_mul(k, m, &rows))
		return SIZE_MAX;
	if (!ms_size_add(rows, 6 * m + 16 * k, &rows) || !ms_size_mul(rows, sizeof(float), &size) ||
		!ms_size_add(size, n + 16 * k + 4096, &size))
		return SIZE_MAX;
	return size;
}

ms_status
ms_pam_new(ms_ctx *ctx, ms_arena *arena, const ms_table *t, size_t k, ms_pam *p)
{
	size_t own = 0;

	*p = (ms_pam){.ctx = ctx, .table = t, .k = k};
	if (!t->rows)
		ms_size_mul(k, t->m, &own);
	MS_TRY(MS_ALLOC(arena, k, &p->medoids));
	MS_TRY(MS_ZEROED(arena, t->n, &p->taken));
	MS_TRY(MS_ALLOC(arena, t->m, &p->first));
	MS_TRY(MS_ALLOC(arena, t->m, &p->second));
	MS_TRY(MS_ALLOC(arena, t->m, &p->d1));
	MS_TRY(MS_ALLOC(arena, t->m, &p->d2));
	MS_TRY(MS_ALLOC(arena, k, &p->loss));
	MS_TRY(MS_ALLOC(arena, k, &p->rows));
	MS_TRY(MS_ALLOC(arena, own, &p->own_rows));
	MS_TRY(MS_ALLOC(arena, t->m, &p->row));
	MS_TRY(MS_ALLOC(arena, t->m + 16, &p->hits));
	return ms_arena_alloc(arena, k, PARTS * sizeof(double), (void **) &p->gains);
}

/* The nearest slot to object o but `but`; ties to the lower. */
static void
nearest_but(const ms_pam *p, size_t o, size_t but, uint32_t *slot, float *distance)
{
	float best = INFINITY;
	uint32_t found = but == 0 && p->k > 1;

	for (uint32_t i = 0; i < p->k; i++)
	{
		float d = p->rows[i][o];

		if (i != but && d < best)
		{
			best = d;
			found = i;
		}
	}
	*slot = found;
	*distance = best;
}

static void
sum_up(ms_pam *p)
{
	const ms_table *t = p->table;
	double total[PARTS] = {0};

	memset(p->loss, 0, p->k * sizeof(double));
	for (size_t o = 0; o < t->m; o++)
	{
		double w = weight(t, o);

		total[o % PARTS] += w * p->d1[o];
		p->loss[p->first[o]] += w * ((double) p->d2[o] - p->d1[o]);
	}
	p->deviation = (total[0] + total[1]) + (total[2] + total[3]);
}

static ms_status
fetch_row(ms_pam *p, size_t slot)
{
	const ms_table *t = p->table;
	float *own = t->rows ? NULL : p->own_rows + slot * t->m;

	return ms_table_row(p->ctx, t, p->medoids[slot], own, &p->rows[slot]);
}

ms_status
ms_pam_set(ms_pam *p, const size_t *medoids)
{
	const ms_table *t = p->table;

	memset(p->taken, 0, t->n);
	memcpy(p->medoids, medoids, p->k * sizeof(*medoids));
	for (size_t i = 0; i < p->k; i++)
	{
		p->taken[medoids[i]] = 1;
		MS_TRY(fetch_row(p, i));
	}
	for (size_t o = 0; o < t->m; o++)
	{
		nearest_but(p, o, SIZE_MAX, &p->first[o], &p->d1[o]);
		MS_TRY(ms_tick(p->ctx, 2 * p->k + 4));
	}
	/* a medoid is its own, whatever duplicates there are */
	for (size_t i = 0; t->square && i < p->k; i++)
	{
		p->first[medoids[i]] = (uint32_t) i;
		p->d1[medoids[i]] = 0;
	}
	for (size_t o = 0; o < t->m; o++)
	{
		nearest_but(p, o, p->first[o], &p->second[o], &p->d2[o]);
		MS_TRY(ms_tick(p->ctx, 2 * p->k + 4));
	}
	sum_up(p);
	return MS_OK;
}

/* --- one candidate -------------------------------------------------------------------------- */

/* A chunk of hits: the slot of the first medoid, and what is gained where that one leaves. */
typedef struct chunk
{
	uint32_t slot[CHUNK];
	double gain[CHUNK];
} chunk;

/*
 * An object nearer to c than to its first medoid goes to c whoever leaves: a shared gain, and its
 * first medoid is not missed any more. One between its two medoids matters only when its first
 * leaves, and then it goes to c instead of its second. No branches: nobody could foresee them.
 */
CLONES static double
look_at(const ms_pam *p, const float *d, const uint32_t *hits, size_t n, chunk *c)
{
	const float *d1 = p->d1;
	const float *d2 = p->d2;
	const uint32_t *first = p->first;
	double shared = 0;

#pragma omp simd reduction(+ : shared)
	for (size_t h = 0; h < n; h++)
	{
		uint32_t o = hits[h];
		float near = d[o] < d1[o] ? d[o] : d1[o];
		float far = d[o] < d1[o] ? d1[o] : d[o];

		shared += (double) near - (double) d1[o];
		c->gain[h] = (double) far - (double) d2[o];
		c->slot[h] = first[o];
	}
	return shared;
}

/* The same by the weights. */
static double
look_at_weighted(const ms_pam *p, const float *d, const uint32_t *hits, size_t n, chunk *c)
{
	const double *w = p->table->w;
	double shared = 0;

	for (size_t h = 0; h < n; h++)
	{
		uint32_t o = hits[h];
		float near = d[o] < p->d1[o] ? d[o] : p->d1[o];
		float far = d[o] < p->d1[o] ? p->d1[o] : d[o];

		shared += w[o] * ((double) near - (double) p->d1[o]);
		c->gain[h] = w[o] * ((double) far - (double) p->d2[o]);
		c->slot[h] = p->first[o];
	}
	return shared;
}

/* The shared gain; those of the slots are gathered in p->gains. */
static double
gather(ms_pam *p, const float *d, size_t n)
{
	double shared = 0;
	chunk c;

	memset(p->gains, 0, p->k * PARTS * sizeof(double));
	for (size_t from = 0; from < n; from += CHUNK)
	{
		size_t m = n - from < CHUNK ? n - from : CHUNK;

		if (p->table->w)
			shared += look_at_weighted(p, d, p->hits + from, m, &c);
		else
			shared += look_at(p, d, p->hits + from, m, &c);
		for (size_t h = 0; h < m; h++)
			p->gains[c.slot[h] * PARTS + h % PARTS] += c.gain[h];
	}
	return shared;
}

static double
slot_gain(const ms_pam *p, size_t i)
{
	const double *g = p->gains + i * PARTS;

	return p->loss[i] + ((g[0] + g[1]) + (g[2] + g[3]));
}

/* The shared gain is added after the slots are compared. */
static void
best_slot(ms_pam *p, const float *d, size_t *slot, double *change)
{
	double shared = gather(p, d, ms_pam_hits(d, p->d2, p->table->m, p->hits));
	double best = slot_gain(p, 0);

	*slot = 0;
	for (size_t i = 1; i < p->k; i++)
	{
		double gain = slot_gain(p, i);

		if (gain < best)
		{
			best = gain;
			*slot = i;
		}
	}
	*change = best + shared;
}

ms_status
ms_pam_try(ms_pam *p, size_t c, size_t *slot, double *change)
{
	const float *d;

	MS_TRY(ms_table_row(p->ctx, p->table, c, p->row, &d));
	best_slot(p, d, slot, change);
	return ms_tick(p->ctx, p->table->m + 8 * p->k);
}

/* Object o when slot i is now at distance d. */
static inline void
update_object(ms_pam *p, size_t o, uint32_t i, float d)
{
	if (p->first[o] == i)
	{
		if (d < p->d2[o])
		{
			p->d1[o] = d;
			return;
		}
		p->first[o] = p->second[o];
		p->d1[o] = p->d2[o];
		nearest_but(p, o, p->first[o], &p->second[o], &p->d2[o]);
	}
	else if (d < p->d1[o])
	{
		p->second[o] = p->first[o];
		p->d2[o] = p->d1[o];
		p->first[o] = i;
		p->d1[o] = d;
	}
	else if (p->second[o] == i && d > p->d2[o])
		nearest_but(p, o, p->first[o], &p->second[o], &p->d2[o]);
	else if (p->second[o] == i || d < p->d2[o])
	{
		p->second[o] = i;
		p->d2[o] = d;
	}
}

/* A medoid is its own, whatever duplicates there are: the update took it for any object. */
static void
make_own(ms_pam *p, size_t c, uint32_t i)
{
	if (p->first[c] != i)
	{
		p->first[c] = i;
		p->d1[c] = 0;
		nearest_but(p, c, i, &p->second[c], &p->d2[c]);
	}
}

ms_status
ms_pam_swap(ms_pam *p, size_t slot, size_t c)
{
	const ms_table *t = p->table;
	uint32_t i = (uint32_t) slot;

	p->taken[p->medoids[slot]] = 0;
	p->taken[c] = 1;
	p->medoids[slot] = c;
	MS_TRY(fetch_row(p, slot));
	for (size_t o = 0; o < t->m; o++)
	{
		float d = p->rows[slot][o];

		/* most objects stay as they are */
		if (d < p->d2[o] || p->first[o] == i || p->second[o] == i)
			update_object(p, o, i, d);
	}
	if (t->square)
		make_own(p, c, i);
	sum_up(p);
	p->swaps++;
	return ms_tick(p->ctx, 4 * t->m);
}

/* --- loops ---------------------------------------------------------------------------------- */

static void
tell(const ms_pam *p, const char *task)
{
	ms_progress progress = {task, p->passes, NAN, p->deviation};

	if (p->ctx->progress)
		p->ctx->progress(p->ctx, &progress);
}

ms_status
ms_pam_fasterpam(ms_pam *p, int max_iter, double epsilon)
{
	size_t n = p->table->n;
	size_t last = n; /* the candidate that swapped last */

	p->converged = false;
	for (int pass = 0; pass < max_iter; pass++)
	{
		uint64_t before = p->swaps;

		p->passes++;
		for (size_t c = 0; c < n; c++)
		{
			size_t slot;
			double change;

			p->converged = c == last;
			if (p->converged)
				return MS_OK;
			if (p->taken[c])
				continue;
			MS_TRY(ms_pam_try(p, c, &slot, &change));
			if (change < -epsilon * p->deviation)
			{
				MS_TRY(ms_pam_swap(p, slot, c));
				last = c;
			}
		}
		tell(p, "fasterpam");
		p->converged = p->swaps == before;
		if (p->converged)
			return MS_OK;
	}
	return MS_OK;
}

/* The swap that gains most, ties to the first candidate; change 0 when there is none. */
static ms_status
best_swap(ms_pam *p, size_t *candidate, size_t *slot, double *change)
{
	*change = 0;
	*slot = 0;
	*candidate = 0;
	for (size_t c = 0; c < p->table->n; c++)
	{
		size_t i;
		double gain;

		if (p->taken[c])
			continue;
		MS_TRY(ms_pam_try(p, c, &i, &gain));
		if (gain < *change)
		{
			*change = gain;
			*slot = i;
			*candidate = c;
		}
	}
	return MS_OK;
}

ms_status
ms_pam_fastpam1(ms_pam *p, int max_iter, double epsilon)
{
	p->converged = false;
	for (int pass = 0; pass < max_iter; pass++)
	{
		size_t c;
		size_t slot;
		double change;

		p->passes++;
		MS_TRY(best_swap(p, &c, &slot, &change));
		p->converged = !(change < -epsilon * p->deviation);
		if (p->converged)
			return MS_OK;
		MS_TRY(ms_pam_swap(p, slot, c));
		tell(p, "fastpam1");
	}
	return MS_OK;
}

ms_status
ms_pam_certify(ms_pam *p, double epsilon, bool *optimal)
{
	size_t c;
	size_t slot;
	double change;

	*optimal = true;
	if (p->k == 1 || p->k == p->table->n)
		return MS_OK;
	MS_TRY(best_swap(p, &c, &slot, &change));
	*optimal = !(change < -epsilon * p->deviation);
	return MS_OK;
}

ms_status
ms_pam_single(ms_pam *p)
{
	const ms_table *t = p->table;
	double least = INFINITY;
	size_t best = 0;

	for (size_t c = 0; c < t->n; c++)
	{
		const float *d;
		double sum = 0;

		MS_TRY(ms_table_row(p->ctx, t, c, p->row, &d));
		for (size_t o = 0; o < t->m; o++)
			sum += weight(t, o) * d[o];
		MS_TRY(ms_tick(p->ctx, t->m));
		if (sum < least)
		{
			least = sum;
			best = c;
		}
	}
	MS_TRY(ms_pam_set(p, &best));
	p->passes = 1;
	p->converged = true;
	return MS_OK;
}
