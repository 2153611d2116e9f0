/*
 * marginal.c: marginals, conditionals, means. Given x_o component j has in the other columns the
 * mean m_u + S_uo S_oo^-1 (x_o - m_o), the covariance S_uu - S_uo S_oo^-1 S_ou, and a weight
 * in proportion to w_j N(x_o; m_o, S_oo).
 */
#include "core/mixture/marginal.h"

#include <math.h>
#include <string.h>

#include "core/base/linalg.h"

/* a weight that is above 0, as a component's must be */
#define LEAST_WEIGHT 1e-300

static ms_gmm_family
marginal_family(ms_gmm_family family)
{
	switch (family)
	{
		case MS_GMM_EVI:
			return MS_GMM_DIAG;
		case MS_GMM_EEV:
		case MS_GMM_VEV:
		case MS_GMM_EVV:
			return MS_GMM_FULL;
		default:
			return family;
	}
}

/* --- parts ---------------------------------------------------------------------------------- */

static ms_status
take_names(ms_arena *arena, const ms_gmm *m, const uint32_t *dims, size_t nd, ms_gmm *out)
{
	char *to;

	if (!m->names)
		return MS_OK;
	/* no name occurs twice, so all of them together are enough */
	MS_TRY(MS_ALLOC(arena, m->names_size, &to));
	out->names = to;
	for (size_t a = 0; a < nd; a++)
	{
		const char *from = m->names;

		for (size_t c = 0; c < dims[a]; c++)
			from += strlen(from) + 1;
		memcpy(to, from, strlen(from) + 1);
		to += strlen(from) + 1;
	}
	out->names_size = (size_t) (to - out->names);
	return MS_OK;
}

/* The log of a side of the background: its share of log V (patterns take the same). */
static double
log_side(const ms_gmm *m, size_t c)
{
	size_t d = m->d;
	double rest = m->log_volume;

	for (size_t i = 0; i < d; i++)
		rest -= log(m->box[d + i] - m->box[i]);
	return log(m->box[d + c] - m->box[c]) + rest / (double) d;
}

static void
take_noise(const ms_gmm *m, const uint32_t *dims, size_t nd, ms_gmm *out)
{
	if (!out->box)
		return;
	out->noise = m->noise;
	out->log_volume = 0;
	for (size_t a = 0; a < nd; a++)
	{
		out->box[a] = m->box[dims[a]];
		out->box[nd + a] = m->box[m->d + dims[a]];
		out->log_volume += log_side(m, dims[a]);
	}
}

static void
take_evidence(const ms_gmm *m, ms_gmm *out)
{
	out->info = m->info;
	out->info.log_likelihood = out->info.icl = out->info.objective = NAN;
	memcpy(out->problems, m->problems, m->k * sizeof(uint32_t));
}

/* Covariance f of the family from a full one, packed. */
static void
put_covariance(ms_gmm *out, size_t f, const double *packed)
{
	size_t d = out->d;
	size_t size = ms_gmm_matrix_size(out->family, d);
	double *to = out->covariances + f * size;

	if (!ms_gmm_is_diagonal(out->family))
	{
		memcpy(to, packed, size * sizeof(double));
		return;
	}
	for (size_t c = 0; c < size; c++)
		to[c] = packed[ms_packed_at(c, c)];
}

static ms_status
new_part(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, const uint32_t *dims, size_t nd,
		 ms_gmm *out)
{
	MS_TRY(ms_gmm_new(ctx, arena, marginal_family(m->family), m->k, nd, out));
	MS_TRY(ms_gmm_new_parts(arena, out, m->flags & (uint16_t) ~MS_GMM_PRIOR));
	MS_TRY(take_names(arena, m, dims, nd, out));
	take_noise(m, dims, nd, out);
	take_evidence(m, out);
	return MS_OK;
}

/* --- marginal ------------------------------------------------------------------------------- */

static ms_status
check_dims(ms_ctx *ctx, const ms_gmm *m, const uint32_t *dims, size_t nd)
{
	if (nd < 1 || nd > m->d)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "columns", 0, (double) nd, nd < 1 ? 1 : m->d);
	for (size_t a = 0; a < nd; a++)
	{
		if (dims[a] >= m->d)
			return ms_fail(ctx, MS_BAD_ARGUMENT, "dims", (int64_t) a + 1, (double) dims[a] + 1,
						   m->d);
		for (size_t b = 0; b < a; b++)
		{
			if (dims[a] == dims[b])
				return ms_fail(ctx, MS_BAD_ARGUMENT, "columns", (int64_t) a + 1,
							   (double) dims[a] + 1, m->d);
		}
	}
	return MS_OK;
}

/* packed = rows and columns dims of full[d * d]. */
static void
take_block(const double *full, size_t d, const uint32_t *dims, size_t nd, double *packed)
{
	for (size_t a = 0; a < nd; a++)
	{
		for (size_t b = 0; b <= a; b++)
			packed[ms_packed_at(a, b)] = full[dims[a] * d + dims[b]];
	}
}

static ms_status
marginal_with(ms_ctx *ctx, ms_arena *scratch, const ms_gmm *m, const uint32_t *dims, size_t nd,
			  ms_gmm *out)
{
	size_t d = m->d;
	double *packed;
	double *full;

	MS_TRY(MS_ALLOC(scratch, ms_packed_size(d), &packed));
	MS_TRY(MS_ALLOC(scratch, d * d, &full));
	memcpy(out->weights, m->weights, m->k * sizeof(double));
	for (size_t j = 0; j < m->k; j++)
	{
		MS_TRY(ms_tick(ctx, d * d));
		for (size_t a = 0; a < nd; a++)
			out->means[j * nd + a] = m->means[j * d + dims[a]];
		if (j >= ms_gmm_matrices(out->family, m->k))
			continue;
		ms_gmm_covariance(m, j, packed);
		ms_linalg_unpack(packed, d, full);
		take_block(full, d, dims, nd, packed);
		put_covariance(out, j, packed);
	}
	return MS_OK;
}

ms_status
ms_gmm_marginal(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, const uint32_t *dims, size_t nd,
				ms_gmm *out)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_status status;

	MS_TRY(check_dims(ctx, m, dims, nd));
	MS_TRY(new_part(ctx, arena, m, dims, nd, out));
	status = marginal_with(ctx, &scratch, m, dims, nd, out);
	ms_arena_free(&scratch);
	return status;
}

/* --- conditional ---------------------------------------------------------------------------- */

/* What conditioning one component after the other needs. */
typedef struct given
{
	const uint32_t *there; /* columns that are there, then those that are not */
	const uint32_t *gaps;
	size_t no;
	size_t nu;
	double *full;	/* d x d */
	double *packed; /* of d */
	double *factor; /* no x no */
	double *z;		/* no */
	double *cross;	/* nu x no: rows L^-1 S_ou */
	double *joint;	/* k: log w_j N(x_o; j) */
} given;

static ms_status
factor_there(ms_ctx *ctx, given *g, const ms_gmm *m, size_t j, const double *x)
{
	size_t d = m->d;
	size_t no = g->no;

	for (size_t a = 0; a < no; a++)
	{
		g->z[a] = x[g->there[a]] - m->means[j * d + g->there[a]];
		for (size_t b = 0; b < no; b++)
			g->factor[a * no + b] = g->full[g->there[a] * d + g->there[b]];
	}
	if (!ms_linalg_cholesky(g->factor, no))
		return ms_fail(ctx, MS_NOT_DEFINITE, "covariance", (int64_t) j + 1, 0, 0);
	ms_linalg_solve_lower(g->factor, no, g->z);
	for (size_t u = 0; u < g->nu; u++)
	{
		for (size_t a = 0; a < no; a++)
			g->cross[u * no + a] = g->full[g->gaps[u] * d + g->there[a]];
		ms_linalg_solve_lower(g->factor, no, g->cross + u * no);
	}
	return ms_tick(ctx, no * no * (no + g->nu));
}

static double
dot(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

static ms_status
condition_component(ms_ctx *ctx, given *g, const ms_gmm *m, size_t j, const double *x, ms_gmm *out)
{
	size_t d = m->d;
	size_t no = g->no;

	ms_gmm_covariance(m, j, g->packed);
	ms_linalg_unpack(g->packed, d, g->full);
	MS_TRY(factor_there(ctx, g, m, j, x));
	g->joint[j] = log(m->weights[j]) - (double) no * 0.5 * log(2 * M_PI) -
				  ms_linalg_logdet(g->factor, no) / 2 - dot(g->z, g->z, no) / 2;
	for (size_t u = 0; u < g->nu; u++)
	{
		out->means[j * g->nu + u] =
			m->means[j * d + g->gaps[u]] + dot(g->cross + u * no, g->z, no);
		for (size_t v = 0; v <= u; v++)
			g->packed[ms_packed_at(u, v)] = g->full[g->gaps[u] * d + g->gaps[v]] -
											dot(g->cross + u * no, g->cross + v * no, no);
	}
	if (j >= ms_gmm_matrices(out->family, m->k))
		return MS_OK;
	put_covariance(out, j, g->packed);
	/* of a covariance near the edge the difference may be none */
	ms_linalg_unpack(g->packed, g->nu, g->full);
	if (!ms_linalg_cholesky(g->full, g->nu))
		return ms_fail(ctx, MS_NOT_DEFINITE, "covariance", (int64_t) j + 1, 0, 0);
	return ms_tick(ctx, g->nu * g->nu * (1 + g->nu / 8));
}

/* Posterior weights; the background has log_noise of the density. */
static void
set_weights(const double *joint, double log_noise, ms_gmm *out)
{
	double top = log_noise;
	double sum;

	for (size_t j = 0; j < out->k; j++)
		top = fmax(top, joint[j]);
	if (top == -INFINITY)
	{
		for (size_t j = 0; j < out->k; j++)
			out->weights[j] = 1.0 / out->k;
		return;
	}
	sum = exp(log_noise - top);
	for (size_t j = 0; j < out->k; j++)
		sum += exp(joint[j] - top);
	out->noise = exp(log_noise - top) / sum;
	for (size_t j = 0; j < out->k; j++)
		out->weights[j] = fmax(exp(joint[j] - top) / sum, LEAST_WEIGHT);
	/* a component must have some weight: the background cannot be all */
	if (out->noise > 1 - 1e-12)
		out->noise = 1 - 1e-12;
}

static ms_status
condition_with(ms_ctx *ctx, ms_arena *scratch, given *g, const ms_gmm *m, const double *x,
			   ms_gmm *out)
{
	size_t d = m->d;
	double log_noise = m->noise > 0 ? log(m->noise) : -INFINITY;

	MS_TRY(MS_ALLOC(scratch, d * d, &g->full));
	MS_TRY(MS_ALLOC(scratch, ms_packed_size(d), &g->packed));
	MS_TRY(MS_ALLOC(scratch, g->no * g->no, &g->factor));
	MS_TRY(MS_ALLOC(scratch, g->no, &g->z));
	MS_TRY(MS_ALLOC(scratch, g->nu * g->no, &g->cross));
	MS_TRY(MS_ALLOC(scratch, m->k, &g->joint));
	for (size_t j = 0; j < m->k; j++)
		MS_TRY(condition_component(ctx, g, m, j, x, out));
	for (size_t a = 0; m->noise > 0 && a < g->no; a++)
		log_noise -= log_side(m, g->there[a]);
	set_weights(g->joint, log_noise, out);
	return MS_OK;
}

static ms_status
condition(ms_ctx *ctx, ms_arena *arena, ms_arena *scratch, const ms_gmm *m, const double *x,
		  ms_gmm *out)
{
	uint32_t *dims;
	given g = {.no = 0};

	MS_TRY(MS_ALLOC(scratch, 2 * (size_t) m->d, &dims));
	g.there = dims;
	g.gaps = dims + m->d;
	for (uint32_t c = 0; c < m->d; c++)
	{
		if (isnan(x[c]))
			dims[m->d + g.nu++] = c;
		else
			dims[g.no++] = c;
	}
	if (g.nu == 0)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "columns", 0, 0, 1);
	if (g.no == 0)
		return ms_gmm_copy(ctx, arena, m, out);
	MS_TRY(new_part(ctx, arena, m, g.gaps, g.nu, out));
	return condition_with(ctx, scratch, &g, m, x, out);
}

ms_status
ms_gmm_condition(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, const double *x, ms_gmm *out)
{
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_status status = condition(ctx, arena, &scratch, m, x, out);

	ms_arena_free(&scratch);
	return status;
}

ms_status
ms_gmm_impute(ms_ctx *ctx, const ms_gmm *m, double *x)
{
	ms_arena arena;
	ms_gmm part;
	double *mean;
	size_t gaps = 0;
	ms_status status;

	for (size_t c = 0; c < m->d; c++)
		gaps += isnan(x[c]);
	if (gaps == 0)
		return MS_OK;
	ms_arena_init(&arena, ctx);
	status = MS_ALLOC(&arena, gaps, &mean);
	if (status == MS_OK)
		status = ms_gmm_condition(ctx, &arena, m, x, &part);
	if (status == MS_OK)
	{
		ms_gmm_mean(&part, mean);
		for (size_t c = 0; c < m->d; c++)
			x[c] = isnan(x[c]) ? *mean++ : x[c];
	}
	ms_arena_free(&arena);
	return status;
}

/* --- moments -------------------------------------------------------------------------------- */

static double
middle(const ms_gmm *m, size_t c)
{
	return m->box ? m->box[c] / 2 + m->box[m->d + c] / 2 : 0;
}

void
ms_gmm_mean(const ms_gmm *m, double *mean)
{
	size_t d = m->d;

	for (size_t c = 0; c < d; c++)
	{
		double total = m->noise;

		mean[c] = m->noise * middle(m, c);
		for (size_t j = 0; j < m->k; j++)
		{
			mean[c] += m->weights[j] * m->means[j * d + c];
			total += m->weights[j];
		}
		mean[c] /= total;
	}
}

/* Entry (a, b) of the covariance of component j. */
static double
entry(const ms_gmm *m, size_t j, size_t a, size_t b)
{
	size_t size = ms_gmm_matrix_size(m->family, m->d);
	const double *s = m->covariances + (ms_gmm_is_tied(m->family) ? 0 : j * size);

	if (!ms_gmm_is_diagonal(m->family))
		return s[ms_packed_at(a, b)];
	return a == b ? s[size == 1 ? 0 : a] : 0;
}

void
ms_gmm_total_covariance(const ms_gmm *m, double *packed)
{
	size_t d = m->d;

	for (size_t a = 0; a < d; a++)
	{
		for (size_t b = 0; b <= a; b++)
		{
			double side = a == b && m->box ? m->box[d + a] - m->box[a] : 0;
			double mean_a = m->noise * middle(m, a);
			double mean_b = m->noise * middle(m, b);
			double sum = 0;

			for (size_t j = 0; j < m->k; j++)
			{
				mean_a += m->weights[j] * m->means[j * d + a];
				mean_b += m->weights[j] * m->means[j * d + b];
			}
			if (m->noise > 0)
				sum += m->noise *
					   (side * side / 12 + (middle(m, a) - mean_a) * (middle(m, b) - mean_b));
			for (size_t j = 0; j < m->k; j++)
				sum += m->weights[j] * (entry(m, j, a, b) + (m->means[j * d + a] - mean_a) *
																(m->means[j * d + b] - mean_b));
			packed[ms_packed_at(a, b)] = sum;
		}
	}
}
