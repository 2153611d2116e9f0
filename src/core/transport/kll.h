/*
 * kll.h: quantile sketches (Karnin, Lang & Liberty 2016), in bytes that are state and value at
 * once. Up to its capacity, about 3 k numbers, a value holds every number and is exact; beyond
 * that, numbers of level h stand for 2^h each, and a level that overflows keeps every other one of
 * its sorted numbers, the odd or the even ones by a coin, which leaves every rank right on average.
 *
 *     ms_kll       80 bytes
 *     sizes        `levels` uint32, padded to 8 bytes: numbers of level 0, 1, ...
 *     numbers      those of the highest level first, level 0 last; within a level in any order
 *
 * Ranks are within ms_kll_error of the truth with probability 0.99, all of them together. Coins
 * are a function of seed, number of the compaction and what is compacted: the same rows in the same
 * order give the same bytes, and two sketches with one seed do not err alike. Order and merging
 * matter to the bytes, not to the bound.
 *
 * Weights: the numbers of a row of weight w are the binary digits of w, the leading 17 of them (so
 * that whole weights up to 131072 are exact), the last one rounded by a coin where more follow.
 * `base` is the exponent of level 0, which falls when a light row comes.
 */
#ifndef MS_KLL_H
#define MS_KLL_H

#include "core/base/describe.h"
#include "core/base/wire.h"

#define MS_KLL_VERSION 1

#define MS_KLL_WEIGHTED 0x0001
#define MS_KLL_FLAGS 0x0001

#define MS_KLL_MOST_ROWS (UINT64_C(1) << 53)

#define MS_KLL_MIN_K 8
#define MS_KLL_MAX_K 4096
#define MS_KLL_LEVELS 60 /* at most */
#define MS_KLL_DIGITS 17 /* of a weight, at most as many numbers a row */

/* Weights besides 0, and their sum. */
#define MS_KLL_MIN_WEIGHT 1e-150
#define MS_KLL_MAX_WEIGHT 1e150

typedef struct ms_kll
{
	ms_head head;
	int64_t seed;
	uint64_t n;    /* rows of weight above 0 */
	double weight; /* their sum; n without weights */
	double min;    /* exact; 0 when empty */
	double max;
	uint64_t compactions; /* so far */
	uint32_t k;
	uint32_t levels;   /* 0 when empty */
	int32_t base;      /* level h weighs 2^(base + h); 0 without weights */
	uint32_t count;    /* numbers in all levels */
	uint32_t capacity; /* that they may hold: a function of k and levels */
	uint32_t reserved; /* 0 */
} ms_kll;

/* --- shape ---------------------------------------------------------------------------------- */

static inline uint32_t *
ms_kll_sizes(const ms_kll *q)
{
	return (uint32_t *) (q + 1);
}

static inline double *
ms_kll_numbers(const ms_kll *q)
{
	return (double *) (ms_kll_sizes(q) + ((size_t) q->levels + 1) / 2 * 2);
}

/* Bytes that are taken; the first so many bytes of a state are its value. */
static inline size_t
ms_kll_used(const ms_kll *q)
{
	return sizeof(*q) + ((size_t) q->levels + 1) / 2 * 8 + (size_t) q->count * sizeof(double);
}

/* Where the numbers of level h begin. */
extern double *ms_kll_level(const ms_kll *q, uint32_t h);

/* Numbers that `levels` levels hold before one is compacted. */
extern uint32_t ms_kll_capacity(uint32_t k, uint32_t levels);

/* Bytes that a state has at most. */
extern size_t ms_kll_full_size(size_t k);

/* --- growing -------------------------------------------------------------------------------- */

/* MS_BAD_ARGUMENT "k" (got, wanted = nearest allowed). */
extern ms_status ms_kll_parameters(ms_ctx *ctx, int64_t k);

/* An empty value in sizeof(ms_kll) bytes at least, aligned to 8. */
extern void ms_kll_begin(void *bytes, size_t k, bool weighted, int64_t seed);

/* Bytes that the state must have before the next ms_kll_append: never more than the full size. */
static inline size_t
ms_kll_need(const ms_kll *q)
{
	return sizeof(*q) + MS_KLL_LEVELS * sizeof(uint32_t) +
		   ((size_t) q->count + MS_KLL_DIGITS + 1) * sizeof(double);
}

/* What it is given when it has less: doubling up to the full size, so that small groups stay small. */
extern size_t ms_kll_room(const ms_kll *q);

/*
 * A number: finite, weight >= 0 and within the limits above; 1 unless WEIGHTED. A row of weight 0
 * is not looked at. The state has ms_kll_need bytes. MS_NOT_FINITE, MS_BAD_WEIGHT, MS_TOO_LARGE
 * "rows" (2^53) or "weight" leave it as it was; MS_STOPPED spoils it.
 */
extern ms_status ms_kll_append(ms_ctx *ctx, ms_kll *q, double x, double weight);

/*
 * The same for a finite x that is not -0.0, into a sketch that has numbers, is not WEIGHTED and is not full, without a
 * call; false, and nothing done, where ms_kll_append must look at it.
 */
static inline bool
ms_kll_push(ms_kll *q, double x)
{
	if (q->count >= q->capacity || q->n >= MS_KLL_MOST_ROWS || (q->head.flags & MS_KLL_WEIGHTED))
		return false;
	ms_kll_numbers(q)[q->count++] = x; /* level 0 is the last */
	ms_kll_sizes(q)[0]++;
	q->min = x < q->min ? x : q->min;
	q->max = x > q->max ? x : q->max;
	q->weight = (double) ++q->n;
	return true;
}

/*
 * The rows of `from`, too. MS_MISMATCH "k" or "weights". `into` has ms_kll_merge_size bytes.
 * Not the same memory. MS_STOPPED spoils `into`.
 */
extern ms_status ms_kll_meet(ms_ctx *ctx, const ms_kll *into, const ms_kll *from);
extern size_t ms_kll_merge_size(const ms_kll *into, const ms_kll *from);
extern ms_status ms_kll_merge(ms_ctx *ctx, ms_kll *into, const ms_kll *from);

/* The one validator of untrusted bytes, aligned to 8, without free space: MS_CORRUPT. */
extern ms_status ms_kll_check(ms_ctx *ctx, const void *bytes, size_t size);

/* --- answers -------------------------------------------------------------------------------- */

/* Greatest error of a rank, of 1, that 99 of 100 sketches keep; 0 while nothing was compacted. */
extern double ms_kll_error(const ms_kll *q);

/*
 * The sketch as a column, which quantiles, distribution functions and Wasserstein distances take.
 * 2 count doubles from the arena and a sort. n = 0 for an empty sketch.
 */
extern ms_status ms_kll_column(ms_ctx *ctx, ms_arena *arena, const ms_kll *q, ms_column *out);

/* The exact least and greatest number at p = 0 and 1. NaN for an empty sketch. */
extern double ms_kll_quantile(const ms_kll *q, const ms_column *c, double p);

/* P(X <= x); 0 below the least number and 1 from the greatest on. */
extern double ms_kll_cdf(const ms_kll *q, const ms_column *c, double x);

/*
 * W_p of two sketches, neither empty, and how far it can be from that of the rows: W1 by
 * (e_a + e_b) times the range of both, W_p by (e_a^(1/p) + e_b^(1/p)) times it (one_dim.md, 7).
 */
extern ms_status ms_kll_wasserstein(ms_ctx *ctx, ms_arena *arena, const ms_kll *a, const ms_kll *b,
									double p, double *out, double *error);

#endif
