/*
 * em_rows.c: the rows as a fit sees them: centred and scaled through a view, a drawn part of them,
 * grouped by their gaps; and what of prior and noise follows from them (gmm.md, sections 3, 6, 9,
 * 10).
 */
#include <math.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/mixture/em_parts.h"
#include "core/mixture/noise.h"

#define STREAM_PART UINT64_C(0x656d2070617274)

/* --- the view ------------------------------------------------------------------------------- */

/*
 * Whether each column may have its own divisor, for EM does not notice it (gmm.md, section 3).
 * Under the one it may have, it is equivariant in any family: the fit is that of the raw rows.
 */
static bool
own_scales(const ms_em_options *o)
{
	switch (o->family)
	{
		case MS_GMM_SPHERICAL:
		case MS_GMM_EII:
		case MS_GMM_EEV:
		case MS_GMM_VEV:
			return false;
		default:
			return o->scale == MS_GMM_SCALE_AUTO;
	}
}

ms_status
ms_em_make_view(fit *f, const ms_rows *rows)
{
	MS_TRY(ms_columns_new(f->ctx, f->scratch, rows, f->o->missing, own_scales(f->o), f->k,
						  &f->columns));
	f->all.view = (ms_view){*rows, f->columns.centre, f->columns.scale};
	f->weight = f->columns.weight;
	if (f->o->importance)
		f->weight = f->columns.weight / f->columns.squares * f->columns.weight;
	f->factor = f->weight / f->columns.weight;
	return MS_OK;
}

ms_status
ms_em_make_prior(fit *f)
{
	double log_scale = 0;
	size_t matrices = ms_gmm_matrices(f->o->family, f->k);

	if (!f->o->prior)
		return MS_OK;
	MS_TRY(ms_prior_new(f->ctx, f->scratch, &f->all.view, f->weight, f->columns.variances,
						f->o->family, f->k, &f->prior));
	for (size_t c = 0; c < f->d; c++)
		log_scale += log(f->columns.scale[c]);
	f->prior_shift = ms_prior_divisor(&f->prior, f->k, f->d) * (double) matrices * log_scale;
	return MS_OK;
}

ms_status
ms_em_make_noise(fit *f)
{
	const ms_columns *c = &f->columns;
	double rest;

	if (f->o->noise == 0)
		return MS_OK;
	MS_TRY(ms_noise_log_volume(f->ctx, &f->all.view.rows, c->low, c->high, &f->log_volume));
	MS_TRY(MS_ALLOC(f->scratch, f->d, &f->log_sides));
	rest = f->log_volume;
	for (size_t i = 0; i < f->d; i++)
		rest -= log(c->high[i] - c->low[i]);
	for (size_t i = 0; i < f->d; i++)
		f->log_sides[i] =
			log(c->high[i] - c->low[i]) + rest / (double) f->d + log(c->scale[i]);
	return MS_OK;
}

/* What EM needs of the rows in s->view. */
ms_status
ms_em_make_source(fit *f, source *s)
{
	MS_TRY(ms_columns_shift(f->ctx, &f->columns, &s->view.rows, f->o->missing, &s->shift));
	s->grouped = f->o->missing;
	if (!s->grouped)
		return MS_OK;
	return ms_patterns_new(f->ctx, f->scratch, &s->view.rows, &f->current.mix, &s->groups);
}

/* A drawn part of the rows, each equally likely, in their order (Knuth, algorithm S). */
ms_status
ms_em_draw_part(fit *f, size_t size)
{
	const ms_rows *rows = &f->all.view.rows;
	size_t width = f->d + (rows->w != NULL);
	double *part;
	size_t taken = 0;
	ms_rng rng;

	MS_TRY(MS_ALLOC(f->scratch, size * width, &part));
	ms_rng_init(&rng, (uint64_t) f->o->seed, STREAM_PART);
	for (size_t i = 0; taken < size; i++)
	{
		double *row = part + taken * width;

		MS_TRY(ms_tick(f->ctx, 10 + f->d));
		if (ms_rng_uniform(&rng) * (double) (rows->n - i) >= (double) (size - taken))
			continue;
		memcpy(row, rows->x + i * rows->stride, f->d * sizeof(double));
		if (rows->w)
			row[f->d] = ms_rows_weight(rows, i);
		taken++;
	}
	f->part.view = f->all.view;
	f->part.view.rows = (ms_rows){part, rows->w ? part + f->d : NULL, size, f->d, width};
	return MS_OK;
}

/* A copy of the rows of a part, gaps filled by the mean; it has weights. */
static ms_status
fill_rows(fit *f, const ms_rows *rows, ms_rows *out)
{
	size_t width = f->d + 1;
	double *to;

	MS_TRY(MS_ALLOC(f->scratch, rows->n * width, &to));
	*out = (ms_rows){to, to + f->d, rows->n, f->d, width};
	for (size_t i = 0; i < rows->n; i++)
	{
		const double *x = rows->x + i * rows->stride;
		size_t there = 0;

		MS_TRY(ms_tick(f->ctx, 2 + f->d));
		for (size_t c = 0; c < f->d; c++)
		{
			there += !isnan(x[c]);
			to[i * width + c] = isnan(x[c]) ? f->columns.centre[c] : x[c];
		}
		to[i * width + f->d] = there > 0 ? ms_rows_weight(rows, i) : 0;
	}
	return MS_OK;
}

/* Rows that start as noise lose their weight, so that no seed falls on them. */
static ms_status
set_noise_aside(fit *f, double *weights)
{
	const ms_rows *rows = &f->seeds.rows;
	bool *lonely;

	MS_TRY(MS_ALLOC(f->scratch, rows->n, &lonely));
	MS_TRY(ms_noise_mark(f->ctx, &f->seeds, f->o->noise, (uint64_t) f->o->seed, lonely));
	f->lonely = 0;
	for (size_t i = 0; i < rows->n; i++)
	{
		if (!lonely[i])
			continue;
		f->lonely += weights[i * rows->stride];
		weights[i * rows->stride] = 0;
	}
	return MS_OK;
}

/*
 * Seeds see standardised columns where the family has shapes that follow: EEV and VEV, too, for
 * all that EM itself must see them through one factor.
 */
static ms_status
set_seeds_scale(fit *f)
{
	const ms_columns *c = &f->columns;
	double *scale;

	if (f->o->scale != MS_GMM_SCALE_AUTO ||
		(f->o->family != MS_GMM_EEV && f->o->family != MS_GMM_VEV))
		return MS_OK;
	MS_TRY(MS_ALLOC(f->scratch, f->d, &scale));
	for (size_t i = 0; i < f->d; i++)
		scale[i] = c->scale[i] / sqrt(c->variances[i]);
	f->seeds.scale = scale;
	return MS_OK;
}

/* The rows of the part as seeding and the first M step see them. */
ms_status
ms_em_make_seeds(fit *f)
{
	f->seeds = f->part.view;
	MS_TRY(set_seeds_scale(f));
	if (!f->o->missing && f->o->noise == 0)
		return MS_OK;
	MS_TRY(fill_rows(f, &f->part.view.rows, &f->seeds.rows));
	if (f->o->noise > 0)
		MS_TRY(set_noise_aside(f, (double *) f->seeds.rows.w));
	return MS_OK;
}
