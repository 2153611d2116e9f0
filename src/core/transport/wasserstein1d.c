/*
 * wasserstein1d.c: the walk along the levels of two ascending columns, and what is read off it.
 */
#include "core/transport/wasserstein1d.h"

#include <float.h>
#include <math.h>

#include "core/base/order.h"
#include "core/base/sums.h"
#include "core/transport/sweep1d.h"

#define TICK_PIECES 65536

ms_status
ms_wasserstein1d_p(ms_ctx *ctx, double p)
{
	return p >= 1 ? MS_OK : ms_fail(ctx, MS_BAD_ARGUMENT, "p", 0, p, 1);
}

void
ms_walk_begin(ms_walk *w, const ms_column *a, const ms_column *b)
{
	uint64_t cells;

	*w = (ms_walk){.a = a, .b = b, .units = ms_level_units_of(a->weight, b->weight)};
	w->counts = !a->upto && !b->upto && !__builtin_mul_overflow(a->n, b->n, &cells);
}

static inline double
upto(const ms_column *c, size_t i)
{
	return c->upto ? c->upto[i] : (double) (i + 1);
}

static inline double
mass_of(const ms_column *c, size_t i)
{
	return c->upto ? c->upto[i] - (i > 0 ? c->upto[i - 1] : 0) : 1;
}

/* In units of 1 / (n m) levels are integers (i + 1) m and (j + 1) n. */
static inline bool
next_count(ms_walk *w, ms_piece *piece)
{
	uint64_t a = (w->i + 1) * w->b->n;
	uint64_t b = (w->j + 1) * w->a->n;
	uint64_t to = a < b ? a : b;

	*piece =
		(ms_piece){w->i, w->j, (double) (to - w->count) / ((double) w->a->n * (double) w->b->n)};
	w->count = to;
	w->i += a == to;
	w->j += b == to;
	return true;
}

static inline bool
next_weight(ms_walk *w, ms_piece *piece)
{
	const ms_level_units *u = &w->units;

	while (w->i < w->a->n && w->j < w->b->n)
	{
		double a = upto(w->a, w->i) * u->a;
		double b = upto(w->b, w->j) * u->b;
		double to = a < b ? a : b;
		double mass = to - w->level;

		*piece = (ms_piece){w->i, w->j, mass / u->whole};
		w->i += a <= to + u->slack;
		w->j += b <= to + u->slack;
		if (mass <= u->slack)
			continue;
		w->level = to;
		return true;
	}
	return false;
}

static inline bool
next(ms_walk *w, ms_piece *piece)
{
	if (w->counts)
		return w->i < w->a->n && w->j < w->b->n && next_count(w, piece);
	return next_weight(w, piece);
}

bool
ms_walk_next(ms_walk *w, ms_piece *piece)
{
	return next(w, piece);
}

/* Now and then in a pass over values; ticks a whole stretch ahead. */
static inline ms_status
tick_at(ms_ctx *ctx, size_t i, uint64_t steps)
{
	return i % TICK_PIECES == 0 ? ms_tick(ctx, steps * TICK_PIECES) : MS_OK;
}

static inline double
distance(const ms_walk *w, const ms_piece *piece)
{
	return fabs(w->a->x[piece->i] - w->b->x[piece->j]);
}

/* d^p for a constant p where that is cheap */
static inline double
power(double d, double p)
{
	return p == 1 ? d : p == 2 ? d * d : pow(d, p);
}

/* Whether values pair off one to one. */
static inline bool
pairs(const ms_column *a, const ms_column *b)
{
	return a->n == b->n && !a->upto && !b->upto;
}

/* The greatest of |x - y| over n pairs, in lanes. */
__attribute__((target_clones("default", "avx2", "avx512f"))) static double
pairs_greatest(const double *x, const double *y, size_t n)
{
	double greatest = 0;

#pragma omp simd reduction(max : greatest)
	for (size_t i = 0; i < n; i++)
	{
		double d = fabs(x[i] - y[i]);

		greatest = d > greatest ? d : greatest;
	}
	return greatest;
}

static ms_status
greatest_distance(ms_ctx *ctx, const ms_column *a, const ms_column *b, double *out)
{
	double greatest = 0;
	ms_walk w;
	ms_piece piece;

	if (pairs(a, b))
	{
		for (size_t i = 0; i < a->n; i += TICK_PIECES)
		{
			size_t m = a->n - i < TICK_PIECES ? a->n - i : TICK_PIECES;

			greatest = fmax(greatest, pairs_greatest(a->x + i, b->x + i, m));
			MS_TRY(ms_tick(ctx, m));
		}
	}
	else
	{
		ms_walk_begin(&w, a, b);
		for (size_t steps = 1; next(&w, &piece); steps++)
		{
			double d = distance(&w, &piece);

			greatest = d > greatest ? d : greatest;
			if (steps % TICK_PIECES == 0)
				MS_TRY(ms_tick(ctx, 3 * TICK_PIECES));
		}
		MS_TRY(ms_tick(ctx, a->n + b->n));
	}
	*out = greatest;
	return isfinite(greatest) ? MS_OK
							  : ms_fail(ctx, MS_TOO_LARGE, "distance", 0, greatest, DBL_MAX);
}

/* sum mass (d scale)^p */
static ms_status
sum_plan(ms_ctx *ctx, const ms_column *a, const ms_column *b, double p, double scale, double *out)
{
	ms_sum sum = {0, 0};
	ms_walk w;
	ms_piece piece;

	if (p == 1 || p == 2)
		return ms_sweep1d_sum(ctx, a, b, p == 2, scale, out);
	ms_walk_begin(&w, a, b);
	for (size_t steps = 1; next(&w, &piece); steps++)
	{
		ms_sum_add(&sum, piece.mass * power(distance(&w, &piece) * scale, p));
		if (steps % TICK_PIECES == 0)
			MS_TRY(ms_tick(ctx, 8 * TICK_PIECES));
	}
	*out = ms_sum_get(&sum);
	return ms_tick(ctx, 8 * (a->n + b->n) % TICK_PIECES);
}

/* What a sum of d^p for p <= 2 may be without a doubt that all of its terms are good numbers. */
#define LEAST_SUM 1e-200
#define MOST_SUM 1e200

ms_status
ms_wasserstein1d(ms_ctx *ctx, const ms_column *a, const ms_column *b, double p, double *out)
{
	double greatest;
	double sum;

	MS_TRY(ms_wasserstein1d_p(ctx, p));
	if (p <= 2)
	{
		MS_TRY(sum_plan(ctx, a, b, p, 1, &sum));
		*out = p == 1 ? sum : pow(sum, 1 / p);
		if (sum >= LEAST_SUM && sum <= MOST_SUM)
			return MS_OK;
	}
	MS_TRY(greatest_distance(ctx, a, b, &greatest));
	*out = greatest;
	if (isinf(p) || greatest < 1e-300)
		return MS_OK;
	MS_TRY(sum_plan(ctx, a, b, p, 1 / greatest, &sum));
	*out = greatest * pow(sum, 1 / p);
	return MS_OK;
}

/* Mean and sd of a column with divisor W. */
static ms_status
mean_and_sd(ms_ctx *ctx, const ms_column *c, double *mean, double *sd)
{
	ms_sum first = {0, 0};
	ms_sum second = {0, 0};

	for (size_t i = 0; i < c->n; i++)
	{
		ms_sum_add(&first, mass_of(c, i) * (c->x[i] - c->x[0]));
		MS_TRY(tick_at(ctx, i, 4));
	}
	*mean = c->x[0] + ms_sum_get(&first) / c->weight;
	for (size_t i = 0; i < c->n; i++)
	{
		double z = c->x[i] - *mean;

		ms_sum_add(&second, mass_of(c, i) * z * z);
		MS_TRY(tick_at(ctx, i, 4));
	}
	*sd = sqrt(ms_sum_get(&second) / c->weight);
	return MS_OK;
}

ms_status
ms_wasserstein1d_parts(ms_ctx *ctx, const ms_column *a, const ms_column *b, ms_w2_parts *out)
{
	double mean_a, mean_b, sd_a, sd_b, w2;

	MS_TRY(mean_and_sd(ctx, a, &mean_a, &sd_a));
	MS_TRY(mean_and_sd(ctx, b, &mean_b, &sd_b));
	MS_TRY(ms_wasserstein1d(ctx, a, b, 2, &w2));
	if (!isfinite(w2 * w2) || !isfinite(sd_a + sd_b))
		return ms_fail(ctx, MS_TOO_LARGE, "distance", 0, w2, sqrt(DBL_MAX));
	out->location = (mean_a - mean_b) * (mean_a - mean_b);
	out->size = (sd_a - sd_b) * (sd_a - sd_b);
	out->shape = fmax(0, w2 * w2 - out->location - out->size);
	return MS_OK;
}

/*
 * The gradient of the cost at each value becomes, by the trapezoid, its potential; the variance of
 * the potential over the column is what is returned.
 */
static ms_status
potential_variance(ms_ctx *ctx, const ms_column *c, double *gradient, double *out)
{
	double phi = 0;
	ms_sum first = {0, 0};
	ms_sum second = {0, 0};
	double mean;

	for (size_t i = 0; i < c->n; i++)
	{
		double slope = i > 0 ? (gradient[2 * i] + gradient[2 * i - 2]) / 2 : 0;

		phi += i > 0 ? slope * (c->x[i] - c->x[i - 1]) : 0;
		gradient[2 * i + 1] = phi;
		ms_sum_add(&first, mass_of(c, i) * phi);
		MS_TRY(tick_at(ctx, i, 6));
	}
	mean = ms_sum_get(&first) / c->weight;
	for (size_t i = 0; i < c->n; i++)
	{
		double z = gradient[2 * i + 1] - mean;

		ms_sum_add(&second, mass_of(c, i) * z * z);
		MS_TRY(tick_at(ctx, i, 4));
	}
	*out = ms_sum_get(&second) / c->weight;
	return MS_OK;
}

/* gradient[2 i] of both: the average over the value's pieces of p sign(x - y) |x - y|^(p - 1). */
static ms_status
average_gradients(ms_ctx *ctx, const ms_column *a, const ms_column *b, double p, double *ga,
				  double *gb)
{
	ms_walk w;
	ms_piece piece;

	ms_walk_begin(&w, a, b);
	for (size_t steps = 0; next(&w, &piece); steps++)
	{
		double z = a->x[piece.i] - b->x[piece.j];
		double slope = z == 0 ? 0 : copysign(p * power(fabs(z), p - 1), z);

		ga[2 * piece.i] += piece.mass * slope;
		ga[2 * piece.i + 1] += piece.mass;
		gb[2 * piece.j] -= piece.mass * slope;
		gb[2 * piece.j + 1] += piece.mass;
		MS_TRY(tick_at(ctx, steps, 16));
	}
	for (size_t i = 0; i < a->n; i++)
		ga[2 * i] = ga[2 * i + 1] > 0 ? ga[2 * i] / ga[2 * i + 1] : 0;
	for (size_t j = 0; j < b->n; j++)
		gb[2 * j] = gb[2 * j + 1] > 0 ? gb[2 * j] / gb[2 * j + 1] : 0;
	return ms_tick(ctx, a->n + b->n);
}

/* n - 1 where weights are rows, as an unbiased variance has it */
static double
unbiased(double variance, double n)
{
	return n > 1 ? variance * n / (n - 1) : 0;
}

ms_status
ms_wasserstein1d_error(ms_ctx *ctx, ms_arena *arena, const ms_column *a, const ms_column *b,
					   double p, double n_a, double n_b, double *out)
{
	double *ga;
	double *gb;
	double va;
	double vb;

	MS_TRY(ms_wasserstein1d_p(ctx, p));
	if (isinf(p))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "p", 0, p, 2);
	MS_TRY(ms_arena_zeroed(arena, a->n, 2 * sizeof(*ga), (void **) &ga));
	MS_TRY(ms_arena_zeroed(arena, b->n, 2 * sizeof(*gb), (void **) &gb));
	MS_TRY(average_gradients(ctx, a, b, p, ga, gb));
	MS_TRY(potential_variance(ctx, a, ga, &va));
	MS_TRY(potential_variance(ctx, b, gb, &vb));
	*out = sqrt(unbiased(va, n_a) / n_a + unbiased(vb, n_b) / n_b);
	return MS_OK;
}

void
ms_wasserstein1d_quantiles(const ms_column *a, const ms_column *b, const double *p, size_t k,
						   double *qa, double *qb, double *shift)
{
	for (size_t i = 0; i < k; i++)
	{
		qa[i] = ms_describe_quantile(a, p[i]);
		qb[i] = ms_describe_quantile(b, p[i]);
		shift[i] = qb[i] - qa[i];
	}
}

ms_status
ms_wasserstein1d_matrix(ms_ctx *ctx, const ms_column *columns, size_t g, double p, float *out)
{
	double distance;

	MS_TRY(ms_wasserstein1d_p(ctx, p));
	for (size_t i = 0; i < g; i++)
		for (size_t j = 0; j < i; j++)
		{
			MS_TRY(ms_wasserstein1d(ctx, columns + i, columns + j, p, &distance));
			if (distance > FLT_MAX)
				return ms_fail(ctx, MS_TOO_LARGE, "distance", 0, distance, FLT_MAX);
			*out++ = (float) distance;
			MS_TRY(ms_tick(ctx, 32));
		}
	return MS_OK;
}

/* An arc after a value, on which F - G is `level`. */
typedef struct arc
{
	double level;
	double length;
} arc;

/* Arcs of the merged values, in turn; the last leads over the origin. */
static ms_status
make_arcs(ms_ctx *ctx, const ms_column *a, const ms_column *b, double circumference, arc *arcs,
		  size_t *count)
{
	size_t i = 0;
	size_t j = 0;
	size_t n = 0;
	double first = fmin(a->x[0], b->x[0]);

	while (i < a->n || j < b->n)
	{
		bool from_a = j == b->n || (i < a->n && a->x[i] <= b->x[j]);
		double x = from_a ? a->x[i] : b->x[j];
		double after;

		i += from_a;
		j += !from_a;
		after = fmin(i < a->n ? a->x[i] : INFINITY, j < b->n ? b->x[j] : INFINITY);
		arcs[n].level =
			(i > 0 ? upto(a, i - 1) : 0) / a->weight - (j > 0 ? upto(b, j - 1) : 0) / b->weight;
		arcs[n++].length = isinf(after) ? circumference - x + first : after - x;
		MS_TRY(tick_at(ctx, n, 8));
	}
	*count = n;
	return MS_OK;
}

ms_status
ms_wasserstein1d_circle(ms_ctx *ctx, ms_arena *arena, const ms_column *a, const ms_column *b,
						double circumference, double *out)
{
	static const unsigned char kinds[] = {MS_SLOT_DOUBLE, MS_SLOT_DOUBLE};
	double greatest = fmax(a->x[a->n - 1], b->x[b->n - 1]);
	ms_sum sum = {0, 0};
	double upto_half = 0;
	size_t median = 0;
	size_t most;
	size_t n;
	arc *arcs;

	if (!(circumference > greatest) || fmin(a->x[0], b->x[0]) < 0 || isinf(circumference))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "circumference", 0, circumference, greatest);
	if (!ms_size_add(a->n, b->n, &most))
		return ms_fail(ctx, MS_TOO_LARGE, "memory", 0, (double) most, (double) SIZE_MAX);
	MS_TRY(MS_ALLOC(arena, most, &arcs));
	MS_TRY(make_arcs(ctx, a, b, circumference, arcs, &n));
	MS_TRY(ms_order_sort(ctx, (uint64_t *) arcs, n, 2, kinds));
	for (; median < n - 1; median++)
	{
		upto_half += arcs[median].length;
		if (upto_half >= circumference / 2)
			break;
	}
	for (size_t i = 0; i < n; i++)
	{
		ms_sum_add(&sum, arcs[i].length * fabs(arcs[i].level - arcs[median].level));
		MS_TRY(tick_at(ctx, i, 4));
	}
	*out = ms_sum_get(&sum);
	return MS_OK;
}

/* sum mass (exp((d / s)^power) - 1), as far as 1e12 */
static ms_status
orlicz_mean(ms_ctx *ctx, const ms_piece *pieces, const double *d, size_t n, double s, int power_of,
			double *out)
{
	double sum = 0;

	for (size_t i = 0; i < n && sum < 1e12; i++)
	{
		sum += pieces[i].mass * expm1(fmin(power(d[i] / s, power_of), 600));
		MS_TRY(tick_at(ctx, i, 16));
	}
	*out = sum;
	return MS_OK;
}

ms_status
ms_wasserstein1d_orlicz(ms_ctx *ctx, ms_arena *arena, const ms_column *a, const ms_column *b,
						int power_of, double *out)
{
	ms_piece *pieces;
	double *d;
	double low;
	double high;
	size_t n = 0;
	size_t most;
	ms_walk w;

	if (power_of != 1 && power_of != 2)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "power", 0, power_of, power_of < 1 ? 1 : 2);
	if (!ms_size_add(a->n, b->n, &most))
		return ms_fail(ctx, MS_TOO_LARGE, "memory", 0, (double) most, (double) SIZE_MAX);
	MS_TRY(MS_ALLOC(arena, most, &pieces));
	MS_TRY(MS_ALLOC(arena, most, &d));
	MS_TRY(ms_wasserstein1d(ctx, a, b, 1, &low));
	MS_TRY(greatest_distance(ctx, a, b, &high));
	for (ms_walk_begin(&w, a, b); next(&w, pieces + n); n++)
	{
		d[n] = distance(&w, pieces + n);
		MS_TRY(tick_at(ctx, n, 8));
	}
	/* Jensen: s >= W1 / Phi^-1(1); and all d <= W_inf */
	low /= power_of == 1 ? M_LN2 : sqrt(M_LN2);
	high /= power_of == 1 ? M_LN2 : sqrt(M_LN2);
	if (isinf(high))
		return ms_fail(ctx, MS_TOO_LARGE, "distance", 0, high, DBL_MAX);
	for (int i = 0; i < 200 && high - low > 1e-15 * high; i++)
	{
		double middle = low + (high - low) / 2;
		double mean;

		MS_TRY(orlicz_mean(ctx, pieces, d, n, middle, power_of, &mean));
		if (mean > 1)
			low = middle;
		else
			high = middle;
	}
	*out = high;
	return MS_OK;
}
