/*
 * thin_compress.c: Compress: four quarters compressed, their union halved, and so on up (Shetty,
 * Dwivedi & Mackey 2022, algorithm 1), depth first: O(leaf 2^depth) indices are held.
 */
#include "core/mmd/thin_parts.h"

#include "core/base/hash.h"
#include "core/base/rng.h"

#define STREAM_LISTS UINT64_C(0x636f6d7072657373)
#define STREAM_COIN UINT64_C(0x636f6d70636f696e)

typedef struct compression
{
	const ms_splitter *s;
	const ms_cloud *points;
	size_t depth, leaf;
	double delta;
} compression;

/* Kernel halving of a union with its refinement, or what that leaves: a fair coin, so that no row
 * is favoured (symmetrised halving). */
static ms_status
halve_refined(ms_ctx *ctx, ms_arena *arena, const compression *c, const ms_cloud *local,
			  double delta, uint64_t stream, unsigned char *taken)
{
	size_t length = local->n;
	ms_swap swap = {.points = local, .kernel = &c->s->target, .unique = true};
	uint64_t failures = 0;
	uint32_t *lists, *best;
	double *means;
	double mmd2, other;

	MS_TRY(MS_ALLOC(arena, length, &lists));
	MS_TRY(MS_ALLOC(arena, length, &means));
	MS_TRY(
		ms_thin_split_rounds(ctx, arena, c->s, local, 1, delta, stream, lists, means, &failures));
	if (!c->s->by_target)
		MS_TRY(ms_thin_sums(ctx, local, local, NULL, swap.kernel, means));
	for (size_t i = 0; i < length; i++)
		means[i] /= (double) length;
	swap.means = means;
	MS_TRY(ms_thin_score(ctx, arena, &swap, lists, length / 2, &mmd2));
	MS_TRY(ms_thin_score(ctx, arena, &swap, lists + length / 2, length / 2, &other));
	best = other < mmd2 ? lists + length / 2 : lists;
	MS_TRY(ms_thin_refine(ctx, arena, &swap, best, length / 2));
	for (size_t i = 0; i < length; i++)
		taken[i] = 0;
	for (size_t i = 0; i < length / 2; i++)
		taken[best[i]] = 1;
	return MS_OK;
}

/* Budget of one halving of `length` points: they add up to delta over all levels. */
static double
share_of_delta(const compression *c, size_t length)
{
	double n = (double) c->leaf * (double) ((uint64_t) 1 << 2 * c->depth);

	return c->delta * (double) length * (double) length /
		   (n * 4 * (double) c->leaf * (double) c->depth);
}

/* unit[length] becomes its half. `node` numbers the unions of a level. */
static ms_status
halve_union(ms_ctx *ctx, const compression *c, size_t level, uint64_t node, uint32_t *unit,
			size_t length)
{
	uint64_t stream = ms_hash_u64((uint64_t) level << 48 | node, STREAM_LISTS);
	bool kept = ms_rng_at(c->s->seed, STREAM_COIN ^ stream, 0) < 0.5;
	ms_arena scratch;
	ms_cloud local;
	unsigned char *taken;
	ms_status status;
	size_t at = 0;

	ms_arena_init(&scratch, ctx);
	status = ms_thin_room(&scratch, c->points, length, &local);
	if (status == MS_OK)
		status = MS_ALLOC(&scratch, length, &taken);
	if (status == MS_OK)
	{
		ms_thin_gather(c->points, unit, length, &local);
		status = halve_refined(ctx, &scratch, c, &local, share_of_delta(c, length), stream, taken);
	}
	for (size_t i = 0; status == MS_OK && i < length; i++)
	{
		if ((taken[i] == 1) == kept && at < length / 2)
			unit[at++] = unit[i];
	}
	ms_arena_free(&scratch);
	return status;
}

/* The 4^level leaves from number first on; unit has room for 4 leaf 2^(level - 1). */
static ms_status
compress(ms_ctx *ctx, const compression *c, size_t level, uint64_t node, uint32_t *unit,
		 uint32_t *const *room)
{
	size_t quarter;

	if (level == 0)
	{
		for (size_t i = 0; i < c->leaf; i++)
			unit[i] = (uint32_t) (node * c->leaf + i);
		return MS_OK;
	}
	quarter = c->leaf << (level - 1);
	for (uint64_t q = 0; q < 4; q++)
	{
		MS_TRY(compress(ctx, c, level - 1, 4 * node + q, room[level - 1], room));
		for (size_t i = 0; i < quarter; i++)
			unit[q * quarter + i] = room[level - 1][i];
	}
	return halve_union(ctx, c, level, node, unit, 4 * quarter);
}

ms_status
ms_thin_compress(ms_ctx *ctx, ms_arena *arena, const ms_splitter *s, const ms_cloud *points,
				 size_t depth, size_t leaf, double delta, uint32_t *out)
{
	compression c = {s, points, depth, leaf, delta};
	uint32_t *room[64];

	for (size_t level = 0; level <= depth; level++)
		MS_TRY(MS_ALLOC(arena, level ? (4 * leaf) << (level - 1) : leaf, &room[level]));
	MS_TRY(compress(ctx, &c, depth, 0, room[depth], room));
	for (size_t i = 0; i < leaf << depth; i++)
		out[i] = room[depth][i];
	return MS_OK;
}
