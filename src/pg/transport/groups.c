/*
 * groups.c: many samples on a line, one a group: distances of all pairs, means of distributions.
 *
 * A state (pg/base/matrix.h) holds the groups as columns: each is sorted once, when it comes.
 */
#include "pg/base/matrix.h"

#include <math.h>

#include "core/transport/barycenter1d.h"
#include "core/transport/kll.h"
#include "core/transport/wasserstein1d.h"
#include "pg/base/host.h"
#include "pg/base/report.h"
#include "pg/base/rows.h"
#include "pg/base/sample.h"
#include "pg/transport/kll.h"
#include "pg/transport/line.h"

/* A column in a state. */
typedef struct Group
{
	uint64 n;
	uint64 weighted; /* 0 or 1 */
	double number;   /* what the aggregate has beside the column: p, or the weight of the group */
	double x[];      /* n values, ascending; weighted: then n cumulated weights */
} Group;

static size_t
group_size(const Group *g)
{
	return sizeof(Group) + g->n * (1 + g->weighted) * sizeof(double);
}

static Group *
group_of(const ms_column *c, double number)
{
	bool weighted = c->upto != NULL;
	Group *g =
		palloc_extended(sizeof(Group) + c->n * (1 + weighted) * sizeof(double), MCXT_ALLOC_HUGE);

	*g = (Group){c->n, weighted, number};
	memcpy(g->x, c->x, c->n * sizeof(double));
	if (weighted)
		memcpy(g->x + c->n, c->upto, c->n * sizeof(double));
	return g;
}

static ms_column
column_of(const Group *g)
{
	const double *upto = g->weighted ? g->x + g->n : NULL;

	return (ms_column){g->n, 0, g->x, upto, upto ? upto[g->n - 1] : (double) g->n, false};
}

/* --- states, never trusted ------------------------------------------------------------------- */

static bool
ascends(const double *x, uint64 n)
{
	bool good = isfinite(x[0]) && isfinite(x[n - 1]);

	for (uint64 i = 1; i < n; i++)
		good = good && x[i - 1] <= x[i];
	return good;
}

static void
check_group(const void *value, size_t size)
{
	const Group *g = value;

	if (size < sizeof(Group) || g->weighted > 1 || g->n == 0 || g->n > size / sizeof(double) ||
		group_size(g) != size || !(g->number > 0) || !ascends(g->x, g->n) ||
		(g->weighted && !(g->x[g->n] > 0 && ascends(g->x + g->n, g->n))))
		report_state();
}

static void
same_p(const void *first, size_t first_size, const void *value)
{
	if (first_size < sizeof(Group) ||
		((const Group *) first)->number != ((const Group *) value)->number)
		report_changed("p", "wasserstein_matrix");
}

static void
any_group(const void *first, size_t first_size, const void *value)
{
}

static const MatrixFamily matrix_family = {"wasserstein_matrix", "sample_union(s)", same_p,
										   check_group};
static const MatrixFamily mean_family = {"wasserstein_mean", "sample_union(s)", any_group,
										 check_group};

/* The groups of a state; false when there are none. */
static bool
open_groups(FunctionCallInfo fcinfo, const MatrixFamily *family, Matrix *m, ms_column **columns)
{
	if (!matrix_open(fcinfo, family, m))
		return false;
	host_require(family->name, m->memory + m->n * sizeof(ms_column));
	*columns = MemoryContextAllocHuge(CurrentMemoryContext, m->n * sizeof(ms_column));
	for (size_t i = 0; i < m->n; i++)
		(*columns)[i] = column_of(m->rows[i].value);
	return true;
}

/* --- rows in --------------------------------------------------------------------------------- */

/* The column of the sample or sketch in argument argno; n = 0 for NULL and where it has no values. */
static ms_column
column_arg(FunctionCallInfo fcinfo, int argno, const char *function, bool sketch)
{
	ms_column column = {0};
	ms_arena arena;
	ms_ctx ctx;

	if (PG_ARGISNULL(argno))
		return column;
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	if (!sketch)
		return line_column(fcinfo, argno, function, &ctx, &arena);
	CORE(&ctx, ms_kll_column(&ctx, &arena, kll_arg(fcinfo, argno), &column));
	return column;
}

/* A row without a group, or with one that has no values, is left out. */
static Datum
step(FunctionCallInfo fcinfo, const MatrixFamily *family, uint16 kind, const ms_column *c,
	 double number)
{
	Group *g = c->n > 0 ? group_of(c, number) : NULL;

	return matrix_append(fcinfo, family, kind, g, g ? group_size(g) : 0);
}

/* (state, id, sample or sketch [, p]) */
static Datum
matrix_step(FunctionCallInfo fcinfo, uint16 kind, bool sketch)
{
	ms_column c = column_arg(fcinfo, 2, "wasserstein_matrix", sketch);
	double p = 1;

	if (PG_NARGS() > 3)
	{
		if (PG_ARGISNULL(3))
			report_null("p");
		p = PG_GETARG_FLOAT8(3);
		if (!(p >= 1))
			report_range("p", p, "at least 1");
	}
	return step(fcinfo, &matrix_family, kind, &c, p);
}

#define MATRIX_STEP(name, kind, sketch)                                                            \
	PG_FUNCTION_INFO_V1(name);                                                                     \
	Datum name(PG_FUNCTION_ARGS)                                                                   \
	{                                                                                              \
		return matrix_step(fcinfo, kind, sketch);                                                  \
	}                                                                                              \
	extern int no_such_variable

MATRIX_STEP(wasserstein_matrix_append_bigint, MS_DISSIMILARITY_ID_INT, false);
MATRIX_STEP(wasserstein_matrix_append_text, MS_DISSIMILARITY_ID_TEXT, false);
MATRIX_STEP(wasserstein_matrix_append_kll_bigint, MS_DISSIMILARITY_ID_INT, true);
MATRIX_STEP(wasserstein_matrix_append_kll_text, MS_DISSIMILARITY_ID_TEXT, true);

/* Combine function. */
PG_FUNCTION_INFO_V1(wasserstein_matrix_merge);
Datum
wasserstein_matrix_merge(PG_FUNCTION_ARGS)
{
	return matrix_merge(fcinfo, &matrix_family);
}

PG_FUNCTION_INFO_V1(wasserstein_mean_append);
Datum
wasserstein_mean_append(PG_FUNCTION_ARGS)
{
	ms_column c = column_arg(fcinfo, 1, "wasserstein_mean", false);

	return step(fcinfo, &mean_family, MATRIX_WITHOUT_IDS, &c, 1);
}

/* (state, weight, sample): groups of weight 0 are left out. */
PG_FUNCTION_INFO_V1(wasserstein_mean_append_weighted);
Datum
wasserstein_mean_append_weighted(PG_FUNCTION_ARGS)
{
	ms_column c = column_arg(fcinfo, 2, "wasserstein_mean_weighted", false);
	double weight = PG_ARGISNULL(2) ? 0 : row_weight(fcinfo, 1);

	if (weight == 0)
		c.n = 0;
	return step(fcinfo, &mean_family, MATRIX_WITHOUT_IDS, &c, weight);
}

/* Combine function. */
PG_FUNCTION_INFO_V1(wasserstein_mean_merge);
Datum
wasserstein_mean_merge(PG_FUNCTION_ARGS)
{
	return matrix_merge(fcinfo, &mean_family);
}

/* --- answers --------------------------------------------------------------------------------- */

PG_FUNCTION_INFO_V1(wasserstein_matrix_final);
Datum
wasserstein_matrix_final(PG_FUNCTION_ARGS)
{
	ms_dissimilarity *d;
	ms_column *columns;
	float *distances;
	ms_ctx ctx;
	Matrix m;

	if (!open_groups(fcinfo, &matrix_family, &m, &columns))
		PG_RETURN_NULL();
	d = matrix_answer(&m, &distances);
	host_init(&ctx);
	CORE(&ctx, ms_wasserstein1d_matrix(&ctx, columns, m.n,
									   ((const Group *) m.rows[0].value)->number, distances));
	PG_RETURN_POINTER(d);
}

/* The barycenter of the groups of a state; false when there are none. */
static bool
barycenter(FunctionCallInfo fcinfo, int p, ms_barycenter1d *out)
{
	ms_column *columns;
	double *weights;
	ms_arena arena;
	ms_ctx ctx;
	Matrix m;

	if (!open_groups(fcinfo, &mean_family, &m, &columns))
		return false;
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, MS_ALLOC(&arena, m.n, &weights));
	for (size_t i = 0; i < m.n; i++)
		weights[i] = ((const Group *) m.rows[i].value)->number;
	CORE(&ctx, ms_barycenter1d_make(&ctx, &arena, columns, m.n, weights, p, out));
	return true;
}

/* Its atoms as a sample of weight 1; equal ones become one. */
static Datum
sample_of(const ms_barycenter1d *b)
{
	size_t base = ms_sample_base(1, MS_SAMPLE_WEIGHTED);
	ms_sample *s;
	Growing g;

	growing_new(&g, &sample_family, base + 2 * b->n * sizeof(double));
	ms_sample_begin(g.value, g.size, MS_TYPE_SAMPLE, 1, MS_SAMPLE_WEIGHTED);
	s = g.value;
	for (size_t i = 0; i < b->n; i++)
	{
		double *last = s->n > 0 ? (double *) ms_sample_record(s, s->n - 1) : NULL;
		double *record = (double *) ms_sample_record(s, s->n);

		if (last && last[0] == b->x[i])
		{
			last[1] += b->mass[i];
			continue;
		}
		record[0] = b->x[i] + 0.0; /* -0.0 is 0 */
		record[1] = b->mass[i];
		ms_sample_commit(s, false);
	}
	return growing_finished(&g);
}

static Datum
mean_of(FunctionCallInfo fcinfo, int p)
{
	ms_barycenter1d b;

	if (!barycenter(fcinfo, p, &b))
		PG_RETURN_NULL();
	return sample_of(&b);
}

PG_FUNCTION_INFO_V1(wasserstein_mean_final);
Datum
wasserstein_mean_final(PG_FUNCTION_ARGS)
{
	return mean_of(fcinfo, 2);
}

PG_FUNCTION_INFO_V1(wasserstein_median_final);
Datum
wasserstein_median_final(PG_FUNCTION_ARGS)
{
	return mean_of(fcinfo, 1);
}

PG_FUNCTION_INFO_V1(wasserstein_variance_final);
Datum
wasserstein_variance_final(PG_FUNCTION_ARGS)
{
	ms_barycenter1d b;

	if (!barycenter(fcinfo, 2, &b))
		PG_RETURN_NULL();
	if (!isfinite(b.frechet))
		report_overflow("wasserstein_variance");
	PG_RETURN_FLOAT8(b.frechet);
}
