/*
 * draw.c: points m_j + L_j z, by a generator that is keyed by the number of the point.
 */
#include "core/mixture/draw.h"

#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/rng.h"
#include "core/mixture/mix.h"

#define STREAM_DRAW UINT64_C(0x676d6d2064726177)

struct ms_drawer
{
	const ms_gmm *m;
	ms_mix mix;
	double *upto; /* k: cumulated weights */
};

ms_status
ms_drawer_new(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, ms_drawer **out)
{
	ms_drawer *drawer;
	double *centre;
	double *scale;
	ms_view view = {.rows = {NULL, NULL, 0, m->d, m->d}};

	MS_TRY(MS_ZEROED(arena, 1, &drawer));
	MS_TRY(MS_ZEROED(arena, m->d, &centre));
	MS_TRY(MS_ALLOC(arena, m->d, &scale));
	MS_TRY(MS_ALLOC(arena, m->k, &drawer->upto));
	for (size_t c = 0; c < m->d; c++)
		scale[c] = 1;
	view.centre = centre;
	view.scale = scale;
	drawer->m = m;
	MS_TRY(ms_mix_from_model(ctx, arena, m, m->family, &view, &drawer->mix));
	for (size_t j = 0; j < m->k; j++)
		drawer->upto[j] = m->weights[j] + (j > 0 ? drawer->upto[j - 1] : 0);
	*out = drawer;
	return MS_OK;
}

/* The first component whose cumulated weight is above t. */
static size_t
pick(const ms_drawer *drawer, double t)
{
	size_t low = 0;
	size_t high = drawer->m->k - 1;

	while (low < high)
	{
		size_t middle = (low + high) / 2;

		if (drawer->upto[middle] > t)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void
draw_component(const ms_drawer *drawer, size_t j, ms_rng *rng, double *x)
{
	const ms_mix *mix = &drawer->mix;
	size_t d = mix->d;
	size_t size = ms_mix_factor_size(mix->shape, d);
	const double *factor = mix->factors + (mix->shape == MS_MIX_TIED ? 0 : j * size);

	for (size_t c = 0; c < d; c++)
		x[c] = ms_rng_normal(rng);
	/* from the last row on, so that z is needed no more when x takes its place */
	for (size_t i = d; i-- > 0;)
	{
		double sum = 0;

		if (mix->shape == MS_MIX_DIAGONAL)
			sum = factor[i] * x[i];
		for (size_t c = 0; mix->shape != MS_MIX_DIAGONAL && c <= i; c++)
			sum += factor[i * d + c] * x[c];
		x[i] = mix->means[j * d + i] + sum;
	}
}

static size_t
draw(const ms_drawer *drawer, bool noise, int64_t seed, uint64_t i, double *x)
{
	const ms_gmm *m = drawer->m;
	double all = drawer->upto[m->k - 1];
	ms_rng rng;
	double t;
	size_t j;

	ms_rng_init(&rng, (uint64_t) seed, ms_hash_u64(i, STREAM_DRAW));
	t = ms_rng_uniform(&rng) * (all + (noise ? m->noise : 0));
	if (t >= all && m->noise > 0 && noise)
	{
		for (size_t c = 0; c < m->d; c++)
			x[c] = m->box[c] + ms_rng_uniform(&rng) * (m->box[m->d + c] - m->box[c]);
		return SIZE_MAX;
	}
	j = pick(drawer, t);
	draw_component(drawer, j, &rng, x);
	return j;
}

size_t
ms_draw_at(const ms_drawer *drawer, int64_t seed, uint64_t i, double *x)
{
	return draw(drawer, true, seed, i, x);
}

size_t
ms_draw_component_at(const ms_drawer *drawer, int64_t seed, uint64_t i, double *x)
{
	return draw(drawer, false, seed, i, x);
}
