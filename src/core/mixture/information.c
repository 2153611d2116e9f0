/*
 * information.c: scores of the rows, their Gram matrix, its inverse.
 *
 * With r the posterior of component j, V = S_j^-1 and y = V (x - m_j) the score of a row is r y for
 * m_j, r (y y' - V) / 2 for S_j, an entry off the diagonal counting twice, and
 * r_j / w_j - r_k / w_k for w_j, the last weight being what is left. The Gram matrix is scaled to
 * a unit diagonal before it is factored.
 */
#include "core/mixture/information.h"

#include <math.h>
#include <string.h>

#include "core/base/linalg.h"
#include "core/mixture/mix.h"
#include "core/mixture/score.h"

#define BLOCK 64

extern void dsyrk_(const char *uplo, const char *trans, const int *n, const int *k,
				   const double *alpha, const double *a, const int *lda, const double *beta,
				   double *c, const int *ldc, size_t, size_t);

typedef struct information
{
	const ms_gmm *m;
	size_t p; /* free parameters: the last weight is none */
	ms_mix mix;
	double *inverses; /* S_j^-1, d x d each; diagonal ones as diagonals */
	double *joint;	  /* k */
	double *shares;	  /* k */
	double *y;		  /* d */
	double *block;	  /* BLOCK rows of scores */
	double *gram;	  /* p x p, the lower triangle by rows */
	double *inverse;
	ms_scorer *scorer;
} information;

size_t
ms_gmm_information_size(const ms_gmm *m)
{
	return m->k + (size_t) m->k * m->d + ms_gmm_covariances(m->family, m->k, m->d);
}

/* --- scores --------------------------------------------------------------------------------- */

/* y = S^-1 (x - m_j). */
static void
residual(const information *f, size_t j, const double *x)
{
	size_t d = f->m->d;
	bool diagonal = ms_gmm_is_diagonal(f->m->family);
	const double *v = f->inverses + j * (diagonal ? d : d * d);
	const double *mean = f->m->means + j * d;

	for (size_t a = 0; a < d; a++)
	{
		f->y[a] = diagonal ? v[a] * (x[a] - mean[a]) : 0;
		for (size_t b = 0; !diagonal && b < d; b++)
			f->y[a] += v[a * d + b] * (x[b] - mean[b]);
	}
}

static void
covariance_score(const information *f, size_t j, double *score)
{
	size_t d = f->m->d;
	size_t size = ms_gmm_matrix_size(f->m->family, d);
	bool diagonal = ms_gmm_is_diagonal(f->m->family);
	const double *v = f->inverses + j * (diagonal ? d : d * d);
	double r = f->shares[j];

	for (size_t a = 0; a < d; a++)
	{
		if (diagonal)
			score[size == 1 ? 0 : a] += r / 2 * (f->y[a] * f->y[a] - v[a]);
		for (size_t b = 0; !diagonal && b <= a; b++)
			score[ms_packed_at(a, b)] +=
				r * (a == b ? 0.5 : 1) * (f->y[a] * f->y[b] - v[a * d + b]);
	}
}

/* The score of a row, times the root of its weight. */
static void
row_score(const information *f, const double *x, double w, double *score)
{
	size_t k = f->m->k;
	size_t d = f->m->d;
	size_t size = ms_gmm_matrix_size(f->m->family, d);
	double *of_covariances = score + k - 1 + k * d;
	size_t best;

	ms_score_row(f->scorer, x, f->joint, &best);
	ms_score_posterior(f->joint, k, f->shares);
	memset(score, 0, f->p * sizeof(double));
	for (size_t j = 0; j + 1 < k; j++)
		score[j] = f->shares[j] / f->m->weights[j] - f->shares[k - 1] / f->m->weights[k - 1];
	for (size_t j = 0; j < k; j++)
	{
		residual(f, j, x);
		for (size_t a = 0; a < d; a++)
			score[k - 1 + j * d + a] = f->shares[j] * f->y[a];
		covariance_score(f, j, of_covariances + (ms_gmm_is_tied(f->m->family) ? 0 : j * size));
	}
	for (size_t i = 0; i < f->p; i++)
		score[i] *= sqrt(w);
}

/* gram += block' block, of m rows. */
static void
add_block(const information *f, size_t m)
{
	int p = (int) f->p;
	int rows = (int) m;
	double one = 1;

	dsyrk_("U", "N", &p, &rows, &one, f->block, &p, &one, f->gram, &p, 1, 1);
}

static ms_status
gather(ms_ctx *ctx, information *f, const ms_rows *rows)
{
	size_t filled = 0;
	size_t d = f->m->d;

	for (size_t i = 0; i < rows->n; i++)
	{
		const double *x = rows->x + i * rows->stride;
		double w = ms_rows_weight(rows, i);

		MS_TRY(ms_tick(ctx, f->m->k * (20 + 2 * d * d) + f->p * (1 + f->p / 16)));
		for (size_t c = 0; c < d; c++)
		{
			if (isnan(x[c]))
				return ms_fail(ctx, MS_INCOMPLETE, "rows", 0, 1, 0);
		}
		if (w == 0)
			continue;
		row_score(f, x, w, f->block + filled * f->p);
		if (++filled == BLOCK)
		{
			add_block(f, filled);
			filled = 0;
		}
	}
	if (filled > 0)
		add_block(f, filled);
	return MS_OK;
}

/* --- the answer ----------------------------------------------------------------------------- */

/* Factors the scaled Gram matrix; errors[i] = its diagonal's root, what undoes the scale. */
static ms_status
invert(ms_ctx *ctx, information *f, double *scale)
{
	size_t p = f->p;

	for (size_t i = 0; i < p; i++)
		scale[i] = sqrt(f->gram[i * p + i]);
	for (size_t i = 0; i < p; i++)
	{
		for (size_t c = 0; c <= i; c++)
			f->gram[i * p + c] /= scale[i] * scale[c];
	}
	MS_TRY(ms_tick(ctx, p * p * p / 8));
	if (!ms_linalg_cholesky(f->gram, p))
		return ms_fail(ctx, MS_NOT_DEFINITE, "information", 0, 0, 0);
	for (size_t i = 0; i < p; i++)
	{
		if (f->gram[i * p + i] < 1e-7)
			return ms_fail(ctx, MS_NOT_DEFINITE, "information", 0, 0, 0);
	}
	ms_linalg_invert_lower(f->gram, p, f->inverse);
	return MS_OK;
}

/* a' G^-1 a where a is 1 on coordinates from .. to - 1, over their scales. */
static double
variance(const information *f, const double *scale, size_t from, size_t to)
{
	double sum = 0;

	for (size_t t = from; t < f->p; t++)
	{
		double y = 0;

		for (size_t i = from; i < to && i <= t; i++)
			y += f->inverse[t * f->p + i] / scale[i];
		sum += y * y;
	}
	return sum;
}

static void
set_place(const ms_gmm *m, size_t i, ms_gmm_parameter *out)
{
	size_t size = ms_gmm_matrix_size(m->family, m->d);
	size_t e = i % size;
	uint32_t row = 0;

	out->component = ms_gmm_is_tied(m->family) ? UINT32_MAX : (uint32_t) (i / size);
	if (ms_gmm_is_diagonal(m->family))
	{
		out->i = out->j = (uint32_t) e;
		return;
	}
	while (ms_packed_size(row + 1) <= e)
		row++;
	out->i = row;
	out->j = (uint32_t) (e - ms_packed_size(row));
}

static ms_status
write_out(ms_ctx *ctx, const information *f, const double *scale, ms_gmm_parameter *out)
{
	const ms_gmm *m = f->m;
	size_t k = m->k;
	size_t means = k * m->d;
	size_t all = ms_gmm_information_size(m);

	for (size_t i = 0; i < all; i++)
	{
		size_t at = i < k ? i : i - 1; /* among the free ones */
		double v = i == k - 1 ? variance(f, scale, 0, k - 1) : variance(f, scale, at, at + 1);

		MS_TRY(ms_tick(ctx, f->p));
		out[i] = (ms_gmm_parameter){.std_error = sqrt(v)};
		if (i < k)
		{
			out[i].kind = MS_GMM_WEIGHT;
			out[i].component = (uint32_t) i;
			out[i].estimate = m->weights[i];
		}
		else if (i < k + means)
		{
			out[i].kind = MS_GMM_MEAN;
			out[i].component = (uint32_t) ((i - k) / m->d);
			out[i].i = (uint32_t) ((i - k) % m->d);
			out[i].estimate = m->means[i - k];
		}
		else
		{
			out[i].kind = MS_GMM_COVARIANCE;
			out[i].estimate = m->covariances[i - k - means];
			set_place(m, i - k - means, &out[i]);
		}
	}
	return MS_OK;
}

/* S_j^-1 = V' V, or the inverse variances. */
static ms_status
set_inverses(ms_ctx *ctx, information *f)
{
	size_t d = f->m->d;

	for (size_t j = 0; j < f->m->k; j++)
	{
		const double *l = f->mix.inverses + (f->mix.shape == MS_MIX_TIED ? 0 : j * d * d);
		double *v = f->inverses + j * d * d;

		if (f->mix.shape == MS_MIX_DIAGONAL)
		{
			for (size_t c = 0; c < d; c++)
				f->inverses[j * d + c] = f->mix.inverses[j * d + c] * f->mix.inverses[j * d + c];
			continue;
		}
		MS_TRY(ms_tick(ctx, d * d * d));
		memset(v, 0, d * d * sizeof(double));
		for (size_t t = 0; t < d; t++)
		{
			for (size_t a = 0; a <= t; a++)
			{
				for (size_t b = 0; b <= t; b++)
					v[a * d + b] += l[t * d + a] * l[t * d + b];
			}
		}
	}
	return MS_OK;
}

static ms_status
prepare(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, information *f)
{
	size_t d = m->d;
	double *centre;
	double *scale;
	size_t square;
	ms_view view = {.rows = {NULL, NULL, 0, d, d}};

	*f = (information){.m = m, .p = ms_gmm_information_size(m) - 1};
	ms_size_mul(f->p, f->p, &square);
	MS_TRY(MS_ZEROED(arena, d, &centre));
	MS_TRY(MS_ALLOC(arena, d, &scale));
	for (size_t c = 0; c < d; c++)
		scale[c] = 1;
	view.centre = centre;
	view.scale = scale;
	MS_TRY(ms_mix_from_model(ctx, arena, m, m->family, &view, &f->mix));
	MS_TRY(MS_ALLOC(arena, m->k * d * (f->mix.shape == MS_MIX_DIAGONAL ? 1 : d), &f->inverses));
	MS_TRY(set_inverses(ctx, f));
	MS_TRY(ms_scorer_new(ctx, arena, m, &f->scorer));
	MS_TRY(MS_ALLOC(arena, m->k, &f->joint));
	MS_TRY(MS_ALLOC(arena, m->k, &f->shares));
	MS_TRY(MS_ALLOC(arena, d, &f->y));
	MS_TRY(MS_ALLOC(arena, BLOCK * f->p, &f->block));
	MS_TRY(MS_ZEROED(arena, square, &f->gram));
	return MS_ALLOC(arena, square, &f->inverse);
}

static ms_status
run(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, const ms_rows *rows, ms_gmm_parameter *out)
{
	information f;
	double *scale;

	MS_TRY(prepare(ctx, arena, m, &f));
	MS_TRY(MS_ALLOC(arena, f.p, &scale));
	MS_TRY(gather(ctx, &f, rows));
	MS_TRY(invert(ctx, &f, scale));
	return write_out(ctx, &f, scale, out);
}

ms_status
ms_gmm_information(ms_ctx *ctx, const ms_gmm *m, const ms_rows *rows, ms_gmm_parameter *out)
{
	ms_arena arena;
	ms_status status;

	if (m->family > MS_GMM_EEI)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "covariance", 0, m->family, 0);
	if (m->flags & MS_GMM_NOISE)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "noise", 0, m->noise, 0);
	if (rows->d != m->d)
		return ms_fail(ctx, MS_DIMENSION, "columns", 0, (double) rows->d, m->d);
	ms_arena_init(&arena, ctx);
	status = run(ctx, &arena, m, rows, out);
	ms_arena_free(&arena);
	return status;
}
