/*
 * host.c: PostgreSQL as the core's host: memory and its budget, interrupts, progress.
 */
#include "pg/base/host.h"

#include <limits.h>

#include "access/xact.h"
#include "miscadmin.h"
#include "pg/base/report.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

static int max_memory_kb = 1024 * 1024;
static bool show_progress = false;
static double jaccard_threshold = 0.7;

static void *
host_alloc(ms_ctx *ctx, size_t size)
{
	(void) ctx;
	if (!AllocHugeSizeIsValid(size))
		return NULL;
	return palloc_extended(size, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
}

static void
host_release(ms_ctx *ctx, void *p)
{
	(void) ctx;
	pfree(p);
}

static bool
host_poll(ms_ctx *ctx)
{
	(void) ctx;
	CHECK_FOR_INTERRUPTS();
	return false;
}

/* A notice a second: a fit has hundreds of iterations a start, a job thousands of fits. */
static void
host_progress(ms_ctx *ctx, const ms_progress *p)
{
	static TimestampTz shown = 0;
	TimestampTz start = GetCurrentStatementStartTimestamp();
	TimestampTz now = GetCurrentTimestamp();
	bool visible = show_progress && now - Max(start, shown) >= USECS_PER_SEC;

	(void) ctx;
	if (visible)
		shown = now;
	report_progress(visible, p, (double) (now - start) / USECS_PER_SEC);
}

void
host_init(ms_ctx *ctx)
{
	*ctx = (ms_ctx){.alloc = host_alloc,
					.release = host_release,
					.poll = host_poll,
					.progress = host_progress,
					.budget = host_budget()};
}

size_t
host_budget(void)
{
	return (size_t) max_memory_kb * 1024;
}

void
host_require(const char *what, size_t need)
{
	if (need > host_budget())
		report_memory(what, need, host_budget());
}

double
host_jaccard_threshold(void)
{
	return jaccard_threshold;
}

void
host_define_settings(void)
{
	DefineCustomIntVariable("pgmeasure.max_memory", "Memory that one pgmeasure value or call may hold.",
							"A larger need is refused before the work starts.", &max_memory_kb, 1024 * 1024, 1024,
							MAX_KILOBYTES, PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);
	DefineCustomBoolVariable("pgmeasure.progress", "Shows the progress of long computations as notices.",
							 "One a second at most; all are at DEBUG1.",
							 &show_progress, false, PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomRealVariable("pgmeasure.jaccard_threshold", "Least Jaccard similarity of sketches for a % b.",
							 "An index whose min_jaccard is greater is scanned as a whole.", &jaccard_threshold, 0.7, 0, 1,
							 PGC_USERSET, 0, NULL, NULL, NULL);
	MarkGUCPrefixReserved("pgmeasure");
}
