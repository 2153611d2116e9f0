/*
 * kernel_mean.c: sums of random features as state and value.
 */
#include "core/mmd/kernel_mean.h"

#include <math.h>
#include <string.h>

#define FIRST_ROWS 4

/* --- where things lie ----------------------------------------------------------------------- */

static bool
has_sums(const ms_kernel_mean *m)
{
	return m->n > m->buffered;
}

static double *
sums_of(ms_kernel_mean *m)
{
	return (double *) (m + 1) + m->spectrum.d;
}

static double *
rows_at(ms_kernel_mean *m, bool sums)
{
	return sums_of(m) + (sums ? 2 * (size_t) m->spectrum.count : 0);
}

static size_t
size_with(const ms_kernel_mean *m, bool sums, size_t rows)
{
	size_t d = m->spectrum.d;

	return ms_kernel_mean_begin_size(d, rows) +
		   (sums ? 2 * (size_t) m->spectrum.count : 0) * sizeof(double);
}

size_t
ms_kernel_mean_begin_size(size_t d, size_t rows)
{
	return sizeof(ms_kernel_mean) + (1 + rows) * d * sizeof(double);
}

size_t
ms_kernel_mean_size(const ms_kernel_mean *m)
{
	return size_with(m, has_sums(m), m->buffered);
}

size_t
ms_kernel_mean_append_size(const ms_kernel_mean *m)
{
	return size_with(m, has_sums(m), (size_t) m->buffered + 1);
}

size_t
ms_kernel_mean_roomy_size(const ms_kernel_mean *m)
{
	size_t room = FIRST_ROWS;

	while (room <= m->buffered)
		room *= 2;
	return size_with(m, has_sums(m), room);
}

size_t
ms_kernel_mean_flush_size(const ms_kernel_mean *m)
{
	return size_with(m, m->n > 0, m->buffered);
}

size_t
ms_kernel_mean_merge_size(const ms_kernel_mean *into, const ms_kernel_mean *from)
{
	return size_with(into, has_sums(into) || has_sums(from),
					 (size_t) into->buffered + from->buffered);
}

/* --- rows ----------------------------------------------------------------------------------- */

void
ms_kernel_mean_begin(void *bytes, const ms_spectrum *s, const double *scale)
{
	ms_kernel_mean *m = bytes;
	uint32_t host = m->head.host;

	*m = (ms_kernel_mean){.spectrum = *s};
	m->head = (ms_head){host, MS_TYPE_KERNEL_MEAN, MS_KERNEL_MEAN_VERSION, 0};
	memcpy(m + 1, scale, s->d * sizeof(double));
}

void
ms_kernel_mean_append(ms_kernel_mean *m, const double *x)
{
	size_t d = m->spectrum.d;

	memcpy(rows_at(m, has_sums(m)) + m->buffered * d, x, d * sizeof(double));
	m->buffered++;
	m->n++;
}

/* Makes room for the sums, which are zero, before the buffered rows. */
static void
insert_sums(ms_kernel_mean *m)
{
	size_t count = m->spectrum.count;

	memmove(rows_at(m, true), rows_at(m, false),
			(size_t) m->buffered * m->spectrum.d * sizeof(double));
	memset(sums_of(m), 0, 2 * count * sizeof(double));
}

/* Of two zeros one form. */
static void
settle(ms_kernel_mean *m)
{
	double *sums = sums_of(m);

	for (size_t i = 0; i < 2 * (size_t) m->spectrum.count; i++)
		sums[i] += 0.0;
}

ms_status
ms_kernel_mean_flush(ms_ctx *ctx, ms_projection *p, ms_kernel_mean *m)
{
	if (m->buffered == 0)
		return MS_OK;
	if (!has_sums(m))
		insert_sums(m);
	MS_TRY(ms_projection_add(ctx, p, rows_at(m, true), m->buffered, sums_of(m),
							 sums_of(m) + m->spectrum.count));
	settle(m);
	m->buffered = 0;
	return MS_OK;
}

static void
add_sums(ms_kernel_mean *into, const ms_kernel_mean *from)
{
	const double *theirs = ms_kernel_mean_sums(from);
	double *ours = sums_of(into);

	for (size_t i = 0; i < 2 * (size_t) into->spectrum.count; i++)
		ours[i] += theirs[i];
	settle(into);
}

ms_status
ms_kernel_mean_merge(ms_ctx *ctx, ms_kernel_mean *into, const ms_kernel_mean *from)
{
	size_t d = into->spectrum.d;
	bool sums = has_sums(into) || has_sums(from);

	if (into->n > MS_KERNEL_MEAN_MAX - from->n ||
		into->omitted > MS_KERNEL_MEAN_MAX - from->omitted)
		return ms_fail(ctx, MS_TOO_LARGE, "rows", 0, (double) into->n + (double) from->n,
					   (double) MS_KERNEL_MEAN_MAX);
	if (sums && !has_sums(into))
		insert_sums(into);
	if (has_sums(from))
		add_sums(into, from);
	memcpy(rows_at(into, sums) + into->buffered * d,
		   rows_at((ms_kernel_mean *) from, has_sums(from)), from->buffered * d * sizeof(double));
	into->buffered += from->buffered;
	into->n += from->n;
	into->omitted += from->omitted;
	return MS_OK;
}

/* --- the validator -------------------------------------------------------------------------- */

static ms_status
corrupt(ms_ctx *ctx, const char *what, const void *at, const ms_kernel_mean *m)
{
	return ms_fail(ctx, MS_CORRUPT, what, (const char *) at - (const char *) m, 0, 0);
}

static bool
is_number(double x)
{
	return isfinite(x) && !(x == 0 && signbit(x));
}

/* No size overflows: d, count and buffered are bounded before one is made. */
static ms_status
check_head(ms_ctx *ctx, const ms_kernel_mean *m, size_t size)
{
	const ms_spectrum *s = &m->spectrum;

	if (s->d < 1 || s->d > MS_MAX_DIM)
		return corrupt(ctx, "columns", &s->d, m);
	if (s->count < 1 || s->count > MS_FEATURES_MAX)
		return corrupt(ctx, "features", &s->count, m);
	if (m->buffered >= MS_KERNEL_MEAN_ROWS)
		return corrupt(ctx, "buffer", &m->buffered, m);
	if (m->n > MS_KERNEL_MEAN_MAX || m->omitted > MS_KERNEL_MEAN_MAX || m->n < m->buffered)
		return corrupt(ctx, "count", &m->n, m);
	if (m->reserved != 0)
		return corrupt(ctx, "reserved", &m->reserved, m);
	if (size != ms_kernel_mean_size(m))
		return ms_fail(ctx, MS_CORRUPT, "length", (int64_t) size, 0, 0);
	return ms_spectrum_check(ctx, s, ms_kernel_mean_scale(m), m);
}

/*
 * Rows lie on the circle, so their sum lies within n of its middle, but for rounding: in any order
 * n additions err by n 2^-53 of n at most.
 */
static ms_status
check_sums(ms_ctx *ctx, const ms_kernel_mean *m)
{
	const double *cosines = ms_kernel_mean_sums(m);
	const double *sines = cosines + m->spectrum.count;
	double n = (double) (m->n - m->buffered);
	double most = n * (1 + 1e-9 + n * 0x1p-53);

	for (size_t l = 0; l < m->spectrum.count; l++)
	{
		if (!is_number(cosines[l]) || !is_number(sines[l]))
			return corrupt(ctx, "finite", cosines + l, m);
		if (!(hypot(cosines[l], sines[l]) <= most))
			return corrupt(ctx, "sums", cosines + l, m);
	}
	return ms_tick(ctx, 8 * m->spectrum.count);
}

static ms_status
check_rows(ms_ctx *ctx, const ms_kernel_mean *m)
{
	const double *x = rows_at((ms_kernel_mean *) m, has_sums(m));
	size_t d = m->spectrum.d;

	for (size_t i = 0; i < m->buffered; i++, x += d)
	{
		for (size_t j = 0; j < d; j++)
		{
			if (!is_number(x[j]))
				return corrupt(ctx, "finite", x + j, m);
		}
		if (ms_features_far(&m->spectrum, ms_kernel_mean_scale(m), x))
			return corrupt(ctx, "far", x, m);
		MS_TRY(ms_tick(ctx, 2 * d));
	}
	return MS_OK;
}

ms_status
ms_kernel_mean_check(ms_ctx *ctx, const void *bytes, size_t size)
{
	const ms_kernel_mean *m = bytes;

	MS_TRY(
		ms_wire_head(ctx, bytes, size, MS_TYPE_KERNEL_MEAN, MS_KERNEL_MEAN_VERSION, 0, sizeof(*m)));
	MS_TRY(check_head(ctx, m, size));
	if (has_sums(m))
		MS_TRY(check_sums(ctx, m));
	return check_rows(ctx, m);
}
