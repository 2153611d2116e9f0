/*
 * uncertainty.c: of one classifier, and among several.
 */
#include "core/selection/uncertainty.h"

#include <math.h>
#include <string.h>

#include "core/base/order.h"

#define SUM_TOLERANCE 1e-6
#define LEAST 1e-6

/* Disagreements that differ by less are rounding. */
#define TIE 1e-12

static double
entropy_part(double p)
{
	return p > 0 ? p * log(p) : 0;
}

/* --- one ------------------------------------------------------------------------------------ */

static ms_status
check_probabilities(ms_ctx *ctx, const double *p, size_t d, size_t unit)
{
	double sum = 0;

	for (size_t j = 0; j < d; j++)
	{
		if (!(p[j] >= 0 && p[j] <= 1))
			return ms_fail(ctx, MS_BAD_ARGUMENT, "probability", (int64_t) unit + 1, p[j], 0);
		sum += p[j];
	}
	if (d > 1 && fabs(sum - 1) > SUM_TOLERANCE)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "probabilities", (int64_t) unit + 1, sum, 1);
	return MS_OK;
}

static double
uncertainty(const double *p, size_t d, bool entropy)
{
	double u = entropy ? 0 : 1;

	if (d == 1 && entropy)
		return -entropy_part(p[0]) - entropy_part(1 - p[0]);
	if (d == 1)
		return p[0] * (1 - p[0]);
	for (size_t j = 0; j < d; j++)
		u -= entropy ? entropy_part(p[j]) : p[j] * p[j];
	return u;
}

ms_status
ms_uncertainty(ms_ctx *ctx, const ms_units *units, double exponent, bool entropy, double *out)
{
	if (!isfinite(exponent))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "exponent", 0, exponent, 0);
	for (size_t i = 0; i < units->n; i++)
	{
		const double *p = units->x + i * units->d;

		MS_TRY(check_probabilities(ctx, p, units->d, i));
		out[i] = pow(fmax(uncertainty(p, units->d, entropy), LEAST * (1 - LEAST)), exponent);
		MS_TRY(ms_tick(ctx, 30 + 10 * units->d));
	}
	return MS_OK;
}

/* --- several -------------------------------------------------------------------------------- */

/* The columns as probabilities. */
static ms_status
probabilities(ms_ctx *ctx, const double *x, size_t d, bool logits, size_t unit, double *p,
			  size_t *normalised)
{
	double most = -INFINITY;
	double sum = 0;

	for (size_t j = 0; j < d; j++)
		most = fmax(most, x[j]);
	for (size_t j = 0; j < d; j++)
	{
		p[j] = logits ? exp(x[j] - most) : x[j];
		if (p[j] < 0)
			return ms_fail(ctx, MS_BAD_ARGUMENT, "probability", (int64_t) unit + 1, p[j], 0);
		sum += p[j];
	}
	if (sum == 0)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "probabilities", (int64_t) unit + 1, 0, 1);
	if (!logits && fabs(sum - 1) <= SUM_TOLERANCE)
		return MS_OK;
	*normalised += !logits;
	for (size_t j = 0; j < d; j++)
		p[j] /= sum;
	return MS_OK;
}

/* Greatest and mean probabilities of classes, 2 d, and the mean of sum p ln p. */
static void
add_model(double *classes, size_t d, const double *p, double *entropies)
{
	for (size_t j = 0; j < d; j++)
	{
		classes[j] = fmax(classes[j], p[j]);
		classes[d + j] += p[j];
		*entropies += entropy_part(p[j]);
	}
}

static ms_disagreement
finish_item(const double *classes, size_t d, size_t unit, size_t models, double entropies)
{
	ms_disagreement item = {unit, models, 0, entropies / (double) models};

	for (size_t j = 0; j < d; j++)
	{
		item.pds += classes[j];
		item.jsd -= entropy_part(classes[d + j] / (double) models);
	}
	item.jsd = models == 1 ? 0 : fmax(item.jsd, 0);
	return item;
}

static bool
same_item(const ms_sample *s, const ms_units *units, size_t a, size_t b)
{
	size_t slot = ms_sample_id_slot(s);

	return (s->head.flags & MS_SAMPLE_ID) &&
		   ms_sample_record(s, units->row[a])[slot] == ms_sample_record(s, units->row[b])[slot];
}

/* By falling disagreement; the units, which ascend by id, break ties. */
static ms_status
sort_items(ms_ctx *ctx, ms_arena *arena, ms_disagreement *items, size_t n)
{
	static const unsigned char kinds[] = {MS_SLOT_DOUBLE, MS_SLOT_UINT64};
	ms_disagreement *copy;
	uint64_t *keys;

	MS_TRY(MS_ALLOC(arena, n, &copy));
	MS_TRY(ms_arena_alloc(arena, n, 2 * sizeof(*keys), (void **) &keys));
	memcpy(copy, items, n * sizeof(*items));
	for (size_t i = 0; i < n; i++)
	{
		double key = -rint(items[i].pds / TIE);

		memcpy(&keys[2 * i], &key, sizeof(key));
		keys[2 * i + 1] = i;
	}
	MS_TRY(ms_order_sort(ctx, keys, n, 2, kinds));
	for (size_t i = 0; i < n; i++)
		items[i] = copy[keys[2 * i + 1]];
	return ms_tick(ctx, 4 * n);
}

static ms_status
disagreements(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, const ms_units *units, bool logits,
			  ms_disagreement *items, size_t *found, size_t *normalised)
{
	size_t d = units->d;
	double *classes;
	double *p;

	MS_TRY(MS_ALLOC(arena, 2 * d, &classes));
	MS_TRY(MS_ALLOC(arena, d, &p));
	for (size_t i = 0, first = 0; i < units->n; first = i)
	{
		double entropies = 0;

		memset(classes, 0, 2 * d * sizeof(*classes));
		for (; i < units->n && (i == first || same_item(s, units, first, i)); i++)
		{
			MS_TRY(probabilities(ctx, units->x + i * d, d, logits, i, p, normalised));
			add_model(classes, d, p, &entropies);
			MS_TRY(ms_tick(ctx, 30 * d));
		}
		items[(*found)++] = finish_item(classes, d, first, i - first, entropies);
	}
	return sort_items(ctx, arena, items, *found);
}

ms_status
ms_disagreements(ms_ctx *ctx, const ms_sample *s, const ms_units *units, bool logits,
				 ms_disagreement *items, size_t *found, size_t *normalised)
{
	ms_arena arena;
	ms_status status;

	*found = *normalised = 0;
	ms_arena_init(&arena, ctx);
	status = disagreements(ctx, &arena, s, units, logits, items, found, normalised);
	ms_arena_free(&arena);
	return status;
}
