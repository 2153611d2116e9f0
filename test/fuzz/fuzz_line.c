/*
 * fuzz_line.c: transport on a line against what must hold: margins of the plan, W1 as the area between
 * distribution functions, order in p, barycenters, means of blocks, dominance, the circle.
 */
#include "core/transport/barycenter1d.h"
#include "core/transport/dominance.h"
#include "core/transport/levels1d.h"
#include "fuzz.h"
#include "transport_data.h"

#define MOST 60
#define BINS 16

typedef struct line
{
	double x[MOST];
	double weight[MOST];
	double upto[MOST];
	ms_column c;
} line;

static bool
near(double a, double b, double scale)
{
	return fabs(a - b) <= 1e-11 * (scale + 1e-300);
}

/* Bytes in turn: a value, and a weight in tenths, halves or whole. */
static void
line_of(line *l, const uint8_t *data, size_t size, bool weighted, int divisor)
{
	host h;

	l->c.n = 0;
	for (size_t i = 0; i + 2 <= size && l->c.n < MOST; i += 2)
	{
		l->x[l->c.n] = data[i];
		l->weight[l->c.n++] = (1 + data[i + 1] % 32) / (double) divisor;
	}
	host_init(&h);
	expect(ms_order_sort_doubles(&h.ctx, l->x, l->c.n) == MS_OK, "sort");
	l->c = column_of(l->x, l->c.n, weighted ? l->weight : NULL, l->upto);
}

static double
mass_of(const ms_column *c, size_t i)
{
	return c->upto ? (c->upto[i] - (i > 0 ? c->upto[i - 1] : 0)) / c->weight : 1 / c->weight;
}

static double
mean_of(const ms_column *c)
{
	double sum = 0;

	for (size_t i = 0; i < c->n; i++)
		sum += mass_of(c, i) * c->x[i];
	return sum;
}

static void
try_plan(const ms_column *a, const ms_column *b)
{
	double out_of[MOST] = {0}, into[MOST] = {0};
	ms_piece piece;
	ms_walk w;
	size_t n = 0;

	for (ms_walk_begin(&w, a, b); ms_walk_next(&w, &piece); n++)
	{
		expect(piece.mass > 0, "mass");
		out_of[piece.i] += piece.mass;
		into[piece.j] += piece.mass;
	}
	expect(n < a->n + b->n, "pieces");
	for (size_t i = 0; i < a->n; i++)
		expect(near(out_of[i], mass_of(a, i), 1), "margin of a");
	for (size_t j = 0; j < b->n; j++)
		expect(near(into[j], mass_of(b, j), 1), "margin of b");
}

/* Values are whole numbers below 256. */
static double
area(const ms_column *a, const ms_column *b)
{
	double sum = 0;

	for (int t = 0; t < 256; t++)
		sum += fabs(ms_describe_cdf(a, t) - ms_describe_cdf(b, t));
	return sum;
}

static double
distance(const ms_column *a, const ms_column *b, double p)
{
	double out = NAN;
	host h;

	host_init(&h);
	expect(ms_wasserstein1d(&h.ctx, a, b, p, &out) == MS_OK, "distance");
	return out;
}

static void
try_distances(const ms_column *a, const ms_column *b)
{
	double d[] = {distance(a, b, 1), distance(a, b, 1.5), distance(a, b, 2), distance(a, b, 3),
				  distance(a, b, INFINITY)};
	double circle, trimmed, xs[BINS], ys[BINS], sum = 0;
	ms_arena arena;
	host h;

	expect(near(d[0], area(a, b), 256), "W1 is the area");
	for (int i = 1; i < 5; i++)
		expect(d[i] >= d[i - 1] - 1e-11 * 256, "order in p");
	expect(near(distance(b, a, 2), d[2], 256), "symmetric");
	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	expect(ms_wasserstein1d_circle(&h.ctx, &arena, a, b, 256, &circle) == MS_OK, "circle");
	expect(circle <= d[0] + 1e-9 && circle >= 0, "circle within line");
	ms_arena_free(&arena);
	expect(ms_levels1d_trimmed(&h.ctx, a, b, 2, 0, &trimmed) == MS_OK && near(trimmed, d[2], 256),
		   "nothing trimmed");
	expect(ms_levels1d_trimmed(&h.ctx, a, b, INFINITY, .1, &trimmed) == MS_OK && trimmed <= d[4],
		   "trimmed");
	expect(ms_levels1d_means(&h.ctx, a, BINS, xs) == MS_OK &&
			   ms_levels1d_means(&h.ctx, b, BINS, ys) == MS_OK,
		   "means");
	for (int i = 0; i < BINS; i++)
		sum += (xs[i] - ys[i]) * (xs[i] - ys[i]) / BINS;
	expect(sqrt(sum) <= d[2] + 1e-11 * 256, "means are no farther");
}

/* Half-way between two: the Frechet variance is a quarter of W2^2. */
static void
try_barycenter(const ms_column *a, const ms_column *b)
{
	ms_column both[] = {*a, *b};
	double w2 = distance(a, b, 2);
	ms_barycenter1d c;
	ms_arena arena;
	double sum = 0;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	expect(ms_barycenter1d_make(&h.ctx, &arena, both, 2, NULL, 2, &c) == MS_OK, "barycenter");
	for (size_t i = 0; i < c.n; i++)
		sum += c.mass[i] * c.x[i];
	expect(near(sum, (mean_of(a) + mean_of(b)) / 2, 256), "mean of the barycenter");
	expect(near(c.frechet, w2 * w2 / 4, 65536), "variance");
	ms_arena_free(&arena);
}

static void
try_dominance(const ms_column *a, const ms_column *b)
{
	ms_dominance d, back;
	host h;

	host_init(&h);
	expect(ms_dominance_compare(&h.ctx, a, b, &d) == MS_OK &&
			   ms_dominance_compare(&h.ctx, b, a, &back) == MS_OK,
		   "dominance");
	expect(d.first == (back.first == 2 ? 2 : -back.first) &&
			   d.second == (back.second == 2 ? 2 : -back.second),
		   "both ways");
	expect(d.first == 0 || d.second == d.first, "first order gives second");
	if (d.first != 0)
		expect(near(distance(a, b, 1), fabs(mean_of(a) - mean_of(b)), 256),
			   "first order: W1 is the difference of means");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int divisors[] = {1, 2, 10, 3};
	static line a, b;
	size_t cut;

	if (size < 6)
		return 0;
	cut = 2 + (size - 2) * data[1] / 512;
	line_of(&a, data + 2, cut < size ? cut : size - 2, data[0] & 1, divisors[data[0] >> 2 & 3]);
	line_of(&b, data + 2 + cut, cut + 2 < size ? size - 2 - cut : 0, data[0] & 2,
			divisors[data[0] >> 4 & 3]);
	if (a.c.n == 0 || b.c.n == 0)
		return 0;
	try_plan(&a.c, &b.c);
	try_distances(&a.c, &b.c);
	try_barycenter(&a.c, &b.c);
	try_dominance(&a.c, &b.c);
	return 0;
}
