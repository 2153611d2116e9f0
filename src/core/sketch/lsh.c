/*
 * lsh.c: keys of bands, and how many registers a band should have (Indyk & Motwani 1998; Leskovec,
 * Rajaraman & Ullman, "Mining of Massive Datasets", section 3.4).
 */
#include "core/sketch/lsh.h"

#include <math.h>
#include <string.h>

#include "core/base/hash.h"

/* Panels of Gauss's rule of 5 points to each side of the threshold. */
#define PANELS 24

static ms_status
bad(ms_ctx *ctx, const char *what, double got, double wanted)
{
	return ms_fail(ctx, MS_BAD_ARGUMENT, what, 0, got, wanted);
}

ms_status
ms_lsh_check(ms_ctx *ctx, uint32_t t, int64_t b, int64_t r)
{
	if (r < 1 || r > t)
		return bad(ctx, "rows", (double) r, r < 1 ? 1 : t);
	if (b < 1 || b > t / r)
		return bad(ctx, "bands", (double) b, b < 1 ? 1 : (double) (t / r));
	return MS_OK;
}

ms_status
ms_lsh_keys(ms_ctx *ctx, const ms_minhash *m, const uint64_t *keys, ms_lsh_plan plan, uint64_t *out,
			uint32_t *n)
{
	uint64_t scratch[MS_MINHASH_MAX_WORDS];
	unsigned char band[4 + 8 * MS_MINHASH_MAX_T];
	size_t words = ms_minhash_entry_size((ms_minhash_kind) m->kind) / 8;
	const uint64_t *r;

	*n = 0;
	if (m->bits > 0)
		return ms_fail(ctx, MS_MISMATCH, "bits", 0, m->bits, 0);
	MS_TRY(ms_lsh_check(ctx, m->t, plan.b, plan.r));
	r = ms_minhash_registers(m, keys, scratch);
	if (!r)
		return MS_OK;
	for (uint32_t j = 0; j < plan.b; j++)
	{
		memcpy(band, &j, 4);
		/* of a weighted register the id alone, which is what agrees */
		for (size_t i = 0; i < plan.r; i++, r += words)
			memcpy(band + 4 + 8 * i, r + words - 1, 8);
		out[j] = ms_hash_bytes(band, 4 + 8 * (size_t) plan.r, (uint64_t) m->seed);
	}
	*n = plan.b;
	return MS_OK;
}

/* --- how many ------------------------------------------------------------------------------- */

double
ms_lsh_recall(double j, ms_lsh_plan plan)
{
	/* expm1 and log1p keep what is small */
	return -expm1(plan.b * log1p(-pow(j, plan.r)));
}

/* Integral of the recall from `from` to `to`, where it is a polynomial of degree b r. */
static double
recall_area(double from, double to, ms_lsh_plan plan)
{
	static const double at[] = {0, 0.53846931010568309, 0.90617984593866399};
	static const double weight[] = {0.56888888888888889, 0.47862867049936647, 0.23692688505618909};
	double half = (to - from) / (2 * PANELS);
	double sum = 0;

	for (int i = 0; i < PANELS; i++)
	{
		double middle = from + (2 * i + 1) * half;

		sum += weight[0] * ms_lsh_recall(middle, plan);
		for (int k = 1; k < 3; k++)
			sum += weight[k] * (ms_lsh_recall(middle - half * at[k], plan) +
								ms_lsh_recall(middle + half * at[k], plan));
	}
	return sum * half;
}

static ms_status
check_threshold(ms_ctx *ctx, double threshold)
{
	return threshold > 0 && threshold < 1 ? MS_OK : bad(ctx, "threshold", threshold, 0.7);
}

ms_status
ms_lsh_choose(ms_ctx *ctx, uint32_t t, double threshold, double false_positive,
			  double false_negative, ms_lsh_plan *plan)
{
	double least = INFINITY;

	MS_TRY(check_threshold(ctx, threshold));
	if (!(false_positive >= 0 && false_negative >= 0 &&
		  isfinite(false_positive + false_negative)) ||
		false_positive + false_negative == 0)
		return bad(ctx, "weights", fmin(false_positive, false_negative), 1);
	for (uint32_t b = 1; b <= t; b++)
	{
		for (uint32_t r = 1; b * r <= t; r++)
		{
			ms_lsh_plan tried = {b, r};
			double missed = (1 - threshold) - recall_area(threshold, 1, tried);
			double cost =
				false_positive * recall_area(0, threshold, tried) + false_negative * missed;

			if (cost < least)
			{
				least = cost;
				*plan = tried;
			}
			MS_TRY(ms_tick(ctx, 20000));
		}
	}
	return MS_OK;
}

ms_status
ms_lsh_choose_recall(ms_ctx *ctx, uint32_t t, double threshold, double recall, ms_lsh_plan *plan)
{
	MS_TRY(check_threshold(ctx, threshold));
	if (!(recall > 0 && recall < 1))
		return bad(ctx, "recall", recall, 0.95);
	for (uint32_t r = t; r >= 1; r--)
	{
		*plan = (ms_lsh_plan){t / r, r};
		if (ms_lsh_recall(threshold, *plan) >= recall)
			break;
	}
	return MS_OK;
}

/* --- counting ------------------------------------------------------------------------------- */

uint32_t
ms_lsh_least_equal(uint32_t t, double threshold)
{
	double product = threshold * t;
	uint32_t equal;

	if (!(threshold <= 1))
		return t + 1;
	/* the comparison itself decides, not the rounding of the product */
	equal = product > 1 ? (uint32_t) product - 1 : 0;
	while ((double) equal / t < threshold)
		equal++;
	return equal;
}

int64_t
ms_lsh_need(uint32_t t, ms_lsh_plan plan, double threshold)
{
	return (int64_t) plan.b - ((int64_t) t - ms_lsh_least_equal(t, threshold));
}

ms_status
ms_lsh_choose_counting(ms_ctx *ctx, uint32_t t, double threshold, ms_lsh_plan *plan)
{
	if (!(threshold > 0 && threshold <= 1))
		return bad(ctx, "threshold", threshold, 0.7);
	for (uint32_t r = t; r >= 1; r--)
	{
		*plan = (ms_lsh_plan){t / r, r};
		if (ms_lsh_need(t, *plan, threshold) >= 1)
			break;
	}
	return MS_OK;
}

uint32_t
ms_lsh_need_elements(uint32_t n, double threshold)
{
	/* common / union >= T, and the union has n elements at least */
	uint32_t need = ms_lsh_least_equal(n, threshold);

	return need < 1 ? 1 : need;
}
