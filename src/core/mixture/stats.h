/*
 * stats.h: the E step of rows under one model, in bytes that are state and value at once
 * (measure_gmm_stats): parts of the rows merge, and an update makes the next model of them.
 *
 * The model itself is not in them, only its content hash. So rows wait in a buffer until a model
 * is at hand: the caller flushes before row number MS_GMM_STATS_ROWS + 1, when merging, never; an
 * update takes what is left. Statistics are those of kernel.h, rows whitened by the model.
 *
 *     ms_gmm_stats   64 bytes
 *     statistics     when FLUSHED: weight, log-likelihood, log best, noise and the k of n, each the
 *                    sum of two doubles; then s1 (k d) and s2 (kernel.h)
 *     rows           buffered x (d, and the weight when WEIGHTED) doubles
 *
 * Sizes are the caller's: the value may lie in a larger piece of memory.
 */
#ifndef MS_STATS_H
#define MS_STATS_H

#include "core/mixture/gmm.h"
#include "core/base/wire.h"

#define MS_GMM_STATS_VERSION 1
#define MS_GMM_STATS_ROWS 256

#define MS_GMM_STATS_WEIGHTED 0x0001 /* rows carry weights */
#define MS_GMM_STATS_FLUSHED 0x0002	 /* statistics are there */
#define MS_GMM_STATS_GAPS 0x0004	 /* the model takes rows with gaps */

typedef struct ms_gmm_stats
{
	ms_head head;
	uint64_t model; /* content hash of the model */
	uint64_t rows;	/* that have been appended, buffered ones too; weight 0 and all gaps included */
	uint64_t used;	/* of them, flushed, with a positive weight and not all gaps */
	uint64_t omitted; /* that the caller has left out */
	uint32_t k;
	uint32_t d;
	uint32_t shape;	   /* ms_mix_shape */
	uint32_t buffered; /* rows in the buffer */
	/*
	 * Sum modulo 2^64 of ms_hash_bytes(row, seed 0) of the rows appended, each with its weight
	 * where there is one: two passes over the same rows, in any order, have the same.
	 */
	uint64_t checksum;
} ms_gmm_stats;

/* A model as statistics and updates need it: factored, with a kernel. One a call site. */
typedef struct ms_gmm_basis ms_gmm_basis;
extern ms_status ms_gmm_basis_new(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m, uint64_t hash,
								  ms_gmm_basis **out);

/* Bytes of a value with room for `rows` buffered rows, and of a value as it stands. */
extern size_t ms_gmm_stats_begin_size(const ms_gmm_basis *b, bool weighted, size_t rows);
extern size_t ms_gmm_stats_size(const ms_gmm_stats *s);

/* An empty value in at least ms_gmm_stats_begin_size(b, weighted, 0) bytes, aligned to 8. */
extern void ms_gmm_stats_begin(void *bytes, const ms_gmm_basis *b, bool weighted);

/* Whether the buffer is full: flush, then append. */
static inline bool
ms_gmm_stats_is_full(const ms_gmm_stats *s)
{
	return s->buffered >= MS_GMM_STATS_ROWS;
}

/*
 * Bytes that the value takes with one row more. To grow, ask for room of 4, 8, 16 ... rows:
 * ms_gmm_stats_roomy_size is that, and never more than a full buffer needs.
 */
extern size_t ms_gmm_stats_append_size(const ms_gmm_stats *s);
extern size_t ms_gmm_stats_roomy_size(const ms_gmm_stats *s);

/*
 * Appends row x[d] of weight w >= 0 (ignored unless WEIGHTED), into memory of at least
 * ms_gmm_stats_append_size. Elements are finite, or gaps where GAPS is set: the caller checks.
 */
extern void ms_gmm_stats_append(ms_gmm_stats *s, const double *x, double w);

/* Bytes that the value needs for a flush: at least so many must be there (statistics appear). */
extern size_t ms_gmm_stats_flush_size(const ms_gmm_stats *s);

/* The buffered rows go into the statistics. MS_MISMATCH what = "model". Stopped, s is spoilt. */
extern ms_status ms_gmm_stats_flush(ms_ctx *ctx, ms_gmm_basis *b, ms_gmm_stats *s);

/*
 * Adds `from` to `into`, which lies in at least ms_gmm_stats_merge_size bytes. No model is needed,
 * so the buffers are put together, beyond MS_GMM_STATS_ROWS if need be: the next append flushes.
 * MS_MISMATCH what = "model" or "weights"; nothing is changed then.
 */
extern size_t ms_gmm_stats_merge_size(const ms_gmm_stats *into, const ms_gmm_stats *from);
extern ms_status ms_gmm_stats_merge(ms_ctx *ctx, ms_gmm_stats *into, const ms_gmm_stats *from);

/* The one validator of untrusted bytes, aligned to 8: MS_CORRUPT. */
extern ms_status ms_gmm_stats_check(ms_ctx *ctx, const void *bytes, size_t size);

/*
 * The evidence of the basis' own model, of all rows of s, buffered ones too: info with n, weight,
 * log-likelihood, objective, icl (NaN where the model's is the entropy form); what the model's info
 * says of iterations, starts and so on stays. s is not changed.
 */
extern ms_status ms_gmm_stats_evidence(ms_ctx *ctx, ms_gmm_basis *b, const ms_gmm_stats *s,
									   ms_gmm_info *out);

/*
 * The model after one EM iteration from the basis' model, with its family, prior, noise and names,
 * in its order of components; weights are frequencies. Its likelihoods are NaN (nobody has looked
 * at rows under it), iterations one more, stop none.
 *
 * A rate below 1, above 0, is the step of stepwise EM (Cappe & Moulines 2009, equation 11): the
 * rows, of weight W, meet (1 / rate - 1) W more that the model itself stands for, so that its
 * statistics move by `rate` towards theirs; info.weight is W / rate. Where the M step of a model's
 * own statistics needs no more of them than the model keeps (all families but VEI, EVI, VEE, EEV,
 * VEV, EVV) this is their recursion of statistics; in every family it rests where EM does. A prior
 * meets W / rate rows.
 *
 * MS_TOO_FEW when no row weighs anything; MS_NO_FIT when a component has lost all rows.
 */
extern ms_status ms_gmm_stats_update(ms_ctx *ctx, ms_arena *arena, ms_gmm_basis *b,
									 const ms_gmm_stats *s, double rate, ms_gmm *out);

#endif
