/*
 * makarov.c: bounds of the distribution of an effect, of two samples of outcomes.
 */
#include "pg/transport/bounds.h"

#include <math.h>

#include "core/transport/makarov.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"

typedef struct Makarov
{
	ms_ctx ctx;
	ms_arena arena;
	ms_column treated;
	ms_column control;
	double radius;
	bool moved; /* the radius bounds how far every outcome is off: W infinity; else W1 */
	bool strict;
} Makarov;

/* false when there is nothing to answer. */
static bool
makarov_open(Makarov *m, FunctionCallInfo fcinfo, const char *function)
{
	host_init(&m->ctx);
	ms_arena_init(&m->arena, &m->ctx);
	m->treated = outcomes_arg(fcinfo, 0, function, &m->arena);
	m->control = outcomes_arg(fcinfo, 1, function, &m->arena);
	return m->treated.n > 0 && m->control.n > 0;
}

static void
read_radius(Makarov *m, FunctionCallInfo fcinfo, int radius, int p)
{
	double order = arg_float8(fcinfo, p, "p");

	m->radius = arg_float8(fcinfo, radius, "radius");
	if (!(m->radius >= 0 && isfinite(m->radius)))
		report_range("radius", m->radius, "finite and at least 0");
	if (order != 1 && order != INFINITY)
		report_range_hint(
			"p", order, "1 or infinity",
			"infinity bounds how far each outcome is off, 1 how far they are off on average.");
	m->moved = order == INFINITY;
}

/* In a ball of positive radius ties move at no cost: P(D < z) and P(D <= z) have the same bounds. */
static ms_makarov
bounds_at(Makarov *m, double z)
{
	ms_makarov low, high;

	if (m->radius > 0 && !m->moved)
	{
		CORE(&m->ctx, ms_makarov_robust(&m->ctx, &m->treated, &m->control, z, m->radius, &low));
		return low;
	}
	CORE(&m->ctx,
		 ms_makarov_bounds(&m->ctx, &m->treated, &m->control, z - m->radius, m->strict, &low));
	CORE(&m->ctx,
		 ms_makarov_bounds(&m->ctx, &m->treated, &m->control, z + m->radius, m->strict, &high));
	return (ms_makarov){low.lower, high.upper};
}

PG_FUNCTION_INFO_V1(makarov_bounds);
Datum
makarov_bounds(PG_FUNCTION_ARGS)
{
	static const char *const no_options[] = {NULL};
	size_t n;
	double *z = arg_float8_array(fcinfo, 2, "z", &n);
	Makarov m = {.strict = arg_bool(fcinfo, 3, "strict")};
	double level = level_arg(fcinfo, 6);
	ReturnSetInfo *set;
	double margin;

	read_radius(&m, fcinfo, 4, 5);
	arg_options(fcinfo, 7, no_options);
	for (size_t i = 0; i < n; i++)
		if (isnan(z[i]))
			report_range("an element of z", z[i], "a number");
	set = out_set(fcinfo);
	if (!makarov_open(&m, fcinfo, "makarov_bounds"))
		return (Datum) 0;
	if (m.radius > 0 && !m.moved)
		host_require("makarov_bounds with p => 1",
					 ms_makarov_robust_bytes(m.treated.n, m.control.n));
	margin = ms_makarov_margin(ms_describe_effective(&m.treated), ms_describe_effective(&m.control),
							   level);
	for (size_t i = 0; i < n; i++)
	{
		ms_makarov b = bounds_at(&m, z[i]);
		Datum values[] = {Float8GetDatum(z[i]),
						  Float8GetDatum(b.lower),
						  Float8GetDatum(b.upper),
						  Float8GetDatum(fmax(b.lower - margin, 0)),
						  Float8GetDatum(fmin(b.upper + margin, 1)),
						  Float8GetDatum(level)};
		bool nulls[lengthof(values)] = {0};

		out_add(set, values, nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(makarov_quantiles);
Datum
makarov_quantiles(PG_FUNCTION_ARGS)
{
	size_t n;
	double *p = arg_float8_array(fcinfo, 2, "p", &n);
	ReturnSetInfo *set = out_set(fcinfo);
	Makarov m;

	for (size_t i = 0; i < n; i++)
		if (!(p[i] > 0 && p[i] <= 1))
			report_range("an element of p", p[i], "above 0 and at most 1");
	if (!makarov_open(&m, fcinfo, "makarov_quantiles"))
		return (Datum) 0;
	for (size_t i = 0; i < n; i++)
	{
		Datum values[3];
		bool nulls[3] = {0};
		ms_makarov q;

		CORE(&m.ctx, ms_makarov_quantile(&m.ctx, &m.treated, &m.control, p[i], &q));
		values[0] = Float8GetDatum(p[i]);
		values[1] = Float8GetDatum(q.lower);
		values[2] = Float8GetDatum(q.upper);
		out_add(set, values, nulls);
	}
	return (Datum) 0;
}
