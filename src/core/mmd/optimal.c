/*
 * optimal.c: weights of simulated rows from their random inputs, and the MMD that they give.
 */
#include "core/mmd/optimal.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/rng.h"
#include "core/mmd/thin_points.h"
#include "core/mmd/thin_weights.h"

#define STREAM_BOOTSTRAP UINT64_C(0x6f70746d626f6f74)

#define LEAST_NUGGET 1e-8
#define MOST_NUGGET 1e-2
/* beyond this sum of absolute weights they extrapolate */
#define MOST_ABSOLUTE 5

/* --- weights -------------------------------------------------------------------------------- */

/* Distinct inputs, and which one each row has. */
typedef struct design
{
	ms_embedding e;
	size_t m;
	double *u; /* m records of d columns and a 1 */
	size_t *group, *members;
	double *c; /* m x m */
	double *z; /* m */
} design;

static ms_status
check_inputs(ms_ctx *ctx, const ms_rows *u, const ms_optimal_options *o)
{
	if (u->d > MS_OPTIMAL_INPUTS)
		return ms_fail(ctx, MS_TOO_LARGE, "inputs", 0, (double) u->d, MS_OPTIMAL_INPUTS);
	if (u->n > MS_OPTIMAL_ROWS)
		return ms_fail(ctx, MS_TOO_LARGE, "simulated rows", 0, (double) u->n, MS_OPTIMAL_ROWS);
	if (!ms_embedding_exists(o->law, o->kind, u->d) || !ms_kernel_scaled(o->kind))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "kernel", 0, o->kind, 0);
	for (size_t i = 0; o->law == MS_LAW_UNIFORM && i < u->n; i++)
	{
		for (size_t j = 0; j < u->d; j++)
		{
			double x = u->x[i * u->stride + j];

			if (!(x >= 0 && x <= 1))
				return ms_fail(ctx, MS_BAD_ARGUMENT, "inputs", (int64_t) j + 1, x, 0);
		}
	}
	return MS_OK;
}

static ms_status
merge_inputs(ms_ctx *ctx, ms_arena *arena, const ms_rows *u, design *d)
{
	MS_TRY(ms_arena_alloc(arena, u->n, (u->d + 1) * sizeof(double), (void **) &d->u));
	MS_TRY(MS_ALLOC(arena, u->n, &d->group));
	MS_TRY(MS_ZEROED(arena, u->n, &d->members));
	for (size_t i = 0; i < u->n; i++)
	{
		const double *x = u->x + i * u->stride;

		double *next = d->u + d->m * (u->d + 1);

		if (d->m == 0 || memcmp(x, next - u->d - 1, u->d * sizeof(double)) != 0)
		{
			memcpy(next, x, u->d * sizeof(double));
			next[u->d] = 1;
			d->m++;
		}
		d->group[i] = d->m - 1;
		d->members[d->m - 1]++;
	}
	return ms_tick(ctx, u->n * u->d);
}

static ms_status
choose_bandwidth(ms_ctx *ctx, design *d)
{
	ms_complete rows = {.n = d->m, .d = d->e.d, .stride = d->e.d + 1, .weight = (double) d->m};
	double median;

	rows.x = d->u;
	MS_TRY(ms_thin_median(ctx, &rows, NULL, &median));
	d->e.bandwidth = median / M_SQRT2;
	return MS_OK;
}

static ms_status
fill(ms_ctx *ctx, ms_arena *arena, design *d)
{
	size_t p = d->e.d;

	MS_TRY(ms_arena_alloc(arena, d->m, d->m * sizeof(double), (void **) &d->c));
	MS_TRY(MS_ALLOC(arena, d->m, &d->z));
	for (size_t i = 0; i < d->m; i++)
	{
		const double *x = d->u + i * (p + 1);

		ms_embedding_kernel(&d->e, x, d->u, p + 1, d->m, d->c + i * d->m);
		d->z[i] = ms_embedding_mean(&d->e, x);
		MS_TRY(ms_tick(ctx, 2 * d->m * p + 100 * p));
	}
	return MS_OK;
}

/* w'Cw - 2 w'z + Z; w of the distinct inputs. */
static double
worst_case(const design *d, const double *w, double *cw)
{
	int m = (int) d->m;

	cblas_dsymv(CblasRowMajor, CblasLower, m, 1, d->c, m, w, 1, 0, cw, 1);
	return cblas_ddot(m, w, 1, cw, 1) - 2 * cblas_ddot(m, w, 1, d->z, 1) +
		   ms_embedding_constant(&d->e);
}

/*
 * w = (C + nugget I)^-1 z: inputs side by side get large weights of both signs, which a greater
 * nugget shrinks at next to no loss of e2. Equal weights where even the greatest does not do.
 */
static ms_status
regularised(ms_ctx *ctx, ms_arena *arena, const design *d, double *w, ms_optimal *out)
{
	size_t m = d->m;
	bool definite;
	double *chol;

	MS_TRY(ms_arena_alloc(arena, m, m * sizeof(double), (void **) &chol));
	for (out->nugget = LEAST_NUGGET; out->nugget < MOST_NUGGET * 2; out->nugget *= 10)
	{
		memcpy(chol, d->c, m * m * sizeof(double));
		for (size_t i = 0; i < m; i++)
			chol[i * m + i] += out->nugget;
		MS_TRY(ms_coreset_cholesky(ctx, chol, m, &definite));
		if (!definite)
			continue;
		memcpy(w, d->z, m * sizeof(double));
		ms_coreset_solve(chol, m, w);
		if (cblas_dasum((int) m, w, 1) <= MOST_ABSOLUTE)
			return MS_OK;
	}
	out->fallback = true;
	return MS_OK;
}

static ms_status
solve_weights(ms_ctx *ctx, ms_arena *arena, design *d, double *w, ms_optimal *out)
{
	size_t m = d->m;
	double *cw, *equal;

	MS_TRY(MS_ALLOC(arena, m, &cw));
	MS_TRY(MS_ALLOC(arena, m, &equal));
	for (size_t i = 0; i < m; i++)
		equal[i] = (double) d->members[i];
	cblas_dscal((int) m, 1 / cblas_dasum((int) m, equal, 1), equal, 1);
	out->e2_equal = worst_case(d, equal, cw);
	MS_TRY(regularised(ctx, arena, d, w, out));
	out->e2 = out->fallback ? out->e2_equal : worst_case(d, w, cw);
	if (m >= 2 && !out->fallback && out->e2 < out->e2_equal)
		return MS_OK;
	out->fallback = true;
	out->e2 = out->e2_equal;
	memcpy(w, equal, m * sizeof(double));
	return MS_OK;
}

ms_status
ms_optimal_weights(ms_ctx *ctx, ms_arena *arena, const ms_rows *u, const ms_optimal_options *o,
				   ms_optimal *out)
{
	design d = {.e = {.law = o->law, .kind = o->kind, .bandwidth = o->bandwidth, .d = u->d}};
	double *w;

	*out = (ms_optimal){.least = INFINITY};
	MS_TRY(check_inputs(ctx, u, o));
	MS_TRY(merge_inputs(ctx, arena, u, &d));
	if (isnan(d.e.bandwidth))
		MS_TRY(choose_bandwidth(ctx, &d));
	out->bandwidth = d.e.bandwidth;
	MS_TRY(fill(ctx, arena, &d));
	MS_TRY(MS_ALLOC(arena, d.m, &w));
	MS_TRY(MS_ALLOC(arena, u->n, &out->w));
	MS_TRY(solve_weights(ctx, arena, &d, w, out));
	out->absolute = 0;
	for (size_t i = 0; i < u->n; i++)
	{
		out->w[i] = w[d.group[i]] / (double) d.members[d.group[i]];
		out->sum += out->w[i];
		out->absolute += fabs(out->w[i]);
		out->least = fmin(out->least, out->w[i]);
	}
	return MS_OK;
}

/* --- the distance --------------------------------------------------------------------------- */

typedef struct sides
{
	ms_kernel kernel;
	ms_complete sim, outputs, seen; /* rows; their outputs; observed rows */
	ms_cloud x, y;
	double *v;     /* weights of observed rows, sum 1 */
	double *cross; /* sum_i w_i k(x_i, y_j) */
	double within; /* w'Kw */
} sides;

static ms_status
take_simulated(ms_ctx *ctx, ms_arena *arena, const ms_sample *simulated, const ms_simulation *o,
			   sides *s, ms_optimal_mmd *out)
{
	ms_rows u;

	if (o->inputs < 1 || o->inputs > simulated->d)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "inputs", 0, (double) o->inputs, 1);
	MS_TRY(ms_complete_rows(ctx, arena, simulated, o->omit, &s->sim));
	if (s->sim.n == 0)
		return MS_OK;
	u = ms_complete_view(&s->sim);
	u.d = o->inputs;
	MS_TRY(ms_optimal_weights(ctx, arena, &u, &o->weights, &out->weights));
	out->rows = s->sim.source;
	out->n = s->sim.n;
	return MS_OK;
}

ms_status
ms_optimal_rows(ms_ctx *ctx, ms_arena *arena, const ms_sample *simulated, const ms_simulation *o,
				ms_optimal_mmd *out)
{
	sides s;

	*out = (ms_optimal_mmd){.bandwidth = NAN};
	return take_simulated(ctx, arena, simulated, o, &s, out);
}

/* The columns behind the inputs as rows of their own. */
static ms_status
take_outputs(ms_ctx *ctx, ms_arena *arena, const ms_simulation *o, sides *s)
{
	size_t d = s->sim.d - o->inputs;

	s->outputs = (ms_complete){.n = s->sim.n, .d = d, .stride = d + 1, .source = s->sim.source};
	s->outputs.weight = (double) s->sim.n;
	MS_TRY(ms_arena_alloc(arena, s->sim.n, (d + 1) * sizeof(double), (void **) &s->outputs.x));
	for (size_t i = 0; i < s->sim.n; i++)
	{
		double *x = s->outputs.x + i * (d + 1);

		memcpy(x, s->sim.x + i * s->sim.stride + o->inputs, d * sizeof(double));
		x[d] = 1;
	}
	return ms_tick(ctx, s->sim.n * d);
}

static ms_status
make_clouds(ms_ctx *ctx, ms_arena *arena, const ms_simulation *o, sides *s)
{
	ms_rows view;

	s->kernel = o->kernel;
	MS_TRY(ms_complete_scale(ctx, arena, &s->outputs, &s->seen, o->scaling));
	if (o->median)
		MS_TRY(ms_thin_median(ctx, &s->outputs, &s->seen, &s->kernel.bandwidth[0]));
	MS_TRY(ms_kernel_check(ctx, &s->kernel));
	view = ms_complete_view(&s->outputs);
	MS_TRY(ms_cloud_new(ctx, arena, &view, NULL, view.n, &s->x));
	view = ms_complete_view(&s->seen);
	MS_TRY(ms_cloud_new(ctx, arena, &view, NULL, view.n, &s->y));
	MS_TRY(MS_ALLOC(arena, view.n, &s->v));
	for (size_t j = 0; j < view.n; j++)
		s->v[j] = ms_complete_weight(&s->seen, j) / s->seen.weight;
	return MS_OK;
}

/* w'Kw and the cross sums under weights w of the simulated rows. */
static ms_status
meet(ms_ctx *ctx, sides *s, const double *w, double *scratch)
{
	MS_TRY(ms_thin_sums(ctx, &s->x, &s->x, w, &s->kernel, scratch));
	s->within = cblas_ddot((int) s->x.n, w, 1, scratch, 1);
	return ms_thin_sums(ctx, &s->y, &s->x, w, &s->kernel, s->cross);
}

static double
mmd2_of(const sides *s, const double *v, const double *kv)
{
	int m = (int) s->y.n;

	return fmax(0, s->within - 2 * cblas_ddot(m, v, 1, s->cross, 1) + cblas_ddot(m, v, 1, kv, 1));
}

static ms_status
distances(ms_ctx *ctx, ms_arena *arena, sides *s, ms_optimal_mmd *out)
{
	size_t n = s->x.n;
	size_t m = s->y.n;
	double *equal, *scratch, *kv;

	MS_TRY(MS_ALLOC(arena, n, &equal));
	MS_TRY(MS_ALLOC(arena, n, &scratch));
	MS_TRY(MS_ALLOC(arena, m, &kv));
	MS_TRY(MS_ALLOC(arena, m, &s->cross));
	for (size_t i = 0; i < n; i++)
		equal[i] = 1 / (double) n;
	MS_TRY(ms_thin_sums(ctx, &s->y, &s->y, s->v, &s->kernel, kv));
	MS_TRY(meet(ctx, s, equal, scratch));
	out->plain2 = mmd2_of(s, s->v, kv);
	MS_TRY(meet(ctx, s, out->weights.w, scratch));
	out->mmd2 = mmd2_of(s, s->v, kv);
	return MS_OK;
}

/* --- observed rows drawn again -------------------------------------------------------------- */

static ms_status
draw_weights(ms_ctx *ctx, const sides *s, uint64_t seed, uint64_t replicate, double *upto,
			 double *v)
{
	size_t m = s->y.n;
	ms_rng rng;

	ms_rng_init(&rng, seed, ms_hash_u64(replicate, STREAM_BOOTSTRAP));
	memset(v, 0, m * sizeof(double));
	for (size_t j = 0; j < m; j++)
	{
		double at = ms_rng_uniform(&rng) * upto[m - 1];
		size_t lo = 0;
		size_t hi = m - 1;

		while (lo < hi)
		{
			size_t middle = (lo + hi) / 2;

			if (upto[middle] > at)
				hi = middle;
			else
				lo = middle + 1;
		}
		v[lo] += 1 / (double) m;
	}
	return ms_tick(ctx, 30 * m);
}

static ms_status
bootstrap(ms_ctx *ctx, ms_arena *arena, const ms_simulation *o, sides *s, ms_optimal_mmd *out)
{
	size_t m = s->y.n;
	double *k, *v, *kv, *upto;

	MS_TRY(ms_arena_alloc(arena, m, m * sizeof(double), (void **) &k));
	MS_TRY(MS_ALLOC(arena, m, &v));
	MS_TRY(MS_ALLOC(arena, m, &kv));
	MS_TRY(MS_ALLOC(arena, m, &upto));
	MS_TRY(MS_ALLOC(arena, o->replicates, &out->replicates));
	MS_TRY(ms_thin_matrix(ctx, &s->y, &s->y, &s->kernel, k));
	for (size_t j = 0; j < m; j++)
		upto[j] = s->v[j] + (j > 0 ? upto[j - 1] : 0);
	for (size_t b = 0; b < o->replicates; b++)
	{
		MS_TRY(draw_weights(ctx, s, o->seed, b, upto, v));
		cblas_dsymv(CblasRowMajor, CblasLower, (int) m, 1, k, (int) m, v, 1, 0, kv, 1);
		MS_TRY(ms_tick(ctx, m * m / 4));
		out->replicates[b] = sqrt(mmd2_of(s, v, kv));
	}
	return MS_OK;
}

ms_status
ms_optimal_fit(ms_ctx *ctx, ms_arena *arena, const ms_sample *simulated, const ms_sample *observed,
			   const ms_simulation *o, ms_optimal_mmd *out)
{
	sides s;

	*out = (ms_optimal_mmd){.bandwidth = NAN};
	if (simulated->d != observed->d + o->inputs)
		return ms_fail(ctx, MS_DIMENSION, "columns", 0, observed->d,
					   (double) simulated->d - (double) o->inputs);
	MS_TRY(ms_complete_rows(ctx, arena, observed, o->omit, &s.seen));
	if (s.seen.n == 0)
		return MS_OK;
	MS_TRY(take_simulated(ctx, arena, simulated, o, &s, out));
	if (out->n == 0)
		return MS_OK;
	out->m = s.seen.n;
	MS_TRY(take_outputs(ctx, arena, o, &s));
	MS_TRY(make_clouds(ctx, arena, o, &s));
	out->bandwidth = s.kernel.bandwidths ? s.kernel.bandwidth[0] : NAN;
	MS_TRY(distances(ctx, arena, &s, out));
	return o->replicates > 0 ? bootstrap(ctx, arena, o, &s, out) : MS_OK;
}

size_t
ms_optimal_bytes(size_t n, size_t m, size_t d, bool replicates)
{
	size_t square, other, bytes;

	if (!ms_size_mul(n, 2 * n + 4 * d + 16, &square) ||
		!ms_size_mul(m, (replicates ? m : 0) + 2 * d + 16, &other) ||
		!ms_size_add(square, other, &bytes) || !ms_size_mul(bytes, sizeof(double), &bytes) ||
		!ms_size_add(bytes, ms_complete_bytes(n + m, 2 * d + 2), &bytes))
		return SIZE_MAX;
	return bytes;
}
