/*
 * patterns.c: groups of rows by their gaps, and their statistics.
 */
#include "core/mixture/patterns.h"

#include <math.h>
#include <string.h>

#include "core/base/linalg.h"
#include "core/base/order.h"
#include "core/mixture/mix.h"

/* --- groups --------------------------------------------------------------------------------- */

static size_t
words_of(size_t d)
{
	return (d + 63) / 64;
}

/* Bits of the columns that are gaps; returns how many are there. */
static size_t
mark(const double *x, size_t d, uint64_t *words)
{
	size_t there = 0;

	memset(words, 0, words_of(d) * sizeof(uint64_t));
	for (size_t c = 0; c < d; c++)
	{
		if (isnan(x[c]))
			words[c / 64] |= UINT64_C(1) << c % 64;
		else
			there++;
	}
	return there;
}

/* One record a row: its bits, then its number. Sorted, groups lie together. */
static ms_status
sorted_records(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, uint64_t *records, size_t *count,
			   uint64_t *empty)
{
	size_t words = words_of(rows->d);
	unsigned char *kinds;

	*count = 0;
	*empty = 0;
	MS_TRY(MS_ALLOC(arena, words + 1, &kinds));
	memset(kinds, MS_SLOT_UINT64, words + 1);
	for (size_t i = 0; i < rows->n; i++)
	{
		uint64_t *record = records + *count * (words + 1);

		MS_TRY(ms_tick(ctx, 2 + rows->d));
		record[words] = i;
		if (mark(rows->x + i * rows->stride, rows->d, record) > 0)
			(*count)++;
		else
			*empty += ms_rows_weight(rows, i) > 0;
	}
	return ms_order_sort(ctx, records, *count, words + 1, kinds);
}

static bool
same_group(const uint64_t *a, const uint64_t *b, size_t words)
{
	return memcmp(a, b, words * sizeof(uint64_t)) == 0;
}

static ms_status
copy_group(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, const uint64_t *records, size_t n,
		   ms_pattern *out)
{
	size_t words = words_of(rows->d);
	bool weighted = rows->w != NULL;
	uint32_t *dims;
	double *to;

	*out = (ms_pattern){.nd = 0};
	MS_TRY(MS_ALLOC(arena, rows->d, &dims));
	for (size_t c = 0; c < rows->d; c++)
	{
		if (!(records[c / 64] >> c % 64 & 1))
			dims[out->nd++] = (uint32_t) c;
	}
	out->dims = dims;
	MS_TRY(MS_ALLOC(arena, n * (out->nd + weighted), &to));
	out->rows = (ms_rows){to, weighted ? to + out->nd : NULL, n, out->nd, out->nd + weighted};
	for (size_t i = 0; i < n; i++)
	{
		size_t row = (size_t) records[i * (words + 1) + words];

		MS_TRY(ms_tick(ctx, 2 + out->nd));
		for (size_t c = 0; c < out->nd; c++)
			*to++ = rows->x[row * rows->stride + dims[c]];
		if (weighted)
			*to++ = ms_rows_weight(rows, row);
	}
	return MS_OK;
}

static ms_status
make_groups(ms_ctx *ctx, ms_arena *arena, ms_arena *scratch, const ms_rows *rows, ms_patterns *p)
{
	size_t width = words_of(rows->d) + 1;
	uint64_t *records;
	size_t n;

	MS_TRY(MS_ALLOC(scratch, rows->n * width, &records));
	MS_TRY(sorted_records(ctx, scratch, rows, records, &n, &p->empty));
	for (size_t i = 0; i < n; i++)
		p->n += i == 0 || !same_group(records + i * width, records + (i - 1) * width, width - 1);
	MS_TRY(MS_ALLOC(arena, p->n, &p->patterns));
	p->n = 0;
	for (size_t from = 0, to; from < n; from = to)
	{
		const uint64_t *first = records + from * width;

		for (to = from + 1; to < n && same_group(records + to * width, first, width - 1);)
			to++;
		MS_TRY(copy_group(ctx, arena, rows, first, to - from, &p->patterns[p->n++]));
	}
	return MS_OK;
}

ms_status
ms_patterns_new(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows, const ms_mix *mix,
				ms_patterns *out)
{
	size_t d = mix->d;
	ms_arena scratch = {ctx, NULL, arena->used};
	ms_status status;

	*out = (ms_patterns){.n = 0};
	MS_TRY(ms_mix_new(arena, mix->shape, mix->k, d, &out->part));
	MS_TRY(ms_mix_stats_new(arena, mix, &out->stats));
	MS_TRY(MS_ALLOC(arena, ms_mix_factors(mix->shape, mix->k) * d * d, &out->q));
	MS_TRY(MS_ALLOC(arena, d, &out->part.log_sides));
	MS_TRY(MS_ALLOC(arena, d, &out->centre));
	MS_TRY(MS_ALLOC(arena, d, &out->scale));
	status = make_groups(ctx, arena, &scratch, rows, out);
	ms_arena_free(&scratch);
	return status;
}

size_t
ms_patterns_bytes(size_t n, size_t k, size_t d)
{
	size_t bytes;
	size_t more;

	ms_size_mul(n, (2 * d + 2 + words_of(d)) * sizeof(double) + 128, &bytes);
	ms_size_mul(3 * k * (d + 2), (d + 2) * sizeof(double), &more);
	ms_size_add(bytes, more + 4096, &bytes);
	return bytes;
}

/* --- marginals ------------------------------------------------------------------------------ */

/*
 * The rows dims of L are lower Q, by Gram and Schmidt, each row twice ("twice is enough": Giraud
 * et al. 2005). lower: nd x nd; q: nd rows of d.
 */
static void
orthonormalise(const double *l, size_t d, const uint32_t *dims, size_t nd, double *lower, double *q)
{
	memset(lower, 0, nd * nd * sizeof(double));
	for (size_t a = 0; a < nd; a++)
	{
		double *v = q + a * d;
		double norm = 0;

		memcpy(v, l + dims[a] * d, d * sizeof(double));
		for (size_t b = 0; b < 2 * a; b++)
		{
			const double *u = q + b % a * d;
			double dot = 0;

			for (size_t c = 0; c <= dims[a]; c++)
				dot += u[c] * v[c];
			lower[a * nd + b % a] += dot;
			for (size_t c = 0; c <= dims[a]; c++)
				v[c] -= dot * u[c];
		}
		for (size_t c = 0; c < d; c++)
			norm += v[c] * v[c];
		lower[a * nd + a] = sqrt(norm);
		for (size_t c = 0; c < d; c++)
			v[c] /= sqrt(norm);
	}
}

static ms_status
marginal_factors(ms_ctx *ctx, ms_patterns *p, const ms_mix *mix, const ms_pattern *pattern)
{
	size_t d = mix->d;
	size_t nd = pattern->nd;
	size_t factors = ms_mix_factors(mix->shape, mix->k);

	for (size_t f = 0; f < factors; f++)
	{
		MS_TRY(ms_tick(ctx, 2 * d * nd * (mix->shape == MS_MIX_DIAGONAL ? 1 : nd)));
		for (size_t a = 0; mix->shape == MS_MIX_DIAGONAL && a < nd; a++)
			p->part.factors[f * nd + a] = mix->factors[f * d + pattern->dims[a]];
		if (mix->shape == MS_MIX_DIAGONAL)
			ms_mix_finish_diagonal(&p->part, f);
		else
		{
			orthonormalise(mix->factors + f * d * d, d, pattern->dims, nd,
						   p->part.factors + f * nd * nd, p->q + f * d * d);
			MS_TRY(ms_mix_finish_factor(ctx, &p->part, f));
		}
	}
	return MS_OK;
}

ms_status
ms_patterns_marginal(ms_ctx *ctx, ms_patterns *p, const ms_mix *mix, const ms_pattern *pattern)
{
	size_t nd = pattern->nd;
	double *sides = p->part.log_sides;

	p->part.d = nd;
	p->part.noise = mix->log_sides ? mix->noise : 0;
	memcpy(p->part.weights, mix->weights, mix->k * sizeof(double));
	for (size_t j = 0; j < mix->k; j++)
	{
		for (size_t a = 0; a < nd; a++)
			p->part.means[j * nd + a] = mix->means[j * mix->d + pattern->dims[a]];
	}
	for (size_t a = 0; a < nd; a++)
		sides[a] = mix->log_sides ? mix->log_sides[pattern->dims[a]] : 0;
	MS_TRY(marginal_factors(ctx, p, mix, pattern));
	ms_mix_finish_constants(&p->part);
	return MS_OK;
}

/* --- statistics ----------------------------------------------------------------------------- */

/* s1 += Q' z. */
static void
add_means(const double *q, const double *z, size_t nd, size_t d, double *s1)
{
	for (size_t a = 0; a < nd; a++)
	{
		for (size_t c = 0; c < d; c++)
			s1[c] += q[a * d + c] * z[a];
	}
}

/* s2 += n I + Q' (zz - n I) Q, packed triangles; row[d] is scratch. */
static void
add_squares(const double *q, const double *zz, double n, size_t nd, size_t d, double *row,
			double *s2)
{
	for (size_t c = 0; c < d; c++)
		s2[ms_packed_at(c, c)] += n;
	for (size_t a = 0; a < nd; a++)
	{
		memset(row, 0, d * sizeof(double)); /* row a of (zz - n I) Q */
		for (size_t b = 0; b < nd; b++)
		{
			double t = zz[a > b ? ms_packed_at(a, b) : ms_packed_at(b, a)] - (a == b ? n : 0);

			for (size_t c = 0; c < d; c++)
				row[c] += t * q[b * d + c];
		}
		for (size_t i = 0; i < d; i++)
		{
			for (size_t c = 0; c <= i; c++)
				s2[ms_packed_at(i, c)] += q[a * d + i] * row[c];
		}
	}
}

static void
add_diagonal(const ms_patterns *p, const ms_pattern *pattern, size_t j, size_t d, double n,
			 ms_mix_stats *stats)
{
	size_t nd = pattern->nd;

	for (size_t c = 0, a = 0; c < d; c++)
	{
		bool there = a < nd && pattern->dims[a] == c;

		stats->s1[j * d + c] += there ? p->stats.s1[j * nd + a] : 0;
		stats->s2[j * d + c] += there ? p->stats.s2[j * nd + a] : n;
		a += there;
	}
}

/* The statistics of a pattern, in z, become those of whole rows. */
static ms_status
lift(ms_ctx *ctx, const ms_patterns *p, const ms_pattern *pattern, const ms_mix *mix,
	 ms_mix_stats *stats)
{
	size_t d = mix->d;
	size_t nd = pattern->nd;
	ms_mix none = {.shape = MS_MIX_DIAGONAL, .k = 0};
	double total = 0;

	ms_mix_stats_add(stats, &p->stats, &none); /* what belongs to no component */
	for (size_t j = 0; j < mix->k; j++)
	{
		const double *q = p->q + (mix->shape == MS_MIX_FULL ? j * d * d : 0);
		double n = ms_sum_get(&p->stats.n[j]);

		ms_sum_add(&stats->n[j], n);
		total += n;
		if (mix->shape == MS_MIX_DIAGONAL)
		{
			add_diagonal(p, pattern, j, d, n, stats);
			continue;
		}
		MS_TRY(ms_tick(ctx, nd * d * (1 + nd + d)));
		add_means(q, p->stats.s1 + j * nd, nd, d, stats->s1 + j * d);
		if (mix->shape == MS_MIX_FULL)
			add_squares(q, p->stats.s2 + j * ms_packed_size(nd), n, nd, d, p->centre,
						stats->s2 + j * ms_packed_size(d));
	}
	if (mix->shape == MS_MIX_TIED)
		add_squares(p->q, p->stats.s2, total, nd, d, p->centre, stats->s2);
	return MS_OK;
}

ms_status
ms_patterns_pass(ms_ctx *ctx, ms_patterns *p, ms_mix_kernel *kernel, const ms_mix *mix,
				 const ms_view *view, ms_mix_stats *stats)
{
	for (size_t i = 0; i < p->n; i++)
	{
		const ms_pattern *pattern = &p->patterns[i];
		ms_view part = {pattern->rows, p->centre, p->scale};

		for (size_t a = 0; a < pattern->nd; a++)
		{
			p->centre[a] = view->centre[pattern->dims[a]];
			p->scale[a] = view->scale[pattern->dims[a]];
		}
		ms_mix_kernel_narrow(kernel, pattern->nd);
		if (pattern->nd == mix->d)
		{
			MS_TRY(ms_mix_kernel_pass(ctx, kernel, mix, &part, stats));
			continue;
		}
		MS_TRY(ms_patterns_marginal(ctx, p, mix, pattern));
		ms_mix_stats_clear(&p->stats, &p->part);
		MS_TRY(ms_mix_kernel_pass(ctx, kernel, &p->part, &part, &p->stats));
		MS_TRY(lift(ctx, p, pattern, mix, stats));
	}
	ms_mix_kernel_narrow(kernel, mix->d);
	return MS_OK;
}
