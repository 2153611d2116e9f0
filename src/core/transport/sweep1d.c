/*
 * sweep1d.c: the walk of two columns as a sweep. Which side goes on is a number that is added, not
 * a branch: on a merge of two samples a branch is guessed wrongly every other time. Each block is
 * summed plainly, blocks with compensation.
 */
#include "core/transport/sweep1d.h"

#include <math.h>

#include "core/base/sums.h"

#define BLOCK 1024

ms_level_units
ms_level_units_of(double weight_a, double weight_b)
{
	ms_level_units u;
	double scale_a, scale_b;
	int exponent;

	/* to between 1/2 and 1, but for weights that are hardly numbers */
	(void) frexp(weight_a, &exponent);
	scale_a = ldexp(1, exponent > -1000 ? -exponent : 1000);
	(void) frexp(weight_b, &exponent);
	scale_b = ldexp(1, exponent > -1000 ? -exponent : 1000);
	u.a = weight_b * scale_b * scale_a;
	u.b = weight_a * scale_a * scale_b;
	u.whole = weight_a * scale_a * (weight_b * scale_b);
	u.slack = MS_LEVEL_SLACK * u.whole;
	return u;
}

static inline double
cost(double d, bool square)
{
	return square ? d * d : fabs(d);
}

/* --- columns whose values pair off ---------------------------------------------------------- */

__attribute__((target_clones("default", "avx2", "avx512f"))) static double
pairs_block(const double *x, const double *y, size_t n, double scale, bool square)
{
	double sum = 0;

	if (square)
	{
#pragma omp simd reduction(+ : sum)
		for (size_t i = 0; i < n; i++)
			sum += cost((x[i] - y[i]) * scale, true);
		return sum;
	}
#pragma omp simd reduction(+ : sum)
	for (size_t i = 0; i < n; i++)
		sum += cost((x[i] - y[i]) * scale, false);
	return sum;
}

static ms_status
sum_pairs(ms_ctx *ctx, const ms_column *a, const ms_column *b, bool square, double scale,
		  double *out)
{
	ms_sum sum = {0, 0};

	for (size_t i = 0; i < a->n; i += BLOCK)
	{
		size_t m = a->n - i < BLOCK ? a->n - i : BLOCK;

		ms_sum_add(&sum, pairs_block(a->x + i, b->x + i, m, scale, square));
		MS_TRY(ms_tick(ctx, m));
	}
	*out = ms_sum_get(&sum) / (double) a->n;
	return MS_OK;
}

/* --- columns without weights ---------------------------------------------------------------- */

/* Levels in units of 1 / (n m), where they are integers. */
typedef struct counts
{
	const double *x, *y;
	size_t n, m; /* of x and y */
	size_t i, j;
	int64_t end_x, end_y; /* of the present values */
	int64_t reached;
	double scale;
} counts;

static inline double
counts_block(counts *at, bool square)
{
	counts c = *at; /* in registers */
	double sum = 0;

	for (int steps = 0; steps < BLOCK && c.i < c.n && c.j < c.m; steps++)
	{
		bool next_x = c.end_x <= c.end_y;
		bool next_y = c.end_y <= c.end_x;
		int64_t to = next_x ? c.end_x : c.end_y;

		sum += (double) (to - c.reached) * cost((c.x[c.i] - c.y[c.j]) * c.scale, square);
		c.reached = to;
		c.i += next_x;
		c.j += next_y;
		c.end_x += -(int64_t) next_x & (int64_t) c.m;
		c.end_y += -(int64_t) next_y & (int64_t) c.n;
	}
	*at = c;
	return sum;
}

static ms_status
sum_counts(ms_ctx *ctx, const ms_column *a, const ms_column *b, bool square, double scale,
		   double *out)
{
	counts c = {a->x, b->x, a->n, b->n, 0, 0, (int64_t) b->n, (int64_t) a->n, 0, scale};
	ms_sum sum = {0, 0};

	while (c.i < c.n && c.j < c.m)
	{
		ms_sum_add(&sum, square ? counts_block(&c, true) : counts_block(&c, false));
		MS_TRY(ms_tick(ctx, 3 * BLOCK));
	}
	*out = ms_sum_get(&sum) / ((double) a->n * (double) b->n);
	return MS_OK;
}

/* --- columns with weights ------------------------------------------------------------------- */

typedef struct side
{
	const ms_column *c;
	double unit; /* of its levels */
	size_t at;
	double end; /* of the present value, and of the next */
	double next_end;
} side;

static inline double
end_of(const side *s, size_t i)
{
	i = i < s->c->n ? i : s->c->n - 1;
	return (s->c->upto ? s->c->upto[i] : (double) (i + 1)) * s->unit;
}

static inline void
go_on(side *s, bool next)
{
	s->at += next;
	s->end = next ? s->next_end : s->end;
	s->next_end = end_of(s, s->at + 1);
}

typedef struct weights
{
	side a, b;
	double slack;
	double reached;
	double scale;
} weights;

/* A piece within the slack has no mass, and its level is not reached: the next begins where it did. */
static inline double
weights_block(weights *at, bool square)
{
	weights w = *at;
	double sum = 0;

	for (int steps = 0; steps < BLOCK && w.a.at < w.a.c->n && w.b.at < w.b.c->n; steps++)
	{
		double to = w.a.end < w.b.end ? w.a.end : w.b.end;
		bool next_a = w.a.end <= w.b.end + w.slack;
		bool next_b = w.b.end <= w.a.end + w.slack;
		double mass = to - w.reached;
		bool some = mass > w.slack;
		double d = (w.a.c->x[w.a.at] - w.b.c->x[w.b.at]) * w.scale;

		sum += some ? mass * cost(d, square) : 0;
		w.reached = some ? to : w.reached;
		go_on(&w.a, next_a);
		go_on(&w.b, next_b);
	}
	*at = w;
	return sum;
}

static ms_status
sum_weights(ms_ctx *ctx, const ms_column *a, const ms_column *b, bool square, double scale,
			double *out)
{
	ms_level_units u = ms_level_units_of(a->weight, b->weight);
	weights w = {{a, u.a, 0, 0, 0}, {b, u.b, 0, 0, 0}, u.slack, 0, scale};
	ms_sum sum = {0, 0};

	w.a.end = end_of(&w.a, 0);
	w.a.next_end = end_of(&w.a, 1);
	w.b.end = end_of(&w.b, 0);
	w.b.next_end = end_of(&w.b, 1);
	while (w.a.at < a->n && w.b.at < b->n)
	{
		ms_sum_add(&sum, (square ? weights_block(&w, true) : weights_block(&w, false)) / u.whole);
		MS_TRY(ms_tick(ctx, 6 * BLOCK));
	}
	*out = ms_sum_get(&sum);
	return MS_OK;
}

ms_status
ms_sweep1d_sum(ms_ctx *ctx, const ms_column *a, const ms_column *b, bool square, double scale,
			   double *out)
{
	int64_t cells;

	if (a->upto || b->upto || __builtin_mul_overflow((int64_t) a->n, (int64_t) b->n, &cells))
		return sum_weights(ctx, a, b, square, scale, out);
	return a->n == b->n ? sum_pairs(ctx, a, b, square, scale, out)
						: sum_counts(ctx, a, b, square, scale, out);
}
