/*
 * ctx.c: the arena and the facts of a failure.
 */
#include "core/base/ctx.h"

#include <string.h>

#define ALIGN 64

struct ms_arena_block
{
	struct ms_arena_block *previous;
};

ms_status
ms_fail(ms_ctx *ctx, ms_status status, const char *what, int64_t index, double got, double wanted)
{
	ctx->facts = (ms_facts){what, index, got, wanted};
	return status;
}

void
ms_arena_init(ms_arena *arena, ms_ctx *ctx)
{
	*arena = (ms_arena){ctx, NULL, 0};
}

ms_status
ms_arena_alloc(ms_arena *arena, size_t n, size_t size, void **out)
{
	ms_ctx *ctx = arena->ctx;
	struct ms_arena_block *block;
	size_t bytes;
	size_t total;
	size_t used;
	bool fits;

	*out = NULL;
	fits = ms_size_mul(n, size, &bytes) && ms_size_add(bytes, sizeof(*block) + ALIGN, &total) &&
		   ms_size_add(arena->used, total, &used);
	if (!fits)
		return ms_fail(ctx, MS_TOO_LARGE, "memory", 0, (double) n * (double) size, (double) SIZE_MAX);
	if (ctx->budget > 0 && used > ctx->budget)
		return ms_fail(ctx, MS_OVER_BUDGET, "memory", 0, (double) ctx->budget, (double) used);
	block = ctx->alloc(ctx, total);
	if (block == NULL)
		return ms_fail(ctx, MS_REFUSED, "memory", 0, 0, (double) total);
	block->previous = arena->last;
	arena->last = block;
	arena->used = used;
	*out = (void *) (((uintptr_t) (block + 1) + ALIGN - 1) & ~(uintptr_t) (ALIGN - 1));
	return MS_OK;
}

ms_status
ms_arena_zeroed(ms_arena *arena, size_t n, size_t size, void **out)
{
	MS_TRY(ms_arena_alloc(arena, n, size, out));
	memset(*out, 0, n * size);
	return MS_OK;
}

void
ms_arena_free(ms_arena *arena)
{
	while (arena->last)
	{
		struct ms_arena_block *block = arena->last;

		arena->last = block->previous;
		arena->ctx->release(arena->ctx, block);
	}
	arena->used = 0;
}
