/*
 * describe.c: order statistics of one column, its moments, histogram and kernel density.
 */
#include "core/base/describe.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/order.h"
#include "core/base/sums.h"

/* --- the column ----------------------------------------------------------------------------- */

static ms_status
check_dim(ms_ctx *ctx, const ms_sample *s, size_t dim)
{
	const unsigned char *kinds = ms_sample_kinds(s);

	if (dim >= s->d)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "dim", 0, (double) dim + 1, s->d);
	if (kinds && kinds[dim] == MS_KIND_NOMINAL)
		return ms_fail(ctx, MS_NOT_NUMERIC, "dim", (int64_t) dim + 1, 0, 0);
	return MS_OK;
}

/* Values that count, each followed by its weight where there are weights, into out. */
static ms_status
gather(ms_ctx *ctx, const ms_rows *rows, size_t dim, double *out, ms_column *column)
{
	size_t width = rows->w ? 2 : 1;

	for (size_t i = 0; i < rows->n; i++)
	{
		double x = rows->x[i * rows->stride + dim];
		double w = ms_rows_weight(rows, i);

		MS_TRY(ms_tick(ctx, 2));
		column->missing += isnan(x);
		if (isnan(x) || w <= 0)
			continue;
		out[column->n * width] = x;
		if (rows->w)
			out[column->n * width + 1] = w;
		column->n++;
	}
	return MS_OK;
}

/* Parts n pairs (x, w) into x, in place, and cumulated weights. */
static ms_status
cumulate(ms_ctx *ctx, double *pairs, size_t n, double *upto)
{
	ms_sum sum = {0, 0};

	for (size_t i = 0; i < n; i++)
	{
		ms_sum_add(&sum, pairs[2 * i + 1]);
		pairs[i] = pairs[2 * i];
		upto[i] = fmax(ms_sum_get(&sum), i > 0 ? upto[i - 1] : 0);
		MS_TRY(ms_tick(ctx, 4));
	}
	return MS_OK;
}

/* A canonical record that is one number: the values lie in order already, gaps last. */
static void
borrow(const ms_rows *rows, ms_column *column)
{
	size_t n = rows->n;

	while (n > 0 && isnan(rows->x[n - 1]))
		n--;
	column->x = rows->x;
	column->n = n;
	column->missing = rows->n - n;
	column->weight = (double) n;
}

static ms_status
sort_pairs(ms_ctx *ctx, double *pairs, size_t n)
{
	static const unsigned char kinds[] = {MS_SLOT_DOUBLE, MS_SLOT_DOUBLE};

	return ms_order_sort(ctx, (uint64_t *) pairs, n, 2, kinds);
}

ms_status
ms_describe_column(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t dim, ms_column *out)
{
	ms_rows rows = ms_sample_rows(s);
	double *x;
	double *upto;

	*out = (ms_column){.drawn = s->head.flags & MS_SAMPLE_DRAWN};
	MS_TRY(check_dim(ctx, s, dim));
	if (rows.stride == 1)
	{
		borrow(&rows, out);
		return MS_OK;
	}
	MS_TRY(ms_arena_alloc(arena, rows.n, (rows.w ? 2 : 1) * sizeof(*x), (void **) &x));
	MS_TRY(gather(ctx, &rows, dim, x, out));
	out->x = x;
	out->weight = (double) out->n;
	if (!rows.w)
		return dim == 0 ? MS_OK : ms_order_sort_doubles(ctx, x, out->n);
	if (dim > 0)
		MS_TRY(sort_pairs(ctx, x, out->n));
	MS_TRY(MS_ALLOC(arena, out->n, &upto));
	MS_TRY(cumulate(ctx, x, out->n, upto));
	out->upto = upto;
	out->weight = out->n > 0 ? upto[out->n - 1] : 0;
	return MS_OK;
}

/* Weight of the first i values. */
static double
weight_before(const ms_column *c, size_t i)
{
	if (!c->upto)
		return (double) i;
	return i > 0 ? c->upto[i - 1] : 0;
}

static double
weight_at(const ms_column *c, size_t i)
{
	return weight_before(c, i + 1) - weight_before(c, i);
}

/* The first value that is >= x, or > x. */
static size_t
find(const ms_column *c, double x, bool after)
{
	size_t low = 0;
	size_t high = c->n;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (c->x[middle] < x || (after && c->x[middle] == x))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* --- distribution --------------------------------------------------------------------------- */

double
ms_describe_quantile(const ms_column *c, double p)
{
	double wanted = p * (1 - 4 * DBL_EPSILON);
	size_t low = 0;
	size_t high = c->n - 1;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		/* a quotient, as in the cdf: p * weight would round where weights are tiny */
		if (weight_before(c, middle + 1) / c->weight < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return c->x[low];
}

double
ms_describe_cdf(const ms_column *c, double x)
{
	return isnan(x) ? x : weight_before(c, find(c, x, true)) / c->weight;
}

double
ms_describe_effective(const ms_column *c)
{
	ms_sum squares = {0, 0};
	bool integers = !c->drawn;
	double rows;

	if (!c->upto)
		return c->weight;
	for (size_t i = 0; i < c->n; i++)
	{
		double w = weight_at(c, i);

		integers = integers && w == floor(w);
		ms_sum_add(&squares, w * w);
	}
	if (integers)
		return c->weight;
	rows = c->weight * (c->weight / ms_sum_get(&squares));
	/* equal weights are so many rows, also where sums round: who rounds down loses none */
	return fabs(rows - nearbyint(rows)) <= 1e-9 * rows ? nearbyint(rows) : rows;
}

/* --- moments -------------------------------------------------------------------------------- */

/* The power of two below the greatest absolute value: sums in its units do not overflow. */
static double
unit_of(const ms_column *c)
{
	double greatest = fmax(fabs(c->x[0]), fabs(c->x[c->n - 1]));
	int exponent;

	if (greatest == 0)
		return 1;
	(void) frexp(greatest, &exponent);
	return ldexp(1, exponent - 1);
}

/* Weighted sum of ((x - centre) / unit)^power. */
static ms_status
sum_power(ms_ctx *ctx, const ms_column *c, double centre, double unit, int power, double *out)
{
	ms_sum sum = {0, 0};

	for (size_t i = 0; i < c->n; i++)
	{
		double z = c->x[i] / unit - centre / unit;

		ms_sum_add(&sum, weight_at(c, i) * (power == 2 ? z * z : z));
		MS_TRY(ms_tick(ctx, 4));
	}
	*out = ms_sum_get(&sum);
	return MS_OK;
}

/*
 * Mean, and the root of the squared deviations' sum over `divisor`. Sums run over deviations from
 * the median, so that a constant column has its value as mean and no spread, and a far-off one
 * loses no digits.
 */
static ms_status
mean_and_spread(ms_ctx *ctx, const ms_column *c, double divisor, double *mean, double *spread)
{
	double unit = unit_of(c);
	double centre = ms_describe_quantile(c, 0.5);
	double sum;
	double squares;
	double shift;

	MS_TRY(sum_power(ctx, c, centre, unit, 1, &sum));
	MS_TRY(sum_power(ctx, c, centre, unit, 2, &squares));
	shift = sum / c->weight;
	squares -= sum * shift;
	*mean = (centre / unit + shift) * unit;
	*spread = sqrt(fmax(squares, 0) / divisor) * unit;
	return MS_OK;
}

ms_status
ms_describe_summary(ms_ctx *ctx, const ms_column *c, ms_summary *out)
{
	double sd;

	*out = (ms_summary){c->weight, c->missing, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
	if (c->n == 0)
		return MS_OK;
	MS_TRY(mean_and_spread(ctx, c, c->weight - 1, &out->mean, &sd));
	if (c->weight > 1)
		out->sd = sd;
	out->min = c->x[0];
	out->q1 = ms_describe_quantile(c, 0.25);
	out->median = ms_describe_quantile(c, 0.5);
	out->q3 = ms_describe_quantile(c, 0.75);
	out->max = c->x[c->n - 1];
	return MS_OK;
}

/* --- the interval of a quantile ------------------------------------------------------------- */

#define MOST_TRIALS 1e12
#define NEGLIGIBLE 1e-20

/* A binomial distribution, told by the ratios of neighbouring probabilities. */
typedef struct binomial
{
	double n;
	double odds;
} binomial;

/* P(k + 1) / P(k). */
static double
step_up(const binomial *b, double k)
{
	return (b->n - k) / (k + 1) * b->odds;
}

/* P(k - 1) / P(k). */
static double
step_down(const binomial *b, double k)
{
	return k / (b->n - k + 1) / b->odds;
}

/* Sum of all probabilities in units of the one at the mode. No underflow, and no gamma function. */
static double
binomial_total(const binomial *b, double mode)
{
	double total = 1;

	for (double k = mode, term = 1; k < b->n && term > NEGLIGIBLE; k++)
		total += term *= step_up(b, k);
	for (double k = mode, term = 1; k > 0 && term > NEGLIGIBLE; k--)
		total += term *= step_down(b, k);
	return total;
}

/*
 * The fewest counts low .. high within 1 .. n - 1 that hold `level`: the probabilities fall away
 * from the mode, so it is enough to take the greater neighbour each time. Returns what they hold,
 * or NaN when even all do not.
 */
static double
binomial_shortest(const binomial *b, double p, double level, double *low, double *high)
{
	double mode = fmin(floor((b->n + 1) * p), b->n);
	double total = binomial_total(b, mode);
	double below;
	double above;
	double held;

	*low = *high = fmin(fmax(mode, 1), b->n - 1);
	held = *low > mode ? step_up(b, mode) : *low < mode ? step_down(b, mode) : 1;
	below = held * step_down(b, *low);
	above = held * step_up(b, *high);
	while (held < level * total * (1 - 4 * DBL_EPSILON))
	{
		bool may_fall = *low > 1;
		bool may_rise = *high < b->n - 1;

		if (!may_fall && !may_rise)
			return NAN;
		if (may_fall && (!may_rise || below >= above))
		{
			held += below;
			below *= step_down(b, --*low);
		}
		else
		{
			held += above;
			above *= step_up(b, ++*high);
		}
	}
	return held / total;
}

void
ms_describe_quantile_interval(const ms_column *c, double p, double level, double *lower,
							  double *upper, double *coverage)
{
	binomial b = {fmin(floor(ms_describe_effective(c)), MOST_TRIALS), p / (1 - p)};
	double low;
	double high;

	*lower = *upper = *coverage = NAN;
	if (!(p > 0 && p < 1 && level > 0 && level < 1) || b.n < 2)
		return;
	*coverage = binomial_shortest(&b, p, level, &low, &high);
	if (isnan(*coverage))
		return;
	/* the count of values below the quantile is low .. high, so it lies between these ranks */
	*lower = ms_describe_quantile(c, low / b.n);
	*upper = ms_describe_quantile(c, (high + 1) / b.n);
}

/* --- histogram ------------------------------------------------------------------------------ */

#define MOST_BINS 1000

static double
interquartile(const ms_column *c)
{
	return ms_describe_quantile(c, 0.75) - ms_describe_quantile(c, 0.25);
}

int
ms_describe_bins(const ms_column *c, double lo, double hi)
{
	double n = ms_describe_effective(c);
	double iqr = interquartile(c);
	double bins = iqr > 0 ? (hi - lo) / (2 * iqr / cbrt(n)) : log2(n) + 1;

	if (!(hi > lo))
		return 1;
	return (int) ceil(fmin(fmax(bins, 1), MOST_BINS));
}

double
ms_describe_edge(double lo, double hi, int bins, int b)
{
	double edge = lo + (hi - lo) * b / bins;

	if (b == bins)
		return hi;
	return isfinite(edge) ? edge : lo * (1 - (double) b / bins) + hi * ((double) b / bins);
}

void
ms_describe_histogram(const ms_column *c, double lo, double hi, int bins, double *counts)
{
	double before = weight_before(c, find(c, lo, false));

	for (int b = 0; b < bins; b++)
	{
		double end = ms_describe_edge(lo, hi, bins, b + 1);
		double upto = weight_before(c, find(c, end, b == bins - 1));

		counts[b] = upto - before;
		before = upto;
	}
}

/* --- density -------------------------------------------------------------------------------- */

#define REACH 8.5
#define BLOCK 4096

ms_status
ms_describe_bandwidth(ms_ctx *ctx, const ms_column *c, double *out)
{
	double n = ms_describe_effective(c);
	double mean;
	double spread;
	double sd;
	double scale;

	MS_TRY(mean_and_spread(ctx, c, c->weight, &mean, &spread));
	sd = n > 1 ? spread * sqrt(n / (n - 1)) : spread;
	scale = fmin(sd, interquartile(c) / 1.34);
	if (scale <= 0)
		scale = sd > 0 ? sd : fabs(c->x[0]) > 0 ? fabs(c->x[0]) : 1;
	*out = 0.9 * scale * pow(n, -0.2);
	return MS_OK;
}

/* Sum of the kernel at x over values first .. end - 1. */
static double
kernel_sum(const ms_column *c, double x, double bandwidth, size_t first, size_t end)
{
	double sum = 0;

	for (size_t i = first; i < end; i++)
	{
		double z = (x - c->x[i]) / bandwidth;

		sum += weight_at(c, i) * exp(-0.5 * z * z);
	}
	return sum;
}

static ms_status
density_at(ms_ctx *ctx, const ms_column *c, double bandwidth, double x, double *density)
{
	size_t first = find(c, x - REACH * bandwidth, false);
	size_t end = find(c, x + REACH * bandwidth, true);
	ms_sum sum = {0, 0};

	for (size_t next; first < end; first = next)
	{
		next = end - first > BLOCK ? first + BLOCK : end;
		ms_sum_add(&sum, kernel_sum(c, x, bandwidth, first, next));
		MS_TRY(ms_tick(ctx, 6 * (next - first)));
	}
	*density = ms_sum_get(&sum) / c->weight / bandwidth / sqrt(2 * M_PI);
	return MS_OK;
}

ms_status
ms_describe_density(ms_ctx *ctx, const ms_column *c, double bandwidth, const double *x, size_t m,
					double *density)
{
	for (size_t i = 0; i < m; i++)
	{
		MS_TRY(density_at(ctx, c, bandwidth, x[i], density + i));
		MS_TRY(ms_tick(ctx, 100));
	}
	return MS_OK;
}
