/*
 * em_split.c: from k components to k + 1, as a start for the next fit.
 */
#include "core/mixture/em.h"

#include <math.h>
#include <string.h>

#include "core/base/linalg.h"

static size_t
heaviest(const ms_gmm *m)
{
	size_t at = 0;

	for (size_t j = 1; j < m->k; j++)
		at = m->weights[j] > m->weights[at] ? j : at;
	return at;
}

/* sqrt(lambda_1) u / 2 of component j, the longest half axis. */
static ms_status
half_axis(ms_ctx *ctx, ms_arena *scratch, const ms_gmm *m, size_t j, double *axis)
{
	size_t d = m->d;
	double *packed;
	double *full;
	double *vectors;
	double *work;

	MS_TRY(MS_ALLOC(scratch, ms_packed_size(d), &packed));
	MS_TRY(MS_ALLOC(scratch, d * d, &full));
	MS_TRY(MS_ALLOC(scratch, d * d, &vectors));
	MS_TRY(MS_ALLOC(scratch, ms_linalg_eigen_work(d), &work));
	MS_TRY(ms_tick(ctx, 10 * d * d * d));
	ms_gmm_covariance(m, j, packed);
	ms_linalg_unpack(packed, d, full);
	if (!ms_linalg_eigen(full, d, axis, vectors, work))
		return ms_fail(ctx, MS_NOT_DEFINITE, "covariance", (int64_t) j + 1, 0, 0);
	for (size_t c = d; c-- > 0;)
		axis[c] = 0.5 * sqrt(fmax(axis[0], 0)) * vectors[c];
	return MS_OK;
}

static ms_status
split_with(ms_ctx *ctx, ms_arena *scratch, const ms_gmm *m, ms_gmm *out)
{
	size_t d = m->d;
	size_t k = m->k;
	size_t j = heaviest(m);
	size_t size = ms_gmm_matrix_size(m->family, d);
	double *axis;

	MS_TRY(MS_ALLOC(scratch, d, &axis));
	MS_TRY(half_axis(ctx, scratch, m, j, axis));
	memcpy(out->weights, m->weights, k * sizeof(double));
	memcpy(out->means, m->means, k * d * sizeof(double));
	memcpy(out->covariances, m->covariances,
		   ms_gmm_covariances(m->family, k, d) * sizeof(double));
	if (!ms_gmm_is_tied(m->family))
		memcpy(out->covariances + k * size, m->covariances + j * size, size * sizeof(double));
	for (size_t i = 0; i <= k; i++)
		out->weights[i] = (i == j || i == k ? m->weights[j] / 2 : m->weights[i]) / (1 - m->noise);
	for (size_t c = 0; c < d; c++)
	{
		out->means[k * d + c] = m->means[j * d + c] + axis[c];
		out->means[j * d + c] -= axis[c];
	}
	return MS_OK;
}

ms_status
ms_em_split(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, ms_gmm *out)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_status status;

	MS_TRY(ms_gmm_new(ctx, arena, m->family, (size_t) m->k + 1, m->d, out));
	status = split_with(ctx, &scratch, m, out);
	ms_arena_free(&scratch);
	return status;
}
