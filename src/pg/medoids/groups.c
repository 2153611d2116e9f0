/*
 * groups.c: groups of rows, and bounds of groups, out of jsonb.
 */
#include "pg/medoids/groups.h"

#include <math.h>

#include "miscadmin.h"
#include "pg/base/report.h"
#include "utils/jsonb.h"

/* --- names ---------------------------------------------------------------------------------- */

/* A group's name: a string, or a number or boolean as it is written. */
static char *
name_of(const JsonbValue *v)
{
	switch (v->type)
	{
		case jbvString:
			return pnstrdup(v->val.string.val, v->val.string.len);
		case jbvNumeric:
			return DatumGetCString(
				DirectFunctionCall1(numeric_out, NumericGetDatum(v->val.numeric)));
		case jbvBool:
			return pstrdup(v->val.boolean ? "true" : "false");
		default:
			return NULL;
	}
}

static Jsonb *
object_arg(FunctionCallInfo fcinfo, int argno, const char *name)
{
	Jsonb *object;

	if (PG_ARGISNULL(argno))
		report_null_hint(name, "Pass jsonb_object_agg(id, group_column).");
	object = PG_GETARG_JSONB_P(argno);
	if (!JB_ROOT_IS_OBJECT(object))
		report_groups(name);
	return object;
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static uint32
index_of(const Groups *g, char *name)
{
	char **at = bsearch(&name, g->names, g->core.n, sizeof(char *), by_bytes);

	return (uint32) (at - g->names);
}

/* The group of each id, by name. */
static char **
names_by_id(Jsonb *groups, char **ids, size_t n)
{
	char **names = palloc_extended(sizeof(char *) * (n + 1), MCXT_ALLOC_HUGE);

	for (size_t i = 0; i < n; i++)
	{
		JsonbValue *v =
			getKeyJsonValueFromContainer(&groups->root, ids[i], (int) strlen(ids[i]), NULL);

		names[i] = v ? name_of(v) : NULL;
		if (!names[i])
			report_no_group(ids[i]);
		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	return names;
}

/* Keys of an object after what is in `names` already. */
static size_t
add_keys(Jsonb *object, char **names, size_t n)
{
	JsonbIterator *it = JsonbIteratorInit(&object->root);
	JsonbIteratorToken token;
	JsonbValue v;

	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
		if (token == WJB_KEY)
			names[n++] = name_of(&v);
	return n;
}

static void
sort_names(Groups *g, char **names, size_t n)
{
	qsort(names, n, sizeof(char *), by_bytes);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(names[i], g->names[g->core.n - 1]) != 0)
			g->names[g->core.n++] = names[i];
}

/* --- bounds --------------------------------------------------------------------------------- */

/* Item i of a list of two whole numbers; null is `otherwise`. */
static uint32
bound(const char *name, JsonbContainer *list, uint32 i, uint32 otherwise)
{
	JsonbValue *v = getIthJsonbValueFromContainer(list, i);
	double x = -1;

	if (v->type == jbvNull)
		return otherwise;
	if (v->type == jbvNumeric)
		x = DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(v->val.numeric)));
	if (!(x >= 0 && x <= PG_INT32_MAX && x == floor(x)))
		report_bounds(name);
	return (uint32) x;
}

static void
set_bounds(uint32 *least, uint32 *most, const char *name, JsonbContainer *list, size_t k)
{
	if (!list || !JsonContainerIsArray(list) || JsonContainerSize(list) != 2)
		report_bounds(name);
	*least = bound(name, list, 0, 0);
	*most = bound(name, list, 1, (uint32) k);
}

static void
read_bounds(Groups *g, Jsonb *bounds, size_t k)
{
	uint32 *least = palloc0(sizeof(uint32) * g->core.n);
	uint32 *most = palloc(sizeof(uint32) * g->core.n);
	bool all = JB_ROOT_IS_ARRAY(bounds);

	for (size_t h = 0; h < g->core.n; h++)
	{
		JsonbValue *v = all ? NULL
							: getKeyJsonValueFromContainer(&bounds->root, g->names[h],
														   (int) strlen(g->names[h]), NULL);

		most[h] = (uint32) k;
		if (all)
			set_bounds(&least[h], &most[h], "every group", &bounds->root, k);
		else if (v)
			set_bounds(&least[h], &most[h], g->names[h],
					   v->type == jbvBinary ? v->val.binary.data : NULL, k);
	}
	g->core.least = least;
	g->core.most = most;
}

Groups
groups_args(FunctionCallInfo fcinfo, int groups, int bounds, char **ids, size_t n, size_t k)
{
	Jsonb *by_id = object_arg(fcinfo, groups, "groups");
	Jsonb *limits;
	Groups g = {.names = NULL};
	char **of_row = names_by_id(by_id, ids, n);
	size_t keys;
	uint32 *of = palloc_extended(sizeof(uint32) * (n + 1), MCXT_ALLOC_HUGE);
	char **sorted;

	if (PG_ARGISNULL(bounds))
		report_null_hint("bounds", "Pass '[least, most]', or '{\"group\":[least, most], ...}'.");
	limits = PG_GETARG_JSONB_P(bounds);
	if (JB_ROOT_IS_SCALAR(limits))
		report_bounds("every group");
	keys = JB_ROOT_IS_OBJECT(limits) ? (size_t) JB_ROOT_COUNT(limits) : 0;
	sorted = palloc_extended(sizeof(char *) * (n + keys + 1), MCXT_ALLOC_HUGE);
	g.names = palloc_extended(sizeof(char *) * (n + keys + 1), MCXT_ALLOC_HUGE);
	memcpy(sorted, of_row, sizeof(char *) * n);
	sort_names(&g, sorted, keys > 0 ? add_keys(limits, sorted, n) : n);
	for (size_t i = 0; i < n; i++)
		of[i] = index_of(&g, of_row[i]);
	g.core.of = of;
	read_bounds(&g, limits, k);
	return g;
}
