/*
 * bench.h: what the programs here share: a host that never stops, clocks, the median.
 */
#ifndef MS_BENCH_H
#define MS_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/ctx.h"

static inline void *
host_alloc(ms_ctx *ctx, size_t size)
{
	(void) ctx;
	return malloc(size);
}

static inline void
host_release(ms_ctx *ctx, void *p)
{
	(void) ctx;
	free(p);
}

static inline bool
host_poll(ms_ctx *ctx)
{
	(void) ctx;
	return false;
}

static ms_ctx host = {.alloc = host_alloc, .release = host_release, .poll = host_poll};

static inline void
must(ms_status status)
{
	if (status == MS_OK)
		return;
	fprintf(stderr, "status %d, %s\n", status, host.facts.what ? host.facts.what : "");
	exit(1);
}

static inline double
seconds_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

/* Processor time: the machine may be busy. */
static inline double
now(void)
{
	return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

static inline double
wall(void)
{
	return seconds_of(CLOCK_MONOTONIC);
}

#endif
