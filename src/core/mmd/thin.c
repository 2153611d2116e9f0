/*
 * thin.c: thinning of a sample: its rows as equal points in a seeded order, plain thinning or
 * Compress++ of these, and the value of the rows chosen.
 */
#include "core/mmd/thin.h"

#include <math.h>
#include <string.h>

#include "core/base/order.h"
#include "core/base/rng.h"
#include "core/base/sums.h"
#include "core/mmd/thin_parts.h"

#define STREAM_SHUFFLE UINT64_C(0x7468696e73687566)
#define STREAM_DRAW UINT64_C(0x7468696e64726177)
#define STREAM_LISTS UINT64_C(0x7468696e6c697374)

/* Whole weights count as repeated rows while these are at most so many times the rows. */
#define MOST_REPEATS 4

void
ms_thin_defaults(ms_thin_options *o)
{
	*o = (ms_thin_options){.kernel = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1),
						   .median = true,
						   .scaling = MS_SCALING_SD,
						   .alpha = NAN,
						   .delta = 0.5};
}

/* --- equal points --------------------------------------------------------------------------- */

static bool
whole_weights(const ms_complete *rows)
{
	for (size_t i = 0; i < rows->n; i++)
	{
		if (ms_complete_weight(rows, i) != floor(ms_complete_weight(rows, i)))
			return false;
	}
	return rows->weight <= (double) MOST_REPEATS * (double) rows->n;
}

/*
 * Systematic resampling to *n equal points: row i is there once for each of u, u + 1 ... that
 * falls into its stretch of the cumulated weight. Of whole weights each row comes as often as it
 * weighs.
 */
static ms_status
equal_points(ms_ctx *ctx, ms_arena *arena, const ms_complete *rows, uint64_t seed, bool *exact,
			 size_t *n, size_t **which)
{
	ms_sum upto = {0, 0};
	double step, u;
	size_t found = 0;

	*exact = whole_weights(rows);
	*n = *exact ? (size_t) rows->weight : rows->n;
	if (*n > UINT32_MAX)
		return ms_fail(ctx, MS_TOO_LARGE, "rows", 0, (double) *n, UINT32_MAX);
	step = rows->weight / (double) *n;
	u = *exact ? 0.5 : ms_rng_at(seed, STREAM_DRAW, 0);
	MS_TRY(MS_ALLOC(arena, *n, which));
	for (size_t i = 0; i < rows->n; i++)
	{
		ms_sum_add(&upto, ms_complete_weight(rows, i));
		while (found < *n && ((double) found + u) * step < ms_sum_get(&upto))
			(*which)[found++] = i;
	}
	while (found < *n)
		(*which)[found++] = rows->n - 1;
	return ms_tick(ctx, 4 * (rows->n + *n));
}

/* The points as the splits see them: order[n] are rows of `rows`, shuffled. */
typedef struct pack
{
	ms_complete rows;
	ms_kernel kernel;
	size_t n;
	size_t *order;
	bool exact; /* the points weigh as the rows do */
	ms_cloud points;
} pack;

static ms_status
shuffled(ms_ctx *ctx, ms_arena *arena, uint64_t seed, pack *p)
{
	size_t *which, *permutation;
	ms_rng rng;

	MS_TRY(equal_points(ctx, arena, &p->rows, seed, &p->exact, &p->n, &which));
	MS_TRY(MS_ALLOC(arena, p->n, &permutation));
	MS_TRY(MS_ALLOC(arena, p->n, &p->order));
	ms_rng_init(&rng, seed, STREAM_SHUFFLE);
	ms_rng_permutation(&rng, p->n, permutation);
	for (size_t i = 0; i < p->n; i++)
		p->order[i] = which[permutation[i]];
	return ms_tick(ctx, 20 * p->n);
}

static ms_status
prepare(ms_ctx *ctx, ms_arena *arena, const ms_thin_options *o, pack *p)
{
	ms_rows view;

	p->kernel = o->kernel;
	MS_TRY(ms_complete_scale(ctx, arena, &p->rows, NULL, o->scaling));
	if (o->median)
		MS_TRY(ms_thin_median(ctx, &p->rows, NULL, &p->kernel.bandwidth[0]));
	MS_TRY(ms_kernel_check(ctx, &p->kernel));
	MS_TRY(shuffled(ctx, arena, o->seed, p));
	view = ms_complete_view(&p->rows);
	return ms_cloud_new(ctx, arena, &view, p->order, p->n, &p->points);
}

/* --- plain thinning ------------------------------------------------------------------------- */

/* What the chosen points are measured against. */
static ms_status
mean_embedding(ms_ctx *ctx, ms_arena *arena, const pack *p, const ms_cloud *points, bool split,
			   double *means)
{
	ms_rows view = ms_complete_view(&p->rows);
	double *w;
	ms_cloud all;

	if (p->exact || points != &p->points)
	{
		if (!split)
			MS_TRY(ms_thin_sums(ctx, points, points, NULL, &p->kernel, means));
		for (size_t i = 0; i < points->n; i++)
			means[i] /= (double) points->n;
		return MS_OK;
	}
	MS_TRY(MS_ALLOC(arena, p->rows.n, &w));
	for (size_t i = 0; i < p->rows.n; i++)
		w[i] = ms_complete_weight(&p->rows, i) / p->rows.weight;
	MS_TRY(ms_cloud_new(ctx, arena, &view, NULL, p->rows.n, &all));
	return ms_thin_sums(ctx, points, &all, w, &p->kernel, means);
}

/* Every (n / size)-th point, counted from the last. */
static void
baseline(size_t n, size_t size, uint32_t *chosen)
{
	for (size_t t = 0; t < size; t++)
		chosen[t] = (uint32_t) (n - 1 - t * (n / size));
}

static ms_status
choose_list(ms_ctx *ctx, ms_arena *arena, const ms_swap *swap, const uint32_t *lists, size_t count,
			size_t length, size_t size, uint32_t *chosen, ms_thinned *out)
{
	const uint32_t *best = NULL;

	baseline(swap->points->n, size, chosen);
	MS_TRY(ms_thin_score(ctx, arena, swap, chosen, size, &out->baseline_mmd2));
	out->mmd2 = out->baseline_mmd2;
	for (size_t l = 0; l < count; l++)
	{
		double mmd2;

		MS_TRY(ms_thin_score(ctx, arena, swap, lists + l * length, size, &mmd2));
		if (mmd2 < out->mmd2)
		{
			out->mmd2 = mmd2;
			best = lists + l * length;
		}
	}
	if (best)
		memcpy(chosen, best, size * sizeof(*chosen));
	return MS_OK;
}

/*
 * `size` of the points into chosen. Lists of n / 2^m >= size points are cut at `size`: their order
 * is that of shuffled pairs.
 */
static ms_status
thin_plain(ms_ctx *ctx, ms_arena *arena, const pack *p, const ms_splitter *s,
		   const ms_cloud *points, const ms_thin_options *o, double delta, uint32_t *chosen,
		   ms_thinned *out)
{
	ms_swap swap = {.points = points, .kernel = &p->kernel, .unique = o->unique};
	size_t rounds = 0;
	uint32_t *lists;
	double *means;

	while (points->n >> (rounds + 1) >= o->size)
		rounds++;
	MS_TRY(MS_ALLOC(arena, points->n, &lists));
	MS_TRY(MS_ALLOC(arena, points->n, &means));
	if (rounds > 0)
		MS_TRY(ms_thin_split_rounds(ctx, arena, s, points, rounds, delta, STREAM_LISTS, lists,
									means, &out->failures));
	MS_TRY(mean_embedding(ctx, arena, p, points, rounds > 0 && s->by_target, means));
	swap.means = means;
	MS_TRY(choose_list(ctx, arena, &swap, lists, rounds > 0 ? (size_t) 1 << rounds : 0,
					   points->n >> rounds, o->size, chosen, out));
	MS_TRY(ms_thin_refine(ctx, arena, &swap, chosen, o->size));
	return ms_thin_score(ctx, arena, &swap, chosen, o->size, &out->mmd2);
}

/* --- Compress++ ----------------------------------------------------------------------------- */

/*
 * Depth and leaf of Compress so that 2^g max(size, sqrt n) points at least are left for the last
 * thinning; depth 0 where that would be more than half of all.
 */
static size_t
compress_plan(const ms_thin_options *o, size_t n, size_t *g, size_t *leaf)
{
	double least;
	size_t depth = 0;

	*g = o->g ? o->g : (size_t) fmax(1, ceil(log2(fmax(1, log2((double) n) / 2))) + 1);
	least = ldexp(fmax((double) o->size, sqrt((double) n)), (int) *g);
	while (ldexp((double) n, -(int) (depth + 1)) >= least)
		depth++;
	*leaf = n >> (2 * depth);
	return depth;
}

static ms_status
thin_compressed(ms_ctx *ctx, ms_arena *arena, const pack *p, const ms_splitter *s,
				const ms_thin_options *o, uint32_t *chosen, ms_thinned *out)
{
	size_t g, leaf;
	size_t depth = compress_plan(o, p->n, &g, &leaf);
	double q = (double) g / ((double) g + ldexp((double) depth, (int) g));
	uint32_t *kept;
	ms_cloud points;

	if (depth == 0)
		return thin_plain(ctx, arena, p, s, &p->points, o, o->delta, chosen, out);
	MS_TRY(MS_ALLOC(arena, leaf << depth, &kept));
	MS_TRY(ms_thin_compress(ctx, arena, s, &p->points, depth, leaf, o->delta * (1 - q), kept));
	MS_TRY(ms_thin_room(arena, &p->points, leaf << depth, &points));
	ms_thin_gather(&p->points, kept, leaf << depth, &points);
	MS_TRY(thin_plain(ctx, arena, p, s, &points, o, o->delta * q, chosen, out));
	for (size_t t = 0; t < o->size; t++)
		chosen[t] = kept[chosen[t]];
	return MS_OK;
}

/* --- rows and weights ----------------------------------------------------------------------- */

static ms_status
check_options(ms_ctx *ctx, const ms_thin_options *o)
{
	if (o->size < 1)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "size", 0, (double) o->size, 1);
	if (!(o->delta > 0 && o->delta < 1))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "delta", 0, o->delta, 0.5);
	return MS_OK;
}

/* All complete rows as they are. */
static ms_status
keep_all(ms_arena *arena, const ms_complete *rows, ms_thinned *out)
{
	out->size = rows->n;
	out->rows = rows->source;
	MS_TRY(MS_ALLOC(arena, rows->n + 1, &out->weights));
	for (size_t i = 0; i < rows->n; i++)
		out->weights[i] = ms_complete_weight(rows, i);
	return MS_OK;
}

/* Chosen points as rows of the sample, ascending, one record each time a row was chosen. */
static ms_status
chosen_rows(ms_ctx *ctx, ms_arena *arena, const pack *p, uint32_t *chosen, size_t size,
			ms_thinned *out)
{
	double *numbers;

	MS_TRY(MS_ALLOC(arena, size, &numbers));
	MS_TRY(MS_ALLOC(arena, size, &out->rows));
	MS_TRY(MS_ALLOC(arena, size, &out->weights));
	for (size_t t = 0; t < size; t++)
		numbers[t] = (double) p->order[chosen[t]];
	MS_TRY(ms_order_sort_doubles(ctx, numbers, size));
	out->size = size;
	for (size_t t = 0; t < size; t++)
	{
		chosen[t] = (uint32_t) numbers[t];
		out->rows[t] = p->rows.source[chosen[t]];
		out->weights[t] = p->rows.weight / (double) size;
	}
	return MS_OK;
}

/* Weights of the distinct rows chosen. */
static ms_status
simplex_weights(ms_ctx *ctx, ms_arena *arena, const pack *p, uint32_t *chosen, ms_thinned *out)
{
	ms_rows view = ms_complete_view(&p->rows);
	size_t m = 0;
	size_t *which;
	ms_cloud support, all;
	double *w;
	ms_coreset found;

	for (size_t t = 0; t < out->size; t++)
	{
		if (m > 0 && chosen[m - 1] == chosen[t])
			continue;
		out->rows[m] = out->rows[t];
		chosen[m++] = chosen[t];
	}
	out->size = m;
	MS_TRY(MS_ALLOC(arena, m, &which));
	for (size_t t = 0; t < m; t++)
		which[t] = chosen[t];
	MS_TRY(ms_cloud_new(ctx, arena, &view, which, m, &support));
	MS_TRY(ms_cloud_new(ctx, arena, &view, NULL, p->rows.n, &all));
	MS_TRY(MS_ALLOC(arena, p->rows.n, &w));
	for (size_t i = 0; i < p->rows.n; i++)
		w[i] = ms_complete_weight(&p->rows, i) / p->rows.weight;
	MS_TRY(ms_coreset_weights(ctx, arena, &support, &all, w, &p->kernel, MS_CORESET_SIMPLEX,
							  out->weights, &found));
	/* rows that got nothing stand for nothing */
	out->size = 0;
	for (size_t t = 0; t < m; t++)
	{
		if (!(out->weights[t] > 0))
			continue;
		out->rows[out->size] = out->rows[t];
		out->weights[out->size++] = out->weights[t] * p->rows.weight;
	}
	return MS_OK;
}

ms_status
ms_thin_sample(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, const ms_thin_options *o,
			   ms_thinned *out)
{
	pack p;
	ms_splitter splitter;
	uint32_t *chosen;
	size_t size = o->size;

	MS_TRY(check_options(ctx, o));
	MS_TRY(ms_complete_rows(ctx, arena, s, o->omit, &p.rows));
	*out = (ms_thinned){.omitted = p.rows.omitted, .bandwidth = NAN};
	if (p.rows.n == 0)
		return MS_OK;
	MS_TRY(prepare(ctx, arena, o, &p));
	MS_TRY(ms_splitter_new(ctx, o, &p.kernel, &splitter));
	out->bandwidth = p.kernel.bandwidths ? p.kernel.bandwidth[0] : NAN;
	if (p.rows.n <= size)
		return keep_all(arena, &p.rows, out);
	MS_TRY(MS_ALLOC(arena, size, &chosen));
	if (o->method == MS_THIN_COMPRESS || (o->method == MS_THIN_AUTO && p.n > MS_THIN_PLAIN_ROWS))
		MS_TRY(thin_compressed(ctx, arena, &p, &splitter, o, chosen, out));
	else
		MS_TRY(thin_plain(ctx, arena, &p, &splitter, &p.points, o, o->delta, chosen, out));
	MS_TRY(chosen_rows(ctx, arena, &p, chosen, size, out));
	return o->weights == MS_THIN_SIMPLEX ? simplex_weights(ctx, arena, &p, chosen, out) : MS_OK;
}

/* --- memory --------------------------------------------------------------------------------- */

size_t
ms_thin_bytes(const ms_thin_options *o, size_t n, size_t d, bool weighted)
{
	size_t size = o->size < n ? o->size : n;
	size_t points, bytes;

	/* whole weights repeat rows: their points twice, and what is per point */
	if (!ms_size_mul(n, weighted ? MOST_REPEATS : 1, &points) ||
		!ms_size_add(points, MS_CLOUD_TILE, &points) || !ms_size_mul(points, 2 * d + 16, &bytes) ||
		!ms_size_mul(bytes, sizeof(double), &bytes) ||
		!ms_size_add(bytes, ms_complete_bytes(n, d), &bytes))
		return SIZE_MAX;
	if (o->weights == MS_THIN_SIMPLEX && !ms_size_add(bytes, ms_coreset_bytes(size, d), &bytes))
		return SIZE_MAX;
	return bytes;
}

/* --- the value ------------------------------------------------------------------------------ */

static bool
has_strings(const ms_sample *s)
{
	return s->head.flags & MS_SAMPLE_ID_TEXT;
}

size_t
ms_thin_value_size(const ms_sample *s, const ms_thinned *t)
{
	uint16_t flags = (uint16_t) (s->head.flags | MS_SAMPLE_WEIGHTED);
	size_t stride = ms_sample_stride(s) + !(s->head.flags & MS_SAMPLE_WEIGHTED);
	size_t strings = 0;

	for (size_t i = 0; has_strings(s) && i < t->size; i++)
		strings += ms_sample_record(s, t->rows[i])[ms_sample_id_slot(s)] & MS_STRING_MAX;
	return ms_sample_base(s->d, flags) + t->size * stride * sizeof(uint64_t) + strings;
}

static void
add_row(ms_sample *to, size_t room, const ms_sample *s, size_t size, size_t row, double weight)
{
	uint64_t *slots = ms_sample_record(to, to->n);
	const uint64_t *source = ms_sample_record(s, row);

	memcpy(slots, source, s->d * sizeof(*slots));
	memcpy(slots + ms_sample_weight_slot(to), &weight, sizeof(weight));
	if (s->head.flags & MS_SAMPLE_ID)
	{
		uint64_t id = source[ms_sample_id_slot(s)];

		slots[ms_sample_id_slot(to)] =
			has_strings(s) ? ms_sample_add_string(to, room, ms_sample_string(s, size, id)) : id;
	}
	ms_sample_commit(to, false);
}

ms_status
ms_thin_value(ms_ctx *ctx, const ms_sample *s, size_t size, const ms_thinned *t, void *out,
			  size_t *used)
{
	size_t room = ms_thin_value_size(s, t);
	ms_sample *to = out;

	ms_sample_begin(out, room, MS_TYPE_SAMPLE, s->d,
					(uint16_t) ((s->head.flags | MS_SAMPLE_WEIGHTED) & ~MS_SAMPLE_CANONICAL));
	if (ms_sample_kinds(to))
		memcpy(ms_sample_kinds(to), ms_sample_kinds(s), s->d);
	for (size_t i = 0; i < t->size; i++)
		add_row(to, room, s, size, t->rows[i], t->weights[i]);
	MS_TRY(ms_sample_canonical(ctx, to, room));
	*used = ms_sample_used(to);
	memmove((char *) to + *used - to->heap, (char *) to + room - to->heap, to->heap);
	return MS_OK;
}
