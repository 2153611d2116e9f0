/*
 * kll.c: growing and merging of quantile sketches. Levels shrink by 2/3 from the highest on down
 * to 8 numbers; a level is compacted only when all together are full (Karnin, Lang & Liberty 2016,
 * section 3, as lazily as they allow).
 */
#include "core/transport/kll.h"

#include <math.h>
#include <string.h>

#include "core/base/order.h"
#include "core/base/rng.h"

#define LEAST_LEVEL 8
#define FEW 32
#define STREAM UINT64_C(0x6b6c6c0000000000)

/* Numbers that the level `depth` below the highest holds before it is compacted. */
static uint32_t
level_size(uint32_t k, uint32_t depth)
{
	double size = k;

	for (; depth > 0 && size > LEAST_LEVEL; depth--)
		size *= 2.0 / 3.0;
	return size > LEAST_LEVEL ? (uint32_t) ceil(size) : LEAST_LEVEL;
}

uint32_t
ms_kll_capacity(uint32_t k, uint32_t levels)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < levels; i++)
		sum += level_size(k, i);
	return sum;
}

size_t
ms_kll_full_size(size_t k)
{
	/* a row brings MS_KLL_DIGITS numbers at most before anything is compacted */
	return sizeof(ms_kll) + MS_KLL_LEVELS * sizeof(uint32_t) +
		   (ms_kll_capacity((uint32_t) k, MS_KLL_LEVELS) + MS_KLL_DIGITS + 1) * sizeof(double);
}

ms_status
ms_kll_parameters(ms_ctx *ctx, int64_t k)
{
	if (k >= MS_KLL_MIN_K && k <= MS_KLL_MAX_K)
		return MS_OK;
	return ms_fail(ctx, MS_BAD_ARGUMENT, "k", 0, (double) k,
				   k < MS_KLL_MIN_K ? MS_KLL_MIN_K : MS_KLL_MAX_K);
}

void
ms_kll_begin(void *bytes, size_t k, bool weighted, int64_t seed)
{
	ms_kll *q = bytes;

	memset(q, 0, sizeof(*q));
	q->head.type = MS_TYPE_KLL;
	q->head.version = MS_KLL_VERSION;
	q->head.flags = weighted ? MS_KLL_WEIGHTED : 0;
	q->seed = seed;
	q->k = (uint32_t) k;
}

/* Bytes for `count` numbers, doubling. */
static size_t
doubled(const ms_kll *q, size_t count)
{
	size_t need = sizeof(*q) + MS_KLL_LEVELS * sizeof(uint32_t) + count * sizeof(double);
	size_t size = 512;

	while (size < need)
		size *= 2;
	need = ms_kll_full_size(q->k);
	return size < need ? size : need;
}

size_t
ms_kll_room(const ms_kll *q)
{
	return doubled(q, (size_t) q->count + MS_KLL_DIGITS + 1);
}

double *
ms_kll_level(const ms_kll *q, uint32_t h)
{
	double *at = ms_kll_numbers(q);

	for (uint32_t i = q->levels; i-- > h + 1;)
		at += ms_kll_sizes(q)[i];
	return at;
}

/* Makes room for more levels: `low` new ones below, the rest above; all empty. */
static void
add_levels(ms_kll *q, uint32_t more, uint32_t low)
{
	double *old = ms_kll_numbers(q);
	uint32_t *sizes = ms_kll_sizes(q);
	uint32_t was = q->levels;

	q->levels += more;
	memmove(ms_kll_numbers(q), old, q->count * sizeof(double));
	memmove(sizes + low, sizes, was * sizeof(*sizes));
	memset(sizes, 0, low * sizeof(*sizes));
	memset(sizes + low + was, 0, (more - low) * sizeof(*sizes));
	if (q->levels % 2 == 1)
		sizes[q->levels] = 0;
	q->base -= (int32_t) low;
	q->capacity = ms_kll_capacity(q->k, q->levels);
}

/* A number at level h. */
static void
put(ms_kll *q, uint32_t h, double x)
{
	double *end = ms_kll_level(q, h) + ms_kll_sizes(q)[h];
	double *last = ms_kll_numbers(q) + q->count;

	memmove(end + 1, end, (size_t) (last - end) * sizeof(double));
	*end = x;
	ms_kll_sizes(q)[h]++;
	q->count++;
}

/* The coin of a compaction: what is compacted is mixed in, as the head of kll.h says. */
static bool
coin(const ms_kll *q, const double *x, size_t n)
{
	uint64_t mixed = STREAM;

	for (size_t i = 0; i < n; i++)
	{
		uint64_t bits;

		memcpy(&bits, x + i, sizeof(bits));
		mixed = (mixed ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
		mixed ^= mixed >> 32;
	}
	return ms_rng_at((uint64_t) q->seed, mixed, q->compactions) < 0.5;
}

/* Few numbers go to their ranks, without branches that a processor would have to guess. */
static void
sort_few(double *x, uint32_t n)
{
	double sorted[FEW];

	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t rank = 0;

		for (uint32_t j = 0; j < i; j++)
			rank += x[j] <= x[i];
		for (uint32_t j = i + 1; j < n; j++)
			rank += x[j] < x[i];
		sorted[rank] = x[i];
	}
	memcpy(x, sorted, n * sizeof(*x));
}

static ms_status
sort_level(ms_ctx *ctx, double *x, uint32_t n)
{
	if (n > FEW)
		return ms_order_sort_doubles(ctx, x, n);
	sort_few(x, n);
	return MS_OK;
}

/*
 * Level h, sorted, gives every other number to the level above. Of an odd number of them one
 * stays: the greatest. In memory: [level h + 1][level h] becomes [level h + 1, half][one or none].
 */
static ms_status
compact(ms_ctx *ctx, ms_kll *q, uint32_t h)
{
	uint32_t *sizes;
	double *x;
	double *rest;
	double stays;
	uint32_t n;
	uint32_t half;
	bool odd;

	if (h + 1 == q->levels)
		add_levels(q, 1, 0);
	sizes = ms_kll_sizes(q);
	x = ms_kll_level(q, h);
	n = sizes[h];
	half = n / 2;
	MS_TRY(sort_level(ctx, x, n));
	stays = x[n - 1];
	odd = coin(q, x, n);
	for (uint32_t i = 0; i < half; i++)
		x[i] = x[2 * i + odd];
	rest = x + half;
	if (n % 2 == 1)
		*rest++ = stays;
	memmove(rest, x + n, (size_t) (ms_kll_numbers(q) + q->count - (x + n)) * sizeof(double));
	sizes[h + 1] += half;
	sizes[h] = n % 2;
	q->count -= half;
	q->compactions++;
	return ms_tick(ctx, 8 * n + 64);
}

/*
 * Level 0 goes: what it holds is compacted, and a number that is left doubles its weight or goes,
 * by a coin.
 */
static ms_status
raise_base(ms_ctx *ctx, ms_kll *q)
{
	uint32_t *sizes = ms_kll_sizes(q);
	double *old;

	if (sizes[0] > 1)
		MS_TRY(compact(ctx, q, 0));
	if (q->levels == 1)
		add_levels(q, 1, 0);
	if (sizes[0] == 1)
	{
		bool goes = coin(q, ms_kll_numbers(q) + q->count - 1, 1);

		q->compactions++;
		q->count -= goes;
		sizes[1] += !goes;
	}
	old = ms_kll_numbers(q);
	memmove(sizes, sizes + 1, (q->levels - 1) * sizeof(*sizes));
	q->levels--;
	q->base++;
	q->capacity = ms_kll_capacity(q->k, q->levels);
	memmove(ms_kll_numbers(q), old, q->count * sizeof(double));
	if (q->levels % 2 == 1)
		sizes[q->levels] = 0;
	return ms_tick(ctx, 64);
}

/* Compacts the lowest level that is over its size, until all fit. */
static ms_status
compress(ms_ctx *ctx, ms_kll *q)
{
	while (q->count > q->capacity)
	{
		const uint32_t *sizes = ms_kll_sizes(q);
		uint32_t h = 0;

		if (q->levels == MS_KLL_LEVELS)
		{
			MS_TRY(raise_base(ctx, q));
			continue;
		}
		while (h + 1 < q->levels &&
			   (sizes[h] < LEAST_LEVEL || sizes[h] < level_size(q->k, q->levels - 1 - h)))
			h++;
		MS_TRY(compact(ctx, q, h));
	}
	return MS_OK;
}

/* Levels that weights may span; compactions add more. */
#define SPAN (MS_KLL_LEVELS - 8)

/* Levels for exponents low .. high as far as they may be: for `high` always. */
static ms_status
cover(ms_ctx *ctx, ms_kll *q, int low, int high)
{
	int free;
	int top;

	if (q->levels == 0)
		q->base = low;
	while (q->levels > 0 && high - q->base >= SPAN)
		MS_TRY(raise_base(ctx, q));
	top = q->base + (int) q->levels - 1;
	if (high > top)
		add_levels(q, (uint32_t) (high - top), 0);
	free = SPAN - (int) q->levels;
	if (low < q->base && free > 0)
	{
		uint32_t more = (uint32_t) (q->base - low < free ? q->base - low : free);

		add_levels(q, more, more);
	}
	return MS_OK;
}

/* The digits of a weight, from exponent `low` up; a coin rounds what is below. */
static uint64_t
digits_of(const ms_kll *q, double x, double weight, int low)
{
	double scaled = ldexp(weight, -low);
	double whole = floor(scaled);
	double key[2] = {x, weight};
	uint64_t bits;

	memcpy(&bits, &key[0], sizeof(bits));
	bits = (bits ^ STREAM) * UINT64_C(0x9e3779b97f4a7c15);
	if (scaled > whole && ms_rng_at((uint64_t) q->seed, bits ^ bits >> 32, q->n) < scaled - whole)
		whole += 1;
	return (uint64_t) whole;
}

/* The exponent of the lowest binary digit of a weight. */
static int
lowest_digit(double weight)
{
	int exponent;
	uint64_t digits = (uint64_t) ldexp(frexp(weight, &exponent), 53);

	return exponent - 53 + __builtin_ctzll(digits);
}

static ms_status
append_weighted(ms_ctx *ctx, ms_kll *q, double x, double weight)
{
	int high = ilogb(weight);
	int low = high - (MS_KLL_DIGITS - 1);
	uint64_t digits;

	if (low < lowest_digit(weight))
		low = lowest_digit(weight);
	MS_TRY(cover(ctx, q, low, high + 1));
	low = low < q->base ? q->base : low;
	digits = digits_of(q, x, weight, low);
	for (uint32_t h = (uint32_t) (low - q->base); digits > 0; h++, digits >>= 1)
	{
		if (digits & 1)
			put(q, h, x);
	}
	return MS_OK;
}

static ms_status
check_row(ms_ctx *ctx, const ms_kll *q, double x, double weight)
{
	bool weighted = q->head.flags & MS_KLL_WEIGHTED;

	if (!isfinite(x))
		return ms_fail(ctx, MS_NOT_FINITE, "x", 1, x, 0);
	if (weighted ? !(weight >= MS_KLL_MIN_WEIGHT && weight <= MS_KLL_MAX_WEIGHT) : weight != 1)
		return ms_fail(ctx, MS_BAD_WEIGHT, "weight", 0, weight, 1);
	if (q->n >= MS_KLL_MOST_ROWS)
		return ms_fail(ctx, MS_TOO_LARGE, "rows", 0, (double) q->n, (double) MS_KLL_MOST_ROWS);
	if (q->weight + weight > MS_KLL_MAX_WEIGHT)
		return ms_fail(ctx, MS_TOO_LARGE, "weight", 0, q->weight + weight, MS_KLL_MAX_WEIGHT);
	return MS_OK;
}

static void
note_range(ms_kll *q, double low, double high)
{
	q->min = q->n == 0 || low < q->min ? low : q->min;
	q->max = q->n == 0 || high > q->max ? high : q->max;
}

ms_status
ms_kll_append(ms_ctx *ctx, ms_kll *q, double x, double weight)
{
	if (weight == 0)
		return MS_OK;
	MS_TRY(check_row(ctx, q, x, weight));
	x += 0.0; /* -0.0 is 0 */
	if (q->head.flags & MS_KLL_WEIGHTED)
		MS_TRY(append_weighted(ctx, q, x, weight));
	else
	{
		if (q->levels == 0)
			add_levels(q, 1, 0);
		/* level 0 is the last */
		ms_kll_numbers(q)[q->count++] = x;
		ms_kll_sizes(q)[0]++;
	}
	note_range(q, x, x);
	q->n++;
	q->weight += weight;
	/* a level 0 of one number is not worth a look */
	return q->count <= q->k ? MS_OK : compress(ctx, q);
}

ms_status
ms_kll_meet(ms_ctx *ctx, const ms_kll *into, const ms_kll *from)
{
	if (into->k != from->k)
		return ms_fail(ctx, MS_MISMATCH, "k", 0, from->k, into->k);
	if ((into->head.flags ^ from->head.flags) & MS_KLL_WEIGHTED)
		return ms_fail(ctx, MS_MISMATCH, "weights", 0, from->head.flags & MS_KLL_WEIGHTED,
					   into->head.flags & MS_KLL_WEIGHTED);
	if (from->n > MS_KLL_MOST_ROWS - into->n)
		return ms_fail(ctx, MS_TOO_LARGE, "rows", 0, (double) from->n, (double) MS_KLL_MOST_ROWS);
	if (from->weight + into->weight > MS_KLL_MAX_WEIGHT)
		return ms_fail(ctx, MS_TOO_LARGE, "weight", 0, from->weight, MS_KLL_MAX_WEIGHT);
	return MS_OK;
}

size_t
ms_kll_merge_size(const ms_kll *into, const ms_kll *from)
{
	/* levels are taken over one by one, each compressed before the next */
	return doubled(into, (size_t) into->count + from->count + MS_KLL_DIGITS + 1);
}

/*
 * From the highest level down, each number is put where it weighs the same; what is lighter than
 * all of `into` may is rounded by a coin.
 */
static ms_status
take_over(ms_ctx *ctx, ms_kll *into, const ms_kll *from, uint32_t h)
{
	const double *x = ms_kll_level(from, h);
	int exponent = from->base + (int) h;

	for (uint32_t i = 0; i < ms_kll_sizes(from)[h]; i++)
	{
		if (into->head.flags & MS_KLL_WEIGHTED)
			MS_TRY(append_weighted(ctx, into, x[i], ldexp(1, exponent)));
		else
		{
			if (into->levels <= h)
				add_levels(into, h + 1 - into->levels, 0);
			put(into, h, x[i]);
		}
		into->n++; /* coins of weights count rows */
		MS_TRY(compress(ctx, into));
	}
	return ms_tick(ctx, 64 * ms_kll_sizes(from)[h]);
}

ms_status
ms_kll_merge(ms_ctx *ctx, ms_kll *into, const ms_kll *from)
{
	uint64_t n = into->n + from->n;

	MS_TRY(ms_kll_meet(ctx, into, from));
	if (from->n == 0)
		return MS_OK;
	note_range(into, from->min, from->max);
	for (uint32_t h = from->levels; h-- > 0;)
		MS_TRY(take_over(ctx, into, from, h));
	into->n = n;
	into->weight += from->weight;
	into->compactions += from->compactions;
	return MS_OK;
}
