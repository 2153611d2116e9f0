/*
 * gmm_score.c: rows under a mixture: label, posteriors, density.
 *
 * The model is unpacked and factored once a call site, with the scratch for a row; nothing but
 * an array that is given back is allocated for a row. SQL declares the functions STRICT, and a row
 * with a NULL element gives NULL.
 */
#include "pg/mixture/gmm.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/mixture/score.h"
#include "pg/base/cache.h"
#include "pg/base/host.h"
#include "pg/base/report.h"
#include "pg/base/rows.h"
#include "utils/array.h"

typedef struct Scoring
{
	ms_ctx ctx;
	ms_arena arena;
	ms_gmm *model;
	ms_scorer *scorer;
	double *x;         /* d, the row in hand */
	double *log_joint; /* k */
	size_t best;
	double log_density;
} Scoring;

static void *
scoring_new(const struct varlena *value)
{
	Scoring *s = palloc(sizeof(Scoring));

	host_init(&s->ctx);
	ms_arena_init(&s->arena, &s->ctx);
	s->model = gmm_unpack(value, VARSIZE(value));
	CORE(&s->ctx, ms_scorer_new(&s->ctx, &s->arena, s->model, &s->scorer));
	s->x = palloc(sizeof(double) * s->model->d);
	s->log_joint = palloc(sizeof(double) * s->model->k);
	return s;
}

static const CacheFamily scoring_family = {"measure_gmm", MS_TYPE_GMM, true, scoring_new};

/* Scores the row behind the model; NULL when it has a NULL element. */
static const Scoring *
score(FunctionCallInfo fcinfo, Door door)
{
	Scoring *s = cache_get(fcinfo, 0, &scoring_family);
	RowArg row;
	size_t gaps;

	if (!row_open(&row, fcinfo, 1, door))
		return NULL;
	if (row.d != s->model->d)
		report_model_columns(row.d, s->model->d, gmm_names(s->model));
	gaps = row_read(&row, s->x);
	row_close(&row);
	if (gaps > 0)
		return NULL;
	s->log_density = ms_score_row(s->scorer, s->x, s->log_joint, &s->best);
	return s;
}

static Datum
predict(FunctionCallInfo fcinfo, Door door)
{
	const Scoring *s = score(fcinfo, door);

	if (!s)
		PG_RETURN_NULL();
	PG_RETURN_INT32((int32) s->best + 1);
}

static Datum
logdensity(FunctionCallInfo fcinfo, Door door)
{
	const Scoring *s = score(fcinfo, door);

	if (!s)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(s->log_density);
}

static Datum
density(FunctionCallInfo fcinfo, Door door)
{
	const Scoring *s = score(fcinfo, door);

	if (!s)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(exp(s->log_density));
}

/* An array of n numbers, made without scratch. */
static ArrayType *
new_array(size_t n)
{
	size_t size = ARR_OVERHEAD_NONULLS(1) + n * sizeof(float8);
	ArrayType *array = palloc0(size);

	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->elemtype = FLOAT8OID;
	ARR_DIMS(array)[0] = (int) n;
	ARR_LBOUND(array)[0] = 1;
	return array;
}

static Datum
posterior(FunctionCallInfo fcinfo, Door door)
{
	const Scoring *s = score(fcinfo, door);
	ArrayType *array;

	if (!s)
		PG_RETURN_NULL();
	array = new_array(s->model->k);
	ms_score_posterior(s->log_joint, s->model->k, (double *) ARR_DATA_PTR(array));
	PG_RETURN_ARRAYTYPE_P(array);
}

ROWS_DOORS(gmm_predict, predict);
ROWS_DOORS(gmm_posterior, posterior);
ROWS_DOORS(gmm_density, density);
ROWS_DOORS(gmm_logdensity, logdensity);
