/*
 * thin.h: a few rows that stand for all: kernel thinning (Dwivedi & Mackey 2024) and, for many
 * rows, Compress++ (Shetty, Dwivedi & Mackey 2022). The mean of a smooth function over `size`
 * thinned rows is off by about 1/size, of random rows by 1/sqrt(size).
 *
 * Plain thinning takes about 1.5 n^2 kernel values, Compress++ about 4^g n log n; memory is O(n d).
 */
#ifndef MS_THIN_H
#define MS_THIN_H

#include "core/base/distance.h"
#include "core/base/sample.h"
#include "core/mmd/kernel.h"
#include "core/mmd/thin_weights.h"

typedef enum ms_thin_method
{
	MS_THIN_AUTO, /* plain up to MS_THIN_PLAIN points */
	MS_THIN_PLAIN,
	MS_THIN_COMPRESS
} ms_thin_method;

/* The kernel that splits; the swaps always take the kernel itself. */
typedef enum ms_thin_split
{
	MS_THIN_TARGET, /* the kernel */
	MS_THIN_POWER,  /* its power alpha: the spectral density to alpha */
	MS_THIN_PLUS    /* both, each divided by its value at 0 (KT+) */
} ms_thin_split;

typedef enum ms_thin_weights
{
	MS_THIN_EQUAL,
	MS_THIN_SIMPLEX /* at least 0, sum fixed, of least MMD */
} ms_thin_weights;

#define MS_THIN_PLAIN_ROWS 20000

typedef struct ms_thin_options
{
	size_t size;
	ms_kernel kernel;
	bool median; /* its bandwidth becomes the median distance */
	ms_scaling scaling;
	bool omit;
	ms_thin_method method;
	ms_thin_split split;
	double alpha; /* of the power; NaN: the least allowed, rounded up */
	ms_thin_weights weights;
	bool unique;  /* no row twice */
	double delta; /* probability that the guarantee fails */
	size_t g;     /* oversampling of Compress++; 0: ceil(log2 log4 n) + 1 */
	uint64_t seed;
} ms_thin_options;

extern void ms_thin_defaults(ms_thin_options *o);

/* The chosen rows of the sample, ascending, and what each weighs; and the evidence. */
typedef struct ms_thinned
{
	size_t size;
	size_t *rows;
	double *weights;
	double bandwidth;
	double mmd2;          /* of the points chosen to the points split, before weights */
	double baseline_mmd2; /* of every (n/size)-th point of the shuffled ones */
	uint64_t failures;    /* pairs beyond the threshold: they only weaken the guarantee */
	uint64_t omitted;
} ms_thinned;

/*
 * Of a canonical sample. Weights that are all integers count as repeated rows while these are few;
 * others are drawn systematically. Where the sample has at most `size` rows all of them are kept.
 * out->size = 0 when no row is complete. MS_BAD_ARGUMENT: "size", "alpha", "delta".
 */
extern ms_status ms_thin_sample(ms_ctx *ctx, ms_arena *arena, const ms_sample *s,
								const ms_thin_options *o, ms_thinned *out);

/* The most bytes that it holds for n rows; SIZE_MAX on overflow. */
extern size_t ms_thin_bytes(const ms_thin_options *o, size_t n, size_t d, bool weighted);

/*
 * The value of the chosen rows, weighted, with the sample's ids: a finished value in `out`, which
 * holds ms_thin_value_size bytes; *used gets the bytes taken, from the front.
 */
extern size_t ms_thin_value_size(const ms_sample *s, const ms_thinned *t);
extern ms_status ms_thin_value(ms_ctx *ctx, const ms_sample *s, size_t size, const ms_thinned *t,
							   void *out, size_t *used);

/* --- a coreset beside all rows -------------------------------------------------------------- */

typedef struct ms_coreset_options
{
	ms_kernel kernel;
	bool median;
	ms_scaling scaling; /* learnt of all rows */
	bool omit;
	ms_coreset_method method;
} ms_coreset_options;

/* Rows of the coreset, each with its weight: they add up to about the weight of all rows. */
typedef struct ms_coreset_fit
{
	size_t size;     /* 0: a side has no complete row */
	size_t distinct; /* points among them */
	size_t *rows;
	double *weights;
	size_t n; /* rows of all */
	ms_coreset found;
	double bandwidth;
	double constant; /* mean kernel of all pairs of all rows; NaN where not asked for */
	double diagonal; /* mean k(x, x) of all rows */
} ms_coreset_fit;

/*
 * Weights of a coreset, equal points sharing theirs, as MS_CORESET_EQUAL those that it has. Both
 * samples canonical. The constant costs O(n^2). MS_DIMENSION.
 */
extern ms_status ms_thin_coreset(ms_ctx *ctx, ms_arena *arena, const ms_sample *coreset,
								 const ms_sample *s, const ms_coreset_options *o, bool constant,
								 ms_coreset_fit *out);

extern size_t ms_thin_coreset_bytes(size_t m, size_t n, size_t d);

#endif
