/*
 * ctx.h: all that the core knows of its host, and how it says what went wrong.
 *
 * A core function takes an ms_ctx, returns an ms_status and leaves the facts of a failure in
 * ctx->facts. It never jumps, prints, or owns memory outside an arena. The host may leave a call
 * by a jump out of poll or progress: whatever the core holds then lies in memory that the host
 * owns.
 */
#ifndef MS_CTX_H
#define MS_CTX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ms_status
{
	MS_OK = 0,
	/* the host */
	MS_STOPPED,		/* poll asked to stop */
	MS_REFUSED,		/* alloc returned NULL; wanted = bytes */
	MS_OVER_BUDGET, /* wanted = bytes needed, got = bytes allowed */
	MS_TOO_LARGE,	/* a size overflows, or a limit of the format; what, got, wanted = limit */
	/* data */
	MS_NOT_FINITE,	 /* got = value, index = element from 1 */
	MS_BAD_WEIGHT,	 /* got = value, index = row from 1 or 0 */
	MS_DIMENSION,	 /* got, wanted = numbers of columns */
	MS_INCOMPLETE,	 /* got = rows with a gap where none is allowed */
	MS_NOT_NUMERIC,	 /* index = column from 1 that is not numeric */
	MS_CONSTANT,	 /* index = column from 1 that has one value */
	MS_TOO_FEW,		 /* got = distinct rows, wanted = needed */
	MS_MISMATCH,	 /* two values that cannot meet; what = the property */
	MS_NOT_DEFINITE, /* a matrix that must be positive definite; index = component from 1 */
	MS_NO_FIT,		 /* every start of a fit failed; what = why */
	/* arguments */
	MS_BAD_ARGUMENT, /* what = argument, got = value, wanted = the nearest allowed value */
	/* bytes */
	MS_CORRUPT /* what = the check that failed, index = byte offset */
} ms_status;

/* The facts of a failure. `what` is a short constant word, never a sentence: report.c writes those. */
typedef struct ms_facts
{
	const char *what;
	int64_t index;
	double got;
	double wanted;
} ms_facts;

/* Where a long computation is. */
typedef struct ms_progress
{
	const char *task;  /* "seeding", "em" ... */
	int64_t iteration; /* from 1 */
	double share;	   /* done, 0..1, or NaN where nobody knows */
	double objective;  /* NaN where there is none */
} ms_progress;

typedef struct ms_ctx
{
	void *(*alloc)(struct ms_ctx *ctx, size_t size); /* at least 16-byte aligned; NULL refuses */
	void (*release)(struct ms_ctx *ctx, void *p);
	bool (*poll)(struct ms_ctx *ctx); /* true asks to stop; may not return at all */
	void (*progress)(struct ms_ctx *ctx, const ms_progress *p); /* may be NULL */
	void *host;		/* the host's own */
	size_t budget;	/* bytes that one call may hold; 0 = no limit */
	uint64_t work;	/* inner steps since the last poll */
	ms_facts facts; /* of the last failure */
} ms_ctx;

/* A cancel is answered within 100 ms: poll is asked at least every so many inner steps. */
#define MS_POLL_STEPS 1000000

/* Leaves the facts and returns the status, so that a check is one line. */
extern ms_status ms_fail(ms_ctx *ctx, ms_status status, const char *what, int64_t index, double got, double wanted);

/* Counts `steps` of inner work (about a nanosecond each) and polls when enough have gathered. */
static inline ms_status
ms_tick(ms_ctx *ctx, uint64_t steps)
{
	ctx->work += steps;
	if (ctx->work < MS_POLL_STEPS)
		return MS_OK;
	ctx->work = 0;
	return ctx->poll(ctx) ? MS_STOPPED : MS_OK;
}

#define MS_TRY(expr)                                                                               \
	do                                                                                             \
	{                                                                                              \
		ms_status ms_try_status_ = (expr);                                                         \
		if (ms_try_status_ != MS_OK)                                                               \
			return ms_try_status_;                                                                 \
	} while (0)

/* Checked size arithmetic: false on overflow, and *out is then SIZE_MAX (which no alloc grants). */
static inline bool
ms_size_mul(size_t a, size_t b, size_t *out)
{
	if (__builtin_mul_overflow(a, b, out))
	{
		*out = SIZE_MAX;
		return false;
	}
	return true;
}

static inline bool
ms_size_add(size_t a, size_t b, size_t *out)
{
	if (__builtin_add_overflow(a, b, out))
	{
		*out = SIZE_MAX;
		return false;
	}
	return true;
}

/*
 * An arena: blocks of memory that are given back together. Every allocation of the core comes
 * from one, 64-byte aligned, so that a failure at any point needs one ms_arena_free. Bytes count
 * against ctx->budget.
 */
typedef struct ms_arena
{
	ms_ctx *ctx;
	struct ms_arena_block *last;
	size_t used; /* bytes handed out */
} ms_arena;

extern void ms_arena_init(ms_arena *arena, ms_ctx *ctx);

/* n items of `size` bytes into *out; not zeroed. MS_TOO_LARGE, MS_OVER_BUDGET or MS_REFUSED. */
extern ms_status ms_arena_alloc(ms_arena *arena, size_t n, size_t size, void **out);

/* The same, zeroed. */
extern ms_status ms_arena_zeroed(ms_arena *arena, size_t n, size_t size, void **out);

/* Gives all back. The arena may be used again. */
extern void ms_arena_free(ms_arena *arena);

#define MS_ALLOC(arena, n, ptr) ms_arena_alloc((arena), (n), sizeof(**(ptr)), (void **) (ptr))
#define MS_ZEROED(arena, n, ptr) ms_arena_zeroed((arena), (n), sizeof(**(ptr)), (void **) (ptr))

/*
 * A matrix of rows as a fit sees it: row i starts at x + i * stride. Where w is not NULL the
 * weight of row i is w[i * stride] (it lies in the same records), else it is 1.
 */
typedef struct ms_rows
{
	const double *x;
	const double *w;
	size_t n;
	size_t d;
	size_t stride;
} ms_rows;

static inline double
ms_rows_weight(const ms_rows *rows, size_t i)
{
	return rows->w ? rows->w[i * rows->stride] : 1.0;
}

#endif
