/*
 * exchange.c: labellings of rows under the null, one after the other or at random, and draws of
 * rows with replacement.
 *
 * What is labelled is an item: a row, a cluster, or a pair (label 1: swapped). Items lie in strata,
 * within which labels may be exchanged; but for `strata` there is one.
 */
#include "core/base/exchange.h"

#include <math.h>
#include <string.h>

#include "core/base/order.h"
#include "core/base/rng.h"

#define STREAM_TEST UINT64_C(0x7065726d00000000)
#define STREAM_BOOT UINT64_C(0x626f6f7400000000)
#define TIE 1e-12
#define TICK_ITEMS 4096 /* drawn from anywhere in memory */

typedef struct items
{
	ms_ctx *ctx;
	const ms_labels *rows;
	bool pairs;
	size_t n;              /* items */
	unsigned char *label;  /* n, by place: strata lie one after the other */
	const uint32_t *place; /* of each item; NULL: item i lies at i */
	uint32_t *order;       /* n places, shuffled within their strata */
	size_t strata;
	size_t *begin; /* strata + 1 places */
	size_t *ones;  /* strata: items of label 1 */
} items;

/* --- items ---------------------------------------------------------------------------------- */

static inline size_t
item_of(const items *it, size_t row)
{
	ms_exchange e = it->rows->exchange;

	return e == MS_EXCHANGE_PAIRS || e == MS_EXCHANGE_CLUSTERS ? it->rows->unit[row] : row;
}

static inline size_t
place_of(const items *it, size_t row)
{
	size_t item = item_of(it, row);

	return it->place ? it->place[item] : item;
}

/* Rows by unit: a counting sort, which gives each row its place. */
static ms_status
place_rows(ms_arena *arena, items *it)
{
	const ms_labels *rows = it->rows;
	uint32_t *place;

	MS_TRY(MS_ALLOC(arena, rows->n, &place));
	MS_TRY(MS_ZEROED(arena, it->strata + 1, &it->begin));
	for (size_t i = 0; i < rows->n; i++)
		it->begin[rows->unit[i] + 1]++;
	for (size_t s = 0; s < it->strata; s++)
		it->begin[s + 1] += it->begin[s];
	for (size_t i = 0; i < rows->n; i++)
		place[i] = (uint32_t) it->begin[rows->unit[i]]++;
	/* each begin has moved on to the next */
	memmove(it->begin + 1, it->begin, it->strata * sizeof(*it->begin));
	it->begin[0] = 0;
	it->place = place;
	return ms_tick(it->ctx, 8 * rows->n);
}

static ms_status
one_stratum(ms_arena *arena, items *it)
{
	it->strata = 1;
	MS_TRY(MS_ALLOC(arena, 2, &it->begin));
	it->begin[0] = 0;
	it->begin[1] = it->n;
	return MS_OK;
}

/* Each item's label, or that it has both. */
static ms_status
read_labels(items *it)
{
	const ms_labels *rows = it->rows;
	unsigned char *seen = it->label; /* bit 1: has a, bit 2: has b */

	memset(seen, 0, it->n);
	for (size_t i = 0; i < rows->n; i++)
	{
		size_t at = place_of(it, i);

		seen[at] |= (unsigned char) (1 << rows->label[i]);
		if (!it->pairs && seen[at] == 3)
			return ms_fail(it->ctx, MS_MISMATCH, "clusters", (int64_t) i + 1, 0, 0);
	}
	for (size_t s = 0; s < it->strata; s++)
	{
		it->ones[s] = 0;
		for (size_t u = it->begin[s]; u < it->begin[s + 1]; u++)
		{
			if (it->pairs && seen[u] != 3)
				return ms_fail(it->ctx, MS_MISMATCH, "pairs", (int64_t) u + 1, 0, 0);
			seen[u] = !it->pairs && seen[u] == 2;
			it->ones[s] += seen[u];
		}
	}
	return ms_tick(it->ctx, 4 * rows->n);
}

static ms_status
items_new(ms_ctx *ctx, ms_arena *arena, const ms_labels *rows, int64_t replicates, items *it)
{
	bool units = rows->exchange == MS_EXCHANGE_PAIRS || rows->exchange == MS_EXCHANGE_CLUSTERS;

	*it = (items){.ctx = ctx, .rows = rows, .pairs = rows->exchange == MS_EXCHANGE_PAIRS};
	if (replicates < 1)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "replicates", 0, (double) replicates, 1);
	if (rows->n > UINT32_MAX)
		return ms_fail(ctx, MS_TOO_LARGE, "points", 0, (double) rows->n, UINT32_MAX);
	it->n = units ? rows->units : rows->n;
	it->strata = rows->units;
	MS_TRY(rows->exchange == MS_EXCHANGE_STRATA ? place_rows(arena, it) : one_stratum(arena, it));
	MS_TRY(MS_ALLOC(arena, it->n, &it->label));
	MS_TRY(MS_ALLOC(arena, it->n, &it->order));
	MS_TRY(MS_ALLOC(arena, it->strata, &it->ones));
	for (size_t u = 0; u < it->n; u++)
		it->order[u] = (uint32_t) u;
	return read_labels(it);
}

/* The labels of the rows. */
static ms_status
write_labels(const items *it, unsigned char *out)
{
	const ms_labels *rows = it->rows;

	for (size_t i = 0; i < rows->n; i++)
	{
		unsigned char label = it->label[place_of(it, i)];

		out[i] = it->pairs ? label ^ rows->label[i] : label;
	}
	return ms_tick(it->ctx, 2 * rows->n);
}

/* --- all labellings ------------------------------------------------------------------------- */

/* Labellings that there are, or some number above `most`. */
static double
labellings(const items *it, double most)
{
	double all = 1;

	if (it->pairs)
		return it->n < 62 ? exp2((double) it->n) : INFINITY;
	for (size_t s = 0; s < it->strata && all <= most; s++)
	{
		size_t n = it->begin[s + 1] - it->begin[s];
		size_t k = it->ones[s] < n - it->ones[s] ? it->ones[s] : n - it->ones[s];
		double choices = 1;

		for (size_t i = 0; i < k && choices <= most; i++)
			choices = choices * (double) (n - i) / (double) (i + 1);
		all *= round(choices);
	}
	return all;
}

/* Whether swapping all labels gives another labelling with the same statistic. */
static bool
is_symmetric(const items *it)
{
	for (size_t s = 0; s < it->strata && !it->pairs; s++)
	{
		if (2 * it->ones[s] != it->begin[s + 1] - it->begin[s])
			return false;
	}
	return true;
}

static void
first_of(unsigned char *label, size_t n, size_t ones)
{
	memset(label, 0, n - ones);
	memset(label + n - ones, 1, ones);
}

/* The next choice of the ones in lexicographic order; false, and the first, after the last. */
static bool
next_of(unsigned char *label, size_t n, size_t ones)
{
	size_t tail = 0;
	size_t u = n;

	while (u > 0 && !label[u - 1])
		u--;
	while (u > 0 && label[u - 1])
		u--, tail++;
	if (u == 0)
	{
		first_of(label, n, ones);
		return false;
	}
	/* the rightmost 0 before a 1 rises; what follows it becomes the least */
	label[u - 1] = 1;
	first_of(label + u, n - u, tail - 1);
	return true;
}

static bool
next_swaps(unsigned char *label, size_t n)
{
	size_t u = 0;

	while (u < n && label[u])
		label[u++] = 0;
	if (u == n)
		return false;
	label[u] = 1;
	return true;
}

static void
first_labelling(items *it)
{
	for (size_t s = 0; s < it->strata; s++)
		first_of(it->label + it->begin[s], it->begin[s + 1] - it->begin[s], it->ones[s]);
}

static bool
next_labelling(items *it)
{
	if (it->pairs)
		return next_swaps(it->label, it->n);
	for (size_t s = 0; s < it->strata; s++)
	{
		if (next_of(it->label + it->begin[s], it->begin[s + 1] - it->begin[s], it->ones[s]))
			return true;
	}
	return false;
}

/* --- at random ------------------------------------------------------------------------------ */

/* A labelling at random: which items are b (a partial shuffle), or which pairs swap. */
static ms_status
random_labelling(items *it, ms_rng *rng)
{
	for (size_t u = 0; u < it->n && it->pairs; u++)
		it->label[u] = ms_rng_u64(rng) & 1;
	if (it->pairs)
		return ms_tick(it->ctx, 4 * it->n);
	memset(it->label, 0, it->n);
	for (size_t s = 0; s < it->strata; s++)
	{
		size_t end = it->begin[s + 1];

		for (size_t k = it->begin[s]; k < it->begin[s] + it->ones[s]; k++)
		{
			size_t at = k + ms_rng_below(rng, end - k);
			uint32_t held = it->order[at];

			it->order[at] = it->order[k];
			it->order[k] = held;
			it->label[held] = 1;
			if (k % TICK_ITEMS == 0)
				MS_TRY(ms_tick(it->ctx, 8 * TICK_ITEMS));
		}
	}
	return MS_OK;
}

/* Mean and spread of the null (Welford 1962), and how many are as great as what was seen. */
typedef struct null
{
	double least; /* that counts as great as what was seen */
	double n, mean, square, as_great;
} null;

static void
null_add(null *t, double x)
{
	double off = x - t->mean;

	if (isnan(x))
		return;
	t->n++;
	t->mean += off / t->n;
	t->square += off * (x - t->mean);
	t->as_great += x >= t->least;
}

typedef struct test
{
	items it;
	ms_labelled statistic;
	void *of;
	const ms_exchange_options *o;
	unsigned char *labels; /* batch x n */
	double *values;        /* batch */
	null t;
} test;

static ms_status
evaluate(test *t, size_t count)
{
	MS_TRY(t->statistic(t->it.ctx, t->of, t->labels, count, t->values));
	for (size_t b = 0; b < count; b++)
		null_add(&t->t, t->values[b]);
	return MS_OK;
}

/* What was observed is evaluated as all are, so that rounding is the same. */
static ms_status
observe(test *t, double *observed)
{
	memcpy(t->labels, t->it.rows->label, t->it.rows->n);
	MS_TRY(t->statistic(t->it.ctx, t->of, t->labels, 1, observed));
	t->t.least = *observed - TIE * fmax(fabs(*observed), t->o->slack);
	return MS_OK;
}

static ms_status
enumerate(test *t)
{
	size_t count = 0;

	first_labelling(&t->it);
	do
	{
		MS_TRY(write_labels(&t->it, t->labels + count * t->it.rows->n));
		if (++count < t->o->batch)
			continue;
		MS_TRY(evaluate(t, count));
		count = 0;
	} while (next_labelling(&t->it));
	return count > 0 ? evaluate(t, count) : MS_OK;
}

static ms_status
permute(test *t)
{
	int64_t replicates = t->o->replicates;
	ms_ctx *ctx = t->it.ctx;
	size_t count;
	ms_rng rng;

	ms_rng_init(&rng, t->o->seed, STREAM_TEST);
	for (int64_t done = 0; done < replicates; done += (int64_t) count)
	{
		for (count = 0; count < t->o->batch && done + (int64_t) count < replicates; count++)
		{
			MS_TRY(random_labelling(&t->it, &rng));
			MS_TRY(write_labels(&t->it, t->labels + count * t->it.rows->n));
		}
		MS_TRY(evaluate(t, count));
		if (ctx->progress)
			ctx->progress(ctx,
						  &(ms_progress){"permutation", done + (int64_t) count,
										 (double) (done + (int64_t) count) / (double) replicates,
										 t->t.mean});
	}
	return MS_OK;
}

ms_status
ms_exchange_test(ms_ctx *ctx, ms_arena *arena, const ms_labels *labels, ms_labelled statistic,
				 void *of, const ms_exchange_options *o, ms_permutation *out)
{
	test t = {.statistic = statistic, .of = of, .o = o};
	size_t room;
	double all;

	MS_TRY(items_new(ctx, arena, labels, o->replicates, &t.it));
	if (!ms_size_mul(o->batch, labels->n, &room))
		return ms_fail(ctx, MS_TOO_LARGE, "points", 0, (double) labels->n, UINT32_MAX);
	MS_TRY(MS_ALLOC(arena, room, &t.labels));
	MS_TRY(MS_ALLOC(arena, o->batch, &t.values));
	MS_TRY(observe(&t, &out->statistic));
	all = labellings(&t.it, (double) o->replicates);
	out->exact = all <= (double) o->replicates;
	MS_TRY(out->exact ? enumerate(&t) : permute(&t));
	out->replicates = (int64_t) t.t.n;
	out->null_mean = t.t.mean;
	out->null_sd = t.t.n > 1 ? sqrt(t.t.square / (t.t.n - 1)) : 0;
	out->p_value = out->exact ? t.t.as_great / t.t.n : (1 + t.t.as_great) / (t.t.n + 1);
	out->p_min = out->exact ? fmin(1, (is_symmetric(&t.it) ? 2 : 1) / t.t.n) : 1 / (t.t.n + 1);
	return MS_OK;
}

/* --- the bootstrap -------------------------------------------------------------------------- */

/* Items that are drawn from each other: those of one label in one stratum, or all pairs. */
typedef struct draws
{
	items it;
	uint32_t *times;  /* of each place */
	uint32_t *counts; /* of each row */
} draws;

/* In it->order each stratum's items of label 0 come first, then those of label 1. */
static void
order_by_label(items *it)
{
	for (size_t s = 0; s < it->strata; s++)
	{
		size_t at[2] = {it->begin[s], it->begin[s + 1] - it->ones[s]};

		for (size_t u = it->begin[s]; u < it->begin[s + 1]; u++)
			it->order[at[it->label[u]]++] = (uint32_t) u;
	}
}

static ms_status
draw_from(draws *d, ms_rng *rng, size_t begin, size_t end)
{
	for (size_t k = begin; k < end; k++)
	{
		d->times[d->it.order[begin + ms_rng_below(rng, end - begin)]]++;
		if (k % TICK_ITEMS == 0)
			MS_TRY(ms_tick(d->it.ctx, 10 * TICK_ITEMS));
	}
	return MS_OK;
}

static ms_status
draw_counts(draws *d, ms_rng *rng)
{
	const items *it = &d->it;

	memset(d->times, 0, it->n * sizeof(*d->times));
	for (size_t s = 0; s < it->strata; s++)
	{
		size_t middle = it->begin[s + 1] - it->ones[s];

		MS_TRY(draw_from(d, rng, it->begin[s], middle));
		MS_TRY(draw_from(d, rng, middle, it->begin[s + 1]));
	}
	for (size_t i = 0; i < it->rows->n; i++)
		d->counts[i] = d->times[place_of(it, i)];
	return ms_tick(it->ctx, 2 * it->n + 2 * it->rows->n);
}

static ms_status
replicate(draws *d, ms_counted estimate, void *of, const ms_exchange_options *o, double *values,
		  size_t *n)
{
	ms_rng rng;

	ms_rng_init(&rng, o->seed, STREAM_BOOT);
	*n = 0;
	for (int64_t i = 0; i < o->replicates; i++)
	{
		MS_TRY(draw_counts(d, &rng));
		MS_TRY(estimate(d->it.ctx, of, d->counts, values + *n));
		*n += !isnan(values[*n]);
	}
	return MS_OK;
}

/* Quantile p of ascending values, inverted distribution function. */
static double
percentile(const double *x, size_t n, double p)
{
	double rank = ceil(p * (double) n - 1e-9);

	return x[rank < 1 ? 0 : rank > (double) n ? n - 1 : (size_t) rank - 1];
}

static void
summarise(const double *values, size_t n, double level, ms_bootstrap *out)
{
	null t = {0};

	for (size_t i = 0; i < n; i++)
		null_add(&t, values[i]);
	out->std_error = n > 1 ? sqrt(t.square / (t.n - 1)) : NAN;
	out->lower = percentile(values, n, (1 - level) / 2);
	out->upper = percentile(values, n, (1 + level) / 2);
	out->replicates = (int64_t) n;
}

ms_status
ms_exchange_interval(ms_ctx *ctx, ms_arena *arena, const ms_labels *labels, ms_counted estimate,
					 void *of, double level, const ms_exchange_options *o, ms_bootstrap *out)
{
	double *values;
	size_t n;
	draws d;

	if (!(level > 0 && level < 1))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "level", 0, level, 0.95);
	MS_TRY(items_new(ctx, arena, labels, o->replicates, &d.it));
	MS_TRY(MS_ALLOC(arena, d.it.n, &d.times));
	MS_TRY(MS_ALLOC(arena, labels->n, &d.counts));
	MS_TRY(MS_ALLOC(arena, (size_t) o->replicates, &values));
	order_by_label(&d.it);
	for (size_t i = 0; i < labels->n; i++)
		d.counts[i] = 1;
	MS_TRY(estimate(ctx, of, d.counts, &out->estimate));
	MS_TRY(replicate(&d, estimate, of, o, values, &n));
	if (n == 0)
		return ms_fail(ctx, MS_TOO_FEW, "replicates", 0, 0, 1);
	MS_TRY(ms_order_sort_doubles(ctx, values, n));
	summarise(values, n, level, out);
	return MS_OK;
}
