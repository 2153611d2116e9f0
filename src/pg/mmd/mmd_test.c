/*
 * mmd_test.c: are two samples of one law? By permutation, by the moments of the permutation law, by a
 * split, or over several kernels at once.
 */
#include "pg/mmd/compare.h"

#include <math.h>

#include "core/mmd/bandwidth.h"
#include "core/mmd/null.h"
#include "pg/base/host.h"
#include "pg/base/out.h"
#include "pg/base/report.h"

enum
{
	PERMUTATION,
	GAMMA,
	CROSS,
	AGGREGATED
};

static const char *const method_words[] = {"permutation", "gamma", "cross", "aggregated", NULL};

/* --- permutation ---------------------------------------------------------------------------- */

/*
 * V decides, since its rounding is known; mean and spread under the null are those of what the
 * function answers, V or its root. The first labelling is the observed one.
 */
typedef struct Labelled
{
	ms_mmd_labelling *labelling;
	bool root;
	bool observed;
	double n, mean, square;
} Labelled;

static ms_status
labelled(ms_ctx *ctx, void *of, const unsigned char *labels, size_t count, double *out)
{
	Labelled *l = of;

	MS_TRY(ms_mmd_labelled(ctx, l->labelling, labels, count, out));
	for (size_t b = 0; b < count && l->observed; b++)
	{
		double x = l->root ? sqrt(fmax(0, out[b])) : out[b];
		double off = x - l->mean;

		if (isnan(x))
			continue;
		l->mean += off / ++l->n;
		l->square += off * (x - l->mean);
	}
	l->observed = true;
	return MS_OK;
}

static void
permute(KernelComparison *k, bool root, const ms_mmd_estimate *e, ms_permutation *t)
{
	Labelled l = {.root = root};
	ms_ctx *ctx = &k->c.ctx;

	k->c.exchange.batch = ms_mmd_batch(k->c.pair.pool.n);
	k->c.exchange.slack = e->scale;
	CORE(ctx, ms_mmd_labelling_new(ctx, &k->c.arena, &k->mmd, &k->mmd.kernel, 1,
								   k->c.exchange.batch, &l.labelling));
	CORE(ctx,
		 ms_exchange_test(ctx, &k->c.arena, &k->c.pair.labels, labelled, &l, &k->c.exchange, t));
	t->null_mean = l.mean;
	t->null_sd = l.n > 1 ? sqrt(l.square / (l.n - 1)) : 0;
}

/* --- without permutations ------------------------------------------------------------------- */

static void
gamma_law(KernelComparison *k, const ms_mmd_estimate *e, ms_permutation *t, StringInfo details)
{
	ms_gamma_test g;

	CORE(&k->c.ctx, ms_mmd_gamma(&k->c.ctx, &k->c.arena, &k->mmd, e, &g));
	*t = (ms_permutation){.p_value = g.p_value, .p_min = NAN, .null_mean = NAN, .null_sd = NAN};
	details_number(details, "squared", g.statistic);
	details_number(details, "squared_null_mean", g.null_mean);
	details_number(details, "squared_null_sd", g.null_sd);
}

static void
cross(KernelComparison *k, ms_permutation *t, StringInfo details)
{
	ms_ctx *ctx = &k->c.ctx;
	ms_mmd_copies copies;
	ms_mmd_cross x;

	CORE(ctx, ms_mmd_copies_of(ctx, &k->c.arena, &k->mmd, &copies));
	ms_mmd_shuffle(&copies, k->c.exchange.seed);
	CORE(ctx, ms_mmd_cross_of(ctx, &k->c.arena, &k->mmd, &copies, &x));
	*t = (ms_permutation){.statistic = x.z, .p_value = x.p_value, .p_min = NAN, .null_sd = 1};
	details_number(details, "squared", x.estimate);
	details_number(details, "squared_error", x.std_error);
}

/* --- several kernels ------------------------------------------------------------------------ */

#define COLLECTION 10 /* bandwidths of a kind */

/*
 * Given bandwidths one by one; else ten of the kernel, and for gaussian, the default, ten of
 * laplace, too.
 */
static size_t
collect(KernelComparison *k, ms_kernel *kernels)
{
	const ms_kernel *asked = &k->mmd.kernel;
	bool both = asked->kind == MS_KERNEL_GAUSSIAN;
	double s[COLLECTION];
	size_t n = 0;

	for (size_t i = 0; i < asked->bandwidths && asked->bandwidths > 1; i++)
	{
		kernels[n] = *asked;
		kernels[n].bandwidths = 1;
		kernels[n++].bandwidth[0] = asked->bandwidth[i];
	}
	if (n > 0)
		return n;
	CORE(&k->c.ctx, ms_bandwidth_collection(&k->c.ctx, &k->c.arena, &k->c.pair.pool,
											k->c.seed, COLLECTION, s));
	for (size_t i = 0; i < COLLECTION; i++)
	{
		kernels[i] = *asked;
		kernels[i].bandwidth[0] = s[i] > 0 ? s[i] : 1;
		kernels[COLLECTION + i] = ms_kernel_of(MS_KERNEL_LAPLACE, kernels[i].bandwidth[0]);
	}
	return both ? 2 * COLLECTION : COLLECTION;
}

static void
aggregate(KernelComparison *k, ms_permutation *t, StringInfo details)
{
	ms_kernel kernels[Max(MS_KERNEL_MAX_BANDWIDTHS, 2 * COLLECTION)];
	size_t n = collect(k, kernels);
	ms_mmd_aggregate a;

	CORE(&k->c.ctx, ms_mmd_aggregate_of(&k->c.ctx, &k->c.arena, &k->mmd, kernels, n, NULL,
										&k->c.pair.labels, &k->c.exchange, &a));
	*t = (ms_permutation){.statistic = sqrt(fmax(0, a.v[a.best])),
						  .p_value = a.p_value,
						  .p_min = a.p_min,
						  .null_mean = NAN,
						  .null_sd = NAN,
						  .replicates = a.replicates,
						  .exact = a.exact};
	details_number(details, "kernels", (double) n);
	details_text(details, "kernel", kernel_words[kernels[a.best].kind - 1]);
	details_number(details, "bandwidth", kernels[a.best].bandwidth[0]);
	details_numbers(details, "p_values", a.p_values, n);
}

/* --- SQL ------------------------------------------------------------------------------------ */

static Datum
test(FunctionCallInfo fcinfo, const KernelAt *at, int method_at, bool root)
{
	/* energy distance is one kernel's, and its square is the answer: no split, no several */
	static const char *const energy_words[] = {"permutation", "gamma", NULL};
	int method = arg_choice(fcinfo, method_at, "method", root ? method_words : energy_words);
	StringInfoData details;
	KernelComparison k;
	ms_mmd_estimate e;
	ms_permutation t;

	if (method == AGGREGATED && !PG_ARGISNULL(at->bandwidth))
		report_aggregated();
	if (!kernel_comparison_open(&k, fcinfo, at))
		PG_RETURN_NULL();
	if (method == AGGREGATED && !ms_kernel_scaled(k.mmd.kernel.kind))
		report_aggregated();
	if ((method == GAMMA || method == CROSS) && k.c.pair.labels.exchange != MS_EXCHANGE_ROWS)
		report_method_exchange(method_words[method]);
	details_begin(&details);
	if (method == AGGREGATED)
	{
		aggregate(&k, &t, &details);
		return comparison_test(fcinfo, &k.c, &t, method_words[method], &details);
	}
	kernel_details(&k, &details);
	if (method == CROSS)
	{
		cross(&k, &t, &details);
		return comparison_test(fcinfo, &k.c, &t, method_words[method], &details);
	}
	CORE(&k.c.ctx, ms_mmd_estimate_of(&k.c.ctx, &k.c.arena, &k.mmd, &e));
	if (method == PERMUTATION)
		permute(&k, root, &e, &t);
	else
		gamma_law(&k, &e, &t, &details);
	t.statistic = root ? e.mmd : fmax(0, e.v);
	return comparison_test(fcinfo, &k.c, &t, method_words[method], &details);
}

PG_FUNCTION_INFO_V1(mmd_samples_test);
Datum
mmd_samples_test(PG_FUNCTION_ARGS)
{
	static const KernelAt at = {
		.kernel = 2,
		.bandwidth = 3,
		.options = 10,
		.compare = {.scale = 4, .missing = 5, .exchange = 7, .replicates = 8, .seed = 9}};

	return test(fcinfo, &at, 6, true);
}

PG_FUNCTION_INFO_V1(energy_distance_test);
Datum
energy_distance_test(PG_FUNCTION_ARGS)
{
	static const KernelAt at = {
		.options = 8,
		.compare = {.scale = 2, .missing = 3, .exchange = 5, .replicates = 6, .seed = 7}};

	return test(fcinfo, &at, 4, false);
}
