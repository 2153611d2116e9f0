/*
 * table.c: distances of candidates to objects, in memory or computed row by row, and the loop that
 * finds where a row is below a limit.
 */
#include "core/medoids/pam.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "core/base/sums.h"

/* elements that memory is asked for in advance */
#define AHEAD 2048

static void
triangle_row(const ms_table *t, size_t c, float *out)
{
	const float *d = t->triangle;
	size_t at = c * (c + 1) / 2 + c; /* of (c + 1, c) */

	if (c > 0)
		memcpy(out, d + c * (c - 1) / 2, c * sizeof(*out));
	out[c] = 0;
	for (size_t o = c + 1; o < t->n; at += o, o++)
		out[o] = d[at];
}

ms_status
ms_table_row(ms_ctx *ctx, const ms_table *t, size_t c, float *buffer, const float **row)
{
	if (t->rows)
	{
		*row = t->rows + c * t->m;
		return MS_OK;
	}
	*row = buffer;
	if (t->triangle)
	{
		triangle_row(t, c, buffer);
		return ms_tick(ctx, 2 * t->n);
	}
	ms_points_get(t->candidates, c, t->x);
	MS_TRY(ms_points_from_float(ctx, t->objects, t->x, buffer));
	if (t->own && t->own[c] != UINT32_MAX)
		buffer[t->own[c]] = t->own_distance;
	return MS_OK;
}

static inline double
weight(const ms_table *t, size_t o)
{
	return t->w ? t->w[o] : 1;
}

double
ms_table_weight(const ms_table *t)
{
	ms_sum sum = {0, 0};

	for (size_t o = 0; o < t->m; o++)
		ms_sum_add(&sum, weight(t, o));
	return ms_sum_get(&sum);
}

ms_status
ms_table_deviation(ms_ctx *ctx, const ms_table *t, const size_t *medoids, size_t k,
				   double *deviation)
{
	ms_arena arena;
	float *near = NULL;
	float *buffer = NULL;
	ms_sum sum = {0, 0};
	ms_status status;

	ms_arena_init(&arena, ctx);
	status = MS_ALLOC(&arena, t->m, &near);
	if (status == MS_OK)
		status = MS_ALLOC(&arena, t->m, &buffer);
	for (size_t i = 0; i < k && status == MS_OK; i++)
	{
		const float *d;

		status = ms_table_row(ctx, t, medoids[i], buffer, &d);
		for (size_t o = 0; o < t->m && status == MS_OK; o++)
			near[o] = i == 0 || d[o] < near[o] ? d[o] : near[o];
		if (status == MS_OK)
			status = ms_tick(ctx, t->m);
	}
	for (size_t o = 0; o < t->m && status == MS_OK; o++)
		ms_sum_add(&sum, (t->w ? t->w[o] : 1) * near[o]);
	*deviation = ms_sum_get(&sum);
	ms_arena_free(&arena);
	return status;
}

/* --- hits ----------------------------------------------------------------------------------- */

/*
 * Objects that a candidate is nearer to than their second medoid, ascending: all others leave the
 * total as it is. Where k is large they are few, and this loop reads memory as fast as it comes.
 * hits has room for 16 more.
 */
typedef size_t (*hit_loop)(const float *d, const float *d2, size_t m, uint32_t *hits);

static size_t
hits_any(const float *d, const float *d2, size_t m, uint32_t *hits)
{
	size_t n = 0;

	for (size_t o = 0; o < m; o++)
	{
		hits[n] = (uint32_t) o;
		n += d[o] < d2[o];
	}
	return n;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static size_t
hits_avx2(const float *d, const float *d2, size_t m, uint32_t *hits)
{
	size_t n = 0;
	size_t o = 0;

	for (; o + 8 <= m; o += 8)
	{
		__m256 near = _mm256_cmp_ps(_mm256_loadu_ps(d + o), _mm256_loadu_ps(d2 + o), _CMP_LT_OQ);
		unsigned mask = (unsigned) _mm256_movemask_ps(near);

		for (; mask; mask &= mask - 1)
			hits[n++] = (uint32_t) o + (uint32_t) __builtin_ctz(mask);
	}
	for (; o < m; o++)
	{
		hits[n] = (uint32_t) o;
		n += d[o] < d2[o];
	}
	return n;
}

__attribute__((target("avx512f,popcnt"))) static size_t
hits_avx512(const float *d, const float *d2, size_t m, uint32_t *hits)
{
	__m512i at = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
	const __m512i step = _mm512_set1_epi32(16);
	size_t n = 0;
	size_t o = 0;

	for (; o + 16 <= m; o += 16)
	{
		__mmask16 near =
			_mm512_cmp_ps_mask(_mm512_loadu_ps(d + o), _mm512_loadu_ps(d2 + o), _CMP_LT_OQ);

		_mm_prefetch((const char *) (d + o + AHEAD), _MM_HINT_T0);
		_mm512_storeu_si512(hits + n, _mm512_maskz_compress_epi32(near, at));
		n += (size_t) __builtin_popcount(near);
		at = _mm512_add_epi32(at, step);
	}
	for (; o < m; o++)
	{
		hits[n] = (uint32_t) o;
		n += d[o] < d2[o];
	}
	return n;
}
#endif

int
ms_pam_levels(void)
{
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx512f"))
		return 3;
	if (__builtin_cpu_supports("avx2"))
		return 2;
#endif
	return 1;
}

size_t
ms_pam_hits_at(int level, const float *d, const float *limit, size_t m, uint32_t *hits)
{
	static const hit_loop loops[] = {
		hits_any,
#if defined(__x86_64__)
		hits_avx2,
		hits_avx512,
#endif
	};

	return loops[level](d, limit, m, hits);
}

size_t
ms_pam_hits(const float *d, const float *limit, size_t m, uint32_t *hits)
{
	return ms_pam_hits_at(ms_pam_levels() - 1, d, limit, m, hits);
}
