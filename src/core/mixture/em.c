/*
 * em.c: the fit: the view of the rows, the starts, EM from each, the best of them (gmm.md,
 * sections 3 and 7).
 *
 * Rows are seen centred and scaled, through the view, never copied. Where an iteration is short
 * every start runs to its end. Else the starts run SHORT iterations each, and the best FINALISTS
 * go on to their end: where there are many rows on a drawn part of them, and from there on all.
 */
#include "core/mixture/em.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/linalg.h"
#include "core/base/rng.h"
#include "core/mixture/kernel.h"
#include "core/mixture/mstep.h"

/* every start runs to its end while n k (d^2 + 8) (diagonals: n k (d + 8)) is at most this */
#define SHORT_WORK 2e6
#define SHORT_ITERATIONS 20
#define FINALISTS 3

/* starts take part in at most so many rows, or 50 k d */
#define PART_ROWS 100000

/*
 * Rounds of Lloyd's algorithm, of every other start. More of them lead more starts to the same
 * end, fewer find ends that the k-means partition hides (galaxies, k = 4: -197.4538 against
 * -199.0582), so that the starts take turns.
 */
#define LLOYD_LONG 5
#define LLOYD_SHORT 1

/* a component of |S|^(1/d) below this share of the others' geometric mean is a spike */
#define SPIKE 1e-3

/* two starts reached the same end when their log-likelihoods are so near, relatively */
#define SAME_END 1e-6

/* standard deviations beyond these bounds have no square that is a number */
#define LEAST_SPREAD 1e-150
#define MOST_SPREAD 1e150

#define STREAM_PART UINT64_C(0x656d2070617274)

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
	double log_likelihood; /* in raw units */
	double log_best;
	uint32_t iterations;
	ms_gmm_stop stop;
	uint32_t *problems; /* k */
} candidate;

typedef struct fit
{
	ms_ctx *ctx;
	ms_arena *scratch;
	const ms_em_options *o;
	size_t k;
	size_t d;
	ms_mix_shape shape;
	ms_view view; /* all rows */
	ms_view part; /* the rows that starts run on */
	double *centre;
	double *scale;
	double *variances; /* of the columns in the view's units */
	double log_scale;  /* sum of log scale: log-likelihood per unit of weight that the view adds */
	double weight;
	uint64_t rows; /* of positive weight */
	uint64_t distinct;
	ms_kernel *kernel;
	ms_mstep step;
	ms_mix_stats stats;
	candidate current;
	candidate best[FINALISTS];
	size_t kept; /* filled places of best */
	double *ends; /* n_init log-likelihoods of starts that ran to their end */
	end_class *classes;
	size_t ended;
} fit;

void
ms_em_defaults(ms_em_options *o)
{
	*o = (ms_em_options){.k = 1,
						 .family = MS_GMM_FULL,
						 .scale = MS_GMM_SCALE_AUTO,
						 .n_init = 10,
						 .max_iter = 500,
						 .tol = 1e-8,
						 .seed = 0};
}

/* --- plan ----------------------------------------------------------------------------------- */

static double
work_of(size_t n, size_t d, const ms_em_options *o)
{
	double dd = (double) d;
	bool diagonal = ms_mstep_shape(o->family) == MS_MIX_DIAGONAL;

	return (double) n * (double) o->k * (diagonal ? dd + 8 : dd * dd + 8);
}

/* Rows that starts run on. */
static size_t
part_rows(size_t n, size_t d, const ms_em_options *o)
{
	double most = fmax(PART_ROWS, 50 * (double) o->k * (double) d);

	return work_of(n, d, o) > SHORT_WORK && (double) n > most ? (size_t) most : n;
}

static size_t
places(size_t n, size_t d, const ms_em_options *o)
{
	return work_of(n, d, o) > SHORT_WORK ? FINALISTS : 1;
}

size_t
ms_em_memory(size_t n, size_t d, const ms_em_options *o)
{
	ms_mix_shape shape = ms_mstep_shape(o->family);
	size_t part = part_rows(n, d, o);
	size_t mixes = places(n, d, o) + 2;
	size_t mix;
	size_t bytes;
	size_t rows;

	/* weights, constants, n; means, s1; factors and inverses */
	ms_size_mul(ms_mix_factors(shape, o->k), 2 * ms_mix_factor_size(shape, d), &mix);
	ms_size_add(mix, o->k * (2 * d + 8), &mix);
	ms_size_mul(mix, mixes * sizeof(double), &bytes);
	ms_size_mul(part, sizeof(uint32_t) + sizeof(double), &rows);
	ms_size_add(bytes, rows, &bytes);
	ms_size_mul(part < n ? part : 0, (d + 1) * sizeof(double), &rows);
	ms_size_add(bytes, rows, &bytes);
	ms_size_add(bytes, ms_seeding_bytes(part, d, o->k), &bytes);
	ms_size_add(bytes, ms_kernel_bytes(shape, o->k, d), &bytes);
	ms_size_add(bytes, 2 * d * d * sizeof(double) + 16384, &bytes);
	return bytes;
}

static ms_status
check_options(ms_ctx *ctx, const ms_em_options *o)
{
	if (o->k < 1 || o->k > MS_GMM_MAX_K)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "k", 0, (double) o->k, o->k < 1 ? 1 : MS_GMM_MAX_K);
	if (o->n_init < 1)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "n_init", 0, o->n_init, 1);
	if (o->max_iter < 1)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "max_iter", 0, o->max_iter, 1);
	if (!(o->tol >= 0))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "tol", 0, o->tol, 0);
	return MS_OK;
}

/* --- the view ------------------------------------------------------------------------------- */

static ms_status
check_row(ms_ctx *ctx, const ms_rows *rows, size_t i)
{
	const double *x = rows->x + i * rows->stride;
	double w = ms_rows_weight(rows, i);

	if (!(w >= 0) || isinf(w))
		return ms_fail(ctx, MS_BAD_WEIGHT, "weight", (int64_t) i + 1, w, 0);
	for (size_t c = 0; c < rows->d; c++)
	{
		if (!isfinite(x[c]))
			return ms_fail(ctx, MS_NOT_FINITE, "element", (int64_t) c + 1, x[c], 0);
	}
	return ms_tick(ctx, 2 + rows->d);
}

/* Least and greatest of each column, over rows that weigh something. */
static ms_status
find_ranges(fit *f, double *low, double *high)
{
	const ms_rows *rows = &f->view.rows;
	ms_sum weight = {0, 0};

	for (size_t c = 0; c < f->d; c++)
	{
		low[c] = INFINITY;
		high[c] = -INFINITY;
	}
	for (size_t i = 0; i < rows->n; i++)
	{
		const double *x = rows->x + i * rows->stride;

		MS_TRY(check_row(f->ctx, rows, i));
		if (ms_rows_weight(rows, i) == 0)
			continue;
		f->rows++;
		ms_sum_add(&weight, ms_rows_weight(rows, i));
		for (size_t c = 0; c < f->d; c++)
		{
			low[c] = x[c] < low[c] ? x[c] : low[c];
			high[c] = x[c] > high[c] ? x[c] : high[c];
		}
	}
	f->weight = ms_sum_get(&weight);
	if (!isfinite(f->weight))
		return ms_fail(f->ctx, MS_TOO_LARGE, "weight", 0, f->weight, DBL_MAX);
	return MS_OK;
}

/*
 * Means and standard deviations, of t = (x - middle) / half range, which is within [-1, 1]
 * whatever the size of x. On return centre and scale hold mean and standard deviation of x.
 */
static ms_status
find_spreads(fit *f, const double *low, const double *high, double *s1, double *s2)
{
	const ms_rows *rows = &f->view.rows;

	for (size_t c = 0; c < f->d; c++)
	{
		f->centre[c] = low[c] / 2 + high[c] / 2;
		f->scale[c] = high[c] / 2 - low[c] / 2;
		if (!(f->scale[c] > LEAST_SPREAD))
			return ms_fail(f->ctx, MS_CONSTANT, "column", (int64_t) c + 1, low[c], 0);
		if (f->scale[c] > MOST_SPREAD)
			return ms_fail(f->ctx, MS_TOO_LARGE, "range", (int64_t) c + 1, f->scale[c] * 2,
						   MOST_SPREAD);
	}
	for (size_t i = 0; i < rows->n; i++)
	{
		const double *x = rows->x + i * rows->stride;
		double w = ms_rows_weight(rows, i) / f->weight;

		MS_TRY(ms_tick(f->ctx, 2 + f->d));
		for (size_t c = 0; c < f->d; c++)
		{
			double t = (x[c] - f->centre[c]) / f->scale[c];

			s1[c] += w * t;
			s2[c] += w * t * t;
		}
	}
	for (size_t c = 0; c < f->d; c++)
	{
		f->centre[c] += f->scale[c] * s1[c];
		f->scale[c] *= sqrt(fmax(s2[c] - s1[c] * s1[c], 0));
		if (!(f->scale[c] > LEAST_SPREAD))
			return ms_fail(f->ctx, MS_CONSTANT, "column", (int64_t) c + 1, low[c], 0);
	}
	return MS_OK;
}

/*
 * Divisors: each column's own where EM does not notice it (gmm.md, section 3), else the root of
 * the mean variance. EM is equivariant under either, so that the fit is that of the raw rows.
 */
static void
set_scale(fit *f)
{
	bool own = f->o->scale == MS_GMM_SCALE_AUTO && f->o->family != MS_GMM_SPHERICAL;
	double mean = 0;

	for (size_t c = 0; c < f->d; c++)
		mean += f->scale[c] * f->scale[c] / (double) f->d;
	f->log_scale = 0;
	for (size_t c = 0; c < f->d; c++)
	{
		double sd = f->scale[c];

		f->scale[c] = 1 / (own ? sd : sqrt(mean));
		f->variances[c] = own ? 1 : sd * sd / mean;
		f->log_scale += log(f->scale[c]);
	}
}

static ms_status
make_view(fit *f)
{
	ms_arena arena = {f->ctx, NULL, f->scratch->used};
	double *low;
	ms_status status;

	MS_TRY(MS_ALLOC(f->scratch, f->d, &f->centre));
	MS_TRY(MS_ALLOC(f->scratch, f->d, &f->scale));
	MS_TRY(MS_ALLOC(f->scratch, f->d, &f->variances));
	status = MS_ZEROED(&arena, 4 * f->d, &low);
	if (status == MS_OK)
		status = find_ranges(f, low, low + f->d);
	if (status == MS_OK && f->rows == 0)
		status = ms_fail(f->ctx, MS_TOO_FEW, "rows", 0, 0, (double) f->k);
	if (status == MS_OK)
		status = find_spreads(f, low, low + f->d, low + 2 * f->d, low + 3 * f->d);
	ms_arena_free(&arena);
	if (status != MS_OK)
		return status;
	set_scale(f);
	f->view.centre = f->centre;
	f->view.scale = f->scale;
	return MS_OK;
}

/* A drawn part of the rows, each equally likely, in their order (Knuth, algorithm S). */
static ms_status
draw_part(fit *f, size_t size)
{
	const ms_rows *rows = &f->view.rows;
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
	f->part = f->view;
	f->part.rows = (ms_rows){part, rows->w ? part + f->d : NULL, size, f->d, width};
	return MS_OK;
}

/* --- EM from one start ---------------------------------------------------------------------- */

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
			double z = (x[c] - f->centre[c]) * f->scale[c] - mean[c];

			s1[c] += w * z;
			s2[j * d + c] += w * z * z;
		}
		return;
	}
	s2 += f->shape == MS_MIX_TIED ? 0 : j * ms_packed_size(d);
	for (size_t c = 0; c < d; c++)
	{
		y[c] = (x[c] - f->centre[c]) * f->scale[c] - mean[c];
		s1[c] += w * y[c];
		for (size_t b = 0; b <= c; b++)
			s2[ms_packed_at(c, b)] += w * y[c] * y[b];
	}
}

/* The first mixture of a start: seeds, a few rounds of Lloyd, and the M step of the labels. */
static ms_status
start_from_seeds(fit *f, ms_arena *arena, uint64_t seed, int rounds)
{
	const ms_rows *rows = &f->part.rows;
	ms_seeds seeds;
	uint32_t *labels;
	double potential;

	MS_TRY(ms_seeding_kmeanspp(f->ctx, arena, &f->part, f->k, MS_SEEDING_AUTO, seed, &seeds));
	f->distinct = seeds.k;
	if (seeds.k < f->k)
		return MS_OK;
	MS_TRY(MS_ALLOC(arena, rows->n, &labels));
	MS_TRY(ms_seeding_lloyd(f->ctx, arena, &f->part, f->k, seeds.centers, rounds, labels,
							&potential));
	set_unit(&f->current.mix, seeds.centers);
	ms_mix_stats_clear(&f->stats, &f->current.mix);
	for (size_t i = 0; i < rows->n; i++)
	{
		MS_TRY(ms_tick(f->ctx, 4 + (f->shape == MS_MIX_DIAGONAL ? f->d : f->d * f->d)));
		add_labelled(f, rows->x + i * rows->stride, ms_rows_weight(rows, i), labels[i]);
	}
	return ms_mstep_start(f->ctx, &f->step, &f->current.mix, &f->stats);
}

static void
tell(const fit *f, const candidate *c)
{
	ms_progress p = {"em", c->iterations, NAN, c->log_likelihood};

	if (f->ctx->progress)
		f->ctx->progress(f->ctx, &p);
}

/*
 * EM until the gain is below tol or max_iter. What is left in the candidate is a mixture and the
 * log-likelihood of that very mixture. A regularised step may lower it: then it must settle.
 */
static ms_status
iterate(fit *f, candidate *c, const ms_view *view, int max_iter)
{
	double before = -INFINITY;

	c->stop = MS_GMM_STOP_MAX_ITER;
	for (int t = 0; !f->step.failed; t++)
	{
		double gain;

		ms_mix_stats_clear(&f->stats, &c->mix);
		MS_TRY(ms_kernel_pass(f->ctx, f->kernel, &c->mix, view, &f->stats));
		c->log_likelihood = ms_sum_get(&f->stats.log_likelihood) +
							ms_sum_get(&f->stats.weight) * f->log_scale;
		c->log_best = ms_sum_get(&f->stats.log_best);
		tell(f, c);
		gain = c->log_likelihood - before;
		if (f->step.any_regularised)
			gain = fabs(gain);
		before = c->log_likelihood;
		if (gain < f->o->tol * (fabs(before) + 1) || (gain <= 0 && f->o->tol == 0))
		{
			c->stop = MS_GMM_STOP_TOL;
			break;
		}
		if (t == max_iter)
			break;
		MS_TRY(ms_mstep_run(f->ctx, &f->step, &c->mix, &f->stats));
		c->iterations++;
	}
	return MS_OK;
}

/* --- what an end is worth ------------------------------------------------------------------- */

/* log |S_j|^(1/d), up to what all components share. */
static double
log_volume(const fit *f, const ms_mix *mix, size_t j)
{
	return 2 * (log(mix->weights[j]) - mix->constants[j]) / (double) f->d;
}

static bool
is_spike(const fit *f, const ms_mix *mix, size_t j)
{
	double others = 0;

	if (f->k == 1 || f->shape == MS_MIX_TIED)
		return false;
	for (size_t i = 0; i < f->k; i++)
		others += i == j ? 0 : log_volume(f, mix, i) / (double) (f->k - 1);
	return log_volume(f, mix, j) < others + log(SPIKE);
}

/* Problems of each component, and the class of the whole. */
static void
judge(const fit *f, candidate *c)
{
	end_class class = f->step.failed || !isfinite(c->log_likelihood) ? END_DEGENERATE : END_SOUND;

	for (size_t j = 0; j < f->k; j++)
	{
		double n = c->mix.weights[j] * f->weight;
		bool few = n < (double) f->d + 2;
		bool regularised = f->step.regularised[j];
		bool spike = !regularised && is_spike(f, &c->mix, j);
		bool ridge = regularised && (f->shape == MS_MIX_TIED ? f->weight < (double) f->d + 2 : few);
		end_class own = ridge		  ? END_DEGENERATE
						: regularised ? END_REGULARISED
						: spike		  ? END_SPIKE
									  : END_SOUND;

		c->problems[j] = (few ? MS_GMM_PROBLEM_SMALL_COMPONENT : 0) |
						 (regularised ? MS_GMM_PROBLEM_REGULARISED : 0) |
						 (spike ? MS_GMM_PROBLEM_SPURIOUS : 0);
		class = own > class ? own : class;
	}
	c->class = class;
}

static bool
is_better(const candidate *a, const candidate *b)
{
	return a->class != b->class ? a->class < b->class : a->log_likelihood > b->log_likelihood;
}

static void
copy_candidate(candidate *to, const candidate *from, size_t k)
{
	ms_mix mix = to->mix;
	uint32_t *problems = to->problems;

	ms_mix_copy(&mix, &from->mix);
	memcpy(problems, from->problems, k * sizeof(uint32_t));
	*to = *from;
	to->mix = mix;
	to->problems = problems;
}

/* The current candidate takes its place among the best `most`, the worst of them falls out. */
static void
keep(fit *f, size_t most)
{
	size_t at = f->kept < most ? f->kept++ : most - 1;
	candidate held = f->best[at];

	if (held.stop != MS_GMM_STOP_NONE && !is_better(&f->current, &held))
		return;
	copy_candidate(&held, &f->current, f->k);
	for (; at > 0 && is_better(&held, &f->best[at - 1]); at--)
		f->best[at] = f->best[at - 1];
	f->best[at] = held;
}

static void
note_end(fit *f, double log_likelihood, end_class class)
{
	f->ends[f->ended] = log_likelihood;
	f->classes[f->ended++] = class;
}

/* --- all starts ----------------------------------------------------------------------------- */

static ms_status
new_candidate(fit *f, candidate *c)
{
	*c = (candidate){.stop = MS_GMM_STOP_NONE};
	MS_TRY(ms_mix_new(f->scratch, f->shape, f->k, f->d, &c->mix));
	return MS_ZEROED(f->scratch, f->k, &c->problems);
}

/* Seeds of start s. A part with too few distinct rows gives way to all rows. */
static ms_status
seed_start(fit *f, int s)
{
	ms_arena arena = {f->ctx, NULL, f->scratch->used};
	uint64_t seed = ms_hash_u64((uint64_t) s, (uint64_t) f->o->seed);
	ms_status status = start_from_seeds(f, &arena, seed, s % 2 == 0 ? LLOYD_LONG : LLOYD_SHORT);

	ms_arena_free(&arena);
	if (status != MS_OK || f->distinct == f->k)
		return status;
	if (f->part.rows.n == f->view.rows.n)
		return ms_fail(f->ctx, MS_TOO_FEW, "rows", 0, (double) f->distinct, (double) f->k);
	f->part = f->view;
	return seed_start(f, s);
}

static ms_status
run_starts(fit *f, size_t most, int max_iter, bool to_the_end)
{
	for (int s = 0; s < f->o->n_init; s++)
	{
		MS_TRY(seed_start(f, s));
		f->current.iterations = 0;
		f->current.log_likelihood = -INFINITY;
		MS_TRY(iterate(f, &f->current, &f->part, max_iter));
		judge(f, &f->current);
		if (to_the_end)
			note_end(f, f->current.log_likelihood, f->current.class);
		keep(f, most);
	}
	return MS_OK;
}

/* A candidate goes on where it stopped. */
static ms_status
go_on(fit *f, candidate *c, const ms_view *view)
{
	f->step.failed = f->step.any_regularised = false;
	for (size_t j = 0; j < f->k; j++)
	{
		f->step.regularised[j] = (c->problems[j] & MS_GMM_PROBLEM_REGULARISED) != 0;
		f->step.any_regularised |= f->step.regularised[j];
	}
	MS_TRY(iterate(f, c, view, f->o->max_iter - (int) c->iterations));
	judge(f, c);
	return MS_OK;
}

static void
sort_best(fit *f)
{
	for (size_t i = 1; i < f->kept; i++)
	{
		candidate held = f->best[i];
		size_t at = i;

		for (; at > 0 && is_better(&held, &f->best[at - 1]); at--)
			f->best[at] = f->best[at - 1];
		f->best[at] = held;
	}
}

static bool
same_end(double a, double b)
{
	return fabs(a - b) <= SAME_END * (fabs(b) + 1);
}

/* The finalists to their end on the part of the rows, where an iteration is cheap. */
static ms_status
run_finals_on_part(fit *f)
{
	for (size_t i = 0; i < f->kept; i++)
	{
		if (f->best[i].class != END_DEGENERATE)
			MS_TRY(go_on(f, &f->best[i], &f->part));
	}
	sort_best(f);
	return MS_OK;
}

/* The finalists on all rows. Of two that met on the part the first speaks for both. */
static ms_status
run_finals(fit *f)
{
	bool parted = f->part.rows.n < f->view.rows.n;
	double before = NAN;

	if (parted)
		MS_TRY(run_finals_on_part(f));
	for (size_t i = 0; i < f->kept && f->best[i].class != END_DEGENERATE; i++)
	{
		candidate *c = &f->best[i];
		bool met = parted && same_end(c->log_likelihood, before);

		before = c->log_likelihood;
		if (met)
		{
			c->log_likelihood = -INFINITY;
			note_end(f, f->ends[f->ended - 1], f->classes[f->ended - 1]);
			continue;
		}
		MS_TRY(go_on(f, c, &f->view));
		note_end(f, c->log_likelihood, c->class);
	}
	sort_best(f);
	return MS_OK;
}

static ms_status
run_all(fit *f)
{
	size_t n = f->view.rows.n;
	size_t most = places(n, f->d, f->o);
	size_t part = part_rows(n, f->d, f->o);

	f->part = f->view;
	if (part < n)
		MS_TRY(draw_part(f, part));
	MS_TRY(ms_kernel_new(f->ctx, f->scratch, f->shape, f->k, f->d, &f->kernel));
	MS_TRY(ms_mstep_new(f->scratch, f->o->family, f->k, f->d, f->variances, &f->step));
	MS_TRY(new_candidate(f, &f->current));
	MS_TRY(ms_mix_stats_new(f->scratch, &f->current.mix, &f->stats));
	MS_TRY(MS_ALLOC(f->scratch, (size_t) f->o->n_init + FINALISTS, &f->ends));
	MS_TRY(MS_ALLOC(f->scratch, (size_t) f->o->n_init + FINALISTS, &f->classes));
	for (size_t i = 0; i < most; i++)
		MS_TRY(new_candidate(f, &f->best[i]));
	if (most == 1)
		return run_starts(f, 1, f->o->max_iter, true);
	MS_TRY(run_starts(f, most, (int) fmin(f->o->max_iter, SHORT_ITERATIONS), false));
	return run_finals(f);
}

/* --- the answer ----------------------------------------------------------------------------- */

/* S_j = D^-1 L L' D^-1 in raw units, D the scale. */
static ms_status
write_factor(const fit *f, const double *lower, double *packed)
{
	for (size_t i = 0; i < f->d; i++)
	{
		MS_TRY(ms_tick(f->ctx, i * i / 2));
		for (size_t c = 0; c <= i; c++)
		{
			double sum = 0;

			for (size_t t = 0; t <= c; t++)
				sum += lower[i * f->d + t] * lower[c * f->d + t];
			packed[ms_packed_at(i, c)] = sum / f->scale[i] / f->scale[c];
		}
	}
	return MS_OK;
}

static ms_status
write_covariances(const fit *f, const ms_mix *mix, ms_gmm *out)
{
	size_t d = f->d;

	if (f->shape != MS_MIX_DIAGONAL)
	{
		for (size_t j = 0; j < ms_mix_factors(f->shape, f->k); j++)
			MS_TRY(write_factor(f, mix->factors + j * d * d,
								out->covariances + j * ms_packed_size(d)));
		return MS_OK;
	}
	for (size_t i = 0; i < ms_gmm_covariances(f->o->family, f->k, d); i++)
	{
		bool sphere = f->o->family == MS_GMM_SPHERICAL;
		double sd = mix->factors[sphere ? i * d : i] / f->scale[sphere ? 0 : i % d];

		out->covariances[i] = sd * sd;
	}
	return MS_OK;
}

static uint32_t
starts_at_best(const fit *f)
{
	const candidate *best = &f->best[0];
	uint32_t count = 0;

	for (size_t s = 0; s < f->ended; s++)
		count += f->classes[s] == best->class &&
				 same_end(f->ends[s], best->log_likelihood);
	return count;
}

static uint32_t
all_problems(const fit *f, const ms_gmm *m)
{
	uint32_t problems = 0;

	for (size_t j = 0; j < f->k; j++)
		problems |= m->problems[j];
	if (m->info.stop == MS_GMM_STOP_MAX_ITER)
		problems |= MS_GMM_PROBLEM_MAX_ITER;
	if (f->ended > 1 && m->info.starts_at_best < 2)
		problems |= MS_GMM_PROBLEM_FEW_STARTS_AGREE;
	if (ms_gmm_parameters(m) > f->weight)
		problems |= MS_GMM_PROBLEM_MANY_PARAMETERS;
	return problems;
}

static void
write_info(const fit *f, ms_gmm *out)
{
	const candidate *best = &f->best[0];

	out->info = (ms_gmm_info){.n = f->rows,
							  .weight = f->weight,
							  .log_likelihood = best->log_likelihood,
							  .objective = best->log_likelihood,
							  .iterations = best->iterations,
							  .stop = best->stop,
							  .starts = (uint32_t) f->o->n_init,
							  .starts_at_best = starts_at_best(f),
							  .seed = f->o->seed};
	out->info.icl = ms_gmm_bic(out) - 2 * best->log_best;
	out->info.problems = all_problems(f, out);
}

static ms_status
write_model(fit *f, ms_arena *arena, ms_gmm *out)
{
	const candidate *best = &f->best[0];

	if (best->class == END_DEGENERATE)
		return ms_fail(f->ctx, MS_NO_FIT, "degenerate", 0, f->o->n_init, 0);
	MS_TRY(ms_gmm_new(f->ctx, arena, f->o->family, f->k, f->d, out));
	memcpy(out->weights, best->mix.weights, f->k * sizeof(double));
	memcpy(out->problems, best->problems, f->k * sizeof(uint32_t));
	for (size_t i = 0; i < f->k * f->d; i++)
		out->means[i] = best->mix.means[i] / f->scale[i % f->d] + f->centre[i % f->d];
	MS_TRY(write_covariances(f, &best->mix, out));
	write_info(f, out);
	return ms_gmm_sort(f->ctx, out);
}

ms_status
ms_em_fit(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, const ms_em_options *o, ms_gmm *out)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	fit f = {.ctx = ctx, .scratch = &scratch, .o = o, .k = o->k, .d = rows->d};
	ms_status status;

	MS_TRY(check_options(ctx, o));
	if (rows->d < 1 || rows->d > MS_MAX_DIM)
		return ms_fail(ctx, MS_DIMENSION, "columns", 0, (double) rows->d, 1);
	f.shape = ms_mstep_shape(o->family);
	f.view.rows = *rows;
	status = make_view(&f);
	if (status == MS_OK)
		status = run_all(&f);
	if (status == MS_OK)
		status = write_model(&f, arena, out);
	ms_arena_free(&scratch);
	return status;
}
