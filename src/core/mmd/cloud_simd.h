/*
 * cloud_simd.h: the loops of cloud.c, included once for each instruction set with
 *     SIMD(name)   the name of a function or type in this set
 *     SIMD_TARGET  its attribute
 *     SIMD_LANES   doubles in a vector
 *
 * Points of a tile run along the vectors, four points of the other side are broadcast: sums of
 * 4 x 2 vectors stay in registers over all columns.
 */

#define INLINE static inline __attribute__((always_inline)) SIMD_TARGET
#define UNROLL _Pragma("GCC unroll 4")
#define vec SIMD(vec)
#define loose SIMD(loose)

typedef double vec __attribute__((vector_size(8 * SIMD_LANES), may_alias));
/* in memory of the caller's, which is aligned to doubles */
typedef double loose __attribute__((vector_size(8 * SIMD_LANES), aligned(8), may_alias));

INLINE void
SIMD(rows)(const int rows, const bool inner, const double *x, const double *tile, size_t d,
		   double *out)
{
	for (size_t j = 0; j < TILE; j += 2 * SIMD_LANES)
	{
		vec sum[4][2] = {0};
		const double *a = x;
		const double *b = tile + j;

		for (size_t c = 0; c < d; c++, a += TILE, b += TILE)
		{
			vec y0 = *(const vec *) b;
			vec y1 = *(const vec *) (b + SIMD_LANES);

			UNROLL
			for (int r = 0; r < rows; r++)
			{
				vec u0 = y0;
				vec u1 = y1;

				if (!inner)
				{
					u0 -= a[r];
					u1 -= a[r];
				}
				sum[r][0] += inner ? u0 * a[r] : u0 * u0;
				sum[r][1] += inner ? u1 * a[r] : u1 * u1;
			}
		}
		UNROLL
		for (int r = 0; r < rows; r++)
		{
			*(loose *) (out + (size_t) r * TILE + j) = sum[r][0];
			*(loose *) (out + (size_t) r * TILE + j + SIMD_LANES) = sum[r][1];
		}
	}
}

INLINE void
SIMD(any)(const bool inner, const double *x, size_t rows, const double *tile, size_t d, double *out)
{
	size_t r = 0;

	for (; r + 4 <= rows; r += 4)
		SIMD(rows)(4, inner, x + r, tile, d, out + r * TILE);
	for (; r < rows; r++)
		SIMD(rows)(1, inner, x + r, tile, d, out + r * TILE);
}

static SIMD_TARGET void
SIMD(squares)(const double *x, size_t rows, const double *tile, size_t d, double *out)
{
	SIMD(any)(false, x, rows, tile, d, out);
}

static SIMD_TARGET void
SIMD(products)(const double *x, size_t rows, const double *tile, size_t d, double *out)
{
	SIMD(any)(true, x, rows, tile, d, out);
}

static const ms_cloud_loops SIMD(loops) = {SIMD(squares), SIMD(products)};

#undef INLINE
#undef UNROLL
#undef vec
#undef loose
#undef SIMD
#undef SIMD_TARGET
#undef SIMD_LANES
