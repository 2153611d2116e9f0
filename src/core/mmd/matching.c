/*
 * matching.c: kernel mean matching and double weighting of two samples.
 */
#include "core/mmd/matching.h"

#include <math.h>
#include <string.h>

#include "core/base/sums.h"
#include "core/mmd/matching_qp.h"
#include "core/mmd/thin_points.h"

/* of the noise of a squared MMD: what is below tells nothing */
#define NOISE 0.01

void
ms_matching_defaults(ms_matching_options *o)
{
	*o = (ms_matching_options){.kernel = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1),
							   .median = true,
							   .scaling = MS_SCALING_SD,
							   .upper = 1000,
							   .band = NAN,
							   .spread = 1,
							   .tol = NAN,
							   .max_iter = 5000};
}

/* --- of given kernel values ----------------------------------------------------------------- */

ms_status
ms_matching_solve(ms_ctx *ctx, ms_arena *arena, const ms_matching_problem *p, double *u,
				  ms_matching_solved *out)
{
	ms_qp_simplex set = {.sum_lower = p->total * (1 - p->band),
						 .sum_upper = p->total * (1 + p->band)};
	ms_qp q = {.n = p->n,
			   .k = p->k,
			   .c = p->kappa,
			   .floor = p->floor,
			   .tol = p->tol,
			   .max_iter = p->max_iter};
	ms_qp_found found;
	double *upper;

	MS_TRY(MS_ALLOC(arena, p->n, &upper));
	for (size_t i = 0; i < p->n; i++)
	{
		upper[i] = p->upper * p->p[i];
		u[i] = p->p[i];
	}
	set.upper = upper;
	q.over = ms_qp_simplex_set(&set);
	MS_TRY(ms_qp_solve(ctx, arena, &q, u, &found));
	*out = (ms_matching_solved){found.objective, found.gap, found.iterations, found.converged};
	return MS_OK;
}

/* --- two samples ---------------------------------------------------------------------------- */

typedef struct side
{
	ms_complete rows;
	ms_complete points; /* distinct */
	size_t *group;
	ms_cloud cloud;
	double *p; /* weights of the points */
	double *u; /* what they get */
} side;

typedef struct match
{
	const ms_matching_options *o;
	ms_kernel kernel;
	side s, t;
	double *k;     /* of the source points, or of all */
	double *kappa; /* means with the target */
	double target; /* mean kernel value of the target with itself */
	double rows;   /* that the source weights stand for */
	double tol;
} match;

static ms_status
check_options(ms_ctx *ctx, const ms_matching_options *o, double rows, double *band)
{
	*band = isnan(o->band) ? 1 - 1 / sqrt(rows) : o->band;
	if (!(*band >= 0 && *band <= 1))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "band", 0, *band, 0);
	if (!(o->spread >= 1) || isinf(o->spread))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "spread", 0, o->spread, 1);
	/* rows of weight 1 must be able to reach the mean; of double weighting all must */
	if (!(o->upper / sqrt(o->spread) >= (o->spread > 1 ? 1 : 1 - *band)) || isinf(o->upper) ||
		!(o->upper > 0))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "upper", 0, o->upper,
					   o->spread > 1 ? sqrt(o->spread) : 1 - *band);
	return MS_OK;
}

/* Whole weights are repeated rows; others stand for (sum w)^2 / sum w^2 rows. */
static double
rows_of_weights(const ms_complete *rows)
{
	double squares = 0;
	bool whole = true;

	for (size_t i = 0; i < rows->n; i++)
	{
		double w = ms_complete_weight(rows, i) / rows->weight;

		squares += w * w;
		whole &= ms_complete_weight(rows, i) == floor(ms_complete_weight(rows, i));
	}
	return whole ? rows->weight : 1 / squares;
}

static ms_status
make_side(ms_ctx *ctx, ms_arena *arena, side *s)
{
	ms_rows view;

	MS_TRY(ms_complete_merge(ctx, arena, &s->rows, &s->points, &s->group));
	view = ms_complete_view(&s->points);
	MS_TRY(ms_cloud_new(ctx, arena, &view, NULL, view.n, &s->cloud));
	MS_TRY(MS_ALLOC(arena, view.n, &s->p));
	MS_TRY(MS_ALLOC(arena, view.n, &s->u));
	for (size_t i = 0; i < view.n; i++)
		s->p[i] = s->u[i] = ms_complete_weight(&s->points, i);
	return MS_OK;
}

/* Means of the source points with the target, and of the target with itself. */
static ms_status
mean_embeddings(ms_ctx *ctx, ms_arena *arena, match *m)
{
	size_t n = m->s.points.n;
	size_t t = m->t.points.n;
	double total = m->t.rows.weight;
	double *sums;

	MS_TRY(MS_ALLOC(arena, n, &m->kappa));
	MS_TRY(MS_ALLOC(arena, t, &sums));
	MS_TRY(ms_thin_sums(ctx, &m->s.cloud, &m->t.cloud, m->t.p, &m->kernel, m->kappa));
	MS_TRY(ms_thin_sums(ctx, &m->t.cloud, &m->t.cloud, m->t.p, &m->kernel, sums));
	for (size_t i = 0; i < n; i++)
		m->kappa[i] /= total;
	for (size_t j = 0; j < t; j++)
		m->target += m->t.p[j] / total * (sums[j] / total);
	return MS_OK;
}

/* |sum u phi / total - target mean|^2 of given weights; ku is scratch. */
static double
source_mmd2(const match *m, const double *u, const double *ku)
{
	double total = m->s.rows.weight;
	double sum = m->target;

	for (size_t i = 0; i < m->s.points.n; i++)
		sum += u[i] / total * (ku[i] / total - 2 * m->kappa[i]);
	return fmax(sum, 0);
}

static ms_status
products(ms_ctx *ctx, const match *m, const double *u, double *ku)
{
	return ms_thin_sums(ctx, &m->s.cloud, &m->s.cloud, u, &m->kernel, ku);
}

/* Kernel mean matching: all of the target's weights stay. */
static ms_status
match_source(ms_ctx *ctx, ms_arena *arena, match *m, double band, ms_matching *out)
{
	size_t n = m->s.points.n;
	double total = m->s.rows.weight;
	double *kappa;
	ms_matching_problem p = {.n = n,
							 .p = m->s.p,
							 .total = total,
							 .upper = m->o->upper,
							 .band = band,
							 .max_iter = m->o->max_iter};
	ms_matching_solved solved;

	/* the squared MMD is 2 objective / total^2 and a constant */
	p.tol = m->tol * total * total / 2;
	p.floor = -m->target * total * total / 2;
	MS_TRY(ms_arena_alloc(arena, n, n * sizeof(double), (void **) &m->k));
	MS_TRY(MS_ALLOC(arena, n, &kappa));
	MS_TRY(ms_thin_matrix(ctx, &m->s.cloud, &m->s.cloud, &m->kernel, m->k));
	for (size_t i = 0; i < n; i++)
		kappa[i] = total * m->kappa[i];
	p.k = m->k;
	p.kappa = kappa;
	MS_TRY(ms_matching_solve(ctx, arena, &p, m->s.u, &solved));
	out->gap = 2 * solved.gap / (total * total);
	out->iterations = solved.iterations;
	out->converged = solved.converged;
	return MS_OK;
}

/* --- double weighting ----------------------------------------------------------------------- */

/*
 * In units of weight / total of each side: x = (u / total, a / total), so that the objective is
 * half the squared MMD. The matrix has the kernel values of the sides with themselves, and those
 * between them below 0.
 */
static ms_status
joint_matrix(ms_ctx *ctx, ms_arena *arena, match *m)
{
	size_t n = m->s.points.n;
	size_t t = m->t.points.n;
	size_t all = n + t;
	double *block;

	MS_TRY(ms_arena_alloc(arena, all, all * sizeof(double), (void **) &m->k));
	MS_TRY(
		ms_arena_alloc(arena, n > t ? n : t, (n > t ? n : t) * sizeof(double), (void **) &block));
	MS_TRY(ms_thin_matrix(ctx, &m->s.cloud, &m->s.cloud, &m->kernel, block));
	for (size_t i = 0; i < n; i++)
		memcpy(m->k + i * all, block + i * n, n * sizeof(double));
	MS_TRY(ms_thin_matrix(ctx, &m->t.cloud, &m->t.cloud, &m->kernel, block));
	for (size_t j = 0; j < t; j++)
		memcpy(m->k + (n + j) * all + n, block + j * t, t * sizeof(double));
	MS_TRY(ms_thin_matrix(ctx, &m->s.cloud, &m->t.cloud, &m->kernel, block));
	for (size_t i = 0; i < n; i++)
	{
		for (size_t j = 0; j < t; j++)
			m->k[i * all + n + j] = m->k[(n + j) * all + i] = -block[i * t + j];
		MS_TRY(ms_tick(ctx, 4 * t));
	}
	return MS_OK;
}

static ms_status
match_both(ms_ctx *ctx, ms_arena *arena, match *m, double band, ms_matching *out)
{
	size_t n = m->s.points.n;
	size_t t = m->t.points.n;
	double *x, *upper, *top, *zero;
	ms_qp_double set = {.n = n, .m = t, .total_b = 1, .total_a = 1, .band = band};
	ms_qp q = {.n = n + t, .tol = m->tol / 2, .max_iter = m->o->max_iter};
	ms_qp_found found;

	MS_TRY(joint_matrix(ctx, arena, m));
	MS_TRY(MS_ALLOC(arena, n + t, &x));
	MS_TRY(MS_ALLOC(arena, n, &upper));
	MS_TRY(MS_ALLOC(arena, t, &top));
	MS_TRY(MS_ZEROED(arena, n + t, &zero));
	for (size_t i = 0; i < n; i++)
	{
		x[i] = m->s.p[i] / m->s.rows.weight;
		upper[i] = m->o->upper / sqrt(m->o->spread) * x[i];
	}
	for (size_t j = 0; j < t; j++)
		x[n + j] = top[j] = m->t.p[j] / m->t.rows.weight;
	set.upper = upper;
	set.top = top;
	/* sum top (a / top - 1)^2 <= (1 - 1 / sqrt D)^2 is |a - 1|^2 <= (1 - 1 / sqrt D)^2 t */
	set.radius = 1 - 1 / sqrt(m->o->spread);
	q.k = m->k;
	q.c = zero;
	q.over = ms_qp_double_set(&set);
	MS_TRY(ms_qp_solve(ctx, arena, &q, x, &found));
	for (size_t i = 0; i < n; i++)
		m->s.u[i] = x[i] * m->s.rows.weight;
	for (size_t j = 0; j < t; j++)
		m->t.u[j] = x[n + j] * m->t.rows.weight;
	out->mmd2_after = fmax(0, 2 * found.objective);
	out->gap = 2 * found.gap;
	out->iterations = found.iterations;
	out->converged = found.converged;
	return MS_OK;
}

/* --- what came out -------------------------------------------------------------------------- */

/* Rows of equal points share by their own weights. */
static ms_status
share(ms_arena *arena, const side *s, ms_matched *out)
{
	out->n = s->rows.n;
	out->rows = s->rows.source;
	MS_TRY(MS_ALLOC(arena, s->rows.n, &out->weights));
	for (size_t i = 0; i < s->rows.n; i++)
		out->weights[i] = s->u[s->group[i]] * (ms_complete_weight(&s->rows, i) / s->p[s->group[i]]);
	return MS_OK;
}

static void
describe(const match *m, ms_matching *out)
{
	double most = m->o->upper / sqrt(m->o->spread);
	double sum = 0;
	double squares = 0;
	double bound = 0;

	for (size_t i = 0; i < m->s.points.n; i++)
	{
		double factor = m->s.u[i] / m->s.p[i];

		out->most = fmax(out->most, factor);
		/* whole weights are repeated rows: each of them gets the factor */
		sum += m->s.u[i];
		squares += m->s.u[i] * factor;
		bound += factor >= most * (1 - 1e-9) ? m->s.p[i] : 0;
		out->overlap = fmax(out->overlap, m->kappa[i]);
	}
	out->effective = m->rows * (sum / m->s.rows.weight) * (sum / squares);
	out->at_bound = bound / m->s.rows.weight;
}

static ms_status
take_sides(ms_ctx *ctx, ms_arena *arena, const ms_sample *source, const ms_sample *target, match *m)
{
	if (source->d != target->d)
		return ms_fail(ctx, MS_DIMENSION, "columns", 0, target->d, source->d);
	MS_TRY(ms_complete_rows(ctx, arena, source, m->o->omit, &m->s.rows));
	return ms_complete_rows(ctx, arena, target, m->o->omit, &m->t.rows);
}

static ms_status
prepare(ms_ctx *ctx, ms_arena *arena, match *m)
{
	m->kernel = m->o->kernel;
	m->rows = rows_of_weights(&m->s.rows);
	m->tol = isnan(m->o->tol) ? NOISE * (1 / m->rows + 1 / rows_of_weights(&m->t.rows)) : m->o->tol;
	MS_TRY(ms_complete_scale(ctx, arena, &m->s.rows, &m->t.rows, m->o->scaling));
	if (m->o->median)
		MS_TRY(ms_thin_median(ctx, &m->s.rows, &m->t.rows, &m->kernel.bandwidth[0]));
	MS_TRY(ms_kernel_check(ctx, &m->kernel));
	MS_TRY(make_side(ctx, arena, &m->s));
	MS_TRY(make_side(ctx, arena, &m->t));
	return mean_embeddings(ctx, arena, m);
}

ms_status
ms_matching_fit(ms_ctx *ctx, ms_arena *arena, const ms_sample *source, const ms_sample *target,
				const ms_matching_options *o, ms_matching *out)
{
	match m = {.o = o};
	double band;
	double *ku;

	*out = (ms_matching){.bandwidth = NAN};
	MS_TRY(take_sides(ctx, arena, source, target, &m));
	out->omitted = m.s.rows.omitted + m.t.rows.omitted;
	if (m.s.rows.n == 0 || m.t.rows.n == 0)
		return MS_OK;
	MS_TRY(check_options(ctx, o, rows_of_weights(&m.s.rows), &band));
	MS_TRY(prepare(ctx, arena, &m));
	MS_TRY(MS_ALLOC(arena, m.s.points.n, &ku));
	MS_TRY(products(ctx, &m, m.s.p, ku));
	out->mmd2_before = source_mmd2(&m, m.s.p, ku);
	if (o->spread > 1)
		MS_TRY(match_both(ctx, arena, &m, band, out));
	else
	{
		MS_TRY(match_source(ctx, arena, &m, band, out));
		MS_TRY(products(ctx, &m, m.s.u, ku));
		out->mmd2_after = source_mmd2(&m, m.s.u, ku);
	}
	out->bandwidth = m.kernel.bandwidths ? m.kernel.bandwidth[0] : NAN;
	describe(&m, out);
	MS_TRY(share(arena, &m.s, &out->source));
	return share(arena, &m.t, &out->target);
}

size_t
ms_matching_bytes(size_t n, size_t m, size_t d, bool both)
{
	size_t most = n > m ? n : m;
	size_t all = both ? n + m : n;
	size_t square, block, points;

	if (!ms_size_mul(all, all, &square) || !ms_size_mul(both ? most : 0, most, &block) ||
		!ms_size_mul(n + m, 3 * d + 24, &points) || !ms_size_add(square, block, &square) ||
		!ms_size_add(square, points, &square) || !ms_size_mul(square, sizeof(double), &square) ||
		!ms_size_add(square, ms_complete_bytes(n + m, d), &square))
		return SIZE_MAX;
	return square;
}
