/*
 * jaccard.h: what sketches (minhash.h) say of their sets: similarity, containment, sizes.
 *
 * Two exact values (up to t elements) answer exactly. Else the registers are compared; one exact
 * side is sketched first. Registers are equal with probability J each (Broder 1997; for fss
 * Dahlgaard et al. 2017), so counts of them are binomial or narrower, and the intervals (Clopper
 * & Pearson 1934) cover at least what they say.
 */
#ifndef MS_JACCARD_H
#define MS_JACCARD_H

#include "core/sketch/minhash.h"

/* An estimate; lower = value = upper and std_error 0 where it is exact. NaN: there is no answer. */
typedef struct ms_estimate
{
	double value;
	double std_error;
	double lower;
	double upper;
} ms_estimate;

/* What a comparison of a and b counts. */
typedef struct ms_overlap
{
	bool exact;            /* jaccard and common are known; nothing was compared by registers */
	bool exact_a, exact_b; /* so is the size of this side */
	uint8_t kind;
	uint32_t t;     /* registers compared; 0 when exact */
	uint32_t equal; /* registers that agree */
	uint32_t less;  /* registers where a's value is the lesser; 0 when packed */
	uint32_t greater;
	double chance;         /* that registers of unlike sets agree: 2^-bits, or 0 */
	double jaccard;        /* exact: as it is; NaN for two empty sets */
	double common;         /* exact: elements in both (sum of lesser weights) */
	double size_a, size_b; /* elements (sums of weights), exact or estimated; NaN when packed */
	double size_union;
} ms_overlap;

/*
 * Jaccard similarity alone, the fast way (27 ns for 2 x 256 registers): what orders and joins.
 * NaN when both sets are empty, 0 when one is. MS_MISMATCH with what = "t", "kind", "seed",
 * "hash", or "bits" when both are packed, but not alike.
 */
extern ms_status ms_jaccard(ms_ctx *ctx, const ms_minhash *a, const ms_minhash *b,
							const uint64_t *keys, double *j);

/*
 * The share of equal registers, even where both sets are known exactly: what the counting bands of
 * lsh.h bound. For packed values the corrected share.
 */
extern ms_status ms_jaccard_registers(ms_ctx *ctx, const ms_minhash *a, const ms_minhash *b,
									  const uint64_t *keys, double *j);

/* Everything at once. The same errors. */
extern ms_status ms_overlap_of(ms_ctx *ctx, const ms_minhash *a, const ms_minhash *b,
							   const uint64_t *keys, ms_overlap *o);

/* --- answers; MS_BAD_ARGUMENT "level" unless 0 < level < 1 ---------------------------------- */

extern ms_status ms_jaccard_interval(ms_ctx *ctx, const ms_overlap *o, double level,
									 ms_estimate *e);

/*
 * The part of a that lies in b: NaN when a is empty. Of the registers where the union's least
 * element is one of a's (less + equal), `equal` have one of b's, too: binomial with exactly this
 * probability, whatever the sizes. MS_MISMATCH "bits" when packed, "kind" for PROBABILITY, which
 * knows no sizes; so do the next two.
 */
extern ms_status ms_containment_interval(ms_ctx *ctx, const ms_overlap *o, double level,
										 ms_estimate *e);

/*
 * Elements in both (sum of lesser weights): the contained part of a set whose size is exact, else
 * J times the union. In the interval share and size each have half of the error.
 */
extern ms_status ms_intersection_interval(ms_ctx *ctx, const ms_overlap *o, double level,
										  ms_estimate *e);

/*
 * J from the order of registers and sizes that are known (or well estimated) of another source
 * (Ertl 2021, SetSketch): exact for nested sets, down to a third of the variance for a small set
 * in a large one. equal / t when size_a = size_b. The exact J of exact sets.
 */
extern ms_status ms_jaccard_joint(ms_ctx *ctx, const ms_overlap *o, double size_a, double size_b,
								  double *j);

/*
 * Elements of one set (sum of weights for the weighted kinds), standard error 1 / sqrt(t - 2) of
 * it. MS_MISMATCH "bits" when packed.
 */
extern ms_status ms_cardinality(ms_ctx *ctx, const ms_minhash *m, double level, ms_estimate *e);

/*
 * |in all| / |in any| of `count` sets (sums of least and of greatest weights), NaN when all are
 * empty. MS_MISMATCH "kind" for PROBABILITY, "bits" for packed values. Scratch: the entries of
 * all where all are exact.
 */
extern ms_status ms_jaccard_all(ms_ctx *ctx, const ms_minhash *const *sets, size_t count,
								const uint64_t *keys, double level, ms_estimate *e);

/* Quantiles of the binomial share: `hits` of `trials`, Clopper-Pearson; trials may be 0. */
extern void ms_share_interval(double hits, double trials, double level, double *lower,
							  double *upper);

#endif
