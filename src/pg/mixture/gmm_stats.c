/*
 * gmm_stats.c: measure_gmm_stats: what EM needs of rows under a model, gathered by an aggregate;
 * its merge, the update of the model, its text form.
 *
 * State and value have the same bytes (core/mixture/stats.h); a state has free space behind them,
 * which the final function cuts off. The model is unpacked and factored once a call site.
 */
#include "pg/mixture/gmm_stats.h"

#include <math.h>

#include "pg/base/cache.h"
#include "pg/base/host.h"
#include "pg/base/json.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/rows.h"
#include "pg/base/value.h"

/* The first row makes room for so many. */
#define FIRST_ROWS 4

/* A model that rows are met with, as long as its call site asks for the same. */
typedef struct Basis
{
	ms_ctx ctx;
	ms_arena arena;
	ms_gmm *model;
	ms_gmm_basis *basis;
	uint64 hash;
	double *x; /* d, the row in hand */
} Basis;

static void *
basis_new(const struct varlena *value)
{
	Basis *b = palloc(sizeof(Basis));

	host_init(&b->ctx);
	ms_arena_init(&b->arena, &b->ctx);
	b->model = gmm_unpack(value, VARSIZE(value));
	b->hash = ms_gmm_hash(value);
	CORE(&b->ctx, ms_gmm_basis_new(&b->ctx, &b->arena, b->model, b->hash, &b->basis));
	b->x = palloc(sizeof(double) * b->model->d);
	return b;
}

static const CacheFamily basis_family = {GMM_TYPE_NAME, MS_TYPE_GMM, true, basis_new};

/* --- values and states ---------------------------------------------------------------------- */

ms_gmm_stats *
gmm_stats_of(struct varlena *value)
{
	ms_gmm_stats *s = (ms_gmm_stats *) value;

	if (VARSIZE(value) < sizeof(ms_gmm_stats) || s->head.type != MS_TYPE_GMM_STATS ||
		s->head.version != MS_GMM_STATS_VERSION || ms_gmm_stats_size(s) > VARSIZE(value))
		report_wrong_type(GMM_STATS_TYPE_NAME);
	return s;
}

/* The same bytes in `size` bytes. */
static ms_gmm_stats *
resized(const ms_gmm_stats *s, size_t size)
{
	struct varlena *value = value_new(GMM_STATS_TYPE_NAME, size);

	memcpy((char *) value + VARHDRSZ, (const char *) s + VARHDRSZ, ms_gmm_stats_size(s) - VARHDRSZ);
	return (ms_gmm_stats *) value;
}

/*
 * The state, NULL at first. It is changed in place only when it has a full header, as what these
 * functions return has; anything else (a partial state from a worker comes packed) is copied.
 */
static ms_gmm_stats *
state_arg(FunctionCallInfo fcinfo)
{
	Pointer raw = PG_GETARG_POINTER(0);

	if (!AggCheckCallContext(fcinfo, NULL))
		report_not_aggregate();
	if (PG_ARGISNULL(0))
		return NULL;
	return gmm_stats_of(VARATT_IS_4B_U(raw) ? (struct varlena *) raw
											: PG_DETOAST_DATUM_COPY(PointerGetDatum(raw)));
}

static Datum
state_datum(FunctionCallInfo fcinfo, ms_gmm_stats *s)
{
	fcinfo->isnull = s == NULL;
	return PointerGetDatum(s);
}

static ms_gmm_stats *
state_new(const Basis *b, bool weighted)
{
	size_t size = ms_gmm_stats_begin_size(b->basis, weighted, FIRST_ROWS);
	struct varlena *value = value_new(GMM_STATS_TYPE_NAME, size);

	ms_gmm_stats_begin(value, b->basis, weighted);
	SET_VARSIZE(value, size);
	return (ms_gmm_stats *) value;
}

/* --- the aggregate -------------------------------------------------------------------------- */

/* A full buffer goes into the statistics, whose room may have to be made first. */
static ms_gmm_stats *
flush(ms_gmm_stats *s, Basis *b)
{
	size_t need = ms_gmm_stats_flush_size(s);

	host_require(GMM_STATS_TYPE_NAME, need);
	if (need > VARSIZE(s))
		s = resized(s, need);
	CORE(&b->ctx, ms_gmm_stats_flush(&b->ctx, b->basis, s));
	return s;
}

static ms_gmm_stats *
append(ms_gmm_stats *s, Basis *b, double w)
{
	if (ms_gmm_stats_is_full(s))
		s = flush(s, b);
	if (ms_gmm_stats_append_size(s) > VARSIZE(s))
		s = resized(s, ms_gmm_stats_roomy_size(s));
	ms_gmm_stats_append(s, b->x, w);
	return s;
}

/* The model is NULL only where there is no state: then there is nothing to gather. */
static Basis *
basis_arg(FunctionCallInfo fcinfo, const ms_gmm_stats *s)
{
	Basis *b = NULL;

	if (!PG_ARGISNULL(1))
		b = cache_get(fcinfo, 1, &basis_family);
	if (s && (!b || b->hash != s->model))
		report_changed("m", "gmm_stats");
	return b;
}

static pg_attribute_always_inline Datum
step(FunctionCallInfo fcinfo, bool weighted, Door door)
{
	ms_gmm_stats *s = state_arg(fcinfo);
	Basis *b = basis_arg(fcinfo, s);
	RowArg row;
	size_t gaps;

	if (!b || !row_open(&row, fcinfo, weighted ? 3 : 2, door))
		return state_datum(fcinfo, s);
	if (row.d != b->model->d)
		report_model_columns(row.d, b->model->d, gmm_names(b->model));
	if (!s)
		s = state_new(b, weighted);
	gaps = row_read(&row, b->x);
	row_close(&row);
	if (gaps > 0 && !(b->model->flags & MS_GMM_MISSING))
		s->omitted++;
	else
		s = append(s, b, weighted ? row_weight(fcinfo, 2) : 1);
	return state_datum(fcinfo, s);
}

static Datum
gmm_stats_append(FunctionCallInfo fcinfo, Door door)
{
	return step(fcinfo, false, door);
}

static Datum
gmm_stats_append_weighted(FunctionCallInfo fcinfo, Door door)
{
	return step(fcinfo, true, door);
}

ROWS_DOORS(gmm_stats_append, gmm_stats_append);
ROWS_DOORS(gmm_stats_append_weighted, gmm_stats_append_weighted);

static ms_gmm_stats *
stats_arg(FunctionCallInfo fcinfo, int argno)
{
	return gmm_stats_of(PG_GETARG_VARLENA_P(argno));
}

/* Combine function and transition function of gmm_stats_union: the second value into the first. */
PG_FUNCTION_INFO_V1(gmm_stats_merge);
Datum
gmm_stats_merge(PG_FUNCTION_ARGS)
{
	ms_gmm_stats *s = state_arg(fcinfo);
	const ms_gmm_stats *more;
	ms_ctx ctx;
	size_t need;

	if (PG_ARGISNULL(1))
		return state_datum(fcinfo, s);
	more = stats_arg(fcinfo, 1);
	if (!s)
		PG_RETURN_POINTER(resized(more, ms_gmm_stats_size(more)));
	host_init(&ctx);
	need = ms_gmm_stats_merge_size(s, more);
	host_require(GMM_STATS_TYPE_NAME, need);
	if (need > VARSIZE(s))
		s = resized(s, need);
	CORE(&ctx, ms_gmm_stats_merge(&ctx, s, more));
	PG_RETURN_POINTER(s);
}

/* The value without free space. */
static struct varlena *
finished(FunctionCallInfo fcinfo)
{
	ms_gmm_stats *s = stats_arg(fcinfo, 0);

	return (struct varlena *) resized(s, ms_gmm_stats_size(s));
}

PG_FUNCTION_INFO_V1(gmm_stats_final);
Datum
gmm_stats_final(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_POINTER(finished(fcinfo));
}

/* a || b */
PG_FUNCTION_INFO_V1(gmm_stats_concat);
Datum
gmm_stats_concat(PG_FUNCTION_ARGS)
{
	const ms_gmm_stats *a = stats_arg(fcinfo, 0);
	const ms_gmm_stats *b = stats_arg(fcinfo, 1);
	ms_gmm_stats *both;
	ms_ctx ctx;

	host_init(&ctx);
	both = resized(a, ms_gmm_stats_merge_size(a, b));
	CORE(&ctx, ms_gmm_stats_merge(&ctx, both, b));
	PG_RETURN_POINTER(resized(both, ms_gmm_stats_size(both)));
}

/* --- answers -------------------------------------------------------------------------------- */

/* The share of the way that the model's own statistics move; less would move nothing. */
static double
rate_arg(FunctionCallInfo fcinfo, int argno)
{
	double rate = PG_GETARG_FLOAT8(argno);

	if (!(rate >= 1e-9 && rate <= 1))
		report_range_hint("rate", rate, "from 1e-9 to 1",
						  "Leave it out where the statistics are of all rows; for blocks of rows "
						  "use (t + 2) ^ -0.7 at block t.");
	return rate;
}

/* The model of argument 0 and statistics of argument 1 that were gathered under it. */
static Basis *
basis_of_stats(FunctionCallInfo fcinfo, ms_gmm_stats **s)
{
	Basis *b = cache_get(fcinfo, 0, &basis_family);

	*s = stats_arg(fcinfo, 1);
	if ((*s)->model != b->hash)
		report_stats_model();
	return b;
}

PG_FUNCTION_INFO_V1(gmm_update);
Datum
gmm_update(PG_FUNCTION_ARGS)
{
	ms_gmm_stats *s;
	Basis *b = basis_of_stats(fcinfo, &s);
	ms_ctx ctx;
	ms_arena arena;
	ms_gmm m;
	double rate = rate_arg(fcinfo, 2);
	ms_status status;

	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	status = ms_gmm_stats_update(&ctx, &arena, b->basis, s, rate, &m);
	if (status == MS_NO_FIT)
		report_lost_component();
	CORE(&ctx, status);
	return gmm_datum(&m);
}

PG_FUNCTION_INFO_V1(gmm_stats_log_likelihood);
Datum
gmm_stats_log_likelihood(PG_FUNCTION_ARGS)
{
	ms_gmm_stats *s;
	Basis *b = basis_of_stats(fcinfo, &s);
	ms_gmm_info info;
	ms_ctx ctx;

	host_init(&ctx);
	CORE(&ctx, ms_gmm_stats_evidence(&ctx, b->basis, s, &info));
	PG_RETURN_FLOAT8(info.log_likelihood);
}

PG_FUNCTION_INFO_V1(gmm_stats_info);
Datum
gmm_stats_info(PG_FUNCTION_ARGS)
{
	const ms_gmm_stats *s = stats_arg(fcinfo, 0);
	Datum values[8] = {0};
	bool nulls[8] = {false, true, false, true, false, false, true, false};

	values[0] = Int64GetDatum((int64) s->rows);
	values[2] = Int32GetDatum((int32) s->d);
	values[4] = Int64GetDatum((int64) s->omitted);
	values[5] = BoolGetDatum(false);
	values[7] = Int64GetDatum((int64) ms_gmm_stats_size(s));
	return out_row(fcinfo, values, nulls);
}

PG_FUNCTION_INFO_V1(gmm_stats_summary);
Datum
gmm_stats_summary(PG_FUNCTION_ARGS)
{
	const ms_gmm_stats *s = stats_arg(fcinfo, 0);

	return out_text(psprintf("statistics of " UINT64_FORMAT
							 " rows of %u columns under a mixture of %u components, " UINT64_FORMAT
							 " rows left out",
							 s->rows, s->d, s->k, s->omitted));
}

/* --- text and binary form ------------------------------------------------------------------- */

static void
gmm_stats_write(StringInfo out, const void *value, size_t size)
{
	const ms_gmm_stats *s = value;

	appendStringInfo(out,
					 "{\"gmm_stats\":%d,\"n\":" UINT64_FORMAT
					 ",\"k\":%u,\"d\":%u,\"omitted\":" UINT64_FORMAT ",\"data\":",
					 MS_GMM_STATS_VERSION, s->rows, s->k, s->d, s->omitted);
	json_base64(out, (const char *) value + VARHDRSZ, size - VARHDRSZ);
	appendStringInfoChar(out, '}');
}

static bool
keys_agree(JsonObject *o, const void *value, size_t size)
{
	const ms_gmm_stats *s = value;

	return size >= sizeof(*s) && json_read_uint64(o, "n") == s->rows &&
		   json_read_uint64(o, "k") == s->k && json_read_uint64(o, "d") == s->d &&
		   json_read_uint64(o, "omitted") == s->omitted;
}

static struct varlena *
gmm_stats_read(char *form)
{
	static const ValuePayload payload = {GMM_STATS_TYPE_NAME, "gmm_stats", 0, keys_agree};

	return value_read_payload(&payload, form);
}

static const ValueType gmm_stats_type = {.name = GMM_STATS_TYPE_NAME,
										 .check = ms_gmm_stats_check,
										 .finished = finished,
										 .write = gmm_stats_write,
										 .read = gmm_stats_read};

VALUE_FUNCTIONS(gmm_stats);
