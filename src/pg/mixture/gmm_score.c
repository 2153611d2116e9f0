/*
 * gmm_score.c: rows under a mixture: label, posteriors, density, all of it at once.
 *
 * The model is unpacked and factored once a call site, with the scratch for a row; nothing but
 * what is given back is allocated for a row. A row with a NULL element gives NULL, but under a model
 * that was fitted to such rows: there its marginal counts.
 */
#include "pg/mixture/gmm.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/mixture/score.h"
#include "pg/base/cache.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/rows.h"
#include "utils/array.h"

typedef struct Scoring
{
	ms_ctx ctx;
	ms_arena arena;
	ms_gmm *model;
	ms_scorer *scorer;
	ms_gap_scorer *gaps;  /* NULL unless the model takes rows with gaps */
	ms_tail *tail;        /* NULL until asked for */
	TupleDesc result;     /* of gmm_score, as is `tail` */
	MemoryContext memory; /* what lives as long as the model */
	double *x;            /* d, the row in hand; NaN where it has a gap */
	double *log_joint;    /* k */
	double log_noise;
	size_t best; /* from 0, or MS_SCORE_NOISE */
	double log_density;
} Scoring;

static void *
scoring_new(const struct varlena *value)
{
	Scoring *s = palloc0(sizeof(Scoring));

	host_init(&s->ctx);
	ms_arena_init(&s->arena, &s->ctx);
	s->memory = CurrentMemoryContext;
	s->model = gmm_unpack(value, VARSIZE(value));
	CORE(&s->ctx, ms_scorer_new(&s->ctx, &s->arena, s->model, &s->scorer));
	if (s->model->flags & MS_GMM_MISSING)
		CORE(&s->ctx, ms_gap_scorer_new(&s->ctx, &s->arena, s->model, &s->gaps));
	s->x = palloc(sizeof(double) * s->model->d);
	s->log_joint = palloc(sizeof(double) * s->model->k);
	return s;
}

static const CacheFamily scoring_family = {"measure_gmm", MS_TYPE_GMM, true, scoring_new};

/* A pattern of gaps that was not met before is kept with the model. */
static void
score_gaps(Scoring *s)
{
	MemoryContext caller = MemoryContextSwitchTo(s->memory);

	CORE(&s->ctx, ms_gap_score_row(&s->ctx, s->gaps, s->x, s->log_joint, &s->log_noise, &s->best,
								   &s->log_density));
	MemoryContextSwitchTo(caller);
}

/* Reads the row behind the model; NULL when it has a gap that the model does not take. */
static Scoring *
open_row(FunctionCallInfo fcinfo, Door door, size_t *gaps)
{
	Scoring *s;
	RowArg row;

	if (PG_ARGISNULL(0) || !row_open(&row, fcinfo, 1, door))
		return NULL;
	s = cache_get(fcinfo, 0, &scoring_family);
	if (row.d != s->model->d)
		report_model_columns(row.d, s->model->d, gmm_names(s->model));
	*gaps = row_read(&row, s->x);
	row_close(&row);
	return *gaps > 0 && !s->gaps ? NULL : s;
}

/* Scores the row behind the model, or NULL. */
static Scoring *
score(FunctionCallInfo fcinfo, Door door)
{
	size_t gaps;
	Scoring *s = open_row(fcinfo, door, &gaps);

	if (!s)
		return NULL;
	if (gaps > 0)
	{
		score_gaps(s);
		return s;
	}
	s->log_density = ms_score_row(s->scorer, s->x, s->log_joint, &s->best);
	s->log_noise = ms_scorer_log_noise(s->scorer);
	return s;
}

/* From 1; 0 is noise. */
static int32
label(size_t best)
{
	return best == MS_SCORE_NOISE ? 0 : (int32) best + 1;
}

static Datum
predict(FunctionCallInfo fcinfo, Door door)
{
	size_t gaps;
	Scoring *s = open_row(fcinfo, door, &gaps);

	if (!s)
		PG_RETURN_NULL();
	if (gaps > 0)
		score_gaps(s);
	else
		s->best = ms_score_best(s->scorer, s->x);
	PG_RETURN_INT32(label(s->best));
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
	ms_score_posterior_noise(s->log_joint, s->model->k, s->log_noise,
							 (double *) ARR_DATA_PTR(array));
	PG_RETURN_ARRAYTYPE_P(array);
}

/* --- all about a row ------------------------------------------------------------------------ */

/* What only gmm_score needs is made when it is first asked for, and kept with the model. */
static void
prepare_score(FunctionCallInfo fcinfo, Scoring *s)
{
	MemoryContext caller = MemoryContextSwitchTo(s->memory);
	TupleDesc result;

	get_call_result_type(fcinfo, NULL, &result);
	s->result = BlessTupleDesc(CreateTupleDescCopy(result));
	CORE(&s->ctx, ms_tail_new(&s->ctx, &s->arena, s->model, &s->tail));
	MemoryContextSwitchTo(caller);
}

/* Distance to the component, and the tail, are those of whole rows. */
static Datum
score_row(FunctionCallInfo fcinfo, Door door)
{
	Scoring *s = score(fcinfo, door);
	Datum values[5];
	bool nulls[5] = {false};
	double *posteriors;
	double noise;
	bool whole = true;

	if (!s)
		PG_RETURN_NULL();
	if (!s->tail)
		prepare_score(fcinfo, s);
	posteriors = palloc(sizeof(double) * s->model->k);
	noise = ms_score_posterior_noise(s->log_joint, s->model->k, s->log_noise, posteriors);
	for (uint32 c = 0; c < s->model->d; c++)
		whole = whole && !isnan(s->x[c]);
	values[0] = Int32GetDatum(label(s->best));
	values[1] = Float8GetDatum(s->best == MS_SCORE_NOISE ? noise : posteriors[s->best]);
	values[2] = Float8GetDatum(s->log_density);
	nulls[3] = !whole || s->best == MS_SCORE_NOISE;
	values[3] = nulls[3] ? (Datum) 0 : Float8GetDatum(ms_score_distance(s->scorer, s->x, s->best));
	nulls[4] = !whole;
	values[4] = whole ? Float8GetDatum(ms_tail_probability(s->tail, s->x)) : (Datum) 0;
	pfree(posteriors);
	return HeapTupleGetDatum(heap_form_tuple(s->result, values, nulls));
}

ROWS_DOORS(gmm_predict, predict);
ROWS_DOORS(gmm_posterior, posterior);
ROWS_DOORS(gmm_density, density);
ROWS_DOORS(gmm_logdensity, logdensity);
ROWS_DOORS(gmm_score, score_row);
