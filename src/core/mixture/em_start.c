/*
 * em_start.c: where EM starts from: k-means++ seeds, a few rounds of Lloyd's algorithm and the M
 * step of its labels; or a model.
 */
#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/linalg.h"
#include "core/mixture/em_parts.h"

/*
 * Rounds of Lloyd's algorithm, of every other start. More of them lead more starts to the same
 * end, fewer find ends that the k-means partition hides (galaxies, k = 4: -197.4538 against
 * -199.0582), so that the starts take turns.
 */
#define LLOYD_LONG 5
#define LLOYD_SHORT 1

/* Seedings of a long start, of which the one of least potential is taken: with many components
 * one alone is seldom near the best partition. */
#define TRIES 3

/* The mixture whose statistics plain sums are: unit factors. */
static void
set_unit(ms_mix *mix, const double *means)
{
	size_t d = mix->d;
	size_t size = ms_mix_factor_size(mix->shape, d);
	size_t step = mix->shape == MS_MIX_DIAGONAL ? 1 : d + 1;

	memcpy(mix->means, means, mix->k * d * sizeof(double));
	memset(mix->factors, 0, ms_mix_factors(mix->shape, mix->k) * size * sizeof(double));
	for (size_t j = 0; j < ms_mix_factors(mix->shape, mix->k); j++)
	{
		for (size_t c = 0; c < d; c++)
			mix->factors[j * size + c * step] = 1;
	}
}

/* Adds row x, centred at the mean of its cluster j. */
static void
add_labelled(fit *f, const double *x, double w, size_t j)
{
	size_t d = f->d;
	const double *mean = f->current.mix.means + j * d;
	double *s1 = f->stats.s1 + j * d;
	double *s2 = f->stats.s2;
	double *y = f->step.spare;

	ms_sum_add(&f->stats.weight, w);
	ms_sum_add(&f->stats.n[j], w);
	if (f->shape == MS_MIX_DIAGONAL)
	{
		for (size_t c = 0; c < d; c++)
		{
			double z = (x[c] - f->columns.centre[c]) * f->columns.scale[c] - mean[c];

			s1[c] += w * z;
			s2[j * d + c] += w * z * z;
		}
		return;
	}
	s2 += f->shape == MS_MIX_TIED ? 0 : j * ms_packed_size(d);
	for (size_t c = 0; c < d; c++)
	{
		y[c] = (x[c] - f->columns.centre[c]) * f->columns.scale[c] - mean[c];
		s1[c] += w * y[c];
		for (size_t b = 0; b <= c; b++)
			s2[ms_packed_at(c, b)] += w * y[c] * y[b];
	}
}

/* Seeds, a few rounds of Lloyd on top, labels; the potential is what k-means minimises. */
static ms_status
seed_and_label(fit *f, ms_arena *arena, uint64_t seed, int rounds, ms_seeds *seeds,
			   uint32_t **labels)
{
	MS_TRY(ms_seeding_kmeanspp(f->ctx, arena, &f->seeds, f->k, MS_SEEDING_AUTO, seed, seeds));
	f->distinct = seeds->k;
	if (seeds->k < f->k)
		return MS_OK;
	MS_TRY(MS_ALLOC(arena, f->seeds.rows.n, labels));
	return ms_seeding_lloyd(f->ctx, arena, &f->seeds, f->k, seeds->centers, rounds, *labels,
							&seeds->potential);
}

/* The first mixture of a start: seeds, a few rounds of Lloyd, and the M step of the labels. */
static ms_status
start_from_seeds(fit *f, ms_arena *arena, uint64_t seed, int rounds)
{
	const ms_rows *rows = &f->seeds.rows;
	ms_seeds seeds;
	uint32_t *labels;

	MS_TRY(seed_and_label(f, arena, seed, rounds, &seeds, &labels));
	if (seeds.k < f->k)
		return MS_OK;
	for (size_t i = 0; i < f->k * f->d; i++)
		seeds.centers[i] *= f->columns.scale[i % f->d] / f->seeds.scale[i % f->d];
	set_unit(&f->current.mix, seeds.centers);
	ms_mix_stats_clear(&f->stats, &f->current.mix);
	ms_sum_add(&f->stats.noise, f->lonely);
	for (size_t i = 0; i < rows->n; i++)
	{
		MS_TRY(ms_tick(f->ctx, 4 + (f->shape == MS_MIX_DIAGONAL ? f->d : f->d * f->d)));
		add_labelled(f, rows->x + i * rows->stride, ms_rows_weight(rows, i), labels[i]);
	}
	return ms_mstep_start(f->ctx, &f->step, &f->current.mix, &f->stats);
}

/* Of a few seedings the one that leads Lloyd to the least potential. */
static ms_status
best_seed(fit *f, uint64_t first, uint64_t *best)
{
	double least = INFINITY;

	*best = first;
	for (uint64_t t = 0; t < TRIES; t++)
	{
		ms_arena arena = {f->ctx, NULL, f->scratch->used};
		uint64_t seed = ms_hash_u64(t, first);
		ms_seeds seeds = {.potential = INFINITY};
		uint32_t *labels;
		ms_status status = seed_and_label(f, &arena, seed, LLOYD_LONG, &seeds, &labels);

		ms_arena_free(&arena);
		MS_TRY(status);
		if (seeds.k == f->k && seeds.potential < least)
		{
			least = seeds.potential;
			*best = seed;
		}
	}
	return MS_OK;
}

/* The first mixture of start s of its own. */
static ms_status
start_alone(fit *f, ms_arena *arena, int s)
{
	uint64_t seed = ms_hash_u64((uint64_t) s, (uint64_t) f->o->seed);

	if (s % 2 == 1)
		return start_from_seeds(f, arena, seed, LLOYD_SHORT);
	if (f->k > 2)
		MS_TRY(best_seed(f, seed, &seed));
	return start_from_seeds(f, arena, seed, LLOYD_LONG);
}

/* Seeds of start s. A part with too few distinct rows gives way to all rows. */
static ms_status
seed_start(fit *f, int s)
{
	ms_arena arena = {f->ctx, NULL, f->scratch->used};
	ms_status status = start_alone(f, &arena, s);

	ms_arena_free(&arena);
	if (status != MS_OK || f->distinct == f->k)
		return status;
	if (f->part.view.rows.n == f->all.view.rows.n)
		return ms_fail(f->ctx, MS_TOO_FEW, "rows", 0, (double) f->distinct, (double) f->k);
	f->part = f->all;
	MS_TRY(ms_em_make_seeds(f));
	return seed_start(f, s);
}

/* A model of the user's as the first mixture of a start. Noise comes and goes as the fit has it. */
static ms_status
model_start(fit *f, const ms_gmm *m)
{
	ms_mix *mix = &f->current.mix;
	ms_mix given;
	double noise = f->o->noise == 0 ? 0 : m->noise > 0 ? m->noise : f->o->noise;

	MS_TRY(ms_mix_from_model(f->ctx, f->scratch, m, f->o->family, &f->all.view, &given));
	ms_mix_copy(mix, &given);
	mix->noise = noise;
	for (size_t j = 0; j < f->k; j++)
	{
		double w = mix->weights[j] * (1 - noise) / (1 - m->noise);

		mix->constants[j] += (double) f->d * 0.5 * log(2 * M_PI) - log(mix->weights[j]);
		mix->weights[j] = w;
		f->step.regularised[j] = false;
	}
	ms_mix_finish_constants(mix);
	f->step.failed = f->step.any_regularised = false;
	return MS_OK;
}

/* Start s: that of the user, or n_init from seeds, and the hint after them. */
ms_status
ms_em_begin_start(fit *f, int s)
{
	if (f->o->start)
		return model_start(f, f->o->start);
	return s < f->o->n_init ? seed_start(f, s) : model_start(f, f->o->hint);
}

int
ms_em_starts(const ms_em_options *o)
{
	return o->start ? 1 : o->n_init + (o->hint != NULL);
}
