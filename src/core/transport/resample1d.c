/*
 * resample1d.c: permutation of labels and bootstrap of rows over one sorted pool.
 */
#include "core/transport/resample1d.h"

#include <math.h>
#include <string.h>

#include "core/base/order.h"
#include "core/base/rng.h"

#define STREAM_TEST UINT64_C(0x7065726d00000000)
#define STREAM_BOOT UINT64_C(0x626f6f7400000000)
#define TICK_ROWS 4096
#define AS_GREAT (1 - 1e-12) /* statistics that differ in the last bits are ties */

typedef struct resample
{
	ms_ctx *ctx;
	const ms_pool *pool;
	double p;
	ms_exchange exchange;
	size_t units;        /* rows, where rows are exchanged */
	size_t units_b;      /* units whose label is b */
	unsigned char *side; /* units: label, or for pairs whether it is swapped */
	uint32_t *order;     /* units */
	double *x[2];
	double *upto[2];
	bool weighted; /* columns need weights */
} resample;

static inline size_t
unit_of(const resample *r, size_t i)
{
	return r->exchange == MS_EXCHANGE_ROWS ? i : r->pool->unit[i];
}

/* Each unit's label, or that it has both. */
static ms_status
read_units(resample *r)
{
	const ms_pool *pool = r->pool;
	bool pairs = r->exchange == MS_EXCHANGE_PAIRS;
	unsigned char *seen = r->side; /* bit 1: has a, bit 2: has b */

	memset(seen, 0, r->units);
	for (size_t i = 0; i < pool->n; i++)
	{
		size_t u = unit_of(r, i);

		seen[u] |= (unsigned char) (1 << pool->label[i]);
		if (!pairs && seen[u] == 3)
			return ms_fail(r->ctx, MS_MISMATCH, "clusters", (int64_t) i + 1, 0, 0);
		if (i % TICK_ROWS == 0)
			MS_TRY(ms_tick(r->ctx, 4 * TICK_ROWS));
	}
	for (size_t u = 0; u < r->units; u++)
	{
		if (pairs && seen[u] != 3)
			return ms_fail(r->ctx, MS_MISMATCH, "pairs", (int64_t) u + 1, 0, 0);
		seen[u] = !pairs && seen[u] == 2;
		r->units_b += seen[u];
	}
	return ms_tick(r->ctx, 2 * r->units);
}

static ms_status
resample_new(ms_ctx *ctx, ms_arena *arena, const ms_pool *pool, double p, ms_exchange exchange,
			 int64_t replicates, resample *r)
{
	*r = (resample){.ctx = ctx, .pool = pool, .p = p, .exchange = exchange};
	MS_TRY(ms_wasserstein1d_p(ctx, p));
	if (replicates < 1)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "replicates", 0, (double) replicates, 1);
	r->units = exchange == MS_EXCHANGE_ROWS ? pool->n : pool->units;
	if (r->units > UINT32_MAX)
		return ms_fail(ctx, MS_TOO_LARGE, "points", 0, (double) r->units, UINT32_MAX);
	MS_TRY(MS_ALLOC(arena, r->units, &r->side));
	MS_TRY(MS_ALLOC(arena, r->units, &r->order));
	for (int k = 0; k < 2; k++)
	{
		MS_TRY(MS_ALLOC(arena, pool->n, &r->x[k]));
		MS_TRY(MS_ALLOC(arena, pool->n, &r->upto[k]));
	}
	r->weighted = pool->w != NULL;
	return read_units(r);
}

/*
 * W_p where row i goes to the side that its unit has, `counts` times (NULL: once). NaN when a side
 * is empty.
 */
static ms_status
sweep(const resample *r, const uint32_t *counts, double *out)
{
	const ms_pool *pool = r->pool;
	bool pairs = r->exchange == MS_EXCHANGE_PAIRS;
	double total[2] = {0, 0};
	size_t n[2] = {0, 0};
	ms_column column[2];

	for (size_t i = 0; i < pool->n; i++)
	{
		size_t u = unit_of(r, i);
		int to = pairs ? r->side[u] ^ pool->label[i] : r->side[u];
		double w = (pool->w ? pool->w[i] : 1) * (counts ? counts[u] : 1);

		r->x[to][n[to]] = pool->x[i];
		total[to] += w;
		r->upto[to][n[to]] = total[to];
		n[to] += w > 0;
		if (i % TICK_ROWS == 0)
			MS_TRY(ms_tick(r->ctx, 6 * TICK_ROWS));
	}
	for (int k = 0; k < 2; k++)
		column[k] = (ms_column){n[k], 0, r->x[k], r->weighted ? r->upto[k] : NULL, total[k]};
	*out = NAN;
	return n[0] > 0 && n[1] > 0 ? ms_wasserstein1d(r->ctx, column, column + 1, r->p, out) : MS_OK;
}

/* Labellings that there are, as far as `most`. */
static double
labellings(const resample *r, double most)
{
	size_t n = r->units;
	size_t k = r->units_b < n - r->units_b ? r->units_b : n - r->units_b;
	double all = 1;

	if (r->exchange == MS_EXCHANGE_PAIRS)
		return n < 62 ? exp2((double) n) : INFINITY;
	for (size_t i = 0; i < k && all <= most; i++)
		all = all * (double) (n - i) / (double) (i + 1);
	return round(all);
}

/* The first labelling, and the next in lexicographic order; false after the last. */
static void
first_labelling(resample *r)
{
	memset(r->side, 0, r->units);
	if (r->exchange != MS_EXCHANGE_PAIRS)
		memset(r->side + r->units - r->units_b, 1, r->units_b);
}

static bool
next_swaps(resample *r)
{
	size_t u = 0;

	while (u < r->units && r->side[u])
		r->side[u++] = 0;
	if (u == r->units)
		return false;
	r->side[u] = 1;
	return true;
}

/* The rightmost 0 before a 1 rises; what follows it becomes the least. */
static bool
next_labelling(resample *r)
{
	unsigned char *side = r->side;
	size_t ones = 0;
	size_t u = r->units;

	if (r->exchange == MS_EXCHANGE_PAIRS)
		return next_swaps(r);
	while (u > 0 && !side[u - 1])
		u--;
	if (u == 0)
		return false;
	/* side[u - 1] is the last 1; go left over ones */
	while (u > 0 && side[u - 1])
		u--, ones++;
	if (u == 0)
		return false;
	side[u - 1] = 1;
	memset(side + u, 0, r->units - u);
	memset(side + r->units - (ones - 1), 1, ones - 1);
	return true;
}

/* A labelling at random: which units are b (Floyd's partial shuffle), or which pairs swap. */
static void
random_labelling(resample *r, ms_rng *rng)
{
	if (r->exchange == MS_EXCHANGE_PAIRS)
	{
		for (size_t u = 0; u < r->units; u++)
			r->side[u] = ms_rng_u64(rng) & 1;
		return;
	}
	memset(r->side, 0, r->units);
	for (size_t k = 0; k < r->units_b; k++)
	{
		size_t at = k + ms_rng_below(rng, r->units - k);
		uint32_t held = r->order[at];

		r->order[at] = r->order[k];
		r->order[k] = held;
		r->side[held] = 1;
	}
}

/* Mean and spread of the null (Welford 1962), and how many are as great as what was seen. */
typedef struct null
{
	double observed;
	double n, mean, square, as_great;
} null;

static void
null_add(null *t, double x)
{
	double off = x - t->mean;

	t->n++;
	t->mean += off / t->n;
	t->square += off * (x - t->mean);
	t->as_great += x >= t->observed * AS_GREAT;
}

static ms_status
enumerate(resample *r, null *t)
{
	double value;

	first_labelling(r);
	do
	{
		MS_TRY(sweep(r, NULL, &value));
		null_add(t, value);
	} while (next_labelling(r));
	return MS_OK;
}

static ms_status
permute(resample *r, int64_t replicates, uint64_t seed, null *t)
{
	double value;
	ms_rng rng;

	ms_rng_init(&rng, seed, STREAM_TEST);
	for (size_t u = 0; u < r->units; u++)
		r->order[u] = (uint32_t) u;
	for (int64_t i = 0; i < replicates; i++)
	{
		random_labelling(r, &rng);
		MS_TRY(ms_tick(r->ctx, 8 * r->units));
		MS_TRY(sweep(r, NULL, &value));
		null_add(t, value);
		if (r->ctx->progress && i % 64 == 63)
			r->ctx->progress(r->ctx,
							 &(ms_progress){"permutation", i + 1,
											(double) (i + 1) / (double) replicates, t->mean});
	}
	return MS_OK;
}

/* Whether swapping all labels gives another labelling with the same statistic. */
static bool
symmetric(const resample *r)
{
	return r->exchange == MS_EXCHANGE_PAIRS || 2 * r->units_b == r->units;
}

ms_status
ms_resample1d_test(ms_ctx *ctx, ms_arena *arena, const ms_pool *pool, double p,
				   ms_exchange exchange, int64_t replicates, uint64_t seed, ms_permutation *out)
{
	null t = {0};
	double all;
	resample r;

	MS_TRY(resample_new(ctx, arena, pool, p, exchange, replicates, &r));
	MS_TRY(sweep(&r, NULL, &t.observed));
	all = labellings(&r, (double) replicates);
	out->exact = all <= (double) replicates;
	MS_TRY(out->exact ? enumerate(&r, &t) : permute(&r, replicates, seed, &t));
	out->statistic = t.observed;
	out->replicates = (int64_t) t.n;
	out->null_mean = t.mean;
	out->null_sd = t.n > 1 ? sqrt(t.square / (t.n - 1)) : 0;
	out->p_value = out->exact ? t.as_great / t.n : (1 + t.as_great) / (t.n + 1);
	out->p_min = out->exact ? fmin(1, (symmetric(&r) ? 2 : 1) / t.n) : 1 / (t.n + 1);
	return MS_OK;
}

/* How often each unit is drawn: among all units, or among those of each label. */
static void
draw_counts(resample *r, ms_rng *rng, uint32_t *counts)
{
	size_t done = 0;

	memset(counts, 0, r->units * sizeof(*counts));
	if (r->exchange == MS_EXCHANGE_PAIRS)
	{
		for (size_t u = 0; u < r->units; u++)
			counts[ms_rng_below(rng, r->units)]++;
		return;
	}
	/* r->order: units of a, then of b */
	for (int side = 0; side < 2; side++)
	{
		size_t n = side ? r->units_b : r->units - r->units_b;

		for (size_t k = 0; k < n; k++)
			counts[r->order[done + ms_rng_below(rng, n)]]++;
		done += n;
	}
}

static ms_status
replicate(resample *r, uint32_t *counts, int64_t replicates, uint64_t seed, double *values,
		  size_t *n)
{
	ms_rng rng;

	ms_rng_init(&rng, seed, STREAM_BOOT);
	*n = 0;
	for (int64_t i = 0; i < replicates; i++)
	{
		draw_counts(r, &rng, counts);
		MS_TRY(ms_tick(r->ctx, 10 * r->units));
		MS_TRY(sweep(r, counts, values + *n));
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
ms_resample1d_interval(ms_ctx *ctx, ms_arena *arena, const ms_pool *pool, double p,
					   ms_exchange exchange, double level, int64_t replicates, uint64_t seed,
					   ms_bootstrap *out)
{
	size_t at[2] = {0, 0};
	uint32_t *counts;
	double *values;
	size_t n;
	resample r;

	if (!(level > 0 && level < 1))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "level", 0, level, 0.95);
	MS_TRY(resample_new(ctx, arena, pool, p, exchange, replicates, &r));
	MS_TRY(MS_ALLOC(arena, r.units, &counts));
	MS_TRY(MS_ALLOC(arena, (size_t) replicates, &values));
	MS_TRY(sweep(&r, NULL, &out->estimate));
	at[1] = r.units - r.units_b;
	for (size_t u = 0; u < r.units; u++)
		r.order[at[r.side[u]]++] = (uint32_t) u;
	/* rows that were drawn several times weigh as much */
	r.weighted = true;
	MS_TRY(replicate(&r, counts, replicates, seed, values, &n));
	MS_TRY(ms_order_sort_doubles(ctx, values, n));
	summarise(values, n, level, out);
	return MS_OK;
}
