/*
 * fuzz_gmm.c: any bytes as a measure_gmm, as they are and with their content hash put right. What
 * the validator accepts packs to the same bytes, and scores rows without a NaN.
 */
#include "core/mixture/draw.h"
#include "core/mixture/gmm.h"
#include "core/mixture/marginal.h"
#include "core/mixture/reduce.h"
#include "core/mixture/score.h"
#include "core/mixture/univariate.h"
#include "fuzz.h"
#include "host.h"

static void
check_packing(const ms_gmm *m, const void *bytes, size_t size)
{
	void *again = calloc(1, size);

	expect(ms_gmm_packed_size(m) == size, "size");
	memcpy(again, bytes, 4); /* the host's word */
	ms_gmm_pack(m, again);
	expect(memcmp(again, bytes, size) == 0, "bytes");
	free(again);
}

/* A factor may be out of reach of doubles though the covariance is not: then there is no scorer. */
static void
check_scores(host *h, ms_arena *arena, const ms_gmm *m)
{
	ms_scorer *scorer;
	double *joint;
	size_t best;

	if (ms_scorer_new(&h->ctx, arena, m, &scorer) != MS_OK)
		return;
	expect(MS_ALLOC(arena, m->k, &joint) == MS_OK, "memory");
	for (size_t j = 0; j < m->k; j++)
	{
		expect(!isnan(ms_score_row(scorer, m->means + j * m->d, joint, &best)), "density");
		expect(best < m->k || (best == MS_SCORE_NOISE && m->noise > 0), "best");
		expect(best == ms_score_best(scorer, m->means + j * m->d), "best alone");
		expect(ms_score_distance(scorer, m->means + j * m->d, j) == 0, "distance");
	}
}

/* What an accepted model answers is a status or a number. */
static void
check_answers(host *h, ms_arena *arena, const ms_gmm *m)
{
	double cost;
	double *x;
	ms_gmm part;
	ms_drawer *drawer;

	if ((size_t) m->k * m->d * m->d > 20000)
		return;
	expect(MS_ALLOC(arena, m->d, &x) == MS_OK, "memory");
	expect(ms_gmm_marginal(&h->ctx, arena, m, (uint32_t[]){m->d - 1}, 1, &part) == MS_OK,
		   "marginal");
	for (size_t j = 0; j < part.k; j++)
		expect(part.covariances[ms_gmm_is_tied(part.family) ? 0 : j] > 0, "variance");
	ms_gmm_quantile(&part, 0.3);
	memcpy(x, m->means, m->d * sizeof(double));
	x[0] = NAN;
	if (ms_gmm_condition(&h->ctx, arena, m, x, &part) == MS_OK)
		for (size_t j = 0; j < part.k; j++)
			expect(part.weights[j] > 0, "conditional weight");
	if (ms_drawer_new(&h->ctx, arena, m, &drawer) == MS_OK)
		ms_draw_at(drawer, 1, 2, x);
	ms_gmm_reduce(&h->ctx, arena, m, 1, &part, &cost);
}

static void
try_bytes(const void *bytes, size_t size)
{
	host h;
	ms_arena arena;
	ms_gmm m;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	if (ms_gmm_unpack(&h.ctx, &arena, bytes, size, &m) == MS_OK)
	{
		check_packing(&m, bytes, size);
		check_scores(&h, &arena, &m);
		check_answers(&h, &arena, &m);
	}
	ms_arena_free(&arena);
	expect(h.live == 0, "memory");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *bytes = copy_of(data, size);

	try_bytes(bytes, size);
	if (size > 16)
	{
		put_hash_right(bytes, size);
		try_bytes(bytes, size);
	}
	free(bytes);
	return 0;
}
