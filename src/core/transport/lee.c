/*
 * lee.c: each cell by itself, then the average and the error of it.
 */
#include "core/transport/lee.h"

#include <math.h>

/* One bound of one cell. */
typedef struct bound
{
	double value;
	double slope;    /* change of value by the log of the share that is seen in the lesser arm */
	double variance; /* of value, that share known */
} bound;

typedef struct cell
{
	bound lower;
	bound upper;
	int trimmed;
	double cut;    /* share that is trimmed */
	double always; /* share that is seen in the lesser arm: that of those seen either way */
	double error;  /* variance of the log of it */
	double rows;   /* weight of all rows */
	double n;      /* rows that it stands for */
	double weight; /* in the average */
} cell;

/* An arm: what is seen, the share of it, how many rows that is. */
typedef struct arm
{
	const ms_column *y;
	double seen;
	double n;
} arm;

static arm
arm_of(const ms_column *y, double rows)
{
	return (arm){y, y->weight / rows, ms_describe_effective(y)};
}

/* (1 - s) / (s N): variance of the log of a share. */
static double
share_error(const arm *a)
{
	return fmax(1 - a->seen, 0) / a->n;
}

/* Mean of the kept end of `more` minus the mean of `less`, each term of the variance as in Lee. */
static ms_status
trimmed_difference(ms_ctx *ctx, const arm *more, const arm *less, bool high, bound *out)
{
	double keep = fmin(less->seen / more->seen, 1);
	ms_trim kept, all;
	double gap;

	MS_TRY(ms_trim_mean(ctx, more->y, keep, high, &kept));
	MS_TRY(ms_trim_mean(ctx, less->y, 1, high, &all));
	gap = kept.edge - kept.mean;
	out->value = kept.mean - all.mean;
	out->slope = gap;
	out->variance = (kept.variance + gap * gap * (1 - keep)) / (more->n * keep) +
					gap * gap * share_error(more) + all.variance / less->n;
	return MS_OK;
}

static bound
negative(bound b)
{
	return (bound){-b.value, -b.slope, b.variance};
}

static ms_status
bound_cell(ms_ctx *ctx, const ms_lee_cell *in, cell *out)
{
	arm treated = arm_of(&in->treated, in->treated_rows);
	arm control = arm_of(&in->control, in->control_rows);
	const arm *more = treated.seen >= control.seen ? &treated : &control;
	const arm *less = more == &treated ? &control : &treated;

	MS_TRY(trimmed_difference(ctx, more, less, false, &out->lower));
	MS_TRY(trimmed_difference(ctx, more, less, true, &out->upper));
	if (more == &control)
	{
		bound lower = out->lower;

		out->lower = negative(out->upper);
		out->upper = negative(lower);
	}
	out->trimmed = (treated.seen > control.seen) - (treated.seen < control.seen);
	out->cut = 1 - less->seen / more->seen;
	out->always = less->seen;
	out->error = share_error(less);
	out->rows = in->treated_rows + in->control_rows;
	out->n = treated.n / treated.seen + control.n / control.seen;
	return MS_OK;
}

/* Weights of cells: share of the rows times share of those who are seen either way. */
static double
weigh(cell *cells, size_t n)
{
	double sum = 0;
	double rows = 0;

	for (size_t i = 0; i < n; i++)
	{
		sum += cells[i].rows * cells[i].always;
		rows += cells[i].n;
	}
	for (size_t i = 0; i < n; i++)
		cells[i].weight = cells[i].rows * cells[i].always / sum;
	return rows;
}

/*
 * The average of a bound, and its error: of the values, of the shares (which move the value and
 * the weight of a cell together), and of how the rows fall into cells.
 */
static void
average(const cell *cells, size_t n, double rows, double all, bool upper, double *mean,
		double *error)
{
	double variance = 0;

	*mean = 0;
	for (size_t i = 0; i < n; i++)
		*mean += cells[i].weight * (upper ? cells[i].upper : cells[i].lower).value;
	for (size_t i = 0; i < n; i++)
	{
		const cell *c = cells + i;
		const bound *b = upper ? &c->upper : &c->lower;
		double off = n > 1 ? b->value - *mean : 0;
		double moved = b->slope + off;

		variance += c->weight * c->weight *
					(b->variance + moved * moved * c->error + off * off / (c->rows / all * rows));
	}
	*error = sqrt(variance);
}

static void
add_up(const ms_lee_cell *in, const cell *cells, size_t n, ms_lee *out)
{
	double seen[2] = {0, 0};
	double rows[2] = {0, 0};

	for (size_t i = 0; i < n; i++)
	{
		seen[0] += in[i].treated.weight;
		seen[1] += in[i].control.weight;
		rows[0] += in[i].treated_rows;
		rows[1] += in[i].control_rows;
		out->share += cells[i].weight * cells[i].cut;
	}
	out->observed_treated = seen[0] / rows[0];
	out->observed_control = seen[1] / rows[1];
	out->trimmed = (out->observed_treated > out->observed_control) -
				   (out->observed_treated < out->observed_control);
	for (size_t i = 0; i < n; i++)
		out->opposite += cells[i].trimmed * out->trimmed < 0;
}

ms_status
ms_lee_bounds(ms_ctx *ctx, ms_arena *arena, const ms_lee_cell *in, size_t n, double level,
			  ms_lee *out)
{
	double all = 0;
	double rows;
	cell *cells;

	*out = (ms_lee){0};
	if (!(level > 0 && level < 1))
		return ms_fail(ctx, MS_BAD_ARGUMENT, "level", 0, level, 0.95);
	MS_TRY(MS_ZEROED(arena, n, &cells));
	for (size_t i = 0; i < n; i++)
	{
		if (in[i].treated.n == 0 || in[i].control.n == 0)
			return ms_fail(ctx, MS_TOO_FEW, "outcomes", (int64_t) i + 1, 0, 1);
		MS_TRY(bound_cell(ctx, in + i, cells + i));
		MS_TRY(ms_tick(ctx, 100));
		all += cells[i].rows;
	}
	rows = weigh(cells, n);
	average(cells, n, rows, all, false, &out->bounds.lower, &out->bounds.lower_error);
	average(cells, n, rows, all, true, &out->bounds.upper, &out->bounds.upper_error);
	add_up(in, cells, n, out);
	ms_bounds_interval(&out->bounds, level);
	return MS_OK;
}
