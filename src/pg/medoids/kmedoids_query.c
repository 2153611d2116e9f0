/*
 * kmedoids_query.c: kmedoids_fit_query: medoids of the rows of a query, of any number.
 *
 * A bounded part of the rows, drawn by id, is fitted as kmedoids_fit does. One more pass measures
 * its medoids on all rows, in parallel where the planner wants: sizes, deviations and the medoid
 * silhouette are those of the whole query.
 */
#include "pg/medoids/kmedoids_fit.h"

#include <math.h>

#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/medoids/source.h"
#include "utils/lsyscache.h"

/* --- the pass over all rows ----------------------------------------------------------------- */

static SPIPlanPtr
prepare_pass(const Source *s, bool gaps, Oid model_type)
{
	char *sql = psprintf(
		"SELECT p.cluster, pg_catalog.count(*), pg_catalog.sum(%1$s)::pg_catalog.float8,"
		" pg_catalog.sum(%1$s * p.distance), pg_catalog.max(p.distance), pg_catalog.sum(%1$s * "
		"p.margin)"
		" FROM %2$s, %3$skmedoids_score($1, %4$s) p WHERE %5$s GROUP BY p.cluster ORDER BY "
		"p.cluster",
		s->weight, s->from, s->schema, s->data, gaps ? "true" : psprintf("NOT (%s)", s->has_gap));

	return query_prepare(sql, 1, &model_type);
}

static double
number_at(HeapTuple row, int column)
{
	bool is_null;
	Datum value = SPI_getbinval(row, SPI_tuptable->tupdesc, column, &is_null);

	return is_null ? NAN : DatumGetFloat8(value);
}

/* The row of one cluster into the model; the margins of its rows. */
static double
take_cluster(ms_kmedoids *m, HeapTuple row)
{
	bool is_null;
	int32 cluster = DatumGetInt32(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &is_null));
	ms_cluster *c = &m->clusters[cluster - 1];

	c->size = (uint64) DatumGetInt64(SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &is_null));
	c->weight = number_at(row, 3);
	c->total = number_at(row, 4);
	c->farthest = number_at(row, 5);
	c->silhouette = NAN;
	m->n += c->size;
	m->weight += c->weight;
	m->total_deviation += c->total;
	return number_at(row, 6);
}

/* What the part said of itself and all rows need not: proofs, silhouettes, problems of sizes. */
static void
forget_part(ms_kmedoids *m)
{
	m->n = 0;
	m->weight = m->total_deviation = 0;
	m->mean_silhouette = NAN;
	m->locally_optimal = MS_KMEDOIDS_OPTIMUM_UNKNOWN;
	m->problems &= MS_KMEDOIDS_PROBLEM_MAX_ITER | MS_KMEDOIDS_PROBLEM_DUPLICATE_MEDOIDS;
}

static ms_status
measure_all(ms_ctx *ctx, FunctionCallInfo fcinfo, const Source *s, const Part *part, bool gaps,
			ms_kmedoids *m)
{
	SPIPlanPtr plan = prepare_pass(s, gaps, get_func_rettype(fcinfo->flinfo->fn_oid));
	Datum model = kmedoids_datum(m);
	uint64 wanted = part->rows - (gaps ? 0 : part->incomplete);
	double margins = 0;
	size_t filled;

	query_run(plan, &model, NULL);
	filled = SPI_processed;
	forget_part(m);
	if (filled > 0 &&
		SPI_getvalue(SPI_tuptable->vals[filled - 1], SPI_tuptable->tupdesc, 1) == NULL)
		return ms_fail(ctx, MS_INCOMPLETE, "gower", 0, 0, 0); /* NULLs come last */
	for (size_t i = 0; i < filled; i++)
		margins += take_cluster(m, SPI_tuptable->vals[i]);
	SPI_freetuptable(SPI_tuptable);
	if (m->n != wanted)
		report_query_moved(wanted, m->n);
	if (filled < m->k)
		return ms_fail(ctx, MS_TOO_FEW, "rows", 0, (double) filled, m->k);
	for (size_t i = 0; i < m->k; i++)
		if (m->clusters[i].size == 1 && m->n > m->k)
			m->problems |= MS_KMEDOIDS_PROBLEM_SMALL_CLUSTER;
	m->medoid_silhouette = m->k > 1 ? margins / m->weight : NAN;
	return MS_OK;
}

/* --- the whole ------------------------------------------------------------------------------ */

static ms_status
fit_part(ms_ctx *ctx, ms_arena *arena, const Part *part, const ms_kmedoids_options *o,
		 ms_kmedoids *m)
{
	const ms_sample *s = part->sample.s;
	size_t n = s->n - (o->missing == MS_MISSING_OMIT ? s->incomplete : 0);
	size_t need = ms_kmedoids_bytes(o, n, s->d);

	if (part->incomplete > 0 && o->missing == MS_MISSING_ERROR)
		return ms_fail(ctx, MS_INCOMPLETE, "rows", 0, (double) part->incomplete, 0);
	if (o->k > n)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "k", 0, (double) o->k, (double) n);
	if (need > host_budget())
		report_memory_pairs("kmedoids_fit_query", n, need, host_budget());
	return ms_kmedoids_fit(ctx, arena, s, part->sample.size, o, m);
}

static bool
is_nothing(const Part *part, const ms_kmedoids_options *o)
{
	const ms_sample *s = part->sample.s;

	return !s || (o->missing == MS_MISSING_OMIT && s->incomplete == s->n);
}

/* MS_TOO_FEW with 0 rows stands for no rows at all. */
static ms_status
fit_query(ms_ctx *ctx, ms_arena *arena, FunctionCallInfo fcinfo, const Source *s, ms_kmedoids *m)
{
	size_t k = k_arg(fcinfo, kmedoids_of_query.k, "k", MS_KMEDOIDS_MAX_K);
	size_t size = sample_option(fcinfo, kmedoids_of_query.options, k);
	ms_kmedoids_options o;
	Part part;

	if (s->d) /* arguments first, where the width is known */
		o = kmedoids_options(fcinfo, &kmedoids_of_query, s->d);
	part = source_draw(s, size);
	if (part.sample.s)
		o = kmedoids_options(fcinfo, &kmedoids_of_query, part.sample.s->d);
	if (!part.sample.s || is_nothing(&part, &o))
		return ms_fail(ctx, MS_TOO_FEW, "rows", 0, 0, 1);
	MS_TRY(fit_part(ctx, arena, &part, &o, m));
	if (part.whole)
		return MS_OK;
	MS_TRY(measure_all(ctx, fcinfo, s, &part, o.missing == MS_MISSING_USE, m));
	m->omitted = o.missing == MS_MISSING_OMIT ? part.incomplete : 0;
	if (m->omitted > 0)
		m->problems |= MS_KMEDOIDS_PROBLEM_OMITTED_ROWS;
	return MS_OK;
}

PG_FUNCTION_INFO_V1(kmedoids_fit_query);
Datum
kmedoids_fit_query(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	bool null_on_failure;
	Source source;
	char **names;
	ms_ctx ctx;
	ms_arena arena;
	ms_kmedoids m;
	ms_status status;
	ModelState state;
	int level;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	null_on_failure = on_failure_arg(fcinfo, kmedoids_of_query.on_failure);
	source_open(&source, fcinfo, text_to_cstring(PG_GETARG_TEXT_PP(0)), true);
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	level = query_begin();
	status = fit_query(&ctx, &arena, fcinfo, &source, &m);
	MemoryContextSwitchTo(caller);
	query_end(level);
	if (status == MS_TOO_FEW && ctx.facts.got == 0)
		PG_RETURN_NULL();
	if (status != MS_OK)
	{
		forgive(fcinfo, "kmedoids_fit_query", &ctx, status, null_on_failure);
		PG_RETURN_NULL();
	}
	names = PG_ARGISNULL(kmedoids_of_query.names) ? source.names
												  : arg_names(fcinfo, kmedoids_of_query.names, m.d);
	if (names)
		m.names = names_joined(names, m.d, &m.names_size);
	state = kmedoids_state(&m);
	warn_doubtful(fcinfo, "kmedoids_fit_query", &state);
	return kmedoids_datum(&m);
}
