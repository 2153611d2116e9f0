/*
 * gmm_info.c: what a mixture says of itself: evidence, components, columns, mean, curve.
 */
#include "pg/mixture/gmm.h"

#include <math.h>

#include "core/base/linalg.h"
#include "core/mixture/marginal.h"
#include "core/mixture/score.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"

static Datum
out_problems(uint32 problems)
{
	const char *codes[GMM_PROBLEMS];

	return out_text_array(codes, gmm_problem_codes(problems, codes));
}

static double
smallest_weight(const ms_gmm *m)
{
	double least = m->weights[0];

	for (size_t j = 1; j < m->k; j++)
		least = Min(least, m->weights[j]);
	return least;
}

PG_FUNCTION_INFO_V1(gmm_info);
Datum
gmm_info(PG_FUNCTION_ARGS)
{
	ms_gmm *m = gmm_arg(fcinfo, 0);
	const ms_gmm_info *info = &m->info;
	const char *stop = gmm_stop_reason(info->stop);
	Datum values[19];
	bool nulls[19] = {false};

	values[0] = Int32GetDatum(m->k);
	values[1] = Int32GetDatum(m->d);
	values[2] = Int64GetDatum((int64) info->n);
	values[3] = Float8GetDatum(info->weight);
	values[4] = out_text(ms_gmm_family_name(m->family));
	out_float8(values, nulls, 5, info->log_likelihood);
	values[6] = Int32GetDatum((int32) ms_gmm_parameters(m));
	out_float8(values, nulls, 7, ms_gmm_bic(m));
	out_float8(values, nulls, 8, ms_gmm_aic(m));
	out_float8(values, nulls, 9, info->icl);
	nulls[2] = nulls[3] = info->n == 0;
	if (!stop) /* imported or put together: there is no fit to speak of */
		nulls[10] = nulls[11] = nulls[13] = nulls[14] = nulls[16] = nulls[17] = true;
	values[10] = Int32GetDatum(info->iterations);
	values[11] = BoolGetDatum(info->stop == MS_GMM_STOP_TOL);
	nulls[12] = stop == NULL;
	values[12] = stop ? out_text(stop) : (Datum) 0;
	values[13] = Int32GetDatum(info->starts);
	values[14] = Int32GetDatum(info->starts_at_best);
	values[15] = Float8GetDatum(smallest_weight(m));
	values[16] = Int64GetDatum((int64) info->omitted);
	values[17] = Int64GetDatum(info->seed);
	values[18] = out_problems(info->problems);
	return out_row(fcinfo, values, nulls);
}

/* Standard deviations and the covariance matrix of component j. */
static void
component_spread(const ms_gmm *m, size_t j, double *sd, double *packed, double *full)
{
	ms_gmm_covariance(m, j, packed);
	ms_linalg_unpack(packed, m->d, full);
	for (size_t c = 0; c < m->d; c++)
		sd[c] = gmm_sd(m, j, c);
}

/* Share of the noise: component 0 has no mean. */
static void
add_noise(ReturnSetInfo *set, const ms_gmm *m)
{
	Datum values[7] = {Int32GetDatum(0), Float8GetDatum(m->noise),
					   Float8GetDatum(m->noise * m->info.weight)};
	bool nulls[7] = {false, false, m->info.weight == 0, true, true, true, false};

	values[6] = out_problems(0);
	out_add(set, values, nulls);
}

PG_FUNCTION_INFO_V1(gmm_components);
Datum
gmm_components(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	ms_gmm *m = gmm_arg(fcinfo, 0);
	size_t d = m->d;
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "gmm_components", ALLOCSET_DEFAULT_SIZES);
	double *sd = palloc(sizeof(double) * d);
	double *packed = palloc_extended(sizeof(double) * ms_packed_size(d), MCXT_ALLOC_HUGE);
	double *full = palloc_extended(sizeof(double) * d * d, MCXT_ALLOC_HUGE);

	if (m->flags & MS_GMM_NOISE)
		add_noise(set, m);
	for (size_t j = 0; j < m->k; j++)
	{
		MemoryContext outer = MemoryContextSwitchTo(context);
		Datum values[7];
		bool nulls[7] = {false};

		component_spread(m, j, sd, packed, full);
		values[0] = Int32GetDatum((int32) j + 1);
		values[1] = Float8GetDatum(m->weights[j]);
		nulls[2] = m->info.weight == 0; /* not fitted */
		values[2] = Float8GetDatum(m->weights[j] * m->info.weight);
		values[3] = out_float8_array(m->means + j * d, d);
		values[4] = out_float8_array(sd, d);
		values[5] = out_float8_matrix(full, d, d);
		values[6] = out_problems(m->problems[j]);
		MemoryContextSwitchTo(outer);
		out_add(set, values, nulls);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(gmm_columns);
Datum
gmm_columns(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	ms_gmm *m = gmm_arg(fcinfo, 0);
	char **names = gmm_names(m);
	Datum *columns = palloc(sizeof(Datum) * m->d);

	for (size_t c = 0; c < m->d; c++)
		columns[c] = out_text(column_name(names, c));
	for (size_t j = 0; j < m->k; j++)
		for (size_t c = 0; c < m->d; c++)
		{
			Datum values[6];
			bool nulls[6] = {false};

			values[0] = Int32GetDatum((int32) j + 1);
			values[1] = Float8GetDatum(m->weights[j]);
			values[2] = Int32GetDatum((int32) c + 1);
			values[3] = columns[c];
			values[4] = Float8GetDatum(m->means[j * m->d + c]);
			values[5] = Float8GetDatum(gmm_sd(m, j, c));
			out_add(set, values, nulls);
		}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(gmm_mean);
Datum
gmm_mean(PG_FUNCTION_ARGS)
{
	ms_gmm *m = gmm_arg(fcinfo, 0);
	double *mean = palloc(sizeof(double) * m->d);

	ms_gmm_mean(m, mean);
	return out_float8_array(mean, m->d);
}

/* --- the curve ------------------------------------------------------------------------------ */

typedef struct Range
{
	double lo;
	double hi;
} Range;

/* What all components cover within 4 standard deviations: all but 6e-5 of the model. */
static Range
model_range(const ms_gmm *m)
{
	Range r = {INFINITY, -INFINITY};

	for (size_t j = 0; j < m->k; j++)
	{
		double sd = gmm_sd(m, j, 0);

		r.lo = Min(r.lo, m->means[j] - 4 * sd);
		r.hi = Max(r.hi, m->means[j] + 4 * sd);
	}
	return r;
}

static Range
curve_range(FunctionCallInfo fcinfo, const ms_gmm *m)
{
	Range r = model_range(m);

	if (!PG_ARGISNULL(1))
		r.lo = PG_GETARG_FLOAT8(1);
	if (!PG_ARGISNULL(2))
		r.hi = PG_GETARG_FLOAT8(2);
	if (!isfinite(r.lo))
		report_range("lo", r.lo, "finite");
	if (!isfinite(r.hi) || r.hi <= r.lo)
		report_range("hi", r.hi, psprintf("finite and greater than lo, %.17g", r.lo));
	return r;
}

static void
curve_add(ReturnSetInfo *set, Datum series, double x, double y)
{
	bool nulls[3] = {false};
	Datum values[3] = {series, Float8GetDatum(x), Float8GetDatum(y)};

	out_add(set, values, nulls);
}

#define MAX_POINTS 1000000

/* The name of a series: that of a component, after "total" (-1) and the noise (0), if any. */
static Datum
series_name(int64 series)
{
	return out_text(series < 0 ? "total" : psprintf("%lld", (long long) series));
}

static double
series_density(int64 series, double log_density, double log_noise, const double *log_joint)
{
	return exp(series < 0 ? log_density : series == 0 ? log_noise : log_joint[series - 1]);
}

/*
 * Series by series, as a chart wants them: 'total', '0' for noise, then '1' ... 'k', each
 * w_j N(x; j).
 */
static void
draw_curve(ReturnSetInfo *set, const ms_gmm *m, Range r, int points)
{
	ms_ctx ctx;
	ms_arena arena;
	ms_scorer *scorer;
	double *log_joint = palloc(sizeof(double) * m->k);
	size_t best;

	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_scorer_new(&ctx, &arena, m, &scorer));
	for (int64 series = -1; series <= (int64) m->k; series++)
	{
		Datum name = series_name(series);

		if (series == 0 && !(m->flags & MS_GMM_NOISE))
			continue;
		for (int i = 0; i < points; i++)
		{
			double x = r.lo + (r.hi - r.lo) * i / (points - 1);
			double log_density = ms_score_row(scorer, &x, log_joint, &best);

			curve_add(set, name, x,
					  series_density(series, log_density, ms_scorer_log_noise(scorer), log_joint));
		}
	}
}

PG_FUNCTION_INFO_V1(gmm_curve);
Datum
gmm_curve(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	int32 points;
	ms_gmm *m;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	m = gmm_arg(fcinfo, 0);
	points = arg_int32(fcinfo, 3, "points");
	if (m->d != 1)
		report_several_columns("gmm_curve", m->d);
	if (points < 2 || points > MAX_POINTS)
		report_range("points", points, psprintf("from 2 to %d", MAX_POINTS));
	draw_curve(set, m, curve_range(fcinfo, m), points);
	return (Datum) 0;
}
