/*
 * bandwidth.c: quantiles of distances.
 */
#include "core/mmd/bandwidth.h"

#include <math.h>

#include "core/base/rng.h"

#define STREAM_PAIRS UINT64_C(0x6d65646900000000)
#define ALL_PAIRS 2000
#define SAMPLED 20000

typedef struct pairs
{
	ms_ctx *ctx;
	const ms_rows *rows;
	double *upto; /* weights added up */
	double total;
	bool integers;  /* weights count copies */
	double *square; /* of the distance of each pair */
	size_t n;
} pairs;

static ms_status
read_weights(pairs *p, ms_arena *arena)
{
	const ms_rows *rows = p->rows;

	if (rows->n == 0)
		return ms_fail(p->ctx, MS_TOO_FEW, "rows", 0, 0, 1);
	MS_TRY(MS_ALLOC(arena, rows->n, &p->upto));
	p->integers = true;
	for (size_t i = 0; i < rows->n; i++)
	{
		double w = ms_rows_weight(rows, i);

		if (!(w >= 0) || isinf(w))
			return ms_fail(p->ctx, MS_BAD_WEIGHT, "weight", (int64_t) i + 1, w, 0);
		p->integers &= w == floor(w);
		p->upto[i] = p->total += w;
	}
	return ms_tick(p->ctx, 4 * rows->n);
}

static ms_status
add_pair(pairs *p, size_t i, size_t j)
{
	const double *a = p->rows->x + i * p->rows->stride;
	const double *b = p->rows->x + j * p->rows->stride;
	double sum = 0;

	for (size_t c = 0; c < p->rows->d; c++)
		sum += (a[c] - b[c]) * (a[c] - b[c]);
	if (!isfinite(sum))
		return ms_fail(p->ctx, MS_TOO_LARGE, "distance", 0, sum, 0);
	p->square[p->n++] = sum;
	return ms_tick(p->ctx, 4 + p->rows->d);
}

/* The row in which a number of the range 0 .. total falls. */
static size_t
row_at(const pairs *p, double at)
{
	size_t low = 0;
	size_t high = p->rows->n - 1;

	while (low < high)
	{
		size_t middle = (low + high) / 2;

		if (p->upto[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Copies c of row i come as rows of their own. */
static ms_status
all_pairs(pairs *p, ms_arena *arena)
{
	size_t n = (size_t) p->total;
	size_t *row;

	MS_TRY(MS_ALLOC(arena, n, &row));
	MS_TRY(MS_ALLOC(arena, n * (n - 1) / 2, &p->square));
	for (size_t i = 0; i < n; i++)
		row[i] = row_at(p, (double) i);
	for (size_t i = 1; i < n; i++)
	{
		for (size_t j = 0; j < i; j++)
			MS_TRY(add_pair(p, row[i], row[j]));
	}
	return MS_OK;
}

/* Two different copies; of other weights two different rows. */
static void
draw_pair(const pairs *p, ms_rng *rng, size_t *i, size_t *j)
{
	if (p->integers)
	{
		uint64_t first = ms_rng_below(rng, (uint64_t) p->total);
		uint64_t second = ms_rng_below(rng, (uint64_t) p->total - 1);

		second += second >= first;
		*i = row_at(p, (double) first);
		*j = row_at(p, (double) second);
		return;
	}
	*i = row_at(p, p->total * ms_rng_uniform(rng));
	*j = row_at(p, p->total * ms_rng_uniform(rng));
}

static ms_status
some_pairs(pairs *p, ms_arena *arena, uint64_t seed)
{
	ms_rng rng;

	MS_TRY(MS_ALLOC(arena, SAMPLED, &p->square));
	ms_rng_init(&rng, seed, STREAM_PAIRS);
	for (int t = 0; t < SAMPLED; t++)
	{
		size_t i, j;

		draw_pair(p, &rng, &i, &j);
		if (i != j || p->integers)
			MS_TRY(add_pair(p, i, j));
		MS_TRY(ms_tick(p->ctx, 100));
	}
	return MS_OK;
}

/* The distances, none where there are no two rows. */
static ms_status
pairs_new(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, uint64_t seed, pairs *p)
{
	*p = (pairs){.ctx = ctx, .rows = rows};
	MS_TRY(read_weights(p, arena));
	if (p->integers && p->total < 2)
		return MS_OK;
	if (p->total > 0x1p53)
		p->integers = false;
	if (p->integers && p->total <= ALL_PAIRS)
		return all_pairs(p, arena);
	return some_pairs(p, arena, seed);
}

/* x[at] becomes what stands there in ascending order; nothing before it is greater (Hoare 1961). */
static ms_status
select_at(ms_ctx *ctx, double *x, size_t n, size_t at)
{
	size_t low = 0;
	size_t high = n - 1;

	while (low < high)
	{
		double pivot = x[low + (high - low) / 2];
		size_t i = low;
		size_t j = high;

		MS_TRY(ms_tick(ctx, 2 * (high - low)));
		for (;; i++, j--)
		{
			double held;

			while (x[i] < pivot)
				i++;
			while (x[j] > pivot)
				j--;
			if (i >= j)
				break;
			held = x[i];
			x[i] = x[j];
			x[j] = held;
		}
		if (at <= j)
			high = j;
		else
			low = j + 1;
	}
	return MS_OK;
}

static double
greatest(const double *x, size_t n)
{
	double most = 0;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, x[i]);
	return most;
}

static ms_status
median_of(ms_ctx *ctx, double *square, size_t n, double *out)
{
	*out = 0;
	if (n == 0)
		return MS_OK;
	MS_TRY(select_at(ctx, square, n, n / 2));
	*out = sqrt(square[n / 2]);
	if (n % 2 == 0)
		*out = (*out + sqrt(greatest(square, n / 2))) / 2;
	return ms_tick(ctx, n);
}

/* The pairs that are apart move to the front. */
static size_t
apart(double *square, size_t n)
{
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
	{
		square[m] = square[i];
		m += square[i] > 0;
	}
	return m;
}

ms_status
ms_bandwidth_median(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, uint64_t seed, double *out)
{
	pairs p;

	MS_TRY(pairs_new(ctx, arena, rows, seed, &p));
	MS_TRY(median_of(ctx, p.square, p.n, out));
	if (*out > 0)
		return MS_OK;
	p.n = apart(p.square, p.n);
	return median_of(ctx, p.square, p.n, out);
}

ms_status
ms_bandwidth_collection(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, uint64_t seed,
						size_t count, double *out)
{
	double least, most;
	pairs p;

	MS_TRY(pairs_new(ctx, arena, rows, seed, &p));
	p.n = apart(p.square, p.n);
	if (p.n > 0)
		MS_TRY(select_at(ctx, p.square, p.n, p.n / 20));
	least = p.n > 0 ? sqrt(p.square[p.n / 20]) / 2 : 0;
	most = 2 * sqrt(greatest(p.square, p.n));
	for (size_t l = 0; l < count; l++)
		out[l] = p.n > 0 ? least * pow(most / least, (double) l / (double) (count - 1)) : 0;
	return ms_tick(ctx, p.n);
}
