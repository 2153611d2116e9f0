/*
 * bands.c: bands of registers as keys: for hash joins (minhash_bands), and as a GIN operator class
 * that finds every pair of a similarity.
 *
 * The class counts: a pair of registers with J >= T shares at least so many bands (core/sketch/lsh.h),
 * and of two exact sets, which % compares by their elements, at least so many elements. An exact set
 * has both kinds of keys, for it may meet either.
 */
#include "pg/sketch/sketch.h"

#include <math.h>

#include "access/gin.h"
#include "access/reloptions.h"
#include "catalog/pg_type.h"
#include "core/sketch/lsh.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "utils/array.h"

/* --- keys and plans ------------------------------------------------------------------------- */

/* b and r of a user's, checked against t. */
static ms_lsh_plan
plan_args(FunctionCallInfo fcinfo, int argno, uint32 t)
{
	int32 b = PG_GETARG_INT32(argno);
	int32 r = PG_GETARG_INT32(argno + 1);

	if (b < 1)
		report_range("b", b, "at least 1");
	if (r < 1)
		report_range("r", r, "at least 1");
	if ((int64) b * r > t)
		report_range_hint("b * r", (double) b * r, psprintf("at most t, which is %u", t),
						  "minhash_bands_plan(threshold, t) gives b and r for a similarity.");
	return (ms_lsh_plan){(uint32) b, (uint32) r};
}

PG_FUNCTION_INFO_V1(minhash_bands);
Datum
minhash_bands(PG_FUNCTION_ARGS)
{
	const ms_minhash *m = sketch_arg(fcinfo, 0);
	uint64 bands[MS_MINHASH_MAX_T];
	Datum items[MS_MINHASH_MAX_T];
	uint32_t n;
	ms_ctx ctx;

	sketch_full(m);
	host_init(&ctx);
	CORE(&ctx, ms_lsh_keys(&ctx, m, sketch_keys(fcinfo, m), plan_args(fcinfo, 1, m->t), bands, &n));
	if (n == 0)
		PG_RETURN_NULL();
	for (uint32_t i = 0; i < n; i++)
		items[i] = UInt64GetDatum(bands[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(items, (int) n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

PG_FUNCTION_INFO_V1(minhash_bands_recall);
Datum
minhash_bands_recall(PG_FUNCTION_ARGS)
{
	double j = PG_GETARG_FLOAT8(0);

	if (!(j >= 0 && j <= 1))
		report_range("j", j, "between 0 and 1");
	PG_RETURN_FLOAT8(ms_lsh_recall(j, plan_args(fcinfo, 1, MS_MINHASH_MAX_T)));
}

PG_FUNCTION_INFO_V1(minhash_bands_curve);
Datum
minhash_bands_curve(PG_FUNCTION_ARGS)
{
	ms_lsh_plan plan = plan_args(fcinfo, 0, MS_MINHASH_MAX_T);
	int points = PG_GETARG_INT32(2);
	ReturnSetInfo *set;

	if (points < 2 || points > 100000)
		report_range("points", points, "between 2 and 100000");
	set = out_set(fcinfo);
	for (int i = 0; i < points; i++)
	{
		double j = (double) i / (points - 1);
		Datum values[3] = {out_text("recall"), Float8GetDatum(j), Float8GetDatum(ms_lsh_recall(j, plan))};
		bool nulls[3] = {false};

		out_add(set, values, nulls);
	}
	return (Datum) 0;
}

typedef enum PlanMethod
{
	PLAN_BALANCED,
	PLAN_RECALL,
	PLAN_COUNTING
} PlanMethod;

static ms_lsh_plan
choose_plan(FunctionCallInfo fcinfo, PlanMethod method, uint32 t, double threshold)
{
	ms_lsh_plan plan = {1, 1};
	ms_ctx ctx;
	double recall = arg_option_number(fcinfo, 3, "recall", 0.99);
	double false_positive = arg_option_number(fcinfo, 3, "false_positive", 1);
	double false_negative = arg_option_number(fcinfo, 3, "false_negative", 1);

	if (!(recall > 0 && recall < 1))
		report_range("option \"recall\"", recall, "between 0 and 1, without these");
	if (false_positive < 0 || false_negative < 0 || false_positive + false_negative == 0)
		report_range("options \"false_positive\" and \"false_negative\"", Min(false_positive, false_negative),
					 "at least 0, and not both 0");
	host_init(&ctx);
	if (method == PLAN_BALANCED)
		CORE(&ctx, ms_lsh_choose(&ctx, t, threshold, false_positive, false_negative, &plan));
	else if (method == PLAN_RECALL)
		CORE(&ctx, ms_lsh_choose_recall(&ctx, t, threshold, recall, &plan));
	else
		CORE(&ctx, ms_lsh_choose_counting(&ctx, t, threshold, &plan));
	return plan;
}

PG_FUNCTION_INFO_V1(minhash_bands_plan);
Datum
minhash_bands_plan(PG_FUNCTION_ARGS)
{
	static const char *const methods[] = {"balanced", "recall", "counting", NULL};
	static const char *const keys[] = {"recall", "false_positive", "false_negative", NULL};
	double threshold = arg_float8(fcinfo, 0, "threshold");
	uint32 t = sketch_t(arg_int32(fcinfo, 1, "t"));
	PlanMethod method = (PlanMethod) arg_choice(fcinfo, 2, "method", methods);
	Datum values[5];
	bool nulls[5] = {false};
	ms_lsh_plan plan;

	if (!(threshold > 0 && threshold < 1))
		report_range("threshold", threshold, "between 0 and 1, without these");
	arg_options(fcinfo, 3, keys);
	plan = choose_plan(fcinfo, method, t, threshold);
	values[0] = Int32GetDatum((int32) plan.b);
	values[1] = Int32GetDatum((int32) plan.r);
	values[2] = Float8GetDatum(ms_lsh_recall(threshold, plan));
	values[3] = Int32GetDatum((int32) Max(ms_lsh_need(t, plan, threshold), 0));
	values[4] = out_text(methods[method]);
	return out_row(fcinfo, values, nulls);
}

/* --- the operator class --------------------------------------------------------------------- */

/* Values of a class option; reloptions want the length word first. */
typedef struct ClassOptions
{
	int32 vl_len_;
	double min_jaccard;
} ClassOptions;

#define DEFAULT_MIN_JACCARD 0.7

PG_FUNCTION_INFO_V1(minhash_lsh_options);
Datum
minhash_lsh_options(PG_FUNCTION_ARGS)
{
	local_relopts *options = (local_relopts *) PG_GETARG_POINTER(0);

	init_local_reloptions(options, sizeof(ClassOptions));
	add_local_real_reloption(options, "min_jaccard", "least similarity that the index finds by its keys",
							 DEFAULT_MIN_JACCARD, 0.1, 1, offsetof(ClassOptions, min_jaccard));
	PG_RETURN_VOID();
}

static double
min_jaccard(FunctionCallInfo fcinfo)
{
	return PG_HAS_OPCLASS_OPTIONS() ? ((ClassOptions *) PG_GET_OPCLASS_OPTIONS())->min_jaccard : DEFAULT_MIN_JACCARD;
}

/* Keys of a value: first its bands, then, if it is exact, its elements. */
typedef struct Keys
{
	Datum *datums;
	uint32 bands;
	uint32 elements;
	ms_lsh_plan plan;
} Keys;

static Keys
keys_of(FunctionCallInfo fcinfo, const ms_minhash *m)
{
	const uint64 *elements = ms_minhash_words(m);
	size_t words = ms_minhash_entry_size((ms_minhash_kind) m->kind) / sizeof(uint64);
	uint64 bands[MS_MINHASH_MAX_T];
	uint32_t n;
	Keys k = {.elements = ms_minhash_is_exact(m) ? m->count : 0};
	ms_ctx ctx;

	sketch_full(m);
	host_init(&ctx);
	CORE(&ctx, ms_lsh_choose_counting(&ctx, m->t, min_jaccard(fcinfo), &k.plan));
	CORE(&ctx, ms_lsh_keys(&ctx, m, sketch_keys(fcinfo, m), k.plan, bands, &n));
	k.bands = n;
	k.datums = palloc(sizeof(Datum) * (k.bands + k.elements + 1));
	for (uint32 i = 0; i < k.bands; i++)
		k.datums[i] = UInt64GetDatum(ms_lsh_band_entry(bands[i]));
	for (uint32 i = 0; i < k.elements; i++)
		k.datums[k.bands + i] = UInt64GetDatum(ms_lsh_element_entry(elements[i * words]));
	return k;
}

PG_FUNCTION_INFO_V1(minhash_lsh_extract_value);
Datum
minhash_lsh_extract_value(PG_FUNCTION_ARGS)
{
	int32 *n = (int32 *) PG_GETARG_POINTER(1);
	Keys k = keys_of(fcinfo, sketch_arg(fcinfo, 0));

	*n = (int32) (k.bands + k.elements);
	PG_RETURN_POINTER(k.datums);
}

/* What a row must share with the query: so many of its bands, or so many of its elements. */
typedef struct Need
{
	uint32 bands;
	uint32 need_bands;
	uint32 need_elements;
} Need;

static Need *
need_of(const ms_minhash *m, const Keys *k, double threshold)
{
	Need *need = palloc(sizeof(*need));
	int64 bands = ms_lsh_need(m->t, k->plan, threshold);

	need->bands = k->bands;
	need->need_bands = bands < 1 ? 1 : (uint32) bands;
	need->need_elements = k->elements;
	if (k->elements > 0 && !ms_minhash_is_weighted(m))
		need->need_elements = ms_lsh_need_elements(k->elements, threshold);
	else if (k->elements > 0)
		need->need_elements = 1; /* weights may lie on one element */
	return need;
}

PG_FUNCTION_INFO_V1(minhash_lsh_extract_query);
Datum
minhash_lsh_extract_query(PG_FUNCTION_ARGS)
{
	const ms_minhash *m = sketch_arg(fcinfo, 0);
	int32 *n = (int32 *) PG_GETARG_POINTER(1);
	Pointer **extra = (Pointer **) PG_GETARG_POINTER(4);
	int32 *mode = (int32 *) PG_GETARG_POINTER(6);
	double threshold = host_jaccard_threshold();
	Need *need;
	Keys k;

	*n = 0;
	/* bands that were made for more similar pairs say nothing of these: every row is looked at */
	if (threshold < min_jaccard(fcinfo))
	{
		*mode = GIN_SEARCH_MODE_ALL;
		PG_RETURN_POINTER(NULL);
	}
	k = keys_of(fcinfo, m);
	need = need_of(m, &k, threshold);
	*n = (int32) (k.bands + k.elements);
	*extra = palloc(sizeof(Pointer) * (size_t) (*n + 1));
	for (int32 i = 0; i < *n; i++)
		(*extra)[i] = (Pointer) need;
	PG_RETURN_POINTER(k.datums);
}

/* Whether keys that are, or may be, there are enough. */
static bool
enough(const Need *need, const GinTernaryValue *check, int32 n)
{
	uint32 bands = 0;
	uint32 elements = 0;

	for (int32 i = 0; i < n; i++)
		if (check[i] != GIN_FALSE)
			*((uint32) i < need->bands ? &bands : &elements) += 1;
	return bands >= need->need_bands || ((uint32) n > need->bands && elements >= need->need_elements);
}

/* bool and GinTernaryValue are both one byte, with the same false. */
PG_FUNCTION_INFO_V1(minhash_lsh_consistent);
Datum
minhash_lsh_consistent(PG_FUNCTION_ARGS)
{
	const GinTernaryValue *check = (const GinTernaryValue *) PG_GETARG_POINTER(0);
	int32 n = PG_GETARG_INT32(3);
	Pointer *extra = (Pointer *) PG_GETARG_POINTER(4);
	bool *recheck = (bool *) PG_GETARG_POINTER(5);

	*recheck = true;
	PG_RETURN_BOOL(n == 0 || enough((const Need *) extra[0], check, n));
}

PG_FUNCTION_INFO_V1(minhash_lsh_triconsistent);
Datum
minhash_lsh_triconsistent(PG_FUNCTION_ARGS)
{
	const GinTernaryValue *check = (const GinTernaryValue *) PG_GETARG_POINTER(0);
	int32 n = PG_GETARG_INT32(3);
	Pointer *extra = (Pointer *) PG_GETARG_POINTER(4);

	PG_RETURN_GIN_TERNARY_VALUE(n == 0 || enough((const Need *) extra[0], check, n) ? GIN_MAYBE : GIN_FALSE);
}
