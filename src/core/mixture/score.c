/*
 * score.c: one row under all components at once.
 *
 * Components stand abreast, LANES of them in one vector: entry (i, c) of the inverse factors of a
 * group of components is one vector, so that a row costs k d (d + 1) / 2 multiply-adds without a
 * single sum across a vector, whatever d. Lanes without a component have inverse 0 and constant
 * -inf. Memory: the factors.
 */
#include "core/mixture/score.h"

#include <math.h>
#include <string.h>

#include "core/base/linalg.h"
#include "core/mixture/kernel.h"

#define LANES 8
#define INLINE static inline __attribute__((always_inline))

typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));

struct ms_scorer
{
	size_t k;
	size_t d;
	size_t groups;
	size_t entries;  /* of one inverse factor: packed triangle or diagonal */
	bool diagonal;
	lanes *means;	 /* groups x d */
	lanes *inverses; /* groups x entries */
	lanes *constants;
	lanes *centred; /* d: the row in hand, a backend scores one at a time */
	double log_noise;
	void (*distances)(const ms_scorer *s, const double *x, size_t group, lanes *q);
};

/* --- distances ------------------------------------------------------------------------------ */

/*
 * q += |y|^2 of h rows of the triangle, from row i on: their sums run side by side, for one alone
 * would wait for itself.
 */
INLINE void
add_rows(const int h, const lanes *inverse, const lanes *e, size_t i, lanes *q)
{
	const lanes *row[4];
	lanes y[4] = {{0}};

	for (int t = 0; t < h; t++)
		row[t] = inverse + ms_packed_at(i + (size_t) t, 0);
	for (size_t c = 0; c <= i; c++)
	{
		for (int t = 0; t < h; t++)
			y[t] += e[c] * row[t][c];
	}
	for (int t = 0; t < h; t++)
	{
		for (size_t c = i + 1; c <= i + (size_t) t; c++)
			y[t] += e[c] * row[t][c];
		*q += y[t] * y[t];
	}
}

/* Squared Mahalanobis distances of x to the components of a group. */
INLINE void
distances(const ms_scorer *s, const double *x, size_t group, lanes *q)
{
	const lanes *mean = s->means + group * s->d;
	const lanes *inverse = s->inverses + group * s->entries;
	lanes *e = s->centred;
	lanes sum = {0};
	size_t i = 0;

	for (size_t c = 0; c < s->d; c++)
		e[c] = x[c] - mean[c];
	for (size_t c = 0; s->diagonal && c < s->d; c++)
		sum += (e[c] * inverse[c]) * (e[c] * inverse[c]);
	if (!s->diagonal)
	{
		for (; i + 4 <= s->d; i += 4)
			add_rows(4, inverse, e, i, &sum);
		if (s->d - i == 3)
			add_rows(3, inverse, e, i, &sum);
		else if (s->d - i == 2)
			add_rows(2, inverse, e, i, &sum);
		else if (s->d - i == 1)
			add_rows(1, inverse, e, i, &sum);
	}
	*q = sum;
}

/* The same for each instruction set of kernel.h. */
static void
distances_any(const ms_scorer *s, const double *x, size_t group, lanes *q)
{
	distances(s, x, group, q);
}

#if defined(__x86_64__)
static __attribute__((target("avx2,fma"))) void
distances_avx2(const ms_scorer *s, const double *x, size_t group, lanes *q)
{
	distances(s, x, group, q);
}

static __attribute__((target("avx2,fma,avx512f,avx512dq,avx512vl,avx512bw"))) void
distances_avx512(const ms_scorer *s, const double *x, size_t group, lanes *q)
{
	distances(s, x, group, q);
}
#endif

void
ms_scorer_set_level(ms_scorer *s, int level)
{
	static void (*const by_level[])(const ms_scorer *, const double *, size_t, lanes *) = {
		distances_any,
#if defined(__x86_64__)
		distances_avx2,
		distances_avx512,
#endif
	};

	s->distances = by_level[level];
}

/* --- factors -------------------------------------------------------------------------------- */

static void
set_lane(lanes *v, size_t j, double x)
{
	((double *) v)[j % LANES] = x;
}

/* L^-1 of component j, and log det L. False when there is none. */
static bool
factor(const ms_gmm *m, size_t j, double *packed, double *full, double *inverse, double *logdet)
{
	size_t d = m->d;

	ms_gmm_covariance(m, j, packed);
	ms_linalg_unpack(packed, d, full);
	if (!ms_linalg_cholesky(full, d))
		return false;
	*logdet = ms_linalg_logdet(full, d) / 2;
	ms_linalg_invert_lower(full, d, inverse);
	for (size_t i = 0; i < d * d; i++)
	{
		if (!isfinite(inverse[i]))
			return false;
	}
	return true;
}

static bool
factor_diagonal(const ms_gmm *m, size_t j, double *inverse, double *logdet)
{
	size_t d = m->d;
	size_t size = ms_gmm_matrix_size(m->family, d);
	const double *variances = m->covariances + (ms_gmm_is_tied(m->family) ? 0 : j * size);

	*logdet = 0;
	for (size_t c = 0; c < d; c++)
	{
		double variance = variances[size == 1 ? 0 : c];

		inverse[c] = 1 / sqrt(variance);
		*logdet += log(variance) / 2;
		if (!isfinite(inverse[c]))
			return false;
	}
	return true;
}

static void
place(ms_scorer *s, const ms_gmm *m, size_t j, const double *inverse, double logdet)
{
	size_t d = s->d;
	size_t group = j / LANES;

	for (size_t c = 0; c < d; c++)
		set_lane(&s->means[group * d + c], j, m->means[j * d + c]);
	for (size_t e = 0; e < s->entries; e++)
		set_lane(&s->inverses[group * s->entries + e], j, inverse[e]);
	set_lane(&s->constants[group], j,
			 log(m->weights[j]) - (double) d * 0.5 * log(2 * M_PI) - logdet);
}

static ms_status
fill(ms_ctx *ctx, ms_arena *scratch, ms_scorer *s, const ms_gmm *m)
{
	size_t d = s->d;
	double *packed;
	double *full;
	double *inverse;
	double logdet = 0;

	MS_TRY(MS_ALLOC(scratch, ms_packed_size(d), &packed));
	MS_TRY(MS_ALLOC(scratch, s->diagonal ? 1 : d * d, &full));
	MS_TRY(MS_ALLOC(scratch, s->diagonal ? d : d * d, &inverse));
	for (size_t j = 0; j < s->k; j++)
	{
		bool ok = s->diagonal ? factor_diagonal(m, j, inverse, &logdet)
							  : factor(m, j, packed, full, inverse, &logdet);

		if (!ok)
			return ms_fail(ctx, MS_NOT_DEFINITE, "covariance", (int64_t) j + 1, 0, 0);
		if (!s->diagonal)
		{
			ms_linalg_pack(inverse, d, packed);
			MS_TRY(ms_tick(ctx, d * d * d / 8));
		}
		place(s, m, j, s->diagonal ? inverse : packed, logdet);
		MS_TRY(ms_tick(ctx, s->entries));
	}
	return MS_OK;
}

ms_status
ms_scorer_new(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, ms_scorer **out)
{
	ms_arena scratch;
	ms_scorer *s;
	ms_status status;

	MS_TRY(MS_ZEROED(arena, 1, &s));
	s->k = m->k;
	s->d = m->d;
	s->groups = (s->k + LANES - 1) / LANES;
	s->diagonal = ms_gmm_is_diagonal(m->family);
	s->log_noise = m->noise > 0 ? log(m->noise) - m->log_volume : -INFINITY;
	s->entries = s->diagonal ? s->d : ms_packed_size(s->d);
	MS_TRY(MS_ZEROED(arena, s->groups * s->d, &s->means));
	MS_TRY(MS_ZEROED(arena, s->groups * s->entries, &s->inverses));
	MS_TRY(MS_ALLOC(arena, s->groups, &s->constants));
	MS_TRY(MS_ALLOC(arena, s->d, &s->centred));
	ms_scorer_set_level(s, ms_mix_kernel_levels() - 1);
	for (size_t j = 0; j < s->groups * LANES; j++)
		set_lane(&s->constants[j / LANES], j, -INFINITY);
	ms_arena_init(&scratch, ctx);
	status = fill(ctx, &scratch, s, m);
	ms_arena_free(&scratch);
	*out = s;
	return status;
}

/* --- scores --------------------------------------------------------------------------------- */

/* Beyond the range of doubles a distance is infinite, though inf - inf or inf 0 be on the way. */
static double
or_infinite(double q)
{
	return q >= 0 ? q : INFINITY;
}

static void
group_joint(const ms_scorer *s, const double *x, size_t group, double *log_joint)
{
	size_t left = s->k - group * LANES;
	const double *constant = (const double *) &s->constants[group];
	lanes q;

	s->distances(s, x, group, &q);
	for (size_t l = 0; l < LANES && l < left; l++)
		log_joint[l] = constant[l] - 0.5 * or_infinite(q[l]);
}

/* The greatest of the log_joint, the background among them. */
static double
greatest(const ms_scorer *s, const double *log_joint, size_t *best)
{
	*best = 0;
	for (size_t j = 1; j < s->k; j++)
	{
		if (log_joint[j] > log_joint[*best])
			*best = j;
	}
	if (!(s->log_noise > log_joint[*best]))
		return log_joint[*best];
	*best = MS_SCORE_NOISE;
	return s->log_noise;
}

double
ms_score_row(const ms_scorer *s, const double *x, double *log_joint, size_t *best)
{
	double sum;
	double top;

	for (size_t group = 0; group < s->groups; group++)
		group_joint(s, x, group, log_joint + group * LANES);
	top = greatest(s, log_joint, best);
	if (top == -INFINITY)
		return top;
	sum = s->log_noise > -INFINITY ? exp(s->log_noise - top) : 0;
	for (size_t j = 0; j < s->k; j++)
		sum += exp(log_joint[j] - top);
	return top + log(sum);
}

size_t
ms_score_best(const ms_scorer *s, const double *x)
{
	size_t best = MS_SCORE_NOISE;
	double top = s->log_noise;

	for (size_t group = 0; group < s->groups; group++)
	{
		double joint[LANES];
		size_t left = s->k - group * LANES;

		group_joint(s, x, group, joint);
		for (size_t l = 0; l < LANES && l < left; l++)
		{
			if (joint[l] > top || (joint[l] == top && best == MS_SCORE_NOISE))
			{
				top = joint[l];
				best = group * LANES + l;
			}
		}
	}
	return best;
}

double
ms_scorer_log_noise(const ms_scorer *s)
{
	return s->log_noise;
}

double
ms_score_distance(const ms_scorer *s, const double *x, size_t j)
{
	lanes q;

	s->distances(s, x, j / LANES, &q);
	return sqrt(or_infinite(q[j % LANES]));
}

void
ms_score_posterior(const double *log_joint, size_t k, double *posterior)
{
	ms_score_posterior_noise(log_joint, k, -INFINITY, posterior);
}

double
ms_score_posterior_noise(const double *log_joint, size_t k, double log_noise, double *posterior)
{
	double top = log_noise;
	double noise;
	double sum;

	for (size_t j = 0; j < k; j++)
		top = log_joint[j] > top ? log_joint[j] : top;
	noise = log_noise > -INFINITY ? exp(log_noise - top) : 0;
	sum = noise;
	for (size_t j = 0; j < k; j++)
	{
		posterior[j] = top == -INFINITY ? 1 : exp(log_joint[j] - top);
		sum += posterior[j];
	}
	for (size_t j = 0; j < k; j++)
		posterior[j] /= sum;
	return noise / sum;
}
