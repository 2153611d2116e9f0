/*
 * gmm.c: measure_gmm values: arguments and answers, names, problems.
 */
#include "pg/mixture/gmm.h"

#include <math.h>

#include "core/base/linalg.h"
#include "pg/base/host.h"
#include "pg/base/report.h"
#include "pg/base/value.h"

const char *const gmm_stop_reasons[] = {"tol", "max_iter", NULL};

/* Bits of problems and their codes, the gravest first. */
const GmmProblemCode gmm_problem_list[GMM_PROBLEMS] = {
	{MS_GMM_PROBLEM_SPURIOUS, "spurious"},
	{MS_GMM_PROBLEM_REGULARISED, "regularised"},
	{MS_GMM_PROBLEM_MAX_ITER, "max_iter"},
	{MS_GMM_PROBLEM_SMALL_COMPONENT, "small_component"},
	{MS_GMM_PROBLEM_MANY_PARAMETERS, "many_parameters"},
	{MS_GMM_PROBLEM_FEW_STARTS_AGREE, "few_starts_agree"},
	{MS_GMM_PROBLEM_OMITTED_ROWS, "omitted_rows"},
};

const char *
gmm_stop_reason(ms_gmm_stop stop)
{
	return stop == MS_GMM_STOP_NONE ? NULL : gmm_stop_reasons[stop - MS_GMM_STOP_TOL];
}

/* --- values --------------------------------------------------------------------------------- */

ms_gmm *
gmm_unpack(const void *value, size_t size)
{
	ms_ctx ctx;
	ms_arena arena;
	ms_gmm *m = palloc(sizeof(ms_gmm));

	host_init(&ctx);
	ms_arena_init(&arena, &ctx); /* its memory goes with the current context */
	CORE(&ctx, ms_gmm_unpack(&ctx, &arena, value, size, m));
	return m;
}

ms_gmm *
gmm_arg(FunctionCallInfo fcinfo, int argno)
{
	struct varlena *value = value_arg(fcinfo, argno, GMM_TYPE_NAME, MS_TYPE_GMM);

	return gmm_unpack(value, VARSIZE(value));
}

Datum
gmm_datum(const ms_gmm *m)
{
	struct varlena *value = value_new(GMM_TYPE_NAME, ms_gmm_packed_size(m));

	ms_gmm_pack(m, value);
	return PointerGetDatum(value);
}

char **
gmm_names(const ms_gmm *m)
{
	char **names;
	const char *at = m->names;

	if (!at)
		return NULL;
	names = palloc(sizeof(char *) * m->d);
	for (size_t c = 0; c < m->d; c++)
	{
		names[c] = pstrdup(at);
		at += strlen(at) + 1;
	}
	return names;
}

void
gmm_set_names(ms_gmm *m, char **names)
{
	StringInfoData bytes;

	initStringInfo(&bytes);
	for (size_t c = 0; c < m->d; c++)
		appendBinaryStringInfo(&bytes, names[c], (int) strlen(names[c]) + 1);
	m->names = bytes.data;
	m->names_size = (size_t) bytes.len;
}

double
gmm_sd(const ms_gmm *m, size_t j, size_t c)
{
	size_t matrix = ms_gmm_is_tied(m->family) ? 0 : j;
	size_t size = ms_gmm_matrix_size(m->family, m->d);
	size_t at = size == 1 ? 0 : ms_gmm_is_diagonal(m->family) ? c : ms_packed_at(c, c);

	return sqrt(m->covariances[matrix * size + at]);
}

/* --- problems ------------------------------------------------------------------------------- */

size_t
gmm_problem_codes(uint32 problems, const char **codes)
{
	size_t n = 0;

	for (size_t i = 0; i < GMM_PROBLEMS; i++)
		if (problems & gmm_problem_list[i].problem)
			codes[n++] = gmm_problem_list[i].code;
	return n;
}

/* The two numbers that the sentence of a problem speaks of. */
static void
problem_numbers(const ms_gmm *m, uint32 problem, double *a, double *b)
{
	size_t j = 0;

	switch (problem)
	{
		case MS_GMM_PROBLEM_MAX_ITER:
			*a = m->info.iterations;
			break;
		case MS_GMM_PROBLEM_MANY_PARAMETERS:
			*a = ms_gmm_parameters(m);
			*b = (double) m->info.n;
			break;
		case MS_GMM_PROBLEM_FEW_STARTS_AGREE:
			*a = m->info.starts_at_best;
			*b = m->info.starts;
			break;
		case MS_GMM_PROBLEM_OMITTED_ROWS:
			*a = (double) m->info.omitted;
			break;
		default:
			while (j + 1 < m->k && !(m->problems[j] & problem))
				j++;
			*a = (double) (j + 1);
			*b = m->weights[j] * m->info.weight;
			break;
	}
}

size_t
gmm_problems(const ms_gmm *m, GmmProblem *out)
{
	size_t n = 0;

	for (size_t i = 0; i < GMM_PROBLEMS; i++)
	{
		double a = 0;
		double b = 0;

		if (!(m->info.problems & gmm_problem_list[i].problem))
			continue;
		problem_numbers(m, gmm_problem_list[i].problem, &a, &b);
		out[n].problem = gmm_problem_list[i].problem;
		out[n].fact = report_problem_fact(gmm_problem_list[i].code, a, b);
		out[n].remedy = report_problem_remedy(gmm_problem_list[i].code);
		n++;
	}
	return n;
}
