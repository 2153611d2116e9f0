/*
 * test_families.c: what a fit can do beside the four families: mclust's others, priors, a noise
 * component, rows with gaps, a start from a model, weights by importance. Reference values and
 * properties of gmm.md, sections 6, 9, 10, 14, 15.
 */
#include "core/mixture/families.h"

#include "core/base/linalg.h"
#include "core/mixture/marginal.h"
#include "core/mixture/mix.h"
#include "core/mixture/noise.h"
#include "core/mixture/patterns.h"
#include "core/mixture/score.h"
#include "mixture_fit.h"

static const ms_gmm_family all_families[] = {
	MS_GMM_FULL, MS_GMM_TIED, MS_GMM_DIAG, MS_GMM_SPHERICAL, MS_GMM_EII, MS_GMM_EEI,
	MS_GMM_VEI,	 MS_GMM_EVI,  MS_GMM_VEE,  MS_GMM_EEV,		 MS_GMM_VEV, MS_GMM_EVV};

#define N_FAMILIES 12

/* --- models by hand ------------------------------------------------------------------------- */

/* The full model of labels i / rows_a_label: weights, means, covariances with divisor n. */
static void
model_of_labels(fitted *f, const double *x, size_t n, size_t d, size_t rows_a_label, ms_gmm *m)
{
	size_t k = n / rows_a_label;

	CHECK_INT(ms_gmm_new(&f->h.ctx, &f->arena, MS_GMM_FULL, k, d, m), MS_OK);
	memset(m->means, 0, k * d * sizeof(double));
	memset(m->covariances, 0, k * ms_packed_size(d) * sizeof(double));
	for (size_t j = 0; j < k; j++)
	{
		double *mean = m->means + j * d;
		double *s = m->covariances + j * ms_packed_size(d);
		const double *rows = x + j * rows_a_label * d;

		m->weights[j] = 1 / (double) k;
		for (size_t i = 0; i < rows_a_label * d; i++)
			mean[i % d] += rows[i] / (double) rows_a_label;
		for (size_t i = 0; i < rows_a_label; i++)
		{
			for (size_t a = 0; a < d; a++)
			{
				for (size_t b = 0; b <= a; b++)
					s[ms_packed_at(a, b)] += (rows[i * d + a] - mean[a]) *
											 (rows[i * d + b] - mean[b]) / (double) rows_a_label;
			}
		}
	}
}

static void
begin(fitted *f)
{
	host_init(&f->h);
	ms_arena_init(&f->arena, &f->h.ctx);
}

/* The fit that begin() has prepared. */
static void
fit_into(fitted *f, const ms_rows *rows, const ms_em_options *o)
{
	f->status = ms_em_fit(&f->h.ctx, &f->arena, rows, o, &f->m);
}

/* Maximum a posteriori of iris from the species. */
static double
from_labels(ms_gmm_family family)
{
	ms_rows rows = rows_of(iris, 150, 4);
	ms_em_options o = options(family, 3, 0);
	ms_gmm start;
	fitted f;
	double l;

	begin(&f);
	model_of_labels(&f, iris, 150, 4, 50, &start);
	o.start = &start;
	o.prior = true;
	fit_into(&f, &rows, &o);
	CHECK_INT(f.status, MS_OK);
	l = f.status == MS_OK ? f.m.info.log_likelihood : NAN;
	CHECK_INT(f.m.info.problems, 0);
	CHECK_INT(f.m.info.starts, 1);
	done(&f);
	return l;
}

/* The two-component model that section 14 starts from. */
static ms_status
faithful_start(ms_ctx *ctx, ms_arena *arena, ms_gmm *m)
{
	static const double weights[] = {0.5, 0.5};
	static const double means[] = {2, 55, 4.5, 80};
	static const double covariances[] = {0.1, 0, 0, 30, 0.2, 0, 0, 40};

	return ms_gmm_import(ctx, arena, 2, 2, weights, means, covariances, m);
}

/* --- families ------------------------------------------------------------------------------- */

TEST(faithful_other_families)
{
	CHECK_NEAR(fitted_likelihood(faithful, 272, 2, MS_GMM_EII, 2, 1e-13), -1709.681373, 1e-9);
	CHECK_NEAR(fitted_likelihood(faithful, 272, 2, MS_GMM_EEI, 2, 1e-13), -1157.680012, 1e-9);
	CHECK_NEAR(fitted_likelihood(faithful, 272, 2, MS_GMM_EII, 1, 1e-13), -2003.952037, 1e-9);
	CHECK_NEAR(fitted_likelihood(faithful, 272, 2, MS_GMM_EEI, 1, 1e-13), -1516.705827, 1e-9);
	/* Mclust's best of iris: VEV, 2 */
	{
		fitted f;

		fit(&f, iris, 150, 4, MS_GMM_VEV, 2, 1e-12);
		CHECK_NEAR(f.m.info.log_likelihood, -215.725972, 1e-8);
		CHECK_NEAR(ms_gmm_parameters(&f.m), 26, 0);
		CHECK_NEAR(ms_gmm_bic(&f.m), 561.728462, 1e-8);
		done(&f);
	}
}

/* VEV of columns in very different units: seeds see them standardised (section 16). */
TEST(seeds_of_unlike_columns)
{
	static double x[400 * 2];
	fitted f;

	make_clusters(400, 2, 2, 0, 9, x);
	for (size_t i = 0; i < 400; i++)
	{
		x[2 * i] = 1e4 * x[2 * i];
		x[2 * i + 1] += i % 2 ? 12 : 0;
	}
	fit(&f, x, 400, 2, MS_GMM_VEV, 2, 1e-9);
	CHECK_NEAR(f.m.weights[0], 0.5, 0.01);
	CHECK(fabs(f.m.means[1] - f.m.means[3]) > 11);
	CHECK(f.m.info.starts_at_best >= 5);
	done(&f);
}

/* Iris, VVV 3: setosa 50; versicolor 45 + 5; virginica 50. */
TEST(iris_confusion)
{
	size_t counts[3][3] = {{0}};
	ms_scorer *s;
	fitted f;

	fit(&f, iris, 150, 4, MS_GMM_FULL, 3, 1e-13);
	CHECK_INT(ms_scorer_new(&f.h.ctx, &f.arena, &f.m, &s), MS_OK);
	for (size_t i = 0; i < 150; i++)
		counts[i / 50][ms_score_best(s, iris + 4 * i)]++;
	for (size_t species = 0; species < 3; species++)
	{
		size_t most = 0;

		for (size_t j = 0; j < 3; j++)
			most = counts[species][j] > most ? counts[species][j] : most;
		CHECK_INT(most, species == 1 ? 45 : 50);
	}
	done(&f);
}

/* In one dimension there are two models, E and V. */
TEST(one_column)
{
	for (size_t f = 0; f < N_FAMILIES; f++)
	{
		bool equal = ms_gmm_family_name(all_families[f])[0] == 'E' ||
					 all_families[f] == MS_GMM_TIED;

		CHECK_NEAR(fitted_likelihood(waiting, 272, 1, all_families[f], 2, 1e-15),
				   equal ? -1034.0017603578 : -1034.0017498316, 1e-12);
	}
}

/* Families nest, at the best of many starts (section 15, 5). */
TEST(families_nest)
{
	static const ms_gmm_family chains[][4] = {
		{MS_GMM_EII, MS_GMM_SPHERICAL, MS_GMM_VEI, MS_GMM_DIAG},
		{MS_GMM_EII, MS_GMM_EEI, MS_GMM_EVI, MS_GMM_DIAG},
		{MS_GMM_EEI, MS_GMM_TIED, MS_GMM_VEE, MS_GMM_FULL},
		{MS_GMM_TIED, MS_GMM_EEV, MS_GMM_VEV, MS_GMM_FULL},
		{MS_GMM_EEI, MS_GMM_VEI, MS_GMM_VEV, MS_GMM_FULL},
		{MS_GMM_EVI, MS_GMM_EVV, MS_GMM_FULL, MS_GMM_FULL}};

	for (size_t c = 0; c < 6; c++)
	{
		double before = -INFINITY;

		for (size_t f = 0; f < 4; f++)
		{
			double l = fitted_likelihood(iris, 150, 4, chains[c][f], 2, 1e-9);

			CHECK(l >= before - 1e-5);
			before = l;
		}
	}
}

/* What A of x -> A x + b a family does not notice (section 15, 2). */
static void
make_map(ms_gmm_family family, double *a)
{
	/* a rotation in two planes times 3 */
	static const double rotation[16] = {1.8, -2.4, 0, 0, 2.4, 1.8, 0,	 0,
										0,	 0,	   0, 3, 0,	  0,   -3.0, 0};
	static const double general[16] = {2, 1, 0, -1, 0.5, 1, 3, 0, 0, 0.2, 0.4, 7, 1e3, 0, 0, 1};

	memset(a, 0, 16 * sizeof(double));
	switch (family)
	{
		case MS_GMM_EII:
		case MS_GMM_SPHERICAL:
		case MS_GMM_EEV:
		case MS_GMM_VEV:
			memcpy(a, rotation, sizeof(rotation));
			break;
		case MS_GMM_TIED:
		case MS_GMM_VEE:
		case MS_GMM_EVV:
		case MS_GMM_FULL:
			memcpy(a, general, sizeof(general));
			break;
		default:
			for (size_t c = 0; c < 4; c++)
				a[5 * c] = pow(10, 2 * (double) c - 3);
	}
}

/* y = A x + b */
static void
map_row(const double *a, const double *x, double *y)
{
	for (size_t i = 0; i < 4; i++)
	{
		y[i] = 100;
		for (size_t c = 0; c < 4; c++)
			y[i] += a[4 * i + c] * x[c];
	}
}

static double
log_det(const double *a)
{
	double product[16] = {0};

	for (size_t i = 0; i < 64; i++)
		product[i / 16 * 4 + i / 4 % 4] += a[i / 16 * 4 + i % 4] * a[i / 4 % 4 * 4 + i % 4];
	CHECK(ms_linalg_cholesky(product, 4));
	return ms_linalg_logdet(product, 4) / 2;
}

/* The likelihood changes by -n log |det A|, from a mapped start; posteriors stay. */
TEST(affine_maps)
{
	for (size_t i = 0; i < N_FAMILIES; i++)
	{
		static double x[150 * 4];
		double a[16];
		ms_rows rows = rows_of(iris, 150, 4);
		ms_rows mapped = rows_of(x, 150, 4);
		ms_em_options o = options(all_families[i], 3, 0);
		ms_gmm start;
		fitted f;
		double l;
		double w;

		make_map(all_families[i], a);
		for (size_t r = 0; r < 150; r++)
			map_row(a, iris + 4 * r, x + 4 * r);
		begin(&f);
		model_of_labels(&f, iris, 150, 4, 50, &start);
		o.start = &start;
		o.max_iter = 20;
		fit_into(&f, &rows, &o);
		CHECK_INT(f.status, MS_OK);
		l = f.m.info.log_likelihood;
		w = f.m.weights[1];
		model_of_labels(&f, x, 150, 4, 50, &start);
		fit_into(&f, &mapped, &o);
		CHECK_INT(f.status, MS_OK);
		CHECK_NEAR(f.m.info.log_likelihood, l - 150 * log_det(a), 1e-10);
		CHECK_NEAR(f.m.weights[1], w, 1e-9);
		done(&f);
	}
}

/* --- never falls, in any family, with a prior, noise, gaps, weights (section 15, 1) ---------- */

static double seen;
static int64_t seen_at;

static void
watch(ms_ctx *ctx, const ms_progress *p)
{
	(void) ctx;
	if (strcmp(p->task, "em") != 0)
		return;
	if (p->iteration > seen_at)
		CHECK(p->objective >= seen - 1e-11 * fabs(seen));
	seen = p->objective;
	seen_at = p->iteration;
}

static void
check_rises(const ms_rows *rows, const ms_em_options *o)
{
	fitted f;

	host_init(&f.h);
	f.h.ctx.progress = watch;
	seen_at = INT64_MAX;
	ms_arena_init(&f.arena, &f.h.ctx);
	fit_into(&f, rows, o);
	CHECK(f.status == MS_OK || f.status == MS_NO_FIT);
	done(&f);
}

TEST(never_falls)
{
	static double x[300 * 4];

	make_clusters(300, 4, 3, 2.5, 11, x);
	for (size_t i = 0; i < 300; i++)
		x[4 * i + 3] = 0.25 + 0.25 * (double) (i % 5);
	for (size_t f = 0; f < N_FAMILIES; f++)
	{
		for (int what = 0; what < 16; what++)
		{
			static double y[300 * 4];
			ms_rows rows = {y, what & 8 ? y + 3 : NULL, 300, 3, 4};
			ms_em_options o = options(all_families[f], 3, 1e-10);

			o.prior = what & 1 && all_families[f] <= MS_GMM_EEI;
			o.noise = what & 2 ? 0.05 : 0;
			o.missing = what & 4;
			o.importance = what & 8;
			o.max_iter = 60;
			o.n_init = 2;
			memcpy(y, x, sizeof(y));
			for (size_t i = 0; i < 300 && o.missing; i++)
			{
				if (i % 4 < 3 && i % 7 < 3)
					y[4 * i + i % 4] = NAN;
			}
			check_rises(&rows, &o);
		}
	}
}

/* --- prior ---------------------------------------------------------------------------------- */

TEST(prior_faithful)
{
	static const double means[] = {2.03703414, 54.48526503, 4.29005186, 79.97283283};
	static const double covariances[] = {.0706689217, .474768646, 32.060484477,
										 .165608531,  .931411195, 34.906364175};
	ms_rows rows = rows_of(faithful, 272, 2);
	ms_em_options o = options(MS_GMM_FULL, 2, 1e-15);
	ms_gmm start;
	fitted f;

	begin(&f);
	CHECK_INT(faithful_start(&f.h.ctx, &f.arena, &start), MS_OK);
	o.prior = true;
	o.start = &start;
	fit_into(&f, &rows, &o);
	CHECK_INT(f.status, MS_OK);
	CHECK_NEAR(f.m.info.log_likelihood, -1130.509264, 1e-8);
	CHECK_NEAR(ms_gmm_bic(&f.m), 2322.682350, 1e-8);
	CHECK_NEAR(f.m.weights[0], .35607573, 1e-7);
	for (size_t i = 0; i < 4; i++)
		CHECK_NEAR(f.m.means[i], means[i], 1e-7);
	for (size_t i = 0; i < 6; i++)
		CHECK_NEAR(f.m.covariances[i], covariances[i], 1e-7);
	CHECK_INT(f.m.flags, MS_GMM_PRIOR);
	CHECK_NEAR(f.m.prior_mean[1], 70.897058823529406, 1e-14);
	/* cov(x) / k with divisor n - 1 */
	CHECK_NEAR(f.m.prior_scale[2], 184.82331235077 / 2, 1e-12);
	CHECK(f.m.info.objective != f.m.info.log_likelihood);
	done(&f);
}

TEST(prior_iris)
{
	CHECK_NEAR(from_labels(MS_GMM_FULL), -192.695284, 3e-9);
	CHECK_NEAR(from_labels(MS_GMM_TIED), -257.739377, 3e-9);
	CHECK_NEAR(from_labels(MS_GMM_DIAG), -312.904087, 3e-9);
	CHECK_NEAR(from_labels(MS_GMM_SPHERICAL), -384.478676, 3e-9);
	CHECK_NEAR(from_labels(MS_GMM_EII), -401.883806, 3e-9);
	CHECK_NEAR(from_labels(MS_GMM_EEI), -362.248235, 3e-9);
}

TEST(prior_galaxies)
{
	static const double means[] = {9.72545744, 19.84614610, 22.89327938, 23.94124071};
	static const double weights[] = {.08514357, .38807681, .29832583, .22845379};
	static const double variances[] = {.29125326, .40536300, .68455969, 19.15284557};
	ms_rows rows = rows_of(galaxies, 82, 1);
	ms_em_options o = options(MS_GMM_FULL, 4, 0);
	ms_gmm start;
	fitted f;

	begin(&f);
	CHECK_INT(ms_gmm_import(&f.h.ctx, &f.arena, 4, 1, (double[]){.1, .4, .3, .2},
							(double[]){9.7, 20, 23, 24}, (double[]){.3, .4, .7, 19}, &start),
			  MS_OK);
	o.prior = true;
	o.start = &start;
	fit_into(&f, &rows, &o);
	CHECK_NEAR(f.m.info.log_likelihood, -201.026550, 3e-9);
	for (size_t j = 0; j < 4; j++)
	{
		CHECK_NEAR(f.m.means[j], means[j], 1e-7);
		CHECK_NEAR(f.m.weights[j], weights[j], 1e-6);
		CHECK_NEAR(f.m.covariances[j], variances[j], 1e-6);
	}
	done(&f);
}

/* Two outliers that coincide draw no component to themselves; families without a prior refuse. */
TEST(prior_against_spikes)
{
	static double x[202];
	ms_rows rows = rows_of(x, 202, 1);
	ms_em_options o = options(MS_GMM_FULL, 3, 1e-8);
	fitted f;

	make_clusters(200, 1, 2, 5, 8, x);
	x[200] = 40;
	x[201] = 40 + 1e-9;
	o.prior = true;
	fit_with(&f, &rows, &o);
	CHECK_INT(f.status, MS_OK);
	CHECK(f.m.covariances[2] > 1e-2);
	done(&f);
	o.family = MS_GMM_VEV;
	fit_with(&f, &rows, &o);
	CHECK_INT(f.status, MS_BAD_ARGUMENT);
	CHECK_STR(f.h.ctx.facts.what, "prior");
	done(&f);
}

/* The objective is that of section 6, in raw units, whatever the scale of the view. */
TEST(prior_objective)
{
	ms_rows rows = rows_of(faithful, 272, 2);

	for (size_t f = 0; f < 6; f++)
	{
		ms_em_options o = options(all_families[f], 2, 1e-14);
		fitted a;
		fitted b;

		o.prior = true;
		fit_with(&a, &rows, &o);
		o.scale = MS_GMM_SCALE_NONE;
		fit_with(&b, &rows, &o);
		CHECK_NEAR(a.m.info.objective, b.m.info.objective, 1e-9);
		CHECK_NEAR(a.m.info.log_likelihood, b.m.info.log_likelihood, 1e-8);
		for (size_t i = 0; i < ms_gmm_prior_size(all_families[f], 2); i++)
			CHECK_NEAR(a.m.prior_scale[i], b.m.prior_scale[i], 1e-12);
		if (f == 0)
		{
			double sum = a.m.info.log_likelihood;

			for (size_t j = 0; j < 2; j++)
			{
				const double *s = a.m.covariances + 3 * j;
				const double *p = a.m.prior_scale;
				double det = s[0] * s[2] - s[1] * s[1];
				double u = a.m.means[2 * j] - a.m.prior_mean[0];
				double v = a.m.means[2 * j + 1] - a.m.prior_mean[1];

				sum -= (4 + 2 + 2) / 2.0 * log(det);
				sum -= (s[2] * (p[0] + 0.01 * u * u) - 2 * s[1] * (p[1] + 0.01 * u * v) +
						s[0] * (p[2] + 0.01 * v * v)) /
					   det / 2;
			}
			CHECK_NEAR(a.m.info.objective, sum, 1e-11);
		}
		done(&a);
		done(&b);
	}
}

/* --- start ---------------------------------------------------------------------------------- */

TEST(start_keeps_order)
{
	ms_scorer *s;
	double joint[2];
	size_t best;
	ms_rows rows = rows_of(faithful, 272, 2);
	ms_em_options o = options(MS_GMM_FULL, 2, 0);
	ms_gmm start;
	fitted f;

	begin(&f);
	CHECK_INT(faithful_start(&f.h.ctx, &f.arena, &start), MS_OK);
	CHECK_INT(ms_scorer_new(&f.h.ctx, &f.arena, &start, &s), MS_OK);
	ms_score_row(s, faithful, joint, &best);
	ms_score_posterior(joint, 2, joint);
	CHECK_NEAR(joint[0] / 2.342410345e-09, 1, 5e-10);
	CHECK_NEAR(joint[1], 0.9999999977, 1e-10);
	o.start = &start;
	o.max_iter = 1;
	fit_into(&f, &rows, &o);
	/* one iteration of section 14; the first component stays the first, though it weighs less */
	CHECK_NEAR(f.m.weights[0], 0.357171345333, 1e-12);
	CHECK_NEAR(f.m.means[0], 2.03979697766, 2e-12);
	CHECK_NEAR(f.m.covariances[5], 35.647437431486, 1e-12);
	CHECK_NEAR(f.m.info.log_likelihood, -1130.3309736592, 1e-12);
	CHECK_INT(f.m.info.stop, MS_GMM_STOP_MAX_ITER);
	o.max_iter = 5000;
	o.tol = 1e-15;
	fit_into(&f, &rows, &o);
	CHECK_NEAR(f.m.info.log_likelihood, -1130.263960, 1e-9);
	CHECK_NEAR(f.m.means[0], 2.0363884868, 1e-7);
	o.k = 3;
	fit_into(&f, &rows, &o);
	CHECK_INT(f.status, MS_MISMATCH);
	CHECK_STR(f.h.ctx.facts.what, "components");
	o.k = 2;
	rows = rows_of(waiting, 272, 1);
	fit_into(&f, &rows, &o);
	CHECK_INT(f.status, MS_MISMATCH);
	CHECK_STR(f.h.ctx.facts.what, "columns");
	done(&f);
}

/* A split of the solution of k starts that of k + 1 and never lowers the likelihood. */
TEST(split)
{
	ms_rows rows = rows_of(galaxies, 82, 1);

	for (size_t fam = 0; fam < 2; fam++)
	{
		double before = -INFINITY;
		ms_gmm hint;
		fitted f;

		begin(&f);
		for (size_t k = 1; k <= 5; k++)
		{
			ms_em_options o = options(all_families[fam], k, 1e-10);

			o.n_init = 2;
			o.hint = k > 1 ? &hint : NULL;
			fit_into(&f, &rows, &o);
			CHECK_INT(f.status, MS_OK);
			CHECK_INT(f.m.info.starts, k > 1 ? 3 : 2);
			CHECK(f.m.info.log_likelihood > before);
			before = f.m.info.log_likelihood;
			CHECK_INT(ms_em_split(&f.h.ctx, &f.arena, &f.m, &hint), MS_OK);
		}
		done(&f);
	}
}

/* --- noise ---------------------------------------------------------------------------------- */

static double noisy[292 * 2];

static void
make_noisy(void)
{
	memcpy(noisy, faithful, sizeof(faithful));
	for (int i = 1; i <= 20; i++)
	{
		double a = 0.7548776662466927 * i;
		double b = 0.5698402909980532 * i;

		noisy[2 * (271 + i)] = 1 + 5 * (a - floor(a));
		noisy[2 * (271 + i) + 1] = 35 + 70 * (b - floor(b));
	}
}

TEST(noise)
{
	ms_rows rows = rows_of(noisy, 292, 2);
	ms_em_options o = options(MS_GMM_FULL, 2, 1e-14);
	fitted f;
	ms_scorer *s;
	double joint[2];
	double posterior[2];
	double share;
	size_t best;

	make_noisy();
	/* one start in forty finds it; mclust's -1350.468682 stops a little early */
	o.n_init = 100;
	fit_with(&f, &rows, &o);
	CHECK(f.m.info.log_likelihood > -1350.468682 && f.m.info.log_likelihood < -1350.4683);
	done(&f);
	o = options(MS_GMM_FULL, 2, 1e-14);
	o.noise = 0.05;
	fit_with(&f, &rows, &o);
	CHECK_INT(f.status, MS_OK);
	CHECK_NEAR(exp(f.m.log_volume), 248.9917844893, 1e-11);
	CHECK_NEAR(f.m.info.log_likelihood, -1281.606104, 1e-9);
	CHECK_NEAR(ms_gmm_parameters(&f.m), 13, 0);
	CHECK_NEAR(ms_gmm_bic(&f.m), 2637.010, 2e-7);
	CHECK_NEAR(f.m.weights[0], .5846, 1e-4);
	CHECK_NEAR(f.m.weights[1], .3146, 1e-4);
	CHECK_NEAR(f.m.noise, .10083, 1e-5);
	CHECK_NEAR(f.m.weights[0] + f.m.weights[1] + f.m.noise, 1, 1e-14);
	CHECK_INT(f.m.flags, MS_GMM_NOISE);
	/* far from everything is noise, with posterior 1; label 0 = best + 1 */
	CHECK_INT(ms_scorer_new(&f.h.ctx, &f.arena, &f.m, &s), MS_OK);
	CHECK_NEAR(ms_score_row(s, (double[]){1, 100}, joint, &best),
			   log(f.m.noise) - f.m.log_volume, 1e-12);
	CHECK_INT((int) best + 1, 0);
	CHECK_INT((int) ms_score_best(s, (double[]){1, 100}) + 1, 0);
	share = ms_score_posterior_noise(joint, 2, ms_scorer_log_noise(s), posterior);
	CHECK_NEAR(share, 1, 1e-12);
	CHECK_NEAR(share + posterior[0] + posterior[1], 1, 1e-15);
	ms_score_row(s, (double[]){4.3, 80}, joint, &best);
	CHECK_INT(best, 0);
	done(&f);
}

/* Only what has a background in the start keeps its share; either way the fit finds the same. */
TEST(noise_from_start)
{
	ms_rows rows = rows_of(noisy, 292, 2);
	ms_em_options o = options(MS_GMM_FULL, 2, 1e-14);
	fitted f;
	ms_gmm start;

	o.noise = 0.05;
	begin(&f);
	CHECK_INT(faithful_start(&f.h.ctx, &f.arena, &start), MS_OK);
	o.start = &start;
	fit_into(&f, &rows, &o);
	CHECK_NEAR(f.m.info.log_likelihood, -1281.606104, 1e-9);
	start = f.m;
	fit_into(&f, &rows, &o);
	CHECK_NEAR(f.m.info.log_likelihood, -1281.606104, 1e-9);
	CHECK(f.m.info.iterations < 10);
	o.noise = 0;
	fit_into(&f, &rows, &o);
	CHECK_NEAR(f.m.info.log_likelihood, -1351.545240, 1e-8);
	CHECK_NEAR(f.m.weights[0] + f.m.weights[1], 1, 1e-14);
	o.noise = 1;
	fit_into(&f, &rows, &o);
	CHECK_STR(f.h.ctx.facts.what, "noise");
	done(&f);
}

/* Of rows along a diagonal the principal box is the smaller one. */
TEST(noise_volume)
{
	static double x[200 * 2];
	double low[] = {0, 0};
	double high[] = {199, 199};
	ms_rows rows = rows_of(x, 200, 2);
	double log_volume;
	host h;

	host_init(&h);
	for (size_t i = 0; i < 200; i++)
	{
		x[2 * i] = (double) i;
		x[2 * i + 1] = (double) i + (i % 2 && i < 199 && i > 1 ? 1 : 0);
	}
	CHECK_INT(ms_noise_log_volume(&h.ctx, &rows, low, high, &log_volume), MS_OK);
	CHECK(log_volume < log(199 * sqrt(2) * 1.2) && log_volume > log(199 * sqrt(2) * 0.6));
	for (size_t i = 0; i < 200; i++)
		x[2 * i + 1] = (double) i;
	CHECK_INT(ms_noise_log_volume(&h.ctx, &rows, low, high, &log_volume), MS_OK);
	CHECK_NEAR(log_volume, 2 * log(199), 1e-14);
}

/* --- gaps ----------------------------------------------------------------------------------- */

static double airquality[153 * 4];

static void
load_airquality(void)
{
	char line[512];
	FILE *f = fopen(UNIT_DATA "/airquality.csv", "r");
	size_t i = 0;

	CHECK(f && fgets(line, sizeof(line), f));
	while (f && i < 153 && fgets(line, sizeof(line), f))
	{
		char *at = line;

		for (size_t c = 0; c < 4; c++)
		{
			char *end;
			double v = strtod(at, &end);

			airquality[4 * i + c] = end == at ? NAN : v;
			at = strchr(end, ',') + 1;
		}
		i++;
	}
	CHECK_INT(i, 153);
	if (f)
		fclose(f);
}

static void
fit_gaps(fitted *f, const double *x, size_t n, size_t d, ms_gmm_family family, size_t k, double tol)
{
	ms_rows rows = rows_of(x, n, d);
	ms_em_options o = options(family, k, tol);

	o.missing = true;
	fit_with(f, &rows, &o);
	CHECK_INT(f->status, MS_OK);
}

TEST(gaps_airquality)
{
	static const double mean[] = {41.87117258, 184.84680643, 9.95751634, 77.88235294};
	static const double variances[] = {1044.01863943, 8090.70165959, 12.33041736, 89.00576701};
	fitted f;

	load_airquality();
	fit_gaps(&f, airquality, 153, 4, MS_GMM_FULL, 1, 1e-15);
	CHECK_NEAR(f.m.info.log_likelihood, -2326.6973827983, 1e-13);
	for (size_t c = 0; c < 4; c++)
	{
		CHECK_NEAR(f.m.means[c], mean[c], 1e-8);
		CHECK_NEAR(f.m.covariances[ms_packed_at(c, c)], variances[c], 5e-8);
	}
	CHECK_NEAR(f.m.covariances[1], 942.52973254, 1e-7);
	CHECK_INT(f.m.info.n, 153);
	CHECK_INT(f.m.flags, MS_GMM_MISSING);
	done(&f);
	{
		ms_rows rows = rows_of(airquality, 153, 4);
		ms_em_options o = options(MS_GMM_FULL, 2, 1e-11);

		o.missing = true;
		o.n_init = 30;
		fit_with(&f, &rows, &o);
		CHECK_NEAR(f.m.info.log_likelihood, -2273.5146, 3e-8);
		CHECK_NEAR(f.m.weights[0], .688, 1e-3);
		done(&f);
	}
}

static double gappy[272 * 2];

static void
make_gappy(void)
{
	memcpy(gappy, faithful, sizeof(gappy));
	for (size_t i = 1; i <= 272; i++)
	{
		if (i % 5 == 0)
			gappy[2 * (i - 1)] = NAN;
		if (i % 7 == 0)
			gappy[2 * (i - 1) + 1] = NAN;
	}
}

TEST(gaps_faithful)
{
	fitted f;
	ms_evidence evidence;
	ms_rows rows = rows_of(gappy, 272, 2);

	make_gappy();
	fit_gaps(&f, gappy, 272, 2, MS_GMM_FULL, 2, 1e-15);
	CHECK_NEAR(f.m.info.log_likelihood, -995.7690364364, 1e-12);
	CHECK_NEAR(f.m.means[2], 2.05603988, 1e-7);
	CHECK_NEAR(f.m.means[3], 54.57100362, 1e-7);
	CHECK_NEAR(f.m.means[0], 4.30453562, 1e-7);
	CHECK_NEAR(f.m.means[1], 80.09691421, 1e-7);
	CHECK_NEAR(f.m.weights[1], .37019378, 1e-7);
	CHECK_INT(f.m.info.n, 265);
	CHECK_INT(f.m.info.omitted, 7);
	CHECK_NEAR(f.m.info.weight, 265, 0);
	/* the scores of the rows add up to the same */
	CHECK_INT(ms_score_rows(&f.h.ctx, &f.m, &rows, &evidence), MS_OK);
	CHECK_NEAR(evidence.log_likelihood, f.m.info.log_likelihood, 1e-13);
	CHECK_INT(evidence.n, 265);
	done(&f);
}

/* Without gaps the path for gaps gives the same numbers (section 15, 7), in every family. */
TEST(gaps_of_none)
{
	for (size_t i = 0; i < N_FAMILIES; i++)
	{
		fitted a;
		fitted b;

		fit(&a, iris, 150, 4, all_families[i], 2, 1e-9);
		fit_gaps(&b, iris, 150, 4, all_families[i], 2, 1e-9);
		CHECK_NEAR(b.m.info.log_likelihood, a.m.info.log_likelihood, 1e-12);
		CHECK_NEAR(b.m.info.icl, a.m.info.icl, 1e-12);
		for (size_t j = 0; j < 8; j++)
			CHECK_NEAR(b.m.means[j], a.m.means[j], 1e-9);
		done(&a);
		done(&b);
	}
}

/* The likelihood of rows with gaps as the definition has it, in every family, with noise, too. */
TEST(gaps_by_definition)
{
	static double x[150 * 4];
	ms_rows rows = rows_of(x, 150, 4);

	memcpy(x, iris, sizeof(x));
	for (size_t i = 0; i < 150; i++)
	{
		for (size_t c = 0; c < 4; c++)
		{
			if ((i * 7 + c * 3) % 5 == 0)
				x[4 * i + c] = NAN;
		}
	}
	for (size_t i = 0; i < N_FAMILIES; i++)
	{
		ms_em_options o = options(all_families[i], 2, 1e-6);
		ms_evidence evidence;
		fitted f;

		o.missing = true;
		o.noise = i % 2 ? 0.05 : 0;
		o.n_init = 2;
		fit_with(&f, &rows, &o);
		CHECK_INT(f.status, MS_OK);
		CHECK_INT(ms_score_rows(&f.h.ctx, &f.m, &rows, &evidence), MS_OK);
		CHECK_NEAR(evidence.log_likelihood, f.m.info.log_likelihood, 1e-11);
		CHECK_NEAR(ms_gmm_bic(&f.m) - 2 * evidence.log_best, f.m.info.icl, 1e-11);
		done(&f);
	}
}

/* A row of one column on its own: each column's own mean and spread, k = 1. */
TEST(gaps_every_row)
{
	static double x[200 * 2];
	fitted f;

	for (size_t i = 0; i < 200; i++)
	{
		x[2 * i] = i % 2 ? NAN : (double) (i % 10);
		x[2 * i + 1] = i % 2 ? (double) (i % 14) : NAN;
	}
	fit_gaps(&f, x, 200, 2, MS_GMM_DIAG, 1, 1e-15);
	CHECK_NEAR(f.m.means[0], 4, 1e-7);
	CHECK_NEAR(f.m.covariances[0], 8, 1e-6);
	done(&f);
}

/* Many rows: starts on a part of them, with all that a fit can have at once. */
TEST(many_rows)
{
	static double x[110000 * 3];
	ms_rows rows = {x, x + 2, 110000, 2, 3};
	ms_em_options o = options(MS_GMM_FULL, 3, 1e-7);
	ms_evidence evidence;
	fitted f;

	make_clusters(110000, 3, 3, 6, 5, x);
	for (size_t i = 0; i < 110000; i++)
	{
		x[3 * i + 2] = 1 + (double) (i % 2);
		if (i % 20 == 0)
			x[3 * i + i / 20 % 2] = NAN;
		if (i % 50 == 1)
		{
			x[3 * i] = -10 + (double) (i % 1000) / 25;
			x[3 * i + 1] = -15 + (double) (i * 7 % 1000) / 30;
		}
	}
	o.missing = o.prior = o.importance = true;
	o.noise = 0.02;
	o.n_init = 2;
	host_init(&f.h);
	f.h.ctx.budget = ms_em_memory(110000, 2, &o);
	ms_arena_init(&f.arena, &f.h.ctx);
	fit_into(&f, &rows, &o);
	CHECK_INT(f.status, MS_OK);
	CHECK_NEAR(f.m.noise, 0.02, 0.01);
	for (size_t j = 0; j < 3 && f.status == MS_OK; j++)
	{
		double at = f.m.means[2 * j] / 6;

		CHECK_NEAR(f.m.weights[j], 0.98 / 3, 0.02);
		CHECK(fabs(at - round(at)) < 0.02 && round(at) >= 0 && round(at) <= 2);
	}
	f.h.ctx.budget = 0;
	CHECK_INT(ms_score_rows(&f.h.ctx, &f.m, &rows, &evidence), MS_OK);
	CHECK_NEAR(evidence.log_likelihood * f.m.info.weight / evidence.weight,
			   f.m.info.log_likelihood, 1e-10);
	done(&f);
}

/* --- weights and icl ------------------------------------------------------------------------ */

TEST(importance)
{
	static double x[272 * 3];
	ms_rows rows = {x, x + 2, 272, 2, 3};
	ms_em_options o = options(MS_GMM_FULL, 2, 1e-14);
	double w = 0;
	double ww = 0;
	fitted a;
	fitted b;

	for (size_t i = 0; i < 272; i++)
	{
		memcpy(x + 3 * i, faithful + 2 * i, 2 * sizeof(double));
		x[3 * i + 2] = 1000 * (1 + (double) ((i + 1) % 3));
		w += x[3 * i + 2];
		ww += x[3 * i + 2] * x[3 * i + 2];
	}
	fit_with(&a, &rows, &o);
	o.importance = true;
	fit_with(&b, &rows, &o);
	CHECK_NEAR(b.m.info.weight, w * w / ww, 1e-13);
	CHECK_NEAR(b.m.info.log_likelihood, a.m.info.log_likelihood * w / ww, 1e-12);
	CHECK_NEAR(b.m.means[0], a.m.means[0], 1e-9);
	CHECK_INT(b.m.flags, MS_GMM_IMPORTANCE);
	done(&a);
	done(&b);
	/* equal weights count as rows, whatever their size */
	for (size_t i = 0; i < 272; i++)
		x[3 * i + 2] = 1e-7;
	fit_with(&b, &rows, &o);
	CHECK_NEAR(b.m.info.log_likelihood, -1130.263960, 1e-9);
	CHECK_NEAR(ms_gmm_bic(&b.m), 2322.191743, 1e-9);
	done(&b);
	/* and so do they for a prior */
	o.prior = true;
	fit_with(&b, &rows, &o);
	CHECK_NEAR(b.m.info.log_likelihood, -1130.509264, 1e-8);
	done(&b);
}

TEST(icl_forms)
{
	ms_rows rows = rows_of(faithful, 272, 2);
	ms_em_options o = options(MS_GMM_FULL, 2, 1e-15);
	fitted f;

	fit_with(&f, &rows, &o);
	CHECK_NEAR(f.m.info.icl, 2322.704682, 2e-8);
	done(&f);
	o.icl_entropy = true;
	fit_with(&f, &rows, &o);
	CHECK_NEAR(f.m.info.icl, 2323.581219, 2e-8);
	CHECK_INT(f.m.flags, MS_GMM_ICL_ENTROPY);
	done(&f);
	/* EEE, 3 of faithful: mclust's -2357.824249 is at its early stop */
	o = options(MS_GMM_TIED, 3, 1e-15);
	fit_with(&f, &rows, &o);
	CHECK_NEAR(f.m.info.icl, 2357.824249, 1e-3);
	done(&f);
}

/* --- degenerate, and the host --------------------------------------------------------------- */

/* Atoms in every family: a status, never a NaN, and a definite model if one. */
TEST(degenerate)
{
	static double x[400 * 2];

	make_clusters(400, 2, 1, 0, 4, x);
	for (size_t i = 0; i < 200; i++)
		x[2 * i] = x[2 * i + 1] = 9;
	for (size_t i = 0; i < N_FAMILIES; i++)
	{
		for (size_t k = 1; k <= 4; k++)
		{
			ms_rows rows = rows_of(x, 400, 2);
			ms_em_options o = options(all_families[i], k, 1e-8);
			ms_scorer *s;
			fitted f;

			o.max_iter = 100;
			o.n_init = 3;
			fit_with(&f, &rows, &o);
			CHECK(f.status == MS_OK || f.status == MS_NO_FIT);
			if (f.status == MS_OK)
			{
				CHECK(isfinite(f.m.info.log_likelihood));
				CHECK_INT(ms_scorer_new(&f.h.ctx, &f.arena, &f.m, &s), MS_OK);
			}
			done(&f);
		}
	}
}

static ms_status
small_fit(ms_ctx *ctx, const ms_rows *rows, ms_gmm_family family, bool prior, double noise,
		  bool from_start)
{
	ms_arena arena;
	ms_em_options o = options(family, 2, 1e-6);
	ms_gmm m;
	ms_gmm start;
	ms_status status = MS_OK;

	o.n_init = 1;
	o.max_iter = 5;
	o.prior = prior;
	o.noise = noise;
	o.missing = true;
	o.icl_entropy = true;
	ms_arena_init(&arena, ctx);
	if (from_start)
	{
		status = faithful_start(ctx, &arena, &start);
		o.start = &start;
	}
	if (status == MS_OK)
		status = ms_em_fit(ctx, &arena, rows, &o, &m);
	if (status == MS_OK)
		status = ms_em_split(ctx, &arena, &m, &start);
	ms_arena_free(&arena);
	return status;
}

TEST(refuse_and_stop_everywhere)
{
	ms_rows rows = rows_of(gappy, 272, 2);
	ms_status status;
	host h;

	for (size_t i = 0; i < N_FAMILIES; i++)
		HOST_EVERY(h, status,
				   small_fit(&h.ctx, &rows, all_families[i], all_families[i] <= MS_GMM_EEI,
							 i % 2 ? 0.1 : 0, i % 3 == 0));
}

TEST(memory)
{
	for (size_t i = 0; i < N_FAMILIES; i++)
	{
		ms_rows rows = rows_of(gappy, 272, 2);
		ms_em_options o = options(all_families[i], 3, 1e-3);
		fitted f;

		o.missing = true;
		o.noise = 0.1;
		o.prior = all_families[i] <= MS_GMM_EEI;
		o.n_init = 2;
		host_init(&f.h);
		f.h.ctx.budget = ms_em_memory(272, 2, &o);
		ms_arena_init(&f.arena, &f.h.ctx);
		fit_into(&f, &rows, &o);
		CHECK(f.status == MS_OK || f.status == MS_NO_FIT);
		done(&f);
	}
}

int
main(void)
{
	load_all();
	make_noisy();
	make_gappy();
	RUN(faithful_other_families);
	RUN(seeds_of_unlike_columns);
	RUN(iris_confusion);
	RUN(one_column);
	RUN(families_nest);
	RUN(affine_maps);
	RUN(never_falls);
	RUN(prior_faithful);
	RUN(prior_iris);
	RUN(prior_galaxies);
	RUN(prior_against_spikes);
	RUN(prior_objective);
	RUN(start_keeps_order);
	RUN(split);
	RUN(noise);
	RUN(noise_from_start);
	RUN(noise_volume);
	RUN(gaps_airquality);
	RUN(gaps_faithful);
	RUN(gaps_of_none);
	RUN(gaps_by_definition);
	RUN(gaps_every_row);
	RUN(many_rows);
	RUN(importance);
	RUN(icl_forms);
	RUN(degenerate);
	RUN(refuse_and_stop_everywhere);
	RUN(memory);
	return unit_done();
}
