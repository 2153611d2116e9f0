/*
 * host.h: a host for core code under test. Its alloc refuses at call refuse_at, its poll stops at
 * call stop_at (both from 1; 0 is never), and it counts what was not given back.
 *
 *   HOST_EVERY(host, status, ms_em_fit(&host.ctx, ...));
 *
 * runs the call once undisturbed, then refuses every allocation in turn, then stops at every poll
 * in turn; each must end with the right status and nothing left. A call may hold no state from one
 * run to the next.
 */
#ifndef MS_HOST_H
#define MS_HOST_H

#include <stdlib.h>

#include "core/base/ctx.h"
#include "unit.h"

typedef struct host
{
	ms_ctx ctx;
	long allocs, polls, progress; /* calls so far */
	long refuse_at, stop_at;	  /* the call that fails */
	long live;					  /* blocks not yet released */
} host;

static inline void *
host_alloc(ms_ctx *ctx, size_t size)
{
	host *h = ctx->host;
	void *p = NULL;

	/* a size that no machine grants is refused here, before the sanitizer complains of it */
	if (++h->allocs != h->refuse_at && size < (size_t) 1 << 40)
		p = malloc(size);
	h->live += p != NULL;
	return p;
}

static inline void
host_release(ms_ctx *ctx, void *p)
{
	host *h = ctx->host;

	h->live -= p != NULL;
	free(p);
}

static inline bool
host_poll(ms_ctx *ctx)
{
	host *h = ctx->host;

	return ++h->polls == h->stop_at;
}

static inline void
host_progress(ms_ctx *ctx, const ms_progress *p)
{
	host *h = ctx->host;

	(void) p;
	h->progress++;
}

static inline void
host_init(host *h)
{
	memset(h, 0, sizeof *h);
	h->ctx.alloc = host_alloc;
	h->ctx.release = host_release;
	h->ctx.poll = host_poll;
	h->ctx.progress = host_progress;
	h->ctx.host = h;
}

/* `call` uses h.ctx; more than HOST_POINTS allocations or polls are sampled at an even stride */
#define HOST_POINTS 200
#define HOST_EVERY(h, status, call)                                                                \
	do                                                                                             \
	{                                                                                              \
		long host_allocs, host_polls;                                                              \
                                                                                                   \
		host_init(&(h));                                                                           \
		(status) = (call);                                                                         \
		CHECK_INT((status), MS_OK);                                                                \
		CHECK_INT((h).live, 0);                                                                    \
		host_allocs = (h).allocs;                                                                  \
		host_polls = (h).polls;                                                                    \
		for (long host_i = 1; host_i <= host_allocs; host_i += 1 + host_allocs / HOST_POINTS)      \
		{                                                                                          \
			host_init(&(h));                                                                       \
			(h).refuse_at = host_i;                                                                \
			(status) = (call);                                                                     \
			CHECK_INT((status), MS_REFUSED);                                                       \
			CHECK_INT((h).live, 0);                                                                \
		}                                                                                          \
		for (long host_i = 1; host_i <= host_polls; host_i += 1 + host_polls / HOST_POINTS)        \
		{                                                                                          \
			host_init(&(h));                                                                       \
			(h).stop_at = host_i;                                                                  \
			(status) = (call);                                                                     \
			CHECK_INT((status), MS_STOPPED);                                                       \
			CHECK_INT((h).live, 0);                                                                \
		}                                                                                          \
	} while (0)

#endif
