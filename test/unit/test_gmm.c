/*
 * test_gmm.c: sizes, criteria, canonical order and bytes of a mixture. test_gmm --write GOLDEN
 * CORPUS writes test/golden/gmm_*.hex and seeds of the fuzzer; once a release, for new names.
 */
#include "core/mixture/gmm.h"

#include "core/base/linalg.h"
#include "check_exercise.h"

static const ms_gmm_family families[] = {MS_GMM_FULL, MS_GMM_TIED, MS_GMM_DIAG, MS_GMM_SPHERICAL};

/* A model with distinct numbers everywhere, definite whatever the family. */
static ms_status
make(ms_ctx *ctx, ms_arena *arena, ms_gmm_family family, size_t k, size_t d, ms_gmm *m)
{
	size_t triangle = ms_packed_size(d);
	size_t matrices = ms_gmm_is_diagonal(family) ? 0 : ms_gmm_matrices(family, k);

	MS_TRY(ms_gmm_new(ctx, arena, family, k, d, m));
	for (size_t j = 0; j < k; j++)
		m->weights[j] = 2.0 * (double) (j + 1) / (double) (k * (k + 1));
	for (size_t i = 0; i < k * d; i++)
		m->means[i] = (double) i - 1.5;
	for (size_t i = 0; i < ms_gmm_covariances(family, k, d); i++)
		m->covariances[i] = 1 + (double) i;
	for (size_t j = 0; j < matrices; j++)
	{
		double *s = m->covariances + j * triangle;

		for (size_t a = 0; a < d; a++)
		{
			for (size_t b = 0; b <= a; b++)
				s[ms_packed_at(a, b)] = a == b ? 3 + (double) (a + j) : 0.25 / (1 + (double) j);
		}
	}
	m->problems[0] = MS_GMM_PROBLEM_SPURIOUS;
	m->info = (ms_gmm_info){.n = 10,
							.weight = 12.5,
							.log_likelihood = -3.25,
							.icl = 7,
							.objective = -3.25,
							.iterations = 9,
							.stop = MS_GMM_STOP_TOL,
							.starts = 10,
							.starts_at_best = 4,
							.omitted = 2,
							.seed = -5,
							.problems = MS_GMM_PROBLEM_OMITTED_ROWS};
	return MS_OK;
}

static void
set_names(ms_gmm *m)
{
	static const char names[] = "a\0bc\0";

	m->names = names;
	m->names_size = sizeof(names) - 1;
}

TEST(parameters)
{
	host h;
	ms_arena arena;
	ms_gmm m;
	/* k = 3, d = 4: 2 + 12 + the covariances' own (gmm.md, 5.2) */
	double wanted[] = {14 + 30, 14 + 10, 14 + 12, 14 + 3};

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	for (size_t f = 0; f < 4; f++)
	{
		CHECK_INT(make(&h.ctx, &arena, families[f], 3, 4, &m), MS_OK);
		CHECK_NEAR(ms_gmm_parameters(&m), wanted[f], 0);
		CHECK_NEAR(ms_gmm_bic(&m), 6.5 + wanted[f] * log(12.5), 1e-15);
		CHECK_NEAR(ms_gmm_aic(&m), 6.5 + 2 * wanted[f], 1e-15);
	}
	ms_arena_free(&arena);
}

/* k = 3, d = 4, by mclust's letters (gmm.md, 5.2); names both ways. */
TEST(families_by_name)
{
	static const struct
	{
		const char *name, *letters;
		double covariance;
		size_t stored;
	} wanted[] = {{"full", "VVV", 30, 30}, {"tied", "EEE", 10, 10},		 {"diag", "VVI", 12, 12},
				  {"spherical", "VII", 3, 3}, {"EII", "EII", 1, 1},		 {"EEI", "EEI", 4, 4},
				  {"VEI", "VEI", 6, 12},	  {"EVI", "EVI", 10, 12},	 {"VEE", "VEE", 12, 30},
				  {"EEV", "EEV", 22, 30},	  {"VEV", "VEV", 24, 30},	 {"EVV", "EVV", 28, 30}};
	host h;
	ms_arena arena;
	ms_gmm m;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	for (int f = MS_GMM_FULL; f <= MS_GMM_LAST_FAMILY; f++)
	{
		CHECK_STR(ms_gmm_family_name((ms_gmm_family) f), wanted[f - 1].name);
		CHECK_INT(ms_gmm_family_of(wanted[f - 1].name), f);
		CHECK_INT(ms_gmm_family_of(wanted[f - 1].letters), f);
		CHECK_INT(ms_gmm_covariances((ms_gmm_family) f, 3, 4), wanted[f - 1].stored);
		CHECK_INT(ms_gmm_new(&h.ctx, &arena, (ms_gmm_family) f, 3, 4, &m), MS_OK);
		CHECK_NEAR(ms_gmm_parameters(&m), 14 + wanted[f - 1].covariance, 0);
		m.flags = MS_GMM_NOISE;
		CHECK_NEAR(ms_gmm_parameters(&m), 16 + wanted[f - 1].covariance, 0);
	}
	CHECK_INT(ms_gmm_family_of("EVE"), 0);
	CHECK_INT(ms_gmm_family_of("Full"), 0);
	CHECK(ms_gmm_family_name((ms_gmm_family) 0) == NULL);
	CHECK(ms_gmm_family_name((ms_gmm_family) 13) == NULL);
	ms_arena_free(&arena);
}

TEST(covariance_of_each_family)
{
	host h;
	ms_arena arena;
	ms_gmm m;
	double s[3];

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(make(&h.ctx, &arena, MS_GMM_FULL, 2, 2, &m), MS_OK);
	ms_gmm_covariance(&m, 1, s);
	CHECK(s[0] == 4 && s[1] == 0.125 && s[2] == 5);
	CHECK_INT(make(&h.ctx, &arena, MS_GMM_TIED, 2, 2, &m), MS_OK);
	ms_gmm_covariance(&m, 1, s);
	CHECK(s[0] == 3 && s[1] == 0.25 && s[2] == 4);
	CHECK_INT(make(&h.ctx, &arena, MS_GMM_DIAG, 2, 2, &m), MS_OK);
	ms_gmm_covariance(&m, 1, s);
	CHECK(s[0] == 3 && s[1] == 0 && s[2] == 4);
	CHECK_INT(make(&h.ctx, &arena, MS_GMM_SPHERICAL, 2, 2, &m), MS_OK);
	ms_gmm_covariance(&m, 1, s);
	CHECK(s[0] == 2 && s[1] == 0 && s[2] == 2);
	ms_arena_free(&arena);
}

TEST(sizes_are_refused)
{
	host h;
	ms_arena arena;
	ms_gmm m;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(ms_gmm_new(&h.ctx, &arena, MS_GMM_FULL, 0, 1, &m), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "k");
	CHECK_INT(ms_gmm_new(&h.ctx, &arena, MS_GMM_FULL, MS_GMM_MAX_K + 1, 1, &m), MS_BAD_ARGUMENT);
	CHECK_NEAR(h.ctx.facts.wanted, MS_GMM_MAX_K, 0);
	CHECK_INT(ms_gmm_new(&h.ctx, &arena, MS_GMM_FULL, 1, 0, &m), MS_DIMENSION);
	CHECK_INT(ms_gmm_new(&h.ctx, &arena, MS_GMM_FULL, 1, MS_MAX_DIM + 1, &m), MS_DIMENSION);
	CHECK_INT(ms_gmm_new(&h.ctx, &arena, MS_GMM_FULL, MS_GMM_MAX_K, MS_MAX_DIM, &m), MS_REFUSED);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

TEST(order)
{
	host h;
	ms_arena arena;
	ms_gmm m;
	double weights[] = {0.2, 0.3, 0.3, 0.2};

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	for (size_t f = 0; f < 4; f++)
	{
		CHECK_INT(make(&h.ctx, &arena, families[f], 4, 2, &m), MS_OK);
		memcpy(m.weights, weights, sizeof(weights));
		m.means[2] = 9; /* component 1 behind component 2 of equal weight */
		m.problems[3] = MS_GMM_PROBLEM_SMALL_COMPONENT;
		CHECK_INT(ms_gmm_sort(&h.ctx, &m), MS_OK);
		CHECK(m.weights[0] == 0.3 && m.weights[1] == 0.3 && m.weights[2] == 0.2);
		CHECK(m.means[0] == 2.5 && m.means[2] == 9 && m.means[4] == -1.5 && m.means[6] == 4.5);
		CHECK_INT(m.problems[2], MS_GMM_PROBLEM_SPURIOUS);
		CHECK_INT(m.problems[3], MS_GMM_PROBLEM_SMALL_COMPONENT);
		if (families[f] == MS_GMM_SPHERICAL)
			CHECK(m.covariances[0] == 3 && m.covariances[1] == 2 && m.covariances[2] == 1);
		if (families[f] == MS_GMM_FULL)
			CHECK(m.covariances[0] == 5 && m.covariances[3] == 4 && m.covariances[9] == 6);
	}
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

/* A background and a prior, whatever the family. */
static ms_status
add_parts(ms_arena *arena, uint16_t flags, ms_gmm *m)
{
	size_t d = m->d;

	MS_TRY(ms_gmm_new_parts(arena, m, flags));
	if (flags & MS_GMM_NOISE)
	{
		m->noise = 0.25;
		m->log_volume = 3.5;
		for (size_t j = 0; j < m->k; j++)
			m->weights[j] *= 0.75;
		for (size_t c = 0; c < d; c++)
		{
			m->box[c] = -(double) c - 1;
			m->box[d + c] = 10;
		}
	}
	if (flags & MS_GMM_PRIOR)
	{
		for (size_t c = 0; c < d; c++)
			m->prior_mean[c] = (double) c + 0.5;
		for (size_t i = 0; i < ms_gmm_prior_size(m->family, d); i++)
			m->prior_scale[i] = 1 + (double) i;
	}
	return MS_OK;
}

/* Packs m and reads it back; the second packing has the same bytes. */
static void
check_round_trip(host *h, ms_arena *arena, const ms_gmm *m)
{
	size_t size = ms_gmm_packed_size(m);
	char *bytes = calloc(1, size);
	char *again = calloc(1, size);
	ms_gmm back;

	ms_gmm_pack(m, bytes);
	CHECK_INT(size % 8, 0);
	if (CHECK_INT(ms_gmm_unpack(&h->ctx, arena, bytes, size, &back), MS_OK))
	{
		CHECK_INT(ms_gmm_packed_size(&back), size);
		ms_gmm_pack(&back, again);
		CHECK(memcmp(bytes, again, size) == 0);
		CHECK(back.k == m->k && back.d == m->d && back.family == m->family);
		CHECK(memcmp(back.means, m->means, m->k * m->d * sizeof(double)) == 0);
		CHECK_INT(back.info.seed, m->info.seed);
		CHECK_NEAR(back.info.log_likelihood, m->info.log_likelihood, 0);
		CHECK(ms_gmm_hash(bytes) == ms_gmm_hash(again));
	}
	free(bytes);
	free(again);
}

TEST(round_trip)
{
	host h;
	ms_arena arena;
	ms_gmm m;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	for (size_t f = 0; f < 4; f++)
	{
		for (size_t k = 1; k < 4; k++)
		{
			CHECK_INT(make(&h.ctx, &arena, families[f], k, 2, &m), MS_OK);
			check_round_trip(&h, &arena, &m);
			set_names(&m);
			check_round_trip(&h, &arena, &m);
			m.info = (ms_gmm_info){.log_likelihood = -NAN, .icl = NAN, .objective = NAN};
			check_round_trip(&h, &arena, &m);
		}
	}
	for (int f = MS_GMM_FULL; f <= MS_GMM_LAST_FAMILY; f++)
	{
		for (uint16_t flags = 0; flags <= MS_GMM_FLAGS; flags++)
		{
			ms_gmm copy;

			CHECK_INT(make(&h.ctx, &arena, (ms_gmm_family) f, 3, 2, &m), MS_OK);
			CHECK_INT(add_parts(&arena, flags, &m), MS_OK);
			set_names(&m);
			CHECK_INT(ms_gmm_copy(&h.ctx, &arena, &m, &copy), MS_OK);
			check_round_trip(&h, &arena, &copy);
		}
	}
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

/* -0.0 and 0.0 are one number, and have one form. */
TEST(one_form)
{
	host h;
	ms_arena arena;
	ms_gmm m;
	_Alignas(8) char a[1000] = {0};
	_Alignas(8) char b[1000] = {0};

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(make(&h.ctx, &arena, MS_GMM_FULL, 2, 2, &m), MS_OK);
	m.means[1] = 0.0;
	ms_gmm_pack(&m, a);
	m.means[1] = -0.0;
	ms_gmm_pack(&m, b);
	CHECK(memcmp(a, b, ms_gmm_packed_size(&m)) == 0);
	ms_arena_free(&arena);
}

static ms_status
unpack(ms_ctx *ctx, const void *bytes, size_t size)
{
	ms_arena arena;
	ms_gmm m;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = ms_gmm_unpack(ctx, &arena, bytes, size, &m);
	ms_arena_free(&arena);
	return status;
}

/* Every single bit that is turned is found, by the hash if by nothing else; and every cut. */
TEST(damage)
{
	host h;
	ms_arena arena;
	ms_gmm m;
	size_t size;
	char *bytes;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(make(&h.ctx, &arena, MS_GMM_FULL, 2, 2, &m), MS_OK);
	set_names(&m);
	size = ms_gmm_packed_size(&m);
	bytes = calloc(1, size);
	ms_gmm_pack(&m, bytes);
	ms_arena_free(&arena);
	check_bits(unpack, bytes, size);
	check_cuts(unpack, bytes, size);
	free(bytes);
}

/* --- what releases have written ------------------------------------------------------------- */

/* Models by name. They never change: a new form gets a new name. */
typedef struct golden
{
	const char *name;
	ms_gmm_family family;
	size_t k;
	bool names;
	bool imported;
	uint16_t flags;
} golden;

static const golden golden_values[] = {
	{"gmm_full", MS_GMM_FULL, 2, true, false, 0},
	{"gmm_tied", MS_GMM_TIED, 3, false, false, 0},
	{"gmm_diag", MS_GMM_DIAG, 3, true, false, 0},
	{"gmm_spherical", MS_GMM_SPHERICAL, 1, false, false, 0},
	{"gmm_imported", MS_GMM_FULL, 1, false, true, 0},
	{"gmm_noise", MS_GMM_EEI, 2, false, false, MS_GMM_NOISE | MS_GMM_MISSING},
	{"gmm_prior", MS_GMM_FULL, 2, true, false, MS_GMM_PRIOR | MS_GMM_IMPORTANCE},
	{"gmm_vev", MS_GMM_VEV, 2, false, false, MS_GMM_ICL_ENTROPY},
};

#define GOLDEN_VALUES (sizeof golden_values / sizeof *golden_values)

static size_t
golden_build(host *h, ms_arena *arena, const golden *g, unsigned char *bytes)
{
	ms_gmm m;

	CHECK_INT(make(&h->ctx, arena, g->family, g->k, 2, &m), MS_OK);
	CHECK_INT(add_parts(arena, g->flags, &m), MS_OK);
	if (g->names)
		set_names(&m);
	if (g->imported)
		m.info = (ms_gmm_info){.log_likelihood = NAN, .icl = NAN, .objective = NAN};
	memset(bytes, 0, GOLDEN_MOST);
	ms_gmm_pack(&m, bytes);
	return ms_gmm_packed_size(&m);
}

TEST(what_releases_wrote_is_read)
{
	for (size_t i = 0; i < GOLDEN_VALUES; i++)
	{
		_Alignas(8) unsigned char bytes[GOLDEN_MOST];
		_Alignas(8) unsigned char today[GOLDEN_MOST];
		size_t size = golden_read(golden_values[i].name, bytes);
		host h;
		ms_arena arena;
		ms_gmm m;

		host_init(&h);
		ms_arena_init(&arena, &h.ctx);
		CHECK_INT(golden_build(&h, &arena, golden_values + i, today), size);
		CHECK(size > 0 && memcmp(bytes, today, size) == 0);
		CHECK_INT(ms_gmm_unpack(&h.ctx, &arena, bytes, size, &m), MS_OK);
		ms_arena_free(&arena);
	}
}

static int
write_all(const char *golden_folder, const char *corpus)
{
	for (size_t i = 0; i < GOLDEN_VALUES; i++)
	{
		_Alignas(8) unsigned char bytes[GOLDEN_MOST];
		const char *name = golden_values[i].name;
		size_t size;
		host h;
		ms_arena arena;

		host_init(&h);
		ms_arena_init(&arena, &h.ctx);
		size = golden_build(&h, &arena, golden_values + i, bytes);
		ms_arena_free(&arena);
		if (!golden_write(golden_folder, corpus, name, bytes, size))
			return 1;
	}
	return 0;
}

/* What is right as bytes and wrong as a model. */
static void
check_refused(host *h, ms_arena *arena, const ms_gmm *m, const char *what)
{
	char *bytes = calloc(1, ms_gmm_packed_size(m));
	ms_gmm back;

	ms_gmm_pack(m, bytes);
	CHECK_INT(ms_gmm_unpack(&h->ctx, arena, bytes, ms_gmm_packed_size(m), &back), MS_CORRUPT);
	CHECK_STR(h->ctx.facts.what, what);
	free(bytes);
}

#define CHECK_REFUSED(change, what)                                                                \
	do                                                                                             \
	{                                                                                              \
		CHECK_INT(make(&h.ctx, &arena, MS_GMM_FULL, 2, 2, &m), MS_OK);                             \
		change;                                                                                    \
		check_refused(&h, &arena, &m, what);                                                       \
	} while (0)

TEST(wrong_models)
{
	host h;
	ms_arena arena;
	ms_gmm m;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_REFUSED(m.weights[0] += 1e-8, "weights");
	CHECK_REFUSED((m.weights[0] = 0, m.weights[1] = 1), "weights");
	CHECK_REFUSED((m.weights[0] = -0.5, m.weights[1] = 1.5), "weights");
	CHECK_REFUSED(m.means[3] = INFINITY, "finite");
	CHECK_REFUSED(m.covariances[0] = NAN, "finite");
	CHECK_REFUSED(m.covariances[1] = 40, "definite");
	CHECK_REFUSED(m.covariances[5] = 0, "definite");
	CHECK_REFUSED(m.problems[0] = MS_GMM_PROBLEM_MAX_ITER, "flags");
	CHECK_REFUSED(m.info.problems = 0x80, "flags");
	CHECK_REFUSED(m.info.starts_at_best = 11, "count");
	CHECK_REFUSED(m.info.weight = -1, "evidence");
	CHECK_REFUSED(m.info.log_likelihood = INFINITY, "evidence");
	CHECK_REFUSED((m.names = "a\0b\0c", m.names_size = 6), "names");
	CHECK_REFUSED((m.names = "a\0b", m.names_size = 3), "names");
	CHECK_REFUSED(m.family = (ms_gmm_family) 99, "family");
	CHECK_REFUSED(m.flags = 0x20, "flags");
	CHECK_REFUSED((add_parts(&arena, MS_GMM_NOISE, &m), m.noise = 0.2), "weights");
	CHECK_REFUSED((add_parts(&arena, MS_GMM_NOISE, &m), m.box[0] = 10), "box");
	CHECK_REFUSED((add_parts(&arena, MS_GMM_NOISE, &m), m.log_volume = INFINITY), "finite");
	CHECK_REFUSED((add_parts(&arena, MS_GMM_PRIOR, &m), m.prior_scale[2] = -1), "prior");
	CHECK_REFUSED((add_parts(&arena, MS_GMM_PRIOR, &m), m.prior_mean[1] = NAN), "finite");
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

static ms_status
import(host *h, ms_arena *arena, const double *weights, const double *means, const double *s)
{
	ms_gmm m;
	ms_status status = ms_gmm_import(&h->ctx, arena, 2, 2, weights, means, s, &m);

	if (status == MS_OK)
	{
		CHECK_NEAR(m.weights[0] + m.weights[1], 1, 1e-15);
		CHECK(isnan(m.info.log_likelihood));
		check_round_trip(h, arena, &m);
	}
	return status;
}

TEST(imports)
{
	static const double w[] = {0.25, 0.75};
	static const double means[] = {1, 2, 3, 4};
	static const double s[] = {1, 0.5, 0.5, 2, 1, -0.25, -0.25, 1};
	host h;
	ms_arena arena;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	CHECK_INT(import(&h, &arena, w, means, s), MS_OK);
	CHECK_INT(import(&h, &arena, (double[]){0.25, 0.75 + 5e-7}, means, s), MS_OK);
	CHECK_INT(import(&h, &arena, (double[]){0.25, 0.7}, means, s), MS_BAD_WEIGHT);
	CHECK_INT(h.ctx.facts.index, 0);
	CHECK_NEAR(h.ctx.facts.got, 0.95, 1e-15);
	CHECK_INT(import(&h, &arena, (double[]){0, 1}, means, s), MS_BAD_WEIGHT);
	CHECK_INT(h.ctx.facts.index, 1);
	CHECK_INT(import(&h, &arena, w, (double[]){1, 2, INFINITY, 4}, s), MS_NOT_FINITE);
	CHECK_STR(h.ctx.facts.what, "means");
	CHECK_INT(h.ctx.facts.index, 3);
	CHECK_INT(import(&h, &arena, w, means, (double[]){1, .5, .5, 2, 1, NAN, 0, 1}),
			  MS_NOT_FINITE);
	CHECK_STR(h.ctx.facts.what, "covariances");
	CHECK_INT(import(&h, &arena, w, means, (double[]){1, .5, .5, 2, 1, .2, .3, 1}),
			  MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "symmetry");
	CHECK_INT(h.ctx.facts.index, 2);
	CHECK_INT(import(&h, &arena, w, means, (double[]){1, 2, 2, 1, 1, 0, 0, 1}), MS_NOT_DEFINITE);
	CHECK_INT(h.ctx.facts.index, 1);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
}

static ms_status
pack_and_read(ms_ctx *ctx)
{
	ms_arena arena;
	ms_gmm m;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = make(ctx, &arena, MS_GMM_FULL, 40, 40, &m);
	if (status == MS_OK)
		status = ms_gmm_sort(ctx, &m);
	if (status == MS_OK)
	{
		size_t size = ms_gmm_packed_size(&m);
		char *bytes = calloc(1, size);

		ms_gmm_pack(&m, bytes);
		for (int round = 0; round < 30 && status == MS_OK; round++)
			status = ms_gmm_unpack(ctx, &arena, bytes, size, &m);
		free(bytes);
	}
	ms_arena_free(&arena);
	return status;
}

TEST(refuse_and_stop_everywhere)
{
	host h;
	ms_status status;

	HOST_EVERY(h, status, pack_and_read(&h.ctx));
	CHECK(h.polls > 0);
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--write") == 0)
		return write_all(argv[2], argv[3]);
	RUN(parameters);
	RUN(families_by_name);
	RUN(covariance_of_each_family);
	RUN(sizes_are_refused);
	RUN(order);
	RUN(round_trip);
	RUN(damage);
	RUN(what_releases_wrote_is_read);
	RUN(one_form);
	RUN(wrong_models);
	RUN(imports);
	RUN(refuse_and_stop_everywhere);
	return unit_done();
}
