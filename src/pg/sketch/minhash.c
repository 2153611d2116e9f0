/*
 * minhash.c: measure_minhash: the aggregates that build it, its merge, its text form.
 *
 * A state is a value with free space behind it, changed in place; the final function leaves the
 * space out. It grows from 8 elements to t registers and no further.
 */
#include "pg/sketch/sketch.h"

#include "miscadmin.h"
#include "pg/base/host.h"
#include "pg/base/json.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/rows.h"
#include "pg/base/value.h"
#include "utils/array.h"
#include "utils/lsyscache.h"

/* --- shared --------------------------------------------------------------------------------- */

SketchSite *
sketch_site(FunctionCallInfo fcinfo)
{
	if (!fcinfo->flinfo->fn_extra)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(SketchSite));
	return fcinfo->flinfo->fn_extra;
}

const uint64 *
sketch_make_keys(FunctionCallInfo fcinfo, uint32 t, int64 seed)
{
	SketchSite *site = sketch_site(fcinfo);

	if (site->keys)
		pfree(site->keys);
	site->keys = NULL;
	site->keys = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, 2 * t * sizeof(uint64));
	ms_minhash_keys(site->keys, t, seed);
	site->t = t;
	site->seed = seed;
	return site->keys;
}

ms_minhash *
sketch_of(struct varlena *value)
{
	ms_minhash *m = (ms_minhash *) value;

	if (VARSIZE(value) < sizeof(ms_minhash) || m->head.type != MS_TYPE_MINHASH ||
		m->head.version != MS_MINHASH_VERSION || m->t < MS_MINHASH_MIN_T || m->t > MS_MINHASH_MAX_T ||
		!ms_minhash_kind_name(m->kind) || VARSIZE(value) < ms_minhash_used(m))
		report_wrong_type(SKETCH_TYPE);
	return m;
}

const ms_minhash *
sketch_arg(FunctionCallInfo fcinfo, int argno)
{
	return sketch_of(PG_GETARG_VARLENA_P(argno));
}

/* The value in memory of `size` bytes; what is free is zero. */
static ms_minhash *
copy_into(const ms_minhash *m, size_t size)
{
	ms_minhash *copy = palloc0(size);

	memcpy(copy, m, ms_minhash_used(m));
	SET_VARSIZE(copy, size);
	return copy;
}

ms_minhash *
sketch_copy(const ms_minhash *m)
{
	return copy_into(m, ms_minhash_used(m));
}

ms_minhash *
sketch_new(size_t size, uint32_t t, ms_minhash_kind kind, int64 seed)
{
	ms_minhash *m = palloc0(Max(size, sizeof(ms_minhash)));

	ms_minhash_begin(m, t, kind, seed);
	SET_VARSIZE(m, Max(size, sizeof(ms_minhash)));
	return m;
}

uint32
sketch_t(int64 t)
{
	if (t < MS_MINHASH_MIN_T || t > MS_MINHASH_MAX_T)
		report_range("t", (double) t, psprintf("between %d and %d", MS_MINHASH_MIN_T, MS_MINHASH_MAX_T));
	return (uint32) t;
}

ms_minhash_kind
sketch_kind(FunctionCallInfo fcinfo, int argno)
{
	static const char *const kinds[] = {"fss", "khash", "weighted", "probability", NULL};

	return (ms_minhash_kind) (MS_MINHASH_FSS + arg_choice(fcinfo, argno, "kind", kinds));
}

/* --- refusals ------------------------------------------------------------------------------- */

const char *
sketch_recipe(const ms_minhash *m)
{
	return psprintf("minhash_like(minhash_empty(t => %u, kind => '%s', seed => " INT64_FORMAT "), x)", m->t,
					ms_minhash_kind_name(m->kind), m->seed);
}

/* Reports a difference; the same values are no difference. */
static void
differ(const ms_minhash *a, const ms_minhash *b, const char *what, int64 got, int64 wanted)
{
	if (got != wanted)
		report_sketches(what, psprintf(INT64_FORMAT, got), psprintf(INT64_FORMAT, wanted), sketch_recipe(a));
}

void
sketch_full(const ms_minhash *m)
{
	if (m->bits > 0)
		report_sketch_packed();
}

void
sketch_meet(const ms_minhash *a, const ms_minhash *b, bool packed)
{
	if (a->kind != b->kind)
		report_sketches("kind", ms_minhash_kind_name(b->kind), ms_minhash_kind_name(a->kind), sketch_recipe(a));
	differ(a, b, "t", b->t, a->t);
	differ(a, b, "seed", b->seed, a->seed);
	differ(a, b, "hash", b->hash, a->hash);
	if (packed && a->bits > 0 && b->bits > 0)
		differ(a, b, "bits", b->bits, a->bits);
	if (!packed)
	{
		sketch_full(a);
		sketch_full(b);
	}
}

/* Weights come with every element, or with none. */
static void
check_weights(const ms_minhash *m, bool weighted)
{
	if (ms_minhash_is_weighted(m) == weighted)
		return;
	report_sketch_kind(ms_minhash_kind_name(m->kind), weighted ? "takes no weights" : "wants a weight with every element",
					   weighted ? "Use a template of kind 'weighted' or 'probability', or minhash_like."
								: "Use minhash_weighted_like(template, weight, key), or a template of kind 'fss'.");
}

/* --- states --------------------------------------------------------------------------------- */

/*
 * The state, NULL at first. It is changed in place only when it has a full header, as what these
 * functions return has; anything else (a partial state from a worker comes packed) is copied.
 */
static inline ms_minhash *
state_arg(FunctionCallInfo fcinfo)
{
	Pointer raw = PG_GETARG_POINTER(0);

	if (!AggCheckCallContext(fcinfo, NULL))
		report_not_aggregate();
	if (PG_ARGISNULL(0))
		return NULL;
	return sketch_of(VARATT_IS_4B_U(raw) ? (struct varlena *) raw : PG_DETOAST_DATUM_COPY(PointerGetDatum(raw)));
}

static inline Datum
state_datum(FunctionCallInfo fcinfo, ms_minhash *m)
{
	fcinfo->isnull = m == NULL;
	return PointerGetDatum(m);
}

static ms_minhash *
state_begin(uint32 t, ms_minhash_kind kind, int64 seed)
{
	ms_minhash empty;

	ms_minhash_begin(&empty, t, kind, seed);
	return sketch_new(ms_minhash_room(&empty), t, kind, seed);
}

/* The parameters of a template: of a constant it costs a few bytes a row. */
static void
read_template(FunctionCallInfo fcinfo, ms_minhash *out)
{
	struct varlena *value;

	if (PG_ARGISNULL(1))
		report_null("template");
	value = PG_GETARG_VARLENA_PP(1);
	if (VARSIZE_ANY_EXHDR(value) < sizeof(*out) - VARHDRSZ)
		report_wrong_type(SKETCH_TYPE);
	memcpy((char *) out + VARHDRSZ, VARDATA_ANY(value), sizeof(*out) - VARHDRSZ);
	if (out->head.type != MS_TYPE_MINHASH || out->head.version != MS_MINHASH_VERSION)
		report_wrong_type(SKETCH_TYPE);
	PG_FREE_IF_COPY(value, 1);
}

/* The state that the template asks for; another template than that of the first row is an error. */
static ms_minhash *
follow_template(FunctionCallInfo fcinfo, ms_minhash *m, bool weighted)
{
	ms_minhash template;

	read_template(fcinfo, &template);
	if (!m)
	{
		sketch_full(&template);
		check_weights(&template, weighted);
		return state_begin(sketch_t(template.t), (ms_minhash_kind) template.kind, template.seed);
	}
	if (template.t != m->t || template.kind != m->kind || template.seed != m->seed)
		report_changed("template", weighted ? "minhash_weighted_like" : "minhash_like");
	return m;
}

/* --- elements into a state ------------------------------------------------------------------ */

static inline ms_minhash *
put(FunctionCallInfo fcinfo, ms_minhash *m, uint64 element)
{
	const uint64 *keys = sketch_keys(fcinfo, m);

	if (likely(ms_minhash_add(m, VARSIZE(m), keys, element)))
		return m;
	m = copy_into(m, ms_minhash_room(m));
	ms_minhash_add(m, VARSIZE(m), keys, element);
	return m;
}

static ms_minhash *
put_weighted(FunctionCallInfo fcinfo, ms_minhash *m, uint64 element, double weight)
{
	const uint64 *keys = sketch_keys(fcinfo, m);

	if (ms_minhash_add_weighted(m, VARSIZE(m), keys, element, weight))
		return m;
	m = copy_into(m, ms_minhash_room(m));
	ms_minhash_add_weighted(m, VARSIZE(m), keys, element, weight);
	return m;
}

/* The type of a polymorphic argument. */
static const ElementType *
argument_type(FunctionCallInfo fcinfo, int argno)
{
	ElementType *type = &sketch_site(fcinfo)->element;
	Oid oid = get_fn_expr_argtype(fcinfo->flinfo, argno);

	if (OidIsValid(get_element_type(getBaseType(oid))))
		report_array_as_element();
	element_type(type, oid, fcinfo->flinfo->fn_mcxt);
	return type;
}

/* A scalar at argument argno, whose form is a constant unless it is FORM_OTHER. */
static pg_attribute_always_inline uint64
element_arg(FunctionCallInfo fcinfo, int argno, ElementForm form)
{
	const ElementType *type = NULL;
	Element e;

	if (form == FORM_OTHER)
	{
		SketchSite *site = fcinfo->flinfo->fn_extra;

		type = site && OidIsValid(site->element.type) ? &site->element : argument_type(fcinfo, argno);
		form = type->form;
	}
	element_read(&e, form, type, PG_GETARG_DATUM(argno));
	return element_hash(&e);
}

static pg_attribute_always_inline Datum
append(FunctionCallInfo fcinfo, ElementForm form)
{
	ms_minhash *m = state_arg(fcinfo);

	if (PG_ARGISNULL(1))
		return state_datum(fcinfo, m);
	if (unlikely(!m))
		m = state_begin(SKETCH_T, MS_MINHASH_FSS, 0);
	else if (unlikely(m->bits > 0 || ms_minhash_is_weighted(m)))
		report_state();
	return PointerGetDatum(put(fcinfo, m, element_arg(fcinfo, 1, form)));
}

static pg_attribute_always_inline Datum
append_like(FunctionCallInfo fcinfo, ElementForm form)
{
	ms_minhash *m = state_arg(fcinfo);

	if (PG_ARGISNULL(2))
		return state_datum(fcinfo, m);
	m = follow_template(fcinfo, m, false);
	return PointerGetDatum(put(fcinfo, m, element_arg(fcinfo, 2, form)));
}

#define APPEND(type, form)                                                                         \
	PG_FUNCTION_INFO_V1(minhash_append_##type);                                                    \
	Datum minhash_append_##type(PG_FUNCTION_ARGS)                                                  \
	{                                                                                              \
		return append(fcinfo, form);                                                               \
	}                                                                                              \
	PG_FUNCTION_INFO_V1(minhash_append_like_##type);                                               \
	Datum minhash_append_like_##type(PG_FUNCTION_ARGS)                                             \
	{                                                                                              \
		return append_like(fcinfo, form);                                                          \
	}                                                                                              \
	extern int no_such_variable

APPEND(int2, FORM_INT2);
APPEND(int4, FORM_INT4);
APPEND(int8, FORM_INT8);
APPEND(numeric, FORM_NUMERIC);
APPEND(float4, FORM_FLOAT4);
APPEND(float8, FORM_FLOAT8);
APPEND(text, FORM_TEXT);
APPEND(bpchar, FORM_BPCHAR);
APPEND(name, FORM_NAME);
APPEND(uuid, FORM_UUID);
APPEND(date, FORM_DATE);
APPEND(time, FORM_TIME);
APPEND(timestamp, FORM_TIMESTAMP);
APPEND(timestamptz, FORM_TIMESTAMPTZ);
APPEND(interval, FORM_INTERVAL);
APPEND(bytea, FORM_BYTEA);
APPEND(boolean, FORM_BOOLEAN);
APPEND(inet, FORM_INET);
APPEND(any, FORM_OTHER);

/* What row_weight lets in, without weights that could not be summed or divided. */
static void
check_weight(double weight)
{
	if (weight != 0 && (weight < MS_MINHASH_MIN_WEIGHT || weight > MS_MINHASH_MAX_WEIGHT))
		report_range("weight", weight, psprintf("0 or between %g and %g", MS_MINHASH_MIN_WEIGHT, MS_MINHASH_MAX_WEIGHT));
}

/* The weight, and the key after it. */
static Datum
append_weighted(FunctionCallInfo fcinfo, bool like, ElementForm form)
{
	ms_minhash *m = state_arg(fcinfo);
	int weight = like ? 2 : 1;

	if (PG_ARGISNULL(weight + 1))
		return state_datum(fcinfo, m);
	if (like)
		m = follow_template(fcinfo, m, true);
	else if (!m)
		m = state_begin(SKETCH_T, MS_MINHASH_WEIGHTED, 0);
	else if (m->bits > 0 || !ms_minhash_is_weighted(m))
		report_state();
	check_weight(row_weight(fcinfo, weight));
	return PointerGetDatum(
		put_weighted(fcinfo, m, element_arg(fcinfo, weight + 1, form), PG_GETARG_FLOAT8(weight)));
}

#define APPEND_WEIGHTED(name, like, form)                                                          \
	PG_FUNCTION_INFO_V1(name);                                                                     \
	Datum name(PG_FUNCTION_ARGS)                                                                   \
	{                                                                                              \
		return append_weighted(fcinfo, like, form);                                                \
	}                                                                                              \
	extern int no_such_variable

APPEND_WEIGHTED(minhash_append_weighted_bigint, false, FORM_INT8);
APPEND_WEIGHTED(minhash_append_weighted_text, false, FORM_TEXT);
APPEND_WEIGHTED(minhash_append_weighted_like_bigint, true, FORM_INT8);
APPEND_WEIGHTED(minhash_append_weighted_like_text, true, FORM_TEXT);

/* The elements of an array; NULL ones are skipped. */
static ms_minhash *
put_array(FunctionCallInfo fcinfo, ms_minhash *m, ArrayType *array)
{
	ElementType *type = &sketch_site(fcinfo)->element;
	ArrayIterator items = array_create_iterator(array, 0, NULL);
	Datum item;
	bool is_null;

	element_type(type, ARR_ELEMTYPE(array), fcinfo->flinfo->fn_mcxt);
	while (array_iterate(items, &item, &is_null))
	{
		Element e;

		if (is_null)
			continue;
		element_read(&e, type->form, type, item);
		m = put(fcinfo, m, element_hash(&e));
		CHECK_FOR_INTERRUPTS();
	}
	array_free_iterator(items);
	return m;
}

/* A NULL array is a row to skip, an empty one a set without elements. */
PG_FUNCTION_INFO_V1(minhash_append_elements);
Datum
minhash_append_elements(PG_FUNCTION_ARGS)
{
	ms_minhash *m = state_arg(fcinfo);

	if (PG_ARGISNULL(1))
		return state_datum(fcinfo, m);
	if (!m)
		m = state_begin(SKETCH_T, MS_MINHASH_FSS, 0);
	else if (m->bits > 0 || ms_minhash_is_weighted(m))
		report_state();
	return PointerGetDatum(put_array(fcinfo, m, PG_GETARG_ARRAYTYPE_P(1)));
}

PG_FUNCTION_INFO_V1(minhash_of);
Datum
minhash_of(PG_FUNCTION_ARGS)
{
	uint32 t = sketch_t(PG_GETARG_INT32(1));
	ms_minhash *m = sketch_new(ms_minhash_full_size(t, MS_MINHASH_FSS), t, MS_MINHASH_FSS, PG_GETARG_INT64(2));

	m = put_array(fcinfo, m, PG_GETARG_ARRAYTYPE_P(0));
	PG_RETURN_POINTER(sketch_copy(m));
}

PG_FUNCTION_INFO_V1(minhash_empty);
Datum
minhash_empty(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(sketch_new(0, sketch_t(PG_GETARG_INT32(0)), sketch_kind(fcinfo, 1), PG_GETARG_INT64(2)));
}

/* --- merges --------------------------------------------------------------------------------- */

static ms_minhash *
merged(FunctionCallInfo fcinfo, ms_minhash *into, const ms_minhash *from)
{
	size_t need;

	sketch_meet(into, from, false);
	need = ms_minhash_merge_size(into, from);
	if (VARSIZE(into) < need)
		into = copy_into(into, Max(need, ms_minhash_room(into)));
	ms_minhash_merge(into, VARSIZE(into), sketch_keys(fcinfo, into), from);
	return into;
}

/* Combine function, and transition function of minhash_union: the second value into the first. */
PG_FUNCTION_INFO_V1(minhash_merge);
Datum
minhash_merge(PG_FUNCTION_ARGS)
{
	ms_minhash *m = state_arg(fcinfo);
	const ms_minhash *more;

	if (PG_ARGISNULL(1))
		return state_datum(fcinfo, m);
	more = sketch_arg(fcinfo, 1);
	if (m)
		PG_RETURN_POINTER(merged(fcinfo, m, more));
	sketch_full(more);
	PG_RETURN_POINTER(copy_into(more, Max(ms_minhash_used(more), ms_minhash_room(more))));
}

/* a || b */
PG_FUNCTION_INFO_V1(minhash_concat);
Datum
minhash_concat(PG_FUNCTION_ARGS)
{
	ms_minhash *m = merged(fcinfo, sketch_copy(sketch_arg(fcinfo, 0)), sketch_arg(fcinfo, 1));

	PG_RETURN_POINTER(sketch_copy(m));
}

PG_FUNCTION_INFO_V1(minhash_final);
Datum
minhash_final(PG_FUNCTION_ARGS)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		report_not_aggregate();
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_POINTER(sketch_copy(sketch_arg(fcinfo, 0)));
}

PG_FUNCTION_INFO_V1(minhash_pack);
Datum
minhash_pack(PG_FUNCTION_ARGS)
{
	static const int widths[] = {1, 2, 4, 8, 16};
	const ms_minhash *m = sketch_arg(fcinfo, 0);
	int bits = PG_GETARG_INT32(1);
	ms_minhash *packed;
	ms_ctx ctx;

	sketch_full(m);
	for (int i = 0; i < lengthof(widths); i++)
		if (widths[i] == bits)
		{
			packed = (ms_minhash *) value_new(SKETCH_TYPE, ms_minhash_pack_size(m, bits));
			host_init(&ctx);
			CORE(&ctx, ms_minhash_pack(&ctx, m, sketch_keys(fcinfo, m), bits, packed));
			SET_VARSIZE(packed, ms_minhash_pack_size(m, bits));
			PG_RETURN_POINTER(packed);
		}
	report_range("bits", bits, "1, 2, 4, 8 or 16");
}

/* --- text and binary form ------------------------------------------------------------------- */

static void
minhash_write(StringInfo out, const void *value, size_t size)
{
	const ms_minhash *m = value;

	appendStringInfo(out,
					 "{\"minhash\":%d,\"kind\":\"%s\",\"t\":%u,\"seed\":" INT64_FORMAT ",\"n\":" UINT64_FORMAT
					 ",\"exact\":%s,\"bits\":%d,\"data\":",
					 MS_MINHASH_VERSION, ms_minhash_kind_name(m->kind), m->t, m->seed, m->n,
					 ms_minhash_is_exact(m) ? "true" : "false", m->bits);
	json_base64(out, (const char *) value + VARHDRSZ, size - VARHDRSZ);
	appendStringInfoChar(out, '}');
}

static bool
keys_agree(JsonObject *o, const void *value, size_t size)
{
	const ms_minhash *m = value;
	const char *kind = ms_minhash_kind_name(m->kind);

	return kind && strcmp(json_read_string(o, "kind"), kind) == 0 && json_read_uint64(o, "t") == m->t &&
		   json_read_int64(o, "seed") == m->seed && json_read_uint64(o, "n") == m->n &&
		   json_read_bool(o, "exact") == ms_minhash_is_exact(m) && json_read_uint64(o, "bits") == m->bits;
}

static struct varlena *
minhash_read(char *form)
{
	static const ValuePayload payload = {SKETCH_TYPE, "minhash", sizeof(ms_minhash), keys_agree};

	return value_read_payload(&payload, form);
}

/* A state that an aggregate of the user's gives out has free space. */
static struct varlena *
minhash_finished(FunctionCallInfo fcinfo)
{
	const ms_minhash *m = sketch_arg(fcinfo, 0);

	return (struct varlena *) (VARSIZE(m) == ms_minhash_used(m) ? (ms_minhash *) m : sketch_copy(m));
}

static const ValueType minhash_type = {SKETCH_TYPE, ms_minhash_check, minhash_finished, minhash_write, minhash_read};

VALUE_FUNCTIONS(minhash);
