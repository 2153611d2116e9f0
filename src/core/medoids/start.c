/*
 * start.c: medoids to start from: BUILD of PAM (Kaufman & Rousseeuw 1987), O(n^2 k); LAB, BUILD on
 * small samples (Schubert & Rousseeuw 2019), O(k n); k-means++ draws by the distance itself,
 * O(k n); k rows at random.
 */
#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/rng.h"
#include "core/medoids/pam.h"

#define STREAM_START UINT64_C(0x6b6d65647374)

typedef struct starter
{
	ms_ctx *ctx;
	const ms_table *t;
	size_t k;
	size_t *medoids;
	size_t found;
	unsigned char *taken; /* n */
	float *near;          /* n: distance to the nearest medoid so far */
	float *row;           /* n */
	ms_rng rng;
} starter;

static inline double
weight(const starter *s, size_t o)
{
	return s->t->w ? s->t->w[o] : 1;
}

static ms_status
take(starter *s, size_t c)
{
	const float *d;

	s->medoids[s->found++] = c;
	s->taken[c] = 1;
	MS_TRY(ms_table_row(s->ctx, s->t, c, s->row, &d));
	for (size_t o = 0; o < s->t->n; o++)
		s->near[o] = d[o] < s->near[o] ? d[o] : s->near[o];
	return ms_tick(s->ctx, s->t->n);
}

static size_t
first_free(const starter *s)
{
	size_t c = 0;

	while (s->taken[c])
		c++;
	return c;
}

/* --- BUILD ---------------------------------------------------------------------------------- */

/* Sum of w min(d, near); near is infinite before the first medoid. */
static double
total_with(const starter *s, const float *d)
{
	const float *near = s->near;
	const double *w = s->t->w;
	size_t n = s->t->n;
	double sum = 0;

	if (w)
	{
#pragma omp simd reduction(+ : sum)
		for (size_t o = 0; o < n; o++)
			sum += w[o] * (double) (d[o] < near[o] ? d[o] : near[o]);
	}
	else
	{
#pragma omp simd reduction(+ : sum)
		for (size_t o = 0; o < n; o++)
			sum += (double) (d[o] < near[o] ? d[o] : near[o]);
	}
	return sum;
}

/* When nothing is left to gain, all rows being duplicates of medoids, the lowest row is taken. */
static ms_status
build(starter *s)
{
	while (s->found < s->k)
	{
		double least = INFINITY;
		size_t best = first_free(s);

		for (size_t c = 0; c < s->t->n; c++)
		{
			const float *d;
			double total;

			if (s->taken[c])
				continue;
			MS_TRY(ms_table_row(s->ctx, s->t, c, s->row, &d));
			total = total_with(s, d);
			MS_TRY(ms_tick(s->ctx, s->t->n / 2 + 1));
			if (total < least)
			{
				least = total;
				best = c;
			}
		}
		MS_TRY(take(s, best));
	}
	return MS_OK;
}

/* --- draws ---------------------------------------------------------------------------------- */

/* The first m numbers of a random order of rows that are no medoids. */
static size_t
draw_free(starter *s, size_t *order, size_t m)
{
	size_t free = 0;

	for (size_t i = 0; i < s->t->n; i++)
	{
		if (!s->taken[i])
			order[free++] = i;
	}
	m = m < free ? m : free;
	for (size_t i = 0; i < m; i++)
	{
		size_t other = i + ms_rng_below(&s->rng, free - i);
		size_t kept = order[i];

		order[i] = order[other];
		order[other] = kept;
	}
	return m;
}

/* The least of -ln(u) / (w D): a row is drawn by its share of the total. */
static size_t
race(starter *s)
{
	double least = INFINITY;
	size_t best = first_free(s);

	for (size_t o = 0; o < s->t->n; o++)
	{
		double rate = weight(s, o) * (s->found ? s->near[o] : 1);
		double key = -log(ms_rng_uniform(&s->rng)) / rate;

		if (!s->taken[o] && key < least)
		{
			least = key;
			best = o;
		}
	}
	return best;
}

static ms_status
by_distance(starter *s)
{
	while (s->found < s->k)
	{
		MS_TRY(ms_tick(s->ctx, 20 * s->t->n));
		MS_TRY(take(s, race(s)));
	}
	return MS_OK;
}

/* The candidate of a sample that serves the sample best. */
static ms_status
best_of_sample(starter *s, const size_t *sample, size_t m, size_t *best)
{
	double least = INFINITY;

	*best = sample[0];
	for (size_t a = 0; a < m; a++)
	{
		const float *d;
		double total = 0;

		MS_TRY(ms_table_row(s->ctx, s->t, sample[a], s->row, &d));
		for (size_t b = 0; b < m; b++)
			total += weight(s, sample[b]) * fminf(d[sample[b]], s->near[sample[b]]);
		MS_TRY(ms_tick(s->ctx, 2 * m));
		if (total < least || (total == least && sample[a] < *best))
		{
			least = total;
			*best = sample[a];
		}
	}
	return MS_OK;
}

static ms_status
lab(starter *s, size_t *order)
{
	size_t size = 10 + (size_t) ceil(sqrt((double) s->t->n));

	while (s->found < s->k)
	{
		size_t m = draw_free(s, order, size);
		size_t best;

		MS_TRY(best_of_sample(s, order, m, &best));
		MS_TRY(take(s, best));
	}
	return MS_OK;
}

/* --- all ------------------------------------------------------------------------------------ */

static ms_status
start(starter *s, ms_arena *arena, ms_kmedoids_init init)
{
	size_t n = s->t->n;
	size_t *order;

	MS_TRY(MS_ALLOC(arena, n, &order));
	MS_TRY(MS_ZEROED(arena, n, &s->taken));
	MS_TRY(MS_ALLOC(arena, n, &s->near));
	MS_TRY(MS_ALLOC(arena, n, &s->row));
	for (size_t o = 0; o < n; o++)
		s->near[o] = INFINITY;
	MS_TRY(ms_tick(s->ctx, n));
	if (s->k == n)
		init = MS_KMEDOIDS_INIT_RANDOM;
	switch (init)
	{
		case MS_KMEDOIDS_INIT_BUILD:
			return build(s);
		case MS_KMEDOIDS_INIT_KMEANSPP:
			return by_distance(s);
		case MS_KMEDOIDS_INIT_LAB:
			return lab(s, order);
		default:
			draw_free(s, order, s->k);
			memcpy(s->medoids, order, s->k * sizeof(*order));
			return ms_tick(s->ctx, 10 * s->k);
	}
}

ms_status
ms_start(ms_ctx *ctx, const ms_table *t, size_t k, ms_kmedoids_init init, int64_t seed,
		 uint64_t number, size_t *medoids)
{
	starter s = {.ctx = ctx, .t = t, .k = k, .medoids = medoids};
	ms_arena arena;
	ms_status status;

	ms_rng_init(&s.rng, (uint64_t) seed, ms_hash_u64(number, STREAM_START));
	ms_arena_init(&arena, ctx);
	status = start(&s, &arena, init);
	ms_arena_free(&arena);
	return status;
}
