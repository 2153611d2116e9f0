/*
 * source.h: the query of a driver: which of its columns are the id, the weight and the data.
 */
#ifndef PGMEASURE_MEDOIDS_SOURCE_H
#define PGMEASURE_MEDOIDS_SOURCE_H

#include "pg/base/compat.h"

#include "pg/base/query.h"
#include "pg/base/sample.h"

typedef struct Source
{
	UserQuery query;
	const char *schema;   /* of ours, with the dot */
	const char *from;     /* the query as an item of FROM */
	const char *id;       /* expressions: of the id, "c1::pg_catalog.int8" */
	const char *weight;   /* of the weight, "1::pg_catalog.float8" where there is none */
	const char *data;     /* of the data as arguments */
	const char *elements; /* of mixed data, before they are one row */
	const char *has_gap;  /* whether a row has a NULL element */
	bool id_number;       /* bigint, else text */
	bool weighted;
	bool array; /* data are one array */
	bool mixed;
	size_t d;     /* columns of data; 0 for an array, whose width the rows tell */
	char **names; /* d, or NULL */
} Source;

/* Checks the query. Data that are no numbers become mixed rows, or are an error unless `mixed`. */
extern void source_open(Source *s, FunctionCallInfo fcinfo, const char *query, bool mixed);

/* The rows of a query, at most `size` of them, drawn by the hash of the id. */
typedef struct Part
{
	SampleArg sample;  /* s is NULL when there are no rows */
	uint64 rows;       /* of the query */
	uint64 incomplete; /* of them, with a gap */
	bool whole;        /* the sample has all */
} Part;

extern Part source_draw(const Source *s, size_t size);

#endif
