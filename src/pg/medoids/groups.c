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

/* Where a name stands in the sorted ones, or would. */
static size_t
place_of(const Groups *g, const char *name)
{
	size_t low = 0;

	for (size_t high = g->core.n; low < high;)
	{
		size_t middle = low + (high - low) / 2;

		if (strcmp(g->names[middle], name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Groups are few, rows many: so the names are kept sorted, and rows are not. */
static void
add_name(Groups *g, size_t *room, char *name)
{
	size_t at = place_of(g, name);

	if (at < g->core.n && strcmp(g->names[at], name) == 0)
		return;
	if (g->core.n == *room)
	{
		*room *= 2;
		g->names = repalloc_huge(g->names, sizeof(char *) * *room);
	}
	memmove(g->names + at + 1, g->names + at, sizeof(char *) * (g->core.n - at));
	g->names[at] = name;
	g->core.n++;
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

/* All names: of the rows, and of the bounds where these are an object. */
static void
gather_names(Groups *g, char **of_row, size_t n, Jsonb *bounds)
{
	size_t room = 16;
	JsonbIterator *it = JsonbIteratorInit(&bounds->root);
	JsonbIteratorToken token;
	JsonbValue v;

	g->names = palloc(sizeof(char *) * room);
	for (size_t i = 0; i < n; i++)
	{
		add_name(g, &room, of_row[i]);
		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
		if (token == WJB_KEY)
			add_name(g, &room, name_of(&v));
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
	char **of_row = names_by_id(object_arg(fcinfo, groups, "groups"), ids, n);
	uint32 *of = palloc_extended(sizeof(uint32) * (n + 1), MCXT_ALLOC_HUGE);
	Groups g = {.names = NULL};
	Jsonb *limits;

	if (PG_ARGISNULL(bounds))
		report_null_hint("bounds", "Pass '[least, most]', or '{\"group\":[least, most], ...}'.");
	limits = PG_GETARG_JSONB_P(bounds);
	if (JB_ROOT_IS_SCALAR(limits))
		report_bounds("every group");
	gather_names(&g, of_row, n, limits);
	for (size_t i = 0; i < n; i++)
		of[i] = (uint32) place_of(&g, of_row[i]);
	g.core.of = of;
	read_bounds(&g, limits, k);
	return g;
}
