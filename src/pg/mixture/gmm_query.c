/*
 * gmm_query.c: gmm_fit_query: a mixture of the rows of a query, of any number.
 *
 * The rows are never held here. A bounded part of them, drawn by id, is fitted as gmm_fit does;
 * from there on each EM iteration is one aggregate query, gmm_stats under the model of the
 * iteration, which PostgreSQL gives to its workers. All passes see one snapshot; rows that differ
 * between passes all the same (a foreign table, a function that lies) are an error.
 */
#include "pg/mixture/gmm_fit.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/query.h"
#include "pg/base/report.h"
#include "pg/mixture/gmm_stats.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

/* Rows of the first part: at least so many, or 50 k d. */
#define PART_ROWS 100000
#define PART_ROWS_PARAMETER 50

/* The query, and which of its columns are what. */
typedef struct Source
{
	UserQuery query;
	const char *schema; /* of ours, with the dot */
	int id;             /* number of the column, 0 for none */
	int weight;
	bool array;   /* data are given on as one array */
	size_t d;     /* columns of data; 0 for an array of the query, whose width the rows tell */
	char **names; /* d, or NULL */
	char *data;   /* the data as arguments: "c1::float8, c3::float8", or one array */
	const char *has_gap; /* whether a row has a NULL element, as an expression */
} Source;

/* --- the columns of the query --------------------------------------------------------------- */

static Form_pg_attribute
column(const Source *s, int number)
{
	return TupleDescAttr(s->query.columns, number - 1);
}

static bool
is_castable(Oid type, Oid to)
{
	return can_coerce_type(1, &type, &to, COERCION_ASSIGNMENT);
}

static void
require_type(const Source *s, int number, Oid to, const char *wanted)
{
	Form_pg_attribute a = column(s, number);

	if (number > 0 && !is_castable(a->atttypid, to))
		report_query_column(NameStr(a->attname), a->atttypid, wanted);
}

/* Numbers of the columns that are data. */
static List *
data_columns(const Source *s)
{
	List *data = NIL;

	for (int i = 1; i <= s->query.columns->natts; i++)
		if (i != s->id && i != s->weight)
			data = lappend_int(data, i);
	if (!data)
		report_query_columns();
	return data;
}

static void
describe_array(Source *s, char *data)
{
	s->array = true;
	s->data = data;
	s->has_gap = psprintf("pg_catalog.array_position(%s, NULL) IS NOT NULL", data);
}

/*
 * Up to MOST_ARGUMENTS columns are arguments, more are put into an array: a function takes 100. A
 * single column without a value is a row to skip, not one with a gap.
 */
#define MOST_ARGUMENTS 8

static void
describe_columns(Source *s, List *data)
{
	StringInfoData arguments;
	ListCell *cell;

	initStringInfo(&arguments);
	s->names = palloc(sizeof(char *) * (size_t) list_length(data));
	foreach (cell, data)
	{
		int number = lfirst_int(cell);

		require_type(s, number, FLOAT8OID, "a number");
		s->names[s->d++] = pstrdup(NameStr(column(s, number)->attname));
		appendStringInfo(&arguments, "%sc%d::pg_catalog.float8", arguments.len > 0 ? ", " : "",
						 number);
	}
	if (s->d > MOST_ARGUMENTS)
	{
		describe_array(s, psprintf("ARRAY[%s]", arguments.data));
		return;
	}
	s->data = arguments.data;
	s->has_gap = s->d > 1 ? psprintf("pg_catalog.num_nulls(%s) > 0", s->data) : "false";
}

static void
open_source(Source *s, FunctionCallInfo fcinfo)
{
	List *data;
	Oid first;

	memset(s, 0, sizeof(Source));
	query_check(&s->query, text_to_cstring(PG_GETARG_TEXT_PP(ARG_ROWS)));
	s->schema = query_schema(fcinfo);
	s->id = query_column(&s->query, "id");
	s->weight = query_column(&s->query, "weight");
	if (s->weight)
		require_type(s, s->weight, FLOAT8OID, "a number");
	data = data_columns(s);
	first = column(s, linitial_int(data))->atttypid;
	if (list_length(data) == 1 && !is_castable(first, FLOAT8OID) &&
		is_castable(first, FLOAT8ARRAYOID))
		describe_array(s, psprintf("c%d::pg_catalog.float8[]", linitial_int(data)));
	else
		describe_columns(s, data);
}

/* --- the first part of the rows ------------------------------------------------------------- */

/*
 * What a row is drawn by. Without a column id it is the row's own hash: rows that are equal in all
 * columns are then taken or left together.
 */
static char *
id_expression(const Source *s)
{
	if (!s->id)
		return psprintf("pg_catalog.hash_record_extended(ROW(%s), 0)", s->data);
	return psprintf("c%d::pg_catalog.%s", s->id,
					is_castable(column(s, s->id)->atttypid, INT8OID) ? "int8" : "text");
}

/* The weight travels as one more column. */
static char *
part_data(const Source *s)
{
	if (!s->weight)
		return s->data;
	return psprintf(s->array ? "pg_catalog.array_append(%s, c%d::pg_catalog.float8)"
							 : "%s, c%d::pg_catalog.float8",
					s->data, s->weight);
}

typedef struct Part
{
	SampleArg sample;
	uint64 rows;       /* of the query */
	uint64 incomplete; /* of them, with a gap */
} Part;

/* False when the query has no rows. */
static bool
draw_part(const Source *s, size_t size, Part *part)
{
	char *sql = psprintf("SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE %s), "
						 "%ssubsample(%s, %zu, %s) FROM %s",
						 s->has_gap, s->schema, id_expression(s), size, part_data(s),
						 query_from(&s->query));
	LOCAL_FCINFO(call, 1);
	HeapTuple row;
	Datum value;
	bool is_null;

	query_run(query_prepare(sql, 0, NULL), NULL, NULL);
	row = SPI_tuptable->vals[0];
	part->rows = (uint64) DatumGetInt64(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &is_null));
	part->incomplete =
		(uint64) DatumGetInt64(SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &is_null));
	value = SPI_getbinval(row, SPI_tuptable->tupdesc, 3, &is_null);
	if (is_null)
		return false;
	InitFunctionCallInfoData(*call, NULL, 1, InvalidOid, NULL, NULL);
	call->args[0].value = PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
	call->args[0].isnull = false;
	part->sample = sample_arg(call, 0);
	SPI_freetuptable(SPI_tuptable);
	return true;
}

static ms_status
fit_part(ms_ctx *ctx, ms_arena *arena, const Source *s, const Part *part, const FitOptions *o,
		 ms_gmm *m)
{
	ms_rows rows;

	if (part->incomplete > 0 && o->missing == MISSING_ERROR)
		return ms_fail(ctx, MS_INCOMPLETE, "rows", 0, (double) part->incomplete, 0);
	MS_TRY(fit_rows(ctx, arena, part->sample, o->missing, o->em.k, &rows));
	if (s->weight)
	{
		rows.d--;
		rows.w = rows.x + rows.d;
	}
	return ms_em_fit(ctx, arena, &rows, &o->em, m);
}

/* --- passes --------------------------------------------------------------------------------- */

typedef struct Passes
{
	SPIPlanPtr plan;
	uint64 rows; /* of the first pass, and their checksum */
	uint64 checksum;
	bool begun;
} Passes;

static void
prepare_passes(Passes *p, const Source *s, Oid model_type)
{
	const char *weight = s->weight ? psprintf("c%d::pg_catalog.float8, ", s->weight) : "";
	char *sql = psprintf("SELECT %sgmm_stats%s($1, %s%s) FROM %s", s->schema,
						 s->weight ? "_weighted" : "", weight, s->data, query_from(&s->query));

	memset(p, 0, sizeof(Passes));
	p->plan = query_prepare(sql, 1, &model_type);
}

static void
check_pass(Passes *p, const ms_gmm_stats *stats)
{
	uint64 rows = stats->rows + stats->omitted;

	if (p->begun && (rows != p->rows || stats->checksum != p->checksum))
		report_query_moved(p->rows, rows);
	p->rows = rows;
	p->checksum = stats->checksum;
	p->begun = true;
}

/* Statistics of all rows under the model, in the current memory context; NULL without rows. */
static ms_gmm_stats *
run_pass(Passes *p, Datum model)
{
	ms_gmm_stats *stats = NULL;
	Datum value;
	bool is_null;

	query_run(p->plan, &model, NULL);
	value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null);
	if (!is_null)
		stats = gmm_stats_of(PG_DETOAST_DATUM_COPY(value));
	SPI_freetuptable(SPI_tuptable);
	if (stats)
		check_pass(p, stats);
	return stats;
}

static void
tell(ms_ctx *ctx, const ms_gmm_info *info, int t)
{
	ms_progress progress = {"gmm_fit_query", t + 1, NAN, info->objective};

	ctx->progress(ctx, &progress);
}

/* As ms_em_fit stops: a regularised step may lower the objective, then it must settle. */
static bool
is_settled(const FitOptions *o, const ms_gmm *m, double before, double now)
{
	double gain = now - before;

	if (m->info.problems & MS_GMM_PROBLEM_REGULARISED)
		gain = fabs(gain);
	return gain < o->em.tol * (fabs(now) + 1) || (gain <= 0 && o->em.tol == 0);
}

/* What the passes know of the model beside its likelihood. */
static void
judge(ms_gmm *m)
{
	ms_gmm_info *info = &m->info;

	if (info->stop == MS_GMM_STOP_MAX_ITER)
		info->problems |= MS_GMM_PROBLEM_MAX_ITER;
	for (uint32 j = 0; j < m->k; j++)
	{
		m->problems[j] &= ~(uint32) MS_GMM_PROBLEM_SMALL_COMPONENT;
		if (m->weights[j] * info->weight < m->d + 2)
			m->problems[j] |= MS_GMM_PROBLEM_SMALL_COMPONENT;
		info->problems |= m->problems[j];
	}
	if (ms_gmm_parameters(m) > info->weight)
		info->problems |= MS_GMM_PROBLEM_MANY_PARAMETERS;
}

/* Rows of gaps alone; among weighted rows nobody can tell them from those of weight 0. */
static uint64
silent_rows(const ms_gmm *m, const ms_gmm_stats *stats, uint64 used)
{
	bool told = (m->flags & MS_GMM_MISSING) && !(stats->head.flags & MS_GMM_STATS_WEIGHTED);

	return told ? stats->rows - used : 0;
}

/* The evidence of m by a pass over all rows; what the first part said of starts stays. */
static ms_status
take_evidence(ms_ctx *ctx, ms_gmm *m, ms_gmm_basis *basis, const ms_gmm_stats *stats,
			  uint32 iterations)
{
	ms_gmm_info info = m->info;

	MS_TRY(ms_gmm_stats_evidence(ctx, basis, stats, &info));
	if (info.weight == 0)
		return ms_fail(ctx, MS_TOO_FEW, "rows", 0, 0, (double) m->k);
	info.iterations = iterations;
	info.stop = MS_GMM_STOP_NONE;
	info.omitted = stats->omitted + silent_rows(m, stats, info.n);
	info.problems &=
		MS_GMM_PROBLEM_SPURIOUS | MS_GMM_PROBLEM_REGULARISED | MS_GMM_PROBLEM_FEW_STARTS_AGREE;
	m->info = info;
	return MS_OK;
}

/* The E step of iteration t: a pass, and what it says of *m. */
static ms_status
look(ms_ctx *ctx, ms_arena *arena, Passes *p, const FitOptions *o, int t, ms_gmm *m,
	 ms_gmm_basis **basis, ms_gmm_stats **stats)
{
	Datum value = gmm_datum(m);

	*stats = run_pass(p, value);
	if (!*stats)
		return ms_fail(ctx, MS_TOO_FEW, "rows", 0, 0, (double) m->k);
	if ((*stats)->omitted > 0 && o->missing == MISSING_ERROR)
		return ms_fail(ctx, MS_INCOMPLETE, "rows", 0, (double) (*stats)->omitted, 0);
	MS_TRY(ms_gmm_basis_new(ctx, arena, m, ms_gmm_hash(DatumGetPointer(value)), basis));
	MS_TRY(take_evidence(ctx, m, *basis, *stats, (uint32) t));
	tell(ctx, &m->info, t);
	return MS_OK;
}

static void
swap(MemoryContext *a, MemoryContext *b)
{
	MemoryContext c = *a;

	*a = *b;
	*b = c;
}

/*
 * EM from *m on all rows. Each iteration has a memory context of its own, which lives until the
 * next model is made.
 */
static ms_status
iterate(ms_ctx *ctx, Passes *p, const FitOptions *o, ms_gmm *m)
{
	MemoryContext outer = CurrentMemoryContext;
	MemoryContext now = AllocSetContextCreate(outer, "gmm_fit_query", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = AllocSetContextCreate(outer, "gmm_fit_query", ALLOCSET_DEFAULT_SIZES);
	double before = -INFINITY;

	for (int t = 0;; t++)
	{
		ms_arena arena;
		ms_gmm_basis *basis;
		ms_gmm_stats *stats;
		ms_gmm next;

		MemoryContextReset(now);
		MemoryContextSwitchTo(now);
		ms_arena_init(&arena, ctx);
		MS_TRY(look(ctx, &arena, p, o, t, m, &basis, &stats));
		if (is_settled(o, m, before, m->info.objective))
			m->info.stop = MS_GMM_STOP_TOL;
		else if (t == o->em.max_iter)
			m->info.stop = MS_GMM_STOP_MAX_ITER;
		if (m->info.stop != MS_GMM_STOP_NONE)
			break;
		before = m->info.objective;
		MS_TRY(ms_gmm_stats_update(ctx, &arena, basis, stats, 1, &next));
		*m = next;
		swap(&now, &old);
	}
	MemoryContextSwitchTo(outer);
	judge(m);
	return MS_OK;
}

/* --- the whole ------------------------------------------------------------------------------ */

/* Whether all passes can begin at the start itself: it is a model of the kind that is wanted. */
static bool
is_ready(const FitOptions *o)
{
	const ms_gmm *start = o->em.start;
	uint16 flags = (o->em.prior ? MS_GMM_PRIOR : 0) | (o->em.noise > 0 ? MS_GMM_NOISE : 0) |
				   (o->em.missing ? MS_GMM_MISSING : 0);

	return start && start->family == o->em.family &&
		   (start->flags & (MS_GMM_PRIOR | MS_GMM_NOISE | MS_GMM_MISSING)) == flags;
}

static double
sample_option(FunctionCallInfo fcinfo, double otherwise)
{
	static const char *const keys[] = {"sample", NULL};
	double size;

	arg_options(fcinfo, ARG_OPTIONS, keys);
	size = arg_option_number(fcinfo, ARG_OPTIONS, "sample", otherwise);
	if (!(size >= 1 && size <= INT32_MAX))
		report_range("option \"sample\"", size, psprintf("from 1 to %d", INT32_MAX));
	return size;
}

static size_t
part_size(FunctionCallInfo fcinfo, const Source *s, const FitOptions *o)
{
	double d = s->d > 0 ? (double) s->d : o->em.start ? (double) o->em.start->d : 32;
	double size = fmax(PART_ROWS, PART_ROWS_PARAMETER * (double) o->em.k * d);

	return (size_t) sample_option(fcinfo, fmin(size, INT32_MAX));
}

/* The fit of the first part; *done when that was all rows. */
static ms_status
begin(ms_ctx *ctx, ms_arena *arena, const Source *s, const FitOptions *o, size_t size, ms_gmm *m,
	  bool *done)
{
	Part part;

	if (is_ready(o))
	{
		MS_TRY(ms_gmm_copy(ctx, arena, o->em.start, m));
		m->info = (ms_gmm_info){.starts = 1, .starts_at_best = 1, .seed = o->em.seed};
		return MS_OK;
	}
	if (!draw_part(s, size, &part))
		return ms_fail(ctx, MS_TOO_FEW, "rows", 0, 0, (double) o->em.k);
	fit_check_start(o, part.sample.s->d - (s->weight > 0));
	if (fit_is_nothing(part.sample.s, o->missing))
		return ms_fail(ctx, MS_TOO_FEW, "rows", 0, 0, (double) o->em.k);
	MS_TRY(fit_part(ctx, arena, s, &part, o, m));
	*done = part.rows <= size;
	if (*done)
		fit_omitted(m, o->missing == MISSING_OMIT ? part.incomplete : 0);
	return MS_OK;
}

static ms_status
fit_all(ms_ctx *ctx, ms_arena *arena, FunctionCallInfo fcinfo, const Source *s, const FitOptions *o,
		ms_gmm *m)
{
	size_t size = part_size(fcinfo, s, o);
	bool done = false;
	Passes passes;

	MS_TRY(begin(ctx, arena, s, o, size, m, &done));
	if (done)
		return MS_OK;
	prepare_passes(&passes, s, get_func_rettype(fcinfo->flinfo->fn_oid));
	MS_TRY(iterate(ctx, &passes, o, m));
	fit_omitted(m, 0);
	return o->em.start ? MS_OK : ms_gmm_sort(ctx, m);
}

PG_FUNCTION_INFO_V1(gmm_fit_query);
Datum
gmm_fit_query(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	FitOptions o;
	Source source;
	char **names;
	ms_ctx ctx;
	ms_arena arena;
	ms_gmm m;
	ms_status status;
	int level;

	if (PG_ARGISNULL(ARG_ROWS))
		PG_RETURN_NULL();
	o = fit_options(fcinfo, "gmm_fit_query");
	open_source(&source, fcinfo);
	names = source.d > 0 ? fit_names(fcinfo, ARG_NAMES, source.d) : NULL;
	if (source.d > 0)
		fit_check_start(&o, source.d);

	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	level = query_begin();
	status = fit_all(&ctx, &arena, fcinfo, &source, &o, &m);
	MemoryContextSwitchTo(caller);
	query_end(level);
	if (status != MS_OK)
	{
		fit_failed(fcinfo, &ctx, status, &o);
		PG_RETURN_NULL();
	}
	if (source.d == 0)
		names = fit_names(fcinfo, ARG_NAMES, m.d);
	fit_set_names(&m, names ? names : source.names, o.em.start);
	fit_warn(fcinfo, "gmm_fit_query", &m);
	return gmm_datum(&m);
}
