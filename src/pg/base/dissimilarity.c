/*
 * dissimilarity.c: measure_dissimilarity: the aggregate that builds it, its merge, its text form.
 *
 * A state whose value was looked at in between (a window function) is a triangle: it is spread into
 * pairs again before it grows.
 */
#include "pg/base/dissimilarity.h"

#include "miscadmin.h"
#include "pg/base/host.h"
#include "pg/base/json.h"
#include "pg/base/report.h"
#include "pg/base/value.h"

#define TYPE_NAME "measure_dissimilarity"
#define ID_FLAGS (MS_DISSIMILARITY_ID_INT | MS_DISSIMILARITY_ID_TEXT)

/* --- ids ------------------------------------------------------------------------------------ */

PairId
pair_id(FunctionCallInfo fcinfo, int argno, const char *name, uint16 kind)
{
	PairId id = {0};
	text *string;

	if (PG_ARGISNULL(argno))
		report_null_hint(name,
						 psprintf("Leave such rows out with FILTER (WHERE %s IS NOT NULL).", name));
	if (kind == MS_DISSIMILARITY_ID_INT)
	{
		id.number = PG_GETARG_INT64(argno);
		return id;
	}
	string = PG_GETARG_TEXT_PP(argno);
	id.text = (ms_string){VARDATA_ANY(string), VARSIZE_ANY_EXHDR(string)};
	if (id.text.length > MS_STRING_MAX)
		report_string_length(id.text.length);
	return id;
}

static char *
pair_id_text(PairId id, uint16 kind)
{
	return kind == MS_DISSIMILARITY_ID_INT ? psprintf(INT64_FORMAT, id.number)
										   : pnstrdup(id.text.bytes, id.text.length);
}

char *
dissimilarity_id_text(const ms_dissimilarity *s, size_t size, uint64 id)
{
	ms_string string;

	if (s->head.flags & MS_DISSIMILARITY_ID_INT)
		return psprintf(INT64_FORMAT, (int64) id);
	string = ms_dissimilarity_string(s, size, id);
	return pnstrdup(string.bytes, string.length);
}

/* --- the family's bytes, as state.c sees them ----------------------------------------------- */

static size_t
dissimilarity_used(const void *value)
{
	return ms_dissimilarity_used(value);
}

static void
dissimilarity_move(void *to, size_t to_size, const void *from, size_t from_size)
{
	ms_dissimilarity_move(to, to_size, from, from_size);
}

static void
dissimilarity_stretch(void *value, size_t old_size, size_t size)
{
	ms_dissimilarity_stretch(value, old_size, size);
}

static bool
dissimilarity_finished(const void *value)
{
	return ((const ms_dissimilarity *) value)->head.flags & MS_DISSIMILARITY_CANONICAL;
}

/* Two distances of a pair are told here, where the ids are at hand. */
static ms_status
dissimilarity_finish(ms_ctx *ctx, void *value, size_t size)
{
	ms_dissimilarity *s = value;
	ms_status status = ms_dissimilarity_canonical(ctx, s, size);

	if (status == MS_MISMATCH)
	{
		const ms_pair *pair = ms_dissimilarity_pair(s, (size_t) ctx->facts.index);

		report_pair_differs(dissimilarity_id_text(s, size, pair->j),
							dissimilarity_id_text(s, size, pair->i), ctx->facts.got,
							ctx->facts.wanted);
	}
	return status;
}

static void
dissimilarity_flatten(void *to, const void *value, size_t size)
{
	ms_dissimilarity_flatten(to, value, size);
}

const GrowingFamily dissimilarity_family = {TYPE_NAME,
											dissimilarity_used,
											dissimilarity_move,
											dissimilarity_stretch,
											dissimilarity_finished,
											dissimilarity_finish,
											dissimilarity_flatten};

/* --- arguments ------------------------------------------------------------------------------ */

static void
dissimilarity_view(Growing *g, FunctionCallInfo fcinfo, int argno)
{
	const ms_dissimilarity *s;

	growing_view(g, fcinfo, argno, &dissimilarity_family);
	s = g->value;
	if (g->size < sizeof(ms_dissimilarity) || s->head.type != MS_TYPE_DISSIMILARITY ||
		s->head.version != MS_DISSIMILARITY_VERSION)
		report_wrong_type(TYPE_NAME);
}

DissimilarityArg
dissimilarity_arg(FunctionCallInfo fcinfo, int argno)
{
	Growing g;
	ms_ctx ctx;

	dissimilarity_view(&g, fcinfo, argno);
	host_init(&ctx);
	CORE(&ctx, dissimilarity_finish(&ctx, g.value, g.size));
	return (DissimilarityArg){g.value, g.size};
}

DissimilarityArg
dissimilarity_arg_complete(FunctionCallInfo fcinfo, int argno)
{
	DissimilarityArg d = dissimilarity_arg(fcinfo, argno);
	ms_pair pair;
	uint64 ids;
	uint64 missing;
	ms_ctx ctx;

	if (ms_dissimilarity_complete(d.s))
		return d;
	host_init(&ctx);
	CORE(&ctx, ms_dissimilarity_missing(&ctx, d.s, &pair, &ids, &missing));
	report_pairs_missing(missing, dissimilarity_id_text(d.s, d.size, pair.i),
						 dissimilarity_id_text(d.s, d.size, pair.j));
}

/* --- pairs in ------------------------------------------------------------------------------- */

/* A triangle as pairs again, with room for `bytes` more. */
static void
spread(Growing *g, size_t bytes)
{
	Growing old = *g;
	ms_ctx ctx;

	if (!ms_dissimilarity_complete(g->value))
		return;
	host_init(&ctx);
	growing_begin(g, ms_dissimilarity_spread_size(old.value) + bytes);
	CORE(&ctx, ms_dissimilarity_spread(&ctx, g->value, g->size, old.value, old.size));
}

/* Room for `bytes` more; beyond the budget the law of the matrix is told. */
static void
reserve(Growing *g, size_t bytes)
{
	const ms_dissimilarity *s = g->value;
	size_t need = ms_dissimilarity_used(s) + bytes;

	if (unlikely(need > g->size) && need > host_budget())
		report_memory_growing_pairs(s->pairs + 1, need, host_budget());
	growing_reserve(g, need);
}

void
dissimilarity_open(Growing *g, FunctionCallInfo fcinfo, uint16 kind, size_t bytes)
{
	if (!growing_open(g, fcinfo, &dissimilarity_family))
	{
		growing_begin(g, sizeof(ms_dissimilarity) + 3 * sizeof(ms_pair) + bytes);
		ms_dissimilarity_begin(g->value, g->size, kind);
		return;
	}
	if (unlikely((((ms_dissimilarity *) g->value)->head.flags & ID_FLAGS) != kind))
		report_state();
	spread(g, bytes);
	reserve(g, bytes);
}

void
dissimilarity_add(Growing *g, uint16 kind, PairId i, PairId j, double distance)
{
	ms_ctx ctx = {0};
	ms_status status =
		kind == MS_DISSIMILARITY_ID_INT
			? ms_dissimilarity_append(&ctx, g->value, i.number, j.number, distance)
			: ms_dissimilarity_append_text(&ctx, g->value, g->size, i.text, j.text, distance);

	if (unlikely(status != MS_OK))
	{
		if (strcmp(ctx.facts.what, "strings") == 0)
			report_core(&ctx, status);
		report_pair(pair_id_text(i, kind), pair_id_text(j, kind), distance);
	}
}

static pg_attribute_always_inline Datum
dissimilarity_step(FunctionCallInfo fcinfo, uint16 kind)
{
	PairId i = pair_id(fcinfo, 1, "i", kind);
	PairId j = pair_id(fcinfo, 2, "j", kind);
	Growing g;

	if (PG_ARGISNULL(3))
		report_null_hint("d", "Leave such rows out with FILTER (WHERE d IS NOT NULL); every pair "
							  "needs a distance in the end.");
	dissimilarity_open(&g, fcinfo, kind, sizeof(ms_pair) + i.text.length + j.text.length);
	dissimilarity_add(&g, kind, i, j, PG_GETARG_FLOAT8(3));
	return growing_datum(&g);
}

PG_FUNCTION_INFO_V1(dissimilarity_append_bigint);
Datum
dissimilarity_append_bigint(PG_FUNCTION_ARGS)
{
	return dissimilarity_step(fcinfo, MS_DISSIMILARITY_ID_INT);
}

PG_FUNCTION_INFO_V1(dissimilarity_append_text);
Datum
dissimilarity_append_text(PG_FUNCTION_ARGS)
{
	return dissimilarity_step(fcinfo, MS_DISSIMILARITY_ID_TEXT);
}

/* --- merging -------------------------------------------------------------------------------- */

/* Pairs of `from` into g, which holds a value or nothing yet. */
static void
merge(Growing *g, bool some, const Growing *from)
{
	ms_ctx ctx;

	host_init(&ctx);
	if (!some)
	{
		growing_begin(g, ms_dissimilarity_spread_size(from->value));
		CORE(&ctx, ms_dissimilarity_spread(&ctx, g->value, g->size, from->value, from->size));
		return;
	}
	if (ms_dissimilarity_meet(&ctx, g->value, from->value) == MS_MISMATCH)
		report_pair_ids();
	CORE(&ctx, ms_dissimilarity_meet(&ctx, g->value, from->value));
	spread(g, ms_dissimilarity_merge_size(from->value));
	reserve(g, ms_dissimilarity_merge_size(from->value));
	CORE(&ctx, ms_dissimilarity_merge(&ctx, g->value, g->size, from->value, from->size));
}

/* Combine function. */
PG_FUNCTION_INFO_V1(dissimilarity_merge);
Datum
dissimilarity_merge(PG_FUNCTION_ARGS)
{
	Growing g;
	bool some = growing_open(&g, fcinfo, &dissimilarity_family);
	Growing from;

	if (PG_ARGISNULL(1))
	{
		fcinfo->isnull = !some;
		return some ? growing_datum(&g) : (Datum) 0;
	}
	dissimilarity_view(&from, fcinfo, 1);
	merge(&g, some, &from);
	return growing_datum(&g);
}

/* a || b */
PG_FUNCTION_INFO_V1(dissimilarity_concat);
Datum
dissimilarity_concat(PG_FUNCTION_ARGS)
{
	Growing a;
	Growing b;
	Growing g;
	ms_ctx ctx;

	dissimilarity_view(&a, fcinfo, 0);
	dissimilarity_view(&b, fcinfo, 1);
	growing_new(&g, &dissimilarity_family,
				ms_dissimilarity_spread_size(a.value) + ms_dissimilarity_merge_size(b.value));
	host_init(&ctx);
	CORE(&ctx, ms_dissimilarity_spread(&ctx, g.value, g.size, a.value, a.size));
	merge(&g, true, &b);
	return growing_finished(&g);
}

PG_FUNCTION_INFO_V1(dissimilarity_final);
Datum
dissimilarity_final(PG_FUNCTION_ARGS)
{
	return growing_final(fcinfo, &dissimilarity_family);
}

/* --- text and binary form ------------------------------------------------------------------- */

/* Whether the strings of the ids are good text in this database; ids ascend, so each is looked at once or twice. */
static ms_status
check_text(ms_ctx *ctx, const ms_dissimilarity *s, size_t size, uint64 id)
{
	ms_string string = ms_dissimilarity_string(s, size, id);

	if (!pg_verifymbstr(string.bytes, (int) string.length, true))
		return ms_fail(ctx, MS_CORRUPT, "text in the server's encoding", 0, 0, 0);
	return ms_tick(ctx, string.length);
}

static ms_status
dissimilarity_check(ms_ctx *ctx, const void *bytes, size_t size)
{
	const ms_dissimilarity *s = bytes;

	MS_TRY(ms_dissimilarity_check(ctx, bytes, size));
	if (!(s->head.flags & MS_DISSIMILARITY_ID_TEXT))
		return MS_OK;
	if (ms_dissimilarity_complete(s))
	{
		for (size_t i = 0; i < s->n; i++)
			MS_TRY(check_text(ctx, s, size, ms_dissimilarity_ids(s)[i]));
		return MS_OK;
	}
	for (size_t r = 0; r < s->pairs; r++)
	{
		MS_TRY(check_text(ctx, s, size, ms_dissimilarity_pair(s, r)->i));
		MS_TRY(check_text(ctx, s, size, ms_dissimilarity_pair(s, r)->j));
	}
	return MS_OK;
}

static struct varlena *
dissimilarity_flat(FunctionCallInfo fcinfo)
{
	Growing g;

	dissimilarity_view(&g, fcinfo, 0);
	return (struct varlena *) PG_DETOAST_DATUM(growing_flat(&g));
}

static const char *
ids_word(const ms_dissimilarity *s)
{
	return s->head.flags & MS_DISSIMILARITY_ID_INT ? "bigint" : "text";
}

static void
dissimilarity_write(StringInfo out, const void *value, size_t size)
{
	const ms_dissimilarity *s = value;

	appendStringInfo(out,
					 "{\"dissimilarity\":1,\"complete\":%s,\"n\":" UINT64_FORMAT
					 ",\"pairs\":" UINT64_FORMAT ",\"ids\":\"%s\",\"data\":",
					 ms_dissimilarity_complete(s) ? "true" : "false", s->n, s->pairs, ids_word(s));
	json_base64(out, (const char *) value + VARHDRSZ, size - VARHDRSZ);
	appendStringInfoChar(out, '}');
}

static bool
keys_agree(JsonObject *o, const void *value, size_t size)
{
	const ms_dissimilarity *s = value;

	return json_read_bool(o, "complete") == ms_dissimilarity_complete(s) &&
		   json_read_uint64(o, "n") == s->n && json_read_uint64(o, "pairs") == s->pairs &&
		   strcmp(json_read_string(o, "ids"), ids_word(s)) == 0;
}

static struct varlena *
dissimilarity_read(char *form)
{
	static const ValuePayload payload = {TYPE_NAME, "dissimilarity", sizeof(ms_dissimilarity), keys_agree};

	return value_read_payload(&payload, form);
}

static const ValueType dissimilarity_type = {TYPE_NAME, dissimilarity_check, dissimilarity_flat,
											 dissimilarity_write, dissimilarity_read};

VALUE_FUNCTIONS(dissimilarity);
