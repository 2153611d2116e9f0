/*
 * test_kmeans.c: Hamerly's bounds against Lloyd's iterations, labels, degenerate cases, bytes.
 * test_kmeans --write GOLDEN CORPUS writes test/golden/kmeans_*.hex and seeds of the fuzzer.
 */
#include "core/medoids/kmeans.h"

#include "core/base/rng.h"
#include "check_exercise.h"
#include "medoids_data.h"

static void
noise_row(size_t i, double *x)
{
	x[0] = 1e6 + 40 * ms_rng_at(3, 1, i);
	x[1] = -3 + 60 * ms_rng_at(3, 2, i);
}

static void
blob_row(size_t i, double *x)
{
	x[0] = 100 * (double) (i % 5) + 20 * ms_rng_at(1, 1, i);
	x[1] = 70 * (double) (i % 3) + 20 * ms_rng_at(1, 2, i);
}

static void
few_row(size_t i, double *x)
{
	x[0] = (double) (i % 3);
	x[1] = 5;
}

static double
half_weights(size_t i)
{
	return (double) (i % 5) / 2;
}

static ms_kmeans_options
options(size_t k)
{
	ms_kmeans_options o;

	ms_kmeans_defaults(&o);
	o.k = k;
	return o;
}

/* One start to the end is Lloyd's from the same seeds. */
static void
check_lloyd(row_source source, size_t n, double (*weight)(size_t), size_t k)
{
	size_t size;
	ms_sample *s = make_sample(source, n, weight, true, &size);
	ms_view view = {.rows = ms_sample_rows(s)};
	ms_kmeans_options o = options(k);
	uint32_t *lloyd = malloc(n * sizeof(*lloyd));
	ms_kmeans_label *labels = malloc(n * sizeof(*labels));
	size_t numbers[20];
	double potential;
	ms_seeds seeds;
	ms_arena arena;
	ms_kmeans m;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	o.n_init = 1;
	o.max_iter = 1000;
	CHECK_INT(ms_kmeans_fit(&h.ctx, &arena, s, size, &o, &m), MS_OK);
	CHECK(m.converged);
	CHECK_INT(ms_seeding_kmeanspp(&h.ctx, &arena, &view, k, MS_SEEDING_AUTO, 0, &seeds), MS_OK);
	CHECK_INT(ms_seeding_lloyd(&h.ctx, &arena, &view, k, seeds.centers, 1000, lloyd, &potential),
			  MS_OK);
	CHECK_NEAR(m.inertia, potential, 1e-9);
	CHECK_INT(ms_kmeans_labels(&h.ctx, &arena, &m, s, labels), MS_OK);
	for (size_t c = 0; c < k; c++)
		numbers[c] = k;
	for (size_t i = 0; i < n; i++)
	{
		if (numbers[lloyd[i]] == k)
			numbers[lloyd[i]] = labels[i].cluster;
		CHECK_INT(labels[i].cluster, numbers[lloyd[i]]);
		CHECK(labels[i].second != labels[i].cluster);
		CHECK(k == 1 || labels[i].second_distance >= labels[i].distance);
	}
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	free(s);
	free(lloyd);
	free(labels);
}

TEST(lloyd)
{
	for (size_t k = 1; k <= 20; k += 3)
	{
		check_lloyd(noise_row, 900, NULL, k);
		check_lloyd(noise_row, 900, half_weights, k);
		check_lloyd(blob_row, 600, NULL, k);
	}
}

TEST(evidence)
{
	size_t size;
	ms_sample *s = make_sample(blob_row, 600, half_weights, true, &size);

	for (int scaling = MS_SCALING_NONE; scaling <= MS_SCALING_RANGE; scaling++)
	{
		ms_kmeans_options o = options(15);
		ms_kmeans_label labels[600];
		double inertia = 0;
		double weight = 0;
		size_t sizes[15] = {0};
		ms_arena arena;
		ms_kmeans m;
		ms_kmeans again;
		host h;

		host_init(&h);
		ms_arena_init(&arena, &h.ctx);
		o.scaling = (ms_scaling) scaling;
		o.n_init = 5;
		CHECK_INT(ms_kmeans_fit(&h.ctx, &arena, s, size, &o, &m), MS_OK);
		CHECK(m.converged && m.starts == 5 && m.starts_at_best >= 1);
		CHECK_INT(ms_kmeans_labels(&h.ctx, &arena, &m, s, labels), MS_OK);
		for (size_t i = 0; i < 600; i++)
		{
			double w = ((const double *) ms_sample_record(s, i))[2];

			inertia += w * labels[i].distance * labels[i].distance;
			weight += w;
			sizes[labels[i].cluster]++;
		}
		CHECK_NEAR(m.inertia, inertia, 1e-12);
		CHECK_NEAR(m.weight, weight, 1e-12);
		for (size_t i = 0; i < 15; i++)
			CHECK_INT(m.clusters[i].size, sizes[i]);
		for (size_t i = 1; i < 15; i++)
			CHECK(m.centers[2 * i] >= m.centers[2 * i - 2]);
		/* from its own end nothing moves */
		o.start = &m;
		CHECK_INT(ms_kmeans_fit(&h.ctx, &arena, s, size, &o, &again), MS_OK);
		CHECK_NEAR(again.inertia, m.inertia, 1e-12);
		CHECK(again.iterations <= 3 && again.starts == 1);
		ms_arena_free(&arena);
		CHECK_INT(h.live, 0);
	}
	free(s);
}

TEST(tolerance)
{
	size_t size;
	ms_sample *s = make_sample(noise_row, 2000, NULL, true, &size);
	ms_kmeans_options o = options(8);
	ms_arena arena;
	ms_kmeans exact;
	ms_kmeans loose;
	ms_kmeans cut;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	o.n_init = 1;
	CHECK_INT(ms_kmeans_fit(&h.ctx, &arena, s, size, &o, &exact), MS_OK);
	o.tol = 1e-2;
	CHECK_INT(ms_kmeans_fit(&h.ctx, &arena, s, size, &o, &loose), MS_OK);
	CHECK(loose.converged && loose.iterations < exact.iterations);
	CHECK(loose.inertia < 1.1 * exact.inertia);
	o.tol = 0;
	o.max_iter = 2;
	CHECK_INT(ms_kmeans_fit(&h.ctx, &arena, s, size, &o, &cut), MS_OK);
	CHECK(!cut.converged && cut.problems & MS_KMEANS_PROBLEM_MAX_ITER && cut.iterations == 2);
	ms_arena_free(&arena);
	free(s);
}

static ms_status
try_fit(const ms_sample *s, size_t size, ms_kmeans_options o, ms_facts *facts)
{
	ms_arena arena;
	ms_kmeans m;
	ms_status status;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	status = ms_kmeans_fit(&h.ctx, &arena, s, size, &o, &m);
	if (status == MS_OK)
		for (size_t i = 0; i < m.k; i++)
			CHECK_INT(m.clusters[i].size > 0, true);
	*facts = h.ctx.facts;
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	return status;
}

TEST(degenerate)
{
	size_t size;
	ms_sample *s = make_sample(few_row, 9, NULL, true, &size);
	ms_facts facts;
	ms_kmeans_options o = options(3);

	CHECK_INT(try_fit(s, size, o, &facts), MS_OK);
	o.k = 1;
	CHECK_INT(try_fit(s, size, o, &facts), MS_OK);
	o.k = 4;
	CHECK_INT(try_fit(s, size, o, &facts), MS_TOO_FEW);
	CHECK(facts.got == 3 && facts.wanted == 4);
	o.k = 10;
	CHECK_INT(try_fit(s, size, o, &facts), MS_BAD_ARGUMENT);
	o.k = 0;
	CHECK_INT(try_fit(s, size, o, &facts), MS_BAD_ARGUMENT);
	o.k = 2;
	o.tol = NAN;
	CHECK_INT(try_fit(s, size, o, &facts), MS_BAD_ARGUMENT);
	o.tol = 0;
	o.max_iter = 0;
	CHECK_INT(try_fit(s, size, o, &facts), MS_BAD_ARGUMENT);
	o.max_iter = 5;
	((uint64_t *) ms_sample_record(s, 4))[0] = MS_GAP_BITS;
	s->incomplete = 1;
	CHECK_INT(try_fit(s, size, o, &facts), MS_INCOMPLETE);
	o.omit = true;
	CHECK_INT(try_fit(s, size, o, &facts), MS_OK);
	CHECK(ms_kmeans_bytes(&o, SIZE_MAX / 4, 100) == SIZE_MAX);
	free(s);
}

/* --- bytes ---------------------------------------------------------------------------------- */

static char *
golden(size_t *size)
{
	static const char names[] = "x\0y";
	size_t sample_size;
	ms_sample *s = make_sample(ruspini_row, RUSPINI, NULL, true, &sample_size);
	ms_kmeans_options o = options(4);
	ms_arena arena;
	ms_kmeans m;
	char *bytes;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_kmeans_fit(&h.ctx, &arena, s, sample_size, &o, &m), MS_OK);
	m.names = names;
	m.names_size = sizeof(names);
	*size = ms_kmeans_packed_size(&m);
	bytes = calloc(1, *size);
	ms_kmeans_pack(&m, bytes);
	ms_arena_free(&arena);
	free(s);
	return bytes;
}

static ms_status
unpack(ms_ctx *ctx, const void *bytes, size_t size)
{
	ms_arena arena;
	ms_kmeans m;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = ms_kmeans_unpack(ctx, &arena, bytes, size, &m);
	ms_arena_free(&arena);
	return status;
}

TEST(bytes)
{
	_Alignas(8) char stored[GOLDEN_MOST];
	size_t size;
	size_t n = golden_read("kmeans_ruspini", stored);
	char *bytes = golden(&size);
	ms_arena arena;
	ms_kmeans m;
	host h;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(n, size);
	if (CHECK_INT(ms_kmeans_unpack(&h.ctx, &arena, stored, n, &m), MS_OK))
	{
		CHECK_NEAR(m.inertia, 12881.051236, 1e-9);
		memset(bytes, 0, size);
		ms_kmeans_pack(&m, bytes);
		CHECK(memcmp(bytes, stored, size) == 0);
	}
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	check_bits(unpack, bytes, size);
	check_bits_rehashed(unpack, bytes, size);
	check_cuts(unpack, bytes, size);
	free(bytes);
}

static int
write_golden(const char *folder, const char *corpus)
{
	size_t size;
	char *bytes = golden(&size);
	bool ok = golden_write(folder, corpus, "kmeans_ruspini", bytes, size);

	free(bytes);
	return !ok;
}

/* --- stops ---------------------------------------------------------------------------------- */

static ms_status
exercise(host *h, const ms_sample *s, size_t size, const ms_kmeans_options *o)
{
	ms_arena arena;
	ms_kmeans m;
	ms_kmeans_label *labels = malloc(s->n * sizeof(*labels));
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_kmeans_fit(&h->ctx, &arena, s, size, o, &m);
	if (status == MS_OK)
		status = ms_kmeans_labels(&h->ctx, &arena, &m, s, labels);
	ms_arena_free(&arena);
	free(labels);
	return status;
}

TEST(stops)
{
	size_t size;
	ms_sample *s = make_sample(noise_row, 3000, half_weights, true, &size);
	ms_kmeans_options o = options(9);
	host h;
	ms_status status;

	o.scaling = MS_SCALING_SD;
	o.n_init = 2;
	o.tol = 1e-4;
	HOST_EVERY(h, status, exercise(&h, s, size, &o));
	free(s);
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--write") == 0)
		return write_golden(argv[2], argv[3]);
	RUN(lloyd);
	RUN(evidence);
	RUN(tolerance);
	RUN(degenerate);
	RUN(bytes);
	RUN(stops);
	return unit_done();
}
