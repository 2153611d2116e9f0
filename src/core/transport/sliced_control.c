/*
 * sliced_control.c: means of slices with control variates, functions of the direction whose mean
 * over the sphere is known.
 */
#include <math.h>
#include <string.h>

#include "core/base/linalg.h"
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
	return (ms_sliced_mean){mean - beta * mean_h,
							sqrt(residual / (l - 2) * (1 / l + (square > 0 ? mean_h * mean_h / square : 0))),
							beta};
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

/*
 * Intercept on three controls by modified Gram-Schmidt: each control is freed of those before it
 * and of the constant; one that nothing is left of (two controls that are alike, or a constant)
 * is left out. A control that is freed to q has w-coefficient beta; the intercept loses beta times
 * what q is at the true mean, `at`.
 */
static ms_sliced_mean
three_controls(const ms_slices *s)
{
	double l = (double) s->l;
	double scale[3] = {fmax(s->mean_c1, 1e-300), fmax(s->mean_v1, 1e-300), fmax(s->mean_v2, 1e-300)};
	double mean[3] = {0, 0, 0};
	double cov[3][3];		/* of controls */
	double cross[3] = {0};	/* with w */
	double mean_w = mean_of(s->w, s->l);
	double residual = 0;
	double leverage = 1 / l;
	double estimate = mean_w;
	double l_factor[3][3] = {{0}};
	double u[3] = {0}, z[3] = {0}, t[3] = {0};
	double h[3];
	int kept = 0;

	memset(cov, 0, sizeof(cov));
	for (size_t i = 0; i < s->l; i++)
	{
		three(s, scale, i, h);
		for (int j = 0; j < 3; j++)
			mean[j] += h[j] / l;
	}
	for (size_t i = 0; i < s->l; i++)
	{
		three(s, scale, i, h);
		residual += (s->w[i] - mean_w) * (s->w[i] - mean_w);
		for (int j = 0; j < 3; j++)
		{
			cross[j] += (h[j] - mean[j]) * (s->w[i] - mean_w);
			for (int k = 0; k <= j; k++)
				cov[j][k] += (h[j] - mean[j]) * (h[k] - mean[k]);
		}
	}
	/* Cholesky, leaving out what is dependent; z = L^-1 cross, t = L^-1 mean */
	for (int j = 0; j < 3; j++)
	{
		double rest = cov[j][j];

		for (int k = 0; k < j; k++)
		{
			l_factor[j][k] = cov[j][k];
			for (int i = 0; i < k; i++)
				l_factor[j][k] -= l_factor[j][i] * l_factor[k][i];
			l_factor[j][k] = u[k] > 0 ? l_factor[j][k] / u[k] : 0;
			rest -= l_factor[j][k] * l_factor[j][k];
		}
		u[j] = rest > 1e-10 * cov[j][j] ? sqrt(rest) : 0;
		if (u[j] == 0)
			continue;
		z[j] = cross[j];
		t[j] = mean[j];
		for (int k = 0; k < j; k++)
		{
			z[j] -= l_factor[j][k] * z[k];
			t[j] -= l_factor[j][k] * t[k];
		}
		z[j] /= u[j];
		t[j] /= u[j];
		estimate -= z[j] * t[j];
		residual -= z[j] * z[j];
		leverage += t[j] * t[j];
		kept++;
	}
	return (ms_sliced_mean){estimate, sqrt(fmax(0, residual) / (l - 1 - kept) * leverage), NAN};
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
