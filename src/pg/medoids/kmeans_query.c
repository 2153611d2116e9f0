/*
 * kmeans_query.c: kmeans_fit_query: k means of the rows of a query, of any number.
 *
 * A bounded part of the rows, drawn by id, is fitted as kmeans_fit does. From its centers on, each of
 * Lloyd's rounds is one aggregate query: moments of the rows by their nearest center, in parallel
 * where the planner wants. The centers have settled when all of them together move by less than
 * 1e-10 of the root mean square distance of the rows.
 */
#include "pg/medoids/kmeans.h"

#include <math.h>

#include "core/base/moments.h"
#include "pg/base/host.h"
#include "pg/base/moments.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/medoids/source.h"
#include "utils/lsyscache.h"

#define SETTLED 1e-20 /* squared */

/* --- rounds --------------------------------------------------------------------------------- */

static SPIPlanPtr
prepare_round(const Source *s, Oid model_type)
{
	char *sql =
		psprintf("SELECT %1$skmeans_predict($1, %2$s), %1$smoments%3$s%2$s) FROM %4$s WHERE NOT "
				 "(%5$s) GROUP BY 1",
				 s->schema, s->data, s->weighted ? psprintf("_weighted(%s, ", s->weight) : "(",
				 s->from, s->has_gap);

	return query_prepare(sql, 1, &model_type);
}

static const ms_moments *
moments_of_row(HeapTuple row)
{
	LOCAL_FCINFO(call, 1);
	bool is_null;

	InitFunctionCallInfoData(*call, NULL, 1, InvalidOid, NULL, NULL);
	call->args[0].value = SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &is_null);
	call->args[0].isnull = false;
	return moments_arg(call, 0);
}

typedef struct Round
{
	uint64 rows;
	double weight;
	double inertia; /* around the means, in scaled units */
	double shift;   /* squared, of all centers */
} Round;

/* One center goes to the mean of its rows. */
static void
move_center(ms_kmeans *m, size_t cluster, const ms_moments *rows, Round *r)
{
	double *center = m->centers + cluster * m->d;

	r->rows += rows->n;
	r->weight += rows->weight;
	for (size_t j = 0; rows->weight > 0 && j < m->d; j++)
	{
		double moved = (ms_moments_mean(rows)[j] - center[j]) * m->factors[j];

		r->shift += moved * moved;
		r->inertia += ms_moments_scatter(rows)[ms_packed_at(j, j)] * m->factors[j] * m->factors[j];
		center[j] = ms_moments_mean(rows)[j] + 0.0;
	}
}

static Round
run_round(SPIPlanPtr plan, ms_kmeans *m)
{
	Round r = {0};
	Datum model = kmeans_datum(m);

	query_run(plan, &model, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		bool is_null;
		int32 cluster = DatumGetInt32(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &is_null));

		move_center(m, (size_t) cluster - 1, moments_of_row(row), &r);
	}
	SPI_freetuptable(SPI_tuptable);
	return r;
}

static void
tell(ms_ctx *ctx, int round, double inertia)
{
	ms_progress progress = {"kmeans_fit_query, pass", round, NAN, inertia};

	ctx->progress(ctx, &progress);
}

/* Lloyd's rounds until the centers settle; each has a memory context of its own. */
static void
iterate(ms_ctx *ctx, SPIPlanPtr plan, uint64 wanted, int max_iter, ms_kmeans *m)
{
	MemoryContext outer = CurrentMemoryContext;
	MemoryContext context =
		AllocSetContextCreate(outer, "kmeans_fit_query", ALLOCSET_DEFAULT_SIZES);

	m->converged = false;
	for (m->iterations = 1; m->iterations <= (uint32) max_iter && !m->converged; m->iterations++)
	{
		Round r;

		MemoryContextReset(context);
		MemoryContextSwitchTo(context);
		r = run_round(plan, m);
		if (r.rows != wanted)
			report_query_moved(wanted, r.rows);
		tell(ctx, (int) m->iterations, r.inertia);
		m->converged = r.shift <= SETTLED * r.inertia / r.weight;
	}
	m->iterations--;
	MemoryContextSwitchTo(outer);
	MemoryContextDelete(context);
}

/* --- evidence ------------------------------------------------------------------------------- */

static int
compare_centers(const void *a, const void *b, void *arg)
{
	size_t d = *(size_t *) arg;
	const double *x = a;
	const double *y = b;

	for (size_t j = 0; j < d; j++)
		if (x[j] != y[j])
			return x[j] < y[j] ? -1 : 1;
	return 0;
}

static SPIPlanPtr
prepare_evidence(const Source *s, Oid model_type)
{
	char *sql =
		psprintf("SELECT p.cluster, pg_catalog.count(*), pg_catalog.sum(%1$s)::pg_catalog.float8,"
				 " pg_catalog.sum(%1$s * p.distance * p.distance), pg_catalog.max(p.distance)"
				 " FROM %2$s, %3$skmeans_score($1, %4$s) p WHERE NOT (%5$s) GROUP BY p.cluster",
				 s->weight, s->from, s->schema, s->data, s->has_gap);

	return query_prepare(sql, 1, &model_type);
}

static double
number_at(HeapTuple row, int column)
{
	bool is_null;

	return DatumGetFloat8(SPI_getbinval(row, SPI_tuptable->tupdesc, column, &is_null));
}

static void
take_cluster(ms_kmeans *m, HeapTuple row)
{
	bool is_null;
	int32 cluster = DatumGetInt32(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &is_null));
	ms_kmeans_cluster *c = &m->clusters[cluster - 1];

	c->size = (uint64) DatumGetInt64(SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &is_null));
	c->weight = number_at(row, 3);
	c->inertia = number_at(row, 4);
	c->farthest = number_at(row, 5);
	m->n += c->size;
	m->weight += c->weight;
	m->inertia += c->inertia;
}

/* Sizes and sums as kmeans_score sees them; what the part said of starts stays. */
static ms_status
take_evidence(ms_ctx *ctx, SPIPlanPtr plan, ms_kmeans *m)
{
	size_t d = m->d;
	size_t filled;
	Datum model;

	qsort_arg(m->centers, m->k, sizeof(double) * d, compare_centers, &d);
	model = kmeans_datum(m);
	query_run(plan, &model, NULL);
	filled = SPI_processed;
	m->n = 0;
	m->weight = m->inertia = 0;
	m->problems &= MS_KMEANS_PROBLEM_FEW_STARTS_AGREE;
	for (size_t i = 0; i < filled; i++)
		take_cluster(m, SPI_tuptable->vals[i]);
	SPI_freetuptable(SPI_tuptable);
	if (filled < m->k)
		return ms_fail(ctx, MS_TOO_FEW, "rows", 0, (double) filled, m->k);
	for (size_t i = 0; i < m->k; i++)
		if (m->clusters[i].size == 1 && m->n > m->k)
			m->problems |= MS_KMEANS_PROBLEM_SMALL_CLUSTER;
	if (!m->converged)
		m->problems |= MS_KMEANS_PROBLEM_MAX_ITER;
	return MS_OK;
}

/* --- the whole ------------------------------------------------------------------------------ */

static ms_status
fit_part(ms_ctx *ctx, ms_arena *arena, const Part *part, const ms_kmeans_options *o, ms_kmeans *m)
{
	const ms_sample *s = part->sample.s;
	size_t n = s->n - (o->omit ? s->incomplete : 0);

	if (part->incomplete > 0 && !o->omit)
		return ms_fail(ctx, MS_INCOMPLETE, "rows", 0, (double) part->incomplete, 0);
	if (o->k > n)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "k", 0, (double) o->k, (double) n);
	host_require("kmeans_fit_query", ms_kmeans_bytes(o, n, s->d));
	return ms_kmeans_fit(ctx, arena, s, part->sample.size, o, m);
}

/* MS_TOO_FEW with 0 rows stands for no rows at all. */
static ms_status
fit_query(ms_ctx *ctx, ms_arena *arena, FunctionCallInfo fcinfo, const Source *s, ms_kmeans *m)
{
	size_t size = sample_option(fcinfo, 11, k_arg(fcinfo, 1, "k", MS_KMEANS_MAX_K));
	Oid model_type = get_func_rettype(fcinfo->flinfo->fn_oid);
	ms_kmeans_options o;
	Part part;

	if (s->d) /* arguments first, where the width is known */
		o = kmeans_options(fcinfo, s->d, true);
	part = source_draw(s, size);
	if (part.sample.s)
		o = kmeans_options(fcinfo, part.sample.s->d, true);
	if (!part.sample.s || (o.omit && part.sample.s->incomplete == part.sample.s->n))
		return ms_fail(ctx, MS_TOO_FEW, "rows", 0, 0, 1);
	MS_TRY(fit_part(ctx, arena, &part, &o, m));
	if (part.whole)
		return MS_OK;
	iterate(ctx, prepare_round(s, model_type), part.rows - part.incomplete, o.max_iter, m);
	MS_TRY(take_evidence(ctx, prepare_evidence(s, model_type), m));
	m->omitted = part.incomplete;
	if (m->omitted > 0)
		m->problems |= MS_KMEANS_PROBLEM_OMITTED_ROWS;
	return MS_OK;
}

PG_FUNCTION_INFO_V1(kmeans_fit_query);
Datum
kmeans_fit_query(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	bool null_on_failure;
	Source source;
	char **names;
	ms_ctx ctx;
	ms_arena arena;
	ms_kmeans m;
	ms_status status;
	ModelState state;
	int level;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	null_on_failure = on_failure_arg(fcinfo, 9);
	source_open(&source, fcinfo, text_to_cstring(PG_GETARG_TEXT_PP(0)), false);
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
		forgive(fcinfo, "kmeans_fit_query", &ctx, status, null_on_failure);
		PG_RETURN_NULL();
	}
	names = PG_ARGISNULL(8) ? source.names : arg_names(fcinfo, 8, m.d);
	if (names)
		m.names = names_joined(names, m.d, &m.names_size);
	state = kmeans_state(&m);
	warn_doubtful(fcinfo, "kmeans_fit_query", &state);
	return kmeans_datum(&m);
}
