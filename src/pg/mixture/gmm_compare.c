/*
 * gmm_compare.c: several mixtures: which component is which, how far apart they are, one made of
 * many, a smaller one.
 */
#include "pg/mixture/gmm.h"

#include "core/mixture/match.h"
#include "core/mixture/reduce.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"

static void
check_columns(const ms_gmm *a, const ms_gmm *b)
{
	if (a->d != b->d)
		report_models(a->d, b->d);
}

PG_FUNCTION_INFO_V1(gmm_match);
Datum
gmm_match(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = out_set(fcinfo);
	const ms_gmm *m = gmm_arg(fcinfo, 0);
	const ms_gmm *reference = gmm_arg(fcinfo, 1);
	size_t *to = palloc(sizeof(size_t) * m->k);
	double *distance = palloc(sizeof(double) * m->k);
	ms_ctx ctx;

	check_columns(m, reference);
	host_init(&ctx);
	CORE(&ctx, ms_gmm_match(&ctx, m, reference, MS_GAUSS_BURES, to, distance));
	for (uint32 j = 0; j < m->k; j++)
	{
		bool found = to[j] != SIZE_MAX;
		bool nulls[4] = {false, !found, !found, !found || m->info.weight == 0};
		Datum values[4] = {Int32GetDatum(j + 1), Int32GetDatum((int32) to[j] + 1),
						   Float8GetDatum(distance[j]), (Datum) 0};

		if (!nulls[3])
			values[3] =
				Float8GetDatum((m->weights[j] - reference->weights[to[j]]) * m->info.weight);
		out_add(set, values, nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(gmm_relabel);
Datum
gmm_relabel(PG_FUNCTION_ARGS)
{
	ms_gmm *m = gmm_arg(fcinfo, 0);
	const ms_gmm *reference = gmm_arg(fcinfo, 1);
	ms_ctx ctx;

	check_columns(m, reference);
	host_init(&ctx);
	CORE(&ctx, ms_gmm_relabel(&ctx, m, reference, MS_GAUSS_BURES));
	return gmm_datum(m);
}

PG_FUNCTION_INFO_V1(mixture_wasserstein);
Datum
mixture_wasserstein(PG_FUNCTION_ARGS)
{
	const ms_gmm *a = gmm_arg(fcinfo, 0);
	const ms_gmm *b = gmm_arg(fcinfo, 1);
	double distance;
	ms_ctx ctx;

	check_columns(a, b);
	host_init(&ctx);
	CORE(&ctx, ms_gmm_wasserstein(&ctx, a, b, &distance));
	PG_RETURN_FLOAT8(distance);
}

/* --- several made one, one made smaller ----------------------------------------------------- */

/*
 * Transition and combine function of gmm_union: not STRICT, and a new value each time, since a
 * model is small.
 */
PG_FUNCTION_INFO_V1(gmm_merge);
Datum
gmm_merge(PG_FUNCTION_ARGS)
{
	const ms_gmm *models[2];
	ms_ctx ctx;
	ms_arena arena;
	ms_gmm out;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return gmm_datum(gmm_arg(fcinfo, PG_ARGISNULL(0) ? 1 : 0));
	models[0] = gmm_arg(fcinfo, 0);
	models[1] = gmm_arg(fcinfo, 1);
	check_columns(models[0], models[1]);
	if ((models[0]->flags ^ models[1]->flags) & MS_GMM_NOISE)
		report_noise("gmm_union");
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_gmm_union(&ctx, &arena, models, 2, &out));
	return gmm_datum(&out);
}

PG_FUNCTION_INFO_V1(gmm_reduce);
Datum
gmm_reduce(PG_FUNCTION_ARGS)
{
	const ms_gmm *m = gmm_arg(fcinfo, 0);
	int32 k = PG_GETARG_INT32(1);
	double cost;
	ms_ctx ctx;
	ms_arena arena;
	ms_gmm out;

	if (k < 1 || (uint32) k > m->k)
		report_range("k", k, psprintf("from 1 to %u, the components of the model", m->k));
	host_init(&ctx);
	ms_arena_init(&arena, &ctx);
	CORE(&ctx, ms_gmm_reduce(&ctx, &arena, m, (size_t) k, &out, &cost));
	return gmm_datum(&out);
}
