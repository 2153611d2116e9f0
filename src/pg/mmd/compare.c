/*
 * compare.c: kernel and samples of a comparison.
 */
#include "pg/mmd/compare.h"

#include "core/mmd/bandwidth.h"
#include "pg/base/out.h"
#include "pg/base/report.h"

/* The kernel; false when its bandwidth is to be found. */
static bool
read_kernel(FunctionCallInfo fcinfo, const KernelAt *at, ms_kernel *kernel)
{
	static const char *const kernel_keys[] = {KERNEL_OPTIONS, "weights", NULL};
	static const char *const energy_keys[] = {"exponent", "weights", NULL};

	if (at->options)
		arg_options(fcinfo, at->options, at->kernel ? kernel_keys : energy_keys);
	if (at->kernel)
		return kernel_arg(fcinfo, at->kernel, at->bandwidth, at->options ? at->options : -1,
						  kernel);
	*kernel = ms_kernel_of(MS_KERNEL_ENERGY, 1);
	kernel_shape(fcinfo, at->options ? at->options : -1, kernel);
	return true;
}

bool
kernel_comparison_open(KernelComparison *k, FunctionCallInfo fcinfo, const KernelAt *at)
{
	static const char *const meanings[] = {"frequency", "importance", NULL};
	Comparison *c = &k->c;
	ms_kernel kernel;
	bool known = read_kernel(fcinfo, at, &kernel);
	bool importance = false;

	if (at->options)
		importance = arg_option_choice(fcinfo, at->options, "weights", meanings, 0) == 1;
	if (!comparison_open(c, fcinfo, &at->compare))
		return false;
	if (!known)
		CORE(&c->ctx, ms_bandwidth_median(&c->ctx, &c->arena, &c->pair.pool, c->seed,
										  &kernel.bandwidth[0]));
	/* all rows are equal: every kernel says 0 */
	if (!known && kernel.bandwidth[0] == 0)
		kernel.bandwidth[0] = 1;
	CORE(&c->ctx, ms_mmd_new(&c->ctx, &c->arena, &c->pair.pool, c->pair.rows[0].n, &kernel,
							 importance, c->pair.at, &k->mmd));
	return true;
}

void
kernel_details(const KernelComparison *k, StringInfo details)
{
	const ms_kernel *kernel = &k->mmd.kernel;

	details_text(details, "kernel", kernel_words[kernel->kind - 1]);
	if (kernel->bandwidths == 1)
		details_number(details, "bandwidth", kernel->bandwidth[0]);
	if (kernel->bandwidths > 1)
		details_numbers(details, "bandwidths", kernel->bandwidth, kernel->bandwidths);
}
