/*
 * em_move.c: out of a local maximum: a component moves to where a random row is, a few iterations
 * tell whether that leads higher (random swap EM; Zhao, Hautamaki, Karkkainen & Franti 2012). EM
 * alone moves components along the rows but never from one crowd of them to another.
 */
#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/mixture/em_parts.h"

#define STREAM_MOVE UINT64_C(0x656d206d6f7665)

/* The new component is so much narrower than the one it comes out of, where the family lets it. */
#define NARROWER 0.3

/* Whether components have volumes of their own. */
static bool
volumes_vary(ms_gmm_family family)
{
	switch (family)
	{
		case MS_GMM_FULL:
		case MS_GMM_DIAG:
		case MS_GMM_SPHERICAL:
		case MS_GMM_VEI:
		case MS_GMM_VEE:
		case MS_GMM_VEV:
			return true;
		default:
			return false;
	}
}

/* log(w N(x)) of component j. */
static double
log_density_at(const ms_mix *mix, size_t j, const double *x)
{
	size_t d = mix->d;
	const double *mean = mix->means + j * d;
	double squares = 0;

	for (size_t r = 0; r < d; r++)
	{
		double y = 0;

		if (mix->shape == MS_MIX_DIAGONAL)
			y = mix->inverses[j * d + r] * (x[r] - mean[r]);
		else
		{
			size_t f = mix->shape == MS_MIX_TIED ? 0 : j;
			const double *row = mix->inverses + (f * d + r) * d;

			for (size_t c = 0; c <= r; c++)
				y += row[c] * (x[c] - mean[c]);
		}
		squares += y * y;
	}
	return mix->constants[j] - squares / 2;
}

/* The component that a row at x most likely is of. */
static size_t
owner_of(const ms_mix *mix, const double *x)
{
	size_t best = 0;
	double most = -INFINITY;

	for (size_t j = 0; j < mix->k; j++)
	{
		double l = log_density_at(mix, j, x);

		if (l > most)
		{
			most = l;
			best = j;
		}
	}
	return best;
}

/* A row, drawn by weight, in the units of the fit's view. */
static ms_status
draw_row(fit *f, uint64_t seed, double *x)
{
	ms_arena arena = {f->ctx, NULL, f->scratch->used};
	ms_seeds seeds;
	ms_status status =
		ms_seeding_kmeanspp(f->ctx, &arena, &f->seeds, 1, MS_SEEDING_EXACT, seed, &seeds);

	for (size_t c = 0; status == MS_OK && c < f->d; c++)
		x[c] = seeds.centers[c] * f->columns.scale[c] / f->seeds.scale[c];
	ms_arena_free(&arena);
	return status;
}

/* Half of `owner` goes to component a at x, which has its shape; the rest share what a had. */
static void
split_owner(const fit *f, ms_mix *mix, size_t a, size_t owner, const double *x)
{
	size_t size = ms_mix_factor_size(mix->shape, mix->d);
	double total = 0;

	memcpy(mix->means + a * mix->d, x, mix->d * sizeof(double));
	if (a != owner)
		mix->weights[a] = mix->weights[owner] /= 2;
	for (size_t j = 0; j < mix->k; j++)
		total += mix->weights[j];
	for (size_t j = 0; j < mix->k; j++)
		mix->weights[j] *= (1 - mix->noise) / total;
	for (size_t i = 0; i < size && mix->shape != MS_MIX_TIED; i++)
		mix->factors[a * size + i] =
			mix->factors[owner * size + i] * (volumes_vary(f->o->family) ? NARROWER : 1);
}

static ms_status
finish(ms_ctx *ctx, ms_mix *mix)
{
	size_t factors = mix->shape == MS_MIX_DIAGONAL ? 0 : ms_mix_factors(mix->shape, mix->k);

	for (size_t j = 0; j < mix->k && mix->shape == MS_MIX_DIAGONAL; j++)
		ms_mix_finish_diagonal(mix, j);
	for (size_t j = 0; j < factors; j++)
		MS_TRY(ms_mix_finish_factor(ctx, mix, j));
	ms_mix_finish_constants(mix);
	return ms_tick(ctx, mix->k * (mix->d + 40));
}

ms_status
ms_em_move(fit *f, uint64_t seed, ms_mix *mix)
{
	size_t a = (size_t) (ms_hash_u64(seed, STREAM_MOVE) % mix->k);

	MS_TRY(draw_row(f, seed, f->row));
	MS_TRY(ms_tick(f->ctx, mix->k * mix->d * (mix->d + 4)));
	split_owner(f, mix, a, owner_of(mix, f->row), f->row);
	for (size_t j = 0; j < mix->k; j++)
		f->step.regularised[j] = false;
	f->step.failed = f->step.any_regularised = false;
	return finish(f->ctx, mix);
}
