/*
 * features.c: what random features are told by, in bytes.
 */
#include "core/mmd/features.h"

#include <math.h>
#include <string.h>

#include "core/base/hash.h"

/* Neither 0 nor so great or small that a quotient of two leaves the range of doubles. */
static bool
is_unit(double x)
{
	return x >= 1 / MS_FEATURES_UNIT && x <= MS_FEATURES_UNIT;
}

/* Whether k(x, y) is E cos(w.(x - y)) for some law of w. */
static bool
is_spectral(uint32_t kernel)
{
	return kernel >= MS_KERNEL_GAUSSIAN && kernel <= MS_KERNEL_POLYNOMIAL &&
		   ms_kernel_scaled((ms_kernel_kind) kernel);
}

/* Of the fields after the hash, then of the scale, which may lie elsewhere. */
static uint64_t
hash_of(const ms_spectrum *s, const double *scale)
{
	size_t from = offsetof(ms_spectrum, seed);
	uint64_t hash = ms_hash_bytes((const char *) s + from, sizeof(*s) - from, 0);

	return ms_hash_bytes(scale, s->d * sizeof(double), hash);
}

ms_status
ms_features_make(ms_ctx *ctx, const ms_spectrum *of, const double *scale, void *bytes)
{
	ms_features *f = bytes;
	double *to = (double *) (f + 1);
	uint32_t host = f->head.host;

	if (!is_spectral(of->kernel))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "kernel", 0, of->kernel, MS_KERNEL_GAUSSIAN);
	if (of->count < 1 || of->count > MS_FEATURES_MAX)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "features", 0, of->count, MS_FEATURES_MAX);
	if (of->d < 1 || of->d > MS_MAX_DIM)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "d", 0, of->d, MS_MAX_DIM);
	if (!is_unit(of->bandwidth))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "bandwidth", 0, of->bandwidth, 1);
	f->head = (ms_head){host, MS_TYPE_KERNEL_FEATURES, MS_FEATURES_VERSION, 0};
	f->spectrum = *of;
	f->spectrum.reserved = 0;
	for (size_t j = 0; j < of->d; j++)
	{
		to[j] = scale ? scale[j] : 1;
		if (!is_unit(to[j]))
			return ms_fail(ctx, MS_BAD_ARGUMENT, "scale", (int64_t) j + 1, to[j], 1);
	}
	f->spectrum.hash = hash_of(&f->spectrum, to);
	return MS_OK;
}

static ms_status
corrupt(ms_ctx *ctx, const char *what, const void *at, const void *bytes)
{
	return ms_fail(ctx, MS_CORRUPT, what, (const char *) at - (const char *) bytes, 0, 0);
}

ms_status
ms_spectrum_check(ms_ctx *ctx, const ms_spectrum *s, const double *scale, const void *bytes)
{
	if (!is_spectral(s->kernel))
		return corrupt(ctx, "kernel", &s->kernel, bytes);
	if (s->count < 1 || s->count > MS_FEATURES_MAX)
		return corrupt(ctx, "features", &s->count, bytes);
	if (!is_unit(s->bandwidth))
		return corrupt(ctx, "bandwidth", &s->bandwidth, bytes);
	if (s->reserved != 0)
		return corrupt(ctx, "reserved", &s->reserved, bytes);
	for (size_t j = 0; j < s->d; j++)
	{
		if (!is_unit(scale[j]))
			return corrupt(ctx, "scale", scale + j, bytes);
	}
	if (s->hash != hash_of(s, scale))
		return corrupt(ctx, "hash", &s->hash, bytes);
	return MS_OK;
}

ms_status
ms_features_check(ms_ctx *ctx, const void *bytes, size_t size)
{
	const ms_features *f = bytes;

	MS_TRY(ms_wire_head(ctx, bytes, size, MS_TYPE_KERNEL_FEATURES, MS_FEATURES_VERSION, 0,
						sizeof(*f)));
	if (f->spectrum.d < 1 || f->spectrum.d > MS_MAX_DIM)
		return corrupt(ctx, "columns", &f->spectrum.d, bytes);
	if (size != ms_features_size(f->spectrum.d))
		return ms_fail(ctx, MS_CORRUPT, "length", (int64_t) size, 0, 0);
	return ms_spectrum_check(ctx, &f->spectrum, ms_features_scale(f), bytes);
}

ms_features_part
ms_features_differ(const ms_spectrum *a, const double *scale_a, const ms_spectrum *b,
				   const double *scale_b)
{
	if (a->d != b->d)
		return MS_FEATURES_COLUMNS;
	if (a->kernel != b->kernel)
		return MS_FEATURES_KERNEL;
	if (a->bandwidth != b->bandwidth)
		return MS_FEATURES_BANDWIDTH;
	if (a->count != b->count)
		return MS_FEATURES_COUNT;
	if (memcmp(scale_a, scale_b, a->d * sizeof(double)) != 0)
		return MS_FEATURES_SCALE;
	return a->seed == b->seed ? MS_FEATURES_SAME : MS_FEATURES_SEED;
}

size_t
ms_features_far(const ms_spectrum *s, const double *scale, const double *x)
{
	for (size_t j = 0; j < s->d; j++)
	{
		if (fabs(x[j]) > MS_FEATURES_FAR * s->bandwidth * scale[j])
			return j + 1;
	}
	return 0;
}
