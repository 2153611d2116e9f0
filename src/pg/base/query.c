/*
 * query.c: queries that users hand to drivers: what they must not be, and how they run.
 *
 * Parallel workers come only with CURSOR_OPT_PARALLEL_OK at the preparation and no limit at the
 * execution, one snapshot only with read_only = true. A function that writes does write even then:
 * so volatile functions are refused.
 */
#include "pg/base/query.h"

#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "pg/base/report.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

/* --- what a query must not be --------------------------------------------------------------- */

/* Every level of the query, views and CTEs included. */
static bool
check_level(Node *node, void *context)
{
	Query *query = (Query *) node;
	ListCell *cell;

	if (node == NULL)
		return false;
	if (!IsA(node, Query))
		return expression_tree_walker(node, check_level, context);
	if (query->commandType != CMD_SELECT)
		report_query(QUERY_WRITES);
	if (query->rowMarks)
		report_query(QUERY_LOCKS);
	foreach (cell, query->rtable)
	{
		RangeTblEntry *entry = lfirst(cell);

		if (entry->tablesample && !entry->tablesample->repeatable)
			report_query(QUERY_SAMPLES);
	}
	return query_tree_walker(query, check_level, context, 0);
}

static RawStmt *
parse(const char *text)
{
	List *statements = pg_parse_query(text);
	RawStmt *raw;

	if (list_length(statements) != 1)
		report_query(statements ? QUERY_SEVERAL : QUERY_NONE);
	raw = linitial(statements);
	if (!IsA(raw->stmt, SelectStmt) || ((SelectStmt *) raw->stmt)->intoClause)
		report_query(QUERY_NO_SELECT);
	return raw;
}

/* An error in the user's query shows that query, not the statement that calls us. */
static void
show_query(void *text)
{
	int position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery(text);
	}
}

void
query_check(UserQuery *q, const char *text)
{
	ErrorContextCallback callback = {error_context_stack, show_query, (void *) text};
	RawStmt *raw;
	Query *query;

	error_context_stack = &callback;
	raw = parse(text);
	q->text = raw->stmt_len > 0 ? pnstrdup(text + raw->stmt_location, raw->stmt_len)
								: text + raw->stmt_location;
	query = linitial(pg_analyze_and_rewrite_fixedparams(raw, text, NULL, 0, NULL));
	check_level((Node *) query, NULL);
	if (contain_volatile_functions((Node *) query))
		report_query(QUERY_VOLATILE);
	q->columns = ExecCleanTypeFromTL(query->targetList);
	error_context_stack = callback.previous;
}

/* --- how it runs ---------------------------------------------------------------------------- */

int
query_column(const UserQuery *q, const char *name)
{
	for (int i = 0; i < q->columns->natts; i++)
		if (strcmp(NameStr(TupleDescAttr(q->columns, i)->attname), name) == 0)
			return i + 1;
	return 0;
}

char *
query_from(const UserQuery *q)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "(%s\n) AS q (", q->text);
	for (int i = 1; i <= q->columns->natts; i++)
		appendStringInfo(&out, "%sc%d", i > 1 ? ", " : "", i);
	appendStringInfoChar(&out, ')');
	return out.data;
}

const char *
query_schema(FunctionCallInfo fcinfo)
{
	char *schema = get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));

	return psprintf("%s.", quote_identifier(schema));
}

int
query_begin(void)
{
	int level = NewGUCNestLevel();
	MemoryContext caller;

	set_config_option("synchronize_seqscans", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
					  true, 0, false);
	caller = CurrentMemoryContext;
	SPI_connect();
	MemoryContextSwitchTo(caller);
	return level;
}

void
query_end(int level)
{
	SPI_finish();
	AtEOXact_GUC(true, level);
}

SPIPlanPtr
query_prepare(const char *sql, int n, Oid *types)
{
	MemoryContext caller = CurrentMemoryContext;
	SPIPlanPtr plan = SPI_prepare_cursor(sql, n, types, CURSOR_OPT_PARALLEL_OK);

	MemoryContextSwitchTo(caller);
	if (!plan)
		report_spi(SPI_result);
	return plan;
}

void
query_run(SPIPlanPtr plan, Datum *values, const char *nulls)
{
	MemoryContext caller = CurrentMemoryContext;
	int result = SPI_execute_plan(plan, values, nulls, true, 0);

	MemoryContextSwitchTo(caller);
	if (result != SPI_OK_SELECT)
		report_spi(result);
}

#define BLOCK_ROWS 256

void
query_scan(SPIPlanPtr plan, Datum *values, const char *nulls, QueryTake take, void *state)
{
	MemoryContext caller = CurrentMemoryContext;
	Portal portal = SPI_cursor_open(NULL, plan, values, nulls, true);

	for (;;)
	{
		SPI_cursor_fetch(portal, true, BLOCK_ROWS);
		MemoryContextSwitchTo(caller);
		if (SPI_processed == 0)
			break;
		for (uint64 i = 0; i < SPI_processed; i++)
			take(state, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_freetuptable(SPI_tuptable);
	SPI_cursor_close(portal);
}
