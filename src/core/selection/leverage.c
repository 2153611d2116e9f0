/*
 * leverage.c: leverage by an orthonormal basis, and draws by it.
 */
#include "core/selection/leverage.h"

#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/rng.h"
#include "core/selection/draw.h"

#define STREAM_VOLUME UINT64_C(0x766f6c756d65)

/* What is left of a column, as a share of its length, when it lies in the space of the others. */
#define RANK_TOLERANCE 1e-12

/* --- the basis ------------------------------------------------------------------------------ */

static double
dot(const double *a, const double *b, size_t n)
{
	double sum = 0;

#pragma omp simd reduction(+ : sum)
	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Column `at` without its part in the columns before: twice is enough (Kahan; Parlett 1998). */
static ms_status
orthogonalise(ms_ctx *ctx, double *q, size_t n, size_t at, bool *independent)
{
	double *column = q + at * n;
	double length = sqrt(dot(column, column, n));
	double left;

	for (size_t t = 0; t < 2 * at; t++)
	{
		const double *other = q + t % at * n;
		double part = dot(other, column, n);

		for (size_t i = 0; i < n; i++)
			column[i] -= part * other[i];
		MS_TRY(ms_tick(ctx, n));
	}
	left = sqrt(dot(column, column, n));
	*independent = left > RANK_TOLERANCE * length;
	for (size_t i = 0; i < n && *independent; i++)
		column[i] /= left;
	return ms_tick(ctx, 3 * n);
}

/* Column j of the design, divided by its greatest entry, so that squares stay in range. */
static ms_status
copy_column(ms_ctx *ctx, const ms_units *units, size_t j, double *out)
{
	double most = 0;

	for (size_t i = 0; i < units->n; i++)
	{
		out[i] = units->x[i * units->d + j];
		most = fmax(most, fabs(out[i]));
	}
	for (size_t i = 0; i < units->n; i++)
		out[i] = (most > 0 ? out[i] / most : 0) * (units->w ? sqrt(units->w[i]) : 1);
	return ms_tick(ctx, 4 * units->n);
}

ms_status
ms_design_new(ms_ctx *ctx, ms_arena *arena, const ms_units *units, ms_design *out)
{
	size_t n = units->n;
	size_t m = units->d;
	size_t rank = 0;
	double *q;
	double *leverage;

	MS_TRY(ms_arena_alloc(arena, n, m * sizeof(*q), (void **) &q));
	MS_TRY(MS_ZEROED(arena, n, &leverage));
	for (size_t j = 0; j < m && rank < n; j++)
	{
		bool independent;

		MS_TRY(copy_column(ctx, units, j, q + rank * n));
		MS_TRY(orthogonalise(ctx, q, n, rank, &independent));
		rank += independent;
	}
	if (rank < m)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "rank", 0, (double) rank, (double) m);
	for (size_t j = 0; j < m; j++)
	{
		for (size_t i = 0; i < n; i++)
			leverage[i] += q[j * n + i] * q[j * n + i];
	}
	*out = (ms_design){n, m, q, leverage};
	return ms_tick(ctx, n * m);
}

/* --- draws ---------------------------------------------------------------------------------- */

typedef struct process
{
	ms_ctx *ctx;
	const ms_design *design;
	const uint64_t *keys;
	int64_t seed;
	double *left;    /* n: squared length of q_i outside of the rows drawn */
	double *factors; /* m x n: rows of the Cholesky factor */
} process;

/* One of the rows by its share of `left`: the least of -ln(u) / left. */
static ms_status
race(process *p, size_t t, size_t *winner)
{
	uint64_t stream = ms_hash_u64(t, STREAM_VOLUME);
	double least = INFINITY;
	double most = -1;

	*winner = 0;
	for (size_t i = 0; i < p->design->n; i++)
	{
		double key = INFINITY;

		if (p->left[i] > 0)
			key = -log(ms_rng_at((uint64_t) p->seed, stream, p->keys[i])) / p->left[i];
		if (key < least || (isinf(least) && p->left[i] > most))
		{
			least = fmin(least, key);
			most = p->left[i];
			*winner = i;
		}
	}
	return ms_tick(p->ctx, 25 * p->design->n);
}

static ms_status
eliminate(process *p, size_t t, size_t c)
{
	size_t n = p->design->n;
	double *next = p->factors + t * n;
	double root = sqrt(p->left[c]);

	memset(next, 0, n * sizeof(*next));
	for (size_t j = 0; j < p->design->m; j++)
	{
		const double *q = p->design->q + j * n;

		for (size_t i = 0; i < n; i++)
			next[i] += q[c] * q[i];
		MS_TRY(ms_tick(p->ctx, n));
	}
	for (size_t s = 0; s < t; s++)
	{
		const double *factor = p->factors + s * n;

		for (size_t i = 0; i < n; i++)
			next[i] -= factor[c] * factor[i];
		MS_TRY(ms_tick(p->ctx, n));
	}
	for (size_t i = 0; i < n; i++)
	{
		next[i] /= root;
		p->left[i] = fmax(0, p->left[i] - next[i] * next[i]);
	}
	p->left[c] = 0;
	return ms_tick(p->ctx, 3 * n);
}

static ms_status
run(process *p, ms_arena *arena, size_t size, uint32_t *counts)
{
	const ms_design *design = p->design;
	uint32_t *others;
	double *share;

	MS_TRY(MS_ALLOC(arena, design->n, &p->left));
	MS_TRY(ms_arena_alloc(arena, design->n, design->m * sizeof(double), (void **) &p->factors));
	MS_TRY(MS_ALLOC(arena, design->n, &others));
	MS_TRY(MS_ALLOC(arena, design->n, &share));
	memcpy(p->left, design->leverage, design->n * sizeof(*p->left));
	memset(counts, 0, design->n * sizeof(*counts));
	for (size_t t = 0; t < design->m; t++)
	{
		size_t c;

		MS_TRY(race(p, t, &c));
		counts[c]++;
		MS_TRY(eliminate(p, t, c));
	}
	MS_TRY(ms_draw_replacement(p->ctx, design->leverage, design->n, size - design->m, p->seed,
							   share, others));
	for (size_t i = 0; i < design->n; i++)
		counts[i] += others[i];
	return ms_tick(p->ctx, design->n);
}

ms_status
ms_volume_sample(ms_ctx *ctx, const ms_design *design, const uint64_t *keys, size_t size,
				 int64_t seed, uint32_t *counts)
{
	process p = {.ctx = ctx, .design = design, .keys = keys, .seed = seed};
	ms_arena arena;
	ms_status status;

	if (size < design->m)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "size", 0, (double) size, (double) design->m);
	ms_arena_init(&arena, ctx);
	status = run(&p, &arena, size, counts);
	ms_arena_free(&arena);
	return status;
}
