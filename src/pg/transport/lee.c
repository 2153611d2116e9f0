/*
 * lee.c: bounds of an effect where outcomes are seen for some rows only: of two samples and the
 * numbers of rows that they come from, and of a query, within cells of its covariates.
 */
#include "pg/transport/bounds.h"

#include <math.h>

#include "core/transport/lee.h"
#include "miscadmin.h"
#include "pg/base/compare.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/transport/frame.h"

static Datum
lee_row(FunctionCallInfo fcinfo, const ms_lee *lee, const ms_lee_cell *cells, size_t n,
		double level)
{
	BoundsRow row = {.bounds = &lee->bounds,
					 .level = level,
					 .trimmed = lee->trimmed,
					 .share = lee->share,
					 .observed_treated = lee->observed_treated,
					 .observed_control = lee->observed_control,
					 .method = "lee"};
	StringInfoData details;

	for (size_t i = 0; i < n; i++)
	{
		row.n_treated += ms_describe_effective(&cells[i].treated);
		row.n_control += ms_describe_effective(&cells[i].control);
	}
	details_begin(&details);
	details_number(&details, "cells", (double) n);
	details_number(&details, "opposite_cells", (double) lee->opposite);
	row.details = &details;
	return bounds_row(fcinfo, &row);
}

/* --- of samples ----------------------------------------------------------------------------- */

static double
rows_arg(FunctionCallInfo fcinfo, int argno, const char *name, const ms_column *outcomes)
{
	double rows = arg_float8(fcinfo, argno, name);

	if (!isfinite(rows))
		report_range(name, rows, "finite");
	if (rows < outcomes->weight * (1 - 1e-12))
		report_fewer_rows(name, rows, outcomes->weight);
	return fmax(rows, outcomes->weight);
}

PG_FUNCTION_INFO_V1(lee_bounds);
Datum
lee_bounds(PG_FUNCTION_ARGS)
{
	static const char *const no_options[] = {NULL};
	double level = level_arg(fcinfo, 4);
	ms_lee_cell cell;
	ms_arena arena;
	ms_lee lee;
	ms_ctx ctx;

	arg_options(fcinfo, 5, no_options);
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	cell.treated = outcomes_arg(fcinfo, 0, "lee_bounds", &arena);
	cell.control = outcomes_arg(fcinfo, 1, "lee_bounds", &arena);
	if (cell.treated.n == 0 || cell.control.n == 0)
		PG_RETURN_NULL();
	cell.treated_rows = rows_arg(fcinfo, 2, "treated_rows", &cell.treated);
	cell.control_rows = rows_arg(fcinfo, 3, "control_rows", &cell.control);
	CORE(&ctx, ms_lee_bounds(&ctx, &arena, &cell, 1, level, &lee));
	return lee_row(fcinfo, &lee, &cell, 1, level);
}

/* --- of a query ----------------------------------------------------------------------------- */

enum
{
	TREATED,
	OUTCOME,
	WEIGHT,
	CELL
};

static const FrameColumn lee_columns[] = {{"treated", FRAME_BOOLEAN, false},
										  {"outcome", FRAME_NUMBER, false},
										  {"weight", FRAME_NUMBER, true},
										  {"cell", FRAME_ANY, true}};

/* A row of the pass is a cell: its weights, then the rows of each arm, then their outcomes. */
static char *
lee_pass(const Frame *f)
{
	const char *weight = f->has[WEIGHT] ? "r.weight" : "1::pg_catalog.float8";
	const char *outcomes =
		f->has[WEIGHT] ? "sample_weighted(r.weight, r.outcome)" : "sample(r.outcome)";

	return psprintf("SELECT r.cell::pg_catalog.text, pg_catalog.count(*) - pg_catalog.count(%2$s),"
					" pg_catalog.min(%2$s), pg_catalog.max(%2$s),"
					" pg_catalog.sum(%2$s) FILTER (WHERE r.treated), pg_catalog.sum(%2$s) FILTER "
					"(WHERE NOT r.treated),"
					" %1$s%3$s FILTER (WHERE r.treated AND r.outcome IS NOT NULL),"
					" %1$s%3$s FILTER (WHERE NOT r.treated AND r.outcome IS NOT NULL)"
					" FROM %4$s WHERE r.treated IS NOT NULL GROUP BY r.cell ORDER BY "
					"r.cell::pg_catalog.text COLLATE \"C\"",
					f->schema, weight, outcomes, f->rows);
}

typedef struct LeeRead
{
	ms_arena *arena;
	ms_lee_cell *cells;
	char **names;
	size_t n;
	size_t memory;
} LeeRead;

/* The outcomes of an arm; none where there are none. */
static ms_column
read_outcomes(LeeRead *in, HeapTuple row, TupleDesc desc, int column)
{
	LOCAL_FCINFO(call, 1);
	bool is_null;
	Datum value = SPI_getbinval(row, desc, column, &is_null);

	InitFunctionCallInfoData(*call, NULL, 1, InvalidOid, NULL, NULL);
	call->args[0].isnull = is_null;
	if (!is_null)
	{
		call->args[0].value = PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
		in->memory += VARSIZE(DatumGetPointer(call->args[0].value));
		host_require("lee_bounds_query", in->memory);
		in->arena->ctx->budget = Max(host_budget() - in->memory, 1); /* 0 is no limit */
	}
	return outcomes_arg(call, 0, "lee_bounds_query", in->arena);
}

static void
check_weights(HeapTuple row, TupleDesc desc)
{
	double least = frame_number(row, desc, 3);
	double most = frame_number(row, desc, 4);
	bool is_null;

	if (DatumGetInt64(SPI_getbinval(row, desc, 2, &is_null)) > 0)
		report_null("weight");
	if (!(least >= 0))
		report_weight(least);
	if (!isfinite(most))
		report_weight(most);
}

static void
read_cells(LeeRead *in)
{
	TupleDesc desc = SPI_tuptable->tupdesc;

	in->n = SPI_processed;
	in->memory = in->n * (sizeof(ms_lee_cell) + sizeof(char *));
	host_require("lee_bounds_query", in->memory);
	in->cells = palloc_extended(Max(in->n, 1) * sizeof(ms_lee_cell), MCXT_ALLOC_HUGE);
	in->names = palloc_extended(Max(in->n, 1) * sizeof(char *), MCXT_ALLOC_HUGE);
	for (size_t i = 0; i < in->n; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];

		check_weights(row, desc);
		in->names[i] = SPI_getvalue(row, desc, 1);
		in->cells[i].treated_rows = frame_number(row, desc, 5);
		in->cells[i].control_rows = frame_number(row, desc, 6);
		in->cells[i].treated = read_outcomes(in, row, desc, 7);
		in->cells[i].control = read_outcomes(in, row, desc, 8);
		CHECK_FOR_INTERRUPTS();
	}
	SPI_freetuptable(SPI_tuptable);
}

PG_FUNCTION_INFO_V1(lee_bounds_query);
Datum
lee_bounds_query(PG_FUNCTION_ARGS)
{
	static const char *const no_options[] = {NULL};
	double level = level_arg(fcinfo, 1);
	LeeRead in = {0};
	ms_status status;
	ms_arena arena;
	ms_lee lee;
	ms_ctx ctx;
	Frame f;
	int sql;

	arg_options(fcinfo, 2, no_options);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	frame_open(&f, fcinfo, arg_text(fcinfo, 0, "query"), lee_columns, lengthof(lee_columns));
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	in.arena = &arena;
	sql = query_begin();
	query_run(query_prepare(lee_pass(&f), 0, NULL), NULL, NULL);
	read_cells(&in);
	query_end(sql);
	if (in.n == 0)
		PG_RETURN_NULL();
	status = ms_lee_bounds(&ctx, &arena, in.cells, in.n, level, &lee);
	if (status == MS_TOO_FEW && in.n == 1)
		PG_RETURN_NULL();
	if (status == MS_TOO_FEW)
		report_cell(in.names[ctx.facts.index - 1] ? in.names[ctx.facts.index - 1] : "NULL");
	CORE(&ctx, status);
	return lee_row(fcinfo, &lee, in.cells, in.n, level);
}
