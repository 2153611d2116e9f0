/*
 * matching_qp.c: projections with their multipliers, FISTA, conjugate gradients in a face.
 */
#include "core/mmd/matching_qp.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

/* iterations of FISTA between two looks at the gap, and between two visits of the face */
#define LOOK 20
#define STAY 100
/* conjugate gradients of one visit */
#define VISIT 60
#define BISECTIONS 200

static double
clip(double x, double lo, double hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

/* --- a box and a band of the sum ------------------------------------------------------------ */

/* sum of clip(v - c); *slope gets the number of coordinates that are inside. */
static double
clipped_sum(const ms_qp_simplex *s, size_t n, const double *v, double c, double *slope)
{
	double sum = 0;
	double inside = 0;

	for (size_t i = 0; i < n; i++)
	{
		double x = v[i] - c;

		inside += x > 0 && x < s->upper[i];
		sum += clip(x, 0, s->upper[i]);
	}
	*slope = inside;
	return sum;
}

/*
 * c with sum of clip(v - c) = target: the sum falls with c and is linear between breakpoints, so
 * that Newton's step inside a bracket ends exactly.
 */
static ms_status
shift_to_sum(ms_ctx *ctx, const ms_qp_simplex *s, size_t n, const double *v, double target,
			 double *c)
{
	double lo = INFINITY;
	double hi = -INFINITY;

	for (size_t i = 0; i < n; i++)
	{
		lo = fmin(lo, v[i] - s->upper[i]);
		hi = fmax(hi, v[i]);
	}
	*c = clip(0, lo, hi);
	for (int i = 0; i < BISECTIONS && lo < hi; i++)
	{
		double slope;
		double excess = clipped_sum(s, n, v, *c, &slope) - target;
		double next = slope > 0 ? *c + excess / slope : NAN;

		MS_TRY(ms_tick(ctx, n));
		if (fabs(excess) <= 1e-15 * fabs(target))
			break;
		if (excess > 0)
			lo = *c;
		else
			hi = *c;
		next = next > lo && next < hi ? next : lo + (hi - lo) / 2;
		if (next == *c || next == lo || next == hi)
			break;
		*c = next;
	}
	return MS_OK;
}

static ms_status
simplex_project(ms_ctx *ctx, const void *set, size_t n, const double *v, double *x,
				double *multipliers)
{
	const ms_qp_simplex *s = set;
	double slope;
	double sum = clipped_sum(s, n, v, 0, &slope);
	double c = 0;

	if (sum < s->sum_lower)
		MS_TRY(shift_to_sum(ctx, s, n, v, s->sum_lower, &c));
	else if (sum > s->sum_upper)
		MS_TRY(shift_to_sum(ctx, s, n, v, s->sum_upper, &c));
	for (size_t i = 0; i < n; i++)
		x[i] = clip(v[i] - c, 0, s->upper[i]);
	multipliers[0] = c;
	return ms_tick(ctx, 2 * n);
}

/* What the box holds of coordinates whose slope g + nu is below 0. */
static double
capacity(const ms_qp_simplex *s, size_t n, const double *g, double nu)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += g[i] + nu < 0 ? s->upper[i] : 0;
	return sum;
}

/*
 * The least of g's: the coordinates of least slope are filled until the band is met. Any nu gives
 * a lower bound, min over the box of (g + nu)'s less nu times an end of the band; the best is
 * where the capacity crosses that end.
 */
static double
simplex_bound(const void *set, size_t n, const double *g, const double *multipliers)
{
	const ms_qp_simplex *s = set;
	double most = 0;
	double sign, end, nu, sum;

	(void) multipliers;
	sum = capacity(s, n, g, 0);
	sign = sum > s->sum_upper ? 1 : sum < s->sum_lower ? -1 : 0;
	end = sign > 0 ? s->sum_upper : s->sum_lower;
	for (size_t i = 0; i < n; i++)
		most = fmax(most, fabs(g[i]));
	nu = 0;
	for (double step = most; sign != 0 && step > most * 1e-15; step /= 2)
	{
		double next = nu + sign * step;

		if (sign > 0 ? capacity(s, n, g, next) > end : capacity(s, n, g, next) < end)
			nu = next;
	}
	sum = -nu * end;
	for (size_t i = 0; i < n; i++)
		sum += fmin(0, (g[i] + nu) * s->upper[i]);
	return sum;
}

ms_qp_set
ms_qp_simplex_set(const ms_qp_simplex *s)
{
	return (ms_qp_set){s, s, simplex_project, simplex_bound};
}

/* --- both sides weighted -------------------------------------------------------------------- */

/* Multipliers: [0] of the band, signed; [1] of the ball. */

/* The nearest (b, a) when the multipliers are given; *ball gets sum (a - top)^2 / top. */
static void
double_point(const ms_qp_double *s, const double *v, const double *multipliers, double *x,
			 double *ball)
{
	double lambda = multipliers[0];
	double mu = multipliers[1];

	*ball = 0;
	for (size_t i = 0; i < s->n; i++)
		x[i] = clip(v[i] - lambda / s->total_b, 0, s->upper[i]);
	for (size_t j = 0; j < s->m; j++)
	{
		double top = s->top[j];
		double a = (v[s->n + j] + lambda / s->total_a + mu) / (1 + mu / top);

		/* beyond any mu a stands at its top */
		a = isfinite(mu) ? clip(a, 0, top) : top;
		x[s->n + j] = a;
		*ball += (a - top) * (a - top) / top;
	}
}

/* The multiplier of the ball at a given one of the band: the distance falls as it grows. */
static ms_status
double_ball(ms_ctx *ctx, const ms_qp_double *s, const double *v, double *multipliers, double *x)
{
	double limit = s->radius * s->radius;
	double lo = 0;
	double hi = 1;
	double ball;

	multipliers[1] = s->radius > 0 ? 0 : INFINITY;
	double_point(s, v, multipliers, x, &ball);
	if (ball <= limit)
		return MS_OK;
	for (;; hi *= 2)
	{
		multipliers[1] = hi;
		double_point(s, v, multipliers, x, &ball);
		if (ball <= limit)
			break;
		lo = hi;
	}
	for (int i = 0; i < BISECTIONS && lo < hi; i++)
	{
		double middle = lo + (hi - lo) / 2;

		MS_TRY(ms_tick(ctx, 4 * (s->n + s->m)));
		if (middle == lo || middle == hi)
			break;
		multipliers[1] = middle;
		double_point(s, v, multipliers, x, &ball);
		if (ball <= limit)
			hi = middle;
		else
			lo = middle;
	}
	multipliers[1] = hi;
	double_point(s, v, multipliers, x, &ball);
	return MS_OK;
}

static double
double_drift(const ms_qp_double *s, const double *x)
{
	double b = 0;
	double a = 0;

	for (size_t i = 0; i < s->n; i++)
		b += x[i];
	for (size_t j = 0; j < s->m; j++)
		a += x[s->n + j];
	return b / s->total_b - a / s->total_a;
}

/* mean b - mean a falls as the multiplier of the band grows. */
static ms_status
double_project(ms_ctx *ctx, const void *set, size_t n, const double *v, double *x,
			   double *multipliers)
{
	const ms_qp_double *s = set;
	double sign;
	double inner = 0;
	double outer = 1;

	multipliers[0] = 0;
	MS_TRY(double_ball(ctx, s, v, multipliers, x));
	if (fabs(double_drift(s, x)) <= s->band)
		return ms_tick(ctx, 4 * n);
	sign = double_drift(s, x) > 0 ? 1 : -1;
	for (;; outer *= 2)
	{
		multipliers[0] = sign * outer;
		MS_TRY(double_ball(ctx, s, v, multipliers, x));
		if (sign * double_drift(s, x) <= s->band || outer > 1e300)
			break;
		inner = outer;
	}
	for (int i = 0; i < BISECTIONS; i++)
	{
		double middle = inner + (outer - inner) / 2;

		if (middle == inner || middle == outer)
			break;
		multipliers[0] = sign * middle;
		MS_TRY(double_ball(ctx, s, v, multipliers, x));
		if (sign * double_drift(s, x) <= s->band)
			outer = middle;
		else
			inner = middle;
	}
	multipliers[0] = sign * outer;
	return double_ball(ctx, s, v, multipliers, x);
}

/* The Lagrangian's minimum over the boxes, which any multipliers bound from below. */
static double
double_bound(const void *set, size_t n, const double *g, const double *multipliers)
{
	const ms_qp_double *s = set;
	double lambda = multipliers[0];
	double mu = s->radius > 0 ? multipliers[1] : 0;
	double sum = -fabs(lambda) * s->band - mu * s->radius * s->radius / 2;

	(void) n;
	for (size_t i = 0; i < s->n; i++)
		sum += fmin(0, (g[i] + lambda / s->total_b) * s->upper[i]);
	for (size_t j = 0; j < s->m; j++)
	{
		double top = s->top[j];
		double slope = g[s->n + j] - lambda / s->total_a;
		double a = mu > 0 ? clip(top - slope * top / mu, 0, top) : slope > 0 ? 0 : top;

		if (s->radius == 0)
			a = top;
		sum += slope * a + mu * (a - top) * (a - top) / (2 * top);
	}
	return sum;
}

ms_qp_set
ms_qp_double_set(const ms_qp_double *s)
{
	return (ms_qp_set){s, NULL, double_project, double_bound};
}

/* --- products ------------------------------------------------------------------------------- */

typedef struct state
{
	ms_ctx *ctx;
	const ms_qp *q;
	double lipschitz;
	double *x, *y, *next, *v, *g;
} state;

size_t
ms_qp_bytes(size_t n)
{
	size_t bytes;

	return ms_size_mul(n + 8, 4 * sizeof(double), &bytes) ? bytes : SIZE_MAX;
}

static ms_status
product(ms_ctx *ctx, const ms_qp *q, const double *x, double *out)
{
	cblas_dsymv(CblasRowMajor, CblasLower, (int) q->n, 1, q->k, (int) q->n, x, 1, 0, out, 1);
	return ms_tick(ctx, (uint64_t) q->n * q->n / 4 + q->n);
}

/* The greatest sum of a row's absolute values bounds every eigenvalue; whether none is negative. */
static ms_status
row_sums(state *s, bool *positive)
{
	size_t n = s->q->n;

	*positive = true;
	for (size_t i = 0; i < n; i++)
	{
		double sum = 0;

		for (size_t j = 0; j < n; j++)
		{
			double k = s->q->k[i * n + j];

			sum += fabs(k);
			*positive &= k >= 0;
		}
		s->lipschitz = fmax(s->lipschitz, sum);
		MS_TRY(ms_tick(s->ctx, n));
	}
	return MS_OK;
}

/*
 * The largest eigenvalue from above: where no entry of K is negative max (Kx)_i / x_i of any
 * positive x bounds it (Collatz 1942), and some power steps make the bound tight.
 */
static ms_status
eigenvalue(state *s)
{
	size_t n = s->q->n;
	bool positive;

	MS_TRY(row_sums(s, &positive));
	for (size_t i = 0; i < n; i++)
		s->v[i] = 1;
	for (int step = 0; positive && s->lipschitz > 0 && step < 8; step++)
	{
		double most = 0;
		double ratio = 0;

		MS_TRY(product(s->ctx, s->q, s->v, s->g));
		for (size_t i = 0; i < n; i++)
		{
			ratio = fmax(ratio, s->g[i] / s->v[i]);
			most = fmax(most, s->g[i]);
		}
		s->lipschitz = fmin(s->lipschitz, ratio);
		/* an entry that vanished would end the bound */
		for (size_t i = 0; i < n; i++)
			s->v[i] = fmax(s->g[i] / most, 1e-200);
	}
	s->lipschitz = s->lipschitz > 0 ? s->lipschitz * (1 + 1e-12) : 1;
	return MS_OK;
}

/*
 * Objective and gap at s->x; g gets the gradient. A step from there tells the multipliers, with
 * which the set is bounded.
 */
static ms_status
look(state *s, ms_qp_found *found)
{
	const ms_qp *q = s->q;
	int n = (int) q->n;
	double multipliers[2] = {0, 0};

	MS_TRY(product(s->ctx, q, s->x, s->g));
	found->objective = cblas_ddot(n, s->x, 1, s->g, 1) / 2 - cblas_ddot(n, q->c, 1, s->x, 1);
	cblas_daxpy(n, -1, q->c, 1, s->g, 1);
	for (size_t i = 0; i < q->n; i++)
		s->v[i] = s->x[i] - s->g[i] / s->lipschitz;
	MS_TRY(q->over.project(s->ctx, q->over.set, q->n, s->v, s->next, multipliers));
	multipliers[0] *= s->lipschitz;
	multipliers[1] *= s->lipschitz;
	found->gap =
		cblas_ddot(n, s->g, 1, s->x, 1) - q->over.bound(q->over.set, q->n, s->g, multipliers);
	found->gap = fmax(fmin(found->gap, found->objective - q->floor), 0);
	found->converged = found->gap <= q->tol;
	return MS_OK;
}

/* --- the face ------------------------------------------------------------------------------- */

/* What may move from x: the coordinates inside the box, and their sum where it is inside its band. */
typedef struct face
{
	const ms_qp_simplex *box;
	size_t free;
	bool flat; /* the sum stays */
} face;

static face
face_of(const state *s)
{
	face f = {.box = s->q->over.box};
	double sum = 0;

	for (size_t i = 0; i < s->q->n; i++)
	{
		sum += s->x[i];
		f.free += s->x[i] > 0 && s->x[i] < f.box->upper[i];
	}
	f.flat = !(sum > f.box->sum_lower * (1 + 1e-12) && sum < f.box->sum_upper * (1 - 1e-12));
	return f;
}

/* Keeps of r[n] what may move. */
static void
keep_free(const state *s, const face *f, double *r)
{
	double mean = 0;

	for (size_t i = 0; i < s->q->n; i++)
	{
		if (!(s->x[i] > 0 && s->x[i] < f->box->upper[i]))
			r[i] = 0;
		mean += r[i] / (double) f->free;
	}
	for (size_t i = 0; f->flat && i < s->q->n; i++)
	{
		if (s->x[i] > 0 && s->x[i] < f->box->upper[i])
			r[i] -= mean;
	}
}

/* The longest step along p that stays in the box and the band. */
static double
room(const state *s, const face *f, const double *p)
{
	double most = INFINITY;
	double sum = 0;
	double slope = 0;

	for (size_t i = 0; i < s->q->n; i++)
	{
		sum += s->x[i];
		slope += p[i];
		if (p[i] < 0)
			most = fmin(most, -s->x[i] / p[i]);
		else if (p[i] > 0)
			most = fmin(most, (f->box->upper[i] - s->x[i]) / p[i]);
	}
	if (!f->flat && slope != 0)
		most = fmin(most, ((slope > 0 ? f->box->sum_upper : f->box->sum_lower) - sum) / slope);
	return fmax(most, 0);
}

static void
move(const state *s, const face *f, const double *p, double length)
{
	for (size_t i = 0; i < s->q->n; i++)
	{
		if (p[i] != 0)
			s->x[i] = clip(s->x[i] + length * p[i], 0, f->box->upper[i]);
	}
}

/*
 * Conjugate gradients from x within its face, up to where it ends. r is the residual, kept to what
 * may move; y, next and v serve as r, p and Kp.
 */
static ms_status
visit_face(state *s)
{
	const ms_qp *q = s->q;
	face f = face_of(s);
	int n = (int) q->n;
	double *r = s->y, *p = s->next, *kp = s->v;
	double square;

	if (f.free < 2)
		return MS_OK;
	for (size_t i = 0; i < q->n; i++)
		r[i] = -s->g[i];
	keep_free(s, &f, r);
	memcpy(p, r, q->n * sizeof(double));
	square = cblas_ddot(n, r, 1, r, 1);
	for (int i = 0; i < VISIT && square > 0; i++)
	{
		double curve, length, most, before = square;

		MS_TRY(product(s->ctx, q, p, kp));
		curve = cblas_ddot(n, p, 1, kp, 1);
		most = room(s, &f, p);
		if (!(curve > 0))
			break;
		length = square / curve;
		if (length >= most)
		{
			move(s, &f, p, most);
			break;
		}
		move(s, &f, p, length);
		keep_free(s, &f, kp);
		cblas_daxpy(n, -length, kp, 1, r, 1);
		square = cblas_ddot(n, r, 1, r, 1);
		for (size_t j = 0; j < q->n; j++)
			p[j] = r[j] + square / before * p[j];
	}
	return MS_OK;
}

/* --- FISTA ---------------------------------------------------------------------------------- */

/* One step; returns the momentum's next th. */
static ms_status
step(state *s, double *th)
{
	const ms_qp *q = s->q;
	size_t n = q->n;
	double turn = 0;
	double following = (1 + sqrt(1 + 4 * *th * *th)) / 2;
	double momentum = (*th - 1) / following;
	double multipliers[2];

	MS_TRY(product(s->ctx, q, s->y, s->g));
	for (size_t i = 0; i < n; i++)
		s->v[i] = s->y[i] - (s->g[i] - q->c[i]) / s->lipschitz;
	MS_TRY(q->over.project(s->ctx, q->over.set, n, s->v, s->next, multipliers));
	for (size_t i = 0; i < n; i++)
		turn += (s->y[i] - s->next[i]) * (s->next[i] - s->x[i]);
	if (turn > 0)
	{
		momentum = 0;
		following = 1;
	}
	for (size_t i = 0; i < n; i++)
	{
		s->y[i] = s->next[i] + momentum * (s->next[i] - s->x[i]);
		s->x[i] = s->next[i];
	}
	*th = following;
	return ms_tick(s->ctx, 4 * n);
}

ms_status
ms_qp_solve(ms_ctx *ctx, ms_arena *arena, const ms_qp *q, double *x, ms_qp_found *found)
{
	state s = {.ctx = ctx, .q = q, .x = x};
	double th = 1;
	double multipliers[2];

	*found = (ms_qp_found){.converged = false};
	MS_TRY(MS_ALLOC(arena, q->n, &s.y));
	MS_TRY(MS_ALLOC(arena, q->n, &s.next));
	MS_TRY(MS_ALLOC(arena, q->n, &s.v));
	MS_TRY(MS_ALLOC(arena, q->n, &s.g));
	MS_TRY(eigenvalue(&s));
	memcpy(s.v, x, q->n * sizeof(double));
	MS_TRY(q->over.project(ctx, q->over.set, q->n, s.v, x, multipliers));
	memcpy(s.y, x, q->n * sizeof(double));
	while (!found->converged && found->iterations < q->max_iter)
	{
		MS_TRY(step(&s, &th));
		if (++found->iterations % LOOK != 0 && found->iterations != q->max_iter)
			continue;
		MS_TRY(look(&s, found));
		if (found->converged || !q->over.box || found->iterations % STAY != 0)
			continue;
		MS_TRY(visit_face(&s));
		memcpy(s.y, x, q->n * sizeof(double));
		th = 1;
	}
	return MS_OK;
}
