/*
 * hamerly.c: k-means with bounds: each row keeps an upper bound of the distance to its center and a
 * lower bound of that to all others; only where they meet are distances computed.
 *
 * Sums of the clusters change by the rows that change; they are made anew before the end, and the
 * end is checked by a round without bounds, so that no rounding of theirs is left.
 */
#include "core/medoids/hamerly.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/sums.h"

/* Centers lie in groups of so many, coordinate by coordinate. */
#define LANES MS_HAMERLY_LANES

#define CLONES __attribute__((target_clones("default", "avx2", "avx512f")))

typedef double vec __attribute__((vector_size(8 * LANES), may_alias));
typedef int64_t bits __attribute__((vector_size(8 * LANES), may_alias));

/* Macros, as a function of vectors would have a different interface in each clone. */
#define WHERE(mask, a, b) ((vec) (((bits) (a) & (mask)) | ((bits) (b) & ~(mask))))
#define LESSER(a, b) WHERE((a) < (b), a, b)

/* Bounds give way by this share at each round: no rounding makes them too tight. */
#define SLACK 1e-15

/* --- distances ------------------------------------------------------------------------------ */

static double
distance(const double *a, const double *b, size_t d)
{
	double sum = 0;

	for (size_t j = 0; j < d; j++)
		sum += (a[j] - b[j]) * (a[j] - b[j]);
	return sqrt(sum);
}

/* Of the two nearest of each lane, and the group of the first; ties go to the lower number. */
static inline __attribute__((always_inline)) size_t
best_of_lanes(const double *first, const double *second, const double *group, double *best_out,
			  double *next_out)
{
	double best = first[0];
	double next = second[0];
	double label = group[0] * LANES;

	for (int c = 1; c < LANES; c++)
	{
		double number = group[c] * LANES + c;
		bool nearer = first[c] < best || (first[c] == best && number < label);
		double other = nearer ? best : first[c];

		next = other < next ? other : next;
		next = second[c] < next ? second[c] : next;
		label = nearer ? number : label;
		best = nearer ? first[c] : best;
	}
	*best_out = best;
	*next_out = next;
	return (size_t) label;
}

/* The nearest center and the squared distances of the two nearest. */
CLONES static size_t
nearest_two(const double *x, const double *lanes, size_t groups, size_t d, double *first,
			double *second)
{
	vec best = (vec){0} + INFINITY;
	vec next = best;
	vec group = {0};

	for (size_t g = 0; g < groups; g++)
	{
		vec sum = {0};
		bits nearer;

		for (size_t j = 0; j < d; j++, lanes += LANES)
		{
			vec apart = *(const vec *) lanes - x[j];

			sum += apart * apart;
		}
		nearer = sum < best;
		next = LESSER(WHERE(nearer, best, sum), next);
		group = WHERE(nearer, (vec){0} + (double) g, group);
		best = WHERE(nearer, sum, best);
	}
	return best_of_lanes((const double *) &best, (const double *) &next, (const double *) &group,
						 first, second);
}

static void
fill_lanes(ms_hamerly *h)
{
	for (size_t c = 0; c < h->groups * LANES; c++)
	{
		double *lane = h->lanes + c / LANES * h->d * LANES + c % LANES;

		for (size_t j = 0; j < h->d; j++)
			lane[j * LANES] = c < h->k ? h->centers[c * h->d + j] : INFINITY;
	}
}

/* --- rounds --------------------------------------------------------------------------------- */

/* A row comes, or with sign -1 goes. */
static void
add_row(ms_hamerly *h, const double *x, size_t c, double w, int sign)
{
	double *sums = h->sums + c * h->d;

	h->count[c] += w > 0 ? sign : 0;
	w *= sign;
	h->mass[c] += w;
	for (size_t j = 0; j < h->d; j++)
		sums[j] += w * (x[j] - h->origin[j]);
}

static ms_status
scan_row(ms_hamerly *h, size_t i, const double *x, bool *changed)
{
	double first;
	double second;
	size_t c = nearest_two(x, h->lanes, h->groups, h->d, &first, &second);
	size_t old = h->labels[i];

	if (!isfinite(first))
		return ms_fail(h->ctx, MS_TOO_LARGE, "distance", (int64_t) i + 1, first, DBL_MAX);
	h->upper[i] = sqrt(first);
	h->lower[i] = sqrt(second);
	if (c != old)
	{
		double w = ms_hamerly_weight(h, i);

		if (old < h->k)
			add_row(h, x, old, w, -1);
		add_row(h, x, c, w, 1);
		h->labels[i] = (uint32_t) c;
		*changed = true;
	}
	return ms_tick(h->ctx, 10 + h->d * h->groups * 4);
}

/* Half the distance from each center to the nearest other. */
static ms_status
separate(ms_hamerly *h)
{
	for (size_t a = 0; a < h->k; a++)
	{
		double least = INFINITY;
		double zero;

		if (h->k > 1)
			nearest_two(h->centers + a * h->d, h->lanes, h->groups, h->d, &zero, &least);
		h->half[a] = sqrt(least) / 2 * (1 - SLACK);
		MS_TRY(ms_tick(h->ctx, h->d * h->groups * 4));
	}
	return MS_OK;
}

/* Where a row's upper bound must be below. */
static inline double
limit_of(const ms_hamerly *h, size_t i)
{
	uint32_t c = h->labels[i];

	return c < h->k ? fmax(h->half[c], h->lower[i]) : 0;
}

static ms_status
assign(ms_hamerly *h, bool bounded, bool *changed)
{
	*changed = false;
	fill_lanes(h);
	MS_TRY(separate(h));
	for (size_t i = 0; i < h->data->n; i++)
	{
		uint32_t c = h->labels[i];
		double limit = limit_of(h, i);
		const double *x;

		/* not at all where the bounds are apart, nor where the true distance is below */
		if (bounded && h->upper[i] < limit)
			continue;
		x = ms_hamerly_row(h, i);
		if (bounded && c < h->k)
		{
			h->upper[i] = distance(x, h->centers + c * h->d, h->d) * (1 + SLACK * 8);
			if (h->upper[i] < limit)
			{
				MS_TRY(ms_tick(h->ctx, 4 + h->d));
				continue;
			}
		}
		MS_TRY(scan_row(h, i, x, changed));
	}
	return ms_tick(h->ctx, h->data->n);
}

/* Sums from the rows themselves. */
static ms_status
sum_up(ms_hamerly *h)
{
	memset(h->sums, 0, h->k * h->d * sizeof(double));
	memset(h->mass, 0, h->k * sizeof(double));
	memset(h->count, 0, h->k * sizeof(*h->count));
	for (size_t i = 0; i < h->data->n; i++)
	{
		add_row(h, ms_hamerly_row(h, i), h->labels[i], ms_hamerly_weight(h, i), 1);
		MS_TRY(ms_tick(h->ctx, 4 + h->d));
	}
	return MS_OK;
}

/* The weighted row that is farthest from its center; the bounds begin anew. */
static ms_status
refill(ms_hamerly *h, size_t c)
{
	size_t farthest = 0;
	double most = 0;

	for (size_t i = 0; i < h->data->n; i++)
	{
		double d = distance(ms_hamerly_row(h, i), h->centers + h->labels[i] * h->d, h->d);

		MS_TRY(ms_tick(h->ctx, 4 + h->d));
		if (d > most && ms_hamerly_weight(h, i) > 0)
		{
			most = d;
			farthest = i;
		}
	}
	if (most > 0)
		memcpy(h->centers + c * h->d, ms_hamerly_row(h, farthest), h->d * sizeof(double));
	memset(h->sums + c * h->d, 0, h->d * sizeof(double));
	h->mass[c] = 0;
	for (size_t i = 0; i < h->data->n; i++)
	{
		h->upper[i] = INFINITY;
		h->lower[i] = 0;
	}
	return MS_OK;
}

static double
move_center(ms_hamerly *h, size_t c)
{
	double *center = h->centers + c * h->d;

	memcpy(h->before, center, h->d * sizeof(double));
	for (size_t j = 0; j < h->d; j++)
		center[j] = h->origin[j] + h->sums[c * h->d + j] / h->mass[c];
	return distance(h->before, center, h->d);
}

/* Centers to the means, and the bounds by how far they moved. *shift: the sum of squares. */
static ms_status
move(ms_hamerly *h, double *shift)
{
	double most = 0;
	double next = 0;
	size_t farthest = 0;
	bool empty = false;

	*shift = 0;
	for (size_t c = 0; c < h->k; c++)
	{
		empty |= h->count[c] == 0;
		h->moved[c] = h->count[c] > 0 ? move_center(h, c) * (1 + SLACK * 8) : 0;
		*shift += h->moved[c] * h->moved[c];
		if (h->moved[c] > most)
		{
			next = most;
			most = h->moved[c];
			farthest = c;
		}
		else
			next = fmax(next, h->moved[c]);
	}
	for (size_t i = 0; i < h->data->n; i++)
	{
		uint32_t c = h->labels[i];

		h->upper[i] = (h->upper[i] + h->moved[c]) * (1 + SLACK);
		h->lower[i] = h->lower[i] * (1 - SLACK) - (c == farthest ? next : most);
	}
	for (size_t c = 0; empty && c < h->k; c++)
	{
		if (h->count[c] == 0)
			MS_TRY(refill(h, c));
	}
	if (empty)
		*shift = INFINITY;
	return ms_tick(h->ctx, 2 * h->data->n + h->k * h->d);
}

static void
tell(const ms_hamerly *h)
{
	ms_progress progress = {"kmeans", h->rounds, NAN, NAN};

	if (h->ctx->progress)
		h->ctx->progress(h->ctx, &progress);
}

/* Rounds until nothing changes, which a round without bounds confirms, or the limit. */
static ms_status
iterate(ms_hamerly *h, int max_iter, double least_shift)
{
	bool bounded = true;
	bool changed;

	while (h->rounds < (uint32_t) max_iter)
	{
		double shift;

		h->rounds++;
		MS_TRY(assign(h, bounded, &changed));
		h->converged = h->exact = !changed && !bounded;
		tell(h);
		if (h->converged)
			return MS_OK;
		bounded = changed;
		if (!changed)
			MS_TRY(sum_up(h));
		MS_TRY(move(h, &shift));
		if (shift <= least_shift)
		{
			h->converged = true;
			return MS_OK;
		}
	}
	return MS_OK;
}

/* --- all of it ------------------------------------------------------------------------------ */

ms_status
ms_hamerly_new(ms_hamerly *h, ms_arena *arena)
{
	size_t n = h->data->n;
	size_t size;
	size_t lanes;

	h->groups = (h->k + LANES - 1) / LANES;
	ms_size_mul(h->k, h->d, &size);
	ms_size_mul(h->groups * LANES, h->d, &lanes);
	MS_TRY(MS_ALLOC(arena, h->d, &h->origin));
	MS_TRY(MS_ALLOC(arena, size, &h->centers));
	MS_TRY(MS_ALLOC(arena, lanes, &h->lanes));
	MS_TRY(MS_ALLOC(arena, size, &h->sums));
	MS_TRY(MS_ALLOC(arena, h->k, &h->mass));
	MS_TRY(MS_ALLOC(arena, h->k, &h->count));
	MS_TRY(MS_ALLOC(arena, h->k, &h->half));
	MS_TRY(MS_ALLOC(arena, h->k, &h->moved));
	MS_TRY(MS_ALLOC(arena, n, &h->upper));
	MS_TRY(MS_ALLOC(arena, n, &h->lower));
	MS_TRY(MS_ALLOC(arena, h->d, &h->x));
	MS_TRY(MS_ALLOC(arena, h->d, &h->before));
	return MS_ALLOC(arena, n, &h->labels);
}

static void
begin(ms_hamerly *h)
{
	memset(h->sums, 0, h->k * h->d * sizeof(double));
	memset(h->mass, 0, h->k * sizeof(double));
	memset(h->count, 0, h->k * sizeof(*h->count));
	memcpy(h->origin, ms_hamerly_row(h, h->data->n / 2), h->d * sizeof(double));
	for (size_t i = 0; i < h->data->n; i++)
	{
		h->labels[i] = UINT32_MAX;
		h->upper[i] = INFINITY;
		h->lower[i] = 0;
	}
	h->rounds = 0;
	h->converged = h->exact = false;
}

/* Squared distance to the nearest center; only where the bounds meet to all. */
static double
nearest(ms_hamerly *h, size_t i)
{
	uint32_t c = h->labels[i];
	const double *x = ms_hamerly_row(h, i);
	double first;
	double second;

	if (h->upper[i] < limit_of(h, i))
	{
		first = distance(x, h->centers + c * h->d, h->d);
		return first * first;
	}
	nearest_two(x, h->lanes, h->groups, h->d, &first, &second);
	return first;
}

/* After a round without bounds the upper bounds are the distances. */
static ms_status
find_inertia(ms_hamerly *h, bool exact)
{
	ms_sum sum = {0, 0};

	fill_lanes(h);
	MS_TRY(separate(h));
	for (size_t i = 0; i < h->data->n; i++)
	{
		double first = exact ? h->upper[i] * h->upper[i] : nearest(h, i);

		ms_sum_add(&sum, ms_hamerly_weight(h, i) * first);
		MS_TRY(ms_tick(h->ctx, 10 + h->d * h->groups * 4));
	}
	h->inertia = ms_sum_get(&sum);
	return MS_OK;
}

ms_status
ms_hamerly_run(ms_hamerly *h, int max_iter, double shift)
{
	begin(h);
	MS_TRY(iterate(h, max_iter, shift));
	return find_inertia(h, h->exact);
}
