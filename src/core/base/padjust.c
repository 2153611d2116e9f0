/*
 * padjust.c: step-up, step-down and closed adjustments of p-values. Products are taken in the
 * order of R's p.adjust, so that the answers agree to the last bit.
 */
#include "core/base/padjust.h"

#include <math.h>
#include <string.h>

#include "core/base/order.h"

const char *const ms_p_method_names[] = {"holm", "hochberg", "hommel", "bonferroni",
										 "BH",   "BY",       "none",   NULL};

/* A p-value as it is sorted: a record of two slots for ms_order_sort. */
typedef struct p_value
{
	double p;
	uint64_t index;
} p_value;

static ms_status
sort_values(ms_ctx *ctx, const double *p, size_t n, p_value *sorted, size_t *count)
{
	static const unsigned char kinds[] = {MS_SLOT_DOUBLE, MS_SLOT_UINT64};

	*count = 0;
	for (size_t i = 0; i < n; i++)
	{
		if (isnan(p[i]))
			continue;
		if (p[i] < 0 || p[i] > 1)
			return ms_fail(ctx, MS_BAD_ARGUMENT, "p", (int64_t) i + 1, p[i], p[i] < 0 ? 0 : 1);
		sorted[(*count)++] = (p_value){p[i], i};
	}
	return ms_order_sort(ctx, (uint64_t *) sorted, *count, 2, kinds);
}

/* Going down: no p-value is adjusted to less than a smaller one. */
static void
adjust_holm(p_value *v, size_t n)
{
	double most = 0;

	for (size_t i = 0; i < n; i++)
	{
		most = fmax(most, (double) (n - i) * v[i].p);
		v[i].p = fmin(1, most);
	}
}

static double
harmonic(size_t n)
{
	double sum = 0;

	for (size_t i = 1; i <= n; i++)
		sum += 1.0 / (double) i;
	return sum;
}

/* Going up from the greatest: no p-value is adjusted to more than a greater one. */
static void
adjust_up(ms_p_method method, p_value *v, size_t n)
{
	double count = (double) n;
	double all = method == MS_P_BY ? harmonic(n) * count : count;
	double least = 1;

	for (size_t i = n; i-- > 0;)
	{
		double rank = (double) (i + 1);
		double factor = method == MS_P_HOCHBERG ? count + 1 - rank : all / rank;

		least = fmin(least, factor * v[i].p);
		v[i].p = least;
	}
}

static void
adjust_bonferroni(p_value *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		v[i].p = fmin(1, (double) n * v[i].p);
}

/* Least m p / k over the m - 1 greatest p-values, k = 2 .. m, and m of them in all. */
static double
hommel_simes(const double *p, size_t n, size_t m)
{
	const double *tail = p + (n - m);
	double count = (double) m;
	double least = INFINITY;

	for (size_t k = 2; k <= m; k++)
	{
		double q = count * tail[k - 1] / (double) k;

		least = q < least ? q : least;
	}
	return least;
}

/*
 * Hommel (1988) in the form of Wright (1992): for every m, the n - m + 1 least p-values rise to
 * min(m p, simes), and the others to what the last of these has.
 */
static ms_status
hommel(ms_ctx *ctx, const double *p, double *adjusted, size_t n)
{
	double most = 0; /* of what the others rose to so far */

	for (size_t m = n - 1; m >= 2; m--)
	{
		size_t last = n - m;
		double simes = hommel_simes(p, n, m);

		for (size_t i = 0; i <= last; i++)
		{
			double q = (double) m * p[i];

			/* fmin would be a call */
			q = q < simes ? q : simes;
			adjusted[i] = q > adjusted[i] ? q : adjusted[i];
		}
		/* the first of the others is among the n - m + 1 from the next m on */
		most = fmax(most, fmin((double) m * p[last], simes));
		adjusted[last + 1] = fmax(adjusted[last + 1], most);
		MS_TRY(ms_tick(ctx, 2 * n));
	}
	return MS_OK;
}

static ms_status
adjust_hommel(ms_ctx *ctx, ms_arena *arena, p_value *v, size_t n)
{
	double *p;
	double *adjusted;
	double least = INFINITY;

	MS_TRY(MS_ALLOC(arena, n, &p));
	MS_TRY(MS_ALLOC(arena, n, &adjusted));
	for (size_t i = 0; i < n; i++)
	{
		p[i] = v[i].p;
		least = fmin(least, (double) n * p[i] / (double) (i + 1));
	}
	for (size_t i = 0; i < n; i++)
		adjusted[i] = least;
	MS_TRY(hommel(ctx, p, adjusted, n));
	for (size_t i = 0; i < n; i++)
		v[i].p = fmax(adjusted[i], p[i]);
	return MS_OK;
}

static ms_status
adjust(ms_ctx *ctx, ms_arena *arena, ms_p_method method, p_value *v, size_t n)
{
	if (method == MS_P_HOMMEL && n == 2)
		method = MS_P_HOCHBERG;
	if (n <= 1)
		return MS_OK;
	switch (method)
	{
		case MS_P_HOLM:
			adjust_holm(v, n);
			break;
		case MS_P_HOCHBERG:
		case MS_P_BH:
		case MS_P_BY:
			adjust_up(method, v, n);
			break;
		case MS_P_BONFERRONI:
			adjust_bonferroni(v, n);
			break;
		case MS_P_HOMMEL:
			return adjust_hommel(ctx, arena, v, n);
		case MS_P_NONE:
			break;
	}
	return MS_OK;
}

static ms_status
p_adjust(ms_ctx *ctx, ms_arena *arena, ms_p_method method, const double *p, size_t n, double *out)
{
	p_value *sorted;
	size_t count;

	MS_TRY(MS_ALLOC(arena, n, &sorted));
	MS_TRY(sort_values(ctx, p, n, sorted, &count));
	MS_TRY(adjust(ctx, arena, method, sorted, count));
	if (out != p && n > 0)
		memcpy(out, p, n * sizeof(*out));
	for (size_t i = 0; i < count; i++)
		out[sorted[i].index] = sorted[i].p;
	return MS_OK;
}

ms_status
ms_p_adjust(ms_ctx *ctx, ms_p_method method, const double *p, size_t n, double *out)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = p_adjust(ctx, &arena, method, p, n, out);
	ms_arena_free(&arena);
	return status;
}
