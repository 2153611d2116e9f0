/*
 * lsh.h: bands of registers as keys of an index (locality-sensitive hashing). Band j is the registers
 * j r .. j r + r - 1; two sets share it with probability J^r at most (fss) or exactly (khash).
 *
 * Counting bands: a pair whose registers agree in at least X of t places differs in t - X, and each
 * spoils one band of b = floor(t / r) at most. So it shares at least b - (t - X) bands: an index
 * that counts finds every such pair, where the usual "any band" finds most.
 *
 * That speaks of registers (ms_jaccard_registers). Two exact values are compared by their elements,
 * which registers do not bound: an index that is to find every pair by ms_jaccard keeps the elements
 * of exact values as keys beside the bands. Of the n elements of an exact set at least
 * ms_lsh_need_elements(n, T) lie in every exact set of J >= T.
 */
#ifndef MS_LSH_H
#define MS_LSH_H

#include "core/sketch/minhash.h"

typedef struct ms_lsh_plan
{
	uint32_t b; /* bands */
	uint32_t r; /* registers of a band */
} ms_lsh_plan;

/* MS_BAD_ARGUMENT unless 1 <= b, 1 <= r and b r <= t: "bands" (got = b, wanted = the most), or "rows" (of r). */
extern ms_status ms_lsh_check(ms_ctx *ctx, uint32_t t, int64_t b, int64_t r);

/*
 * Keys of b bands into out[b]: XXH64 of the band's number (int32) and its registers, under the
 * sketch's seed. An empty set has no bands: *n = 0, else *n = b. MS_MISMATCH "bits" when packed.
 */
extern ms_status ms_lsh_keys(ms_ctx *ctx, const ms_minhash *m, const uint64_t *keys,
							 ms_lsh_plan plan, uint64_t *out, uint32_t *n);

/* Probability that a pair of similarity j shares a band: 1 - (1 - j^r)^b. */
extern double ms_lsh_recall(double j, ms_lsh_plan plan);

/*
 * The plan that costs least: false_positive * (area of recall below the threshold) +
 * false_negative * (area of 1 - recall above). MS_BAD_ARGUMENT "threshold" unless 0 < threshold < 1,
 * "weights" unless both are finite, >= 0 and not both 0. O(t log t) plans of 20 us each.
 */
extern ms_status ms_lsh_choose(ms_ctx *ctx, uint32_t t, double threshold, double false_positive,
							   double false_negative, ms_lsh_plan *plan);

/* The plan with the greatest r that finds pairs at the threshold with probability `recall`; r = 1 if none does. */
extern ms_status ms_lsh_choose_recall(ms_ctx *ctx, uint32_t t, double threshold, double recall,
									  ms_lsh_plan *plan);

/* --- counting ------------------------------------------------------------------------------- */

/* The least count of equal registers for which (double) equal / t >= threshold; t + 1 when none is. */
extern uint32_t ms_lsh_least_equal(uint32_t t, double threshold);

/* Bands that a pair at the threshold shares at least. 0 or less: bands say nothing, look at all. */
extern int64_t ms_lsh_need(uint32_t t, ms_lsh_plan plan, double threshold);

/* The greatest r with at least one band to need: t = 256: .9: 9 (28, 3), .8: 4 (64, 13), .7: 3 (85, 9). */
extern ms_status ms_lsh_choose_counting(ms_ctx *ctx, uint32_t t, double threshold,
										ms_lsh_plan *plan);

/* Elements of an exact set of n that lie in every other of J >= threshold; at least 1. */
extern uint32_t ms_lsh_need_elements(uint32_t n, double threshold);

/* Keys of bands and of elements in one index: even and odd. */
static inline uint64_t
ms_lsh_band_entry(uint64_t band_key)
{
	return band_key & ~UINT64_C(1);
}

static inline uint64_t
ms_lsh_element_entry(uint64_t element)
{
	return element | 1;
}

#endif
