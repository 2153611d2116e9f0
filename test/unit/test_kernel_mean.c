/*
 * test_kernel_mean.c: MMD from means of random features: reference values, spread over the draw of
 * frequencies, any cut of the rows, a test of many states.
 */
#include "core/mmd/kernel_mean.h"

#include "core/base/rng.h"
#include "kernel_mean_exercise.h"

/* --- data ----------------------------------------------------------------------------------- */

#define M 50
#define N 40

static double x[M * 2], y[N * 2]; /* D2 of the specification */

static double
fraction(double t)
{
	return t - floor(t);
}

static void
load(void)
{
	for (size_t i = 0; i < M; i++)
	{
		x[2 * i] = fraction(0.7548776662466927 * (double) (i + 1));
		x[2 * i + 1] = fraction(0.5698402909980532 * (double) (i + 1));
	}
	for (size_t j = 0; j < N; j++)
	{
		y[2 * j] = 0.15 + 0.9 * fraction(0.6180339887498949 * (double) (j + 1));
		y[2 * j + 1] = 0.15 + 0.9 * fraction(0.41421356237309515 * (double) (j + 1));
	}
}

static ms_kernel_mean_distance
compare(const ms_features *f, const double *a, size_t m, const double *b, size_t n)
{
	ms_kernel_mean_distance d;
	projector p;
	mean_value u;
	mean_value v;

	projector_init(&p, &f->spectrum, ms_features_scale(f));
	u = mean_of(&p, f, a, m);
	v = mean_of(&p, f, b, n);
	d = ms_kernel_mean_compare(u.m, v.m);
	CHECK_BITS(ms_kernel_mean_squared(u.m, v.m), d.v);
	CHECK_BITS(ms_kernel_mean_squared(v.m, u.m), d.v);
	CHECK_BITS(ms_kernel_mean_squared(u.m, u.m), 0);
	free(u.m);
	free(v.m);
	projector_done(&p);
	return d;
}

/* --- reference values ----------------------------------------------------------------------- */

/* The sums of D1 under given frequencies, by the C library. */
static mean_value
sums_of_rows(const ms_features *f, const double *rows, size_t n)
{
	static const double w[] = {0.5, 1.5};
	mean_value v = mean_begin(f);
	double *sums;

	v.m->n = n;
	mean_room(&v, ms_kernel_mean_size(v.m));
	sums = (double *) ms_kernel_mean_sums(v.m);
	memset(sums, 0, 4 * sizeof(double));
	for (size_t i = 0; i < n; i++)
	{
		for (size_t l = 0; l < 2; l++)
		{
			sums[l] += cos(w[l] * rows[i]);
			sums[2 + l] += sin(w[l] * rows[i]);
		}
	}
	return v;
}

TEST(the_specifications_check)
{
	static const double a[] = {0, 1, 3};
	static const double b[] = {0.5, 2, 4, 7};
	features_value f = features_of(MS_KERNEL_GAUSSIAN, 1, 1, 2, 0);
	mean_value u = sums_of_rows(&f.f, a, 3);
	mean_value v = sums_of_rows(&f.f, b, 4);
	const double *sums = ms_kernel_mean_sums(u.m);
	ms_kernel_mean_distance d = ms_kernel_mean_compare(u.m, v.m);

	CHECK_NEAR(sums[0], 1.94831976, 1e-8);
	CHECK_NEAR(sums[1], 0.8599414, 1e-7);
	CHECK_NEAR(sums[2], 1.47692053, 1e-8);
	CHECK_NEAR(sums[3], 0.01996487, 1e-8);
	CHECK_NEAR(d.v, 0.22004409122392532, 1e-15);
	CHECK_NEAR(d.u, -0.39646471360291957, 1e-15);
	free(u.m);
	free(v.m);
}

/* V of the rows themselves, by kernel (section 13): within four errors at 65536 features. */
TEST(every_kernel_on_the_unit_square)
{
	static const struct
	{
		ms_kernel_kind kind;
		double v;
		double u;
	} wanted[] = {{MS_KERNEL_GAUSSIAN, 2.088283616878e-02, 3.448232010773e-03},
				  {MS_KERNEL_LAPLACE, 2.096782902147e-02, -5.532696773336e-03},
				  {MS_KERNEL_IMQ, 1.308333089947e-02, 6.668977644373e-04},
				  {MS_KERNEL_MATERN32, 2.031572630784e-02, -1.166874227316e-03},
				  {MS_KERNEL_MATERN52, 2.061323970984e-02, 5.880237891565e-04}};

	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
	{
		features_value f = features_of(wanted[i].kind, 0.5, 2, 65536, 1);
		ms_kernel_mean_distance d = compare(&f.f, x, M, y, N);

		CHECK_NEAR((d.v - wanted[i].v) / d.std_error, 0, 4);
		CHECK_NEAR((d.u - wanted[i].u) / d.std_error, 0, 4);
		CHECK(d.std_error < 2e-4);
	}
}

/* --- the draw of frequencies (section 8) ------------------------------------------------------ */

typedef struct spread
{
	double n, mean, sd, error, covered;
} spread;

static spread
over_seeds(size_t count, size_t seeds)
{
	spread s = {0};
	double sum = 0;
	double squares = 0;

	for (size_t seed = 0; seed < seeds; seed++)
	{
		features_value f = features_of(MS_KERNEL_GAUSSIAN, 0.5, 2, count, seed);
		ms_kernel_mean_distance d = compare(&f.f, x, M, y, N);

		sum += d.v;
		squares += d.v * d.v;
		s.error += d.std_error / (double) seeds;
		s.covered += fabs(d.v - 2.088283616878e-02) <= 1.96 * d.std_error;
		CHECK(fabs(d.v - 2.088283616878e-02) <= ms_kernel_mean_bound(&f.f.spectrum, 0.99));
	}
	s.n = (double) seeds;
	s.mean = sum / s.n;
	s.sd = sqrt((squares - sum * s.mean) / (s.n - 1));
	s.covered /= s.n;
	return s;
}

/* The specification has .0018, .0008, .00045, .0002; the sd of 200 draws is known to 5 %. */
TEST(orthogonal_frequencies)
{
	static const double wanted[] = {.0018, .0009, .00045, .000225};

	for (size_t i = 0; i < 4; i++)
	{
		size_t count = (size_t) 64 << 2 * i;
		spread s = over_seeds(count, i < 3 ? 200 : 60);

		printf("%zu features: sd %.6f, by itself %.6f, covered %.3f\n", count, s.sd, s.error,
			   s.covered);
		CHECK_NEAR((s.mean - 2.088283616878e-02) / (s.sd / sqrt(s.n)), 0, 4);
		CHECK(s.sd > 0.75 * wanted[i] && s.sd < 1.25 * wanted[i]);
		CHECK(s.error > 0.85 * s.sd && s.error < 1.2 * s.sd);
		CHECK(s.covered >= 0.95 - 2 * sqrt(.05 * .95 / s.n));
	}
}

/* A first frequency under each of many seeds: independent ones. .0024, .0012 (section 8). */
TEST(independent_frequencies)
{
	for (size_t count = 64; count <= 256; count *= 4)
	{
		double sum = 0;
		double squares = 0;
		double sd;

		for (size_t draw = 0; draw < 60; draw++)
		{
			double v = 0;

			for (size_t l = 0; l < count; l++)
			{
				features_value f =
					features_of(MS_KERNEL_GAUSSIAN, 0.5, 2, 1, 1000 + draw * 256 + l);

				v += compare(&f.f, x, M, y, N).v / (double) count;
			}
			sum += v;
			squares += v * v;
		}
		sd = sqrt((squares - sum * sum / 60) / 59);
		printf("%zu independent features: sd %.6f\n", count, sd);
		CHECK_NEAR((sum / 60 - 2.088283616878e-02) / (sd / sqrt(60)), 0, 4);
		CHECK(sd > 0.7 * .0192 / sqrt((double) count) && sd < 1.3 * .0192 / sqrt((double) count));
	}
}

/* N(0, 1) and N(1, 1) by their quantiles, in tails and all: 0.177267634920. */
TEST(closed_form)
{
	static double a[4000];
	static double b[4000];
	features_value f = features_of(MS_KERNEL_GAUSSIAN, 1, 1, 8192, 3);
	ms_kernel_mean_distance d;
	ms_rng rng;

	ms_rng_init(&rng, 1, 1);
	for (size_t i = 0; i < 4000; i += 2)
	{
		a[i] = ms_rng_normal(&rng);
		a[i + 1] = -a[i];
		b[i] = a[i] + 1;
		b[i + 1] = a[i + 1] + 1;
	}
	d = compare(&f.f, a, 4000, b, 4000);
	CHECK_NEAR(d.v, 0.177267634920, 4 * d.std_error + 0.006);
	CHECK(d.std_error < 0.003);
}

/* --- metamorphic ---------------------------------------------------------------------------- */

static void
check_sums(const mean_value *a, const mean_value *b)
{
	CHECK_INT(a->m->n, b->m->n);
	for (size_t l = 0; l < 2 * (size_t) a->m->spectrum.count; l++)
		CHECK_NEAR(ms_kernel_mean_sums(a->m)[l] / (double) a->m->n,
				   ms_kernel_mean_sums(b->m)[l] / (double) b->m->n, 1e-14);
}

/* Any cut of any order of the rows, merged in any order, is one pass. */
TEST(any_split)
{
	enum
	{
		ROWS = 1500
	};
	features_value f = features_of(MS_KERNEL_IMQ, 0.7, 2, 30, 4);
	static double rows[2 * ROWS];
	mean_value all;
	projector p;

	for (size_t i = 0; i < 2 * ROWS; i++)
		rows[i] = 100 * ms_rng_at(2, 2, i);
	projector_init(&p, &f.f.spectrum, ms_features_scale(&f.f));
	all = mean_of(&p, &f.f, rows, ROWS);
	for (size_t parts = 1; parts <= 40; parts += 3)
	{
		mean_value v[40];

		for (size_t k = 0; k < parts; k++)
			v[k] = mean_begin(&f.f);
		for (size_t i = 0; i < ROWS; i++)
			CHECK_INT(mean_append(&p.h.ctx, p.p, &v[(i * 7 + i / 11) % parts], rows + 2 * i),
					  MS_OK);
		for (size_t k = 1; k < parts; k++)
		{
			CHECK_INT(mean_merge(&p.h.ctx, p.p, &v[0], &v[k]), MS_OK);
			CHECK_INT(ms_kernel_mean_check(&p.h.ctx, v[0].m, ms_kernel_mean_size(v[0].m)), MS_OK);
			free(v[k].m);
		}
		CHECK_INT(mean_flush(&p.h.ctx, p.p, &v[0]), MS_OK);
		check_sums(&v[0], &all);
		CHECK_NEAR(ms_kernel_mean_squared(v[0].m, all.m), 0, 1e-26);
		free(v[0].m);
	}
	free(all.m);
	projector_done(&p);
}

/* Rows twice, both shifted, both turned: V stays; U of rows twice does not. */
TEST(what_v_does_not_see)
{
	features_value f = features_of(MS_KERNEL_MATERN32, 0.5, 2, 4096, 2);
	double moved[2][2 * M];
	double twice[4 * M];
	ms_kernel_mean_distance d = compare(&f.f, x, M, y, N);
	ms_kernel_mean_distance other;

	memcpy(twice, x, sizeof x);
	memcpy(twice + 2 * M, x, sizeof x);
	other = compare(&f.f, twice, 2 * M, y, N);
	CHECK_NEAR(other.v, d.v, 1e-15);
	CHECK(fabs(other.u - d.u) > 1e-3);
	for (size_t i = 0; i < 2 * M; i++)
	{
		moved[0][i] = x[i] + (i % 2 ? 3 : -50);
		moved[1][i] = i < 2 * N ? y[i] + (i % 2 ? 3 : -50) : 0;
	}
	other = compare(&f.f, moved[0], M, moved[1], N);
	CHECK_NEAR(other.v, d.v, 1e-12);
	CHECK_NEAR(other.u, d.u, 1e-12);
	for (size_t i = 0; i < M; i++)
	{
		moved[0][2 * i] = 0.6 * x[2 * i] - 0.8 * x[2 * i + 1];
		moved[0][2 * i + 1] = 0.8 * x[2 * i] + 0.6 * x[2 * i + 1];
		moved[1][2 * i] = 0.6 * y[2 * (i % N)] - 0.8 * y[2 * (i % N) + 1];
		moved[1][2 * i + 1] = 0.8 * y[2 * (i % N)] + 0.6 * y[2 * (i % N) + 1];
	}
	other = compare(&f.f, moved[0], M, moved[1], N);
	CHECK_NEAR((other.v - d.v) / d.std_error, 0, 4);
}

/* Fewer than 30 blocks: single frequencies tell the error, here by the formula. */
TEST(few_blocks)
{
	features_value f = features_of(MS_KERNEL_GAUSSIAN, 5, 40, 64, 2);
	double squares = 0;
	double rows[2][40];
	ms_kernel_mean_distance d;
	mean_value u;
	mean_value v;
	projector p;

	for (size_t j = 0; j < 40; j++)
	{
		rows[0][j] = x[j];
		rows[1][j] = y[j];
	}
	projector_init(&p, &f.f.spectrum, ms_features_scale(&f.f));
	u = mean_of(&p, &f.f, rows[0], 1);
	v = mean_of(&p, &f.f, rows[1], 1);
	d = ms_kernel_mean_compare(u.m, v.m);
	for (size_t l = 0; l < 64; l++)
	{
		const double *a = ms_kernel_mean_sums(u.m) + l;
		const double *b = ms_kernel_mean_sums(v.m) + l;

		squares += pow(pow(a[0] - b[0], 2) + pow(a[64] - b[64], 2) - d.v, 2);
	}
	CHECK_NEAR(d.std_error, sqrt(squares / 63 / 64), 1e-14);
	free(u.m);
	free(v.m);
	projector_done(&p);
}

TEST(few_rows)
{
	features_value f = features_of(MS_KERNEL_GAUSSIAN, 0.5, 2, 1, 2);
	ms_kernel_mean_distance d = compare(&f.f, x, 1, y, N);

	CHECK(d.v > 0 && isnan(d.u) && isnan(d.std_error));
	d = compare(&f.f, x, 2, y, 1);
	CHECK(isnan(d.u));
	CHECK_NEAR(ms_kernel_mean_bound(&(ms_spectrum){.count = 1000, .d = 1}, 0.95),
			   4 * sqrt(log(40) / 2000), 1e-15);
	CHECK_NEAR(ms_kernel_mean_bound(&(ms_spectrum){.count = 1000, .d = 3}, 0.95),
			   4 * sqrt(log(40) / 668), 1e-15);
}

/* The worst for plain sums: every block adds the same, and rounding errs in one direction. */
TEST(rows_that_are_all_the_same)
{
	features_value f = features_of(MS_KERNEL_GAUSSIAN, 1, 1, 3, 2);
	mean_value one;
	mean_value many;
	projector p;
	size_t n = 2000000;

	projector_init(&p, &f.f.spectrum, ms_features_scale(&f.f));
	one = mean_of(&p, &f.f, (double[]){0.7}, 1);
	many = mean_begin(&f.f);
	for (size_t i = 0; i < n; i++)
		mean_append(&p.h.ctx, p.p, &many, (double[]){0.7});
	CHECK_INT(mean_flush(&p.h.ctx, p.p, &many), MS_OK);
	for (size_t l = 0; l < 6; l++)
		CHECK_NEAR(ms_kernel_mean_sums(many.m)[l] / (double) n, ms_kernel_mean_sums(one.m)[l],
				   4.4e-19 * (double) n + 1e-15);
	CHECK_INT(ms_kernel_mean_check(&p.h.ctx, many.m, ms_kernel_mean_size(many.m)), MS_OK);
	free(one.m);
	free(many.m);
	projector_done(&p);
}

/* --- many states ---------------------------------------------------------------------------- */

#define STATES 8

static ms_status
test_states(ms_ctx *ctx, size_t n, mean_value *v, size_t in_a, int64_t replicates,
			ms_permutation *out)
{
	const ms_kernel_mean *means[STATES];
	unsigned char label[STATES];
	ms_arena arena;
	ms_status status;

	for (size_t i = 0; i < n; i++)
	{
		means[i] = v[i].m;
		label[i] = i >= in_a;
	}
	ms_arena_init(&arena, ctx);
	status = ms_kernel_mean_test(ctx, &arena, n, means, label, replicates, 1, out);
	ms_arena_free(&arena);
	return status;
}

static void
make_states(projector *p, const features_value *f, double shift, uint64_t seed, mean_value *v)
{
	double rows[20 * 2];

	for (size_t s = 0; s < STATES; s++)
	{
		for (size_t i = 0; i < 40; i++)
			rows[i] = ms_rng_at(seed, s, i) + (s < STATES / 2 ? 0 : shift);
		v[s] = mean_of(p, &f->f, rows, 20);
	}
}

static void
free_states(mean_value *v)
{
	for (size_t s = 0; s < STATES; s++)
		free(v[s].m);
}

/* |mean of the means of a - that of b|, without a table. */
static double
between(const mean_value *v, size_t n, size_t in_a)
{
	size_t count = v[0].m->spectrum.count;
	double sum = 0;

	for (size_t l = 0; l < 2 * count; l++)
	{
		double off = 0;

		for (size_t s = 0; s < n; s++)
			off += ms_kernel_mean_sums(v[s].m)[l] / (double) v[s].m->n /
				   (s < in_a ? (double) in_a : -(double) (n - in_a));
		sum += off * off;
	}
	return sqrt(sum / (double) count);
}

TEST(shifted_states)
{
	features_value f = features_of(MS_KERNEL_GAUSSIAN, 0.5, 2, 100, 2);
	mean_value v[STATES];
	ms_permutation t;
	ms_status status;
	projector p;
	host h;

	projector_init(&p, &f.f.spectrum, ms_features_scale(&f.f));
	make_states(&p, &f, 0.5, 5, v);
	CHECK_INT(test_states(&p.h.ctx, STATES, v, 4, 999, &t), MS_OK);
	CHECK_NEAR(t.statistic, between(v, STATES, 4), 1e-14);
	CHECK(t.exact);
	CHECK_INT(t.replicates, 70);
	CHECK_NEAR(t.p_value, 2.0 / 70, 1e-15);
	CHECK_NEAR(t.p_min, 2.0 / 70, 1e-15);
	CHECK(t.null_mean < t.statistic);
	CHECK_INT(test_states(&p.h.ctx, STATES, v, 3, 20, &t), MS_OK);
	CHECK_NEAR(t.statistic, between(v, STATES, 3), 1e-14);
	CHECK(!t.exact);
	CHECK_NEAR(t.p_min, 1.0 / 21, 1e-15);
	CHECK_INT(test_states(&p.h.ctx, 2, v, 1, 99, &t), MS_OK);
	CHECK_NEAR(t.p_value, 1, 0);
	HOST_EVERY(h, status, test_states(&h.ctx, STATES, v, 4, 99999, &t));
	free_states(v);
	projector_done(&p);
}

/* Under the null p is uniform on 2/70, 4/70 ... 1: never too small too often. */
TEST(level)
{
	features_value f = features_of(MS_KERNEL_LAPLACE, 0.5, 2, 40, 2);
	size_t least = 0;
	size_t half = 0;
	projector p;

	projector_init(&p, &f.f.spectrum, ms_features_scale(&f.f));
	for (uint64_t seed = 0; seed < 400; seed++)
	{
		mean_value v[STATES];
		ms_permutation t;

		make_states(&p, &f, 0, 100 + seed, v);
		CHECK_INT(test_states(&p.h.ctx, STATES, v, 4, 999, &t), MS_OK);
		least += t.p_value < 4.5 / 70; /* probability 4 / 70 */
		half += t.p_value < 35.0 / 70; /* probability 34 / 70 */
		free_states(v);
	}
	printf("level %.3f, %.3f\n", (double) least / 400, (double) half / 400);
	CHECK_NEAR((double) least, 400 * 4.0 / 70, 3 * sqrt(400 * 4.0 / 70));
	CHECK_NEAR((double) half, 400 * 34.0 / 70, 30);
	projector_done(&p);
}

int
main(void)
{
	load();
	RUN(the_specifications_check);
	RUN(every_kernel_on_the_unit_square);
	RUN(orthogonal_frequencies);
	RUN(independent_frequencies);
	RUN(closed_form);
	RUN(any_split);
	RUN(what_v_does_not_see);
	RUN(few_blocks);
	RUN(few_rows);
	RUN(rows_that_are_all_the_same);
	RUN(shifted_states);
	RUN(level);
	return unit_done();
}
