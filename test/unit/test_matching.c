/*
 * test_matching.c: kernel mean matching: reference values, every face by brute force, certificates,
 * double weighting, properties, degenerate sides.
 */
#include "core/mmd/matching.h"

#include <stdlib.h>

#include "core/base/rng.h"
#include "core/mmd/matching_qp.h"
#include "mmd_samples.h"

static const double tr[] = {0, 1, 2, 3};
static const double te[] = {2, 2.5, 3, 3.5};

static ms_matching_options
options(double bandwidth)
{
	ms_matching_options o;

	ms_matching_defaults(&o);
	o.kernel = ms_kernel_of(MS_KERNEL_GAUSSIAN, bandwidth);
	o.median = false;
	o.scaling = MS_SCALING_NONE;
	o.tol = 1e-15;
	return o;
}

/* kernel_mean_matching.md, section 12: the four source rows alone. */
static void
check_reference(double upper, const double *b, double objective, double tolerance)
{
	double k[16], kappa[4], p[] = {1, 1, 1, 1}, u[4];
	ms_matching_problem problem = {.n = 4,
								   .k = k,
								   .kappa = kappa,
								   .p = p,
								   .total = 4,
								   .upper = upper,
								   .band = .5,
								   .floor = -INFINITY,
								   .tol = 1e-15,
								   .max_iter = 5000};
	ms_matching_solved solved;
	ms_arena arena;
	host h;

	for (int i = 0; i < 4; i++)
	{
		kappa[i] = 0;
		for (int j = 0; j < 4; j++)
		{
			k[4 * i + j] = exp(-(tr[i] - tr[j]) * (tr[i] - tr[j]) / 2);
			kappa[i] += exp(-(tr[i] - te[j]) * (tr[i] - te[j]) / 2);
		}
	}
	CHECK_NEAR(kappa[0], .1925687, 1e-7);
	CHECK_NEAR(kappa[1], 1.11045534, 1e-8);
	CHECK_NEAR(kappa[2], 2.81368003, 1e-8);
	CHECK_NEAR(kappa[3], 3.37152446, 1e-8);
	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_matching_solve(&h.ctx, &arena, &problem, u, &solved), MS_OK);
	CHECK(solved.converged);
	CHECK_NEAR(solved.objective, objective, 1e-11);
	for (int i = 0; i < 4; i++)
		CHECK_NEAR(u[i], b[i], tolerance);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

TEST(reference)
{
	static const double wide[] = {0, .02994992, 1.19129168, 2.64491625};
	static const double narrow[] = {0, 0, 1.60061871, 2};

	check_reference(1000, wide, -6.151285762673, 1e-7);
	check_reference(2, narrow, -6.024039057533, 1e-7);
}

TEST(reference_samples)
{
	sample_value a = sample_of(tr, NULL, 4, 1);
	sample_value b = sample_of(te, NULL, 4, 1);
	ms_matching_options o = options(1);
	ms_matching m;
	ms_arena arena;
	double sum = 0;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_matching_fit(&h.ctx, &arena, a.s, b.s, &o, &m), MS_OK);
	CHECK(m.converged);
	CHECK_NEAR(m.effective, 1.776115685, 1e-7);
	CHECK_NEAR(m.mmd2_before, .349793436713, 1e-11);
	CHECK_NEAR(m.mmd2_after, .004239841483, 1e-11);
	CHECK_NEAR(m.most, 2.64491625, 1e-7);
	CHECK_NEAR(m.at_bound, 0, 0);
	for (size_t i = 0; i < 4; i++)
		sum += m.source.weights[i];
	CHECK_NEAR(sum, 3.866157859402, 1e-8);
	o.upper = 2;
	CHECK_INT(ms_matching_fit(&h.ctx, &arena, a.s, b.s, &o, &m), MS_OK);
	CHECK_NEAR(m.at_bound, .25, 1e-12);
	/* double weighting */
	o.upper = 1000;
	o.spread = 4;
	o.tol = 1e-13;
	o.max_iter = 200000;
	CHECK_INT(ms_matching_fit(&h.ctx, &arena, a.s, b.s, &o, &m), MS_OK);
	CHECK(m.converged);
	CHECK_NEAR(m.mmd2_after, .000109359, 1e-9);
	{
		static const double wb[] = {0, 0, 1.17184, 1.43097};
		static const double wa[] = {1, .42368, 1, .18278};
		double norm = 0;

		for (size_t i = 0; i < 4; i++)
		{
			CHECK_NEAR(m.source.weights[i], wb[i], 2e-5);
			CHECK_NEAR(m.target.weights[i], wa[i], 2e-5);
			norm += (m.target.weights[i] - 1) * (m.target.weights[i] - 1);
		}
		CHECK_NEAR(norm, 1, 1e-9);
	}
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	sample_free(a);
	sample_free(b);
}

/* --- every face ----------------------------------------------------------------------------- */

/* Solves m x m by elimination with pivots; false when it is singular. */
static bool
solve(double *a, double *b, int m)
{
	for (int c = 0; c < m; c++)
	{
		int best = c;

		for (int r = c + 1; r < m; r++)
			best = fabs(a[r * m + c]) > fabs(a[best * m + c]) ? r : best;
		if (fabs(a[best * m + c]) < 1e-13)
			return false;
		for (int j = 0; j < m; j++)
		{
			double held = a[c * m + j];

			a[c * m + j] = a[best * m + j];
			a[best * m + j] = held;
		}
		{
			double held = b[c];

			b[c] = b[best];
			b[best] = held;
		}
		for (int r = 0; r < m; r++)
		{
			double f = a[r * m + c] / a[c * m + c];

			for (int j = 0; r != c && j < m; j++)
				a[r * m + j] -= f * a[c * m + j];
			b[r] -= r != c ? f * b[c] : 0;
		}
	}
	for (int c = 0; c < m; c++)
		b[c] /= a[c * m + c];
	return true;
}

/* The least objective over all faces: each coordinate at 0, free or at its bound; the sum free, at either end. */
static double
brute(const double *k, const double *c, int n, double upper, const double *ends)
{
	double best = INFINITY;
	int faces = 1;

	for (int i = 0; i < n; i++)
		faces *= 3;
	for (int f = 0; f < 3 * faces; f++)
	{
		double a[49], b[7], x[6], sum = 0, objective = 0;
		int which[6], m = 0, code = f / 3, end = f % 3;
		bool inside = true;

		for (int i = 0; i < n; i++, code /= 3)
		{
			x[i] = code % 3 == 2 ? upper : 0;
			if (code % 3 == 1)
				which[m++] = i;
			sum += x[i];
		}
		for (int r = 0; r < m + (end > 0); r++)
		{
			int size = m + (end > 0);

			for (int s = 0; s < size; s++)
				a[r * size + s] = r < m && s < m     ? k[which[r] * n + which[s]]
								  : r == m && s == m ? 0
													 : 1;
			b[r] = r == m ? ends[end - 1] - sum : c[which[r]];
			for (int i = 0; r < m && i < n; i++)
				b[r] -= k[which[r] * n + i] * x[i];
		}
		if (m == 0 || !solve(a, b, m + (end > 0)))
			inside = m == 0;
		for (int r = 0; inside && r < m; r++)
			x[which[r]] = b[r];
		sum = 0;
		for (int i = 0; inside && i < n; i++)
		{
			inside = x[i] >= -1e-12 && x[i] <= upper + 1e-12;
			sum += x[i];
		}
		if (!inside || sum < ends[0] - 1e-12 || sum > ends[1] + 1e-12)
			continue;
		for (int i = 0; i < n; i++)
		{
			objective -= c[i] * x[i];
			for (int j = 0; j < n; j++)
				objective += x[i] * k[i * n + j] * x[j] / 2;
		}
		best = fmin(best, objective);
	}
	return best;
}

TEST(every_face)
{
	ms_rng rng;

	ms_rng_init(&rng, 11, 1);
	for (int trial = 0; trial < 60; trial++)
	{
		int n = 2 + trial % 4;
		double upper = trial % 3 ? .4 + 2 * ms_rng_uniform(&rng) : 1000;
		double x[6], k[36], c[6], p[6], u[6], ends[2];
		double band = trial % 5 ? ms_rng_uniform(&rng) : 0;
		ms_matching_problem problem = {.n = (size_t) n,
									   .k = k,
									   .kappa = c,
									   .p = p,
									   .total = n,
									   .upper = upper,
									   .band = band,
									   .floor = -INFINITY,
									   .tol = 1e-11,
									   .max_iter = 50000};
		ms_matching_solved solved;
		ms_arena arena;
		host h;

		if (upper < 1)
			problem.band = band = fmax(band, 1 - upper);
		ends[0] = n * (1 - band);
		ends[1] = n * (1 + band);
		for (int i = 0; i < n; i++)
		{
			x[i] = ms_rng_normal(&rng);
			c[i] = n * ms_rng_uniform(&rng);
			p[i] = 1;
		}
		for (int i = 0; i < n * n; i++)
			k[i] = exp(-fabs(x[i / n] - x[i % n]));
		host_init(&h);
		ms_arena_init(&arena, &h.ctx);
		CHECK_INT(ms_matching_solve(&h.ctx, &arena, &problem, u, &solved), MS_OK);
		CHECK(solved.converged && solved.gap <= 1e-11);
		CHECK_NEAR(solved.objective, brute(k, c, n, upper, ends), 1e-10);
		ms_arena_free(&arena);
		CHECK_INT(h.live, 0);
	}
}

/* --- properties ----------------------------------------------------------------------------- */

static ms_status
fit(host *h, ms_arena *arena, sample_value a, sample_value b, const ms_matching_options *o,
	ms_matching *m)
{
	host_init(h);
	ms_arena_init(arena, &h->ctx);
	return ms_matching_fit(&h->ctx, arena, a.s, b.s, o, m);
}

TEST(same_rows)
{
	sample_value a = normal_sample(200, 2, 1, 0, 1);
	ms_matching_options o = options(1);
	ms_matching m;
	ms_arena arena;
	host h;

	o.tol = 1e-10;
	CHECK_INT(fit(&h, &arena, a, a, &o, &m), MS_OK);
	CHECK(m.converged);
	CHECK_NEAR(m.mmd2_before, 0, 1e-14);
	CHECK_NEAR(m.mmd2_after, 0, 1e-10);
	for (size_t i = 0; i < 200; i++)
		CHECK_NEAR(m.source.weights[i], 1, 1e-3);
	ms_arena_free(&arena);
	sample_free(a);
}

TEST(shifted)
{
	double sum_kmm = 0, sum_plain = 0;
	int runs = 10;

	for (int run = 0; run < runs; run++)
	{
		sample_value a = normal_sample(400, 1, (uint64_t) run, 0, 1);
		sample_value b = normal_sample(400, 1, 1000 + (uint64_t) run, .5, 1);
		ms_matching_options o = options(1);
		double mean = 0, plain = 0, total = 0;
		ms_matching m;
		ms_arena arena;
		host h;

		o.tol = NAN;
		CHECK_INT(fit(&h, &arena, a, b, &o, &m), MS_OK);
		CHECK(m.converged && m.gap <= .01 * 2 / 400 * (1 + 1e-12));
		CHECK(m.mmd2_after < m.mmd2_before / 10);
		CHECK(m.effective > 60 && m.effective < 400);
		for (size_t i = 0; i < 400; i++)
		{
			double x = *(const double *) ms_sample_record(a.s, m.source.rows[i]);

			mean += m.source.weights[i] * x * x;
			total += m.source.weights[i];
			plain += x * x / 400;
		}
		mean /= total;
		sum_kmm += (mean - 1.25) * (mean - 1.25) / runs;
		sum_plain += (plain - 1.25) * (plain - 1.25) / runs;
		ms_arena_free(&arena);
		CHECK_INT(h.live, 0);
		sample_free(a);
		sample_free(b);
	}
	/* section 12: .083 against .262 */
	CHECK(sqrt(sum_kmm) < .12);
	CHECK(sqrt(sum_plain) > .2);
}

/* Equal rows share; whole weights are repeated rows; the unit of both does not matter. */
TEST(repeats)
{
	static const double x[] = {0, 0, 1, 2, 2, 2, 3}, distinct[] = {0, 1, 2, 3}, w[] = {2, 1, 3, 1};
	static const double scaled[] = {0, 10, 20, 30}, far[] = {20, 25, 30, 35};
	sample_value a = sample_of(x, NULL, 7, 1), b = sample_of(distinct, w, 4, 1);
	sample_value c = sample_of(scaled, w, 4, 1);
	sample_value t = sample_of(te, NULL, 4, 1), ten = sample_of(far, NULL, 4, 1);
	ms_matching_options o = options(1);
	ms_matching m, n;
	ms_arena arena, brena;
	host h, g;

	CHECK_INT(fit(&h, &arena, a, t, &o, &m), MS_OK);
	CHECK_INT(fit(&g, &brena, b, t, &o, &n), MS_OK);
	CHECK_NEAR(m.mmd2_after, n.mmd2_after, 1e-13);
	CHECK_NEAR(m.effective, n.effective, 1e-6);
	CHECK_NEAR(m.source.weights[0], m.source.weights[1], 0);
	CHECK_NEAR(m.source.weights[3] * 3, n.source.weights[2], 1e-6);
	ms_arena_free(&brena);
	o.kernel.bandwidth[0] = 10;
	CHECK_INT(fit(&g, &brena, c, ten, &o, &n), MS_OK);
	CHECK_NEAR(m.mmd2_after, n.mmd2_after, 1e-13);
	ms_arena_free(&arena);
	ms_arena_free(&brena);
	sample_free(a);
	sample_free(b);
	sample_free(c);
	sample_free(t);
	sample_free(ten);
}

TEST(degenerate)
{
	static const double one[] = {5}, same[] = {1, 1, 1}, far[] = {1e6, 2e6};
	sample_value a = sample_of(one, NULL, 1, 1), b = sample_of(same, NULL, 3, 1);
	sample_value c = sample_of(far, NULL, 2, 1), d = sample_of(tr, NULL, 4, 1),
				 two = sample_of(tr, NULL, 2, 2);
	ms_matching_options o = options(1);
	ms_matching m;
	ms_arena arena;
	host h;

	CHECK_INT(fit(&h, &arena, a, a, &o, &m), MS_OK);
	CHECK_NEAR(m.source.weights[0], 1, 1e-12);
	ms_arena_free(&arena);
	/* one point: the sum alone is free */
	CHECK_INT(fit(&h, &arena, b, b, &o, &m), MS_OK);
	CHECK_NEAR(m.source.weights[0], 1, 1e-9);
	ms_arena_free(&arena);
	/* no overlap */
	CHECK_INT(fit(&h, &arena, d, c, &o, &m), MS_OK);
	CHECK(m.overlap < 1e-12);
	ms_arena_free(&arena);
	CHECK_INT(fit(&h, &arena, d, two, &o, &m), MS_DIMENSION);
	ms_arena_free(&arena);
	o.upper = .2;
	CHECK_INT(fit(&h, &arena, d, d, &o, &m), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "upper");
	ms_arena_free(&arena);
	o = options(1);
	o.band = 2;
	CHECK_INT(fit(&h, &arena, d, d, &o, &m), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "band");
	ms_arena_free(&arena);
	o = options(1);
	o.spread = .5;
	CHECK_INT(fit(&h, &arena, d, d, &o, &m), MS_BAD_ARGUMENT);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	sample_free(a);
	sample_free(b);
	sample_free(c);
	sample_free(d);
	sample_free(two);
}

/* Double weighting: target rows that the source cannot support give way. */
TEST(double_weights)
{
	sample_value a = normal_sample(60, 1, 1, 0, 1), b = normal_sample(50, 1, 2, 2, 1);
	ms_matching_options o = options(1);
	double before = INFINITY;
	ms_arena arena;
	host h;

	o.tol = 1e-5;
	for (double spread = 1; spread <= 16; spread *= 4)
	{
		double sum = 0;
		ms_matching m;

		o.spread = spread;
		CHECK_INT(fit(&h, &arena, a, b, &o, &m), MS_OK);
		CHECK(m.converged);
		CHECK(m.mmd2_after <= before + 1e-5);
		before = m.mmd2_after;
		for (size_t j = 0; j < 50; j++)
		{
			CHECK(m.target.weights[j] >= 0 && m.target.weights[j] <= 1);
			sum += (m.target.weights[j] - 1) * (m.target.weights[j] - 1);
		}
		CHECK(sum <= (1 - 1 / sqrt(spread)) * (1 - 1 / sqrt(spread)) * 50 * (1 + 1e-9));
		ms_arena_free(&arena);
		CHECK_INT(h.live, 0);
	}
	sample_free(a);
	sample_free(b);
}

static ms_status
whole_call(host *h, sample_value a, sample_value b, const ms_matching_options *o)
{
	ms_matching m;
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_matching_fit(&h->ctx, &arena, a.s, b.s, o, &m);
	if (status == MS_OK)
		CHECK(arena.used <= ms_matching_bytes(a.s->n, b.s->n, a.s->d, o->spread > 1) + 64 * 50);
	ms_arena_free(&arena);
	return status;
}

TEST(every_failure)
{
	sample_value a = normal_sample(300, 2, 1, 0, 1), b = normal_sample(200, 2, 2, 1, 1);
	ms_matching_options o;
	ms_status status;
	host h;

	ms_matching_defaults(&o);
	o.max_iter = 60;
	HOST_EVERY(h, status, whole_call(&h, a, b, &o));
	o.spread = 4;
	o.max_iter = 20;
	HOST_EVERY(h, status, whole_call(&h, a, b, &o));
	sample_free(a);
	sample_free(b);
}

int
main(void)
{
	RUN(reference);
	RUN(reference_samples);
	RUN(every_face);
	RUN(same_rows);
	RUN(shifted);
	RUN(repeats);
	RUN(degenerate);
	RUN(double_weights);
	RUN(every_failure);
	return unit_done();
}
