/*
 * groups.h: groups of rows as an argument: a jsonb object of group by id, as
 * jsonb_object_agg(id, region) gives it, and how many rows of each may be chosen.
 */
#ifndef PGMEASURE_MEDOIDS_GROUPS_H
#define PGMEASURE_MEDOIDS_GROUPS_H

#include "pg/base/compat.h"

#include "core/medoids/fair.h"

typedef struct Groups
{
	ms_fair_groups core;
	char **names; /* core.n, in the order of their bytes */
} Groups;

/*
 * Groups of n ids by argument `groups`, and bounds by argument `bounds`: [least, most] for every
 * group, or an object of such lists by group, where a group without one has [0, k]; most may be
 * null. A group of the bounds without any row counts as one of 0 rows.
 */
extern Groups groups_args(FunctionCallInfo fcinfo, int groups, int bounds, char **ids, size_t n,
						  size_t k);

#endif
