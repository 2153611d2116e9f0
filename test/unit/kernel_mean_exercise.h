/*
 * kernel_mean_exercise.h: kernel features and means as a host would build them, and what every
 * accepted measure_kernel_mean must bear, for the unit tests and the fuzzer.
 */
#ifndef MS_KERNEL_MEAN_EXERCISE_H
#define MS_KERNEL_MEAN_EXERCISE_H

#include "core/mmd/kernel_mean.h"
#include "host.h"

/* Features in memory of their own, at most 64 columns. */
typedef struct features_value
{
	ms_features f;
	double scale[64];
} features_value;

static inline features_value
features_of(ms_kernel_kind kernel, double bandwidth, size_t d, size_t count, uint64_t seed)
{
	ms_spectrum s = {.seed = seed,
					 .bandwidth = bandwidth,
					 .kernel = kernel,
					 .d = (uint32_t) d,
					 .count = (uint32_t) count};
	features_value v = {0};
	host h;

	host_init(&h);
	CHECK_INT(ms_features_make(&h.ctx, &s, NULL, &v), MS_OK);
	return v;
}

/* A projection and its memory. */
typedef struct projector
{
	host h;
	ms_arena arena;
	ms_projection *p;
} projector;

static inline void
projector_init(projector *p, const ms_spectrum *s, const double *scale)
{
	host_init(&p->h);
	ms_arena_init(&p->arena, &p->h.ctx);
	CHECK_INT(ms_projection_new(&p->h.ctx, &p->arena, s, scale, &p->p), MS_OK);
}

static inline void
projector_done(projector *p)
{
	ms_arena_free(&p->arena);
	CHECK_INT(p->h.live, 0);
}

/* A mean in memory that grows as a host would grow it. */
typedef struct mean_value
{
	ms_kernel_mean *m;
	size_t room;
} mean_value;

static inline void
mean_room(mean_value *v, size_t size)
{
	if (size <= v->room)
		return;
	v->m = realloc(v->m, size);
	v->room = size;
}

static inline mean_value
mean_begin(const ms_features *f)
{
	mean_value v = {NULL, 0};

	mean_room(&v, ms_kernel_mean_begin_size(f->spectrum.d, 0));
	memset(v.m, 0, v.room);
	ms_kernel_mean_begin(v.m, &f->spectrum, ms_features_scale(f));
	return v;
}

static inline ms_status
mean_flush(ms_ctx *ctx, ms_projection *p, mean_value *v)
{
	mean_room(v, ms_kernel_mean_flush_size(v->m));
	return ms_kernel_mean_flush(ctx, p, v->m);
}

static inline ms_status
mean_append(ms_ctx *ctx, ms_projection *p, mean_value *v, const double *x)
{
	if (ms_kernel_mean_append_size(v->m) > v->room)
		mean_room(v, ms_kernel_mean_roomy_size(v->m));
	ms_kernel_mean_append(v->m, x);
	return ms_kernel_mean_is_full(v->m) ? mean_flush(ctx, p, v) : MS_OK;
}

static inline ms_status
mean_merge(ms_ctx *ctx, ms_projection *p, mean_value *into, const mean_value *from)
{
	mean_room(into, ms_kernel_mean_merge_size(into->m, from->m));
	MS_TRY(ms_kernel_mean_merge(ctx, into->m, from->m));
	return ms_kernel_mean_is_full(into->m) ? mean_flush(ctx, p, into) : MS_OK;
}

/* n rows, flushed. */
static inline mean_value
mean_of(projector *p, const ms_features *f, const double *x, size_t n)
{
	mean_value v = mean_begin(f);
	ms_status status = MS_OK;

	for (size_t i = 0; i < n && status == MS_OK; i++)
		status = mean_append(&p->h.ctx, p->p, &v, x + i * f->spectrum.d);
	if (status == MS_OK)
		status = mean_flush(&p->h.ctx, p->p, &v);
	CHECK_INT(status, MS_OK);
	return v;
}

#endif
