/*
 * setindex.h: the Jaccard family on sets, multisets and signed vectors that are given, not sketched.
 * Pure functions of counts and sums; NaN where there is no answer. Sources: Jaccard (1901), Tversky
 * (1977), Ruzicka (1958), and Costa, "Further generalizations of the Jaccard index" (2021).
 */
#ifndef MS_SETINDEX_H
#define MS_SETINDEX_H

#include "core/base/ctx.h"
#include "core/base/sums.h"

/* --- sets ----------------------------------------------------------------------------------- */

/* |A and B|, |A|, |B|. */
typedef struct ms_set_counts
{
	double common;
	double a;
	double b;
} ms_set_counts;

/*
 * Two empty sets are NaN throughout, one empty set is 0; containment of the empty set is NaN.
 * jaccard <= dice <= ochiai <= kulczynski <= interiority; coincidence = jaccard * interiority.
 */
extern double ms_set_jaccard(ms_set_counts c);
extern double ms_set_dice(ms_set_counts c);
extern double ms_set_interiority(ms_set_counts c); /* also known as the overlap coefficient */
extern double ms_set_containment(ms_set_counts c); /* of a in b */
extern double ms_set_coincidence(ms_set_counts c);
extern double ms_set_ochiai(ms_set_counts c);
extern double ms_set_kulczynski(ms_set_counts c);

/* alpha weighs what is in a alone, beta what is in b alone; both finite and >= 0. 0/0 is NaN. */
extern double ms_set_tversky(ms_set_counts c, double alpha, double beta);

/* F-measure of a prediction a of b; beta > 1 favours what is found of b. */
extern double ms_set_f(ms_set_counts c, double beta);

/* Sorted, distinct ids. MS_STOPPED only. */
extern ms_status ms_set_count(ms_ctx *ctx, const uint64_t *a, size_t na, const uint64_t *b,
							  size_t nb, ms_set_counts *c);

/* Elements by membership, 3 bits: 1 in A, 2 in B, 4 in C; cell 0 is not used. */
typedef struct ms_set_venn
{
	double cell[8];
} ms_set_venn;

extern ms_status ms_set_venn_count(ms_ctx *ctx, const uint64_t *sets[3], const size_t n[3],
								   ms_set_venn *v);
extern double ms_set_jaccard3(const ms_set_venn *v);

/* How B links A and C, which need not touch: both links large and alike. Our definition; in 0 .. 1. */
extern double ms_set_chain(const ms_set_venn *v);

/* --- vectors: multisets (x, y >= 0) and signed ---------------------------------------------- */

/* Sums over positions; all zero to begin with. They add up over parts. */
typedef struct ms_pair_sums
{
	ms_sum least;    /* sum min(|x|, |y|) where signs agree */
	ms_sum opposed;  /* the same where signs are opposite */
	ms_sum greatest; /* sum max(|x|, |y|) */
	ms_sum x;        /* sum |x| */
	ms_sum y;
} ms_pair_sums;

static inline void
ms_pair_add(ms_pair_sums *s, double x, double y)
{
	double a = fabs(x);
	double b = fabs(y);

	ms_sum_add(&s->greatest, fmax(a, b));
	ms_sum_add(&s->x, a);
	ms_sum_add(&s->y, b);
	if (a > 0 && b > 0)
		ms_sum_add((x > 0) == (y > 0) ? &s->least : &s->opposed, fmin(a, b));
}

extern void ms_pair_merge(ms_pair_sums *into, const ms_pair_sums *from);

/* All positions of two vectors of finite numbers. MS_NOT_FINITE (index from 1); MS_STOPPED. */
extern ms_status ms_pair_sum(ms_ctx *ctx, const double *x, const double *y, size_t n,
							 ms_pair_sums *s);

/*
 * For non-negative vectors these are Ruzicka's weighted Jaccard index, interiority, coincidence
 * and 1 - Bray-Curtis; two zero vectors are NaN, one is 0 (interiority: NaN). Scale matters.
 */
extern double ms_pair_ruzicka(const ms_pair_sums *s);     /* sum min / sum max of |x|, |y| */
extern double ms_pair_interiority(const ms_pair_sums *s); /* sum min / lesser sum */
extern double ms_pair_addition(const ms_pair_sums *s);    /* 2 sum min / (sum |x| + sum |y|) */

/*
 * Signed: agreement minus opposition, alpha in 0 .. 1 (1/2: as they are; above it opposition is
 * forgiven): in -2 (1 - alpha) .. 2 alpha. Coincidence is interiority times this.
 */
extern double ms_pair_jaccard(const ms_pair_sums *s, double alpha);
extern double ms_pair_coincidence(const ms_pair_sums *s, double alpha);

/* Unit-free comparison of shapes: x and y divided by their sums first. Needs non-negative vectors. */
extern ms_status ms_pair_sum_normalised(ms_ctx *ctx, const double *x, const double *y, size_t n,
										ms_pair_sums *s);

/*
 * Two columns over the rows, each standardised: in -1 .. 1, 1 for an increasing affine function.
 * MS_CONSTANT (index 1 or 2) for a column of one value; MS_NOT_FINITE. Our definition.
 */
extern ms_status ms_pair_sum_standardised(ms_ctx *ctx, const double *x, const double *y, size_t n,
										  ms_pair_sums *s);

/*
 * Dependence of a table of counts or probabilities (rows * columns, row by row): 1 - sum min / sum max
 * of the cells and the products of their margins. 0 when independent, below 1. MS_BAD_WEIGHT
 * (index from 1) for a cell that is negative or not finite; NaN when all are 0. Our definition.
 */
extern ms_status ms_table_dependence(ms_ctx *ctx, const double *cells, size_t rows, size_t columns,
									 double *d);

/* Axis-aligned boxes lo[d] .. hi[d]: volumes as counts. NaN counts when lo > hi. */
extern ms_set_counts ms_box_counts(const double *lo_a, const double *hi_a, const double *lo_b,
								   const double *hi_b, size_t d);

#endif
