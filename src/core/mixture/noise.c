/*
 * noise.c: the volume of a background, and the rows that start as part of it.
 */
#include "core/mixture/noise.h"

#include <math.h>
#include <string.h>

#include "core/base/linalg.h"
#include "core/base/order.h"
#include "core/base/rng.h"

#define SAMPLE 500
#define NEIGHBOUR 10
#define STREAM_NOISE UINT64_C(0x6e6f69736573)

/* --- volume --------------------------------------------------------------------------------- */

static bool
is_complete(const double *x, size_t d)
{
	for (size_t c = 0; c < d; c++)
	{
		if (isnan(x[c]))
			return false;
	}
	return true;
}

/* A row in units of the box, about its middle. */
static void
place(const double *x, const double *low, const double *high, size_t d, double *z)
{
	for (size_t c = 0; c < d; c++)
		z[c] = x[c] - (low[c] / 2 + high[c] / 2);
}

/* Scatter of the complete rows about their mean, d x d; false when there are none. */
static ms_status
scatter(ms_ctx *ctx, const ms_rows *rows, const double *low, const double *high, double *z,
		double *mean, double *s, bool *any)
{
	size_t d = rows->d;
	double n = 0;

	for (size_t i = 0; i < rows->n; i++)
	{
		const double *x = rows->x + i * rows->stride;
		double w = ms_rows_weight(rows, i);

		MS_TRY(ms_tick(ctx, 2 + d * d));
		if (w == 0 || !is_complete(x, d))
			continue;
		place(x, low, high, d, z);
		n += w;
		for (size_t a = 0; a < d; a++)
		{
			mean[a] += w * z[a];
			for (size_t b = 0; b < d; b++)
				s[a * d + b] += w * z[a] * z[b];
		}
	}
	*any = n > 0;
	for (size_t i = 0; i < d * d && *any; i++)
		s[i] = s[i] / n - mean[i / d] / n * (mean[i % d] / n);
	return MS_OK;
}

/* Log volume of the box along the axes. */
static ms_status
along(ms_ctx *ctx, const ms_rows *rows, const double *low, const double *high, const double *axes,
	  double *z, double *least, double *log_volume)
{
	size_t d = rows->d;
	double *greatest = least + d;

	for (size_t c = 0; c < d; c++)
	{
		least[c] = INFINITY;
		greatest[c] = -INFINITY;
	}
	for (size_t i = 0; i < rows->n; i++)
	{
		const double *x = rows->x + i * rows->stride;

		MS_TRY(ms_tick(ctx, 2 + d * d));
		if (ms_rows_weight(rows, i) == 0 || !is_complete(x, d))
			continue;
		place(x, low, high, d, z);
		for (size_t a = 0; a < d; a++)
		{
			double t = 0;

			for (size_t c = 0; c < d; c++)
				t += axes[a * d + c] * z[c];
			least[a] = fmin(least[a], t);
			greatest[a] = fmax(greatest[a], t);
		}
	}
	*log_volume = 0;
	for (size_t a = 0; a < d; a++)
		*log_volume += log(greatest[a] - least[a]);
	return MS_OK;
}

static ms_status
principal_volume(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, const double *low,
				 const double *high, double *log_volume)
{
	size_t d = rows->d;
	double *s;
	double *axes;
	double *z;
	double *mean;
	double *least;
	double *work;
	bool any;

	*log_volume = INFINITY;
	MS_TRY(MS_ZEROED(arena, d * d, &s));
	MS_TRY(MS_ALLOC(arena, d * d, &axes));
	MS_TRY(MS_ALLOC(arena, d, &z));
	MS_TRY(MS_ZEROED(arena, d, &mean));
	MS_TRY(MS_ALLOC(arena, 2 * d, &least));
	MS_TRY(MS_ALLOC(arena, ms_linalg_eigen_work(d), &work));
	MS_TRY(scatter(ctx, rows, low, high, z, mean, s, &any));
	MS_TRY(ms_tick(ctx, 10 * d * d * d));
	if (!any || !ms_linalg_eigen(s, d, mean, axes, work))
		return MS_OK;
	/* rows in a hyperplane have a box of no volume: no background for them */
	if (!(mean[d - 1] > 1e-12 * mean[0]))
		return MS_OK;
	return along(ctx, rows, low, high, axes, z, least, log_volume);
}

ms_status
ms_noise_log_volume(ms_ctx *ctx, const ms_rows *rows, const double *low, const double *high,
					double *log_volume)
{
	ms_arena arena;
	double box = 0;
	double principal = INFINITY;
	ms_status status;

	for (size_t c = 0; c < rows->d; c++)
		box += log(high[c] - low[c]);
	ms_arena_init(&arena, ctx);
	status = principal_volume(ctx, &arena, rows, low, high, &principal);
	ms_arena_free(&arena);
	*log_volume = principal < box ? principal : box;
	return status;
}

/* --- lonely rows ---------------------------------------------------------------------------- */

static double
squared_distance(const ms_view *view, size_t i, size_t t)
{
	const ms_rows *rows = &view->rows;
	const double *x = rows->x + i * rows->stride;
	const double *y = rows->x + t * rows->stride;
	double sum = 0;

	for (size_t c = 0; c < rows->d; c++)
	{
		double z = (x[c] - y[c]) * view->scale[c];

		sum += z * z;
	}
	return sum;
}

/* Squared distance of row i to its NEIGHBOUR-th nearest of the sample, itself left out. */
static double
loneliness(const ms_view *view, size_t i, const size_t *sample, size_t m)
{
	double nearest[NEIGHBOUR];
	size_t kept = 0;

	for (size_t t = 0; t < m; t++)
	{
		double q = sample[t] == i ? INFINITY : squared_distance(view, i, sample[t]);
		size_t at;

		if (kept == NEIGHBOUR && !(q < nearest[kept - 1]))
			continue;
		at = kept < NEIGHBOUR ? kept++ : NEIGHBOUR - 1;
		for (; at > 0 && nearest[at - 1] > q; at--)
			nearest[at] = nearest[at - 1];
		nearest[at] = q;
	}
	return nearest[kept - 1];
}

static ms_status
mark_with(ms_ctx *ctx, ms_arena *arena, const ms_view *view, double share, uint64_t seed,
		  bool *lonely)
{
	size_t n = view->rows.n;
	size_t m = n < SAMPLE ? n : SAMPLE;
	size_t marked = (size_t) (share * (double) n);
	size_t *sample;
	double *far;
	double *sorted;
	ms_rng rng;

	MS_TRY(MS_ALLOC(arena, m, &sample));
	MS_TRY(MS_ALLOC(arena, n, &far));
	MS_TRY(MS_ALLOC(arena, n, &sorted));
	ms_rng_init(&rng, seed, STREAM_NOISE);
	for (size_t t = 0; t < m; t++)
		sample[t] = m == n ? t : (size_t) ms_rng_below(&rng, n);
	for (size_t i = 0; i < n; i++)
	{
		MS_TRY(ms_tick(ctx, m * (2 + view->rows.d)));
		sorted[i] = far[i] = loneliness(view, i, sample, m);
	}
	MS_TRY(ms_order_sort_doubles(ctx, sorted, n));
	for (size_t i = 0; i < n; i++)
		lonely[i] = marked > 0 && far[i] >= sorted[n - marked];
	return MS_OK;
}

ms_status
ms_noise_mark(ms_ctx *ctx, const ms_view *view, double share, uint64_t seed, bool *lonely)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = mark_with(ctx, &arena, view, share, seed, lonely);
	ms_arena_free(&arena);
	return status;
}
