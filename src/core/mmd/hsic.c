/*
 * hsic.c: products of two centred Gram matrices.
 */
#include "core/mmd/hsic.h"

#include <math.h>

#include "core/base/sums.h"

#define TILE MS_CLOUD_TILE
#define CLONES __attribute__((target_clones("default", "avx2", "avx512f")))

ms_status
ms_hsic_new(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, size_t first, const ms_kernel *k,
			const ms_kernel *l, ms_hsic *out)
{
	ms_rows x = *rows;
	ms_rows y = *rows;

	if (first < 1 || first >= rows->d)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "first", 0, (double) first,
					   first < 1 ? 1 : (double) rows->d - 1);
	*out = (ms_hsic){.rows = *rows, .k = *k, .l = *l};
	x.d = first;
	y.d = rows->d - first;
	y.x += first;
	MS_TRY(ms_kernel_check(ctx, k));
	MS_TRY(ms_kernel_check(ctx, l));
	MS_TRY(ms_cloud_new(ctx, arena, &x, NULL, x.n, &out->x));
	return ms_cloud_new(ctx, arena, &y, NULL, y.n, &out->y);
}

/* --- estimates ------------------------------------------------------------------------------ */

/* One block: means of rows (Kc_ij = k_ij - means_i - means_j) and moments. */
typedef struct block
{
	const ms_cloud *c;
	const ms_kernel *k;
	double *means;
	double *centred; /* Kc_ii */
	ms_gram_moments moments;
	ms_sum squares;
} block;

static ms_status
block_new(ms_ctx *ctx, ms_arena *arena, const ms_cloud *c, const ms_kernel *k, block *b)
{
	ms_sum trace = {0, 0};
	ms_sum diagonal = {0, 0};
	double *sums[2];

	*b = (block){.c = c, .k = k};
	for (int s = 0; s < 2; s++)
		MS_TRY(MS_ALLOC(arena, ms_cloud_padded(c), &sums[s]));
	MS_TRY(MS_ZEROED(arena, ms_cloud_padded(c), &b->means));
	MS_TRY(ms_gram_sums(ctx, c, k, c->n, sums));
	MS_TRY(ms_gram_means(ctx, c, sums[0], b->means, &b->moments.weight));
	if (!(b->moments.weight > 0))
		return ms_fail(ctx, MS_TOO_FEW, "rows", 0, 0, 1);
	b->centred = sums[1];
	MS_TRY(ms_cloud_diagonal(ctx, c, k, b->centred));
	for (size_t i = 0; i < c->n; i++)
	{
		double x = b->centred[i] -= 2 * b->means[i];

		ms_sum_add(&trace, c->w[i] * x);
		ms_sum_add(&diagonal, c->w[i] * x * x);
	}
	b->moments.trace = ms_sum_get(&trace);
	b->moments.diagonal = ms_sum_get(&diagonal);
	return ms_tick(ctx, 20 * c->n);
}

typedef struct products
{
	ms_ctx *ctx;
	block *x;
	block *y;
	ms_sum product; /* sum w_i w_j Kc_ij Lc_ij */
	double l[MS_CLOUD_STRIPE * TILE];
} products;

typedef struct row_products
{
	double k, l, product;
} row_products;

/* Sums over a row of a tile: w Kc^2, w Lc^2, w Kc Lc. */
CLONES static row_products
multiply(const double *k, const double *l, const double *w, const double *k_means,
		 const double *l_means, double k_mean, double l_mean)
{
	double k_squares = 0;
	double l_squares = 0;
	double product = 0;

#pragma omp simd reduction(+ : k_squares, l_squares, product)
	for (size_t j = 0; j < TILE; j++)
	{
		double a = k[j] - k_means[j] - k_mean;
		double b = l[j] - l_means[j] - l_mean;

		k_squares += w[j] * a * a;
		l_squares += w[j] * b * b;
		product += w[j] * a * b;
	}
	return (row_products){k_squares, l_squares, product};
}

static void
visit_products(void *of, const ms_stripe *s)
{
	products *p = of;
	size_t at = s->tile * TILE;

	ms_cloud_kernel(p->y->c, s->i, s->rows, p->y->c, s->tile, p->y->k, p->l);
	/* what the pass does not know of */
	p->ctx->work += ms_cloud_steps(p->y->c, s->rows * TILE);
	for (size_t r = 0; r < s->rows; r++)
	{
		size_t i = s->i + r;
		double w = (s->diagonal ? 1 : 2) * p->x->c->w[i];
		row_products row =
			multiply(s->k + r * TILE, p->l + r * TILE, p->x->c->w + at, p->x->means + at,
					 p->y->means + at, p->x->means[i], p->y->means[i]);

		ms_sum_add(&p->x->squares, w * row.k);
		ms_sum_add(&p->y->squares, w * row.l);
		ms_sum_add(&p->product, w * row.product);
	}
}

/*
 * The unbiased statistic is the same of matrices whose rows and columns are shifted, so also of the
 * centred ones, whose sums of rows without the diagonal are what is left out there: product is
 * sum Kc Lc, diagonal sum Kc_ii Lc_ii.
 */
static double
unbiased(double n, double product, double diagonal, double k_trace, double l_trace)
{
	if (!(n >= 4))
		return NAN;
	return (product - diagonal + k_trace * l_trace / ((n - 1) * (n - 2)) - 2 * diagonal / (n - 2)) /
		   (n * (n - 3));
}

static double
correlation(double xy, double xx, double yy)
{
	return xx > 0 && yy > 0 ? xy / (sqrt(xx) * sqrt(yy)) : NAN;
}

static double
own_unbiased(const ms_gram_moments *m)
{
	return unbiased(m->weight, m->squares, m->diagonal, m->trace, m->trace);
}

static void
finish(const products *p, ms_hsic_estimate *out)
{
	ms_gram_moments *a = &p->x->moments;
	ms_gram_moments *b = &p->y->moments;
	double n = a->weight;
	double product = ms_sum_get(&p->product);
	ms_sum diagonal = {0, 0};

	a->squares = ms_sum_get(&p->x->squares);
	b->squares = ms_sum_get(&p->y->squares);
	for (size_t i = 0; i < p->x->c->n; i++)
		ms_sum_add(&diagonal, p->x->c->w[i] * p->x->centred[i] * p->y->centred[i]);
	out->biased = product / (n * n);
	out->unbiased = unbiased(n, product, ms_sum_get(&diagonal), a->trace, b->trace);
	out->correlation = correlation(product, a->squares, b->squares);
	out->unbiased_correlation = correlation(out->unbiased, own_unbiased(a), own_unbiased(b));
	ms_gamma_of(a, b, product, &out->gamma);
	out->gamma.statistic /= n * n;
	out->gamma.null_mean /= n * n;
	out->gamma.null_sd /= n * n;
}

ms_status
ms_hsic_estimate_of(ms_ctx *ctx, ms_arena *arena, const ms_hsic *h, ms_hsic_estimate *out)
{
	products *p;
	block x, y;

	MS_TRY(block_new(ctx, arena, &h->x, &h->k, &x));
	MS_TRY(block_new(ctx, arena, &h->y, &h->l, &y));
	MS_TRY(MS_ZEROED(arena, 1, &p));
	p->ctx = ctx;
	p->x = &x;
	p->y = &y;
	MS_TRY(ms_gram_pass(ctx, &h->x, &h->k, visit_products, p));
	finish(p, out);
	return ms_tick(ctx, 8 * h->x.n);
}
