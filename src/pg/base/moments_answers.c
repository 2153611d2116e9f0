/*
 * moments_answers.c: what a measure_moments answers: columns, matrices, axes, scores of rows.
 */
#include "pg/base/moments.h"

#include <math.h>

#include "pg/base/cache.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/rows.h"

/* Beyond these a table is no longer read: moments_columns and moments_matrix have the rest. */
#define SUMMARY_COLUMNS 50
#define SUMMARY_CORRELATIONS 10

static const char *const scales[] = {"sd", "none", NULL};

static double
weight_of(const ms_moments *m)
{
	return m->weight + m->weight_rest;
}

static double *
doubles(size_t n)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, n * sizeof(double));
}

/* The budget for so many d x d matrices: of the answer, and of the core's scratch. */
static void
require_matrices(const char *function, const ms_moments *m, size_t matrices)
{
	host_require(function, matrices * m->d * m->d * sizeof(double));
}

static double *
deviations(const ms_moments *m)
{
	double *sd = doubles(m->d);

	ms_moments_sd(m, sd);
	return sd;
}

PG_FUNCTION_INFO_V1(moments_info);
Datum
moments_info(PG_FUNCTION_ARGS)
{
	const ms_moments *m = moments_arg(fcinfo, 0);
	const char **kinds = palloc(sizeof(char *) * m->d);
	bool nulls[8] = {[3] = true}; /* distinct rows are not known */
	Datum values[8] = {Int64GetDatum((int64) m->n), Float8GetDatum(weight_of(m)),
					   Int32GetDatum((int32) m->d)};

	for (size_t j = 0; j < m->d; j++)
		kinds[j] = "number";
	values[4] = Int64GetDatum((int64) m->incomplete);
	values[5] = BoolGetDatum(false);
	values[6] = out_text_array(kinds, m->d);
	values[7] = Int64GetDatum((int64) VARSIZE(m));
	return out_row(fcinfo, values, nulls);
}

PG_FUNCTION_INFO_V1(moments_columns);
Datum
moments_columns(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	const ms_moments *m;
	char **names;
	double *sd;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	m = moments_arg(fcinfo, 0);
	names = arg_names(fcinfo, 1, m->d);
	sd = deviations(m);
	for (size_t j = 0; j < m->d; j++)
	{
		Datum values[6] = {Int32GetDatum((int32) j + 1), out_text(column_name(names, j)),
						   Float8GetDatum(weight_of(m))};
		bool nulls[6] = {0};

		out_float8(values, nulls, 3, m->weight > 0 ? ms_moments_mean(m)[j] : NAN);
		out_float8(values, nulls, 4, sd[j]);
		out_float8(values, nulls, 5, sd[j] / sqrt(weight_of(m)));
		out_add(set, values, nulls);
	}
	return (Datum) 0;
}

/* --- matrices ------------------------------------------------------------------------------- */

typedef enum MatrixKind
{
	COVARIANCE,
	CORRELATION,
	PARTIAL
} MatrixKind;

static const char *const matrix_kinds[] = {"covariance", "correlation", "partial", NULL};

/* d x d; NaN where too little is known. */
static double *
matrix_of(const ms_moments *m, MatrixKind kind)
{
	size_t entries = (size_t) m->d * m->d;
	double *full;
	ms_ctx ctx;

	require_matrices("moments_matrix", m, kind == PARTIAL ? 3 : 1);
	full = doubles(entries);
	host_init(&ctx);
	if (kind == COVARIANCE)
		ms_moments_covariance(m, full);
	else if (kind == CORRELATION)
		ms_moments_correlation(m, full);
	else if (ms_moments_enough(m))
		CORE(&ctx, ms_moments_partial(&ctx, m, full));
	else
		for (size_t i = 0; i < entries; i++)
			full[i] = NAN;
	return full;
}

PG_FUNCTION_INFO_V1(moments_matrix);
Datum
moments_matrix(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	const ms_moments *m;
	double *full;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	m = moments_arg(fcinfo, 0);
	full = matrix_of(m, (MatrixKind) arg_choice(fcinfo, 1, "kind", matrix_kinds));
	for (size_t i = 0; i < m->d; i++)
	{
		for (size_t j = 0; j < m->d; j++)
		{
			Datum values[3] = {Int32GetDatum((int32) i + 1), Int32GetDatum((int32) j + 1)};
			bool nulls[3] = {0};

			out_float8(values, nulls, 2, full[i * m->d + j]);
			out_add(set, values, nulls);
		}
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(moments_pca);
Datum
moments_pca(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	const ms_moments *m;
	bool by_sd;
	double *variances;
	double *axes;
	double total = 0;
	ms_ctx ctx;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	m = moments_arg(fcinfo, 0);
	by_sd = arg_choice(fcinfo, 1, "scale", scales) == 0;
	if (!(ms_moments_divisor(m) > 0))
		return (Datum) 0;
	require_matrices("moments_pca", m, 4);
	variances = doubles(m->d);
	axes = doubles((size_t) m->d * m->d);
	host_init(&ctx);
	CORE(&ctx, ms_moments_axes(&ctx, m, by_sd, variances, axes));
	for (size_t j = 0; j < m->d; j++)
		total += variances[j];
	for (size_t j = 0; j < m->d; j++)
	{
		Datum values[4] = {Int32GetDatum((int32) j + 1), Float8GetDatum(variances[j])};
		bool nulls[4] = {0};

		out_float8(values, nulls, 2, variances[j] / total);
		values[3] = out_float8_array(axes + j * m->d, m->d);
		out_add(set, values, nulls);
	}
	return (Datum) 0;
}

/* --- scores of rows ------------------------------------------------------------------------- */

/* The moments as rows are scored by them. */
typedef struct Scorer
{
	size_t d;
	bool enough;    /* else the score is NULL */
	double *mean;   /* d, then the rests */
	double *unit;   /* d: standard deviations, or ones */
	double *matrix; /* d x d: a whitener by columns, or axes as rows */
	double *z;      /* d: the row, centred, in its units */
	double *work;   /* d */
} Scorer;

/* mean and rest; what is left out here stands at its default. */
static Scorer *
scorer_new(const ms_moments *m, bool by_sd)
{
	Scorer *s = palloc0(sizeof(Scorer));

	s->d = m->d;
	s->mean = doubles(2 * s->d);
	memcpy(s->mean, ms_moments_mean(m), 2 * s->d * sizeof(double));
	s->unit = deviations(m);
	s->enough = ms_moments_divisor(m) > 0;
	s->z = doubles(s->d);
	s->work = doubles(s->d);
	for (size_t j = 0; j < s->d && !by_sd; j++)
		s->unit[j] = 1;
	return s;
}

static void *
unpack_units(const struct varlena *value)
{
	Scorer *s = scorer_new((const ms_moments *) value, true);
	ms_ctx ctx;

	host_init(&ctx);
	for (size_t j = 0; j < s->d; j++)
		if (s->enough && !(s->unit[j] > 0))
			CORE(&ctx, ms_fail(&ctx, MS_CONSTANT, "column", (int64) j + 1, 0, 0));
	return s;
}

static void *
unpack_whitener(const struct varlena *value)
{
	const ms_moments *m = (const ms_moments *) value;
	Scorer *s = scorer_new(m, true);
	ms_ctx ctx;

	host_init(&ctx);
	s->enough = ms_moments_enough(m);
	require_matrices("moments_mahalanobis", m, 2);
	s->matrix = doubles(s->d * s->d);
	if (s->enough)
		CORE(&ctx, ms_moments_whitener(&ctx, m, s->matrix));
	return s;
}

static Scorer *
unpack_axes(const struct varlena *value, bool by_sd)
{
	const ms_moments *m = (const ms_moments *) value;
	Scorer *s = scorer_new(m, by_sd);
	ms_ctx ctx;

	host_init(&ctx);
	require_matrices("moments_project", m, 4);
	s->matrix = doubles(s->d * s->d);
	if (s->enough)
		CORE(&ctx, ms_moments_axes(&ctx, m, by_sd, s->work, s->matrix));
	return s;
}

static void *
unpack_axes_by_sd(const struct varlena *value)
{
	return unpack_axes(value, true);
}

static void *
unpack_axes_as_is(const struct varlena *value)
{
	return unpack_axes(value, false);
}

static const CacheFamily units_family = {"measure_moments", MS_TYPE_MOMENTS, false, unpack_units};
static const CacheFamily whitener_family = {"measure_moments", MS_TYPE_MOMENTS, false,
											unpack_whitener};
static const CacheFamily axes_families[] = {
	{"measure_moments", MS_TYPE_MOMENTS, false, unpack_axes_by_sd},
	{"measure_moments", MS_TYPE_MOMENTS, false, unpack_axes_as_is}};

/* Puts the row that begins at argument 1 into s->z; false when the score is NULL. */
static bool
score_row(Scorer *s, FunctionCallInfo fcinfo, Door door)
{
	RowArg row;
	size_t gaps;

	if (!row_open(&row, fcinfo, 1, door))
		return false;
	if (row.d != s->d)
		report_columns(row.d, s->d);
	gaps = row_read(&row, s->z);
	row_close(&row);
	for (size_t j = 0; j < s->d; j++)
		s->z[j] = ((s->z[j] - s->mean[j]) - s->mean[s->d + j]) / s->unit[j];
	return gaps == 0 && s->enough;
}

static Datum
mahalanobis(FunctionCallInfo fcinfo, Door door)
{
	Scorer *s = cache_get(fcinfo, 0, &whitener_family);

	if (!score_row(s, fcinfo, door))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(ms_moments_distance(s->matrix, s->d, s->z, s->work));
}

static Datum
standardise(FunctionCallInfo fcinfo, Door door)
{
	Scorer *s = cache_get(fcinfo, 0, &units_family);

	if (!score_row(s, fcinfo, door))
		PG_RETURN_NULL();
	return out_float8_array(s->z, s->d);
}

ROWS_DOORS(moments_mahalanobis, mahalanobis);
ROWS_DOORS(moments_standardise, standardise);

PG_FUNCTION_INFO_V1(moments_project);
Datum
moments_project(PG_FUNCTION_ARGS)
{
	int32 components = PG_GETARG_INT32(2);
	Scorer *s = cache_get(fcinfo, 0, &axes_families[arg_choice(fcinfo, 3, "scale", scales)]);
	double *scores;
	size_t n;

	if (components < 1)
		report_range("components", components, "at least 1");
	if (!score_row(s, fcinfo, DOOR_ARRAY))
		PG_RETURN_NULL();
	n = Min((size_t) components, s->d);
	scores = palloc0(n * sizeof(double));
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < s->d; j++)
			scores[i] += s->matrix[i * s->d + j] * s->z[j];
	return out_float8_array(scores, n);
}

/* --- summary -------------------------------------------------------------------------------- */

static const char *
plural(uint64 n, const char *word)
{
	return psprintf(UINT64_FORMAT " %s%s", n, word, n == 1 ? "" : "s");
}

static void
append_number(StringInfo out, double x)
{
	appendStringInfo(out, " %12s", isnan(x) ? "" : psprintf("%.6g", x));
}

static void
append_columns(StringInfo out, const ms_moments *m)
{
	double *sd = deviations(m);

	appendStringInfo(out, "\n%7s %12s %12s %12s", "column", "mean", "sd", "std_error");
	for (size_t j = 0; j < m->d && j < SUMMARY_COLUMNS; j++)
	{
		appendStringInfo(out, "\n%7zu", j + 1);
		append_number(out, m->weight > 0 ? ms_moments_mean(m)[j] : NAN);
		append_number(out, sd[j]);
		append_number(out, sd[j] / sqrt(weight_of(m)));
	}
	if (m->d > SUMMARY_COLUMNS)
		appendStringInfo(out, "\nand %u more: moments_columns(m)", m->d - SUMMARY_COLUMNS);
}

/* The lower triangle without its diagonal of ones. */
static void
append_correlations(StringInfo out, const ms_moments *m)
{
	double *full = matrix_of(m, CORRELATION);

	appendStringInfo(out, "\ncorrelations\n%7s", "");
	for (size_t j = 0; j + 1 < m->d; j++)
		appendStringInfo(out, " %6zu", j + 1);
	for (size_t i = 1; i < m->d; i++)
	{
		appendStringInfo(out, "\n%7zu", i + 1);
		for (size_t j = 0; j < i; j++)
			appendStringInfo(out, " %6s",
							 isnan(full[i * m->d + j]) ? "" : psprintf("%.3f", full[i * m->d + j]));
	}
}

PG_FUNCTION_INFO_V1(moments_summary);
Datum
moments_summary(PG_FUNCTION_ARGS)
{
	const ms_moments *m = moments_arg(fcinfo, 0);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "Moments: %s, %s", plural(m->n, "row"), plural(m->d, "column"));
	if (weight_of(m) != (double) m->n)
		appendStringInfo(&out, ", weight %.10g", weight_of(m));
	if (m->incomplete > 0)
		appendStringInfo(&out, "; %s with a NULL element left out", plural(m->incomplete, "row"));
	append_columns(&out, m);
	if (m->d > 1 && m->d <= SUMMARY_CORRELATIONS && ms_moments_divisor(m) > 0)
		append_correlations(&out, m);
	return out_text(out.data);
}
