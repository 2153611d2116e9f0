/*
 * frechet.c: frechet_medoid: the label nearest to weighted labels. The labels' distances are
 * unpacked once a call site.
 */
#include "pg/base/compat.h"

#include "core/selection/frechet.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "pg/base/cache.h"
#include "pg/base/dissimilarity.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "utils/array.h"

typedef struct Label
{
	char *name;
	size_t at;
} Label;

typedef struct Labels
{
	ms_distances distances;
	size_t size;   /* of the value */
	Label *sorted; /* distances.n, by name */
} Labels;

/* --- labels --------------------------------------------------------------------------------- */

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const Label *) a)->name, ((const Label *) b)->name);
}

static Labels *
labels_of(const ms_dissimilarity *s, size_t size)
{
	Labels *l = palloc0(sizeof(Labels));

	l->distances = (ms_distances){.n = s->n, .matrix = s};
	l->size = size;
	l->sorted = palloc(sizeof(Label) * (s->n + 1));
	for (size_t i = 0; i < s->n; i++)
		l->sorted[i] = (Label){dissimilarity_id_text(s, size, ms_dissimilarity_ids(s)[i]), i};
	qsort(l->sorted, s->n, sizeof(Label), by_name);
	return l;
}

/* A value with missing pairs gives labels of none, and is told as what it is. */
static void *
labels_new(const struct varlena *value)
{
	size_t size = VARSIZE(value);
	ms_dissimilarity *copy = MemoryContextAllocHuge(CurrentMemoryContext, size);

	memcpy(copy, value, size);
	if (!ms_dissimilarity_complete(copy))
		return palloc0(sizeof(Labels));
	return labels_of(copy, size);
}

static const CacheFamily labels_family = {"measure_dissimilarity", MS_TYPE_DISSIMILARITY, false,
										  labels_new};

static const Labels *
labels_arg(FunctionCallInfo fcinfo)
{
	const Labels *l = cache_get(fcinfo, 0, &labels_family);
	DissimilarityArg d;

	if (l->distances.n > 0)
		return l;
	d = dissimilarity_arg_complete(fcinfo, 0);
	return labels_of(d.s, d.size);
}

static size_t
find_label(const Labels *l, char *name)
{
	Label wanted = {name, 0};
	const Label *found = bsearch(&wanted, l->sorted, l->distances.n, sizeof(Label), by_name);

	if (!found)
		report_no_id(name);
	return found->at;
}

static size_t *
points_arg(FunctionCallInfo fcinfo, int argno, const Labels *l, size_t *n)
{
	Datum *items;
	bool *nulls;
	int count;
	size_t *points;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(argno), TEXTOID, -1, false, TYPALIGN_INT, &items,
					  &nulls, &count);
	points = palloc(sizeof(size_t) * ((size_t) count + 1));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			report_null("an element of labels");
		points[i] = find_label(l, TextDatumGetCString(items[i]));
	}
	*n = (size_t) count;
	return points;
}

/* --- the answer ----------------------------------------------------------------------------- */

static Datum
label_datum(const Labels *l, size_t at)
{
	const ms_dissimilarity *s = l->distances.matrix;

	return out_text(dissimilarity_id_text(s, l->size, ms_dissimilarity_ids(s)[at]));
}

static Datum
answer(FunctionCallInfo fcinfo, const Labels *l, const ms_frechet *f)
{
	Datum values[6] = {0};
	bool nulls[6] = {false};

	values[0] = label_datum(l, f->best);
	values[1] = Float8GetDatum(f->value);
	nulls[2] = f->second == SIZE_MAX;
	if (!nulls[2])
		values[2] = label_datum(l, f->second);
	out_float8(values, nulls, 3, f->second_value);
	out_float8(values, nulls, 4, fmax(0, f->second_value - f->value));
	nulls[4] = nulls[2];
	values[5] = Int32GetDatum((int32) f->ties);
	return out_row(fcinfo, values, nulls);
}

/* False when no label has any. */
static bool
check_weights(const double *p, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
	{
		if (!(p[i] >= 0 && isfinite(p[i])))
			report_range("an element of probabilities", p[i], "finite and at least 0");
		sum += p[i];
	}
	return sum > 0;
}

PG_FUNCTION_INFO_V1(frechet_medoid);
Datum
frechet_medoid(PG_FUNCTION_ARGS)
{
	const Labels *l = labels_arg(fcinfo);
	double exponent = PG_GETARG_FLOAT8(3);
	size_t n, m;
	size_t *points = points_arg(fcinfo, 1, l, &m);
	double *p = arg_float8_array(fcinfo, 2, "probabilities", &n);
	ms_frechet f;
	ms_ctx ctx;

	if (n != m)
		report_length("probabilities", n, m);
	if (!(exponent > 0 && isfinite(exponent)))
		report_range("exponent", exponent, "above 0 and finite");
	if (!check_weights(p, n))
		PG_RETURN_NULL();
	host_init(&ctx);
	CORE(&ctx, ms_frechet_medoid(&ctx, &l->distances, points, p, m, exponent, &f));
	return answer(fcinfo, l, &f);
}
