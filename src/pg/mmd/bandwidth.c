/*
 * bandwidth.c: the median distance of the rows of a sample, which is the bandwidth where none is given.
 */
#include "core/mmd/bandwidth.h"

#include "core/base/distance.h"
#include "pg/base/host.h"
#include "pg/base/measure.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/sample.h"

static ms_rows
scaled_rows(ms_ctx *ctx, ms_arena *arena, const ms_sample *s, ms_scaling scaling)
{
	ms_measure m = {.metric = MS_METRIC_EUCLIDEAN, .scaling = scaling, .kinds = ms_sample_kinds(s)};
	ms_rows rows = ms_sample_rows(s);
	size_t width = rows.d + (rows.w != NULL);
	double *x;

	CORE(ctx, ms_measure_learn(ctx, arena, &rows, &m));
	if (scaling == MS_SCALING_NONE)
		return rows;
	CORE(ctx, ms_arena_alloc(arena, rows.n, width * sizeof(double), (void **) &x));
	for (size_t i = 0; i < rows.n; i++)
	{
		for (size_t j = 0; j < rows.d; j++)
			x[i * width + j] = rows.x[i * rows.stride + j] * m.factors[j];
		if (rows.w)
			x[i * width + rows.d] = ms_rows_weight(&rows, i);
		CORE(ctx, ms_tick(ctx, rows.d));
	}
	return (ms_rows){x, rows.w ? x + rows.d : NULL, rows.n, rows.d, width};
}

PG_FUNCTION_INFO_V1(median_distance);
Datum
median_distance(PG_FUNCTION_ARGS)
{
	static const char *const metrics[] = {"euclidean", NULL};
	SampleArg a = sample_arg_ordered(fcinfo, 0);
	ms_scaling scaling;
	ms_arena arena;
	ms_rows rows;
	ms_ctx ctx;
	double out;

	(void) arg_choice(fcinfo, 1, "metric", metrics);
	scaling = (ms_scaling) arg_choice(fcinfo, 2, "scale", scaling_words);
	if (ms_sample_weight(a.s) <= 1)
		PG_RETURN_NULL();
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	rows = scaled_rows(&ctx, &arena, a.s, scaling);
	CORE(&ctx, ms_bandwidth_median(&ctx, &arena, &rows, (uint64) PG_GETARG_INT64(3), &out));
	PG_RETURN_FLOAT8(out);
}
