/*
 * sliced_control.c: means of slices with control variates, functions of the direction whose mean
 * over the sphere is known.
 */
#include <math.h>

#include "core/transport/sliced.h"

static double
mean_of(const double *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i] / (double) n;
	return sum;
}

/* The control less its mean, for direction i. */
static double
control(const ms_slices *s, ms_sliced_control kind, size_t i)
{
	double lower = s->c1[i] - s->mean_c1;

	if (kind == MS_SLICED_LOWER || kind == MS_SLICED_LOWER_OLS)
		return lower;
	return lower + s->v1[i] - s->mean_v1 + s->v2[i] - s->mean_v2;
}

/* Nguyen & Ho: gamma = mean (w - mean w) h / mean h^2. */
static ms_sliced_mean
paper(const ms_slices *s, ms_sliced_control kind)
{
	double mean = mean_of(s->w, s->l);
	double cross = 0;
	double square = 0;
	double sum = 0;
	double gamma;

	for (size_t i = 0; i < s->l; i++)
	{
		double h = control(s, kind, i);

		cross += (s->w[i] - mean) * h;
		square += h * h;
		sum += h;
	}
	gamma = square > 0 ? cross / square : 0;
	return (ms_sliced_mean){mean - gamma * sum / (double) s->l, NAN, gamma};
}

/* The intercept of w on (1, h): where h is at its true mean. */
static ms_sliced_mean
least_squares(const ms_slices *s, ms_sliced_control kind)
{
	double l = (double) s->l;
	double mean = mean_of(s->w, s->l);
	double mean_h = 0;
	double cross = 0;
	double square = 0;
	double residual = 0;
	double beta;

	for (size_t i = 0; i < s->l; i++)
		mean_h += control(s, kind, i) / l;
	for (size_t i = 0; i < s->l; i++)
	{
		double h = control(s, kind, i) - mean_h;

		cross += (s->w[i] - mean) * h;
		square += h * h;
	}
	beta = square > 0 ? cross / square : 0;
	for (size_t i = 0; i < s->l; i++)
	{
		double r = s->w[i] - mean - beta * (control(s, kind, i) - mean_h);

		residual += r * r;
	}
	return (ms_sliced_mean){
		mean - beta * mean_h,
		sqrt(residual / (l - 2) * (1 / l + (square > 0 ? mean_h * mean_h / square : 0))), beta};
}

static ms_sliced_mean
plain(const ms_slices *s)
{
	double l = (double) s->l;
	double mean = mean_of(s->w, s->l);
	double sum = 0;

	for (size_t i = 0; i < s->l; i++)
		sum += (s->w[i] - mean) * (s->w[i] - mean);
	return (ms_sliced_mean){mean, sqrt(sum / (l - 1) / l), 0};
}

/* Row i of the design without its constant: three controls, each divided by its scale. */
static void
three(const ms_slices *s, const double *scale, size_t i, double *h)
{
	h[0] = (s->c1[i] - s->mean_c1) / scale[0];
	h[1] = (s->v1[i] - s->mean_v1) / scale[1];
	h[2] = (s->v2[i] - s->mean_v2) / scale[2];
}

/* Moments of w and the three controls. */
typedef struct design
{
	double mean_w;
	double square_w;
	double mean[3];  /* of the controls, whose true means are 0 */
	double cross[3]; /* centred sums, with w and with each other */
	double square[3][3];
} design;

static design
read_design(const ms_slices *s)
{
	double scale[3] = {fmax(s->mean_c1, 1e-300), fmax(s->mean_v1, 1e-300),
					   fmax(s->mean_v2, 1e-300)};
	design d = {.mean_w = mean_of(s->w, s->l)};
	double h[3];

	for (size_t i = 0; i < s->l; i++)
	{
		three(s, scale, i, h);
		for (int j = 0; j < 3; j++)
			d.mean[j] += h[j] / (double) s->l;
	}
	for (size_t i = 0; i < s->l; i++)
	{
		double w = s->w[i] - d.mean_w;

		three(s, scale, i, h);
		d.square_w += w * w;
		for (int j = 0; j < 3; j++)
		{
			d.cross[j] += (h[j] - d.mean[j]) * w;
			for (int k = 0; k <= j; k++)
				d.square[j][k] += (h[j] - d.mean[j]) * (h[k] - d.mean[k]);
		}
	}
	return d;
}

/*
 * Row j of the Cholesky factor of the controls' squares; its diagonal is 0 for a control that those
 * before it explain, and such a one is left out.
 */
static void
factor_row(const design *d, int j, double l[3][3])
{
	double rest = d->square[j][j];

	for (int k = 0; k < j; k++)
	{
		l[j][k] = d->square[j][k];
		for (int i = 0; i < k; i++)
			l[j][k] -= l[j][i] * l[k][i];
		l[j][k] = l[k][k] > 0 ? l[j][k] / l[k][k] : 0;
		rest -= l[j][k] * l[j][k];
	}
	l[j][j] = rest > 1e-10 * d->square[j][j] ? sqrt(rest) : 0;
}

/* (L^-1 x)_j, where z has the entries before it. */
static double
solve_entry(double l[3][3], int j, const double *x, const double *z)
{
	double rest = x[j];

	for (int k = 0; k < j; k++)
		rest -= l[j][k] * z[k];
	return rest / l[j][j];
}

/* The intercept of w on (1, three controls), and its error from the (1, 1) of (H'H)^-1. */
static ms_sliced_mean
three_controls(const ms_slices *s)
{
	design d = read_design(s);
	double n = (double) s->l;
	double estimate = d.mean_w;
	double residual = d.square_w;
	double leverage = 1 / n;
	double l[3][3] = {{0}};
	double z[3] = {0}; /* L^-1 cross */
	double t[3] = {0}; /* L^-1 mean */
	int kept = 0;

	for (int j = 0; j < 3; j++)
	{
		factor_row(&d, j, l);
		if (l[j][j] == 0)
			continue;
		z[j] = solve_entry(l, j, d.cross, z);
		t[j] = solve_entry(l, j, d.mean, t);
		estimate -= z[j] * t[j];
		residual -= z[j] * z[j];
		leverage += t[j] * t[j];
		kept++;
	}
	return (ms_sliced_mean){estimate, sqrt(fmax(0, residual) / (n - 1 - kept) * leverage), NAN};
}

ms_sliced_mean
ms_sliced_control_mean(const ms_slices *s, ms_sliced_control kind)
{
	switch (kind)
	{
		case MS_SLICED_LOWER:
		case MS_SLICED_UPPER:
			return paper(s, kind);
		case MS_SLICED_LOWER_OLS:
		case MS_SLICED_UPPER_OLS:
			return least_squares(s, kind);
		case MS_SLICED_THREE:
			return three_controls(s);
		default:
			return plain(s);
	}
}
