/*
 * lanes.h: exp, log, cosine and sine of one lane of a vector loop. Without branches or calls, so that a loop
 * over them is taken by the compiler for whatever width its function is cloned; the same bits at
 * every width, but for fused multiplications.
 */
#ifndef MS_LANES_H
#define MS_LANES_H

#include <math.h>
#include <stdint.h>
#include <string.h>

static inline int64_t
ms_lane_bits(double x)
{
	int64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

static inline double
ms_lane_double(int64_t bits)
{
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

/* min(x, limit) of numbers that are not negative; as integers, where a comparison cannot trap. */
static inline double
ms_lane_min(double x, double limit)
{
	int64_t a = ms_lane_bits(x);
	int64_t b = ms_lane_bits(limit);

	return ms_lane_double(a < b ? a : b);
}

#define MS_LANE_LEAST_BITS INT64_C(-4574883165222469632) /* -600 */

/*
 * exp(x) for x <= 0, within 3 ulp (2 where multiplications are fused); exp(-600) below -600: no
 * number that anything is added to, and none that is slow. x = k log 2 + r, and the sum with
 * 1.5 * 2^52 leaves k in the low bits.
 */
static inline double
ms_lane_exp(double x)
{
	const double round = 0x1.8p52;
	double k, r, p;
	int64_t bits;

	/* the clamp as integers: AVX2 would not take the loop else */
	bits = ms_lane_bits(x) | INT64_MIN;
	x = ms_lane_double(bits < MS_LANE_LEAST_BITS ? bits : MS_LANE_LEAST_BITS);
	k = x * M_LOG2E + round;
	r = k - round;
	r = (x - r * 0x1.62e42fefa3800p-1) - r * 0x1.ef35793c76730p-45;
	p = 1.0 / 479001600;
	p = p * r + 1.0 / 39916800;
	p = p * r + 1.0 / 3628800;
	p = p * r + 1.0 / 362880;
	p = p * r + 1.0 / 40320;
	p = p * r + 1.0 / 5040;
	p = p * r + 1.0 / 720;
	p = p * r + 1.0 / 120;
	p = p * r + 1.0 / 24;
	p = p * r + 1.0 / 6;
	p = p * r + 0.5;
	p = p * r + 1;
	p = p * r + 1;
	return ms_lane_double(ms_lane_bits(p) + (int64_t) ((uint64_t) ms_lane_bits(k) << 52));
}

/*
 * log(x) of a positive normal number, within 2 ulp: x = 2^e (1 + f), 1 + f in
 * [sqrt 1/2, sqrt 2), log(1 + f) = 2 artanh(s), s = f / (2 + f).
 */
static inline double
ms_lane_log(double x)
{
	int64_t exponent = (ms_lane_bits(x) - INT64_C(0x3fe6a09e667f3bcd)) >> 52;
	double f = ms_lane_double(ms_lane_bits(x) - (int64_t) ((uint64_t) exponent << 52)) - 1.0;
	double e = ms_lane_double(exponent + INT64_C(0x4338000000000000)) - 0x1.8p52;
	double s = f / (f + 2.0);
	double z = s * s;
	double p = 2.0 / 21;

	p = p * z + 2.0 / 19;
	p = p * z + 2.0 / 17;
	p = p * z + 2.0 / 15;
	p = p * z + 2.0 / 13;
	p = p * z + 2.0 / 11;
	p = p * z + 2.0 / 9;
	p = p * z + 2.0 / 7;
	p = p * z + 2.0 / 5;
	p = p * z + 2.0 / 3;
	/* f - s f is 2 s, without the rounding of s in the leading term */
	return e * 0x1.62e42fefa3800p-1 + (f - (s * (f - z * p) - e * 0x1.ef35793c76730p-45));
}

/* sin(pi r / 2) / r and (cos(pi r / 2) - 1) / r^2 by u = r^2 up to 1/4: Chebyshev interpolation. */
static inline double
ms_lane_sine_part(double u)
{
	double p = 0x1.e3f38399551bfp-25;

	p = p * u - 0x1.e30071afc3e59p-19;
	p = p * u + 0x1.50782fda12d96p-13;
	p = p * u - 0x1.32d2cce2e5b19p-8;
	p = p * u + 0x1.466bc677587f8p-4;
	p = p * u - 0x1.4abbce625be41p-1;
	return p * u + 0x1.921fb54442d18p+0;
}

static inline double
ms_lane_cosine_part(double u)
{
	double p = -0x1.b2f3eb054afcdp-28;

	p = p * u + 0x1.f9ce245cada0bp-22;
	p = p * u - 0x1.a6d1eef479be1p-16;
	p = p * u + 0x1.e1f5068688d5bp-11;
	p = p * u - 0x1.55d3c7e3cb241p-6;
	p = p * u + 0x1.03c1f081b5ac0p-2;
	return p * u - 0x1.3bd3cc9be45dep+0;
}

#define MS_LANE_MOST_TURNS_BITS INT64_C(0x4310000000000000) /* 2^50 */

/*
 * Cosine and sine of t quarter turns (t pi / 2), each within 3e-16; in this unit the reduction
 * r = t - round(t) is exact, and the sum with 1.5 * 2^52 leaves round(t) in the low bits. Beyond
 * 2^50, where a double has no quarters left and an angle means nothing, those of 2^50.
 */
static inline void
ms_lane_turns(double t, double *cosine, double *sine)
{
	const double round = 0x1.8p52;
	int64_t size = ms_lane_bits(t) & INT64_MAX;
	int64_t sign = ms_lane_bits(t) & INT64_MIN;
	int64_t quarter, c, s;
	double k, r, u;

	t = ms_lane_double((size < MS_LANE_MOST_TURNS_BITS ? size : MS_LANE_MOST_TURNS_BITS) | sign);
	k = t + round;
	r = t - (k - round);
	u = r * r;
	s = ms_lane_bits(r * ms_lane_sine_part(u));
	c = ms_lane_bits(1 + u * ms_lane_cosine_part(u));
	quarter = ms_lane_bits(k);
	*cosine =
		ms_lane_double((quarter & 1 ? s : c) ^ (int64_t) ((uint64_t) ((quarter + 1) & 2) << 62));
	*sine = ms_lane_double((quarter & 1 ? c : s) ^ (int64_t) ((uint64_t) (quarter & 2) << 62));
}

#endif
