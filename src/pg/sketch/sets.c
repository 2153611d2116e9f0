/*
 * sets.c: the Jaccard family on arrays: sorted by the order of their type, then walked together.
 * Repeated elements count once (but in jaccard_multiset), NULL elements not at all.
 */
#include "pg/base/compat.h"

#include <math.h>

#include "core/sketch/setindex.h"
#include "miscadmin.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/typcache.h"

/* How elements compare, looked up once a call site. */
typedef struct Order
{
	Oid type;
	TypeCacheEntry *entry;
	Oid collation;
	bool integers; /* Datums of integers compare as int64 */
} Order;

/* A sorted array. */
typedef struct Sorted
{
	Datum *items;
	size_t n;
	size_t at; /* of the walk */
} Sorted;

static const Order *
order_of(FunctionCallInfo fcinfo, Oid type)
{
	Order *order = fcinfo->flinfo->fn_extra;

	if (!order)
		order = fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Order));
	if (order->type == type)
		return order;
	order->entry = lookup_type_cache(type, TYPECACHE_CMP_PROC_FINFO);
	if (!OidIsValid(order->entry->cmp_proc_finfo.fn_oid))
		report_no_order(type);
	order->collation = PG_GET_COLLATION();
	order->integers = order->entry->cmp_proc == F_BTINT2CMP || order->entry->cmp_proc == F_BTINT4CMP ||
					  order->entry->cmp_proc == F_BTINT8CMP;
	order->type = type;
	return order;
}

static inline int
compare(Datum a, Datum b, const Order *order)
{
	int64 x = (int64) a;
	int64 y = (int64) b;

	if (order->integers)
		return (x > y) - (x < y);
	return DatumGetInt32(FunctionCall2Coll(&order->entry->cmp_proc_finfo, order->collation, a, b));
}

static int
compare_items(const void *a, const void *b, void *order)
{
	CHECK_FOR_INTERRUPTS();
	return compare(*(const Datum *) a, *(const Datum *) b, order);
}

static Sorted
sorted_arg(FunctionCallInfo fcinfo, int argno, const Order **order)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(argno);
	TypeCacheEntry *entry;
	Sorted s = {.n = 0};
	bool *nulls;
	int n;

	*order = order_of(fcinfo, ARR_ELEMTYPE(array));
	entry = (*order)->entry;
	deconstruct_array(array, entry->type_id, entry->typlen, entry->typbyval, entry->typalign, &s.items, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			s.items[s.n++] = s.items[i];
	qsort_arg(s.items, s.n, sizeof(Datum), compare_items, (void *) *order);
	return s;
}

/* The next element of any of k sorted arrays, and how often it is in each; false at the end. */
static bool
walk(Sorted *sets, int k, const Order *order, size_t *times)
{
	const Datum *least = NULL;

	for (int i = 0; i < k; i++)
	{
		const Datum *head = sets[i].items + sets[i].at;

		if (sets[i].at < sets[i].n && (!least || compare(*head, *least, order) < 0))
			least = head;
	}
	for (int i = 0; i < k && least; i++)
	{
		size_t from = sets[i].at;

		while (sets[i].at < sets[i].n && compare(sets[i].items[sets[i].at], *least, order) == 0)
			sets[i].at++;
		times[i] = sets[i].at - from;
	}
	return least != NULL;
}

/* --- two sets ------------------------------------------------------------------------------- */

static ms_set_counts
count_pair(FunctionCallInfo fcinfo)
{
	const Order *order;
	Sorted sets[2];
	size_t times[2];
	ms_set_counts c = {0, 0, 0};

	for (int i = 0; i < 2; i++)
		sets[i] = sorted_arg(fcinfo, i, &order);
	while (walk(sets, 2, order, times))
	{
		c.common += times[0] > 0 && times[1] > 0;
		c.a += times[0] > 0;
		c.b += times[1] > 0;
	}
	return c;
}

static Datum
number(FunctionCallInfo fcinfo, double x)
{
	fcinfo->isnull = isnan(x);
	return Float8GetDatum(x);
}

#define SET_INDEX(name, index)                                                                     \
	PG_FUNCTION_INFO_V1(name);                                                                     \
	Datum name(PG_FUNCTION_ARGS)                                                                   \
	{                                                                                              \
		return number(fcinfo, index(count_pair(fcinfo)));                                          \
	}                                                                                              \
	extern int no_such_variable

SET_INDEX(set_jaccard, ms_set_jaccard);
SET_INDEX(set_dice, ms_set_dice);
SET_INDEX(set_overlap, ms_set_interiority);
SET_INDEX(set_containment, ms_set_containment);
SET_INDEX(set_coincidence, ms_set_coincidence);

static double
weight_arg(FunctionCallInfo fcinfo, int argno, const char *name)
{
	double x = PG_GETARG_FLOAT8(argno);

	if (!(x >= 0) || isinf(x))
		report_range(name, x, "finite and at least 0");
	return x;
}

PG_FUNCTION_INFO_V1(set_tversky);
Datum
set_tversky(PG_FUNCTION_ARGS)
{
	double alpha = weight_arg(fcinfo, 2, "alpha");
	double beta = weight_arg(fcinfo, 3, "beta");

	return number(fcinfo, ms_set_tversky(count_pair(fcinfo), alpha, beta));
}

PG_FUNCTION_INFO_V1(set_similarity);
Datum
set_similarity(PG_FUNCTION_ARGS)
{
	ms_set_counts c = count_pair(fcinfo);
	ms_set_counts back = {c.common, c.b, c.a};
	double indices[] = {ms_set_jaccard(c),		 ms_set_dice(c),	ms_set_interiority(c), ms_set_containment(c),
						ms_set_containment(back), ms_set_coincidence(c), ms_set_ochiai(c), ms_set_kulczynski(c)};
	Datum values[11];
	bool nulls[11] = {false};

	values[0] = Int64GetDatum((int64) c.common);
	values[1] = Int64GetDatum((int64) c.a);
	values[2] = Int64GetDatum((int64) c.b);
	for (int i = 0; i < lengthof(indices); i++)
		out_float8(values, nulls, 3 + i, indices[i]);
	return out_row(fcinfo, values, nulls);
}

/* Elements count as often as they come. */
PG_FUNCTION_INFO_V1(jaccard_multiset);
Datum
jaccard_multiset(PG_FUNCTION_ARGS)
{
	const Order *order;
	Sorted sets[2];
	size_t times[2];
	double least = 0;
	double greatest = 0;

	for (int i = 0; i < 2; i++)
		sets[i] = sorted_arg(fcinfo, i, &order);
	while (walk(sets, 2, order, times))
	{
		least += (double) Min(times[0], times[1]);
		greatest += (double) Max(times[0], times[1]);
	}
	return number(fcinfo, least / greatest);
}

/* --- three sets ----------------------------------------------------------------------------- */

static ms_set_venn
count_three(FunctionCallInfo fcinfo)
{
	const Order *order;
	Sorted sets[3];
	size_t times[3];
	ms_set_venn v = {{0}};

	for (int i = 0; i < 3; i++)
		sets[i] = sorted_arg(fcinfo, i, &order);
	while (walk(sets, 3, order, times))
		v.cell[(times[0] > 0) + 2 * (times[1] > 0) + 4 * (times[2] > 0)]++;
	return v;
}

PG_FUNCTION_INFO_V1(jaccard_three);
Datum
jaccard_three(PG_FUNCTION_ARGS)
{
	ms_set_venn v = count_three(fcinfo);

	return number(fcinfo, ms_set_jaccard3(&v));
}

PG_FUNCTION_INFO_V1(jaccard_chain);
Datum
jaccard_chain(PG_FUNCTION_ARGS)
{
	ms_set_venn v = count_three(fcinfo);

	return number(fcinfo, ms_set_chain(&v));
}
