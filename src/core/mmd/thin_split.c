/*
 * thin_split.c: KT-SPLIT: a list is halved by pairs, each coin biased towards balance (Dwivedi &
 * Mackey 2024, algorithm 1a; Generalized Kernel Thinning 2022 for the kernels that split).
 */
#include "core/mmd/thin_parts.h"

#include <math.h>

#include "core/base/hash.h"
#include "core/base/rng.h"

#define TILE MS_CLOUD_TILE
#define LANES 8
#define CLONES __attribute__((target_clones("default", "avx2", "avx512f")))

/* --- kernels that split --------------------------------------------------------------------- */

/*
 * The kernel whose spectral density is that of k to the power alpha: of a Gaussian the bandwidth
 * times sqrt(alpha); of a Matern with 2 nu = 3 or 5 the one of the order below, which keeps
 * sqrt(2 nu) / s and is alpha = (2 nu - 2 + d) / (2 nu + d).
 */
static ms_status
power_kernel(ms_ctx *ctx, const ms_kernel *k, double alpha, ms_kernel *out)
{
	if (k->bandwidths != 1)
		return ms_fail(ctx, MS_BAD_ARGUMENT, "split", 0, k->kind, 0);
	if (k->kind == MS_KERNEL_GAUSSIAN)
	{
		alpha = isnan(alpha) ? 0.5 : alpha;
		if (!(alpha >= 0.5 && alpha <= 1))
			return ms_fail(ctx, MS_BAD_ARGUMENT, "alpha", 0, alpha, 0.5);
		*out = ms_kernel_of(MS_KERNEL_GAUSSIAN, k->bandwidth[0] * sqrt(alpha));
	}
	else if (!isnan(alpha))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "alpha of this kernel", 0, alpha, NAN);
	else if (k->kind == MS_KERNEL_MATERN32)
		*out = ms_kernel_of(MS_KERNEL_LAPLACE, k->bandwidth[0] / sqrt(3));
	else if (k->kind == MS_KERNEL_MATERN52)
		*out = ms_kernel_of(MS_KERNEL_MATERN32, k->bandwidth[0] * sqrt(3.0 / 5));
	else
		return ms_fail(ctx, MS_BAD_ARGUMENT, "split", 0, k->kind, 0);
	return MS_OK;
}

ms_status
ms_splitter_new(ms_ctx *ctx, const ms_thin_options *o, const ms_kernel *target, ms_splitter *out)
{
	*out = (ms_splitter){.target = *target, .parts = 1, .seed = o->seed};
	out->part[0] = *target;
	out->by_target = o->split == MS_THIN_TARGET;
	if (o->split == MS_THIN_TARGET)
		return MS_OK;
	/* both are 1 at 0 */
	if (o->split == MS_THIN_PLUS)
		out->parts = 2;
	return power_kernel(ctx, target, o->alpha, &out->part[out->parts - 1]);
}

/* --- one halving ---------------------------------------------------------------------------- */

double
ms_thin_coin(double b2, double al, double lam, double *sig2, bool *fails)
{
	double a = fmax(sqrt(*sig2 * b2 * lam), b2);
	double probability;

	if (*sig2 == 0)
		*sig2 = b2;
	else if (a > 0)
		*sig2 += b2 * fmax(0, 1 + (b2 / a - 2) * *sig2 / a);
	if (a == 0)
		a = 1;
	*fails = fabs(al) > a;
	probability = (1 - al / a) / 2;
	return probability < 0 ? 0 : probability > 1 ? 1 : probability;
}

/* sum of sign (kp - kq); the lanes are the same on every processor. */
CLONES static double
signed_difference(const double *sign, const double *kp, const double *kq, size_t m)
{
	double lane[LANES] = {0};
	double sum = 0;
	size_t i = 0;

	for (; i + LANES <= m; i += LANES)
	{
#pragma omp simd
		for (size_t l = 0; l < LANES; l++)
			lane[l] += sign[i + l] * (kp[i + l] - kq[i + l]);
	}
	for (; i < m; i++)
		lane[i % LANES] += sign[i] * (kp[i] - kq[i]);
	for (size_t l = 0; l < LANES; l++)
		sum += lane[l];
	return sum;
}

/* Adds rows of the kernel to the sums of all points, and gives the sums of both rows. */
CLONES static void
add_rows(const double *kp, const double *kq, size_t m, double *sums, double *p, double *q)
{
	double lane_p[LANES] = {0};
	double lane_q[LANES] = {0};
	size_t i = 0;

	for (; i + LANES <= m; i += LANES)
	{
#pragma omp simd
		for (size_t l = 0; l < LANES; l++)
		{
			sums[i + l] += kp[i + l] + kq[i + l];
			lane_p[l] += kp[i + l];
			lane_q[l] += kq[i + l];
		}
	}
	for (; i < m; i++)
	{
		sums[i] += kp[i] + kq[i];
		lane_p[i % LANES] += kp[i];
		lane_q[i % LANES] += kq[i];
	}
	for (size_t l = 0; l < LANES; l++)
	{
		*p += lane_p[l];
		*q += lane_q[l];
	}
}

/* A list being halved: its points in order, and for each that was dealt +1 in R, -1 in S. */
typedef struct halving
{
	const ms_splitter *s;
	const ms_cloud *points;
	double *sign;
	double *sums; /* of points, or NULL */
	double *row;  /* scratch, of points */
} halving;

/* What one tile says of the pair at `at`, at + 1: its rows against the points before it. */
static void
meet_tile(const halving *h, const ms_kernel *k, size_t at, size_t tile, double *al, double *b2)
{
	_Alignas(64) double kp[2 * TILE];
	const double *kq = kp + TILE;
	size_t from = tile * TILE;
	size_t m = at - from < TILE ? at - from : TILE;
	double p = 0;
	double q = 0;

	ms_cloud_kernel(h->points, at, 2, h->points, tile, k, kp);
	*al += signed_difference(h->sign + from, kp, kq, m);
	if (h->sums)
		add_rows(kp, kq, m, h->sums + from, &p, &q);
	/* the tile of the pair itself: at is even, and so is TILE */
	if (m < TILE)
	{
		*b2 += kp[m] + kq[m + 1] - 2 * kp[m + 1];
		p += kp[m] + kp[m + 1];
		q += kq[m] + kq[m + 1];
	}
	if (h->sums)
	{
		h->sums[at] += p;
		h->sums[at + 1] += q;
	}
}

/* al and b2 of the pair, summed over the kernels that split. */
static ms_status
meet(ms_ctx *ctx, const halving *h, size_t at, double *al, double *b2)
{
	*al = *b2 = 0;
	for (size_t part = 0; part < h->s->parts; part++)
	{
		for (size_t tile = 0; tile * TILE < at + 2; tile++)
		{
			meet_tile(h, &h->s->part[part], at, tile, al, b2);
			MS_TRY(ms_tick(ctx, ms_cloud_steps(h->points, 4 * TILE)));
		}
	}
	*b2 = fmax(*b2, 0);
	return MS_OK;
}

/*
 * S and R of the points, as indices into list, in the order of their pairs. stream numbers the
 * list: its coins are its own.
 */
static ms_status
halve(ms_ctx *ctx, halving *h, const uint32_t *list, size_t length, double lam, uint64_t stream,
	  uint32_t *s, uint32_t *r, uint64_t *failures)
{
	double sig2 = 0;

	for (size_t i = 0; i < length / 2; i++)
	{
		size_t at = 2 * i;
		double al, b2, probability;
		bool fails, swapped;

		MS_TRY(meet(ctx, h, at, &al, &b2));
		probability = ms_thin_coin(b2, al, lam, &sig2, &fails);
		*failures += fails;
		swapped = ms_rng_at(h->s->seed, stream, i) <= probability;
		h->sign[at] = swapped ? 1 : -1;
		h->sign[at + 1] = -h->sign[at];
		s[i] = list[at + swapped];
		r[i] = list[at + !swapped];
	}
	return MS_OK;
}

/* The last of an odd number of points is in no pair. */
static ms_status
add_last(ms_ctx *ctx, halving *h, size_t n)
{
	MS_TRY(ms_cloud_row(ctx, h->points, n - 1, h->points, &h->s->target, h->row));
	for (size_t i = 0; i < n; i++)
	{
		h->sums[n - 1] += h->row[i];
		if (i < n - 1)
			h->sums[i] += h->row[i];
	}
	return MS_OK;
}

/* --- rounds --------------------------------------------------------------------------------- */

typedef struct rounds
{
	halving h;
	ms_cloud local; /* the points of one list */
	uint32_t *from, *to;
	double delta;
	size_t count;
	uint64_t stream;
} rounds;

static uint64_t
list_stream(uint64_t stream, size_t round, size_t list)
{
	return ms_hash_u64((uint64_t) round << 32 | list, stream);
}

static ms_status
halve_lists(ms_ctx *ctx, rounds *r, const ms_cloud *points, size_t round, size_t length,
			double *sums, uint64_t *failures)
{
	size_t lists = (size_t) 1 << round;
	size_t half = length / 2;
	/* along one branch the failure probabilities add up to delta / 2 */
	double lam = 2 * log(2 * (double) length * (double) r->count / r->delta);

	for (size_t l = 0; l < lists; l++)
	{
		const uint32_t *list = r->from + l * length;

		ms_thin_gather(points, list, length, &r->local);
		r->h.points = &r->local;
		r->h.sums = round == 0 ? sums : NULL;
		MS_TRY(ms_tick(ctx, length * points->d * 4));
		MS_TRY(halve(ctx, &r->h, list, length, lam, list_stream(r->stream, round, l),
					 r->to + 2 * l * half, r->to + (2 * l + 1) * half, failures));
	}
	return MS_OK;
}

ms_status
ms_thin_split_rounds(ms_ctx *ctx, ms_arena *arena, const ms_splitter *s, const ms_cloud *points,
					 size_t count, double delta, uint64_t stream, uint32_t *lists, double *sums,
					 uint64_t *failures)
{
	rounds r = {.h.s = s, .delta = delta, .count = count, .stream = stream};
	size_t length = points->n;

	MS_TRY(ms_thin_room(arena, points, length, &r.local));
	MS_TRY(MS_ALLOC(arena, length, &r.h.row));
	MS_TRY(MS_ALLOC(arena, length, &r.h.sign));
	MS_TRY(MS_ALLOC(arena, length, &r.from));
	MS_TRY(MS_ALLOC(arena, length, &r.to));
	sums = s->by_target ? sums : NULL;
	for (size_t i = 0; i < length; i++)
	{
		r.from[i] = (uint32_t) i;
		if (sums)
			sums[i] = 0;
	}
	for (size_t round = 0; round < count; round++, length /= 2)
	{
		uint32_t *held = r.from;

		MS_TRY(halve_lists(ctx, &r, points, round, length, sums, failures));
		if (round == 0 && sums && length % 2 == 1)
			MS_TRY(add_last(ctx, &r.h, length));
		r.from = r.to;
		r.to = held;
	}
	for (size_t i = 0; i < length << count; i++)
		lists[i] = r.from[i];
	return MS_OK;
}
