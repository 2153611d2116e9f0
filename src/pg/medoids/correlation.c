/*
 * correlation.c: correlation_clusters: clusters of pairs that are the same or differ, of any number.
 */
#include "pg/base/compat.h"

#include <math.h>

#include "core/medoids/correlation.h"
#include "miscadmin.h"
#include "pg/base/dissimilarity.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/medoids/model.h"
#include "pg/medoids/pairs.h"

static ms_correlation_options
correlation_options(FunctionCallInfo fcinfo)
{
	static const char *const keys[] = {"moves", NULL};
	ms_correlation_options o = {.n_init = count_arg(fcinfo, 3, "n_init", 1),
								.seed = arg_int64(fcinfo, 4, "seed")};

	arg_options(fcinfo, 5, keys);
	o.moves = arg_option_bool(fcinfo, 5, "moves", true);
	return o;
}

static void
open_pairs(ms_ctx *ctx, ms_arena *arena, FunctionCallInfo fcinfo, ms_places *places, ms_pull *pull)
{
	DissimilarityArg d = dissimilarity_arg(fcinfo, 0);
	DissimilarityArg weights = {NULL, 0};
	double threshold = arg_float8(fcinfo, 1, "threshold");

	if (!isfinite(threshold))
		report_range("threshold", threshold, "finite");
	if (!PG_ARGISNULL(2))
		weights = dissimilarity_arg(fcinfo, 2);
	CORE(ctx, ms_places_new(ctx, arena, d.s, d.size, places));
	host_require("correlation_clusters", ms_pull_bytes(places->n, d.s->pairs));
	pairs_check(ctx, ms_pull_new(ctx, arena, places, threshold, weights.s, weights.size, pull),
				"weights", weights);
}

PG_FUNCTION_INFO_V1(correlation_clusters);
Datum
correlation_clusters(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	ms_correlation_options o;
	ms_correlation found;
	ms_places places;
	ms_pull pull;
	ms_arena arena;
	ms_ctx ctx;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	o = correlation_options(fcinfo);
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	open_pairs(&ctx, &arena, fcinfo, &places, &pull);
	CORE(&ctx, ms_correlation_fit(&ctx, &arena, &pull, &o, &found));
	for (size_t i = 0; i < places.n; i++)
	{
		char *id = dissimilarity_id_text(places.s, places.size, places.ids[i]);
		Datum values[3] = {out_text(id), Int32GetDatum((int32) found.labels[i] + 1),
						   Float8GetDatum(ms_correlation_cost(&pull, found.labels, i))};
		bool nulls[3] = {false};

		out_add(set, values, nulls);
		pfree(DatumGetPointer(values[0]));
		pfree(id);
		CHECK_FOR_INTERRUPTS();
	}
	ms_arena_free(&arena);
	return (Datum) 0;
}
