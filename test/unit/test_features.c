/*
 * test_features.c: random Fourier features: the law of their frequencies, rows under them, bytes.
 */
#include "core/mmd/features.h"

#include "core/base/rng.h"
#include "check_exercise.h"
#include "kernel_mean_exercise.h"

static const ms_kernel_kind kinds[] = {MS_KERNEL_GAUSSIAN, MS_KERNEL_LAPLACE, MS_KERNEL_IMQ,
									   MS_KERNEL_MATERN32, MS_KERNEL_MATERN52};

/* --- frequencies ---------------------------------------------------------------------------- */

/* mean over l of cos(w_l.x), and the error of a mean of independent ones */
static double
kernel_by_features(const ms_features *f, const double *x, double *std_error)
{
	size_t count = f->spectrum.count;
	size_t d = f->spectrum.d;
	double sum = 0;
	double squares = 0;
	projector p;

	projector_init(&p, &f->spectrum, ms_features_scale(f));
	for (size_t l = 0; l < count; l++)
	{
		double phase = 0;

		for (size_t j = 0; j < d; j++)
			phase += ms_projection_frequencies(p.p)[l * d + j] * x[j];
		sum += cos(phase * M_PI_2);
		squares += pow(cos(phase * M_PI_2), 2);
	}
	projector_done(&p);
	sum /= (double) count;
	*std_error = sqrt((squares / (double) count - sum * sum) / (double) count);
	return sum;
}

/* The mean of cos(w.x) is k(x, 0), for every kernel, near and far, in one and in many dimensions. */
TEST(frequencies_have_the_kernels_law)
{
	static const double step[] = {0.3, -0.8, 1.1, 0.2, -0.5, 0.9, 0.1};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
	{
		for (size_t d = 1; d <= 7; d += 2)
		{
			for (double far = 0.25; far < 5; far *= 4)
			{
				features_value v = features_of(kinds[i], 1.7, d, 20000, 10 * i + d);
				ms_kernel k = ms_kernel_of(kinds[i], 1.7);
				double x[7];
				double r2 = 0;
				double std_error;
				double got;

				for (size_t j = 0; j < d; j++)
				{
					x[j] = far * step[j];
					r2 += x[j] * x[j];
				}
				got = kernel_by_features(&v.f, x, &std_error);
				CHECK_NEAR((got - ms_kernel_at(&k, r2)) / std_error, 0, 4);
				CHECK(std_error < 0.01);
			}
		}
	}
}

TEST(blocks_are_orthogonal)
{
	features_value v = features_of(MS_KERNEL_GAUSSIAN, 1, 5, 12, 3);
	const double *w;
	projector p;

	projector_init(&p, &v.f.spectrum, ms_features_scale(&v.f));
	w = ms_projection_frequencies(p.p);
	for (size_t l = 0; l < 12; l++)
	{
		for (size_t k = 0; k < l; k++)
		{
			double dot = 0;

			for (size_t j = 0; j < 5; j++)
				dot += w[l * 5 + j] * w[k * 5 + j];
			CHECK((fabs(dot) < 1e-14) == (l / 5 == k / 5));
		}
	}
	projector_done(&p);
}

/* Stored values are compared for ever: these numbers never change. */
TEST(frequencies_are_for_ever)
{
	static const double wanted[5][3] = {
		{0.28663884969489495, -0.28012525279804901, -0.26123088555114121},
		{0.41128351494587734, -0.40193748585900768, -0.37482691873854201},
		{0.84548700247125697, -0.82627410958711955, -0.77054215997811415},
		{1.195067106326807, -1.1679103360439977, -1.0891351218130139},
		{1.3595394347561696, -1.3286451862870823, -1.2390284529158764}};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
	{
		features_value v = features_of(kinds[i], 1, 3, 5, 42);
		projector p;

		projector_init(&p, &v.f.spectrum, ms_features_scale(&v.f));
		for (size_t j = 0; j < 3; j++)
			CHECK_NEAR(ms_projection_frequencies(p.p)[12 + j], wanted[i][j], 1e-13);
		projector_done(&p);
	}
}

TEST(first_ones_are_the_same_for_every_count)
{
	features_value few = features_of(MS_KERNEL_MATERN32, 2, 3, 7, 5);
	features_value many = features_of(MS_KERNEL_MATERN32, 2, 3, 100, 5);
	features_value other = features_of(MS_KERNEL_MATERN32, 2, 3, 7, 6);
	projector a;
	projector b;
	projector c;

	projector_init(&a, &few.f.spectrum, ms_features_scale(&few.f));
	projector_init(&b, &many.f.spectrum, ms_features_scale(&many.f));
	projector_init(&c, &other.f.spectrum, ms_features_scale(&other.f));
	for (size_t i = 0; i < 21; i++)
	{
		CHECK_BITS(ms_projection_frequencies(a.p)[i], ms_projection_frequencies(b.p)[i]);
		CHECK(ms_projection_frequencies(a.p)[i] != ms_projection_frequencies(c.p)[i]);
	}
	projector_done(&a);
	projector_done(&b);
	projector_done(&c);
}

TEST(units_scale_the_frequencies)
{
	static const double scale[] = {4, 0.5, 1};
	features_value plain = features_of(MS_KERNEL_LAPLACE, 1, 3, 4, 1);
	features_value scaled;
	ms_spectrum s = plain.f.spectrum;
	projector a;
	projector b;
	host h;

	host_init(&h);
	s.bandwidth = 8;
	CHECK_INT(ms_features_make(&h.ctx, &s, scale, &scaled), MS_OK);
	projector_init(&a, &plain.f.spectrum, ms_features_scale(&plain.f));
	projector_init(&b, &scaled.f.spectrum, ms_features_scale(&scaled.f));
	for (size_t i = 0; i < 12; i++)
		CHECK_NEAR(ms_projection_frequencies(b.p)[i] * 8 * scale[i % 3],
				   ms_projection_frequencies(a.p)[i], 1e-15);
	projector_done(&a);
	projector_done(&b);
}

/* --- rows ----------------------------------------------------------------------------------- */

/* Any number of rows and features, across the tiles, against the C library. */
TEST(rows_under_frequencies)
{
	static const size_t counts[] = {1, 127, 129, 300};
	double x[600 * 3];

	for (size_t i = 0; i < 1800; i++)
		x[i] = 20 * (ms_rng_at(9, 0, i) - 0.5);
	for (size_t c = 0; c < 4; c++)
	{
		features_value v = features_of(MS_KERNEL_LAPLACE, 1, 3, counts[c], 8);
		double sums[600] = {0};
		projector p;

		projector_init(&p, &v.f.spectrum, ms_features_scale(&v.f));
		CHECK_INT(ms_projection_add(&p.h.ctx, p.p, x, 600, sums, sums + counts[c]), MS_OK);
		for (size_t l = 0; l < counts[c]; l++)
		{
			const double *w = ms_projection_frequencies(p.p) + 3 * l;
			double most = fabs(w[0]) + fabs(w[1]) + fabs(w[2]);
			long double cosine = 0;
			long double sine = 0;

			for (size_t i = 0; i < 600; i++)
			{
				long double t = ((long double) w[0] * x[3 * i] + (long double) w[1] * x[3 * i + 1] +
								 (long double) w[2] * x[3 * i + 2]) *
								1.570796326794896619231321691639751442L;

				cosine += cosl(t);
				sine += sinl(t);
			}
			/* the phase itself is rounded */
			CHECK(fabs((double) (sums[l] - cosine)) < 600 * (5e-16 + 40e-16 * most));
			CHECK(fabs((double) (sums[counts[c] + l] - sine)) < 600 * (5e-16 + 40e-16 * most));
		}
		projector_done(&p);
	}
}

TEST(far_rows)
{
	features_value v = features_of(MS_KERNEL_GAUSSIAN, 2, 2, 4, 0);
	const ms_spectrum *s = &v.f.spectrum;
	const double *scale = ms_features_scale(&v.f);

	CHECK_INT(ms_features_far(s, scale, (double[]){0, 0x1p33}), 0);
	CHECK_INT(ms_features_far(s, scale, (double[]){0, -0x1.1p33}), 2);
	CHECK_INT(ms_features_far(s, scale, (double[]){1e300, 0}), 1);
}

/* --- learning ------------------------------------------------------------------------------- */

static ms_status
learn(ms_ctx *ctx, const ms_rows *rows, ms_scaling scaling, double *scale, double *bandwidth)
{
	ms_arena arena;
	ms_status status;

	*bandwidth = NAN;
	ms_arena_init(&arena, ctx);
	status = ms_features_learn(ctx, &arena, rows, scaling, 0, scale, bandwidth);
	ms_arena_free(&arena);
	return status;
}

/* Rows with a gap and of weight 0 count for nothing; a weight is so many rows; a constant column has scale 1. */
TEST(units_of_rows)
{
	static double all[] = {1, 5, 7, 1, 3, 5, 7, 1, 8, 5, 7, 2, 1, 5, 0, 1, 9, 9, 9, 0};
	static const double few[] = {1, 5, 7, 3, 5, 7, 8, 5, 7, 8, 5, 7};
	ms_rows weighted = {all, all + 3, 5, 3, 4};
	ms_rows plain = {few, NULL, 4, 3, 3};
	double scale[3];
	double again[3];
	double bandwidth;
	double other;
	ms_status status;
	host h;

	host_init(&h);
	all[14] = ms_gap();
	CHECK_INT(learn(&h.ctx, &plain, MS_SCALING_SD, scale, &bandwidth), MS_OK);
	CHECK_NEAR(scale[0], sqrt(38.0 / 3), 1e-14);
	CHECK_NEAR(scale[1], 1, 0);
	CHECK_NEAR(bandwidth, 5 / sqrt(38.0 / 3), 1e-14); /* of 2, 7, 7, 5, 5, 0: 5 */
	CHECK_INT(learn(&h.ctx, &weighted, MS_SCALING_SD, again, &other), MS_OK);
	CHECK_NEAR(again[0], scale[0], 1e-14);
	CHECK_NEAR(other, bandwidth, 1e-14);
	CHECK_INT(learn(&h.ctx, &plain, MS_SCALING_RANGE, scale, &bandwidth), MS_OK);
	CHECK_NEAR(scale[0], 7, 1e-14);
	CHECK_NEAR(bandwidth, 5.0 / 7, 1e-14);
	CHECK_INT(learn(&h.ctx, &plain, MS_SCALING_NONE, scale, &bandwidth), MS_OK);
	CHECK_NEAR(scale[0], 1, 0);
	CHECK_NEAR(bandwidth, 5, 1e-14);
	plain.n = 1;
	CHECK_INT(learn(&h.ctx, &plain, MS_SCALING_SD, scale, &bandwidth), MS_OK);
	CHECK_NEAR(bandwidth, 0, 0);
	weighted.x += 12;
	weighted.w += 12;
	weighted.n = 2;
	CHECK_INT(learn(&h.ctx, &weighted, MS_SCALING_SD, scale, &bandwidth), MS_TOO_FEW);
	plain.n = 4;
	HOST_EVERY(h, status, learn(&h.ctx, &plain, MS_SCALING_SD, scale, &bandwidth));
}

/* --- bytes ---------------------------------------------------------------------------------- */

static void
expect_refused(ms_spectrum s, const double *scale, const char *what)
{
	features_value v;
	host h;

	host_init(&h);
	CHECK_INT(ms_features_make(&h.ctx, &s, scale, &v), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, what);
}

TEST(bad_arguments)
{
	const ms_spectrum good = features_of(MS_KERNEL_IMQ, 1, 2, 4, 0).f.spectrum;
	ms_spectrum s = good;

	for (uint32_t kernel = 0; kernel < 12; kernel++)
	{
		s.kernel = kernel;
		if (kernel < 1 || kernel > 5)
			expect_refused(s, NULL, "kernel");
	}
	s = good;
	s.count = 0;
	expect_refused(s, NULL, "features");
	s.count = MS_FEATURES_MAX + 1;
	expect_refused(s, NULL, "features");
	s = good;
	s.d = 0;
	expect_refused(s, NULL, "d");
	s.d = MS_MAX_DIM + 1;
	expect_refused(s, NULL, "d");
	s = good;
	s.bandwidth = 0;
	expect_refused(s, NULL, "bandwidth");
	s.bandwidth = NAN;
	expect_refused(s, NULL, "bandwidth");
	s = good;
	expect_refused(s, (double[]){1, -1}, "scale");
	expect_refused(s, (double[]){INFINITY, 1}, "scale");
}

TEST(what_differs)
{
	features_value a = features_of(MS_KERNEL_GAUSSIAN, 1, 2, 8, 1);
	ms_spectrum s = a.f.spectrum;
	double scale[] = {1, 1};

	CHECK_INT(ms_features_differ(&a.f.spectrum, scale, &s, scale), MS_FEATURES_SAME);
	s.seed = 2;
	CHECK_INT(ms_features_differ(&a.f.spectrum, scale, &s, scale), MS_FEATURES_SEED);
	CHECK_INT(ms_features_differ(&a.f.spectrum, scale, &s, (double[]){1, 2}), MS_FEATURES_SCALE);
	s.count = 9;
	CHECK_INT(ms_features_differ(&a.f.spectrum, scale, &s, scale), MS_FEATURES_COUNT);
	s.bandwidth = 2;
	CHECK_INT(ms_features_differ(&a.f.spectrum, scale, &s, scale), MS_FEATURES_BANDWIDTH);
	s.kernel = MS_KERNEL_IMQ;
	CHECK_INT(ms_features_differ(&a.f.spectrum, scale, &s, scale), MS_FEATURES_KERNEL);
	s.d = 1;
	CHECK_INT(ms_features_differ(&a.f.spectrum, scale, &s, scale), MS_FEATURES_COLUMNS);
}

/* Every bit counts, and every cut is seen. */
TEST(damage)
{
	features_value v = features_of(MS_KERNEL_MATERN52, 0.5, 3, 16, 77);
	size_t size = ms_features_size(3);
	unsigned char *bytes = malloc(size);

	memcpy(bytes, &v, size);
	check_cuts(ms_features_check, bytes, size);
	check_bits(ms_features_check, bytes, size);
	free(bytes);
}

/* --- the host ------------------------------------------------------------------------------- */

static ms_status
draw_and_use(ms_ctx *ctx, const ms_features *f, const double *x)
{
	double *sums = calloc(2 * f->spectrum.count, sizeof(double));
	ms_projection *p;
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = ms_projection_new(ctx, &arena, &f->spectrum, ms_features_scale(f), &p);
	if (status == MS_OK)
		status = ms_projection_add(ctx, p, x, 300, sums, sums + f->spectrum.count);
	ms_arena_free(&arena);
	free(sums);
	return status;
}

TEST(refuse_and_stop_everywhere)
{
	features_value v = features_of(MS_KERNEL_GAUSSIAN, 1, 60, 2000, 1);
	double *x = calloc(300 * 60, sizeof(double));
	ms_status status;
	host h;

	HOST_EVERY(h, status, draw_and_use(&h.ctx, &v.f, x));
	CHECK(h.polls > 1);
	free(x);
}

int
main(void)
{
	RUN(frequencies_have_the_kernels_law);
	RUN(blocks_are_orthogonal);
	RUN(frequencies_are_for_ever);
	RUN(first_ones_are_the_same_for_every_count);
	RUN(units_scale_the_frequencies);
	RUN(rows_under_frequencies);
	RUN(far_rows);
	RUN(units_of_rows);
	RUN(bad_arguments);
	RUN(what_differs);
	RUN(damage);
	RUN(refuse_and_stop_everywhere);
	return unit_done();
}
