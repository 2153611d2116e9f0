/*
 * lloyd.c: Lloyd's iterations (Lloyd 1982) from given centers, O(n k d) a round in one pass over
 * the rows; memory n + O(k d) doubles.
 *
 * The means are summed as differences from the old centers, which large coordinates do not spoil.
 */
#include "core/base/seeding.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/sums.h"

/* Centers lie in groups of so many, coordinate by coordinate, so that a row meets a group at once. */
#define LANES 8

typedef struct lloyd
{
	ms_ctx *ctx;
	const ms_view *view;
	size_t k;
	size_t groups;
	double *centers; /* k x d */
	double *lanes;   /* groups x d x LANES: the centers again, filled up by infinity */
	double *moves;   /* k x d: sums of w (x - center) */
	double *mass;    /* k: sums of w */
	double *near;    /* n: squared distance to the nearest center */
	double *x;       /* d: a row in the view's units */
	uint32_t *labels;
} lloyd;

static const double *
view_row(const lloyd *l, size_t i)
{
	const ms_view *v = l->view;
	const double *row = v->rows.x + i * v->rows.stride;

	for (size_t j = 0; j < v->rows.d; j++)
		l->x[j] = (row[j] - (v->centre ? v->centre[j] : 0)) * (v->scale ? v->scale[j] : 1);
	return l->x;
}

static void
fill_lanes(lloyd *l)
{
	size_t d = l->view->rows.d;

	for (size_t c = 0; c < l->groups * LANES; c++)
	{
		double *lane = l->lanes + c / LANES * d * LANES + c % LANES;

		for (size_t j = 0; j < d; j++)
			lane[j * LANES] = c < l->k ? l->centers[c * d + j] : INFINITY;
	}
}

/* The nearest center of a row and its squared distance; ties go to the lower number. */
__attribute__((target_clones("default", "avx2", "avx512f"))) static size_t
nearest(const double *x, const double *lanes, size_t groups, size_t d, double *squared)
{
	double best = INFINITY;
	size_t label = 0;

	for (size_t g = 0; g < groups; g++)
	{
		double sum[LANES] = {0};

		for (size_t j = 0; j < d; j++, lanes += LANES)
		{
#pragma omp simd
			for (int c = 0; c < LANES; c++)
				sum[c] += (lanes[c] - x[j]) * (lanes[c] - x[j]);
		}
		for (size_t c = 0; c < LANES; c++)
		{
			if (sum[c] < best)
			{
				best = sum[c];
				label = g * LANES + c;
			}
		}
	}
	*squared = best;
	return label;
}

/* Labels all rows, and gathers the potential and what moves the centers. */
static ms_status
assign(lloyd *l, bool *changed, double *potential)
{
	size_t n = l->view->rows.n;
	size_t d = l->view->rows.d;
	ms_sum sum = {0, 0};

	memset(l->moves, 0, l->k * d * sizeof(double));
	memset(l->mass, 0, l->k * sizeof(double));
	for (size_t i = 0; i < n; i++)
	{
		const double *x = view_row(l, i);
		double w = ms_rows_weight(&l->view->rows, i);
		size_t c = nearest(x, l->lanes, l->groups, d, &l->near[i]);

		MS_TRY(ms_tick(l->ctx, 8 + d * (2 + l->groups * 4)));
		*changed |= l->labels[i] != c;
		l->labels[i] = (uint32_t) c;
		l->mass[c] += w;
		for (size_t j = 0; j < d; j++)
			l->moves[c * d + j] += w * (x[j] - l->centers[c * d + j]);
		ms_sum_add(&sum, w * l->near[i]);
	}
	*potential = ms_sum_get(&sum);
	if (!isfinite(*potential))
		return ms_fail(l->ctx, MS_TOO_LARGE, "distance", 0, INFINITY, DBL_MAX);
	return MS_OK;
}

/* An empty cluster takes the weighted row that lies farthest from its center, each its own. */
static ms_status
refill(lloyd *l, size_t c)
{
	const ms_rows *rows = &l->view->rows;
	size_t farthest = 0;
	double most = 0;

	for (size_t i = 0; i < rows->n; i++)
	{
		MS_TRY(ms_tick(l->ctx, 1));
		if (l->near[i] > most && ms_rows_weight(rows, i) > 0)
		{
			most = l->near[i];
			farthest = i;
		}
	}
	if (most > 0)
	{
		memcpy(l->centers + c * rows->d, view_row(l, farthest), rows->d * sizeof(double));
		l->near[farthest] = 0;
	}
	return MS_OK;
}

static ms_status
move_centers(lloyd *l)
{
	size_t d = l->view->rows.d;

	for (size_t c = 0; c < l->k; c++)
	{
		if (!(l->mass[c] > 0))
			MS_TRY(refill(l, c));
		else
		{
			for (size_t j = 0; j < d; j++)
				l->centers[c * d + j] += l->moves[c * d + j] / l->mass[c];
		}
	}
	return MS_OK;
}

static ms_status
iterate(lloyd *l, int max_iter, double *potential)
{
	for (int round = 0;; round++)
	{
		bool changed = round == 0;

		fill_lanes(l);
		MS_TRY(assign(l, &changed, potential));
		if (l->ctx->progress)
		{
			ms_progress progress = {"lloyd", round + 1, NAN, *potential};

			l->ctx->progress(l->ctx, &progress);
		}
		if (!changed || round >= max_iter)
			return MS_OK;
		MS_TRY(move_centers(l));
	}
}

static ms_status
allocate(lloyd *l, ms_arena *scratch)
{
	size_t d = l->view->rows.d;
	size_t size;
	size_t padded;

	ms_size_mul(l->k, d, &size);
	ms_size_mul(l->groups * LANES, d, &padded);
	MS_TRY(MS_ALLOC(scratch, padded, &l->lanes));
	MS_TRY(MS_ALLOC(scratch, size, &l->moves));
	MS_TRY(MS_ALLOC(scratch, l->k, &l->mass));
	MS_TRY(MS_ALLOC(scratch, l->view->rows.n, &l->near));
	return MS_ALLOC(scratch, d, &l->x);
}

ms_status
ms_seeding_lloyd(ms_ctx *ctx, ms_arena *arena, const ms_view *view, size_t k, double *centers,
				 int max_iter, uint32_t *labels, double *potential)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	lloyd l = {.ctx = ctx, .view = view, .k = k, .centers = centers, .labels = labels};
	ms_status status;

	if (k == 0 || k > UINT32_MAX)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "k", 0, (double) k, k == 0 ? 1 : UINT32_MAX);
	l.groups = (k + LANES - 1) / LANES;
	status = allocate(&l, &scratch);
	if (status == MS_OK)
		status = iterate(&l, max_iter, potential);
	ms_arena_free(&scratch);
	return status;
}
