/*
 * kernel_mean_answers.c: what kernel means say: their MMD, how well the frequencies know it, and a
 * test of many.
 */
#include "pg/mmd/kernel_mean.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "miscadmin.h"
#include "pg/base/compare.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/mmd/kernel.h"
#include "utils/array.h"

/* --- two means ------------------------------------------------------------------------------ */

/* Arguments 0 and 1; false when either has no rows. */
static bool
two_means(FunctionCallInfo fcinfo, const ms_kernel_mean *m[2])
{
	m[0] = kernel_mean_arg(fcinfo, 0);
	m[1] = kernel_mean_arg(fcinfo, 1);
	kernel_mean_meet(m[0], m[1]);
	return m[0]->n > 0 && m[1]->n > 0;
}

PG_FUNCTION_INFO_V1(kernel_mean_mmd);
Datum
kernel_mean_mmd(PG_FUNCTION_ARGS)
{
	const ms_kernel_mean *m[2];

	if (!two_means(fcinfo, m))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(sqrt(ms_kernel_mean_squared(m[0], m[1])));
}

/* What is common to an answer about two groups of rows. */
static void
answer_begin(Comparison *c, double n_a, double n_b, uint64 seed)
{
	memset(c, 0, sizeof(*c));
	host_init(&c->ctx);
	ms_arena_init(&c->arena, &c->ctx);
	c->pair.effective[0] = n_a;
	c->pair.effective[1] = n_b;
	c->seed = seed;
}

/* NaN stays: of one frequency no error is known. */
static double
root(double square)
{
	return sqrt(square < 0 ? 0 : square);
}

PG_FUNCTION_INFO_V1(kernel_mean_mmd_interval);
Datum
kernel_mean_mmd_interval(PG_FUNCTION_ARGS)
{
	double level = PG_GETARG_FLOAT8(2);
	double z = gsl_cdf_ugaussian_Pinv((1 + level) / 2);
	const ms_kernel_mean *m[2];
	ms_kernel_mean_distance d;
	StringInfoData details;
	Comparison c;
	Estimate e;

	if (!(level > 0 && level < 1))
		report_range("level", level, "above 0 and below 1");
	if (!two_means(fcinfo, m))
		PG_RETURN_NULL();
	answer_begin(&c, (double) m[0]->n, (double) m[1]->n, m[0]->spectrum.seed);
	d = ms_kernel_mean_compare(m[0], m[1]);
	e = (Estimate){.estimate = sqrt(d.v),
				   .std_error = d.v > 0 ? d.std_error / (2 * sqrt(d.v)) : NAN,
				   .lower = root(d.v - z * d.std_error),
				   .upper = sqrt(d.v + z * d.std_error),
				   .level = level,
				   .method = "frequencies"};
	details_begin(&details);
	details_number(&details, "squared", d.v);
	details_number(&details, "squared_std_error", d.std_error);
	details_number(&details, "squared_bound", ms_kernel_mean_bound(&m[0]->spectrum, level));
	details_number(&details, "unbiased", d.u);
	details_number(&details, "bandwidth", m[0]->spectrum.bandwidth);
	details_number(&details, "features", m[0]->spectrum.count);
	return comparison_estimate(fcinfo, &c, &e, &details);
}

/* --- many means ----------------------------------------------------------------------------- */

typedef struct States
{
	const ms_kernel_mean **means;
	size_t n;
	double rows;
} States;

/* The states of an array argument behind those that are there: neither NULL nor without rows. */
static double
add_states(FunctionCallInfo fcinfo, int argno, States *s)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(argno);
	double rows = 0;
	Datum *items;
	bool *nulls;
	int n;

	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE, &items, &nulls, &n);
	s->means = s->means ? repalloc_huge(s->means, sizeof(*s->means) * (s->n + (size_t) n + 1))
						: palloc(sizeof(*s->means) * ((size_t) n + 1));
	for (int i = 0; i < n; i++)
	{
		const ms_kernel_mean *m;

		CHECK_FOR_INTERRUPTS();
		if (nulls[i])
			continue;
		m = kernel_mean_finished(fcinfo, 0, kernel_mean_of(PG_DETOAST_DATUM(items[i])));
		if (m->n == 0)
			continue;
		if (s->n > 0)
			kernel_mean_meet(s->means[0], m);
		s->means[s->n++] = m;
		rows += (double) m->n;
	}
	return rows;
}

PG_FUNCTION_INFO_V1(kernel_mean_mmd_test);
Datum
kernel_mean_mmd_test(PG_FUNCTION_ARGS)
{
	int32 replicates = PG_GETARG_INT32(2);
	int64 seed = PG_GETARG_INT64(3);
	States s = {0};
	double n_a = add_states(fcinfo, 0, &s);
	size_t in_a = s.n;
	double n_b = add_states(fcinfo, 1, &s);
	unsigned char *label = palloc0(s.n + 1);
	StringInfoData details;
	ms_permutation t;
	Comparison c;

	if (replicates < 1)
		report_range("replicates", replicates, "at least 1");
	if (in_a == 0 || in_a == s.n)
		PG_RETURN_NULL();
	memset(label + in_a, 1, s.n - in_a);
	answer_begin(&c, n_a, n_b, (uint64) seed);
	CORE(&c.ctx,
		 ms_kernel_mean_test(&c.ctx, &c.arena, s.n, s.means, label, replicates, (uint64) seed, &t));
	details_begin(&details);
	details_number(&details, "states_a", (double) in_a);
	details_number(&details, "states_b", (double) (s.n - in_a));
	details_number(&details, "bandwidth", s.means[0]->spectrum.bandwidth);
	details_number(&details, "features", s.means[0]->spectrum.count);
	return comparison_test(fcinfo, &c, &t, "permutation", &details);
}

/* --- one mean ------------------------------------------------------------------------------- */

PG_FUNCTION_INFO_V1(kernel_mean_info);
Datum
kernel_mean_info(PG_FUNCTION_ARGS)
{
	const ms_kernel_mean *m = kernel_mean_of(PG_GETARG_VARLENA_P(0));

	return features_row(fcinfo, &m->spectrum, ms_kernel_mean_scale(m), true, m->n, m->omitted);
}

PG_FUNCTION_INFO_V1(kernel_mean_summary);
Datum
kernel_mean_summary(PG_FUNCTION_ARGS)
{
	const ms_kernel_mean *m = kernel_mean_of(PG_GETARG_VARLENA_P(0));
	const ms_spectrum *s = &m->spectrum;

	return out_text(psprintf("kernel mean of " UINT64_FORMAT " rows of %u columns, " UINT64_FORMAT
							 " rows left out\n%u random features of the %s kernel: bandwidth %.6g, "
							 "seed " INT64_FORMAT,
							 m->n, s->d, m->omitted, s->count, kernel_words[s->kernel - 1],
							 s->bandwidth, (int64) s->seed));
}
