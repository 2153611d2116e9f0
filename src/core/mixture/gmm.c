/*
 * gmm.c: the Gaussian mixture as a value: families, parameter counts, criteria, import, canonical
 * order. Its bytes are gmm_bytes.c.
 */
#include "core/mixture/gmm.h"

#include <math.h>
#include <string.h>

#include "core/base/linalg.h"

/* The two names of a family; the three letters say what its covariances have in common. */
static const struct
{
	const char *name;
	const char *letters; /* volume, shape, orientation */
} families[] = {
	[MS_GMM_FULL] = {"full", "VVV"},
	[MS_GMM_TIED] = {"tied", "EEE"},
	[MS_GMM_DIAG] = {"diag", "VVI"},
	[MS_GMM_SPHERICAL] = {"spherical", "VII"},
	[MS_GMM_EII] = {"EII", "EII"},
	[MS_GMM_EEI] = {"EEI", "EEI"},
	[MS_GMM_VEI] = {"VEI", "VEI"},
	[MS_GMM_EVI] = {"EVI", "EVI"},
	[MS_GMM_VEE] = {"VEE", "VEE"},
	[MS_GMM_EEV] = {"EEV", "EEV"},
	[MS_GMM_VEV] = {"VEV", "VEV"},
	[MS_GMM_EVV] = {"EVV", "EVV"},
};

/* --- families ------------------------------------------------------------------------------- */

const char *
ms_gmm_family_name(ms_gmm_family family)
{
	return family >= MS_GMM_FULL && family <= MS_GMM_LAST_FAMILY ? families[family].name : NULL;
}

ms_gmm_family
ms_gmm_family_of(const char *name)
{
	for (int f = MS_GMM_FULL; f <= MS_GMM_LAST_FAMILY; f++)
	{
		if (strcmp(name, families[f].name) == 0 || strcmp(name, families[f].letters) == 0)
			return (ms_gmm_family) f;
	}
	return (ms_gmm_family) 0;
}

/* Of no family: those of full, the largest. */
static const char *
letters_of(ms_gmm_family family)
{
	return ms_gmm_family_name(family) ? families[family].letters : "VVV";
}

bool
ms_gmm_is_diagonal(ms_gmm_family family)
{
	return letters_of(family)[2] == 'I';
}

static bool
is_spherical(ms_gmm_family family)
{
	return letters_of(family)[1] == 'I';
}

bool
ms_gmm_is_tied(ms_gmm_family family)
{
	return strchr(letters_of(family), 'V') == NULL;
}

size_t
ms_gmm_matrices(ms_gmm_family family, size_t k)
{
	return ms_gmm_is_tied(family) ? 1 : k;
}

size_t
ms_gmm_matrix_size(ms_gmm_family family, size_t d)
{
	return is_spherical(family) ? 1 : ms_gmm_is_diagonal(family) ? d : ms_packed_size(d);
}

size_t
ms_gmm_covariances(ms_gmm_family family, size_t k, size_t d)
{
	return ms_gmm_matrices(family, k) * ms_gmm_matrix_size(family, d);
}

size_t
ms_gmm_prior_size(ms_gmm_family family, size_t d)
{
	return ms_gmm_is_diagonal(family) ? d : ms_packed_size(d);
}

/* Parameters of volumes, shapes or orientations, `each` for one component, by their letter. */
static double
shared_parameters(char letter, double each, double k)
{
	return letter == 'I' ? 0 : letter == 'E' ? each : k * each;
}

/* --- criteria ------------------------------------------------------------------------------- */

double
ms_gmm_parameters(const ms_gmm *m)
{
	const char *letters = letters_of(m->family);
	double k = m->k;
	double d = m->d;

	return k - 1 + k * d + shared_parameters(letters[0], 1, k) +
		   shared_parameters(letters[1], d - 1, k) +
		   shared_parameters(letters[2], d * (d - 1) / 2, k) + (m->flags & MS_GMM_NOISE ? 2 : 0);
}

double
ms_gmm_bic(const ms_gmm *m)
{
	return -2 * m->info.log_likelihood + ms_gmm_parameters(m) * log(m->info.weight);
}

double
ms_gmm_aic(const ms_gmm *m)
{
	return -2 * m->info.log_likelihood + 2 * ms_gmm_parameters(m);
}

/* --- model ---------------------------------------------------------------------------------- */

ms_status
ms_gmm_new(ms_ctx *ctx, ms_arena *arena, ms_gmm_family family, size_t k, size_t d, ms_gmm *out)
{
	*out = (ms_gmm){.k = (uint32_t) k, .d = (uint32_t) d, .family = family};
	if (k < 1 || k > MS_GMM_MAX_K)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "k", 0, (double) k, k < 1 ? 1 : MS_GMM_MAX_K);
	if (d < 1 || d > MS_MAX_DIM)
		return ms_fail(ctx, MS_DIMENSION, "columns", 0, (double) d, d < 1 ? 1 : MS_MAX_DIM);
	MS_TRY(MS_ALLOC(arena, k, &out->weights));
	MS_TRY(MS_ALLOC(arena, k * d, &out->means));
	MS_TRY(MS_ALLOC(arena, ms_gmm_covariances(family, k, d), &out->covariances));
	return MS_ZEROED(arena, k, &out->problems);
}

ms_status
ms_gmm_new_parts(ms_arena *arena, ms_gmm *m, uint16_t flags)
{
	m->flags = flags;
	if (flags & MS_GMM_NOISE)
		MS_TRY(MS_ALLOC(arena, 2 * (size_t) m->d, &m->box));
	if (!(flags & MS_GMM_PRIOR))
		return MS_OK;
	MS_TRY(MS_ALLOC(arena, m->d, &m->prior_mean));
	return MS_ALLOC(arena, ms_gmm_prior_size(m->family, m->d), &m->prior_scale);
}

static void
copy_doubles(double *to, const double *from, size_t n)
{
	if (n > 0)
		memcpy(to, from, n * sizeof(double));
}

static ms_status
copy_names(ms_arena *arena, const ms_gmm *m, ms_gmm *out)
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
ms_gmm_copy(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, ms_gmm *out)
{
	size_t d = m->d;
	ms_gmm to;

	MS_TRY(ms_gmm_new(ctx, arena, m->family, m->k, d, &to));
	MS_TRY(ms_gmm_new_parts(arena, &to, m->flags));
	MS_TRY(copy_names(arena, m, &to));
	copy_doubles(to.weights, m->weights, m->k);
	copy_doubles(to.means, m->means, m->k * d);
	copy_doubles(to.covariances, m->covariances, ms_gmm_covariances(m->family, m->k, d));
	memcpy(to.problems, m->problems, m->k * sizeof(uint32_t));
	copy_doubles(to.box, m->box, to.box ? 2 * d : 0);
	copy_doubles(to.prior_mean, m->prior_mean, to.prior_mean ? d : 0);
	copy_doubles(to.prior_scale, m->prior_scale,
				 to.prior_scale ? ms_gmm_prior_size(m->family, d) : 0);
	to.noise = m->noise;
	to.log_volume = m->log_volume;
	to.info = m->info;
	*out = to;
	return MS_OK;
}

void
ms_gmm_covariance(const ms_gmm *m, size_t j, double *packed)
{
	size_t d = m->d;
	size_t size = ms_gmm_matrix_size(m->family, d);
	const double *s = m->covariances + (ms_gmm_is_tied(m->family) ? 0 : j * size);

	if (!ms_gmm_is_diagonal(m->family))
	{
		memcpy(packed, s, size * sizeof(double));
		return;
	}
	memset(packed, 0, ms_packed_size(d) * sizeof(double));
	for (size_t c = 0; c < d; c++)
		packed[ms_packed_at(c, c)] = s[is_spherical(m->family) ? 0 : c];
}

/* --- import --------------------------------------------------------------------------------- */

static ms_status
check_finite(ms_ctx *ctx, const char *what, const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		if (!isfinite(x[i]))
			return ms_fail(ctx, MS_NOT_FINITE, what, (int64_t) i + 1, x[i], 0);
	}
	return ms_tick(ctx, n);
}

static ms_status
import_weights(ms_ctx *ctx, const double *weights, size_t k, double *out)
{
	double sum = 0;

	for (size_t j = 0; j < k; j++)
	{
		if (!(weights[j] > 0) || isinf(weights[j]))
			return ms_fail(ctx, MS_BAD_WEIGHT, "weights", (int64_t) j + 1, weights[j], 0);
		sum += weights[j];
	}
	if (!(fabs(sum - 1) <= 1e-6))
		return ms_fail(ctx, MS_BAD_WEIGHT, "weights", 0, sum, 1);
	for (size_t j = 0; j < k; j++)
		out[j] = weights[j] / sum;
	return MS_OK;
}

static ms_status
import_covariance(ms_ctx *ctx, const double *s, size_t d, size_t j, double *scratch, double *out)
{
	for (size_t a = 0; a < d; a++)
	{
		for (size_t b = 0; b < a; b++)
		{
			double slack = 1e-9 * sqrt(fabs(s[a * d + a])) * sqrt(fabs(s[b * d + b]));

			if (!(fabs(s[a * d + b] - s[b * d + a]) <= slack))
				return ms_fail(ctx, MS_BAD_ARGUMENT, "symmetry", (int64_t) j + 1, s[a * d + b],
							   s[b * d + a]);
		}
	}
	ms_linalg_pack(s, d, out);
	memcpy(scratch, s, d * d * sizeof(double));
	if (!ms_linalg_cholesky(scratch, d))
		return ms_fail(ctx, MS_NOT_DEFINITE, "covariance", (int64_t) j + 1, 0, 0);
	return ms_tick(ctx, d * d * d / 16 + d * d);
}

ms_status
ms_gmm_import(ms_ctx *ctx, ms_arena *arena, size_t k, size_t d, const double *weights,
			  const double *means, const double *covariances, ms_gmm *out)
{
	double *scratch;

	MS_TRY(ms_gmm_new(ctx, arena, MS_GMM_FULL, k, d, out));
	MS_TRY(MS_ALLOC(arena, d * d, &scratch));
	MS_TRY(check_finite(ctx, "means", means, k * d));
	MS_TRY(check_finite(ctx, "covariances", covariances, k * d * d));
	MS_TRY(import_weights(ctx, weights, k, out->weights));
	memcpy(out->means, means, k * d * sizeof(double));
	for (size_t j = 0; j < k; j++)
		MS_TRY(import_covariance(ctx, covariances + j * d * d, d, j, scratch,
								 out->covariances + j * ms_packed_size(d)));
	out->info.log_likelihood = out->info.icl = out->info.objective = NAN;
	return MS_OK;
}

/* --- order ---------------------------------------------------------------------------------- */

static bool
comes_before(const ms_gmm *m, size_t a, size_t b)
{
	const double *x = m->means + a * m->d;
	const double *y = m->means + b * m->d;

	if (m->weights[a] != m->weights[b])
		return m->weights[a] > m->weights[b];
	for (size_t c = 0; c < m->d; c++)
	{
		if (x[c] != y[c])
			return x[c] < y[c];
	}
	return a < b;
}

/* Moves records of `bytes` so that record j is what order[j] was. */
static void
permute(void *records, const size_t *order, size_t k, size_t bytes, char *scratch)
{
	for (size_t j = 0; j < k; j++)
		memcpy(scratch + j * bytes, (char *) records + order[j] * bytes, bytes);
	memcpy(records, scratch, k * bytes);
}

static ms_status
permute_with(ms_arena *arena, ms_gmm *m, const size_t *order)
{
	char *scratch;
	size_t size = ms_gmm_is_tied(m->family) ? 0 : ms_gmm_matrix_size(m->family, m->d);
	size_t widest = size > m->d ? size : m->d;

	MS_TRY(ms_arena_alloc(arena, m->k * widest, sizeof(double), (void **) &scratch));
	permute(m->weights, order, m->k, sizeof(double), scratch);
	permute(m->means, order, m->k, m->d * sizeof(double), scratch);
	permute(m->covariances, order, m->k, size * sizeof(double), scratch);
	permute(m->problems, order, m->k, sizeof(uint32_t), scratch);
	return MS_OK;
}

ms_status
ms_gmm_permute(ms_ctx *ctx, ms_gmm *m, const size_t *order)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = permute_with(&arena, m, order);
	ms_arena_free(&arena);
	return status;
}

static ms_status
sort_with(ms_ctx *ctx, ms_arena *arena, ms_gmm *m)
{
	size_t *order;

	MS_TRY(MS_ALLOC(arena, m->k, &order));
	for (size_t j = 0; j < m->k; j++)
	{
		size_t at = j;

		MS_TRY(ms_tick(ctx, j));
		for (; at > 0 && comes_before(m, j, order[at - 1]); at--)
			order[at] = order[at - 1];
		order[at] = j;
	}
	return permute_with(arena, m, order);
}

ms_status
ms_gmm_sort(ms_ctx *ctx, ms_gmm *m)
{
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = sort_with(ctx, &arena, m);
	ms_arena_free(&arena);
	return status;
}
