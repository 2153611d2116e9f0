/*
 * kernel_simd.h: the vector loops of kernel.c, included once for each instruction set with
 *     SIMD(name)     the name of a function or type in this set
 *     SIMD_TARGET    its attribute
 *     SIMD_LANES     doubles in a vector
 *     SIMD_COLUMNS   columns of a tile of moments: 4 rows x columns sums must fit the registers
 *
 * Rows run along the vectors, so that no loop depends on d being a multiple of anything. Columns
 * of a block are 64-byte aligned, `m` is a multiple of 2 * SIMD_LANES, padding rows weigh 0.
 */

#define FN static SIMD_TARGET
#define INLINE static inline __attribute__((always_inline)) SIMD_TARGET
#define vec SIMD(vec)
#define bits SIMD(bits)
#define LANES SIMD_LANES
#define UNROLL _Pragma("GCC unroll 8")
#define STRIP (2 * SIMD_LANES)

typedef double vec __attribute__((vector_size(8 * SIMD_LANES), may_alias));
typedef int64_t bits __attribute__((vector_size(8 * SIMD_LANES), may_alias));

#define AT(p, i) (*(vec *) ((p) + (i)))
#define READ(p, i) (*(const vec *) ((p) + (i)))

INLINE double
SIMD(sum)(vec x)
{
	double total = 0;

	for (int width = LANES / 2; width > 0; width /= 2)
	{
		for (int l = 0; l < width; l++)
			x[l] += x[l + width];
	}
	total = x[0];
	return total;
}

INLINE vec
SIMD(max)(vec a, vec b)
{
	bits greater = a > b;

	return (vec) (((bits) a & greater) | ((bits) b & ~greater));
}

/*
 * exp(x) for x <= 0, within 2 ulp; below -600 it is exp(-600): no number that anything is added
 * to, and none that is slow. x = n log 2 + r; the sum with 1.5 * 2^52 leaves n in the low bits.
 */
INLINE vec
SIMD(exp)(vec x)
{
	static const double terms[] = {1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880,
								   1.0 / 40320,		1.0 / 5040,		1.0 / 720,	   1.0 / 120,
								   1.0 / 24,		1.0 / 6,		0.5,		   1,
								   1};
	const double round = 0x1.8p52;
	vec floor = {0};
	vec n;
	vec r;
	vec p = {0};

	x = SIMD(max)(x, floor - 600.0);
	n = x * M_LOG2E + round;
	r = n - round;
	r = (x - r * 0x1.62e42fefa3800p-1) - r * 0x1.ef35793c76730p-45;
	p = p + 1.0 / 6227020800.0;
	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++)
		p = p * r + terms[i];
	return (vec) ((bits) p + ((bits) n << 52));
}

/*
 * log(x) for 1 <= x < 2^1000, within 2 ulp: x = 2^e (1 + f), 1 + f in [sqrt 1/2, sqrt 2),
 * log(1 + f) = 2 artanh(s), s = f / (2 + f).
 */
INLINE vec
SIMD(log)(vec x)
{
	static const double terms[] = {2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11,
								   2.0 / 9,	 2.0 / 7,  2.0 / 5,	 2.0 / 3};
	bits from_root = (bits) x - INT64_C(0x3fe6a09e667f3bcd);
	bits exponent = from_root >> 52;
	vec f = (vec) ((bits) x - (exponent << 52)) - 1.0;
	vec e = (vec) (exponent + INT64_C(0x4330000000000000)) - 0x1p52;
	vec s = f / (f + 2.0);
	vec z = s * s;
	vec p = {0};

	p = p + 2.0 / 21;
	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++)
		p = p * z + terms[i];
	/* f - s f is 2 s, without the rounding of s in the leading term */
	return e * 0x1.62e42fefa3800p-1 + (f - (s * (f - z * p) - e * 0x1.ef35793c76730p-45));
}

/* y[i .. i + h - 1] of one strip: h rows of the triangle times the centred columns. */
INLINE void
SIMD(whiten_tile)(const int h, const double *inverse, size_t d, size_t i, const vec *centred,
				  double *y, size_t stride, vec *q)
{
	vec a[4][2] = {0};

	for (size_t c = 0; c < i + (size_t) h; c++)
	{
		UNROLL
		for (int t = 0; t < h; t++)
		{
			double l = inverse[(i + (size_t) t) * d + c];

			a[t][0] += l * centred[2 * c];
			a[t][1] += l * centred[2 * c + 1];
		}
	}
	UNROLL
	for (int t = 0; t < h; t++)
	{
		AT(y, (i + (size_t) t) * stride) = a[t][0];
		AT(y, (i + (size_t) t) * stride + LANES) = a[t][1];
		q[0] += a[t][0] * a[t][0];
		q[1] += a[t][1] * a[t][1];
	}
}

/* y = L^-1 (x - m) and joint = constant - |y|^2 / 2 for all rows of a block. */
FN void
SIMD(whiten)(const ms_block *b, const double *mean, const double *inverse, double constant,
			 double *y, double *joint)
{
	const double *x = b->x;
	size_t stride = b->stride;
	size_t d = b->d;
	size_t m = b->m;
	vec *centred = (vec *) b->centred;

	for (size_t r = 0; r < m; r += STRIP)
	{
		vec q[2] = {0};
		size_t i = 0;

		for (size_t c = 0; c < d; c++)
		{
			centred[2 * c] = READ(x, c * stride + r) - mean[c];
			centred[2 * c + 1] = READ(x, c * stride + r + LANES) - mean[c];
		}
		for (; i + 4 <= d; i += 4)
			SIMD(whiten_tile)(4, inverse, d, i, centred, y + r, stride, q);
		if (d - i == 3)
			SIMD(whiten_tile)(3, inverse, d, i, centred, y + r, stride, q);
		else if (d - i == 2)
			SIMD(whiten_tile)(2, inverse, d, i, centred, y + r, stride, q);
		else if (d - i == 1)
			SIMD(whiten_tile)(1, inverse, d, i, centred, y + r, stride, q);
		AT(joint, r) = constant - 0.5 * q[0];
		AT(joint, r + LANES) = constant - 0.5 * q[1];
	}
}

/* The same for a diagonal, where y is cheaper made twice than kept. */
FN void
SIMD(standardise)(const ms_block *b, const double *mean, const double *inverse, double constant,
				  double *joint)
{
	const double *x = b->x;
	size_t stride = b->stride;
	size_t d = b->d;
	size_t m = b->m;

	for (size_t r = 0; r < m; r += STRIP)
	{
		vec q[2] = {0};

		for (size_t c = 0; c < d; c++)
		{
			vec y0 = (READ(x, c * stride + r) - mean[c]) * inverse[c];
			vec y1 = (READ(x, c * stride + r + LANES) - mean[c]) * inverse[c];

			q[0] += y0 * y0;
			q[1] += y1 * y1;
		}
		AT(joint, r) = constant - 0.5 * q[0];
		AT(joint, r + LANES) = constant - 0.5 * q[1];
	}
}

/*
 * joint becomes w_i r_ij, by log-sum-exp. sums: w_i log p(x_i), w_i log max_j r_ij, and w_i times
 * the posterior of a background of this log density, -inf for none.
 */
INLINE void
SIMD(posterior_of)(const bool noisy, const ms_block *b, size_t k, double log_noise, double *joint,
				   double *sums)
{
	const double *weights = b->w;
	size_t stride = b->stride;
	size_t m = b->m;
	/* a row beyond all distances has a posterior all the same */
	double least = noisy ? log_noise : -1e300;
	vec likelihood = {0};
	vec best = {0};
	vec noise = {0};

	for (size_t r = 0; r < m; r += LANES)
	{
		vec w = READ(weights, r);
		vec top = {0};
		vec total = {0};
		vec background = {0};
		vec share;
		vec log_total;

		top = top + least;
		for (size_t j = 0; j < k; j++)
			top = SIMD(max)(top, READ(joint, j * stride + r));
		if (noisy)
			total = background = SIMD(exp)(log_noise - top);
		for (size_t j = 0; j < k; j++)
		{
			vec e = SIMD(exp)(READ(joint, j * stride + r) - top);

			total += e;
			AT(joint, j * stride + r) = e;
		}
		share = w / total;
		for (size_t j = 0; j < k; j++)
			AT(joint, j * stride + r) *= share;
		log_total = SIMD(log)(SIMD(max)(total, total * 0 + 1.0));
		likelihood += w * (top + log_total);
		best -= w * log_total;
		if (noisy)
			noise += background * share;
	}
	sums[0] = SIMD(sum)(likelihood);
	sums[1] = SIMD(sum)(best);
	sums[2] = SIMD(sum)(noise);
}

FN void
SIMD(posterior)(const ms_block *b, size_t k, double log_noise, double *joint, double *sums)
{
	if (log_noise > -1e300)
		SIMD(posterior_of)(true, b, k, log_noise, joint, sums);
	else
		SIMD(posterior_of)(false, b, k, log_noise, joint, sums);
}

FN double
SIMD(total)(const ms_block *b, const double *x)
{
	vec a[2] = {0};

	for (size_t r = 0; r < b->m; r += STRIP)
	{
		a[0] += READ(x, r);
		a[1] += READ(x, r + LANES);
	}
	return SIMD(sum)(a[0] + a[1]);
}

/* wy = w_i r_ij y for h columns, and their sums. */
INLINE void
SIMD(weigh_tile)(const int h, const ms_block *b, const double *weight, const double *y, double *wy,
				 double *s1)
{
	size_t stride = b->stride;
	size_t m = b->m;
	vec a[4] = {0};

	for (size_t r = 0; r < m; r += LANES)
	{
		vec w = READ(weight, r);

		UNROLL
		for (int t = 0; t < h; t++)
		{
			vec z = w * READ(y, (size_t) t * stride + r);

			AT(wy, (size_t) t * stride + r) = z;
			a[t] += z;
		}
	}
	UNROLL
	for (int t = 0; t < h; t++)
		s1[t] += SIMD(sum)(a[t]);
}

/* sum wy y' of columns i .. i + h - 1 with c .. c + SIMD_COLUMNS - 1, the triangle of it. */
INLINE void
SIMD(moment_tile)(const int h, const ms_block *b, const double *wy, const double *y, size_t i,
				  size_t c, double *s2)
{
	size_t stride = b->stride;
	size_t m = b->m;
	vec a[4][SIMD_COLUMNS] = {0};

	for (size_t r = 0; r < m; r += LANES)
	{
		vec right[SIMD_COLUMNS];

		UNROLL
		for (int u = 0; u < SIMD_COLUMNS; u++)
			right[u] = READ(y, (c + (size_t) u) * stride + r);
		UNROLL
		for (int t = 0; t < h; t++)
		{
			vec left = READ(wy, (i + (size_t) t) * stride + r);

			UNROLL
			for (int u = 0; u < SIMD_COLUMNS; u++)
				a[t][u] += left * right[u];
		}
	}
	UNROLL
	for (int t = 0; t < h; t++)
	{
		UNROLL
		for (int u = 0; u < SIMD_COLUMNS; u++)
		{
			if (c + (size_t) u <= i + (size_t) t)
				s2[ms_packed_at(i + (size_t) t, c + (size_t) u)] += SIMD(sum)(a[t][u]);
		}
	}
}

/* s1 += sum w r y, s2 += sum w r y y'. */
FN void
SIMD(moments)(const ms_block *b, const double *weight, const double *y, double *s1, double *s2)
{
	size_t d = b->d;
	double *wy = b->weighted;
	size_t i = 0;

#define ROWS(h)                                                                                    \
	do                                                                                             \
	{                                                                                              \
		SIMD(weigh_tile)(h, b, weight, y + i * b->stride, wy + i * b->stride, s1 + i);             \
		for (size_t c = 0; c < i + (h); c += SIMD_COLUMNS)                                         \
			SIMD(moment_tile)(h, b, wy, y, i, c, s2);                                              \
	} while (0)

	for (; i + 4 <= d; i += 4)
		ROWS(4);
	if (d - i == 3)
		ROWS(3);
	else if (d - i == 2)
		ROWS(2);
	else if (d - i == 1)
		ROWS(1);
#undef ROWS
}

/* s1 += sum w r y, s2 += sum w r y^2 for h columns. */
INLINE void
SIMD(square_tile)(const int h, const ms_block *b, const double *weight, const double *x,
				  const double *mean, const double *inverse, double *s1, double *s2)
{
	size_t stride = b->stride;
	size_t m = b->m;
	vec a1[4] = {0};
	vec a2[4] = {0};

	for (size_t r = 0; r < m; r += LANES)
	{
		vec w = READ(weight, r);

		UNROLL
		for (int t = 0; t < h; t++)
		{
			vec y = (READ(x, (size_t) t * stride + r) - mean[t]) * inverse[t];
			vec wy = w * y;

			a1[t] += wy;
			a2[t] += wy * y;
		}
	}
	UNROLL
	for (int t = 0; t < h; t++)
	{
		s1[t] += SIMD(sum)(a1[t]);
		s2[t] += SIMD(sum)(a2[t]);
	}
}

FN void
SIMD(squares)(const ms_block *b, const double *weight, const double *mean, const double *inverse,
			  double *s1, double *s2)
{
	const double *x = b->x;
	size_t stride = b->stride;
	size_t d = b->d;
	size_t c = 0;

	for (; c + 4 <= d; c += 4)
		SIMD(square_tile)(4, b, weight, x + c * stride, mean + c, inverse + c, s1 + c, s2 + c);
	for (; c < d; c++)
		SIMD(square_tile)(1, b, weight, x + c * stride, mean + c, inverse + c, s1 + c, s2 + c);
}

static const simd_loops SIMD(loops) = {
	SIMD(whiten),  SIMD(standardise), SIMD(posterior),
	SIMD(moments), SIMD(squares),	  SIMD(total),
};

#undef FN
#undef INLINE
#undef vec
#undef bits
#undef LANES
#undef UNROLL
#undef STRIP
#undef AT
#undef READ
#undef SIMD
#undef SIMD_TARGET
#undef SIMD_LANES
#undef SIMD_COLUMNS
