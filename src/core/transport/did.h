/*
 * did.h: difference in differences of a panel of two periods where outcomes are seen for some
 * units only and the treatment may change which: bounds of the effect on the treated who are seen
 * either way, that is afterwards with the treatment and without it (Rathnayake, Negi, Bartalotti &
 * Zhao 2024; distribution_regression.md, 7). Untreated changes of these are taken to be parallel.
 */
#ifndef MS_DID_H
#define MS_DID_H

#include "core/transport/trim.h"

#define MS_DID_BEFORE UINT64_C(1)
#define MS_DID_AFTER UINT64_C(2)

typedef struct ms_did_unit
{
	double change; /* after minus before, finite; NaN, a gap of order.h, unless both are seen */
	uint64_t seen; /* MS_DID_BEFORE, MS_DID_AFTER */
} ms_did_unit;

/* Where the share comes from that would be seen under the other treatment. */
typedef enum ms_did_selection
{
	MS_DID_PARALLEL,   /* without treatment the share would have changed as in the other arm */
	MS_DID_INDEPENDENT /* it would have been that of the other arm */
} ms_did_selection;

/* Those seen either way, beside others of whom a change is seen, on average: */
typedef enum ms_did_dominance
{
	MS_DID_NONE,
	MS_DID_GREATER, /* change by at least as much: no mean of them is below that of all */
	MS_DID_LESSER
} ms_did_dominance;

typedef struct ms_did_options
{
	ms_did_selection selection;
	bool monotone; /* the treatment makes nobody more, or nobody less, likely to be seen */
	ms_did_dominance dominance;
	double level;
	int64_t replicates;
	uint64_t seed;
} ms_did_options;

typedef struct ms_did
{
	ms_bounds bounds;    /* NaN where nobody need be seen either way */
	double seen[2];      /* shares seen after, control and treated */
	double otherwise[2]; /* shares that would be seen under the other treatment */
	double keep[2];      /* shares of those seen who are seen either way, at least */
	bool clipped;        /* a share was outside [0, 1] */
	int64_t replicates;  /* draws that gave bounds */
} ms_did;

/*
 * Arms are control (0) and treated (1); their units are sorted in place. Errors by a bootstrap of
 * units within arms, O(n replicates); 12 bytes a unit. MS_TOO_FEW "changes" (index = arm) where no
 * change is seen in an arm; MS_BAD_ARGUMENT "level", "replicates"; MS_TOO_LARGE "range", "units".
 */
extern ms_status ms_did_bounds(ms_ctx *ctx, ms_arena *arena, ms_did_unit *const units[2],
							   const size_t n[2], const ms_did_options *options, ms_did *out);

#endif
