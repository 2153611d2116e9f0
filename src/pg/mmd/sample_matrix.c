/*
 * sample_matrix.c: mmd_matrix of samples: the MMD of all pairs under one gaussian kernel, whose
 * bandwidth is the median distance of all rows.
 */
#include "pg/base/matrix.h"

#include <math.h>

#include "core/mmd/bandwidth.h"
#include "core/mmd/mmd.h"
#include "pg/base/host.h"
#include "pg/base/report.h"
#include "pg/base/sample.h"

/* Complete rows of weight above 0 in a state. */
typedef struct Group
{
	uint64 n;
	uint64 d;
	double x[]; /* n records of d numbers and a weight */
} Group;

static size_t
group_size(const Group *g)
{
	return sizeof(Group) + g->n * (g->d + 1) * sizeof(double);
}

/* --- states, never trusted ------------------------------------------------------------------ */

static void
check_group(const void *value, size_t size)
{
	const Group *g = value;

	if (size < sizeof(Group) || g->n == 0 || g->d == 0 || g->d > MS_MAX_DIM ||
		g->n > size / (g->d + 1) / sizeof(double) || group_size(g) != size)
		report_state();
	for (size_t i = 0; i < g->n * (g->d + 1); i++)
	{
		if (!isfinite(g->x[i]) || (i % (g->d + 1) == g->d && !(g->x[i] > 0)))
			report_state();
	}
}

static void
same_columns(const void *first, size_t first_size, const void *value)
{
	if (first_size < sizeof(Group))
		report_state();
	if (((const Group *) first)->d != ((const Group *) value)->d)
		report_compared_columns(((const Group *) first)->d, ((const Group *) value)->d);
}

static const MatrixFamily matrix_family = {"mmd_matrix", "sample_union(s)", same_columns,
										   check_group};

/* --- rows in -------------------------------------------------------------------------------- */

static void
check_numeric(const ms_sample *s)
{
	const unsigned char *kinds = ms_sample_kinds(s);
	ms_ctx ctx;

	if (s->incomplete > 0)
		report_gaps(s->incomplete);
	host_init(&ctx);
	for (size_t j = 0; kinds && j < s->d; j++)
	{
		if (kinds[j] == MS_KIND_NOMINAL)
			CORE(&ctx, ms_fail(&ctx, MS_NOT_NUMERIC, "column", (int64_t) j + 1, 0, 0));
	}
}

/* NULL when nothing of the sample weighs anything. */
static Group *
group_of(const ms_sample *s)
{
	ms_rows rows = ms_sample_rows(s);
	size_t width = rows.d + 1;
	Group *g;

	check_numeric(s);
	g = palloc_extended(sizeof(Group) + rows.n * width * sizeof(double), MCXT_ALLOC_HUGE);
	*g = (Group){0, rows.d};
	for (size_t i = 0; i < rows.n; i++)
	{
		double *to = g->x + g->n * width;

		memcpy(to, rows.x + i * rows.stride, rows.d * sizeof(double));
		to[rows.d] = ms_rows_weight(&rows, i);
		g->n += to[rows.d] > 0;
	}
	return g->n > 0 ? g : NULL;
}

static Datum
append(FunctionCallInfo fcinfo, uint16 kind)
{
	Group *g = PG_ARGISNULL(2) ? NULL : group_of(sample_arg_ordered(fcinfo, 2).s);

	return matrix_append(fcinfo, &matrix_family, kind, g, g ? group_size(g) : 0);
}

PG_FUNCTION_INFO_V1(sample_mmd_matrix_append_bigint);
Datum
sample_mmd_matrix_append_bigint(PG_FUNCTION_ARGS)
{
	return append(fcinfo, MS_DISSIMILARITY_ID_INT);
}

PG_FUNCTION_INFO_V1(sample_mmd_matrix_append_text);
Datum
sample_mmd_matrix_append_text(PG_FUNCTION_ARGS)
{
	return append(fcinfo, MS_DISSIMILARITY_ID_TEXT);
}

PG_FUNCTION_INFO_V1(sample_mmd_matrix_merge);
Datum
sample_mmd_matrix_merge(PG_FUNCTION_ARGS)
{
	return matrix_merge(fcinfo, &matrix_family);
}

/* --- all pairs ------------------------------------------------------------------------------ */

/* The rows of all groups, one after the other; begin[n + 1]. */
static ms_rows
all_rows(const Matrix *m, ms_ctx *ctx, ms_arena *arena, size_t **begin)
{
	size_t d = ((const Group *) m->rows[0].value)->d;
	size_t n = 0;
	double *x;

	CORE(ctx, MS_ALLOC(arena, m->n + 1, begin));
	for (size_t i = 0; i < m->n; i++)
	{
		(*begin)[i] = n;
		same_columns(m->rows[0].value, sizeof(Group), m->rows[i].value);
		n += ((const Group *) m->rows[i].value)->n;
	}
	(*begin)[m->n] = n;
	CORE(ctx, ms_arena_alloc(arena, n, (d + 1) * sizeof(double), (void **) &x));
	for (size_t i = 0; i < m->n; i++)
	{
		const Group *g = m->rows[i].value;

		memcpy(x + (*begin)[i] * (d + 1), g->x, g->n * (d + 1) * sizeof(double));
	}
	return (ms_rows){x, x + d, n, d, d + 1};
}

PG_FUNCTION_INFO_V1(sample_mmd_matrix_final);
Datum
sample_mmd_matrix_final(PG_FUNCTION_ARGS)
{
	ms_dissimilarity *d;
	double *squared, s;
	float *distances;
	size_t *begin;
	ms_kernel kernel;
	ms_arena arena;
	ms_rows rows;
	ms_ctx ctx;
	Matrix m;

	if (!matrix_open(fcinfo, &matrix_family, &m))
		PG_RETURN_NULL();
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	arena.used = m.memory;
	rows = all_rows(&m, &ctx, &arena, &begin);
	CORE(&ctx, ms_bandwidth_median(&ctx, &arena, &rows, 0, &s));
	kernel = ms_kernel_of(MS_KERNEL_GAUSSIAN, s > 0 ? s : 1);
	CORE(&ctx, ms_arena_alloc(&arena, m.n, m.n * sizeof(double), (void **) &squared));
	CORE(&ctx, ms_mmd_matrix(&ctx, &arena, &rows, &kernel, begin, m.n, squared));
	d = matrix_answer(&m, &distances);
	for (size_t i = 0; i < m.n; i++)
	{
		for (size_t j = 0; j < i; j++)
			*distances++ = (float) sqrt(fmax(0, squared[i * m.n + j]));
	}
	PG_RETURN_POINTER(d);
}
