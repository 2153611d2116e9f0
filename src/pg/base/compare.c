/*
 * compare.c: arguments of comparisons, and their rows of evidence.
 */
#include "pg/base/compare.h"

#include <math.h>

#include "pg/base/host.h"
#include "pg/base/json.h"
#include "pg/base/measure.h"
#include "pg/base/measure.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "utils/fmgrprotos.h"

#define BATCH_BYTES ((size_t) 1 << 20)
#define MOST_BATCH 64

/* --- arguments ------------------------------------------------------------------------------ */

static ms_pair_options
pair_options(FunctionCallInfo fcinfo, const ComparisonAt *at)
{
	static const char *const missings[] = {"error", "omit", NULL};
	static const char *const exchanges[] = {"rows", "pairs", "clusters", "strata", NULL};
	ms_pair_options o = {0};

	if (at->scale)
		o.scaling = (ms_scaling) arg_choice(fcinfo, at->scale, "scale", scaling_words);
	if (at->missing)
		o.omit = arg_choice(fcinfo, at->missing, "missing", missings) == 1;
	if (at->exchange)
		o.exchange = (ms_exchange) arg_choice(fcinfo, at->exchange, "exchange", exchanges);
	return o;
}

static void
read_numbers(Comparison *c, FunctionCallInfo fcinfo, const ComparisonAt *at)
{
	c->exchange = (ms_exchange_options){.replicates = 999, .batch = 1};
	c->level = 0.95;
	if (at->level)
		c->level = arg_float8(fcinfo, at->level, "level");
	if (!(c->level > 0 && c->level < 1))
		report_range("level", c->level, "above 0 and below 1");
	if (at->replicates)
		c->exchange.replicates = arg_int32(fcinfo, at->replicates, "replicates");
	if (c->exchange.replicates < 1)
		report_range("replicates", (double) c->exchange.replicates, "at least 1");
	if (at->seed)
		c->seed = (uint64) arg_int64(fcinfo, at->seed, "seed");
}

bool
comparison_open(Comparison *c, FunctionCallInfo fcinfo, const ComparisonAt *at)
{
	ms_pair_options o = pair_options(fcinfo, at);
	ms_status status;
	SampleArg a, b;

	memset(c, 0, sizeof(*c));
	read_numbers(c, fcinfo, at);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return false;
	a = sample_arg_ordered(fcinfo, 0);
	b = sample_arg_ordered(fcinfo, 1);
	if (a.s->d != b.s->d)
		report_compared_columns(a.s->d, b.s->d);
	if (!at->missing && a.s->incomplete + b.s->incomplete > 0)
		report_gaps(a.s->incomplete + b.s->incomplete);
	host_init(&c->ctx);
	ms_arena_init(&c->arena, &c->ctx);
	status = ms_pair_make(&c->ctx, &c->arena, a.s, a.size, b.s, b.size, &o, &c->pair);
	if (status == MS_TOO_FEW)
		return false;
	CORE(&c->ctx, status);
	if (at->seed)
		CORE(&c->ctx, ms_rows_hash(&c->ctx, &c->pair.pool, c->seed, &c->exchange.seed));
	return true;
}

void
comparison_batch(Comparison *c)
{
	size_t fit = BATCH_BYTES / c->pair.pool.n;

	c->exchange.batch = Max(1, Min(fit, MOST_BATCH));
}

/* --- details -------------------------------------------------------------------------------- */

void
details_begin(StringInfo details)
{
	initStringInfo(details);
	appendStringInfoChar(details, '{');
}

static void
details_key(StringInfo details, const char *key)
{
	appendStringInfo(details, "%s\"%s\":", details->len > 1 ? "," : "", key);
}

void
details_number(StringInfo details, const char *key, double x)
{
	details_key(details, key);
	if (isinf(x))
		json_string(details, x > 0 ? "Infinity" : "-Infinity", x > 0 ? 8 : 9);
	else
		json_double(details, x);
}

void
details_numbers(StringInfo details, const char *key, const double *x, size_t n)
{
	details_key(details, key);
	json_doubles(details, x, n);
}

void
details_text(StringInfo details, const char *key, const char *word)
{
	details_key(details, key);
	json_string(details, word, strlen(word));
}

void
details_bool(StringInfo details, const char *key, bool x)
{
	details_key(details, key);
	appendStringInfoString(details, x ? "true" : "false");
}

Datum
details_value(StringInfo details)
{
	appendStringInfoChar(details, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(details->data));
}

static Datum
details_end(const Comparison *c, StringInfo details)
{
	if (c->pair.omitted > 0)
		details_number(details, "omitted", (double) c->pair.omitted);
	return details_value(details);
}

/* --- answers -------------------------------------------------------------------------------- */

static Datum
count(double rows)
{
	return Int64GetDatum(rows < 9e18 ? (int64) floor(rows) : PG_INT64_MAX);
}

Datum
comparison_test(FunctionCallInfo fcinfo, const Comparison *c, const ms_permutation *t,
				const char *method, StringInfo details)
{
	Datum values[11] = {0};
	bool nulls[11] = {0};

	details_bool(details, "exact", t->exact);
	out_float8(values, nulls, 0, t->statistic);
	out_float8(values, nulls, 1, t->p_value);
	out_float8(values, nulls, 2, t->p_min);
	out_float8(values, nulls, 3, t->null_mean);
	out_float8(values, nulls, 4, t->null_sd);
	values[5] = count(c->pair.effective[0]);
	nulls[6] = isnan(c->pair.effective[1]);
	values[6] = nulls[6] ? (Datum) 0 : count(c->pair.effective[1]);
	values[7] = out_text(method);
	values[8] = Int32GetDatum((int32) t->replicates);
	values[9] = Int64GetDatum((int64) c->seed);
	values[10] = details_end(c, details);
	return out_row(fcinfo, values, nulls);
}

Datum
comparison_estimate(FunctionCallInfo fcinfo, const Comparison *c, const Estimate *e,
					StringInfo details)
{
	Datum values[11] = {0};
	bool nulls[11] = {0};

	out_float8(values, nulls, 0, e->estimate);
	out_float8(values, nulls, 1, e->std_error);
	out_float8(values, nulls, 2, e->lower);
	out_float8(values, nulls, 3, e->upper);
	out_float8(values, nulls, 4, e->level);
	values[5] = count(c->pair.effective[0]);
	values[6] = count(c->pair.effective[1]);
	values[7] = out_text(e->method);
	values[8] = BoolGetDatum(!e->unconverged);
	values[9] = Int64GetDatum((int64) c->seed);
	values[10] = details_end(c, details);
	return out_row(fcinfo, values, nulls);
}
