/*
 * line.c: sweeps over sorted numbers.
 */
#include "core/mmd/line.h"

#include <math.h>
#include <string.h>

#define LANES 32 /* labellings of one sweep */
#define CHUNK 64 /* numbers whose labels are turned together */
#define CLONES __attribute__((target_clones("default", "avx2", "avx512f")))

/* One bandwidth's gaps, and what the kernel is made of. */
typedef struct sweep
{
	double scale;   /* of a gap */
	bool decays;    /* e = exp(-D), else 1 */
	double p, q, r; /* weights of P, Q, R */
	double self;    /* k(x, x) */
} sweep;

bool
ms_line_takes(const ms_kernel *k)
{
	return k->kind == MS_KERNEL_LAPLACE || k->kind == MS_KERNEL_MATERN32 ||
		   k->kind == MS_KERNEL_MATERN52 || (k->kind == MS_KERNEL_ENERGY && k->exponent == 1);
}

static size_t
sweeps_of(const ms_kernel *k)
{
	return k->kind == MS_KERNEL_ENERGY ? 1 : k->bandwidths;
}

static sweep
sweep_of(const ms_kernel *k, size_t l)
{
	switch (k->kind)
	{
		case MS_KERNEL_LAPLACE:
			return (sweep){1 / k->bandwidth[l], true, 1, 0, 0, 1};
		case MS_KERNEL_MATERN32:
			return (sweep){sqrt(3) / k->bandwidth[l], true, 1, 1, 0, 1};
		case MS_KERNEL_MATERN52:
			return (sweep){sqrt(5) / k->bandwidth[l], true, 1, 1, 1.0 / 3, 1};
		default:
			return (sweep){1, false, 0, -1, 0, 0};
	}
}

ms_status
ms_line_new(ms_ctx *ctx, ms_arena *arena, const ms_cloud *c, const ms_kernel *k,
			const uint32_t *order, ms_line *out)
{
	double *x, *w;

	*out = (ms_line){.n = c->n, .order = order, .kernel = *k};
	MS_TRY(MS_ALLOC(arena, c->n, &x));
	MS_TRY(MS_ALLOC(arena, c->n, &w));
	for (size_t i = 0; i < c->n; i++)
	{
		ms_cloud_point(c, order[i], x + i);
		w[i] = c->w[order[i]];
	}
	out->x = x;
	out->w = w;
	return ms_tick(ctx, 4 * c->n);
}

/* Beyond this all that came before is nothing, and squares of a gap stay numbers. */
#define FAR 1000

static inline double
gap_before(const sweep *s, const double *x, size_t i)
{
	double gap = (x[i] - x[i - 1]) * s->scale;

	return s->decays && gap > FAR ? FAR : gap;
}

/* --- sums of rows --------------------------------------------------------------------------- */

typedef struct state
{
	double p, q, r;
} state;

static inline void
move(state *t, double e, double gap)
{
	t->r = e * (t->r + 2 * gap * t->q + gap * gap * t->p);
	t->q = e * (t->q + gap * t->p);
	t->p = e * t->p;
}

/* Adds what lies before each number; numbers run upwards, or downwards where `back`. */
static ms_status
one_way(ms_ctx *ctx, const ms_line *line, const sweep *s, size_t m, bool back, double *sums[2])
{
	state t[2] = {{0, 0, 0}, {0, 0, 0}};
	size_t n = line->n;

	for (size_t step = 0; step < n; step++)
	{
		size_t i = back ? n - 1 - step : step;
		size_t row = line->order[i];
		double gap = step > 0 ? gap_before(s, line->x, back ? i + 1 : i) : 0;
		double e = s->decays ? exp(-gap) : 1;

		for (int side = 0; side < 2; side++)
		{
			move(&t[side], e, gap);
			sums[side][row] += s->p * t[side].p + s->q * t[side].q + s->r * t[side].r;
		}
		t[row >= m].p += line->w[i];
		MS_TRY(ms_tick(ctx, 20));
	}
	return MS_OK;
}

ms_status
ms_line_sums(ms_ctx *ctx, const ms_line *line, size_t m, double *sums[2])
{
	for (int side = 0; side < 2; side++)
		memset(sums[side], 0, line->n * sizeof(double));
	for (size_t l = 0; l < sweeps_of(&line->kernel); l++)
	{
		sweep s = sweep_of(&line->kernel, l);

		MS_TRY(one_way(ctx, line, &s, m, false, sums));
		MS_TRY(one_way(ctx, line, &s, m, true, sums));
		for (size_t i = 0; i < line->n; i++)
			sums[line->order[i] >= m][line->order[i]] += line->w[i] * s.self;
	}
	return MS_OK;
}

/* --- labellings ----------------------------------------------------------------------------- */

/* LANES labellings side by side. */
typedef struct lanes
{
	double p[LANES], q[LANES], r[LANES];
	double v[LANES];
	double weight[2][LANES];    /* of the sides */
	double factor[2][LANES];    /* what a weight counts: 1 / weight and -1 / weight */
	double label[CHUNK][LANES]; /* 0 or 1 */
} lanes;

/* The labels of numbers from .. from + m - 1 of `count` labellings; the other lanes repeat the last. */
static void
turn_labels(const ms_line *line, const unsigned char *labels, size_t count, size_t from, size_t m,
			lanes *t)
{
	for (size_t b = 0; b < LANES; b++)
	{
		const unsigned char *of = labels + (b < count ? b : count - 1) * line->n;

		for (size_t i = 0; i < m; i++)
			t->label[i][b] = of[line->order[from + i]];
	}
}

CLONES static void
add_weights(const double *w, size_t m, lanes *t)
{
	for (size_t i = 0; i < m; i++)
	{
#pragma omp simd
		for (size_t b = 0; b < LANES; b++)
		{
			t->weight[0][b] += w[i] * (1 - t->label[i][b]);
			t->weight[1][b] += w[i] * t->label[i][b];
		}
	}
}

CLONES static void
sweep_chunk(const sweep *s, const double *w, const double *gaps, const double *decays, size_t m,
			lanes *t)
{
	for (size_t i = 0; i < m; i++)
	{
		double gap = gaps[i];
		double e = decays[i];

#pragma omp simd
		for (size_t b = 0; b < LANES; b++)
		{
			double label = t->label[i][b];
			double a = w[i] * ((1 - label) * t->factor[0][b] + label * t->factor[1][b]);
			double r = e * (t->r[b] + 2 * gap * t->q[b] + gap * gap * t->p[b]);
			double q = e * (t->q[b] + gap * t->p[b]);
			double p = e * t->p[b];

			t->v[b] += a * (a * s->self + 2 * (s->p * p + s->q * q + s->r * r));
			t->r[b] = r;
			t->q[b] = q;
			t->p[b] = p + a;
		}
	}
}

static ms_status
sweep_lanes(ms_ctx *ctx, const ms_line *line, const sweep *s, const unsigned char *labels,
			size_t count, lanes *t)
{
	memset(t->p, 0, sizeof(t->p));
	memset(t->q, 0, sizeof(t->q));
	memset(t->r, 0, sizeof(t->r));
	for (size_t from = 0; from < line->n; from += CHUNK)
	{
		size_t m = line->n - from < CHUNK ? line->n - from : CHUNK;
		double gaps[CHUNK];
		double decays[CHUNK];

		for (size_t i = 0; i < m; i++)
		{
			gaps[i] = from + i > 0 ? gap_before(s, line->x, from + i) : 0;
			decays[i] = s->decays ? exp(-gaps[i]) : 1;
		}
		turn_labels(line, labels, count, from, m, t);
		sweep_chunk(s, line->w + from, gaps, decays, m, t);
		MS_TRY(ms_tick(ctx, m * LANES));
	}
	return MS_OK;
}

static ms_status
weigh_lanes(ms_ctx *ctx, const ms_line *line, const unsigned char *labels, size_t count, lanes *t)
{
	memset(t, 0, sizeof(*t));
	for (size_t from = 0; from < line->n; from += CHUNK)
	{
		size_t m = line->n - from < CHUNK ? line->n - from : CHUNK;

		turn_labels(line, labels, count, from, m, t);
		add_weights(line->w + from, m, t);
		MS_TRY(ms_tick(ctx, m * LANES / 2));
	}
	for (size_t b = 0; b < LANES; b++)
	{
		t->factor[0][b] = 1 / t->weight[0][b];
		t->factor[1][b] = -1 / t->weight[1][b];
	}
	return MS_OK;
}

ms_status
ms_line_labelled(ms_ctx *ctx, const ms_line *line, const unsigned char *labels, size_t count,
				 double *out)
{
	lanes t;

	for (size_t from = 0; from < count; from += LANES)
	{
		size_t m = count - from < LANES ? count - from : LANES;
		const unsigned char *these = labels + from * line->n;

		MS_TRY(weigh_lanes(ctx, line, these, m, &t));
		for (size_t l = 0; l < sweeps_of(&line->kernel); l++)
		{
			sweep s = sweep_of(&line->kernel, l);

			MS_TRY(sweep_lanes(ctx, line, &s, these, m, &t));
		}
		for (size_t b = 0; b < m; b++)
			out[from + b] = t.weight[0][b] > 0 && t.weight[1][b] > 0 ? t.v[b] : NAN;
	}
	return MS_OK;
}
