/*
 * fuzz_gmm_stats.c: any bytes as a measure_gmm_stats, as they are and with the model's hash and
 * the checksum put right: what the validator accepts merges with itself, flushes and updates
 * without a fault, and stays valid.
 */
#include "fuzz.h"
#include "stats_exercise.h"

#define MODEL 17

/* A model that the value could be of: its k, d and shape. */
static ms_status
make_model(ms_ctx *ctx, ms_arena *arena, const ms_gmm_stats *s, ms_gmm *m)
{
	static const ms_gmm_family families[] = {MS_GMM_FULL, MS_GMM_TIED, MS_GMM_DIAG};
	size_t d = s->d;

	MS_TRY(ms_gmm_new(ctx, arena, families[s->shape], s->k, d, m));
	m->flags = s->head.flags & MS_GMM_STATS_GAPS ? MS_GMM_MISSING : 0;
	for (size_t i = 0; i < s->k * d; i++)
		m->means[i] = (double) (i / d);
	for (size_t i = 0; i < ms_gmm_covariances(m->family, s->k, d); i++)
		m->covariances[i] = 0;
	for (size_t j = 0; j < s->k; j++)
	{
		m->weights[j] = 1.0 / s->k;
		for (size_t c = 0; c < d && j < ms_gmm_matrices(m->family, s->k); c++)
			m->covariances[m->family == MS_GMM_DIAG
							   ? j * d + c
							   : j * d * (d + 1) / 2 + c * (c + 1) / 2 + c] = 1;
	}
	return MS_OK;
}

static void
expect_valid(host *h, const stats_value *v)
{
	ms_status status = ms_gmm_stats_check(&h->ctx, v->s, ms_gmm_stats_size(v->s));

	/* sums of accepted numbers may leave the range of doubles */
	expect(status == MS_OK || strcmp(h->ctx.facts.what, "finite") == 0 ||
			   strcmp(h->ctx.facts.what, "weights") == 0 || strcmp(h->ctx.facts.what, "count") == 0,
		   h->ctx.facts.what);
}

static void
exercise(host *h, ms_arena *arena, const void *bytes, size_t size)
{
	stats_value v = {malloc(size), size};
	stats_value w = {malloc(size), size};
	ms_gmm_basis *b;
	ms_gmm_info info;
	ms_gmm m;

	memcpy(v.s, bytes, size);
	memcpy(w.s, bytes, size);
	expect(make_model(&h->ctx, arena, v.s, &m) == MS_OK, "model");
	expect(ms_gmm_basis_new(&h->ctx, arena, &m, MODEL, &b) == MS_OK, "basis");
	expect(stats_merge(&h->ctx, &v, &w) == MS_OK, "merge");
	expect_valid(h, &v);
	expect(stats_flush(&h->ctx, b, &v) == MS_OK, "flush");
	expect_valid(h, &v);
	expect(ms_gmm_stats_evidence(&h->ctx, b, v.s, &info) == MS_OK, "evidence");
	ms_gmm_stats_update(&h->ctx, arena, b, v.s, 1, &m);
	ms_gmm_stats_update(&h->ctx, arena, b, v.s, 0.1, &m);
	free(v.s);
	free(w.s);
}

static void
try_bytes(const void *bytes, size_t size)
{
	const ms_gmm_stats *s = bytes;
	host h;
	ms_arena arena;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	if (ms_gmm_stats_check(&h.ctx, bytes, size) == MS_OK && s->model == MODEL &&
		(size_t) s->k * s->d * s->d < 20000)
		exercise(&h, &arena, bytes, size);
	ms_arena_free(&arena);
	expect(h.live == 0, "memory");
}

/* The checksum of the buffered rows, should the head be right. */
static void
put_right(ms_gmm_stats *s, size_t size)
{
	size_t width = s->d + ((s->head.flags & MS_GMM_STATS_WEIGHTED) != 0);

	s->model = MODEL;
	if (s->d == 0 || s->head.flags & MS_GMM_STATS_FLUSHED ||
		s->buffered * (uint64_t) width * 8 != size - sizeof(*s))
		return;
	s->checksum = 0;
	for (size_t i = 0; i < s->buffered; i++)
		s->checksum += ms_hash_bytes((double *) (s + 1) + i * width, width * 8, 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *bytes = copy_of(data, size);

	try_bytes(bytes, size);
	if (size >= sizeof(ms_gmm_stats))
	{
		put_right(bytes, size);
		try_bytes(bytes, size);
	}
	free(bytes);
	return 0;
}
