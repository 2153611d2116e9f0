/*
 * kernel_mean_compare.c: MMD of means of random features, how well the frequencies know it, and
 * a test of many of them.
 */
#include <math.h>

#include "core/mmd/kernel_mean.h"

/* So many blocks tell their own spread. */
#define LEAST_BLOCKS 30

/* --- two means ------------------------------------------------------------------------------ */

static double
square(double x)
{
	return x * x;
}

/* sum (x - r y)^2, in lanes; 0 for equal sums and r = 1, also where the product is fused. */
__attribute__((target_clones("default", "avx2", "avx512f"))) static double
sum_squares(const double *x, const double *y, double r, size_t n)
{
	double sum = 0;

#pragma omp simd reduction(+ : sum)
	for (size_t l = 0; l < n; l++)
		sum += (x[l] - r * y[l]) * (x[l] - r * y[l]);
	return sum;
}

/* The mean of more rows stands first, so that either order is the same to the bit. */
double
ms_kernel_mean_squared(const ms_kernel_mean *a, const ms_kernel_mean *b)
{
	size_t count = a->spectrum.count;
	const ms_kernel_mean *more = a->n < b->n ? b : a;
	const ms_kernel_mean *less = a->n < b->n ? a : b;
	double n = (double) more->n;

	return sum_squares(ms_kernel_mean_sums(more), ms_kernel_mean_sums(less), n / (double) less->n,
					   2 * count) /
		   (n * n * (double) count);
}

/*
 * U is V less what rows have in common with themselves: with c = cos, s = sin of one frequency
 * sum (c^2 + s^2) = m, so (C^2 + S^2 - m) / (m (m - 1)) = (|mean|^2 - 1 / m) m / (m - 1).
 */
static double
unbiased_square(double cosine, double sine, double n)
{
	return (square(cosine / n) + square(sine / n) - 1 / n) * n / (n - 1);
}

static double
cross(const double *x, const double *y, size_t count, double m, double n)
{
	return x[0] / m * (y[0] / n) + x[count] / m * (y[count] / n);
}

/* Of x and y at frequency l, the square that V is the mean of. */
static double
term(const double *x, const double *y, size_t count, double m, double n)
{
	return square(x[0] / m - y[0] / n) + square(x[count] / m - y[count] / n);
}

/*
 * The standard error of V, from units of frequencies that are independent of one another: blocks
 * of d orthogonal ones, or where those are few single ones, which on the safe side are taken to be
 * independent. NaN for one unit.
 */
static double
error_of(const ms_kernel_mean *a, const ms_kernel_mean *b, double v)
{
	const double *x = ms_kernel_mean_sums(a);
	const double *y = ms_kernel_mean_sums(b);
	size_t count = a->spectrum.count;
	size_t unit = count / a->spectrum.d >= LEAST_BLOCKS ? a->spectrum.d : 1;
	double units = ceil((double) count / (double) unit);
	double squares = 0;

	for (size_t from = 0; from < count; from += unit)
	{
		double off = 0;

		for (size_t l = from; l < from + unit && l < count; l++)
			off += term(x + l, y + l, count, (double) a->n, (double) b->n) - v;
		squares += square(off);
	}
	return units > 1 ? sqrt(squares * units / (units - 1)) / (double) count : NAN;
}

ms_kernel_mean_distance
ms_kernel_mean_compare(const ms_kernel_mean *a, const ms_kernel_mean *b)
{
	const double *x = ms_kernel_mean_sums(a);
	const double *y = ms_kernel_mean_sums(b);
	size_t count = a->spectrum.count;
	double m = (double) a->n;
	double n = (double) b->n;
	double v = ms_kernel_mean_squared(a, b);
	double u = 0;

	for (size_t l = 0; l < count; l++)
		u += unbiased_square(x[l], x[count + l], m) + unbiased_square(y[l], y[count + l], n) -
			 2 * cross(x + l, y + l, count, m, n);
	return (ms_kernel_mean_distance){
		.v = v, .u = m > 1 && n > 1 ? u / (double) count : NAN, .std_error = error_of(a, b, v)};
}

double
ms_kernel_mean_bound(const ms_spectrum *s, double level)
{
	double blocks = ceil(s->count / (double) s->d);

	return 4 * sqrt(log(2 / (1 - level)) / (2 * blocks));
}

/* --- many means ----------------------------------------------------------------------------- */

/* Squared distances of all states. */
typedef struct table
{
	size_t n;
	const double *squared; /* n x n */
} table;

static ms_status
fill_table(ms_ctx *ctx, size_t n, const ms_kernel_mean *const *means, double *squared)
{
	for (size_t i = 0; i < n; i++)
	{
		squared[i * n + i] = 0;
		for (size_t j = 0; j < i; j++)
		{
			squared[i * n + j] = ms_kernel_mean_squared(means[i], means[j]);
			squared[j * n + i] = squared[i * n + j];
			MS_TRY(ms_tick(ctx, 2 * (uint64_t) means[0]->spectrum.count));
		}
	}
	return MS_OK;
}

/*
 * |mean of a - mean of b| from squared distances D alone: with weights v that sum to 0, v = 1 / n_a
 * on one side and -1 / n_b on the other, |sum v_i x_i|^2 = -v'Dv / 2.
 */
static double
distance(const table *t, const unsigned char *label)
{
	double sums[2][2] = {{0, 0}, {0, 0}};
	double size[2] = {0, 0};

	for (size_t i = 0; i < t->n; i++)
	{
		const double *row = t->squared + i * t->n;

		size[label[i]]++;
		for (size_t j = 0; j < t->n; j++)
			sums[label[i]][label[j]] += row[j];
	}
	return sqrt(fmax(0, sums[0][1] / (size[0] * size[1]) - sums[0][0] / (2 * size[0] * size[0]) -
							sums[1][1] / (2 * size[1] * size[1])));
}

static ms_status
labelled(ms_ctx *ctx, void *of, const unsigned char *labels, size_t count, double *out)
{
	const table *t = of;

	for (size_t b = 0; b < count; b++)
	{
		out[b] = distance(t, labels + b * t->n);
		MS_TRY(ms_tick(ctx, 2 * t->n * t->n));
	}
	return MS_OK;
}

ms_status
ms_kernel_mean_test(ms_ctx *ctx, ms_arena *arena, size_t n, const ms_kernel_mean *const *means,
					const unsigned char *label, int64_t replicates, uint64_t seed,
					ms_permutation *out)
{
	ms_labels labels = {.n = n, .label = label, .exchange = MS_EXCHANGE_ROWS};
	ms_exchange_options o = {.replicates = replicates, .seed = seed, .batch = 1};
	double *squared;
	table t;

	MS_TRY(ms_arena_alloc(arena, n, n * sizeof(double), (void **) &squared));
	MS_TRY(fill_table(ctx, n, means, squared));
	t = (table){n, squared};
	return ms_exchange_test(ctx, arena, &labels, labelled, &t, &o, out);
}
