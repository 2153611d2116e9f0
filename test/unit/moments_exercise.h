/*
 * moments_exercise.h: what every accepted measure_moments must stand, for the unit tests and the
 * fuzzer. Each function returns NULL, or a word for what went wrong.
 */
#ifndef MOMENTS_EXERCISE_H
#define MOMENTS_EXERCISE_H

#include <float.h>

#include "core/base/moments.h"
#include "host.h"

static inline ms_moments *
moments_make(size_t d)
{
	ms_moments *m = malloc(ms_moments_size(d));

	m->head.host = 0;
	ms_moments_begin(m, d);
	return m;
}

static inline ms_moments *
moments_twin(const ms_moments *m)
{
	ms_moments *twin = malloc(ms_moments_size(m->d));

	memcpy(twin, m, ms_moments_size(m->d));
	return twin;
}

/* A row from an odd address, as a packed array has it. */
static inline bool
moments_put(ms_moments *m, const double *x, double w)
{
	size_t size = m->d * sizeof(double);
	double *work = malloc(size);
	char *odd = malloc(size + 1);
	bool ok;

	memcpy(odd + 1, x, size);
	ok = ms_moments_add(m, odd + 1, w, work);
	free(odd);
	free(work);
	return ok;
}

static inline bool
moments_good(const ms_moments *m)
{
	host h;

	host_init(&h);
	return ms_moments_check(&h.ctx, m, ms_moments_size(m->d)) == MS_OK;
}

/* The greatest difference of means and of scatter, each in its own scale. */
static inline double
moments_apart(const ms_moments *a, const ms_moments *b)
{
	const double *s = ms_moments_scatter(a);
	const double *t = ms_moments_scatter(b);
	double worst = fabs(a->weight - b->weight) / fmax(a->weight, DBL_MIN);

	for (size_t i = 0; i < a->d; i++)
	{
		double si = sqrt(s[ms_packed_at(i, i)]) + sqrt(DBL_MIN);
		double mean = ms_moments_mean(a)[i];

		/* a mean near 0 is known to a share of the spread */
		worst = fmax(worst, fabs(mean - ms_moments_mean(b)[i]) / (fabs(mean) + si));
		for (size_t j = 0; j <= i; j++)
		{
			size_t at = ms_packed_at(i, j);

			worst = fmax(worst,
						 fabs(s[at] - t[at]) / si / (sqrt(s[ms_packed_at(j, j)]) + sqrt(DBL_MIN)));
		}
	}
	return worst;
}

/* Merging keeps a value good, whatever it holds, unless sums overflow. */
static inline const char *
exercise_merge(const ms_moments *m)
{
	ms_moments *twin = moments_twin(m);
	const char *wrong = NULL;
	ms_status status;
	host h;

	host_init(&h);
	status = ms_moments_merge(&h.ctx, twin, m);
	if (status == MS_OK &&
		(!moments_good(twin) || twin->weight != 2 * m->weight || twin->n != 2 * m->n))
		wrong = "merge";
	if (status != MS_OK && status != MS_TOO_LARGE)
		wrong = "status of merge";
	free(twin);
	return wrong;
}

static inline const char *
exercise_add(const ms_moments *m)
{
	ms_moments *twin = moments_twin(m);
	bool ok = moments_put(twin, ms_moments_scatter(m), 0.25);
	const char *wrong = ok && !moments_good(twin) ? "add" : NULL;

	free(twin);
	return wrong;
}

static inline const char *
exercise_correlation(const ms_moments *m, double *full)
{
	size_t d = m->d;

	ms_moments_correlation(m, full);
	for (size_t i = 0; i < d * d; i++)
		if (!isnan(full[i]) && !(fabs(full[i]) <= 1))
			return "correlation";
	return NULL;
}

static inline const char *
exercise_axes(const ms_moments *m, bool by_sd, double *axes)
{
	double *variances = malloc(m->d * sizeof(double));
	ms_status status;
	const char *wrong = NULL;
	host h;

	host_init(&h);
	status = ms_moments_axes(&h.ctx, m, by_sd, variances, axes);
	if (status != MS_OK && status != MS_CONSTANT && status != MS_NO_FIT)
		wrong = "status of axes";
	for (size_t j = 0; status == MS_OK && j < m->d; j++)
		if (!(variances[j] >= 0) || (j > 0 && variances[j] > variances[j - 1]))
			wrong = "axes";
	if (h.live != 0)
		wrong = "memory of axes";
	free(variances);
	return wrong;
}

static inline const char *
exercise_partial(const ms_moments *m, double *full)
{
	ms_status status;
	host h;

	host_init(&h);
	status = ms_moments_partial(&h.ctx, m, full);
	if (h.live != 0)
		return "memory of partial";
	if (status == MS_NOT_DEFINITE)
		return NULL;
	for (size_t i = 0; i < (size_t) m->d * m->d; i++)
		if (status != MS_OK || !(fabs(full[i]) <= 1))
			return "partial";
	return NULL;
}

static inline const char *
moments_exercise(const ms_moments *m)
{
	double *full = malloc(sizeof(double) * m->d * m->d);
	const char *wrong = exercise_merge(m);

	if (!wrong)
		wrong = exercise_add(m);
	if (!wrong)
		wrong = exercise_correlation(m, full);
	if (!wrong && ms_moments_enough(m))
		wrong = exercise_partial(m, full);
	ms_moments_covariance(m, full);
	if (!wrong && ms_moments_divisor(m) > 0)
		wrong = exercise_axes(m, false, full);
	if (!wrong && ms_moments_divisor(m) > 0)
		wrong = exercise_axes(m, true, full);
	free(full);
	return wrong;
}

#endif
