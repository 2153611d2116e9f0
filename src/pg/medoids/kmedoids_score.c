/*
 * kmedoids_score.c: new rows and the medoids: the nearest one, and how far it is.
 *
 * The model is unpacked and packed for distances once a call site. SQL declares the functions STRICT.
 */
#include "pg/medoids/kmedoids.h"

#include "pg/base/cache.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/base/rows.h"

typedef struct Scoring
{
	ms_ctx ctx;
	ms_arena arena;
	ms_kmedoids *model;
	ms_kmedoids_scorer *scorer;
	bool numbers; /* all columns are */
	double *x;    /* d, the row in hand */
	ms_kmedoids_label label;
} Scoring;

static void *
scoring_new(const struct varlena *value)
{
	Scoring *s = palloc0(sizeof(Scoring));

	host_init(&s->ctx);
	ms_arena_init(&s->arena, &s->ctx);
	s->model = kmedoids_unpack(value, VARSIZE(value));
	if (s->model->d == 0)
		report_model_data("a dissimilarity", "rows");
	CORE(&s->ctx, ms_kmedoids_scorer_new(&s->ctx, &s->arena, s->model, &s->scorer));
	s->x = palloc(sizeof(double) * s->model->d);
	s->numbers = true;
	for (size_t j = 0; s->model->measure.kinds && j < s->model->d; j++)
		s->numbers &= s->model->measure.kinds[j] == MS_KIND_NUMBER;
	return s;
}

static const CacheFamily scoring_family = {"measure_kmedoids", MS_TYPE_KMEDOIDS, true, scoring_new};

/* The row behind the model, measured; NULL when no medoid can be compared with it. */
static const Scoring *
score(FunctionCallInfo fcinfo, Door door)
{
	Scoring *s = cache_get(fcinfo, 0, &scoring_family);
	RowArg row;

	if (!row_open(&row, fcinfo, 1, door))
		return NULL;
	if (row.d != s->model->d)
		report_model_columns(row.d, s->model->d, names_of(s->model->names, s->model->d));
	if (door == DOOR_MIXED)
		CORE(&s->ctx, ms_kmedoids_encode(&s->ctx, s->model, (ms_sample *) row.value,
										 VARSIZE(row.value), 0, s->x));
	else if (s->numbers)
		row_read(&row, s->x);
	else
		report_mixed_model();
	row_close(&row);
	CORE(&s->ctx, ms_kmedoids_score(&s->ctx, s->scorer, s->x, &s->label));
	return s->label.cluster == UINT32_MAX ? NULL : s;
}

static Datum
predict(FunctionCallInfo fcinfo, Door door)
{
	const Scoring *s = score(fcinfo, door);

	if (!s)
		PG_RETURN_NULL();
	PG_RETURN_INT32((int32) s->label.cluster + 1);
}

/* fn_extra is the cache's, so the row type is looked up each time. */
static Datum
score_row(FunctionCallInfo fcinfo, Door door)
{
	const Scoring *s = score(fcinfo, door);
	Datum values[6];
	bool nulls[6] = {false};

	if (!s)
		PG_RETURN_NULL();
	values[0] = Int32GetDatum((int32) s->label.cluster + 1);
	values[1] = out_text(kmedoids_id_text(s->model, s->label.cluster));
	out_float8(values, nulls, 2, s->label.distance);
	nulls[3] = s->label.second == UINT32_MAX;
	values[3] = Int32GetDatum((int32) s->label.second + 1);
	out_float8(values, nulls, 4, s->label.second_distance);
	out_float8(values, nulls, 5, margin_of(s->label.distance, s->label.second_distance));
	return out_row(fcinfo, values, nulls);
}

ROWS_DOORS(kmedoids_predict, predict);
ROWS_DOOR(kmedoids_predict, predict, mixed, DOOR_MIXED);
ROWS_DOORS(kmedoids_score, score_row);
ROWS_DOOR(kmedoids_score, score_row, mixed, DOOR_MIXED);
