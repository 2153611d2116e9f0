/*
 * seeding.c: k-means++ seeds, exact (Arthur & Vassilvitskii 2007) or by rejection (Shah, Agrawal
 * & Jaiswal 2025, arXiv 2502.02085).
 *
 * Seeds are rows, so distances between rows and seeds need no centre, only the scale, and equal
 * rows are at distance 0 exactly. Exact: one pass over the rows a seed. Rejection: two passes,
 * then a few trials a seed; a step whose trials cost as much as a pass ends the method, and the
 * rest is exact. As m failed trials say nothing about the next draw, the law stays exact.
 */
#include "core/base/seeding.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/rng.h"
#include "core/base/sums.h"

#define BLOCK 256
/* up to this many inner steps exact passes cost less than what rejection prepares */
#define SMALL_WORK 4e6
/* what a trial costs beside its distances: two or three misses of the cache */
#define TRIAL_STEPS 256
/* trials that every step may have, however few the rows */
#define FEWEST_TRIALS 16

/* streams of random numbers, mixed with the step */
#define STREAM_RACE UINT64_C(0x6b2b2b72616365)
#define STREAM_TRIAL UINT64_C(0x6b2b2b74727279)

typedef struct seeder
{
	ms_ctx *ctx;
	ms_arena *scratch;
	const ms_view *view;
	uint64_t seed;
	size_t k;      /* wanted */
	ms_seeds *out; /* out->k found so far */
	double *near;  /* n: D_i, squared distance to the nearest seed that was passed over the rows */
} seeder;

/* The easy law that dominates D^2: rows by w_i q_i or by w_i, q_i = |x_i - mean|^2. */
typedef struct envelope
{
	double *mean;   /* d, in the rows' own units */
	double *spread; /* n: running sums of w_i q_i */
	double *mass;   /* n: running sums of w_i, or NULL where all weights are 1 */
	double total_spread;
	double total_mass;
	double least; /* |c - mean|^2 of the seed c that is nearest to the mean */
} envelope;

static inline size_t
least_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* fmin is a call: it must think of NaN */
static inline double
lesser(double a, double b)
{
	return b < a ? b : a;
}

static inline const double *
row_of(const seeder *s, size_t i)
{
	return s->view->rows.x + i * s->view->rows.stride;
}

/* Squared distance in the view's units between two points in the rows' own. */
static inline double
distance(const double *restrict a, const double *restrict b, const double *restrict scale, size_t d)
{
	double sum = 0;

	if (scale == NULL)
	{
#pragma omp simd reduction(+ : sum)
		for (size_t j = 0; j < d; j++)
			sum += (a[j] - b[j]) * (a[j] - b[j]);
	}
	else
	{
#pragma omp simd reduction(+ : sum)
		for (size_t j = 0; j < d; j++)
			sum += (a[j] - b[j]) * scale[j] * ((a[j] - b[j]) * scale[j]);
	}
	return sum;
}

static double
distance_to(const seeder *s, size_t i, const double *point)
{
	return distance(row_of(s, i), point, s->view->scale, s->view->rows.d);
}

/*
 * The first of -ln(u_i) / (w_i D_i) among rows from .. from + m - 1, against the least so far. As
 * -ln(u) >= 1 - u, few rows need the logarithm.
 */
static void
race(const seeder *s, size_t from, size_t m, uint64_t stream, double *least, size_t *winner)
{
	double u[BLOCK];

	ms_rng_fill(s->seed, stream, from, m, u);
	for (size_t i = 0; i < m; i++)
	{
		double rate = ms_rows_weight(&s->view->rows, from + i) * s->near[from + i];

		if (1 - u[i] < *least * rate && -log(u[i]) < *least * rate)
		{
			*least = -log(u[i]) / rate;
			*winner = from + i;
		}
	}
}

/*
 * One pass: lowers every D_i to the distance from `point` (if any), sums the potential, and draws
 * the next seed by a race (if winner is wanted; n when no row has a positive w_i D_i).
 */
static ms_status
pass(seeder *s, const double *point, uint64_t stream, size_t *winner)
{
	const ms_rows *rows = &s->view->rows;
	ms_sum potential = {0, 0};
	double least = INFINITY;

	for (size_t from = 0; from < rows->n; from += BLOCK)
	{
		size_t m = least_of(BLOCK, rows->n - from);

		MS_TRY(ms_tick(s->ctx, m * (8 + rows->d)));
		for (size_t i = from; i < from + m; i++)
		{
			if (point)
				s->near[i] = lesser(s->near[i], distance_to(s, i, point));
			ms_sum_add(&potential, ms_rows_weight(rows, i) * s->near[i]);
		}
		if (winner)
			race(s, from, m, stream, &least, winner);
	}
	s->out->potential = ms_sum_get(&potential);
	if (!isfinite(s->out->potential))
		return ms_fail(s->ctx, MS_TOO_LARGE, "distance", 0, INFINITY, DBL_MAX);
	return MS_OK;
}

static void
fill(double *x, size_t n, double value)
{
	for (size_t i = 0; i < n; i++)
		x[i] = value;
}

/* Row i becomes a seed. Until all are found the centers are rows, in the rows' own units. */
static void
add_seed(seeder *s, size_t i)
{
	size_t d = s->view->rows.d;

	memcpy(s->out->centers + s->out->k * d, row_of(s, i), d * sizeof(double));
	s->out->rows[s->out->k++] = i;
}

static void
tell(const seeder *s)
{
	double share = (double) s->out->k / (double) s->k;
	ms_progress progress = {"seeding", (int64_t) s->out->k, share, s->out->potential};

	if (s->ctx->progress)
		s->ctx->progress(s->ctx, &progress);
}

/* Exact draws until there are k seeds or all D_i are 0; seeds found before are passed first. */
static ms_status
draw_exactly(seeder *s)
{
	size_t n = s->view->rows.n;
	size_t d = s->view->rows.d;
	ms_seeds *out = s->out;
	size_t next = n;

	if (out->k == 0)
	{
		fill(s->near, n, 1);
		MS_TRY(pass(s, NULL, ms_hash_u64(0, STREAM_RACE), &next));
		if (next < n)
			add_seed(s, next);
	}
	fill(s->near, n, INFINITY);
	for (size_t t = 0; t < out->k; t++)
	{
		bool last = t + 1 == out->k && out->k < s->k;

		next = n;
		MS_TRY(pass(s, out->centers + t * d, ms_hash_u64(t + 1, STREAM_RACE), last ? &next : NULL));
		if (next < n)
			add_seed(s, next);
		tell(s);
	}
	return MS_OK;
}

/* The weighted mean, from the first row on: sums of large coordinates would cancel. */
static ms_status
find_mean(seeder *s, envelope *e)
{
	const ms_rows *rows = &s->view->rows;
	const double *first = row_of(s, 0);

	MS_TRY(MS_ZEROED(s->scratch, rows->d, &e->mean));
	for (size_t i = 0; i < rows->n; i++)
	{
		const double *x = row_of(s, i);
		double w = ms_rows_weight(rows, i);

		MS_TRY(ms_tick(s->ctx, 2 + rows->d));
		e->total_mass += w;
		for (size_t j = 0; j < rows->d; j++)
			e->mean[j] += w * (x[j] - first[j]);
	}
	for (size_t j = 0; j < rows->d; j++)
		e->mean[j] = first[j] + e->mean[j] / e->total_mass;
	return MS_OK;
}

/* Running sums of w_i q_i (in the place of D, which only exact draws need) and of w_i. */
static ms_status
add_up(seeder *s, envelope *e)
{
	const ms_rows *rows = &s->view->rows;
	ms_sum spread = {0, 0};
	ms_sum mass = {0, 0};

	e->spread = s->near;
	if (rows->w)
		MS_TRY(MS_ALLOC(s->scratch, rows->n, &e->mass));
	for (size_t i = 0; i < rows->n; i++)
	{
		double w = ms_rows_weight(rows, i);

		MS_TRY(ms_tick(s->ctx, 4 + rows->d));
		ms_sum_add(&spread, w * distance_to(s, i, e->mean));
		e->spread[i] = ms_sum_get(&spread);
		ms_sum_add(&mass, w);
		if (e->mass)
			e->mass[i] = ms_sum_get(&mass);
	}
	e->total_spread = ms_sum_get(&spread);
	e->total_mass = ms_sum_get(&mass);
	e->least = INFINITY;
	if (!isfinite(e->total_spread))
		return ms_fail(s->ctx, MS_TOO_LARGE, "distance", 0, INFINITY, DBL_MAX);
	return MS_OK;
}

/* The first i with sums[i] > target: a row that adds nothing is never met. n when there is none. */
static size_t
locate(const double *sums, size_t n, double target)
{
	size_t low = 0;

	while (n > 0)
	{
		size_t half = n / 2;

		if (sums[low + half] <= target)
		{
			low += half + 1;
			n -= half + 1;
		}
		else
			n = half;
	}
	return low;
}

static size_t
propose_by_mass(const seeder *s, const envelope *e, ms_rng *rng)
{
	size_t n = s->view->rows.n;

	if (e->mass)
		return locate(e->mass, n, ms_rng_uniform(rng) * e->total_mass);
	return ms_rng_below(rng, n);
}

static size_t
propose(const seeder *s, const envelope *e, ms_rng *rng)
{
	double all = e->total_spread + e->total_mass * e->least;

	if (ms_rng_uniform(rng) * all < e->total_spread)
		return locate(e->spread, s->view->rows.n, ms_rng_uniform(rng) * e->total_spread);
	return propose_by_mass(s, e, rng);
}

/*
 * True with probability D_i / (2 (q_i + least)), which is at most 1 by the parallelogram law. The
 * uniform number comes first, so that the first seed that lies too near ends the search; at D = 0
 * no number accepts.
 */
static bool
accept(const seeder *s, const envelope *e, ms_rng *rng, size_t i)
{
	size_t d = s->view->rows.d;
	double bound = ms_rng_uniform(rng) * 2 * (distance_to(s, i, e->mean) + e->least);

	for (size_t t = 0; t < s->out->k; t++)
	{
		if (distance_to(s, i, s->out->centers + t * d) <= bound)
			return false;
	}
	return true;
}

/* Trials for one seed, for as long as a pass over the rows would take; n when none succeeds. */
static ms_status
try_step(seeder *s, const envelope *e, size_t *found)
{
	size_t n = s->view->rows.n;
	size_t d = s->view->rows.d;
	uint64_t cost = TRIAL_STEPS + s->out->k * d;
	uint64_t limit = FEWEST_TRIALS + (uint64_t) ((double) n * (double) (8 + d) / (double) cost);
	ms_rng rng;

	ms_rng_init(&rng, s->seed, ms_hash_u64(s->out->k, STREAM_TRIAL));
	*found = n;
	for (uint64_t trial = 0; *found == n && trial < limit; trial++)
	{
		size_t i = propose(s, e, &rng);

		MS_TRY(ms_tick(s->ctx, cost));
		s->out->trials++;
		if (i < n && accept(s, e, &rng, i))
			*found = i;
	}
	return MS_OK;
}

/* Seeds by rejection until there are k or a step finds none within its limit. */
static ms_status
draw_by_rejection(seeder *s)
{
	size_t n = s->view->rows.n;
	ms_seeds *out = s->out;
	envelope e = {.mean = NULL};
	size_t found;
	ms_rng rng;

	MS_TRY(find_mean(s, &e));
	if (!(e.total_mass > 0))
		return MS_OK;
	MS_TRY(add_up(s, &e));
	ms_rng_init(&rng, s->seed, ms_hash_u64(0, STREAM_TRIAL));
	found = propose_by_mass(s, &e, &rng);
	while (found < n)
	{
		add_seed(s, found);
		e.least = lesser(e.least, distance_to(s, found, e.mean));
		if (out->k == s->k)
			return MS_OK;
		MS_TRY(try_step(s, &e, &found));
	}
	return MS_OK;
}

/* The seeds as the view shows them. */
static void
show_centers(const seeder *s)
{
	const double *centre = s->view->centre;
	const double *scale = s->view->scale;
	size_t d = s->view->rows.d;

	for (size_t i = 0; i < s->out->k * d; i++)
	{
		double x = s->out->centers[i];

		if (centre)
			x -= centre[i % d];
		s->out->centers[i] = scale ? x * scale[i % d] : x;
	}
}

static ms_status
draw(seeder *s, ms_seeding_method method)
{
	size_t tried;

	MS_TRY(MS_ALLOC(s->scratch, s->view->rows.n, &s->near));
	if (method == MS_SEEDING_REJECTION)
	{
		MS_TRY(draw_by_rejection(s));
		if (s->out->k == s->k)
			return MS_OK;
	}
	tried = s->out->k;
	MS_TRY(draw_exactly(s));
	if (method == MS_SEEDING_REJECTION)
		s->out->fallbacks = s->out->k - tried;
	return MS_OK;
}

ms_status
ms_seeding_kmeanspp(ms_ctx *ctx, ms_arena *arena, const ms_view *view, size_t k,
					ms_seeding_method method, uint64_t seed, ms_seeds *out)
{
	ms_arena scratch = {ctx, NULL, 0};
	seeder s = {ctx, &scratch, view, seed, least_of(k, view->rows.n), out, NULL};
	double work = (double) view->rows.n * (double) s.k * (double) view->rows.d;
	ms_status status;
	size_t size;

	*out = (ms_seeds){.potential = NAN};
	if (k == 0)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "k", 0, 0, 1);
	if (method == MS_SEEDING_AUTO || s.k == 0)
		method = work > SMALL_WORK && k > 4 ? MS_SEEDING_REJECTION : MS_SEEDING_EXACT;
	ms_size_mul(s.k, view->rows.d, &size);
	MS_TRY(MS_ALLOC(arena, s.k, &out->rows));
	MS_TRY(MS_ALLOC(arena, size, &out->centers));
	/* scratch goes at the end of the call, and until then counts beside the result */
	scratch.used = arena->used;
	status = draw(&s, method);
	ms_arena_free(&scratch);
	if (status == MS_OK)
		show_centers(&s);
	return status;
}

size_t
ms_seeding_bytes(size_t n, size_t d, size_t k)
{
	size_t width;
	size_t lines;
	size_t rows;
	size_t bytes;

	/* two numbers a row; k + 1 lines for seeds, 2k + 9 for Lloyd; ten blocks' own bytes */
	ms_size_mul(n, 2, &rows);
	ms_size_add(d, 1, &width);
	ms_size_mul(least_of(k, n), 3, &lines);
	ms_size_add(lines, 10, &lines);
	ms_size_mul(lines, width, &bytes);
	ms_size_add(bytes, rows, &bytes);
	ms_size_mul(bytes, sizeof(double), &bytes);
	ms_size_add(bytes, 10 * 128, &bytes);
	return bytes;
}
