/*
 * test_correlation.c: correlation clustering against metric_repair.md, 6.5 and 6.6, and all
 * partitions of few ids.
 */
#include "core/medoids/correlation.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/rng.h"
#include "host.h"

/* What clusters are made of. */
typedef struct table
{
	ms_dissimilarity *d;
	size_t size;
	ms_places places;
	ms_pull pull;
	ms_arena arena;
	host h;
} table;

static ms_dissimilarity *
begin(size_t n, size_t *size)
{
	ms_dissimilarity *d;

	*size = sizeof(*d) + n * n * sizeof(ms_pair);
	d = malloc(*size);
	ms_dissimilarity_begin(d, *size, MS_DISSIMILARITY_ID_INT);
	return d;
}

/* Takes over a value that is not canonical yet. */
static void
open_table(table *t, ms_dissimilarity *d, size_t size, double threshold)
{
	t->d = d;
	t->size = size;
	host_init(&t->h);
	ms_arena_init(&t->arena, &t->h.ctx);
	CHECK_INT(ms_dissimilarity_canonical(&t->h.ctx, d, size), MS_OK);
	CHECK_INT(ms_places_new(&t->h.ctx, &t->arena, d, size, &t->places), MS_OK);
	CHECK_INT(ms_pull_new(&t->h.ctx, &t->arena, &t->places, threshold, NULL, 0, &t->pull), MS_OK);
}

static void
close_table(table *t)
{
	ms_arena_free(&t->arena);
	CHECK_INT(t->h.live, 0);
	free(t->d);
}

static ms_correlation
solve(table *t, int n_init, bool moves)
{
	ms_correlation_options o = {n_init, 1, moves};
	ms_correlation found;

	CHECK_INT(ms_correlation_fit(&t->h.ctx, &t->arena, &t->pull, &o, &found), MS_OK);
	return found;
}

static double
recount(const ms_pull *p, const uint32_t *labels)
{
	double cost = 0;

	for (size_t i = 0; i < p->n; i++)
		cost += ms_correlation_cost(p, labels, i) / 2;
	return cost;
}

/* The least cost of all partitions: labels from i on, of which k are taken. */
static double
least_cost(const ms_pull *p, uint32_t *labels, size_t i, uint32_t k)
{
	double least = INFINITY;

	if (i == p->n)
		return recount(p, labels);
	for (uint32_t c = 0; c <= k; c++)
	{
		labels[i] = c;
		least = fmin(least, least_cost(p, labels, i + 1, c == k ? k + 1 : k));
	}
	return least;
}

/* --- section 6.5 ---------------------------------------------------------------------------- */

/* `pull` has a + or a - for each pair (1, 0), (2, 0), (2, 1), (3, 0) ...; . is no pair. */
static void
signs(table *t, size_t n, const char *pull)
{
	size_t size;
	ms_dissimilarity *d = begin(n, &size);
	host h;

	host_init(&h);
	for (size_t i = 0; i < n; i++)
	{
		CHECK_INT(ms_dissimilarity_append(&h.ctx, d, (int64_t) i, (int64_t) i, 0), MS_OK);
		for (size_t j = 0; j < i; j++, pull++)
		{
			if (*pull != '.')
				CHECK_INT(ms_dissimilarity_append(&h.ctx, d, (int64_t) i, (int64_t) j,
												  *pull == '+' ? 0 : 2),
						  MS_OK);
		}
	}
	open_table(t, d, size, 1);
}

static void
check_signs(size_t n, const char *pull, double cost, const uint32_t *labels)
{
	ms_correlation found;
	table t;

	signs(&t, n, pull);
	found = solve(&t, 10, true);
	CHECK_NEAR(found.cost, cost, 0);
	CHECK(labels == NULL || memcmp(found.labels, labels, n * sizeof(*labels)) == 0);
	close_table(&t);
}

TEST(by_hand)
{
	static const uint32_t one[] = {0, 0, 0, 0, 0};
	static const uint32_t each[] = {0, 1, 2, 3, 4};
	static const uint32_t last_alone[] = {0, 0, 0, 1};

	check_signs(4, "+++--+", 1, last_alone);
	check_signs(3, "+-+", 1, NULL);
	check_signs(5, "++++++++++", 0, one);
	check_signs(5, "----------", 0, each);
	/* two pairs that know nothing of each other stay apart, as a merger gains nothing */
	check_signs(4, "+....+", 0, (const uint32_t[]){0, 0, 1, 1});
	check_signs(1, "", 0, one);
}

/* --- against all partitions ----------------------------------------------------------------- */

static void
random_table(table *t, uint64_t number, size_t n, double share)
{
	size_t size;
	ms_dissimilarity *d = begin(n, &size);
	host h;

	host_init(&h);
	for (size_t i = 0; i < n; i++)
	{
		CHECK_INT(ms_dissimilarity_append(&h.ctx, d, (int64_t) i, (int64_t) i, 0), MS_OK);
		for (size_t j = 0; j < i; j++)
		{
			uint64_t at = i * n + j;

			if (ms_rng_at(number, 1, at) < share)
				CHECK_INT(ms_dissimilarity_append(&h.ctx, d, (int64_t) i, (int64_t) j,
												  ms_rng_at(number, 2, at)),
						  MS_OK);
		}
	}
	open_table(t, d, size, 0.5);
}

TEST(all_partitions)
{
	int best = 0;

	for (uint64_t number = 0; number < 40; number++)
	{
		table t;
		uint32_t labels[8];
		ms_correlation pivots;
		ms_correlation found;
		double least;

		random_table(&t, number, 8, number % 2 ? 1 : 0.5);
		least = least_cost(&t.pull, labels, 0, 0);
		pivots = solve(&t, 1, false);
		found = solve(&t, 1, true);
		CHECK(found.cost <= pivots.cost + 1e-12);
		CHECK(found.cost >= least - 1e-9);
		found = solve(&t, 20, true);
		CHECK_NEAR(found.cost, recount(&t.pull, found.labels), 1e-12);
		CHECK(found.cost >= least - 1e-9 && found.starts_at_best >= 1);
		best += found.cost <= least + 1e-9;
		/* no single move gains: a new cluster has number 8 */
		for (size_t i = 0; i < 8; i++)
		{
			uint32_t own = found.labels[i];

			for (uint32_t c = 0; c <= 8; c++)
			{
				found.labels[i] = c;
				CHECK(recount(&t.pull, found.labels) >= found.cost - 1e-9);
			}
			found.labels[i] = own;
		}
		close_table(&t);
	}
	CHECK(best >= 38);
}

/* Pivots of complete signs cost at most 3 times the least, on average. */
TEST(pivots_cost)
{
	double sum = 0;
	double least;
	uint32_t labels[7];
	table t;

	signs(&t, 7, "++-+-+-+-+-+-+-++-+--");
	least = least_cost(&t.pull, labels, 0, 0);
	for (int64_t seed = 0; seed < 2000; seed++)
	{
		ms_correlation_options o = {1, seed, false};
		ms_correlation found;

		CHECK_INT(ms_correlation_fit(&t.h.ctx, &t.arena, &t.pull, &o, &found), MS_OK);
		sum += found.cost;
	}
	CHECK(least > 0 && sum / 2000 <= 3 * least && sum / 2000 >= least);
	close_table(&t);
}

/* --- weights -------------------------------------------------------------------------------- */

TEST(weights)
{
	size_t size;
	ms_dissimilarity *w = begin(3, &size);
	ms_correlation found;
	ms_pull pull;
	table t;

	/* + + -: without weights any cut costs 1; the heavy pair is not cut */
	signs(&t, 3, "+-+");
	CHECK_INT(ms_dissimilarity_append(&t.h.ctx, w, 2, 1, 5), MS_OK);
	CHECK_INT(ms_dissimilarity_append(&t.h.ctx, w, 0, 2, 3), MS_OK);
	CHECK_INT(ms_dissimilarity_canonical(&t.h.ctx, w, size), MS_OK);
	CHECK_INT(ms_pull_new(&t.h.ctx, &t.arena, &t.places, 1, w, size, &pull), MS_OK);
	CHECK(pull.w[0] == 1 && pull.w[1] == -3 && pull.w[3] == 5);
	t.pull = pull;
	found = solve(&t, 10, true);
	CHECK(found.cost == 1 && found.labels[1] == 1 && found.labels[2] == 1);
	free(w);
	w = begin(3, &size);
	CHECK_INT(ms_dissimilarity_append(&t.h.ctx, w, 7, 1, 5), MS_OK);
	CHECK_INT(ms_dissimilarity_canonical(&t.h.ctx, w, size), MS_OK);
	CHECK_INT(ms_pull_new(&t.h.ctx, &t.arena, &t.places, 1, w, size, &pull), MS_MISMATCH);
	close_table(&t);
	free(w);
}

/* Blobs that pull inside and push outside, with noise: found as they were made. */
TEST(planted)
{
	size_t n = 300;
	size_t size;
	ms_dissimilarity *d = begin(n, &size);
	ms_correlation found;
	table t;
	host h;

	host_init(&h);
	for (size_t i = 0; i < n; i++)
	{
		for (size_t j = 0; j < i; j++)
		{
			bool wrong = ms_rng_at(3, 4, i * n + j) < 0.2;

			CHECK_INT(ms_dissimilarity_append(&h.ctx, d, (int64_t) i, (int64_t) j,
											  (i % 5 == j % 5) != wrong ? 0 : 1),
					  MS_OK);
		}
	}
	open_table(&t, d, size, 0.5);
	found = solve(&t, 3, true);
	CHECK_INT(found.k, 5);
	for (size_t i = 0; i < n; i++)
		CHECK_INT(found.labels[i], i % 5);
	close_table(&t);
}

/* --- refusals ------------------------------------------------------------------------------- */

static ms_status
whole(host *h, const ms_dissimilarity *d, size_t size)
{
	ms_correlation_options o = {2, 1, true};
	ms_correlation found;
	ms_places places;
	ms_pull pull;
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_places_new(&h->ctx, &arena, d, size, &places);
	if (status == MS_OK)
		status = ms_pull_new(&h->ctx, &arena, &places, 0.5, d, size, &pull);
	if (status == MS_OK)
		status = ms_correlation_fit(&h->ctx, &arena, &pull, &o, &found);
	ms_arena_free(&arena);
	return status;
}

TEST(stops)
{
	ms_correlation_options o = {0, 1, true};
	ms_correlation found;
	ms_status status;
	table t;
	host h;

	random_table(&t, 9, 200, 1);
	CHECK_INT(ms_correlation_fit(&t.h.ctx, &t.arena, &t.pull, &o, &found), MS_BAD_ARGUMENT);
	HOST_EVERY(h, status, whole(&h, t.d, t.size));
	close_table(&t);
	random_table(&t, 9, 200, 0.3);
	HOST_EVERY(h, status, whole(&h, t.d, t.size));
	close_table(&t);
}

int
main(void)
{
	RUN(by_hand);
	RUN(all_partitions);
	RUN(pivots_cost);
	RUN(weights);
	RUN(planted);
	RUN(stops);
	return unit_done();
}
