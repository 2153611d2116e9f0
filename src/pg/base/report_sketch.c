/*
 * report_sketch.c: sketches, and exact sets beside them.
 */
#include "pg/base/report.h"

#include "pg/base/report_text.h"
#include "utils/builtins.h"

void
report_sketches(const char *what, const char *got, const char *wanted, const char *recipe)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg("sketches of %s %s and of %s %s cannot meet", what, wanted, what, got),
					errhint("Build both with one template, as in %s: a sketch cannot be converted.", recipe)));
}

void
report_sketch_packed(void)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("a packed sketch can be compared by jaccard, and nothing else"),
					errhint("Keep the full sketch where it is merged, sized or indexed: minhash_pack cannot be undone.")));
}

void
report_sketch_kind(const char *kind, const char *wanted, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("a sketch of kind \"%s\" %s", kind, wanted), errhint("%s", hint)));
}

void
report_array_as_element(void)
{
	ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("an array is not an element of a sketch"),
					errhint("Add the elements of arrays with minhash_elements(array), or sketch one array with minhash_of(array).")));
}

void
report_no_order(Oid type)
{
	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FUNCTION),
					errmsg("values of type %s have no order, by which sets are compared", format_type_be(type)),
					errhint("Cast the array to one of another type, as in a::text[].")));
}

void
report_map(const char *argument, const char *key)
{
	if (key)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("key \"%s\" of %s is not a number", key, argument),
						errhint("Weights of keys are JSON numbers, 0 or more.")));
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("%s is not a JSON object", argument),
					errhint("Pass weights by key, as in {\"a\": 2, \"b\": 1}.")));
}

void
report_negative(const char *argument, const char *where, double value)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("%s of %s must be at least 0, got %s", where, argument, number_text(value)),
					errhint("Numbers with signs are compared by jaccard_signed.")));
}

void
report_repeated_id(const char *id, const char *merge)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("id \"%s\" comes more than once", id),
					errhint("Merge its rows first, as in SELECT id, %s ... GROUP BY id.", merge)));
}

void
report_crowded_bands(uint64 bands, uint64 limit, uint64 largest, uint64 comparisons)
{
	ereport(NOTICE, (errmsg("bands with more than " UINT64_FORMAT " members: " UINT64_FORMAT ", the largest has " UINT64_FORMAT,
							limit, bands, largest),
					 errdetail("All pairs in them were looked at: " UINT64_FORMAT " comparisons.", comparisons),
					 errhint("Text that many rows share costs this much; take it out before sketching.")));
}
