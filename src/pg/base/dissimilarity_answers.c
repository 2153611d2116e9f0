/*
 * dissimilarity_answers.c: what a measure_dissimilarity answers: pairs, neighbours, what is missing.
 */
#include "pg/base/dissimilarity.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "miscadmin.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"

/* Walks the pairs of either form: the smaller id first, ids alone (i, i, 0) left out. */
typedef struct Walk
{
	DissimilarityArg d;
	size_t r;    /* of the next record */
	size_t i, j; /* of a triangle: its row, its column */
} Walk;

static Walk
walk_begin(DissimilarityArg d)
{
	return (Walk){.d = d, .i = 1};
}

static bool
walk_triangle(Walk *w, ms_pair *pair)
{
	const ms_dissimilarity *s = w->d.s;
	const uint64 *ids = ms_dissimilarity_ids(s);

	if (w->r == s->pairs)
		return false;
	*pair = (ms_pair){ids[w->j], ids[w->i], ms_dissimilarity_triangle(s)[w->r++]};
	if (++w->j == w->i)
	{
		w->i++;
		w->j = 0;
	}
	return true;
}

static bool
walk_next(Walk *w, ms_pair *pair)
{
	const ms_dissimilarity *s = w->d.s;

	if (w->r % 65536 == 0)
		CHECK_FOR_INTERRUPTS();
	if (ms_dissimilarity_complete(s))
		return walk_triangle(w, pair);
	while (w->r < s->pairs)
	{
		const ms_pair *record = ms_dissimilarity_pair(s, w->r++);

		*pair = (ms_pair){record->j, record->i, record->distance};
		if (pair->i != pair->j)
			return true;
	}
	return false;
}

static Datum
id_datum(DissimilarityArg d, uint64 id)
{
	return out_text(dissimilarity_id_text(d.s, d.size, id));
}

double
dissimilarity_distance(double stored)
{
	char text[FLOAT_SHORTEST_DECIMAL_LEN];

	float_to_shortest_decimal_buf((float) stored, text);
	return strtod(text, NULL);
}

static void
add_distance(ReturnSetInfo *set, MemoryContext scratch, DissimilarityArg d, uint64 i, uint64 j,
			 double distance)
{
	MemoryContext outer = MemoryContextSwitchTo(scratch);
	Datum values[3] = {id_datum(d, i), id_datum(d, j),
					   Float8GetDatum(dissimilarity_distance(distance))};
	bool nulls[3] = {false};

	MemoryContextSwitchTo(outer);
	out_add(set, values, nulls);
	MemoryContextReset(scratch);
}

PG_FUNCTION_INFO_V1(dissimilarity_pairs);
Datum
dissimilarity_pairs(PG_FUNCTION_ARGS)
{
	DissimilarityArg d = dissimilarity_arg(fcinfo, 0);
	ReturnSetInfo *set = out_set(fcinfo);
	MemoryContext scratch =
		AllocSetContextCreate(CurrentMemoryContext, "dissimilarity_pairs", ALLOCSET_DEFAULT_SIZES);
	Walk walk = walk_begin(d);
	ms_pair pair;

	while (walk_next(&walk, &pair))
		add_distance(set, scratch, d, pair.i, pair.j, pair.distance);
	MemoryContextDelete(scratch);
	return (Datum) 0;
}

/* --- neighbours ----------------------------------------------------------------------------- */

/* Whether the id in a pair is the one that is asked for. */
static bool
id_equals(DissimilarityArg d, uint64 id, const char *wanted, size_t length)
{
	ms_string string;
	char number[32];

	if (d.s->head.flags & MS_DISSIMILARITY_ID_INT)
	{
		int n = snprintf(number, sizeof(number), INT64_FORMAT, (int64) id);

		return (size_t) n == length && memcmp(number, wanted, length) == 0;
	}
	string = ms_dissimilarity_string(d.s, d.size, id);
	return string.length == length && memcmp(string.bytes, wanted, length) == 0;
}

/* The id's slot as the value has it; an id that is not there is an error. */
static uint64
find_id(DissimilarityArg d, const char *wanted)
{
	size_t length = strlen(wanted);
	const ms_dissimilarity *s = d.s;

	if (ms_dissimilarity_complete(s))
	{
		for (size_t i = 0; i < s->n; i++)
			if (id_equals(d, ms_dissimilarity_ids(s)[i], wanted, length))
				return ms_dissimilarity_ids(s)[i];
	}
	else
		for (size_t r = 0; r < s->pairs; r++)
		{
			const ms_pair *pair = ms_dissimilarity_pair(s, r);

			if (id_equals(d, pair->i, wanted, length))
				return pair->i;
			if (id_equals(d, pair->j, wanted, length))
				return pair->j;
		}
	report_no_id(wanted);
}

/* By distance, then in the order of the pairs, which is that of the ids. */
static int
compare_neighbours(const void *a, const void *b)
{
	const ms_pair *x = a;
	const ms_pair *y = b;

	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	return (x->i > y->i) - (x->i < y->i);
}

/* The neighbours of one id: .j is the id, .i its place. */
typedef struct Neighbours
{
	ms_pair *found;
	size_t n;
	size_t capacity;
} Neighbours;

static void
add_neighbour(Neighbours *all, uint64 id, double distance)
{
	if (all->n == all->capacity)
	{
		all->capacity *= 2;
		all->found = repalloc_huge(all->found, sizeof(ms_pair) * all->capacity);
	}
	all->found[all->n] = (ms_pair){all->n, id, distance};
	all->n++;
}

static Neighbours
neighbours_of(DissimilarityArg d, uint64 id)
{
	const ms_dissimilarity *s = d.s;
	const uint64 *ids = ms_dissimilarity_ids(s);
	Neighbours all = {palloc(sizeof(ms_pair) * 64), 0, 64};
	Walk walk = walk_begin(d);
	ms_pair pair;
	size_t at = 0;

	if (ms_dissimilarity_complete(s))
	{
		while (ids[at] != id)
			at++;
		for (size_t i = 0; i < s->n; i++)
			if (i != at)
				add_neighbour(&all, ids[i], ms_dissimilarity_at(s, at, i));
	}
	else
		while (walk_next(&walk, &pair))
			if (pair.i == id || pair.j == id)
				add_neighbour(&all, pair.i == id ? pair.j : pair.i, pair.distance);
	qsort(all.found, all.n, sizeof(ms_pair), compare_neighbours);
	return all;
}

PG_FUNCTION_INFO_V1(dissimilarity_nearest);
Datum
dissimilarity_nearest(PG_FUNCTION_ARGS)
{
	DissimilarityArg d = dissimilarity_arg(fcinfo, 0);
	uint64 id = find_id(d, arg_text(fcinfo, 1, "id"));
	int32 most = arg_int32(fcinfo, 2, "n");
	ReturnSetInfo *set = out_set(fcinfo);
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "dissimilarity_nearest",
												  ALLOCSET_DEFAULT_SIZES);
	Neighbours all;

	if (most < 1)
		report_range("n", most, "at least 1");
	all = neighbours_of(d, id);
	for (size_t r = 0; r < all.n && r < (size_t) most; r++)
		add_distance(set, scratch, d, id, all.found[r].j, all.found[r].distance);
	MemoryContextDelete(scratch);
	return (Datum) 0;
}

/* --- what it holds -------------------------------------------------------------------------- */

typedef struct Contents
{
	uint64 n;
	uint64 pairs;
	uint64 missing;
	ms_pair first_missing;
	double min;
	double max;
	double mean; /* NaN for no pair */
} Contents;

static Contents
contents_of(DissimilarityArg d)
{
	Contents c = {.n = d.s->n, .min = INFINITY, .max = -INFINITY};
	Walk walk = walk_begin(d);
	ms_pair pair;
	ms_ctx ctx;
	double sum = 0;

	host_init(&ctx);
	if (!ms_dissimilarity_complete(d.s))
		CORE(&ctx, ms_dissimilarity_missing(&ctx, d.s, &c.first_missing, &c.n, &c.missing));
	c.pairs = c.n * (c.n - 1) / 2 - c.missing;
	while (walk_next(&walk, &pair))
	{
		c.min = Min(c.min, pair.distance);
		c.max = Max(c.max, pair.distance);
		sum += pair.distance;
	}
	c.mean = sum / (double) c.pairs;
	return c;
}

PG_FUNCTION_INFO_V1(dissimilarity_info);
Datum
dissimilarity_info(PG_FUNCTION_ARGS)
{
	DissimilarityArg d = dissimilarity_arg(fcinfo, 0);
	Contents c = contents_of(d);
	Datum values[10];
	bool nulls[10] = {false};

	values[0] = Int64GetDatum((int64) c.n);
	values[1] = Int64GetDatum((int64) c.pairs);
	values[2] = Int64GetDatum((int64) c.missing);
	nulls[3] = nulls[4] = c.missing == 0;
	values[3] = c.missing ? id_datum(d, c.first_missing.i) : (Datum) 0;
	values[4] = c.missing ? id_datum(d, c.first_missing.j) : (Datum) 0;
	out_float8(values, nulls, 5, c.pairs ? dissimilarity_distance(c.min) : NAN);
	out_float8(values, nulls, 6, c.mean);
	out_float8(values, nulls, 7, c.pairs ? dissimilarity_distance(c.max) : NAN);
	values[8] = out_text(d.s->head.flags & MS_DISSIMILARITY_ID_INT ? "bigint" : "text");
	values[9] = Int64GetDatum((int64) ms_dissimilarity_used(d.s));
	return out_row(fcinfo, values, nulls);
}

PG_FUNCTION_INFO_V1(dissimilarity_summary);
Datum
dissimilarity_summary(PG_FUNCTION_ARGS)
{
	DissimilarityArg d = dissimilarity_arg(fcinfo, 0);
	Contents c = contents_of(d);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "Dissimilarity: " UINT64_FORMAT " ids (%s), " UINT64_FORMAT " %s", c.n,
					 d.s->head.flags & MS_DISSIMILARITY_ID_INT ? "bigint" : "text", c.pairs,
					 c.pairs == 1 ? "pair" : "pairs");
	if (c.pairs > 0)
		appendStringInfo(&out, "\ndistances from %.6g to %.6g, mean %.6g", c.min, c.max, c.mean);
	if (c.missing > 0)
		appendStringInfo(&out, "\n" UINT64_FORMAT " %s no distance, the first is (%s, %s)",
						 c.missing, c.missing == 1 ? "pair has" : "pairs have",
						 dissimilarity_id_text(d.s, d.size, c.first_missing.i),
						 dissimilarity_id_text(d.s, d.size, c.first_missing.j));
	return out_text(out.data);
}
