/*
 * onebatch.c: OneBatchPAM (de Mathelin et al. 2025, arXiv 2501.19285): FasterPAM whose candidates
 * are all n rows, but whose sums go over one batch of m. O(n m d) a pass, O(n d + m) memory: the
 * distances of a candidate to the batch are computed anew each time.
 *
 * A row of the batch weighs as many rows as are nearest to it ("nniw"), and its distance to itself
 * is taken for the largest there is, or it would look too good as a medoid.
 */
#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/rng.h"
#include "core/medoids/pam.h"

#define STREAM_BATCH UINT64_C(0x6f6e656261746368)
#define STREAM_ROWS UINT64_C(0x6f6e65726f7773)

typedef struct onebatch
{
	ms_ctx *ctx;
	const ms_points *points;
	const double *w; /* n, or NULL */
	const ms_search *s;
	size_t n;
	size_t m;
	size_t *batch; /* m rows, ascending */
	uint32_t *own; /* n */
	double *v;     /* m */
	ms_table table;
	ms_table whole; /* square: for the true total */
} onebatch;

size_t
ms_onebatch_size(const ms_search *s, size_t n)
{
	size_t m = s->sample_size;

	if (m == 0)
		m = (size_t) ceil(100 * log(fmax(1, (double) s->k) * fmax(1, (double) n)));
	m = m > s->k ? m : s->k;
	return m < n ? m : n;
}

/* The first `count` of a shuffle of all rows, ascending. */
static ms_status
draw_rows(onebatch *b, uint64_t stream, size_t *order, size_t count, size_t *out)
{
	ms_rng rng;

	ms_rng_init(&rng, (uint64_t) b->s->seed, stream);
	for (size_t i = 0; i < b->n; i++)
		order[i] = i;
	for (size_t i = 0; i < count; i++)
	{
		size_t other = i + ms_rng_below(&rng, b->n - i);
		size_t row = order[other];

		order[other] = order[i];
		order[i] = row;
	}
	memcpy(out, order, count * sizeof(*out));
	ms_sort_few(out, count);
	return ms_tick(b->ctx, b->n + 20 * count);
}

/* Weights of the batch, by one pass over the table, and its largest distance. */
static ms_status
weigh(onebatch *b, float *row)
{
	double total = 0;
	float most = 0;

	for (size_t i = 0; i < b->n; i++)
	{
		const float *d;
		size_t nearest = 0;

		MS_TRY(ms_table_row(b->ctx, &b->table, i, row, &d));
		for (size_t o = 0; o < b->m; o++)
		{
			most = d[o] > most ? d[o] : most;
			nearest = d[o] < d[nearest] ? o : nearest;
		}
		if (b->own[i] != UINT32_MAX)
			nearest = b->own[i];
		b->v[nearest] += b->w ? b->w[i] : 1;
		total += b->w ? b->w[i] : 1;
		MS_TRY(ms_tick(b->ctx, b->m));
	}
	for (size_t o = 0; o < b->m; o++)
		b->v[o] *= (double) b->m / total;
	b->table.w = b->v;
	b->table.own = b->own;
	b->table.own_distance = most;
	return MS_OK;
}

static ms_status
prepare(onebatch *b, ms_arena *arena, size_t *order)
{
	ms_points *objects;
	double *x;
	float *row;

	MS_TRY(MS_ALLOC(arena, b->m, &b->batch));
	MS_TRY(MS_ALLOC(arena, b->n, &b->own));
	MS_TRY(MS_ZEROED(arena, b->m, &b->v));
	MS_TRY(MS_ALLOC(arena, b->m, &row));
	MS_TRY(MS_ALLOC(arena, ms_points_width(b->points), &x));
	MS_TRY(draw_rows(b, STREAM_BATCH, order, b->m, b->batch));
	memset(b->own, 0xff, b->n * sizeof(*b->own));
	for (size_t o = 0; o < b->m; o++)
		b->own[b->batch[o]] = (uint32_t) o;
	MS_TRY(ms_points_subset(b->ctx, arena, b->points, b->batch, b->m, &objects));
	b->table = (ms_table){
		.n = b->n, .m = b->m, .candidates = b->points, .objects = objects, .x = x};
	b->whole = (ms_table){.n = b->n,
						  .m = b->n,
						  .square = true,
						  .w = b->w,
						  .candidates = b->points,
						  .objects = b->points,
						  .x = x};
	return weigh(b, row);
}

static ms_status
run(onebatch *b, ms_arena *arena, ms_found *out)
{
	const ms_search *s = b->s;
	int starts = s->init == MS_KMEDOIDS_INIT_START ? 1 : s->n_init;
	size_t *order;
	size_t *medoids;
	ms_pam p;

	MS_TRY(MS_ALLOC(arena, b->n, &order));
	MS_TRY(MS_ALLOC(arena, s->k, &medoids));
	MS_TRY(prepare(b, arena, order));
	MS_TRY(ms_pam_new(b->ctx, arena, &b->table, s->k, &p));
	out->deviation = INFINITY;
	out->starts = (uint32_t) starts;
	for (int i = 0; i < starts; i++)
	{
		double deviation;

		if (s->init == MS_KMEDOIDS_INIT_START)
			memcpy(medoids, s->start, s->k * sizeof(*medoids));
		else
			MS_TRY(draw_rows(b, ms_hash_u64((uint64_t) i, STREAM_ROWS), order, s->k, medoids));
		p.swaps = 0;
		p.passes = 0;
		if (s->k == 1)
			MS_TRY(ms_pam_single(&p));
		else
		{
			MS_TRY(ms_pam_set(&p, medoids));
			MS_TRY(ms_pam_fasterpam(&p, s->max_iter, MS_PAM_EPSILON_BATCH));
		}
		ms_sort_few(p.medoids, s->k);
		MS_TRY(ms_table_deviation(b->ctx, &b->whole, p.medoids, s->k, &deviation));
		if (!ms_found_better(deviation, p.medoids, out, s->k))
			continue;
		memcpy(out->medoids, p.medoids, s->k * sizeof(*medoids));
		out->deviation = deviation;
		out->swaps = p.swaps;
		out->passes = p.passes;
		out->converged = p.converged;
	}
	out->optimal = false;
	return MS_OK;
}

ms_status
ms_search_onebatch(ms_ctx *ctx, const ms_points *points, const double *w, const ms_search *s,
				   ms_found *out)
{
	onebatch b = {.ctx = ctx, .points = points, .w = w, .s = s};
	ms_arena arena;
	ms_status status;

	b.n = ms_points_count(points);
	b.m = ms_onebatch_size(s, b.n);
	ms_arena_init(&arena, ctx);
	status = run(&b, &arena, out);
	ms_arena_free(&arena);
	return status;
}
