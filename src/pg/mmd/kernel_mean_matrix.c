/*
 * kernel_mean_matrix.c: mmd_matrix: the MMD of all pairs of kernel means that have ids.
 */
#include "pg/mmd/kernel_mean.h"

#include <math.h>

#include "pg/base/host.h"
#include "pg/base/matrix.h"
#include "pg/base/report.h"

/* The first value lies in a state, which is not to be trusted. */
static void
meet(const void *first, size_t first_size, const void *value)
{
	const ms_kernel_mean *m = first;
	ms_ctx ctx;

	if (first_size < sizeof(*m) || ms_kernel_mean_size(m) != first_size)
		report_state();
	host_init(&ctx);
	CORE(&ctx, ms_spectrum_check(&ctx, &m->spectrum, ms_kernel_mean_scale(m), m));
	kernel_mean_meet(m, value);
}

static void
check(const void *value, size_t size)
{
	const ms_kernel_mean *m = value;
	ms_ctx ctx;

	host_init(&ctx);
	CORE(&ctx, ms_kernel_mean_check(&ctx, value, size));
	if (m->n == 0 || m->buffered > 0)
		report_state();
}

static const MatrixFamily matrix_family = {"mmd_matrix", "kernel_mean_union(m)", meet, check};

/* Means without rows are at no distance from others: they are left out, as NULL is. */
static Datum
append(FunctionCallInfo fcinfo, uint16 kind)
{
	const ms_kernel_mean *m = PG_ARGISNULL(2) ? NULL : kernel_mean_arg(fcinfo, 2);

	if (m && m->n == 0)
		m = NULL;
	return matrix_append(fcinfo, &matrix_family, kind, m, m ? ms_kernel_mean_size(m) : 0);
}

PG_FUNCTION_INFO_V1(kernel_mean_matrix_append_bigint);
Datum
kernel_mean_matrix_append_bigint(PG_FUNCTION_ARGS)
{
	return append(fcinfo, MS_DISSIMILARITY_ID_INT);
}

PG_FUNCTION_INFO_V1(kernel_mean_matrix_append_text);
Datum
kernel_mean_matrix_append_text(PG_FUNCTION_ARGS)
{
	return append(fcinfo, MS_DISSIMILARITY_ID_TEXT);
}

PG_FUNCTION_INFO_V1(kernel_mean_matrix_merge);
Datum
kernel_mean_matrix_merge(PG_FUNCTION_ARGS)
{
	return matrix_merge(fcinfo, &matrix_family);
}

PG_FUNCTION_INFO_V1(kernel_mean_matrix_final);
Datum
kernel_mean_matrix_final(PG_FUNCTION_ARGS)
{
	ms_dissimilarity *d;
	float *distances;
	Matrix m;
	ms_ctx ctx;

	if (!matrix_open(fcinfo, &matrix_family, &m))
		PG_RETURN_NULL();
	for (size_t i = 1; i < m.n; i++)
		kernel_mean_meet(m.rows[0].value, m.rows[i].value);
	d = matrix_answer(&m, &distances);
	host_init(&ctx);
	for (size_t i = 0; i < m.n; i++)
	{
		const ms_kernel_mean *a = m.rows[i].value;

		for (size_t j = 0; j < i; j++)
		{
			CORE(&ctx, ms_tick(&ctx, 2 * (uint64) a->spectrum.count));
			*distances++ = (float) sqrt(ms_kernel_mean_squared(a, m.rows[j].value));
		}
	}
	PG_RETURN_POINTER(d);
}
