/*
 * match.c: distances between the components of two mixtures, and what pairs them best.
 */
#include "core/mixture/match.h"

#include <math.h>
#include <string.h>

#include "core/base/linalg.h"
#include "core/mixture/mix.h"

/* --- distances ------------------------------------------------------------------------------ */

typedef struct pair
{
	const double *mean_a, *mean_b;
	const double *factor_a, *factor_b;
	const double *inverse_a, *inverse_b;
	size_t d;
	double *product; /* d x d, as is the next */
	double *square;
	double *values; /* d */
	double *work;
} pair;

static double
squared_shift(const pair *p)
{
	double sum = 0;

	for (size_t c = 0; c < p->d; c++)
		sum += (p->mean_a[c] - p->mean_b[c]) * (p->mean_a[c] - p->mean_b[c]);
	return sum;
}

/* tr(L L') */
static double
squared_norm(const double *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i] * x[i];
	return sum;
}

/* product = A B of two lower triangles, A transposed or not. */
static void
multiply(const pair *p, const double *a, bool transposed, const double *b)
{
	size_t d = p->d;

	memset(p->product, 0, d * d * sizeof(double));
	for (size_t i = 0; i < d; i++)
	{
		for (size_t t = transposed ? i : 0; t < (transposed ? d : i + 1); t++)
		{
			double l = transposed ? a[t * d + i] : a[i * d + t];

			for (size_t c = 0; c <= t; c++)
				p->product[i * d + c] += l * b[t * d + c];
		}
	}
}

/*
 * Bures: |m_a - m_b|^2 + tr S_a + tr S_b - 2 |L_a' L_b|_*, the nuclear norm by the roots of the
 * eigenvalues of (L_a' L_b)' (L_a' L_b).
 */
static double
bures(const pair *p)
{
	size_t d = p->d;
	double traces = squared_norm(p->factor_a, d * d) + squared_norm(p->factor_b, d * d);
	double spread = traces;

	multiply(p, p->factor_a, true, p->factor_b);
	memset(p->square, 0, d * d * sizeof(double));
	for (size_t t = 0; t < d; t++)
	{
		for (size_t i = 0; i < d; i++)
		{
			for (size_t c = 0; c < d; c++)
				p->square[i * d + c] += p->product[t * d + i] * p->product[t * d + c];
		}
	}
	if (!ms_linalg_eigen(p->square, d, p->values, p->product, p->work))
		return NAN;
	for (size_t c = 0; c < d; c++)
		spread -= 2 * sqrt(fmax(p->values[c], 0));
	/* of equal covariances rounding alone is left */
	if (spread < 1e-13 * traces)
		spread = 0;
	return sqrt(squared_shift(p) + spread);
}

/* KL(a|b) = (|L_b^-1 L_a|^2 + |L_b^-1 (m_a - m_b)|^2 - d) / 2 + log det L_b - log det L_a; the logs cancel. */
static double
half_kl(const pair *p, const double *factor_a, const double *inverse_b)
{
	size_t d = p->d;
	double sum = -(double) d;

	multiply(p, inverse_b, false, factor_a);
	sum += squared_norm(p->product, d * d);
	for (size_t i = 0; i < d; i++)
	{
		double y = 0;

		for (size_t c = 0; c <= i; c++)
			y += inverse_b[i * d + c] * (p->mean_a[c] - p->mean_b[c]);
		sum += y * y;
	}
	return sum / 2;
}

static ms_status
all_distances(ms_ctx *ctx, ms_arena *arena, const ms_gmm *a, const ms_gmm *b,
			  ms_gauss_distance kind, double *out)
{
	size_t d = a->d;
	double *centre;
	double *scale;
	ms_mix x;
	ms_mix y;
	ms_view view;
	pair p = {.d = d};

	MS_TRY(MS_ZEROED(arena, d, &centre));
	MS_TRY(MS_ALLOC(arena, d, &scale));
	MS_TRY(MS_ALLOC(arena, d * d, &p.product));
	MS_TRY(MS_ALLOC(arena, d * d, &p.square));
	MS_TRY(MS_ALLOC(arena, d, &p.values));
	MS_TRY(MS_ALLOC(arena, ms_linalg_eigen_work(d), &p.work));
	for (size_t c = 0; c < d; c++)
		scale[c] = 1;
	view = (ms_view){{NULL, NULL, 0, d, d}, centre, scale};
	MS_TRY(ms_mix_from_model(ctx, arena, a, MS_GMM_FULL, &view, &x));
	MS_TRY(ms_mix_from_model(ctx, arena, b, MS_GMM_FULL, &view, &y));
	for (size_t i = 0; i < (size_t) a->k * b->k; i++)
	{
		size_t j = i / b->k;
		size_t l = i % b->k;

		MS_TRY(ms_tick(ctx, 20 + 12 * d * d * d));
		p.mean_a = x.means + j * d;
		p.mean_b = y.means + l * d;
		p.factor_a = x.factors + j * d * d;
		p.factor_b = y.factors + l * d * d;
		p.inverse_a = x.inverses + j * d * d;
		p.inverse_b = y.inverses + l * d * d;
		out[i] = kind == MS_GAUSS_BURES
					 ? bures(&p)
					 : fmax(half_kl(&p, p.factor_a, p.inverse_b) +
								half_kl(&p, p.factor_b, p.inverse_a),
							0);
	}
	return MS_OK;
}

ms_status
ms_gmm_distances(ms_ctx *ctx, const ms_gmm *a, const ms_gmm *b, ms_gauss_distance kind,
				 double *distances)
{
	ms_arena arena;
	ms_status status;

	if (a->d != b->d)
		return ms_fail(ctx, MS_MISMATCH, "columns", 0, a->d, b->d);
	ms_arena_init(&arena, ctx);
	status = all_distances(ctx, &arena, a, b, kind, distances);
	ms_arena_free(&arena);
	return status;
}

/* --- assignment ----------------------------------------------------------------------------- */

/* Rows and columns count from 1, 0 is none; the row side is the smaller one. */
typedef struct matching
{
	const double *cost;
	size_t n, m;
	bool turned; /* the rows are the columns of the cost */
	double *u;	 /* n + 1 and m + 1 potentials */
	double *v;
	size_t *row; /* m + 1: row of each column */
	size_t *way; /* m + 1: the column before on the path */
	double *least;
	bool *used;
} matching;

static double
cost_at(const matching *a, size_t i, size_t j)
{
	return a->turned ? a->cost[(j - 1) * a->n + i - 1] : a->cost[(i - 1) * a->m + j - 1];
}

/* The column next on the shortest path from column j0, whose row is row[j0]. */
static size_t
advance(matching *a, size_t j0)
{
	size_t next = 0;
	double delta = INFINITY;

	a->used[j0] = true;
	for (size_t j = 1; j <= a->m; j++)
	{
		double reduced;

		if (a->used[j])
			continue;
		reduced = cost_at(a, a->row[j0], j) - a->u[a->row[j0]] - a->v[j];
		if (reduced < a->least[j])
		{
			a->least[j] = reduced;
			a->way[j] = j0;
		}
		if (a->least[j] < delta)
		{
			delta = a->least[j];
			next = j;
		}
	}
	for (size_t j = 0; j <= a->m; j++)
	{
		if (a->used[j])
		{
			a->u[a->row[j]] += delta;
			a->v[j] -= delta;
		}
		else
			a->least[j] -= delta;
	}
	return next;
}

static ms_status
assign_rows(ms_ctx *ctx, matching *a)
{
	for (size_t i = 1; i <= a->n; i++)
	{
		size_t j = 0;

		a->row[0] = i;
		for (size_t c = 0; c <= a->m; c++)
		{
			a->least[c] = INFINITY;
			a->used[c] = false;
		}
		do
		{
			MS_TRY(ms_tick(ctx, 2 * a->m));
			j = advance(a, j);
		} while (a->row[j] != 0);
		for (; j != 0; j = a->way[j])
			a->row[j] = a->row[a->way[j]];
	}
	return MS_OK;
}

static ms_status
assign_with(ms_ctx *ctx, ms_arena *arena, const double *cost, size_t n, size_t m, size_t *column)
{
	matching a = {.cost = cost, .turned = n > m};

	a.n = a.turned ? m : n;
	a.m = a.turned ? n : m;
	MS_TRY(MS_ZEROED(arena, a.n + 1, &a.u));
	MS_TRY(MS_ZEROED(arena, a.m + 1, &a.v));
	MS_TRY(MS_ZEROED(arena, a.m + 1, &a.row));
	MS_TRY(MS_ZEROED(arena, a.m + 1, &a.way));
	MS_TRY(MS_ALLOC(arena, a.m + 1, &a.least));
	MS_TRY(MS_ALLOC(arena, a.m + 1, &a.used));
	MS_TRY(assign_rows(ctx, &a));
	for (size_t i = 0; i < n; i++)
		column[i] = SIZE_MAX;
	for (size_t j = 1; j <= a.m; j++)
	{
		if (a.row[j] == 0)
			continue;
		if (a.turned)
			column[j - 1] = a.row[j] - 1;
		else
			column[a.row[j] - 1] = j - 1;
	}
	return MS_OK;
}

ms_status
ms_assign(ms_ctx *ctx, const double *cost, size_t n, size_t m, size_t *column)
{
	ms_arena arena;
	ms_status status;

	for (size_t i = 0; i < n * m; i++)
	{
		if (!isfinite(cost[i]))
			return ms_fail(ctx, MS_NOT_FINITE, "distance", (int64_t) i + 1, cost[i], 0);
	}
	ms_arena_init(&arena, ctx);
	status = assign_with(ctx, &arena, cost, n, m, column);
	ms_arena_free(&arena);
	return status;
}

/* --- components ----------------------------------------------------------------------------- */

ms_status
ms_gmm_match(ms_ctx *ctx, const ms_gmm *m, const ms_gmm *reference, ms_gauss_distance kind,
			 size_t *to, double *distance)
{
	ms_arena arena;
	double *distances;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = MS_ALLOC(&arena, (size_t) m->k * reference->k, &distances);
	if (status == MS_OK)
		status = ms_gmm_distances(ctx, m, reference, kind, distances);
	if (status == MS_OK)
		status = ms_assign(ctx, distances, m->k, reference->k, to);
	for (size_t j = 0; j < m->k && status == MS_OK; j++)
		distance[j] = to[j] == SIZE_MAX ? NAN : distances[j * reference->k + to[j]];
	ms_arena_free(&arena);
	return status;
}

static ms_status
relabel_with(ms_ctx *ctx, ms_arena *arena, ms_gmm *m, const ms_gmm *reference,
			 ms_gauss_distance kind)
{
	size_t *to;
	size_t *order;
	double *distance;
	size_t at = 0;

	MS_TRY(MS_ALLOC(arena, m->k, &to));
	MS_TRY(MS_ALLOC(arena, m->k, &order));
	MS_TRY(MS_ALLOC(arena, m->k, &distance));
	MS_TRY(ms_gmm_match(ctx, m, reference, kind, to, distance));
	for (size_t r = 0; r < reference->k; r++)
	{
		MS_TRY(ms_tick(ctx, m->k));
		for (size_t j = 0; j < m->k; j++)
		{
			if (to[j] == r)
				order[at++] = j;
		}
	}
	for (size_t j = 0; j < m->k; j++)
	{
		if (to[j] == SIZE_MAX)
			order[at++] = j;
	}
	return ms_gmm_permute(ctx, m, order);
}

ms_status
ms_gmm_relabel(ms_ctx *ctx, ms_gmm *m, const ms_gmm *reference, ms_gauss_distance kind)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = relabel_with(ctx, &arena, m, reference, kind);
	ms_arena_free(&arena);
	return status;
}
