/*
 * test_thin.c: kernel thinning: the worked example of one halving, figures of its authors' data,
 * properties of lists and coresets, weights, samples in and values out.
 */
#include "core/mmd/thin.h"

#include <stdlib.h>

#include "core/base/linalg.h"
#include "core/base/rng.h"
#include "core/mmd/thin_parts.h"
#include "core/mmd/thin_weights.h"
#include "host.h"
#include "sample_build.h"

/* --- clouds --------------------------------------------------------------------------------- */

static ms_cloud
cloud_of(ms_ctx *ctx, ms_arena *arena, double *x, size_t n, size_t d)
{
	ms_rows rows = {.x = x, .n = n, .d = d, .stride = d};
	ms_cloud c;

	CHECK_INT(ms_cloud_new(ctx, arena, &rows, NULL, n, &c), MS_OK);
	return c;
}

static ms_cloud
normal_cloud(ms_ctx *ctx, ms_arena *arena, size_t n, size_t d, uint64_t seed)
{
	double *x;
	ms_rng rng;

	ms_rng_init(&rng, seed, 77);
	CHECK_INT(MS_ALLOC(arena, n * d, &x), MS_OK);
	for (size_t i = 0; i < n * d; i++)
		x[i] = ms_rng_normal(&rng);
	return cloud_of(ctx, arena, x, n, d);
}

static double
pair_kernel(const ms_cloud *c, const ms_kernel *k, size_t a, size_t b)
{
	double x[10], y[10];
	double r2 = 0;

	ms_cloud_point(c, a, x);
	ms_cloud_point(c, b, y);
	for (size_t j = 0; j < c->d; j++)
		r2 += (x[j] - y[j]) * (x[j] - y[j]);
	return ms_kernel_at(k, r2);
}

static double
point(const ms_cloud *c, size_t i)
{
	double x;

	ms_cloud_point(c, i, &x);
	return x;
}

/* MMD^2 of the listed points to all, in full. */
static double
brute_mmd2(const ms_cloud *c, const ms_kernel *k, const uint32_t *list, size_t size)
{
	double within = 0, across = 0, all = 0;
	double n = (double) c->n, s = (double) size;

	for (size_t i = 0; i < c->n; i++)
	{
		for (size_t j = 0; j < c->n; j++)
			all += pair_kernel(c, k, i, j);
	}
	for (size_t i = 0; i < size; i++)
	{
		for (size_t j = 0; j < size; j++)
			within += pair_kernel(c, k, list[i], list[j]);
		for (size_t j = 0; j < c->n; j++)
			across += pair_kernel(c, k, list[i], j);
	}
	return within / (s * s) - 2 * across / (s * n) + all / (n * n);
}

static ms_splitter
target_splitter(host *h, ms_kernel k, uint64_t seed)
{
	ms_thin_options o;
	ms_splitter s;

	ms_thin_defaults(&o);
	o.seed = seed;
	CHECK_INT(ms_splitter_new(&h->ctx, &o, &k, &s), MS_OK);
	return s;
}

/* --- one halving ---------------------------------------------------------------------------- */

/* kernel_thinning.md, section 9. */
TEST(worked_example)
{
	static const double uniforms[] = {.3, .6, .1, .8};
	static const double sig2_before[] = {0, .786938681, 1.089605521, 1.286643069};
	static const double als[] = {0, -.346969090, .336527292, -.336530988};
	static const double probabilities[] = {.5, .583735028, .430980395, .563515957};
	static const int choices[] = {1, 2, 5, 6};
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1);
	double sign[8];
	double sig2 = 0;
	double lam = 2 * log(32);

	CHECK_NEAR(lam, 6.931471805599, 1e-12);
	for (int i = 0; i < 4; i++)
	{
		int p = 2 * i, q = p + 1;
		double b2 = 2 - 2 * ms_kernel_at(&k, 1);
		double al = 0;
		double probability;
		bool fails;

		for (int r = 0; r < p; r++)
			al += sign[r] *
				  (ms_kernel_at(&k, (p - r) * (p - r)) - ms_kernel_at(&k, (q - r) * (q - r)));
		CHECK_NEAR(b2, .786938681, 1e-9);
		CHECK_NEAR(sig2, sig2_before[i], 1e-9);
		CHECK_NEAR(al, als[i], 1e-9);
		probability = ms_thin_coin(b2, al, lam, &sig2, &fails);
		CHECK_NEAR(probability, probabilities[i], 1e-9);
		CHECK(!fails);
		sign[p] = uniforms[i] <= probability ? 1 : -1;
		sign[q] = -sign[p];
		CHECK_INT(uniforms[i] <= probability ? q : p, choices[i]);
	}
}

TEST(coin)
{
	double sig2 = 0;
	bool fails;

	/* duplicates: a fair coin, and nothing learnt */
	CHECK_NEAR(ms_thin_coin(0, 0, 7, &sig2, &fails), .5, 0);
	CHECK(sig2 == 0 && !fails);
	/* beyond the threshold the coin is certain */
	CHECK_NEAR(ms_thin_coin(.5, 3, 7, &sig2, &fails), 0, 0);
	CHECK(fails);
	CHECK_NEAR(ms_thin_coin(.5, -30, 7, &sig2, &fails), 1, 0);
	CHECK(fails);
}

TEST(refine_example)
{
	static const uint32_t start[2][4] = {{1, 3, 5, 7}, {1, 2, 5, 6}};
	static const uint32_t end[2][4] = {{1, 3, 5, 7}, {0, 2, 4, 6}};
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1);
	uint32_t split[4] = {1, 2, 5, 6}, rest[4] = {0, 3, 4, 7};
	double x[8], means[8];
	ms_arena arena;
	ms_cloud c;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	for (size_t i = 0; i < 8; i++)
		x[i] = (double) i;
	c = cloud_of(&h.ctx, &arena, x, 8, 1);
	CHECK_INT(ms_thin_sums(&h.ctx, &c, &c, NULL, &k, means), MS_OK);
	for (size_t i = 0; i < 8; i++)
		means[i] /= 8;
	CHECK_NEAR(brute_mmd2(&c, &k, split, 4), .081059522838, 1e-11);
	CHECK_NEAR(brute_mmd2(&c, &k, rest, 4), .081059522838, 1e-11);
	for (int i = 0; i < 2; i++)
	{
		ms_swap swap = {.points = &c, .kernel = &k, .means = means};
		uint32_t chosen[4];

		memcpy(chosen, start[i], sizeof(chosen));
		CHECK_INT(ms_thin_refine(&h.ctx, &arena, &swap, chosen, 4), MS_OK);
		for (int t = 0; t < 4; t++)
		{
			bool found = false;

			for (int u = 0; u < 4; u++)
				found |= chosen[u] == end[i][t];
			CHECK(found);
		}
		CHECK_NEAR(brute_mmd2(&c, &k, chosen, 4), .016002587492, 1e-11);
	}
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

/* Disjoint lists of the right size; the halves of one halving miss the mean by the same; sums. */
static void
check_lists(size_t n, size_t rounds, ms_kernel_kind kind)
{
	ms_kernel k = ms_kernel_of(kind, 1.5);
	size_t length = n >> rounds;
	uint32_t lists[2000];
	double sums[2000];
	unsigned char seen[2000] = {0};
	uint64_t failures = 0;
	ms_splitter s;
	ms_arena arena;
	ms_cloud c;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	c = normal_cloud(&h.ctx, &arena, n, 3, n);
	s = target_splitter(&h, k, 5);
	CHECK_INT(ms_thin_split_rounds(&h.ctx, &arena, &s, &c, rounds, .5, 9, lists, sums, &failures),
			  MS_OK);
	for (size_t i = 0; i < length << rounds; i++)
	{
		CHECK(lists[i] < n && !seen[lists[i]]);
		seen[lists[i]] = 1;
	}
	for (size_t i = 0; i < n; i += 7)
	{
		double sum = 0;

		for (size_t j = 0; j < n; j++)
			sum += pair_kernel(&c, &k, i, j);
		CHECK_NEAR(sums[i], sum, 1e-12);
	}
	CHECK_INT(failures, 0);
	if (rounds == 1 && n % 2 == 0)
		CHECK_NEAR(brute_mmd2(&c, &k, lists, length), brute_mmd2(&c, &k, lists + length, length),
				   1e-12);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

TEST(lists)
{
	check_lists(300, 1, MS_KERNEL_GAUSSIAN);
	check_lists(301, 1, MS_KERNEL_ENERGY);
	check_lists(2, 1, MS_KERNEL_LAPLACE);
	check_lists(3, 1, MS_KERNEL_IMQ);
	check_lists(700, 4, MS_KERNEL_MATERN32);
	check_lists(703, 3, MS_KERNEL_MATERN52);
	check_lists(1031, 5, MS_KERNEL_GAUSSIAN);
}

/* A fair choice: over seeds the mean of f over a half is that over all. */
TEST(unbiased)
{
	enum
	{
		N = 64,
		SEEDS = 2000
	};
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 1);
	double sum = 0, squares = 0, all = 0;
	ms_arena arena;
	ms_cloud c;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	c = normal_cloud(&h.ctx, &arena, N, 1, 4);
	for (size_t i = 0; i < N; i++)
		all += cos(3 * point(&c, i)) / N;
	for (uint64_t seed = 0; seed < SEEDS; seed++)
	{
		ms_splitter s = target_splitter(&h, k, seed);
		uint32_t lists[N];
		double mean = 0;
		uint64_t failures = 0;
		ms_arena scratch;

		ms_arena_init(&scratch, &h.ctx);
		CHECK_INT(ms_thin_split_rounds(&h.ctx, &scratch, &s, &c, 1, .5, 1, lists, NULL, &failures),
				  MS_OK);
		for (size_t i = 0; i < N / 2; i++)
			mean += cos(3 * point(&c, lists[i])) / (N / 2);
		sum += mean - all;
		squares += (mean - all) * (mean - all);
		ms_arena_free(&scratch);
	}
	CHECK(squares > 0);
	CHECK(fabs(sum) < 3.5 * sqrt(squares));
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

/* --- samples -------------------------------------------------------------------------------- */

typedef double (*number_source)(size_t i, size_t j);

/* A canonical sample of numbers of n rows with ids 0 ..; w may be NULL. */
static ms_sample *
make(number_source source, size_t n, size_t d, double (*w)(size_t), bool ids, size_t *size)
{
	uint16_t flags = (ids ? MS_SAMPLE_ID_INT : 0) | (w ? MS_SAMPLE_WEIGHTED : 0);
	size_t stride = d + (w != NULL) + ids;
	ms_sample *s;
	host h;

	host_init(&h);
	*size = sizeof(*s) + n * stride * sizeof(uint64_t);
	s = malloc(*size);
	ms_sample_begin(s, *size, MS_TYPE_SAMPLE, d, flags);
	for (size_t i = 0; i < n; i++)
	{
		double *row = (double *) ms_sample_record(s, i);
		uint64_t id = i;

		for (size_t j = 0; j < d; j++)
			row[j] = source(i, j);
		if (w)
			row[d] = w(i);
		if (ids)
			memcpy(&row[stride - 1], &id, sizeof(id));
		ms_sample_commit(s, false);
	}
	CHECK_INT(ms_sample_canonical(&h.ctx, s, *size), MS_OK);
	return s;
}

static uint64_t source_seed = 1;

static double
normals(size_t i, size_t j)
{
	ms_rng rng;

	ms_rng_init(&rng, source_seed, 1000 * i + j);
	return ms_rng_normal(&rng);
}

static double
coarse(size_t i, size_t j)
{
	return floor(3 * normals(i, j)) / 3;
}

static double
one_value(size_t i, size_t j)
{
	(void) i;
	return (double) j;
}

static double
half_constant(size_t i, size_t j)
{
	return j == 0 ? 7 : normals(i, j);
}

static double
far_apart(size_t i, size_t j)
{
	return (i % 2 ? 1e307 : -1e307) * (double) (j + 1);
}

static double
odd_weights(size_t i)
{
	return .3 + (double) (i % 4);
}

static double
whole_weights(size_t i)
{
	return (double) (i % 3 == 0 ? 0 : i % 3);
}

/* MMD to N(0, I) of weighted rows under a Gaussian kernel of bandwidth l. */
static double
normal_mmd(const ms_sample *s, const ms_thinned *t, double l)
{
	double d = s->d, within = 0, across = 0, total = 0;

	for (size_t i = 0; i < t->size; i++)
		total += t->weights[i];
	for (size_t i = 0; i < t->size; i++)
	{
		const double *x = (const double *) ms_sample_record(s, t->rows[i]);
		double square = 0;

		for (size_t j = 0; j < s->d; j++)
			square += x[j] * x[j];
		across +=
			t->weights[i] / total * pow(1 + 1 / (l * l), -d / 2) * exp(-square / (2 * (l * l + 1)));
		for (size_t k = 0; k < t->size; k++)
		{
			const double *y = (const double *) ms_sample_record(s, t->rows[k]);
			double r2 = 0;

			for (size_t j = 0; j < s->d; j++)
				r2 += (x[j] - y[j]) * (x[j] - y[j]);
			within += t->weights[i] * t->weights[k] / (total * total) * exp(-r2 / (2 * l * l));
		}
	}
	return sqrt(fmax(0, within - 2 * across + pow(1 + 2 / (l * l), -d / 2)));
}

static ms_thin_options
options(size_t size)
{
	ms_thin_options o;

	ms_thin_defaults(&o);
	o.size = size;
	o.scaling = MS_SCALING_NONE;
	return o;
}

/* Mean MMD to P over runs of fresh data, as in section 8 of kernel_thinning.md. */
static double
mean_mmd(size_t n, size_t d, const ms_thin_options *o, int runs)
{
	double sum = 0;

	for (int run = 0; run < runs; run++)
	{
		ms_thin_options with = *o;
		ms_thinned t;
		ms_arena arena;
		ms_sample *s;
		size_t size;
		host h;

		source_seed = (uint64_t) run + 1;
		s = make(normals, n, d, NULL, true, &size);
		host_init(&h);
		ms_arena_init(&arena, &h.ctx);
		with.kernel.bandwidth[0] = sqrt(2 * (double) d);
		with.median = false;
		with.seed = (uint64_t) run;
		CHECK_INT(ms_thin_sample(&h.ctx, &arena, s, &with, &t), MS_OK);
		CHECK_INT(t.size, o->size);
		CHECK(t.mmd2 <= t.baseline_mmd2);
		sum += normal_mmd(s, &t, with.kernel.bandwidth[0]);
		ms_arena_free(&arena);
		CHECK_INT(h.live, 0);
		free(s);
	}
	source_seed = 1;
	return sum / runs;
}

TEST(figures)
{
	static const struct
	{
		size_t n, d, size;
		int runs;
		bool compress;
		double mmd, slack;
	} figures[] = {{256, 2, 16, 20, false, .0364, .01},
				   {256, 10, 16, 10, false, .0699, .006},
				   {1024, 2, 32, 6, false, .0174, .005},
				   {1024, 10, 32, 4, false, .0383, .004},
				   {4096, 2, 64, 2, true, .0106, .005}};

	for (size_t i = 0; i < sizeof(figures) / sizeof(*figures); i++)
	{
		ms_thin_options o = options(figures[i].size);
		double mmd;

		o.method = figures[i].compress ? MS_THIN_COMPRESS : MS_THIN_PLAIN;
		mmd = mean_mmd(figures[i].n, figures[i].d, &o, figures[i].runs);
		CHECK(fabs(mmd - figures[i].mmd) < figures[i].slack);
	}
}

/* Less than half of what random rows miss, under every seed; so do all kernels that split. */
TEST(beats_random)
{
	double random = sqrt((1 - 1 / (1 + 2 / 4.0)) / 16);

	for (int split = MS_THIN_TARGET; split <= MS_THIN_PLUS; split++)
	{
		ms_thin_options o = options(16);

		o.split = (ms_thin_split) split;
		for (int seed = 0; seed < 20; seed++)
		{
			o.seed = (uint64_t) seed;
			CHECK(mean_mmd(256, 2, &o, 1) < random / 2);
		}
	}
}

/* --- any size ------------------------------------------------------------------------------- */

static void
check_thinned(const ms_sample *s, const ms_thinned *t, const ms_thin_options *o)
{
	double total = 0;

	for (size_t i = 0; i < t->size; i++)
	{
		CHECK(t->rows[i] < s->n);
		CHECK(t->weights[i] >= 0);
		/* a row that weighs w is w points */
		CHECK(
			i == 0 || t->rows[i] > t->rows[i - 1] ||
			(t->rows[i] == t->rows[i - 1] && (!o->unique || (s->head.flags & MS_SAMPLE_WEIGHTED))));
		total += t->weights[i];
	}
	CHECK_NEAR(total, ms_sample_weight(s), 1e-9);
}

static void
check_value(const ms_sample *s, size_t size, const ms_thinned *t)
{
	void *out = malloc(ms_thin_value_size(s, t));
	ms_sample *v = out;
	size_t used;
	void *copy;
	host h;

	host_init(&h);
	CHECK_INT(ms_thin_value(&h.ctx, s, size, t, out, &used), MS_OK);
	copy = malloc(used);
	memcpy(copy, out, used);
	CHECK_INT(ms_sample_check(&h.ctx, copy, used, MS_TYPE_SAMPLE), MS_OK);
	CHECK_INT(v->n, t->size);
	CHECK_INT(v->head.flags & MS_SAMPLE_ID, s->head.flags & MS_SAMPLE_ID);
	CHECK_NEAR(ms_sample_weight(v), ms_sample_weight(s), 1e-9);
	free(copy);
	free(out);
}

static void
check_sizes(number_source source, double (*w)(size_t), size_t n)
{
	size_t size;
	ms_sample *s = make(source, n, 2, w, true, &size);

	for (size_t wanted = 1; wanted <= n + 3; wanted += 1 + wanted / 4)
	{
		for (int variant = 0; variant < 4; variant++)
		{
			ms_thin_options o = options(wanted);
			ms_thinned t;
			ms_arena arena;
			host h;

			o.scaling = MS_SCALING_SD;
			o.unique = variant % 2;
			o.weights = variant / 2 ? MS_THIN_SIMPLEX : MS_THIN_EQUAL;
			o.kernel = ms_kernel_of(variant == 1 ? MS_KERNEL_ENERGY : MS_KERNEL_GAUSSIAN, 1);
			o.median = variant != 1;
			o.method = variant == 3 ? MS_THIN_COMPRESS : MS_THIN_AUTO;
			o.g = variant == 3;
			host_init(&h);
			ms_arena_init(&arena, &h.ctx);
			CHECK_INT(ms_thin_sample(&h.ctx, &arena, s, &o, &t), MS_OK);
			CHECK(t.size <= wanted);
			check_thinned(s, &t, &o);
			check_value(s, size, &t);
			ms_arena_free(&arena);
			CHECK_INT(h.live, 0);
		}
	}
	free(s);
}

TEST(sizes)
{
	check_sizes(normals, NULL, 150);
	check_sizes(coarse, NULL, 150);
	check_sizes(coarse, odd_weights, 150);
	check_sizes(normals, whole_weights, 90);
	check_sizes(one_value, NULL, 20);
	check_sizes(half_constant, odd_weights, 40);
	check_sizes(normals, NULL, 1);
	check_sizes(normals, NULL, 2);
}

/* Whole weights are repeated rows, bit for bit. */
static double
repeated(size_t i, size_t j)
{
	return normals(i / 2, j);
}

static double
always_two(size_t i)
{
	(void) i;
	return 2;
}

TEST(repeats)
{
	size_t size_a, size_b;
	ms_sample *a = make(normals, 60, 2, always_two, false, &size_a);
	ms_sample *b = make(repeated, 120, 2, NULL, false, &size_b);
	ms_thin_options o = options(13);
	ms_thinned x, y;
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	o.scaling = MS_SCALING_RANGE;
	CHECK_INT(ms_thin_sample(&h.ctx, &arena, a, &o, &x), MS_OK);
	CHECK_INT(ms_thin_sample(&h.ctx, &arena, b, &o, &y), MS_OK);
	CHECK_INT(x.size, y.size);
	for (size_t t = 0; t < x.size; t++)
	{
		CHECK_INT(memcmp(ms_sample_record(a, x.rows[t]), ms_sample_record(b, y.rows[t]),
						 2 * sizeof(double)),
				  0);
		CHECK_BITS(x.weights[t], y.weights[t]);
	}
	CHECK_BITS(x.bandwidth, y.bandwidth);
	ms_arena_free(&arena);
	free(a);
	free(b);
}

/* --- weights -------------------------------------------------------------------------------- */

TEST(weights)
{
	enum
	{
		N = 1024,
		M = 32
	};
	ms_kernel k = ms_kernel_of(MS_KERNEL_GAUSSIAN, 2);
	double w[M], p[N], constant = 0;
	double *sums = malloc(N * sizeof(*sums));
	uint32_t which[M];
	ms_coreset equal, simplex, optimal;
	ms_arena arena;
	ms_cloud all, support;
	double total = 0;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	all = normal_cloud(&h.ctx, &arena, N, 2, 3);
	CHECK_INT(ms_thin_room(&arena, &all, M, &support), MS_OK);
	for (size_t i = 0; i < N; i++)
		p[i] = 1.0 / N;
	for (size_t i = 0; i < M; i++)
	{
		which[i] = (uint32_t) i * 31;
		w[i] = 1.0 / M;
	}
	ms_thin_gather(&all, which, M, &support);
	CHECK_INT(ms_thin_sums(&h.ctx, &all, &all, p, &k, sums), MS_OK);
	for (size_t i = 0; i < N; i++)
		constant += sums[i] / N;
	CHECK_INT(
		ms_coreset_weights(&h.ctx, &arena, &support, &all, p, &k, MS_CORESET_EQUAL, w, &equal),
		MS_OK);
	CHECK_NEAR(equal.mmd2 + constant, brute_mmd2(&all, &k, which, M), 1e-12);
	CHECK_INT(
		ms_coreset_weights(&h.ctx, &arena, &support, &all, p, &k, MS_CORESET_SIMPLEX, w, &simplex),
		MS_OK);
	CHECK(simplex.converged && simplex.gap <= 2e-12);
	for (size_t i = 0; i < M; i++)
	{
		CHECK(w[i] >= 0 && w[i] <= 1);
		total += w[i];
	}
	CHECK_NEAR(total, 1, 1e-12);
	CHECK_INT(
		ms_coreset_weights(&h.ctx, &arena, &support, &all, p, &k, MS_CORESET_OPTIMAL, w, &optimal),
		MS_OK);
	CHECK(optimal.mmd2 < simplex.mmd2 && simplex.mmd2 < equal.mmd2);
	/* section 8: the weights matter more than the rows */
	CHECK(optimal.mmd2 + constant < .001 * (equal.mmd2 + constant));
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	free(sums);
}

/* In blocks as in one go. */
TEST(cholesky)
{
	enum
	{
		M = 600
	};
	double *a = malloc(M * M * sizeof(*a)), *b = malloc(M * M * sizeof(*b));
	bool definite;
	double most = 0;
	host h;

	host_init(&h);
	for (int i = 0; i < M * M; i++)
		a[i] = b[i] = exp(-fabs((double) (i / M - i % M)) / 20);
	CHECK_INT(ms_coreset_cholesky(&h.ctx, a, M, &definite), MS_OK);
	CHECK(definite && ms_linalg_cholesky(b, M));
	for (int i = 0; i < M * M; i++)
		most = fmax(most, fabs(a[i] - b[i]));
	CHECK(most < 1e-12);
	for (int i = 0; i < M * M; i++)
		a[i] = i / M == i % M ? (i / M == 400 ? -1 : 1) : 0;
	CHECK_INT(ms_coreset_cholesky(&h.ctx, a, M, &definite), MS_OK);
	CHECK(!definite);
	free(a);
	free(b);
}

static double
one_in_ten(size_t i)
{
	(void) i;
	return .01;
}

/* Weights of a sum below the number of rows are no few repeated rows. */
TEST(fractions)
{
	size_t size_a, size_b;
	ms_sample *a = make(normals, 40, 2, one_in_ten, false, &size_a);
	ms_sample *b = make(normals, 40, 2, NULL, false, &size_b);
	ms_thin_options o = options(7);
	ms_thinned x, y;
	ms_arena arena;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_thin_sample(&h.ctx, &arena, a, &o, &x), MS_OK);
	CHECK_INT(ms_thin_sample(&h.ctx, &arena, b, &o, &y), MS_OK);
	CHECK_NEAR(x.bandwidth, y.bandwidth, 1e-12);
	/* nor do they change the spread */
	o.scaling = MS_SCALING_SD;
	CHECK_INT(ms_thin_sample(&h.ctx, &arena, a, &o, &x), MS_OK);
	CHECK_INT(ms_thin_sample(&h.ctx, &arena, b, &o, &y), MS_OK);
	CHECK_NEAR(x.bandwidth, y.bandwidth, 1e-12);
	ms_arena_free(&arena);
	free(a);
	free(b);
}

/* --- what cannot be ------------------------------------------------------------------------- */

static ms_status
try(const ms_sample *s, const ms_thin_options *o, ms_facts *facts)
{
	ms_thinned t;
	ms_arena arena;
	ms_status status;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	status = ms_thin_sample(&h.ctx, &arena, s, o, &t);
	*facts = h.ctx.facts;
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	return status;
}

TEST(refusals)
{
	size_t size;
	ms_sample *s = make(normals, 50, 2, NULL, true, &size);
	ms_sample *far = make(far_apart, 50, 2, NULL, true, &size);
	ms_thin_options o = options(5);
	ms_facts f;

	o.size = 0;
	CHECK_INT(try(s, &o, &f), MS_BAD_ARGUMENT);
	CHECK_STR(f.what, "size");
	o = options(5);
	o.median = false;
	o.kernel.bandwidth[0] = -1;
	CHECK_INT(try(s, &o, &f), MS_BAD_ARGUMENT);
	o = options(5);
	o.kernel = ms_kernel_of(MS_KERNEL_LAPLACE, 1);
	o.split = MS_THIN_POWER;
	CHECK_INT(try(s, &o, &f), MS_BAD_ARGUMENT);
	CHECK_STR(f.what, "split");
	o = options(5);
	o.split = MS_THIN_PLUS;
	o.alpha = 2;
	CHECK_INT(try(s, &o, &f), MS_BAD_ARGUMENT);
	CHECK_STR(f.what, "alpha");
	o = options(5);
	CHECK_INT(try(far, &o, &f), MS_TOO_LARGE);
	o.scaling = MS_SCALING_SD;
	CHECK(try(far, &o, &f) != MS_STOPPED);
	free(s);
	free(far);
}

static ms_status
whole_call(host *h, const ms_sample *s, const ms_thin_options *o)
{
	ms_thinned t;
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_thin_sample(&h->ctx, &arena, s, o, &t);
	if (status == MS_OK)
		CHECK(arena.used <=
			  ms_thin_bytes(o, s->n, s->d, s->head.flags & MS_SAMPLE_WEIGHTED) + 64 * 100);
	ms_arena_free(&arena);
	return status;
}

TEST(every_failure)
{
	size_t size;
	ms_sample *s = make(coarse, 700, 2, odd_weights, true, &size);
	ms_thin_options o = options(11);
	ms_status status;
	host h;

	o.weights = MS_THIN_SIMPLEX;
	HOST_EVERY(h, status, whole_call(&h, s, &o));
	o.method = MS_THIN_COMPRESS;
	o.split = MS_THIN_PLUS;
	o.g = 1;
	o.weights = MS_THIN_EQUAL;
	HOST_EVERY(h, status, whole_call(&h, s, &o));
	free(s);
}

int
main(void)
{
	RUN(worked_example);
	RUN(coin);
	RUN(refine_example);
	RUN(lists);
	RUN(unbiased);
	RUN(figures);
	RUN(beats_random);
	RUN(sizes);
	RUN(repeats);
	RUN(weights);
	RUN(cholesky);
	RUN(fractions);
	RUN(refusals);
	RUN(every_failure);
	return unit_done();
}
