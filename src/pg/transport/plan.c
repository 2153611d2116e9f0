/*
 * plan.c: the optimal plan between two samples as rows; the distance of normal laws.
 */
#include "core/transport/plan.h"
#include "pg/base/compat.h"

#include <math.h>

#include "core/transport/gaussian.h"
#include "core/transport/simplex.h"
#include "pg/base/host.h"
#include "pg/base/moments.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/sample.h"

/* What the plan beyond one column needs, before it is begun. */
static void
check_memory(const ms_sample *a, const ms_sample *b)
{
	if (a->d > 1 && a->d == b->d)
		host_require("wasserstein_plan", ms_transport_bytes(a->n, b->n, a->d));
}

PG_FUNCTION_INFO_V1(wasserstein_plan);
Datum
wasserstein_plan(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	SampleArg a = sample_arg_ordered(fcinfo, 0);
	SampleArg b = sample_arg_ordered(fcinfo, 1);
	double p = PG_GETARG_FLOAT8(2);
	MemoryContext context;
	ms_arena arena;
	ms_flow *flows;
	size_t n;
	ms_ctx ctx;

	if (!(p >= 1) || isinf(p))
		report_range("p", p, "at least 1 and finite");
	if (a.s->d != b.s->d)
		report_compared_columns(a.s->d, b.s->d);
	check_memory(a.s, b.s);
	if (a.s->d > 1 && a.s->incomplete + b.s->incomplete > 0)
		report_gaps(a.s->incomplete + b.s->incomplete);
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_plan_make(&ctx, &arena, a.s, b.s, p, &flows, &n));
	context =
		AllocSetContextCreate(CurrentMemoryContext, "wasserstein_plan", ALLOCSET_DEFAULT_SIZES);
	for (size_t k = 0; k < n; k++)
	{
		MemoryContext outer = MemoryContextSwitchTo(context);
		Datum values[] = {out_text(sample_id_text(a, flows[k].i)),
						  out_text(sample_id_text(b, flows[k].j)), Float8GetDatum(flows[k].mass),
						  Float8GetDatum(flows[k].cost)};
		bool nulls[lengthof(values)] = {0};

		MemoryContextSwitchTo(outer);
		out_add(set, values, nulls);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(gaussian_wasserstein);
Datum
gaussian_wasserstein(PG_FUNCTION_ARGS)
{
	const ms_moments *a = moments_arg(fcinfo, 0);
	const ms_moments *b = moments_arg(fcinfo, 1);
	ms_arena arena;
	ms_ctx ctx;
	double out;

	if (a->d != b->d)
		report_compared_columns(a->d, b->d);
	if (!(a->weight > 0 && b->weight > 0))
		PG_RETURN_NULL();
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_gaussian_moments(&ctx, &arena, a, b, &out));
	PG_RETURN_FLOAT8(out);
}
