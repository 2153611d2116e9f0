/*
 * sinkhorn.c: one pass over the cells a Sinkhorn iteration, in lanes.
 */
#include "core/transport/sinkhorn.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/lanes.h"
#include "core/base/sums.h"
#include "core/transport/ground.h"

#define SHRINK 0.5     /* of eps from level to level */
#define LEVEL_TOL 0.05 /* of the marginals at the levels before the last */
#define WINDOW 8       /* iterations over which a rate is observed */
#define MOST_OMEGA 1.99

typedef struct sinkhorn
{
	ms_ctx *ctx;
	const ms_ground *ground;
	size_t n;
	size_t m;
	double *a; /* weights with sum 1 */
	double *b;
	double *log_b;
	double *f; /* potentials, of scaled costs */
	double *g;
	double *h;       /* g / eps + log b */
	double *row;     /* m */
	double *columns; /* P'1 */
	double eps;
	double omega;
	double error;
	int64_t iterations;
} sinkhorn;

/* row := h - row * scale; returns the greatest. */
__attribute__((target_clones("default", "avx2", "avx512f"))) static double
exponents(double *row, const double *h, double scale, size_t m)
{
	double greatest = -INFINITY;

#pragma omp simd reduction(max : greatest)
	for (size_t j = 0; j < m; j++)
	{
		row[j] = h[j] - row[j] * scale;
		greatest = row[j] > greatest ? row[j] : greatest;
	}
	return greatest;
}

/* row := exp(row - shift); returns the sum. */
__attribute__((target_clones("default", "avx2", "avx512f"))) static double
exponentials(double *row, double shift, size_t m)
{
	double sum = 0;

#pragma omp simd reduction(+ : sum)
	for (size_t j = 0; j < m; j++)
	{
		row[j] = ms_lane_exp(row[j] - shift);
		sum += row[j];
	}
	return sum;
}

/* y += c x */
__attribute__((target_clones("default", "avx2", "avx512f"))) static void
add_scaled(double *y, double c, const double *x, size_t m)
{
	for (size_t j = 0; j < m; j++)
		y[j] += c * x[j];
}

/* The soft minimum of row i; s->row then holds the row's shares of its sum, *sum. */
static double
soft_row(sinkhorn *s, size_t i, double *sum)
{
	double greatest;

	ms_ground_row(s->ground, i, 0, s->m, s->row);
	greatest = exponents(s->row, s->h, 1 / s->eps, s->m);
	*sum = exponentials(s->row, greatest, s->m);
	return -s->eps * (greatest + log(*sum));
}

static void
refresh_h(sinkhorn *s)
{
	for (size_t j = 0; j < s->m; j++)
		s->h[j] = s->g[j] / s->eps + s->log_b[j];
}

/*
 * f from g, relaxed by omega, and the columns of the plan of both. s->error is how far the rows
 * were off before: with omega = 1 the rows are exact afterwards.
 */
static ms_status
pass(sinkhorn *s, double omega)
{
	ms_sum error = {0, 0};

	refresh_h(s);
	memset(s->columns, 0, s->m * sizeof(double));
	for (size_t i = 0; i < s->n; i++)
	{
		double sum;
		double f = soft_row(s, i, &sum);
		double step = (f - s->f[i]) / s->eps;
		double over = fmin(fmax((omega - 1) * step, -30), 30);

		if (s->a[i] > 0)
			ms_sum_add(&error, s->a[i] * fabs(expm1(fmin(-step, 300))));
		s->f[i] = f + over * s->eps;
		add_scaled(s->columns, s->a[i] * exp(over) / sum, s->row, s->m);
		MS_TRY(ms_tick(s->ctx, s->m + s->m * s->ground->d / 4));
	}
	s->error = ms_sum_get(&error);
	return MS_OK;
}

/* sum |b - P'1| */
static double
column_error(const sinkhorn *s)
{
	ms_sum error = {0, 0};

	for (size_t j = 0; j < s->m; j++)
		ms_sum_add(&error, fabs(s->b[j] - s->columns[j]));
	return ms_sum_get(&error);
}

/* g from the columns; no step is longer than the exponentials reach. */
static void
update_g(sinkhorn *s, double omega)
{
	for (size_t j = 0; j < s->m; j++)
	{
		if (s->b[j] > 0)
			s->g[j] += omega * s->eps * log(s->b[j] / fmax(s->columns[j], 1e-300));
	}
}

/*
 * Young's relation (1954) between the rate r that is observed under omega and the square of the
 * Jacobi rate, from which the best omega follows.
 */
static double
better_omega(double omega, double rate)
{
	double square = (rate + omega - 1) * (rate + omega - 1) / (omega * omega * rate);

	/* at or past the best omega the rate is omega - 1 and tells nothing */
	if (!(rate < 1) || rate < omega - 1 + 0.02 || !(square < 1))
		return omega;
	return fmin(MOST_OMEGA, fmax(omega, 2 / (1 + sqrt(1 - square))));
}

/* What omega to take next, by what a window of iterations did to the error. */
static void
steer(sinkhorn *s, double before, double best, double off, double *ceiling)
{
	if (off > 4 * best)
	{
		*ceiling = 1 + (s->omega - 1) * 0.7;
		s->omega = 1;
	}
	else if (off < 0.5)
		s->omega = fmin(*ceiling, better_omega(s->omega, pow(off / before, 1.0 / WINDOW)));
}

/*
 * Iterates at one eps until the columns are right to tol under exact rows. A step that overshoots
 * shows an error of about 1 / (2 - omega) times what is left: when that might do, a pass with
 * omega = 1 tells.
 */
static ms_status
iterate(sinkhorn *s, double tol, int64_t max_iter)
{
	double before = INFINITY;
	double best = INFINITY;
	double ceiling = MOST_OMEGA;
	double probe_below = INFINITY;
	bool probe = true;

	s->omega = 1;
	for (int k = 1; s->iterations < max_iter; k = k % WINDOW + 1)
	{
		double off;

		MS_TRY(pass(s, probe ? 1 : s->omega));
		s->iterations++;
		off = probe ? column_error(s) : fmax(s->error, column_error(s));
		s->error = off;
		if (off <= tol && probe)
			return MS_OK;
		if (s->ctx->progress && s->iterations % 64 == 0)
			s->ctx->progress(s->ctx, &(ms_progress){"sinkhorn", s->iterations, NAN, off});
		if (!probe && off * (2 - s->omega) <= tol && off <= probe_below)
		{
			probe = true;
			probe_below = off / 2;
			continue;
		}
		if (k == WINDOW && (!probe || s->omega == 1))
		{
			steer(s, before, best, off, &ceiling);
			before = off;
		}
		if (!probe || s->omega == 1)
			best = fmin(best, off);
		update_g(s, s->omega);
		probe = s->omega == 1;
	}
	return MS_OK;
}

/* The next level of eps on the way down; costs are 1 at most. */
static double
next_level(double eps, double target)
{
	return fmax(target, eps * SHRINK);
}

/* From wide eps to the target; the last pass leaves exact rows, whatever the iterations. */
static ms_status
descend(sinkhorn *s, double target, const ms_sinkhorn_options *o)
{
	for (double eps = fmax(target, 0.5);; eps = next_level(eps, target))
	{
		s->eps = eps;
		MS_TRY(iterate(s, eps > target ? fmax(o->tol, LEVEL_TOL) : o->tol, o->max_iter));
		if (eps == target)
			break;
	}
	if (s->iterations >= o->max_iter)
	{
		MS_TRY(pass(s, 1));
		s->error = column_error(s);
	}
	return MS_OK;
}

/* What is added up over a plan, a row at a time. */
typedef struct prices
{
	double whole; /* of the plan */
	double cut;   /* of what is left when heavy columns are cut */
	double kept;  /* mass of that */
	double least; /* min_j cost - g */
} prices;

__attribute__((target_clones("default", "avx2", "avx512f"))) static prices
price_row(const double *shares, const double *costs, const double *keep, const double *g, size_t m)
{
	double whole = 0;
	double cut = 0;
	double kept = 0;
	double least = INFINITY;

#pragma omp simd reduction(+ : whole, cut, kept) reduction(min : least)
	for (size_t j = 0; j < m; j++)
	{
		double stays = shares[j] * keep[j];
		double reduced = costs[j] - g[j];

		whole += shares[j] * costs[j];
		cut += stays * costs[j];
		kept += stays;
		least = reduced < least ? reduced : least;
	}
	return (prices){whole, cut, kept, least};
}

/*
 * The costs of the plan and of its rounding to exact marginals (Altschuler, Weed & Rigollet 2017):
 * heavy columns are cut, and what is then missing is added as a product.
 */
static ms_status
price_plan(sinkhorn *s, ms_arena *arena, ms_sinkhorn_result *out)
{
	ms_sum whole = {0, 0}, rounded = {0, 0}, lower = {0, 0};
	double *costs, *keep, *rest;
	double missing = 0;

	MS_TRY(MS_ALLOC(arena, s->m, &costs));
	MS_TRY(MS_ALLOC(arena, s->m, &keep));
	MS_TRY(MS_ALLOC(arena, s->n, &rest));
	for (size_t j = 0; j < s->m; j++)
	{
		keep[j] = s->columns[j] > s->b[j] ? s->b[j] / s->columns[j] : 1;
		s->columns[j] = s->b[j] - fmin(s->b[j], s->columns[j]);
		ms_sum_add(&lower, s->b[j] > 0 ? s->b[j] * s->g[j] : 0);
	}
	for (size_t i = 0; i < s->n; i++)
	{
		double sum;
		prices p;

		soft_row(s, i, &sum);
		ms_ground_row(s->ground, i, 0, s->m, costs);
		p = price_row(s->row, costs, keep, s->g, s->m);
		ms_sum_add(&whole, s->a[i] / sum * p.whole);
		ms_sum_add(&rounded, s->a[i] / sum * p.cut);
		ms_sum_add(&lower, s->a[i] > 0 ? s->a[i] * p.least : 0);
		rest[i] = fmax(0, s->a[i] - s->a[i] / sum * p.kept);
		missing += rest[i];
		MS_TRY(ms_tick(s->ctx, 2 * s->m + s->m * s->ground->d / 2));
	}
	for (size_t i = 0; i < s->n && missing > 0; i++)
	{
		if (rest[i] == 0)
			continue;
		ms_ground_row(s->ground, i, 0, s->m, costs);
		ms_sum_add(&rounded,
				   rest[i] / missing * price_row(s->columns, costs, keep, s->g, s->m).whole);
		MS_TRY(ms_tick(s->ctx, 2 * s->m + s->m * s->ground->d / 4));
	}
	out->cost = ms_sum_get(&whole);
	out->rounded = ms_sum_get(&rounded);
	out->lower = ms_sum_get(&lower);
	return MS_OK;
}

/* Weights with sum 1; their logarithms where `logs` is given. */
static ms_status
normalise(ms_ctx *ctx, const ms_rows *r, double *w, double *logs)
{
	ms_sum sum = {0, 0};
	double greatest = 0;

	for (size_t i = 0; i < r->n; i++)
	{
		w[i] = ms_rows_weight(r, i);
		if (!(w[i] >= 0) || isinf(w[i]))
			return ms_fail(ctx, MS_BAD_WEIGHT, "weight", (int64_t) i + 1, w[i], 0);
		greatest = fmax(greatest, w[i]);
	}
	if (!(greatest > 0))
		return ms_fail(ctx, MS_TOO_FEW, "points", 0, 0, 1);
	for (size_t i = 0; i < r->n; i++)
		ms_sum_add(&sum, w[i] / greatest);
	for (size_t i = 0; i < r->n; i++)
	{
		w[i] = w[i] / greatest / ms_sum_get(&sum);
		if (logs)
			logs[i] = log(w[i]);
	}
	return ms_tick(ctx, 16 * r->n);
}

static ms_status
sinkhorn_new(ms_ctx *ctx, ms_arena *arena, const ms_rows *a, const ms_rows *b,
			 const ms_ground *ground, sinkhorn *s)
{
	*s = (sinkhorn){.ctx = ctx, .ground = ground, .n = a->n, .m = b->n};
	MS_TRY(MS_ALLOC(arena, a->n, &s->a));
	MS_TRY(MS_ALLOC(arena, b->n, &s->b));
	MS_TRY(MS_ALLOC(arena, b->n, &s->log_b));
	MS_TRY(MS_ZEROED(arena, a->n, &s->f));
	MS_TRY(MS_ZEROED(arena, b->n, &s->g));
	MS_TRY(MS_ALLOC(arena, b->n, &s->h));
	MS_TRY(MS_ALLOC(arena, b->n, &s->row));
	MS_TRY(MS_ALLOC(arena, b->n, &s->columns));
	MS_TRY(normalise(ctx, a, s->a, NULL));
	MS_TRY(normalise(ctx, b, s->b, s->log_b));
	for (size_t j = 0; j < b->n; j++)
		s->g[j] = s->b[j] > 0 ? 0 : -INFINITY;
	return MS_OK;
}

static ms_status
check_options(ms_ctx *ctx, const ms_sinkhorn_options *o)
{
	if (!(o->p >= 1) || isinf(o->p))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "p", 0, o->p, o->p >= 1 ? 2 : 1);
	if (!(o->epsilon > 0) || isinf(o->epsilon))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "epsilon", 0, o->epsilon, 1);
	if (!(o->tol > 0))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "tol", 0, o->tol, 1e-6);
	if (o->max_iter < 1)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "max_iter", 0, (double) o->max_iter, 1);
	return MS_OK;
}

/* The target in units of the scaled costs; refused where these, or it among them, are no numbers. */
static ms_status
scaled_epsilon(ms_ctx *ctx, double epsilon, double factor, double *out)
{
	if (!isfinite(factor))
		return ms_fail(ctx, MS_TOO_LARGE, "cost", 0, factor, DBL_MAX);
	*out = epsilon / factor;
	if (*out > 0 && isfinite(*out))
		return MS_OK;
	return ms_fail(ctx, MS_BAD_ARGUMENT, "epsilon", 0, epsilon, factor);
}

static double
weighted_sum(const double *w, const double *x, size_t n)
{
	ms_sum sum = {0, 0};

	for (size_t i = 0; i < n; i++)
		ms_sum_add(&sum, w[i] > 0 ? w[i] * x[i] : 0);
	return ms_sum_get(&sum);
}

ms_status
ms_sinkhorn(ms_ctx *ctx, ms_arena *arena, const ms_rows *a, const ms_rows *b,
			const ms_sinkhorn_options *options, ms_sinkhorn_result *out)
{
	ms_ground ground;
	double target;
	double factor;
	sinkhorn s;

	MS_TRY(check_options(ctx, options));
	MS_TRY(ms_ground_new(ctx, arena, a, b, options->p, true, &ground));
	factor = pow(ground.scale, options->p);
	MS_TRY(scaled_epsilon(ctx, options->epsilon, factor, &target));
	MS_TRY(sinkhorn_new(ctx, arena, a, b, &ground, &s));
	MS_TRY(descend(&s, target, options));
	out->error = s.error;
	out->iterations = s.iterations;
	out->converged = s.error <= options->tol;
	out->ot_eps = factor * (weighted_sum(s.a, s.f, s.n) + weighted_sum(s.b, s.g, s.m));
	MS_TRY(price_plan(&s, arena, out));
	out->cost *= factor;
	out->rounded *= factor;
	out->lower *= factor;
	out->f = s.f;
	out->g = s.g;
	for (size_t i = 0; i < s.n; i++)
		s.f[i] *= factor;
	for (size_t j = 0; j < s.m; j++)
		s.g[j] *= factor;
	return MS_OK;
}

/*
 * One step of a problem with itself: f and its soft minimum are averaged (Feydy et al. 2019).
 * s->f in and out, s->error of its marginals, *mass of its plan.
 */
static ms_status
self_pass(sinkhorn *s, double *mass)
{
	ms_sum error = {0, 0};
	ms_sum sum = {0, 0};

	memcpy(s->g, s->f, s->n * sizeof(double));
	refresh_h(s);
	for (size_t i = 0; i < s->n; i++)
	{
		double total;
		double f = soft_row(s, i, &total);
		double off = expm1(fmin((s->f[i] - f) / s->eps, 300));

		ms_sum_add(&error, s->a[i] * fabs(off));
		ms_sum_add(&sum, s->a[i] * off);
		s->columns[i] = f;
		MS_TRY(ms_tick(s->ctx, s->m + s->m * s->ground->d / 4));
	}
	s->error = ms_sum_get(&error);
	*mass = 1 + ms_sum_get(&sum);
	for (size_t i = 0; i < s->n; i++)
		s->f[i] = (s->f[i] + s->columns[i]) / 2;
	return MS_OK;
}

/* OT_eps(a, a), of scaled costs: 2 a'f - eps (mass - 1), right to the square of the error. */
static ms_status
self_value(sinkhorn *s, double target, const ms_sinkhorn_options *o, double *out)
{
	double mass = 1;

	for (double eps = fmax(target, 0.5);; eps = next_level(eps, target))
	{
		double tol = eps > target ? fmax(o->tol, LEVEL_TOL) : o->tol;

		s->eps = eps;
		do
		{
			MS_TRY(self_pass(s, &mass));
			s->iterations++;
		} while (s->error > tol && s->iterations < o->max_iter);
		if (eps == target)
			break;
	}
	/* s->g is the f that error and mass belong to */
	*out = 2 * weighted_sum(s->a, s->g, s->n) - s->eps * (mass - 1);
	return MS_OK;
}

static ms_status
self(ms_ctx *ctx, ms_arena *arena, const ms_rows *a, const ms_sinkhorn_options *options,
	 double *out, ms_sinkhorn_result *worst)
{
	ms_ground ground;
	double target;
	double factor;
	sinkhorn s;

	MS_TRY(ms_ground_new(ctx, arena, a, a, options->p, true, &ground));
	factor = pow(ground.scale, options->p);
	MS_TRY(scaled_epsilon(ctx, options->epsilon, factor, &target));
	MS_TRY(sinkhorn_new(ctx, arena, a, a, &ground, &s));
	MS_TRY(self_value(&s, target, options, out));
	*out *= factor;
	worst->converged = worst->converged && s.error <= options->tol;
	worst->error = fmax(worst->error, s.error);
	if (s.iterations > worst->iterations)
		worst->iterations = s.iterations;
	return MS_OK;
}

ms_status
ms_sinkhorn_divergence(ms_ctx *ctx, ms_arena *arena, const ms_rows *a, const ms_rows *b,
					   const ms_sinkhorn_options *options, double *out, ms_sinkhorn_result *worst)
{
	double self_a;
	double self_b;

	MS_TRY(ms_sinkhorn(ctx, arena, a, b, options, worst));
	MS_TRY(self(ctx, arena, a, options, &self_a, worst));
	MS_TRY(self(ctx, arena, b, options, &self_b, worst));
	*out = worst->ot_eps - (self_a + self_b) / 2;
	return MS_OK;
}

void
ms_sinkhorn_map(const ms_rows *b, const double *g, double epsilon, const double *x, double *out)
{
	double greatest = -INFINITY;
	double sum = 0;

	for (size_t k = 0; k < b->d; k++)
		out[k] = 0;
	for (size_t j = 0; j < b->n; j++)
	{
		const double *y = b->x + j * b->stride;
		double w = ms_rows_weight(b, j);
		double t = 0;
		double e;

		if (!(w > 0))
			continue;
		for (size_t k = 0; k < b->d; k++)
			t += (x[k] - y[k]) * (x[k] - y[k]);
		t = (g[j] - t) / epsilon + log(w);
		if (t > greatest)
		{
			/* what was added so far shrinks to the new greatest */
			double shrink = exp(greatest - t);

			for (size_t k = 0; k < b->d; k++)
				out[k] *= shrink;
			sum *= shrink;
			greatest = t;
		}
		e = exp(t - greatest);
		sum += e;
		for (size_t k = 0; k < b->d; k++)
			out[k] += e * y[k];
	}
	for (size_t k = 0; k < b->d; k++)
		out[k] /= sum;
}
