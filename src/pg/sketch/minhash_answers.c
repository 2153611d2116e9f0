/*
 * minhash_answers.c: what sketches say: sizes, similarities and their intervals, the operators.
 */
#include "pg/sketch/sketch.h"

#include <math.h>

#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "utils/array.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"

/* --- shared --------------------------------------------------------------------------------- */

/* NULL where no number is known. */
static Datum
number(FunctionCallInfo fcinfo, double x)
{
	fcinfo->isnull = isnan(x);
	return Float8GetDatum(x);
}

/* Round keys are for an exact side that is to be sketched: two exact ones and two full ones need none. */
static const uint64 *
pair_keys(FunctionCallInfo fcinfo, const ms_minhash *a, const ms_minhash *b)
{
	return ms_minhash_is_exact(a) == ms_minhash_is_exact(b) ? NULL : sketch_keys(fcinfo, a);
}

ms_minhash *
sketch_by_registers(FunctionCallInfo fcinfo, const ms_minhash *m, ms_minhash *into)
{
	size_t words = ms_minhash_register_words(m);
	const uint64 *registers;

	if (!into)
		into = palloc(sizeof(*m) + words * sizeof(uint64));
	*into = *m;
	into->head.flags &= ~MS_MINHASH_EXACT;
	into->count = 0;
	registers = ms_minhash_registers(m, sketch_keys(fcinfo, m), ms_minhash_words(into));
	if (registers != ms_minhash_words(into))
		memcpy(ms_minhash_words(into), registers, words * sizeof(uint64));
	SET_VARSIZE(into, sizeof(*m) + words * sizeof(uint64));
	return into;
}

/* Room for an exact sketch and its registers, none in it. */
static void
make_room(SketchSite *site, MemoryContext context, size_t size)
{
	site->room = 0;
	if (site->exact)
		pfree(site->exact);
	site->exact = NULL;
	site->exact = MemoryContextAllocZero(context, 2 * size);
	site->registers = (ms_minhash *) ((char *) site->exact + size);
	site->room = (uint32) size;
}

/*
 * An exact side that meets registers, by registers: they take 10 us, so those of the last one are
 * kept, which in a join or a search is the next one, too. It is told by all its bytes.
 */
static const ms_minhash *
kept_registers(FunctionCallInfo fcinfo, const ms_minhash *m)
{
	SketchSite *site = sketch_site(fcinfo);
	size_t used = ms_minhash_used(m) - VARHDRSZ;
	size_t size = ms_minhash_full_size(m->t, (ms_minhash_kind) m->kind);

	if (site->room != size)
		make_room(site, fcinfo->flinfo->fn_mcxt, size);
	if (memcmp((char *) site->exact + VARHDRSZ, (const char *) m + VARHDRSZ, used) != 0)
	{
		site->exact->head.type = 0; /* an error on the way leaves none */
		sketch_by_registers(fcinfo, m, site->registers);
		memcpy((char *) site->exact + VARHDRSZ, (const char *) m + VARHDRSZ, used);
	}
	return site->registers;
}

/* Nothing to sketch for: both sides exact, both by registers, or one without any. */
static bool
meet_as_they_are(const ms_minhash *a, const ms_minhash *b)
{
	return ms_minhash_is_exact(a) == ms_minhash_is_exact(b) || ms_minhash_is_empty(a) || ms_minhash_is_empty(b);
}

double
sketch_jaccard(FunctionCallInfo fcinfo, const ms_minhash *a, const ms_minhash *b)
{
	double j;
	ms_ctx ctx;

	sketch_meet(a, b, true);
	host_init(&ctx);
	if (!meet_as_they_are(a, b))
	{
		a = ms_minhash_is_exact(a) ? kept_registers(fcinfo, a) : a;
		b = ms_minhash_is_exact(b) ? kept_registers(fcinfo, b) : b;
	}
	CORE(&ctx, ms_jaccard(&ctx, a, b, NULL, &j));
	return j;
}

ms_overlap
sketch_overlap(FunctionCallInfo fcinfo, const ms_minhash *a, const ms_minhash *b)
{
	ms_overlap o;
	ms_ctx ctx;

	sketch_meet(a, b, true);
	host_init(&ctx);
	CORE(&ctx, ms_overlap_of(&ctx, a, b, pair_keys(fcinfo, a, b), &o));
	return o;
}

static double
level_arg(FunctionCallInfo fcinfo, int argno)
{
	double level = PG_GETARG_FLOAT8(argno);

	if (!(level > 0 && level < 1))
		report_range("level", level, "between 0 and 1, without these");
	return level;
}

/* Sizes are known of full sketches whose weights have a scale. */
static void
check_sizes(const ms_minhash *m)
{
	sketch_full(m);
	if (m->kind == MS_MINHASH_PROBABILITY)
		report_sketch_kind("probability", "knows shares, not sizes", "Use kind 'weighted', which compares weights as they are.");
}

/* --- measure_estimate ----------------------------------------------------------------------- */

static Datum
details(const ms_minhash *m, const ms_overlap *o)
{
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfo(&json, "{\"kind\":\"%s\",\"t\":%u,\"exact\":%s", ms_minhash_kind_name(m->kind), m->t,
					 o->exact ? "true" : "false");
	if (!o->exact)
		appendStringInfo(&json, ",\"equal\":%u", o->equal);
	if (!o->exact && o->t > 0 && o->chance == 0)
		appendStringInfo(&json, ",\"less\":%u,\"greater\":%u", o->less, o->greater);
	appendStringInfoChar(&json, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
}

static Datum
estimate_row(FunctionCallInfo fcinfo, const ms_minhash *a, const ms_minhash *b, const ms_overlap *o,
			 const ms_estimate *e, double level)
{
	Datum values[11];
	bool nulls[11] = {false};

	if (isnan(e->value))
		PG_RETURN_NULL();
	out_float8(values, nulls, 0, e->value);
	out_float8(values, nulls, 1, e->std_error);
	out_float8(values, nulls, 2, e->lower);
	out_float8(values, nulls, 3, e->upper);
	values[4] = Float8GetDatum(level);
	values[5] = Int64GetDatum((int64) a->n);
	values[6] = Int64GetDatum(b ? (int64) b->n : 0);
	nulls[6] = b == NULL;
	values[7] = out_text(o->exact ? "exact" : b ? "registers" : "gamma");
	values[8] = BoolGetDatum(true);
	values[9] = Int64GetDatum(a->seed);
	values[10] = details(a, o);
	return out_row(fcinfo, values, nulls);
}

/* --- pairs ---------------------------------------------------------------------------------- */

PG_FUNCTION_INFO_V1(minhash_jaccard);
Datum
minhash_jaccard(PG_FUNCTION_ARGS)
{
	return number(fcinfo, sketch_jaccard(fcinfo, sketch_arg(fcinfo, 0), sketch_arg(fcinfo, 1)));
}

typedef ms_status (*IntervalOf)(ms_ctx *ctx, const ms_overlap *o, double level, ms_estimate *e);

/* One answer of a pair: the row, or the number alone (level 0). */
static Datum
pair_answer(FunctionCallInfo fcinfo, IntervalOf interval, bool sizes, double level)
{
	const ms_minhash *a = sketch_arg(fcinfo, 0);
	const ms_minhash *b = sketch_arg(fcinfo, 1);
	ms_overlap o;
	ms_estimate e;
	ms_ctx ctx;

	if (sizes)
	{
		check_sizes(a);
		check_sizes(b);
	}
	o = sketch_overlap(fcinfo, a, b);
	host_init(&ctx);
	CORE(&ctx, interval(&ctx, &o, level > 0 ? level : 0.95, &e));
	return level > 0 ? estimate_row(fcinfo, a, b, &o, &e, level) : number(fcinfo, e.value);
}

PG_FUNCTION_INFO_V1(minhash_jaccard_interval);
Datum
minhash_jaccard_interval(PG_FUNCTION_ARGS)
{
	return pair_answer(fcinfo, ms_jaccard_interval, false, level_arg(fcinfo, 2));
}

PG_FUNCTION_INFO_V1(minhash_containment);
Datum
minhash_containment(PG_FUNCTION_ARGS)
{
	return pair_answer(fcinfo, ms_containment_interval, true, 0);
}

PG_FUNCTION_INFO_V1(minhash_containment_interval);
Datum
minhash_containment_interval(PG_FUNCTION_ARGS)
{
	return pair_answer(fcinfo, ms_containment_interval, true, level_arg(fcinfo, 2));
}

PG_FUNCTION_INFO_V1(minhash_intersection_size);
Datum
minhash_intersection_size(PG_FUNCTION_ARGS)
{
	return pair_answer(fcinfo, ms_intersection_interval, true, 0);
}

PG_FUNCTION_INFO_V1(minhash_intersection_size_interval);
Datum
minhash_intersection_size_interval(PG_FUNCTION_ARGS)
{
	return pair_answer(fcinfo, ms_intersection_interval, true, level_arg(fcinfo, 2));
}

static double
size_arg(FunctionCallInfo fcinfo, int argno, const char *name)
{
	double size = PG_GETARG_FLOAT8(argno);

	if (!(size >= 0) || isinf(size))
		report_range(name, size, "finite and at least 0");
	return size;
}

PG_FUNCTION_INFO_V1(jaccard_joint);
Datum
jaccard_joint(PG_FUNCTION_ARGS)
{
	const ms_minhash *a = sketch_arg(fcinfo, 0);
	const ms_minhash *b = sketch_arg(fcinfo, 1);
	ms_overlap o;
	double j;
	ms_ctx ctx;

	check_sizes(a);
	check_sizes(b);
	o = sketch_overlap(fcinfo, a, b);
	host_init(&ctx);
	CORE(&ctx, ms_jaccard_joint(&ctx, &o, size_arg(fcinfo, 2, "size_a"), size_arg(fcinfo, 3, "size_b"), &j));
	return number(fcinfo, j);
}

/* --- operators ------------------------------------------------------------------------------ */

/* a % b */
PG_FUNCTION_INFO_V1(minhash_similar);
Datum
minhash_similar(PG_FUNCTION_ARGS)
{
	double j = sketch_jaccard(fcinfo, sketch_arg(fcinfo, 0), sketch_arg(fcinfo, 1));

	fcinfo->isnull = isnan(j);
	return BoolGetDatum(j >= host_jaccard_threshold());
}

/* a <-> b */
PG_FUNCTION_INFO_V1(minhash_distance);
Datum
minhash_distance(PG_FUNCTION_ARGS)
{
	return number(fcinfo, 1 - sketch_jaccard(fcinfo, sketch_arg(fcinfo, 0), sketch_arg(fcinfo, 1)));
}

/* --- many ----------------------------------------------------------------------------------- */

/* The sketches of an array, NULL elements left out; all must meet the first. */
static const ms_minhash **
sketches_arg(FunctionCallInfo fcinfo, size_t *count)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(0);
	const ms_minhash **sets;
	Datum *items;
	bool *nulls;
	int n;

	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE, &items, &nulls, &n);
	sets = palloc(sizeof(*sets) * (size_t) (n + 1));
	*count = 0;
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			continue;
		sets[*count] = sketch_of(PG_DETOAST_DATUM(items[i]));
		sketch_meet(sets[0], sets[*count], false);
		check_sizes(sets[*count]);
		++*count;
	}
	return sets;
}

static Datum
all_answer(FunctionCallInfo fcinfo, double level)
{
	size_t count;
	const ms_minhash **sets = sketches_arg(fcinfo, &count);
	ms_overlap o = {.exact = true};
	ms_estimate e;
	ms_ctx ctx;

	if (count == 0)
		PG_RETURN_NULL();
	host_init(&ctx);
	CORE(&ctx, ms_jaccard_all(&ctx, sets, count, sketch_keys(fcinfo, sets[0]), level > 0 ? level : 0.95, &e));
	if (level == 0)
		return number(fcinfo, e.value);
	o.exact = e.lower == e.upper;
	o.equal = (uint32) rint(e.value * sets[0]->t);
	return estimate_row(fcinfo, sets[0], sets[count - 1], &o, &e, level);
}

PG_FUNCTION_INFO_V1(jaccard_all);
Datum
jaccard_all(PG_FUNCTION_ARGS)
{
	return all_answer(fcinfo, 0);
}

PG_FUNCTION_INFO_V1(jaccard_all_interval);
Datum
jaccard_all_interval(PG_FUNCTION_ARGS)
{
	return all_answer(fcinfo, level_arg(fcinfo, 1));
}

/* --- one ------------------------------------------------------------------------------------ */

static ms_estimate
cardinality(const ms_minhash *m, double level)
{
	ms_estimate e;
	ms_ctx ctx;

	sketch_full(m);
	host_init(&ctx);
	CORE(&ctx, ms_cardinality(&ctx, m, level, &e));
	return e;
}

PG_FUNCTION_INFO_V1(minhash_cardinality);
Datum
minhash_cardinality(PG_FUNCTION_ARGS)
{
	return number(fcinfo, cardinality(sketch_arg(fcinfo, 0), 0.95).value);
}

PG_FUNCTION_INFO_V1(minhash_cardinality_interval);
Datum
minhash_cardinality_interval(PG_FUNCTION_ARGS)
{
	const ms_minhash *m = sketch_arg(fcinfo, 0);
	double level = level_arg(fcinfo, 1);
	ms_estimate e = cardinality(m, level);
	ms_overlap o = {.exact = ms_minhash_is_exact(m)};

	return estimate_row(fcinfo, m, NULL, &o, &e, level);
}

PG_FUNCTION_INFO_V1(minhash_info);
Datum
minhash_info(PG_FUNCTION_ARGS)
{
	const ms_minhash *m = sketch_arg(fcinfo, 0);
	Datum values[8];
	bool nulls[8] = {false};

	values[0] = Int32GetDatum((int32) m->t);
	values[1] = Int64GetDatum((int64) m->n);
	values[2] = out_text(ms_minhash_kind_name(m->kind));
	values[3] = Int64GetDatum(m->seed);
	values[4] = BoolGetDatum(ms_minhash_is_exact(m));
	out_float8(values, nulls, 5, m->bits > 0 ? NAN : cardinality(m, 0.95).value);
	values[6] = Int32GetDatum((int32) ms_minhash_used(m));
	values[7] = Int32GetDatum(m->bits);
	return out_row(fcinfo, values, nulls);
}

static void
describe_size(StringInfo out, const ms_minhash *m)
{
	const char *what = ms_minhash_is_weighted(m) ? "weight" : "elements";
	ms_estimate e;

	if (m->bits > 0)
	{
		appendStringInfo(out, "packed to %d bits a register", m->bits);
		return;
	}
	e = cardinality(m, 0.95);
	if (ms_minhash_is_exact(m))
		appendStringInfo(out, "exact, %s %.10g", what, e.value);
	else
		appendStringInfo(out, "%s about %.4g (95 %%: %.4g to %.4g)", what, e.value, e.lower, e.upper);
}

PG_FUNCTION_INFO_V1(minhash_summary);
Datum
minhash_summary(PG_FUNCTION_ARGS)
{
	const ms_minhash *m = sketch_arg(fcinfo, 0);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "MinHash sketch of " UINT64_FORMAT " row%s: ", m->n, m->n == 1 ? "" : "s");
	describe_size(&out, m);
	appendStringInfo(&out, "\nkind %s, t = %u, seed " INT64_FORMAT ", %zu bytes", ms_minhash_kind_name(m->kind), m->t, m->seed,
					 ms_minhash_used(m));
	if (!ms_minhash_is_exact(m) && m->bits == 0)
		appendStringInfo(&out, "; standard error of a similarity at most %.3f", 0.5 / sqrt(m->t));
	return out_text(out.data);
}
