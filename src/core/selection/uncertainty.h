/*
 * uncertainty.h: how unsure a classifier is of a row: binary by p (1 - p) (Kolossov, Montanari &
 * Tandon, arXiv 2309.14563), of several classes by 1 - sum p^2 or by the entropy; and how much
 * several classifiers differ on an item (DISCO, arXiv 2510.07959).
 */
#ifndef MS_UNCERTAINTY_H
#define MS_UNCERTAINTY_H

#include "core/selection/units.h"

/*
 * (p (1 - p))^exponent and so on into out[n], by the d columns of the units: the probability of
 * class 1, or those of all classes. Uncertainties are at least 1e-6 (1 - 1e-6), as if p were
 * clipped to [1e-6, 1 - 1e-6]. MS_BAD_ARGUMENT: "probability" (index = unit from 1, got; outside of
 * 0 to 1), "probabilities" (got = their sum, not 1 within 1e-6), "exponent".
 */
extern ms_status ms_uncertainty(ms_ctx *ctx, const ms_units *units, double exponent, bool entropy,
								double *out);

typedef struct ms_disagreement
{
	size_t unit; /* the first of the item's */
	size_t models;
	double pds; /* sum over classes of the greatest probability: from 1, where all agree */
	double jsd; /* mean divergence from the mean, in nats */
} ms_disagreement;

/*
 * Items that share an id, a unit a model whose columns are the probabilities of the classes, or
 * their logits. *found items into items[n], those of most disagreement first, ties to 12 digits by
 * id. A sum that is not 1 within 1e-6 is divided out and counted in *normalised. MS_BAD_ARGUMENT:
 * "probability" (index = unit from 1, got: negative), "probabilities" (got = 0: all are 0).
 */
extern ms_status ms_disagreements(ms_ctx *ctx, const ms_sample *s, const ms_units *units,
								  bool logits, ms_disagreement *items, size_t *found,
								  size_t *normalised);

#endif
