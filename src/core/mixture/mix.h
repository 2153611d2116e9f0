/*
 * mix.h: from a model to a mixture as the kernel takes it, in the units of a view, and back.
 */
#ifndef MS_MIX_H
#define MS_MIX_H

#include "core/mixture/gmm.h"
#include "core/mixture/kernel.h"

/* The inverse and minus half the log-determinant of factor f, into `inverses` and `constants`. */
extern ms_status ms_mix_finish_factor(ms_ctx *ctx, ms_mix *mix, size_t f);

/* The same of the standard deviations of component j, where the shape is DIAGONAL. */
extern void ms_mix_finish_diagonal(ms_mix *mix, size_t j);

/* constants[j], so far -log det L_j, and log_noise get the logs of the weights. */
extern void ms_mix_finish_constants(ms_mix *mix);

/*
 * The model in the units of the view (rows are not looked at), as a mixture of a family that need
 * not be the model's: what the family cannot say is averaged by the weights of the components.
 * MS_NOT_DEFINITE.
 */
extern ms_status ms_mix_from_model(ms_ctx *ctx, ms_arena *arena, const ms_gmm *m,
								   ms_gmm_family family, const ms_view *view, ms_mix *out);

/* Weights, means, covariances, noise of the mixture into a model made for its family and size. */
extern ms_status ms_mix_to_model(ms_ctx *ctx, const ms_mix *mix, const ms_view *view, ms_gmm *out);

#endif
