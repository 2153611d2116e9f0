/*
 * design.c: rows of a regression design: leverage scores, and volume sampling.
 */
#include "pg/base/compat.h"

#include "core/selection/leverage.h"

#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/selection/draws.h"

PG_FUNCTION_INFO_V1(select_leverages);
Datum
select_leverages(PG_FUNCTION_ARGS)
{
	ms_design design;
	Selection s;

	selection_open(&s, fcinfo, true);
	CORE(&s.ctx, ms_design_new(&s.ctx, &s.arena, &s.units, &design));
	for (size_t i = 0; i < design.n; i++)
	{
		Datum values[] = {selection_id(&s, i), Float8GetDatum(design.leverage[i])};
		bool nulls[2] = {false};

		out_add(s.set, values, nulls);
	}
	selection_close(&s);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(select_volume);
Datum
select_volume(PG_FUNCTION_ARGS)
{
	static const char *const no_keys[] = {NULL};
	uint32_t *counts;
	double *share;
	size_t size;
	ms_design design;
	Selection s;

	if (!selection_open(&s, fcinfo, true))
		return (Datum) 0;
	arg_options(fcinfo, 3, no_keys);
	selection_distinct(&s);
	size = PG_ARGISNULL(1) ? s.units.d : size_arg(fcinfo, 1, "size");
	CORE(&s.ctx, ms_design_new(&s.ctx, &s.arena, &s.units, &design));
	CORE(&s.ctx, MS_ALLOC(&s.arena, design.n, &counts));
	CORE(&s.ctx, MS_ALLOC(&s.arena, design.n, &share));
	CORE(&s.ctx, ms_volume_sample(&s.ctx, &design, s.units.key, size, arg_int64(fcinfo, 2, "seed"),
								  counts));
	for (size_t i = 0; i < design.n; i++)
		share[i] = design.leverage[i] / (double) design.m;
	add_drawn(&s, &(Drawn){design.leverage, share, counts, (double) size});
	selection_close(&s);
	return (Datum) 0;
}
