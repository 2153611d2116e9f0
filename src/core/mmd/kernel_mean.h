/*
 * kernel_mean.h: the mean embedding of rows under random features (features.h), in bytes that are
 * state and value at once (measure_kernel_mean): C_l = sum cos(w_l.x) and S_l = sum sin(w_l.x).
 * Parts of the rows merge by addition; two means of the same features have a distance (MMD).
 *
 *     ms_kernel_mean   72 bytes
 *     scale            d doubles, of the features
 *     sums             when n > buffered: C and S, 2 count doubles
 *     rows             buffered x d doubles
 *
 * While an aggregate runs, up to MS_KERNEL_MEAN_ROWS - 1 rows wait in a buffer, so that frequencies
 * meet them in blocks, and a state of few rows is small. A finished value has none.
 *
 * Sums are plain doubles. A block of 256 rows adds an error of 2^-53 of the sum: 1e-14 of the mean as
 * a rule, n 4e-19 where all have one sign (rows that are all the same).
 *
 * Sizes are the caller's: the value may lie in a larger piece of memory.
 */
#ifndef MS_KERNEL_MEAN_H
#define MS_KERNEL_MEAN_H

#include "core/base/exchange.h"
#include "core/mmd/features.h"

#define MS_KERNEL_MEAN_VERSION 1
#define MS_KERNEL_MEAN_ROWS 256

/* Counts are exact as doubles. */
#define MS_KERNEL_MEAN_MAX (UINT64_C(1) << 53)

typedef struct ms_kernel_mean
{
	ms_head head; /* no flags */
	ms_spectrum spectrum;
	uint64_t n;       /* complete rows, buffered ones too */
	uint64_t omitted; /* rows with a gap, which the caller has left out */
	uint32_t buffered;
	uint32_t reserved; /* 0 */
} ms_kernel_mean;

static inline const double *
ms_kernel_mean_scale(const ms_kernel_mean *m)
{
	return (const double *) (m + 1);
}

/* C, count doubles, then S; only where rows have been flushed. */
static inline const double *
ms_kernel_mean_sums(const ms_kernel_mean *m)
{
	return ms_kernel_mean_scale(m) + m->spectrum.d;
}

/* An empty value in ms_kernel_mean_begin_size(d, 0) bytes, aligned to 8; room for `rows` more. */
extern size_t ms_kernel_mean_begin_size(size_t d, size_t rows);
extern void ms_kernel_mean_begin(void *bytes, const ms_spectrum *s, const double *scale);

/* Bytes of a value as it stands. */
extern size_t ms_kernel_mean_size(const ms_kernel_mean *m);

/*
 * Bytes that it takes with one row more; and, to grow, with room of 4, 8, 16 ... rows, never more
 * than a full buffer needs.
 */
extern size_t ms_kernel_mean_append_size(const ms_kernel_mean *m);
extern size_t ms_kernel_mean_roomy_size(const ms_kernel_mean *m);

/*
 * Appends row x[d], finite and not far (ms_features_far): the caller checks. When the buffer is
 * full then, it must be flushed.
 */
extern void ms_kernel_mean_append(ms_kernel_mean *m, const double *x);

static inline bool
ms_kernel_mean_is_full(const ms_kernel_mean *m)
{
	return m->buffered >= MS_KERNEL_MEAN_ROWS;
}

/*
 * The buffered rows go into the sums, in at least ms_kernel_mean_flush_size bytes. p is made of
 * m's own spectrum and scale. Stopped, m is spoilt.
 */
extern size_t ms_kernel_mean_flush_size(const ms_kernel_mean *m);
extern ms_status ms_kernel_mean_flush(ms_ctx *ctx, ms_projection *p, ms_kernel_mean *m);

/*
 * Adds `from` to `into`, which lies in at least ms_kernel_mean_merge_size bytes. No frequencies are
 * needed, so the buffers are put together: full then, they must be flushed. Both are of the same
 * features. MS_TOO_LARGE "rows"; nothing is changed then.
 */
extern size_t ms_kernel_mean_merge_size(const ms_kernel_mean *into, const ms_kernel_mean *from);
extern ms_status ms_kernel_mean_merge(ms_ctx *ctx, ms_kernel_mean *into,
									  const ms_kernel_mean *from);

/* The one validator of untrusted bytes, aligned to 8: MS_CORRUPT. */
extern ms_status ms_kernel_mean_check(ms_ctx *ctx, const void *bytes, size_t size);

/* --- distances of finished means of the same features, each of at least one row --------------- */

/*
 * V = mean over l of |mean of a - mean of b|^2 at frequency l, which over the draw of frequencies
 * is unbiased for the V statistic of the rows themselves; U the same for the U statistic (NaN when
 * either has one row). std_error: of V over the draw, from blocks of d orthogonal frequencies where
 * there are 30 of them, else as if all were independent, which is too wide; NaN for one frequency.
 */
typedef struct ms_kernel_mean_distance
{
	double v;
	double u;
	double std_error;
} ms_kernel_mean_distance;

extern ms_kernel_mean_distance ms_kernel_mean_compare(const ms_kernel_mean *a,
													  const ms_kernel_mean *b);

/* V alone, at half the cost. */
extern double ms_kernel_mean_squared(const ms_kernel_mean *a, const ms_kernel_mean *b);

/*
 * |V - V of the rows| is at most this with probability `level` (Hoeffding 1963): the terms lie in
 * [0, 4], and blocks of d frequencies are independent of one another.
 */
extern double ms_kernel_mean_bound(const ms_spectrum *s, double level);

/*
 * Whether the states that have label 1 differ from the others more than chance: MMD between the
 * mean of the means of either side, whole states permuted. Scratch: n^2 doubles and
 * what ms_exchange_test takes.
 */
extern ms_status ms_kernel_mean_test(ms_ctx *ctx, ms_arena *arena, size_t n,
									 const ms_kernel_mean *const *means, const unsigned char *label,
									 int64_t replicates, uint64_t seed, ms_permutation *out);

#endif
