/*
 * test_matching_ratio.c: uLSIF: reference values, new rows, choice by folds, repeated rows.
 */
#include "core/mmd/matching_ratio.h"

#include "mmd_samples.h"

static const double tr[] = {0, 1, 2, 3};
static const double te[] = {2, 2.5, 3, 3.5};

static ms_status
fit(host *h, ms_arena *arena, sample_value a, sample_value b, const sample_value *at,
	const ms_ratio_options *o, ms_ratio *out)
{
	host_init(h);
	ms_arena_init(arena, &h->ctx);
	return ms_ratio_fit(&h->ctx, arena, a.s, b.s, at ? at->s : NULL, o, out);
}

/* kernel_mean_matching.md, section 12. */
TEST(reference)
{
	static const double theta[] = {-.00197211, .46847885, .85018604, 1.07831132};
	static const double w[] = {.03212014, .31333453, 1.27719936, 2.21402744};
	sample_value a = sample_of(tr, NULL, 4, 1), b = sample_of(te, NULL, 4, 1);
	ms_ratio_options o;
	ms_ratio r;
	ms_arena arena;
	host h;

	ms_ratio_defaults(&o);
	o.bandwidth = 1;
	o.lambda = .1;
	o.scaling = MS_SCALING_NONE;
	CHECK_INT(fit(&h, &arena, a, b, NULL, &o, &r), MS_OK);
	CHECK_INT(r.centers, 4);
	for (size_t i = 0; i < 4; i++)
	{
		CHECK_NEAR(r.theta[i], theta[i], 1e-8);
		CHECK_NEAR(r.weights[i], w[i], 1e-8);
	}
	ms_arena_free(&arena);
	/* new rows */
	CHECK_INT(fit(&h, &arena, a, b, &b, &o, &r), MS_OK);
	CHECK_NEAR(r.weights[0], w[2], 1e-8);
	CHECK_NEAR(r.weights[2], w[3], 1e-8);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	sample_free(a);
	sample_free(b);
}

TEST(choice)
{
	sample_value a = normal_sample(500, 1, 1, 0, 1), b = normal_sample(400, 1, 2, .5, 1);
	double mean = 0, error = 0, flat = 0;
	ms_ratio_options o;
	ms_ratio r;
	ms_arena arena;
	host h;

	ms_ratio_defaults(&o);
	CHECK_INT(fit(&h, &arena, a, b, NULL, &o, &r), MS_OK);
	CHECK(r.bandwidth > 0 && r.lambda >= 1e-3 && r.score < 0);
	for (size_t i = 0; i < r.n; i++)
	{
		double x = *(const double *) ms_sample_record(a.s, r.rows[i]);
		double ratio = exp((x * x - (x - .5) * (x - .5)) / 2);

		mean += r.weights[i] / 500;
		error += (r.weights[i] - ratio) * (r.weights[i] - ratio) / 500;
		flat += (1 - ratio) * (1 - ratio) / 500;
	}
	CHECK(fabs(mean - 1) < .1);
	CHECK(error < flat / 3);
	ms_arena_free(&arena);
	CHECK_INT(h.live, 0);
	sample_free(a);
	sample_free(b);
}

TEST(repeats)
{
	static const double x[] = {0, 0, 1, 2, 3, 3, 3}, distinct[] = {0, 1, 2, 3}, w[] = {2, 1, 1, 3};
	sample_value a = sample_of(x, NULL, 7, 1), b = sample_of(distinct, w, 4, 1),
				 t = sample_of(te, NULL, 4, 1);
	ms_ratio_options o;
	ms_ratio r, s;
	ms_arena arena, brena;
	host h, g;

	ms_ratio_defaults(&o);
	CHECK_INT(fit(&h, &arena, a, t, NULL, &o, &r), MS_OK);
	CHECK_INT(fit(&g, &brena, b, t, NULL, &o, &s), MS_OK);
	CHECK_NEAR(r.bandwidth, s.bandwidth, 1e-12);
	CHECK_NEAR(r.weights[1], s.weights[0], 1e-9);
	CHECK_NEAR(r.weights[6], s.weights[3], 1e-9);
	ms_arena_free(&arena);
	ms_arena_free(&brena);
	/* one row beside one */
	sample_free(a);
	a = sample_of(x, NULL, 1, 1);
	CHECK_INT(fit(&h, &arena, a, a, NULL, &o, &r), MS_OK);
	CHECK(r.n == 1 && r.weights[0] > 0);
	ms_arena_free(&arena);
	o.lambda = -1;
	CHECK_INT(fit(&h, &arena, a, a, NULL, &o, &r), MS_BAD_ARGUMENT);
	CHECK_STR(h.ctx.facts.what, "lambda");
	ms_arena_free(&arena);
	sample_free(a);
	sample_free(b);
	sample_free(t);
}

static ms_status
whole_call(host *h, sample_value a, sample_value b, const ms_ratio_options *o)
{
	ms_ratio r;
	ms_arena arena;
	ms_status status;

	ms_arena_init(&arena, &h->ctx);
	status = ms_ratio_fit(&h->ctx, &arena, a.s, b.s, b.s, o, &r);
	if (status == MS_OK)
		CHECK(arena.used <= ms_ratio_bytes(o, a.s->n, b.s->n, b.s->n, a.s->d) + 64 * 60);
	ms_arena_free(&arena);
	return status;
}

TEST(every_failure)
{
	sample_value a = normal_sample(600, 2, 1, 0, 1), b = normal_sample(500, 2, 2, 1, 1);
	ms_ratio_options o;
	ms_status status;
	host h;

	ms_ratio_defaults(&o);
	o.centers = 40;
	HOST_EVERY(h, status, whole_call(&h, a, b, &o));
	sample_free(a);
	sample_free(b);
}

int
main(void)
{
	RUN(reference);
	RUN(choice);
	RUN(repeats);
	RUN(every_failure);
	return unit_done();
}
