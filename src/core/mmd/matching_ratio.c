/*
 * matching_ratio.c: uLSIF: H = mean over the source of phi phi', h = mean over the target of phi,
 * theta = (H + lambda I)^-1 h.
 */
#include "core/mmd/matching_ratio.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#include "core/base/linalg.h"
#include "core/base/rng.h"
#include "core/mmd/thin_points.h"
#include "core/mmd/thin_weights.h"

#define FOLDS 5
#define STREAM_CENTERS UINT64_C(0x726174696f63656e)
#define STREAM_FOLDS UINT64_C(0x726174696f666f6c)

static const double widths[] = {0.3, 0.6, 1, 1.5, 3}; /* of the median distance */
static const double lambdas[] = {1e-3, 1e-2, 1e-1, 1, 10};

#define LENGTH(a) (sizeof(a) / sizeof(*(a)))

void
ms_ratio_defaults(ms_ratio_options *o)
{
	*o = (ms_ratio_options){
		.bandwidth = NAN, .lambda = NAN, .centers = MS_RATIO_CENTERS, .scaling = MS_SCALING_SD};
}

/* --- features ------------------------------------------------------------------------------- */

typedef struct side
{
	ms_complete rows;
	ms_complete points; /* distinct */
	ms_cloud cloud;
	double *phi;         /* points x q */
	unsigned char *fold; /* of points */
} side;

typedef struct ratio
{
	ms_ctx *ctx;
	const ms_ratio_options *o;
	side s, t;
	size_t q;
	ms_cloud centers;
	/* sums over each fold, and over all at [FOLDS] */
	double *h[FOLDS + 1];  /* q */
	double *hh[FOLDS + 1]; /* q x q */
	double ws[FOLDS + 1], wt[FOLDS + 1];
	double *chol, *theta;
} ratio;

static ms_status
make_side(ratio *r, ms_arena *arena, side *s, uint64_t stream)
{
	size_t *group;
	ms_rows view;

	MS_TRY(ms_complete_merge(r->ctx, arena, &s->rows, &s->points, &group));
	view = ms_complete_view(&s->points);
	MS_TRY(ms_cloud_new(r->ctx, arena, &view, NULL, view.n, &s->cloud));
	MS_TRY(ms_arena_alloc(arena, view.n, r->q * sizeof(double), (void **) &s->phi));
	MS_TRY(MS_ALLOC(arena, view.n, &s->fold));
	for (size_t i = 0; i < view.n; i++)
		s->fold[i] = (unsigned char) (FOLDS * ms_rng_at(r->o->seed, stream, i));
	return ms_tick(r->ctx, 10 * view.n);
}

/* Distinct target rows, shuffled: the first q of them. */
static ms_status
draw_centers(ratio *r, ms_arena *arena)
{
	ms_complete points;
	size_t *group, *order;
	ms_rows view;
	ms_rng rng;

	MS_TRY(ms_complete_merge(r->ctx, arena, &r->t.rows, &points, &group));
	view = ms_complete_view(&points);
	r->q = r->o->centers < points.n ? r->o->centers : points.n;
	MS_TRY(MS_ALLOC(arena, points.n, &order));
	if (r->q < points.n)
	{
		ms_rng_init(&rng, r->o->seed, STREAM_CENTERS);
		ms_rng_permutation(&rng, points.n, order);
	}
	else
	{
		for (size_t j = 0; j < points.n; j++)
			order[j] = j;
	}
	return ms_cloud_new(r->ctx, arena, &view, order, r->q, &r->centers);
}

/* Adds to the sums of each fold, and of all: weights w times phi, or phi phi'. */
static ms_status
gather(ratio *r, const ms_kernel *k)
{
	size_t q = r->q;

	for (int f = 0; f <= FOLDS; f++)
	{
		memset(r->h[f], 0, q * sizeof(double));
		memset(r->hh[f], 0, q * q * sizeof(double));
		r->ws[f] = r->wt[f] = 0;
	}
	MS_TRY(ms_thin_matrix(r->ctx, &r->s.cloud, &r->centers, k, r->s.phi));
	MS_TRY(ms_thin_matrix(r->ctx, &r->t.cloud, &r->centers, k, r->t.phi));
	for (size_t i = 0; i < r->s.points.n; i++)
	{
		double w = ms_complete_weight(&r->s.points, i);
		int f = r->s.fold[i];

		cblas_dsyr(CblasRowMajor, CblasLower, (int) q, w, r->s.phi + i * q, 1, r->hh[f], (int) q);
		r->ws[f] += w;
		MS_TRY(ms_tick(r->ctx, q * q / 4 + 8));
	}
	for (size_t j = 0; j < r->t.points.n; j++)
	{
		double w = ms_complete_weight(&r->t.points, j);
		int f = r->t.fold[j];

		cblas_daxpy((int) q, w, r->t.phi + j * q, 1, r->h[f], 1);
		r->wt[f] += w;
		MS_TRY(ms_tick(r->ctx, q));
	}
	for (int f = 0; f < FOLDS; f++)
	{
		cblas_daxpy((int) (q * q), 1, r->hh[f], 1, r->hh[FOLDS], 1);
		cblas_daxpy((int) q, 1, r->h[f], 1, r->h[FOLDS], 1);
		r->ws[FOLDS] += r->ws[f];
		r->wt[FOLDS] += r->wt[f];
	}
	return MS_OK;
}

/* theta of all rows but those of fold `out` (FOLDS: of all). */
static ms_status
solve(ratio *r, double lambda, int out)
{
	size_t q = r->q;
	bool held = out < FOLDS;
	double ws = r->ws[FOLDS] - (held ? r->ws[out] : 0);
	double wt = r->wt[FOLDS] - (held ? r->wt[out] : 0);

	for (size_t i = 0; i < q; i++)
	{
		r->theta[i] = (r->h[FOLDS][i] - (held ? r->h[out][i] : 0)) / wt;
		for (size_t j = 0; j <= i; j++)
			r->chol[i * q + j] =
				(r->hh[FOLDS][i * q + j] - (held ? r->hh[out][i * q + j] : 0)) / ws;
		r->chol[i * q + i] += lambda;
	}
	MS_TRY(ms_tick(r->ctx, q * q * (q / 30 + 2)));
	if (!ms_linalg_cholesky(r->chol, q))
		return ms_fail(r->ctx, MS_NOT_DEFINITE, "kernel", 0, lambda, 0);
	ms_coreset_solve(r->chol, q, r->theta);
	return MS_OK;
}

/* theta'H theta / 2 - h'theta of the sums of one fold, or of all. */
static double
score(const ratio *r, int fold)
{
	size_t q = r->q;
	double sum = 0;

	for (size_t i = 0; i < q; i++)
	{
		double row = r->hh[fold][i * q + i] * r->theta[i] / 2;

		for (size_t j = 0; j < i; j++)
			row += r->hh[fold][i * q + j] * r->theta[j];
		sum += r->theta[i] * (row / r->ws[fold] - r->h[fold][i] / r->wt[fold]);
	}
	return sum;
}

/* --- choice --------------------------------------------------------------------------------- */

/* Mean score of held-out folds that have rows of both sides; NaN where none has. */
static ms_status
held_out_score(ratio *r, double lambda, double *out)
{
	double sum = 0;
	int folds = 0;

	for (int f = 0; f < FOLDS; f++)
	{
		if (!(r->ws[f] > 0 && r->wt[f] > 0 && r->ws[f] < r->ws[FOLDS] && r->wt[f] < r->wt[FOLDS]))
			continue;
		MS_TRY(solve(r, lambda, f));
		sum += score(r, f);
		folds++;
	}
	*out = folds ? sum / folds : NAN;
	return MS_OK;
}

/* The first of the best; what was given is not chosen. */
static ms_status
choose(ratio *r, ms_ratio *out)
{
	double median;
	double best = INFINITY;

	out->bandwidth = r->o->bandwidth;
	out->lambda = r->o->lambda;
	MS_TRY(ms_thin_median(r->ctx, &r->s.rows, &r->t.rows, &median));
	for (size_t i = 0; i < (isnan(r->o->bandwidth) ? LENGTH(widths) : 1); i++)
	{
		double s = isnan(r->o->bandwidth) ? widths[i] * median : r->o->bandwidth;
		ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, s);

		MS_TRY(gather(r, &k));
		for (size_t j = 0; j < (isnan(r->o->lambda) ? LENGTH(lambdas) : 1); j++)
		{
			double lambda = isnan(r->o->lambda) ? lambdas[j] : r->o->lambda;
			double at;

			MS_TRY(held_out_score(r, lambda, &at));
			if (!(at < best) && !(isnan(at) && i == 0 && j == 0))
				continue;
			best = at;
			out->bandwidth = s;
			out->lambda = lambda;
		}
	}
	out->score = best;
	return MS_OK;
}

/* --- the fit -------------------------------------------------------------------------------- */

static ms_status
check_options(ms_ctx *ctx, const ms_ratio_options *o)
{
	if (!isnan(o->lambda) && !(o->lambda > 0 && o->lambda < INFINITY))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "lambda", 0, o->lambda, 0);
	if (o->centers < 1)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "centers", 0, (double) o->centers, 1);
	return MS_OK;
}

static ms_status
make_room(ratio *r, ms_arena *arena)
{
	MS_TRY(ms_arena_alloc(arena, r->q, r->q * sizeof(double), (void **) &r->chol));
	MS_TRY(MS_ALLOC(arena, r->q, &r->theta));
	for (int f = 0; f <= FOLDS; f++)
	{
		MS_TRY(MS_ALLOC(arena, r->q, &r->h[f]));
		MS_TRY(ms_arena_alloc(arena, r->q, r->q * sizeof(double), (void **) &r->hh[f]));
	}
	return MS_OK;
}

/* max(0, phi(x)'theta) at the rows. */
static ms_status
predict(ratio *r, ms_arena *arena, const ms_complete *rows, const ms_kernel *k, ms_ratio *out)
{
	ms_rows view = ms_complete_view(rows);
	ms_cloud cloud;

	out->n = rows->n;
	out->rows = rows->source;
	MS_TRY(MS_ALLOC(arena, rows->n + 1, &out->weights));
	if (rows->n == 0)
		return MS_OK;
	MS_TRY(ms_cloud_new(r->ctx, arena, &view, NULL, rows->n, &cloud));
	MS_TRY(ms_thin_sums(r->ctx, &cloud, &r->centers, r->theta, k, out->weights));
	for (size_t i = 0; i < rows->n; i++)
		out->weights[i] = fmax(0, out->weights[i]);
	return MS_OK;
}

ms_status
ms_ratio_fit(ms_ctx *ctx, ms_arena *arena, const ms_sample *source, const ms_sample *target,
			 const ms_sample *at, const ms_ratio_options *o, ms_ratio *out)
{
	ratio r = {.ctx = ctx, .o = o};
	ms_complete other = {.n = 0};
	ms_kernel k;

	*out = (ms_ratio){.score = NAN};
	MS_TRY(check_options(ctx, o));
	if (source->d != target->d || (at && at->d != source->d))
		return ms_fail(ctx, MS_DIMENSION, "columns", 0, source->d == target->d ? at->d : target->d,
					   source->d);
	MS_TRY(ms_complete_rows(ctx, arena, source, o->omit, &r.s.rows));
	MS_TRY(ms_complete_rows(ctx, arena, target, o->omit, &r.t.rows));
	if (at)
		MS_TRY(ms_complete_rows(ctx, arena, at, o->omit, &other));
	if (r.s.rows.n == 0 || r.t.rows.n == 0)
		return MS_OK;
	MS_TRY(
		ms_complete_scale_also(ctx, arena, &r.s.rows, &r.t.rows, at ? &other : NULL, o->scaling));
	MS_TRY(draw_centers(&r, arena));
	MS_TRY(make_side(&r, arena, &r.s, STREAM_FOLDS));
	MS_TRY(make_side(&r, arena, &r.t, STREAM_FOLDS + 1));
	MS_TRY(make_room(&r, arena));
	MS_TRY(choose(&r, out));
	k = ms_kernel_of(MS_KERNEL_GAUSSIAN, out->bandwidth);
	MS_TRY(ms_kernel_check(ctx, &k));
	MS_TRY(gather(&r, &k));
	MS_TRY(solve(&r, out->lambda, FOLDS));
	if (isnan(out->score))
		out->score = score(&r, FOLDS);
	out->centers = r.q;
	out->theta = r.theta;
	return predict(&r, arena, at ? &other : &r.s.rows, &k, out);
}

size_t
ms_ratio_bytes(const ms_ratio_options *o, size_t n, size_t m, size_t at, size_t d)
{
	size_t q = o->centers < m ? o->centers : m;
	size_t all, squares, bytes;

	if (!ms_size_add(n, m, &all) || !ms_size_mul(all, q + 4 * d + 8, &bytes) ||
		!ms_size_mul(q, (FOLDS + 2) * (q + 1), &squares) || !ms_size_add(bytes, squares, &bytes) ||
		!ms_size_mul(bytes, sizeof(double), &bytes) ||
		!ms_size_add(bytes, ms_complete_bytes(all + at, 2 * d + 2), &bytes))
		return SIZE_MAX;
	return bytes;
}
