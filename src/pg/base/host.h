/*
 * host.h: PostgreSQL as the core's host: memory and its budget, interrupts, progress.
 */
#ifndef PGMEASURE_HOST_H
#define PGMEASURE_HOST_H

#include "pg/base/compat.h"

#include "core/base/ctx.h"

/*
 * Fills a context on the caller's stack. Memory comes from the current memory context, up to
 * pgmeasure.max_memory; an interrupt jumps out of poll.
 */
extern void host_init(ms_ctx *ctx);

/* pgmeasure.max_memory in bytes. */
extern size_t host_budget(void);

/* Raises the error when `need` bytes are above the budget; `what` is the subject of the message. */
extern void host_require(const char *what, size_t need);

/* pgmeasure.jaccard_threshold: what a % b asks for. */
extern double host_jaccard_threshold(void);

extern void host_define_settings(void);

#endif
