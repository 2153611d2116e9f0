/*
 * makarov.h: what two distributions say of the difference D = Y1 - Y0 of one and the same unit,
 * of which only one part is ever seen (Makarov 1982; Fan & Park 2010): P(D <= z) lies between
 * lower and upper, and both can be reached, each z by itself. Columns are those of describe.h,
 * n > 0. Values y1 and y0 + z that differ by less than 4 units in the last place are equal.
 */
#ifndef MS_MAKAROV_H
#define MS_MAKAROV_H

#include "core/base/describe.h"

typedef struct ms_makarov
{
	double lower;
	double upper;
} ms_makarov;

/* Bounds of P(D <= z), or of P(D < z) when strict. z finite or infinite. O(n + m). */
extern ms_status ms_makarov_bounds(ms_ctx *ctx, const ms_column *y1, const ms_column *y0, double z,
								   bool strict, ms_makarov *out);

/*
 * Bounds of the p-quantile of D, the least z with P(D <= z) >= p; 0 < p <= 1 (the inverses of both
 * bounds above; Williamson & Downs 1990). O(n + m). MS_BAD_ARGUMENT "p".
 */
extern ms_status ms_makarov_quantile(ms_ctx *ctx, const ms_column *y1, const ms_column *y0,
									 double p, ms_makarov *out);

/*
 * How far bounds of P reach out so that they hold for all z at once with probability `level`,
 * whatever the distributions: of each of the two samples the inequality of Dvoretzky, Kiefer &
 * Wolfowitz with Massart's constant (1990). n1, n0: rows that the weights stand for.
 */
extern double ms_makarov_margin(double n1, double n0, double level);

/*
 * Bounds of P(D <= z) where each sample is only near its distribution: the sum of the two W1
 * distances is at most `radius` >= 0 (Fan, Park & Xu 2023). Exact, by optimal transport: a few
 * dozen problems of n x m. MS_BAD_ARGUMENT "radius"; else as ms_transport_matrix.
 */
extern ms_status ms_makarov_robust(ms_ctx *ctx, const ms_column *y1, const ms_column *y0, double z,
								   double radius, ms_makarov *out);

/* Bytes that ms_makarov_robust takes; SIZE_MAX when there is no such number. */
extern size_t ms_makarov_robust_bytes(size_t n, size_t m);

#endif
