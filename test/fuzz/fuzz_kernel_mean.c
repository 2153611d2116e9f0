/*
 * fuzz_kernel_mean.c: any bytes as a measure_kernel_features or a measure_kernel_mean, as they are
 * and with the hash put right: what the validator accepts draws its frequencies, merges with
 * itself, flushes and has distances without a fault, and stays valid.
 */
#include "fuzz.h"
#include "kernel_mean_exercise.h"

static void
exercise_mean(host *h, ms_arena *arena, const void *bytes, size_t size)
{
	mean_value v = {malloc(size), size};
	mean_value w = {malloc(size), size};
	ms_projection *p;
	ms_status status;

	memcpy(v.m, bytes, size);
	memcpy(w.m, bytes, size);
	expect(ms_projection_new(&h->ctx, arena, &v.m->spectrum, ms_kernel_mean_scale(v.m), &p) ==
			   MS_OK,
		   "projection");
	status = mean_merge(&h->ctx, p, &v, &w);
	expect(status == MS_OK || status == MS_TOO_LARGE, "merge");
	expect(ms_kernel_mean_check(&h->ctx, v.m, ms_kernel_mean_size(v.m)) == MS_OK, "merged");
	expect(mean_flush(&h->ctx, p, &v) == MS_OK, "flush");
	expect(ms_kernel_mean_check(&h->ctx, v.m, ms_kernel_mean_size(v.m)) == MS_OK, "flushed");
	expect(mean_flush(&h->ctx, p, &w) == MS_OK, "flush");
	if (v.m->n > 0)
	{
		ms_kernel_mean_distance d = ms_kernel_mean_compare(v.m, w.m);

		expect(d.v >= 0 && d.v < 1e-9, "distance"); /* of rows twice, and of themselves */
		expect(v.m->spectrum.count == 1 || d.std_error >= 0, "error");
	}
	free(v.m);
	free(w.m);
}

static void
try_bytes(const void *bytes, size_t size)
{
	const ms_kernel_mean *m = bytes;
	host h;
	ms_arena arena;

	host_init(&h);
	ms_arena_init(&arena, &h.ctx);
	if (ms_features_check(&h.ctx, bytes, size) == MS_OK)
	{
		const ms_features *f = bytes;
		ms_projection *p;

		if ((size_t) f->spectrum.d * f->spectrum.count < 20000)
			expect(ms_projection_new(&h.ctx, &arena, &f->spectrum, ms_features_scale(f), &p) ==
					   MS_OK,
				   "frequencies");
	}
	if (ms_kernel_mean_check(&h.ctx, bytes, size) == MS_OK &&
		(size_t) m->spectrum.d * m->spectrum.count < 20000)
		exercise_mean(&h, &arena, bytes, size);
	ms_arena_free(&arena);
	expect(h.live == 0, "memory");
}

/* The hash of the spectrum, and of the scale behind `head` bytes, should it be there. */
static void
put_right(unsigned char *bytes, size_t size, size_t head)
{
	ms_spectrum *s = &((ms_features *) bytes)->spectrum;
	size_t from = offsetof(ms_spectrum, seed);

	if (s->d > MS_MAX_DIM || head + s->d * sizeof(double) > size)
		return;
	s->hash = ms_hash_bytes((char *) s + from, sizeof(*s) - from, 0);
	s->hash = ms_hash_bytes(bytes + head, s->d * sizeof(double), s->hash);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *bytes = copy_of(data, size);

	try_bytes(bytes, size);
	if (size >= sizeof(ms_features))
	{
		put_right(bytes, size, sizeof(ms_features));
		try_bytes(bytes, size);
	}
	if (size >= sizeof(ms_kernel_mean))
	{
		put_right(bytes, size, sizeof(ms_kernel_mean));
		try_bytes(bytes, size);
	}
	free(bytes);
	return 0;
}
