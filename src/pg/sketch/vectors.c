/*
 * vectors.c: the Jaccard family on weights: vectors (float8[], position by position) and maps (jsonb
 * objects, key by key; a key that is not there has weight 0).
 */
#include "pg/base/compat.h"

#include <math.h>

#include "core/sketch/setindex.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "utils/array.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

static Datum
number(FunctionCallInfo fcinfo, double x)
{
	fcinfo->isnull = isnan(x);
	return Float8GetDatum(x);
}

/* --- vectors -------------------------------------------------------------------------------- */

typedef struct Vectors
{
	double *x;
	double *y;
	size_t n;
} Vectors;

static Vectors
vector_args(FunctionCallInfo fcinfo, const char *first, const char *second)
{
	Vectors v;
	size_t n;

	v.x = arg_float8_array(fcinfo, 0, first, &v.n);
	v.y = arg_float8_array(fcinfo, 1, second, &n);
	if (n != v.n)
		report_length(second, n, v.n);
	return v;
}

static void
check_positive(const double *x, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (x[i] < 0)
			report_negative(name, psprintf("element %zu", i + 1), x[i]);
}

static ms_pair_sums
sum_vectors(Vectors v)
{
	ms_pair_sums s = {.least = {0, 0}};
	ms_ctx ctx;

	host_init(&ctx);
	CORE(&ctx, ms_pair_sum(&ctx, v.x, v.y, v.n, &s));
	return s;
}

PG_FUNCTION_INFO_V1(vector_ruzicka);
Datum
vector_ruzicka(PG_FUNCTION_ARGS)
{
	Vectors v = vector_args(fcinfo, "a", "b");
	ms_pair_sums s;

	check_positive(v.x, v.n, "a");
	check_positive(v.y, v.n, "b");
	s = sum_vectors(v);
	return number(fcinfo, ms_pair_ruzicka(&s));
}

static double
alpha_arg(FunctionCallInfo fcinfo)
{
	double alpha = PG_GETARG_FLOAT8(2);

	if (!(alpha >= 0 && alpha <= 1))
		report_range("alpha", alpha, "between 0 and 1");
	return alpha;
}

PG_FUNCTION_INFO_V1(jaccard_signed);
Datum
jaccard_signed(PG_FUNCTION_ARGS)
{
	double alpha = alpha_arg(fcinfo);
	ms_pair_sums s = sum_vectors(vector_args(fcinfo, "a", "b"));

	return number(fcinfo, ms_pair_jaccard(&s, alpha));
}

PG_FUNCTION_INFO_V1(interiority_signed);
Datum
interiority_signed(PG_FUNCTION_ARGS)
{
	ms_pair_sums s = sum_vectors(vector_args(fcinfo, "a", "b"));

	return number(fcinfo, ms_pair_interiority(&s));
}

PG_FUNCTION_INFO_V1(coincidence_signed);
Datum
coincidence_signed(PG_FUNCTION_ARGS)
{
	double alpha = alpha_arg(fcinfo);
	ms_pair_sums s = sum_vectors(vector_args(fcinfo, "a", "b"));

	return number(fcinfo, ms_pair_coincidence(&s, alpha));
}

PG_FUNCTION_INFO_V1(coincidence_columns);
Datum
coincidence_columns(PG_FUNCTION_ARGS)
{
	Vectors v = vector_args(fcinfo, "x", "y");
	ms_pair_sums s = {.least = {0, 0}};
	ms_ctx ctx;

	if (v.n < 2)
		PG_RETURN_NULL();
	host_init(&ctx);
	CORE(&ctx, ms_pair_sum_standardised(&ctx, v.x, v.y, v.n, &s));
	return number(fcinfo, ms_pair_coincidence(&s, 0.5));
}

/* --- a table of counts ---------------------------------------------------------------------- */

PG_FUNCTION_INFO_V1(table_dependence);
Datum
table_dependence(PG_FUNCTION_ARGS)
{
	ArrayType *cells = PG_GETARG_ARRAYTYPE_P(0);
	double d;
	ms_ctx ctx;

	if (ARR_NDIM(cells) != 2)
		report_range("the number of dimensions of cells", ARR_NDIM(cells), "2");
	if (ARR_HASNULL(cells) && array_contains_nulls(cells))
		report_null("an element of cells");
	host_init(&ctx);
	CORE(&ctx, ms_table_dependence(&ctx, (double *) ARR_DATA_PTR(cells), (size_t) ARR_DIMS(cells)[0],
								   (size_t) ARR_DIMS(cells)[1], &d));
	return number(fcinfo, d);
}

/* --- maps ----------------------------------------------------------------------------------- */

/* A walk over the keys of an object, which jsonb keeps sorted, by length first. */
typedef struct Map
{
	const char *name;
	JsonbIterator *it;
	JsonbValue key;
	double weight;
	bool done;
} Map;

static void
map_next(Map *m)
{
	JsonbValue value;
	char *key;

	m->done = JsonbIteratorNext(&m->it, &m->key, true) != WJB_KEY;
	if (m->done)
		return;
	JsonbIteratorNext(&m->it, &value, true);
	key = pnstrdup(m->key.val.string.val, m->key.val.string.len);
	if (value.type != jbvNumeric)
		report_map(m->name, key);
	m->weight = DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(value.val.numeric)));
	if (m->weight < 0)
		report_negative(m->name, psprintf("key \"%s\"", key), m->weight);
}

static Map
map_arg(FunctionCallInfo fcinfo, int argno, const char *name)
{
	Jsonb *object = PG_GETARG_JSONB_P(argno);
	Map m = {.name = name};
	JsonbValue v;

	if (!JB_ROOT_IS_OBJECT(object))
		report_map(name, NULL);
	m.it = JsonbIteratorInit(&object->root);
	JsonbIteratorNext(&m.it, &v, true); /* the object begins */
	map_next(&m);
	return m;
}

static int
compare_keys(const Map *a, const Map *b)
{
	int na = a->key.val.string.len;
	int nb = b->key.val.string.len;

	if (a->done || b->done)
		return (int) a->done - (int) b->done;
	return na != nb ? (na > nb) - (na < nb) : memcmp(a->key.val.string.val, b->key.val.string.val, (size_t) na);
}

static ms_pair_sums
sum_maps(FunctionCallInfo fcinfo)
{
	ms_pair_sums s = {.least = {0, 0}};
	Map a = map_arg(fcinfo, 0, "a");
	Map b = map_arg(fcinfo, 1, "b");

	while (!a.done || !b.done)
	{
		int order = compare_keys(&a, &b);

		ms_pair_add(&s, order <= 0 ? a.weight : 0, order >= 0 ? b.weight : 0);
		if (order <= 0)
			map_next(&a);
		if (order >= 0)
			map_next(&b);
	}
	return s;
}

#define MAP_INDEX(name, index)                                                                     \
	PG_FUNCTION_INFO_V1(name);                                                                     \
	Datum name(PG_FUNCTION_ARGS)                                                                   \
	{                                                                                              \
		ms_pair_sums s = sum_maps(fcinfo);                                                         \
                                                                                                   \
		return number(fcinfo, index);                                                              \
	}                                                                                              \
	extern int no_such_variable

MAP_INDEX(map_ruzicka, ms_pair_ruzicka(&s));
MAP_INDEX(map_dice, ms_pair_addition(&s));
MAP_INDEX(map_overlap, ms_pair_interiority(&s));
MAP_INDEX(map_coincidence, ms_pair_coincidence(&s, 0.5));
