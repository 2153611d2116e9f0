/*
 * kmeans_fit.c: Lloyd's iterations with Hamerly's bounds ("Making k-means even faster", SDM 2010):
 * each row keeps an upper bound of the distance to its center and a lower bound of that to all
 * others; only where they meet are distances computed. Memory: 20 n + O(k d) bytes.
 *
 * Sums of the clusters change by the rows that change; they are made anew before the end, and the
 * end is checked by a round without bounds, so that no rounding of theirs is left.
 */
#include "core/medoids/kmeans.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/sums.h"
#include "core/medoids/data.h"

/* Centers lie in groups of so many, coordinate by coordinate. */
#define LANES 8

#define CLONES __attribute__((target_clones("default", "avx2", "avx512f")))

typedef double vec __attribute__((vector_size(8 * LANES), may_alias));
typedef int64_t bits __attribute__((vector_size(8 * LANES), may_alias));

/* Macros, as a function of vectors would have a different interface in each clone. */
#define WHERE(mask, a, b) ((vec) (((bits) (a) & (mask)) | ((bits) (b) & ~(mask))))
#define LESSER(a, b) WHERE((a) < (b), a, b)

/* Bounds give way by this share at each round: no rounding makes them too tight. */
#define SLACK 1e-15

#define STARTS 3
#define MAX_ITER 300
#define AGREEMENT 1e-6

typedef struct hamerly
{
	ms_ctx *ctx;
	const ms_data *data;
	size_t k;
	size_t d;
	size_t groups;
	double *origin;  /* d: sums are of differences from it, which large coordinates do not spoil */
	double *centers; /* k x d, scaled */
	double *lanes;   /* groups x d x LANES: the centers again, filled up by infinity */
	double *sums;    /* k x d: of w (x - origin) */
	double *mass;    /* k: of w */
	int64_t *count;  /* k: rows of a weight above 0: no rounding makes a cluster seem filled */
	double *half;    /* k: half the distance to the nearest other center */
	double *moved;   /* k */
	double *upper;   /* n */
	double *lower;   /* n */
	double *x;       /* d: a row, scaled */
	double *before;  /* d */
	uint32_t *labels;
	uint32_t rounds;
	bool converged;
	bool exact; /* the last round had no bounds, and changed nothing */
	double inertia;
} hamerly;

void
ms_kmeans_defaults(ms_kmeans_options *o)
{
	*o = (ms_kmeans_options){.k = 1, .max_iter = MAX_ITER};
}

/* --- distances ------------------------------------------------------------------------------ */

static const double *
row_at(const hamerly *h, size_t i)
{
	const double *row = h->data->rows.x + i * h->data->rows.stride;
	const double *factors = h->data->measure.factors;

	for (size_t j = 0; j < h->d; j++)
		h->x[j] = row[j] * factors[j];
	return h->x;
}

static inline double
weight(const hamerly *h, size_t i)
{
	return h->data->w ? h->data->w[i] : 1;
}

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
fill_lanes(hamerly *h)
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
add_row(hamerly *h, const double *x, size_t c, double w, int sign)
{
	double *sums = h->sums + c * h->d;

	h->count[c] += w > 0 ? sign : 0;
	w *= sign;
	h->mass[c] += w;
	for (size_t j = 0; j < h->d; j++)
		sums[j] += w * (x[j] - h->origin[j]);
}

static ms_status
scan_row(hamerly *h, size_t i, const double *x, bool *changed)
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
		double w = weight(h, i);

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
separate(hamerly *h)
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

static ms_status
assign(hamerly *h, bool bounded, bool *changed)
{
	*changed = false;
	fill_lanes(h);
	MS_TRY(separate(h));
	for (size_t i = 0; i < h->data->n; i++)
	{
		uint32_t c = h->labels[i];
		double limit = c < h->k ? fmax(h->half[c], h->lower[i]) : 0;
		const double *x;

		/* not at all where the bounds are apart, nor where the true distance is below */
		if (bounded && h->upper[i] < limit)
			continue;
		x = row_at(h, i);
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
sum_up(hamerly *h)
{
	memset(h->sums, 0, h->k * h->d * sizeof(double));
	memset(h->mass, 0, h->k * sizeof(double));
	memset(h->count, 0, h->k * sizeof(*h->count));
	for (size_t i = 0; i < h->data->n; i++)
	{
		add_row(h, row_at(h, i), h->labels[i], weight(h, i), 1);
		MS_TRY(ms_tick(h->ctx, 4 + h->d));
	}
	return MS_OK;
}

/* The weighted row that is farthest from its center; the bounds begin anew. */
static ms_status
refill(hamerly *h, size_t c)
{
	size_t farthest = 0;
	double most = 0;

	for (size_t i = 0; i < h->data->n; i++)
	{
		double d = distance(row_at(h, i), h->centers + h->labels[i] * h->d, h->d);

		MS_TRY(ms_tick(h->ctx, 4 + h->d));
		if (d > most && weight(h, i) > 0)
		{
			most = d;
			farthest = i;
		}
	}
	if (most > 0)
		memcpy(h->centers + c * h->d, row_at(h, farthest), h->d * sizeof(double));
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
move_center(hamerly *h, size_t c)
{
	double *center = h->centers + c * h->d;

	memcpy(h->before, center, h->d * sizeof(double));
	for (size_t j = 0; j < h->d; j++)
		center[j] = h->origin[j] + h->sums[c * h->d + j] / h->mass[c];
	return distance(h->before, center, h->d);
}

/* Centers to the means, and the bounds by how far they moved. *shift: the sum of squares. */
static ms_status
move(hamerly *h, double *shift)
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
tell(const hamerly *h)
{
	ms_progress progress = {"kmeans", h->rounds, NAN, NAN};

	if (h->ctx->progress)
		h->ctx->progress(h->ctx, &progress);
}

/* Rounds until nothing changes, which a round without bounds confirms, or the limit. */
static ms_status
iterate(hamerly *h, int max_iter, double least_shift)
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

/* --- one start ------------------------------------------------------------------------------ */

static ms_status
allocate(hamerly *h, ms_arena *arena)
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
begin(hamerly *h)
{
	memset(h->sums, 0, h->k * h->d * sizeof(double));
	memset(h->mass, 0, h->k * sizeof(double));
	memset(h->count, 0, h->k * sizeof(*h->count));
	memcpy(h->origin, row_at(h, h->data->n / 2), h->d * sizeof(double));
	for (size_t i = 0; i < h->data->n; i++)
	{
		h->labels[i] = UINT32_MAX;
		h->upper[i] = INFINITY;
		h->lower[i] = 0;
	}
	h->rounds = 0;
	h->converged = h->exact = false;
}

/* After a round without bounds the upper bounds are the distances. */
static ms_status
find_inertia(hamerly *h, bool exact)
{
	ms_sum sum = {0, 0};

	fill_lanes(h);
	for (size_t i = 0; i < h->data->n; i++)
	{
		double first = h->upper[i] * h->upper[i];
		double second;

		if (!exact)
			nearest_two(row_at(h, i), h->lanes, h->groups, h->d, &first, &second);
		ms_sum_add(&sum, weight(h, i) * first);
		MS_TRY(ms_tick(h->ctx, 10 + h->d * h->groups * 4));
	}
	h->inertia = ms_sum_get(&sum);
	return MS_OK;
}

/* Seeds, or the centers of a model that was given. */
static ms_status
find_centers(hamerly *h, ms_arena *scratch, const ms_kmeans_options *o, uint64_t number)
{
	ms_view view = {.rows = h->data->rows, .scale = h->data->measure.factors};
	uint64_t seed = number ? ms_hash_u64((uint64_t) o->seed, number) : (uint64_t) o->seed;
	ms_seeds seeds;

	if (o->start)
	{
		for (size_t i = 0; i < h->k * h->d; i++)
			h->centers[i] = o->start->centers[i] * h->data->measure.factors[i % h->d];
		return MS_OK;
	}
	MS_TRY(ms_seeding_kmeanspp(h->ctx, scratch, &view, h->k, o->seeding, seed, &seeds));
	if (seeds.k < h->k)
		return ms_fail(h->ctx, MS_TOO_FEW, "rows", 0, (double) seeds.k, (double) h->k);
	memcpy(h->centers, seeds.centers, h->k * h->d * sizeof(double));
	return MS_OK;
}

static ms_status
run_start(hamerly *h, size_t used, const ms_kmeans_options *o, uint64_t number, double shift)
{
	ms_arena scratch = {h->ctx, NULL, used};
	ms_status status = find_centers(h, &scratch, o, number);

	ms_arena_free(&scratch);
	MS_TRY(status);
	begin(h);
	MS_TRY(iterate(h, o->max_iter, shift));
	return find_inertia(h, h->exact);
}

/* --- the model ------------------------------------------------------------------------------ */

static ms_status
bad(ms_ctx *ctx, const char *what, double got, double wanted)
{
	return ms_fail(ctx, MS_BAD_ARGUMENT, what, 0, got, wanted);
}

static ms_status
check_options(ms_ctx *ctx, const ms_data *data, const ms_kmeans_options *o)
{
	double most = fmin((double) data->n, MS_KMEANS_MAX_K);

	if (o->k < 1 || (double) o->k > most)
		return bad(ctx, "k", (double) o->k, o->k < 1 ? 1 : most);
	if (o->max_iter < 1)
		return bad(ctx, "max_iter", o->max_iter, 1);
	if (o->n_init < 0)
		return bad(ctx, "n_init", o->n_init, 1);
	if (!(o->tol >= 0 && isfinite(o->tol)))
		return bad(ctx, "tol", o->tol, 0);
	if (o->start && (o->start->k != o->k || o->start->d != data->d))
		return bad(ctx, "start", o->start->k != o->k ? o->start->k : o->start->d,
				   o->start->k != o->k ? (double) o->k : (double) data->d);
	return MS_OK;
}

/* tol times the mean variance of the scaled columns. */
static ms_status
least_shift(hamerly *h, double tol, double *out)
{
	double squares = 0;
	double mass = 0;

	*out = 0;
	if (tol == 0)
		return MS_OK;
	memset(h->before, 0, h->d * sizeof(double));
	memcpy(h->origin, row_at(h, 0), h->d * sizeof(double));
	for (size_t i = 0; i < h->data->n; i++)
	{
		const double *x = row_at(h, i);
		double w = weight(h, i);

		mass += w;
		for (size_t j = 0; j < h->d; j++)
		{
			h->before[j] += w * (x[j] - h->origin[j]);
			squares += w * (x[j] - h->origin[j]) * (x[j] - h->origin[j]);
		}
		MS_TRY(ms_tick(h->ctx, 4 + 2 * h->d));
	}
	for (size_t j = 0; j < h->d; j++)
		squares -= h->before[j] * h->before[j] / mass;
	*out = tol * fmax(0, squares) / mass / (double) h->d;
	return MS_OK;
}

static bool
center_before(const double *a, const double *b, size_t d)
{
	for (size_t j = 0; j < d; j++)
	{
		if (a[j] != b[j])
			return a[j] < b[j];
	}
	return false;
}

/* Raw centers, ascending: an insertion of each among those before it. */
static ms_status
keep_centers(hamerly *h, ms_kmeans *out)
{
	const double *factors = h->data->measure.factors;

	for (size_t c = 0; c < h->k; c++)
	{
		double *center = h->before;
		size_t at = c;

		for (size_t j = 0; j < h->d; j++)
			center[j] = factors[j] > 0 ? h->centers[c * h->d + j] / factors[j] + 0.0
									   : h->data->rows.x[j];
		while (at > 0 && center_before(center, out->centers + (at - 1) * h->d, h->d))
			at--;
		memmove(out->centers + (at + 1) * h->d, out->centers + at * h->d,
				(c - at) * h->d * sizeof(double));
		memcpy(out->centers + at * h->d, center, h->d * sizeof(double));
		MS_TRY(ms_tick(h->ctx, (c - at + 1) * h->d));
	}
	out->inertia = h->inertia;
	out->iterations = h->rounds;
	out->converged = h->converged;
	return MS_OK;
}

static ms_status
run_starts(hamerly *h, size_t used, const ms_kmeans_options *o, ms_kmeans *out)
{
	int starts = o->start ? 1 : o->n_init > 0 ? o->n_init : STARTS;
	double best = INFINITY;
	double shift;

	MS_TRY(least_shift(h, o->tol, &shift));
	out->starts = (uint32_t) starts;
	for (int i = 0; i < starts; i++)
	{
		MS_TRY(run_start(h, used, o, (uint64_t) i, shift));
		if (h->inertia < best * (1 - AGREEMENT))
			out->starts_at_best = 0;
		out->starts_at_best += h->inertia <= best * (1 + AGREEMENT);
		if (h->inertia < best)
		{
			best = h->inertia;
			MS_TRY(keep_centers(h, out));
		}
	}
	return MS_OK;
}

/* Sizes and sums as a scorer sees them, so that labels of the rows agree with them. */
static ms_status
measure_clusters(ms_ctx *ctx, ms_arena *scratch, const ms_data *data, ms_kmeans *out)
{
	ms_kmeans_scorer *scorer;
	ms_sum inertia = {0, 0};
	ms_sum mass = {0, 0};

	MS_TRY(ms_kmeans_scorer_new(ctx, scratch, out, &scorer));
	for (size_t i = 0; i < data->n; i++)
	{
		double w = data->w ? data->w[i] : 1;
		ms_kmeans_label label;
		ms_kmeans_cluster *c;

		MS_TRY(ms_kmeans_score(ctx, scorer, data->rows.x + i * data->rows.stride, &label));
		c = &out->clusters[label.cluster];
		c->size++;
		c->weight += w;
		c->inertia += w * label.distance * label.distance;
		c->farthest = fmax(c->farthest, label.distance);
		ms_sum_add(&inertia, w * label.distance * label.distance);
		ms_sum_add(&mass, w);
	}
	out->inertia = ms_sum_get(&inertia);
	out->weight = ms_sum_get(&mass);
	return MS_OK;
}

static void
find_problems(const ms_data *data, ms_kmeans *out)
{
	if (!out->converged)
		out->problems |= MS_KMEANS_PROBLEM_MAX_ITER;
	if (out->omitted > 0)
		out->problems |= MS_KMEANS_PROBLEM_OMITTED_ROWS;
	if (out->starts > 1 && out->starts_at_best == 1)
		out->problems |= MS_KMEANS_PROBLEM_FEW_STARTS_AGREE;
	for (size_t i = 0; i < out->k; i++)
	{
		if (out->clusters[i].size <= 1 && data->n > out->k)
			out->problems |= MS_KMEANS_PROBLEM_SMALL_CLUSTER;
	}
}

static ms_status
fit(ms_ctx *ctx, ms_arena *arena, ms_arena *scratch, const ms_sample *s,
	const ms_kmeans_options *o, ms_kmeans *out)
{
	ms_kmedoids_options door = {.metric = MS_METRIC_SQEUCLIDEAN,
								.scaling = o->scaling,
								.missing = o->omit ? MS_MISSING_OMIT : MS_MISSING_ERROR};
	ms_data data;
	hamerly h = {.ctx = ctx, .data = &data, .k = o->k, .d = s->d};

	MS_TRY(ms_data_rows(ctx, scratch, s, &door, &data));
	MS_TRY(check_options(ctx, &data, o));
	MS_TRY(allocate(&h, scratch));
	*out = (ms_kmeans){.k = (uint32_t) o->k,
					   .d = s->d,
					   .scaling = o->scaling,
					   .n = data.n,
					   .omitted = data.omitted,
					   .seed = o->seed};
	MS_TRY(MS_ALLOC(arena, o->k * s->d, &out->centers));
	MS_TRY(MS_ALLOC(arena, s->d, &out->factors));
	MS_TRY(MS_ZEROED(arena, o->k, &out->clusters));
	memcpy(out->factors, data.measure.factors, s->d * sizeof(double));
	MS_TRY(run_starts(&h, scratch->used, o, out));
	MS_TRY(measure_clusters(ctx, scratch, &data, out));
	find_problems(&data, out);
	return MS_OK;
}

ms_status
ms_kmeans_fit(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, size_t size,
			  const ms_kmeans_options *o, ms_kmeans *out)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_status status = fit(ctx, arena, &scratch, s, o, out);

	(void) size;
	ms_arena_free(&scratch);
	return status;
}

size_t
ms_kmeans_bytes(const ms_kmeans_options *o, size_t n, size_t d)
{
	size_t size = ms_seeding_bytes(n, d, o->k);
	size_t centers;

	if (!ms_size_mul(o->k + LANES, 4 * d + 8, &centers) ||
		!ms_size_mul(centers, sizeof(double), &centers) || !ms_size_add(size, centers, &size) ||
		!ms_size_add(size, 28 * n, &size))
		return SIZE_MAX;
	return size;
}
