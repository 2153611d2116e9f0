/*
 * reduce.c: union and Runnalls' reduction. Merging i and j keeps w, m and S of the two together;
 * B(i, j) = (w log|S| - w_i log|S_i| - w_j log|S_j|) / 2 bounds what the divergence grows by.
 */
#include "core/mixture/reduce.h"

#include <math.h>
#include <string.h>

#include "core/base/linalg.h"

/* --- union ---------------------------------------------------------------------------------- */

static ms_status
check_models(ms_ctx *ctx, const ms_gmm *const *models, size_t n, size_t *k, bool *diagonal,
			 bool *weighed)
{
	*k = 0;
	*diagonal = *weighed = true;
	for (size_t i = 0; i < n; i++)
	{
		if (models[i]->d != models[0]->d)
			return ms_fail(ctx, MS_MISMATCH, "columns", (int64_t) i + 1, models[i]->d,
						   models[0]->d);
		if (models[i]->flags & MS_GMM_NOISE)
			return ms_fail(ctx, MS_MISMATCH, "noise", (int64_t) i + 1, 0, 0);
		*k += models[i]->k;
		*diagonal &= ms_gmm_is_diagonal(models[i]->family);
		*weighed &= models[i]->info.weight > 0;
		if (*k > MS_GMM_MAX_K)
			return ms_fail(ctx, MS_TOO_LARGE, "components", 0, (double) *k, MS_GMM_MAX_K);
	}
	return MS_OK;
}

/* The components of m behind the first `at` ones of out, their weights times `share`. */
static ms_status
append_model(ms_ctx *ctx, const ms_gmm *m, double share, size_t at, double *packed, ms_gmm *out)
{
	size_t d = m->d;
	size_t size = ms_gmm_matrix_size(out->family, d);

	memcpy(out->means + at * d, m->means, m->k * d * sizeof(double));
	for (size_t j = 0; j < m->k; j++)
	{
		double *to = out->covariances + (at + j) * size;

		MS_TRY(ms_tick(ctx, ms_packed_size(d)));
		out->weights[at + j] = share * m->weights[j];
		out->problems[at + j] = m->problems[j];
		out->info.problems |= m->problems[j];
		ms_gmm_covariance(m, j, packed);
		for (size_t c = 0; c < size; c++)
			to[c] = packed[ms_gmm_is_diagonal(out->family) ? ms_packed_at(c, c) : c];
	}
	return MS_OK;
}

static ms_status
take_names(ms_arena *arena, const ms_gmm *m, ms_gmm *out)
{
	char *names;

	if (!m->names)
		return MS_OK;
	MS_TRY(MS_ALLOC(arena, m->names_size, &names));
	memcpy(names, m->names, m->names_size);
	out->names = names;
	out->names_size = m->names_size;
	return MS_OK;
}

ms_status
ms_gmm_union(ms_ctx *ctx, ms_arena *arena, const ms_gmm *const *models, size_t n, ms_gmm *out)
{
	bool diagonal;
	bool weighed;
	double total = 0;
	double *packed;
	size_t at = 0;
	size_t k;

	if (n == 0)
		return ms_fail(ctx, MS_TOO_FEW, "models", 0, 0, 1);
	MS_TRY(check_models(ctx, models, n, &k, &diagonal, &weighed));
	MS_TRY(ms_gmm_new(ctx, arena, diagonal ? MS_GMM_DIAG : MS_GMM_FULL, k, models[0]->d, out));
	MS_TRY(MS_ALLOC(arena, ms_packed_size(out->d), &packed));
	MS_TRY(take_names(arena, models[0], out));
	for (size_t i = 0; i < n; i++)
		total += weighed ? models[i]->info.weight : 1;
	for (size_t i = 0; i < n; i++)
	{
		double share = (weighed ? models[i]->info.weight : 1) / total;

		MS_TRY(append_model(ctx, models[i], share, at, packed, out));
		at += models[i]->k;
		out->info.n += models[i]->info.n;
		out->info.omitted += models[i]->info.omitted;
		out->info.weight += models[i]->info.weight;
	}
	out->info.log_likelihood = out->info.icl = out->info.objective = NAN;
	return ms_gmm_sort(ctx, out);
}

/* --- reduction ------------------------------------------------------------------------------ */

/* Components in work; one that has been merged into another has weight 0. */
typedef struct reduction
{
	size_t k;
	size_t d;
	double *weights;
	double *means;
	double *covariances; /* packed triangles */
	double *logdets;
	uint32_t *problems;
	double *costs;	 /* k x k, above the diagonal */
	double *merged;	 /* a packed triangle, and a matrix to factor it */
	double *factor;
} reduction;

/* The merged covariance of i and j into r->merged, its log-determinant returned. */
static double
merge_covariance(reduction *r, size_t i, size_t j)
{
	size_t d = r->d;
	size_t size = ms_packed_size(d);
	double w = r->weights[i] + r->weights[j];
	double a = r->weights[i] / w;
	double b = r->weights[j] / w;
	const double *x = r->means + i * d;
	const double *y = r->means + j * d;
	const double *s = r->covariances + i * size;
	const double *t = r->covariances + j * size;

	for (size_t e = 0; e < d; e++)
	{
		for (size_t c = 0; c <= e; c++)
		{
			size_t at = ms_packed_at(e, c);

			r->merged[at] = a * s[at] + b * t[at] + a * b * (x[e] - y[e]) * (x[c] - y[c]);
		}
	}
	ms_linalg_unpack(r->merged, d, r->factor);
	return ms_linalg_cholesky(r->factor, d) ? ms_linalg_logdet(r->factor, d) : NAN;
}

static ms_status
set_cost(ms_ctx *ctx, reduction *r, size_t i, size_t j)
{
	double w = r->weights[i] + r->weights[j];
	double cost = w * merge_covariance(r, i, j) - r->weights[i] * r->logdets[i] -
				  r->weights[j] * r->logdets[j];

	r->costs[i < j ? i * r->k + j : j * r->k + i] = fmax(cost / 2, 0);
	return ms_tick(ctx, 20 + r->d * r->d * (2 + r->d / 8));
}

static void
merge(reduction *r, size_t i, size_t j)
{
	size_t d = r->d;
	double w = r->weights[i] + r->weights[j];

	r->logdets[i] = merge_covariance(r, i, j);
	memcpy(r->covariances + i * ms_packed_size(d), r->merged, ms_packed_size(d) * sizeof(double));
	for (size_t c = 0; c < d; c++)
		r->means[i * d + c] +=
			r->weights[j] / w * (r->means[j * d + c] - r->means[i * d + c]);
	r->weights[i] = w;
	r->weights[j] = 0;
	r->problems[i] = 0;
}

static ms_status
cheapest(ms_ctx *ctx, const reduction *r, size_t *a, size_t *b)
{
	double least = INFINITY;

	for (size_t i = 0; i < r->k; i++)
	{
		MS_TRY(ms_tick(ctx, r->k - i));
		for (size_t j = i + 1; j < r->k && r->weights[i] > 0; j++)
		{
			if (r->weights[j] > 0 && r->costs[i * r->k + j] < least)
			{
				least = r->costs[i * r->k + j];
				*a = i;
				*b = j;
			}
		}
	}
	return MS_OK;
}

static ms_status
merge_down(ms_ctx *ctx, reduction *r, size_t k, double *cost)
{
	for (size_t i = 0; i < r->k; i++)
	{
		for (size_t j = i + 1; j < r->k && k < r->k; j++)
			MS_TRY(set_cost(ctx, r, i, j));
	}
	*cost = 0;
	for (size_t left = r->k; left > k; left--)
	{
		size_t i = 0;
		size_t j = 1;

		MS_TRY(cheapest(ctx, r, &i, &j));
		*cost += r->costs[i * r->k + j];
		merge(r, i, j);
		for (size_t t = 0; t < r->k; t++)
		{
			if (t != i && r->weights[t] > 0)
				MS_TRY(set_cost(ctx, r, i, t));
		}
	}
	return MS_OK;
}

static ms_status
begin(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, reduction *r)
{
	size_t k = m->k;
	size_t d = m->d;
	size_t size = ms_packed_size(d);
	size_t pairs;

	*r = (reduction){.k = k, .d = d};
	ms_size_mul(k, k, &pairs);
	MS_TRY(MS_ALLOC(arena, k, &r->weights));
	MS_TRY(MS_ALLOC(arena, k * d, &r->means));
	MS_TRY(MS_ALLOC(arena, k * size, &r->covariances));
	MS_TRY(MS_ALLOC(arena, k, &r->logdets));
	MS_TRY(MS_ALLOC(arena, k, &r->problems));
	MS_TRY(MS_ALLOC(arena, pairs, &r->costs));
	MS_TRY(MS_ALLOC(arena, size, &r->merged));
	MS_TRY(MS_ALLOC(arena, d * d, &r->factor));
	memcpy(r->weights, m->weights, k * sizeof(double));
	memcpy(r->means, m->means, k * d * sizeof(double));
	memcpy(r->problems, m->problems, k * sizeof(uint32_t));
	for (size_t j = 0; j < k; j++)
	{
		ms_gmm_covariance(m, j, r->covariances + j * size);
		ms_linalg_unpack(r->covariances + j * size, d, r->factor);
		if (!ms_linalg_cholesky(r->factor, d))
			return ms_fail(ctx, MS_NOT_DEFINITE, "covariance", (int64_t) j + 1, 0, 0);
		r->logdets[j] = ms_linalg_logdet(r->factor, d);
		MS_TRY(ms_tick(ctx, d * d * (2 + d / 8)));
	}
	return MS_OK;
}

static void
write_components(const reduction *r, ms_gmm *out)
{
	size_t d = r->d;
	size_t size = ms_gmm_matrix_size(out->family, d);
	size_t at = 0;

	for (size_t j = 0; j < r->k; j++)
	{
		const double *s = r->covariances + j * ms_packed_size(d);

		if (!(r->weights[j] > 0))
			continue;
		out->weights[at] = r->weights[j];
		out->problems[at] = r->problems[j];
		memcpy(out->means + at * d, r->means + j * d, d * sizeof(double));
		for (size_t c = 0; c < size; c++)
			out->covariances[at * size + c] =
				s[ms_gmm_is_diagonal(out->family) ? ms_packed_at(c, c) : c];
		at++;
	}
}

static ms_status
write_rest(ms_arena *arena, const ms_gmm *m, ms_gmm *out)
{
	uint16_t flags = m->flags & (MS_GMM_NOISE | MS_GMM_MISSING | MS_GMM_IMPORTANCE);

	MS_TRY(ms_gmm_new_parts(arena, out, flags));
	MS_TRY(take_names(arena, m, out));
	if (out->box)
		memcpy(out->box, m->box, 2 * (size_t) m->d * sizeof(double));
	out->noise = m->noise;
	out->log_volume = m->log_volume;
	out->info.n = m->info.n;
	out->info.weight = m->info.weight;
	out->info.omitted = m->info.omitted;
	out->info.log_likelihood = out->info.icl = out->info.objective = NAN;
	for (size_t j = 0; j < out->k; j++)
		out->info.problems |= out->problems[j];
	return MS_OK;
}

ms_status
ms_gmm_reduce(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, size_t k, ms_gmm *out, double *cost)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	bool diagonal = ms_gmm_is_diagonal(m->family);
	reduction r;
	ms_status status;

	if (k < 1 || k > m->k)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "k", 0, (double) k, k < 1 ? 1 : m->k);
	MS_TRY(ms_gmm_new(ctx, arena, diagonal ? MS_GMM_DIAG : MS_GMM_FULL, k, m->d, out));
	status = begin(ctx, &scratch, m, &r);
	if (status == MS_OK)
		status = merge_down(ctx, &r, k, cost);
	if (status == MS_OK)
		write_components(&r, out);
	ms_arena_free(&scratch);
	if (status == MS_OK)
		status = write_rest(arena, m, out);
	return status == MS_OK ? ms_gmm_sort(ctx, out) : status;
}
