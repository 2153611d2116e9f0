/*
 * stats_exercise.h: what every accepted measure_gmm_stats must bear, for the unit tests and the
 * fuzzer; and how to fill one.
 */
#ifndef MS_STATS_EXERCISE_H
#define MS_STATS_EXERCISE_H

#include "core/mixture/stats.h"
#include "host.h"

/* A value in memory that grows as a host would grow it. */
typedef struct stats_value
{
	ms_gmm_stats *s;
	size_t room;
} stats_value;

static inline void
stats_room(stats_value *v, size_t size)
{
	if (size <= v->room)
		return;
	v->s = realloc(v->s, size);
	v->room = size;
}

static inline stats_value
stats_begin(const ms_gmm_basis *b, bool weighted)
{
	stats_value v = {NULL, 0};

	stats_room(&v, ms_gmm_stats_begin_size(b, weighted, 0));
	memset(v.s, 0, v.room);
	ms_gmm_stats_begin(v.s, b, weighted);
	return v;
}

static inline ms_status
stats_flush(ms_ctx *ctx, ms_gmm_basis *b, stats_value *v)
{
	stats_room(v, ms_gmm_stats_flush_size(v->s));
	return ms_gmm_stats_flush(ctx, b, v->s);
}

static inline ms_status
stats_append(ms_ctx *ctx, ms_gmm_basis *b, stats_value *v, const double *x, double w)
{
	if (ms_gmm_stats_is_full(v->s))
		MS_TRY(stats_flush(ctx, b, v));
	if (ms_gmm_stats_append_size(v->s) > v->room)
		stats_room(v, ms_gmm_stats_roomy_size(v->s));
	ms_gmm_stats_append(v->s, x, w);
	return MS_OK;
}

static inline ms_status
stats_merge(ms_ctx *ctx, stats_value *into, const stats_value *from)
{
	stats_room(into, ms_gmm_stats_merge_size(into->s, from->s));
	return ms_gmm_stats_merge(ctx, into->s, from->s);
}

#endif
