/*
 * test_kernel_mean_check.c: kernel features and means in bytes. test_kernel_mean_check --write
 * GOLDEN CORPUS writes test/golden/kernel_*.hex and seeds of the fuzzer; once a release, for new
 * names.
 */
#include "check_exercise.h"
#include "kernel_mean_exercise.h"

/* Values by name; the rows never change: a new form gets a new name. Row i is (i, i / 2). */
typedef struct golden
{
	const char *name;
	size_t rows;
	size_t flushed; /* the first so many; sums may differ in their last bits: not compared */
	uint64_t omitted;
} golden;

static const golden golden_values[] = {
	{"kernel_features_matern32", 0, 0, 0}, {"kernel_mean_empty", 0, 0, 3},
	{"kernel_mean_rows", 3, 0, 0},         {"kernel_mean_sums", 5, 5, 1},
	{"kernel_mean_sums_rows", 6, 4, 0},
};

#define GOLDEN_VALUES (sizeof golden_values / sizeof *golden_values)

static features_value
golden_features(void)
{
	static const double scale[] = {1, 0.5};
	ms_spectrum s = {
		.seed = 42, .bandwidth = 1.5, .kernel = MS_KERNEL_MATERN32, .d = 2, .count = 5};
	features_value v = {0};
	host h;

	host_init(&h);
	CHECK_INT(ms_features_make(&h.ctx, &s, scale, &v), MS_OK);
	return v;
}

static size_t
golden_build(const golden *g, unsigned char *bytes)
{
	features_value f = golden_features();
	mean_value v = mean_begin(&f.f);
	size_t size;
	projector p;

	memset(bytes, 0, GOLDEN_MOST);
	projector_init(&p, &f.f.spectrum, ms_features_scale(&f.f));
	for (size_t i = 0; i < g->rows; i++)
	{
		CHECK_INT(mean_append(&p.h.ctx, p.p, &v, (double[]){(double) i, (double) i / 2}), MS_OK);
		if (i + 1 == g->flushed)
			CHECK_INT(mean_flush(&p.h.ctx, p.p, &v), MS_OK);
	}
	v.m->omitted = g->omitted;
	size = ms_kernel_mean_size(v.m);
	memcpy(bytes, v.m, size);
	if (g == golden_values)
	{
		size = ms_features_size(2);
		memset(bytes, 0, GOLDEN_MOST);
		memcpy(bytes, &f, size);
	}
	free(v.m);
	projector_done(&p);
	return size;
}

static ms_status
check(ms_ctx *ctx, const void *bytes, size_t size)
{
	const ms_head *head = bytes;

	return size > sizeof(*head) && head->type == MS_TYPE_KERNEL_FEATURES
			   ? ms_features_check(ctx, bytes, size)
			   : ms_kernel_mean_check(ctx, bytes, size);
}

TEST(what_releases_wrote_is_read)
{
	for (size_t g = 0; g < GOLDEN_VALUES; g++)
	{
		_Alignas(8) unsigned char bytes[GOLDEN_MOST];
		_Alignas(8) unsigned char today[GOLDEN_MOST];
		size_t size = golden_read(golden_values[g].name, bytes);
		size_t from = sizeof(ms_kernel_mean) + 2 * sizeof(double);
		bool sums = golden_values[g].flushed > 0;
		host h;

		host_init(&h);
		CHECK_INT(golden_build(golden_values + g, today), size);
		CHECK_INT(check(&h.ctx, bytes, size), MS_OK);
		CHECK(size > 0 && memcmp(bytes, today, sums ? from : size) == 0);
		for (size_t l = 0; sums && l < 10; l++)
			CHECK_NEAR(((double *) (bytes + from))[l], ((double *) (today + from))[l], 1e-12);
	}
}

static int
write_all(const char *golden_folder, const char *corpus)
{
	for (size_t g = 0; g < GOLDEN_VALUES; g++)
	{
		_Alignas(8) unsigned char bytes[GOLDEN_MOST];
		size_t size = golden_build(golden_values + g, bytes);

		if (!golden_write(golden_folder, corpus, golden_values[g].name, bytes, size))
			return 1;
	}
	return 0;
}

/*
 * Every cut is seen. So is every bit, but in the number omitted, in that of rows where there are
 * sums, and in the sums and rows themselves.
 */
TEST(damage)
{
	for (size_t g = 0; g < GOLDEN_VALUES; g++)
	{
		_Alignas(8) unsigned char built[GOLDEN_MOST];
		size_t size = golden_build(golden_values + g, built);
		size_t certain = g == 0 ? size : offsetof(ms_kernel_mean, n);
		unsigned char *bytes = malloc(size); /* its end is where the sanitizer watches */
		host h;

		host_init(&h);
		memcpy(bytes, built, size);
		CHECK_INT(check(&h.ctx, bytes, size), MS_OK);
		check_cuts(check, bytes, size);
		for (size_t bit = 32; bit < size * 8; bit++)
		{
			ms_status status;

			flip(bytes, bit);
			status = check(&h.ctx, bytes, size);
			CHECK(status == MS_CORRUPT || (status == MS_OK && bit / 8 >= certain));
			flip(bytes, bit);
		}
		free(bytes);
	}
}

/* Numbers that no rows have. */
TEST(lies)
{
	_Alignas(8) unsigned char bytes[GOLDEN_MOST];
	ms_kernel_mean *m = (ms_kernel_mean *) bytes;
	size_t size = golden_build(golden_values + 3, bytes);
	double *sums = (double *) ms_kernel_mean_sums(m);
	double held = sums[2];
	host h;

	host_init(&h);
	static const double wrong[] = {NAN, INFINITY, -0.0, 5.1, -1e300};

	for (size_t i = 0; i < 5; i++)
	{
		sums[2] = wrong[i];
		CHECK_INT(ms_kernel_mean_check(&h.ctx, m, size), MS_CORRUPT);
		CHECK_STR(h.ctx.facts.what, i < 3 ? "finite" : "sums");
	}
	sums[2] = held;
	m->n = MS_KERNEL_MEAN_MAX + 1;
	CHECK_INT(ms_kernel_mean_check(&h.ctx, m, size), MS_CORRUPT);
	CHECK_STR(h.ctx.facts.what, "count");
	m->n = 4; /* of 4 rows no sum is as great as of these 5 */
	sums[2] = 4.5;
	CHECK_INT(ms_kernel_mean_check(&h.ctx, m, size), MS_CORRUPT);
	size = golden_build(golden_values + 2, bytes);
	*((double *) ms_kernel_mean_sums(m) + 1) = 0x1p40;
	CHECK_INT(ms_kernel_mean_check(&h.ctx, m, size), MS_CORRUPT);
	CHECK_STR(h.ctx.facts.what, "far");
}

TEST(too_many_rows)
{
	features_value f = golden_features();
	mean_value a;
	projector p;

	projector_init(&p, &f.f.spectrum, ms_features_scale(&f.f));
	a = mean_of(&p, &f.f, (double[]){1, 2}, 1);
	a.m->n = MS_KERNEL_MEAN_MAX / 2;
	CHECK_INT(mean_merge(&p.h.ctx, p.p, &a, &(mean_value){a.m, a.room}), MS_OK);
	CHECK_INT(a.m->n, MS_KERNEL_MEAN_MAX);
	CHECK_INT(mean_merge(&p.h.ctx, p.p, &a, &(mean_value){a.m, a.room}), MS_TOO_LARGE);
	CHECK_INT(a.m->n, MS_KERNEL_MEAN_MAX);
	free(a.m);
	projector_done(&p);
}

/* --- growth --------------------------------------------------------------------------------- */

/* A state is valid after every row, is small while it is, and has no rows too many. */
TEST(every_number_of_rows)
{
	features_value f = features_of(MS_KERNEL_GAUSSIAN, 1, 2, 1024, 0);
	mean_value v = mean_begin(&f.f);
	projector p;

	projector_init(&p, &f.f.spectrum, ms_features_scale(&f.f));
	for (size_t n = 0; n < 600; n++)
	{
		size_t size = ms_kernel_mean_size(v.m);
		void *copy = malloc(size); /* its end is where the sanitizer watches */

		memcpy(copy, v.m, size);
		CHECK_INT(ms_kernel_mean_check(&p.h.ctx, copy, size), MS_OK);
		CHECK(v.room <= 2 * size + 64 || n >= 256);
		CHECK_INT(((ms_kernel_mean *) copy)->n, n);
		CHECK_INT(((ms_kernel_mean *) copy)->buffered, n % 256);
		free(copy);
		CHECK_INT(mean_append(&p.h.ctx, p.p, &v, (double[]){(double) n, 1}), MS_OK);
	}
	CHECK(v.room <= ms_kernel_mean_begin_size(2, 256) + 2 * 1024 * sizeof(double));
	free(v.m);
	projector_done(&p);
}

/* --- the host ------------------------------------------------------------------------------- */

static ms_status
whole_life(ms_ctx *ctx, const ms_features *f, mean_value *v, mean_value *w)
{
	ms_arena arena;
	ms_projection *p;
	ms_status status;

	free(v->m);
	free(w->m);
	*v = mean_begin(f);
	*w = mean_begin(f);
	ms_arena_init(&arena, ctx);
	status = ms_projection_new(ctx, &arena, &f->spectrum, ms_features_scale(f), &p);
	for (size_t i = 0; i < 3000 && status == MS_OK; i++)
		status = mean_append(ctx, p, i % 2 ? v : w, (double[]){(double) i, 1});
	if (status == MS_OK)
		status = mean_merge(ctx, p, v, w);
	if (status == MS_OK)
		status = mean_flush(ctx, p, v);
	if (status == MS_OK)
		status = ms_kernel_mean_check(ctx, v->m, ms_kernel_mean_size(v->m));
	ms_arena_free(&arena);
	return status;
}

TEST(refuse_and_stop_everywhere)
{
	features_value f = features_of(MS_KERNEL_IMQ, 1, 2, 3000, 0);
	mean_value v = {NULL, 0};
	mean_value w = {NULL, 0};
	ms_status status;
	host h;

	HOST_EVERY(h, status, whole_life(&h.ctx, &f.f, &v, &w));
	CHECK(h.polls > 0);
	free(v.m);
	free(w.m);
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--write") == 0)
		return write_all(argv[2], argv[3]);
	RUN(what_releases_wrote_is_read);
	RUN(damage);
	RUN(lies);
	RUN(too_many_rows);
	RUN(every_number_of_rows);
	RUN(refuse_and_stop_everywhere);
	return unit_done();
}
