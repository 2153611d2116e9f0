/*
 * compare.h: what all comparisons of two samples share: D(a, b, ...), D_interval and D_test have
 * the same leading arguments, and the same rows come out.
 */
#ifndef PGMEASURE_COMPARE_H
#define PGMEASURE_COMPARE_H

#include "pg/base/compat.h"

#include "core/base/pair.h"
#include "lib/stringinfo.h"
#include "pg/base/sample.h"

/* Numbers of the arguments, 0 where there is none (argument 0 is always the first sample). */
typedef struct ComparisonAt
{
	int scale;
	int missing;
	int exchange;
	int level;
	int replicates;
	int seed;
} ComparisonAt;

typedef struct Comparison
{
	ms_ctx ctx;
	ms_arena arena;
	ms_pair pair;
	uint64 seed;
	ms_exchange_options exchange; /* one labelling a batch; its seed is of the rows, too */
	double level;
} Comparison;

/* Arguments 0 and 1 as a pair; false when the answer is NULL: an argument is, or a side has no rows. */
extern bool comparison_open(Comparison *c, FunctionCallInfo fcinfo, const ComparisonAt *at);

/* Labellings that fit 1 MB together, at most 64: little work is left between two. */
extern void comparison_batch(Comparison *c);

/* --- details -------------------------------------------------------------------------------- */

/* A jsonb object, key by key; NaN is null. */
extern void details_begin(StringInfo details);
extern void details_number(StringInfo details, const char *key, double x);
extern void details_numbers(StringInfo details, const char *key, const double *x, size_t n);
extern void details_text(StringInfo details, const char *key, const char *word);
extern void details_bool(StringInfo details, const char *key, bool x);

/* Ends the object. */
extern Datum details_value(StringInfo details);

/* --- answers -------------------------------------------------------------------------------- */

/* measure_test; details get "exact", and the number of rows that were left out. */
extern Datum comparison_test(FunctionCallInfo fcinfo, const Comparison *c, const ms_permutation *t,
							 const char *method, StringInfo details);

typedef struct Estimate
{
	double estimate;
	double std_error; /* NaN: not known, as the others */
	double lower;
	double upper;
	double level;
	const char *method;
	bool unconverged;
} Estimate;

/* measure_estimate. */
extern Datum comparison_estimate(FunctionCallInfo fcinfo, const Comparison *c, const Estimate *e,
								 StringInfo details);

#endif
