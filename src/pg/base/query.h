/*
 * query.h: a query that a user hands to a driver (gmm_fit_query, near_duplicates): checked once,
 * then run as a subquery of the driver's own, several times under one snapshot, by parallel
 * workers where the planner wants them.
 */
#ifndef PGMEASURE_QUERY_H
#define PGMEASURE_QUERY_H

#include "pg/base/compat.h"

#include "access/tupdesc.h"
#include "executor/spi.h"

typedef struct UserQuery
{
	const char *text;  /* one SELECT, without its semicolon */
	TupleDesc columns; /* of its rows */
} UserQuery;

/*
 * Refuses whatever could give other rows the next time or change anything, each with a message of
 * its own: several statements, none, no SELECT, a CTE that writes, FOR UPDATE, volatile functions,
 * TABLESAMPLE without REPEATABLE. Views are looked through. Runs nothing.
 */
extern void query_check(UserQuery *q, const char *text);

/* Number of the column of that name, from 1; 0 when there is none. */
extern int query_column(const UserQuery *q, const char *name);

/*
 * The query as an item of FROM: its columns are c1, c2 ... under the name q, whatever it calls
 * them. The newline is for a query that ends in a comment.
 */
extern char *query_from(const UserQuery *q);

/* The quoted schema of the running function, with the dot: our own objects are never searched. */
extern const char *query_schema(FunctionCallInfo fcinfo);

/*
 * An SPI connection for passes that must see the same rows in the same blocks: synchronize_seqscans
 * is off in between. The current memory context stays. An error in between ends both with the
 * transaction.
 */
extern int query_begin(void);
extern void query_end(int level);

/* The plan of a pass; plans of every pass but the first come from the cache. */
extern SPIPlanPtr query_prepare(const char *sql, int n, Oid *types);

/* All rows of a pass into SPI_tuptable, under the snapshot of the calling statement. */
extern void query_run(SPIPlanPtr plan, Datum *values, const char *nulls);

/*
 * The same in blocks of a few hundred rows, so that what a query gives never lies in memory as a whole:
 * each row goes to `take`. No parallel workers.
 */
typedef void (*QueryTake)(void *state, HeapTuple row, TupleDesc columns);
extern void query_scan(SPIPlanPtr plan, Datum *values, const char *nulls, QueryTake take, void *state);

#endif
