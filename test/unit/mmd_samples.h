/*
 * mmd_samples.h: samples of numbers for the tests of weights under kernels.
 */
#ifndef MMD_SAMPLES_H
#define MMD_SAMPLES_H

#include <stdlib.h>

#include "core/base/rng.h"
#include "core/base/sample.h"
#include "host.h"

typedef struct sample_value
{
	ms_sample *s;
	size_t size;
} sample_value;

/* n rows of d columns, row by row, in canonical order; w may be NULL. */
static inline sample_value
sample_of(const double *x, const double *w, size_t n, size_t d)
{
	size_t stride = d + (w != NULL);
	sample_value v = {.size = sizeof(ms_sample) + n * stride * sizeof(double)};
	host h;

	host_init(&h);
	v.s = malloc(v.size);
	ms_sample_begin(v.s, v.size, MS_TYPE_SAMPLE, d, w ? MS_SAMPLE_WEIGHTED : 0);
	for (size_t i = 0; i < n; i++)
	{
		double *row = (double *) ms_sample_record(v.s, i);
		bool gap = false;

		for (size_t j = 0; j < d; j++)
		{
			row[j] = isnan(x[i * d + j]) ? ms_gap() : x[i * d + j];
			gap |= isnan(row[j]);
		}
		if (w)
			row[d] = w[i];
		ms_sample_commit(v.s, gap);
	}
	CHECK_INT(ms_sample_canonical(&h.ctx, v.s, v.size), MS_OK);
	return v;
}

/* n rows of N(mean, sd^2) in each column. */
static inline sample_value
normal_sample(size_t n, size_t d, uint64_t seed, double mean, double sd)
{
	double *x = malloc(n * d * sizeof(*x));
	sample_value v;
	ms_rng rng;

	ms_rng_init(&rng, seed, 4711);
	for (size_t i = 0; i < n * d; i++)
		x[i] = mean + sd * ms_rng_normal(&rng);
	v = sample_of(x, NULL, n, d);
	free(x);
	return v;
}

static inline void
sample_free(sample_value v)
{
	free(v.s);
}

#endif
