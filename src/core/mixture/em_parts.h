/*
 * em_parts.h: what the files em*.c share among themselves: a fit in work.
 */
#ifndef MS_EM_PARTS_H
#define MS_EM_PARTS_H

#include "core/mixture/columns.h"
#include "core/mixture/em.h"
#include "core/mixture/kernel.h"
#include "core/mixture/mix.h"
#include "core/mixture/mstep.h"
#include "core/mixture/patterns.h"
#include "core/mixture/prior.h"

#define FINALISTS 5

/* How good an end is, best first: a better class wins over a greater likelihood. */
typedef enum end_class
{
	END_SOUND,
	END_SPIKE,		 /* unregularised, but one component's volume is next to nothing */
	END_REGULARISED, /* a component of enough rows without spread in some direction */
	END_DEGENERATE	 /* a component died, or is a ridge around a few rows */
} end_class;

/* Where a start has come to. */
typedef struct candidate
{
	ms_mix mix;
	end_class class;
	double objective;	   /* what is maximised: log-likelihood, plus log prior; in raw units */
	double log_likelihood; /* in raw units */
	double log_best;
	uint32_t iterations;
	ms_gmm_stop stop;
	uint32_t starts;	/* that were on the way to it */
	uint32_t *problems; /* k */
} candidate;

/* Rows for EM, and grouped by their gaps where there may be any. */
typedef struct source
{
	ms_view view;
	double shift; /* log-likelihood that the view adds */
	bool grouped;
	ms_patterns groups;
} source;

typedef struct fit
{
	ms_ctx *ctx;
	ms_arena *scratch;
	const ms_em_options *o;
	size_t k;
	size_t d;
	ms_mix_shape shape;
	ms_columns columns;
	source all;	  /* all rows */
	source part;  /* the rows that starts run on */
	ms_view seeds; /* the same as seeds see them: gaps filled, noise without weight */
	double lonely; /* weight of the rows that start as noise */
	double weight; /* of all rows; their effective number where weights are no frequencies */
	double factor; /* weight over the sum of weights */
	double log_volume;
	double *log_sides; /* of the noise, in the view's units; or NULL */
	ms_prior prior;
	double prior_shift; /* log prior that the view adds */
	uint64_t distinct;
	ms_mix_kernel *kernel;
	ms_mstep step;
	ms_mix_stats stats;
	candidate current;
	candidate moved; /* the current one, a component of which has moved */
	double *row;     /* d */
	candidate best[FINALISTS];
	size_t kept; /* filled places of best */
	double *ends; /* objectives of starts that ran to their end */
	end_class *classes;
	size_t ended;
} fit;

/* --- em_rows.c: what EM sees of the rows ---------------------------------------------------- */

extern ms_status ms_em_make_view(fit *f, const ms_rows *rows);
extern ms_status ms_em_make_prior(fit *f);
extern ms_status ms_em_make_noise(fit *f);

/* What EM needs of the rows in s->view. */
extern ms_status ms_em_make_source(fit *f, source *s);

/* A drawn part of the rows, each equally likely, in their order, into f->part.view. */
extern ms_status ms_em_draw_part(fit *f, size_t size);

/* The rows of the part as seeding and the first M step see them. */
extern ms_status ms_em_make_seeds(fit *f);

/* --- em_start.c: the first mixture of a start ----------------------------------------------- */

/* Starts in all: one from a model, else n_init, and the hint. */
extern int ms_em_starts(const ms_em_options *o);

/* Start s into f->current.mix: that of the user, or n_init from seeds, and the hint after them. */
extern ms_status ms_em_begin_start(fit *f, int s);

/* --- em_move.c: to a better end ------------------------------------------------------------- */

/*
 * Moves one component to a row: both are drawn by the seed. The component that owns the row gives
 * half its weight and its shape.
 */
extern ms_status ms_em_move(fit *f, uint64_t seed, ms_mix *mix);

#endif
