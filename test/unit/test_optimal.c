/*
 * test_optimal.c: embeddings against reference values and quadrature, a sample beside a law and the
 * level of its test, optimal weights and the distance they give.
 */
#include "core/mmd/optimal.h"

#include "mmd_samples.h"

static ms_embedding
embedding(ms_law law, ms_kernel_kind kind, double l, size_t d)
{
	return (ms_embedding){.law = law, .kind = kind, .bandwidth = l, .d = d};
}

/* optimally_weighted.md, section 9. */
TEST(reference)
{
	static const double at[] = {0, .2, .7};
	static const double laplace[] = {.289297801996, .425129828923, .460544577289};
	static const double m32[] = {.342224375521, .509309239452, .560069199376};
	static const double m52[] = {.355158497318, .529073719516, .585103020861};
	ms_embedding e = embedding(MS_LAW_UNIFORM, MS_KERNEL_GAUSSIAN, .3, 1);
	double x = .7;

	CHECK_NEAR(ms_embedding_mean(&e, &at[1]), .559236600195, 1e-12);
	CHECK_NEAR(ms_embedding_constant(&e), .572039051157, 1e-12);
	for (int i = 0; i < 3; i++)
	{
		e.kind = MS_KERNEL_LAPLACE;
		CHECK_NEAR(ms_embedding_mean(&e, &at[i]), laplace[i], 1e-12);
		e.kind = MS_KERNEL_MATERN32;
		CHECK_NEAR(ms_embedding_mean(&e, &at[i]), m32[i], 1e-12);
		e.kind = MS_KERNEL_MATERN52;
		CHECK_NEAR(ms_embedding_mean(&e, &at[i]), m52[i], 1e-12);
	}
	e = embedding(MS_LAW_NORMAL, MS_KERNEL_LAPLACE, .5, 1);
	CHECK_NEAR(ms_embedding_mean(&e, &x), .280266732746, 1e-11);
}

static double
one_kernel(const ms_embedding *e, double x, double y)
{
	double k;

	ms_embedding_kernel(e, &x, &y, 1, 1, &k);
	return k;
}

/* mu and Z by the middle rule, split where the kernel has its corner. */
static double
by_steps(const ms_embedding *e, double x, double lo, double hi, bool constant)
{
	double sum = 0;
	double ends[3] = {lo, x < lo ? lo : x > hi ? hi : x, hi};

	for (int part = 0; part < 2; part++)
	{
		int steps = 20000;
		double h = (ends[part + 1] - ends[part]) / steps;

		for (int i = 0; i < steps; i++)
		{
			double v = ends[part] + (i + .5) * h;
			double density = e->law == MS_LAW_UNIFORM ? 1 : exp(-v * v / 2) / sqrt(2 * M_PI);

			sum += h * density * (constant ? ms_embedding_mean(e, &v) : one_kernel(e, x, v));
		}
	}
	return sum;
}

TEST(quadrature)
{
	static const double bandwidths[] = {.05, .4, 1.3, 30};
	static const double points[] = {-.5, 0, .3, 1, 2.5};

	for (int law = MS_LAW_NORMAL; law <= MS_LAW_UNIFORM; law++)
	{
		for (int kind = MS_KERNEL_GAUSSIAN; kind <= MS_KERNEL_POLYNOMIAL; kind++)
		{
			double lo = law == MS_LAW_NORMAL ? -12 : 0, hi = law == MS_LAW_NORMAL ? 12 : 1;

			for (int b = 0; b < 4 && ms_embedding_exists(law, kind, 1); b++)
			{
				ms_embedding e = embedding(law, kind, bandwidths[b], 1);

				for (int p = 0; p < 5; p++)
				{
					/* integrals of the uniform law reach from 0 to 1 */
					if (law == MS_LAW_UNIFORM && kind != MS_KERNEL_ENERGY &&
						kind != MS_KERNEL_GAUSSIAN && (points[p] < 0 || points[p] > 1))
						continue;
					CHECK_NEAR(ms_embedding_mean(&e, &points[p]),
							   by_steps(&e, points[p], lo, hi, false), 2e-6);
				}
				CHECK_NEAR(ms_embedding_constant(&e), by_steps(&e, .5, lo, hi, true), 2e-6);
			}
		}
	}
	/* products of columns */
	{
		ms_embedding two = embedding(MS_LAW_NORMAL, MS_KERNEL_GAUSSIAN, 1.5, 2),
					 one = embedding(MS_LAW_NORMAL, MS_KERNEL_GAUSSIAN, 1.5, 1);
		double x[2] = {.3, -1};

		CHECK_NEAR(ms_embedding_mean(&two, x),
				   ms_embedding_mean(&one, x) * ms_embedding_mean(&one, x + 1), 1e-15);
	}
	/* far out and narrow: no overflow */
	{
		ms_embedding e = embedding(MS_LAW_NORMAL, MS_KERNEL_LAPLACE, .01, 1);
		double x = 3;

		CHECK_NEAR(ms_embedding_mean(&e, &x), .02 * exp(-4.5) / sqrt(2 * M_PI), 1e-6);
		x = 1e5;
		CHECK(ms_embedding_mean(&e, &x) == 0);
	}
}

/* --- a sample beside a law ------------------------------------------------------------------ */

static ms_law_fit
law_fit(sample_value s, const ms_law_options *o, ms_status wanted)
{
	ms_law_fit f = {.n = 0};
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_law_test(&h.ctx, &arena, s.s, o, &f), wanted);
	CHECK(wanted != MS_OK || arena.used <= ms_law_bytes(s.s->n, s.s->d) + 64 * 20);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	return f;
}

TEST(law_reference)
{
	static const double y[] = {-1.2, -.3, .1, .8, 2.0}, u[] = {.1, .2, .5, .7, .95};
	static const double standard[] = {0, 1}, shifted[] = {3, 2};
	double moved[5];
	sample_value a = sample_of(y, NULL, 5, 1), b = sample_of(u, NULL, 5, 1), c;
	ms_law_options o = {
		.law = MS_LAW_NORMAL, .kind = MS_KERNEL_GAUSSIAN, .bandwidth = 1, .parameters = standard};

	CHECK_NEAR(law_fit(a, &o, MS_OK).mmd2, .013214452326, 1e-11);
	for (int i = 0; i < 5; i++)
		moved[i] = 3 + 2 * y[i];
	c = sample_of(moved, NULL, 5, 1);
	o.parameters = shifted;
	CHECK_NEAR(law_fit(c, &o, MS_OK).mmd2, .013214452326, 1e-11);
	/* estimated parameters: no matter of units */
	o.parameters = NULL;
	CHECK_NEAR(law_fit(a, &o, MS_OK).mmd2, law_fit(c, &o, MS_OK).mmd2, 1e-13);
	o.law = MS_LAW_UNIFORM;
	o.kind = MS_KERNEL_ENERGY;
	CHECK_NEAR(law_fit(b, &o, MS_OK).mmd2, 2 * .0291666667 / 5, 1e-10);
	/* what has no formula */
	o.kind = MS_KERNEL_IMQ;
	law_fit(b, &o, MS_BAD_ARGUMENT);
	o.kind = MS_KERNEL_MATERN32;
	o.law = MS_LAW_NORMAL;
	law_fit(b, &o, MS_BAD_ARGUMENT);
	o.kind = MS_KERNEL_GAUSSIAN;
	{
		static const double flat[] = {0, 0}, one[] = {.1, .1, .1};
		sample_value d = sample_of(one, NULL, 3, 1);

		o.parameters = flat;
		law_fit(a, &o, MS_BAD_ARGUMENT);
		o.parameters = NULL;
		law_fit(d, &o, MS_CONSTANT);
		sample_free(d);
	}
	sample_free(a);
	sample_free(b);
	sample_free(c);
}

/* Exact quantiles are as near as can be. */
TEST(law_quantiles)
{
	enum
	{
		N = 2000
	};
	static double u[N];
	sample_value s;
	ms_law_options o = {.law = MS_LAW_UNIFORM, .kind = MS_KERNEL_MATERN52, .bandwidth = .3};
	double v;

	for (int i = 0; i < N; i++)
		u[i] = (i + .5) / N;
	s = sample_of(u, NULL, N, 1);
	v = law_fit(s, &o, MS_OK).mmd2;
	CHECK(v > -1e-15 && v < 1e-7);
	sample_free(s);
}

/* Rejections at 0.1 of true laws: within their binomial interval; of a false one nearly all. */
TEST(law_level)
{
	int rejected[3] = {0};
	int runs = 200;

	for (int run = 0; run < runs; run++)
	{
		sample_value s = normal_sample(30, 1, 100 + (uint64_t) run, 5, 3);
		ms_law_options o = {.law = MS_LAW_NORMAL,
							.kind = MS_KERNEL_GAUSSIAN,
							.bandwidth = NAN,
							.replicates = 99,
							.seed = (uint64_t) run};
		static const double truth[] = {5, 3}, wrong[] = {5, 1.5};

		for (int which = 0; which < 3; which++)
		{
			ms_law_fit f;

			o.parameters = which == 0 ? NULL : which == 1 ? truth : wrong;
			f = law_fit(s, &o, MS_OK);
			CHECK_INT(f.draws, 99);
			rejected[which] += 1 + f.as_great <= 10;
		}
		sample_free(s);
	}
	for (int which = 0; which < 2; which++)
		CHECK(rejected[which] >= 6 && rejected[which] <= 36);
	CHECK(rejected[2] > 190);
}

/* --- optimal weights ------------------------------------------------------------------------ */

static ms_optimal
weights_of(ms_ctx *ctx, ms_arena *arena, const double *u, size_t n, size_t d,
		   const ms_optimal_options *o, ms_status wanted)
{
	ms_rows rows = {.x = u, .n = n, .d = d, .stride = d};
	ms_optimal w = {.sum = 0};

	CHECK_INT(ms_optimal_weights(ctx, arena, &rows, o, &w), wanted);
	return w;
}

/* optimally_weighted.md, section 9. */
TEST(weights_reference)
{
	static const double rows[] = {.1, .01, .45, .2025, .8, .64}, y[] = {.05, .3, .6, .9};
	static const double wanted[] = {.26784156, .35876494, .35997630};
	sample_value sim = sample_of(rows, NULL, 3, 2), seen = sample_of(y, NULL, 4, 1);
	ms_simulation o = {.inputs = 1,
					   .kernel = ms_kernel_of(MS_KERNEL_GAUSSIAN, .5),
					   .weights = {MS_LAW_UNIFORM, MS_KERNEL_GAUSSIAN, .3},
					   .replicates = 50};
	ms_optimal_mmd f;
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_optimal_fit(&h.ctx, &arena, sim.s, seen.s, &o, &f), MS_OK);
	for (int i = 0; i < 3; i++)
		CHECK_NEAR(f.weights.w[i], wanted[i], 3e-8); /* the reference has no nugget */
	CHECK_NEAR(f.weights.sum, .98658280, 3e-8);
	CHECK_NEAR(f.weights.e2, .0012369885577, 1e-9);
	CHECK_NEAR(f.weights.e2_equal, .0056528898363, 1e-12);
	CHECK(!f.weights.fallback);
	CHECK_NEAR(f.mmd2, .043606962613, 3e-8);
	CHECK_NEAR(f.plain2, .060948232152, 1e-11);
	for (int b = 0; b < 50; b++)
		CHECK(f.replicates[b] >= 0);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	sample_free(sim);
	sample_free(seen);
}

static double
g_and_k(double u)
{
	double z = -M_SQRT2 * INFINITY;
	double lo = -12, hi = 12;

	/* the normal quantile by halving: the test needs no more */
	for (int i = 0; i < 80; i++)
	{
		z = (lo + hi) / 2;
		if (erfc(-z / M_SQRT2) / 2 < u)
			lo = z;
		else
			hi = z;
	}
	return 3 + (1 + .8 * tanh(.1 * z / 2)) * pow(1 + z * z, .1) * z;
}

/* Errors of section 5 fall by an order: 64 rows of the g-and-k law beside many. */
TEST(gain)
{
	enum
	{
		M = 64,
		N = 4000,
		RUNS = 20
	};
	static double seen[N], rows[2 * M];
	double plain = 0, optimal = 0;
	sample_value y;
	ms_rng rng;

	for (int i = 0; i < N; i++)
		seen[i] = g_and_k((i + .5) / N);
	y = sample_of(seen, NULL, N, 1);
	ms_rng_init(&rng, 3, 3);
	for (int run = 0; run < RUNS; run++)
	{
		ms_simulation o = {.inputs = 1,
						   .kernel = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1),
						   .median = true,
						   .weights = {MS_LAW_UNIFORM, MS_KERNEL_MATERN52, NAN}};
		sample_value sim;
		ms_optimal_mmd f;
		ms_arena arena;
		host h;

		for (int i = 0; i < M; i++)
		{
			rows[2 * i] = ms_rng_uniform(&rng);
			rows[2 * i + 1] = g_and_k(rows[2 * i]);
		}
		sim = sample_of(rows, NULL, M, 2);
		host_init(&h);
		ms_arena_init(&arena, &h.ctx);
		CHECK_INT(ms_optimal_fit(&h.ctx, &arena, sim.s, y.s, &o, &f), MS_OK);
		plain += f.plain2 / RUNS;
		optimal += f.mmd2 / RUNS;
		ms_arena_free(&arena);
		sample_free(sim);
	}
	CHECK(plain > 4e-3 && plain < 2e-2);
	CHECK(optimal < 8e-4); /* 3.9e-4 without regard to the size of weights */
	sample_free(y);
}

TEST(weights_properties)
{
	static const double same[] = {.3, .3, .3}, pair[] = {.2, .2, .7}, outside[] = {.2, 1.5};
	double u[60];
	ms_optimal_options o = {MS_LAW_UNIFORM, MS_KERNEL_MATERN52, .4};
	ms_optimal w, v;
	ms_arena arena;
	ms_rng rng;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	ms_rng_init(&rng, 5, 5);
	for (int i = 0; i < 60; i++)
		u[i] = ms_rng_uniform(&rng);
	w = weights_of(&h.ctx, &arena, u, 30, 2, &o, MS_OK);
	CHECK(w.e2 >= 0 && w.e2 < w.e2_equal && !w.fallback);
	/* one point, three times: equal weights */
	w = weights_of(&h.ctx, &arena, same, 3, 1, &o, MS_OK);
	CHECK(w.fallback);
	CHECK_NEAR(w.w[1], 1.0 / 3, 1e-15);
	/* a repeated input shares */
	w = weights_of(&h.ctx, &arena, pair, 3, 1, &o, MS_OK);
	v = weights_of(&h.ctx, &arena, pair + 1, 2, 1, &o, MS_OK);
	CHECK_NEAR(w.w[0], w.w[1], 0);
	if (!w.fallback && !v.fallback)
		CHECK_NEAR(2 * w.w[0], v.w[0], 1e-12);
	/* narrow kernels: w goes with z */
	o.bandwidth = 1e-4;
	w = weights_of(&h.ctx, &arena, pair + 1, 2, 1, &o, MS_OK);
	weights_of(&h.ctx, &arena, outside, 2, 1, &o, MS_BAD_ARGUMENT);
	o.kind = MS_KERNEL_IMQ;
	weights_of(&h.ctx, &arena, pair, 3, 1, &o, MS_BAD_ARGUMENT);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

static ms_status
law_call(host *h, sample_value s)
{
	ms_law_options o = {
		.law = MS_LAW_NORMAL, .kind = MS_KERNEL_GAUSSIAN, .bandwidth = NAN, .replicates = 20};
	ms_law_fit f;
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_law_test(&h->ctx, &arena, s.s, &o, &f);
	ms_arena_free(&arena);
	return status;
}

static ms_status
optimal_call(host *h, sample_value sim, sample_value y)
{
	ms_simulation o = {.inputs = 1,
					   .kernel = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1),
					   .median = true,
					   .scaling = MS_SCALING_SD,
					   .weights = {MS_LAW_NORMAL, MS_KERNEL_GAUSSIAN, NAN},
					   .replicates = 20};
	ms_optimal_mmd f;
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_optimal_fit(&h->ctx, &arena, sim.s, y.s, &o, &f);
	if (status == MS_OK)
		CHECK(arena.used <= ms_optimal_bytes(sim.s->n, y.s->n, sim.s->d, true) + 64 * 60);
	ms_arena_free(&arena);
	return status;
}

TEST(every_failure)
{
	sample_value a = normal_sample(300, 2, 1, 0, 1), b = normal_sample(250, 1, 2, 0, 1);
	ms_status status;
	host h;

	HOST_EVERY(h, status, law_call(&h, a));
	HOST_EVERY(h, status, optimal_call(&h, a, b));
	sample_free(a);
	sample_free(b);
}

int
main(void)
{
	RUN(reference);
	RUN(quadrature);
	RUN(law_reference);
	RUN(law_quantiles);
	RUN(law_level);
	RUN(weights_reference);
	RUN(gain);
	RUN(weights_properties);
	RUN(every_failure);
	return unit_done();
}
