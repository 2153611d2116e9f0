/*
 * em.c: the fit: EM from several starts, the best of them, what that is worth (gmm.md,
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
#include "core/mixture/em_parts.h"
#include "core/mixture/score.h"

/* every start runs to its end while n k (d^2 + 8) (diagonals: n k (d + 8)) is at most this */
#define SHORT_WORK 2e6
#define SHORT_ITERATIONS 20

/* short starts are on the same way when means (in sd of a column) and weights differ by less */
#define SAME_WAY 0.1

/* starts take part in at most so many rows, or 50 k d */
#define PART_ROWS 100000

/* a component of |S|^(1/d) below this share of the others' geometric mean is a spike */
#define SPIKE 1e-3

/* every start is moved so often, and a move must have led higher after so many iterations */
#define MOVES 5
#define MOVE_ITERATIONS 10

/* two starts reached the same end when their log-likelihoods are so near, relatively */
#define SAME_END 1e-6

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
	size_t mixes = places(n, d, o) + 3 + (o->start != NULL) + (o->hint != NULL);
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
	if (o->missing || o->noise > 0)
	{
		ms_size_mul(part, (d + 4) * sizeof(double), &rows);
		ms_size_add(bytes, rows + 65536, &bytes);
	}
	if (o->missing)
	{
		ms_size_add(bytes, ms_patterns_bytes(n, o->k, d), &bytes);
		ms_size_add(bytes, ms_patterns_bytes(part < n ? part : 0, o->k, d), &bytes);
	}
	ms_size_add(bytes, ms_mstep_bytes(o->family, o->prior, o->k, d), &bytes);
	ms_size_add(bytes, ms_seeding_bytes(part, d, o->k), &bytes);
	ms_size_add(bytes, ms_mix_kernel_bytes(shape, o->k, d), &bytes);
	ms_size_add(bytes, (o->noise > 0 || o->prior ? 5 : 2) * d * (d + 2) * sizeof(double), &bytes);
	ms_size_add(bytes, 16384, &bytes);
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
	if (!(o->noise >= 0 && o->noise < 1))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "noise", 0, o->noise, o->noise < 0 ? 0 : 1);
	if (o->prior && !ms_prior_exists(o->family))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "prior", 0, o->family, 0);
	return MS_OK;
}

static ms_status
check_model(ms_ctx *ctx, const ms_em_options *o, const ms_gmm *m, size_t d)
{
	if (m && m->k != o->k)
		return ms_fail(ctx, MS_MISMATCH, "components", 0, m->k, (double) o->k);
	if (m && m->d != d)
		return ms_fail(ctx, MS_MISMATCH, "columns", 0, m->d, (double) d);
	return MS_OK;
}

/* --- EM from one start ---------------------------------------------------------------------- */

static void
tell(const fit *f, const candidate *c)
{
	ms_progress p = {"em", c->iterations, NAN, c->objective};

	if (f->ctx->progress)
		f->ctx->progress(f->ctx, &p);
}

/* The statistics of the rows under the candidate's mixture, and what they say of it. */
static ms_status
expect(fit *f, candidate *c, source *rows)
{
	ms_mix_stats_clear(&f->stats, &c->mix);
	if (rows->grouped)
		MS_TRY(ms_patterns_pass(f->ctx, &rows->groups, f->kernel, &c->mix, &rows->view, &f->stats));
	else
		MS_TRY(ms_mix_kernel_pass(f->ctx, f->kernel, &c->mix, &rows->view, &f->stats));
	if (f->factor != 1)
		ms_mix_stats_scale(&f->stats, &c->mix, f->factor);
	c->log_likelihood = ms_sum_get(&f->stats.log_likelihood) + f->factor * rows->shift;
	c->log_best = ms_sum_get(&f->stats.log_best);
	c->objective = c->log_likelihood;
	if (f->o->prior)
		c->objective += ms_prior_log(&f->prior, &c->mix) + f->prior_shift;
	return MS_OK;
}

/* The first step from a model of another family leaves its likelihood behind, up or down. */
static bool
is_changing_family(const fit *f, int t)
{
	return t == 1 && f->o->start && f->o->start->family != f->o->family;
}

/*
 * EM until the gain is below tol or max_iter. What is left in the candidate is a mixture and the
 * log-likelihood of that very mixture. A regularised step may lower it: then it must settle.
 */
static ms_status
iterate(fit *f, candidate *c, source *rows, int max_iter)
{
	double before = -INFINITY;

	c->stop = MS_GMM_STOP_MAX_ITER;
	for (int t = 0; !f->step.failed; t++)
	{
		double gain;

		MS_TRY(expect(f, c, rows));
		tell(f, c);
		gain = c->objective - before;
		if (f->step.any_regularised)
			gain = fabs(gain);
		before = c->objective;
		if (!is_changing_family(f, t) &&
			(gain < f->o->tol * (fabs(before) + 1) || (gain <= 0 && f->o->tol == 0)))
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

	if (f->k == 1 || ms_gmm_is_tied(f->o->family))
		return false;
	for (size_t i = 0; i < f->k; i++)
		others += i == j ? 0 : log_volume(f, mix, i) / (double) (f->k - 1);
	return log_volume(f, mix, j) < others + log(SPIKE);
}

/* Problems of each component, and the class of the whole. */
static void
judge(const fit *f, candidate *c)
{
	end_class class = f->step.failed || !isfinite(c->objective) ? END_DEGENERATE : END_SOUND;

	for (size_t j = 0; j < f->k; j++)
	{
		double n = c->mix.weights[j] * f->weight;
		bool few = n < (double) f->d + 2;
		bool regularised = f->step.regularised[j];
		bool spike = !regularised && is_spike(f, &c->mix, j);
		bool ridge = regularised && (ms_gmm_is_tied(f->o->family) ? f->weight < (double) f->d + 2 : few);
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
	return a->class != b->class ? a->class < b->class : a->objective > b->objective;
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

/* The component of `mix` whose mean is nearest to x, in the view's units, and its squared distance. */
static size_t
nearest_component(const ms_mix *mix, const double *x, double *distance)
{
	size_t best = 0;

	*distance = INFINITY;
	for (size_t j = 0; j < mix->k; j++)
	{
		double sum = 0;

		for (size_t i = 0; i < mix->d; i++)
		{
			double e = x[i] - mix->means[j * mix->d + i];

			sum += e * e;
		}
		if (sum < *distance)
		{
			*distance = sum;
			best = j;
		}
	}
	return best;
}

/*
 * Two short starts are on the way to the same end when each component of the one has a component
 * of the other beside it, of about its weight.
 */
static bool
same_way(const ms_mix *a, const ms_mix *b)
{
	for (size_t j = 0; j < a->k; j++)
	{
		double distance;
		size_t twin = nearest_component(b, a->means + j * a->d, &distance);

		if (distance > SAME_WAY * SAME_WAY * (double) a->d ||
			fabs(a->weights[j] - b->weights[twin]) > SAME_WAY * a->weights[j])
			return false;
	}
	return true;
}

/*
 * The current candidate takes its place among the best `most`, and the worst of them falls out;
 * or the place of the one that is on the same way, so that a popular end takes one place.
 */
static void
keep(fit *f, size_t most)
{
	size_t at = 0;
	candidate held;

	while (at < f->kept && !same_way(&f->current.mix, &f->best[at].mix))
		at++;
	if (at == f->kept)
		at = f->kept < most ? f->kept++ : most - 1;
	else
		f->best[at].starts = f->current.starts += f->best[at].starts;
	held = f->best[at];
	if (held.stop != MS_GMM_STOP_NONE && !is_better(&f->current, &held))
		return;
	copy_candidate(&held, &f->current, f->k);
	for (; at > 0 && is_better(&held, &f->best[at - 1]); at--)
		f->best[at] = f->best[at - 1];
	f->best[at] = held;
}

/* The end of `starts` starts. */
static void
note_end(fit *f, double objective, end_class class, uint32_t starts)
{
	for (; starts > 0; starts--)
	{
		f->ends[f->ended] = objective;
		f->classes[f->ended++] = class;
	}
}

/* --- all starts ----------------------------------------------------------------------------- */

static ms_status
new_candidate(fit *f, candidate *c)
{
	*c = (candidate){.stop = MS_GMM_STOP_NONE};
	MS_TRY(ms_mix_new(f->scratch, f->shape, f->k, f->d, &c->mix));
	c->mix.log_sides = f->log_sides;
	return MS_ZEROED(f->scratch, f->k, &c->problems);
}

/* A candidate goes on where it stopped. */
static ms_status
go_on(fit *f, candidate *c, source *rows)
{
	f->step.failed = f->step.any_regularised = false;
	for (size_t j = 0; j < f->k; j++)
	{
		f->step.regularised[j] = (c->problems[j] & MS_GMM_PROBLEM_REGULARISED) != 0;
		f->step.any_regularised |= f->step.regularised[j];
	}
	MS_TRY(iterate(f, c, rows, f->o->max_iter - (int) c->iterations));
	judge(f, c);
	return MS_OK;
}

/* A model of the user's keeps to its place, and a start that was cut short has none yet. */
static bool
can_move(const fit *f)
{
	bool cut = f->current.stop == MS_GMM_STOP_MAX_ITER &&
			   f->current.iterations == (uint32_t) f->o->max_iter;

	return f->k > 1 && !f->o->start && f->current.class != END_DEGENERATE && !cut;
}

/* Iterations count from the last move that the current candidate took. */
static ms_status
try_move(fit *f, uint64_t seed, bool to_the_end)
{
	candidate *c = &f->moved;

	copy_candidate(c, &f->current, f->k);
	MS_TRY(ms_em_move(f, seed, &c->mix));
	c->iterations = 0;
	MS_TRY(iterate(f, c, &f->part, MOVE_ITERATIONS));
	judge(f, c);
	if (!is_better(c, &f->current))
		return MS_OK;
	if (to_the_end && c->stop == MS_GMM_STOP_MAX_ITER)
		MS_TRY(go_on(f, c, &f->part));
	copy_candidate(&f->current, c, f->k);
	return MS_OK;
}

/* Start s from its seeds to where it stops, and from there by moves. */
static ms_status
run_start(fit *f, int s, int max_iter, bool to_the_end)
{
	uint64_t seed = ms_hash_u64((uint64_t) s, (uint64_t) f->o->seed);

	MS_TRY(ms_em_begin_start(f, s));
	f->current.iterations = 0;
	f->current.starts = 1;
	f->current.log_likelihood = f->current.objective = -INFINITY;
	MS_TRY(iterate(f, &f->current, &f->part, max_iter));
	judge(f, &f->current);
	for (uint64_t t = 0; t < MOVES && can_move(f); t++)
		MS_TRY(try_move(f, ms_hash_u64(t, seed), to_the_end));
	return MS_OK;
}

static ms_status
run_starts(fit *f, size_t most, int max_iter, bool to_the_end)
{
	for (int s = 0; s < ms_em_starts(f->o); s++)
	{
		MS_TRY(run_start(f, s, max_iter, to_the_end));
		if (to_the_end)
			note_end(f, f->current.objective, f->current.class, 1);
		keep(f, most);
	}
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
	bool parted = f->part.view.rows.n < f->all.view.rows.n;
	double before = NAN;

	if (parted)
		MS_TRY(run_finals_on_part(f));
	for (size_t i = 0; i < f->kept && f->best[i].class != END_DEGENERATE; i++)
	{
		candidate *c = &f->best[i];
		bool met = parted && same_end(c->objective, before);

		before = c->objective;
		if (met)
		{
			c->objective = -INFINITY;
			note_end(f, f->ends[f->ended - 1], f->classes[f->ended - 1], c->starts);
			continue;
		}
		MS_TRY(go_on(f, c, &f->all));
		note_end(f, c->objective, c->class, c->starts);
	}
	sort_best(f);
	return MS_OK;
}

/* Scratch of the whole fit, and the rows for EM and for seeds. */
static ms_status
prepare(fit *f, size_t most, size_t part)
{
	size_t starts = (size_t) ms_em_starts(f->o) + FINALISTS;

	MS_TRY(ms_em_make_prior(f));
	MS_TRY(ms_em_make_noise(f));
	MS_TRY(ms_mix_kernel_new(f->ctx, f->scratch, f->shape, f->k, f->d, &f->kernel));
	MS_TRY(ms_mstep_new(f->scratch, f->o->family, f->k, f->d, f->columns.variances,
						f->o->prior ? &f->prior : NULL, &f->step));
	MS_TRY(new_candidate(f, &f->current));
	MS_TRY(new_candidate(f, &f->moved));
	MS_TRY(MS_ALLOC(f->scratch, f->d, &f->row));
	MS_TRY(ms_mix_stats_new(f->scratch, &f->current.mix, &f->stats));
	MS_TRY(MS_ALLOC(f->scratch, starts, &f->ends));
	MS_TRY(MS_ALLOC(f->scratch, starts, &f->classes));
	for (size_t i = 0; i < most; i++)
		MS_TRY(new_candidate(f, &f->best[i]));
	MS_TRY(ms_em_make_source(f, &f->all));
	f->part = f->all;
	if (part < f->all.view.rows.n)
	{
		MS_TRY(ms_em_draw_part(f, part));
		MS_TRY(ms_em_make_source(f, &f->part));
	}
	return f->o->start ? MS_OK : ms_em_make_seeds(f);
}

static ms_status
run_all(fit *f)
{
	size_t n = f->all.view.rows.n;
	size_t most = f->o->start ? 1 : places(n, f->d, f->o);

	MS_TRY(prepare(f, most, f->o->start ? n : part_rows(n, f->d, f->o)));
	if (most == 1)
		return run_starts(f, 1, f->o->max_iter, true);
	MS_TRY(run_starts(f, most, (int) fmin(f->o->max_iter, SHORT_ITERATIONS), false));
	return run_finals(f);
}

/* --- the answer ----------------------------------------------------------------------------- */

static uint32_t
starts_at_best(const fit *f)
{
	const candidate *best = &f->best[0];
	uint32_t count = 0;

	for (size_t s = 0; s < f->ended; s++)
		count += f->classes[s] == best->class &&
				 same_end(f->ends[s], best->objective);
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

static ms_status
write_icl(const fit *f, ms_gmm *out)
{
	ms_evidence evidence;

	out->info.icl = ms_gmm_bic(out) - 2 * f->best[0].log_best;
	if (!f->o->icl_entropy)
		return MS_OK;
	MS_TRY(ms_score_rows(f->ctx, out, &f->all.view.rows, &evidence));
	out->info.icl = ms_gmm_bic(out) - 2 * f->factor * evidence.entropy;
	return MS_OK;
}

static ms_status
write_info(const fit *f, ms_gmm *out)
{
	const candidate *best = &f->best[0];

	out->info = (ms_gmm_info){.n = f->columns.rows,
							  .weight = f->weight,
							  .log_likelihood = best->log_likelihood,
							  .objective = best->objective,
							  .iterations = best->iterations,
							  .stop = best->stop,
							  .starts = (uint32_t) ms_em_starts(f->o),
							  .starts_at_best = starts_at_best(f),
							  .omitted = f->columns.empty,
							  .seed = f->o->seed};
	MS_TRY(write_icl(f, out));
	out->info.problems = all_problems(f, out);
	return MS_OK;
}

static uint16_t
flags_of(const ms_em_options *o)
{
	return (uint16_t) ((o->noise > 0 ? MS_GMM_NOISE : 0) | (o->prior ? MS_GMM_PRIOR : 0) |
					   (o->missing ? MS_GMM_MISSING : 0) |
					   (o->importance ? MS_GMM_IMPORTANCE : 0) |
					   (o->icl_entropy ? MS_GMM_ICL_ENTROPY : 0));
}

static ms_status
write_model(fit *f, ms_arena *arena, ms_gmm *out)
{
	const candidate *best = &f->best[0];

	if (best->class == END_DEGENERATE)
		return ms_fail(f->ctx, MS_NO_FIT, "degenerate", 0, ms_em_starts(f->o), 0);
	MS_TRY(ms_gmm_new(f->ctx, arena, f->o->family, f->k, f->d, out));
	MS_TRY(ms_gmm_new_parts(arena, out, flags_of(f->o)));
	memcpy(out->problems, best->problems, f->k * sizeof(uint32_t));
	MS_TRY(ms_mix_to_model(f->ctx, &best->mix, &f->all.view, out));
	if (out->box)
	{
		out->log_volume = f->log_volume;
		memcpy(out->box, f->columns.low, f->d * sizeof(double));
		memcpy(out->box + f->d, f->columns.high, f->d * sizeof(double));
	}
	if (out->prior_mean)
		ms_prior_to_model(&f->prior, &f->all.view, out);
	MS_TRY(write_info(f, out));
	return f->o->start ? MS_OK : ms_gmm_sort(f->ctx, out);
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
	MS_TRY(check_model(ctx, o, o->start, rows->d));
	MS_TRY(check_model(ctx, o, o->hint, rows->d));
	f.shape = ms_mstep_shape(o->family);
	status = ms_em_make_view(&f, rows);
	if (status == MS_OK)
		status = run_all(&f);
	if (status == MS_OK)
		status = write_model(&f, arena, out);
	ms_arena_free(&scratch);
	return status;
}
