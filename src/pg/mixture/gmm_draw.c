/*
 * gmm_draw.c: random points of a mixture.
 */
#include "pg/mixture/gmm.h"

#include "core/mixture/draw.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(gmm_draw);
Datum
gmm_draw(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	MemoryContext row =
		AllocSetContextCreate(CurrentMemoryContext, "gmm_draw", ALLOCSET_SMALL_SIZES);
	const ms_gmm *m = gmm_arg(fcinfo, 0);
	int32 n = PG_GETARG_INT32(1);
	int64 seed = PG_GETARG_INT64(2);
	double *x = palloc(sizeof(double) * m->d);
	ms_ctx ctx;
	ms_arena arena;
	ms_drawer *drawer;

	if (n < 0)
		report_range("n", n, "at least 0");
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_drawer_new(&ctx, &arena, m, &drawer));
	for (int32 i = 0; i < n; i++)
	{
		MemoryContext outer = MemoryContextSwitchTo(row);
		size_t component = ms_draw_at(drawer, seed, (uint64) i, x);
		Datum values[2] = {Int32GetDatum(component == SIZE_MAX ? 0 : (int32) component + 1),
						   out_float8_array(x, m->d)};
		bool nulls[2] = {false};

		MemoryContextSwitchTo(outer);
		out_add(set, values, nulls);
		MemoryContextReset(row);
	}
	MemoryContextDelete(row);
	return (Datum) 0;
}
