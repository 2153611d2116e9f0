/*
 * test_stats.c: mergeable statistics of the E step: equal to a pass over the rows however they are
 * cut, one update equal to one iteration, bytes. test_stats --write GOLDEN CORPUS writes golden
 * values; once a release, for new names.
 */
#include "core/mixture/stats.h"

#include "core/base/hash.h"
#include "core/mixture/mix.h"
#include "core/mixture/mstep.h"
#include "core/mixture/prior.h"
#include "core/mixture/score.h"
#include "check_exercise.h"
#include "mixture_fit.h"
#include "stats_exercise.h"

/* --- one model, its basis, its rows ---------------------------------------------------------- */

static const double start_weights[] = {0.5, 0.5};
static const double start_means[] = {2, 55, 4.5, 80};
static const double start_covariances[] = {0.1, 0, 0, 30, 0.2, 0, 0, 40};

typedef struct bench
{
	host h;
	ms_arena arena;
	ms_gmm m;
	ms_gmm_basis *b;
} bench;

static void
bench_init(bench *t)
{
	host_init(&t->h);
	ms_arena_init(&t->arena, &t->h.ctx);
}

static void
bench_basis(bench *t)
{
	size_t size = ms_gmm_packed_size(&t->m);
	char *bytes = calloc(1, size);

	ms_gmm_pack(&t->m, bytes);
	CHECK_INT(ms_gmm_basis_new(&t->h.ctx, &t->arena, &t->m, ms_gmm_hash(bytes), &t->b), MS_OK);
	free(bytes);
}

static void
bench_import(bench *t)
{
	bench_init(t);
	CHECK_INT(ms_gmm_import(&t->h.ctx, &t->arena, 2, 2, start_weights, start_means,
							start_covariances, &t->m),
			  MS_OK);
	bench_basis(t);
}

static void
bench_done(bench *t)
{
	ms_arena_free(&t->arena);
	CHECK_INT(t->h.live, 0);
}

static void
put(bench *t, stats_value *v, const double *x, double w)
{
	CHECK_INT(stats_append(&t->h.ctx, t->b, v, x, w), MS_OK);
}

static void
check_valid(bench *t, const stats_value *v)
{
	size_t size = ms_gmm_stats_size(v->s);
	void *copy = malloc(size); /* its end is where the sanitizer watches */

	memcpy(copy, v->s, size);
	if (!CHECK_INT(ms_gmm_stats_check(&t->h.ctx, copy, size), MS_OK))
		printf("    %s\n", t->h.ctx.facts.what);
	free(copy);
}

/* --- tests ---------------------------------------------------------------------------------- */

TEST(one_iteration)
{
	static const double wanted[] = {2.03979697766, 54.51698000273, 4.29231963679, 79.99823181360};
	bench t;
	stats_value v;
	ms_gmm_info info;
	ms_gmm next;

	bench_import(&t);
	v = stats_begin(t.b, false);
	for (size_t i = 0; i < 272; i++)
		put(&t, &v, faithful + 2 * i, 1);
	CHECK_INT(v.s->rows, 272);
	CHECK_INT(v.s->buffered, 272 - 256);
	check_valid(&t, &v);
	CHECK_INT(ms_gmm_stats_evidence(&t.h.ctx, t.b, v.s, &info), MS_OK);
	CHECK_NEAR(info.log_likelihood, -1184.0060425438, 1e-13);
	CHECK_INT(info.n, 272);
	CHECK_NEAR(info.weight, 272, 0);
	CHECK_INT(ms_gmm_stats_update(&t.h.ctx, &t.arena, t.b, v.s, 1, &next), MS_OK);
	CHECK_NEAR(next.weights[0], 0.357171345333, 1e-12);
	for (size_t i = 0; i < 4; i++)
		CHECK_NEAR(next.means[i], wanted[i], 2e-12);
	CHECK_NEAR(next.covariances[5], 35.647437431486, 1e-12);
	CHECK(isnan(next.info.log_likelihood));
	CHECK_INT(next.info.iterations, 1);
	free(v.s);
	bench_done(&t);
}

static bool
near(double a, double b, double tolerance)
{
	return fabs(a - b) <= tolerance * fmax(1, fabs(b));
}

/* Any split of the rows, merged in any order, gives the same next model (section 15, 3). */
TEST(any_split)
{
	bench t;
	ms_gmm whole;
	stats_value all;

	bench_import(&t);
	all = stats_begin(t.b, true);
	for (size_t i = 0; i < 272; i++)
		put(&t, &all, faithful + 2 * i, 1 + (double) (i % 3));
	CHECK_INT(ms_gmm_stats_update(&t.h.ctx, &t.arena, t.b, all.s, 1, &whole), MS_OK);
	for (size_t parts = 1; parts <= 40; parts += 3)
	{
		stats_value v[40];
		ms_gmm m;
		ms_gmm_info info;

		for (size_t p = 0; p < parts; p++)
			v[p] = stats_begin(t.b, true);
		for (size_t i = 0; i < 272; i++)
		{
			size_t p = (i * 7 + i / 11) % parts;

			put(&t, &v[p], faithful + 2 * i, 1 + (double) (i % 3));
			if (parts % 2 && i % 5 == 0)
				CHECK_INT(stats_flush(&t.h.ctx, t.b, &v[p]), MS_OK);
		}
		for (size_t p = parts; p-- > 1;)
		{
			CHECK_INT(stats_merge(&t.h.ctx, &v[p / 2], &v[p]), MS_OK);
			check_valid(&t, &v[p / 2]);
			free(v[p].s);
		}
		CHECK_INT(v[0].s->rows, 272);
		CHECK(v[0].s->checksum == all.s->checksum);
		CHECK_INT(ms_gmm_stats_update(&t.h.ctx, &t.arena, t.b, v[0].s, 1, &m), MS_OK);
		CHECK_INT(ms_gmm_stats_evidence(&t.h.ctx, t.b, v[0].s, &info), MS_OK);
		CHECK_INT(info.n, 272);
		CHECK_NEAR(info.weight, 543, 0);
		for (size_t i = 0; i < 6; i++)
			CHECK(near(m.covariances[i], whole.covariances[i], 1e-12));
		for (size_t i = 0; i < 4; i++)
			CHECK(near(m.means[i], whole.means[i], 1e-13));
		free(v[0].s);
	}
	free(all.s);
	bench_done(&t);
}

/* Updates from a start are the iterations of the fit, in every family, with prior and noise. */
TEST(equals_the_fit)
{
	for (int family = MS_GMM_FULL; family <= MS_GMM_LAST_FAMILY; family++)
	{
		for (int what = 0; what < 8; what++)
		{
			static double x[272 * 2];
			ms_rows rows = rows_of(x, 272, 2);
			ms_em_options o = options((ms_gmm_family) family, 2, 0);
			fitted f;
			bench t;

			memcpy(x, faithful, sizeof(x));
			o.prior = what & 1 && family <= MS_GMM_EEI;
			o.noise = what & 2 ? 0.05 : 0;
			o.missing = what & 4;
			for (size_t i = 0; i < 272 && o.missing; i++)
				x[2 * i + i % 2] = i % 5 ? x[2 * i + i % 2] : ms_gap();
			o.n_init = 1;
			o.max_iter = 2;
			fit_with(&f, &rows, &o);
			CHECK_INT(f.status, MS_OK);
			bench_init(&t);
			CHECK_INT(ms_gmm_copy(&t.h.ctx, &t.arena, &f.m, &t.m), MS_OK);
			done(&f);
			o.start = &t.m;
			o.max_iter = 4;
			fit_with(&f, &rows, &o);
			for (int pass = 0; pass < 4; pass++)
			{
				stats_value v;

				bench_basis(&t);
				v = stats_begin(t.b, false);
				for (size_t i = 0; i < 272; i++)
					put(&t, &v, x + 2 * i, 1);
				check_valid(&t, &v);
				CHECK_INT(ms_gmm_stats_update(&t.h.ctx, &t.arena, t.b, v.s, 1, &t.m), MS_OK);
				free(v.s);
			}
			for (size_t i = 0; i < 4; i++)
				CHECK_NEAR(t.m.means[i], f.m.means[i], 1e-11);
			for (size_t i = 0; i < ms_gmm_covariances(f.m.family, 2, 2); i++)
				CHECK_NEAR(t.m.covariances[i], f.m.covariances[i], 1e-10);
			CHECK_NEAR(t.m.noise, f.m.noise, 1e-12);
			{
				ms_gmm_info info;
				stats_value v;

				bench_basis(&t);
				v = stats_begin(t.b, false);
				for (size_t i = 0; i < 272; i++)
					put(&t, &v, x + 2 * i, 1);
				CHECK_INT(ms_gmm_stats_evidence(&t.h.ctx, t.b, v.s, &info), MS_OK);
				CHECK_NEAR(info.log_likelihood, f.m.info.log_likelihood, 1e-11);
				CHECK_NEAR(info.objective, f.m.info.objective, 1e-11);
				CHECK_NEAR(info.icl, f.m.info.icl, 1e-10);
				free(v.s);
			}
			done(&f);
			bench_done(&t);
		}
	}
}

static void
step(bench *t, const double *x, size_t n, double rate)
{
	stats_value v;

	bench_basis(t);
	v = stats_begin(t->b, false);
	for (size_t i = 0; i < n; i++)
		put(t, &v, x + 2 * i, 1);
	CHECK_INT(ms_gmm_stats_update(&t->h.ctx, &t->arena, t->b, v.s, rate, &t->m), MS_OK);
	free(v.s);
}

static double
likelihood_of_faithful(bench *t)
{
	ms_rows rows = rows_of(faithful, 272, 2);
	ms_evidence evidence;

	CHECK_INT(ms_score_rows(&t->h.ctx, &t->m, &rows, &evidence), MS_OK);
	return evidence.log_likelihood;
}

/* Stepwise EM in the order of the rows, eight blocks a pass (section 14). */
TEST(stepwise)
{
	static const int passes[] = {1, 2, 5, 20};
	static const double wanted[] = {-1131.086402, -1130.819502, -1130.479386, -1130.296988};
	bench t;
	int blocks = 0;

	bench_import(&t);
	for (size_t i = 0; i < 4; i++)
	{
		for (; blocks < 8 * passes[i]; blocks++)
			step(&t, faithful + 2 * 34 * (blocks % 8), 34, pow(blocks + 3, -0.7));
		CHECK_NEAR(likelihood_of_faithful(&t), wanted[i], 1e-6 / 1130);
	}
	CHECK_INT(t.m.info.n, 34);
	CHECK_NEAR(t.m.info.weight, 34 * pow(162, 0.7), 1e-14);
	bench_done(&t);
}

/* Where EM rests, with noise too, a step of any rate rests; small ones on the way climb. */
TEST(a_step_rests_where_em_does)
{
	for (int family = MS_GMM_FULL; family <= MS_GMM_LAST_FAMILY; family++)
	{
		for (int noise = 0; noise < 2; noise++)
		{
			ms_rows rows = rows_of(faithful, 272, 2);
			ms_em_options o = options((ms_gmm_family) family, 2, 0);
			fitted f;
			bench t;
			double before;

			o.noise = noise ? 0.05 : 0;
			o.n_init = 2;
			fit_with(&f, &rows, &o);
			bench_init(&t);
			CHECK_INT(ms_gmm_copy(&t.h.ctx, &t.arena, &f.m, &t.m), MS_OK);
			step(&t, faithful, 272, 0.3);
			for (size_t i = 0; i < 4; i++)
				CHECK_NEAR(t.m.means[i], f.m.means[i], 1e-5);
			for (size_t i = 0; i < ms_gmm_covariances(t.m.family, 2, 2); i++)
				CHECK_NEAR(t.m.covariances[i], f.m.covariances[i], 1e-4);
			CHECK_NEAR(t.m.noise, f.m.noise, 1e-4);
			CHECK_NEAR(t.m.info.weight, 272 / 0.3, 1e-14);

			t.m.means[0] += 0.2;
			t.m.means[3] -= 1;
			before = likelihood_of_faithful(&t);
			step(&t, faithful, 272, 0.1);
			CHECK(likelihood_of_faithful(&t) > before);
			done(&f);
			bench_done(&t);
		}
	}
}

/* A block without a row of one component leaves that component as it is, but for its weight. */
TEST(a_step_without_rows_of_a_component)
{
	bench t;

	bench_import(&t);
	step(&t, (double[]){4.5, 80, 4.4, 79}, 2, 0.25);
	CHECK_NEAR(t.m.weights[0], 0.75 * 0.5, 1e-8);
	CHECK_NEAR(t.m.means[0], 2, 1e-8);
	CHECK_NEAR(t.m.means[1], 55, 1e-8);
	CHECK_NEAR(t.m.covariances[0], 0.1, 1e-8);
	CHECK_NEAR(t.m.covariances[2], 30, 1e-8);
	/* of its mass, 0.375 + 0.25, 0.375 is at (4.5, 80) and 0.25 at (4.45, 79.5) */
	CHECK_NEAR(t.m.means[2], 4.5 - 0.4 * 0.05, 1e-8);
	CHECK_NEAR(t.m.means[3], 80 - 0.4 * 0.5, 1e-8);
	bench_done(&t);
}

/* Shared components under the weights of one group. */
static void
set_weights(ms_mix *mix, const double *weights)
{
	for (size_t j = 0; j < mix->k; j++)
	{
		mix->constants[j] += log(weights[j] / mix->weights[j]);
		mix->weights[j] = weights[j];
	}
}

/*
 * One iteration of EM for groups i mod 3 that share components and have weights of their own:
 * each group's statistics under its own weights, one M step from their sum.
 */
static double
iterate_groups(bench *t, ms_mix *mix, ms_mstep *mstep, double weights[3][2])
{
	static const double origin[] = {0, 0};
	static const double ones[] = {1, 1};
	ms_mix_stats stats;
	ms_mix_stats sum;
	ms_mix_kernel *kernel;

	CHECK_INT(ms_mix_stats_new(&t->arena, mix, &stats), MS_OK);
	CHECK_INT(ms_mix_stats_new(&t->arena, mix, &sum), MS_OK);
	CHECK_INT(ms_mix_kernel_new(&t->h.ctx, &t->arena, mix->shape, 2, 2, &kernel), MS_OK);
	for (size_t c = 0; c < 3; c++)
	{
		ms_view group = {{faithful + 2 * c, NULL, (274 - c) / 3, 2, 6}, origin, ones};

		set_weights(mix, weights[c]);
		ms_mix_stats_clear(&stats, mix);
		CHECK_INT(ms_mix_kernel_pass(&t->h.ctx, kernel, mix, &group, &stats), MS_OK);
		for (size_t j = 0; j < 2; j++)
			weights[c][j] = ms_sum_get(&stats.n[j]) / ms_sum_get(&stats.weight);
		ms_mix_stats_add(&sum, &stats, mix);
	}
	CHECK_INT(sum.rows, 272);
	CHECK_INT(ms_mstep_run(&t->h.ctx, mstep, mix, &sum), MS_OK);
	return ms_sum_get(&sum.log_likelihood);
}

/* The spec's weights (section 14) are those where a fit stopped, 2e-8 before EM rests. */
TEST(weights_of_groups)
{
	static const double wanted[] = {0.3936988513, 0.3186791455, 0.3555892744};
	static const double origin[] = {0, 0};
	static const double ones[] = {1, 1};
	static const double variances[] = {1.3, 184};
	ms_view raw = {{NULL, NULL, 0, 2, 2}, origin, ones};
	double weights[3][2] = {{0.5, 0.5}, {0.5, 0.5}, {0.5, 0.5}};
	double before = 0;
	double total = 0;
	bench t;
	ms_mix mix;
	ms_mstep mstep;

	bench_import(&t);
	CHECK_INT(ms_mix_from_model(&t.h.ctx, &t.arena, &t.m, MS_GMM_FULL, &raw, &mix), MS_OK);
	CHECK_INT(ms_mstep_new(&t.arena, MS_GMM_FULL, 2, 2, variances, NULL, &mstep), MS_OK);
	for (int pass = 0; pass < 200; pass++)
	{
		before = weights[0][0];
		total = iterate_groups(&t, &mix, &mstep, weights);
	}
	CHECK_NEAR(weights[0][0], before, 1e-15);
	CHECK_NEAR(total, -1129.707227, 1e-6 / 1130);
	for (size_t c = 0; c < 3; c++)
		CHECK_NEAR(weights[c][0], wanted[c], 2e-8);
	bench_done(&t);
}

/* The mean far beyond the spread (section 16). */
TEST(far_from_zero)
{
	double means[] = {1e8 + 2, 1e8 + 55, 1e8 + 4.5, 1e8 + 80};
	bench t;
	ms_gmm next;
	stats_value v;

	bench_init(&t);
	CHECK_INT(ms_gmm_import(&t.h.ctx, &t.arena, 2, 2, start_weights, means, start_covariances,
							&t.m),
			  MS_OK);
	bench_basis(&t);
	v = stats_begin(t.b, false);
	for (size_t i = 0; i < 272; i++)
		put(&t, &v, (double[]){faithful[2 * i] + 1e8, faithful[2 * i + 1] + 1e8}, 1);
	CHECK_INT(ms_gmm_stats_update(&t.h.ctx, &t.arena, t.b, v.s, 1, &next), MS_OK);
	CHECK_NEAR(next.covariances[5], 35.647437431486, 1e-7);
	CHECK_NEAR(next.means[1] - 1e8, 54.51698000273, 1e-7);
	free(v.s);
	bench_done(&t);
}

TEST(mismatch)
{
	bench t;
	bench u;
	stats_value a;
	stats_value b;
	stats_value c;
	ms_gmm next;

	bench_import(&t);
	bench_import(&u);
	u.m.means[0] = 3;
	bench_basis(&u);
	a = stats_begin(t.b, false);
	b = stats_begin(u.b, false);
	c = stats_begin(t.b, true);
	CHECK_INT(stats_merge(&t.h.ctx, &a, &b), MS_MISMATCH);
	CHECK_STR(t.h.ctx.facts.what, "model");
	CHECK_INT(stats_merge(&t.h.ctx, &a, &c), MS_MISMATCH);
	CHECK_STR(t.h.ctx.facts.what, "weights");
	CHECK_INT(stats_flush(&t.h.ctx, u.b, &a), MS_MISMATCH);
	CHECK_INT(ms_gmm_stats_update(&t.h.ctx, &t.arena, u.b, a.s, 1, &next), MS_MISMATCH);
	CHECK_INT(ms_gmm_stats_update(&t.h.ctx, &t.arena, t.b, a.s, 1, &next), MS_TOO_FEW);
	put(&t, &a, (double[]){1e9, 1e9}, 1);
	CHECK_INT(ms_gmm_stats_update(&t.h.ctx, &t.arena, t.b, a.s, 1, &next), MS_NO_FIT);
	free(a.s);
	free(b.s);
	free(c.s);
	bench_done(&t);
	bench_done(&u);
}

/* --- bytes ---------------------------------------------------------------------------------- */

typedef struct golden
{
	const char *name;
	size_t rows;
	bool weighted;
	bool flushed;
	bool gaps;
} golden;

static const golden golden_values[] = {
	{"gmm_stats_rows", 3, false, false, false},
	{"gmm_stats_weighted", 5, true, true, false},
	{"gmm_stats_gaps", 2, false, false, true},
};

#define GOLDEN_VALUES (sizeof golden_values / sizeof *golden_values)

/* Small integers under a round model. Flushed sums may differ in their last bits: not compared. */
static size_t
golden_build(const golden *g, unsigned char *bytes)
{
	bench t;
	stats_value v;
	size_t size;

	bench_import(&t);
	t.m.flags = g->gaps ? MS_GMM_MISSING : 0;
	bench_basis(&t);
	v = stats_begin(t.b, g->weighted);
	for (size_t i = 0; i < g->rows; i++)
	{
		double x[] = {1 + (double) i, g->gaps ? ms_gap() : 50 + 10 * (double) i};

		put(&t, &v, x, 0.5 * (double) (i + 1));
		if (g->flushed && i == 2)
			CHECK_INT(stats_flush(&t.h.ctx, t.b, &v), MS_OK);
	}
	v.s->omitted = 7;
	size = ms_gmm_stats_size(v.s);
	memset(bytes, 0, GOLDEN_MOST);
	memcpy(bytes, v.s, size);
	free(v.s);
	bench_done(&t);
	return size;
}

TEST(what_releases_wrote_is_read)
{
	for (size_t i = 0; i < GOLDEN_VALUES; i++)
	{
		_Alignas(8) unsigned char bytes[GOLDEN_MOST];
		_Alignas(8) unsigned char today[GOLDEN_MOST];
		const ms_gmm_stats *s = (const ms_gmm_stats *) bytes;
		size_t size = golden_read(golden_values[i].name, bytes);
		host h;

		host_init(&h);
		CHECK_INT(golden_build(golden_values + i, today), size);
		CHECK(size > 0 && memcmp(bytes, today, golden_values[i].flushed ? 64 : size) == 0);
		CHECK_INT(ms_gmm_stats_check(&h.ctx, bytes, size), MS_OK);
		CHECK_INT(s->rows, golden_values[i].rows);
	}
}

static int
write_all(const char *golden_folder, const char *corpus)
{
	for (size_t i = 0; i < GOLDEN_VALUES; i++)
	{
		_Alignas(8) unsigned char bytes[GOLDEN_MOST];
		size_t size = golden_build(golden_values + i, bytes);

		if (!golden_write(golden_folder, corpus, golden_values[i].name, bytes, size))
			return 1;
	}
	return 0;
}

/* Every cut and every wrong word is refused; no turned bit is a fault. */
TEST(damage)
{
	_Alignas(8) unsigned char bytes[GOLDEN_MOST];
	/* words of the head, then the rows */
	static const bool checked[] = {false, false, true, true, false, false, false, true, true};

	for (size_t g = 0; g < GOLDEN_VALUES; g++)
	{
		size_t size = golden_build(golden_values + g, bytes);
		bool flushed = golden_values[g].flushed;
		host h;

		host_init(&h);
		check_cuts(ms_gmm_stats_check, bytes, size);
		for (size_t bit = 32; bit < size * 8; bit++)
		{
			ms_status status;

			flip(bytes, bit);
			status = ms_gmm_stats_check(&h.ctx, bytes, size);
			/* the model's hash and shape, what was omitted and numbers of a sum may be others */
			if (!flushed && checked[bit / 8 < 64 ? bit / 64 : 8])
				CHECK_INT(status, MS_CORRUPT);
			flip(bytes, bit);
		}
		CHECK_INT(ms_gmm_stats_check(&h.ctx, bytes, size), MS_OK);
	}
}

/* --- the host ------------------------------------------------------------------------------- */

static ms_status
whole_life(ms_ctx *ctx, stats_value *v, stats_value *w)
{
	ms_arena arena;
	ms_gmm m;
	ms_gmm next;
	ms_gmm_info info;
	ms_gmm_basis *b = NULL;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = ms_gmm_import(ctx, &arena, 2, 2, start_weights, start_means, start_covariances, &m);
	m.flags = MS_GMM_MISSING;
	if (status == MS_OK)
		status = ms_gmm_basis_new(ctx, &arena, &m, 17, &b);
	if (status == MS_OK)
	{
		free(v->s);
		free(w->s);
		*v = stats_begin(b, false);
		*w = stats_begin(b, false);
	}
	for (size_t i = 0; i < 20000 && status == MS_OK; i++)
	{
		double x[] = {i % 9 ? faithful[2 * (i % 272)] : ms_gap(), faithful[2 * (i % 272) + 1]};

		status = stats_append(ctx, b, i % 2 ? v : w, x, 1);
	}
	if (status == MS_OK)
		status = stats_merge(ctx, v, w);
	if (status == MS_OK)
		status = ms_gmm_stats_check(ctx, v->s, ms_gmm_stats_size(v->s));
	if (status == MS_OK)
		status = ms_gmm_stats_evidence(ctx, b, v->s, &info);
	if (status == MS_OK)
		status = ms_gmm_stats_update(ctx, &arena, b, v->s, 0.5, &next);
	ms_arena_free(&arena);
	return status;
}

TEST(refuse_and_stop_everywhere)
{
	stats_value v = {NULL, 0};
	stats_value w = {NULL, 0};
	ms_status status;
	host h;

	HOST_EVERY(h, status, whole_life(&h.ctx, &v, &w));
	CHECK(h.polls > 0);
	free(v.s);
	free(w.s);
}

int
main(int argc, char **argv)
{
	load_all();
	if (argc == 4 && strcmp(argv[1], "--write") == 0)
		return write_all(argv[2], argv[3]);
	RUN(one_iteration);
	RUN(any_split);
	RUN(equals_the_fit);
	RUN(stepwise);
	RUN(a_step_rests_where_em_does);
	RUN(a_step_without_rows_of_a_component);
	RUN(weights_of_groups);
	RUN(far_from_zero);
	RUN(mismatch);
	RUN(what_releases_wrote_is_read);
	RUN(damage);
	RUN(refuse_and_stop_everywhere);
	return unit_done();
}
