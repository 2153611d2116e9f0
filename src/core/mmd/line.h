/*
 * line.h: exact sums over the Gram matrix of numbers on a line in O(n) after a sort, for kernels
 * that are exponentials times polynomials: laplace, matern32, matern52, and energy with exponent
 * 1 (mmd.md, 7). Sums of bandwidths cost a sweep each.
 *
 * With D the scaled gap before a number and e = exp(-D), P, Q, R are sums of w_j, w_j u_j, w_j u_j^2
 * times exp(-u_j) over the numbers before, u_j the scaled distance to them:
 *
 *     R = e (R + 2 D Q + D^2 P),  Q = e (Q + D P),  P = e P
 *
 * and the sum of w_j k is P, P + Q, P + Q + R / 3, and for energy -Q with e = 1.
 */
#ifndef MS_LINE_H
#define MS_LINE_H

#include "core/mmd/cloud.h"

typedef struct ms_line
{
	size_t n;
	const double *x;       /* n, ascending */
	const double *w;       /* n, in that order */
	const uint32_t *order; /* n: the row of each */
	ms_kernel kernel;
} ms_line;

extern bool ms_line_takes(const ms_kernel *k);

/* The cloud has one column; `order` lists its points ascending. 2 n doubles. */
extern ms_status ms_line_new(ms_ctx *ctx, ms_arena *arena, const ms_cloud *c, const ms_kernel *k,
							 const uint32_t *order, ms_line *out);

/* What ms_gram_sums makes, of rows before m and of the others. */
extern ms_status ms_line_sums(ms_ctx *ctx, const ms_line *line, size_t m, double *sums[2]);

/*
 * V of each of `count` labellings, label i of labelling b labels[b * n + i], 0 or 1: out[count],
 * NaN where a side is empty. About 1.5 ns a label.
 */
extern ms_status ms_line_labelled(ms_ctx *ctx, const ms_line *line, const unsigned char *labels,
								  size_t count, double *out);

#endif
