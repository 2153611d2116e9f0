/*
 * mixture_fit.h: data of gmm.md's reference values, and a fit in one line, for the tests of
 * mixtures.
 */
#ifndef MS_MIXTURE_FIT_H
#define MS_MIXTURE_FIT_H

#include "core/base/rng.h"
#include "core/mixture/em.h"
#include "host.h"

/* --- data ----------------------------------------------------------------------------------- */

#define MOST_CELLS 200000

static double faithful[272 * 2];
static double waiting[272];
static double eruptions[272];
static double iris[150 * 4];
static double galaxies[82];

/* The first d columns of a file of numbers in test/data. */
static inline void
load(const char *name, size_t n, size_t d, double *x)
{
	char path[512];
	char line[512];
	FILE *f;
	size_t rows = 0;

	snprintf(path, sizeof(path), "%s/%s", UNIT_DATA, name);
	f = fopen(path, "r");
	if (!CHECK(f != NULL))
		exit(1);
	CHECK(fgets(line, sizeof(line), f) != NULL);
	for (; rows < n && fgets(line, sizeof(line), f); rows++)
	{
		char *at = line;

		for (size_t c = 0; c < d; c++, at++)
			x[rows * d + c] = strtod(at, &at);
	}
	CHECK_INT(rows, n);
	fclose(f);
}

static inline void
load_all(void)
{
	load("faithful.csv", 272, 2, faithful);
	load("iris.csv", 150, 4, iris);
	load("galaxies.csv", 82, 1, galaxies);
	for (size_t i = 0; i < 272; i++)
	{
		eruptions[i] = faithful[2 * i];
		waiting[i] = faithful[2 * i + 1];
	}
}

/* n rows of d columns around k centers on a line, `apart` standard deviations from each other. */
static inline void
make_clusters(size_t n, size_t d, size_t k, double apart, uint64_t seed, double *x)
{
	ms_rng rng;

	ms_rng_init(&rng, seed, 1);
	for (size_t i = 0; i < n; i++)
	{
		size_t j = (size_t) ms_rng_below(&rng, k);

		for (size_t c = 0; c < d; c++)
			x[i * d + c] = (c == 0 ? apart * (double) j : 0) +
						   (1 + 0.2 * (double) ((j + c) % 3)) * ms_rng_normal(&rng) +
						   (c > 0 ? 0.3 * x[i * d + c - 1] : 0);
	}
}

static inline ms_rows
rows_of(const double *x, size_t n, size_t d)
{
	return (ms_rows){x, NULL, n, d, d};
}

/* --- the fit in one line -------------------------------------------------------------------- */

typedef struct fitted
{
	host h;
	ms_arena arena;
	ms_status status;
	ms_gmm m;
} fitted;

static inline void
fit_with(fitted *f, const ms_rows *rows, const ms_em_options *o)
{
	host_init(&f->h);
	ms_arena_init(&f->arena, &f->h.ctx);
	f->status = ms_em_fit(&f->h.ctx, &f->arena, rows, o, &f->m);
}

static inline ms_em_options
options(ms_gmm_family family, size_t k, double tol)
{
	ms_em_options o;

	ms_em_defaults(&o);
	o.family = family;
	o.k = k;
	o.tol = tol;
	o.max_iter = 5000;
	return o;
}

static inline void
fit(fitted *f, const double *x, size_t n, size_t d, ms_gmm_family family, size_t k, double tol)
{
	ms_rows rows = rows_of(x, n, d);
	ms_em_options o = options(family, k, tol);

	fit_with(f, &rows, &o);
	CHECK_INT(f->status, MS_OK);
}

static inline void
done(fitted *f)
{
	ms_arena_free(&f->arena);
	CHECK_INT(f->h.live, 0);
}

static inline double
fitted_likelihood(const double *x, size_t n, size_t d, ms_gmm_family family, size_t k, double tol)
{
	fitted f;
	double l;

	fit(&f, x, n, d, family, k, tol);
	l = f.status == MS_OK ? f.m.info.log_likelihood : NAN;
	done(&f);
	return l;
}

#endif
