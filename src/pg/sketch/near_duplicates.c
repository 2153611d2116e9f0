/*
 * near_duplicates.c: all pairs of a query's sketches with J >= threshold, and the groups that they
 * form, without looking at all pairs: only at those that share a band (locality-sensitive hashing).
 *
 * Band by band the keys of all rows are sorted, and rows with one key are compared, unless an
 * earlier band has brought them together: so no pair is looked at twice and none is remembered.
 * Memory: the sketches, 8 bytes a row and band, and what is found. Rows are ordered by id first.
 */
#include "pg/sketch/sketch.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/base/order.h"
#include "core/sketch/lsh.h"
#include "miscadmin.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/query.h"
#include "pg/base/report.h"
#include "utils/syscache.h"
#include "utils/lsyscache.h"

/* Rows of one key, from which on they are reported. */
#define CROWD 1000

typedef struct Row
{
	char *id;
	int64 number; /* the id, where ids are integers */
	const ms_minhash *m;
} Row;

typedef struct Pair
{
	uint32 a;
	uint32 b;
	double j;
} Pair;

typedef struct Search
{
	FunctionCallInfo fcinfo;
	ms_ctx ctx;
	double threshold;
	ms_lsh_plan plan;
	Row *rows;
	size_t n;
	uint64 *bands;	/* plan.b keys a row */
	uint32 *parent; /* the groups: a forest */
	Pair *pairs;
	size_t found;
	size_t room;
	size_t memory; /* bytes taken */
	uint64 crowds;
	uint64 largest;
	uint64 crowded; /* comparisons in crowds */
} Search;

/* Memory that counts against the budget; an error before it is taken. */
static void *
take(Search *s, size_t n, size_t size)
{
	s->memory += n * size;
	host_require("near_duplicates", s->memory);
	return MemoryContextAllocHuge(CurrentMemoryContext, Max(n, 1) * size);
}

/* --- rows ----------------------------------------------------------------------------------- */

static int
compare_numbers(const void *a, const void *b)
{
	int64 x = ((const Row *) a)->number;
	int64 y = ((const Row *) b)->number;

	return (x > y) - (x < y);
}

static int
compare_ids(const void *a, const void *b)
{
	return strcmp(((const Row *) a)->id, ((const Row *) b)->id);
}

static void
read_row(Search *s, HeapTuple tuple, bool numbers)
{
	TupleDesc desc = SPI_tuptable->tupdesc;
	bool no_id;
	bool no_sketch;
	Datum number = SPI_getbinval(tuple, desc, 2, &no_id);
	Datum sketch = SPI_getbinval(tuple, desc, 3, &no_sketch);
	Row *row = s->rows + s->n;

	if (SPI_getbinval(tuple, desc, 1, &no_id), no_id)
		report_null("id");
	if (no_sketch)
		return;
	row->id = SPI_getvalue(tuple, desc, 1);
	row->number = numbers ? DatumGetInt64(number) : 0;
	row->m = sketch_of(PG_DETOAST_DATUM(sketch));
	sketch_meet(s->n > 0 ? s->rows[0].m : row->m, row->m, false);
	if (ms_minhash_is_empty(row->m))
		return;
	s->memory += VARSIZE(row->m) + strlen(row->id);
	s->n++;
}

static void
read_rows(Search *s, bool numbers)
{
	s->rows = take(s, SPI_processed, sizeof(Row));
	if (SPI_processed >= UINT32_MAX)
		report_range("the number of rows", (double) SPI_processed, "below 2^32");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		read_row(s, SPI_tuptable->vals[i], numbers);
		CHECK_FOR_INTERRUPTS();
	}
	host_require("near_duplicates", s->memory);
	qsort(s->rows, s->n, sizeof(Row), numbers ? compare_numbers : compare_ids);
	for (size_t i = 1; i < s->n; i++)
		if (strcmp(s->rows[i - 1].id, s->rows[i].id) == 0)
			report_repeated_id(s->rows[i].id, "minhash_union(sketch) AS sketch");
}

/* The pass over the query: id as text, as a number where it is one, sketch. */
static char *
pass_of(FunctionCallInfo fcinfo, const char *text, bool *numbers)
{
	Oid schema = get_func_namespace(fcinfo->flinfo->fn_oid);
	Oid wanted = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(SKETCH_TYPE), ObjectIdGetDatum(schema));
	UserQuery q;
	int id;
	int sketch;
	Oid type;

	query_check(&q, text);
	id = query_column(&q, "id");
	sketch = query_column(&q, "sketch");
	if (!id)
		report_no_query_column("id", "bigint or text");
	if (!sketch || getBaseType(TupleDescAttr(q.columns, sketch - 1)->atttypid) != wanted)
		report_no_query_column("sketch", SKETCH_TYPE);
	type = getBaseType(TupleDescAttr(q.columns, id - 1)->atttypid);
	*numbers = type == INT2OID || type == INT4OID || type == INT8OID;
	return psprintf("SELECT q.c%d::pg_catalog.text, %s, q.c%d FROM %s", id,
					*numbers ? psprintf("q.c%d::pg_catalog.int8", id) : "0::pg_catalog.int8", sketch, query_from(&q));
}

/* --- groups --------------------------------------------------------------------------------- */

static uint32
root_of(Search *s, uint32 i)
{
	while (s->parent[i] != i)
		i = s->parent[i] = s->parent[s->parent[i]];
	return i;
}

/* The lesser root stays: a group is called by its first row. */
static void
join(Search *s, uint32 a, uint32 b)
{
	a = root_of(s, a);
	b = root_of(s, b);
	s->parent[Max(a, b)] = Min(a, b);
}

static void
add_pair(Search *s, uint32 a, uint32 b, double j)
{
	if (s->found == s->room)
	{
		size_t more = Max(s->room, 1024);

		s->memory += more * sizeof(Pair);
		host_require("near_duplicates", s->memory);
		s->room += more;
		s->pairs = repalloc_huge(s->pairs, s->room * sizeof(Pair));
	}
	s->pairs[s->found++] = (Pair){Min(a, b), Max(a, b), j};
	join(s, a, b);
}

/* --- pairs ---------------------------------------------------------------------------------- */

static bool
met_before(const Search *s, uint32 a, uint32 b, uint32 band)
{
	const uint64 *x = s->bands + (size_t) a * s->plan.b;
	const uint64 *y = s->bands + (size_t) b * s->plan.b;

	for (uint32 i = 0; i < band; i++)
		if (x[i] == y[i])
			return true;
	return false;
}

static void
look_at(Search *s, uint32 a, uint32 b, uint32 band)
{
	double j;

	CORE(&s->ctx, ms_tick(&s->ctx, 100));
	if (met_before(s, a, b, band))
		return;
	j = sketch_jaccard(s->fcinfo, s->rows[a].m, s->rows[b].m);
	if (j >= s->threshold)
		add_pair(s, a, b, j);
}

/* Rows of one key: entries are (key, row). */
static void
look_at_all(Search *s, const uint64 *entries, size_t n, uint32 band)
{
	if (n > CROWD)
	{
		s->crowds++;
		s->crowded += n * (n - 1) / 2;
		s->largest = Max(s->largest, n);
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			look_at(s, (uint32) entries[2 * i + 1], (uint32) entries[2 * k + 1], band);
}

static void
search_band(Search *s, uint32 band, uint64 *entries)
{
	static const unsigned char kinds[] = {MS_SLOT_UINT64, MS_SLOT_UINT64};

	for (size_t i = 0; i < s->n; i++)
	{
		entries[2 * i] = s->bands[i * s->plan.b + band];
		entries[2 * i + 1] = i;
	}
	CORE(&s->ctx, ms_order_sort(&s->ctx, entries, s->n, 2, kinds));
	for (size_t i = 0, next; i < s->n; i = next)
	{
		for (next = i + 1; next < s->n && entries[2 * next] == entries[2 * i];)
			next++;
		look_at_all(s, entries + 2 * i, next - i, band);
	}
}

static void
make_bands(Search *s)
{
	uint32_t n;

	s->bands = take(s, s->n * s->plan.b, sizeof(uint64));
	for (size_t i = 0; i < s->n; i++)
	{
		const ms_minhash *m = s->rows[i].m;

		CORE(&s->ctx, ms_lsh_keys(&s->ctx, m, sketch_keys(s->fcinfo, m), s->plan, s->bands + i * s->plan.b, &n));
		CHECK_FOR_INTERRUPTS();
	}
}

static void
search(Search *s, double recall)
{
	uint64 *entries;

	if (s->n == 0)
		return;
	CORE(&s->ctx, ms_lsh_choose_recall(&s->ctx, s->rows[0].m->t, s->threshold, recall, &s->plan));
	make_bands(s);
	entries = take(s, s->n, 2 * sizeof(uint64));
	s->parent = take(s, s->n, sizeof(uint32));
	s->pairs = palloc(sizeof(Pair));
	for (size_t i = 0; i < s->n; i++)
		s->parent[i] = (uint32) i;
	for (uint32 band = 0; band < s->plan.b; band++)
		search_band(s, band, entries);
	if (s->crowds > 0)
		report_crowded_bands(s->crowds, CROWD, s->largest, s->crowded);
}

/* --- answer --------------------------------------------------------------------------------- */

static int
compare_pairs(const void *x, const void *y, void *search)
{
	const Pair *a = x;
	const Pair *b = y;
	uint32 group_a = root_of(search, a->a);
	uint32 group_b = root_of(search, b->a);

	if (group_a != group_b)
		return group_a < group_b ? -1 : 1;
	if (a->a != b->a)
		return a->a < b->a ? -1 : 1;
	return (a->b > b->b) - (a->b < b->b);
}

static void
answer(Search *s, ReturnSetInfo *set)
{
	int64 group = 0;

	qsort_arg(s->pairs, s->found, sizeof(Pair), compare_pairs, s);
	for (size_t i = 0; i < s->found; i++)
	{
		const Pair *p = s->pairs + i;
		Datum values[4];
		bool nulls[4] = {false};

		group += i == 0 || root_of(s, p->a) != root_of(s, p[-1].a);
		values[0] = out_text(s->rows[p->a].id);
		values[1] = out_text(s->rows[p->b].id);
		values[2] = Float8GetDatum(p->j);
		values[3] = Int64GetDatum(group);
		out_add(set, values, nulls);
		pfree(DatumGetPointer(values[0]));
		pfree(DatumGetPointer(values[1]));
	}
}

PG_FUNCTION_INFO_V1(near_duplicates);
Datum
near_duplicates(PG_FUNCTION_ARGS)
{
	static const char *const keys[] = {"recall", NULL};
	char *text = arg_text(fcinfo, 0, "query");
	Search s = {.fcinfo = fcinfo, .threshold = arg_float8(fcinfo, 1, "threshold")};
	double recall;
	bool numbers;
	char *pass;
	ReturnSetInfo *set;
	int level;

	if (!(s.threshold > 0 && s.threshold < 1))
		report_range("threshold", s.threshold, "between 0 and 1, without these");
	arg_options(fcinfo, 2, keys);
	recall = arg_option_number(fcinfo, 2, "recall", 0.99);
	if (!(recall > 0 && recall < 1))
		report_range("option \"recall\"", recall, "between 0 and 1, without these");
	pass = pass_of(fcinfo, text, &numbers);
	set = out_set(fcinfo);
	host_init(&s.ctx);
	level = query_begin();
	query_run(query_prepare(pass, 0, NULL), NULL, NULL);
	read_rows(&s, numbers);
	search(&s, recall);
	answer(&s, set);
	query_end(level);
	return (Datum) 0;
}
