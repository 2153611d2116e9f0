/*
 * r3d.c: the fit from both sides, its projection, and bands by a multiplier bootstrap of what each
 * unit adds to the jump.
 */
#include "core/transport/r3d.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include <cblas.h>

#include "core/base/order.h"
#include "core/base/rng.h"

#define STREAM UINT64_C(0x7233640000000000)
#define MOST_LEVERAGE 0.99
#define NOTHING 1e-12 /* of the largest quantile: errors that are rounding alone */
#define AS_GREAT (1 - 1e-12)
#define DRAWS 64
#define BLOCK_FLOPS 2e8

/* --- curves --------------------------------------------------------------------------------- */

ms_status
ms_r3d_isotonic(ms_arena *arena, double *m, const double *w, size_t K)
{
	double *value, *weight;
	size_t *count;
	size_t blocks = 0;

	MS_TRY(MS_ALLOC(arena, K, &value));
	MS_TRY(MS_ALLOC(arena, K, &weight));
	MS_TRY(MS_ALLOC(arena, K, &count));
	for (size_t k = 0; k < K; k++)
	{
		value[blocks] = m[k];
		weight[blocks] = w ? w[k] : 1;
		count[blocks++] = 1;
		while (blocks > 1 && value[blocks - 2] > value[blocks - 1])
		{
			size_t a = blocks - 2, b = blocks - 1;

			value[a] = (weight[a] * value[a] + weight[b] * value[b]) / (weight[a] + weight[b]);
			weight[a] += weight[b];
			count[a] += count[b];
			blocks--;
		}
	}
	for (size_t b = 0, k = 0; b < blocks; b++)
		for (size_t end = k + count[b]; k < end; k++)
			m[k] = value[b];
	return MS_OK;
}

/* The length of q that each point of the grid stands for; alike on an equal grid. */
static void
widths(const double *q, size_t K, double *w)
{
	for (size_t k = 0; k < K; k++)
	{
		size_t from = k > 0 ? k - 1 : 0;
		size_t to = k + 1 < K ? k + 1 : k;

		w[k] = to > from ? (q[to] - q[from]) / (double) (to - from) : 1;
	}
}

static ms_status
make_curve(ms_ctx *ctx, ms_arena *arena, const ms_local_fit *fit, const double *w, size_t K,
		   ms_r3d_shape shape, double **out)
{
	MS_TRY(MS_ALLOC(arena, K, out));
	memcpy(*out, fit->coefficients, K * sizeof(**out));
	if (shape == MS_R3D_SORTED)
		return ms_order_sort_doubles(ctx, *out, K);
	return ms_r3d_isotonic(arena, *out, w, K);
}

/* --- what each unit adds -------------------------------------------------------------------- */

/* G[m][stride], a row for each unit in the window. */
typedef struct influence
{
	size_t m;
	size_t K;
	size_t stride; /* K, or one more: the treated share */
	double *G;
} influence;

static void
add_unit(const ms_local_fit *fit, const ms_units *units, size_t i, bool raw, double *row)
{
	double x = ms_units_x(units, i);
	double intercept, leverage;
	double factor;

	ms_local_weights(fit, x, &intercept, &leverage);
	ms_local_residuals(fit, units, i, row);
	factor = (fit->right ? intercept : -intercept) / (raw ? 1 : 1 - fmin(leverage, MOST_LEVERAGE));
	for (size_t k = 0; k < units->K; k++)
		row[k] *= factor;
}

/* Every unit that weighs anything, also those whose intercept weight is below 0. */
static ms_status
gather(ms_ctx *ctx, ms_arena *arena, const ms_units *units, const ms_local_fit *fits,
	   const ms_r3d_options *o, influence *out)
{
	size_t size;

	*out = (influence){.K = units->K - o->fuzzy, .stride = units->K};
	if (fits[0].used + fits[1].used > INT_MAX)
		return ms_fail(ctx, MS_TOO_LARGE, "units", 0, (double) units->n, INT_MAX);
	(void) ms_size_mul(fits[0].used + fits[1].used, units->K, &size);
	MS_TRY(MS_ALLOC(arena, size, &out->G));
	for (size_t i = 0; i < units->n; i++)
	{
		double x = ms_units_x(units, i);
		const ms_local_fit *fit = fits + (x >= 0);

		MS_TRY(ms_tick(ctx, 4 * units->K));
		if (ms_local_kernel(fit, x) > 0)
			add_unit(fit, units, i, o->raw, out->G + out->m++ * units->K);
	}
	return MS_OK;
}

/* The jump of the treated share and its error; effects, and what units add to them, over it. */
static ms_status
divide_by_share(ms_ctx *ctx, influence *g, const ms_local_fit *fits, ms_r3d *out)
{
	double below = fits[0].coefficients[g->K];
	double above = fits[1].coefficients[g->K];
	double jump = above - below;
	double square = 0;

	for (size_t i = 0; i < g->m; i++)
		square += g->G[i * g->stride + g->K] * g->G[i * g->stride + g->K];
	out->first_stage = jump;
	out->first_stage_error = sqrt(square);
	if (fabs(jump) < 2 * out->first_stage_error ||
		fabs(jump) <= NOTHING * fmax(fabs(below), fabs(above)))
		return ms_fail(ctx, MS_NOT_DEFINITE, "treatment", 0, jump, out->first_stage_error);
	for (size_t k = 0; k < g->K; k++)
		out->effect[k] /= jump;
	for (size_t i = 0; i < g->m; i++)
	{
		double *row = g->G + i * g->stride;

		for (size_t k = 0; k < g->K; k++)
			row[k] = (row[k] - out->effect[k] * row[g->K]) / jump;
		MS_TRY(ms_tick(ctx, 4 * g->K));
	}
	return MS_OK;
}

/* Roots of column sums of squares over [from, to); `centred`: of each row less its mean there. */
static ms_status
standard_errors(ms_ctx *ctx, const influence *g, size_t from, size_t to, bool centred, double *se)
{
	memset(se, 0, g->K * sizeof(*se));
	for (size_t i = 0; i < g->m; i++)
	{
		const double *row = g->G + i * g->stride;
		double mean = 0;

		for (size_t k = from; centred && k < to; k++)
			mean += row[k] / (double) (to - from);
		for (size_t k = from; k < to; k++)
			se[k] += (row[k] - mean) * (row[k] - mean);
		MS_TRY(ms_tick(ctx, 3 * g->K));
	}
	for (size_t k = from; k < to; k++)
		se[k] = sqrt(se[k]);
	return MS_OK;
}

/* --- bootstrap ------------------------------------------------------------------------------ */

typedef struct bootstrap
{
	const influence *g;
	const double *se;     /* K */
	const double *effect; /* K */
	double *se_centred;   /* K, within the tested range */
	size_t from;          /* tested range of the grid */
	size_t to;
	double nothing;    /* a standard error of this size is none */
	bool studentised;  /* the band */
	double seen;       /* statistic of no effect */
	double seen_equal; /* of equal effects */
	double as_great;
	double as_great_equal;
} bootstrap;

static double
mean_of(const double *x, size_t from, size_t to)
{
	double mean = 0;

	for (size_t k = from; k < to; k++)
		mean += x[k] / (double) (to - from);
	return mean;
}

/*
 * max |x - centre|, for studentised bands in standard errors, over a range. What is rounding alone
 * is no difference, and any other where there is no error infinitely many errors.
 */
static double
greatest(const bootstrap *b, const double *x, double centre, const double *se, size_t from,
		 size_t to)
{
	double most = 0;

	for (size_t k = from; k < to; k++)
	{
		double off = fabs(x[k] - centre);

		if (off <= b->nothing)
			continue;
		if (b->studentised)
			off = se[k] > b->nothing ? off / se[k] : INFINITY;
		most = fmax(most, off);
	}
	return most;
}

static void
observe(bootstrap *b)
{
	double mean = mean_of(b->effect, b->from, b->to);

	b->seen = greatest(b, b->effect, 0, b->se, b->from, b->to);
	b->seen_equal = greatest(b, b->effect, mean, b->se_centred, b->from, b->to);
}

/* Counts a draw for the tests; the statistic of the band. */
static double
take_draw(bootstrap *b, const double *nu)
{
	double mean = mean_of(nu, b->from, b->to);
	double centred = greatest(b, nu, mean, b->se_centred, b->from, b->to);

	b->as_great += greatest(b, nu, 0, b->se, b->from, b->to) >= b->seen * AS_GREAT;
	b->as_great_equal += centred >= b->seen_equal * AS_GREAT;
	return greatest(b, nu, 0, b->se, 0, b->g->K);
}

/* most[replicates]: the statistic of the band in each draw. */
static ms_status
draw(ms_ctx *ctx, ms_arena *arena, bootstrap *b, int64_t replicates, uint64_t seed, double *most)
{
	const influence *g = b->g;
	double flops = 2 * (double) g->m * (double) g->K;
	int rows = (int) fmin(fmax(BLOCK_FLOPS / flops, 1), DRAWS);
	double *xi, *nu;
	size_t size;
	ms_rng rng;

	(void) ms_size_mul(g->m, (size_t) rows, &size);
	MS_TRY(MS_ALLOC(arena, size, &xi));
	MS_TRY(MS_ALLOC(arena, g->K * (size_t) rows, &nu));
	ms_rng_init(&rng, seed, STREAM);
	for (int64_t done = 0; done < replicates; done += rows)
	{
		int now = replicates - done < rows ? (int) (replicates - done) : rows;

		for (int r = 0; r < now; r++)
		{
			for (size_t i = 0; i < g->m; i++)
				xi[(size_t) r * g->m + i] = ms_rng_normal(&rng);
			MS_TRY(ms_tick(ctx, 15 * g->m + (uint64_t) (flops / 8) + 8 * g->K));
		}
		cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, now, (int) g->K, (int) g->m, 1, xi,
					(int) g->m, g->G, (int) g->stride, 0, nu, (int) g->K);
		for (int r = 0; r < now; r++)
			most[done + r] = take_draw(b, nu + (size_t) r * g->K);
	}
	return MS_OK;
}

/* The part of the grid that is tested. */
static void
tested(const double *q, size_t K, const ms_r3d_options *o, size_t *from, size_t *to)
{
	*from = 0;
	while (*from < K && q[*from] < o->test_from - 1e-12)
		++*from;
	*to = *from;
	while (*to < K && q[*to] <= o->test_to + 1e-12)
		++*to;
}

/* The rank of the critical value among the draws; above their number where there are too few. */
static double
rank_of(double level, int64_t replicates)
{
	return ceil(level * ((double) replicates + 1) - 1e-9);
}

static ms_status
make_band(ms_ctx *ctx, ms_arena *arena, const influence *g, const double *q,
		  const ms_r3d_options *o, ms_r3d *out)
{
	bootstrap b = {
		.g = g, .se = out->std_error, .effect = out->effect, .studentised = out->studentised};
	double draws = (double) o->replicates + 1;
	double *most;

	for (size_t k = 0; k < g->K; k++)
		b.nothing = fmax(b.nothing, NOTHING * fmax(fabs(out->below[k]), fabs(out->above[k])));
	if (o->fuzzy)
		b.nothing /= fabs(out->first_stage);
	tested(q, g->K, o, &b.from, &b.to);
	MS_TRY(MS_ALLOC(arena, g->K, &b.se_centred));
	MS_TRY(MS_ALLOC(arena, (size_t) o->replicates, &most));
	MS_TRY(standard_errors(ctx, g, b.from, b.to, true, b.se_centred));
	observe(&b);
	MS_TRY(draw(ctx, arena, &b, o->replicates, o->seed, most));
	MS_TRY(ms_order_sort_doubles(ctx, most, (size_t) o->replicates));
	out->critical = most[(size_t) rank_of(o->level, o->replicates) - 1];
	out->p_effect = b.to > b.from ? (1 + b.as_great) / draws : NAN;
	out->p_equal = b.to > b.from + 1 ? (1 + b.as_great_equal) / draws : NAN;
	for (size_t k = 0; k < g->K; k++)
	{
		double reach = out->critical * (out->studentised ? out->std_error[k] : 1);

		out->lower[k] = out->effect[k] - reach;
		out->upper[k] = out->effect[k] + reach;
	}
	return MS_OK;
}

/* --- the whole ------------------------------------------------------------------------------ */

static ms_status
check(ms_ctx *ctx, const ms_r3d_options *o)
{
	if (o->order < 1 || o->order > 3)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "order", 0, o->order, 1);
	if (!isnan(o->bandwidth) && !(o->bandwidth > 0 && isfinite(o->bandwidth)))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "bandwidth", 0, o->bandwidth, 0);
	if (!(o->level > 0 && o->level < 1))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "level", 0, o->level, 0.95);
	if (o->replicates < 1 || rank_of(o->level, o->replicates) > (double) o->replicates)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "replicates", 0, (double) o->replicates,
					   ceil(o->level / (1 - o->level) - 1e-9));
	return MS_OK;
}

static ms_status
take_bandwidth(ms_ctx *ctx, ms_arena *arena, const ms_units *units, const ms_r3d_options *o,
			   ms_r3d *out)
{
	int s = o->order - 1;
	ms_r3d_bandwidth chosen;

	out->bandwidth = o->bandwidth;
	if (!isnan(o->bandwidth))
		return MS_OK;
	MS_TRY(ms_r3d_choose_bandwidth(ctx, arena, units, o->kernel, s, &chosen));
	out->bandwidth = chosen.bandwidth;
	if (o->coverage)
		out->bandwidth *= pow((double) units->n, -s / ((2. * s + 3) * (s + 3)));
	return MS_OK;
}

ms_status
ms_r3d_fit(ms_ctx *ctx, ms_arena *arena, const ms_units *units, const double *q,
		   const ms_r3d_options *o, ms_r3d *out)
{
	ms_units curves = *units;
	size_t K = curves.K -= o->fuzzy;
	ms_local_fit fits[2];
	influence g;
	double *w;

	*out = (ms_r3d){.first_stage = NAN,
					.first_stage_error = NAN,
					.studentised = o->band == MS_R3D_STUDENTISED ||
								   (o->band == MS_R3D_AUTO && units->n >= MS_R3D_MANY)};
	MS_TRY(check(ctx, o));
	if (units->n == 0)
		return ms_fail(ctx, MS_TOO_FEW, "units", 0, 0, o->order + 2);
	MS_TRY(take_bandwidth(ctx, arena, &curves, o, out));
	MS_TRY(MS_ALLOC(arena, K, &w));
	MS_TRY(MS_ALLOC(arena, K, &out->effect));
	MS_TRY(MS_ALLOC(arena, K, &out->std_error));
	MS_TRY(MS_ALLOC(arena, K, &out->lower));
	MS_TRY(MS_ALLOC(arena, K, &out->upper));
	widths(q, K, w);
	for (int side = 0; side < 2; side++)
	{
		MS_TRY(ms_local_fit_side(ctx, arena, units, side, o->kernel, out->bandwidth, o->order,
								 fits + side));
		MS_TRY(
			make_curve(ctx, arena, fits + side, w, K, o->shape, side ? &out->above : &out->below));
	}
	out->n_below = fits[0].used;
	out->n_above = fits[1].used;
	for (size_t i = 0; i < units->n; i++)
		out->ties += ms_units_x(units, i) == 0;
	for (size_t k = 0; k < K; k++)
		out->effect[k] = out->above[k] - out->below[k];
	MS_TRY(gather(ctx, arena, units, fits, o, &g));
	if (o->fuzzy)
		MS_TRY(divide_by_share(ctx, &g, fits, out));
	MS_TRY(standard_errors(ctx, &g, 0, K, false, out->std_error));
	return make_band(ctx, arena, &g, q, o, out);
}
