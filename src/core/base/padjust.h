/*
 * padjust.h: p-values adjusted for many tests, as R's p.adjust: holm, hochberg, hommel and
 * bonferroni bound the chance of any false rejection, BH (Benjamini & Hochberg 1995) and BY
 * (Benjamini & Yekutieli 2001) the share of false ones.
 */
#ifndef MS_PADJUST_H
#define MS_PADJUST_H

#include "core/base/ctx.h"

typedef enum ms_p_method
{
	MS_P_HOLM,
	MS_P_HOCHBERG,
	MS_P_HOMMEL,
	MS_P_BONFERRONI,
	MS_P_BH,
	MS_P_BY,
	MS_P_NONE
} ms_p_method;

/* Their names, "holm" ... "none", NULL at the end. */
extern const char *const ms_p_method_names[];

/*
 * p[n] in [0, 1] to out[n], which may be p. NaN stands for NULL: it is left out, n counts the
 * rest, and out is NaN there. MS_BAD_ARGUMENT, what = "p", index from 1, for a p outside.
 * O(n log n); hommel O(n^2). 16 bytes of scratch a value, hommel 32.
 */
extern ms_status ms_p_adjust(ms_ctx *ctx, ms_p_method method, const double *p, size_t n,
							 double *out);

#endif
