/*
 * fuzz_medoids.c: any bytes as a measure_dissimilarity, measure_kmedoids or measure_kmeans, as they
 * are and with their content hash put right. What a validator accepts packs to the same bytes and
 * answers; and small integers as distances, where FasterPAM must end at a local optimum.
 */
#include <math.h>

#include "core/medoids/data.h"
#include "core/medoids/kmeans.h"
#include "fuzz.h"
#include "host.h"

/* --- values --------------------------------------------------------------------------------- */

static void
try_kmedoids(host *h, ms_arena *arena, const void *bytes, size_t size)
{
	ms_kmedoids m;
	ms_kmedoids_scorer *scorer;
	ms_kmedoids_label label;
	void *again;

	if (ms_kmedoids_unpack(&h->ctx, arena, bytes, size, &m) != MS_OK)
		return;
	again = calloc(1, size);
	expect(ms_kmedoids_packed_size(&m) == size, "size");
	memcpy(again, bytes, 4);
	ms_kmedoids_pack(&m, again);
	expect(memcmp(again, bytes, size) == 0, "bytes");
	free(again);
	if (m.d == 0 || ms_kmedoids_scorer_new(&h->ctx, arena, &m, &scorer) != MS_OK)
		return;
	for (size_t i = 0; i < m.k; i++)
	{
		/* distances may be out of the range of doubles, rows may share no column */
		if (ms_kmedoids_score(&h->ctx, scorer, m.medoids + i * m.d, &label) == MS_OK)
			expect(label.cluster == UINT32_MAX || label.distance == 0, "a medoid's distance");
	}
}

static void
try_kmeans(host *h, ms_arena *arena, const void *bytes, size_t size)
{
	ms_kmeans m;
	ms_kmeans_scorer *scorer;
	ms_kmeans_label label;
	void *again;

	if (ms_kmeans_unpack(&h->ctx, arena, bytes, size, &m) != MS_OK)
		return;
	again = calloc(1, size);
	expect(ms_kmeans_packed_size(&m) == size, "size");
	memcpy(again, bytes, 4);
	ms_kmeans_pack(&m, again);
	expect(memcmp(again, bytes, size) == 0, "bytes");
	free(again);
	expect(ms_kmeans_scorer_new(&h->ctx, arena, &m, &scorer) == MS_OK, "scorer");
	for (size_t i = 0; i < m.k; i++)
	{
		if (ms_kmeans_score(&h->ctx, scorer, m.centers + i * m.d, &label) == MS_OK)
			expect(label.distance == 0, "a center's distance");
	}
}

/* Spread and made canonical again a value is what it was. */
static void
try_dissimilarity(host *h, const void *bytes, size_t size)
{
	const ms_dissimilarity *s = bytes;
	size_t room;
	void *spread;

	if (ms_dissimilarity_check(&h->ctx, bytes, size) != MS_OK)
		return;
	expect(ms_dissimilarity_used(s) == size, "size");
	room = ms_dissimilarity_spread_size(s);
	spread = malloc(room);
	expect(ms_dissimilarity_spread(&h->ctx, spread, room, s, size) == MS_OK, "spread");
	expect(ms_dissimilarity_canonical(&h->ctx, spread, room) == MS_OK, "canonical");
	expect(ms_dissimilarity_used(spread) == size, "size again");
	{
		void *flat = malloc(size);

		ms_dissimilarity_flatten(flat, spread, room);
		expect(memcmp((char *) flat + 4, (const char *) bytes + 4, size - 4) == 0, "bytes");
		free(flat);
	}
	free(spread);
}

static void
try_bytes(const void *bytes, size_t size)
{
	host h;
	ms_arena arena;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	try_kmedoids(&h, &arena, bytes, size);
	try_kmeans(&h, &arena, bytes, size);
	try_dissimilarity(&h, bytes, size);
	ms_arena_free(&arena);
	expect(h.live == 0, "memory");
}

/* --- searches ------------------------------------------------------------------------------- */

static double
total(const float *rows, size_t n, const size_t *medoids, size_t k)
{
	double sum = 0;

	for (size_t o = 0; o < n; o++)
	{
		float near = INFINITY;

		for (size_t i = 0; i < k; i++)
			near = fminf(near, rows[medoids[i] * n + o]);
		sum += near;
	}
	return sum;
}

static void
try_search(const uint8_t *data, size_t size)
{
	size_t n = 2 + (size > 0 ? data[0] % 11 : 0);
	size_t k = 1 + (size > 1 ? data[1] % n : 0);
	float rows[13 * 13] = {0};
	ms_table t = {.n = n, .m = n, .square = true, .rows = rows};
	size_t medoids[13];
	size_t trial[13];
	ms_found found = {.medoids = medoids};
	ms_search s = {.k = k, .n_init = 1, .max_iter = 1000, .seed = (int64_t) size};
	host h;

	host_init(&h);
	for (size_t i = 0, at = 4; i < n; i++)
	{
		for (size_t j = 0; j < i; j++, at++)
			rows[i * n + j] = rows[j * n + i] = size > 0 ? data[at % size] % 16 : 1;
	}
	s.method = size > 2 && data[2] % 2 ? MS_KMEDOIDS_FASTPAM1 : MS_KMEDOIDS_FASTERPAM;
	s.init = (ms_kmedoids_init) (MS_KMEDOIDS_INIT_BUILD + (size > 3 ? data[3] % 4 : 0));
	expect(ms_search_pam(&h.ctx, &t, &s, &found) == MS_OK, "search");
	expect(found.converged, "end");
	expect(fabs(found.deviation - total(rows, n, medoids, k)) < 1e-9, "total");
	for (size_t i = 0; i < k; i++)
	{
		expect(i == 0 || medoids[i] > medoids[i - 1], "distinct");
		for (size_t c = 0; c < n; c++)
		{
			memcpy(trial, medoids, sizeof(trial));
			trial[i] = c;
			expect(total(rows, n, trial, k) >= found.deviation - 1e-9, "optimum");
		}
	}
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
	try_search(data, size);
	return 0;
}
