/*
 * hsic.c: do the first columns of a sample depend on the others?
 */
#include "core/mmd/hsic.h"

#include <math.h>

#include "core/mmd/bandwidth.h"
#include "pg/base/compare.h"
#include "pg/base/host.h"
#include "pg/base/measure.h"
#include "pg/base/out.h"
#include "pg/base/report.h"
#include "pg/mmd/kernel.h"
#include "utils/array.h"

typedef struct Blocks
{
	Comparison c; /* of one sample: n_b is not known */
	ms_rows rows; /* scaled */
	ms_hsic hsic;
} Blocks;

/* bandwidth[2], of the first columns and of the others; false when it is for us to choose. */
static bool
read_bandwidths(FunctionCallInfo fcinfo, ms_kernel *k, ms_kernel *l)
{
	size_t n;
	double *s;

	if (PG_ARGISNULL(3))
		return !ms_kernel_scaled(k->kind);
	if (!ms_kernel_scaled(k->kind))
		report_no_bandwidth(kernel_words[k->kind - 1]);
	s = arg_float8_array(fcinfo, 3, "bandwidth", &n);
	if (n != 2)
		report_length("bandwidth", n, 2);
	for (size_t i = 0; i < 2; i++)
		kernel_check_bandwidth(s[i]);
	k->bandwidth[0] = s[0];
	l->bandwidth[0] = s[1];
	return true;
}

/* The median distance within a block; where all is equal any bandwidth says 0. */
static double
median_of(Blocks *b, size_t from, size_t columns)
{
	ms_rows block = b->rows;
	double out;

	block.x += from;
	block.d = columns;
	CORE(&b->c.ctx, ms_bandwidth_median(&b->c.ctx, &b->c.arena, &block, b->c.seed, &out));
	return out > 0 ? out : 1;
}

static void
check_first(int32 first, uint32 d)
{
	if (d < 2)
		report_range_hint("first", first, "below the number of columns, which is 1",
						  "The sample holds the columns of both blocks: sample(a, b, ...).");
	if (first < 1 || (uint32) first >= d)
		report_range("first", first, psprintf("from 1 to %u, one less than the columns", d - 1));
}

/* False when the answer is NULL. */
static bool
blocks_open(Blocks *b, FunctionCallInfo fcinfo, int options)
{
	ms_scaling scaling = (ms_scaling) arg_choice(fcinfo, 4, "scale", scaling_words);
	int32 first = arg_int32(fcinfo, 1, "first");
	ms_measure m = {.metric = MS_METRIC_EUCLIDEAN, .scaling = scaling};
	ms_ctx *ctx = &b->c.ctx;
	ms_kernel k, l;
	SampleArg s;
	bool known;

	(void) kernel_arg(fcinfo, 2, -1, options, &k);
	l = k;
	known = read_bandwidths(fcinfo, &k, &l);
	if (PG_ARGISNULL(0))
		return false;
	s = sample_arg_ordered(fcinfo, 0);
	check_first(first, s.s->d);
	if (s.s->incomplete > 0)
		report_gaps(s.s->incomplete);
	b->c.pair.effective[1] = NAN;
	if (!(ms_sample_weight(s.s) > 0))
		return false;
	host_init(ctx);
	ms_arena_init(&b->c.arena, ctx);
	b->rows = ms_sample_rows(s.s);
	m.kinds = ms_sample_kinds(s.s);
	CORE(ctx, ms_measure_learn(ctx, &b->c.arena, &b->rows, &m));
	CORE(ctx, ms_measure_rows(ctx, &b->c.arena, &m, &b->rows, &b->rows));
	CORE(ctx, ms_rows_count(ctx, &b->c.arena, &b->rows, s.s->head.flags & MS_SAMPLE_DRAWN,
							&b->c.pair.effective[0]));
	if (!known)
	{
		k.bandwidth[0] = median_of(b, 0, (size_t) first);
		l.bandwidth[0] = median_of(b, (size_t) first, b->rows.d - (size_t) first);
	}
	CORE(ctx, ms_hsic_new(ctx, &b->c.arena, &b->rows, (size_t) first, &k, &l, &b->hsic));
	return true;
}

static ms_hsic_estimate
estimate_of(Blocks *b)
{
	ms_hsic_estimate e;

	CORE(&b->c.ctx, ms_hsic_estimate_of(&b->c.ctx, &b->c.arena, &b->hsic, &e));
	return e;
}

PG_FUNCTION_INFO_V1(hsic);
Datum
hsic(PG_FUNCTION_ARGS)
{
	Blocks b = {0};

	if (!blocks_open(&b, fcinfo, -1))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(fmax(0, estimate_of(&b).biased));
}

static void
add_details(const Blocks *b, const ms_hsic_estimate *e, StringInfo details)
{
	double s[2] = {b->hsic.k.bandwidth[0], b->hsic.l.bandwidth[0]};

	details_text(details, "kernel", kernel_words[b->hsic.k.kind - 1]);
	if (ms_kernel_scaled(b->hsic.k.kind))
		details_numbers(details, "bandwidth", s, 2);
	details_number(details, "unbiased", e->unbiased);
	details_number(details, "correlation", e->correlation);
	details_number(details, "unbiased_correlation", e->unbiased_correlation);
}

PG_FUNCTION_INFO_V1(hsic_test);
Datum
hsic_test(PG_FUNCTION_ARGS)
{
	static const char *const methods[] = {"gamma", "permutation", NULL};
	static const char *const keys[] = {"degree", "offset", "exponent", NULL};
	int method = arg_choice(fcinfo, 5, "method", methods);
	int32 replicates = arg_int32(fcinfo, 6, "replicates");
	StringInfoData details;
	ms_hsic_estimate e;
	Blocks b = {0};
	ms_permutation t;

	b.c.seed = (uint64) arg_int64(fcinfo, 7, "seed");
	arg_options(fcinfo, 8, keys);
	if (replicates < 1)
		report_range("replicates", replicates, "at least 1");
	if (!blocks_open(&b, fcinfo, 8))
		PG_RETURN_NULL();
	e = estimate_of(&b);
	CORE(&b.c.ctx, ms_rows_hash(&b.c.ctx, &b.rows, b.c.seed, &b.c.exchange.seed));
	if (method == 1)
		CORE(&b.c.ctx,
			 ms_hsic_permute(&b.c.ctx, &b.c.arena, &b.hsic, replicates, b.c.exchange.seed, &t));
	else
		t = (ms_permutation){.p_value = e.gamma.p_value,
							 .p_min = NAN,
							 .null_mean = e.gamma.null_mean,
							 .null_sd = e.gamma.null_sd};
	t.statistic = fmax(0, e.biased);
	details_begin(&details);
	add_details(&b, &e, &details);
	return comparison_test(fcinfo, &b.c, &t, methods[method], &details);
}
