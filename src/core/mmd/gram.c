/*
 * gram.c: passes over the Gram matrix, and sums over it.
 */
#include "core/mmd/gram.h"

#include <math.h>
#include <string.h>

#include "core/base/sums.h"

#define TILE MS_CLOUD_TILE
#define CLONES __attribute__((target_clones("default", "avx2", "avx512f")))

/* --- passes --------------------------------------------------------------------------------- */

/* Tile `s->tile` of b against the points of tile `from` of a. */
static ms_status
tile_pair(ms_ctx *ctx, const ms_cloud *a, size_t from, const ms_cloud *b, const ms_kernel *k,
		  ms_stripe *s, ms_gram_visit visit, void *of)
{
	_Alignas(64) double values[MS_CLOUD_STRIPE * TILE];
	size_t end = from * TILE + ms_cloud_in_tile(a, from);

	s->k = values;
	for (s->i = from * TILE; s->i < end; s->i += s->rows)
	{
		s->rows = end - s->i < MS_CLOUD_STRIPE ? end - s->i : MS_CLOUD_STRIPE;
		ms_cloud_kernel(a, s->i, s->rows, b, s->tile, k, values);
		visit(of, s);
		MS_TRY(ms_tick(ctx, ms_cloud_steps(b, s->rows * TILE)));
	}
	return MS_OK;
}

ms_status
ms_gram_pass(ms_ctx *ctx, const ms_cloud *c, const ms_kernel *k, ms_gram_visit visit, void *of)
{
	ms_stripe s = {0};

	for (s.tile = 0; s.tile < c->tiles; s.tile++)
	{
		for (size_t from = 0; from <= s.tile; from++)
		{
			s.diagonal = from == s.tile;
			MS_TRY(tile_pair(ctx, c, from, c, k, &s, visit, of));
		}
	}
	return MS_OK;
}

ms_status
ms_gram_between(ms_ctx *ctx, const ms_cloud *a, const ms_cloud *b, const ms_kernel *k,
				ms_gram_visit visit, void *of)
{
	ms_stripe s = {0};

	for (s.tile = 0; s.tile < b->tiles; s.tile++)
	{
		for (size_t from = 0; from < a->tiles; from++)
			MS_TRY(tile_pair(ctx, a, from, b, k, &s, visit, of));
	}
	return MS_OK;
}

/* --- sums of rows --------------------------------------------------------------------------- */

CLONES static double
dot(const double *k, const double *w, size_t n)
{
	double sum = 0;

#pragma omp simd reduction(+ : sum)
	for (size_t j = 0; j < n; j++)
		sum += w[j] * k[j];
	return sum;
}

CLONES static void
add_scaled(double *to, double w, const double *k, size_t n)
{
#pragma omp simd
	for (size_t j = 0; j < n; j++)
		to[j] += w * k[j];
}

/*
 * Four rows of a tile, or one: their weighted sums over points from .. to - 1 are added to sums,
 * and they, times their own weights, to columns.
 */
CLONES static void
sum_four(const double *k, size_t from, size_t to, const double *w, const double *own,
		 double *columns, double *sums)
{
	double a = 0, b = 0, c = 0, d = 0;

#pragma omp simd reduction(+ : a, b, c, d)
	for (size_t j = from; j < to; j++)
	{
		a += w[j] * k[j];
		b += w[j] * k[TILE + j];
		c += w[j] * k[2 * TILE + j];
		d += w[j] * k[3 * TILE + j];
		columns[j] += (own[0] * k[j] + own[1] * k[TILE + j]) +
					  (own[2] * k[2 * TILE + j] + own[3] * k[3 * TILE + j]);
	}
	sums[0] += a;
	sums[1] += b;
	sums[2] += c;
	sums[3] += d;
}

static void
sum_one(const double *k, size_t from, size_t to, const double *w, double own, double *columns,
		double *sum)
{
	*sum += dot(k + from, w + from, to - from);
	add_scaled(columns + from, own, k + from, to - from);
}

/*
 * A pair of tiles gives the rows of the one, and by symmetry those of the other: these gather in
 * `columns` for as long as the pair stays what it is.
 */
typedef struct row_sums
{
	const ms_cloud *c;
	size_t m; /* points of b from here on are of side 1 */
	double **sums;
	size_t from, tile;       /* the pair */
	double columns[2][TILE]; /* over its rows of either side */
} row_sums;

static void
flush_columns(row_sums *t)
{
	for (int side = 0; side < 2; side++)
		add_scaled(t->sums[side] + t->tile * TILE, 1, t->columns[side], TILE);
	memset(t->columns, 0, sizeof(t->columns));
}

/* Points of tile t that come before point m. */
static size_t
before(size_t m, size_t t)
{
	size_t begin = t * TILE;

	return m <= begin ? 0 : m - begin < TILE ? m - begin : TILE;
}

/* Sums of the stripe's rows; columns get them times own[rows]. */
static void
add_rows(row_sums *t, const ms_stripe *s, const double *own, double *columns)
{
	size_t split[] = {0, before(t->m, s->tile), TILE};
	const double *w = t->c->w + s->tile * TILE;

	for (int side = 0; side < 2; side++)
	{
		double *sums = t->sums[side] + s->i;
		size_t r = 0;

		for (; r + 4 <= s->rows; r += 4)
			sum_four(s->k + r * TILE, split[side], split[side + 1], w, own + r, columns, sums + r);
		for (; r < s->rows; r++)
			sum_one(s->k + r * TILE, split[side], split[side + 1], w, own[r], columns, sums + r);
	}
}

static void
visit_between(void *of, const ms_stripe *s)
{
	const double none[MS_CLOUD_STRIPE] = {0};
	double columns[TILE] = {0};

	add_rows(of, s, none, columns);
}

static void
visit_pair(void *of, const ms_stripe *s)
{
	row_sums *t = of;
	const double *own = t->c->w + s->i;
	bool straddles = s->i < t->m && t->m < s->i + s->rows;

	if (t->from != s->i / TILE || t->tile != s->tile)
		flush_columns(t);
	t->from = s->i / TILE;
	t->tile = s->tile;
	if (s->diagonal || straddles)
		visit_between(t, s);
	else
		add_rows(t, s, own, t->columns[s->i >= t->m]);
	for (size_t r = 0; r < s->rows && straddles && !s->diagonal; r++)
		add_scaled(t->columns[s->i + r >= t->m], own[r], s->k + r * TILE, TILE);
}

static ms_status
check_sums(ms_ctx *ctx, double *const sums[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		double x = sums[0][i] + sums[1][i];

		if (!isfinite(x))
			return ms_fail(ctx, MS_TOO_LARGE, "kernel", (int64_t) i + 1, x, 0);
	}
	return ms_tick(ctx, n);
}

static void
clear_sums(double *sums[2], const ms_cloud *c)
{
	for (int side = 0; side < 2; side++)
		memset(sums[side], 0, ms_cloud_padded(c) * sizeof(double));
}

ms_status
ms_gram_sums(ms_ctx *ctx, const ms_cloud *c, const ms_kernel *k, size_t m, double *sums[2])
{
	row_sums t = {.c = c, .m = m, .sums = sums};

	clear_sums(sums, c);
	MS_TRY(ms_gram_pass(ctx, c, k, visit_pair, &t));
	flush_columns(&t);
	return check_sums(ctx, sums, c->n);
}

ms_status
ms_gram_sums_between(ms_ctx *ctx, const ms_cloud *a, const ms_cloud *b, const ms_kernel *k,
					 size_t m, double *sums[2])
{
	row_sums t = {.c = b, .m = m, .sums = sums};

	clear_sums(sums, a);
	MS_TRY(ms_gram_between(ctx, a, b, k, visit_between, &t));
	return check_sums(ctx, sums, a->n);
}

/* --- sums of blocks ------------------------------------------------------------------------- */

typedef struct block_sums
{
	const ms_cloud *c;
	const size_t *begin;
	size_t groups;
	size_t row_group; /* of the row before */
	size_t first;     /* group of the first point of the tile before */
	ms_sum *sums;
} block_sums;

/* The group of point i, sought from group g on; groups may be empty. */
static size_t
group_of(const block_sums *t, size_t g, size_t i)
{
	if (i < t->begin[g])
		g = 0;
	while (i >= t->begin[g + 1])
		g++;
	return g;
}

/* One row: a sum for each group that has points in the tile. */
static void
add_blocks(block_sums *t, const ms_stripe *s, size_t i, const double *k)
{
	size_t begin = s->tile * TILE;
	size_t end = begin + ms_cloud_in_tile(t->c, s->tile);
	size_t h = t->first;

	for (size_t j = begin, next; j < end; j = next, h++)
	{
		double sum;

		next = t->begin[h + 1] < end ? t->begin[h + 1] : end;
		if (next == j)
			continue;
		sum = t->c->w[i] * dot(k + (j - begin), t->c->w + j, next - j);
		ms_sum_add(&t->sums[t->row_group * t->groups + h], sum);
		if (!s->diagonal)
			ms_sum_add(&t->sums[h * t->groups + t->row_group], sum);
	}
}

static void
visit_blocks(void *of, const ms_stripe *s)
{
	block_sums *t = of;

	t->first = group_of(t, t->first, s->tile * TILE);
	for (size_t r = 0; r < s->rows; r++)
	{
		t->row_group = group_of(t, t->row_group, s->i + r);
		add_blocks(t, s, s->i + r, s->k + r * TILE);
	}
}

ms_status
ms_gram_blocks(ms_ctx *ctx, ms_arena *arena, const ms_cloud *c, const ms_kernel *k,
			   const size_t *begin, size_t groups, double *out)
{
	block_sums t = {.c = c, .begin = begin, .groups = groups};
	size_t cells;

	if (!ms_size_mul(groups, groups, &cells))
		return ms_fail(ctx, MS_TOO_LARGE, "groups", 0, (double) groups, 0x1p31);
	MS_TRY(MS_ZEROED(arena, cells, &t.sums));
	MS_TRY(ms_gram_pass(ctx, c, k, visit_blocks, &t));
	for (size_t i = 0; i < cells; i++)
	{
		out[i] = ms_sum_get(&t.sums[i]);
		if (!isfinite(out[i]))
			return ms_fail(ctx, MS_TOO_LARGE, "kernel", (int64_t) (i / groups) + 1, out[i], 0);
	}
	return ms_tick(ctx, cells);
}

/* --- the centred matrix --------------------------------------------------------------------- */

typedef struct centred
{
	const ms_cloud *c;
	double *means; /* of rows, less half the grand mean: Kc_ij = k_ij - means_i - means_j */
	ms_sum squares;
} centred;

CLONES static double
centred_squares(const double *k, const double *w, const double *means, double mean)
{
	double sum = 0;

#pragma omp simd reduction(+ : sum)
	for (size_t j = 0; j < TILE; j++)
	{
		double x = k[j] - means[j] - mean;

		sum += w[j] * x * x;
	}
	return sum;
}

static void
visit_centred(void *of, const ms_stripe *s)
{
	centred *t = of;
	const double *w = t->c->w + s->tile * TILE;

	for (size_t r = 0; r < s->rows; r++)
	{
		double sum =
			centred_squares(s->k + r * TILE, w, t->means + s->tile * TILE, t->means[s->i + r]);

		ms_sum_add(&t->squares, (s->diagonal ? 1 : 2) * t->c->w[s->i + r] * sum);
	}
}

ms_status
ms_gram_means(ms_ctx *ctx, const ms_cloud *c, const double *sums, double *means, double *weight)
{
	ms_sum total = {0, 0};
	ms_sum grand = {0, 0};
	double w;

	for (size_t i = 0; i < c->n; i++)
		ms_sum_add(&total, c->w[i]);
	w = ms_sum_get(&total);
	for (size_t i = 0; i < c->n; i++)
	{
		means[i] = sums[i] / w;
		ms_sum_add(&grand, c->w[i] * means[i]);
	}
	for (size_t i = 0; i < c->n; i++)
		means[i] -= ms_sum_get(&grand) / w / 2;
	*weight = w;
	return ms_tick(ctx, 8 * c->n);
}

ms_status
ms_gram_centred(ms_ctx *ctx, ms_arena *arena, const ms_cloud *c, const ms_kernel *k,
				const double *sums, ms_gram_moments *out)
{
	centred t = {.c = c};
	ms_sum trace = {0, 0};
	ms_sum diagonal = {0, 0};
	double *k_ii;

	MS_TRY(MS_ZEROED(arena, ms_cloud_padded(c), &t.means));
	MS_TRY(MS_ALLOC(arena, c->n, &k_ii));
	MS_TRY(ms_gram_means(ctx, c, sums, t.means, &out->weight));
	MS_TRY(ms_cloud_diagonal(ctx, c, k, k_ii));
	for (size_t i = 0; i < c->n; i++)
	{
		double x = k_ii[i] - 2 * t.means[i];

		ms_sum_add(&trace, c->w[i] * x);
		ms_sum_add(&diagonal, c->w[i] * x * x);
	}
	MS_TRY(ms_gram_pass(ctx, c, k, visit_centred, &t));
	out->trace = ms_sum_get(&trace);
	out->diagonal = ms_sum_get(&diagonal);
	out->squares = ms_sum_get(&t.squares);
	return MS_OK;
}
