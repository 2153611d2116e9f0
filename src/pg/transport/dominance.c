/*
 * dominance.c: stochastic dominance of two samples on a line, and its test.
 */
#include "core/transport/dominance.h"
#include "pg/base/compat.h"

#include "pg/base/compare.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/transport/line.h"

static const char *
verdict(int sign)
{
	return sign == 2 ? "equal" : sign == 1 ? "a" : sign == -1 ? "b" : "neither";
}

PG_FUNCTION_INFO_V1(dominance);
Datum
dominance(PG_FUNCTION_ARGS)
{
	Datum values[8];
	bool nulls[8] = {0};
	ms_dominance d;
	Line line;

	if (!line_open(&line, fcinfo, "dominance"))
		PG_RETURN_NULL();
	CORE(&line.ctx, ms_dominance_compare(&line.ctx, &line.a, &line.b, &d));
	values[0] = out_text(verdict(d.first));
	values[1] = out_text(verdict(d.second));
	values[2] = BoolGetDatum(d.spread);
	out_float8(values, nulls, 3, d.most_a);
	out_float8(values, nulls, 4, d.at_a);
	out_float8(values, nulls, 5, d.most_b);
	out_float8(values, nulls, 6, d.at_b);
	out_float8(values, nulls, 7, d.almost);
	return out_row(fcinfo, values, nulls);
}

PG_FUNCTION_INFO_V1(dominance_test);
Datum
dominance_test(PG_FUNCTION_ARGS)
{
	static const char *const no_options[] = {NULL};
	int32 replicates = arg_int32(fcinfo, 2, "replicates");
	Comparison c = {.seed = (uint64) arg_int64(fcinfo, 3, "seed")};
	ms_permutation answer = {.replicates = replicates, .p_min = 1 / (replicates + 1.0)};
	StringInfoData details;
	ms_dominance_p t;
	Line line;

	arg_options(fcinfo, 4, no_options);
	if (replicates < 1)
		report_range("replicates", replicates, "at least 1");
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || !line_open(&line, fcinfo, "dominance_test"))
		PG_RETURN_NULL();
	c.pair.effective[0] = ms_describe_effective(&line.a);
	c.pair.effective[1] = ms_describe_effective(&line.b);
	c.pair.omitted = line.a.missing + line.b.missing;
	CORE(&line.ctx, ms_dominance_test(&line.ctx, &line.arena, &line.a, &line.b, c.pair.effective[0],
									  c.pair.effective[1], replicates, c.seed, &t));
	answer.statistic = t.statistic;
	answer.p_value = t.p_value;
	answer.null_mean = t.null_mean;
	answer.null_sd = t.null_sd;
	details_begin(&details);
	details_number(&details, "order", 2);
	return comparison_test(fcinfo, &c, &answer, "bootstrap", &details);
}
