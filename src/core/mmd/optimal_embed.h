/*
 * optimal_embed.h: mean embeddings of known laws, in closed form: mu(x) = E k(x, V) and
 * Z = E k(V, V') for V of a law with independent columns, standard normal or uniform on [0, 1].
 * The kernels are products over the columns of the one-dimensional kernel (of a Gaussian this is
 * the kernel itself; product Laplace, product Matern); the energy kernel is of one column.
 */
#ifndef MS_OPTIMAL_EMBED_H
#define MS_OPTIMAL_EMBED_H

#include "core/base/ctx.h"
#include "core/mmd/kernel.h"

typedef enum ms_law
{
	MS_LAW_NORMAL = 1,
	MS_LAW_UNIFORM = 2
} ms_law;

/* A kernel of one bandwidth, and a law whose d columns are alike: N(0, 1), or U(0, 1). */
typedef struct ms_embedding
{
	ms_law law;
	ms_kernel_kind kind; /* gaussian, laplace, matern32, matern52 (the last two: uniform), energy */
	double bandwidth;
	size_t d;
} ms_embedding;

/* Whether there is a formula; energy: d = 1. */
extern bool ms_embedding_exists(ms_law law, ms_kernel_kind kind, size_t d);

extern double ms_embedding_mean(const ms_embedding *e, const double *x);
extern double ms_embedding_constant(const ms_embedding *e);

/* The product kernel of x[d] with n rows at y, y + stride ...: out[n]. */
extern void ms_embedding_kernel(const ms_embedding *e, const double *x, const double *y,
								size_t stride, size_t n, double *out);

#endif
