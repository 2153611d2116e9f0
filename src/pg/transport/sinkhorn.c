/*
 * sinkhorn.c: entropic transport of two samples: its value, bounds of the exact one, the
 * divergence, and the map.
 */
#include "pg/base/compare.h"

#include <math.h>

#include "core/transport/sinkhorn.h"
#include "pg/base/cache.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"

static ms_sinkhorn_options
check_options(double epsilon, double p, double tol, int32 max_iter)
{
	if (!(epsilon > 0) || isinf(epsilon))
		report_range_hint("epsilon", epsilon, "above 0 and finite",
						  "It is in units of the cost, distance to the power p; for epsilon = 0 "
						  "take wasserstein.");
	if (!(p >= 1) || isinf(p))
		report_range("p", p, "at least 1 and finite");
	if (!(tol > 0))
		report_range("tol", tol, "above 0");
	if (max_iter < 1)
		report_range("max_iter", max_iter, "at least 1");
	return (ms_sinkhorn_options){p, epsilon, tol, max_iter};
}

/* Arguments epsilon, p, scale, tol, max_iter from 2 on. */
static const ComparisonAt sinkhorn_at = {.scale = 4};

static ms_sinkhorn_options
sinkhorn_options(FunctionCallInfo fcinfo)
{
	return check_options(arg_float8(fcinfo, 2, "epsilon"), arg_float8(fcinfo, 3, "p"),
						 arg_float8(fcinfo, 5, "tol"), arg_int32(fcinfo, 6, "max_iter"));
}

static void
solve(Comparison *c, const ms_sinkhorn_options *o, ms_sinkhorn_result *r)
{
	CORE(&c->ctx, ms_sinkhorn(&c->ctx, &c->arena, c->pair.rows, c->pair.rows + 1, o, r));
}

PG_FUNCTION_INFO_V1(sinkhorn);
Datum
sinkhorn(PG_FUNCTION_ARGS)
{
	ms_sinkhorn_options o = sinkhorn_options(fcinfo);
	ms_sinkhorn_result r;
	Comparison c;

	if (!comparison_open(&c, fcinfo, &sinkhorn_at))
		PG_RETURN_NULL();
	solve(&c, &o, &r);
	if (!r.converged)
		report_unconverged("sinkhorn", r.error, r.iterations, "sinkhorn_interval");
	PG_RETURN_FLOAT8(r.ot_eps);
}

PG_FUNCTION_INFO_V1(sinkhorn_interval);
Datum
sinkhorn_interval(PG_FUNCTION_ARGS)
{
	static const char *const no_options[] = {NULL};
	ms_sinkhorn_options o = sinkhorn_options(fcinfo);
	StringInfoData details;
	ms_sinkhorn_result r;
	Comparison c;
	Estimate e;

	arg_options(fcinfo, 7, no_options);
	if (!comparison_open(&c, fcinfo, &sinkhorn_at))
		PG_RETURN_NULL();
	solve(&c, &o, &r);
	e = (Estimate){r.ot_eps, NAN, r.lower, r.rounded, NAN, "sinkhorn", !r.converged};
	details_begin(&details);
	details_number(&details, "epsilon", o.epsilon);
	details_number(&details, "cost", r.cost);
	details_number(&details, "gap", r.rounded - r.lower);
	details_number(&details, "marginal_error", r.error);
	details_number(&details, "iterations", (double) r.iterations);
	return comparison_estimate(fcinfo, &c, &e, &details);
}

PG_FUNCTION_INFO_V1(sinkhorn_divergence);
Datum
sinkhorn_divergence(PG_FUNCTION_ARGS)
{
	ms_sinkhorn_options o = sinkhorn_options(fcinfo);
	ms_sinkhorn_result worst;
	Comparison c;
	double out;

	if (!comparison_open(&c, fcinfo, &sinkhorn_at))
		PG_RETURN_NULL();
	CORE(&c.ctx,
		 ms_sinkhorn_divergence(&c.ctx, &c.arena, c.pair.rows, c.pair.rows + 1, &o, &out, &worst));
	if (!worst.converged)
		report_unconverged("sinkhorn_divergence", worst.error, worst.iterations,
						   "sinkhorn_interval");
	PG_RETURN_FLOAT8(out);
}

/* --- the map -------------------------------------------------------------------------------- */

/* A sample, and of the second one the potentials that lead there from the first. */
typedef struct MapEnd
{
	uint64 number; /* of this unpacking: tells it from any other */
	/* of the second end */
	uint64 from;
	double epsilon, tol;
	int32 max_iter;
	double *g; /* NULL: not solved */
	ms_rows rows;
} MapEnd;

static void *
unpack_end(const struct varlena *value pg_attribute_unused())
{
	static uint64 numbers = 0;
	MapEnd *end = palloc0(sizeof(MapEnd));

	end->number = ++numbers;
	return end;
}

static const CacheFamily end_family = {"measure_sample", MS_TYPE_SAMPLE, false, unpack_end};

/* A copy of the potentials lies beside the end that they are of. */
static void
solve_map(FunctionCallInfo fcinfo, const MapEnd *from, MapEnd *to)
{
	ms_sinkhorn_options o = check_options(to->epsilon, 2, to->tol, to->max_iter);
	ms_sinkhorn_result r;
	Comparison c;

	if (!comparison_open(&c, fcinfo, &(ComparisonAt){0}))
		return;
	solve(&c, &o, &r);
	if (!r.converged)
		report_unconverged("ot_map", r.error, r.iterations, "sinkhorn_interval");
	/* rows of weight 0 have no potential and no say */
	to->rows = c.pair.rows[1];
	to->g = MemoryContextAllocHuge(GetMemoryChunkContext(to),
								   sizeof(double) * to->rows.n * (to->rows.stride + 1));
	memcpy(to->g, r.g, sizeof(double) * to->rows.n);
	memcpy(to->g + to->rows.n, to->rows.x, sizeof(double) * to->rows.n * to->rows.stride);
	to->rows.x = to->g + to->rows.n;
	if (to->rows.w)
		to->rows.w = to->rows.x + to->rows.d;
	to->from = from->number;
}

static MapEnd *
solved_map(FunctionCallInfo fcinfo)
{
	MapEnd *from = cache_get(fcinfo, 0, &end_family);
	MapEnd *to = cache_get(fcinfo, 1, &end_family);
	double epsilon = PG_GETARG_FLOAT8(3);
	double tol = PG_GETARG_FLOAT8(4);
	int32 max_iter = PG_GETARG_INT32(5);

	if (to->g && to->from == from->number && to->epsilon == epsilon && to->tol == tol &&
		to->max_iter == max_iter)
		return to;
	if (to->g)
		pfree(to->g);
	to->g = NULL;
	to->epsilon = epsilon;
	to->tol = tol;
	to->max_iter = max_iter;
	solve_map(fcinfo, from, to);
	return to;
}

PG_FUNCTION_INFO_V1(ot_map);
Datum
ot_map(PG_FUNCTION_ARGS)
{
	size_t d;
	double *x = arg_float8_array(fcinfo, 2, "x", &d);
	MapEnd *to = solved_map(fcinfo);
	double *out;

	if (!to->g)
		PG_RETURN_NULL();
	if (d != to->rows.d)
		report_length("x", d, to->rows.d);
	for (size_t j = 0; j < d; j++)
	{
		if (!isfinite(x[j]))
			report_element((int) j + 1, x[j]);
	}
	out = palloc(sizeof(double) * d);
	ms_sinkhorn_map(&to->rows, to->g, to->epsilon, x, out);
	if (isnan(out[0]))
		report_range("x", x[0], "so near to b that the squares of its distances are numbers");
	return out_float8_array(out, d);
}
