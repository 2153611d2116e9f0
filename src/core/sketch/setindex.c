/*
 * setindex.c: similarity of sets, multisets and signed vectors that are given as they are.
 */
#include "core/sketch/setindex.h"

#include <math.h>

/* A quotient of what rounding may have brought above 1; NaN where nothing is divided. */
static double
ratio(double part, double whole)
{
	return whole > 0 ? fmin(part / whole, 1) : NAN;
}

/* --- sets ----------------------------------------------------------------------------------- */

/* Whether a set is empty: then the answer is 0, or NaN where both are. */
static bool
with_empty(ms_set_counts c, double *answer)
{
	*answer = c.a > 0 || c.b > 0 ? 0 : NAN;
	return !(c.a > 0 && c.b > 0);
}

double
ms_set_jaccard(ms_set_counts c)
{
	return ratio(c.common, c.a + c.b - c.common);
}

double
ms_set_dice(ms_set_counts c)
{
	return ratio(2 * c.common, c.a + c.b);
}

double
ms_set_interiority(ms_set_counts c)
{
	double answer;

	return with_empty(c, &answer) ? answer : ratio(c.common, fmin(c.a, c.b));
}

double
ms_set_containment(ms_set_counts c)
{
	return ratio(c.common, c.a);
}

double
ms_set_coincidence(ms_set_counts c)
{
	return ms_set_interiority(c) * ms_set_jaccard(c);
}

double
ms_set_ochiai(ms_set_counts c)
{
	double answer;

	return with_empty(c, &answer) ? answer : ratio(c.common, sqrt(c.a) * sqrt(c.b));
}

double
ms_set_kulczynski(ms_set_counts c)
{
	double answer;

	return with_empty(c, &answer) ? answer : ratio(c.common / c.a + c.common / c.b, 2);
}

double
ms_set_tversky(ms_set_counts c, double alpha, double beta)
{
	double answer;

	if (with_empty(c, &answer) && isnan(answer))
		return NAN;
	return ratio(c.common, c.common + alpha * (c.a - c.common) + beta * (c.b - c.common));
}

double
ms_set_f(ms_set_counts c, double beta)
{
	double square = beta * beta;

	return ms_set_tversky(c, 1 / (1 + square), square / (1 + square));
}

ms_status
ms_set_count(ms_ctx *ctx, const uint64_t *a, size_t na, const uint64_t *b, size_t nb,
			 ms_set_counts *c)
{
	size_t i = 0;
	size_t j = 0;
	size_t common = 0;

	while (i < na && j < nb)
	{
		uint64_t u = a[i];
		uint64_t v = b[j];

		common += u == v;
		i += u <= v;
		j += v <= u;
		MS_TRY(ms_tick(ctx, 2));
	}
	*c = (ms_set_counts){(double) common, (double) na, (double) nb};
	return MS_OK;
}

ms_status
ms_set_venn_count(ms_ctx *ctx, const uint64_t *sets[3], const size_t n[3], ms_set_venn *v)
{
	size_t at[3] = {0, 0, 0};

	*v = (ms_set_venn){{0}};
	for (;;)
	{
		uint64_t least = UINT64_MAX;
		int mask = 0;

		for (int s = 0; s < 3; s++)
			if (at[s] < n[s] && sets[s][at[s]] < least)
				least = sets[s][at[s]];
		for (int s = 0; s < 3; s++)
		{
			if (at[s] >= n[s] || sets[s][at[s]] != least)
				continue;
			mask |= 1 << s;
			at[s]++;
		}
		if (mask == 0)
			return MS_OK;
		v->cell[mask]++;
		MS_TRY(ms_tick(ctx, 6));
	}
}

static double
venn_union(const ms_set_venn *v)
{
	double sum = 0;

	for (int mask = 1; mask < 8; mask++)
		sum += v->cell[mask];
	return sum;
}

double
ms_set_jaccard3(const ms_set_venn *v)
{
	return ratio(v->cell[7], venn_union(v));
}

double
ms_set_chain(const ms_set_venn *v)
{
	double p = v->cell[1 | 2]; /* A and B without C */
	double q = v->cell[2 | 4]; /* B and C without A */

	if (!(venn_union(v) > 0))
		return NAN;
	return p + q > 0 ? ratio(p + q, venn_union(v)) * (2 * fmin(p, q) / (p + q)) : 0;
}

/* --- vectors -------------------------------------------------------------------------------- */

static void
merge_sum(ms_sum *into, const ms_sum *from)
{
	ms_sum_add(into, from->sum);
	ms_sum_add(into, from->rest);
}

void
ms_pair_merge(ms_pair_sums *into, const ms_pair_sums *from)
{
	merge_sum(&into->least, &from->least);
	merge_sum(&into->opposed, &from->opposed);
	merge_sum(&into->greatest, &from->greatest);
	merge_sum(&into->x, &from->x);
	merge_sum(&into->y, &from->y);
}

static ms_status
check_finite(ms_ctx *ctx, double x, size_t i)
{
	return isfinite(x) ? MS_OK : ms_fail(ctx, MS_NOT_FINITE, "element", (int64_t) i + 1, x, 0);
}

/* Of (x - x_0) / x_unit and the same of y. */
static ms_status
sum_scaled(ms_ctx *ctx, const double *x, const double *y, size_t n, const double from[2],
		   const double units[2], ms_pair_sums *s)
{
	*s = (ms_pair_sums){.least = {0, 0}};
	for (size_t i = 0; i < n; i++)
	{
		MS_TRY(check_finite(ctx, x[i], i));
		MS_TRY(check_finite(ctx, y[i], i));
		ms_pair_add(s, (x[i] - from[0]) / units[0], (y[i] - from[1]) / units[1]);
		MS_TRY(ms_tick(ctx, 10));
	}
	return MS_OK;
}

ms_status
ms_pair_sum(ms_ctx *ctx, const double *x, const double *y, size_t n, ms_pair_sums *s)
{
	return sum_scaled(ctx, x, y, n, (double[]){0, 0}, (double[]){1, 1}, s);
}

ms_status
ms_pair_sum_normalised(ms_ctx *ctx, const double *x, const double *y, size_t n, ms_pair_sums *s)
{
	double units[2];

	MS_TRY(ms_pair_sum(ctx, x, y, n, s));
	units[0] = ms_sum_get(&s->x);
	units[1] = ms_sum_get(&s->y);
	/* a zero vector stays one */
	for (int i = 0; i < 2; i++)
		units[i] = units[i] > 0 ? units[i] : 1;
	return sum_scaled(ctx, x, y, n, (double[]){0, 0}, units, s);
}

/* Mean, and root of the mean square around it. */
static ms_status
mean_and_sd(ms_ctx *ctx, const double *x, size_t n, double *mean, double *sd)
{
	ms_sum sum = {0, 0};
	ms_sum squares = {0, 0};

	for (size_t i = 0; i < n; i++)
	{
		MS_TRY(check_finite(ctx, x[i], i));
		ms_sum_add(&sum, x[i]);
	}
	*mean = ms_sum_get(&sum) / (double) n;
	for (size_t i = 0; i < n; i++)
	{
		ms_sum_add(&squares, (x[i] - *mean) * (x[i] - *mean));
		MS_TRY(ms_tick(ctx, 5));
	}
	*sd = sqrt(ms_sum_get(&squares) / (double) n);
	return MS_OK;
}

ms_status
ms_pair_sum_standardised(ms_ctx *ctx, const double *x, const double *y, size_t n, ms_pair_sums *s)
{
	double means[2];
	double sds[2];

	MS_TRY(mean_and_sd(ctx, x, n, &means[0], &sds[0]));
	MS_TRY(mean_and_sd(ctx, y, n, &means[1], &sds[1]));
	for (int i = 0; i < 2; i++)
		if (!(sds[i] > 0))
			return ms_fail(ctx, MS_CONSTANT, "column", i + 1, 0, 0);
	return sum_scaled(ctx, x, y, n, means, sds, s);
}

/* Sum of the lesser sizes, whatever their signs. */
static double
least_sum(const ms_pair_sums *s)
{
	return ms_sum_get(&s->least) + ms_sum_get(&s->opposed);
}

double
ms_pair_ruzicka(const ms_pair_sums *s)
{
	return ratio(least_sum(s), ms_sum_get(&s->greatest));
}

double
ms_pair_interiority(const ms_pair_sums *s)
{
	return ratio(least_sum(s), fmin(ms_sum_get(&s->x), ms_sum_get(&s->y)));
}

double
ms_pair_addition(const ms_pair_sums *s)
{
	return ratio(2 * least_sum(s), ms_sum_get(&s->x) + ms_sum_get(&s->y));
}

double
ms_pair_jaccard(const ms_pair_sums *s, double alpha)
{
	double greatest = ms_sum_get(&s->greatest);
	double agree = ratio(ms_sum_get(&s->least), greatest);
	double oppose = ratio(ms_sum_get(&s->opposed), greatest);

	return 2 * (alpha * agree - (1 - alpha) * oppose);
}

double
ms_pair_coincidence(const ms_pair_sums *s, double alpha)
{
	double interiority = ms_pair_interiority(s);

	/* nothing is inside of nothing, but nothing coincides with something not at all */
	return isnan(interiority) ? 0 * ms_pair_jaccard(s, alpha)
							  : interiority * ms_pair_jaccard(s, alpha);
}

/* --- tables and boxes ----------------------------------------------------------------------- */

static ms_status
table_total(ms_ctx *ctx, const double *cells, size_t n, double *total)
{
	ms_sum sum = {0, 0};

	for (size_t i = 0; i < n; i++)
	{
		if (!(cells[i] >= 0) || !isfinite(cells[i]))
			return ms_fail(ctx, MS_BAD_WEIGHT, "cell", (int64_t) i + 1, cells[i], 0);
		ms_sum_add(&sum, cells[i]);
		MS_TRY(ms_tick(ctx, 3));
	}
	*total = ms_sum_get(&sum);
	return MS_OK;
}

static ms_status
dependence(ms_ctx *ctx, ms_arena *arena, const double *cells, size_t rows, size_t columns,
		   double total, double *d)
{
	ms_pair_sums sums = {.least = {0, 0}};
	double *row;
	double *column;

	MS_TRY(MS_ZEROED(arena, rows, &row));
	MS_TRY(MS_ZEROED(arena, columns, &column));
	for (size_t i = 0; i < rows * columns; i++)
	{
		row[i / columns] += cells[i] / total;
		column[i % columns] += cells[i] / total;
	}
	for (size_t i = 0; i < rows * columns; i++)
	{
		ms_pair_add(&sums, cells[i] / total, row[i / columns] * column[i % columns]);
		MS_TRY(ms_tick(ctx, 10));
	}
	*d = 1 - ms_pair_ruzicka(&sums);
	return MS_OK;
}

ms_status
ms_table_dependence(ms_ctx *ctx, const double *cells, size_t rows, size_t columns, double *d)
{
	ms_arena arena;
	ms_status status;
	double total = 0;
	size_t n;

	if (!ms_size_mul(rows, columns, &n))
		return ms_fail(ctx, MS_TOO_LARGE, "cells", 0, (double) rows * (double) columns,
					   (double) SIZE_MAX);
	*d = NAN;
	MS_TRY(table_total(ctx, cells, n, &total));
	if (!(total > 0))
		return MS_OK;
	if (!isfinite(total))
		return ms_fail(ctx, MS_TOO_LARGE, "the sum of cells", 0, total, 0);
	ms_arena_init(&arena, ctx);
	status = dependence(ctx, &arena, cells, rows, columns, total, d);
	ms_arena_free(&arena);
	return status;
}

ms_set_counts
ms_box_counts(const double *lo_a, const double *hi_a, const double *lo_b, const double *hi_b,
			  size_t d)
{
	ms_set_counts c = {1, 1, 1};

	for (size_t i = 0; i < d; i++)
	{
		if (!(lo_a[i] <= hi_a[i] && lo_b[i] <= hi_b[i]))
			return (ms_set_counts){NAN, NAN, NAN};
		c.a *= hi_a[i] - lo_a[i];
		c.b *= hi_b[i] - lo_b[i];
		c.common *= fmax(fmin(hi_a[i], hi_b[i]) - fmax(lo_a[i], lo_b[i]), 0);
	}
	return c;
}
