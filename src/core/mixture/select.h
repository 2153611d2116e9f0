/*
 * select.h: fits over numbers of components and families, and the order in which a criterion
 * likes them (gmm.md, section 8).
 */
#ifndef MS_SELECT_H
#define MS_SELECT_H

#include "core/mixture/em.h"

typedef enum ms_gmm_criterion
{
	MS_GMM_BIC,
	MS_GMM_AIC,
	MS_GMM_ICL
} ms_gmm_criterion;

typedef struct ms_gmm_candidate
{
	size_t k;
	ms_gmm_family family;
	ms_status failure; /* MS_OK, or why the data have no such model: then there is none */
	ms_facts facts;	   /* of the failure */
	ms_gmm model;
} ms_gmm_candidate;

/*
 * All pairs of k in k_min .. k_max and families[n], in that order of families, each with k
 * ascending, into out[(k_max - k_min + 1) * n]: every fit as `o` has it (its k, family, start and
 * hint do not count) and from one start more, the split of the fit before it (ms_em_split). A fit
 * that the data do not allow (MS_TOO_FEW, MS_NO_FIT) is a candidate without a model; every other
 * error ends the call. A family without a prior is MS_BAD_ARGUMENT when o->prior is set.
 */
extern ms_status ms_gmm_select(ms_ctx *ctx, ms_arena *arena, const ms_rows *rows,
							   const ms_em_options *o, size_t k_min, size_t k_max,
							   const ms_gmm_family *families, size_t n, ms_gmm_candidate *out);

/* The least bytes that fit them all, one after the other. */
extern size_t ms_gmm_select_memory(size_t n_rows, size_t d, const ms_em_options *o, size_t k_max,
								   const ms_gmm_family *families, size_t n);

/* Lower is better; NaN without a model. */
extern double ms_gmm_criterion_of(const ms_gmm_candidate *c, ms_gmm_criterion criterion);

/*
 * Orders n candidates, best first: by the criterion, ties by fewer parameters, then as they were;
 * those without a model last.
 */
extern void ms_gmm_rank(ms_gmm_candidate *candidates, size_t n, ms_gmm_criterion criterion);

#endif
