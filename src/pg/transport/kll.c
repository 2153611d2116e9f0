/*
 * kll.c: measure_kll: the aggregates that build it, its merge, its text form.
 *
 * A state is a value with free space behind it, changed in place; the final function leaves the
 * space out. It grows from 6 numbers to the full size, which depends on the accuracy alone.
 */
#include "pg/transport/kll.h"

#include "pg/base/host.h"
#include "pg/base/json.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/rows.h"
#include "pg/base/value.h"

#define ACCURACY 200

ms_kll *
kll_of(struct varlena *value)
{
	ms_kll *q = (ms_kll *) value;

	if (VARSIZE(value) < sizeof(ms_kll) || q->head.type != MS_TYPE_KLL ||
		q->head.version != MS_KLL_VERSION || q->k < MS_KLL_MIN_K || q->k > MS_KLL_MAX_K ||
		q->levels > MS_KLL_LEVELS || VARSIZE(value) < ms_kll_used(q))
		report_wrong_type(KLL_TYPE);
	return q;
}

const ms_kll *
kll_arg(FunctionCallInfo fcinfo, int argno)
{
	return kll_of(PG_GETARG_VARLENA_P(argno));
}

/* The value in memory of `size` bytes. */
static ms_kll *
copy_into(const ms_kll *q, size_t size)
{
	ms_kll *copy = palloc(size);

	memcpy(copy, q, ms_kll_used(q));
	SET_VARSIZE(copy, size);
	return copy;
}

static ms_kll *
copy_of(const ms_kll *q)
{
	return copy_into(q, ms_kll_used(q));
}

/* --- states --------------------------------------------------------------------------------- */

/*
 * The state, NULL at first. It is changed in place only when it has a full header, as what these
 * functions return has; anything else (a partial state from a worker comes packed) is copied.
 */
static inline ms_kll *
state_arg(FunctionCallInfo fcinfo)
{
	Pointer raw = PG_GETARG_POINTER(0);

	if (!AggCheckCallContext(fcinfo, NULL))
		report_not_aggregate();
	if (PG_ARGISNULL(0))
		return NULL;
	return kll_of(VARATT_IS_4B_U(raw) ? (struct varlena *) raw
									  : PG_DETOAST_DATUM_COPY(PointerGetDatum(raw)));
}

static inline Datum
state_datum(FunctionCallInfo fcinfo, ms_kll *q)
{
	fcinfo->isnull = q == NULL;
	return PointerGetDatum(q);
}

static ms_kll *
state_begin(uint32 k, bool weighted, int64 seed)
{
	ms_kll empty;

	ms_kll_begin(&empty, k, weighted, seed);
	return copy_into(&empty, ms_kll_room(&empty));
}

/* The parameters of a template: of a constant it costs a few bytes a row. */
static void
read_template(FunctionCallInfo fcinfo, ms_kll *out)
{
	struct varlena *value;

	if (PG_ARGISNULL(1))
		report_null("template");
	value = PG_GETARG_VARLENA_PP(1);
	if (VARSIZE_ANY_EXHDR(value) < sizeof(*out) - VARHDRSZ)
		report_wrong_type(KLL_TYPE);
	memcpy((char *) out + VARHDRSZ, VARDATA_ANY(value), sizeof(*out) - VARHDRSZ);
	if (out->head.type != MS_TYPE_KLL || out->head.version != MS_KLL_VERSION)
		report_wrong_type(KLL_TYPE);
	PG_FREE_IF_COPY(value, 1);
}

/* The state that the template asks for; another template than that of the first row is an error. */
static ms_kll *
follow_template(FunctionCallInfo fcinfo, ms_kll *q, bool weighted)
{
	ms_kll template;

	read_template(fcinfo, &template);
	if (!q)
		return state_begin(template.k, weighted, template.seed);
	if (template.k != q->k || template.seed != q->seed)
		report_changed("template", weighted ? "kll_weighted_like" : "kll_like");
	return q;
}

/* --- rows into a state ---------------------------------------------------------------------- */

static inline ms_kll *
put(ms_kll *q, double x, double weight)
{
	ms_ctx ctx;

	/* the executor gives the old state back */
	if (unlikely(VARSIZE(q) < ms_kll_need(q)))
		q = copy_into(q, ms_kll_room(q));
	x = row_element(x, 0);
	if (likely(ms_kll_push(q, x)))
		return q;
	host_init(&ctx);
	CORE(&ctx, ms_kll_append(&ctx, q, x, weight));
	return q;
}

/* What row_weight lets in, without weights that could not be summed. */
static double
weight_arg(FunctionCallInfo fcinfo, int argno)
{
	double weight = row_weight(fcinfo, argno);

	if (weight != 0 && (weight < MS_KLL_MIN_WEIGHT || weight > MS_KLL_MAX_WEIGHT))
		report_range("weight", weight,
					 psprintf("0 or between %g and %g", MS_KLL_MIN_WEIGHT, MS_KLL_MAX_WEIGHT));
	return weight;
}

/* (state [, template] [, weight], value) */
static inline Datum
append(FunctionCallInfo fcinfo, bool like, bool weighted)
{
	ms_kll *q = state_arg(fcinfo);
	int value = 1 + like + weighted;
	double weight;

	if (PG_ARGISNULL(value))
		return state_datum(fcinfo, q);
	weight = weighted ? weight_arg(fcinfo, value - 1) : 1;
	if (like)
		q = follow_template(fcinfo, q, weighted);
	else if (unlikely(!q))
		q = state_begin(ACCURACY, weighted, 0);
	if (unlikely(((q->head.flags & MS_KLL_WEIGHTED) != 0) != weighted))
		report_state();
	return PointerGetDatum(put(q, PG_GETARG_FLOAT8(value), weight));
}

PG_FUNCTION_INFO_V1(kll_append);
Datum
kll_append(PG_FUNCTION_ARGS)
{
	return append(fcinfo, false, false);
}

PG_FUNCTION_INFO_V1(kll_append_like);
Datum
kll_append_like(PG_FUNCTION_ARGS)
{
	return append(fcinfo, true, false);
}

PG_FUNCTION_INFO_V1(kll_append_weighted);
Datum
kll_append_weighted(PG_FUNCTION_ARGS)
{
	return append(fcinfo, false, true);
}

PG_FUNCTION_INFO_V1(kll_append_weighted_like);
Datum
kll_append_weighted_like(PG_FUNCTION_ARGS)
{
	return append(fcinfo, true, true);
}

PG_FUNCTION_INFO_V1(kll_empty);
Datum
kll_empty(PG_FUNCTION_ARGS)
{
	int32 accuracy = PG_GETARG_INT32(0);
	ms_kll empty;

	if (accuracy < MS_KLL_MIN_K || accuracy > MS_KLL_MAX_K)
		report_range("accuracy", accuracy,
					 psprintf("between %d and %d", MS_KLL_MIN_K, MS_KLL_MAX_K));
	ms_kll_begin(&empty, (size_t) accuracy, false, PG_GETARG_INT64(1));
	PG_RETURN_POINTER(copy_of(&empty));
}

/* --- merges --------------------------------------------------------------------------------- */

static const char *
weights_word(const ms_kll *q)
{
	return q->head.flags & MS_KLL_WEIGHTED ? "weighted" : "unweighted";
}

/* Refuses two sketches that differ in accuracy or in having weights. */
static void
check_meeting(const ms_kll *a, const ms_kll *b)
{
	const char *weighted = a->head.flags & MS_KLL_WEIGHTED ? "weighted_" : "";
	const char *recipe = psprintf("kll_%slike(kll_empty(accuracy => %u), ...)", weighted, a->k);

	if (a->k != b->k)
		report_sketches("accuracy", psprintf("%u", b->k), psprintf("%u", a->k), recipe);
	if ((a->head.flags ^ b->head.flags) & MS_KLL_WEIGHTED)
		report_sketches("kind", weights_word(b), weights_word(a), recipe);
}

static ms_kll *
merged(ms_kll *into, const ms_kll *from)
{
	size_t need;
	ms_ctx ctx;

	check_meeting(into, from);
	need = ms_kll_merge_size(into, from);
	if (VARSIZE(into) < need)
		into = copy_into(into, need);
	host_init(&ctx);
	CORE(&ctx, ms_kll_merge(&ctx, into, from));
	return into;
}

/* Combine function, and transition function of kll_union: the second value into the first. */
PG_FUNCTION_INFO_V1(kll_merge);
Datum
kll_merge(PG_FUNCTION_ARGS)
{
	ms_kll *q = state_arg(fcinfo);
	const ms_kll *more;

	if (PG_ARGISNULL(1))
		return state_datum(fcinfo, q);
	more = kll_arg(fcinfo, 1);
	if (q)
		PG_RETURN_POINTER(merged(q, more));
	PG_RETURN_POINTER(copy_into(more, ms_kll_room(more)));
}

/* a || b */
PG_FUNCTION_INFO_V1(kll_concat);
Datum
kll_concat(PG_FUNCTION_ARGS)
{
	const ms_kll *a = kll_arg(fcinfo, 0);

	PG_RETURN_POINTER(copy_of(merged(copy_into(a, ms_kll_room(a)), kll_arg(fcinfo, 1))));
}

PG_FUNCTION_INFO_V1(kll_final);
Datum
kll_final(PG_FUNCTION_ARGS)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		report_not_aggregate();
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_POINTER(copy_of(kll_arg(fcinfo, 0)));
}

/* --- text and binary form ------------------------------------------------------------------- */

static void
kll_write(StringInfo out, const void *value, size_t size)
{
	const ms_kll *q = value;

	appendStringInfo(out,
					 "{\"kll\":%d,\"n\":" UINT64_FORMAT ",\"accuracy\":%u,\"exact\":%s,\"weight\":",
					 MS_KLL_VERSION, q->n, q->k, ms_kll_error(q) == 0 ? "true" : "false");
	json_double(out, q->weight);
	appendStringInfoString(out, ",\"min\":");
	json_double(out, q->n > 0 ? q->min : ms_gap());
	appendStringInfoString(out, ",\"max\":");
	json_double(out, q->n > 0 ? q->max : ms_gap());
	appendStringInfo(out, ",\"seed\":" INT64_FORMAT ",\"data\":", q->seed);
	json_base64(out, (const char *) value + VARHDRSZ, size - VARHDRSZ);
	appendStringInfoChar(out, '}');
}

/* null stands for the bound of no row. */
static bool
bound_agrees(JsonObject *o, const char *key, const ms_kll *q, double bound)
{
	double told = json_read_double(o, key);

	return q->n > 0 ? told == bound : isnan(told);
}

static bool
keys_agree(JsonObject *o, const void *value, size_t size)
{
	const ms_kll *q = value;

	return json_read_uint64(o, "n") == q->n && json_read_uint64(o, "accuracy") == q->k &&
		   json_read_bool(o, "exact") == (q->compactions == 0) && json_read_double(o, "weight") == q->weight &&
		   bound_agrees(o, "min", q, q->min) && bound_agrees(o, "max", q, q->max) &&
		   json_read_int64(o, "seed") == q->seed;
}

static struct varlena *
kll_read(char *form)
{
	static const ValuePayload payload = {KLL_TYPE, "kll", sizeof(ms_kll), keys_agree};

	return value_read_payload(&payload, form);
}

/* A state that an aggregate of the user's gives out has free space. */
static struct varlena *
kll_finished(FunctionCallInfo fcinfo)
{
	const ms_kll *q = kll_arg(fcinfo, 0);

	return (struct varlena *) (VARSIZE(q) == ms_kll_used(q) ? (ms_kll *) q : copy_of(q));
}

static const ValueType kll_type = {KLL_TYPE, ms_kll_check, kll_finished, kll_write, kll_read};

VALUE_FUNCTIONS(kll);
