/*
 * hsic_permute.c: the same product for rows of y in other orders. Points of y are moved, not
 * entries of L: a tile of Kc is made once for a batch of orders.
 */
#include "core/mmd/hsic.h"

#include <math.h>
#include <string.h>

#include "core/base/rng.h"

#define TILE MS_CLOUD_TILE
#define BATCH 16
#define TIE 1e-12
#define STREAM_ORDER UINT64_C(0x6873696300000000)
#define CLONES __attribute__((target_clones("default", "avx2", "avx512f")))

typedef struct permuter
{
	ms_ctx *ctx;
	ms_kernel k;
	ms_kernel l;
	ms_cloud x;
	ms_cloud y;
	double *means; /* of rows of K */
	ms_cloud moved[BATCH];
	uint32_t *order[BATCH];
	double sums[BATCH]; /* sum Kc_ij L_pi(i)pi(j) */
	bool observing;     /* the size of the terms is wanted, too: */
	double size;        /* sum |Kc_ij L_ij| */
	size_t count;       /* orders of this batch */
	double centred[MS_CLOUD_STRIPE * TILE];
	double values[MS_CLOUD_STRIPE * TILE];
	/* what has been seen of the null */
	double least; /* that counts as great */
	double n, mean, squares, as_great;
} permuter;

/* --- rows, each as often as it weighs ------------------------------------------------------- */

static ms_status
copies_of(ms_ctx *ctx, ms_arena *arena, const ms_cloud *c, size_t *n, size_t **which)
{
	double total = 0;
	size_t at = 0;

	for (size_t i = 0; i < c->n; i++)
	{
		if (c->w[i] != floor(c->w[i]))
			return ms_fail(ctx, MS_BAD_WEIGHT, "frequency", (int64_t) i + 1, c->w[i],
						   round(c->w[i]));
		total += c->w[i];
	}
	if (total > UINT32_MAX)
		return ms_fail(ctx, MS_TOO_LARGE, "rows", 0, total, UINT32_MAX);
	*n = (size_t) total;
	MS_TRY(MS_ALLOC(arena, *n, which));
	for (size_t i = 0; i < c->n; i++)
	{
		for (size_t copy = 0; copy < (size_t) c->w[i]; copy++)
			(*which)[at++] = i;
	}
	return ms_tick(ctx, 2 * (c->n + *n));
}

static ms_status
permuter_new(ms_ctx *ctx, ms_arena *arena, const ms_hsic *h, permuter *p)
{
	ms_rows x = h->rows;
	ms_rows y = h->rows;
	double *sums[2];
	double weight;
	size_t *which;
	size_t n = 0;

	p->ctx = ctx;
	p->k = h->k;
	p->l = h->l;
	x.w = y.w = NULL;
	x.d = h->x.d;
	y.d = h->y.d;
	y.x += x.d;
	MS_TRY(copies_of(ctx, arena, &h->x, &n, &which));
	MS_TRY(ms_cloud_new(ctx, arena, &x, which, n, &p->x));
	MS_TRY(ms_cloud_new(ctx, arena, &y, which, n, &p->y));
	for (size_t b = 0; b < BATCH; b++)
	{
		MS_TRY(ms_cloud_room(ctx, arena, n, y.d, &p->moved[b]));
		MS_TRY(MS_ALLOC(arena, n, &p->order[b]));
	}
	for (int s = 0; s < 2; s++)
		MS_TRY(MS_ALLOC(arena, ms_cloud_padded(&p->x), &sums[s]));
	MS_TRY(ms_gram_sums(ctx, &p->x, &p->k, n, sums));
	MS_TRY(MS_ZEROED(arena, ms_cloud_padded(&p->x), &p->means));
	return ms_gram_means(ctx, &p->x, sums[0], p->means, &weight);
}

/* --- products ------------------------------------------------------------------------------- */

CLONES static void
centre(const double *k, const double *w, const double *means, double mean, double factor,
	   double *out)
{
#pragma omp simd
	for (size_t j = 0; j < TILE; j++)
		out[j] = factor * w[j] * (k[j] - means[j] - mean);
}

CLONES static double
dot(const double *a, const double *b, size_t n)
{
	double sum = 0;

#pragma omp simd reduction(+ : sum)
	for (size_t j = 0; j < n; j++)
		sum += a[j] * b[j];
	return sum;
}

CLONES static double
size_of(const double *a, const double *b, size_t n)
{
	double sum = 0;

#pragma omp simd reduction(+ : sum)
	for (size_t j = 0; j < n; j++)
		sum += fabs(a[j] * b[j]);
	return sum;
}

static void
visit_orders(void *of, const ms_stripe *s)
{
	permuter *p = of;
	size_t at = s->tile * TILE;

	for (size_t r = 0; r < s->rows; r++)
		centre(s->k + r * TILE, p->x.w + at, p->means + at, p->means[s->i + r], s->diagonal ? 1 : 2,
			   p->centred + r * TILE);
	for (size_t b = 0; b < p->count; b++)
	{
		const ms_cloud *y = &p->moved[b];

		ms_cloud_kernel(y, s->i, s->rows, y, s->tile, &p->l, p->values);
		p->sums[b] += dot(p->centred, p->values, s->rows * TILE);
		/* what the pass does not know of */
		p->ctx->work += ms_cloud_steps(y, s->rows * TILE);
		if (p->observing)
			p->size += size_of(p->centred, p->values, s->rows * TILE);
	}
}

/* The statistics of the orders of this batch. */
static ms_status
evaluate(permuter *p)
{
	memset(p->sums, 0, sizeof(p->sums));
	for (size_t b = 0; b < p->count; b++)
	{
		ms_cloud_gather(&p->y, p->order[b], &p->moved[b]);
		MS_TRY(ms_tick(p->ctx, 4 * p->y.n * p->y.d));
	}
	return ms_gram_pass(p->ctx, &p->x, &p->k, visit_orders, p);
}

/* Mean and spread of the null (Welford 1962), and how many are as great as what was seen. */
static ms_status
add_batch(permuter *p)
{
	double scale = (double) p->x.n * (double) p->x.n;

	MS_TRY(evaluate(p));
	for (size_t b = 0; b < p->count; b++)
	{
		double v = p->sums[b] / scale;
		double off = v - p->mean;

		p->n++;
		p->mean += off / p->n;
		p->squares += off * (v - p->mean);
		p->as_great += v >= p->least;
	}
	p->count = 0;
	return MS_OK;
}

/* --- orders --------------------------------------------------------------------------------- */

static void
first_order(permuter *p, size_t b)
{
	for (size_t i = 0; i < p->y.n; i++)
		p->order[b][i] = (uint32_t) i;
}

static inline void
swap(uint32_t *a, uint32_t *b)
{
	uint32_t held = *a;

	*a = *b;
	*b = held;
}

/* The next in lexicographic order; false after the last. */
static bool
next_order(uint32_t *order, size_t n)
{
	size_t i = n - 1;
	size_t j = n - 1;

	while (i > 0 && order[i - 1] > order[i])
		i--;
	if (i == 0)
		return false;
	while (order[j] < order[i - 1])
		j--;
	swap(&order[i - 1], &order[j]);
	for (j = n - 1; i < j; i++, j--)
		swap(&order[i], &order[j]);
	return true;
}

static ms_status
all_orders(permuter *p)
{
	uint32_t next[16];
	size_t n = p->y.n;

	memcpy(next, p->order[0], n * sizeof(*next));
	do
	{
		memcpy(p->order[p->count++], next, n * sizeof(*next));
		if (p->count == BATCH)
			MS_TRY(add_batch(p));
	} while (next_order(next, n));
	return add_batch(p);
}

static ms_status
some_orders(permuter *p, int64_t replicates, uint64_t seed)
{
	ms_rng rng;

	ms_rng_init(&rng, seed, STREAM_ORDER);
	for (int64_t done = 0; done < replicates; done += BATCH)
	{
		while (p->count < BATCH && done + (int64_t) p->count < replicates)
		{
			uint32_t *order = p->order[p->count];

			first_order(p, p->count++);
			for (size_t i = p->y.n; i > 1; i--)
				swap(&order[i - 1], &order[ms_rng_below(&rng, i)]);
			MS_TRY(ms_tick(p->ctx, 10 * p->y.n));
		}
		MS_TRY(add_batch(p));
		if (p->ctx->progress)
			p->ctx->progress(p->ctx, &(ms_progress){"permutation", (int64_t) p->n,
													p->n / (double) replicates, p->mean});
	}
	return MS_OK;
}

/* n!, or something above `most`. */
static double
orders_of(size_t n, double most)
{
	double all = 1;

	for (size_t i = 2; i <= n && all <= most; i++)
		all *= (double) i;
	return all;
}

/* What was observed is evaluated as all are, so that rounding is the same. */
static ms_status
observe(permuter *p, double *observed)
{
	double scale = (double) p->x.n * (double) p->x.n;

	first_order(p, 0);
	p->count = 1;
	p->observing = true;
	MS_TRY(evaluate(p));
	p->observing = false;
	p->count = 0;
	*observed = p->sums[0] / scale;
	p->least = *observed - TIE * p->size / scale;
	return MS_OK;
}

ms_status
ms_hsic_permute(ms_ctx *ctx, ms_arena *arena, const ms_hsic *h, int64_t replicates, uint64_t seed,
				ms_permutation *out)
{
	permuter *p;

	if (replicates < 1)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "replicates", 0, (double) replicates, 1);
	MS_TRY(MS_ZEROED(arena, 1, &p));
	MS_TRY(permuter_new(ctx, arena, h, p));
	MS_TRY(observe(p, &out->statistic));
	out->exact = orders_of(p->y.n, (double) replicates) <= (double) replicates && p->y.n <= 16;
	MS_TRY(out->exact ? all_orders(p) : some_orders(p, replicates, seed));
	out->replicates = (int64_t) p->n;
	out->null_mean = p->mean;
	out->null_sd = p->n > 1 ? sqrt(p->squares / (p->n - 1)) : 0;
	out->p_value = out->exact ? p->as_great / p->n : (1 + p->as_great) / (p->n + 1);
	out->p_min = out->exact ? 1 / p->n : 1 / (p->n + 1);
	return MS_OK;
}
